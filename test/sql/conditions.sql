-- ICD-10 codes as feeds write them, and sets of conditions.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- one code in many spellings; fillers and marks go in the NHS dialect and stay in the clinical modification
select code, ph.icd10_normalise(code) as nhs, ph.icd10_normalise(code, 'cm') as cm
from unnest(array['I21.0', 'i210', ' I 21-0 ', 'I21', 'I10X', 'I10X ', 'i10.x', 'I10XD', 'M45X2', 'M0690', 'S72.00',
	'G30.9D', 'F00.9A', 'F00.9*', 'G30.9+', 'E11.2/N08.3', 'C7A00', 'T36.0X1A', 'J09.X2', 'I21A1', 'M350A', 'I21D',
	'C7A', 'A0A', 'U07.1', 'Z99X', 'I21AD']) code;
-- what is no code: never an error, never a match
select code,
	ph.icd10_normalise(code) is null as nhs,
	ph.icd10_normalise(code, 'cm') is null as cm,
	ph.conditions_of(code) = '{}' as matches_nothing
from unnest(array['', ' ', '.', '-', 'X', 'I2', '121', 'II1', '1I1', '&', 'I.', E'I\n1', 'ÄÖÜ', 'É21',
	repeat('.', 70), null]) code
group by code
order by code collate "C";
select length(ph.icd10_normalise('I21' || repeat('7', 3000))) as long,
	ph.conditions_of('I21' || repeat('7', 3000)) as matched,
	ph.conditions_of(repeat(' .', 40) || 'I21') as padded;

-- a code matches a prefix by beginning with it: a bare parent does not, a longer code does
select code, ph.conditions_of(code)
from unnest(array['I42', 'I420', 'I4209', 'I421', 'C80', 'C800', 'Z94', 'Z940', 'F00', 'F000', 'F05', 'F051', 'I110',
	'G81', 'E10', 'E119', 'E11', 'B23', 'C44', 'K766']) with ordinality c(code, n)
group by code, n
order by n;
-- the dialect decides: a mark in one, a code in the other
select ph.conditions_of('I46XA', 'nhs') as nhs,
	ph.conditions_of('G30.9D') as mark,
	ph.conditions_of('E11XA', 'cm') as cm,
	ph.conditions_of(c, case c when 'M350D' then 'cm' end)
from (values ('M350D')) r(c);
select ph.conditions_of('I21', 'snomed');
select ph.icd10_normalise('I21', 'CM');
select ph.icd10_normalise('I21', null);
select ph.icd10_normalise(null);

-- a set: order, duplicates and noise do not matter
create temp table code as
select i as id, i % 50 as person, c.code
from generate_series(1, 2000) i, lateral (
	select chr(65 + (i * 7919) % 26)
			|| lpad(((i * 31) % 100)::text, 2, '0') || case when i % 3 = 0 then '.' || i % 10 else '' end as code
) c;
select count(*) as people,
	count(*) filter (where up = down and up = twice and up = noisy) as equal,
	count(*) filter (where ph_support.conditions_send(up) = ph_support.conditions_send(down)
		and ph_support.conditions_send(up) = ph_support.conditions_send(noisy)) as same_bytes,
	count(*) filter (where up <> '{}') as with_some
from (
	select person, ph.conditions_of(code order by id) as up, ph.conditions_of(code order by id desc) as down
	from code
	group by person
) a
join (
	select person, ph.conditions_of(code) as twice
	from (table code union all table code) r
	group by person
) b using (person)
join (
	select person, ph.conditions_of(code) as noisy
	from (
		select person, lower(code) as code
		from code
		union all
		select person, 'junk'
		from code
		union all
		select person, null
		from code
	) r
	group by person
) c using (person);
-- the same by prefix in SQL
select count(*) as differences
from (
	(
		select person, unnest(ph.names(ph.conditions_of(code))) as condition
		from code
		group by person
		except
		select person, condition
		from code
		join ph.instrument_codes() on starts_with(replace(code, '.', ''), code_prefix)
	)
	union all
	(
		select person, condition
		from code
		join ph.instrument_codes() on starts_with(replace(code, '.', ''), code_prefix)
		except
		select person, unnest(ph.names(ph.conditions_of(code)))
		from code
		group by person
	)
) d;
-- parts add up
select count(*) as all, count(*) filter (where whole = parts and whole = u) as rolled
from (select person, ph.conditions_of(code) as whole from code group by person) a
join (
	select person, ph.conditions_rollup(c) as parts
	from (select person, id % 3, ph.conditions_of(code) as c from code group by 1, 2) r
	group by person
) b using (person)
join (
	select person,
		ph.union(ph.conditions_of(code) filter (where id % 2 = 0), ph.conditions_of(code) filter (where id % 2 = 1))
			as u
	from code
	group by person
) c using (person);
-- no rows, only NULL, filtered out
select ph.conditions_of('I21') as none, ph.conditions_named('mi') as named, ph.conditions_rollup('{mi}') as rolled
from generate_series(1, 0);
select ph.conditions_of(null::text) as of,
	ph.conditions_named(null) as named,
	ph.conditions_rollup(null) as rolled,
	ph.conditions_of('I21') filter (where false) as filtered;
