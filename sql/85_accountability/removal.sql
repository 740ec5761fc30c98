
-- ---- people who are removed, and what is no longer kept ----
-- Rows go in one transaction with a row of removal, which counts them and names nobody; stored stays and summaries are
-- then those of data that never had these rows.

create function ph_support.person_table(
	schema text, out relation text, out day text, out purpose text, out is_derived boolean, out place bigint)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with told (relation, day, purpose, is_derived) as (
		values
			('person_score', '(select r.as_of from {score_run} r where r.run = t.run)',
			 '(select r.purpose from {score_run} r where r.run = t.run)', false),
			('decision', 't.decided_on', '(select r.purpose from {score_run} r where r.run = t.run)', false),
			-- what is in force is kept, or the person would be listed again, the record taken for true
			('person_request', format(
				'case when not %s or t.kind = ''review'' or t.corrected is not null then
					coalesce(t.corrected, t.answered) end', ph_support.request_in_force('t')), null, false),
			('opened_person', '(select (o.opened_at at time zone ''UTC'')::date from {list_opening} o
				where o.opening = t.opening)',
			 '(select o.purpose from {list_opening} o where o.opening = t.opening)', false),
			('reidentification', '(t.at at time zone ''UTC'')::date', 't.purpose', false),
			('segment_history', 't.end_date', null, false),
			-- an encounter without an end, as of a practice, is of its day
			('encounter', 'coalesce(t.end_date, t.start_date)', null, false),
			('person', 't.death_date', null, false),
			('stored_stay', null, null, true), ('measure_person', null, null, true),
			('changed_person', null, null, true), ('disputed_input', null, null, true)
	), there as (
		select s.relation, s.date_column
		from ph_support.table_to_secure(schema) s
		join pg_class c on c.oid = s.target and not c.relispartition
		union all
		select i.relation, null
		from ph_support.identity_table() i
		where to_regclass(format('%I.%I', schema, i.relation)) is not null
	)
	select there.relation,
		case
			when told.relation is not null then told.day
			else 't.' || quote_ident(coalesce(d.end_column, d.start_column, there.date_column)) || '::date' end,
		told.purpose, coalesce(told.is_derived, false),
		-- who refers goes before what is referred to, and the queue, which triggers fill meanwhile, last
		case when there.relation = 'changed_person' then 1 else coalesce(-shared.place, -1000) end
	from there
	left join told using (relation)
	left join ph_support.dated_relation() d using (relation)
	left join ph.shared_table() with ordinality shared (
		relation, required, key, key_constraint, indexes, description, place) using (relation)
$$;
comment on function ph_support.person_table(text) is
	'the tables with person_id of the schema that this extension knows (shared ones, what is made of them, those of '
	'sharing and accountability, and of secured_table), in the order of place in which rows can go: day, the '
	'expression of a row t from which it is kept on, NULL where the table tells of none; purpose, that of its purpose; '
	'is_derived: rows are made of others, and go with them';

create function ph_support.other_table(schema text) returns setof regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select t.target
	from ph_support.table_of_person(schema) t
	join pg_class c on c.oid = t.target and c.relkind <> 'v'
	where t.relation not in (select p.relation from ph_support.person_table(schema) p)
	order by 1
$$;
comment on function ph_support.other_table(text) is
	'the tables and materialised views of the schema with person_id that this extension does not know';

create function ph_support.count_due(
	schema text, due jsonb, persons text[], as_of date, out rows jsonb, out people bigint)
returns record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted text := (
		select string_agg(format('select %L as relation, t.person_id::text as person_id, count(*) as rows
			from %I.%I t where %s group by t.person_id', d.key, schema, d.key, d.value), ' union all ')
		from jsonb_each_text(due) d);
begin
	execute format(
		'with counted as materialized (%s)
		select coalesce((
				select jsonb_object_agg(relation, rows)
				from (
					select relation, sum(rows) as rows
					from counted
					where relation <> ''changed_person''
					group by relation
				) c
			), ''{}''), (select count(distinct person_id) from counted)', counted)
	into rows, people
	using persons, as_of;
end
$$;
comment on function ph_support.count_due(text, jsonb, text[], date) is
	'rows by table, and people, for which the conditions by table hold; $1 is persons, $2 is as_of';

create procedure ph_support.refold_where_due(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	fold record;
	due ph_support.due_fold;
	found_due ph_support.due_fold[];
	known jsonb := '{}';
	data_day constant date := ph_support.data_day(schema);
	has_list constant boolean := to_regclass(format('%I.may_use', schema)) is not null;
begin
	if to_regclass(format('%I.measure_fold', schema)) is null then
		return;
	end if;
	call ph_support.fill_measure_places(schema);
	-- what is asked beside a survey comes after it
	for fold in execute format(
		'select f.measure, f.version, f.period_kind, f.period, f.levels, f.breakdowns, f.purpose, c.name,
			to_jsonb(m) as record
		from %1$I.measure_fold f
		left join %1$I.measure m using (measure, version)
		left join %1$I.calendar c on c.kind = f.period_kind and c.start_date = f.period and c.start_date <= $1
		where m.areas is null
		order by m.with_measure is not null, f.measure, f.version, f.period', schema)
	using data_day
	loop
		declare
			m ph.measure;
		begin
			execute format('select %s from %I.measure where measure = $1 and version = $2',
				ph_support.column_list('ph.measure'), schema)
			into m
			using fold.measure, fold.version;
			if m.measure is null or fold.name is null or fold.purpose is null and has_list
				or ph_support.lacking_relation(schema, m) is not null
			then
				-- it cannot be folded anew, and must not stay as it is
				execute format(
					'with gone as (
						delete from %1$I.measure_tally
						where (measure, version, period_kind, period) = ($1, $2, $3, $4)
					)
					delete from %1$I.measure_fold
					where (measure, version, period_kind, period) = ($1, $2, $3, $4)', schema)
				using fold.measure, fold.version, fold.period_kind, fold.period;
				call ph_support.drop_contributions(schema,
					concat_ws(' ', fold.measure, fold.version, fold.period_kind, fold.period));
				raise warning 'the summaries of measure "%" of % cannot be folded anew, and are removed', fold.measure,
					to_char(fold.period, 'YYYY-MM-DD');
				continue;
			end if;
			select f.known, f.due
			into known, found_due
			from ph_support.folds_of_measure(schema, m, array[fold.name], fold.levels, fold.breakdowns, false,
				fold.purpose, data_day, known) f;
			foreach due in array found_due loop
				if (due.kind, due.first_day) = (fold.period_kind, fold.period) then
					call ph_support.fold_measure(schema, m, due, data_day);
				end if;
			end loop;
		end;
	end loop;
end
$$;
comment on procedure ph_support.refold_where_due(text) is
	'folds anew, in this transaction, every stored summary of persons whose data have changed since, of every version; '
	'one that cannot be folded any more (its measure, period or tables are gone, or it was folded for everybody before '
	'there was a list of who may be used) is removed, with a warning';

create procedure ph_support.lower_recordings(schema text, persons text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format(
		'update %1$I.segment_recording r
		set people = r.people - gone.people
		from (
			select k.scheme, k.as_of, count(*) as people
			from %1$I.segment_recording k
			join %1$I.segment_history t on t.scheme = k.scheme and t.start_date <= k.as_of
				and (t.end_date > k.as_of or t.end_date is null)
			where t.rank is not null and t.person_id = any ($1)
			group by k.scheme, k.as_of
		) gone
		where r.scheme = gone.scheme and r.as_of = gone.as_of', schema)
	using persons;
end
$$;
comment on procedure ph_support.lower_recordings(text, text[]) is
	'takes from the counts of recorded segments those who go';

create procedure ph_support.free_references(schema text, relation text, persons text[], as_of date, condition text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reference record;
begin
	for reference in
		select s.relation, s.column_name,
			ph_support.reference_condition(s.column_name, s.parent_column, s.beside) as is_of
		from ph.shared_reference() s
		where s.parent_relation = free_references.relation and s.beside <> '{}'
	loop
		execute format(
			'update %1$I.%2$I r set %3$I = null from %1$I.%4$I t where %5$s and (%6$s)', schema, reference.relation,
			reference.column_name, relation, replace(reference.is_of, 'p.', 't.'), condition)
		using persons, as_of;
	end loop;
end
$$;
comment on procedure ph_support.free_references(text, text, text[], date, text) is
	'rows that name a row which goes, and stay themselves, as events of an encounter do, name none';

create procedure ph_support.remove_rows(
	schema text, kind text, basis text, due jsonb, persons text[], as_of date, inout people bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	counted jsonb;
	wrong text;
begin
	perform ph_support.require_newest_rows();
	select string_agg(c.oid::regclass::text, ', ' order by c.relname)
	into wrong
	from jsonb_each(due) d
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, d.key)) and c.relkind not in ('r', 'p');
	if wrong is not null then
		raise exception 'rows are removed from tables, and these are none: %', wrong
			using errcode = 'wrong_object_type', hint = 'Remove people where these have their rows from.';
	end if;
	perform ph_support.require_all_rows(array(
		select format('select from %I.%I', schema, d.key) from jsonb_each(due) d));
	-- in the order of a fold, whose people it then is that go
	for part in
		select relation
		from unnest('{measure_place,measure_fold}'::text[]) with ordinality f (relation, place)
		where to_regclass(format('%I.%I', schema, relation)) is not null
		union all
		select *
		from (select d.key from jsonb_each(due) d order by 1) d
	loop
		execute format('lock table %I.%I in share row exclusive mode', schema, part.relation);
	end loop;
	select c.rows, c.people into counted, people from ph_support.count_due(schema, due, persons, as_of) c;
	if people = 0 then
		return;
	end if;
	execute format('insert into %I.removal (kind, basis, removed, people) values ($1, $2, $3, $4)', schema)
	using kind, basis, counted, people;
	if persons is not null and to_regclass(format('%I.segment_recording', schema)) is not null then
		call ph_support.lower_recordings(schema, persons);
	end if;
	for part in
		select p.relation, due ->> p.relation as condition
		from ph_support.person_table(schema) p
		where due ? p.relation
		order by p.place, p.relation
	loop
		call ph_support.free_references(schema, part.relation, persons, as_of, part.condition);
		execute format('delete from %I.%I t where %s', schema, part.relation, part.condition) using persons, as_of;
	end loop;
	if to_regclass(format('%I.stored_stay', schema)) is not null then
		call ph.refresh_stays(schema);
	end if;
	call ph_support.refold_where_due(schema);
end
$$;
comment on procedure ph_support.remove_rows(text, text, text, jsonb, text[], date, bigint) is
	'removes the rows for which the conditions by table hold ($1 is persons, $2 is as_of), with a row of removal; '
	'stored stays and summaries follow. Nobody: nothing is written. Errors: wrong_object_type with the names of views, '
	'insufficient_privilege for who does not see all rows, active_sql_transaction';

create function ph_support.require_basis(basis text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
	if coalesce(basis, '') !~ '\S' then
		raise exception 'argument "basis" must not be null or empty'
			using errcode = 'invalid_parameter_value',
				hint = 'Say by which law, request or schedule people are removed: it stays on record.';
	end if;
end
$$;
comment on function ph_support.require_basis(text) is
	'does nothing where a basis is given. Errors: invalid_parameter_value';

create procedure ph.remove_people(schema text, persons text[], basis text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	due jsonb;
	people bigint;
	others text;
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.require_accountability_tables(schema), ph_support.require_basis(basis);
	if coalesce(persons, '{}') = '{}' or array_position(persons, null) is not null then
		raise exception 'persons must be named, and none of them be null'
			using errcode = 'invalid_parameter_value', hint = 'By person_id.';
	end if;
	select jsonb_object_agg(p.relation, 't.person_id::text = any ($1)')
	into due
	from ph_support.person_table(schema) p;
	call ph_support.remove_rows(schema, 'person', basis, due, persons, null, people);
	if people = 0 then
		raise exception 'nobody of this person_id is in the tables of schema "%"', schema
			using errcode = 'no_data_found', hint = 'Nothing was removed.';
	end if;
	select string_agg(o::text, ', ' order by o::text)
	into others
	from (
		select o from ph_support.other_table(schema) o
		union all
		-- identity may lie in a schema of its own
		select c.oid::regclass
		from pg_class c
		join ph_support.identity_table() i on i.relation = c.relname
		where c.relkind = 'r' and c.relnamespace <> to_regnamespace(quote_ident(schema))
			and ph_support.is_generated('pg_class', c.oid)
	) others (o);
	raise notice '% removed', case people when 1 then 'one person was' else people || ' people were' end
		using hint = 'What stays: releases; what was counted and judged of runs and openings; backups, logs, exports, '
			'and all that is not in these tables.';
	if others is not null then
		raise notice 'tables with person_id that are not among these keep their rows: %', others
			using hint = 'Delete there, or refresh them; those that ph.secure is told of go with the others.';
	end if;
end
$$;
comment on procedure ph.remove_people(text, text[], text) is
	'removes people, by person_id, from every table of the schema that this extension knows: shared tables, stays, '
	'histories, who may be used, identity and its log, scores, decisions, requests, who was shown, and your own tables '
	'of ph.secure; stays and stored summaries become those of data that never had them (folded anew, in this '
	'transaction, where data have changed since; with a warning those go that cannot be folded any more). basis: by '
	'which law or request. A row of removal says how many of which table, and names nobody. Notices say what stays: '
	'releases, counts of runs and openings, backups, and tables that are not of the extension. One transaction: an '
	'error removes nothing. Errors: undefined_table, invalid_parameter_value, no_data_found where nobody of them is '
	'there, wrong_object_type where shared tables are views, insufficient_privilege for who does not see all rows, '
	'active_sql_transaction where the isolation level is not read committed';

create procedure ph.remove_person(schema text, person text, basis text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph.remove_people(schema, array[person], basis);
end
$$;
comment on procedure ph.remove_person(text, text, text) is
	'removes one person from every table of the schema: ph.remove_people, with its errors';
