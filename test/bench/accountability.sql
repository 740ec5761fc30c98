-- Runs of scores and their judgement, against storing and counting the same rows in plain SQL.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
call ph.create_shared_tables('bench_run');
insert into bench_run.data_day values ('2025-04-01');
insert into bench_run.person (person_id, birth_date, sex)
select 'P' || lpad(i::text, 9, '0'), date '1930-01-01' + (i % 30000)::integer, case when i % 2 = 0 then 'F' else 'M' end
from generate_series(1::bigint, :people) i;
create unlogged table bench_run.known as
select person_id, (i * 7919 % 97)::float8 as age, i % 5 = 0 as copd, i % 11 as visits, i % 3 as admissions,
	i * 104729 % 13 as conditions
from (select person_id, substr(person_id, 2)::bigint as i from bench_run.person) p;
create unlogged table bench_run.outcome as
select person_id, abs(hashtext(person_id)) % 120 < age as outcome from bench_run.known;
vacuum analyze bench_run.person, bench_run.known, bench_run.outcome;
call ph.create_accountability_tables('bench_run');
create temp table measured (what text, of text, milliseconds float8);
create procedure pg_temp.measure(what text, of text, statement text) language plpgsql as $$
declare
	start constant timestamptz := clock_timestamp();
begin
	execute statement;
	insert into measured values (what, of, extract(epoch from clock_timestamp() - start) * 1000);
end $$;
select ph.given_model('logistic', '{(intercept),age,copd,visits,admissions,conditions}',
	'{-5,0.05,0.5,0.1,0.2,0.1}') as model
\gset
call pg_temp.measure('scores stored by hand', null, $$
	create unlogged table bench_run.by_hand as
	select person_id, value, ntile(4) over (order by value desc) as tier, inputs
	from (
		select person_id, to_jsonb(k) as inputs,
			1 / (1 + exp(5 - 0.05 * age - 0.5 * copd::integer - 0.1 * visits - 0.2 * admissions - 0.1 * conditions))
				as value
		from bench_run.known k) s;
	alter table bench_run.by_hand add primary key (person_id)$$);
call pg_temp.measure('a run recorded', 'scores stored by hand', format(
	'call ph.record_scores(''bench_run'', ''one'', ''score'', ''1'', ''bench_run.known'', ''2024-04-01'', ''planning'',
		model => %L, horizon => ''1 year'', predicts => ''admission'')', :'model'));
call pg_temp.measure('another of them', 'scores stored by hand', format(
	'call ph.record_scores(''bench_run'', ''two'', ''score'', ''1'', ''bench_run.known'', ''2024-03-01'', ''planning'',
		model => %L, horizon => ''1 year'', predicts => ''admission'')', :'model'));
analyze bench_run.person_score;
call pg_temp.measure('outcomes by tier', null, $$
	select tier, count(*), avg(outcome::integer) from bench_run.person_score join bench_run.outcome using (person_id)
	where run = 'one' group by tier$$);
call pg_temp.measure('a run judged', 'outcomes by tier',
	'call ph.judge_run(''bench_run'', ''one'', ''bench_run.outcome'')');
call pg_temp.measure('moves between two runs', 'outcomes by tier',
	'select count(*) from ph.score_run_drift(''bench_run'', ''one'', ''two'')');
select m.what, round(m.milliseconds::numeric) as milliseconds, m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
drop schema bench_run cascade;
