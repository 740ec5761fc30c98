-- What a query given as text reads and calls, and which queries may be kept.
set client_min_messages = warning;
create schema own;
set search_path = own;
create schema data;
create table data.person (person_id text, age float8, sex text);
create table data.secret (person_id text, diagnosis text);
create view data.adult as select person_id, age from data.person where age >= 18;
create view data.old as select upper(person_id) as person_id from data.adult where age >= 65;
create view data.invoking with (security_invoker) as select person_id from data.old;

create function reads(query text)
returns table (kind text, name text, through regclass, is_owner boolean, columns text) language sql
as $$
	select kind, name, through::regclass, reader = (select oid from pg_roles where rolname = current_user),
		array_to_string(columns, ' ')
	from ph_support.query_reads(query)
	order by kind desc, name, through::text
$$;

-- relations, with columns, of the query and through views; views once, however often they are named
select * from reads('select count(*) from data.invoking a join data.invoking b using (person_id)');
select * from reads('select p from data.person p') where kind = 'relation';
select * from reads('select ctid, xmin from data.person') where kind = 'relation';
-- everywhere: common table expressions, also recursive, set operations, subqueries, lateral, functions in FROM, VALUES
select string_agg(name, ' ' order by name) as relations
from reads($$
	with recursive c as (
		select person_id from data.secret
		union
		select a.person_id from data.adult a join c using (person_id))
	select *
	from c
	where exists (select from data.old o where o.person_id = c.person_id)
$$)
where kind = 'relation';
select string_agg(replace(name, 'pg_catalog.', ''), ' ' order by name) as functions
from reads($$
	select count(*) filter (where s ~ 'a'), max(s), row_number() over (order by s desc), substr(s, 1)::date,
		'{1,2}'::text::int[], greatest(1, 2), s in ('a', 'b')
	from (values ('a'), (lower('B'))) v(s), lateral generate_series(1, length(s)) g
	group by s
	union all
	select 1, (select min(person_id) from data.person), 2, current_date, array[1], 1, (1, 2) < (3, 4)
$$)
where kind = 'function';
select string_agg(replace(name, 'pg_catalog.', ''), ' ' order by name) as functions
from reads($$
	select sum(age) over (order by age range between 1 preceding and 2 following)
	from data.person tablesample system (10)
$$)
where kind = 'function' and name ~ 'in_range|system';

-- what a type brings with it: the check of a domain, a cast to JSON, inside of arrays, rows and ranges
create function evil(text) returns boolean language sql stable as 'select true';
create function evil_json(data.person) returns json language sql stable as $$select '1'::json$$;
create cast (data.person as json) with function evil_json(data.person);
create domain checked as text check (evil(value));
create type holder as (part checked[]);
select q as query,
	(select string_agg(name, ' ' order by name) from reads(q) where name like '%evil%') as foreign_functions
from (values
	('select ''x''::own.checked'), ('select age::text::own.checked from data.person'),
	('select array[sex]::own.checked[] from data.person'),
	('select row(array[sex])::own.holder from data.person'),
	('select ''x''::text::own.holder'), ('select null::own.holder is null'),
	('select part from json_to_record(''{}'') as r(part own.checked)'),
	('select * from json_populate_record(null::own.holder, ''{}'')'),
	('select to_json(p) from data.person p'), ('select jsonb_agg(p) from data.person p'),
	('select a from xmltable(''/a'' passing ''<a/>'' columns a own.checked path ''.'')'),
	('select row_to_json(p) from data.person p'), ('select sex from data.person')) v(q);

-- policies of tables; a rule that a table once had does not matter, an operator's function and one in a join do
create table data.guarded (person_id text, team text);
alter table data.guarded enable row level security;
create policy own on data.guarded
	using (evil(team) and exists (select from data.secret s where s.person_id = team));
select * from reads('select person_id from data.guarded');
create function evil_equal(text, integer) returns boolean language sql stable as 'select true';
create operator === (function = evil_equal, leftarg = text, rightarg = integer);
select name from reads('select 1 from data.person a join data.person b on a.sex operator(own.===) 1')
where kind = 'function';

-- a view that reads itself has an end here; a query as deep as there is room for is refused as PostgreSQL refuses it
create view data.round as select 1 as n;
create or replace view data.round as select n from data.round;
select * from reads('select * from data.round');

-- ---- which may be kept ----
create role ph_test_author;
create role ph_test_other;
grant usage on schema data to ph_test_author, ph_test_other;
grant select on data.person, data.old, data.invoking to ph_test_author;
create function refused(query text, author text default 'ph_test_author') returns text language plpgsql
as $$
declare
	state text;
	message text;
