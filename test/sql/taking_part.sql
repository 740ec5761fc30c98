-- What people report and take part in, read from the tables of a schema, against counts by hand; and partners.
set client_min_messages = warning;
\set SHOW_CONTEXT never
call ph.create_shared_tables('t');
insert into t.place values ('L1', 'LSOA21', null), ('L2', 'LSOA21', null), ('P', 'PRACTICE', null);
insert into t.partner values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider'),
	('charity', 'Charity', 'voluntary');
insert into t.service
values
	('housing', 'council', 'Housing', 'determinants', false, true), ('ward', 'hospital', 'Ward', 'care', true, false),
	('advice', 'charity', 'Advice', 'determinants', false, true);
insert into t.person (person_id, birth_date, sex)
select 'P' || i, date '1950-01-01' + i * 37, case when i % 3 = 0 then 'F' when i % 20 > 0 then 'M' end
from generate_series(1, 60) i;
insert into t.registration (person_id, practice_code, start_date) select person_id, 'P', '2015-01-01' from t.person;
insert into t.data_day values ('2025-03-31');
call ph.create_population_views('t', neighbourhood => 'none');

-- ---- partners ----
insert into t.contact (person_id, contact_id, service, start_date, purposes)
select 'P' || i, 'c' || lpad(n::text, 2, '0'),
	(array['housing', 'ward', 'advice'])[1 + (i * n * 7919 + n) % (1 + i % 3)],
	date '2024-01-01' + n * 11 + i % 5, '{planning}'
from generate_series(1, 60) i, generate_series(1, 2 + i % 7) n;
-- of a service that is not there any more, and so of no partner
alter table t.contact drop constraint contact_service_fkey;
insert into t.contact (person_id, contact_id, service, start_date)
values ('P1', 'z', 'gone', '2024-01-20'), ('P60', 'z', 'gone', '2024-02-20');
call ph.create_record_views('t');
create view followed as
select person_id, partner, lag(partner) over one as before, start_date - lag(start_date) over one as days, start_date
from t.every_contact
window one as (partition by person_id order by start_date, source, contact_id);
select partners, handovers from ph.handover('t');
select count(*) as cells, bool_and(f.contacts = m.people) as by_hand,
	sum(m.people) = (select count(*) from t.contact) - 60 as every_one_but_the_first
from ph.handover('t') h, ph.movement(h.handovers) m, lateral (
	select count(*) as contacts
	from followed f
	where f.days is not null and f.before is not distinct from h.partners[m.before]
		and f.partner is not distinct from h.partners[m.after]) f;
select (ph.movement_summary(handovers)).people = (select count(*) from followed where days <= 11) as within_days
from ph.handover('t', within_days => 11);
select (ph.movement_summary(handovers)).people = (
		select count(*) - count(distinct person_id) from t.contact where start_date < '2024-02-01') as during
from ph.handover('t', '(,2024-02-01)');
select * from ph.handover('t', '[1999-01-01,1999-02-01)');
select ph.handover('t', within_days => -1);
select ph.handover('nowhere');

create view known as select distinct person_id, partner from t.every_contact where partner is not null;
select partner, other_partner, people, of_people, round(share::numeric, 3) as share, round(lower::numeric, 3) as lower,
	round(upper::numeric, 3) as upper
from ph.co_use('t');
select bool_and(c.people = case
		when c.other_partner is null then (
			select count(*) from known k where k.partner = c.partner and not exists (
				select from known o where o.person_id = k.person_id and o.partner <> k.partner))
		else (
			select count(*) from known k join known o using (person_id)
			where k.partner = c.partner and o.partner = c.other_partner) end) as by_hand,
	bool_and(c.of_people = (select count(*) from known k where k.partner = c.partner)) as of_people
from ph.co_use('t') c;
select bool_and(a.people = b.people) as both_ways
from ph.co_use('t') a join ph.co_use('t') b on a.partner = b.other_partner and a.other_partner = b.partner;
select count(*) from ph.co_use('t', '[1999-01-01,1999-02-01)');
select ph.co_use('nowhere');

