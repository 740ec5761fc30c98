-- The record of processing and the transparency record: each number again by hand, and what is missing is said.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- bad input ----
select * from ph.processing_record(null);
select * from ph.processing_record('nowhere');
select * from ph.transparency_record(null);
create schema paper;
select * from ph.transparency_record('paper');

-- ---- of an empty schema: every part says what is missing ----
select section, law, item, detail, value
from ph.processing_record('paper')
where not is_stated;
select section, item, count(*) from ph.processing_record('paper') where is_stated group by section, item order by 1, 2;

-- ---- a schema with all of it ----
call ph.create_shared_tables('paper');
insert into paper.person (person_id, birth_date, sex)
select 'P' || i, date '1940-01-01' + i * 100, 'F' from generate_series(1, 200) i;
insert into paper.encounter (person_id, encounter_id, pod, start_date, end_date)
select 'P' || i, i || '.' || j, 'NEL', '2024-01-01', '2024-01-02'
from generate_series(1, 200) i, generate_series(1, i % 4) j;
insert into paper.data_day values ('2025-03-31');
insert into paper.data_load (relation, rows, loaded_at)
values ('person', 150, '2025-03-01 12:00+00'), ('person', 200, '2025-04-01 12:00+00'),
	('encounter', 300, '2025-04-02 12:00+00');
call ph.create_sharing_tables('paper');
call ph.create_accountability_tables('paper');
insert into paper.may_use
select 'P' || i, p
from generate_series(1, 200) i, unnest('{planning,risk_stratification}'::text[]) p
where i % 5 <> 0 or p = 'planning';
insert into paper.entitlement (role, level, place, purpose, until)
values ('wye', 'place', 'W1', 'planning', null), ('all', 'national', null, 'planning', '2099-12-31'),
	('past', 'national', null, 'research', '2001-01-01');
insert into paper.retention_rule (relation, purpose, keep, basis)
values ('encounter', 'planning', '8 years', 'schedule of the made-up NHS'),
	('person', null, '1 year 6 months', 'contract');
create view paper.input as
select person_id, extract(year from birth_date)::integer as age, case when person_id <> 'P7' then 1 end as copd
from paper.person;
select ph.given_model('logistic', '{(intercept),age,copd}', '{-90,0.045,0.5}') as model
\gset
call ph.record_scores('paper', 'spring', 'admission', '1', 'paper.input', '2024-04-01', 'risk_stratification',
	model => :'model', predicts => 'emergency admission within a year', label_kind => 'use', horizon => '1 year',
	source => 'this test', licence => 'our own');
call ph.record_scores('paper', 'autumn', 'admission', '1', 'paper.input', '2024-10-01', 'risk_stratification',
	model => :'model', predicts => 'emergency admission within a year', label_kind => 'use');
create view paper.points as select person_id, 10::float8 as value from paper.person;
call ph.record_scores('paper', 'back', 'lace', '2010', 'paper.points', '2024-04-01', 'risk_stratification');
insert into paper.run_judgement (run, outcome, judged_at, statistic, threshold, value, lower, upper, people, events)
values ('autumn', 'paper.admitted', '2025-01-01', 'auroc', null, 0.6, 0.5, 0.7, 100, 10),
	('autumn', 'paper.admitted', '2025-02-01', 'auroc', null, 0.71234, 0.61234, 0.81234, 159, 20),
	('autumn', 'paper.admitted', '2025-02-01', 'sensitivity', 0.2, null, null, null, 159, 20);
insert into paper.run_judgement (run, outcome, judged_at, statistic, note, people, events)
values ('autumn', 'paper.admitted', '2025-02-01', 'slope', 'not_a_risk', 159, 20);
-- ph.create_accountability_tables may not make it yet
create table if not exists paper.run_group (
	run text, outcome text, judged_at timestamptz, threshold float8, dimension text, group_name text, people bigint,
	without_score bigint, without_outcome bigint, listed bigint, events bigint, verdict text);
insert into paper.run_group (run, outcome, judged_at, threshold, dimension, group_name, people, without_score,
	without_outcome, listed, events, verdict)
values ('spring', 'paper.admitted', '2025-02-02', 0.2, 'sex', 'F', 90, 0, 0, 9, 12, 'under_served'),
	('spring', 'paper.admitted', '2025-02-02', 0.2, 'sex', 'unknown', 3, 0, 0, 0, 0, null),
	('spring', 'paper.admitted', '2025-01-02', 0.2, 'sex', 'F', 90, 0, 0, 9, 12, 'none');
