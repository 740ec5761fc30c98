
-- ---- how far a place's own experience may be trusted ----

create function ph.place_need(
	schema text, level text default 'place', years integer default 3, probability float8 default 0.9,
	tolerance float8 default 0.05, confidence float8 default 0.95, name text default 'person_expected_cost')
returns table (
	place_id text, people bigint, person_years float8, need_index float8, experience float8, lower float8, upper float8,
	full_at float8, limited_credibility float8, limited_index float8, credibility float8, credible_index float8,
	note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	day constant date := (ph_support.expected_cost_model(schema, name)).as_of;
	judged text;
begin
	perform ph_support.require_known('level', array[level], '{practice,neighbourhood,place,small_area}');
	if years is null or years < 1 or years > 50 then
		raise exception 'argument "years" must be from 1 to 50'
			using errcode = 'invalid_parameter_value';
	end if;
	-- the same model for every year: what all years differ by is taken out by the year's own total
	select string_agg(
		format('select %s as year, q.* from (%s) q', y,
			ph_support.cost_judged_query(schema, name, (day - y * interval '1 year')::date)),
		' union all ' order by y)
	into judged
	from generate_series(0, years - 1) y;
	return query execute format(
		'with judged as materialized (
			select j.year, j.person_id, j.%I as place_id, j.years, j.expected, j.foreseen, j.cost
			from (%s) j
			where j.%1$I is not null
		), of_year as (
			select year, sum(cost) / sum(foreseen) as level
			from judged
			group by year
			having sum(foreseen) > 0 and sum(cost) > 0
		), person as (
			-- the years of a person are not independent
			select j.place_id, j.person_id, sum(j.years) as years, sum(cost / level) as cost, sum(foreseen) as foreseen
			from judged j
			join of_year using (year)
			group by j.place_id, j.person_id
		), experience as (
			select place_id, count(*) as people, sum(j.years) as years,
				nullif(greatest(sum(foreseen), 0), 0) as foreseen,
				ph.mean(ph.person_tally(1, cost - foreseen), 1, $3) as missed
			from person j
			group by place_id
		), person_cost as (
			select %3$s as variation from judged j where year = 0
		), year_place as (
			select place_id, sum(j.years) as years, sum(cost / level) as cost, sum(foreseen) as foreseen
			from judged j
			join of_year using (year)
			group by place_id, year
		), told as (
			select r.*
			from (
				select array_agg(place_id) as places, array_agg(years) as years, array_agg(cost) as cost,
					array_agg(foreseen) as foreseen
				from year_place
			) y, person_cost v,
				lateral ph_support.trusted_ratios(places, years, cost, foreseen, v.variation, $1, $2) r
		), need as (
			select place_id, count(*) as people,
				avg(expected) / (select avg(expected) from judged where year = 0) as need_index
			from judged
			where year = 0
			group by place_id
		)
		select e.place_id, n.people, e.years, n.need_index, n.need_index * t.ratio,
			n.need_index * (1 + e.people * (e.missed).lower / e.foreseen),
			n.need_index * (1 + e.people * (e.missed).upper / e.foreseen),
			t.full_at, t.limited_credibility, n.need_index * t.limited_ratio, t.credibility,
			n.need_index * t.credible_ratio,
			coalesce(t.note, case when e.foreseen is null then ''negative_need'' end)
		from experience e
		left join need n using (place_id)
		left join told t using (place_id)
		order by e.place_id', level, judged, ph_support.cost_variation('j'))
	using probability, tolerance, confidence;
end
$$;
comment on function ph.place_need(text, text, integer, float8, float8, float8, text) is
	'the need of places by an expected cost (of ph.create_expected_cost), and how far their own experience may be '
	'trusted beside it, a row a place of the level (practice, neighbourhood, place, small_area). people, of whom '
	'both costs are known, and need_index, their mean expected cost over that of all, are of the day of the model. '
	'experience: need_index x actual over expected cost of the years up to it, each year held to its own total, with '
	'limits by chance (the years of a person are one observation). limited_credibility: by ph.limited_fluctuation, of '
	'person_years (full_at is where it is 1) for cost as varied as between the people, within tolerance with '
	'probability; credibility: by Buhlmann and Straub from the yearly ratios (ph.credibility), weighted by expected '
	'cost: it takes what the same people cost every year for the place''s, however few they are. limited_index and '
	'credible_index: what lies between need and experience by each. Notes are of ph.credibility, and negative_need '
	'where no cost is expected. Errors: undefined_function, invalid_parameter_value, insufficient_privilege';

-- ---- health inequalities and unmet need ----

create function ph.graded_weights(groups integer default 16, highest float8 default 10) returns float8[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if groups is null or groups < 2 or groups > 1000 then
		raise exception 'argument "groups" must be from 2 to 1000'
			using errcode = 'invalid_parameter_value';
	elsif highest is null or not (highest >= 1 and highest <= 1000000) then
		raise exception 'argument "highest" must be from 1 to 1000000'
			using errcode = 'invalid_parameter_value', hint = 'It is the weight of the last group; the first has 1.';
	end if;
	return array(select highest ^ ((g - 1) / (groups - 1)::float8) from generate_series(1, groups) g);
end
$$;
comment on function ph.graded_weights(integer, float8) is
	'weights per head that rise geometrically from 1 in the best to highest in the worst of so many groups. 16 groups '
	'from 1 to 10 is how NHS England''s adjustment for health inequalities is remembered (not confirmed in a source): '
	'keep weights of your own as data where you know better. Errors: invalid_parameter_value';

create function ph.unmet_need(
	schema text, level text, periods text[], weights float8[] default null,
	measures text[] default '{preventable_deaths_under_75,treatable_deaths_under_75}')
returns table (
	place_id text, events float8, expected float8, ratio float8, rank_group integer, weight float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	graded constant float8[] := coalesce(weights, ph.graded_weights());
begin
	if coalesce(periods, '{}') = '{}' or coalesce(measures, '{}') = '{}' then
		raise exception 'arguments "periods" and "measures" must name at least one'
			using errcode = 'invalid_parameter_value';
	elsif cardinality(graded) < 2 or array_ndims(graded) > 1
		or exists (select from unnest(graded) w where w is null or not (w >= 0 and w < 'infinity')) then
		raise exception 'argument "weights" must be two or more numbers from 0 on'
			using errcode = 'invalid_parameter_value', hint = 'The first is of the best group of places.';
	end if;
	return query
	with told as (
		-- of which a part is not known the whole is not
		select t.place_id, sum(c.events) as events,
			case when count(e.expected) = count(*) then sum(e.expected) end as expected
		from unnest(measures) m, unnest(periods) p, ph_support.measure_places(schema, m, level, p, 'all') t,
			lateral (select sum(c.events) as events from ph.cells(t.tally) c) c,
			lateral (select ph.expected(t.tally, t.reference) as expected) e
		where t.place_id <> 'unknown'
		group by t.place_id
	), grouped as (
		select t.*, t.events / nullif(t.expected, 0) as ratio,
			cardinality(graded) + 1
				- ph.quantile_group(t.events / nullif(t.expected, 0), cardinality(graded), 'lower') over ()
				as rank_group
		from told t
	)
	select g.place_id, g.events, g.expected, g.ratio, g.rank_group, graded[g.rank_group],
		case
			when g.expected is null then 'missing_input'
			when g.expected = 0 then 'no_expected'
			when g.rank_group is null then 'fewer_places_than_groups' end
	from grouped g
	order by g.place_id;
end
$$;
comment on function ph.unmet_need(text, text, text[], float8[], text[]) is
	'places of a level ranked by deaths that could have been avoided, with a weight per head: events over those '
	'expected of their ages at the rates of all, added up over folded measures (ph.fold_measures) and periods; '
	'rank_group '
	'from 1, the best; weight by rank group, an array that starts with the best group (ph.graded_weights() unless '
	'given). Ties share a group. Few deaths rank places by chance: pool years. Notes: missing_input, no_expected, '
	'fewer_places_than_groups. Errors: undefined_table, invalid_parameter_value';

create function ph.need_report(
	schema text, unmet regclass, share float8 default 0.1, dimension text default 'ethnicity',
	truth regclass default null, name text default 'person_expected_cost', neutral text default null)
returns table (
	group_name text, people bigint, age_index float8, expected_index float8, change_by_model float8,
	unmet_index float8, mixed_index float8, change_by_unmet_need float8, neutral_index float8,
	change_by_neutral float8, actual_index float8, true_index float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	day constant date := (ph_support.expected_cost_model(schema, name)).as_of;
	neutral_people text := '(select null::text as person_id, null::float8 as expected)';
	repeated bigint;
	odd text;
begin
	if neutral is not null then
		if (ph_support.expected_cost_model(schema, neutral, 'neutral')).neutral is null then
			raise exception 'argument "neutral" must be of an expected cost that was fitted within groups'
				using errcode = 'invalid_parameter_value', hint =
					'CALL ph.create_expected_cost(..., neutral => ...) makes one.';
		end if;
		neutral_people := format('%I.%I(%L::date)', schema, neutral, day);
	end if;
	perform ph_support.require_known('dimension', array[dimension],
		'{age_band,sex,deprivation_quintile,ethnicity,practice,neighbourhood,place}');
	if share is null or not (share >= 0 and share <= 1) then
		raise exception 'argument "share" must be from 0 to 1'
			using errcode = 'invalid_parameter_value', hint = 'It is the part of the money that goes by unmet need.';
	end if;
	perform ph_support.require_columns('unmet', unmet, '{person_id,weight}'),
		ph_support.require_all_rows(array['select from ' || unmet]);
	execute format('select count(*) - count(distinct person_id),
			max(''unmet'') filter (where not (weight::float8 >= 0 and weight::float8 < ''infinity''))
		from %s', unmet)
	into repeated, odd;
	if truth is not null then
		perform ph_support.require_columns('truth', truth, '{person_id,cost}');
		execute format('select $1 + count(*) - count(distinct person_id),
				coalesce($2, max(''truth'') filter (where not abs(cost::float8) < ''infinity''))
			from %s', truth)
		into repeated, odd
		using repeated, odd;
	end if;
	if repeated > 0 then
		raise exception 'arguments "unmet" and "truth" must be one row a person'
			using errcode = 'cardinality_violation';
	elsif odd is not null then
		raise exception 'argument "%" must hold numbers, and weights from 0 on', odd
			using errcode = 'invalid_parameter_value', hint = 'A null says that it is not known of the person.';
	end if;
	return query execute format(
		'with judged as (
			select c.*, u.weight::float8 as weight, t.cost::float8 as true_cost, n.expected * c.years as neutral,
				%s as group_name,
				sum(c.cost) over same_age / sum(c.years) over same_age as of_age
			from (%s) c
			join %I.person p on p.person_id = c.person_id
			cross join lateral (select %L::date as first_day, c.deprivation_quintile) s
			left join %s u on u.person_id = c.person_id
			left join %s t on t.person_id = c.person_id
			left join %s n on n.person_id = c.person_id
			window same_age as (partition by c.sex, ph_support.band_of_age(c.age))
		), grouped as (
			select j.group_name, count(*) as people, sum(years) as years, sum(years * of_age) as of_age,
				sum(foreseen) as foreseen, case when count(weight) = count(*) then sum(years * weight) end as weighted,
				sum(cost) as actual, case when count(neutral) = count(*) then sum(neutral) end as neutral,
				case when count(true_cost) = count(*) then sum(true_cost) end as true_cost
			from judged j
			group by j.group_name
		), mixed as (
			select *, sum(years) over () as all_years,
				case when count(weighted) over () = count(*) over () then sum(weighted) over () end as all_weighted,
				case when count(neutral) over () = count(*) over () then sum(neutral) over () end as all_neutral,
				case when count(true_cost) over () = count(*) over () then sum(true_cost) over () end as all_true,
				ph.component_mix(years,
				array[case when foreseen >= 0 then foreseen end, weighted], array[1 - $1, $1]) over () as mix
			from grouped
		), indexed as (
			select m.group_name, m.people, of_age / years * all_years / nullif(sum(of_age) over (), 0) as age_index,
				foreseen / years * all_years / nullif(sum(foreseen) over (), 0) as expected_index,
				weighted / years * all_years / nullif(all_weighted, 0) as unmet_index,
				(mix).per_head as mixed_index,
				neutral / years * all_years / nullif(all_neutral, 0) as neutral_index,
				actual / years * all_years / nullif(sum(actual) over (), 0) as actual_index,
				true_cost / years * all_years / nullif(all_true, 0) as true_index,
				case when foreseen < 0 then ''negative_need'' else (mix).note end as note
			from mixed m
		)
		select i.group_name, people, age_index, expected_index, expected_index - age_index, unmet_index, mixed_index,
			mixed_index - expected_index, neutral_index, neutral_index - expected_index, actual_index, true_index, note
		from indexed i
		order by i.group_name',
		ph_support.cost_group_expression(dimension),
		ph_support.cost_judged_query(schema, name, day), schema, day, unmet,
		coalesce(truth::text, '(select null::text as person_id, null::float8 as cost)'), neutral_people)
	using share;
end
$$;
comment on function ph.need_report(text, regclass, float8, text, regclass, text, text) is
	'the targets per head of groups of people, 1 for all together: by age and sex alone (age_index), by expected '
	'cost of ph.create_expected_cost (expected_index; change_by_model: less age_index), by a component of unmet need '
	'(unmet_index), and by both in the shares 1 - share and share (mixed_index, of ph.component_mix; '
	'change_by_unmet_need: less expected_index), and, where neutral names an expected cost that was fitted within '
	'groups, by that (neutral_index; change_by_neutral: less expected_index; NULL where it does not know '
	'everybody); beside what the group did cost (actual_index) and, where truth is known, should have '
	'(true_index). unmet: a relation of person_id and weight, such as people joined with ph.unmet_need; truth: of '
	'person_id and cost in pounds in the year of the model. A target is the index x people x the money a head. '
	'dimension: age_band, sex, deprivation_quintile, ethnicity, practice, neighbourhood, place. A person without '
	'weight makes the mix NULL (missing_input), and so does a group of few that is expected to cost less than '
	'nothing (negative_need: take larger groups). Errors: undefined_function, invalid_parameter_value, '
	'undefined_column, cardinality_violation, insufficient_privilege';
