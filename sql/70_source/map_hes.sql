
-- ---- the map of Hospital Episode Statistics: admitted care, outpatients, A&E and ECDS ----

insert into ph.source_map (map, description, published) values
	('hes',
	 'Hospital Episode Statistics, loaded as hes_apc, hes_op, hes_ae and hes_ecds, as many of them as there are. '
	 'Episodes become provider spells; there is no list of people, so that nobody is registered and rates are NULL. '
	 'Births are what birth months and ages leave possible. A&E diagnoses, in codes of their own, and costs are left '
	 'out.',
	 'NHS England, Hospital Episode Statistics Data Dictionary; NHS Data Dictionary, Emergency Care Data Set');

-- what all relations have, each under one of its names
insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'hes', r.relation, c.column_name, 'text', c.needed
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
cross join (
	values
		('pseudo_hesid', 'one'), ('token_person_id', 'one'), ('encrypted_hesid', 'one'),
		('fyear', 'no'), ('ethnos', 'no'), ('sex', 'no'), ('mydob', 'no'), ('gpprac', 'no'), ('resladst_ons', 'no'),
		('procode3', 'no'), ('procode5', 'no'), ('procode', 'no'),
		('lsoa01', 'no'), ('lsoa11', 'no'), ('lsoa21', 'no'), ('msoa01', 'no'), ('msoa11', 'no'), ('msoa21', 'no')
) c (column_name, needed)
union all
select 'hes', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('hes_apc', 'epikey', 'text', 'no'),
		('hes_apc', 'admidate', 'day', 'relation'),
		('hes_apc', 'admimeth', 'text', 'relation'),
		('hes_apc', 'classpat', 'text', 'no'),
		('hes_apc', 'disdate', 'day', 'no'),
		('hes_apc', 'dismeth', 'text', 'no'),
		('hes_apc', 'epistart', 'day', 'no'),
		('hes_apc', 'epiend', 'day', 'no'),
		('hes_apc', 'epiorder', 'whole', 'no'),
		('hes_apc', 'epistat', 'text', 'no'),
		('hes_apc', 'spelend', 'text', 'no'),
		('hes_apc', 'provspnops', 'text', 'no'),
		('hes_apc', 'startage', 'whole', 'no'),
		('hes_op', 'attendkey', 'text', 'no'),
		('hes_op', 'apptdate', 'day', 'relation'),
		('hes_op', 'attended', 'text', 'relation'),
		('hes_op', 'apptage', 'whole', 'no'),
		('hes_ae', 'aekey', 'text', 'no'),
		('hes_ae', 'arrivaldate', 'day', 'relation'),
		('hes_ae', 'aeattendcat', 'text', 'relation'),
		('hes_ae', 'arrivalage', 'whole', 'no'),
		('hes_ecds', 'der_pseudo_nhs_number', 'text', 'one'),
		('hes_ecds', 'ec_ident', 'text', 'no'),
		('hes_ecds', 'aekey', 'text', 'no'),
		('hes_ecds', 'arrival_date', 'day', 'one'),
		('hes_ecds', 'arrivaldate', 'day', 'one'),
		('hes_ecds', 'ec_attendance_category', 'text', 'no'),
		('hes_ecds', 'attendance_category', 'text', 'no'),
		('hes_ecds', 'age_at_arrival', 'whole', 'no'),
		('hes_ecds', 'der_age_at_cds_activity_date', 'whole', 'no'),
		('hes_ecds', 'arrivalage', 'whole', 'no'),
		('hes_ecds', 'stated_gender', 'text', 'no'),
		('hes_ecds', 'ethnic_category', 'text', 'no'),
		('hes_ecds', 'gp_practice_code', 'text', 'no'),
		('hes_ecds', 'der_postcode_lsoa_code', 'text', 'no'),
		('hes_ecds', 'der_provider_code', 'text', 'no')
) c (relation, column_name, column_type, needed)
union all
select 'hes', c.relation, format(c.name, lpad(n::text, 2, '0')), c.column_type, 'no'
from (
	values
		('hes_apc', 'diag_4_%s', 'text', 20), ('hes_apc', 'diag_3_%s', 'text', 20), ('hes_apc', 'diag_%s', 'text', 20),
		('hes_apc', 'opertn_4_%s', 'text', 24), ('hes_apc', 'opertn_3_%s', 'text', 24),
		('hes_apc', 'opertn_%s', 'text', 24), ('hes_apc', 'opdate_%s', 'day', 24),
		('hes_op', 'diag_4_%s', 'text', 12), ('hes_op', 'diag_3_%s', 'text', 12), ('hes_op', 'diag_%s', 'text', 12),
		('hes_op', 'opertn_4_%s', 'text', 24), ('hes_op', 'opertn_3_%s', 'text', 24),
		('hes_op', 'opertn_%s', 'text', 24),
		('hes_ecds', 'ec_diagnosis_%s', 'text', 12)
) c (relation, name, column_type, numbers), generate_series(1, c.numbers) n;

