-- What people report of themselves: activation, outcomes, experience, EQ-5D, surveys, against other ways to the same
-- numbers.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema own_part_test;
set search_path = own_part_test, ph;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-9 * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- activation: bounds belong to the lower level, nothing lies between two levels, sets differ
select score, activation_level(score) as level, activation_level(score, 'pam13_47_55_67') as other_set
from unnest('{0,47,47.05,47.1,55.1,55.15,67,67.02,72.4,72.45,100,NULL}'::numeric[]) score;
select set.cut_points, bool_and(set.level = activation_level(set.up_to, set.cut_points)) as up_to_and_with,
	bool_and(coalesce(set.level = activation_level(set.above + 0.0000000001, set.cut_points), true)) as from_above
from activation_cut_points() set
group by set.cut_points
order by set.cut_points;
select activation_level(100.1);
select activation_level(-0.1);
select activation_level('NaN');
select activation_level(50, 'pam22');
select * from activation_change(47.3, 50.3);
select (50.3::float8 - 47.3::float8 >= 3) as as_doubles;
select * from activation_change(72.4, 69.4, 3, 'pam13_47_55_67');
select * from activation_change(null, 60);
select (activation_change(60, 60, 0)).verdict;
select activation_change(60, 60, -1);
select activation_change(60, 60, null);

-- responders: counts by hand, limits of Wilson's formula and of ph.mean, the same upside down
create temp table person as
select i, (10 + i * 7919 % 31)::numeric as before,
	case when i % 11 > 0 then (12 + i * 104729 % 33)::numeric end as after
from generate_series(1, 200) i;
with asked as (
	select r.*
	from (select array_agg(before) as b, array_agg(after) as a from person) p,
		reported_change(b, a, 'higher', 5, 0, 48, 0.9) r
), by_hand as (
	select count(after) as n, count(*) filter (where after - before >= 5) as k,
		count(*) filter (where after - before <= -5) as worse, 1.6448536269514722 as z,
		mean(person_tally(0, (after - before)::float8) filter (where after is not null), confidence => 0.9) as m
	from person
)
select (pairs, incomplete, unanswered, responders, worsened) = (n, 18::bigint, 0::bigint, k, worse) as counts,
	near(share_lower, (k + z ^ 2 / 2 - z * sqrt(k * (n - k) / n::float8 + z ^ 2 / 4)) / (n + z ^ 2)) as wilson,
	near(worsened_upper, (worse + z ^ 2 / 2 + z * sqrt(worse * (n - worse) / n::float8 + z ^ 2 / 4)) / (n + z ^ 2))
		as worsened,
	near(mean_change, (m).value) and near(change_lower, (m).lower) and near(change_upper, (m).upper) as student, note
from asked, by_hand;
select (h.responders, h.worsened, h.share_upper, h.no_room, h.before_at_best, -h.change_lower)
	= (l.responders, l.worsened, l.share_upper, l.no_room, l.before_at_best, l.change_upper) as upside_down
from (select array_agg(before) as b, array_agg(after) as a, array_agg(48 - before) as c, array_agg(48 - after) as d
	from person) p,
	reported_change(b, a, 'higher', 5, 0, 48) h, reported_change(c, d, 'lower', 5, 0, 48) l;
select pairs, incomplete, unanswered, responders, worsened, before_at_best, after_at_worst, no_room, outside_scale, note
from reported_change('{48,44,43,0.1,NULL,7,NULL}', '{48,48,48,-0.2,3,NULL,NULL}', 'higher', 5, 0, 48);
select pairs, incomplete, share, mean_change, note from reported_change('{}', '{}', 'lower', 5, 0, 27);
select share, share_upper < 1 as upper, mean_change, sd_change, change_lower
from reported_change('{3}', '{1}', 'lower', 5, 0, 27);
select reported_change('{10,49}', '{20,30}', 'higher', 5, 0, 48);
select reported_change('{10,48}', '{20,NaN}', 'higher', 5, 0, 48);
select reported_change('{10}', '{20,30}', 'higher', 5, 0, 48);
select reported_change('{10}', '{20}', 'up', 5, 0, 48);
select reported_change('{10}', '{20}', 'higher', -5, 0, 48);
select reported_change('{10}', '{20}', 'higher', 5, 48, 48);
select reported_change('{10}', null, 'higher', 5, 0, 48);
select reported_change('{10}', '{20}', 'higher', 5, 0, 48, 95);

-- adjusted for the start: what ph.fit says of the same rows
create table started as
select i, (20 + i * 7919 % 17 + i % 3 * 4)::float8 as before, i % 3 = 0 as treated,
	(30 + i * 7919 % 17 * 0.6 + i * 104729 % 13 + (i % 3 = 0)::integer * 2.5)::float8 as after
