-- Code lists: those that are shipped, published ones that are loaded, two versions, and what is wrong with them.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';

-- what is shipped: every code is one, none stands twice, none begins with another of its list
select count(distinct list) as lists, count(*) filter (where not example) > 300 as codes,
	bool_and(code_system = 'SNOMED') filter (where example) as only_snomed_is_example,
	bool_and(ph.icd10_normalise(code) = code) filter (where not example) as icd10,
	bool_and(source <> '') as sources
from ph.shipped_code_list();
select count(*) as twice
from ph.shipped_code_list() a
join ph.shipped_code_list() b on b.list = a.list and b.code_system = a.code_system and b.code ^@ a.code
	and b.code <> a.code;
-- lists that are said to be those of Quan et al. 2005 have the codes of the instruments, no more and no fewer
with same (list, instrument, conditions) as (
	values
		('chronic_liver_disease', 'charlson', '{mld,msld}'::text[]),
		('end_stage_liver_disease', 'charlson', '{msld}'),
		('hiv', 'charlson', '{aids}'),
		('incurable_cancer', 'charlson', '{metacanc}'),
		('chronic_respiratory_disease', 'charlson', '{cpd}'),
		('connective_tissue_disorder', 'charlson', '{rheumd}'),
		('peripheral_vascular_disease', 'charlson', '{pvd}'),
		('physical_disability', 'charlson', '{hp}'),
		('peptic_ulcer_disease', 'charlson', '{pud}'),
		('substance_use', 'elixhauser', '{alcohol,drug}')
), published as (
	select distinct s.list, i.code_prefix
	from same s
	join ph.instrument_codes() i
		on i.instrument = s.instrument and i.code_list = 'quan2005' and i.condition = any (s.conditions)
), shipped as (
	select list, code from ph.shipped_code_list() join same using (list) where not example
)
select list,
	(
		select count(*)
		from shipped s
		where s.list = same.list
			and not exists (select from published p where p.list = s.list and s.code ^@ p.code_prefix)) as too_many,
	(
		select count(*)
		from published p
		where p.list = same.list
			and not exists (select from shipped s where s.list = p.list and p.code_prefix ^@ s.code)) as missing
from same
order by list;
select code from ph_support.spread_codes('I20-I22 K700-K703 G35') code;

-- a schema of five people
set client_min_messages = warning;
call ph.create_shared_tables('lists');
insert into lists.data_day values ('2024-03-31');
insert into lists.place values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into lists.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into lists.person select 'p' || n, '1950-01-01' from generate_series(1, 5) n;
insert into lists.registration select person_id, 'G', 'N', '1950-01-01' from lists.person;
insert into lists.clinical_event (person_id, event_date, code_system, code, description)
values
	('p1', '2020-01-01', 'ICD10', 'I48.0', 'Paroxysmal atrial fibrillation'),
	('p1', '2020-01-02', 'ICD10', 'I48.0', 'Paroxysmal atrial fibrillation'),
	('p2', '2020-01-01', 'SNOMED', '282825002', 'Paroxysmal atrial fibrillation (disorder)'),
	('p3', '2020-01-01', 'SNOMED', '49436004', 'Atrial fibrillation (disorder)'),
	('p4', '2020-01-01', 'ICD10CM', 'I48.91', 'Unspecified atrial fibrillation'),
	('p5', '2020-01-01', 'READ2', 'G573.', 'Atrial fibrillation and flutter'),
	('p5', '2020-01-01', 'ICD10', 'J440D', 'COPD'),
	('p5', '2020-01-01', 'ICD10', 'J44 J45', 'two in one field'),
	('p5', '2020-01-01', 'ICD10', 'none', 'no code'),
	('p4', '2020-01-01', 'Local', 'xyz', 'Asthmatic');
