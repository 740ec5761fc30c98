-- What all partners know of the population of generate.sql, and do for it: contacts with services over the four
-- pillars, life events, work, help that is offered and what became of it. The last step of generate.sql, in its
-- transaction, on its temporary tables: no row of what was filled so far changes, but for measurement, which gets more.
--
-- What is planted stands in a schema beside the data, health_truth for health, and nothing that is to be tested may
-- read it: whose tempo rises, when and why; which crises were planted and which were spared; what help truly does and
-- for whom; who falls out of work. Rates, sizes and effects are invented, as are the people. Only the shares of a usual
-- professional are of England: 0.70 in small practices, 0.59 in large ones (Barker, BMJ 2017;356:j84).
--
-- Temporary tables have none of the names of the shared tables, which pg_temp would hide; those are named in full.
\set truth :schema _truth
create schema if not exists :"truth";
comment on schema :"truth" is 'what was planted in the made-up population: for tests alone';
drop table if exists :"truth".person_class, :"truth".practice_continuity, :"truth".rise, :"truth".crisis, :"truth".step,
	:"truth".effect, :"truth".stage_chance, :"truth".spared, :"truth".fell_out_of_work, :"truth".score_change,
	:"truth".withheld;

create function pg_temp.one_of(things text[], chance double precision) returns text
language sql immutable parallel safe
return things[1 + floor(cardinality(things) * chance)::integer];

------------------------------------------------------------------------------------------------
\echo 'partners and services'

insert into :"schema".partner
values
	('exshire_hospitals', 'Exshire Hospitals (made up)', 'nhs_provider'),
	('exshire_mind', 'Exshire Mental Health Trust (made up)', 'nhs_provider'),
	('exshire_community', 'Exshire Community Health (made up)', 'nhs_provider'),
	('primary_care', 'Exshire Primary Care (made up)', 'primary_care'),
	('exshire_council', 'Exshire Council (made up)', 'council'),
	('exshire_authority', 'Greater Exshire Combined Authority (made up)', 'combined_authority'),
	('wye_advice', 'Wye Advice Centre (made up)', 'voluntary'),
	('good_neighbours', 'Good Neighbours (made up)', 'voluntary'),
	('docks_food_bank', 'Docks Food Bank (made up)', 'community'),
	('exe_homes', 'Exe Homes (made up)', 'housing'),
	('job_centre', 'Exmouth Docks Job Centre (made up)', 'government'),
	('harbour_works', 'Harbour Works (made up)', 'employer'),
	('zeal_foods', 'Zeal Foods (made up)', 'employer'),
	('exshire_police', 'Exshire Police (made up)', 'police_fire');

-- of a contact: its cost, how often it is arranged beforehand, whether the door is shut at weekends, the hours given,
-- who takes it (one of how many; 0: nobody by name), the purposes that its rows may serve
create temp table service_kind (service, partner, name, pillar, crisis, upstream, cost, planned_share, shut, hours,
	professionals, purposes) as
select service, partner, name, pillar, crisis, upstream, cost, planned_share, shut, hours, professionals,
	case shared
		when 'all' then '{direct_care,planning,risk_stratification,evaluation}'
		when 'care' then '{direct_care}'
		else '{}' end::text[]
from (
	values
	('emergency_department', 'exshire_hospitals', 'Emergency department', 'care', true, false, 250, 0, false, null, 0,
	 'all'),
	('emergency_admission', 'exshire_hospitals', 'Emergency admission', 'care', true, false, 2400, 0, false, null, 0,
	 'all'),
	('planned_admission', 'exshire_hospitals', 'Planned admission', 'care', false, false, 2000, 1, false, null, 0,
	 'all'),
	('outpatients', 'exshire_hospitals', 'Outpatients', 'care', false, false, 160, 1, true, null, 0, 'all'),
	('ambulance', 'exshire_hospitals', 'Ambulance', 'care', true, false, 300, 0, false, null, 0, 'all'),
	('crisis_team', 'exshire_mind', 'Mental health crisis team', 'care', true, false, 380, 0, false, null, 0, 'care'),
	('talking_therapy', 'exshire_mind', 'Talking therapy', 'care', false, true, 95, 0.8, true, null, 12, 'care'),
	('community_nurse', 'exshire_community', 'Community nurse', 'care', false, true, 55, 0.6, false, null, 9, 'all'),
	('falls_class', 'exshire_community', 'Falls class', 'behaviours', false, true, 25, 1, true, null, 3, 'all'),
	('general_practice', 'primary_care', 'General practice', 'care', false, false, 42, null, true, null, 0, 'all'),
	('out_of_hours', 'primary_care', 'GP out of hours', 'care', false, false, 70, 0, false, null, 0, 'all'),
	('practice_nurse', 'primary_care', 'Practice nurse', 'care', false, true, 22, 0.6, true, null, 5, 'all'),
	('social_prescriber', 'primary_care', 'Social prescriber', 'communities', false, true, 40, 0.8, true, null, 5,
	 'all'),
	('health_coach', 'primary_care', 'Health coach', 'behaviours', false, true, 35, 0.9, true, null, 5, 'all'),
	('social_care', 'exshire_council', 'Social care at home', 'care', false, true, 24, 0.7, false, 1.5, 15, 'all'),
	('emergency_placement', 'exshire_council', 'Emergency placement', 'care', true, false, 1100, 0, false, null, 0,
	 'all'),
	('family_hub', 'exshire_council', 'Family hub', 'communities', false, true, 30, 0.5, true, null, 6, 'all'),
	('skills_support', 'exshire_authority', 'Work and skills support', 'determinants', false, true, 60, 0.8, true, null,
	 8, 'all'),
	('debt_advice', 'wye_advice', 'Debt advice', 'determinants', false, true, 45, 0.4, true, null, 6, 'care'),
	('befriending', 'good_neighbours', 'Befriending', 'communities', false, true, 12, 0.9, false, 2, 10, 'all'),
	('food_bank', 'docks_food_bank', 'Food bank', 'determinants', false, true, 18, 0.1, true, null, 0, 'all'),
	('housing_officer', 'exe_homes', 'Housing officer', 'determinants', false, true, 38, 0.3, true, null, 7, 'all'),
	('eviction', 'exe_homes', 'Eviction', 'determinants', true, false, 1900, 0, true, null, 0, 'all'),
	('job_coach', 'job_centre', 'Job coach', 'determinants', false, true, 30, 0.7, true, null, 10, 'all'),
	('harbour_staff', 'harbour_works', 'Occupational health, harbour', 'determinants', false, true, 65, 0.6, true, null,
	 2, 'none'),
	('zeal_staff', 'zeal_foods', 'Staff support', 'determinants', false, true, 50, 0.5, true, null, 2, 'none'),
	('police_call', 'exshire_police', 'Call to the police', 'communities', false, false, 110, 0, false, null, 0,
	 'none'),
	('welfare_check', 'exshire_police', 'Welfare check', 'communities', false, true, 85, 0, false, null, 0, 'none')
) s (service, partner, name, pillar, crisis, upstream, cost, planned_share, shut, hours, professionals, shared);

