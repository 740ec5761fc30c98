# The numbers of ../shared/reference, where it is there.  The first line of a script says which folder
# it reads; each of its checks prints name|cases|failures|which.
for script in "$root"/test/reference/*.sql; do
	name=$(basename "$script" .sql)
	folder=$(sed -n '1s/^-- reads //p' "$script")
	if [ ! -d "$shared/$folder" ]; then
		skip "reference $name" "no ../shared/$folder here"
		continue
	fi
	export REFERENCE=$shared/$folder ROOT=$root
	header=$(gzip -dc "$REFERENCE"/bnssg_synthetic_people.csv.gz 2>/dev/null | head -n 1 || true)
	psql -qX -c 'create extension if not exists population_health' 2>/dev/null
	if ! rows=$(psql -qX -v ON_ERROR_STOP=1 -v header="$header" -f "$script" 2>&1); then
		fail "reference $name" "$rows"
		continue
	fi
	while IFS='|' read -r check cases failures which; do
		if [ "$failures" = 0 ] && [ "$cases" -gt 0 ]; then pass "reference: $check ($cases cases)"
		else fail "reference: $check ($failures of $cases)" "$which"; fi
	done <<<"$rows"
done
