# Tables that are made up, and an attacker on what ph.protect leaves of them, who shares no code with it: of two-way
# tables by augmenting paths in the textbook's network, of trees by passing intervals up and down until they are still,
# of trees by columns by the simplex method over all sums, in whole numbers, since its matrix is totally unimodular.
#     perl protect.pl make COUNT SEED   rows: table, rule, strength, row_key, col_key, row_parent, n
#     perl protect.pl verify            the same rows with what is shown of them, or \N: what is wrong, and figures
#     perl protect.pl attack            the same without asking for the fewest cells that would do
use strict;
use warnings;

my $endless = 10**12;
my %rule = (    # threshold, whether zeros are shown, base
	ons_health_1_4 => [4, 1, 0], nhse_hes_2018 => [7, 1, 5], cms_11 => [10, 1, 0], tre_threshold_10 => [9, 0, 0]);

# ---- making ----

my $state;

sub chance { $state = ($state * 1103515245 + 12345) % 2**31; return int($state / 65536) % $_[0] }

sub count_of_people {
	my ($kind) = @_;
	if ($kind == 0) { my $sort = chance(10); return $sort < 2 ? 0 : $sort < 4 ? 1 : 1 + chance(40) }
	return 5 + chance(60) if $kind == 1 && chance(10) > 1;
	return 1 + chance(25);
}

# a level of a tree: rows are put into @$rows as [key, parent, counts]
sub make_level {
	my ($rows, $key, $parent, $depth, $columns, $kind) = @_;
	my @sum = (0) x $columns;
	if ($depth == 0) { @sum = map { count_of_people($kind) } 1 .. $columns }
	else {
		for my $child (1 .. 2 + chance(3)) {
			my @counts = make_level($rows, "$key.$child", $key, $depth - 1, $columns, $kind);
			$sum[$_] += $counts[$_] for 0 .. $#sum;
		}
	}
	push @$rows, [$key, $parent, [@sum]];
	return @sum;
}

