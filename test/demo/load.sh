#!/usr/bin/env bash
# Loads a folder of CSV files (person.csv or person.csv.gz, and so on) into the shared tables of a schema:
#
#     PGDATABASE=mydb test/demo/load.sh FOLDER SCHEMA
#     PGDATABASE=mydb test/demo/load.sh FOLDER SCHEMA SHAPE   files of another shape: omop, synthea, hes, gp_extract
#
# the first after CALL ph.create_shared_tables('SCHEMA'), the second with nothing before it: the files go as they are
# into schema SCHEMA_source, and ph.create_views_from makes the tables of them. Everything or nothing is loaded. What is
# wrong is said as file, line, column and reason, never as a value, since that may be a patient's; the exit status is
# 1 then.
# Lines are counted as records, with the header as line 1. Days are ISO dates or timestamps: 2024-04-01,
# 2024-04-01T09:30. Without data_day.csv the data day is that of the latest encounter, event or measurement that is not
# in the future.
set -euo pipefail

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
	echo "usage: load.sh FOLDER SCHEMA [SHAPE]" >&2
	exit 2
fi
folder=$1
schema=$2
here=$(cd "$(dirname "$0")" && pwd)
if [ $# = 3 ]; then
	shapes=$(psql -XqAt -v ON_ERROR_STOP=1 -c "select string_agg(map, ', ' order by map) from ph.source_map")
	if [[ ", $shapes, " != *", $3, "* ]]; then
		printf 'there is no shape %s, only %s\nnothing was loaded\n' "$3" "$shapes" >&2
		exit 1
	fi
	bash "$here/load_source.sh" "$folder" "${schema}_source"
	psql -XqAt -v ON_ERROR_STOP=1 -v "shape=$3" -v "schema=$schema" -v "source=${schema}_source" <<'SQL'
set client_min_messages = warning;
call ph.create_views_from(:'shape', :'source', :'schema', materialise => true);
SQL
	echo "loaded into schema $schema"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGCLIENTENCODING=UTF8
psql=(psql -XqAt -v ON_ERROR_STOP=1 -v "schema=$schema")

# What the files must look like is asked of the extension: relation, needed or not, columns, types.
"${psql[@]}" -F ' ' > "$work/shape" <<'SQL'
select t.relation, t.required::integer, string_agg(c.column_name, ',' order by c.ordinality),
  string_agg(replace(c.column_type, ' ', '_'), ',' order by c.ordinality),
  coalesce(string_agg(c.column_name, ',' order by c.ordinality) filter (where c.optional), '-')
from ph.shared_table() with ordinality t
join ph.shared_column() with ordinality c on c.relation = t.relation
group by t.relation, t.required, t.ordinality
order by t.ordinality;
SQL
missing=$("${psql[@]}" <<'SQL'
select relation from ph.shared_table() where to_regclass(format('%I.%I', :'schema', relation)) is null limit 1;
SQL
)
if [ -n "$missing" ]; then
	echo "schema $schema has no table $missing: call ph.create_shared_tables first" >&2
	exit 1
fi

declare -A file type
relations=()
source "$here/folder.sh"
if ! check_folder "$folder" "$work/shape"; then
	echo "nothing was loaded" >&2
	exit 1
fi

export code_lists=$here/code_list.sql
{
	echo "\\set demonstration_lists $([ -n "${file[code_list]:-}" ] && echo false || echo true)"
	cat <<'SQL'
\set VERBOSITY verbose
begin;
set local datestyle = 'ISO, YMD';
set local client_min_messages = warning;
create temp table file (relation text, name text) on commit drop;
create temp table problem (relation text, line bigint, column_name text, reason text) on commit drop;
SQL
	for relation in "${relations[@]}"; do
		header=header_$relation
		cat <<SQL
\\getenv name path_$relation
insert into file values ('$relation', regexp_replace(:'name', '.*/', ''));
-- days are read as text, since a date in the form of any country, or a word like today, would pass as one
select format(
  'create temp table "staging_$relation" (%s, line bigint generated always as identity (start 2)) on commit drop',
  string_agg(
    format('%I %s %s', column_name,
      case column_type when 'date' then 'text' else column_type end, case when required then 'not null' end),
    ', ' order by ordinality))
from ph.shared_column() with ordinality where relation = '$relation'
\gexec
\\echo reading $relation
\\copy "staging_$relation" (${!header}) from program 'gzip -dcf < "\$path_$relation"' (format csv, header)
select format('%s: %s rows', regexp_replace(:'name', '.*/', ''), count(*)) from "staging_$relation";
SQL
	done
	cat <<'SQL'
\echo checking
select format('insert into problem select %L, min(line), %L, ''not a date'' from staging_%s
  where %I is not null and ph_support.iso_day(%I) is null having count(*) > 0',
  relation, column_name, relation, column_name, column_name)
from ph.shared_column() join file using (relation) where column_type = 'date'
\gexec
select count(*) = 0 as days from problem
\gset
\if :days
select format('alter table staging_%s %s', relation,
  string_agg(format('alter %1$I type date using ph_support.iso_day(%1$I)', column_name), ', '))
from ph.shared_column() join file using (relation) where column_type = 'date' group by relation
\gexec
select format('analyze staging_%s', relation) from file
\gexec
-- the first line that breaks each rule, key and reference; rows that are there already count
select format('insert into problem select %L, min(line), %L, %L from staging_%s where not (%s) having count(*) > 0',
  r.relation, r.column_name, r.problem, r.relation, r.condition)
from ph.shared_rule() r join file using (relation)
union all
select format('insert into problem select %L, min(line), %L, %L from staging_%s where %s having count(*) > 0',
  c.relation, c.column_name, c.problem, c.relation, c.condition)
from ph.shared_check() c join file using (relation) where c.problem = 'later than today'
union all
select format('insert into problem select %1$L, min(line), %2$L, ''duplicate key'' from (
    select line, row_number() over (partition by %2$s order by line) as copy
    from (select line, %2$s from staging_%1$s union all select 0, %2$s from %3$I.%1$s) keys) copies
  where copy > 1 having count(*) > 0',
  t.relation, array_to_string(t.key, ', '), :'schema')
from ph.shared_table() t join file using (relation)
where t.key_constraint is not null
union all
select format('insert into problem select %1$L, min(line), %2$L, ''not in %3$s'' from staging_%1$s r
  where %2$I is not null and not exists (select from staging_%3$s p where %4$s)
    and not exists (select from %5$I.%3$s p where %4$s) having count(*) > 0',
  f.relation, f.column_name, f.parent_relation,
  ph_support.reference_condition(f.column_name, f.parent_column, f.beside), :'schema')
from ph.shared_reference() f join file using (relation)
union all
select format('insert into problem select ''data_day'', min(line) + 1, ''day'', ''more than one day''
  from staging_data_day having count(*) + (select count(*) from %I.data_day) > 1', :'schema')
from file where relation = 'data_day'
\gexec
\endif
select count(*) > 0 as wrong from problem
\gset
\if :wrong
select format('%s, line %s, column %s: %s', name, line, column_name, reason)
from problem join file using (relation)
order by name, line, column_name;
do 'begin raise exception using errcode = ''PH001'', message = ''wrong''; end';
\endif
\echo storing
select format('with loaded as (
    insert into %1$I.%2$s (%3$s) select %3$s from staging_%2$s order by line returning 1)
  insert into %1$I.data_load (relation, rows) select %2$L, count(*) from loaded',
  :'schema', t.relation,
  (select string_agg(c.column_name, ', ') from ph.shared_column() c where c.relation = t.relation))
from ph.shared_table() with ordinality t join file using (relation)
order by t.ordinality
\gexec
\if :demonstration_lists
\getenv code_lists code_lists
\i :code_lists
insert into :"schema".data_load (relation, rows) select 'code_list', count(*) from :"schema".code_list;
\endif
-- without a file of its own the day of the data is that of the latest record, unless that is still to come
insert into :"schema".data_day
select max(day) from (
  select max(start_date) as day from :"schema".encounter where start_date <= current_date
  union all
  select max(event_date) from :"schema".clinical_event where event_date <= current_date
  union all
  select max(measure_date) from :"schema".measurement where measure_date <= current_date) latest
where not exists (select from :"schema".data_day)
having max(day) is not null
returning 'data_day: no file, the day of the latest record is ' || day;
select format('analyze %I.%I', :'schema', relation) from ph.shared_table()
\gexec
commit;
SQL
} > "$work/load.sql"

