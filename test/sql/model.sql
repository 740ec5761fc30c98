-- Models as data: applied, explained, refused.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table models as
select 'logistic' as name, given_model('logistic', '{(intercept),age,sex}', '{-4,0.05,0.3}') as m
union all
select 'centred', given_model('logistic', '{(intercept),age,sex}', '{-1,0.05,0.3}', '{0,60,0}')
union all
select 'linear', given_model('linear', '{age,sex,(intercept)}', '{2,3,1}')
union all
select 'poisson', given_model('poisson', '{(intercept),age}', '{-3,0.02}')
union all
select 'cox', given_model('cox', '{age,sex}', '{0.04,0.5}', '{60,0.5}', 0.9);
-- by formula, of somebody of 70 with sex = 1; that of a centred model is of the differences from its centre
select name,
	abs(
		s.value - case name
			when 'logistic' then 1 / (1 + exp(4 - 0.05 * 70 - 0.3))
			when 'centred' then 1 / (1 + exp(1 - 0.05 * 10 - 0.3))
			when 'linear' then 2 * 70 + 3 + 1
			when 'poisson' then exp(-3 + 0.02 * 70)
			else 1 - 0.9 ^ exp(0.04 * 10 + 0.5 * 0.5) end) < 1e-12 as value,
	s.status,
	s = score_by_name(m, '{"age": 70, "sex": true, "other": "x"}'::jsonb) as by_name
from models,
	lateral score(m, case when 'sex' = any ((m).terms) then '{70,1}'::float8[] else '{70}' end) s;
select (score(m, '{70}'::float8[], 2.5)).value / (score(m, '{70}'::float8[])).value as exposure
from models
where name = 'poisson';
-- what each term adds: together they are the log odds
select e.* from models, lateral explain_score(m, '{70,1}'::float8[]) e where name = 'centred';
select name,
	abs(sum - ln(s.value / (1 - s.value))) < 1e-12 as adds_up
from models,
	lateral score(m, '{70,1}'::float8[]) s,
	lateral (select sum(contribution) from explain_score(m, '{70,1}'::float8[])) e
where name in ('logistic', 'centred')
order by name;
-- absent is not zero, and one person does not stop a cohort
select score(m, '{70,NULL}'::float8[]) as missing,
	score(m, '{NULL,NULL}'::float8[]) as both,
	score(m, '{NaN,1}'::float8[]) as not_a_number,
	score(m, null::float8[]) as nothing,
	score_by_name(m, '{"age": null, "sex": 1}'::jsonb) as null_by_name
from models
where name = 'logistic';
select score(null, '{1}'::float8[]) is null as no_model;
select * from explain_score((select m from models where name = 'logistic'), '{70,NULL}'::float8[]);
-- the same in a table of people as one by one; the model may change from row to row
create temp table person as
select i as id, 40 + i % 50 as age, i % 2 = 0 as sex
from generate_series(1, 100) i;
select name, count(*),
	count(*) filter (where s.status = 'ok') as ok,
	count(*) filter (where s = score(m, array[age, sex::int]::float8[])) as same
from models cross join person p, lateral score_by_name(m, to_jsonb(p)) s
where name <> 'poisson'
group by name
order by name;
select term, coefficient, standard_error, ratio, note
from models, coefficients(m)
where name = 'logistic';
-- a model that has been text comes back the same
select count(*) as models, count(*) filter (where m::text::model = m) as same from models;
-- refused
select given_model('logit', '{a}', '{1}');
select given_model('logistic', '{a,a}', '{1,2}');
select given_model('logistic', '{a}', '{1,2}');
select given_model('logistic', '{a}', '{NaN}');
select given_model('cox', '{a}', '{1}');
select given_model('cox', '{a}', '{1}', null, 1);
select score(m, '{1}'::float8[]) from models where name = 'logistic';
select score_by_name(m, '{"age": 70}'::jsonb) from models where name = 'logistic';
select score_by_name(m, '{"age": "old", "sex": 1}'::jsonb) from models where name = 'logistic';
select score_by_name(m, '[1]'::jsonb) from models where name = 'logistic';
select score(m, '{70,1}'::float8[], 2) from models where name = 'logistic';

-- what no number can hold is said; a centre has no nulls
select ph.score(ph.given_model('poisson', '{a}', '{1}'), array[705]::float8[]) as within,
	ph.score(ph.given_model('poisson', '{a}', '{1}'), array[800]::float8[]) as beyond,
	ph.score(ph.given_model('linear', '{a}', '{1e300}'), array[1e300]::float8[]) as linear;
select ph.score(
		row(
			'poisson', '{a}', '{1}', null, '{NULL}', null, null, null, null, null, null, null, null, null, null, null,
			null, null, null, null, null, null, null, null)::ph.model, array[2.0]::float8[]);
select ph.given_model('logistic', '{(intercept),a}', '{1,1}', '{1,5}');
