-- What places need, how far their own experience may be trusted, what unmet need restores, and virtual budgets.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('need');
insert into need.place values ('S', 'ICB24', 'System');
insert into need.place
select 'L' || i, 'LAD24', 'Place' from generate_series(1, 3) i
union all
select 'A' || i, 'LSOA21', 'Area' from generate_series(1, 3) i
union all
select 'P' || i, 'PCN', 'Network' from generate_series(1, 3) i
union all
select 'G' || i, 'PRACTICE', 'Practice' from generate_series(1, 3) i;
insert into need.place_parent
select 'L' || i, 'S' from generate_series(1, 3) i
union all
select 'A' || i, 'L' || i from generate_series(1, 3) i
union all
select 'G' || i, 'P' || i from generate_series(1, 3) i;
-- a third of the people has diabetes and costs three times as much; group H gets half of what others would
create temp table truth as
select format('p%s', i) as person_id, i, make_date(1958 + i % 5, 1, 1) as birth_date, 1 + i % 3 as place,
	i * 7 % 11 < 2 + 2 * (i % 3) as diabetes, i * 13 % 17 < 4 as under_served,
	case when i * 3 % (60 - 20 * (i % 3)) = 1 then make_date(2022 + i % 2, 7, 1) end as death_date,
	200 + i * 4547 % 1013 as noise
from generate_series(1, 900) i;
insert into need.person (person_id, birth_date, sex, ethnicity_code, death_date, death_cause_icd10)
select person_id, birth_date, case when i % 2 = 0 then 'F' else 'M' end, case when under_served then 'H' else 'A' end,
	death_date, case when death_date is not null then 'I259' end
from truth;
insert into need.registration (person_id, practice_code, start_date)
select person_id, 'G' || place, birth_date from truth;
insert into need.residence (person_id, lsoa21_code, start_date) select person_id, 'A' || place, birth_date from truth;
insert into need.code_list (list, version, code_system, code, match) values ('diabetes', '1', 'SNOMED', '1', 'exact');
insert into need.clinical_event (person_id, event_date, code_system, code)
select person_id, '2020-06-01', 'SNOMED', '1' from truth where diabetes;
insert into need.encounter (encounter_id, person_id, pod, start_date, cost)
select person_id || ' ' || year, person_id, 'GP', make_date(year, 3, 1),
	noise * (1 + 2 * diabetes::integer) * case when under_served then 0.5 else 1 end
		* (1 + (i * year % 7) / 10.0)
from truth, generate_series(2022, 2024) year
where death_date is null or death_date > make_date(year, 3, 1);
insert into need.data_day values ('2024-12-31');
analyze;
call ph.create_population_views('need');
call ph.create_segment_inputs('need');
call ph.create_expected_cost('need', terms => '{diabetes}');

-- weights that rise geometrically
select array(select round(w::numeric, 6) from unnest(ph.graded_weights(4, 8)) w) as weights,
	cardinality(ph.graded_weights()) as groups, (ph.graded_weights())[16] as highest;
select ph.graded_weights(1);
select ph.graded_weights(4, 0.5);

-- places by avoidable deaths: counted again from persons; observed and expected add up to the same
call ph.create_measure_tables('need');
call ph.create_calendar('need', '2020-01-01', '2025-12-31');
call ph.fold_measures('need', '{preventable_deaths_under_75,treatable_deaths_under_75}', '{2022/23,2023/24}');
with again as (
	select 'P' || place as place_id, count(death_date) as deaths from truth group by 1
)
select u.place_id, u.events = a.deaths as counted, round(u.ratio::numeric, 3) as ratio, u.rank_group, u.weight, u.note,
	abs(sum(u.expected) over () - sum(u.events) over ()) < 1e-9 as closes
