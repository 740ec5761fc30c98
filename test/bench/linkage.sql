-- Strings against levenshtein() of fuzzystrmatch where it is installed, patterns against a GROUP BY of the same pairs,
-- EM, and clusters.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
create unlogged table compared as
select initcap(name) as a,
	initcap(overlay(name placing substr(md5((i / 3)::text), 1, 1) from 1 + i % 4 for i % 2)) as b,
	array[
		case when i % 29 > 0 then (h & 3) % 3 end, (h >> 2 & 7) / 6, (h >> 5 & 15) / 14, (h >> 9 & 7) / 5,
		case when i % 13 > 0 then (h >> 12 & 1) end, (h >> 13 & 31) / 30] as levels
from generate_series(1, :pairs) i,
	lateral (select hashint4(i) & 2147483647 as h, substr(md5(i::text), 1, 4 + i % 5) as name) made_up;
vacuum analyze compared;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
select exists (select from pg_available_extensions where name = 'fuzzystrmatch') as has_levenshtein \gset
\if :has_levenshtein
create extension if not exists fuzzystrmatch;
insert into measured
select 'levenshtein() of fuzzystrmatch', null, pg_temp.milliseconds('select levenshtein(a, b) from compared');
\endif
insert into measured
select what, 'levenshtein() of fuzzystrmatch', pg_temp.milliseconds(format('select ph.%s from compared', call))
from (
	values ('jaro_similarity', 'jaro_similarity(a, b)'), ('jaro_winkler_similarity', 'jaro_winkler_similarity(a, b)'),
		('damerau_levenshtein', 'damerau_levenshtein(a, b)'),
		('damerau_levenshtein, most 2', 'damerau_levenshtein(a, b, 2)')
) c (what, call);
insert into measured
select 'GROUP BY levels', null,
	pg_temp.milliseconds('select count(*) from (select levels, count(*) from compared group by levels) g');
insert into measured
select 'agreement_patterns(levels)', 'GROUP BY levels',
	pg_temp.milliseconds('select ph.agreement_patterns(levels) from compared');
create temp table folded as select ph.agreement_patterns(levels) as patterns from compared;
insert into measured
select 'EM of these patterns, 4 starts', 'GROUP BY levels',
	pg_temp.milliseconds('select ph.linkage(patterns, max_iterations => 1000) from folded', 1);
insert into measured
select 'GROUP BY of the pairs'' records', null,
	pg_temp.milliseconds(format(
		'select count(*) from (select i / 3 * 3 as a from generate_series(1, %1$s) i union '
			'select i from generate_series(1, %1$s) i) g', :pairs));
insert into measured
select 'linked_records of pairs', 'GROUP BY of the pairs'' records',
	pg_temp.milliseconds(
		format(
			'select count(*) from ph.linked_records(''select i, i / 3 * 3 as j from generate_series(1, %s) i'')',
			:pairs), 1);
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
drop table compared;
