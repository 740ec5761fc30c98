# Writes docs/reference.md to standard output: every public object of schema ph by room, with what COMMENT ON says of
# it. Sourced by test/dev and test/suite/pages.sh; needs a database that has the extension.
reference_page() {
	local folder room names
	printf '# Reference\n\n'
	printf 'Made by `bash test/dev docs` from the comments in the database (`\\df+ ph.*` shows the same); '
	printf 'every object in schema `ph`. '
	printf 'What ph is made of lies in `ph_support` and is not for people.\n'
	for folder in "$root"/sql/[0-9]*/; do
		room=$(basename "$folder")
		room=${room#*_}
		names=$(grep -hoiE '^create (function|aggregate|procedure|type|table|view) ph\.[a-z_0-9]+' "$folder"*.sql |
			sed 's/.*ph\.//' | sort -u | paste -sd , || true)
		[ -n "$names" ] || continue
		printf '\n## %s\n\n' "$room"
		psql -qXAt -v names="{$names}" <<-'SQL'
			set search_path = pg_catalog;
			with named as (
				select unnest(:'names'::text[]) as name
			), type_entry as (
				select typname as name, 0 as kind, '' as signature,
					format('- **type `ph.%s`**: %s', typname,
						coalesce(obj_description(t.oid, 'pg_type'), obj_description(typrelid, 'pg_class')))
					|| coalesce('. Fields: ' || (
						select string_agg(format('`%s`%s', attname, ' ' || col_description(attrelid, attnum)), '; '
							order by attnum)
						from pg_attribute
						where attrelid = typrelid and attnum > 0 and not attisdropped
					) || '.', '') as entry
				from pg_type t
				join named on typname = name
				where typnamespace = 'ph'::regnamespace
					and typtype in ('b', 'c')
					and (typrelid = 0 or exists (select from pg_class where oid = typrelid and relkind = 'c'))
			), table_entry as (
				select relname, 1, '', format('- **table `ph.%s`**: %s', relname, obj_description(c.oid, 'pg_class'))
				from pg_class c
				join named on relname = name
				where relnamespace = 'ph'::regnamespace and relkind in ('r', 'v')
			), routine_entry as (
				select proname, 2, oidvectortypes(proargtypes),
					format('- %s`ph.%s(%s)`%s: %s',
						case prokind
							when 'p' then 'procedure '
							when 'a' then 'aggregate '
							when 'w' then 'window function '
							else ''
						end,
						proname, pg_get_function_arguments(p.oid),
						case when prokind = 'p' then '' else ' → `' || pg_get_function_result(p.oid) || '`' end,
						obj_description(p.oid, 'pg_proc'))
				from pg_proc p
				join named on proname = name
				where pronamespace = 'ph'::regnamespace
			)
			select entry
			from (
				select * from type_entry
				union all
				select * from table_entry
				union all
				select * from routine_entry
			) e
			order by name collate "C", kind, signature;
		SQL
	done
}
