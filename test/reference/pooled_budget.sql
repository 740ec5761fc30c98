-- reads reference/budgets
-- What is left of a pool, or over, partner by partner.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table pool (
	case_id text, tag text, basis text, unit numeric, pool numeric, spend numeric, balance numeric, unfunded numeric,
	note text);
create temp table partner (
	case_id text, tag text, partner text, opening numeric, contribution numeric, spend numeric, agreed_share float8,
	overspend_cap numeric);
create temp table expected (
	case_id text, tag text, partner text, share float8, closing numeric, closing_rounded numeric);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy pool from program 'cat $REFERENCE/pooled_budget_cases.csv' csv header
\copy partner from program 'cat $REFERENCE/pooled_budget_input.csv' csv header
\copy expected from program 'cat $REFERENCE/pooled_budget_expected.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql

-- money agrees to 1e-9 of the largest amount of the case
create temp table answer as
select p.case_id, p.partner, a.*,
	max(greatest(abs(p.opening), abs(p.contribution), abs(p.spend))) over (partition by p.case_id) as scale
from (
	select p.*, ph.pooled_budget(p.opening, p.contribution, p.spend, p.agreed_share, p.overspend_cap, c.basis, c.unit)
			over (partition by p.case_id order by p.partner collate "C") as closed
	from partner p
	join pool c using (case_id)
) p, lateral (select (p.closed).*) a;
insert into result
select 'pooled budget: partners', e.case_id || ' ' || e.partner,
	(a.share is null) = (e.share is null) and coalesce(abs(a.share - e.share) <= 1e-9, true)
	and (a.closing is null) = (e.closing is null) and coalesce(abs(a.closing - e.closing) <= 1e-9 * a.scale, true)
	and a.closing_rounded is not distinct from e.closing_rounded
from expected e
left join answer a using (case_id, partner);
insert into result
select 'pooled budget: pools', c.case_id,
	(a.pool, a.balance, a.unfunded, a.note) is not distinct from (c.pool, c.balance, c.unfunded, c.note)
	and a.pool - a.balance is not distinct from c.spend and a.partners = e.partners
from pool c
join (
	select distinct case_id, pool, balance, unfunded, note, count(*) over (partition by case_id) as partners
	from answer
) a using (case_id)
join (select case_id, count(*) as partners from expected group by case_id) e using (case_id);

create function pg_temp.outcome(arguments jsonb) returns text language plpgsql
as $$
declare
	note text;
	message text;
begin
	select (ph.pooled_budget(
		0, coalesce((arguments ->> 'contribution')::numeric, 100), 50,
		case when arguments ? 'agreed_share' then (arguments -> 'agreed_share' ->> 0)::float8 end, null,
		case when arguments ? 'agreed_share' then 'agreed' else 'contribution' end) over ()).note
	into note
	from generate_series(1, 2);
	return coalesce('null:' || note, 'ok');
exception when data_exception then
	get stacked diagnostics message = message_text;
	return case when message like '%' || (select key from jsonb_object_keys(arguments) key limit 1) || '%' then 'error'
		else message end;
end
$$;
insert into result
select 'pooled budget: errors', case_id || ' ' || scenario, pg_temp.outcome(arguments) = recommended_outcome
from errors
where function_name = 'pooled_budget';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
