-- reads reference/models
-- k-means, k-prototypes and silhouettes against every case of reference/models.  One row a check: name, cases,
-- failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
\set families 'kmeans kprototypes silhouette'
\ir model_cases.psql
create temp table centre_line (case_id text, number int, line text);
create temp table assignment (case_id text, row_id int, cluster int);
create temp table person_silhouette (case_id text, row_id int, silhouette float8);
-- numbered rows below the header, the first two columns, and the column silhouette where there is one, each with the
-- folder of its file before it
select 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "\002" (FNR - 1) "\002" $0 }' as numbered \gset
select 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "," $1 "," $2 }' as two_columns \gset
select 'FNR == 1 { column = $3 == "silhouette" ? 3 : $2 == "silhouette" ? 2 : 0 } '
	'FNR > 1 && column { split(FILENAME, path, "/"); print path[2] "," $1 "," $column }' as silhouettes \gset
\setenv NUMBERED :numbered
\setenv TWO_COLUMNS :two_columns
\setenv SILHOUETTES :silhouettes
\setenv CENTRES 'cd $REFERENCE; awk "$NUMBERED" kmeans/*/centres.csv'
\setenv ASSIGNMENTS 'cd $REFERENCE; awk -F, "$TWO_COLUMNS" kmeans/*/assignment.csv kprototypes/*/assignment.csv'
\setenv SHOWN 'cd $REFERENCE; awk -F, "$SILHOUETTES" kmeans/*/assignment.csv silhouette/*/silhouette.csv'
\copy centre_line from program 'eval "$CENTRES"' (format csv, delimiter E'\002', quote E'\001')
\copy assignment from program 'eval "$ASSIGNMENTS"' (format csv)
\copy person_silhouette from program 'eval "$SHOWN"' (format csv)

create temp table got (case_id text, quantity text, term text, value text);
create temp table told (case_id text, row_id int, cluster int);
create temp table told_silhouette (case_id text, row_id int, cluster text, silhouette float8);
create temp table answer (case_id text, found ph.clusters, best ph.clusters);

do $$
declare
	c record;
	terms text[];
	x text;
	start float8[];
	modes text[];
	found ph.clusters;
	best ph.clusters;
