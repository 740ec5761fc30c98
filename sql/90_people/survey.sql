
-- ---- surveys with a design ----

create function ph_support.linearised(
	answers float8[], weights float8[], strata text[], clusters text[],
	out answered bigint, out left_out bigint, out weight float8, out value float8, out standard_error float8,
	out simple_error float8, out strata_seen bigint, out clusters_seen bigint, out single_clusters bigint)
language sql immutable parallel safe
begin atomic
	with given as (
		select a.answer, a.weight, coalesce(a.stratum, '') as stratum, coalesce(a.cluster, a.place::text) as cluster
		from rows from (unnest(answers), unnest(weights), unnest(strata), unnest(clusters))
			with ordinality a (answer, weight, stratum, cluster, place)
		where a.answer is not null and a.weight > 0
	), whole as (
		select count(*) as n, sum(g.weight) as weight, sum(g.weight * g.answer) / sum(g.weight) as mean
		from given g
	), cluster_sum as (
		select g.stratum, g.cluster, sum(g.weight * (g.answer - w.mean)) / w.weight as z
		from given g, whole w
		group by g.stratum, g.cluster, w.weight
	), stratum_sum as (
		select stratum, count(*) as n, var_samp(z) * count(*) as variance
		from cluster_sum
		group by stratum
	)
	select w.n, cardinality(answers) - w.n, w.weight, w.mean,
		(select sqrt(sum(s.variance)) from stratum_sum s),
		(select sqrt(sum(g.weight * (g.answer - w.mean) ^ 2) / w.weight / nullif(w.n - 1, 0)) from given g),
		(select count(*) from stratum_sum), (select sum(n)::bigint from stratum_sum),
		(select count(*) from stratum_sum s where s.n = 1)
	from whole w;
end;
comment on function ph_support.linearised(float8[], float8[], text[], text[]) is
	'the weighted mean of answers, its standard error by linearisation (of the sum of each first stage cluster about '
	'the mean of its stratum), the error of a simple sample of as many, and how many strata, clusters, and strata of '
	'one cluster there are; without clusters each person is one';

create function ph_support.require_survey(answers float8[], weights float8[], strata text[], clusters text[])
returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(cardinality(answers) = cardinality(weights), 'weights',
		'must have as many elements as answers');
	perform ph_support.require_argument(strata is null or cardinality(strata) = cardinality(answers), 'strata',
		'must have as many elements as answers, or be null');
	perform ph_support.require_argument(clusters is null or cardinality(clusters) = cardinality(answers), 'clusters',
		'must have as many elements as answers, or be null');
	perform ph_support.require_argument(
		not exists (select from unnest(weights) w where w is null or w < 0 or w in ('NaN', 'infinity')), 'weights',
		'must hold finite numbers from 0 on', 'Design weights: how many people each answer stands for.');
	perform ph_support.require_argument(
		not exists (select from unnest(answers) a where a in ('NaN', 'infinity', '-infinity')), 'answers',
		'must hold finite numbers');
	perform ph_support.require_argument(array_position(strata, null) is null, 'strata', 'must not contain nulls');
	perform ph_support.require_argument(array_position(clusters, null) is null, 'clusters', 'must not contain nulls');
end
$$;
comment on function ph_support.require_survey(float8[], float8[], text[], text[]) is
	'does nothing where the answers of a survey and its design belong together. Errors: invalid_parameter_value';

create function ph_support.survey_note(answered bigint, single_clusters bigint, clusters bigint) returns text
language sql immutable parallel safe
return case
	when answered = 0 then 'no_data'
	when single_clusters > 0 and clusters > 1 then format('single_cluster: %s strata', single_clusters)
	when clusters = 1 then 'limit_undefined' end;
comment on function ph_support.survey_note(bigint, bigint, bigint) is
	'why a survey has no answer or no limits: no_data, single_cluster, limit_undefined';

create function ph.survey_mean(
	answers float8[], weights float8[], strata text[] default null, clusters text[] default null,
	confidence float8 default 0.95,
	out answered bigint, out left_out bigint, out people float8, out value float8, out standard_error float8,
	out lower float8, out upper float8, out degrees_of_freedom float8, out design_effect float8, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
	reach float8;
begin
	perform ph_support.require_survey(answers, weights, strata, clusters);
	found := ph_support.linearised(answers, weights, strata, clusters);
	answered := found.answered;
	left_out := found.left_out;
	people := found.weight;
	value := found.value;
	note := ph_support.survey_note(answered, found.single_clusters, found.clusters_seen);
	if note is null then
		standard_error := found.standard_error;
		degrees_of_freedom := found.clusters_seen - found.strata_seen;
		design_effect := (standard_error / nullif(found.simple_error, 0)) ^ 2;
		reach := ph_support.two_sided_t(confidence, degrees_of_freedom) * standard_error;
		lower := value - reach;
		upper := value + reach;
	end if;
end
$$;
comment on function ph.survey_mean(float8[], float8[], text[], text[], float8) is
	'the mean of a survey''s answers by design weights (how many people each answer stands for), with its standard '
	'error by linearisation (Binder 1983), first stage clusters within strata drawn with replacement, and limits of '
	'Student''s t with clusters less strata degrees of freedom; a share is the mean of 0 and 1, but ph.survey_share '
	'keeps its limits within. people: sum of weights; left_out: NULL answers and weights of 0; design_effect: '
	'variance beside that of a simple sample of as many answers. note: no_data; single_cluster where a stratum has '
	'one cluster only: no error and no limits, merge strata; limit_undefined of one cluster. Errors: '
	'invalid_parameter_value for a weight that is NULL or below 0, a NULL stratum or cluster, lists of different '
	'length';

create function ph.survey_share(
	answers boolean[], weights float8[], strata text[] default null, clusters text[] default null,
	confidence float8 default 0.95,
	out answered bigint, out left_out bigint, out people float8, out value float8, out standard_error float8,
	out lower float8, out upper float8, out degrees_of_freedom float8, out design_effect float8, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	logit float8;
	reach float8;
begin
	select s.*
	into answered, left_out, people, value, standard_error, lower, upper, degrees_of_freedom, design_effect, note
	from ph.survey_mean(answers::integer[]::float8[], weights, strata, clusters, confidence) s;
	if value > 0 and value < 1 and lower is not null then
		logit := ln(value / (1 - value));
		reach := ph_support.two_sided_t(confidence, degrees_of_freedom) * standard_error / (value * (1 - value));
		lower := 1 / (1 + exp(-(logit - reach)));
		upper := 1 / (1 + exp(-(logit + reach)));
	elsif value in (0, 1) and note is null then
		lower := null;
		upper := null;
		note := 'limit_undefined';
	end if;
end
$$;
comment on function ph.survey_share(boolean[], float8[], text[], text[], float8) is
	'the share of people who answer yes, by design weights, as ph.survey_mean, with limits on the logit, which stay '
	'within 0 and 1; a share of 0 or 1 has none (limit_undefined). Errors: as ph.survey_mean';