from ph.unmet_need('need', 'neighbourhood', '{2022/23,2023/24}', '{1,2,4}') u
join again a using (place_id)
order by u.place_id;
select distinct weight, note from ph.unmet_need('need', 'neighbourhood', '{2023/24}');
-- of which a year is not known the whole is not
begin;
update need.measure_tally t
set tally = l.lacking
from (select ph.person_tally(0, null::float8) as lacking) l
where (t.measure, t.level, t.place_id, t.breakdown, t.period)
	= ('treatable_deaths_under_75', 'neighbourhood', 'P2', 'all', '2023-04-01');
select place_id, expected is not null as expected, ratio is not null as ratio, weight is not null as weight, note
from ph.unmet_need('need', 'neighbourhood', '{2022/23,2023/24}', '{1,2}')
order by 1;
rollback;
select ph.unmet_need('need', 'neighbourhood', '{}');
select ph.unmet_need('need', 'neighbourhood', '{2022/23}', '{1}');
select ph.unmet_need('need', 'neighbourhood', '{2022/23}', '{1,-1}');
select ph.unmet_need('need', 'neighbourhood', '{1922/23}');

-- need of places and their experience, again in SQL
create temp table told as select * from ph.place_need('need', 'place', 2);
create temp table judged as
select 2023 as year, *, expected * years as foreseen from need.person_expected_cost('2023-01-01')
union all
select 2024, *, expected * years from need.person_expected_cost('2024-01-01');
with of_year as (
	select year, sum(cost) / sum(foreseen) as level from judged group by year
), place_year as (
	select year, place, sum(years) as years, sum(cost / level) as cost, sum(foreseen) as foreseen
	from judged
	join of_year using (year)
	group by year, place
), credible as (
	select distinct place, (c).credibility as z, (c).estimate as estimate
	from (select place, ph.credibility(place, cost / foreseen, foreseen) over () as c from place_year) t
), need as (
	select place, avg(expected) / (select avg(expected) from judged where year = 2024) as need_index
	from judged
	where year = 2024
	group by place
)
select t.place_id, abs(t.need_index - n.need_index) < 1e-9 as need, abs(t.credibility - c.z) < 1e-9
	and abs(t.credible_index - n.need_index * c.estimate) < 1e-9 as credible,
	abs(t.experience - n.need_index * y.cost / y.foreseen) < 1e-9 as experience,
	abs(t.limited_credibility - least(1, sqrt(t.person_years / t.full_at))) < 1e-9
		and abs(t.limited_index - (t.limited_credibility * t.experience + (1 - t.limited_credibility) * t.need_index))
			< 1e-9 as limited,
	t.lower < t.experience and t.experience < t.upper as within
from told t
join need n on n.place = t.place_id
join credible c on c.place = t.place_id
join (select place, sum(cost) as cost, sum(foreseen) as foreseen from place_year group by 1) y on y.place = t.place_id
order by 1;
-- people: of the last day, whoever died before it is not paid for; limits: the years of a person are one observation;
-- full_at: of what people cost, whenever they died
with of_year as (
	select year, sum(cost) / sum(foreseen) as level from judged group by year
), person as (
	select place, person_id, sum(cost / level) - sum(foreseen) as missed, sum(foreseen) as foreseen
	from judged
	join of_year using (year)
	group by place, person_id
), place as (
	select place, count(*) as people, avg(missed) as missed, stddev_samp(missed) / sqrt(count(*)) as error,
		sum(foreseen) as foreseen
	from person
	group by place
)
select t.place_id, t.people = l.people as people, p.people > l.people as some_have_died,
	abs((t.upper - t.lower) / t.need_index * p.foreseen / p.people / (2 * 1.97 * p.error) - 1) < 0.01 as limits,
	abs(t.full_at / (power(1.6448536 / 0.05, 2) * power(v.variation, 2)) - 1) < 1e-6 as full_at
from told t
join place p on p.place = t.place_id
join (select place, count(*) as people from judged where year = 2024 group by place) l on l.place = t.place_id
cross join (select stddev_samp(cost) / avg(cost) as variation from judged where year = 2024) v
order by 1;
select ph.place_need('need', 'moon');
select ph.place_need('need', 'place', 0);