-- ---- what people report ----
insert into t.measurement (person_id, measure_date, code_system, code, value)
values
	('P1', '2024-01-01', 'PH', 'activation_score', 47.3), ('P1', '2024-06-01', 'PH', 'activation_score', 60),
	('P1', '2024-09-01', 'PH', 'activation_score', 50.3), ('P2', '2024-01-01', 'PH', 'activation_score', 70.2),
	('P2', '2024-09-01', 'PH', 'activation_score', 70), ('P3', '2024-03-01', 'PH', 'activation_score', 80),
	('P4', '2024-03-01', 'PH', 'activation_score', 101), ('P5', '2024-03-01', 'PH', 'activation_score', null),
	('P6', '2024-03-01', 'PH', 'activation_score', 'NaN'), ('P7', '2024-03-01', 'LOINC', 'activation_score', 50),
	('P8', '2023-03-01', 'PH', 'activation_score', 40), ('P8', '2023-03-01', 'PH', 'activation_score', 41),
	('P1', '2024-01-01', 'PH', 'eq5d5l_profile', 12321), ('P2', '2024-01-01', 'PH', 'eq5d5l_profile', 11111),
	('P3', '2024-01-01', 'PH', 'eq5d5l_profile', 99999), ('P4', '2024-01-01', 'PH', 'eq5d5l_profile', 91111),
	('P5', '2024-01-01', 'PH', 'eq5d5l_profile', 12.5), ('P6', '2024-01-01', 'PH', 'eq5d5l_profile', null);
select measure, code, kind, confirmed from ph.person_reported_measure();
call ph.create_reported_views('t');
select * from t.reported_score where measure = 'activation' order by person_id, measure_date, score;
select * from ph.reported_pairs('t', 'activation') order by person_id;
select p.* from ph.reported_pairs('t', 'activation', '[2024-02-01,2025-01-01)') p order by person_id;
select r.pairs, r.incomplete, r.responders, r.worsened, round(r.mean_change::numeric, 2) as mean
from (select array_agg(before) as b, array_agg(after) as a from ph.reported_pairs('t', 'activation')) p,
	ph.reported_change(b, a, 'higher', 3, 0, 100) r;
select ph.reported_pairs('t', 'overall_experience');
select ph.reported_pairs('nowhere', 'activation');
-- a view of another origin is not replaced
create view t.kept as select 1 as one;
alter view t.reported_score rename to was;
alter view t.kept rename to reported_score;
call ph.create_reported_views('t');
drop view t.reported_score;
call ph.create_reported_views('t');

-- need by activation: people of need, measured or not
create view t.need as
select person_id, length(person_id) - 2 as conditions from t.person where person_id <> 'P60';
select need_value, level, people, round(share::numeric, 3) as share
from ph.need_by_activation('t', 't.need', 'conditions');
select need_value, level, people
from ph.need_by_activation('t', 't.need', 'conditions', 'pam13_47_55_67', '[2024-05-01,2025-01-01)');
select ph.need_by_activation('t', 't.need', 'nothing');
select ph.need_by_activation('t', 't.need', 'conditions', 'pam22');
select ph.need_by_activation('t', null, 'conditions');

-- EQ-5D by a set that was loaded
insert into t.value_set values ('mine', 'Nowhere', 2024, 'made up', 'none');
insert into t.health_state_value select 'mine', v.* from ph.eq5d_values(1, array_fill(0.1::float8, '{5,4}')) v;
select person_id, profile, round(index_value::numeric, 3) as index_value, by_value_set, note
from ph.eq5d_index('t', 'mine')
order by person_id;
select person_id, index_value, by_value_set, note from ph.eq5d_index('t', 'theirs') where person_id = 'P1';
select round(e.value::numeric, 3) as mean, e.note
from (
	select array_agg(index_value) as v, array_agg(by_value_set) as s from ph.eq5d_index('t', 'mine')
) i, ph.eq5d_index_mean(v, s) e;

-- ---- goals ----
insert into t.person_goal (person_id, goal_id, set_on, set_by, agreed_on, reviewed_on, met)
select 'P' || i, '1', date '2024-01-01' + i,
	(array['person', 'carer', 'together', 'professional', null])[1 + i % 5],
	case when i % 3 > 0 then date '2024-01-01' + i + 7 end, case when i % 2 = 0 then date '2024-06-01' + i end,
	case when i % 2 = 0 and i % 8 > 0 then i % 4 = 0 end
