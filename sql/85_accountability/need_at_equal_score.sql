
-- ---- need at equal score ----
-- A ratio of sums: what people of a group had, over what they would have had at the rates of everybody outside the
-- group in the same twentieths of all people by score. Its limits hold the variance of either side; people repeat
-- events and are at risk for different times, so that each side's variance is that of residuals of persons.

create function ph_support.squared_residuals(
	squares float8, products float8, weights_squared float8, rate float8) returns float8
language sql immutable parallel safe
return greatest(0, squares - 2 * rate * products + rate ^ 2 * weights_squared);
comment on function ph_support.squared_residuals(float8, float8, float8, float8) is
	'the sum over people of (x - rate w)^2, from the sums of x^2, of x w and of w^2';

create function ph_support.rate_variance(
	people bigint, events float8, weight float8, squares float8, products float8, weights_squared float8)
returns float8
language sql immutable parallel safe
return ph_support.squared_residuals(squares, products, weights_squared, events / weight) / weight ^ 2
	* people / (people - 1);
comment on function ph_support.rate_variance(bigint, float8, float8, float8, float8, float8) is
	'the variance of the rate sum(x) / sum(w) of more than one person, from their number and the sums of x, w, x^2, '
	'x w and w^2 (Cochran 1977, Sampling Techniques, 6.4)';

create function ph_support.ratio_of_needs(
	observed float8, expected float8, observed_variance float8, expected_variance float8, confidence float8)
returns ph.estimate
language sql immutable parallel safe
begin atomic
	with limited as (
		select observed / expected as value, exp(ph_support.two_sided_z(confidence)
			* sqrt(observed_variance / observed ^ 2 + expected_variance / expected ^ 2)) as factor
		where observed > 0 and observed < 'infinity' and expected > 0 and expected < 'infinity'
			and observed_variance >= 0 and observed_variance < 'infinity'
			and expected_variance >= 0 and expected_variance < 'infinity'
	)
	select coalesce((
		select (value, value / factor, value * factor, null)::ph.estimate from limited where factor < 'infinity'),
		(null, null, null, 'unknown')::ph.estimate);
end;
comment on function ph_support.ratio_of_needs(float8, float8, float8, float8, float8) is
	'observed over expected with limits on the logarithm, from the variances of both, which are independent; unknown '
	'where one of them is not known or not above 0';

create type ph_support.score_stratum as (
	dimension text,
	is_input boolean,
	group_name text,
	twentieth integer,
	people bigint,
	scored bigint,
	with_outcome bigint,
	listed bigint,
	events bigint,
	listed_with_outcome bigint,
	found bigint,
	outcomes ph.tally,
	expected ph.tally,
	years float8,
	years_squared float8,
	conditions float8,
	conditions_squared float8,
	deaths float8,
	deaths_by_years float8,
	emergencies float8,
	emergencies_squared float8,
	emergencies_by_years float8
);
comment on type ph_support.score_stratum is
	'what is counted of the people of a group in a twentieth of all people by score: with a score, with a known '
	'outcome, listed, with the outcome (of anybody; found are listed people with a score), outcomes keyed by score, '
	'outcomes over expected ones, and sums over people of need: x, x^2 and x by the years at risk';
comment on column ph_support.score_stratum.dimension is 'what people are parted by';
comment on column ph_support.score_stratum.is_input is 'whether the score is made of it';
comment on column ph_support.score_stratum.group_name is 'the group';
comment on column ph_support.score_stratum.twentieth is 'twentieth of all people by score; NULL without one';
comment on column ph_support.score_stratum.people is 'people';
comment on column ph_support.score_stratum.scored is 'of whom have a score';
comment on column ph_support.score_stratum.with_outcome is 'of these, whose outcome is known';
comment on column ph_support.score_stratum.listed is 'people at or above the threshold';
comment on column ph_support.score_stratum.events is 'people with the outcome, with a score or not';
comment on column ph_support.score_stratum.listed_with_outcome is 'listed people whose outcome is known';
comment on column ph_support.score_stratum.found is 'listed people with the outcome';
comment on column ph_support.score_stratum.outcomes is 'a tally keyed by score, of outcomes';
comment on column ph_support.score_stratum.expected is 'a tally of outcomes over those that the scores expect';
comment on column ph_support.score_stratum.years is 'years at risk';
comment on column ph_support.score_stratum.years_squared is 'sum of their squares';
comment on column ph_support.score_stratum.conditions is 'long-term conditions on the day';
comment on column ph_support.score_stratum.conditions_squared is 'sum of the squares of a person''s';
comment on column ph_support.score_stratum.deaths is 'deaths while at risk';
comment on column ph_support.score_stratum.deaths_by_years is 'years at risk of who died';
comment on column ph_support.score_stratum.emergencies is 'emergency admissions while at risk';
comment on column ph_support.score_stratum.emergencies_squared is 'sum of the squares of a person''s';
comment on column ph_support.score_stratum.emergencies_by_years is 'sum of a person''s by the years at risk';

