# pg_regress on the private server, one database a test run.  ONLY: names of tests, all if empty
regress=$(dirname "$("$pg_config" --pgxs)")/../test/regress/pg_regress
tests=${ONLY:-$(cd "$work/source/test/sql" && ls *.sql | sed 's/\.sql$//')}
(cd "$work/source" && server_folder=$work/source as_server \
	env PGHOST="$PGHOST" "$regress" --inputdir=test --bindir="$bin" \
	--dbname=ph_regress --user=population_health --host="$PGHOST" --load-extension=population_health $tests) \
	>"/tmp/ph_regress.$$" 2>&1 || true
for name in $tests; do
	if grep -qE "^(test +$name +\.\.\. ok|ok [0-9]+ +[-+] +$name) " "/tmp/ph_regress.$$" &&
		! grep -qE "$name .*FAILED|^not ok.* $name " "/tmp/ph_regress.$$"; then
		pass "$name"
	else
		fail "$name" "$(cat "$work/source/regression.diffs" 2>/dev/null || cat "/tmp/ph_regress.$$")"
	fi
done
rm -f "/tmp/ph_regress.$$"
