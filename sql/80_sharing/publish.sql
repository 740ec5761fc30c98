
-- ---- numbers that leave, by a rule ----
-- Names in ph look the rule up; what they do with it is in functions of ph_support that take the rule itself.

create function ph_support.disclosure_rule_at(rule text, level text) returns ph.disclosure_rule
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found ph.disclosure_rule := ph_support.disclosure_rule(rule);
begin
	if level is null or level not in ('national', 'subnational') then
		raise exception 'argument "level" must be national or subnational'
			using errcode = 'invalid_parameter_value', hint = 'Some rules let national figures leave as they are.';
	elsif level = 'national' and found.level = 'subnational' then
		found.threshold := 0;
		found.zero_shown := true;
		found.base := null;
		found.midpoint := null;
		found.tiers := null;
		found.minimum_people := 1;
		found.rates := 'exact';
		found.intervals := 'exact';
	end if;
	return found;
end
$$;
comment on function ph_support.disclosure_rule_at(text, text) is
	'a rule as it is at a level: one that is for levels below the national one hides and rounds nothing there. '
	'Errors: those of ph_support.disclosure_rule, invalid_parameter_value for a level that is neither';

create function ph_support.nearest_multiple(n bigint, base bigint) returns bigint
language sql immutable parallel safe
return n - n % base + case
	when n % base > base - n % base or n % base = base - n % base and n / base % 2 = 1 then base
	else 0 end;
comment on function ph_support.nearest_multiple(bigint, bigint) is
	'the nearest multiple of a base to a count, of two that are as near the even one';

create function ph_support.tier_base(tiers bigint[], n bigint) returns bigint
language sql immutable parallel safe
begin atomic
	select tiers[i][2]
	from generate_subscripts(tiers, 1) i
	where tiers[i][1] <= n
	order by tiers[i][1] desc
	limit 1;
end;
comment on function ph_support.tier_base(bigint[], bigint) is
	'the base of the last tier {from, base} that begins at a count or below it; NULL below all of them';

create function ph_support.published_count(rule ph.disclosure_rule, n bigint) returns bigint
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if n < 0 then
		raise exception 'a count must not be negative'
			using errcode = 'invalid_parameter_value', hint = 'Counts of people leave by a rule, not differences.';
	end if;
	return case
		when ph_support.rule_hides(rule, n) then null
		when n = 0 then 0
		when rule.midpoint is not null then (n + rule.midpoint - 1) / rule.midpoint * rule.midpoint - rule.midpoint / 2
		when rule.base is not null then ph_support.nearest_multiple(n, rule.base)
		when rule.tiers is not null then ph_support.nearest_multiple(n, ph_support.tier_base(rule.tiers, n))
		else n end;
end
$$;
comment on function ph_support.published_count(ph.disclosure_rule, bigint) is
	'a count as it leaves by a rule; NULL where it is hidden, or not known. Errors: invalid_parameter_value below 0';

create function ph_support.rule_publishable(rule ph.disclosure_rule, people bigint, parameters integer default 0)
returns boolean
language sql immutable parallel safe
return coalesce(
	people >= (rule).minimum_people and (parameters = 0 or people - parameters >= (rule).residual_degrees), false);
comment on function ph_support.rule_publishable(ph.disclosure_rule, bigint, integer) is
	'whether a statistic of so many people may leave by a rule; one of an unknown number may not';

create function ph_support.suppressed_estimate() returns ph.estimate
language sql immutable parallel safe
return row(null, null, null, 'suppressed')::ph.estimate;
comment on function ph_support.suppressed_estimate() is 'what stands for an estimate that must not leave';

create function ph_support.limited_estimate(estimate ph.estimate, with_limits boolean) returns ph.estimate
language sql immutable parallel safe
return row(
	(estimate).value, case when with_limits then (estimate).lower end, case when with_limits then (estimate).upper end,
	case
		when (estimate).value is null and (estimate).note is null then 'missing_input'
		else split_part((estimate).note, ':', 1) end)::ph.estimate;
comment on function ph_support.limited_estimate(ph.estimate, boolean) is
	'an estimate with its limits or without, and of its note only the word: what stands behind it counts people';

create function ph_support.tally_of_count(events float8, exposure float8) returns ph.tally
language sql immutable parallel safe
begin atomic
	select ph.count_tally(0::float8, events, exposure);