insert into paper.person_list (list, relation, run, purpose, description)
values ('frail', 'input', 'spring', 'risk_stratification', 'those in the first tier'),
	('hearts', 'points', 'back', 'risk_stratification', 'those with ten points');
insert into paper.list_opening (list, purpose, reason, role, people, objected)
values ('frail', 'risk_stratification', 'clinic', 'gp', 12, 1), ('frail', 'risk_stratification', 'clinic', 'gp', 10, 1),
	('hearts', 'risk_stratification', 'clinic', 'ward', 5, 0);
insert into paper.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
select 'P' || i + (i - 1) / 4, case when i % 10 = 0 then 'back' when i % 2 = 0 then 'spring' else 'autumn' end, 'visit',
	'Dr ' || i % 3, '2024-10-15', (array['offer', 'no_offer', 'refer'])[1 + i % 3], 'seen', i % 4 = 0
from generate_series(1, 40) i;
insert into paper.person_request (person_id, kind, about, received, answered, outcome)
values ('P1', 'objection', 'frail', '2024-05-01', null, null), ('P2', 'objection', 'all', '2024-05-01', null, null),
	('P3', 'objection', 'hearts', '2024-05-01', null, null),
	('P4', 'review', 'spring', '2024-05-01', '2024-05-09', 'upheld'),
	('P6', 'review', 'back', '2024-05-01', null, null), ('P6', 'correction', 'copd', '2024-05-01', null, null);
insert into paper.removal (kind, basis, people) values ('person', 'erasure', 1), ('retention', 'schedule', 30);
insert into paper.justification
values ('model', 'admission', '1', 'age', 'risk rises with age, and the offer is for all ages', 'the board',
	'2024-03-01');
create table paper.record as select * from ph.processing_record('paper');
-- each number again, by hand
select
	(select value::bigint from paper.record where (section, item, detail) = ('people and data', 'person', 'rows'))
		= (select count(*) from paper.person) as people,
	(select value::bigint from paper.record where (section, item, detail) = ('people and data', 'encounter', 'rows'))
		= (select count(*) from paper.encounter) as encounters,
	(select sum(value::bigint) from paper.record where detail = 'people who may be included')
		= (select count(*) from paper.may_use) as may_be_included,
	(select value from paper.record where (section, item, detail) = ('source', 'person', 'rows loaded')) = '200'
		as last_load,
	(select value::date from paper.record where section = 'source' and detail = 'last day of the data')
		= '2025-03-31' as last_day,
	(select value::integer from paper.record where section = 'source' and detail = 'days since')
		= (now() at time zone 'UTC')::date - date '2025-03-31' as days_since;
select section, item, detail, value
from paper.record
where section in ('purpose', 'recipient', 'retention', 'basis', 'rights', 'equality', 'scheme')
	and detail not in ('description') and (section <> 'retention' or is_stated);
-- what nobody has a rule for is named, table by table
select count(*) = (
	select count(*)
	from ph_support.table_of_person('paper') p
	where p.relation not in (select relation from paper.retention_rule)) as all_named
from paper.record
where section = 'retention' and not is_stated;
select detail, value
from paper.record
where section = 'score' and item = 'spring' and detail not in ('content hash', 'recorded by');
select detail, value from paper.record where section = 'score' and item = 'back' and detail in ('source', 'licence');
select r.item, r.value::timestamp at time zone 'UTC' = max(j.judged_at) as last_judged
from paper.record r
join paper.run_judgement j on j.run = r.item
where r.section = 'score' and r.detail = 'last judged'
group by r.item, r.value;
-- what each kind of role may do is what it is granted
select count(*) = (
	select count(distinct (k.kind, g.relation))
	from ph.access_kind() k, ph.access_grants('paper', k.kind) g) as all_granted
from paper.record
where section = 'security' and detail <> 'row security';
select bool_and(section ~ '\S' and law ~ '\S' and item ~ '\S' and detail ~ '\S' and value ~ '\S'
	and is_stated = (value <> 'not stated')) as all_said
from paper.record;
-- nobody is in it
select count(*) from paper.record where value ~ '\mP\d+\M' or item ~ '\mP\d+\M' or detail ~ '\mP\d+\M';

-- ---- settings of the session change nothing ----
set datestyle = 'German';
set intervalstyle = 'iso_8601';
set timezone = 'Pacific/Kiritimati';
select count(*) as differs
from ph.processing_record('paper') a
full join paper.record b using (section, law, item, detail, value, is_stated)
where a.section is null or b.section is null;
reset datestyle;
reset intervalstyle;
reset timezone;

