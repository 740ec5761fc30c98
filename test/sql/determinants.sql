-- Deaths attributable to a factor of places, against the formula by hand; relative risks with their source.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('air');
insert into air.place values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill');
insert into air.place_parent values ('L1', 'S');
insert into air.place select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 10) i;
insert into air.place_parent select 'A' || i, 'L1' from generate_series(1, 10) i;
insert into air.place_factor select 'A' || i, 'imd2019_decile', '2019', i from generate_series(1, 10) i;
insert into air.place_factor select 'A' || i, 'pm25', '2023', 4 + i from generate_series(1, 10) i;
insert into air.place_factor select 'A' || i, 'pm25', '2019', 99 from generate_series(1, 10) i;
insert into air.person (person_id, birth_date, sex, death_date, death_cause_icd10)
select 'P' || i, date '1930-01-01' + i * 13 % 30000, 'F', case when i % 9 = 0 then date '2024-02-01' + i % 400 end,
	case when i % 9 = 0 then case i % 2 when 0 then 'I219' else 'V499' end end
from generate_series(1, 2000) i;
insert into air.registration (person_id, start_date) select person_id, birth_date from air.person;
insert into air.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 10, '1930-01-01' from generate_series(1, 2000) i;
insert into air.data_day values ('2025-03-31');
call ph.create_population_views('air', neighbourhood => 'none');
call ph.create_measure_tables('air');

with person as (
	select 1 + i % 10 as area, (i % 10) / 2 + 1 as fifth, 4 + 1 + i % 10 as level,
		death_date >= '2024-04-01' and death_date < '2025-04-01' and death_cause_icd10 = 'I219' as died
	from air.person
	cross join lateral (select substr(person_id, 2)::integer as i) n
	where age('2024-04-01', birth_date) >= interval '30 years' and coalesce(death_date, 'infinity') >= '2024-04-01'
), by_hand as (
	select coalesce(fifth::text, 'all') as fifth, count(*) as people, count(*) filter (where died) as deaths,
		sum(1 - 1 / 1.08 ^ (greatest(level - 5, 0) / 10.0)) filter (where died) as attributable,
		sum(1 - 1 / 1.06 ^ (greatest(level - 5, 0) / 10.0)) filter (where died) as lower,
		1 - count(*) / sum(1.08 ^ (greatest(level - 5, 0) / 10.0)) as fraction
	from person
	group by rollup (fifth)
)
select h.fifth, a.people = h.people as people, a.events = h.deaths as deaths,
	abs(a.attributable - h.attributable) < 1e-9 as attributable,
	abs(a.attributable_lower - h.lower) < 1e-9 as lower, abs(a.fraction_of_people - h.fraction) < 1e-9 as fraction
from by_hand h
join ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,2025-04-01)') a
	on coalesce(a.group_name, 'all') = h.fifth
order by h.fifth;
select coalesce(group_name, 'all') as place, people, events
from ph.attributable_to('air', 'pm25', 'deaths from all causes', '[2024-04-01,2025-04-01)', by => 'place')
order by 1;
-- an area without the factor: not a plausible number
delete from air.place_factor where place_id = 'A10' and factor = 'pm25';
select coalesce(group_name, 'all') as fifth, attributable is null as none, note
from ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,2025-04-01)')
order by 1;
-- what is not known, and what is known twice
select * from ph.attributable_to('air', 'pm25', 'births', '[2024-04-01,2025-04-01)');
insert into air.relative_risk (factor, outcome, source, relative_risk, lower, upper, per, certainty)
values ('pm25', 'deaths from natural causes', 'ours', 1.1, 1.0, 1.2, 10, 'made up');
select * from ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,2025-04-01)');
select count(*) from ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,2025-04-01)', 'ours');
select * from ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,)', 'ours');
select * from ph.attributable_to('air', 'pm25', 'deaths from natural causes', '[2024-04-01,2025-04-01)', by => 'sex');
insert into air.relative_risk (factor, outcome, source, relative_risk, lower, upper, certainty)
values ('pm25', 'x', 'ours', 1.1, 1.2, 1.3, 'limits that do not hold it');