insert into :"schema".service
select service, partner, name, pillar, crisis, upstream
from service_kind;

insert into :"schema".encounter_service
values
	('GP', null, 'general_practice'), ('AE', null, 'emergency_department'), ('OP', null, 'outpatients'),
	('EL', null, 'planned_admission'), ('NEL', null, 'emergency_admission'), ('OTH', null, 'outpatients');

------------------------------------------------------------------------------------------------
\echo 'who needs how much'

-- one row a person who is seen for a month at least; light, regular and heavy users by deprivation, illness and age
create temp table known as
with needy as materialized (
  select n, person_id, decile, lad, sex, birth_date, conditions, death_date, leaves, seen_from, seen_to,
    greatest(first_age, 0) + 1.5 as age,
    coalesce(ethnicity_code in ('H', 'J', 'K', 'L'), false) as under_served,
    0.10 * (5.5 - decile) + 0.35 * conditions + 0.012 * (greatest(first_age, 0) - 40)
      + pg_temp.normal('need', n) as need
  from fate
  join (select person_id, ethnicity_code from :"schema".person) p using (person_id)
  where seen_to - seen_from > 30
), classed as (
  select *, (seen_to - seen_from) / 365.25 as years,
    case when need > 1.95 and age >= 16 then 'heavy' when need > 0.9 then 'regular' else 'light' end as class
  from needy
)
select *,
  (case class when 'heavy' then 10 when 'regular' then 3.5 else 0.6 end
    * exp(0.5 * pg_temp.normal('tempo', n) - 0.125))::double precision as rate,
  class = 'heavy' and pg_temp.uniform('steady', n) < 0.5 as steady,
  birth_date + 24107 + floor(700 * pg_temp.uniform('retires', n))::integer as retires,
  -- what the person does: NULL under 16 and over 70
  case
    when age < 17.5 or age > 70 then null
    when age < 22 and pg_temp.uniform('student', n) < 0.65 then 'student'
    when age > 60 and pg_temp.uniform('retired', n) < (age - 60) / 9 then 'retired'
    when pg_temp.uniform('works', n) < 0.90 - 0.015 * (5.5 - decile) - 0.07 * conditions
      then case when pg_temp.uniform('own boss', n) < 0.13 then 'self_employed' else 'employed' end
    when pg_temp.uniform('why not', n) < 0.2 + 0.15 * conditions then 'inactive_ill'
    when pg_temp.uniform('seeks', n) < 0.4 then 'unemployed'
    else 'inactive_other' end as work
from classed;
create unique index on known (n);
analyze known;

create table :"truth".person_class as
select person_id, class, round(rate::numeric, 3) as rate_per_year, steady
from known
order by n;
comment on table :"truth".person_class is
	'one row a person who is seen for a month: light, regular or heavy user, everyday contacts with partners a year '
	'(beside encounters, planned visits of steady users and follow-ups), whether planned visits go on all the time';

------------------------------------------------------------------------------------------------
\echo 'help'

-- what is known of each (ratio, limits) is off the truth, and its limits hold it; places are of 1,000 persons a month
create temp table help (intervention, partner, pillar, service, name, eligible, places, unit_cost, event, ratio, lower,
	upper, true_deprived, true_other, weeks) as
values
('debt_advice', 'wye_advice', 'determinants', 'debt_advice', 'Debt advice',
 'deprivation_decile <= 6 and age_years >= 18 and age_years < 70', 2.2, 180, 'crisis', 0.66, 0.50, 0.88, 0.58, 0.82,
 10),
('talking_therapy', 'exshire_mind', 'care', 'talking_therapy', 'Talking therapy',
 'age_years >= 18 and depression', 1.0, 560, 'crisis', 0.80, 0.62, 1.02, 0.72, 0.72, 14),
('social_prescribing', 'primary_care', 'communities', 'social_prescriber', 'Social prescribing',
 'age_years >= 18 and long_term_conditions >= 2', 1.2, 240, 'crisis', 0.78, 0.60, 1.01, 0.85, 0.85, 12),
('housing_repair', 'exe_homes', 'determinants', 'housing_officer', 'Repair of cold and damp homes',
 'age_years >= 50 and (copd or asthma or coronary_heart_disease)', 0.5, 1400, 'crisis', 0.75, 0.55, 1.02, 0.65, 0.90,
 8),
('health_coaching', 'primary_care', 'behaviours', 'health_coach', 'Health coaching',
 'age_years >= 18 and (diabetes or hypertension)', 1.0, 210, 'crisis', 0.92, 0.76, 1.11, 1.0, 1.0, 16),
('community_nursing', 'exshire_community', 'care', 'community_nurse', 'Community nurse visits',
 'age_years >= 65 and (heart_failure or copd or dementia or stroke_or_tia)', 0.5, 900, 'crisis', 0.62, 0.45, 0.85,
 0.60, 0.60, 20),
('befriending', 'good_neighbours', 'communities', 'befriending', 'Befriending',
 'age_years >= 70 and long_term_conditions >= 1', 0.6, 150, 'crisis', 0.88, 0.68, 1.14, 0.90, 0.90, 26),
('falls_class', 'exshire_community', 'behaviours', 'falls_class', 'Falls class',
 'age_years >= 70', 1.5, 260, 'fell', 0.72, 0.60, 0.87, 0.68, 0.68, 18),
('individual_placement', 'exshire_authority', 'determinants', 'skills_support', 'Individual placement and support',
 'age_years >= 18 and age_years < 65 and (depression or severe_mental_illness)', 1.2, 1600, 'out_of_work', 0.60, 0.42,
 0.86, 0.55, 0.55, 26),
('job_coaching', 'job_centre', 'determinants', 'job_coach', 'Job coaching',
 'age_years >= 18 and age_years < 65 and long_term_conditions >= 1', 1.0, 420, 'out_of_work', 0.85, 0.68, 1.06, 0.80,
 0.95, 12);

insert into :"schema".intervention (intervention, version, partner, pillar, name, eligible, capacity, unit_cost, event,
	rate_ratio, rate_ratio_lower, rate_ratio_upper, source)
