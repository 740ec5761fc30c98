-- Fitting regression in the database: laws, statuses, refusals. Numbers are compared with reference/models elsewhere.
set search_path = public, ph;
\set SHOW_CONTEXT never
-- lists of as many numbers, each as near as is said
create function pg_temp.near(a float8[], b float8[], absolute float8 default 0, relative float8 default 0)
returns boolean immutable
begin atomic
	select bool_and((abs(x - y) <= absolute + relative * abs(x)) is true) from unnest(a, b) u(x, y);
end;
create temp table person as
select i,
	20 + i * 37 % 60 as age,
	i % 2 = 0 as female,
	(i * 7919 % 101) / 50.0 - 1 as z,
	0.5 + i % 3 * 0.25 as years,
	i % 20 as practice
from generate_series(1, 3000) i;
alter table person add outcome boolean, add events integer, add cost float8, add weight integer;
update person
set outcome = (i * 104729 % 1000) / 1000.0 < 1 / (1 + exp(3 - 0.03 * age - 0.5 * female::int - 0.8 * z)),
	events = floor(years * exp(-1 + 0.01 * age + 0.3 * z) + (i * 31 % 17) / 17.0),
	cost = 100 + 3 * age + 20 * z + (i * 53 % 29), weight = 1 + i % 3;

-- the scores are zero at the answer: residuals add up to nothing against every column
select family, count(*) as all, count(*) filter (where abs(r) < 1e-6) as scores_are_zero
from (
	select 'logistic' as family, unnest(array[sum(d), sum(d * age), sum(d * female::int), sum(d * z)]) r
	from (
		select p.*, outcome::int - (score(m, array[age, female::int, z]::float8[])).value as d
		from person p, fit('logistic', 'select outcome, age, female, z from person') m
	) x
	union all
	select 'poisson', unnest(array[sum(d), sum(d * age), sum(d * z)])
	from (
		select p.*, events - (score(m, array[age, z]::float8[], years)).value as d
		from person p, fit('poisson', 'select events, age, z, years from person', exposure => 'years') m
	) x
	union all
	select 'linear', unnest(array[sum(d), sum(d * age), sum(d * z)])
	from (
		select p.*, cost - (score(m, array[age, z]::float8[])).value as d
		from person p, fit('linear', 'select cost, age, z from person') m
	) x
) y
group by family
order by family;
-- a linear fit is PostgreSQL's own
select abs(m.coefficients[2] - (select regr_slope(cost, age) from person)) < 1e-10 as slope,
	abs(m.r_squared - (select regr_r2(cost, age) from person)) < 1e-12 as r_squared
from fit('linear', 'select cost, age from person') m;
-- an intercept alone is the logit of the mean, a rate of events over years
select abs((m).coefficients[1] - (select ln(avg(outcome::int) / (1 - avg(outcome::int))) from person)) < 1e-9 as logit,
	abs((p).coefficients[1] - (select ln(sum(events) / sum(years)) from person)) < 1e-9 as rate
from fit('logistic', 'select outcome from person') m,
	fit('poisson', 'select events, years from person', exposure => 'years') p;
-- the unit of a column changes its coefficient and nothing else; so does where it begins
select abs((a).log_likelihood - (b).log_likelihood) < 1e-8 as likelihood,
	abs((a).coefficients[2] - 12 * (b).coefficients[2]) < 1e-9 as coefficient,
	abs((a).coefficients[3] - (b).coefficients[3]) < 1e-9 as other
from fit('logistic', 'select outcome, age, z from person') a,
	fit('logistic', 'select outcome, 12 * age + 1000000 as months, z from person') b;
-- weights are rows written more than once; the order of the rows and parallel workers do not show
select abs((a).log_likelihood - (b).log_likelihood) < 1e-6 as likelihood,
	pg_temp.near((a).coefficients, (b).coefficients, 1e-9) as coefficients,
	pg_temp.near((a).covariance, (b).covariance, 1e-9) as covariance
