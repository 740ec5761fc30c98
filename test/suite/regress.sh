# pg_regress on the private server, one database a test run.  ONLY: names of tests, all if empty
regress=$(dirname "$("$pg_config" --pgxs)")/../test/regress/pg_regress
as_server rm -rf "$work/source/results"
tests=${ONLY:-$(cd "$work/source/test/sql" && ls *.sql | sed 's/\.sql$//')}
# a test that has no expected file yet differs from an empty one, and so shows all that it printed
for name in $tests; do
	[ -f "$work/source/expected/$name.out" ] || as_server touch "$work/source/expected/$name.out"
done
(cd "$work/source" && server_folder=$work/source as_server \
	env PGHOST="$PGHOST" "$regress" --inputdir=test --bindir="$bin" \
	--dbname=ph_regress --user=population_health --host="$PGHOST" --load-extension=population_health $tests) \
	>"/tmp/ph_regress.$$" 2>&1 || true
for name in $tests; do
	if grep -qE "^(test +$name +\.\.\. ok|ok [0-9]+ +[-+] +$name) " "/tmp/ph_regress.$$"; then
		pass "$name"
	else
		said=
		[ ! -f "$work/source/results/$name.out" ] || said=$(regress_difference "$name")
		fail "$name" "${said:-$(cat "/tmp/ph_regress.$$")}"
	fi
done
rm -f "/tmp/ph_regress.$$"
