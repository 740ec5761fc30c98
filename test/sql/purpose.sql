\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- measures are folded of those who may be included, for one purpose ----

select purpose, description <> '' as described from ph.purpose();
call ph.create_shared_tables('use');
insert into use.place values ('S', 'ICB24', 'S'), ('L1', 'LAD24', 'L1'), ('A1', 'LSOA21', 'A1'), ('A2', 'LSOA21', 'A2'),
	('N1', 'PCN', 'N1'), ('G1', 'PRACTICE', 'G1');
insert into use.place_parent values ('L1', 'S'), ('A1', 'L1'), ('A2', 'L1'), ('N1', 'S'), ('G1', 'N1');
insert into use.person (person_id, birth_date, sex)
select 'P' || i, date '1950-01-01' + i * 50, case when i % 2 = 0 then 'F' else 'M' end from generate_series(1, 400) i;
-- some died before the period, and are not at risk; some came in between
insert into use.registration (person_id, practice_code, pcn_code, start_date, end_date)
select 'P' || i, 'G1', 'N1', date '2015-01-01' + case when i % 11 = 0 then 3400 else 0 end,
	case when i % 13 = 0 and i % 11 <> 0 then date '2020-01-01' end
from generate_series(1, 400) i;
insert into use.residence (person_id, lsoa21_code, start_date, end_date)
select 'P' || i, 'A' || 1 + i % 2, date '2015-01-01' + case when i % 11 = 0 then 3400 else 0 end,
	case when i % 13 = 0 and i % 11 <> 0 then date '2020-01-01' end
from generate_series(1, 400) i;
insert into use.encounter (encounter_id, person_id, pod, start_date, end_date)
select i, 'P' || 1 + i * 7 % 400, 'NEL', date '2023-04-01' + i % 700, date '2023-04-01' + i % 700
from generate_series(1, 900) i;
insert into use.data_day values ('2025-03-31');
call ph.create_population_views('use');
call ph.create_calendar('use', '2023-01-01', '2025-12-31');
call ph.create_measure_tables('use');
insert into use.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('ours', '1', 'Ours', 'Emergency admissions.', 'rate', 1000, 'per 1,000', 'lower', 'outcome', 'outcomes', 'care',
	 'this test', 'select person_id, start_date as event_date, 1 as amount from {encounter}', '{sex}',
		'{financial_year}');
-- no list: everybody, and no purpose
call ph.fold_measures('use', '{ours}', purpose => 'planning');
call ph.fold_measures('use', '{ours}', '{2023/24}');
select purpose, left_out, people from use.measure_fold;
-- a list
create table use.may_use (person_id text, purpose text, primary key (person_id, purpose));
insert into use.may_use
select 'P' || i, p
from generate_series(1, 400) i, unnest('{planning,research}'::text[]) p
where case p when 'planning' then i % 5 <> 0 else i % 3 = 0 end;
call ph.fold_measures('use', '{ours}');
call ph.fold_measures('use', '{ours}', purpose => 'fun');
call ph.fold_measures('use', '{ours}', purpose => 'planning');
call ph.fold_measures('use', '{ours}', purpose => 'planning', refold => true);
-- counted again from the rows: who was there in the year, and events on days when they were
create view use.counted as
select y.first_day, u.purpose, count(*) as people, sum(e.events) as events
from (values (date '2023-04-01'), ('2024-04-01')) y (first_day)
join use.registration r on r.start_date < y.first_day + interval '1 year'
	and (r.end_date is null or r.end_date >= y.first_day)
join use.may_use u using (person_id)
cross join lateral (
	select count(*) as events
	from use.encounter e
	where e.person_id = r.person_id and e.start_date >= greatest(y.first_day, r.start_date)
		and e.start_date < y.first_day + interval '1 year'
) e
group by y.first_day, u.purpose;
select f.period, f.purpose, t.purpose as of_tally, t.people, f.left_out, t.numerator,
	t.people = c.people as people_agree, t.numerator = c.events as events_agree,
	f.left_out = (
		select count(*)
		from use.registration r
		where r.start_date < f.period + interval '1 year' and (r.end_date is null or r.end_date >= f.period)
			and not exists (
				select from use.may_use u where u.person_id = r.person_id and u.purpose = 'planning')) as left_out_agree
from use.measure_fold f
join use.measure_tally t using (measure, version, period_kind, period)
join use.counted c on c.first_day = f.period and c.purpose = 'planning'
where t.level = 'system' and t.breakdown = 'all' and t.place_id = 'S'
order by 1;
-- two purposes are not mixed; folded anew for the other, nothing is left of the first
call ph.fold_measures('use', '{ours}', '{2024/25}', purpose => 'research');
call ph.fold_measures('use', '{ours}', '{2024/25}', purpose => 'research', refold => true);
select distinct period, purpose from use.measure_fold;
select distinct period, purpose from use.measure_tally;
select t.people = c.people as people_agree, t.numerator = c.events as events_agree
from use.measure_tally t
join use.counted c on c.first_day = t.period and c.purpose = 'research'
where t.level = 'system' and t.breakdown = 'all' and t.place_id = 'S';
-- who is taken off the list is not counted when it is folded again
delete from use.may_use where person_id in ('P3', 'P6') and purpose = 'research';
call ph.fold_measures('use', '{ours}', '{2024/25}', purpose => 'research');
select t.people = c.people as people_agree
from use.measure_tally t
join use.counted c on c.first_day = t.period and c.purpose = 'research'
where t.level = 'system' and t.breakdown = 'all' and t.place_id = 'S';
-- a measure that is for one purpose
insert into use.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds, purpose)
select 'ours_for_research', version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events,
	breakdowns, period_kinds, 'research'
from use.measure
where measure = 'ours';
call ph.fold_measures('use', '{ours_for_research}', '{2024/25}', purpose => 'planning');
call ph.fold_measures('use', '{ours_for_research}', '{2024/25}');
select measure, purpose from use.measure_fold where measure = 'ours_for_research';
-- what is released says for what, and is of that purpose
call ph_support.create_release_tables('use');
call ph_support.create_released_views('use');
call ph.release_measures('use', '{ours}', '{2024/25}', '{system}', '{}', 'cms_11', 'public', 'planning');
call ph.release_measures('use', '{ours}', '{2024/25}', '{system}', '{}', 'cms_11', 'public', 'research');
select record ->> 'purpose' as purpose, (record ->> 'left_out_people')::bigint > 0 as left_out from use.release;
set client_min_messages = error;
drop schema use cascade;
