# Loading CSV files: a good folder is taken whole, of a broken one nothing, and no value of it is repeated.
load_demo=$root/test/demo
load_folder=$(mktemp -d)
load_sql() { psql -qXAt -v ON_ERROR_STOP=1 -d load_test "$@"; }
load_counts() {
	load_sql -c "select string_agg(format('%s %s', relation, (xpath('//n/text()', query_to_xml(format('select count(*) as n from health.%I', relation), true, false, '')))[1]), ', ' order by relation)
		from ph.shared_table()"
}
load_fresh() {
	psql -qX -c 'drop database if exists load_test' -c 'create database load_test' 2>/dev/null
	load_sql -c 'create extension population_health' -c "call ph.create_shared_tables('health')"
}

# a small population, as files
load_fresh
load_sql -c "\copy health.code_list from '$load_demo/code_list.csv' (format csv, header)"
load_sql -v persons=200 -v schema=health -f "$load_demo/generate.sql" >/dev/null
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
load_break encounter 's/^\d+,/secret,/ if $. == 5'
load_refused "wrong type, a number" 'encounter.csv, line 5, column encounter_id: not a whole number' secret,
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
	if [ "$(load_counts)" = "$load_expected" ]; then pass "load: a good folder, all rows"
	else fail "load: a good folder, all rows" "found $(load_counts)"; fi
else
	fail "load: a good folder, all rows" "$message"
fi
cp -r "$load_folder/good" "$load_folder/packed"
gzip "$load_folder"/packed/*.csv
load_fresh
if message=$(PGDATABASE=load_test bash "$load_demo/load.sh" "$load_folder/packed" health 2>&1) && [ "$(load_counts)" = "$load_expected" ]; then
	pass "load: a good folder of .csv.gz"
else
	fail "load: a good folder of .csv.gz" "$message"
fi
rm -rf "$load_folder"