end;
comment on function ph_support.tally_of_count(float8, float8) is 'a tally of one count and what it is out of';

create function ph_support.published_share(
	rule ph.disclosure_rule, numerator bigint, denominator bigint, per float8, confidence float8)
returns ph.estimate
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	published_numerator constant bigint := ph_support.published_count(rule, numerator);
	published_denominator constant bigint := ph_support.published_count(rule, denominator);
begin
	if numerator > denominator then
		raise exception 'argument "numerator" must not be above the denominator'
			using errcode = 'invalid_parameter_value', hint = 'ph.publish_rate is for events that are not people.';
	elsif numerator is null or denominator is null then
		return row(null, null, null, 'missing_input')::ph.estimate;
	elsif published_numerator is null or published_denominator is null
		or not ph_support.rule_rounds(rule) and ph_support.rule_hides(rule, denominator - numerator) then
		return ph_support.suppressed_estimate();
	end if;
	return ph_support.limited_estimate(
		ph.proportion(
			case
				when rule.rates = 'exact' then ph_support.tally_of_count(numerator, denominator)
				else ph_support.tally_of_count(published_numerator, published_denominator) end,
			per, confidence),
		rule.intervals <> 'none');
end
$$;
comment on function ph_support.published_share(ph.disclosure_rule, bigint, bigint, float8, float8) is
	'a share as it leaves by a rule, see ph.publish_percent';

create function ph.publish(n bigint, rule text default 'nhse_hes_2018', level text default 'subnational')
returns bigint
language sql stable parallel safe
return ph_support.published_count(ph_support.disclosure_rule_at(rule, level), n);
comment on function ph.publish(bigint, text, text) is
	'a count of people as it leaves by a rule (ph.disclosure_rule, or schema.rule of one''s own), at level national '
	'or subnational: rounded, NULL where it is hidden. It looks at one figure: in a table with totals others may '
	'give it away, which is for ph.protect. Errors: undefined_object for a rule that there is not, '
	'invalid_parameter_value for a count below 0 and another level';

create function ph.publish_text(n bigint, rule text default 'nhse_hes_2018', level text default 'subnational')
returns text
language sql stable parallel safe
return case
	when n is not null
	then coalesce(ph.publish(n, rule, level)::text, (ph_support.disclosure_rule(rule)).symbol) end;
comment on function ph.publish_text(bigint, text, text) is
	'ph.publish to show: the rule''s own symbol where a count is hidden (NULL where it has none), NULL where it is '
	'not known. Errors: those of ph.publish';

create function ph.publish_percent(
	numerator bigint, denominator bigint, rule text default 'nhse_hes_2018', level text default 'subnational',
	confidence float8 default 0.95)
returns ph.estimate
language sql stable parallel safe
return ph_support.published_share(
	ph_support.disclosure_rule_at(rule, level), numerator, denominator, 100, confidence);
comment on function ph.publish_percent(bigint, bigint, text, text, float8) is
	'a percentage of people as it leaves by a rule, with Wilson limits: both made from parts as they leave, or from '
	'parts as they are where the rule does not round; hidden where either part is, and, by a rule that does not '
	'round, where the rest of the people would be. Notes: suppressed, missing_input, no_exposure. Errors: those of '
	'ph.publish, invalid_parameter_value for a numerator above the denominator';

create function ph_support.published_rate(
	rule ph.disclosure_rule, events bigint, exposure float8, per float8, confidence float8)
returns ph.estimate
language sql immutable parallel safe
return case
	when events is null or exposure is null then row(null, null, null, 'missing_input')::ph.estimate
	when ph_support.published_count(rule, events) is null or exposure > 0 and exposure < (rule).minimum_people
	then ph_support.suppressed_estimate()
	else ph_support.limited_estimate(
		ph.crude_rate(
			ph_support.tally_of_count(
				case when (rule).rates = 'exact' then events else ph_support.published_count(rule, events) end,
				exposure),
			per, confidence),
		(rule).intervals <> 'none') end;
comment on function ph_support.published_rate(ph.disclosure_rule, bigint, float8, float8, float8) is
	'a crude rate as it leaves by a rule, see ph.publish_rate';

