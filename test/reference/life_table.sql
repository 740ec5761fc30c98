-- reads reference/indicators
-- Life tables, healthy life expectancy and years of life lost.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table life_expectancy_input (case_id text, startage float8, population float8, deaths float8);
create temp table life_expectancy_expected (
	case_id text, source text, tag text, startage float8, confidence float8, value float8, lowercl float8,
	uppercl float8, pops_used float8, dths_used float8, standard_error float8, suppression text, package_value float8,
	package_lowercl float8, package_uppercl float8);
create temp table extra_sullivan_input (
	case_id text, startage float8, population float8, deaths float8, survey_n float8, survey_not_healthy float8);
create temp table extra_sullivan_expected (
	case_id text, source text, tag text, startage float8, life_expectancy float8, healthy_life_expectancy float8,
	unhealthy_life_expectancy float8, healthy_share float8, se_prevalence_only float8,
	se_prevalence_and_mortality float8, lowercl float8, uppercl float8);
create temp table extra_pyll_input (case_id text, startage float8, deaths float8, population float8, stdpop float8);
create temp table extra_pyll_expected (
	case_id text, source text, tag text, age_limit float8, premature_deaths float8, years_lost float8,
	crude_rate float8, standardised_rate float8, dobson_lower float8, dobson_upper float8);
\copy life_expectancy_input from program 'cat $REFERENCE/life_expectancy_input.csv' csv header
\copy life_expectancy_expected from program 'cat $REFERENCE/life_expectancy_expected.csv' csv header
\copy extra_sullivan_input from program 'cat $REFERENCE/extra_sullivan_input.csv' csv header
\copy extra_sullivan_expected from program 'cat $REFERENCE/extra_sullivan_expected.csv' csv header
\copy extra_pyll_input from program 'cat $REFERENCE/extra_pyll_input.csv' csv header
\copy extra_pyll_expected from program 'cat $REFERENCE/extra_pyll_expected.csv' csv header
\ir agreement.psql

-- negative deaths or people are refused when they are folded; the rest is folded as it is
create temp table life as
select case_id, ph.count_tally(startage, deaths, population) t
from life_expectancy_input
where case_id not in (select case_id from life_expectancy_input where deaths < 0 or population < 0)
group by case_id;
insert into result
select 'life_expectancy', case_id || ' at ' || startage,
	pg_temp.agrees((e).value, value, 1e-9)
		and case suppression
			when 'none' then (e).note
				is not distinct from case when lowercl = 'NaN' then 'no_survivors; limit_undefined' end
			when 'null_input' then (e).note = 'missing_input: 1 rows'
			when 'total_population_le_5000' then (e).note = 'population_not_above_5000'
			when 'ci_wider_than_20' then (e).note
				= case when lowercl = 'NaN' then 'no_deaths_in_last_band' else 'interval_wider_than_20_years' end
			when 'deaths_gt_population' then (e).note like 'deaths_exceed_population: band %'
			else (e).note like 'empty_band: the first at %' end
		and pg_temp.agrees((e).lower, lowercl, 1e-9)
		and pg_temp.agrees((e).upper, uppercl, 1e-9)
from life_expectancy_expected
	join life using (case_id),
	lateral (select ph.life_expectancy(t, startage, null, pg_temp.share(confidence))) x(e)
where pg_temp.share(confidence) < 1;
insert into result
select 'life_table', e.case_id || ' at ' || startage,
	pg_temp.agrees(x.life_expectancy, value, 1e-9)
		and pg_temp.agrees(x.lower, lowercl, 1e-9)
		and pg_temp.agrees(x.upper, uppercl, 1e-9)
from life_expectancy_expected e
	join life l using (case_id)
	left join lateral (
		select * from ph.life_table(t, null, pg_temp.share(confidence)) r where r.age = startage
	) x on true
where pg_temp.share(confidence) < 1 and suppression = 'none';

create temp table sullivan as
select case_id,
	ph.count_tally(startage, deaths, population) t,
	ph.count_tally(startage, survey_not_healthy, survey_n) s
from extra_sullivan_input
group by case_id;
create temp view sullivan_case as
select e.*, ph.life_expectancy(t, startage) l,
	ph.healthy_life_expectancy(t, s, startage) h,
	ph.healthy_life_expectancy(t, s, startage, variance => 'prevalence and mortality') m
from extra_sullivan_expected e join sullivan using (case_id);
insert into result
select 'healthy_life_expectancy', case_id || ' at ' || startage,
	pg_temp.agrees(h, healthy_life_expectancy, lowercl, uppercl, 1e-9)
		and pg_temp.agrees((l).value, life_expectancy, 1e-9)
		and pg_temp.agrees((l).value - (h).value, unhealthy_life_expectancy, 1e-9)
		and pg_temp.agrees((h).value / (l).value, healthy_share, 1e-9)
		and pg_temp.agrees(((h).upper - (h).value) / 1.959963984540054, se_prevalence_only, 1e-9)
		and pg_temp.agrees(((m).upper - (m).value) / 1.959963984540054, se_prevalence_and_mortality, 1e-9)
from sullivan_case;

create temp view pyll as
select case_id, ph.count_tally(startage, deaths, population) t, ph.count_tally(startage, 0, stdpop) s
from extra_pyll_input
group by case_id;
insert into result
select 'years_of_life_lost', case_id,
	pg_temp.agrees((ph.years_of_life_lost(t, age_limit)).value, crude_rate, 1e-9, 100000)
		and pg_temp.agrees(
			ph.years_of_life_lost(t, age_limit, s), standardised_rate, dobson_lower, dobson_upper, 1e-9, 100000)
from extra_pyll_expected join pyll using (case_id);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