select intervention, '1', partner, pillar, name, eligible,
	greatest(1, round(places * (select count(*) from life) / 1000))::integer,
	unit_cost, event, ratio, lower, upper, 'made up: a comparison that nobody has made'
from help;

insert into :"schema".intervention_exclusion
values
	('individual_placement', 'job_coaching'), ('social_prescribing', 'health_coaching'),
	('community_nursing', 'befriending');

create table :"truth".effect as
select intervention, '1' as version, event,
	case when of_all then null when deprived then 'deprivation_decile <= 4' else 'deprivation_decile > 4' end
		as for_whom,
	case when deprived then true_deprived else true_other end as rate_ratio
from (select *, true_deprived = true_other as of_all from help) h
cross join (values (true), (false)) d (deprived)
where deprived or not of_all
order by intervention collate "C", deprived desc;
comment on table :"truth".effect is
	'one row an intervention and group: the true ratio of the rate of its events after the start; for_whom is a rule '
	'over segment inputs of the day of identification, NULL everybody. Events: crisis is a planted crisis in contact, '
	'fell a life event, out_of_work a fall out of work';

-- chances of each stage at decile 5.5, what a decile more adds, and what the under-served are short of
create table :"truth".stage_chance as
select *
from (
	values
	('accepted', 0.74, 0.025, -0.16), ('started', 0.92, 0.010, -0.04), ('completed', 0.72, 0.020, 0.0),
	('better', 0.60, 0.010, 0.0)
) s (stage, share, a_decile, under_served);
comment on table :"truth".stage_chance is
	'one row a stage of help: its chance after the stage before at decile 5.5 of deprivation, what each decile more '
	'adds, what is added for ethnicity H, J, K and L. Who is offered is a lot, as far as there are places';

create function pg_temp.stage_chance(stage text, decile double precision, under_served boolean)
returns double precision
language sql stable
return (
	select c.share + c.a_decile * (decile - 5.5) + case when stage_chance.under_served then c.under_served else 0 end
	from :"truth".stage_chance c
	where c.stage = stage_chance.stage);

-- the people of the list that is drawn on the first of a month, each in one, as segment_inputs tells of them
create temp table asked as
with drawn as materialized (
  select known.*, greatest(seen_from + 31, date '2022-07-01') as first_day
  from known
  where seen_to - greatest(seen_from + 31, date '2022-07-01') > 62 and age >= 16
), listed as materialized (
  select *, date_trunc('month', first_day + 31 + floor((seen_to - first_day - 32)
    * pg_temp.uniform('listed', n) ^ 2)::integer)::date as listed_on
  from drawn
)
select listed.*, area.decile as deprivation_decile,
  extract(year from age(listed_on, listed.birth_date))::integer as age_years,
  coalesce(ill.long_term_conditions, 0) as long_term_conditions,
  coalesce(ill.names, '{}') as names
from listed
join address on address.n = listed.n and listed_on >= address.start_date
  and (address.end_date is null or listed_on < address.end_date)
join area on area.n = address.area
left join lateral (
  select count(*) as long_term_conditions, array_agg(name) as names
  from illness
  where illness.n = listed.n and onset < listed_on
) ill on true;

create temp table eligible (n bigint, intervention text, event text);
do $$
declare
  flags constant text := (
    select string_agg(format('%L = any (names) as %I', name, name), ', ' order by name) from condition);
  kind record;
