# With Citus, where it is installed: the queries of docs/distribute.md answer on distributed tables what they answer on
# one server, before and after a change of which the loader told. One node holds all shards, which is all the same to
# the planner.
distributed=$work/distributed

distribute_start() {
	as_server rm -rf "$distributed"
	as_server mkdir -p "$distributed/sock"
	as_server initdb -D "$distributed/data" -U population_health -A trust --no-locale -E UTF8 >/dev/null
	{
		sed "s#$work/sock#$distributed/sock#; s/^shared_buffers.*/shared_buffers = 128MB/" "$work/data/postgresql.conf"
		echo "shared_preload_libraries = 'citus'"
		echo "citus.local_hostname = '$distributed/sock'"
		echo "citus.shard_count = 4"
		echo "citus.enable_statistics_collection = off"
	} | as_server tee "$distributed/data/postgresql.conf" >/dev/null
	as_server pg_ctl -D "$distributed/data" -l "$distributed/log" -w start >/dev/null
}

distribute_load() {  # database
	psql -qX -d postgres -c "create database $1"
	PGDATABASE=$1 psql -qX -v ON_ERROR_STOP=1 -c 'create extension population_health' \
		-c "call ph.create_shared_tables('health')" \
		-v persons=1000 -v schema=health -f "$root/test/demo/code_list.sql" -f "$root/test/demo/generate.sql" \
		-c "call ph.create_population_views('health')" >/dev/null
}

# What the page's queries answer, and all stays, before and after people have moved away.
distribute_answers() {  # database
	export PGDATABASE=$1 PGOPTIONS='-c client_min_messages=error -c statement_timeout=60s'
	perl "$root/test/suite/docs.pl" reading "$root/docs/distribute.md" >"$distribute_script"
	psql -qX -v ON_ERROR_STOP=1 -c "call ph.create_segment_inputs('health')" \
		-c 'select * from health.person_at_data_day order by person_id' \
		-c "call ph.store_stays('health')" -f "$distribute_script" \
		-c 'select * from health.stay order by person_id, start_date' \
		-c "update health.registration set end_date = greatest(start_date, '2024-01-01')
			where end_date is null and person_id like '%7'" \
		-c "do 'declare moved text[] := array(select person_id from health.person where person_id like ''%7'');
			begin call ph.mark_changed(''health'', ''registration'', moved); end'" \
		-c "call ph.refresh_stays('health')" -f "$distribute_script" \
		-c 'select * from health.stay order by person_id, start_date'
}

# What is asked of the record of all partners.
distribute_record() {  # database
	export PGDATABASE=$1 PGOPTIONS='-c client_min_messages=error -c statement_timeout=60s'
	psql -qX -v ON_ERROR_STOP=1 -c "call ph.create_record_views('health')" \
		-c 'select partner, kind, count(*), count(distinct person_id), min(from_date), max(until_date)
			from health.person_timeline group by partner, kind order by partner, kind' \
		-c "select * from health.person_timeline t where person_id like '%77'
			order by person_id, from_date, kind, t::text" \
		-c "select person_id, ph.continuity(partner) from health.every_contact where person_id like '%77'
			group by person_id order by person_id" \
		-c "select intervention, count(*), count(started_on), count(completed_on) from health.every_offer
			group by intervention order by intervention" \
		-c "select dimension, group_name, cascade from ph.intervention_cascade('health', 'social_prescribing')"
}

# Money: the ledger, and budgets that start from people.
distribute_budget() {  # database
	export PGDATABASE=$1 PGOPTIONS='-c client_min_messages=error -c statement_timeout=60s'
	psql -qX -v ON_ERROR_STOP=1 -c "call ph.create_budget_tables('health')" \
		-c 'select agreement, partner, contribution, spend, closing_rounded, settlement from health.closing_balance
			order by agreement, partner' \
		-c "select problem from health.budget_agreement, ph.verify_budget('health', agreement)" \
		-c "select * from ph.check_budget('health')" \
		-c "select period_kind, start_date, crisis_spend, upstream_spend, upstream_contacts
			from health.prevention_trend order by 1, 2"
}

