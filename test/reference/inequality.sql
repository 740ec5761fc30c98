-- reads reference/indicators
-- Slope and relative index of inequality.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table sii_input (
	case_id text, quantile int, population float8, x float8, value float8, lower_cl float8, upper_cl float8, se float8);
create temp table sii_expected (
	case_id text, source text, tag text, value_type int, transform boolean, multiplier float8, confidence float8,
	repetitions int, seed bigint, sii float8, rii float8, intercept float8, sii_lower float8, sii_upper float8,
	rii_lower float8, rii_upper float8, sii_mc_sd float8, rii_mc_sd float8, sii_lower_exact float8,
	sii_upper_exact float8, rii_lower_exact float8, rii_upper_exact float8);
\copy sii_input from program 'cat $REFERENCE/sii_input.csv' csv header
\copy sii_expected from program 'cat $REFERENCE/sii_expected.csv' csv header
\ir agreement.psql

create temp table given as
select case_id,
	array_agg(population order by quantile) p,
	array_agg(coalesce(value, x / population) order by quantile) v,
	case when count(se) = count(*) then array_agg(se order by quantile) end s,
	case when count(se) = 0 then array_agg(lower_cl order by quantile) end l,
	case when count(se) = 0 then array_agg(upper_cl order by quantile) end u
from sii_input
group by case_id;
create temp table answer as
select e.*, pg_temp.share(confidence) c,
	ph.slope_index_of_values(
		p, v, s, l, u, (array['identity', 'log', 'logit'])[value_type + 1], transform, multiplier,
		pg_temp.share(confidence)) a,
	ph.relative_index_of_values(
		p, v, s, l, u, (array['identity', 'log', 'logit'])[value_type + 1], transform, multiplier,
		pg_temp.share(confidence)) r,
	ph.slope_intercept_of_values(
		p, v, s, l, u, (array['identity', 'log', 'logit'])[value_type + 1], transform, multiplier,
		pg_temp.share(confidence), 1000) i
from sii_expected e join given using (case_id)
where pg_temp.share(confidence) < 1;

insert into result
select 'slope and relative index', case_id || ' ' || confidence,
	pg_temp.agrees((a).value, sii, 1e-8, abs(multiplier)) and pg_temp.agrees((r).value, rii, 1e-8)
from answer;
insert into result
select 'limits in closed form', case_id || ' ' || confidence,
	pg_temp.agrees((a).lower, sii_lower_exact, 1e-8, abs(multiplier))
		and pg_temp.agrees((a).upper, sii_upper_exact, 1e-8, abs(multiplier))
		and (
			rii_lower_exact is null
				or pg_temp.agrees((r).lower, rii_lower_exact, 1e-8)
					and pg_temp.agrees((r).upper, rii_upper_exact, 1e-8))
from answer
where sii_lower_exact is not null;
-- 100,000 repetitions here, a million there: five standard deviations of the simulation
insert into result
select 'limits by simulation', case_id || ' ' || confidence,
	abs((a).lower - sii_lower) <= 5 * sii_mc_sd * sqrt(1 + 10)
		and abs((a).upper - sii_upper) <= 5 * sii_mc_sd * sqrt(1 + 10)
		and abs((r).lower - rii_lower) <= 5 * rii_mc_sd * sqrt(1 + 10)
		and abs((r).upper - rii_upper) <= 5 * rii_mc_sd * sqrt(1 + 10)
from answer
where sii_lower_exact is null;
-- the intercept, which the reference multiplies only where it transforms
insert into result
select 'intercept', case_id || ' ' || confidence,
	pg_temp.agrees((i).value / abs(multiplier), intercept / case when transform then abs(multiplier) else 1 end, 1e-8)
from answer;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
