
-- ---- whom interventions are for ----
-- A rule is read again from its own text each time the views are made, by the step that reads a segment's rule. Each
-- is a boolean column of its own: people can be among those whom several are for, and unknown is not false.

create function ph_support.intervention_in_force() returns text
language sql immutable parallel safe
return 'select distinct on (i.intervention::text collate "C") i.intervention::text as intervention,
	i.version::text as version, i.partner::text as partner, coalesce(i.name, i.intervention)::text as name,
	i.eligible::text as eligible, i.capacity::integer as capacity, i.unit_cost::float8 as unit_cost,
	i.event::text as event, i.rate_ratio::float8 as rate_ratio, i.rate_ratio_lower::float8 as rate_ratio_lower,
	i.rate_ratio_upper::float8 as rate_ratio_upper
from {intervention} i
order by i.intervention::text collate "C", ph_support.version_numbers(i.version::text) desc,
	i.version::text collate "C" desc';
comment on function ph_support.intervention_in_force() is
	'the query of the interventions of a schema, of each its last version, numbers in it compared as numbers';

create function ph_support.rule_inputs(schema text, out names text[], out types regtype[]) returns record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select array_agg(attname::text order by attnum), array_agg(ph.rule_type(atttypid)::regtype order by attnum)
	from pg_attribute
	where attrelid = to_regclass(format('%I.segment_input', schema)) and attnum > 0 and not attisdropped
		and attname <> 'person_id'
$$;
comment on function ph_support.rule_inputs(text) is
	'what rules of interventions may read: the columns of segment_input and their types; NULL where there is none';

