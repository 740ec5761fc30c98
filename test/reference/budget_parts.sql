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
	case_id text, tag text, period_start date, period_end date, spans text, days integer, any_day integer, exact float8);
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
	case_id text, tag text, cap numeric, people bigint, people_capped bigint, total_before numeric, total_after numeric,
	removed numeric, mean_before numeric, mean_after numeric, variance_before numeric, variance_after numeric, note text);
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
				array_agg(cost / years::numeric) filter (where set = case reference when 'own' then 'group' else 'reference' end),
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

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
