-- A query that is given as text is one SELECT that only reads, and every pass must see the same rows of it.
set client_min_messages = warning;
select *
from ph.query_columns('select 1 as one, now()::date as "A day", ''x''::varchar(3) as word;');
create table person as
select i as person_id, (i * 7919 % 90)::float8 as age, (i * 104729 % 1000)::float8 as cost
from generate_series(1, 400) i;

-- not two statements, however they are dressed
select ph.k_means('select 1::float8 as a) q; select 12345::int8 as a from (select 1::float8 as a', 1);
select ph.k_means('select 1 as a; select 2 as a', 1);
select ph.fit('linear', 'select cost, age from person) union all (select 1, 2');
select ph.fit('linear', 'select cost, age from person /*');
select (ph.fit('linear', '(select cost, age from person) -- ) q')).status;
select (ph.fit('linear', 'values (1, 2), (2, 5), (3, 9)')).status;

-- not what writes
select ph.fit('linear', 'delete from person returning cost, age');
select ph.fit('linear', 'with gone as (delete from person returning *) select cost, age from gone');
select ph.fit('linear', 'select cost, age into taken from person');
select ph.fit('linear', 'select cost, age from person for update');
select ph.fit('linear', 'select cost, age from (select * from person for share) p');
select * from ph.query_columns('explain select 1');
select ph.latent_class('', 1);
select count(*) as people_still_there from person;

-- errors point into the query
select ph.fit('linear', 'select cost, agee from person');
select ph.fit('linear', 'select cost, age / (age - 7) as a from person');
select ph.fit('linear', 'select $1 as a, 2 as b');

-- rows that are others in another pass: 1, none, not finite, null, of another type
create sequence passed;
select (ph.fit(
		'linear',
		'select i as y, i as x, i as x2 '
		'from (select nextval(''passed'') as n offset 0) s, generate_series(1, 10) i where n <= 1')).status;
select (ph.fit('logistic', 'select age > 40 as y, random() as x from person')).status;
alter sequence passed restart;
select *
from ph.cluster_stability(
	'select case when n <= 1000 or n % 10 > 0 then random() else ''NaN'' end as a '
	'from (select nextval(''passed'') n from generate_series(1, 1000)) q',
	ph.k_means('select i::float8 as a from generate_series(1, 2000) i', 3, starts => 1), resamples => 3);
-- a function that says it is immutable and is not: the filter and the value see different answers
create function sometimes(n integer) returns float8 language plpgsql immutable
as $$ begin return case when nextval('passed') % 3 > 0 then n end; end $$;
create function sometimes_word(n integer) returns text language plpgsql immutable
as $$ begin return case when nextval('passed') % 3 > 0 then 'w' || n % 4 end; end $$;
select (ph.k_means('select sometimes(person_id) as a from person', 2)).status;
select (ph.k_prototypes('select sometimes_word(person_id) as a, age from person', 2)).status;
select count(*) from ph.silhouette('select sometimes_word(person_id) as a, age from person', 'a');
create view changing as select age, cost from person;
create function changes() returns float8 language plpgsql
as $$
begin
	if nextval('passed') % 600 = 0 then
		execute 'create or replace view changing as select age, cost from person where false';
	end if;
	return 1;
end
$$;
select (ph.k_means('select age, changes() as c from changing', 2)).status;
-- the same rows in another order are the same rows
select (ph.k_means('select age, cost from person order by random()', 2)).status;
drop table person cascade;
drop function sometimes, sometimes_word, changes;
drop sequence passed;

-- a finite number that is too large is told its bound; one that no double holds is refused by the column, not printed
select (ph.fit('linear', 'select i as y, 1e200::float8 * i as z from generate_series(1, 5) i')).status;
select (ph.fit('linear', 'select 1e200::float8 * i as y, i as z from generate_series(1, 5) i')).status;
select (ph.fit(
		'linear', 'select i as y, i as z, 1e200::float8 as w from generate_series(1, 5) i', weight => 'w')).status;
select (ph.k_means('select 1.7e308::float8 as z from generate_series(1, 5) i', 2)).status;
select (ph.fit('linear', 'select i as y, i as a, 1e400::numeric * i as z from generate_series(1, 5) i')).status;
select (ph.fit('linear', 'select 1e400::numeric * i as y, i as a from generate_series(1, 5) i')).status;
select (ph.k_means('select i as a, 1e400::numeric * i as z from generate_series(1, 5) i', 2)).status;
select *
from ph.grow_tree('select i as y, 1e400::numeric * i as z from generate_series(1, 5) i', 'y');
select (ph.latent_class('select 1 as a, 1e400::numeric as z from generate_series(1, 5) i', 2)).status;
-- what a numeric loses is what a cast would lose
select ph_support.number_of(v) = v::float8 as same
from (values (0.1), (-1e300), (123456789012345678901234567890)) q(v);

-- the name of a table, which people try first
select ph.k_means('person', 3);
