-- Measures of areas: partners' published numbers beside one's own, rolled up; and whose rights decide what is read.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('open');
insert into open.place values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', 'Dale');
insert into open.place_parent values ('L1', 'S'), ('L2', 'S');
insert into open.place select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 6) i;
insert into open.place_parent select 'A' || i, 'L' || 1 + i / 4 from generate_series(1, 6) i;
insert into open.person (person_id, birth_date, sex)
select 'P' || i, '1980-01-01', 'F' from generate_series(1, 60) i;
insert into open.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 6, '2015-01-01' from generate_series(1, 60) i;
insert into open.registration (person_id, start_date) select person_id, '2015-01-01' from open.person;
insert into open.data_day values ('2025-03-31');
call ph.create_population_views('open', neighbourhood => 'none');
call ph.create_calendar('open', '2020-01-01', '2025-12-31');
call ph.create_measure_tables('open');
create table open.published (area text, year integer, claims numeric, people numeric);
insert into open.published select 'A' || i, y, 10 * i + y - 2023, 1000 from generate_series(1, 6) i,
	generate_series(2023, 2024) y;
create table open.by_borough (area text, year integer, claims numeric, people numeric);
insert into open.by_borough values ('L1', 2024, 70, 4000), ('L2', 2024, 160, 3000), ('X', 2024, 1, 1);
insert into open.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, areas, period_kinds,
		breakdowns)
values
	('claimants_published', '1', 'Claimants', 'Claimants over residents.', 'proportion', 100, '%', 'lower', 'outcome',
	 'equity', 'determinants', 'this test',
	 'select area as place_id, ''year'' as period_kind, make_date(year, 1, 1) as period, claims as numerator,
		people as denominator
	 from {published}', '{year}', '{}'),
	('claimants_own_level', '1', 'Claimants, by level', 'What is published of a level itself counts there.',
	 'proportion', 100, '%', 'lower', 'outcome', 'equity', 'determinants', 'this test',
	 'select area as place_id, ''year'' as period_kind, make_date(year, 1, 1) as period, claims as numerator,
		people as denominator
	 from {published}
	 where year = 2024
	 union all
	 select area, ''year'', make_date(year, 1, 1), claims, people from {by_borough}', '{year}', '{}');
call ph.fold_measures('open', '{claimants_published,claimants_own_level}');
select period, level, place_id, numerator, denominator, round(value::numeric, 3) as percent, before_verdict
from open.measure_value
where measure = 'claimants_published' and level in ('system', 'place')
order by period, level, place_id;
select level, place_id, numerator, denominator from open.measure_value
where measure = 'claimants_own_level' and level in ('system', 'place')
order by level, place_id;

-- who folds reads with the owner's rights alone: what they may not read is refused, and what is hidden from them
create table open.secret (person_id text, event_date date, amount integer);
create role measure_owner;
create role measure_secret;
grant usage, create on schema open to measure_owner;
alter table open.secret owner to measure_secret;
do $$
declare
	relation regclass;
begin
	for relation in
		select oid from pg_class where relnamespace = 'open'::regnamespace and relkind in ('r', 'v')
			and relname <> 'secret'
	loop
		execute format('alter table %s owner to measure_owner', relation);
	end loop;
end $$;
set role measure_owner;
insert into open.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns)
values
	('of_secrets', '1', 'Secrets', 'Secrets.', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, event_date, amount from {secret}', '{}');
reset role;
grant select on open.secret to measure_owner;
set role measure_owner;
insert into open.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns)
values
	('of_secrets', '1', 'Secrets', 'Secrets.', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	 'select person_id, event_date, amount from {secret}', '{}');
call ph.fold_measures('open', '{of_secrets}', '{2024/25}');
reset role;
revoke select on open.secret from measure_owner;
set role measure_owner;
call ph.fold_measures('open', '{of_secrets}', '{2024/25}');
reset role;
grant select on open.secret to measure_owner;
alter table open.secret enable row level security;
create policy mine on open.secret using (amount > 0);
set role measure_owner;
call ph.fold_measures('open', '{of_secrets}', '{2024/25}');
reset role;
select count(*) as folded_of_secrets from open.measure_fold where measure = 'of_secrets';
drop schema open cascade;
drop owned by measure_owner, measure_secret;
drop role measure_owner, measure_secret;
