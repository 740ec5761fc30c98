-- reads reference/indicators
-- Funnels, quantiles of areas and recent trends.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table funnel_limits_cases (
	case_id text, source text, tag text, statistic text, ratio_or_rate_type text, multiplier float8,
	years_of_data float8, baseline float8);
create temp table funnel_limits_input (case_id text, row_id int, numerator float8, denominator float8, rate float8);
create temp table funnel_limits_expected (
	case_id text, point int, x float8, l2 float8, u2 float8, l3 float8, u3 float8, pl2 float8, pu2 float8, pl3 float8,
	pu3 float8);
create temp table funnel_significance (
	case_id text, row_id int, source text, tag text, statistic text, rate_type text, multiplier float8,
	numerator float8, denominator float8, rate float8, significance text, package_significance text);
create temp table funnel_points (
	case_id text, row_id int, source text, tag text, rate_type text, multiplier float8, years_of_data float8,
	numerator float8, denominator float8, rate float8, rate_chart float8, denominator_derived float8);
create temp table quantile (
	case_id text, row_id int, source text, tag text, nquantiles int, invert boolean, value float8, quantile int,
	package_quantile int);
create temp table trend_input (
	case_id text, year float8, numerator float8, denominator float8, value float8, lower_cl float8, upper_cl float8);
create temp table trend_expected (
	case_id text, source text, tag text, value_type text, confidence float8, chi_squared float8, slope float8,
	recent_trend text, reason text);
\copy funnel_limits_cases from program 'cat $REFERENCE/funnel_limits_cases.csv' csv header
\copy funnel_limits_input from program 'cat $REFERENCE/funnel_limits_input.csv' csv header
\copy funnel_limits_expected from program 'cat $REFERENCE/funnel_limits_expected.csv' csv header
\copy funnel_significance from program 'cat $REFERENCE/funnel_significance.csv' csv header
\copy funnel_points from program 'cat $REFERENCE/funnel_points.csv' csv header
\copy quantile from program 'cat $REFERENCE/quantile.csv' csv header
\copy trend_input from program 'cat $REFERENCE/trend_input.csv' csv header
\copy trend_expected from program 'cat $REFERENCE/trend_expected.csv' csv header
\ir agreement.psql

insert into result
select 'quantile_group', case_id || ' ' || row_id, q is not distinct from quantile
from (
	select *,
		ph.quantile_group(value, nquantiles, case when invert then 'lower' else 'higher' end) over (
			partition by case_id) q
	from quantile
) a;

-- a standardised rate passes no denominator; ratios of counts are shown less 1 there
insert into result
select 'funnel baseline', case_id, pg_temp.agrees(max((f).baseline), max(baseline), 1e-9, max(multiplier))
from (
	select case_id, c.multiplier, c.baseline,
		ph.funnel(
			numerator, case when ratio_or_rate_type = 'dsr' then null else denominator end, statistic, c.multiplier,
			rate) over (partition by case_id) f
	from funnel_limits_input join funnel_limits_cases c using (case_id)
	where statistic <> 'ratio'
) a
group by case_id;
insert into result
select 'funnel limits', case_id || ' ' || point,
	pg_temp.agrees(f.lower_95 - less, l2, 1e-8, m)
		and pg_temp.agrees(f.upper_95 - less, u2, 1e-8, m)
		and pg_temp.agrees(f.lower_998 - less, l3, 1e-8, m)
		and pg_temp.agrees(f.upper_998 - less, u3, 1e-8, m)
from funnel_limits_expected
	join (
		select case_id, statistic,
			case when ratio_or_rate_type = 'count' then 1 else multiplier end m,
			case
				when statistic <> 'ratio' then baseline
				when ratio_or_rate_type = 'count' then 1
				else 100 end b,
			case when ratio_or_rate_type = 'count' then 1 else 0 end less
		from funnel_limits_cases
	) c using (case_id),
	lateral ph.funnel_curve(statistic, b, x, x, 1, m) f
where x > 0;
insert into result
select 'funnel significance', case_id || ' ' || row_id, (f).significance = significance
from (
	select *,
		ph.funnel(
			numerator, case when rate_type = 'dsr' then null else denominator end, statistic, coalesce(multiplier, 1),
			rate) over (partition by case_id) f
	from funnel_significance
) a;
insert into result
select 'funnel points', case_id || ' ' || row_id,
	pg_temp.agrees((f).value, rate_chart, 1e-9, multiplier)
		and (rate_chart is null
			or pg_temp.agrees((f).denominator / years_of_data, denominator_derived, 1e-9, denominator_derived))
from (
	select *,
		ph.funnel(
			numerator,
			case when rate_type <> 'dsr' then coalesce(denominator, multiplier * numerator / nullif(rate, 0)) end,
			'rate', multiplier, rate) over (partition by case_id, rate_type) f
	from funnel_points
) a;

insert into result
select 'recent_trend', case_id,
	(t).trend = recent_trend
		and pg_temp.agrees((t).chi_squared, chi_squared, 1e-6)
		and pg_temp.agrees((t).slope, slope, 1e-6)
from (
	select case_id, ph.recent_trend(ph.count_tally(year, numerator, denominator)) t
	from trend_input join trend_expected using (case_id)
	where value_type = 'proportion' and reason <> 'duplicate_year'
	group by case_id
	union all
	select case_id,
		ph.recent_trend_of_values(array_agg(year), array_agg(value), array_agg(lower_cl), array_agg(upper_cl),
			min(confidence))
	from trend_input join trend_expected using (case_id)
	where value_type = 'other'
	group by case_id
) a
	join trend_expected using (case_id);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