begin
	call ph_support.require_safe_query(query, author::regrole);
	return 'may be kept';
exception when others then
	get stacked diagnostics state = returned_sqlstate, message = message_text;
	return state || ' ' || message;
end
$$;
create function steady(float8) returns float8 language sql immutable begin atomic select $1; end;
create view data.random as select person_id, random() as r from data.person;
create view data.of_other with (security_invoker) as select * from data.secret;
create view data.locking as select person_id from data.person for update;
create view data.by_other as select * from data.secret;
alter view data.by_other owner to ph_test_other;
create view data.by_owner as select person_id from data.secret;
grant select on data.random, data.locking, data.of_other, data.by_other, data.by_owner, data.guarded to ph_test_author;
create table data.half (a int, b int);
grant select (a) on data.half to ph_test_author;
create schema hidden;
create table hidden.known (a int);
grant select on hidden.known to ph_test_author;

select refused(q), q as query
from (values
	('select person_id, age from data.person where age < 75 and current_date > ''2024-01-01'''),
	('select person_id, age, now() from data.old join data.person using (person_id)'),
	('select ph.in_look_back(now(), now(), ''1 year'') from data.person'),
	('select (ph.dsr(ph.person_tally(age, 1::float8))).value from data.person'),
	('select a from data.half'), ('select count(*) from data.half'), ('select person_id from data.by_owner'),
	-- marks prove nothing
	('select own.steady(age) from data.person'), ('select r from data.random'), ('select random()'),
	('select sex::own.checked from data.person'), ('select 1 where ''a'' operator(own.===) 1'),
	('select to_json(p) from data.person p'), ('select p::json from data.person p'), ('select * from data.guarded'),
	('select nextval(''s'') from data.person'), ('select set_config(''a.b'', ''c'', true)'), ('select pg_sleep(1)'),
	('select pg_read_file(''/etc/passwd'')'), ('select (pg_stat_file(''a'')).size'), ('select lo_get(1)'),
	('select * from pg_ls_dir(''.'')'), ('select query_to_xml(''select 1'', true, true, '''')'),
	('select table_to_xml(''data.secret'', true, true, '''')'), ('select database_to_xml(true, true, '''')'),
	('select schema_to_xmlschema(''data'', true, true, '''')'), ('select * from ts_stat(''select 1'')'),
	('select domain_in(''x'', 1, -1)'), ('select (ph.fit(''linear'', ''select 1 as y, 2 as x'')).status'),
	('select * from ph.segments_at(''data'', ''s'', ''2024-01-01'')'), ('select ph_support.last_day(''data'')'),
	-- not one SELECT that only reads
	('with gone as (insert into data.secret values (''a'', ''b'') returning 1) select * from gone'),
	('select 1; drop table data.secret'), ('select 1 as a) q; select 2 from (select 1 as a'),
	('select 1 into data.made'), ('select * from data.person for update'), ('select * from data.locking'),
	('delete from data.person'), (null), (''),
	-- not what the author may not read: a table, a column, a system column, a row, through views, by policies
	('select * from data.secret'), ('select 1 from data.secret'), ('select b from data.half'),
	('select a from data.half where b = 1'), ('select ctid from data.half'), ('select h from data.half h'),
	('select person_id from data.adult'), ('select person_id from data.of_other'),
	('select diagnosis from data.by_other'),
	('select a from hidden.known'), ('select rolpassword from pg_authid'),
	('select (select max(diagnosis) from data.secret) from data.person'),
	('select person_id from data.person union select person_id from data.secret'),
	-- names mean the same whoever asks
	('select person_id from person')) v(q);
set search_path = data, own;
select own.refused('select person_id from person') as whatever_the_path;
set search_path = own;
select refused('select 1', null), refused('select * from data.secret', current_user);
select count(*) as secrets from data.secret;

-- a foreign class of operators, which only a superuser makes: sorting calls its function
create function evil_order(integer, integer) returns integer language sql immutable as 'select 0';
create function evil_less(integer, integer) returns boolean language sql immutable as 'select true';
create operator <<<< (function = evil_less, leftarg = integer, rightarg = integer);
create operator ==== (function = evil_less, leftarg = integer, rightarg = integer);
create operator class evil_class for type integer using btree as
	operator 1 <<<<, operator 3 ====, function 1 evil_order(integer, integer);
select name from reads('select i from generate_series(1, 3) i order by i using operator(own.<<<<)')
where name like '%evil%';
select name from reads('select array_agg(i order by i using operator(own.<<<<)) from generate_series(1, 3) i')
where name like '%evil%';

drop schema data, hidden, own cascade;
drop owned by ph_test_author, ph_test_other cascade;
drop role ph_test_author, ph_test_other;
