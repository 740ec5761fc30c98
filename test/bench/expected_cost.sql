-- Expected cost of a million people, by a model of 37 terms, against a scan that reads the same columns.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
create schema bench_cost;
select string_agg(format('i * %s %% 97 < 9 as c%s', 7919 + 2 * i, i), ', ') as conditions,
	string_agg(format('sum(c%s::integer)', i), ', ') as sums,
	string_agg(format('c%s', i), ', ') as names
from generate_series(1, 20) i \gset
create unlogged table bench_cost.segment_input as
select i as person_id, (i * 7919 % 95)::integer as age_years, case when i % 2 = 0 then 'F' else 'M' end as sex,
	(1 + i % 10)::integer as deprivation_decile, :conditions
from generate_series(1::bigint, :people) i;
vacuum analyze bench_cost.segment_input;
-- a model of all of them, as ph.create_expected_cost would write it
select ph_support.expected_cost_expression('bench_cost', array_agg(distinct c.input),
	ph.given_model('linear', array_agg(t.term order by t.term) || '{(intercept)}'::text[],
		array_agg(17.5 * length(t.term) order by t.term) || 300::float8)) as expected
from ph_support.cost_input('bench_cost') c, ph_support.cost_term(c.input, c.type) t \gset
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured
select 'sums of the 23 columns', null, pg_temp.milliseconds(format(
	'select sum(age_years), count(sex), sum(deprivation_decile), %s from bench_cost.segment_input', :'sums'));
insert into measured
select 'expected cost', 'sums of the 23 columns', pg_temp.milliseconds(format(
	'select sum(%s) from bench_cost.segment_input i', :'expected'));
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m
left join measured b on b.what = m.of;
drop schema bench_cost cascade;
