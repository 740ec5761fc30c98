-- ---- comparison ----

create type ph.comparison as (
	value float8,
	lower float8,
	upper float8,
	p_value float8,
	verdict text,
	note text
);
comment on type ph.comparison is
	'what comparing returns: value and confidence limits, two-sided p, and a verdict: lower, similar, higher, '
	'or better, similar, worse where it is said which way is good; NULL with a note where there is no answer';
comment on column ph.comparison.value is 'the difference or the ratio, as the function says';
comment on column ph.comparison.lower is 'its lower confidence limit';
comment on column ph.comparison.upper is 'its upper confidence limit';
comment on column ph.comparison.p_value is 'two-sided p of no difference';
comment on column ph.comparison.verdict is
	'lower, similar or higher; better, similar or worse where it is said which way is good';
comment on column ph.comparison.note is 'why there is no answer, or what was left out';

