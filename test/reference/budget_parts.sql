-- reads reference/budgets
-- Raking, member months, risk-adjusted budgets, truncation, stop-loss, run-off, the bridge, and what is bad input.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
-- agreement as the README of reference/budgets defines it
create function pg_temp.near(got numeric, want numeric, scale numeric, tol numeric default 1e-9) returns boolean
immutable
begin atomic
	select coalesce(abs(got - want) <= tol * greatest(abs(want), scale), got is null and want is null);
end;

-- ---- raking ----
create temp table rake_case (case_id text, tag text, status text);
create temp table rake_row (case_id text, tag text, "row" text, margin numeric);
create temp table rake_column (case_id text, tag text, column_name text, margin numeric);
create temp table rake_cell (case_id text, tag text, "row" text, column_name text, seed float8, value numeric);
\copy rake_case from program 'cat $REFERENCE/rake_cases.csv' csv header
\copy rake_row from program 'cat $REFERENCE/rake_rows.csv' csv header
\copy rake_column from program 'cat $REFERENCE/rake_columns.csv' csv header
\copy rake_cell from program 'cat $REFERENCE/rake_cells.csv' csv header
create temp table raked as
select c.case_id, c.tag, c."row", c.column_name, c.value as expected, r.margin as row_margin,
	s.margin as column_margin,
	ph.rake(c.seed, c."row", c.column_name, r.margin, s.margin) over (partition by c.case_id) as got
from rake_cell c
join rake_row r using (case_id, "row")
join rake_column s using (case_id, column_name);
insert into result
select 'rake', case_id || ' ' || k.tag, bool_and((got).status = k.status)
	and bool_and((got).note is not distinct from case when k.status not in ('ok', 'boundary') then k.status end
		or (k.status = 'boundary' and (got).note = 'must_be_zero' and expected = 0))
	and bool_and(pg_temp.near((got).value, expected, total, 1e-8))
from rake_case k
join raked using (case_id)
join (select case_id, sum(margin) as total from rake_row group by case_id) t using (case_id)
group by case_id, k.tag;
insert into result
select 'rake: margins', case_id || ' ' || line, bool_and(abs(got - margin) <= 1e-9 * greatest(margin, 1e-3))
from (
	select case_id, 'row ' || "row" as line, sum((got).value) as got, min(row_margin) as margin
	from raked
	where (got).value is not null
	group by case_id, "row"
	union all
	select case_id, 'column ' || column_name, sum((got).value), min(column_margin)
	from raked
	where (got).value is not null
	group by case_id, column_name
) lines
group by case_id, line;

-- ---- member months ----
create temp table months_expected (
	case_id text, tag text, period_start date, period_end date, spans text, days integer, any_day integer,
		exact float8);
\copy months_expected from program 'cat $REFERENCE/member_months.csv' csv header
insert into result
select 'member months', case_id || ' ' || tag,
	(m.days, m.any_day) = (e.days, e.any_day) and abs(m.exact - e.exact) <= 1e-12 * greatest(e.exact, 1)
from months_expected e,
	lateral (
		select coalesce(range_agg(span::daterange), '{}') as spans from string_to_table(e.spans, ';') span
	) s,
	lateral ph.member_months(s.spans, daterange(period_start, period_end)) m;

-- ---- risk-adjusted budgets ----
create temp table risk_case (
	case_id text, tag text, base numeric, trend float8, reference_risk float8, growth_cap float8, total numeric);
create temp table risk_input (
	case_id text, tag text, "group" text, member_months float8, risk_months float8, prior_risk float8, mff float8);
create temp table risk_expected (
	case_id text, tag text, "group" text, mean_risk float8, relative_risk float8, budget numeric, note text);
