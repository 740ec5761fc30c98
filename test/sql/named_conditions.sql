-- Scores of named conditions: Cambridge, frailty index; a code list of one's own joins as a table.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table code_list (list text, code text);
insert into code_list
values ('hypertension', '38341003'), ('diabetes', '44054006'), ('painful_condition', '82423001');
create temp table clinical_event (person_id int, code_system text, code text);
insert into clinical_event
values
	(1, 'SNOMED', '38341003'), (1, 'SNOMED', '44054006'), (1, 'SNOMED', '38341003'), (2, 'SNOMED', '1'),
	(3, 'SNOMED', '82423001');
select person_id, c,
	cambridge_multimorbidity(c) as general,
	cambridge_multimorbidity(c, 'unplanned_admissions') as admissions,
	cambridge_multimorbidity(c, 'mortality_20') as mortality_20
from (
	select person_id, conditions_named(list, 'cambridge') as c
	from clinical_event left join code_list using (code)
	group by person_id
) x
order by person_id;
-- once however often, in any order, by parts
select cambridge_multimorbidity(c) = cambridge_multimorbidity(d) as same
from (select conditions_named(l, 'cambridge') as c from unnest('{asthma,copd,asthma}'::text[]) l) x,
	(select conditions_rollup(p) as d from unnest('{"{cambridge.copd}","{cambridge.asthma}"}'::conditions[]) p) y;
select condition, points
from instrument_codes()
where instrument = 'cambridge' and weight_set = 'general'
order by points desc
limit 3;
select n, f.*
from generate_series(0, 36, 4) n,
	lateral (
		select conditions_named(condition, 'frailty_index') as c
		from (
			select distinct condition
			from instrument_codes()
			where instrument = 'frailty_index'
			order by condition
			limit n
		) d
	) x,
	frailty_index(c, 80) f;
select frailty_index(null) as frailty_of_null,
	frailty_index('{efi.falls}', 50) as frailty_at_50,
	frailty_index('{efi.falls}') as frailty_at_no_age,
	hospital_frailty_risk('{F00,R29}', 60) as hospital_at_60,
	hospital_frailty_risk('{F00,R29,N39,S00}', 80) as hospital_at_80,
	hospital_frailty_risk(null) as hospital_of_null;
-- the edges of hospital frailty are exact: 5.0 is intermediate, 15.0 too
select c, hospital_frailty_risk(c)
from unnest('{"{E87,R41}","{F00,R29,G81}","{F00,R29,E16,N39}"}'::conditions[]) c;
select conditions_named('no such condition', 'cambridge');
select conditions_named('asthma', 'qrisk');
select cambridge_multimorbidity('{}', 'cost');
select cambridge_multimorbidity('{}', 'general_21');
