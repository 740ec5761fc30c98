# Hostile queries for every function that takes one, by a role that may log in and nothing more: an error of the user's
# kind or an answer, never a crash, an internal error or a hang, and nothing written.
createdb hostile
dropuser --if-exists ph_test_hostile 2>/dev/null
psql -qX -d hostile -c 'create extension population_health' -c 'create role ph_test_hostile login'
for function in fit k_means k_prototypes silhouette cluster_stability latent_class grow_tree query_columns learn \
	linked_records differences names; do
	said=$(PGUSER=ph_test_hostile timeout 600 psql -qXAt -d hostile -v function="$function" \
		-f "$root/test/suite/hostile.sql" 2>&1) || said+=$'\nit stopped'
	calls=$(tail -n 1 <<<"$said")
	# what the user got wrong and limits; a call that had to be cancelled (57014) is not among them
	wrong=$(grep -E -e 'ERROR: |FATAL|PANIC|WARNING|server closed|connection to server' \
		-e 'has written|has deleted|has made|it stopped' <<<"$said" |
		grep -vE 'ERROR: +(22|42|0A|54|2F|25|55|21|34|3F|2B|23)[0-9A-Z]{3}:' | head -n 20) || true
	if [ -z "$wrong" ] && [[ "$calls" =~ ^[0-9]+\ calls$ ]]; then
		pass "hostile queries: $function, $calls"
	else
		fail "hostile queries: $function" "$wrong
$calls"
	fi
	for _ in $(seq 60); do  # it may be starting again
		psql -XAtc 'select 1' -d postgres >/dev/null 2>&1 && break
		sleep 0.5
	done
done
dropdb --force --if-exists hostile
dropuser ph_test_hostile