-- ---- each table may be missing: its part says so, all others stand ----
create function paper.without(relation text, out says_so boolean, out others_stand boolean) language plpgsql as $$
begin
	execute format('alter table paper.%I rename to gone', relation);
	select
		not exists (
			select
			from ph_support.processing_part() p
			where relation = any (p.needs) and not exists (
				select
				from ph.processing_record('paper') r
				where (r.section, r.law, r.item) = (p.section, p.law, p.item) and r.value = 'not stated'
					and r.detail ~ ('no table ' || relation))),
		not exists (
			select
			from paper.record b
			where b.section not in (select p.section from ph_support.processing_part() p where relation = any (p.needs))
				and b.section <> 'equality' and relation not in (b.item, b.detail)
				and not exists (
					select
					from ph.processing_record('paper') a
					where (a.section, a.item, a.detail, a.value) = (b.section, b.item, b.detail, b.value)))
	into says_so, others_stand;
	execute format('alter table paper.gone rename to %I', relation);
end
$$;
drop view paper.input, paper.points;
select n.relation, w.*
from (
		select distinct relation
		from ph_support.processing_part() p, unnest(p.needs) relation
		where to_regclass('paper.' || relation) is not null
	) n,
	paper.without(n.relation) w
order by n.relation;

-- ---- who does not see all is told so, and counts nothing of part of the rows ----
call ph.create_population_views('paper', neighbourhood => 'none');
create role regress_paper_auditor;
create role regress_paper_analyst;
call ph.secure('paper');
call ph.grant_access('paper', 'regress_paper_auditor', 'auditor');
call ph.grant_access('paper', 'regress_paper_analyst', 'analyst');
select item, value from ph.processing_record('paper')
where (section, item, detail) = ('people and data', 'person', 'rows');
select item, value from ph.processing_record('paper') where (section, item) = ('security', 'person');
set role regress_paper_auditor;
select item, detail, value from ph.processing_record('paper')
where (section, item, detail) = ('people and data', 'person', 'rows')
	or detail ~ '^(who sees|people who may|scores that)' or item in ('wye', 'gp')
	or item = 'spring' and detail = 'score';
select count(*) from paper.person_score;
reset role;
set role regress_paper_analyst;
select item, detail, value from ph.processing_record('paper')
where (section, item, detail) = ('people and data', 'person', 'rows') or detail ~ '^(who sees|people who may)';
reset role;

-- ---- the transparency record ----
select * from ph.transparency_record('paper', 'nobody has run it');
create table paper.transparency as select * from ph.transparency_record('paper');
-- one record a score and version, from its last run; every field is there, stated or not
select score, version, count(distinct (section, field)) from paper.transparency group by score, version;
select count(*) as missing
from ph_support.transparency_field() f
where not exists (select from paper.transparency t where (t.section, t.field) = (f.section, f.item));
select section, field, detail, value
from paper.transparency
where score = 'admission' and is_stated and detail is distinct from 'content hash' and field !~ '^who recorded'
	and detail is distinct from 'stamp' and detail is distinct from 'judged at';
select section, field, detail
from paper.transparency
where score = 'admission' and not is_stated;
-- what was judged is the last that was, of whichever run
select detail, value
from paper.transparency
where score = 'admission' and field in ('model performance', 'performance by group') and detail <> 'judged at';
-- decisions and requests of this score, and of no other
select
	(select value::integer from paper.transparency where score = t.score and detail = 'decisions')
		= (select count(*) from paper.decision join paper.score_run r using (run) where r.score = t.score) as decisions,
	(select value::numeric from paper.transparency where score = t.score and detail = 'share changed by who decided')
		= (
			select round(avg(human_changed::integer), 3)
			from paper.decision
			join paper.score_run r using (run)
			where r.score = t.score) as changed,
	(select value::integer from paper.transparency where score = t.score and detail = 'objections and restrictions')
		as objections,
	(select value::integer from paper.transparency where score = t.score and detail = 'reviews') as reviews
from (select distinct score from paper.transparency) t
order by score;
select field, detail, value
from paper.transparency
where score = 'lace'
	and (field in ('scope', 'description', 'licence', 'what its outcome is') or detail = 'how old they may be');
select count(*) as differs
from (
	(select * from ph.transparency_record('paper', 'lace') except all
		select * from paper.transparency where score = 'lace')
	union all
	(select * from paper.transparency where score = 'lace' except all
		select * from ph.transparency_record('paper', 'lace'))) d;
drop schema paper cascade;
drop owned by regress_paper_auditor, regress_paper_analyst;
drop role regress_paper_auditor, regress_paper_analyst;
