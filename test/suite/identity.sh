# What is refused as an NHS number may be somebody's but for a slip: nothing of it goes into the server's log, neither
# with the statement nor with its context or its parameters.
createdb identity
psql -qX -d identity -c 'create extension population_health' -c 'create table person (number ph.nhs_number)'
log_before=$(as_server wc -l "$work/server.log" | cut -d ' ' -f 1)
identity_log() { as_server tail -n "+$((log_before + 1))" "$work/server.log"; }
psql -qX -d identity >/dev/null 2>&1 <<'SQL' || true
set log_parameter_max_length_on_error = -1;
select ph.nhs_number '9990000019';
select '99900000190'::ph.nhs_number;
select ph.nhs_number(9990000019);
insert into person values ('999-000-0019');
do $$ declare written text := '9990000019'; begin insert into person select written::ph.nhs_number; end $$;
prepare written(text) as insert into person values ($1::ph.nhs_number);
execute written('9990000019');
copy person from stdin;
9990000019
\.
SQL
refused=$(identity_log | grep -c 'invalid input for type ph.nhs_number') || true
shown=$(identity_log | grep -E '999.?000.?0019') || true
if [ "$refused" = 7 ] && [ -z "$shown" ]; then
	pass "identity: a refused number is not in the log"
else
	fail "identity: $refused of 7 refused numbers are in the log" "$shown"
fi
# the test can see what it looks for: what PostgreSQL itself refuses is there
psql -qX -d identity -c "select from person where number = '999 000 0019'" >/dev/null 2>&1 || true
if identity_log | grep -q '999 000 0019'; then
	pass "identity: a literal without a type is"
else
	fail "identity: the log is not where it is looked for"
fi
dropdb identity
