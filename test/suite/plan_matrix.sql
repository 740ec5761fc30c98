-- A table of 60,000 people in four hash partitions, and one answer asked of it under every kind of plan.
-- All numbers are exactly representable, so that the answers must agree to the last digit.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
create extension population_health;
create table person (id int not null, grp int, age float8, events float8, years float8, code text, part ph.tally)
	partition by hash (grp);
create table person_0 partition of person for values with (modulus 4, remainder 0);
create table person_1 partition of person for values with (modulus 4, remainder 1);
create table person_2 partition of person for values with (modulus 4, remainder 2);
create table person_3 partition of person for values with (modulus 4, remainder 3);
insert into person
select i, nullif(i % 3001, 7), nullif((i * 7919::bigint) % 101, 13), nullif(i % 5, 3), (1 + i % 8) / 8.0,
  (array['I21', 'I50.0', 'F00', 'E11.9', 'C78', 'Z99', 'J44', 'K70.3', 'junk', null])[1 + i % 10],
  case when i % 11 > 0 then ('people; ' || i % 17 || ': 1 0 0; ' || 20 + i % 3 || ': 2 1 1')::ph.tally end
from generate_series(1, 60000) i;
vacuum analyze person;

-- what the plan must and must not hold, as regular expressions over its JSON
create table regime (name text, settings text[], wanted text[], unwanted text[]);
insert into regime
values
('sort', '{enable_hashagg=off}', array['"Strategy": "Sorted"'], array['Gather', 'Hashed']),
('hash', '{enable_sort=off,work_mem=1GB}', array['"Strategy": "Hashed"', '"Disk Usage": 0'], array['Gather', 'Sorted']),
('hash spill', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}',
	array['"Strategy": "Hashed"', '"Disk Usage": [1-9]'], array['Gather', 'Sorted']),
('parallel', '{max_parallel_workers_per_gather=2}',
	array['Gather', '"Workers Launched": [12]', '"Partial Mode": "Partial"', '"Partial Mode": "Finalize"'], '{}'),
('parallel without leader', '{max_parallel_workers_per_gather=2,parallel_leader_participation=off}',
	array['Gather', '"Workers Launched": [12]', '"Partial Mode": "Partial"', '"Partial Mode": "Finalize"'], '{}'),
('partition-wise', '{enable_partitionwise_aggregate=on}', array['("Node Type": "Aggregate".*){4}'], array['Gather']),
('partition-wise parallel', '{enable_partitionwise_aggregate=on,max_parallel_workers_per_gather=2}',
	array['Gather', '"Workers Launched": [12]', '("Node Type": "Aggregate".*){4}'], '{}'),
('jit', '{jit=on,jit_above_cost=0,jit_inline_above_cost=0,jit_optimize_above_cost=0}', array['"JIT"'], '{}');

create table question (name text, query text);
insert into question
values
('person_tally',
	'select grp, ph.person_tally(age, events)::text, ph.person_tally(age, events > 2)::text, '
		'ph.person_tally(age, events, years)::text from person group by grp'),
('count_tally',
	'select grp, ph.count_tally(age, events, years)::text, ph.count_tally(age, events, years, events * events)::text '
		'from person group by grp'),
('rollup', 'select grp, ph.rollup(part)::text from person group by grp'),
('conditions_of',
	'select grp, ph.conditions_of(code)::text, ph.conditions_of(code, ''cm'')::text from person group by grp'),
('conditions_rollup',
	'select grp, ph.conditions_rollup(case when code is not null then ''{mi,Z99}''::ph.conditions end)::text, '
		'ph.conditions_named(case when events = 2 then ''chf'' end)::text from person group by grp'),
('conditions_named',
	'select grp, ph.conditions_named(case when events = 2 then ''copd'' end, ''cambridge'')::text '
		'from person group by grp'),
('crosstab',
	'select grp, ph.crosstab(id % 4, nullif(id % 7, 3))::text, '
		'ph.crosstab_rollup(case when events is not null then ''{?>1: 2, 1>2: 3}''::ph.crosstab end)::text '
		'from person group by grp'),
('run-off',
	'select grp, ph.run_off(''M'' || id % 7, 1 + id % 5, id / 100.0)::text, '
		'ph.run_off_rollup(case when events is not null then ''{"M1" 1: 2.5, "a" 2: 3}''::ph.triangle end)::text '
		'from person group by grp'),
('continuity',
	'select grp, ph.continuity(nullif(''Dr '' || id % 7, ''Dr 3''))::text, '
		'ph.continuity_rollup(case when events is not null then ''{"Dr A": 2, ?: 1}''::ph.continuity end)::text '
		'from person group by grp'),
('agreement_patterns',
	'select grp, ph.agreement_patterns(array[id % 3, nullif(id % 4, 0)])::text, '
		'ph.agreement_patterns(array[id % 2], id % 5)::text, '
		'ph.agreement_patterns_rollup(case when events is not null '
		'then ''{? 1: 2, 1 0: 3}''::ph.agreement_patterns end)::text from person group by grp'),
