-- Expected cost within groups that are served less than they need: what was planted comes back, and the money closes.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
set jit = off;

create function pg_temp.chance(purpose text, n bigint) returns double precision
language sql immutable
return (('x' || left(md5(purpose || n), 6))::bit(24)::int + 0.5) / 16777216;
call ph.create_shared_tables('neutral_groups');
insert into neutral_groups.place values ('S', 'ICB24'), ('L1', 'LAD24'), ('L2', 'LAD24'), ('A1', 'LSOA21'),
	('A2', 'LSOA21'), ('P1', 'PCN');
insert into neutral_groups.place select 'G' || i, 'PRACTICE' from generate_series(0, 204) i;
insert into neutral_groups.place_parent values ('L1', 'S'), ('L2', 'S'), ('A1', 'L1'), ('A2', 'L2');
insert into neutral_groups.place_parent select 'G' || i, 'P1' from generate_series(0, 204) i;
-- of group H, a quarter of the people, far more have diabetes, and all get half of what others get for the same need
create table neutral_groups.truth as
select 'p' || n as person_id, make_date(1950 + n % 50, 1, 1) as birth_date, n % 3 + 1 as area,
	is_served_less, pg_temp.chance('diabetes', n) < case when is_served_less then 0.5 else 0.15 end as diabetes,
	0.5 + pg_temp.chance('luck', n) as luck
from generate_series(1, 4000) n
cross join lateral (select pg_temp.chance('group', n) < 0.25 as is_served_less) g;
alter table neutral_groups.truth add need float8, add got float8;
update neutral_groups.truth set need = (400 + 1600 * diabetes::integer) * luck;
update neutral_groups.truth set got = need * case when is_served_less then 0.5 else 1 end;
insert into neutral_groups.person (person_id, birth_date, sex, ethnicity_code)
select person_id, birth_date, 'F', case when is_served_less then 'H' else 'A' end from neutral_groups.truth;
insert into neutral_groups.registration (person_id, practice_code, start_date)
select person_id, 'G' || substr(person_id, 2)::integer % 205, birth_date from neutral_groups.truth;
insert into neutral_groups.residence (person_id, lsoa21_code, start_date)
select person_id, 'A' || least(area, 2), birth_date from neutral_groups.truth;
insert into neutral_groups.code_list (list, version, code_system, code, match)
values ('diabetes', '1', 'SNOMED', '1', 'exact'), ('known_to_be_served_less', '1', 'SNOMED', '2', 'exact');
insert into neutral_groups.clinical_event (person_id, event_date, code_system, code)
select person_id, date '2020-06-01', 'SNOMED', '1' from neutral_groups.truth where diabetes
union all
select person_id, '2020-06-01', 'SNOMED', '2' from neutral_groups.truth where is_served_less;
insert into neutral_groups.encounter (encounter_id, person_id, pod, start_date, cost)
select person_id, person_id, 'GP', '2024-03-01', got from neutral_groups.truth;
insert into neutral_groups.encounter (encounter_id, person_id, pod, start_date, cost)
select 'before ' || person_id, person_id, 'GP', '2023-03-01', got from neutral_groups.truth;
insert into neutral_groups.data_day values ('2024-12-31');
analyze;
call ph.create_population_views('neutral_groups');
call ph.create_segment_inputs('neutral_groups');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', name => 'within', neutral => '{ethnicity}');
select name, inputs, neutral, (model).rows > 1900 as fitted from neutral_groups.expected_cost_model order by name;

-- the slope is that of a model with an effect of the group, and expected and actual add up to the same in the half
create view neutral_groups.fitted as
select c.cost / c.years as cost, c.years, t.diabetes::integer::float8 as diabetes,
	t.is_served_less::integer::float8 as served_less
from neutral_groups.within('2024-01-01') c
join neutral_groups.truth t using (person_id)
where c.split = 'train';
select abs(s.coefficient - a.coefficient) < 1e-6 as slope
from neutral_groups.expected_cost_model m, ph.coefficients(m.model) s,
	ph.coefficients(ph.fit('linear', 'select * from neutral_groups.fitted', weight => 'years',
		weight_type => 'precision')) a
