-- Calls every function, aggregate and cast function of the extension with every combination of edge values.
-- psql -v limit=N caps the calls of one function.  Says "N calls of M functions" and a line for each thing that must
-- not be.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
create extension if not exists population_health;
create extension if not exists pgcrypto;
set search_path = public, ph;
select set_config('ph_test.limit', :'limit', false) \g /dev/null

create temp table pool (type regtype, value text, argument text); -- an argument named has values of its own
insert into pool
select 'float8', v
from unnest(array[null, '0', '-0', '1', '0.95', '-1', '1e308', '-1e308', 'NaN', 'Infinity', '-Infinity', '5e-324',
	'100000']) v;
insert into pool
select 'float8[]', v
from unnest(array[null, '{}', '{0.5}', '{0.1,0.2}', '{3,2,1}', '{NULL}', '{NaN}', '{Infinity,-Infinity}',
	'{{0.1,0.2},{0.3,0.4}}', '[5:6]={0.1,0.2}']) v;
insert into pool
select 'int4', v
from unnest(array[null, '0', '-1', '1', '19', '80', '2000', '2147483647', '-2147483648']) v;
insert into pool select 'int8', v from unnest(array[null, '0', '9223372036854775807', '-9223372036854775808']) v;
insert into pool select 'bool', v from unnest(array[null, 'true', 'false']) v;
insert into pool
select 'text', v
from unnest(array[null, '', 'cm', 'nhs', 'I21', 'mi', 'charlson', 'hospital_frailty', 'quan2011', 'exact', 'byar',
	'split', 'up', 'renormalise', 'log-rank', 'log-log', 'plain', 'month', 'ratio', 'none', 'identity', 'linear',
	'logistic', 'products', 'step', 'female', 'low', 'A', 'elixhauser', 'quan2005', 'vanwalraven2009', 'general',
	'delong', 'nhsof_2_3_i', 'ckdepi2021', 'nafld', 'by_age', 'intercept', 'no such choice', repeat('x', 9000),
	E'\u00c4\u00d6']) v;
