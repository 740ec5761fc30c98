-- LACE, HOSPITAL and CHA2DS2-VASc: edges, bands, terms that add up, what is missing.
set search_path = public, ph;
\set SHOW_CONTEXT never
select d as days, (lace(d, false, 0, 0)).value
from unnest('{0,0.9,1,2,3,4,6,7,13,14,100}'::float8[]) d;
select c, (lace(0, false, c, 0)).value as comorbidity, (lace(0, false, 0, c)).value as visits
from generate_series(0, 5) c;
select lace(14, true, 4, 4) as most,
	lace(3, true, 0, 0) as three_days,
	lace(1, true, 0, 0) as edge,
	lace(null, true, 0, 0) as missing,
	lace(-1, true, 0, 0) as negative;
select sum(contribution) as sum_of_terms from lace_terms(14, true, 4, 4);
select hospital_score(11.9, true, 134.9, true, true, 6, 5) as most,
	hospital_score(12, false, 135, false, false, 1, 4) as least,
	hospital_score(12, false, 135, true, true, 2, 4) as between,
	hospital_score(120, false, 135, false, false, 0, 1) as grams_a_litre,
	hospital_score(12, null, 135, false, null, 0, 1) as missing;
select n, (hospital_score(13, false, 140, false, false, n, 1)).value
from unnest('{1,2,5,6}'::float8[]) n;
select term, contribution from hospital_score_terms(11.9, true, 134.9, true, true, 6, 5);
select age, (cha2ds2_vasc(age, 'male', false, false, false, false, false)).value
from unnest('{64,65,74,75}'::float8[]) age;
select cha2ds2_vasc(80, 'F', true, true, true, true, true) as most,
	cha2ds2_vasc(40, 'm', false, false, false, false, false) as least,
	cha2ds2_vasc(40, 'x', false, false, false, false, false) as unknown_sex,
	cha2ds2_vasc(null, null, false, false, null, false, false) as missing;
select sum(contribution) as sum_of_terms from cha2ds2_vasc_terms(80, 'F', true, true, true, true, true);
