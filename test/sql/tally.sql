-- Tallies: how rows fold, how tallies add up, and that every form of them says the same.
\set SHOW_CONTEXT never
\set VERBOSITY terse
set client_min_messages = warning;
set search_path = public, ph;

-- folding, by hand
select ph.person_tally(k, e)
from (values (45, 2), (45, 0), (46, 3), (null, 1), (46, null), (null, null)) r(k, e);
select ph.person_tally(k, e)
from (values (45, true), (45, false), (46, true), (null, true), (46, null)) r(k, e);
select ph.person_tally(k, e, y)
from (values (45, 2, 0.5), (45, 0, 0.25), (46, 3, 1), (null, 1, 1), (46, null, 1), (46, 1, null)) r(k, e, y);
select ph.count_tally(k, e, n)
from (values (45, 2, 100), (45, 5, 200), (50, 0, 10), (null, 1, 30), (50, null, 1), (50, 1, null)) r(k, e, n);
select ph.count_tally(k, e, n, s)
from (values (45, 2, 100, 4), (45, 5, 200, 7), (null, 1, 30, 1), (50, 1, 1, null)) r(k, e, n, s);
-- negative values are no events but may be summed up
select ph.person_tally(k, e) from (values (1, -2), (1, 5), (2, 1)) r(k, e);
-- people and counts together are allowed, and said
select ph.rollup(t)
from (select ph.person_tally(1, true) as t union all select ph.count_tally(1, 3, 10)) r;

-- no rows, no row kept, NULL tallies
select ph.person_tally(1, 1.0) as people, ph.count_tally(1, 1, 1) as counts, ph.rollup('people; 1: 1 0 0') as rolled
from generate_series(1, 0);
select ph.person_tally(k, e) filter (where e > 9) as filtered, ph.person_tally(k, null::float8) as all_null
from (values (1, 1), (2, 2)) r(k, e);
select ph.rollup(null::ph.tally) as nothing, ph.rollup(t) as one
from (values ('people; 1: 1 0 0'::ph.tally), (null)) r(t);

-- totals are those of the cells, and of the rows
create table person (id int primary key, age float8, events float8, years float8);
insert into person
select i,
	case when i % 97 = 0 then null else (i * 7919) % 101 end,
	case when i % 89 = 0 then null else (i * i) % 4 end,
	(1 + i % 8) / 8.0
from generate_series(1, 5000) i;
create temp view folded as select ph.person_tally(age, events, years) as t from person;
select ph.exposure(t) = (select sum(exposure) from ph.cells(t)) as exposure_of_cells,
	ph.events(t) = (select sum(events) from ph.cells(t)) as events_of_cells,
	ph.exposure(t) = (select sum(years) from person where events is not null) as exposure_of_rows,
	ph.events(t) = (select sum(events) from person) as events_of_rows,
	ph.missing_rows(t) = (select count(*) from person where events is null) as missing,
	ph.unknown_rows(t) = (select count(*) from person where age is null and events is not null) as unknown
from folded;
select count(*) as differences
from (
	(
		select key, exposure, events, events_squared
		from folded, ph.cells(t)
		except all
		select age, sum(years), sum(events), sum(events * events)
		from person
		where events is not null
		group by age
	) union all (
		select age, sum(years), sum(events), sum(events * events)
		from person
		where events is not null
		group by age
		except all
		select key, exposure, events, events_squared
		from folded, ph.cells(t)
	)) d;
-- the unknown key comes last
select * from ph.cells('people; unknown 2: 2 1 1; -3: 1 0 0; 7: 2 2 2');
select count(*) from ph.cells(null);

-- many keys in no order: the same as grouping
select count(*) as keys,
	count(*) filter (where c.key = r.key and c.events = r.events and c.exposure = r.rows) as equal
from (
	select row_number() over () as n, *
	from ph.cells(
		(select ph.person_tally((i::bigint * 7919 % 20011)::float8, (i % 3)::float8) from generate_series(1, 60000) i))
) c
	full join (
		select row_number() over (order by k) as n, k as key, count(*) as rows, sum(e) as events
		from (select (i::bigint * 7919 % 20011)::float8 as k, i % 3 as e from generate_series(1, 60000) i) r
		group by k
	) r using (n);