-- a running set
select n, ph.conditions_of(code) over (order by n)
from (values (1, 'I21'), (2, 'Z99'), (3, 'F03'), (4, 'Z94.9')) r(n, code);

-- by name, for any code system
select ph.conditions_named(name) from unnest(array['chf', 'mi', 'chf', null, 'Z99']) name;
select ph.conditions_named('CHF');

-- every form and back
create table stored_conditions as
select person, ph.conditions_of(code) as c from code group by person;
insert into stored_conditions
select -1,
	ph.conditions_named(case
		when instrument in ('charlson', 'hospital_frailty') then condition
		when instrument like 'charlson%' then split_part(instrument, '_', 2) || '.' || condition
		else instrument || '.' || condition
	end)
from ph.instrument_codes()
where instrument <> 'frailty_index';
insert into stored_conditions values (-2, '{}'), (-3, '{Z99}'), (-4, '{mi}'), (-5, null);
select count(c) as all,
	count(*) filter (where c::text::ph.conditions = c) as text,
	count(*) filter (where ph_support.conditions_send(c::text::ph.conditions) = ph_support.conditions_send(c)) as bytes
from stored_conditions;
select current_setting('data_directory') || '/ph_conditions_test.bin' as file \gset
copy stored_conditions to :'file' (format binary);
create table received_conditions (like stored_conditions);
copy received_conditions from :'file' (format binary);
select count(*) as received, count(*) filter (where s.c is not distinct from r.c) as same
from stored_conditions s
join received_conditions r using (person);
-- sets have one order, by content
select count(distinct c) as distinct_values,
	(select count(*) from (select c from stored_conditions union select c from received_conditions) u) - 1 as united
from stored_conditions;
select count(*) as all,
	count(*) filter (where before <= c and c >= before and (before < c) = (before <> c) and not before > c) as ordered,
	count(*) filter (where ph_support.conditions_compare(before, c) = -ph_support.conditions_compare(c, before))
		as antisymmetric
from (select c, lag(c) over (order by c) as before from stored_conditions where c is not null) r
where before is not null;
create index on stored_conditions (c);
set enable_seqscan = off;
select person from stored_conditions where c = '{mi}';
reset enable_seqscan;

-- asking
select ph.has('{mi,Z99}', 'mi') as mi,
	ph.has('{mi,Z99}', 'Z99') as z99,
	ph.has('{mi,Z99}', 'chf') as chf,
	ph.has('{}', 'mi') as empty,
	ph.has(null, 'mi') as of_null;
select ph.has('{mi}', 'heart attack');
select ph.names('{mi,chf,F00,Z99}') as all,
	ph.names('{mi,chf,F00,Z99}', 'charlson') as charlson,
	ph.names('{mi,chf,F00,Z99}', 'hospital_frailty') as frailty,
	ph.names('{}') as none,
	ph.names(null) as of_null;
select ph.names('{mi}', 'efi');
select ph.union('{mi,Z99}', '{chf}') as united,
	ph.union('{mi}', null) as with_null,
	ph.union(null, null) as nulls,
	ph.intersection('{mi,Z99}', '{Z99,chf}') as shared,
	ph.intersection('{mi}', '{Z99}') as none,
	ph.intersection('{mi}', null) as of_null;
select count(*) as all,
	count(*) filter (where ph.union(a.c, b.c) = ph.union(b.c, a.c)
		and ph.intersection(a.c, b.c) = ph.intersection(b.c, a.c)
		and ph.union(a.c, ph.intersection(a.c, b.c)) = a.c
		and ph.intersection(a.c, ph.union(a.c, b.c)) = a.c) as laws
from stored_conditions a, stored_conditions b
where a.c is not null and b.c is not null;
-- the arguments stay as they were
with a as materialized (select '{mi}'::ph.conditions as c)
select ph.union(c, '{Z99}') as united, c as untouched
from a;