insert into ph.source_option (map, option, value, description) values
	('hes', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('hes', 'sentinel_days', '{1582-10-15,1600-01-01,1800-01-01,1801-01-01,1802-01-01,1900-01-01}',
	 'days that stand for none'),
	('hes', 'open_spell_days', '365', 'spells without an end are remarked that began so many days before the data day'),
	('hes', 'population', 'seen', 'whom person_at and person_period count; without a list of people: who was seen'),
	('hes', 'small_area', 'LSOA21, LSOA11, LSOA01', 'kind of place of an address, the first that the data have'),
	('hes', 'neighbourhood', 'MSOA21, MSOA11, MSOA01',
	 'kind of place of a neighbourhood, the first that the data have'),
	('hes', 'place', 'LAD', 'kind of place of a place'),
	('hes', 'system', 'none', 'kind of place of a system');

insert into ph.source_value (map, list, source_value, value, description) values
	('hes', 'sex', '1', 'M', 'male'),
	('hes', 'sex', '2', 'F', 'female'),
	('hes', 'sex', '0', null, 'not known'),
	('hes', 'sex', '9', null, 'not specified'),
	('hes', 'ethnicity', '0', '0', 'white, not further known: none of the 16 groups'),
	('hes', 'ethnicity', '1', 'M', 'Black Caribbean'),
	('hes', 'ethnicity', '2', 'N', 'Black African'),
	('hes', 'ethnicity', '3', 'P', 'Black other'),
	('hes', 'ethnicity', '4', 'H', 'Indian'),
	('hes', 'ethnicity', '5', 'J', 'Pakistani'),
	('hes', 'ethnicity', '6', 'K', 'Bangladeshi'),
	('hes', 'ethnicity', '7', 'R', 'Chinese'),
	('hes', 'ethnicity', '8', 'S', 'any other ethnic group'),
	('hes', 'ethnicity', '9', null, 'not given'),
	('hes', 'ethnicity', '99', null, 'not known'),
	('hes', 'ethnicity', 'X', null, 'not known'),
	('hes', 'ethnicity', 'Z', null, 'not stated'),
	('hes', 'ethnicity', '*', '?', 'no code of an ethnicity'),
	('hes', 'pod', '11', 'EL', 'waiting list'),
	('hes', 'pod', '12', 'EL', 'booked'),
	('hes', 'pod', '13', 'EL', 'planned'),
	('hes', 'pod', '21', 'NEL', 'emergency: accident and emergency department of the provider'),
	('hes', 'pod', '22', 'NEL', 'emergency: general practitioner'),
	('hes', 'pod', '23', 'NEL', 'emergency: bed bureau'),
	('hes', 'pod', '24', 'NEL', 'emergency: consultant clinic'),
	('hes', 'pod', '25', 'NEL', 'emergency: mental health crisis resolution team'),
	('hes', 'pod', '28', 'NEL', 'emergency: other means'),
	('hes', 'pod', '2A', 'NEL', 'emergency: accident and emergency department of another provider'),
	('hes', 'pod', '2C', 'NEL', 'emergency: baby born at home as intended'),
	('hes', 'pod', '2D', 'NEL', 'emergency: other emergency admission'),
	('hes', 'pod', '2B', 'OTH', 'transfer of an emergency patient, set aside: no new admission'),
	('hes', 'pod', '81', 'OTH', 'transfer that is no emergency, set aside: no new admission'),
	('hes', 'pod', '31', 'OTH', 'maternity, ante-partum'),
	('hes', 'pod', '32', 'OTH', 'maternity, post-partum'),
	('hes', 'pod', '82', 'OTH', 'birth in this provider'),
	('hes', 'pod', '83', 'OTH', 'birth outside this provider'),
	('hes', 'pod', 'regular attendance', 'OTH', 'regular day or night attendance, CLASSPAT 3 or 4: no spell'),
	('hes', 'pod', '*', 'OTH', 'any other method of admission');
insert into ph.source_value (map, list, source_value, value, description)
select 'hes', 'ethnicity', code, code, 'a code of 2001'
from regexp_split_to_table('ABCDEFGHJKLMNPRS', '') code;

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 0, 'data_day', r.relation,
	format('{%s} e where fyear ~ ''^([0-9]{2})?[0-9]{2}[-/]?([0-9]{2})?[0-9]{2}$''', r.relation),
	'the last day of each financial year'
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
union all
select 'hes', 2, 'hes_record', r.relation, format('{%s} e', r.relation),
	'what every record says of its person, on the day of contact'
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 1, 'hes_episode', 'hes_apc',
	format(
	 '(
		select *,
			min(case when classpat in (''3'', ''4'') then ''regular attendance'' else admimeth end)
				filter (where place = 1) over spell as method,
			min(diagnoses[1]) filter (where place = 1) over spell as primary_diagnosis,
			min(record) filter (where place = 1) over spell as first_record,
			coalesce(max(disdate) filter (where disdate <> all ({option.sentinel_days}::date[])) over spell,
				case
					when bool_or(spelend = ''Y'') over spell
						then max(epiend) filter (where epiend <> all ({option.sentinel_days}::date[])) over spell
					end) as end_date,
			bool_or(dismeth = ''4'') over spell as died
		from (
			select *, dense_rank() over (
					partition by person_id, spell, fault order by epiorder, epistart, record) as place
			from (
				select *,
					case
						when epistat is distinct from ''3''
							and (finished_too or bool_or(epistat = ''3'' and version = 1) over (
								partition by person_id, spell, epiorder))
							then ''unfinished, reported finished too''
						when version > 1 then ''duplicate'' end as fault
				from (
					select *, dense_rank() over (
							partition by record
							order by epistat is distinct from ''3'', epiend desc nulls last, source_row) as version,
						bool_or(epistat = ''3'') over (partition by record) as finished_too,
						case
							when classpat in (''3'', ''4'') then concat(''regular '', record)
							when provspnops is not null then concat_ws('' '', provider, provspnops)
							else concat_ws('' '', provider, ''on'', admidate) end as spell
					from (
						-- codes as arrays, since what is wide is sorted slowly
						select source_row, coalesce(epikey, source_row) as record,
							coalesce(pseudo_hesid, token_person_id, encrypted_hesid) as person_id,
							coalesce(procode3, left(coalesce(procode5, procode), 3)) as provider, provspnops,
							admidate, upper(admimeth) as admimeth, classpat, disdate, dismeth, epistart, epiend,
							epiorder, epistat, spelend, array[%1$s] as diagnoses, array[%2$s] as procedures,
							array[%3$s] as procedure_days
						from {hes_apc} a) episode
				) version
			) judged
		) placed
		window spell as (partition by person_id, spell, fault)
	) e',
		string_agg(format('coalesce(diag_4_%1$s, diag_%1$s, diag_3_%1$s)', n), ', ' order by n)
			filter (where n::integer <= 20),
		string_agg(format('coalesce(opertn_4_%1$s, opertn_%1$s, opertn_3_%1$s)', n), ', ' order by n),
		string_agg('opdate_' || n, ', ' order by n)),
	'episodes with what their spell says: its number, first method and diagnosis, end; regular attendances are none; '
	 'of an episode that was reported unfinished and finished the finished one counts'
