-- reads reference/models
-- Discrimination, calibration and net benefit against reference/models.  One row a check: name, cases, failures.
-- Left out: Hosmer-Lemeshow of cal_four_distinct_risks, whose groups split tied risks by an id.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
create temp table result (name text, case_id text, ok boolean);
\set families 'discrimination calibration netbenefit'
\ir model_cases.psql
create temp table got (case_id text, quantity text, value float8);
create temp table tallied (case_id text, t ph.tally, judged boolean default true);
create temp table benefit (
	case_id text, threshold float8, tp float8, fp float8, net_benefit float8, net_benefit_all float8,
	net_benefit_none float8, standardised float8, avoided float8);
create temp table top (
	case_id text, fraction float8, k float8, threshold float8, tp float8, ppv float8, sensitivity float8, lift float8,
	flagged float8, ppv_ge float8, sensitivity_ge float8);
create temp table roc (
	case_id text, threshold float8, tp float8, fp float8, fn float8, tn float8, sensitivity float8,
	specificity float8, ppv float8);
create temp table bins (
	case_id text, bin int, n float8, p_min float8, p_max float8, expected float8, observed float8,
	mean_predicted float8, observed_rate float8);
-- rows below the header, with the folder of their file before them
\setenv ROWS 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "," $0 }'
\copy benefit from program 'cd $REFERENCE; awk "$ROWS" netbenefit/*/expected.csv' csv
\copy top from program 'cd $REFERENCE; awk "$ROWS" discrimination/*/topk.csv' csv
\copy roc from program 'cd $REFERENCE; awk "$ROWS" discrimination/*/roc.csv' csv
\copy bins from program 'cd $REFERENCE; awk "$ROWS" calibration/*/bins.csv' csv
create function pg_temp.close(got float8, want float8, tol float8) returns boolean immutable
begin atomic
	select case
			when want is null or want = 'NaN' then got is null
			else coalesce(abs(got - want) <= 1e-12 + tol * abs(want), false) end;
end;

do $$
declare
	c record;
	s jsonb;
begin
	for c in select * from model_case loop
		perform pg_temp.make_input(c.case_id);
		s := c.doc -> 'spec';
		if s ->> 'method' = 'harrell_c' then
			execute
				'with tallied as ('
				' select score, ph.person_tally(time, status) as t from input where score is not null group by score) '
				'insert into got select $1, n, v '
				'from (select ph.concordance(array_agg(t order by score)) as c from tallied) x, lateral (values '
				' (''c_index'', (c).value), (''c_se'', ((c).upper - (c).value) / 1.9599639845400545)) n(n, v)'
				using c.case_id;
		else
			execute format(
				'insert into tallied select $1, ph.person_tally(%I::float8, %I::float8) from input',
				coalesce(s ->> 'score', s ->> 'predicted'), s ->> 'response') using c.case_id;
		end if;
	end loop;
end
$$;
insert into got
select case_id, q, v
from tallied
	join model_case using (case_id),
	lateral ph.auroc(t) a,
	lateral ph.auroc(t, limits => 'logit') l,
	lateral ph.average_precision(t) p,
	lateral (
		values
			('auroc', a.value), ('delong_lower', a.lower), ('delong_upper', a.upper), ('logit_lower', l.lower),
			('logit_upper', l.upper), ('average_precision', p.value)
	) n(q, v)
where doc ->> 'family' = 'discrimination';
insert into got
select case_id, q, v
from tallied
	join model_case using (case_id),
	lateral ph.calibration(t) c,
	lateral ph.hosmer_lemeshow(t) h,
	lateral (
		values
			('n', c.people), ('observed', c.observed), ('expected', c.expected), ('oe_ratio', observed_to_expected),
			('oe_lower_exact_poisson', observed_to_expected_lower),
			('oe_upper_exact_poisson', observed_to_expected_upper), ('brier', brier), ('brier_scaled', brier_scaled),
			('log_loss', log_loss), ('calibration_intercept_offset', in_the_large),
			('calibration_intercept_offset_se', (in_the_large_upper - in_the_large) / 1.9599639845400545),
			('calibration_slope', slope), ('calibration_slope_se', (slope_upper - slope) / 1.9599639845400545),
			('calibration_slope_model_intercept', slope_intercept), ('spiegelhalter_z', spiegelhalter_z),
			('spiegelhalter_p', spiegelhalter_p), ('n_excluded_from_slope', without_logit),
			('hosmer_lemeshow_chi2', h.statistic), ('hosmer_lemeshow_df_validation', h.degrees_of_freedom),
			('hosmer_lemeshow_p_validation', h.p_value)
	) n(q, v)
