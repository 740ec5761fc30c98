-- 0.2.0 to 0.3.0: places, calendar and stays that are stored, populations to choose from.

drop procedure ph.create_population_views(text, text, text, text, text, text);

create or replace function ph.segment_query(
	scheme text, version text, source regclass, schema text default 'ph', person text default 'person_id',
	missing text default 'refuse')
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	names text[];
	types regtype[];
	rules ph_support.query_rule[];
	segments ph_support.query_segment[];
	conditions text[];
begin
	-- rules are read and written with backslashes as such: elsewhere the text would mean something else
	if current_setting('standard_conforming_strings') = 'off' then
		raise exception 'standard_conforming_strings must be on'
			using errcode = '55000', hint = 'SET standard_conforming_strings = on first.';
	end if;
	perform ph_support.require_scheme(schema, scheme, version);
	select i.names, i.types into names, types from ph_support.scheme_inputs(schema, scheme, version) i;
	perform ph_support.require_people(source, person, names, types, missing);
	rules := ph_support.query_rules(schema, scheme, version, names, types);
	segments := ph_support.query_segments(schema, scheme, version, rules);
	if not exists (select from unnest(segments) s where s.kind = 'default') then
		raise exception 'version "%" of scheme "%" has no default segment', version, scheme
			using errcode = '23514', hint = 'Give the segment of whom no rule matches kind default.';
	end if;
	conditions := array(select r.condition from unnest(rules) with ordinality r order by r.ordinality);
	return format($query$select person_id,
	%L::text as scheme,
	%L::text as version,
	%s as segment,
	%s as rank,
	%s as path,
	%s as flags,
	%s as candidates,
	%s as matched,
	%s as because,
	%s as reasons,
	%s as unknown
from (
	select %s
	from %s people
) input$query$,
		scheme, version,
		ph_support.query_winner(segments, rules, array(
			select quote_literal(s.segment)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_rank(segments, rules),
		ph_support.query_winner(segments, rules, array(
			select ph_support.query_path(segments, s.segment, 2)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_holding(segments, 'flag'),
		ph_support.query_holding(segments, 'segment'),
		ph_support.query_list(conditions, array(
			select quote_literal(r.rule)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select quote_literal(coalesce(r.says, r.rule))
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select ph_support.query_reason(r.rule, r.inputs)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_unknown(rules),
		concat_ws(E',\n\t\t', format('people.%I as person_id', person), ph_support.query_inputs(source, names, types)),
		-- with its schema, be it a temporary one
		(select format('%s.%I', relnamespace::regnamespace, relname) from pg_class where oid = source));
end
$$;

comment on function ph.segment_query(text, text, regclass, text, text, text) is
	'the query that assigns every person of a relation to a segment of a scheme: '
	'person_id, scheme, version, segment, rank, path (nested segments), flags, '
	'candidates (every outermost segment that a rule assigns to), matched (every rule that is true), '
	'because (the same in plain words), reasons (with the values), unknown (inputs not known); '
	'a rule whose inputs are unknown is no match. '
	'Errors: 55000 with standard_conforming_strings off, under which the text would mean something else';

create or replace procedure ph.create_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	taken text;
	statement text;
begin
	if schema is null then
		raise exception 'schema must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	call ph_support.require_own_schema(schema);
	select string_agg(t.relation, ', ' order by t.relation)
	into taken
	from (select s.relation from ph.shared_table() s union all values ('data_load')) t
	where to_regclass(format('%I.%I', schema, t.relation)) is not null;
	if taken is not null then
		raise exception 'schema "%" already has %', schema, taken
			using errcode = 'duplicate_table',
				hint = 'Name another schema, or drop or rename these relations first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;

	for statement in
		select format('create table {%I} (%s)', t.relation, ph_support.shared_table_definition(t.relation))
		from ph.shared_table() t
		union all
		select format('alter table {%I} add foreign key (%I) references {%I} (%I)',
			r.relation, r.column_name, r.parent_relation, r.parent_column)
		from ph.shared_reference() r
		union all
		select format('create index on {%I} (%s)', t.relation, i.columns)
		from ph.shared_table() t, unnest(t.indexes) i (columns)
		union all
		values
			('create unique index data_day_one on {data_day} ((day is not null))'),
			('create table {data_load} (
				load_id bigint generated always as identity primary key, relation text not null,
				rows bigint not null check (rows >= 0), loaded_at timestamptz not null default now())'),
			('comment on table {data_load} is ''one row a load of a shared table, in order: '
			 'the greatest load_id is the stamp of the data'''),
			('comment on column {data_load}.load_id is ''number of the load, the later the greater'''),
			('comment on column {data_load}.relation is ''the shared table'''),
			('comment on column {data_load}.rows is ''rows that were loaded'''),
			('comment on column {data_load}.loaded_at is ''when''')
		union all
		select format('comment on table {%I} is %L', t.relation, t.description)
		from ph.shared_table() t
		union all
		select format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
		from ph.shared_column() c
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
end
$$;

comment on procedure ph.create_shared_tables(text) is
	'makes the empty shared tables in the schema, with data_load beside them, which says when each was loaded, '
	'and the schema where there is none; '
	'they are ordinary tables and belong to the caller. '
	'Errors: duplicate_table where one of the names is taken (nothing is made then), '
	'22023 for a schema of the extension or of the system, name_too_long';

create function ph_support.first_day(period daterange) returns date
language sql immutable parallel safe
return lower(ph_support.bounded_period(period));

comment on function ph_support.first_day(daterange) is
	'the first day of a period. Errors: as ph_support.bounded_period';

create function ph_support.day_after(period daterange) returns date
language sql immutable parallel safe
return upper(ph_support.bounded_period(period));

comment on function ph_support.day_after(daterange) is
	'the first day after a period. Errors: as ph_support.bounded_period';

create function ph_support.known_population(population text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if population not in ('registered', 'resident', 'registered_or_resident', 'seen') then
		raise exception 'population must be one that is known'
			using errcode = 'invalid_parameter_value',
				hint = 'The populations are registered, resident, registered_or_resident and seen.';
	end if;
	return coalesce(population, 'registered');
end
$$;

comment on function ph_support.known_population(text) is
	'the population itself, NULL for registered. Errors: invalid_parameter_value where there is no such population';

create function ph_support.kind_descriptions(kinds text[]) returns jsonb
language sql immutable
begin atomic
	select coalesce(
		jsonb_object_agg(
			lower(kind collate "C"), 'the ' || kind || ' in which it lies, NULL where there is none or more than one'),
		'{}')
	from unnest(kinds) kind;
end;

comment on function ph_support.kind_descriptions(text[]) is
	'what the columns of kinds of places say, by their names';

create function ph_support.place_dimension_query(schema text, kinds text[]) returns text
language sql stable
begin atomic
	select format(
		'with recursive above (base_id, place_id) as (
			select place_id::text, place_id from %1$I.place
			union
			select above.base_id, parent.parent_id
			from above join %1$I.place_parent parent on parent.place_id = above.place_id)
		select above.base_id as place_id,
			min(place_kind::text) filter (where place.place_id::text = above.base_id) as place_kind%2$s
		from above join %1$I.place on place.place_id = above.place_id
		group by above.base_id',
		schema,
		string_agg(
			format(
				', case when count(*) filter (where place_kind = %1$L) = 1 '
				'then min(place.place_id::text) filter (where place_kind = %1$L) end as %2$I',
				kind, lower(kind collate "C")),
			'' order by kind))
	from unnest(kinds) kind;
end;

comment on function ph_support.place_dimension_query(text, text[]) is
	'the query that gives one row a place: its id and kind, and one column a kind with the place of that kind '
	'in which it lies; NULL where there is none, or more than one';

create or replace function ph_support.ladder_query(schema text, name text, base text, kinds text[]) returns text
language sql immutable
begin atomic
	select format('select place_id as %I%s from %I.place_dimension where %s', name,
		string_agg(format(', %I', lower(kind collate "C")), '' order by kind), schema, base)
	from unnest(kinds) kind;
end;

comment on function ph_support.ladder_query(text, text, text, text[]) is
	'the query that gives one row a place of place_dimension for which the condition base holds: '
	'its id as the column name, and the columns of the kinds above it';

create procedure ph.refresh_place_dimension(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := format('%I.place_dimension', schema);
	kinds text[];
	names text[];
	missing text;
begin
	if to_regclass(format('%I.place', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	call ph_support.require_own_schema(schema);
	kinds := ph_support.kinds_above(schema, 'true');
	names := lower(kinds::text collate "C")::text[];
	call ph_support.require_column_names('kinds of places', 'place_dimension', names, '{place_id,place_kind}');
	if to_regclass(target) is null then
		execute format('create table %s (place_id text primary key, place_kind text)', target);
		execute format('create index on %s (place_kind)', target);
	else
		call ph_support.require_generated(schema, 'place_dimension', 'pg_class', target::regclass);
	end if;
	select string_agg(format('add column %I text', n), ', ')
	into missing
	from unnest(names) n
	where not exists (
		select
		from pg_attribute
		where attrelid = target::regclass and attname = n::name and not attisdropped);
	if missing is not null then
		execute format('alter table %s %s', target, missing);
	end if;
	call ph_support.describe_table(target,
		'one row a place: the place of each kind in which it lies, NULL where there is none or more than one; '
		'ph.refresh_place_dimension fills it anew',
		ph_support.kind_descriptions(kinds)
			|| '{"place_id": "code of the place", "place_kind": "kind and edition of the place"}');

	-- who reads goes on, who else refreshes waits
	execute format('lock table %s in share row exclusive mode', target);
	execute format('delete from %s', target);
	execute format('insert into %s (place_id, place_kind%s) %s', target,
		(select string_agg(format(', %I', lower(k collate "C")), '' order by k) from unnest(kinds) k),
		ph_support.place_dimension_query(schema, kinds));
	execute format('analyze %s', target);
	if to_regclass(format('%I.changed_person', schema)) is not null then
		call ph.mark_changed(schema, 'place');
	end if;
end
$$;

comment on procedure ph.refresh_place_dimension(text) is
	'fills place_dimension of the schema from place and place_parent, and makes it where there is none: '
	'one row a place, a column for each kind that is above some place; '
	'who reads is not kept waiting, a kind that has gone is NULL. '
	'ph.create_population_views calls it; call it after a change of places. '
	'Errors: undefined_table, duplicate_object where the name is taken by something else, '
	'duplicate_column where kinds differ in case only or are named as one of its own columns';

create function ph_support.stay_query(schema text, population text) returns text
language sql immutable
begin atomic
	select format(
		'select person_id, practice, coalesce(registration.neighbourhood, residence.neighbourhood) as neighbourhood,
			place, system, small_area, deprivation_decile, (deprivation_decile + 1) / 2 as deprivation_quintile,
			registration.spell * residence.spell as spell
		from %2$s registration
		join %1$I.residence_spell residence using (person_id)
		where not isempty(registration.spell * residence.spell) and %3$s',
		schema,
		case
			when population = 'registered'
				then format('(select *, true as registered from %I.registration_spell)', schema)
			else format(
				-- life without a registration is a registration with nobody
				'(
					select *, true as registered from %1$I.registration_spell
					union all
					select person_id, null, null,
						ph_support.unnest_days(life.days - coalesce(registered.days, ''{}'')), false
					from (select person_id, range_agg(spell) as days from %1$I.residence_spell group by person_id) life
					left join (
						select person_id, range_agg(spell) as days
						from %1$I.registration_spell
						group by person_id
					) registered using (person_id))', schema) end,
		case population
			when 'resident' then 'small_area is not null'
			when 'registered_or_resident' then '(registered or small_area is not null)'
			else 'true' end);
end;

comment on function ph_support.stay_query(text, text) is
	'the query of the stays of a population: a run of days with one registration and one address that counts in it. '
	'In seen all life counts, and person_at and person_period ask for an encounter beside it';

create function ph_support.seen_condition(schema text, population text, person text, first_day text, day_after text)
returns text
language sql immutable
begin atomic
	select
		case population
			when 'seen' then format(
				'exists (
					select
					from %I.encounter seen
					where seen.person_id::text = %s and seen.start_date >= %s and seen.start_date < %s)',
				schema, person, first_day, day_after)
			else 'true' end;
end;

comment on function ph_support.seen_condition(text, text, text, text, text) is
	'the condition that a person, an expression, has an encounter from the first day on and before another, '
	'in the population seen; true in all others';

create or replace function ph_support.population_view(out relation text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_ladder',
		 'one row a small area: the place of each kind in which it lies, NULL where there is none or more than one'),
		('practice_ladder',
		 'one row a practice: the place of each kind to which it belongs, NULL where there is none or more than one'),
		('registration_spell',
		 'days registered, each day of a person once: the later registration takes over, the day of death counts, '
		 'no day after the data day'),
		('residence_spell',
		 'days of life by small area, each day of a person once: the later address takes over, '
		 'small_area is NULL where no address is known'),
		('computed_stay',
		 'one row a person and run of days with one registration and one address, each day once, '
		 'as the tables say now; spell is half open, from start_date up to end_date'),
		('stay',
		 'one row a person and run of days with one registration and one address, each day once; '
		 'the rows of computed_stay, or of stored_stay after ph.store_stays'),
		('register',
		 'one row a person and condition: '
		 'the first event with a code of the latest version of the code list of that name'),
		('segment_input',
		 'the people of the data day as the rules of segments ask for them; '
		 'segment_inputs(as_of) gives those of another day');
end;

create or replace function ph_support.population_column(out column_name text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person_id', 'pseudonym of the person'),
		('practice', 'practice with which the person is registered'),
		('neighbourhood', 'neighbourhood, such as a primary care network; NULL is unknown'),
		('place', 'place, such as a local authority district, of the address; NULL is unknown'),
		('system', 'system, such as an integrated care board, of the address; NULL is unknown'),
		('small_area', 'small area of the address; NULL is unknown'),
		('deprivation_decile', 'decile of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
		('deprivation_quintile', 'fifth of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
		('spell', 'the days, half open'),
		('start_date', 'first day of the spell'),
		('end_date', 'first day after the spell'),
		('earlier_ends', 'the end dates of the stays of this person before this one, in order'),
		('condition', 'name of the code list'),
		('first_date', 'day of the first event with a code of the list'),
		('age_years', 'age in completed years'),
		('sex', 'F, M or I; NULL is unknown'),
		('ethnicity', 'NHS 16+1 code; NULL is unknown'),
		('long_term_conditions', 'code lists recorded before the day'),
		('charlson', 'Charlson score of the diagnoses of two years'),
		('hospital_frailty', 'Hospital Frailty Risk Score of the diagnoses of two years'),
		('emergency_admissions_12_months', 'emergency admissions of one year'),
		('non_elective_admissions', 'the same by the name that some schemes give it'),
		('maternity_activity', 'contacts with maternity services of one year'),
		('emergency_attendances_12_months', 'attendances at accident and emergency of one year'),
		('outpatient_attendances_12_months', 'outpatient attendances of one year'),
		('consultations_12_months', 'consultations with general practice of one year'),
		('spend_12_months', 'cost of one year, in pounds'),
		('bmi', 'last body mass index of one year; NULL is unknown'),
		('smoker', 'whether the last note on smoking says so; NULL is unknown');
end;

create function ph_support.population_columns() returns jsonb
language sql immutable parallel safe
return (select jsonb_object_agg(c.column_name, c.description) from ph_support.population_column() c);

comment on function ph_support.population_columns() is 'ph_support.population_column() as one value: name, description';

create procedure ph_support.describe_table(name text, description text, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.describe_generated('TABLE', name, 'pg_class', name::regclass, description);
	call ph_support.comment_columns(name::regclass, columns);
end
$$;

comment on procedure ph_support.describe_table(text, text, jsonb) is
	'says what a generated table and its columns are, where its owner has not; columns are name, description';

create or replace procedure ph_support.replace_population_view(
	schema text, relation text, query text, columns jsonb default '{}', keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	description text := (
		select v.description
		from ph_support.population_view() v
		where v.relation = replace_population_view.relation);
begin
	call ph_support.replace_view(
		schema, relation, query, description, columns || ph_support.population_columns(), keep);
end
$$;

create or replace procedure ph.drop_population_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	object record;
begin
	for object in
		-- what is built on others goes before them
		select 'function' as kind, p.proname as name, 'pg_proc'::regclass as class, p.oid,
			p.oid::regprocedure::text as target, case p.proname when 'segment_inputs' then 9 else 7.5 end as place
		from pg_proc p
		where p.pronamespace = to_regnamespace(quote_ident(schema))
			and p.proname in ('segment_inputs', 'person_period', 'person_at')
		union all
		select 'table', relname, 'pg_class', oid, oid::regclass::text, 0
		from pg_class
		where relnamespace = to_regnamespace(quote_ident(schema)) and relkind = 'r'
			and relname in ('place_dimension', 'stored_stay', 'changed_person')
		union all
		select 'trigger', tgname, 'pg_trigger', t.oid, format('%I on %s', tgname, tgrelid::regclass), -1
		from pg_trigger t
		where tgfoid = 'ph_support.note_changed_person'::regproc
			and substring(tgargs for position('\x00'::bytea in tgargs) - 1)
				= convert_to(schema, getdatabaseencoding())  -- its first argument
		union all
		select 'view', v.relation, 'pg_class', c.oid, c.oid::regclass::text, v.ordinality
		from ph_support.population_view() with ordinality v
		join pg_class c on c.oid = to_regclass(format('%I.%I', schema, v.relation))
		order by place desc
	loop
		if object.kind <> 'trigger' then
			call ph_support.require_generated(schema, object.name, object.class, object.oid);
		end if;
		execute format('drop %s %s', object.kind, object.target);
	end loop;
end
$$;

create procedure ph.create_population_views(
	schema text,
	small_area text default null,
	neighbourhood text default null,
	place text default null,
	system text default null,
	deprivation text default null,
	population text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	is_area text;
	is_practice text := format('place_id::text in (select practice_code::text from %I.registration)', schema);
	area_kinds text[];
	practice_kinds text[];
	network_kinds text[];
	place_kinds text[];
	home_kinds text[];
	factors text[] := '{}';
	practice_neighbourhood text := 'null::text';  -- one of these two is known
	area_neighbourhood text := 'null::text';
	deprivation_query text := 'select null::text as small_area, null::integer as deprivation_decile where false';
	query text;
	lacking text;
	object record;
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	select string_agg(relation, ', ')
	into lacking
	from ph.shared_table()
	where required and to_regclass(format('%I.%I', schema, relation)) is null;
	if lacking is not null then
		raise exception 'schema "%" lacks shared tables: %', schema, lacking
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes them; views of these names over tables of yours do as well.';
	end if;
	population := ph_support.known_population(population);
	for object in select * from ph_support.mistyped_column(schema) limit 1 loop
		raise exception 'column "%" of "%" is not of the type that the shared tables have',
			object.column_name, object.relation
			using errcode = 'datatype_mismatch',
				hint = 'SELECT * FROM ph.check_shared_tables(schema) lists all of them.';
	end loop;
	execute format('select array(select distinct place_kind from %I.place)', schema) into place_kinds;
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select lsoa21_code from %1$I.residence))',
		schema)
	into home_kinds;
	small_area := ph_support.chosen('small_area', small_area, 'LSOA21', '^LSOA',
		case when small_area is null and home_kinds <> '{}' then home_kinds else place_kinds end);
	is_area := format('place_kind = %L', small_area);

	area_kinds := ph_support.kinds_above(schema, is_area);
	place := ph_support.chosen('place', place, 'LAD24', '^LAD', area_kinds);
	system := ph_support.chosen('system', system, 'ICB24', '^ICB', area_kinds);

	practice_kinds := ph_support.kinds_above(schema, is_practice);
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select pcn_code from %1$I.registration))',
		schema)
	into network_kinds;
	neighbourhood := ph_support.chosen('neighbourhood', neighbourhood, 'PCN', '^PCN',
		practice_kinds || network_kinds || area_kinds);
	if neighbourhood = any (practice_kinds) then
		practice_neighbourhood := format(
			'coalesce(practice.%I, network.place_id::text)', lower(neighbourhood collate "C"));
	elsif neighbourhood = any (network_kinds) then
		practice_neighbourhood := 'network.place_id::text';
	else
		area_neighbourhood := format('area.%I', lower(neighbourhood collate "C"));
	end if;

	if to_regclass(format('%I.place_factor', schema)) is not null then
		execute format(
			'select array(
				select factor
				from %1$I.place_factor
				join %1$I.place using (place_id)
				where %2$s
				group by factor
				having bool_and(value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))',
			schema, is_area)
		into factors;
	end if;
	if deprivation is not null or factors <> '{}' then  -- or else deprivation is unknown
		deprivation_query := format(
			'select distinct on (place_id) place_id::text as small_area, value::integer as deprivation_decile
			from %I.place_factor
			where factor = %L
			order by place_id, period desc',
			schema, ph_support.chosen('deprivation', deprivation, 'imd2019_decile', '_decile$', factors));
	end if;

	call ph_support.require_column_names('kinds of places', 'place_ladder',
		lower(area_kinds::text collate "C")::text[], '{small_area}');
	call ph_support.require_column_names('kinds of places', 'practice_ladder',
		lower(practice_kinds::text collate "C")::text[], '{practice}');
	call ph.refresh_place_dimension(schema);
	-- a kind of place that the data have no more is one that nobody is in
	call ph_support.replace_population_view(schema, 'place_ladder',
		ph_support.ladder_query(schema, 'small_area', is_area, area_kinds),
		ph_support.kind_descriptions(area_kinds), keep => true);
	call ph_support.replace_population_view(schema, 'practice_ladder',
		ph_support.ladder_query(schema, 'practice', is_practice, practice_kinds),
		ph_support.kind_descriptions(practice_kinds), keep => true);
	-- What is known of practices and areas is joined before spells are cut, while the planner still knows how many rows
	-- there are.
	-- Not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just made.
	query := ph_support.spell_query(schema,
		format('(
			select person_id, practice_code::text as practice, %2$s as neighbourhood, start_date, end_date
			from %1$I.registration
			left join %1$I.place_dimension practice on practice.place_id = practice_code::text
			left join %1$I.place network on network.place_id = pcn_code and network.place_kind = %3$L)',
			schema, practice_neighbourhood, neighbourhood),
		'practice, neighbourhood');
	call ph_support.replace_population_view(schema, 'registration_spell', query);
	query := ph_support.spell_query(schema,
		-- life itself is a residence of unknown address, so that nobody is lost between two addresses
		format('(
			select person_id, small_area, %2$s as neighbourhood, area.%3$I as place, area.%4$I as system,
				deprivation_decile, start_date, end_date
			from (
				select person_id, lsoa21_code::text as small_area, start_date, end_date from %1$I.residence
				union all
				select person_id, null, null, null from %1$I.person
			) address
			left join %1$I.place_ladder area using (small_area)
			left join (%5$s) deprivation using (small_area))',
			schema, area_neighbourhood, lower(place collate "C"), lower(system collate "C"), deprivation_query),
		'small_area, neighbourhood, place, system, deprivation_decile');
	call ph_support.replace_population_view(schema, 'residence_spell', query);
	query := format(
		'select person_id, practice, neighbourhood, place, system, small_area, deprivation_decile, deprivation_quintile,
			spell, coalesce(lower(spell), ''-infinity'') as start_date, upper(spell) as end_date,
			coalesce(array_agg(upper(spell)) over earlier, ''{}'') as earlier_ends
		from (%s) run
		window earlier as (
			partition by person_id order by spell rows between unbounded preceding and 1 preceding)',
		ph_support.stay_query(schema, population));
	call ph_support.replace_population_view(schema, 'computed_stay', query);
	call ph_support.replace_population_view(schema, 'stay', format('select * from %I.%I', schema,
		case when to_regclass(format('%I.stored_stay', schema)) is null then 'computed_stay' else 'stored_stay' end));

	call ph_support.replace_function(schema, 'person_at', 'timestamptz',
		format($query$(as_of timestamptz)
			returns table (
				person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
				system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
			language sql stable parallel safe
			begin atomic
				select s.person_id, ph.completed_years(p.birth_date, person_at.as_of::date), p.sex::text,
					nullif(p.ethnicity_code::text, 'Z'), s.practice, s.neighbourhood, s.place, s.system, s.small_area,
					s.deprivation_decile, s.deprivation_quintile
				from %1$I.stay s
				join %1$I.person p on p.person_id::text = s.person_id
				where isfinite(person_at.as_of) and s.start_date <= person_at.as_of::date
					and s.end_date > person_at.as_of::date and %2$s;
			end$query$, schema, ph_support.seen_condition(schema, population, 's.person_id',
				'(person_at.as_of::date + 1 - interval ''1 year'')', 'person_at.as_of::date + 1')),
		'one row a person of the population who was there and alive on the day, as known by then, '
		'and nobody after the data day: '
		'age in completed years, where deprivation_decile 1 and deprivation_quintile 1 are the most deprived; '
		'unknown is NULL');

	-- Encounters are joined to stays before they are counted, grouped by all that a stay says, so that a place that is
	-- asked for is looked up first. Encounters outside any stay stand apart, so that they are not sought where nobody
	-- asks for them (events_outside) and for rows without a stay (stay 0). first_day, day_after and known_pod are
	-- immutable: the planner knows what they return.
	call ph_support.replace_function(schema, 'person_period', 'daterange, text',
		format($query$(period daterange, kind text default null)
			returns table (
				person_id text, stay integer, age integer, sex text, ethnicity text, practice text,
				neighbourhood text, place text, system text, small_area text, deprivation_decile integer,
				deprivation_quintile integer, start_date date, end_date date, days integer, years double precision,
				events bigint, cost numeric, events_outside bigint)
			language sql stable parallel safe
			begin atomic
				with at_risk as not materialized (
					select *, 1 + cardinality(earlier_ends)
							- width_bucket(ph_support.first_day(period), earlier_ends) as stay
					from %1$I.stay
					where start_date < ph_support.day_after(period) and end_date > ph_support.first_day(period)
						and %2$s
				), encounter as not materialized (
					select person_id::text as person_id, start_date, cost::numeric as cost
					from %1$I.encounter
					where start_date >= ph_support.first_day(period) and start_date < ph_support.day_after(period)
						and (ph_support.known_pod(kind) is null or pod = ph_support.known_pod(kind))
				), inside as (
					select r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
						r.deprivation_decile, r.deprivation_quintile,
						greatest(r.start_date, ph_support.first_day(period)) as start_date,
						least(r.end_date, ph_support.day_after(period)) as end_date,
						count(e.person_id) as events, coalesce(sum(e.cost), 0) as cost
					from at_risk r
					left join encounter e on e.person_id = r.person_id
						and e.start_date >= r.start_date and e.start_date < r.end_date
					group by r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
						r.deprivation_decile, r.deprivation_quintile, r.start_date, r.end_date
				), outside as (
					select e.person_id, 1 as stay, count(*) as events
					from encounter e
					where not exists (
						select
						from at_risk r
						where r.person_id = e.person_id and e.start_date >= r.start_date and e.start_date < r.end_date)
					group by e.person_id
				), counted as (
					select i.*, i.end_date - i.start_date as days, coalesce(o.events, 0) as events_outside
					from inside i
					left join outside o on o.person_id = i.person_id and o.stay = i.stay
					union all  -- of the same types, so that it is no more than two tables
					select e.person_id, 0, null, null, null, null, null, null, null, null, null,
						0::bigint, 0::numeric, 0, count(*)
					from encounter e
					where not exists (select from at_risk r where r.person_id = e.person_id)
					group by e.person_id
				)
				select c.person_id, c.stay, ph.completed_years(p.birth_date, c.start_date), p.sex::text,
					nullif(p.ethnicity_code::text, 'Z'), c.practice, c.neighbourhood, c.place, c.system, c.small_area,
					c.deprivation_decile, c.deprivation_quintile, c.start_date, c.end_date, c.days,
					c.days / 365.25::double precision, c.events, c.cost, c.events_outside
				from counted c
				join %1$I.person p on p.person_id::text = c.person_id;
			end$query$, schema, ph_support.seen_condition(schema, population, 'stay.person_id',
				'ph_support.first_day(period)', 'ph_support.day_after(period)')),
		'one row a person and stay in the period, cut at the data day: person-years at risk (days / 365.25), '
		'encounters of the kind that started in it (null: all), their cost in pounds. '
		'Encounters in the period outside any stay are counted apart in events_outside, '
		'on the first stay or on a row with stay 0. '
		'Errors: invalid_parameter_value for a period without end or an unknown kind');

	call ph_support.replace_population_view(schema, 'register', format(
		'select event.person_id::text as person_id, matched.list as condition, min(event.event_date) as first_date
		from %1$I.clinical_event event
		join (%2$s) matched on matched.code = event.code
			-- a function and not an operator: the planner takes each clause of an operator for another chance
			and texteq(matched.code_system::text, event.code_system::text)
		group by event.person_id, matched.list',
		schema, ph_support.in_schema(ph_support.matched_code_query(), schema)));

	if to_regclass(format('%I.segment_input', schema)) is not null then
		call ph.create_segment_inputs(schema);
	end if;
end
$$;

comment on procedure ph.create_population_views(text, text, text, text, text, text, text) is
	'makes, over the shared tables of the schema, the table place_dimension (ph.refresh_place_dimension), '
	'the views place_ladder, practice_ladder, registration_spell, residence_spell, computed_stay, stay and register '
	'and the functions person_at(timestamptz) and person_period(daterange, text), '
	'all with the rights of whoever asks them; what an earlier call made is replaced in place. '
	'population says whom they count: registered (as NULL), resident (known address), registered_or_resident, '
	'or seen (an encounter in the period, or in the year up to the day). '
	'The other arguments name kinds of place and the factor with the decile of deprivation, one fixed edition; '
	'NULL takes LSOA21, PCN, LAD24, ICB24 and imd2019_decile, or the only ones that the data offer, '
	'and leaves deprivation unknown where there is no decile. Errors: invalid_schema_name, '
	'undefined_table with the shared tables that the schema lacks, invalid_parameter_value with what there is, '
	'duplicate_object where a name is taken by something else, '
	'dependent_objects_still_exist where a column of a view would go away';

create function ph_support.stay_source(out relation text, out everybody boolean) returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', false), ('registration', false), ('residence', false), ('place_factor', true), ('data_day', true),
		('place', true);
end;

comment on function ph_support.stay_source() is
	'the relations that stays are computed from, and whether a change of one concerns everybody';

create function ph_support.note_changed_person() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	persons constant text :=
		case
			when tg_argv[2] = 'everybody' or tg_op = 'TRUNCATE' then 'select null'
			when tg_op = 'INSERT' then 'select person_id from new_rows'
			when tg_op = 'DELETE' then 'select person_id from old_rows'
			else 'select person_id from old_rows union select person_id from new_rows' end;
begin
	execute format(
		'insert into %I.changed_person (person_id, relation)
		select distinct person_id::text, %L from (%s) changed (person_id)',
		tg_argv[0], tg_argv[1], persons);
	return null;
end
$$;

comment on function ph_support.note_changed_person() is
	'the trigger after a statement on a relation of ph_support.stay_source(), or on a partition of one: '
	'whose rows were changed, into changed_person; its arguments are the schema, the relation and everybody or person';

create procedure ph_support.watch_stay_sources(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	missing record;
begin
	for missing in
		select source.relation, source.everybody, part.relid::regclass as part, event,
			case
				when source.everybody or event = 'truncate' then ''
				when event = 'insert' then ' referencing new table as new_rows'
				when event = 'delete' then ' referencing old table as old_rows'
				else ' referencing old table as old_rows new table as new_rows' end as referencing
		from ph_support.stay_source() source
		join pg_class parent on parent.oid = to_regclass(format('%I.%I', schema, source.relation))
			and parent.relkind in ('r', 'p')
		cross join lateral (
			select parent.oid as relid
			union
			select relid
			from pg_partition_tree(parent.oid)) part
		join pg_class c on c.oid = part.relid and c.relkind in ('r', 'p')
		cross join unnest('{insert,update,delete,truncate}'::text[]) event
		where source.relation <> 'place'  -- ph.refresh_place_dimension tells
			and not exists (
				select
				from pg_trigger
				where tgrelid = part.relid and tgname = 'changed_person_' || event)
	loop
		execute format(
			'create trigger %I after %s on %s%s for each statement
			execute function ph_support.note_changed_person(%L, %L, %L)',
			'changed_person_' || missing.event, missing.event, missing.part, missing.referencing,
			schema, missing.relation, case when missing.everybody then 'everybody' else 'person' end);
		execute format(
			'insert into %1$I.changed_person (relation)
			select %2$L
			where not exists (select from %1$I.changed_person where person_id is null and relation = %2$L)',
			schema, missing.relation);
	end loop;
end
$$;

comment on procedure ph_support.watch_stay_sources(text) is
	'makes the triggers of ph_support.note_changed_person() on the tables that stays are computed from, '
	'and on every partition, since rows written straight into one fire no trigger of the parent; '
	'where one was missing everybody counts as changed. Views and foreign tables have none';

create procedure ph.mark_changed(schema text, relation text, person_ids text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.changed_person', schema)) is null then
		raise exception 'schema "%" has no stored stays', schema
			using errcode = 'undefined_table', hint = 'CALL ph.store_stays(...) first.';
	elsif not exists (select from ph.shared_table() t where t.relation = mark_changed.relation) then
		raise exception 'relation must be one of the shared tables'
			using errcode = 'invalid_parameter_value', hint = 'ph.shared_table() lists them.';
	end if;
	execute format(
		'insert into %I.changed_person (person_id, relation) select distinct p, $1 from unnest($2) p', schema)
	using relation, coalesce(person_ids, array[null]);
end
$$;

comment on procedure ph.mark_changed(text, text, text[]) is
	'says that rows of the shared table were changed for these persons, or for everybody (NULL), '
	'where no trigger can say it: for views, foreign tables and distributed tables. '
	'Errors: undefined_table without stored stays, invalid_parameter_value for another relation';

create procedure ph_support.require_stays_to_store(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	secured text;
	known boolean := false;
begin
	if to_regclass(format('%I.computed_stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into secured
	from ph_support.stay_source() s
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, s.relation))
	where c.relrowsecurity;
	if secured is not null then
		raise exception 'row security of % would not hold in a table of stays', secured
			using errcode = 'feature_not_supported', hint = 'The view stay computes them with the rights of who asks.';
	end if;
	if to_regclass(format('%I.data_day', schema)) is not null then
		execute format('select count(*) > 0 from %I.data_day where day <= current_date', schema) into known;
	end if;
	if not known then
		raise exception 'data_day must hold a day that is not to come'
			using errcode = 'object_not_in_prerequisite_state',
				hint = 'Without it stays end today, and what is stored would be old tomorrow.';
	end if;
end
$$;

comment on procedure ph_support.require_stays_to_store(text) is
	'does nothing where stays can be stored. Errors: undefined_table without population views, '
	'feature_not_supported under row security, object_not_in_prerequisite_state without a data day';

create function ph_support.grants_again(old regclass, new regclass) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format('grant %s on %s to %s%s', a.privilege_type, new,
		case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
		case when a.is_grantable then ' with grant option' else '' end)
	from pg_class c, aclexplode(c.relacl) a
	where c.oid = old and a.grantee <> c.relowner;
end;

comment on function ph_support.grants_again(regclass, regclass) is
	'the statements that give on the new relation what is granted on the old one';

create procedure ph_support.move_stays_in(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	old regclass := to_regclass(format('%I.stored_stay', schema));
	new regclass := to_regclass(format('%I.new_stored_stay', schema));
	statement text;
begin
	for statement in select * from ph_support.grants_again(old, new) loop
		execute statement;
	end loop;
	call ph_support.replace_population_view(schema, 'stay', format('select * from %s', new));
	execute format('drop table if exists %I.stored_stay', schema);
	execute format('alter table %s rename to stored_stay', new);
	for statement in
		select format('alter index %s rename to %I', i.indexrelid::regclass,
			replace(c.relname, 'new_stored_stay', 'stored_stay'))
		from pg_index i
		join pg_class c on c.oid = i.indexrelid
		where i.indrelid = new
	loop
		execute statement;
	end loop;
end
$$;

comment on procedure ph_support.move_stays_in(text) is
	'lets the view stay read new_stored_stay, which becomes stored_stay with the grants of the one before';

create procedure ph.store_stays(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	statement text;
begin
	call ph_support.require_stays_to_store(schema);
	if to_regclass(format('%I.stored_stay', schema)) is not null then
		call ph_support.require_generated(
			schema, 'stored_stay', 'pg_class', format('%I.stored_stay', schema)::regclass);
	end if;
	if to_regclass(format('%I.changed_person', schema)) is null then
		execute format(
			'create table %I.changed_person (
				person_id text, relation text not null, at timestamptz not null default clock_timestamp())', schema);
		execute format('grant insert on %I.changed_person to public', schema);
		call ph_support.describe_table(format('%I.changed_person', schema),
			'one row a person and statement: whose rows in the shared tables have changed '
			'since stays were last refreshed',
			'{"person_id": "who; NULL is everybody", "relation": "the shared table", "at": "when"}');
	end if;
	call ph_support.watch_stay_sources(schema);
	-- in this order: what changes from now on stays in the queue
	foreach statement in array array[
		'delete from {changed_person} where relation in (select s.relation from ph_support.stay_source() s)',
		'create table {new_stored_stay} as select * from {computed_stay}',
		'alter table {new_stored_stay} add primary key (person_id, start_date)',
		'create index on {new_stored_stay} (practice)',
		'create index on {new_stored_stay} (neighbourhood)',
		'create index on {new_stored_stay} (small_area)',
		'analyze {new_stored_stay}']
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
	call ph_support.describe_table(format('%I.new_stored_stay', schema),
		'the rows of computed_stay as they were when they were last stored or refreshed',
		ph_support.population_columns());
	call ph_support.move_stays_in(schema);
end
$$;

comment on procedure ph.store_stays(text) is
	'stores the rows of computed_stay in the table stored_stay, with indexes and statistics, '
	'and lets the view stay read it: person_at, person_period and all that is built on stay become fast, '
	'and as old as the last ph.refresh_stays. Triggers on the shared tables note whose rows change in changed_person; '
	'who reads stay needs the right to read stored_stay. Again: all is stored anew. '
	'Errors: undefined_table without population views, feature_not_supported under row security, '
	'object_not_in_prerequisite_state without a data day, duplicate_object where the name is taken';

create procedure ph.refresh_stays(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	persons text[];
	everybody boolean;
begin
	if to_regclass(format('%I.stored_stay', schema)) is null then
		raise exception 'schema "%" has no stored stays', schema
			using errcode = 'undefined_table', hint = 'CALL ph.store_stays(...) first.';
	end if;
	execute format('lock table %I.stored_stay in share row exclusive mode', schema);
	call ph_support.watch_stay_sources(schema);
	execute format(
		'with taken as (
			delete from %I.changed_person
			where relation in (select s.relation from ph_support.stay_source() s)
			returning person_id)
		select array_agg(distinct person_id) filter (where person_id is not null),
			coalesce(bool_or(person_id is null), false)
		from taken', schema)
	into persons, everybody;
	if everybody then
		call ph.store_stays(schema);
	elsif persons is not null then
		execute format('delete from %I.stored_stay where person_id = any ($1)', schema) using persons;
		execute format(
			'insert into %1$I.stored_stay select * from %1$I.computed_stay where person_id = any ($1)', schema)
		using persons;
	end if;
end
$$;

comment on procedure ph.refresh_stays(text) is
	'computes anew the stored stays of the persons in changed_person, which is empty then, '
	'or of everybody where a whole table, the data day, places or factors of places have changed. '
	'Errors: undefined_table without stored stays, as ph.store_stays where all is stored anew';

create function ph_support.calendar_query() returns text
language sql immutable parallel safe
return $query$with periods as (
	select k.kind, start::date as first,
		(start + case
			when k.kind = 'day' then interval '1 day'
			when k.kind = 'month' then interval '1 month'
			when k.kind = 'quarter' then interval '3 months'
			else interval '1 year' end)::date as after
	from unnest('{day,month,quarter,year,financial_year,rolling_year}'::text[]) k (kind),
		generate_series(date_trunc('month', $1::timestamp), $2::timestamp,
			case when k.kind = 'day' then interval '1 day' else interval '1 month' end) start
	where case k.kind
		when 'quarter' then extract(month from start) in (1, 4, 7, 10)
		when 'year' then extract(month from start) = 1
		when 'financial_year' then extract(month from start) = 4
		else true end
)
select p.kind, daterange(p.first, p.after), p.first, p.after,
	case p.kind
		when 'day' then to_char(p.first, 'YYYY-MM-DD')
		when 'month' then to_char(p.first, 'YYYY-MM')
		when 'quarter' then to_char(p.first, 'YYYY "Q"Q')
		when 'year' then to_char(p.first, 'YYYY')
		when 'financial_year' then to_char(p.first, 'YYYY/') || to_char(p.after, 'YY')
		else 'year to ' || to_char(p.after - 1, 'YYYY-MM') end
from periods p
where p.first >= $1 and p.after - 1 <= $2$query$;

comment on function ph_support.calendar_query() is
	'the query of the rows of a calendar: the periods of each kind that lie between two days, its parameters';

create procedure ph.create_calendar(schema text, first_day timestamptz, last_day timestamptz)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	longest constant integer := 300 * 366;
	target text;
begin
	if schema is null or first_day is null or last_day is null then
		raise exception 'schema, first_day and last_day must not be null'
			using errcode = 'null_value_not_allowed';
	elsif not isfinite(first_day) or not isfinite(last_day) or last_day < first_day
		or ph_support.day(last_day) - ph_support.day(first_day) > longest then
		raise exception 'last_day must be from first_day on and within 300 years of it'
			using errcode = 'invalid_parameter_value',
				hint = 'CALL ph.create_calendar(schema, ''2015-01-01'', ''2030-12-31'').';
	end if;
	call ph_support.require_own_schema(schema);
	target := format('%I.calendar', schema);
	if to_regclass(target) is null then
		execute format('create table %s (
			kind text, period daterange, start_date date, end_date date, name text,
			primary key (kind, start_date))', target);
	else
		call ph_support.require_generated(schema, 'calendar', 'pg_class', target::regclass);
	end if;
	call ph_support.describe_table(target, 'one row a period that lies within the days of the calendar',
		jsonb_build_object(
		'kind', 'day, month, quarter, year, financial_year (from 1 April) or rolling_year (twelve months)',
		'period', 'the days, half open, as person_period takes them', 'start_date', 'first day of the period',
		'end_date', 'first day after the period', 'name', 'name to show'));
	-- who reads goes on, who else fills it waits
	execute format('lock table %s in share row exclusive mode', target);
	execute format('delete from %s', target);
	execute format('insert into %s %s', target, ph_support.calendar_query())
	using ph_support.day(first_day), ph_support.day(last_day);
	execute format('analyze %s', target);
end
$$;

comment on procedure ph.create_calendar(text, timestamptz, timestamptz) is
	'makes the table calendar in the schema, or fills it anew: the days, months, quarters, calendar years, '
	'financial years from April on and rolling years of twelve months that lie between the two days, both included. '
	'Errors: null_value_not_allowed, invalid_parameter_value for days without end, in the wrong order '
	'or more than 300 years apart, duplicate_object where the name is taken by something else';

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