-- the report: who gets half of what others would is seen by no model that knows conditions alone, and its target is
-- lowered by one that reads use
create view need.unmet as
select person_id, u.weight
from need.person_at('2024-01-01')
join ph.unmet_need('need', 'neighbourhood', '{2022/23,2023/24}', '{1,2,4}') u on u.place_id = neighbourhood;
create view need.true_cost as
select person_id, c.cost * case when ethnicity = 'H' then 2 else 1 end as cost
from need.person_expected_cost('2024-01-01') c;
call ph.create_expected_cost('need', terms => '{diabetes,spend_12_months}', prior_use => true, name => 'by_use');
select m.made_of, r.group_name, round(r.age_index::numeric, 3) as age, round(r.expected_index::numeric, 3) as expected,
	round(r.mixed_index::numeric, 3) as mixed, round(r.actual_index::numeric, 3) as actual,
	round(r.true_index::numeric, 3) as truth, r.note
from (values ('conditions', 'person_expected_cost'), ('use', 'by_use')) m (made_of, name),
	ph.need_report('need', 'need.unmet', 0.1, 'ethnicity', 'need.true_cost', m.name) r
order by 1, 2;
-- again in SQL; targets of a million sum to it
with person as (
	select case ethnicity when 'H' then 'asian' else 'white' end as group_name, j.*, u.weight
	from judged j
	join need.unmet u using (person_id)
	where year = 2024
), grouped as (
	select group_name, sum(years) as years, sum(foreseen) as foreseen, sum(years * weight) as weighted
	from person
	group by group_name
), again as (
	select group_name, years, sum(years) over () / years
		* (0.9 * foreseen / sum(foreseen) over () + 0.1 * weighted / sum(weighted) over ()) as mixed
	from grouped
)
select bool_and(abs(r.mixed_index - a.mixed) < 1e-9) as mixed,
	bool_and(abs(r.change_by_unmet_need - (r.mixed_index - r.expected_index)) < 1e-12
		and abs(r.change_by_model - (r.expected_index - r.age_index)) < 1e-12) as changes,
	abs(sum(r.mixed_index * a.years) / sum(a.years) - 1) < 1e-12 as closes
from ph.need_report('need', 'need.unmet') r
join again a using (group_name);
create view need.part_unmet as select person_id, case when person_id <> 'p3' then weight end as weight from need.unmet;
select group_name, expected_index is not null as expected, unmet_index, mixed_index, true_index, note
from ph.need_report('need', 'need.part_unmet')
order by 1;
create view need.part_truth as select * from need.true_cost where person_id <> 'p3';
select group_name, mixed_index is not null as mixed, true_index
from ph.need_report('need', 'need.unmet', truth => 'need.part_truth')
order by 1;
select ph.need_report('need', 'need.unmet', 1.5);
select ph.need_report('need', 'need.unmet', neutral => 'by_use');
select ph.need_report('need', 'need.unmet', dimension => 'hair');
select ph.need_report('need', 'need.person');
-- one that is below 0 hides in no sum of its group
create view need.odd as select person_id, case person_id when 'p3' then -1 else weight end as weight from need.unmet;
create view need.odd_truth as
select person_id, case person_id when 'p3' then 'NaN' else cost end as cost from need.true_cost;
select ph.need_report('need', 'need.odd');
select ph.need_report('need', 'need.unmet', truth => 'need.odd_truth');
create view need.twice as select * from need.unmet union all select * from need.unmet;
select ph.need_report('need', 'need.twice');