where doc ->> 'family' = 'calibration'
	and c.people is not null
	and not (case_id = 'cal_four_distinct_risks' and q like 'hosmer%');
insert into result
select m.doc ->> 'family', case_id || ' ' || quantity,
	case
		when e.value in ('NULL', 'NaN', 'Infinity') then g.value is null
		else coalesce(
			abs(g.value - e.value::float8)
				<= coalesce(tol_abs, 1e-12) + coalesce(tol_rel, 1e-8) * abs(e.value::float8), false) end
from expected e
	left join got g using (case_id, quantity)
	join model_case m using (case_id)
where (m.doc ->> 'family', quantity) in (
		select doc ->> 'family', quantity
		from got join model_case using (case_id)
	)
	and not (case_id = 'cal_four_distinct_risks' and quantity like 'hosmer%');
insert into result
select 'net benefit', case_id || ' ' || w.threshold,
	(
		select bool_and(pg_temp.close(g, w, 1e-10))
		from unnest(
			array[
				b.true_positives, b.false_positives, b.net_benefit, b.net_benefit_all, b.net_benefit_none,
				b.standardised, b.avoided_per_100],
			array[w.tp, w.fp, w.net_benefit, w.net_benefit_all, w.net_benefit_none, w.standardised, w.avoided])
			x(g, w)
	)
from benefit w join tallied using (case_id) left join lateral ph.net_benefit(t, array[w.threshold]) b on true;
insert into result
select 'top shares', case_id || ' ' || fraction,
	(
		select bool_and(pg_temp.close(g, w, 1e-8))
		from unnest(
			array[
				b.people, b.threshold, b.events, b.positive_predictive_value, b.sensitivity, b.lift,
				people_at_threshold, positive_predictive_value_at_threshold, sensitivity_at_threshold],
			array[k, w.threshold, tp, ppv, w.sensitivity, w.lift, flagged, ppv_ge, sensitivity_ge]) x(g, w)
	)
from top w join tallied using (case_id) left join lateral ph.top_shares(t, array[fraction]) b on true;
insert into result
select 'roc', case_id || ' ' || w.threshold,
	(
		select bool_and(pg_temp.close(g, w, 1e-8))
		from unnest(
			array[
				true_positives, false_positives, false_negatives, true_negatives, b.sensitivity, b.specificity,
				positive_predictive_value], array[tp, fp, fn, tn, w.sensitivity, w.specificity, ppv]) x(g, w)
	)
from roc w
	join tallied using (case_id)
	left join lateral (select * from ph.roc(t) where threshold = w.threshold) b on true;
insert into result
select 'calibration groups', case_id || ' ' || bin,
	(
		select bool_and(pg_temp.close(g, w, 1e-8))
		from unnest(
			array[b.people, lowest, highest, b.expected, b.observed, b.mean_predicted, observed_share],
			array[n, p_min, p_max, w.expected, w.observed, w.mean_predicted, observed_rate]) x(g, w)
	)
from bins w
	join tallied using (case_id)
	left join lateral (select * from ph.calibration_groups(t) where risk_group = bin) b on true
where case_id <> 'cal_four_distinct_risks';
insert into result
select 'nothing to judge', case_id,
	(ph.auroc(t)).value is null
		and (ph.auroc(t)).note = case doc ->> 'outcome' when 'one_class' then 'one_class' else 'no_data' end
from tallied join model_case using (case_id)
where doc ->> 'outcome' in ('one_class', 'no_rows');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, '; ') filter (where ok is not true)
from result
group by name
order by name;