call ph.load_shipped_code_lists('lists', '{atrial_fibrillation,asthma,copd}');
call ph.load_shipped_code_lists('lists', '{atrial_fibrillation}');
select list, version, code_system, code, match, source from lists.code_list order by list, code_system, code;
call ph.load_shipped_code_lists('lists', '{asthma,ashtma}');
call ph.load_shipped_code_lists('nowhere');
call ph.create_population_views('lists');
call ph.create_segment_inputs('lists');
-- ICD-10-CM matches no list that does not name it; asthma matches nothing: unknown and not false
select person_id, atrial_fibrillation, asthma, copd, long_term_conditions, charlson
from lists.segment_input
order by person_id;
select problem, list, code_system, code, records, people, note from ph.check_code_lists('lists');

-- a map of codes: what Read and ICD-10-CM say in ICD-10; it counts in registers without more ado
insert into lists.code_map
values
	('READ2', 'G573.', 'ICD10', 'I48X'), ('ICD10CM', 'I4891', 'ICD10', 'I48.9'), ('Local', 'xyz', 'ICD10', 'J45');
select condition, person_id, first_date from lists.register order by condition, person_id;
select person_id, asthma from lists.segment_input order by person_id;
select problem, list, code_system, code
from ph.check_code_lists('lists')
where problem in ('looks like it', 'code system without list');
select problem, found, example from ph.check_shared_tables('lists');

-- published lists: OpenCodelists
create table lists.file (" Code" text, term text);
insert into lists.file values ('49436004', 'a'), ('282825002', 'b'), (' 282825002 ', 'b'), ('', 'none');
set client_min_messages = notice;
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'atrial_fibrillation', '2024-04-01', 'a url');
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'atrial_fibrillation', '2024-04-01', 'a url');
insert into lists.file values ('195080001', 'c');
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'atrial_fibrillation', '2024-04-01');
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'atrial_fibrillation', '2024-05-01');
select version, code_system, code, match, source
from lists.code_list
where list = 'atrial_fibrillation'
order by version, code_system, code;
-- the latest counts: ICD-10 is not in it
select condition, person_id from lists.register where condition = 'atrial_fibrillation' order by person_id;
select problem, list, code_system, code, note
from ph.check_code_lists('lists')
where problem = 'only in an older version';
-- what is different, and how many records each code has
select * from ph.compare_code_lists('lists', 'atrial_fibrillation', '2024-04-01', '2024-05-01');
select * from ph.compare_code_lists('lists', 'atrial_fibrillation', '2024-05-01', 'shipped 0.3');
select * from ph.compare_code_lists('lists', 'atrial_fibrillation', '1', 'shipped 0.3');
select * from ph.compare_code_lists('lists', 'gout', '1', '2');
-- the same by an independent query: records of the codes of the first version, by equality
select c.code, count(e.person_id) as records, count(distinct e.person_id) as people
from lists.code_list c
left join lists.clinical_event e on e.code_system = c.code_system and e.code = c.code
where c.list = 'atrial_fibrillation' and c.version = '2024-04-01'
group by c.code
order by c.code;

-- primary care domain reference sets of NHS England: several in one file
create table lists.refset (
	"Cluster_ID" text, "Cluster_Description" text, "SNOMED_code" text, "SNOMED_code_description" text,
	"PCD_Refset_ID" text, "Service_and_Ruleset" text);
insert into lists.refset
values
	('AST_COD', 'Asthma codes', '195967001', 'Asthma', '999', 'AST'),
	('AST_COD', 'Asthma codes', '233678006', 'Childhood asthma', '999', 'AST'),
	('AST_COD', 'Asthma codes', '233678006', 'Childhood asthma', '999', 'VACC'),
	('COPD_COD', 'COPD codes', '13645005', 'COPD', '998', 'COPD');
call ph.load_code_list('lists', 'nhs_reference_set', 'lists.refset', 'asthma', '2024-07-01');
call ph.load_code_list('lists', 'nhs_reference_set', 'lists.refset', 'asthma', '2024-07-01', part => 'ast');
call ph.load_code_list('lists', 'nhs_reference_set', 'lists.refset', 'asthma', '2024-07-01', 'NHS England', 'ast_cod');
select code_system, code, match, source
from lists.code_list
where list = 'asthma' and version = '2024-07-01'
order by code;

