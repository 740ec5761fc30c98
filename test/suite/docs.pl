# The sql blocks of a page and what they answer.
#   docs.pl script PAGE          a psql script of all sql blocks, a line before each that says which
#   docs.pl reading PAGE         the same without those that make something
#   docs.pl install PAGE         the lines of its sh blocks that begin with psql
#   docs.pl compare PAGE ANSWER  the sql blocks whose answer is not what stands below them, and their lines that are too
#                                long
#   docs.pl accept PAGE ANSWER   the page with these answers below its sql blocks
# What stands below is a block without a language right after the sql block; a block that answers rows has one. Width
# and row counts are not compared.
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));

my ($what, $page, $answer) = @ARGV;
local $/;
open(my $in, '<', $page) or die "$page: $!";
my $text = <$in>;
my @blocks;    # language, text, whether it follows a sql block with nothing between
while ($text =~ /\G(.*?)^```(\w*)\n(.*?)^```$/gms) {
	my ($between, $language, $block) = ($1, $2, $3);
	push @blocks, [$language, $block, @blocks && $blocks[-1][0] eq 'sql' && $between =~ /^\s*$/];
}

if ($what eq 'install') {
	for my $block (map { $_->[1] } grep { $_->[0] eq 'sh' } @blocks) {
		print "$1\n" while $block =~ /^(psql (?:[^\n]*\\\n)*[^\n]*)$/gm;
	}
	exit;
}
if ($what eq 'script' || $what eq 'reading') {
	for my $i (grep { $blocks[$_][0] eq 'sql' } 0 .. $#blocks) {
		next if $what eq 'reading' && $blocks[$i][1] =~ /^(create|call) /;
		print "\\echo \@\@$i\@\@\n$blocks[$i][1]\n";
	}
	exit;
}

sub plain {
	my @lines = grep { /\S/ && !/^\(\d+ rows?\)$/ } split /\n/, shift;
	s/-+/-/g, s/\s+/ /g, s/^ | $//g for @lines;
	return join("\n", @lines);
}

open(my $out, '<', $answer) or die "$answer: $!";
my %answered = <$out> =~ /^\@\@(\d+)\@\@\n(.*?)(?=^\@\@\d+\@\@\n|\z)/gms;
if ($what eq 'accept') {
	my $i = 0;
	my $accepted = sub {
		my ($sql, $below) = @_;
		my $is = $answered{$i} // '';
		$i += defined $below ? 2 : 1;
		my $shown = ($below // '') =~ s/^\s*```|```$//gr;
		return $sql . ($below // '') if plain($is) eq plain($shown);
		$is =~ s/ +$//gm, $is =~ s/^\(\d+ rows?\)\n//gm, $is =~ s/\n+\z/\n/;
		return $sql . ($is =~ /\S/ ? "\n\n```\n$is```" : '');
	};
	$text =~ s/(^```sql\n.*?^```$)(\s*^```\n.*?^```$)?|^```\w*\n.*?^```$/
		defined $1 ? $accepted->($1, $2) : do { $i++; $& }/gmse;
	print $text;
	exit;
}
for my $i (grep { $blocks[$_][0] eq 'sql' } 0 .. $#blocks) {
	my $below = $blocks[$i + 1];
	my $shows = $below && $below->[0] eq '' && $below->[2];
	my ($shown, $is) = ($shows ? plain($below->[1]) : '', plain($answered{$i} // ''));
	print "shown:\n$shown\nis:\n$is\n" if $shown ne $is;
	print "longer than 120 characters: $_\n" for grep { length > 120 } split /\n/, $blocks[$i][1];
}