from (select lpad(i::text, 2, '0') from generate_series(1, 24) i) numbers (n);

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('hes', 3, 'hes_birth', 'hes_record',
	 '(
		select person_id, max(greatest(birth_month, earliest)) as earliest,
			min(least((birth_month + interval ''1 month'')::date - 1, latest)) as latest,
			(array_agg(coalesce(birth_month, earliest) order by day desc nulls last, record desc)
				filter (where coalesce(birth_month, earliest) is not null))[1] as last_earliest,
			(array_agg(coalesce((birth_month + interval ''1 month'')::date - 1, latest)
				order by day desc nulls last, record desc)
				filter (where coalesce(birth_month, earliest) is not null))[1] as last_latest,
			min(day) as first_seen
		from (
			select *,
				case
					when age between 0 and 120 then (age_day - make_interval(years => age + 1))::date + 1
					when age = 7007 then (age_day - interval ''1 year'')::date + 1
					else age_day - (array[0, 6, 28, 90, 181, 272])[age - 7000] end as earliest,
				case
					when age between 0 and 120 then (age_day - make_interval(years => age))::date
					else age_day - (array[0, 1, 7, 29, 91, 182, 273])[age - 7000] end as latest
			from {made.hes_record} q where person_id is not null
		) r
		group by person_id) b
		cross join lateral (select b.earliest > b.latest as contradict) c
		cross join lateral (
			select case when contradict then last_earliest else b.earliest end as earliest_day,
				case when contradict then last_latest else b.latest end as latest_day) d
		-- nobody is born after having been seen
		cross join lateral (
			select case
				when first_seen >= earliest_day then least(latest_day, first_seen)
				else latest_day end as latest_day
		) seen',
	 'the days of birth that the birth months and ages of a person''s records leave possible, where 7001 to 7007 are '
	 'ages of babies in days; '
	 'where they contradict each other those of the latest record'),
	('hes', 4, 'ethnicity_record', 'hes_record', '{made.hes_record} r where ethnos is not null',
	 'records of ethnicity'),
	('hes', 6, 'hes_death', 'hes_episode',
	 '{made.hes_episode} e where died and fault is null and end_date >= admidate
		and admidate <> all ({option.sentinel_days}::date[]) group by person_id',
	 'the end of the first spell that ended in death'),
	('hes', 7, 'person', 'hes_record',
	 '(
		select person_id,
			coalesce(
				(array_agg(sex order by day desc nulls last, record desc) filter (where sex in (''1'', ''2'')))[1],
				(array_agg(sex order by day desc nulls last, record desc) filter (where sex is not null))[1]) as sex,
			count(distinct sex) filter (where sex in (''1'', ''2'')) as sexes
		from {made.hes_record} r where person_id is not null group by person_id) p
		left join {made.hes_birth} b using (person_id)
		left join {made.hes_death} d using (person_id)
		left join {made.chosen_ethnicity} e using (person_id)',
	 'everybody of whom there is a record, with the latest known sex'),
	('hes', 8, 'place', 'small areas',
	 '{made.hes_record} r where small_area is not null
		and small_area not in (select place_id from {place} q where place_id is not null)
		group by small_area',
	 'small areas of addresses, of the latest edition that has the code'),
	('hes', 8, 'place', 'middle layer areas',
	 '{made.hes_record} r where small_area is not null and middle_area is not null
		and middle_area not in (select place_id from {place} q where place_id is not null)
		group by middle_area',
	 'middle layer areas of addresses'),
	('hes', 8, 'place', 'districts', '{made.hes_record} r where district is not null
		and district not in (select place_id from {place} q where place_id is not null)
		group by district',
	 'local authority districts of addresses'),
	('hes', 8, 'place', 'practices', '{made.hes_record} r where practice is not null
		and practice not in (select place_id from {place} q where place_id is not null)
		group by practice',
	 'general practices of records; nobody is registered with them'),
	('hes', 9, 'place_parent', 'middle layer areas',
	 '{made.hes_record} r where small_area is not null and middle_area is not null
		and small_area not in (select place_id from {place_parent} q where place_id is not null)
		group by small_area, middle_area',
	 'small areas in middle layer areas, as records have them'),
	('hes', 9, 'place_parent', 'districts',
	 '{made.hes_record} r where small_area is not null and district is not null
		and small_area not in (select place_id from {place_parent} q where place_id is not null)
		group by small_area, district',
	 'small areas in districts, as records have them'),
	('hes', 10, 'residence', 'hes_record',
	 '(
		select *, lead(day) over (partition by person_id order by day) as next_day
		from (
			select *, lag(small_area) over (partition by person_id order by day) as earlier
			from (
				select distinct on (person_id, day) person_id, day, record, small_area
				from {made.hes_record} r
				where small_area is not null and day is not null and person_id is not null
				order by person_id, day, record desc) by_day
		) seen
		where small_area is distinct from earlier) r',
	 'from the first record with a small area until the first with another'),
	('hes', 12, 'encounter', 'hes_apc', '{made.hes_episode} e',
	 'provider spells, each under its first episode; transfers and later episodes are set aside, one row an episode'),
	('hes', 12, 'encounter', 'hes_op', '{hes_op} e', 'outpatient appointments that were attended, ATTENDED 5 or 6'),
	('hes', 12, 'encounter', 'hes_ae', '{hes_ae} e', 'attendances that were not planned, AEATTENDCAT 1 or 3'),
	('hes', 12, 'encounter', 'hes_ecds', '{hes_ecds} e', 'attendances that were not planned, category 1, 2 or 3'),
	('hes', 13, 'clinical_event', 'hes_apc diagnoses',
	 '{made.hes_episode} e, unnest(e.diagnoses) with ordinality d (code, position)
		where e.fault is null and d.code !~ ''^[-&[:space:]]*$''',
	 'diagnoses of admissions, on the day of admission'),
	('hes', 13, 'clinical_event', 'hes_apc procedures',
	 '{made.hes_episode} e, unnest(e.procedures, e.procedure_days) with ordinality d (code, day, position)
		where e.fault is null and d.code !~ ''^[-&[:space:]]*$''',
	 'procedures, on their day or else that of admission');

