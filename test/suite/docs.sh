# Every sql block of the README and the docs runs, in order, on the population that the main job makes up, and answers
# what the page shows. accept_answers: the pages take what was answered. ONLY: these pages, by name.
docs_database=docs_test
createdb "$docs_database"
documents=("$root/README.md" "$root"/docs/*.md)
[ -z "${ONLY:-}" ] || documents=($(printf "$root/docs/%s.md\n" $ONLY))
setup() {
	psql -qX -v ON_ERROR_STOP=1 -d "$docs_database" \
		-c "create extension population_health" -c "call ph.create_shared_tables('health')" \
		-v persons=3000 -v schema=health -f "$root/test/demo/code_list.sql" -f "$root/test/demo/generate.sql" \
		-c "call ph.create_population_views('health')"
}
# The README's queries are for whoever may read, on a read-only connection too; its install lines do as they are.
docs_readme() {
	psql -qX -d "$docs_database" -c 'create role docs_reader login' \
		-c 'grant usage on schema health, own to docs_reader' \
		-c 'grant select on all tables in schema health, own to docs_reader'
	if out=$(perl "$root/test/suite/docs.pl" reading "$root/README.md" |
		PGOPTIONS='-c default_transaction_read_only=on' \
			psql -qX -v ON_ERROR_STOP=1 -U docs_reader -d "$docs_database" 2>&1 >/dev/null); then
		pass "README.md: read only"
	else
		fail "README.md: read only" "$out"
	fi
	psql -qX -d "$docs_database" -c 'drop owned by docs_reader' -c 'set client_min_messages = warning' \
		-c 'drop schema own cascade'
	createdb mydb
	if out=$(perl "$root/test/suite/docs.pl" install "$root/README.md" |
		PGOPTIONS='-c client_min_messages=warning' bash -eu 2>&1 >/dev/null); then
		pass "README.md: install lines"
	else
		fail "README.md: install lines" "$out"
	fi
	dropdb mydb
}
if out=$(setup 2>&1); then
	for document in "${documents[@]}"; do
		answer=$(mktemp)
		if ! out=$(perl "$root/test/suite/docs.pl" script "$document" |
			sed "s/call ph.create_shared_tables('health')/call ph.create_shared_tables('docs')/" |
			psql -qX -v ON_ERROR_STOP=1 -d "$docs_database" -c 'drop schema if exists docs cascade' -f - \
				2>&1 >"$answer"); then
			fail "${document#"$root"/}" "$(grep -A3 ERROR <<<"$out")"
		elif [ -n "${accept_answers:-}" ]; then
			perl "$root/test/suite/docs.pl" accept "$document" "$answer" >"$answer.page" &&
				cp "$answer.page" "$document"
			rm -f "$answer.page"
		elif out=$(perl "$root/test/suite/docs.pl" compare "$document" "$answer") && [ -n "$out" ]; then
			fail "${document#"$root"/}" "$out"
		else
			pass "${document#"$root"/}"
		fi
		rm -f "$answer"
		[ "$document" != "$root/README.md" ] || docs_readme
	done
else
	fail "docs population" "$out"
fi
dropdb "$docs_database"
psql -qX -d postgres -c 'set client_min_messages = warning' -c 'drop role if exists docs_reader' \
	-c 'drop role if exists analysts' -c 'drop role if exists bi_reader' \
	-c 'drop role if exists identity_keeper, clinician' \
	-c 'drop role if exists wye_planning, region_planning' -c 'drop role if exists wye_nurses'
