-- Ambulatory-care-sensitive admissions: positions, requirements, exclusions.
set search_path = public, ph;
\set SHOW_CONTEXT never
select * from ambulatory_care_sensitive('J45.9');
select * from ambulatory_care_sensitive('J459', code_list => 'nhs_institute_19');
-- a chest infection counts as COPD only beside it; a fracture with asthma second does not count
select (select array_agg(rule) from ambulatory_care_sensitive('J20.9')) as alone,
	(select array_agg(rule) from ambulatory_care_sensitive('J20.9', '{J44.1}')) as beside,
	(select array_agg(rule) from ambulatory_care_sensitive('S72.0', '{J459}')) as second;
-- a heart operation takes heart failure out, written in any way
select (select array_agg(condition) from ambulatory_care_sensitive('I50.0')) as medical,
	(select array_agg(condition) from ambulatory_care_sensitive('I50.0', null, '{k40.1}')) as operated;
select count(*) as rows from ambulatory_care_sensitive(null);
select count(*) as rows from ambulatory_care_sensitive('rubbish', '{NULL,""}', '{NULL}');
select method,
	is_emergency_admission(method) as framework,
	is_emergency_admission(method, 'nhs_institute_19') as institute
from unnest('{11,21,28,29,2a,2B,31,NULL}'::text[]) method;
select * from ambulatory_care_sensitive('I50', code_list => 'qof');
-- a method is read like other codes, whatever its case and the blanks around it
select method,
	ph.is_emergency_admission(method) as framework,
	ph.is_emergency_admission(method, 'nhs_institute_19') as institute
from unnest(array[' 21 ', E'\t2a\n', '2 1', '29', ' 11', '  ', '']) method;
