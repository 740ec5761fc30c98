
-- ---- how far what places had may be trusted beside what is expected of their people ----

create function ph_support.trusted_ratios(
	places text[], exposures float8[], actuals float8[], expecteds float8[], variation float8, probability float8,
	tolerance float8,
	out place_id text, out exposure float8, out ratio float8, out full_at float8, out limited_credibility float8,
	out limited_ratio float8, out credibility float8, out credible_ratio float8, out note text)
returns setof record
language sql immutable parallel safe
begin atomic
	with place_year as (
		select s.place_id, s.exposure, s.actual, s.expected,
			-- what chance does to a ratio goes by what was expected
			ph.credibility(s.place_id, s.actual / s.expected, s.expected) over () as told
		from unnest(places, exposures, actuals, expecteds) s (place_id, exposure, actual, expected)
		where s.expected > 0
	), place as (
		select y.place_id, sum(y.exposure) as exposure, sum(y.actual) / sum(y.expected) as ratio,
			(array_agg(y.told))[1] as told
		from place_year y
		group by y.place_id
	)
	select p.place_id, p.exposure, p.ratio, l.full_at, l.credibility, 1 + l.credibility * (p.ratio - 1),
		(p.told).credibility, (p.told).estimate, (p.told).note
	from place p
	cross join lateral ph.limited_fluctuation(p.exposure, variation, probability, tolerance) l;
end;
comment on function ph_support.trusted_ratios(text[], float8[], float8[], float8[], float8, float8, float8) is
	'actual over expected of places, of arrays with an element a place and year, and what lies between that and 1: by '
	'ph.limited_fluctuation of all years'' exposure, whose unit varies so much, and by ph.credibility of the yearly '
	'ratios. Years in which nothing is expected are left out';

create function ph_support.require_separate_periods(schema text, periods text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	overlap boolean;
begin
	if coalesce(periods, '{}') = '{}' then
		raise exception 'argument "periods" must name at least one'
			using errcode = 'invalid_parameter_value';
	end if;
	perform ph_support.require_periods(schema, periods);
	execute format(
		'select count(*) > count(distinct p.name) or bool_or(exists (
			select from %1$I.calendar o where o.name = any ($1) and o.name <> p.name and o.period && c.period))
		from unnest($1) p (name)
		left join %1$I.calendar c using (name)', schema)
	into overlap
	using periods;
	if overlap then
		raise exception 'argument "periods" must not hold a day twice'
			using errcode = 'invalid_parameter_value', hint = 'Such as {2022/23,2023/24}.';
	end if;
end
$$;
comment on function ph_support.require_separate_periods(text, text[]) is
	'does nothing where calendar has all periods and no two overlap. Errors: invalid_parameter_value';

create function ph.place_experience(
	schema text, measure text, level text, periods text[], probability float8 default 0.9,
	tolerance float8 default 0.05, confidence float8 default 0.95, bands float8[] default null)
