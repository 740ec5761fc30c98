
-- ---- the views of measures as dbt describes tables ----

-- A JSON text is a YAML text, too.
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
