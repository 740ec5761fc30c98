-- reads data/artificial_hes
-- Episodes of artificial Hospital Episode Statistics into spells, and readmissions, against gaps and islands and a
-- self-join.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
-- all columns as text, named as in the file
\set header `gzip -dc $REFERENCE/artificial_hes_apc_0102_truncated.csv.gz | head -n 1 | tr -d '\r"'`
select 'create temp table apc (' || string_agg(format('%I text', c), ', ') || ')'
from unnest(string_to_array(:'header', ',')) c \gexec
\copy apc from program 'gzip -dc $REFERENCE/artificial_hes_apc_0102_truncated.csv.gz' csv header
create temp table episode as
select "EPIKEY"::bigint as encounter_id, "PSEUDO_HESID" as person_id,
	"EPISTART"::date as start_date, "EPIEND"::date as end_date, "ADMIMETH" ~ '^2' as emergency,
	"DISMETH" = '4' as died
from apc
where "EPISTART"::date > '1802-01-01' and "EPIEND"::date >= "EPISTART"::date;
create temp table numbered as
select *,
	ph.spell_number(start_date, end_date) over w as spell,
	ph.spell_number(start_date, end_date, gap => 2) over w as spell_2
from episode
window w as (partition by person_id order by start_date, end_date);

-- a spell starts where no other episode reaches; episodes belong to the last spell that has started by then
with reached as (
	select distinct gap, person_id, start_date,
		exists (
			select
			from episode o
			where o.person_id = e.person_id and o.start_date < e.start_date and o.end_date + gap >= e.start_date
		) as reached
	from episode e, (values (0), (2)) g(gap)
), started as (
	select gap, person_id, start_date,
		sum((not reached)::int) over (partition by gap, person_id order by start_date) as spell
	from reached
)
insert into result
select 'spell_number, gap ' || gap, encounter_id::text, s.spell = case gap when 0 then n.spell else n.spell_2 end
from numbered n left join started s using (person_id, start_date);

create temp table hospital_spell as
select person_id, spell, min(start_date) as start_date, max(end_date) as end_date,
	(array_agg(emergency order by start_date, end_date, encounter_id))[1] as emergency,
	bool_or(died) as died
from numbered
group by person_id, spell;
create temp table discharge as
select *, coalesce(next_emergency <= end_date + 30, false) as readmitted
from (
	select *,
		min(start_date) filter (where emergency) over (
			partition by person_id order by start_date desc rows between unbounded preceding and 1 preceding)
			as next_emergency
	from hospital_spell
) s
where end_date <= (select max(start_date) from episode) - 30 and not died;
insert into result
select 'readmission', person_id || ' ' || end_date,
	readmitted = exists (
		select
		from hospital_spell n
		where n.person_id = d.person_id and n.emergency and n.start_date - d.end_date between 1 and 30
	)
from discharge d;
insert into result
select 'readmissions are found', count(*)::text, count(*) between 1 and (select count(*) - 1 from discharge)
from discharge
where readmitted;

-- the codes of an episode in one field, with some that are none
with folded as (
	select "EPIKEY" as episode, ph.conditions_of(code) as c,
		count(*) filter (where not ph.icd10_valid(code)) as malformed
	from apc, unnest(string_to_array("DIAG_4_CONCAT", ',')) code
	group by 1
)
insert into result
select 'Charlson of artificial episodes', episode,
	ph.charlson(c) between 0 and 24 and ph.hospital_frailty(c) between 0 and 99
from folded
union all
select 'conditions of artificial episodes are found',
	'all',
	count(*) filter (where ph.charlson(c) > 0) between 1 and count(*) - 1
from folded;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