-- keys that come again while the unsorted tail of a state is merged are still one cell
select count(*) as seeds,
	count(*) filter (
		where keys = (select array_agg(key::int) from ph.cells(t)) and ph.exposure(t) = 700) as one_cell_a_key
from (
	select seed, ph.person_tally(k, 1.0) as t, array_agg(distinct k) as keys
	from (
		select seed, hashint4(i * 31 + seed) % (3 + seed) as k
		from generate_series(1, 200) seed, generate_series(1, 700) i
	) r
	group by seed
) r;
-- irregular keys, where the evenly spaced first guess is wrong; keys of either sign of zero are one key
select key, exposure
from ph.cells(
	(select ph.person_tally(k, 0) from unnest(array[1e300, -1e300, 0, -0.0::float8, 1e-300, 3, 2.5, 3, -7, 1e300]) k));
select ph.person_tally(k, 0) = ph.person_tally(abs(k), 0) as same, ph.person_tally(k, 0) as zero
from (values (-0.0::float8), ('-0'::float8)) r(k);

-- the order of rows does not show
with orders as (
	select ph.person_tally(age, events, years order by id) as up,
		ph.person_tally(age, events, years order by id desc) as down,
		ph.person_tally(age, events, years order by md5(id::text)) as mixed,
		ph.person_tally(age, events, years order by age) as by_age
	from person
)
select up = down and down = mixed and mixed = by_age as equal,
	ph_support.tally_send(up) = ph_support.tally_send(down)
		and ph_support.tally_send(down) = ph_support.tally_send(mixed) as same_bytes,
	up::text = by_age::text as same_text
from orders;
-- what plain sums of doubles lose: 1e16 + 1 - ... keeps its ones
select ph.events(ph.person_tally(1, e)) as compensated
from unnest(array[1e16, 1, 1, 1, -1e16]::float8[]) e;
select ph.exposure(ph.count_tally(1, 0, n)) = 10000000000000010 as compensated
from (select 1e16 as n union all select 1 from generate_series(1, 10)) r;
-- a tenth is no double: its sum must not depend on order or on chunks
with row as (
	select i, i % 3 as chunk, 0.1 * (1 + i % 7) as e
	from generate_series(1, 10000) i
)
select count(distinct t) as tallies, count(distinct ph.events(t)) as sums
from (
	select ph.person_tally(1, e order by i)
	from row
	union all
	select ph.person_tally(1, e order by e, i)
	from row
	union all
	select ph.person_tally(1, e order by e desc, i)
	from row
	union all
	select ph.rollup(c)
	from (select ph.person_tally(1, e) as c from row group by chunk) c
) r(t);

-- every form and back
create table stored (t ph.tally);
insert into stored select ph.person_tally(age, events, years) from person;
insert into stored select ph.person_tally(age, events * 0.1, years / 3) from person;
insert into stored select ph.person_tally(age, -events) from person;
insert into stored select ph.count_tally(age, events, 10) from person;
insert into stored
select ph.count_tally(age, events, years, events)
from person
where age > 50
group by age < 70;
insert into stored
values
	('empty'), ('people'), ('counts; missing 3'), ('mixed; unknown 1: 1 0 0'),
	('people; 5e-324: 1.7976931348623157e+308 0 0'),
	('people; missing 9007199254740992; unknown 9007199254740992: 0 0 0');
select count(*) as all,
	count(*) filter (where t::text::ph.tally = t) as text,
	count(*) filter (where t::jsonb::ph.tally = t) as jsonb,
	count(*) filter (where ph_support.tally_send(t::text::ph.tally) = ph_support.tally_send(t)) as text_bytes,
	count(*) filter (where ph_support.tally_send(t::jsonb::ph.tally) = ph_support.tally_send(t)) as jsonb_bytes,
	count(*) filter (where t::jsonb::text::jsonb::ph.tally = t) as jsonb_text
from stored;
select 'people; negative; missing 2; unknown 1: 1 0 0; 45: 0.3-1.1e-17 -2 2'::ph.tally::jsonb;
-- binary through COPY, in a file that only the server sees
select current_setting('data_directory') || '/ph_tally_test.bin' as file \gset
copy stored to :'file' (format binary);
create table received (like stored);
copy received from :'file' (format binary);
select count(*) as received,
	count(*) filter (
		where exists (select from stored s where ph_support.tally_send(s.t) = ph_support.tally_send(r.t))) as same