-- HDR UK Phenotype Library: several systems in one file
create table lists.phenotype (code text, description text, coding_system text, phenotype_id text);
insert into lists.phenotype
values
	('I48', 'AF', 'ICD10 codes', 'PH1'), ('G573.', 'AF', 'Read codes v2', 'PH1'),
	('K62.1', 'Ablation', 'OPCS4 codes', 'PH1'),
	('49436004', 'AF', 'SNOMED CT codes', 'PH1'), ('427', 'AF', 'Med codes', 'PH1'), ('XaaUH', 'AF', 'CTV3', 'PH1');
call ph.load_code_list('lists', 'hdruk_phenotype', 'lists.phenotype', 'af', '1');
select code_system, code, match from lists.code_list where list = 'af' order by code_system collate "C";
select person_id from lists.register where condition = 'af' order by person_id;
alter table lists.phenotype drop column coding_system;
call ph.load_code_list('lists', 'hdruk_phenotype', 'lists.phenotype', 'af', '2');

-- a concept set of OMOP: descendants, excluded ones with theirs, and mapped source codes
create schema vocabulary;
create table vocabulary.concept (concept_id integer, concept_code text, vocabulary_id text);
create table vocabulary.concept_ancestor (ancestor_concept_id integer, descendant_concept_id integer);
create table vocabulary.concept_relationship (
	concept_id_1 integer, concept_id_2 integer, relationship_id text, invalid_reason text);
insert into vocabulary.concept
values
	(1, '49436004', 'SNOMED'), (2, '282825002', 'SNOMED'), (3, '5370000', 'SNOMED'), (4, '195080001', 'SNOMED'),
	(10, 'I48.0', 'ICD10CM'), (11, 'I48', 'ICD10'), (12, 'I48.3', 'ICD10CM'), (13, '427.31', 'ICD9CM'),
	(14, 'old', 'ICD9CM');
insert into vocabulary.concept_ancestor values (1, 1), (1, 2), (1, 3), (1, 4), (3, 3), (3, 4);
insert into vocabulary.concept_relationship
values
	(10, 2, 'Maps to', null), (11, 1, 'Maps to', ''), (12, 3, 'Maps to', null), (13, 1, 'Maps to', null),
	(14, 1, 'Maps to', 'D'), (1, 1, 'Maps to', null), (13, 2, 'Is a', null);
create table lists.concept_set (
	"Concept Set ID" text, "Concept ID" text, "Exclude" text, "Descendants" text, "Mapped" text);
insert into lists.concept_set
values ('7', '1', '0', '1', '1'), ('7', '3', 'TRUE', 'yes', 'no'), ('8', '3', '0', '0', '0');
call ph.load_code_list('lists', 'omop_concept_set', 'lists.concept_set', 'omop_af', '1', part => '7');
call ph.load_code_list('lists', 'omop_concept_set', 'lists.concept_set', 'omop_af', '1', part => '7',
	vocabulary => 'lists');
call ph.load_code_list('lists', 'omop_concept_set', 'lists.concept_set', 'omop_af', '1', part => '7',
	vocabulary => 'vocabulary');
-- I48.3 maps to a concept that is excluded without its source codes: it goes only if Mapped is said of that too
select code_system, code, match from lists.code_list where list = 'omop_af' order by code_system, code;

-- the name of the column of an OpenCodelists file says its system; a carriage return is none of the code
create table lists.upload ("ICD10Code" text, term text);
insert into lists.upload values (E'I48.9\r', 'a');
call ph.load_code_list('lists', 'opencodelists', 'lists.upload', 'uploaded', '1');
alter table lists.upload rename "ICD10Code" to "CTV3Code";
call ph.load_code_list('lists', 'opencodelists', 'lists.upload', 'uploaded', '2');
call ph.load_code_list('lists', 'opencodelists', 'lists.upload', 'uploaded', '3', code_system => 'ICD10');
select version, code_system, quote_literal(code) as code from lists.code_list where list = 'uploaded' order by version;
-- what is no code is the beginning of none: not of all
insert into lists.code_list (list, version, code_system, code, match)
values ('dash', '1', 'ICD10', '-', 'prefix');
select count(*) from lists.register where condition = 'dash';
delete from lists.code_list where list in ('uploaded', 'dash');