# What roles see under row security: each its rows, and nothing more on the shards.
distribute_secure() {  # database
	export PGDATABASE=$1 PGOPTIONS='-c client_min_messages=error -c statement_timeout=60s'
	psql -qX -v ON_ERROR_STOP=1 -c "call ph.create_sharing_tables('health')" \
		-c "insert into health.may_use select person_id, 'planning' from health.person where person_id not like '%3'" \
		-c "insert into health.restricted_code values ('ICD10', 'I1', 'prefix', 'law', '{research}', 'a test')" \
		-c "insert into health.entitlement (role, level, place, purpose)
			select '$1_place', 'place', min(place), 'planning' from health.stay
			union all values ('$1_all', 'national', null, 'planning')" \
		-c "call ph.secure('health')" -c "create role $1_place" -c "create role $1_all" \
		-c "call ph.grant_access('health', '$1_place', 'analyst')" \
		-c "call ph.grant_access('health', '$1_all', 'analyst')" -c "call ph.refresh_access('health')"
	for role in "$1_place" "$1_all"; do
		psql -qX -v ON_ERROR_STOP=1 -c "set role $role" \
			-c 'select count(person_id), max(start_date) from health.encounter' \
			-c 'select count(person_id) from health.clinical_event' -c 'select count(person_id) from health.person' \
			-c 'select count(*), min(start_date) from health.stay'
	done
	psql -qX -v ON_ERROR_STOP=1 -c 'drop extension population_health cascade' -c "set role $1_place" \
		-c 'select count(person_id), max(start_date) from health.encounter'
}

if [ ! -f "$("$pg_config" --pkglibdir)/citus.so" ]; then
	skip distribute "Citus is not installed"
else
	said=$(
		set -e
		exec 2>&1
		distribute_script=$(mktemp)
		distribute_start
		export PGHOST=$distributed/sock
		distribute_load one
		distribute_load many
		psql -qX -v ON_ERROR_STOP=1 -d many -c 'set client_min_messages = error' -c 'create extension citus' \
			-c "select citus_set_coordinator_host('$distributed/sock', 5432),
				citus_set_node_property('$distributed/sock', 5432, 'shouldhaveshards', true)" -o /dev/null \
			-c "call ph.distribute_shared_tables('health')" -c "call ph.create_population_views('health')"
		psql -qXAtd many -c "select 'not distributed: ' || relation
			from ph_support.to_distribute('health')
			where not ph_support.is_distributed(target)"
		[ "$(psql -qXAtd many -c 'select count(*) from citus_tables')" -gt 30 ] || echo "few tables are distributed"
		(distribute_answers one) >"$distribute_script.one" || exit 1
		(distribute_answers many) >"$distribute_script.many" || exit 1
		[ "$(wc -l <"$distribute_script.one")" -gt 1000 ] || echo "little was answered"
		diff "$distribute_script.one" "$distribute_script.many" | head -n 40
		(distribute_record one) >"$distribute_script.one" || exit 1
		(distribute_record many) >"$distribute_script.many" || exit 1
		[ "$(wc -l <"$distribute_script.one")" -gt 100 ] || echo "little was told of people"
		diff "$distribute_script.one" "$distribute_script.many" | head -n 40
		(distribute_budget one) >"$distribute_script.one" || exit 1
		(distribute_budget many) >"$distribute_script.many" || exit 1
		[ "$(wc -l <"$distribute_script.one")" -gt 30 ] || echo "little was told of money"
		diff "$distribute_script.one" "$distribute_script.many" | head -n 40
		(distribute_secure one) >"$distribute_script.one" || exit 1
		(distribute_secure many) >"$distribute_script.many" || exit 1
		[ "$(grep -c row "$distribute_script.one")" = 9 ] || echo "not all that was asked was answered"
		diff "$distribute_script.one" "$distribute_script.many" | head -n 40
		rm -f "$distribute_script"*
	) && status=0 || status=$?
	as_server pg_ctl -D "$distributed/data" -m immediate -w stop >/dev/null 2>&1 || true
	said=$(grep -vE 'ph_replacement|only locally' <<<"$said") || true  # warnings about a view that is temporary
	if [ "$status" = 0 ] && [ -z "$said" ]; then
		pass "distribute: Citus answers what one server answers"
	else
		fail "distribute: Citus answers what one server answers" "${said:-status $status}"
	fi
fi