set jit = off;
set enable_nestloop = off;
set statement_timeout = '60s';
-- virtual budgets: the envelopes are met to the last place, months add up to the year
create table need.segment as
select person_id, case when diabetes then 'diabetes' else 'healthy' end as segment from truth;
create table need.place_envelope (place_id text, amount numeric);
create table need.segment_envelope (segment text, amount numeric);
create table need.profile (month date, share numeric);
insert into need.place_envelope values ('L1', 100000), ('L2', 200000.01), ('L3', 300000);
insert into need.segment_envelope values ('diabetes', 400000.01), ('healthy', 200000);
insert into need.profile values ('2025-01-01', 2), ('2025-02-01', 1), ('2025-03-01', 1);
call ph.record_budget('need', 'plan', 'need.place_envelope', 'need.segment_envelope', 'need.segment', 'need.profile');
call ph.create_budget_tables('need');
call ph.record_budget('need', 'plan', 'need.place_envelope', 'need.segment_envelope', 'need.segment', 'need.profile');
select r.run, r.level, r.as_of, r.inputs, r.total, r.status, r.people, r.no_cost, r.no_place, r.no_segment,
	r.people + r.no_cost + r.no_place + r.no_segment = p.people as closes, r.model = to_jsonb(m.model) as model
from need.budget_run r, need.expected_cost_model m, (select count(*) as people from need.person_at('2024-12-31')) p
where m.name = r.cost_name;
select place_id, round(sum(budget), 6) as budget, count(*) as months, min(status) as status,
	bool_and(lower < budget and budget < upper) as within
from need.virtual_budget
group by place_id
order by place_id;
select segment, round(sum(budget), 6) as budget, round(sum(budget) filter (where month = '2025-01-01'), 6) as january
from need.virtual_budget
group by segment
order by segment;
-- limits: z cv / sqrt(people) of the year's budget; of independent months the squares add up
select bool_and(abs(year_width / (1.959963985 * v.variation / sqrt(people) * budget) - 1) < 1e-8) as year,
	bool_and(abs(january_width / (year_width * sqrt(0.5)) - 1) < 1e-8) as january
from (
	select sqrt(sum((upper - budget) ^ 2))::float8 as year_width, sum(budget)::float8 as budget, min(people) as people,
		max((upper - budget)::float8) filter (where month = '2025-01-01') as january_width
	from need.virtual_budget
	group by place_id, segment) c,
	(select stddev_samp(cost) / avg(cost) as variation from need.person_expected_cost('2024-01-01') where years > 0) v;
-- in pence both envelopes are met exactly, and months add up to the year
select bool_and(amount = pence) as met, sum(pence) as pence, bool_and(near) as near
from (
	select place_id as line, sum(budget_rounded) as pence, bool_and(abs(budget_rounded - budget) < 0.02) as near
	from need.virtual_budget
	group by place_id
	union all
	select segment, sum(budget_rounded), true from need.virtual_budget group by segment) v
join (
	select place_id as line, amount from need.place_envelope
	union all
	select segment, amount from need.segment_envelope) e using (line);
-- it starts from expected cost, whose cross ratio it keeps
select abs(log(max(budget) filter (where at = 'L1 diabetes')::float8 * max(budget) filter (where at = 'L2 healthy')
		/ max(budget) filter (where at = 'L1 healthy') / max(budget) filter (where at = 'L2 diabetes'))
	- log(max(seed) filter (where at = 'L1 diabetes') * max(seed) filter (where at = 'L2 healthy')
		/ max(seed) filter (where at = 'L1 healthy') / max(seed) filter (where at = 'L2 diabetes'))) < 1e-8 as kept
from (
	select place_id || ' ' || b.segment as at, sum(b.budget) as budget, min(e.seed) as seed
	from need.virtual_budget b
	join (
		select place as place_id, segment, sum(expected) as seed
		from need.person_expected_cost('2024-12-31')
		join need.segment using (person_id)
		group by 1, 2
	) e using (place_id, segment)
	group by 1
) c;
-- a budget never changes, and goes whole or not at all
update need.budget_run set total = 0;
update need.budget_line set budget = 0;
delete from need.budget_line;
truncate need.budget_line;
truncate need.budget_run cascade;
insert into need.budget_line (run, place_id, segment, people, budget) values ('plan', 'L4', 'healthy', 0, 1000000);
-- and says itself who recorded it and when
insert into need.budget_run (
	run, level, as_of, cost_name, cost_as_of, inputs, model, confidence, people, no_cost, no_place, no_segment,
	recorded_by, recorded_at)
