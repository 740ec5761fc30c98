-- one record: every_contact, every_offer, person_timeline; who sees rows that partners wrote
set client_min_messages = warning;
set datestyle = 'ISO, YMD';
call ph.create_shared_tables('record');
set search_path = record, public;

insert into partner values
	('hospital', 'The hospital', 'nhs_provider'), ('council', 'The council', 'council'),
	('works', 'The works', 'employer'), ('police', 'The police', 'police_fire');
insert into service values
	('ward', 'hospital', 'Ward', 'care', true, false), ('surgery', null, 'Surgery', 'care', false, false),
	('eye_clinic', 'hospital', 'Eye clinic', 'care', false, false),
	('housing', 'council', 'Housing officer', 'determinants', false, true);
insert into encounter_service values
	('NEL', null, 'ward'), ('GP', null, 'surgery'), ('OP', 'EYES', 'eye_clinic');
insert into person values
	('a', '1950-01-01', 'F', 'A', null, null), ('b', '1960-01-01', 'M', 'H', '2024-06-01', null);
insert into place values ('X', 'LSOA21', 'X'), ('P', 'PRACTICE', 'P');
insert into residence values ('a', 'X', null, '1950-01-01', null), ('b', 'X', null, '1960-01-01', null);
insert into registration values ('a', 'P', null, '2000-01-01', null), ('b', 'P', null, '2000-01-01', null);
insert into encounter (encounter_id, person_id, pod, start_date, end_date, admission_method, provider_code, cost) values
	('1', 'a', 'GP', '2024-01-02', null, null, 'P', 40), ('2', 'a', 'NEL', '2024-02-01', '2024-02-09', '21', 'H', 2000),
	('3', 'a', 'OP', '2024-03-01', '2024-03-01', null, 'EYES', 120),
	('4', 'a', 'OP', '2024-03-08', null, null, 'EARS', 90),
	('5', 'b', 'NEL', '2024-02-01', '2024-02-03', '31', 'H', 900),
	('6', 'b', 'OTH', '2024-02-04', null, null, null, null);
insert into contact (person_id, contact_id, service, partner, start_date, planned, professional, cost, purposes) values
	('a', '1', 'housing', 'council', '2024-02-10', false, 'officer 7', 55, '{direct_care,planning}'),
	('a', '2', 'housing', 'council', '2024-02-20', true, 'officer 7', 55, '{}'),
	('b', '1', 'housing', 'council', '2024-02-11', null, null, null, null);
insert into life_event (person_id, event_date, kind, source, partner, purposes) values
	('a', '2024-01-20', 'bereavement', 'self', 'council', '{direct_care}'),
	('a', '2024-01-21', 'won_the_lottery', 'self', null, '{}');
insert into life_event_kind values ('won_the_lottery', 'Won the lottery', 0), ('fell', 'Had a fall', 2);
insert into work_status (person_id, start_date, end_date, status, partner, purposes) values
	('a', '2020-01-01', '2024-02-01', 'employed', 'works', '{direct_care}'),
	('a', '2024-02-01', null, 'off_sick', 'works', '{}');
insert into clinical_event values
	('a', '2024-02-01', 'ICD10', 'J440', 'COPD', 'APC', '2', 1),
	('a', '2024-01-02', 'SNOMED', '1', null, null, null, null);
insert into measurement values ('a', '2024-01-02', 'SNOMED', '60621009', 'Body mass index', 31, 'kg/m2');
insert into wait values ('a', 'w1', 'referral_to_treatment', '2024-03-01', null, null);
insert into external_score values ('a', 'their score', '1', '2024-01-01', 0.4, 'high');
insert into enrolment values
	('a', 'CARE', '2024-02-10', '2024-05-01', 'left'), ('b', 'CARE', null, null, 'eligible_not_enrolled');
