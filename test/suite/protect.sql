-- $TABLES made-up tables, protected, and what the attacker of protect.pl makes of them: as they leave; with one of the
-- cells that were hidden besides shown; with small counts hidden and nothing else.
\set QUIET 1
\pset tuples_only on
\pset format unaligned
create temp table made (
	number integer, rule text, strength text, row_key text, col_key text, row_parent text, n bigint);
\copy made from program 'perl $ROOT/test/suite/protect.pl make $TABLES 1'
create temp table whole as
select *, ph.protect(n, row_key, col_key, row_parent, rule, strength) over (partition by number) as shown
from made
order by number;
create temp table one_more_shown as
select number, rule, strength, row_key, col_key, row_parent, n,
	case
		when shown is null and row_number() over (
			partition by number, shown is null and ph.publish(n, rule) is not null
			order by md5(concat_ws(' ', number, row_key, col_key))) > 1 then null
		else ph.publish(n, rule) end as shown
from whole
where number in (select number from whole where shown is null and ph.publish(n, rule) is not null)
order by number;
create temp table only_small_hidden as
select number, rule, strength, row_key, col_key, row_parent, n, ph.publish(n, rule) as shown
from whole
order by number;
\echo as they leave:
\copy whole to program 'perl $ROOT/test/suite/protect.pl verify'
\echo where more was hidden than small counts, with one of them shown again:
\copy one_more_shown to program 'perl $ROOT/test/suite/protect.pl attack | sed "/^table /d"'
\echo with small counts hidden and nothing else:
\copy only_small_hidden to program 'perl $ROOT/test/suite/protect.pl attack | sed "/^table /d"'