from received r;
-- a setting of the session changes no digit
set extra_float_digits = 0;
select count(*) as all, count(*) filter (where t::text::ph.tally = t) as exact from stored;
reset extra_float_digits;
-- spaces are free, zeros have one sign, what is empty is not said
select ' people;1:  1 -0 0 ;2: 1 1e0 1.0;3: 1 +1 1'::ph.tally as spaces,
	'people; missing 0; unknown 0: 0 0 0'::ph.tally as nothing;

-- equality, order and sets
select count(*) as rows, count(distinct t) as distinct_values
from (select t from stored union all select t from received) r;
select count(*) as in_the_union from (select t from stored union select t from received) r;
-- of two one is less or they are equal, and all operators agree on it
select count(*) as pairs,
	bool_and((before <= t and t >= before and not before > t and not t < before) is true) as ordered,
	bool_and(((before < t) <> (before = t) and (before <> t) = (before < t)) is true) as one_of_two,
	bool_and(ph_support.tally_compare(before, t) = -ph_support.tally_compare(t, before) is true) as antisymmetric
from (select t, lag(t) over (order by t) as before from stored) r
where before is not null;
select a.n, b.n, a.t < b.t as less, a.t = b.t as equal, a.t > b.t as greater
from (values (1, 'people; 1: 1 0 0'::ph.tally), (2, 'people; 1: 1 0 0; 2: 1 0 0'), (3, 'counts; 1: 1 0 0')) a(n, t),
	(values (1, 'people; 1: 1 0 0'::ph.tally), (2, 'people; 1: 1 1 1')) b(n, t)
order by 1, 2;
create index on stored (t);
set enable_seqscan = off;
select count(*) from stored where t = 'people';
reset enable_seqscan;

-- the rollup law: tallies of parts add up to the tally of all, through every form
with part as (
	select id % 7 as part, ph.person_tally(age, events, years) as t
	from person
	group by 1
), part_of_part as (
	select ph.rollup(t) as t
	from part
	group by part % 2
)
select (select ph.rollup(t) from part) = t as parts,
	(select ph.rollup(t) from part_of_part) = t as parts_of_parts,
	(select ph.rollup(t::text::ph.tally) from part) = t as text,
	(select ph.rollup(t::jsonb::ph.tally order by part desc) from part) = t as jsonb,
	(select ph.rollup(t) from (select t from part union all select 'empty') r) = t as with_empty
from folded;
with part as (
	select id % 7 as part, ph.person_tally(age, events * 0.1, years / 3) as t
	from person
	group by 1
)
select (select ph.rollup(t order by part) from part)
		= (select ph.rollup(t order by -part) from part) as inexact_numbers;
-- a running total: a window calls the final function in the middle, which must not disturb the state
select k, ph.rollup(t) over (order by k)
from (values (1, 'people; 5: 1 0 0'::ph.tally), (2, 'people; 3: 1 1 1'), (3, 'people; 4: 1 0 0; 5: 1 1 1')) r(k, t);
select sum(ph.exposure(running)) as exposures
from (select ph.person_tally(-id % 13, 1.0) over (order by id) as running from person where id <= 100) r;
-- grouping sets share a state's input but not the state
select grouping(k) as total, k, ph.person_tally(k, e)
from (values (1, true), (1, false), (2, true)) r(k, e)
group by grouping sets ((k), ())
order by 1, 2;
-- the support functions called by hand leave their argument alone
with a as materialized (
	select 'people; 1: 1 0 0'::ph.tally as t
)
select ph_support.tally_final(ph_support.tally_combine(t, t)) as both,
	ph_support.tally_final(ph_support.tally_fold_person(t, 2, 1)) as folded,
	t as untouched
from a;

-- large: stored out of line and compressed, read back whole
insert into received select ph.person_tally(i, 1.0) from generate_series(1, 50000) i;
select ph.exposure(t), ph.events(t) from received order by ph.exposure(t) desc limit 2 offset 1;
select ph.exposure(t) as exposure from received where ph.events(t) = 50000;

