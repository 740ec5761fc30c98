-- Conditions of ICD-9-CM codes: the enhanced lists of Quan et al. 2005, in the bits of their ICD-10 lists.
\set SHOW_CONTEXT never
set search_path = ph, public;
-- every code of five digits, against the ranges that the paper prints
with code as (
	select lpad(n::text, 5, '0') as code, n
	from generate_series(0, 99999) n
), found as (
	select n, names(conditions_of(code, 'icd9cm'), 'charlson') as names
	from code
	group by n
), printed (condition, first, last) as (
	values
		('mi', 41000, 41099), ('mi', 41200, 41299),
		('cevd', 36234, 36234), ('cevd', 43000, 43899),
		('dementia', 29000, 29099), ('dementia', 29410, 29419), ('dementia', 33120, 33129),
		('cpd', 41680, 41699), ('cpd', 49000, 50599), ('cpd', 50640, 50649),
		('cpd', 50810, 50819), ('cpd', 50880, 50889),
		('pud', 53100, 53499),
		('diab', 25000, 25039), ('diab', 25080, 25099), ('diabwc', 25040, 25079),
		('hp', 33410, 33419), ('hp', 34200, 34399), ('hp', 34400, 34469), ('hp', 34490, 34499),
		('msld', 45600, 45629), ('msld', 57220, 57289),
		('canc', 14000, 17299), ('canc', 17400, 19599), ('canc', 20000, 20899), ('canc', 23860, 23869),
		('metacanc', 19600, 19999), ('aids', 4200, 4499)
)
select condition,
	count(*) filter (where condition = any (names)) as codes,
	count(*) filter (where (condition = any (names)) <> in_range) as wrong
from found
cross join lateral (
	select condition, bool_or(n between first and last) as in_range
	from printed
	group by condition
) p
group by condition
order by condition;
-- as feeds write them; what is no code, or an external cause, adds nothing
select code, names(conditions_of(code, 'icd9cm')) as conditions
from unnest('{410.01,41001," 410.01 ",v42.7,V427,E9010,"410.01 428.0",I21,41,410012,""}'::text[]) code
group by code
order by code collate "C";
select names(conditions_of(null, 'icd9cm'));
-- the same conditions as by ICD-10: scores and stored sets mean the same
select conditions_of(code, 'icd9cm') as conditions,
	charlson(conditions_of(code, 'icd9cm')) as charlson,
	elixhauser(conditions_of(code, 'icd9cm'), 'vanwalraven2009') as elixhauser
from unnest('{4280,25060,1970,1749}'::text[]) code;
select charlson(conditions_of(code)) as charlson, elixhauser(conditions_of(code), 'vanwalraven2009') as elixhauser
from unnest('{I500,E114,C780,C509}'::text[]) code;
select conditions_of('410', 'icd9') from generate_series(1, 1);
-- sets of both codings together
select names(union_of) from (
	select ph.union(conditions_of('I21'), conditions_of('4280', 'icd9cm')) as union_of) u;
