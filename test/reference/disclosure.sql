-- reads reference/governance
-- Rules of numbers that leave, the cell key method, differences of areas.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table one (rule text, n bigint, level text, suppressed boolean, published bigint, published_text text);
create temp table percent (rule text, numerator bigint, denominator bigint, suppressed boolean, percent float8);
create temp table dominated (
	contributions text, n integer, p_ratio float8, top2_share float8, fails_p_ratio boolean, fails_top2_share boolean,
	fails_contributors boolean);
create temp table cell (
	record_keys jsonb, modulus integer, n bigint, cell_key integer, pcv integer, published bigint);
create temp table pcv (n bigint, pcv integer);
create temp table areas (
	case_id text, threshold integer, atoms jsonb, counts jsonb, published jsonb, differences jsonb, unsafe boolean);
create temp table rounded (
	set_id text, cell integer, n bigint, published bigint, total_mode text, total bigint, lower bigint, upper bigint,
	revealed boolean);
\copy one from program 'cat $REFERENCE/rule_1d.csv' csv header
\copy percent from program 'cat $REFERENCE/rule_percent.csv' csv header
\copy dominated from program 'cat $REFERENCE/dominance.csv' csv header
\copy cell from program 'cat $REFERENCE/cell_key.csv' csv header
\copy pcv from program 'cat $REFERENCE/cell_key_pcv.csv' csv header
\copy areas from program 'cat $REFERENCE/differencing.csv' csv header
\copy rounded from program 'cat $REFERENCE/rounding_attack.csv' csv header

insert into result
select 'disclosure one number', concat_ws(' ', rule, level, n),
	ph.publish(n, rule, level) is not distinct from published
		and (ph.publish(n, rule, level) is null) = suppressed
		and ph.publish_text(n, rule, level) is not distinct from published_text
from one;
insert into result
select 'disclosure percent', concat_ws(' ', rule, numerator, denominator),
	((p).value is null) = suppressed and pg_temp.agrees((p).value, percent, 1e-12)
from (select *, ph.publish_percent(numerator, denominator, rule) as p from percent) asked;
insert into result
select 'disclosure dominance', contributions,
	d.contributors = n and pg_temp.agrees(d.p_ratio, o.p_ratio, 1e-12)
		and pg_temp.agrees(d.top2_share, o.top2_share, 1e-12)
		and (d.fails_p_ratio, d.fails_top2_share, d.fails_contributors)
			is not distinct from (o.fails_p_ratio, o.fails_top2_share, o.fails_contributors)
from dominated o, lateral ph.dominance(translate(contributions, '[]', '{}')::float8[]) d;
insert into result
select 'disclosure cell key', record_keys::text,
	ph_support.cell_count_people(f.cell) = n
		and ph_support.cell_count_key(f.cell) % modulus = cell_key
		and ph_support.perturbation_row(n) = pcv
		and ph.perturbed_count(f.cell) is not distinct from published
from cell,
	lateral (select ph.cell_key_count(key::integer) as cell from jsonb_array_elements_text(record_keys) key) f;
insert into result
select 'disclosure cell key row', n::text, ph_support.perturbation_row(n) = pcv
from pcv;

-- whose people are published, found with and without the empty areas
create temp table found as
select case_id, empty_areas, d.*
from areas, unnest('{t,f}'::boolean[]) empty_areas, lateral ph.isolating_differences(format($query$
	select area.key, atom, counts.value::integer
	from jsonb_each(%L) area
	join jsonb_each_text(%L) counts using (key), jsonb_array_elements_text(area.value) atom
	where %L::jsonb ? area.key$query$, atoms, counts, published), threshold, empty_areas) d;
insert into result
select 'disclosure differences found', concat_ws(' ', case_id, d),
	exists (
		select
		from found f
		where f.case_id = a.case_id and empty_areas and larger = d ->> 0
			and array_to_string(smaller, '+') = d ->> 1 and difference = (d ->> 2)::bigint)
from areas a, jsonb_array_elements(differences) d;
insert into result
select 'disclosure differences found without empty areas', concat_ws(' ', case_id, d),
	exists (
		select
		from found f
		where f.case_id = a.case_id and not empty_areas and larger = d ->> 0
			and difference = (d ->> 2)::bigint and smaller <@ string_to_array(d ->> 1, '+'))
from areas a, jsonb_array_elements(differences) d;
-- no false alarm: atoms by hand
insert into result
select 'disclosure differences are true', concat_ws(' ', case_id, larger, smaller),
	difference between 1 and threshold
		and difference = (counts ->> larger)::bigint
			- (select sum((counts ->> area)::bigint) from unnest(smaller) area)
		and (select count(*) = count(distinct atom) and jsonb_agg(atom) <@ (atoms -> larger)
			from unnest(smaller) area, jsonb_array_elements(atoms -> area) atom)
from found
join areas using (case_id);
insert into result
select 'disclosure differences of whom none is unsafe', case_id, unsafe = exists (
	select from found f where f.case_id = a.case_id)
from areas a;

insert into result
select 'disclosure rounding bounds', concat_ws(' ', r.set_id, r.cell),
	(b.lower, b.upper) = (r.lower, r.upper) and (b.lower = b.upper) = revealed
from rounded r
join (
	select set_id, array_agg(published order by cell) as cells, total_mode,
		case when total_mode <> 'no_total' then min(total) end as total
	from rounded
	group by set_id, total_mode
) s using (set_id)
left join lateral ph.rounding_bounds(cells, 5, s.total, s.total_mode = 'rounded_total') b on b.cell = r.cell + 1;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