select 'by another', level, as_of, cost_name, cost_as_of, inputs, model, confidence, 0, 0, 0, 0, 'another', '2020-01-01'
from need.budget_run
returning recorded_by = session_user as who, recorded_at > now() - interval '1 hour' as at;
delete from need.budget_run where run = 'by another';
call ph.record_budget('need', 'plan', 'need.place_envelope', 'need.segment_envelope', 'need.segment', 'need.profile');
update need.place_envelope set amount = amount + 0.01 where place_id = 'L1';
call ph.record_budget('need', 'too much', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.profile');
select distinct run, budget, status, note from need.virtual_budget;
-- what a month has is not known: nothing is
update need.place_envelope set amount = amount - 0.01 where place_id = 'L1';
update need.profile set share = null where month = '2025-01-01';
call ph.record_budget('need', 'no share', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.profile');
select month, count(budget) as budgets, min(note) as note from need.virtual_budget group by month order by month;
delete from need.budget_run where run in ('too much', 'no share');
select run, count(*) as lines from need.budget_line group by run;
-- nor is a total of which a part is not known
create view need.unknown_envelope as
select place_id, case when place_id <> 'L1' then amount end as amount from need.place_envelope;
call ph.record_budget('need', 'one unknown', 'need.unknown_envelope', 'need.segment_envelope', 'need.segment');
select total, status from need.budget_run where run = 'one unknown';
delete from need.budget_run where run = 'one unknown';
-- who is in no cell is counted: of a place without envelope, of a segment without, of none
create view need.two_places as select * from need.place_envelope where place_id <> 'L1';
create table need.some_segments as
select person_id, case when i % 10 = 0 then null when i % 10 = 1 then 'other' else segment end as segment
from need.segment
join truth using (person_id);
create view need.more_segments as select segment, amount - case segment when 'healthy' then 100000 else 0 end as amount
from need.segment_envelope;
call ph.record_budget('need', 'in part', 'need.two_places', 'need.more_segments', 'need.some_segments');
select r.people, r.no_cost, r.no_place, r.no_segment, r.status, e.*
from need.budget_run r, (
	select count(*) filter (where c.place <> 'L1' and i % 10 > 1) as people_again,
		count(*) filter (where c.place = 'L1') as no_place_again,
		count(*) filter (where c.place <> 'L1' and i % 10 < 2) as no_segment_again
	from need.person_expected_cost('2024-12-31') c
	join truth using (person_id)
	where expected is not null) e
where r.run = 'in part';
-- beside what its people cost, again in SQL
call ph.record_budget('need', 'last year', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	as_of => '2024-01-01');
select o.place_id, o.segment, o.spend = a.spend as spend, o.people = a.people and o.people_now = a.people as people,
	o.difference = o.spend - o.budget as difference, o.budget = l.budget as budget, o.stance = case
		when o.spend < l.lower then 'below' when o.spend > l.upper then 'above' else 'within' end as stance, o.note
from ph.budget_outcome('need', 'last year', 'need.segment') o
join need.budget_line l on l.run = 'last year' and l.place_id = o.place_id and l.segment = o.segment
join (
	select place as place_id, segment, count(*) as people, round(sum(cost)::numeric, 2) as spend
	from need.person_expected_cost('2024-01-01')
	join need.segment using (person_id)
	where expected is not null
	group by 1, 2) a on a.place_id = o.place_id and a.segment = o.segment
order by o.place_id, o.segment;
select distinct note, stance is null as no_stance from ph.budget_outcome('need', 'last year', 'need.some_segments');
create view need.renamed as select person_id, upper(segment) as segment from need.segment;
select distinct people > 0 as people, people_now, spend, difference, stance, note
from ph.budget_outcome('need', 'last year', 'need.renamed');
select ph.budget_outcome('need', 'plan', 'need.segment');
select ph.budget_outcome('need', 'no plan', 'need.segment');
select ph.budget_outcome('need', 'last year', null);
-- whoever does not see all people makes none
create role need_reader;
grant usage on schema need to need_reader;
grant select, insert on all tables in schema need to need_reader;
alter table need.encounter enable row level security;
create policy some_people on need.encounter to need_reader using (person_id < 'p5');
set role need_reader;
call ph.record_budget('need', 'of some', 'need.place_envelope', 'need.segment_envelope', 'need.segment');
select ph.budget_outcome('need', 'last year', 'need.segment');
reset role;
alter table need.encounter disable row level security;
drop owned by need_reader;
drop role need_reader;
create view need.twice_in_segments as select * from need.segment union all select person_id, 'old' from need.segment;
create view need.unplaced as select null as place_id, amount from need.place_envelope;
create view need.negative_profile as select date '2025-01-01' as month, -1 as share;
create view need.odd_profile as select date '2025-01-02' as month, 1 as share;
create view need.nowhere as select * from need.place_envelope where false;
create view need.endless as select place_id, 'Infinity'::numeric as amount from need.place_envelope;
create view need.below_0 as select segment, -amount as amount from need.segment_envelope;
create view need.twice_in_a_month as
select timestamp '2025-01-01' + i * interval '1 hour' as month, '1' as share from generate_series(1, 2) i;
create view need.share_unbounded as select date '2025-01-01' as month, 'NaN' as share;
create view need.month_unbounded as select date 'infinity' as month, 1 as share;
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.twice_in_segments');
call ph.record_budget('need', 'x', 'need.unplaced', 'need.segment_envelope', 'need.segment');
call ph.record_budget('need', 'x', 'need.nowhere', 'need.segment_envelope', 'need.segment');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.negative_profile');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment', 'need.odd_profile');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.twice_in_a_month');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.share_unbounded');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	'need.month_unbounded');
call ph.record_budget('need', 'x', 'need.endless', 'need.segment_envelope', 'need.segment');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.below_0', 'need.segment');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment',
	as_of => '2025-01-01');