from fit('logistic', 'select outcome, age, z, weight from person', weight => 'weight') a,
	fit('logistic', 'select outcome, age, z from person, generate_series(1, weight)') b;
select pg_temp.near((a).coefficients, (b).coefficients, relative => 1e-13) as any_order
from fit('poisson', 'select events, age, z from person order by i') a,
	fit('poisson', 'select events, age, z from person order by z, i desc') b;
create table fit_parallel as table person;
analyze fit_parallel;
create temp table serial as
select fit('logistic', 'select outcome, age, female, z from fit_parallel') as m;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
select pg_temp.near((m).coefficients, (f).coefficients, relative => 1e-13) as coefficients,
	abs((m).log_likelihood - (f).log_likelihood) < 1e-9 as likelihood
from serial, fit('logistic', 'select outcome, age, female, z from fit_parallel') f;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;
drop table fit_parallel;
-- each its own cluster: HC0, and with the factor for few clusters it is larger
select pg_temp.near((a).covariance, (b).covariance, relative => 1e-9) as alone,
	(c).clusters,
	(
		select bool_and((abs(x * 20 / 19 - y) <= 1e-9 * abs(x)) is true)
		from unnest((c).covariance, (d).covariance) u(x, y)
	) as factor
from fit('logistic', 'select outcome, age, z from person', variance => 'hc0') a,
	fit('logistic', 'select outcome, age, z, i from person', cluster => 'i', variance => 'cluster0') b,
	fit('logistic', 'select outcome, age, z, practice from person', cluster => 'practice', variance => 'cluster0') c,
	fit('logistic', 'select outcome, age, z, practice from person', cluster => 'practice', variance => 'cluster') d;

-- what cannot be fitted says why, and gives no coefficients
create temp table hard as
select i,
	i > 10 as separated,
	(i % 4 = 0) as y,
	i as x,
	2 * i + 1 as twice,
	5 as constant,
	case when i % 5 = 0 then null else i end as holes,
	0 as zero
from generate_series(1, 20) i;
select what, (m).status, (m).coefficients is null as none, (m).rows, (m).rows_left_out, (m).rank, (m).note
from (
	values
	('separated', fit('logistic', 'select separated, x from hard')),
	('quasi', fit('logistic', 'select y or x > 15 as y, x > 15 as x from hard')),
	('one class', fit('logistic', 'select true, x from hard')),
	('no events', fit('poisson', 'select zero, x from hard')),
	('no rows', fit('linear', 'select x, i from hard where false')),
	('all missing', fit('linear', 'select null::float8, x from hard')),
	('collinear', fit('linear', 'select holes, x, twice, constant from hard')),
	('collinear logistic', fit('logistic', 'select y, x, twice from hard')),
	('too few', fit('linear', 'select x, i, y from hard where i < 3')),
	('stopped', fit('logistic', 'select y, x from hard', max_iterations => 1))
) v(what, m);
select (m).coefficients, score(m, '{1,3,5}'::float8[])
from fit('linear', 'select 3 * x + 1, x, twice, constant from hard') m;
select score(m, '{1}'::float8[]) from fit('logistic', 'select separated, x from hard') m;
-- rows are left out whole, and the same ones in every pass
select (m).rows, (m).rows_left_out, abs((m).log_likelihood - (n).log_likelihood) < 1e-10 as same
from fit('logistic', 'select y, holes from hard') m,
	fit('logistic', 'select y, holes from hard where holes is not null') n;
-- one snapshot: what the query's own statement would see
select m.rows = (select count(*) from person) as rows from fit('linear', 'select cost, age from person') m;

