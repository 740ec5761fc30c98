-- What a person is told and shown: explanations, letters, reports; what is restricted or not for post leaves no trace.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set timezone = 'UTC';
set client_min_messages = warning;
create role regress_told_owner;
create role regress_told_analyst;
create schema care authorization regress_told_owner;
create schema other authorization regress_told_owner;
create schema viewed authorization regress_told_owner;
set role regress_told_owner;
call ph.create_shared_tables('care');
insert into care.data_day values ('2024-03-31');
insert into care.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into care.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into care.person (person_id, birth_date, sex)
select p, '1950-01-01', 'F' from unnest('{ann,bob,twin,cat,dot}'::text[]) p;
insert into care.registration select person_id, 'G', 'N', '1950-01-01' from care.person;
insert into care.residence select person_id, 'A', null, '1950-01-01' from care.person;
insert into care.encounter (encounter_id, person_id, pod, start_date, primary_icd10) values
	('1', 'ann', 'NEL', '2024-01-01', 'J44.1'), ('2', 'bob', 'NEL', '2024-01-02', 'B20'),
	('3', 'twin', 'NEL', '2024-01-02', 'J44.1');
insert into care.code_list values
	('copd', '1', 'ICD10', 'J44', 'prefix'), ('hiv', '1', 'ICD10', 'B2', 'prefix'), ('abuse', '1', 'SNOMED', '95930005',
	'exact'), ('depression', '1', 'SNOMED', '35489007', 'exact');
insert into care.clinical_event (person_id, event_date, code_system, code) values
	('ann', '2023-06-01', 'ICD10', 'J44.1'), ('bob', '2023-06-01', 'ICD10', 'J44.1'),
	('bob', '2023-06-02', 'ICD10', 'B20.1'), ('bob', '2023-06-03', 'SNOMED', '95930005'),
	('bob', '2023-06-04', 'SNOMED', '35489007'), ('twin', '2023-06-01', 'ICD10', 'J44.1'),
	('dot', '2023-06-02', 'ICD10', 'B20.1');
call ph.create_population_views('care');
call ph.create_segment_inputs('care');
call ph.create_segment_tables('care');
insert into care.scheme (scheme, version, label) values ('help', '1', 'Help'), ('old', '1', 'Old');
insert into care.scheme_input (scheme, version, input, type, code_list)
select 'help', '1', i, 'boolean', i from unnest('{copd,hiv,abuse,depression}'::text[]) i
union all
select 'help', '1', 'bmi', 'float8', null
union all
select 'old', '1', 'copd', 'boolean', 'copd';
insert into care.scheme_segment (scheme, version, segment, rank, kind)
values ('help', '1', 'Ill', 2, 'segment'), ('help', '1', 'Well', 3, 'default'), ('help', '1', 'Safe', 4, 'flag'),
	('help', '1', 'Special', 1, 'segment'), ('old', '1', 'Lungs', 1, 'segment'), ('old', '1', 'Other', 2, 'default');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression, says)
values ('help', '1', 1, 'copd', 'Ill', 'assign', 'copd', 'you have a lung disease'),
	('help', '1', 2, 'heavy', 'Ill', 'assign', 'bmi > 40', 'you are very heavy'),
	('help', '1', 3, 'low', 'Ill', 'assign', 'depression', 'you feel low'),
	('help', '1', 4, 'harm', 'Safe', 'assign', 'abuse', 'somebody harms you'),
	('help', '1', 5, 'virus', 'Special', 'assign', 'hiv and not coalesce(copd, false)', 'you have the virus'),
	('help', '1', 6, 'virus too', 'Safe', 'assign', 'hiv', 'you have the virus too'),
	('old', '1', 1, 'copd', 'Lungs', 'assign', 'copd', 'you have a lung disease');
call ph.create_segment_view('help', '1', 'care.segment_input', 'care.helped', 'care', missing => 'unknown');
call ph.create_segment_view('old', '1', 'care.segment_input', 'other.old', 'care');
call ph.record_segments('care', 'other.old', '2024-03-01');
call ph.create_sharing_tables('care');
insert into care.may_use select person_id, 'direct_care' from care.person;
insert into care.restricted_code (code_system, code, match, class, purposes, source)
values ('ICD10', 'B20', 'prefix', 'law', '{planning}', 'this test'),
	('SNOMED', '35489007', 'exact', 'sensitive', '{}', 'this test');
call ph.create_accountability_tables('care');
insert into care.input_in_words (input, words, not_for_post)
values ('age', 'your age', false), ('admissions', 'times in hospital as an emergency', false),
	('abuse', 'harm by others', true), ('bmi', 'your weight for your height', false);

