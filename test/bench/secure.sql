-- Row security of ph.secure on a table of the shape of encounters: the same questions without it, with a condition of
-- one's own, and as roles with one place, one system and everywhere; ratios to no row security (over_open), and to
-- one's own condition (over_own).
\set QUIET 1
set client_min_messages = warning;
set jit = off;
create schema partners;
call ph.create_shared_tables('partners');
-- 42 systems of four places, each with a practice; a person lives in one, in no order of the table
insert into partners.place (place_id, place_kind)
select kind || n, kinds
from (
		values ('S', 'ICB24', 42), ('L', 'LAD24', 168), ('A', 'LSOA21', 168), ('G', 'PRACTICE', 6720)
	) k (kind, kinds, many),
	generate_series(1, many) n;
insert into partners.place_parent
select 'L' || n, 'S' || 1 + n % 42 from generate_series(1, 168) n
union all
select 'A' || n, 'L' || n from generate_series(1, 168) n;
insert into partners.data_day values ('2024-12-31');
insert into partners.person (person_id, birth_date)
select 'P' || i, '1970-01-01' from generate_series(1, :rows / 50) i;
insert into partners.residence (person_id, lsoa21_code, start_date)
select person_id, 'A' || 1 + abs(hashtext(person_id)::bigint) % 168, '2000-01-01' from partners.person;
insert into partners.registration (person_id, practice_code, start_date)
select person_id, 'G' || 1 + abs(hashtext('g' || person_id)::bigint) % 6720, '2000-01-01' from partners.person;
call ph.create_population_views('partners', neighbourhood => 'none');
call ph.create_sharing_tables('partners');
insert into partners.may_use select person_id, 'planning' from partners.person;
create table partners.attendance (like partners.encounter);
call ph.secure('partners', '{"attendance": "start_date"}');
-- filled as a load and a refresh would, in one go; the refresh below finds nothing to change
insert into partners.attendance (
	encounter_id, person_id, pod, start_date, end_date, primary_icd10, provider_code, cost, may_use_planning,
	access_system, access_place, access_practice)
select i, person_id, (array['GP', 'AE', 'OP', 'EL', 'NEL'])[1 + i % 5], date '2019-01-01' + i % 2000,
	date '2019-01-01' + i % 2000, case when i % 5 = 4 then 'J18' end, 'R' || i % 90, i % 1000, true,
	p.access_system, p.access_place, p.access_practice
from partners.person p, generate_series(0, 49) k, lateral (select 50 * substr(person_id, 2)::integer + k as i) n;
create temp table before as select max(xmin::text::bigint) as written from partners.attendance;
do $$
declare
	began constant timestamptz := clock_timestamp();
begin
	call ph.refresh_access('partners');
	raise info 'refreshed in % s, rows that changed: %',
		round(extract(epoch from clock_timestamp() - began)::numeric, 1),
		(select count(*) from partners.attendance c, before b where c.xmin::text::bigint > b.written);
end
$$;
create role bench_place;
create role bench_system;
create role bench_national;
insert into partners.entitlement (role, level, place, purpose)
values ('bench_place', 'place', 'L7', 'planning'), ('bench_system', 'system', 'S7', 'planning'),
	('bench_national', 'national', null, 'planning');
call ph.grant_access('partners', 'bench_place', 'analyst');
call ph.grant_access('partners', 'bench_system', 'analyst');
call ph.grant_access('partners', 'bench_national', 'analyst');
vacuum (freeze, analyze) partners.attendance;
grant select on partners.attendance to bench_place, bench_system, bench_national;
create function pg_temp.took(who text, question text, out seconds float8, out workers boolean)
language plpgsql
as $$
declare
	began timestamptz;
	line text;
begin
	perform set_config('role', who, true);
	workers := false;
	for line in execute 'explain ' || question loop
		workers := workers or line ~ 'Gather';
	end loop;
	began := clock_timestamp();
	execute question;
	seconds := extract(epoch from clock_timestamp() - began);
	perform set_config('role', 'none', true);
end
$$;
create temp table asked (n int, who text, role text, condition text);
insert into asked
values (1, 'no row security', current_user, 'true'), (2, 'own condition: place', current_user, 'access_place = ''L7'''),
	(3, 'row security: place', 'bench_place', 'true'),
	(4, 'own condition: system', current_user, 'access_system = ''S7'''),
	(5, 'row security: system', 'bench_system', 'true'), (6, 'row security: national', 'bench_national', 'true');
create temp table took as
select round, a.n, a.who, q.question, t.seconds, t.workers
from generate_series(1, 7) round, asked a,
	(
		values ('sum', 'select count(*), avg(cost) from partners.attendance where %s'),
			('groups', 'select pod, provider_code, count(*), sum(cost) from partners.attendance where %s group by 1, 2')
	) q (question, query),
	pg_temp.took(a.role, format(q.query, a.condition)) t
order by round, a.n, q.question;
with best as (
	select n, who, question, min(seconds) as seconds, bool_or(workers) as workers from took group by n, who, question
)
select b.question, b.who, round((b.seconds * 1000)::numeric) as milliseconds,
	round((b.seconds / open.seconds)::numeric, 2) as over_open,
	round((b.seconds / own.seconds)::numeric, 2) as over_own, b.workers
from best b
join best open on open.question = b.question and open.n = 1
left join best own on own.question = b.question and own.n = case b.n when 3 then 2 when 5 then 4 end
order by b.question desc, b.n;
-- where tables are distributed policies hold no subquery: the same on one node
do $$
declare
	part record;
begin
	for part in select polname from pg_policy where polrelid = 'partners.attendance'::regclass loop
		execute format('drop policy %I on partners.attendance', part.polname);
	end loop;
	for part in select * from ph_support.distributed_policy('partners', 'partners.attendance', true) loop
		execute format('create policy %I on partners.attendance ', part.name)
			|| format(part.definition, array_to_string(part.roles, ', '));
	end loop;
end
$$;
-- (of every fiftieth person, since it asks for every row)
create temp table kept as select * from partners.attendance where hashtext(person_id) % 50 = 0;
truncate partners.attendance;
insert into partners.attendance select * from kept;
vacuum analyze partners.attendance;
select a.who || ', without a subquery' as who, (select count(*) from kept) as rows_of_table,
	round((min(t.seconds) * 1000)::numeric) as milliseconds, bool_or(t.workers) as workers
from generate_series(1, 2), asked a,
	pg_temp.took(a.role, 'select count(*), avg(cost) from partners.attendance') t
where a.n in (3, 5, 6)
group by a.n, a.who
order by a.n;
drop schema partners cascade;
drop owned by bench_place, bench_system, bench_national;
drop role bench_place, bench_system, bench_national;