\copy risk_case from program 'cat $REFERENCE/risk_budget_cases.csv' csv header
\copy risk_input from program 'cat $REFERENCE/risk_budget_input.csv' csv header
\copy risk_expected from program 'cat $REFERENCE/risk_budget_expected.csv' csv header
insert into result
select 'risk-adjusted budget', case_id || ' ' || tag, bool_and(
	pg_temp.near((got).mean_risk::numeric, e.mean_risk::numeric, 1, 1e-9)
	and pg_temp.near((got).relative_risk::numeric, e.relative_risk::numeric, 1, 1e-9)
	and pg_temp.near((got).budget, e.budget, scale) and (got).note is not distinct from e.note)
from (
	select i.*, ph.risk_adjusted_budget(member_months, risk_months, base, mff, trend, reference_risk, prior_risk,
			growth_cap, total) over (partition by case_id) as got
	from risk_input i
	join risk_case using (case_id)
) answered
join risk_expected e using (case_id, tag, "group")
join (select case_id, max(budget) as scale from risk_expected group by case_id) s using (case_id)
group by case_id, tag;

-- ---- truncation and stop-loss ----
create temp table cut_case (case_id text, tag text, quantile float8, amount numeric, reference text);
create temp table cut_input (case_id text, tag text, set text, person integer, cost numeric, years float8);
create temp table cut_expected (
	case_id text, tag text, cap numeric, people bigint, people_capped bigint, total_before numeric,
		total_after numeric,
	removed numeric, mean_before numeric, mean_after numeric, variance_before numeric, variance_after numeric,
		note text);
\copy cut_case from program 'cat $REFERENCE/truncation_cases.csv' csv header
\copy cut_input from program 'cat $REFERENCE/truncation_input.csv' csv header
\copy cut_expected from program 'cat $REFERENCE/truncation_expected.csv' csv header
insert into result
select 'truncation', case_id || ' ' || tag,
	((got).people, (got).people_capped, (got).note) is not distinct from (e.people, e.people_capped, e.note)
	and pg_temp.near((got).cap, e.cap, 1) and pg_temp.near((got).total_before, e.total_before, scale)
	and pg_temp.near((got).total_after, e.total_after, scale) and pg_temp.near((got).removed, e.removed, scale)
	and pg_temp.near((got).mean_before, e.mean_before, scale) and pg_temp.near((got).mean_after, e.mean_after, scale)
	and pg_temp.near((got).variance_before, e.variance_before, 1, 1e-8)
	and pg_temp.near((got).variance_after, e.variance_after, 1, 1e-8)
from (
	select case_id, ph.truncation(
			array_agg(cost) filter (where set = 'group'),
			coalesce(min(amount), ph.truncation_cap(
				array_agg(cost / years::numeric) filter (
					where set = case reference when 'own' then 'group' else 'reference' end),
				min(quantile))),
			array_agg(years) filter (where set = 'group')) as got,
		max(abs(cost)) as scale
	from cut_case
	join cut_input using (case_id)
	group by case_id
) answered
join cut_expected e using (case_id);
create temp table loss_input (
	case_id text, tag text, attachment numeric, coinsurance float8, maximum numeric, person integer, cost numeric);
create temp table loss_expected (
	case_id text, tag text, people bigint, people_over bigint, recovered numeric, retained numeric);
\copy loss_input from program 'cat $REFERENCE/stop_loss_input.csv' csv header
\copy loss_expected from program 'cat $REFERENCE/stop_loss_expected.csv' csv header
insert into result
select 'stop-loss', case_id || ' ' || tag, (got.people, got.people_over, got.recovered, got.retained, got.note)
	is not distinct from (e.people, e.people_over, e.recovered, e.retained, null::text)
from loss_expected e
join (
	select case_id, array_agg(cost) as costs, min(attachment) as attachment, min(coinsurance) as coinsurance,
		min(maximum) as maximum
	from loss_input
	group by case_id
) c using (case_id), lateral ph.stop_loss_total(costs, attachment, coinsurance, maximum) got;

-- ---- chain ladder ----
create temp table ladder_input (
	case_id text, tag text, tail float8, origin text, development integer, cumulative numeric);
