-- Latent classes, against the same by plain SQL.
set extra_float_digits = 0;
create table patient as
select i,
	case when i % 10 < 3 then i % 7 <> 0 else i % 13 = 0 end as hypertension,
	case when i % 10 < 3 then i % 5 <> 1 else i % 11 = 0 end as diabetes,
	case when i % 10 < 3 then (i / 10) % 3 <> 0 else (i / 10) % 7 = 0 end as kidney,
	case when i % 10 < 3 then (i / 10) % 4 = 0 else (i / 10) % 5 = 1 end as depression
from generate_series(1, 3000) i;
create table found as
select m
from ph.latent_class('select hypertension, diabetes, kidney, depression from patient', 2) m;
select (m).status, (m).patterns, (m).rows, (m).parameters, (m).people, (m).starts_agreeing > 10 as agree, (m).note
from found;

-- posterior p(class | x) = prevalence * prod p(x_j | class) / sum over classes, log-likelihood = sum ln of that sum
create table post as
select i, x, p as given,
	(select array_agg(j / (j1 + j2)) from unnest(array[j1, j2]) j) as wanted,
	j1 + j2 as likelihood
from found,
	patient t,
	lateral (select array[hypertension, diabetes, kidney, depression] as x) a,
	lateral (select ph.class_probabilities(m, x) as p) b,
	lateral (
		select (m).prevalence[1] * exp(
				sum(ln(case when x[j] then (m).probabilities[1][j] else 1 - (m).probabilities[1][j] end))) as j1,
			(m).prevalence[2] * exp(
				sum(ln(case when x[j] then (m).probabilities[2][j] else 1 - (m).probabilities[2][j] end))) as j2
		from generate_series(1, 4) j
	) l;
select count(*) as people,
	bool_and((abs(given[1] - wanted[1]) < 1e-9 and abs(given[1] + given[2] - 1) < 1e-12) is true) as posterior,
	abs(sum(ln(likelihood)) - (select (m).log_likelihood from found)) < 1e-6 as log_likelihood
from post;
-- the fixed point of EM: prevalences and probabilities are means under the posterior; entropy R2 is
-- 1 - entropy / (n ln k); AIC = -2 ln L + 2 p, BIC = -2 ln L + p ln n, of p = 9 parameters
select abs(avg(given[1]) - (m).prevalence[1]) < 1e-5 as prevalence,
	abs(sum(given[2] * x[3]::int) / sum(given[2]) - (m).probabilities[2][3]) < 1e-5 as probability,
	abs(
		1 + sum(given[1] * ln(given[1]) + given[2] * ln(given[2])) / (3000 * ln(2)) - (m).entropy_r2)
		< 1e-9 as entropy,
	abs((m).aic + 2 * (m).log_likelihood - 18) < 1e-9 as aic,
	abs((m).bic + 2 * (m).log_likelihood - 9 * ln(3000)) < 1e-9 as bic,
	(m).people[1] = count(*) filter (where given[1] > given[2]) as people
from found, post
group by m;
-- G2 = 2 sum observed ln(observed / expected), over the patterns
select abs((m).g_squared - 2 * sum(n * ln(n / e))) < 1e-6 as g_squared, (m).degrees_of_freedom
from found, (select count(*) as n, 3000 * min(likelihood) as e from post group by x) q
group by m;
-- one class is the shares themselves
select count(*) as items, bool_and(abs(p - s) < 1e-12 is true) as shares, min(entropy) as entropy
from (
	select unnest((f).probabilities[1:1]) as p,
		unnest(array[avg(hypertension::int), avg(diabetes::int), avg(kidney::int), avg(depression::int)])::float8 as s,
		(f).entropy_r2 as entropy
	from patient,
		(select ph.latent_class('select hypertension, diabetes, kidney, depression from patient', 1) as f offset 0) z
	group by f
) q;
-- the true groups come back
select count(*) filter (
		where (ph.most_likely_class(m, array[hypertension, diabetes, kidney, depression]) = 2) = (i % 10 < 3))
		> 2700 as found_again
from found, patient;
-- BIC chooses two
select f.k
from generate_series(1, 4) n,
	ph.latent_class(
		'select hypertension, diabetes, kidney, depression from patient', n, starts => 5, max_iterations => 2000) f
order by (f).bic
limit 1;