-- ---- runs ----
begin;
insert into care.score_run (run, score, version, kind, purpose, as_of, predicts, horizon, model, content_hash, inputs,
	tiering, data_stamp, people, scored, source, licence)
values
	('old', 'admission', '1', 'external', 'direct_care', '2023-01-01', null, null, null, 'h0', '{}', 'given', '1', 3, 3,
	 null, 'by seat'),
	('new', 'admission', '2', 'model', 'direct_care', '2024-03-31', 'an emergency admission', '1 year',
	 to_jsonb(ph.given_model('logistic', '{(intercept),age,admissions,abuse,copd}', '{-6,0.04,0.5,0.7,-0.1}')), 'h1',
	 '{age,admissions,abuse,copd}', 'share', '1', 3, 3, 'ourselves', null),
	('frailty', 'frailty', '1', 'instrument', 'direct_care', '2024-03-31', 'falls', null, null, 'h2', '{copd,hiv,bmi}',
	 'edge', '1', 3, 3, 'a paper', null);
insert into care.person_score (person_id, run, value, band, tier, status, missing_inputs, inputs)
select p, 'old', 55, 'high', 1, 'ok', '{}'::text[], null::jsonb
from unnest('{ann,bob,twin}'::text[]) p
union all
select p, 'new', 0.0373, null, case p when 'cat' then 2 else 1 end, 'ok', '{}',
	jsonb_build_object('age', 74, 'admissions', 1, 'abuse', (p = 'bob')::integer, 'copd', 1)
from unnest('{ann,bob,twin,cat}'::text[]) p
union all
select p, 'frailty', 3, 'mild', 2, 'ok', '{bmi}', null from unnest('{ann,bob,twin}'::text[]) p
union all
select 'cat', 'frailty', null, null, null, 'missing_input: bmi', '{bmi,hiv}', null;
commit;
insert into care.person_list (list, relation, run, purpose, description)
values ('ring', 'helped', 'new', 'direct_care', 'people to ring');
insert into care.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed, not_for_post)
values ('ann', 'new', 'a call', 'Dr A', '2024-04-02', 'offer', 'lives alone', false, false),
	('ann', null, 'a class', 'Dr B', '2024-04-03', 'no_offer', 'cannot <b>walk</b> & talk', true, false),
	('bob', 'new', 'a call', 'Dr A', '2024-04-02', 'offer', 'lives alone', false, false),
	('bob', 'new', 'a refuge', 'Dr A', '2024-04-02', 'refer', 'is harmed', false, true),
	('twin', 'new', 'a call', 'Dr A', '2024-04-02', 'offer', 'lives alone', false, false);
insert into care.person_request (person_id, kind, about, received, answered, outcome) values
	('ann', 'objection', 'ring', '2024-04-04', null, null),
	('ann', 'review', 'new', '2024-04-05', '2024-04-20', 'refused'),
	('ann', 'review', '2', '2024-04-06', '2024-04-20', 'partly_upheld'),
	('ann', 'restriction', 'all', '2024-04-07', '2024-04-08', 'withdrawn'),
	('ann', 'correction', 'bmi', '2024-04-08', '2024-04-09', 'upheld'),
	('bob', 'correction', 'abuse', '2024-04-09', '2024-04-10', 'refused'),
	('bob', 'correction', 'hiv', '2024-04-09', '2024-04-10', 'refused'),
	('bob', 'review', '4', '2024-04-11', null, null);
insert into care.retention_rule values ('decision', 'direct_care', '8 years', 'records management code');
insert into care.list_opening (list, purpose, reason, role, people, objected, opened_at)
values ('ring', 'direct_care', 'round', 'nurse', 1, 1, '2024-04-03 10:00+00');
insert into care.opened_person values ('bob', 1, '{"value": 0.0373, "abuse": true}');

-- ---- told ----
select section, words from ph.explain_person('care', 'ann') order by ordinal;
select section, words from ph.explain_person('care', 'bob') order by ordinal;
select section, words from ph.explain_person('care', 'bob', true) order by ordinal;
select section, words from ph.explain_person('care', 'cat') order by ordinal;
-- a group that only what is restricted gives is not told, in letters or not
select segment from care.helped where person_id = 'dot';
select section, words from ph.explain_person('care', 'dot') order by ordinal;
-- laws: nothing restricted is told to anybody, nothing that is not for post in a letter
select post, count(*) as sentences, count(*) filter (where words ~* 'hiv|virus|depress|feel low|special') as restricted,
	count(*) filter (where words ~* 'abuse|harm|refuge|safe') as not_for_post