-- texts that are no set: the message tells where and why but never what was written
select '{mi,secret}'::ph.conditions;
create function pg_temp.refusal(input text) returns text language plpgsql as $$
declare said text; state text;
begin
	return input::ph.conditions::text;
exception when others then
	get stacked diagnostics said = pg_exception_detail, state = returned_sqlstate;
	return state || ' ' || said;
end $$;
select t as text, pg_temp.refusal(t)
from unnest(array['', '{', '}', 'mi', '{mi', '{mi,', '{mi,}', '{,mi}', '{mi,,chf}', '{mi}}', '{mi} ', ' {mi}',
	'{mi, chf}', '{MI}', '{}x', '{{mi}}', '{mi,mi}', '{Z99,mi}']) t;
drop table stored_conditions, received_conditions;

-- a field of several codes is none to anything that reads codes; what is one code stays one
create temp table field (several boolean, code text);
insert into field
select true,
	unnest(string_to_array('I21,E11~I21;E11~I21 E11~I21/E11~I21|E11~I21+E11~I21&E11'
			'~I21-E11~I21.E11~I21E11~I21, E11~ I21 / E11 '
			'~E112,I10X~E112I10X~I10XE112~I10X E112~I10X-E112~i21,e11'
			'~G309DF009A~A17.0†G01*~E11.2/N08.3~E10-E14~E10-14~I21,E1~I21 9 E11~I21.9 E11.9'
			'~E11 21 22~I21.9.E11~I21。E11~I21.9 Acute myocardial infarction~I21 and E11~S7200X59~(I21)(E11)',
		'~'));
insert into field values (true, E'I21\tE11'), (true, E'I21.9\nE11.9'), (true, 'I21' || chr(160) || 'E11');
insert into field
select false,
	unnest(string_to_array('I21~i21~I21,~[I21]~"I21"~I21.9~I21 .9~I21-9~I21 9~I10X~I10X-~I10-'
			'~I10--~I10.X~I10X D~I10XD~G30.9D~G309-D~G309 D~G30.9†~G30.9+~G30.9 *~A00/~S72.00~S72 00~M0690~R69X8'
			'~T36.0X1A~H54.2X12~W19.XXXA~  I21  ',
		'~'));
select several, count(*),
	count(*) filter (where several = ph.several_codes(code)) as told,
	count(*) filter (where several = (ph.icd10_normalise(code) is null)) as normalised,
	count(*) filter (where several <> ph.icd10_valid(code)) as validated
from field
group by several;
select several, code, ph.several_codes(code), ph.icd10_normalise(code)
from field
where several <> ph.several_codes(code) or several <> (ph.icd10_normalise(code) is null);
select count(*) filter (where ph.has(c, 'mi')) as conditions_of,
	count(*) filter (where exists (select from ph.explain_codes(array[code], array[date '2024-01-01'], 'charlson')))
		as explain_codes,
	count(*) filter (where exists (select from ph.ambulatory_care_sensitive(replace(code, 'I21', 'J45'))))
		as ambulatory_care_sensitive
from (select code, ph.conditions_of(code) as c from field where several group by code) f;
select count(*) as procedures_read
from unnest('{K401,K40 K41,K401K411,"K40,K41"}'::text[]) code
where not exists (select from ph.ambulatory_care_sensitive('I50', procedures => array[code]));
-- the clinical modification has letters further on
select code, ph.several_codes(code, 'cm')
from unnest('{K31.A11,N80.C11,S06.A0XA,W44.A0XA,T36.0X1A,H44.2A1,O36.8X10,H542X12,S72.001A,I21.A1,
  I10E119,K31.A11 I10,E119I10}'::text[]) code;

-- a letter outside ASCII is not dropped from a code; blanks, hyphens and the dagger outside ASCII are
select code,
	ph.icd10_normalise(code) as normal,
	ph.icd10_normalise(code, 'cm') as cm,
	ph.conditions_of(code) as conditions,
	ph.icd10_valid(code) as valid,
	ph.several_codes(code) as several
from (
	values
	('C50'), (U&'C50\0131'), (U&'\0130C50'), (U&'C5\00410'), (U&'C50.9\00E9'), (U&'\FF23\FF15\FF10'), (U&'C50\00A0'),
	(U&'C50\2020'), (U&'C50\20119'), (U&'C50\0301')
) v(code)
group by code
order by code collate "C";
select ph.ambulatory_care_sensitive(U&'J45\0131') as diagnosis;

-- a code in place of conditions
select ph.charlson('E11.2');
