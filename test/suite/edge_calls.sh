# Every function of the extension with every combination of edge values: no internal error, no crash, no broken law, no
# hang.

# Ends the server when its one session has been at the same call for $1 seconds, and says which call: what cannot be
# cancelled would keep the suite waiting for ever.
watch_for_hang() {
	local last= now waited=0
	while sleep 2; do
		now=$(psql -XAt -d postgres -c "select pid, application_name from pg_stat_activity
			where datname = 'edge_calls' and state = 'active'" 2>/dev/null) || return 0
		if [ -n "$now" ] && [ "$now" = "$last" ]; then waited=$((waited + 2)); else waited=0; fi
		last=$now
		if [ "$waited" -ge "$1" ]; then
			printf 'it hangs in call %s\n' "${now#*|}" >"$hang"
			as_server kill -KILL "${now%%|*}"
			return 0
		fi
	done
}

createdb edge_calls
hang=$(mktemp)
watch_for_hang "${EDGE_SECONDS:-60}" &
watcher=$!
said=$(psql -qXAt -d edge_calls -v limit="${EDGE_LIMIT:-2500}" -f "$root/test/suite/edge_calls.sql" 2>&1) ||
	said=$'the server or the script stopped\n'$said
kill "$watcher" 2>/dev/null || true
wait "$watcher" 2>/dev/null || true
said=$(cat "$hang")$said
if [[ "$said" =~ ^[0-9]+\ calls\ of\ [0-9]+\ functions$ ]]; then
	pass "edge calls: $said"
else
	fail "edge calls" "$said"
fi
rm -f "$hang"
for _ in $(seq 40); do  # it may be starting again
	psql -XAtc 'select 1' -d postgres >/dev/null 2>&1 && break
	sleep 0.5
done
dropdb --force --if-exists edge_calls 2>/dev/null || true