from care.person p, unnest('{f,t}'::boolean[]) post, ph.explain_person('care', p.person_id, post)
group by post
order by post;
-- no trace: a letter is that of who has none of it
select count(*) as sentences, count(*) filter (where b.words is distinct from t.words) as differ
from ph.explain_person('care', 'bob', true) b
full join ph.explain_person('care', 'twin', true) t using (ordinal);
-- a word more or less: explain_segment says the same of who has nothing to hide
select array(select words from ph.explain_person('care', 'ann') where section = 'segment' order by ordinal)
	@> array(select replace(w, 'bmi', 'your weight for your height') from ph.explain_segment('care.helped', 'ann') w)
	as same;
-- every decision and request has a sentence
select bool_and(told = there) as all_are_told
from (
	select (select count(*) from ph.explain_person('care', person_id) where section in ('decision', 'request')) as told,
		(select count(*) from care.decision d where d.person_id = p.person_id)
		+ (select count(*) from care.person_request r where r.person_id = p.person_id and r.about <> 'hiv') as there
	from care.person p
) c;
select ph.explain_person('care', 'nobody');
select ph.explain_person('care', null);
select ph.explain_person('other', 'ann');

-- ---- shown ----
create table care.own_note (person_id text, note text);
insert into care.own_note values ('ann', 'rang <script>'), ('bob', 'rang');
create table care.own_part (person_id integer, part integer) partition by list (part);
create table care.own_part_1 partition of care.own_part for values in (1);
-- complete: every table of the catalogue with person_id, every row of it
create function pg_temp.rows_of(relation text, person text) returns bigint
language plpgsql as $$
declare
	answer bigint;
begin
	execute format('select count(*) from care.%I where person_id::text = $1', relation) into answer using person;
	return answer;
end
$$;
with held as (
	select c.relname::text as relation
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attname = 'person_id'
	where c.relnamespace = 'care'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
), report as materialized (
	select p.person_id, post, ph.person_report('care', p.person_id, post) as report
	from care.person p, unnest('{f,t}'::boolean[]) post
)
select count(distinct h.relation) as tables, bool_and(r.report -> 'rows' ? h.relation) as all_appear,
	bool_and(post or jsonb_array_length(r.report -> 'rows' -> h.relation)
		+ coalesce((r.report -> 'withheld' ->> h.relation)::integer, 0) = pg_temp.rows_of(h.relation, r.person_id))
		as all_rows,
	sum(jsonb_array_length(r.report -> 'rows' -> h.relation)) filter (where not post) as rows,
	max((select count(*) from jsonb_object_keys(r.report -> 'rows'))) as shown
from report r, held h;
select r -> 'withheld' as withheld, r -> 'rows' -> 'clinical_event' as events,
	r -> 'rows' -> 'segment_history' as history
from ph.person_report('care', 'bob') r;
select r ? 'withheld' as says, r -> 'rows' -> 'clinical_event' as events, r -> 'rows' -> 'person_score' as scores,
	r -> 'rows' -> 'opened_person' as opened, r -> 'rows' -> 'disputed_input' as disputed
from ph.person_report('care', 'bob', true) r;
select r -> 'rows' -> 'opened_person' -> 0 -> 'details' as opened,
	r -> 'recipients' -> 'openings' -> 0 ->> 'reason' as reason
from ph.person_report('care', 'bob') r;
-- by the law: neither report says what is restricted; a letter has no word of what is not for post
select post, count(*) filter (where report::text ~* 'B20|virus|hiv|special') as restricted,
	count(*) filter (where report::text ~* '95930005|abuse|harm|refuge') as not_for_post
from care.person p, unnest('{f,t}'::boolean[]) post, ph.person_report('care', p.person_id, post) report
group by post
order by post;
select key, jsonb_typeof(value) as type
from ph.person_report('care', 'ann') r, jsonb_each(r)
order by key;
select r -> 'models' as models, r -> 'retention' as retention, r -> 'purposes' -> 0 as direct_care,
	r -> 'purposes' -> 1 ->> 'may_be_used' as stratified
from ph.person_report('care', 'ann') r;
-- a page: escaped, without scripts
select page like '<!DOCTYPE html>%</html>' || chr(10) as whole, page ~ '<script|<b>walk' as unescaped,
	page like '%rang &lt;script&gt;%' as note, page like '%cannot &lt;b&gt;walk&lt;/b&gt; &amp; talk%' as reason,
	page like '%What was decided%' as decisions
