-- The one door: an indicator by its name is the function of that name, and is at once compared, held against a
-- benchmark and ranked for inequality.
\set VERBOSITY terse
set search_path = public, ph;
create temp table person as
select i,
	(i * 7919 % 95)::float8 as age,
	(i / 7 % 5)::int as fifth,
	((i * 31337 % 1009) < 40 + i * 7919 % 95)::int as died,
	(1 + i * 104729 % 400)::float8 as leaving,
	i % 3 = 0 as event,
	(1 + i * 7919 % 997) / 1000.0 as risk,
	(i * 6101 % 997) < (i * 7919 % 997) as outcome,
	(i * 37 % 1000)::float8 as cost
from generate_series(1::bigint, 60000) i;
create temp table folded as
select fifth,
	count_tally(age, died, 10) as deaths,
	person_tally(leaving, event) as followed,
	person_tally(risk, outcome) as judged,
	person_tally(age, event) as people,
	person_tally(fifth, cost) as costs,
	count_tally(age, 1 + age / 10, 20) as asked
from person
group by fifth;
create temp table whole as
select rollup(deaths) as deaths,
	rollup(followed) as followed,
	rollup(judged) as judged,
	rollup(people) as people,
	rollup(costs) as costs,
	rollup(asked) as asked
from folded;

-- every row of the table answers, and says what its special function says
select indicator,
	(e).value is not null as answered,
	(e).note is not distinct from special.note
		and abs((e).value - special.value) <= 1e-14 * abs(special.value)
		and abs((e).lower - special.lower) <= 1e-14 * abs(special.lower)
		and abs((e).upper - special.upper) <= 1e-14 * abs(special.upper) as same
from whole w, indicators() i, lateral (
	select case indicator
			when 'rate' then crude_rate(people)
			when 'proportion' then proportion(people)
			when 'mean' then mean(costs)
			when 'dsr' then dsr(deaths)
			when 'dsr_gamma' then dsr(deaths, limits => 'fay-feuer')
			when 'dsr_ratio' then (
				select (1 / value, 1 / upper, 1 / lower, note)::estimate from ask('dsr_ratio', asked, deaths)
			)
			when 'smr' then smr(deaths, asked)
			when 'indirect_rate' then indirect_rate(deaths, asked)
			when 'life_expectancy' then life_expectancy(deaths, 65)
			when 'healthy_life_expectancy' then healthy_life_expectancy(deaths, asked, 65)
			when 'years_of_life_lost' then years_of_life_lost(deaths, 75)
			when 'restricted_mean' then restricted_mean(followed, 100)
			when 'survival' then (
				select (survival, lower, upper, null)::estimate
				from survival(followed)
				where time <= 100
				order by time desc
				limit 1
			)
			when 'cumulative_incidence' then (
				select (1 - value, 1 - upper, 1 - lower, note)::estimate from survival_at(followed, 100)
			)
			when 'median_survival' then median_survival(followed)
			when 'auroc' then auroc(judged)
			when 'average_precision' then average_precision(judged)
			when 'calibration_in_the_large' then (
				select (in_the_large, in_the_large_lower, in_the_large_upper, null)::estimate from calibration(judged)
			)
		end as answer
) s,
	lateral (select (s.answer).*) special,
	lateral ask(indicator,
		case
			when indicator in ('rate', 'proportion') then people
			when indicator = 'mean' then costs
			when i.tally like 'by time%' then followed
			when i.tally like 'by predicted risk%' then judged
			else deaths
		end,
		case
			when indicator in ('dsr', 'dsr_gamma') then esp2013()
			when i.reference is not null and indicator <> 'years_of_life_lost' then asked
		end,
		age => 65, until => case when indicator = 'years_of_life_lost' then 75 else 100 end) e;

-- what an indicator needs and is not given is NULL with a note
select indicator, (ask(indicator, deaths)).*
from whole,
	unnest(array['dsr', 'dsr_ratio', 'smr', 'indirect_rate', 'healthy_life_expectancy', 'years_of_life_lost',
		'survival', 'cumulative_incidence', 'restricted_mean']) indicator;
