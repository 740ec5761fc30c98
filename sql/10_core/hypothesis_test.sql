
-- ---- test of a hypothesis ----

create type ph.test as (
	statistic float8,
	degrees_of_freedom integer,
	p_value float8,
	note text
);
comment on type ph.test is
	'what a test of a hypothesis returns: the statistic, its degrees of freedom (NULL where it is a standard normal), '
	'p (two-sided), and a note that says why there is none or what was left out';
comment on column ph.test.statistic is
	'the test statistic: chi-squared where it has degrees of freedom, else a standard normal';
comment on column ph.test.degrees_of_freedom is 'degrees of freedom; NULL where the statistic is a standard normal';
comment on column ph.test.p_value is 'two-sided p';
comment on column ph.test.note is 'why there is no answer, or what was left out';
