-- k and l of rows that are to be released, against the same by hand.
set client_min_messages = warning;
create table release as
select i as id, 40 + i % 5 * 10 as age, case when i % 7 < 3 then 'F' when i % 7 < 6 then 'M' end as sex,
	'W' || i % 3 as ward, case when i % 11 > 0 then 'D' || i % 4 end as diagnosis, 'P' || i % 40 as who
from generate_series(1, 300) i;
select * from ph.uniqueness('release', '{age,sex}', 'diagnosis');
select sum(size) as people, count(*) as groups, min(size) as k, sum((size = 1)::integer) as alone,
	sum(case when size < 5 then size else 0 end) / sum(size)::float8 as below_5,
	sum(case when size < 10 then size else 0 end) / sum(size)::float8 as below_10,
	min(cardinality(diagnoses)) as l
from (
	select count(*) as size, array_agg(distinct coalesce(diagnosis, '?')) as diagnoses
	from release
	group by age, coalesce(sex, '?')
) g;
select u.* = w.* as same_as_by_hand
from ph.uniqueness('release', '{age,sex,ward,who}', 'diagnosis') u, lateral (
	select sum(size)::bigint, count(*), min(size), sum((size = 1)::integer)::bigint,
		(sum(size) filter (where size < 5) / sum(size))::float8,
		(sum(size) filter (where size < 10) / sum(size))::float8, min(l)::bigint, null::text
	from (
		select count(*) as size, count(distinct coalesce(diagnosis, '?')) as l
		from release
		group by age, coalesce(sex, '?'), ward, who
	) g
) w;

-- people and not rows: rows of one person would make a group look larger than it is
select r.k as of_rows, p.k as of_people, p.people
from ph.uniqueness('release', '{sex}') r, ph.uniqueness('release', '{sex}', person => 'who') p;
select min(people) as of_people_by_hand from (select count(distinct who) as people from release group by sex) g;
-- persons unknown count as one, so that the group is taken for smaller and never for larger
create table unknown_persons (place text, who text);
insert into unknown_persons values ('a', null), ('a', null), ('a', 'x'), ('b', null), ('b', null);
select people, groups, k, alone from ph.uniqueness('unknown_persons', '{place}', person => 'who');

-- what is not known is a value of its own, of groups and of what is sensitive
create table nothing_known (place text, illness text);
insert into nothing_known
values ('a', 'x'), ('a', null), (null, 'y'), (null, 'y'), (null, 'y'), ('b', null), ('b', null);
select people, groups, k, alone, in_groups_below_5, l from ph.uniqueness('nothing_known', '{place}', 'illness');
select k, l from ph.uniqueness('nothing_known', '{place}');
-- every row a group, and one group of all
select groups, k, alone, in_groups_below_5, in_groups_below_10 from ph.uniqueness('release', '{id}');
create table alike as select 1 as one from generate_series(1, 12);
select groups, k, alone, in_groups_below_5, in_groups_below_10 from ph.uniqueness('alike', '{one}');
-- more columns never make a group larger
select bool_and(wide.k <= narrow.k and wide.alone >= narrow.alone and wide.groups >= narrow.groups
	and wide.in_groups_below_5 >= narrow.in_groups_below_5) as more_columns_never_hide
from unnest('{age,sex,ward,diagnosis,who}'::text[]) a, unnest('{age,sex,ward,diagnosis,who}'::text[]) b,
	ph.uniqueness('release', array[a]) narrow, ph.uniqueness('release', array[a, b]) wide;

-- nobody: NULL with a note
delete from alike;
select people is null and k is null and l is null and in_groups_below_5 is null as not_known, groups, alone, note
from ph.uniqueness('alike', '{one}', 'one');

-- names are names and nothing else; views too
create table "a ""b" ("x; drop table alike" integer, "Y'" text);
insert into "a ""b" values (1, 'p'), (1, 'q');
select k, l from ph.uniqueness('"a ""b"', array['x; drop table alike'], 'Y''', 'Y''');
create view seen as select age, sex from release where ward = 'W1';
select people from ph.uniqueness('seen', '{age}');
-- with the rights of who asks, who sees what policies show, and is told
drop role if exists uniqueness_reader;
create role uniqueness_reader;
set role uniqueness_reader;
select * from ph.uniqueness('release', '{age}');
reset role;
grant select on release to uniqueness_reader;
alter table release enable row level security;
create policy own on release using (ward = 'W1');
set role uniqueness_reader;
select people, note from ph.uniqueness('release', '{age}');
reset role;
select people, note from ph.uniqueness('release', '{age}');

select * from ph.uniqueness(null, '{age}');
select * from ph.uniqueness('0', '{age}');
select * from ph.uniqueness('pg_class_oid_index', '{age}');
select * from ph.uniqueness('release', null);
select * from ph.uniqueness('release', '{}');
select * from ph.uniqueness('release', '{age,NULL,Sex,ctid}');
select * from ph.uniqueness('release', '{age}', 'illness');
select * from ph.uniqueness('release', '{age}', 'diagnosis', '');
drop view seen;
drop table release, unknown_persons, nothing_known, alike, "a ""b";
drop role uniqueness_reader;
