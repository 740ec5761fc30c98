-- reads reference/models
-- Linkage against every case of reference/models.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
\set families linkage
\ir model_cases.psql
-- the rows of a file below its header, the folder of each before it
select 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "," $0 }' as below_header \gset
\setenv BELOW_HEADER :below_header
\setenv STARTS 'cd $REFERENCE; awk "$BELOW_HEADER" linkage/fs_*/start.csv'
\setenv PATTERNS 'cd $REFERENCE; awk "$BELOW_HEADER" linkage/fs_*/patterns.csv'
\setenv STRINGS 'cd $REFERENCE; awk "$BELOW_HEADER" linkage/str_*/input.csv'
\setenv SIMILARITIES 'cd $REFERENCE; awk "$BELOW_HEADER" linkage/str_*/expected.csv'
create temp table start (case_id text, parameter text, value float8);
create temp table pattern_line (line text);
create temp table string_pair (case_id text, row int, a text, b text);
create temp table similarity (case_id text, row int, jaro float8, jaro_floor_transpositions float8, jaro_winkler float8,
	jaro_winkler_boost float8, levenshtein int, damerau_osa int, damerau_full int, jaccard_bigram float8,
	soundex_a text, soundex_b text);
\copy start from program 'eval "$STARTS"' (format csv)
\copy pattern_line from program 'eval "$PATTERNS"' (format csv, delimiter E'\002', quote E'\001')
\copy string_pair from program 'eval "$STRINGS"' (format csv)
\copy similarity from program 'eval "$SIMILARITIES"' (format csv)

create temp table got_similarity as
select p.case_id, p.row, g.*
from string_pair p,
	lateral (
		values ('jaro', ph.jaro_similarity(a, b)), ('jaro_floor_transpositions', ph.jaro_similarity(a, b, true)),
			('jaro_winkler', ph.jaro_winkler_similarity(a, b)),
			('jaro_winkler_boost', ph.jaro_winkler_similarity(a, b, boost_above => 0.7)),
			('damerau_full', ph.damerau_levenshtein(a, b))
	) g (quantity, value);
select 'linkage: ' || quantity, count(*), count(*) filter (where not coalesce(abs(value - expected) < 1e-9, false)),
	string_agg(case_id || '|' || row || ' wants ' || expected || ' has ' || value, '; ')
		filter (where not coalesce(abs(value - expected) < 1e-9, false))
from (
	select g.*, (to_jsonb(s) ->> g.quantity)::float8 as expected
	from got_similarity g left join similarity s using (case_id, row)
) j
group by quantity
order by 1;

create temp table got (case_id text, quantity text, term text, value float8);
create temp table got_pattern (case_id text, levels int[], weight float8, probability float8);
-- a table of chances for the fields of a case
create function pg_temp.chances(wanted text, fields text[], prefix text) returns float8[] language sql
return (
	select array_agg(levels order by number)
	from (
		select number,
			array_agg(s.value order by level) as levels
		from unnest(fields) with ordinality f (field, number)
		cross join generate_series(0, 14) level
		left join start s on s.case_id = wanted and s.parameter = prefix || ':' || field || '=' || level
		where level < (
			select max(split_part(parameter, '=', 2)::int) + 1 from start where case_id = wanted and parameter ~ '='
		)
		group by number
	) f
);
create function pg_temp.keep(wanted text, model ph.linkage_model, suffix text) returns void language sql
begin atomic
	insert into got
	select wanted, 'lambda' || suffix, '', model.lambda
	union all
	select wanted, q.quantity || suffix, field || '=' || level, q.value
	from ph.match_weights(model) w,
		lateral (values ('m', w.m), ('u', w.u), ('match_weight_log2', weight)) q (quantity, value);
end;
do $$
declare
	c record;
	fields text[];
	patterns ph.agreement_patterns;
	f ph.linkage_model;
	begun float8;
	m float8[];
	u float8[];
	fixed_u boolean;
	fixed_lambda boolean;
begin
	for c in select * from model_case where doc -> 'spec' ->> 'method' = 'fellegi_sunter_em' loop
		perform pg_temp.make_input(c.case_id);
		fields := array(select jsonb_array_elements_text(c.doc -> 'spec' -> 'fields'));
		execute format('select ph.agreement_patterns(array[%s]::int[], n::bigint) from pg_temp.input',
			(select string_agg(quote_ident(name), ', ' order by i) from unnest(fields) with ordinality s (name, i)))
		into patterns;
		select value into begun from start where case_id = c.case_id and parameter = 'lambda';
		m := pg_temp.chances(c.case_id, fields, 'm');
		u := pg_temp.chances(c.case_id, fields, 'u');
		fixed_u := (c.doc -> 'spec' -> 'fix_u')::boolean;
		fixed_lambda := (c.doc -> 'spec' -> 'fix_lambda')::boolean;
		f := ph.linkage(patterns, fields, begun, m, u, fixed_lambda, fixed_u, max_iterations => 0);
		insert into got values (c.case_id, 'loglik_at_start', '', f.log_likelihood);
		f := ph.linkage(patterns, fields, begun, m, u, fixed_lambda, fixed_u, max_iterations => 1);
		perform pg_temp.keep(c.case_id, f, '_after_1_iteration');
		f := ph.linkage(patterns, fields, begun, m, u, fixed_lambda, fixed_u);
		perform pg_temp.keep(c.case_id, f, '');
		insert into got values (c.case_id, 'loglik', '', f.log_likelihood);
		insert into got_pattern
		select c.case_id, levels, ph.match_weight(f, levels), ph.match_probability(f, levels)
		from ph.agreement_counts(patterns);
	end loop;
end
$$;
create temp view verdict as
select e.*, g.value as got,
	case
		when e.value = 'NULL' then g.case_id is not null and g.value is null
		else coalesce(abs(g.value - e.value::float8) <= e.tol_abs + e.tol_rel * abs(e.value::float8), false) end as ok
from expected e left join got g using (case_id, quantity, term);
select 'linkage: ' || quantity, count(*), count(*) filter (where not ok),
	string_agg(
		case_id || '|' || term || ' wants ' || value || ' has ' || coalesce(got::text, '?'), '; ')
		filter (where not ok)
from verdict
group by quantity
order by 1;
-- weight and probability of each pattern, to 1e-8
create temp view pattern_verdict as
select p.*, weight, probability,
	coalesce(abs(weight - wanted_weight) <= 1e-8 * abs(wanted_weight)
		and abs(probability - wanted_probability) <= 1e-8 * wanted_probability, false) as ok
from (
	select f[1] as case_id,
		(
			select array_agg(nullif(v::int, -1) order by i)
			from unnest(f[2:cardinality(f) - 2]) with ordinality l (v, i)
		) as levels,
		f[cardinality(f) - 1]::float8 as wanted_weight,
		f[cardinality(f)]::float8 as wanted_probability
	from pattern_line, lateral (select string_to_array(line, ',') as f) s
) p left join got_pattern using (case_id, levels);
select 'linkage: patterns', count(*), count(*) filter (where not ok),
	string_agg(
		case_id || '|' || levels::text || ' wants ' || wanted_weight || ' has ' || coalesce(weight::text, '?'), '; ')
		filter (where not ok)
from pattern_verdict;
