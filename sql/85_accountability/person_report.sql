
-- ---- all that is held of a person: for who asks to see it ----

create function ph_support.withheld_condition(relation text) returns text
language sql stable
begin atomic
	select coalesce(
		(
			select format('(%s, t.%I::text) in (select * from unnest($4, $5))', c.code_system, c.code)
			from ph_support.coded_column() c
			where c.relation = withheld_condition.relation),
		case relation
			when 'segment_history' then
				'exists (
					select
					from ph_support.matched_rule($6, t.scheme, t.version, t.matched, $3) r
					where not r.told)'
			when 'disputed_input' then 'ph_support.is_untold(t.input, $3)'
			when 'decision' then
				format('t.decision_id not in (select d.decision_id from (%s) d)', ph_support.told_decision_query())
			when 'person_request' then
				format('t.request_id not in (select r.request_id from (%s) r)', ph_support.told_request_query())
			else 'false' end);
end;
comment on function ph_support.withheld_condition(text) is
	'the condition that a row t of a table is withheld from the report of the person $1: for post ($2), inputs ($3) '
	'and codes ($4, $5) that are not told, schema ($6)';

create function ph_support.reported_row(relation text) returns text
language sql stable
begin atomic
	select format('to_jsonb(t) - %L::text[]', array(
			select a.name from ph_support.access_column() a union all select 'restricted_unless'))
		|| case relation
			when 'person_score' then ' || jsonb_build_object(''inputs'', ph_support.told_values(t.inputs, $3),
				''missing_inputs'', ph_support.told(t.missing_inputs, $3))'
			when 'person' then ' - case
				when (''ICD10'', t.death_cause_icd10::text) in (select * from unnest($4, $5)) then ''death_cause_icd10''
				else '''' end'
			when 'opened_person' then ' || jsonb_build_object(''details'', ph_support.told_values(t.details, $3))'
			else '' end;
end;
comment on function ph_support.reported_row(text) is
	'the expression of a row t of a table as the report of a person shows it: without the columns of access, and '
	'without inputs ($3) and a cause of death ($4, $5) that are not told';

create function ph_support.person_rows(
	schema text, person text, for_post boolean, out relation text, out shown jsonb, out withheld bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	-- what is sensitive is the person's own to see, and nobody else's who opens a letter
	classes constant text[] := case when for_post then '{law,sensitive,third_party}' else '{law,third_party}' end;
	untold constant text[] := ph_support.untold_input(schema, for_post, classes);
	target regclass;
	systems text[];
	codes text[];
begin
	select coalesce(array_agg(u.code_system), '{}'), coalesce(array_agg(u.code), '{}')
	into systems, codes
	from ph_support.untold_code(schema, person, for_post, classes) u;
	for relation, target in select * from ph_support.table_of_person(schema) loop
		execute ph_support.in_schema(format($query$
			select coalesce(jsonb_agg(r.row order by r.row) filter (where not r.withheld), '[]'),
				count(*) filter (where r.withheld)
			from (
				select %s as row, coalesce(%s, false) as withheld
				from %s t
				where t.person_id::text = $1
			) r$query$,
			ph_support.reported_row(relation), ph_support.withheld_condition(relation), target), schema)
		into shown, withheld
		using person, for_post, untold, systems, codes, schema;
		return next;
	end loop;
end
$$;
comment on function ph_support.person_rows(text, text, boolean) is
	'a row a table with person_id: its rows of the person as a list, and how many are withheld';

create function ph_support.person_recipients(schema text, person text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer jsonb;
	part jsonb;
begin
	execute ph_support.in_schema($query$
		select jsonb_build_object('openings', coalesce(jsonb_agg(
			jsonb_build_object('list', o.list, 'purpose', o.purpose, 'reason', o.reason, 'login', o.login,
				'role', o.role, 'opened_at', o.opened_at)
			order by o.opened_at), '[]'))
		from {opened_person} p
		join {list_opening} o using (opening)
		where p.person_id = $1$query$, schema)
	into answer
	using person;
	select coalesce(jsonb_agg(g.role order by g.role ->> 'role'), '[]')
	into part
	from (
		select jsonb_build_object('role', r.name, 'relations', array_agg(t.relation order by t.relation)) as role
		from ph_support.table_of_person(schema) t
		cross join lateral (
			select distinct name from ph_support.grants_on(t.target) where privilege = 'SELECT') r
		group by r.name
	) g;
	answer := answer || jsonb_build_object('roles', part, 'entitlements', '[]'::jsonb);
	if to_regclass(format('%I.entitlement', schema)) is not null
		and to_regclass(format('%I.stay', schema)) is not null
	then
		execute ph_support.in_schema($query$
			select coalesce(jsonb_agg(
				jsonb_build_object('role', e.role, 'level', e.level, 'place', e.place, 'purpose', e.purpose,
					'until', e.until)
				order by e.role, e.place), '[]')
			from {entitlement} e
			where coalesce(e.until >= (statement_timestamp() at time zone 'UTC')::date, true)
				and e.purpose in (select u.purpose from {may_use} u where u.person_id = $1)
				and (e.level = 'national' or exists (
					select
					from {stay} s
					where s.person_id = $1
						and e.place = case e.level
							when 'system' then s.system when 'place' then s.place else s.practice end))$query$, schema)
		into part
		using person;
		answer := answer || jsonb_build_object('entitlements', part);
	end if;
	return answer;
end
$$;
comment on function ph_support.person_recipients(text, text) is
	'who was shown the person by lists, which roles may read tables of persons, and which are entitled to the rows of '
	'the person now';

create function ph_support.rows_where_there(schema text, relation text, query text, person text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer jsonb;
begin
	if to_regclass(format('%I.%I', schema, relation)) is not null then
		execute ph_support.in_schema(format('select jsonb_agg(to_jsonb(r)) from (%s) r', query), schema)
		into answer
		using person;
	end if;
	return coalesce(answer, '[]');
end
$$;
comment on function ph_support.rows_where_there(text, text, text, text) is
	'the rows of a query ($1 is the person) as a list; an empty one where the schema does not have the relation';

create function ph.person_report(schema text, person text, for_post boolean default false) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	shown jsonb;
	withheld jsonb;
begin
	perform ph_support.require_whole_person(schema, person);
	for_post := coalesce(for_post, true);
	select jsonb_object_agg(r.relation, r.shown),
		coalesce(jsonb_object_agg(r.relation, r.withheld) filter (where r.withheld > 0), '{}')
	into shown, withheld
	from ph_support.person_rows(schema, person, for_post) r;
	return jsonb_build_object(
		'person', person, 'made_on', current_date, 'for_post', for_post,
		'explanation', (
			select jsonb_agg(jsonb_build_object('section', e.section, 'words', e.words) order by e.ordinal)
			from ph.explain_person(schema, person, for_post) e),
		'purposes', (
			select jsonb_agg(jsonb_build_object('purpose', p.purpose, 'description', p.description, 'may_be_used',
				case
					when to_regclass(format('%I.may_use', schema)) is not null
						then shown -> 'may_use' @> jsonb_build_array(jsonb_build_object('purpose', p.purpose)) end))
			from ph.purpose() p),
		'sources', jsonb_build_object(
			'loads', ph_support.rows_where_there(schema, 'data_load',
				'select distinct on (relation) relation, rows, loaded_at from {data_load}
				order by relation, load_id desc', person),
			'made_from', ph_support.rows_where_there(schema, 'source_load',
				'select map, source, materialised, data_day from {source_load} order by load_id desc limit 1', person)),
		'recipients', ph_support.person_recipients(schema, person),
		'retention', ph_support.rows_where_there(schema, 'retention_rule',
			'select relation, purpose, keep, basis from {retention_rule} order by relation, purpose', person),
		'models', ph_support.rows_where_there(schema, 'score_run',
			'select run, score, version, kind, purpose, as_of, predicts, label_kind, horizon, source, licence,
				content_hash
			from {score_run} join {person_score} using (run)
			where person_id = $1
			order by as_of, run', person),
		'rows', shown)
		|| case when for_post then '{}' else jsonb_build_object('withheld', withheld) end;
end
$$;
comment on function ph.person_report(text, text, boolean) is
	'all that a schema holds of a person, as one value for a request to see it (UK GDPR article 15): explanation '
	'(ph.explain_person), purposes and whether the person may be used for each, sources with their last loads, '
	'recipients (who opened which list with the person on it, which roles may read tables of persons, which are '
	'entitled to the person''s rows now), retention, models (version, licence and hash of each that scored the '
	'person), and rows: of every table of the schema with a column person_id, whoever made it, the rows of the '
	'person. Withheld, and counted by table in withheld, are rows with a code of restricted_code of class law or '
	'third_party that direct care may not see, and what rules made of them; for_post leaves out those of class '
	'sensitive too, and what is marked not_for_post with the records that its code lists name, and then nothing says '
	'that or how much is withheld. Releases and summaries hold nobody; backups and other schemas are outside. For '
	'who sees all rows. Errors: undefined_table, no_data_found for a person nobody knows, insufficient_privilege '
	'where row security hides rows';

create function ph_support.rows_page(caption text, found jsonb) returns text
language sql stable
begin atomic
	with cell as (
		select r.number, k.key, r.row ->> k.key as value
		from jsonb_array_elements(found) with ordinality r (row, number)
		cross join (
			select distinct key
			from jsonb_array_elements(found) e, jsonb_object_keys(e) key) k
	)
	select format(
		E'<div class="wide"><table><caption>%s</caption><thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>\n',
		ph_support.html(caption), (
			select string_agg(
				format('<th>%s</th>', ph_support.html(replace(key, '_', ' '))), '' order by key collate "C")
			from (select distinct key from cell) c), (
			select string_agg(format('<tr>%s</tr>', line), '' order by number)
			from (
				select number, string_agg(
					format('<td>%s</td>', ph_support.html(coalesce(value, ''))), '' order by key collate "C") as line
				from cell
				group by number
			) c))
	where jsonb_array_length(found) > 0;
end;
comment on function ph_support.rows_page(text, jsonb) is
	'a list of objects as a table of HTML, a column a key; NULL where it is empty';

create function ph.person_report_page(schema text, person text, for_post boolean default false) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	report constant jsonb := ph.person_report(schema, person, for_post);
	page text := ph_support.page_start('What is recorded about ' || person);
begin
	page := page || format(E'<p>Made on %s.</p>\n', ph_support.day_in_words((report ->> 'made_on')::date));
	select page || string_agg(
		format(E'<h2>%s</h2>\n%s', case e.section
			when 'segment' then 'Your groups' when 'score' then 'Your scores' when 'decision' then 'What was decided'
			when 'request' then 'What you asked for' else 'Your rights' end, e.said), '' order by e.place)
	into page
	from (
		select value ->> 'section' as section, min(place) as place,
			string_agg(format(E'<p>%s</p>\n', ph_support.html(value ->> 'words')), '' order by place) as said
		from jsonb_array_elements(report -> 'explanation') with ordinality w (value, place)
		group by 1
	) e;
	page := concat(page,
		E'<h2>What it is used for, where it comes from, who may see it, how long it is kept</h2>\n',
		ph_support.rows_page('Purposes', report -> 'purposes'),
		ph_support.rows_page('Loads', report -> 'sources' -> 'loads'),
		ph_support.rows_page('Made from', report -> 'sources' -> 'made_from'),
		ph_support.rows_page('Lists on which you were shown', report -> 'recipients' -> 'openings'),
		ph_support.rows_page('Roles that may see your rows now', report -> 'recipients' -> 'entitlements'),
		ph_support.rows_page('Roles that may read tables', report -> 'recipients' -> 'roles'),
		ph_support.rows_page('How long rows are kept', report -> 'retention'),
		ph_support.rows_page('Scores and their versions', report -> 'models'));
	select concat(page, E'<h2>What is recorded</h2>\n', string_agg(ph_support.rows_page(
		concat_ws(': ', replace(r.key, '_', ' '), ph_support.described(to_regclass(format('%I.%I', schema, r.key)))),
		r.value), '' order by r.key))
	into page
	from jsonb_each(report -> 'rows') r;
	if report -> 'withheld' <> '{}' then
		select page || format(
			E'<p>Withheld, since the law or somebody else''s privacy asks for it: %s.</p>\n',
			string_agg(format('%s of %s', w.value, ph_support.html(w.key)), ', ' order by w.key))
		into page
		from jsonb_each_text(report -> 'withheld') w;
	end if;
	return page || E'</body></html>\n';
end
$$;
comment on function ph.person_report_page(text, text, boolean) is
	'ph.person_report as an HTML page of its own, without scripts or anything from outside; tables without rows of the '
	'person are left out. Errors: as ph.person_report';
