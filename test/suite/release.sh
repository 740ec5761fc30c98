# What left in several calls, all tables of it together: no small count can be told from it, by linear programs that
# share no code with the extension; without what was hidden besides, many can.
for rule in cms_11:10 tre_threshold_10:9; do
	createdb release_test
	rows=$(mktemp)
	if out=$(psql -qX -d release_test -c 'create extension population_health' 2>&1 &&
		psql -qXAt -F $'\t' -v ON_ERROR_STOP=1 -v rule="${rule%:*}" -d release_test \
			-f "$root/test/suite/release.sql" 2>&1 >"$rows"); then
		out=$(perl "$root/test/suite/release.pl" "${rule#*:}" <"$rows" 2>&1)
		weak=$(awk -F'\t' -v OFS='\t' -v few="${rule#*:}" '$4 > few { $3 = "shown" } 1' "$rows" |
			perl "$root/test/suite/release.pl" "${rule#*:}" 2>&1 | tail -n 1)
		if grep -qE '^[1-9][0-9]+ hidden, 0 told$' <<<"$out" && grep -qE ', [1-9][0-9]+ told$' <<<"$weak"; then
			pass "release ${rule%:*}: $out ($weak without what is hidden besides)"
		else
			fail "release ${rule%:*}" "$out; $weak without what is hidden besides"
		fi
	else
		fail "release ${rule%:*}" "$out"
	fi
	rm -f "$rows"
	dropdb release_test
done