create function ph_support.unreadable_rule(schema text, out key text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered constant record := ph_support.rule_inputs(schema);
	of record;
begin
	if offered.names is null then
		return;
	end if;
	for of in execute format('select concat_ws('' '', intervention, version) as key, eligible::text
		from %I.intervention
		where eligible is not null', schema)
	loop
		begin
			perform ph.check_rule(of.eligible, offered.names, offered.types);
		exception when others then
			key := of.key;
			return next;
		end;
	end loop;
end
$$;
comment on function ph_support.unreadable_rule(text) is
	'the interventions whose rule is no condition over the inputs that the schema has; none where it has no inputs';

create function ph_support.intervention_rule(
	schema text, out intervention text, out version text, out name text, out condition text, out inputs text[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	of record;
	offered constant record := ph_support.rule_inputs(schema);
begin
	for of in execute ph_support.in_schema(ph_support.intervention_in_force(), schema) loop
		if of.intervention = 'person_id' or octet_length(of.intervention) > 63 then
			raise exception 'intervention "%" cannot be the name of a column', of.intervention
				using errcode = 'invalid_name', hint = 'Give it a name of at most 63 bytes, other than person_id.';
		end if;
		intervention := of.intervention;
		version := of.version;
		name := of.name;
		begin
			select coalesce(c.expression_checked, 'null::boolean'), coalesce(c.inputs_used, '{}')
			into condition, inputs
			from (values (0)) one
			left join ph.check_rule(of.eligible, offered.names, offered.types) c on true;
		exception when others then
			raise exception 'whom intervention "%" is for: %', of.intervention, sqlerrm
				using errcode = sqlstate,
					detail = format('The row of intervention %L, version %L.', of.intervention, of.version),
					hint = 'Inputs of rules are the columns of segment_input; lists of code_list are among them when '
						'CALL ph.create_segment_inputs(...) was last made.';
		end;
		return next;
	end loop;
end
$$;
comment on function ph_support.intervention_rule(text) is
	'whom each intervention of a schema is for, as PostgreSQL writes it, and the inputs that say so. Errors: those of '
	'ph.check_rule, with the intervention';

create function ph_support.keep_offered_intervention() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	offered boolean;
begin
	if tg_op = 'UPDATE' and new is not distinct from old then
		return new;
	end if;
	perform ph_support.require_newest_rows();
	perform ph_support.require_all_rows(array[format('select from %I.offer', tg_table_schema)]);
	-- waits for who offers it now, and lets nobody offer it until it has changed
	execute format('select from %I.intervention where intervention = $1 and version = $2 for update', tg_table_schema)
	using old.intervention, old.version;
	execute format('select exists (select from %I.offer o where o.intervention = $1 and o.version = $2)',
		tg_table_schema)
	into offered
	using old.intervention, old.version;
	if offered then
		raise exception 'version "%" of intervention "%" was offered and cannot change', old.version, old.intervention
			using errcode = '55006', hint = 'Insert a new version.';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function ph_support.keep_offered_intervention() is
	'trigger of intervention: a version that was offered to anybody does not change. Errors: object_in_use, and '
	'active_sql_transaction where the isolation level is not read committed, which would not see who offers it now, '
	'insufficient_privilege for who does not see all offers';

create function ph_support.left_out_parts(schema text, purpose text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return ph_support.in_schema(
	case
		when to_regclass(format('%I.may_use', schema)) is not null
			then format('not exists (
				select from {may_use} u where u.person_id = r.person_id and u.purpose = %L)', purpose)
		else 'false' end
	|| ' as may_not_be_used, '
	|| case
		when to_regclass(format('%I.person_request', schema)) is not null
			then 'exists (
				select
				from {person_request} q
				where q.person_id = r.person_id and q.kind in (''objection'', ''restriction'') and q.about = ''all''
					and coalesce(q.outcome in (''upheld'', ''partly_upheld''), true))'
		else 'false' end
	|| ' as objects', schema);
comment on function ph_support.left_out_parts(text, text) is
	'who is left out of help that is allocated, of a row r with person_id: whoever may not be used for the purpose, '
	'where the schema has may_use, and whoever objects to every list, where it has person_request';

create function ph_support.eligible_query(schema text, purpose text, rules jsonb) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return ph_support.in_schema(format($query$
	with state as (
		select person_id, intervention, bool_or(answer = 'declined') as declined,
			bool_or(completed_on is not null) as completed,
			bool_or(completed_on is null and ended_on is null and coalesce(answer, 'accepted') = 'accepted') as helped
		from {every_offer}
		where identified_on is not null
		group by person_id, intervention
	), barred as (
		select s.person_id, array_agg(x.other) as interventions
		from state s
		join (
			select intervention::text as intervention, excludes::text as other from {intervention_exclusion}
			union all
			select excludes::text, intervention::text from {intervention_exclusion}
		) x using (intervention)
		where s.helped
		group by s.person_id
	)
	select r.person_id, e.intervention, e.version, e.is_eligible,
		case
			when e.is_eligible is null then 'unknown'
			when not e.is_eligible then 'not_for'
			when r.may_not_be_used then 'may_not_be_used'
			when r.objects then 'objects'
			when s.declined then 'declined'
			when s.helped then 'helped'
			when s.completed then 'completed'
			when e.intervention = any (b.interventions) then 'excluded'
			else 'free' end as standing
	from (select r.*, %s from {intervention_rule} r) r
	cross join lateral (values %s) e (intervention, version, is_eligible)
	left join state s on s.person_id = r.person_id and s.intervention = e.intervention
	left join barred b on b.person_id = r.person_id$query$,
	ph_support.left_out_parts(schema, purpose), (
		select string_agg(format('(%L, %L, r.%I)', i.intervention, i.version, i.intervention), ', ' order by i.place)
		from rows from (jsonb_to_recordset(rules) as (intervention text, version text)) with ordinality
			i (intervention, version, place))), schema);
comment on function ph_support.eligible_query(text, text, jsonb) is
	'the query of the view eligible, over intervention_rule: a row a person and intervention';

create function ph_support.allocation_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('allocation_month',
		 'month date primary key check (extract(day from month) = 1), arguments jsonb not null, summary jsonb not null,
			allocated_by text not null default session_user, allocated_at timestamptz not null default now()',
		 'one row a month whose places were given to people: how, and what that is worth',
		 '{"month": "first day of the month", "arguments": "what ph.allocate_month was asked with, but the key of ties",
			"summary": "the ph.allocation_summary", "allocated_by": "who asked", "allocated_at": "when"}'::jsonb),
		('allocation_place',
		 'month date not null references {allocation_month}, intervention text not null, version text not null,
			is_for bigint not null, unknown bigint not null, left_out jsonb not null, free bigint not null,
			capacity integer not null, places integer not null, benefit float8, lower float8, upper float8,
			price float8, primary key (month, intervention)',
		 'one row a month and intervention: whom it is for, who was left out before places were given, what these are '
		 'worth',
		 '{"month": "first day of the month", "intervention": "the intervention", "version": "its version",
			"is_for": "people whom it is for", "unknown": "people of whom the rule cannot be told",
			"left_out": "people whom it is for and who were left out, by why", "free": "people who were not",
			"capacity": "places of the month less those given before", "places": "places given",
			"benefit": "what they are worth: expected events spared, or as was asked",
			"lower": "at the upper limits of the rate ratios", "upper": "at the lower limits",
			"price": "what one more place would have added"}'::jsonb);
end;
comment on function ph_support.allocation_table() is 'the tables in which ph.allocate_month keeps what it did';

create procedure ph.create_intervention_views(schema text, purpose text default 'risk_stratification')
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	rules jsonb;
	query text;
	described jsonb;
	part record;
	is_new boolean;
begin
	call ph_support.require_own_schema(schema);
	if purpose is null
		or not exists (select from ph.purpose() p where p.purpose = create_intervention_views.purpose)
	then
		raise exception 'argument "purpose" must be one of ph.purpose()' using errcode = 'invalid_parameter_value';
	end if;
	if to_regclass(format('%I.segment_input', schema)) is null
		or to_regclass(format('%I.intervention_exclusion', schema)) is null
	then
		raise exception 'schema "%" lacks intervention, intervention_exclusion or segment_input', schema
			using errcode = 'undefined_table', hint = 'CALL ph.complete_shared_tables(...) makes the tables, '
				'ph.create_segment_inputs(...) the view.';
	end if;
	call ph.create_record_views(schema);
	select jsonb_agg(to_jsonb(r) order by r.intervention collate "C")
	into rules
	from ph_support.intervention_rule(schema) r;
	if rules is null then
		raise exception 'there is no intervention in schema "%"', schema
			using errcode = 'no_data_found', hint = 'Insert rows into intervention first.';
	end if;
	select format('select i.person_id, %s from %I.segment_input i',
			string_agg(format('(%s) as %I', r.condition, r.intervention), ', ' order by r.place), schema),
		jsonb_object_agg(r.intervention, format('whether %s (version %s) is for the person', r.name, r.version))
			|| '{"person_id": "the person"}'
	into query, described
	from rows from (
		jsonb_to_recordset(rules) as (intervention text, version text, name text, condition text)) with ordinality
		r (intervention, version, name, condition, place);
	call ph_support.replace_view(
		schema, 'intervention_rule', query,
		'whom each intervention in force is for, on the data day: true, false, or NULL where it cannot be told',
		described, keep => true);
	query := ph_support.eligible_query(schema, purpose, rules);
	call ph_support.replace_view(
		schema, 'eligible', query,
		format('a row a person and intervention: whether it is for the person, who is left out of %s and why', purpose),
		'{"person_id": "the person", "intervention": "the intervention", "version": "its version in force",
			"is_eligible": "whether it is for the person; NULL where that cannot be told",
			"standing": "free; unknown, not_for; or why somebody whom it is for is left out, as the call says"}');
	for part in select * from ph_support.allocation_table() loop
		call ph_support.create_table_where_missing(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	if (select relkind in ('r', 'p') from pg_class where oid = format('%I.intervention', schema)::regclass) then
		execute format('create or replace trigger keep_offered_intervention before update or delete on %I.intervention
			for each row execute function ph_support.keep_offered_intervention()', schema);
	end if;
end
$$;
comment on procedure ph.create_intervention_views(text, text) is
	'makes in the schema, over its interventions (of each the last version): intervention_rule, a row a person with a '
	'boolean column an intervention, its rule over segment_input as it was checked; eligible, a row a person and '
	'intervention: whether it is for the person (NULL: cannot be told), and why somebody is left out all the same: '
	'declined, helped, completed, excluded by what helps now, objects to every list, may not be used for the purpose; '
	'allocation_month and allocation_place, what ph.allocate_month did. From then on a version that was offered cannot '
	'change. Call it again when interventions have changed. Errors: those of ph.check_rule, with the '
	'row''s key, for a rule that is no condition over inputs; undefined_table, no_data_found without interventions';

create function ph_support.require_intervention_views(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.eligible', schema)) is null
		or to_regclass(format('%I.allocation_month', schema)) is null
	then
		raise exception 'argument "schema" must be a schema with views of interventions'
			using errcode = 'undefined_table', hint = 'CALL ph.create_intervention_views(...) makes them.';
	end if;
end
$$;
comment on function ph_support.require_intervention_views(text) is
	'does nothing where the schema has the views of interventions. Errors: undefined_table';

create function ph.eligible(
	schema text, out intervention text, out version text, out people bigint, out is_for bigint, out not_for bigint,
	out unknown bigint, out left_out jsonb, out free bigint, out capacity integer)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_intervention_views(schema);
	return query execute ph_support.in_schema($query$
		select intervention, version, sum(n)::bigint, coalesce(sum(n) filter (where is_eligible), 0)::bigint,
			coalesce(sum(n) filter (where standing = 'not_for'), 0)::bigint,
			coalesce(sum(n) filter (where standing = 'unknown'), 0)::bigint,
			coalesce(jsonb_object_agg(standing, n) filter (where is_eligible and standing <> 'free'), '{}'),
			coalesce(sum(n) filter (where standing = 'free'), 0)::bigint, (
				select i.capacity from {intervention} i
				where i.intervention = e.intervention and i.version = e.version)::integer
		from (
			select intervention, version, is_eligible, standing, count(*) as n
			from {eligible}
			group by 1, 2, 3, 4) e
		group by intervention, version
		order by intervention collate "C"$query$, schema);
end
$$;
comment on function ph.eligible(text) is
	'how many people each intervention is for, and who of them is left out and why (left_out: by standing of the view '
	'eligible), beside its places a month: people = is_for + not_for + unknown, and is_for = free + all who are left '
	'out. Errors: undefined_table without the views of ph.create_intervention_views';

-- ---- what they can be expected to spare ----

create function ph_support.run_risk_query() returns text
language sql immutable parallel safe
return 'select s.person_id, r.event, s.value as risk
from (
	select distinct on (predicts) run, predicts as event
	from {score_run}
	where predicts is not null
	order by predicts, as_of desc, recorded_at desc, run
) r
join {person_score} s using (run)';
comment on function ph_support.run_risk_query() is
	'the query of the risks of people by event: scores of the last run that predicts it';

create function ph.intervention_benefit(
	schema text, risks text default null, event_values jsonb default null, in_money boolean default false,
	out person_id text, out intervention text, out version text, out event text, out deprived boolean,
	out risk float8, out benefit float8, out lower float8, out upper float8, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	missing text;
begin
	perform ph_support.require_intervention_views(schema);
	if risks is null then
		perform ph_support.require_accountability_tables(schema);
	else
		select string_agg(c.name, ', ' order by c.name)
		into missing
		from unnest('{person_id,event,risk}'::text[]) c (name)
		where c.name not in (select q.column_name from ph.query_columns(risks) q);
		if missing is not null then
			raise exception 'argument "risks" must have the columns person_id, event and risk'
				using errcode = 'invalid_parameter_value', detail = format('It lacks %s.', missing);
		end if;
	end if;
	if in_money and event_values is null then
		raise exception 'argument "event_values" must say what an event is worth where benefit is in money'
			using errcode = 'invalid_parameter_value', hint = 'For example: {"emergency_admission": 3000}.';
	end if;
	return query execute format(ph_support.in_schema($query$
		select e.person_id::text, e.intervention, e.version, i.event, p.deprivation_decile <= 2, r.risk::float8,
			b.benefit, b.lower, b.upper,
			case
				when b.note = 'missing_input' and r.risk is null then 'no_risk'
				when b.note = 'missing_input' and v.value is null then 'no_value'
				else b.note end
		from {eligible} e
		join (%s) i on i.intervention = e.intervention
		join {segment_input} p on p.person_id = e.person_id
		left join (%s
		) r on r.person_id::text = e.person_id::text and r.event::text = i.event
		cross join lateral (
			select case when $1 is null then 1 else ($1 ->> i.event)::float8 end as value) v
		cross join lateral ph.expected_benefit(
			r.risk::float8, i.rate_ratio, i.rate_ratio_lower, i.rate_ratio_upper, v.value,
			case when $2 then i.unit_cost else 0 end) b
		where e.standing = 'free'$query$, schema),
		ph_support.in_schema(ph_support.intervention_in_force(), schema),
		coalesce(risks, ph_support.in_schema(ph_support.run_risk_query(), schema)))
	using event_values, in_money;
end
$$;
comment on function ph.intervention_benefit(text, text, jsonb, boolean) is
	'what each intervention can be expected to spare each person whom it is for and who is free (view eligible): '
	'ph.expected_benefit of the risk of the very event that its rate ratio is about. risks: a query of person_id, '
	'event, risk; NULL is the last run of scores that predicts each event, by its name. In events avoided; in what '
	'event_values gives an event ({"emergency_admission": 6.5} in days); less unit_cost where in_money. deprived: '
	'lives in the most deprived fifth. Notes: no_ratio, no_risk, no_value, no_limits. Errors: undefined_table, a '
	'query without these columns, money without values';

create procedure ph.allocate_month(
	schema text, month date, tie_key text, risks text default null, deprived_floor integer default 0,
	most_per_person integer default 1, event_values jsonb default null, in_money boolean default false,
	method text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	benefits constant text :=
		'select person_id as person, intervention, benefit, deprived from pg_temp.ph_month_benefit';
	rooms constant text := 'select intervention, capacity from pg_temp.ph_month_room';
	exclusions constant text := format('select intervention, excludes from %I.intervention_exclusion', schema);
	key constant text := concat(tie_key, month);
	summary jsonb;
begin
	perform ph_support.require_intervention_views(schema);
	if month is null or not isfinite(month) or extract(day from month) <> 1 then
		raise exception 'argument "month" must be the first day of a month' using errcode = 'invalid_parameter_value';
	end if;
	if tie_key is null then
		raise exception 'argument "tie_key" must not be null'
			using errcode = 'invalid_parameter_value', hint =
				'A secret that stays the same: with the month it says who comes first of those who gain the same.';
	end if;
	-- who changes an intervention now waits, and so does who allocates the same month
	execute format('lock table %I.allocation_month in share row exclusive mode', schema);
	execute format('select from %I.intervention for share', schema);
	execute format('select to_jsonb(m) from %I.allocation_month m where m.month = $1', schema) into summary using month;
	if summary is not null then
		raise exception 'the places of % were allocated', to_char(month, 'YYYY-MM')
			using errcode = 'unique_violation', hint = 'allocation_month and allocation_place say how.';
	end if;
	drop table if exists pg_temp.ph_month_benefit, pg_temp.ph_month_room;
	create temp table ph_month_benefit on commit drop as
	select * from ph.intervention_benefit(schema, risks, event_values, in_money);
	execute format(ph_support.in_schema($query$
		create temp table ph_month_room on commit drop as
		select e.*, greatest(coalesce(i.capacity, e.people) - (
				select count(*)
				from {every_offer} o
				where o.intervention = e.intervention and o.identified_on >= %1$L::date
					and o.identified_on < %1$L::date + interval '1 month'), 0)::integer as room
		from ph.eligible(%2$L) e
		join {intervention} i on i.intervention = e.intervention and i.version = e.version$query$, schema),
		month, schema);
	alter table pg_temp.ph_month_room drop column capacity;
	alter table pg_temp.ph_month_room rename column room to capacity;
	summary := to_jsonb(ph.allocation_summary(
		benefits, rooms, exclusions, most_per_person, deprived_floor, key, method));
	execute format('insert into %I.allocation_month (month, arguments, summary) values ($1, $2, $3)', schema)
	using month, jsonb_build_object(
		'risks', risks, 'deprived_floor', deprived_floor, 'most_per_person', most_per_person,
		'event_values', event_values, 'in_money', in_money, 'method', method), summary;
	execute format(ph_support.in_schema($query$
		with given as (
			insert into {offer} (person_id, intervention, version, identified_on)
			select a.person, a.intervention, r.version, $1
			from ph.allocate($2, $3, $4, $5, $6, $7, $8) a
			join pg_temp.ph_month_room r using (intervention)
			returning person_id, intervention
		)
		insert into {allocation_place} (
			month, intervention, version, is_for, unknown, left_out, free, capacity, places, benefit, lower, upper,
			price)
		select $1, r.intervention, r.version, r.is_for, r.unknown, r.left_out, r.free, r.capacity, p.places,
			g.benefit, g.lower, g.upper, p.price
		from pg_temp.ph_month_room r
		join ph.allocation_prices($2, $3, $4, $5, $6, $7, $8) p using (intervention)
		left join (
			select g.intervention, sum(b.benefit) as benefit, sum(b.lower) as lower, sum(b.upper) as upper
			from given g
			join pg_temp.ph_month_benefit b using (person_id, intervention)
			group by 1) g using (intervention)$query$, schema))
	using month, benefits, rooms, exclusions, most_per_person, deprived_floor, key, method;
	drop table pg_temp.ph_month_benefit, pg_temp.ph_month_room;
end
$$;
comment on procedure ph.allocate_month(text, date, text, text, integer, integer, jsonb, boolean, text) is
	'gives the month''s places of each intervention (capacity, less those identified in the month before) to people '
	'so that expected benefit is greatest, writes a row of offer for each (identified_on: the first of the month) '
	'and what it did into allocation_month and allocation_place: nobody is told yet, and nothing is decided. Who is '
	'helped, has declined or completed it, is excluded by what helps now, objects, or may not be used is left out '
	'before, and counted. tie_key, a secret, and the month say who comes first of those who gain the same '
	'(ph.allocate); other arguments as in ph.intervention_benefit and ph.allocate. A month once: unique_violation. '
	'Other errors: those of these functions and of ph.create_intervention_views';

-- ---- who pays and who gains ----

create function ph.benefit_by_partner(
	places text, worth text, out partner text, out pays float8, out gains float8, out gains_lower float8,
	out gains_upper float8, out net float8, out net_lower float8, out net_upper float8, out unknown bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	asked record;
	missing text;
begin
	for asked in
		values ('places', places, '{partner,event,spared,spared_lower,spared_upper,cost}'::text[]),
			('worth', worth, '{event,partner,value}')
	loop
		select string_agg(c.name, ', ' order by c.name)
		into missing
		from unnest(asked.column3) c (name)
		where c.name not in (select q.column_name from ph.query_columns(asked.column2) q);
		if missing is not null or asked.column2 is null then
			raise exception 'argument "%" must have the columns %', asked.column1, array_to_string(asked.column3, ', ')
				using errcode = 'invalid_parameter_value', detail = format('It lacks %s.', missing);
		end if;
	end loop;
	return query execute format($query$
		with place as materialized (select * from (%s
			) p
		), gain as materialized (select * from (%s
			) g
		), flow as (
			select coalesce(partner::text, 'unknown') as partner, coalesce(cost::float8, 0) as pays, 0::float8 as gains,
				0::float8 as lower, 0::float8 as upper,
				(cost is null or spared is null or event::text is null
					or event::text not in (
						select g.event::text from gain g where g.event is not null))::integer as unknown
			from place
			union all
			select coalesce(g.partner::text, 'unknown'), 0, coalesce(p.spared * g.value::float8, 0),
				coalesce(p.spared_lower * g.value::float8, 0), coalesce(p.spared_upper * g.value::float8, 0), 0
			from place p
			join gain g on g.event::text = p.event::text
		)
		select partner, sum(pays), sum(gains), sum(lower), sum(upper), sum(gains) - sum(pays), sum(lower) - sum(pays),
			sum(upper) - sum(pays), sum(unknown)
		from flow
		group by grouping sets ((partner), ())
		order by grouping(partner), partner collate "C"$query$, places, worth);
end
$$;
comment on function ph.benefit_by_partner(text, text) is
	'who pays for places and whose events are spared: each partner, and all (NULL, the last row), to which the '
	'partners add up. places: a query of partner (who pays), event, spared (expected events: benefit of '
	'ph.intervention_benefit), spared_lower, spared_upper, cost; worth: one of event, partner, value: what an event '
	'that does not happen is worth to whom. Limits are the sums of those of the places: the same ratio errs for all '
	'of them, so that they do not narrow with the number of people. unknown: places that the partner pays of which '
	'the cost or what is spared is not known, or whose event is worth nothing to anybody in worth. Errors: a query '
	'without these columns';
