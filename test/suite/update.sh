# A database that was updated equals a fresh one: every object that the extension owns, with its comment, its rights and
# its rows. sql/update holds the install script of the first version that can be updated from, and a step a version
# since.
update_first=0.2.0
update_folder=$work/stage$("$pg_config" --sharedir)/extension
update_version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/population_health.control")

# All that the extension owns in a database, one object a line, in an order that no OID decides.
owned_objects() {
	pg_dump --binary-upgrade --schema-only "$1" |
		grep -vE '^(SELECT pg_catalog\.binary_upgrade_|UPDATE pg_catalog|WHERE oid = |SET |--|\\(un)?restrict |$)' |
		perl -0777 -ne 'print map { s/\n\s*/ /gr . "\n" } sort split /(?<=;)\n(?=[A-Z])/'
	psql -qXAt -d "$1" -c "
		select format('rows of %s: %s', c.oid::regclass, md5(rows::text))
		from pg_class c join pg_depend d on d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e',
			format('select * from %s t order by t::text collate \"C\"', c.oid::regclass) query,
			query_to_xml(query, true, false, '') rows
		where c.relkind = 'r' order by 1" -c "
		select format('dumped with it: %s %s', extconfig::regclass[], extcondition)
		from pg_extension where extname = 'population_health'"
}

# updated_differs FROM: creates the extension at a version, updates it, and prints where that is unlike a fresh one
updated_differs() {
	dropdb --if-exists updated 2>/dev/null
	createdb updated
	psql -qX -v ON_ERROR_STOP=1 -d updated -c "create extension population_health version '$1'" \
		-c "alter extension population_health update" 2>&1 || return 0
	diff <(owned_objects fresh) <(owned_objects updated) || true
}

dropdb --if-exists fresh 2>/dev/null
createdb fresh
psql -qX -d fresh -c 'create extension population_health'
if [ "$update_version" = $update_first ]; then
	update_said=$(diff "$root/sql/update/population_health--$update_first.sql" \
		"$update_folder/population_health--$update_first.sql" | head -n 20) || true
	if [ -z "$update_said" ]; then
		pass "update: version $update_first is what it was"
	else
		fail "update: version $update_first is what it was: raise the version in population_health.control" \
			"$update_said"
	fi
else
	as_server cp "$root/sql/update/population_health--$update_first.sql" "$update_folder/"
	update_said=$(updated_differs $update_first)
	if [ -z "$update_said" ]; then pass "update: from $update_first to $update_version"
	else fail "update: from $update_first to $update_version" "$update_said"; fi
fi

# What somebody built at the first version, with a view of theirs on it, answers the same after the update, after the
# views are made again, and from stored stays.
if [ "$update_version" != $update_first ]; then
	dropdb --if-exists updated 2>/dev/null
	createdb updated
	update_lists=$(mktemp)  # the first version has no lists of its own
	psql -qXAt -d updated -c 'create extension population_health' \
		-c 'copy (select list, version, code_system, code, match from ph.shipped_code_list()) to stdout' \
		-c 'drop extension population_health' >"$update_lists"
	update_rows="select md5(string_agg(p::text, ' ' order by p::text)), count(*)
		from (select person_id, stay, age, place, small_area, start_date, end_date, events, cost, events_outside
			from health.person_period('[2024-04-01,2025-04-01)')) p"
	update_said=$(psql -qXAt -v ON_ERROR_STOP=1 -d updated -c "set client_min_messages = warning" \
		-c "create extension population_health version '$update_first'" -c "create schema own" \
		-c "call ph.create_shared_tables('health')" \
		-c "\\copy health.code_list from '$update_lists'" \
		-v persons=500 -v schema=health -f "$root/test/demo/generate.sql" \
		-c "call ph.create_population_views('health')" -c "call ph.create_segment_inputs('health')" \
		-c "call ph.create_segment_view('bridges_to_health', 'bnssg-2019', 'health.segment_input', 'own.segment',
			missing => 'unknown')" -c "create view own.stay as select * from health.stay" 2>&1 >/dev/null)
	update_before=$(psql -qXAt -d updated -c "$update_rows" -c "select count(*) from own.segment")
	update_said+=$(psql -qXAt -v ON_ERROR_STOP=1 -d updated -c "alter extension population_health update" \
		-c "call ph.complete_shared_tables('health')" -c "call ph.create_population_views('health')" \
		-c "call ph.create_segment_inputs('health')" 2>&1)
	update_after=$(psql -qXAt -d updated -c "$update_rows" -c "select count(*) from own.segment")
	update_said+=$(psql -qXAt -v ON_ERROR_STOP=1 -d updated -c "call ph.store_stays('health')" 2>&1)
	update_stored=$(psql -qXAt -d updated -c "$update_rows" -c "select count(*) from own.segment")
	if [ -z "$update_said" ] && [[ $update_before =~ \|[1-9] ]] && [ "$update_before" = "$update_after" ] &&
		[ "$update_before" = "$update_stored" ]; then
		pass "update: what was built at $update_first answers the same"
	else
		fail "update: what was built at $update_first answers the same" \
			"$update_said before: $update_before after: $update_after stored: $update_stored"
	fi
fi

# The comparison itself: a version without a function, a right, a cost and a row, and a step that mends none of them.
{
	cat "$update_folder/population_health--$update_version.sql"
	echo "drop function ph.age_of_band(text);"
	echo "revoke usage on schema ph from public;"
	echo "alter function ph.mean(ph.tally, float8, float8) cost 5;"
	echo "set session_replication_role = replica;"  # rules that are shipped are kept by a trigger
	echo "delete from ph.scheme_rule where ctid = (select min(ctid) from ph.scheme_rule);"
} | as_server tee "$update_folder/population_health--doctored.sql" >/dev/null
as_server tee "$update_folder/population_health--doctored--$update_version.sql" </dev/null >/dev/null
update_forgotten='^< (CREATE FUNCTION ph\.(age_of_band|mean)\(|GRANT USAGE ON SCHEMA ph |rows of ph\.scheme_rule)'
update_said=$(updated_differs doctored | grep -cE "$update_forgotten" || true)
if [ "$update_said" = 4 ]; then pass "update: what an update forgets is seen"
else fail "update: what an update forgets is seen" "$(updated_differs doctored)"; fi
{
	cat "$update_folder/population_health--$update_version.sql"
	echo "revoke usage on schema ph from public;"
	echo "alter function ph.mean(ph.tally, float8, float8) cost 5;"
} | as_server tee "$update_folder/population_health--doctored.sql" >/dev/null
{
	echo "grant usage on schema ph to public;"
	echo "alter function ph.mean(ph.tally, float8, float8) cost 1;"
} | as_server tee "$update_folder/population_health--doctored--$update_version.sql" >/dev/null
update_said=$(updated_differs doctored)
if [ -z "$update_said" ]; then pass "update: what an update mends is no difference"
else fail "update: what an update mends is no difference" "$update_said"; fi
as_server rm -f "$update_folder"/population_health--doctored*.sql
dropdb fresh
dropdb --if-exists updated 2>/dev/null
