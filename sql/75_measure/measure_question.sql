
-- ---- questions for people who write SQL ----

create function ph_support.require_measure(schema text, measure text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered text[] := array(select m.measure from ph_support.latest_measures(schema) m);
begin
	perform ph_support.require_known('measure', array[measure], offered);
end
$$;
comment on function ph_support.require_measure(text, text) is
	'does nothing where the schema has the measure. Errors: undefined_table, invalid_parameter_value';

create function ph.measure_tally(
	schema text, measure text, level text, place_id text, period text, breakdown text default 'all',
	group_name text default 'all', version text default null)
returns ph.tally
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found ph.tally;
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_place(schema, place_id);
	perform ph_support.require_periods(schema, array[period]);
	execute format(
		'select t.tally
		from %1$I.measure_tally t
		join %1$I.calendar c on c.kind = t.period_kind and c.start_date = t.period and c.name = $5
		where t.measure = $2 and t.level = $3 and t.place_id = $4 and t.breakdown = $6 and t.group_name = $7
			and ($8 is null or t.version = $8)
		order by ph_support.version_numbers(t.version) desc, t.version desc
		limit 1', schema)
	into found
	using schema, measure, level, place_id, period, breakdown, group_name, version;
	return found;
end
$$;
comment on function ph.measure_tally(text, text, text, text, text, text, text, text) is
	'a stored summary, to ask anything of: of a measure, level, place, period (a name of calendar), breakdown and '
	'group; version NULL is the latest that was folded of them; NULL where nothing is folded. Errors: '
	'undefined_table, invalid_parameter_value';

create function ph.measure_series(
	schema text, measure text, level text, place_id text, period_kind text default 'financial_year',
	breakdown text default 'all', group_name text default 'all', version text default null,
	mix_versions boolean default false)
returns table (period date, measure_version text, tally ph.tally, provisional boolean)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	versions bigint;
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_place(schema, place_id);
	execute format(
		'select count(distinct version)
		from (
			select distinct on (t.period) t.version
			from %I.measure_tally t
			where t.measure = $1 and t.level = $2 and t.place_id = $3 and t.period_kind = $4 and t.breakdown = $5
				and t.group_name = $6 and ($7 is null or t.version = $7)
			order by t.period, ph_support.version_numbers(t.version) desc, t.version desc
		) latest', schema)
	into versions
	using measure, level, place_id, period_kind, breakdown, group_name, version;
	if versions > 1 and not mix_versions then
		raise exception 'the series of measure "%" mixes versions', measure
			using errcode = 'invalid_parameter_value', hint =
				'Fold the earlier periods of the latest version with ph.fold_measures, name one version, '
				'or ask for mix_versions.';
	end if;
	return query execute format(
		'select distinct on (t.period) t.period, t.version, t.tally, t.provisional
		from %I.measure_tally t
		where t.measure = $1 and t.level = $2 and t.place_id = $3 and t.period_kind = $4 and t.breakdown = $5
			and t.group_name = $6 and ($7 is null or t.version = $7)
		order by t.period, ph_support.version_numbers(t.version) desc, t.version desc', schema)
	using measure, level, place_id, period_kind, breakdown, group_name, version;
end
$$;
comment on function ph.measure_series(text, text, text, text, text, text, text, text, boolean) is
	'the stored summaries of a measure and place, a row a period, each of the latest version that was folded of it. '
	'Errors: undefined_table, invalid_parameter_value, also where they are of several versions and mix_versions is not '
	'said';

create procedure ph.drop_measure(schema text, measure text, version text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	perform ph_support.require_measure(schema, measure);
	for part in execute format(
		'select distinct concat_ws('' '', measure, version, period_kind, period) as fold
		from %I.measure_fold f
		where f.measure = $1 and ($2 is null or f.version = $2)', schema)
	using measure, version
	loop
		call ph_support.drop_contributions(schema, part.fold);
	end loop;
	execute format('delete from %I.measure_tally t where t.measure = $1 and ($2 is null or t.version = $2)', schema)
	using measure, version;
	execute format('delete from %I.measure_fold f where f.measure = $1 and ($2 is null or f.version = $2)', schema)
	using measure, version;
	execute format('delete from %I.measure m where m.measure = $1 and ($2 is null or m.version = $2)', schema)
	using measure, version;
end
$$;
comment on procedure ph.drop_measure(text, text, text) is
	'deletes a measure, or one version of it, with all that was folded of it. A shipped one comes back, without what '
	'was folded, with the next ph.create_measure_tables. Errors: undefined_table, invalid_parameter_value';

create function ph_support.measure_places(
	schema text, measure text, level text, period text, breakdown text,
	out place_id text, out group_name text, out first_day date, out people bigint, out tally ph.tally,
	out reference ph.tally)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	kind text;
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_periods(schema, array[period]);
	-- looked up first, since joined to the calendar all periods would be read
	execute format('select kind, start_date from %I.calendar where name = $1', schema)
	into kind, first_day
	using period;
	return query execute format(
		'select t.place_id, t.group_name, t.period, t.people, t.tally, f.reference
		from %1$I.measure_tally t
		join %1$I.measure_fold f using (measure, version, period_kind, period)
		where (t.measure, t.version) = (select m.measure, m.version from ph_support.latest_measures($1, array[$2]) m)
			and t.level = $3 and t.period_kind = $4 and t.period = $5 and t.breakdown = $6', schema)
	using schema, measure, level, kind, first_day, breakdown;
end
$$;
comment on function ph_support.measure_places(text, text, text, text, text) is
	'the summaries of the latest version of a measure at a level in a period, with its first day and their people, by '
	'place and group of a breakdown';

-- ---- one place ----

create function ph_support.level_of_place(schema text, place_id text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found text;
begin
	perform ph_support.require_measure_tables(schema);
	perform ph_support.require_place(schema, place_id);
	execute format('select min(level) from %I.measure_place where place_id = $1', schema) into found using place_id;
	return found;
end
$$;
comment on function ph_support.level_of_place(text, text) is 'the level of a place. Errors: undefined_table, '
	'invalid_parameter_value';

create function ph.place_neighbours(schema text, place_id text, period text, neighbours integer default 5)
returns table (rank integer, neighbour text, name text, distance float8, determinants text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_periods(schema, array[period]);
	return query execute format(
		'with determinant as (
			select v.place_id, v.measure, v.value
			from %1$I.measure_value v
			join %1$I.calendar c on c.kind = v.period_kind and c.start_date = v.period and c.name = $3
			join %1$I.measure_dimension d using (measure)
			where v.level = ph_support.level_of_place($1, $2) and d.pillar in (''determinants'', ''communities'')
				and d.kind = ''input'' and v.place_id <> ''unknown'' and v.value is not null
		)
		select n.rank, n.neighbour, p.place_name, n.distance, measures, n.note
		from (
			select array_agg(d.place_id) as places, array_agg(d.measure) as names, array_agg(d.value) as numbers,
				string_agg(distinct d.measure, '', '') as measures
			from determinant d
			having bool_or(d.place_id = $2)
		) given,
			lateral ph.nearest_places(places, names, numbers, null, $2, $4) n
		left join %1$I.measure_place p on p.level = ph_support.level_of_place($1, $2) and p.place_id = n.neighbour
		order by n.rank', schema)
	using schema, place_id, period, neighbours;
end
$$;
comment on function ph.place_neighbours(text, text, text, integer) is
	'the statistical neighbours of a place in a period (a name of calendar), nearest first: by the distance between '
	'standard scores of what determines health there, the inputs of the pillars determinants and communities that are '
	'folded of its level and never outcomes (ph.nearest_places); no row where there are none. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph.place_profile(schema text, place_id text, period text, neighbours integer default 5)
returns table (
	pillar text, measure text, name text, value float8, lower float8, upper float8, unit text, better text,
	parent_name text, parent_value float8, against_parent text, neighbours_value float8, against_neighbours text,
	neighbours_are text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	level constant text := ph_support.level_of_place(schema, place_id);
	places text[];
begin
	perform ph_support.require_periods(schema, array[period]);
	select array_agg(n.neighbour order by n.rank),
		string_agg(format('%s (%s)', n.name, round(n.distance::numeric, 2)), ', ' order by n.rank)
	into places, neighbours_are
	from ph.place_neighbours(schema, place_id, period, neighbours) n
	where n.neighbour is not null;
	return query execute format(
		'select m.pillar, v.measure, v.name, v.value, v.lower, v.upper, v.unit, v.better, v.parent_name, v.parent_value,
			v.parent_verdict, e.value, c.verdict, $4, v.note
		from %1$I.measure_value v
		join %1$I.calendar k on k.kind = v.period_kind and k.start_date = v.period and k.name = $3
		join ph_support.latest_measures($6) m using (measure, version)
		left join %1$I.measure_tally t on (t.measure, t.version, t.level, t.place_id, t.breakdown, t.group_name,
			t.period_kind, t.period) = (v.measure, v.version, v.level, v.place_id, ''all'', ''all'', v.period_kind,
				v.period)
		left join %1$I.measure_fold f on (f.measure, f.version, f.period_kind, f.period)
			= (v.measure, v.version, v.period_kind, v.period)
		left join lateral (
			select case when count(*) > 0 then ph.rollup(o.tally) end as tally
			from %1$I.measure_tally o
			where (o.measure, o.version, o.level, o.breakdown, o.period_kind, o.period)
				= (v.measure, v.version, v.level, ''all'', v.period_kind, v.period) and o.place_id = any ($5)
		) others on m.with_measure is null
		left join lateral ph.ask(m.indicator, others.tally, ph_support.reference_of(m, f.reference), m.per, 0.95,
			coalesce(m.age, 0), m.until) e on others.tally is not null
		left join lateral ph.compare(t.tally, others.tally, m.indicator, ph_support.reference_of(m, f.reference), m.per,
			0.95, ''difference'', m.better, coalesce(m.age, 0), m.until) c on others.tally is not null
		where v.level = $1 and v.place_id = $2
		order by m.pillar, v.name', schema)
	using level, place_id, period, neighbours_are, places, schema;
end
$$;
comment on function ph.place_profile(text, text, text, integer) is
	'one place in a period (a name of calendar), a row a measure: its value with limits against the larger place, and '
	'against its statistical neighbours together (ph.place_neighbours), which are named with their distances. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph_support.in_bands(tally ph.tally, starts float8[]) returns ph.tally
language sql immutable parallel safe
begin atomic
	select ph.count_tally(starts[nullif(width_bucket(key, starts), 0)], events, exposure, events_squared)
	from ph.cells(tally);
end;
comment on function ph_support.in_bands(ph.tally, float8[]) is
	'a tally with its keys gathered into bands that begin at these numbers';

create function ph_support.require_bands(bands float8[]) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if bands is distinct from array(select distinct b from unnest(bands) b where b < 'infinity' order by b)
		or bands = '{}'
	then
		raise exception 'argument "bands" must be ages in rising order'
			using errcode = 'invalid_parameter_value', hint = 'Each band begins at one of them: {0,20,40,60,70,80}.';
	end if;
end
$$;
comment on function ph_support.require_bands(float8[]) is
	'does nothing for ages in rising order. Errors: invalid_parameter_value';

create function ph.measure_opportunity(
	schema text, measure text, place_id text, period text, breakdown text default 'deprivation_quintile',
	reference text default '5', bands float8[] default '{0,20,40,60,70,80}')
returns table (
	group_name text, observed float8, expected float8, spared float8, lower float8, upper float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	level constant text := ph_support.level_of_place(schema, place_id);
begin
	perform ph_support.require_bands(bands);
	return query
	select o.group_name, o.observed, o.expected, o.spared, o.lower, o.upper, o.note
	from (
		select array_agg(ph_support.in_bands(p.tally, bands) order by p.group_name) as tallies,
			array_agg(p.group_name order by p.group_name) as names
		from ph_support.measure_places(schema, measure, level, period, breakdown) p
		where p.place_id = measure_opportunity.place_id and p.group_name <> 'unknown'
	) given,
		lateral ph.opportunity(tallies, names, reference) o
	where tallies is not null;
end
$$;
comment on function ph.measure_opportunity(text, text, text, text, text, text, float8[]) is
	'how many events of a measure a place would have been spared in a period if all groups had the rates of one of '
	'them, by default of the least deprived fifth: ph.opportunity over its stored summaries with ages gathered into '
	'bands that begin at these, of all (group NULL) and of each group; no row where nothing is folded. Errors: '
	'undefined_table, invalid_parameter_value, those of ph.opportunity';

create function ph.needs_assessment(schema text, place_id text, period text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	level constant text := ph_support.level_of_place(schema, place_id);
	answer jsonb;
begin
	perform ph_support.require_periods(schema, array[period]);
	execute format(
		'with value as (
			select v.*, d.pillar, d.aim, d.meaning, d.source, d.leaves_out
			from %1$I.measure_value v
			join %1$I.calendar c on c.kind = v.period_kind and c.start_date = v.period and c.name = $3
			join %1$I.measure_dimension d using (measure)
			where v.level = $4 and v.place_id = $2
		), people as (
			select b.*
			from %1$I.measure_breakdown b
			join %1$I.calendar c on c.kind = b.period_kind and c.start_date = b.period and c.name = $3
			where b.level = $4 and b.place_id = $2 and b.measure = (
				select m.measure
				from ph_support.latest_measures($1) m
				join value using (measure)
				where m.people is null and m.exposure = ''years'' and m.age_from is null and m.age_until is null
					and m.events is not null
				order by cardinality(m.breakdowns) desc, m.measure
				limit 1)
		)
		select jsonb_build_object(
			''place'', (select jsonb_build_object(''id'', p.place_id, ''name'', p.place_name, ''level'', p.level)
				from %1$I.measure_place p where p.level = $4 and p.place_id = $2),
			''period'', $3,
			''data_until'', (select max(data_until) from value),
			''people'', (select jsonb_object_agg(breakdown, groups)
				from (
					select breakdown, jsonb_agg(jsonb_build_object(''group'', group_name, ''people'', people)
						order by group_order, group_name) as groups
					from people
					where breakdown not like ''%% by %%''
					group by breakdown
				) counted),
			''measures'', (select jsonb_object_agg(pillar, measures)
				from (
					select pillar, jsonb_agg(jsonb_build_object(''measure'', measure, ''name'', name, ''meaning'',
						meaning,
						''value'', value, ''lower'', lower, ''upper'', upper, ''unit'', unit, ''larger_place'',
							parent_name,
						''larger_place_value'', parent_value, ''verdict'', parent_verdict, ''since_last_year'',
							before_verdict,
						''note'', note, ''provisional'', provisional, ''source'', source, ''leaves_out'', leaves_out)
						order by name) as measures
					from value
					group by pillar
				) listed),
			''worse_than_larger_place'', (select jsonb_agg(name order by name)
				from value where parent_verdict = ''worse''),
			''inequality'', (select jsonb_agg(jsonb_build_object(''measure'', i.measure, ''name'', i.name, ''slope'',
				i.slope,
					''lower'', i.slope_lower, ''upper'', i.slope_upper, ''unit'', i.unit, ''since_last_year'',
						i.verdict,
					''how'', i.how, ''note'', i.note) order by i.name)
				from %1$I.measure_inequality i
				join %1$I.calendar c on c.kind = i.period_kind and c.start_date = i.period and c.name = $3
				where i.level = $4 and i.place_id = $2),
			''opportunity'', (select jsonb_agg(jsonb_build_object(''measure'', v.measure, ''name'', v.name,
					''spared'', o.spared, ''lower'', o.lower, ''upper'', o.upper, ''note'', o.note) order by v.name)
				from value v
				join ph_support.latest_measures($1) m using (measure),
					lateral ph.measure_opportunity($1, v.measure, $2, $3) o
				where o.group_name is null and v.better = ''lower'' and m.indicator in (''rate'', ''dsr'')
					and ''deprivation_quintile'' = any (m.breakdowns)),
			''neighbours'', (select jsonb_agg(jsonb_build_object(''id'', neighbour, ''name'', name, ''distance'',
				distance)
				order by rank) from ph.place_neighbours($1, $2, $3) where neighbour is not null))', schema)
	into answer
	using schema, place_id, period, level;
	return jsonb_strip_nulls(answer);
end
$$;
comment on function ph.needs_assessment(text, text, text) is
	'what is known of the needs of a place in a period (a name of calendar), as one value: people by group, measures '
	'by pillar against the larger place, inequality, events to be spared at the least deprived fifth''s rates, '
	'statistical neighbours, with sources and what each leaves out; ph.needs_assessment_page writes it as a page. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph_support.html(raw text) returns text
language sql immutable parallel safe
return replace(replace(replace(replace(raw, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
comment on function ph_support.html(text) is 'text as it is written in HTML';

create function ph_support.number_in_words(number float8) returns text
language sql immutable parallel safe
return case
	when abs(number) >= 100 then to_char(number, 'FM999,999,999,990')
	when abs(number) >= 10 then to_char(number, 'FM990.0')
	else to_char(number, 'FM0.00') end;
comment on function ph_support.number_in_words(float8) is 'a number with about three digits';

create function ph_support.page_start(title text) returns text
language sql immutable parallel safe
return format(
	E'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
	'<meta name="viewport" content="width=device-width, initial-scale=1"><title>%1$s</title><style>\n'
	':root { color-scheme: light dark; }\nbody { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; '
	'margin: 0 auto; padding: 1rem; }\n.wide { overflow-x: auto; }\ntable { border-collapse: collapse; }\n'
	'th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid; }\n'
	'caption { text-align: left; font-weight: 600; }\n</style></head><body>\n<h1>%1$s</h1>\n',
	ph_support.html(title));
comment on function ph_support.page_start(text) is
	'the beginning of an HTML page of its own up to its heading, without scripts or anything from outside';

create function ph.needs_assessment_page(schema text, place_id text, period text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	need constant jsonb := ph.needs_assessment(schema, place_id, period);
	title constant text := format('Needs of %s, %s', need -> 'place' ->> 'name', period);
	page text;
begin
	page := ph_support.page_start(title) || format(
		E'<p>Data until %s. Values have 95 %% limits; "better" and "worse" are against %s.</p>\n',
		coalesce(need ->> 'data_until', 'an unknown day'),
		ph_support.html(coalesce((
			select m ->> 'larger_place'
			from jsonb_each(need -> 'measures') p, jsonb_array_elements(p.value) m
			where m ? 'larger_place'
			limit 1), 'no larger place')));
	select page || coalesce(string_agg(format(
		E'<div class="wide"><table><caption>People by %s</caption><thead><tr><th>group</th><th>people</th></tr></thead>'
		'<tbody>%s</tbody></table></div>\n', ph_support.html(replace(b.key, '_', ' ')), (
			select string_agg(format('<tr><td>%s</td><td>%s</td></tr>', ph_support.html(g ->> 'group'),
				g ->> 'people'), '')
			from jsonb_array_elements(b.value) g)), '' order by b.key), '')
	into page
	from jsonb_each(coalesce(need -> 'people', '{}')) b;
	select page || coalesce(string_agg(format(
		E'<h2>%s</h2>\n<div class="wide"><table><caption>Measures: %1$s</caption><thead><tr>'
		'<th>measure</th><th>value</th>'
		'<th>limits</th><th>unit</th><th>larger place</th><th>verdict</th><th>note</th></tr></thead><tbody>%s</tbody>'
		'</table></div>\n', ph_support.html(initcap(p.key collate "C")), (
			select string_agg(format(
				'<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>',
				ph_support.html(m ->> 'name'),
				coalesce(ph_support.number_in_words((m ->> 'value')::float8), 'none'),
				coalesce(ph_support.number_in_words((m ->> 'lower')::float8) || ' to '
					|| ph_support.number_in_words((m ->> 'upper')::float8), ''),
				ph_support.html(m ->> 'unit'),
				coalesce(ph_support.number_in_words((m ->> 'larger_place_value')::float8), ''),
				coalesce(m ->> 'verdict', ''), ph_support.html(coalesce(m ->> 'note', ''))), '')
			from jsonb_array_elements(p.value) m)), '' order by p.key), '')
	into page
	from jsonb_each(coalesce(need -> 'measures', '{}')) p;
	select page || coalesce(string_agg(format(
		E'<p>At the rates of the least deprived fifth: %s fewer (%s to %s) of %s.</p>\n',
		ph_support.number_in_words((o ->> 'spared')::float8), ph_support.number_in_words((o ->> 'lower')::float8),
		ph_support.number_in_words((o ->> 'upper')::float8), ph_support.html(o ->> 'name')), ''), '')
	into page
	from jsonb_array_elements(coalesce(need -> 'opportunity', '[]')) o
	where o ? 'spared';
	select page || coalesce(E'<p>Statistical neighbours, with their distance: '
		|| string_agg(format('%s (%s)', ph_support.html(n ->> 'name'), round((n ->> 'distance')::numeric, 2)), ', ')
		|| E'.</p>\n', '')
	into page
	from jsonb_array_elements(coalesce(need -> 'neighbours', '[]')) n;
	return page || E'</body></html>\n';
end
$$;
comment on function ph.needs_assessment_page(text, text, text) is
	'ph.needs_assessment as an HTML page of its own, without scripts or anything from outside. '
	'Errors: undefined_table, invalid_parameter_value';
