# docs/reference.md says what the comments in the database say, and every public object stands in it; every public
# object is run in an example of another page, a type in that a function which returns it, or a list of it, is.
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
	while read -r name; do grep -qwF "ph.$name" "$root/docs/reference.md" || echo "$name"; done)
if [ -z "$said" ]; then
	pass "docs/reference.md: every public object stands in it"
else
	fail "docs/reference.md: objects without an entry" "$said"
fi
examples=$(for page in "$root"/docs/*.md; do perl "$root/test/suite/docs.pl" script "$page"; done)
said=$(psql -qXAt -F ' ' -d pages <<-'SQL' |
	with routine as (
		select proname, prorettype, 'ph\.' || proname || '\(' as example
		from pg_proc where pronamespace = 'ph'::regnamespace
	), relation as (
		select relname, reltype from pg_class where relnamespace = 'ph'::regnamespace and relkind in ('r', 'v')
	)
	select proname, example from routine
	union
	select relname, 'ph\.' || relname || '\>' from relation
	union
	select typname, coalesce(string_agg(example, '|'), 'ph\.' || typname || '\>')
	from pg_type t left join routine on prorettype in (t.oid, nullif(t.typarray, 0))
	where typnamespace = 'ph'::regnamespace and typcategory <> 'A' and t.oid not in (select reltype from relation)
	group by typname;
SQL
	while read -r name example; do grep -qE "$example" <<<"$examples" || echo "$name"; done)
if [ -z "$said" ]; then
	pass "docs: every public object is run in an example"
else
	fail "docs: objects without an example" "$said"
fi
dropdb pages