create function ph_support.need_at_equal_score(
	strata ph_support.score_stratum[], confidence float8,
	out dimension text, out group_name text, out need text, out alone bigint, out ratio ph.estimate)
returns setof record
language sql immutable
begin atomic
	with sums as (
		select s.dimension, s.group_name, s.twentieth, n.*
		from unnest(strata) s, lateral (
			values
				('conditions', s.scored, s.conditions, s.scored, s.conditions_squared, s.conditions, s.scored),
				('deaths', s.scored, s.deaths, s.years, s.deaths, s.deaths_by_years, s.years_squared),
				('emergencies', s.scored, s.emergencies, s.years, s.emergencies_squared, s.emergencies_by_years,
				 s.years_squared)) n (need, people, x, w, xx, xw, ww)
		where s.twentieth is not null
	),
	outside as (
		select s.*, sum(people) over t - people as people_outside, sum(x) over t - x as x_outside,
			sum(w) over t - w as w_outside, sum(xx) over t - xx as xx_outside, sum(xw) over t - xw as xw_outside,
			sum(ww) over t - ww as ww_outside
		from sums s
		window t as (partition by s.dimension, s.twentieth, s.need)
	),
	rated as (
		select o.*, x_outside / w_outside as rate,
			ph_support.rate_variance(
				people_outside::bigint, x_outside, w_outside, xx_outside, xw_outside, ww_outside) as rate_variance
		from outside o
		where people_outside > 1 and w_outside > 0
	),
	summed as (
		select r.dimension, r.group_name, r.need, sum(people) as people, sum(x) as observed, sum(rate * w) as expected,
			sum(x_outside) as x_outside, sum(xx) as squares, sum(rate * xw) as products,
			sum(rate ^ 2 * ww) as weights_squared, sum(w ^ 2 * rate_variance) as expected_variance
		from rated r
		group by r.dimension, r.group_name, r.need
	),
	grouped as (
		select s.dimension, s.group_name, s.need, sum(people) as people,
			1 - (1 - confidence) / count(*) over (partition by s.dimension, s.need) as confidence
		from sums s
		group by s.dimension, s.group_name, s.need
	)
	select g.dimension, g.group_name, g.need, (g.people - coalesce(s.people, 0))::bigint,
		case
			when s.people is null then (null, null, null, 'nobody_outside')::ph.estimate
			when observed is null then (null, null, null, 'unknown')::ph.estimate
			when expected = 0 then (null, null, null, 'too_few')::ph.estimate
			when least(observed, x_outside) < 10
				then (observed / expected, null, null, 'too_few')::ph.estimate
			else ph_support.ratio_of_needs(observed, expected,
				ph_support.squared_residuals(squares, products, weights_squared, observed / expected),
				expected_variance, g.confidence) end
	from grouped g
	left join summed s using (dimension, group_name, need);
end;
comment on function ph_support.need_at_equal_score(ph_support.score_stratum[], float8) is
	'conditions, deaths and emergency admissions of each group, observed over the rate of everybody outside it in the '
	'same twentieth by score (conditions a head, the others a year at risk), limits at 1 - (1 - confidence) / k for k '
	'groups of the dimension; alone are people in whose twentieth fewer than two are outside the group, who are left '
	'out of both. Notes: nobody_outside, unknown (of nobody is it known), too_few (fewer than 10 observed, or among '
	'those outside: no limits)';