from ph.person_report_page('care', 'ann') page;
select page like '%Withheld%1 of clinical_event%' as withheld, page ~* 'harm' as all_is_told
from ph.person_report_page('care', 'bob') page;
select page like '%Withheld%' as withheld, page ~* 'harm' as told
from ph.person_report_page('care', 'bob', true) page;
select ph.person_report('care', 'nobody');
select ph.person_report_page('care', 'nobody');
-- a cause of death is a code too
update care.person set death_date = '2024-04-20', death_cause_icd10 = 'B20.7' where person_id = 'bob';
select r -> 'rows' -> 'person' #- '{0,birth_date}' as restricted from ph.person_report('care', 'bob') r;
update care.person set death_cause_icd10 = 'J44.1' where person_id = 'bob';
select r -> 'rows' -> 'person' -> 0 ->> 'death_cause_icd10' as open from ph.person_report('care', 'bob') r;

-- shared tables that are views of somebody else's, and no more of them than there are
create view viewed.person as select * from care.person;
create view viewed.encounter as select * from care.encounter;
call ph.create_accountability_tables('viewed');
insert into viewed.person_list (list, relation, purpose, description) values ('ring', 'person', 'direct_care', 'x');
insert into viewed.person_request (person_id, kind, about, received) values ('ann', 'objection', 'ring', '2024-04-04');
select section, words from ph.explain_person('viewed', 'ann') order by ordinal;
select r -> 'rows' -> 'encounter' -> 0 ->> 'primary_icd10' as diagnosis, jsonb_array_length(r -> 'rows' -> 'person')
	as person, r -> 'withheld' as withheld
from ph.person_report('viewed', 'ann') r;

-- ---- help and alarms ----
reset role;
set role regress_told_owner;
insert into care.partner values ('charity', 'The charity', 'voluntary');
insert into care.intervention (intervention, version, partner, name, eligible) values
	('walks', '1', 'charity', 'Walks', 'copd'), ('peers', '1', 'charity', 'Peers', 'hiv'),
	('refuge', '1', null, 'A refuge', 'abuse');
insert into care.offer (person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on,
	ended_on, ended_because) values
	('ann', 'walks', '1', '2024-01-10', '2024-01-12', '2024-01-20', 'accepted', '2024-02-01', '2024-03-01', 'moved'),
	('ann', 'walks', '1', '2023-01-10', null, null, null, null, null, null),
	('bob', 'walks', '1', '2024-01-10', '2024-01-12', '2024-01-20', 'declined', null, null, null),
	('bob', 'peers', '1', '2024-01-10', '2024-01-12', null, null, null, null, null),
	('bob', 'refuge', '1', '2024-01-10', '2024-01-12', null, null, null, null, null);
insert into care.service values ('advice', 'charity', 'Advice', 'determinants', false, true);
insert into care.contact (person_id, contact_id, service, start_date, planned)
select 'ann', n, 'advice', date '2024-03-16' + 2 * n, false from generate_series(1, 7) n;
call ph.create_intervention_views('care');
insert into care.contact (person_id, contact_id, service, start_date, planned)
select person_id, 'before ' || n, 'advice', date '2022-03-01' + 37 * n + length(person_id), false
from care.person, generate_series(1, 18) n;
call ph.create_wobble_view('care', before => '2024-03-01', as_of => '2024-03-31');
select words from ph.explain_person('care', 'ann') where section in ('offer', 'alarm') order by ordinal;
-- never help whose rule reads what is not told, and in a letter neither what is not for post nor an alarm
select words from ph.explain_person('care', 'bob') where section in ('offer', 'alarm') order by ordinal;
select words from ph.explain_person('care', 'bob', true) where section in ('offer', 'alarm') order by ordinal;
select words from ph.explain_person('care', 'ann', true) where section in ('offer', 'alarm') order by ordinal;

-- ---- who may ask ----
call ph.store_stays('care');
call ph.secure('care', '{"own_note": null}');
call ph.grant_access('care', 'regress_told_analyst', 'analyst');
insert into care.entitlement (role, level, place, purpose) values ('regress_told_analyst', 'place', 'L', 'direct_care');
call ph.refresh_access('care');
select count(*) as owner_is_told from ph.explain_person('care', 'ann');
-- the same report, and the roles that see the rows now
select r -> 'recipients' -> 'entitlements' as entitlements, r -> 'rows' -> 'person' as person
from ph.person_report('care', 'ann') r;
-- a dispute is seen at once by who sees the person, in the view and not as a request
insert into care.person_request (person_id, kind, about, received) values ('ann', 'correction', 'copd', '2024-04-10');
set role regress_told_analyst;
select person_id, copd from care.segment_input order by person_id;
select count(*) from care.person_request;
select ph.person_report('care', 'ann');
select ph.explain_person('care', 'ann');
reset role;
set role regress_told_owner;
set population_health.purpose = 'planning';
select ph.person_report('care', 'ann');
reset population_health.purpose;
reset role;
drop schema viewed, care, other cascade;
drop owned by regress_told_owner cascade;
drop role regress_told_owner, regress_told_analyst;
