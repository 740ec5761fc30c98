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
-- those of group H, a quarter of the people, are younger, far more of them have diabetes, and all get half of what
-- others get for the same need
create table neutral_groups.truth as
select 'p' || n as person_id, n % 3 + 1 as area,
	make_date(case when is_served_less then 1970 + n % 30 else 1950 + n % 50 end, 1, 1) as birth_date,
	is_served_less, pg_temp.chance('diabetes', n) < case when is_served_less then 0.5 else 0.15 end as diabetes,
	0.5 + pg_temp.chance('luck', n) as luck
from generate_series(1, 4000) n
cross join lateral (select pg_temp.chance('group', n) < 0.25 as is_served_less) g;
alter table neutral_groups.truth add need float8, add got float8, add held text;
update neutral_groups.truth set need = (400 + 1600 * diabetes::integer) * luck;
update neutral_groups.truth set got = need * case when is_served_less then 0.5 else 1 end,
	held = case when is_served_less then 'asian' else 'white' end;
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

-- in the half, factor x expected adds up to actual cost of each group and of each term, and expected to that of all:
-- equations that no other factors and slopes meet
create view neutral_groups.judged as
select person_id, t.held, t.diabetes, c.age, t.need * c.years as need, f.factor, c.cost,
	c.expected * c.years as expected
from neutral_groups.within('2024-01-01') c
join neutral_groups.truth t using (person_id)
join neutral_groups.expected_cost_model m on m.name = 'within'
left join unnest(m.groups, m.factors) f (held, factor) using (held)
where c.split = 'train';
create view neutral_groups.solved as
select (
		select bool_and(abs(gap) < 1e-9)
		from (select sum(cost - factor * expected) / sum(cost) as gap from neutral_groups.judged group by held) g
	) as of_groups, (
		select bool_and(abs(gap) < 1e-9)
		from (
			select sum(cost - factor * expected) / sum(cost) as gap from neutral_groups.judged group by diabetes) g
	) as of_diabetes, (
		select abs(sum(expected) / sum(cost) - 1) < 1e-9 from neutral_groups.judged
	) as closes;
table neutral_groups.solved;
-- what was planted: half of what the others get, by the test half too
select m.groups, (select array_agg(round(f::numeric, 1)) from unnest(m.factors) f) as factors,
	round((factors[1] / factors[2])::numeric, 2) as asian_of_white
from neutral_groups.expected_cost_model m
where name = 'within';
select r.group_name, abs(1 / r.ratio - f.factor) < 1e-9 as same_in_train, 1 / t.upper < f.factor and
	f.factor < 1 / t.lower as near_in_test
from ph.predictive_ratio('neutral_groups', '{ethnicity}', 'train', name => 'within') r
join ph.predictive_ratio('neutral_groups', '{ethnicity}', 'test', name => 'within') t using (group_name)
join neutral_groups.expected_cost_model m on m.name = 'within'
join unnest(m.groups, m.factors) f (group_name, factor) using (group_name)
order by r.group_name;

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
	select sum(c.cost) / sum(c.years) as cost, sum(c.years * t.diabetes::integer) / sum(c.years) as part
	from neutral_groups.within('2024-01-01') c
	join neutral_groups.truth t using (person_id)
	where c.split = 'train'
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
-- a term that says no more than the groups adds nothing, and alone it leaves the mean
call ph.create_expected_cost('neutral_groups', terms => '{diabetes,known_to_be_served_less}', name => 'no_more',
	neutral => '{ethnicity}');
select max(abs(n.expected - w.expected)) < 1e-6 as the_same
from neutral_groups.no_more('2024-01-01') n
join neutral_groups.within('2024-01-01') w using (person_id);
call ph.create_expected_cost('neutral_groups', terms => '{known_to_be_served_less}', name => 'no_more',
	neutral => '{ethnicity}');
select count(distinct n.expected) as levels, bool_and(abs(m.factors[1] / m.factors[2] * w.mean / a.mean - 1) < 1e-9)
	as as_their_means
from neutral_groups.no_more('2024-01-01') n
join neutral_groups.expected_cost_model m on m.name = 'no_more'
cross join (select sum(cost) / sum(years) as mean from neutral_groups.no_more('2024-01-01')
	where split = 'train' and ethnicity = 'H') a
cross join (select sum(cost) / sum(years) as mean from neutral_groups.no_more('2024-01-01')
	where split = 'train' and ethnicity = 'A') w;

-- groups of two kinds are served 0.6, 0.8, 1 and 1.4 times as others, with no luck: the factors come back to the digit
create function pg_temp.serve(factors jsonb) returns void
language sql
begin atomic
	update neutral_groups.truth t
	set held = case when is_served_less then 'asian' else 'white' end || case when area = 1 then ', L1' else ', L2' end,
		need = 400 + 1600 * diabetes::integer + 700 * (birth_date <= '1979-01-01')::integer;
	update neutral_groups.encounter e
	set cost = t.need * coalesce((factors ->> t.held)::float8, 1)
	from neutral_groups.truth t
	where t.person_id = e.person_id;
