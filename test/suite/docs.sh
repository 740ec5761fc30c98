# Every sql block of the README and the docs runs, in order, on a made-up population, and answers what the page shows.
docs_database=docs_test
createdb "$docs_database"
documents=("$root/README.md" "$root"/docs/*.md)
setup() {
	psql -qX -v ON_ERROR_STOP=1 -d "$docs_database" \
		-c "create extension population_health" -c "call ph.create_shared_tables('health')" \
		-c "\\copy health.code_list from '$root/test/demo/code_list.csv' csv header" \
		-v persons=2000 -v schema=health -f "$root/test/demo/generate.sql" \
		-c "call ph.create_population_views('health')"
}
if out=$(setup 2>&1); then
	for document in "${documents[@]}"; do
		answer=$(mktemp)
		if ! out=$(perl "$root/test/suite/docs.pl" script "$document" | sed "s/call ph.create_shared_tables('health')/call ph.create_shared_tables('docs')/" |
			psql -qX -v ON_ERROR_STOP=1 -d "$docs_database" -c 'drop schema if exists docs cascade' -f - 2>&1 >"$answer"); then
			fail "${document#"$root"/}" "$(grep -A3 ERROR <<<"$out")"
		elif out=$(perl "$root/test/suite/docs.pl" compare "$document" "$answer") && [ -n "$out" ]; then
			fail "${document#"$root"/}" "$out"
		else
			pass "${document#"$root"/}"
		fi
		rm -f "$answer"
	done
else
	fail "docs population" "$out"
fi
dropdb "$docs_database"
