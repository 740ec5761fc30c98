-- Caps and stop-loss against SQL's own functions, exactly; laws and errors.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema truncation_test;
set search_path = truncation_test, ph;
create temp table person as
select i, round((i * 7919 % 997)::numeric ^ 2 / 100 - 50, 2) as cost,
	case i % 4 when 0 then 0.25 else 1 end::float8 as years
from generate_series(1, 101) i;

-- quantiles as percentile_cont has them; the 100th of 101 is a cost itself, so nobody is above it by rounding
select bool_and(abs(truncation_cap(costs, q) - percentile) < 1e-9) as quantiles
from unnest(array[0, 0.01, 0.29, 0.5, 0.95, 0.99, 0.999, 1]) q,
	lateral (
		select array_agg(cost) as costs,
			(percentile_cont(q) within group (order by cost))::numeric as percentile from person
	) p;
select (t).cap = (array_agg(cost order by cost desc))[2] as a_cost, (t).people_capped
from person, (select truncation(array_agg(cost), truncation_cap(array_agg(cost), 0.99)) as t from person) a
group by t;
-- 0.29 of 100 is 29: in doubles a little less
select truncation_cap(array_agg(i::numeric), 0.29), floor(0.29::float8 * 100) as in_doubles
from generate_series(0, 100) i;

select (t).people, (t).people_capped = capped as capped, (t).total_before = before as before,
	(t).total_after = after as after,
	(t).removed = before - after as removed, abs((t).mean_before - before / y) < 1e-12 as mean_before,
	abs((t).mean_after - after / y) < 1e-12 as mean_after, (t).variance_before is null as part_years, (t).note
from (
	select sum(cost) as before, sum(least(cost / years::numeric, 1500) * years::numeric) as after,
		sum(years)::numeric as y, count(*) filter (where cost / years::numeric > 1500) as capped,
		truncation(array_agg(cost), 1500, array_agg(years)) as t
	from person
) a;
select abs((t).variance_before - before) < 1e-9 as variance_before,
	abs((t).variance_after - after) < 1e-9 as variance_after
from (
	select var_samp(cost) as before, var_samp(least(cost, 1500)) as after, truncation(array_agg(cost), 1500) as t
	from person
) a;
-- money x 1000
select abs((t).mean_after * 1000 - (k).mean_after) < 1e-30 as means,
	abs((t).variance_after * 1000000 - (k).variance_after) < 1e-30 as variances,
	truncation_cap(costs, 0.987) * 1000 = truncation_cap(thousand, 0.987) as caps
from (
	select truncation(array_agg(cost), 1500.5) as t, truncation(array_agg(cost * 1000), 1500500) as k,
		array_agg(cost) as costs, array_agg(cost * 1000) as thousand
	from person
	where i < 100
) a;
select truncate_cost(1000, 400), truncate_cost(1000, 400, 0.5), truncate_cost(-50, 0), truncate_cost(400, 400),
	truncate_cost(null, 1) is null as no_cost, truncate_cost(1, null) is null as no_cap,
	truncate_cost(1, 1, null) is null as no_years;
select (truncation('{10,20}', null)).*;
select (truncation('{}', 10)).note, (truncation(null, 10)).note, (truncation('{1,NULL}', 10)).*;
select (truncation('{100}', 60)).*;
select truncation_cap('{}', 0.5) is null as empty, truncation_cap(null, 0.5) is null as no_reference,
	truncation_cap('{1,NULL}', 0.5) is null as unknown, truncation_cap('{1,2}', null) is null as no_quantile,
	truncation_cap('{7,7}', 0.3);
select truncation_cap('{7}', 0.3);

select cost, (stop_loss(cost, 5000, 0.8, 20000)).*
from unnest(array[-100, 4999.99, 5000, 5000.01, 30000, 30000.01, 1e6, null]) cost;
select (stop_loss(9000, 5000)).*;
select * from stop_loss_total('{100000,50000,10}', 5000, 0.9, 40000);
select (t.recovered, t.retained) = (s.recovered, s.retained) as sums, t.recovered + t.retained = s.cost as closes,
	t.people_over = s.over as over
from (
	select sum((l).recovered) as recovered, sum((l).retained) as retained, sum(cost) as cost,
		count(*) filter (where cost > 3000) as over, array_agg(cost) as costs
	from person, lateral stop_loss(cost, 3000, 0.75, 1000) l
) s, lateral stop_loss_total(costs, 3000, 0.75, 1000) t;
select * from stop_loss_total('{10,NULL}', 5);
select * from stop_loss_total('{}', 5);
select stop_loss(10, -1);
select stop_loss(10, 1, 1.2);
select stop_loss(10, 1, -0.1);
select stop_loss(10, 1, 1, -1);
select stop_loss('NaN', 1);
select truncate_cost(1, -1);
select truncate_cost(1, 1, 0);
select truncation('{1,2}', -1);
select truncation('{1,2}', 1, '{1}');
select truncation_cap('{1,2}', 1.5);
select truncation_cap('{1,NaN}', 0.5);
-- a quantile is the decimal that is written, whatever the settings
set extra_float_digits = -10;
select truncation_cap('{0,1000000000}', 0.123456789012345::float8) as cap;
reset extra_float_digits;
drop schema truncation_test cascade;