insert into pool select 'numeric', v from unnest(array[null, '0', 'NaN', '1e400', '-1']) v;
insert into pool select 'date', v from unnest(array[null, '2024-02-29', 'infinity', '-infinity', '0001-01-01 BC']) v;
insert into pool
select 'timestamp', v
from unnest(array[null, '2024-02-29 12:00', 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31']) v;
insert into pool
select 'timestamptz', v
from unnest(array[null, '2024-02-29 12:00', 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31']) v;
insert into pool select 'interval', v from unnest(array[null, '0', '2 years', '-1 month', '178000000 years']) v;
insert into pool
select 'daterange', v
from unnest(array[null, 'empty', '(,)', '[2024-01-01,2024-12-31]', '[2024-01-01,)', '[-infinity,infinity]',
	'[5874897-12-31,)']) v;
insert into pool
select 'datemultirange', v
from unnest(array[null, '{}', '{(,)}', '{[2024-01-01,2024-02-01),[2024-03-01,)}', '{[2024-02-28,2024-03-01]}']) v;
insert into pool select 'text[]', v from unnest(array[null, '{}', '{NULL}', '{mi,chf}', '{{a,b},{c,d}}']) v;
insert into pool
select 'jsonb', v
from unnest(array[null, '{}', '[]', '1', 'null', '"people"', '{"a": 1, "b": null}',
	'{"rows": "people", "cells": [{}], "unknown": {}, "missing": 0}',
	'{"rows": "people", "cells": [], "unknown": {"rows": 0, "exposure": 0, "events": 0, "events_squared": 0}, '
		'"missing": 1e30}',
	'{"rows": "empty", "cells": [], "unknown": {"rows": 0, "exposure": [0, 0], "events": [0], "events_squared": [[]]}, '
		'"missing": 0}'])
	v;
insert into pool
select 'tally', v
from unnest(array[null, 'empty', 'people', 'people; 0: 100 12 12; 50: 100 20 30',
	'counts; 0: 1000 100 100; 50: 500 60 60', 'people; missing 9007199254740992; unknown 9007199254740992: 1 1 1',
	'people; unknown 3: 3 1 1; 45: 20 15 15', 'counts; 0: 1e300 1e300 1e300; 1: 1e300 1 1',
	'counts; 0: 1.7976931348623157e+308 1 1; 50: 1.7976931348623157e+308 0 0', 'people; negative; 1: 2 -3 29',
	'counts; 0: 5e-324 20 20', 'counts; -1.7976931348623157e+308: 1 0 0; 1.7976931348623157e+308: 0 20 20',
	'counts; 0: 10 5e-324 5e-324', 'counts; 0: 0 0 0', 'people; 1: 0.3-1.1e-17 11 11']) v;
insert into pool
select 'tally[]', v
from unnest(array[null, '{}', '{NULL,empty}', '{"people; 3: 5 2 2; 8: 4 1 1","people; 2: 5 4 4; 9: 1 0 0",NULL}',
	'{"people; unknown 3: 3 1 1"}', '{"counts; 0: 1e300 1 1","people; 1: 1 1 1"}', '{{empty,empty}}',
	'{"people; negative; 1: 2 -3 29"}']) v;
insert into pool
select 'timestamptz[]', v
from unnest(array[null, '{}', '{NULL}', '{2024-01-01}', '{infinity,2024-02-29}']) v;
insert into pool select 'date[]', v from unnest(array[null, '{}', '{NULL}', '{2024-01-01}', '{infinity,2024-02-29}']) v;
insert into pool
select 'estimate[]', v
from unnest(array[null, '{}', '{NULL}', '{"(1,0.5,2,)"}', '{"(NaN,Infinity,-Infinity,\"<\")","(1e308,-1e308,,)"}',
	'{"(,,,)"}']) v;
insert into pool
select 'control_point[]', v
from unnest(array[null, '{}', '{NULL}', '{"(1,1,1,0,2,,,,,,,,,,,,,)"}',
	'{"(NaN,,,,,,,,,,,,,,,,,)","(1e308,2,-1e308,,,,,,,,,,,<,special,,,)"}']) v;
insert into pool
select 'funnel_point[]', v
from unnest(array[null, '{}', '{NULL}', '{"(1,100,100,1,0,0.5,2,3,high_99.8,,,)"}',
	'{"(NaN,,,,,,,,,,,)","(1e308,5e-324,5e-324,-1e308,,,,,,,,)"}']) v;
insert into pool
select 'crosstab', v
from unnest(array[null, '{}', '{?>?: 1}', '{1>1: 30, 1>2: 4, 2>?: 1}', '{-2147483647>2147483647: 9223372036854775807}'])
	v;
insert into pool
select 'numeric[]', v
from unnest(array[null, '{}', '{NULL}', '{0,48,3.5}', '{10,20,NULL}', '{NaN}', '{{1,2},{3,4}}', '{1e400}',
	'[5:6]={10,20}']) v;
insert into pool select 'text', v, 'cut_points' from unnest(array[null, 'pam13_47_55_72', 'pam13_47_55_67', '']) v;
insert into pool select 'text', v, 'profile' from unnest(array[null, '11111', '99999', '12391', '55555', '1', '']) v;
insert into pool
select 'float8[]', v, 'decrements'
from unnest(array[null, '{}', array_fill(0.1::float8, '{5,4}')::text, array_fill('NaN'::float8, '{5,4}')::text]) v;
insert into pool
select 'continuity', v
from unnest(array[null, '{}', '{?: 3}', '{"Dr A": 1}', '{"Dr A": 5, "Dr B": 2, ?: 1}',
	'{"a": 4503599627370496, "b": 4503599627370496}']) v;
insert into pool
select 'triangle', v
from unnest(array[null, '{}', '{"a" 1: 100, "a" 2: 50, "b" 1: 80}', '{"a" 1: 0, "a" 3: -1.5}',
	'{"a" 1: 999999999999999999999999999999.5, "a" 2: 0.00000000000000000000000000000000000001}',
	'{"1" 1: 9, "1" 2: 5, "1" 3: 2, "1" 4: 1, "2" 1: 8, "2" 2: 6, "2" 3: 3, "3" 1: 7, "3" 2: 4, "4" 1: 9.5}']) v;
insert into pool
select 'int4[]', v, 'developments'
from unnest(array[null, '{}', '{1}', '{1,2}', '{1,1}', '{0}', '{NULL}', '{2147483647}']) v;
insert into pool
select 'text[]', v, 'origins' from unnest(array[null, '{}', '{a}', '{a,a}', '{a,b}', '{NULL}', '{""}']) v;
insert into pool
select 'numeric[]', v, 'cumulative'
from unnest(array[null, '{}', '{1}', '{100,150.5}', '{NULL}', '{NaN}', '{1e400}', '{-1,1e-60}']) v;
insert into pool
select 'numeric[]', v, 'costs'
from unnest(array[null, '{}', '{1}', '{10,20.5}', '{-1,1e400}', '{NaN,1}', '{{1,2},{3,4}}']) v;
insert into pool
select 'float8[]', v, 'years'
from unnest(array[null, '{}', '{1}', '{1,0.5}', '{0,1}', '{NaN,1}', '{-1,Infinity}']) v;
insert into pool
select 'float8[]', v, 'amounts'
from unnest(array[null, '{}', '{1}', '{10,-3,5}', '{-1,NULL,1e100}', '{1e300,1}', '{NaN,1}', '{0,0,0}']) v;
insert into pool
select 'provider_sequence', v
from unnest(array[null, '(,,0,0,0)', '(,,,,)', '(a,a,1,0,3)', '("Dr A","Dr B",5,2,1)', '(a,a,9007199254740992,0,0)',
	'(a,b,2,1,0)', '("","",-1,9223372036854775807,0)']) v;
insert into pool
select 'agreement_patterns', v
from unnest(array[null, '{}', '{? ?: 3, 0 1: 5, 1 2: 9223372036854775807}', '{0 0 0: 9, 0 1 1: 2, 1 1 1: 4}', '{14: 1}',
	'{? ? ? ? ? ? ? ? ? ? ? ? ? ? ? 14: 1, 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0: 2}'])
	v;
insert into pool
select 'linkage_model', v::text
from unnest(array[null,
	row('ok', '{a,b}', 9, 3, 0.2, '{{0.1,0.9},{0,1}}', '{{1,0},{0.5,0.5}}', -9, 5, 7, 1e-13, 4, null)::linkage_model,
	row('ok', '{a}', 9, 2, 0, '{{0.1,0.9,0},{NULL,NULL,NULL}}', '{{1,0,0}}', 1, 1, 1, 1, 1, 'x')::linkage_model,
	row('no_rows', '{}', 0, 0, null, null, null, null, null, null, null, null, null)::linkage_model,
	row(null, '{a,NULL}', -1, -1, 'NaN', '{{NaN}}', '{Infinity}', null, null, null, null, null, null)::linkage_model])
	v;
insert into pool
select 'float8[]', v, 'm'
from unnest(array[null, '{}', '{{0.1,0.9},{0.2,0.8}}', '{{0.1,0.9,0},{0.2,0.4,0.4}}', '{{1},{1}}', '{{NULL,1}}',
	'{NaN}']) v;
insert into pool
select 'float8[]', v, 'u'
from unnest(array[null, '{}', '{{0.9,0.1},{1,0}}', '{{0.3,0.3,0.4},{0.2,0.4,0.4}}', '{{0.5,0.6},{0.5,0.5}}',
	'{{NULL,1}}']) v;
insert into pool
select 'int4[]', v, 'levels'
from unnest(array[null, '{}', '{1}', '{1,1}', '{-1,NULL}', '{{0},{1}}', '{0,1,1}', '{15}', '{-2147483648}',
	'{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', '[3:4]={0,2}']) v;
insert into pool select 'int8', v, 'pairs' from unnest(array[null, '0', '1', '-1', '9223372036854775807']) v;
insert into pool select 'float8', v, 'lambda' from unnest(array[null, '0.1', '0', '1', 'NaN', '5e-324']) v;
insert into pool select 'int4', v, 'max_iterations' from unnest(array[null, '0', '1', '200', '-1', '2147483647']) v;
insert into pool
select 'numeric', v, 'total'
from unnest(array[null, '0', '100', '-0.03', 'NaN', '1e29', '0.005']) v;
insert into pool select 'numeric', v, 'unit' from unnest(array[null, '0', '0.01', '1e-10', '1e-20', '1e29', '-1']) v;
insert into pool
select 'float8', v, argument
from unnest(array[null, '0', '1', '-1', '1e30', '1e-15', '1e308', '5e-324', 'NaN', 'Infinity']) v,
	unnest('{weighted_population,target_weight,pace,floor,cap,max_below}'::text[]) argument;
insert into pool select 'text', v, 'a' from unnest(array[null, '', 'MARTHA', 'Zoë', repeat('x', 9000)]) v;
insert into pool select 'text', v, 'b' from unnest(array[null, '', 'MARHTA', 'Zoe', repeat('y', 9000)]) v;
insert into pool
select 'cell_count', v
from unnest(array[null, '0:0', '1:0', '12:3051', '2251799813685247:4095']) v;
insert into pool
select 'cascade', v
from unnest(array[null, 'nobody', '0', '4; 3 lost 1: 10=2+0 28=0+1; 1 lost 1:; 0 lost 0 without days',
	'2; 1 lost 0: 2147483647=1+1', '9223372036854775807; 9223372036854775807 lost 0: 0=9223372036854775807+0',
	'1; 1 lost 0:; 1 lost 0:; 1 lost 0:; 1 lost 0:; 1 lost 0 without days']) v;
insert into pool
select 'cascade_stage[]', v
from unnest(array[null, '{}', '{NULL}', '{"(,,,,,,,,,,,,,,)"}', '{"(1,a,4,,,,,,,,,,1,0.5,1)","(2,b,3,1,0,0,,,,,,,,,)"}',
	'{"(2,b,3,1,0,0,,,,,,,,,)"}', '{"(1,<,-1,-9223372036854775808,,,NaN,,,,,,1e308,-Infinity,Infinity)"}',
	'{"(1,a,0,9223372036854775807,9223372036854775807,0,,,,,,,NaN,1e300,-1e300)"}']) v;
insert into pool
select 'timeline_thing[]', v
from unnest(array[null, '{}', '{NULL}', '{"(,,,,,,,)"}', '{"(2024-01-01,2024-02-01,p,contact,<,t,f,)"}',
	'{"(infinity,-infinity,,life,,,,NaN)","(4714-11-24 BC,5874897-12-31,,work,a,,,)"}',
	'{"(2024-01-01,,,measurement,m,,,1e300)","(2024-01-02,,,measurement,m,,,-1e300)","(-infinity,2024-01-01,,,,,,)"}'])
	v;
insert into pool select 'int8[]', v, 'counts' from unnest(array[null, '{}', '{1,2,3,4,5,6,7}', '{0,0,0,0,0,0,0}',
	'{-1,0,0,0,0,0,0}', '{NULL,0,0,0,0,0,0}', '{9223372036854775807,1,0,0,0,0,0}', '{{1},{2},{3},{4},{5},{6},{7}}']) v;
insert into pool
select 'date[]', v, 'reached_on'
from unnest(array[null, '{}', '{2024-01-01,2024-02-01}', '{NULL,NULL}',
	'{-infinity,infinity}', '{4714-11-24 BC,5874897-12-31}', '{2024-02-01,2024-01-01}']) v;
insert into pool select 'date[]', v, 'starts' from unnest(array[null, '{}', '{2024-01-01}', '{-infinity}', '{NULL}']) v;
insert into pool select 'date[]', v, 'ends' from unnest(array[null, '{}', '{NULL}', '{infinity}', '{2023-12-31}']) v;
insert into pool select 'text[]', v, 'statuses' from unnest(array[null, '{}', '{employed}', '{off_sick}', '{NULL}']) v;
insert into pool select 'text[]', v, 'stages' from unnest(array[null, '{}', '{a}', '{a,b}', '{a,b,c}', '{a,NULL}']) v;
insert into pool select 'text', v, 'answer' from unnest(array[null, 'accepted', 'declined', 'no_answer', 'maybe']) v;
insert into pool (type, value)
select 'disclosure_rule', r::text
from ph.disclosure_rule r
where rule in ('nhse_hes_2018', 'srs_acro', 'opensafely_midpoint6', 'us_census_drb');
insert into pool (type, value)
values ('disclosure_rule', null), ('disclosure_rule', '(,,,,,,,,,,,,,,,,,,,)');
insert into pool select 'text', v, 'basis' from unnest(array[null, 'contribution', 'agreed', 'need']) v;
insert into pool select 'numeric', v, 'unit' from unnest(array[null, '0.01', '1', '0', '-1', 'NaN', '1e29']) v;
insert into pool select 'numeric', v, 'contribution' from unnest(array[null, '0', '100', '9e29', 'NaN', '-1']) v;
insert into pool select 'numeric', v, 'overspend_cap' from unnest(array[null, '0', '10', '0.001', '-1']) v;
insert into pool select 'text', v, 'rule' from unnest(array[null, 'nhse_hes_2018', 'srs_acro', 'own.mine', '.', '']) v;
insert into pool select 'text', v, 'level' from unnest(array[null, 'national', 'subnational', 'x']) v;
insert into pool select 'text', v, 'perturbation' from unnest(array[null, 'ons_10_5', 'own.mine', '.', '']) v;
insert into pool select 'int8', v, 'n' from unnest(array[null, '0', '7', '8', '14', '-1', '9223372036854775807']) v;
insert into pool
select 'int8[]', v
from unnest(array[null, '{}', '{NULL}', '{1,20,30}', '{{1,2},{3,4}}', '{-1,9223372036854775807}', '[5:6]={10,20}']) v;
insert into pool
select 'estimate', v
from unnest(array[null, '(1,0.5,2,)', '(,,,no_data)', '(,,,)', '(1,0.5,2,"unknown_key: 3 rows left out")']) v;
insert into pool
select 'tree_node[]', v
from unnest(array[null, '{}', '{NULL}', '{"(1,,0,t,,true,100,0.3,,,)"}',
	'{"(1,,0,f,a,true,100,0.3,,,t)","(2,1,1,t,,a,60,0.2,,,t)","(3,1,1,t,,b,40,0.5,,,t)"}',
	'{"(1,1,,f,,,-5,NaN,,,x)","(,,,,,,,,,,)"}']) v;
insert into pool
select 'model', v::text
from unnest(array[null,
	row('logistic', '{(intercept),a}', '{-1,0.5}', null, null, null, 'given', null, null, null, null, null, null, null,
		null, null, null, null, null, null, null, null, null, null)::model,
	row('cox', '{a,b}', '{1,NULL}', null, '{1,2}', 0.9, 'given', null, null, null, null, null, null, null, null, null,
		null, null, null, null, null, null, null, null)::model,
	row('poisson', '{}', '{}', null, null, null, 'given', null, null, null, null, null, null, null, null, null, null,
		null, null, null, null, null, null, null)::model,
	row('linear', '{a}', null, null, null, null, 'separation', null, null, null, null, null, null, null, null, null,
		null, null, null, null, null, null, null, null)::model,
	row('no such family', '{a,a}', '{NaN}', '{{1}}', '{}', 2, null, null, -1, -1, -1, -1, 'NaN', -1, 'NaN', null, null,
		null, null, null, null, null, null, null)::model]) v;
insert into pool
select 'regression', v
from unnest(array[null,
	(
		select regression_sums('products', 'linear', i, array[1, i], 1, 0, '{}', false)::text
		from generate_series(1, 5) i
	),
	(
		select regression_sums('scores', 'poisson', i, array[1, i], 1, 0, '{0,0,0.1,0.1}', false)::text
		from generate_series(1, 5) i
	)]) v;
insert into pool
select 'cluster_sums', v
from unnest(array[null,
	(select cluster_step(cluster_start('{{0,1},{5,5}}'), array[i, i * 2])::text from generate_series(1, 5) i),
	(
		select cluster_step(cluster_start('{1,2}', modes => '{1,3}', words => '{3}'), array[i], array[1 + i % 3])::text
		from generate_series(1, 5) i
	),
	cluster_start('{{1e50,-1e50}}', '{1e150,0}')::text]) v;
insert into pool
select 'clusters', v::text
from unnest(array[null,
	row('k_means', 'ok', 2, 5, 0, '{a}', '{1}', '{}', null, '{1,2}', '{}', '{2,3}', null, 1, 1, 2, 1, 1, 1, 0.4, 3, 1,
		null)::clusters,
	row('k_prototypes', 'ok', 2, 5, 0, '{a}', '{1}', '{b}', 0.5, '{1,2}', '{x,y}', '{2,3}', null, 1, 1, 2, 1, 1, 1, 0.4,
		3, 1, null)::clusters,
	row('k_means', 'no_rows', 2, 0, 0, '{a}', null, '{}', null, null, null, null, null, null, null, null, null, null,
		null, null, null, null, null)::clusters,
	row(null, null, -1, null, null, '{a,NULL}', '{NaN}', '{}', 'NaN', '{}', '{}', null, null, null, null, null, null,
		null, null, null, null, null, null)::clusters]) v;
insert into pool
select 'latent_classes', v::text
from unnest(array[null,
	row('ok', 2, 5, 0, 3, '{a,b}', '{0.6,0.4}', '{{0,1},{0.2,0.3}}', '{3,2}', -9, 5, 1, 1, 1, null, -2, 0.4, 3, 1,
		null)::latent_classes,
	row('no_rows', 1, 0, 0, 0, '{a}', null, null, null, null, null, null, null, null, null, null, null, null, null,
		null)::latent_classes,
	row(null, 60, 0, 0, 0, '{}', '{2}', '{NaN}', null, null, null, null, null, null, null, null, null, null, null,
		null)::latent_classes]) v;
insert into pool
select 'wobble_baseline', v
from unnest(array[null, '(,,,,,,,,,,,,,,,,,,,)',
	wobble_baseline(
		'select i % 50 as person_id, ''2023-01-01'' as observed_from, date ''2023-01-01'' + i as event_date,
			chr(65 + i % 3) as kind, false as planned
		from generate_series(1, 400) i', '2024-02-01')::text]) v;
insert into pool
select 'float8', v, 'false_alarms_per_1000'
from unnest(array[null, '0', '50', '200', '1e308', 'NaN', '-1']) v;
insert into pool
select 'int4[]', v
from unnest(array[null, '{}', '{1}', '{2,3}', '{{1},{2}}', '{NULL}', '{0,-1}', '{2147483647,-2147483648}']) v;
insert into pool
select 'conditions', v
from unnest(array[null, '{}', '{mi}', '{Z99}', '{mi,chf,diab,diabwc,canc,metacanc,A04,Z99}']) v;
insert into pool
select 'ph_support.query_rule[]', v
from (
	values (null), ('{}'), ('{NULL}'), ('{"(r,s,1,assign,says,a,\"{a,b}\")","(p,s,2,promote,,b,{})","(,,,,,,)"}')
) e (v);
insert into pool
select 'ph_support.query_segment[]', v
from (
	values (null), ('{}'), ('{NULL}'), ('{"(s,,1,segment,a)","(t,s,2,segment,b)","(d,,9,default,)","(,,,,)"}'),
	('{"(s,t,1,segment,a)","(t,s,1,segment,b)","(s,s,,flag,c)"}')
) e (v);
insert into pool select 'conditions', ph.conditions_named(condition, instrument)::text from ph.instrument_codes();
insert into pool
select 'cstring', v
from unnest(array['', '{', 'empty', 'people; 1: 1 0 0', '{mi}', '{1>1: 30, 2>?: 1}', '{"Dr A": 5, ?: 1}',
	'{"a" 1: 1.5}', '{? 0: 1, 1 1: 2}', '4; 3 lost 1: 10=2+0; 1 lost 1 without days',
	'12:3051', '1 1 0 0 0 0 1 1 5 0 0 0 0 0 0 0 0 0 0 0',
	'scores linear 0 0 1 0 0 1 1 Infinity 0 1 0 0 0 1 0 1 0 0 0 0 0 0 0',
	'junk']) v;

insert into pool
select 'nhs_number', v
from unnest(array[null, '0000000000', '999 000 0018', '9999999999', '5555555555']) v;
insert into pool select 'cstring', v from unnest(array['999-000-0018', '999000001', '999000001 ', repeat('9', 9000)]) v;
insert into pool select 'bytea', v from unnest(array[null, '', '\x00', '\x' || repeat('ab', 32)]) v;
insert into pool select 'text', v, 'purpose' from unnest(array[null, '', 'planning', 'v1', 'a.b']) v;
insert into pool select 'text', v, 'recipient' from unnest(array[null, '', 'council-y', E'a\nb']) v;
insert into pool select 'text', v, 'key_version' from unnest(array[null, '', 'v1', 'latest']) v;
insert into pool select 'int4', v, 'bits' from unnest(array[null, '128', '256', '0', '-8', '2147483647']) v;
insert into pool select 'text', v, 'better' from unnest(array[null, 'lower', 'higher', 'neither', 'up']) v;
insert into pool select 'int4', v, 'classes' from unnest(array[null, '2', '3', '4', '7', '-2147483648']) v;
insert into pool select 'text[]', v, 'ids' from unnest(array[null, '{}', '{a}', '{a,b}', '{a,a}', '{NULL}']) v;
insert into pool select 'float8[]', v, 'numbers' from unnest(array[null, '{}', '{1}', '{5e-324,1e300}', '{NULL}',
	'{NaN}']) v;
insert into pool
select 'text[]'::regtype, array[v]::text, 'boundaries'
from unnest(array[null, '{}', '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}',
	'{"type":"Polygon","coordinates":[[[5e-324,-1e9],[1e9,1e9]]]}', '{"type":"MultiPolygon","coordinates":[[[]],[]]}',
	'{"type":"FeatureCollection","features":[{"type":"Feature","id":"a","geometry":null}]}',
	'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0]]]}}', '[[[[', 'x']) v;
insert into pool values ('text[]', null, 'boundaries'), ('text[]', '{}', 'boundaries');
insert into pool (type, value)
select 'measure', m::text
from ph.measure m
where measure in ('emergency_admissions', 'diabetes_prevalence', 'median_wait', 'healthy_life_expectancy');
insert into pool (type, value)
values ('measure', null), ('regrole', null), ('regrole', 'pg_database_owner'), ('regrole', '0');
insert into pool
select 'text', v, 'indicator'
from unnest(array[null, 'rate', 'dsr', 'dsr_ratio', 'smr', 'life_expectancy', 'healthy_life_expectancy',
	'years_of_life_lost',
	'survival', 'median_survival', 'cumulative_incidence', 'restricted_mean', 'auroc', 'no such indicator']) v;
insert into pool
select 'text', v, 'statistic'
from unnest(array[null, 'proportion', 'ratio', 'rate', 'no such statistic']) v;
insert into pool
select 'text', v, 'expression'
from unnest(array[null, '', 'a', 'b > 1', 'a and ph.count_true(a, c) > 1', 'a or not a', '(select true)',
	'random() > b', 'a;', '*', repeat('(', 9000), repeat('not ', 20000) || 'a']) v;
insert into pool select 'text[]', v, 'inputs' from unnest(array[null, '{}', '{a,b,c}', '{a,a,b}', '{a,b,NULL}']) v;
insert into pool select 'text[]', v, 'by' from unnest(array[null, '{}', '{a}', '{a,NULL,b > 0}', '{x}']) v;
insert into pool
select 'regtype[]', v
from unnest(array[null, '{}', '{boolean,integer,boolean}', '{record,integer,boolean}', '{0,0,0}', '{999999,1,2}',
	'{boolean[],NULL,text}']) v;
insert into pool select 'boolean[]', v from unnest(array[null, '{}', '{t,f,NULL}', '{{t,f},{t,t}}']) v;
insert into pool select 'text', v, 'kind' from unnest(array[null, 'levin', 'miettinen', 'NEL']) v;
insert into pool
select 'text', v, 'pass'
from unnest(array[null, 'products', 'start', 'step', 'scores', 'squares', 'no such pass']) v;
insert into pool
select 'text', v, 'family'
from unnest(array[null, 'linear', 'logistic', 'poisson', 'cox', 'no such family']) v;

insert into pool
select 'text', v, 'rule'
from unnest(array[null, 'cms_11', 'nhse_hes_2018', 'tre_threshold_10', 'no such rule', 'nowhere.rule']) v;
insert into pool select 'text', v, 'strength' from unnest(array[null, 'range', 'exact', 'no such strength']) v;
insert into pool
select 'ph_support.hierarchy', v
from unnest(array[null, '(place_ladder,"{system,place}","{icb24,lad24}")', '(,{},{})', '(x,{system},{NULL})']) v;
insert into pool
select 'ph_support.release_order', v
from unnest(array[null, '(,,,,,,,)', '(nowhere,,cms_11,public,planning,refuse,table,1)']) v;
insert into pool
select 'ph_support.score_stratum[]', array[row('sex', false, g, t, p, p, p, 1, 1, 1, 1, ph.person_tally(0.1, 1),
	ph.person_tally(0, 1, 0.1), w, w, x, x, x, x, x, x, x)::ph_support.score_stratum]::text
from (
	values ('F', 1, 10, 1::float8, 1::float8), (null, null, null, null, null), ('M', -1, 0, 'NaN', 'Infinity'),
		('', 20, -5, -1, 1e308)) v (g, t, p, w, x)
group by g, t, p, w, x;
insert into pool values ('ph_support.score_stratum[]', null), ('ph_support.score_stratum[]', '{}'),
	('ph_support.score_stratum[]', '{NULL}');
insert into pool select 'regrole[]', v from unnest(array[null, '{}', '{pg_monitor}', '{0,0}']) v;
insert into pool
select 'contract'::regtype, c::text
from unnest(array[null, contract(0.5, 0.02), mssp_contract('enhanced', 0.01, 0.7, 0.3),
	contract(1, 0, 'pass', first_unit => false, two_sided => true, loss_rate => 1, saving_cap => 0, revenue_cap => 1,
		gain_bands => corridor_bands('0:0.03:1;0.03::0.5'), equity_share => 1),
	contract(0.5, stop_loss_attachment => 0, stop_loss_share => 0.8, stop_loss_maximum => 1e29)]) c
union all
select 'contract', v
from unnest(array['(,,,,,,,,,,,,,,,,,,,,,)',
	'(NaN,scale,0,,Infinity,t,,f,f,,fixed,,,,,,,,0,,,)', '(1,often,0,,0,t,,f,f,,fixed,,,,,,{NULL},{},0,,,)',
	'(1,scale,0,,0,t,,f,t,0,one_minus_share,,0.9,0.1,5e-324,1,,,0,,,)', '(1,pass,0,,0,t,,f,f,,fixed,,,,,,,,0,NaN,1,)',
	'(1,pass,0,,0,t,,f,f,,fixed,,,,,,,,0,,,-1)', '(1,pass,0,,0,t,,f,f,,fixed,,,,,,,,0,1e-300,,Infinity)']) v;
insert into pool
select 'coalition_worth[]', v
from unnest(array[null, '{}', '{NULL}', array[('{}', 0)::coalition_worth, ('{a}', 1e15)::coalition_worth]::text,
	array[('{a,a}', 'NaN')::coalition_worth, (null, null)::coalition_worth]::text]) v;
insert into pool
select 'corridor_band[]', v
from unnest(array[null, '{}', '{NULL}', '{"(0,3,1)","(3,,0.5)"}', '{"(0,1e308,1)"}', '{"(,,)"}', '{"(NaN,1,1)"}',
	'{"(0,5e-324,5e-324)","(5e-324,,1)"}', '{{"(0,,1)"}}']) v;
insert into pool select 'text', v, 'bands' from unnest(array[null, '', '0:3:1;3::0.5', '0::', '0:1e999:1', ';;', '0x1:2:1']) v;
insert into pool select 'text', v, 'track' from unnest(array[null, 'basic_a', 'basic_e', 'enhanced', 'x']) v;
insert into pool
select 'scenario', v
from unnest(array[null, scenario('a', 1)::text, scenario('b', -1, left_out => 0.5, left_out_cost => 2)::text,
	'(,,,,,,,,,,,,)', '(x,1e15,0,NaN,t,0.999999,0,0,1e15,1e15,NaN,Infinity,NaN)']) v;
insert into pool
select 'scenario[]', v
from unnest(array[null, '{}', '{NULL}', array[scenario('a', 1), scenario('b', null, 1.5, 0, 0.5, true, 0.1)]::text,
	'{"(x,1e15,0,NaN,t,0.999999,0,0,1e15,1e15,NaN,Infinity,)"}',
	'{"(x,1e15,1e15,,,0.5,0,2,1e15,1e15,1e15,-1e15,1e15)"}']) v;
insert into pool
select 'partner_effect[]', v
from unnest(array[null, '{}', '{NULL}', array[partner_effect('p', 1), partner_effect('q', 1e15, 'a', -5)]::text,
	'{"(p,NaN,,NaN,Infinity,-1)"}', '{"(p,0,,0,0,0)"}']) v;
insert into pool
select 'equity_progress'::regtype, '(,,,,,,,,,,,,,,,,,,' || v || ',)'
from unnest(array[',', 'narrowing,levelling up', 'narrowing,', 'widening,not clear']) v
union all
select 'equity_progress', null;
insert into pool select 'int4', v, 'simulations' from unnest(array[null, '0', '1', '7', '100001']) v;
insert into pool select 'numeric', v, 'unit' from unnest(array[null, '0', '0.01', '1', 'NaN']) v;

-- functions that take what SQL cannot give, and those that make things, are called elsewhere
insert into pool select 'regclass', v from unnest(array[null, 'pg_class', '0']) v;
insert into pool select 'oid', v from unnest(array[null, '1259', '0']) v;
insert into pool select 'regtype', v from unnest(array[null, 'integer', '0']) v;
create temp table callable as
select p.oid, p.oid::regproc::text as name,
	l.lanname = 'c' as native,
	p.prokind, p.proretset, p.prorettype::regtype as returns,
	(string_to_array(p.proargtypes::text, ' ')::oid[]::regtype[])[1:given] as args,
	p.proargnames as names,
	p.provariadic <> 0 as variadic,
	p.proname in ('check_rule', 'rule_implied', 'protect', 'protect_fixed') as reads_sql
from pg_proc p
join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
join pg_extension e on e.oid = d.refobjid
join pg_language l on l.oid = p.prolang,
	-- with all arguments, with those that have a default left out, and with the first of those
	lateral (
		select pronargs as given
		union
		select pronargs - pronargdefaults
		union
		select least(pronargs, pronargs - pronargdefaults + 1)
	) g
where e.extname = 'population_health'
	and p.prokind in ('f', 'a', 'w')
	and p.provolatile <> 'v'
	and not p.proargtypes::oid[] && array['internal'::regtype::oid, 'record'::regtype::oid]
	-- the sanitizers look at what is C alone
	and (l.lanname in ('c', 'internal') or current_setting('ph_test.limit')::int >= 2500)
	-- take a query, whose errors are its own
	and p.proname not in ('query_columns', 'query_reads', 'fit', 'grow_tree', 'tree_pruning', 'k_means',
		'k_prototypes', 'silhouette',
		'cluster_stability', 'latent_class', 'isolating_differences', 'linked_records', 'allocate',
		'allocation_summary', 'allocation_prices', 'benefit_by_partner', 'intervention_benefit', 'wobble_baseline');
create temp table complaint (said text);
create temp table choice (i int, n int, value text, primary key (i, n));
create temp table tried (name text, native boolean, calls int, answers int);

do $$
declare f record; arguments text; query text; calls int; answers int; state text; said text; wrong text;
  total numeric; call_limit int;
  picked text; rest numeric; a int; size int; answer text;
begin
  for f in select * from callable order by oid loop
    select count(*) into a from unnest(f.args) t where not exists (select from pool where type = t);
    if a > 0 then
      insert into complaint
      select format('no edge values for %s of %s', t, f.name)
      from unnest(f.args) t
      where not exists (select from pool where type = t);
      continue;
    end if;
    truncate choice;
    insert into choice
    select i, row_number() over (partition by i) - 1, p.value
    from generate_series(1, cardinality(f.args)) i join pool p on p.type = f.args[i]
      and p.argument is not distinct from (
        select s.argument from pool s where s.type = f.args[i] and s.argument = f.names[i] limit 1);
    select coalesce(round(exp(sum(ln(offered)))), 1) into total
    from (select count(*)::numeric as offered from choice group by choice.i) s;
    calls := 0; answers := 0;
    -- what SQL composes of C functions has fewer ways to go wrong
    call_limit := current_setting('ph_test.limit')::int / case when f.native or f.prokind = 'a' then 1 else 5 end;
    while calls < least(total, call_limit) loop
      picked := '';
      -- where there are too many combinations, the golden ratio spreads over all of them, in step with no argument
      rest := case when total <= call_limit then calls else floor(mod(calls * 0.618033988749895, 1) * total) end;
      for argument_number in 1 .. cardinality(f.args) loop
        select count(*) into size from choice c where c.i = argument_number;
        select c.value into arguments from choice c where c.i = argument_number and c.n = mod(rest, size);
        rest := div(rest, size);
        picked := picked || case when argument_number > 1 then ', ' else '' end
          || case when f.variadic and argument_number = cardinality(f.args) then 'variadic ' else '' end
          || coalesce(quote_literal(arguments), 'null') || '::' || f.args[argument_number];
      end loop;
      calls := calls + 1;
      perform set_config('application_name', calls || ' ' || f.name, false);  -- for who watches
      query := format('%s(%s)%s', f.name, picked, case when f.prokind = 'w' then ' over ()' else '' end);
      begin
        if f.returns = 'tally'::regtype then
          -- what comes out can be written and read again, exactly
          execute format('select count(*), string_agg(distinct x::text, '' ''),
              bool_and(x::text::ph.tally = x and x::jsonb::ph.tally = x)
            from (select %s) r(x)', query) into a, answer, wrong;
        elsif f.returns = 'conditions'::regtype then
          execute format('select count(*), null, bool_and(x::text::ph.conditions = x) from (select %s) r(x)', query)
            into a, answer, wrong;
        elsif f.returns = 'estimate'::regtype then
          -- a value that is not there has a note; limits stand around a value that is there
          execute format('select count(*), string_agg(x::text, '' ''),
              bool_and((x).value is not null
                and coalesce((x).lower <= (x).value, true) and coalesce((x).upper >= (x).value, true)
                or (x).note is not null)
            from (select %s) r(x)', query) into a, answer, wrong;
        else
          execute format('select count(*), max(x::text), null from (select %s) r(x)', query) into a, answer, wrong;
        end if;
        answers := answers + 1;
        if wrong = 'false' then
          insert into complaint
          values (format('law broken: select %s gives %s', left(query, 400), left(answer, 300)));
        end if;
        if answer ~* '\m(nan|-?infinity)\M' and f.returns in ('tally'::regtype, 'estimate'::regtype) then
          insert into complaint
          values (format('not a number: select %s gives %s', left(query, 400), left(answer, 300)));
        end if;
      exception when others then
        get stacked diagnostics state = returned_sqlstate, said = message_text;
        -- an error is fine where it is about data, a limit or a window, and in SQL functions about a schema that is not
        -- there: never an internal one
        if left(state, 2) = 'XX'
          or f.native and left(state, 2) not in ('22', '54') and state <> '42P20'
            and not (f.reads_sql and left(state, 2) in ('42', '0A', '55')) then
          insert into complaint values (format('%s %s: select %s', state, left(said, 100), left(query, 400)));
        end if;
      end;
    end loop;
    insert into tried values (f.oid::regprocedure::text, f.native or f.prokind = 'a', calls, answers);
  end loop;
end $$;
-- a function that never answered was not tried
insert into complaint
select 'no call was answered: ' || name
from tried
where native and current_setting('ph_test.limit')::int >= 2500
group by name
having sum(answers) = 0;
select sum(calls) || ' calls of ' || count(distinct name) || ' functions' from tried;
select said from complaint limit 30;
