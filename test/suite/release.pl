# What can be told of hidden counts from all tables that left together: the least and the greatest that each can be, by
# linear programs over the people of every place, sex and ethnicity.  Shares no code with the extension.
#     perl release.pl THRESHOLD < rows of release.sql        a line for each count that is told, then how many there
# were
use strict;
use warnings;

my $threshold = shift;
my (%system, $hidden, $told);

while (<STDIN>) {
	chomp;
	my ($measure, $counted, $state, $n, $parts) = split /\t/;
	push @{ $system{"$measure $counted"} }, { shown => $state eq 'shown', n => $n, parts => [split /,/, $parts] };
}

# Rows of a tableau: coefficients, then the right side; one pivot.
sub pivot {
	my ($tableau, $basis, $row, $column) = @_;
	my $by = $tableau->[$row][$column];
	$_ /= $by for @{ $tableau->[$row] };
	for my $other (0 .. $#$tableau) {
		my $factor = $tableau->[$other][$column];
		next if $other == $row || abs($factor) < 1e-9;
		my $target = $tableau->[$other];
		my $source = $tableau->[$row];
		$target->[$_] -= $factor * $source->[$_] for grep { $source->[$_] } 0 .. $#$source;
	}
	$basis->[$row] = $column;
}

# Makes the last row's costs nonnegative in the first columns (Bland's rule): whether there is a greatest value.
sub optimise {
	my ($tableau, $basis, $columns) = @_;
	my $cost = $#$tableau;
	while (1) {
		my ($column) = grep { $tableau->[$cost][$_] < -1e-7 } 0 .. $columns - 1;
		return 1 unless defined $column;
		my ($row, $least);
		for my $i (0 .. $cost - 1) {
			next if $tableau->[$i][$column] < 1e-7;
			my $ratio = $tableau->[$i][-1] / $tableau->[$i][$column];
			($row, $least) = ($i, $ratio)
				if !defined $row || $ratio < $least - 1e-9
				|| $ratio < $least + 1e-9 && $basis->[$i] < $basis->[$row];
		}
		return 0 unless defined $row;
		pivot($tableau, $basis, $row, $column);
	}
}

# The greatest value of a sum of variables from a tableau that some solution stands in; undef where nothing bounds it.
sub greatest {
	my ($feasible, $feasible_basis, $columns, $objective) = @_;
	my @tableau = map { [@$_] } @$feasible;
	my @basis = @$feasible_basis;
	my @cost = map { -($objective->{$_} // 0) } 0 .. $columns - 1;
	push @tableau, [@cost, 0];
	for my $row (0 .. $#basis) {
		my $factor = $tableau[-1][$basis[$row]];
		next if !$factor;
		$tableau[-1][$_] -= $factor * $tableau[$row][$_] for 0 .. $columns;
	}
	return optimise(\@tableau, \@basis, $columns) ? $tableau[-1][-1] : undef;
}

sub attack {
	my ($rows) = @_;
	my @parts = do { my %seen; grep { !$seen{$_}++ } map { @{ $_->{parts} } } @$rows };
	my %variable = map { $parts[$_] => $_ } 0 .. $#parts;
	my $columns = @parts;
	my @shown = grep { $_->{shown} } @$rows;
	my (@tableau, @basis);
	for my $i (0 .. $#shown) {
		my @row = (0) x ($columns + @shown + 1);
		$row[$variable{$_}] = 1 for @{ $shown[$i]{parts} };
		$row[$columns + $i] = 1;
		$row[-1] = $shown[$i]{n};
		push @tableau, \@row;
		push @basis, $columns + $i;
	}
	# first a solution: no more is left over
	my @cost = (0) x ($columns + @shown + 1);
	for my $row (@tableau) { $cost[$_] -= $row->[$_] for 0 .. $columns - 1, $#cost; }
	push @tableau, \@cost;
	optimise(\@tableau, \@basis, $columns);
	die "what is shown does not add up\n" if abs($tableau[-1][-1]) > 1e-6;
	pop @tableau;
	for my $row (reverse 0 .. $#basis) {
		next if $basis[$row] < $columns;
		my ($column) = grep { abs($tableau[$row][$_]) > 1e-7 } 0 .. $columns - 1;
		if (defined $column) {
			pivot(\@tableau, \@basis, $row, $column);
		} else {
			splice @tableau, $row, 1;
			splice @basis, $row, 1;
		}
	}
	$_ = [@{$_}[0 .. $columns - 1], $_->[-1]] for @tableau;
	for my $row (grep { !$_->{shown} && $_->{n} >= 1 && $_->{n} <= $threshold } @$rows) {
		my %sum = map { $variable{$_} => 1 } @{ $row->{parts} };
		my %less = map { $_ => -1 } keys %sum;
		$row->{most} = greatest(\@tableau, \@basis, $columns, \%sum);
		$row->{least} = -greatest(\@tableau, \@basis, $columns, \%less);
	}
}

for my $name (sort keys %system) {
	attack($system{$name});
	for my $row (grep { exists $_->{least} } @{ $system{$name} }) {
		my $most = $row->{most} // 'any';
		$hidden++;
		next if $row->{least} < 1 + 1e-6 && ($most eq 'any' || $most > $threshold - 1e-6);
		$told++;
		printf "%s: %d of %s is between %.2f and %s\n", $name, $row->{n}, join(',', @{ $row->{parts} }), $row->{least},
			$most;
	}
}
printf "%d hidden, %d told\n", $hidden // 0, $told // 0;
