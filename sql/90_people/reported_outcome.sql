
-- ---- outcomes that people report ----

create function ph.reported_change(
	before numeric[], after numeric[], better text, smallest_change numeric, scale_min numeric, scale_max numeric,
	confidence float8 default 0.95,
	out pairs bigint, out incomplete bigint, out unanswered bigint, out responders bigint, out share float8,
	out share_lower float8, out share_upper float8, out worsened bigint, out worsened_share float8,
	out worsened_lower float8, out worsened_upper float8, out mean_change float8, out sd_change float8,
	out change_lower float8, out change_upper float8, out before_at_best float8, out before_at_worst float8,
	out after_at_best float8, out after_at_worst float8, out no_room bigint,
	out outside_scale bigint, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	best constant numeric := case better when 'higher' then scale_max else scale_min end;
	worst constant numeric := case better when 'higher' then scale_min else scale_max end;
	rounding constant numeric := (scale_max - scale_min) / 100;
begin
	perform ph_support.require_argument(better in ('higher', 'lower'), 'better', 'must be higher or lower');
	perform ph_support.require_argument(scale_min > '-infinity' and scale_max < 'infinity' and scale_min < scale_max,
		'scale_max', 'must be a number above scale_min');
	perform ph_support.require_argument(smallest_change >= 0 and smallest_change < 'infinity', 'smallest_change',
		'must be a number of points from 0 on');
	perform ph_support.require_argument(cardinality(before) = cardinality(after), 'after',
		'must have as many elements as before', 'One a person, null where there was no answer.');
	perform ph_support.require_argument(
		not exists (
			select from unnest(scores.given) score
			where score not between scale_min - rounding and scale_max + rounding),
		scores.argument, 'must hold scores of the scale, from scale_min to scale_max')
	from (values ('before', before), ('after', after)) scores (argument, given);
	with answered as (
		select a.before, a.after, a.after - a.before as change,
			ph_support.change_verdict(
				case better when 'higher' then a.after - a.before else a.before - a.after end,
				smallest_change) as verdict
		from unnest(before, after) a (before, after)
	), asked as (
		select count(*) filter (where a.change is null) as incomplete,
			count(*) filter (where a.before is null and a.after is null) as unanswered,
			count(*) filter (where a.before not between scale_min and scale_max)
				+ count(*) filter (where a.after not between scale_min and scale_max) as outside_scale
		from answered a
	), paired as (
		select count(*) as pairs, count(*) filter (where a.verdict = 'improved') as responders,
			count(*) filter (where a.verdict = 'worse') as worsened, avg(a.change) as mean_change,
			stddev_samp(a.change) as sd_change, avg((a.before = best)::integer) as before_at_best,
			avg((a.before = worst)::integer) as before_at_worst, avg((a.after = best)::integer) as after_at_best,
			avg((a.after = worst)::integer) as after_at_worst,
			count(*) filter (where abs(best - a.before) < smallest_change) as no_room
		from answered a
		where a.change is not null
	)
	select p.pairs, a.incomplete, a.unanswered, p.responders, p.worsened, p.mean_change, p.sd_change, p.before_at_best,
		p.before_at_worst, p.after_at_best, p.after_at_worst, p.no_room, a.outside_scale
	into pairs, incomplete, unanswered, responders, worsened, mean_change, sd_change, before_at_best, before_at_worst,
		after_at_best, after_at_worst, no_room, outside_scale
	from paired p, asked a;
	select s.value, s.lower, s.upper, w.value, w.lower, w.upper
	into share, share_lower, share_upper, worsened_share, worsened_lower, worsened_upper
	from ph_support.share(responders, pairs, confidence) s, ph_support.share(worsened, pairs, confidence) w;
	if pairs > 1 then
		change_lower := mean_change - ph_support.two_sided_t(confidence, pairs - 1) * sd_change / sqrt(pairs);
		change_upper := mean_change + ph_support.two_sided_t(confidence, pairs - 1) * sd_change / sqrt(pairs);
	end if;
	note := case when pairs = 0 then 'no_pairs' end;
end
$$;
comment on function ph.reported_change(numeric[], numeric[], text, numeric, numeric, numeric, float8) is
	'outcomes that people reported before and after, a score of each a person, NULL without one; better: higher or '
	'lower. pairs: people with both; incomplete: without, of whom unanswered have neither. responders: pairs that '
	'changed for the better by at least the smallest change, compared as decimals, their share with Wilson limits; '
	'worsened likewise. mean_change: after - before, with its standard deviation and limits of Student''s t, which '
	'one pair has not. before_at_best and so on: the share of pairs at an end of the scale; no_room: pairs that '
	'began too near the best score to reach the smallest change; outside_scale: scores beyond its ends by no more '
	'than a hundredth of it, which are taken as they are. note: no_pairs. Errors: invalid_parameter_value for a '
	'score further outside, a smallest change below 0, lists of different length';

create function ph.adjusted_change(
	before float8[], after float8[], treated boolean[], confidence float8 default 0.95,
	out control_people bigint, out treated_people bigint, out left_out bigint, out slope float8,
	out adjusted_difference float8, out standard_error float8, out lower float8, out upper float8,
	out degrees_of_freedom float8, out unadjusted_difference float8, out change_control float8,
	out change_treated float8, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(
		cardinality(before) = cardinality(after) and cardinality(before) = cardinality(treated), 'treated',
		'must have as many elements as before and after', 'One a person, null where it is not known.');
	perform ph_support.require_argument(
		not exists (select from unnest(before || after) score where score in ('NaN', 'infinity', '-infinity')),
		'before', 'and after must hold finite numbers');
	with answered as (
		select a.before, a.after, a.treated
		from unnest(before, after, treated) a (before, after, treated)
		where a.before is not null and a.after is not null and a.treated is not null
	), one as (  -- a row a group, of which sums are about the group's own means
		select a.treated, count(*) as n, avg(a.before) as mean_before, avg(a.after) as mean_after,
			regr_sxx(a.after, a.before) as sxx, regr_sxy(a.after, a.before) as sxy, regr_syy(a.after, a.before) as syy,
			min(a.before) < max(a.before) as spread
		from answered a
		group by a.treated
	), fitted as (
		select sum(n) as n, sum(sxx) as sxx, sum(sxy) / nullif(sum(sxx), 0) as slope, sum(sxy) as sxy, sum(syy) as syy,
			bool_or(spread) as spread, sum(n * mean_before) / sum(n) as mean_before
		from one
	)
	select coalesce(c.n, 0), coalesce(g.n, 0), cardinality(before) - coalesce(f.n, 0), f.slope,
		g.mean_after - c.mean_after - f.slope * (g.mean_before - c.mean_before),
		sqrt(greatest(0, f.syy - f.slope * f.sxy) / nullif(f.n - 3, 0)
			* (1.0 / c.n + 1.0 / g.n + (g.mean_before - c.mean_before) ^ 2 / nullif(f.sxx, 0))),
		f.n - 3, g.mean_after - g.mean_before - (c.mean_after - c.mean_before),
		c.mean_after + f.slope * (f.mean_before - c.mean_before) - f.mean_before,
		g.mean_after + f.slope * (f.mean_before - g.mean_before) - f.mean_before,
		case
			when c.n is null or g.n is null then 'one_group'
			when f.n < 4 then 'too_few'
			when not f.spread then 'no_spread' end
	into control_people, treated_people, left_out, slope, adjusted_difference, standard_error, degrees_of_freedom,
		unadjusted_difference, change_control, change_treated, note
	from fitted f
	left join one c on not c.treated
	left join one g on g.treated;
	if note is not null then
		select null, null, null, null, null, null, null
		into slope, adjusted_difference, standard_error, degrees_of_freedom, unadjusted_difference, change_control,
			change_treated;
		return;
	end if;
	lower := adjusted_difference - ph_support.two_sided_t(confidence, degrees_of_freedom) * standard_error;
	upper := adjusted_difference + ph_support.two_sided_t(confidence, degrees_of_freedom) * standard_error;
end
$$;
comment on function ph.adjusted_change(float8[], float8[], boolean[], float8) is
	'change of a treated group beside a control group, adjusted for where people started: least squares of after = a '
	'+ slope before + adjusted_difference treated, in closed form; the same numbers as ph.fit of these columns. '
	'Limits of Student''s t with N - 3 degrees of freedom. change_control, change_treated: mean change of each at '
	'the mean start of all; unadjusted_difference: of the mean changes as they are. Of groups that chose themselves '
	'adjustment can mislead (Lord 1967). left_out: people of whom one of the three is not known. note: one_group, '
	'too_few (fewer than 4 people), no_spread (all of a group started alike). Errors: invalid_parameter_value for '
	'numbers that are not finite, lists of different length';