begin
	for c in select * from model_case loop
		perform pg_temp.make_input(c.case_id);
		if c.doc ->> 'family' = 'kmeans' then
			terms := array(select jsonb_array_elements_text(c.doc -> 'spec' -> 'columns'));
			x := 'array[' || array_to_string(terms, ', ') || ']::float8[]';
			start := (
				select array_agg((string_to_array(line, ','))[2:]::float8[] order by number)
				from centre_line l
				where l.case_id = c.case_id
			);
			found := ph.k_means(
				'select * from pg_temp.input', (c.doc -> 'spec' ->> 'k')::int, terms, scale => 'none',
				centres => start);
			best := ph.k_means(
				'select * from pg_temp.input', (c.doc -> 'spec' ->> 'k')::int, terms, scale => 'none', starts => 500);
			execute format(
				'insert into got '
				'select %L, ''initial_inertia'', '''', ph.inertia(ph.cluster_step(ph.cluster_start(%L), %s)) '
				'from pg_temp.input',
				c.case_id, start, x);
			execute format(
				'insert into told select %L, id::int, ph.nearest_cluster($1, %s) from pg_temp.input', c.case_id, x)
				using found;
		elsif c.doc ->> 'family' = 'kprototypes' then
			terms := array(
				select jsonb_array_elements_text(c.doc -> 'spec' -> 'numeric' || (c.doc -> 'spec' -> 'categorical'))
			);
			start := (
				select array_agg(array[age, ltc, cost] order by id)
				from pg_temp.input
				where c.doc -> 'spec' -> 'start_ids' @> to_jsonb(id)
			);
			modes := (
				select array_agg(array[frail, ruc] order by id)
				from pg_temp.input
				where c.doc -> 'spec' -> 'start_ids' @> to_jsonb(id)
			);
			found := ph.k_prototypes(
				'select * from pg_temp.input', (c.doc -> 'spec' ->> 'k')::int, terms, scale => 'none',
				centres => start, gamma => (c.doc -> 'spec' ->> 'lambda')::float8, modes => modes);
			best := ph.k_prototypes(
				'select * from pg_temp.input', (c.doc -> 'spec' ->> 'k')::int, terms, scale => 'none',
				gamma => (c.doc -> 'spec' ->> 'lambda')::float8);
			insert into told
			select c.case_id, id::int, ph.nearest_cluster(found, array[age, ltc, cost], array[frail, ruc])
			from pg_temp.input;
		else
			insert into told_silhouette
			select c.case_id, person_id::int, in_cluster, silhouette
			from ph.silhouette('select * from pg_temp.input', 'cluster', 'id', array['sl', 'sw', 'pl', 'pw'], 'none');
			continue;
		end if;
		insert into answer values (c.case_id, found, best);
		if (select count(*) from person_silhouette p where p.case_id = c.case_id) > 0 then
			execute format(
				'insert into told_silhouette select %L, person_id::int, in_cluster, silhouette '
				'from ph.silhouette(%L, ''cluster'', ''row_id'', %L, ''none'')',
				c.case_id,
				format(
					'select i.*, t.cluster, t.row_id '
					'from pg_temp.input i join told t on t.row_id = i.id and t.case_id = %L',
					c.case_id), terms);
		end if;
	end loop;
end
$$;

insert into got
select case_id, q.quantity, q.term, q.value::text
from answer,
	lateral (
		select v as quantity, '' as term, x as value
		from (
			values
				('total_within_ss', (found).total_within_ss), ('total_cost', (found).total_within_ss),
				('total_within_ss_if_kept_empty', (found).total_within_ss), ('total_ss', (found).total_ss),
				('iterations_to_no_change', (found).iterations), ('calinski_harabasz', (found).calinski_harabasz),
				('davies_bouldin', (found).davies_bouldin),
				('simplified_silhouette_mean', (found).simplified_silhouette),
				('best_known_inertia_500_starts', (best).total_within_ss)
		) n(v, x)
		union all
		select n.v, i::text, case n.v when 'within_ss' then (found).within_ss[i] else (found).people[i] end
		from generate_subscripts((found).people, 1) i, (values ('within_ss'), ('size'), ('size_if_kept_empty')) n(v)
		union all
		select n.v, i || '|' || (found).terms[j], (found).centres[i][j]
		from generate_subscripts((found).centres, 1) i,
			generate_subscripts((found).terms, 1) j,
			(values ('centre'), ('prototype_numeric')) n(v)
	) q;
insert into got
select case_id, 'prototype_mode', i || '|' || (found).categories[j], (found).modes[i][j]
from answer, generate_subscripts((found).modes, 1) i, generate_subscripts((found).categories, 1) j;
insert into got
select case_id, 'silhouette_mean', '', avg(silhouette)
from told_silhouette
group by 1;
insert into got
select case_id, 'silhouette_cluster_mean', cluster, avg(silhouette)
from told_silhouette
group by 1, 3;

create function pg_temp.agrees(wanted text, given text, relative float8, absolute float8)
returns boolean language plpgsql
as $$
begin
	if relative is null then
		return lower(wanted) is not distinct from lower(given);
	end if;
	return given::float8 = wanted::float8
		or abs(given::float8 - wanted::float8) <= absolute + relative * abs(wanted::float8);
end
$$;
-- of the best of many starts it is enough to be as good as the best that is known
select 'clustering: ' || e.quantity, count(*),
	count(*) filter (where ok is not true),
	string_agg(e.case_id || '|' || e.term || ' wants ' || e.value || ' has ' || coalesce(g.value, '?'), '; ') filter (
		where ok is not true)
from expected e
	left join got g using (case_id, quantity, term),
	lateral (
		select case e.quantity
				when 'best_known_inertia_500_starts'
					then g.value::float8 <= e.value::float8 * (1 + 1e-8) + 1e-12
				else pg_temp.agrees(e.value, g.value, e.tol_rel, e.tol_abs) end as ok
	) c
where e.quantity <> 'outcome'
group by e.quantity
order by 1;
select 'clustering: each row in its cluster',
	count(*),
	count(*) filter (where t.cluster is distinct from a.cluster),
	min(a.case_id) filter (where t.cluster is distinct from a.cluster)
from assignment a left join told t using (case_id, row_id);
select 'clustering: the silhouette of each row',
	count(*),
	count(*) filter (where not coalesce(abs(t.silhouette - p.silhouette) <= 1e-9, false)),
	min(p.case_id) filter (where not coalesce(abs(t.silhouette - p.silhouette) <= 1e-9, false))
from person_silhouette p left join told_silhouette t using (case_id, row_id);
select 'clustering: an outcome that the case names',
	count(*),
	count(*) filter (where not coalesce(
		(found).status = doc ->> 'outcome' and (found).centres is null = (doc ->> 'outcome' = 'no_rows'), false)),
	min(case_id) filter (where (found).status is distinct from doc ->> 'outcome')
from model_case join answer using (case_id);
