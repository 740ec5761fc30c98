-- reads reference/models
-- Linear, logistic and Poisson regression against every case of reference/models.  One row a check: name, cases,
-- failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
create temp table result (name text, case_id text, ok boolean);
\set families 'linear logistic poisson'
\ir model_cases.psql
create temp table got (case_id text, quantity text, term text, value float8);
create temp table answer (case_id text, part text, variance text, model ph.model, error text);

do $$
declare
	c record;
	v text;
	cl text;
	p record;
	m ph.model;
	spec jsonb;
	clusters jsonb;
begin
	for c in select * from model_case loop
		perform pg_temp.make_input(c.case_id);
		spec := c.doc -> 'spec';
		clusters := case jsonb_typeof(spec -> 'cluster')
			when 'array' then spec -> 'cluster'
			when 'string' then jsonb_build_array(spec -> 'cluster')
			else '[]' end;
		create temp table part as select ''::text as part, 'select * from pg_temp.input' as query;
		if spec ? 'group_by' then
			delete from part;
			execute format(
				'insert into part '
				'select distinct %1$I::text, format(''select * from pg_temp.input where %1$I = %%L'', %1$I) '
				'from pg_temp.input',
				spec ->> 'group_by');
		end if;
		for p in select * from part loop
			for v, cl in
				select x, null
				from unnest(array['model', 'hc0', 'hc1']) x
				union all
				select x, y
				from unnest(array['cluster', 'cluster0']) x, jsonb_array_elements_text(clusters) y
			loop
				if v = 'model' and spec ->> 'weight_type' = 'probability' then
					continue;
				end if;
				begin
					m := ph.fit(
						case coalesce(spec ->> 'family', 'linear')
							when 'binomial' then 'logistic'
							else coalesce(spec ->> 'family', 'linear') end, p.query, spec ->> 'response',
						array(select t from jsonb_array_elements_text(spec -> 'terms') t where t <> '(Intercept)'),
						exposure => spec ->> 'exposure', offset_column => spec ->> 'offset',
						weight => spec ->> 'weights', weight_type => coalesce(spec ->> 'weight_type', 'frequency'),
						cluster => cl, variance => v, intercept => spec -> 'terms' ? '(Intercept)');
					insert into answer values (c.case_id, p.part, v || coalesce(' ' || cl, ''), m, null);
				exception when invalid_parameter_value then
					insert into answer values (c.case_id, p.part, v, null, sqlerrm);
				end;
			end loop;
		end loop;
		drop table part;
	end loop;
end
$$;

insert into got
select case_id, q.quantity,
	case when part <> '' then part || case when q.term <> '' then '|' || q.term else '' end else q.term end,
	q.value
from answer,
	lateral (
		select 'coef' as quantity, replace(term, '(intercept)', '(Intercept)') as term, coefficient as value
		from ph.coefficients(model)
		where variance in ('model', 'hc0')
		union all
		select case when variance = 'model' and (model).family <> 'linear' then v else replace(v, 'z', 't') end,
			replace(term, '(intercept)', '(Intercept)'),
			x
		from ph.coefficients(model),
			lateral (
				values
					('se', standard_error), ('z', statistic), ('p', p_value), ('ci_lower_95', lower),
					('ci_upper_95', upper), ('exp_coef', ratio)
			) n(v, x)
		where variance = 'model'
		union all
		select case variance
				when 'hc0' then 'se_hc0'
				when 'hc1' then 'se_hc1'
				when 'cluster' then 'se_cluster'
				else 'se_' || variance end,
			replace(term, '(intercept)', '(Intercept)'),
			standard_error
		from ph.coefficients(model)
		where variance <> 'model'
		union all
		select v, '', x
		from (
			values
				('n', (model).rows), ('n_dropped', (model).rows_left_out), ('rank', (model).rank),
				('df_residual', (model).degrees_of_freedom), ('loglik', (model).log_likelihood),
				('deviance', (model).deviance), ('null_deviance', (model).null_deviance), ('aic', (model).aic),
				('bic', (model).bic), ('pearson_chi2', (model).pearson), ('rss', (model).deviance),
				('sigma', (model).residual_standard_error), ('r_squared', (model).r_squared),
				('r_squared_uncentred', (model).r_squared), ('n_clusters', (model).clusters)
		) n(v, x)
	) q