sub make_table {
	my ($number) = @_;
	my @names = sort keys %rule;
	my ($name, $kind, $shape) = ($names[chance(4)], $number % 3, $number % 20);
	my $strength = chance(8) ? "range" : "exact";
	my (@rows, @out, @level);
	my $columns = 1;
	my $margins = "both";
	if ($shape < 12) {    # two-way, the smaller ones more often
		my $most = $shape < 6 ? 3 : 10;
		$columns = 3 + chance($most);
		make_flat(\@rows, 3 + chance($most), $columns, $kind);
		$margins = ("both", "both", "both", "rows", "columns")[chance(5)];
	}
	elsif ($shape < 19) { make_level(\@rows, "a", undef, 2 + chance(3), 1, $kind) }
	else { $columns = 2 + chance(2); make_level(\@rows, "a", undef, 2, $columns, $kind) }
	for my $row (@rows) {
		my ($key, $parent, $counts) = @$row;
		my $root = !defined $parent;
		my $total = 0;
		$total += $_ for @$counts;
		push @out, [$root ? undef : $key, undef, $root || $parent eq "a" ? undef : $parent, $total]
			unless $margins eq "columns" && !$root;
		next if $columns == 1 || ($margins eq "rows" && $root);
		push @out, [$root ? undef : $key, "c$_", $root || $parent eq "a" ? undef : $parent, $counts->[$_]]
			for 0 .. $#$counts;
	}
	for my $i (reverse 1 .. $#out) { my $j = chance($i + 1); @out[$i, $j] = @out[$j, $i] }
	print join("\t", $number, $name, $strength, map { $_ // '\N' } @$_), "\n" for @out;
}

sub make_flat {
	my ($rows, $height, $columns, $kind) = @_;
	my @sum = (0) x $columns;
	for my $i (1 .. $height) {
		my @counts = map { count_of_people($kind) } 1 .. $columns;
		$sum[$_] += $counts[$_] for 0 .. $#sum;
		push @$rows, ["a.$i", "a", \@counts];
	}
	push @$rows, ["a", undef, \@sum];
}

# ---- a table as its reader has it ----

# cells by "row|column", the total being ""; what is not in the rows is unknown if it is a total
sub read_table {
	my ($rows) = @_;
	my %table = (n => {}, shown => {}, given => {}, parent => {"" => undef}, columns => {"" => 1});
	for my $row (@$rows) {
		my ($key, $column, $parent, $n, $shown) = @$row;
		my $cell = ($key // "") . "|" . ($column // "");
		$table{n}{$cell} = $n;
		$table{given}{$cell} = 1;
		$table{shown}{$cell} = $shown;
		$table{parent}{$key} = $parent // "" if defined $key;
		$table{columns}{$column // ""} = 1;
	}
	push @{$table{children}{$table{parent}{$_}}}, $_ for sort grep { $_ ne "" } keys %{$table{parent}};
	$table{flat} = [sort grep { $_ ne "" } keys %{$table{columns}}];
	$table{tree} = grep { $_ ne "" && $table{children}{$_} } keys %{$table{parent}};
	fill_up(\%table, "");
	return \%table;
}

# totals that are not given, and of which cells without parts each cell is made, other than zeros
sub fill_up {
	my ($table, $row) = @_;
	my @children = @{$table->{children}{$row} // []};
	fill_up($table, $_) for @children;
	for my $column (@{$table->{flat}}, "") {
		my $cell = "$row|$column";
		my @parts = @children ? map { "$_|$column" } @children
			: $column eq "" ? map { "$row|$_" } @{$table->{flat}} : ();
		if (@parts) {
			$table->{made_of}{$cell} = [map { @{$table->{made_of}{$_}} } @parts];
			my $sum = 0;
			$sum += $table->{n}{$_} for @parts;
			$table->{n}{$cell} //= $sum;
			die "a total is wrong" if $table->{n}{$cell} != $sum;
			push @{$table->{sums}}, [$cell, @parts];
		}
		else { $table->{made_of}{$cell} = $table->{n}{$cell} ? [$cell] : [] }
	}
	if (@children && @{$table->{flat}}) { push @{$table->{sums}}, ["$row|", map { "$row|$_" } @{$table->{flat}}] }
}

# ---- attackers: the least and the greatest that a cell can be ----

sub bounds {
	my ($table, $hidden, $floor, $cell) = @_;
	return flat_bounds(@_) if !$table->{tree} && @{$table->{flat}};
	return tree_bounds(@_) if !@{$table->{flat}};
	return simplex_bounds(@_);
}

# cell: row to column; total of a row: from the end of totals to it; of a column: to the other end; all: between both
sub flat_bounds {
	my ($table, $hidden, $floor, $cell) = @_;
	my (%capacity, $from, $to);
	for my $open (sort keys %$hidden) {
		my ($row, $column) = split /\|/, $open, 2;
		my ($tail, $head) = $column ne "" ? ($row eq "" ? "rows" : "r$row", "c$column")
			: ("columns", $row eq "" ? "rows" : "r$row");
		($tail, $head) = ($head, "rows") if $row eq "" && $column ne "";
		($tail, $head) = ("rows", "columns") if $row eq "" && $column eq "";
		if ($open eq $cell) { ($from, $to) = ($tail, $head); next }
		$capacity{$tail}{$head} += $endless;
		$capacity{$head}{$tail} += $table->{n}{$open} - $floor->{$open};
	}
	my $value = $table->{n}{$cell};
	my $rise = greatest_flow(\%capacity, $to, $from, 200);
	my $fall = greatest_flow(\%capacity, $from, $to, $value - $floor->{$cell});
	return ($value - $fall, $value + $rise);
}

sub greatest_flow {
	my ($given, $from, $to, $most) = @_;
	my %capacity = map { my $tail = $_; ($tail => {%{$given->{$tail}}}) } keys %$given;
	my $flow = 0;
	while ($flow < $most) {
		my %reached = ($from => $from);
		my @queue = ($from);
		while (@queue && !exists $reached{$to}) {
			my $at = shift @queue;
			for my $next (sort keys %{$capacity{$at}}) {
				next if exists $reached{$next} || $capacity{$at}{$next} <= 0;
				$reached{$next} = $at;
				push @queue, $next;
			}
		}
		last unless exists $reached{$to};
		my $more = $most - $flow;
		for (my $at = $to; $at ne $from; $at = $reached{$at}) {
			my $room = $capacity{$reached{$at}}{$at};
			$more = $room if $room < $more;
		}
		for (my $at = $to; $at ne $from; $at = $reached{$at}) {
			$capacity{$reached{$at}}{$at} -= $more;
			$capacity{$at}{$reached{$at}} += $more;
		}
		$flow += $more;
	}
	return $flow;
}

sub tree_bounds {
	my ($table, $hidden, $floor, $cell) = @_;
	my $key = join ",", sort keys %$hidden;
	if (($table->{still} // "") ne $key) {
		my (%low, %high);
		for my $each (keys %{$table->{n}}) {
			$low{$each} = $hidden->{$each} ? $floor->{$each} : $table->{n}{$each};
			$high{$each} = $hidden->{$each} ? $endless : $table->{n}{$each};
		}
		my $moved = 1;
		while ($moved) {
			$moved = 0;
			for my $sum (@{$table->{sums}}) {
				my ($whole, @parts) = @$sum;
				my ($low, $high) = (0, 0);
				for (@parts) { $low += $low{$_}; $high += $high{$_} }
				if ($low > $low{$whole}) { $low{$whole} = $low; $moved = 1 }
				if ($high < $high{$whole}) { $high{$whole} = $high; $moved = 1 }
				for (@parts) {
					my ($least, $most) = ($low{$whole} - ($high - $high{$_}), $high{$whole} - ($low - $low{$_}));
					if ($least > $low{$_}) { $low += $least - $low{$_}; $low{$_} = $least; $moved = 1 }
					if ($most < $high{$_}) { $high -= $high{$_} - $most; $high{$_} = $most; $moved = 1 }
				}
			}
		}
		@{$table}{qw(still low high)} = ($key, \%low, \%high);
	}
	return ($table->{low}{$cell}, $table->{high}{$cell});
}

# y = what a hidden cell is above its floor; a row of the tableau a sum: {cell: coefficient}, right side under ""
sub simplex_bounds {
	my ($table, $hidden, $floor, $cell) = @_;
	my $key = join ",", sort keys %$hidden;
	if (($table->{solved} // "") ne $key) {
		@{$table}{qw(solved tableau basis)} = ($key, feasible($table, $hidden, $floor));
	}
	my $least = optimum($table, $cell, 1);
	my $greatest = optimum($table, $cell, -1);
	return ($floor->{$cell} + $least, defined $greatest ? $floor->{$cell} - $greatest : $endless);
}

sub feasible {
	my ($table, $hidden, $floor) = @_;
	my (@tableau, @basis);
	my %cost = ("" => 0);
	for my $sum (@{$table->{sums}}) {
		my %row = ("" => 0);
		for my $i (0 .. $#$sum) {
			my ($each, $sign) = ($sum->[$i], $i == 0 ? -1 : 1);
			$row{$each} = $sign if $hidden->{$each};
			$row{""} -= $sign * ($hidden->{$each} ? $floor->{$each} : $table->{n}{$each});
		}
		next if keys %row == 1;
		if ($row{""} < 0) { $row{$_} = -$row{$_} for keys %row }
		$cost{$_} = ($cost{$_} // 0) - $row{$_} for keys %row;
		push @basis, "artificial " . scalar @basis;
		push @tableau, \%row;
	}
	descend(\@tableau, \@basis, \%cost);
	die "no table" if $cost{""} != 0;
	for my $i (reverse 0 .. $#tableau) {    # artificials that stayed at 0 leave, with their row if it is empty
		next unless $basis[$i] =~ /^artificial/;
		my ($enters) = sort grep { $_ ne "" && $tableau[$i]{$_} } keys %{$tableau[$i]};
		if (defined $enters) { pivot(\@tableau, \@basis, {"" => 0}, $i, $enters) }
		else { splice @tableau, $i, 1; splice @basis, $i, 1 }
	}
	return (\@tableau, \@basis);
}

# the least of sign * y, undefined where there is none
sub optimum {
	my ($table, $cell, $sign) = @_;
	my @tableau = map { +{%$_} } @{$table->{tableau}};
	my @basis = @{$table->{basis}};
	my %cost = ("" => 0, $cell => $sign);
	for my $i (0 .. $#basis) {
		next unless $basis[$i] eq $cell;
		$cost{$_} = ($cost{$_} // 0) - $sign * $tableau[$i]{$_} for keys %{$tableau[$i]};
	}
	return descend(\@tableau, \@basis, \%cost) ? -$cost{""} : undef;
}

# by Bland's rule
sub descend {
	my ($tableau, $basis, $cost) = @_;
	while (1) {
		my ($enters) = sort grep { $_ ne "" && $cost->{$_} < 0 } keys %$cost;
		return 1 unless defined $enters;
		my ($leaves, $ratio);
		for my $i (0 .. $#$tableau) {
			next unless ($tableau->[$i]{$enters} // 0) > 0;
			my $here = $tableau->[$i]{""} / $tableau->[$i]{$enters};
			next if defined $ratio && ($here > $ratio || ($here == $ratio && $basis->[$i] gt $basis->[$leaves]));
			($leaves, $ratio) = ($i, $here);
		}
		return 0 unless defined $leaves;
		pivot($tableau, $basis, $cost, $leaves, $enters);
	}
}

sub pivot {
	my ($tableau, $basis, $cost, $leaves, $enters) = @_;
	my $row = $tableau->[$leaves];
	my $by = $row->{$enters};
	die "not totally unimodular" if abs($by) != 1;
	$row->{$_} *= $by for keys %$row;
	for my $other (@$tableau, $cost) {
		next if $other == $row || !$other->{$enters};
		my $times = $other->{$enters};
		for (keys %$row) {
			my $now = ($other->{$_} // 0) - $times * $row->{$_};
			if ($now || $_ eq "") { $other->{$_} = $now } else { delete $other->{$_} }
		}
	}
	$basis->[$leaves] = $enters;
}

# ---- what must hold ----

sub is_small { my ($n, $threshold, $zero_shown) = @_; return $n == 0 ? !$zero_shown : $n <= $threshold }

# what is wrong with hiding these cells; nothing: ""
sub fault {
	my ($table, $hidden, $name, $strength) = @_;
	my ($threshold, $zero_shown) = @{$rule{$name}};
	my @open = grep { !$table->{given}{$_} && $table->{made_of}{$_} && is_total($table, $_) } keys %{$table->{n}};
	my %all = map { $_ => 1 } @open, keys %$hidden;
	my %floor = map { $_ => $table->{given}{$_} && $zero_shown ? 1 : 0 } keys %all;
	my @small = grep { $table->{given}{$_} && is_small($table->{n}{$_}, $threshold, $zero_shown) }
		sort keys %{$table->{n}};
	for my $cell (@small) {
		return "a small count is shown" unless $hidden->{$cell};
		my ($low, $high) = bounds($table, \%all, \%floor, $cell);
		return "$cell is known" if $low >= $high;
		next if $strength eq "exact";
		my $least = $zero_shown ? scalar @{$table->{made_of}{$cell}} : 0;
		return "$cell is bounded" if $low > $least || $high < $threshold;
	}
	for my $single (grep { $table->{n}{$_} == 1 && $table->{given}{$_} } sort keys %$hidden) {
		my %others = %all;
		delete $others{$single};
		for my $cell (grep { $_ ne $single } @small) {
			next if $zero_shown && @{$table->{made_of}{$cell}} == 1
				&& "@{$table->{made_of}{$cell}}" eq "@{$table->{made_of}{$single}}";
			my ($low, $high) = bounds($table, \%others, \%floor, $cell);
			return "$cell is known to $single" if $low >= $high;
		}
	}
	return "";
}

sub is_total {
	my ($table, $cell) = @_;
	my ($row, $column) = split /\|/, $cell, 2;
	return $table->{children}{$row} || ($column eq "" && @{$table->{flat}});
}

# the least number of cells to hide besides that is less than a number by 2 or more and protects; undefined: none, or
# too many to try
sub fewest {
	my ($table, $name, $strength, $extra) = @_;
	my ($threshold, $zero_shown) = @{$rule{$name}};
	my @small = grep { is_small($table->{n}{$_}, $threshold, $zero_shown) } keys %{$table->{given}};
	my @free = grep { $table->{n}{$_} && !is_small($table->{n}{$_}, $threshold, $zero_shown) }
		sort keys %{$table->{given}};
	my $tries = 0;
	for my $size (0 .. $extra - 2) {
		my $ways = 1;
		$ways = $ways * (@free - $_) / ($_ + 1) for 0 .. $size - 1;
		$tries += $ways;
		return (undef, 0) if $tries > 1000;
		my @chosen = 0 .. $size - 1;
		while (1) {
			return ($size, 1) if fault($table, {map { $_ => 1 } @small, @free[@chosen]}, $name, $strength) eq "";
			my $i = $size - 1;
			$i-- while $i >= 0 && $chosen[$i] == @free - $size + $i;
			last if $i < 0;
			$chosen[$i]++;
			$chosen[$_] = $chosen[$_ - 1] + 1 for $i + 1 .. $size - 1;
		}
	}
	return (undef, 1);
}

sub verify_table {
	my ($number, $name, $strength, $rows, $figures) = @_;
	my ($threshold, $zero_shown, $base) = @{$rule{$name}};
	my $table = read_table($rows);
	my %hidden = map { $_ => 1 } grep { !defined $table->{shown}{$_} } keys %{$table->{given}};
	my @small = grep { is_small($table->{n}{$_}, $threshold, $zero_shown) } keys %{$table->{given}};
	my $extra = keys(%hidden) - @small;
	my @wrong = grep {
		my ($n, $shown) = ($table->{n}{$_}, $table->{shown}{$_});
		defined $shown && $shown != ($base ? $base * int(($n + $base / 2) / $base) : $n)
	} keys %{$table->{given}};
	my $fault = @wrong ? "shown otherwise than by the rule" : grep({ !$table->{n}{$_} && $zero_shown } keys %hidden)
		? "a zero is hidden" : fault($table, \%hidden, $name, $strength);
	$figures->{tables}++;
	$figures->{cells} += keys %{$table->{given}};
	$figures->{small} += @small;
	$figures->{extra} += $extra;
	$figures->{singles}++ if grep { $table->{n}{$_} == 1 } keys %hidden;
	$figures->{violations}++, print "table $number, $name, $strength: $fault\n" if $fault ne "";
	$figures->{everything}++ if $extra > 0 && !grep { $table->{n}{$_} && !$hidden{$_} } keys %{$table->{given}};
	return if $figures->{attack_only};
	my ($least, $solved) = $extra < 2 ? (undef, 1) : fewest($table, $name, $strength, $extra);
	$figures->{solved}++ if $solved;
	return unless defined $least;
	$figures->{two_more}++;
	my $allowed = $least / 4 > 1 ? $least / 4 : 1;
	$figures->{too_many}++, print "table $number, $name, $strength: $extra where $least would do\n"
		if $extra > $least + $allowed;
}

# ---- the whole ----

my ($what, $count, $seed) = @ARGV;
if ($what eq "make") {
	$state = $seed;
	make_table($_) for 1 .. $count;
	exit;
}
my %figures = (attack_only => $what eq "attack");
my (@rows, $last);
sub finish { verify_table(@$last, [@rows], \%figures) if $last; @rows = () }
while (my $line = <STDIN>) {
	chomp $line;
	my ($number, $name, $strength, @row) = map { $_ eq '\N' ? undef : $_ } split /\t/, $line;
	finish() if $last && $last->[0] != $number;
	$last = [$number, $name, $strength];
	push @rows, \@row;
}
finish();
$figures{$_} //= 0 for qw(tables cells small extra singles violations everything solved two_more too_many);
print "$figures{tables} tables, $figures{singles} of them with a hidden count of 1, of $figures{cells} counts\n",
	"$figures{small} are small, $figures{extra} were hidden besides\n",
	"violations: $figures{violations}; all that is not 0 hidden: $figures{everything}\n",
	$what eq "attack" ? "" : "fewest solved exactly, or too few to ask: $figures{solved}; " .
	"two or more cells above it: $figures{two_more}; above the fewest + max(1, 25 %): $figures{too_many}\n";