if "${psql[@]}" -f "$work/load.sql" 2> "$work/errors"; then
	echo "loaded into schema $schema"
	exit 0
fi

# psql has said on stderr what went wrong, with values: only the place and the kind of error are passed on.
state=$(sed -nE 's/^.*(ERROR|FATAL):  ([0-9A-Z]{5}):.*/\2/p' "$work/errors" | head -n 1)
context=$(sed -nE 's/^[^:]*:  COPY staging_([a-z_]+), [^ ]+ ([0-9]+)(, [^ ]+ ([a-z0-9_]+))?.*/\1 \2 \4/p' \
	"$work/errors" | head -n 1)
read -r relation line column <<< "$context" || true
if [ -z "${column:-}" ]; then
	column=$(sed -nE 's/^COLUMN NAME:  ([a-z0-9_]+)$/\1/p; s/^.*22P04: [^"]*"([a-z0-9_]+)"$/\1/p' "$work/errors" |
		head -n 1)
fi
case "$state" in
	23502) reason="missing value" ;;
	22007 | 22008 | 22P02 | 22003)
		case "${type[$relation.$column]:-}" in
			date) reason="not a date" ;;
			integer | bigint) reason="not a whole number" ;;
			numeric | double_precision) reason="not a number" ;;
			*) reason="not of the column's type" ;;
		esac ;;
	22P04)
		if [ -n "$column" ]; then reason="fewer values than the header has"
		else reason="more values than the header has, or a quote without end"; fi ;;
	22021 | 22P05) reason="not UTF-8 text" ;;
	*) reason="refused, SQLSTATE ${state:-unknown}" ;;
esac
if [ -n "${relation:-}" ]; then
	echo "${file[$relation]}, line $line${column:+, column $column}: $reason" >&2
elif [ "$state" != PH001 ]; then
	echo "$reason${column:+, column $column}" >&2
fi
echo "nothing was loaded" >&2
exit 1
