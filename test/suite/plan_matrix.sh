# The same questions under every kind of plan: the answer must not depend on it, and the plan must have been used.
createdb plan_matrix
if said=$(psql -qXAt -d plan_matrix -f "$root/test/suite/plan_matrix.sql" 2>&1) &&
	[ "$said" = "reference is right" ]; then
	while read -r regime; do
		if [ "$regime" = jit ] && [ "$(psql -XAtc 'select pg_jit_available()')" != t ]; then
			skip "plan matrix: $regime" "this server has no JIT"
			continue
		fi
		said=$(psql -XAt -d plan_matrix -v regime="$regime" 2>&1 <<<"select complaints(:'regime')") || true
		if [ -z "$said" ]; then pass "plan matrix: $regime"; else fail "plan matrix: $regime" "$said"; fi
	done < <(psql -XAt -d plan_matrix -c 'select name from regime')
else
	fail "plan matrix" "$said"
fi
dropdb plan_matrix
