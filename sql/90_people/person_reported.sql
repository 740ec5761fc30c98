
-- ---- what people report of themselves, as rows of measurement ----

create function ph.person_reported_measure(
	out measure text, out name text, out code_system text, out code text, out kind text, out better text,
	out scale_min numeric, out scale_max numeric, out smallest_change numeric, out top numeric[],
	out not_applicable numeric[], out confirmed text, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('activation', 'Activation score', 'PH', 'activation_score', 'activation', 'higher', 0::numeric, 100::numeric,
		 3::numeric, null::numeric[], null::numeric[], 'read',
		 'Patient Activation Measure; smallest change: measure CBE 2483, United States'),
		('eq5d5l', 'EQ-5D-5L profile, the digits as a number', 'PH', 'eq5d5l_profile', 'profile', null, 11111, 55555,
		 null, null, null, 'read', 'EuroQol: digits are names of levels, and not to be added'),
		('eq_vas', 'EQ visual analogue scale', 'PH', 'eq_vas', 'outcome', 'higher', 0, 100, null, null, null, 'read',
		 'EuroQol'),
		('oxford_hip', 'Oxford hip score', 'PH', 'oxford_hip_score', 'outcome', 'higher', 0, 48, 5, null, null,
		 'memory', 'scale and smallest change from memory: check before use'),
		('oxford_knee', 'Oxford knee score', 'PH', 'oxford_knee_score', 'outcome', 'higher', 0, 48, 5, null, null,
		 'memory', 'scale and smallest change from memory: check before use'),
		('phq9', 'Patient health questionnaire, 9 items', 'PH', 'phq9', 'outcome', 'lower', 0, 27, 5, null, null,
		 'memory', 'scale and smallest change from memory: check before use'),
		('gad7', 'Generalised anxiety disorder, 7 items', 'PH', 'gad7', 'outcome', 'lower', 0, 21, 4, null, null,
		 'memory', 'scale and smallest change from memory: check before use'),
		('overall_experience', 'Overall experience: 1 very good, 2 good, 3 neither, 4 poor, 5 very poor, 6 not known',
		 'PH', 'overall_experience', 'experience', null, 1, 6, null, '{1,2}', '{6}', 'memory',
		 'the form of the Friends and Family Test, from memory: check before use'),
		('support_to_manage', 'Support to manage own conditions: 1 yes, definitely, 2 yes, to some extent, 3 no, '
		 '4 not needed, 5 not known', 'PH', 'support_to_manage', 'experience', null, 1, 5, null, '{1,2}', '{4,5}',
		 'memory', 'the form of a question of the GP Patient Survey, from memory: check before use');
end;
comment on function ph.person_reported_measure() is
	'what people report of themselves, and the code_system and code under which it is a row of measurement: kind '
	'activation, profile, outcome or experience; better: higher or lower; the scale; the smallest change that '
	'matters; of an experience the answers that are the top box and those that say that the question does not apply; '
	'confirmed: read in the source, or memory, to be checked before use. Item texts and tables from answers to '
	'scores are their owners''';

create procedure ph.create_reported_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	listed constant text := (
		select string_agg(format('(%L, %L, %L, %L, %L::numeric, %L::numeric)', m.measure, m.kind, m.code_system, m.code,
			m.scale_min, m.scale_max), ', ')
		from ph.person_reported_measure() m);
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.measurement', schema)) is null then
		raise exception 'schema "%" lacks the shared table measurement', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) makes it.';
	end if;
	call ph_support.replace_view(schema, 'reported_score', ph_support.in_schema(format(
		'select m.person_id::text as person_id, l.measure, l.kind, m.measure_date::date as measure_date,
			m.value::numeric as score, m.value::numeric not between l.scale_min and l.scale_max as outside_scale
		from {measurement} m
		join (values %s) l (measure, kind, code_system, code, scale_min, scale_max)
			on l.code = m.code and l.code_system = m.code_system', listed), schema),
		'one row a thing that a person reported: rows of measurement under the codes of ph.person_reported_measure()',
		jsonb_build_object('person_id', 'pseudonym of the person', 'measure', 'what was reported',
			'kind', 'activation, profile, outcome or experience', 'measure_date', 'when',
			'score', 'the score, as a decimal; NULL is no answer', 'outside_scale', 'whether no such score can be'));
end
$$;
comment on procedure ph.create_reported_views(text) is
	'makes in the schema the view reported_score: what people reported, with the rights of whoever asks; call it '
	'again after an update. Errors: undefined_table without measurement, duplicate_object where the name is taken';

create function ph_support.require_reported_views(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.reported_score', schema)) is null then
		raise exception 'argument "schema" must be a schema with the view reported_score'
			using errcode = 'undefined_table', hint = 'CALL ph.create_reported_views(...) makes it.';
	end if;
end
$$;
comment on function ph_support.require_reported_views(text) is
	'does nothing where the schema has the view of ph.create_reported_views. Errors: undefined_table';

create function ph.reported_pairs(schema text, measure text, during daterange default null)
returns table (person_id text, before_on date, before numeric, after_on date, after numeric)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_reported_views(schema);
	perform ph_support.require_known('measure', array[measure], array(
		select m.measure from ph.person_reported_measure() m where m.kind in ('activation', 'outcome', 'profile')));
	return query execute ph_support.in_schema($query$
		with score as (
			select person_id, measure_date, max(score) as score
			from {reported_score}
			where measure = $1 and score is not null and not outside_scale and ($2 is null or $2 @> measure_date)
			group by person_id, measure_date
		), person as (
			select person_id, min(measure_date) as first_day, max(measure_date) as last_day
			from score
			group by person_id
		)
		select p.person_id, p.first_day, f.score, l.measure_date, l.score
		from person p
		join score f on f.person_id = p.person_id and f.measure_date = p.first_day
		left join score l on l.person_id = p.person_id and l.measure_date = p.last_day and p.last_day > p.first_day
	$query$, schema)
	using measure, during;
end
$$;
comment on function ph.reported_pairs(text, text, daterange) is
	'the first and the last score of each person during a range of days (NULL always), for ph.reported_change; after '
	'is NULL of who has a score of one day only; of several on one day the highest counts, scores outside their '
	'scale do not. Errors: invalid_parameter_value for a measure that is not of ph.person_reported_measure() or has '
	'no change, undefined_table without ph.create_reported_views';

create function ph.need_by_activation(
	schema text, need regclass, need_column text, cut_points text default 'pam13_47_55_72',
	during daterange default null, confidence float8 default 0.95)
returns table (need_value integer, level integer, people bigint, share float8, lower float8, upper float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_reported_views(schema);
	perform ph_support.activation_bounds(cut_points);
	perform ph_support.require_argument(need is not null, 'need', 'must name a table or view');
	perform ph_support.require_argument(need_column is not null, 'need_column', 'must name a column');
	perform ph_support.require_columns('need_column', need, array['person_id', need_column]);
	return query execute ph_support.in_schema(format($query$
		with latest as (
			select distinct on (person_id) person_id, score
			from {reported_score}
			where measure = 'activation' and score is not null and not outside_scale
				and ($1 is null or $1 @> measure_date)
			order by person_id, measure_date desc, score desc
		)
		select m.before, m.after, m.people, m.share, m.lower, m.upper
		from (
			select ph.crosstab(n.%I::integer, ph.activation_level(l.score, $2)) as people
			from %s n
			left join latest l on l.person_id = n.person_id::text
		) c, ph.movement(c.people, $3) m
	$query$, need_column, need), schema)
	using during, cut_points, confidence;
end
$$;
comment on function ph.need_by_activation(text, regclass, text, text, daterange, float8) is
	'need by activation: people of a relation with one row a person (person_id, and need as a whole number in the '
	'column that is named: long-term conditions, a tier, a rank of segments), by their need and the level of their '
	'latest activation score during a range of days (NULL always): how many, and their share of those of equal need, '
	'with Wilson limits; level NULL is not known, which is most people as a rule. Errors: as ph.activation_level, '
	'undefined_table without ph.create_reported_views, undefined_column';

create function ph.eq5d_values(full_health float8, decrements float8[], out profile text, out value float8)
returns setof record
language plpgsql immutable parallel safe rows 3125
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(full_health > '-infinity' and full_health < 'infinity', 'full_health',
		'must be a finite number');
	perform ph_support.require_argument(array_dims(decrements) = '[1:5][1:4]', 'decrements',
		'must be five rows of four numbers', 'A row a dimension, what levels 2 to 5 take away.');
	perform ph_support.require_argument(
		not exists (select from unnest(decrements) d where d is null or d in ('NaN', 'infinity', '-infinity')),
		'decrements', 'must hold finite numbers');
	return query
	select concat(m, s, u, p, a), full_health - coalesce(decrements[1][m - 1], 0) - coalesce(decrements[2][s - 1], 0)
		- coalesce(decrements[3][u - 1], 0) - coalesce(decrements[4][p - 1], 0) - coalesce(decrements[5][a - 1], 0)
	from generate_series(1, 5) m, generate_series(1, 5) s, generate_series(1, 5) u, generate_series(1, 5) p,
		generate_series(1, 5) a
	order by 1;
end
$$;
comment on function ph.eq5d_values(float8, float8[]) is
	'the 3,125 values of an additive value set, for table health_state_value, from its coefficients: the value of '
	'11111, and what levels 2 to 5 of each dimension take away (five rows, in order of the digits). A set with '
	'further terms is loaded as 3,125 rows. Errors: invalid_parameter_value';

create function ph.eq5d_index(schema text, value_set text, during daterange default null)
returns table (
	person_id text, measure_date date, profile text, index_value float8, by_value_set text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_reported_views(schema);
	return query execute ph_support.in_schema($query$
		select r.person_id, r.measure_date, trim_scale(r.score)::text, v.value::float8, v.value_set::text,
			coalesce(ph_support.eq5d_note(trim_scale(r.score)::text), case when v.value is null then 'no_value_set' end)
		from {reported_score} r
		left join {health_state_value} v on v.value_set = $1 and v.profile = trim_scale(r.score)::text
		where r.measure = 'eq5d5l' and ($2 is null or $2 @> r.measure_date)
	$query$, schema)
	using value_set, during;
end
$$;
comment on function ph.eq5d_index(text, text, daterange) is
	'the EQ-5D profiles that people reported during a range of days (NULL always), each with its index by one value '
	'set of table health_state_value, for ph.eq5d_index_mean. note, where there is no index: missing_input, '
	'incomplete, invalid, or no_value_set, where the set, or this profile of it, was not loaded. Errors: '
	'undefined_table';
