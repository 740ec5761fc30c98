-- reads data/mimic_iv_demo
-- Real patients' ICD-10-CM codes: every instrument runs over all of them, and Charlson is what the prefix join says.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table diagnosis (subject_id text, hadm_id text, seq_num int, icd_code text, icd_version int);
\copy diagnosis from program 'gzip -dc $REFERENCE/diagnoses_icd.csv.gz' csv header
create temp table admission as
select hadm_id, ph.conditions_of(icd_code, 'cm') as c, array_agg(icd_code) as codes
from diagnosis
where icd_version = 10
group by hadm_id;
insert into result
select 'real codes are ICD-10 codes', icd_code, ph.icd10_valid(icd_code, 'cm')
from diagnosis
where icd_version = 10;
with found as (
	select distinct hadm_id, condition
	from admission,
		unnest(codes) code
		join (
			select distinct condition, code_prefix
			from ph.instrument_codes()
			where instrument = 'charlson' and code_list = 'quan2005'
		) p on upper(replace(code, '.', '')) like code_prefix || '%'
)
insert into result
select 'Charlson conditions of real admissions are those of the prefix join',
	a.hadm_id,
	(
		select coalesce(array_agg(condition order by condition collate "C"), '{}')
		from found f
		where f.hadm_id = a.hadm_id
	) = (select coalesce(array_agg(n order by n collate "C"), '{}') from unnest(ph.names(c, 'charlson')) n)
from admission a;
insert into result
select 'scores of real admissions', a.hadm_id,
	ph.charlson(c) between 0 and 24
		and ph.charlson(c, 'quan2011') between 0 and 24
		and ph.hospital_frailty(c) between 0 and 99
		and ph.elixhauser(c) between -19 and 89
from admission a;
-- the explanation adds up to the score
insert into result
select 'explained points add up', a.hadm_id,
	(select coalesce(sum(points) filter (where counted), 0) from ph.explain(c, 'charlson', 'quan2011'))
		= ph.charlson(c, 'quan2011')
from admission a;
insert into result
select 'the sick are found', 'mean', avg(ph.charlson(c)) between 1 and 6
from admission;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
