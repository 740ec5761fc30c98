
-- ---- runs: the people of a day, scored ----

create function ph_support.require_run(schema text, run text, argument text default 'run') returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	is_there boolean;
begin
	perform ph_support.require_accountability_tables(schema);
	execute format('select exists (select from %I.score_run r where r.run = $1)', schema)
	into is_there
	using run;
	if not is_there then
		raise exception 'argument "%" must be a recorded run', argument
			using errcode = 'invalid_parameter_value', hint =
				format('SELECT run, score, version, as_of FROM %I.score_run tells which there are.', schema);
	end if;
end
$$;
comment on function ph_support.require_run(text, text, text) is
	'does nothing where the run is recorded in the schema; argument is what the error names. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph_support.require_whole_run(schema text, run text, argument text default 'run') returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_run(schema, run, argument),
		ph_support.require_all_rows(array[format('select from %I.person_score', schema)]);
end
$$;
comment on function ph_support.require_whole_run(text, text, text) is
	'ph_support.require_run, for who sees everybody of the run: what is told of a part of it would be taken for all. '
	'Errors: undefined_table, invalid_parameter_value, insufficient_privilege';

create function ph_support.score_terms(model ph.model) returns text[]
language sql immutable parallel safe
begin atomic
	select array(
		select t.term
		from unnest((model).terms) with ordinality t (term, position)
		where t.term <> '(intercept)'
		order by t.position);
end;
comment on function ph_support.score_terms(ph.model) is 'the terms of a model that a person has a value for';

create function ph_support.score_kind(score text, model ph.model) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when (model).family is not null then 'model'
			when exists (select from ph.instruments() i where i.instrument = score) then 'instrument'
			else 'external' end;
end;
comment on function ph_support.score_kind(text, ph.model) is
	'what gives a score: a model, an instrument of ph.instruments(), or somebody else''s product';

create function ph_support.optional_column(relation regclass, name text, type regtype) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when ph_support.column_type(relation, name) is null then format('null::%s', type)
			else format('r.%I::%s', name, type) end
$$;
comment on function ph_support.optional_column(regclass, text, regtype) is
	'the expression of a column of a relation r, NULL where it has none of the name';

create function ph_support.score_inputs(people regclass, model ph.model) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when (model).family is not null then ph_support.score_terms(model)
			else array(
				select attname::text
				from pg_attribute
				where attrelid = people and attnum > 0 and not attisdropped
					and attname <> all ('{person_id,value,band,status,tier,missing_inputs}')
				order by attnum) end
$$;
comment on function ph_support.score_inputs(regclass, ph.model) is
	'what scores of a relation are made of: the terms of the model, or the columns beside the score';

create function ph_support.disputed_terms(schema text, model ph.model) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer jsonb;
begin
	execute format($query$
		select coalesce(jsonb_object_agg(person_id, inputs), '{}')
		from (
			select person_id, jsonb_object_agg(input, null) as inputs
			from %I.disputed_input
			where input = any ($1)
			group by person_id) d$query$, schema)
	into answer
	using ph_support.score_terms(model);
	return answer;
end
$$;
comment on function ph_support.disputed_terms(text, ph.model) is
	'the terms of a model that people of the schema dispute: an object of NULLs a person';