begin
  execute format('create temp table asked_inputs as select n, age_years, deprivation_decile, long_term_conditions, %s
    from asked', flags);
  for kind in select * from help order by intervention loop
    execute format('insert into eligible select n, %L, %L from asked_inputs where %s',
      kind.intervention, kind.event, kind.eligible);
  end loop;
end $$;

-- of those that are about one event a person is found for one, so that each effect is alone
create temp table help_given as
with chosen as materialized (
  select distinct on (n, event collate "C") *
  from eligible
  where pg_temp.uniform('found ' || intervention || ' ', n) < 0.8
  order by n, event collate "C", pg_temp.uniform('which ' || intervention || ' ', n)
), queued as materialized (
  select asked.*, c.intervention, c.event, h.weeks, c.intervention || ' ' as purpose,
    case when asked.deprivation_decile <= 4 then true_deprived else true_other end as true_ratio,
    row_number() over (
      partition by c.intervention, listed_on
      order by pg_temp.uniform('turn ' || c.intervention || ' ', asked.n), asked.n)
      <= greatest(1, round(places * (select count(*) from life) / 1000)) as has_place
  from chosen c
  join asked using (n)
  join help h on h.intervention = c.intervention
), offered as materialized (
  select *, case when has_place then listed_on + 4 + floor(30 * pg_temp.uniform('offer ' || purpose, n))::integer
    end as offer_day
  from queued
), answered as materialized (
  select *,
    case
      when pg_temp.uniform('accepts ' || purpose, n)
        < pg_temp.stage_chance('accepted', deprivation_decile, under_served) then 'accepted'
      when pg_temp.uniform('says no ' || purpose, n) < 0.6 then 'declined'
      else 'no_answer' end as says,
    offer_day + 1 + least(50, floor(-12 * ln(pg_temp.uniform('answer ' || purpose, n))))::integer as answer_day
  from offered
), starting as materialized (
  select *,
    case when says = 'accepted' and pg_temp.uniform('starts ' || purpose, n)
        < pg_temp.stage_chance('started', deprivation_decile, under_served)
      then answer_day + 5 + floor(45 * pg_temp.uniform('start ' || purpose, n))::integer end as start_day
  from answered
), completing as materialized (
  select *,
    pg_temp.uniform('completes ' || purpose, n)
      < pg_temp.stage_chance('completed', deprivation_decile, under_served) as stays,
    pg_temp.uniform('gets better ' || purpose, n)
      < pg_temp.stage_chance('better', deprivation_decile, under_served) as gets_better
  from starting
), ending as materialized (
  select *,
    case when stays then start_day + 7 * weeks end as complete_day,
    case
      when start_day is not null and not stays
        then start_day + floor(7 * weeks * pg_temp.uniform('stops ' || purpose, n))::integer
      when says = 'accepted' and start_day is null then answer_day + 30 end as stop_day
  from completing
)
-- what would be after the last day is not yet; who leaves or dies before the end ends so
select n, person_id, intervention, event, true_ratio, decile, deprivation_decile, under_served, seen_to, listed_on,
  conditions, purpose,
  case when offer_day < seen_to then offer_day end as offered_on,
  case when answer_day < seen_to then answer_day end as answered_on,
  case when answer_day < seen_to then says end as answer,
  case when start_day < seen_to then start_day end as started_on,
  case when complete_day < seen_to then complete_day end as completed_on,
  case when complete_day < seen_to then gets_better end as better,
  case when stop_day < seen_to then stop_day when is_cut then leaves end as ended_on,
  case when stop_day < seen_to then 'dropped_out'
       when is_cut then case when leaves = death_date then 'died' else 'moved' end end as ended_because
from ending
cross join lateral (
  select coalesce(leaves <= date '2025-04-01' and not coalesce(complete_day < seen_to, false)
    and not coalesce(answer_day < seen_to and says <> 'accepted', false), false) as is_cut
) cut;
drop function pg_temp.stage_chance(text, double precision, boolean);
analyze help_given;

insert into :"schema".offer
select person_id, intervention, '1', listed_on, offered_on, answered_on, answer, started_on, completed_on, better,
  ended_on, ended_because, null
from help_given
order by n, intervention collate "C";

-- who has started, by the kind of event that the help is about: what is spared is spared from then on
create temp table helped as
select n, event, intervention, started_on, true_ratio, event || ' spared ' as purpose
from help_given
where started_on is not null;
create index on helped (n, event);
analyze helped;

create table :"truth".spared (person_id text, event text, event_date date, intervention text);
comment on table :"truth".spared is
	'one row an event that the help which a person had started spared: it would have been in the data';

------------------------------------------------------------------------------------------------
\echo 'life events'

-- rate a year at decile 5.5 by age, how many times as often a decile further down, who writes, the cause of a rise
-- after it
create temp table event_kind (kind, age_from, age_to, rate, gradient, partner, source, cause) as
values
('bereavement', 18, 60, 0.012, 1.00, 'exshire_council', 'registrar', 'mind'),
('bereavement', 60, 120, 0.045, 1.00, 'exshire_council', 'registrar', 'mind'),
('eviction_notice', 18, 75, 0.006, 1.25, 'exe_homes', 'notice served', 'housing'),
('became_carer', 30, 80, 0.012, 1.03, 'exshire_council', 'carer assessment', 'carer'),
('separated', 20, 65, 0.016, 1.04, 'wye_advice', 'told by the person', 'mind'),
('released', 20, 55, 0.001, 1.30, 'exshire_police', 'licence', 'housing'),
('left_care', 16, 21, 0.006, 1.20, 'exshire_council', 'leaving care team', 'money'),
('fell', 65, 75, 0.06, 1.02, 'exshire_community', 'falls register', 'illness'),
('fell', 75, 85, 0.14, 1.02, 'exshire_community', 'falls register', 'illness'),
('fell', 85, 120, 0.30, 1.00, 'exshire_community', 'falls register', 'illness'),
('job_lost', 18, 66, 0.022, 1.08, 'job_centre', 'new claim', 'money');

create temp table event_drawn as
with drawn as materialized (
  select known.n, seen_from, seen_to, retires, kind, partner, source, cause, kind || ' ' || k || ' ' as purpose
  from known
  join event_kind e on age >= age_from and age < age_to and (kind <> 'job_lost' or work = 'employed'),
    generate_series(1, least(case kind when 'job_lost' then 1 else 9 end,
      pg_temp.poisson(years * e.rate * gradient ^ (5.5 - decile), pg_temp.uniform('life event ' || kind, known.n)))) k
), dated as (
  select drawn.n, seen_to, kind, partner, source, cause, purpose, day
  from (
    select *, seen_from + floor((seen_to - seen_from) * pg_temp.uniform(purpose || 'day ', n))::integer as day
    from drawn
  ) drawn
  where kind <> 'job_lost' or day < retires
  union all
  select i.n, seen_to, 'diagnosed', 'exshire_hospitals', 'GP record', 'illness', 'diagnosed ' || i.name, i.onset
  from illness i
  join known using (n)
  where i.onset >= seen_from and i.onset < seen_to
  union all
  select stay.n, seen_to, 'discharged', 'exshire_hospitals', 'discharge', 'illness',
    'discharged ' || stay.encounter_id, stay.end_date
  from stay
  join known using (n)
  where pod = 'NEL' and coalesce(admission_method, '') <> '31' and stay.end_date - stay.start_date >= 2
    and stay.end_date < seen_to
  union all
  select stay.n, seen_to, 'birth', 'exshire_hospitals', 'birth notification', null, 'birth', stay.start_date
  from stay
  join known using (n)
  where admission_method = '31' and stay.start_date < seen_to
  union all
  select known.n, known.seen_to, 'moved', 'exshire_council', 'council tax', null, 'moved', moved
  from fate
  join known using (n)
  where moved >= known.seen_from and moved < known.seen_to
)
select distinct on (n, kind, day) dated.*,
  case kind when 'fell' then 'fell' when 'job_lost' then 'out_of_work' end as event
from dated
order by n, kind, day, purpose collate "C";

create temp table event_judged as
select e.*, h.intervention as spared_by
from event_drawn e
left join helped h on h.n = e.n and h.event = e.event and h.started_on <= e.day
  and pg_temp.uniform(h.purpose || e.purpose, e.n) >= h.true_ratio;

insert into :"truth".spared
select pg_temp.person_name(n), event, day, spared_by
from event_judged
where spared_by is not null
order by n, event collate "C", day;

create temp table event_of_life as
select n, seen_to, kind, partner, source, cause, purpose, day
from event_judged
where spared_by is null;
analyze event_of_life;

------------------------------------------------------------------------------------------------
\echo 'rises of tempo, crises and planned care'

-- the first of those that life events set off (one in seven) and those that come by themselves; one a person
create temp table rising as
with begins as (
  select n, day + 2 + floor(48 * pg_temp.uniform('rise after ' || purpose, n))::integer as onset, cause, kind, day
  from event_of_life
  where cause is not null and pg_temp.uniform('sets off ' || purpose, n) < 0.143
  union all
  select n, seen_from + floor(-365.25 * ln(pg_temp.uniform('rise', n))
      / (0.032 * 1.08 ^ (5.5 - decile)
        * case class when 'light' then 0.8 when 'regular' then 1.3 else 1.6 end))::integer,
    pg_temp.one_of('{illness,illness,illness,mind,mind,money,money,housing,carer}',
      pg_temp.uniform('cause of rise', n)), null, null
  from known
), first as (
  select distinct on (n) begins.*
  from begins
  join known using (n)
  where onset >= seen_from + 100 and onset < seen_to - 20 and age >= 16
  order by n, onset, kind collate "C"
), sized as materialized (
  select first.*, known.rate, seen_to, class,
    least(onset + 14 + least(140, floor(38 * exp(0.6 * pg_temp.normal('length of rise', n))))::integer, seen_to - 1)
      as end_day,
    round(least(9, greatest(1.6, 3.2 * exp(0.38 * pg_temp.normal('size of rise', n))))::numeric, 2) as size
  from first
  join known using (n)
)
select *, case when end_day < seen_to - 1 and pg_temp.uniform('ends in crisis', n) < 0.6 then end_day end as crisis_day
from sized;
create unique index on rising (n);
analyze rising;

create temp table crisis_drawn as
with all_crises as (
  select n, crisis_day as day, cause, true as warned, 'rise ' as purpose from rising where crisis_day is not null
  union all
  select n, day,
    pg_temp.one_of('{illness,illness,illness,mind,money,housing,carer}', pg_temp.uniform(purpose || 'cause ', n)),
    false, purpose
  from (
    select n, seen_from + floor((seen_to - seen_from) * pg_temp.uniform('sudden ' || k || ' day ', n))::integer as day,
      'sudden ' || k || ' ' as purpose
    from known, generate_series(1, pg_temp.poisson(
      years * 0.03 * 1.10 ^ (5.5 - decile) * 1.45 ^ least(conditions, 5), pg_temp.uniform('sudden', n))) k
    where age >= 16
  ) sudden
  -- those without warning keep 30 days away from rises
  where not exists (select from rising r where r.n = sudden.n and sudden.day between onset - 30 and end_day + 30)
)
select distinct on (c.n, day) c.*, h.intervention as spared_by,
  case cause when 'illness' then 'ambulance' when 'mind' then 'crisis_team' when 'carer' then 'emergency_placement'
    else 'eviction' end as service
from all_crises c
left join helped h on h.n = c.n and h.event = 'crisis' and h.started_on <= c.day
  and pg_temp.uniform(h.purpose || c.purpose, c.n) >= h.true_ratio
order by c.n, day, c.purpose collate "C";

insert into :"truth".spared
select pg_temp.person_name(n), 'crisis', day, spared_by
from crisis_drawn
where spared_by is not null
order by n, day;

create temp table crisis_left as
select * from crisis_drawn where spared_by is null;

create table :"truth".rise as
select pg_temp.person_name(r.n) as person_id, onset as onset_date, end_day as end_date, size,
  round(greatest(rate, 8)::numeric, 3) as of_rate, r.cause, r.kind as life_event, r.day as life_event_date,
  c.day is not null and spared_by is null as ends_in_crisis, case when spared_by is null then c.day end as crisis_date,
  spared_by
from rising r
left join crisis_drawn c on c.n = r.n and c.purpose = 'rise '
order by r.n;
comment on table :"truth".rise is
	'one row a wobble, at most one a person: from the onset on, unplanned contacts come beside the everyday ones at '
	'(size - 1) x of_rate a year, at half strength in the first third. cause is what it is about, life_event what '
	'set it off (NULL: by itself). ends_in_crisis: a contact with a crisis service is on crisis_date, the end_date; '
	'spared_by is the intervention without which it would have been';

-- planned care that begins and stays
create temp table begun as
select n, seen_to, 'begun ' as purpose,
  case
    when age >= 65
      then pg_temp.one_of('{community_nurse,social_care,befriending}', pg_temp.uniform('begun what', n))
    else pg_temp.one_of('{talking_therapy,job_coach,practice_nurse,health_coach}', pg_temp.uniform('begun what', n))
    end as service,
  seen_from + 30 + floor((seen_to - seen_from - 31) * pg_temp.uniform('begun day', n))::integer as start_day,
  (array[7, 14, 14, 28])[1 + floor(4 * pg_temp.uniform('begun every', n))::integer] as every_days
from known
where age >= 18 and seen_to - seen_from > 90
  and pg_temp.uniform('begun', n) < case class when 'light' then 0.015 when 'regular' then 0.05 else 0.08 end;

create table :"truth".step as
select pg_temp.person_name(n) as person_id, start_day as start_date, every_days, service
from begun
order by n;
comment on table :"truth".step is
	'one row a person with planned care that begins and stays: the tempo rises for good and nobody is in trouble';

------------------------------------------------------------------------------------------------
\echo 'contacts'

-- whom everyday contacts are with, by age: a service that stands twice has twice the share
create temp table usual_service (age_from, age_to, services) as
values
(0, 16, array['family_hub', 'family_hub', 'practice_nurse', 'practice_nurse', 'out_of_hours', 'talking_therapy']),
(16, 67, array['practice_nurse', 'practice_nurse', 'practice_nurse', 'out_of_hours', 'out_of_hours', 'debt_advice',
	'food_bank', 'food_bank', 'job_coach', 'housing_officer', 'housing_officer', 'talking_therapy', 'skills_support',
	'family_hub', 'police_call', 'welfare_check', 'health_coach', 'social_prescriber']),
(67, 200, array['practice_nurse', 'practice_nurse', 'practice_nurse', 'community_nurse', 'community_nurse',
	'social_care', 'social_care', 'out_of_hours', 'housing_officer', 'befriending', 'social_prescriber',
	'welfare_check', 'falls_class', 'food_bank']);

-- where the extra contacts of a rise go, and who sees the person after a crisis
create temp table cause_service (cause, services, afterwards) as
values
('illness', array['out_of_hours', 'practice_nurse', 'community_nurse'], 'community_nurse'),
('mind', array['talking_therapy', 'out_of_hours', 'welfare_check', 'police_call'], 'talking_therapy'),
('money', array['debt_advice', 'food_bank', 'food_bank', 'job_coach'], 'debt_advice'),
('housing', array['housing_officer', 'housing_officer', 'debt_advice', 'police_call'], 'housing_officer'),
('carer', array['social_care', 'out_of_hours', 'social_prescriber'], 'social_care');

create temp table contact_drawn as
with everyday as materialized (
  select known.n, k, seen_from, seen_to, services, 'everyday ' || k || ' ' as purpose,
    seen_from + floor((seen_to - seen_from) * pg_temp.uniform('everyday ' || k || ' day ', known.n))::integer as day
  from known
  join usual_service on age >= age_from and age < age_to,
    generate_series(1, pg_temp.poisson(1.2 * years * rate, pg_temp.uniform('everyday', known.n))) k
), in_season as materialized (
  -- winter above summer; from 23 December on for ten days half of them are not made
  select n, seen_to, day, purpose,
    -- two services of one's own take most of it
    pg_temp.one_of(services, case
      when pg_temp.uniform(purpose || 'which ', n) < 0.5 then pg_temp.uniform('first service', n)
      when pg_temp.uniform(purpose || 'which ', n) < 0.8 then pg_temp.uniform('second service', n)
      else pg_temp.uniform(purpose || 'service ', n) end) as service
  from everyday
  where pg_temp.uniform(purpose || 'season ', n)
    < (1 + 0.15 * cos(2 * pi() * (extract(doy from day) - 15) / 365.25)) / 1.2
    * case when to_char(day, 'MMDD') between '1223' and '1231' or to_char(day, 'MMDD') = '0101' then 0.5 else 1 end
), employed_too as (
  -- who works for one of the two employers sees its people as well
  select n, seen_to, day, purpose,
    case when service in ('job_coach', 'skills_support') and work = 'employed' and pg_temp.uniform('employer', n) < 0.5
      then pg_temp.one_of('{harbour_staff,zeal_staff}', pg_temp.uniform('which employer', n))
      else service end as service
  from in_season
  join (select n, work from known) k using (n)
), raised as materialized (
  select n, seen_to, onset, end_day, cause, services, 'raised ' || k || ' ' as purpose,
    pg_temp.uniform('raised ' || k || ' day ', n) as place
  from rising
  join cause_service using (cause),
    generate_series(1, pg_temp.poisson(
      (size - 1)::double precision * greatest(rate, 8) * (end_day - onset) / 365.25 * 5 / 6,
      pg_temp.uniform('raised', n))) k
), all_kinds as (
  select n, seen_to, day, service, null::boolean as planned, null as cause, purpose, true as movable from employed_too
  union all  -- one in five brings another
  select n, seen_to, day + 3 + floor(19 * pg_temp.uniform(purpose || 'again day ', n))::integer, service,
    pg_temp.uniform(purpose || 'again planned ', n) < 0.8, null, purpose || 'again ', true
  from employed_too
  where pg_temp.uniform(purpose || 'again ', n) < 0.2
  union all
  select n, seen_to,
    onset + floor((end_day - onset)
      * case when place < 0.2 then place / 0.2 / 3 else (1 + 2 * (place - 0.2) / 0.8) / 3 end)::integer,
    pg_temp.one_of(services, pg_temp.uniform(purpose || 'service ', n)), false, cause, purpose, true
  from raised
  union all
  select n, 'infinity', day, service, false, cause, purpose || 'crisis ', false from crisis_left
  union all
  select n, seen_to, day + 2 + floor(28 * pg_temp.uniform(purpose || 'after ' || k, n))::integer, afterwards,
    pg_temp.uniform(purpose || 'after planned ' || k, n) < 0.8, cause, purpose || 'after ' || k || ' ', true
  from crisis_left
  join cause_service using (cause)
  join (select n, seen_to from known) known using (n), generate_series(1, 3) k
  where pg_temp.uniform(purpose || 'after is ' || k, n) < 0.7
  union all
  select n, seen_to, start_day + every_days * k, service, true, null, purpose || k || ' ', true
  from begun, generate_series(0, (seen_to - start_day) / every_days) k
  where pg_temp.uniform(purpose || 'kept ' || k, n) < 0.92
  union all
  select n, seen_to, seen_from + 7 + 42 * k, case when age >= 67 then 'community_nurse' else 'practice_nurse' end, true,
    null, 'steady ' || k || ' ', true
  from known, generate_series(0, (seen_to - seen_from) / 42) k
  where steady and pg_temp.uniform('steady kept ' || k, n) < 0.92
)
-- whose doors are shut at weekends see two in three of those on Monday
select n, service, cause, purpose,
  coalesce(planned, pg_temp.uniform(purpose || 'planned ', n) < planned_share) as planned,
  case when movable and shut and extract(isodow from day) > 5 and day + 8 - extract(isodow from day)::integer < seen_to
      and pg_temp.uniform(purpose || 'weekend ', n) < 0.67
    then day + 8 - extract(isodow from day)::integer else day end as day
from all_kinds
join service_kind using (service)
where day < seen_to;

analyze contact_drawn;

-- a usual professional, and how often it is he or she: less often in large practices
create temp table practice_size as
select practice, count(*) as patients,
  case when count(*) > avg(count(*)) over () then 0.59 else 0.70 end as usual_share
from practice_of
group by practice;

create table :"truth".practice_continuity as
select 'X83' || lpad(practice::text, 3, '0') as practice_code, patients, usual_share
from practice_size
order by practice;
comment on table :"truth".practice_continuity is
	'one row a practice: patients ever, and how often a contact with its nurses, prescribers or coaches is with the '
	'usual one (0.65 with services of other partners); else it is with one of 5, the usual one among them';

insert into :"schema".contact (person_id, contact_id, service, partner, start_date, end_date, planned, professional,
	reason_code, outcome, hours, cost, purposes)
with placed as materialized (
  select c.*, s.partner, s.cost, s.hours, s.professionals, s.purposes, k.lad, k.death_date, k.seen_to,
    case when s.partner = 'primary_care' then practice end as practice,
    case when s.partner = 'primary_care' then coalesce(usual_share, 0.65) else 0.65 end as usual_share,
    row_number() over (partition by c.n order by c.day, c.purpose collate "C") as number
  from contact_drawn c
  join service_kind s using (service)
  join known k using (n)
  left join practice_of p on p.n = c.n and c.day >= p.start_date and (p.end_date is null or c.day < p.end_date)
  left join practice_size using (practice)
)
select pg_temp.person_name(n), 'C' || lpad(number::text, 4, '0'), service, partner, day,
  case when service = 'emergency_placement'
    then least(day + 3 + floor(18 * pg_temp.uniform(purpose || 'nights ', n))::integer, seen_to - 1) end,
  planned,
  case when professionals > 0 then concat_ws('-', service, coalesce('X83' || lpad(practice::text, 3, '0'),
    'area ' || lad + 1), 1 + floor(professionals * case when pg_temp.uniform(purpose || 'usual ', n) < usual_share
      then pg_temp.uniform('usual ' || service, n) else pg_temp.uniform(purpose || 'who ', n) end)::integer) end,
  coalesce(cause, case when planned then 'follow_up' else 'first_contact' end),
  case when planned and pg_temp.uniform(purpose || 'outcome ', n) < 0.07 then 'did_not_attend'
       else pg_temp.one_of('{seen,seen,advice,referred,closed}', pg_temp.uniform(purpose || 'outcome ', n)) end,
  round((hours * (0.5 + pg_temp.uniform(purpose || 'hours ', n)))::numeric, 1),
  round((cost * (0.7 + 0.6 * pg_temp.uniform(purpose || 'cost ', n)))::numeric, 2),
  case when cardinality(purposes) > 1 and pg_temp.uniform('objects', n) < 0.04 then '{direct_care}' else purposes end
from placed
order by n, number;

create table :"truth".crisis as
select pg_temp.person_name(n) as person_id, day as crisis_date, 'contact' as source, service, cause, warned
from (select n, day, service, cause, warned from crisis_left order by n, day) planted
union all
select person_id, start_date, 'encounter',
  case pod when 'AE' then 'emergency_department' else 'emergency_admission' end, null, false
from :"schema".encounter
where pod = 'AE' or pod = 'NEL' and admission_method not in ('31', '32');
comment on table :"truth".crisis is
	'one row a crisis that is in the data: those of contact are planted, warned where a rise ends in it; those of '
	'encounter come at the rates of generate.sql and no rise is before them but by chance';

------------------------------------------------------------------------------------------------
\echo 'work'

create temp table worker as
select * from known where work in ('employed', 'self_employed');

-- off sick once in each half of the time at most
create temp table sick as
with half as (
  select n, seen_from + (seen_to - seen_from) / 2 * (k - 1) as half_from, (seen_to - seen_from) / 2 as days,
    'sick ' || k || ' ' as purpose
  from worker, generate_series(1, 2) k
  where pg_temp.uniform('sick ' || k || ' ', n) < 1 - exp(-0.06 * (1 + 0.5 * conditions) * years)
), begun as materialized (
  select *, half_from + floor((days - 7) * pg_temp.uniform(purpose || 'day ', n))::integer as sick_from from half
)
select n, purpose, sick_from,
  least(sick_from + 6 + floor(-38 * ln(pg_temp.uniform(purpose || 'days ', n)))::integer, half_from + days - 1)
    as sick_to
from begun;

-- who falls out of work: who lost the job did then; else the first of what comes of a wobble, of long sickness, or by
-- itself
create temp table falling as
with candidate as (
  select n, onset + 20 + floor(70 * pg_temp.uniform('falls after rise', n))::integer as day, 'wobble' as cause,
    onset as cause_day, case when cause in ('illness', 'mind') then 'inactive_ill' else 'unemployed' end as status
  from rising
  where pg_temp.uniform('falls out after rise', n) < 0.25
  union all
  select n, sick_to, 'illness', sick_from, 'inactive_ill'
  from sick
  where sick_to - sick_from > 40 and pg_temp.uniform(purpose || 'for good ', n) < 0.35
  union all
  select n, seen_from + floor(-365.25 * ln(pg_temp.uniform('falls out', n)) / 0.012)::integer, 'other', null,
    case when pg_temp.uniform('falls out to', n) < 0.6 then 'unemployed' else 'inactive_other' end
  from worker
), judged as materialized (
  select c.*, h.intervention as spared_by
  from candidate c
  join worker using (n)
  left join helped h on h.n = c.n and h.event = 'out_of_work' and h.started_on <= c.day
    and pg_temp.uniform(h.purpose || c.cause, c.n) >= h.true_ratio
  where c.day > seen_from and c.day < least(seen_to, retires)
    and not exists (select from event_of_life l where l.n = c.n and l.kind = 'job_lost')
), ordered as (
  select *, coalesce(sum((spared_by is null)::integer) over (
    partition by n order by day, cause collate "C"
    rows between unbounded preceding and 1 preceding), 0) as fallen_before
  from judged
)
select n, day, cause, cause_day, status, spared_by from ordered where fallen_before = 0
union all
select n, day, 'job_lost', day, 'unemployed', null from event_of_life where kind = 'job_lost';

insert into :"truth".spared
select pg_temp.person_name(n), 'out_of_work', day, spared_by
from falling
where spared_by is not null
order by n, day;

create temp table fallen as
with back as materialized (
  select f.n, f.day, cause, cause_day, status, work, seen_to, retires,
    day + 30 + floor(-330 * ln(pg_temp.uniform('back in work', n)))::integer as back
  from falling f
  join worker using (n)
  where spared_by is null
)
select n, day, cause, cause_day, status, work,
  case when back < least(seen_to, retires) and pg_temp.uniform('comes back', n) < 0.7 then back end as back
from back;
create unique index on fallen (n);

create table :"truth".fell_out_of_work as
select pg_temp.person_name(n) as person_id, day as left_on, status, cause, cause_day as cause_date, back as back_on
from fallen
order by n;
comment on table :"truth".fell_out_of_work is
	'one row a person who falls out of work: when, into which status, the true cause (job_lost; wobble: a rise; '
	'illness: a long spell off sick; other) and the day on which it began, and the day back in work (NULL: not in this '
	'time)';

-- the days on which the status changes, and what it is from then on
create temp table status_change as
with change as (
  select n,
    greatest(birth_date + 5844, seen_from - floor(3000 * pg_temp.uniform('status since', n))::integer) as day,
    work as status
  from known
  where work is not null and birth_date + 5844 < seen_to
  union all
  select n, retires, 'retired' from worker where retires < seen_to and retires > seen_from
  union all
  select n, day, status from fallen
  union all
  select n, back, work from fallen where back is not null
  union all  -- who falls out while off sick is so until then
  select s.n, sick_from, 'off_sick' from sick s left join fallen f using (n)
  where f.n is null or sick_from < f.day or sick_from >= f.back
  union all
  select s.n, sick_to, worker.work from sick s join worker using (n) left join fallen f using (n)
  where f.n is null or sick_to < f.day or sick_from >= f.back
  union all
  select n, ends, case when pg_temp.uniform('after school', n) < 0.8 then 'employed' else 'unemployed' end
  from (
    select n, seen_from, seen_to, birth_date + 6700 + floor(1600 * pg_temp.uniform('end of school', n))::integer as ends
    from known
    where work = 'student'
  ) student
  where ends > seen_from and ends < seen_to
)
select distinct on (change.n, day) change.n, day, change.status, known.leaves, known.seen_to
from change
join known using (n)
where day < case when work in ('employed', 'self_employed') and retires > seen_from and status <> 'retired'
  then least(seen_to, retires) else seen_to end
order by change.n, day, status collate "C";

insert into :"schema".work_status (person_id, start_date, end_date, status, employer_size, partner, purposes)
with spell as (
  select *, lead(day) over (partition by n order by day) as next_day,
    status || ' ' || row_number() over (partition by n order by day) || ' ' as purpose
  from status_change
), ended as (
  select *, coalesce(next_day, case when leaves <= '2025-04-01' then seen_to end) as end_day from spell
), known_until as (  -- of some spells nobody has written the end of: a gap
  select *, case
    when status in ('employed', 'unemployed') and coalesce(end_day, seen_to) - day > 150
      and pg_temp.uniform(purpose || 'gap ', n) < 0.04
      then coalesce(end_day, seen_to) - 20 - floor(60 * pg_temp.uniform(purpose || 'gap days ', n))::integer
    else end_day end as last_day
  from ended
)
select pg_temp.person_name(n), day, last_day, status,
  case when status in ('employed', 'off_sick')
    then (array[3, 8, 20, 45, 120, 300, 900, 4000])[1 + floor(8 * pg_temp.uniform('employer size', n))::integer] end,
  case
    when status <> 'off_sick' then 'job_centre'
    when pg_temp.uniform('told by employer', n) < 0.9 then 'primary_care'
    else pg_temp.one_of('{harbour_works,zeal_foods}', pg_temp.uniform('which employer', n)) end,
  case when status = 'off_sick' and pg_temp.uniform('told by employer', n) >= 0.9 then '{}'
    else '{direct_care,planning,risk_stratification,evaluation}'::text[] end
from known_until
order by n, day;

insert into :"schema".life_event (person_id, event_date, kind, source, partner, purposes)
select pg_temp.person_name(n), day, kind, source, partner,
  case
    when partner = 'exshire_police' then '{}'
    when kind = 'separated' then '{direct_care}'
    else '{direct_care,planning,risk_stratification,evaluation}' end::text[]
from (
  select n, day, kind, source, partner from event_of_life
  union all
  select n, day, 'retired', 'pension', 'job_centre' from status_change where status = 'retired' and day > '2022-04-01'
) happened
order by n, day, kind collate "C";

------------------------------------------------------------------------------------------------
\echo 'what people report'

-- what help does to scores; regression to the mean comes beside it
create table :"truth".score_change as
select *
from (
	values
	('activation_score', null, 1.0), ('activation_score', 'health_coaching', 8.0),
	('activation_score', 'social_prescribing', 5.0), ('eq_vas', null, 0.5), ('eq_vas', 'talking_therapy', 9.0),
	('eq_vas', 'falls_class', 5.0), ('eq_vas', 'community_nursing', 4.0)
) c (code, intervention, change);
comment on table :"truth".score_change is
	'one row a score and intervention: how much higher it is on average when the intervention was completed; '
	'intervention NULL is everybody else who is asked twice';

insert into :"schema".measurement (person_id, measure_date, code_system, code, name, value, unit)
with asked_twice as materialized (
  select n, intervention, started_on as first_day, completed_on, completed_on + 30 as second_day, seen_to, better,
    conditions, decile, intervention || ' ' as purpose
  from help_given
  where started_on is not null and intervention in (
    'health_coaching', 'social_prescribing', 'talking_therapy', 'falls_class', 'community_nursing')
  union all
  select n, null, day, null, day + 180, seen_to, null, conditions, decile, 'survey '
  from (
    select *, seen_from + floor((seen_to - seen_from) * pg_temp.uniform('survey day', n))::integer as day from known
    where age >= 18 and conditions >= 1 and pg_temp.uniform('survey', n) < 0.08
  ) surveyed
), score as materialized (
  select a.*, m.code, name,
    middle + 13 * pg_temp.normal(m.code || ' self ', n) - 1.8 * conditions + 0.8 * (decile - 5.5) as self,
    coalesce(case when completed_on is not null then c.change end, everybody.change) as change
  from asked_twice a
  cross join (
    values ('activation_score', 'Activation score', 59.0), ('eq_vas', 'EQ visual analogue scale', 74.0)
  ) m (code, name, middle)
  join :"truth".score_change everybody on everybody.code = m.code
  left join :"truth".score_change c on c.code = m.code and c.intervention = a.intervention
  where everybody.intervention is null
), answered as (
  select n, first_day as day, code, name, purpose || '1 ' as purpose, self as mean from score
  union all
  select n, second_day, code, name, purpose || '2 ', self + change
  from score
  where second_day < seen_to and pg_temp.uniform(purpose || 'answers again', n) < 0.7
), profile as (  -- five answers, each the worse the more conditions; one better where help has helped
  select n, day, string_agg((1 + least(4, greatest(0, floor(0.35 * conditions + 0.9
    * pg_temp.normal('dimension ' || d || ' ', n) - case when helped and pg_temp.uniform(purpose || d, n) < 0.4
      then 1 else 0 end))))::integer::text, '' order by d)::double precision as value
  from (
    select n, first_day as day, conditions, purpose, false as helped from asked_twice
    union all
    select n, second_day, conditions, purpose, coalesce(better, false)
    from asked_twice
    where second_day < seen_to and pg_temp.uniform(purpose || 'answers again', n) < 0.7
  ) asked, generate_series(1, 5) d
  group by n, day, purpose
), reported as (
  select n, day, code, name, purpose,
    round(least(100, greatest(0, mean + 5 * pg_temp.normal(code || purpose, n)))::numeric, 1)::double precision as value
  from answered
  union all
  select n, day, 'eq5d5l_profile', 'EQ-5D-5L profile, the digits as a number', '', value from profile
  union all  -- 1 very good to 5 very poor, 6 not known
  select n, completed_on, 'overall_experience', 'Overall experience', '',
    (array[1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 6])[1 + floor(11 * pg_temp.uniform(purpose || 'experience ', n)
      ^ case when better then 1.3 else 0.8 end)::integer]
  from help_given
  where completed_on is not null and pg_temp.uniform(purpose || 'is asked ', n) < 0.6
  union all  -- 1 yes, definitely, 2 to some extent, 3 no, 4 not needed, 5 not known
  select n, first_day, 'support_to_manage', 'Support to manage own conditions', '',
    (array[1, 1, 2, 2, 2, 3, 3, 4, 5])[1 + floor(9 * pg_temp.uniform('support', n)
      ^ (1 - 0.04 * (5.5 - decile)))::integer]
  from asked_twice
  where intervention is null
)
select distinct on (n, day, code collate "C") pg_temp.person_name(n), day, 'PH', code, name, value, null
from reported
order by n, day, code collate "C", purpose collate "C";

------------------------------------------------------------------------------------------------
\echo 'what was withheld'

create table :"truth".withheld as
select person_id, pod, start_date, round((tariff * (1 + 0.15 * (end_date - start_date)))::numeric, 2) as cost
from stay
where withheld;
comment on table :"truth".withheld is
	'planned contacts that the under-served should have had and did not, with what they would have cost in pounds';

analyze :"schema".partner, :"schema".service, :"schema".encounter_service, :"schema".contact, :"schema".life_event,
	:"schema".work_status, :"schema".intervention, :"schema".intervention_exclusion, :"schema".offer;

-- or else a search path with the data would find this one first
drop table pg_temp.contact;
