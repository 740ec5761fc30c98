
-- ---- the measures that are shipped ----
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, recorded)
values
	('emergency_admissions', '1', 'Emergency admissions', 'Emergency admissions per 100,000 person-years, standardised for age.',
	 'dsr', 100000, 'per 100,000 person-years', 'lower', 'outcome', 'outcomes', 'care', 'NHS Outcomes Framework, domain 3',
	 'select person_id, start_date as event_date, 1 as amount from {encounter} where pod = ''NEL''',
	 'select start_date as record_date from {encounter} where pod = ''NEL''');
