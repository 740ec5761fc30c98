# The step from one version to the next: what `alter extension population_health update` runs.
#
#     update_step.pl OLD.sql NEW.sql
#
# writes the statements that make of the install script OLD the install script NEW. A function of which the body alone
# has changed is replaced; one whose arguments or answer have is dropped and made anew, with all that is built on it in
# a database of the old version, PGDATABASE. What cannot be made out of two texts stops it: a type or table that has
# changed, rows that have.
use strict;
use warnings;

my ($old_path, $new_path) = @ARGV;

# Statements begin at the margin: kind, what it is of (without the names of a routine's arguments), text.
sub statements {
	open(my $in, '<', shift) or die $!;
	local $/;
	my @found;
	for my $text (split /^(?=(?:create|comment|insert|grant|revoke|alter|do|drop) )/m, <$in>) {
		$text =~ s/^--.*\n//gm if $text !~ /^(?:create|do)/;
		$text =~ s/(?<=;\n)(?:\s*--[^\n]*\n|\s*\n)+\z//;
		$text =~ s/\s+\z//;
		next if $text !~ /^(create|comment|insert|grant|revoke|alter|do|drop) /;
		push @found, {
			text => $text,
			routine => $text =~ /^create (?:function|procedure) (\S+?)\(/ ? "$1" : undef,
			header => $text =~ /^(create (?:function|procedure) .*?)\nlanguage /s ? $1 =~ s/\s+/ /gr : undef,
			of => $text =~ /^comment on (?:function|procedure) (\S+?)\(/ ? "$1" : undef };
	}
	return @found;
}

my @old = statements($old_path);
my @new = statements($new_path);
my %old_text = map { $_->{text} => 1 } @old;
my %new_text = map { $_->{text} => 1 } @new;
my %old_header = map { $_->{header} => 1 } grep { $_->{header} } @old;
my %new_header = map { $_->{header} => 1 } grep { $_->{header} } @new;

for my $gone (grep { !$new_text{ $_->{text} } && !$_->{header} } @old) {
	next if $gone->{text} =~ /^comment /;
	die "write this by hand: it has changed or gone\n$gone->{text}\n";
}

# Signatures as the database writes them, of those that go, with all that is built on them.
my @gone = map { $_->{routine} } grep { $_->{header} && !$new_header{ $_->{header} } } @old;
my %gone_name = map { $_ => 1 } @gone;
my $names = join(', ', map { "'$_'" } sort keys %gone_name);
my $said = @gone ? `psql -qXAt -F '\t' <<'SQL'
with recursive gone (oid) as (
	select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
	where format('%s.%s', nspname, proname) in ($names)
	union
	select d.objid from gone join pg_depend d on d.refclassid = 'pg_proc'::regclass and d.refobjid = gone.oid
	where d.classid = 'pg_proc'::regclass and d.deptype in ('n', 'a')
)
select case prokind when 'p' then 'procedure' else 'function' end, format('%s.%s', nspname, proname),
	p.oid::regprocedure
from gone join pg_proc p using (oid) join pg_namespace n on n.oid = p.pronamespace
order by 1, 3
SQL` : '';
die "no database of the old version\n" if @gone && $said !~ /\S/;
my %made_anew;
my %drop = (function => [], procedure => []);
for my $line (split /\n/, $said) {
	my ($kind, $name, $signature) = split /\t/, $line;
	push @{ $drop{$kind} }, $signature;
	$made_anew{$name} = 1;
}
for my $kind ('function', 'procedure') {
	# a list of arguments may be longer than a line
	my @signatures = map { length > 110 ? s/(.{60,100}?,)/$1\n\t\t/r : $_ } @{ $drop{$kind} };
	print "drop $kind ", join(",\n\t", @signatures), ";\n\n" if @signatures;
}
for my $statement (@new) {
	my $text = $statement->{text};
	my $anew = $made_anew{ $statement->{routine} // $statement->{of} // '' };
	next if $old_text{$text} && !$anew;
	$text =~ s/^create /create or replace / if $statement->{header} && !$anew && $old_header{ $statement->{header} };
	$text =~ s/^(.*?\)) returns /$1\nreturns / if $text =~ /^.{121}/;
	print "$text\n\n";
}
