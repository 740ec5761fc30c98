# Loading CSV files: a good folder is taken whole, of a broken one nothing, and no value of it is repeated.
load_demo=$root/test/demo
load_folder=$(mktemp -d)
load_sql() { psql -qXAt -v ON_ERROR_STOP=1 -d load_test "$@"; }
load_counts() {
	load_sql -c "select string_agg(format('%s %s', relation, (xpath('//n/text()',
			query_to_xml(format('select count(*) as n from health.%I', relation), true, false, '')))[1]),
		', ' order by relation)
		from ph.shared_table()"
}
load_fresh() {
	psql -qX -c 'drop database if exists load_test' -c 'create database load_test' 2>/dev/null
	load_sql -c 'create extension population_health' -c "call ph.create_shared_tables('health')"
}

# a small population, as files
load_fresh
load_sql -v persons=200 -v schema=health -f "$load_demo/code_list.sql" -f "$load_demo/generate.sql" >/dev/null
load_expected=$(load_counts)
mkdir "$load_folder/good"
for table in $(load_sql -c 'select relation from ph.shared_table()'); do
	load_sql -c "\copy health.$table to '$load_folder/good/$table.csv' (format csv, header)"
done
load_fresh
load_nothing=$(load_counts)

# name, pattern that the message must have, value that it must not have; the folder is $load_folder/bad
load_refused() {
	local status=0 message
	message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/bad" health 2>&1) || status=$?
	if [ "$status" != 1 ]; then fail "load: $1" "exit status $status: $message"
	elif ! grep -qE "$2" <<<"$message"; then fail "load: $1" "$message"
	elif grep -qF "$3" <<<"$message"; then fail "load: $1" "the message repeats the value"
	elif [ "$(load_counts)" != "$load_nothing" ]; then fail "load: $1" "rows were kept: $(load_counts)"
	else pass "load: $1"; fi
}
load_break() {  # table, perl expression for each line
	rm -rf "$load_folder/bad"
	cp -r "$load_folder/good" "$load_folder/bad"
	perl -pi -e "$2" "$load_folder/bad/$1.csv"
}

load_break person 's/birth_date/day_born/ if $. == 1'
load_refused "wrong column" 'person.csv, line 1, column birth_date: missing' day_born
load_break person 's/\d{4}-\d\d-\d\d/secretday/ if $. == 17'
load_refused "wrong type, a date" 'person.csv, line 17, column birth_date: not a date' secretday
for said in 01/04/1950 05/06/07 today infinity epoch '"April 1, 1950"' 1950-02-30 1950-13-01 19500401 1950-091 \
	'1950-04-01 BC' 1950-04-01T25:00; do
	load_break person 's/\d{4}-\d\d-\d\d/'"${said//\//\\/}"'/ if $. == 17'
	load_refused "a date that is none: $said" 'person.csv, line 17, column birth_date: not a date' "${said//\"/}"
done
load_break clinical_event 's/,\d*$/,secret/ if $. == 5'
load_refused "wrong type, a number" 'clinical_event.csv, line 5, column position: not a whole number' secret
load_break data_day '$_ .= "2024-04-02\n" if $. == 2'
load_refused "two data days" 'data_day.csv, line 3, column day: more than one day' 2024-04-02
load_break data_day 's/.*/2099-01-01/ if $. == 2'
load_refused "a data day to come" 'data_day.csv, line 2, column day: later than today' 2099-01-01
load_break data_day 's/.*/infinity/ if $. == 2'
load_refused "a data day that never comes" 'data_day.csv, line 2, column day: not a date' infinity
load_break encounter 's/^(\d+,.*)$/$1\n$1/ if $. == 5'
load_refused "an encounter twice" 'encounter.csv, line 6, column person_id, encounter_id: duplicate key' P0000
load_break encounter 's/^(\d+,)P\d+/$1P00000001/ unless $. == 1'
load_refused "an event of another person's encounter" \
	'clinical_event.csv, line .*, column encounter_id: not in encounter' P00000001
