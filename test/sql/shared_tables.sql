-- The shared tables and the checks of what is in them.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';

call ph.create_shared_tables('tidy');

-- the shape: every table and column has a comment, and columns stand as in the files
select c.relname, count(*) as columns, count(col_description(c.oid, a.attnum)) as commented,
  obj_description(c.oid, 'pg_class') is not null as table_commented,
  string_agg(a.attname::text, ',' order by a.attnum) as names
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'tidy'::regnamespace and c.relkind = 'r' and a.attnum > 0
group by c.oid, c.relname order by c.relname collate "C";
select count(*) filter (where contype = 'f') as foreign_keys, count(*) filter (where contype = 'c') as rules,
  count(*) filter (where contype = 'p') as primary_keys, count(*) filter (where contype = 'u') as unique_keys
from pg_constraint where connamespace = 'tidy'::regnamespace;

-- a name that is taken: nothing is made
call ph.create_shared_tables('tidy');
create schema taken;
create view taken.place as select 1 as one;
call ph.create_shared_tables('taken');
select relname from pg_class where relnamespace = 'taken'::regnamespace;
call ph.create_shared_tables(null);

-- any name of a schema does, and nobody's search_path matters
create schema hostile;
create function hostile.format(text, variadic text[]) returns text language sql as $$ select 'drop schema tidy cascade' $$;
create function hostile.count(text) returns bigint language sql as $$ select 0::bigint $$;
set search_path = hostile, pg_catalog;
call ph.create_shared_tables(E'O\'Hara\\1 50% {person}');
select problem, count(*) from ph.check_shared_tables(E'O\'Hara\\1 50% {person}') group by problem;
reset search_path;

-- one good row of each kind
insert into tidy.person values
  ('ann', '1950-02-01', 'F', 'A', null, null),
  ('bob', '1940-03-02', 'M', 'Z', '2023-06-01', 'I259'),
  ('cat', '1990-04-03', null, null, null, null);
insert into tidy.place values ('S', 'ICB24', 'system'), ('L', 'LAD24', 'place'), ('K', 'LAD24', 'other place'), ('M', 'MSOA21', null),
  ('W', 'WARD24', null), ('A', 'LSOA21', null), ('N', 'PCN', null), ('G', 'PRACTICE', null);
insert into tidy.place_parent values ('L', 'S'), ('K', 'S'), ('M', 'L'), ('W', 'L'), ('A', 'M'), ('A', 'W'), ('N', 'L'), ('G', 'N');
insert into tidy.residence values ('ann', 'A', null, '1950-02-01', null), ('bob', 'A', null, '1940-03-02', '2001-01-01'),
  ('bob', 'A', null, '2001-01-01', null), ('cat', 'A', null, '2020-01-01', null);
insert into tidy.registration values ('ann', 'G', 'N', '2000-01-01', null), ('bob', 'G', 'N', '2000-01-01', '2023-06-01'),
  ('cat', 'G', null, '2020-01-01', '2021-01-01'), ('cat', 'G', 'N', '2021-01-01', null);
insert into tidy.encounter values (1, 'ann', 'NEL', '2023-04-01', '2023-04-03', 2, '21', 'J440', 'H', 2000.50),
  (2, 'bob', 'AE', '2023-06-01', '2023-06-01', null, null, null, 'H', 200);
insert into tidy.clinical_event values ('ann', '2023-04-01', 'ICD10', 'J440', null, 'APC', 1, 1),
  ('bob', '2010-01-01', 'SNOMED', '13645005', 'COPD', 'GP', null, null);
insert into tidy.measurement values ('ann', '2023-01-01', 'SNOMED', '60621009', 'Body mass index', 25, 'kg/m2');
insert into tidy.place_factor values ('A', 'imd2019_decile', '2019', 3, 'decile', 'made up'), ('A', 'pm25', '2024', 9.5, 'ug/m3', 'made up');
insert into tidy.enrolment values ('ann', 'CARE', '2023-05-01', null, 'enrolled'), ('cat', 'CARE', null, null, 'eligible_not_enrolled');
insert into tidy.code_list values ('copd', 'v10', 'ICD10', 'J44', 'prefix'), ('copd', 'v9', 'SNOMED', '13645005', 'exact');
select * from ph.check_shared_tables('tidy');

-- the tables refuse what a single row shows to be wrong
insert into tidy.person values ('dan', '1990-01-01', 'X', 'A', null, null);
insert into tidy.enrolment values ('cat', 'CARE', null, null, 'eligible_not_enrolled');

