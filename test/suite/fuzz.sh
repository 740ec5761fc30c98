# Broken texts and broken binary files: refused as bad data or read right, and the server lives on.
createdb fuzz
said=$(psql -qXAt -d fuzz -f "$root/test/suite/fuzz.sql" 2>&1) || said=$'the server or the script stopped\n'$said
if [ -z "$said" ]; then pass "fuzz: 8000 texts"; else fail "fuzz: 8000 texts" "$said"; fi

# one row a file: 19 bytes of header, 2 of the number of fields, 4 of the field's length, the field, 2 of the end
fuzz_files=$(mktemp -d)
for kind in tally conditions crosstab cell_count regression cluster_sums nhs_number continuity \
	agreement_patterns cascade triangle; do
	psql -qX -d fuzz -c "\\copy ${kind}_in_file to '$fuzz_files/$kind' (format binary)"
done
perl -e '
	srand(2013);
	for my $i (1 .. 536) {
		my $kind = ("conditions", "tally", "crosstab", "regression", "tally", "cluster_sums", "cell_count",
			"nhs_number", "continuity", "agreement_patterns", "cascade", "triangle")[$i % 12];
		open(my $in, "<:raw", "$ARGV[0]/$kind") or die; local $/; my $file = <$in>;
		my $field = substr($file, 25, -2);
		for (0 .. int(rand(3))) {
			my $at = int(rand(length $field));
			my $byte = chr(int(rand(4)) ? int(rand(256)) : (0, 1, 127, 128, 255)[int(rand(5))]);
			my $how = int(rand(6));
			if ($how == 0) { substr($field, $at, int(rand(9))) = "" }
			elsif ($how == 1) { substr($field, $at, 0) = $byte }
			elsif ($at < length $field) { substr($field, $at, 1) = $byte }
		}
		open(my $out, ">:raw", "$ARGV[0]/$i.$kind") or die;
		print $out substr($file, 0, 21), pack("N", length $field), $field, substr($file, -2);
		print "truncate ${kind}_in_file;\n\\copy ${kind}_in_file from $ARGV[0]/$i.$kind (format binary)\n",
			"select \x27$i: read wrongly\x27 from ${kind}_in_file " .
			"where t::text::ph.$kind\::text is distinct from t::text;\n";
	}' "$fuzz_files" >"$fuzz_files/script.sql"
said=$(PGOPTIONS='-c search_path=public,ph' psql -qXAt -d fuzz -v VERBOSITY=sqlstate \
	-f "$fuzz_files/script.sql" 2>&1) || true
# both must have happened: files that were refused, and some that were not
refused=$(grep -cE 'ERROR: +(22|08)' <<<"$said") || true
said=$(grep -vE 'ERROR: +(22|08)' <<<"$said") || true
if [ "$(psql -XAt -d fuzz -c 'select 1' 2>&1)" != 1 ]; then said+=" the server is gone"; fi
if [ -z "$said" ] && [ "$refused" -gt 20 ] && [ "$refused" -lt 536 ]; then
	pass "fuzz: 536 binary files"
else
	fail "fuzz: 536 binary files" "$refused were refused; $said"
fi
rm -rf "$fuzz_files"
dropdb --force --if-exists fuzz 2>/dev/null || true
