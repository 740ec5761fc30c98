-- NHS numbers: none here is in a range that is issued, but repdigits and numbers of published examples.
set client_min_messages = warning;

-- the check digit against the rule written out anew: weights 10 to 2, eleven less what is left of eleven
create function pg_temp.number_of(nine text) returns text language sql immutable
as $$
	select nine || case when check_digit = 11 then '0' when check_digit < 10 then check_digit::text end
	from (
		select 11 - sum((11 - place) * substr(nine, place::integer, 1)::integer) % 11 as check_digit
		from generate_series(1, 9) place
	) c
$$;
select count(*) as of_the_test_range, count(number) as valid_by_the_rule,
	bool_and(number is null or ph.nhs_number_valid(number) and (number::ph.nhs_number)::text = number) as and_read_so,
	bool_or(number is null) as some_are_never_issued
from (select pg_temp.number_of((999000000 + 37 * i)::text) as number from generate_series(0, 20000) i) made;
select count(*) as tenth_digits, sum(ph.nhs_number_valid(nine || last)::integer) as valid,
	count(distinct nine) filter (where pg_temp.number_of(nine) is not null) as by_the_rule
from (select (999000000 + 37 * i)::text as nine from generate_series(0, 2000) i) made, generate_series(0, 9) last;
-- every slip of one digit and every swap of two neighbours is found
select bool_or(ph.nhs_number_valid(overlay(number placing digit::text from place for 1))) as a_slip_passes,
	bool_or(ph.nhs_number_valid(overlay(number placing reverse(substr(number, place, 2)) from place for 2)))
		filter (where place < 10 and substr(number, place, 1) <> substr(number, place + 1, 1)) as a_swap_passes
from (select pg_temp.number_of((999000000 + 7919 * i)::text) as number from generate_series(0, 100) i) made,
	generate_series(1, 10) place, generate_series(0, 9) digit
where digit::text <> substr(number, place, 1);

-- what can be read
select quote_literal(written) as written, ph.nhs_number_valid(written) as valid
from unnest(array[
	'9434765919', '943 476 5919', '943-476-5919', E' \t9434765919\t ', '943-476 5919', '943  476 5919', '9434 765 919',
	'943476591', '94347659190', '+434765919', '943476591O', '', '   ', E'9434765919\n', E'943\u00a0476\u00a05919',
	E'\uff19434765919', E'\u0669434765919', '9434765918', '9.43477E+09', '9434765919.0']) written;
-- valid says what reading does
create function pg_temp.can_read(written text) returns boolean language plpgsql
as $$
begin
	perform written::ph.nhs_number;
	return true;
exception when data_exception then
	return false;
end
$$;
select count(*) as texts, sum(read::integer) as can_be_read,
	bool_and(read = ph.nhs_number_valid(written)) as valid_says_what_reading_does
from (
	select written, pg_temp.can_read(written) as read
	from (
		select overlay('943 476 5919' placing chr(ascii) from place for length) as written
		from generate_series(1, 12) place, generate_series(32, 126) ascii, generate_series(0, 1) length
	) w
) r;
select ph.nhs_number_valid(null) is null as unknown_is_not_invalid;

-- ranges, by numbers that are nobody's: 30 February, no month or a thirteenth, below the first of a range
select number, ph.nhs_number_range(number)
from (
	select pg_temp.number_of(nine)::ph.nhs_number as number
	from unnest(array['000000000', '001010000', '010000000', '300200000', '301300001', '320000000', '899999999',
		'998999998', '999000001']) nine
) r
order by number;
select string_agg(distinct ph.nhs_number_range((repeat(digit::text, 10))::ph.nhs_number), ', ') as of_repdigits
from generate_series(0, 9) digit;

-- as a key: order, uniqueness, groups, joins of each kind, arrays
create table person (number ph.nhs_number primary key, n integer);
insert into person
select number::ph.nhs_number, i
from (select i, pg_temp.number_of((999000000 + i)::text) as number from generate_series(0, 9999) i) made
where number is not null;
insert into person values ('000 000 0000', -1);
create table visit (number ph.nhs_number references person, day date);
insert into visit select number, '2024-01-01'::date + n % 7 from person, generate_series(1, 3);
create index on visit using hash (number);
create index on visit using brin (number);
analyze person, visit;
select number as first_of_all, number::bigint as as_a_bigint, ph.nhs_number(number::bigint) as and_back
from person
order by number
limit 1;
insert into person values ('999-000-0018', 0);
insert into visit values ('9999999999', null);
select min(number::bigint) = 0 as least, count(distinct number) = count(*) as different,
	(select count(*) from (select from visit group by number) g) = count(*) as groups
from person;
create function pg_temp.plan(query text) returns setof text language plpgsql
as $$
declare
	line text;
begin
	for line in execute 'explain (costs off) ' || query loop
		return next line;
	end loop;