end;
select pg_temp.serve('{"asian, L1": 0.6, "asian, L2": 0.8, "white, L2": 1.4}');
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity,place}');
select f.held, round((f.factor / m.factors[3])::numeric, 9) as of_the_third
from neutral_groups.expected_cost_model m, unnest(m.groups, m.factors) f (held, factor)
where m.name = 'within'
order by 1;
select count(distinct age) > 40 as ages, max(expected / need) / min(expected / need) - 1 < 1e-9 as as_need
from neutral_groups.judged;
table neutral_groups.solved;
-- the usual model does not find them
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}');
select round(max(abs(u.expected / w.expected - 1))::numeric, 1) as usual_is_off_by
from neutral_groups.person_expected_cost('2024-01-01') u
join neutral_groups.within('2024-01-01') w using (person_id);
-- a thousand times the money is a thousand times what is expected, and the same factors
create temp table before as
select person_id, expected, factors
from neutral_groups.within('2024-01-01'), neutral_groups.expected_cost_model
where name = 'within';
update neutral_groups.encounter set cost = cost * 1000;
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity,place}');
select max(abs(a.expected / b.expected - 1000)) < 1e-6 as expected, (
	select max(abs(x - y)) < 1e-9
	from neutral_groups.expected_cost_model m, lateral unnest(m.factors, (select factors from before limit 1)) f (x, y)
	where m.name = 'within') as factors
from neutral_groups.within('2024-01-01') a
join before b using (person_id);
-- where no group is served otherwise it is the usual model
select pg_temp.serve('{}');
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}');
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity,place}');
select max(abs(u.expected / w.expected - 1)) < 1e-9 as the_same
from neutral_groups.person_expected_cost('2024-01-01') u
join neutral_groups.within('2024-01-01') w using (person_id);
-- a group that gets nothing has the factor 0, and its need is that of others all the same
select pg_temp.serve('{"asian, L1": 0, "asian, L2": 0.8}');
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity,place}');
select factors[1], round((factors[2] / factors[3])::numeric, 9) as second_of_third
from neutral_groups.expected_cost_model
where name = 'within';
select max(expected / need) / min(expected / need) - 1 < 1e-9 as as_need
from neutral_groups.judged;
-- a group of one person is as good as none, and a group of all is none
update neutral_groups.person set ethnicity_code = 'S'
where person_id = (select min(person_id) from neutral_groups.within('2024-01-01') where split = 'train');
select pg_temp.serve('{}');
update neutral_groups.encounter e set cost = 3 * cost
from neutral_groups.person p
where p.person_id = e.person_id and p.ethnicity_code = 'S';
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity}');
select m.groups, round((m.factors[2] / m.factors[1])::numeric, 9) as other_of_asian
from neutral_groups.expected_cost_model m
where name = 'within';
update neutral_groups.person set ethnicity_code = 'A';
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity}');
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}');
select m.groups, m.factors[1] = 1 as one, (select max(abs(u.expected - w.expected)) < 1e-9
	from neutral_groups.person_expected_cost('2024-01-01') u
	join neutral_groups.within('2024-01-01') w using (person_id)) as the_same
from neutral_groups.expected_cost_model m
where name = 'within';
-- a group of one of whom less than nothing is expected has no factor; groups that a term nearly tells apart have none
-- that settles
update neutral_groups.person p
set ethnicity_code = case when t.is_served_less then 'H' else 'A' end
from neutral_groups.truth t
where t.person_id = p.person_id;
update neutral_groups.person set ethnicity_code = 'S'
where person_id = (
	select min(person_id)
	from neutral_groups.judged
	join neutral_groups.truth t using (person_id)
	where t.birth_date > '1979-01-01' and not t.diabetes);
update neutral_groups.encounter e
set cost = case when is_old and diabetes then 3000 when is_old or diabetes then 1000 else 1 end
from neutral_groups.truth t
cross join lateral (select birth_date <= '1979-01-01' as is_old) o
where t.person_id = e.person_id;
call ph.create_expected_cost('neutral_groups', terms => '{age_sex,diabetes}', name => 'within',
	neutral => '{ethnicity}');
update neutral_groups.person set ethnicity_code = 'A' where ethnicity_code = 'S';
insert into neutral_groups.clinical_event (person_id, event_date, code_system, code)
select person_id, '2020-06-01', 'SNOMED', '2'
from neutral_groups.truth
where person_id in ('p1', 'p11', 'p111', 'p1111', 'p2', 'p22', 'p222', 'p2222');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes,known_to_be_served_less}', name => 'within',
	neutral => '{ethnicity}');

call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{hair}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{ethnicity,null}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes}', neutral => '{practice}');
call ph.create_expected_cost('neutral_groups', terms => '{diabetes,spend_12_months}', prior_use => true,
	neutral => '{ethnicity}');
select ph.need_report('neutral_groups', 'neutral_groups.unmet', neutral => 'nothing');
drop schema neutral_groups cascade;