call ph.record_budget(null, 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment');
call ph.record_budget('need', ' ', 'need.place_envelope', 'need.segment_envelope', 'need.segment');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment', 'need.segment');
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', null);
call ph.record_budget('need', 'x', 'need.place_envelope', 'need.segment_envelope', 'need.segment', confidence => 2);
-- DROP EXTENSION takes the functions, and the models from their table: they are fitted anew
drop function need.person_expected_cost(timestamptz) cascade;
alter table need.expected_cost_model drop column model;
call ph.create_expected_cost('need', terms => '{diabetes}');
select name, (model).status, col_description('need.expected_cost_model'::regclass, a.attnum) is not null as described
from need.expected_cost_model, pg_attribute a
where a.attrelid = 'need.expected_cost_model'::regclass and a.attname = 'model';
-- a group of which less than nothing is expected is named, and has no part in a mix
alter function need.person_expected_cost(timestamptz) rename to linear_cost;
create function need.person_expected_cost(as_of timestamptz)
returns table (
	person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
	small_area text, deprivation_quintile integer, split text, expected double precision, years double precision,
	cost double precision)
language sql stable
begin atomic
	select c.person_id, c.age, c.sex, c.ethnicity, c.practice, c.neighbourhood, c.place, c.small_area,
		c.deprivation_quintile, c.split, case c.place when 'L1' then -c.expected else c.expected end, c.years, c.cost
	from need.linear_cost(as_of) c;
end;
select group_name, expected_index < 0 as below_0, mixed_index, note
from ph.need_report('need', 'need.unmet', dimension => 'place')
order by 1;
select place_id, need_index < 0 as below_0, round(experience::numeric, 6) as experience, note
from ph.place_need('need', 'place', 2)
order by 1;
create view need.none_for_l1 as
select place_id, case place_id when 'L1' then 0 when 'L2' then 300000.01 else 300000 end as amount
from need.place_envelope;
call ph.record_budget('need', 'below 0', 'need.none_for_l1', 'need.segment_envelope', 'need.segment');
select place_id, bool_and(people > 0) as people, count(nullif(budget, 0)) as budgets, min(note) as note
from need.virtual_budget
group by place_id
order by place_id;
drop schema need cascade;
