
-- ---- the breakdowns that are shipped ----

insert into ph.breakdown (breakdown, name, ordered, groups, expression, query, otherwise)
values
	('sex', 'sex', false, '{F,M,I,unknown}', 'coalesce(p.sex, ''unknown'')', null, 'unknown'),
	('age_band', 'age', true, '{0-17,18-39,40-64,65-79,80+,unknown}',
	 'case
		when ph.completed_years(p.birth_date, s.first_day) < 18 then ''0-17''
		when ph.completed_years(p.birth_date, s.first_day) < 40 then ''18-39''
		when ph.completed_years(p.birth_date, s.first_day) < 65 then ''40-64''
		when ph.completed_years(p.birth_date, s.first_day) < 80 then ''65-79''
		when ph.completed_years(p.birth_date, s.first_day) >= 80 then ''80+''
		else ''unknown'' end', null, 'unknown'),
	-- groups of the codes of the NHS data dictionary, in which R (Chinese) is of the other groups
	('ethnicity', 'ethnicity', false, '{white,mixed,asian,black,other,unknown}',
	 'case
		when p.ethnicity_code in (''A'', ''B'', ''C'') then ''white''
		when p.ethnicity_code in (''D'', ''E'', ''F'', ''G'') then ''mixed''
		when p.ethnicity_code in (''H'', ''J'', ''K'', ''L'') then ''asian''
		when p.ethnicity_code in (''M'', ''N'', ''P'') then ''black''
		when p.ethnicity_code in (''R'', ''S'') then ''other''
		else ''unknown'' end', null, 'unknown'),
	('deprivation_quintile', 'fifth of deprivation', true, '{1,2,3,4,5,unknown}',
	 'coalesce(s.deprivation_quintile::text, ''unknown'')', null, 'unknown'),
	('learning_disability', 'learning disability', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''learning_disability''', 'no'),
	('severe_mental_illness', 'severe mental illness', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''severe_mental_illness''', 'no'),
	('carer', 'carer', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''carer''', 'no'),
	('homelessness', 'homelessness', false, '{yes,no,unknown}', null,
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''homeless''', 'no');