create function ph.publish_rate(
	events bigint, exposure float8, rule text default 'nhse_hes_2018', level text default 'subnational',
	per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language sql stable parallel safe
return ph_support.published_rate(ph_support.disclosure_rule_at(rule, level), events, exposure, per, confidence);
comment on function ph.publish_rate(bigint, float8, text, text, float8, float8) is
	'a crude rate as it leaves by a rule, events over an exposure that may be known (person-years, a published '
	'population), times per, with limits of the count as in ph.count_limits: both made from the events as they '
	'leave, or as they are where the rule does not round; hidden where the events are, or the exposure is less than '
	'the rule''s minimum of people. Notes: suppressed, missing_input, no_exposure. Errors: those of ph.publish';

create function ph.publishable(
	people bigint, parameters integer default 0, rule text default 'nhse_hes_2018', level text default 'subnational')
returns boolean
language sql stable parallel safe
return ph_support.rule_publishable(ph_support.disclosure_rule_at(rule, level), people, parameters);
comment on function ph.publishable(bigint, integer, text, text) is
	'whether a statistic may leave by a rule: made of at least its minimum of people and, where it has parameters '
	'(coefficients, centres), with so many people more than these; of an unknown number it may not. For whatever has '
	'no function of its own here. Errors: those of ph.publish';

create function ph.publish_estimate(
	estimate ph.estimate, people bigint, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.estimate
language sql stable parallel safe
begin atomic
	select case
		when ph_support.rule_publishable(r.found, people)
		then ph_support.limited_estimate(estimate, (r.found).intervals = 'exact')
		else ph_support.suppressed_estimate() end
	from (select ph_support.disclosure_rule_at(rule, level) as found) r;
end;
comment on function ph.publish_estimate(ph.estimate, bigint, text, text) is
	'an estimate that no published parts make anew, as it leaves by a rule: a mean, a median, a standardised rate, '
	'an area under a curve. people: those whose values it is made of, of a rate those with the event. Its limits '
	'leave where the rule says exact of intervals, since an interval with its value gives a count away; of its note '
	'only the word leaves. Notes: suppressed, missing_input, those of the estimate. Errors: those of ph.publish';

create function ph.publish_extreme(
	value float8, people bigint, rule text default 'nhse_hes_2018', level text default 'subnational')
returns float8
language sql stable parallel safe
begin atomic
	select case when (r.found).extremes and ph_support.rule_publishable(r.found, people) then value end
	from (select ph_support.disclosure_rule_at(rule, level) as found) r;
end;
comment on function ph.publish_extreme(float8, bigint, text, text) is
	'the least or the greatest of the values of people, which is one person''s: NULL unless the rule says that '
	'extremes may leave, which no shipped one does. Errors: those of ph.publish';

create function ph.dominance(
	contributions float8[], rule text default 'srs_acro',
	out contributors integer, out p_ratio float8, out top2_share float8, out fails_p_ratio boolean,
	out fails_top2_share boolean, out fails_contributors boolean)
returns record
language sql stable parallel safe
begin atomic
	with ranked as (
		select abs(c) as size, row_number() over (order by abs(c) desc) as place
		from unnest(contributions) c
		where (select bool_and(known is not null) from unnest(contributions) known)
	),
	summed as (
		select cardinality(contributions) as contributors, sum(size) as total, max(size) as largest,
			coalesce(sum(size) filter (where place <= 2), 0) as top2,
			coalesce(sum(size) filter (where place > 2), 0) as others
		from ranked
	),
	judged as (
		select contributors, others / nullif(largest, 0) as p_ratio, top2 / nullif(total, 0) as top2_share
		from summed
	)
	select j.contributors, j.p_ratio, j.top2_share, j.p_ratio < (r.found).p_ratio,
		j.top2_share > (r.found).top2_share, j.contributors < (r.found).minimum_people
	from judged j, (select ph_support.disclosure_rule(rule) as found) r;
end;
comment on function ph.dominance(float8[], text) is
	'whether few contribute most of a sum, by their sizes: p_ratio, all but the two largest over the largest, which '
	'must not be below the rule''s; top2_share, the two largest of all, which must not be above it; contributors, at '
	'least the rule''s minimum of people. NULL where nobody contributes anything or a contribution is not known. '
	'Source: AI-SDC/ACRO, default.yaml. Errors: undefined_object for a rule that there is not';