end
$$;
select * from pg_temp.plan($$select * from person where number = ph.nhs_number '999 000 0018'$$);
select * from pg_temp.plan($$select * from person where number = any ('{9990000018,999 000 0026}'::ph.nhs_number[])$$);
set enable_seqscan = off;
set enable_bitmapscan = off;
select * from pg_temp.plan($$select * from visit where number = ph.nhs_number '9990000018'$$);
reset enable_seqscan;
reset enable_bitmapscan;
set enable_mergejoin = off;
set enable_nestloop = off;
select line from pg_temp.plan('select count(*) from person join visit using (number)') line where line ~ 'Join|Cond';
select count(*) from person join visit using (number);
reset enable_mergejoin;
set enable_hashjoin = off;
select line from pg_temp.plan('select count(*) from person join visit using (number)') line where line ~ 'Join|Cond';
select count(*) from person join visit using (number);
reset enable_hashjoin;
reset enable_nestloop;
prepare by_number(ph.nhs_number) as select n from person where number = $1;
execute by_number('999 000 0018');
execute by_number('999 000 0019');

-- an index is used under row security, since the comparison is leakproof: that of numeric is not, and waits
drop role if exists nhs_number_reader;
create role nhs_number_reader;
grant select on person to nhs_number_reader;
alter table person enable row level security;
create policy even on person using (n % 2 = 0);
set role nhs_number_reader;
select * from pg_temp.plan($$select * from person where number = ph.nhs_number '9990000018'$$);
select line
from pg_temp.plan($$select * from person where number::bigint::numeric = 9990000018$$) line
where line ~ 'Scan|Filter';
reset role;
select proname, proleakproof
from pg_operator
join pg_proc p on p.oid = oprcode
where oprleft = 'bigint'::regtype and oprright = 'bigint'::regtype and oprname in ('=', '<', '>');

-- only numbers that check come in: no cast from bigint, binary input reads as strictly as text
select castfunc, castcontext
from pg_cast
where castsource = 'ph.nhs_number'::regtype or casttarget = 'ph.nhs_number'::regtype;
select 9990000018::bigint::ph.nhs_number;
create temp table digits (n bigint);
create temp table number (n ph.nhs_number);
insert into digits values (9990000018);
select format('%s/ph_nhs_number.bin', current_setting('data_directory')) as binary \gset
copy digits to :'binary' (format binary);
copy number from :'binary' (format binary);
update digits set n = 9990000019;
copy digits to :'binary' (format binary);
copy number from :'binary' (format binary);
update digits set n = -1;
copy digits to :'binary' (format binary);
copy number from :'binary' (format binary);
select * from number;
select pg_typeof(n), encode(ph_support.nhs_number_send(n), 'hex') from number;

-- no error repeats four digits of what it refuses, soft ones and those of other ways in included
create function pg_temp.said(statement text) returns text language plpgsql
as $$
declare
	said text;
	detail text;
	hint text;
	state text;
begin
	execute statement;
	return 'no error';
exception when others then
	get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint,
		state = returned_sqlstate;
	return concat_ws(' | ', state, said, nullif(detail, ''), nullif(hint, ''));
end
$$;
select pg_temp.said(statement)
from unnest(array[
	$$select ph.nhs_number '999 000 0019'$$, $$select ph.nhs_number '99900000190'$$,
	$$select '{9990000018,9990000019}'::ph.nhs_number[]$$, $$select ph.nhs_number(9990000019::bigint)$$,
	$$select ph.nhs_number(-9990000018)$$, $$insert into number select '9990000019'$$,
	$$select * from json_to_record('{"n": "9990000019"}') r (n ph.nhs_number)$$]) statement;
select count(*) as refused, bool_or(substr(pg_temp.said(format('select %L::ph.nhs_number', written)), 6) ~ '[0-9]{4}')
	as any_repeats_the_value
from (
	select overlay('943 476 5918' placing chr(ascii) from place for 1) as written
	from generate_series(1, 12) place, generate_series(33, 126) ascii
) w
where not ph.nhs_number_valid(written);
select current_setting('server_version_num')::integer >= 160000 as soft_errors \gset
\if :soft_errors
select pg_input_is_valid('9990000019', 'ph.nhs_number') as soft,
	(select message ~ '[0-9]{4}' from pg_input_error_info('9990000019', 'ph.nhs_number')) as repeats_it \gset
\else
select false as soft, false as repeats_it \gset
\endif
select :'soft' as soft, :'repeats_it' as repeats_it;

-- a literal without a type is read as bigint, whose own error repeats it; typed it is right in every form
select n from person where number = '943 476 5919';
select n from person where number = '9990000018';
select n from person where number = ph.nhs_number '999 000 0018';
select n from person where number = ph.nhs_number('999-000-0018');

-- forms for people and other programs
select number::text, to_json(number), format('%s', number), number || '' as joined, to_jsonb(person)
from person
where n = -1;
drop table visit, person;
drop role nhs_number_reader;
