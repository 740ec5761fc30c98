-- person_at and person_period answer what their first definitions answered, on a made-up population with gaps and
-- overlaps in it, and reach the indexes for one person and for a place.
\set SHOW_CONTEXT never
\set persons 600
\set schema health
set client_min_messages = warning;
set datestyle = 'ISO, YMD';
call ph.create_shared_tables('health');
\set ECHO none
\o /dev/null
\i test/demo/generate.sql
\o
\set ECHO all

\set ON_ERROR_STOP off
reset search_path;
-- people who are never registered, or were for a month, or at two practices at once
delete from health.registration where right(person_id, 1) = '3';
update health.registration set end_date = start_date + 31 where right(person_id, 1) = '7';
insert into health.registration
select person_id, min(practice_code), min(pcn_code), '2023-09-01', '2024-02-01'
from health.registration
where right(person_id, 1) = '5'
group by person_id;
delete from health.residence where right(person_id, 2) = '11';
call ph.create_population_views('health');

create function public.first_person_at(at timestamptz)
returns table (
	person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
	system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
language sql stable
begin atomic
	select s.person_id, ph.completed_years(p.birth_date, at::date), p.sex,
		nullif(p.ethnicity_code, 'Z'), s.practice, s.neighbourhood, s.place, s.system, s.small_area,
		s.deprivation_decile, s.deprivation_quintile
	from health.stay s
	join health.person p on p.person_id = s.person_id
	where isfinite(at) and not isempty(s.spell * daterange(at::date, at::date, '[]'));
end;
create function public.first_person_period(period daterange, kind text default null)
returns table (
	person_id text, stay integer, age integer, sex text, ethnicity text, practice text,
	neighbourhood text, place text, system text, small_area text, deprivation_decile integer,
	deprivation_quintile integer, start_date date, end_date date, days integer, years double precision,
	events bigint, cost numeric, events_outside bigint)
language sql stable
begin atomic
	with at_risk as (
		select s.*, s.spell * period as period_days,
			row_number() over (partition by s.person_id order by s.spell)::integer as stay
		from health.stay s
		where not isempty(s.spell * period)
	), counted as (
		select e.person_id, coalesce(r.stay, 1) as stay, count(r.stay) as events,
			sum(e.cost) filter (where r.stay is not null) as cost,
			count(*) filter (where r.stay is null) as events_outside
		from health.encounter e
		left join at_risk r on r.person_id = e.person_id and r.period_days @> e.start_date
		where period @> e.start_date and (kind is null or e.pod = kind)
		group by e.person_id, coalesce(r.stay, 1)
	)
	select person_id, case when r.period_days is null then 0 else stay end,
		ph.completed_years(p.birth_date, lower(r.period_days)), p.sex, nullif(p.ethnicity_code, 'Z'),
		r.practice, r.neighbourhood, r.place, r.system, r.small_area,
		r.deprivation_decile, r.deprivation_quintile,
		lower(r.period_days), upper(r.period_days), coalesce(upper(r.period_days) - lower(r.period_days), 0),
		coalesce(upper(r.period_days) - lower(r.period_days), 0) / 365.25::double precision,
		coalesce(c.events, 0), coalesce(c.cost, 0), coalesce(c.events_outside, 0)
	from at_risk r
	full join counted c using (person_id, stay)
	join (select person_id, birth_date, sex, ethnicity_code from health.person) p using (person_id);
end;

-- rows that only one of two queries gives, how often they differ
create function pg_temp.differences(one text, other text) returns bigint
language plpgsql
as $$
declare
	rows bigint;
begin
	execute format('select count(*) from ((%1$s except all %2$s) union all (%2$s except all %1$s)) d', one, other)
	into rows;
	return rows;
end
$$;
select at,
	(select count(*) > 300 from health.person_at(at)) as many,
	pg_temp.differences(
		format('select * from health.person_at(%L)', at), format('select * from first_person_at(%L)', at)) as differ
from unnest('{2022-05-01, 2023-09-01, 2024-02-29, 2025-04-01}'::date[]) at;
select period, kind,
	(select count(*) filter (where stay > 1) > 20 from health.person_period(period, kind)) as some_move,
	(select sum(events) > 20 from health.person_period(period, kind)) as events,
	(
		select count(*) filter (where events_outside > 0 and stay = 0) > 0
			and count(*) filter (where events_outside > 0 and stay = 1) > 0
		from health.person_period(period, kind)
	) as both_outside,
	pg_temp.differences(
		format('select * from health.person_period(%L, %L)', period, kind),
		format('select * from first_person_period(%L, %L)', period, kind)) as differ
from unnest('{"[2023-04-01,2024-04-01)", "[2023-09-01,2023-10-01)", "[2022-04-01,2030-01-01)"}'::daterange[]) period,
	unnest('{GP, NEL, null}'::text[]) kind
order by period, kind;

-- the views of the calendar say what the functions say, of every kind of period, and a column a pod
call ph.create_calendar('health', '2022-04-01', '2025-12-31');
select kind, name, start_date,
	(select sum(events) > 10 from health.person_period(period)) as events,
	pg_temp.differences(
		format(
			'select person_id, stay, age, sex, ethnicity, practice, neighbourhood, place, system, small_area,
				deprivation_decile, deprivation_quintile, at_risk_from, at_risk_until, days, years, events, cost,
				events_outside
			from health.person_in_period
			where kind = %L and start_date = %L', kind, start_date),
		format('select * from health.person_period(%L)', period)) as differ
from health.calendar
where (kind, start_date) in (
	('month', '2023-09-01'), ('quarter', '2024-10-01'), ('financial_year', '2023-04-01'),
	('rolling_year', '2024-05-01'))
order by kind;
select pod, pg_temp.differences(
	format(
		'select person_id, stay, %I as events from health.person_in_period
		where kind = ''year'' and name = ''2023'' and stay > 0', lower(pod)),
	format('select person_id, stay, events from health.person_period(''[2023-01-01,2024-01-01)'', %L) where stay > 0',
		pod)) as differ
from unnest('{GP,AE,OP,EL,NEL}'::text[]) pod;
select pg_temp.differences(
	'select person_id, age, place
	from health.person_in_period
	where kind = ''day'' and name = ''2024-02-29'' and stay > 0',
	'select person_id, age, place from health.person_at(''2024-02-29'')') as on_a_day,
	pg_temp.differences(
		'select * from health.person_at_data_day', 'select * from health.person_at((select day from health.data_day))')
	as on_the_data_day;

-- what a plan reads, and how far its estimate of rows is from the truth
create function pg_temp.plan(query text) returns jsonb
language plpgsql
as $$
declare
	plan jsonb;
begin
	execute 'explain (analyze, format json) ' || query into plan;
	return plan;
end
$$;
create function pg_temp.indexes(query text) returns text
language sql
begin atomic
	select string_agg(distinct index #>> '{}', ' ')
	from jsonb_path_query(pg_temp.plan(query), 'strict $.**."Index Name"') index
	where index #>> '{}' ~ 'person_id|pkey';
end;
create function pg_temp.times_wrong(query text) returns numeric
language sql
begin atomic
	select round(greatest(expected / greatest(found, 1), found / expected), 1)
	from (select pg_temp.plan(query) -> 0 -> 'Plan' as plan) asked,
		lateral (
			select (plan ->> 'Plan Rows')::numeric as expected, (plan ->> 'Actual Rows')::numeric as found) rows;
end;
analyze;
set enable_seqscan = off;  -- the population is small
select pg_temp.indexes($$select * from health.person_at('2024-04-01') where person_id = 'P00000042'$$) as person_at;
select pg_temp.indexes($$
	select *
	from health.person_period('[2023-04-01,2024-04-01)')
	where person_id = 'P00000042'$$) as person_period;
select pg_temp.indexes($$
	select *
	from health.person_in_period
	where person_id = 'P00000042' and kind = 'month' and start_date = '2024-04-01'$$) as person_in_period;
reset enable_seqscan;
select query, pg_temp.times_wrong(query) <= 10 as within_ten_times
from unnest(array[
	'select * from health.person_at(''2024-04-01'')',
	'select * from health.person_period(''[2023-04-01,2024-04-01)'')',
	'select * from health.person_period(''[2023-04-01,2023-05-01)'')',
	'select * from health.person_period(''[2023-04-01,2024-04-01)'', ''GP'')']) query;
-- encounters outside any stay are not sought where nobody asks for them
select pg_temp.plan($$select sum(events) from health.person_period('[2023-04-01,2024-04-01)') where stay > 0$$)::text
	!~ 'Anti' as not_sought,
	pg_temp.plan($$select sum(events_outside) from health.person_period('[2023-04-01,2024-04-01)')$$)::text
	~ 'Anti' as sought;
drop schema health, health_truth cascade;