-- the same rows without constraints, as in a partner's views, and one of everything that can be wrong
create schema rough;
select format('create table rough.%1$I as table tidy.%1$I', relation) from ph.shared_table()
\gexec
insert into rough.person values
  ('death before birth', '1990-01-02', 'F', 'A', '1990-01-01', 'I259'),
  ('sex', '1990-01-01', 'X', 'A', null, null),
  ('ethnicity', '1990-01-01', 'F', 'I', null, null),
  ('cause', '1990-01-01', 'F', 'A', null, 'I259'),
  ('malformed cause', '1990-01-01', 'F', 'A', '2024-01-01', '?'),
  ('no birth', null, 'F', 'A', null, null),
  ('twice', '1990-01-01', 'F', 'A', null, null),
  ('twice', '1990-01-01', 'F', 'A', null, null);
insert into rough.place values ('kindless', null, null), ('Y', 'WARD24', null), ('Z', 'WARD24', null);
insert into rough.place_parent values ('Y', 'Z'), ('Z', 'Y'), ('M', 'K'), ('lost', 'S'), ('W', 'lost');
insert into rough.residence values ('ann', 'A', null, '2010-01-01', '2011-01-01'), ('cat', 'lost', null, '1980-01-01', '1981-01-01'),
  ('lost', 'A', null, '2010-01-01', '2009-01-01');
insert into rough.registration values ('ann', 'G', 'N', '2020-01-01', '2021-01-01'), ('cat', 'lost', 'lost', '1980-01-01', '1981-01-01'),
  ('lost', 'G', 'N', '2010-01-01', '2009-01-01'),
  ('bob', 'G', 'N', '2010-01-01', '2010-01-01');  -- not a day long: overlaps nothing
insert into rough.encounter values (3, 'lost', 'GP', '2023-01-01', '2022-12-31', -1, null, null, null, -1),
  (4, 'ann', 'A&E', '2023-01-01', null, null, null, '?', null, null),
  (5, 'bob', 'GP', '2023-06-02', null, null, null, null, null, null),
  (6, 'cat', 'GP', '1990-04-02', '1990-04-02', 1, null, null, null, null);
insert into rough.clinical_event values ('lost', '2023-01-01', 'ICD10', '?', null, 'APC', 99, 0),
  ('bob', '2023-06-02', 'SNOMED', '', null, 'GP', null, null), ('cat', '1990-04-02', 'SNOMED', '1', null, 'GP', null, null);
insert into rough.measurement values ('lost', '2023-01-01', 'SNOMED', '1', null, 1, null),
  ('bob', '2023-06-02', 'SNOMED', '1', null, 1, null), ('cat', '1990-04-02', 'SNOMED', '1', null, 1, null);
insert into rough.place_factor values ('lost', 'imd2019_decile', '2019', 11, null, null), ('A', 'pm25', '2024', 9.5, null, null);
insert into rough.enrolment values ('lost', 'CARE', '2023-01-01', '2022-01-01', 'enrolled'), ('cat', 'CARE', null, null, 'eligible_not_enrolled');
insert into rough.code_list values ('never', '1', 'ICD10', '?', 'exact'), ('never', '1', 'SNOMED', '', 'like');
select * from ph.check_shared_tables('rough');

-- every check found something, but for the one that needs an empty relation
select distinct problem from ph.shared_check() except select problem from ph.check_shared_tables('rough');

-- what is missing is said, and the checks that can still be asked are asked
truncate rough.measurement;
drop table rough.code_list;
drop table rough.place_parent;
alter table rough.encounter drop column pod;
alter table rough.person drop column death_date;
create view rough.place_parent as select place_id, parent_id from tidy.place_parent;
select * from ph.check_shared_tables('rough');
select * from ph.check_shared_tables('nowhere');
select * from ph.check_shared_tables(null);

set client_min_messages = warning;
drop schema tidy, rough, taken, hostile, "O'Hara\1 50% {person}" cascade;

-- views of the right shape whose days are timestamps: reported, and the rest is still checked
call ph.create_shared_tables('typed');
create schema warehouse;
create view warehouse.person as
  select person_id, birth_date::timestamp as birth_date, sex, ethnicity_code, death_date, death_cause_icd10 from typed.person;
select problem, relation, column_name from ph.check_shared_tables('warehouse') where problem in ('wrong type', 'empty relation');