-- what cannot be loaded
call ph.load_code_list('lists', 'csv', 'lists.file', 'x', '1');
call ph.load_code_list('lists', 'nhs_reference_set', 'lists.person', 'x', '1');
call ph.load_code_list('lists', 'opencodelists', 'lists.file', '', null);
truncate lists.file;
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'x', '1');
alter table lists.code_list drop column source;
call ph.load_code_list('lists', 'opencodelists', 'lists.file', 'x', '1');
select format, field, required from ph.code_list_format() order by format, field;

-- how code systems are spelt
select t as spelt, ph_support.code_system_spelling(t)
from unnest(
	array[
		'ICD10CM', 'ICD-10-CM', 'ICD10 codes', 'ICD10PCS', 'ICD9CM', 'ICD-9', 'OPCS-4', 'OPCS4 codes', 'OPCS4.9',
		'Read', 'Read codes v2', 'READ2', 'Read v3', 'CTV3 (Read v3)', 'SNOMED CT codes', 'LOINC', 'RxNorm',
		'RxNorm Extension', 'CVX', 'Med codes']) t;
set client_min_messages = warning;
drop schema vocabulary cascade;
drop schema lists cascade;

-- coverage: 4,000 people in two fifths of deprivation, and everything again by an independent query
call ph.create_shared_tables('cover');
insert into cover.data_day values ('2024-03-31');
insert into cover.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('B', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into cover.place_parent values ('L', 'S'), ('A', 'L'), ('B', 'L'), ('N', 'L'), ('G', 'N');
insert into cover.place_factor (place_id, factor, period, value)
values ('A', 'imd2019_decile', '2019', 1), ('B', 'imd2019_decile', '2019', 9);
insert into cover.person (person_id, birth_date, ethnicity_code)
select 'p' || n, date '1925-04-01' + (n * 9), (array['A', 'J', 'Z'])[1 + n % 3]
from generate_series(1, 4000) n;
insert into cover.registration select person_id, 'G', 'N', birth_date from cover.person;
insert into cover.residence (person_id, lsoa21_code, start_date)
select person_id, case when substr(person_id, 2)::integer % 2 = 0 then 'A' else 'B' end, birth_date from cover.person;
call ph.load_shipped_code_lists('cover', '{diabetes,dementia,hypertension,asthma,depression,migraine}');
insert into cover.clinical_event (person_id, event_date, code_system, code)
select person_id, '2023-01-01', 'ICD10', d.code
from cover.person,
	(values ('E119', 13, 4), ('F03', 21, 5), ('I10', 100, 7), ('J459', 16, 8), ('G439', 11, 9)) d (code, one_in, salt)
where (substr(person_id, 2)::integer * 7919 + d.salt) % d.one_in = 0;
call ph.create_population_views('cover');
select register, people, registered, round(expected::numeric, 2) as expected, round(ratio::numeric, 3) as ratio, verdict
from ph.register_coverage('cover')
where characteristic = 'all';
with recomputed as (
	-- by fifth of deprivation, of everybody of the age of the denominator
	select f.register, count(*) as people,
		count(*) filter (
			where exists (select from cover.register r where r.person_id = p.person_id and r.condition = f.register)
		) as registered,
		sum(f.prevalence) as expected
	from cover.person_at('2024-03-31') p
	join ph.plausible_prevalence() f on f.characteristic = 'deprivation_quintile'
		and f.value = p.deprivation_quintile::text and p.age >= f.youngest
	where f.register in ('diabetes', 'hypertension', 'asthma', 'depression')
	group by f.register
	union all
	select 'dementia', count(*),
		count(*) filter (
			where exists (select from cover.register r where r.person_id = p.person_id and r.condition = 'dementia')),
		sum(f.prevalence)
	from cover.person_at('2024-03-31') p
	join ph.plausible_prevalence() f on f.register = 'dementia' and f.characteristic = 'age'
		and p.age >= lower(f.value::int4range)
		and (upper_inf(f.value::int4range) or p.age < upper(f.value::int4range))
)
select count(*) as registers,
	bool_and(c.people = r.people and c.registered = r.registered and abs(c.expected - r.expected) < 1e-9
		and abs(c.ratio - r.registered / r.expected) < 1e-12) as all_the_same
from recomputed r
join ph.register_coverage('cover') c on c.register = r.register and c.characteristic = 'all';
-- by ethnicity and fifth: the prevalence of everybody at those ages, for each person
with decade as (
	select f.register, p.person_id, least(p.age / 10, 9) as decade, coalesce(p.ethnicity, 'unknown') as ethnicity,
		p.deprivation_quintile::text as quintile,
		exists (
			select from cover.register r where r.person_id = p.person_id and r.condition = f.register
		)::integer as has
	from cover.person_at('2024-03-31') p, (values ('diabetes', 17), ('migraine', 0)) f (register, youngest)
	where p.age >= f.youngest
), standard as (
	select *, avg(has) over (partition by register, decade) as usual
	from decade
), recomputed as (
	select register, 'ethnicity' as characteristic, ethnicity as value, count(*) as people, sum(has) as registered,
		sum(usual) as expected
	from standard
	group by register, ethnicity
	union all
	select register, 'deprivation_quintile', quintile, count(*), sum(has), sum(usual)
	from standard
	group by register, quintile
)
select count(*) as rows,
	bool_and(c.people = r.people and c.registered = r.registered and abs(c.expected - r.expected) < 1e-6) as the_same
from recomputed r
join ph.register_coverage('cover') c using (register, characteristic, value);
-- a segment view says so of its inputs, unless they are plausible
create schema cover_segments;
call ph.create_segment_inputs('cover');
call ph.create_segment_view('bridges_to_health', 'bnssg-2019', 'cover.segment_input', 'cover_segments.bridges',
	missing => 'unknown');
select s.input, s.note, s.note is not distinct from nullif(c.verdict, 'plausible') as as_covered
from ph.segment_coverage('cover_segments.bridges', population => 'cover') s
join ph.scheme_input i on i.scheme = 'bridges_to_health' and i.version = 'bnssg-2019' and i.input = s.input
join ph.register_coverage('cover') c on c.register = i.code_list and c.characteristic = 'all'
order by s.input;
drop schema cover_segments cascade;
-- law: the bands of age and the groups add up to all
select characteristic, bool_and(people = whole) as people, bool_and(registered = whole_registered) as registered,
	bool_and(abs(expected - whole_registered) < 1e-6) filter (where characteristic <> 'age') as expected
from (
	select register, characteristic, sum(people) as people, sum(registered) as registered, sum(expected) as expected
	from ph.register_coverage('cover')
	where characteristic <> 'all'
	group by register, characteristic
) parts
join (
	select register, people as whole, registered as whole_registered
	from ph.register_coverage('cover')
	where characteristic = 'all'
) whole using (register)
group by characteristic
order by characteristic;
select value, people, registered, round(expected::numeric, 1) as expected, verdict
from ph.register_coverage('cover')
where register = 'dementia' and characteristic = 'age';
select problem, list, records, people, round(expected::numeric, 1) as expected, note
from ph.check_code_lists('cover')
where problem like '%plausible';
-- without population views coverage is not known, and says so
call ph.drop_population_views('cover');
select problem, note from ph.check_code_lists('cover') where problem like 'coverage%';
select * from ph.register_coverage('cover');
select * from ph.check_code_lists('nowhere');
drop schema cover cascade;
select registered, expected, ph_support.coverage_verdict(registered, expected, 'plausible')
from (
	values
		(1, 10.0), (2, 10.1), (4, 10), (5, 10), (20, 10), (21, 10), (51, 10), (9, 1), (9, 9), (10, 1), (0, null)
) v (registered, expected);

-- names that look like what is put into a query
set client_min_messages = warning;
call ph.create_shared_tables('it''s');
insert into "it's".code_list (list, version, code_system, code, match) values
	('{code_list}', '1', 'ICD10', 'I10', 'exact'), ('{code_list}', '2', 'ICD10', 'I11', 'exact');
select code, found_in from ph.compare_code_lists('it''s', '{code_list}', '1', '2');
drop schema "it's" cascade;
