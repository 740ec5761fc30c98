-- Measures: what a row of the catalogue may say, what is folded of it, and the views that tools read, over 600 people
-- of whom some move, die, are born or have no address.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('m');
insert into m.place
values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', 'Dale'), ('N1', 'PCN', 'Hill network'),
	('N2', 'PCN', 'Dale network'), ('G1', 'PRACTICE', 'Hill practice'), ('G2', 'PRACTICE', 'Dale practice');
insert into m.place
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 8) i;
insert into m.place_parent
values ('L1', 'S'), ('L2', 'S'), ('N1', 'L1'), ('N2', 'L2'), ('G1', 'N1'), ('G2', 'N2');
insert into m.place_parent
select 'A' || i, 'L' || 1 + (i - 1) / 4 from generate_series(1, 8) i;
insert into m.place_factor
select 'A' || i, 'imd2019_decile', '2019', i + 1 from generate_series(1, 8) i;
insert into m.person (person_id, birth_date, sex, ethnicity_code, death_date)
select 'P' || i, date '2024-07-01' - (i * 7919 % 34000), case i % 7 when 0 then null when 1 then 'I' else 'F' end,
	(array['A', 'D', 'H', 'M', 'R', 'Z', null])[1 + i % 7],
	case when i % 29 = 0 then date '2024-07-02' + i % 200 end
from generate_series(1, 600) i;
insert into m.registration (person_id, practice_code, pcn_code, start_date, end_date)
select 'P' || i, 'G' || 1 + i % 2, 'N' || 1 + i % 2, '2015-01-01', null from generate_series(1, 600) i;
insert into m.residence (person_id, lsoa21_code, start_date, end_date)
select 'P' || i, 'A' || 1 + i % 8, '2015-01-01', case when i % 5 = 0 then date '2024-06-01' + i % 90 end
from generate_series(1, 600) i
where i % 11 <> 0;
insert into m.residence (person_id, lsoa21_code, start_date, end_date)
select 'P' || i, 'A' || 1 + i * 3 % 8, date '2024-06-01' + i % 90, null
from generate_series(1, 600) i
where i % 11 <> 0 and i % 5 = 0;
insert into m.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select i, 'P' || 1 + i * 31 % 600, (array['NEL', 'AE', 'GP', 'OP'])[1 + i % 4], date '2023-04-01' + i * 17 % 731,
	date '2023-04-02' + i * 17 % 731, i % 500
from generate_series(1, 4000) i;
insert into m.data_day values ('2025-03-31');
call ph.create_population_views('m');
call ph.create_calendar('m', '2022-01-01', '2025-12-31');

-- nothing is read before there are tables
call ph.fold_measures('m');
call ph.create_measure_tables('m');
insert into m.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('our_emergencies', '1', 'Our emergencies', 'Emergency admissions.', 'dsr', 1000, 'per 1,000', 'lower', 'outcome',
	 'outcomes', 'care', 'this test',
	 'select person_id, start_date as event_date, 1 as amount from {encounter} where pod = ''NEL'' -- a comment',
	 '{deprivation_quintile,sex,age_band,ethnicity,deprivation_quintile by sex}', '{financial_year,quarter}'),
	('our_cost', '1', 'Cost a head', 'Pounds a head.', 'mean', null, 'pounds', 'neither', 'input', 'cost', 'care',
	 'this test', 'select person_id, start_date as event_date, cost as amount from {encounter}', '{sex}',
	 '{financial_year}');
update m.measure set exposure = 'people' where measure = 'our_cost';
insert into m.measure (
	measure, version, name, meaning, indicator, unit, per, better, kind, aim, pillar, source, persons, breakdowns,
	period_kinds, age_from, age_until)
values
	('our_women', '1', 'Women', 'Share of adults under 65 who are women.', 'proportion', 'percent', 100, 'neither',
	 'input', 'equity', 'determinants', 'this test',
	 'select person_id, (sex is not distinct from ''F'')::integer as amount from {person}', '{deprivation_quintile}',
	 '{financial_year}', 18, 65);
set client_min_messages = notice;
call ph.fold_measures('m', '{our_emergencies,our_cost,our_women}', '{2023/24,2024/25}');
call ph.fold_measures('m', '{our_emergencies,our_cost,our_women}', '{2023/24,2024/25}');  -- nothing is due
set client_min_messages = warning;