('cascade',
	'select grp, ph.cascade(array[date ''2024-01-01'', date ''2024-01-01'' + id % 90, '
		'case when id % 3 > 0 then date ''2024-04-01'' + id % 50 end], '
		'case when id % 7 = 0 then date ''2024-05-01'' end, ''2024-05-15'')::text, '
		'ph.offer_cascade(''2024-01-01'', date ''2024-01-01'' + id % 90, date ''2024-04-01'' + id % 50, '
		'case id % 3 when 0 then ''declined'' when 1 then ''accepted'' end, null, null, null, null, '
		'''2024-05-15'')::text, '
		'ph.cascade_rollup(case when events is not null then ''3; 1 lost 1: 5=1+2''::ph.cascade end)::text, '
		'ph.work_count(id % 2 = 0, null)::text, ph.work_count_rollup(case when events is not null '
		'then ''{1,2,3,0,0,0,1}''::bigint[] end)::text from person group by grp'),
('cell_key_count',
	'select grp, ph.cell_key_count(id % 4096)::text, '
		'ph.cell_key_rollup(case when events is not null then ''12:3051''::ph.cell_count end)::text '
		'from person group by grp'),
('regression_sums',
	'select grp, ph.regression_sums(''products'', ''linear'', events, array[1, age, years], 1, 0, ''{}'', false)::text '
		'from person group by grp'),
('cluster_step',
	'select grp, ph.cluster_next(ph.cluster_step(ph.cluster_start(''{{20,1},{60,3}}''), array[age, years]))::text, '
		'ph.cluster_next(ph.cluster_step(ph.cluster_start(''{20,60}'', modes => ''{1,2}'', words => ''{3}''), '
		'array[age], array[1 + id % 3]))::text from person group by grp');
insert into question
select 'cluster_rollup',
	format('select grp,
			ph.cluster_next(ph.cluster_rollup(case when events is not null then %L::ph.cluster_sums end))::text
		from person group by grp',
		ph.cluster_step(ph.cluster_start('{1,5}'), array[x]))
from generate_series(1, 6) x;

-- What is asked without groups, with few large groups, with a filter and with grouping sets, where any plan may serve.
create table small_question (name text, query text);
insert into small_question
values
('ungrouped',
	'select ph.person_tally(age, events)::text, ph.count_tally(age, events, years)::text, ph.rollup(part)::text, '
		'ph.conditions_of(code)::text from person'),
('large groups',
	'select age, ph.person_tally(grp, events)::text, ph.rollup(part)::text, ph.conditions_of(code)::text '
		'from person group by age'),
('filter',
	'select grp % 10, (ph.person_tally(age, events) filter (where id % 7 = 0))::text, '
		'(ph.conditions_of(code) filter (where id < 0))::text from person group by 1'),
('grouping sets',
	'select grp % 10, id % 3, ph.person_tally(age, events)::text, ph.rollup(part)::text from person '
		'group by grouping sets ((grp % 10), (id % 3), ())');

create function plan_of(query text) returns text language plpgsql as $$
declare line text; plan text := '';
begin
  for line in execute 'explain (analyze, timing off, format json) ' || query loop plan := plan || line; end loop;
  return plan;
end $$;
create function answer_to(query text) returns text language plpgsql as $$
declare answer text;
begin
  execute format('select count(*) || '' rows, '' || md5(string_agg(r::text, chr(10) order by r::text collate "C"))
    from (%s) r', query) into answer;
  return answer;
end $$;

-- Asks everything under one regime and says in a line each what was wrong: nothing is said when all is well.
create function complaints(wanted_regime text) returns setof text language plpgsql as $$
declare r regime; setting text; q record; plan text; pattern text; answer text; expected text;
begin
  perform set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true),
    set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
    set_config('min_parallel_table_scan_size', '0', true);
  select * into strict r from regime where name = wanted_regime;
  foreach setting in array r.settings loop
    perform set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), true);
  end loop;
  for q in select *, true as plan_matters from question union all select *, false from small_question loop
    if q.plan_matters then
      plan := plan_of(q.query);
      foreach pattern in array r.wanted loop
        if plan !~ pattern then return next format('%s: the plan is without %s: %s', q.name, pattern, plan); end if;
      end loop;
      foreach pattern in array r.unwanted loop
        if plan ~ pattern then return next format('%s: the plan has %s: %s', q.name, pattern, plan); end if;
      end loop;
    end if;
    answer := answer_to(q.query);
    select a.answer into expected from answered a where a.name = q.name;
    if expected is distinct from answer then
      return next format('%s: %s instead of %s', q.name, answer, expected);
    end if;
  end loop;
end $$;

-- the reference comes from no aggregate of ours where it can: totals by hand are checked beside it
set max_parallel_workers_per_gather = 0;
set jit = off;
create table answered as select name, answer_to(query) as answer from (table question union all table small_question) q;
select case when count(*) = 0 then 'reference is right' else count(*) || ' groups differ from plain SQL' end
from (
	select grp
	from (
		select grp,
			ph.person_tally(age, events, years) as t,
			sum(years) filter (where events is not null) as y,
			sum(events) as e,
			count(*) filter (where events is null) as m,
			count(*) filter (where age is null and events is not null) as u
		from person
		group by grp
	) r
	where ph.exposure(t) is distinct from coalesce(y, 0)
		or ph.events(t) is distinct from coalesce(e, 0)
		or ph.missing_rows(t) <> m
		or ph.unknown_rows(t) <> u
) d;