load_break residence 's/^P\d+/PSECRET/ if $. == 9'
load_refused "broken reference" 'residence.csv, line 9, column person_id: not in person' PSECRET
load_break person '$_ .= $_ if $. == 3; $_ .= ""'
load_refused "the same person twice" 'person.csv, line 4, column person_id: duplicate key' P00000002
load_break person 's/^[^,]*,/,/ if $. == 6'
load_refused "missing value" 'person.csv, line 6, column person_id: missing value' P00000005
load_break person 's/$/,secretmore/ if $. == 8'
load_refused "more values than the header has" 'person.csv, line 8: more values' secretmore
load_break person ''
rm "$load_folder/bad/registration.csv"
load_refused "missing file" 'registration.csv: no such file' P0000

if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/good" health 2>&1); then
	if [ "$(load_counts)" = "$load_expected" ] &&
		[ "$(load_sql -c "select string_agg(relation || ' ' || rows, ', ' order by relation)
			from health.data_load")" = "$load_expected" ]; then
		pass "load: a good folder, all rows, and data_load says so"
	else fail "load: a good folder, all rows" "found $(load_counts)"; fi
else
	fail "load: a good folder, all rows" "$message"
fi
cp -r "$load_folder/good" "$load_folder/packed"
gzip "$load_folder"/packed/*.csv
load_fresh
if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/packed" health 2>&1) &&
	[ "$(load_counts)" = "$load_expected" ]; then
	pass "load: a good folder of .csv.gz"
else
	fail "load: a good folder of .csv.gz" "$message"
fi
# what is optional is left out, identifiers are no numbers, days are timestamps, the editions are others
cp -r "$load_folder/good" "$load_folder/other"
(cd "$load_folder/other" && rm place_factor.csv measurement.csv enrolment.csv code_list.csv data_day.csv &&
	perl -pi -e 's/^(\d+),/sprintf("00000000-0000-4000-8000-%012d,", $1)/e if $. > 1' encounter.csv &&
	perl -pi -e 's/,(\d+),(\d+)$/sprintf(",00000000-0000-4000-8000-%012d,%d", $1, $2)/e if $. > 1' clinical_event.csv &&
	perl -pi -e 's/(\d{4}-\d\d-\d\d)/$1T00:00:00Z/' registration.csv &&
	perl -pi -e 's/,start_date,end_date//; s/,,$//' place_parent.csv &&
	perl -pi -e 's/LAD24/LAD25/; s/ICB24/ICB25/; s/LSOA21/LSOA11/' place.csv)
load_fresh
if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/other" health 2>&1) &&
	message=$message$(load_sql -c "call ph.create_population_views('health')" 2>&1) &&
	answer=$(load_sql -c "select count(*) > 100, bool_and(place is not null and system is not null),
			count(deprivation_decile)
			from health.person_at('2024-04-01')" \
		-c "select (select day from health.data_day) = (select max(start_date) from health.encounter),
			(select count(*) > 0 from health.register)" \
		-c "select string_agg(problem || ' ' || relation, ', ' order by relation)
			from ph.check_shared_tables('health') where problem <> 'list without events'"); then
	missing='empty relation enrolment, empty relation measurement, empty relation place_factor'
	if [ "$answer" = $'t|t|0\nt|t\n'"$missing" ]; then
		pass "load: what is optional is missing, identifiers are UUIDs, other editions"
	else fail "load: what is optional is missing, identifiers are UUIDs, other editions" "$answer"; fi
else
	fail "load: what is optional is missing, identifiers are UUIDs, other editions" "$message"
fi
# files of another shape: those of one relation are one table, and a shape that is none leaves nothing
mkdir "$load_folder/hes"
cat >"$load_folder/hes/artificial_hes_apc_2223_truncated.csv" <<'CSV'
FYEAR,EPIKEY,PSEUDO_HESID,ADMIDATE,ADMIMETH,STARTAGE
2223,1,a,2022-05-01,21,40
CSV
printf '\xef\xbb\xbfFYEAR,PSEUDO_HESID,"EPIKEY",ADMIDATE,ADMIMETH,STARTAGE,SEX\r\n2324,a,2,2023-05-01,11,41,2\r\n' |
	gzip >"$load_folder/hes/artificial_hes_apc_2324_truncated.csv.gz"
load_schema='h"{x} y'
message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/hes" "$load_schema" other 2>&1) || true
if [[ $message == *"only gp_extract, hes, omop, synthea"* ]] &&
	[ "$(load_sql -c "select count(*) from pg_namespace where nspname like 'h\"%'")" = 0 ]; then
	pass "load: a shape that there is not"
else
	fail "load: a shape that there is not" "$message"
fi
if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/hes" "$load_schema" hes 2>&1) &&
	answer=$(load_sql -c 'select string_agg(concat_ws($$ $$, encounter_id, pod, start_date), $$, $$ order by 1)
			from "h""{x} y".encounter' -c 'select sex from "h""{x} y".person') &&
	[ "$answer" = $'APC 1 NEL 2022-05-01, APC 2 EL 2023-05-01\nF' ]; then
	pass "load: a relation in a file a year, with other columns"
else
	fail "load: a relation in a file a year, with other columns" "$message $answer"
fi
gzip -dc "$load_folder/hes/artificial_hes_apc_2324_truncated.csv.gz" \
	>"$load_folder/hes/artificial_hes_apc_2324_truncated.csv"
if message=$(PGDATABASE=load_test bash "$load_demo/load_source.sh" "$load_folder/hes" "$load_schema" 2>&1); then
	fail "load: a file that is there twice" "$message"
else
	pass "load: a file that is there twice"
fi
# the folder is looked at before anything is built
load_early() {  # name, pattern of the message
	local message status=0
	message=$(DATA=$load_folder/bad REPORT=$load_folder/report.html PG_CONFIG=/bin/false \
		timeout 20 bash "$load_demo/run" 2>&1) || status=$?
	if [ "$status" = 1 ] && grep -qE "$2" <<<"$message" && ! grep -q building <<<"$message"; then
		pass "load: before building, $1"
	else
		fail "load: before building, $1" "$message"
	fi
}
load_break person ''
rm "$load_folder/bad/residence.csv"
load_early "a missing file" 'residence.csv: no such file'
load_break encounter 's/pod/kind/ if $. == 1'
load_early "a wrong column" 'encounter.csv, line 1, column pod: missing'
load_break place_factor 's/imd2019_decile/imd2015_decile/'
load_early "two editions of deprivation" \
	'place_factor.csv, column factor: more than one .*imd2015_decile imd2025_decile'
load_break place 's/,LAD24,/$. % 2 ? ",LAD23," : ",LAD25,"/e'
load_early "two editions of places" 'place.csv, column place_kind: more than one .*LAD2[35] LAD2[35]'
same=$(
	here=$load_demo
	source "$load_demo/folder.sh"
	diff <(shape_of_source "$root/sql/65_population/shared_tables.sql") <(load_sql -F ' ' -c "
		select t.relation, t.required::integer, string_agg(c.column_name, ',' order by c.ordinality),
			string_agg(replace(c.column_type, ' ', '_'), ',' order by c.ordinality),
			coalesce(string_agg(c.column_name, ',' order by c.ordinality) filter (where c.optional), '-')
		from ph.shared_table() with ordinality t
		join ph.shared_column() with ordinality c on c.relation = t.relation
		group by t.relation, t.required, t.ordinality
		order by t.ordinality") 2>&1
) || true
if [ -z "$same" ]; then
	pass "load: the shape in the source is that of the extension"
else
	fail "load: the shape in the source is that of the extension" "$same"
fi
# a folder of another shape, by one call: the same people come out
mkdir "$load_folder/cdm"
load_export() { load_sql -c "\\copy ($2) to '$load_folder/cdm/$1.csv' (format csv, header)"; }
load_fresh
PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/good" health >/dev/null 2>&1
load_sql -c "call ph.create_population_views('health')"
load_export person "select substr(person_id, 2)::integer as person_id, case sex when 'F' then 8532 else 8507 end
	as gender_concept_id, extract(year from birth_date)::integer as year_of_birth,
	extract(month from birth_date)::integer as \"MONTH_OF_BIRTH\",
	extract(day from birth_date)::integer as day_of_birth from health.person"
load_export death "select substr(person_id, 2)::integer as person_id, death_date from health.person
	where death_date is not null"
load_export observation_period "select substr(person_id, 2)::integer as person_id,
	start_date as observation_period_start_date, coalesce(end_date - 1, day) as observation_period_end_date
	from health.registration, health.data_day"
load_export visit_occurrence "select encounter_id as visit_occurrence_id, substr(person_id, 2)::integer as person_id,
	9202 as visit_concept_id, to_char(start_date, 'YYYYMMDD') as visit_start_date, end_date as visit_end_date
	from health.encounter"
load_export cdm_source "select day as source_release_date from health.data_day"
load_people="select count(*), sum(events), round(sum(years)::numeric, 3)
	from health.person_period('[2023-04-01,2024-04-01)') where stay > 0"
load_expected=$(load_sql -c "$load_people")
gzip "$load_folder/cdm/death.csv"
load_fresh
load_sql -c 'set client_min_messages = warning' -c 'drop schema health cascade'
if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/cdm" health omop 2>&1); then
	report_found=$(load_sql -c "$load_people")
	if [ "$report_found" = "$load_expected" ]; then pass "load: a CDM as files, by one call"
	else fail "load: a CDM as files, by one call" "found $report_found, not $load_expected"; fi
else
	fail "load: a CDM as files, by one call" "$message"
fi
# the same from a foreign table, and from views
if [ "$(load_sql -c "select count(*) from pg_available_extensions where name = 'file_fdw'")" = 1 ]; then
	chmod 755 "$load_folder" "$load_folder/cdm"
	load_sql -c 'set client_min_messages = warning' -c 'create extension file_fdw' \
		-c 'create server files foreign data wrapper file_fdw' -c 'create schema mixed' \
		-c "create foreign table mixed.\"Person\" (person_id integer, gender_concept_id integer, year_of_birth integer,
			month_of_birth integer, day_of_birth integer)
			server files options (filename '$load_folder/cdm/person.csv', format 'csv', header 'true')"
	load_sql <<'SQL'
select format('create view mixed.%1$I as table health_source.%1$I', relname)
from pg_class
where relnamespace = 'health_source'::regnamespace and relname <> 'person' and relkind = 'r' \gexec
SQL
	load_sql -c 'set client_min_messages = warning' -c "call ph.create_views_from('omop', 'mixed', 'from_foreign')"
	report_found=$(load_sql -c "${load_people/health./from_foreign.}")
	if [ "$report_found" = "$load_expected" ]; then pass "load: a foreign table and views as a source"
	else fail "load: a foreign table and views as a source" "found $report_found, not $load_expected"; fi
else
	skip "load: a foreign table and views as a source" "no file_fdw here"
fi
load_shape_refused() {  # name, folder, shape, pattern of the message
	local message status=0
	message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$2" other "$3" 2>&1) || status=$?
	if [ "$status" != 0 ] && grep -qE "$4" <<<"$message" &&
		[ "$(load_sql -c "select to_regnamespace('other') is null")" = t ]; then
		pass "load: $1"
	else
		fail "load: $1" "$message"
	fi
}
load_shape_refused "a shape that is not known" "$load_folder/cdm" fhir 'no shape fhir'
load_shape_refused "a folder of another shape" "$load_folder/good" omop 'lacks what map "omop" needs'
mkdir "$load_folder/empty"
load_shape_refused "a folder without files" "$load_folder/empty" omop 'holds no CSV file'
printf 'person_id,person_id\n1,2\n' >"$load_folder/empty/person.csv"
load_shape_refused "two columns of one name" "$load_folder/empty" omop \
	'person.csv, line 1: a column without a name, or two'
printf 'person_id,name\n1,secret,2\n' >"$load_folder/empty/person.csv"
load_shape_refused "more values than the header has" "$load_folder/empty" omop 'nothing was loaded'
rm -rf "$load_folder"