-- a standard is no survey: nobody would be ill
select e.* from whole, lateral ask('healthy_life_expectancy', deaths, esp2013()) e;
select e.* from whole, lateral ask('survival', followed, until => 500) e;
select e.* from ask('rate', null) e;
select ask('no such indicator', 'empty');
select ask('rate', 'people; 1: 10 2 2', per => -1);
select ask('life_expectancy', deaths, age => 66) from whole;

-- compared: the difference of what is asked of either side
with two as (
	select a.*,
		(select rollup(copy) from generate_series(1, 40), lateral (select a.deaths) c(copy)) as d1,
		(select rollup(copy) from generate_series(1, 40), lateral (select b.deaths) c(copy)) as d2,
		b.followed as f2,
		b.judged as j2
	from folded a, folded b
	where a.fifth = 0 and b.fifth = 1
), indicated as (
	select i.indicator, i.age, i.until, tallies[1] as first, tallies[2] as second
	from two,
		lateral (
			values
			('life_expectancy', 65, null, array[d1, d2]),
			('years_of_life_lost', 0, 75, array[d1, d2]),
			('restricted_mean', 0, 100, array[followed, f2]),
			('auroc', 0, null, array[judged, j2]),
			('calibration_in_the_large', 0, null, array[judged, j2])
		) i(indicator, age, until, tallies)
)
select indicator,
	abs((compare(first, second, indicator, age => age, until => until)).value
		- ((ask(indicator, first, age => age, until => until)).value
			- (ask(indicator, second, age => age, until => until)).value)) < 1e-9 as difference
from indicated
order by indicator;
-- a reference of their own: the standard of 2013 unless another is given; a ratio to expected events has none
select (ask('dsr', deaths)).value = (ask('dsr', deaths, esp2013())).value as dsr,
	(ask('dsr', deaths)).value <> (ask('dsr', deaths, who_world())).value as another,
	(ask('smr', deaths)).note as smr,
	(ask('healthy_life_expectancy', deaths)).note as survey
from whole;
select (benchmark(followed, 60, 'restricted_mean', until => 100)).verdict as followed,
	(benchmark(judged, 0.5, 'auroc', better => 'higher')).verdict as judged
from whole;
-- and inequality of what had none: the slope is that of the answers of the fifths, weighted by their people; progress
-- is the slope afterwards, here of the fifths in the other order, less the slope before
select abs((slope_index_of_inequality(array_agg(followed order by fifth), 'restricted_mean', until => 100,
		groups => 5)).value
		- (slope_index_of_values(array_agg(exposure(followed) order by fifth),
			array_agg((ask('restricted_mean', followed, until => 100)).value order by fifth),
			array_agg(1::float8 order by fifth))).value) < 1e-9 as restricted_mean,
	abs((slope_index_of_inequality(array_agg(deaths order by fifth), 'years_of_life_lost', until => 75,
		groups => 5)).value
		- (slope_index_of_values(array_agg(exposure(deaths) order by fifth),
			array_agg((ask('years_of_life_lost', deaths, until => 75)).value order by fifth),
			array_agg(1::float8 order by fifth))).value) < 1e-6 as years_of_life_lost,
	abs((equity_progress(array_agg(deaths order by fifth), array_agg(deaths order by fifth desc), 'life_expectancy',
		better => 'higher', groups => 5)).slope_change
		- (slope_index_of_inequality(array_agg(deaths order by fifth desc), 'life_expectancy', groups => 5)).value
		+ (slope_index_of_inequality(array_agg(deaths order by fifth), 'life_expectancy', groups => 5)).value) < 1e-9
		as progress,
	chart_slope(array_agg(judged order by fifth), indicator => 'auroc') not like '%nothing to show%' as drawn
from folded;

-- several confidence levels in one call, in their order, each as asked by itself
select count(*) filter (where (i.value, i.lower, i.upper, i.note)::estimate is not distinct from e) as same,
	count(*) as levels,
	array_agg(i.confidence) as in_order
from whole,
	lateral intervals('dsr', deaths, '{0.998,0.5,0.95}') i,
	lateral ask('dsr', deaths, confidence => i.confidence) e;
select confidence, round(lower::numeric, 3) as lower, round(upper::numeric, 3) as upper
from intervals('rate', 'counts; 0: 1000 20 20', per => 1000);
select * from intervals('rate', 'counts; 0: 1000 20 20', '{0.95,1.5}');