-- the same by hand, from the tables of persons: system, place and small area
create view m.by_hand as
with life as (
	select p.*, r.start_date as from_day, coalesce(r.end_date, 'infinity') as until_day, r.lsoa21_code
	from m.person p
	join m.residence r using (person_id)
	union all
	select p.*, '-infinity', 'infinity', null
	from m.person p
	where not exists (select from m.residence r where r.person_id = p.person_id)
), run as (
	select person_id, birth_date, sex, ethnicity_code, f.first_day,
		greatest(from_day, birth_date, date '2015-01-01', f.first_day) as a,
		least(until_day, f.after_day, coalesce(death_date + 1, 'infinity')) as b, lsoa21_code as small_area,
		case when lsoa21_code is null then 'unknown' when right(lsoa21_code, 1)::integer <= 4 then 'L1' else 'L2' end
			as place,
		case when lsoa21_code is null then 'unknown' else 'S' end as system,
		coalesce(((right(lsoa21_code, 1)::integer + 2) / 2)::text, 'unknown') as fifth
	from life
	cross join (values (date '2023-04-01', date '2024-04-01'), ('2024-04-01', '2025-04-01')) f (first_day, after_day)
)
select r.*, n.admissions, n.cost, extract(year from age(a, birth_date))::integer as age
from run r
cross join lateral (
	select count(*) filter (where pod = 'NEL') as admissions, coalesce(sum(cost), 0) as cost
	from m.encounter e
	where e.person_id = r.person_id and e.start_date >= a and e.start_date < b
) n
where a < b;

create view m.person_by_hand as
select level, place_id, first_day as period, person_id, min(age) as age, sum(b - a) as days,
	sum(admissions) as admissions, sum(cost) as cost, (array_agg(fifth order by a))[1] as fifth, min(sex) as sex
from m.by_hand, lateral (values ('system', system), ('place', place), ('small_area', coalesce(small_area, 'unknown')))
	l (level, place_id)
group by level, place_id, first_day, person_id;

select v.level, count(*) as places, count(*) filter (where v.numerator <> h.admissions) as numerators,
	count(*) filter (where abs(v.denominator - h.years) > 1e-9) as denominators,
	count(*) filter (where v.people <> h.people) as people, count(*) filter (where h.period is null) as not_by_hand
from m.measure_value v
full join (
	select level, place_id, period, sum(admissions) as admissions, sum(days) / 365.25 as years, count(*) as people
	from m.person_by_hand
	group by level, place_id, period
) h using (level, place_id, period)
where v.measure = 'our_emergencies' and level in ('system', 'place', 'small_area')
group by v.level
order by v.level;

-- the value itself, to the last digit: the rate of the tally that is folded from rows by hand
select count(*) as places, count(*) filter (where v.value is distinct from e.value) as values_that_differ,
	count(v.value) as values
from m.measure_value v
join (
	select level, place_id, period, ph.person_tally(age, admissions, days / 365.25) as tally
	from m.person_by_hand
	group by level, place_id, period
) h using (level, place_id, period), lateral ph.dsr(h.tally, per => 1000) e
where v.measure = 'our_emergencies';

-- a mover counts once at a level, in the group of the first day there: groups close, unknown among them
select breakdown, count(*) as tables, bool_and(people = whole) as people_close, bool_and(events) as events_close
from (
	select b.breakdown, b.level, b.place_id, b.period, sum(b.people) as people, max(v.people) as whole,
		sum(b.numerator) = max(v.numerator) as events
	from m.measure_breakdown b
	join m.measure_value v using (measure, level, place_id, period_kind, period)
	where measure = 'our_emergencies'
	group by b.breakdown, b.level, b.place_id, b.period
) closed
group by breakdown
order by breakdown;
select count(*) as groups, count(*) filter (where b.numerator <> h.admissions or b.people <> h.people) as that_differ
from m.measure_breakdown b
full join (
	select level, place_id, period, fifth, sex, sum(admissions) as admissions, count(*) as people
	from m.person_by_hand
	group by level, place_id, period, fifth, sex
) h on h.level = b.level and h.place_id = b.place_id and h.period = b.period
	and b.group_name = concat(h.fifth, ', ', coalesce(h.sex, 'unknown'))
where b.measure = 'our_emergencies' and b.breakdown = 'deprivation_quintile by sex'
	and b.level in ('system', 'place', 'small_area');

