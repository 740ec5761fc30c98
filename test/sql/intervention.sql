-- Whom interventions are for, what they can spare, a month's places, who pays and who gains: against plain SQL.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('care');
insert into care.data_day values ('2024-03-31');
insert into care.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('B', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into care.place_parent values ('L', 'S'), ('A', 'L'), ('B', 'L'), ('N', 'L'), ('G', 'N');
insert into care.place_factor values ('A', 'imd2019_decile', '2019', 1), ('B', 'imd2019_decile', '2019', 8);
insert into care.person select 'P' || i, make_date(1930 + i, 1, 1), 'F' from generate_series(1, 60) i;
insert into care.registration select person_id, 'G', 'N', '1995-01-01' from care.person;
insert into care.residence
select 'P' || i, case when i % 3 = 0 then 'A' else 'B' end, null, '1995-01-01' from generate_series(1, 60) i;
-- the first ten smoke, the next ten do not, of the others it is not known
insert into care.measurement (person_id, measure_date, code_system, code, value)
select 'P' || i, '2023-06-01', 'SNOMED', '77176002', (i <= 10)::integer from generate_series(1, 20) i;
insert into care.partner (partner, name, kind)
values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider'), ('helpers', 'Helpers', 'voluntary');
call ph.create_population_views('care');
call ph.create_segment_inputs('care');
call ph.create_intervention_views('care');
select * from ph.eligible('care');

insert into care.intervention (
	intervention, version, partner, name, eligible, capacity, unit_cost, event, rate_ratio, rate_ratio_lower,
	rate_ratio_upper)
values
	('quit', '1', 'council', 'Stop smoking', 'smoker', 4, 100, 'admission', 0.8, 0.7, 0.9),
	('walk', '9', 'helpers', 'Walks, as they were', 'true', 1, 10, 'admission', 0.5, 0.4, 0.6),
	('walk', '10', 'helpers', 'Walks', 'age_years >= 60', 10, 20, 'admission', 0.9, 0.8, 1.1),
	('home', '1', 'council', 'Warm home', 'deprivation_decile <= 2 or smoker', 5, 500, 'eviction', 0.5, 0.4, 0.7),
	('talk', '1', 'helpers', 'Talking', 'age_years < 60', null, null, null, null, null, null);
insert into care.intervention_exclusion values ('walk', 'quit');

-- ---- whom they are for ----
call ph.create_intervention_views('care');
select e.intervention, e.version, people, is_for, not_for, unknown, free, capacity
from ph.eligible('care') e;
-- the rules by hand; unknown is not false, and or with what is true is true
select count(*) as people,
	count(*) filter (where r.quit is not distinct from case when n <= 10 then true when n <= 20 then false end) as quit,
	count(*) filter (where r.walk = (1930 + n <= 1964)) as walk,
	count(*) filter (where r.home is not distinct from
		case when n % 3 = 0 or n <= 10 then true when n <= 20 then false end) as home,
	count(*) filter (where r.talk = (1930 + n > 1964)) as talk
from care.intervention_rule r, lateral (select substr(person_id, 2)::integer) p (n);
-- who said no, is helped, has completed, has dropped out, gave no answer; what helps now excludes
insert into care.offer (
	person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on, completed_on,
	ended_on, ended_because)
values
	('P1', 'quit', '1', '2024-01-05', '2024-01-06', '2024-01-07', 'declined', null, null, null, null),
	('P2', 'quit', '1', '2024-01-05', null, null, null, null, null, null, null),
	('P3', 'quit', '1', '2023-01-05', '2023-01-06', '2023-01-07', 'accepted', '2023-01-08', '2023-03-01', null, null),
	('P4', 'quit', '1', '2023-01-05', '2023-01-06', '2023-01-07', 'accepted', '2023-01-08', null, '2023-02-01',
		'dropped_out'),
	('P5', 'quit', '1', '2023-01-05', '2023-01-06', '2023-01-07', 'no_answer', null, null, null, null),
	('P6', 'walk', '9', '2024-03-05', '2024-03-06', '2024-03-07', 'accepted', '2024-03-08', null, null, null);
select person_id, string_agg(intervention || ' ' || standing, ', ' order by intervention) as standing
from care.eligible
where person_id in ('P1', 'P2', 'P3', 'P4', 'P5', 'P6') and intervention in ('quit', 'walk')
group by 1
order by 1;
select intervention, is_for, left_out, free, is_for = free + coalesce((
		select sum(value::bigint) from jsonb_each_text(left_out)), 0) as closes
from ph.eligible('care');
-- who objects to all lists, and who may not be used
call ph.create_accountability_tables('care');
insert into care.person_request (person_id, kind, about, received) values ('P7', 'objection', 'all', '2024-01-01');
insert into care.person_request (person_id, kind, about, received, answered, outcome)
values ('P8', 'objection', 'all', '2024-01-01', '2024-01-02', 'refused');
call ph.create_sharing_tables('care');
insert into care.may_use
select person_id, 'risk_stratification' from care.person where person_id <> 'P9'
union all
select 'P9', 'planning';
call ph.create_intervention_views('care');
select person_id, standing
from care.eligible
where intervention = 'quit' and person_id in ('P7', 'P8', 'P9', 'P10')
order by 1;
select intervention, left_out from ph.eligible('care') where intervention = 'quit';

-- ---- the benefit of the very event ----
create table care.risk as
select 'P' || i as person_id, 'admission' as event, i * 7919 % 60 / 60.0 as risk from generate_series(1, 55) i;
select intervention, note, count(*), count(benefit) as benefits,
	bool_and(abs(benefit - risk * (1 - case intervention when 'quit' then 0.8 else 0.9 end)) < 1e-12) as formula,
	bool_and(deprived = (substr(person_id, 2)::integer % 3 = 0)) as deprived
from ph.intervention_benefit('care', 'select * from care.risk')
group by 1, 2
order by 1, 2;
select count(*) as same, bool_and(abs(d.benefit - 6.5 * e.benefit) < 1e-12) as in_days,
	bool_and(abs(m.benefit - (3000 * e.benefit - case intervention when 'quit' then 100 else 20 end)) < 1e-9)
		as in_money
from ph.intervention_benefit('care', 'select * from care.risk') e
join ph.intervention_benefit('care', 'select * from care.risk', '{"admission": 6.5}') d
	using (person_id, intervention)
join ph.intervention_benefit('care', 'select * from care.risk', '{"admission": 3000}', true) m
	using (person_id, intervention)
where e.benefit is not null;
select note, count(*)
from ph.intervention_benefit('care', 'select * from care.risk', '{"eviction": 1}')
where intervention = 'quit'
group by 1;
-- from the last run of scores that predicts the event by its name
select count(*), count(risk) from ph.intervention_benefit('care');
begin;
insert into care.score_run (run, score, version, kind, purpose, as_of, predicts, content_hash, tiering, data_stamp,
	people, scored)
values
	('old', 'a', '1', 'external', 'direct_care', '2024-01-01', 'admission', 'x', 'given', '1', 60, 60),
	('new', 'a', '1', 'external', 'direct_care', '2024-02-01', 'admission', 'x', 'given', '1', 60, 60),
	('else', 'b', '1', 'external', 'direct_care', '2024-03-01', 'death', 'x', 'given', '1', 60, 60);
insert into care.person_score (person_id, run, value)
select 'P' || i, run, i / v from generate_series(1, 60) i, (
	values ('old', 100.0), ('new', 200.0), ('else', 60.0)) r (run, v);
commit;
select count(*), count(risk), bool_and(risk = substr(person_id, 2)::integer / 200.0) as newest
from ph.intervention_benefit('care')
where event = 'admission';

-- ---- a month's places ----
create temp table benefit as select * from ph.intervention_benefit('care', 'select * from care.risk');
call ph.allocate_month('care', '2024-04-01', 'secret', 'select * from care.risk', deprived_floor => 5);
select p.intervention, p.version, p.is_for, p.free, p.capacity, p.places, p.price is not null as price,
	abs(p.benefit - sum(b.benefit)) < 1e-12 as benefit,
	-- limits of a list are no narrower than a person's
	abs(p.lower - sum(b.lower)) < 1e-12 and abs(p.upper - sum(b.upper)) < 1e-12 as limits
from care.allocation_place p
left join care.offer o on o.intervention = p.intervention and o.identified_on = p.month
left join benefit b on b.person_id = o.person_id and b.intervention = o.intervention
group by p.month, p.intervention
order by 1;
select summary ->> 'status' as status, (summary ->> 'floor_reached')::integer as floor,
	(summary ->> 'benefit')::float8 = (select sum(benefit) from care.allocation_place) as benefit,
	arguments ->> 'deprived_floor' as asked, arguments::text like '%secret%' as key_is_kept
from care.allocation_month;
-- nobody who was left out, nobody twice, no two that exclude each other
select count(*) as offers, count(b.person_id) as free, count(distinct o.person_id) as people,
	count(*) filter (where b.deprived) >= 5 as floor
from care.offer o
left join benefit b using (person_id, intervention)
where identified_on = '2024-04-01';
call ph.allocate_month('care', '2024-04-01', 'secret', 'select * from care.risk');
call ph.allocate_month('care', '2024-05-01', 'secret', 'select * from care.risk');
select month, intervention, capacity, places, left_out
from care.allocation_place
where intervention in ('quit', 'walk')
order by 1, 2;
select count(*) as twice
from care.offer a join care.offer b using (person_id, intervention)
where a.identified_on = '2024-04-01' and b.identified_on = '2024-05-01';
-- what others have identified in the month takes a place
insert into care.offer (person_id, intervention, version, identified_on)
values ('P50', 'walk', '10', '2024-06-03'), ('P51', 'walk', '10', '2024-06-30'), ('P52', 'walk', '10', '2024-07-01');
call ph.allocate_month('care', '2024-06-01', 'secret', 'select * from care.risk');
select capacity from care.allocation_place where month = '2024-06-01' and intervention = 'walk';

-- ---- a version that was offered does not change ----
update care.intervention set capacity = 100 where intervention = 'quit';
delete from care.intervention where intervention = 'quit';
update care.intervention set capacity = capacity where intervention = 'quit';
begin isolation level repeatable read;  -- who offers it now would not be seen
update care.intervention set capacity = 3 where intervention = 'talk';
rollback;
begin;  -- nor does who sees no offers know which were made
create role sees_no_offers;
grant usage on schema care to sees_no_offers;
grant select, update on care.intervention, care.offer to sees_no_offers;
alter table care.offer enable row level security;
set local role sees_no_offers;
update care.intervention set capacity = 100 where intervention = 'quit';
rollback;
update care.intervention set capacity = 3 where intervention = 'talk';
insert into care.intervention (intervention, version, eligible, capacity) values ('quit', '2', 'smoker', 5);
call ph.create_intervention_views('care');
select intervention, version, capacity from ph.eligible('care') where intervention = 'quit';

-- ---- bad input ----
insert into care.intervention (intervention, version, eligible) values ('bad', '1', 'smokes');
call ph.create_intervention_views('care');
update care.intervention set eligible = 'age_years' where intervention = 'bad';
call ph.create_intervention_views('care');
update care.intervention set eligible = 'person_id = ''P1''' where intervention = 'bad';
call ph.create_intervention_views('care');
update care.intervention set eligible = null where intervention = 'bad';
call ph.create_intervention_views('care');
select intervention, is_for, not_for, unknown from ph.eligible('care') where intervention = 'bad';
update care.intervention set rate_ratio = 0.5, event = 'admission' where intervention = 'bad';
update care.intervention set capacity = -1 where intervention = 'bad';
insert into care.intervention_exclusion values ('bad', 'bad');
insert into care.intervention (intervention, version, eligible) values ('person_id', '1', 'smoker');
call ph.create_intervention_views('care');
delete from care.intervention where intervention = 'person_id';
call ph.create_intervention_views('care', 'pleasure');
call ph.create_intervention_views('nowhere');
select * from ph.eligible('public');
select * from ph.intervention_benefit('care', 'select person_id from care.risk');
select * from ph.intervention_benefit('care', null, null, true);
call ph.allocate_month('care', '2024-08-02', 'secret', 'select * from care.risk');
call ph.allocate_month('care', '2024-08-01', null, 'select * from care.risk');
call ph.allocate_month('care', '2024-08-01', 'secret', $$
	select person_id, 'eviction' as event, 0.5 as risk
	from care.person cross join generate_series(1, 2) $$);
call ph.allocate_month('care', '2024-08-01', 'secret', 'select * from care.risk', -1);
select count(*) as nothing from care.allocation_month where month = '2024-08-01';

-- ---- who pays and who gains ----
create table care.given as
select i.partner, b.event, b.benefit as spared, b.lower as spared_lower, b.upper as spared_upper, i.unit_cost as cost
from care.offer o
join benefit b using (person_id, intervention)
join care.intervention i on (i.intervention, i.version) = (o.intervention, o.version)
where o.identified_on = '2024-04-01';
create table care.worth as
select * from (values ('admission', 'hospital', 2500), ('admission', 'council', 400), ('death', 'helpers', 1))
	v (event, partner, value);
create temp table by_partner as
select * from ph.benefit_by_partner('select * from care.given', 'select * from care.worth');
select partner, pays, gains > 0 as gains, gains_lower < gains and gains < gains_upper or gains = 0 as limits
from by_partner;
select all_partners.pays = sum(p.pays) as pays, abs(all_partners.gains - sum(p.gains)) < 1e-9 as gains,
	abs(all_partners.net - sum(p.net)) < 1e-9 as net, abs(all_partners.net_lower - sum(p.net_lower)) < 1e-9 as lower,
	abs(all_partners.gains - (select sum(spared) * 2900 from care.given where event = 'admission')) < 1e-9 as by_hand,
	abs(all_partners.gains_lower - (select sum(spared_lower) * 2900 from care.given where event = 'admission')) < 1e-9
		as lower_by_hand
from by_partner all_partners, by_partner p
where all_partners.partner is null and p.partner is not null
group by all_partners.pays, all_partners.gains, all_partners.net, all_partners.net_lower, all_partners.gains_lower;
select * from ph.benefit_by_partner('select * from care.given where false', 'select * from care.worth');
select * from ph.benefit_by_partner('select partner from care.given', 'select * from care.worth');
select * from ph.benefit_by_partner('select * from care.given', null);

-- a protected characteristic in a rule is one that asks for a justification
select kind, name, version, characteristic, inputs
from ph_support.use_of_characteristic('care')
where kind = 'intervention';

set client_min_messages = warning;
drop schema care cascade;