-- refused, with what was wrong
select fit('cox', 'select 1');
select fit('logistic', 'select age, z from person');
select fit('poisson', 'select -1, z from person');
select fit('linear', 'select cost, ''x''::text as word from person');
select fit('linear', 'select cost, age from person', response => 'price');
select fit('linear', 'select cost, age from person', terms => '{age,nothing}');
select fit('linear', 'select cost, age from person', terms => '{cost}');
select fit('linear', 'select cost, age from person', weight => 'age', weight_type => 'probability');
select fit('linear', 'select cost, age from person', variance => 'cluster');
select fit('linear', 'select cost, age from person', exposure => 'age');
select fit('linear', 'select cost, case when i = 7 then ''NaN'' else age::float8 end as age from person');
select fit('poisson', 'select events, age, -years as years from person', exposure => 'years');
select fit('logistic', 'select outcome, age from person where random() < 0.5');
select fit('linear', 'delete from person');
select count(*) from person;
select fit('linear', 'select cost, age, age from person');

-- a finite estimate is found where one row is far out, and where outcomes hardly overlap; separation is still said
create temp table far as
select i, (i * 7919 % 1000) / 1000.0::float8 as x, ((i * 104729) % 997 < 400)::int as y
from generate_series(1, 500) i
union all
select 501, 5e3, 1;
select (m).status,
	round((m).coefficients[1]::numeric, 6) as intercept,
	round((m).coefficients[2]::numeric, 6) as x,
	round((m).pearson::numeric, 2) as pearson
from ph.fit('logistic', 'select y, x from far') m;
select (m).status, round((m).coefficients[2]::numeric, 4) as slope
from ph.fit('logistic', 'select (i > 50 or i = 49)::int as y, i from generate_series(1, 1000) i') m;
select (m).status
from unnest(array['select (i > 50)::int as y, i from generate_series(1, 100) i',
	'select (i > 50)::int as y, (i > 30)::int as z, i % 7 as w from generate_series(1, 100) i',
	'select (i > 50)::int as y, i * 1e6 as i from generate_series(1, 100) i']) q,
	ph.fit('logistic', q) m;
-- robust errors do not change where a term's mean is far from 0
create temp table shifted as
select (i * 7919 % 1000) / 100.0 as x,
	((i * 7919 % 1000) / 100.0 * 2 + ((i * 104729) % 997) / 997.0 * (1 + (i * 7919 % 1000) / 100.0))::float8 as y,
	i % 40 as area
from generate_series(1, 2000) i;
select v, count(e) as fits, max(e) / min(e) - 1 < 1e-7 as same
from unnest(array['hc0', 'hc1', 'cluster']) v,
	unnest('{0,1e6,1e9}'::float8[]) s,
	lateral (
		select standard_error as e
		from ph.coefficients(ph.fit('linear', format('select y, x + %s as x, area from shifted', s), terms => '{x}',
			variance => v, cluster => case v when 'cluster' then 'area' end))
		where term = 'x'
	) f
group by v
order by v;
-- more than a hundred terms
select string_agg(format('(i * %s %% 1009)::float8 as x%s', 7 + 2 * g, g), ', ') as terms
from generate_series(1, 105) g \gset
select (ph.fit('logistic', 'select (i * 31 % 17 < 8)::int as y, ' || :'terms' || ' from generate_series(1, 3000) i',
		max_iterations => 30)).status;
select (ph.fit('linear',
		'select i * 31 % 17 as y, (i * 9 % 1009)::float8 as z, ' || :'terms'
			|| ' from generate_series(1, 3000) i')).status;
select ph.fit('linear', 'select i as y, i * i as "(intercept)" from generate_series(1, 9) i');
-- one cluster tells nothing of the variance between clusters
select (m).status, (m).covariance, (m).clusters, (m).note
from unnest(array['cluster', 'cluster0']) v,
	ph.fit('linear', 'select y, x, 1 as k from shifted', cluster => 'k', variance => v) m;

-- errors of G clusters go by Student's t with G - 1 degrees of freedom, whatever the number of rows: its quantiles at
-- 19 and at 1
create temp table weighed as
select i,
	i % 20 as practice,
	i % 2 as half,
	sin(i)::float8 as x,
	(3 + 2 * sin(i) + cos(7 * i))::float8 as y,
	0.01 + (i % 7) / 10.0 as precise,
	i % 4 as copies,
	(i % 3)::float8 as years,
	(i % 5)::float8 as events
