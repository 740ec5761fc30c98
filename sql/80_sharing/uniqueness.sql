
-- ---- how far rows single people out ----

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
