-- Attributable fractions and numbers against formulas in SQL, numerical slopes and laws.
set client_min_messages = warning;
create schema attributable_test;
set search_path = attributable_test;
create function near(a float8, b float8, tolerance float8 default 1e-9) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= tolerance * greatest(abs(b), 1e-6), a is null and b is null);
end;

-- one exposure: both formulas, the slopes of ln(1 - fraction) by differences, substitution
create function by_hand(kind text, p float8, rr float8) returns float8 immutable
begin atomic
	select case kind when 'levin' then 1 - 1 / (1 - p + p * rr) else p - p / rr end;
end;
create temp table asked as
select kind, p, rr, rr / 1.3 as l, rr * 1.5 as u, se,
	ph.attributable_fraction(p, rr, kind, rr / 1.3, rr * 1.5, se, 0.9) as a,
	ln(1.3 * 1.5) / (2 * 1.6448536269514722) as s
from unnest(array['levin', 'miettinen']) kind, unnest(array[0, 0.02, 0.3, 0.99, 1]) p,
	unnest(array[0.2, 1, 1.08, 3, 40]) rr,
	unnest(array[null, 0, 0.05]) se;
select count(*) as asked, bool_and(near((a).fraction, by_hand(kind, p, rr))) as fraction,
	bool_and(near((a).link_error, error, 1e-5)) as link_error,
	bool_and(near((a).delta_lower, 1 - (1 - by_hand(kind, p, rr)) * exp(1.6448536269514722 * (a).link_error))) as lower,
	bool_and(near((a).delta_upper, 1 - (1 - by_hand(kind, p, rr)) / exp(1.6448536269514722 * (a).link_error))) as upper,
	bool_and(near((a).substitution_lower, case when se > 0 then null else by_hand(kind, p, l) end)) as at_lower,
	bool_and(near((a).substitution_upper, case when se > 0 then null else by_hand(kind, p, u) end)) as at_upper,
	bool_and((a).note is null) as no_note
from asked, lateral (
	select sqrt(
			((ln(1 - by_hand(kind, p, rr * exp(1e-5))) - ln(1 - by_hand(kind, p, rr * exp(-1e-5)))) / 2e-5 * s) ^ 2
				+ ((ln(1 - by_hand(kind, p + 1e-6, rr)) - ln(1 - by_hand(kind, p - 1e-6, rr))) / 2e-6
					* coalesce(se, 0)) ^ 2)) d(error);
-- Levin is Miettinen where the cases follow from people and risk
select bool_and(near(
		(ph.attributable_fraction(p, rr, 'levin')).fraction,
		(ph.attributable_fraction(p * rr / (1 - p + p * rr), rr, 'miettinen')).fraction)) as levin_is_miettinen
from asked;
select (ph.attributable_fraction(0.3, 2, 'levin')).note as no_limits,
	(ph.attributable_fraction(0.3, 1, 'levin')).note as reference,
	(ph.attributable_fraction(null, 2, 'levin')).note as no_share,
	(ph.attributable_fraction(0.3, null, 'levin')).note as no_risk;
select ph.attributable_fraction(23, 2, 'levin');
select ph.attributable_fraction(-0.1, 2, 'levin');
select ph.attributable_fraction(0.3, 0, 'levin');
select ph.attributable_fraction(0.3, -2, 'levin');
select ph.attributable_fraction(0.3, 1.2, 'levin', 1.3, 1.1);
select ph.attributable_fraction(0.3, 2, 'levin', 1.1, 1.5);
select ph.attributable_fraction(0.3, 1.2, 'levin', 1.1);
select ph.attributable_fraction(0.3, 1.2, 'levin', 1.1, 'infinity');
select ph.attributable_fraction(0.3, 1.2, 'levin', exposed_error => -1);
select ph.attributable_fraction(0.3, 1.2, 'Levin');
select ph.attributable_fraction(0.3, 1.2, null);

-- several levels: two are one exposure; parts add up; shares need not; levels may have no limits
select (c).fraction, (c).link_error, (c).lower, (c).upper, (c).note is null as no_note,
	near((c).fraction, (one).fraction) and near((c).link_error, (one).link_error) and near((c).lower, (one).delta_lower)
		as as_one
