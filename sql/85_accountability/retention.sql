
-- ---- how long rows of people are kept ----

create function ph_support.retention_condition(schema text, relation text, day text, row_purpose text, purpose text)
returns text
language sql stable
begin atomic
	select case
		when purpose is not null then format('%s = %L', row_purpose, purpose)
		when row_purpose is null then 'true'
		-- one that is said of the purpose goes before one of all
		else format('not exists (select from %I.retention_rule o where o.relation = %L and o.purpose = %s)', schema,
			relation, row_purpose) end;
end;
comment on function ph_support.retention_condition(text, text, text, text, text) is
	'the condition that a row t is one that a rule of retention speaks of';

create function ph_support.retention_rule_of(
	schema text, out relation text, out purpose text, out keep interval, out basis text, out day text,
	out condition text, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_accountability_tables(schema);
	return query execute format(
		'select r.relation, r.purpose, r.keep, r.basis, p.day,
			ph_support.retention_condition($1, r.relation, p.day, p.purpose, r.purpose),
			case
				when p.relation is null then ''no_table''
				when p.is_derived then ''derived''
				when p.day is null then ''no_day''
				when r.purpose is not null and p.purpose is null then ''no_purpose'' end
		from %I.retention_rule r
		left join ph_support.person_table($1) p using (relation)
		order by r.relation, r.purpose nulls last', schema)
	using schema;
end
$$;
comment on function ph_support.retention_rule_of(text) is
	'the rules of retention of a schema: day of a row t, condition that the rule is of it (names in braces), and note, '
	'why the rule cannot be followed: no_table, derived, no_day, no_purpose';

create function ph.retention_due(
	schema text, as_of timestamptz default now(),
	out relation text, out purpose text, out keep interval, out basis text, out rows bigint, out people bigint,
	out oldest_day date, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	if as_of is null or not isfinite(as_of) then
		raise exception 'argument "as_of" must be a day'
			using errcode = 'invalid_parameter_value', hint = 'Not given it is today.';
	end if;
	for part in
		select r.*
		from ph_support.retention_rule_of(schema) r
		union all
		select p.relation, null, null, null, p.day, null, 'no_rule'
		from ph_support.person_table(schema) p
		where not p.is_derived and p.relation not in (select r.relation from ph_support.retention_rule_of(schema) r)
		union all
		select c.relname::text, null, null, null, null, null, 'no_rule'
		from ph_support.other_table(schema) o
		join pg_class c on c.oid = o
		where c.relname not in (select r.relation from ph_support.retention_rule_of(schema) r)
	loop
		rows := null;
		people := null;
		oldest_day := null;
		relation := part.relation;
		purpose := part.purpose;
		keep := part.keep;
		basis := part.basis;
		note := part.note;
		if part.day is not null and coalesce(note = 'no_rule', true) then
			perform ph_support.require_all_rows(array[format('select from %I.%I', schema, relation)]);
			execute format(
				'select case when $1 is not null then count(*) filter (where due) end,
					case when $1 is not null then count(distinct person_id) filter (where due) end, min(day)
				from (
					select t.person_id, d.day, d.day + $1 <= $2 as due
					from %I.%I t
					cross join lateral (select %s) d (day)
					where %s
				) dated', schema, relation, ph_support.in_schema(part.day, schema),
				ph_support.in_schema(coalesce(part.condition, 'true'), schema))
			into rows, people, oldest_day
			using keep, as_of::date;
		end if;
		return next;
	end loop;
end
$$;
comment on function ph.retention_due(text, timestamptz) is
	'what the rules of retention_rule say that is no longer kept as of a day: a row a rule with rows and people due, '
	'the oldest day of what it speaks of, and its basis. The day of a row is its end where a table has one (NULL: not '
	'over, never due), of a person the death, of a score the day of its run, of a request the answer (not of one '
	'in force: an objection or restriction that is upheld, a correction until the source is corrected), of who was '
	'shown the opening. A rule for a purpose is of rows of runs, lists and requests of it, one without of all others. '
	'note: no_rule, a table of persons of which no rule speaks; no_day and no_purpose, the table tells of none; '
	'derived, its rows are made of others and go with them; '
	'no_table. Errors: undefined_table, invalid_parameter_value, insufficient_privilege for who does not see all rows';

create procedure ph.purge(schema text, relation text, basis text, as_of timestamptz default now())
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	rules record;
	due jsonb;
	persons text[];
	people bigint;
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.require_accountability_tables(schema), ph_support.require_basis(basis);
	if (as_of <= now()) is not true or not isfinite(as_of) then
		raise exception 'argument "as_of" must be a day that is not to come'
			using errcode = 'invalid_parameter_value', hint = 'ph.retention_due tells what will be due.';
	end if;
	select count(*) as number, min(format('%s: %s', r.relation, r.note)) filter (where r.note is not null) as wrong,
		jsonb_object_agg(r.relation, r.due) filter (where r.note is null) as due
	into rules
	from (
		select r.relation, min(r.note) as note, string_agg(
			format('(%s) + %L::interval <= $2 and %s', ph_support.in_schema(r.day, schema), r.keep,
				ph_support.in_schema(r.condition, schema)), ' or ') as due
		from ph_support.retention_rule_of(schema) r
		where purge.relation is null or r.relation = purge.relation
		group by r.relation
	) r;
	if rules.number = 0 then
		raise exception 'no rule says how long rows of % are kept', coalesce(relation, 'any table')
			using errcode = 'undefined_object', hint = format('INSERT INTO %I.retention_rule.', schema);
	elsif rules.wrong is not null then
		raise exception 'a rule of retention cannot be followed: %', rules.wrong
			using errcode = 'object_not_in_prerequisite_state', hint =
				'ph.retention_due says what each note means: alter or delete the rule. Nothing was removed.';
	end if;
	due := rules.due;
	if due ? 'person' then
		-- who is no longer kept goes with all rows
		execute format('select array_agg(t.person_id::text) from %I.person t where %s', schema, due ->> 'person')
		into persons
		using persons, as_of::date;
		select jsonb_object_agg(p.relation, concat_ws(' or ', rules.due ->> p.relation, 't.person_id::text = any ($1)'))
		into due
		from ph_support.person_table(schema) p;
	end if;
	call ph_support.remove_rows(schema, 'retention', basis, due, persons, as_of::date, people);
	if people = 0 then
		raise notice 'nothing is due';
	else
		raise notice 'rows of % were removed', case people when 1 then 'one person' else people || ' people' end
			using hint = 'What stays: releases, and what backups, logs and exports hold.';
	end if;
end
$$;
comment on procedure ph.purge(text, text, text, timestamptz) is
	'removes what ph.retention_due says is no longer kept of a table, or by all rules (NULL), as of a day that is not '
	'to come, under a basis; a rule of person removes with all their rows who died so long ago. A row of removal says '
	'how many rows of which table and how many people; stays and stored summaries are made anew where data have '
	'changed. One transaction: an error removes nothing. Errors: undefined_table, invalid_parameter_value without a '
	'basis, undefined_object without a rule, object_not_in_prerequisite_state where a rule cannot be followed, '
	'insufficient_privilege for who does not see all rows, active_sql_transaction where the isolation level is not '
	'read committed';
