-- A million people under forty rules, against a scan that reads the same columns.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
create schema bench_care;
call ph.create_segment_tables('bench_care');
select string_agg(format('(i * %s %% 1009) / 10 as n%s', 7919 + 2 * i, i), ', ') as made,
	string_agg('sum(n' || i || ')', ', ') as sums
from generate_series(1, 20) i \gset
create unlogged table bench_care.people as select i as person_id, :made from generate_series(1::bigint, :people) i;
vacuum analyze bench_care.people;
insert into bench_care.scheme values ('bench', '1', 'forty rules');
insert into bench_care.scheme_input (scheme, version, input, type)
select 'bench', '1', 'n' || i, 'bigint'
from generate_series(1, 20) i;
insert into bench_care.scheme_segment (scheme, version, rank, segment, kind)
select 'bench', '1', i, 'segment ' || i, case i when 11 then 'default' else 'segment' end
from generate_series(1, 11) i;
insert into bench_care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
select 'bench', '1', i, 'rule ' || i,
	'segment ' || (i - 1) / 4 + 1,
	format('n%s > %s and n%s between %s and %s', 1 + i % 20, 95 - i % 7, 1 + (i * 3) % 20, 10, 60)
from generate_series(1, 40) i;
call ph.create_segment_view('bench', '1', 'bench_care.people', 'bench_care.segment', 'bench_care');
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured
select 'sums of the 20 columns', null, pg_temp.milliseconds(format('select %s from bench_care.people', :'sums'));
insert into measured
select 'people by segment, 40 rules',
	'sums of the 20 columns',
	pg_temp.milliseconds('select segment, count(*) from bench_care.segment group by segment');
insert into measured
select 'segment and every matched rule',
	'sums of the 20 columns',
	pg_temp.milliseconds(
		'select segment, count(*), sum(cardinality(matched)) from bench_care.segment group by segment');
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m
left join measured b on b.what = m.of;
explain (costs off) select count(*) from bench_care.segment where segment = 'segment 1';
drop schema bench_care cascade;
