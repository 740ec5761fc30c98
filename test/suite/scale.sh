# Every statement of the main job takes at most fourteen times as long for ten times the people. The server's log
# tells the processor's time of each, which a busy machine spoils least; what is too slow is measured again, twice at
# most.
scale_demo=$root/test/demo
scale_times=$(mktemp -d)

scale_job() {  # persons; where a step fails the next do not run
	local folder table failed=0
	step() { [ $failed = 1 ] || "$@" || failed=1; }
	folder=$(mktemp -d)
	export PGDATABASE=scale_test PGOPTIONS='-c log_statement_stats=on -c max_parallel_workers_per_gather=0'
	for table in generated loaded; do
		step psql -qX -d postgres -c 'drop database if exists scale_test' -c 'create database scale_test'
		step psql -qX -c 'create extension population_health' -c "call ph.create_shared_tables('health')"
		if [ "$table" = generated ]; then
			step psql -qX -v ON_ERROR_STOP=1 -v persons="$1" -v schema=health -f "$scale_demo/code_list.sql" \
				-f "$scale_demo/generate.sql"
			for table in $(psql -qXAt -c 'select relation from ph.shared_table()'); do
				step psql -qX -c "\copy health.$table to '$folder/$table.csv' (format csv, header)"
			done
		else
			step bash "$scale_demo/load.sh" "$folder" health
		fi
	done
	step psql -qX -c 'vacuum analyze'
	step psql -qX -c "select * from ph.check_shared_tables('health')" -c "call ph.create_population_views('health')"
	step psql -qX -v ON_ERROR_STOP=1 -v schema=health -f "$scale_demo/measures.sql" -f "$scale_demo/analysis.sql" \
		-f "$scale_demo/scores.sql" -f "$scale_demo/people.sql" -f "$scale_demo/findings.sql" -f "$scale_demo/money.sql"
	step psql -qXAt -v ON_ERROR_STOP=1 -v source='' -v schema=health -f "$scale_demo/report.sql"
	rm -rf "$folder"
	[ $failed = 0 ]
}

# The statements of a run with the milliseconds that each took; the file is for the number of persons.
scale_measure() {
	local from
	from=$(as_server stat -c %s "$work/server.log")
	(scale_job "$1") >/dev/null 2>"$scale_times/errors" || return 1
	as_server tail -c "+$((from + 1))" "$work/server.log" | perl -ne '
		sub said {
			$milliseconds{$text =~ s/generate_series\(1, \d+\)/generate_series(1, N)/r} += $time if defined $text;
			undef $text;
		}
		if (/^\t!\s+([\d.]+) s user, ([\d.]+) s system, [\d.]+ s elapsed/) { said(); $time = 1000 * ($1 + $2) }
		elsif (/STATEMENT:  (.*)/) { $text = $1 }
		elsif (/^\t\s*(.*)/) { $text .= " $1" if defined $text } else { said() }
		END { said(); print "$milliseconds{$_}\t$_\n" for sort keys %milliseconds }' >>"$scale_times/$1"
}

# What is too slow by all runs, the most for few people and the least for many: other work on the machine must not fail
# it, and what is quadratic takes a hundred times.  A step of less than 30 milliseconds counts as that long.
scale_too_slow() {
	perl -e '
		my ($few, $many) = map { my ($file, $sign) = @$_; my %kept; open my $in, "<", $file or die;
			while (<$in>) {
				chomp;
				my ($time, $text) = split /\t/;
				$kept{$text} = $time if !defined $kept{$text} || $sign * $time < $sign * $kept{$text};
			}
			\%kept } [$ARGV[0], -1], [$ARGV[1], 1];
		for (sort keys %$many) {
			my $before = $few->{$_} // 0;
			printf "%.0f ms for 1,000 persons, %.0f ms for 10,000: %.90s\n", $before, $many->{$_}, $_
				if $many->{$_} > 14 * ($before > 30 ? $before : 30);
		}' "$scale_times/1000" "$scale_times/10000"
}

if scale_measure 1000 && scale_measure 10000; then
	slow=$(scale_too_slow)
	for _ in 1 2; do
		if [ -n "$slow" ] && scale_measure 1000 && scale_measure 10000; then slow=$(scale_too_slow); fi
	done
	scale_steps=$(wc -l <"$scale_times/10000")
	if [ "$scale_steps" -lt 100 ]; then fail "scale: every step is measured" "only $scale_steps"
	else pass "scale: every step is measured"; fi
	if [ -z "$slow" ]; then pass "scale: ten times the people, at most fourteen times the time"
	else fail "scale: ten times the people, at most fourteen times the time" "$slow"; fi
else
	fail "scale: the main job runs" "$(cat "$scale_times/errors")"
fi
psql -qX -d postgres -c 'drop database if exists scale_test' >/dev/null 2>&1
rm -rf "$scale_times"
