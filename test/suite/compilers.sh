# No warning from gcc or clang.  Each builds from sources alone: objects of another build would hide it.
for compiler in gcc clang; do
	if ! command -v "$compiler" >/dev/null; then
		skip "build with $compiler" "$compiler is not installed"
		continue
	fi
	as_server rm -rf "$work/build_$compiler"
	(cd "$root" && tar -cf - --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
		Makefile population_health.control sql src) |
		as_server tar -xf - -C "$work" --one-top-level="build_$compiler"
	# PostgreSQL's own flags are those of the compiler that built it, and clang remarks on some
	quiet=
	if [ "$compiler" = clang ]; then
		quiet='-Wno-unknown-warning-option -Wno-ignored-optimization-argument'
		quiet+=' -Wno-unused-command-line-argument -Wno-ignored-attributes'
	fi
	if said=$(as_server make -s -j2 -C "$work/build_$compiler" PG_CONFIG="$pg_config" CC="$compiler" COPT="$quiet" \
		WERROR=1 with_llvm=no 2>&1) && [ -z "$said" ]; then
		pass "build with $compiler"
	else
		fail "build with $compiler" "$said"
	fi
	as_server rm -rf "$work/build_$compiler"
done