-- rows that cannot be folded
select ph.person_tally('NaN', 1.0);
select ph.person_tally('Infinity', 1.0);
select ph.person_tally(1, 'NaN'::float8);
select ph.person_tally(1, '-Infinity'::float8);
select ph.person_tally(1, 1e151);
select ph.person_tally(1, 1, 'NaN');
select ph.person_tally(1, 1, -1);
select ph.person_tally(1, 1, 'Infinity');
select ph.count_tally(1, -1, 10);
select ph.count_tally(1, 1, -10);
select ph.count_tally(1, 1, 'NaN');
select ph.count_tally(1, 'NaN', 1);
select ph.count_tally(1, 1, 1, -1);
select ph.count_tally(1, 1, 1, 'NaN');
select ph.count_tally(1, 1, 1, 0);
select ph.count_tally(null, 0, n) from (values (1.7e308), (1.7e308)) r(n);
select ph.count_tally(1, 0, n) from (values (1.7e308), (1.7e308)) r(n);
select ph.rollup(t)
from (values ('people; missing 9007199254740992'::ph.tally), ('people; missing 1')) r(t);
select ph.exposure('counts; 1: 1.7e308 0 0; 2: 1.7e308 0 0');

-- texts that are no tally: the message tells where and why but never what was written
\set VERBOSITY default
select 'patients; 1: 1 0 0'::ph.tally;
select 'people; 1: 1 0 0; secret'::ph.tally;
create function pg_temp.refusal(input text, to_json boolean default false) returns text language plpgsql
as $$
declare
	said text;
	state text;
begin
	if to_json then
		perform input::jsonb::ph.tally;
	else
		perform input::ph.tally;
	end if;
	return 'accepted';
exception when others then
	get stacked diagnostics said = pg_exception_detail, state = returned_sqlstate;
	return state || ' ' || said;
end
$$;
select t as text, pg_temp.refusal(t)
from unnest(array[
	'', ' ', 'peopl', 'people 1', 'people x', 'people;', 'people; ', 'people; 1', 'people; 1:', 'people; 1: 1',
	'people; 1: 1 0', 'people; 1: 1 0 0 0', 'people; 1: 1 0 0;', 'people; 1: 1 0 0 junk', 'people; 1: x 0 0',
	'people; 0x10: 1 0 0', 'people; nan: 1 0 0', 'people; inf: 1 0 0', 'people; 1e999: 1 0 0', 'people; 1: 1e999 0 0',
	'people; 1: -1 0 0', 'people; 1: 1 -1 1', 'people; 1: 1 1 -1', 'people; 1: 1 1 0', 'people; 2: 1 0 0; 1: 1 0 0',
	'people; 1: 1 0 0; 1: 1 0 0', 'people; 1: 1+1 0 0', 'people; 1: 1+ 0 0', 'people; missing -1',
	'people; missing 1.5', 'people; missing 1e17', 'people; missing', 'people; unknown 0: 1 0 0', 'people; unknown 1',
	'people; unknown 1: 1 -1 1', 'empty; missing 1', 'empty; 1: 1 0 0', 'empty; negative',
	'people; unknown 1: 1 0 0; missing 1', 'PEOPLE']) t;
select t as json, pg_temp.refusal(t, true)
from unnest(
	array[
		'1', '[]', '{}', '{"cells": []}', '{"cells": {}, "unknown": {}}', '{"cells": [], "unknown": {}}',
		'{"rows": "people", "cells": [], "unknown": {}}',
		'{"rows": "people", "cells": [], "unknown": {}, "missing": -1}',
		'{"rows": "people", "cells": [], "unknown": {}, "missing": "1"}',
		'{"rows": "people", "cells": [], "unknown": {"rows": 0}, "missing": 0}']) t;
-- the last one is a tally
select cell, pg_temp.refusal(format(
		'{"rows": "people", "cells": [%s], '
		'"unknown": {"rows": 0, "exposure": 0, "events": 0, "events_squared": 0}, "missing": 0}', cell), true)
