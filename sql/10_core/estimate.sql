
-- ---- estimate ----

create type ph.estimate as (
	value float8,
	lower float8,
	upper float8,
	note text
);
comment on type ph.estimate is
	'what an indicator returns: value, confidence limits, '
	'and a note that says why there is no value or what was left out; test (e).value IS NOT NULL';
comment on column ph.estimate.value is
	'the answer, in the unit and times the per that the function says; NULL where there is none';
comment on column ph.estimate.lower is 'its lower confidence limit; NULL where it does not exist';
comment on column ph.estimate.upper is 'its upper confidence limit; NULL where it does not exist';
comment on column ph.estimate.note is
	'why there is no value, or what was left out: words of docs/estimate.md; NULL where there is nothing to say';