-- people, not years, below the line; persons of a day; an age limit holds in numerator and denominator
select v.period, v.numerator = h.cost as cost, v.denominator = h.people as people, abs(v.value - h.mean) < 1e-9 as mean
from m.measure_value v
join (
	select period, sum(cost) as cost, count(*) as people, avg(cost) as mean
	from m.person_by_hand
	where level = 'system' and place_id = 'S'
	group by period
) h using (period)
where v.measure = 'our_cost' and v.level = 'system' and v.place_id = 'S'
order by v.period;
select v.period, v.numerator = h.women as women, v.people = h.people as people, round(v.value) as percent
from m.measure_value v
join (
	select first_day as period, count(*) as people, count(*) filter (where sex = 'F') as women
	from m.by_hand
	where b = first_day + case when first_day = '2023-04-01' then 366 else 365 end and system = 'S'
		and extract(year from age(b - 1, birth_date)) between 18 and 64
	group by first_day
) h using (period)
where v.measure = 'our_women' and v.level = 'system' and v.place_id = 'S'
order by v.period;

-- another order of the rows gives the same answers
create table m.before as select * from m.measure_value;
create table m.shuffled as select * from m.encounter order by md5(encounter_id);
delete from m.encounter;
insert into m.encounter select * from m.shuffled;
call ph.fold_measures('m', '{our_emergencies,our_cost,our_women}', '{2023/24,2024/25}');
select count(*) as rows_that_differ
from (
	(select measure, level, place_id, period, value, lower, upper, numerator, denominator, people, note from m.before
	except
	select measure, level, place_id, period, value, lower, upper, numerator, denominator, people,
		note from m.measure_value)
) d;

-- against the parent and the year before
select v.period, v.place_id, v.parent_id, v.parent_value = s.value as parent_value,
	v.parent_difference = v.value - s.value as difference, v.parent_verdict,
	v.before_value = b.value as before_value, v.before_verdict
from m.measure_value v
join m.measure_value s on s.measure = v.measure and s.period = v.period and s.level = 'system' and s.place_id = 'S'
left join m.measure_value b on b.measure = v.measure and b.period = v.period - interval '1 year' and b.level = v.level
	and b.place_id = v.place_id
where v.measure = 'our_women' and v.level = 'place'
order by v.period, v.place_id;

-- a period that is not over is provisional and not compared; one without a record of its source has no data
call ph.fold_measures('m', '{our_emergencies}', '{2025 Q2,2022 Q4,2023 Q2}');
update m.data_day set day = '2025-02-14';
call ph.fold_measures('m', '{our_emergencies}', '{2025 Q1,2023 Q2}');
select period, provisional, data_until, numerator, value is null as no_value, people_counted, note, before_value
from (
	select v.*, v.people > 0 as people_counted from m.measure_value v
) v
where measure = 'our_emergencies' and level = 'system' and place_id = 'S' and period_kind = 'quarter'
order by period;
select count(*) as people_of_open_periods, bool_and(fold like 'our_emergencies 1 quarter 2025-01-01') as of_which
from m.measure_person;
update m.data_day set day = '2025-03-31';
call ph.fold_measures('m', '{our_emergencies}', '{2025 Q1}');
select count(*) as people_of_closed_periods from m.measure_person;

-- who is counted does not hang on the breakdowns that are folded
create temp table with_breakdowns as
select place_id, numerator, denominator, people
from m.measure_value
where measure = 'our_women' and period = '2024-04-01';
call ph.fold_measures('m', '{our_women}', '{2024/25}', null, '{}', true);
select count(*) as differ
from with_breakdowns
full join (
	select place_id, numerator, denominator, people
	from m.measure_value
	where measure = 'our_women' and period = '2024-04-01'
) without using (place_id, numerator, denominator, people)
where with_breakdowns.people is null or without.people is null;
call ph.fold_measures('m', '{our_women}', '{2024/25}', refold => true);
-- views answer for measures of all indicators, of which not all are shares, and not all have a better side
select count(distinct measure) as measures, count(value) > 0 as have_values from m.measure_funnel;
select count(distinct measure) as measures, count(chart_value) > 0 as have_values from m.measure_trend;
select count(distinct measure) as measures, count(slope) > 0 as have_values from m.measure_inequality;
-- what persons add to open periods stands in one table, whatever is held below the line
begin;
update m.data_day set day = '2025-03-30';
call ph.fold_measures('m', '{our_emergencies,our_cost}', '{2024/25}', refold => true);
rollback;

-- what was folded stays as it is; a new version is another series
update m.measure set name = 'Other' where measure = 'our_women';
insert into m.measure
select measure, '2', name, 'Everybody.', indicator, per, unit, standard, reference, with_measure, age, until, null,
	null,
	exposure, better, kind, aim, pillar, action_area, team, owner, source, leaves_out, population, purpose, people,
	events, persons, areas, recorded, recorded_within, breakdowns, period_kinds, chart, overdispersion, seasonal
