#!/usr/bin/env bash
# Loads a folder of CSV files (person.csv or person.csv.gz, and so on) into the shared tables of a schema:
#
#     PGDATABASE=mydb test/demo/load.sh FOLDER SCHEMA
#
# after CALL ph.create_shared_tables('SCHEMA'). Everything or nothing is loaded. What is wrong is said as
# file, line, column and reason, never as a value, since that may be a patient's; the exit status is 1 then.
# Lines are counted as records, with the header as line 1. Dates are year first: 2024-04-01.
set -euo pipefail

if [ $# -ne 2 ]; then
	echo "usage: load.sh FOLDER SCHEMA" >&2
	exit 2
fi
folder=$1
schema=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGCLIENTENCODING=UTF8
psql=(psql -XqAt -v ON_ERROR_STOP=1 -v "schema=$schema")

# What the files must look like is asked of the extension: relation, needed or not, columns, types.
"${psql[@]}" -F ' ' > "$work/shape" <<'SQL'
select t.relation, t.required::integer, string_agg(c.column_name, ',' order by c.ordinality),
  string_agg(replace(c.column_type, ' ', '_'), ',' order by c.ordinality),
  to_regclass(format('%I.%I', :'schema', t.relation)) is not null
from ph.shared_table() with ordinality t
join ph.shared_column() with ordinality c on c.relation = t.relation
group by t.relation, t.required, t.ordinality
order by t.ordinality;
SQL

declare -A file type
relations=()
wrong=0
while read -r relation required columns types exists; do
	if [ "$exists" != t ]; then
		echo "schema $schema has no table $relation: call ph.create_shared_tables first" >&2
		exit 1
	fi
	path=
	for name in "$folder/$relation.csv" "$folder/$relation.csv.gz"; do
		if [ -e "$name" ]; then path=$name; fi
	done
	if [ -z "$path" ] && [ "$relation" = code_list ]; then
		path=$here/code_list.csv
		echo "code_list: no file in the folder, taking $path"
	elif [ -z "$path" ] && [ "$required" = 1 ]; then
		echo "$relation.csv: no such file, nor $relation.csv.gz" >&2
		wrong=1
		continue
	elif [ -z "$path" ]; then
		echo "$relation: no file, left empty"
		continue
	fi

	if [[ $path == *.gz ]] && ! gzip -t "$path" 2> /dev/null; then
		echo "${path##*/}: cannot be read to its end as gzip" >&2
		wrong=1
		continue
	fi
	header=$(gzip -dcf < "$path" 2> /dev/null | head -n 1 | sed 's/^\xef\xbb\xbf//; s/\r$//; s/"//g') || true
	file[$relation]=${path##*/}
	relations+=("$relation")
	export "path_$relation=$path" "header_$relation=$header"
	IFS=, read -ra expected <<< "$columns"
	IFS=, read -ra expected_types <<< "$types"
	for i in "${!expected[@]}"; do
		type[$relation.${expected[$i]}]=${expected_types[$i]}
		if [[ ,$header, != *,"${expected[$i]}",* ]]; then
			echo "${path##*/}, line 1, column ${expected[$i]}: missing" >&2
			wrong=1
		fi
	done
	IFS=, read -ra found <<< "$header"
	for i in "${!found[@]}"; do
		if [[ ,$columns, != *,"${found[$i]}",* ]]; then  # a file without header would show a value here
			echo "${path##*/}, line 1, column number $((i + 1)): not a column of $relation" >&2
			wrong=1
		elif [[ ,$header, == *,"${found[$i]}",*,"${found[$i]}",* ]]; then
			echo "${path##*/}, line 1, column ${found[$i]}: more than once" >&2
			wrong=1
		fi
	done
done < "$work/shape"
if [ $wrong = 1 ]; then
	echo "nothing was loaded" >&2
	exit 1
fi

{
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
create temp table "staging_$relation" (like :"schema".$relation, line bigint generated always as identity (start 2)) on commit drop;
\\echo reading $relation
\\copy "staging_$relation" (${!header}) from program 'gzip -dcf < "\$path_$relation"' (format csv, header)
select format('%s: %s rows', regexp_replace(:'name', '.*/', ''), count(*)) from "staging_$relation";
analyze "staging_$relation";
SQL
	done
	cat <<'SQL'
\echo checking
-- the first line that breaks each rule, key and reference; rows that are there already count
select format('insert into problem select %L, min(line), %L, %L from staging_%s where not (%s) having count(*) > 0',
  r.relation, r.column_name, r.problem, r.relation, r.condition)
from ph.shared_rule() r join file using (relation)
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
  where %2$I is not null and not exists (select from staging_%3$s p where p.%4$I = r.%2$I)
    and not exists (select from %5$I.%3$s p where p.%4$I = r.%2$I) having count(*) > 0',
  f.relation, f.column_name, f.parent_relation, f.parent_column, :'schema')
from ph.shared_reference() f join file using (relation)
\gexec
select count(*) > 0 as wrong from problem
\gset
\if :wrong
select format('%s, line %s, column %s: %s', name, line, column_name, reason)
from problem join file using (relation)
order by name, line, column_name;
do 'begin raise exception using errcode = ''PH001'', message = ''wrong''; end';
\endif
\echo storing
select format('insert into %1$I.%2$s (%3$s) select %3$s from staging_%2$s order by line',
  :'schema', t.relation, (select string_agg(c.column_name, ', ') from ph.shared_column() c where c.relation = t.relation))
from ph.shared_table() with ordinality t join file using (relation)
order by t.ordinality
\gexec
select format('analyze %I.%I', :'schema', relation) from file
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
context=$(sed -nE 's/^[^:]*:  COPY staging_([a-z_]+), [^ ]+ ([0-9]+)(, [^ ]+ ([a-z0-9_]+))?.*/\1 \2 \4/p' "$work/errors" | head -n 1)
read -r relation line column <<< "$context" || true
if [ -z "${column:-}" ]; then
	column=$(sed -nE 's/^COLUMN NAME:  ([a-z0-9_]+)$/\1/p; s/^.*22P04: [^"]*"([a-z0-9_]+)"$/\1/p' "$work/errors" | head -n 1)
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
