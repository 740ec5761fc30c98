
-- ---- the record of processing, from the data ----
-- A part is a query of rows (item, detail, value) over tables of the schema. Where a table is missing, or not for the
-- reader, or the query finds nothing, one row says what is not stated.

create function ph_support.sees_all_rows(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select has_table_privilege(target, 'select') and not ph_support.row_security_hides(target, current_user::regrole)
$$;
comment on function ph_support.sees_all_rows(regclass) is
	'whether the current role may read the table, and no policy hides rows of it from it';

create function ph_support.rows_seen(target regclass) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	rows bigint;
begin
	if ph_support.sees_all_rows(target) and (select relkind from pg_class where oid = target) <> 'v' then
		execute format('select count(*) from %s', target) into rows;
	end if;
	return rows;
end
$$;
comment on function ph_support.rows_seen(regclass) is
	'the rows of a table; NULL of a view, or where the current role does not see all of them';

create function ph_support.filled_part(
	schema text, inout item text, inout detail text, needs text[], query text, arguments text[] default '{}',
	out value text, out is_stated boolean)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
set intervalstyle = postgres
set datestyle = iso
set timezone = utc
as $$
declare
	lacking text;
begin
	select string_agg(case when n.target is null then 'no table ' else 'not for you to read: ' end || n.relation, ', ')
	into lacking
	from (select r, to_regclass(format('%I.%I', schema, r)) from unnest(needs) r) n (relation, target)
	where n.target is null or not ph_support.sees_all_rows(n.target);
	if query is not null and lacking is null then
		return query execute format(
			'select q.item, q.detail, coalesce(q.value, %L), q.value is not null from (%s) q (item, detail, value)',
			'not stated', ph_support.in_schema(query, schema))
		using schema, arguments;
		if found then
			return;
		end if;
	end if;
	detail := concat_ws('; ', detail, lacking);
	value := 'not stated';
	is_stated := false;
	return next;
end
$$;
comment on function ph_support.filled_part(text, text, text, text[], text, text[]) is
	'the rows of a part of a record: those of its query, $1 the schema and $2 the arguments, or one that says what is '
	'not stated and which table it would stand in. Days and times are ISO, in UTC, whatever the session says';

create function ph_support.processing_part(
	out section text, out law text, out item text, out detail text, out needs text[], out query text)
returns setof record
language sql immutable
begin atomic
	values
		('controller', '30(1)(a)', 'controller', 'name, contacts, joint controllers, data protection officer',
		 '{}'::text[], null),
		('controller', '30(1)(a)', 'owner of the schema', 'role', '{}',
		 $query$
			select 'owner of the schema', 'role', nspowner::regrole::text
			from pg_namespace
			where oid = to_regnamespace(quote_ident($1))
		 $query$),
		('purpose', '30(1)(b)', 'purpose', 'what people may be used for', '{}',
		 'select p.purpose, ''description'', p.description from ph.purpose() p'),
		('purpose', '30(1)(b)', 'every purpose', 'people who may be included', '{may_use}',
		 $query$
			select p.purpose, 'people who may be included', count(u.purpose)::text
			from ph.purpose() p
			left join {may_use} u using (purpose)
			group by p.purpose
		 $query$),
		('purpose', '30(1)(b)', 'every purpose', 'roles entitled', '{entitlement}',
		 $query$
			select p.purpose, 'roles entitled', count(distinct e.role)::text
			from ph.purpose() p
			left join {entitlement} e on e.purpose = p.purpose and coalesce(e.until >= current_date, true)
			group by p.purpose
		 $query$),
		('purpose', '30(1)(b)', 'every purpose', 'runs of scores', '{score_run}',
		 $query$
			select p.purpose, 'runs of scores', count(r.run)::text
			from ph.purpose() p
			left join {score_run} r using (purpose)
			group by p.purpose
		 $query$),
		('basis', '6, 9', 'every purpose', 'lawful basis, condition for data of health, duty of confidence', '{}',
		 null),
		('basis', '5(1)(e)', 'every relation', 'basis on which rows are kept, and go', '{retention_rule}',
		 $query$
			select r.relation, coalesce(r.purpose, 'every purpose'), r.basis
			from {retention_rule} r
		 $query$),
		('people and data', '30(1)(c)', 'every relation', 'what a row is', '{}',
		 $query$
			select t.relation, v.*
			from ph_support.table_of_person($1) t,
				lateral (values
					('what a row is', ph_support.described(t.target)),
					('rows', ph_support.rows_seen(t.target)::text)) v
		 $query$),
		('source', '14(2)(f)', 'every relation', 'last load', '{data_load}',
		 $query$
			select l.relation, v.*
			from (select distinct on (relation) * from {data_load} order by relation, load_id desc) l,
				lateral (values ('loaded at', l.loaded_at::text), ('rows loaded', l.rows::text)) v
		 $query$),
		('source', '14(2)(f)', 'map', 'how the shared tables were made', '{source_load}',
		 $query$
			select l.source, v.*
			from {source_load} l,
				lateral (values ('map', l.map), ('options', l.options::text),
					('last day of the data', l.data_day::text)) v
			where l.load_id = (select max(load_id) from {source_load})
		 $query$),
		('source', '5(1)(d)', 'every relation', 'last day of the data', '{data_day}',
		 $query$
			select 'every relation', v.*
			from (select max(day) as day from {data_day}) d,
				lateral (values ('last day of the data', d.day::text), ('days since', (current_date - d.day)::text)) v
		 $query$),
		('recipient', '30(1)(d)', 'roles', 'who sees which rows', '{entitlement}',
		 $query$
			select e.role, concat_ws(' ', e.level, e.place, 'for', e.purpose),
				coalesce('until ' || e.until, 'without an end')
			from {entitlement} e
		 $query$),
		('recipient', '30(1)(d)', 'audiences', 'numbers that left', '{release}',
		 $query$
			select r.audience, v.*
			from (select audience, count(*), max(record ->> 'released_at') from {release} group by audience)
					r (audience, releases, last),
				lateral (values ('releases', r.releases::text), ('last release', r.last)) v
		 $query$),
		('recipient', '30(1)(d)', 'lists', 'openings', '{list_opening}',
		 $query$
			select o.role, v.*
			from (select role, list, purpose, count(*), sum(people) from {list_opening} group by role, list, purpose)
					o (role, list, purpose, openings, people),
				lateral (values
					(format('openings of %s for %s', o.list, o.purpose), o.openings::text),
					(format('people shown of %s for %s', o.list, o.purpose), o.people::text)) v
		 $query$),
		('transfer', '30(1)(e)', 'transfers', 'to other countries, and safeguards', '{}', null),
		('retention', '30(1)(f)', 'every relation', 'how long rows of people are kept', '{retention_rule}',
		 $query$
			select t.relation, coalesce(r.purpose, 'every purpose'), r.keep::text
			from ph_support.table_of_person($1) t
			left join {retention_rule} r using (relation)
		 $query$),
		('retention', '30(1)(f)', 'removal', 'rows removed', '{removal}',
		 $query$
			select r.kind, v.*
			from (select kind, count(*), sum(people) from {removal} group by kind) r (kind, removals, people),
				lateral (values ('removals', r.removals::text), ('people removed', r.people::text)) v
		 $query$),
		('security', '30(1)(g)', 'every relation', 'row security', '{}',
		 $query$
			select t.relation, 'row security',
				case
					when c.relrowsecurity and c.relforcerowsecurity then 'forced'
					when c.relrowsecurity then 'on'
					else 'off' end
			from ph_support.table_of_person($1) t
			join pg_class c on c.oid = t.target
		 $query$),
		('security', '30(1)(g)', 'every kind of role', 'what it may do', '{entitlement}',
		 $query$
			select k.kind, g.relation, string_agg(g.privilege, ', ' order by g.privilege)
			from ph.access_kind() k, ph.access_grants($1, k.kind) g
			group by k.kind, g.relation
		 $query$),
		('score', '13(2)(f), 22C', 'runs', 'scores that people were given', '{score_run}',
		 $query$
			select r.run, v.*
			from {score_run} r
			left join ph.instruments() i on r.kind = 'instrument' and i.instrument = r.score
			cross join lateral (values
				('score', r.score), ('version', r.version), ('kind', r.kind), ('purpose', r.purpose),
				('as of', r.as_of::text), ('last day of the data', r.data_day::text), ('outcome', r.predicts),
				('outcome is', r.label_kind), ('inputs', nullif(array_to_string(r.inputs, ', '), '')),
				('source', coalesce(r.source, i.source)), ('licence', coalesce(r.licence, i.licence)),
				('content hash', r.content_hash), ('people', r.people::text), ('scored', r.scored::text),
				('left out', r.left_out::text), ('recorded by', r.recorded_by)) v
		 $query$),
		('score', '13(2)(f), 22C', 'runs', 'last judged', '{score_run,run_judgement}',
		 $query$
			select r.run, 'last judged', max(j.judged_at)::text
			from {score_run} r
			left join {run_judgement} j using (run)
			group by r.run
		 $query$),
		('scheme', '13(2)(f)', 'schemes', 'that people are grouped by', '{}',
		 $query$
			select s.scheme || ' ' || s.version, 'inputs', nullif(array_to_string(s.inputs, ', '), '')
			from ph_support.scheme_in_use($1) s
		 $query$),
		('equality', 'Equality Act 2010 149', 'schemes and scores', 'protected characteristics that they use',
		 '{justification}',
		 $query$
			select format('%s %s %s', u.kind, u.name, u.version), u.characteristic, u.justification
			from ph_support.justified_use($1) u
		 $query$),
		('rights', '16, 18, 21, 22C', 'requests', 'of people', '{person_request}',
		 $query$
			select r.kind, v.*
			from (
				select kind, count(*), count(*) filter (where answered is null),
					count(*) filter (where outcome in ('upheld', 'partly_upheld'))
				from {person_request}
				group by kind) r (kind, all_of_them, open, upheld),
				lateral (values ('requests', r.all_of_them::text), ('open', r.open::text), ('upheld', r.upheld::text)) v
		 $query$),
		('rights', '22A', 'decisions', 'by people', '{decision}',
		 $query$
			select d.decision, v.*
			from (
				select decision, count(*), count(*) filter (where human_changed)
				from {decision}
				group by decision) d (decision, all_of_them, changed),
				lateral (values ('decisions', d.all_of_them::text), ('changed by who decided', d.changed::text)) v
		 $query$);
end;
comment on function ph_support.processing_part() is
	'the parts of ph.processing_record: section, the article of the UK GDPR that asks for it, what it says is not '
	'stated, the tables it needs, and the query of item, detail and value (NULL: nothing stores it); $1 is the schema';

create function ph.processing_record(
	schema text, out section text, out law text, out item text, out detail text, out value text, out is_stated boolean)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regnamespace(quote_ident(schema)) is null then
		raise exception 'argument "schema" must be a schema'
			using errcode = 'invalid_schema_name', hint = 'Name the schema of the shared tables.';
	end if;
	return query
		select p.section, p.law, f.*
		from ph_support.processing_part() with ordinality
				p (section, law, item, detail, needs, query, place)
		cross join lateral ph_support.filled_part(schema, p.item, p.detail, p.needs, p.query) f
		order by p.place, f.item, f.detail, f.value;
end
$$;
comment on function ph.processing_record(text) is
	'the record of processing of the UK GDPR (article 30; law names the article, others where no law is named beside '
	'it) from what the schema holds, flat for a BI tool: section, item, detail, value, and is_stated, false where '
	'value is "not stated": nothing stores it, its table is missing, or the current role does not see all rows of it. '
	'Sections: controller, purpose, basis, people and data (rows counted, so every table is read once), source, '
	'recipient, transfer, retention, security, score, scheme, equality, rights. Nobody is named but roles and who '
	'recorded. Counts may be small: it is for the organisation and its regulator. Errors: invalid_schema_name';
