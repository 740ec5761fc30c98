# A room of src/ includes only rooms on floors below it, as docs/architecture.md draws them; every room is drawn.
house=$(sed -n '/^```floors/,/^```$/p' "$root/docs/architecture.md" | sed '1d;$d' | tac |
	awk '{ for (i = 1; i <= NF; i++) print $i, NR }')
rooms=$(ls -d "$root"/src/*/ | xargs -n 1 basename | paste -sd '|')
said=
for folder in "$root"/src/*/; do
	room=$(basename "$folder")
	floor=$(awk -v room="$room" '$1 == room { print $2 }' <<<"$house")
	if [ -z "$floor" ]; then said+="room $room is not drawn"$'\n'; continue; fi
	while read -r file below; do
		if [ "$below" != "$room" ] &&
			[ "$(awk -v room="$below" '$1 == room { print $2 }' <<<"$house")" -ge "$floor" ]; then
			said+="${file#"$root"/} includes $below, which is not below $room"$'\n'
		fi
	done < <(grep -HoE '^#include "('"$rooms"')/' "$folder"/*.[ch] | sed 's/:#include "/ /; s#/$##')
done
if [ -z "$said" ]; then pass "house: every room includes only rooms below it"; else fail "house" "$said"; fi

# No line of code has more than 120 characters, a tab being 4 columns, and no query of a page.
lines_wide=(  # tables of data, as wide as their rows, and the script of the first version, as it was
	'sql/update/*' test/suite/edge_calls.sql test/suite/fuzz.sql)

is_left_out() {
	local pattern
	for pattern in "${lines_wide[@]}"; do
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# long_lines FILE: where its lines are too long, of a page those of its queries
long_lines() {
	expand -t 4 "$1" | awk -v name="$1" '
		name ~ /[.]md$/ && /^```/ { query = $0 == "```sql"; next }
		length($0) > 120 && (query || name !~ /[.]md$/) { print name ": line " NR " has " length($0) " characters" }'
}

lines_said=$(
	cd "$root"
	find src sql test docs README.md -type f -regex '.*[.]\([ch]\|sql\|psql\|sh\|pl\|md\)\|test/[^.]*' | sort |
		while read -r file; do is_left_out "$file" || long_lines "$file"; done
)
if [ -z "$lines_said" ]; then
	pass "house: no line is too long"
else
	fail "house: no line is too long" "$lines_said"
fi

# docs/safety.md: every folder of sql/ has its purpose, every hazard a test, and every test that it names is there.
safety=$root/docs/safety.md
said=$(
	for folder in "$root"/sql/[0-9]*/; do
		grep -q "^|.*\`sql/$(basename "$folder")\`.*|" "$safety" || echo "sql/$(basename "$folder") has no purpose"
	done
	sed -n '/^## Hazards/,/^## What a/p' "$safety" | grep '^| ' | tail -n +3 |
		awk -F ' [|] ' '$5 !~ /`/ { print "no test holds: " $1 }'
	{
		grep -oE '`test/[a-z0-9_/.]+`' "$safety" | tr -d '`'
		grep -oE 'suites? `[a-z_]+`( and `[a-z_]+`)?' "$safety" | grep -oE '`[a-z_]+`' | tr -d '`' |
			sed 's#.*#test/suite/&.sh#'
	} | sort -u | while read -r name; do [ -e "$root/$name" ] || echo "$name is not there"; done
)
if [ -z "$said" ]; then
	pass "house: every part has a purpose, every hazard a test that is there"
else
	fail "house: docs/safety.md" "$said"
fi