-- unknown items are left out of the product; the order of the rows does not matter
create table partly as
select i,
	nullif(hypertension, i % 17 = 0) as hypertension,
	case when i % 3 > 0 then diabetes end as diabetes,
	kidney,
	case when i > 5 then depression end as depression
from patient;
insert into partly select i, null, null, null, null from generate_series(3001, 3010) i;
select f.rows, f.rows_left_out, f.g_squared,
	f = ph.latent_class(
		'select hypertension, diabetes, kidney, depression from partly order by i desc', 2) as other_order,
	abs((ph.class_probabilities(f, array[true, null, null, null]))[1] - j1 / (j1 + j2)) < 1e-12 as one_item
from ph.latent_class('select hypertension, diabetes, kidney, depression from partly', 2) f,
	lateral (
		select f.prevalence[1] * f.probabilities[1][1] as j1, f.prevalence[2] * f.probabilities[2][1] as j2
	) l;
-- no step of EM lowers the likelihood
select f.log_likelihood < g.log_likelihood as steps_climb
from ph.latent_class(
	'select hypertension::int, diabetes::int from patient', 2, max_iterations => 1, prevalence => '{0.5, 0.5}',
	probabilities => '{{0.2, 0.3}, {0.6, 0.7}}') f,
	ph.latent_class(
		'select hypertension::int, diabetes::int from patient', 2, max_iterations => 5, prevalence => '{0.5, 0.5}',
		probabilities => '{{0.2, 0.3}, {0.6, 0.7}}') g;

-- no answer, and answers to be careful with
select f.status, f.prevalence, f.rows_left_out
from ph.latent_class('select null::boolean as a, null::int as b from patient', 2) f;
select f.status, f.degrees_of_freedom
from ph.latent_class('select hypertension, diabetes from patient', 3, max_iterations => 100) f;
select f.status, f.iterations
from ph.latent_class('select hypertension, diabetes, kidney from patient', 2, max_iterations => 3) f;
select ph.class_probabilities(m, array[null, null, null, null]::boolean[]),
	ph.most_likely_class(m, array[null, null, null, null]::boolean[]),
	ph.class_probabilities(null, '{t}')
from found;

-- nobody else's operator runs
create function evil(float8, integer) returns boolean language plpgsql
as $$ begin raise exception 'trapped'; end $$;
create operator = (leftarg = float8, rightarg = integer, function = evil);
select f = m as same
from found, ph.latent_class('select hypertension, diabetes, kidney, depression from patient', 2) f;
drop operator = (float8, integer);
drop function evil;

-- bad input
select ph.latent_class('select i from patient', 2);
select ph.latent_class('select now() as x', 2);
select ph.latent_class('select hypertension from patient', 0);
select ph.latent_class('select hypertension from patient', 2, starts => 0);
select ph.latent_class('select hypertension, diabetes from patient', 2, prevalence => '{0.5, 0.5}');
select ph.latent_class(
		'select hypertension, diabetes from patient', 2, prevalence => '{0.5, 0.6}',
		probabilities => '{{0.1, 0.2}, {0.3, 0.4}}');
select ph.latent_class(
		'select hypertension, diabetes from patient', 2, prevalence => '{0.5, 0.5}',
		probabilities => '{{0.1, 0.2}, {0.3, 1}}');
select ph.latent_class(
		'select hypertension, diabetes from patient', 2, prevalence => '{0.5, 0.5}', probabilities => '{0.1, 0.2}');
select ph.latent_class(
		'select hypertension, diabetes, kidney from patient', 2, max_iterations => 0, prevalence => '{0.5, 0.5}',
		probabilities => '{{0.1, 0.2}, {0.3, 0.4}, {0.5, 0.6}}');
select ph.latent_class('select ' || string_agg('hypertension as h' || g, ', ') || ' from patient', 2)
from generate_series(1, 61) g;
select ph.class_probabilities(m, '{t}') from found;
-- an item without data is left out: no probability, no parameter, the same answer for every seed and as without it
create table sparse as
select *, null::boolean as unasked, true as everybody, false as nobody
from patient;
create table full_answer as
select ph.latent_class('select hypertension, diabetes, kidney, depression from sparse', 2) as f;
select what, (m).status, (m).note,
	(m).parameters - (f).parameters as more,
	(m).degrees_of_freedom - (f).degrees_of_freedom as more_degrees,
	(m).aic = (f).aic as aic,
	abs((m).g_squared - (f).g_squared) < 1e-6 as g_squared,
	(m).starts_agreeing = (f).starts_agreeing as starts,
	(m).probabilities[1:2][1:1] as first,
	abs((m).probabilities[1][4] - (f).probabilities[1][3]) < 1e-9 as kidney
