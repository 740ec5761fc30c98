
-- ---- one population beside another ----

create function ph_support.population_difference_query(schema text, one text, other text) returns text
language sql immutable
begin atomic
	with at_risk (name, population) as (
		values ('one', one), ('other', other)
	)
	select format(
		'with %2$s, person as (
			select p.person_id::text as person_id, nullif(p.ethnicity_code::text, ''Z'') as ethnicity,
				ph.completed_years(p.birth_date, lower($1)) / 10 * 10 as decade,
				one.person_id is not null as in_one, other.person_id is not null as in_other
			from %1$I.person p
			left join (select distinct person_id from one) one on one.person_id = p.person_id::text
			left join (select distinct person_id from other) other on other.person_id = p.person_id::text
		), deprivation as (
			select distinct on (person_id) person_id, deprivation_quintile
			from (table one union all table other) stay
			order by person_id, spell, deprivation_quintile
		), event as (
			select e.person_id::text as person_id, count(one.spell) as events_one, count(other.spell) as events_other,
				count(*) filter (where one.spell is not null and other.spell is null) as events_only_one,
				count(*) filter (where other.spell is not null and one.spell is null) as events_only_other
			from %1$I.encounter e  -- each day is in one stay of a population at most
			left join one on one.person_id = e.person_id::text and one.spell @> e.start_date
			left join other on other.person_id = e.person_id::text and other.spell @> e.start_date
			where e.start_date >= lower($1) and e.start_date < upper($1) and ($2 is null or e.pod = $2)
			group by e.person_id::text
		)
		select g.characteristic, g.value,
			count(*) filter (where in_one), count(*) filter (where in_other),
			count(*) filter (where in_one and not in_other), count(*) filter (where in_other and not in_one),
			coalesce(sum(events_one), 0)::bigint, coalesce(sum(events_other), 0)::bigint,
			coalesce(sum(events_only_one), 0)::bigint, coalesce(sum(events_only_other), 0)::bigint
		from person
		left join deprivation using (person_id)
		left join event using (person_id),
			lateral (
				values (1, ''all'', null), (2, ''age'', decade::text),
					(3, ''deprivation_quintile'', deprivation_quintile::text), (4, ''ethnicity'', ethnicity)
			) g (place, characteristic, value)
		where in_one or in_other
		group by g.place, g.characteristic, g.value
		order by g.place, lpad(g.value, 3)',
		schema, (
			select string_agg(
				format('%I as materialized (select * from (%s) stay where not isempty(spell * $1) and %s)', r.name,
					ph_support.stay_query(schema, r.population),
					ph_support.seen_condition(schema, r.population, 'stay.person_id', 'lower($1)', 'upper($1)')),
				', ')
			from at_risk r));
end;
comment on function ph_support.population_difference_query(text, text, text) is
	'the query of ph.population_difference(), whose parameters are the period and the kind of encounter';

create function ph.population_difference(
	schema text, one text, other text, period daterange, kind text default null,
	out characteristic text, out value text,
	out people_one bigint, out people_other bigint, out people_only_one bigint, out people_only_other bigint,
	out events_one bigint, out events_other bigint, out events_only_one bigint, out events_only_other bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.computed_stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	return query execute ph_support.population_difference_query(
		schema, ph_support.known_population(one), ph_support.known_population(other))
	using ph_support.bounded_period(period), ph_support.known_pod(kind);
end
$$;
comment on function ph.population_difference(text, text, text, daterange, text) is
	'people and encounters of a period in one population and in another '
	'(registered, resident, registered_or_resident, seen): '
	'how many in each, how many in one only and in the other only, in all and by decade of age on the first day, '
	'fifth of deprivation where they first were, and ethnicity; value NULL is unknown. An encounter is in a population '
	'if the person is on its day. '
	'Errors: undefined_table without population views, invalid_parameter_value for an unknown population or kind '
	'or a period without end';
