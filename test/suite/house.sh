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
