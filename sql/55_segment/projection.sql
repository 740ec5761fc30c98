
-- ---- where people will be ----

create function ph.project(
	crosstab ph.crosstab, steps integer default 1, confidence float8 default 0.95,
	out step integer, out state integer, out people float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 50
as 'MODULE_PATHNAME', 'project';
comment on function ph.project(ph.crosstab, integer, float8) is
	'the people of each state after further periods like the one that the table of moves is of, '
	'if the chances of moving stay as they were and hang on the present state alone (Markov); '
	'limits hold the uncertainty of the observed shares (delta method) and the chance of the moves; '
	'give the dead and those who left numbers of their own, so that they stay what they are; '
	'note nobody_before: a state without people before keeps its people';
