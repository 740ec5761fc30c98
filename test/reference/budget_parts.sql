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

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