create function ph_support.scored_query(people regclass, model ph.model, tiering text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when (model).family is not null then format(
				$query$
					select r.person_id::text, s.value, s.band, s.status, i.inputs,
						case
							when s.status = 'ok' then '{}'
							else array(
								select key
								from jsonb_each(i.inputs) k (key, value)
								where value = 'null') end,
						%s
					from %s r
					cross join lateral (
						select to_jsonb(k) || coalesce($1 -> r.person_id::text, '{}') as inputs
						from (select %s) k
						offset 0) i  -- made once, not wherever it is named
					cross join lateral (select a.* from ph.score_by_name(%L::ph.model, i.inputs) a offset 0) s$query$,
				given.tier, people, (
					select string_agg(format('r.%I', t), ', ')
					from unnest(ph_support.score_terms(model)) t), model)
			else format(
				$query$
					select r.person_id::text, r.value::float8, %s,
						coalesce(%s, case when r.value is null then 'missing_input' end),
						to_jsonb(r) - '{person_id,value,band,status,tier,missing_inputs}'::text[],
						coalesce(%s, '{}'), %s
					from %s r$query$,
				ph_support.optional_column(people, 'band', 'text'),
				ph_support.optional_column(people, 'status', 'text'),
				ph_support.optional_column(people, 'missing_inputs', 'text[]'), given.tier, people)
			end
	from (select case tiering when 'given' then 'r.tier::float8' else 'null::float8' end as tier) given
$$;
comment on function ph_support.scored_query(regclass, ph.model, text) is
	'the query of the scores of a relation, in the columns of ph_scored: by a model, of which what $1 says that people '
	'dispute is not known, or as the relation has them';

create procedure ph_support.require_scorable(people regclass, model ph.model, tiering text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	is_model constant boolean := (model).family is not null;
	numbers text;
begin
	if people is null then
		raise exception 'argument "people" must not be null'
			using errcode = 'null_value_not_allowed', hint = 'It is a relation of person_id and what scores need.';
	elsif is_model and ((model).coefficients is null or array_position((model).coefficients, null) is not null) then
		raise exception 'argument "model" has no coefficients for all of its terms'
			using errcode = 'invalid_parameter_value', hint = 'Its status and note say why.';
	end if;
	perform ph_support.require_columns('people', people, '{person_id}'
		|| case when is_model then ph_support.score_terms(model) else '{value}' end
		|| case when tiering = 'given' then '{tier}'::text[] else '{}' end);
	for numbers in
		select c.name
		from unnest('{value,tier}'::text[]) c (name)
		where ph_support.column_type(people, c.name) <> all (
			'{smallint,integer,bigint,real,double precision,numeric}'::regtype[])
	loop
		raise exception 'column "%" of argument "people" must be numbers', numbers
			using errcode = 'datatype_mismatch', hint = 'Who has no score has NULL.';
	end loop;
	perform ph_support.require_all_rows(array['select from ' || people]);
end
$$;
comment on procedure ph_support.require_scorable(regclass, ph.model, text) is
	'does nothing where a relation has what the scores are made of, all of whose rows are seen. '
	'Errors: null_value_not_allowed, invalid_parameter_value, undefined_column, datatype_mismatch, '
	'insufficient_privilege';

create procedure ph_support.require_scored(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of record;
begin
	execute format($query$
		select count(*) - count(person_id) as nameless, count(person_id) - count(distinct person_id) as repeated,
			count(*) filter (where not (abs(value) < 'infinity')) as numberless,
			count(*) filter (where not (tier between 1 and 2147483647 and tier = floor(tier))) as tierless,
			(
				select count(*)
				from (
					select person_id from pg_temp.ph_scored
					except
					select person_id::text from %I.person) u
				where person_id is not null) as unknown
		from pg_temp.ph_scored s$query$, schema)
	into of;
	if of.nameless > 0 then
		raise exception 'argument "people" has % rows without a person_id', of.nameless
			using errcode = 'null_value_not_allowed';
	elsif of.repeated > 0 then
		raise exception 'argument "people" has % persons more than once', of.repeated
			using errcode = 'cardinality_violation', hint = 'A run is one row a person.';
	elsif of.numberless > 0 then
		raise exception 'argument "people" has % scores that are no finite numbers', of.numberless
			using errcode = 'numeric_value_out_of_range', hint = 'Who has no score has NULL.';
	elsif of.tierless > 0 then
		raise exception 'argument "people" has % tiers that are no whole numbers from 1 on', of.tierless
			using errcode = 'numeric_value_out_of_range', hint = 'Tier 1 is the highest; who is in none has NULL.';
	elsif of.unknown > 0 then
		raise exception 'argument "people" has % persons who are not in %.person', of.unknown, schema
			using errcode = 'foreign_key_violation', hint = 'Load the people first.';
	end if;
end
$$;
comment on procedure ph_support.require_scored(text) is
	'does nothing where ph_scored is one row a known person with a number or none, and a tier or none. Errors: '
	'null_value_not_allowed, cardinality_violation, numeric_value_out_of_range, foreign_key_violation';

create function ph_support.tier_expression(tiering text) returns text
language sql immutable parallel safe
return case tiering
	when 'share' then 'ph.risk_tier(value, $1, $2) over (order by value desc nulls last, person_id)'
	when 'places' then 'ph.capacity_tier(value, $1, $2) over (order by value desc nulls last, person_id)'
	when 'edge' then 'ph.risk_band(value, $1)'
	else 'tier' end;
comment on function ph_support.tier_expression(text) is 'the tier of a person by cuts $1 and the tie rule $2';

create function ph_support.score_content(score text, version text, kind text, model ph.model) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	content text;
begin
	if kind = 'model' then
		content := to_jsonb(model)::text;
	elsif kind = 'instrument' then
		select string_agg(to_jsonb(c)::text, E'\n' order by to_jsonb(c)::text collate "C")
		into content
		from ph.instrument_codes() c
		where c.instrument = score;
	else
		select string_agg(concat_ws(' ', s.person_id, s.value), E'\n' order by s.person_id collate "C")
		into content
		from pg_temp.ph_scored s;
	end if;
	return encode(sha256(convert_to(concat_ws(E'\n', score, version, content), 'UTF8')), 'hex');
end
$$;
comment on function ph_support.score_content(text, text, text, ph.model) is
	'SHA-256 of name, version and what gives a score: the model, the code list and weights of an instrument, and of '
	'somebody else''s product the scores themselves';

create procedure ph.record_scores(
	schema text, run text, score text, version text, people regclass, as_of timestamptz, purpose text,
	model ph.model default null, predicts text default null, label_kind text default null,
	horizon interval default null, tiering text default 'share', cuts float8[] default null,
	ties text default 'down', source text default null, licence text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1  -- what is kept, and its hash, is exact whatever the session prints
as $$
declare
	day constant date := as_of;
	kind constant text := ph_support.score_kind(score, model);
	bounds constant float8[] := coalesce(cuts, case tiering when 'share' then '{0.005,0.05,0.20}'::float8[] end);
	listed constant boolean := to_regclass(format('%I.may_use', schema)) is not null;
	is_taken boolean;
	data_day date;
	left_out bigint;
	stamp text;
begin
	perform ph_support.require_accountability_tables(schema), ph_support.require_newest_rows();
	if purpose is null then
		raise exception 'argument "purpose" must not be null'
			using errcode = 'null_value_not_allowed', hint =
				'Say for what: ' || (select string_agg(p.purpose, ', ') from ph.purpose() p) || '.';
	elsif day is null or not isfinite(day) then
		raise exception 'argument "as_of" must be a day'
			using errcode = 'invalid_parameter_value';
	elsif (case when horizon > '100 years' then true else (day + horizon)::date <= day end) then
		raise exception 'argument "horizon" must be from a day to 100 years'
			using errcode = 'invalid_parameter_value', hint =
				'It is how long after the day the outcome counts, such as 1 year; NULL where it is of no time.';
	elsif coalesce(run, '') !~ '\S' or coalesce(score, '') !~ '\S' or coalesce(version, '') !~ '\S' then
		raise exception 'arguments "run", "score" and "version" must not be null or empty'
			using errcode = 'invalid_parameter_value';
	end if;
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p));
	perform ph_support.require_known('tiering', array[tiering], '{share,places,edge,given}');
	perform ph_support.require_known('label_kind', array[label_kind], '{health,use,cost}') where label_kind is not null;
	if (tiering = 'given') = (cuts is not null) and tiering <> 'share' or cuts = '{}' then
		raise exception 'argument "cuts" must %be null% for tiering "%"',
			case when tiering = 'given' then '' else 'not ' end, case when cuts = '{}' then ' or empty' else '' end,
			tiering
			using errcode = 'invalid_parameter_value', hint =
				'It is shares of the people (share), people (places), or scores (edge) in descending order.';
	end if;
	execute format('select exists (select from %I.score_run r where r.run = $1)', schema)
	into is_taken
	using run;
	if is_taken then
		raise exception 'run "%" is already recorded', run
			using errcode = 'unique_violation', hint = 'A run never changes: give the new one a name of its own.';
	end if;
	data_day := ph_support.data_day(schema);
	if kind <> 'external' and day > data_day + 1 then
		raise exception 'the data do not reach the day of argument "as_of"'
			using errcode = 'object_not_in_prerequisite_state', hint = format('They end on %s.', data_day);
	end if;
	-- who is removed at the same time is gone before the people are read, or goes with their scores
	execute format('lock table %I.person_score in row exclusive mode', schema);
	call ph_support.require_scorable(people, model, tiering);
	perform ph_support.require_restricted_left_out(schema) where listed;

	-- before rows are left out for the purpose, which the stamp takes for rows that are hidden
	stamp := (ph_support.data_stamp(schema, array['select from ' || people], '{}')).stamp;
	perform set_config('population_health.purpose', case when listed then purpose else '' end, true);
	create temp table ph_scored (
		person_id text, value float8, band text, status text, inputs jsonb, missing_inputs text[], tier float8)
		on commit drop;
	execute 'insert into pg_temp.ph_scored ' || ph_support.scored_query(people, model, tiering)
	using ph_support.disputed_terms(schema, model);
	perform set_config('population_health.purpose', '', true);
	call ph_support.require_scored(schema);
	if listed then
		execute format($query$
			delete from pg_temp.ph_scored s
			where not exists (
				select
				from %I.may_use m
				where m.person_id = s.person_id and m.purpose = $1)$query$, schema)
		using purpose;
		get diagnostics left_out = row_count;
	end if;
	if not exists (select from pg_temp.ph_scored) then
		raise exception 'argument "people" has nobody to score'
			using errcode = 'no_data_found', hint = case
				when left_out > 0 then format('None of its %s people may be used for %s, as %I.may_use says.',
					left_out, purpose, schema)
				else 'A run of nobody says nothing.' end;
	end if;

	execute format($query$
		insert into %I.score_run (
			run, score, version, kind, purpose, as_of, predicts, label_kind, horizon, model, source, licence,
			content_hash, inputs, tiering, cuts, ties, data_day, data_stamp, people, scored, left_out)
		select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, count(*),
			count(value), $20
		from pg_temp.ph_scored$query$, schema)
	using run, score, version, kind, purpose, day, predicts, label_kind, horizon,
		case when kind = 'model' then to_jsonb(model) end, source, licence,
		ph_support.score_content(score, version, kind, model), ph_support.score_inputs(people, model), tiering, bounds,
		case when tiering in ('share', 'places') then ties end, data_day, stamp, left_out;
	execute format($query$
		insert into %I.person_score (person_id, run, value, band, tier, status, missing_inputs, inputs)
		select person_id, $3, value, band, %s, nullif(status, 'ok'), missing_inputs, inputs
		from pg_temp.ph_scored$query$, schema, ph_support.tier_expression(tiering))
	using bounds, ties, run;
	drop table pg_temp.ph_scored;
end
$$;
comment on procedure ph.record_scores(
	text, text, text, text, regclass, timestamptz, text, ph.model, text, text, interval, text, float8[], text, text,
	text) is
	'writes a run, which never changes: the people of a relation, scored as of a day, into score_run and person_score. '
	'With a model people has a column a term, which it is scored from (ph.score_by_name) and which is kept; without '
	'one it has value, and may have band, status, missing_inputs and tier: of an instrument of ph.instruments(), or '
	'of somebody else''s product, which then is judged and tiered like our own. Tiers: share (cuts are shares of the '
	'people, NULL: 0.005, 0.05 and 0.20; ph.risk_tier), places (ph.capacity_tier), edge (ph.risk_band), given (column '
	'tier); ties as there. predicts, label_kind (health, use, cost) and horizon say what it tells of. Where the schema '
	'has may_use, people who are not in it for the purpose are left out and counted, and rows of restricted codes '
	'are not read. '
	'Errors: null_value_not_allowed without a purpose, unique_violation for a second run under one name, '
	'invalid_parameter_value, undefined_column, no_data_found, cardinality_violation, numeric_value_out_of_range, '
	'foreign_key_violation for people who are not known, object_not_in_prerequisite_state for a day that the data do '
	'not reach, insufficient_privilege where row security hides rows, active_sql_transaction where the isolation level '
	'is not read committed';

-- ---- two runs ----

create function ph_support.tier_in_words(run text, tier integer) returns text
language sql immutable parallel safe
return case when run is null then 'not in the run' else coalesce(tier::text, 'no score') end;
comment on function ph_support.tier_in_words(text, integer) is 'the tier of somebody in a run, or why there is none';

create function ph.score_run_drift(
	schema text, before text, after text,
	out tier_before text, out tier_after text, out people bigint, out mean_before float8, out mean_after float8,
	out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_whole_run(schema, before, 'before'),
		ph_support.require_whole_run(schema, after, 'after');
	return query execute format($query$
		with differs as (
			select nullif(concat_ws(', ',
				case when b.score <> a.score then 'other_score' end,
				case when b.content_hash <> a.content_hash and b.kind <> 'external' or b.version <> a.version
					then 'other_version' end,
				case when (b.tiering, b.cuts, b.ties) is distinct from (a.tiering, a.cuts, a.ties)
					then 'other_tiers' end), '') as note
			from %1$I.score_run b, %1$I.score_run a
			where b.run = $1 and a.run = $2
		)
		select ph_support.tier_in_words(b.run, b.tier), ph_support.tier_in_words(a.run, a.tier), count(*),
			avg(b.value), avg(a.value), d.note
		from (select * from %1$I.person_score where run = $1) b
		full join (select * from %1$I.person_score where run = $2) a on a.person_id = b.person_id
		cross join differs d
		group by 1, 2, d.note, b.tier, a.tier, b.run, a.run
		order by b.run is null, b.tier, a.run is null, a.tier$query$, schema)
	using before, after;
end
$$;
comment on function ph.score_run_drift(text, text, text) is
	'two runs compared: how many people were in which tier before and after (no score: in the run without one; not in '
	'the run), and their mean scores; the note says where scores, versions or tiers differ, so that moves are not of '
	'the people alone. Errors: invalid_parameter_value for runs that are not recorded, insufficient_privilege where '
	'row security hides people of the runs';

-- ---- tiers as a breakdown of measures ----

create procedure ph.create_tier_breakdown(schema text, run text, breakdown text default 'risk_tier')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	query text;
	day date;
	groups text[];
	is_other boolean;
begin
	perform ph_support.require_run(schema, run), ph_support.require_measure_tables(schema);
	execute format('select exists (select from %I.breakdown b where b.breakdown = $1 and b.name !~ ''^tier of run '')',
		schema)
	into is_other
	using breakdown;
	if is_other then
		raise exception 'breakdown "%" is there, and is not of a run', breakdown
			using errcode = 'duplicate_object', hint = 'Give this one another name.';
	end if;
	execute format('select as_of from %I.score_run r where r.run = $1', schema)
	into day
	using run;
	execute format(
		'select array(select distinct tier from %I.person_score s where s.run = $1 and tier is not null order by tier)',
		schema)
	into groups
	using run;
	query := format(
		'select person_id, coalesce(tier::text, ''unknown'') as group_name, daterange(%L, null) as days
		from {person_score}
		where run = %s', day,
		replace(quote_literal(run), '{', E'{\'\n\''));  -- in two parts, or it may be a name in braces
	execute format(
		'insert into %I.breakdown (breakdown, name, ordered, groups, query, otherwise)
		values ($1, $2, true, $3 || ''{unknown}''::text[], $4, ''unknown'')
		on conflict (breakdown) do update
		set name = excluded.name, groups = excluded.groups, query = excluded.query', schema)
	using breakdown, 'tier of run ' || run, groups, query;
end
$$;
comment on procedure ph.create_tier_breakdown(text, text, text) is
	'makes, or moves to another run, a breakdown of measures: the tier of each person in that run, from its day on, '
	'unknown before. Measures that name the breakdown are then folded anew. '
	'Errors: invalid_parameter_value, undefined_table without tables of measures, duplicate_object where there is a '
	'breakdown of this name that is not of a run';