from generate_series(1, 60) i;
select stage, goals, of_goals, unknown, round(share::numeric, 3) as share, round(lower::numeric, 3) as lower
from ph.person_goals('t');
select (
		select array[count(*) filter (where set_by <> 'professional'), count(set_by), count(agreed_on),
			count(reviewed_on), count(*) filter (where met), count(met)]
		from t.person_goal where set_on < '2024-02-01')
	= (
		select array[max(goals) filter (where stage like 'set%'), max(of_goals) filter (where stage like 'set%'),
			max(goals) filter (where stage = 'agreed'), max(goals) filter (where stage = 'reviewed'),
			max(goals) filter (where stage = 'met'), max(of_goals) filter (where stage = 'met')]
		from ph.person_goals('t', '(,2024-02-01)')) as by_hand;
select ph.person_goals('nowhere');

-- ---- who was asked and who came ----
insert into t.engagement (person_id, activity, invited_on, took_part_on)
select 'P' || i, a.activity, case when i % 4 > 0 then date '2024-05-01' end,
	case when i % 4 = 0 or i % (3 + place) = 0 then date '2024-06-01' end
from generate_series(1, 40) i, unnest('{survey,walk}'::text[]) with ordinality a (activity, place)
where i % 2 = 0 or a.activity = 'survey';
-- who has died is asked, and not of the population any more
update t.person set death_date = '2024-12-01' where person_id = 'P3';
select group_name, people, invited, took_part, round(share::numeric, 3) as share,
	round(representation::numeric, 3) as representation, round(representation_lower::numeric, 3) as lower,
	round(representation_upper::numeric, 3) as upper, note
from ph.engagement('t', 'sex');
select bool_and(e.took_part = (
		select count(distinct a.person_id)
		from t.engagement a left join t.person_at_data_day p using (person_id)
		where a.took_part_on is not null and p.sex is not distinct from e.group_name)) as by_hand,
	sum(e.took_part) = (select count(distinct person_id) from t.engagement where took_part_on is not null)
		as nobody_lost
from ph.engagement('t', 'sex') e;
select sum(took_part) = (
		select count(*) from t.engagement where took_part_on is not null and activity = 'walk') as of_one_activity
from ph.engagement('t', 'sex', 'walk');
-- representations weigh up to 1
select round(sum(representation * people)::numeric / sum(people), 9) as weighed
from ph.engagement('t', 'sex') where group_name is not null;
select ph.engagement('t', 'age');
select ph.engagement('t', null);

-- ---- what changed ----
insert into t.community_change (change, said, said_on, decision, did, did_on, told_on)
values
	('bus', 'No bus on Sundays', '2024-01-01', 'yes', 'A bus on Sundays', '2024-09-01', '2024-09-10'),
	('door', 'The door is heavy', '2024-02-01', 'yes', null, null, null),
	('form', 'The form is long', '2024-03-01', 'partly', 'Two pages less', '2024-04-01', null),
	('park', 'No lights in the park', '2024-04-01', 'no', null, null, null),
	('till', 'Opening hours', '2025-03-01', null, null, null, null);
select change, state, days from ph.you_said_we_did('t');
select ph.you_said_we_did('nowhere');

-- rows of persons are secured as contacts are: by their purposes, or for their writer
call ph.create_sharing_tables('t');
select relation, bool_or(condition like '%purposes%') as by_purpose
from (
	select c.relname as relation, pg_get_expr(p.polqual, p.polrelid) as condition
	from pg_class c left join pg_policy p on p.polrelid = c.oid
	where c.relnamespace = 't'::regnamespace and c.relname in ('contact', 'person_goal', 'engagement')) policies
group by relation
order by relation;
call ph.secure('t');
select relation, bool_or(condition like '%purposes%') as by_purpose
from (
	select c.relname as relation, pg_get_expr(p.polqual, p.polrelid) as condition
	from pg_class c left join pg_policy p on p.polrelid = c.oid
	where c.relnamespace = 't'::regnamespace and c.relname in ('contact', 'person_goal', 'engagement')) policies
group by relation
order by relation;
select problem, relation, count(*) from ph.check_shared_tables('t')
where relation in ('person_goal', 'engagement', 'community_change', 'value_set', 'health_state_value')
group by problem, relation
order by relation, problem;
