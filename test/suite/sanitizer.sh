# Hostile queries, and the regression tests, edge calls and fuzz once more, on a server of their own, with the library
# built for gcc's address and undefined-behaviour sanitizers and with guards behind every block of palloc.  Any report
# is a failure.
sanitized=$work/sanitized
composed='^(map_.*|source_.*|measure.*|goal|shipped_.*|project_need|determinants|population_.*|places|place_history)$'
composed+='|^(stored_stay|shared_tables|segment_history|segment_inputs|code_lists|dbt_schema|calendar|distribute)$'
composed+='|^(record|partner_rows|people_measures|made_up_partners|taking_part)$'

sanitizer_build() {
	(cd "$root" && tar -cf - --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
		Makefile population_health.control sql src test expected docs README.md) |
		as_server tar -xf - -C "$work" --one-top-level=sanitized/source
	as_server mkdir -p "$sanitized/sock" "$sanitized/reports"
	as_server make -s -j2 -C "$sanitized/source" PG_CONFIG="$pg_config" SANITIZE=1 CC=gcc with_llvm=no &&
		as_server make -s -C "$sanitized/source" PG_CONFIG="$pg_config" SANITIZE=1 CC=gcc with_llvm=no \
			install DESTDIR="$sanitized/stage" &&
		as_server gcc -shared -fPIC -o "$sanitized/no_gettext.so" "$sanitized/source/test/suite/no_gettext.c"
}

# The main server's configuration with another folder, and no JIT: its code is not sanitized and looks for symbols that
# are not there.
sanitizer_start() {
	as_server initdb -D "$sanitized/data" -U population_health -A trust --no-locale -E UTF8 >/dev/null
	sed "s#$work/sock#$sanitized/sock#; s#$work/stage#$sanitized/stage#; s/^shared_buffers.*/shared_buffers = 64MB/" \
		"$work/data/postgresql.conf" |
		as_server tee "$sanitized/data/postgresql.conf" >/dev/null
	echo 'jit = off' | as_server tee -a "$sanitized/data/postgresql.conf" >/dev/null
	# only the server itself is preloaded: pg_ctl's shell would leak at once
	as_server env ASAN_OPTIONS="detect_leaks=0:abort_on_error=1:log_path=$sanitized/reports/asan" \
		UBSAN_OPTIONS="print_stacktrace=1:log_path=$sanitized/reports/ubsan" \
		LD_PRELOAD="$libasan $sanitized/no_gettext.so" "$bin/postgres" -D "$sanitized/data" \
		>"$work.sanitizer.log" 2>&1 &
	sanitizer_wait || { cat "$work.sanitizer.log"; return 1; }
}

# Until the server answers: it restarts by itself after a report that ended one of its processes.
sanitizer_wait() {
	for _ in $(seq 60); do
		if psql -qXAtc 'select 1' -d postgres >/dev/null 2>&1; then return 0; fi
		sleep 0.5
	done
	return 1
}

sanitizer_stop() {
	as_server pg_ctl -D "$sanitized/data" -m immediate -w stop >/dev/null 2>&1 || true
	wait || true
}

as_server rm -rf "$sanitized"
libasan=$(gcc -print-file-name=libasan.so)
if [ ! -e "$libasan" ]; then
	skip sanitizer "gcc's libasan is not installed"
	source "$root/test/suite/hostile.sh"
elif ! said=$(sanitizer_build 2>&1); then
	fail "sanitizer: build" "$said"
else
	main_host=$PGHOST main_work=$work
	export PGHOST=$sanitized/sock
	trap 'sanitizer_stop; work=$main_work; finish' EXIT
	if sanitizer_start >"$work.sanitizer.said" 2>&1; then
		createdb population_health
		# the suites as they are, with this server's folder in place of the main one
		work=$sanitized EDGE_LIMIT=600
		# tests of what SQL composes reach no C that has no test of its own
		ONLY=$(cd "$root/test/sql" && ls *.sql | sed 's/\.sql$//' | grep -vE "$composed" | tr '\n' ' ')
		for again in hostile regress edge_calls fuzz; do
			if sanitizer_wait; then
				source "$root/test/suite/$again.sh"
			else
				fail "sanitizer: $again" "the server is gone"
			fi
		done
		unset EDGE_LIMIT ONLY
		work=$main_work
		sanitizer_stop
		# a report is in a file or, that of undefined behaviour, in the server's log; a process that died is one too
		reports=$(as_server sh -c "cat $sanitized/reports/* 2>/dev/null" || true
			grep -E 'runtime error|Sanitizer|was terminated by signal' "$work.sanitizer.log" || true)
		if [ -z "$reports" ]; then pass "sanitizer: no report"; else fail "sanitizer: no report" "$reports"; fi
	else
		sanitizer_stop
		fail "sanitizer: the server did not start" "$(cat "$work.sanitizer.said")"
	fi
	rm -f "$work.sanitizer.said" "$work.sanitizer.log"
	trap finish EXIT
	export PGHOST=$main_host
fi
as_server rm -rf "$sanitized"