from unnest(array['levin', 'miettinen']) kind,
	lateral ph.attributable_fraction_of_categories('{70,30}', '{1,2}', kind, '{null,1.5}', '{null,2.7}') c,
	lateral ph.attributable_fraction(0.3, 2, kind, 1.5, 2.7) one
where category is null;
select * from ph.attributable_fraction_of_categories(
	'{5,3,2}', '{1,0.8,3}', 'levin', '{null,0.6,null}', '{null,1,null}', '{never,little,much}');
select bool_and(near(whole, by_hand)) as by_hand, bool_and(near(whole, parts)) as parts_add_up,
	bool_and(near(error, link, 1e-5)) as link_error
from (
	select max(fraction) filter (where category is null) as whole,
		sum(fraction) filter (where category is not null) as parts,
		max(link_error) as error, max(case kind when 'levin' then 1 - 1 / d else 1 - m end) as by_hand,
		max(case kind when 'levin' then sqrt((0.2 * 1.5 / d) ^ 2 + (0.3 * 4 / d) ^ 2)
			else sqrt((0.2 / 1.5 / m) ^ 2 + (0.3 / 4 / m) ^ 2) end * ln(1.44) / (2 * 1.959963984540054)) as link
	from unnest(array['levin', 'miettinen']) kind,
		(values (0.5 + 0.2 * 1.5 + 0.3 * 4, 0.5 + 0.2 / 1.5 + 0.3 / 4.0)) v(d, m),
		lateral ph.attributable_fraction_of_categories(
			'{50,20,30}', '{1,1.5,4}', kind, array[null, 1.5 / 1.2, 4 / 1.2], array[null, 1.5 * 1.2, 4 * 1.2])
	group by kind
) k;
select * from ph.attributable_fraction_of_categories('{5,null}', '{1,2}', 'levin');
select * from ph.attributable_fraction_of_categories('{}', '{}', 'levin');
select * from ph.attributable_fraction_of_categories('{0,0}', '{1,2}', 'levin');
select * from ph.attributable_fraction_of_categories('{5,-1}', '{1,2}', 'levin');
select * from ph.attributable_fraction_of_categories('{5,1}', '{1}', 'levin');
select * from ph.attributable_fraction_of_categories('{5,1}', '{1,2}', 'levin', '{null,3}', '{null,4}');

-- several causes: order does not matter, at most the sum, parts add up; slopes by differences
select * from ph.combined_attributable_fraction('{0.2,0.3}', '{0.5,null}', '{0.02,0.05}', '{smoking,air}');
with given as (
	select array[0.1, 0.25, -0.05]::float8[] as f, array[0.3, 0, 0.9]::float8[] as c,
		array[0.02, 0.04, 0.01]::float8[] as e
)
select near(a.fraction, 1 - (1 - 0.7 * 0.1) * (1 - 0.25) * (1 + 0.1 * 0.05)) as by_hand,
	near(a.fraction, turned.fraction) and near(a.lower, turned.lower) as any_order,
	near(ln((1 - a.lower) / (1 - a.fraction)) / 1.959963984540054, sqrt(sum_squares), 1e-5) as by_differences,
	near(a.part, (
		select sum(p.part) from ph.combined_attributable_fraction(f, c) p where p.factor is not null)) as adds_up
from given, lateral ph.combined_attributable_fraction(f, c, e) a,
	lateral ph.combined_attributable_fraction(
		array[f[3], f[1], f[2]], array[c[3], c[1], c[2]], array[e[3], e[1], e[2]]) turned,
	lateral (
		select sum(((ln(1 - (1 - c[i]) * (1 - (1 - f[i]) * exp(1e-6)))
			- ln(1 - (1 - c[i]) * (1 - (1 - f[i]) * exp(-1e-6)))) / 2e-6 * e[i]) ^ 2) as sum_squares
		from generate_series(1, 3) i
	) d
where a.factor is null and turned.factor is null;
select fraction, lower, note
from ph.combined_attributable_fraction('{0.2,0.3}', null, '{0.1,null}')
where factor is null;
select * from ph.combined_attributable_fraction('{0.2,null}');
select * from ph.combined_attributable_fraction('{0,0}', link_errors => '{0,0}');
select * from ph.combined_attributable_fraction(null);
select * from ph.combined_attributable_fraction('{0.2,1}');
select * from ph.combined_attributable_fraction('{0.2}', '{1.1}');
select * from ph.combined_attributable_fraction('{0.2}', link_errors => '{-1}');