from generate_series(1, 90) i;
insert into started values (91, null, true, 40), (92, 20, null, 40), (93, 20, false, null);
with asked as (
	select a.*
	from (select array_agg(before) as b, array_agg(after) as a, array_agg(treated) as t from started) p,
		adjusted_change(b, a, t, 0.99) a
), fitted as (
	select c.*
	from coefficients(
		fit('linear', 'select after, before, treated::integer as treated from own_part_test.started'), 0.99) c
)
select control_people, treated_people, left_out, degrees_of_freedom,
	near(slope, (select coefficient from fitted where term = 'before')) as slope,
	near(adjusted_difference, f.coefficient) as difference, near(a.standard_error, f.standard_error) as error,
	near(a.lower, f.lower) and near(a.upper, f.upper) as limits,
	near(change_treated - change_control, adjusted_difference) as at_one_start,
	near(unadjusted_difference, (
		select avg(after - before) filter (where treated) - avg(after - before) filter (where not treated)
		from started))
		as unadjusted, a.note is null and f.note is null as no_note
from asked a, fitted f
where f.term = 'treated';
select a.note, a.lower
from (
	values
		('{1,2,3}'::float8[], '{t,f,f}'::boolean[]), ('{0.1,0.1,0.1,0.3,0.3,0.3}', '{t,t,t,f,f,f}'), ('{}', '{}')
) v (x, t), adjusted_change(x, x, t) a;
select adjusted_change('{1,NaN}', '{1,2}', '{t,f}');
select adjusted_change('{1,2}', '{1,2}', '{t}');

-- the top box
select * from top_box('{5,4,na,NULL,3,5}', '{5}', '{na}');
select answered, in_top, round(upper::numeric, 3) as upper from top_box('{1,2}', '{5}');
select * from top_box('{na}', '{5}', '{na}');
select top_box('{1,2}', '{}');
select top_box('{1,2}', '{5,na}', '{na}');
-- adjusted for who was asked: a place of people of whom more is expected
with answer as (
	select i, i % 40 as age, ((i * 7919) % 100 < 50 + i % 40)::integer::float8 as yes from generate_series(1, 400) i
), place as (
	select i, yes, (score(given_model('linear', '{(intercept),age}', '{0.5,0.01}'), array[age])).value as expected
	from answer
	where i % 40 >= 20
)
select near(adjusted, mean - expected_mean + 0.7) as observed_less_expected, near(upper - adjusted, adjusted - lower)
		as symmetric,
	near(upper, 0.7 + (select (mean(person_tally(0, yes - expected))).upper from place)) as student, left_out
from (select array_agg(yes) as y, array_agg(expected) as e from place) p, case_mix_adjusted(y, e, 0.7);
select * from case_mix_adjusted('{1,NULL}', '{0.5,0.5}', 0.7);
select * from case_mix_adjusted('{}', '{}', 0.7);
select case_mix_adjusted('{1}', '{0.5}', null);

-- EQ-5D: each position once, in order; what is no profile
select count(*), count(distinct (p)."position"), min((p)."position"), max((p)."position"),
	bool_and((p)."position" = place) as in_order,
	bool_and((p).worst_level = (select max(d::integer) from string_to_table(profile, null) d)) as worst
from (
	select profile, row_number() over (order by profile collate "C") as place, eq5d_profile(profile) as p
	from eq5d_values(1, array_fill(0.01::float8, '{5,4}'))
) v;
create function refused(profile text) returns text language plpgsql
as $$
begin
	return coalesce((ph.eq5d_profile(profile)).note, 'read');
exception when invalid_parameter_value then
	return 'refused';
end
$$;
select profile, refused(profile)
from unnest(array['11111', '99999', '91111', '61111', '1111', '111111', '11111 ', E'11111\n', '', null,
	E'\uff11\uff11\uff11\uff11\uff11']) profile;
select b.before, a.after, c.* from (values ('21111')) b (before),
	(values ('11111'), ('21111'), ('31111'), ('12111'), ('99999'), ('91111')) a (after),
	eq5d_change(b.before, a.after) c;
select bool_and(
	there.verdict = case back.verdict when 'better' then 'worse' when 'worse' then 'better' else back.verdict end
	and there.dimensions_better = back.dimensions_worse) as there_and_back
from generate_series(0, 3124, 97) i, generate_series(0, 3124, 101) j,
	lateral (select string_agg((1 + i / (5 ^ d)::integer % 5)::text, '') as p,
		string_agg((1 + j / (5 ^ d)::integer % 5)::text, '') as q from generate_series(0, 4) d) v,
	eq5d_change(p, q) there, eq5d_change(q, p) back;
select profile, round(value::numeric, 3) as value
from eq5d_values(0.9, '{{0.1,0.2,0.3,0.4},{0.01,0.02,0.03,0.04},{0,0,0,0.5},{0.001,0.002,0.003,0.004},{0,0,0,0}}')
where profile in ('11111', '21111', '55555', '13241');
select eq5d_values(1, '{{1,2},{3,4}}');
select near((e).value, 0.6) as mean, (e).note from eq5d_index_mean('{0.5,0.7,NULL}', '{mine,mine,other}') e;
select * from eq5d_index_mean('{0.5,0.7}', '{NULL,NULL}');
select eq5d_index_mean('{0.5,0.7}', '{mine,other}');
select eq5d_index_mean('{0.5,0.7}', '{mine,NULL}');