from unnest(
	array[
		'1', '{"key": 1}', '{"key": 1, "exposure": [1], "events": 0, "events_squared": 0}',
		'{"key": 1, "exposure": -1, "events": 0, "events_squared": 0}',
		'{"key": 1e999, "exposure": 1, "events": 0, "events_squared": 0}',
		'{"key": 1, "exposure": 1, "events": 0, "events_squared": 0}']) cell;
drop table stored, received;
drop table person cascade;

-- what JSON holds beyond a tally is refused, not left out
select ('{"rows": "people", "cells": [{"key": 1, "exposure": 1, "events": 0, "events_squared": 0, "event": 5}], '
	'"unknown": {"rows": 0, "exposure": 0, "events": 0, "events_squared": 0}, "missing": 0}')::jsonb::ph.tally;
select ('{"rows": "people", "cells": [{"key": 1, "exposure": [1, 0, 9], "events": 0, "events_squared": 0}], '
	'"unknown": {"rows": 0, "exposure": 0, "events": 0, "events_squared": 0}, "missing": 0}')::jsonb::ph.tally;
select ('{"rows": "people", "negative": "yes", "cells": [], '
	'"unknown": {"rows": 0, "exposure": 0, "events": 0, "events_squared": 0}, "missing": 0}')::jsonb::ph.tally;

-- squares keep what rounding would lose: equal fractions have no spread, and large values keep theirs
with seven as (
	select ph.mean(ph.person_tally(0, 0.1::float8), 1, 0.998) as e
	from generate_series(1, 7)
)
select (e).upper - (e).lower as width_of_equal_fractions, (e).note
from seven;
with three as (
	select ph.mean(ph.person_tally(0, 1e15 + i), 1, 0.95) as e
	from generate_series(0, 2) i
)
select (e).value = 1e15 + 1 as mean,
	abs(((e).upper - (e).lower) / 2 - 2.4841377117503) < 0.2 as half_width_is_that_of_0_1_2
from three;
-- and the order of the rows does not show, in fractions either
create temp table fraction as
select (i::bigint * 7919 % 90)::float8 as age, 1.0 / (1 + i::bigint * 7919 % 10007) as events, sqrt(i) as years
from generate_series(1, 100000) i;
with forward as (
	select ph.person_tally(age, events, years order by years) as t
	from fraction
), backward as (
	select ph.person_tally(age, events, years order by years desc) as t
	from fraction
)
select f.t = b.t as any_order
from forward f, backward b;
-- but what differs in the 20th digit differs
select 'people; 1: 2 3 5+1e-19'::ph.tally = 'people; 1: 2 3 5'::ph.tally as twentieth_digit,
	'people; 1: 2 3 5+1e-25'::ph.tally = 'people; 1: 2 3 5'::ph.tally as twenty_sixth;

-- one tally rolled up is itself
with one as (
	select age, ph.person_tally(age, events, years) as t
	from fraction
	group by age
)
select count(*) as ages, bool_and(rolled = alone is true) as one_rolled_up
from (select ph.rollup(t)::text as rolled, min(t::text) as alone from one group by age) s;

-- a NULL among the parts is a part that is missing: counted, in any order and any plan, and what is asked of the sum
-- says so
select ph.rollup(t order by n) = ph.rollup(t order by n desc) as any_order,
	ph.missing_rows(ph.rollup(t)) as missing,
	(ph.crude_rate(ph.rollup(t))).value is null as no_value,
	(ph.crude_rate(ph.rollup(t))).note
from (values (1, 'people; 1: 10 2 2'::ph.tally), (2, null), (3, 'counts; 1: 10 2 2')) r(n, t);
select ph.rollup(t) = ph.rollup(t)::text::ph.tally as survives_text,
	ph.rollup(t)::jsonb::ph.tally = ph.rollup(t) as survives_json
from (values (null::ph.tally)) r(t);
select (ph.crude_rate(ph.rollup(half))).note as rolled_twice
from (select ph.rollup(t) half from (values (1, 'people; 1: 10 2 2'::ph.tally), (2, null)) r(n, t) group by n) h;
select ph.rollup(null::ph.tally) filter (where false) as no_rows, ph.crosstab_rollup(c) is null as crosstab
from (values ('{1>1: 3}'::ph.crosstab), (null), ('{1>2: 4}')) r(c);

-- a number in place of a tally
select ph.dsr('12');