-- numbers by place: by hand, below the counterfactual nothing, groups add up, limits move together, per only scales
create temp table place as
select i, case when i % 7 = 0 then null else 'fifth ' || 1 + i % 5 end as fifth,
	(100 + i * 7919 % 900)::float8 as people,
	(i * 31 % 17)::float8 as deaths, 3 + (i * 104729 % 800) / 100.0::float8 as pm25
from generate_series(1, 60) i;
create temp table answer as
select a.*
from (
	select array_agg(people) as people, array_agg(deaths) as deaths, array_agg(pm25) as pm25, array_agg(fifth) as fifth
	from place
) p, lateral ph.attributable(p.people, deaths, pm25, 1.08, 10, 5, 1.06, 1.09, fifth) a;
select count(*) as rows, bool_and(near(a.people, h.people) and near(a.events, h.deaths)) as sums,
	bool_and(near(attributable, h.number[1]) and near(attributable_lower, h.number[2])
		and near(attributable_upper, h.number[3])) as numbers,
	bool_and(near(fraction_of_events, number[1] / deaths) and near(fraction_of_events_lower, number[2] / deaths)
		and near(fraction_of_events_upper, number[3] / deaths)) as of_events,
	bool_and(near(fraction_of_people, 1 - h.people / weight[1])
		and near(fraction_of_people_lower, 1 - h.people / weight[2])
		and near(fraction_of_people_upper, 1 - h.people / weight[3])) as of_people
from answer a
join (
	select fifth, min(people) as people, min(deaths) as deaths, array_agg(number order by n) as number,
		array_agg(weight order by n) as weight
	from (
		select g.fifth, n, sum(deaths * (1 - 1 / r)) as number, sum(people * r) as weight, sum(people) as people,
			sum(deaths) as deaths
		from place, unnest(array[1.08, 1.06, 1.09]) with ordinality v(rr, n),
			lateral (select rr ^ (greatest(pm25 - 5, 0) / 10) as r) w,
			unnest(array[null, coalesce(fifth, 'unknown')]) g(fifth)
		group by 1, 2
	) s
	group by fifth
) h on h.fifth is not distinct from a.group_name;
select is_all, near(sum(attributable), (select attributable from answer where group_name is null)) as add_up,
	near(sum(attributable_upper), (select attributable_upper from answer where group_name is null)) as limits_too
from (select *, group_name is null as is_all from answer) a
group by is_all;
select a.attributable, near(a.attributable, b.attributable) as per_one
from ph.attributable('{1000}', '{100}', '{10}', 1.06, 10, 0, 1.04, 1.08) a,
	ph.attributable('{1000}', '{100}', '{10}', 1.06 ^ 0.1, 1, 0) b;
select * from ph.attributable('{100,900}', '{9,12}', '{4,5}', 1.08, 10, 5, 1.06, 1.09);
-- what is not known stays so, and its group; nobody; no deaths; a risk without limits; risks beyond numbers
select group_name, events, attributable, attributable_lower, fraction_of_events, fraction_of_people, note
from ph.attributable('{10,20,30,0}', '{1,2,0,0}', '{8,null,9,7}', 1.08, 10, 5, groups => '{a,b,c,d}');
select attributable, fraction_of_events, fraction_of_people, note from ph.attributable('{10}', '{3}', '{1e9}', 2, 1, 0);
select * from ph.attributable('{}', '{}', '{}', 1.08, 10, 5);
select * from ph.attributable('{10,-20}', '{1,2}', '{8,7}', 1.08, 10, 5);
select * from ph.attributable('{10,20}', '{1,-2}', '{8,7}', 1.08, 10, 5);
select * from ph.attributable('{10,20}', '{1}', '{8,7}', 1.08, 10, 5);
select * from ph.attributable('{10,20}', '{1,2}', '{8,NaN}', 1.08, 10, 5);
select * from ph.attributable('{10,20}', '{1,2}', '{8,7}', 1.08, 0, 5);
select * from ph.attributable('{10,20}', '{1,2}', '{8,7}', 1.08, 10, null);
select * from ph.attributable('{10,20}', '{1,2}', '{8,7}', 1.08, 10, 5, groups => '{a}');