from generate_series(1, 200) i;
select g, v,
	abs((upper - coefficient) / standard_error - quantile) < 1e-9 as reach,
	abs(statistic - coefficient / standard_error) < 1e-12 as statistic
from (values ('practice', 2.0930240544082634), ('half', 12.706204736174698)) c(g, quantile),
	unnest('{cluster,cluster0}'::text[]) v,
	lateral (
		select *
		from ph.coefficients(ph.fit('linear', 'select y, x, practice, half from weighed', terms => '{x}', cluster => g,
			variance => v))
		where term = 'x'
	) b;
select abs(p_value - 2 * atan(1 / abs(statistic)) / pi()) < 1e-9 as p_of_one_degree
from ph.coefficients(ph.fit('linear', 'select y, x, half from weighed', terms => '{x}', cluster => 'half',
	variance => 'cluster'))
where term = 'x';
-- a frequency is a number of rows
select ph.fit('linear', 'select y, x, 0.01 as w from weighed', weight => 'w');
select ph.fit('logistic', 'select half, x, case when i = 200 then 1.5 else 1 end as w from weighed', weight => 'w');
select ph.fit('linear', 'select y, x, ''NaN''::float8 as w from weighed', weight => 'w');
select (w).degrees_of_freedom,
	(w).rows,
	(w).coefficients[2] = (r).coefficients[2] and (w).degrees_of_freedom = (r).degrees_of_freedom
		and (w).aic = (r).aic as as_repeated
from ph.fit('linear', 'select y, x, copies from weighed', weight => 'copies') w,
	ph.fit('linear', 'select y, x from weighed, generate_series(1, copies)') r;
-- a precision is of the variance: the same fit of rows times the root of it, and as many observations as rows
select (w).degrees_of_freedom,
	(w).rows,
	pg_temp.near((w).coefficients, (s).coefficients, 1e-12) as coefficients,
	pg_temp.near((w).covariance, (s).covariance, 1e-12) as covariance,
	abs((w).residual_standard_error - (s).residual_standard_error) < 1e-12 as residual,
	abs((w).log_likelihood - (s).log_likelihood - (select sum(ln(precise)) / 2 from weighed)) < 1e-9 as log_likelihood,
	abs((w).aic + 2 * (w).log_likelihood - 6) < 1e-9 as aic
from ph.fit('linear', 'select y, x, precise from weighed', weight => 'precise', weight_type => 'precision') w,
	ph.fit('linear', 'select y * sqrt(precise), sqrt(precise) as one, x * sqrt(precise) as x from weighed',
		intercept => false) s;
select v, pg_temp.near((w).covariance, (s).covariance, 1e-12) as covariance
from unnest('{hc0,hc1,cluster}'::text[]) v,
	lateral ph.fit('linear', 'select y, x, precise, practice from weighed', terms => '{x}', weight => 'precise',
		weight_type => 'precision', variance => v, cluster => case v when 'cluster' then 'practice' end) w,
	lateral ph.fit('linear',
		'select y * sqrt(precise), sqrt(precise) as one, x * sqrt(precise) as x, practice from weighed',
		terms => '{one,x}', intercept => false, variance => v, cluster => case v when 'cluster' then 'practice' end) s;
-- larger by any factor, the same answer
select abs(a.standard_error - b.standard_error) < 1e-12 as scale_free
from ph.coefficients(ph.fit('linear', 'select y, x, precise from weighed', weight => 'precise',
	weight_type => 'precision')) a
join ph.coefficients(ph.fit('linear', 'select y, x, 1000 * precise as precise from weighed', weight => 'precise',
	weight_type => 'precision')) b using (term);
select ph.fit('poisson', 'select events, x, precise from weighed', weight => 'precise', weight_type => 'precision');
-- events without exposure are not passed over; years without events and without exposure say nothing
select ph.fit('poisson', 'select events, x, years from weighed', exposure => 'years');
select (m).status, (m).rows, (m).rows_left_out
from ph.fit('poisson', 'select case when years > 0 then events else 0 end, x, years from weighed',
	exposure => 'years') m;