create temp table ladder_factor (case_id text, tag text, development integer, factor float8, sigma_squared float8);
create temp table ladder_expected (
	case_id text, tag text, origin text, latest numeric, to_ultimate float8, completion float8, ultimate numeric,
	outstanding numeric, standard_error numeric, note text);
\copy ladder_input from program 'cat $REFERENCE/chain_ladder_input.csv' csv header
\copy ladder_factor from program 'cat $REFERENCE/chain_ladder_factors.csv' csv header
\copy ladder_expected from program 'cat $REFERENCE/chain_ladder_expected.csv' csv header
create temp table ladder as
select case_id, tag, min(tail) as tail, max(cumulative) as scale,
	ph.cumulative_run_off(array_agg(origin), array_agg(development), array_agg(cumulative)) as triangle
from ladder_input
group by case_id, tag;
insert into result
select 'chain ladder', case_id || ' ' || tag, bool_and(
	pg_temp.near(got.latest, e.latest, scale) and pg_temp.near(got.ultimate, e.ultimate, scale)
	and pg_temp.near(got.outstanding, e.outstanding, scale)
	and pg_temp.near(got.to_ultimate::numeric, e.to_ultimate::numeric, 1)
	and pg_temp.near(got.completion::numeric, e.completion::numeric, 1)
	and pg_temp.near(got.standard_error, e.standard_error, scale, 1e-8)
	and got.note is not distinct from e.note)
from ladder_expected e
left join (
	select case_id, tag, scale, coalesce(l.origin, 'all') as origin, l.latest, l.to_ultimate, l.completion,
		l.ultimate,
		l.outstanding, l.standard_error, l.note
	from ladder, lateral ph.chain_ladder(triangle, tail) l
) got using (case_id, tag, origin)
group by case_id, tag;
insert into result
select 'development factors', case_id || ' ' || tag, bool_and(got.development = e.development
	and pg_temp.near(got.factor::numeric, e.factor::numeric, 1)
	and pg_temp.near(got.sigma_squared::numeric, e.sigma_squared::numeric, 1e-6, 1e-8))
from (
	select case_id, tag, f.*
	from ladder, lateral ph.development_factors(triangle) f
) got
full join ladder_factor e using (case_id, tag, development)
group by case_id, tag;

-- ---- the bridge ----
create temp table bridge_input (
	case_id text, tag text, segment text, people_budget float8, people_actual float8, cost_budget numeric,
	risk_budget float8, risk_actual float8, price_budget float8, price_actual float8, actual numeric);
create temp table bridge_expected (
	case_id text, tag text, population numeric, mix numeric, need numeric, activity numeric, price numeric,
		total numeric,
	budget numeric, actual numeric, shapley_population numeric, shapley_mix numeric, shapley_need numeric,
	shapley_activity numeric, shapley_price numeric);
\copy bridge_input from program 'cat $REFERENCE/variance_bridge_input.csv' csv header
\copy bridge_expected from program 'cat $REFERENCE/variance_bridge_expected.csv' csv header
create temp table bridged as
select case_id, sum((b).population) as population, sum((b).mix) as mix, sum((b).need) as need,
	sum((b).activity) as activity, sum((b).price) as price, sum((b).total) as total, sum((b).budget) as budget,
	sum((b).actual) as actual, sum((b).shapley_population) as shapley_population, sum((b).shapley_mix) as shapley_mix,
	sum((b).shapley_need) as shapley_need, sum((b).shapley_activity) as shapley_activity,
	sum((b).shapley_price) as shapley_price
from (
	select case_id, ph.variance_bridge(people_budget, people_actual, cost_budget, risk_budget, risk_actual,
		price_budget,
			price_actual, actual) over (partition by case_id) as b
	from bridge_input
) segments
group by case_id;
insert into result
select 'variance bridge', case_id || ' ' || tag,
	bool_and(pg_temp.near(got, want, greatest(e.budget, e.actual)))
	and min(abs(g.total - g.population - g.mix - g.need - g.activity - g.price)) < 1e-30
