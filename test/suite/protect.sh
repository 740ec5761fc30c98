# Tables that are made up, protected and attacked by who shares no code with ph.protect; bash test/protect has more.
psql -qX -c 'create extension if not exists population_health' 2>/dev/null
export ROOT=$root TABLES=120
if ! protect_said=$(psql -qX -v ON_ERROR_STOP=1 -f "$root/test/suite/protect.sql" 2>&1); then
	fail "protect: $TABLES tables" "$protect_said"
else
	protect_tables=($(sed -n 's/^\([0-9]*\) tables.*/\1/p' <<<"$protect_said"))
	protect_violations=($(sed -n 's/^violations: \([0-9]*\).*/\1/p' <<<"$protect_said"))
	if [ "${protect_tables[0]}" = "$TABLES" ] && [ "${protect_violations[0]}" = 0 ] &&
		[[ $protect_said =~ "25 %): 0"$'\n'where ]]; then
		pass "protect: $TABLES tables hold against an attacker, and few cells more than the fewest are hidden"
	else
		fail "protect: $TABLES tables hold against an attacker, and few cells more than the fewest are hidden" \
			"$protect_said"
	fi
	# each cell that is hidden besides is needed
	if [ "${protect_tables[1]}" -gt 50 ] && [ "${protect_violations[1]}" = "${protect_tables[1]}" ]; then
		pass "protect: none of them holds with one cell more shown"
	else
		fail "protect: none of them holds with one cell more shown" "$protect_said"
	fi
fi
