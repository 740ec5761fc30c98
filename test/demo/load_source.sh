#!/usr/bin/env bash
# Loads every CSV file of a folder (NAME.csv or NAME.csv.gz) as it stands into a table of that name, all columns text:
#
#     PGDATABASE=mydb test/demo/load_source.sh FOLDER SCHEMA
#
# for ph.create_views_from to read. Tables of the schema by these names are replaced. All or nothing is loaded; a file
# that is no CSV is named with the line, never with a value. What a published name has around the relation's is taken
# off: artificial_hes_apc_0102_truncated.csv is hes_apc. Files of one relation, a file a year, are put together, whether
# or not they have the same columns.
set -euo pipefail

if [ $# -ne 2 ] || [ ! -d "$1" ]; then
	echo "usage: load_source.sh FOLDER SCHEMA" >&2
	exit 2
fi
folder=$1
schema=$2
quoted='"'${schema//\"/\"\"}'"'
declare -A loaded
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGCLIENTENCODING=UTF8

relation_of() {
	local name=${1##*/}
	name=${name%.gz}
	name=${name%.csv}
	tr 'A-Z' 'a-z' <<< "$name" | sed -E 's/^artificial_(hes_[a-z]+)_.*$/\1/; s/[^a-z0-9]+/_/g'
}

{
	echo '\set VERBOSITY verbose'
	echo 'begin;'
	echo 'set local client_min_messages = warning;'
	echo 'create schema if not exists :"schema";'
	found=0
	for path in "$folder"/*.csv "$folder"/*.csv.gz "$folder"/*.CSV; do
		[ -e "$path" ] || continue
		found=$((found + 1))
		if [[ $path == *.gz && -e ${path%.gz} ]]; then
			echo "${path##*/}: there twice, also without .gz" >&2
			exit 1
		fi
		relation=$(relation_of "$path")
		header=$(gzip -dcf < "$path" 2> /dev/null | head -n 1 | sed 's/^\xef\xbb\xbf//; s/\r$//; s/"//g') || true
		if [ -z "$header" ]; then
			echo "${path##*/}: no header" >&2
			exit 1
		fi
		export "path_$found=$path"
		columns=$(tr 'A-Z' 'a-z' <<< "$header" | sed -E 's/([^,]+)/"\1"/g')
		if [[ $columns == *,,* || $(tr ',' '\n' <<< "$columns" | sort | uniq -d) != "" ]]; then
			echo "${path##*/}, line 1: a column without a name, or two of one name" >&2
			exit 1
		fi
		if [ -z "${loaded[$relation]:-}" ]; then
			echo "drop table if exists :\"schema\".\"$relation\";"
			echo "create table :\"schema\".\"$relation\" ($(sed 's/,/ text, /g' <<< "$columns") text);"
			loaded[$relation]=yes
		else
			sed 's/,/\n/g' <<< "$columns" |
				sed "s/.*/alter table :\"schema\".\"$relation\" add column if not exists & text;/"
		fi
		echo "\\copy $quoted.\"$relation\" ($columns) from program 'gzip -dcf < \"\$path_$found\"' csv header"
		echo "analyze :\"schema\".\"$relation\";"
	done
	echo 'commit;'
	if [ "$found" = 0 ]; then
		echo "$folder holds no CSV file" >&2
		exit 1
	fi
} > "$work/load.sql"

if ! psql -XqAt -v ON_ERROR_STOP=1 -v "schema=$schema" -f "$work/load.sql" 2> "$work/errors"; then
	sed -nE 's/^.*(ERROR|FATAL):  ([0-9A-Z]{5}):.*/SQLSTATE \2/p; s/^[^:]*:  (COPY [a-z_0-9]+, [^ ]+ [0-9]+).*/\1/p' \
		"$work/errors" | head -n 2 >&2
	echo "nothing was loaded" >&2
	exit 1
fi
echo "loaded into schema $schema"
