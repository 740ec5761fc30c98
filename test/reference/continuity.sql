-- reads reference/people
-- Continuity of care: folded at once, in parts and merged, and in order.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table contact (case_id text, tag text, position int, part int, provider text);
create temp table expected (
	case_id text, tag text, contacts bigint, providers int, unknown bigint, usual_provider text, upc float8, coc float8,
	mmci float8, k_index float8, secon float8, note text);
\copy contact from program 'cat $REFERENCE/continuity_input.csv' csv header
\copy expected from program 'cat $REFERENCE/continuity_expected.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

-- a case without contacts has none to fold
create temp table folded as
select e.case_id, ph.continuity(c.provider) filter (where c.case_id is not null) as whole,
	ph.sequential_continuity(ph.provider_sequence(c.provider order by c.position)) as secon
from expected e
left join contact c using (case_id)
group by e.case_id;
create temp table merged as
select case_id, ph.continuity_rollup(continuity) as merged
from (select case_id, part, ph.continuity(provider) from contact group by case_id, part) parts
group by case_id;
insert into result
select 'continuity of care', case_id || ' ' || tag,
	(i.contacts, i.providers, i.unknown, i.usual_provider, i.note)
		is not distinct from (e.contacts, e.providers, e.unknown, e.usual_provider, e.note)
	and pg_temp.agree(
		array[i.usual_provider_continuity, i.bice_boxerman, i.modified_modified_continuity, i.ejlertsson_berg],
		array[upc, coc, mmci, k_index], 1e-9)
from expected e
join folded f using (case_id), ph.continuity_indices(f.whole) i;
insert into result
select 'sequential continuity', case_id || ' ' || tag,
	pg_temp.agree(array[(f.secon).value], array[e.secon], 1e-9) and (f.secon).note is not distinct from e.note
from expected e
join folded f using (case_id);
insert into result
select 'continuity in parts', case_id, 
	merged operator(ph.=) whole and merged::text = whole::text
	and whole::text::ph.continuity operator(ph.=) whole
from folded
join merged using (case_id);
insert into result
select 'providers of confusable names', 'errors_002', (ph.continuity_indices(ph.continuity(name))).providers = 2
from (values ('Dr A'), ('dr a')) v (name);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
