# Every function of the extension with every combination of edge values: no internal error, no crash, no broken law.
createdb edge_calls
said=$(psql -qXAt -d edge_calls -v limit="${EDGE_LIMIT:-2500}" -f "$root/test/suite/edge_calls.sql" 2>&1) || said=$'the server or the script stopped\n'$said
if [[ "$said" =~ ^[0-9]+\ calls\ of\ [0-9]+\ functions$ ]]; then pass "edge calls: $said"; else fail "edge calls" "$said"; fi
dropdb --force --if-exists edge_calls 2>/dev/null || true