-- the numbered columns of a relation as one array, each under the first of its names that the source has
insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'hes', 13, 'clinical_event', c.part,
	format(
		'{%s} e, unnest(array[%s]) with ordinality d (code, position)
			where %s and d.code !~ ''^[-&[:space:]]*$''',
		c.relation, (
			select string_agg(format(c.columns, lpad(n::text, 2, '0')), ', ' order by n)
			from generate_series(1, c.numbers) n), c.counted),
	c.description
from (
	values
		('hes_op diagnoses', 'hes_op', 'coalesce(e.diag_4_%1$s, e.diag_%1$s, e.diag_3_%1$s)', 12,
		 'attended in (''5'', ''6'')', 'diagnoses of appointments that were attended'),
		('hes_op procedures', 'hes_op', 'coalesce(e.opertn_4_%1$s, e.opertn_%1$s, e.opertn_3_%1$s)', 24,
		 'attended in (''5'', ''6'')', 'procedures of appointments that were attended'),
		('hes_ecds diagnoses', 'hes_ecds', 'e.ec_diagnosis_%1$s', 12,
		 'coalesce(ec_attendance_category, attendance_category) in (''1'', ''2'', ''3'')',
		 'diagnoses of attendances that were not planned, SNOMED CT')
) c (part, relation, columns, numbers, counted, description);

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', 'hes_episode', 'hes_apc', column_name, 'e.' || column_name, null
from unnest('{record,version,person_id,provider,spell,fault,place,method,primary_diagnosis,first_record,admidate,
	end_date,died,admimeth,diagnoses,procedures,procedure_days}'::text[]) column_name
union all
select 'hes', 'data_day', r.relation, 'day',
	'make_date(case when right(e.fyear, 2) >= ''80'' then 1900 else 2000 end + right(e.fyear, 2)::integer, 3, 31)', null
from unnest('{hes_apc,hes_op,hes_ae,hes_ecds}'::text[]) r (relation)
union all
-- a record of any relation: what differs between them stands in the second list
select 'hes', 'hes_record', r.relation, e.column_name,
	format(e.expression, r.key, r.day, r.age, r.age_day, r.person, r.sex, r.ethnicity, r.practice, r.lsoa11,
		r.relation), null
from (
	values
		('hes_apc', 'epikey', 'admidate', 'startage', 'epistart', 'null', 'null', 'null', 'null', 'null'),
		('hes_op', 'attendkey', 'apptdate', 'apptage', 'apptdate', 'null', 'null', 'null', 'null', 'null'),
		('hes_ae', 'aekey', 'arrivaldate', 'arrivalage', 'arrivaldate', 'null', 'null', 'null', 'null', 'null'),
		('hes_ecds', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date',
		 'arrivalage, e.age_at_arrival, e.der_age_at_cds_activity_date', 'arrivaldate, e.arrival_date',
		 'e.der_pseudo_nhs_number', 'e.stated_gender', 'e.ethnic_category', 'e.gp_practice_code',
		 'e.der_postcode_lsoa_code')
) r (relation, key, day, age, age_day, person, sex, ethnicity, practice, lsoa11)
cross join (
	values
		('record', 'coalesce(e.%1$s, e.source_row)'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %5$s)'),
		('day', 'nullif(case when coalesce(e.%2$s) <> all ({option.sentinel_days}::date[]) then coalesce(e.%2$s) end, '
		 '''-infinity'')'),
		('age', 'case when coalesce(e.%3$s) between 0 and 7007 then coalesce(e.%3$s)::integer end'),
		('age_day', 'nullif(case
			when coalesce(e.%4$s) <> all ({option.sentinel_days}::date[] || date ''-infinity'') then coalesce(e.%4$s)
			when coalesce(e.%2$s) <> all ({option.sentinel_days}::date[]) then coalesce(e.%2$s) end, ''-infinity'')'),
		('sex', 'coalesce(e.sex, %6$s)'),
		('ethnos', 'upper(coalesce(e.ethnos, %7$s))'),
		('birth_month', 'case
			when lpad(e.mydob, 6, ''0'') ~ ''^(0[1-9]|1[0-2])(18[89][0-9]|19[0-9]{2}|20[0-9]{2})$''
				and lpad(e.mydob, 6, ''0'') <> ''011900''
				then make_date(right(e.mydob, 4)::integer, left(lpad(e.mydob, 6, ''0''), 2)::integer, 1) end'),
		('practice', 'substring(coalesce(e.gpprac, %8$s) from ''^(?!V8199[789])[A-Z][0-9]{5}$'')'),
		('small_area', 'substring(coalesce(e.lsoa21, e.lsoa11, %9$s, e.lsoa01) from ''^(?!.99999999).+$'')'),
		('small_area_kind', 'case
			when e.lsoa21 is not null then ''LSOA21''
			when coalesce(e.lsoa11, %9$s) is not null then ''LSOA11''
			else ''LSOA01'' end'),
		('middle_area', 'substring(case
			when e.lsoa21 is not null then e.msoa21
			when coalesce(e.lsoa11, %9$s) is not null then e.msoa11
			else e.msoa01 end from ''^(?!.99999999).+$'')'),
		('middle_area_kind', 'case
			when e.lsoa21 is not null then ''MSOA21''
			when coalesce(e.lsoa11, %9$s) is not null then ''MSOA11''
			else ''MSOA01'' end'),
		('district', 'substring(e.resladst_ons from ''^(?!.99999999)[A-Z][0-9]{8}$'')'),
		('source', '''%10$s''')
) e (column_name, expression);

-- what outpatient, A&E and ECDS contacts have in common
insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', 'encounter', r.relation, e.column_name,
	format(e.expression, upper(substr(r.relation, 5)), r.pod, r.key, r.day, r.person, r.provider, r.fault), null
from (
	values
		('hes_op', 'OP', 'attendkey', 'apptdate', 'null', 'null',
		 'case when e.attended in (''5'', ''6'') then null else ''not attended'' end'),
		('hes_ae', 'AE', 'aekey', 'arrivaldate', 'null', 'null',
		 'case
			when e.aeattendcat in (''1'', ''3'') then null
			when e.aeattendcat = ''2'' then ''planned follow-up''
			else ''attendance category not known'' end'),
		('hes_ecds', 'AE', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date', 'e.der_pseudo_nhs_number',
		 'e.der_provider_code',
		 'case
			when coalesce(e.ec_attendance_category, e.attendance_category) in (''1'', ''2'', ''3'') then null
			when coalesce(e.ec_attendance_category, e.attendance_category) = ''4'' then ''planned follow-up''
			else ''attendance category not known'' end')
) r (relation, pod, key, day, person, provider, fault)
cross join (
	values
		('source_key', 'coalesce(e.%3$s, e.source_row)'),
		('source_provider', 'coalesce(e.procode3, left(coalesce(e.procode5, e.procode, %6$s), 3))'),
		('encounter_id', 'concat(''%1$s '', coalesce(e.%3$s, e.source_row))'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %5$s)'),
		('pod', '''%2$s'''),
		('start_date', 'coalesce(e.%4$s)'),
		('end_date', 'coalesce(e.%4$s)'),
		('provider_code', 'coalesce(e.procode3, left(coalesce(e.procode5, e.procode, %6$s), 3))'),
		('source_fault', '%7$s')
) e (column_name, expression)
union all
-- and their codes
select 'hes', 'clinical_event', r.part, e.column_name,
	format(e.expression, upper(substr(r.relation, 5)), r.key, r.day, r.person, r.system), null
from (
	values
		('hes_op diagnoses', 'hes_op', 'attendkey', 'apptdate', 'null', 'ICD10'),
		('hes_op procedures', 'hes_op', 'attendkey', 'apptdate', 'null', 'OPCS4'),
		('hes_ecds diagnoses', 'hes_ecds', 'aekey, e.ec_ident', 'arrivaldate, e.arrival_date',
		 'e.der_pseudo_nhs_number', 'SNOMED')
) r (part, relation, key, day, person, system)
cross join (
	values
		('source_key', 'concat(coalesce(e.%2$s, e.source_row), '' '', d.position)'),
		('person_id', 'coalesce(e.pseudo_hesid, e.token_person_id, e.encrypted_hesid, %4$s)'),
		('event_date', 'coalesce(e.%3$s)'),
		('code_system', '''%5$s'''),
		('source', '''%1$s'''),
		('encounter_id', 'concat(''%1$s '', coalesce(e.%2$s, e.source_row))')
) e (column_name, expression)
union all
select 'hes', 'clinical_event', r.part, e.column_name, e.expression, null
from unnest('{hes_apc diagnoses,hes_apc procedures}'::text[]) r (part)
cross join (
	values
		('source_key', 'concat(e.record, '' '', d.position)'),
		('source_provider', 'e.provider'),
		('person_id', 'e.person_id'),
		('source_end', 'e.end_date'),
		('source', '''APC'''),
		('encounter_id', 'concat(''APC '', e.first_record)')
) e (column_name, expression)
union all
-- codes without dots and marks; two codes in one field are set aside, and the row that has the field is not
select 'hes', 'clinical_event', r.part, e.column_name, e.expression, null
from ph.source_rows r
join (
	values
		('ICD10', 'code', 'coalesce(ph.icd10_normalise(d.code), d.code)'),
		('ICD10', 'position', 'd.position'),
		('ICD10', 'source_fault', 'case when ph.several_codes(d.code) then ''two codes in one field'' end'),
		('ICD10', 'source_remark',
		 'case when ph.icd10_normalise(d.code) is null then ''malformed ICD-10 code'' end'),
		('OPCS4', 'code', 'upper(regexp_replace(d.code, ''[^A-Za-z0-9]'', '''', ''g''))'),
		('SNOMED', 'code', 'd.code'),
		('SNOMED', 'position', 'd.position'),
		('SNOMED', 'source_fault', 'case when ph.several_codes(d.code) then ''two codes in one field'' end')
) e (system, column_name, expression)
	on e.system = case
		when r.part like '%procedures' then 'OPCS4'
		when r.part like 'hes_ecds%' then 'SNOMED'
		else 'ICD10' end
where r.map = 'hes' and r.relation = 'clinical_event';

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'hes', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('hes_birth', 'hes_record', 'person_id', 'b.person_id', null),
		('hes_birth', 'hes_record', 'contradict', 'c.contradict', null),
		('hes_birth', 'hes_record', 'earliest_birth_date', 'd.earliest_day', null),
		('hes_birth', 'hes_record', 'birth_date',
		 'case
			when d.earliest_day <= date_trunc(''month'', d.earliest_day)::date + 14
				and seen.latest_day between date_trunc(''month'', d.earliest_day)::date + 14
					and (date_trunc(''month'', d.earliest_day) + interval ''1 month'')::date - 1
				then date_trunc(''month'', d.earliest_day)::date + 14
			else d.earliest_day + (seen.latest_day - d.earliest_day) / 2 end', null),
		('hes_birth', 'hes_record', 'possible_days', 'seen.latest_day - d.earliest_day + 1', null),

		('ethnicity_record', 'hes_record', 'person_id', 'r.person_id', null),
		('ethnicity_record', 'hes_record', 'record', 'concat_ws('' '', r.source, r.record)', null),
		('ethnicity_record', 'hes_record', 'recorded_on', 'r.day', null),
		('ethnicity_record', 'hes_record', 'source', 'r.source', null),
		('ethnicity_record', 'hes_record', 'self_reported', 'null::boolean', null),
		('ethnicity_record', 'hes_record', 'given', 'r.ethnos', null),
		('ethnicity_record', 'hes_record', 'ethnicity_code', 'r.ethnos', 'ethnicity'),

		('hes_death', 'hes_episode', 'person_id', 'e.person_id', null),
		('hes_death', 'hes_episode', 'death_date', 'min(e.end_date)', null),
		('hes_death', 'hes_episode', 'deaths', 'count(distinct e.end_date)', null),

		('person', 'hes_record', 'source_key', 'p.person_id', null),
		('person', 'hes_record', 'person_id', 'p.person_id', null),
		('person', 'hes_record', 'birth_date', 'b.birth_date', null),
		('person', 'hes_record', 'earliest_birth_date', 'b.earliest_birth_date', null),
		('person', 'hes_record', 'sex', 'p.sex', 'sex'),
		('person', 'hes_record', 'death_date', 'd.death_date', null),
		('person', 'hes_record', 'ethnicity_code', 'e.ethnicity_code', null),
		('person', 'hes_record', 'source_remark',
		 'case when p.sexes > 1 then ''records of both sexes: the latest taken'' end', null),
		('person', 'hes_record', 'source_remark_2',
		 'case
			when b.contradict then ''records contradict each other on birth: the latest taken''
			when b.possible_days > 31 then ''birth by age: the middle of the days that are possible''
			when b.possible_days > 1 then ''birth by month: taken for its 15th day'' end', null),
		('person', 'hes_record', 'source_remark_3',
		 'case when d.deaths > 1 then ''several days of death: the first taken'' end', null),

		('place', 'small areas', 'source_key', 'r.small_area', null),
		('place', 'small areas', 'place_id', 'r.small_area', null),
		('place', 'small areas', 'place_kind', 'max(r.small_area_kind)', null),
		('place', 'middle layer areas', 'source_key', 'r.middle_area', null),
		('place', 'middle layer areas', 'place_id', 'r.middle_area', null),
		('place', 'middle layer areas', 'place_kind', 'max(r.middle_area_kind)', null),
		('place', 'districts', 'source_key', 'r.district', null),
		('place', 'districts', 'place_id', 'r.district', null),
		('place', 'districts', 'place_kind', '''LAD''', null),
		('place', 'practices', 'source_key', 'r.practice', null),
		('place', 'practices', 'place_id', 'r.practice', null),
		('place', 'practices', 'place_kind', '''PRACTICE''', null),
		('place_parent', 'middle layer areas', 'source_key', 'r.small_area', null),
		('place_parent', 'middle layer areas', 'place_id', 'r.small_area', null),
		('place_parent', 'middle layer areas', 'parent_id', 'r.middle_area', null),
		('place_parent', 'districts', 'source_key', 'r.small_area', null),
		('place_parent', 'districts', 'place_id', 'r.small_area', null),
		('place_parent', 'districts', 'parent_id', 'r.district', null),

		('residence', 'hes_record', 'source_key', 'r.record', null),
		('residence', 'hes_record', 'person_id', 'r.person_id', null),
		('residence', 'hes_record', 'lsoa21_code', 'r.small_area', null),
		('residence', 'hes_record', 'start_date', 'r.day', null),
		('residence', 'hes_record', 'end_date', 'r.next_day', null),

		('encounter', 'hes_apc', 'source_key', 'e.record', null),
		('encounter', 'hes_apc', 'source_provider', 'e.provider', null),
		('encounter', 'hes_apc', 'encounter_id',
		 'concat(''APC '', e.record, case when e.version > 1 then '' version '' || e.version end)', null),
		('encounter', 'hes_apc', 'person_id', 'e.person_id', null),
		('encounter', 'hes_apc', 'pod', 'coalesce(e.method, ''not given'')', 'pod'),
		('encounter', 'hes_apc', 'start_date', 'e.admidate', null),
		('encounter', 'hes_apc', 'end_date', 'e.end_date', null),
		('encounter', 'hes_apc', 'los_days',
		 'case when e.end_date >= e.admidate and isfinite(e.admidate) then e.end_date - e.admidate end', null),
		('encounter', 'hes_apc', 'admission_method', 'e.admimeth', null),
		('encounter', 'hes_apc', 'primary_icd10', 'ph.icd10_normalise(e.primary_diagnosis)', null),
		('encounter', 'hes_apc', 'provider_code', 'e.provider', null),
		('encounter', 'hes_apc', 'source_fault',
		 'case
			when e.fault is not null then e.fault
			when e.place > 1 then ''later episode of a spell''
			when e.method in (''81'', ''2B'') then ''transfer'' end', null),
		('encounter', 'hes_apc', 'source_remark',
		 'case
			when e.end_date is null and e.admidate < {load.data_day} - {option.open_spell_days}::integer
				then ''open for more days than open_spell_days'' end', null),

		('clinical_event', 'hes_apc diagnoses', 'event_date', 'e.admidate', null),
		('clinical_event', 'hes_apc diagnoses', 'code_system', '''ICD10''', null),
		('clinical_event', 'hes_apc procedures', 'event_date',
		 'case
			when d.day <> all ({option.sentinel_days}::date[] || date ''-infinity'') then d.day
			else e.admidate end', null),
		('clinical_event', 'hes_apc procedures', 'code_system', '''OPCS4''', null)
) e (relation, part, column_name, expression, value_list);
