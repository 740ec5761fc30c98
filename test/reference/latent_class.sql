-- reads reference/models
-- Latent classes against every case of reference/models.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
\set families latent_class
\ir model_cases.psql
create temp table start_line (case_id text, number int, line text);
-- numbered rows below the header, with the folder of their file before them
select 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "\002" (FNR - 1) "\002" $0 }' as numbered \gset
\setenv NUMBERED :numbered
\setenv STARTS 'cd $REFERENCE; awk "$NUMBERED" latent_class/*/start.csv'
\copy start_line from program 'eval "$STARTS"' (format csv, delimiter E'\002', quote E'\001')
create temp table got (case_id text, quantity text, term text, value float8);
do $$
declare
	c record;
	terms text[];
	prevalence float8[];
	probabilities float8[];
	k int;
	f ph.latent_classes;
begin
	for c in select * from model_case loop
		perform pg_temp.make_input(c.case_id);
		k := (c.doc -> 'spec' ->> 'k')::int;
		terms := array(select jsonb_array_elements_text(c.doc -> 'spec' -> 'items'));
		select array_agg(split_part(line, ',', 2)::float8 order by number),
			array_agg((string_to_array(line, ','))[3:]::float8[] order by number)
		into prevalence, probabilities
		from start_line s
		where s.case_id = c.case_id;
		f := ph.latent_class(
			'select * from pg_temp.input', k, terms, prevalence => prevalence, probabilities => probabilities,
			max_iterations => 0);
		insert into got values (c.case_id, 'loglik_start', '', f.log_likelihood);
		f := ph.latent_class('select * from pg_temp.input', k, terms, starts => 30);
		insert into got values (c.case_id, 'best_loglik_30_random_starts', '', f.log_likelihood);
		f := ph.latent_class(
			'select * from pg_temp.input', k, terms, prevalence => prevalence, probabilities => probabilities);
		insert into got
		values
			(c.case_id, 'loglik_converged_from_start', '', f.log_likelihood),
			(c.case_id, 'n_parameters', '', f.parameters), (c.case_id, 'bic', '', f.bic),
			(c.case_id, 'aic', '', f.aic), (c.case_id, 'entropy_r2', '', f.entropy_r2);
		insert into got
		select c.case_id, 'class_prob_sorted', i::text, f.prevalence[i]
		from generate_series(1, k) i;
		insert into got
		select c.case_id, 'item_prob_sorted', i || '|' || terms[j], f.probabilities[i][j]
		from generate_series(1, k) i, generate_subscripts(terms, 1) j;
	end loop;
end
$$;
create temp view verdict as
select e.*, g.value as got,
	case
		when e.value = 'NULL' then g.case_id is not null and g.value is null
		else coalesce(abs(g.value - e.value::float8) <= e.tol_abs + e.tol_rel * abs(e.value::float8), false) end as ok
from expected e left join got g using (case_id, quantity, term);
select 'latent classes: ' || quantity, count(*), count(*) filter (where not ok),
	string_agg(
		case_id || '|' || term || ' wants ' || value || ' has ' || coalesce(got::text, '?'), '; ')
		filter (where not ok)
from verdict
group by quantity
order by 1;
