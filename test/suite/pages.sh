# docs/reference.md says what the comments in the database say, and every public object stands in it.
source "$root/test/reference.sh"
createdb pages
psql -qX -d pages -c 'create extension population_health'
said=$(PGDATABASE=pages reference_page | diff "$root/docs/reference.md" - | head -n 20) || true
if [ -z "$said" ]; then
	pass "docs/reference.md is what the comments say"
else
	fail "docs/reference.md: run bash test/dev docs" "$said"
fi
said=$(psql -qXAt -d pages -c "select distinct proname from pg_proc where pronamespace = 'ph'::regnamespace
	union
	select typname from pg_type
	where typnamespace = 'ph'::regnamespace and typtype in ('b', 'c') and typcategory <> 'A'" |
	while read -r name; do grep -qF "ph.$name" "$root/docs/reference.md" || echo "$name"; done)
if [ -z "$said" ]; then
	pass "docs/reference.md: every public object stands in it"
else
	fail "docs/reference.md: objects without an entry" "$said"
fi
dropdb pages