-- surveys: without a design the mean; strata and clusters by the formula; a weight is so many equal clusters' people
create temp table survey as
select i, 'stratum ' || i % 4 as stratum, 'cluster ' || i % 20 as cluster, (1 + i % 5)::float8 as weight,
	(i * 7919 % 100 + i % 20)::float8 as answer
from generate_series(1, 300) i;
select near(s.value, (m).value) and near(s.lower, (m).lower) and near(s.upper, (m).upper) as simple,
	near(design_effect, 1) as no_effect, degrees_of_freedom
from (
	select array_agg(answer) as a, array_agg(1::float8) as w, mean(person_tally(0, answer)) as m from survey
) v, survey_mean(a, w) s;
with whole as (select sum(weight) as w, sum(weight * answer) / sum(weight) as mean from survey),
total as (
	select stratum, cluster, sum(weight * (answer - mean)) / max(w) as z from survey, whole group by stratum, cluster
), variance as (
	select sum(v) as v from (
		select (sum(z ^ 2) - sum(z) ^ 2 / count(*)) * count(*) / (count(*) - 1) as v from total group by stratum) s
)
select near(s.value, mean) as mean, near(s.standard_error, sqrt(v)) as linearised,
	degrees_of_freedom = 20 - 4 as freedom,
	near(s.upper - s.value, 2.1199052992210112 * sqrt(v)) as student, near(people, w) as people
from whole, variance, (
	select s.*
	from (
		select array_agg(answer) as a, array_agg(weight) as w, array_agg(stratum) as h, array_agg(cluster) as c
		from survey
	) v, survey_mean(a, w, h, c) s
) s;
select near(a.value, b.value) and near(a.standard_error, b.standard_error) as weights_are_relative,
	c.left_out, near(c.value, d.value) as left_out_is_not_there
from (select array_agg(answer) as x, array_agg(weight) as w, array_agg(10 * weight) as w10,
	array_agg(case when i % 7 > 0 then answer end) as holes, array_agg(answer) filter (where i % 7 > 0) as fewer,
	array_agg(weight) filter (where i % 7 > 0) as fewer_w from survey) v,
	survey_mean(x, w) a, survey_mean(x, w10) b, survey_mean(holes, w) c, survey_mean(fewer, fewer_w) d;
-- people of a cluster who are alike tell less
select s.design_effect > 2 as wider, s.degrees_of_freedom, near(s.value, m.value) as same_mean
from (select array_agg(answer) as a, array_agg(weight) as w, array_agg(cluster) as c
	from (select i, 1::float8 as weight, 'c' || i % 10 as cluster, (i % 10 * 20 + i * 7919 % 7)::float8 as answer
		from generate_series(1, 100) i) alike) v, survey_mean(a, w, clusters => c) s, survey_mean(a, w) m;
-- shares stay within 0 and 1: the limits are of the logit
select near(ln(s.upper / (1 - s.upper)) + ln(s.lower / (1 - s.lower)), 2 * ln(s.value / (1 - s.value))) as on_the_logit,
	near(s.value, m.value) and near(s.standard_error, m.standard_error) as as_the_mean, s.lower > 0 as within,
	m.lower < 0 as not_within
from (select array_agg(i <= 2) as yes, array_agg((i <= 2)::integer::float8) as x, array_agg(weight) as w from survey
	where i <= 40) v, survey_share(yes, w) s, survey_mean(x, w) m;
select value, lower, upper, note from survey_share('{t,t}', '{1,2}');
select answered, left_out, value, note from survey_mean('{1,NULL,3}', '{1,1,0}');
select answered, value, note from survey_mean('{}', '{}');
select value, standard_error, lower, note from survey_mean('{1,2,3}', '{1,1,1}', '{a,a,b}');
select survey_mean('{1}', '{-1}');
select survey_mean('{1}', '{NULL}');
select survey_mean('{1,2}', '{1,1}', '{a,NULL}');
select survey_mean('{1,2}', '{1,1}', null, '{a}');
select survey_mean('{1,NaN}', '{1,1}');

-- how a group is represented
select near((r).value, 0.5) as half, near((r).lower, (p).lower / 0.2) as wilson, near((r).upper, (p).upper / 0.2) as too
from representation(30, 300, 2000, 10000) r, proportion('counts; 0: 300 30 30') p;
select (representation(0, 300, 2000, 10000)).value as nobody, (representation(0, 0, 2000, 10000)).note,
	(representation(3, 10, 0, 100)).note;
select representation(11, 10, 5, 100);
select representation(1, 10, 500, 100);
drop schema own_part_test cascade;
