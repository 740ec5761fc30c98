
-- ---- the one door for indicators ----

create function ph.indicators(
	out indicator text, out per float8, out tally text, out reference text, out until text, out takes_age boolean,
	out meaning text)
returns setof record
language c immutable parallel safe rows 18
as 'MODULE_PATHNAME', 'indicator_rows';
comment on function ph.indicators() is
	'the indicators that ph.ask, ph.compare, ph.benchmark, the indices of inequality, '
	'ph.equity_progress and ph.chart_slope know: what each is times by itself, what its tally holds, '
	'what its reference and its time are (NULL: it reads none), and whether it takes an age';

create function ph.ask(
	indicator text, tally ph.tally, reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'ask_indicator';
comment on function ph.ask(text, ph.tally, ph.tally, float8, float8, float8, float8) is
	'any indicator of ph.indicators(), asked of a tally; reference: the standard, reference or survey; '
	'reference and per NULL are the indicator''s own; NULL with a note where it is not given what it needs';

create function ph.intervals(
	indicator text, tally ph.tally, confidences float8[] default '{0.95,0.998}', reference ph.tally default null,
	per float8 default null, age float8 default 0, until float8 default null,
	out confidence float8, out value float8, out lower float8, out upper float8, out note text)
returns setof record
language sql immutable parallel safe rows 2
begin atomic
	select level, e.value, e.lower, e.upper, e.note
	from pg_catalog.unnest(confidences) with ordinality as asked (level, place),
		lateral ph.ask(indicator, tally, reference, per, level, age, until) e
	order by place;
end;
comment on function ph.intervals(text, ph.tally, float8[], ph.tally, float8, float8, float8) is
	'an indicator as ph.ask answers it, a row a confidence level, in their order; '
	'NULL for a level is an error as in ph.ask';