from full_answer,
	(
		values
			('no data', 'select unasked, hypertension, diabetes, kidney, depression from sparse'),
			('constant', 'select everybody, hypertension, diabetes, kidney, depression from sparse'),
			('never', 'select nobody, hypertension, diabetes, kidney, depression from sparse')
	) q (what, query),
	lateral (select ph.latent_class(query, 2) as m offset 0) l;
select count(*) as seeds,
	count(distinct (select array_agg(round(p::numeric, 3)) from unnest((m).probabilities) p)) as answers,
	count(distinct (m).note) as notes
from generate_series(1, 3) seed,
	ph.latent_class(
		'select unasked, everybody, hypertension, diabetes, kidney, depression from sparse', 2, seed => seed) m
where (m).starts_agreeing > 10;
select ph.class_probabilities(m, array[u, true, false, null, true])
		= ph.class_probabilities(f, array[true, false, null, true]) as unasked_says_nothing,
	ph.most_likely_class(m, array[u, true, false, null, true])
		= ph.most_likely_class(f, array[true, false, null, true]) as same_class
from full_answer,
	ph.latent_class('select unasked, hypertension, diabetes, kidney, depression from sparse', 2) m,
	unnest('{true,false,null}'::boolean[]) u;
select ph.class_probabilities(m, '{true,null,null}') as only_unasked,
	ph.class_probabilities(n, '{false,true,null}') as not_what_everybody_has
from ph.latent_class('select unasked, hypertension, diabetes from sparse', 2) m,
	ph.latent_class('select everybody, hypertension, diabetes from sparse', 2) n;
select (m).status, (m).rows_left_out from ph.latent_class('select unasked from sparse', 2) m;
-- and of a class of which nobody has it known: which tells the others apart all the same
create table gated as
select i, i % 3 > 0 as gate, i % 3 > 0 as second_gate,
	case when i % 3 > 0 then case when i % 3 = 1 then i % 9 > 1 else i % 11 = 0 end end as inner_item,
	case when i % 3 = 1 then i % 8 > 0 when i % 3 = 2 then i % 7 = 0 end as inner_other,
	i % 5 = 0 as noise
from generate_series(1, 3000) i;
create table gated_answer as
select ph.latent_class('select gate, second_gate, inner_item, inner_other, noise from gated', 3) as m;
select (m).status, (m).note, (m).parameters,
	(select count(*) from unnest((m).probabilities) p where p is null) as without
from gated_answer;
select count(*) as people, count(distinct c) as classes, min(chance) > 0.5 as decided
from gated,
	gated_answer,
	lateral (select array[gate, second_gate, inner_item, inner_other, noise] as x) a,
	lateral (
		select ph.most_likely_class(m, x) as c, (select max(p) from unnest(ph.class_probabilities(m, x)) p) as chance
	) q;
select (m).people = array_agg(n order by c) as same_as_fitted
from gated_answer,
	(
		select ph.most_likely_class(m, array[gate, second_gate, inner_item, inner_other, noise]) as c, count(*) as n
		from gated, gated_answer
		group by 1
	) q
group by m;
-- what was found starts again, nulls and all
select (n).status,
	abs((n).log_likelihood - (m).log_likelihood) < 1e-6 as same,
	(n).parameters = (m).parameters as parameters
from (
	select ph.latent_class('select hypertension, unasked, diabetes, depression, kidney from sparse', 2) as m
	offset 0
) a,
	lateral (
		select ph.latent_class(
				'select hypertension, unasked, diabetes, depression, kidney from sparse', 2,
				prevalence => (m).prevalence, probabilities => (m).probabilities, max_iterations => 0) as n
		offset 0
	) b;
select ph.latent_class(
		'select hypertension, diabetes from sparse', 2, prevalence => '{0.5,0.5}',
		probabilities => '{{0.2,null},{0.6,null}}');
drop table sparse, full_answer, gated, gated_answer;
drop table patient, found, post, partly;
