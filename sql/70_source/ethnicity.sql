
-- ---- one ethnicity of all that is recorded of a person, the same in every map that has records of it ----
-- ethnicity_record, a step of the map: person_id, record (names it), ethnicity_code (0 is white and no more, ? is no
-- code), given (as the source has it), source, recorded_on, self_reported.

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, 5, 'chosen_ethnicity', 'ethnicity_record',
	'(
		select distinct on (person_id) *
		from (
			select *, ethnicity_code ~ ''^[A-HJ-NPRS]$'' as known
			from {made.ethnicity_record} r where person_id is not null
		) records
		order by person_id, known desc nulls last, self_reported::boolean is true desc, recorded_on desc nulls last,
			record desc) c
		join {made.ethnicity_record} r using (person_id)
		group by person_id, c.known, c.ethnicity_code, c.source, c.recorded_on, c.self_reported',
	'of all records of a known ethnicity the latest that the person said, or else the latest'
from unnest('{hes,gp_extract}'::text[]) m (map)
union all
select m.map, 14, 'ethnicity', 'chosen_ethnicity', '{made.chosen_ethnicity} e',
	'which record was taken, how many there are, and how many of them say otherwise'
from unnest('{hes,gp_extract}'::text[]) m (map);

insert into ph.source_expression (map, relation, part, column_name, expression)
select r.map, r.relation, r.part, e.column_name, e.expression
from ph.source_rows r
join (
	values
		('chosen_ethnicity', 'person_id', 'person_id'),
		('chosen_ethnicity', 'ethnicity_code', 'case when c.known then c.ethnicity_code end'),
		('chosen_ethnicity', 'source', 'case when c.known then c.source end'),
		('chosen_ethnicity', 'recorded_on', 'case when c.known then c.recorded_on end'),
		('chosen_ethnicity', 'self_reported', 'case when c.known then c.self_reported end'),
		('chosen_ethnicity', 'records',
		 'count(distinct r.record) filter (where r.ethnicity_code ~ ''^[A-HJ-NPRS]$'')'),
		('chosen_ethnicity', 'disagreeing',
		 'count(distinct r.record) filter (where r.ethnicity_code ~ ''^[A-HJ-NPRS]$''
			and r.ethnicity_code <> c.ethnicity_code)'),
		('chosen_ethnicity', 'white', 'bool_or(r.ethnicity_code = ''0'')'),
		('chosen_ethnicity', 'unknown', 'string_agg(distinct r.given, '', '') filter (where r.ethnicity_code = ''?'')'),
		('ethnicity', 'source_key', 'e.person_id'),
		('ethnicity', 'person_id', 'e.person_id'),
		('ethnicity', 'ethnicity_code', 'e.ethnicity_code'),
		('ethnicity', 'source', 'e.source'),
		('ethnicity', 'recorded_on', 'e.recorded_on'),
		('ethnicity', 'self_reported', 'e.self_reported'),
		('ethnicity', 'records', 'e.records'),
		('ethnicity', 'disagreeing', 'e.disagreeing'),
		('ethnicity', 'source_remark', 'case when e.disagreeing > 0 then ''records of ethnicity disagree'' end'),
		('ethnicity', 'source_remark_2',
		 'case when e.ethnicity_code is null and e.white then ''white, not further known'' end'),
		('ethnicity', 'source_remark_3', '''unknown ethnicity: '' || e.unknown')
) e (relation, column_name, expression) using (relation)
where r.relation in ('chosen_ethnicity', 'ethnicity');