insert into intervention (intervention, version, partner, name, capacity)
values ('advice', '1', 'council', 'Debt advice', 3);
insert into offer (person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on) values
	('a', 'advice', '1', '2024-02-10', '2024-02-11', '2024-02-12', 'accepted', '2024-03-01'),
	('b', 'advice', '1', '2024-02-10', null, null, null, null);
insert into data_day values ('2024-06-30');

call ph.create_record_views('record');
call ph.create_record_views('record');
select person_id, source, contact_id, service, partner, start_date, planned, crisis, upstream, cost
from every_contact
order by person_id, start_date, source;
select person_id, source, intervention, version, identified_on, answer, started_on, ended_on, ended_because
from every_offer
order by person_id, source;
select source, from_date, until_date, partner, service, kind, label, cost, crisis, planned, value
from person_timeline
where person_id = 'a'
order by from_date, source collate "C", label collate "C";

-- each row of each table once
select source, count(*) as rows, count(*) - case source
	when 'person' then (select count(*) from person) when 'encounter' then (select count(*) from encounter)
	when 'contact' then (select count(*) from contact) when 'clinical_event' then (select count(*) from clinical_event)
	when 'measurement' then (select count(*) from measurement) when 'life_event' then (select count(*) from life_event)
	when 'work_status' then (select count(*) from work_status) when 'offer' then (select count(*) from offer)
	when 'enrolment' then (select count(*) from enrolment) when 'wait' then (select count(*) from wait)
	when 'external_score' then (select count(*) from external_score)
	when 'registration' then (select count(*) from registration)
	when 'residence' then (select count(*) from residence) end as more
from person_timeline
group by source
order by source;
-- an own kind takes the place of a shipped one; the query names nothing of the extension
select ph_support.life_event_kind_query('record') as kinds,
	ph_support.life_event_kind_query('record') ~ 'ph[_.]' as named
\gset
select :'named' as named, count(*) = count(distinct kind) as once, max(weight) filter (where kind = 'fell') as fell,
	max(weight) filter (where kind = 'eviction_notice') as eviction_notice
from (:kinds) k;

-- one plan: by index for one person, with workers for everybody
insert into contact (person_id, contact_id, service, start_date)
select 'a', 'x' || n, 'housing', '2024-01-01' from generate_series(1, 20000) n;
insert into person select 'p' || n, '1990-01-01' from generate_series(1, 20000) n;
insert into contact (person_id, contact_id, service, start_date)
select 'p' || n, 'y' || n, 'housing', '2024-01-01' from generate_series(1, 20000) n;
analyze;
create function pg_temp.plan(query text) returns setof text language plpgsql as $$
begin
	return query execute 'explain (costs off) ' || query;
end
$$;
select bool_or(line ~ 'Seq Scan on contact') as reads_all,
	bool_or(line ~ 'on contact' and line ~ 'Index|Bitmap') as by_index
from pg_temp.plan('select * from person_timeline where person_id = ''p7''') line;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
select bool_or(line ~ 'Gather') as gathers, bool_or(line ~ 'Parallel Seq Scan on contact') as in_parallel
from pg_temp.plan('select * from person_timeline') line;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;

-- shared tables of before: what is not there is left out
create schema before;
create view before.person as table record.person;
create view before.service as table record.service;
create view before.encounter_service as table record.encounter_service;
create view before.encounter as table record.encounter;
call ph.create_record_views('before');
select source, count(*) from before.person_timeline group by source order by source;
select to_regclass('before.every_offer') as no_offers;
drop view before.encounter_service cascade;
call ph.create_record_views('before');
call ph.create_record_views('ph');
call ph.create_record_views(null);

-- the schema outlives the extension
select count(*) as depends_on_the_extension
from pg_depend d
join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
join pg_class c on c.oid = r.ev_class and c.relnamespace = 'record'::regnamespace
where d.refclassid = 'pg_proc'::regclass and d.refobjid in (
	select oid from pg_proc where pronamespace in ('ph'::regnamespace, 'ph_support'::regnamespace));
reset search_path;
drop schema before, record cascade;