from bridge_expected e
join bridged g using (case_id), unnest(
	array[g.population, g.mix, g.need, g.activity, g.price, g.total, g.budget, g.actual, g.shapley_population,
		g.shapley_mix, g.shapley_need, g.shapley_activity, g.shapley_price],
	array[e.population, e.mix, e.need, e.activity, e.price, e.total, e.budget, e.actual, e.shapley_population,
		e.shapley_mix, e.shapley_need, e.shapley_activity, e.shapley_price]) line (got, want)
group by case_id, tag;

-- ---- bad input: what errors.csv recommends, in the project's words ----
create temp table bad (
	case_id text, tag text, function_name text, scenario text, arguments text, recommended_outcome text);
\copy bad from program 'cat $REFERENCE/errors.csv' csv header
-- what a query answers: error, of class 22 and with the argument's name; null with its note; ok
create function pg_temp.outcome(query text, argument text) returns text language plpgsql
as $$
declare
	value text;
	note text;
	state text;
	said text;
begin
	execute query into value, note;
	return case when value is not null then 'ok' when note is null then 'null' else 'null:' || note end;
exception when others then
	get stacked diagnostics state = returned_sqlstate, said = message_text;
	return case when state like '22%' and position(format('"%s"', argument) in said) > 0 then 'error' else said end;
end;
$$;
create temp table question (case_id text, argument text, query text);
insert into question
values
('err_021', 'row_margin', 'select (ph.rake(1, ''a'', ''x'', -1, 1) over ()).value'),
('err_023', 'column_name', 'select (ph.rake(1, ''a'', ''x'', 1, 1) over ()).value from generate_series(1, 2)'),
('err_025', '',
	'select (ph.rake(1, ''a'', ''x'', null, 1) over ()).value, (ph.rake(1, ''a'', ''x'', null, 1) over ()).note'),
('err_026', 'row_margin', 'select (ph.rake(1, ''a'', m::text, m, 1) over ()).value from generate_series(10, 11) m'),
('err_028', '', 'select ph.member_months(null, daterange(''2024-01-01'', ''2025-01-01'')), null'),
('err_029', 'period', 'select ph.member_months(''{}'', daterange(''2024-01-01'', null)), null'),
('err_030', 'reference_risk', 'select (ph.risk_adjusted_budget(1, 1, 1, reference_risk => 0) over ()).budget'),
('err_032', '', 'select (b).budget, (b).note
	from (select ph.risk_adjusted_budget(1, 0, 100) over () as b from generate_series(1, 2)) t'),
('err_034', 'risk_budget', 'select (ph.variance_bridge(1, 1, 1, 0, 1, 1, 1, 1) over ()).total'),
('err_035', 'price_actual', 'select (ph.variance_bridge(1, 1, 1, 1, 1, 1, 0, 1) over ()).total'),
('err_036', '',
	'select (b).total, (b).note from (select ph.variance_bridge(1, 1, 1, 1, 1, 1, 1, null) over () as b) t'),
('err_060', 'attachment', 'select (ph.stop_loss(10, -1)).recovered'),
('err_061', '', 'select recovered, note from ph.stop_loss_total(array[10, null], 5)'),
('err_063', 'cap', 'select ph.truncation(array[10], -1), null'),
('err_075', 'cumulative', 'select ph.cumulative_run_off(''{a,a,a}'', ''{1,2,3}'', ''{100,null,160}'')'),
('err_076', 'tail', 'select ph.chain_ladder(''{"a" 1: 1}'', -1)'),
('err_077', 'developments', 'select ph.cumulative_run_off(''{a,a}'', ''{1,1}'', ''{100,160}'')');
insert into result
select 'budget errors', case_id || ' ' || scenario, pg_temp.outcome(query, argument) = recommended_outcome
from bad
left join question using (case_id)
where function_name in ('rake', 'member_months', 'risk_budget', 'variance_bridge', 'stop_loss', 'truncate',
	'chain_ladder');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