returns table (
	place_id text, periods_seen integer, people bigint, exposure float8, events float8, expected float8,
	need_index float8, experience float8, lower float8, upper float8, full_at float8, limited_credibility float8,
	limited_index float8, credibility float8, credible_index float8, settled_index float8, settled_lower float8,
	settled_upper float8, weighted_population float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	m ph.measure;
begin
	perform ph_support.require_measure(schema, measure);
	select l.* into m from ph_support.latest_measures(schema, array[measure]) l;
	if m.exposure = 'rows' or not (ph_support.counts_events(m.indicator) or m.indicator = 'mean') then
		raise exception 'argument "measure" must be of events or amounts over people'
			using errcode = 'invalid_parameter_value', hint =
				'Survival, an expectancy, and shares of what happened have no number that is expected of people.';
	end if;
	perform ph_support.require_known('level', array[level],
		array(select l.level from ph_support.folded_levels(schema) l));
	if bands is not null then
		perform ph_support.require_bands(bands);
	end if;
	perform ph_support.require_separate_periods(schema, periods),
		ph_support.require_all_rows(array[format('select from %I.measure_tally', schema)]);
	return query
	with seen as materialized (
		select t.*
		from unnest(periods) p, ph_support.measure_places(schema, measure, level, p, 'all') t
		where t.place_id <> 'unknown'
	), whole as materialized (
		select r.first_day, case when bands is null then r.reference else ph_support.in_bands(r.reference, bands) end
				as reference, c.exposure, c.events, c.squares
		from (select distinct on (first_day) s.first_day, s.reference from seen s) r,
			lateral (
				select sum(c.exposure) as exposure, sum(c.events) as events, sum(c.events_squared) as squares
				from ph.cells(r.reference) c) c
	), spread as (
		-- one for all places, as a quiet place shows too little of its own; counts are their own squares
		select sqrt(greatest(v.squared, 0)) as variation,
			nullif(greatest(v.squared * v.events / v.exposure, 0), 0) as dispersion
		from (
			select sum(w.exposure) * sum(w.squares) / nullif(sum(w.events) ^ 2, 0)
					- case when m.indicator in ('mean', 'proportion') then 1 else 0 end as squared,
				sum(w.events) as events, sum(w.exposure) as exposure
			from whole w) v
	), told as (
		select s.place_id, s.first_day, s.people, ph.exposure(s.tally) as exposure, ph.events(s.tally) as events,
			ph.expected(s.tally, w.reference) as expected, w.exposure as exposure_of_all, w.events as events_of_all
		from seen s
		join whole w using (first_day)
		offset 0
	), place_year as (
		select t.*, t.expected * t.exposure_of_all / nullif(t.events_of_all, 0) as needed, (r.ratio).lower,
			(r.ratio).upper
		from told t
		cross join spread s
		cross join lateral (
			select ph.smr_of_counts(case when t.events >= 0 then t.events / s.dispersion end,
				t.expected / s.dispersion, 1, place_experience.confidence) as ratio
			offset 0) r
	), listed as (
		select y.place_id, max(y.people) filter (where y.first_day = (select max(w.first_day) from whole w)) as people,
			bool_or(y.expected is null) as lacks
		from place_year y
		group by y.place_id
	), summed as (
		-- the same people may make all years, so that the years' limits do not narrow each other
		select y.place_id, count(*)::integer as years, sum(y.exposure) as exposure, sum(y.events) as events,
			sum(y.expected) as expected, sum(y.needed) / sum(y.exposure) as need_index,
			sum(y.expected * y.lower) / nullif(sum(y.expected), 0) as lower,
			sum(y.expected * y.upper) / nullif(sum(y.expected), 0) as upper
		from place_year y
		where y.expected is not null and y.exposure > 0
		group by y.place_id
	), settled as (
		select s.*, ph.shrunken_rate(case when s.events >= 0 then s.events / d.dispersion end,
			s.expected / d.dispersion, 1, place_experience.confidence) over () as drawn
		from summed s
		cross join spread d
	), trusted as (
		select r.*
		from (
			select array_agg(y.place_id) as places, array_agg(y.exposure) as exposures, array_agg(y.events) as events,
				array_agg(y.expected) as expected
			from place_year y
		) a
		cross join spread s
		cross join lateral ph_support.trusted_ratios(a.places, a.exposures, a.events, a.expected, s.variation,
			probability, tolerance) r
	)
	select l.place_id, coalesce(s.years, 0), l.people, s.exposure, s.events, s.expected, s.need_index,
		s.need_index * r.ratio, s.need_index * s.lower, s.need_index * s.upper,
		r.full_at, r.limited_credibility, s.need_index * r.limited_ratio, r.credibility,
		s.need_index * r.credible_ratio, s.need_index * (s.drawn).value, s.need_index * (s.drawn).lower,
		s.need_index * (s.drawn).upper, l.people * s.need_index * r.credible_ratio,
		case
			when l.lacks then 'missing_input'
			when s.years is null then 'no_data'
			when s.expected <= 0 then 'no_expected'
			when s.years < cardinality(periods) then 'missing_period'
			else r.note end
	from listed l
	left join settled s using (place_id)
	left join trusted r using (place_id)
	order by l.place_id;
end
$$;
comment on function ph.place_experience(text, text, text, text[], float8, float8, float8, float8[]) is
	'how far the own experience of places may be trusted, from the stored summaries of a measure of events or '
	'amounts over people (ph.fold_measures) and no persons, a row a place of the level, over periods (names of '
	'calendar, best years). expected: at the rates of all in each period, by the keys of the measure (age), or in '
	'bands that begin at these, where few people make the rates of single years chance. need_index: expected a head '
	'over that of all. experience: need_index x events over expected, with limits by chance of each year '
	'(ph.smr_of_counts, events and expected divided by the dispersion of all: squared events over events, of means '
	'and proportions less events over exposure) as if the same people made every year: where years are independent '
	'they are up to sqrt(years) too wide. limited_credibility: by ph.limited_fluctuation of all years'' exposure '
	'(full_at is where it is 1), as if every year had other people, varied as among all: cv^2 = exposure x sum of '
	'squared events / (sum of events)^2, of counts 1 / rate, less 1 for means and proportions. credibility: by '
	'Buhlmann and Straub from the yearly ratios, weighted by expected (ph.credibility). limited_index and '
	'credible_index: what lies between need and experience by each, towards the ratio of all (1) and the mean ratio '
	'of places. settled_index: need_index x empirical Bayes (ph.shrunken_rate of all years, likewise divided), with '
	'limits, as if every year had other people: where the same make all, it trusts them too much and its limits are '
	'too narrow. people: of the last period. weighted_population: people x credible_index, for ph.capitation. Notes: '
	'missing_input (also people of unknown age), no_data, no_expected, missing_period (the place was not seen in all '
	'of them), those of ph.credibility. Small numbers are not hidden. Of a measure a head who moved within a period '
	'is a whole person in each place, so that places of such people seem to have less; person-years add up. Errors: '
	'undefined_table, invalid_parameter_value, insufficient_privilege where row security hides places';