where m.name = 'within' and s.term = 'diabetes' and a.term = 'diabetes';
select split, abs(sum(expected * years) / sum(cost) - 1) < 1e-9 as closes
from neutral_groups.within('2024-01-01')
group by split
order by split;

-- the index of what was planted lies within the limits that the slope gives, and not within those of the usual model
create view neutral_groups.unmet as select person_id, 1 as weight from neutral_groups.truth;
create view neutral_groups.true_cost as select person_id, need as cost from neutral_groups.truth;
create temp table report as
select *
from ph.need_report('neutral_groups', 'neutral_groups.unmet', truth => 'neutral_groups.true_cost',
	neutral => 'within');
with people as (
	select case when is_served_less then 'asian' else 'white' end as group_name, avg(diabetes::integer) as part,
		(select avg(diabetes::integer) from neutral_groups.truth) as part_of_all
	from neutral_groups.truth
	group by is_served_less
), half as (
	select sum(years * cost) / sum(years) as cost, sum(years * diabetes) / sum(years) as part from neutral_groups.fitted
), judged as (
	select p.group_name, m.name, (400 + 1600 * p.part) / (400 + 1600 * p.part_of_all)
		between least(at_lower, at_upper) and greatest(at_lower, at_upper) as holds
	from people p
	cross join neutral_groups.expected_cost_model m
	join lateral ph.coefficients(m.model) c on c.term = 'diabetes'
	cross join half h
	cross join lateral (
		select (h.cost + c.lower * (p.part - h.part)) / (h.cost + c.lower * (p.part_of_all - h.part)) as at_lower,
			(h.cost + c.upper * (p.part - h.part)) / (h.cost + c.upper * (p.part_of_all - h.part)) as at_upper) l
)
select r.group_name, round(r.expected_index::numeric, 2) as expected, round(r.neutral_index::numeric, 2) as neutral,
	round(r.true_index::numeric, 2) as truth, n.holds as neutral_holds_truth, u.holds as usual_holds_truth,
	abs(r.change_by_neutral - (r.neutral_index - r.expected_index)) < 1e-12 as change
from report r
join judged n on n.group_name = r.group_name and n.name = 'within'
join judged u on u.group_name = r.group_name and u.name = 'person_expected_cost'
order by r.group_name;
-- again in SQL; targets of all sum to the money
select bool_and(abs(r.neutral_index - a.index) < 1e-9) as again,
	abs(sum(r.neutral_index * r.people) / sum(r.people) - 1) < 1e-9 as closes
from report r
join (
	select case ethnicity when 'H' then 'asian' else 'white' end as group_name,
		sum(expected * years) / sum(years) / (
			select sum(expected * years) / sum(years) from neutral_groups.within('2024-01-01')) as index
	from neutral_groups.within('2024-01-01')
	group by 1
) a using (group_name);
-- without such a model there is no third answer
select group_name, neutral_index, change_by_neutral
from ph.need_report('neutral_groups', 'neutral_groups.unmet')
order by 1;
-- a term that says no more than the groups adds nothing
call ph.create_expected_cost('neutral_groups', terms => '{diabetes,known_to_be_served_less}', name => 'no_more',
	neutral => '{ethnicity}');
select max(abs(n.expected - w.expected)) < 1e-6 as the_same
from neutral_groups.no_more('2024-01-01') n
join neutral_groups.within('2024-01-01') w using (person_id);
-- several groups at once: nor does a place that had 200 more a head get more
update neutral_groups.encounter e set cost = cost + 200
from neutral_groups.truth t
where t.person_id = e.person_id and t.area = 1;
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', name => 'within', neutral => '{ethnicity,place}');
select (select neutral from neutral_groups.expected_cost_model where name = 'within') as neutral,
	count(distinct round(expected::numeric, 6)) as levels_of_expected
from neutral_groups.within('2024-01-01');

call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{hair}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{ethnicity,null}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{practice}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes,spend_12_months}', prior_use => true,
	neutral => '{ethnicity}');
select ph.need_report('neutral_groups', 'neutral_groups.unmet', neutral => 'nothing');
drop schema neutral_groups cascade;