from m.measure
where measure = 'our_women';
call ph.fold_measures('m', '{our_women}', '{2024/25}');
select version, period, count(*) as rows from m.measure_value where measure = 'our_women' group by 1, 2 order by 1, 2;

-- what a row may not say
\set columns 'measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns'
\set measure 'insert into m.measure (' :columns ')'
:measure values ('bad', '1', 'B', 'B', 'rates', 'u', 'lower', 'outcome', 'outcomes', 'care', 's', 'select 1', '{}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's', 'select 1', '{}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'delete from m.person', '{}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, start_date as event_date, random() as amount from {encounter}', '{}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, start_date as event_date, 1 as amount from {encounter}', '{haircut}');
:measure values ('emergency_admissions', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, start_date as event_date, 1 as amount from {encounter}', '{}');
call ph.fold_measures('m', '{unknown}');
call ph.fold_measures('m', '{our_cost}', '{1999}');
call ph.fold_measures('m', '{our_cost}', '{2024/25}', '{ward}');
call ph.fold_measures('m', '{our_cost}', '{2024/25}', null, '{ethnicity}');
-- a breakdown that a measure names stays
delete from m.breakdown where breakdown = 'sex';
-- a person who counts twice
insert into m.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, people, events, breakdowns)
values
	('twice', '1', 'Twice', 'Twice.', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, daterange(null, null) as days from {person} p, generate_series(1, 2)',
	 'select person_id, start_date as event_date, 1 as amount from {encounter}', '{}');
call ph.fold_measures('m', '{twice}', '{2024/25}');
select count(*) as half_folded from m.measure_tally where measure = 'twice';
-- one that fails, when it is looked at or when it is folded, keeps no other from being folded, and is named
create table m.passing (person_id text, event_date date, amount integer);
insert into m.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns)
values
	('a_gone', '1', 'Gone', 'Gone.', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, event_date, amount from {passing}', '{}'),
	('a_less', '1', 'Less', 'Less than nothing.', 'proportion', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, start_date as event_date, 2 as amount from {encounter}', '{}');
update m.measure set exposure = 'people' where measure = 'a_less';
drop table m.passing;
call ph.fold_measures('m', '{a_gone,a_less,our_cost}', '{2024/25}', refold => true);
select count(*) as folded_all_the_same from m.measure_fold where measure = 'our_cost';
-- a measure goes with all that was folded of it, and no other way
delete from m.measure where measure = 'our_cost';
call ph.drop_measure('m', 'our_cost');
select count(*) from m.measure where measure = 'our_cost';
-- what an indicator needs is asked when a measure is saved
insert into m.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns)
values
	('no_reference', '1', 'N', 'N', 'smr', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, start_date as event_date, 1 as amount from {encounter}', '{}');
insert into m.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, with_measure)
values
	('no_survey', '1', 'N', 'N', 'healthy_life_expectancy', 'u', 'higher', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, start_date as event_date, 1 as amount from {encounter}', 'nothing');
-- who was seen is nobody's denominator
call ph.create_population_views('m', population => 'seen');
call ph.fold_measures('m', '{our_women}', '{2024/25}', refold => true);
call ph.create_population_views('m', population => 'resident');
call ph.fold_measures('m', '{our_women}', '{2024/25}', '{system}', refold => true);
select place_id, people from m.measure_value where measure = 'our_women' and level = 'system' order by place_id;
call ph.create_population_views('m');
-- somebody else may neither write nor fold, and reads nothing
create role measure_other;
grant usage on schema m to measure_other;
grant select, insert on m.measure to measure_other;
set role measure_other;
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, start_date as event_date, 1 as amount from {encounter}', '{}');
select count(*) from m.measure_value;
reset role;
drop owned by measure_other;
drop role measure_other;
-- inside a transaction or a function nothing is committed
begin;
call ph.fold_measures('m', '{our_women}', '{2024/25}', refold => true);
rollback;
do $$ begin call ph.fold_measures('m', '{our_women}', '{2024/25}', refold => true); end $$;
create function m.fold() returns bigint language plpgsql as $$
begin
	call ph.fold_measures('m', '{our_women}', '{2024/25}', refold => true);
	return (select count(*) from m.measure_fold where measure = 'our_women');
end $$;
select m.fold();