where error is null;
-- names that only some cases use
insert into got select case_id, 'se_robust_hc0', term, value from got where quantity = 'se_hc0';
insert into got
select case_id, 'se_cluster_cr0', term, value
from got
where quantity like 'se_cluster0%';
insert into got
select case_id, 'se_cluster_g_over_g_minus_1', term, value
from got
where quantity like 'se_cluster %' and case_id in (select case_id from model_case where doc ->> 'family' <> 'linear');
insert into got
select case_id, 'se_cluster_' || split_part(quantity, ' ', 2) || '_cr1', term, value
from got
where quantity like 'se_cluster %' and case_id in (select case_id from model_case where doc ->> 'family' = 'linear');
insert into got
select case_id, 'n', '', sum(k)
from (
	select case_id,
		(string_to_array(line, ','))[array_position(
			(select string_to_array(line, ',') from input_line h where h.case_id = i.case_id and number = 1),
			doc -> 'spec' ->> 'weights')]::float8 as k
	from input_line i join model_case using (case_id)
	where doc -> 'spec' ->> 'weight_type' = 'frequency' and number > 1
) w
group by case_id;
delete from got
where quantity = 'n'
	and case_id in (select case_id from model_case where doc -> 'spec' ->> 'weight_type' = 'frequency')
	and value not in (select max(value) from got g where g.case_id = got.case_id and quantity = 'n');

insert into result
select m.doc ->> 'family' || case
		when e.quantity like 'se%' then ' standard errors'
		when e.quantity = 'coef' then ' coefficients'
		else ' rest of the fit' end,
	e.case_id || ' ' || e.quantity || ' ' || coalesce(e.term, ''),
	case
		when e.value in ('NULL', 'NaN') or e.value is null then g.value is null
		else coalesce(
			abs(g.value - e.value::float8)
				<= coalesce(e.tol_abs, 1e-12) + coalesce(e.tol_rel, 1e-8) * abs(e.value::float8), false) end
from expected e
	join model_case m using (case_id)
	left join (select case_id, quantity, term, min(value) as value from got group by 1, 2, 3) g
		on g.case_id = e.case_id
		and g.quantity = e.quantity
		and g.term = coalesce(e.term, '')
where m.doc ->> 'outcome' in ('ok', 'aliased', 'insufficient_rows', 'reject_or_drop')
	and e.value ~* '^(-?[0-9.]+(e[-+]?[0-9]+)?|null|nan)$'
	and e.quantity in (select quantity from got);
-- every coefficient that is expected was compared
insert into result
select 'every expected coefficient is there',
	e.case_id || ' ' || e.term,
	exists (select from got g where g.case_id = e.case_id and g.quantity = 'coef' and g.term = e.term)
from expected e join model_case using (case_id)
where e.quantity = 'coef' and doc ->> 'outcome' in ('ok', 'aliased', 'reject_or_drop');
insert into result
select 'a fit that fails says so',
	case_id || ': ' || coalesce((model).status, error),
	case doc ->> 'outcome'
		when 'aliased' then (model).status = 'collinear'
		when 'separation' then (model).status = 'separation'
			and (model).coefficients is null
			and exists (
				select
				from expected e
				where e.case_id = a.case_id
					and e.quantity = 'separating_term'
					and (model).note like '%' || e.term || '%'
			)
		when 'one_class' then (model).status = 'one_class' and (model).coefficients is null
		when 'no_rows' then (model).status = 'no_rows' and (model).coefficients is null
		when 'error' then error is not null
		when 'insufficient_rows' then (model).status = 'collinear' and (model).covariance is null
		else (model).status = 'ok' end
from answer a join model_case using (case_id);

-- the second table of a case: a stored model applied to other people
create temp table newdata (
	type float8, npreg float8, glu float8, bp float8, skin float8, bmi float8, ped float8, age float8);
create temp table prediction (id int, linear_predictor float8, probability float8);
\setenv APPLIED logistic/logit_pima_train_test
\copy newdata from program 'cat $REFERENCE/$APPLIED/newdata.csv 2>/dev/null || echo type' csv header
\copy prediction from program 'cat $REFERENCE/$APPLIED/predictions.csv 2>/dev/null || echo id' csv header
insert into result
select 'a model applied to other people', 'row ' || id,
	abs((s).value - probability) <= 1e-8 * probability
		and (s).status = 'ok'
		and abs(predictor - linear_predictor) <= 1e-8 * abs(linear_predictor)
from (select row_number() over () as id, n as x from newdata n) n
	join prediction using (id)
	join answer on case_id = 'logit_pima_train_test' and variance = 'model',
	lateral ph.score_by_name(model, to_jsonb(x)) s,
	lateral (select sum(contribution) as predictor from ph.explain_score_by_name(model, to_jsonb(x))) e;
select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, '; ') filter (where ok is not true)
from result
group by name
order by name;
