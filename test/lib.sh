# lib.sh: what the two commands share: install what is missing, build, a private throw-away server.
# Sourced by bash.  Everything happens in $work, which belongs to the server's user; no other
# PostgreSQL cluster is ever touched.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Runs a command as the user of the private server: initdb refuses root.  It runs in server_folder, since
# that user may not be allowed where root stands.
as_server() {
	if [ "$(id -u)" = 0 ]; then (cd "${server_folder:-/}" && runuser -u "$server_user" -- "$@"); else "$@"; fi
}

# The newest server of version 15 to 18 that has headers and a server program.
find_pg_config() {
	local candidate
	for candidate in ${PG_CONFIG:-} $(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -t/ -k5 -rn); do
		local version
		version=$("$candidate" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
		if [ "$version" -ge 15 ] && [ "$version" -le 18 ] && [ -x "$("$candidate" --bindir)/initdb" ] \
			&& [ -f "$("$candidate" --includedir-server)/postgres.h" ] && [ -f "$("$candidate" --pgxs)" ]; then
			echo "$candidate"
			return
		fi
	done
}

# Installs packages without letting Debian's scripts create or start a cluster.
apt_install() {
	local no_cluster=/etc/postgresql-common/createcluster.d/population_health.conf status=0
	as_root mkdir -p "${no_cluster%/*}"
	echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null || status=$?
	as_root rm -f "$no_cluster"
	[ "$status" = 0 ] || die "apt-get could not install: $*"
}

install_missing() {
	local needed=() version
	pg_config=$(find_pg_config)
	command -v make >/dev/null || needed+=(make)
	command -v gcc >/dev/null || needed+=(gcc libc6-dev)
	command -v perl >/dev/null || needed+=(perl)
	[ -f /usr/include/gsl/gsl_cdf.h ] || needed+=(libgsl-dev)
	if [ -n "$pg_config" ] && [ ${#needed[@]} = 0 ]; then
		return
	fi
	command -v apt-get >/dev/null ||
		die "not a Debian or Ubuntu system: install gcc, make, PostgreSQL 15 to 18 with its headers," \
			"and the GNU Scientific Library with its headers, then run this again"
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		die "packages are missing: run this as root or with sudo at hand"
	say "installing what is missing (a few minutes on a fresh machine)"
	as_root apt-get update -qq || die "apt-get update failed"
	if [ -z "$pg_config" ]; then
		version=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
		[ "${version:-0}" -ge 15 ] && [ "$version" -le 18 ] ||
			die "this system offers PostgreSQL ${version:-none}: install PostgreSQL 15 to 18 with its server headers" \
				"from apt.postgresql.org, then run this again"
		needed+=("postgresql-$version" "postgresql-server-dev-$version")
	fi
	apt_install "${needed[@]}"
	pg_config=$(find_pg_config)
	[ -n "$pg_config" ] || die "no PostgreSQL 15 to 18 with headers was found after installing it"
}

# Chooses the server's user and its folder: one for each checkout and purpose, the same at every run.
choose_work() {
	server_user=$(id -un)
	if [ "$server_user" = root ]; then server_user=postgres; fi
	work=/var/tmp/population_health-$(id -un)-$(cksum <<<"$root" | cut -d' ' -f1)-$1
	if [ -e "$work" ] && [ "$(stat -c %U "$work")" != "$server_user" ]; then
		die "$work belongs to somebody else"
	fi
	bin=$("$pg_config" --bindir)
	export PATH="$bin:$PATH"
	export PGHOST=$work/sock PGUSER=population_health PGDATABASE=population_health PGPORT=5432
	unset PGDATA PGSERVICE PGOPTIONS PGPASSWORD
}

# That folder, empty.
prepare_work() {
	choose_work "$1"
	stop_server
	as_server rm -rf "$work"
	# nobody else on the machine gets in: the server trusts whoever reaches its socket
	as_server mkdir -m 700 "$work" "$work/sock" "$work/stage"
	"$pg_config" --version | as_server tee "$work/built_with" >/dev/null
}

# That folder without a database, but with what was built there for the same server, so that make has little to do.
prepare_work_again() {
	choose_work "$1"
	if [ "$(cat "$work/built_with" 2>/dev/null)" != "$("$pg_config" --version)" ]; then
		prepare_work "$1"
	else
		stop_server
		as_server rm -rf "$work/data"
	fi
}

# Builds from a copy of the sources, so that the checkout stays clean and may belong to anybody.
build() {
	unset DATA MODULES REGRESS DOCS  # PGXS would take them for its own
	as_server rm -rf "$work/source/sql" "$work/source/test" "$work/source/expected"
	as_server find "$work" -path "$work/source/src/*" -name '*.[ch]' -delete  # objects of what has not changed stay
	(cd "$root" && tar --exclude='*.o' --exclude='*.bc' --exclude='*.so' -cf - \
		Makefile population_health.control sql src test expected docs README.md) |
		as_server tar -xf - -C "$work" --one-top-level=source
	as_server make -s -j2 -C "$work/source" PG_CONFIG="$pg_config" with_llvm=no "$@" >"$work.log" 2>&1 ||
		{ cat "$work.log" >&2; die "the build failed"; }
	as_server make -s -C "$work/source" PG_CONFIG="$pg_config" with_llvm=no install DESTDIR="$work/stage" "$@" \
		>"$work.log" 2>&1 ||
		{ cat "$work.log" >&2; die "the build failed"; }
	rm -f "$work.log"
}

# A server with its own data folder and a socket only.  Extra lines of configuration may be given.
start_server() {
	local version
	as_server initdb -D "$work/data" -U population_health -A trust --no-locale -E UTF8 >/dev/null
	version=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$work/sock'"
		echo "unix_socket_permissions = 0700"
		echo "fsync = off"
		echo "shared_buffers = 256MB"
		echo "work_mem = 64MB"
		echo "max_wal_size = 4GB"
		echo "max_prepared_transactions = 2"
		if [ "$version" -ge 18 ]; then
			echo "extension_control_path = '$work/stage$("$pg_config" --sharedir):\$system'"
			echo "dynamic_library_path = '$work/stage$("$pg_config" --pkglibdir):\$libdir'"
		else
			# Debian's servers look here for extensions that are not installed in the system
			echo "extension_destdir = '$work/stage'"
		fi
		printf '%s\n' "$@"
	} | as_server tee -a "$work/data/postgresql.conf" >/dev/null
	as_server pg_ctl -D "$work/data" -l "$work/server.log" -w start >/dev/null ||
		{ cat "$work/server.log" >&2; die "the private server did not start"; }
	createdb population_health
}

# How what a regression test printed last differs from what is expected.
regress_difference() {
	diff -uN --label expected --label printed "$root/expected/$1.out" "$work/source/results/$1.out" || true
}

stop_server() {
	if [ -f "$work/data/postmaster.pid" ]; then
		as_server pg_ctl -D "$work/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
}
