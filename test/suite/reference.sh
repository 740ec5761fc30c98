# The numbers of ../shared/reference, where it is there.  Each check prints name|cases|failures|which.
for topic in indicators risk segmentation; do
	if [ ! -d "$shared/reference/$topic" ]; then
		skip "reference $topic" "no ../shared/reference/$topic here"
		continue
	fi
	export REFERENCE=$shared/reference/$topic
	header=$(gzip -dc "$REFERENCE"/bnssg_synthetic_people.csv.gz 2>/dev/null | head -n 1 || true)
	psql -qX -c 'create extension if not exists population_health' 2>/dev/null
	if ! rows=$(psql -qX -v ON_ERROR_STOP=1 -v header="$header" -f "$root/test/reference/$topic.sql" 2>&1); then
		fail "reference $topic" "$rows"
		continue
	fi
	while IFS='|' read -r name cases failures which; do
		if [ "$failures" = 0 ] && [ "$cases" -gt 0 ]; then pass "reference: $name ($cases cases)"
		else fail "reference: $name ($failures of $cases)" "$which"; fi
	done <<<"$rows"
done
