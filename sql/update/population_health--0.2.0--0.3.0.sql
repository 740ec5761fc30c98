-- 0.2.0 to 0.3.0: from the tables that people have; code lists; places and stays that are stored.

drop function ph.population_attributable_fraction(ph.tally[],text,ph.tally,
		double precision,double precision,integer,integer,double precision,double precision),
	ph.chart_pyramid(ph.tally,ph.tally,text,double precision),
	ph.chart_ranked(text[],ph.estimate[],double precision,text),
	ph.chart_bars(text[],text[],double precision[],text,text),
	ph.chart_control(timestamp with time zone[],ph.control_point[],text),
	ph.chart_funnel(text[],ph.funnel_point[],text),
	ph.chart_survival(ph.tally[],text[],text,double precision,boolean),
	ph.chart_slope(ph.tally[],text[],text,ph.tally,double precision,
		double precision,text,integer,double precision,double precision),
	ph.segment_coverage(regclass,text),
	ph.shared_column(),
	ph.shared_reference(),
	ph_support.shared_table_definition(text),
	ph_support.matched_code_query(),
	ph.shared_check(),
	ph_support.mistyped_column(text),
	ph_support.spell_query(text,text,text),
	ph_support.segment_input_query(text,text[],text);

drop procedure ph.record_segments(text,regclass,timestamp with time zone,regclass),
	ph.create_population_views(text,text,text,text,text,text);

create function ph.without(tally ph.tally, part ph.tally) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_without';

comment on function ph.without(ph.tally, ph.tally) is
	'a tally less a part that ph.rollup added to it: ph.without(ph.rollup of a and b, b) is a; counts are exact, other '
	'sums to 72 bits, a cell left with nothing is gone; NULL for either is NULL (a part of which nothing is known was '
	'added as a missing row: take ''counts; missing 1'' away); error where the part is not within the tally';

create function ph_support.may_commit() returns boolean
language c stable parallel restricted
as 'MODULE_PATHNAME', 'may_commit';

comment on function ph_support.may_commit() is
	'support function of procedures that commit step by step: whether the one that asks may, '
	'neither inside BEGIN nor inside a function';

create function ph_support.query_reads(
	query text, out kind text, out object oid, out name text, out through oid, out reader oid, out columns text[])
returns setof record
language c stable strict parallel restricted rows 20
as 'MODULE_PATHNAME', 'query_reads';

comment on function ph_support.query_reads(text) is
	'the relations that a query reads, views and what they read among them, with their columns, and the functions that '
	'it calls, also by operators, casts, types, checks of domains and policies of tables; through: the view in which '
	'it stands, NULL for the query itself, each once for each such view; reader: the owner of that view, whose rights '
	'count, NULL for whoever asks (of security_invoker views too); the query is analysed and not run; errors: those of '
	'ph.query_columns';

create function ph_support.function_fault(function oid) returns text
language sql stable parallel safe
begin atomic
	select case
			when provolatile = 'v' then 'is volatile'
			when not of_extension and (pronamespace <> 'pg_catalog'::regnamespace or p.oid >= 16384)
				then 'is neither of PostgreSQL nor of population_health'
			when provolatile <> 'i' and (
				of_extension and (
					pronamespace <> 'ph'::regnamespace or lanname not in ('c', 'sql')
						or proargnames && array['query', 'schema'])
				or not of_extension and (
					proname ~ '^(query|cursor|table|schema|database)_to_xml' or proname ~ '^pg_input_'
						or proname in (
							'array_in', 'record_in', 'domain_in', 'range_in', 'multirange_in', 'anyrange_in',
							'anymultirange_in', 'anycompatiblerange_in', 'anycompatiblemultirange_in')))
				then 'reads or calls what a text names' end
	from pg_proc p
	join pg_language l on l.oid = prolang,
	lateral (
		select exists (
				select
				from pg_depend d
				join pg_extension e on e.oid = d.refobjid
				where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
					and d.refclassid = 'pg_extension'::regclass and e.extname = 'population_health') as of_extension
	) m
	where p.oid = function;
end;

comment on function ph_support.function_fault(oid) is
	'why a query that is kept may not call a function, NULL where it may: one of PostgreSQL or of population_health '
	'that is not volatile and does not run, read or make what a text or a number names; volatility marks of other '
	'functions prove nothing';

create function ph_support.may_read(reader oid, relation oid, columns text[]) returns boolean
language sql stable parallel safe
begin atomic
	select has_table_privilege(reader, relation, 'select')
		or case
			when columns = '{}' then has_any_column_privilege(reader, relation, 'select')
			else (select bool_and(has_column_privilege(reader, relation, c, 'select')) from unnest(columns) c) end;
end;

comment on function ph_support.may_read(oid, oid, text[]) is
	'whether a role may read these columns of a relation; of no column, whether it may read any';

create procedure ph_support.require_safe_query(query text, author regrole)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
	fault text;
begin
	if author is null then
		raise exception 'argument "author" must not be null'
			using errcode = 'null_value_not_allowed';
	elsif query is null then
		raise exception 'argument "query" must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	for found in
		select kind, object, name, through, coalesce(reader, author)::regrole as reader, columns
		from ph_support.query_reads(query)
	loop
		if found.kind = 'function' then
			fault := ph_support.function_fault(found.object);
			if fault is not null and not ph_support.is_access_function(found.object) then
				raise exception 'argument "query" calls %, which %', found.name, fault
					using errcode = '22023',
						hint = 'It may call functions of PostgreSQL and population_health that are not '
							'volatile and that read or call nothing that a text names.';
			elsif not has_function_privilege(author, found.object, 'execute') then
				raise exception 'role % may not call %, which argument "query" calls', author, found.name
					using errcode = '42501', hint = 'Grant EXECUTE on it, or ask without it.';
			end if;
		elsif not ph_support.may_read(found.reader, found.object, found.columns) then
			raise exception 'role % may not read %, which argument "query" reads', found.reader, found.name
				using errcode = '42501',
					hint = 'Grant SELECT on it, or on the columns that are read, or ask a view that the role may read.';
		elsif found.through is null and not has_schema_privilege(
			author, (select relnamespace from pg_class where oid = found.object), 'usage') then
			raise exception 'role % may not use the schema of %, which argument "query" reads', author, found.name
				using errcode = '42501', hint = 'Grant USAGE on the schema.';
		end if;
	end loop;
end
$$;

comment on procedure ph_support.require_safe_query(text, regrole) is
	'does nothing where a query may be kept and asked by others than its author: one SELECT that only reads, calls '
	'nothing but functions of PostgreSQL and population_health that are not volatile, and reads only what its author '
	'may, or the owner of the view in which it stands. Names are looked for in pg_catalog and pg_temp alone, so that '
	'they mean the same whoever asks. Errors: 22023, 42501 insufficient_privilege, null_value_not_allowed, those of '
	'ph.query_columns';

create or replace procedure ph_support.require_own_schema(schema text, name text default '')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	longest constant integer := current_setting('max_identifier_length');
begin
	if coalesce(schema, '') = '' then
		raise exception 'argument "schema" must not be null or empty'
			using errcode = 'null_value_not_allowed', hint = 'Name a schema of your own.';
	elsif schema in ('ph', 'ph_support') or schema like 'pg\_%' or schema = 'information_schema' then
		raise exception 'argument "schema" must not be %', schema
			using errcode = '22023', hint = 'What is yours lives in a schema of your own.';
	elsif octet_length(schema) > longest or octet_length(name) > longest then
		raise exception 'names must not have more than % bytes', longest
			using errcode = 'name_too_long';
	end if;
end
$$;

comment on procedure ph_support.require_own_schema(text, text) is
	'does nothing where something of a user can be made under the name in the schema. '
	'Errors: null_value_not_allowed, 22023 for a schema of the extension or of the system, name_too_long';

create function ph_support.column_list(relation regclass) returns text
language sql stable
begin atomic
	select string_agg(quote_ident(attname), ', ' order by attnum)
	from pg_attribute
	where attrelid = relation and attnum > 0 and not attisdropped;
end;

comment on function ph_support.column_list(regclass) is 'the columns of a relation, as a list of a query';

create or replace procedure ph_support.replace_view(
	schema text, name text, query text, description text, columns jsonb, keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target text := format('%I.%I', schema, name);
	view regclass := to_regclass(target);
	lost text;
	unknown text;
	readers text;
	part record;
begin
	call ph_support.require_own_schema(schema, name);
	if view is null then
		execute format('create view %s with (security_invoker = true) as %s', target, query);
		view := target::regclass;
	else
		call ph_support.require_generated(schema, name, 'pg_class', view);
		execute format('create temp view ph_replacement as %s', query);
		if ('pg_class'::regclass::oid, 'pg_temp.ph_replacement'::regclass::oid) in (
			select b.class, b.object
			from ph_support.built_on('pg_class'::regclass, view) b)
		then
			raise exception 'view % would read itself', target
				using errcode = 'invalid_object_definition', hint =
					'Name another view, or a source that is not built on it.';
		end if;
		select string_agg(quote_ident(old.attname), ', ' order by old.attnum),
			string_agg(
				format('null::%s as %I', format_type(old.atttypid, old.atttypmod), old.attname), ', '
				order by old.attnum),
			string_agg(distinct reader.object::text, ', ')
				filter (where ph_support.is_generated(reader.class, reader.object) is not true)
		into lost, unknown, readers
		from pg_attribute old
		left join pg_attribute new on new.attrelid = 'pg_temp.ph_replacement'::regclass
			and new.attname = old.attname
			and (new.atttypid, new.atttypmod, new.attcollation) = (old.atttypid, old.atttypmod, old.attcollation)
		left join (
			select d.refobjsubid,
				case when r.oid is null then d.classid else 'pg_class'::regclass end::regclass as class,
				coalesce(r.ev_class, d.objid) as object
			from pg_depend d
			left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
			where d.refclassid = 'pg_class'::regclass and d.refobjid = view and r.ev_class is distinct from view
		) reader on reader.refobjsubid = old.attnum
		where old.attrelid = view and old.attnum > 0 and new.attname is null;
		if lost is not null and (not keep or readers is not null) then
			raise exception 'view % would lose or change columns (%); built on it: %', target, lost,
				coalesce(ph_support.dependants('pg_class', view), 'nothing')
				using errcode = 'dependent_objects_still_exist', hint =
					'Drop the view, and what is built on it, and call again.';
		elsif lost is not null then
			query := format('select *, %s from (%s) shorter', unknown, query);
			execute format('create or replace temp view ph_replacement as %s', query);
		end if;
		-- columns that are there keep their places, new ones come after them
		select string_agg(quote_ident(new.attname), ', ' order by old.attnum, new.attnum) as names,
			bool_and(old.attnum is not distinct from new.attnum or old.attnum is null) as in_order
		into part
		from pg_attribute new
		left join pg_attribute old on old.attrelid = view and old.attname = new.attname
		where new.attrelid = 'pg_temp.ph_replacement'::regclass and new.attnum > 0;
		if not part.in_order then
			query := format('select %s from (%s) replacement', part.names, query);
			drop view ph_replacement;
			execute format('create temp view ph_replacement as %s', query);
		end if;
		-- who is reading the view is not waited for where nothing changes
		if pg_get_viewdef(view) <> pg_get_viewdef('pg_temp.ph_replacement'::regclass)
			or not exists (select from pg_class where oid = view and 'security_invoker=true' = any (reloptions))
		then
			execute format('create or replace view %s with (security_invoker = true) as %s', target, query);
		end if;
		drop view ph_replacement;
	end if;
	execute format('comment on rule "_RETURN" on %s is %L', target, 'population_health: generated');
	call ph_support.describe_generated('VIEW', target, 'pg_class', view, description);
	call ph_support.comment_columns(view, columns);
end
$$;

create or replace function ph.indicators(
	out indicator text, out per float8, out tally text, out reference text, out until text, out takes_age boolean,
	out meaning text)
returns setof record
language c immutable parallel safe rows 18
as 'MODULE_PATHNAME', 'indicator_rows';

comment on function ph.population_attributable_risk(
	ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) is
	'what the mean of the groups would fall by if all had the value of the reference group, the last if NULL; '
	'fractions by an exposure: ph.attributable_fraction';

create type ph.attributable_fraction as (
	fraction float8,
	link_error float8,
	delta_lower float8,
	delta_upper float8,
	substitution_lower float8,
	substitution_upper float8,
	note text
);

comment on type ph.attributable_fraction is
	'share of cases that would not be if nobody were exposed, with limits by two ways';

comment on column ph.attributable_fraction.fraction is 'the share; negative where exposure protects';

comment on column ph.attributable_fraction.link_error is 'standard error of ln(1 - fraction)';

comment on column ph.attributable_fraction.delta_lower is 'lower limit by the delta method on ln(1 - fraction)';

comment on column ph.attributable_fraction.delta_upper is 'upper limit by the delta method';

comment on column ph.attributable_fraction.substitution_lower is
	'the fraction at the lower limit of the risk: exact, to be preferred; NULL where the share exposed has an error';

comment on column ph.attributable_fraction.substitution_upper is 'the fraction at the upper limit of the risk';

comment on column ph.attributable_fraction.note is
	'missing_input; risk_taken_as_known where the risk has no limits';

create function ph.attributable_fraction(
	exposed float8, relative_risk float8, kind text, lower float8 default null, upper float8 default null,
	exposed_error float8 default null, confidence float8 default 0.95)
returns ph.attributable_fraction
language c immutable parallel safe
as 'MODULE_PATHNAME', 'attributable_fraction';

comment on function ph.attributable_fraction(float8, float8, text, float8, float8, float8, float8) is
	'attributable fraction of one exposure: kind levin, from the share of people exposed (Levin 1953; biased with a '
	'risk adjusted for confounding), or miettinen, from the share of cases exposed (Miettinen 1974); lower, upper: '
	'limits of the risk at the confidence; exposed_error: standard error of the share; error for a share outside 0 to '
	'1, a risk not above 0 or outside its limits';

create function ph.attributable_fraction_of_categories(
	shares float8[], relative_risks float8[], kind text, lowers float8[] default null, uppers float8[] default null,
	categories text[] default null, confidence float8 default 0.95,
	out category text, out fraction float8, out link_error float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'attributable_fraction_of_categories';

comment on function ph.attributable_fraction_of_categories(
	float8[], float8[], text, float8[], float8[], text[], float8) is
	'attributable fraction of an exposure in several levels: the whole, its category NULL, and each level''s part, '
	'which add up to it (Hanley 2001); shares of people (levin) or cases (miettinen), made to add up to 1, risks '
	'against the level whose risk is 1; limits by the delta method on ln(1 - fraction), errors of the risks taken as '
	'independent';

create function ph.combined_attributable_fraction(
	fractions float8[], communalities float8[] default null, link_errors float8[] default null,
	factors text[] default null, confidence float8 default 0.95,
	out factor text, out fraction float8, out part float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'combined_attributable_fraction';

comment on function ph.combined_attributable_fraction(float8[], float8[], float8[], text[], float8) is
	'fraction attributable to several causes together, 1 - product (1 - (1 - communality) fraction), its factor NULL, '
	'and each factor''s own fraction and its part of the whole, in proportion; communality: how much of a factor '
	'others explain, NULL none (a convention); limits where every factor has a link_error; error for a fraction of 1 '
	'or more';

create function ph.attributable(
	people float8[], events float8[], levels float8[], relative_risk float8, per float8, counterfactual float8,
	lower float8 default null, upper float8 default null, groups text[] default null,
	out group_name text, out people float8, out events float8, out attributable float8, out attributable_lower float8,
	out attributable_upper float8, out fraction_of_events float8, out fraction_of_events_lower float8,
	out fraction_of_events_upper float8, out fraction_of_people float8, out fraction_of_people_lower float8,
	out fraction_of_people_upper float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'attributable';

comment on function ph.attributable(
	float8[], float8[], float8[], float8, float8, float8, float8, float8, text[]) is
	'events attributable to exposure above a counterfactual level, over places or people: risk relative_risk to the '
	'power of (level - counterfactual) / per, nothing below it; of all, group NULL, and of each group; '
	'fraction_of_events from each place''s own events, fraction_of_people by weights of people as if the risk without '
	'exposure were the same everywhere; limits at those of the risk, so that places move together; notes: '
	'missing_input (a place unknown), no_people, no_events, risk_taken_as_known, out_of_range';

create function ph.opportunity(
	tallies ph.tally[], groups text[], reference text, confidence float8 default 0.95,
	out group_name text, out observed float8, out expected float8, out spared float8, out lower float8,
	out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'opportunity';

comment on function ph.opportunity(ph.tally[], text[], text, float8) is
	'events that would have been spared at the rates of a named group, key by key (age by age): observed less '
	'expected, negative where the reference is worse; of all, group NULL, where the reference''s error comes in once, '
	'and of each group; normal limits from the errors of both; notes: reference, no_reference (not there, or '
	'nobody in it where others are), group G: ..., unknown_key; error for a tally without a name, a name twice';

create function ph.nearest_places(
	places text[], determinants text[], numbers float8[], weights float8[] default null, place text default null,
	neighbours integer default 10,
	out place text, out rank integer, out neighbour text, out distance float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'nearest_places';

comment on function ph.nearest_places(text[], text[], float8[], float8[], text, integer) is
	'statistical neighbours of a place, or of every place for NULL: the nearest by the weighted distance between '
	'standard scores; lists of places, determinants, their values and the determinants'' weights (NULL 1), an element '
	'each; a determinant that all places share drops out, a place that lacks one is no neighbour; ties by name in byte '
	'order; notes: missing_input (of the place itself), no_neighbours; error for a negative weight, a determinant of a '
	'place twice, a place that is not among them';

create type ph.goal_progress as (
	dispersion float8,
	change float8,
	change_lower float8,
	change_upper float8,
	fitted_now float8,
	projected float8,
	trend_lower float8,
	trend_upper float8,
	value_lower float8,
	value_upper float8,
	chance_trend float8,
	chance_value float8,
	needed_change float8,
	verdict text,
	note text
);

comment on type ph.goal_progress is
	'where a rate will be at a goal''s date if its trend goes on, with limits and the chance that the goal is reached; '
	'verdict by chance_value: on_track from 0.8, off_track up to 0.2, else uncertain';

comment on column ph.goal_progress.dispersion is
	'how much more the periods scatter than chance would have them, at least 1';

comment on column ph.goal_progress.change is 'relative change of the fitted rate from one period to the next';

comment on column ph.goal_progress.change_lower is 'its lower confidence limit';

comment on column ph.goal_progress.change_upper is 'its upper confidence limit';

comment on column ph.goal_progress.fitted_now is 'rate of the trend in the last period, times per';

comment on column ph.goal_progress.projected is 'rate of the trend in the target period, times per';

comment on column ph.goal_progress.trend_lower is 'lower confidence limit of the underlying rate then';

comment on column ph.goal_progress.trend_upper is 'upper confidence limit of the underlying rate then';

comment on column ph.goal_progress.value_lower is
	'lower limit of the rate as it will be observed, that period''s noise included';

comment on column ph.goal_progress.value_upper is 'upper limit of the rate as it will be observed';

comment on column ph.goal_progress.chance_trend is 'chance that the underlying rate reaches the target';

comment on column ph.goal_progress.chance_value is 'chance that the observed rate reaches the target';

comment on column ph.goal_progress.needed_change is
	'relative change a period that leads from the fitted rate now to the target';

comment on column ph.goal_progress.verdict is 'on_track, uncertain or off_track, by chance_value';

comment on column ph.goal_progress.note is
	'why there is no answer: missing_input, too_few_periods (fewer than 3), no_events, trend_undefined (events in the '
	'first or the last period only); or out_of_range, where some of it is larger than numbers are';

create function ph.goal_progress(
	periods float8[], events float8[], exposures float8[], target float8, target_period float8,
	better text default 'lower', per float8 default 100000, confidence float8 default 0.95)
returns ph.goal_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'goal_progress';

comment on function ph.goal_progress(float8[], float8[], float8[], float8, float8, text, float8, float8) is
	'whether a rate will reach its target, a rate times per, in a later period: Poisson trend in the log rate over '
	'periods (years as numbers; some may be missing), over-dispersion at least 1, Student''s t of n - 2 degrees of '
	'freedom; error for a period twice, exposure not above 0, a target period that is not after the last';

create type ph.goal_gap_progress as (
	ratio_now float8,
	projected float8,
	lower float8,
	upper float8,
	chance float8,
	needed_change float8,
	verdict text,
	note text
);

comment on type ph.goal_gap_progress is
	'where the ratio of two groups'' rates will be at a goal''s date if both trends go on, with limits and the chance '
	'that the goal is reached; verdict by chance: on_track from 0.8, off_track up to 0.2, else uncertain';

comment on column ph.goal_gap_progress.ratio_now is 'ratio of the two trends in the last period';

comment on column ph.goal_gap_progress.projected is 'ratio of the two trends in the target period';

comment on column ph.goal_gap_progress.lower is 'lower confidence limit of that ratio';

comment on column ph.goal_gap_progress.upper is 'upper confidence limit of that ratio';

comment on column ph.goal_gap_progress.chance is 'chance that the ratio reaches the target';

comment on column ph.goal_gap_progress.needed_change is
	'relative change of the ratio a period that leads to the target';

comment on column ph.goal_gap_progress.verdict is 'on_track, uncertain or off_track, by chance';

comment on column ph.goal_gap_progress.note is 'why there is no answer, as of ph.goal_progress';

create function ph.goal_gap_progress(
	periods float8[], events float8[], exposures float8[], other_periods float8[], other_events float8[],
	other_exposures float8[], target_ratio float8, target_period float8, better text default 'lower',
	confidence float8 default 0.95)
returns ph.goal_gap_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'goal_gap_progress';

comment on function ph.goal_gap_progress(
	float8[], float8[], float8[], float8[], float8[], float8[], float8, float8, text, float8) is
	'whether the ratio of one group''s rate to another''s will reach its target: two trends of ph.goal_progress, whose '
	'variances and degrees of freedom add; now is the later of their last periods; notes and errors the same';

create function ph.chart_pyramid(female ph.tally, male ph.tally, title text default null, band_width float8 default 5,
	unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_pyramid';

comment on function ph.chart_pyramid(ph.tally, ph.tally, text, float8, text, text) is
	'population pyramid as SVG: exposure by age in bands';

create function ph.chart_ranked(
	labels text[], estimates ph.estimate[], benchmark float8 default null, title text default null,
	unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_ranked';

comment on function ph.chart_ranked(text[], ph.estimate[], float8, text, text, text) is
	'places with their limits as SVG, in the order given, beside a benchmark; a place without a value shows its note';

create function ph.chart_bars(
	labels text[], series text[], heights float8[], title text default null, unit text default '',
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_bars';

comment on function ph.chart_bars(text[], text[], float8[], text, text, text) is
	'groups of bars as SVG, a bar a series, at most four; heights group by group; NULL is not shown; '
	'unit follows each number';

create function ph.chart_completeness(
	labels text[], periods text[], counts float8[], title text default null, unit text default null,
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_completeness';

comment on function ph.chart_completeness(text[], text[], float8[], text, text, text) is
	'what arrived in each period as SVG: a row of bars a label, a bar a period, counts label by label; NULL is a gap; '
	'a period with less than half of the usual one, the median of its row, is a warning, '
	'and the last one is told as a share of it. Errors: 22023 for counts that are not one a label and period';

create function ph.chart_control(
	periods timestamptz[], points ph.control_point[], title text default null, unit text default null,
	source text default null)
returns text
language c stable parallel safe
as 'MODULE_PATHNAME', 'chart_control';

comment on function ph.chart_control(timestamptz[], ph.control_point[], text, text, text) is
	'control chart as SVG from the points of ph.control_xmr and its siblings; special causes are diamonds';

create function ph.chart_funnel(
	labels text[], points ph.funnel_point[], title text default null, unit text default null,
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_funnel';

comment on function ph.chart_funnel(text[], ph.funnel_point[], text, text, text) is
	'funnel plot as SVG from the points of ph.funnel; places outside 99.8 % limits are diamonds and named';

create function ph.chart_survival(
	tallies ph.tally[], labels text[] default null, title text default null, confidence float8 default 0.95,
	at_risk boolean default true, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_survival';

comment on function ph.chart_survival(ph.tally[], text[], text, float8, boolean, text, text) is
	'Kaplan-Meier curves as SVG, at most four, with log-log limits as bands and the people at risk below';

create function ph.chart_slope(
	tallies ph.tally[], labels text[] default null, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, title text default null, groups integer default null,
	age float8 default 0, until float8 default null, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_slope';

comment on function ph.chart_slope(
	ph.tally[], text[], text, ph.tally, float8, float8, text, integer, float8, float8, text, text) is
	'inequality by group as SVG, the most disadvantaged first, with the line of the slope index';

create function ph.chart_map(
	ids text[], numbers float8[], boundaries text[] default null, title text default null, unit text default null,
	source text default null, labels text[] default null, classes integer default 5, benchmark float8 default null,
	better text default 'neither', id_property text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_map';

comment on function ph.chart_map(
	text[], float8[], text[], text, text, text, text[], integer, float8, text, text) is
	'map of places as SVG, in 3 to 7 classes of their numbers: by quantile, or around a benchmark, as far above as '
	'below; '
	'boundaries: GeoJSON (RFC 7946; Polygon, MultiPolygon), a FeatureCollection of which a feature''s id, the property '
	'id_property, or the only property that does, names a place of ids, or one geometry a place as ST_AsGeoJSON writes '
	'it; degrees are drawn at their mean latitude, metres as they are; NULL draws tiles in the order given. '
	'better (lower, higher, neither): the side of the benchmark that is worse is orange and dotted. '
	'A number that is NULL is hatched, a place without a boundary is counted. '
	'Errors: 22023 for places named twice, lists of different lengths, numbers or coordinates beyond 1e300 and 1e9, '
	'other geometries, more than 32 MB a text or ten million points; 22P02 for text that is no JSON';

create function ph.chart_table(picture text) returns text language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
	with said as (
		select substring(picture from '<metadata>([^<]*)</metadata>')::jsonb as said
	), line as (
		select number, string_agg(
				format(
					case
						when number = 1 then '<th scope="col"%s>%s</th>'
						when position = 1 then '<th scope="row"%s>%s</th>'
						else '<td%s>%s</td>'
					end,
					case when position > 1 and of_numbers then ' class="n"' end,
					replace(replace(replace(replace(cell, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')),
				'' order by position) as cells
		from (
			select number, position, cell,
				bool_and(number = 1 or cell ~ '^(-?[0-9][0-9,.]*(e[+-]?[0-9]+)?( %)?)?$') over (partition by position)
					and max(cell) filter (where number > 1) over (partition by position) > '' as of_numbers
			from said, jsonb_array_elements(said -> 'rows') with ordinality r (cells, number),
				jsonb_array_elements_text(cells) with ordinality c (cell, position)
		) cell
		group by number
	)
	select format(E'<table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n<tbody>\n%s\n</tbody></table>',
		replace(replace(replace(
			(said ->> 'caption') || coalesce('; ' || nullif(said ->> 'unit', ''), ''), '&', '&amp;'), '<', '&lt;'),
			'>', '&gt;'),
		(select cells from line where number = 1),
		(select string_agg('<tr>' || cells || '</tr>', E'\n' order by number) from line where number > 1))
	from said
	where said is not null;
end;

comment on function ph.chart_table(text) is
	'the numbers of a picture of ph.chart_* as an HTML table with a caption, to stand beside it; '
	'NULL where the picture shows nothing, or where it is no picture. All text is escaped. '
	'Columns in which there are only numbers have the class n. Errors: 22P02 for a picture that was changed';

comment on aggregate ph.conditions_of(text, text) is
	'folds codes of a person into the conditions of every instrument at once: ICD-10, dialect nhs or cm, '
	'or ICD-9-CM, dialect icd9cm, into those of Charlson and Elixhauser '
	'(quan2005: the enhanced ICD-9-CM lists of that paper)';

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

create function ph.segment_coverage(
	segments regclass, schema text default 'ph', population text default null,
	out input text, out people bigint, out known bigint, out share float8, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted jsonb;  -- people by what is not known of them: the view is read once
	verdicts jsonb := '{}';  -- of the registers of the population beside what is plausible
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute format($query$
		select coalesce(jsonb_agg(pattern), '[]')
		from (
			select scheme, version, unknown, count(*) as people
			from %s
			group by 1, 2, 3
		) pattern$query$, segments)
	into counted;
	execute format($query$
		select p.scheme
		from jsonb_to_recordset($1) p (scheme text, version text)
		where not exists (select from %I.scheme t where (t.scheme, t.version) = (p.scheme, p.version))
		limit 1$query$, schema)
	into input
	using counted;
	if input is not null then
		raise exception 'schema "%" does not hold scheme "%"', schema, input
			using errcode = '42704', hint = 'Name the schema that does: schema => ...';
	end if;
	if population is not null then
		select coalesce(jsonb_object_agg(c.register, c.verdict), '{}')
		into verdicts
		from ph.register_coverage(population) c
		where c.characteristic = 'all' and c.verdict <> 'plausible';
	end if;
	return query execute format($query$
		with inputs as (
			select i.input, coalesce(i.code_list, i.input) as register, sum(p.people)::bigint as people,
				case
					when exists (
						select
						from %1$I.scheme_rule r
						where (r.scheme, r.version) = (i.scheme, i.version) and i.input = any (r.inputs))
					then coalesce(sum(p.people) filter (where not i.input = any (p.unknown)), 0)::bigint end as known
			from jsonb_to_recordset($1) p (scheme text, version text, unknown text[], people bigint)
			join %1$I.scheme_input i using (scheme, version)
			group by i.scheme, i.version, i.input, i.code_list
		)
		select input, people, known, known / people::float8, $2 ->> register
		from inputs
		order by 1$query$, schema)
	using counted, verdicts;
end
$$;

comment on function ph.segment_coverage(regclass, text, text) is
	'for how many people of a segment view each input of the scheme is known; '
	'an input that is not known matches nothing; NULL for an input that no rule reads. '
	'Where population names the schema of shared tables that the people come from, note says of an input '
	'from a code list how its register lies beside what is plausible (ph.register_coverage), unless it is';

create procedure ph.record_segments(
	schema text, segments regclass, as_of timestamptz, gone regclass default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of record;
	day constant date := as_of;
	last_day date;
	queries text[];
begin
	if day is null or not isfinite(day) then
		raise exception 'argument "as_of" must be a day'
			using errcode = '22023';
	end if;
	perform ph_support.require_segment_table(schema, 'segment_history');
	queries := array['select from ' || segments, 'select from ' || gone];
	perform ph_support.require_all_rows(queries);
	execute format($query$
		select min(scheme) as scheme, min(version) as version, count(distinct (scheme, version)) as versions,
			count(person_id) - count(distinct person_id) as repeated, count(*) - count(person_id) as nameless
		from %s$query$, segments)
	into of;
	if of.versions is distinct from 1 then
		raise exception 'relation % holds % versions of schemes, not one', segments, of.versions
			using errcode = '22023', hint = 'Record one segment view at a time, over people.';
	elsif of.nameless > 0 then
		raise exception 'relation % has rows without a person_id', segments
			using errcode = '22023', hint = 'Nobody can be followed who has no identifier.';
	elsif of.repeated > 0 then
		raise exception 'relation % holds the same person more than once', segments
			using errcode = '22023', hint = 'A segment view is one row a person.';
	end if;
	call ph_support.lock_scheme(schema, of.scheme, of.version);
	execute format('lock table %I.segment_history in share row exclusive mode', schema);
	execute format('select max(as_of) from %I.segment_recording where scheme = $1', schema)
	into last_day
	using of.scheme;
	if day <= last_day then
		raise exception 'segments of scheme "%" are already recorded as of % or later', of.scheme, last_day
			using errcode = '22023', hint = 'Record days in their order.';
	end if;
	-- who is not in the view any more is in a state without a rank: what the relation gone says, or gone
	execute format($query$
		create temp table ph_recorded on commit drop as
		select person_id::text, version, segment, rank, matched
		from %1$s
		union all
		select h.person_id, $2, coalesce(g.state, case when h.rank is null then h.segment end, 'gone'), null, null
		from %2$I.segment_history h
		left join (%3$s) g using (person_id)
		where h.scheme = $1 and h.end_date is null
			and not exists (select from %1$s s where s.person_id::text = h.person_id)$query$,
		segments, schema, coalesce(
			'select person_id::text, min(state) as state from ' || gone || ' group by 1',
			'select null::text as person_id, null::text as state where false'))
	using of.scheme, of.version;
	-- before anything else is written: here two meet who record at one time
	begin
		execute format($query$
			insert into %I.segment_recording (scheme, as_of, version, people, previous)
			select $1, $2, $3, count(*), $4
			from pg_temp.ph_recorded
			where rank is not null$query$, schema)
		using of.scheme, day, of.version, last_day;
	exception when unique_violation then
		raise exception 'segments of scheme "%" were recorded by somebody else at the same time', of.scheme
			using errcode = 'serialization_failure', hint = 'Try again.';
	end;
	execute format($query$
		update %1$I.segment_history h
		set end_date = $2
		from pg_temp.ph_recorded r
		where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null
			and (h.segment <> r.segment or h.rank is distinct from r.rank
				or h.version <> r.version and r.rank is not null)$query$, schema)
	using of.scheme, day;
	execute format($query$
		insert into %1$I.segment_history (person_id, scheme, version, segment, rank, matched, start_date)
		select r.person_id, $1, r.version, r.segment, r.rank, r.matched, $2
		from pg_temp.ph_recorded r
		where not exists (
			select
			from %1$I.segment_history h
			where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null)$query$, schema)
	using of.scheme, day;
	drop table pg_temp.ph_recorded;
	call ph_support.refresh_access_where_secured(schema, '{segment_history}');
end
$$;

comment on procedure ph.record_segments(text, regclass, timestamptz, regclass) is
	'writes what a segment view says as of a day into segment_history: periods end and begin on that day '
	'for those who moved; who is in the view no longer is in the state that the relation gone (person_id, state) '
	'gives, such as died or moved out, or stays in the state that was recorded, or gone; '
	'days are recorded in their order, each in segment_recording';

create or replace function ph.shared_table(
	out relation text, out required boolean, out key text[], out key_constraint text, out indexes text[],
	out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', true, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: pseudonym, birth, sex, ethnicity and death'),
		('place', true, array['place_id'], 'primary key', array['place_kind'],
		 'one row a place of any kind: small areas, wards, boroughs, systems, practices, networks'),
		('place_parent', true, array['place_id', 'parent_id'], 'primary key', array['parent_id'],
		 'which place lies in which: a graph, since a small area can lie in a ward and in a middle layer area'),
		('residence', true, array['person_id', 'start_date'], 'primary key', array['lsoa21_code'],
		 'one row a person and address: spells are half open, end_date is the first day no longer there'),
		('registration', true, array['person_id', 'start_date'], 'primary key', array['practice_code', 'pcn_code'],
		 'one row a person and registration with a practice: spells are half open, '
		 'end_date is the first day no longer there'),
		('encounter', true, array['person_id', 'encounter_id'], 'primary key',
		 array['person_id, start_date', 'start_date', 'encounter_id', 'pod, start_date, person_id, cost'],
		 'one row a contact with a service: GP consultation, accident and emergency, outpatient, '
		 'elective or emergency admission'),
		('clinical_event', true, array['person_id', 'event_date', 'code'], null,
		 array['person_id, event_date', 'code, code_system', 'event_date', 'encounter_id'],
		 'one row a coded event: an entry of the GP record, or a diagnosis of an admission'),
		('measurement', false, array['person_id', 'measure_date', 'code'], null,
		 array['person_id, measure_date', 'code_system, code', 'measure_date'],
		 'one row a measured value'),
		('place_factor', false, array['place_id', 'factor', 'period'], 'primary key', array['factor'],
		 'one row a place, factor and period: deprivation deciles, air quality and the like'),
		('enrolment', false, array['person_id', 'programme', 'start_date'], 'unique nulls not distinct',
		 array['programme'],
		 'one row a person and enrolment in a programme, with those who were eligible and not enrolled'),
		('code_list', false, array['list', 'version', 'code_system', 'code'], 'primary key', array['code_system, code'],
		 'one row a code of a version of a named list: what a condition is in each code system'),
		('code_map', false, array['from_system', 'from_code', 'to_system', 'to_code'], 'primary key', array[]::text[],
		 'one row a code of a system that the lists do not name, and a code that stands for it: '
		 'it matches the lists of either'),
		('data_day', false, array['day'], 'primary key', array[]::text[],
		 'one row: the last day that the data tell of; no person-time is counted after it'),
		('partner', false, array['partner'], 'primary key', array[]::text[],
		 'one row an organisation that shares data, or helps'),
		('wait', false, array['person_id', 'pathway', 'clock_start'], 'primary key', array['clock_start'],
		 'one row a person and wait: its clock starts and stops'),
		('external_score', false, array['person_id', 'name', 'version', 'scored_on'], 'primary key',
		 array['name, version'], 'one row a person and score that was computed elsewhere'),
		('ethnicity', false, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: which of the records of ethnicity was taken, and how many others say otherwise');
end;

create function ph.shared_column(
	out relation text, out column_name text, out column_type text, out required boolean, out description text,
	out optional boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select c.*, (c.relation, c.column_name) in (
		('place_parent', 'start_date'), ('place_parent', 'end_date'), ('code_list', 'source'))
	from (
		values
		('person', 'person_id', 'text', true, 'pseudonym of the person'),
		('person', 'birth_date', 'date', true, 'day of birth, or the day that stands for it'),
		('person', 'sex', 'text', false, 'F, M or I (indeterminate); NULL is unknown'),
		('person', 'ethnicity_code', 'text', false, 'NHS 16+1 code, A to S; Z (not stated) and NULL are unknown'),
		('person', 'death_date', 'date', false, 'day of death; NULL is not known to have died'),
		('person', 'death_cause_icd10', 'text', false, 'underlying cause of death, ICD-10'),

		('place', 'place_id', 'text', true, 'code of the place, unique over all kinds'),
		('place', 'place_kind', 'text', true,
		 'kind and edition of the place: LSOA21, MSOA21, WARD24, LAD24, ICB24, PRACTICE, PCN'),
		('place', 'name', 'text', false, 'name to show'),

		('place_parent', 'place_id', 'text', true, 'the smaller place'),
		('place_parent', 'parent_id', 'text', true, 'a larger place in which it lies'),
		('place_parent', 'start_date', 'date', false, 'first day on which it lies there; NULL is always before'),
		('place_parent', 'end_date', 'date', false, 'first day on which it lies there no longer; NULL is still there'),

		('residence', 'person_id', 'text', true, 'who lives there'),
		('residence', 'lsoa21_code', 'text', true, 'small area of the address, lower layer super output area of 2021'),
		('residence', 'lsoa11_code', 'text', false, 'the same in the areas of 2011; not a place of this data'),
		('residence', 'start_date', 'date', true, 'first day there'),
		('residence', 'end_date', 'date', false, 'first day no longer there; NULL is still there'),

		('registration', 'person_id', 'text', true, 'who is registered'),
		('registration', 'practice_code', 'text', false, 'the practice; NULL where it is not said with whom'),
		('registration', 'pcn_code', 'text', false, 'primary care network of the practice at that time'),
		('registration', 'start_date', 'date', true, 'first day registered'),
		('registration', 'end_date', 'date', false,
		 'first day no longer registered, or the day of death; NULL is still registered'),

		('encounter', 'encounter_id', 'text', true, 'identifier of the encounter, a number or any other'),
		('encounter', 'person_id', 'text', true, 'who was seen'),
		('encounter', 'pod', 'text', true,
		 'point of delivery: GP, AE (accident and emergency), OP (outpatient), EL (elective or day case), '
		 'NEL (emergency and other unplanned admission), OTH (any other contact)'),
		('encounter', 'start_date', 'date', true, 'day of contact or admission; encounters are counted on this day'),
		('encounter', 'end_date', 'date', false,
		 'day of discharge; may be after the day of death, NULL is not yet discharged'),
		('encounter', 'los_days', 'integer', false, 'length of stay in nights'),
		('encounter', 'admission_method', 'text', false,
		 'HES code: 11 to 13 elective, 21 to 28 and 2A to 2D emergency, 31 and 32 maternity'),
		('encounter', 'primary_icd10', 'text', false, 'primary diagnosis of an admission, ICD-10'),
		('encounter', 'provider_code', 'text', false, 'organisation that gave the care'),
		('encounter', 'cost', 'numeric', false, 'cost in pounds'),

		('clinical_event', 'person_id', 'text', true, 'whom the code is about'),
		('clinical_event', 'event_date', 'date', true, 'day of the event, or of the admission'),
		('clinical_event', 'code_system', 'text', true,
		 'SNOMED, ICD10, ICD10CM, ICD9CM, OPCS4, READ2, CTV3, spelt so, or another system'),
		('clinical_event', 'code', 'text', true, 'the code'),
		('clinical_event', 'description', 'text', false, 'what the code says'),
		('clinical_event', 'source', 'text', false, 'where it was recorded: GP, APC (admitted patient care)'),
		('clinical_event', 'encounter_id', 'text', false, 'encounter of which it is a diagnosis'),
		('clinical_event', 'position', 'integer', false,
		 'position among the diagnoses of the encounter; 1 is the primary diagnosis'),

		('measurement', 'person_id', 'text', true, 'who was measured'),
		('measurement', 'measure_date', 'date', true, 'day of the measurement'),
		('measurement', 'code_system', 'text', true, 'SNOMED or another system'),
		('measurement', 'code', 'text', true, 'what was measured, as a code'),
		('measurement', 'name', 'text', false, 'what was measured, in words'),
		('measurement', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('measurement', 'unit', 'text', false, 'unit of the value'),

		('place_factor', 'place_id', 'text', true, 'the place'),
		('place_factor', 'factor', 'text', true,
		 'name of the factor; a decile of deprivation ends in _decile and counts from 1, the most deprived'),
		('place_factor', 'period', 'text', true, 'year or edition of the value'),
		('place_factor', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('place_factor', 'unit', 'text', false, 'unit of the value'),
		('place_factor', 'source', 'text', false, 'who published it'),

		('enrolment', 'person_id', 'text', true, 'who is enrolled or eligible'),
		('enrolment', 'programme', 'text', true, 'name of the programme'),
		('enrolment', 'start_date', 'date', false, 'first day in the programme; NULL is never enrolled'),
		('enrolment', 'end_date', 'date', false, 'first day no longer in the programme; NULL is still enrolled'),
		('enrolment', 'status', 'text', false, 'enrolled, eligible_not_enrolled or another state'),

		('code_list', 'list', 'text', true, 'name of the list: the condition in full words'),
		('code_list', 'version', 'text', true,
		 'version of the list; the latest one counts, numbers in it compared as numbers'),
		('code_list', 'code_system', 'text', true,
		 'SNOMED, ICD10, ICD10CM, ICD9CM, OPCS4, READ2, CTV3 or another system, spelt as in clinical_event'),
		('code_list', 'code', 'text', true, 'the code, or the beginning of the codes'),
		('code_list', 'match', 'text', true, 'exact: the code itself; prefix: every code that starts with it'),
		('code_list', 'source', 'text', false, 'who published the list, and where'),

		('code_map', 'from_system', 'text', true, 'code system of the records, spelt as in clinical_event'),
		('code_map', 'from_code', 'text', true, 'a code of it, as recorded'),
		('code_map', 'to_system', 'text', true, 'code system that code lists name'),
		('code_map', 'to_code', 'text', true, 'the code of it that says the same'),

		('data_day', 'day', 'date', true, 'the last day that the data tell of'),

		('partner', 'partner', 'text', true, 'code of the organisation'),
		('partner', 'name', 'text', false, 'name to show'),
		('partner', 'kind', 'text', true,
		 'nhs_provider, primary_care, council, combined_authority, voluntary, employer, housing, police_fire, '
		 'community or government'),

		('wait', 'person_id', 'text', true, 'who waits'),
		('wait', 'pathway', 'text', true, 'identifier of the pathway'),
		('wait', 'kind', 'text', false, 'what is waited for: referral_to_treatment, diagnostic, cancer or another'),
		('wait', 'clock_start', 'date', true, 'day on which the wait begins'),
		('wait', 'clock_stop', 'date', false, 'day on which it ends; NULL is still waiting'),
		('wait', 'reason', 'text', false, 'why the clock stopped'),

		('external_score', 'person_id', 'text', true, 'whom the score is about'),
		('external_score', 'name', 'text', true, 'name of the score'),
		('external_score', 'version', 'text', true, 'its version'),
		('external_score', 'scored_on', 'date', true, 'day of which it tells'),
		('external_score', 'value', 'double precision', false, 'the score'),
		('external_score', 'band', 'text', false, 'band of the score'),
		('external_score', 'licence', 'text', false, 'terms under which it may be used'),

		('ethnicity', 'person_id', 'text', true, 'who it is'),
		('ethnicity', 'ethnicity_code', 'text', false, 'the code that was taken; NULL is unknown'),
		('ethnicity', 'source', 'text', false, 'where it was recorded'),
		('ethnicity', 'recorded_on', 'date', false, 'when'),
		('ethnicity', 'self_reported', 'boolean', false, 'whether the person said so'),
		('ethnicity', 'records', 'bigint', false, 'records of a known ethnicity'),
		('ethnicity', 'disagreeing', 'bigint', false, 'those of them that say otherwise')
	) c (relation, column_name, column_type, required, description);
end;

comment on function ph.shared_column() is
	'the columns of the shared tables in the order of the tables'' files: type, whether a value is required, '
	'description, whether the column itself may be missing';

create function ph_support.shared_need(out relation text, out without text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', 'nothing: there are no people'),
		('place', 'no comparison of places'),
		('place_parent', 'no comparison of larger places'),
		('residence', 'place, small area and deprivation of nobody are known'),
		('registration', 'nobody is registered: rates have no denominator, unless the population is another'),
		('encounter', 'admissions, attendances and costs are unknown, and rates of them NULL'),
		('clinical_event', 'no registers, no Charlson or frailty score, no segments by condition'),
		('measurement', 'no measured values: body mass index and smoking are unknown'),
		('place_factor', 'deprivation is unknown: no gap between the most and the least deprived'),
		('enrolment', 'nobody is known to be in a programme'),
		('code_list', 'no registers, and no segments by condition'),
		('data_day', 'person-time ends today, also where the data end before');
end;

comment on function ph_support.shared_need() is 'what cannot be answered where a shared table is empty';

create function ph.shared_reference(
	out relation text, out column_name text, out parent_relation text, out parent_column text, out beside text[])
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_parent', 'place_id', 'place', 'place_id', array[]::text[]),
		('place_parent', 'parent_id', 'place', 'place_id', '{}'),
		('residence', 'person_id', 'person', 'person_id', '{}'),
		('residence', 'lsoa21_code', 'place', 'place_id', '{}'),
		('registration', 'person_id', 'person', 'person_id', '{}'),
		('registration', 'practice_code', 'place', 'place_id', '{}'),
		('registration', 'pcn_code', 'place', 'place_id', '{}'),
		('encounter', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'encounter_id', 'encounter', 'encounter_id', '{person_id}'),
		('measurement', 'person_id', 'person', 'person_id', '{}'),
		('place_factor', 'place_id', 'place', 'place_id', '{}'),
		('enrolment', 'person_id', 'person', 'person_id', '{}'),
		('wait', 'person_id', 'person', 'person_id', '{}'),
		('external_score', 'person_id', 'person', 'person_id', '{}'),
		('ethnicity', 'person_id', 'person', 'person_id', '{}');
end;

comment on function ph.shared_reference() is
	'the references between the shared tables: a column that is not NULL names a row of the parent relation; '
	'columns beside it have the same name and value in both, so that an event names an encounter of its own person';

create function ph_support.reference_condition(column_name text, parent_column text, beside text[]) returns text
language sql immutable parallel safe
begin atomic
	select string_agg(format('p.%I = r.%I', part.parent_column, part.column_name), ' and ' order by part.place)
	from (
		select 0, column_name, parent_column
		union all
		select b.place, b.name, b.name
		from unnest(beside) with ordinality b (name, place)
	) part (place, column_name, parent_column);
end;

comment on function ph_support.reference_condition(text, text, text[]) is
	'the condition that row p of the parent relation is the one that row r names, by a row of ph.shared_reference()';

create or replace function ph.shared_rule(
	out problem text, out relation text, out column_name text, out needs text[], out condition text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('death before birth', 'person', 'death_date', array['birth_date'], 'death_date >= birth_date'),
		('unknown sex', 'person', 'sex', array[]::text[], 'sex in (''F'', ''M'', ''I'')'),
		('unknown ethnicity', 'person', 'ethnicity_code', array[]::text[], 'ethnicity_code ~ ''^[A-HJ-NPRSZ]$'''),
		('cause without death', 'person', 'death_cause_icd10', array['death_date'],
		 'death_cause_icd10 is null or death_date is not null'),
		('end before start', 'residence', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'registration', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'encounter', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'place_parent', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'enrolment', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'wait', 'clock_stop', array['clock_start'], 'clock_stop >= clock_start'),
		('unknown kind of partner', 'partner', 'kind', array[]::text[],
		 'kind in (''nhs_provider'', ''primary_care'', ''council'', ''combined_authority'', ''voluntary'', '
		 '''employer'', ''housing'', ''police_fire'', ''community'', ''government'')'),
		('unknown pod', 'encounter', 'pod', array[]::text[],
		 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'', ''OTH'')'),
		('negative value', 'encounter', 'los_days', array[]::text[], 'los_days >= 0'),
		('negative value', 'encounter', 'cost', array[]::text[], 'cost >= 0'),
		('position below 1', 'clinical_event', 'position', array[]::text[], 'position >= 1'),
		('empty code', 'clinical_event', 'code', array[]::text[], 'code <> '''''),
		('decile outside 1 to 10', 'place_factor', 'value', array['factor'],
		 'right(factor, 7) <> ''_decile'' or value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
		('infinite day', 'data_day', 'day', array[]::text[], 'isfinite(day)'),
		('unknown match', 'code_list', 'match', array[]::text[], 'match in (''exact'', ''prefix'')'),
		('empty code', 'code_list', 'code', array[]::text[], 'code <> ''''');
end;

create or replace function ph_support.code_system_spelling(code_system text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when code_system in (
				'ICD10', 'SNOMED', 'ICD10CM', 'ICD9CM', 'OPCS4', 'READ2', 'CTV3', 'LOINC', 'RXNORM', 'CVX')
				then code_system
			when letters ~ 'ICD0?10PCS' then null
			when letters ~ 'ICD0?10CM' then 'ICD10CM'
			when letters ~ 'ICD0?10|^(ICD|ICDX|I10)$' then 'ICD10'
			when letters ~ 'ICD0?9CM' then 'ICD9CM'
			when letters ~ 'SNOMED|SNMD|^(SCT|SCTID|SNO)' then 'SNOMED'
			when letters ~ '^OPCS0?4([.]?[0-9]+)?(CODES?)?$' then 'OPCS4'
			when letters ~ 'CTV3|^READ(CODES?)?V?(ERSION)?3(CODES?)?$' then 'CTV3'
			when letters ~ '^READ(CODES?)?(V?(ERSION)?2)?(CODES?)?$' then 'READ2'
			when letters ~ '^LOINC' then 'LOINC'
			when letters in ('RXNORM', 'CVX') then letters end
	from upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C") letters;
end;

comment on function ph_support.code_system_spelling(text) is
	'how the shared tables spell a code system that has another name elsewhere, such as icd-10, SNOMED CT codes '
	'or Read codes v2; NULL for systems that they do not know (ICD-9 without CM, ICD-10-PCS, RxNorm Extension)';

create function ph_support.code_key(code_system text, code text, match text) returns text
language sql immutable parallel safe
begin atomic
	-- system and code are one key: of one clause the planner guesses better than of two
	select code_system || ' ' || nullif(  -- every code begins with nothing
		case
			when code_system = 'ICD10' and match = 'exact' then ph.icd10_normalise(code)
			when code_system in ('ICD10', 'ICD10CM', 'ICD9CM', 'OPCS4')
				then upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g') collate "C")
			when code_system <> 'SNOMED' or not ph.several_codes(code) then code end,
		'');
end;

comment on function ph_support.code_key(text, text, text) is
	'what a code is compared by: its system and the code in one form; NULL where a field holds several codes or none. '
	'match is exact for a code, prefix for the beginning of codes';

create function ph_support.shared_table_columns(relation text) returns text
language sql stable
begin atomic
	select string_agg(format('%I %s', c.column_name, c.column_type), ', ' order by c.ordinality)
	from ph.shared_column() with ordinality c
	where c.relation = shared_table_columns.relation;
end;

comment on function ph_support.shared_table_columns(text) is
	'the columns of a shared table and their types, as they stand between the brackets of CREATE TABLE';

create function ph_support.rule_constraint(relation text, column_name text, problem text) returns text
language sql immutable parallel safe
return concat_ws('_', relation, column_name, replace(problem, ' ', '_'));

comment on function ph_support.rule_constraint(text, text, text) is
	'the name of the constraint that holds a rule of ph.shared_rule() in a table';

create function ph_support.shared_table_constraints(relation text) returns text
language sql stable
begin atomic
	select string_agg(part, ', ')
	from (
		select format('alter %I set not null', c.column_name)
		from ph.shared_column() c
		where c.relation = shared_table_constraints.relation and c.required
		union all
		select format('add %s (%s)', t.key_constraint, array_to_string(t.key, ', '))
		from ph.shared_table() t
		where t.relation = shared_table_constraints.relation and t.key_constraint is not null
		union all
		select format('add constraint %I check (%s)',
			ph_support.rule_constraint(r.relation, r.column_name, r.problem), r.condition)
		from ph.shared_rule() r
		where r.relation = shared_table_constraints.relation
	) parts (part);
end;

comment on function ph_support.shared_table_constraints(text) is
	'what must hold in a shared table, as it stands behind ALTER TABLE: required columns, key, checks';

create function ph_support.shared_table_statements(relations text[]) returns setof text
language sql stable
begin atomic
	select format('alter table {%I} %s', r, ph_support.shared_table_constraints(r))
	from unnest(relations) r
	union all
	select format('alter table {%I} add foreign key (%s) references {%I} (%s)',
		r.relation, array_to_string(r.beside || r.column_name, ', '),
		r.parent_relation, array_to_string(r.beside || r.parent_column, ', '))
	from ph.shared_reference() r
	where r.relation = any (relations)
	union all
	select format('create index on {%I} (%s)', t.relation, i.columns)
	from ph.shared_table() t, unnest(t.indexes) i (columns)
	where t.relation = any (relations)
	union all
	select 'create unique index data_day_one on {data_day} ((day is not null))'
	where 'data_day' = any (relations)
	union all
	select format('comment on table {%I} is %L', t.relation, t.description)
	from ph.shared_table() t
	where t.relation = any (relations)
	union all
	select format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
	from ph.shared_column() c
	where c.relation = any (relations);
end;

comment on function ph_support.shared_table_statements(text[]) is
	'the statements that make shared tables of tables with their columns: what must hold, references, '
	'indexes, comments';

create procedure ph_support.create_data_load(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target text := format('%I.data_load', schema);
begin
	execute format('create table if not exists %s (
		load_id bigint generated always as identity primary key, relation text not null,
		rows bigint not null check (rows >= 0), loaded_at timestamptz not null default now())', target);
	execute format('comment on table %s is ''one row a load of a shared table, in order: '
		'the greatest load_id is the stamp of the data''', target);
	call ph_support.comment_columns(target::regclass, '{"load_id": "number of the load, the later the greater",
		"relation": "the shared table", "rows": "rows that were loaded", "loaded_at": "when"}');
end
$$;

comment on procedure ph_support.create_data_load(text) is 'makes the table data_load where there is none';

create procedure ph_support.make_shared_tables(schema text, relations text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	for statement in
		select format('create table {%I} (%s)', r, ph_support.shared_table_columns(r))
		from unnest(relations) r
		union all
		select *
		from ph_support.shared_table_statements(relations)
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
end
$$;

comment on procedure ph_support.make_shared_tables(text, text[]) is
	'makes these shared tables in a schema, empty, with what must hold in them';

create or replace procedure ph.create_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	taken text;
	all_tables constant text[] := array(select t.relation from ph.shared_table() t);
begin
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
	call ph_support.make_shared_tables(schema, all_tables);
	call ph_support.create_data_load(schema);
end
$$;

comment on procedure ph.create_shared_tables(text) is
	'makes the empty shared tables in the schema, with data_load beside them, which says when each was loaded, '
	'and the schema where there is none; '
	'they are ordinary tables and belong to the caller. '
	'Errors: duplicate_table where one of the names is taken (nothing is made then), '
	'22023 for a schema of the extension or of the system, name_too_long';

create procedure ph.complete_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	statement text;
	missing text[];
begin
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) makes them.';
	end if;
	call ph_support.require_own_schema(schema);
	missing := array(
		select t.relation from ph.shared_table() t where to_regclass(format('%I.%I', schema, t.relation)) is null);
	call ph_support.make_shared_tables(schema, missing);
	for statement in
		select format('alter table {%I} add column %I %s', c.relation, c.column_name, c.column_type)
		from ph.shared_column() c
		join pg_class r on r.oid = to_regclass(format('%I.%I', schema, c.relation)) and r.relkind in ('r', 'p')
		where not exists (
			select
			from pg_attribute a
			where a.attrelid = r.oid and a.attname = c.column_name and not a.attisdropped)
		union all
		select format('alter table {%I} alter column %I drop not null', c.relation, c.column_name)
		from ph.shared_column() c
		join ph.shared_table() t using (relation)
		join pg_class r on r.oid = to_regclass(format('%I.%I', schema, c.relation)) and r.relkind in ('r', 'p')
		join pg_attribute a on a.attrelid = r.oid and a.attname = c.column_name and a.attnotnull
		where not c.required and not c.column_name = any (t.key)
		union all
		select format('alter table {%I} %s', r.relation, string_agg(
			format('drop constraint if exists %1$I, add constraint %1$I check (%2$s)',
				ph_support.rule_constraint(r.relation, r.column_name, r.problem), r.condition), ', '))
		from ph.shared_rule() r
		join pg_class c on c.oid = to_regclass(format('%I.%I', schema, r.relation)) and c.relkind in ('r', 'p')
		group by r.relation
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
	call ph_support.create_data_load(schema);
end
$$;

comment on procedure ph.complete_shared_tables(text) is
	'adds to the shared tables of a schema what an earlier version did not have: tables, empty, columns, unknown, '
	'and the rules as they are now; '
	'rows, keys and what is built on the tables stay, and relations that are no tables. Errors: undefined_table';

create function ph_support.version_numbers(version text) returns numeric[]
language sql immutable parallel safe
begin atomic
	select array(
		select part::numeric
		from regexp_split_to_table(version, '[^0-9]+') part
		where part <> '');
end;

comment on function ph_support.version_numbers(text) is
	'the numbers in a version, by which versions are put in order: 10 comes after 9';

create function ph_support.latest_version_query() returns text
language sql immutable parallel safe
return $$select distinct on (list) list, version
	from (select distinct list, version from {code_list}) versions
	order by list, ph_support.version_numbers(version) desc, version desc$$;

comment on function ph_support.latest_version_query() is
	'the query of the latest version of each code list, numbers in it compared as numbers: list, version';

create function ph_support.matched_code_query(
	mapped boolean,
	columns text default 'wanted.list, recorded.code_system, recorded.code',
	chosen text default $$jsonb_contains(
		(select jsonb_object_agg(list, version) from latest), jsonb_build_object(list, version))$$)
returns text
language sql immutable parallel safe
return format($$with latest as (
	%1$s
), wanted as not materialized (  -- so that the planner sees how many rules there are of each kind
	select list, version, match, code_system, code,
		ph_support.code_key(code_system::text, code::text, match::text) as key
	from {code_list}
	where %2$s
), code as (
	select distinct code_system, code from {clinical_event}
), recorded as (
	select code_system, code, ph_support.code_key(code_system::text, code::text, 'exact') as key
	from code%3$s
)
select %4$s
from recorded
join wanted on wanted.key = recorded.key and wanted.match = 'exact'
union
select %4$s
from recorded
join wanted on recorded.key ^@ wanted.key and wanted.match = 'prefix'$$,
	ph_support.latest_version_query(), chosen,
	case
		when mapped then $$
	union
	select code_system, code, ph_support.code_key(to_system::text, to_code::text, 'exact')
	from code
	join {code_map} on ph_support.code_key(from_system::text, from_code::text, 'exact')
		= ph_support.code_key(code_system::text, code::text, 'exact')$$
		else '' end,
	columns);

comment on function ph_support.matched_code_query(boolean, text, text) is
	'the query that finds the codes of clinical_event, themselves or (mapped) what code_map makes of them, '
	'that are in the latest version of each code list, or in those rows of code_list for which chosen holds: '
	'columns of wanted (rows of code_list) and recorded (code_system, code)';

create function ph_support.has_code_map(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select to_regclass(format('%I.code_map', schema)) is not null
$$;

comment on function ph_support.has_code_map(text) is
	'whether the schema has a table code_map: those from before version 0.3 have none';

create function ph_support.place_edge_query() returns text
language sql immutable parallel safe
return $$select place_id::text as place_id, parent_id::text as parent_id,
		-- whether or not the relation has these columns
		coalesce((to_jsonb(p) ->> 'start_date')::date, '-infinity') as start_date,
		coalesce((to_jsonb(p) ->> 'end_date')::date, 'infinity') as end_date
	from {place_parent} p$$;

comment on function ph_support.place_edge_query() is
	'the query of what lies in which place from which day on and until before which day, also where nothing is dated';

create function ph.shared_check(
	out problem text, out relation text, out column_name text, out needs text[], out condition text, out query text)
returns setof record
language sql stable
begin atomic
	with reads as (
		select t.relation, array(select t.relation || '.' || k from unnest(t.key) k) as key
		from ph.shared_table() t
	), condition (problem, relation, column_name, also, of_person, condition) as (
		select 'missing value', c.relation, c.column_name, array[]::text[], array[]::text[],
			format('r.%I is null', c.column_name)
		from ph.shared_column() c
		where c.required
		union all
		select 'duplicate key', t.relation, array_to_string(t.key, ', '), array[]::text[], array[]::text[],
			'r.key_copy = 2'
		from ph.shared_table() t
		where t.key_constraint is not null
		union all
		select u.problem, u.relation, u.column_name, u.column_name || u.needs, array[]::text[],
			format('not (%s)', u.condition)
		from ph.shared_rule() u
		union all
		select 'orphaned reference', f.relation, f.column_name, array[f.column_name], array['person_id'],
			'r.person_id is not null and p.person_id is null'
		from ph.shared_reference() f
		where f.parent_relation = 'person'
		union all
		select d.problem, d.relation, d.column_name, array[d.column_name], array['person_id', d.limit_column],
			format('r.%I %s p.%I', d.column_name, d.operator, d.limit_column)
		from (
			values
				('before birth', 'residence', 'start_date', '<', 'birth_date'),
				('before birth', 'registration', 'start_date', '<', 'birth_date'),
				('before birth', 'encounter', 'start_date', '<', 'birth_date'),
				('before birth', 'clinical_event', 'event_date', '<', 'birth_date'),
				('before birth', 'measurement', 'measure_date', '<', 'birth_date'),
				('after death', 'encounter', 'start_date', '>', 'death_date'),
				('after death', 'clinical_event', 'event_date', '>', 'death_date'),
				('after death', 'measurement', 'measure_date', '>', 'death_date')
		) d (problem, relation, column_name, operator, limit_column)
		union all
		select 'after data day', d.relation, d.column_name, array[d.column_name], array[]::text[],
			format('r.%I > {last day}', d.column_name)
		from (
			-- the end of an address or a registration can be agreed beforehand
			values
				('person', 'birth_date'),
				('person', 'death_date'),
				('residence', 'start_date'),
				('registration', 'start_date'),
				('encounter', 'start_date'),
				('encounter', 'end_date'),
				('clinical_event', 'event_date'),
				('measurement', 'measure_date'),
				('enrolment', 'start_date')
		) d (relation, column_name)
		union all
		select 'malformed ICD-10 code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%1$s and ph.icd10_normalise(%2$I) is null and not ph.several_codes(%2$I)',
				m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], 'death_cause_icd10 is not null'),
				('encounter', 'primary_icd10', array[]::text[], 'primary_icd10 is not null'),
				('clinical_event', 'code', array['code_system'], 'code_system = ''ICD10'''),
				('code_list', 'code', array['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
		) m (relation, column_name, also, of_system)
		union all
		select 'more than one code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%s ph.several_codes(%I)', m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], ''),
				('encounter', 'primary_icd10', array[]::text[], ''),
				('clinical_event', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and'),
				('measurement', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and'),
				('code_list', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and')
		) m (relation, column_name, also, of_system)
		union all
		select 'code system spelt otherwise', r, 'code_system', array['code_system'], array[]::text[],
			'ph_support.code_system_spelling(code_system) <> code_system'
		from unnest(array['clinical_event', 'measurement', 'code_list']) r
		union all
		values
			('older than 125 years', 'person', 'birth_date', array['death_date'], array[]::text[],
			 'birth_date < coalesce(death_date, {last day}) - interval ''125 years'''),
			('later than today', 'data_day', 'day', array[]::text[], array[]::text[], 'day > current_date'),
			('stay differs from dates', 'encounter', 'los_days', array['start_date', 'end_date', 'los_days'],
			 array[]::text[], 'los_days <> end_date - start_date')
	)
	select c.problem, c.relation, c.column_name,
		n.key
			|| array(
				select c.relation || '.' || k
				from unnest(case when c.problem = 'duplicate key' then c.also else c.column_name || c.also end) k)
			|| array(select 'person.' || k from unnest(c.of_person) k),
		c.condition, null
	from condition c
	join reads n on n.relation = c.relation
	union all
	select 'empty relation', t.relation, null, array[]::text[], null,
		format('select null::text where not exists (select 1 from {%s})', t.relation)
	from ph_support.shared_need() t
	union all
	select 'orphaned reference', f.relation, f.column_name,
		n.key || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column)
			|| array(select f.parent_relation || '.' || b from unnest(f.beside) b), null,
		format(
			'select {name of %1$s} from {%1$s} r '
			'where r.%2$I is not null and not exists (select from {%3$s} p where %4$s)',
			f.relation, f.column_name, f.parent_relation,
			ph_support.reference_condition(f.column_name, f.parent_column, f.beside))
	from ph.shared_reference() f
	join reads n on n.relation = f.relation
	where f.parent_relation <> 'person'
	union all
	select 'overlapping spells', s.relation, 'start_date',
		array(select s.relation || '.' || k from unnest('{person_id, start_date, end_date}'::text[]) k), null,
		format('select concat_ws('' '', person_id, start_date)
			from (
				select person_id, start_date,
					max(coalesce(end_date, ''infinity'')) over (
						partition by person_id order by start_date
						rows between unbounded preceding and 1 preceding) as taken_until
				from {%s} where end_date is null or end_date > start_date
			) spells
			where start_date < taken_until', s.relation)
	from (values ('residence'), ('registration')) s (relation)
	union all
	values
		('identifier of two persons', 'encounter', 'encounter_id',
		 array['encounter.encounter_id', 'encounter.person_id'], null,
		 'select encounter_id
		from {encounter}
		group by encounter_id
		having min(person_id::text collate "C") <> max(person_id::text collate "C")'),
		('more than one day', 'data_day', 'day', array['data_day.day'], null,
		 'select day from {data_day} where (select count(*) from {data_day}) > 1'),
		('cycle', 'place_parent', 'parent_id', array['place_parent.place_id', 'place_parent.parent_id'], null,
		 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
		('ambiguous parent', 'place_parent', 'parent_id',
		 array['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'], null,
		 format('with recursive edge as (%s), above (base_id, place_id, start_date, end_date) as (
			select place_id, parent_id, start_date, end_date from edge
			union
			select above.base_id, edge.parent_id,
				greatest(above.start_date, edge.start_date), least(above.end_date, edge.end_date)
			from above join edge on edge.place_id = above.place_id
			where greatest(above.start_date, edge.start_date) < least(above.end_date, edge.end_date)
		), ancestor as (
			select above.*, place_kind from above join {place} p on p.place_id::text = above.place_id
		)
		select distinct a.base_id
		from ancestor a
		join ancestor b on b.base_id = a.base_id and b.place_kind = a.place_kind and b.place_id > a.place_id
			and b.start_date < a.end_date and a.start_date < b.end_date
		where a.base_id not in (a.place_id, b.place_id)', ph_support.place_edge_query())),
		('list without events', 'code_list', 'list',
		 array['code_list.list', 'code_list.version', 'code_list.code_system', 'code_list.code', 'code_list.match',
		       'clinical_event.code_system', 'clinical_event.code',
		       'code_map.from_system', 'code_map.from_code', 'code_map.to_system', 'code_map.to_code'], null,
		 format('select list from {code_list} except select list from (%s) matched',
			ph_support.matched_code_query(mapped => true)));
end;

comment on function ph.shared_check() is
	'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that it reads, '
	'and either the condition that a row r of the relation (key_copy: its number among rows of the same key) '
	'and its person p satisfy where they are wrong, or the query that returns the key of each thing that is wrong; '
	'names in braces stand for relations of the schema';

create function ph_support.mistyped_column(schema text, out relation text, out column_name text)
returns setof record
language sql stable
begin atomic
	select c.relation, c.column_name
	from ph.shared_column() c
	join pg_catalog.pg_attribute a
		on a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', schema, c.relation))
		and a.attname = c.column_name
	join pg_catalog.pg_type t on t.oid = a.atttypid
	where
		case c.column_type
			when 'date' then coalesce(nullif(t.typbasetype, 0), t.oid) <> 'pg_catalog.date'::pg_catalog.regtype
			when 'text' then false
			when 'boolean' then t.typcategory <> 'B'
			else t.typcategory <> 'N' end;
end;

comment on function ph_support.mistyped_column(text) is
	'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, '
	'a number that is none; an identifier can have any type';

create or replace function ph.check_shared_tables(schema text)
returns table (problem text, relation text, column_name text, found bigint, example text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
declare
	relations text[];
	present text[];  -- relation.column
	mistyped text[];  -- likewise
	day text;
	wrong jsonb := '[]';
	asked record;
	one record;
	counts bigint[];
	examples text[];
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	day := ph_support.last_day(schema);
	relations := array(
		select t.relation
		from ph.shared_table() t
		where to_regclass(format('%I.%I', schema, t.relation)) is not null);
	present := array(
		select r || '.' || a.attname
		from unnest(relations) r
		join pg_attribute a on a.attrelid = format('%I.%I', schema, r)::regclass
		where a.attnum > 0 and not a.attisdropped);
	mistyped := array(select c.relation || '.' || c.column_name from ph_support.mistyped_column(schema) c);

	return query
	select 'missing relation', t.relation, null::text, 1::bigint, null::text
	from ph.shared_table() t
	where not t.relation = any (relations)
	order by t.relation collate "C";

	return query
	select 'missing column', c.relation, c.column_name, 1::bigint, null::text
	from ph.shared_column() c
	where c.relation = any (relations) and not c.optional and not c.relation || '.' || c.column_name = any (present)
	order by c.relation collate "C", c.column_name collate "C";

	return query
	select 'wrong type', split_part(c, '.', 1), split_part(c, '.', 2), 1::bigint, null::text
	from unnest(mistyped) c
	order by c collate "C";

	for asked in
		select c.relation, c.query, array_agg(c.problem order by c.problem, c.column_name) as problems,
			array_agg(c.column_name order by c.problem, c.column_name) as columns,
			array_agg(replace(c.condition, '{last day}', day) order by c.problem, c.column_name) as conditions
		from ph.shared_check() c
		where c.relation = any (relations) and c.needs <@ present and not c.needs && mistyped
		group by c.relation, c.query,
			case when c.query is not null then c.problem || coalesce(c.column_name, '') end
		order by c.relation collate "C", min(c.problem) collate "C"
	loop
		begin
			execute ph_support.in_schema(
				case
					when asked.query is null then
						ph_support.shared_row_query(schema, asked.relation, asked.conditions)
					else
						format(
							'select array[count(*)], array[min(key::text collate "C")] from (%s) wrong (key)',
							replace(asked.query, format('{name of %s}', asked.relation), (
								select format('concat_ws('' '', %s)', string_agg('r.' || k, ', '))
								from ph.shared_table() t, unnest(t.key) k
								where t.relation = asked.relation))) end,
				schema)
			into counts, examples;
			wrong := wrong || (
				select coalesce(jsonb_agg(to_jsonb(a)), '[]')
				from (
					select *, asked.relation
					from unnest(asked.problems, asked.columns, counts, examples)
						a (problem, column_name, found, example)
					where a.found > 0
				) a);
		exception when undefined_function or datatype_mismatch or data_exception then
			-- keys of two relations can each have a type that serves and still not compare: which one is asked one by
			-- one
			for one in
				select *
				from unnest(asked.problems, asked.columns, asked.conditions) o (problem, column_name, condition)
			loop
				begin
					if one.condition is null then
						raise undefined_function;
					end if;
					execute ph_support.in_schema(
						ph_support.shared_row_query(schema, asked.relation, array[one.condition]), schema)
					into counts, examples;
					wrong := wrong || jsonb_build_object(
						'problem', one.problem, 'relation', asked.relation, 'column_name', one.column_name,
						'found', counts[1], 'example', examples[1]);
				exception when undefined_function or datatype_mismatch or data_exception then
					wrong := wrong || jsonb_build_object(
						'problem', 'types do not compare', 'relation', asked.relation,
						'column_name', one.column_name, 'found', 1);
				end;
			end loop;
		end;
	end loop;
	return query
	select w.*
	from jsonb_to_recordset(wrong) w (problem text, relation text, column_name text, found bigint, example text)
	where w.found > 0
	order by w.relation collate "C", w.problem collate "C", w.column_name collate "C";
end
$$;

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

create or replace function ph_support.known_pod(kind text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if kind not in ('GP', 'AE', 'OP', 'EL', 'NEL', 'OTH') then
		raise exception 'kind must be a pod of encounters'
			using errcode = 'invalid_parameter_value',
				hint = 'The pods are GP, AE, OP, EL, NEL and OTH; null stands for all.';
	end if;
	return kind;
end
$$;

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

create or replace function ph_support.chosen(argument text, choice text, usual text, alike text, offered text[])
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	candidates text[];
begin
	if choice = 'none' or choice is null and offered = '{}' then
		return null;
	end if;
	if choice is null and usual = any (offered) then
		return usual;
	end if;
	if choice is null then
		candidates := array(select distinct o from unnest(offered) o where o ~ alike);
		if candidates = '{}' then
			candidates := array(select distinct o from unnest(offered) o);
		end if;
		if cardinality(candidates) = 1 then
			return candidates[1];
		end if;
	end if;
	call ph_support.require_choice(argument, choice, offered);
	return choice;
end
$$;

comment on function ph_support.chosen(text, text, text, text, text[]) is
	'the choice; where it is NULL the usual one, or else the only one that the data offer, first among those alike; '
	'NULL where it is none, or the data offer none. '
	'Errors: invalid_parameter_value, with what there is';

create or replace function ph_support.kinds_above(schema text, base text) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	places text[];
	kinds text[];
begin
	-- apart, since no recursive query may read tables of persons where they are distributed
	execute format('select array(select place_id::text from %I.place where %s)', schema, base) into places;
	execute format(
		'with recursive above as (
			select parent_id from %1$I.place_parent where place_id::text = any ($1)
			union
			select p.parent_id from above join %1$I.place_parent p on p.place_id = above.parent_id)
		select array_agg(distinct place_kind) from above join %1$I.place on place_id = parent_id',
		schema)
	into kinds
	using places;
	return coalesce(kinds, '{}');
end
$$;

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
	select ph_support.in_schema(
		format(
			'with recursive edge as (%s), above (base_id, place_id, start_date, end_date) as (
				select place_id::text, place_id::text, date ''-infinity'', date ''infinity'' from {place}
				union
				select above.base_id, edge.parent_id,
					greatest(above.start_date, edge.start_date), least(above.end_date, edge.end_date)
				from above join edge on edge.place_id = above.place_id
				where greatest(above.start_date, edge.start_date) < least(above.end_date, edge.end_date)
			), period as (
				select base_id, day as start_date, lead(day) over (partition by base_id order by day) as end_date
				from (select base_id, start_date as day from above union select base_id, end_date from above) days
			)
			select period.base_id as place_id,
				min(place_kind::text) filter (where place.place_id::text = period.base_id) as place_kind,
				period.start_date, period.end_date, period.start_date <= %s and period.end_date > %2$s as is_current%s
			from period
			join above using (base_id)
			join {place} place on place.place_id::text = above.place_id
			where above.start_date <= period.start_date and above.end_date >= period.end_date
			group by period.base_id, period.start_date, period.end_date',
			ph_support.place_edge_query(), ph_support.last_day(schema), (
				select string_agg(
					format(
						', case when count(distinct place.place_id) filter (where place_kind = %1$L) = 1 '
						'then min(place.place_id::text) filter (where place_kind = %1$L) end as %2$I',
						kind, lower(kind collate "C")),
					'' order by kind)
				from unnest(kinds) kind)),
		schema);
end;

comment on function ph_support.place_dimension_query(text, text[]) is
	'the query that gives one row a place and period in which nothing above it changes: its id and kind, whether '
	'the period holds the data day, and one column a kind with the place of that kind '
	'in which it lies; NULL where there is none, or more than one';

create or replace function ph_support.ladder_query(schema text, name text, base text, kinds text[]) returns text
language sql immutable
begin atomic
	select format('select place_id as %I%s from %I.place_dimension where is_current and %s', name,
		string_agg(format(', %I', lower(kind collate "C")), '' order by kind), schema, base)
	from unnest(kinds) kind;
end;

comment on function ph_support.ladder_query(text, text, text, text[]) is
	'the query that gives one row a place of place_dimension, as it lies now, for which the condition base holds: '
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
	call ph_support.require_column_names('kinds of places', 'place_dimension', names,
		'{place_id,place_kind,start_date,end_date,is_current}');
	if to_regclass(target) is null then
		execute format(
			'create table %s (
				place_id text, place_kind text, start_date date, end_date date, is_current boolean,
				primary key (place_id, start_date))', target);
		execute format('create unique index on %s (place_id) where is_current', target);
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
		'one row a place and period: the place of each kind in which it lies, '
		'NULL where there is none or more than one; ph.refresh_place_dimension fills it anew',
		ph_support.kind_descriptions(kinds) || jsonb_build_object(
			'place_id', 'code of the place', 'place_kind', 'kind and edition of the place',
			'start_date', 'first day of the period, or -infinity',
			'end_date', 'first day after the period, or infinity',
			'is_current', 'whether the period holds the data day, as it was when this was filled'));

	-- who reads goes on, who else refreshes waits
	execute format('lock table %s in share row exclusive mode', target);
	execute format('delete from %s', target);
	execute format('insert into %s (place_id, place_kind, start_date, end_date, is_current%s) %s', target,
		(select string_agg(format(', %I', lower(k collate "C")), '' order by k) from unnest(kinds) k),
		ph_support.place_dimension_query(schema, kinds));
	call ph_support.take_statistics(target::regclass);
	if to_regclass(format('%I.changed_person', schema)) is not null then
		call ph.mark_changed(schema, 'place');
	end if;
end
$$;

comment on procedure ph.refresh_place_dimension(text) is
	'fills place_dimension of the schema from place and place_parent, and makes it where there is none: '
	'one row a place and period in which nothing above it changes, a column for each kind that is above some place; '
	'is_current tells the periods that hold the data day, which are those of the ladders and of stays; '
	'who reads is not kept waiting, a kind that has gone is NULL. '
	'ph.create_population_views calls it; call it after a change of places. '
	'Errors: undefined_table, duplicate_object where the name is taken by something else, '
	'duplicate_column where kinds differ in case only or are named as one of its own columns';

create function ph_support.spell_query(schema text, source text, columns text, tie_break text) returns text
language sql stable
begin atomic
	select format(
		'select person_id::text as person_id, %3$s,
			ph_support.unnest_days(datemultirange(spell) - coalesce(range_agg(spell) over later, ''{}'')) as spell
		from (
			select person_id, %3$s, start_date,
				daterange(start_date, case when end_date = death_date then end_date + 1 else end_date end)
				* daterange(birth_date, death_date, ''[]'') * daterange(null, %4$s, ''[]'') as spell
			from %2$s spell
			join %1$I.person using (person_id)
			where (end_date is null or end_date >= start_date) and (death_date is null or death_date >= birth_date)
		) spells
		window later as (
			partition by person_id order by start_date desc nulls last, %5$s
			rows between unbounded preceding and 1 preceding)',
		schema, source, columns, ph_support.in_schema(ph_support.last_day(schema), schema), tie_break);
end;

comment on function ph_support.spell_query(text, text, text, text) is
	'the query that makes of the spells of the source (person_id, the columns, start_date, end_date) '
	'days that are each counted once: within life, the day of death included, up to the data day, '
	'and the spell with the later start takes over from one that it overlaps; of two that start on one day '
	'it is the first in the order of the columns tie_break';

create function ph_support.stay_query(schema text, population text) returns text
language sql immutable
begin atomic
	select format(
		'select person_id, practice, coalesce(registration.neighbourhood, residence.neighbourhood) as neighbourhood,
			place, system, small_area, deprivation_decile, (deprivation_decile + 1) / 2 as deprivation_quintile,
			registration.spell * residence.spell as spell
		from %2$s registration
		join %1$I.residence_spell residence using (person_id)
		-- not isempty(...), which the planner takes for a third less rows than there are
		where nullif(registration.spell * residence.spell, ''empty'') is not null and %3$s',
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

create function ph_support.person_at_query(schema text, population text, day text) returns text
language sql immutable
begin atomic
	select format(
		'select s.person_id, ph.completed_years(p.birth_date, %2$s) as age, p.sex::text as sex,
			nullif(p.ethnicity_code::text, ''Z'') as ethnicity, s.practice, s.neighbourhood, s.place, s.system,
			s.small_area, s.deprivation_decile, s.deprivation_quintile
		from %1$I.stay s
		join %1$I.person p on p.person_id::text = s.person_id
		where s.start_date <= %2$s and s.end_date > %2$s and %3$s',
		schema, day, ph_support.seen_condition(schema, population, 's.person_id',
			format('(%s + 1 - interval ''1 year'')', day), format('%s + 1', day)));
end;

comment on function ph_support.person_at_query(text, text, text) is
	'the query of the people of a population on a day, an expression';

create function ph_support.kind_is_known(schema text, of_kind text) returns text
language sql immutable parallel safe
return format('exists (select 1 from %I.encounter where %s)', schema, of_kind);

comment on function ph_support.kind_is_known(text, text) is
	'the condition that the schema has an encounter of a kind at all, whoever had it';

create function ph_support.at_risk_query(
	schema text, population text, asked text, asked_days text, of_kind text, keys text[], counts text[],
	answer text)
returns text
language sql immutable
begin atomic
	select format(
		'with asked as not materialized (
			%2$s
		), at_risk as not materialized (
			select a.*, s.*, 1 + cardinality(s.earlier_ends) - width_bucket(a.first_day, s.earlier_ends) as stay
			from %1$I.stay s
			join asked a on s.start_date < a.day_after and s.end_date > a.first_day
			where %4$s
		), encounter as not materialized (
			select person_id::text as person_id, start_date, pod::text as pod, cost::numeric as cost
			from %1$I.encounter
			where %3$s and %11$s
		), inside as (
			select %5$s r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
				r.deprivation_decile, r.deprivation_quintile, greatest(r.start_date, r.first_day) as start_date,
				least(r.end_date, r.day_after) as end_date, %8$s
				-- where none of a kind is known of anybody, it is not known that there was none
				case when %12$s then count(e.person_id) end as events,
				case when %12$s then coalesce(sum(e.cost), 0) end as cost
			from at_risk r
			left join encounter e on e.person_id = r.person_id
				and e.start_date >= greatest(r.start_date, r.first_day)
				and e.start_date < least(r.end_date, r.day_after)
			group by %5$s r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
				r.deprivation_decile, r.deprivation_quintile, r.start_date, r.end_date, r.first_day, r.day_after
		), outside as (
			select %6$s e.person_id, 1 as stay, count(*) as events
			from encounter e
			join asked a on e.start_date >= a.first_day and e.start_date < a.day_after
			where not exists (
				select
				from at_risk r
				where r.person_id = e.person_id %7$s and e.start_date >= r.start_date and e.start_date < r.end_date)
			group by %6$s e.person_id
		), counted as (
			select r.*, r.end_date - r.start_date as days, coalesce(a.events, 0) as events_outside
			from inside r
			left join outside a on a.person_id = r.person_id and a.stay = r.stay %7$s
			union all  -- of the same types, so that it is no more than two tables
			select %6$s e.person_id, 0, null, null, null, null, null, null, null, null, null, %9$s 0::bigint,
				0::numeric, 0, count(*)
			from encounter e
			join asked a on e.start_date >= a.first_day and e.start_date < a.day_after
			where not exists (select from at_risk r where r.person_id = e.person_id %7$s)
			group by %6$s e.person_id
		)
		select %10$s
		from counted c
		join %1$I.person p on p.person_id::text = c.person_id',
		schema, asked, asked_days,
		ph_support.seen_condition(schema, population, 's.person_id', 'a.first_day', 'a.day_after'),
		(select string_agg(format('r.%I,', k), ' ') from unnest(keys) k),
		(select string_agg(format('a.%I,', k), ' ') from unnest(keys) k),
		(select string_agg(format('and a.%1$I = r.%1$I', k), ' ') from unnest(keys[1:2]) k),
		(
			select string_agg(
				format('case when %s then count(*) filter (where e.pod = %L) end as %I,',
					ph_support.kind_is_known(schema, format('pod = %L', upper(c collate "C"))),
					upper(c collate "C"), c),
				' ')
			from unnest(counts) c
		),
		repeat('0::bigint, ', cardinality(counts)), answer, of_kind, ph_support.kind_is_known(schema, of_kind));
end;

comment on function ph_support.at_risk_query(text, text, text, text, text, text[], text[], text) is
	'the query of who was at risk in the periods that the query asked gives (first_day, day_after and keys, of which '
	'the first two tell them apart), with their encounters for which the conditions asked_days and of_kind hold: '
	'the columns answer of c, a row a period, person and stay, and of p, the person; '
	'counts are pods that are counted by themselves too. Of a kind that nobody has, counts are NULL';

create function ph_support.years_at_risk(population text) returns text
language sql immutable parallel safe
begin atomic
	-- who was seen is no denominator
	select case population when 'seen' then 'null::double precision' else 'c.days / 365.25::double precision' end;
end;

comment on function ph_support.years_at_risk(text) is
	'the expression of the person-years of a population: NULL in seen, where they are not known';

create function ph_support.cost_at_risk(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known boolean;
begin
	execute format(
		'select not exists (select 1 from %1$I.encounter)
			or exists (select 1 from %1$I.encounter where cost is not null)',
		schema)
	into known;
	return case when known then 'c.cost' else 'null::numeric' end;
end
$$;

comment on function ph_support.cost_at_risk(text) is
	'the expression of the cost of a period: NULL where there are encounters and the cost of none is known';

create function ph_support.person_period_query(schema text, population text) returns text
language sql stable
begin atomic
	-- first_day, day_after and known_pod are immutable: the planner knows what they return
	select ph_support.at_risk_query(schema, population,
		'select ph_support.first_day(period) as first_day, ph_support.day_after(period) as day_after',
		'start_date >= ph_support.first_day(period) and start_date < ph_support.day_after(period)',
		'(ph_support.known_pod(kind) is null or pod = ph_support.known_pod(kind))', '{}', '{}',
		format(
			'c.person_id, c.stay, ph.completed_years(p.birth_date, c.start_date), p.sex::text,
			nullif(p.ethnicity_code::text, ''Z''), c.practice, c.neighbourhood, c.place, c.system, c.small_area,
			c.deprivation_decile, c.deprivation_quintile, c.start_date, c.end_date, c.days,
			%s, c.events, %s, c.events_outside', ph_support.years_at_risk(population),
			ph_support.cost_at_risk(schema)));
end;

comment on function ph_support.person_period_query(text, text) is
	'the query of the function person_period, whose arguments are period and kind';

create function ph_support.person_in_period_query(schema text, population text) returns text
language sql stable
begin atomic
	select ph_support.at_risk_query(schema, population,
		format('select kind, name, start_date as first_day, end_date as day_after from %I.calendar', schema),
		'true', 'true', '{kind,first_day,name,day_after}', '{gp,ae,op,el,nel,oth}',
		format(
			'c.kind, c.name, c.first_day as start_date, c.day_after as end_date, c.person_id, c.stay,
			ph.completed_years(p.birth_date, c.start_date) as age, p.sex::text as sex,
			nullif(p.ethnicity_code::text, ''Z'') as ethnicity, c.practice, c.neighbourhood, c.place, c.system,
			c.small_area, c.deprivation_decile, c.deprivation_quintile, c.start_date as at_risk_from,
			c.end_date as at_risk_until, c.days, %s as years, c.events, c.gp, c.ae, c.op, c.el, c.nel,
			c.oth, %s as cost, c.events_outside', ph_support.years_at_risk(population),
			ph_support.cost_at_risk(schema)));
end;

comment on function ph_support.person_in_period_query(text, text) is
	'the query of the view person_in_period: person_period of each period of the calendar, with a column a pod';

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
		('person_at_data_day', 'person_at of the data day'),
		('person_in_period',
		 'person_period of each period of the calendar, all kinds of encounters and a column a kind: '
		 'ask for one kind of period, or for one period by its kind and start_date'),
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
		('start_date', 'first day of the spell or period'),
		('end_date', 'first day after the spell or period'),
		('kind', 'day, month, quarter, year, financial_year or rolling_year, as in calendar'),
		('name', 'name of the period'),
		('stay', 'number of the stay of this person in the period; 0 for encounters of who had none'),
		('age', 'age in completed years on the first day at risk in the period'),
		('at_risk_from', 'first day at risk in the period'),
		('at_risk_until', 'first day after those at risk in the period'),
		('days', 'days at risk'),
		('years', 'person-years at risk, days / 365.25'),
		('events', 'encounters that started while at risk'),
		('gp', 'of these with general practice'),
		('ae', 'of these at accident and emergency'),
		('op', 'of these as an outpatient'),
		('el', 'of these elective admissions and day cases'),
		('nel', 'of these emergency and other unplanned admissions'),
		('oth', 'of these all other contacts'),
		('cost', 'cost of the events, in pounds; NULL where no encounter has one'),
		('events_outside', 'encounters in the period outside any stay'),
		('earlier_ends', 'the end dates of the stays of this person before this one, in order'),
		('condition', 'name of the code list'),
		('first_date', 'day of the first event with a code of the list'),
		('age_years', 'age in completed years'),
		('sex', 'F, M or I; NULL is unknown'),
		('ethnicity', 'NHS 16+1 code; NULL is unknown'),
		('long_term_conditions',
		 'code lists of long-term conditions recorded before the day; NULL where none was of anybody'),
		('charlson', 'Charlson score of the diagnoses of two years; NULL where nobody has an ICD-10 or ICD-9-CM code'),
		('hospital_frailty',
		 'Hospital Frailty Risk Score of the diagnoses of two years; NULL where nobody has an ICD-10 code'),
		('emergency_admissions_12_months', 'emergency admissions of one year'),
		('non_elective_admissions', 'the same by the name that some schemes give it'),
		('maternity_activity', 'contacts with maternity services of one year'),
		('emergency_attendances_12_months', 'attendances at accident and emergency of one year'),
		('outpatient_attendances_12_months', 'outpatient attendances of one year'),
		('consultations_12_months', 'consultations with general practice of one year'),
		('spend_12_months', 'cost of one year, in pounds; NULL where no encounter has one'),
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
			p.oid::regprocedure::text as target,
			case p.proname when 'segment_inputs' then 20 when 'note_changed_person' then -1 else 6.5 end as place
		from pg_proc p
		where p.pronamespace = to_regnamespace(quote_ident(schema))
			and p.proname in ('segment_inputs', 'person_period', 'person_at', 'note_changed_person')
		union all
		select 'table', relname, 'pg_class', oid, oid::regclass::text, 0
		from pg_class
		where relnamespace = to_regnamespace(quote_ident(schema)) and relkind = 'r'
			and relname in ('place_dimension', 'stored_stay', 'changed_person')
		union all
		select 'trigger', tgname, 'pg_trigger', t.oid, format('%I on %s', tgname, tgrelid::regclass), 0
		from pg_trigger t
		where tgfoid = to_regprocedure(format('%I.note_changed_person()', schema))
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
	day text;
	year integer;
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
	call ph_support.keep_one_transaction(schema);
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
	is_area := coalesce('place_kind = ' || quote_literal(small_area), 'false');

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
	elsif neighbourhood is not null then
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
	if coalesce(deprivation, '') <> 'none' and (deprivation is not null or factors <> '{}') then
		-- or else deprivation is unknown
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
			select person_id, practice_code::text as practice, %2$s as neighbourhood, r.start_date, r.end_date
			from %1$I.registration r
			left join %1$I.place_dimension practice on practice.place_id = practice_code::text
				and practice.is_current
			left join %1$I.place network on network.place_id = pcn_code and network.place_kind = %3$L)',
			schema, practice_neighbourhood, neighbourhood),
		'practice, neighbourhood', 'practice, neighbourhood');
	call ph_support.replace_population_view(schema, 'registration_spell', query);
	query := ph_support.spell_query(schema,
		-- Life itself is a residence of unknown address, so that nobody is lost between two addresses. No UNION, which
		-- Citus would not push down below the joins with places; of who has no address life stands there twice, and
		-- counts once as all overlapping addresses do.
		format('(
			select person_id, small_area, %2$s as neighbourhood, %3$s as place, %4$s as system,
				deprivation_decile, start_date, end_date
			from (
				select person_id, r.lsoa21_code::text as small_area, r.start_date, r.end_date
				from %1$I.person
				cross join (values (false), (true)) address (known)
				left join (select *, true as known from %1$I.residence) r using (person_id, known)
			) address
			left join %1$I.place_ladder area using (small_area)
			left join (%5$s) deprivation using (small_area))',
			schema, area_neighbourhood, coalesce('area.' || quote_ident(lower(place collate "C")), 'null::text'),
			coalesce('area.' || quote_ident(lower(system collate "C")), 'null::text'), deprivation_query),
		'small_area, neighbourhood, place, system, deprivation_decile', 'small_area');
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
	query := ph_support.stored_stay_query(schema, format('%I.%I', schema,
		case when to_regclass(format('%I.stored_stay', schema)) is null then 'computed_stay' else 'stored_stay' end));
	call ph_support.replace_population_view(schema, 'stay', query);

	call ph_support.replace_function(schema, 'person_at', 'timestamptz',
		format($query$(as_of timestamptz)
			returns table (
				person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
				system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
			language sql stable parallel safe
			begin atomic
				%s and isfinite(person_at.as_of);
			end$query$, ph_support.person_at_query(schema, population, 'person_at.as_of::date')),
		'one row a person of the population who was there and alive on the day, as known by then, '
		'and nobody after the data day: '
		'age in completed years, where deprivation_decile 1 and deprivation_quintile 1 are the most deprived; '
		'unknown is NULL');
	query := ph_support.person_period_query(schema, population);
	call ph_support.replace_function(schema, 'person_period', 'daterange, text',
		format($query$(period daterange, kind text default null)
			returns table (
				person_id text, stay integer, age integer, sex text, ethnicity text, practice text,
				neighbourhood text, place text, system text, small_area text, deprivation_decile integer,
				deprivation_quintile integer, start_date date, end_date date, days integer, years double precision,
				events bigint, cost numeric, events_outside bigint)
			language sql stable parallel safe
			begin atomic
				%s;
			end$query$, query),
		'one row a person and stay in the period, cut at the data day: person-years at risk (days / 365.25; '
		'NULL in the population seen, where they are not known), '
		'encounters of the kind that started in it (null: all; NULL where nobody ever had one), '
		'their cost in pounds (NULL where no encounter has one). '
		'Encounters in the period outside any stay are counted apart in events_outside, '
		'on the first stay or on a row with stay 0. '
		'Errors: invalid_parameter_value for a period without end or an unknown kind');
	day := ph_support.in_schema(ph_support.last_day(schema), schema);
	call ph_support.replace_population_view(schema, 'person_at_data_day',
		ph_support.person_at_query(schema, population, day));
	if to_regclass(format('%I.calendar', schema)) is null then
		execute format('select extract(year from %s)', day) into year;
		call ph.create_calendar(schema, make_date(year - 10, 1, 1), make_date(year, 12, 31));
	end if;
	query := ph_support.person_in_period_query(schema, population);
	call ph_support.replace_population_view(schema, 'person_in_period', query);

	query := format(
		'select event.person_id::text as person_id, matched.list as condition, min(event.event_date) as first_date
		from %1$I.clinical_event event
		join (%2$s) matched on matched.code = event.code
			-- a function and not an operator: the planner takes each clause of an operator for another chance
			and texteq(matched.code_system::text, event.code_system::text)
		group by event.person_id, matched.list',
		schema, ph_support.in_schema(ph_support.matched_code_query(ph_support.has_code_map(schema)), schema));
	call ph_support.replace_population_view(schema, 'register', query);

	if to_regclass(format('%I.segment_input', schema)) is not null then
		call ph.create_segment_inputs(schema);
	end if;
end
$$;

comment on procedure ph.create_population_views(text, text, text, text, text, text, text) is
	'makes, over the shared tables of the schema, the table place_dimension (ph.refresh_place_dimension) '
	'and, where there is none, a calendar of the year of the data day and the ten before it (ph.create_calendar), '
	'the views place_ladder, practice_ladder, registration_spell, residence_spell, computed_stay, stay, '
	'person_at_data_day, person_in_period and register '
	'and the functions person_at(timestamptz) and person_period(daterange, text), '
	'all with the rights of whoever asks them; what an earlier call made is replaced in place. '
	'population says whom they count: registered (as NULL), resident (known address), registered_or_resident, '
	'or seen (an encounter in the period, or in the year up to the day). '
	'The other arguments name kinds of place and the factor with the decile of deprivation, one fixed edition; '
	'NULL takes LSOA21, PCN, LAD24, ICB24 and imd2019_decile, or the only ones that the data offer; '
	'what the data offer none of, or none says not to take, is unknown of everybody. Errors: invalid_schema_name, '
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

create function ph_support.watched_relation(out relation text, out everybody boolean) returns setof record
language sql immutable parallel safe
begin atomic
	select source.relation, source.everybody
	from ph_support.stay_source() source
	where source.relation <> 'place'  -- ph.refresh_place_dimension tells
	union
	select c.relation, false
	from ph.shared_column() c
	where c.column_name = 'person_id';
end;

comment on function ph_support.watched_relation() is
	'the relations of which changed_person says who has changed, and whether a change of one concerns everybody';

create procedure ph_support.create_change_trigger_function(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	body constant text := format(
		$body$begin
			if tg_op = 'TRUNCATE' or tg_argv[1] = 'everybody' then
				insert into %1$I.changed_person (relation) values (tg_argv[0]);
			elsif tg_op = 'INSERT' then
				insert into %1$I.changed_person (person_id, relation)
				select distinct person_id::text, tg_argv[0] from new_rows;
			elsif tg_op = 'DELETE' then
				insert into %1$I.changed_person (person_id, relation)
				select distinct person_id::text, tg_argv[0] from old_rows;
			else
				insert into %1$I.changed_person (person_id, relation)
				select person_id::text, tg_argv[0] from old_rows
				union
				select person_id::text, tg_argv[0] from new_rows;
			end if;
			return null;
		end$body$, schema);
begin
	call ph_support.replace_function(schema, 'note_changed_person', '', format(
		'() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L', body),
		'the trigger after a statement on a shared table, or on a partition of one: whose rows were changed, into '
		'changed_person; with the rights of its owner');
	execute format('revoke all on function %I.note_changed_person() from public', schema);
end
$$;

comment on procedure ph_support.create_change_trigger_function(text) is
	'makes the trigger function note_changed_person in the schema, which only its owner can put on a table; '
	'its arguments are the relation, everybody or person, and the partitions';

create procedure ph_support.watch_changes(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	missing record;
begin
	for missing in
		select source.relation, source.everybody, part.relid::regclass as part, part.parts, event,
			case
				when source.everybody or event = 'truncate' then ''
				when event = 'insert' then ' referencing new table as new_rows'
				when event = 'delete' then ' referencing old table as old_rows'
				else ' referencing old table as old_rows new table as new_rows' end as referencing
		from ph_support.watched_relation() source
		join pg_class parent on parent.oid = to_regclass(format('%I.%I', schema, source.relation))
			and parent.relkind in ('r', 'p') and not ph_support.is_distributed(parent.oid)
		cross join lateral (
			select relid,
				array(select p.relid::regclass::text from pg_partition_tree(t.relid) p order by 1)::text as parts
			from (
				select parent.oid as relid
				union
				select relid
				from pg_partition_tree(parent.oid)) t) part
		join pg_class c on c.oid = part.relid and c.relkind in ('r', 'p')
		cross join unnest('{insert,update,delete,truncate}'::text[]) event
		where not exists (
			select
			from pg_trigger
			where tgrelid = part.relid and tgname = 'changed_person_' || event
				and position(convert_to(part.parts, getdatabaseencoding()) in tgargs) > 0)
	loop
		-- the partitions that there are stand in the trigger: rows of one that is detached or dropped go away, and no
		-- trigger says so
		execute format(
			'create or replace trigger %I after %s on %s%s for each statement
			execute function %I.note_changed_person(%L, %L, %L)',
			'changed_person_' || missing.event, missing.event, missing.part, missing.referencing,
			schema, missing.relation, case when missing.everybody then 'everybody' else 'person' end, missing.parts);
		execute format(
			'insert into %1$I.changed_person (relation)
			select %2$L
			where not exists (select from %1$I.changed_person where person_id is null and relation = %2$L)',
			schema, missing.relation);
	end loop;
end
$$;

comment on procedure ph_support.watch_changes(text) is
	'makes the triggers of note_changed_person() on the tables of ph_support.watched_relation(), '
	'and on every partition, since rows written straight into one fire no trigger of the parent; '
	'where one was missing, or partitions are others than they were, everybody counts as changed. '
	'Views and foreign tables have none';

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
	where c.relrowsecurity and not ph_support.is_secured(schema);
	if secured is not null then
		raise exception 'row security of % would not hold in a table of stays', secured
			using errcode = 'feature_not_supported', hint = 'The view stay computes them with the rights of who asks.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %I.computed_stay', schema)]);
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
	'feature_not_supported under row security other than that of ph.secure, insufficient_privilege for who does not '
	'see all rows, object_not_in_prerequisite_state without a data day';

create function ph_support.grants_again(old regclass, new regclass) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format('grant %s %s on %s to %s%s', a.privilege_type, a.columns, new,
		case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
		case when a.is_grantable then ' with grant option' else '' end)
	from (
		select c.relowner, '' as columns, acl.*
		from pg_class c, aclexplode(c.relacl) acl
		where c.oid = old
		union all
		select c.relowner, format('(%I)', attname), acl.*
		from pg_class c
		join pg_attribute on attrelid = c.oid, aclexplode(attacl) acl
		where c.oid = old
	) a
	where a.grantee <> a.relowner;
end;

comment on function ph_support.grants_again(regclass, regclass) is
	'the statements that give on the new relation, and its columns, what is granted on the old one';

create procedure ph_support.give_to_owner_of_stay(schema text, kind text, target text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('alter %s %I.%s owner to %s', kind, schema, target, (
		select relowner::regrole
		from pg_class
		where oid = format('%I.stay', schema)::regclass));
end
$$;

comment on procedure ph_support.give_to_owner_of_stay(text, text, text) is
	'gives a table or function of the schema to who owns the view stay, whoever made it: '
	'a superuser who stores or refreshes stays would else lock the owner out';

create function ph_support.stored_stay_query(schema text, stored text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format('select %s from %s', ph_support.column_list(format('%I.computed_stay', schema)::regclass), stored)
$$;

comment on function ph_support.stored_stay_query(text, text) is
	'the query of stored stays: the columns of computed_stay, and not those by which ph.secure tells rows apart';

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
	call ph_support.replace_population_view(schema, 'stay', ph_support.stored_stay_query(schema, new::text));
	execute format('drop table if exists %I.stored_stay', schema);
	execute format('alter table %s rename to stored_stay', new);
	call ph_support.give_to_owner_of_stay(schema, 'table', 'stored_stay');
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
		call ph_support.describe_table(format('%I.changed_person', schema),
			'one row a person and statement: whose rows in the shared tables have changed '
			'since stays were last refreshed',
			'{"person_id": "who; NULL is everybody", "relation": "the shared table", "at": "when"}');
		call ph_support.create_change_trigger_function(schema);
		call ph_support.give_to_owner_of_stay(schema, 'table', 'changed_person');
		call ph_support.give_to_owner_of_stay(schema, 'function', 'note_changed_person()');
		call ph_support.watch_changes(schema);
		execute format('delete from %I.changed_person', schema);  -- nobody was asked before
	end if;
	call ph_support.keep_one_transaction(schema);
	call ph_support.watch_changes(schema);
	-- first, so that what changes from now on stays in the queue
	execute format(
		'delete from %I.changed_person where relation in (select s.relation from ph_support.stay_source() s)', schema);
	if ph_support.is_distributed(to_regclass(format('%I.person', schema))) then  -- each node stores what it has
		execute format('create table %1$I.new_stored_stay as select * from %1$I.computed_stay with no data', schema);
		call ph_support.distribute_by_person(schema, 'new_stored_stay');
		execute format('insert into %1$I.new_stored_stay select * from %1$I.computed_stay', schema);
	else  -- by workers, which INSERT ... SELECT has not
		execute format('create table %1$I.new_stored_stay as select * from %1$I.computed_stay', schema);
	end if;
	foreach statement in array array[
		'alter table {new_stored_stay} add primary key (person_id, start_date)',
		'create index on {new_stored_stay} (practice)',
		'create index on {new_stored_stay} (neighbourhood)',
		'create index on {new_stored_stay} (small_area)']
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
	call ph_support.secure_new_table(schema, 'new_stored_stay', true);
	call ph_support.take_statistics(format('%I.new_stored_stay', schema)::regclass);
	call ph_support.describe_table(format('%I.new_stored_stay', schema),
		'the rows of computed_stay as they were when they were last stored or refreshed',
		ph_support.population_columns());
	call ph_support.move_stays_in(schema);
	call ph_support.refresh_access_where_secured(schema);
end
$$;

comment on procedure ph.store_stays(text) is
	'stores the rows of computed_stay in the table stored_stay, with indexes and statistics, '
	'and lets the view stay read it: person_at, person_period and all that is built on stay become fast, '
	'and as old as the last ph.refresh_stays. Triggers on the shared tables note whose rows change in changed_person; '
	'who reads stay needs the right to read stored_stay. Again: all is stored anew. '
	'Errors: undefined_table without population views, feature_not_supported under row security other than that of '
	'ph.secure, insufficient_privilege for who does not see all rows, '
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
	perform ph_support.require_all_rows(array[format('select from %I.computed_stay', schema)]);
	execute format('lock table %I.stored_stay in share row exclusive mode', schema);
	call ph_support.watch_changes(schema);
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
			'insert into %1$I.stored_stay (%2$s) select * from %1$I.computed_stay where person_id = any ($1)', schema,
			ph_support.column_list(format('%I.computed_stay', schema)::regclass))
		using persons;
		call ph_support.refresh_access_where_secured(schema);
	end if;
end
$$;

comment on procedure ph.refresh_stays(text) is
	'computes anew the stored stays of the persons in changed_person, which is empty then, '
	'or of everybody where a whole table, the data day, places or factors of places have changed. '
	'Errors: undefined_table without stored stays, as ph.store_stays where all is stored anew';

create function ph_support.period_name(kind text, first_day date) returns text
language sql stable parallel safe
return case kind
	when 'day' then to_char(first_day, 'YYYY-MM-DD')
	when 'month' then to_char(first_day, 'YYYY-MM')
	when 'quarter' then to_char(first_day, 'YYYY "Q"Q')
	when 'year' then to_char(first_day, 'YYYY')
	when 'financial_year' then to_char(first_day, 'YYYY/') || to_char(first_day + interval '1 year', 'YY')
	when 'rolling_year' then 'year to ' || to_char(first_day + interval '11 months', 'YYYY-MM') end;

comment on function ph_support.period_name(text, date) is 'the name of a period of calendar, by its kind and first day';

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
	ph_support.period_name(p.kind, p.first)
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
	call ph_support.take_statistics(target::regclass);
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

create function ph_support.segment_input_query(
	schema text, lists text[], uncounted text[], people text, as_of text)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		select p.person_id, p.age as age_years, p.sex, p.ethnicity, p.place, p.neighbourhood, p.deprivation_decile,
			%2$s
			case
				when k.long_term_conditions then coalesce(r.long_term_conditions, 0)::integer
				end as long_term_conditions,
			case when k.icd10 or k.icd9 then coalesce(ph.charlson(c.conditions), 0) end as charlson,
			case
				when k.icd10 then coalesce(ph.hospital_frailty(c.conditions), 0)::double precision
				end as hospital_frailty,
			case when k.nel then coalesce(e.emergency, 0)::integer end as emergency_admissions_12_months,
			case when k.nel then coalesce(e.emergency, 0)::integer end as non_elective_admissions,
			case when k.encounters then coalesce(e.maternity, 0)::integer end as maternity_activity,
			case when k.ae then coalesce(e.attendances, 0)::integer end as emergency_attendances_12_months,
			case when k.op then coalesce(e.outpatient, 0)::integer end as outpatient_attendances_12_months,
			case when k.gp then coalesce(e.consultations, 0)::integer end as consultations_12_months,
			case when k.cost then coalesce(e.spend, 0)::double precision end as spend_12_months,
			m.bmi::double precision as bmi,
			m.smoker
		from %1$I.%6$s p
		cross join (
			-- a list of which nobody has a record says nothing: its codes may be of another system than the records
			select array_agg(distinct list) as lists, bool_or(list <> all (%4$L)) as long_term_conditions,
				exists (
					select 1
					from %1$I.clinical_event
					where code_system in ('ICD10', 'ICD10CM') and event_date < %3$s) as icd10,
				exists (
					select 1
					from %1$I.clinical_event
					where code_system = 'ICD9CM' and event_date < %3$s) as icd9,
				%7$s,
				exists (
					select 1
					from %1$I.encounter
					where cost is not null and start_date < %3$s) as cost
			from (%5$s) matched
			join (
				select distinct code, code_system from %1$I.clinical_event where event_date < %3$s) e
				using (code, code_system)
		) k
		left join (
			select person_id, array_agg(distinct condition) as conditions,
				count(distinct condition) filter (where condition <> all (%4$L)) as long_term_conditions
			from %1$I.register
			where first_date < %3$s
			group by person_id
		) r on r.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				ph.union(
					ph.conditions_of(code) filter (where code_system = 'ICD10'),
					ph.union(
						ph.conditions_of(code, 'cm') filter (where code_system = 'ICD10CM'),
						ph.conditions_of(code, 'icd9cm') filter (where code_system = 'ICD9CM'))) as conditions
			from %1$I.clinical_event
			where code_system in ('ICD10', 'ICD10CM', 'ICD9CM') and ph.in_look_back(event_date, %3$s, '2 years')
			group by 1
		) c on c.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				count(*) filter (where pod = 'NEL') as emergency,
				count(*) filter (where pod = 'AE') as attendances,
				count(*) filter (where pod = 'OP') as outpatient,
				count(*) filter (where pod = 'GP') as consultations,
				count(*) filter (
					where btrim(admission_method::text) in ('31', '32')
						or ph.icd10_normalise(primary_icd10) like 'O%%') as maternity,
				sum(cost) as spend
			from %1$I.encounter
			where ph.in_look_back(start_date, %3$s, '1 year')
			group by 1
		) e on e.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code in ('60621009', '39156-5')
						and ph.in_look_back(measure_date, %3$s, '1 year')))[1] as bmi,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code = '77176002'))[1] = 1 as smoker
			from %1$I.measurement
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5'), ('SNOMED', '77176002'))
				and measure_date < %3$s
			group by 1
		) m on m.person_id = p.person_id$query$,
		schema, (
			select string_agg(
				format('case when %1$L = any (k.lists) then coalesce(%1$L = any (r.conditions), false) end as %2$I,',
					l, l::name),
				' ' order by l)
			from unnest(lists) l),
		as_of, uncounted, ph_support.in_schema(ph_support.matched_code_query(ph_support.has_code_map(schema)), schema),
		people, (
			select string_agg(format('%s as %I', ph_support.kind_is_known(schema, condition), name), ', ' order by name)
			from (
				values
					('encounters', 'true'), ('nel', 'pod = ''NEL'''), ('ae', 'pod = ''AE'''), ('op', 'pod = ''OP'''),
					('gp', 'pod = ''GP''')
			) k (name, condition)))
$$;

comment on function ph_support.segment_input_query(text, text[], text[], text, text) is
	'the query of the people of a day, an expression, in a relation of the schema, '
	'with what rules of segments ask for and a column for each of the code lists; '
	'uncounted lists are no long-term conditions';

create or replace procedure ph.create_segment_inputs(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lists text[];
	uncounted text[] := array(select distinct s.list from ph.shipped_code_list() s where not s.long_term_condition);
	own text[];
	described jsonb;
	view regclass;
	columns text;
	query text;
	day text;
begin
	if to_regclass(format('%I.register', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = '42P01', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	day := ph_support.in_schema(ph_support.last_day(schema), schema);
	execute format('select coalesce(array_agg(distinct list order by list), ''{}'') from %I.code_list', schema)
	into lists;
	execute format('create temp view ph_own as %s',
		ph_support.segment_input_query(schema, '{}', uncounted, 'person_at_data_day', day));
	select array_agg(attname) into own from pg_attribute where attrelid = 'pg_temp.ph_own'::regclass;
	drop view ph_own;
	call ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
	select coalesce(
		jsonb_object_agg(l::name, format(
			'whether a code of the list %s was recorded before the day; NULL where it was of nobody', l)), '{}')
	into described
	from unnest(lists) l;
	-- not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just made
	query := ph_support.segment_input_query(schema, lists, uncounted, 'person_at_data_day', day);
	call ph_support.replace_population_view(schema, 'segment_input', query, described, keep => true);
	view := format('%I.segment_input', schema)::regclass;
	-- a list that has gone is a column of the view still, of which nothing is known
	select string_agg(
		case
			when attname = any (own || lists::name[]::text[]) then quote_ident(attname)
			else format('null::%s', format_type(atttypid, atttypmod)) end,
		', ' order by attnum)
	into columns
	from pg_attribute
	where attrelid = view and attnum > 0 and not attisdropped;
	query := ph_support.segment_input_query(schema, lists, uncounted, 'person_at(segment_inputs.as_of::date)',
		'segment_inputs.as_of::date');
	call ph_support.replace_function(schema, 'segment_inputs', 'timestamptz',
		format($query$(as_of timestamptz)
			returns setof %s
			language sql stable
			begin atomic
				select %s from (%s) input;
			end$query$,
			view, columns, query),
		'the people of a day as the rules of segments ask for them: age, place, '
		'whether each list of code_list was recorded before the day (unknown where it was of nobody), '
		'scores of two years (unknown where nobody has an ICD-10 code), '
		'use of services and spend of one year, last body mass index within a year, smoking; '
		'nothing from the day on is seen');
end
$$;

comment on procedure ph.create_segment_inputs(text) is
	'makes, over the shared tables of a schema, the function segment_inputs(as_of timestamptz): '
	'one row a person with what rules of segments ask for, a column for each code list; '
	'and the view segment_input of the same shape, for the data day. Call it again after a change of code_list: '
	'new lists become the last columns, and one that has gone is NULL '
	'while only generated views and functions read it. '
	'A list of which nobody has a record before the day is unknown, never false; so is long_term_conditions '
	'where no list of a condition has one (lists that ph.shipped_code_list() calls no long-term condition, '
	'or part of another, are not counted), and charlson and hospital_frailty where nobody has an ICD-10 (ICD-10-CM, '
	'for charlson ICD-9-CM) code, use of a service that nobody has used, '
	'and spend_12_months where no encounter before the day has a cost. '
	'SNOMED CT 60621009 and LOINC 39156-5 are body mass index, SNOMED CT 77176002 smoker. '
	'Errors: duplicate_column where a list has the name of another input '
	'or, in its first 63 bytes, of another list, '
	'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';

create function ph_support.is_distributed(relation regclass) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known boolean := false;
begin
	if to_regclass('pg_catalog.pg_dist_partition') is not null then
		execute 'select exists (select from pg_dist_partition where logicalrelid = $1)' into known using relation;
	end if;
	return known;
end
$$;

comment on function ph_support.is_distributed(regclass) is
	'whether Citus has the table on its nodes, spread by a column or whole; false where there is no Citus';

create procedure ph_support.keep_one_transaction(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_distributed(to_regclass(format('%I.person', schema))) then
		-- Citus would refuse to make a function or an index after it has read shards in parallel
		perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
	end if;
end
$$;

comment on procedure ph_support.keep_one_transaction(text) is
	'lets one transaction both read distributed tables and make things beside them; nothing elsewhere';

create procedure ph_support.take_statistics(relation regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if not ph_support.is_distributed(relation) then  -- Citus refuses ANALYZE of what the transaction has filled
		execute format('analyze %s', relation);
	end if;
end
$$;

comment on procedure ph_support.take_statistics(regclass) is
	'ANALYZE of a table that was filled; what is distributed is left to autovacuum on its nodes';

create procedure ph_support.distribute_by_person(schema text, relation text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform create_distributed_table(format('%I.%I', schema, relation)::regclass, 'person_id',
		colocate_with => case when relation = 'person' then 'none' else format('%I.person', schema) end);
end
$$;

comment on procedure ph_support.distribute_by_person(text, text) is
	'spreads a table of the schema over the nodes of Citus by person_id, each person where the table person has it';

create function ph_support.to_distribute(schema text, out relation text, out target regclass, out by_person boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select r.relation, c.oid::regclass, exists (
		select
		from pg_attribute a
		where a.attrelid = c.oid and a.attname = 'person_id' and r.relation <> 'changed_person')
	from (
		select t.relation, t.ordinality
		from ph.shared_table() with ordinality t
		union all
		select o.relation, 100 + o.ordinality
		from unnest('{data_load,place_dimension,calendar,stored_stay}'::text[]) with ordinality o (relation)
	) r (relation, place)
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, r.relation))
	order by r.place
$$;

comment on function ph_support.to_distribute(text) is
	'the shared tables of the schema that are there, and those made beside them, in the order in which they can be '
	'distributed: those of persons by person, person first, the others whole';

create procedure ph.distribute_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	wrong text;
	references_again text[];
	statement text;
	part record;
begin
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	select string_agg(d.relation, ', ' order by d.relation)
	into wrong
	from ph_support.to_distribute(schema) d
	join pg_class c on c.oid = d.target
	where c.relkind not in ('r', 'p');
	if wrong is not null then
		raise exception 'only tables can be distributed, and these are none: %', wrong
			using errcode = 'wrong_object_type',
				hint = 'Copy them into tables: CALL ph.create_shared_tables(...) and INSERT ... SELECT.';
	elsif not exists (select from pg_extension where extname = 'citus') then
		raise exception 'this database has no Citus'
			using errcode = 'feature_not_supported',
				hint = 'CREATE EXTENSION citus, on every node, and citus_add_node(...) come first; '
					'without it the tables are as good where they are.';
	end if;

	perform set_config('citus.multi_shard_modify_mode', 'sequential', true);  -- so that one transaction does all of it
	-- a table cannot be distributed while one that is not refers to it, or while it has triggers
	for statement in
		select format('drop trigger %I on %s', tgname, tgrelid::regclass)
		from pg_trigger
		join ph_support.to_distribute(schema) d on d.target = tgrelid
		where tgfoid = to_regprocedure(format('%I.note_changed_person()', schema))
	loop
		execute statement;
	end loop;
	select array_agg(format('alter table %s add constraint %I %s',
		conrelid::regclass, conname, pg_get_constraintdef(c.oid)))
	into references_again
	from pg_constraint c
	join ph_support.to_distribute(schema) d on d.target = c.conrelid
	where contype = 'f';
	for statement in
		select format('alter table %s drop constraint %I', conrelid::regclass, conname)
		from pg_constraint c
		join ph_support.to_distribute(schema) d on d.target = c.conrelid
		where contype = 'f'
	loop
		execute statement;
	end loop;
	for part in
		select *
		from ph_support.to_distribute(schema) d
		where not ph_support.is_distributed(d.target)
	loop
		if part.by_person then
			call ph_support.distribute_by_person(schema, part.relation);
		else
			perform create_reference_table(part.target);
		end if;
	end loop;
	foreach statement in array coalesce(references_again, '{}') loop
		execute statement;
	end loop;
end
$$;

comment on procedure ph.distribute_shared_tables(text) is
	'on a server with Citus: distributes the tables of persons of the schema by person_id, '
	'everything of one person on one node, and makes all others reference tables, which are on every node; '
	'rows, keys and references stay. Where triggers noted changed persons, the loader says it from then on '
	'(ph.mark_changed). Again: tables that have come since. '
	'Errors: undefined_table, wrong_object_type with the names of those that are views, '
	'feature_not_supported without Citus';

create function ph.rebase(
	series regclass, weights regclass,
	out place text, out period text, out value double precision, out estimated boolean, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	if series is null or weights is null then
		raise exception 'series and weights must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	execute format(
		'select min(from_place)
		from (
			select from_place::text as from_place
			from %s
			group by from_place::text
			having bool_or(weight is null or not weight between 0 and 1 or to_place is null)
				or abs(sum(weight::double precision) - 1) > 1e-6
		) place', weights)
	into wrong;
	if wrong is not null then
		raise exception 'weights must lie between 0 and 1 and sum to 1 for each from_place'
			using errcode = 'invalid_parameter_value', detail = format('They do not for %s.', wrong),
				hint = 'A place that goes whole into another has one row of weight 1.';
	end if;
	return query execute format(
		'select w.to_place::text, s.period::text,
			case when bool_and(s.value is not null)
				then sum(s.value::double precision * coalesce(w.weight::double precision, 1)) end,
			bool_or(w.weight < 1) and w.to_place is not null,
			case
				when w.to_place is null then format(''no_weights: %%s, the first %%s'',
					count(*), min(s.place::text collate "C"))
				when bool_or(w.weight < 1) then format(''estimated: %%s of %%s parts are shares'',
					count(*) filter (where w.weight < 1), count(*)) end
		from %s s
		left join (select * from %s where weight > 0) w on w.from_place::text = s.place::text
		group by w.to_place::text, s.period, w.to_place is null
		order by s.period, w.to_place::text collate "C"', series, weights);
end
$$;

comment on function ph.rebase(regclass, regclass) is
	'a series (a table or view with columns place, period, value: counts that can be added) on other boundaries: '
	'each value goes to the places of weights (from_place, to_place, weight: the share that lies there) and is added '
	'up there. estimated is true where a share below 1 went into the value, note says how many; '
	'what stands under places that have no weights is kept on a row a period whose place is NULL, so that totals '
	'close; a value that is NULL makes its sums NULL. Read with the rights of who calls. '
	'Errors: null_value_not_allowed, undefined_column, '
	'invalid_parameter_value where the weights of a place are not shares that sum to 1';

create function ph_support.shipped_list(
	out list text, out long_term_condition boolean, out icd10 text, out snomed text, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('atrial_fibrillation', true, 'I48', '49436004', 'QOF register AF; Kuan'),
		('asthma', true, 'J45-J46', '195967001', 'QOF register AST; Kuan'),
		('cancer', true,
		 'C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C86 C88 C90-C97', '363346000',
		 'QOF register CAN, all but C44, other malignant neoplasms of skin; titles'),
		('coronary_heart_disease', true, 'I20-I25', '53741008', 'QOF register CHD; titles'),
		('chronic_kidney_disease', true, 'N183 N184 N185', '709044004', 'QOF register CKD, stages 3 to 5; titles'),
		('copd', true, 'J41-J44', '13645005', 'QOF register COPD; Kuan, less J40'),
		('dementia', true, 'F00-F03 G30', '52448006', 'QOF register DEM; titles'),
		('depression', true, 'F32-F33', '35489007', 'QOF register DEP; Kuan'),
		('diabetes', true, 'E10-E14', '44054006', 'QOF register DM; Kuan'),
		('epilepsy', true, 'G40-G41', '84757009', 'QOF register EP; Kuan'),
		('heart_failure', true, 'I110 I130 I132 I50', '84114007', 'QOF register HF; Kuan'),
		('hypertension', true, 'I10-I13 I15', '38341003', 'QOF register HYP; Kuan'),
		('learning_disability', true, 'F70-F73 F78-F79', '110359009', 'QOF register LD; Kuan, less F81.9'),
		('severe_mental_illness', true, 'F20-F25 F28-F31', '58214004', 'QOF register MH; Kuan, with F23 and F24'),
		('osteoporosis', true, 'M80-M82', '64859006', 'QOF register OST; Kuan'),
		('peripheral_arterial_disease', true, 'I702 I739', '399957001', 'QOF register PAD; titles'),
		('rheumatoid_arthritis', true, 'M05-M06', '69896004', 'QOF register RA; Kuan, less J99.0'),
		('stroke_or_tia', true, 'G45 I61 I63-I64', '230690007', 'QOF register STIA; titles'),
		('anxiety', true, 'F40-F41', '197480006', 'Kuan'),
		('blindness', true, 'H54', null, 'Kuan'),
		('bronchiectasis', true, 'J47', '12295008', 'Kuan, less Q33.4'),
		('chronic_liver_disease', true,
		 'B18 I850 I859 I864 I982 K700-K704 K709 K711 K713-K715 K717 K721 K729 K73-K74 K760 K762-K769 Z944',
		 '328383001', 'Quan, mild, moderate and severe liver disease'),
		('chronic_pain', true,
		 'M797 R521 R522', '82423001',
		 'condition of Barnett et al. 2012, Lancet 380:37; titles'),
		('deafness', true, 'H90-H91', null, 'Kuan, less devices'),
		('diverticular_disease', true, 'K57', null, 'Kuan, less K38.2'),
		('hiv', true, 'B20-B22 B24', '86406008', 'Quan, AIDS/HIV'),
		('inflammatory_bowel_disease', true, 'K50-K51', '24526004', 'Kuan, Crohn''s disease and ulcerative colitis'),
		('irritable_bowel_syndrome', true, 'K58', '10743008', 'Kuan'),
		('migraine', true, 'G43', '37796009', 'Kuan'),
		('multiple_sclerosis', true, 'G35', '24700007', 'Kuan'),
		('parkinsons_disease', true, 'F023 G20', '49049000', 'Kuan'),
		('peptic_ulcer_disease', true, 'K25-K28', '13200003', 'Kuan'),
		('psoriasis_or_eczema', true,
		 'L20 L23-L28 L300 L301 L302 L305 L308 L309 L40', null,
		 'Kuan, dermatitis, and L40 of psoriasis'),
		('substance_use', true,
		 'E52 F10-F16 F18-F19 G621 I426 K292 K700 K703 K709 T51 Z502 Z714 Z715 Z721 Z722', null,
		 'Quan, alcohol abuse and drug abuse'),
		('thyroid_disorders', true,
		 'E035 E038 E039 E050-E052 E055 E058 E059 E062 E063 E065 E069 H062', '14304000',
		 'Kuan'),
		-- no long-term conditions, or parts and unions of others, which would count twice
		('autism', false, 'F840 F841 F845', '408856003', 'Kuan; input of core20plus5'),
		('chronic_respiratory_disease', false,
		 'I278 I279 J40-J47 J60-J67 J684 J701 J703', null,
		 'Quan, chronic pulmonary disease; input of core20plus5'),
		('connective_tissue_disorder', false, 'M05-M06 M315 M32-M34 M351 M353 M360', null, 'Quan, rheumatic disease'),
		('drug_or_alcohol_dependence', false,
		 'F102 F112 F122 F132 F142 F152 F162 F182 F192', null,
		 'dependence syndrome, fourth character 2; input of core20plus5'),
		('end_stage_liver_disease', false,
		 'I850 I859 I864 I982 K704 K711 K721 K729 K765-K767', null,
		 'Quan, moderate or severe liver disease; input of snee'),
		('end_stage_renal_failure', false,
		 'N165 N185 T824 T861 Y602 Y612 Y841 Z491 Z492 Z940 Z992', null,
		 'Kuan; input of bridges_to_health and snee'),
		('frailty', false, 'R54', '248279007', 'titles; ph.hospital_frailty finds far more'),
		('homeless', false, 'Z590', '32911000', 'titles; input of london_matrix and core20plus5'),
		('incurable_cancer', false, 'C77-C80', null, 'Quan, metastatic solid tumour; input of bridges_to_health'),
		('liver_failure', false, 'B150 B160 B190 K704 K711 K72 K762 K763', null, 'Kuan; input of bridges_to_health'),
		('obesity', false, 'E66', '414916001', 'QOF register OB, which counts by body mass index; Kuan'),
		('palliative_care', false, 'Z515', '103735009', 'QOF register PC; titles'),
		('peripheral_vascular_disease', false,
		 'I70-I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959', null,
		 'Quan, peripheral vascular disease; input of snee'),
		('physical_disability', false,
		 'G041 G114 G801 G802 G81-G82 G830-G834 G839', null,
		 'Quan, hemiplegia or paraplegia; input of bridges_to_health and london_matrix'),
		('stroke', false,
		 'I61 I63-I64', '230690007',
		 'QOF register STIA without transient attacks; titles; input of snee'),
		('transient_ischaemic_attack', false, 'G45', '266257000', 'QOF register STIA; titles; input of snee');
end;

comment on function ph_support.shipped_list() is
	'the shipped code lists, a row each: the beginnings of its ICD-10 codes, with ranges, '
	'and one code of SNOMED CT as an example';

create function ph_support.spread_codes(codes text) returns setof text
language sql immutable parallel safe
begin atomic
	-- I20-I25 and K700-K704 are all numbers between the two
	select
		case
			when part ~ '-' then left(part, 1) || lpad(n::text, length(split_part(part, '-', 1)) - 1, '0')
			else part end
	from string_to_table(codes, ' ') part,
		generate_series(
			case when part ~ '-' then substr(split_part(part, '-', 1), 2)::integer else 1 end,
			case when part ~ '-' then substr(split_part(part, '-', 2), 2)::integer else 1 end) n;
end;

comment on function ph_support.spread_codes(text) is
	'the codes of a text with spaces between them, in which I20-I25 stands for I20, I21, ..., I25';

create function ph.shipped_code_list(
	out list text, out version text, out code_system text, out code text, out match text, out example boolean,
	out long_term_condition boolean, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	select s.list, 'shipped 0.3', 'ICD10', code, 'prefix', false, s.long_term_condition,
		replace(replace(replace(s.source, 'Kuan', 'Kuan et al. 2019, Lancet Digital Health 1:e63'),
			'Quan', 'Quan et al. 2005, Medical Care 43:1130'), 'titles', 'categories of ICD-10 by their titles')
	from ph_support.shipped_list() s, ph_support.spread_codes(s.icd10) code
	union all
	select s.list, 'shipped 0.3', 'SNOMED', s.snomed, 'exact', true, s.long_term_condition, 'an example, no code list'
	from ph_support.shipped_list() s
	where s.snomed is not null;
end;

comment on function ph.shipped_code_list() is
	'the code lists that are shipped, one row a code, in the shape of the shared table code_list: '
	'ICD-10 categories (prefix), and of SNOMED CT one code as an example, which is no list. '
	'long_term_condition: whether it counts in long_term_conditions of the inputs of segments; '
	'false for what is no such condition, or a part or union of others. source says whose concept it is: '
	'QOF is the Quality and Outcomes Framework of NHS England. '
	'what Kuan et al. and Quan et al. published is theirs by code, what else is named is theirs by name. '
	'The version is that of the extension in which the list changed last, so that any list of yours '
	'with a date or a number from 1 as version is later and counts instead';

create function ph_support.is_example(list text, code_system text, code text) returns boolean
language sql immutable parallel safe
begin atomic
	select exists (
		select
		from ph.shipped_code_list() s
		where s.example and s.list = is_example.list and s.code_system = is_example.code_system
			and s.code = is_example.code);
end;

comment on function ph_support.is_example(text, text, text) is
	'whether the code stands in a shipped list as an example only';

create function ph_support.require_code_list(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.code_list', schema)) is null then
		raise exception 'schema "%" has no table code_list', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	return format('%I.code_list', schema);
end
$$;

comment on function ph_support.require_code_list(text) is
	'the name of code_list of a schema. Errors: undefined_table';

create function ph_support.require_code_list_source(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list(schema);
begin
	if not exists (
		select
		from pg_attribute
		where attrelid = target::regclass and attname = 'source' and not attisdropped)
	then
		raise exception 'table % has no column source', target
			using errcode = 'undefined_column', hint = format('ALTER TABLE %s ADD COLUMN source text;', target);
	end if;
	return target;
end
$$;

comment on function ph_support.require_code_list_source(text) is
	'the name of code_list of a schema, to write lists with their source into. '
	'Errors: undefined_table, undefined_column where it is older than the column source';

create procedure ph.load_shipped_code_lists(schema text, lists text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list_source(schema);
	unknown text;
begin
	select string_agg(l, ', ' order by l)
	into unknown
	from unnest(lists) l
	where not exists (select from ph_support.shipped_list() s where s.list = l);
	if unknown is not null then
		raise exception 'argument "lists" names lists that are not shipped: %', unknown
			using errcode = 'invalid_parameter_value',
				hint = 'SELECT DISTINCT list FROM ph.shipped_code_list() shows what there is.';
	end if;
	execute format(
		'insert into %1$s (list, version, code_system, code, match, source)
		select list, version, code_system, code, match, source
		from ph.shipped_code_list() s
		where ($1 is null or list = any ($1))
			and not exists (
				select
				from %1$s c
				where (c.list, c.version, c.code_system, c.code) = (s.list, s.version, s.code_system, s.code))',
		target)
	using lists;
end
$$;

comment on procedure ph.load_shipped_code_lists(text, text[]) is
	'adds to code_list of the schema what it lacks of ph.shipped_code_list(), of all lists (NULL) or of those named. '
	'Lists of yours are left alone, and count where they have a later version. '
	'ph.check_code_lists says where nothing but an example stands for a code system that the data use. '
	'Errors: undefined_table, undefined_column, invalid_parameter_value for a list that is not shipped';

create function ph.code_list_format(
	out format text, out field text, out columns text[], out required boolean, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('opencodelists', 'code',
		 '{code,id,snomed_code,snomedcode,icd_code,icd10_code,icd10code,ctv3id,ctv3code,read2code,dmd_id,dmdcode,'
		 'bnfcode}'::text[],
		 true, 'the code; of the system that the argument code_system names; where it is NULL that of the name of the '
		 'column, or else SNOMED'),
		('nhs_reference_set', 'code', '{snomed_code,snomed_concept_id,code}', true, 'the code of SNOMED CT'),
		('nhs_reference_set', 'part', '{cluster_id}', false, 'the cluster, such as AST_COD'),
		('omop_concept_set', 'code', '{concept_id,conceptid}', true, 'a concept of the vocabulary tables'),
		('omop_concept_set', 'excluded', '{is_excluded,isexcluded,exclude,excluded}', false,
		 'whether the concept is taken out again (1, true, yes)'),
		('omop_concept_set', 'descendants', '{include_descendants,includedescendants,descendants}', false,
		 'whether what lies below it in concept_ancestor goes with it'),
		('omop_concept_set', 'mapped', '{include_mapped,includemapped,mapped}', false,
		 'whether source concepts that concept_relationship maps to it go with it'),
		('omop_concept_set', 'part', '{concept_set_id,conceptset_id,concept_set_name}', false, 'the concept set'),
		('hdruk_phenotype', 'code', '{code}', true, 'the code; of ICD-10 with all that begin with it'),
		('hdruk_phenotype', 'code_system', '{coding_system,code_system}', true, 'its system, such as Read codes v2'),
		('hdruk_phenotype', 'part', '{phenotype_id,concept_id}', false, 'the phenotype');
end;

comment on function ph.code_list_format() is
	'the formats in which ph.load_code_list reads code lists: a row a field, the names of columns that it may have '
	'(small and capital letters are one, whatever is no letter or digit is _), whether it must be there. '
	'opencodelists: the CSV file of a version on opencodelists.org; nhs_reference_set: content of primary care domain '
	'reference sets, NHS England; omop_concept_set: items of a concept set, as ATLAS exports them or as '
	'concept_set_item holds them; hdruk_phenotype: code lists of a phenotype, HDR UK Phenotype Library';

create function ph_support.code_list_columns(relation regclass, format text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found jsonb;
	missing text;
begin
	if not exists (select from ph.code_list_format() f where f.format = code_list_columns.format) then
		raise exception 'argument "format" must be a format of code lists that is known'
			using errcode = 'invalid_parameter_value', hint = (
				select 'Choose one of: ' || string_agg(distinct f.format, ', ' order by f.format) || '.'
				from ph.code_list_format() f);
	end if;
	select coalesce(jsonb_object_agg(field, attname), '{}')
	into found
	from (
		select distinct on (f.field) f.field, a.attname
		from ph.code_list_format() f, unnest(f.columns) with ordinality c (name, place)
		join pg_attribute a
			on btrim(regexp_replace(lower(a.attname::text collate "C"), '[^a-z0-9]+', '_', 'g'), '_') = c.name
		where f.format = code_list_columns.format
			and a.attrelid = relation and a.attnum > 0 and not a.attisdropped
		order by f.field, c.place
	) f;
	select string_agg(format('%s (%s)', f.field, array_to_string(f.columns, ' or ')), ', ' order by f.field)
	into missing
	from ph.code_list_format() f
	where f.format = code_list_columns.format and f.required and not found ? f.field;
	if missing is not null then
		raise exception 'relation % lacks columns of the format %: %', relation, format, missing
			using errcode = 'undefined_column',
				hint = 'SELECT * FROM ph.code_list_format() lists what each format has.';
	end if;
	return found;
end
$$;

comment on function ph_support.code_list_columns(regclass, text) is
	'which column of a relation is which field of a format: field, column. '
	'Errors: invalid_parameter_value for an unknown format, undefined_column with what is missing';

create function ph_support.published_part(relation regclass, part_column text, part text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	parts text[];
begin
	if part_column is null then
		return 'true';
	end if;
	execute format('select array(select distinct btrim(%I::text) from %s order by 1)', part_column, relation)
	into parts;
	if part is null and cardinality(parts) > 1
		or not lower(part collate "C") = any (lower(parts::text collate "C")::text[]) then
		raise exception 'argument "part" must name one of the lists that relation % holds', relation
			using errcode = 'invalid_parameter_value', hint = format('Column %s has %s of them, such as %s.',
				quote_ident(part_column), cardinality(parts), array_to_string(parts[:5], ', '));
	end if;
	return case
		when part is null then 'true'
		else format('lower(btrim(%I::text) collate "C") = lower(%L collate "C")', part_column, part) end;
end
$$;

comment on function ph_support.published_part(regclass, text, text) is
	'the condition of the rows of one list in a relation that may hold several. '
	'Errors: invalid_parameter_value, with some of those that there are';

create function ph_support.concept_set_query(items text, vocabulary text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	lacking text;
begin
	select string_agg(t, ', ')
	into lacking
	from unnest('{concept,concept_ancestor,concept_relationship}'::text[]) t
	where vocabulary is not null and to_regclass(quote_ident(vocabulary) || '.' || t) is null;
	if vocabulary is null or lacking is not null then
		raise exception 'argument "vocabulary" must be a schema with the vocabulary tables of OMOP'
			using errcode = 'undefined_table',
				hint = case
					when vocabulary is null then 'Name that of concept, concept_ancestor and concept_relationship.'
					else format('It lacks %s.', lacking) end;
	end if;
	return format(
		'select concept.concept_code as code, concept.vocabulary_id as code_system
		from %2$I.concept
		join (
			with item as (
				%1$s
			), below as (
				select excluded, mapped, concept_id from item
				union
				select i.excluded, i.mapped, a.descendant_concept_id::text
				from item i
				join %2$I.concept_ancestor a on a.ancestor_concept_id::text = i.concept_id
				where i.descendants
			), resolved as (
				select excluded, concept_id from below
				union
				select b.excluded, r.concept_id_1::text
				from below b
				join %2$I.concept_relationship r on r.concept_id_2::text = b.concept_id
				where b.mapped and r.relationship_id = ''Maps to'' and coalesce(r.invalid_reason, '''') = ''''
			)
			select concept_id from resolved where not excluded
			except
			select concept_id from resolved where excluded
		) chosen on chosen.concept_id = concept.concept_id::text',
		items, vocabulary);
end
$$;

comment on function ph_support.concept_set_query(text, text) is
	'the query of the codes of a concept set of OMOP (code, code_system): items (concept_id, excluded, descendants, '
	'mapped) with their descendants and source concepts, less those of excluded items. '
	'Errors: undefined_table where the schema has no vocabulary tables';

create function ph_support.system_of_column(column_name text) returns text
language sql immutable parallel safe
return case substring(lower(column_name collate "C"), '^(icd|ctv3|read2|dmd|bnf)')
	when 'icd' then 'ICD10' when 'ctv3' then 'CTV3' when 'read2' then 'READ2' when 'dmd' then 'DMD'
	when 'bnf' then 'BNF' else 'SNOMED' end;

comment on function ph_support.system_of_column(text) is
	'the code system of a column of codes by its name, such as CTV3Code; SNOMED where it names none';

create function ph_support.published_code_query(
	relation regclass, format text, part text, code_system text, vocabulary text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	columns jsonb := ph_support.code_list_columns(relation, format);
	wanted text := ph_support.published_part(relation, columns ->> 'part', part);
	published text;
begin
	if format = 'omop_concept_set' then
		published := ph_support.concept_set_query(
			format('select btrim(%I::text) as concept_id, %s from %s where %s', columns ->> 'code', (
				select string_agg(
					format(
						'coalesce(btrim(%s::text) ~* ''^(1|t|true|y|yes)$'', false) as %I',
						coalesce(quote_ident(columns ->> f), 'null'), f), ', ')
				from unnest('{excluded,descendants,mapped}'::text[]) f), relation, wanted),
			vocabulary);
	else
		published := format(
			'select btrim(%I::text, E'' \t\r\n'') as code, btrim(%s::text) as code_system from %s where %s',
			columns ->> 'code',
			coalesce(quote_ident(columns ->> 'code_system'),
				quote_literal(coalesce(code_system, ph_support.system_of_column(columns ->> 'code')))),
			relation, wanted);
	end if;
	return format(
		'select distinct code_system, code,
			-- the other formats list all that follows a category
			case when code_system = ''ICD10'' and %L = ''hdruk_phenotype'' then ''prefix'' else ''exact'' end as match
		from (
			select coalesce(ph_support.code_system_spelling(code_system), code_system) as code_system, code
			from (%s) published
		) spelt
		where code <> ''''', format, published);
end
$$;

comment on function ph_support.published_code_query(regclass, text, text, text, text) is
	'the query of the codes of a published list, each once: code_system, code, match. '
	'Errors: those of what it is made of';

create procedure ph.load_code_list(
	schema text,
	format text,
	relation regclass,
	list text,
	version text,
	source text default null,
	part text default null,
	code_system text default null,
	vocabulary text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list_source(schema);
	missing text;
	published text;
	codes bigint;
	unknown text;
	without_system bigint;
	there boolean;
	differs boolean;
begin
	select string_agg(a.name, ', ')
	into missing
	from (
		values ('format', format), ('relation', relation::text), ('list', list), ('version', version)
	) a (name, value)
	where coalesce(a.value, '') = '';
	if missing is not null then
		raise exception 'arguments must be given and not be empty: %', missing
			using errcode = 'null_value_not_allowed';
	end if;
	published := ph_support.published_code_query(relation, format, part, code_system, vocabulary);
	execute format(
		'select count(*),
			string_agg(distinct code_system, '', '') filter (
				where ph_support.code_system_spelling(code_system) is null and code_system is not null),
			count(*) filter (where code_system is null)
		from (%s) published', published)
	into codes, unknown, without_system;
	if codes = 0 then
		raise exception 'relation % has no code for list "%"', relation, list
			using errcode = 'no_data_found', hint = 'Was the file copied, and is part the one that you mean?';
	elsif without_system > 0 then
		raise exception 'relation % has % codes without a code system', relation, without_system
			using errcode = 'null_value_not_allowed';
	elsif unknown is not null then
		raise warning 'code systems that are not known: %', unknown
			using hint = 'Their codes match records whose code system is spelt just so.';
	end if;

	execute format(
		'with existing as (
			select code_system, code, match from %1$s where list = $1 and version = $2
		), published as (
			%2$s
		)
		select
			exists (table existing),
			exists ((table existing except table published) union all (table published except table existing))',
		target, published)
	using list, version
	into there, differs;
	if there and differs then
		raise exception 'list "%" has a version "%" that is another', list, version
			using errcode = 'unique_violation', hint = 'Name a new version: the latest one counts.';
	elsif there then
		raise notice 'list "%" has this version, with the same % codes, already', list, codes;
		return;
	end if;
	execute format(
		'insert into %s (list, version, code_system, code, match, source)
		select $1, $2, code_system, code, match, $3 from (%s) published', target, published)
	using list, version, coalesce(source, format);
	raise notice 'list "%", version "%": % codes', list, version, codes;
end
$$;

comment on procedure ph.load_code_list(text, text, regclass, text, text, text, text, text, text) is
	'reads a published code list from a relation into which its file was copied, all columns text, '
	'into code_list of the schema, with its version and source (NULL: the format). '
	'Formats and their columns: ph.code_list_format(). part names the one of several lists in the relation; '
	'code_system is that of an opencodelists file (NULL: that of the name of the column, or else SNOMED); '
	'vocabulary is the schema of concept, concept_ancestor and concept_relationship, for an omop_concept_set. '
	'Code systems are spelt as in the shared tables, a code that stands twice is one, '
	'codes match exactly but for ICD-10 categories of HDR UK. '
	'The same version again changes nothing. A code system that is not known is kept, with a warning. '
	'Errors: invalid_parameter_value for an unknown format or part, undefined_column with what is missing, '
	'null_value_not_allowed, no_data_found, undefined_table, unique_violation where the version is there and another';

create function ph.compare_code_lists(schema text, list text, version_one text, version_other text)
returns table (code_system text, code text, match text, found_in text, records bigint, people bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list(schema);
	versions text[];
begin
	execute format('select array(select distinct version::text from %s where list = $1 order by 1)', target)
	using list
	into versions;
	if not coalesce(versions @> array[version_one, version_other], false) then
		raise exception 'list "%" does not have both versions', list
			using errcode = 'invalid_parameter_value',
				hint = coalesce('It has ' || nullif(array_to_string(versions, ', '), ''), 'It has none') || '.';
	end if;
	return query execute ph_support.in_schema(
		format(
			'with listed as (
				select code_system::text, code::text, match::text,
					case
						when count(distinct version) = 2 or $2 = $3 then ''both''
						when min(version) = $2 then ''one''
						else ''other'' end as found_in
				from {code_list}
				where list = $1 and version in ($2, $3)
				group by 1, 2, 3
			), matched as (%s)
			select l.code_system, l.code, l.match, l.found_in, count(e.person_id), count(distinct e.person_id)
			from listed l
			left join matched m on (m.list_system, m.list_code, m.match) = (l.code_system, l.code, l.match)
			left join {clinical_event} e on e.code_system = m.code_system and e.code = m.code
			group by l.code_system, l.code, l.match, l.found_in
			order by array_position(''{both,one,other}'', l.found_in), count(e.person_id) desc,
				l.code_system collate "C", l.code collate "C", l.match collate "C"',
			ph_support.matched_code_query(ph_support.has_code_map(schema),
				'wanted.code_system as list_system, wanted.code as list_code, wanted.match, '
				'recorded.code_system, recorded.code',
				'list = $1 and version in ($2, $3)')),
		schema)
	using list, version_one, version_other;
end
$$;

comment on function ph.compare_code_lists(text, text, text, text) is
	'the codes of two versions of a code list of the schema: in which they are (both, one, other), '
	'and how many records and people of clinical_event each code has by itself. '
	'Errors: undefined_table, invalid_parameter_value with the versions that there are';

create function ph.plausible_prevalence(
	out register text, out youngest integer, out characteristic text, out value text, out prevalence double precision,
	out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	with qof (register, code, youngest, prevalence, by_quintile) as (
		values
			('atrial_fibrillation', 'AF', 0, 0.02049, '{0.01746,0.01825,0.02131,0.02261,0.02328}'::float8[]),
			('asthma', 'AST', 0, 0.06475, '{0.06638,0.06293,0.06447,0.06516,0.06484}'::float8[]),
			('cancer', 'CAN', 0, 0.03126, '{0.02652,0.02817,0.03239,0.03434,0.03554}'::float8[]),
			('coronary_heart_disease', 'CHD', 0, 0.03090, '{0.03174,0.02972,0.03119,0.03145,0.03040}'::float8[]),
			('chronic_kidney_disease', 'CKD', 18, 0.04046, '{0.04048,0.03851,0.04057,0.04170,0.04117}'::float8[]),
			('copd', 'COPD', 0, 0.01936, '{0.02388,0.01963,0.01878,0.01810,0.01603}'::float8[]),
			('dementia', 'DEM', 0, 0.00785, '{0.00627,0.00686,0.00811,0.00890,0.00930}'::float8[]),
			('depression', 'DEP', 18, 0.11546, '{0.12967,0.11405,0.11232,0.11265,0.10866}'::float8[]),
			('diabetes', 'DM', 17, 0.07072, '{0.08225,0.07429,0.06985,0.06592,0.06086}'::float8[]),
			('epilepsy', 'EP', 18, 0.00798, '{0.00921,0.00791,0.00777,0.00768,0.00732}'::float8[]),
			('heart_failure', 'HF', 0, 0.00895, '{0.00913,0.00867,0.00902,0.00909,0.00885}'::float8[]),
			('hypertension', 'HYP', 0, 0.14077, '{0.13879,0.13712,0.14274,0.14407,0.14153}'::float8[]),
			('learning_disability', 'LD', 0, 0.00509, '{0.00630,0.00533,0.00495,0.00461,0.00417}'::float8[]),
			('severe_mental_illness', 'MH', 0, 0.00930, '{0.01149,0.01015,0.00895,0.00822,0.00745}'::float8[]),
			('osteoporosis', 'OST', 50, 0.00853, '{0.00758,0.00775,0.00852,0.00894,0.00948}'::float8[]),
			('peripheral_arterial_disease', 'PAD', 0, 0.00597, '{0.00691,0.00587,0.00586,0.00579,0.00535}'::float8[]),
			('rheumatoid_arthritis', 'RA', 16, 0.00767, '{0.00771,0.00746,0.00779,0.00781,0.00760}'::float8[]),
			('stroke_or_tia', 'STIA', 0, 0.01796, '{0.01736,0.01696,0.01835,0.01874,0.01851}'::float8[]),
			('obesity', 'OB', 18, 0.10496, '{0.12558,0.10924,0.10238,0.09807,0.08895}'::float8[]),
			('palliative_care', 'PC', 0, 0.00478, '{0.00486,0.00457,0.00476,0.00490,0.00480}'::float8[])
	)
	select register, youngest, 'all', null, prevalence,
		'QOF 2019/20, England, register ' || code || ': NHS Digital, summed by House of Commons Library'
	from qof
	union all
	select register, youngest, 'deprivation_quintile', quintile::text, by_quintile[quintile],
		'QOF 2019/20, England, register ' || code || ', by IMD decile of small area: House of Commons Library'
	from qof, generate_series(1, 5) quintile
	union all
	select register, youngest, 'age', value, prevalence, source
	from (
		values
			('dementia', 65, 'Dementia UK 2014 (Prince et al.), diagnosed or not; from memory: check before use',
			 '{[65\,70),[70\,75),[75\,80),[80\,85),[85\,90),[90\,95),[95\,)}'::text[],
			 '{0.017,0.030,0.060,0.111,0.183,0.299,0.411}'::float8[]),
			('epilepsy', 16, 'Purcell et al. 2002, England and Wales 1998, general practice: mean of the sexes',
			 '{[16\,25),[25\,35),[35\,45),[45\,55),[55\,65),[65\,75),[75\,85),[85\,)}',
			 '{0.00675,0.0079,0.0079,0.00855,0.00925,0.01055,0.0119,0.01305}'),
			('heart_failure', 0, 'Murphy et al. 2004, Heart 90:1129, Scotland 1999/2000, seen in general practice',
			 '{[0\,45),[45\,65),[65\,75),[75\,85),[85\,)}', '{0.0001,0.0038,0.0230,0.0573,0.0901}')
	) published (register, youngest, source, bands, prevalences), unnest(bands, prevalences) b (value, prevalence);
end;

comment on function ph.plausible_prevalence() is
	'published prevalence of registers, of people from an age on (youngest, that of the published denominator): '
	'of all, by fifth of deprivation (1 is the most deprived), by age where it is known (value is a range of years). '
	'Each row says its source. Registers are of general practice: what hospital data know is less';

create function ph_support.coverage_verdict(registered bigint, expected double precision, beside text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when expected is null then null
			when greatest(registered, expected) < 10 then 'too few to tell'
			else
				case
					when registered < 0.2 * expected then 'far below ' || beside
					when registered < 0.5 * expected then 'below ' || beside
					when registered <= 2 * expected then replace(beside, 'the whole', 'like the whole')
					when registered <= 5 * expected then 'above ' || beside
					else 'far above ' || beside end end;
end;

comment on function ph_support.coverage_verdict(bigint, double precision, text) is
	'in words, how what is registered lies beside what is expected: far below a fifth, below a half, above twice, '
	'far above five times; NULL where nothing is expected, too few to tell where both are below 10';

create function ph_support.register_coverage_query(day text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		with listed as (
			select distinct list::text as register from {code_list}
		), person as materialized (
			select person_id, age, coalesce(ethnicity, 'unknown') as ethnicity,
				coalesce(deprivation_quintile::text, 'unknown') as deprivation_quintile
			from {person_at}(%1$s)
		), cell as (
			select age, ethnicity, deprivation_quintile, count(*) as people
			from person
			group by age, ethnicity, deprivation_quintile
		), registered as (
			select r.condition, coalesce(p.age, -1) as age, p.ethnicity, p.deprivation_quintile, count(*) as registered
			from {register} r
			join person p using (person_id)
			where r.first_date <= %1$s
			group by 1, 2, 3, 4
		), published as (
			select register, youngest, characteristic, value, prevalence, source,
				case when characteristic = 'age' then value::int4range end as ages
			from ph.plausible_prevalence()
		), asked as (  -- whom a register is asked of: from the age that its figures are of, or those by age
			select l.register, max(p.youngest) as youngest, bool_or(p.characteristic = 'age') as by_age,
				-- where age is not known it is no reason to leave anybody out
				coalesce(max(p.youngest), 0) = 0 and coalesce(not bool_or(p.characteristic = 'age'), true) as ageless
			from listed l
			left join published p using (register)
			group by l.register
		), counted as materialized (
			select a.register, c.age, c.ethnicity, c.deprivation_quintile, c.people,
				coalesce(r.registered, 0) as registered,
				coalesce(f.prevalence, q.prevalence, n.prevalence) as plausible,
				coalesce(f.source, q.source, n.source) as source,
				coalesce(f.value, case
					when c.age < 18 then '[0,18)' when c.age < 40 then '[18,40)' when c.age < 65 then '[40,65)'
					when c.age < 75 then '[65,75)' when c.age < 85 then '[75,85)' when c.age >= 85 then '[85,)'
					else 'unknown' end) as age_band,
				f.prevalence as plausible_at_age, least(c.age / 10, 9) as decade
			from asked a
			join cell c on c.age >= coalesce(a.youngest, 0) or c.age is null and a.ageless
			left join registered r on r.condition = a.register and r.age = coalesce(c.age, -1)
				and r.ethnicity = c.ethnicity and r.deprivation_quintile = c.deprivation_quintile
			left join published f on f.register = a.register and f.characteristic = 'age' and c.age <@ f.ages
			left join published q on q.register = a.register and q.characteristic = 'deprivation_quintile'
				and q.value = c.deprivation_quintile and not a.by_age
			left join published n on n.register = a.register and n.characteristic = 'all' and not a.by_age
		), whole as (
			select register, decade, sum(registered)::double precision / sum(people) as prevalence
			from counted
			group by register, decade
		), compared as (
			select register, 'all' as characteristic, null as value, sum(people) as people,
				sum(registered) as registered, sum(people * plausible) as expected, min(source) as source,
				'plausible' as beside, 0 as place
			from counted
			group by register
			union all
			select register, 'age', age_band, sum(people), sum(registered), sum(people * plausible_at_age),
				min(source) filter (where plausible_at_age is not null), 'plausible', 1
			from counted
			group by register, age_band
			union all
			select register, g.characteristic, g.value, sum(people), sum(registered), sum(people * w.prevalence),
				'all people here, by decade of age', 'the whole', g.place
			from counted c
			join whole w using (register)
			cross join lateral (
				values ('ethnicity', c.ethnicity, 2), ('deprivation_quintile', c.deprivation_quintile, 3)
			) g (characteristic, value, place)
			where w.decade is not distinct from c.decade
			group by register, g.characteristic, g.value, g.place
		)
		select register, characteristic, value, people::bigint, registered::bigint, expected,
			registered::double precision / nullif(expected, 0) as ratio,
			ph_support.coverage_verdict(registered::bigint, expected, beside), source
		from compared
		order by register collate "C", place, value = 'unknown', substring(value, '[0-9]+')::integer, value collate "C"
	$query$, day)
$$;

comment on function ph_support.register_coverage_query(text) is
	'the query of ph.register_coverage at the end of a day, an expression';

create function ph.register_coverage(schema text)
returns table (
	register text, characteristic text, value text, people bigint, registered bigint, expected double precision,
	ratio double precision, verdict text, source text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_code_list(schema);
	if to_regclass(format('%I.register', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = '42P01', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	return query execute ph_support.in_schema(
		ph_support.register_coverage_query(ph_support.last_day(schema)), schema);
end
$$;

comment on function ph.register_coverage(text) is
	'how many people of the data day each register (code list) of the schema has beside what is plausible. '
	'all: expected is the sum of published prevalences (ph.plausible_prevalence) over the people, '
	'by age where it is published, else by fifth of deprivation, else of all; '
	'people are those of the ages that the figure is of. '
	'age: the same by band, expected where it is published by age. '
	'ethnicity, deprivation_quintile: expected is the prevalence that all people here have at their ages '
	'(indirect standardisation by decade of age). ratio is registered / expected. '
	'verdict: far below (a fifth), below (a half), above (twice) or far above (five times) plausible or the whole; '
	'too few to tell where fewer than 10 are registered and expected, NULL where nothing is published. '
	'Errors: undefined_table where there is no code_list or no population views';

create function ph_support.plain_words(text text) returns text
language sql immutable parallel safe
begin atomic
	select ' ' || btrim(regexp_replace(lower(named collate "C"), '[^[:alnum:]]+', ' ', 'g')) || ' '
	from regexp_replace(text, ' *[(][^()]*[)] *$', '') named;
end;

comment on function ph_support.plain_words(text) is
	'the words of a text in small letters with a space before and after each, '
	'without what stands in brackets at its end, as in names of SNOMED CT';

create function ph_support.code_findings_query(mapped boolean) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		with latest as (
			%1$s
		), wanted as materialized (
			select c.list::text, c.code_system::text, c.code::text, c.match::text,
				ph_support.is_example(c.list::text, c.code_system::text, c.code::text) as example,
				version in (select s.version from ph.shipped_code_list() s) as shipped
			from {code_list} c
			join latest using (list, version)
		), record as materialized (
			select code_system::text, code::text, min(description::text) as description, count(*) as records,
				count(distinct person_id) as people
			from {clinical_event}
			group by 1, 2
		), matched as materialized (
			select list::text, wanted_system::text, wanted_code::text, match::text, code_system::text, code::text
			from (%2$s) m
		), used as materialized (
			select w.*, count(distinct r.code) as codes, coalesce(sum(r.records), 0)::bigint as records
			from wanted w
			left join matched m on (m.list, m.wanted_system, m.wanted_code, m.match)
				= (w.list, w.code_system, w.code, w.match)
			left join record r on (r.code_system, r.code) = (m.code_system, m.code)
			group by w.list, w.code_system, w.code, w.match, w.example, w.shipped
		), list_use as (
			select list, sum(records) as records, count(*) as codes
			from used
			group by list
		), phrase as materialized (  -- the name of the list, and what its records are called
			select list, words
			from (
				select list, ph_support.plain_words(part) as words
				from list_use, regexp_split_to_table(replace(list, '_', ' '), ' or ') part
				where length(part) >= 3
				union
				select m.list, ph_support.plain_words(r.description)
				from matched m
				join record r on (r.code_system, r.code) = (m.code_system, m.code)
				where length(r.description) >= 6
			) p
		), shortest as (  -- what has a shorter one in it finds nothing more
			select p.list, array_agg(p.words) as phrases
			from phrase p
			where not exists (
				select
				from phrase s
				where s.list = p.list and s.words <> p.words and strpos(p.words, s.words) > 0)
			group by p.list
		), unlisted as (
			select r.*, ph_support.plain_words(r.description) as words
			from record r
			where not exists (select from matched m where (m.code_system, m.code) = (r.code_system, r.code))
		)
		select 1 as place, 'list matches nothing' as problem, list, null as code_system, null as code,
			0::bigint as records, 0::bigint as people, null::double precision as expected,
			format('none of its %%s codes is recorded: the input is unknown', codes) as note
		from list_use
		where records = 0
		union all
		select 2, 'only in an older version', c.list::text, c.code_system::text, min(c.code::text), null, null, null,
			format('version %%s: only the latest counts', string_agg(distinct c.version, ', '))
		from {code_list} c
		where exists (select from record r where r.code_system = c.code_system)
			and not exists (select from wanted w where w.list = c.list and w.code_system = c.code_system)
		group by c.list, c.code_system
		union all
		select 3, 'examples only', u.list, u.code_system, min(u.code), sum(u.records)::bigint, null, null,
			'bring a list: this code is one of many'
		from used u
		where exists (select from record r where r.code_system = u.code_system)
		group by u.list, u.code_system
		having bool_and(u.example)
		union all
		select 4, 'looks like it', s.list, r.code_system, r.code, r.records, r.people, null, r.description
		from unlisted r
		join shortest s on exists (select from unnest(s.phrases) p where strpos(r.words, p) > 0)
		union all
		select 5, 'code system without list', null, r.code_system, min(r.code), sum(r.records)::bigint, null, null,
			case
				when ph_support.code_system_spelling(r.code_system) is null then 'not known'
				when ph_support.code_system_spelling(r.code_system) <> r.code_system
					then 'spelt otherwise: ' || ph_support.code_system_spelling(r.code_system)
				else 'known, but no list and no code_map names it' end
		from record r
		where not exists (select from wanted w where w.code_system = r.code_system)
			and not (%3$s)
		group by r.code_system
		union all
		select 6,
			case
				when several then 'several codes in a field'
				when read is null then 'no ICD-10 code'
				else 'marks after the code' end,
			null, code_system, min(code), sum(records)::bigint, null, null,
			case
				when several then 'counted as no code'
				when read is null then 'counted as no code'
				else 'read as ' || min(read) end
		from (
			select *, ph.several_codes(code) as several, ph.icd10_normalise(code) as read
			from record
			where code_system = 'ICD10'
		) r
		-- X fills a code of three characters up to four
		where several or read is null
			or read <> regexp_replace(upper(regexp_replace(code, '[. ]', '', 'g') collate "C"), 'X$', '')
		group by code_system, several, read is null
		union all
		select 7, 'codes that match nothing', u.list, u.code_system, min(u.code), null, null, null,
			format('%%s of %%s codes', count(*) filter (where u.codes = 0), count(*))
		from used u
		join list_use l on l.list = u.list and l.records > 0
		where not u.shipped  -- ICD-10 has many codes that are rare
			and exists (select from record r where r.code_system = u.code_system)
		group by u.list, u.code_system
		having count(*) filter (where u.codes = 0) > 0$query$,
		ph_support.latest_version_query(),
		ph_support.matched_code_query(mapped,
			'wanted.list, wanted.code_system as wanted_system, wanted.code as wanted_code, wanted.match, '
			'recorded.code_system, recorded.code'),
		case when mapped then 'exists (select from {code_map} m where m.from_system = r.code_system)' else 'false' end)
$$;

comment on function ph_support.code_findings_query(boolean) is
	'the query of what ph.check_code_lists finds by codes, each kind with its place; mapped: there is a code_map';

create function ph.check_code_lists(schema text)
returns table (
	problem text, list text, code_system text, code text, records bigint, people bigint, expected double precision,
	note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_code_list(schema);
	return query execute ph_support.in_schema(
		format(
			'select problem, list, code_system, code, records, people, expected, note
			from (%s) finding
			order by place, list collate "C", records desc nulls last, code_system collate "C", code collate "C"',
			ph_support.code_findings_query(ph_support.has_code_map(schema))),
		schema);
	if to_regclass(format('%I.register', schema)) is null then
		return query
		select 'coverage is not known', null::text, null::text, null::text, null::bigint, null::bigint,
			null::double precision, 'CALL ph.create_population_views(...) first';
		return;
	end if;
	return query
	select c.verdict, c.register, null::text, null::text, c.registered, c.people, c.expected, c.source
	from ph.register_coverage(schema) c
	where c.characteristic = 'all' and c.verdict like '%plausible' and c.verdict <> 'plausible';
end
$$;

comment on function ph.check_code_lists(text) is
	'what is wrong with the code lists of the schema beside its records, the latest version of each list. problem: '
	'list matches nothing; only in an older version (codes of a code system that the data use); '
	'examples only (a code system that the data use has nothing but an example of ph.shipped_code_list()); '
	'looks like it (records under a code that is in no list, whose description has the name of the list, '
	'or what one of its codes is called, in it as words; note: the description); '
	'code system without list (nor code_map; note: whether it is known); '
	'several codes in a field, no ICD-10 code, marks after the code; '
	'codes that match nothing, of lists that are not shipped (note: how many of how many); '
	'and registers far below, below, above or far above '
	'what is plausible (records: people registered, expected, note: the source; ph.register_coverage shows all). '
	'code is one of the codes concerned. No rows: nothing was found. Errors: undefined_table';

create table ph.source_map (
	map text primary key check (map <> ''),
	description text not null,
	published text not null
);

comment on table ph.source_map is
	'the shapes of data that ph.create_views_from understands, one row a map; '
	'ph.copy_source_map makes a copy to change';

comment on column ph.source_map.map is 'name of the map';

comment on column ph.source_map.description is 'the shape of the source, and what the map makes of it';

comment on column ph.source_map.published is 'who publishes the shape of the source';

create table ph.source_column (
	map text not null references ph.source_map on delete cascade,
	relation text not null,
	column_name text not null,
	column_type text not null default 'text' check (column_type in ('text', 'day', 'number', 'whole')),
	needed text not null default 'no' check (needed in ('source', 'relation', 'one', 'no')),
	primary key (map, relation, column_name)
);

comment on table ph.source_column is
	'what a map reads: one row a column of the source, found in any case of its letters';

comment on column ph.source_column.map is 'name of the map';

comment on column ph.source_column.relation is 'relation of the source, a table, view or foreign table';

comment on column ph.source_column.column_name is 'its column';

comment on column ph.source_column.column_type is
	'how it is read: text (NULL where empty), day, number, whole number; a number that cannot be read is NULL, '
	'a day -infinity, which sets its row aside';

comment on column ph.source_column.needed is
	'source: nothing can be made without it; relation: its relation cannot be read without it; '
	'one: its relation cannot be read without one of those; no: it can be missing';

create table ph.source_option (
	map text not null references ph.source_map on delete cascade,
	option text not null check (option ~ '^[a-z_]+$'),
	value text,
	description text not null,
	primary key (map, option)
);

comment on table ph.source_option is 'what can be chosen when a map is used, and what holds otherwise';

comment on column ph.source_option.map is 'name of the map';

comment on column ph.source_option.option is 'name of the option';

comment on column ph.source_option.value is 'what holds where nothing is chosen';

comment on column ph.source_option.description is 'what is chosen';

create table ph.source_value (
	map text not null references ph.source_map on delete cascade,
	list text not null,
	source_value text not null,
	value text,
	description text,
	primary key (map, list, source_value)
);

comment on table ph.source_value is
	'what a value of the source means; the row * stands for every value without a row, which is counted, '
	'and without it such a value is unknown, and counted too';

comment on column ph.source_value.map is 'name of the map';

comment on column ph.source_value.list is 'name of the list of values';

comment on column ph.source_value.source_value is 'value as the source has it';

comment on column ph.source_value.value is 'value of the shared table; NULL is known to be unknown';

comment on column ph.source_value.description is 'what the value says';

create table ph.source_rows (
	map text not null references ph.source_map on delete cascade,
	step integer not null,
	relation text not null check (relation ~ '^[a-z_0-9]+$'),
	part text not null,
	source_rows text not null,
	description text not null,
	primary key (map, relation, part)
);

comment on table ph.source_rows is
	'which rows of the source make rows of which relation: a shared table, or a step on the way to one';

comment on column ph.source_rows.map is 'name of the map';

comment on column ph.source_rows.step is 'order in which relations are made';

comment on column ph.source_rows.relation is 'shared table, or a name of the map''s own that later steps read';

comment on column ph.source_rows.part is 'which of the parts whose rows it has, for the report';

comment on column ph.source_rows.source_rows is 'what stands after FROM, a condition and groups included';

comment on column ph.source_rows.description is 'which rows these are, and what is left out';

create table ph.source_expression (
	map text not null,
	relation text not null,
	part text not null,
	column_name text not null,
	expression text not null,
	value_list text,
	primary key (map, relation, part, column_name),
	foreign key (map, relation, part) references ph.source_rows on delete cascade
);

comment on table ph.source_expression is
	'which expression makes which column; columns of a shared table without one are NULL';

comment on column ph.source_expression.map is 'name of the map';

comment on column ph.source_expression.relation is 'relation that is made';

comment on column ph.source_expression.part is 'part of it';

comment on column ph.source_expression.column_name is
	'its column, or of a shared table source_key (names a row of the source; a second row of one key '
	'is a duplicate), source_row (where rows have no key: all of it), '
	'source_provider (whose rows these are, for the report), source_end (the end as the source says it), '
	'source_fault (why a row must be set aside), source_remark, '
	'source_remark_2 and so on (what the report counts of rows that are used), '
	'and of person also earliest_birth_date and source_person (who it is in the source)';

comment on column ph.source_expression.expression is 'SQL over the rows of the part';

comment on column ph.source_expression.value_list is 'list of source_value by which the value is translated';

grant select on ph.source_map, ph.source_column, ph.source_option, ph.source_value, ph.source_rows, ph.source_expression
	to public;

create function ph_support.source_map_tables() returns text[]
language sql immutable parallel safe
return '{source_map,source_column,source_option,source_value,source_rows,source_expression}'::text[];

comment on function ph_support.source_map_tables() is
	'the tables of which a map has rows, each after those it refers to';

create procedure ph_support.require_source_map(maps text, map text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	known text;
begin
	if to_regclass(format('%I.source_map', maps)) is null then
		raise exception 'schema "%" has no maps', maps
			using errcode = 'undefined_table',
				hint = 'CALL ph.copy_source_map(...) makes the tables and a copy of a map.';
	end if;
	execute format('select string_agg(map, '', '' order by map) from %I.source_map', maps) into known;
	if map is null or not map = any (string_to_array(known, ', ')) then
		raise exception 'argument "map" is none of the maps of schema "%"', maps
			using errcode = 'undefined_object', hint = format('There are %s.', coalesce(known, 'none'));
	end if;
end
$$;

comment on procedure ph_support.require_source_map(text, text) is
	'does nothing where the schema maps has the map. Errors: undefined_table, undefined_object with what there is';

create function ph.source_maps(maps text default 'ph')
returns table (
	map text, relation text, part text, column_name text, expression text, value_list text, source_rows text,
	description text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.source_map', maps)) is null then
		raise exception 'schema "%" has no maps', maps
			using errcode = 'undefined_table',
				hint = 'CALL ph.copy_source_map(...) makes the tables and a copy of a map.';
	end if;
	return query execute format(
		'select r.map, r.relation, r.part, e.column_name, e.expression, e.value_list, r.source_rows, r.description
		from %1$I.source_rows r
		left join %1$I.source_expression e using (map, relation, part)
		order by r.map, r.step, r.relation, r.part, e.column_name', maps);
end
$$;

comment on function ph.source_maps(text) is
	'the maps of a schema, those that are shipped unless another is named: one row a column that is made, '
	'with its expression and the rows of the source it is over, in the order in which they are made. '
	'What a source must have, its options and the meaning of its values stand in ph.source_column, ph.source_option '
	'and ph.source_value. Errors: undefined_table';

create procedure ph.copy_source_map(map text, schema text, copy text default null, maps text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	relation text;
	columns text;
	taken boolean;
begin
	call ph_support.require_source_map(maps, map);
	call ph_support.require_own_schema(schema);
	copy := coalesce(copy, map);
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	if to_regclass(format('%I.source_map', schema)) is not null then
		execute format('select exists (select from %I.source_map m where m.map = $1)', schema) into taken using copy;
		if taken then
			raise exception 'schema "%" already has a map "%"', schema, copy
				using errcode = 'duplicate_object', hint = 'Give the copy another name, or delete the other first.';
		end if;
	end if;
	foreach relation in array ph_support.source_map_tables() loop
		if to_regclass(format('%I.%I', schema, relation)) is null then
			execute format('create table %I.%I (like ph.%I including all)', schema, relation, relation);
			if relation <> 'source_map' then
				execute format('alter table %I.%I add foreign key (%s) references %I.%I on delete cascade',
					schema, relation,
					case relation when 'source_expression' then 'map, relation, part' else 'map' end, schema,
					case relation when 'source_expression' then 'source_rows' else 'source_map' end);
			end if;
		end if;
		select string_agg(quote_ident(attname), ', ' order by attnum)
		into columns
		from pg_attribute
		where attrelid = format('ph.%I', relation)::regclass and attnum > 0 and not attisdropped and attname <> 'map';
		execute format('insert into %I.%I (map, %s) select $1, %s from %I.%I s where s.map = $2',
			schema, relation, columns, columns, maps, relation)
		using copy, map;
	end loop;
end
$$;

comment on procedure ph.copy_source_map(text, text, text, text) is
	'copies a map into tables of the same names in a schema of yours, which are made where there are none, '
	'as copy (NULL: the same name), to change there: ph.create_views_from(..., maps => schema) uses it. '
	'Errors: undefined_table, undefined_object for an unknown map, duplicate_object, '
	'22023 for a schema of the extension';

create function ph_support.source_day(written text, day_order text) returns date
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_day';

comment on function ph_support.source_day(text, text) is
	'the day that a source has written: 2024-04-01 or 2024-04-01T09:30:00Z, 20240401, and 01/04/2024 only where '
	'day_order says DMY or MDY; NULL where nothing is written, -infinity for what cannot be read';

create function ph_support.source_number(written text) returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_number';

comment on function ph_support.source_number(text) is 'the number that a source has written; NULL for what is none';

create function ph_support.source_whole(written text) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_whole';

comment on function ph_support.source_whole(text) is
	'the whole number that a source has written, 5 or 5.0; NULL for what is none';

create function ph_support.source_relation(source text, relation text) returns regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select oid
	from pg_class
	where relnamespace = to_regnamespace(quote_ident(source)) and lower(relname collate "C") = relation
		and relkind in ('r', 'p', 'v', 'm', 'f')
	order by relname = relation desc, relname
	limit 1
$$;

comment on function ph_support.source_relation(text, text) is
	'the relation of the source by this name, in any case of its letters';

create function ph_support.source_reading(name text, type regtype, column_type text, day_order text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select
		case
			when name is null then format('null::%s', case column_type
				when 'day' then 'date'
				when 'number' then 'numeric'
				when 'whole' then 'bigint'
				else 'text' end)
			when column_type = 'day' and type = 'date'::regtype then quote_ident(name)
			when column_type = 'day' and type in ('timestamp'::regtype, 'timestamptz'::regtype)
				then format('%I::date', name)
			when column_type = 'day' then format('ph_support.source_day(%I::text, %L)', name, day_order)
			when column_type = 'whole' and type in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
				then format('%I::bigint', name)
			when column_type = 'whole' then format('ph_support.source_whole(%I::text)', name)
			when column_type = 'number' and type in (
				'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype)
				then format('%I::numeric', name)
			when column_type = 'number' then format('ph_support.source_number(%I::text)', name)
			else format('nullif(btrim(%I::text), '''')', name) end;
end;

comment on function ph_support.source_reading(text, regtype, text, text) is
	'the expression that reads a column of a source in the type that a map wants, typed NULL where there is none';

create function ph_support.source_columns(load jsonb, wanted text default null)
returns table (relation text, column_name text, column_type text, needed text, found regclass, name name, type regtype)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'with named as (
			select relation, ph_support.source_relation($2, relation) as found
			from (
				select distinct relation from %1$I.source_column where map = $1 and coalesce(relation = $3, true)) named
		), attribute as (
			select distinct on (relation, lower(attname collate "C"))
				relation, lower(attname collate "C") as column_name, attname,
				-- what is of a domain is read as what it is of, whatever form the session writes days in
				coalesce(nullif(typbasetype, 0), atttypid) as atttypid
			from named
			join pg_attribute on attrelid = found and attnum > 0 and not attisdropped
			join pg_type on pg_type.oid = atttypid
			order by relation, lower(attname collate "C"), attname = lower(attname collate "C") desc, attnum
		)
		select c.relation, c.column_name, c.column_type, c.needed, r.found, a.attname, a.atttypid::regtype
		from %1$I.source_column c
		join named r using (relation)
		left join attribute a using (relation, column_name)
		where c.map = $1',
		load ->> 'maps')
	using load ->> 'map', load ->> 'source', wanted;
end
$$;

comment on function ph_support.source_columns(jsonb, text) is
	'the columns that a map reads, of one relation or all, and what the source has for them: relation, name and type, '
	'NULL where it has none';

create function ph_support.source_relation_query(load jsonb, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	relation_query text;
begin
	select format('(select %s%s)',
		string_agg(
			format('%s as %I', ph_support.source_reading(c.name, c.type, c.column_type, load #>> '{options,day_order}'),
				c.column_name),
			', ' order by c.column_name),
		coalesce(', md5(source_row::text) as source_row from ' || min(c.found::text) || ' source_row',
			', null::text as source_row where false'))
	into relation_query
	from ph_support.source_columns(load, wanted) c
	having count(*) > 0;
	if relation_query is null then
		raise exception 'map "%" reads "%", of which it names no column', load ->> 'map', wanted
			using errcode = 'invalid_parameter_value', hint = 'Add its columns to source_column.';
	end if;
	return relation_query;
end
$$;

comment on function ph_support.source_relation_query(jsonb, text) is
	'the query, in brackets, of a relation of the source with the columns that a map names, each in its type; '
	'without rows where the source has no such relation. Errors: invalid_parameter_value';

create function ph_support.source_option(load jsonb, option text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if not load -> 'options' ? option then
		raise exception 'map "%" asks for an option "%" that it does not have', load ->> 'map', option
			using errcode = 'invalid_parameter_value', hint = 'Add it to source_option.';
	end if;
	return load -> 'options' ->> option;
end
$$;

comment on function ph_support.source_option(jsonb, text) is
	'the value of an option. Errors: invalid_parameter_value where the map has none of this name';

create function ph_support.source_column_option(load jsonb, option text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	chosen constant text := ph_support.source_option(load, option);
begin
	if chosen is null or not exists (select from ph_support.source_columns(load) c where c.column_name = chosen) then
		raise exception 'option "%" must name a column that map "%" reads', option, load ->> 'map'
			using errcode = 'invalid_parameter_value', hint = 'ph.source_column lists them.';
	end if;
	return chosen;
end
$$;

comment on function ph_support.source_column_option(jsonb, text) is
	'the column that an option names. Errors: invalid_parameter_value where the map reads no such column';

create function ph_support.source_sql(load jsonb, text text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	pattern constant text := '[{](made[.]|option[.]|column[.]|load[.])?([a-z_][a-z_0-9]*)[}]';
	-- what is put in is not read again: names and options can have braces too
	pieces constant text[] := regexp_split_to_array(text, pattern);
	sql text := pieces[1];
	braced record;
begin
	for braced in
		select m[1] as kind, m[2] as name, n
		from regexp_matches(text, pattern, 'g') with ordinality r (m, n)
		order by n
	loop
		sql := concat(sql,
			case braced.kind
				when 'made.' then format('%I.%I', load ->> 'schema', concat(load ->> 'prefix', braced.name))
				when 'option.' then quote_nullable(ph_support.source_option(load, braced.name))
				when 'column.' then quote_ident(ph_support.source_column_option(load, braced.name))
				when 'load.' then format('%L::date', load ->> braced.name)
				else ph_support.source_relation_query(load, braced.name) end,
			pieces[braced.n + 1]);
	end loop;
	return sql;
end
$$;

comment on function ph_support.source_sql(jsonb, text) is
	'SQL of a map with what stands in braces put in: relations of the source, what was made before, options, '
	'the data day';

create function ph_support.source_value_sql(
	load jsonb, list text, expression text, out translated text, out unknown text)
language plpgsql stable strict
set search_path = pg_catalog, pg_temp
as $$
declare
	pairs text;
	listed text;
	otherwise text;
begin
	execute format(
		'select string_agg(format(''when %%L then %%L'', source_value, value), '' '' order by source_value)
				filter (where source_value <> ''*''),
			string_agg(quote_literal(source_value), '', '' order by source_value) filter (where source_value <> ''*''),
			max(value) filter (where source_value = ''*'')
		from %I.source_value where map = $1 and list = $2',
		load ->> 'maps')
	into pairs, listed, otherwise
	using load ->> 'map', list;
	if pairs is null then
		raise exception 'map "%" translates by a list "%" that it does not have', load ->> 'map', list
			using errcode = 'invalid_parameter_value', hint = 'Add its values to source_value.';
	end if;
	translated := format('case (%s)::text %s else case when (%s) is not null then %L end end',
		expression, pairs, expression, otherwise);
	unknown := format('case when (%s)::text not in (%s) then concat(%L, (%s)) end',
		expression, listed, format('unknown %s: ', list), expression);
end
$$;

comment on function ph_support.source_value_sql(jsonb, text, text) is
	'the expression that translates a value by a list of a map, and the one that says which value has no row there; '
	'NULL without a list. '
	'Errors: invalid_parameter_value';

create function ph_support.source_part_query(load jsonb, wanted text, part text, source_rows text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	columns text;
	shared boolean := exists (select from ph.shared_table() t where t.relation = wanted);
begin
	execute format(
		'with given as (
			select e.column_name, coalesce(v.translated, s.sql) as expression, v.unknown
			from %I.source_expression e
			cross join lateral ph_support.source_sql($1, e.expression) s (sql)
			left join lateral ph_support.source_value_sql($1, e.value_list, s.sql) v on true
			where e.map = $1 ->> ''map'' and e.relation = $2 and e.part = $3
		), wanted (place, column_name, column_type) as (
			select c.ordinality, c.column_name, c.column_type
			from ph.shared_column() with ordinality c
			where c.relation = $2
			union all
			select 1000 + s.ordinality, s.column_name, s.column_type
			from ph_support.source_special() with ordinality s
			where $4 and (s.relation is null or s.relation = $2)
			union all
			select null, g.column_name, null
			from given g
			where not $4
		)
		select string_agg(
				case
					when w.column_type is null then format(''%%s as %%I'', g.expression, w.column_name)
					else format(''(%%s)::%%s as %%I'', coalesce(g.expression, ''null''), w.column_type,
						w.column_name) end,
				'', '' order by w.place, w.column_name)
			|| case
				when $4 then format('', array_remove(array[%%s]::text[], null) as remarks'',
					(select concat_ws('', '', string_agg(unknown, '', ''),
						string_agg(expression, '', '') filter (where column_name like ''source\_remark%%''))
					from given))
				else '''' end
		from wanted w
		left join given g using (column_name)',
		load ->> 'maps')
	into columns
	using load, wanted, part, shared;
	return format('select %L::text as part, %s from %s', part, columns, ph_support.source_sql(load, source_rows));
end
$$;

comment on function ph_support.source_part_query(jsonb, text, text, text) is
	'the query of one part of what a map makes: of a shared table all columns in their types, '
	'and those that say where a row comes from';

create function ph_support.source_special(out relation text, out column_name text, out column_type text)
returns setof record
language sql immutable parallel safe
begin atomic
	values (null, 'source_key', 'text'), (null, 'source_provider', 'text'), (null, 'source_end', 'date'),
		(null, 'source_fault', 'text'), (null, 'source_row', 'text'),
		('person', 'earliest_birth_date', 'date'), ('person', 'source_person', 'text');
end;

comment on function ph_support.source_special() is
	'the columns that the rows of a map have beside those of a shared table, all of them or of one';

create function ph_support.source_rows_query(load jsonb, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	rows_query text;
begin
	execute format(
		'select string_agg(ph_support.source_part_query($1, $2, r.part, r.source_rows), '' union all '' order by r.part)
		from %I.source_rows r
		where r.map = $1 ->> ''map'' and r.relation = $2',
		load ->> 'maps')
	into rows_query
	using load, wanted;
	perform ph.query_columns(rows_query);
	return rows_query;
end
$$;

comment on function ph_support.source_rows_query(jsonb, text) is
	'the query of all rows that a map makes of a source for a relation, which must be one SELECT that only reads; '
	'NULL where it makes none. Errors: those of ph.query_columns, where the SQL of the map is something else';

create function ph_support.map_makes(load jsonb, wanted text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	made boolean;
begin
	execute format('select exists (select from %I.source_rows r where r.map = $1 and r.relation = $2)', load ->> 'maps')
	into made
	using load ->> 'map', wanted;
	return made;
end
$$;

comment on function ph_support.map_makes(jsonb, text) is 'whether a map makes rows for a relation';

create function ph_support.dated_relation(out relation text, out start_column text, out end_column text)
returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', 'birth_date', 'death_date'), ('residence', 'start_date', 'end_date'),
		('registration', 'start_date', 'end_date'), ('encounter', 'start_date', 'end_date'),
		('clinical_event', 'event_date', null), ('measurement', 'measure_date', null),
		('enrolment', 'start_date', 'end_date'), ('wait', 'clock_start', 'clock_stop'),
		('external_score', 'scored_on', null);
end;

comment on function ph_support.dated_relation() is
	'the shared tables that tell of a day, and the columns with its first and last';

create function ph_support.fault_sql(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	-- the first that holds is the one that is counted
	select format('case %s else r.source_fault end', string_agg(format('when %s then %L', condition, fault), ' '
			order by place))
	from (
		select 1, 'duplicate', 'r.copy > 1 or r.source_fault = ''duplicate'''
		union all
		select 2, 'unknown person', 'p.person_id is null'
		where wanted <> 'person' and exists (
			select
			from ph.shared_column() c
			where c.relation = wanted and c.column_name = 'person_id')
		union all
		select f.place, f.fault, replace(replace(f.condition, '{start}', quote_ident(d.start_column)),
			'{end}', concat('coalesce(r.source_end, ', coalesce('r.' || d.end_column, 'null'), ')'))
		from ph_support.dated_relation() d
		cross join (
			values
				(3, 'sentinel date', format('r.{start} = any (%L::date[])', load #>> '{options,sentinel_days}')),
				(4, 'unreadable date', '''-infinity'' in (r.{start}, {end})'),
				(6, 'before birth', 'r.{start} < p.earliest_birth_date'),
				(7, 'after the data day', format('r.{start} > %L::date', load ->> 'data_day')),
				(8, 'after death', 'r.{start} > p.death_date'),
				(9, 'end before start', '{end} < r.{start}')) f (place, fault, condition)
		where d.relation = wanted and not (wanted = 'person' and f.place in (6, 8))
		union all
		select case when c.column_name = d.start_column then 5 else 10 end,
			'missing ' || c.column_name, format('r.%I is null', c.column_name)
		from ph.shared_column() c
		left join ph_support.dated_relation() d using (relation)
		where c.relation = wanted and c.required
		union all
		select 11, r.problem, format('not (%s)', r.condition)
		from ph.shared_rule() r
		join ph.shared_column() c using (relation, column_name)
		where r.relation = wanted and c.required
	) f (place, fault, condition);
end;

comment on function ph_support.fault_sql(jsonb, text) is
	'the expression of why a row r of a source, of the person p, is set aside: the first fault that it has; '
	'NULL where it is used';

create function ph_support.row_is_used() returns text
language sql immutable parallel safe
return $$coalesce(fault = '', true)$$;

comment on function ph_support.row_is_used() is
	'the condition that a judged row has no fault; the planner takes it to hold of half of all rows, '
	'and fault is null of one in 200, for which it would choose nested loops';

create function ph_support.judged_rows_query(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	with shared as (
		select string_agg(quote_ident(c.column_name), ', ' order by c.ordinality) as names,
			string_agg(
				case
					when c.column_name = 'encounter_id' and wanted <> 'encounter' then 'e.encounter_id'
					when r.condition is null then 'r.' || quote_ident(c.column_name)
					else format('case when (%s) is not false then r.%2$I end as %2$I', r.condition, c.column_name) end,
				', ' order by c.ordinality) as checked,
			string_agg(
				format('case when (%s) is false then %L end', r.condition,
					format('%s: %s left out', r.problem, c.column_name)), ', ') filter (where r.problem is not null)
				as remarks,
			bool_or(c.column_name = 'person_id') and wanted <> 'person' as of_person,
			bool_or(c.column_name = 'encounter_id') and wanted <> 'encounter' as of_encounter
		from ph.shared_column() with ordinality c
		left join lateral (
			-- an optional value that breaks a rule is unknown; days are judged as faults
			select string_agg(s.problem, ', ') as problem,
				string_agg(format('(%s)', s.condition), ' and ') as condition
			from ph.shared_rule() s
			left join ph_support.dated_relation() d using (relation)
			where s.relation = c.relation and s.column_name = c.column_name and not c.required
				and s.column_name is distinct from d.end_column
		) r on true
		where c.relation = wanted
	)
	select format(
		'select r.part, r.source_key, r.source_provider, r.remarks%s as remarks, %s%s, %s as fault
		from (select *, row_number() over (partition by %s order by %s%s) as copy from (%s) given) r%s%s',
		coalesce(' || array_remove(array[' || s.remarks || ']::text[], null)', '')
			|| case
				when wanted = 'person' then ' || array_remove(array[case when r.source_person is not null '
					'and min(r.person_id) over (partition by r.source_person) <> r.person_id '
					'then ''a second identifier of one source person'' end], null)'
				else '' end,
		s.checked,
		case when wanted = 'person' then ', coalesce(r.earliest_birth_date, r.birth_date) as earliest_birth_date, '
			'r.source_person' else '' end,
		ph_support.fault_sql(load, wanted),
		case
			when t.key_constraint is null then 'person_id, part, coalesce(source_row, source_key)'
			else concat(array_to_string(t.key, ', '),
				', case when ' || k.unknown || ' then given::text end') end,
		-- of rows with one key one that can be counts, and of two that begin on one day the longer
		concat('(coalesce(source_end, ' || d.end_column || ') < ' || d.start_column || ') is true, ',
			case when d.start_column = any (t.key) then d.end_column || ' desc nulls first, ' end),
		s.names,
		ph_support.source_rows_query(load, wanted),
		case
			when s.of_person then format(
				' left join (select person_id, earliest_birth_date, death_date from %I.%I where %s) p '
				'on p.person_id = r.person_id',
				load ->> 'schema', concat(load ->> 'prefix', 'source_person'), ph_support.row_is_used())
			else '' end,
		case
			when s.of_encounter then format(
				' left join (select person_id, encounter_id from %I.%I where %s) e '
				'on e.person_id = r.person_id and e.encounter_id = r.encounter_id',
				load ->> 'schema', concat(load ->> 'prefix', 'source_encounter'), ph_support.row_is_used())
			else '' end)
	from shared s
	join ph.shared_table() t on t.relation = wanted
	left join ph_support.dated_relation() d on d.relation = wanted
	cross join lateral (
		-- rows of which the key is not known are no copies of one another
		select string_agg(
				case
					when c.column_name = d.start_column then format(
						'coalesce(%I = any (%L::date[] || date ''-infinity''), true)', c.column_name,
						load #>> '{options,sentinel_days}')
					else format('%I is null', c.column_name) end,
				' or ') as unknown
		from ph.shared_column() c
		where c.relation = wanted and c.column_name = any (t.key) and c.required
	) k
	where ph_support.map_makes(load, wanted);
end;

comment on function ph_support.judged_rows_query(jsonb, text) is
	'the query of the rows that a map makes for a shared table: where each comes from, what is remarked of it, '
	'its columns, and the fault for which it is set aside; NULL where the map makes none';

create function ph_support.source_load(
	map text, source text, schema text, options jsonb, maps text, data_day timestamptz) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known jsonb;
	wrong text;
begin
	execute format(
		'select coalesce(jsonb_object_agg(option, value), ''{}'') from %I.source_option o where o.map = $1', maps)
	into known
	using map;
	if jsonb_typeof(options) is distinct from 'object' then
		raise exception 'argument "options" must be a JSON object'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"day_order": "DMY"}''.';
	end if;
	if not isfinite(data_day) then
		raise exception 'argument "data_day" must be a day'
			using errcode = 'invalid_parameter_value', hint = 'It is the last day of which the data tell.';
	end if;
	select string_agg(k, ', ' order by k) into wrong from jsonb_object_keys(options) k where not known ? k;
	if wrong is not null then
		raise exception 'map "%" has no option %', map, wrong
			using errcode = 'invalid_parameter_value', hint = format('Its options are %s.', coalesce((
				select string_agg(k, ', ' order by k) from jsonb_object_keys(known) k), 'none'));
	end if;
	return jsonb_build_object('maps', maps, 'map', map, 'source', source, 'schema', schema, 'prefix', '',
		-- what is chosen as null is not chosen
		'options', jsonb_build_object('day_order', 'ISO', 'sentinel_days', '{}') || known
			|| jsonb_strip_nulls(options),
		'data_day', ph_support.day(data_day));
end
$$;

comment on function ph_support.source_load(text, text, text, jsonb, text, timestamptz) is
	'how a map is used, for the queries that it stands for. Errors: invalid_parameter_value for an unknown option';

create procedure ph_support.require_source(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing text;
begin
	if to_regnamespace(quote_ident(load ->> 'source')) is null then
		raise exception 'argument "source" names no schema: "%"', load ->> 'source'
			using errcode = 'invalid_schema_name', hint = 'Name the schema in which the tables of the source are.';
	end if;
	select string_agg(needed, ', ' order by needed)
	into missing
	from (
		select concat_ws('.', c.relation, case when c.found is not null then c.column_name end) as needed
		from ph_support.source_columns(load) c
		where c.name is null and (c.needed = 'source' or c.needed = 'relation' and c.found is not null)
		union
		select format('%s.%s', c.relation, string_agg(c.column_name, ' or ' order by c.column_name))
		from ph_support.source_columns(load) c
		where c.needed = 'one' and c.found is not null
		group by c.relation
		having count(c.name) = 0
		union
		select 'one of ' || string_agg(distinct c.relation, ', ')
		from ph_support.source_columns(load) c
		where not c.relation = any ('{place,place_parent,place_factor}')
		having count(c.found) = 0 and count(*) filter (where c.needed = 'source') = 0
	) needed;
	if missing is not null then
		raise exception 'schema "%" lacks what map "%" needs: %', load ->> 'source', load ->> 'map', missing
			using errcode = 'undefined_table', hint = 'ph.source_column says what each map reads; '
				'ph.copy_source_map makes a copy to change. Nothing was made.';
	end if;
	if not load #>> '{options,day_order}' = any ('{ISO,DMY,MDY}') then
		raise exception 'option "day_order" must be ISO, DMY or MDY'
			using errcode = 'invalid_parameter_value', hint = 'It is how the source writes 1 April 2024: '
				'2024-04-01 or 20240401, 01/04/2024, or 04/01/2024.';
	end if;
	begin
		perform (load #>> '{options,sentinel_days}')::date[];
	exception when data_exception then
		raise exception 'option "sentinel_days" must be an array of days'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"sentinel_days": "{1800-01-01,1900-01-01}"}''.';
	end;
end
$$;

comment on procedure ph_support.require_source(jsonb) is
	'does nothing where the source has what the map needs. '
	'Errors: invalid_schema_name, undefined_table with what is missing, invalid_parameter_value';

create procedure ph_support.make_source_relation(load jsonb, name text, query text, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made bigint;
	description constant text := format('made by map %s of %s', load ->> 'map', load ->> 'source');
	columns constant jsonb := (
		select coalesce(jsonb_object_agg(c.column_name, c.description), '{}')
		from ph.shared_column() c
		where c.relation = name);
begin
	if tables then
		execute format('create table %I.%I as %s', load ->> 'schema', concat(load ->> 'prefix', name), query);
		get diagnostics made = row_count;
		execute format('analyze %I.%I', load ->> 'schema', concat(load ->> 'prefix', name));
		if made > 0 then
			raise notice '%: % rows after % s', name, made,
				round(extract(epoch from clock_timestamp() - transaction_timestamp())::numeric, 1);
		end if;
	else
		call ph_support.replace_view(load ->> 'schema', name, query, description, columns);
	end if;
end
$$;

comment on procedure ph_support.make_source_relation(jsonb, text, text, boolean) is
	'makes of a query a view, or a table, of which it says how many rows it has and when it was done';

create function ph_support.shared_rows_query(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format('select %s from %s',
		string_agg(
			case
				when ph_support.map_makes(load, wanted) then quote_ident(c.column_name)
				else format('null::%s as %I', c.column_type, c.column_name) end,
			', ' order by c.ordinality),
		case
			when not ph_support.map_makes(load, wanted) then '(select where false) nothing'
			else format('%I.%I where %s', load ->> 'schema', concat(load ->> 'prefix', 'source_', wanted),
				ph_support.row_is_used()) end)
	from ph.shared_column() with ordinality c
	where c.relation = wanted;
end;

comment on function ph_support.shared_rows_query(jsonb, text) is
	'the query of a shared table from the judged rows of a map; without rows where the map makes none';

create function ph_support.source_count_query(load jsonb, wanted text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
begin atomic
	select format(
		'select %L, part, source_provider, said.kind, said.what, count(*), min(source_key)
		from %I.%I, lateral (
			select case when fault is null then ''used'' else ''set aside'' end, fault
			union all
			select ''remark'', remark from unnest(remarks) remark where fault is null) said (kind, what)
		group by part, source_provider, said.kind, said.what',
		wanted, load ->> 'schema', concat(load ->> 'prefix', 'source_', wanted));
end;

comment on function ph_support.source_count_query(jsonb, text) is
	'the query that counts the judged rows of a map for a shared table: used, set aside and why, remarked';

create procedure ph_support.make_source_counts(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	relation text;
begin
	execute format('create table if not exists %I.source_count (
			relation text not null, part text not null, provider text, kind text not null, what text,
			rows bigint not null, example text)', load ->> 'schema');
	call ph_support.describe_table(format('%I.source_count', load ->> 'schema'),
		'what became of the rows of the source: used, set aside and why, remarked',
		'{"relation": "the shared table", "part": "part of the map", "provider": "whose rows; NULL is not said",
			"kind": "used, set aside or remark", "what": "why it was set aside, or what is remarked",
			"rows": "rows of the source", "example": "the key of one of them"}');
	execute format('delete from %I.source_count', load ->> 'schema');
	for relation in
		select m
		from ph_support.made_shared_table() m
		where ph_support.map_makes(load, m)
	loop
		execute format('insert into %I.source_count %s', load ->> 'schema',
			ph_support.source_count_query(load, relation));
	end loop;
end
$$;

comment on procedure ph_support.make_source_counts(jsonb) is
	'fills source_count of the schema with what became of the rows of the source';

create procedure ph_support.require_understood(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lost record;
begin
	-- nobody can be used, or days are written otherwise than they are read
	execute format(
		'with counted as (
			select relation, kind, what, sum(rows) as rows, min(example) as example
			from %I.source_count
			where kind <> ''remark''
			group by relation, kind, what
		)
		select relation, what, (select sum(a.rows) from counted a where a.relation = c.relation) as rows, example
		from counted c
		where kind = ''set aside'' and (
			what = ''unreadable date''
				and 2 * rows > (select sum(a.rows) from counted a where a.relation = c.relation)
			or relation = ''person''
				and not exists (select from counted u where u.relation = ''person'' and u.kind = ''used''))
		order by what = ''unreadable date'' desc, rows desc
		limit 1', load ->> 'schema')
	into lost;
	if lost.relation is not null then
		raise exception 'most of the % rows for "%" cannot be understood: %, as that of %',
			lost.rows, lost.relation, lost.what, lost.example
			using errcode = 'data_exception', hint = 'ph.source_column says how each column is read, '
				'and the option day_order how days are written. Nothing was made.';
	end if;
end
$$;

comment on procedure ph_support.require_understood(jsonb) is
	'does nothing where there are people to use, or none at all in the source, and most days can be read. '
	'Errors: data_exception with how many rows cannot be understood, why, and the key of one';

create function ph_support.source_data_day(load jsonb) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	day date;
begin
	if load ->> 'data_day' is not null then
		return (load ->> 'data_day')::date;
	end if;
	execute format('select max(day) from (%s) said', coalesce(
		ph_support.source_rows_query(load, 'data_day'), 'select null::date as day'))
	into day;
	if day is null or not isfinite(day) then
		raise exception 'the source does not say up to which day its data tell'
			using errcode = 'invalid_parameter_value', hint = 'Give it as argument "data_day". Nothing was made.';
	end if;
	return day;
end
$$;

comment on function ph_support.source_data_day(jsonb) is
	'the last day that the data tell of: the one that was given, or else the one that the source says. '
	'Errors: invalid_parameter_value where there is none';

create function ph_support.map_steps(load jsonb) returns table (relation text, shared boolean, name text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select r.relation, t.relation is not null,
			case when t.relation is null then r.relation else ''source_'' || r.relation end
		from (
			select relation, min(step) as step
			from %I.source_rows
			where map = $1 and relation <> ''data_day''
			group by relation
		) r
		left join ph.shared_table() t using (relation)
		order by r.step, r.relation', load ->> 'maps')
	using load ->> 'map';
end
$$;

comment on function ph_support.map_steps(jsonb) is
	'what a map makes, in its order: steps of the map''s own, and shared tables, whose judged rows are source_person '
	'and so on; the data day is asked for before';

create procedure ph_support.make_source_rows(load jsonb, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made record;
	query text;
begin
	for made in select * from ph_support.map_steps(load) loop
		query :=
			case
				when made.shared then ph_support.judged_rows_query(load, made.relation)
				else ph_support.source_rows_query(load, made.relation) end;
		call ph_support.make_source_relation(load, made.name, query, tables);
	end loop;
end
$$;

comment on procedure ph_support.make_source_rows(jsonb, boolean) is
	'makes what a map makes of a source, as views or tables';

create function ph_support.made_shared_table() returns setof text
language sql immutable parallel safe
begin atomic
	select t.relation
	from ph.shared_table() with ordinality t
	where not t.relation = any ('{code_list,code_map,data_day}')
	order by t.ordinality;
end;

comment on function ph_support.made_shared_table() is
	'the shared tables that maps make, in the order in which they can be filled; code lists are brought, '
	'the data day is said';

create procedure ph_support.move_shared_tables_in(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation text;
	statement text;
begin
	for relation in select ph_support.made_shared_table() loop
		execute format('alter table %I.%I rename to %I', load ->> 'schema', 'new_' || relation, relation);
	end loop;
	for statement in select ph_support.shared_table_statements(array(select ph_support.made_shared_table())) loop
		execute ph_support.in_schema(statement, load ->> 'schema');
	end loop;
end
$$;

comment on procedure ph_support.move_shared_tables_in(jsonb) is
	'lets the new rows be the shared tables, with their keys, references, indexes and comments';

create function ph_support.changed_rows_query(schema text, wanted text, columns text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format(
		'select %1$s from ((select %2$s from %3$I.%4$I except all select %2$s from %3$I.%5$I)
			union all (select %2$s from %3$I.%5$I except all select %2$s from %3$I.%4$I)) differing',
		columns, string_agg(quote_ident(c.column_name), ', '), schema, wanted, 'new_' || wanted)
	from ph.shared_column() c
	where c.relation = wanted;
end;

comment on function ph_support.changed_rows_query(text, text, text) is
	'the query of columns of the rows of a shared table that are not among the new ones, and the other way round';

create procedure ph_support.change_shared_rows(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	schema constant text := load ->> 'schema';
	persons text[];
	part record;
begin
	-- who has a row that differs is written anew, in all person tables, so that references hold
	persons := array(
		select m
		from ph_support.made_shared_table() with ordinality made (m, place)
		where exists (select from ph.shared_column() c where c.relation = m and c.column_name = 'person_id')
		order by place);
	execute format('create temp table ph_changed on commit drop as select distinct person_id from (%s) changed', (
		select string_agg(ph_support.changed_rows_query(schema, r, 'person_id'), ' union all ')
		from unnest(persons) r));
	for part in select r as relation from unnest(persons) with ordinality u (r, place) order by place desc loop
		execute format('delete from %I.%I where person_id in (select person_id from pg_temp.ph_changed)',
			schema, part.relation);
	end loop;
	for part in
		select r.relation, r.of_person, t.key, string_agg(quote_ident(c.column_name), ', ') as columns,
			string_agg(format('%1$I = excluded.%1$I', c.column_name), ', ')
				filter (where not c.column_name = any (t.key)) as changes
		from (select m, m = any (persons) from ph_support.made_shared_table() m) r (relation, of_person)
		join ph.shared_table() t using (relation)
		join ph.shared_column() c using (relation)
		group by r.relation, r.of_person, t.key
		order by array_position(array(select ph_support.made_shared_table()), r.relation)
	loop
		if part.of_person then
			execute format(
				'insert into %1$I.%2$I (%3$s)
				select %3$s from %1$I.%4$I where person_id in (select person_id from pg_temp.ph_changed)',
				schema, part.relation, part.columns, 'new_' || part.relation);
		else
			execute format(
				'insert into %1$I.%2$I (%3$s)
				select %3$s from (select %3$s from %1$I.%4$I except all select %3$s from %1$I.%2$I) new
				on conflict (%5$s) do %6$s',
				schema, part.relation, part.columns, 'new_' || part.relation, array_to_string(part.key, ', '),
				case when part.changes is null then 'nothing' else 'update set ' || part.changes end);
		end if;
		execute format('analyze %I.%I', schema, part.relation);
	end loop;
	-- places that are gone, after all that names them
	for part in
		select t.relation, t.key
		from ph.shared_table() t
		where t.relation in (select ph_support.made_shared_table()) and not t.relation = any (persons)
		order by array_position(array(select ph_support.made_shared_table()), t.relation) desc
	loop
		execute format(
			'delete from %1$I.%2$I old where not exists (select from %1$I.%3$I new where (%4$s) = (%5$s))',
			schema, part.relation, 'new_' || part.relation,
			(select string_agg('old.' || quote_ident(k), ', ') from unnest(part.key) k),
			(select string_agg('new.' || quote_ident(k), ', ') from unnest(part.key) k));
	end loop;
	drop table pg_temp.ph_changed;
	for part in select ph_support.made_shared_table() as relation loop
		execute format('drop table %I.%I', schema, 'new_' || part.relation);
	end loop;
end
$$;

comment on procedure ph_support.change_shared_rows(jsonb) is
	'writes into the shared tables what differs in the new rows: persons of whom a row differs are written anew, '
	'and nobody else, so that triggers note who has changed';

create procedure ph_support.drop_source_rows(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made record;
begin
	for made in select * from ph_support.map_steps(load) loop
		execute format('drop table %I.%I', load ->> 'schema', concat(load ->> 'prefix', made.name));
	end loop;
end
$$;

comment on procedure ph_support.drop_source_rows(jsonb) is 'drops the tables of what a map made on its way';

create procedure ph_support.note_source_load(load jsonb, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	schema constant text := load ->> 'schema';
	relation text;
	kept date;
begin
	foreach relation in array '{code_list,code_map,data_day}'::text[] loop
		if to_regclass(format('%I.%I', schema, relation)) is null then
			call ph_support.make_shared_tables(schema, array[relation]);
			if relation = 'code_list' then
				call ph.load_shipped_code_lists(schema);
			end if;
		end if;
	end loop;
	execute format('select max(day) from %I.data_day', schema) into kept;
	if kept is distinct from (load ->> 'data_day')::date then
		execute format('delete from %I.data_day', schema);
		execute format('insert into %I.data_day values ($1)', schema) using (load ->> 'data_day')::date;
	end if;
	call ph_support.create_data_load(schema);
	execute format('create table if not exists %I.source_load (
		load_id bigint, map text, maps text, source text, options jsonb, materialised boolean, data_day date)', schema);
	call ph_support.describe_table(format('%I.source_load', schema),
		'how the shared tables were made, the last row last',
		'{"load_id": "the data stamp then", "map": "name of the map", "maps": "schema that has it",
			"source": "schema of the source", "options": "what was chosen", "materialised": "as tables, or as views",
			"data_day": "last day that the data tell of"}');
	for relation in select ph_support.made_shared_table() loop
		execute format(
			'insert into %1$I.data_load (relation, rows)
			select %2$L, coalesce(sum(rows), 0) from %1$I.source_count where relation = %2$L and kind = ''used''',
			schema, relation);
	end loop;
	execute format('insert into %1$I.source_load
		select (select max(load_id) from %1$I.data_load), $1, $2, $3, $4, $5, $6', schema)
	using load ->> 'map', load ->> 'maps', load ->> 'source', load -> 'options', tables, (load ->> 'data_day')::date;
end
$$;

comment on procedure ph_support.note_source_load(jsonb, boolean) is
	'says in data_day, data_load and source_load of the schema what was made of which source';

create function ph_support.preferred_kind(preference text, kinds text[]) returns text
language sql immutable
begin atomic
	select case
		when preference is not null then coalesce((
			select p.kind
			from regexp_split_to_table(preference, ', *') with ordinality p (kind, place)
			where p.kind = any (kinds)
			order by p.place
			limit 1), 'none') end;
end;

comment on function ph_support.preferred_kind(text, text[]) is
	'of kinds of place in order of preference, between commas, the first that the data have; '
	'none where they have none, NULL without a preference';

create procedure ph_support.create_views_of_source(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	schema constant text := load ->> 'schema';
	options constant jsonb := load -> 'options';
	kinds text[];
	small_area text;
begin
	execute format('select coalesce(array_agg(distinct place_kind), ''{}'') from %I.place', schema) into kinds;
	small_area := ph_support.preferred_kind(options ->> 'small_area', kinds);
	execute format('select $1 || coalesce(array_agg(distinct place_kind), ''{}'')
		from %1$I.place where place_id in (select pcn_code from %1$I.registration)', schema)
	into kinds
	using ph_support.kinds_above(schema, format(
		'(place_kind = %L or place_id in (select practice_code from %I.registration))', small_area, schema));
	call ph.create_population_views(schema, small_area,
		ph_support.preferred_kind(options ->> 'neighbourhood', kinds),
		ph_support.preferred_kind(options ->> 'place', kinds), ph_support.preferred_kind(options ->> 'system', kinds),
		options ->> 'deprivation', options ->> 'population');
	call ph.create_segment_inputs(schema);
end
$$;

comment on procedure ph_support.create_views_of_source(jsonb) is
	'makes the population views and the inputs of segments with the kinds of place that a map chooses';

create procedure ph.create_views_from(
	map text,
	source text,
	schema text,
	materialise boolean default false,
	options jsonb default '{}',
	data_day timestamptz default null,
	maps text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	load jsonb;
	relation text;
	query text;
	kind "char";
	again boolean := false;
begin
	if schema is null or source is null or materialise is null then
		raise exception 'source, schema and materialise must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	call ph_support.require_source_map(maps, map);
	call ph_support.require_own_schema(schema);
	-- who else makes the same schema waits
	perform pg_advisory_xact_lock(hashtextextended('population_health ' || schema, 0));
	load := ph_support.source_load(map, source, schema, options, maps, data_day);
	call ph_support.require_source(load);
	load := load || jsonb_build_object('data_day', ph_support.source_data_day(load));

	select c.relkind into kind from pg_class c where c.oid = to_regclass(format('%I.person', schema));
	again := to_regclass(format('%I.source_load', schema)) is not null and kind is not null;
	if kind is not null and (not again or (kind = 'r') <> materialise) then
		raise exception 'schema "%" already has shared tables, made otherwise', schema
			using errcode = 'duplicate_table', hint = 'Name another schema, or drop this one first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	load := load || jsonb_build_object('prefix', case when materialise then 'new_' else '' end);
	call ph_support.make_source_rows(load, materialise);
	for relation in select ph_support.made_shared_table() loop
		query := ph_support.shared_rows_query(load, relation);
		call ph_support.make_source_relation(load, relation, query, materialise);
	end loop;
	call ph_support.make_source_counts(load);
	call ph_support.require_understood(load);
	if materialise then
		call ph_support.drop_source_rows(load);
		if again then
			call ph_support.change_shared_rows(load);
		else
			call ph_support.move_shared_tables_in(load);
		end if;
	end if;
	call ph_support.note_source_load(load, materialise);
	call ph_support.create_views_of_source(load);
	if to_regclass(format('%I.stored_stay', schema)) is not null then
		call ph.refresh_stays(schema);
	end if;
	call ph_support.refresh_access_where_secured(schema);
end
$$;

comment on procedure ph.create_views_from(text, text, text, boolean, jsonb, timestamptz, text) is
	'makes the shared tables of a schema from the tables of a source that has the shape of a map '
	'(ph.source_maps: omop, synthea, hes, gp_extract), with the code lists that are shipped, '
	'the population views and the inputs of segments over them. '
	'They are views, or with materialise tables with keys, indexes and statistics, written in parallel; called again, '
	'views are replaced in place, and of tables only the persons are written of whom a row differs. '
	'options as ph.source_option lists them; data_day where the source does not say up to which day it tells; '
	'maps is the schema of a map of your own. Rows that cannot be are set aside and counted in source_count: '
	'SELECT * FROM ph.source_report(schema). All or nothing is made. '
	'Errors: undefined_object for an unknown map, invalid_schema_name, undefined_table with what the source lacks, '
	'invalid_parameter_value for an unknown option and without a data day, '
	'data_exception where most of it cannot be understood, '
	'duplicate_table where the schema has other shared tables';

insert into ph.source_map (map, description, published) values
	('synthea',
	 'The CSV files of Synthea, loaded as tables of their names, identifiers kept. Registration is the payer''s, '
	 'NO_INSURANCE included, and life where there is no payer_transitions; no ICD-10, so that scores from it are NULL. '
	 'Ambulatory, wellness, outpatient, urgent care and virtual contacts are OP, as its OMOP form has them. '
	 'Costs are the claims of encounters.',
	 'The MITRE Corporation, Synthea, CSV File Data Dictionary');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'synthea', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('patients', 'id', 'text', 'source'),
		('patients', 'birthdate', 'day', 'source'),
		('patients', 'deathdate', 'day', 'source'),
		('patients', 'ssn', 'text', 'no'),
		('patients', 'race', 'text', 'no'),
		('patients', 'gender', 'text', 'no'),
		('patients', 'state', 'text', 'no'),
		('patients', 'county', 'text', 'no'),
		('patients', 'zip', 'text', 'no'),
		('encounters', 'id', 'text', 'source'),
		('encounters', 'start', 'day', 'source'),
		('encounters', 'stop', 'day', 'relation'),
		('encounters', 'patient', 'text', 'relation'),
		('encounters', 'organization', 'text', 'no'),
		('encounters', 'encounterclass', 'text', 'relation'),
		('encounters', 'base_encounter_cost', 'number', 'no'),
		('encounters', 'total_claim_cost', 'number', 'no'),
		('encounters', 'payer_coverage', 'number', 'no'),
		('payer_transitions', 'patient', 'text', 'relation'),
		('payer_transitions', 'start_date', 'day', 'no'),
		('payer_transitions', 'end_date', 'day', 'no'),
		('payer_transitions', 'start_year', 'whole', 'no'),
		('payer_transitions', 'end_year', 'whole', 'no'),
		('payer_transitions', 'payer', 'text', 'no'),
		('payers', 'id', 'text', 'relation'),
		('payers', 'name', 'text', 'no'),
		('organizations', 'id', 'text', 'relation'),
		('organizations', 'name', 'text', 'no'),
		('conditions', 'start', 'day', 'relation'),
		('conditions', 'stop', 'day', 'no'),
		('conditions', 'patient', 'text', 'relation'),
		('conditions', 'encounter', 'text', 'no'),
		('conditions', 'system', 'text', 'no'),
		('conditions', 'code', 'text', 'relation'),
		('conditions', 'description', 'text', 'no'),
		('procedures', 'date', 'day', 'no'),
		('procedures', 'start', 'day', 'no'),
		('procedures', 'patient', 'text', 'relation'),
		('procedures', 'encounter', 'text', 'no'),
		('procedures', 'system', 'text', 'no'),
		('procedures', 'code', 'text', 'relation'),
		('procedures', 'description', 'text', 'no'),
		('medications', 'start', 'day', 'relation'),
		('medications', 'patient', 'text', 'relation'),
		('medications', 'encounter', 'text', 'no'),
		('medications', 'code', 'text', 'relation'),
		('medications', 'description', 'text', 'no'),
		('immunizations', 'date', 'day', 'relation'),
		('immunizations', 'patient', 'text', 'relation'),
		('immunizations', 'encounter', 'text', 'no'),
		('immunizations', 'code', 'text', 'relation'),
		('immunizations', 'description', 'text', 'no'),
		('allergies', 'start', 'day', 'relation'),
		('allergies', 'patient', 'text', 'relation'),
		('allergies', 'encounter', 'text', 'no'),
		('allergies', 'system', 'text', 'no'),
		('allergies', 'code', 'text', 'relation'),
		('allergies', 'description', 'text', 'no'),
		('observations', 'date', 'day', 'relation'),
		('observations', 'patient', 'text', 'relation'),
		('observations', 'encounter', 'text', 'no'),
		('observations', 'code', 'text', 'relation'),
		('observations', 'description', 'text', 'no'),
		('observations', 'value', 'text', 'relation'),
		('observations', 'units', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('synthea', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('synthea', 'cost_column', 'total_claim_cost',
	 'the cost of an encounter: total_claim_cost, base_encounter_cost or payer_coverage');

insert into ph.source_value (map, list, source_value, value, description) values
	('synthea', 'sex', 'F', 'F', 'female'),
	('synthea', 'sex', 'M', 'M', 'male'),
	('synthea', 'ethnicity', 'white', 'C', 'any other White background'),
	('synthea', 'ethnicity', 'black', 'P', 'any other Black background'),
	('synthea', 'ethnicity', 'black or african american', 'P', 'as earlier versions write it'),
	('synthea', 'ethnicity', 'american indian or alaska native', 'S', 'as earlier versions write it'),
	('synthea', 'ethnicity', 'asian', 'L', 'any other Asian background'),
	('synthea', 'ethnicity', 'native', 'S', 'any other ethnic group'),
	('synthea', 'ethnicity', 'hawaiian', 'S', 'any other ethnic group'),
	('synthea', 'ethnicity', 'other', 'S', 'any other ethnic group'),
	('synthea', 'pod', 'ambulatory', 'OP', null),
	('synthea', 'pod', 'wellness', 'OP', 'GP where primary care is to stand by itself'),
	('synthea', 'pod', 'outpatient', 'OP', null),
	('synthea', 'pod', 'urgentcare', 'OP', null),
	('synthea', 'pod', 'virtual', 'OP', null),
	('synthea', 'pod', 'home', 'OP', null),
	('synthea', 'pod', 'emergency', 'AE', null),
	('synthea', 'pod', 'inpatient', 'EL', 'without an emergency encounter on its first day'),
	('synthea', 'pod', 'emergency inpatient', 'NEL', 'with an emergency encounter on its first day'),
	('synthea', 'pod', 'snf', 'OTH', 'skilled nursing facility'),
	('synthea', 'pod', 'hospice', 'OTH', 'hospice'),
	('synthea', 'pod', '*', 'OTH', 'any other class'),
	('synthea', 'code_system', 'SNOMED-CT', 'SNOMED', null),
	('synthea', 'code_system', 'http://snomed.info/sct', 'SNOMED', null),
	('synthea', 'code_system', 'ICD10', 'ICD10', null),
	('synthea', 'code_system', 'ICD10-CM', 'ICD10CM', null),
	('synthea', 'code_system', 'RxNorm', 'RXNORM', null),
	('synthea', 'code_system', 'Unknown', 'UNKNOWN', null),
	('synthea', 'code_system', '*', 'UNKNOWN', 'a system that is not known');

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('synthea', 0, 'data_day', 'encounters', '{encounters} e where start <= current_date',
	 'the day of the latest encounter, since no file says up to which day the others tell'),
	('synthea', 1, 'person', 'patients', '{patients} p', 'everybody in patients'),
	('synthea', 2, 'address_area', 'patients',
	 '{patients} p where concat(state, county, zip) <> '''' group by state, county, zip',
	 'the areas of addresses: a ZIP code within its county'),
	('synthea', 3, 'place', 'payers',
	 '(select patient, payer from {payer_transitions} t where payer is not null) t
		left join {payers} y on y.id = t.payer group by t.payer, y.name',
	 'payers, with whom people are registered'),
	('synthea', 5, 'residence', 'patients', '{patients} p where concat(state, county, zip) <> ''''',
	 'the one address of a patient, for life'),
	('synthea', 6, 'registration', 'payer_transitions',
	 '{payer_transitions} t', 'with a payer, up to the day before the end; NO_INSURANCE is one of them'),
	('synthea', 6, 'registration', 'patients',
	 '{patients} p where not exists (select from {payer_transitions} t where t.patient = p.id)',
	 'life, of those without payer transitions'),
	('synthea', 7, 'encounter', 'encounters',
	 '{encounters} e
		left join (select distinct patient, start from {encounters} q where encounterclass = ''emergency'') a
		on e.encounterclass = ''inpatient'' and a.patient = e.patient and a.start = e.start',
	 'every encounter'),
	('synthea', 8, 'clinical_event', 'conditions', '{conditions} c', 'conditions, on the day of their start'),
	('synthea', 8, 'clinical_event', 'procedures', '{procedures} c', 'procedures'),
	('synthea', 8, 'clinical_event', 'medications', '{medications} c', 'medications, on the day of their start'),
	('synthea', 8, 'clinical_event', 'immunizations', '{immunizations} c', 'immunizations'),
	('synthea', 8, 'clinical_event', 'allergies', '{allergies} c', 'allergies, on the day of their start'),
	('synthea', 9, 'measurement', 'observations',
	 '{observations} o', 'observations; those that are no number are set aside');

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'synthea', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'encounters', 'day', 'e.start', null),

		('person', 'patients', 'source_key', 'p.id', null),
		('person', 'patients', 'source_person', 'p.ssn', null),
		('person', 'patients', 'person_id', 'p.id', null),
		('person', 'patients', 'birth_date', 'p.birthdate', null),
		('person', 'patients', 'death_date', 'p.deathdate', null),
		('person', 'patients', 'sex', 'p.gender', 'sex'),
		('person', 'patients', 'ethnicity_code', 'p.race', 'ethnicity'),

		('place', 'payers', 'source_key', 't.payer', null),
		('place', 'payers', 'place_id', 't.payer', null),
		('place', 'payers', 'place_kind', '''PAYER''', null),
		('place', 'payers', 'name', 'y.name', null),

		('residence', 'patients', 'source_key', 'p.id', null),
		('residence', 'patients', 'person_id', 'p.id', null),
		('residence', 'patients', 'lsoa21_code',
		 'concat_ws('' / '', state, county, coalesce(zip, ''no ZIP code''))', null),
		('residence', 'patients', 'start_date', 'p.birthdate', null),

		('registration', 'payer_transitions', 'source_key',
		 'concat_ws('' '', t.patient, coalesce(t.start_date::text, t.start_year::text))', null),
		('registration', 'payer_transitions', 'source_row', 't.source_row', null),
		('registration', 'payer_transitions', 'source_provider', 't.payer', null),
		('registration', 'payer_transitions', 'person_id', 't.patient', null),
		('registration', 'payer_transitions', 'practice_code', 't.payer', null),
		('registration', 'payer_transitions', 'start_date',
		 'coalesce(t.start_date, case
			when t.start_year between 1800 and 2200 then make_date(t.start_year::integer, 1, 1)
			when t.start_year is not null then date ''-infinity'' end)', null),
		('registration', 'payer_transitions', 'end_date',
		 'coalesce(t.end_date, case
			when t.end_year between 1800 and 2200 then make_date(t.end_year::integer + 1, 1, 1)
			when t.end_year is not null then date ''-infinity'' end)', null),
		('registration', 'patients', 'source_key', 'p.id', null),
		('registration', 'patients', 'person_id', 'p.id', null),
		('registration', 'patients', 'start_date', 'p.birthdate', null),

		('encounter', 'encounters', 'source_key', 'e.id', null),
		('encounter', 'encounters', 'source_provider', 'e.organization', null),
		('encounter', 'encounters', 'encounter_id', 'e.id', null),
		('encounter', 'encounters', 'person_id', 'e.patient', null),
		('encounter', 'encounters', 'pod',
		 'case when a.patient is not null then ''emergency '' else '''' end || e.encounterclass', 'pod'),
		('encounter', 'encounters', 'start_date', 'e.start', null),
		('encounter', 'encounters', 'end_date', 'e.stop', null),
		('encounter', 'encounters', 'los_days',
		 'case when e.stop >= e.start and isfinite(e.start) then e.stop - e.start end', null),
		('encounter', 'encounters', 'provider_code', 'e.organization', null),
		('encounter', 'encounters', 'cost', 'e.{column.cost_column}', null),

		('clinical_event', 'conditions', 'event_date', 'c.start', null),
		('clinical_event', 'conditions', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),
		('clinical_event', 'procedures', 'event_date', 'coalesce(c.start, c.date)', null),
		('clinical_event', 'procedures', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),
		('clinical_event', 'medications', 'event_date', 'c.start', null),
		('clinical_event', 'medications', 'code_system', '''RXNORM''', null),
		('clinical_event', 'immunizations', 'event_date', 'c.date', null),
		('clinical_event', 'immunizations', 'code_system', '''CVX''', null),
		('clinical_event', 'allergies', 'event_date', 'c.start', null),
		('clinical_event', 'allergies', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),

		('measurement', 'observations', 'source_key', 'concat_ws('' '', o.patient, o.date, o.code)', null),
		('measurement', 'observations', 'source_row', 'o.source_row', null),
		('measurement', 'observations', 'source_fault',
		 'case when ph_support.source_number(o.value) is null then ''no number'' end', null),
		('measurement', 'observations', 'person_id', 'o.patient', null),
		('measurement', 'observations', 'measure_date', 'o.date', null),
		('measurement', 'observations', 'code_system', '''LOINC''', null),
		('measurement', 'observations', 'code', 'o.code', null),
		('measurement', 'observations', 'name', 'o.description', null),
		('measurement', 'observations', 'value', 'ph_support.source_number(o.value)', null),
		('measurement', 'observations', 'unit', 'o.units', null)
) e (relation, part, column_name, expression, value_list)
union all
select 'synthea', 'clinical_event', p.part, e.column_name, e.expression, null
from unnest('{conditions,procedures,medications,immunizations,allergies}'::text[]) p (part)
cross join (
	values
		('source_key', 'concat_ws('' '', c.patient, c.encounter, c.code)'),
		('source_row', 'c.source_row'),
		('person_id', 'c.patient'),
		('code', 'c.code'),
		('description', 'c.description'),
		('encounter_id', 'c.encounter')
) e (column_name, expression)
union all
select 'synthea', 'clinical_event', p.part, 'source', quote_literal(p.part), null
from unnest('{conditions,procedures,medications,immunizations,allergies}'::text[]) p (part);

insert into ph.source_map (map, description, published) values
	('omop',
	 'The OMOP Common Data Model, 5.3 or 5.4: persons, deaths, observation periods as registration, visits, '
	 'conditions, procedures, observations, drugs, measurements. Concepts become codes by the table concept; '
	 'without it source values are taken in their form, and counted. Costs are those of visits; several lines of one '
	 'visit are counted and not added up.',
	 'Observational Health Data Sciences and Informatics (OHDSI), OMOP CDM v5.4 and v5.3');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'omop', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('person', 'person_id', 'whole', 'source'),
		('person', 'gender_concept_id', 'whole', 'source'),
		('person', 'gender_source_value', 'text', 'no'),
		('person', 'year_of_birth', 'whole', 'source'),
		('person', 'month_of_birth', 'whole', 'no'),
		('person', 'day_of_birth', 'whole', 'no'),
		('person', 'race_concept_id', 'whole', 'no'),
		('person', 'race_source_value', 'text', 'no'),
		('person', 'person_source_value', 'text', 'no'),
		('person', 'location_id', 'whole', 'no'),
		('person', 'care_site_id', 'whole', 'no'),
		('death', 'person_id', 'whole', 'relation'),
		('death', 'death_date', 'day', 'relation'),
		('death', 'cause_concept_id', 'whole', 'no'),
		('death', 'cause_source_value', 'text', 'no'),
		('observation_period', 'observation_period_id', 'whole', 'no'),
		('observation_period', 'person_id', 'whole', 'source'),
		('observation_period', 'observation_period_start_date', 'day', 'source'),
		('observation_period', 'observation_period_end_date', 'day', 'source'),
		('visit_occurrence', 'visit_occurrence_id', 'whole', 'relation'),
		('visit_occurrence', 'person_id', 'whole', 'relation'),
		('visit_occurrence', 'visit_concept_id', 'whole', 'relation'),
		('visit_occurrence', 'visit_start_date', 'day', 'relation'),
		('visit_occurrence', 'visit_end_date', 'day', 'no'),
		('visit_occurrence', 'visit_source_value', 'text', 'no'),
		('visit_occurrence', 'care_site_id', 'whole', 'no'),
		('visit_occurrence', 'provider_id', 'whole', 'no'),
		('visit_occurrence', 'admitted_from_concept_id', 'whole', 'no'),
		('visit_occurrence', 'admitting_source_concept_id', 'whole', 'no'),
		('condition_occurrence', 'condition_occurrence_id', 'whole', 'relation'),
		('condition_occurrence', 'person_id', 'whole', 'relation'),
		('condition_occurrence', 'condition_concept_id', 'whole', 'relation'),
		('condition_occurrence', 'condition_start_date', 'day', 'relation'),
		('condition_occurrence', 'condition_status_concept_id', 'whole', 'no'),
		('condition_occurrence', 'visit_occurrence_id', 'whole', 'no'),
		('condition_occurrence', 'condition_source_value', 'text', 'no'),
		('condition_occurrence', 'condition_source_concept_id', 'whole', 'no'),
		('procedure_occurrence', 'procedure_occurrence_id', 'whole', 'relation'),
		('procedure_occurrence', 'person_id', 'whole', 'relation'),
		('procedure_occurrence', 'procedure_concept_id', 'whole', 'relation'),
		('procedure_occurrence', 'procedure_date', 'day', 'relation'),
		('procedure_occurrence', 'visit_occurrence_id', 'whole', 'no'),
		('procedure_occurrence', 'procedure_source_value', 'text', 'no'),
		('procedure_occurrence', 'procedure_source_concept_id', 'whole', 'no'),
		('observation', 'observation_id', 'whole', 'relation'),
		('observation', 'person_id', 'whole', 'relation'),
		('observation', 'observation_concept_id', 'whole', 'relation'),
		('observation', 'observation_date', 'day', 'relation'),
		('observation', 'visit_occurrence_id', 'whole', 'no'),
		('observation', 'observation_source_value', 'text', 'no'),
		('observation', 'observation_source_concept_id', 'whole', 'no'),
		('drug_exposure', 'drug_exposure_id', 'whole', 'relation'),
		('drug_exposure', 'person_id', 'whole', 'relation'),
		('drug_exposure', 'drug_concept_id', 'whole', 'relation'),
		('drug_exposure', 'drug_exposure_start_date', 'day', 'relation'),
		('drug_exposure', 'visit_occurrence_id', 'whole', 'no'),
		('drug_exposure', 'drug_source_value', 'text', 'no'),
		('drug_exposure', 'drug_source_concept_id', 'whole', 'no'),
		('measurement', 'measurement_id', 'whole', 'relation'),
		('measurement', 'person_id', 'whole', 'relation'),
		('measurement', 'measurement_concept_id', 'whole', 'relation'),
		('measurement', 'measurement_date', 'day', 'relation'),
		('measurement', 'value_as_number', 'number', 'relation'),
		('measurement', 'unit_source_value', 'text', 'no'),
		('measurement', 'measurement_source_value', 'text', 'no'),
		('measurement', 'measurement_source_concept_id', 'whole', 'no'),
		('cost', 'cost_event_id', 'whole', 'relation'),
		('cost', 'cost_domain_id', 'text', 'relation'),
		('cost', 'total_charge', 'number', 'no'),
		('cost', 'total_cost', 'number', 'no'),
		('cost', 'total_paid', 'number', 'no'),
		('cost', 'paid_by_payer', 'number', 'no'),
		('cost', 'amount_allowed', 'number', 'no'),
		('location', 'location_id', 'whole', 'relation'),
		('location', 'state', 'text', 'no'),
		('location', 'county', 'text', 'no'),
		('location', 'zip', 'text', 'no'),
		('provider', 'provider_id', 'whole', 'relation'),
		('provider', 'care_site_id', 'whole', 'no'),
		('care_site', 'care_site_id', 'whole', 'relation'),
		('care_site', 'care_site_name', 'text', 'no'),
		('cdm_source', 'source_release_date', 'day', 'no'),
		('concept', 'concept_id', 'whole', 'relation'),
		('concept', 'concept_name', 'text', 'no'),
		('concept', 'vocabulary_id', 'text', 'relation'),
		('concept', 'concept_code', 'text', 'relation')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('omop', 'day_order', 'ISO', 'how days are written that are text: ISO, DMY or MDY'),
	('omop', 'cost_column', 'total_paid',
	 'the cost of a visit: total_paid, total_cost, total_charge, paid_by_payer or amount_allowed');

insert into ph.source_value (map, list, source_value, value, description) values
	('omop', 'sex', '8507', 'M', 'male'),
	('omop', 'sex', '8532', 'F', 'female'),
	('omop', 'sex', '8521', 'I', 'other'),
	('omop', 'sex', '8551', null, 'unknown'),
	('omop', 'sex', 'M', 'M', 'male, where the concept is 0'),
	('omop', 'sex', 'F', 'F', 'female, where the concept is 0'),
	('omop', 'ethnicity', '8527', 'C', 'White: any other White background'),
	('omop', 'ethnicity', '8516', 'P', 'Black: any other Black background'),
	('omop', 'ethnicity', '8515', 'L', 'Asian: any other Asian background'),
	('omop', 'ethnicity', '8557', 'S', 'Native Hawaiian or other Pacific islander: any other ethnic group'),
	('omop', 'ethnicity', '8657', 'S', 'American Indian or Alaska native: any other ethnic group'),
	('omop', 'ethnicity', '8522', 'S', 'other: any other ethnic group'),
	('omop', 'ethnicity', '8552', null, 'unknown'),
	('omop', 'ethnicity', 'white', 'C', 'where the concept is 0'),
	('omop', 'ethnicity', 'black', 'P', 'where the concept is 0'),
	('omop', 'ethnicity', 'asian', 'L', 'where the concept is 0'),
	('omop', 'ethnicity', 'native', 'S', 'where the concept is 0'),
	('omop', 'ethnicity', 'hawaiian', 'S', 'where the concept is 0'),
	('omop', 'ethnicity', 'other', 'S', 'where the concept is 0'),
	('omop', 'pod', '9202', 'OP', 'outpatient visit'),
	('omop', 'pod', '581477', 'OP', 'office visit; GP where primary care is to stand by itself'),
	('omop', 'pod', '5083', 'OP', 'telehealth'),
	('omop', 'pod', '9203', 'AE', 'emergency room visit'),
	('omop', 'pod', '262', 'AE', 'the attendance of an emergency room and inpatient visit'),
	('omop', 'pod', '9201', 'EL', 'inpatient visit'),
	('omop', 'pod', 'emergency 9201', 'NEL', 'inpatient visit from the emergency room'),
	('omop', 'pod', '*', 'OTH', 'any other visit'),
	('omop', 'code_system', 'SNOMED', 'SNOMED', null),
	('omop', 'code_system', 'ICD10', 'ICD10', null),
	('omop', 'code_system', 'ICD10CM', 'ICD10CM', null),
	('omop', 'code_system', 'ICD9CM', 'ICD9CM', null),
	('omop', 'code_system', 'OPCS4', 'OPCS4', null),
	('omop', 'code_system', 'Read', 'READ2', null),
	('omop', 'code_system', 'LOINC', 'LOINC', null),
	('omop', 'code_system', 'RxNorm', 'RXNORM', null),
	('omop', 'code_system', 'RxNorm Extension', 'RXNORM', null),
	('omop', 'code_system', 'CVX', 'CVX', null),
	('omop', 'code_system', 'unmapped ICD10', 'ICD10', 'a source value of concept 0 in the form of an ICD-10 code'),
	('omop', 'code_system', 'ICD10 by form', 'ICD10',
	 'a source value in the form of an ICD-10 code, without a vocabulary'),
	('omop', 'code_system', 'SNOMED by form', 'SNOMED',
	 'a source value in the form of a SNOMED CT code, without a vocabulary'),
	('omop', 'code_system', 'LOINC by form', 'LOINC',
	 'a source value in the form of a LOINC code, without a vocabulary'),
	('omop', 'code_system', 'UNKNOWN', 'UNKNOWN', 'a source value of which nobody knows the code system'),
	('omop', 'code_system', '*', 'OTHER', 'a vocabulary that no code list names');

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('omop', 0, 'data_day', 'cdm_source', '{cdm_source} s', 'the day on which the source was released'),
	('omop', 1, 'person', 'person',
	 '(
		select *,
			case
				when year_of_birth between 1800 and 2200 and coalesce(month_of_birth, 1) between 1 and 12
					and coalesce(day_of_birth, 1) between 1 and 31
					then make_date(year_of_birth::integer, coalesce(month_of_birth, 1)::integer, 1) end
				as first_of_month
		from {person} q) p
		left join (
			select person_id, min(death_date) as death_date,
				(array_agg(cause_source_value order by death_date))[1] as cause_source_value
			from {death} q group by person_id) d using (person_id)',
	 'persons with their first day of death'),
	('omop', 2, 'address_area', 'location',
	 '{location} l where concat(state, county, zip) <> ''''',
	 'locations as areas: a ZIP code within its county and state'),
	('omop', 3, 'place', 'care_site',
	 '{care_site} c where care_site_id in (select care_site_id from {person} p)',
	 'care sites with which people are registered'),
	('omop', 5, 'residence', 'person',
	 '{made.source_person} b
		join (select distinct person_id, location_id from {person} q) p on p.person_id::text = b.person_id
		join {made.address_area} a using (location_id) where b.fault is null',
	 'the one location of a person, for life'),
	('omop', 6, 'registration', 'observation_period',
	 '{observation_period} o
		left join (
			select person_id, min(care_site_id) as care_site_id from {person} q group by person_id) p using (person_id)
		left join {care_site} c on c.care_site_id = p.care_site_id',
	 'observation periods, the last day included, with the care site of the person where there is one'),
	('omop', 5, 'omop_provider', 'provider',
	 '{provider} p where provider_id is not null group by provider_id',
	 'the care site of each provider, for visits that name no other'),
	('omop', 6, 'omop_inpatient_row', 'visit_occurrence',
	 '(
		select *, row_number() over (
			partition by person_id, visit_occurrence_id
			order by can_be desc, visit_start_date, visit_end_date, source_row) as version
		from (
			select v.*, r.care_site_id as provider_site,
				coalesce(isfinite(visit_start_date) and visit_start_date >= earliest_birth_date
				and visit_start_date <= {load.data_day} and coalesce(visit_start_date <= death_date, true)
				and coalesce(visit_end_date >= visit_start_date, true), false) as can_be
			from {visit_occurrence} v
			left join {made.omop_provider} r using (provider_id)
			left join (
				select person_id, earliest_birth_date, death_date
				from {made.source_person} q where coalesce(fault = '''', true)) p on p.person_id = v.person_id::text
			where visit_concept_id in (9201, 262)) visit
	) v',
	 'inpatient visits, each version of one, and whether its days can be'),
	('omop', 7, 'omop_inpatient', 'visit_occurrence',
	 '(
		select *, count(*) filter (where begins) over by_day as spell
		from (
			select *, visit_start_date > max(last_day) over (
				partition by person_id order by visit_start_date, last_day, visit_occurrence_id
				rows between unbounded preceding and 1 preceding) is not false as begins
			from (
				select *, greatest(visit_end_date, visit_start_date) as last_day
				-- what is set aside neither lengthens nor begins a spell
				from {made.omop_inpatient_row} q where can_be and version = 1) inpatient
		) visits
		window by_day as (
			partition by person_id order by visit_start_date, last_day, visit_occurrence_id
			rows between unbounded preceding and current row)
	) v',
	 'inpatient visits with the number of their spell: those that overlap, are nested or share a day are one'),
	('omop', 8, 'omop_spell', 'visit_occurrence',
	 '(
		select person_id, spell, min(visit_start_date) as start_date,
			case when bool_and(visit_end_date is not null) then max(last_day) end as end_date,
			array_agg(visit_occurrence_id order by visit_start_date, last_day, visit_occurrence_id) as visits,
			(array_agg(visit_concept_id = 262 or admitted_from_concept_id = 8870
				order by visit_start_date, last_day, visit_occurrence_id))[1] is true as from_emergency,
			(array_agg(care_site_id order by visit_start_date, last_day, visit_occurrence_id))[1] as care_site_id
		from {made.omop_inpatient} group by person_id, spell) s
		left join (
			-- an emergency visit belongs to the spell that begins on its day, or else on the next
			select distinct e.person_id, coalesce(i.visit_start_date, e.visit_start_date + 1) as admitted
			from {visit_occurrence} e
			left join {made.omop_inpatient} i on i.begins and i.person_id = e.person_id
				and i.visit_start_date = e.visit_start_date
			where e.visit_concept_id = 9203 and isfinite(e.visit_start_date)
		) emergency on emergency.person_id = s.person_id and emergency.admitted = s.start_date',
	 'spells in hospital, and whether each began in the emergency room'),
	('omop', 9, 'omop_inpatient_visit', 'visit_occurrence',
	 '{made.omop_spell} s, unnest(s.visits) v (visit_occurrence_id)',
	 'the encounter to which each inpatient visit belongs'),
	('omop', 9, 'omop_primary', 'condition_occurrence',
	 '{condition_occurrence} o
		left join {concept} s on s.concept_id = nullif(o.condition_source_concept_id, 0)
			and s.vocabulary_id in (''ICD10'', ''ICD10CM'')
		where condition_status_concept_id in (32901, 32902, 32903) and visit_occurrence_id is not null
			and coalesce(s.concept_code, o.condition_source_value) ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$''
		group by visit_occurrence_id',
	 'primary diagnoses of visits that are ICD-10 codes'),
	('omop', 9, 'omop_cost', 'cost',
	 '{cost} c where lower(cost_domain_id) = ''visit'' group by cost_event_id',
	 'costs of visits: of one that has several lines none is taken'),
	('omop', 10, 'encounter', 'spells',
	 '{made.omop_spell} s
		left join {made.omop_primary} d on d.visit_occurrence_id = s.visits[1]
		left join lateral (
			select case when count(*) = count(c.cost) then sum(c.cost) end as cost, max(c.lines) as lines
			from unnest(s.visits) v (id) left join {made.omop_cost} c on c.visit_occurrence_id = v.id) c on true',
	 'spells in hospital, under the first of their visits'),
	('omop', 10, 'encounter', 'attendances with admission',
	 '{visit_occurrence} v left join {made.omop_provider} r using (provider_id) where visit_concept_id = 262',
	 'the attendances at the emergency room of visits that went on as inpatients'),
	('omop', 10, 'encounter', 'inpatient visits set aside',
	 '{made.omop_inpatient_row} v where not can_be or version > 1',
	 'inpatient visits without days that can be, and those that stand twice'),
	('omop', 10, 'encounter', 'visits within a spell', '{made.omop_inpatient} v where not begins',
	 'inpatient visits that go on with a spell: told, and no encounters of their own'),
	('omop', 10, 'encounter', 'other visits',
	 '{visit_occurrence} v left join {made.omop_cost} c using (visit_occurrence_id)
		left join {made.omop_primary} d using (visit_occurrence_id)
		left join {made.omop_provider} r using (provider_id)
		where coalesce(visit_concept_id, 0) not in (9201, 262)',
	 'all other visits'),
	('omop', 12, 'measurement', 'measurement',
	 '{measurement} m left join {concept} c on c.concept_id = nullif(m.measurement_concept_id, 0)',
	 'measurements; those without a number are set aside');

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'omop', 11, 'clinical_event', d.relation,
	format(
		'{%1$s} e
		left join {concept} s on s.concept_id = nullif(e.%2$s_source_concept_id, 0)
		left join {concept} c on c.concept_id = nullif(e.%2$s_concept_id, 0)
		left join {made.omop_inpatient_visit} i using (visit_occurrence_id)
		cross join lateral (
			select
				case
					when s.vocabulary_id is not null then s.vocabulary_id
					when e.%2$s_source_value ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$'' then
						case
							when coalesce(e.%2$s_source_concept_id, 0) = 0 then ''unmapped ICD10''
							else ''ICD10 by form'' end
					%3$s
					else ''UNKNOWN'' end as system) f
		where s.vocabulary_id is not null or f.system <> ''UNKNOWN'' or c.concept_id is null',
		d.relation, d.domain,
		-- identifiers of RxNorm have the form of those of SNOMED CT
		case
			when d.domain <> 'drug' then format(
				'when e.%s_source_value ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED by form''', d.domain)
			else '' end),
	'codes of the source; those that only the vocabulary can tell are left to the standard concepts'
from (
	values
		('condition', 'condition_occurrence'),
		('procedure', 'procedure_occurrence'),
		('observation', 'observation'),
		('drug', 'drug_exposure')
) d (domain, relation)
union all
select 'omop', 11, 'clinical_event', d.relation || ', standard concepts',
	format(
		'{%1$s} e
		join {concept} s on s.concept_id = nullif(e.%2$s_concept_id, 0)
		left join {made.omop_inpatient_visit} i using (visit_occurrence_id)
		where e.%2$s_concept_id is distinct from e.%2$s_source_concept_id',
		d.relation, d.domain),
	'standard concepts that are not those of the source'
from (
	values
		('condition', 'condition_occurrence'),
		('procedure', 'procedure_occurrence'),
		('observation', 'observation'),
		('drug', 'drug_exposure')
) d (domain, relation);

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'omop', 'clinical_event', r.part, e.column_name,
	format(e.expression, split_part(split_part(r.part, ',', 1), '_', 1),
		case
			when r.part like 'drug%' then 'drug_exposure_start_date'
			when r.part like 'condition%' then 'condition_start_date'
			else split_part(split_part(r.part, ',', 1), '_', 1) || '_date' end,
		split_part(r.part, ',', 1) || '_id'),
	e.value_list
from ph.source_rows r
cross join (
	values
		('source_key', 'e.%3$s', null),
		('person_id', 'e.person_id', null),
		('event_date', 'e.%2$s', null),
		('description', 's.concept_name', null),
		('source', '''%1$s''', null),
		('encounter_id', 'coalesce(i.encounter_id, e.visit_occurrence_id)', null)
) e (column_name, expression, value_list)
where r.map = 'omop' and r.relation = 'clinical_event'
union all
select 'omop', 'clinical_event', r.part, e.column_name,
	format(e.expression, split_part(split_part(r.part, ',', 1), '_', 1)), e.value_list
from ph.source_rows r
join (
	values
		(true, 'code_system', 's.vocabulary_id', 'code_system'),
		(true, 'code', 's.concept_code', null),
		(false, 'code_system', 'f.system', 'code_system'),
		(false, 'code', 'coalesce(s.concept_code, e.%1$s_source_value)', null),
		(false, 'source_remark',
		 'case when s.vocabulary_id is null then concat(''code without a concept: '', f.system) end', null)
) e (standard, column_name, expression, value_list) on e.standard = (r.part like '%, standard concepts')
where r.map = 'omop' and r.relation = 'clinical_event'
union all
select 'omop', 'clinical_event', r.part, 'position',
	'case when e.condition_status_concept_id in (32901, 32902, 32903) then 1 end', null
from ph.source_rows r
where r.map = 'omop' and r.relation = 'clinical_event' and r.part like 'condition%';

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'omop', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'cdm_source', 'day', 's.source_release_date', null),

		('person', 'person', 'source_key', 'p.person_id', null),
		('person', 'person', 'source_person', 'p.person_source_value', null),
		('person', 'person', 'person_id', 'p.person_id', null),
		('person', 'person', 'birth_date',
		 'case
			when p.month_of_birth is null then (p.first_of_month + interval ''6 months'')::date
			when p.day_of_birth is null then p.first_of_month + 14
			when date_trunc(''month'', (p.first_of_month + p.day_of_birth::integer - 1)::timestamp) = p.first_of_month
				then p.first_of_month + p.day_of_birth::integer - 1 end', null),
		('person', 'person', 'earliest_birth_date',
		 'case when p.month_of_birth is null or p.day_of_birth is null then p.first_of_month end', null),
		('person', 'person', 'source_remark',
		 'case
			when p.month_of_birth is null then ''birth by year: taken for 1 July''
			when p.day_of_birth is null then ''birth by month: taken for its 15th day'' end', null),
		('person', 'person', 'death_date', 'd.death_date', null),
		('person', 'person', 'death_cause_icd10',
		 'case
			when d.cause_source_value ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$'' then d.cause_source_value end', null),
		('person', 'person', 'sex',
		 'coalesce(nullif(p.gender_concept_id, 0)::text, upper(p.gender_source_value))', 'sex'),
		('person', 'person', 'ethnicity_code',
		 'coalesce(nullif(p.race_concept_id, 0)::text, lower(p.race_source_value))', 'ethnicity'),

		('address_area', 'location', 'location_id', 'l.location_id', null),

		('place', 'care_site', 'source_key', 'c.care_site_id', null),
		('place', 'care_site', 'place_id', 'concat(''care site '', c.care_site_id)', null),
		('place', 'care_site', 'place_kind', '''CARE_SITE''', null),
		('place', 'care_site', 'name', 'c.care_site_name', null),

		('residence', 'person', 'source_key', 'p.person_id', null),
		('residence', 'person', 'person_id', 'p.person_id', null),
		('residence', 'person', 'lsoa21_code', 'a.area_id', null),
		('residence', 'person', 'start_date', 'b.birth_date', null),

		('registration', 'observation_period', 'source_key',
		 'coalesce(o.observation_period_id::text, concat_ws('' '', o.person_id, o.observation_period_start_date))',
		 null),
		('registration', 'observation_period', 'person_id', 'o.person_id', null),
		('registration', 'observation_period', 'practice_code', '''care site '' || c.care_site_id', null),
		('registration', 'observation_period', 'start_date', 'o.observation_period_start_date', null),
		('registration', 'observation_period', 'end_date', 'o.observation_period_end_date + 1', null),
		('registration', 'observation_period', 'source_end', 'o.observation_period_end_date', null),

		('omop_provider', 'provider', 'provider_id', 'p.provider_id', null),
		('omop_provider', 'provider', 'care_site_id', 'min(p.care_site_id)', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'person_id', 'v.person_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_concept_id', 'v.visit_concept_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_start_date', 'v.visit_start_date', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_end_date', 'v.visit_end_date', null),
		('omop_inpatient_row', 'visit_occurrence', 'care_site_id', 'coalesce(v.care_site_id, v.provider_site)', null),
		('omop_inpatient_row', 'visit_occurrence', 'admitted_from_concept_id',
		 'coalesce(v.admitted_from_concept_id, v.admitting_source_concept_id)', null),
		('omop_inpatient_row', 'visit_occurrence', 'can_be', 'v.can_be', null),
		('omop_inpatient_row', 'visit_occurrence', 'version', 'v.version', null),
		('omop_inpatient', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient', 'visit_occurrence', 'person_id', 'v.person_id', null),
		('omop_inpatient', 'visit_occurrence', 'visit_concept_id', 'v.visit_concept_id', null),
		('omop_inpatient', 'visit_occurrence', 'visit_start_date', 'v.visit_start_date', null),
		('omop_inpatient', 'visit_occurrence', 'visit_end_date', 'v.visit_end_date', null),
		('omop_inpatient', 'visit_occurrence', 'last_day', 'v.last_day', null),
		('omop_inpatient', 'visit_occurrence', 'care_site_id', 'v.care_site_id', null),
		('omop_inpatient', 'visit_occurrence', 'admitted_from_concept_id', 'v.admitted_from_concept_id', null),
		('omop_inpatient', 'visit_occurrence', 'begins', 'v.begins', null),
		('omop_inpatient', 'visit_occurrence', 'spell', 'v.spell', null),
		('omop_spell', 'visit_occurrence', 'person_id', 's.person_id', null),
		('omop_spell', 'visit_occurrence', 'start_date', 's.start_date', null),
		('omop_spell', 'visit_occurrence', 'end_date', 's.end_date', null),
		('omop_spell', 'visit_occurrence', 'visits', 's.visits', null),
		('omop_spell', 'visit_occurrence', 'emergency', 's.from_emergency or emergency.person_id is not null', null),
		('omop_spell', 'visit_occurrence', 'care_site_id', 's.care_site_id', null),
		('omop_inpatient_visit', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient_visit', 'visit_occurrence', 'encounter_id', 's.visits[1]', null),
		('omop_primary', 'condition_occurrence', 'visit_occurrence_id', 'o.visit_occurrence_id', null),
		('omop_primary', 'condition_occurrence', 'code',
		 '(array_agg(coalesce(s.concept_code, o.condition_source_value) order by o.condition_occurrence_id))[1]', null),
		('omop_cost', 'cost', 'visit_occurrence_id', 'c.cost_event_id', null),
		('omop_cost', 'cost', 'lines', 'count(*)', null),
		('omop_cost', 'cost', 'cost', 'case when count(*) = 1 then min(c.{column.cost_column}) end', null),

		('encounter', 'spells', 'source_key', 's.visits[1]', null),
		('encounter', 'spells', 'source_provider', 's.care_site_id', null),
		('encounter', 'spells', 'encounter_id', 's.visits[1]', null),
		('encounter', 'spells', 'person_id', 's.person_id', null),
		('encounter', 'spells', 'pod', 'case when s.emergency then ''emergency 9201'' else ''9201'' end', 'pod'),
		('encounter', 'spells', 'start_date', 's.start_date', null),
		('encounter', 'spells', 'end_date', 's.end_date', null),
		('encounter', 'spells', 'los_days', 's.end_date - s.start_date', null),
		('encounter', 'spells', 'primary_icd10', 'd.code', null),
		('encounter', 'spells', 'provider_code', '''care site '' || s.care_site_id', null),
		('encounter', 'spells', 'cost', 'c.cost', null),
		('encounter', 'spells', 'source_remark',
		 'case when c.lines > 1 then ''several cost lines, none taken'' end', null),
		('encounter', 'attendances with admission', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'attendances with admission', 'source_provider',
		 'coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'attendances with admission', 'encounter_id', 'concat(v.visit_occurrence_id, '' AE'')', null),
		('encounter', 'attendances with admission', 'person_id', 'v.person_id', null),
		('encounter', 'attendances with admission', 'pod', '''262''', 'pod'),
		('encounter', 'attendances with admission', 'start_date', 'v.visit_start_date', null),
		('encounter', 'attendances with admission', 'end_date', 'v.visit_start_date', null),
		('encounter', 'attendances with admission', 'source_end', 'v.visit_end_date', null),
		('encounter', 'attendances with admission', 'provider_code',
		 '''care site '' || coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'inpatient visits set aside', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'inpatient visits set aside', 'source_provider', 'v.care_site_id', null),
		('encounter', 'inpatient visits set aside', 'encounter_id',
		 'concat(v.visit_occurrence_id, case when v.version > 1 then '' version '' || v.version end)', null),
		('encounter', 'inpatient visits set aside', 'source_fault',
		 'case when v.version > 1 then ''duplicate'' end', null),
		('encounter', 'inpatient visits set aside', 'person_id', 'v.person_id', null),
		('encounter', 'inpatient visits set aside', 'pod', '''9201''', 'pod'),
		('encounter', 'inpatient visits set aside', 'start_date', 'v.visit_start_date', null),
		('encounter', 'inpatient visits set aside', 'end_date', 'v.visit_end_date', null),
		('encounter', 'visits within a spell', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'visits within a spell', 'source_provider', 'v.care_site_id', null),
		('encounter', 'visits within a spell', 'source_fault', '''visit within a spell''', null),
		('encounter', 'visits within a spell', 'encounter_id', 'v.visit_occurrence_id', null),
		('encounter', 'visits within a spell', 'person_id', 'v.person_id', null),
		('encounter', 'visits within a spell', 'pod', '''9201''', 'pod'),
		('encounter', 'visits within a spell', 'start_date', 'v.visit_start_date', null),
		('encounter', 'visits within a spell', 'end_date', 'v.visit_end_date', null),
		('encounter', 'other visits', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'other visits', 'source_provider', 'coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'other visits', 'encounter_id', 'v.visit_occurrence_id', null),
		('encounter', 'other visits', 'person_id', 'v.person_id', null),
		('encounter', 'other visits', 'pod', 'coalesce(v.visit_concept_id, 0)', 'pod'),
		('encounter', 'other visits', 'start_date', 'v.visit_start_date', null),
		('encounter', 'other visits', 'end_date', 'v.visit_end_date', null),
		('encounter', 'other visits', 'primary_icd10', 'd.code', null),
		('encounter', 'other visits', 'provider_code',
		 '''care site '' || coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'other visits', 'cost', 'c.cost', null),
		('encounter', 'other visits', 'source_remark',
		 'case when c.lines > 1 then ''several cost lines, none taken'' end', null),

		('measurement', 'measurement', 'source_key', 'm.measurement_id', null),
		('measurement', 'measurement', 'source_fault',
		 'case when m.value_as_number is null then ''no number'' end', null),
		('measurement', 'measurement', 'person_id', 'm.person_id', null),
		('measurement', 'measurement', 'measure_date', 'm.measurement_date', null),
		('measurement', 'measurement', 'code_system',
		 'case
			when c.vocabulary_id is not null then c.vocabulary_id
			when m.measurement_source_value ~ ''^[0-9]{1,5}-[0-9]$'' then ''LOINC by form''
			when m.measurement_source_value ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED by form''
			else ''UNKNOWN'' end', 'code_system'),
		('measurement', 'measurement', 'code',
		 'coalesce(c.concept_code, m.measurement_source_value, m.measurement_concept_id::text)', null),
		('measurement', 'measurement', 'name', 'c.concept_name', null),
		('measurement', 'measurement', 'value', 'm.value_as_number', null),
		('measurement', 'measurement', 'unit', 'm.unit_source_value', null)
) e (relation, part, column_name, expression, value_list);

insert into ph.source_map (map, description, published) values
	('hes',
	 'Hospital Episode Statistics, loaded as hes_apc, hes_op, hes_ae and hes_ecds, as many of them as there are. '
	 'Episodes become provider spells; there is no list of people, so that nobody is registered and rates are NULL. '
	 'Births are what birth months and ages leave possible. A&E diagnoses, in codes of their own, and costs are left '
	 'out.',
	 'NHS England, Hospital Episode Statistics Data Dictionary; NHS Data Dictionary, Emergency Care Data Set');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'hes', r.relation, c.column_name, 'text', c.needed
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
cross join (
	values
		('pseudo_hesid', 'one'), ('token_person_id', 'one'), ('encrypted_hesid', 'one'),
		('fyear', 'no'), ('ethnos', 'no'), ('sex', 'no'), ('mydob', 'no'), ('gpprac', 'no'), ('resladst_ons', 'no'),
		('procode3', 'no'), ('procode5', 'no'), ('procode', 'no'),
		('lsoa01', 'no'), ('lsoa11', 'no'), ('lsoa21', 'no'), ('msoa01', 'no'), ('msoa11', 'no'), ('msoa21', 'no')
) c (column_name, needed)
union all
select 'hes', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('hes_apc', 'epikey', 'text', 'no'),
		('hes_apc', 'admidate', 'day', 'relation'),
		('hes_apc', 'admimeth', 'text', 'relation'),
		('hes_apc', 'classpat', 'text', 'no'),
		('hes_apc', 'disdate', 'day', 'no'),
		('hes_apc', 'dismeth', 'text', 'no'),
		('hes_apc', 'epistart', 'day', 'no'),
		('hes_apc', 'epiend', 'day', 'no'),
		('hes_apc', 'epiorder', 'whole', 'no'),
		('hes_apc', 'epistat', 'text', 'no'),
		('hes_apc', 'spelend', 'text', 'no'),
		('hes_apc', 'provspnops', 'text', 'no'),
		('hes_apc', 'startage', 'whole', 'no'),
		('hes_op', 'attendkey', 'text', 'no'),
		('hes_op', 'apptdate', 'day', 'relation'),
		('hes_op', 'attended', 'text', 'relation'),
		('hes_op', 'apptage', 'whole', 'no'),
		('hes_ae', 'aekey', 'text', 'no'),
		('hes_ae', 'arrivaldate', 'day', 'relation'),
		('hes_ae', 'aeattendcat', 'text', 'relation'),
		('hes_ae', 'arrivalage', 'whole', 'no'),
		('hes_ecds', 'der_pseudo_nhs_number', 'text', 'one'),
		('hes_ecds', 'ec_ident', 'text', 'no'),
		('hes_ecds', 'aekey', 'text', 'no'),
		('hes_ecds', 'arrival_date', 'day', 'one'),
		('hes_ecds', 'arrivaldate', 'day', 'one'),
		('hes_ecds', 'ec_attendance_category', 'text', 'no'),
		('hes_ecds', 'attendance_category', 'text', 'no'),
		('hes_ecds', 'age_at_arrival', 'whole', 'no'),
		('hes_ecds', 'der_age_at_cds_activity_date', 'whole', 'no'),
		('hes_ecds', 'arrivalage', 'whole', 'no'),
		('hes_ecds', 'stated_gender', 'text', 'no'),
		('hes_ecds', 'ethnic_category', 'text', 'no'),
		('hes_ecds', 'gp_practice_code', 'text', 'no'),
		('hes_ecds', 'der_postcode_lsoa_code', 'text', 'no'),
		('hes_ecds', 'der_provider_code', 'text', 'no')
) c (relation, column_name, column_type, needed)
union all
select 'hes', c.relation, format(c.name, lpad(n::text, 2, '0')), c.column_type, 'no'
from (
	values
		('hes_apc', 'diag_4_%s', 'text', 20), ('hes_apc', 'diag_3_%s', 'text', 20), ('hes_apc', 'diag_%s', 'text', 20),
		('hes_apc', 'opertn_4_%s', 'text', 24), ('hes_apc', 'opertn_3_%s', 'text', 24),
		('hes_apc', 'opertn_%s', 'text', 24), ('hes_apc', 'opdate_%s', 'day', 24),
		('hes_op', 'diag_4_%s', 'text', 12), ('hes_op', 'diag_3_%s', 'text', 12), ('hes_op', 'diag_%s', 'text', 12),
		('hes_op', 'opertn_4_%s', 'text', 24), ('hes_op', 'opertn_3_%s', 'text', 24),
		('hes_op', 'opertn_%s', 'text', 24),
		('hes_ecds', 'ec_diagnosis_%s', 'text', 12)
) c (relation, name, column_type, numbers), generate_series(1, c.numbers) n;

insert into ph.source_option (map, option, value, description) values
	('hes', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('hes', 'sentinel_days', '{1582-10-15,1600-01-01,1800-01-01,1801-01-01,1802-01-01,1900-01-01}',
	 'days that stand for none'),
	('hes', 'open_spell_days', '365', 'spells without an end are remarked that began so many days before the data day'),
	('hes', 'population', 'seen', 'whom person_at and person_period count; without a list of people: who was seen'),
	('hes', 'small_area', 'LSOA21, LSOA11, LSOA01', 'kind of place of an address, the first that the data have'),
	('hes', 'neighbourhood', 'MSOA21, MSOA11, MSOA01',
	 'kind of place of a neighbourhood, the first that the data have'),
	('hes', 'place', 'LAD', 'kind of place of a place'),
	('hes', 'system', 'none', 'kind of place of a system');

insert into ph.source_value (map, list, source_value, value, description) values
	('hes', 'sex', '1', 'M', 'male'),
	('hes', 'sex', '2', 'F', 'female'),
	('hes', 'sex', '0', null, 'not known'),
	('hes', 'sex', '9', null, 'not specified'),
	('hes', 'ethnicity', '0', '0', 'white, not further known: none of the 16 groups'),
	('hes', 'ethnicity', '1', 'M', 'Black Caribbean'),
	('hes', 'ethnicity', '2', 'N', 'Black African'),
	('hes', 'ethnicity', '3', 'P', 'Black other'),
	('hes', 'ethnicity', '4', 'H', 'Indian'),
	('hes', 'ethnicity', '5', 'J', 'Pakistani'),
	('hes', 'ethnicity', '6', 'K', 'Bangladeshi'),
	('hes', 'ethnicity', '7', 'R', 'Chinese'),
	('hes', 'ethnicity', '8', 'S', 'any other ethnic group'),
	('hes', 'ethnicity', '9', null, 'not given'),
	('hes', 'ethnicity', '99', null, 'not known'),
	('hes', 'ethnicity', 'X', null, 'not known'),
	('hes', 'ethnicity', 'Z', null, 'not stated'),
	('hes', 'ethnicity', '*', '?', 'no code of an ethnicity'),
	('hes', 'pod', '11', 'EL', 'waiting list'),
	('hes', 'pod', '12', 'EL', 'booked'),
	('hes', 'pod', '13', 'EL', 'planned'),
	('hes', 'pod', '21', 'NEL', 'emergency: accident and emergency department of the provider'),
	('hes', 'pod', '22', 'NEL', 'emergency: general practitioner'),
	('hes', 'pod', '23', 'NEL', 'emergency: bed bureau'),
	('hes', 'pod', '24', 'NEL', 'emergency: consultant clinic'),
	('hes', 'pod', '25', 'NEL', 'emergency: mental health crisis resolution team'),
	('hes', 'pod', '28', 'NEL', 'emergency: other means'),
	('hes', 'pod', '2A', 'NEL', 'emergency: accident and emergency department of another provider'),
	('hes', 'pod', '2C', 'NEL', 'emergency: baby born at home as intended'),
	('hes', 'pod', '2D', 'NEL', 'emergency: other emergency admission'),
	('hes', 'pod', '2B', 'OTH', 'transfer of an emergency patient, set aside: no new admission'),
	('hes', 'pod', '81', 'OTH', 'transfer that is no emergency, set aside: no new admission'),
	('hes', 'pod', '31', 'OTH', 'maternity, ante-partum'),
	('hes', 'pod', '32', 'OTH', 'maternity, post-partum'),
	('hes', 'pod', '82', 'OTH', 'birth in this provider'),
	('hes', 'pod', '83', 'OTH', 'birth outside this provider'),
	('hes', 'pod', 'regular attendance', 'OTH', 'regular day or night attendance, CLASSPAT 3 or 4: no spell'),
	('hes', 'pod', '*', 'OTH', 'any other method of admission');

insert into ph.source_value (map, list, source_value, value, description)
select 'hes', 'ethnicity', code, code, 'a code of 2001'
from regexp_split_to_table('ABCDEFGHJKLMNPRS', '') code;

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 0, 'data_day', r.relation,
	format('{%s} e where fyear ~ ''^([0-9]{2})?[0-9]{2}[-/]?([0-9]{2})?[0-9]{2}$''', r.relation),
	'the last day of each financial year'
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
union all
select 'hes', 2, 'hes_record', r.relation, format('{%s} e', r.relation),
	'what every record says of its person, on the day of contact'
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 1, 'hes_episode', 'hes_apc',
	format(
	 '(
		select *,
			min(case when classpat in (''3'', ''4'') then ''regular attendance'' else admimeth end)
				filter (where place = 1) over spell as method,
			min(diagnoses[1]) filter (where place = 1) over spell as primary_diagnosis,
			min(record) filter (where place = 1) over spell as first_record,
			coalesce(max(disdate) filter (where disdate <> all ({option.sentinel_days}::date[])) over spell,
				case
					when bool_or(spelend = ''Y'') over spell
						then max(epiend) filter (where epiend <> all ({option.sentinel_days}::date[])) over spell
					end) as end_date,
			bool_or(dismeth = ''4'') over spell as died
		from (
			select *, dense_rank() over (
					partition by person_id, spell, fault order by epiorder, epistart, record) as place
			from (
				select *,
					case
						when epistat is distinct from ''3''
							and (finished_too or bool_or(epistat = ''3'' and version = 1) over (
								partition by person_id, spell, epiorder))
							then ''unfinished, reported finished too''
						when version > 1 then ''duplicate'' end as fault
				from (
					select *, dense_rank() over (
							partition by record
							order by epistat is distinct from ''3'', epiend desc nulls last, source_row) as version,
						bool_or(epistat = ''3'') over (partition by record) as finished_too,
						case
							when classpat in (''3'', ''4'') then concat(''regular '', record)
							when provspnops is not null then concat_ws('' '', provider, provspnops)
							else concat_ws('' '', provider, ''on'', admidate) end as spell
					from (
						-- codes as arrays, since what is wide is sorted slowly
						select source_row, coalesce(epikey, source_row) as record,
							coalesce(pseudo_hesid, token_person_id, encrypted_hesid) as person_id,
							coalesce(procode3, left(coalesce(procode5, procode), 3)) as provider, provspnops,
							admidate, upper(admimeth) as admimeth, classpat, disdate, dismeth, epistart, epiend,
							epiorder, epistat, spelend, array[%1$s] as diagnoses, array[%2$s] as procedures,
							array[%3$s] as procedure_days
						from {hes_apc} a) episode
				) version
			) judged
		) placed
		window spell as (partition by person_id, spell, fault)
	) e',
		string_agg(format('coalesce(diag_4_%1$s, diag_%1$s, diag_3_%1$s)', n), ', ' order by n)
			filter (where n::integer <= 20),
		string_agg(format('coalesce(opertn_4_%1$s, opertn_%1$s, opertn_3_%1$s)', n), ', ' order by n),
		string_agg('opdate_' || n, ', ' order by n)),
	'episodes with what their spell says: its number, first method and diagnosis, end; regular attendances are none; '
	 'of an episode that was reported unfinished and finished the finished one counts'
from (select lpad(i::text, 2, '0') from generate_series(1, 24) i) numbers (n);

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('hes', 3, 'hes_birth', 'hes_record',
	 '(
		select person_id, max(greatest(birth_month, earliest)) as earliest,
			min(least((birth_month + interval ''1 month'')::date - 1, latest)) as latest,
			(array_agg(coalesce(birth_month, earliest) order by day desc nulls last, record desc)
				filter (where coalesce(birth_month, earliest) is not null))[1] as last_earliest,
			(array_agg(coalesce((birth_month + interval ''1 month'')::date - 1, latest)
				order by day desc nulls last, record desc)
				filter (where coalesce(birth_month, earliest) is not null))[1] as last_latest,
			min(day) as first_seen
		from (
			select *,
				case
					when age between 0 and 120 then (age_day - make_interval(years => age + 1))::date + 1
					when age = 7007 then (age_day - interval ''1 year'')::date + 1
					else age_day - (array[0, 6, 28, 90, 181, 272])[age - 7000] end as earliest,
				case
					when age between 0 and 120 then (age_day - make_interval(years => age))::date
					else age_day - (array[0, 1, 7, 29, 91, 182, 273])[age - 7000] end as latest
			from {made.hes_record} q where person_id is not null
		) r
		group by person_id) b
		cross join lateral (select b.earliest > b.latest as contradict) c
		cross join lateral (
			select case when contradict then last_earliest else b.earliest end as earliest_day,
				case when contradict then last_latest else b.latest end as latest_day) d
		-- nobody is born after having been seen
		cross join lateral (
			select case
				when first_seen >= earliest_day then least(latest_day, first_seen)
				else latest_day end as latest_day
		) seen',
	 'the days of birth that the birth months and ages of a person''s records leave possible, where 7001 to 7007 are '
	 'ages of babies in days; '
	 'where they contradict each other those of the latest record'),
	('hes', 4, 'ethnicity_record', 'hes_record', '{made.hes_record} r where ethnos is not null',
	 'records of ethnicity'),
	('hes', 6, 'hes_death', 'hes_episode',
	 '{made.hes_episode} e where died and fault is null and end_date >= admidate
		and admidate <> all ({option.sentinel_days}::date[]) group by person_id',
	 'the end of the first spell that ended in death'),
	('hes', 7, 'person', 'hes_record',
	 '(
		select person_id,
			coalesce(
				(array_agg(sex order by day desc nulls last, record desc) filter (where sex in (''1'', ''2'')))[1],
				(array_agg(sex order by day desc nulls last, record desc) filter (where sex is not null))[1]) as sex,
			count(distinct sex) filter (where sex in (''1'', ''2'')) as sexes
		from {made.hes_record} r where person_id is not null group by person_id) p
		left join {made.hes_birth} b using (person_id)
		left join {made.hes_death} d using (person_id)
		left join {made.chosen_ethnicity} e using (person_id)',
	 'everybody of whom there is a record, with the latest known sex'),
	('hes', 8, 'place', 'small areas',
	 '{made.hes_record} r where small_area is not null
		and small_area not in (select place_id from {place} q where place_id is not null)
		group by small_area',
	 'small areas of addresses, of the latest edition that has the code'),
	('hes', 8, 'place', 'middle layer areas',
	 '{made.hes_record} r where small_area is not null and middle_area is not null
		and middle_area not in (select place_id from {place} q where place_id is not null)
		group by middle_area',
	 'middle layer areas of addresses'),
	('hes', 8, 'place', 'districts', '{made.hes_record} r where district is not null
		and district not in (select place_id from {place} q where place_id is not null)
		group by district',
	 'local authority districts of addresses'),
	('hes', 8, 'place', 'practices', '{made.hes_record} r where practice is not null
		and practice not in (select place_id from {place} q where place_id is not null)
		group by practice',
	 'general practices of records; nobody is registered with them'),
	('hes', 9, 'place_parent', 'middle layer areas',
	 '{made.hes_record} r where small_area is not null and middle_area is not null
		and small_area not in (select place_id from {place_parent} q where place_id is not null)
		group by small_area, middle_area',
	 'small areas in middle layer areas, as records have them'),
	('hes', 9, 'place_parent', 'districts',
	 '{made.hes_record} r where small_area is not null and district is not null
		and small_area not in (select place_id from {place_parent} q where place_id is not null)
		group by small_area, district',
	 'small areas in districts, as records have them'),
	('hes', 10, 'residence', 'hes_record',
	 '(
		select *, lead(day) over (partition by person_id order by day) as next_day
		from (
			select *, lag(small_area) over (partition by person_id order by day) as earlier
			from (
				select distinct on (person_id, day) person_id, day, record, small_area
				from {made.hes_record} r
				where small_area is not null and day is not null and person_id is not null
				order by person_id, day, record desc) by_day
		) seen
		where small_area is distinct from earlier) r',
	 'from the first record with a small area until the first with another'),
	('hes', 12, 'encounter', 'hes_apc', '{made.hes_episode} e',
	 'provider spells, each under its first episode; transfers and later episodes are set aside, one row an episode'),
	('hes', 12, 'encounter', 'hes_op', '{hes_op} e', 'outpatient appointments that were attended, ATTENDED 5 or 6'),
	('hes', 12, 'encounter', 'hes_ae', '{hes_ae} e', 'attendances that were not planned, AEATTENDCAT 1 or 3'),
	('hes', 12, 'encounter', 'hes_ecds', '{hes_ecds} e', 'attendances that were not planned, category 1, 2 or 3'),
	('hes', 13, 'clinical_event', 'hes_apc diagnoses',
	 '{made.hes_episode} e, unnest(e.diagnoses) with ordinality d (code, position)
		where e.fault is null and d.code !~ ''^[-&[:space:]]*$''',
	 'diagnoses of admissions, on the day of admission'),
	('hes', 13, 'clinical_event', 'hes_apc procedures',
	 '{made.hes_episode} e, unnest(e.procedures, e.procedure_days) with ordinality d (code, day, position)
		where e.fault is null and d.code !~ ''^[-&[:space:]]*$''',
	 'procedures, on their day or else that of admission');

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 13, 'clinical_event', c.part,
	format(
		'{%s} e, unnest(array[%s]) with ordinality d (code, position)
			where %s and d.code !~ ''^[-&[:space:]]*$''',
		c.relation, (
			select string_agg(format(c.columns, lpad(n::text, 2, '0')), ', ' order by n)
			from generate_series(1, c.numbers) n), c.counted),
	c.description
from (
	values
		('hes_op diagnoses', 'hes_op', 'coalesce(e.diag_4_%1$s, e.diag_%1$s, e.diag_3_%1$s)', 12,
		 'attended in (''5'', ''6'')', 'diagnoses of appointments that were attended'),
		('hes_op procedures', 'hes_op', 'coalesce(e.opertn_4_%1$s, e.opertn_%1$s, e.opertn_3_%1$s)', 24,
		 'attended in (''5'', ''6'')', 'procedures of appointments that were attended'),
		('hes_ecds diagnoses', 'hes_ecds', 'e.ec_diagnosis_%1$s', 12,
		 'coalesce(ec_attendance_category, attendance_category) in (''1'', ''2'', ''3'')',
		 'diagnoses of attendances that were not planned, SNOMED CT')
) c (part, relation, columns, numbers, counted, description);

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', 'hes_episode', 'hes_apc', column_name, 'e.' || column_name, null
from unnest('{record,version,person_id,provider,spell,fault,place,method,primary_diagnosis,first_record,admidate,
	end_date,died,admimeth,diagnoses,procedures,procedure_days}'::text[]) column_name
union all
select 'hes', 'data_day', r.relation, 'day',
	'make_date(case when right(e.fyear, 2) >= ''80'' then 1900 else 2000 end + right(e.fyear, 2)::integer, 3, 31)', null
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
union all
select 'hes', 'hes_record', r.relation, e.column_name,
	format(e.expression, r.key, r.day, r.age, r.age_day, r.person, r.sex, r.ethnicity, r.practice, r.lsoa11,
		r.relation), null
from (
	values
		('hes_apc', 'epikey', 'admidate', 'startage', 'epistart', 'null', 'null', 'null', 'null', 'null'),
		('hes_op', 'attendkey', 'apptdate', 'apptage', 'apptdate', 'null', 'null', 'null', 'null', 'null'),
		('hes_ae', 'aekey', 'arrivaldate', 'arrivalage', 'arrivaldate', 'null', 'null', 'null', 'null', 'null'),
		('hes_ecds', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date',
		 'arrivalage, e.age_at_arrival, e.der_age_at_cds_activity_date', 'arrivaldate, e.arrival_date',
		 'e.der_pseudo_nhs_number', 'e.stated_gender', 'e.ethnic_category', 'e.gp_practice_code',
		 'e.der_postcode_lsoa_code')
) r (relation, key, day, age, age_day, person, sex, ethnicity, practice, lsoa11)
cross join (
	values
		('record', 'coalesce(e.%1$s, e.source_row)'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %5$s)'),
		('day', 'nullif(case when coalesce(e.%2$s) <> all ({option.sentinel_days}::date[]) then coalesce(e.%2$s) end, '
		 '''-infinity'')'),
		('age', 'case when coalesce(e.%3$s) between 0 and 7007 then coalesce(e.%3$s)::integer end'),
		('age_day', 'nullif(case
			when coalesce(e.%4$s) <> all ({option.sentinel_days}::date[] || date ''-infinity'') then coalesce(e.%4$s)
			when coalesce(e.%2$s) <> all ({option.sentinel_days}::date[]) then coalesce(e.%2$s) end, ''-infinity'')'),
		('sex', 'coalesce(e.sex, %6$s)'),
		('ethnos', 'upper(coalesce(e.ethnos, %7$s))'),
		('birth_month', 'case
			when lpad(e.mydob, 6, ''0'') ~ ''^(0[1-9]|1[0-2])(18[89][0-9]|19[0-9]{2}|20[0-9]{2})$''
				and lpad(e.mydob, 6, ''0'') <> ''011900''
				then make_date(right(e.mydob, 4)::integer, left(lpad(e.mydob, 6, ''0''), 2)::integer, 1) end'),
		('practice', 'substring(coalesce(e.gpprac, %8$s) from ''^(?!V8199[789])[A-Z][0-9]{5}$'')'),
		('small_area', 'substring(coalesce(e.lsoa21, e.lsoa11, %9$s, e.lsoa01) from ''^(?!.99999999).+$'')'),
		('small_area_kind', 'case
			when e.lsoa21 is not null then ''LSOA21''
			when coalesce(e.lsoa11, %9$s) is not null then ''LSOA11''
			else ''LSOA01'' end'),
		('middle_area', 'substring(case
			when e.lsoa21 is not null then e.msoa21
			when coalesce(e.lsoa11, %9$s) is not null then e.msoa11
			else e.msoa01 end from ''^(?!.99999999).+$'')'),
		('middle_area_kind', 'case
			when e.lsoa21 is not null then ''MSOA21''
			when coalesce(e.lsoa11, %9$s) is not null then ''MSOA11''
			else ''MSOA01'' end'),
		('district', 'substring(e.resladst_ons from ''^(?!.99999999)[A-Z][0-9]{8}$'')'),
		('source', '''%10$s''')
) e (column_name, expression);

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', 'encounter', r.relation, e.column_name,
	format(e.expression, upper(substr(r.relation, 5)), r.pod, r.key, r.day, r.person, r.provider, r.fault), null
from (
	values
		('hes_op', 'OP', 'attendkey', 'apptdate', 'null', 'null',
		 'case when e.attended in (''5'', ''6'') then null else ''not attended'' end'),
		('hes_ae', 'AE', 'aekey', 'arrivaldate', 'null', 'null',
		 'case
			when e.aeattendcat in (''1'', ''3'') then null
			when e.aeattendcat = ''2'' then ''planned follow-up''
			else ''attendance category not known'' end'),
		('hes_ecds', 'AE', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date', 'e.der_pseudo_nhs_number',
		 'e.der_provider_code',
		 'case
			when coalesce(e.ec_attendance_category, e.attendance_category) in (''1'', ''2'', ''3'') then null
			when coalesce(e.ec_attendance_category, e.attendance_category) = ''4'' then ''planned follow-up''
			else ''attendance category not known'' end')
) r (relation, pod, key, day, person, provider, fault)
cross join (
	values
		('source_key', 'coalesce(e.%3$s, e.source_row)'),
		('source_provider', 'coalesce(e.procode3, left(coalesce(e.procode5, e.procode, %6$s), 3))'),
		('encounter_id', 'concat(''%1$s '', coalesce(e.%3$s, e.source_row))'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %5$s)'),
		('pod', '''%2$s'''),
		('start_date', 'coalesce(e.%4$s)'),
		('end_date', 'coalesce(e.%4$s)'),
		('provider_code', 'coalesce(e.procode3, left(coalesce(e.procode5, e.procode, %6$s), 3))'),
		('source_fault', '%7$s')
) e (column_name, expression)
union all
select 'hes', 'clinical_event', r.part, e.column_name,
	format(e.expression, upper(substr(r.relation, 5)), r.key, r.day, r.person, r.system), null
from (
	values
		('hes_op diagnoses', 'hes_op', 'attendkey', 'apptdate', 'null', 'ICD10'),
		('hes_op procedures', 'hes_op', 'attendkey', 'apptdate', 'null', 'OPCS4'),
		('hes_ecds diagnoses', 'hes_ecds', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date',
		 'e.der_pseudo_nhs_number', 'SNOMED')
) r (part, relation, key, day, person, system)
cross join (
	values
		('source_key', 'concat(coalesce(e.%2$s, e.source_row), '' '', d.position)'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %4$s)'),
		('event_date', 'coalesce(e.%3$s)'),
		('code_system', '''%5$s'''),
		('source', '''%1$s'''),
		('encounter_id', 'concat(''%1$s '', coalesce(e.%2$s, e.source_row))')
) e (column_name, expression)
union all
select 'hes', 'clinical_event', r.part, e.column_name, e.expression, null
from unnest('{hes_apc diagnoses,hes_apc procedures}'::text[]) r (part)
cross join (
	values
		('source_key', 'concat(e.record, '' '', d.position)'),
		('source_provider', 'e.provider'),
		('person_id', 'e.person_id'),
		('source_end', 'e.end_date'),
		('source', '''APC'''),
		('encounter_id', 'concat(''APC '', e.first_record)')
) e (column_name, expression)
union all
select 'hes', 'clinical_event', r.part, e.column_name, e.expression, null
from ph.source_rows r
join (
	values
		('ICD10', 'code', 'coalesce(ph.icd10_normalise(d.code), d.code)'),
		('ICD10', 'position', 'd.position'),
		('ICD10', 'source_fault', 'case when ph.several_codes(d.code) then ''two codes in one field'' end'),
		('ICD10', 'source_remark',
		 'case when ph.icd10_normalise(d.code) is null then ''malformed ICD-10 code'' end'),
		('OPCS4', 'code', 'upper(regexp_replace(d.code, ''[^A-Za-z0-9]'', '''', ''g''))'),
		('SNOMED', 'code', 'd.code'),
		('SNOMED', 'position', 'd.position'),
		('SNOMED', 'source_fault', 'case when ph.several_codes(d.code) then ''two codes in one field'' end')
) e (system, column_name, expression)
	on e.system = case
		when r.part like '%procedures' then 'OPCS4'
		when r.part like 'hes_ecds%' then 'SNOMED'
		else 'ICD10' end
where r.map = 'hes' and r.relation = 'clinical_event';

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('hes_birth', 'hes_record', 'person_id', 'b.person_id', null),
		('hes_birth', 'hes_record', 'contradict', 'c.contradict', null),
		('hes_birth', 'hes_record', 'earliest_birth_date', 'd.earliest_day', null),
		('hes_birth', 'hes_record', 'birth_date',
		 'case
			when d.earliest_day <= date_trunc(''month'', d.earliest_day)::date + 14
				and seen.latest_day between date_trunc(''month'', d.earliest_day)::date + 14
					and (date_trunc(''month'', d.earliest_day) + interval ''1 month'')::date - 1
				then date_trunc(''month'', d.earliest_day)::date + 14
			else d.earliest_day + (seen.latest_day - d.earliest_day) / 2 end', null),
		('hes_birth', 'hes_record', 'possible_days', 'seen.latest_day - d.earliest_day + 1', null),

		('ethnicity_record', 'hes_record', 'person_id', 'r.person_id', null),
		('ethnicity_record', 'hes_record', 'record', 'concat_ws('' '', r.source, r.record)', null),
		('ethnicity_record', 'hes_record', 'recorded_on', 'r.day', null),
		('ethnicity_record', 'hes_record', 'source', 'r.source', null),
		('ethnicity_record', 'hes_record', 'self_reported', 'null::boolean', null),
		('ethnicity_record', 'hes_record', 'given', 'r.ethnos', null),
		('ethnicity_record', 'hes_record', 'ethnicity_code', 'r.ethnos', 'ethnicity'),

		('hes_death', 'hes_episode', 'person_id', 'e.person_id', null),
		('hes_death', 'hes_episode', 'death_date', 'min(e.end_date)', null),
		('hes_death', 'hes_episode', 'deaths', 'count(distinct e.end_date)', null),

		('person', 'hes_record', 'source_key', 'p.person_id', null),
		('person', 'hes_record', 'person_id', 'p.person_id', null),
		('person', 'hes_record', 'birth_date', 'b.birth_date', null),
		('person', 'hes_record', 'earliest_birth_date', 'b.earliest_birth_date', null),
		('person', 'hes_record', 'sex', 'p.sex', 'sex'),
		('person', 'hes_record', 'death_date', 'd.death_date', null),
		('person', 'hes_record', 'ethnicity_code', 'e.ethnicity_code', null),
		('person', 'hes_record', 'source_remark',
		 'case when p.sexes > 1 then ''records of both sexes: the latest taken'' end', null),
		('person', 'hes_record', 'source_remark_2',
		 'case
			when b.contradict then ''records contradict each other on birth: the latest taken''
			when b.possible_days > 31 then ''birth by age: the middle of the days that are possible''
			when b.possible_days > 1 then ''birth by month: taken for its 15th day'' end', null),
		('person', 'hes_record', 'source_remark_3',
		 'case when d.deaths > 1 then ''several days of death: the first taken'' end', null),

		('place', 'small areas', 'source_key', 'r.small_area', null),
		('place', 'small areas', 'place_id', 'r.small_area', null),
		('place', 'small areas', 'place_kind', 'max(r.small_area_kind)', null),
		('place', 'middle layer areas', 'source_key', 'r.middle_area', null),
		('place', 'middle layer areas', 'place_id', 'r.middle_area', null),
		('place', 'middle layer areas', 'place_kind', 'max(r.middle_area_kind)', null),
		('place', 'districts', 'source_key', 'r.district', null),
		('place', 'districts', 'place_id', 'r.district', null),
		('place', 'districts', 'place_kind', '''LAD''', null),
		('place', 'practices', 'source_key', 'r.practice', null),
		('place', 'practices', 'place_id', 'r.practice', null),
		('place', 'practices', 'place_kind', '''PRACTICE''', null),
		('place_parent', 'middle layer areas', 'source_key', 'r.small_area', null),
		('place_parent', 'middle layer areas', 'place_id', 'r.small_area', null),
		('place_parent', 'middle layer areas', 'parent_id', 'r.middle_area', null),
		('place_parent', 'districts', 'source_key', 'r.small_area', null),
		('place_parent', 'districts', 'place_id', 'r.small_area', null),
		('place_parent', 'districts', 'parent_id', 'r.district', null),

		('residence', 'hes_record', 'source_key', 'r.record', null),
		('residence', 'hes_record', 'person_id', 'r.person_id', null),
		('residence', 'hes_record', 'lsoa21_code', 'r.small_area', null),
		('residence', 'hes_record', 'start_date', 'r.day', null),
		('residence', 'hes_record', 'end_date', 'r.next_day', null),

		('encounter', 'hes_apc', 'source_key', 'e.record', null),
		('encounter', 'hes_apc', 'source_provider', 'e.provider', null),
		('encounter', 'hes_apc', 'encounter_id',
		 'concat(''APC '', e.record, case when e.version > 1 then '' version '' || e.version end)', null),
		('encounter', 'hes_apc', 'person_id', 'e.person_id', null),
		('encounter', 'hes_apc', 'pod', 'coalesce(e.method, ''not given'')', 'pod'),
		('encounter', 'hes_apc', 'start_date', 'e.admidate', null),
		('encounter', 'hes_apc', 'end_date', 'e.end_date', null),
		('encounter', 'hes_apc', 'los_days',
		 'case when e.end_date >= e.admidate and isfinite(e.admidate) then e.end_date - e.admidate end', null),
		('encounter', 'hes_apc', 'admission_method', 'e.admimeth', null),
		('encounter', 'hes_apc', 'primary_icd10', 'ph.icd10_normalise(e.primary_diagnosis)', null),
		('encounter', 'hes_apc', 'provider_code', 'e.provider', null),
		('encounter', 'hes_apc', 'source_fault',
		 'case
			when e.fault is not null then e.fault
			when e.place > 1 then ''later episode of a spell''
			when e.method in (''81'', ''2B'') then ''transfer'' end', null),
		('encounter', 'hes_apc', 'source_remark',
		 'case
			when e.end_date is null and e.admidate < {load.data_day} - {option.open_spell_days}::integer
				then ''open for more days than open_spell_days'' end', null),

		('clinical_event', 'hes_apc diagnoses', 'event_date', 'e.admidate', null),
		('clinical_event', 'hes_apc diagnoses', 'code_system', '''ICD10''', null),
		('clinical_event', 'hes_apc procedures', 'event_date',
		 'case
			when d.day <> all ({option.sentinel_days}::date[] || date ''-infinity'') then d.day
			else e.admidate end', null),
		('clinical_event', 'hes_apc procedures', 'code_system', '''OPCS4''', null)
) e (relation, part, column_name, expression, value_list);

insert into ph.source_map (map, description, published) values
	('gp_extract',
	 'An extract of general practice records in long format: patient, event (one row a coded entry), and, where there '
	 'are, registration (more than one a patient), consultation and ethnicity (more than one record a patient). '
	 'Every coded event is a clinical event, those with a number are measurements too; consultations are GP. '
	 'An end of registration is the first day no longer registered.',
	 'no one publishes it: the columns that extracts of EMIS Web and TPP SystmOne have in common, to copy and change');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'gp_extract', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('patient', 'patient_id', 'text', 'source'),
		('patient', 'date_of_birth', 'day', 'one'),
		('patient', 'year_of_birth', 'whole', 'one'),
		('patient', 'month_of_birth', 'whole', 'no'),
		('patient', 'sex', 'text', 'source'),
		('patient', 'ethnicity', 'text', 'no'),
		('patient', 'ethnicity_recorded_on', 'day', 'no'),
		('patient', 'ethnicity_self_reported', 'text', 'no'),
		('patient', 'date_of_death', 'day', 'no'),
		('patient', 'practice_code', 'text', 'no'),
		('patient', 'pcn_code', 'text', 'no'),
		('patient', 'registration_start', 'day', 'no'),
		('patient', 'registration_end', 'day', 'no'),
		('patient', 'lsoa21', 'text', 'no'),
		('patient', 'lsoa11', 'text', 'no'),
		('registration', 'patient_id', 'text', 'relation'),
		('registration', 'practice_code', 'text', 'relation'),
		('registration', 'pcn_code', 'text', 'no'),
		('registration', 'registration_start', 'day', 'relation'),
		('registration', 'registration_end', 'day', 'no'),
		('event', 'event_id', 'text', 'no'),
		('event', 'patient_id', 'text', 'source'),
		('event', 'event_date', 'day', 'source'),
		('event', 'code', 'text', 'source'),
		('event', 'code_system', 'text', 'no'),
		('event', 'term', 'text', 'no'),
		('event', 'value', 'text', 'no'),
		('event', 'unit', 'text', 'no'),
		('event', 'practice_code', 'text', 'no'),
		('event', 'consultation_id', 'text', 'no'),
		('consultation', 'consultation_id', 'text', 'relation'),
		('consultation', 'patient_id', 'text', 'relation'),
		('consultation', 'consultation_date', 'day', 'relation'),
		('consultation', 'practice_code', 'text', 'no'),
		('ethnicity', 'patient_id', 'text', 'relation'),
		('ethnicity', 'ethnicity', 'text', 'relation'),
		('ethnicity', 'ethnicity_recorded_on', 'day', 'no'),
		('ethnicity', 'ethnicity_self_reported', 'text', 'no'),
		('ethnicity', 'recorded_by', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('gp_extract', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('gp_extract', 'sentinel_days', '{1800-01-01,1900-01-01,9999-12-31}', 'days that stand for none'),
	('gp_extract', 'small_area', 'LSOA21, LSOA11', 'kind of place of an address, the first that the data have'),
	('gp_extract', 'neighbourhood', 'PCN, MSOA21', 'kind of place of a neighbourhood, the first that the data have'),
	('gp_extract', 'place', 'LAD24, LAD', 'kind of place of a place, the first that the data have'),
	('gp_extract', 'system', 'ICB24, ICB', 'kind of place of a system, the first that the data have');

insert into ph.source_value (map, list, source_value, value, description) values
	('gp_extract', 'sex', 'F', 'F', 'female'),
	('gp_extract', 'sex', 'FEMALE', 'F', 'female'),
	('gp_extract', 'sex', '2', 'F', 'female'),
	('gp_extract', 'sex', 'M', 'M', 'male'),
	('gp_extract', 'sex', 'MALE', 'M', 'male'),
	('gp_extract', 'sex', '1', 'M', 'male'),
	('gp_extract', 'sex', 'I', 'I', 'indeterminate'),
	('gp_extract', 'sex', 'INDETERMINATE', 'I', 'indeterminate'),
	('gp_extract', 'sex', 'U', null, 'unknown'),
	('gp_extract', 'sex', 'UNKNOWN', null, 'unknown'),
	('gp_extract', 'sex', '0', null, 'not known'),
	('gp_extract', 'sex', '9', null, 'not specified'),
	('gp_extract', 'ethnicity', 'Z', null, 'not stated'),
	('gp_extract', 'ethnicity', 'X', null, 'not known'),
	('gp_extract', 'ethnicity', '99', null, 'not known'),
	('gp_extract', 'ethnicity', '*', '?', 'no code of an ethnicity'),
	('gp_extract', 'self_reported', 'TRUE', 'true', null),
	('gp_extract', 'self_reported', 'T', 'true', null),
	('gp_extract', 'self_reported', 'Y', 'true', null),
	('gp_extract', 'self_reported', 'YES', 'true', null),
	('gp_extract', 'self_reported', '1', 'true', null),
	('gp_extract', 'self_reported', 'FALSE', 'false', null),
	('gp_extract', 'self_reported', 'F', 'false', null),
	('gp_extract', 'self_reported', 'N', 'false', null),
	('gp_extract', 'self_reported', 'NO', 'false', null),
	('gp_extract', 'self_reported', '0', 'false', null),
	('gp_extract', 'code_system', 'SNOMED', 'SNOMED', null),
	('gp_extract', 'code_system', 'SNOMEDCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'SCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'HTTPSNOMEDINFOSCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'READ', 'READ2', null),
	('gp_extract', 'code_system', 'READ2', 'READ2', null),
	('gp_extract', 'code_system', 'READV2', 'READ2', null),
	('gp_extract', 'code_system', 'READ3', 'CTV3', null),
	('gp_extract', 'code_system', 'READV3', 'CTV3', null),
	('gp_extract', 'code_system', 'CTV3', 'CTV3', null),
	('gp_extract', 'code_system', 'ICD10', 'ICD10', null),
	('gp_extract', 'code_system', 'UNKNOWN', 'UNKNOWN', 'a code without a code system'),
	('gp_extract', 'code_system', '*', 'UNKNOWN', 'a code system that is not known');

insert into ph.source_value (map, list, source_value, value, description)
select 'gp_extract', 'ethnicity', code, code, 'a code of 2001'
from regexp_split_to_table('ABCDEFGHJKLMNPRS', '') code;

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('gp_extract', 0, 'data_day', 'event', '{event} e where event_date <= current_date',
	 'the day of the latest event, since no file says up to which day the others tell'),
	('gp_extract', 4, 'ethnicity_record', 'patient', '{patient} p where ethnicity is not null',
	 'the record of ethnicity of a patient'),
	('gp_extract', 4, 'ethnicity_record', 'ethnicity', '{ethnicity} p where ethnicity is not null',
	 'further records of ethnicity'),
	('gp_extract', 7, 'person', 'patient',
	 '{patient} p
		left join {made.chosen_ethnicity} e on e.person_id = p.patient_id
		cross join lateral (
			select case
				when year_of_birth between 1800 and 2200 and coalesce(month_of_birth, 1) between 1 and 12
					then make_date(year_of_birth::integer, coalesce(month_of_birth, 1)::integer, 1) end as first_day
		) b',
	 'patients'),
	('gp_extract', 8, 'place', 'small areas',
	 '{patient} p where coalesce(lsoa21, lsoa11) is not null
		and coalesce(lsoa21, lsoa11) not in (select place_id from {place} q where place_id is not null)
		group by coalesce(lsoa21, lsoa11)',
	 'small areas of addresses that place does not have'),
	('gp_extract', 8, 'place', 'practices',
	 '(select practice_code from {patient} p union select practice_code from {registration} r) p
		where practice_code is not null
			and practice_code not in (select place_id from {place} q where place_id is not null)',
	 'practices that place does not have'),
	('gp_extract', 8, 'place', 'networks',
	 '(select pcn_code from {patient} p union select pcn_code from {registration} r) p
		where pcn_code is not null
			and pcn_code not in (select place_id from {place} q where place_id is not null)',
	 'primary care networks that place does not have'),
	('gp_extract', 10, 'residence', 'patient',
	 '{patient} p join {made.source_person} b on b.person_id = p.patient_id and b.fault is null
		where coalesce(lsoa21, lsoa11) is not null',
	 'the one address of a patient, for life'),
	('gp_extract', 11, 'registration', 'registration', '{registration} r', 'registrations'),
	('gp_extract', 11, 'registration', 'patient',
	 '{patient} r
		where patient_id not in (select patient_id from {registration} q where patient_id is not null)
			and (registration_start is not null or registration_end is not null or practice_code is not null)',
	 'the one registration of patients without rows in registration'),
	('gp_extract', 12, 'encounter', 'consultation', '{consultation} c', 'consultations'),
	('gp_extract', 13, 'clinical_event', 'event',
	 '{event} e
		cross join lateral (
			select coalesce(upper(regexp_replace(code_system, ''[^A-Za-z0-9]'', '''', ''g'')),
				case when code ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED'' else ''UNKNOWN'' end) as system) f',
	 'all coded events; a code without a system is SNOMED where it has the form'),
	('gp_extract', 13, 'measurement', 'event',
	 '{event} e
		cross join lateral (
			select coalesce(upper(regexp_replace(code_system, ''[^A-Za-z0-9]'', '''', ''g'')),
				case when code ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED'' else ''UNKNOWN'' end) as system) f
		where ph_support.source_number(value) is not null',
	 'events that have a number');

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'gp_extract', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'event', 'day', 'e.event_date', null),

		('person', 'patient', 'source_key', 'p.patient_id', null),
		('person', 'patient', 'person_id', 'p.patient_id', null),
		('person', 'patient', 'birth_date',
		 'coalesce(p.date_of_birth, case
			when p.month_of_birth is null then b.first_day + interval ''6 months''
			else b.first_day + 14 end)', null),
		('person', 'patient', 'earliest_birth_date', 'coalesce(p.date_of_birth, b.first_day)', null),
		('person', 'patient', 'sex', 'upper(p.sex)', 'sex'),
		('person', 'patient', 'ethnicity_code', 'e.ethnicity_code', null),
		('person', 'patient', 'death_date', 'p.date_of_death', null),
		('person', 'patient', 'source_remark',
		 'case
			when p.date_of_birth is not null then null
			when p.month_of_birth is null then ''birth by year: taken for 1 July''
			else ''birth by month: taken for its 15th day'' end', null),

		('place', 'small areas', 'source_key', 'coalesce(lsoa21, lsoa11)', null),
		('place', 'small areas', 'place_id', 'coalesce(lsoa21, lsoa11)', null),
		('place', 'small areas', 'place_kind', 'case when count(lsoa21) > 0 then ''LSOA21'' else ''LSOA11'' end', null),
		('place', 'practices', 'source_key', 'p.practice_code', null),
		('place', 'practices', 'place_id', 'p.practice_code', null),
		('place', 'practices', 'place_kind', '''PRACTICE''', null),
		('place', 'networks', 'source_key', 'p.pcn_code', null),
		('place', 'networks', 'place_id', 'p.pcn_code', null),
		('place', 'networks', 'place_kind', '''PCN''', null),

		('residence', 'patient', 'source_key', 'p.patient_id', null),
		('residence', 'patient', 'person_id', 'p.patient_id', null),
		('residence', 'patient', 'lsoa21_code', 'coalesce(p.lsoa21, p.lsoa11)', null),
		('residence', 'patient', 'lsoa11_code', 'p.lsoa11', null),
		('residence', 'patient', 'start_date', 'b.birth_date', null),

		('encounter', 'consultation', 'source_key', 'c.consultation_id', null),
		('encounter', 'consultation', 'source_provider', 'c.practice_code', null),
		('encounter', 'consultation', 'encounter_id', 'c.consultation_id', null),
		('encounter', 'consultation', 'person_id', 'c.patient_id', null),
		('encounter', 'consultation', 'pod', '''GP''', null),
		('encounter', 'consultation', 'start_date', 'c.consultation_date', null),
		('encounter', 'consultation', 'end_date', 'c.consultation_date', null),
		('encounter', 'consultation', 'provider_code', 'c.practice_code', null),

		('clinical_event', 'event', 'event_date', 'e.event_date', null),
		('clinical_event', 'event', 'description', 'e.term', null),
		('clinical_event', 'event', 'source', '''GP''', null),
		('clinical_event', 'event', 'encounter_id', 'e.consultation_id', null),
		('measurement', 'event', 'measure_date', 'e.event_date', null),
		('measurement', 'event', 'name', 'e.term', null),
		('measurement', 'event', 'value', 'ph_support.source_number(e.value)', null),
		('measurement', 'event', 'unit', 'e.unit', null)
) e (relation, part, column_name, expression, value_list)
union all
select 'gp_extract', r.relation, 'event', e.column_name, e.expression, e.value_list
from unnest('{clinical_event,measurement}'::text[]) r (relation)
cross join (
	values
		('source_key', 'coalesce(e.event_id, concat_ws('' '', e.patient_id, e.event_date, e.code))', null),
		('source_row', 'coalesce(e.event_id, e.source_row)', null),
		('source_provider', 'e.practice_code', null),
		('person_id', 'e.patient_id', null),
		('code_system', 'f.system', 'code_system'),
		('code', 'e.code', null)
) e (column_name, expression, value_list)
union all
select 'gp_extract', 'registration', r.part, e.column_name, e.expression, null
from unnest('{registration,patient}'::text[]) r (part)
cross join (
	values
		('source_key', 'concat_ws('' '', r.patient_id, r.registration_start)'),
		('source_row', 'r.source_row'),
		('source_provider', 'r.practice_code'),
		('person_id', 'r.patient_id'),
		('practice_code', 'r.practice_code'),
		('pcn_code', 'r.pcn_code'),
		('start_date', 'r.registration_start'),
		('end_date', 'r.registration_end')
) e (column_name, expression)
union all
select 'gp_extract', 'ethnicity_record', r.part, e.column_name, e.expression, e.value_list
from (values ('patient', '''GP'''), ('ethnicity', 'coalesce(p.recorded_by, ''GP'')')) r (part, source)
cross join lateral (
	values
		('person_id', 'p.patient_id', null),
		('record', quote_literal(r.part || ' ') || ' || p.source_row', null),
		('recorded_on', 'p.ethnicity_recorded_on', null),
		('source', r.source, null),
		('self_reported', 'upper(p.ethnicity_self_reported)', 'self_reported'),
		('given', 'upper(p.ethnicity)', null),
		('ethnicity_code', 'upper(p.ethnicity)', 'ethnicity')
) e (column_name, expression, value_list);

insert into ph.source_option (map, option, value, description)
select m.map, o.option, o.value, o.description
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		('small_area', 'ZIP', 'kind of place of an address'),
		('neighbourhood', 'none', 'kind of place of a neighbourhood'),
		('place', 'COUNTY', 'kind of place of a place'),
		('system', 'STATE', 'kind of place of a system')
) o (option, value, description);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, r.step, r.relation, r.part, r.source_rows, r.description
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		(3, 'place', 'areas', '{made.address_area} a group by area_id, zip', 'ZIP codes within counties or states'),
		(3, 'place', 'counties', '{made.address_area} a where county is not null group by county_id, county',
		 'counties'),
		(3, 'place', 'states', '{made.address_area} a where state is not null group by state', 'states'),
		(4, 'place_parent', 'areas',
		 '{made.address_area} a where coalesce(county_id, state) is not null group by area_id, county_id, state',
		 'areas in counties, or in states'),
		(4, 'place_parent', 'counties',
		 '{made.address_area} a where county is not null and state is not null group by county_id, state',
		 'counties in states')
) r (step, relation, part, source_rows, description);

insert into ph.source_expression (map, relation, part, column_name, expression)
select m.map, e.relation, e.part, e.column_name, e.expression
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		('place', 'areas', 'source_key', 'a.area_id'),
		('place', 'areas', 'place_id', 'a.area_id'),
		('place', 'areas', 'place_kind', '''ZIP'''),
		('place', 'areas', 'name', 'a.zip'),
		('place', 'counties', 'source_key', 'a.county_id'),
		('place', 'counties', 'place_id', 'a.county_id'),
		('place', 'counties', 'place_kind', '''COUNTY'''),
		('place', 'counties', 'name', 'a.county'),
		('place', 'states', 'source_key', 'a.state'),
		('place', 'states', 'place_id', 'a.state'),
		('place', 'states', 'place_kind', '''STATE'''),
		('place', 'states', 'name', 'a.state'),
		('place_parent', 'areas', 'source_key', 'a.area_id'),
		('place_parent', 'areas', 'place_id', 'a.area_id'),
		('place_parent', 'areas', 'parent_id', 'coalesce(a.county_id, a.state)'),
		('place_parent', 'counties', 'source_key', 'a.county_id'),
		('place_parent', 'counties', 'place_id', 'a.county_id'),
		('place_parent', 'counties', 'parent_id', 'a.state')
) e (relation, part, column_name, expression)
union all
select m.map, 'address_area', m.part, e.column_name, e.expression
from (values ('omop', 'location'), ('synthea', 'patients')) m (map, part)
cross join (
	values
		('area_id', 'concat_ws('' / '', state, county, coalesce(zip, ''no ZIP code''))'),
		('county_id', 'case when county is not null then concat_ws('' / '', state, county) end'),
		('state', 'state'),
		('county', 'county'),
		('zip', 'zip')
) e (column_name, expression);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, 5, 'chosen_ethnicity', 'ethnicity_record',
	'(
		select distinct on (person_id) *
		from (
			select *, ethnicity_code ~ ''^[A-HJ-NPRS]$'' as known
			from {made.ethnicity_record} r where person_id is not null
		) records
		order by person_id, known desc nulls last, self_reported::boolean is true desc, recorded_on desc nulls last,
			record desc) c
		join {made.ethnicity_record} r using (person_id)
		group by person_id, c.known, c.ethnicity_code, c.source, c.recorded_on, c.self_reported',
	'of all records of a known ethnicity the latest that the person said, or else the latest'
from unnest('{hes,gp_extract}'::text[]) m (map)
union all
select m.map, 14, 'ethnicity', 'chosen_ethnicity', '{made.chosen_ethnicity} e',
	'which record was taken, how many there are, and how many of them say otherwise'
from unnest('{hes,gp_extract}'::text[]) m (map);

insert into ph.source_expression (map, relation, part, column_name, expression)
select r.map, r.relation, r.part, e.column_name, e.expression
from ph.source_rows r
join (
	values
		('chosen_ethnicity', 'person_id', 'person_id'),
		('chosen_ethnicity', 'ethnicity_code', 'case when c.known then c.ethnicity_code end'),
		('chosen_ethnicity', 'source', 'case when c.known then c.source end'),
		('chosen_ethnicity', 'recorded_on', 'case when c.known then c.recorded_on end'),
		('chosen_ethnicity', 'self_reported', 'case when c.known then c.self_reported end'),
		('chosen_ethnicity', 'records',
		 'count(distinct r.record) filter (where r.ethnicity_code ~ ''^[A-HJ-NPRS]$'')'),
		('chosen_ethnicity', 'disagreeing',
		 'count(distinct r.record) filter (where r.ethnicity_code ~ ''^[A-HJ-NPRS]$''
			and r.ethnicity_code <> c.ethnicity_code)'),
		('chosen_ethnicity', 'white', 'bool_or(r.ethnicity_code = ''0'')'),
		('chosen_ethnicity', 'unknown', 'string_agg(distinct r.given, '', '') filter (where r.ethnicity_code = ''?'')'),
		('ethnicity', 'source_key', 'e.person_id'),
		('ethnicity', 'person_id', 'e.person_id'),
		('ethnicity', 'ethnicity_code', 'e.ethnicity_code'),
		('ethnicity', 'source', 'e.source'),
		('ethnicity', 'recorded_on', 'e.recorded_on'),
		('ethnicity', 'self_reported', 'e.self_reported'),
		('ethnicity', 'records', 'e.records'),
		('ethnicity', 'disagreeing', 'e.disagreeing'),
		('ethnicity', 'source_remark', 'case when e.disagreeing > 0 then ''records of ethnicity disagree'' end'),
		('ethnicity', 'source_remark_2',
		 'case when e.ethnicity_code is null and e.white then ''white, not further known'' end'),
		('ethnicity', 'source_remark_3', '''unknown ethnicity: '' || e.unknown')
) e (relation, column_name, expression) using (relation)
where r.relation in ('chosen_ethnicity', 'ethnicity');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select m.map, c.relation, c.column_name, c.column_type, c.needed
from ph.source_map m
cross join (
	values
		('place', 'place_id', 'text', 'relation'),
		('place', 'place_kind', 'text', 'relation'),
		('place', 'name', 'text', 'no'),
		('place_parent', 'place_id', 'text', 'relation'),
		('place_parent', 'parent_id', 'text', 'relation'),
		('place_factor', 'place_id', 'text', 'relation'),
		('place_factor', 'factor', 'text', 'relation'),
		('place_factor', 'period', 'text', 'relation'),
		('place_factor', 'value', 'number', 'relation'),
		('place_factor', 'unit', 'text', 'no'),
		('place_factor', 'source', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, r.step, r.relation, 'brought', r.source_rows, r.description
from ph.source_map m
cross join (
	values
		(20, 'place', '{place} p', 'places that stand in the source by this name'),
		(21, 'place_parent',
		 '{place_parent} p where place_id in (select place_id from {made.source_place} q where fault is null)
			and parent_id in (select place_id from {made.source_place} q where fault is null)',
		 'which of them lies in which'),
		(22, 'place_factor',
		 '{place_factor} p where place_id in (select place_id from {made.source_place} q where fault is null)',
		 'what is known of them')
) r (step, relation, source_rows, description);

insert into ph.source_expression (map, relation, part, column_name, expression)
select m.map, e.relation, 'brought', e.column_name, e.expression
from ph.source_map m
cross join (
	values
		('place', 'source_key', 'p.place_id'),
		('place', 'place_id', 'p.place_id'),
		('place', 'place_kind', 'p.place_kind'),
		('place', 'name', 'p.name'),
		('place_parent', 'source_key', 'p.place_id'),
		('place_parent', 'place_id', 'p.place_id'),
		('place_parent', 'parent_id', 'p.parent_id'),
		('place_factor', 'source_key', 'p.place_id'),
		('place_factor', 'place_id', 'p.place_id'),
		('place_factor', 'factor', 'p.factor'),
		('place_factor', 'period', 'p.period'),
		('place_factor', 'value', 'p.value'),
		('place_factor', 'unit', 'p.unit'),
		('place_factor', 'source', 'p.source')
) e (relation, column_name, expression);

create procedure ph_support.require_place_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing text[];
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.source_load', schema)) is not null or exists (
		select
		from pg_class
		where relnamespace = to_regnamespace(quote_ident(schema))
			and relname = any ('{place,place_parent,place_factor}') and relkind not in ('r', 'p'))
	then
		raise exception 'the places of schema "%" are made from a source, or are views', schema
			using errcode = 'wrong_object_type', hint =
				'Name the schema of the source: every map reads place, place_parent and place_factor that stand there. '
				'Then CALL ph.create_views_from(...) again.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	missing := array(
		select t.relation
		from ph.shared_table() with ordinality t
		where t.relation = any ('{place,place_parent,place_factor}')
			and to_regclass(format('%I.%I', schema, t.relation)) is null
		order by t.ordinality);
	call ph_support.make_shared_tables(schema, missing);
end
$$;

comment on procedure ph_support.require_place_tables(text) is
	'makes the tables place, place_parent and place_factor of the schema where there are none. '
	'Errors: null_value_not_allowed, wrong_object_type where they are views, or made from a source';

create function ph_support.column_choices(argument text, choices jsonb, columns text[])
returns table (choice text, column_name text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	if jsonb_typeof(choices) is distinct from 'object' then
		raise exception 'argument "%" must be a JSON object of names and columns', argument
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"LSOA21": "lsoa21cd", "LAD24": "lad24cd"}''.';
	end if;
	select string_agg(key, ', ' order by key) into wrong from jsonb_each_text(choices)
	where key = '' or not coalesce(value = any (columns), false);
	if wrong is not null then
		raise exception 'argument "%" names a column that the query does not have, for %', argument, wrong
			using errcode = 'undefined_column', hint = format('Its columns are %s.', array_to_string(columns, ', '));
	end if;
	return query select key, value from jsonb_each_text(choices) order by key;
end
$$;

comment on function ph_support.column_choices(text, jsonb, text[]) is
	'names and columns of an argument. Errors: invalid_parameter_value, undefined_column with those that there are';

create procedure ph.create_places(
	schema text, query text, small_area text, kinds jsonb, names jsonb default '{}', factors jsonb default '{}',
	period text default '', source text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns text[];
	chosen record;
	area text;
	told record;
begin
	if query is null or small_area is null or period is null then
		raise exception 'query, small_area and period must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	columns := array(select column_name from ph.query_columns(query));
	perform ph_support.column_choices('kinds', kinds, columns), ph_support.column_choices('names', names, columns),
		ph_support.column_choices('factors', factors, columns);
	area := kinds ->> small_area;
	if area is null then
		raise exception 'argument "small_area" is none of the kinds'
			using errcode = 'invalid_parameter_value', hint = 'Name the kind of the smallest areas, such as LSOA21.';
	elsif exists (select from jsonb_object_keys(names) n where not kinds ? n) then
		raise exception 'argument "names" names a kind that argument "kinds" does not'
			using errcode = 'invalid_parameter_value', hint = 'Names are by kind, as in ''{"LAD24": "lad24nm"}''.';
	end if;
	call ph_support.require_place_tables(schema);
	execute format('create temp table ph_area on commit drop as select * from (%s) area', query);

	-- what most rows say of a place, and of two that as many say the first: a postcode directory has many an area
	create temp table ph_said (small_area text, kind text, what text, value text, sayings bigint, rows bigint)
		on commit drop;
	for chosen in
		select 'name' as what, n.choice as kind, k.column_name as area_column, n.column_name
		from ph_support.column_choices('names', names, columns) n
		join ph_support.column_choices('kinds', kinds, columns) k using (choice)
		union all
		select case when k.choice = small_area then 'area' else 'parent' end, k.choice, area, k.column_name
		from ph_support.column_choices('kinds', kinds, columns) k
		union all
		select 'factor', f.choice, area, f.column_name
		from ph_support.column_choices('factors', factors, columns) f
	loop
		execute format(
			'insert into pg_temp.ph_said
			select distinct on (small_area) small_area, $1, $2, value, count(*) over (partition by small_area), rows
			from (
				select btrim(%1$I::text) as small_area, btrim(%2$I::text) as value, count(*) as rows
				from pg_temp.ph_area
				where btrim(%1$I::text) <> '''' and btrim(%2$I::text) <> ''''
				group by 1, 2) said
			order by small_area, rows desc, value collate "C"',
			chosen.area_column, chosen.column_name)
		using chosen.kind, chosen.what;
	end loop;
	if not exists (select from pg_temp.ph_said where what = 'area') then
		raise exception 'the query has no small areas'
			using errcode = 'no_data_found', hint = 'No row has a value in the column that kinds gives for small_area.';
	end if;
	for told in
		select s.what, s.kind, count(*) as places, min(s.small_area) as example
		from pg_temp.ph_said s
		where s.sayings > 1
		group by s.what, s.kind
		order by s.what, s.kind
	loop
		raise notice '% %: % places have more than one, that of most rows is taken, for example %',
			told.what, told.kind, told.places, told.example;
	end loop;
	if exists (select from pg_temp.ph_said where what = 'factor' and ph_support.source_number(value) is null) then
		raise exception 'argument "factors" names a column that has what is no number'
			using errcode = 'invalid_parameter_value', hint = 'Leave such rows out, or make them NULL, in the query.';
	end if;

	create temp table ph_place on commit drop as
	select distinct on (s.value) s.value as place_id, s.kind as place_kind, n.value as name
	from pg_temp.ph_said s
	left join pg_temp.ph_said n on n.what = 'name' and n.kind = s.kind and n.small_area = s.value
	where s.what in ('area', 'parent')
	order by s.value, s.what, s.kind;
	for told in execute format(
		'select count(*) as places, min(s.place_id) as example
		from pg_temp.ph_place s
		join %I.place p on p.place_id = s.place_id and p.place_kind <> s.place_kind
		having count(*) > 0', schema)
	loop
		raise notice '% places were of another kind, for example %', told.places, told.example;
	end loop;
	execute format(
		'update %1$I.place p
		set name = coalesce(s.name, p.name), place_kind = s.place_kind
		from pg_temp.ph_place s
		where p.place_id = s.place_id
			and (p.name, p.place_kind) is distinct from (coalesce(s.name, p.name), s.place_kind)',
		schema);
	execute format(
		'insert into %1$I.place (place_id, place_kind, name)
		select s.place_id, s.place_kind, s.name
		from pg_temp.ph_place s
		where not exists (select from %1$I.place p where p.place_id = s.place_id)', schema);
	execute format(
		'delete from %1$I.place_parent t
		using %1$I.place parent
		where t.place_id in (select small_area from pg_temp.ph_said where what = ''area'')
			and parent.place_id = t.parent_id
			and parent.place_kind in (select kind from pg_temp.ph_said where what = ''parent'')', schema);
	execute format(
		'insert into %1$I.place_parent (place_id, parent_id)
		select distinct s.small_area, s.value
		from pg_temp.ph_said s
		where s.what = ''parent'' and s.value <> s.small_area', schema);
	execute format(
		'insert into %1$I.place_factor (place_id, factor, period, value, source)
		select s.small_area, s.kind, $1, ph_support.source_number(s.value), $2
		from pg_temp.ph_said s
		where s.what = ''factor''
		on conflict (place_id, factor, period) do update set value = excluded.value, source = excluded.source', schema)
	using period, source;
	drop table pg_temp.ph_area, pg_temp.ph_said, pg_temp.ph_place;
	if to_regclass(format('%I.place_dimension', schema)) is not null then
		call ph.refresh_place_dimension(schema);
	end if;
end
$$;

comment on procedure ph.create_places(text, text, text, jsonb, jsonb, jsonb, text, text) is
	'makes places of one table of small areas, with columns for what they lie in, in any country''s codes: '
	'fills place, place_parent and place_factor of the schema, and makes them where there are none. '
	'query gives the rows, one or more a small area, as a postcode directory has them; kinds the column of each kind '
	'of place, {"LSOA21": "lsoa21cd", "LAD24": "lad24cd"}, small_area the kind of the smallest; names the column with '
	'the name of a kind; factors the column of numbers that are known of small areas, for a period, from a source. '
	'Where rows of one small area differ, what most of them say is taken, and it is told how many differ. '
	'Called again, places are replaced and none is dropped. '
	'In the schema of a source, ph.create_views_from takes them from there. '
	'Errors: null_value_not_allowed, invalid_parameter_value, undefined_column with those that there are, '
	'no_data_found, wrong_object_type where the places of the schema are views, or made from a source';

create procedure ph.create_area_deciles(
	schema text, factor text, period text, most_deprived text default 'highest', population text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	areas bigint;
	weighted bigint;
begin
	if schema is null or factor is null or period is null then
		raise exception 'schema, factor and period must not be null'
			using errcode = 'null_value_not_allowed';
	elsif coalesce(most_deprived, '') not in ('highest', 'lowest') then
		raise exception 'argument "most_deprived" must be highest or lowest'
			using errcode = 'invalid_parameter_value', hint = 'It says which values of the score mean most deprived.';
	end if;
	call ph_support.require_place_tables(schema);
	execute format(
		'select count(*), count(*) filter (where w.value >= 0)
		from %1$I.place_factor s
		left join %1$I.place_factor w on w.place_id = s.place_id and w.period = s.period and w.factor = $3
		where s.factor = $1 and s.period = $2 and s.value <> ''NaN''', schema)
	into areas, weighted
	using factor, period, population;
	if areas < 10 then
		raise exception 'there are fewer than ten areas with a value of factor "%" in period "%"', factor, period
			using errcode = 'invalid_parameter_value',
				hint = 'Scores stand in place_factor: CALL ph.create_places(..., factors => ...) writes them.';
	elsif population is not null and weighted < areas then
		raise exception '% of % areas have no value of factor "%" in the period', areas - weighted, areas, population
			using errcode = 'invalid_parameter_value', hint = 'Deciles by population need the people of every area.';
	end if;
	execute format(
		'insert into %1$I.place_factor (place_id, factor, period, value, source)
		select place_id, $1 || ''_decile'', $2,
			-- the share of areas, or of people, that come before; areas that tie share one
			least(10, floor(10 * coalesce(sum(weight) over (
				order by rank range between unbounded preceding and current row exclude group), 0)
				/ nullif(sum(weight) over (), 0)) + 1),
			concat(''computed from '', $1, '' by '', coalesce($3, ''areas''))
		from (
			select s.place_id, (case when $4 = ''highest'' then -s.value else s.value end) as rank,
				case when $3 is null then 1::numeric else w.value::numeric end as weight
			from %1$I.place_factor s
			left join %1$I.place_factor w on w.place_id = s.place_id and w.period = s.period and w.factor = $3
			where s.factor = $1 and s.period = $2 and s.value <> ''NaN'') area
		on conflict (place_id, factor, period) do update set value = excluded.value, source = excluded.source', schema)
	using factor, period, population, most_deprived;
end
$$;

comment on procedure ph.create_area_deciles(text, text, text, text, text) is
	'writes into place_factor, as FACTOR_decile, the tenth of each area by a score of place_factor in a period: '
	'1 the most deprived, whose scores are the highest, or the lowest where most_deprived says so; '
	'tenths of the areas, or of the people that the factor population counts in the same period. '
	'Areas that tie share the lower decile: floor(10 * before / all) + 1, before counts those that come before. '
	'Errors: null_value_not_allowed, invalid_parameter_value for fewer than ten areas and without the people of some, '
	'wrong_object_type where the places of the schema are views, or made from a source';

create function ph_support.report_rows(schema text)
returns table (relation text, provider text, item text, rows bigint, example text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	if to_regclass(format('%I.source_count', schema)) is not null then
		return query execute format(
			'select relation, provider, case kind when ''used'' then kind else kind || '': '' || what end,
				sum(rows)::bigint, min(example), null::text
			from %I.source_count
			group by 1, 2, 3', schema);
		return;
	end if;
	for part in
		select t.relation, exists (
			select
			from ph.shared_column() c
			where c.relation = t.relation and c.column_name = 'provider_code') as has_provider
		from ph.shared_table() t
		where to_regclass(format('%I.%I', schema, t.relation)) is not null
	loop
		return query execute format('select %L, %s, ''used'', count(*), null::text, null::text from %I.%I group by 2',
			part.relation, case when part.has_provider then 'provider_code::text' else 'null::text' end, schema,
			part.relation);
	end loop;
end
$$;

comment on function ph_support.report_rows(text) is
	'what became of the rows of the source by relation and provider: used, set aside and why, remarked; '
	'where no map has counted, the rows of the tables';

create function ph_support.require_report(schema text, months integer) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	elsif months is null or months < 1 or months > 600 then
		raise exception 'argument "months" must be from 1 to 600'
			using errcode = 'invalid_parameter_value';
	elsif to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_views_from(...) makes them of what you have.';
	end if;
end
$$;

comment on function ph_support.require_report(text, integer) is
	'does nothing where the schema has shared tables to report of. '
	'Errors: invalid_schema_name, undefined_table, invalid_parameter_value';

create function ph_support.report_months(schema text, months integer)
returns table (relation text, item text, rows bigint, share double precision, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	last_month date;
begin
	perform ph_support.require_report(schema, months);
	execute ph_support.in_schema(
		format('select date_trunc(''month'', %s::timestamp)', ph_support.last_day(schema)), schema)
	into last_month;
	for part in
		select d.relation, d.start_column
		from ph_support.dated_relation() d
		where d.relation = any ('{encounter,clinical_event,measurement}')
			and to_regclass(format('%I.%I', schema, d.relation)) is not null
	loop
		return query execute format(
			'with counted as (
				select m.month::date as month, coalesce(c.rows, 0) as rows
				from generate_series($1::timestamp, $2::timestamp, ''1 month'') m (month)
				left join (
					select date_trunc(''month'', %1$I::timestamp) as month, count(*) as rows
					from %2$I.%3$I
					where %1$I >= $1 and %1$I < $2 + interval ''1 month''
					group by 1
				) c using (month)
			), usual as (  -- months before the data begin say nothing of it
				select first_month, percentile_cont(0.5) within group (order by rows) as rows
				from counted
				join (select min(month) as first_month from counted where rows > 0) f on month >= first_month
				group by first_month
			)
			select %3$L, to_char(c.month, ''YYYY-MM''), c.rows,
				case when c.month >= u.first_month then c.rows / nullif(u.rows, 0) end,
				case
					when c.month < u.first_month then ''before the first record''
					when c.rows < u.rows / 2 then ''less than half of the usual month'' end
			from counted c, usual u',
			part.start_column, schema, part.relation)
		using (last_month - make_interval(months => months - 1))::date, last_month;
	end loop;
end
$$;

comment on function ph_support.report_months(text, integer) is
	'records by month, of so many up to the data day, beside the usual month: '
	'the median of those looked at, from the first with a record on';

create function ph_support.report_fields(schema text)
returns table (relation text, item text, rows bigint, share double precision)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select c.relation, array_agg(c.column_name order by c.ordinality) as names,
			string_agg(format('count(%I)', c.column_name), ', ' order by c.ordinality) as counts
		from ph.shared_column() with ordinality c
		join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', schema, c.relation))
			and a.attname = c.column_name and not a.attisdropped
		where not c.relation = any ('{code_list,code_map,data_day}')
		group by c.relation
		order by min(c.ordinality)
	loop
		return query execute format(
			'select %L, n, k, k / nullif(all_rows, 0)::double precision
			from (select count(*) as all_rows, array[%s] as known from %I.%I) counted, unnest($1, known) u (n, k)
			where all_rows > 0',
			part.relation, part.counts, schema, part.relation)
		using part.names;
	end loop;
end
$$;

comment on function ph_support.report_fields(text) is 'how many rows of each relation know each field';

create function ph_support.report_span(schema text)
returns table (item text, rows bigint, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.stay', schema)) is null then
		return;
	end if;
	return query execute format(
		'select u.item, null::bigint, u.day::text
		from (
			select min(start_date) filter (where isfinite(start_date)) as first_day, max(end_date) - 1 as last_day
			from %1$I.stay) span,
			unnest(array[''first day of person-time'', ''last day of person-time''],
				array[span.first_day, span.last_day]) u (item, day)
		union all
		select ''people on the data day'', count(*),
			case when count(*) = 0 then ''nobody: give a data_day on which people are registered'' end
		from %1$I.person_at(%2$s)', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;

comment on function ph_support.report_span(text) is
	'the first and the last day on which person-time counts, and how many people are there on the data day';

create function ph_support.report_missing(schema text)
returns table (relation text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	need record;
	there boolean;
	pod text;
begin
	for need in select * from ph_support.shared_need() loop
		there := false;
		if to_regclass(format('%I.%I', schema, need.relation)) is not null then
			execute format('select exists (select from %I.%I)', schema, need.relation) into there;
		end if;
		if not there then
			return query select need.relation, need.without;
		end if;
	end loop;
	foreach pod in array '{GP,AE,OP,EL,NEL}'::text[] loop
		exit when to_regclass(format('%I.encounter', schema)) is null;
		execute format('select not exists (select from %I.encounter) or %s', schema,
			ph_support.kind_is_known(schema, format('pod = %L', pod)))
		into there;
		if not there then
			return query
			select 'encounter', format('no encounter of kind %s: counts and rates of them are unknown', pod);
		end if;
	end loop;
end
$$;

comment on function ph_support.report_missing(text) is
	'the shared tables that are empty, kinds of encounter that nobody has, and what cannot be answered so';

create function ph.source_report(schema text, months integer default 36)
returns table (
	section text, relation text, provider text, item text, rows bigint, share double precision,
	expected double precision, example text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_report(schema, months);
	return query
	select 'rows', r.relation, r.provider, r.item, r.rows, null::double precision, null::double precision, r.example,
		r.note
	from ph_support.report_rows(schema) r
	order by (select t.ordinality from ph.shared_table() with ordinality t where t.relation = r.relation),
		r.provider collate "C", r.item collate "C" desc;
	return query
	select 'months', m.relation, null::text, m.item, m.rows, m.share, null::double precision, null::text, m.note
	from ph_support.report_months(schema, months) m;
	return query
	select 'fields', f.relation, null::text, f.item, f.rows, f.share, null::double precision, null::text, null::text
	from ph_support.report_fields(schema) f;
	if to_regclass(format('%I.register', schema)) is not null
		and to_regclass(format('%I.code_list', schema)) is not null
	then
		return query
		select 'registers', c.register, null::text, concat_ws(' ', c.characteristic, c.value), c.registered,
			c.registered::double precision / nullif(c.people, 0), c.expected / nullif(c.people, 0), null::text,
			c.verdict
		from ph.register_coverage(schema) c;
	end if;
	return query
	select 'person-time', 'stay', null::text, s.item, s.rows, null::double precision, null::double precision,
		null::text, s.note
	from ph_support.report_span(schema) s;
	return query
	select 'missing', m.relation, null::text, null::text, null::bigint, null::double precision, null::double precision,
		null::text, m.note
	from ph_support.report_missing(schema) m;
end
$$;

comment on function ph.source_report(text, integer) is
	'what was understood of the data of a schema, by section: rows (of each relation and provider used, set aside and '
	'why, remarked, with the key of one), months (records of each of the last months up to the data day, '
	'as a share of the usual month), fields (share of rows that know each), registers (people beside what is '
	'plausible), person-time (first and last day that counts, people on the data day), '
	'missing (empty tables and kinds of encounter, and what cannot be answered so). '
	'Errors: invalid_schema_name, undefined_table, invalid_parameter_value';

create function ph.chart_source_report(schema text, months integer default 36) returns text
language sql stable
begin atomic
	with month as (
		select m.relation, m.item,
			case when m.note is distinct from 'before the first record' then m.rows end as rows
		from ph_support.report_months(schema, months) m
	), row as (
		select relation, array_agg(item order by item) as items, array_agg(rows::double precision order by item) as rows
		from month
		group by relation
	)
	select ph.chart_completeness(array_agg(relation order by relation), min(items), array_agg(rows order by relation),
		'Records by month', source => 'tables of schema ' || schema)
	from row;
end;

comment on function ph.chart_source_report(text, integer) is
	'the months of ph.source_report as SVG: a row of bars a relation, so that a month that is half loaded is seen';

create table ph.breakdown (
	breakdown text primary key check (breakdown ~ '^[a-z][a-z0-9_]*$'),
	name text not null,
	ordered boolean not null default false,
	groups text[] not null default '{}',
	expression text,
	query text,
	otherwise text not null default 'unknown',
	check (num_nonnulls(expression, query) = 1)
);

comment on table ph.breakdown is
	'what measures may be broken down by; who belongs to no group, or to one that is not known, is in the group '
	'unknown';

comment on column ph.breakdown.breakdown is 'name of the breakdown';

comment on column ph.breakdown.name is 'name to show';

comment on column ph.breakdown.ordered is
	'whether the groups have an order that means something, the most disadvantaged or youngest first';

comment on column ph.breakdown.groups is 'the groups in the order in which they are shown';

comment on column ph.breakdown.expression is
	'shipped only: the group, as an expression over s (the stay), p (the person) and age';

comment on column ph.breakdown.query is
	'a query of person_id, group_name and, if groups change, days (a daterange): who is in which group on which days';

comment on column ph.breakdown.otherwise is
	'the group of who is in no row of the query, where the query has rows at all: unknown, or no';

create table ph.measure (
	measure text not null check (measure ~ '^[a-z][a-z0-9_]*$'),
	version text not null check (version ~ '^[0-9a-z][0-9a-z._-]*$'),
	name text not null check (name <> ''),
	meaning text not null check (meaning <> ''),
	indicator text not null,
	per float8 check (per > 0),
	unit text not null,
	standard text,
	reference text check (reference = 'system'),
	with_measure text,
	age float8,
	until float8,
	age_from integer check (age_from >= 0),
	age_until integer check (age_until > 0),
	exposure text not null default 'years' check (exposure in ('years', 'people', 'rows')),
	better text not null check (better in ('lower', 'higher', 'neither')),
	kind text not null check (kind in ('input', 'process', 'output', 'outcome')),
	aim text not null check (aim in ('outcomes', 'quality', 'cost', 'equity', 'experience')),
	pillar text not null check (pillar in ('determinants', 'behaviours', 'communities', 'care')),
	action_area text check (action_area in (
		'shared value', 'collaboration', 'equitable communities', 'integrated services')),
	team text,
	owner text,
	source text not null,
	leaves_out text,
	population text check (population in ('registered', 'resident', 'registered_or_resident')),
	purpose text,
	people text,
	events text,
	persons text,
	areas text,
	recorded text,
	recorded_within interval,
	breakdowns text[] not null default '{deprivation_quintile,sex,age_band,ethnicity}',
	period_kinds text[] not null default '{month,financial_year}',
	chart text not null default 'xmr' check (chart in ('xmr', 'u', 'p')),
	overdispersion boolean not null default false,
	seasonal boolean not null default false,
	reference_tally ph.tally,
	folded_at timestamptz,
	primary key (measure, version),
	check (num_nonnulls(events, persons, areas) = 1),
	check (people is null or events is not null),
	check (age_from < age_until),
	check (num_nonnulls(standard, reference, with_measure) <= 1)
);

comment on table ph.measure is
	'the measures that are shipped: read only; CALL ph.create_measure_tables(...) takes them into a schema of yours, '
	'where measures of your own stand beside them';

comment on column ph.measure.measure is 'name of the measure';

comment on column ph.measure.version is 'version; the latest one counts, numbers in it compared as numbers';

comment on column ph.measure.name is 'name to show';

comment on column ph.measure.meaning is 'what it means, in one sentence';

comment on column ph.measure.indicator is 'the indicator that is asked of its tallies: one of ph.indicators()';

comment on column ph.measure.per is 'what the indicator is times; NULL is its own';

comment on column ph.measure.unit is 'unit of the value';

comment on column ph.measure.standard is
	'standard population of a standardised rate, as text of a tally; NULL is the indicator''s own. '
	'Its bands beyond the age limits are left out';

comment on column ph.measure.reference is
	'system: the whole system of the same period is the reference of an indicator that needs one';

comment on column ph.measure.with_measure is
	'the measure whose tally is the reference: the survey of healthy life expectancy';

comment on column ph.measure.age is 'age from which a life expectancy counts';

comment on column ph.measure.until is 'time that survival and years of life lost are asked for';

comment on column ph.measure.age_from is
	'youngest age that counts, in completed years on the first day at risk in the period in that place';

comment on column ph.measure.age_until is 'first age that counts no more';

comment on column ph.measure.exposure is
	'what is below the line: years at risk, people with a day at risk, or rows: the events themselves, '
	'each with a column exposure, or 1';

comment on column ph.measure.better is 'lower, higher or neither';

comment on column ph.measure.kind is 'input, process, output or outcome';

comment on column ph.measure.aim is 'outcomes, quality, cost, equity or experience';

comment on column ph.measure.pillar is 'determinants, behaviours, communities or care';

comment on column ph.measure.action_area is
	'action area of the Culture of Health framework: shared value, collaboration, equitable communities, '
	'integrated services';

comment on column ph.measure.team is 'team that it is about';

comment on column ph.measure.owner is 'partner that answers for it';

comment on column ph.measure.source is 'who defines it';

comment on column ph.measure.leaves_out is 'what it leaves out or does otherwise than its source';

comment on column ph.measure.population is
	'registered, resident or registered_or_resident; NULL is the population that the views are made of';

comment on column ph.measure.purpose is 'what it may be used for';

comment on column ph.measure.people is
	'of a period measure: the query of who is at risk on which days, person_id, days daterange and, if it is not age, '
	'key; NULL is everybody on all days. The days of one person do not overlap';

comment on column ph.measure.events is
	'of a period measure: the query of what happened, person_id, event_date, amount and, where exposure is rows, '
	'exposure and key';

comment on column ph.measure.persons is
	'of a day measure: the query of persons on {day}, one row each, person_id, amount and, if they are not 1 and age, '
	'exposure and key; a period is asked on its last day';

comment on column ph.measure.areas is
	'of a measure of areas: the query of published numbers, place_id, period_kind, period, numerator, denominator and '
	'key; they roll up into larger places';

comment on column ph.measure.recorded is
	'the query of the days, record_date, on which its source has a record: a period without any is no data. '
	'NULL: the events themselves';

comment on column ph.measure.recorded_within is
	'of a day measure: how long before the day a record may lie; NULL is ever';

comment on column ph.measure.breakdowns is
	'what it may be broken down by, each a breakdown or a pair of them, "deprivation_quintile by sex"';

comment on column ph.measure.period_kinds is 'the kinds of period of calendar that are folded unless others are asked';

comment on column ph.measure.chart is 'control chart of its series: xmr, u (rates) or p (proportions)';

comment on column ph.measure.overdispersion is 'whether its funnels allow for places that differ by more than chance';

comment on column ph.measure.seasonal is
	'whether its monthly series is adjusted for season and the number of days before it is charted';

comment on column ph.measure.reference_tally is 'the standard within the age limits, as the indicator takes it';

comment on column ph.measure.folded_at is 'when it was first folded: from then on the version cannot change';

grant select on ph.breakdown, ph.measure to public;

create function ph_support.measure_tables() returns text[]
language sql immutable parallel safe
return '{breakdown,measure,relative_risk}'::text[];

comment on function ph_support.measure_tables() is 'the tables of measures that are shipped and copied';

create function ph_support.measure_query_columns(
	out part text, out column_name text, out types regtype[], out needed boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select part, column_name, case kind
			when 'person' then '{text,varchar,int,bigint,uuid}'
			when 'number' then '{int,bigint,smallint,numeric,float8,real}'
			else array[kind]::text end::regtype[], needed
	from (
		values
			('people', 'person_id', 'person', true),
			('people', 'days', 'daterange', true),
			('people', 'key', 'number', false),
			('events', 'person_id', 'person', true),
			('events', 'event_date', 'date', true),
			('events', 'amount', 'number', true),
			('events', 'exposure', 'number', false),
			('events', 'key', 'number', false),
			('persons', 'person_id', 'person', true),
			('persons', 'amount', 'number', true),
			('persons', 'exposure', 'number', false),
			('persons', 'key', 'number', false),
			('areas', 'place_id', 'text', true),
			('areas', 'period_kind', 'text', true),
			('areas', 'period', 'date', true),
			('areas', 'numerator', 'number', true),
			('areas', 'denominator', 'number', true),
			('areas', 'key', 'number', false),
			('recorded', 'record_date', 'date', true),
			('query', 'person_id', 'person', true),
			('query', 'group_name', 'text', true),
			('query', 'days', 'daterange', false)
	) c (part, column_name, kind, needed);
end;

comment on function ph_support.measure_query_columns() is
	'the columns that the queries of measures (people, events, persons, areas, recorded) and of breakdowns (query) '
	'give, the types that each may have, and whether it is needed';

create function ph_support.measure_query(schema text, query text, day date default current_date) returns text
language sql stable parallel safe
begin atomic
	select ph_support.in_schema(
		replace(rtrim(query, E'; \n\t\r'), '{day}', quote_literal(day::text) || '::pg_catalog.date'), schema);
end;

comment on function ph_support.measure_query(text, text, date) is
	'the query of a measure with the relations of the schema and the day in it';

create function ph_support.measure_part(schema text, query text, day date default current_date) returns text
language sql stable parallel safe
return '(' || ph_support.measure_query(schema, query, day) || E'\n)';  -- after a comment at its end

comment on function ph_support.measure_part(text, text, date) is
	'the query of a measure as a relation of another query, which must have been checked';

create procedure ph_support.check_measure_query(schema text, author regrole, part text, query text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	readable text;
	wrong text;
begin
	if query is null then
		return;
	end if;
	readable := ph_support.measure_query(schema, query);
	call ph_support.require_safe_query(readable, author);
	select string_agg(format('%s %s', c.column_name, c.types[1]), ', ')
	into wrong
	from ph_support.measure_query_columns() c
	-- as it is folded: a relation of another query
	left join ph.query_columns(format('select * from %s q', ph_support.measure_part(schema, query))) q
		using (column_name)
	where c.part = check_measure_query.part
		and (q.type is null and c.needed or q.type is not null and q.type <> all (c.types));
	if wrong is not null then
		raise exception 'the query "%" must give the columns %', part, wrong
			using errcode = 'datatype_mismatch', hint = (
				select string_agg(format('%s %s%s', c.column_name, c.types[1],
					case when c.needed then '' else ' (may be left out)' end),
					', ')
				from ph_support.measure_query_columns() c
				where c.part = check_measure_query.part);
	end if;
end
$$;

comment on procedure ph_support.check_measure_query(text, regrole, text, text) is
	'does nothing where the query is one SELECT that only reads what its author may read, calls only functions that '
	'are not volatile, and gives the columns of its part. Errors: those of ph_support.require_safe_query, '
	'datatype_mismatch';

create function ph_support.standard_of(standard text, age_from integer, age_until integer) returns ph.tally
language sql immutable parallel safe
begin atomic
	select ph.count_tally(key, events, exposure)
	from (
		select c.*, lead(c.key) over (order by c.key) as next
		from ph.cells(coalesce(standard::ph.tally, ph.esp2013())) c
	) band
	where (age_until is null or key < age_until) and (age_from is null or next is null or next > age_from);
end;

comment on function ph_support.standard_of(text, integer, integer) is
	'a standard population, ph.esp2013() where it is NULL, without the bands that lie wholly beyond the age limits';

create function ph_support.owner_of(relation regclass) returns regrole
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
return (select relowner::regrole from pg_class where oid = relation);

comment on function ph_support.owner_of(regclass) is 'the owner of a relation';

create function ph_support.check_measure() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	author constant regrole := ph_support.owner_of(tg_relid);
	wrong text;
	lacks_survey boolean;
	part record;
begin
	if not pg_has_role(author, 'usage') then
		raise exception 'only the owner of table %.% may write measures', tg_table_schema, tg_table_name
			using errcode = 'insufficient_privilege', hint = 'The owner''s rights decide what a measure may read.';
	end if;
	if not exists (select from ph.indicators() i where i.indicator = new.indicator) then
		raise exception 'column "indicator" must be an indicator'
			using errcode = 'invalid_parameter_value', hint = (
				select 'The indicators are ' || string_agg(i.indicator, ', ') || '.'
				from ph.indicators() i);
	end if;
	if tg_table_schema <> 'ph' and exists (
		select
		from ph.measure m
		where m.measure = new.measure and (m.version = new.version)
			and to_jsonb(m) - '{folded_at,reference_tally}'::text[]
				<> to_jsonb(new) - '{folded_at,reference_tally}'::text[])
	then
		raise exception 'version "%" of measure "%" is shipped and stays as it is', new.version, new.measure
			using errcode = '42939', hint = 'Give yours a version, or a name, of its own.';
	end if;
	execute format(
		'select string_agg(d, '', '') from unnest($1) b, regexp_split_to_table(b, '' by '') d '
		'where d not in (select breakdown from %I.breakdown)', tg_table_schema)
	into wrong
	using new.breakdowns;
	if wrong is not null then
		raise exception 'column "breakdowns" names what table breakdown has not: %', wrong
			using errcode = 'invalid_parameter_value', hint = 'Insert the breakdown first, or name one that is there.';
	end if;
	if cardinality(new.breakdowns) <> (select count(distinct b) from unnest(new.breakdowns) b) then
		raise exception 'column "breakdowns" must name each breakdown once'
			using errcode = 'invalid_parameter_value', hint = 'Who is in a breakdown that is named twice counts twice.';
	end if;
	if exists (
		select
		from unnest(new.period_kinds) k
		where k not in ('day', 'month', 'quarter', 'year', 'financial_year', 'rolling_year'))
	then
		raise exception 'column "period_kinds" must name kinds of period'
			using errcode = 'invalid_parameter_value', hint =
				'They are day, month, quarter, year, financial_year and rolling_year.';
	end if;
	if new.standard is not null or new.indicator in ('dsr', 'dsr_gamma') then
		new.reference_tally := ph_support.standard_of(new.standard, new.age_from, new.age_until);
	else
		new.reference_tally := null;
	end if;
	if tg_table_schema = 'ph' then  -- shipped queries are checked where they are folded: {person} is of a schema
		return new;
	end if;
	if new.indicator in ('smr', 'indirect_rate', 'dsr_ratio') and coalesce(new.reference, new.standard) is null then
		raise exception 'indicator "%" needs a reference', new.indicator
			using errcode = 'invalid_parameter_value', hint = 'Say reference = system, or give a standard as a tally.';
	elsif new.indicator = 'healthy_life_expectancy' and new.with_measure is null then
		raise exception 'indicator "%" needs a survey', new.indicator
			using errcode = 'invalid_parameter_value', hint = 'Name the measure of the survey in with_measure.';
	end if;
	execute format('select $1 is not null and not exists (select from %I.measure where measure = $1)', tg_table_schema)
	into lacks_survey
	using new.with_measure;
	if lacks_survey and not exists (select from ph.measure m where m.measure = new.with_measure) then
		raise exception 'column "with_measure" names no measure'
			using errcode = 'invalid_parameter_value', hint = 'Insert the measure of the survey first.';
	end if;
	for part in
		select *
		from (
			values ('people', new.people), ('events', new.events), ('persons', new.persons), ('areas', new.areas),
				('recorded', new.recorded)
		) q (name, query)
		where not exists (select from ph.measure m where (m.measure, m.version) = (new.measure, new.version))
	loop
		call ph_support.check_measure_query(tg_table_schema, author, part.name, part.query);
	end loop;
	return new;
end
$$;

comment on function ph_support.check_measure() is
	'trigger of the table measure: its indicator, breakdowns and kinds of period are known, its queries safe, '
	'and it is its owner who writes';

create function ph_support.keep_folded_measure() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	changes boolean := true;
begin
	if tg_op = 'DELETE' then  -- with all that was folded of it a version goes: ph.drop_measure
		execute format('select exists (select from %I.measure_fold where measure = $1 and version = $2)',
			tg_table_schema)
		into changes
		using old.measure, old.version;
	else
		changes := to_jsonb(new) - 'folded_at' <> to_jsonb(old) - 'folded_at' or new.folded_at is null;
	end if;
	if old.folded_at is not null and changes then
		raise exception 'version "%" of measure "%" was folded and cannot change', old.version, old.measure
			using errcode = '55006', hint =
				'Insert it anew with another version; ph.drop_measure takes a measure and all that was folded of it.';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function ph_support.keep_folded_measure() is
	'trigger of the table measure: a version that was folded does not change, nor go without what was folded of it';

create function ph_support.check_breakdown() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reader text;
begin
	if not pg_has_role(ph_support.owner_of(tg_relid), 'usage') then
		raise exception 'only the owner of table %.% may write breakdowns', tg_table_schema, tg_table_name
			using errcode = 'insufficient_privilege';
	end if;
	if tg_op = 'DELETE' then
		execute format(
			'select min(measure) from %I.measure where $1 = any (ph_support.breakdown_dimensions(breakdowns))',
			tg_table_schema)
		into reader
		using old.breakdown;
		if reader is not null then
			raise exception 'measure "%" names breakdown "%"', reader, old.breakdown
				using errcode = '55006', hint = 'Drop the measures that name it first: ph.drop_measure.';
		end if;
		return old;
	elsif exists (select from ph.breakdown b where b.breakdown = new.breakdown and to_jsonb(b) = to_jsonb(new)) then
		return new;
	elsif exists (select from ph.breakdown b where b.breakdown = new.breakdown) then
		raise exception 'breakdown "%" is shipped and stays as it is', new.breakdown
			using errcode = '42939', hint = 'Give yours a name of its own.';
	elsif new.expression is not null then
		raise exception 'column "expression" is for breakdowns that are shipped'
			using errcode = 'invalid_parameter_value', hint = 'Give a query of person_id, group_name and days.';
	elsif new.breakdown in ('all', 'unknown') then
		raise exception 'column "breakdown" must not be %', new.breakdown
			using errcode = 'invalid_parameter_value', hint = 'The name says something else in what is folded.';
	end if;
	call ph_support.check_measure_query(tg_table_schema, ph_support.owner_of(tg_relid), 'query', new.query);
	return new;
end
$$;

comment on function ph_support.check_breakdown() is
	'trigger of the table breakdown: those that are shipped stay as they are, the queries of others are safe, and what '
	'a measure names stays';

create procedure ph_support.add_measure_triggers(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute ph_support.in_schema(
		'create or replace trigger a_keep_folded before update or delete on {measure}
		for each row execute function ph_support.keep_folded_measure()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update on {measure}
		for each row execute function ph_support.check_measure()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update or delete on {breakdown}
		for each row execute function ph_support.check_breakdown()', schema);
end
$$;

comment on procedure ph_support.add_measure_triggers(text) is
	'attaches what keeps the tables of measures of a schema right; ph.create_measure_tables calls it';

create table ph.relative_risk (
	factor text not null check (factor <> ''),
	outcome text not null check (outcome <> ''),
	source text not null check (source <> ''),
	relative_risk float8 not null check (relative_risk > 0 and relative_risk < 'infinity'),
	lower float8 not null check (lower > 0 and lower <= relative_risk),
	upper float8 not null check (upper >= relative_risk and upper < 'infinity'),
	per float8 not null default 1 check (per > 0),
	unit text,
	counterfactual float8 not null default 0 check (counterfactual >= 0),
	causes text,
	age_from integer not null default 0 check (age_from >= 0),
	certainty text not null check (certainty <> ''),
	primary key (factor, outcome, source)
);

comment on table ph.relative_risk is
	'relative risks that are shipped, read only; those of yours belong into the table relative_risk that '
	'ph.create_measure_tables makes, with their source';

comment on column ph.relative_risk.factor is 'the exposure: a factor of place_factor';

comment on column ph.relative_risk.outcome is 'what it is a risk of';

comment on column ph.relative_risk.source is 'who published it';

comment on column ph.relative_risk.relative_risk is 'relative risk for each step of the exposure';

comment on column ph.relative_risk.lower is 'its lower 95 % limit';

comment on column ph.relative_risk.upper is 'its upper 95 % limit';

comment on column ph.relative_risk.per is 'the step of the exposure';

comment on column ph.relative_risk.unit is 'unit of the exposure';

comment on column ph.relative_risk.counterfactual is 'level that could be reached: nothing below it counts';

comment on column ph.relative_risk.causes is
	'regular expression of the ICD-10 codes of the deaths that it is about; NULL is all';

comment on column ph.relative_risk.age_from is 'youngest age that it is about';

comment on column ph.relative_risk.certainty is 'what was read in the source and what is from memory';

grant select on ph.relative_risk to public;

insert into ph.relative_risk
values
	('pm25', 'deaths from natural causes', 'Chen and Hoek 2020, review for the WHO guidelines of 2021', 1.08, 1.06,
		1.09,
	 10, 'ug/m3', 5, '^[A-R]', 30, 'risk and limits read as quoted; counterfactual, the guideline level, from memory'),
	('pm25', 'deaths from all causes', 'COMEAP 2018', 1.06, 1.04, 1.08, 10, 'ug/m3', 0, null, 30,
	 'read in a public health bulletin; superseded in 2022'),
	('no2', 'deaths from natural causes', 'Huangfu and Atkinson 2020, review for the WHO guidelines of 2021', 1.02,
		1.01,
	 1.04, 10, 'ug/m3', 10, '^[A-R]', 30,
	 'risk and limits read as quoted; counterfactual and authors from memory');

create function ph.attributable_to(
	schema text, factor text, outcome text, period daterange, source text default null,
	by text default 'deprivation_quintile')
returns table (
	group_name text, people float8, events float8, attributable float8, attributable_lower float8,
	attributable_upper float8, fraction_of_events float8, fraction_of_events_lower float8,
	fraction_of_events_upper float8, fraction_of_people float8, fraction_of_people_lower float8,
	fraction_of_people_upper float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	risk record;
begin
	perform ph_support.require_measure_tables(schema);
	if by is null or by not in ('deprivation_quintile', 'place', 'neighbourhood', 'small_area', 'system') then
		raise exception 'argument "by" must be one that is known'
			using errcode = 'invalid_parameter_value', hint =
				'They are deprivation_quintile, place, neighbourhood, small_area and system.';
	end if;
	execute format(
		'select count(*) over () as found, r.*
		from %I.relative_risk r
		where r.factor = $1 and r.outcome = $2 and ($3 is null or r.source = $3)
		order by r.source
		limit 1', schema)
	into risk
	using factor, outcome, source;
	if risk.found is distinct from 1 then
		raise exception 'there is %', case when risk.found is null then 'no such relative risk'
				else 'more than one such relative risk: argument "source" is needed' end
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT factor, outcome, source FROM %I.relative_risk tells which there are.', schema);
	end if;
	-- everybody with the exposure of the first day at risk, deaths where people lived then
	return query execute format(
		'with exposure as (
			select distinct on (place_id) place_id, value
			from %1$I.place_factor
			where factor = $1
			-- the latest that was there by the end of the period, or else the first after it
			order by place_id, left(period, 4) <= to_char($3 - 1, ''YYYY'') desc,
				case when left(period, 4) <= to_char($3 - 1, ''YYYY'') then period end desc, period
		), person as (
			select distinct on (s.person_id) s.person_id, s.%2$I::text as group_name, x.value as level,
				p.death_date >= $2 and p.death_date < $3 and ($4 is null or p.death_cause_icd10 ~ $4) as died
			from %1$I.stay s
			join %1$I.person p on p.person_id = s.person_id
			left join exposure x on x.place_id = s.small_area
			where s.start_date < $3 and s.end_date > $2
				and ph.completed_years(p.birth_date, greatest(s.start_date, $2)) >= $5
			order by s.person_id, s.start_date
		), counted as (
			select coalesce(group_name, ''unknown'') as group_name, level, count(*)::float8 as people,
				(count(*) filter (where died))::float8 as events
			from person
			group by coalesce(group_name, ''unknown''), level
		)
		select a.*
		from (
			select array_agg(people) as people, array_agg(events) as events, array_agg(level) as levels,
				array_agg(group_name) as groups
			from counted
		) given,
			lateral ph.attributable(given.people, given.events, given.levels, $6, $7, $8, $9, $10, given.groups) a
		where given.people is not null', schema, by)
	using factor, ph_support.first_day(period), ph_support.day_after(period), risk.causes, risk.age_from,
		risk.relative_risk, risk.per, risk.counterfactual, risk.lower, risk.upper;
end
$$;

comment on function ph.attributable_to(text, text, text, daterange, text, text) is
	'deaths attributable to a factor of places in a period: everybody has the level of the place of the first day at '
	'risk, the risk is the row of relative_risk with that factor, outcome and source (NULL: the only one); of all '
	'(group_name NULL) and by deprivation_quintile, place, neighbourhood, small_area or system: numbers with limits '
	'that move together, and fractions of deaths and of people (ph.attributable). "Equivalent to" so many deaths: '
	'they are put off, not spared for ever. Errors: undefined_table, invalid_parameter_value';

create function ph_support.avoidable_list(
	out cause text, out icd10 text, out preventable float8, out treatable float8, out sex text, out certain boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('intestinal diseases', 'A00-A09', 1, 0, null, true),
		('tuberculosis', 'A15-A19 B90 J65', 0.5, 0.5, null, false),
		('diphtheria, tetanus, poliomyelitis, whooping cough', 'A33-A37 A80', 1, 0, null, false),
		('meningococcal infection', 'A39', 1, 0, null, true),
		('sepsis of pneumococci and Haemophilus', 'A403 A413', 1, 0, null, true),
		('Haemophilus infections', 'A492', 1, 0, null, true),
		('sexually transmitted infections', 'A50-A60 A63 A64', 1, 0, null, true),
		('varicella, measles, rubella', 'B01 B05 B06', 1, 0, null, true),
		('viral hepatitis', 'B15-B19', 1, 0, null, true),
		('HIV', 'B20-B24', 1, 0, null, false),
		('malaria', 'B50-B54', 1, 0, null, true),
		('meningitis of Haemophilus and pneumococci', 'G000 G001', 1, 0, null, true),
		('COVID-19', 'U071 U072 U099 U109', 1, 0, null, false),
		('scarlet fever', 'A38', 0, 1, null, true),
		('other sepsis', 'A400-A402 A404-A409 A410-A412 A414-A419', 0, 1, null, true),
		('cellulitis', 'A46 L03', 0, 1, null, true),
		('legionnaires'' disease', 'A481', 0, 1, null, true),
		('streptococcal and enterococcal infection', 'A491', 0, 1, null, true),
		('other meningitis', 'G002 G003 G008 G009 G03', 0, 1, null, true),

		('cancer of lip, mouth and throat', 'C00-C14', 1, 0, null, true),
		('cancer of the oesophagus', 'C15', 1, 0, null, true),
		('cancer of the stomach', 'C16', 1, 0, null, true),
		('cancer of the liver', 'C22', 1, 0, null, true),
		('cancer of the lung', 'C33 C34', 1, 0, null, true),
		('mesothelioma', 'C45', 1, 0, null, true),
		('melanoma of the skin', 'C43', 1, 0, null, true),
		('cancer of the bladder', 'C67', 1, 0, null, true),
		('cancer of the cervix', 'C53', 0.5, 0.5, null, false),
		('cancer of bowel and anus', 'C18-C21', 0, 1, null, true),
		('cancer of the breast', 'C50', 0, 1, 'F', true),
		('cancer of the uterus', 'C54 C55', 0, 1, null, true),
		('cancer of the testis', 'C62', 0, 1, null, true),
		('cancer of the thyroid', 'C73', 0, 1, null, true),
		('Hodgkin''s disease', 'C81', 0, 1, null, true),
		('lymphoid leukaemia', 'C910 C911', 0, 1, null, true),
		('benign neoplasms', 'D10-D36', 0, 1, null, true),

		('nutritional anaemia', 'D50-D53', 1, 0, null, false),
		('diabetes', 'E10-E14', 0.5, 0.5, null, false),
		('disorders of the thyroid', 'E00-E07', 0, 1, null, false),
		('disorders of the adrenals', 'E240-E243 E248 E249 E25 E27', 0, 1, null, false),
		('epilepsy', 'G40 G41', 0, 1, null, false),

		('aortic aneurysm', 'I71', 0.5, 0.5, null, false),
		('hypertensive diseases', 'I10-I13 I15', 0.5, 0.5, null, false),
		('ischaemic heart disease', 'I20-I25', 0.5, 0.5, null, true),
		('cerebrovascular diseases', 'I60-I69', 0.5, 0.5, null, true),
		('other atherosclerosis', 'I70 I739', 0.5, 0.5, null, true),
		('rheumatic and other valvular heart disease', 'I00-I09', 0, 1, null, false),
		('venous thromboembolism', 'I26 I80 I829', 0, 1, null, true),

		('influenza', 'J09-J11', 1, 0, null, true),
		('pneumonia of pneumococci and Haemophilus', 'J13 J14', 1, 0, null, true),
		('chronic lower respiratory diseases', 'J40-J44', 1, 0, null, true),
		('lung diseases of external agents', 'J60-J64 J66-J70 J82 J92', 1, 0, null, true),
		('upper respiratory infections', 'J00-J06 J30-J39', 0, 1, null, true),
		('other pneumonia', 'J12 J15-J18', 0, 1, null, true),
		('acute lower respiratory infections', 'J20-J22', 0, 1, null, true),
		('asthma and bronchiectasis', 'J45-J47', 0, 1, null, true),
		('acute respiratory distress syndrome', 'J80', 0, 1, null, true),
		('pulmonary oedema', 'J81', 0, 1, null, true),
		('abscess of the lung, pyothorax', 'J85 J86', 0, 1, null, true),
		('other disorders of the pleura', 'J90 J93 J94', 0, 1, null, true),

		('gastric and duodenal ulcer', 'K25-K28', 0, 1, null, false),
		('appendicitis', 'K35-K38', 0, 1, null, false),
		('abdominal hernia', 'K40-K46', 0, 1, null, false),
		('gallstones and diseases of the bile ducts', 'K80-K83', 0, 1, null, false),
		('acute pancreatitis', 'K850 K851 K853 K858 K859', 0, 1, null, false),
		('other diseases of the pancreas', 'K861-K863 K868 K869', 0, 1, null, false),
		('nephritis and nephrosis', 'N00-N07', 0, 1, null, false),
		('obstructive uropathy', 'N13 N20 N21 N35', 0, 1, null, false),
		('kidney failure', 'N17-N19', 0, 1, null, false),
		('renal colic', 'N23', 0, 1, null, false),
		('disorders of the tubules, contracted kidney', 'N25-N27', 0, 1, null, false),
		('inflammation of urinary and genital organs', 'N341 N70-N73 N750 N751 N764 N766', 0, 1, null, false),
		('enlarged prostate', 'N40', 0, 1, null, false),
		('pregnancy and childbirth', 'O00-O99', 0, 1, null, false),
		('conditions of the perinatal period', 'P00-P96', 0, 1, null, false),
		('neural tube defects', 'Q00 Q01 Q05', 1, 0, null, false),
		('malformations of heart and vessels', 'Q20-Q28', 0, 1, null, false),

		('transport accidents', 'V01-V99', 1, 0, null, false),
		('other accidents', 'W00-W99 X00-X39 X46-X59', 1, 0, null, false),
		('intentional self-harm', 'X60-X64 X66-X84', 1, 0, null, false),
		('events of undetermined intent', 'Y10-Y14 Y16-Y34', 1, 0, null, false),
		('assault', 'X85-X99 Y00-Y09 U509', 1, 0, null, false),
		('alcohol',
		 'E244 F10 G312 G621 G721 I426 K292 K70 K73 K740-K742 K746 K852 K860 Q860 R780 X45 X65 Y15', 1, 0, null, false),
		('drugs', 'F11-F16 F18 F19 X40-X44', 1, 0, null, false),
		('adverse effects of medicines', 'Y40-Y59', 0, 1, null, false),
		('misadventures of care', 'Y60-Y69 Y83 Y84', 0, 1, null, false),
		('devices in care', 'Y70-Y82', 0, 1, null, false);
end;

comment on function ph_support.avoidable_list() is
	'avoidable causes of death, a row each: the beginnings of their ICD-10 codes, with ranges';

create function ph.avoidable_cause(
	out code text, out cause text, out preventable float8, out treatable float8, out sex text, out source text,
	out certain boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select code, l.cause, l.preventable, l.treatable, l.sex,
		'OECD and Eurostat, avoidable mortality, January 2022 version', l.certain
	from ph_support.avoidable_list() l, ph_support.spread_codes(l.icd10) code;
end;

comment on function ph.avoidable_cause() is
	'the causes of death below 75 that prevention or treatment could have avoided, one row a code of ICD-10 of three '
	'or four characters, each the beginning of codes: the share of a death that counts as preventable and as '
	'treatable (halves where both do), sex where it counts for one only. certain: read in a publication; false is '
	'written down from knowledge of the list. Source: OECD and Eurostat, as followed by the Office for National '
	'Statistics';

insert into ph.breakdown (breakdown, name, ordered, groups, expression, query, otherwise)
values
	('sex', 'sex', false, '{F,M,I,unknown}', 'coalesce(p.sex, ''unknown'')', null, 'unknown'),
	('age_band', 'age', true, '{0-17,18-39,40-64,65-79,80+,unknown}',
	 'case
		when ph.completed_years(p.birth_date, s.first_day) < 18 then ''0-17''
		when ph.completed_years(p.birth_date, s.first_day) < 40 then ''18-39''
		when ph.completed_years(p.birth_date, s.first_day) < 65 then ''40-64''
		when ph.completed_years(p.birth_date, s.first_day) < 80 then ''65-79''
		when ph.completed_years(p.birth_date, s.first_day) >= 80 then ''80+''
		else ''unknown'' end', null, 'unknown'),
	-- groups of the codes of the NHS data dictionary, in which R (Chinese) is of the other groups
	('ethnicity', 'ethnicity', false, '{white,mixed,asian,black,other,unknown}',
	 'case
		when p.ethnicity_code in (''A'', ''B'', ''C'') then ''white''
		when p.ethnicity_code in (''D'', ''E'', ''F'', ''G'') then ''mixed''
		when p.ethnicity_code in (''H'', ''J'', ''K'', ''L'') then ''asian''
		when p.ethnicity_code in (''M'', ''N'', ''P'') then ''black''
		when p.ethnicity_code in (''R'', ''S'') then ''other''
		else ''unknown'' end', null, 'unknown'),
	('deprivation_quintile', 'fifth of deprivation', true, '{1,2,3,4,5,unknown}',
	 'coalesce(s.deprivation_quintile::text, ''unknown'')', null, 'unknown'),
	('learning_disability', 'learning disability', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''learning_disability''', 'no'),
	('severe_mental_illness', 'severe mental illness', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''severe_mental_illness''', 'no'),
	('carer', 'carer', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''carer''', 'no'),
	('homelessness', 'homelessness', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''homeless''', 'no');

create function ph_support.fold_table(out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('measure_tally',
		 'measure text not null, version text not null, level text not null, place_id text not null,
		 breakdown text not null, group_name text not null, period_kind text not null, period date not null,
		 tally ph.tally not null, people bigint not null, people_with_event bigint, data_stamp text,
		 provisional boolean not null, folded_at timestamptz not null, share_known float8, value float8,
		 lower float8, upper float8, note text, numerator float8, denominator float8, shrunken_value float8,
		 shrunken_lower float8, shrunken_upper float8, purpose text,
		 primary key (measure, version, level, place_id, breakdown, group_name, period_kind, period)',
		 'one row a measure, place, group and period: its summary, folded from rows; granted to nobody, '
		 'since small groups are not hidden in it',
		 jsonb_build_object(
			'measure', 'name of the measure', 'version', 'its version',
			'level', 'level of place: system, place, neighbourhood, practice, small_area, or a kind of place',
			'place_id', 'the place, or unknown', 'breakdown', 'all, or what it is broken down by',
			'group_name', 'all, the group, or unknown', 'period_kind', 'kind of period, as in calendar',
			'period', 'first day of the period', 'tally', 'the summary',
			'people', 'people who are counted in it',
			'people_with_event', 'of these, whose amounts do not sum to zero; NULL where there are no data',
			'data_stamp', 'what the data were like', 'provisional', 'whether the period was not over',
			'folded_at', 'when it was folded',
			'share_known', 'share of the people of the level whose place is known, or of the place whose group is',
			'value', 'the indicator, asked when it was folded', 'lower', 'its lower 95 % limit',
			'upper', 'its upper 95 % limit', 'note', 'why there is no value, or what to be careful with',
			'numerator', 'events of the summary', 'denominator', 'its exposure',
			'shrunken_value', 'value of a small place drawn towards that of all',
			'shrunken_lower', 'its lower 95 % limit', 'shrunken_upper', 'its upper 95 % limit',
			'purpose', 'purpose for which its people may be used; NULL where no list says who may be')),
		('measure_fold',
		 'measure text not null, version text not null, period_kind text not null, period date not null,
		 data_until date not null, levels text[] not null, breakdowns text[] not null, data_stamp text,
		 rows bigint not null, people bigint not null, events float8, reference ph.tally, note text,
		 seconds float8 not null, folded_at timestamptz not null, purpose text, left_out bigint,
		 primary key (measure, version, period_kind, period)',
		 'one row a measure and period that was folded: what of, how far the data told, how long it took',
		 jsonb_build_object(
			'measure', 'name of the measure', 'version', 'its version', 'period_kind', 'kind of period',
			'period', 'first day of the period', 'data_until', 'last day of which it tells',
			'levels', 'levels that were folded', 'breakdowns', 'breakdowns that were folded',
			'data_stamp', 'what the data were like', 'rows', 'rows of persons and places that were folded',
			'people', 'people who were counted', 'events', 'sum of what happened to them',
			'reference', 'the summary of the whole system',
			'note', 'no_data where its source has no record of the period', 'seconds', 'how long it took',
			'folded_at', 'when it was folded',
			'purpose', 'purpose for which its people may be used; NULL where no list says who may be',
			'left_out', 'people at risk who are not on the list of that purpose')),
		('measure_place',
		 'level text not null, place_id text not null, place_name text not null, place_kind text,
		 parent_level text, parent_id text, primary key (level, place_id)',
		 'one row a level and place of measures, with the larger place that it is held against',
		 jsonb_build_object(
			'level', 'level of place', 'place_id', 'the place, or unknown', 'place_name', 'name to show',
			'place_kind', 'kind and edition of the place', 'parent_level', 'level of the larger place',
			'parent_id', 'the larger place'));
end;

comment on function ph_support.fold_table() is 'the tables that ph.fold_measures fills: columns, descriptions';

create procedure ph_support.take_shipped_measures(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format(
		'insert into %1$I.breakdown (%2$s) select %2$s from ph.breakdown b
		where not exists (select from %1$I.breakdown o where o.breakdown = b.breakdown)',
		schema, ph_support.column_list('ph.breakdown'));
	execute format(
		'insert into %1$I.measure (%2$s) select %2$s from ph.measure m
		where not exists (select from %1$I.measure o where (o.measure, o.version) = (m.measure, m.version))',
		schema, ph_support.column_list('ph.measure'));
	execute format('insert into %I.relative_risk select * from ph.relative_risk on conflict do nothing', schema);
end
$$;

comment on procedure ph_support.take_shipped_measures(text) is
	'copies the measures, breakdowns and relative risks that are shipped and not yet there';

create procedure ph_support.take_tallies_back(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select *
		from (
			values
				('measure', 'reference_tally', '', null),
				('measure_fold', 'reference', '', 'delete from {measure_fold}'),
				('measure_tally', 'tally', ' not null', 'delete from {measure_tally}')
		) t (relation, column_name, rule, query)
		where not exists (
			select
			from pg_attribute
			where attrelid = format('%I.%I', schema, t.relation)::regclass and attname = t.column_name
				and not attisdropped)
	loop
		if part.query is not null then
			execute ph_support.in_schema(part.query, schema);
		end if;
		execute format('alter table %I.%I add column %I ph.tally%s', schema, part.relation, part.column_name,
			part.rule);
	end loop;
end
$$;

comment on procedure ph_support.take_tallies_back(text) is
	'gives the tables of measures the columns again that DROP EXTENSION ... CASCADE took from them; what was folded '
	'has lost its summaries and is to be folded anew';

create procedure ph.create_measure_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	foreach target in array ph_support.measure_tables() loop
		if to_regclass(format('%I.%I', schema, target)) is null then
			execute format('create table %1$I.%2$I (like ph.%2$I including all)', schema, target);
			call ph_support.describe_table(format('%I.%I', schema, target),
				obj_description(to_regclass('ph.' || target), 'pg_class'), '{}');
		end if;
	end loop;
	for part in select * from ph_support.fold_table() loop
		target := format('%I.%I', schema, part.relation);
		if to_regclass(target) is null then
			execute format('create table %s (%s)', target, part.definition);
			call ph_support.describe_table(target, part.description, part.columns);
		end if;
	end loop;
	call ph_support.take_tallies_back(schema);
	execute ph_support.in_schema(
		'create index if not exists measure_tally_period
		on {measure_tally} (measure, period_kind, period, level, breakdown, version)', schema);
	call ph_support.add_measure_triggers(schema);
	execute ph_support.in_schema(  -- the trigger computes it
		'update {measure} set measure = measure
		where reference_tally is null and (standard is not null or indicator in (''dsr'', ''dsr_gamma''))', schema);
	call ph_support.take_shipped_measures(schema);
	call ph_support.create_goal_tables(schema);
	call ph_support.create_measure_views(schema);
end
$$;

comment on procedure ph.create_measure_tables(text) is
	'makes, beside the population views of the schema, the tables measure and breakdown with all that is shipped, '
	'measure_tally, measure_fold, measure_place and measure_person that ph.fold_measures fills, and the views that '
	'tools read (measure_value, measure_breakdown, measure_trend, measure_funnel, measure_inequality, '
	'measure_dimension); called again it brings what is shipped since, replaces the views in place, and mends what '
	'DROP EXTENSION ... CASCADE took away, but for what was folded. All of it belongs to the caller and is granted to '
	'nobody. Errors: undefined_table without population views, duplicate_object where a name is taken by something '
	'else';

create function ph_support.measure_levels(schema text, out level text, out place_kind text) returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	usual constant text[] := '{system,place,neighbourhood,practice,small_area}';
	taken text[] := usual;
	part text;
begin
	foreach part in array usual loop
		level := part;
		-- one that is in use tells its kind
		execute format(
			'select place_kind
			from %1$I.place
			where place_id = (select %2$I from %1$I.stay where %2$I is not null limit 1)', schema, part)
		into place_kind;
		return next;
		if place_kind is not null then
			taken := taken || lower(place_kind collate "C");
		end if;
	end loop;
	return query execute format(
		'select distinct a.attname::text, (
			select min(place_kind::text)
			from %1$I.place
			where lower(place_kind collate "C") = a.attname::text)
		from unnest(''{place_ladder,practice_ladder}''::text[]) relation
		join pg_attribute a on a.attrelid = to_regclass(format(''%%I.%%I'', %1$L, relation)) and a.attnum > 1
		where a.attname::text <> all ($1)', schema)
	using taken;
end
$$;

comment on function ph_support.measure_levels(text) is
	'the levels of place that measures are folded at, with the kind of place: those of stays, and the other kinds of '
	'place above small areas and practices';

create function ph_support.folded_levels(schema text, out level text, out place_kind text, out column_name text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select level, max(place_kind),
			case
				when level in (''system'', ''place'', ''neighbourhood'', ''practice'',
					''small_area'') then ''s.'' || level
				when level in (
					select attname from pg_attribute where attrelid = %2$L::regclass and attnum > 1)
					then format(''area.%%I'', level)
				else format(''practice.%%I'', level) end
		from %1$I.measure_place
		group by level
		order by array_position(''{system,place,neighbourhood,practice,small_area}'', level), level',
		schema, format('%I.place_ladder', schema));
end
$$;

comment on function ph_support.folded_levels(text) is
	'the levels of measure_place with the kind of place and the expression of the place, over s (a stay) and its '
	'ladders';

create function ph_support.only_place(schema text, kind text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	places text[];
begin
	execute format(
		'select array_agg(place_id::text) from (
			select place_id from %I.place where lower(place_kind collate "C") = $1 limit 2) p', schema)
	into places
	using kind;
	return case when cardinality(places) = 1 then places[1] end;
end
$$;

comment on function ph_support.only_place(text, text) is
	'the place of a kind where there is one, NULL where there are none or more';

create procedure ph_support.fill_measure_places(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns constant text[] := array(
		select attname
		from pg_attribute
		where attrelid = format('%I.place_dimension', schema)::regclass and attnum > 0 and not attisdropped);
	part record;
	levels text[];
	level_kinds text[];
	kinds jsonb;
	parents text[];
	candidates text;
begin
	execute format('lock table %I.measure_place in share row exclusive mode', schema);
	execute format('delete from %I.measure_place', schema);
	select array_agg(l.level), array_agg(l.place_kind), coalesce(
		jsonb_object_agg(l.level, lower(l.place_kind collate "C")) filter (where l.place_kind is not null), '{}')
	into levels, level_kinds, kinds
	from ph_support.measure_levels(schema) l;
	for part in select * from unnest(levels, level_kinds) l (level, place_kind) loop
		parents := array(
			select p
			from unnest(
				case part.level
					when 'system' then '{}'
					when 'place' then '{system}'
					when 'practice' then '{neighbourhood,place,system}'
					else '{place,system}' end::text[]) p
			where kinds ->> p = any (columns));
		select string_agg(format('(d.%I, %L)', kinds ->> p, p), ', ' order by n)
		into candidates
		from unnest(parents) with ordinality parent (p, n);
		-- without a parent of its own a place is held against the system, where there is one
		execute format(
			'insert into %1$I.measure_place
			select $1, p.place_id::text, coalesce(nullif(p.name, ''''), p.place_id)::text, p.place_kind::text,
				case when parent.id is null and $1 <> ''system'' and $3 is not null
					then ''system'' else parent.level end,
				coalesce(parent.id, case when $1 <> ''system'' then $3 end)
			from %1$I.place p
			join %1$I.place_dimension d on d.place_id = p.place_id and d.is_current
			left join lateral (
				select * from (values %2$s) c (id, level) where id is not null limit 1) parent on true
			where p.place_kind = $2
			union all
			select $1, ''unknown'', ''unknown'', null, case when $1 <> ''system''
				and $3 is not null then ''system'' end,
				case when $1 <> ''system'' then $3 end
			on conflict (level, place_id) do nothing',  -- a place that is called unknown is that of who has none
			schema, coalesce(candidates, '(null::text, null::text)'))
		using part.level, part.place_kind, ph_support.only_place(schema, kinds ->> 'system');
	end loop;
	call ph_support.take_statistics(format('%I.measure_place', schema)::regclass);
end
$$;

comment on procedure ph_support.fill_measure_places(text) is
	'fills measure_place anew from place and place_dimension';

create function ph_support.number_of_column(query text, name text, otherwise text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce((select format('e.%I::float8', q.column_name) from ph.query_columns(query) q
		where q.column_name = name), otherwise)
$$;

comment on function ph_support.number_of_column(text, text, text) is
	'the column of e, the rows of the query, as a number; otherwise where the query does not give it';

create function ph_support.stay_relation(schema text, population text) returns text
language sql stable
begin atomic
	select
		case
			when population is null then format('%I.stay', schema)
			else format(
				'(select *, coalesce(lower(spell), ''-infinity'') as start_date, upper(spell) as end_date from (%s) '
				'run)',
				ph_support.stay_query(schema, ph_support.known_population(population))) end;
end;

comment on function ph_support.stay_relation(text, text) is
	'the stays of a population as a relation of a query; NULL is the population that the views are made of';

create function ph_support.of_purpose(schema text, purpose text, among text) returns text
language sql immutable parallel safe
return format('s.person_id %s (select u.person_id from %I.may_use u where u.purpose = %L)', among, schema, purpose);

comment on function ph_support.of_purpose(text, text, text) is
	'the condition that the person of s is on the list of a purpose (in) or not (not in)';

create function ph_support.at_risk_part(schema text, m ph.measure, first_day date, after_day date, day date)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	stays constant text := ph_support.stay_relation(schema, m.population);
	query text;
	people text := '';
	from_day text := '';
	until_day text := '';
	key text := 'null::float8';
begin
	if m.persons is not null then
		query := ph_support.measure_query(schema, m.persons, day);
		return format(
			'select s.*, %4$L::date as first_day, %4$L::date + 1 as after_day, %5$s as key, %6$s as exposure,
				%7$s as amount
			from (%1$s
			) e
			join %2$s s on s.person_id = e.person_id::text and s.start_date <= %3$L and s.end_date > %3$L',
			query, stays, day, day, ph_support.number_of_column(query, 'key', 'null::float8'),
			ph_support.number_of_column(query, 'exposure', '1::float8'),
			ph_support.number_of_column(query, 'amount', null));
	elsif m.exposure = 'rows' then
		query := ph_support.measure_query(schema, m.events);
		return format(
			'select s.*, e.event_date as first_day, e.event_date + 1 as after_day, %5$s as key, %6$s as exposure,
				%7$s as amount
			from (%1$s
			) e
			join %2$s s on s.person_id = e.person_id::text and s.start_date <= e.event_date
				and s.end_date > e.event_date
			where e.event_date >= %3$L and e.event_date < %4$L',
			query, stays, first_day, after_day, ph_support.number_of_column(query, 'key', 'null::float8'),
			ph_support.number_of_column(query, 'exposure', '1::float8'),
			ph_support.number_of_column(query, 'amount', null));
	end if;
	if m.people is not null then
		query := ph_support.measure_query(schema, m.people);
		people := format(E'\njoin (%s\n) e on e.person_id::text = s.person_id and e.days && daterange(%L, %L)', query,
			first_day, after_day);
		from_day := ', lower(e.days)';
		until_day := ', upper(e.days)';
		key := ph_support.number_of_column(query, 'key', key);
	end if;
	return format(
		'select *
		from (
			select s.*, greatest(s.start_date, %1$L%2$s) as first_day, least(s.end_date, %3$L%4$s) as after_day,
				%5$s as key
			from %6$s s%7$s
			where s.start_date < %3$L and s.end_date > %1$L
		) cut
		where first_day < after_day',
		first_day, from_day, after_day, until_day, key, stays, people);
end
$$;

comment on function ph_support.at_risk_part(text, ph.measure, date, date, date) is
	'the query of the stays of a measure in a period, cut at the days at risk (first_day, after_day), with key, and of '
	'measures of a day and of rows amount and exposure';

create function ph_support.group_columns(schema text, names text[], out joins text, out columns text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	query text;
	dated boolean;
	known boolean;
	twice boolean;
begin
	joins := '';
	columns := '';
	for part in execute format('select * from %I.breakdown where breakdown = any ($1) order by breakdown', schema)
	using names
	loop
		if part.expression is not null then
			columns := columns || format(', (%s) as %I', part.expression, 'group_' || part.breakdown);
			continue;
		end if;
		call ph_support.check_measure_query(schema, ph_support.owner_of(format('%I.breakdown', schema)::regclass),
			'query',
			part.query);
		query := ph_support.measure_query(schema, part.query);
		dated := exists (select from ph.query_columns(query) where column_name = 'days');
		execute format(
			'select exists (select from (%1$s
				) q), exists (
				select
				from (
					select %2$s && lag(%2$s) over (partition by person_id order by %2$s) as twice
					from (%1$s
					) q
				) placed
				where twice)',
			query, case when dated then 'days' else 'daterange(null, null)' end)
		into known, twice;
		if twice then
			raise exception 'breakdown "%" has a person twice on one day', part.breakdown
				using errcode = 'cardinality_violation', hint = 'Its query must give each person one group on a day.';
		end if;
		joins := joins || format(
			E'\nleft join (\n%s\n) %I on %2$I.person_id::text = s.person_id%3$s',
			query, 'in_' || part.breakdown,
			case when dated then format(' and %I.days @> s.first_day', 'in_' || part.breakdown) else '' end);
		columns := columns || format(', coalesce(%I.group_name, %L) as %I', 'in_' || part.breakdown,
			case when known then part.otherwise else 'unknown' end, 'group_' || part.breakdown);
	end loop;
end
$$;

comment on function ph_support.group_columns(text, text[]) is
	'joins and columns that give the group of each person in the named breakdowns on first_day of s. '
	'Errors: cardinality_violation where a breakdown has a person twice on one day';

create function ph_support.events_part(schema text, m ph.measure, first_day date, after_day date) returns text
language sql stable
begin atomic
	-- what is not known of one event is not known of their sum
	select format(
		'(
			select r.person_id, r.first_day, case when count(*) = count(e.amount)
				then sum(e.amount::float8) end as amount
			from at_risk r
			join (%s
			) e on e.person_id::text = r.person_id and e.event_date >= r.first_day and e.event_date < r.after_day
			where e.event_date >= %L and e.event_date < %L
			group by r.person_id, r.first_day
		)', ph_support.measure_query(schema, m.events), first_day, after_day);
end;

comment on function ph_support.events_part(text, ph.measure, date, date) is
	'the relation of the sums of the events of a period measure, a row a person and run of days with any';

create function ph_support.contribution_query(
	schema text, m ph.measure, first_day date, after_day date, day date, dimensions text[], by_row boolean,
	purpose text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	grouped record;
	amount text := 's.amount';
	exposure text := 's.exposure';
	joined text := '';
begin
	grouped := ph_support.group_columns(schema, dimensions);
	if m.events is not null and m.exposure <> 'rows' then
		amount := 'case when c.person_id is null then 0 else c.amount end';
		exposure := case m.exposure when 'years' then '((s.after_day - s.first_day) / 365.25)::float8'
			else '1::float8' end;
		joined := format(E'\nleft join %s c on c.person_id = s.person_id and c.first_day = s.first_day',
			ph_support.events_part(schema, m, first_day, after_day));
	end if;
	if not by_row then
		joined := joined || '
		left join (select person_id from at_risk group by person_id having count(*) > 1) mover
			on mover.person_id = s.person_id';
	end if;
	-- stays that are stored are quick to read again, and by workers
	return format(
		'with at_risk as %1$s (
			%2$s
		)
		select s.person_id, s.first_day, s.after_day, ph.completed_years(p.birth_date, s.first_day) as age,
			coalesce(s.key, ph.completed_years(p.birth_date, s.first_day)::float8) as key, %3$s as amount,
			%4$s as exposure, %5$s as single, s.system, s.place, s.neighbourhood, s.practice, s.small_area%6$s
		from at_risk s
		join %7$I.person p on p.person_id::text = s.person_id%8$s%9$s',
		case when m.population is null and to_regclass(format('%I.stored_stay', schema)) is not null
			then 'not materialized' else 'materialized' end,
		case
			when purpose is null then ph_support.at_risk_part(schema, m, first_day, after_day, day)
			else format('select * from (%s) s where %s', ph_support.at_risk_part(schema, m, first_day, after_day, day),
				ph_support.of_purpose(schema, purpose, 'in')) end, amount, exposure,
		case when by_row then 'true' else 'mover.person_id is null' end, grouped.columns, schema, joined,
			grouped.joins);
end
$$;

comment on function ph_support.contribution_query(text, ph.measure, date, date, date, text[], boolean, text) is
	'the query of what each person who may be used for the purpose adds to a measure in a period: a row a person and '
	'run of days in one place';

create procedure ph_support.keep_contributions(schema text, fold text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	parent constant text := format('%I.measure_person', schema);
	child constant text := format('%I.new_measure_person', schema);
	name constant text := 'measure_person_' || left(md5(fold), 16);
	part record;
begin
	if to_regclass(parent) is null then
		execute format('create table %s (like %s) partition by list (fold)', parent, child);
		call ph_support.describe_table(parent,
			'what each person adds to the measures of periods that are not over, a partition a measure and period: '
			'a row a person and run of days in one place', jsonb_build_object(
				'fold', 'measure, version, kind of period and first day', 'person_id', 'the person',
				'first_day', 'first day of the run', 'after_day', 'first day after it',
				'age', 'age in completed years on the first day', 'key', 'key of the tally, age where it is no other',
				'amount', 'what happened in it', 'exposure', 'years, people or rows',
				'single', 'whether the person has no other row'));
		call ph_support.secure_new_table(schema, 'measure_person', false);
	end if;
	for part in
		select case when p.attname is null then parent else child end as lacks, coalesce(p.attname, c.attname) as name
		from (select attname from pg_attribute where attrelid = parent::regclass and attnum > 0 and not attisdropped) p
		full join (select attname from pg_attribute where attrelid = child::regclass and attnum > 0) c using (attname)
		where p.attname is null or c.attname is null
	loop
		execute format('alter table %s add column %I text', part.lacks, part.name);
	end loop;
	execute format('drop table if exists %I.%I', schema, name);
	execute format('alter table %s rename to %I', child, name);
	call ph_support.secure_new_table(schema, name, false);
	execute format('alter table %s attach partition %I.%I for values in (%L)', parent, schema, name, fold);
end
$$;

comment on procedure ph_support.keep_contributions(text, text) is
	'makes new_measure_person the partition of measure_person of a measure and period that is not over';

create procedure ph_support.drop_contributions(schema text, fold text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	execute format('drop table if exists %I.%I', schema, 'measure_person_' || left(md5(fold), 16));
end
$$;

comment on procedure ph_support.drop_contributions(text, text) is
	'drops the partition of measure_person of a measure and period, where there is one';

create procedure ph_support.require_disjoint_days(schema text, m ph.measure)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	twice boolean;
begin
	execute format(
		'select exists (
			select
			from (
				select first_day, lag(after_day) over (partition by person_id order by first_day, after_day) as before
				from %I.new_measure_person
				where not single
			) run
			where first_day < before)', schema)
	into twice;
	if twice then
		raise exception 'measure "%" counts a person twice on one day', m.measure
			using errcode = 'cardinality_violation', hint =
				'Its query of people gives days that overlap, or its query of persons gives a person more than once.';
	end if;
end
$$;

comment on procedure ph_support.require_disjoint_days(text, ph.measure) is
	'does nothing where no person is counted twice on one day. Errors: cardinality_violation';

create function ph_support.relation_stamp(relation regclass, reader regrole) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	kind constant "char" := (select relkind from pg_class where oid = relation);
	stamp text;
begin
	if ph_support.row_security_hides(relation, reader) then
		raise exception 'row security hides rows of % from %', relation, reader
			using errcode = 'insufficient_privilege', hint =
				'Fold as a role that sees all rows, through views whose owners do: what is folded is shown to others.';
	end if;
	if kind = 'v' then
		stamp := md5(pg_get_viewdef(relation));
	elsif kind in ('r', 'p', 'm') and has_table_privilege(relation, 'select')
		and not ph_support.row_security_hides(relation, current_user::regrole)
		and has_schema_privilege((select relnamespace from pg_class where oid = relation), 'usage')
	then
		-- every write leaves its transaction on the rows that it made, and takes away those of others
		execute format(
			'select md5(string_agg(x || '':'' || n, '','' order by x collate "C"))
			from (select xmin::text as x, count(*) as n from %s group by xmin) written', relation)
		into stamp;
	else
		stamp := clock_timestamp()::text;  -- of foreign tables, and those behind a view of others, nobody knows
	end if;
	return coalesce(stamp, 'empty');
end
$$;

comment on function ph_support.relation_stamp(regclass, regrole) is
	'a text that changes when rows of a table do, or the query of a view; one that is always another of a foreign '
	'table, and of one that the caller may read through a view alone. '
	'Errors: insufficient_privilege where row security hides rows from the reader';

create function ph_support.relations_below(query text, out relation regclass, out reader regrole) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select distinct r.object::regclass, coalesce(r.reader::regrole, current_user::regrole)
	from ph_support.query_reads(query) r
	where r.kind = 'relation'
$$;

comment on function ph_support.relations_below(text) is
	'the tables and views that a query reads, also through views, each with the role whose rights count';

create function ph_support.data_stamp(schema text, queries text[], inout known jsonb, out stamp text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	parts text[] := '{}';
begin
	for part in
		select distinct r.relation, r.reader, concat(r.relation, ' ', r.reader) as key
		from unnest(queries) q, ph_support.relations_below(ph_support.measure_query(schema, q)) r
		order by r.relation, r.reader
	loop
		if not known ? part.key then
			known := known || jsonb_build_object(part.key, ph_support.relation_stamp(part.relation, part.reader));
		end if;
		parts := parts || format('%s %s', part.relation, known ->> part.key);
	end loop;
	stamp := md5(array_to_string(parts, E'\n'));
end
$$;

comment on function ph_support.data_stamp(text, text[], jsonb) is
	'a text that changes when the tables and views do which the queries read; known holds those that were looked at';

create function ph_support.breakdown_dimensions(breakdowns text[]) returns text[]
language sql immutable parallel safe
begin atomic
	select coalesce(array_agg(distinct d order by d), '{}')
	from unnest(breakdowns) b, regexp_split_to_table(b, ' by ') d;
end;

comment on function ph_support.breakdown_dimensions(text[]) is
	'the single breakdowns of a list of breakdowns and pairs of them';

create function ph_support.group_values(breakdowns text[]) returns text
language sql immutable parallel safe
begin atomic
	-- one text, so that rows are grouped by two columns; PostgreSQL remembers what the groups of the last persons gave
	select coalesce(
		string_agg(
			format('(%L || %s)', b || chr(31), (
				select string_agg(format('%I', 'group_' || d), ' || '', '' || ' order by n)
				from regexp_split_to_table(b, ' by ') with ordinality s (d, n))),
			', '),
		format('(%L)', 'all' || chr(31) || 'all'))
	from unnest(breakdowns) b;
end;

comment on function ph_support.group_values(text[]) is
	'the cells, breakdown and group in one text, that one row of measure_person stands in, as values of a query: '
	'all where there is no breakdown';

create function ph_support.tally_call(weighted boolean) returns text
language sql immutable parallel safe
return case when weighted then 'ph.person_tally(key, amount, exposure)' else 'ph.person_tally(key, amount)' end;

comment on function ph_support.tally_call(boolean) is 'the aggregate of what persons add, by their exposure or by head';

create function ph_support.within_ages(m ph.measure) returns text
language sql immutable parallel safe
return concat_ws(' and ', 'true', 'age >= ' || m.age_from, 'age < ' || m.age_until);

comment on function ph_support.within_ages(ph.measure) is 'the condition that an age is within the limits of a measure';

create function ph_support.unit_query(
	relation text, m ph.measure, places text, breakdowns text[], weighted boolean)
returns text
language sql stable
begin atomic
	select format(
		'select %1$s, cell, %2$s as tally, count(*) as people, count(*) filter (where amount <> 0) as people_with_event
		from %3$s c,
			lateral (values %4$s) grouped (cell)
		where single and %5$s
		group by %1$s, cell',
		places, ph_support.tally_call(weighted), relation, ph_support.group_values(breakdowns),
		ph_support.within_ages(m));
end;

comment on function ph_support.unit_query(text, ph.measure, text, text[], boolean) is
	'the query of the tallies of who has one row, by the places that are named';

create function ph_support.mover_query(relation text, m ph.measure, place text, breakdowns text[], weighted boolean)
returns text
language sql stable
begin atomic
	select format(
		'select place_id, cell, %1$s as tally, count(*) as people,
			count(*) filter (where amount <> 0) as people_with_event
		from (
			select (array_agg(age order by first_day))[1] as age, (array_agg(key order by first_day))[1] as key,
				case when count(*) = count(amount) then sum(amount) end as amount, sum(exposure) as exposure,
				%2$s as place_id%3$s
			from %4$s
			where not single
			group by s.person_id, %2$s
		) person,
			lateral (values %5$s) grouped (cell)
		where %6$s
		group by place_id, cell',
		ph_support.tally_call(weighted), place,
		(
			select string_agg(format(', (array_agg(%I order by first_day))[1] as %1$I', 'group_' || d), '')
			from unnest(ph_support.breakdown_dimensions(breakdowns)) d
		),
		relation, ph_support.group_values(breakdowns), ph_support.within_ages(m));
end;

comment on function ph_support.mover_query(text, ph.measure, text, text[], boolean) is
	'the query of the tallies of who has several rows, together by person and place';

create function ph_support.row_query(relation text, m ph.measure, place text, breakdowns text[]) returns text
language sql stable
begin atomic
	select format(
		'select %1$s as place_id, cell, %2$s as tally, count(distinct person_id collate "C") as people,
			count(distinct person_id collate "C") filter (where amount <> 0) as people_with_event
		from %3$s,
			lateral (values %4$s) grouped (cell)
		where %5$s
		group by %1$s, cell',
		place, ph_support.tally_call(false), relation, ph_support.group_values(breakdowns), ph_support.within_ages(m));
end;

comment on function ph_support.row_query(text, ph.measure, text, text[]) is
	'the query of the tallies of rows that count by themselves, such as waits';

create function ph_support.place_joins(schema text, place text) returns text
language sql immutable parallel safe
return case split_part(place, '.', 1)
	when 's' then ''
	when 'area' then format(' left join %I.place_ladder area on area.small_area = s.small_area', schema)
	else format(' left join %I.practice_ladder practice on practice.practice = s.practice', schema) end;

comment on function ph_support.place_joins(text, text) is
	'the joins that the expression of a place needs beside s, a stay';

create function ph_support.level_query(
	schema text, m ph.measure, level text, place text, breakdowns text[], weighted boolean, by_row boolean)
returns text
language sql stable
begin atomic
	select format(
		'select %1$L as level, coalesce(place_id, ''unknown'') as place_id, shown.breakdown, shown.group_name,
			ph.rollup(tally) as tally, sum(people)::bigint as people,
			sum(people_with_event)::bigint as people_with_event
		from (%2$s) folded,
			-- all people are those of any one breakdown, and of none where there is none
			lateral (
				select split_part(cell, chr(31), 1), split_part(cell, chr(31), 2)
				union
				select ''all'', ''all'') shown (breakdown, group_name)
		where shown.breakdown <> ''all'' or split_part(cell, chr(31), 1) = %3$L
		group by coalesce(place_id, ''unknown''), shown.breakdown, shown.group_name',
		level,
		case
			when by_row then ph_support.row_query(part.persons, m, place, breakdowns)
			else format(
				'select %s as place_id, cell, tally, people, people_with_event
				from pg_temp.%s s%s
				union all
				%s', place, case when place in ('s.practice', 's.neighbourhood') or place like 'practice.%'
					then 'ph_by_practice' else 'ph_by_area' end,
				ph_support.place_joins(schema, place),
				ph_support.mover_query(part.persons, m, place, breakdowns, weighted)) end,
		coalesce(breakdowns[1], 'all'))
	from (
		select format('%I.new_measure_person s%s', schema, ph_support.place_joins(schema, place)) as persons
	) part;
end;

comment on function ph_support.level_query(text, ph.measure, text, text, text[], boolean, boolean) is
	'the query of the tallies of one level of place over what persons add';

create function ph_support.measure_parts(m ph.measure) returns text[]
language sql immutable parallel safe
return array_remove(array[m.people, m.events, m.persons, m.areas, m.recorded], null);

comment on function ph_support.measure_parts(ph.measure) is 'the queries of a measure';

create function ph_support.recorded_query(schema text, m ph.measure, day date) returns text
language sql stable
begin atomic
	select ph_support.measure_part(schema, coalesce(m.recorded,
		'select event_date as record_date from (' || m.events || E'\n) happened',
		'select period as record_date from (' || m.areas || E'\n) published',
		'select {day} as record_date from (' || m.persons || E'\n) persons where amount is not null'), day);
end;

comment on function ph_support.recorded_query(text, ph.measure, date) is
	'the relation of the days on which the source of a measure has a record';

create function ph_support.has_record(schema text, m ph.measure, first_day date, last_day date) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found boolean;
begin
	execute format('select exists (select from %s r where record_date <= $2 and ($1 is null or record_date >= $1))',
		ph_support.recorded_query(schema, m, last_day))
	into found
	using
		case
			when m.persons is null then first_day
			when m.recorded is not null then (last_day - m.recorded_within)::date + 1 end,
		last_day;
	return found;
end
$$;

comment on function ph_support.has_record(text, ph.measure, date, date) is
	'whether the source of a measure has a record of the period: in it, or up to its last day for a measure of a day';

create procedure ph_support.fold_persons(
	schema text, m ph.measure, first_day date, last_day date, levels text[], breakdowns text[], purpose text, fold text,
	keep boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target constant text := format('%I.new_measure_person', schema);
	weighted boolean := m.exposure = 'years' and m.events is not null;
	by_row boolean := false;
	query text;
begin
	if m.persons is not null or m.exposure = 'rows' then
		weighted := exists (
			select
			from ph.query_columns(ph_support.measure_query(schema, coalesce(m.persons, m.events)))
			where column_name = 'exposure');
		by_row := m.persons is null and not weighted;
	end if;
	query := ph_support.contribution_query(
		schema, m, first_day, last_day + 1, last_day, ph_support.breakdown_dimensions(breakdowns), by_row, purpose);
	execute format('create %s table %s as select %L::text as fold, c.* from (%s) c',
		case when keep then '' else 'unlogged' end, target, fold, query);
	if m.exposure <> 'rows' then
		call ph_support.require_disjoint_days(schema, m);
	end if;
	call ph_support.take_statistics(target::regclass);
	if not by_row then
		query := ph_support.unit_query(target, m, 'system, place, small_area', breakdowns, weighted);
		execute 'create temp table ph_by_area on commit drop as ' || query;
		query := ph_support.unit_query(target, m, 'neighbourhood, practice', breakdowns, weighted);
		execute 'create temp table ph_by_practice on commit drop as ' || query;
	end if;
	select string_agg(
		ph_support.level_query(schema, m, l.level, l.column_name, breakdowns, weighted, by_row), E'\nunion all ')
	into query
	from ph_support.folded_levels(schema) l
	where l.level = any (levels);
	execute 'create temp table ph_folded on commit drop as ' || query;
	drop table if exists pg_temp.ph_by_area, pg_temp.ph_by_practice;
	call ph_support.drop_contributions(schema, fold);
	if keep then
		call ph_support.keep_contributions(schema, fold);
	else
		execute 'drop table ' || target;
	end if;
end
$$;

comment on procedure ph_support.fold_persons(text, ph.measure, date, date, text[], text[], text, text, boolean) is
	'fills pg_temp.ph_folded with the tallies of a measure of persons from the first to the last day';

create procedure ph_support.fold_areas(schema text, m ph.measure, kind text, first_day date, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	published constant text := ph_support.measure_query(schema, m.areas);
	part record;
	query text :=
		'select null::text as level, null::text as place_id, ''all'' as breakdown, ''all'' as group_name,
			null::ph.tally as tally, null::bigint as people, null::bigint as people_with_event
		where false';
begin
	execute format(
		'create temp table ph_published on commit drop as
		select e.place_id, p.place_kind::text as place_kind, %s as key, e.numerator::float8 as numerator,
			e.denominator::float8 as denominator
		from (%s
		) e
		join %I.place p on p.place_id = e.place_id
		where e.period_kind = %L and e.period = %L',
		ph_support.number_of_column(published, 'key', '0::float8'), published, schema, kind, first_day);
	for part in
		select l.*, exists (select from pg_temp.ph_published a where a.place_kind = l.place_kind) as has_own,
			a.attname
		from ph_support.folded_levels(schema) l
		left join pg_attribute a on a.attrelid = format('%I.place_dimension', schema)::regclass
			and a.attname = lower(l.place_kind collate "C") and not a.attisdropped
		where l.level = any (levels) and l.place_kind is not null
	loop
		-- what is published of the level itself counts, else that of the smallest places in it
		query := query || format(
			' union all select %L, %s as place_id, ''all'', ''all'', ph.count_tally(a.key, a.numerator, a.denominator),
				round(sum(a.denominator))::bigint, round(sum(a.numerator))::bigint
			from pg_temp.ph_published a %s
			group by 2',
			part.level,
			case
				when part.has_own then 'a.place_id'
				when part.attname is null then '''unknown'''
				else format('coalesce(d.%I, ''unknown'')', part.attname) end,
			case
				when part.has_own then format('where a.place_kind = %L', part.place_kind)
				when part.attname is null then 'where false'
				else format(
					'join %I.place_dimension d on d.place_id = a.place_id and d.is_current
					where a.place_kind = (
						select place_kind
						from pg_temp.ph_published
						group by place_kind
						order by count(*) desc, 1
						limit 1)',
					schema) end);
	end loop;
	execute 'create temp table ph_folded on commit drop as ' || query;
	drop table pg_temp.ph_published;
end
$$;

comment on procedure ph_support.fold_areas(text, ph.measure, text, date, text[]) is
	'fills pg_temp.ph_folded with the tallies of a measure of areas in a period';

create function ph_support.indicator_of(indicator text, breakdown text) returns text
language sql immutable parallel safe
return case when breakdown ~ '(^| by )age_band' and indicator in ('dsr', 'dsr_gamma') then 'rate' else indicator end;

comment on function ph_support.indicator_of(text, text) is
	'the indicator of a breakdown: groups of ages have crude rates, since there is nothing to standardise';

create function ph_support.counts_events(indicator text) returns boolean
language sql immutable parallel safe
return indicator in ('rate', 'proportion', 'dsr', 'dsr_gamma', 'smr', 'indirect_rate');

comment on function ph_support.counts_events(text) is
	'whether an indicator is events over people, years or expected events';

create function ph_support.reference_of(m ph.measure, whole ph.tally) returns ph.tally
language sql immutable parallel safe
return case when m.reference = 'system' then whole else m.reference_tally end;

comment on function ph_support.reference_of(ph.measure, ph.tally) is
	'what the indicator of a measure takes beside a summary: the whole system, or its standard';

create function ph_support.shrunken_values(
	m ph.measure, whole ph.tally,
	out level text, out place_id text, out breakdown text, out shrunken_value float8, out shrunken_lower float8,
	out shrunken_upper float8)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	whole_value float8;
begin
	if m.measure is null then
		return;
	end if;
	whole_value := (ph.ask(m.indicator, whole, ph_support.reference_of(m, whole), m.per)).value;
	-- events over those that the whole system's rates would give, times the whole system's value
	return query
	with drawn as (
		select f.level, f.place_id,
			ph.shrunken_rate(ph.events(f.tally), ph.expected(f.tally, whole), 1) over (partition by f.level) as ratio
		from pg_temp.ph_folded f
		where f.breakdown = 'all' and f.level <> 'system' and f.place_id <> 'unknown'
	)
	select d.level, d.place_id, 'all', whole_value * (d.ratio).value, whole_value * (d.ratio).lower,
		whole_value * (d.ratio).upper
	from drawn d;
end
$$;

comment on function ph_support.shrunken_values(ph.measure, ph.tally) is
	'the values of small places in pg_temp.ph_folded, drawn towards the value of the whole system; no rows for NULL';

create type ph_support.due_fold as (
	kind text, first_day date, last_day date, levels text[], breakdowns text[], purpose text,
	stamp text);

comment on type ph_support.due_fold is 'a period of a measure that is to be folded';

comment on column ph_support.due_fold.kind is 'kind of period';

comment on column ph_support.due_fold.first_day is 'its first day';

comment on column ph_support.due_fold.last_day is 'its last day';

comment on column ph_support.due_fold.levels is 'levels of place to fold';

comment on column ph_support.due_fold.breakdowns is 'breakdowns to fold';

comment on column ph_support.due_fold.purpose is 'purpose for which people may be used';

comment on column ph_support.due_fold.stamp is 'what the data are like';

create procedure ph_support.store_folded(
	schema text, m ph.measure, due ph_support.due_fold, recorded boolean, provisional boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	whole ph.tally;
begin
	if not recorded then
		update pg_temp.ph_folded set tally = 'empty', people_with_event = null;
	end if;
	select ph.rollup(tally) into whole from pg_temp.ph_folded where level = 'system' and breakdown = 'all';
	-- the indicator is asked once, here, and not each time that somebody looks
	execute format(
		'insert into %1$I.measure_tally (
			measure, version, level, place_id, breakdown, group_name, period_kind, period, tally, people,
			people_with_event, data_stamp, provisional, folded_at, share_known, value, lower, upper, note, numerator,
			denominator, shrunken_value, shrunken_lower, shrunken_upper, purpose)
		select $1, $2, level, place_id, breakdown, group_name, $3, $4, tally, people, people_with_event, $6, $7, now(),
			case
				when breakdown = ''all''
					then sum(people) filter (where place_id <> ''unknown'') over (partition by level, breakdown)
						/ nullif(sum(people) over (partition by level, breakdown), 0)
				else sum(people) filter (where group_name <> ''unknown'') over (partition by level, place_id, breakdown)
					/ nullif(sum(people) over (partition by level, place_id, breakdown), 0) end,
			(e).value, (e).lower, (e).upper, (e).note, case when $11 then ph.events(tally) end,
			case when $11 then ph.exposure(tally) end, shrunken_value,
			shrunken_lower, shrunken_upper, $12
		from pg_temp.ph_folded f
		left join ph_support.shrunken_values($8, $9) shrunken using (level, place_id, breakdown)
		left join (
			select level, place_id, breakdown, group_name, tally as survey
			from %1$I.measure_tally
			where (measure, version) = (
					select measure, version from ph_support.latest_measures($10, array[$5.with_measure]))
				and period_kind = $3 and period = $4 and purpose is not distinct from $12
		) w using (level, place_id, breakdown, group_name),
			lateral (
				select ph.ask(ph_support.indicator_of($5.indicator, breakdown), tally,
					coalesce(ph_support.reference_of($5, $9), survey), $5.per, 0.95,
					coalesce($5.age, 0), $5.until) as e
				offset 0
			) asked', schema)
	using m.measure, m.version, due.kind, due.first_day, m, due.stamp, provisional,
		case when recorded and ph_support.counts_events(m.indicator) then m end, whole, schema, recorded, due.purpose;
end
$$;

comment on procedure ph_support.store_folded(text, ph.measure, ph_support.due_fold, boolean, boolean) is
	'writes pg_temp.ph_folded into measure_tally, each summary with its answer';

create function ph_support.left_out(
	schema text, m ph.measure, first_day date, after_day date, day date, purpose text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	people bigint;
begin
	if purpose is not null then
		execute format('select count(distinct s.person_id) from (%s) s where %s',
			ph_support.at_risk_part(schema, m, first_day, after_day, day),
			ph_support.of_purpose(schema, purpose, 'not in'))
		into people;
	end if;
	return people;
end
$$;

comment on function ph_support.left_out(text, ph.measure, date, date, date, text) is
	'people at risk of a measure in a period who are not on the list of a purpose; NULL where there is no purpose';

create procedure ph_support.fold_measure(schema text, m ph.measure, due ph_support.due_fold, data_day date)
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off  -- it takes longer than a fold of a small population
set default_statistics_target = 10
as $$
declare
	began constant timestamptz := clock_timestamp();
	until constant date := least(due.last_day, data_day);
	from_day constant date := case when m.persons is null then due.first_day else until end;
	recorded constant boolean := m.areas is not null or ph_support.has_record(schema, m, due.first_day, until);
	fold constant text := concat_ws(' ', m.measure, m.version, due.kind, due.first_day);
	-- of one version there is one purpose: the numbers of two are not of the same people
	is_of constant text := 'measure = $1 and version = $2
		and (period_kind = $3 and period = $4 or purpose is distinct from $5)';
	left_out bigint;
begin
	-- who folds at the same time waits
	execute format('lock table %I.measure_fold in share row exclusive mode', schema);
	-- rows whose code is restricted are left out by the policy of their table
	perform set_config('population_health.purpose', coalesce(due.purpose, ''), true);
	if m.areas is not null then
		call ph_support.fold_areas(schema, m, due.kind, due.first_day, due.levels);
	else
		call ph_support.fold_persons(schema, m, from_day, until, due.levels, due.breakdowns, due.purpose, fold,
			due.last_day > data_day);
		left_out := ph_support.left_out(schema, m, from_day, until + 1, until, due.purpose);
	end if;
	execute format('delete from %I.measure_tally where %s', schema, is_of)
	using m.measure, m.version, due.kind, due.first_day, due.purpose;
	call ph_support.store_folded(schema, m, due, recorded, due.last_day > data_day);
	execute format('delete from %I.measure_fold where %s', schema, is_of)
	using m.measure, m.version, due.kind, due.first_day, due.purpose;
	execute format(
		'insert into %I.measure_fold (
			measure, version, period_kind, period, data_until, levels, breakdowns, data_stamp, rows, people, events,
			reference, note, seconds, folded_at, purpose, left_out)
		select $1, $2, $3, $4, $5, $6, $7, $8, count(*),
			coalesce(sum(people) filter (where level = ''system'' and breakdown = ''all''), 0),
			ph.events(ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all'')),
			ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all''),
			case when not $9 then ''no_data'' end, extract(epoch from clock_timestamp() - $10), now(), $11, $12
		from pg_temp.ph_folded', schema)
	using m.measure, m.version, due.kind, due.first_day, until, due.levels, due.breakdowns, due.stamp, recorded, began,
		due.purpose, left_out;
	execute format('update %I.measure set folded_at = now() where measure = $1 and version = $2 and folded_at is null',
		schema)
	using m.measure, m.version;
	drop table pg_temp.ph_folded;
	perform set_config('population_health.purpose', '', true);
end
$$;

comment on procedure ph_support.fold_measure(text, ph.measure, ph_support.due_fold, date) is
	'folds one measure of one period at all levels and breakdowns, in the place of what was folded of it before, and '
	'of all that was folded of it for another purpose';

create function ph_support.require_known(argument text, asked text[], offered text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text := (select string_agg(a, ', ') from unnest(asked) a where a <> all (offered) or a is null);
begin
	if wrong is not null or array_position(asked, null) is not null then
		raise exception 'argument "%" names what there is not: %', argument, coalesce(wrong, 'null')
			using errcode = 'invalid_parameter_value', hint =
				'There are ' || coalesce((
					select string_agg(o, ', ' order by o) filter (where n <= 12)
						|| case when count(*) > 12 then format(' and %s more', count(*) - 12) else '' end
					from (select distinct o, dense_rank() over (order by o) as n from unnest(offered) o) named),
						'none') || '.';
	end if;
end
$$;

comment on function ph_support.require_known(text, text[], text[]) is
	'does nothing where all that is asked is offered. Errors: invalid_parameter_value, with what there is';

create function ph_support.require_measure_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.measure_tally', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of measures'
			using errcode = 'undefined_table', hint = 'CALL ph.create_measure_tables(...) makes them.';
	end if;
end
$$;

comment on function ph_support.require_measure_tables(text) is
	'does nothing where the schema has the tables of ph.create_measure_tables. Errors: undefined_table';

create function ph_support.latest_measures(schema text, measures text[] default null) returns setof ph.measure
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'select distinct on (measure) %s
		from %I.measure
		where $1 is null or measure = any ($1)
		order by measure, ph_support.version_numbers(version) desc, version desc',
		ph_support.column_list('ph.measure'), schema)
	using measures;
end
$$;

comment on function ph_support.latest_measures(text, text[]) is
	'the latest version of each measure of the schema, or of those that are named. Errors: undefined_table';

create function ph_support.periods_to_fold(
	schema text, m ph.measure, asked text[], data_day date,
	out kind text, out first_day date, out last_day date)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	earliest date;
begin
	-- of a kind of period only those from the first record on
	execute format('select min(record_date) from %s r', ph_support.recorded_query(schema, m, data_day)) into earliest;
	return query execute format(
		'select kind, start_date, end_date - 1
		from %I.calendar
		where start_date <= $3
			and (name = any ($2) or kind = any (coalesce($2, $1)) and end_date > $4)
		order by kind, start_date', schema)
	using m.period_kinds, asked, data_day, earliest;
end
$$;

comment on function ph_support.periods_to_fold(text, ph.measure, text[], date) is
	'the periods of calendar of a measure that are asked for by their kind or name, none that begins after the data '
	'day';

create procedure ph_support.check_measure_now(schema text, m ph.measure)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	author constant regrole := ph_support.owner_of(format('%I.measure', schema)::regclass);
	part record;
begin
	if not pg_has_role(author, 'usage') then
		raise exception 'only the owner of the tables of measures may fold'
			using errcode = 'insufficient_privilege', hint = 'Its rights decide what a measure may read.';
	end if;
	for part in
		select *
		from (
			values ('people', m.people), ('events', m.events), ('persons', m.persons), ('areas', m.areas),
				('recorded', m.recorded)
		) q (name, query)
	loop
		call ph_support.check_measure_query(schema, author, part.name, part.query);
	end loop;
end
$$;

comment on procedure ph_support.check_measure_now(text, ph.measure) is
	'does nothing where the caller may fold and the queries of the measure are still safe. '
	'Errors: insufficient_privilege, those of ph_support.check_measure_query';

create function ph_support.lacking_relation(schema text, m ph.measure) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select min(name[1])
	from unnest(ph_support.measure_parts(m)) q, regexp_matches(q, '[{]([a-z_]+)[}]', 'g') name
	where name[1] <> 'day' and to_regclass(format('%I.%I', schema, name[1])) is null
$$;

comment on function ph_support.lacking_relation(text, ph.measure) is
	'a relation that a measure reads and the schema has not, NULL where it has all';

create function ph_support.breakdown_queries(schema text, breakdowns text[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format('select query from %I.breakdown where query is not null and breakdown = any ($1)',
		schema)
	using ph_support.breakdown_dimensions(breakdowns);
end
$$;

comment on function ph_support.breakdown_queries(text, text[]) is 'the queries of the named breakdowns and pairs';

create function ph_support.breakdown_rows(schema text, breakdowns text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	said text;
begin
	execute format(
		'select string_agg(to_jsonb(b)::text, '' '' order by breakdown)
		from %I.breakdown b
		where breakdown = any ($1)', schema)
	into said
	using ph_support.breakdown_dimensions(breakdowns);
	return said;
end
$$;

comment on function ph_support.breakdown_rows(text, text[]) is
	'what the catalogue says of the named breakdowns and pairs, as one text';

create function ph_support.require_periods(schema text, periods text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	execute format(
		'select string_agg(coalesce(p, ''null''), '', '')
		from unnest($1) p
		where p is null or not exists (select from %I.calendar where kind = p or name = p)', schema)
	into wrong
	using periods;
	if wrong is not null then
		raise exception 'calendar has no period of the kind or name %', wrong
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT kind, name FROM %I.calendar: a kind is financial_year, a name 2024/25; '
				'CALL ph.create_calendar(...) makes it of other years.', schema);
	end if;
end
$$;

comment on function ph_support.require_periods(text, text[]) is
	'does nothing where calendar has all periods by their kind or name. Errors: invalid_parameter_value';

create function ph_support.counts_who_was_seen(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return coalesce(pg_get_viewdef(to_regclass(format('%I.person_at_data_day', schema))) ~ ' seen\M', false);

comment on function ph_support.counts_who_was_seen(text) is
	'whether the population views of the schema are of who was seen: their query then asks for an encounter, seen';

create function ph_support.require_restricted_left_out(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	restricted boolean := to_regclass(format('%I.restricted_code', schema)) is not null;
begin
	if restricted then
		execute format('select exists (select from %I.restricted_code)', schema) into restricted;
	end if;
	if restricted and exists (
		select
		from ph_support.coded_column() c
		join pg_class t on t.oid = to_regclass(format('%I.%I', schema, c.relation))
		where not row_security_active(t.oid))
	then
		raise exception 'codes are restricted, and no policy leaves their rows out'
			using errcode = 'object_not_in_prerequisite_state', hint =
				'CALL ph.secure(...), and fold as an owner who does not bypass row security.';
	end if;
end
$$;

comment on function ph_support.require_restricted_left_out(text) is
	'does nothing where no code is restricted, or policies leave their rows out of what is folded. '
	'Errors: object_not_in_prerequisite_state';

create function ph_support.fold_purpose(schema text, m ph.measure, purpose text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p))
	where purpose is not null;
	if to_regclass(format('%I.may_use', schema)) is null then
		if purpose is not null then
			raise exception 'schema "%" has no list of who may be included', schema
				using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes it, may_use.';
		end if;
		return null;
	elsif m.areas is not null then
		return null;  -- what others published of areas is of no person of ours
	elsif m.purpose <> purpose then
		raise exception 'measure "%" is for the purpose %', m.measure, m.purpose
			using errcode = 'invalid_parameter_value', hint = 'Make a version of it for the other purpose.';
	elsif coalesce(purpose, m.purpose) is null then
		raise exception 'argument "purpose" must not be null where may_use says who may be included'
			using errcode = 'null_value_not_allowed', hint =
				'Say for what: ' || (select string_agg(p.purpose, ', ') from ph.purpose() p) || '.';
	end if;
	perform ph_support.require_restricted_left_out(schema);
	return coalesce(purpose, m.purpose);
end
$$;

comment on function ph_support.fold_purpose(text, ph.measure, text) is
	'the purpose for which a measure is folded, NULL where the schema has no list of who may be included. '
	'Errors: undefined_table, null_value_not_allowed, invalid_parameter_value';

create procedure ph_support.require_one_purpose(schema text, m ph.measure, purpose text, refold boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	other text;
	mixed boolean;
begin
	execute format(
		'select true, min(purpose) from %I.measure_fold
		where measure = $1 and version = $2 and purpose is distinct from $3
		having count(*) > 0', schema)
	into mixed, other
	using m.measure, m.version, purpose;
	if mixed and not refold then
		raise exception 'measure "%" was folded for %', m.measure,
			coalesce('the purpose ' || other, 'everybody, without a purpose')
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Numbers of two purposes are not of the same people: make a version of it for the other purpose, or '
				'refold => true, which lets go of all that was folded of it.';
	end if;
end
$$;

comment on procedure ph_support.require_one_purpose(text, ph.measure, text, boolean) is
	'does nothing where a measure was folded for no other purpose, or shall be folded anew. '
	'Errors: object_not_in_prerequisite_state';

create function ph_support.folds_of_measure(
	schema text, m ph.measure, periods text[], levels text[], breakdowns text[], refold boolean, purpose text,
	data_day date,
	inout known jsonb, out due ph_support.due_fold[])
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	offered_levels constant text[] := array(select l.level from ph_support.folded_levels(schema) l);
	part ph_support.due_fold;
	fresh boolean;
	was record;
begin
	call ph_support.check_measure_now(schema, m);
	part.purpose := ph_support.fold_purpose(schema, m, purpose);
	call ph_support.require_one_purpose(schema, m, part.purpose, refold);
	if m.areas is null and m.population is null and ph_support.counts_who_was_seen(schema) then
		raise exception 'the population seen is nobody''s denominator'
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Who is well is missing in it: make the population views of registered or resident people, '
				'or give the measure a population of its own.';
	end if;
	select d.stamp, d.known
	into part.stamp, known
	from ph_support.data_stamp(schema, ph_support.measure_parts(m) || array[
		'select start_date from {stay}', 'select birth_date from {person}'] || (
			select array_agg(b.query)
			from ph_support.breakdown_queries(schema, m.breakdowns) b (query)
		) || case when part.purpose is not null then 'select person_id from {may_use}' end, known) d;
	-- another version of the extension may answer otherwise
	part.stamp := md5(concat_ws(' ', part.stamp, data_day, part.purpose, (to_jsonb(m) - 'folded_at')::text,
		ph_support.breakdown_rows(schema, m.breakdowns),
		(select extversion from pg_extension where extname = 'population_health')));
	due := '{}';
	for part.kind, part.first_day, part.last_day in
		select * from ph_support.periods_to_fold(schema, m, periods, data_day)
	loop
		execute format(
			'select f.levels, f.breakdowns, f.data_stamp = $5 and not exists (
					select
					from %1$I.measure_fold survey
					where survey.measure = $6 and (survey.period_kind, survey.period) = ($3, $4)
						and survey.folded_at > f.folded_at) as fresh
			from %1$I.measure_fold f
			where f.measure = $1 and f.version = $2 and f.period_kind = $3 and f.period = $4', schema)
		into was
		using m.measure, m.version, part.kind, part.first_day, part.stamp, m.with_measure;
		-- what was folded beside what is asked is folded with it, and not lost
		part.levels := array(
			select l
			from unnest(offered_levels) l
			where levels is null or l = any (levels) or not refold and l = any (was.levels));
		part.breakdowns := array(
			select b
			from unnest(m.breakdowns) b
			where m.areas is null and (breakdowns is null or b = any (breakdowns))
				or not refold and b = any (was.breakdowns));
		fresh := was.fresh and was.levels @> part.levels and was.breakdowns @> part.breakdowns;
		if refold or fresh is not true then
			due := due || part;
		end if;
	end loop;
end
$$;

comment on function ph_support.folds_of_measure(
	text, ph.measure, text[], text[], text[], boolean, text, date, jsonb) is
	'the periods of a measure that are missing or out of date; known: what tables were like that were looked at. '
	'Errors: those of ph_support.check_measure_now, object_not_in_prerequisite_state where nobody is a denominator';

create function ph_support.folds_due(
	schema text, measures text[], periods text[], levels text[], breakdowns text[], refold boolean, purpose text)
returns table (measure ph.measure, data_day date, due ph_support.due_fold, state text, fault text, hint text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	m ph.measure;
	known jsonb := '{}';
	found ph_support.due_fold[];
	offered text[];
begin
	if to_regclass(format('%I.calendar', schema)) is null then
		raise exception 'schema "%" has no calendar', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_calendar(...) makes it.';
	elsif levels = '{}' then
		raise exception 'argument "levels" must not be empty'
			using errcode = 'invalid_parameter_value', hint = 'NULL is all of them.';
	end if;
	execute format('select day from (select %s as day) d', ph_support.in_schema(ph_support.last_day(schema), schema))
	into data_day;
	offered := array(select l.level from ph_support.folded_levels(schema) l);
	perform ph_support.require_known('levels', levels, offered);
	offered := array(select l.measure from ph_support.latest_measures(schema) l);
	perform ph_support.require_known('measures', measures, offered);
	perform ph_support.require_periods(schema, periods);
	if measures is not null then
		perform ph_support.require_known('breakdowns', folds_due.breakdowns, l.breakdowns)
		from ph_support.latest_measures(schema, measures) l;
	end if;
	-- what is asked beside a survey comes after it
	for m in
		select *
		from ph_support.latest_measures(schema, measures) l
		order by l.with_measure is not null, l.measure
	loop
		if measures is null and ph_support.lacking_relation(schema, m) is not null then
			continue;  -- what is shipped for tables that are not here
		end if;
		measure := m;
		begin
			select f.known, f.due
			into known, found
			from ph_support.folds_of_measure(schema, m, periods, levels, breakdowns, refold, purpose, data_day, known)
				f;
			fault := null;
		exception when others then
			get stacked diagnostics state = returned_sqlstate, fault = message_text, hint = pg_exception_hint;
			found := array[null::ph_support.due_fold];
		end;
		foreach due in array found loop
			return next;
		end loop;
	end loop;
end
$$;

comment on function ph_support.folds_due(text, text[], text[], text[], text[], boolean, text) is
	'the measures and periods that are missing or out of date, and the measures that cannot be folded, with what is '
	'wrong with them. Errors: undefined_table, invalid_parameter_value with what there is';

create procedure ph.fold_measures(
	schema text,
	measures text[] default null,
	periods text[] default null,
	levels text[] default null,
	breakdowns text[] default null,
	refold boolean default false,
	purpose text default null)
language plpgsql
as $$
declare
	due record;
	in_steps constant boolean := ph_support.may_commit();
	failed bigint := 0;
	first_state text;
	first_message text;
	first_hint text;
	said text;
begin
	perform ph_support.require_measure_tables(schema);
	call ph_support.fill_measure_places(schema);
	for due in
		select d.measure, d.data_day, d.due, d.state, d.fault, d.hint, pg_catalog.row_number() over () as number,
			pg_catalog.count(*) over () as total
		from ph_support.folds_due(schema, measures, periods, levels, breakdowns, refold, purpose) d
	loop
		said := pg_catalog.concat_ws(' ', pg_catalog.format('%s of %s: %s', due.number, due.total,
			(due.measure).measure),
			(due.due).kind, pg_catalog.to_char((due.due).first_day, 'YYYY-MM-DD'));
		-- one that fails keeps no other from being folded
		begin
			if due.fault is not null then
				raise exception '%', due.fault
					using errcode = due.state, hint = coalesce(nullif(due.hint, ''),
						'Mend the measure, or name others.');
			end if;
			call ph_support.fold_measure(schema, due.measure, due.due, due.data_day);
			raise notice '%', said;
		exception when others then
			if not in_steps or due.total operator(pg_catalog.=) 1 then
				raise;
			end if;
			raise warning '% was not folded: %', said, sqlerrm;
			if failed operator(pg_catalog.=) 0 then
				get stacked diagnostics first_state = returned_sqlstate, first_message = message_text,
					first_hint = pg_exception_hint;
			end if;
			failed := failed operator(pg_catalog.+) 1;
		end;
		if in_steps then
			commit;
		end if;
	end loop;
	if failed operator(pg_catalog.>) 0 then
		raise exception '%', first_message
			using errcode = first_state, hint = coalesce(nullif(first_hint, ''), 'The warnings name them.'),
				detail = pg_catalog.format(
				'%s could not be folded, and this is why the first of them could not; all others were.', failed);
	end if;
end
$$;

comment on procedure ph.fold_measures(text, text[], text[], text[], text[], boolean, text) is
	'folds measures of the schema (NULL: the latest version of all whose tables are there) over periods (kinds or '
	'names of calendar; NULL: the kinds of each measure), levels (NULL: all) and breakdowns (NULL: all that a measure '
	'allows) into measure_tally: only what is missing or out of date, together with the levels and breakdowns that '
	'were folded before; with refold all that is asked, and nothing else stays. Where the schema has a list of who may '
	'be included, may_use, only they count, for the purpose that is asked (NULL: that of the measure), and who is left '
	'out is counted; what was folded for one purpose is not folded on for another. It says how far it is, and commits '
	'after each measure and period, so that who reads meanwhile sees whole ones and a failure leaves what was there; '
	'inside a transaction it commits nothing, and stops at the first failure. The numbers of a period that is not '
	'over are provisional; a period of which the source has no record has no data. Errors: undefined_table, '
	'invalid_parameter_value with what there is, insufficient_privilege for others than the owner, for queries that '
	'read what the owner may not, and where row security hides rows, cardinality_violation where a person counts '
	'twice';

create function ph_support.verdict(lower float8, upper float8, against float8, better text) returns text
language sql immutable parallel safe
return case
	when lower <= against and upper >= against then 'similar'
	when (lower > against) = (better = 'higher') and better <> 'neither' then 'better'
	when lower is null or upper is null or against is null then null
	when better <> 'neither' then 'worse'
	when lower > against then 'higher'
	else 'lower' end;

comment on function ph_support.verdict(float8, float8, float8, text) is
	'where limits lie beside a number: similar where they hold it, else better or worse, or, where neither is better, '
	'higher or lower; NULL where something is not known';

create function ph_support.measure_column(out column_name text, out description text, out accepted text[])
returns setof record
language sql immutable parallel safe
begin atomic
	select c.column_name, c.description, null::text[]
	from (values
		('period', 'first day of the period'),
		('period_name', 'name of the period'),
		('measure', 'code of the measure'),
		('name', 'name of the measure'),
		('version', 'version of the measure'),
		('level', 'level of place. Ask for one level: larger places hold the smaller ones'),
		('place_id', 'code of the place, or unknown'),
		('place_name', 'name of the place, or unknown'),
		('parent_id', 'code of the larger place that it is held against'),
		('parent_name', 'name of the larger place that it is held against'),
		('breakdown', 'what it is broken down by. Ask for one breakdown: each holds all people'),
		('breakdown_name', 'name of the breakdown'),
		('group_name', 'the group, or unknown'),
		('group_order', 'place of the group in the order in which groups are shown; unknown comes last'),
		('value', 'the value, in unit: never add, never average'),
		('lower', 'lower 95 % limit of the value: never add'),
		('upper', 'upper 95 % limit of the value: never add'),
		('numerator', 'events, or sum of amounts: may be added over places of one level and period'),
		('denominator', 'what they are held over, years, people or rows: may be added over places of one level and '
			'period'),
		('people', 'people who are counted: may be added over places of one level and period, but who moved '
			'counts twice'),
		('per', 'what the value is times'),
		('unit', 'unit of the value'),
		('note', 'why there is no value, or what to be careful with'),
		('data_until', 'last day of which the value tells'),
		('folded_at', 'when it was folded'),
		('share_known', 'share of the people of this level whose place, or of this place whose group, is known'),
		('provisional', 'whether the period is not over: not to be held against whole ones'),
		('shrunken_value', 'the value of a small place drawn towards that of all places, as far as chance may '
			'explain it: never add'),
		('shrunken_lower', 'lower 95 % limit of the drawn value'),
		('shrunken_upper', 'upper 95 % limit of the drawn value'),
		('parent_value', 'the value of the larger place, or of the same group there'),
		('parent_difference', 'value less that of the larger place: never add'),
		('parent_difference_lower', 'lower 95 % limit of the difference, the larger place taken as fixed'),
		('parent_difference_upper', 'upper 95 % limit of the difference, the larger place taken as fixed'),
		('before_value', 'the value of the same place a year before, where both periods are over'),
		('before_difference', 'value less that of a year before: never add'),
		('before_difference_lower', 'lower 95 % limit of the difference, the two years taken as independent'),
		('before_difference_upper', 'upper 95 % limit of the difference, the two years taken as independent'),
		('judged', 'places that have a verdict'),
		('said_better', 'places said to be better, or lower'),
		('said_worse', 'places said to be worse, or higher'),
		('by_chance', 'verdicts other than similar that chance alone would give: one in twenty of those judged'),
		('chart_value', 'what is charted, beside mean and limits: the value, or, where season is allowed for, events '
			'over those expected of the month and its days'),
		('mean', 'centre line of the control chart'),
		('lower_limit', 'lower control limit'),
		('upper_limit', 'upper control limit'),
		('rule', 'the rule that holds of the point, else common_cause'),
		('variation', 'what the last point of the series is'),
		('size', 'what to draw the place at: people of a proportion, events of a rate'),
		('baseline', 'of a funnel the value of all places together, of a goal the first day of its baseline period'),
		('lower_95', 'lower limit of 95 % at that size'),
		('upper_95', 'upper limit of 95 % at that size'),
		('lower_998', 'lower limit of 99.8 % at that size'),
		('upper_998', 'upper limit of 99.8 % at that size'),
		('dispersion', 'how much more places differ than chance makes: 1 is as chance does'),
		('slope', 'slope index of inequality: value of the least disadvantaged less that of the most'),
		('slope_lower', 'its lower 95 % limit'),
		('slope_upper', 'its upper 95 % limit'),
		('relative', 'relative index of inequality: the least disadvantaged over the most'),
		('relative_lower', 'its lower 95 % limit'),
		('relative_upper', 'its upper 95 % limit'),
		('slope_change', 'change of the slope since the year before'),
		('slope_change_lower', 'its lower 95 % limit'),
		('slope_change_upper', 'its upper 95 % limit'),
		('how', 'levelling up, levelling down and so on'),
		('highest_group', 'the group with the highest value'),
		('lowest_group', 'the group with the lowest value'),
		('largest_gap', 'value of the highest group less that of the lowest'),
		('largest_gap_lower', 'its lower 95 % limit, the two groups taken as chosen beforehand'),
		('largest_gap_upper', 'its upper 95 % limit'),
		('weighted_spread', 'standard deviation between groups, weighted by their people'),
		('gap_to_best', 'what the mean of the groups would change by if all were as the best group is'),
		('goal', 'code of the goal'),
		('beside_group', 'of a goal on inequality: the group beside which the first is held'),
		('subsystem', 'subsystem whose goal it is'),
		('live', 'whether all owners have signed'),
		('baseline_value', 'value of the baseline period'),
		('should_be', 'where the value should be by now'),
		('target', 'the value that shall be reached'),
		('target_period', 'first day of the period in which it shall be reached'),
		('projected', 'where the trend leads by then'),
		('projected_lower', 'lower 95 % limit of what will be observed then'),
		('projected_upper', 'upper 95 % limit of what will be observed then'),
		('chance', 'chance of reaching the target'),
		('needed_change', 'relative change a period that is still needed'),
		('periods', 'periods of the trend'),
		('left_out', 'periods that the trend leaves out'),
		('meaning', 'what it means, in one sentence'),
		('indicator', 'the indicator that is asked'),
		('action_area', 'action area of the Culture of Health framework'),
		('team', 'team that it is about'),
		('owner', 'partner that answers for it'),
		('source', 'who defines it'),
		('leaves_out', 'what it leaves out'),
		('population', 'whom it counts'),
		('purpose', 'what it may be used for'),
		('verdict', 'of inequality: narrowing, widening, reversed or no clear change since the year before; '
			'of a goal: on_track, uncertain, off_track, reached or missed')) c (column_name, description)
	union all
	select c.column_name, c.description || ': ' || array_to_string(c.accepted, ', '), c.accepted
	from (values
		('period_kind', 'kind of period (ask for one kind, since periods of different kinds overlap)',
			'{day,month,quarter,year,financial_year,rolling_year}'::text[]),
		('better', 'which way is good', '{lower,higher,neither}'),
		('parent_verdict', 'what it is beside the larger place, higher or lower where neither is better',
			'{better,similar,worse,higher,lower}'),
		('before_verdict', 'what it is beside a year before, higher or lower where neither is better',
			'{better,similar,worse,higher,lower}'),
		('compared', 'what is compared', '{parent,before}'),
		('improvement', 'what the point is',
			'{special_cause_improvement,special_cause_concern,special_cause_neutral_high,special_cause_neutral_low,'
			'common_cause}'),
		('trend', 'recent trend of the last five years',
			'{increasing,decreasing,no_significant_change,cannot_be_calculated}'),
		('significance', 'where the place lies beside the limits',
			'{high_99.8,high_95,not_significant,low_95,low_99.8,not_applicable}'),
		('kind', 'kind of measure', '{input,process,output,outcome}'),
		('aim', 'aim that it serves', '{outcomes,quality,cost,equity,experience}'),
		('pillar', 'pillar of population health', '{determinants,behaviours,communities,care}')
	) c (column_name, description, accepted);
end;

comment on function ph_support.measure_column() is
	'the columns of the views of measures, each name once; accepted: all that may stand in it, where that is a list';

create function ph_support.difference_limits(
	value float8, lower float8, upper float8, other_value float8, other_lower float8, other_upper float8,
	out lower_limit float8, out upper_limit float8)
returns setof record
language sql immutable parallel safe rows 1
begin atomic
	select value - other_value - sqrt((value - lower) ^ 2 + (other_upper - other_value) ^ 2),
		value - other_value + sqrt((upper - value) ^ 2 + (other_value - other_lower) ^ 2);
end;

comment on function ph_support.difference_limits(float8, float8, float8, float8, float8, float8) is
	'limits of the difference of two values, recovered from the limits of either, as ph.compare does '
	'(Zou and Donner 2008)';

create function ph_support.measure_value_query(is_breakdown boolean) returns text
language sql immutable parallel safe
begin atomic
	select format(
		$query$
			select t.period, t.period_kind, ph_support.period_name(t.period_kind, t.period) as period_name, t.measure,
				m.name, t.version, t.level, t.place_id, place.place_name, place.parent_id,
				parent_place.place_name as parent_name,
				%1$s t.value, t.lower, t.upper, t.numerator, t.denominator, t.people::float8 as people,
				coalesce(m.per, i.per) as per, m.unit, m.better, t.note, f.data_until, t.folded_at, t.share_known,
				t.provisional, %2$s p.value as parent_value,
				t.value - p.value as parent_difference, t.lower - p.value as parent_difference_lower,
				t.upper - p.value as parent_difference_upper,
				ph_support.verdict(t.lower, t.upper, p.value, m.better) as parent_verdict,
				b.value as before_value, t.value - b.value as before_difference,
				change.lower_limit as before_difference_lower, change.upper_limit as before_difference_upper,
				ph_support.verdict(change.lower_limit, change.upper_limit, 0, m.better) as before_verdict
			from {measure_tally} t
			join {measure_current} m using (measure, version)
			join {measure_fold} f using (measure, version, period_kind, period)
			join ph.indicators() i on i.indicator = m.indicator
			left join {measure_place} place using (level, place_id)
			left join {measure_place} parent_place
				on parent_place.level = place.parent_level and parent_place.place_id = place.parent_id
			%3$s
			left join {measure_tally} p on p.measure = t.measure and p.version = t.version
				and p.level = place.parent_level and p.place_id = place.parent_id and p.breakdown = t.breakdown
				and p.group_name = t.group_name and p.period_kind = t.period_kind and p.period = t.period
			left join {measure_tally} b on b.measure = t.measure and b.version = t.version and b.level = t.level
				and b.place_id = t.place_id and b.breakdown = t.breakdown and b.group_name = t.group_name
				and b.period_kind = t.period_kind and b.period = (t.period - interval '1 year')::date
				and not b.provisional and not t.provisional
			cross join lateral ph_support.difference_limits(
				t.value, t.lower, t.upper, b.value, b.lower, b.upper) change
			where %4$s$query$,
		case when is_breakdown
			then 't.breakdown, g.name as breakdown_name, t.group_name,
				coalesce(array_position(g.groups, t.group_name), 1000)::float8 as group_order,' else '' end,
		case when is_breakdown then '' else 't.shrunken_value, t.shrunken_lower, t.shrunken_upper,' end,
		case when is_breakdown then 'left join {breakdown} g using (breakdown)' else '' end,
		case when is_breakdown then 't.breakdown <> ''all''' else 't.breakdown = ''all''' end);
end;

comment on function ph_support.measure_value_query(boolean) is
	'the query of measure_value, or of measure_breakdown';

create function ph_support.current_measure() returns text
language sql immutable parallel safe
return '(
	select *
	from {measure} m
	where folded_at is not null and not exists (
		select
		from {measure} later
		where later.measure = m.measure and later.folded_at is not null
			and (ph_support.version_numbers(later.version), later.version)
				> (ph_support.version_numbers(m.version), m.version)))';

comment on function ph_support.current_measure() is
	'the relation of the versions of measures that count: the latest of those that were folded';

create function ph_support.measure_view(
	out relation text, out key text[], out description text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('measure_value', '{measure,level,place_id,period_kind,period}'::text[],
		 'measures of whole places: one row a measure, level, place and period. Ask for one level and one kind of '
		 'period; values are never added', ph_support.measure_value_query(false)),
		('measure_breakdown', '{measure,level,place_id,period_kind,period,breakdown,group_name}',
		 'measures by group: one row a measure, level, place, period, breakdown and group. Ask for one level, kind of '
		 'period and breakdown; values are never added', ph_support.measure_value_query(true)),
		('measure_trend', '{measure,level,place_id,period_kind,period}',
		 'series of measures with control charts and the recent trend: one row a measure, level, place and period',
		 $query$
			select period, period_kind, period_name, measure, name, version, level, place_id, place_name, value, lower,
				upper, per, unit, better, note, provisional, (point).value as chart_value, (point).mean,
				(point).lower as lower_limit, (point).upper as upper_limit, (point).special_cause as rule,
				(point).point_type as improvement, (point).variation,
				case when period_kind in ('year', 'financial_year') then (
					ph.recent_trend_of_values(array_agg(extract(year from period)::float8) over five,
						array_agg(value) over five, array_agg(lower) over five, array_agg(upper) over five)
					).trend end as trend
			from (
				-- each window is asked of every row, whichever branch it stands in: what is no proportion is NULL to it
				select s.*,
					case chart
						when 'xmr' then ph.control_xmr(xmr_value, period, better, calendar => 'any') over series
						when 'p' then ph.control_p(p_events, p_exposure, period, better, calendar => 'any',
							per => coalesce(per, 1)) over series
						else ph.control_u(u_events, u_exposure, period, better, calendar => 'any',
							per => case when seasonal then 1 else coalesce(per, 1) end) over series end as point
				from (
					-- the functions of all charts are called of every series, so each gets only what is its own
					select c.*, case when chart = 'xmr' and not provisional then value end as xmr_value,
						case when chart = 'p' and not provisional then numerator end as p_events,
						case when chart = 'p' and not provisional then denominator end as p_exposure,
						case when chart = 'u' and not provisional then numerator end as u_events,
						case when chart = 'u' and not provisional then coalesce(expected, denominator) end as u_exposure
					from (
						select v.*, s.seasonal, case when s.seasonal then 'u' else m.chart end as chart,
							case when s.seasonal then ph.expected_count(v.numerator, v.period, v.denominator) over (
								partition by v.measure, v.version, v.level, v.place_id, v.period_kind
								order by v.period) end as expected
						from {measure_value} v
						join {measure_current} m using (measure, version)
						cross join lateral (select m.seasonal and v.period_kind = 'month') s (seasonal)
					) c
				) s
				window series as (partition by measure, version, level, place_id, period_kind order by period)
			) charted
			window five as (
				partition by measure, version, level, place_id, period_kind order by period rows 4 preceding)$query$),
		('measure_funnel', '{measure,level,place_id,period_kind,period}',
		 'places of a level and period in a funnel: one row a measure, level, place and period that is over',
		 $query$
			select period, period_kind, period_name, measure, name, version, level, place_id, place_name, (point).value,
				(point).size, (point).baseline, (point).lower_95, (point).upper_95, (point).lower_998,
				(point).upper_998, (point).significance, (point).dispersion, per, unit, better,
				coalesce(note, (point).note) as note
			from (
				-- one call: a window is asked of every row, whichever branch of a CASE it stands in
				select v.*,
					ph.funnel(numerator, case when m.indicator not in ('dsr', 'dsr_gamma') then denominator end,
						case m.indicator when 'proportion' then 'proportion' else 'rate' end, per => v.per,
						rate => case when m.indicator in ('dsr', 'dsr_gamma') then value end,
						rate_type => case m.indicator when 'rate' then 'crude' when 'proportion' then null else 'dsr'
							end,
						overdispersion => case when m.overdispersion then 'winsorised' else 'none' end) over places
						as point
				from {measure_value} v
				join {measure_current} m using (measure, version)
				where m.indicator in ('proportion', 'rate', 'dsr', 'dsr_gamma') and not v.provisional
					and v.place_id <> 'unknown' and v.level <> 'system'
				window places as (partition by measure, version, level, period_kind, period)
			) placed$query$),
		('measure_inequality', '{measure,level,place_id,period_kind,period}',
		 'measures over fifths of deprivation: slope and relative index of inequality, and what became of them since '
		 'the year before; one row a measure, level, place and period',
		 $query$
			with fifth as not materialized (
				select t.measure, t.version, t.level, t.place_id, t.period_kind, t.period,
					bool_or(t.provisional) as provisional, array_agg(t.tally order by t.group_name) as tallies
				from {measure_tally} t
				where t.breakdown = 'deprivation_quintile' and t.group_name <> 'unknown'
				group by t.measure, t.version, t.level, t.place_id, t.period_kind, t.period
			)
			select t.period, t.period_kind, ph_support.period_name(t.period_kind, t.period) as period_name, t.measure,
				m.name, t.version, t.level, t.place_id, place.place_name, (slope.e).value as slope,
				(slope.e).lower as slope_lower, (slope.e).upper as slope_upper, (relative.e).value as relative,
				(relative.e).lower as relative_lower, (relative.e).upper as relative_upper,
				(progress.e).slope_change, (progress.e).slope_change_lower, (progress.e).slope_change_upper,
				(progress.e).verdict, (progress.e).how, coalesce(m.per, i.per) as per, m.unit, m.better,
				(slope.e).note, t.provisional
			from fifth t
			join {measure_current} m using (measure, version)
			join {measure_fold} f using (measure, version, period_kind, period)
			join ph.indicators() i on i.indicator = m.indicator
			left join {measure_place} place using (level, place_id)
			left join fifth b on b.measure = t.measure and b.version = t.version and b.level = t.level
				and b.place_id = t.place_id and b.period_kind = t.period_kind
				and b.period = (t.period - interval '1 year')::date and not b.provisional and not t.provisional
			cross join lateral (
				select case when m.reference = 'system' then f.reference else m.reference_tally end as tally
				offset 0) reference
			cross join lateral (
				select ph.slope_index_of_inequality(t.tallies, m.indicator, reference.tally, m.per, 0.95, 5,
						coalesce(m.age, 0), m.until) as e
				offset 0) slope
			cross join lateral (
				select ph.relative_index_of_inequality(t.tallies, m.indicator, reference.tally, m.per, 0.95, 5,
						coalesce(m.age, 0), m.until) as e
				offset 0) relative
			cross join lateral (
				select case when b.tallies is not null and m.better <> 'neither' then
					ph.equity_progress(b.tallies, t.tallies, m.indicator, m.reference_tally, m.per, 0.95, m.better, 5,
						coalesce(m.age, 0), m.until) end as e
				offset 0) progress
			where m.with_measure is null$query$),
		('measure_gap', '{measure,level,place_id,period_kind,period,breakdown}',
		 'gaps between groups, whether they have an order or not: one row a measure, level, place, period and '
		 'breakdown',
		 $query$
			select g.period, g.period_kind, g.period_name, g.measure, g.name, g.version, g.level, g.place_id,
				g.place_name, g.breakdown, g.names[1] as highest_group, g.names[g.n] as lowest_group,
				g.values[1] - g.values[g.n] as largest_gap,
				gap.lower_limit as largest_gap_lower, gap.upper_limit as largest_gap_upper,
				sqrt(greatest(0, g.mean_square - g.mean ^ 2)) as weighted_spread,
				case g.better when 'lower' then g.values[g.n] when 'higher' then g.values[1] end - g.mean
					as gap_to_best,
				g.per, g.unit, g.better, g.provisional
			from (
				select v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, v.place_id,
					v.place_name, v.breakdown, v.per, v.unit, v.better, v.provisional, count(*)::integer as n,
					array_agg(v.group_name order by v.value desc, v.group_name) as names,
					array_agg(v.value order by v.value desc, v.group_name) as values,
					array_agg(v.lower order by v.value desc, v.group_name) as lowers,
					array_agg(v.upper order by v.value desc, v.group_name) as uppers,
					sum(v.people * v.value) / sum(v.people) as mean,
					sum(v.people * v.value ^ 2) / sum(v.people) as mean_square
				from {measure_breakdown} v
				where v.group_name <> 'unknown' and v.value is not null and v.people > 0
				group by v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, v.place_id,
					v.place_name, v.breakdown, v.per, v.unit, v.better, v.provisional
				having count(*) > 1
			) g
			cross join lateral ph_support.difference_limits(
				g.values[1], g.lowers[1], g.uppers[1], g.values[g.n], g.lowers[g.n], g.uppers[g.n]) gap$query$),
		('measure_verdicts', '{measure,level,period_kind,period,compared}',
		 'how many verdicts of measure_value say something, and how many chance alone would give: one row a measure, '
		 'level, period and comparison',
		 $query$
			select v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, c.compared,
				count(c.verdict)::float8 as judged,
				(count(*) filter (where c.verdict in ('better', 'lower')))::float8 as said_better,
				(count(*) filter (where c.verdict in ('worse', 'higher')))::float8 as said_worse,
				0.05 * count(c.verdict)::float8 as by_chance
			from {measure_value} v,
				lateral (values ('parent', v.parent_verdict), ('before', v.before_verdict)) c (compared, verdict)
			where v.place_id <> 'unknown'
			group by v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, c.compared$query$),
		('goal_value', '{goal}',
		 'goals and how far they are, a row each: ph.goal_status of the schema',
		 $query$select * from ph.goal_status({schema})$query$),
		('measure_dimension', '{measure}',
		 'one row a measure: what it is, for tools that join it to the values',
		 $query$
			select m.measure, m.version, m.name, m.meaning, m.indicator, coalesce(m.per, i.per) as per, m.unit,
				m.better, m.kind, m.aim, m.pillar, m.action_area, m.team, m.owner, m.source, m.leaves_out, m.population,
				m.purpose
			from {measure_current} m
			join ph.indicators() i using (indicator)$query$),
		('measure_period', '{period_kind,period}',
		 'one row a period that was folded, for tools that join it to the values by both period_kind and period',
		 $query$
			select period, period_kind, ph_support.period_name(period_kind, period) as period_name,
				max(data_until) as data_until
			from {measure_fold}
			group by period_kind, period$query$);
end;

comment on function ph_support.measure_view() is
	'the views of measures, each after those it is built on: the columns that tell its rows apart, and its query';

create procedure ph_support.create_measure_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	view record;
	columns constant jsonb := (
		select jsonb_object_agg(c.column_name, c.description) from ph_support.measure_column() c);
begin
	for view in select * from ph_support.measure_view() loop
		call ph_support.replace_view(schema, view.relation,
			ph_support.in_schema(
				replace(
					replace(view.query, '{measure_current}', ph_support.current_measure()),
					'{schema}', quote_literal(schema)),
				schema), view.description,
			columns);
	end loop;
end
$$;

comment on procedure ph_support.create_measure_views(text) is
	'makes the views of measures, or replaces them in place';

create function ph_support.goal_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('subsystem',
		 'subsystem text primary key check (subsystem <> ''''), name text not null,
		 parent text references {subsystem} check (parent <> subsystem)',
		 'one row a subsystem: a named set of segments, places and partners with goals and a scorecard of its own',
		 jsonb_build_object('subsystem', 'name of the subsystem', 'name', 'name to show',
			'parent', 'subsystem that it is a part of')),
		('subsystem_part',
		 'subsystem text references {subsystem} on delete cascade,
		 kind text not null check (kind in (''segment'', ''place'', ''partner'')), part text not null,
		 primary key (subsystem, kind, part)',
		 'what a subsystem consists of', jsonb_build_object('subsystem', 'the subsystem',
			'kind', 'segment, place or partner', 'part', 'the segment, place or partner')),
		('goal',
		 'goal text primary key check (goal <> ''''), name text not null, measure text not null, level text not null,
		 place_id text not null, breakdown text not null default ''all'', group_name text not null default ''all'',
		 beside_group text, period_kind text not null default ''financial_year'', baseline date not null,
		 target float8 not null check (target > 0 and target < ''infinity''), target_period date not null,
		 leave_out date[] not null default ''{}'', parent text references {goal} check (parent <> goal),
		 subsystem text references {subsystem}, check (target_period > baseline),
		 check ((breakdown = ''all'') = (group_name = ''all'')),
		 check (beside_group is null or breakdown <> ''all'' and beside_group <> group_name)',
		 'one row a goal: which value a measure shall have, where and of whom, from a baseline to a period',
		 jsonb_build_object('goal', 'name of the goal', 'name', 'name to show', 'measure', 'measure that it is about',
			'level', 'level of the place', 'place_id', 'the place',
			'breakdown', 'breakdown of the group that it is about, or all', 'group_name', 'the group, or all',
			'beside_group',
			'of a goal on inequality: the group beside which the first is held; the target is a ratio then',
			'period_kind', 'kind of period in which progress is measured', 'baseline',
				'first day of the baseline period',
			'target', 'the value that shall be reached, in the unit of the measure, or the ratio of the two groups',
			'target_period', 'first day of the period in which it shall be reached',
			'leave_out', 'first days of periods that the trend leaves out, such as those of a shock',
			'parent', 'goal that it is a part of', 'subsystem', 'subsystem whose goal it is')),
		('goal_owner',
		 'goal text references {goal} on delete cascade, partner text not null, signed_on date, signed_by text,
		 primary key (goal, partner), check ((signed_on is null) = (signed_by is null))',
		 'the partners that own a goal, with their signatures: it is live when all have signed',
		 jsonb_build_object('goal', 'the goal', 'partner', 'the partner', 'signed_on', 'day of the signature',
			'signed_by', 'who signed')),
		('goal_intervention',
		 'goal text references {goal} on delete cascade, intervention text not null, partner text not null,
		 expected_contribution float8, source text, primary key (goal, intervention)',
		 'what is done to reach a goal, and how much of the way each is expected to contribute',
		 jsonb_build_object('goal', 'the goal', 'intervention', 'what is done', 'partner', 'who does it',
			'expected_contribution', 'expected change of the value of the measure, negative where it falls',
			'source', 'where the expectation comes from')),
		('population_component',
		 'scenario text not null check (scenario <> ''observed''), place_id text not null, year integer not null,
		 component text not null check (component in (''births'', ''deaths'', ''migration'')), age integer,
		 people float8 not null, source text,
		 check ((component = ''births'') = (age is null)), check (age between 0 and 100),
		 check (abs(people) < 1e10 and (people >= 0 or component = ''migration'')),
		 unique nulls not distinct (scenario, place_id, year, component, age)',
		 'births, deaths and net migration that somebody projects, a row a scenario, place, year and age: '
		 'ph.project_need takes them',
		 jsonb_build_object('scenario', 'name of the projection', 'place_id', 'the place', 'year', 'the year',
			'component', 'births, deaths or migration (net: who comes less who goes)',
			'age', 'age in completed years, 100 and over together as 100; NULL for births', 'people', 'how many',
			'source', 'who projects it')),
		('goal_milestone',
		 'goal text references {goal} on delete cascade, milestone text not null, partner text not null,
		 due date not null, delivered_on date, primary key (goal, milestone)',
		 'what partners have promised on the way to a goal, and when it was delivered',
		 jsonb_build_object('goal', 'the goal', 'milestone', 'what was promised', 'partner', 'who promised it',
			'due', 'day by which', 'delivered_on', 'day on which it was delivered; NULL is not yet'));
end;

comment on function ph_support.goal_table() is
	'the tables of goals, in the order in which they build on each other: columns, descriptions';

create function ph_support.keep_signed_goal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	signed boolean;
begin
	execute format('select exists (select from %I.goal_owner where goal = $1 and signed_on is not null)',
		tg_table_schema)
	into signed
	using old.goal;
	if signed then
		raise exception 'goal "%" was signed and cannot change', old.goal
			using errcode = '55006', hint = 'Take the signatures back, or set a new goal.';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function ph_support.keep_signed_goal() is 'trigger of the table goal: what was signed does not change';

create function ph_support.refuse_circle() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	name constant text := to_jsonb(new) ->> tg_table_name;
	circle boolean;
begin
	execute format(
		'with recursive above (name) as (
			select $2
			union
			select t.parent from above join %1$I.%2$I t on t.%2$I = above.name)
		select $1 in (select name from above where name is not null)', tg_table_schema, tg_table_name)
	into circle
	using name, new.parent;
	if circle then
		raise exception '% "%" would be a part of itself', tg_table_name, name
			using errcode = '23514', hint = 'Parents must not go in a circle.';
	end if;
	return new;
end
$$;

comment on function ph_support.refuse_circle() is
	'trigger of the tables goal and subsystem, which name their rows by a column of their own name: parents do not go '
	'in a circle';

create function ph_support.begins_period(kind text, day date) returns boolean
language sql immutable parallel safe
return isfinite(day) and case kind
	when 'day' then true
	when 'financial_year' then (extract(month from day), extract(day from day)) = (4, 1)
	else day = date_trunc(kind, day::timestamp) end;

comment on function ph_support.begins_period(text, date) is
	'whether a period of a kind (day, month, quarter, year, financial_year) begins on the day, also beyond the '
	'calendar';

create function ph_support.check_goal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	problem text;
begin
	execute format(
		'select case
			when m.measure is null then ''measure'' || '' names no measure''
			when not exists (select from %1$I.measure_place where level = $1.level and place_id = $1.place_id)
				then ''place_id names no place of the level''
			when $1.breakdown <> ''all'' and $1.breakdown <> all (m.breakdowns)
				then ''breakdown names none that the measure allows''
			when $1.breakdown <> ''all'' and exists (
					select
					from unnest(array[$1.group_name, $1.beside_group]) g
					where g is not null
						and not exists (select from %1$I.breakdown b where b.breakdown = $1.breakdown
							and g = any (b.groups))
						and not exists (
							select
							from %1$I.measure_tally t
							where (t.measure, t.breakdown, t.group_name) = ($1.measure, $1.breakdown, g)))
				then ''group_name or beside_group names no group of the breakdown''
			when $1.period_kind = ''rolling_year'' then ''period_kind must not be rolling_year: its periods overlap''
			when not exists (select from %1$I.calendar where kind = $1.period_kind and start_date = $1.baseline)
				then ''baseline is not the first day of a period of calendar''
			when not ph_support.begins_period($1.period_kind, $1.target_period)
				then ''target_period is not the first day of a period''
			end
		from (values (1)) one
		left join ph_support.latest_measures(%2$L, array[$1.measure]) m on true', tg_table_schema, tg_table_schema)
	into problem
	using new;
	if problem is not null then
		raise exception 'column %', problem
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT * FROM %I.measure, measure_place and calendar tell what there is; ph.fold_measures fills '
				'places.',
				tg_table_schema);
	end if;
	return new;
end
$$;

comment on function ph_support.check_goal() is
	'trigger of the table goal: its measure, place, groups and periods are known';

create procedure ph_support.create_goal_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
begin
	for part in select * from ph_support.goal_table() loop
		target := format('%I.%I', schema, part.relation);
		if to_regclass(target) is null then
			execute format('create table %s (%s)', target, ph_support.in_schema(part.definition, schema));
			call ph_support.describe_table(target, part.description, part.columns);
		end if;
	end loop;
	execute ph_support.in_schema(
		'create or replace trigger a_keep_signed before update or delete on {goal}
		for each row execute function ph_support.keep_signed_goal()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update on {goal}
		for each row execute function ph_support.check_goal()', schema);
	foreach target in array '{goal,subsystem}'::text[] loop
		execute format(
			'create or replace trigger c_refuse_circle before insert or update on %I.%I
			for each row execute function ph_support.refuse_circle()', schema, target);
	end loop;
end
$$;

comment on procedure ph_support.create_goal_tables(text) is
	'makes the tables of goals; ph.create_measure_tables calls it';

create function ph_support.trend_events(
	m ph.measure, tally ph.tally, reference ph.tally, out value float8, out lower float8, out upper float8,
	out events float8, out exposure float8)
returns record
language sql immutable parallel safe
begin atomic
	select (e).value, (e).lower, (e).upper, counted.events,
		case
			when counted.events > 0 then counted.events / ((e).value / per)
			when m.indicator in ('smr', 'indirect_rate')
				then nullif(ph.expected(tally, whole), 0) * case m.indicator
					when 'smr' then 1
					else ph.exposure(whole) / nullif(ph.events(whole), 0) end
			else nullif(ph.exposure(tally), 0) end
	from (
		select coalesce(m.per, (select i.per from ph.indicators() i where i.indicator = m.indicator)) as per,
			ph_support.reference_of(m, reference) as whole,
			ph.ask(m.indicator, tally, ph_support.reference_of(m, reference), m.per, 0.95, coalesce(m.age, 0),
				m.until) as e
		offset 0
	) asked,
	lateral (
		select
			case
				when ph_support.counts_events(m.indicator) then ph.events(tally)
				when (e).value > 0 and (e).lower > 0
					then (2 * 1.959963984540054 / ln((e).upper / (e).lower)) ^ 2 end as events
	) counted;
end;

comment on function ph_support.trend_events(ph.measure, ph.tally, ph.tally) is
	'the value of a measure with its limits, and the events and exposure whose rate, times per, is that value and has '
	'its error';

create function ph_support.goal_series(schema text, goal record) returns table (
	period date, group_name text, tally ph.tally, reference ph.tally, value float8, lower float8, upper float8,
	events float8, exposure float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select t.period, t.group_name, t.tally,
			ph_support.reference_of(m, f.reference), e.value, e.lower, e.upper, e.events, e.exposure
		from ph_support.latest_measures($1, array[$2]) m
		join %1$I.measure_tally t using (measure, version)
		join %1$I.measure_fold f using (measure, version, period_kind, period),
			lateral ph_support.trend_events(m, t.tally, f.reference) e
		where t.level = $3 and t.place_id = $4 and t.breakdown = $5 and t.group_name in ($6, $7) and t.period_kind = $8
			and t.period between $9 and $10 and not t.provisional and f.note is null and t.period <> all ($11)
		order by t.period', schema)
	using schema, goal.measure, goal.level, goal.place_id, goal.breakdown, goal.group_name,
		coalesce(goal.beside_group, goal.group_name), goal.period_kind, goal.baseline,
		goal.target_period, goal.leave_out;
end
$$;

comment on function ph_support.goal_series(text, record) is
	'the periods of a goal, from its baseline until its target period, that are over and not left out, by group';

create function ph_support.period_number(kind text, first_day date) returns float8
language sql immutable parallel safe
return case kind
	when 'day' then first_day - date '2000-01-01'
	when 'month' then extract(year from first_day) * 12 + extract(month from first_day)
	when 'rolling_year' then extract(year from first_day) + (extract(month from first_day) - 1) / 12.0
	when 'quarter' then extract(year from first_day) * 4 + extract(quarter from first_day)
	else extract(year from first_day) end;

comment on function ph_support.period_number(text, date) is 'the period as a number that is one more for the next one';

create function ph.goal_status(schema text)
returns table (
	goal text, name text, measure text, level text, place_id text, breakdown text, group_name text, beside_group text,
	subsystem text, live boolean, baseline date, baseline_value float8, period date, value float8, lower float8,
	upper float8, should_be float8, target float8, target_period date, projected float8, projected_lower float8,
	projected_upper float8, chance float8, needed_change float8, verdict text, better text, unit text, periods float8,
	left_out float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	g record;
	m ph.measure;
	s record;
	per float8;
	ahead float8;
	way float8;
	p ph.goal_progress;
	gap ph.goal_gap_progress;
begin
	perform ph_support.require_measure_tables(schema);
	for g in execute format(
		'select g.*, not exists (select from %1$I.goal_owner o where o.goal = g.goal and signed_on is null)
			and exists (select from %1$I.goal_owner o where o.goal = g.goal) as live
		from %1$I.goal g
		order by g.goal', schema)
	loop
		select * into m from ph_support.latest_measures(schema, array[g.measure]);
		select coalesce(m.per, i.per) into per from ph.indicators() i where i.indicator = m.indicator;
		select array_agg(o.number order by o.period) filter (where a) as numbers,
			array_agg(o.events order by o.period) filter (where a) as events,
			array_agg(o.exposure order by o.period) filter (where a) as exposures,
			array_agg(o.number order by o.period) filter (where not a) as other_numbers,
			array_agg(o.events order by o.period) filter (where not a) as other_events,
			array_agg(o.exposure order by o.period) filter (where not a) as other_exposures,
			max(o.period) as period, max(o.folded_until) as folded_until, count(*) filter (where a) as periods,
			max(o.value) filter (where a and o.period = g.baseline) as baseline_value,
			max(o.value) filter (where not a and o.period = g.baseline) as other_baseline,
			(array_agg(o.value) filter (where a and o.period = o.last))[1] as value,
			(array_agg(o.lower) filter (where a and o.period = o.last))[1] as lower,
			(array_agg(o.upper) filter (where a and o.period = o.last))[1] as upper,
			(array_agg(o.value) filter (where not a and o.period = o.last))[1] as other_value,
			(array_agg(o.tally) filter (where a and o.period = o.last))[1] as tally,
			(array_agg(o.tally) filter (where not a and o.period = o.last))[1] as other_tally,
			(array_agg(o.reference) filter (where a and o.period = o.last))[1] as reference
		into s
		from (
			select o.*, ph_support.period_number(g.period_kind, o.period) as number, o.group_name = g.group_name as a,
				max(o.period) over () as last
			from (
				select series.*, max(series.period) over () as folded_until
				from ph_support.goal_series(schema, g) series
			) o
			where o.exposure > 0 and o.events is not null
		) o;
		goal := g.goal;
		name := g.name;
		measure := g.measure;
		level := g.level;
		place_id := g.place_id;
		breakdown := g.breakdown;
		group_name := g.group_name;
		beside_group := g.beside_group;
		subsystem := g.subsystem;
		live := g.live;
		baseline := g.baseline;
		target := g.target;
		target_period := g.target_period;
		better := case m.better when 'neither' then 'lower' else m.better end;
		unit := case when g.beside_group is not null then 'ratio of the two groups' else m.unit end;
		period := s.period;
		periods := s.periods;
		left_out := cardinality(g.leave_out);
		if g.beside_group is null then
			baseline_value := s.baseline_value;
			value := s.value;
			lower := s.lower;
			upper := s.upper;
		else
			baseline_value := s.baseline_value / nullif(s.other_baseline, 0);
			value := s.value / nullif(s.other_value, 0);
			lower := null;
			upper := null;
			if s.period is not null then  -- of a measure that was dropped there is no indicator to ask
				select c.lower, c.upper
				into lower, upper
				from ph.compare(s.tally, s.other_tally, m.indicator, s.reference, m.per, 0.95, 'ratio', m.better,
					coalesce(m.age, 0), m.until) c;
			end if;
		end if;
		ahead := ph_support.period_number(g.period_kind, g.target_period)
			- ph_support.period_number(g.period_kind, g.baseline);
		way := (ph_support.period_number(g.period_kind, s.period) - ph_support.period_number(g.period_kind, g.baseline))
			/ ahead;
		should_be := case
			-- who is there already shall stay there
			when (baseline_value <= g.target) = (better = 'lower') or baseline_value = g.target then g.target
			when baseline_value > 0 then baseline_value * (g.target / baseline_value) ^ least(way, 1) end;
		p := null;
		gap := null;
		if s.period is null then
			note := 'no_data';
		elsif s.period = g.target_period then
			note := 'target_period_is_over';
		elsif g.beside_group is not null then
			gap := ph.goal_gap_progress(s.numbers, s.events, s.exposures, s.other_numbers, s.other_events,
				s.other_exposures, g.target, ph_support.period_number(g.period_kind, g.target_period), better);
			note := gap.note;
		else
			p := ph.goal_progress(s.numbers, s.events, s.exposures, g.target,
				ph_support.period_number(g.period_kind, g.target_period),
				better, per);
			note := p.note;
		end if;
		if s.period < s.folded_until and note is null then
			note := 'later_periods_without_value';
		end if;
		projected := coalesce(p.projected, gap.projected);
		projected_lower := coalesce(p.value_lower, gap.lower);
		projected_upper := coalesce(p.value_upper, gap.upper);
		chance := coalesce(p.chance_value, gap.chance);
		needed_change := coalesce(p.needed_change, gap.needed_change);
		verdict := case
			when note = 'target_period_is_over' then
				case
					when value = target or (value < target) = (better = 'lower') then 'reached'
					when value is not null then 'missed' end
			else coalesce(p.verdict, gap.verdict) end;
		return next;
	end loop;
end
$$;

comment on function ph.goal_status(text) is
	'the goals of the schema, a row each: the value of its baseline and of the last period that is over, with limits; '
	'where it should be by now, on a straight way in the logarithm; where its trend leads (ph.goal_progress, '
	'ph.goal_gap_progress) with limits of what will be observed, of a ratio of groups those of the ratio that '
	'underlies it, the chance of reaching the target and the change a period that is still needed; verdict '
	'on_track, uncertain or off_track, reached or missed once the target period is over; live: all owners have '
	'signed. Periods are those of the latest version of the measure: fold older ones with ph.fold_goals. Notes: '
	'no_data, too_few_periods, no_events, missing_input, target_period_is_over, later_periods_without_value (folded '
	'since, and not counted). Errors: undefined_table';

create function ph.goal_parts(schema text, goal text)
returns table (part text, level text, place_id text, events_now float8, events_at_target float8, fewer float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	perform ph_support.require_measure_tables(schema);
	execute format('select exists (select from %I.goal g where g.goal = $1)', schema) into there using goal;
	if not there then
		raise exception 'argument "goal" names no goal'
			using errcode = 'undefined_object', hint = format('SELECT goal FROM %I.goal tells which there are.',
				schema);
	end if;
	-- events that are spared add up where rates do not
	return query execute format(
		'with part as (
			select g.goal, g.parent, g.level, g.place_id, ph.events(t.tally) as events_now,
				ph.events(t.tally) * g.target / nullif(t.value, 0) as events_at_target
			from ph.goal_status($1) s
			join %1$I.goal w on w.goal = s.goal
			join %1$I.goal g on g.goal = w.goal or g.parent = w.goal
			left join ph_support.latest_measures($1) m on m.measure = w.measure
			left join %1$I.measure_tally t on (t.measure, t.version, t.level, t.place_id, t.breakdown, t.group_name,
				t.period_kind, t.period) = (g.measure, m.version, g.level, g.place_id, g.breakdown, g.group_name,
				g.period_kind, s.period) and (g.measure, g.period_kind) = (w.measure, w.period_kind)
				and g.beside_group is null
			where w.goal = $2
		), line as (
			select 1 as n, goal, level, place_id, events_now, events_at_target from part where parent = $2
			union all
			select 2, ''remainder'', null, null,
				max(events_now) filter (where goal = $2) - coalesce(sum(events_now) filter (where parent = $2), 0),
				max(events_at_target) filter (where goal = $2)
					- coalesce(sum(events_at_target) filter (where parent = $2), 0)
			from part
			union all
			select 3, goal, level, place_id, events_now, events_at_target from part where goal = $2
		)
		select goal, level, place_id, events_now, events_at_target, events_now - events_at_target
		from line
		order by n, goal', schema)
	using schema, goal;
end
$$;

comment on function ph.goal_parts(text, text) is
	'how the parts of a goal make up the whole: events of its last period, events that its target would leave, and '
	'how many fewer these are, a row a part, the remainder that no part has, and the goal itself, to which they add '
	'up; NULL of a part that cannot be added, since it is about another measure or kind of period, or about the ratio '
	'of groups. Errors: undefined_table, undefined_object';

create function ph.goal_contributions(schema text, goal text)
returns table (intervention text, partner text, expected_contribution float8, share_of_the_way float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	way float8;
	found boolean := false;
begin
	perform ph_support.require_measure_tables(schema);
	select s.target - s.value, true into way, found from ph.goal_status(schema) s where s.goal =
		goal_contributions.goal;
	if found is not true then
		raise exception 'argument "goal" names no goal'
			using errcode = 'undefined_object', hint = format(
				'SELECT goal FROM %I.goal tells which there are.', schema);
	end if;
	return query execute format(
		'with line as (
			select 1 as n, i.intervention, i.partner, i.expected_contribution
			from %1$I.goal_intervention i
			where i.goal = $1
			union all
			select 2, ''nothing planned'', null, $2 - coalesce((
				select sum(i.expected_contribution) from %1$I.goal_intervention i where i.goal = $1), 0)
			union all
			select 3, ''the way to go'', null, $2
		)
		select intervention, partner, expected_contribution, expected_contribution / nullif($2, 0)
		from line
		order by n, intervention', schema)
	using goal, way;
end
$$;

comment on function ph.goal_contributions(text, text) is
	'what is done to reach a goal, how far each is expected to bring it, in the unit of the measure and as a share of '
	'the way from the last value to the target, what nothing is planned for, and the way, to which they add up. '
	'Expectations are those that were given; whether they come true is for evaluation. '
	'Errors: undefined_table, undefined_object';

create function ph.check_goals(schema text) returns table (problem text, goal text, detail text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'select ''nobody owns it'', g.goal, null
		from %1$I.goal g
		where not exists (select from %1$I.goal_owner o where o.goal = g.goal)
		union all
		select ''not signed by all'', g.goal, string_agg(o.partner, '', '' order by o.partner)
		from %1$I.goal g
		join %1$I.goal_owner o on o.goal = g.goal and o.signed_on is null
		group by g.goal
		union all
		select ''its measure is gone'', g.goal, g.measure
		from %1$I.goal g
		where not exists (select from %1$I.measure m where m.measure = g.measure)
		union all
		select ''two parts are about the same people'', a.parent, format(''%%s and %%s'', a.goal, b.goal)
		from %1$I.goal a
		join %1$I.goal b on b.parent = a.parent and b.goal > a.goal and b.measure = a.measure
			and (b.level, b.place_id, b.breakdown, b.group_name) = (a.level, a.place_id, a.breakdown, a.group_name)
		union all
		select ''a subsystem has what its parent has not'', s.subsystem, format(''%%s %%s'', p.kind, p.part)
		from %1$I.subsystem s
		join %1$I.subsystem_part p using (subsystem)
		where exists (select from %1$I.subsystem_part o where o.subsystem = s.parent and o.kind = p.kind)
			and not exists (
				select from %1$I.subsystem_part o where (o.subsystem, o.kind, o.part) = (s.parent, p.kind, p.part))
		union all
		select ''a part of a subsystem is in none below it'', s.subsystem, format(''%%s %%s'', p.kind, p.part)
		from %1$I.subsystem s
		join %1$I.subsystem_part p using (subsystem)
		where exists (
				select
				from %1$I.subsystem c
				join %1$I.subsystem_part o using (subsystem)
				where c.parent = s.subsystem and o.kind = p.kind)
			and not exists (
				select
				from %1$I.subsystem c
				join %1$I.subsystem_part o using (subsystem)
				where c.parent = s.subsystem and (o.kind, o.part) = (p.kind, p.part))
		order by 1, 2, 3', schema);
end
$$;

comment on function ph.check_goals(text) is
	'what does not hold together in the goals of a schema: goals that nobody owns or not all have signed, parts of one '
	'goal about the same people, subsystems that do not close to their parent; no row where all is well. '
	'Errors: undefined_table';

create function ph.goal_delivery(schema text)
returns table (partner text, goals bigint, signed bigint, promised bigint, delivered bigint, late bigint, due bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'with today as (select %2$s as day), owner as (
			select partner, count(*) as goals, count(signed_on) as signed from %1$I.goal_owner group by partner
		), promise as (
			select partner, count(*) as promised, count(delivered_on) filter (where delivered_on <= day) as delivered,
				count(*) filter (where coalesce(delivered_on, day) > due) as late,
					count(*) filter (where due <= day) as due
			from %1$I.goal_milestone, today
			group by partner
		)
		select partner, coalesce(goals, 0), coalesce(signed, 0), coalesce(promised, 0), coalesce(delivered, 0),
			coalesce(late, 0), coalesce(due, 0)
		from owner
		full join promise using (partner)
		order by partner', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;

comment on function ph.goal_delivery(text) is
	'what partners have signed, promised and delivered by the data day, a row each: milestones promised, delivered, '
	'late (delivered after they were due, or due and not delivered) and due. Errors: undefined_table';

create procedure ph.fold_goals(schema text)
language plpgsql
as $$
declare
	part record;
begin
	perform ph_support.require_measure_tables(schema);
	for part in
		select *
		from ph_support.goal_periods(schema)
	loop
		call ph.fold_measures(schema, array[part.measure], part.periods);
	end loop;
end
$$;

comment on procedure ph.fold_goals(text) is
	'folds the periods of all goals from their baselines on, where they are missing or out of date: what the latest '
	'version of a measure lacks, too. Errors: those of ph.fold_measures';

create function ph_support.goal_periods(schema text) returns table (measure text, periods text[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select g.measure, array_agg(distinct c.name order by c.name)
		from %1$I.goal g
		join %1$I.calendar c on c.kind = g.period_kind and c.start_date >= g.baseline
			and c.start_date <= g.target_period
			and c.start_date <= %2$s
		group by g.measure', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;

comment on function ph_support.goal_periods(text) is 'the measures of goals and the names of their periods';

create function ph_support.scorecard_group(by_what text, m ph.measure) returns text
language sql immutable parallel safe
return case by_what
	when 'triple_aim' then
		case m.aim
			when 'outcomes' then 'outcomes'
			when 'cost' then 'cost a head'
			when 'equity' then 'outcomes'
			else 'quality and experience' end
	when 'pillar' then m.pillar
	when 'partner' then coalesce(m.owner, 'nobody')
	when 'team' then coalesce(m.team, 'none')
	when 'framework' then coalesce(m.action_area, 'none') end;

comment on function ph_support.scorecard_group(text, ph.measure) is 'the group of a measure in a scorecard';

create function ph.scorecard(schema text, place_id text, period text, by text default 'triple_aim')
returns table (
	group_name text, measure text, name text, kind text, value float8, lower float8, upper float8, unit text,
		better text,
	against_parent text, since_year_before text, rank bigint, rank_best bigint, rank_worst bigint, peers bigint,
	trade_off text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	if by is null or by not in ('triple_aim', 'pillar', 'partner', 'team', 'framework') then
		raise exception 'argument "by" must be one that is known'
			using errcode = 'invalid_parameter_value', hint =
				'They are triple_aim, pillar, partner, team and framework.';
	end if;
	perform ph_support.require_periods(schema, array[period]);
	-- a place is surely better than another where its limits lie wholly on the good side of the other's
	return query execute format(
		'with asked as (
			select v.*, ph_support.scorecard_group($4, m) as group_name, m.kind as kind_of, m.aim
			from %1$I.measure_value v
			join %1$I.calendar c on c.kind = v.period_kind and c.start_date = v.period and c.name = $3
			join ph_support.latest_measures($1) m using (measure, version)
			where v.level = $5
		), placed as (
			select a.*, r.*
			from asked a
			cross join lateral (
				select count(p.value) as peers,
					1 + count(*) filter (where case a.better when ''higher''
						then p.value > a.value else p.value < a.value end)
						as rank,
					1 + count(*) filter (where case a.better when ''higher''
						then p.lower > a.upper else p.upper < a.lower end)
						as rank_best,
					count(p.value) - count(*) filter (
						where case a.better when ''higher'' then p.upper < a.lower
							else p.lower > a.upper end) as rank_worst
				from asked p
				where p.measure = a.measure and p.level = a.level and p.place_id <> ''unknown''
			) r
			where a.place_id = $2
		)
		select group_name, measure, name, kind_of, value, lower, upper, unit, better, parent_verdict, before_verdict,
			case when better <> ''neither'' and value is not null then rank end,
			case when better <> ''neither'' and value is not null then rank_best end,
			case when better <> ''neither'' and value is not null then rank_worst end, peers,
			case
				when before_verdict = ''better'' and aim = ''cost''
					then ''cost fell while worse: '' || string_agg(name, '', '')
						filter (where before_verdict = ''worse'' and aim <> ''cost'') over ()
				when before_verdict = ''worse'' and aim = ''cost''
					then ''cost rose while better: '' || string_agg(name, '', '')
						filter (where before_verdict = ''better'' and aim <> ''cost'') over ()
				when before_verdict = ''worse''
					then ''worse while cost fell: '' || string_agg(name, '', '')
						filter (where before_verdict = ''better'' and aim = ''cost'') over () end,
			note
		from placed
		order by group_name, name', schema)
	using schema, place_id, period, by, ph_support.level_of_place(schema, place_id);
end
$$;

comment on function ph.scorecard(text, text, text, text) is
	'the measures of a place in a period (a name of calendar), a row each, grouped by triple_aim (outcomes, quality '
	'and experience, cost a head), pillar, partner, team or framework (the action areas of the Culture of Health '
	'framework): value with limits, verdicts against the larger place and the year before, rank among the places of '
	'its level, 1 the best, from rank_best to rank_worst as far as limits that do not overlap tell, and where cost '
	'and the rest went different ways. There is no composite of them. Errors: undefined_table, '
	'invalid_parameter_value';

create function ph_support.require_place(schema text, place_id text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	execute format('select exists (select from %I.measure_place p where p.place_id = $1)', schema)
	into there
	using place_id;
	if not there then
		raise exception 'argument "place_id" names no place that measures are folded of'
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT level, place_id, place_name FROM %I.measure_place tells which there are.', schema);
	end if;
end
$$;

comment on function ph_support.require_place(text, text) is
	'does nothing where measures are folded of the place. Errors: invalid_parameter_value';

create function ph_support.goals_of(schema text, subsystem text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	-- those that say so, and those that say no other and are of one of its places, partners or segments
	return query execute format(
		'with recursive part (subsystem) as (
			select $1
			union
			select s.subsystem from part join %1$I.subsystem s on s.parent = part.subsystem
		)
		select g.goal
		from %1$I.goal g
		where $1 is null or g.subsystem in (select subsystem from part)
			or g.subsystem is null and exists (
				select
				from part
				join %1$I.subsystem_part p using (subsystem)
				where p.kind = ''place'' and p.part = g.place_id
					or p.kind = ''segment'' and p.part = g.group_name
					or p.kind = ''partner'' and p.part in (select o.partner
						from %1$I.goal_owner o where o.goal = g.goal))',
		schema)
	using subsystem;
end
$$;

comment on function ph_support.goals_of(text, text) is
	'the goals of a subsystem, its parts included; NULL: all';

create function ph.goal_scorecard(schema text, subsystem text default null)
returns table (
	goal text, name text, kind text, owners text, live boolean, value float8, lower float8, upper float8,
		should_be float8,
	target float8, target_period date, chance float8, needed_change float8, verdict text, unit text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
	goals bigint;
	outcomes bigint;
begin
	perform ph_support.require_measure_tables(schema);
	execute format('select $1 is null or exists (select from %I.subsystem s where s.subsystem = $1)', schema)
	into there
	using subsystem;
	if not there then
		raise exception 'argument "subsystem" names no subsystem'
			using errcode = 'undefined_object', hint = format(
				'SELECT subsystem, name FROM %I.subsystem tells which there are.', schema);
	end if;
	execute format(
		'select count(*), count(*) filter (where m.kind = ''outcome'')
		from ph_support.goals_of($1, $2) o
		join %1$I.goal g on g.goal = o
		left join ph_support.latest_measures($1) m using (measure)', schema)
	into goals, outcomes
	using schema, subsystem;
	if goals > 0 and outcomes = 0 then
		raise exception 'the scorecard%s has no outcome measure', coalesce(' of ' || subsystem, '')
			using errcode = 'invalid_parameter_value', hint =
				'Goals on inputs, processes and outputs alone do not tell whether anybody is better off: '
				'add a goal of a measure whose kind is outcome.';
	end if;
	return query execute format(
		'select s.goal, s.name, m.kind, (
				select string_agg(o.partner, '', '' order by o.partner) from %1$I.goal_owner o where o.goal = s.goal),
			s.live, s.value, s.lower, s.upper, s.should_be, s.target, s.target_period, s.chance, s.needed_change,
			s.verdict, s.unit, s.note
		from ph.goal_status($1) s
		left join ph_support.latest_measures($1) m using (measure)
		where s.goal in (select ph_support.goals_of($1, $2))
		order by s.goal', schema)
	using schema, subsystem;
end
$$;

comment on function ph.goal_scorecard(text, text) is
	'the goals of the schema, or of a subsystem and its parts, as of ph.goal_status, with their owners and the kind '
	'of their measures, NULL where that was dropped. Errors: undefined_table, undefined_object, '
	'invalid_parameter_value for goals without any outcome among them';

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
	out place_id text, out group_name text, out tally ph.tally, out reference ph.tally)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_periods(schema, array[period]);
	return query execute format(
		'select t.place_id, t.group_name, t.tally, f.reference
		from ph_support.latest_measures($1, array[$2]) m
		join %1$I.measure_tally t using (measure, version)
		join %1$I.measure_fold f using (measure, version, period_kind, period)
		join %1$I.calendar c on c.kind = t.period_kind and c.start_date = t.period and c.name = $4
		where t.level = $3 and t.breakdown = $5', schema)
	using schema, measure, level, period, breakdown;
end
$$;

comment on function ph_support.measure_places(text, text, text, text, text) is
	'the summaries of the latest version of a measure at a level in a period, by place and group of a breakdown';

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
	if bands is distinct from array(select distinct b from unnest(bands) b where b < 'infinity' order by b)
		or bands = '{}'
	then
		raise exception 'argument "bands" must be ages in rising order'
			using errcode = 'invalid_parameter_value', hint = 'Each band begins at one of them: {0,20,40,60,70,80}.';
	end if;
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

create function ph.needs_assessment_page(schema text, place_id text, period text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	need constant jsonb := ph.needs_assessment(schema, place_id, period);
	title constant text := format('Needs of %s, %s', need -> 'place' ->> 'name', period);
	page text;
begin
	page := format(
		E'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
		'<meta name="viewport" content="width=device-width, initial-scale=1"><title>%1$s</title><style>\n'
		':root { color-scheme: light dark; }\nbody { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; '
		'margin: 0 auto; padding: 1rem; }\n.wide { overflow-x: auto; }\ntable { border-collapse: collapse; }\n'
		'th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid; }\n'
		'caption { text-align: left; font-weight: 600; }\n</style></head><body>\n<h1>%1$s</h1>\n'
		'<p>Data until %2$s. Values have 95 %% limits; "better" and "worse" are against %3$s.</p>\n',
		ph_support.html(title), coalesce(need ->> 'data_until', 'an unknown day'),
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

create function ph_support.people_on(
	schema text, place_id text, day date, breakdown text, out query text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	grouped record;
	place text;
	joins text;
begin
	select l.column_name, ph_support.place_joins(schema, l.column_name)
	into place, joins
	from ph_support.folded_levels(schema) l
	where l.level = ph_support.level_of_place(schema, people_on.place_id);
	grouped := ph_support.group_columns(schema, array_remove(array[breakdown], null));
	query := format(
		'select s.person_id, least(ph.completed_years(p.birth_date, %1$L), 100) as age, %2$s as group_name
		from (
			select *, date %1$L as first_day from %3$I.stay where start_date <= %1$L and end_date > %1$L
		) s
		join %3$I.person p on p.person_id = s.person_id%4$s%5$s
		where coalesce(%6$s, ''unknown'') = %7$L and ph.completed_years(p.birth_date, %1$L) is not null',
		day, case when breakdown is null then '''all''' else format('%I.%I', 'g', 'group_' || breakdown) end, schema,
		joins, grouped.joins || case when breakdown is null then ''
			else format(' cross join lateral (select %s) g', substr(grouped.columns, 3)) end, place, place_id);
end
$$;

comment on function ph_support.people_on(text, text, date, text) is
	'the query of the people of a place on a day: person_id, age (100 and over together), group_name';

create type ph_support.observed_move as (age integer, from_group text, to_group text, people float8);

comment on type ph_support.observed_move is
	'people of one age who were in a group and a year later in another; NULL: nowhere';

comment on column ph_support.observed_move.age is 'age in completed years before, of who came now';

comment on column ph_support.observed_move.from_group is 'the group before; NULL: came';

comment on column ph_support.observed_move.to_group is 'the group a year later; NULL: died or left';

comment on column ph_support.observed_move.people is 'how many';

create function ph_support.observed_moves(schema text, place_id text, day date, breakdown text)
returns setof ph_support.observed_move
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := (ph_support.people_on(schema, place_id, (day - interval '1 year')::date, breakdown));
	now constant text := (ph_support.people_on(schema, place_id, day, breakdown));
begin
	-- from nobody: who came; to nobody: who left or died
	return query execute format(
		'select coalesce(b.age, n.age), b.group_name, n.group_name, count(*)::float8
		from (%s) b
		full join (%s) n using (person_id)
		group by 1, 2, 3', before, now);
end
$$;

comment on function ph_support.observed_moves(text, text, date, text) is
	'how people of a place moved in the year up to a day: age before (of who came: now), group before, NULL for who '
	'came, group now, NULL for who went';

create function ph_support.need_rates(schema text, measure text, place_id text, period text, breakdown text)
returns table (band integer, group_name text, rate float8, variance float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	level constant text := ph_support.level_of_place(schema, place_id);
	by_group constant boolean := breakdown = any (
		(select m.breakdowns from ph_support.latest_measures(schema, array[measure]) m)::text[]);
begin
	return query
	select ten.band, ten.group_name, ten.events / ten.exposure, ten.squares / ten.exposure ^ 2
	from (
		select width_bucket(c.key, '{0,10,20,30,40,50,60,70,80,90}'::float8[]) as band,
			case when coalesce(by_group, false) then t.group_name end as group_name, sum(c.events) as events,
			sum(c.events_squared) as squares, sum(c.exposure) as exposure
		from ph_support.measure_places(schema, measure, level, period,
			case when coalesce(by_group, false) then breakdown else 'all' end) t,
			lateral ph.cells(t.tally) c
		where t.place_id = need_rates.place_id and c.key is not null
		group by 1, 2
	) ten
	where ten.exposure > 0;
end
$$;

comment on function ph_support.need_rates(text, text, text, text, text) is
	'activity a person and year by band of ten years of age, and by group where the measure has the breakdown, from '
	'its stored summaries';

create function ph_support.band_of_age(age integer) returns integer
language sql immutable parallel safe
return width_bucket(age::float8, '{0,10,20,30,40,50,60,70,80,90}'::float8[]);

comment on function ph_support.band_of_age(integer) is 'the band of ten years of age, 1 from 0 on, 10 from 90 on';

create function ph_support.name_of_band(band integer) returns text
language sql immutable parallel safe
return case
	when band is null then 'all'
	when band = 10 then '90+'
	else format('%s-%s', 10 * band - 10, 10 * band - 1) end;

comment on function ph_support.name_of_band(integer) is
	'the name of a band of ten years of age, all where there is none';

create function ph_support.project_people(
	schema text, place_id text, day date, years integer, breakdown text, scenario text)
returns table (years_ahead integer, age integer, group_name text, people float8, variance float8)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	oldest constant integer := 100;
	seen ph_support.observed_move[];
	groups text[];
	g integer;
	moves float8[];      -- [age, from, to], to = g + 1 is nobody
	starts float8[];     -- who was seen to start, [age, from]
	comes float8[];      -- [age, to]
	n float8[];
	v float8[];
	next_n float8[];
	next_v float8[];
	m record;
	p float8;
	base float8;
	mothers float8 := 0;
	mothers_now float8;
	births float8;
	stays float8;
	deaths float8;
	first_year constant integer := extract(year from day);
	loaded boolean := false;
begin
	select array_agg(o) into seen from ph_support.observed_moves(schema, place_id, day, breakdown) o;
	select array_agg(distinct s.name order by s.name)
	into groups
	from unnest(seen) o, lateral (values (o.from_group), (o.to_group)) s (name)
	where s.name is not null;
	g := cardinality(groups);
	if g is null then
		return;
	end if;
	moves := array_fill(0::float8, array[(oldest + 1) * g * (g + 1)]);
	starts := array_fill(0::float8, array[(oldest + 1) * g]);
	comes := array_fill(0::float8, array[(oldest + 1) * g]);
	n := array_fill(0::float8, array[(oldest + 1) * g]);
	v := n;
	for m in select * from unnest(seen) loop
		declare
			f constant integer := array_position(groups, m.from_group);
			t constant integer := coalesce(array_position(groups, m.to_group), g + 1);
			aged integer;
		begin
			if f is null then
				comes[m.age * g + t] := comes[m.age * g + t] + m.people;
				aged := m.age;
			else
				moves[(m.age * g + f - 1) * (g + 1) + t] := moves[(m.age * g + f - 1) * (g + 1) + t] + m.people;
				starts[m.age * g + f] := starts[m.age * g + f] + m.people;
				aged := least(m.age + 1, oldest);
			end if;
			if t <= g then
				n[aged * g + t] := n[aged * g + t] + m.people;
			end if;
		end;
	end loop;
	for a in 15..44 loop
		for f in 1..g loop
			mothers := mothers + n[a * g + f];
		end loop;
	end loop;
	for h in 0..years loop
		for a in 0..oldest loop
			for f in 1..g loop
				years_ahead := h;
				age := a;
				group_name := groups[f];
				people := n[a * g + f];
				variance := v[a * g + f];
				return next;
			end loop;
		end loop;
		exit when h = years;
		next_n := array_fill(0::float8, array[(oldest + 1) * g]);
		next_v := next_n;
		mothers_now := 0;
		for a in 15..44 loop
			for f in 1..g loop
				mothers_now := mothers_now + n[a * g + f];
			end loop;
		end loop;
		for a in 0..oldest loop
			deaths := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'deaths', a);
			for f in 1..g loop
				continue when n[a * g + f] = 0;
				-- where nobody of that age and group was seen, those of the ten years around are asked
				base := starts[a * g + f];
				stays := 0;
				for t in 1..g loop
					p := ph_support.share_of_moves(moves, starts, a, f, t, g, oldest);
					stays := stays + p;
				end loop;
				for t in 1..g loop
					p := ph_support.share_of_moves(moves, starts, a, f, t, g, oldest);
					if deaths is not null and stays > 0 then
						p := p / stays * (1 - least(1, deaths / greatest(1, ph_support.sum_of_age(n, a, g))));
					end if;
					next_n[least(a + 1, oldest) * g + t] := next_n[least(a + 1, oldest) * g + t] + n[a * g + f] * p;
					next_v[least(a + 1, oldest) * g + t] := next_v[least(a + 1, oldest) * g + t]
						+ v[a * g + f] * p ^ 2
						+ n[a * g + f] * p * greatest(0, 1 - p) * (1 + n[a * g + f] / greatest(base, 1));
				end loop;
			end loop;
		end loop;
		births := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'births', null);
		for a in 0..oldest loop
			p := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'migration', a);
			base := ph_support.sum_of_age(comes, a, g);
			for t in 1..g loop
				stays := case
					when a = 0 and births is not null
						then births * case when base > 0 then comes[t] / base else (t = 1)::integer end
					when a = 0 then comes[t] * case when mothers > 0 then mothers_now / mothers else 1 end
					when p is not null
						then p * case when base > 0 then comes[a * g + t] / base else (t = 1)::integer end
					else comes[a * g + t] end;
				next_n[a * g + t] := greatest(0, next_n[a * g + t] + stays);
				next_v[a * g + t] := next_v[a * g + t] + 2 * abs(stays);
			end loop;
		end loop;
		n := next_n;
		v := next_v;
	end loop;
end
$$;

comment on function ph_support.project_people(text, text, date, integer, text, text) is
	'people of a place by years ahead, age and group, with the variance of each';

create function ph_support.sum_of_age(numbers float8[], age integer, groups integer) returns float8
language sql immutable strict parallel safe
begin atomic
	select sum(n) from unnest(numbers[age * groups + 1 : age * groups + groups]) n;
end;

comment on function ph_support.sum_of_age(float8[], integer, integer) is 'the sum over the groups of one age';

create function ph_support.share_of_moves(
	moves float8[], starts float8[], age integer, from_group integer, to_group integer, groups integer, oldest integer)
returns float8
language sql immutable strict parallel safe
begin atomic
	-- the ages around count as much as ten people of that very age
	select coalesce((own.moved + 10 * coalesce(around.moved / nullif(around.seen, 0), 0))
		/ nullif(own.seen + case when around.seen > 0 then 10 else 0 end, 0), (from_group = to_group)::integer)
	from (
		select moves[(age * groups + from_group - 1) * (groups + 1) + to_group] as moved,
			starts[age * groups + from_group] as seen
	) own,
	lateral (
		select sum(moves[(a * groups + from_group - 1) * (groups + 1) + to_group]) as moved,
			sum(starts[a * groups + from_group]) as seen
		from generate_series(greatest(age - 5, least(age, 1)), least(age + 5, oldest)) a
		where a <> age
	) around;
end;

comment on function ph_support.share_of_moves(
	float8[], float8[], integer, integer, integer, integer, integer) is
	'the share of an age and group that is in another group a year later, smoothed over the ages around it';

create function ph_support.loaded_component(
	schema text, scenario text, place_id text, year integer, component text, age integer)
returns float8
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found float8;
begin
	if scenario = 'observed' then
		return null;
	end if;
	execute format(
		'select sum(c.people)
		from %I.population_component c
		where c.scenario = $1 and c.place_id = $2 and c.year = $3 and c.component = $4
			and ($5 is null or c.age = $5)', schema)
	into found
	using scenario, place_id, year, component, age;
	return found;
end
$$;

comment on function ph_support.loaded_component(text, text, text, integer, text, integer) is
	'births, deaths or migration that are loaded for a scenario, place, year and age; NULL where there are none';

create function ph_support.projected_from(schema text, period text) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
	known boolean;
begin
	perform ph_support.require_periods(schema, array[period]);
	execute format('select max(end_date) - 1 from %I.calendar where name = $1', schema) into last_day using period;
	execute format('select %s >= $1 - interval ''1 day''', ph_support.in_schema(ph_support.last_day(schema), schema))
	into known
	using last_day;
	if not known then
		raise exception 'argument "period" must be over'
			using errcode = 'invalid_parameter_value', hint = 'Project from the last period of which all is known.';
	end if;
	return last_day;
end
$$;

comment on function ph_support.projected_from(text, text) is
	'the last day of a period (a name of calendar) that is over. Errors: invalid_parameter_value';

create procedure ph_support.require_breakdown(schema text, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	offered text[];
begin
	execute format('select array_agg(b.breakdown) from %I.breakdown b', schema) into offered;
	perform ph_support.require_known('breakdown', array_remove(array[breakdown], null), offered);
end
$$;

comment on procedure ph_support.require_breakdown(text, text) is
	'does nothing for NULL and for a single breakdown of the schema. Errors: invalid_parameter_value';

create function ph.project_need(
	schema text, place_id text, period text, years integer default 5, measures text[] default '{}',
	breakdown text default null, scenario text default 'observed')
returns table (
	years_ahead integer, age_band text, group_name text, measure text, people float8, people_lower float8,
	people_upper float8, activity float8, activity_lower float8, activity_upper float8, note text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
	known boolean;
	asked_of constant text[] := coalesce(measures, '{}');
begin
	perform ph_support.level_of_place(schema, place_id);
	last_day := ph_support.projected_from(schema, period);
	call ph_support.require_breakdown(schema, breakdown);
	if years is null or years < 1 or years > 50 then
		raise exception 'argument "years" must be from 1 to 50'
			using errcode = 'invalid_parameter_value';
	end if;
	if scenario <> 'observed' then
		execute format(
			'select exists (select from %I.population_component c where c.scenario = $1 and c.place_id = $2)', schema)
		into known
		using scenario, place_id;
		if not known then
			raise exception 'argument "scenario" names none that is loaded for the place'
				using errcode = 'invalid_parameter_value', hint = format(
					'Insert its births, deaths and migration into %I.population_component, or ask for observed.',
						schema);
		end if;
	end if;
	perform ph_support.require_measure(schema, m) from unnest(asked_of) m;
	return query
	with person as (
		select p.years_ahead, ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people,
			sum(p.variance) as variance
		from ph_support.project_people(schema, project_need.place_id, last_day, years, breakdown, scenario) p
		group by p.years_ahead, ph_support.band_of_age(p.age), p.group_name
	), asked as (
		select m.name, r.band, r.group_name, r.rate, r.variance
		from unnest(asked_of) m (name)
		left join lateral ph_support.need_rates(schema, m.name, project_need.place_id, period, breakdown) r on true
	), cell as (
		select p.years_ahead, p.band, p.group_name, m.name, p.people, p.variance, p.people * r.rate as activity,
			r.rate ^ 2 * p.variance + p.people ^ 2 * r.variance as activity_variance, p.people > 0
				and r.rate is null as lacks
		from person p
		cross join (select unnest(asked_of) union all select null where asked_of = '{}') m (name)
		left join asked r on r.name = m.name and r.band = p.band and coalesce(r.group_name, p.group_name) = p.group_name
	), line as (
		select c.years_ahead, c.band, c.group_name, c.name, c.people, c.variance, c.activity, c.activity_variance,
			c.name is not null and c.lacks as lacks
		from cell c
		union all
		select c.years_ahead, null, null, c.name, sum(c.people), sum(c.variance), sum(c.activity),
			sum(c.activity_variance), c.name is not null and bool_or(c.lacks)
		from cell c
		group by c.years_ahead, c.name
	)
	select l.years_ahead,
		ph_support.name_of_band(l.band),
		coalesce(l.group_name, 'all'), l.name, l.people, greatest(0, l.people - 1.959963984540054 * sqrt(l.variance)),
		l.people + 1.959963984540054 * sqrt(l.variance), case when not l.lacks then l.activity end,
		case when not l.lacks and l.name is not null
			then greatest(0, l.activity - 1.959963984540054 * sqrt(l.activity_variance)) end,
		case when not l.lacks then l.activity + 1.959963984540054 * sqrt(l.activity_variance) end,
		case when l.lacks then 'no_rate: nobody of that age and group in the period' end
	from line l
	order by l.name, l.years_ahead, l.band nulls last, l.group_name nulls last;
end
$$;

comment on function ph.project_need(text, text, text, integer, text[], text, text) is
	'people of a place by band of age and group, and what they will need of measures, so many years after a period (a '
	'name of calendar): everybody goes on as people were seen to go in the year up to its last day (moves between the '
	'groups of a breakdown, deaths, who left and who came, births by the number of people of 15 to 44), or by the '
	'births, deaths and migration that are loaded in population_component under the name of a scenario; activity is '
	'people times what the stored summaries of the period say a person of that age (and group) has. age_band and '
	'group_name all are the totals. 95 % limits from the chance of each move and of what was seen of it; not in them '
	'is that the future may be another. Errors: undefined_table, invalid_parameter_value';

create function ph.backtest_need(
	schema text, place_id text, period text, breakdown text default null)
returns table (
	age_band text, group_name text, projected float8, projected_lower float8, projected_upper float8, observed float8,
	inside boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
begin
	perform ph_support.level_of_place(schema, place_id);
	last_day := ph_support.projected_from(schema, period);
	call ph_support.require_breakdown(schema, breakdown);
	return query
	with projected as (
		select ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people, sum(p.variance) as variance
		from ph_support.project_people(schema, backtest_need.place_id, (last_day - interval '1 year')::date, 1,
			breakdown,
			'observed') p
		where p.years_ahead = 1
		group by ph_support.band_of_age(p.age), p.group_name
	), observed as (
		select ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people
		from ph_support.project_people(schema, backtest_need.place_id, last_day, 1, breakdown, 'observed') p
		where p.years_ahead = 0
		group by ph_support.band_of_age(p.age), p.group_name
	), line as (
		select coalesce(p.band, o.band) as band, coalesce(p.group_name, o.group_name) as group_name,
			coalesce(p.people, 0) as projected, coalesce(p.variance, 0) as variance, coalesce(o.people, 0) as observed
		from projected p
		full join observed o on o.band = p.band and o.group_name = p.group_name
		union all
		select null, null, (select sum(p.people) from projected p), (select sum(p.variance) from projected p),
			(select sum(o.people) from observed o)
	)
	select ph_support.name_of_band(l.band), coalesce(l.group_name, 'all'), l.projected,
		case when l.projected is not null then greatest(0, l.projected - 1.959963984540054 * sqrt(l.variance)) end,
		l.projected + 1.959963984540054 * sqrt(l.variance), l.observed,
		abs(l.observed - l.projected) <= 1.959963984540054 * sqrt(l.variance)
	from line l
	order by l.band nulls last, l.group_name nulls last;
end
$$;

comment on function ph.backtest_need(text, text, text, text) is
	'ph.project_need held against a year that it has not seen: people of a place at the end of a period as the year '
	'before it would have projected them, with limits, beside those who were there. Errors: undefined_table, '
	'invalid_parameter_value';

create function ph_support.yaml(value text) returns text
language sql immutable parallel safe
return to_json(coalesce(value, ''))::text;

comment on function ph_support.yaml(text) is 'a text as YAML in double quotes';

create function ph_support.dbt_column(column_name text, description text, data_type text, key text[]) returns text
language sql immutable parallel safe
begin atomic
	-- a column comes before an argument of its name
	select concat_ws(E'\n', '      - name: ' || ph_support.yaml(dbt_column.column_name),
		'        description: ' || ph_support.yaml(dbt_column.description),
		'        data_type: ' || data_type,
		case when dbt_column.column_name = any (key) or accepted is not null then '        tests:' end,
		case when dbt_column.column_name = any (key) then '          - not_null' end,
		case when array[dbt_column.column_name] = key then '          - unique' end,
		case when accepted is not null then '          - accepted_values:' end,
		'              values: [' || (
			select string_agg(ph_support.yaml(v), ', ' order by n)
			from unnest(accepted) with ordinality a (v, n)) || ']')
	from (select) one
	left join ph_support.measure_column() c on c.column_name = dbt_column.column_name;
end;

comment on function ph_support.dbt_column(text, text, text, text[]) is
	'a column as dbt describes it: never NULL where it is of the key, with the values that are accepted';

create function ph_support.dbt_view(view regclass, key text[]) returns text
language sql stable
begin atomic
	select format(E'  - name: %s\n    description: %s\n    columns:\n', ph_support.yaml(c.relname),
			ph_support.yaml(obj_description(c.oid, 'pg_class')))
		|| string_agg(ph_support.dbt_column(a.attname, col_description(a.attrelid, a.attnum),
			format_type(a.atttypid, a.atttypmod), key), E'\n' order by a.attnum)
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	where c.oid = view
	group by c.oid, c.relname;
end;

comment on function ph_support.dbt_view(regclass, text[]) is 'a view as dbt describes it, by its comments';

create function ph.dbt_schema(schema text, as_sources boolean default false) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	views text;
begin
	perform ph_support.require_measure_tables(schema);
	select string_agg(ph_support.dbt_view(to_regclass(format('%I.%I', schema, v.relation)), v.key), E'\n' order by v.n)
	into views
	from ph_support.measure_view() with ordinality v (relation, key, description, query, n);
	return E'version: 2\n\n' || case when as_sources then
		format(E'sources:\n  - name: %1$s\n    schema: %1$s\n    tables:\n', ph_support.yaml(schema))
			|| regexp_replace(views, '^', '    ', 'gn')
		else E'models:\n' || views end || E'\n';
end
$$;

comment on function ph.dbt_schema(text, boolean) is
	'the views of measures of the schema as a schema.yml of dbt, version 2, from their comments: name, description and '
	'columns with name, description, data_type and tests (not_null and unique by what tells rows apart, '
	'accepted_values). As models, or, for views that dbt did not make, as the tables of a source. '
	'Errors: undefined_table where the schema has no tables of measures';

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area,
	team, source, leaves_out, events, recorded, period_kinds, seasonal)
select measure, '1', name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, 'care',
	'integrated services', team, source, leaves_out, events,
	format('select start_date as record_date from {encounter} where pod = %L', pod), period_kinds::text[],
	period_kinds = '{month,financial_year}' and measure <> 'emergency_bed_days'
from (
	values
		('emergency_admissions', 'Emergency admissions',
		 'Emergency admissions per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcome', 'outcomes', 'urgent care',
		 'NHS Outcomes Framework, domain 3', 'Nothing: all unplanned admissions count, those for childbirth too.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('ambulatory_care_sensitive_admissions', 'Emergency admissions that care outside hospital can prevent',
		 'Emergency admissions for chronic ambulatory-care-sensitive conditions per 100,000 person-years, standardised '
		 'for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcome', 'quality', 'primary care',
		 'NHS Outcomes Framework 2.3.i',
		 'The primary diagnosis alone decides: acute bronchitis beside COPD is not counted, and neither sickle cell '
		 'disease nor an operation takes an admission out.',
		 $$select e.person_id, e.start_date as event_date, 1 as amount
			from {encounter} e, ph.ambulatory_care_sensitive(e.primary_icd10) sensitive
			where e.pod = 'NEL' and ph.is_emergency_admission(e.admission_method)$$,
		 'NEL', '{month,financial_year}'),
		('falls_admissions', 'Emergency admissions after falls, 65 and over',
		 'Emergency admissions with a fall of people of 65 and over, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 65, null, 'lower', 'outcome', 'outcomes', 'community care',
		 'Fingertips 22401, Public Health Outcomes Framework C29',
		 'A fall is an external cause W00 to W19 at any position, or a primary diagnosis R29.6; the source asks for an '
		 'injury as primary diagnosis.',
		 $$select e.person_id, e.start_date as event_date, 1 as amount
			from {encounter} e
			left join (
				select distinct person_id, encounter_id
				from {clinical_event}
				where code_system = 'ICD10' and code >= 'W' and code < 'X' and left(code, 2) in ('W0', 'W1')
			) fall on fall.person_id = e.person_id and fall.encounter_id = e.encounter_id
			where e.pod = 'NEL'
				and (fall.person_id is not null or left(ph.icd10_normalise(e.primary_icd10), 4) = 'R296')$$,
		 'NEL', '{month,financial_year}'),
		('emergency_admissions_under_19', 'Emergency admissions under 19',
		 'Emergency admissions of children and young people under 19, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, 19, 'lower', 'outcome', 'outcomes', 'children',
		 'NHS Outcomes Framework 2.3.ii and 3.2',
		 'All causes count, not asthma, diabetes, epilepsy and lower respiratory infections alone.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('emergency_bed_days', 'Emergency bed days',
		 'Nights in hospital after emergency admission per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'nights per 100,000 person-years', null, null, 'lower', 'output', 'quality', 'urgent care',
		 'NHS England, bed days of emergency care',
		 'All nights of a stay count on its day of admission; one that is not over counts up to the data day.',
		 $$select person_id, start_date as event_date,
				coalesce(end_date, least((select max(day) from {data_day}), current_date)) - start_date as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('ae_attendances', 'Accident and emergency attendances',
		 'Attendances at accident and emergency per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'output', 'quality', 'urgent care',
		 'NHS England, A&E attendances', 'Types of department are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'AE'$$,
		 'AE', '{month,financial_year}'),
		('ae_attendances_under_5', 'Accident and emergency attendances under 5',
		 'Attendances at accident and emergency of children under 5, per 1,000 person-years.',
		 'rate', 1000, 'per 1,000 person-years', null, 5, 'lower', 'output', 'quality', 'children',
		 'Fingertips, child health profiles', 'Age is that of the first day in the period, not of the attendance.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'AE'$$,
		 'AE', '{month,financial_year}'),
		('gp_contacts', 'Consultations in general practice',
		 'Consultations in general practice a person and year.',
		 'rate', 1, 'a person-year', null, null, 'neither', 'output', 'quality', 'primary care',
		 'NHS England, appointments in general practice', 'Kinds of consultation are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'GP'$$,
		 'GP', '{month,financial_year}'),
		('outpatient_attendances', 'Outpatient attendances',
		 'Outpatient attendances per 1,000 person-years, standardised for age.',
		 'dsr', 1000, 'per 1,000 person-years', null, null, 'neither', 'output', 'quality', 'planned care',
		 'NHS England, hospital outpatient activity', 'First and later attendances are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'OP'$$,
		 'OP', '{financial_year}'),
		('elective_admissions', 'Planned admissions',
		 'Elective admissions and day cases per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'neither', 'output', 'quality', 'planned care',
		 'NHS England, admitted patient care activity', 'Day cases are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'EL'$$,
		 'EL', '{month,financial_year}')
) m (
	measure, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, team, source, leaves_out,
	events, pod, period_kinds);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, period_kinds, overdispersion)
values
	('readmissions_30_days', '1', 'Emergency readmissions within 30 days',
	 'Share of discharges after emergency admission that another follows on the day of discharge or within 29 days.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'quality', 'care', 'integrated services', 'acute hospitals',
	 'NHS Outcomes Framework 3b',
	 'Discharges after emergency admission only, of people alive after that day, whose 30 days are over by the data '
	 'day; causes are not looked at. It counts in the place of the day of discharge.',
	 $$select e.person_id, e.end_date as event_date, max(case when again.person_id is null then 0 else 1 end) as amount
		from {encounter} e
		join {person} p on p.person_id = e.person_id and (p.death_date is null or p.death_date > e.end_date)
		left join {encounter} again on again.person_id = e.person_id and again.pod = 'NEL'
			and again.encounter_id <> e.encounter_id
			and again.start_date >= e.end_date and again.start_date <= e.end_date + 29
		where e.pod = 'NEL' and e.end_date + 29 <= least((select max(day) from {data_day}), current_date)
		group by e.person_id, e.encounter_id, e.end_date$$,
	 '{financial_year}', true),
	('readmissions_30_days_adjusted', '1', 'Emergency readmissions within 30 days, for age and conditions',
	 'Emergency readmissions within 30 days over those that the rates of all discharges of the same age band and '
	 'number '
	 'of long-term conditions would give.',
	 'rate', 1, 'observed over expected', 'rows', 'lower', 'outcome', 'quality', 'care', 'integrated services',
	 'acute hospitals', 'NHS Outcomes Framework 3b, adjusted as said here',
	 'As readmissions_30_days. Expected: the mean over all discharges of the data in bands of age (0, 18, 40, 65, 80) '
	 'at '
	 'discharge and number of conditions (0, 1, 2, 3, 4 and more) coded before the admission; not deprivation, cause '
	 'or '
	 'sex. The expected counts are taken as known.',
	 $$select person_id, event_date, amount, avg(amount) over (partition by age_band, conditions) as exposure
		from (
			select i.person_id, i.event_date, i.amount,
				width_bucket(ph.completed_years(i.birth_date, i.event_date), array[18, 40, 65, 80]) as age_band,
				least(count(r.condition), 4) as conditions
			from (
				select e.person_id, e.encounter_id, e.start_date, e.end_date as event_date, p.birth_date,
					max(case when again.person_id is null then 0 else 1 end) as amount
				from {encounter} e
				join {person} p on p.person_id = e.person_id and (p.death_date is null or p.death_date > e.end_date)
				left join {encounter} again on again.person_id = e.person_id and again.pod = 'NEL'
					and again.encounter_id <> e.encounter_id
					and again.start_date >= e.end_date and again.start_date <= e.end_date + 29
				where e.pod = 'NEL' and e.end_date + 29 <= least((select max(day) from {data_day}), current_date)
				group by e.person_id, e.encounter_id, e.start_date, e.end_date, p.birth_date
			) i
			left join {register} r on r.person_id = i.person_id::text and r.first_date < i.start_date
				and r.condition in (
					select list
					from ph.shipped_code_list()
					where long_term_condition)
			group by i.person_id, i.encounter_id, i.event_date, i.amount, i.birth_date
		) discharge$$,
	 '{financial_year}', true),
	('long_emergency_stays', '1', 'Emergency stays of 21 nights and more',
	 'Share of emergency stays that last 21 nights or more.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'acute hospitals',
	 'NHS England, long length of stay',
	 'Stays are counted on the day of discharge; those that are not over are left out.',
	 $$select person_id, end_date as event_date, case when end_date - start_date >= 21 then 1 else 0 end as amount
		from {encounter}
		where pod = 'NEL' and end_date is not null$$,
	 '{financial_year}', false),
	('same_service_again', '1', 'The same service again within 7 days',
	 'Share of contacts that another contact with the same kind of service follows within 7 days.',
	 'proportion', 100, '%', 'rows', 'lower', 'process', 'experience', 'care', 'integrated services', 'primary care',
	 'NHS England, unplanned re-attendance within 7 days, for all kinds of service',
	 'Planned courses of treatment count too; kinds of service are general practice, A&E, outpatients, elective, '
	 'emergency and other. Contacts whose 7 days are not over by the data day are left out.',
	 $$select person_id, event_date, case when next_date <= event_date + 7 then 1 else 0 end as amount
		from (
			select person_id, start_date as event_date,
				lead(start_date) over (partition by person_id, pod order by start_date, encounter_id) as next_date
			from {encounter}
		) contact
		where event_date + 7 <= least((select max(day) from {data_day}), current_date)$$,
	 '{financial_year}', true);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, recorded, period_kinds)
select measure, '1', name, meaning, 'mean', 1, 'pounds', 'people', 'lower', 'input', 'cost', 'care', 'shared value',
	'finance', 'NHS England, patient-level costing',
	'Per person with a day at risk in the period, however short; a contact without a cost counts as none.',
	format(
		$$select e.person_id, e.start_date as event_date, e.cost as amount
		from {encounter} e%s
		where e.cost is not null%s$$,
		case when sensitive then ', ph.ambulatory_care_sensitive(e.primary_icd10) sensitive' end, ' and ' || of),
	'select start_date as record_date from {encounter} where cost is not null', period_kinds::text[]
from (
	values
		('cost_a_head', 'Cost of care a head', 'What care cost a person in the period.', null, false,
		 '{month,financial_year}'),
		('emergency_cost_a_head', 'Cost of emergencies a head',
		 'What emergency admissions and attendances cost a person in the period.', $$e.pod in ('NEL', 'AE')$$, false,
		 '{financial_year}'),
		('planned_cost_a_head', 'Cost of planned hospital care a head',
		 'What elective admissions and outpatient attendances cost a person in the period.', $$e.pod in ('EL', 'OP')$$,
		 false, '{financial_year}'),
		('primary_care_cost_a_head', 'Cost of general practice a head',
		 'What consultations in general practice cost a person in the period.', $$e.pod = 'GP'$$, false,
		 '{financial_year}'),
		('ambulatory_care_sensitive_cost_a_head', 'Cost a head of admissions that care outside hospital can prevent',
		 'What emergency admissions for ambulatory-care-sensitive conditions cost a person in the period.',
		 $$e.pod = 'NEL' and ph.is_emergency_admission(e.admission_method)$$, true, '{financial_year}')
) m (measure, name, meaning, of, sensitive, period_kinds);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, period_kinds)
values
	('cost_last_year_of_life', '1', 'Cost of care in the last year of life',
	 'What care cost in the year up to the day of death, a death.',
	 'mean', 1, 'pounds', 'rows', 'lower', 'input', 'cost', 'care', 'shared value', 'end of life care',
	 'Nuffield Trust, care at the end of life',
	 'Encounters as far as they have costs; not social care, hospices and medicines. A year '
	 'that lies partly before the first encounter of the data is too cheap.',
	 $$select p.person_id, p.death_date as event_date, coalesce(sum(e.cost), 0) as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.start_date <= p.death_date
			and e.start_date > p.death_date - 365
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}'),
	('three_emergencies_before_death', '1', 'Three emergency admissions in the last 90 days of life',
	 'Share of deaths with three or more emergency admissions in the 90 days up to the day of death.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services',
	 'end of life care', 'Fingertips, palliative and end of life care profiles',
	 'Deaths by accident count too.',
	 $$select p.person_id, p.death_date as event_date, case when count(e.person_id) >= 3 then 1 else 0 end as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.pod = 'NEL' and e.start_date <= p.death_date
			and e.start_date > p.death_date - 90
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}'),
	('deaths_in_hospital', '1', 'Deaths in hospital',
	 'Share of deaths that lie within a stay in hospital.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services',
	 'end of life care', 'Fingertips 93474, place of death',
	 'From stays and not from the place on the certificate: a discharge on the day of death counts as in hospital.',
	 $$select p.person_id, p.death_date as event_date, max(case when e.person_id is null then 0 else 1 end) as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.pod in ('EL', 'NEL')
			and e.start_date <= p.death_date and (e.end_date is null or e.end_date >= p.death_date)
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_until, until, better, kind, aim, pillar, action_area,
	team,
	source, leaves_out, events, recorded, breakdowns, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_until, years, better, 'outcome', aim, pillar, action_area,
	'public health', source, leaves_out, events,
	'select death_date as record_date from {person} where death_date is not null',
	'{deprivation_quintile,sex,age_band,ethnicity,learning_disability,severe_mental_illness}', '{financial_year}'
from (
	values
		('deaths_under_75', 'Deaths under 75',
		 'Deaths from all causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'equitable communities',
		 'Fingertips 108, Public Health Outcomes Framework',
		 'Deaths by day of death, not of registration; of residents as of the first day in the period.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$),
		('preventable_deaths_under_75', 'Deaths under 75 that prevention could have avoided',
		 'Deaths from preventable causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'equity', 'behaviours', 'equitable communities',
		 'Office for National Statistics; OECD and Eurostat, January 2022 version, as ph.avoidable_cause() has it',
		 'Causes that are both preventable and treatable count by half in each; a death without a cause is not '
		 'counted.',
		 $$select p.person_id, p.death_date as event_date, c.preventable as amount
			from {person} p, ph.icd10_normalise(p.death_cause_icd10) cause (icd10),
				unnest(array[left(icd10, 3), nullif(left(icd10, 4), left(icd10, 3))]) beginning (code)
			join ph.avoidable_cause() c using (code)
			where p.death_date is not null and c.preventable > 0 and (c.sex is null or c.sex = p.sex)$$),
		('treatable_deaths_under_75', 'Deaths under 75 that care could have avoided',
		 'Deaths from treatable causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Office for National Statistics; OECD and Eurostat, January 2022 version, as ph.avoidable_cause() has it',
		 'Causes that are both preventable and treatable count by half in each; a death without a cause is not '
		 'counted.',
		 $$select p.person_id, p.death_date as event_date, c.treatable as amount
			from {person} p, ph.icd10_normalise(p.death_cause_icd10) cause (icd10),
				unnest(array[left(icd10, 3), nullif(left(icd10, 4), left(icd10, 3))]) beginning (code)
			join ph.avoidable_cause() c using (code)
			where p.death_date is not null and c.treatable > 0 and (c.sex is null or c.sex = p.sex)$$),
		('cardiovascular_deaths_under_75', 'Deaths under 75 from cardiovascular disease',
		 'Deaths from diseases of the circulation (I00 to I99) of people under 75 per 100,000 person-years, '
		 'standardised '
		 'for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40401, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^I'$$),
		('cancer_deaths_under_75', 'Deaths under 75 from cancer',
		 'Deaths from malignant neoplasms (C00 to C97) of people under 75 per 100,000 person-years, standardised for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40501, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^C'$$),
		('respiratory_deaths_under_75', 'Deaths under 75 from respiratory disease',
		 'Deaths from respiratory diseases (J00 to J99) of people under 75 per 100,000 person-years, standardised for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40701, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^J'$$),
		('suicides', 'Suicides',
		 'Deaths from intentional self-harm and injury of undetermined intent per 100,000 person-years, standardised '
		 'for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcomes', 'communities',
		 'equitable communities', 'Fingertips 41001, Office for National Statistics',
		 'The source counts X60 to X84 from the age of 10 and Y10 to Y34 from 15; here all ages count.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null
				and ph.icd10_normalise(death_cause_icd10) ~ '^(X[67]|X8[0-4]|Y[12]|Y3[0-4])'$$),
		('alcohol_specific_deaths', 'Deaths from alcohol',
		 'Deaths from causes that alcohol alone has, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcomes', 'behaviours', 'equitable '
		 'communities',
		 'Office for National Statistics, alcohol-specific deaths; Fingertips 91380',
		 'Causes that alcohol has in part are not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~
				'^(E244|F10|G312|G621|G721|I426|K292|K70|K852|K860|Q860|R780|X45|X65|Y15)'$$),
		('life_expectancy', 'Life expectancy at birth',
		 'Years that somebody born now would live under the death rates of the period.',
		 'life_expectancy', 1, 'years', null, null, 'higher', 'outcomes', 'determinants', 'equitable communities',
		 'Fingertips 90366, Public Health Outcomes Framework A01b',
		 'One year and not three together: no value where 5,000 person-years or fewer are counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$),
		('years_of_life_lost', 'Years of life lost before 75',
		 'Years that deaths below 75 came too early, per 100,000 person-years.',
		 'years_of_life_lost', 100000, 'years per 100,000 person-years', 75, 75, 'lower', 'outcomes', 'determinants',
		 'equitable communities', 'Office for National Statistics, years of life lost',
		 'A crude rate; a death counts from the middle of its band of five years of age.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$)
) m (
	measure, name, meaning, indicator, per, unit, age_until, years, better, aim, pillar, action_area, source,
	leaves_out,
	events);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, with_measure, exposure, better, kind, aim, pillar,
	action_area,
	team, source, leaves_out, people, events, recorded, period_kinds)
values
	('infant_deaths', '1', 'Deaths in the first year of life',
	 'Deaths before the first birthday per 1,000 years lived before it.',
	 'rate', 1000, 'per 1,000 person-years', null, 'years', 'lower', 'outcome', 'outcomes', 'care', 'integrated '
	 'services',
	 'children', 'Fingertips 92196, infant mortality',
	 'Over the years lived before the first birthday and not over live births, so that who is registered weeks after '
	 'birth is not lost; deaths before any registration are.',
	 $$select person_id, daterange(birth_date, (birth_date + interval '1 year')::date) as days
		from {person}$$,
	 $$select person_id, death_date as event_date, 1 as amount
		from {person}
		where death_date is not null$$,
	 'select death_date as record_date from {person} where death_date is not null', '{financial_year}'),
	('not_in_good_health', '1', 'Not in good health',
	 'Share of those asked in a survey who say that their health is not good.',
	 'proportion', 100, '%', null, 'rows', 'lower', 'outcome', 'equity', 'determinants', 'equitable communities',
	 'public health', 'Annual Population Survey; GP Patient Survey',
	 'Where there is a table survey (person_id, asked_on, in_good_health); it is not one of the shared tables. Answers '
	 'count as they are, without the weights of a survey.',
	 null,
	 $$select person_id, asked_on as event_date, (not in_good_health)::int as amount
		from {survey}$$,
	 null, '{financial_year}'),
	('healthy_life_expectancy', '1', 'Healthy life expectancy at birth',
	 'Years in good health that somebody born now would live under the death rates and the health of the period.',
	 'healthy_life_expectancy', 1, 'years', 'not_in_good_health', 'years', 'higher', 'outcome', 'equity',
	 'determinants',
	 'equitable communities', 'public health', 'Fingertips 90362, Public Health Outcomes Framework A01a',
	 'Where not_in_good_health is folded for the same period; bands of age in which nobody was asked leave no value.',
	 null,
	 $$select person_id, death_date as event_date, 1 as amount
		from {person}
		where death_date is not null$$,
	 $$select death_date as record_date
		from {person}
		where death_date is not null and exists (select from {survey})$$, '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, period_kinds)
select list || '_prevalence', '1',
	'Prevalence of ' || case list when 'hiv' then 'HIV' when 'copd' then 'COPD' else replace(list, '_', ' ') end,
	format('Share of people%s with a code of the list %s before the last day of the period.', ' of ' || age_from || ' '
	'and over',
		list),
	'proportion', 100, '%', age_from, 'neither', 'outcome', 'outcomes', 'care', 'integrated services', 'primary '
	'care', source,
	'By code alone: nobody leaves a register by getting well or by another code.',
	format(
		$$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = %L and r.first_date < {day}$$, list),
	format('select first_date as record_date from {register} where condition = %L', list), '{financial_year}'
from ph_support.shipped_list()
left join (
	values
		('asthma', 6), ('chronic_kidney_disease', 18), ('depression', 18), ('diabetes', 17), ('epilepsy', 18),
		('osteoporosis', 50), ('rheumatoid_arthritis', 16)
) limits (list, age_from) using (list)
where long_term_condition;

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, period_kinds)
values
	('multimorbidity', '1', 'Two or more long-term conditions',
	 'Share of people with codes of two or more long-term conditions before the last day of the period.',
	 'proportion', 100, '%', null, 'lower', 'outcome', 'outcomes', 'care', 'integrated services', 'primary care',
	 'Barnett et al. 2012, Lancet 380:37',
	 'Conditions are those that ph.shipped_code_list() calls long-term, by the codes that code_list has of them.',
	 $$select p.person_id, case when c.conditions >= 2 then 1 else 0 end as amount
		from {person} p
		left join (
			select person_id, count(*) as conditions
			from {register}
			where first_date < {day}
				and condition in (
					select list
					from ph.shipped_code_list()
					where long_term_condition)
			group by person_id
		) c on c.person_id = p.person_id::text$$,
	 'select first_date as record_date from {register}', '{financial_year}'),
	('hospital_frailty', '1', 'Frailty at 75 and over',
	 'Share of people of 75 and over with a Hospital Frailty Risk Score of 5 or more from the diagnoses of two years.',
	 'proportion', 100, '%', 75, 'lower', 'outcome', 'outcomes', 'care', 'integrated services', 'community care',
	 'Gilbert et al. 2018, Lancet 391:1775',
	 'Who was in no hospital in the two years counts as not frail.',
	 $$select p.person_id, case when ph.hospital_frailty(c.conditions) >= 5 then 1 else 0 end as amount
		from {person} p
		left join (
			select person_id, ph.conditions_of(code) as conditions
			from {clinical_event}
			where code_system = 'ICD10' and event_date < {day} and event_date >= ({day} - interval '2 years')::date
			group by person_id
		) c on c.person_id = p.person_id$$,
	 $$select event_date as record_date
		from {clinical_event}
		where code_system = 'ICD10'$$, '{financial_year}'),
	('carers', '1', 'Carers known to general practice',
	 'Share of people with a code of the list carer before the last day of the period.',
	 'proportion', 100, '%', null, 'higher', 'process', 'experience', 'communities', 'collaboration', 'primary care',
	 'NHS England, quality markers for carers',
	 'Needs a list carer in code_list; none is shipped. Who cares and has not said so is not known.',
	 $$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = 'carer' and r.first_date < {day}$$,
	 $$select first_date as record_date
		from {register}
		where condition = 'carer'$$, '{financial_year}'),
	('homelessness', '1', 'Homelessness known to care',
	 'People with a code of homelessness before the last day of the period, per 1,000.',
	 'rate', 1000, 'per 1,000 people', null, 'lower', 'outcome', 'equity', 'determinants', 'equitable communities',
	 'inclusion health', 'Core20PLUS5, inclusion health groups',
	 'Ever coded: who has found a home since still counts, and most people without a home are never coded.',
	 $$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = 'homeless' and r.first_date < {day}$$,
	 $$select first_date as record_date
		from {register}
		where condition = 'homeless'$$, '{financial_year}'),
	('ethnicity_known', '1', 'Ethnicity known',
	 'Share of people whose ethnicity is recorded and stated.',
	 'proportion', 100, '%', null, 'higher', 'process', 'equity', 'care', 'collaboration', 'business intelligence',
	 'Core20PLUS5; NHS England, ethnicity recording',
	 'As recorded now: when it was recorded is not in the table.',
	 $$select person_id, case when ethnicity_code is null or ethnicity_code = 'Z' then 0 else 1 end as amount
		from {person}$$,
	 'select {day} as record_date from {person} where ethnicity_code is not null', '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, recorded_within, breakdowns, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, 'higher', 'process', aim, 'care', 'integrated '
'services',
	'primary care', source, leaves_out, persons,
	format(
		$$select measure_date as record_date
		from {measurement}
		where (code_system, code) in (%s)$$, recorded), '1 year',
	'{deprivation_quintile,sex,age_band,ethnicity,learning_disability,severe_mental_illness}', '{financial_year}'
from (
	values
		('blood_pressure_to_target', 'Blood pressure to target in hypertension',
		 'Share of people with hypertension whose latest blood pressure of the year was at most 140/90, from 80 years '
		 '150/90.',
		 'proportion', 100, '%', null, 'outcomes', 'QOF HYP008 and HYP009',
		 'The latest day with both readings in the 12 months before counts, the mean of several on one day; who was '
		 'not '
		 'measured is not to target. Readings at home have no limits of their own, and nobody is excepted.',
		 $$select r.person_id,
				case
					when m.systolic <= case when ph.completed_years(p.birth_date, {day}) >= 80 then 150 else 140 end
						and m.diastolic <= 90 then 1
					else 0 end as amount
			from {register} r
			join {person} p on p.person_id::text = r.person_id
			left join (
				select distinct on (person_id) person_id, systolic, diastolic
				from (
					select person_id, measure_date,
						avg(value) filter (where code in ('271649006', '8480-6')) as systolic,
						avg(value) filter (where code in ('271650006', '8462-4')) as diastolic
					from {measurement}
					where (code_system, code) in (
							('SNOMED', '271649006'), ('LOINC', '8480-6'), ('SNOMED', '271650006'), ('LOINC', '8462-4'))
						and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				where systolic is not null and diastolic is not null
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id
			where r.condition = 'hypertension' and r.first_date < {day}$$,
		 $$('SNOMED', '271649006'), ('LOINC', '8480-6')$$),
		('hba1c_to_target', 'HbA1c to target in diabetes',
		 'Share of people of 17 and over with diabetes whose latest HbA1c of the year was at most 58 mmol/mol.',
		 'proportion', 100, '%', 17, 'outcomes', 'QOF DM006 and DM020; National Diabetes Audit',
		 'The latest day in the 12 months before counts, the mean of several on one day; who was not measured is not '
		 'to '
		 'target. Frail people have no limit of their own, and nobody is excepted.',
		 $$select r.person_id, case when m.value <= 58 then 1 else 0 end as amount
			from {register} r
			left join (
				select distinct on (person_id) person_id, value
				from (
					select person_id, measure_date, avg(value) as value
					from {measurement}
					where (code_system, code) in (('SNOMED', '999791000000106'), ('LOINC', '59261-8'))
						and value is not null and measure_date < {day}
						and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id
			where r.condition = 'diabetes' and r.first_date < {day}$$,
		 $$('SNOMED', '999791000000106'), ('LOINC', '59261-8')$$),
		('cholesterol_to_target', 'Cholesterol to target in cardiovascular disease',
		 'Share of people with coronary, cerebrovascular or peripheral arterial disease whose latest non-HDL '
		 'cholesterol '
		 'of the year was at most 2.6 mmol/l.',
		 'proportion', 100, '%', null, 'outcomes', 'QOF CHOL004; NICE NG238',
		 'Non-HDL is the total less HDL of the latest day with both, in the 12 months before; LDL is not looked at. '
		 'Who '
		 'was not measured is not to target.',
		 $$select r.person_id, case when m.total - m.hdl <= 2.6 then 1 else 0 end as amount
			from (
				select distinct person_id
				from {register}
				where condition in ('coronary_heart_disease', 'stroke_or_tia', 'peripheral_arterial_disease')
					and first_date < {day}
			) r
			left join (
				select distinct on (person_id) person_id, total, hdl
				from (
					select person_id, measure_date,
						avg(value) filter (where code in ('1005671000000105', '14647-2')) as total,
						avg(value) filter (where code in ('1005681000000107', '14646-4')) as hdl
					from {measurement}
					where (code_system, code) in (
							('SNOMED', '1005671000000105'), ('LOINC', '14647-2'), ('SNOMED', '1005681000000107'),
							('LOINC', '14646-4'))
						and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				where total is not null and hdl is not null
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id$$,
		 $$('SNOMED', '1005671000000105'), ('LOINC', '14647-2')$$),
		('blood_pressure_measured', 'Blood pressure measured in five years, 45 and over',
		 'Share of people of 45 and over whose blood pressure was measured in the five years before.',
		 'proportion', 100, '%', 45, 'quality', 'QOF BP002', 'A systolic reading counts; nobody is excepted.',
		 $$select p.person_id, case when m.person_id is null then 0 else 1 end as amount
			from {person} p
			left join (
				select distinct person_id
				from {measurement}
				where (code_system, code) in (('SNOMED', '271649006'), ('LOINC', '8480-6'))
					and measure_date < {day} and measure_date >= ({day} - interval '5 years')::date
			) m on m.person_id = p.person_id$$,
		 $$('SNOMED', '271649006'), ('LOINC', '8480-6')$$),
		('diabetes_care_processes', 'Care processes in diabetes',
		 'Care processes that people of 17 and over with diabetes had in the year, of six: HbA1c, blood pressure, '
		 'cholesterol, kidney function, body mass index, smoking.',
		 'mean', 1, 'of six', 17, 'quality', 'National Diabetes Audit',
		 'Urine albumin and feet, the other two of its eight, are not in the table of measurements.',
		 $$select r.person_id, coalesce(m.processes, 0) as amount
			from {register} r
			left join (
				select person_id, count(distinct code) as processes
				from {measurement}
				where code_system = 'SNOMED' and code in (
						'999791000000106', '271649006', '1005671000000105', '1020291000000106', '60621009', '77176002')
					and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
				group by person_id
			) m on m.person_id::text = r.person_id
			where r.condition = 'diabetes' and r.first_date < {day}$$,
		 $$('SNOMED', '999791000000106')$$),
		('severe_mental_illness_checks', 'Physical checks in severe mental illness',
		 'Physical checks that people of 18 and over with severe mental illness had in the year, of five: blood '
		 'pressure, '
		 'HbA1c, cholesterol, body mass index, smoking.',
		 'mean', 1, 'of five', 18, 'equity', 'Core20PLUS5; NHS Long Term Plan; QOF MH021',
		 'Alcohol, the sixth check of the source, is not in the table of measurements.',
		 $$select r.person_id, coalesce(m.checks, 0) as amount
			from {register} r
			left join (
				select person_id, count(distinct code) as checks
				from {measurement}
				where code_system = 'SNOMED'
					and code in ('271649006', '999791000000106', '1005671000000105', '60621009', '77176002')
					and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
				group by person_id
			) m on m.person_id::text = r.person_id
			where r.condition = 'severe_mental_illness' and r.first_date < {day}$$,
		 $$('SNOMED', '271649006')$$)
) m (measure, name, meaning, indicator, per, unit, age_from, aim, source, leaves_out, persons, recorded);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, recorded_within, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, better, kind, aim, 'behaviours', 'equitable '
'communities',
	'public health', source, leaves_out, persons,
	format(
		$$select measure_date as record_date
		from {measurement}
		where (code_system, code) in (%s)$$, recorded), '1 year', '{financial_year}'
from (
	values
		('smoking', 'Smoking at 15 and over',
		 'Share of people of 15 and over, of whom smoking is known, who smoked when they were last asked.',
		 'proportion', 100, '%', 15, 'lower', 'outcome', 'outcomes', 'Fingertips 91280, smoking prevalence (QOF)',
		 'Who was never asked is not counted; an answer counts however old it is.',
		 $$select distinct on (person_id) person_id, value as amount
			from {measurement}
			where code_system = 'SNOMED' and code = '77176002' and value in (0, 1) and measure_date < {day}
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '77176002')$$),
		('smoking_known', 'Smoking known at 15 and over',
		 'Share of people of 15 and over of whom it was recorded in two years whether they smoke.',
		 'proportion', 100, '%', 15, 'higher', 'process', 'quality', 'QOF SMOK002, for all adults',
		 'All people and not those with long-term conditions alone.',
		 $$select p.person_id, case when m.person_id is null then 0 else 1 end as amount
			from {person} p
			left join (
				select distinct person_id
				from {measurement}
				where code_system = 'SNOMED' and code = '77176002' and measure_date < {day}
					and measure_date >= ({day} - interval '2 years')::date
			) m on m.person_id = p.person_id$$,
		 $$('SNOMED', '77176002')$$),
		('obesity', 'Obesity at 18 and over',
		 'Share of people of 18 and over, who were measured in the year, whose latest body mass index was 30 or more.',
		 'proportion', 100, '%', 18, 'lower', 'outcome', 'outcomes', 'QOF OB003; Fingertips',
		 'Who was not measured in the 12 months before is not counted, and those measured are heavier than others. The '
		 'lower limits for Asian and Black people are not applied.',
		 $$select distinct on (person_id) person_id, case when value >= 30 then 1 else 0 end as amount
			from {measurement}
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5')) and value is not null
				and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '60621009'), ('LOINC', '39156-5')$$),
		('body_mass_index', 'Body mass index at 18 and over',
		 'Mean of the latest body mass index of people of 18 and over who were measured in the year.',
		 'mean', 1, 'kg/m2', 18, 'lower', 'outcome', 'outcomes', 'Health Survey for England',
		 'Who was not measured in the 12 months before is not counted.',
		 $$select distinct on (person_id) person_id, value as amount
			from {measurement}
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5')) and value is not null
				and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '60621009'), ('LOINC', '39156-5')$$)
) m (
	measure, name, meaning, indicator, per, unit, age_from, better, kind, aim, source, leaves_out, persons, recorded);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar,
	action_area, team,
	source, leaves_out, persons, recorded, recorded_within, period_kinds)
select measure, '1', name,
	format('Share of %s of %s to %s with a code of the list %s in the %s before.',
		case sex when 'F' then 'women' else 'people' end, age_from, age_until - 1, list, span),
	'proportion', 100, '%', age_from, age_until, 'higher', 'process', aim, 'behaviours', 'collaboration', 'public '
	'health', source,
	format('Needs a list %s in code_list; none is shipped. Codes are taken as they stand, without prefixes or '
	'versions; '
		'who was offered and declined counts as not done.', list),
	format(
		$$select p.person_id, case when c.person_id is null then 0 else 1 end as amount
		from {person} p
		left join (
			select distinct e.person_id
			from {clinical_event} e
			join {code_list} l on l.code_system = e.code_system and l.code = e.code
			where l.list = %L and e.event_date < {day} and e.event_date >= ({day} - interval %L)::date
		) c on c.person_id = p.person_id
		where %s$$, list, span, case when sex is null then 'true' else format('p.sex = %L', sex) end),
	format(
		$$select e.event_date as record_date
		from {clinical_event} e
		join {code_list} l on l.code_system = e.code_system and l.code = e.code
		where l.list = %L$$, list),
	'1 year', '{financial_year}'
from (
	values
		('flu_vaccination', 'Flu vaccination at 65 and over', 'influenza_vaccination', 65, 120, null, '1 year',
		'outcomes',
		 'UK Health Security Agency, seasonal flu uptake'),
		('measles_vaccination', 'Measles, mumps and rubella vaccination at 5', 'mmr_vaccination', 5, 6, null, '6 years',
		 'outcomes', 'UK Health Security Agency, COVER'),
		('cervical_screening', 'Cervical screening at 25 to 64', 'cervical_screening', 25, 65, 'F', '5 years 6 months',
		 'quality', 'NHS England, cervical screening coverage'),
		('breast_screening', 'Breast screening at 53 to 70', 'breast_screening', 53, 71, 'F', '3 years', 'quality',
		 'NHS England, breast screening coverage'),
		('bowel_screening', 'Bowel screening at 60 to 74', 'bowel_screening', 60, 75, null, '2 years 6 months',
		'quality',
		 'NHS England, bowel cancer screening coverage')
) m (measure, name, list, age_from, age_until, sex, span, aim, source);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, exposure, better, kind, aim, pillar,
	action_area, team, source, leaves_out, people, events, recorded, period_kinds)
values
	('alcohol_specific_admissions', '1', 'Admissions for alcohol',
	 'Admissions whose primary diagnosis alcohol alone has, per 100,000 person-years, standardised for age.',
	 'dsr', 100000, 'per 100,000 person-years', null, null, 'years', 'lower', 'outcome', 'outcomes', 'behaviours',
	 'equitable communities', 'public health', 'Fingertips 93764, admission episodes for alcohol-specific conditions',
	 'The source counts diagnoses at any position.',
	 null,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~
			'^(E244|F10|G312|G621|G721|I426|K292|K70|K852|K860|T510|T511|T519|X45|X65|Y15)'$$,
	 $$select start_date as record_date
		from {encounter}
		where pod in ('EL', 'NEL') and primary_icd10 is not null$$, '{financial_year}'),
	('self_harm_admissions', '1', 'Admissions after self-harm at 10 to 24',
	 'Emergency admissions after self-harm of people of 10 to 24 per 100,000 person-years, standardised for age.',
	 'dsr', 100000, 'per 100,000 person-years', 10, 25, 'years', 'lower', 'outcome', 'outcomes', 'communities',
	 'equitable communities', 'mental health', 'Fingertips 90813, hospital admissions after self-harm',
	 'A cause X60 to X84 at any position; attendances without an admission are not counted.',
	 null,
	 $$select e.person_id, e.start_date as event_date, 1 as amount
		from {encounter} e
		join (
			select distinct person_id, encounter_id
			from {clinical_event}
			where code_system = 'ICD10' and code >= 'X6' and code < 'X85'
		) harm on harm.person_id = e.person_id and harm.encounter_id = e.encounter_id
		where e.pod = 'NEL'$$,
	 $$select event_date as record_date
		from {clinical_event}
		where code_system = 'ICD10' and code >= 'V' and code < 'Z'$$, '{financial_year}'),
	('mental_health_contacts', '1', 'Contacts for mental health',
	 'Contacts of any kind whose primary diagnosis is a mental disorder (F10 to F99), per 1,000 person-years.',
	 'rate', 1000, 'per 1,000 person-years', null, null, 'years', 'neither', 'output', 'experience', 'care',
	 'integrated services', 'mental health', 'NHS England, mental health services',
	 'Contacts without a diagnosis, and dementia (F00 to F09), are not counted.',
	 null,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where ph.icd10_normalise(primary_icd10) ~ '^F[1-9]'$$,
	 'select start_date as record_date from {encounter} where primary_icd10 is not null', '{financial_year}'),
	('births', '1', 'Deliveries of women of 15 to 44',
	 'Deliveries in hospital per 1,000 years of women of 15 to 44.',
	 'rate', 1000, 'per 1,000 person-years', 15, 45, 'years', 'neither', 'output', 'outcomes', 'care', 'integrated '
	 'services',
	 'maternity', 'Office for National Statistics, general fertility rate',
	 'Deliveries and not children: admissions with a primary diagnosis O80 to O84; births at home are not counted.',
	 $$select person_id, daterange(birth_date, null) as days
		from {person}
		where sex = 'F'$$,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~ '^O8[0-4]'$$,
	 null, '{financial_year}'),
	('caesarean_sections', '1', 'Caesarean sections',
	 'Share of deliveries in hospital by caesarean section.',
	 'proportion', 100, '%', null, null, 'rows', 'neither', 'process', 'quality', 'care', 'integrated services',
	 'maternity',
	 'National Maternity and Perinatal Audit',
	 'By the primary diagnosis (O82 of O80 to O84), not by the procedure.',
	 null,
	 $$select person_id, start_date as event_date,
			case when ph.icd10_normalise(primary_icd10) ~ '^O82' then 1 else 0 end as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~ '^O8[0-4]'$$,
	 null, '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, until, exposure, better, kind, aim, pillar, action_area,
	team,
	source, leaves_out, events, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, until, 'rows', 'lower', 'outcome', 'experience', 'care',
	'integrated services', 'planned care', source,
	'Waits that began in the period, those that are not over censored at the data day; the clock stops for whatever '
	'reason, a death or a removal too.',
	format(
		$$select person_id, clock_start as event_date,
			least(clock_stop, least((select max(day) from {data_day}), current_date)) - clock_start as key,
			case when clock_stop <= least((select max(day) from {data_day}), current_date) then 1 else 0 end as amount
		from {wait}
		where clock_start <= least((select max(day) from {data_day}), current_date) and %s$$, of),
	'{financial_year}'
from (
	values
		('waits_over_18_weeks', 'Waits for treatment over 18 weeks',
		 'Share of waits from referral to treatment that last longer than 18 weeks.', 'survival', 100, '%', 126,
		 'NHS constitution, referral to treatment', $$coalesce(kind,
		 'referral_to_treatment') = 'referral_to_treatment'$$),
		('median_wait', 'Median wait for treatment',
		 'Days from referral within which half of the waits are over.', 'median_survival', 1, 'days', null,
		 'NHS England, referral to treatment waiting times',
		 $$coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'$$),
		('mean_wait', 'Mean wait for treatment',
		 'Mean days from referral to treatment, of a wait''s first 26 weeks.', 'restricted_mean', 1, 'days', 182,
		 'NHS England, referral to treatment waiting times',
		 $$coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'$$),
		('diagnostic_waits_over_6_weeks', 'Waits for a diagnosis over 6 weeks',
		 'Share of waits for a diagnostic test that last longer than 6 weeks.', 'survival', 100, '%', 42,
		 'NHS England, diagnostic waiting times', $$kind = 'diagnostic'$$)
) m (measure, name, meaning, indicator, per, unit, until, source, of);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, recorded_within, period_kinds)
values
	('still_waiting', '1', 'Still waiting for treatment',
	 'Waits from referral to treatment that are not over on the last day of the period, per 1,000 people.',
	 'rate', 1000, 'per 1,000 people', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'planned care',
	 'NHS England, referral to treatment waiting times, incomplete pathways', 'A person may wait on several pathways.',
	 $$select p.person_id, coalesce(w.waits, 0) as amount
		from {person} p
		left join (
			select person_id, count(*) as waits
			from {wait}
			where clock_start <= {day} and (clock_stop is null or clock_stop > {day})
				and coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'
			group by person_id
		) w on w.person_id = p.person_id$$,
	 'select clock_start as record_date from {wait}', '1 year', '{month,financial_year}'),
	('still_waiting_over_52_weeks', '1', 'Still waiting for treatment after 52 weeks',
	 'Of the waits that are not over on the last day of the period, those that began more than 52 weeks before, in '
	 '100.',
	 'rate', 100, 'in 100 waits', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'planned care',
	 'NHS England, referral to treatment waiting times, incomplete pathways', 'A person may wait on several pathways.',
	 $$select person_id, count(*) filter (where clock_start < {day} - 364) as amount, count(*) as exposure
		from {wait}
		where clock_start <= {day} and (clock_stop is null or clock_stop > {day})
			and coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'
		group by person_id$$,
	 'select clock_start as record_date from {wait}', '1 year', '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, breakdowns, period_kinds)
select measure, '1', name, meaning, 'mean', 1, unit, better, 'input', aim, pillar, 'equitable communities', 'public '
'health',
	source,
	format('The factor %s of place_factor, its latest edition on all days, so that a change is one of where people '
	'live. '
		'Who has no known small area is not counted. Limits are those of people: the factor itself is taken as exact.',
		factor),
	format(
		$$select s.person_id, f.value as amount
		from {stay} s
		join (
			select distinct on (place_id) place_id, value
			from {place_factor}
			where factor = %L and value is not null
			order by place_id, period desc
		) f on f.place_id = s.small_area
		where s.start_date <= {day} and s.end_date > {day}$$, factor),
	format(
		$$select {day} as record_date
		from {place_factor}
		where factor = %L$$, factor),
	'{sex,age_band,ethnicity}', '{financial_year}'
from (
	values
		('income_deprivation', 'Income deprivation where people live', 'Mean share of people in income deprivation in '
		'the '
		 'small area, weighted by residents.', 'income_deprivation_pct', '%', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation, income domain'),
		('deprivation_score', 'Deprivation where people live', 'Mean score of the index of multiple deprivation of '
		'the small '
		 'area, weighted by residents.', 'imd2025_score', 'score', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation 2025'),
		('unemployment', 'Unemployment where people live', 'Mean share of people out of work in the small area, '
		'weighted by '
		 'residents.', 'unemployed_pct', '%', 'lower', 'equity', 'determinants', 'Census 2021'),
		('social_rented_housing', 'Social housing where people live', 'Mean share of homes in social rent in the '
		'small area, '
		 'weighted by residents.', 'social_rented_pct', '%', 'neither', 'equity', 'determinants', 'Census 2021'),
		('overcrowding', 'Overcrowded homes where people live', 'Mean indicator of overcrowded homes in the small '
		'area, '
		 'weighted by residents.', 'overcrowding_rooms', 'indicator', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation 2025, barriers to housing'),
		('fuel_poverty', 'Fuel poverty where people live', 'Mean share of households in fuel poverty in the small '
		'area, '
		 'weighted by residents.', 'fuel_poverty_pct', '%', 'lower', 'equity', 'determinants',
		 'Department for Energy Security and Net Zero; Fingertips 93759'),
		('fine_particles', 'Fine particles where people live', 'Mean PM2.5 of the small area, weighted by residents.',
		 'pm25', 'ug/m3', 'lower', 'outcomes', 'communities', 'Defra, modelled background concentrations; Fingertips '
		 '93867'),
		('nitrogen_dioxide', 'Nitrogen dioxide where people live', 'Mean nitrogen dioxide of the small area, weighted '
		'by '
		 'residents.', 'no2', 'ug/m3', 'lower', 'outcomes', 'communities', 'Defra, modelled background concentrations'),
		('green_space', 'Green space near home', 'Mean share of homes near green space in the small area, weighted by '
		 'residents.', 'green_access_pct', '%', 'higher', 'outcomes', 'communities',
		 'Defra, access to green and blue space'),
		('no_car', 'Homes without a car where people live', 'Mean share of households without a car in the small area, '
		 'weighted by residents.', 'no_car_pct', '%', 'neither', 'equity', 'communities', 'Census 2021'),
		('crime', 'Crime where people live', 'Mean score of the crime domain of the small area, weighted by residents.',
		 'crime_score', 'score', 'lower', 'equity', 'communities', 'English Indices of Deprivation, crime domain')
) m (measure, name, meaning, factor, unit, better, aim, pillar, source);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, breakdowns, period_kinds)
values
	('most_deprived_fifth', '1', 'People in the most deprived fifth',
	 'Share of people who live in the most deprived fifth of small areas.',
	 'proportion', 100, '%', 'neither', 'input', 'equity', 'determinants', 'equitable communities', 'public health',
	 'Core20PLUS5, Core20',
	 'Fifths of the edition that the population views are made of, on all days. Who has no known small area is not '
	 'counted.',
	 $$select person_id, case when deprivation_quintile = 1 then 1 else 0 end as amount
		from {stay}
		where start_date <= {day} and end_date > {day} and deprivation_quintile is not null$$,
	 null, '{sex,age_band,ethnicity}', '{financial_year}');

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	areas, breakdowns, period_kinds)
select measure, '1', name, meaning, 'rate', per, unit, 'lower', 'outcome', 'equity', pillar, 'equitable communities',
	'public health', source,
	format('Where place_factor has the counts %s and %s of the same places and periods: a year, 2024, or a financial '
	'year, '
		'2024/25.', events, population),
	format(
		$$select n.place_id, case when n.period like '%%/%%' then 'financial_year' else 'year' end as period_kind,
			make_date(left(n.period, 4)::int, case when n.period like '%%/%%' then 4 else 1 end, 1) as period,
			n.value as numerator, d.value as denominator
		from {place_factor} n
		join {place_factor} d on d.place_id = n.place_id and d.period = n.period and d.factor = %L
		where n.factor = %L and n.period ~ '^[0-9]{4}(/[0-9]{2})?$' and n.value is not null and d.value > 0$$,
		population, events),
	'{}', '{year,financial_year}'
from (
	values
		('claimants', 'People who claim benefits for being out of work',
		 'Claimants in 100 residents of 16 to 64, as published.', 100, 'in 100 people', 'determinants',
		 'Nomis, claimant count', 'claimants', 'residents_16_to_64'),
		('children_in_poverty', 'Children in families with low income',
		 'Children in families with low income in 100 children under 16, as published.', 100, 'in 100 children',
		 'determinants', 'Department for Work and Pensions; Fingertips 93700', 'children_in_low_income',
		 'children_under_16'),
		('recorded_crime', 'Crimes recorded by the police', 'Crimes per 1,000 residents, as published.', 1000,
		 'per 1,000 people', 'communities', 'Home Office, recorded crime', 'recorded_crimes', 'residents')
) m (measure, name, meaning, per, unit, pillar, source, events, population);

create function ph.purpose(out purpose text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('direct_care', 'care of the person: whoever helps sees the record'),
		('risk_stratification', 'finding people at risk, so that their own practice can offer help'),
		('planning', 'planning and commissioning of services for a population'),
		('payment', 'paying for what was done'),
		('evaluation', 'learning whether a programme helped'),
		('research', 'research that is approved by name');
end;

comment on function ph.purpose() is
	'the purposes for which people may be used, a row each: what may_use, entitlement and ph.fold_measures name';

create type ph.nhs_number;

create function ph_support.nhs_number_in(cstring) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_in';

create function ph_support.nhs_number_out(ph.nhs_number) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_out';

create function ph_support.nhs_number_recv(internal) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_recv';

create function ph_support.nhs_number_send(ph.nhs_number) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_send';

create type ph.nhs_number (
	input = ph_support.nhs_number_in, output = ph_support.nhs_number_out, receive = ph_support.nhs_number_recv,
	send = ph_support.nhs_number_send, like = pg_catalog.int8
);

comment on type ph.nhs_number is
	'an NHS number whose check digit is right (modulus 11, NHS Data Dictionary), eight bytes: read from ten digits in '
	'one piece, or 3-3-4 with single blanks or hyphens, blanks and tabs around them; written as ten digits. It '
	'compares, joins and is indexed as bigint does, which it becomes by itself. Errors: invalid_text_representation, '
	'which never repeats the value. Write ph.nhs_number ''...'' or a typed parameter: a literal without a type beside '
	'it is read as bigint, whose own error repeats it';

comment on function ph_support.nhs_number_in(cstring) is 'text input of ph.nhs_number';

comment on function ph_support.nhs_number_out(ph.nhs_number) is 'text output of ph.nhs_number';

comment on function ph_support.nhs_number_recv(internal) is 'binary input of ph.nhs_number';

comment on function ph_support.nhs_number_send(ph.nhs_number) is 'binary output of ph.nhs_number';

create cast (ph.nhs_number as bigint) without function as implicit;

create function ph.nhs_number(stored bigint) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_of_bigint';

comment on function ph.nhs_number(bigint) is
	'an NHS number that was stored as a bigint, with its leading zeros again. A number of nine digits is one that '
	'begins with zero: of numbers that came as such, ask where they came from whether a digit was lost. '
	'Errors: numeric_value_out_of_range for what is none, which never repeats the value';

create function ph.nhs_number_valid(written text) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_valid';

comment on function ph.nhs_number_valid(text) is
	'whether a text can be read as ph.nhs_number: its form and its check digit (modulus 11), never an error. Numbers '
	'of tests, and 0000000000 and its like, are valid too: ph.nhs_number_range tells them apart';

create function ph.nhs_number_range(number ph.nhs_number) returns text
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_range';

comment on function ph.nhs_number_range(ph.nhs_number) is
	'who issues such a number: england_wales_iom (4000000000 to 4999999999, 6000000000 to 7999999999), scotland_chi '
	'(begins with a day and a month, DDMMYY), northern_ireland_hsc (3200000010 to 3999999999), test (9990000000 and '
	'above, never issued), unallocated; that a number lies in a range does not say that it was issued. Source: '
	'the ranges that NHS England, NHS Scotland and HSC Northern Ireland have been given';

create function ph_support.hmac_sha256(message bytea, key bytea) returns bytea
language c stable strict parallel safe
as 'MODULE_PATHNAME', 'hmac_sha256';

comment on function ph_support.hmac_sha256(bytea, bytea) is
	'HMAC-SHA-256 (RFC 2104, FIPS 180-4) by the function hmac of the extension pgcrypto, in whichever schema that is. '
	'Errors: feature_not_supported without pgcrypto, insufficient_privilege';

create function ph_support.pseudonym_label(purpose text, recipient text, key_version text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	name constant text := '^[a-z0-9_-]+$';
	version constant text := '^v?[0-9]+$';
begin
	-- two labels are one only where all their parts are: a part has no point, and only a version looks like one
	if purpose is null or purpose !~ name or purpose ~ version then
		raise exception 'argument "purpose" must be a name in small letters, digits, _ and -'
			using errcode = 'invalid_parameter_value', hint = 'Such as direct_care; a number alone is a key_version.';
	elsif recipient !~ name then
		raise exception 'argument "recipient" must be a name in small letters, digits, _ and -'
			using errcode = 'invalid_parameter_value', hint = 'Such as council-y, or NULL for nobody but yourself.';
	elsif key_version !~ version then
		raise exception 'argument "key_version" must be a whole number, with or without a v before it'
			using errcode = 'invalid_parameter_value', hint = 'Such as v2 or 2025.';
	end if;
	return concat_ws('.', recipient, purpose, key_version);
end
$$;

comment on function ph_support.pseudonym_label(text, text, text) is
	'the text that tells pseudonyms of one purpose, recipient and version of a key from those of others: '
	'recipient.purpose.version, those that are not NULL. Errors: invalid_parameter_value';

create function ph.pseudonym(
	number ph.nhs_number, purpose text, key bytea, recipient text default null, key_version text default null,
	bits integer default 128)
returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	label constant bytea := convert_to(ph_support.pseudonym_label(purpose, recipient, key_version), 'UTF8');
begin
	if key is null or octet_length(key) < 32 then
		raise exception 'argument "key" must have at least 32 bytes'
			using errcode = 'invalid_parameter_value', hint = 'As many as the hash has: 32 random ones of a key store.';
	elsif bits is null or bits not between 128 and 256 or bits % 8 <> 0 then
		raise exception 'argument "bits" must be a multiple of 8 from 128 to 256'
			using errcode = 'invalid_parameter_value', hint = 'Of 64 bits two of 60 million people may share one.';
	end if;
	return left(
		encode(ph_support.hmac_sha256(label || '\x1f' || convert_to(number::text, 'UTF8'), key), 'hex'), bits / 4);
end
$$;

comment on function ph.pseudonym(ph.nhs_number, text, bytea, text, text, integer) is
	'a pseudonym of a person for one purpose, recipient and version of the key: the first bits (128 to 256) of '
	'HMAC-SHA-256(key, label, byte 1F, ten digits) as hexadecimal digits, where the label is '
	'recipient.purpose.key_version without what is NULL; NULL for no number. purpose and recipient are names in small '
	'letters, digits, _ and -, key_version a whole number such as v2; the key has at least 32 bytes (RFC 2104, 3). The '
	'hash is pgcrypto''s. Errors: invalid_parameter_value, also for no key, feature_not_supported without pgcrypto; '
	'none shows the number or the key';

create function ph_support.identity_table(
	out relation text, out definition text, out policy text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values (
		'identity',
		'person_id text primary key,
		nhs_number bigint not null unique check (nhs_number between 0 and 9999999999)',
		'create policy hidden on {identity} using (false)',
		'who a person_id is; readable by its owner alone, whoever else must know asks by request_reidentification and '
		'reidentify',
		'{"person_id": "the pseudonym that the shared tables have", "nhs_number": "NHS number, which ph.nhs_number '
		'becomes by itself; without its leading zeros"}'::jsonb
	), (
		'reidentification',
		'request bigint generated always as identity primary key,
		at timestamptz not null default clock_timestamp(),
		login text not null default session_user,
		role text not null default current_setting(''role''),
		person_id text not null,
		purpose text not null check (purpose ~ ''\S''),
		reason text not null check (reason ~ ''\S''),
		transaction xid8 not null default pg_current_xact_id()',
		'create policy read_by_grant on {reidentification} for select using (true)',
		'who asked when and why who a person is, one row a request; rows are added and never changed',
		'{"request": "number of the request", "at": "when", "login": "who was logged in", "role": "what SET ROLE '
		'chose, none where nothing", "person_id": "of whom", "purpose": "what for, such as direct_care", "reason": '
		'"why, in words", "transaction": "the transaction that asked: only a later one is answered"}'::jsonb
	);
end;

comment on function ph_support.identity_table() is 'the tables that ph.create_identity_table makes';

create function ph_support.identity_function(
	out name text, out types text, out definition text, out body text, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values (
		'request_reidentification', 'text, text, text',
		'(person_id text, purpose text, reason text) returns bigint language plpgsql volatile security definer',
		$body$
declare
	number bigint;
begin
	if coalesce(person_id, '') = '' or coalesce(purpose, '') !~ '\S' or coalesce(reason, '') !~ '\S' then
		raise exception 'person_id, purpose and reason must not be null or empty'
			using errcode = 'invalid_parameter_value', hint = 'The reason is for whoever reads the log.';
	end if;
	insert into {reidentification} (person_id, purpose, reason)
	values (person_id, purpose, reason)
	returning request into number;
	return number;
end
$body$,
		'writes down who asks who a person is, for what purpose and reason; the answer is that of reidentify, in a '
		'later transaction. With the rights of its owner'
	), (
		'reidentify', 'bigint',
		'(request bigint) returns text language plpgsql stable security definer',
		$body$
declare
	asked {reidentification};
begin
	select r.* into asked
	from {reidentification} r
	where r.request = reidentify.request and r.login = session_user;
	if asked.request is null then
		raise exception 'there is no such request of yours'
			using errcode = 'invalid_parameter_value', hint = 'request_reidentification() makes one.';
	elsif asked.transaction = pg_current_xact_id_if_assigned() then
		raise exception 'the request must be committed first'
			using errcode = 'object_not_in_prerequisite_state', hint = 'What is taken back would leave no trace.';
	elsif asked.at < clock_timestamp() - interval '1 day' then
		raise exception 'the request is older than a day'
			using errcode = 'object_not_in_prerequisite_state', hint = 'Ask again.';
	end if;
	return (
		select lpad(i.nhs_number::text, 10, '0')
		from {identity} i
		where i.person_id = asked.person_id);
end
$body$,
		'the NHS number of the person that a committed request of the last day asks for, NULL where nobody is known; '
		'only whoever asked is answered. With the rights of its owner'
	), (
		'keep_reidentification', '',
		'() returns trigger language plpgsql',
		$body$
begin
	raise exception 'rows of % are never changed', tg_table_name
		using errcode = 'insufficient_privilege';
end
$body$,
		'the trigger that refuses whatever would change the log of re-identification'
	);
end;

comment on function ph_support.identity_function() is
	'the functions that ph.create_identity_table makes; names of tables in braces';

create procedure ph_support.take_all_grants(kind text, target text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	for statement in
		select distinct format('revoke all on %s %s from %s', kind, target,
			case when right_of.grantee = 0 then 'public' else right_of.grantee::regrole::text end)
		from (
			select relowner, relacl
			from pg_class
			where oid = case kind when 'table' then to_regclass(target) end
			union all
			select proowner, coalesce(proacl, acldefault('f', proowner))
			from pg_proc
			where oid = case kind when 'function' then to_regprocedure(target) end
		) made (owner, rights),
		lateral aclexplode(made.rights) right_of
		where right_of.grantee <> made.owner
	loop
		execute statement;
	end loop;
end
$$;

comment on procedure ph_support.take_all_grants(text, text) is
	'takes from everybody but its owner the rights on a table or function that is new, '
	'those of ALTER DEFAULT PRIVILEGES too';

create procedure ph.create_identity_table(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	there boolean;
begin
	call ph_support.require_own_schema(schema);
	for part in select * from ph_support.identity_table() loop
		target := format('%I.%I', schema, part.relation);
		if to_regclass(target) is null then
			execute format('create table %s (%s)', target, part.definition);
			call ph_support.describe_table(target, part.description, part.columns);
			call ph_support.take_all_grants('table', target);
			-- a grant on all tables of the schema, made without a thought, shows no row of identity
			execute format('alter table %s enable row level security', target);
			execute ph_support.in_schema(part.policy, schema);
		else
			call ph_support.require_generated(schema, part.relation, 'pg_class', target::regclass);
		end if;
	end loop;
	for part in select * from ph_support.identity_function() loop
		target := format('%I.%I(%s)', schema, part.name, part.types);
		there := to_regprocedure(target) is not null;
		call ph_support.replace_function(schema, part.name, part.types, format(
			'%s set search_path = pg_catalog, pg_temp as %L', part.definition,
			ph_support.in_schema(part.body, schema)), part.description);
		if not there then
			call ph_support.take_all_grants('function', target);
		end if;
	end loop;
	execute ph_support.in_schema(
		'create or replace trigger keep_reidentification before update or delete or truncate on {reidentification}
		for each statement execute function {keep_reidentification}()', schema);
end
$$;

comment on procedure ph.create_identity_table(text) is
	'makes in the schema, owned by the caller and granted to nobody, the table identity (person_id, nhs_number), of '
	'which row security shows others nothing even where it is granted; the log reidentification, which only grows; and '
	'two functions for those to whom you grant EXECUTE on them: request_reidentification(person_id, purpose, reason) '
	'writes into the log and returns the number of the request, reidentify(request) answers it once that is committed, '
	'so that no rollback hides it. They run with the rights of their owner under a fixed search_path and name nothing '
	'of the extension. Called again it replaces the functions in place. Errors: null_value_not_allowed, 22023, '
	'invalid_schema_name, duplicate_object where a name is taken by something else';

create function ph_support.require_columns(argument text, relation regclass, names text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong constant text := (
		select string_agg(coalesce(quote_ident(name), 'NULL'), ', ')
		from unnest(names) name
		where not exists (
			select
			from pg_attribute
			where attrelid = relation and attname::text = name and attnum > 0 and not attisdropped));
begin
	if wrong is not null then
		raise exception 'argument "%" names what is no column of %: %', argument, relation, wrong
			using errcode = 'undefined_column', hint = 'Names are those of the catalogue: small letters, no quotes.';
	end if;
end
$$;

comment on function ph_support.require_columns(text, regclass, text[]) is
	'does nothing where each of the names is a column of the relation. '
	'Errors: undefined_column, with the argument''s name';

create function ph_support.values_of(column_name text) returns text
language sql immutable parallel safe
begin atomic
	select format('count(distinct %1$I) + max((%1$I is null)::integer)', column_name);
end;

comment on function ph_support.values_of(text) is
	'how many values a column has in a group, as SQL; that nothing is known is one of them';

create function ph.uniqueness(
	relation regclass, columns text[], sensitive text default null, person text default null,
	out people bigint, out groups bigint, out k bigint, out alone bigint, out in_groups_below_5 double precision,
	out in_groups_below_10 double precision, out l bigint, out note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from pg_class where oid = relation and relkind in ('r', 'p', 'v', 'm', 'f')) then
		raise exception 'argument "relation" must name a table or view'
			using errcode = 'undefined_table';
	elsif coalesce(cardinality(columns), 0) = 0 then
		raise exception 'argument "columns" must name a column'
			using errcode = 'invalid_parameter_value', hint = 'Those by which somebody could know a person.';
	end if;
	perform ph_support.require_columns('columns', relation, columns);
	perform ph_support.require_columns('sensitive', relation, array_remove(array[sensitive], null));
	perform ph_support.require_columns('person', relation, array_remove(array[person], null));
	execute format(
		'select sum(size), count(*), min(size), coalesce(sum(size) filter (where size = 1), 0),
			coalesce(sum(size) filter (where size < 5), 0) / sum(size),
			coalesce(sum(size) filter (where size < 10), 0) / sum(size), min(values)
		from (
			select %s as size, %s as values
			from %s
			group by %s
		) same',
		case when person is null then 'count(*)' else ph_support.values_of(person) end,
		case when sensitive is null then 'null::bigint' else ph_support.values_of(sensitive) end,
		relation,
		(select string_agg(quote_ident(name), ', ') from unnest(columns) name))
	into people, groups, k, alone, in_groups_below_5, in_groups_below_10, l;
	note := nullif(concat_ws('; ',
		case when people is null then 'no_rows' end,
		case when row_security_active(relation) then 'row_security: only rows that you may see are counted' end), '');
end
$$;

comment on function ph.uniqueness(regclass, text[], text, text) is
	'a check of rows before they are released, and never a promise: people who are alike in all columns (those by '
	'which somebody could know them; NULL is a value of its own) are one group. people: how many rows, or people '
	'where person names the column that tells them apart, each counted once a group and unknown ones as one; '
	'groups; k: people in the smallest group; alone: people in groups of one; in_groups_below_5, '
	'in_groups_below_10: share of people, 0 to 1; l: the least number of values of the column sensitive in a group,'
	' NULL being one, and NULL without that column. note: no_rows where nothing is there (k is NULL), row_security '
	'where policies hide rows from you. What others know besides, and other releases, are not in it. Sources: '
	'Sweeney 2002 (k-anonymity), Machanavajjhala et al. 2007 (l-diversity). Errors: undefined_table, '
	'undefined_column, invalid_parameter_value';

create table ph.disclosure_rule (
	rule text primary key check (rule <> '' and position('.' in rule) = 0),
	name text not null check (name <> ''),
	threshold integer not null check (threshold >= 0),
	zero_shown boolean not null default true,
	base integer check (base > 1),
	midpoint integer check (midpoint > 0 and midpoint % 2 = 0),
	tiers bigint[] check (array_ndims(tiers) = 2 and array_length(tiers, 2) = 2 and 0 < all (tiers)),
	level text not null default 'all' check (level in ('all', 'subnational')),
	protect_lower integer check (protect_lower >= 0),
	protect_upper integer check (protect_upper >= threshold),
	minimum_people integer not null check (minimum_people > threshold),
	residual_degrees integer not null default 10 check (residual_degrees >= 0),
	p_ratio float8 not null default 0.1 check (p_ratio between 0 and 1),
	top2_share float8 not null default 0.9 check (top2_share between 0 and 1),
	rates text not null default 'published' check (rates in ('exact', 'published')),
	intervals text not null default 'published' check (intervals in ('exact', 'published', 'none')),
	extremes boolean not null default false,
	symbol text,
	source text not null,
	certainty text not null check (certainty in ('certain', 'high', 'ours')),
	constraint disclosure_rule_rounds_once check (num_nonnulls(base, midpoint, tiers) <= 1),
	constraint disclosure_rule_protects check (
		case
			when threshold = 0 and zero_shown then num_nulls(protect_lower, protect_upper) = 2
			else num_nulls(protect_lower, protect_upper) = 0 and protect_lower <= zero_shown::integer end)
);

comment on table ph.disclosure_rule is
	'rules by which numbers leave that are shipped: read only; a rule of your own is a row of the table '
	'disclosure_rule that CALL ph.create_sharing_tables makes in a schema of yours, and is named schema.rule. '
	'threshold, zero_shown, base, midpoint, tiers, level and symbol are the source''s. Of statistics few sources '
	'speak: residual_degrees, p_ratio and top2_share are those of ACRO''s default.yaml for all, and '
	'docs/disclosure.md says what else is ours';

comment on column ph.disclosure_rule.rule is 'its name in calls, without a full stop';

comment on column ph.disclosure_rule.name is 'its name to show';

comment on column ph.disclosure_rule.threshold is 'counts from 1 to so many are hidden; 0: none is';

comment on column ph.disclosure_rule.zero_shown is
	'whether a count of 0 is shown; where it is not it is hidden as small counts are';

comment on column ph.disclosure_rule.base is
	'shown counts are rounded to the nearest multiple, a tie to the even one; NULL: not so';

comment on column ph.disclosure_rule.midpoint is
	'shown counts above 0 become the middle of their group of so many: 1 to 6 become 3, 7 to 12 become 9; NULL: not so';

comment on column ph.disclosure_rule.tiers is
	'{{from, base}, ...}: from a count on it is rounded to the nearest multiple of the base, a tie to the even one; '
	'NULL: not so';

comment on column ph.disclosure_rule.level is 'all, or subnational: national counts leave as they are';

comment on column ph.disclosure_rule.protect_lower is
	'whoever knows every shown figure of a table must be left with this as possible for a hidden count, or with '
	'less; NULL where nothing is hidden';

comment on column ph.disclosure_rule.protect_upper is 'and with this, or with more; NULL where nothing is hidden';

comment on column ph.disclosure_rule.minimum_people is
	'a mean, a median, a percentile, a group of calibration, a leaf, a centre and a step of survival need so many '
	'people';

comment on column ph.disclosure_rule.residual_degrees is 'a model needs so many more people than coefficients';

comment on column ph.disclosure_rule.p_ratio is
	'a sum fails where all contributions but the two largest are less than this share of the largest';

comment on column ph.disclosure_rule.top2_share is
	'a sum fails where its two largest contributions are more than this share of it';

comment on column ph.disclosure_rule.rates is
	'percentages and crude rates, and their limits, are made from parts as they are (exact) or as they leave '
	'(published)';

comment on column ph.disclosure_rule.intervals is
	'limits of estimates that no published parts make anew, such as standardised rates: leave as they are (exact), '
	'or not (published: only those of percentages and crude rates leave; none: those neither)';

comment on column ph.disclosure_rule.extremes is 'whether the least and the greatest value of a person may leave';

comment on column ph.disclosure_rule.symbol is 'what is written for a hidden count; NULL: nothing';

comment on column ph.disclosure_rule.source is 'where it was read';

comment on column ph.disclosure_rule.certainty is
	'certain: read in the source; high: read in the source but for the numbers, which stand in a copy; ours';

grant select on ph.disclosure_rule to public;

insert into ph.disclosure_rule (
	rule, name, threshold, zero_shown, base, midpoint, tiers, level, protect_lower, protect_upper, minimum_people,
	rates, intervals, symbol, source, certainty)
values
	('nhse_hes_2018', 'NHS England, Hospital Episode Statistics from September 2018',
	 7, true, 5, null, null, 'subnational', 1, 7, 8, 'published', 'exact', '*',
	 'NHS Digital, change to disclosure control methodology for HES and ECDS from September 2018', 'high'),
	('nhsd_mental_health', 'NHS Digital, Mental Health Bulletin 2013-14',
	 4, false, 5, null, null, 'subnational', 0, 4, 5, 'published', 'published', '*',
	 'Mental Health Bulletin 2013-14, note on suppression: less than five, including zero', 'high'),
	('opensafely_2025', 'OpenSAFELY, redact 7 and fewer, round to 5',
	 7, true, 5, null, null, 'all', 1, 7, 8, 'published', 'published', '[REDACTED]',
	 'OpenSAFELY documentation, docs/outputs/sdc.md', 'certain'),
	('opensafely_midpoint6', 'OpenSAFELY, midpoint 6',
	 0, true, null, 6, null, 'all', null, null, 8, 'published', 'published', null,
	 'OpenSAFELY documentation, docs/outputs/sdc.md', 'certain'),
	('ons_10_5', 'ONS, 10-5: fewer than 10 missing, else to 5',
	 9, false, 5, null, null, 'all', 0, 9, 10, 'published', 'published', null,
	 'ONSdigital/cell-key-perturbation, ptable_10_5_rule.csv', 'certain'),
	('tre_threshold_10', 'Trusted research environments, threshold 10',
	 9, false, null, null, null, 'all', 0, 9, 10, 'exact', 'exact', '[c]',
	 'UK Longitudinal Linkage Collaboration, guidebook, SDC.md', 'certain'),
	('srs_acro', 'ONS Secure Research Service, ACRO''s defaults',
	 9, false, null, null, null, 'all', 0, 9, 10, 'exact', 'exact', '[c]',
	 'AI-SDC/ACRO, default.yaml', 'certain'),
	('cms_11', 'Centers for Medicare and Medicaid Services, cell size 11',
	 10, true, null, null, null, 'all', 1, 10, 11, 'exact', 'exact', '*',
	 'ResDAC, CMS cell size suppression policy, 26 January 2024', 'certain'),
	('cdc_wonder', 'CDC WONDER, 9 or fewer below national level',
	 9, false, null, null, null, 'subnational', 0, 9, 10, 'exact', 'exact', 'Suppressed',
	 'CDC WONDER, data use restrictions', 'certain'),
	('ons_health_1_2', 'ONS health statistics review, 1 and 2',
	 2, true, null, null, null, 'all', 1, 2, 3, 'exact', 'exact', '[c]',
	 'UKHSA guidance on aggregate data, which cites the ONS review of health statistics, 2006', 'high'),
	('ons_health_1_4', 'ONS health statistics review, sensitive topics, 1 to 4',
	 4, true, null, null, null, 'all', 1, 4, 5, 'exact', 'exact', '[c]',
	 'UKHSA guidance on aggregate data, which cites the ONS review of health statistics, 2006', 'high'),
	('ukhsa_base5', 'UKHSA, 1 to 4 hidden, else to 5',
	 4, true, 5, null, null, 'all', 1, 4, 5, 'published', 'published', '[k]',
	 'UKHSA guidance on aggregate data, table 1c', 'certain'),
	('round_base3', 'Rounded to 3, nothing hidden',
	 0, true, 3, null, null, 'all', null, null, 5, 'published', 'published', null,
	 'UKHSA guidance on aggregate data, as an option', 'certain'),
	('us_census_drb', 'US Census Bureau, Disclosure Review Board',
	 14, false, null, null, '{
		{1, 10}, {100, 50}, {1000, 100}, {10000, 500}, {100000, 1000}, {10000000, 10000}, {100000000, 100000},
		{1000000000, 1000000}, {10000000000, 10000000}, {100000000000, 100000000}, {1000000000000, 1000000000},
		{10000000000000, 10000000000}, {100000000000000, 100000000000}, {1000000000000000, 1000000000000},
		{10000000000000000, 10000000000000}, {100000000000000000, 100000000000000},
		{1000000000000000000, 1000000000000000}}',
	 'all', 0, 14, 15, 'published', 'published', 'N<15',
	 'simsong/drb_rounder, readme', 'high');

create function ph_support.disclosure_rule(rule text) returns ph.disclosure_rule
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	schema constant text := nullif(substring(rule from '^(.*)\.[^.]*$'), '');
	found ph.disclosure_rule;
begin
	if schema is null then
		select * into found from ph.disclosure_rule r where r.rule = disclosure_rule.rule;
	elsif to_regclass(format('%I.disclosure_rule', schema)) is not null then
		-- by the names of columns: the table may be older than the extension
		execute format('select (jsonb_populate_record(null::ph.disclosure_rule, to_jsonb(r))).*
			from %I.disclosure_rule r
			where r.rule = $1', schema)
		into found
		using substring(rule from '[^.]*$');
	end if;
	if found.rule is null then
		raise exception 'argument "rule" must be a rule that there is'
			using errcode = 'undefined_object',
				hint = 'SELECT rule, name FROM ph.disclosure_rule lists those that are shipped; one of your own is '
					'schema.rule, a row of the table disclosure_rule that CALL ph.create_sharing_tables(schema) makes.';
	end if;
	return found;
end
$$;

comment on function ph_support.disclosure_rule(text) is
	'the row of a rule: of ph.disclosure_rule by its name, of a table of one''s own by schema.rule, with the rights '
	'of whoever asks. Errors: undefined_object where there is none of the name, or it is NULL: nothing takes its '
	'place';

create function ph_support.rule_rounds(rule ph.disclosure_rule) returns boolean
language sql immutable parallel safe
return num_nonnulls((rule).base, (rule).midpoint, (rule).tiers) > 0;

comment on function ph_support.rule_rounds(ph.disclosure_rule) is
	'whether a rule rounds each figure by itself, so that shown figures do not add up exactly';

create function ph_support.rule_hides(rule ph.disclosure_rule, n bigint) returns boolean
language sql immutable parallel safe
return case when n = 0 then not (rule).zero_shown else n between 1 and (rule).threshold end;

comment on function ph_support.rule_hides(ph.disclosure_rule, bigint) is
	'whether a rule hides a count, where it applies; NULL of an unknown one';

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

create function ph_support.hidden_parts(rule ph.disclosure_rule, counts bigint[]) returns boolean[]
language sql immutable parallel safe
begin atomic
	with part as (
		select place, n, coalesce(ph_support.rule_hides(rule, n), true) as small
		from unnest(counts) with ordinality u (n, place)
	),
	known as (
		select count(*) filter (where small) as small_parts, coalesce(bool_or(small and n = 1), false)::integer as own
		from part
	),
	-- the small ones, then the others from the smallest on
	ranked as (
		select place, small, row_number() over w as parts, sum(n) over w as people
		from part
		window w as (order by small desc, n = 0, n, place)
	),
	enough as (
		select min(r.parts) as parts
		from ranked r, known k
		where r.parts >= greatest(k.small_parts, 2 + k.own)
			and r.people - k.own - (r.parts - 1 - k.own) * (rule).protect_lower >= (rule).protect_upper
	)
	select array_agg(
		r.small or not ph_support.rule_rounds(rule) and k.small_parts > 0 and r.parts <= coalesce(e.parts, r.parts)
		order by r.place)
	from ranked r, known k, enough e;
end;

comment on function ph_support.hidden_parts(ph.disclosure_rule, bigint[]) is
	'which parts of a known total must be hidden by a rule: the small ones and, unless the rule rounds, as many of '
	'the next ones that whoever subtracts the shown ones from the total, and is the one person of a part, is left '
	'with the rule''s protection interval; all where that cannot be';

create function ph_support.stretch_publishable(rule ph.disclosure_rule, people bigint, events bigint) returns boolean
language sql immutable parallel safe
return ph_support.rule_publishable(rule, people)
	and not coalesce(ph_support.rule_hides(rule, events) or ph_support.rule_hides(rule, people - events), true);

comment on function ph_support.stretch_publishable(ph.disclosure_rule, bigint, bigint) is
	'whether a rule lets a group of people leave with how many of them had the event, and so how many had not; where '
	'either is not known it does not';

create function ph_support.shown_steps(
	rule ph.disclosure_rule, people bigint[], events bigint[], all_people bigint, all_events bigint)
returns integer[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	shown integer[] := '{}';
	last integer;
begin
	for i in 1 .. coalesce(cardinality(people), 0) loop
		last := shown[cardinality(shown)];
		if ph_support.stretch_publishable(
			rule, people[i] - coalesce(people[last], 0), events[i] - coalesce(events[last], 0)) then
			shown := shown || i;
		end if;
	end loop;
	-- what is left after the last one can be told from the whole
	while shown <> '{}' loop
		last := shown[cardinality(shown)];
		exit when people[last] = all_people
			or ph_support.stretch_publishable(rule, all_people - people[last], all_events - events[last]);
		shown := trim_array(shown, 1);
	end loop;
	return shown;
end
$$;

comment on function ph_support.shown_steps(ph.disclosure_rule, bigint[], bigint[], bigint, bigint) is
	'which of running counts may be shown, by their number: those between which, before the first and after the last '
	'of which, there are groups that may leave; people and events so far, and of the whole';

create function ph.publish_calibration_groups(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational', groups integer default 10,
	confidence float8 default 0.95,
	out risk_group integer, out people bigint, out expected float8, out observed bigint, out mean_predicted float8,
	out observed_percent float8, out lower float8, out upper float8, out note text)
returns setof record
language sql stable parallel safe rows 10
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select g.risk_group, g.people::bigint as people, g.observed::bigint as observed, g.mean_predicted
		from ph.calibration_groups(tally, groups, confidence) g
	),
	hidden as (
		select ph_support.hidden_parts(a.found, array_agg(g.observed order by g.risk_group)) as observed,
			ph_support.hidden_parts(a.found, array_agg(g.people - g.observed order by g.risk_group)) as rest,
			bool_and(ph_support.rule_publishable(a.found, g.people)) as publishable
		from given g, asked a
		group by a.found
	),
	published as (
		select g.risk_group, g.mean_predicted, h.publishable,
			h.publishable and not h.observed[g.risk_group] and not h.rest[g.risk_group] as shown,
			ph_support.published_count(a.found, g.people) as people,
			ph_support.published_count(a.found, g.observed) as observed,
			ph_support.published_share(a.found, g.observed, g.people, 100, confidence) as percent
		from given g, hidden h, asked a
	)
	select p.risk_group, case when p.publishable then p.people end,
		case when p.publishable then p.people * p.mean_predicted end, case when p.shown then p.observed end,
		case when p.publishable then p.mean_predicted end, case when p.shown then (p.percent).value end,
		case when p.shown then (p.percent).lower end, case when p.shown then (p.percent).upper end,
		case when not p.shown then 'suppressed' end
	from published p
	order by p.risk_group;
end;

comment on function ph.publish_calibration_groups(ph.tally, text, text, integer, float8) is
	'ph.calibration_groups as they leave by a rule: where a group has fewer people than the rule''s minimum none of '
	'them (ask for fewer groups); observed hidden where those with or without the event are few, and in as many more '
	'groups that the total does not give it away; percent and limits as by ph.publish_percent; expected: people as '
	'they leave times the mean risk; without the least and the greatest risk. Note: suppressed. Errors: those of '
	'ph.publish and ph.calibration_groups';

create function ph.publish_top_shares(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational',
	shares float8[] default '{0.005,0.01,0.02,0.05,0.1,0.2}',
	out share float8, out people bigint, out events bigint, out positive_predictive_percent float8,
	out sensitivity_percent float8, out note text)
returns setof record
language sql stable parallel safe rows 6
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select row_number() over (order by t.share)::integer as place, t.share, t.people::bigint as people,
			ceil(t.events)::bigint as events, w.people as all_people, w.events as all_events
		from ph.top_shares(tally, shares) t,
			lateral (
				select sum(c.exposure)::bigint as people, sum(c.events)::bigint as events
				from ph.cells(tally) c
				where c.key is not null
			) w
	),
	steps as (
		select a.found, ph_support.shown_steps(
			a.found, array_agg(g.people order by g.place), array_agg(g.events order by g.place),
			g.all_people, g.all_events) as shown
		from given g, asked a
		group by a.found, g.all_people, g.all_events
	),
	published as (
		select g.place, g.share, g.place = any (s.shown) as shown,
			ph_support.published_count(s.found, g.people) as people,
			ph_support.published_count(s.found, g.events) as events,
			ph_support.published_share(s.found, g.events, g.people, 100, 0.95) as predictive,
			ph_support.published_share(s.found, g.events, g.all_events, 100, 0.95) as sensitivity
		from given g, steps s
	)
	select p.share, case when p.shown then p.people end, case when p.shown then p.events end,
		case when p.shown then (p.predictive).value end, case when p.shown then (p.sensitivity).value end,
		case when not p.shown then 'suppressed' end
	from published p
	order by p.place;
end;

comment on function ph.publish_top_shares(ph.tally, text, text, float8[]) is
	'ph.top_shares as they leave by a rule: people, how many of them had the outcome (of tied ones in proportion, '
	'rounded up), positive predictive value and sensitivity in percent, made of counts as ph.publish_percent does. A '
	'share is shown where the people between it and the one shown before, and those after the last, may leave as a '
	'group; without the score at the edge. Note: suppressed. Errors: those of ph.publish and ph.top_shares';

create function ph.publish_survival(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational',
	confidence float8 default 0.95,
	out "time" float8, out at_risk bigint, out events bigint, out censored bigint, out survival float8,
	out lower float8, out upper float8)
returns setof record
language sql stable parallel safe rows 10
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	curve as (
		select row_number() over w::integer as place, c."time", c.survival, c.lower, c.upper,
			sum(c.events + c.censored) over w::bigint as people, sum(c.events) over w::bigint as events,
			sum(c.events + c.censored) over ()::bigint as all_people, sum(c.events) over ()::bigint as all_events
		from ph.survival(tally, confidence) c
		where c."time" is not null
		window w as (order by c."time")
	),
	steps as (
		select a.found, ph_support.shown_steps(
			a.found, array_agg(c.people order by c.place), array_agg(c.events order by c.place),
			c.all_people, c.all_events) as shown
		from curve c, asked a
		group by a.found, c.all_people, c.all_events
	),
	-- running totals, so that what rounding adds or takes away does not add up
	published as (
		select s.found, c."time", c.survival, c.lower, c.upper,
			ph_support.published_count(s.found, c.all_people - lag(c.people, 1, 0::bigint) over w) as at_risk,
			ph_support.published_count(s.found, c.events) as events,
			ph_support.published_count(s.found, c.people - c.events) as censored
		from curve c, steps s
		where c.place = any (s.shown)
		window w as (order by c."time")
	),
	stretch as (
		select p.*, p.events - lag(p.events, 1, 0::bigint) over w as died,
			p.at_risk - (p.censored - lag(p.censored, 1, 0::bigint) over w) / 2.0 as exposed
		from published p
		window w as (order by p."time")
	)
	select p."time", p.at_risk, p.events, p.censored,
		case
			when (p.found).rates = 'exact' then p.survival
			else exp(sum(ln(greatest(1 - p.died / p.exposed, 1e-300))) over (order by p."time")) end,
		case when (p.found).rates = 'exact' and (p.found).intervals = 'exact' then p.lower end,
		case when (p.found).rates = 'exact' and (p.found).intervals = 'exact' then p.upper end
	from stretch p
	order by p."time";
end;

comment on function ph.publish_survival(ph.tally, text, text, float8) is
	'ph.survival as it leaves by a rule: times so far apart that the people who left between two of them, before the '
	'first and after the last, may leave as a group, those with the event and those without; events and censored are '
	'those so far, at_risk those at the beginning of the stretch that ends at the time. Survival and limits are '
	'those of the curve where the rule does not round; where it does, survival is made anew of the counts as they '
	'leave, those without the event being at risk for half of their stretch (Cutler and Ederer 1958), without '
	'limits. No rows where no stretch may leave. Errors: those of ph.publish and ph.survival';

create function ph.publish_tree(
	nodes ph.tree_node[], rule text default 'nhse_hes_2018', level text default 'subnational')
returns setof ph.tree_node
language sql stable parallel safe rows 20
begin atomic
	with recursive asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select n.*, case
				when n.class is null then ph_support.rule_publishable(a.found, n.people)
				else ph_support.stretch_publishable(
					a.found, n.people, round(n.people * n.value)::bigint) end as may_leave
		from unnest(nodes) n, asked a
	),
	split as (
		select parent
		from given
		group by parent
		having count(*) = 2 and bool_and(may_leave)
	),
	kept as (
		select g.node
		from given g
		where g.parent is null and g.may_leave
		union all
		select g.node
		from kept k
		join split s on s.parent = k.node
		join given g on g.parent = k.node
	)
	select g.node, g.parent, g.node_depth, s.parent is null, case when s.parent is not null then g.split end, g.path,
		ph_support.published_count(a.found, g.people),
		case
			when g.class is null then g.value
			else (ph_support.published_share(a.found, round(g.people * g.value)::bigint, g.people, 1, 0.95)).value end,
		null::float8, null::float8, g.class
	from kept
	join given g using (node)
	cross join asked a
	left join split s on s.parent = g.node
	order by g.node;
end;

comment on function ph.publish_tree(ph.tree_node[], text, text) is
	'a tree of ph.grow_tree as it leaves by a rule: a split is undone, and all below it, where the people of either '
	'side may not leave as a group; of a tree of classes those who are and who are not of the class must be as many '
	'too, and the share is made of counts as ph.publish_percent does. Without loss and saved, which count people. No '
	'rows where the root itself may not leave. A yes-or-no response wants the method gini. Errors: those of '
	'ph.publish';

create function ph.publish_clusters(
	clusters ph.clusters, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.clusters
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if (select coalesce(bool_and(ph_support.rule_publishable(found, n)), false) from unnest(clusters.people) n) then
		clusters.rows := ph_support.published_count(found, clusters.rows);
		clusters.rows_left_out := ph_support.published_count(found, clusters.rows_left_out);
		clusters.people := array(
			select ph_support.published_count(found, n)
			from unnest(clusters.people) with ordinality u (n, place)
			order by place);
		if found.intervals <> 'exact' then
			clusters.within_ss := null;
			clusters.total_within_ss := null;
			clusters.between_ss := null;
			clusters.total_ss := null;
			clusters.smallest_share := null;
		end if;
		clusters.note := split_part(clusters.note, ':', 1);
		return clusters;
	end if;
	return jsonb_populate_record(null::ph.clusters, jsonb_build_object(
		'method', clusters.method, 'status', 'suppressed', 'k', clusters.k, 'terms', clusters.terms,
		'note', 'suppressed'));
end
$$;

comment on function ph.publish_clusters(ph.clusters, text, text) is
	'clusters as they leave by a rule: none of them where one has fewer people than its minimum (ask for fewer), '
	'since the others and the whole would tell of it; else their counts as they leave, and sums of squares where the '
	'rule says exact of intervals. Note: suppressed. Errors: those of ph.publish';

create function ph.publish_latent_classes(
	classes ph.latent_classes, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.latent_classes
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if (select coalesce(bool_and(ph_support.rule_publishable(found, n)), false) from unnest(classes.people) n)
		and ph_support.rule_publishable(found, classes.rows, classes.parameters) then
		classes.rows := ph_support.published_count(found, classes.rows);
		classes.rows_left_out := ph_support.published_count(found, classes.rows_left_out);
		classes.people := array(
			select ph_support.published_count(found, n)
			from unnest(classes.people) with ordinality u (n, place)
			order by place);
		classes.patterns := null;
		if found.intervals <> 'exact' then
			classes.log_likelihood := null;
			classes.aic := null;
			classes.bic := null;
			classes.g_squared := null;
		end if;
		classes.note := split_part(classes.note, ':', 1);
		return classes;
	end if;
	return jsonb_populate_record(null::ph.latent_classes, jsonb_build_object(
		'status', 'suppressed', 'k', classes.k, 'terms', classes.terms, 'note', 'suppressed'));
end
$$;

comment on function ph.publish_latent_classes(ph.latent_classes, text, text) is
	'latent classes as they leave by a rule: none where one has fewer people than its minimum, or people are fewer '
	'than parameters and the rule''s residual degrees; else their counts as they leave, likelihoods where the rule '
	'says exact of intervals, and never how many patterns there were. Note: suppressed. Errors: those of ph.publish';

create function ph.publish_model(
	model ph.model, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.model
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if model.status = 'given' then
		return model;  -- of a paper: nobody of ours is in it
	elsif model.status in ('ok', 'collinear')
		and ph_support.rule_publishable(found, model.rows, greatest(model.rank, 1)) then
		model.rows := ph_support.published_count(found, model.rows);
		model.rows_left_out := ph_support.published_count(found, model.rows_left_out);
		model.clusters := ph_support.published_count(found, model.clusters);
		model.degrees_of_freedom := model.rows - model.rank;
		if found.intervals <> 'exact' then
			model.covariance := null;
			model.log_likelihood := null;
			model.null_log_likelihood := null;
			model.deviance := null;
			model.null_deviance := null;
			model.pearson := null;
			model.residual_standard_error := null;
			model.r_squared := null;
			model.aic := null;
			model.bic := null;
		end if;
		model.note := split_part(model.note, ':', 1);
		return model;
	end if;
	return jsonb_populate_record(null::ph.model, jsonb_build_object(
		'family', model.family, 'terms', model.terms, 'status', 'suppressed', 'note', 'suppressed'));
end
$$;

comment on function ph.publish_model(ph.model, text, text) is
	'a fitted model as it leaves by a rule: without coefficients (status suppressed) where its people are fewer than '
	'the minimum, or fewer than its terms and the rule''s residual degrees, or the fit was not ok; else its counts '
	'as they leave, its covariance and what judges the fit where the rule says exact of intervals. It cannot know '
	'how many people stand behind one term: a term that few have must not be fitted. Rows are taken for people. '
	'Note: suppressed. Errors: those of ph.publish';

create type ph.cell_count;

create function ph_support.cell_count_in(cstring) returns ph.cell_count
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_in';

create function ph_support.cell_count_out(ph.cell_count) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_out';

create function ph_support.cell_count_recv(internal) returns ph.cell_count
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_recv';

create function ph_support.cell_count_send(ph.cell_count) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_send';

create type ph.cell_count (
	input = ph_support.cell_count_in, output = ph_support.cell_count_out, receive = ph_support.cell_count_recv,
	send = ph_support.cell_count_send, internallength = 8, passedbyvalue, alignment = double
);

comment on type ph.cell_count is
	'how many people a cell of a table has and the key that their record keys make together, 12:3051: the sum modulo '
	'4096, of which ph.perturbed_count makes the count that leaves. It holds the true count and must itself not '
	'leave, nor stand beside what does';

comment on function ph_support.cell_count_in(cstring) is 'text input of ph.cell_count';

comment on function ph_support.cell_count_out(ph.cell_count) is 'text output of ph.cell_count';

comment on function ph_support.cell_count_recv(internal) is 'binary input of ph.cell_count';

comment on function ph_support.cell_count_send(ph.cell_count) is 'binary output of ph.cell_count';

create function ph_support.cell_count_fold(ph.cell_count, record_key integer) returns ph.cell_count
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cell_count_fold';

comment on function ph_support.cell_count_fold(ph.cell_count, integer) is 'support function of ph.cell_key_count';

create function ph_support.cell_count_add(ph.cell_count, ph.cell_count) returns ph.cell_count
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cell_count_add';

comment on function ph_support.cell_count_add(ph.cell_count, ph.cell_count) is
	'support function of the cell key aggregates: the people of both; NULL where either is';

create aggregate ph.cell_key_count(record_key integer) (
	sfunc = ph_support.cell_count_fold, stype = ph.cell_count, initcond = '0:0',
	combinefunc = ph_support.cell_count_add, sspace = 8, parallel = safe
);

comment on aggregate ph.cell_key_count(integer) is
	'folds a row a person into a ph.cell_count by the random key from 0 to 255 or 0 to 4095 that each has for good: '
	'the cell key method of the ONS (cell key perturbation guide 3.1.0). Errors: invalid_parameter_value for a key '
	'that is NULL or beyond: leave people without a key out by FILTER, and say so';

create aggregate ph.cell_key_rollup(cell ph.cell_count) (
	sfunc = ph_support.cell_count_add, stype = ph.cell_count, initcond = '0:0',
	combinefunc = ph_support.cell_count_add, sspace = 8, parallel = safe
);

comment on aggregate ph.cell_key_rollup(ph.cell_count) is
	'the people of many cells that have nobody in common, small areas to a larger one; NULL where one of them is';

create function ph_support.cell_count_people(cell ph.cell_count) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_people';

comment on function ph_support.cell_count_people(ph.cell_count) is 'the true count of a cell, which must not leave';

create function ph_support.cell_count_key(cell ph.cell_count) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_key';

comment on function ph_support.cell_count_key(ph.cell_count) is
	'the key of a cell modulo 4096, which must not leave; its rest by 256 is the key of the shorter tables';

create function ph_support.perturbation_row(n bigint) returns integer
language sql immutable parallel safe
return case when n <= 750 then n else (n - 1) % 250 + 501 end;

comment on function ph_support.perturbation_row(bigint) is
	'the row of a perturbation table for a count, its pcv: itself to 750, then 501 to 750 over and over';

create procedure ph_support.require_perturbation(source text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
	fault text;
begin
	execute format('
		select count(*) as rows, count(distinct (pcv, ckey)) as cells, count(pcv + ckey + pvalue) as known,
			min(pcv) as least_pcv, max(pcv) as most_pcv, min(ckey) as least_key, max(ckey) as most_key,
			min(pcv + pvalue) as least_count
		from %s', source)
	into found;
	fault := case
		when found.known < found.rows then 'has a row with a NULL'
		when found.most_key is null or found.most_key not in (255, 4095) or found.least_key <> 0
			then 'must have the cell keys from 0 to 255 or to 4095'
		when found.least_pcv <> 0 or found.most_pcv <> 750 then 'must have the rows of counts from 0 to 750'
		when found.cells < found.rows then 'has a cell twice'
		when found.rows <> 751 * (found.most_key + 1) then 'lacks cells: each count and key wants one'
		when found.least_count < 0 then 'makes a count less than 0' end;
	if fault is not null then
		raise exception 'argument "source" %', fault
			using errcode = 'invalid_parameter_value',
				hint = 'A perturbation table has the columns pcv, ckey and pvalue, and is taken whole or not at all.';
	end if;
end
$$;

comment on procedure ph_support.require_perturbation(text) is
	'does nothing where a relation is a perturbation table: whole numbers pcv from 0 to 750 by ckey from 0 to 255 or '
	'4095, each pair once, and pvalue that makes no count less than 0. Errors: invalid_parameter_value';

create procedure ph.load_perturbation(schema text, perturbation text, source regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := format('%I.perturbation', schema);
	there boolean;
begin
	call ph_support.require_own_schema(schema);
	if perturbation is null or perturbation = '' or position('.' in perturbation) > 0 then
		raise exception 'argument "perturbation" must be a name without a full stop'
			using errcode = 'invalid_parameter_value', hint = 'It is asked for as schema.name.';
	elsif source is null then
		raise exception 'argument "source" must not be null'
			using errcode = 'null_value_not_allowed', hint = 'Name the table into which the file was copied.';
	end if;
	call ph_support.require_perturbation(source::text);
	if to_regclass(target) is null then
		execute format('create table %s (
			perturbation text not null, pcv integer not null, cell_key integer not null, noise integer not null,
			primary key (perturbation, pcv, cell_key), check (pcv + noise >= 0))', target);
		call ph_support.describe_table(target, 'noise of the cell key method: a row a count and cell key of each table',
			jsonb_build_object(
			'perturbation', 'name of the table', 'pcv', 'row of the table: a count from 0 to 750, larger ones in turn',
			'cell_key', 'sum of the record keys, modulo 256 or 4096', 'noise', 'what is added to the count'));
	end if;
	execute format('select exists (select from %s where perturbation = $1)', target) into there using perturbation;
	if there then
		raise exception 'there is a perturbation table of this name already'
			using errcode = 'duplicate_object',
				hint = 'Counts that left by both could be compared: load another under a new name, for new counts.';
	end if;
	execute format('insert into %s select $1, pcv, ckey, pvalue from %s', target, source) using perturbation;
	-- the source may have changed since it was read
	call ph_support.require_perturbation(format(
		'(select pcv, cell_key as ckey, noise as pvalue from %s where perturbation = %L) taken', target, perturbation));
	call ph_support.take_statistics(target::regclass);
end
$$;

comment on procedure ph.load_perturbation(text, text, regclass) is
	'copies a perturbation table, of columns pcv, ckey and pvalue as the ONS names them, into the table perturbation '
	'of a schema of yours, which it makes, under a name. Taken whole or not at all: each count from 0 to 750 by each '
	'key from 0 to 255 or 4095 once, no count made less than 0. Whoever reads it unpicks the noise: grant it to '
	'nobody. Errors: invalid_parameter_value, null_value_not_allowed, duplicate_object for a name that there is';

create function ph_support.perturbation_noise(perturbation text, pcv integer, cell_key integer) returns integer
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := quote_ident(nullif(substring(perturbation from '^(.*)\.[^.]*$'), '')) || '.perturbation';
	name constant text := substring(perturbation from '[^.]*$');
	noise integer;
begin
	if to_regclass(target) is not null then
		-- the rest by the keys of the table, which are all there or none is found
		execute format('
			select noise
			from %1$s
			where perturbation = $1 and pcv = $2 and cell_key = $3 %% (
				select case when max(cell_key) in (255, 4095) then max(cell_key) + 1 end
				from %1$s
				where perturbation = $1 and pcv = $2)', target)
		into noise
		using name, pcv, cell_key;
	end if;
	if noise is null then
		raise exception 'argument "perturbation" must be a perturbation table that there is, and whole'
			using errcode = 'undefined_object',
				hint = 'ons_10_5 is shipped; one of your own is schema.name, loaded by CALL ph.load_perturbation(...).';
	end if;
	return noise;
end
$$;

comment on function ph_support.perturbation_noise(text, integer, integer) is
	'what a table of one''s own, schema.name, adds to a count of a row and key. Errors: undefined_object where there '
	'is none, or it is no longer whole: nothing takes its place';

create function ph_support.perturbed_people(people bigint, cell_key integer, perturbation text) returns bigint
language sql stable parallel safe
return case
	when perturbation = 'ons_10_5' then ph_support.published_count(ph_support.disclosure_rule(perturbation), people)
	else people + ph_support.perturbation_noise(perturbation, ph_support.perturbation_row(people), cell_key) end;

comment on function ph_support.perturbed_people(bigint, integer, text) is
	'a count with the noise of its key, before small ones are hidden';

create function ph.perturbed_count(
	cell ph.cell_count, perturbation text default 'ons_10_5', threshold integer default 10)
returns bigint
language sql stable parallel safe
begin atomic
	select case when p.n >= threshold then p.n end
	from (
		select ph_support.perturbed_people(
			ph_support.cell_count_people(cell), ph_support.cell_count_key(cell), perturbation) as n
		where cell is not null
	) p;
end;

comment on function ph.perturbed_count(ph.cell_count, text, integer) is
	'the count of a cell that leaves by the cell key method: with the noise that the perturbation table has for its '
	'count and key, NULL where that is below the threshold. ons_10_5, which is shipped, is the ONS''s 10-5 table, of '
	'the same noise for every key; one of your own, loaded by ph.load_perturbation, is schema.name. Show nothing of '
	'the cell beside it: count, key and row of the table unpick the noise. Errors: undefined_object for a table that '
	'there is not, or not whole';

create function ph.attack(
	n bigint, shown boolean, row_key text, col_key text, row_parent text default null, zero_shown boolean default true)
returns int8range
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'attack';

comment on function ph.attack(bigint, boolean, text, text, text, boolean) is
	'over a table with its totals, the least and greatest that each hidden count can be to whoever knows every shown '
	'one, and a shown count itself; a range without upper end: nothing bounds it. A NULL key is the total over that '
	'key; row_parent is the row_key of the row whose children these are; col_key NULL in all rows: one column. n of '
	'what is not shown is not read; a total without a row is unknown, any other count without one is 0. zero_shown: '
	'zeros would have been shown, so that a hidden count is at least 1. Exact: greatest flows of a network. Errors: '
	'22023 where the shown counts contradict each other, a pair of keys is repeated or there are no totals; 22003 '
	'above 2305843009213693951 in all; 54000 above 1,000,000 rows or 2,000,000 pairs of keys';

create function ph_support.attack_up_to(
	n bigint, shown boolean, row_key text, col_key text, row_parent text, zero_shown boolean, reach bigint)
returns int8range
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'attack_up_to';

comment on function ph_support.attack_up_to(bigint, boolean, text, text, text, boolean, bigint) is
	'ph.attack of the counts whose reach is not NULL, no further up than to it; NULL of others';

create function ph.protect(
	n bigint, row_key text, col_key text, row_parent text default null, rule text default 'nhse_hes_2018',
	strength text default 'range')
returns bigint
language c window stable parallel safe
as 'MODULE_PATHNAME', 'protect';

comment on function ph.protect(bigint, text, text, text, text, text) is
	'over a table with its totals, counts as they may leave by a rule: NULL where one is small, or a small one could '
	'be told from it and the others, else the count as the rule publishes it (rounded, where it rounds). Keys and '
	'row_parent as of ph.attack. strength range: whoever knows all that is shown must hold possible of every small '
	'count all from the least that it can be to the rule''s protect_upper; exact: it is not known exactly; in both, '
	'neither to the one person of a count of 1. What else is hidden is few cells, not the fewest possible; the same '
	'table has the same answer in any order of rows, and is attacked as a whole before it is given. Errors: 22023 '
	'where a pair of keys is repeated, there are no totals or they do not add up, or a group is left out under a rule '
	'that hides zeros; 42704 where the rule is none; 55000 where it cannot be protected; 22003 and 54000 where it is '
	'too large';

create function ph_support.protect_fixed(
	n bigint, row_key text, col_key text, row_parent text, hidden boolean, shown boolean, rule text, strength text)
returns boolean
language c window stable parallel safe
as 'MODULE_PATHNAME', 'protect_fixed';

comment on function ph_support.protect_fixed(bigint, text, text, text, boolean, boolean, text, text) is
	'whether a count is shown by ph.protect where some are hidden already, zeros among them, so that a hidden count '
	'may be 0 to who reads the table, and some must be shown (NULL: neither); a small count that must be shown is an '
	'error (22023), and so is what cannot be protected (55000)';

create function ph.isolating_differences(
	query text, threshold integer default 7, empty_areas boolean default false,
	out larger text, out smaller text[], out difference bigint)
returns setof record
language c stable parallel unsafe rows 10 cost 100000
as 'MODULE_PATHNAME', 'isolating_differences';

comment on function ph.isolating_differences(text, integer, boolean) is
	'areas whose published counts differ by 1 to threshold people, of a query of three columns: area, atom (a part '
	'that no area cuts) and the people of the area, a row for each atom of each area that is published. Answers a '
	'larger area and one to three smaller ones that lie in it and share no atom, and the people that are left when '
	'these are taken off. Areas without people are among the smaller ones only if empty_areas: they leave what is '
	'left without them. An empty answer says that no such difference is small, not that longer sums are safe: that '
	'is for ph.protect. Source: Duke-Williams and Rees 1998. Errors: those of ph.query_columns, '
	'invalid_parameter_value for a NULL, people that are not whole or not the same in all rows of an area, 54000 '
	'beyond 100,000 answers';

create function ph.rounding_bounds(
	published bigint[], base integer default 5, total bigint default null, total_rounded boolean default false,
	out cell integer, out lower bigint, out upper bigint)
returns setof record
language sql immutable parallel safe rows 10
begin atomic
	with bound as (
		select place::integer as cell, greatest(n - base / 2, 0) as lower, n + base / 2 as upper
		from unnest(published) with ordinality u (n, place)
	),
	whole as (
		select greatest(total - slack, 0) as lower, total + slack as upper
		from (values (case when total_rounded then base / 2 else 0 end)) s (slack)
		where (select bool_and(n is not null) from unnest(published) n)
	)
	select b.cell, greatest(b.lower, w.lower - (sum(b.upper) over () - b.upper))::bigint,
		least(b.upper, w.upper - (sum(b.lower) over () - b.lower))::bigint
	from bound b
	left join whole w on true
	order by b.cell;
end;

comment on function ph.rounding_bounds(bigint[], integer, bigint, boolean) is
	'the least and the greatest that each count of a row can have been, for whoever sees the counts rounded to a '
	'base and their total: exact, rounded too, or none (NULL). Where both are the same the count is given away: '
	'beside rounded counts a total must be rounded by itself. NULL for an unknown count, which leaves the others to '
	'their own bounds';

create function ph_support.release_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('release_head',
			'is_head boolean primary key default true check (is_head), count bigint not null, hash text not null',
		 'one row: how many releases there are, and the hash of the last',
		 jsonb_build_object('is_head', 'true', 'count', 'number of the last release', 'hash', 'its hash')),
		('release',
		 'release bigint primary key, record jsonb not null, previous_hash text not null, hash text not null,
		 written_by xid8 not null default pg_current_xact_id(),
		 kind text not null generated always as (record ->> ''kind'') stored,
		 measure text not null generated always as (record ->> ''measure'') stored,
		 version text not null generated always as (record ->> ''version'') stored,
		 period_kind text not null generated always as (record ->> ''period_kind'') stored,
		 first_day text not null generated always as (record ->> ''period'') stored,
		 breakdown text not null generated always as (record ->> ''breakdown'') stored,
		 rule text not null generated always as (record -> ''rule'' ->> ''rule'') stored,
		 audience text not null generated always as (record ->> ''audience'') stored',
		 'one row a table of numbers that left: what it was made of, by which rule, for whom, and what the verifier '
		 'said; a chain of hashes, to which rows are only added',
		 jsonb_build_object('release', 'number of the release, without gaps', 'record', 'all that is known of it',
			'previous_hash', 'hash of the release before', 'hash', 'SHA-256 of the hash before and the record',
			'written_by', 'the transaction that wrote it, in which its audience does not see it yet',
			'kind', 'table, or tabulation', 'measure', 'name of the measure', 'version', 'its version',
			'period_kind', 'kind of period', 'first_day', 'first day of the period', 'breakdown', 'all, or by what',
			'rule', 'the rule of disclosure', 'audience', 'public, or the role that it is for')),
		('released_row',
		 'release bigint not null references {release}, level text not null, place_id text not null,
		 group_name text not null, shown boolean not null, value float8, lower float8, upper float8, numerator float8,
		 denominator float8, people float8, share_known float8, shrunken_value float8, shrunken_lower float8,
		 shrunken_upper float8, note text, primary key (release, level, place_id, group_name)',
		 'one row a place and group of a release: its numbers, or none of them where it is hidden',
		 jsonb_build_object('release', 'number of the release', 'level', 'level of place', 'place_id', 'the place',
			'group_name', 'all, the group, or unknown', 'shown', 'whether its numbers left',
			'value', 'the value', 'lower', 'its lower 95 % limit', 'upper', 'its upper 95 % limit',
			'numerator', 'events, by the rule', 'denominator', 'people, years or rows, by the rule',
			'people', 'people who are counted, by the rule',
			'share_known', 'share of the people of the place whose group is known',
			'shrunken_value', 'value of a small place drawn towards that of all',
			'shrunken_lower', 'its lower 95 % limit', 'shrunken_upper', 'its upper 95 % limit',
			'note', 'suppressed, or why there is no value'));
end;

comment on function ph_support.release_table() is 'the tables of releases: columns, descriptions';

create procedure ph_support.create_release_guards(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	call ph_support.replace_function(schema, 'append_release', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$,
			ph_support.in_schema($body$
begin
	update {release_head} set count = count + 1 returning count, hash into strict new.release, new.previous_hash;
	new.record := new.record || jsonb_build_object(
		'release', new.release,
		'released_at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
	new.hash := encode(sha256(convert_to(new.previous_hash || new.record::text, 'UTF8')), 'hex');
	update {release_head} set hash = new.hash;
	return new;
end$body$, schema)),
		'gives a release its number, time and hash: the next of the chain');
	call ph_support.replace_function(schema, 'refuse_change_of_release', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$, $body$
begin
	raise exception 'what was released cannot be changed'
		using errcode = 'insufficient_privilege', hint = 'Release again: the latest release of a table counts.';
end$body$), 'refuses to change or delete what was released');
	for part in
		select t.relation, 'refuse_change' as name,
			'before update or delete or truncate on %s for each statement execute function '
			'%I.refuse_change_of_release()'
				as definition
		from unnest('{release,released_row}'::text[]) t (relation)
		union all
		values ('release', 'append',
			'before insert on %s for each row execute function %I.append_release()')
		union all
		values ('release_head', 'refuse_change',
			'before delete or truncate on %s for each statement execute function %I.refuse_change_of_release()')
	loop
		if not exists (
			select from pg_trigger where tgrelid = format('%I.%I', schema, part.relation)::regclass
				and tgname = part.name)
		then
			execute format('create trigger %I ' || part.definition, part.name,
				format('%I.%I', schema, part.relation), schema);
		end if;
	end loop;
end
$$;

comment on procedure ph_support.create_release_guards(text) is
	'makes the trigger functions and triggers of the tables of releases';

create procedure ph_support.create_release_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	-- not before it is on record for good: who asks cannot take the answer and roll the record back
	mine constant text := format('written_by is distinct from pg_current_xact_id_if_assigned() and (
		audience = ''public'' or audience = any (array(
			select rolname::text from pg_roles where pg_has_role(oid, ''usage'')))
		or (select has_table_privilege(%L::regclass, ''select'')))', format('%I.release_head', schema));
begin
	for part in select * from ph_support.release_table() loop
		target := format('%I.%I', schema, part.relation);
		if to_regclass(target) is null then
			execute format('create table %s (%s)', target, ph_support.in_schema(part.definition, schema));
			call ph_support.describe_table(target, part.description, part.columns);
		end if;
	end loop;
	execute ph_support.in_schema('create index if not exists release_of_measure
		on {release} (measure, period_kind, first_day, breakdown)', schema);
	execute ph_support.in_schema(
		'insert into {release_head} values (true, 0, repeat(''0'', 64)) on conflict do nothing', schema);
	call ph_support.create_release_guards(schema);
	-- whom a release is for sees it, who may read the head of the chain all of them
	if not exists (select from pg_policy where polrelid = format('%I.release', schema)::regclass) then
		execute ph_support.in_schema('alter table {release} enable row level security', schema);
		execute ph_support.in_schema(format('create policy audience on {release} for select using (%s)', mine), schema);
		execute ph_support.in_schema('alter table {released_row} enable row level security', schema);
		execute ph_support.in_schema('create policy audience on {released_row} for select using (
			exists (select from {release} r where r.release = released_row.release))', schema);
	end if;
end
$$;

comment on procedure ph_support.create_release_tables(text) is
	'makes the tables release, release_head and released_row with what guards them: rows are only added';

create function ph_support.require_release_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.released_row', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of releases'
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes them.';
	end if;
end
$$;

comment on function ph_support.require_release_tables(text) is
	'does nothing where the schema has the tables of releases. Errors: undefined_table';

create function ph_support.released_rows_hash(schema text, release bigint) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	hash text;
begin
	execute format(
		'select encode(sha256(convert_to(coalesce(string_agg(
				(to_jsonb(r) - ''release'')::text, chr(10) order by r.level collate "C", r.place_id collate "C",
					r.group_name collate "C"), ''''), ''UTF8'')), ''hex'')
		from %I.released_row r
		where r.release = $1', schema)
	into hash
	using release;
	return hash;
end
$$;

comment on function ph_support.released_rows_hash(text, bigint) is
	'SHA-256 of the rows of a release, as text that no setting changes';

create function ph.verify_releases(schema text, count bigint default null, hash text default null)
returns table (release bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_release_tables(schema);
	if num_nulls(count, hash) = 1 then
		raise exception 'arguments "count" and "hash" must be given together'
			using errcode = 'null_value_not_allowed', hint = 'Both stand in every export.';
	end if;
	return query execute format(
		$query$
			with chain as (
				select r.release, r.record, r.hash, r.previous_hash,
					lag(r.release, 1, 0::bigint) over o as before, lag(r.hash, 1, repeat('0', 64)) over o as before_hash
				from %1$I.release r
				window o as (order by r.release)
			)
			select c.release, p.problem
			from chain c,
				lateral (
					values
						('a release before it is missing', c.release <> c.before + 1),
						('it does not follow the release before it', c.previous_hash <> c.before_hash),
						('its record was changed',
						 c.hash <> encode(sha256(convert_to(c.previous_hash || c.record::text, 'UTF8')), 'hex')
							or (c.record ->> 'release')::bigint is distinct from c.release),
						('its rows were changed', c.record ->> 'rows_hash'
							<> ph_support.released_rows_hash($1, coalesce((c.record ->> 'same_as')::bigint, c.release)))
				) p (problem, found)
			where p.found
			union all
			select h.count, 'the chain does not end where its head says'
			from %1$I.release_head h
			where not exists (
				select
				from (
					select coalesce(max(c.release), 0), coalesce((array_agg(c.hash order by c.release desc))[1],
						repeat('0', 64))
					from chain c
				) last (release, hash)
				where (last.release, last.hash) = (h.count, h.hash))
			union all
			select $2, 'the release that was exported is not in the chain'
			where $2 is not null and $3 is distinct from case when $2 = 0 then repeat('0', 64)
				else (select c.hash from chain c where c.release = $2) end
			order by 1, 2
		$query$, schema)
	using schema, count, hash;
end
$$;

comment on function ph.verify_releases(text, bigint, text) is
	'what is wrong with the chain of releases of the schema, no rows where nothing is: a release that is missing, a '
	'record, a row or an order that was changed; count and hash, as an export printed them: whether what was exported '
	'is still in it, which whoever owns the tables cannot feign. Errors: undefined_table, null_value_not_allowed';

create function ph.release_export(schema text, release bigint) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	exported jsonb;
begin
	perform ph_support.require_release_tables(schema);
	execute format(
		$query$
			select jsonb_build_object(
				'format', 'population_health release 1',
				'record', r.record,
				'previous_hash', r.previous_hash,
				'hash', r.hash,
				'rows', (
					select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(s) - 'release')
						order by s.level collate "C", s.place_id collate "C", s.group_name collate "C"), '[]')
					from %1$I.released_row s
					where s.release = coalesce((r.record ->> 'same_as')::bigint, r.release)),
				'chain', (select jsonb_build_object('count', h.count, 'hash', h.hash) from %1$I.release_head h))
			from %1$I.release r
			where r.release = $1
		$query$, schema)
	into exported
	using release;
	if exported is null then
		raise exception 'argument "release" must be the number of a release'
			using errcode = 'no_data_found', hint = format('SELECT release, measure FROM %I.release.', schema);
	end if;
	return exported;
end
$$;

comment on function ph.release_export(text, bigint) is
	'a release as JSON: its record, its rows, its hash and the one before, and the head of the chain, count and hash, '
	'which ph.verify_releases takes; docs/disclosure.md says what each field is. '
	'Errors: undefined_table, no_data_found';

create type ph_support.release_order as (
	schema text, rule ph.disclosure_rule, rule_name text, audience text, purpose text, collisions text, kind text,
	before bigint);

comment on type ph_support.release_order is 'what is asked of a release, beside what it is of';

comment on column ph_support.release_order.schema is 'the schema';

comment on column ph_support.release_order.rule is 'the rule of disclosure';

comment on column ph_support.release_order.rule_name is 'the rule as it was asked for';

comment on column ph_support.release_order.audience is 'public, or the role that it is for';

comment on column ph_support.release_order.purpose is 'purpose for which the people may be used';

comment on column ph_support.release_order.collisions is
	'what to do with a number that would isolate people beside an earlier release: refuse or hide';

comment on column ph_support.release_order.kind is 'table, or tabulation';

comment on column ph_support.release_order.before is
	'only releases before this one were earlier; NULL: all that there are';

create function ph_support.is_primary(n bigint, rule ph.disclosure_rule) returns boolean
language sql immutable parallel safe
return n between case when rule.zero_shown then 1 else 0 end and rule.threshold;

comment on function ph_support.is_primary(bigint, ph.disclosure_rule) is 'whether a rule hides a count by itself';

create function ph_support.is_small(people bigint, with_event bigint, without_event bigint, rule ph.disclosure_rule)
returns boolean
language sql immutable parallel safe
return ph_support.is_primary(people, rule) or ph_support.is_primary(with_event, rule)
	or without_event between 1 and (rule).threshold;

comment on function ph_support.is_small(bigint, bigint, bigint, ph.disclosure_rule) is
	'whether a rule hides a row for one of its counts; nobody without an event is nobody, and is no reason';

create function ph_support.ladder_levels(
	schema text, out level text, out ladder text, out column_name text, out places bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select distinct on (l.level) l.level, r.ladder, a.attname::text,
			(select count(*) from %1$I.measure_place p where p.level = l.level)
		from ph_support.folded_levels($1) l
		cross join (values (''place_ladder'', ''small_area''), (''practice_ladder'', ''practice'')) r (ladder, base)
		left join pg_attribute a on a.attrelid = format(''%%I.%%I'', $1, r.ladder)::regclass and a.attnum > 0
			and a.attname = case when l.level = r.base then r.base else lower(l.place_kind collate "C") end
		order by l.level, a.attname is null, r.ladder', schema)
	using schema;
end
$$;

comment on function ph_support.ladder_levels(text) is
	'the levels of measures, each with the ladder and its column that tell of its places, those of residence first, '
	'and how many places it has';

create function ph_support.is_nested(schema text, ladder text, inner_column text, outer_column text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	nested boolean;
begin
	execute format('select not exists (select from %I.%I group by %I having count(distinct %I) > 1)', schema, ladder,
		inner_column, outer_column)
	into nested;
	return nested;
end
$$;

comment on function ph_support.is_nested(text, text, text, text) is
	'whether each place of one column of a ladder lies in at most one of another';

create type ph_support.hierarchy as (ladder text, levels text[], column_names text[]);

comment on type ph_support.hierarchy is 'levels of place of which each lies in the one before';

comment on column ph_support.hierarchy.ladder is 'the view that says what lies in what';

comment on column ph_support.hierarchy.levels is 'the levels, from the whole system down';

comment on column ph_support.hierarchy.column_names is 'their columns in the view; NULL where it has none';

create function ph_support.hierarchies(schema text, levels text[]) returns ph_support.hierarchy[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	system_column text;
	ways ph_support.hierarchy[] := '{}';
	h ph_support.hierarchy;
	fits boolean;
begin
	for part in
		select *
		from ph_support.ladder_levels(schema) l
		where l.level = 'system' or l.level = any (levels)
		order by l.level <> 'system', l.places, l.level
	loop
		if part.level = 'system' then
			system_column := part.column_name;
			continue;
		end if;
		fits := false;
		for i in 1 .. cardinality(ways) loop
			h := ways[i];
			fits := h.ladder = part.ladder and part.column_name is not null and ph_support.is_nested(
				schema, h.ladder, part.column_name, h.column_names[cardinality(h.column_names)]);
			if fits then
				ways[i] := row(h.ladder, h.levels || part.level, h.column_names || part.column_name);
				exit;
			end if;
		end loop;
		if not fits then
			ways := ways || row(
				part.ladder, array['system', part.level], array[system_column, part.column_name])::ph_support.hierarchy;
		end if;
	end loop;
	if ways = '{}' then
		ways := array[row('place_ladder', array['system'], array[system_column])::ph_support.hierarchy];
	end if;
	return ways;
end
$$;

comment on function ph_support.hierarchies(text, text[]) is
	'the levels as hierarchies, each of levels that lie in each other, from the system down: one where all do';

create function ph_support.parent_expression(schema text, h ph_support.hierarchy, no integer) returns text
language sql stable
begin atomic
	-- the nearest larger place that is known; of no known system it is the unknown one
	select format('coalesce(%s)', string_agg(part.expression, ', ' order by part.no desc))
	from (
		select i as no, format('%L || min(l.%I)::text', h.levels[i] || chr(31), h.column_names[i]) as expression
		from generate_series(1, least(no - 1, coalesce(cardinality(h.levels), 0))) i
		where h.column_names[i] is not null
		union all
		select 0, quote_literal('system' || chr(31) || coalesce((
			select min(ph_support.only_place(schema, lower(l.place_kind collate "C")))
			from ph_support.folded_levels(schema) l
			where l.level = 'system'), 'unknown'))
	) part;
end;

comment on function ph_support.parent_expression(text, ph_support.hierarchy, integer) is
	'the key of the place in which the places of a level of a hierarchy lie, as an expression over rows l of its '
	'ladder';

create procedure ph_support.collect_places(schema text, h ph_support.hierarchy)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_place;
	create temp table ph_place (no integer, level text, place_id text, key text, parent text) on commit drop;
	for i in 1 .. cardinality(h.levels) loop
		-- who is in no known place is counted in the larger one only
		execute format(
			'insert into ph_place
			select $1, p.level, p.place_id, p.level || chr(31) || p.place_id, %s
			from %I.measure_place p
			left join %I.%I l on %s
			where p.level = $2 and (p.place_id <> ''unknown'' or $1 = 1)
			group by p.level, p.place_id',
			case when i = 1 then '''all''' else ph_support.parent_expression(schema, h, i) end,
			schema, schema, h.ladder,
			case when i = 1 or h.column_names[i] is null then 'false'
				else format('l.%I::text = p.place_id', h.column_names[i]) end)
		using i, h.levels[i];
	end loop;
	analyze ph_place;
end
$$;

comment on procedure ph_support.collect_places(text, ph_support.hierarchy) is
	'fills pg_temp.ph_place with the places of a hierarchy, each with the place in which it lies';

create procedure ph_support.collect_tallies(o ph_support.release_order, f jsonb, deepest integer, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_tally;
	-- all places by all groups, so that a group that nobody is in is not told from one that is hidden
	execute format(
		$query$
			create temp table ph_tally on commit drop as
			with known as (
				select level, place_id, group_name, people, coalesce(people_with_event, 0) as with_event
				from %I.measure_tally
				where measure = %L and version = %L and period_kind = %L and period = %L and breakdown = %L
			)
			select p.no, p.key, p.parent, g.group_name, coalesce(k.people, 0) as people,
				coalesce(k.with_event, 0) as with_event,
				-- that it is everybody is told of each of them: as if one were without, it is hidden
				case
					when not %L then 0
					when k.people > %s and k.people = k.with_event then 1
					else greatest(coalesce(k.people - k.with_event, 0), 0) end as without_event
			from pg_temp.ph_place p
			cross join (select distinct group_name from known) g
			left join known k using (level, place_id, group_name)
			where p.no <= %s
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', breakdown,
		f ->> 'indicator' = 'proportion', (o.rule).threshold, deepest);
	analyze ph_tally;
end
$$;

comment on procedure ph_support.collect_tallies(ph_support.release_order, jsonb, integer, text) is
	'fills pg_temp.ph_tally with the counts of the places of pg_temp.ph_place down to a level, by group; without_event '
	'of proportions only, where it is people too';

create procedure ph_support.collect_cells(o ph_support.release_order, f jsonb, deepest integer, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	call ph_support.collect_tallies(o, f, deepest, breakdown);
	drop table if exists pg_temp.ph_cell;
	create temp table ph_cell (
		no integer, key text, parent text, col text, people bigint, with_event bigint, without_event bigint,
		hidden boolean not null default false, fixed boolean not null default false,
		withheld boolean not null default false) on commit drop;
	insert into ph_cell
	select t.no, t.key, t.parent, t.group_name, t.people, t.with_event, t.without_event
	from pg_temp.ph_tally t
	where t.no = deepest;
	-- who moved counts in each place, so that parts may have more people than the whole: sums are made to add up, and
	-- what a place has beside its parts is a part of its own
	for level_no in reverse deepest - 1 .. 1 loop
		insert into ph_cell
		select beside.*
		from pg_temp.ph_tally t
		left join (
			select parent as key, col as group_name, sum(people)::bigint as people, sum(with_event)::bigint
				as with_event,
				sum(without_event)::bigint as without_event
			from pg_temp.ph_cell
			group by parent, col
		) parts using (key, group_name),
			lateral (
				values
					(level_no, t.key, t.parent, t.group_name, greatest(t.people, coalesce(parts.people, 0)),
					 greatest(t.with_event, coalesce(parts.with_event, 0)),
					 greatest(t.without_event, coalesce(parts.without_event, 0))),
					(0, 'rest of ' || t.key, t.key, t.group_name, greatest(t.people - coalesce(parts.people, 0), 0),
					 greatest(t.with_event - coalesce(parts.with_event, 0), 0),
					 greatest(t.without_event - coalesce(parts.without_event, 0), 0))
			) beside (no, key, parent, col, people, with_event, without_event)
		where t.no = level_no;
	end loop;
	delete from ph_cell c
	where c.no = 0 and not exists (
		select
		from pg_temp.ph_cell other
		where other.key = c.key and other.people + other.with_event + other.without_event > 0);
	-- the sum of all systems leaves nowhere
	insert into ph_cell (no, key, col, people, with_event, without_event, hidden)
	select -1, 'all', col, sum(people), sum(with_event), sum(without_event), true
	from pg_temp.ph_cell
	where no = 1
	group by col;
	if breakdown = 'all' then
		update ph_cell set col = '';
	else
		insert into ph_cell (no, key, parent, col, people, with_event, without_event, hidden)
		select no, key, parent, '', sum(people), sum(with_event), sum(without_event), no = -1
		from pg_temp.ph_cell
		group by no, key, parent;
	end if;
	create index on ph_cell (key, col);
	analyze ph_cell;
end
$$;

comment on procedure ph_support.collect_cells(ph_support.release_order, jsonb, integer, text) is
	'fills pg_temp.ph_cell with the counts of a breakdown (all: of whole places) down to a level of pg_temp.ph_place, '
	'so that they add up: what a place has beside its parts is a row of its own; col is empty for the total of a row';

create procedure ph_support.fix_cells(o ph_support.release_order, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	with standing as (
		select c.key, c.col, c.no,
			-- what the rule hides by itself, of the sum that adds up and of the place as it is; what was hidden before
			ph_support.is_small(c.people, c.with_event, c.without_event, o.rule)
				or coalesce(ph_support.is_small(t.people, t.with_event, t.without_event, o.rule), false)
				or coalesce(not d.shown, false) as hidden,
			coalesce(d.shown and d.binding, false) as fixed, coalesce(d.withheld, false) as withheld
		from pg_temp.ph_cell c
		left join pg_temp.ph_tally t on t.key = c.key
			and t.group_name = case when breakdown = 'all' then 'all' else c.col end
		left join pg_temp.ph_decided d on d.key = c.key and d.col = c.col
			and d.breakdown = case when c.col = '' then 'all' else fix_cells.breakdown end
	), whole as (
		-- where the total is hidden the whole row is
		-- what is withheld may have been shown before
		select key, col, fixed, bool_or(withheld) over cell as withheld,
			bool_or(hidden) over cell or bool_or(hidden and col = '' and no > 0) over (partition by key) as hidden
		from standing
		window cell as (partition by key, col)
	)
	update ph_cell c
	set hidden = c.hidden or w.hidden, fixed = w.fixed and not (c.hidden or w.hidden), withheld = w.withheld
	from whole w
	where w.key = c.key and w.col = c.col and (w.hidden or w.fixed);
end
$$;

comment on procedure ph_support.fix_cells(ph_support.release_order, text) is
	'marks in pg_temp.ph_cell what is hidden by itself, and what earlier decisions hide or show';

create function ph_support.counts_to_protect(rule ph.disclosure_rule) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(
		select n.counted
		from pg_temp.ph_cell c,
			lateral (
				values
					('people', c.withheld or ph_support.is_primary(c.people, rule)),
					('with_event', c.withheld or ph_support.is_primary(c.with_event, rule)),
					('without_event', c.without_event between 1 and rule.threshold)
			) n (counted, is_small)
		where c.no >= 0
		group by n.counted
		having bool_or(n.is_small)
		order by n.counted);
end
$$;

comment on function ph_support.counts_to_protect(ph.disclosure_rule) is
	'the columns of pg_temp.ph_cell in which a rule hides a count by itself, or one is withheld; the others say '
	'nothing of few people';

create function ph_support.hide_beside_withheld(rule ph.disclosure_rule) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	counted text;
	more bigint;
	hidden_more boolean := false;
begin
	if not exists (select from pg_temp.ph_cell where withheld) then
		return false;
	end if;
	foreach counted in array '{people,with_event}'::text[] loop
		execute format(
			$query$
				with attacked as (
					select *, ph_support.attack_up_to(%1$I, not hidden, key, nullif(col, ''), parent, false,
							case when withheld then %1$I + $1 + 1 end) over () as span
					from pg_temp.ph_cell
				), beside as (
					select distinct on (a.key, a.col) c.key, c.col
					from attacked a
					join pg_temp.ph_cell c on c.no > 0 and not c.hidden and not c.fixed and c.%1$I > 0
						and (c.col = a.col and (c.parent = a.key or c.parent = a.parent)
							or c.key = a.key and c.col <> '' and a.col <> '')
					where a.withheld and upper(a.span) - 1 - lower(a.span) <= $1
						-- what its other periods tell cannot hide anything
						and not exists (
							select
							from pg_temp.ph_period e
							where e.key = c.key and e.col = c.col
							having bool_and(e.shown) and count(distinct (e.period_kind, e.first_day)) > 1)
					order by a.key, a.col, c.%1$I, c.key, c.col
				)
				update pg_temp.ph_cell c
				set hidden = true
				from beside b
				where (b.key, b.col) = (c.key, c.col)
			$query$, counted)
		using rule.threshold;
		get diagnostics more = row_count;
		hidden_more := hidden_more or more > 0;
	end loop;
	return hidden_more;
end
$$;

comment on function ph_support.hide_beside_withheld(ph.disclosure_rule) is
	'hides in pg_temp.ph_cell, beside each withheld count that can be told, the smallest part, neighbour or group that '
	'may be hidden: whether there was one';

create procedure ph_support.protect_cells(o ph_support.release_order)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	counted text;
	more bigint;
	hidden_more boolean := true;
begin
	-- a row leaves or stays as a whole: what one count hides is hidden of the others too, until none hides more
	while hidden_more loop
		hidden_more := false;
		foreach counted in array ph_support.counts_to_protect(o.rule) loop
			execute format(
				'create temp table ph_shown on commit drop as
				select key, col, ph_support.protect_fixed(%I, key, nullif(col, ''''), parent, %s, fixed, $1, ''range'')
					over () as shown
				from pg_temp.ph_cell', counted,
				-- a place that is hidden for its few people has some
				case when counted = 'people' then 'hidden and not (col = '''' and people between 1 and $2)'
					else 'hidden' end)
			using o.rule_name, (o.rule).threshold;
			update ph_cell c
			set hidden = true
			from pg_temp.ph_shown s
			where s.key = c.key and s.col = c.col and not s.shown and not c.hidden;
			get diagnostics more = row_count;
			hidden_more := hidden_more or more > 0;
			drop table ph_shown;
		end loop;
		hidden_more := hidden_more or ph_support.hide_beside_withheld(o.rule);
	end loop;
end
$$;

comment on procedure ph_support.protect_cells(ph_support.release_order) is
	'hides more cells of pg_temp.ph_cell until nobody who knows the others can tell what a hidden count is';

create function ph_support.verified(rule ph.disclosure_rule) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted text;
	attacked jsonb;
	verified jsonb := '{}';
begin
	-- what is hidden may be 0 to who attacks, since a row is hidden for any of its counts
	foreach counted in array ph_support.counts_to_protect(rule) loop
		execute format(
			$query$
				select jsonb_build_object(
					'hidden', count(*) filter (where hidden),
					'primary', count(*) filter (where hidden and n between 1 and $1),
					'narrowest', min(upper(span) - 1 - lower(span)) filter (where hidden and n between 1 and $1),
					-- of what has parts, the least that it can be is more
					'known', count(*) filter (where hidden and n between 1 and $1
						and (upper(span) <= $2 or lower(span) > 1 and is_part)
						or withheld and upper(span) - 1 - lower(span) <= $1))
				from (
					select %1$I as n, hidden, withheld, no, (no = max(no) over () or no = 0)
						and (col <> '' or max(col) over () = '') as is_part,
						ph_support.attack_up_to(%1$I, not hidden, key, nullif(col, ''), parent, false,
							case
								when withheld then %1$I + $1 + 1
								when hidden and %1$I between 1 and $1 then $2 end) over () as span
					from pg_temp.ph_cell
				) attacked
				where no >= 0
			$query$, counted)
		into attacked
		using rule.threshold, rule.protect_upper;
		if (attacked ->> 'known')::bigint > 0 then
			raise exception 'the verifier found % hidden counts that can be told', attacked ->> 'known'
				using errcode = 'object_not_in_prerequisite_state';
		end if;
		verified := verified || jsonb_build_object(counted, attacked - 'known');
	end loop;
	return verified;
end
$$;

comment on function ph_support.verified(ph.disclosure_rule) is
	'what who attacks pg_temp.ph_cell can tell of it: counts hidden, those that the rule hides by itself, and the '
	'width of the narrowest limits of one. Errors: object_not_in_prerequisite_state where one can be told';

create procedure ph_support.hide_together(together text, from_level integer)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	-- zeros too, so that they may be anything to who attacks
	update ph_cell c
	set hidden = true, fixed = false
	where c.no >= from_level and c.col <> '' and not c.hidden and exists (
		select
		from pg_temp.ph_cell other
		where other.col <> '' and other.hidden and other.no >= from_level
			and (other.key = c.key or together = 'parts' and other.parent = c.parent));
end
$$;

comment on procedure ph_support.hide_together(text, integer) is
	'hides in pg_temp.ph_cell, from a level down, all groups of each place (rows) or of all places that lie in one '
	'with it (parts) of which one is hidden';

create function ph_support.decide_level(
	o ph_support.release_order, f jsonb, breakdown text, from_level integer, level_no integer, out verified jsonb,
	out fault text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	together text;
begin
	-- first as few cells as it takes, then more
	foreach together in array array['cells', 'rows', 'parts'] loop
		begin
			call ph_support.collect_cells(o, f, level_no, breakdown);
			call ph_support.fix_cells(o, breakdown);
			if together <> 'cells' then
				call ph_support.hide_together(together, from_level);
			end if;
			call ph_support.protect_cells(o);
			verified := ph_support.verified(o.rule);
			fault := null;
			return;
		exception when object_not_in_prerequisite_state then
			fault := sqlerrm;
			exit when breakdown = 'all';
		end;
	end loop;
end
$$;

comment on function ph_support.decide_level(ph_support.release_order, jsonb, text, integer, integer) is
	'fills pg_temp.ph_cell with a breakdown down to a level, protected: what the verifier says, or why it could not '
	'be; where few cells do not suffice, whole rows from from_level down are hidden, then all places of one larger '
	'place';

create function ph_support.decide(
	o ph_support.release_order, f jsonb, h ph_support.hierarchy, breakdown text, deepest integer, out reached integer,
	out verified jsonb, out fault text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	-- of which place a group is made of is known to all: its totals are parts of the larger places' groups
	of_places constant boolean := ph_support.is_of_places(o.schema, breakdown) and h.ladder = 'place_ladder';
	level_no integer := case when of_places then deepest else 1 end;
	decided record;
begin
	reached := 0;
	while level_no <= deepest loop
		select *
		into decided
		from ph_support.decide_level(o, f, breakdown, case when of_places then 1 else level_no end, level_no);
		if decided.fault is not null then
			fault := format('%s: %s', h.levels[level_no], decided.fault);
			exit;
		end if;
		verified := decided.verified;
		delete from ph_decided d
		using pg_temp.ph_cell c
		where c.no between reached + 1 and level_no and d.breakdown = decide.breakdown and d.key = c.key
			and d.col = c.col;
		insert into ph_decided
		select decide.breakdown, key, col, not hidden, true, withheld
		from pg_temp.ph_cell
		where no between reached + 1 and level_no and (col <> '' or decide.breakdown = 'all');
		reached := level_no;
		level_no := level_no + 1;
	end loop;
end
$$;

comment on function ph_support.decide(
	ph_support.release_order, jsonb, ph_support.hierarchy, text, integer) is
	'decides in pg_temp.ph_decided what of a breakdown is shown, level by level from the largest places down, or at '
	'all levels together where groups are of small areas: the level that could be protected, what the verifier says of '
	'it, why the next could not be';

create function ph_support.is_of_places(schema text, breakdown text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	of_places boolean;
begin
	execute format(
		'select bool_or(expression ~ ''\ms[.](deprivation|small_area|place|system)'')
		from %I.breakdown
		where breakdown = any (regexp_split_to_array($1, '' by ''))', schema)
	into of_places
	using breakdown;
	return coalesce(of_places, false);
end
$$;

comment on function ph_support.is_of_places(text, text) is
	'whether the groups of a breakdown, or of one of a pair, are groups of small areas, as fifths of deprivation are';

create procedure ph_support.recall_releases(o ph_support.release_order, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	other record;
begin
	drop table if exists pg_temp.ph_earlier, pg_temp.ph_decided;
	execute format(
		$query$
			create temp table ph_earlier on commit drop as
			select r.release, r.breakdown, r.rule, r.record ->> 'data_stamp' as stamp, s.level, s.place_id,
				s.group_name,
				s.shown
			from %1$I.release r
			join %1$I.released_row s using (release)
			where r.measure = %2$L and r.version = %3$L and r.period_kind = %4$L and r.first_day = %5$L
				and (%6$L::bigint is null or r.release < %6$L::bigint)
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', o.before);
	select release, rule into other from pg_temp.ph_earlier where rule <> (o.rule).rule limit 1;
	if found then
		raise exception 'release % of measure "%" went by the rule %', other.release, f ->> 'measure', other.rule
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Two rules over the same numbers tell more than either: go by the same rule.';
	end if;
	create temp table ph_decided (
		breakdown text, key text, col text, shown boolean, binding boolean, withheld boolean) on commit drop;
	-- what was hidden stays so, what was shown stays so as long as the data are the same
	insert into ph_decided
	select breakdown, level || chr(31) || place_id, case when breakdown = 'all' then '' else group_name end,
		bool_and(shown), bool_and(stamp is not distinct from f ->> 'data_stamp'), false
	from pg_temp.ph_earlier
	group by 1, 2, 3;
	create index on ph_decided (key, col);
end
$$;

comment on procedure ph_support.recall_releases(ph_support.release_order, jsonb) is
	'fills pg_temp.ph_decided with what earlier releases of the measure and period showed and hid. '
	'Errors: object_not_in_prerequisite_state where they went by another rule';

create function ph_support.recalled_levels() returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select distinct level from pg_temp.ph_earlier);
end
$$;

comment on function ph_support.recalled_levels() is
	'the levels of which pg_temp.ph_earlier tells';

create function ph_support.recalled_breakdowns_of_places(schema text, besides text[]) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(
		select distinct breakdown
		from pg_temp.ph_earlier
		where breakdown <> all (besides) and ph_support.is_of_places(schema, breakdown));
end
$$;

comment on function ph_support.recalled_breakdowns_of_places(text, text[]) is
	'breakdowns by groups of small areas of which pg_temp.ph_earlier tells, beside those that are named';

create procedure ph_support.require_recalled(f jsonb, reached jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	earlier record;
begin
	select e.release, e.breakdown, e.level
	into earlier
	from pg_temp.ph_earlier e
	where not (reached -> e.breakdown ? e.level)
	order by e.release, e.level
	limit 1;
	if found then
		raise exception 'measure "%" cannot leave at these levels beside release %, which is by % at %',
			f ->> 'measure', earlier.release, earlier.breakdown, earlier.level
			using errcode = 'object_not_in_prerequisite_state', hint =
				'The new numbers would tell what it hides: release larger places first, or all levels together.';
	end if;
end
$$;

comment on procedure ph_support.require_recalled(jsonb, jsonb) is
	'does nothing where what left before, of the breakdowns that are decided, stays protected beside new levels. '
	'Errors: object_not_in_prerequisite_state, with the release';

create procedure ph_support.require_separate_breakdowns(o ph_support.release_order, f jsonb, breakdowns text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	clash record;
begin
	if ph_support.rule_rounds(o.rule) then
		return;
	end if;
	select p.breakdown as pair, s.breakdown as single, s.release
	into clash
	from (
		select b as breakdown, null::bigint as release from unnest(breakdowns) b
		union select breakdown, release from pg_temp.ph_earlier
	) p
	join (
		select b as breakdown, null::bigint as release from unnest(breakdowns) b
		union select breakdown, release from pg_temp.ph_earlier
	) s on s.breakdown <> p.breakdown
		and regexp_split_to_array(s.breakdown, ' by ') && regexp_split_to_array(p.breakdown, ' by ')
	order by position(' by ' in p.breakdown) = 0, s.release, p.breakdown, s.breakdown
	limit 1;
	if found then
		raise exception 'measure "%" cannot leave by "%" and by "%"%', f ->> 'measure', clash.pair, clash.single,
			coalesce(' of release ' || clash.release, '')
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Each tells sums of groups of the other: release one of them, or by a rule that rounds.';
	end if;
end
$$;

comment on procedure ph_support.require_separate_breakdowns(ph_support.release_order, jsonb, text[]) is
	'does nothing where no pair of breakdowns leaves beside one of its own, or beside another pair with one of them. '
	'Errors: object_not_in_prerequisite_state';

create procedure ph_support.collect_periods(o ph_support.release_order, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_period;
	-- of what overlaps the period, and what longer ones that hold it are made of, the latest that left
	execute format(
		$query$
			create temp table ph_period on commit drop as
			with release as (
				select r.release, r.version, r.period_kind, r.first_day::date as first_day,
					(r.record ->> 'last_day')::date as last_day, r.breakdown, r.record ->> 'folded_at' as folded_at
				from %1$I.release r
				where r.measure = %2$L and r.record ->> 'same_as' is null
					and (%3$L::bigint is null or r.release < %3$L::bigint)
			), cell as (
				select r.*, s.level || chr(31) || s.place_id as key,
					case when r.breakdown = 'all' then '' else s.group_name end as col, s.shown, s.people, s.numerator
				from release r
				join %1$I.released_row s using (release)
				where exists (
					select
					from release whole
					where whole.first_day <= least(r.first_day, $1) and whole.last_day >= greatest(r.last_day, $2))
					or r.first_day >= $1 and r.last_day <= $2
			)
			select distinct on (version, period_kind, first_day, breakdown, key, col) *
			from (
				select *, false as is_told from cell
				union all
				-- groups that all left tell the events of their place
				select release, version, period_kind, first_day, last_day, 'all', folded_at, key, '', true, null,
					sum(numerator), true
				from cell
				where breakdown <> 'all'
				group by release, version, period_kind, first_day, last_day, folded_at, key
				having bool_and(shown)
			) known
			order by version, period_kind, first_day, breakdown, key, col, folded_at desc, is_told, release desc
		$query$, o.schema, f ->> 'measure', o.before)
	using (f ->> 'period')::date, (f ->> 'last_day')::date;
	analyze ph_period;
end
$$;

comment on procedure ph_support.collect_periods(ph_support.release_order, jsonb) is
	'fills pg_temp.ph_period with the cells that left before of the measure, of all versions, in this period, in parts '
	'of it, and in longer ones that hold it with their parts';

create function ph_support.telling_periods(f jsonb)
returns table (breakdown text, key text, col text, release bigint, is_told boolean)
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
	-- a period and all its parts: where all but one leave, the one is told too
	with cell as (
		select e.breakdown, e.key, e.col, e.period_kind, e.first_day, e.last_day, e.shown, e.release, false as is_new
		from pg_temp.ph_period e
		where e.version = f ->> 'version' and (e.period_kind, e.first_day) <> (f ->> 'period_kind',
			(f ->> 'period')::date)
		union all
		select d.breakdown, d.key, d.col, f ->> 'period_kind', (f ->> 'period')::date, (f ->> 'last_day')::date,
			d.shown,
			null, true
		from pg_temp.ph_decided d
		-- what left of it before is known anyhow, and is not what it is now
		where d.shown or not exists (
			select
			from pg_temp.ph_period e
			where (e.breakdown, e.key, e.col) = (d.breakdown, d.key, d.col) and e.shown
				and (e.period_kind, e.first_day) = (f ->> 'period_kind', (f ->> 'period')::date))
	)
	select w.breakdown, w.key, w.col, coalesce(max(p.release), w.release),
		w.is_new and not w.shown or bool_or(p.is_new and not p.shown)
	from cell w
	join cell p using (breakdown, key, col)
	where exists (select from pg_temp.ph_period)
		and f ->> 'of' = 'events' and f ->> 'indicator' <> 'proportion'  -- people do not add up over periods
		and p.first_day >= w.first_day and p.last_day <= w.last_day and (p.first_day, p.last_day) <> (w.first_day,
			w.last_day)
	group by w.breakdown, w.key, w.col, w.period_kind, w.first_day, w.last_day, w.shown, w.release, w.is_new,
		p.period_kind
	having sum(p.last_day - p.first_day + 1) = w.last_day - w.first_day + 1
		and count(*) filter (where not p.shown) + (not w.shown)::integer = 1 and (w.is_new or bool_or(p.is_new))
$$;

comment on function ph_support.telling_periods(jsonb) is
	'cells of a period and its parts of which all but one are shown, so that the one is told by the others: with a '
	'release that is among them, and whether the one is of the fold that is to be released';

create function ph_support.isolating_cells(o ph_support.release_order, f jsonb)
returns table (breakdown text, key text, col text, release bigint, how text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.rule_rounds(o.rule) then
		return;  -- a difference of rounded numbers isolates nobody
	end if;
	return query execute format(
		$query$
			with shown as (
				select d.breakdown, d.key, d.col, t.people::float8 as people, t.numerator,
					-- of sums that do not count events, as many as so many people would make
					case
						when %7$L then $1
						else $1 * abs(t.numerator) / nullif(t.people_with_event, 0) end as few
				from pg_temp.ph_decided d
				join %1$I.measure_tally t on t.measure = %2$L and t.version = %3$L and t.period_kind = %4$L
					and t.period = %5$L and t.breakdown = d.breakdown
					and t.level || chr(31) || t.place_id = d.key
					and t.group_name = case when d.breakdown = 'all' then 'all' else d.col end
				where d.shown
			), parts as (
				-- all that left of shorter periods of one kind within this one, and of this one within longer ones
				select s.breakdown, s.key, s.col, max(e.release) as release, s.numerator - sum(e.numerator) as events,
					s.few,
					'shorter periods of it' as how
				from shown s
				join pg_temp.ph_period e using (breakdown, key, col)
				where e.version = %3$L and e.shown and e.first_day >= %5$L and e.last_day <= %6$L
					and (e.first_day, e.last_day) <> (%5$L, %6$L)
				group by s.breakdown, s.key, s.col, s.numerator, s.few, e.period_kind
				union all
				select s.breakdown, s.key, s.col, max(l.release),
					l.numerator - s.numerator - coalesce(sum(e.numerator), 0), s.few, 'a longer period that holds it'
				from shown s
				join pg_temp.ph_period l using (breakdown, key, col)
				left join pg_temp.ph_period e on e.breakdown = s.breakdown and e.key = s.key and e.col = s.col
					and e.version = %3$L and e.shown and e.period_kind = %4$L and e.first_day <> %5$L
					and e.first_day >= l.first_day and e.last_day <= l.last_day
				where l.version = %3$L and l.shown and l.first_day <= %5$L and l.last_day >= %6$L
					and (l.first_day, l.last_day) <> (%5$L, %6$L)
				group by s.breakdown, s.key, s.col, s.numerator, s.few, l.period_kind, l.first_day, l.numerator
			)
			select s.breakdown, s.key, s.col, e.release, 'the same place and group'
			from shown s
			join pg_temp.ph_period e using (breakdown, key, col)
			where e.shown and (e.period_kind, e.first_day) = (%4$L, %5$L)
				and (abs(s.people - e.people) between 1 and $1 or abs(s.numerator - e.numerator) between 1e-9 and s.few)
			union all
			select breakdown, key, col, release, how from parts where abs(events) between 1e-9 and few
			union all
			select breakdown, key, col, release, 'periods that hold it or that it holds'
			from ph_support.telling_periods(%8$L)
			where not is_told
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', f ->> 'last_day',
		ph_support.counts_events(f ->> 'indicator'), f)
	using (o.rule).threshold;
end
$$;

comment on function ph_support.isolating_cells(ph_support.release_order, jsonb) is
	'the cells that are to be shown whose difference from what left before is as small a number as the rule hides: the '
	'same cell of another version or of other data, and parts of a period beside the whole of it; with the release '
	'that it collides with';

create function ph_support.leave_out_told(o ph_support.release_order, f jsonb, breakdowns text[]) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	told record;
	left_in text[] := breakdowns;
begin
	for told in
		select t.breakdown, max(t.release) as release, count(*) as cells
		from ph_support.telling_periods(f) t
		where t.is_told and not ph_support.rule_rounds(o.rule)
		group by t.breakdown
		order by t.breakdown
	loop
		if o.collisions = 'refuse' or told.breakdown = 'all' then
			raise exception 'what measure "%" hides by "%" would be told by release %', f ->> 'measure', told.breakdown,
				told.release
				using errcode = 'object_not_in_prerequisite_state',
					detail = format('Hidden counts that are what is left of a period without its other parts: %s.',
						told.cells),
					hint = 'Release less, or the longer period last, with collisions => ''hide''.';
		end if;
		raise warning 'measure "%" does not leave by "%": release % would tell what is hidden', f ->> 'measure',
			told.breakdown, told.release;
		delete from ph_decided d where d.breakdown = told.breakdown;
		left_in := array_remove(left_in, told.breakdown);
	end loop;
	return left_in;
end
$$;

comment on function ph_support.leave_out_told(ph_support.release_order, jsonb, text[]) is
	'the breakdowns of which no hidden count is told by what left of periods that hold this one or that it holds; with '
	'collisions => refuse, and where it is of whole places, an error: object_not_in_prerequisite_state, with the '
	'release';

create procedure ph_support.require_no_collision(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	collision record;
begin
	select *, count(*) over () as cells
	into collision
	from (
		select * from ph_support.isolating_cells(o, f)
		union all
		select * from ph_support.overlapping_cells(o, f, ways)
	) c
	order by release, key, col
	limit 1;
	if found then
		raise exception 'measure "%" would isolate people beside %', f ->> 'measure',
			coalesce('release ' || collision.release, 'its own places')
			using errcode = 'object_not_in_prerequisite_state',
				-- how many they are is not for who asks
				detail = format(
					'Counts whose difference from %s is as small as the rule hides, or tells what it hides%s.',
					collision.how, case when o.kind <> 'tabulation' then ': ' || collision.cells else '' end),
				hint = 'collisions => ''hide'' releases it without them.';
	end if;
end
$$;

comment on procedure ph_support.require_no_collision(
	ph_support.release_order, jsonb, ph_support.hierarchy[]) is
	'does nothing where nothing that is to be shown isolates people beside an earlier release. '
	'Errors: object_not_in_prerequisite_state, with the release';

create procedure ph_support.collect_areas(schema text, f jsonb, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	population text;
	query text;
begin
	execute format('select population from %I.measure where (measure, version) = ($1, $2)', schema)
	into population
	using f ->> 'measure', f ->> 'version';
	drop table if exists pg_temp.ph_area;
	-- the atoms that no place cuts: who lives in one small area and is registered with one practice
	select string_agg(format(
		'select distinct %L || %s::text as area, concat_ws(%L, s.small_area, s.practice) as atom
		from %s s%s
		where s.start_date <= %L and s.end_date > %6$L and %2$s is not null',
		l.level || chr(31), l.column_name, chr(31), ph_support.stay_relation(schema, population),
		ph_support.place_joins(schema, l.column_name), f ->> 'last_day'), ' union all ')
	into query
	from ph_support.folded_levels(schema) l
	where l.level = any (levels);
	execute 'create temp table ph_area on commit drop as ' || query;
	analyze ph_area;
end
$$;

comment on procedure ph_support.collect_areas(text, jsonb, text[]) is
	'fills pg_temp.ph_area with the places of levels as sets of atoms, on the last day of a period';

create function ph_support.overlapping_cells(o ph_support.release_order, f jsonb, ways ph_support.hierarchy[])
returns table (breakdown text, key text, col text, release bigint, how text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	levels constant text[] := array(select distinct l from unnest(ways) h, unnest(h.levels) l);
begin
	if cardinality(ways) < 2 or (o.rule).threshold = 0 then
		return;
	end if;
	call ph_support.collect_areas(o.schema, f, levels);
	drop table if exists pg_temp.ph_shown_area;
	execute format(
		'create temp table ph_shown_area on commit drop as
		select t.level || chr(31) || t.place_id as area, max(t.people) as people, max(e.release) as release
		from %I.measure_tally t
		left join pg_temp.ph_decided d on d.breakdown = ''all'' and d.key = t.level || chr(31) || t.place_id and d.shown
		left join pg_temp.ph_earlier e on e.breakdown = ''all'' and e.shown
			and (e.level, e.place_id) = (t.level, t.place_id)
		where (t.measure, t.version, t.period_kind, t.period) = ($1, $2, $3, $4) and t.breakdown = ''all''
			and coalesce(d.key, e.place_id) is not null
		group by 1', o.schema)
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	-- of the places that differ by few people one that is new is named
	return query
	select distinct on (d.larger, d.smaller) 'all', s.area, '', max(s.release) over one, 'places that overlap'
	from ph.isolating_differences(
		'select a.area, a.atom, s.people from pg_temp.ph_area a join pg_temp.ph_shown_area s using (area)',
		(o.rule).threshold) d
	join pg_temp.ph_shown_area s on s.area = d.larger or s.area = any (d.smaller)
	window one as (partition by d.larger, d.smaller)
	order by d.larger, d.smaller, s.release is not null, s.people, s.area;
end
$$;

comment on function ph_support.overlapping_cells(ph_support.release_order, jsonb, ph_support.hierarchy[]) is
	'where two hierarchies leave, now or before, one place of each that would differ from others that lie in it by as '
	'few people as the rule hides; with the latest release of the others';

create function ph_support.leaving(n float8, rule ph.disclosure_rule) returns float8
language sql immutable parallel safe
return case when ph_support.rule_rounds(rule) then ph_support.published_count(rule, round(n)::bigint) else n end;

comment on function ph_support.leaving(float8, ph.disclosure_rule) is
	'a number of a row that is shown, as its rule publishes it';

create procedure ph_support.collect_rows(o ph_support.release_order, f jsonb, breakdown text, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	rounds constant boolean := ph_support.rule_rounds(o.rule);
	of_parts constant boolean := f ->> 'indicator' in ('rate', 'proportion');
	-- years are rounded as so many people over the whole period
	whole constant float8 := case
		when rounds and f ->> 'of' = 'events' and f ->> 'indicator' <> 'proportion' and
			ph_support.counts_events(f ->> 'indicator')
		then ((f ->> 'last_day')::date - (f ->> 'period')::date + 1) / 365.25
		else 1 end;
begin
	drop table if exists pg_temp.ph_rows;
	execute format(
		$query$
			create temp table ph_rows on commit drop as
			select n.level, n.place_id, n.group_name, d.shown, e.value, case when $3 then e.lower end as lower,
				case when $3 then e.upper end as upper, p.numerator, p.denominator, p.people,
				case
					when d.breakdown <> 'all' and bool_and(d.shown) over place
						then sum(p.people) filter (where n.group_name <> 'unknown') over place
							/ nullif(sum(p.people) over place, 0) end as share_known,
				case when not $6 then t.shrunken_value end as shrunken_value,
				case when not $6 then t.shrunken_lower end as shrunken_lower,
				case when not $6 then t.shrunken_upper end as shrunken_upper,
				-- the word of a note, since what stands behind it counts
				case when d.shown then coalesce(split_part(e.note, ':', 1),
					case when t.people is null then 'no_data' end) else 'suppressed' end
					as note
			from pg_temp.ph_decided d
			cross join lateral (
				select split_part(d.key, chr(31), 1) as level, substr(d.key, position(chr(31) in d.key) + 1)
					as place_id,
					case when d.breakdown = 'all' then 'all' else d.col end as group_name
			) n
			left join (
				select *
				from %1$I.measure_tally
				where (measure, version, period_kind, period) = (%2$L, %3$L, %4$L, %5$L)
			) t on d.shown and t.breakdown = d.breakdown and t.level = n.level and t.place_id = n.place_id
				and t.group_name = n.group_name
			cross join lateral (
				select ph_support.leaving(coalesce(t.people, case when d.shown then 0 end), $1) as people,
					ph_support.leaving(t.numerator, $1) as numerator,
					ph_support.leaving(t.denominator / $7, $1) * $7 as denominator
			) p
			cross join lateral (
				select case when $2 and d.shown and p.numerator is not null and p.denominator is not null
					then ph.ask(%6$L,
					(select ph.count_tally(0, n, d) from (values (p.numerator, p.denominator)) v (n, d)),
					per => %7$L::float8) end as made
				offset 0
			) asked
			cross join lateral (
				-- what is made of parts is made of those that leave
				select case when $2 then (made).value else t.value end as value,
					case when $2 then (made).lower else t.lower end as lower,
					case when $2 then (made).upper else t.upper end as upper,
					case
						when not $2 then t.note
						when p.numerator is null or p.denominator is null then coalesce(t.note, 'suppressed')
						else coalesce((made).note, t.note) end as note
			) e
			where d.breakdown = $4 and n.level = any ($5)
			window place as (partition by n.level, n.place_id)
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', f ->> 'indicator',
		f ->> 'per')
	using o.rule, rounds and of_parts and (o.rule).rates = 'published',
		(o.rule).intervals = 'exact' or (o.rule).intervals = 'published' and of_parts, breakdown, levels, rounds, whole;
end
$$;

comment on procedure ph_support.collect_rows(ph_support.release_order, jsonb, text, text[]) is
	'fills pg_temp.ph_rows with the rows of a release: numbers by the rule where pg_temp.ph_decided shows them, none '
	'where it hides them';

create function ph_support.geography(schema text, levels text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	hash text;
begin
	execute format(
		'select encode(sha256(convert_to(string_agg(concat_ws('' '', level, place_id, place_kind, parent_level,
			parent_id), chr(10) order by level collate "C", place_id collate "C"), ''UTF8'')), ''hex'')
		from %I.measure_place
		where level = any ($1)', schema)
	into hash
	using levels;
	return hash;
end
$$;

comment on function ph_support.geography(text, text[]) is 'SHA-256 of the places of the levels and what they lie in';

create function ph_support.append_release(o ph_support.release_order, f jsonb, breakdown text, levels text[],
	more jsonb)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	number bigint;
	rows_hash constant text := (
		select encode(sha256(convert_to(coalesce(string_agg(to_jsonb(r)::text, chr(10) order by r.level collate "C",
			r.place_id collate "C", r.group_name collate "C"), ''), 'UTF8')), 'hex')
		from pg_temp.ph_rows r);
begin
	execute format('insert into %I.release (record) values ($1) returning release', o.schema)
	into number
	using f || more || jsonb_build_object(
		'kind', o.kind, 'breakdown', breakdown, 'levels', levels, 'rule', to_jsonb(o.rule),
		'rule_name', o.rule_name, 'strength', 'range',
		'audience', o.audience, 'collisions', o.collisions, 'geography', ph_support.geography(o.schema, levels),
		'role', session_user, 'acting_as', current_user, 'postgresql', current_setting('server_version'),
		'extension', (select extversion from pg_extension where extname = 'population_health'),
		'rows', (select count(*) from pg_temp.ph_rows),
		'rows_hidden', (select count(*) from pg_temp.ph_rows where not shown), 'rows_hash', rows_hash);
	execute format(
		'insert into %I.released_row (release, level, place_id, group_name, shown, value, lower, upper, numerator,
			denominator, people, share_known, shrunken_value, shrunken_lower, shrunken_upper, note)
		select $1, * from pg_temp.ph_rows', o.schema)
	using number;
	return number;
end
$$;

comment on function ph_support.append_release(ph_support.release_order, jsonb, text, text[], jsonb) is
	'appends pg_temp.ph_rows as a release, and gives its number';

create procedure ph_support.require_one_hierarchy(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	earlier record;
begin
	if cardinality(ways) < 2 or ph_support.rule_rounds(o.rule) then
		return;
	end if;
	select release, level into earlier from pg_temp.ph_earlier where level <> all (levels) order by release limit 1;
	raise exception 'places of % and of % do not lie in each other%', ways[1].levels[cardinality(ways[1].levels)],
		ways[2].levels[cardinality(ways[2].levels)],
		coalesce(format(', and release %s of measure "%s" has %s', earlier.release, f ->> 'measure', earlier.level), '')
		using errcode = 'object_not_in_prerequisite_state', hint =
			'Their differences would be of few people: release levels that lie in each other, or by a rule that '
			'rounds.';
end
$$;

comment on procedure ph_support.require_one_hierarchy(ph_support.release_order, jsonb, ph_support.hierarchy[],
	text[]) is
	'does nothing where all levels that leave, and left before, lie in each other, or the rule rounds. '
	'Errors: object_not_in_prerequisite_state, with the earlier release';

create function ph_support.decide_all(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], breakdowns text[], out verified jsonb,
	out left_out jsonb, out reached jsonb)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	h ph_support.hierarchy;
	part record;
	totals integer;
	breakdown text;
begin
	verified := '{}';
	left_out := '{}';
	reached := '{}';
	foreach h in array ways loop
		call ph_support.collect_places(o.schema, h);
		totals := cardinality(h.levels);
		foreach breakdown in array array['all'] || breakdowns loop
			select * into part from ph_support.decide(o, f, h, breakdown, totals);
			if breakdown = 'all' then
				totals := part.reached;
			end if;
			verified := verified || jsonb_build_object(breakdown,
				coalesce(verified -> breakdown, '[]') || jsonb_build_array(part.verified));
			reached := reached || jsonb_build_object(breakdown,
				coalesce(reached -> breakdown, '[]') || to_jsonb(h.levels[1 : part.reached]));
			if part.fault is not null then
				left_out := left_out || jsonb_build_object(breakdown, part.fault);
			end if;
		end loop;
	end loop;
end
$$;

comment on function ph_support.decide_all(ph_support.release_order, jsonb, ph_support.hierarchy[], text[]) is
	'decides what is shown of all breakdowns: what the verifier says, what could not be protected, levels that were '
	'reached, each by breakdown';

create procedure ph_support.release_fold(
	o ph_support.release_order, f jsonb, levels text[], breakdowns text[], inout released bigint[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	ways ph_support.hierarchy[];
	chosen text[];
	decided record;
	withheld jsonb := '[]';
	more jsonb;
	part text;
	of_part text[];
begin
	-- who releases at the same time waits
	execute format('lock table %I.release in share row exclusive mode', o.schema);
	released := '{}';
	loop
		call ph_support.recall_releases(o, f);
		ways := ph_support.hierarchies(o.schema, levels || ph_support.recalled_levels());
		call ph_support.require_one_hierarchy(o, f, ways, levels);
		call ph_support.require_separate_breakdowns(o, f, breakdowns);
		insert into ph_decided
		select w ->> 'breakdown', w ->> 'key', w ->> 'col', false, false, true
		from jsonb_array_elements(withheld) w;
		decided := ph_support.decide_all(o, f, ways, array_remove(
			breakdowns || ph_support.recalled_breakdowns_of_places(o.schema, breakdowns), 'all'));
		call ph_support.require_recalled(f, decided.reached);
		-- levels that left before stay until differences are looked for: sums of what leaves tell of them
		delete from ph_decided d where d.breakdown <> all (array['all'] || breakdowns);
		call ph_support.collect_periods(o, f);
		chosen := ph_support.leave_out_told(o, f, breakdowns);
		if o.collisions = 'refuse' then
			call ph_support.require_no_collision(o, f, ways);
			exit;
		end if;
		select coalesce(jsonb_agg(distinct to_jsonb(c) - 'release' - 'how'), '[]')
		into more
		from (
			select * from ph_support.isolating_cells(o, f)
			union all
			select * from ph_support.overlapping_cells(o, f, ways)
		) c;
		exit when more = '[]';
		if withheld @> more then  -- what must be shown cannot be hidden
			call ph_support.require_no_collision(o, f, ways);
		end if;
		withheld := withheld || more;
	end loop;
	foreach part in array chosen loop
		of_part := array(
			select l from unnest(levels) l where decided.reached -> part ? l);
		continue when of_part = '{}';
		call ph_support.collect_rows(o, f, part, of_part);
		released := released || ph_support.append_release(o, f, part, of_part, jsonb_build_object(
			'verified', decided.verified -> part, 'left_out', decided.left_out -> part, 'hierarchies', to_jsonb(ways),
			'withheld', (
				select count(*)
				from jsonb_array_elements(withheld) w
				where w ->> 'breakdown' = part and split_part(w ->> 'key', chr(31), 1) = any (of_part))));
	end loop;
	drop table if exists pg_temp.ph_place, pg_temp.ph_tally, pg_temp.ph_cell, pg_temp.ph_decided, pg_temp.ph_earlier,
		pg_temp.ph_period, pg_temp.ph_rows;
end
$$;

comment on procedure ph_support.release_fold(ph_support.release_order, jsonb, text[], text[], bigint[]) is
	'releases one measure of one period: a release a breakdown';

create function ph_support.fold_record(schema text, m ph.measure, period_kind text, first_day date) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
declare
	record jsonb;
begin
	execute format(
		$query$
			select jsonb_build_object('measure', f.measure, 'version', f.version, 'name', $1.name, 'unit', $1.unit,
				'of', case when $1.events is not null then 'events' when $1.persons is not null then 'persons'
					else 'areas' end,
				'indicator', $1.indicator, 'per', $1.per,
				'definition', encode(sha256(convert_to((to_jsonb($1) - 'folded_at')::text, 'UTF8')), 'hex'),
				'period_kind', f.period_kind, 'period', f.period::text, 'last_day', f.data_until::text,
				'period_name', ph_support.period_name(f.period_kind, f.period), 'data_stamp', f.data_stamp,
				'purpose', f.purpose, 'left_out_people', f.left_out, 'note', f.note,
				'folded_at', to_char(f.folded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
			from %I.measure_fold f
			where (f.measure, f.version, f.period_kind, f.period) = ($1.measure, $1.version, $2, $3)
		$query$, schema)
	into record
	using m, period_kind, first_day;
	return record;
end
$$;

comment on function ph_support.fold_record(text, ph.measure, text, date) is
	'what the record of a release says of the fold that it is made of';

create function ph_support.release_order_of(
	schema text, rule text, audience text, purpose text, collisions text, kind text)
returns ph_support.release_order
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	o ph_support.release_order;
begin
	perform ph_support.require_release_tables(schema);
	perform ph_support.require_measure_tables(schema);
	if not pg_has_role(ph_support.owner_of(format('%I.release', schema)::regclass), 'usage') then
		raise exception 'only the owner of the tables of releases may release'
			using errcode = 'insufficient_privilege', hint = 'Partners tabulate, where they were granted it.';
	elsif audience is null or audience <> 'public' and to_regrole(quote_ident(audience)) is null then
		raise exception 'argument "audience" must be public or a role'
			using errcode = 'undefined_object',
				hint = 'Who is no member of the role does not see what is released for it.';
	end if;
	perform ph_support.require_known('collisions', array[collisions], '{refuse,hide}');
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p))
	where purpose is not null;
	o := row(schema, ph_support.disclosure_rule(rule), rule, audience, purpose, collisions, kind, null);
	return o;
end
$$;

comment on function ph_support.release_order_of(text, text, text, text, text, text) is
	'an order of a release. Errors: undefined_table, insufficient_privilege, undefined_object, '
	'invalid_parameter_value';

create procedure ph_support.require_releasable(o ph_support.release_order, m ph.measure, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if m.areas is null and f ->> 'purpose' is null and to_regclass(format('%I.may_use', o.schema)) is not null then
		raise exception 'measure "%" was folded of everybody', m.measure
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Since there is a list of who may be included, fold it for a purpose: refold => true, purpose => ...';
	elsif f ->> 'purpose' <> o.purpose then
		raise exception 'measure "%" was folded for the purpose %', m.measure, f ->> 'purpose'
			using errcode = 'invalid_parameter_value', hint = 'A summary outlives the list: fold it for this purpose.';
	end if;
end
$$;

comment on procedure ph_support.require_releasable(ph_support.release_order, ph.measure, jsonb) is
	'does nothing where a fold may leave for the purpose. Errors: object_not_in_prerequisite_state, '
	'invalid_parameter_value';

create function ph_support.folds_to_release(schema text, measures text[], periods text[])
returns table (m ph.measure, period_kind text, period date)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered constant text[] := array(select l.measure from ph_support.latest_measures(schema) l);
begin
	perform ph_support.require_known('measures', measures, offered);
	perform ph_support.require_periods(schema, periods);
	return query execute format(
		'select m, f.period_kind, f.period
		from ph_support.latest_measures($1, $2) m
		join %1$I.measure_fold f using (measure, version)
		join %1$I.calendar c on c.kind = f.period_kind and c.start_date = f.period
		where f.data_until >= c.end_date - 1 and f.note is null
			and ($3 is null or c.kind = any ($3) or c.name = any ($3))
		order by m.measure, f.period_kind, f.period', schema)
	using schema, measures, periods;
end
$$;

comment on function ph_support.folds_to_release(text, text[], text[]) is
	'the folded periods, over and with data, of the latest versions of measures. '
	'Errors: invalid_parameter_value with what there is';

create function ph_support.levels_to_release(o ph_support.release_order, f jsonb, levels text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select levels from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	if levels is null then
		return case when ph_support.rule_rounds(o.rule) then folded
			else array(
				select l
				from unnest((ph_support.hierarchies(o.schema, folded))[1].levels) l
				where l = any (folded)) end;
	end if;
	perform ph_support.require_known('levels', levels, folded);
	return levels;
end
$$;

comment on function ph_support.levels_to_release(ph_support.release_order, jsonb, text[]) is
	'the levels that are asked, or all that were folded of one hierarchy. Errors: invalid_parameter_value';

create function ph_support.breakdowns_to_release(o ph_support.release_order, f jsonb, breakdowns text[])
returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select breakdowns from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	return array['all'] || array(
		select b
		from unnest(folded) b
		where b = any (breakdowns)
			or breakdowns is null and (ph_support.rule_rounds(o.rule) or not exists (
				select
				from unnest(folded) other
				where (position(' by ' in other) > 0, other) < (position(' by ' in b) > 0, b)
					and regexp_split_to_array(other, ' by ') && regexp_split_to_array(b, ' by '))));
end
$$;

comment on function ph_support.breakdowns_to_release(ph_support.release_order, jsonb, text[]) is
	'all, and the breakdowns that are asked and were folded; where none is asked, of those with one in common the '
	'first, single ones before pairs, unless the rule rounds';

create function ph_support.left_out_of(schema text, released bigint[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	said text;
begin
	execute format(
		'select string_agg(breakdown || '' at '' || (record ->> ''left_out''), ''; '' order by release)
		from %I.release
		where release = any ($1) and record ->> ''left_out'' is not null', schema)
	into said
	using released;
	return said;
end
$$;

comment on function ph_support.left_out_of(text, bigint[]) is 'what releases leave out since it could not be protected';

create procedure ph.release_measures(
	schema text,
	measures text[],
	periods text[],
	levels text[],
	breakdowns text[],
	rule text,
	audience text,
	purpose text default null,
	collisions text default 'refuse')
language plpgsql
as $$
declare
	o constant ph_support.release_order := ph_support.release_order_of(
		schema, rule, audience, purpose, collisions, 'table');
	in_steps constant boolean := ph_support.may_commit();
	asked record;
	number bigint := 0;
	f jsonb;
	chosen text[];
	released bigint[];
	faults text;
begin
	perform ph_support.require_known('levels', levels,
		pg_catalog.array_agg(l.level)) from ph_support.folded_levels(schema) l having levels is not null;
	perform ph_support.require_known('breakdowns', release_measures.breakdowns,
		pg_catalog.array_agg(b) operator(pg_catalog.||) 'all'::text)
	from ph_support.latest_measures(schema, measures) m, pg_catalog.unnest(m.breakdowns) b
	having release_measures.breakdowns is not null;
	for asked in
		select t.*, pg_catalog.count(*) over () as total from ph_support.folds_to_release(schema, measures, periods) t
	loop
		number := number operator(pg_catalog.+) 1;
		f := ph_support.fold_record(schema, asked.m, asked.period_kind, asked.period);
		call ph_support.require_releasable(o, asked.m, f);
		chosen := ph_support.breakdowns_to_release(o, f, breakdowns);
		call ph_support.release_fold(o, f, ph_support.levels_to_release(o, f, levels), chosen, released);
		faults := ph_support.left_out_of(schema, released);
		raise notice '%', pg_catalog.concat_ws(' ', pg_catalog.format('%s of %s: %s', number, asked.total,
			(asked.m).measure), asked.period_kind, pg_catalog.to_char(asked.period, 'YYYY-MM-DD'),
			'is release', pg_catalog.array_to_string(released, ', '),
			case when faults is not null then 'without ' operator(pg_catalog.||) faults end);
		if in_steps then
			commit;
		end if;
	end loop;
	if number operator(pg_catalog.=) 0 then
		raise exception 'nothing that is asked was folded of a period that is over'
			using errcode = 'no_data_found', hint = 'CALL ph.fold_measures(...) folds measures.';
	end if;
end
$$;

comment on procedure ph.release_measures(text, text[], text[], text[], text[], text, text, text, text) is
	'releases measures of the schema (NULL: all that were folded) of periods that are over (kinds or names of '
	'calendar; NULL: all), levels (NULL: all of one hierarchy that were folded; all, where the rule rounds) and '
	'breakdowns (NULL: all that were folded; whole places always) by a rule of ph.disclosure_rule or schema.rule, for '
	'an audience: public or a role. Each table is protected as a whole, place totals first, and verified by who '
	'attacks it; a row is shown whole or hidden whole; what cannot be protected is left out and named. A release a '
	'breakdown is appended with its '
	'rows; it says how far it is and commits after each measure and period. What would isolate people beside an '
	'earlier release is an error that names it, or with collisions => hide is hidden. Errors: undefined_table, '
	'undefined_object, insufficient_privilege for others than the owner, invalid_parameter_value, no_data_found, '
	'object_not_in_prerequisite_state';

create function ph_support.released_current() returns text
language sql immutable parallel safe
return $query$
	select r.measure, r.version, r.period_kind, r.first_day::date as period, r.breakdown, s.level, s.place_id,
		s.group_name, s.value, s.lower, s.upper, s.numerator, s.denominator, s.people, s.share_known,
		s.shrunken_value, s.shrunken_lower, s.shrunken_upper, s.note, false as provisional,
		(r.record ->> 'last_day')::date as data_until, (r.record ->> 'folded_at')::timestamptz as folded_at, r.release,
		r.rule, r.audience, (r.record ->> 'released_at')::timestamptz as released_at
	from {released_row} s
	join {release} r using (release)
	where not exists (
		select
		from {release} later
		where later.measure = r.measure and later.period_kind = r.period_kind and later.first_day = r.first_day
			and later.breakdown = r.breakdown and later.release > r.release and later.record -> 'levels' ? s.level
			and later.record ->> 'same_as' is null)
$query$;

comment on function ph_support.released_current() is
	'the query of the rows of the latest release of each table and level that the reader is an audience of';

create function ph_support.released_query(is_breakdown boolean) returns text
language sql immutable parallel safe
return
	replace(replace(replace(replace(replace(
		ph_support.measure_value_query(is_breakdown),
		'join {measure_fold} f using (measure, version, period_kind, period)', ''),
		'f.data_until', 't.data_until'),
		'{measure_current}', '{measure}'),
		'{measure_tally}', '{released_current}'),
		'as before_verdict', 'as before_verdict, t.release, t.rule, t.audience, t.released_at');

comment on function ph_support.released_query(boolean) is
	'the query of measure_value or measure_breakdown over what was released';

create procedure ph_support.create_released_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns constant jsonb := (
		select jsonb_object_agg(c.column_name, c.description) from ph_support.measure_column() c
	) || jsonb_build_object('release', 'number of the release', 'rule', 'the rule of disclosure that it went by',
		'audience', 'public, or the role that it is for', 'released_at', 'when it was released');
	view record;
begin
	if to_regclass(format('%I.measure_tally', schema)) is null then
		return;
	end if;
	for view in
		select *
		from (
			values
				('released_current', 'rows of the latest release of each table: one row a measure, period, breakdown, '
				 'level, place and group', ph_support.released_current()),
				('released_value',
					'measures of whole places as they were released, in the shape of measure_value; a row '
				 'that is suppressed has no numbers', ph_support.released_query(false)),
				('released_breakdown',
					'measures by group as they were released, in the shape of measure_breakdown; a row '
				 'that is suppressed has no numbers', ph_support.released_query(true))
		) v (relation, description, query)
	loop
		call ph_support.replace_view(schema, view.relation, ph_support.in_schema(view.query, schema), view.description,
			columns);
	end loop;
end
$$;

comment on procedure ph_support.create_released_views(text) is
	'makes the views of what was released, beside those of measures, or replaces them in place';

create function ph_support.fold_of_period(schema text, measure text, period text)
returns table (m ph.measure, period_kind text, first_day date)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known text;
begin
	perform ph_support.require_known('measure', array[measure],
		array(select l.measure from ph_support.latest_measures(schema) l));
	return query execute format(
		'select t.m, t.period_kind, t.period
		from ph_support.folds_to_release($1, array[$2], null) t
		join %I.calendar c on c.kind = t.period_kind and c.start_date = t.period
		where c.name = $3', schema)
	using schema, measure, period;
	if not found then
		execute format(
			'select string_agg(c.name, '', '' order by c.start_date)
			from ph_support.folds_to_release($1, array[$2], null) t
			join %I.calendar c on c.kind = t.period_kind and c.start_date = t.period', schema)
		into known
		using schema, measure;
		raise exception 'argument "period" must be a period of the measure that is over'
			using errcode = 'invalid_parameter_value', hint = 'There are ' || coalesce(known, 'none') || '.';
	end if;
end
$$;

comment on function ph_support.fold_of_period(text, text, text) is
	'the fold of a measure in a period by its name in calendar. Errors: invalid_parameter_value with what there is';

create function ph_support.same_release(o ph_support.release_order, f jsonb, level text, breakdown text) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	number bigint;
begin
	execute format(
		'select max(release)
		from %I.release
		where measure = $1 and version = $2 and period_kind = $3 and first_day = $4 and breakdown = $5 and rule = $6
			and record -> ''levels'' ? $7 and record ->> ''same_as'' is null and audience in (''public'', $9)
			and record ->> ''data_stamp'' is not distinct from $8', o.schema)
	into number
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', breakdown, (o.rule).rule, level,
		f ->> 'data_stamp', o.audience;
	return number;
end
$$;

comment on function ph_support.same_release(ph_support.release_order, jsonb, text, text) is
	'the latest release of the same table of the same data by the same rule to the audience; NULL where there is none';

create function ph_support.tabulated(
	schema text, rule text, measure text, period text, level text, breakdown text)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	o ph_support.release_order := ph_support.release_order_of(schema, rule, session_user::text, null, 'refuse',
		'tabulation');
	asked record;
	f jsonb;
	same bigint;
	released bigint[];
begin
	select * into asked from ph_support.fold_of_period(schema, measure, period);
	perform ph_support.require_known('breakdown', array[breakdown], array['all'] || (asked.m).breakdowns);
	f := ph_support.fold_record(schema, asked.m, asked.period_kind, asked.first_day);
	call ph_support.require_releasable(o, asked.m, f);
	perform ph_support.levels_to_release(o, f, array[level]);
	same := ph_support.same_release(o, f, level, breakdown);
	if same is not null then
		execute format('insert into %I.release (record)
			select record || $2 from %1$I.release where release = $1', schema)
		using same, jsonb_build_object('kind', 'tabulation', 'same_as', same, 'audience', o.audience,
			'role', session_user, 'acting_as', current_user);
		return same;
	end if;
	call ph_support.release_fold(o, f, array[level], array[breakdown], released);
	if released = '{}' then
		raise exception 'this table cannot be protected'
			using errcode = 'object_not_in_prerequisite_state', hint = 'Ask for larger places or a coarser breakdown.';
	end if;
	return released[1];
end
$$;

comment on function ph_support.tabulated(text, text, text, text, text, text) is
	'releases one level of place by one breakdown of a measure and period to the role of the session, and gives the '
	'number of the release: what the function tabulate of a schema does. Errors: invalid_parameter_value with what '
	'there is, object_not_in_prerequisite_state where it cannot be protected or would isolate people beside an earlier '
	'release';

create procedure ph.create_tabulate(schema text, rule text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.release_order_of(schema, rule, 'public', null, 'refuse', 'tabulation');
	call ph_support.replace_function(schema, 'tabulate', 'text, text, text, text',
		format(
			'(measure text, period text, level text, breakdown text default ''all'') returns bigint
			language sql volatile security definer set search_path = pg_catalog, pg_temp as %L',
			format('select ph_support.tabulated(%L, %L, measure, period, level, breakdown)', schema, rule)),
		'releases one level of place by one breakdown, or one allowed pair, of a measure in a period that is over, '
		'named as in calendar, to who asks, and gives the number of the release: its rows stand in released_value and '
		'released_breakdown once the transaction is over');
	execute format('revoke all on function %I.tabulate(text, text, text, text) from public', schema);
	execute format('alter function %I.tabulate(text, text, text, text) owner to %s', schema,
		ph_support.owner_of(format('%I.release', schema)::regclass));
end
$$;

comment on procedure ph.create_tabulate(text, text) is
	'makes the function tabulate(measure, period, level, breakdown) in the schema, owned by who owns the releases and '
	'granted to nobody, for partners who may see no rows: each call is a release by the rule to the role of the '
	'session, on record before its rows can be read, so that no answer can be taken and the record rolled back. '
	'Errors: undefined_table, undefined_object for a rule that there is not, insufficient_privilege for others than '
	'the owner';

create function ph.replay_release(schema text, release bigint) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	was jsonb := ph.release_export(schema, release) -> 'record';
	o ph_support.release_order;
	asked record;
	f jsonb;
	again bigint[];
	levels text[];
	answer text;
begin
	o := ph_support.release_order_of(schema, was ->> 'rule_name', 'public', null, was ->> 'collisions', 'table');
	o.before := coalesce((was ->> 'same_as')::bigint, release);
	execute format('select m, f.period_kind, f.period
		from %1$I.measure m
		join %1$I.measure_fold f using (measure, version)
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', schema)
	into asked
	using was ->> 'measure', was ->> 'version', was ->> 'period_kind', (was ->> 'period')::date;
	if asked.period is null then
		return 'not folded any more';
	end if;
	f := ph_support.fold_record(schema, jsonb_populate_record(null::ph.measure, to_jsonb(asked.m)), asked.period_kind,
		asked.period);
	if f ->> 'data_stamp' is distinct from was ->> 'data_stamp' or f ->> 'definition' <> was ->> 'definition' then
		return 'data or definition have changed';
	elsif to_jsonb(o.rule) <> was -> 'rule' then
		return 'the rule has changed';
	end if;
	levels := array(select jsonb_array_elements_text(was -> 'levels'));
	begin
		call ph_support.release_fold(o, f, levels, array[was ->> 'breakdown'], again);
		execute format('select record ->> ''rows_hash'' from %I.release where release = $1', schema)
		into answer
		using again[1];
		raise exception using errcode = 'PH001', message = coalesce(answer, '');
	exception when sqlstate 'PH001' then  -- nothing of it stays
		answer := sqlerrm;
	end;
	return case when answer = was ->> 'rows_hash' then 'same' else 'differs' end;
end
$$;

comment on function ph.replay_release(text, bigint) is
	'makes a release again from what is folded and the releases before it, writes nothing, and says whether its '
	'numbers are the same: same, differs, or what has changed since. Errors: those of ph.release_export and '
	'ph.release_measures';

create function ph_support.purpose_list() returns text
language sql immutable
begin atomic
	select string_agg(quote_literal(p.purpose), ', ')
	from ph.purpose() p;
end;

comment on function ph_support.purpose_list() is
	'the purposes as a literal list, so that no constraint names an object of the extension';

create function ph_support.sharing_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable
begin atomic
	values
		('entitlement',
		 format('role text not null,
			level text not null check (level in (''national'', ''system'', ''place'', ''practice'')),
			place text check (place <> ''''),
			purpose text not null check (purpose in (%s)),
			until date,
			granted_by text not null default session_user,
			granted_at timestamptz not null default now(),
			check ((level = ''national'') = (place is null)),
			unique nulls not distinct (role, level, place, purpose)', ph_support.purpose_list()),
		 'one row a role and place whose rows it may see, for one purpose; who has no row sees nobody',
		 jsonb_build_object(
			'role', 'name of the role; members that inherit its rights have its entitlements',
			'level', 'national (everywhere), or the level of the place: system, place, practice',
			'place', 'the system, place or practice, as in stay; NULL for national only',
			'purpose', 'what for, of ph.purpose(); a role has one purpose at a time',
			'until', 'last day on which it holds; NULL is open',
			'granted_by', 'who wrote it', 'granted_at', 'when')),
		('may_use',
		 format('person_id text not null, purpose text not null check (purpose in (%s)),
			primary key (person_id, purpose)', ph_support.purpose_list()),
		 'one row a person and purpose for which he or she may be included; who is not on it is not seen',
		 jsonb_build_object('person_id', 'pseudonym of the person', 'purpose', 'for what, of ph.purpose()')),
		('restricted_code',
		 format('code_system text not null, code text not null check (code <> ''''),
			match text not null default ''exact'' check (match in (''exact'', ''prefix'')),
			class text not null check (class in (''law'', ''sensitive'', ''third_party'')),
			purposes text[] not null default ''{}'' check (purposes <@ array[%s]), source text not null,
			primary key (code_system, code, match, class, source)', ph_support.purpose_list()),
		 'one row a code whose rows are left out for all purposes but those that it lists',
		 jsonb_build_object(
			'code_system', 'code system, spelt as in clinical_event', 'code', 'the code, or the beginning of the codes',
			'match', 'exact: the code itself; prefix: every code that starts with it',
			'class', 'why: law (disclosure is an offence), sensitive, third_party (tells of somebody else)',
			'purposes', 'purposes for which rows with it may be seen all the same',
			'source', 'who published the set, and where')),
		('secured_table',
		 'relation text primary key, date_column text',
		 'one row a table of yours, beside those of the extension, that ph.secure covers',
		 jsonb_build_object(
			'relation', 'name of the table, which has a column person_id',
			'date_column', 'the column of the day on which a row belongs to a place; NULL is the last place'));
end;

comment on function ph_support.sharing_table() is
	'the tables that ph.create_sharing_tables makes: columns, descriptions';

create procedure ph_support.keep_one_purpose(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	body constant text := format(
		$body$declare
			today constant date := statement_timestamp() at time zone 'UTC';
		begin
			lock table %1$I.entitlement in share row exclusive mode;  -- two who write at one time meet here
			if exists (
				select
				from %1$I.entitlement e
				where e.role = new.role and e.purpose <> new.purpose and coalesce(e.until >= today, true))
				and coalesce(new.until >= today, true)
			then
				raise exception 'role "%%" is entitled for another purpose', new.role
					using errcode = 'check_violation',
						hint = 'A statement has one purpose: make a role for each, and SET ROLE to one of them.';
			end if;
			return null;
		end$body$, schema);
begin
	call ph_support.replace_function(schema, 'keep_one_purpose', '', format(
		'() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L', body),
		'the trigger that refuses a second purpose of one role in entitlement');
	execute format('create or replace trigger keep_one_purpose after insert or update on %1$I.entitlement
		for each row execute function %1$I.keep_one_purpose()', schema);
end
$$;

comment on procedure ph_support.keep_one_purpose(text) is
	'makes the trigger by which entitlement refuses a second purpose of one role';

create procedure ph.create_sharing_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	for part in select * from ph_support.sharing_table() loop
		target := format('%I.%I', schema, part.relation);
		if to_regclass(target) is null then
			execute format('create table %s (%s)', target, part.definition);
			execute format('revoke all on %s from public', target);
			call ph_support.describe_table(target, part.description, part.columns);
		else
			call ph_support.require_generated(schema, part.relation, 'pg_class', target::regclass);
		end if;
	end loop;
	call ph_support.keep_one_purpose(schema);
	if to_regclass(format('%I.disclosure_rule', schema)) is null then
		execute format('create table %I.disclosure_rule (like ph.disclosure_rule including all)', schema);
		call ph_support.describe_table(format('%I.disclosure_rule', schema),
			'one row a rule of your own by which numbers leave, named schema.rule in calls', '{}');
	end if;
	call ph.create_identity_table(schema);
	call ph_support.create_release_tables(schema);
	call ph_support.create_released_views(schema);
end
$$;

comment on procedure ph.create_sharing_tables(text) is
	'makes, beside the shared tables of the schema, the tables of sharing: entitlement (which role sees which places, '
	'for which purpose, until when), may_use (who may be included for which purpose), restricted_code (codes whose '
	'rows are left out), secured_table, disclosure_rule (rules of your own by which numbers leave), identity, and '
	'release with its rows and views (the views where there are measures: call it again after '
	'ph.create_measure_tables). They belong to the caller and are granted to nobody. '
	'Again: what is there stays as it is. Errors: undefined_table without shared tables, '
	'duplicate_object where a name is taken by something else';

create function ph_support.access_level() returns setof text
language sql immutable parallel safe
begin atomic
	values ('system'), ('place'), ('practice');
end;

comment on function ph_support.access_level() is 'the levels of place at which rows are given to roles';

create function ph_support.access_function(
	schema text, out name text, out types text, out arguments text, out returned text, out body text,
	out description text)
returns setof record
language sql immutable
begin atomic
	with held (query) as (
		-- not current_date, which a session's time zone moves
		values (format(
			$query$from %I.entitlement e
				join pg_roles r on r.rolname = e.role
				where coalesce(e.until >= (statement_timestamp() at time zone 'UTC')::date, true)
					and pg_has_role(session_user, who, 'member') and pg_has_role(who, r.oid, 'usage')$query$, schema))
	)
	select 'scope', 'text, name', '(level text, who name)', 'text[]',
		format(
			$body$begin
				return array(
					select case scope.level when 'purpose' then e.purpose else e.place end
					%s and scope.level in (e.level, 'purpose'));
			end$body$, held.query),
		'the places of a level whose rows a role may see, or for level purpose what for, by entitlements in force of '
		'it and of roles whose rights it inherits; none for roles of which the session is no member'
	from held
	union all
	select 'may_ask', 'regclass, name', '(target regclass, who name)', 'boolean',
		format(
			$body$declare
				bound name[] := array(
					select p.polname
					from pg_policy p
					where p.polrelid = target
						and exists (select from unnest(p.polroles) b where b <> 0 and pg_has_role(who, b, 'usage')));
			begin
				return 'custodian' = any (bound) or coalesce((
					select min(e.purpose) = max(e.purpose) and 'purpose_' || min(e.purpose) = any (bound)
						and ('national' <> all (bound) or bool_or(e.level = 'national'))
					%s), false);
			end$body$, held.query),
		'whether a role may ask the table for rows at all: as its custodian, or because its entitlements in force are '
		'of one purpose and the policies of the table are those of these entitlements'
	from held;
end;

comment on function ph_support.access_function(text) is
	'the functions that policies in the schema call: name, types, arguments, what is returned, body, description';

create procedure ph_support.create_access_functions(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in select * from ph_support.access_function(schema) loop
		call ph_support.replace_function(schema, part.name, part.types, format(
			'%s returns %s language plpgsql stable parallel safe security definer '
			'set search_path = pg_catalog, pg_temp as %L', part.arguments, part.returned, part.body),
			part.description);
		execute format('grant execute on function %I.%I(%s) to public', schema, part.name, part.types);
	end loop;
end
$$;

comment on procedure ph_support.create_access_functions(text) is
	'makes scope() and may_ask() in the schema, with the rights of its owner, who reads entitlement for those who ask';

create function ph_support.is_access_function(function oid) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_proc p
		join pg_namespace n on n.oid = p.pronamespace
		join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
		cross join ph_support.access_function(n.nspname) f
		where p.oid = function and to_regprocedure(format('%I.%I(%s)', n.nspname, f.name, f.types)) = p.oid
			and p.prosrc = f.body and p.prosecdef and p.proconfig = array['search_path=pg_catalog, pg_temp'])
$$;

comment on function ph_support.is_access_function(oid) is
	'whether a function is to the letter one that ph_support.access_function gives for its schema';

create function ph_support.coded_column(out relation text, out code_system text, out code text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('clinical_event', 'code_system', 'code'), ('measurement', 'code_system', 'code'),
		('encounter', '''ICD10''', 'primary_icd10');
end;

comment on function ph_support.coded_column() is
	'the tables whose rows restricted_code leaves out: the expressions of the code system and the code';

create function ph_support.own_secured_table(schema text, out relation text, out date_column text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format('select relation, date_column from %I.secured_table', schema);
end
$$;

comment on function ph_support.own_secured_table(text) is 'the tables of a user''s own that ph.secure covers';

create function ph_support.table_to_secure(
	schema text, out relation text, out target regclass, out date_column text, out by_row boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with wanted (relation, date_column, by_row) as (
		select c.relation, case when c.relation <> 'person' then d.start_column end, true
		from ph.shared_column() c
		left join ph_support.dated_relation() d using (relation)
		where c.column_name = 'person_id'
		union all
		values ('stored_stay', 'start_date', true), ('segment_history', 'start_date', true),
			('changed_person', null, false), ('measure_person', null, false), ('may_use', null, false)
		union all
		select o.relation, o.date_column, true
		from ph_support.own_secured_table(schema) o
	)
	select w.relation, c.oid::regclass, w.date_column, w.by_row
	from wanted w
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, w.relation))
	union all
	-- who reads a partition by its own name asks it and not its parent
	select p.relname, p.oid::regclass, null, false
	from wanted w
	cross join pg_partition_tree(to_regclass(format('%I.%I', schema, w.relation))) t
	join pg_class p on p.oid = t.relid
	where t.level > 0
$$;

comment on function ph_support.table_to_secure(text) is
	'the tables of persons in the schema: the shared ones, those that are made over them and those of secured_table, '
	'with the column of the day on which a row belongs to a place; and, not by_row, those that only custodians may '
	'read: queues, what folds keep, and partitions by their own names';

create function ph_support.is_secured(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_policy
		where polrelid = to_regclass(quote_ident(schema) || '.person') and polname = 'custodian')
$$;

comment on function ph_support.is_secured(text) is 'whether ph.secure has been called for the schema';

create function ph_support.entitled_roles(schema text)
returns table (policy text, roles regrole[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select p.policy, array_agg(distinct r.oid order by r.oid)::regrole[]
		from %I.entitlement e
		join pg_roles r on r.rolname = e.role
		cross join lateral (
			select ''purpose_'' || e.purpose
			union all
			select ''national''
			where e.level = ''national'') p (policy)
		where coalesce(e.until >= (statement_timestamp() at time zone ''UTC'')::date, true)
		group by p.policy', schema);
end
$$;

comment on function ph_support.entitled_roles(text) is
	'the policies that are of roles, and those roles by the entitlements in force: national, and one a purpose';

create function ph_support.custodians(schema text, target regclass) returns regrole[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select array(
		select relowner::regrole
		from pg_class
		where oid = target
		union
		-- what is made later is for those who look after what was there
		select r::regrole
		from pg_policy p, unnest(p.polroles) r
		where p.polname = 'custodian' and r <> 0 and p.polrelid = coalesce(
			(select polrelid from pg_policy where polrelid = target and polname = 'custodian'),
			to_regclass(format('%I.person', schema)))
		order by 1)
$$;

comment on function ph_support.custodians(text, regclass) is
	'the roles that see and write all rows of a table: its owner, and who was made a loader of it or of person';

create function ph_support.asked_once(call text, type text, distributed boolean) returns text
language sql immutable parallel safe
return case when distributed then call else format('(select %s)::%s', call, type) end;

comment on function ph_support.asked_once(text, text, boolean) is
	'the call as a policy asks it: once a statement, or, since Citus refuses subqueries in policies, as it stands';

create function ph_support.area_condition(schema text, distributed boolean) returns text
language sql stable
begin atomic
	select format('(%s)', string_agg(format('(%I = any (%s))', 'access_' || l, ph_support.asked_once(
		format('%I.scope(%L, current_user)', schema, l), 'text[]', distributed)), ' or '))
	from ph_support.access_level() l;
end;

comment on function ph_support.area_condition(text, boolean) is
	'the condition that a row is of a place of who asks, with the brackets that PostgreSQL writes';

create function ph_support.has_restricted_rows(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select from pg_attribute where attrelid = target and attname = 'restricted_unless' and not attisdropped)
$$;

comment on function ph_support.has_restricted_rows(regclass) is
	'whether the rows of a table say for which purposes they may be seen';

create function ph_support.restricted_condition(distributed boolean) returns text
language sql immutable parallel safe
begin atomic
	-- only narrows: a setting gives nobody a row
	select format('((%1$s = %2$L) or (restricted_unless is null) or (%1$s = any (restricted_unless)))',
		ph_support.asked_once(
			'coalesce(current_setting(''population_health.purpose'', true), '''')', 'text', distributed), '');
end;

comment on function ph_support.restricted_condition(boolean) is
	'the condition that the code of a row may be seen for the purpose that who sees all rows folds for';

create function ph_support.purpose_condition(schema text, target regclass, purpose text, distributed boolean)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- through a view the policy is that of who owns it, the places are those of who asks
	select format(
		case
			when ph_support.has_restricted_rows(target)
				then '(%I and ((restricted_unless is null) or (%L = any (restricted_unless))) and %s)'
			else '(%1$I and %3$s)' end, 'may_use_' || purpose, purpose,
		format('(%L = any (%s))', purpose, ph_support.asked_once(
			format('%I.scope(%L, current_user)', schema, 'purpose'), 'text[]', distributed)))
$$;

comment on function ph_support.purpose_condition(text, regclass, text, boolean) is
	'the condition that a row may be seen for a purpose: its person may be used for it, its code is not restricted, '
	'and it is the purpose of who asks';

create function ph_support.may_ask_call(schema text, target regclass) returns text
language sql immutable parallel safe
return format('%I.may_ask(%L::regclass, current_user)', schema, target);

comment on function ph_support.may_ask_call(text, regclass) is 'the call by which a policy asks whether a role may ask';

create function ph_support.access_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select 'custodian', ph_support.custodians(schema, target),
		'as permissive for all to %s using (true) with check (true)'
	union all
	select 'may_ask', '{}', format('as restrictive for select to public using (%s)',
		ph_support.asked_once(ph_support.may_ask_call(schema, target), 'boolean', false))
	union all
	select 'restricted', '{}', format('as restrictive for select to public using (%s)',
		ph_support.restricted_condition(false))
	where ph_support.has_restricted_rows(target)
	union all
	select 'area', '{}', format('as permissive for select to public using (%s)',
		ph_support.area_condition(schema, false))
	where by_row
	union all
	select e.policy, e.roles, case
		when e.policy = 'national' then 'as permissive for select to %s using (true)'
		else format('as restrictive for select to %%s using (%s)',
			ph_support.purpose_condition(schema, target, p.purpose, false)) end
	from ph_support.entitled_roles(schema) e
	left join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	where by_row
$$;

comment on function ph_support.access_policy(text, regclass, boolean) is
	'the policies of a table: custodian sees and writes all; area shows the rows of places that a role has, national '
	'all rows to roles that have them everywhere; restrictive are may_ask, restricted, and one a purpose: who may be '
	'used for it, less what is restricted for it. definition has %s for the roles';

create function ph_support.distributed_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- Citus 13 makes restrictive policies permissive ones on the shards, so that each must hold by itself
	select 'custodian', ph_support.custodians(schema, target), format(
		'as permissive for all to %%s using (%s) with check (true)',
		case when ph_support.has_restricted_rows(target) then ph_support.restricted_condition(true) else 'true' end)
	union all
	select e.policy, e.roles, format('as permissive for select to %%s using ((%s and %s and %s))',
		ph_support.may_ask_call(schema, target), ph_support.purpose_condition(schema, target, p.purpose, true),
		ph_support.area_condition(schema, true))
	from ph_support.entitled_roles(schema) e
	join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	where by_row
	union all
	select 'national_' || p.purpose, national.roles, format(
		'as permissive for select to %%s using ((%s and %s and (cardinality(%I.scope(%L, current_user)) > 0)))',
		ph_support.may_ask_call(schema, target), ph_support.purpose_condition(schema, target, p.purpose, true), schema,
		'national')
	from ph_support.entitled_roles(schema) e
	join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	join ph_support.entitled_roles(schema) n on n.policy = 'national'
	cross join lateral (
		select array(select unnest(e.roles) intersect select unnest(n.roles) order by 1) as roles
	) national
	where by_row and national.roles <> '{}'
$$;

comment on function ph_support.distributed_policy(text, regclass, boolean) is
	'the policies of a table that is distributed: custodian, and for each purpose one that shows the rows of the '
	'places that a role has and one that shows all to roles that have them everywhere. definition has %s for the roles';

create function ph_support.wanted_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_distributed(target) then
		return query select * from ph_support.distributed_policy(schema, target, by_row);
	else
		return query select * from ph_support.access_policy(schema, target, by_row);
	end if;
end
$$;

comment on function ph_support.wanted_policy(text, regclass, boolean) is 'the policies that a table should have';

create function ph_support.policies_are_current(schema text, target regclass, by_row boolean) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select not exists (
		select
		from (
			select a.name, array(select r::oid from unnest(a.roles) r order by 1) as roles
			from ph_support.wanted_policy(schema, target, by_row) a
		) wanted
		full join (
			select polname, array(select r from unnest(polroles) r where r <> 0 order by 1) as roles
			from pg_policy
			where polrelid = target
				and (polname in ('custodian', 'may_ask', 'restricted', 'area', 'national')
				or polname like 'purpose\_%' or polname like 'national\_%')
		) there on there.polname = wanted.name and there.roles = wanted.roles
		where there.polname is null or wanted.name is null)
$$;

comment on function ph_support.policies_are_current(text, regclass, boolean) is
	'whether the table has the policies that it should, each for the roles that it should be for';

create procedure ph_support.replace_policies(schema text, target regclass, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	wanted record;
	old name;
begin
	-- asked before any is dropped: custodians are read from the policy
	create temp table ph_policy on commit drop as
	select *
	from ph_support.wanted_policy(schema, target, by_row);
	for old in
		select polname
		from pg_policy
		where polrelid = target
			and (polname in ('custodian', 'may_ask', 'restricted', 'area', 'national')
				or polname like 'purpose\_%' or polname like 'national\_%')
	loop
		execute format('drop policy %I on %s', old, target);
	end loop;
	for wanted in select * from pg_temp.ph_policy loop
		-- not by format: a schema may have % in its name
		execute format('create policy %I on %s ', wanted.name, target)
			|| replace(wanted.definition, ' to %s ', format(' to %s ', array_to_string(wanted.roles, ', ')));
	end loop;
	drop table pg_temp.ph_policy;
	execute format('alter table %s enable row level security, force row level security', target);
end
$$;

comment on procedure ph_support.replace_policies(text, regclass, boolean) is
	'gives a table its policies, in the place of those of the same names, and forces them on its owner too';

create function ph_support.is_may_ask(condition text, relation regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce(bool_or(ph_support.is_access_function(to_regprocedure(asked.function || '(regclass, name)'))
		and condition in (asked.call, format('( SELECT %s AS may_ask)', asked.call))), false)
	from (
		select f.function, format('%s(%L::regclass, CURRENT_USER)', f.function, relation) as call
		from (
			select format('%I.may_ask', n.nspname) as function
			from pg_class c
			join pg_namespace n on n.oid = c.relnamespace
			where c.oid = relation) f) asked
$$;

comment on function ph_support.is_may_ask(text, regclass) is
	'whether the condition of a policy, as pg_get_expr writes it, asks may_ask of the schema of the table, '
	'and that is the function that this extension makes';

create function ph_support.is_custodian(who regrole, relation regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_policy p, unnest(p.polroles) k
		where p.polrelid = relation and p.polname = 'custodian' and k <> 0 and pg_has_role(who, k, 'usage'))
$$;

comment on function ph_support.is_custodian(regrole, regclass) is
	'whether a role has the rights of one that the policy custodian of the table names';

create function ph_support.is_unrestricted(condition text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce(current_setting('population_health.purpose', true), '') = ''
		and coalesce(bool_or(condition = format(
			'((%1$s = %2$L::text) OR (restricted_unless IS NULL) OR (%1$s = ANY (restricted_unless)))',
			asked.call, '')),
			false)
	from (
		values ('( SELECT COALESCE(current_setting(''population_health.purpose''::text, true), ''''::text) '
			'AS "coalesce")'),
			('COALESCE(current_setting(''population_health.purpose''::text, true), ''''::text)')) asked (call)
$$;

comment on function ph_support.is_unrestricted(text) is
	'whether the condition of a policy, as pg_get_expr writes it, is ph_support.restricted_condition, and no purpose '
	'is set: then it is true of every row';

create function ph_support.row_security_hides(relation regclass, reader regrole) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with applies as (
		select p.polpermissive, pg_get_expr(p.polqual, p.polrelid) as condition
		from pg_policy p
		where p.polrelid = relation and p.polcmd in ('r', '*')
			and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(reader, r, 'usage'))
	)
	select c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
		and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
		and not (
			exists (
				select
				from applies
				where polpermissive and (condition = 'true' or ph_support.is_unrestricted(condition)))
			and not exists (
				select
				from applies a
				where not a.polpermissive and a.condition <> 'true'
					and not (ph_support.is_unrestricted(a.condition)
						or ph_support.is_may_ask(a.condition, relation)
							and ph_support.is_custodian(current_user::regrole, relation))))
	from pg_class c, pg_roles r
	where c.oid = relation and r.oid = reader
$$;

comment on function ph_support.row_security_hides(regclass, regrole) is
	'whether policies may hide rows of a table from a role, when the current one asks through it: they do not where '
	'one that applies to it says true and none that restricts it does, but for those of ph.secure, of which it must be '
	'a custodian';

create function ph_support.require_all_rows(queries text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	hidden record;
begin
	for hidden in
		select distinct b.relation, b.reader
		from unnest(queries) q, ph_support.relations_below(q) b
		where ph_support.row_security_hides(b.relation, b.reader)
		order by 1
		limit 1
	loop
		raise exception 'row security hides rows of % from %', hidden.relation, hidden.reader
			using errcode = 'insufficient_privilege', hint =
				'Call this as a role that sees all rows, such as the owner: what is made of them is shown to others.';
	end loop;
end
$$;

comment on function ph_support.require_all_rows(text[]) is
	'does nothing where the current role sees all rows of what the queries read, also through views. '
	'Errors: insufficient_privilege with the first table of which policies hide rows';

create function ph_support.access_column(out name text, out type text, out description text) returns setof record
language sql immutable
begin atomic
	-- what every row is tested for comes first: a column costs those before it
	select 'may_use_' || p.purpose, 'boolean not null default false',
		format('whether the person may be included for %s', p.purpose)
	from ph.purpose() p
	union all
	select 'access_' || l, 'text collate "C"', format('the %s whose partners may see the row; NULL is nobody there', l)
	from ph_support.access_level() l;
end;

comment on function ph_support.access_column() is
	'the columns by which policies tell rows apart: name, type, description';

create procedure ph_support.add_access_columns(target regclass, relation text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	for part in
		select *
		from (
			select *
			from ph_support.access_column()
			union all
			select 'restricted_unless', 'text[]', 'purposes for which the row may be seen, where its code is restricted'
			where relation in (select c.relation from ph_support.coded_column() c)) c
		order by c.name like 'access%', c.name
	loop
		execute format('alter table %s add column if not exists %I %s', target, part.name, part.type);
		execute format('comment on column %s.%I is %L', target, part.name, part.description);
		if part.name like 'access%' then
			execute format('create index if not exists %I on %s (%I)',
				concat_ws('_', relation, part.name), target, part.name);
		end if;
	end loop;
end
$$;

comment on procedure ph_support.add_access_columns(regclass, text) is
	'gives a table the columns of ph_support.access_column(), restricted_unless where its rows have codes, and indexes';

create procedure ph_support.secure_table(schema text, target regclass, relation text, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if by_row then
		call ph_support.add_access_columns(target, relation);
	end if;
	call ph_support.replace_policies(schema, target, by_row);
end
$$;

comment on procedure ph_support.secure_table(text, regclass, text, boolean) is
	'gives a table the columns and the policies of ph.secure; nobody but custodians sees a row before '
	'ph.refresh_access fills the columns';

create procedure ph_support.secure_new_table(schema text, relation text, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_secured(schema) then
		call ph_support.secure_table(schema, format('%I.%I', schema, relation)::regclass, relation, by_row);
	end if;
end
$$;

comment on procedure ph_support.secure_new_table(text, text, boolean) is
	'secures a table of persons that was just made, where the schema is secured';

create function ph_support.access_period_query(schema text) returns text
language sql stable
begin atomic
	select ph_support.in_schema(format(
		'with last as (
			select distinct on (person_id) person_id, system, place, practice, start_date
			from {stay}
			order by person_id, start_date desc
		), period as (
			select s.person_id, s.spell, s.system, s.place, s.practice, s.start_date = last.start_date as is_last
			from {stay} s
			join last using (person_id)
			union all
			select person_id, ph_support.unnest_days(datemultirange(daterange(null, null)) - away.days),
				system, place, practice, false
			from (select person_id, range_agg(spell) as days from {stay} group by person_id) away
			join last using (person_id)
			union all
			select p.person_id::text, daterange(null, null), null, null, null, true
			from {person} p
			where not exists (select from last where last.person_id = p.person_id::text)
		)
		select period.person_id, spell, is_last, %s, %s
		from period
		left join (
			select person_id, %s
			from {may_use}
			group by person_id
		) use on use.person_id = period.person_id',
		(
			select string_agg(format('coalesce(use.%1$I, false) as %1$I', 'may_use_' || p.purpose), ', ')
			from ph.purpose() p
		),
		(select string_agg(format('%I as %I', l, 'access_' || l), ', ') from ph_support.access_level() l),
		(
			select string_agg(format('bool_or(purpose = %L) as %I', p.purpose, 'may_use_' || p.purpose), ', ')
			from ph.purpose() p
		)), schema);
end;

comment on function ph_support.access_period_query(text) is
	'the query that gives every day of every person once, a row a period: the places of the stay that holds it, '
	'otherwise those of the last stay (none: NULL), and for what the person may be used; is_last marks the last stay';

create function ph_support.access_values(row_name text, otherwise text default null) returns text
language sql stable
begin atomic
	select string_agg(
		case
			when row_name is not null then format('%I.%I', row_name, c.name)
			when c.type like 'boolean%' then 'false'
			else 'null' end, ', ')
	from ph_support.access_column() c;
end;

comment on function ph_support.access_values(text, text) is
	'the access columns of a row, as a list; of a row without a name those of nobody';

create function ph_support.access_update(target regclass, date_column text, periods text) returns setof text
language sql stable
begin atomic
	select format(
		'update %s t
		set (%s) = row(%s)
		from %s p
		where t.person_id::text = p.person_id and %s and (%s) is distinct from (%3$s)',
		target, c.names, ph_support.access_values('p'), periods,
		case
			when date_column is null then 'p.is_last'
			else format('case when t.%1$I is null then p.is_last else p.spell @> t.%1$I::date end', date_column) end,
		ph_support.access_values('t'))
	from (select string_agg(quote_ident(name), ', ') as names from ph_support.access_column()) c
	union all
	-- rows of nobody that is known
	select format(
		'update %s t
		set (%s) = row(%s)
		where not exists (select from %s p where t.person_id::text = p.person_id) and (%s) is distinct from (%3$s)',
		target, c.names, ph_support.access_values(null), periods, ph_support.access_values('t'))
	from (select string_agg(quote_ident(name), ', ') as names from ph_support.access_column()) c;
end;

comment on function ph_support.access_update(regclass, text, text) is
	'the statements that fill the access columns of a table, of those rows that differ';

create function ph_support.restricted_update(schema text, target regclass, code_system text, code text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select ph_support.in_schema(format(
		'with recorded as (
			select distinct (%2$s)::text as code_system, (%3$s)::text as code
			from %1$s
			where %3$s is not null
		), named as (
			select code_system, code, ph_support.code_key(code_system, code, ''exact'') as key
			from recorded%4$s
		), allowed as (
			select code_system, code, purpose, bool_and(purpose = any (r.purposes)) as allowed
			from named
			join (
				select *, ph_support.code_key(code_system, code, match) as restricted_key
				from {restricted_code}) r (
					restricted_system, restricted, match, class, purposes, source, restricted_key)
				on case r.match when ''exact'' then r.restricted_key = key else key ^@ r.restricted_key end
			cross join ph.purpose()
			group by code_system, code, purpose
		)
		update %1$s t
		set restricted_unless = r.purposes
		from (
			select code_system, code, case when count(a.purpose) > 0
				then coalesce(array_agg(a.purpose order by a.purpose) filter (where a.allowed), ''{}'') end as purposes
			from recorded
			left join allowed a using (code_system, code)
			group by code_system, code
		) r (of_system, of_code, purposes)
		where r.of_system = (%2$s)::text and r.of_code = t.%3$I::text
			and t.restricted_unless is distinct from r.purposes',
		target, code_system, code,
		case
			when ph_support.has_code_map(schema) then '
			union
			select code_system, code, ph_support.code_key(to_system::text, to_code::text, ''exact'')
			from recorded
			join {code_map} on ph_support.code_key(from_system::text, from_code::text, ''exact'')
				= ph_support.code_key(code_system, code, ''exact'')'
			else '' end), schema)
$$;

comment on function ph_support.restricted_update(text, regclass, text, text) is
	'the statement that says of each row with a code in restricted_code, itself or by code_map, for which purposes it '
	'may be seen: those that every such row lists';

create procedure ph_support.run_access_updates(schema text, relations text[], periods text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	statement text;
begin
	for part in
		select s.*, c.code_system, c.code
		from ph_support.table_to_secure(schema) s
		left join ph_support.coded_column() c on c.relation = s.relation and exists (
			select
			from pg_attribute
			where attrelid = s.target and attname = c.code and not attisdropped)
		where s.by_row and (relations is null or s.relation = any (relations))
	loop
		for statement in
			select ph_support.access_update(part.target, part.date_column, periods)
			union all
			select ph_support.restricted_update(schema, part.target, part.code_system, part.code)
			where part.code is not null
		loop
			execute statement;
		end loop;
	end loop;
end
$$;

comment on procedure ph_support.run_access_updates(text, text[], text) is
	'fills the access columns of the secured tables, or of those that are named, from the periods';

create procedure ph_support.require_policies_current(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select s.*
		from ph_support.table_to_secure(schema) s
		where not ph_support.policies_are_current(schema, s.target, s.by_row)
	loop
		if not pg_has_role((select relowner from pg_class where oid = part.target), 'usage') then
			raise warning 'policies of % are not those of the entitlements in force', part.target
				using hint = 'Its owner must CALL ph.refresh_access: until then some roles see nothing.';
		else
			call ph_support.secure_table(schema, part.target, part.relation, part.by_row);
		end if;
	end loop;
end
$$;

comment on procedure ph_support.require_policies_current(text) is
	'brings the roles of policies up to the entitlements in force, and secures tables that are new; '
	'a warning where the caller does not own the table';

create procedure ph.refresh_access(schema text, relations text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	periods text := 'pg_temp.ph_access_period';
	began timestamptz;
	queries text[];
begin
	call ph_support.require_own_schema(schema);
	if ph_support.is_secured(schema) is not true then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'undefined_object', hint = 'CALL ph.secure(...) first.';
	end if;
	queries := array[format('select from %I.stay', schema), format('select from %I.may_use', schema)];
	perform ph_support.require_all_rows(queries);
	perform pg_advisory_xact_lock(hashtextextended('population_health access ' || schema, 0));
	call ph_support.keep_one_transaction(schema);
	call ph_support.require_policies_current(schema);
	if ph_support.is_distributed(format('%I.person', schema)::regclass) then  -- nodes know no temporary table
		periods := format('%I.new_access_period', schema);
		execute format('create table %s as select * from (%s) p with no data', periods,
			ph_support.access_period_query(schema));
		call ph_support.distribute_by_person(schema, 'new_access_period');
		execute format('insert into %s %s', periods, ph_support.access_period_query(schema));
	else
		execute 'create temp table ph_access_period on commit drop as ' || ph_support.access_period_query(schema);
		analyze pg_temp.ph_access_period;
	end if;
	began := clock_timestamp();
	call ph_support.run_access_updates(schema, relations, periods);
	execute 'drop table ' || periods;
	if to_regclass(format('%I.changed_person', schema)) is not null then
		-- what was written here says nothing new of anybody
		execute format('delete from %I.changed_person where at >= $1 and xmin = pg_current_xact_id()::xid', schema)
		using began;
	end if;
end
$$;

comment on procedure ph.refresh_access(text, text[]) is
	'fills the access columns of the secured tables of the schema, or of those that are named, of rows that differ: a '
	'row belongs to the places of the stay that holds its day, otherwise of the last stay of the person, and without '
	'any stay to nobody (national roles see it); may_use says for what it may be asked, restricted_code for what its '
	'code may be seen. It brings the roles of the policies up to the entitlements in force. ph.create_views_from, '
	'ph.store_stays, ph.refresh_stays and ph.record_segments call it; call it after loads of your own, and after a '
	'change of may_use, restricted_code, or of entitlement: until then new rows are seen by nobody, and new roles see '
	'nothing. Errors: undefined_object where the schema is not secured, insufficient_privilege for who does not see '
	'all rows of what it reads';

create procedure ph_support.refresh_access_where_secured(schema text, relations text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_secured(schema) then
		call ph.refresh_access(schema, relations);
	end if;
end
$$;

comment on procedure ph_support.refresh_access_where_secured(text, text[]) is
	'ph.refresh_access where the schema is secured';

create procedure ph_support.require_securable(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lacking text;
	wrong text;
begin
	select string_agg(n.name, ', ')
	into lacking
	from (
		values ('person', 'ph.create_shared_tables'), ('stay', 'ph.create_population_views'),
			('entitlement', 'ph.create_sharing_tables')) n (name, maker)
	where to_regclass(format('%I.%I', schema, n.name)) is null;
	if lacking is not null then
		raise exception 'schema "%" lacks %', schema, lacking
			using errcode = 'undefined_table', hint =
				'ph.create_shared_tables, ph.create_population_views and ph.create_sharing_tables make them.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into wrong
	from ph_support.table_to_secure(schema) s
	join pg_class c on c.oid = s.target
	where c.relkind not in ('r', 'p');
	if wrong is not null then
		raise exception 'policies need tables, and these are none: %', wrong
			using errcode = 'wrong_object_type', hint =
				'Copy them into tables: ph.create_views_from(..., materialise => true), or INSERT ... SELECT.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into wrong
	from ph_support.table_to_secure(schema) s
	join pg_class c on c.oid = s.target
	where not pg_has_role(c.relowner, 'usage');
	if wrong is not null then
		raise exception 'only the owner of the tables may secure them: %', wrong
			using errcode = 'insufficient_privilege', hint = 'Who secures tables decides who sees their rows.';
	end if;
end
$$;

comment on procedure ph_support.require_securable(text) is
	'does nothing where the tables of the schema can be secured by the caller. Errors: undefined_table, '
	'wrong_object_type with the names of views and foreign tables, insufficient_privilege for others than the owner';

create procedure ph_support.note_own_tables(schema text, own jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	target regclass;
begin
	if jsonb_typeof(own) is distinct from 'object' then
		raise exception 'argument "own" must be a JSON object'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"visit": "visited_on", "note": null}''.';
	end if;
	for part in select key as relation, value #>> '{}' as date_column from jsonb_each(own) loop
		target := to_regclass(format('%I.%I', schema, part.relation));
		if target is null then
			raise exception 'schema "%" has no table "%"', schema, part.relation
				using errcode = 'undefined_table', hint = 'Argument "own" names tables of the schema.';
		elsif exists (
			select
			from ph_support.table_to_secure(schema) s
			where s.relation = part.relation
				and s.relation not in (select o.relation from ph_support.own_secured_table(schema) o))
		then
			raise exception 'table "%" is secured without being named', part.relation
				using errcode = 'invalid_parameter_value', hint = 'Argument "own" is for tables of your own.';
		elsif exists (
			select
			from unnest(array['person_id', part.date_column]) c
			where c is not null and not exists (
				select
				from pg_attribute
				where attrelid = target and attname = c and attnum > 0 and not attisdropped))
		then
			raise exception 'table "%" lacks person_id or the column of its day', part.relation
				using errcode = 'undefined_column', hint = 'Rows are given to roles by the stays of their person.';
		end if;
		execute format(
			'insert into %I.secured_table values ($1, $2)
			on conflict (relation) do update set date_column = excluded.date_column', schema)
		using part.relation, part.date_column;
	end loop;
end
$$;

comment on procedure ph_support.note_own_tables(text, jsonb) is
	'writes tables of a user''s own into secured_table. Errors: invalid_parameter_value, undefined_table, '
	'undefined_column';

create procedure ph.secure(schema text, own jsonb default '{}')
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.secured_table', schema)) is not null then
		call ph_support.note_own_tables(schema, own);
	end if;
	call ph_support.require_securable(schema);
	call ph_support.create_access_functions(schema);
	for part in select * from ph_support.table_to_secure(schema) loop
		call ph_support.secure_table(schema, part.target, part.relation, part.by_row);
	end loop;
	call ph.refresh_access(schema);
end
$$;

comment on procedure ph.secure(text, jsonb) is
	'puts row security, forced on owners too, on the tables of persons in the schema: the shared ones, stored_stay and '
	'segment_history, tables of yours (own: {"visit": "visited_on", "note": null}, each with a column person_id and '
	'perhaps the day on which a row belongs to a place); changed_person, measure_person and may_use, and partitions by '
	'their own names, are for custodians alone. It adds columns may_use_ and a purpose, access_system, access_place '
	'and access_practice with indexes, and restricted_unless where rows have codes; makes scope() and may_ask(), with '
	'the rights of their owner, in the schema; and fills the columns (ph.refresh_access). A role then sees rows of '
	'its places, of who may be included for its one purpose, and nothing before ph.grant_access. COPY FROM does not '
	'work under row security, and dumps need BYPASSRLS. Again: what is new is secured too. '
	'Errors: undefined_table, undefined_column, wrong_object_type with the names of views and foreign tables, '
	'insufficient_privilege for others than the owner, duplicate_object where a name is taken by something else';

create function ph.access_kind(out kind text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('owner', 'owns the schema and all that is in it, sees and writes all rows; nobody should log in as it'),
		('loader', 'writes the shared tables, and sees all rows of them'),
		('steward', 'writes entitlements, who may be used and what is restricted; reads summaries, no rows of persons'),
		('analyst', 'reads rows of persons within its entitlements, columns that the shared tables have, and views'),
		('aggregate', 'reads what was released, and what its numbers mean; no rows of persons'),
		('auditor', 'reads what was released, loaded, folded and entitled; no rows of persons');
end;

comment on function ph.access_kind() is 'the kinds of role that ph.grant_access knows, and what each is for';

create function ph_support.described_by_place() returns text[]
language sql immutable parallel safe
return '{place,place_parent,place_factor,code_list,code_map,data_day,partner,place_dimension,calendar}'::text[];

comment on function ph_support.described_by_place() is 'the tables without persons that queries of persons join';

create function ph_support.generated_view(schema text, out relation text, out of_summaries boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.relname, exists (
		select
		from ph_support.built_on('pg_class'::regclass, to_regclass(format('%I.measure_tally', schema))) b
		where b.class = 'pg_class'::regclass and b.object = c.oid)
	from pg_class c
	where c.relnamespace = to_regnamespace(quote_ident(schema)) and c.relkind = 'v'
		and ph_support.is_generated('pg_class', c.oid)
$$;

comment on function ph_support.generated_view(text) is
	'the views of the schema that this extension made, and whether they read stored summaries';

create function ph_support.told_of_releases() returns text[]
language sql immutable parallel safe
return '{release,released_row,released_current,released_value,released_breakdown,measure,breakdown,measure_place,
	calendar}'::text[];

comment on function ph_support.told_of_releases() is
	'what was released, and the tables that the views of it read; whom each release is for is in its policy';

create function ph.access_grants(schema text, kind text)
returns table (relation text, privilege text, columns text[])
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	with wanted (kind, relation, privilege, columns) as (
		-- columns by name: what else was put into a table, such as an identifier, is not granted
		select 'analyst', c.relation, 'select', array_agg(c.column_name order by c.column_name)
		from ph.shared_column() c
		where c.relation in (select p.relation from ph.shared_column() p where p.column_name = 'person_id')
			and c.column_name <> 'death_cause_icd10'  -- a code that no row could be left out for
		group by c.relation
		union all
		select 'analyst', t.relation, 'select', array_agg(a.attname::text order by a.attname)
		from unnest('{stored_stay,segment_history}'::text[]) t (relation)
		join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', schema, t.relation)) and a.attnum > 0
			and not a.attisdropped and a.attname !~ '^(access|may_use)_'
		group by t.relation
		union all
		select 'analyst', v.relation, 'select', null
		from ph_support.generated_view(schema) v
		where not v.of_summaries
		union all
		select k.kind, r, p, null
		from (
			values
				('analyst', ph_support.described_by_place() || '{scheme,scheme_input,scheme_segment,scheme_rule,
					segment_recording,segment_strategy}'::text[], '{select}'::text[]),
				('loader', array(select t.relation from ph.shared_table() t), '{select,insert,update,delete}'),
				('loader', '{data_load}', '{select,insert}'),
				('steward', '{entitlement,may_use,restricted_code,disclosure_rule}', '{select,insert,update,delete}'),
				('steward', ph_support.described_by_place() || '{secured_table,measure_tally,measure_fold,
					place_ladder,practice_ladder,release_head}'::text[], '{select}'),
				('aggregate', '{place}', '{select}'),
				('auditor', '{release_head,entitlement,restricted_code,secured_table,data_load,source_load,
					source_count,measure_fold,segment_recording}', '{select}')
		) k (kind, relations, privileges), unnest(k.relations) r, unnest(k.privileges) p
		union all
		select k, r, 'select', null
		from unnest('{analyst,steward,aggregate,auditor}'::text[]) k, unnest(ph_support.told_of_releases()) r
		union all
		select 'steward', v.relation, 'select', null
		from ph_support.generated_view(schema) v
		where v.of_summaries
	)
	select distinct w.relation, w.privilege, w.columns
	from wanted w
	where w.kind = access_grants.kind and to_regclass(format('%I.%I', schema, w.relation)) is not null
	order by w.relation, w.privilege;
end;

comment on function ph.access_grants(text, text) is
	'what ph.grant_access grants to a kind of role on what is in the schema now: relation, privilege, and the columns '
	'(NULL: all); beside it USAGE on the schema, and nothing else';

create procedure ph_support.require_role_of_others(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from pg_roles where rolname = role) then
		raise exception 'role "%" does not exist', role
			using errcode = 'undefined_object', hint = 'CREATE ROLE makes roles, which are the DBA''s; '
				'DELETE FROM entitlement takes away what one that has gone has left.';
	elsif to_regclass(format('%I.entitlement', schema)) is null then
		raise exception 'schema "%" has no tables of sharing', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) first.';
	elsif (
		select r.rolname = role
		from pg_class c
		join pg_roles r on r.oid = c.relowner
		where c.oid = format('%I.entitlement', schema)::regclass)
	then
		raise exception 'role "%" owns the schema', role
			using errcode = 'invalid_grant_operation',
				hint = 'CALL ph.grant_access(..., ''owner'') gives it to another.';
	end if;
end
$$;

comment on procedure ph_support.require_role_of_others(text, text) is
	'does nothing where the role is there and does not own the tables of sharing. '
	'Errors: undefined_object, undefined_table, invalid_grant_operation';

create procedure ph_support.require_grantee(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	grantee record;
begin
	call ph_support.require_own_schema(schema);
	select oid, rolsuper or rolbypassrls as sees_all, rolcanlogin
	into grantee
	from pg_roles
	where rolname = role;
	call ph_support.require_role_of_others(schema, role);
	if not exists (select from ph.access_kind() k where k.kind = require_grantee.kind) then
		raise exception 'argument "kind" must be a kind of role'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.access_kind() lists them.';
	elsif kind <> 'owner' and not ph_support.is_secured(schema) then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'object_not_in_prerequisite_state', hint = 'CALL ph.secure(...) first.';
	elsif kind <> 'owner' and grantee.sees_all then
		raise exception 'role "%" is a superuser or has BYPASSRLS', role
			using errcode = 'invalid_grant_operation', hint = 'No policy holds for it: make another role.';
	elsif kind in ('steward', 'analyst', 'aggregate', 'auditor') and exists (
		select
		from pg_policy p, unnest(p.polroles) r
		where p.polrelid = format('%I.person', schema)::regclass and p.polname = 'custodian' and r <> 0
			and r <> grantee.oid and pg_has_role(grantee.oid, r, 'member'))
	then
		raise exception 'role "%" is a member of one that sees all rows', role
			using errcode = 'invalid_grant_operation', hint = 'REVOKE that membership first.';
	end if;
end
$$;

comment on procedure ph_support.require_grantee(text, text, text) is
	'does nothing where the role can be of the kind. Errors: undefined_object, undefined_table, '
	'invalid_parameter_value, object_not_in_prerequisite_state, invalid_grant_operation';

create procedure ph_support.set_custodian(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select s.target, array_to_string(array(
			select c
			from unnest(ph_support.custodians(schema, s.target)) c
			where c::oid <> grantee.oid or c::oid = r.relowner
			union
			select grantee.oid::regrole
			where kind = 'loader' and s.by_row or kind = 'steward' and s.relation = 'may_use'), ', ') as roles
		from ph_support.table_to_secure(schema) s
		join pg_class r on r.oid = s.target
		join pg_policy p on p.polrelid = s.target and p.polname = 'custodian'
		join pg_roles grantee on grantee.rolname = role
	loop
		execute format('alter policy custodian on %s to %s', part.target, part.roles);
	end loop;
end
$$;

comment on procedure ph_support.set_custodian(text, text, text) is
	'lets loaders see and write all rows of the tables of persons, stewards those of may_use, others none';

create procedure ph_support.give_schema_to(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	execute format('alter schema %I owner to %I', schema, role);
	for statement in
		select format('alter %s %s owner to %I',
			case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
				else 'table' end, c.oid::regclass, role)
		from pg_class c
		where c.relnamespace = schema::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
		union all
		select format('alter routine %s owner to %I', p.oid::regprocedure, role)
		from pg_proc p
		where p.pronamespace = schema::regnamespace and p.prokind in ('f', 'p')
	loop
		execute statement;
	end loop;
end
$$;

comment on procedure ph_support.give_schema_to(text, text) is
	'makes a role the owner of the schema, its tables, views and functions';

create procedure ph_support.revoke_grants(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('revoke all on all tables in schema %I from %I', schema, role);
	execute format('revoke all on all routines in schema %I from %I', schema, role);
	execute format('revoke all on schema %I from %I', schema, role);
end
$$;

comment on procedure ph_support.revoke_grants(text, text) is 'takes from a role all that it was granted in the schema';

create procedure ph.grant_access(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	granted record;
	owner text;
begin
	call ph_support.require_grantee(schema, role, kind);
	call ph_support.keep_one_transaction(schema);
	if kind = 'owner' then
		select r.rolname
		into owner
		from pg_class c
		join pg_roles r on r.oid = c.relowner
		where c.oid = format('%I.entitlement', schema)::regclass;
		call ph_support.give_schema_to(schema, role);
		call ph_support.set_custodian(schema, owner, kind);
	else
		-- first what locks tables, lest it meet an autovacuum that waits for what was granted
		call ph_support.set_custodian(schema, role, kind);
		call ph_support.revoke_grants(schema, role);
		execute format('grant usage on schema %I to %I', schema, role);
		for granted in select * from ph.access_grants(schema, kind) loop
			execute format('grant %s %s on %I.%I to %I', granted.privilege, (
				select '(' || string_agg(quote_ident(c), ', ') || ')' from unnest(granted.columns) c),
				schema, granted.relation, role);
		end loop;
		if kind = 'aggregate'
			and to_regprocedure(format('%I.tabulate(text, text, text, text)', schema)) is not null
		then
			execute format('grant execute on function %I.tabulate(text, text, text, text) to %I', schema, role);
		end if;
	end if;
	if ph_support.is_secured(schema) then
		call ph_support.require_policies_current(schema);
	end if;
end
$$;

comment on procedure ph.grant_access(text, text, text) is
	'gives a role that the DBA has made what its kind may do in the schema (ph.access_kind(), ph.access_grants()) and '
	'takes from it what it had there beyond that; it brings the policies up to the entitlements in force. An owner '
	'gets the schema itself with all that is in it. Rows are seen by entitlement alone: INSERT INTO entitlement. '
	'Again, after new views or tables: these are granted too. '
	'Errors: undefined_object for a role that does not exist, undefined_table without tables of sharing, '
	'invalid_parameter_value for another kind, object_not_in_prerequisite_state before ph.secure, '
	'invalid_grant_operation for superusers, roles with BYPASSRLS and members of roles that see all rows';

create procedure ph.revoke_access(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.require_own_schema(schema);
	call ph_support.require_role_of_others(schema, role);
	call ph_support.keep_one_transaction(schema);
	execute format('delete from %I.entitlement e where e.role = $1', schema) using role;
	if ph_support.is_secured(schema) then
		call ph_support.set_custodian(schema, role, 'nobody');
	end if;
	call ph_support.revoke_grants(schema, role);
	if ph_support.is_secured(schema) then
		call ph_support.require_policies_current(schema);
	end if;
end
$$;

comment on procedure ph.revoke_access(text, text) is
	'takes from a role its entitlements, grants and place in policies of the schema, at once for its open sessions '
	'too; it can be dropped then. '
	'Errors: undefined_object, undefined_table, invalid_grant_operation for the owner';

create procedure ph.load_restricted_codes(
	schema text,
	format text,
	relation regclass,
	class text,
	source text,
	purposes text[] default '{}',
	part text default null,
	code_system text default null,
	vocabulary text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	published text;
	missing text;
	codes bigint;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.restricted_code', schema)) is null then
		raise exception 'schema "%" has no tables of sharing', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) first.';
	end if;
	select string_agg(a.name, ', ')
	into missing
	from (
		values ('format', format), ('relation', relation::text), ('class', class), ('source', source),
			('purposes', purposes::text)) a (name, value)
	where coalesce(a.value, '') = '';
	if missing is not null then
		raise exception 'arguments must be given and not be empty: %', missing
			using errcode = 'null_value_not_allowed';
	elsif class not in ('law', 'sensitive', 'third_party') then
		raise exception 'argument "class" must be law, sensitive or third_party'
			using errcode = 'invalid_parameter_value', hint = 'It says why the codes are restricted.';
	elsif not purposes <@ array(select p.purpose from ph.purpose() p) then
		raise exception 'argument "purposes" must list purposes'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.purpose() lists them.';
	end if;
	published := ph_support.published_code_query(relation, format, part, code_system, vocabulary);
	execute format('delete from %I.restricted_code r where (r.class, r.source) = ($1, $2)', schema)
	using class, source;
	execute format(
		'insert into %I.restricted_code (code_system, code, match, class, purposes, source)
		select code_system, code, match, $1, $2, $3 from (%s) published', schema, published)
	using class, purposes, source;
	get diagnostics codes = row_count;
	if codes = 0 then
		raise exception 'relation % has no code', relation
			using errcode = 'no_data_found', hint = 'Was the file copied, and is part the one that you mean?';
	end if;
	call ph_support.refresh_access_where_secured(schema);
end
$$;

comment on procedure ph.load_restricted_codes(text, text, regclass, text, text, text[], text, text, text) is
	'reads a published set of codes from a relation into which its file was copied (formats: ph.code_list_format()) '
	'into restricted_code of the schema, in the place of what the same source said for the class, and fills the '
	'columns of secured tables (ph.refresh_access): rows with such a code are then left out for all purposes but those '
	'listed. class: law, sensitive or third_party; part, code_system and vocabulary as in ph.load_code_list. '
	'Errors: undefined_table, null_value_not_allowed, invalid_parameter_value, no_data_found, '
	'those of ph.refresh_access';

create function ph.left_out(
	schema text, purpose text,
	out reason text, out breakdown text, out group_name text, out people bigint, out people_in_all bigint,
	out rows bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	coded text;
begin
	if not exists (select from ph.purpose() p where p.purpose = left_out.purpose) then
		raise exception 'argument "purpose" must be a purpose'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.purpose() lists them.';
	elsif ph_support.is_secured(schema) is not true then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'undefined_object', hint = 'CALL ph.secure(...) first.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %I.stay', schema)]);
	select string_agg(
		format('select t.person_id::text as person_id, count(*) as rows
			from %s t
			where not coalesce(%L = any (t.restricted_unless), true)
			group by t.person_id', s.target, purpose), ' union all ')
	into coded
	from ph_support.table_to_secure(schema) s
	join ph_support.coded_column() using (relation);
	return query execute format(
		'with last as (
			select distinct on (s.person_id) s.person_id, s.deprivation_quintile
			from %1$I.stay s
			order by s.person_id, s.start_date desc
		), restricted as (
			select person_id, sum(c.rows)::bigint as rows
			from (%2$s) c
			group by person_id
		), person as (
			select not p.%3$I as unused, r.rows,
				array[''all'', ''deprivation_quintile'', ''ethnicity''] as breakdowns,
				array[''all'', coalesce(l.deprivation_quintile::text, ''unknown''),
					coalesce(nullif(p.ethnicity_code::text, ''Z''), ''unknown'')] as groups
			from %1$I.person p
			left join last l on l.person_id = p.person_id::text
			left join restricted r on r.person_id = p.person_id::text
		)
		select said.reason, g.breakdown, g.group_name, count(*) filter (where said.left_out), count(*),
			case when said.reason = ''restricted_code'' then coalesce(sum(person.rows), 0)::bigint end
		from person
		cross join lateral unnest(person.breakdowns, person.groups) g (breakdown, group_name)
		cross join lateral (
			values (''may_use'', unused), (''restricted_code'', person.rows is not null)) said (reason, left_out)
		group by said.reason, g.breakdown, g.group_name
		order by said.reason, g.breakdown, g.group_name', schema, coded, 'may_use_' || purpose);
end
$$;

comment on function ph.left_out(text, text) is
	'how many people, and for restricted_code how many of their rows, are left out for a purpose, and of how many: of '
	'all, by fifth of deprivation (1 is the most deprived) and by ethnicity; reason is may_use (the person is not to '
	'be included) or restricted_code (rows with such codes, none of which is named). For who decides, not to publish: '
	'counts are exact. Errors: invalid_parameter_value for another purpose, undefined_object where the schema is not '
	'secured, insufficient_privilege for who does not see all rows';

create function ph_support.names_it(source text, name text) returns boolean
language sql immutable parallel safe
-- a name may have characters that mean something in a pattern
return source ~ format('(^|\W)%s(\W|$)', regexp_replace(quote_ident(name), '(\W)', '\\\1', 'g'));

comment on function ph_support.names_it(text, text) is
	'whether a piece of SQL has a name as a word, quoted where it must be';

create function ph_support.sensitive_column(out relation text, out column_name text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', 'ethnicity_code'), ('person', 'death_cause_icd10'), ('ethnicity', 'ethnicity_code'),
		('clinical_event', 'code'), ('encounter', 'primary_icd10');
end;

comment on function ph_support.sensitive_column() is
	'columns whose most common values, which EXPLAIN makes estimates of, tell of people whose rows are hidden';

create function ph_support.sharing_trigger(out relation text, out name text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('entitlement', 'keep_one_purpose'), ('release', 'append'), ('release', 'refuse_change'),
		('released_row', 'refuse_change'), ('release_head', 'refuse_change'),
		('reidentification', 'keep_reidentification');
end;

comment on function ph_support.sharing_trigger() is 'the triggers that guard the tables of sharing';

create function ph_support.grants_on(relation oid, out grantee oid, out name text, out privilege text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select distinct g.grantee, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end, g.privilege_type
	from pg_class c
	cross join lateral (
		select c.relacl
		union all
		select attacl from pg_attribute where attrelid = c.oid and not attisdropped) held (rights)
	cross join lateral aclexplode(held.rights) g
	where c.oid = relation and g.grantee <> c.relowner
$$;

comment on function ph_support.grants_on(oid) is
	'who but the owner was granted what on a relation or columns of it; grantee 0 is public';

create function ph_support.has_rights_of(role oid, others regrole[]) returns boolean
language sql stable
begin atomic
	select exists (select from unnest(others) o where pg_has_role(role, o, 'usage'));
end;

comment on function ph_support.has_rights_of(oid, regrole[]) is 'whether a role is or inherits one of the others';

create function ph_support.roles_entitled(schema text, policy text default '%') returns regrole[]
language sql stable
begin atomic
	select array(select r from ph_support.entitled_roles(schema) e, unnest(e.roles) r where e.policy like $2);
end;

comment on function ph_support.roles_entitled(text, text) is
	'the roles that have entitlements in force, all or those of a policy';

create function ph_support.built_on_persons(schema text, out class oid, out object oid) returns setof record
language sql stable
begin atomic
	select distinct b.class, b.object
	from ph_support.table_to_secure(schema) s, ph_support.built_on('pg_class'::regclass, s.target) b;
end;

comment on function ph_support.built_on_persons(text) is 'what is built on the tables of persons, also through others';

create function ph_support.condition_key(condition text) returns text
language sql immutable parallel safe
return lower(regexp_replace(condition, '\s+AS "?\w+"?|::[a-z]+(\[\])?|\s', '', 'g') collate "C");

comment on function ph_support.condition_key(text) is
	'a condition without casts, aliases and blanks, so that the one of a policy as PostgreSQL writes it is that which '
	'it was made of';

create function ph_support.policy_check(
	schema text, out target regclass, out name text, out is_there boolean, out is_wanted boolean,
	out roles_differ boolean, out rule_differs boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with wanted as (
		select s.target, a.name, array(select r::oid from unnest(a.roles) r order by 1) as roles,
			a.definition like 'as permissive%' as permissive, a.definition like '%for all%' as for_all,
			ph_support.condition_key(
				substring(a.definition from 'using \((.*?)\)(?: with check \(true\))?$')) as condition
		from ph_support.table_to_secure(schema) s,
			ph_support.wanted_policy(schema, s.target, s.by_row) a
	), there as (
		select s.target, p.polname::text as name,
			array(select r from unnest(p.polroles) r where r <> 0 order by 1) as roles,
			p.polpermissive as permissive, p.polcmd = '*' as for_all,
			ph_support.condition_key(pg_get_expr(p.polqual, p.polrelid)) as condition,
			p.polcmd in ('r', '*') and coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true' as plain
		from ph_support.table_to_secure(schema) s
		join pg_policy p on p.polrelid = s.target
	)
	select coalesce(w.target, t.target), coalesce(w.name, t.name), t.name is not null, w.name is not null,
		w.roles <> t.roles,
		not (t.plain and (w.permissive, w.for_all, w.condition) = (t.permissive, t.for_all, t.condition))
	from wanted w
	full join there t on t.target = w.target and t.name = w.name
	where t.permissive is not false or w.name is not null  -- what others restrict shows nobody more
$$;

comment on function ph_support.policy_check(text) is
	'the policies of the tables of persons beside those that ph.secure makes: which are there, which should be, and '
	'whether roles or what they say differ';

create function ph_support.calls_for_each_row(relation oid, condition text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from regexp_replace(
				condition, '\(\s*SELECT ([^()]|\(([^()]|\(([^()]|\([^()]*\))*\))*\))*\)', '', 'g') outside,
			regexp_matches(outside, '[[:alnum:]_".]+\(([^()]*)\)', 'g') call (arguments)
		where not exists (
			select
			from pg_attribute a
			where a.attrelid = relation and a.attnum > 0 and a.attname ~ '^\w+$'
				and ph_support.names_it(call.arguments[1], a.attname)))
$$;

comment on function ph_support.calls_for_each_row(oid, text) is
	'whether a condition calls, outside of sub-selects, a function of no column: once a row, with one answer';

create function ph_support.sharing_check(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		-- tables and their policies
		('no_table', 'high', 'person', 'policies need tables, and this is none',
		 $query$
			select s.target, format('call ph.create_views_from(..., schema => %L, materialise => true)', $1)
			from ph_support.table_to_secure($1) s
			join pg_class c on c.oid = s.target
			where c.relkind not in ('r', 'p')
		 $query$),
		('row_security_off', 'high', 'person', 'row security is off, or not forced on the owner: policies do not hold',
		 $query$
			select t.target, format('alter table %s enable row level security', t.target)
				|| case when t.forced then ', force row level security' else '' end
			from (
				select target, true
				from ph_support.table_to_secure($1)
				union all
				select to_regclass(format('%I.%I', $1, r)), false
				from unnest('{identity,reidentification,release,released_row}'::text[]) r
			) t (target, forced)
			join pg_class c on c.oid = t.target
			where c.relkind in ('r', 'p') and not (c.relrowsecurity and (c.relforcerowsecurity or not t.forced))
		 $query$),
		('policy_altered', 'high', 'person', 'a policy of ph.secure is missing, or says something else',
		 $query$
			select format('%s: %s', p.target, p.name), format('call ph.secure(%L)', $1)
			from ph_support.policy_check($1) p
			where p.is_wanted and p.rule_differs
				or p.is_wanted <> p.is_there and p.name in ('custodian', 'may_ask', 'area')
		 $query$),
		('policy_stale', 'medium', 'person', 'the policy is not that of the entitlements in force: roles see nothing',
		 $query$
			select format('%s: %s', p.target, p.name), format('call ph.refresh_access(%L)', $1)
			from ph_support.policy_check($1) p
			where p.roles_differ
				or p.is_wanted <> p.is_there and (p.name = 'national' or p.name like 'purpose\_%')
		 $query$),
		('policy_of_others', 'high', 'person', 'somebody''s policy shows more rows than those of ph.secure',
		 $query$
			select format('%s: %s', p.target, p.name), format('drop policy %I on %s', p.name, p.target)
			from (
				select target, name
				from ph_support.policy_check($1)
				where is_there and not is_wanted and name not in ('custodian', 'may_ask', 'area', 'national')
					and name not like 'purpose\_%'
				union all
				select polrelid::regclass, polname
				from pg_policy
				where polpermissive and polrelid in (
						to_regclass(format('%I.identity', $1)), to_regclass(format('%I.release', $1)),
						to_regclass(format('%I.released_row', $1)))
					and polname not in ('hidden', 'audience')) p
		 $query$),
		('sees_all_rows', 'high', 'person', 'the role is a custodian, who sees all rows, but does not load them',
		 $query$
			select distinct r::regrole, format('call ph.revoke_access(%L, %L)', $1, r::regrole::name)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target and p.polname = 'custodian'
			join pg_class c on c.oid = s.target
			cross join unnest(p.polroles) r
			where r not in (0, c.relowner) and not has_any_column_privilege(
				r, case s.relation when 'may_use' then s.target else to_regclass(format('%I.person', $1)) end, 'insert')
		 $query$),
		('function_altered', 'high', 'person', 'the function that policies call is not as ph.secure made it',
		 $query$
			select p.oid::regprocedure, format('call ph.secure(%L)', $1)
			from ph_support.access_function($1) f
			join pg_proc p on p.oid = to_regprocedure(format('%I.%I(%s)', $1, f.name, f.types))
			where not ph_support.is_access_function(p.oid)
		 $query$),
		('policy_function', 'medium', 'person', 'a policy calls a volatile or parallel unsafe function: no workers',
		 $query$
			select distinct format('%s: %s: %s', s.target, p.polname, f.oid::regprocedure),
				format('drop policy %I on %s', p.polname, s.target)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target
			-- what is pinned is in no dependency
			cross join regexp_matches(p.polqual::text, ':(?:funcid|opfuncid) (\d+)', 'g') called
			join pg_proc f on f.oid = called[1]::oid
			where f.provolatile = 'v' or f.proparallel <> 's'
		 $query$),
		('call_for_each_row', 'low', 'person', 
		 'a policy calls a function of no column outside of a sub-select: once a row',
		 $query$
			select format('%s: %s', s.target, p.polname), format('drop policy %I on %s', p.polname, s.target)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target
			where not ph_support.is_distributed(s.target)
				and ph_support.calls_for_each_row(s.target, pg_get_expr(p.polqual, s.target))
		 $query$),
		('index_unusable', 'low', 'person', 'row security keeps the index from use: its equality is not leakproof',
		 $query$
			select i.indexrelid::regclass, coalesce(
				(
					select format('alter table %s drop constraint %I', s.target, n.conname)
					from pg_constraint n
					where n.conindid = i.indexrelid and n.conrelid = s.target),
				format('drop index %s', i.indexrelid::regclass))
			from ph_support.table_to_secure($1) s
			join pg_index i on i.indrelid = s.target
			join pg_opclass o on o.oid = i.indclass[0]
			join pg_am m on m.oid = o.opcmethod
			join pg_amop e on e.amopfamily = o.opcfamily and e.amoplefttype = o.opcintype
				and e.amoprighttype = o.opcintype
				and e.amopstrategy = case m.amname when 'btree' then 3 when 'hash' then 1 end
			join pg_operator equal on equal.oid = e.amopopr
			join pg_proc p on p.oid = equal.oprcode
			where not p.proleakproof
		 $query$),
		-- ways around them
		('owner_view', 'high', 'person', 'the view reads rows of persons with the rights of its owner, not of who asks',
		 $query$
			select c.oid::regclass, format('alter view %s set (security_invoker = true)', c.oid::regclass)
			from ph_support.built_on_persons($1) b
			join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'v'
			where not coalesce((
				select o.option_value::boolean
				from pg_options_to_table(c.reloptions) o
				where o.option_name = 'security_invoker'), false)
		 $query$),
		('materialised_copy', 'high', 'person', 'a materialised view keeps rows of persons, and has no policies',
		 $query$
			select c.oid::regclass, format('drop materialized view %s', c.oid::regclass)
			from ph_support.built_on_persons($1) b
			join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'm'
		 $query$),
		('copied_rows', 'high', 'person', 'a table with person_id has no row security, and is in the schema or granted',
		 $query$
			select c.oid::regclass, case
				when n.nspname = $1 then format('call ph.secure(%L, %L)', $1, jsonb_build_object(c.relname, null))
				else format('revoke all on %s from %s', c.oid::regclass, g.names) end
			from pg_class c
			join pg_namespace n on n.oid = c.relnamespace
			join pg_attribute a on a.attrelid = c.oid and a.attname = 'person_id' and not a.attisdropped
			cross join lateral (
				select string_agg(distinct name, ', ')
				from ph_support.grants_on(c.oid)
				where privilege = 'SELECT') g (names)
			where c.relkind in ('r', 'p', 'f') and not c.relrowsecurity and n.nspname !~ '^pg_'
				and c.oid not in (select target from ph_support.table_to_secure($1))
				and (n.nspname, c.relname) not in (
					select $1::name, relation::name from ph_support.identity_table())
				and (n.nspname = $1 or g.names is not null)
		 $query$),
		('definer_reads_persons', 'high', 'person', 'a function reads rows of persons with the rights of its owner',
		 $query$
			select p.oid::regprocedure, format('alter routine %s security invoker', p.oid::regprocedure)
			from pg_proc p
			where p.prosecdef and ph_support.is_generated('pg_proc', p.oid) is not true
				and exists (
					select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee <> p.proowner)
				and (('pg_proc'::regclass, p.oid) in (select class, object from ph_support.built_on_persons($1))
					or ph_support.names_it(concat(p.prosrc, p.proconfig), $1) and exists (
						select
						from ph_support.table_to_secure($1) s
						where ph_support.names_it(p.prosrc, s.relation)))
		 $query$),
		('definer_search_path', 'medium', null,
		 'a function with the rights of its owner has no fixed search_path that ends with pg_temp',
		 $query$
			select p.oid::regprocedure, format('alter routine %s set search_path = %s, pg_temp', p.oid::regprocedure,
				concat_ws(', ', 'pg_catalog', quote_ident(n.nspname)))
			from pg_proc p
			join pg_namespace n on n.oid = p.pronamespace and n.nspname <> 'pg_catalog'
			where p.prosecdef and not exists (select from unnest(p.proconfig) s where s ~ '^search_path=.*\mpg_temp"?$')
				and not exists (
					select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
		 $query$),
		('bypasses_policies', 'high', 'person', 'who can log in is, or can become, one for whom no policy holds',
		 $query$
			select p.rolname, case
				when p.oid = b.oid and p.rolsuper then format('alter role %I nosuperuser', p.rolname)
				when p.oid = b.oid then format('alter role %I nobypassrls', p.rolname)
				else format('revoke %I from %I', b.rolname, p.rolname) end
			from pg_roles p
			join pg_roles b on (b.rolbypassrls or b.rolsuper)
				and case when p.rolsuper then p.oid = b.oid else pg_has_role(p.oid, b.oid, 'member') end
			where p.rolcanlogin and p.rolname is distinct from $2
				-- a superuser is one of those who are given rows where an entitlement or a membership says so
				and case
					when p.rolsuper then p.oid = any (ph_support.roles_entitled($1)) or exists (
						select
						from pg_auth_members m
						where m.member = p.oid and m.roleid = any (ph_support.roles_entitled($1)))
					else exists (
						select
						from ph_support.table_to_secure($1) s, unnest(array[p.oid, b.oid]) r
						where has_any_column_privilege(r, s.target, 'select')) end
		 $query$),
		('temporary_open', 'medium', null, 'everybody may make temporary functions, which see rows before filters',
		 $query$
			select current_database(), format('revoke temporary on database %1$I from public; '
				'grant temporary on database %1$I to %2$s', current_database(), n.nspowner::regrole)
			from pg_namespace n
			where n.nspname = $1 and has_database_privilege('public', current_database(), 'temporary')
		 $query$),
		('language_open', 'medium', null, 'everybody may write functions in the language, and DO blocks',
		 $query$
			select l.lanname, format('revoke usage on language %1$I from public; grant usage on language %1$I to %2$s',
				l.lanname, n.nspowner::regrole)
			from pg_language l, pg_namespace n
			where n.nspname = $1 and l.lanispl and l.lanpltrusted and has_language_privilege('public', l.oid, 'usage')
		 $query$),
		('create_open', 'medium', null, 'everybody may make functions and tables in the schema',
		 $query$
			select n.nspname, format('revoke create on schema %I from public', n.nspname)
			from pg_namespace n
			where n.nspname !~ '^pg_' and has_schema_privilege('public', n.oid, 'create')
		 $query$),
		-- who was given what
		('granted_to_public', 'high', null, 'everybody has rights, roles that are yet to be made too',
		 $query$
			select c.oid::regclass::text, format('revoke all on %s from public', c.oid::regclass)
			from pg_class c
			where c.relnamespace = to_regnamespace(quote_ident($1))
				and exists (select from ph_support.grants_on(c.oid) where grantee = 0)
			union all
			select n.nspname, format('revoke all on schema %I from public', n.nspname)
			from pg_namespace n, aclexplode(n.nspacl) g
			where n.nspname = $1 and g.grantee = 0
			union all
			select p.oid::regprocedure::text, format('revoke all on routine %s from public', p.oid::regprocedure)
			from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
			where p.pronamespace = to_regnamespace(quote_ident($1)) and p.prosecdef and g.grantee = 0
				and p.prorettype <> 'trigger'::regtype
				and not exists (select from ph_support.access_function($1) f where f.name = p.proname)
			union all
			select format('tables that %s makes', d.defaclrole::regrole),
				format('alter default privileges for role %s %srevoke all on tables from public', d.defaclrole::regrole,
					'in schema ' || quote_ident(n.nspname) || ' ')
			from pg_default_acl d
			left join pg_namespace n on n.oid = d.defaclnamespace
			cross join aclexplode(d.defaclacl) g
			where d.defaclobjtype = 'r' and g.grantee = 0 and coalesce(n.nspname = $1, true)
		 $query$),
		('stored_tally_open', 'high', 'entitlement', 'stored summaries of all people are read by who may not see them',
		 $query$
			select distinct format('%s: %s', c.oid::regclass, g.name),
				format('revoke all on %s from %s', c.oid::regclass, g.name)
			from pg_attribute a
			join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm')
			cross join lateral ph_support.grants_on(c.oid) g
			where a.atttypid = 'ph.tally'::regtype and not a.attisdropped and g.privilege = 'SELECT'
				and c.relname <> 'measure'  -- a standard population is nobody
				and not ph_support.has_rights_of(g.grantee, ph_support.roles_entitled($1, 'national'))
				-- stewards and auditors
				and not has_table_privilege(g.grantee, format('%I.entitlement', $1), 'select')
		 $query$),
		('identity_open', 'high', 'identity', 'somebody but its owner may read or write who people are',
		 $query$
			select distinct g.name, format('revoke all on %I.identity from %s', $1, g.name)
			from ph_support.grants_on(to_regclass(format('%I.identity', $1))) g
		 $query$),
		('steward_reads_rows', 'high', 'entitlement', 'who may entitle roles, or name who is included, reads rows too',
		 $query$
			select r.rolname,
				format('revoke insert, update, delete on %1$I.entitlement, %1$I.may_use from %2$I', $1, r.rolname)
			from pg_roles r
			join pg_class c on c.oid = to_regclass(format('%I.person', $1))
			where not r.rolsuper and not pg_has_role(r.oid, c.relowner, 'usage')
				and has_any_column_privilege(r.oid, c.oid, 'select')
				and (has_any_column_privilege(r.oid, format('%I.entitlement', $1), 'insert')
					or has_any_column_privilege(r.oid, format('%I.entitlement', $1), 'update')
					or has_any_column_privilege(r.oid, format('%I.may_use', $1), 'insert'))
		 $query$),
		('granted_without_entitlement', 'low', 'entitlement',
		 'the role may read tables of persons, but is entitled to no row',
		 $query$
			with reader as materialized (
				select distinct g.grantee, g.name
				from ph_support.table_to_secure($1) s
				cross join lateral ph_support.grants_on(s.target) g
				where s.by_row and g.privilege = 'SELECT' and g.grantee <> 0
			), known (role) as materialized (
				select unnest(ph_support.roles_entitled($1)
					|| ph_support.custodians($1, to_regclass(format('%I.person', $1))))
			)
			select r.name, format('call ph.revoke_access(%L, %L)', $1, r.grantee::regrole::name)
			from reader r
			where not exists (
				select
				from known k
				where pg_has_role(r.grantee, k.role, 'usage') or pg_has_role(k.role, r.grantee, 'usage'))
		 $query$),
		('entitlement_of_nobody', 'medium', 'entitlement',
		 'the role is no more: who makes one of this name has its rows',
		 $query$
			select distinct e.role, format('delete from %I.entitlement where role = %L', $1, e.role)
			from {entitlement} e
			where not exists (select from pg_roles where rolname = e.role)
		 $query$),
		('entitlement_expired', 'low', 'entitlement', 'the last day of the entitlement is past',
		 $query$
			select distinct e.role, format(
				'delete from %I.entitlement where role = %L and until < (now() at time zone ''UTC'')::date', $1, e.role)
			from {entitlement} e
			where e.until < (statement_timestamp() at time zone 'UTC')::date
		 $query$),
		('nobody_may_be_used', 'low', 'may_use', 'roles are entitled for a purpose for which nobody may be included',
		 $query$
			select p.purpose,
				format('insert into %1$I.may_use (person_id, purpose) ...; call ph.refresh_access(%1$L)', $1)
			from ph.purpose() p
			where exists (select from ph_support.entitled_roles($1) e where e.policy = 'purpose_' || p.purpose)
				and not exists (select from {may_use} u where u.purpose = p.purpose)
		 $query$),
		-- what tells of people all the same
		('trigger_off', 'high', 'entitlement', 'the trigger that guards the table is off or missing',
		 $query$
			select format('%I.%I: %s', $1, g.relation, g.name), case
				when t.oid is null then format('call ph.create_sharing_tables(%L)', $1)
				else format('alter table %I.%I enable trigger %I', $1, g.relation, g.name) end
			from ph_support.sharing_trigger() g
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, g.relation))
			left join pg_trigger t on t.tgrelid = c.oid and t.tgname = g.name
			where t.oid is null or t.tgenabled not in ('O', 'A')
		 $query$),
		('untyped_number', 'medium', null,
		 'a view has an untyped literal beside an NHS number: its errors repeat it; write ph.nhs_number ''...''',
		 $query$
			with numbered as materialized (
				select distinct r.ev_class
				from pg_attribute a
				join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
					and d.refobjsubid = a.attnum
				join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
				where a.atttypid = 'ph.nhs_number'::regtype
			)
			select ev_class::regclass, format(
				'create or replace view %s with (security_invoker = true) as ...', ev_class::regclass)
			from numbered
			where pg_get_viewdef(ev_class) ~
				'\)::bigint [<>=]+ ((ANY|ALL) \()?''[{\d]|''\d+''::bigint [<>=]+ \([^()]+\)::bigint'
		 $query$),
		('overlapping_places', 'information', 'measure_fold',
		 'levels of measures do not lie in each other: released together, they tell of who is in one and not the other',
		 $query$
			select array_to_string(h.levels, ' > '),
				format('call ph.release_measures(%L, ..., levels => %L)', $1, h.levels)
			from (
				select ph_support.hierarchies(
					$1, array(select distinct l from {measure_fold} f, unnest(f.levels) l)) as ways
			) folded,
			unnest(folded.ways) h
			where cardinality(folded.ways) > 1
		 $query$),
		('sensitive_statistics', 'information', 'person',
		 'EXPLAIN tells analysts what is common in rows that they may not see; without statistics, plans are worse',
		 $query$
			select format('%s.%I', s.target, m.column_name), format(
				'alter table %1$s alter column %2$I set statistics 0; '
				'delete from pg_statistic where starelid = %1$L::regclass and staattnum = %3$s',
				s.target, m.column_name, a.attnum)
			from ph_support.table_to_secure($1) s
			join ph_support.sensitive_column() m using (relation)
			join pg_attribute a on a.attrelid = s.target and a.attname = m.column_name
			where exists (
					select
					from ph_support.grants_on(s.target) g
					where has_column_privilege(g.grantee, s.target, a.attnum, 'select')
						and not ph_support.has_rights_of(g.grantee,
							ph_support.custodians($1, s.target) || ph_support.roles_entitled($1, 'national')))
				and (coalesce(a.attstattarget, -1) <> 0 or exists (
					select
					from pg_stats t
					where format('%I.%I', t.schemaname, t.tablename)::regclass = s.target
						and t.attname = m.column_name))
			union all
			select format('%I.%I', n.nspname, x.stxname), format('drop statistics %I.%I', n.nspname, x.stxname)
			from ph_support.table_to_secure($1) s
			join ph_support.sensitive_column() m using (relation)
			join pg_attribute a on a.attrelid = s.target and a.attname = m.column_name
			join pg_statistic_ext x on x.stxrelid = s.target and a.attnum = any (x.stxkeys)
			join pg_namespace n on n.oid = x.stxnamespace
		 $query$),
		('values_logged', 'information', null, 'the server''s log keeps values of statements or parameters',
		 $query$
			select s.name, format('alter database %I set %s = %L', current_database(), s.name, s.quiet)
			from (
				values (
						'log_parameter_max_length_on_error', '0',
						current_setting('log_parameter_max_length_on_error') <> '0'),
					('log_parameter_max_length', '0', current_setting('log_parameter_max_length') <> '0'
						and (current_setting('log_statement') in ('mod', 'all')
							or current_setting('log_min_duration_statement') <> '-1'))
			) s (name, quiet, found)
			where s.found
		 $query$),
		('not_audited', 'information', null, 'pgaudit is not loaded: no log says who read what',
		 $query$
			select 'pgaudit', 'shared_preload_libraries = ''pgaudit'' in postgresql.conf, and restart'
			where not exists (select from pg_settings where name = 'pgaudit.log')
		 $query$);
end;

comment on function ph_support.sharing_check() is
	'what ph.finding looks for: kind, severity, the relation of the schema without which there is nothing to look at '
	'(NULL: none), what is wrong, and the query of objects and remedies; $1 is the schema, $2 the role that dumps';

create function ph.finding(
	schema text, dump_role text default null,
	out kind text, out severity text, out object text, out finding text, out remedy text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	if schema is null or to_regclass(format('%I.entitlement', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of sharing'
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes them.';
	elsif dump_role is not null and not exists (select from pg_roles where rolname = dump_role) then
		raise exception 'argument "dump_role" must be a role'
			using errcode = 'undefined_object', hint = 'It is the one with BYPASSRLS that pg_dump runs as.';
	end if;
	for part in
		select *
		from ph_support.sharing_check() c
		where c.needs is null or to_regclass(format('%I.%I', schema, c.needs)) is not null
		order by array_position('{high,medium,low,information}', c.severity), c.kind
	loop
		return query execute format(
			'select %L, %L, f.object::text, %L, f.remedy from (%s) f (object, remedy) order by 3, 5',
			part.kind, part.severity, part.finding, ph_support.in_schema(part.query, schema))
		using schema, dump_role;
	end loop;
end
$$;

comment on function ph.finding(text, text) is
	'what is wrong with what is shared in the schema, no rows where all is well: kind, severity (high, medium, low, or '
	'information, which is a choice of yours), object, finding, and remedy, the statement that mends it. It reads the '
	'catalogue and the tables of sharing; for owners, stewards and superusers. dump_role is the one role with '
	'BYPASSRLS that dumps. docs/sharing.md says what each kind is. Errors: undefined_table without tables of sharing, '
	'undefined_object for a dump_role that does not exist, insufficient_privilege for others';

