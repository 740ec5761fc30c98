-- FIB-4, kidney function and failure, SCORE2: formulas written again, edges of bands, units.
set search_path = public, ph;
\set SHOW_CONTEXT never
-- FIB-4 = age * AST / (platelets * sqrt(ALT))
select abs((fib4(61, 50, 40, 180)).value - 61 * 50 / (180 * sqrt(40))) < 1e-12 as formula,
	fib4(64, 26, 16, 320) as at_64,
	fib4(65, 26, 16, 320) as at_65,
	fib4(30, 40, 36, 250) as at_30,
	fib4(61, 50, 40, 180000) as platelets_a_microlitre,
	(fib4(61, 50, 40, 180, 'sterling')).band as sterling;
-- its terms are logarithms
select abs(exp(sum(contribution)) - (fib4(61, 50, 40, 180)).value) < 1e-12 as terms
from fib4_terms(61, 50, 40, 180);
select fib4(61, 50, 40, 180, 'other');
-- CKD-EPI 2021: 142 (creatinine / k) ^ a * 0.9938 ^ age, and 1.012 times that of women; k is 0.9 mg/dl of men, 0.7 of
-- women, and 1 mg/dl is 88.4 umol/l
select abs((egfr(88.4, 50, 'male')).value - 142 * (1 / 0.9) ^ -1.2 * 0.9938 ^ 50) < 1e-10 as above,
	abs((egfr(44.2, 50, 'F')).value - 142 * (0.5 / 0.7) ^ -0.241 * 0.9938 ^ 50 * 1.012) < 1e-10 as below,
	round((egfr(88.4, 50, 'm', 'ckdepi2009')).value::numeric, 6) as equation_2009;
select egfr(1.1, 50, 'male') as milligrams,
	egfr(88.4, 17, 'male') as child,
	egfr(null, 50, null) as missing,
	egfr(20000, 50, 'male') as out_of_range;
select e.band, round(e.value::numeric, 1) as value
from unnest('{60,80,100,130,200,500}'::float8[]) c, egfr(c, 60, 'female') e;
select a, acr_category(a) from unnest('{0,2.99,3,30,30.01,-1,NaN}'::float8[]) a;
-- the four-variable equation, of age, sex, eGFR and ACR (1 mg/mmol is 8.84 mg/g), each about its centre
select abs(
		(k).value - (
			1 - 0.9365 ^ exp(
				-0.2201 * (6.0 - 7.036) + 0.2467 * (1 - 0.5642) - 0.5567 * (30 / 5.0 - 7.222)
					+ 0.451 * (ln(50 * 8.84) - 5.137)))) < 1e-12 as formula,
	(k).status
from kidney_failure_risk(60, 'male', 30, 50) k;
select kidney_failure_risk(60, 'male', 60, 50) as not_below_60,
	kidney_failure_risk(60, 'male', 30, 0) as no_acr,
	kidney_failure_risk(60, 'male', 30, 50, variables => 6) as needs_more,
	kidney_failure_risk(
		60, 'male', 30, 50, variables => 8, albumin_g_l => 4, phosphate_mmol_l => 1.2, bicarbonate_mmol_l => 24,
		calcium_mmol_l => 9.4) as units;
select (kidney_failure_risk(60, 'male', 30, 50, 2)).value
		< (kidney_failure_risk(60, 'male', 30, 50, 5)).value as sooner_is_less;
select kidney_failure_risk(60, 'male', 30, 50, 3);
-- SCORE2: a man of 60 at every centre has the recalibrated baseline
select abs(
		(score2(60, 'male', 'low', false, 120, 6, 1.3)).value - (1 - exp(-exp(-0.5699 + 0.7476 * ln(-ln(0.9605))))))
		< 1e-12 as baseline;
select age, round(s.value::numeric, 9) as value, s.band, s.status
from unnest('{39,40,49,50,69.9,70,89,90}'::float8[]) age, score2(age, 'female', 'low', true, 150, 6, 1.2) s;
select region, round((score2(60, 'male', region, true, 150, 6, 1.2)).value::numeric, 9) as value
from unnest('{low,moderate,high,very_high}'::text[]) region;
select score2(60, 'male', 'low', true, 150, 230, 50) as milligrams,
	score2(60, 'male', 'low', null, 150, 6, null) as missing,
	score2(
		60, 'male', 'low', false, 150, 5, 1.2, true, equation => 'score2_diabetes',
		age_at_diabetes_diagnosis_years => 50, hba1c_mmol_mol => 7, egfr_ml_min => 80) as percent,
	(score2(
		60, 'male', 'low', false, 150, 5, 1.2, true, equation => 'score2_diabetes',
		age_at_diabetes_diagnosis_years => 50, hba1c_mmol_mol => 53, egfr_ml_min => 80)).band as diabetes;
select count(*) as terms from score2_terms(75, 'female', 'low', true, 150, 6, 1.2, true);
select score2(60, 'male', 'uk', true, 150, 6, 1.2);

-- a diagnosis after the present age
select ph.score2(50, 'm', 'low', false, 130, 5, 1.3, true, 'score2_diabetes', 80, 50, 90);

-- what a row holds never stops a cohort: words in any spelling, none, another, blanks; what the query says is checked
select word,
	(score2(60, 'male', word, false, 130, 5, 1.3)).status as score2,
	(kidney_failure_risk(60, 'male', 30, 50, region => word)).status as kidney_failure_risk
from unnest(
	array['low', 'LOW', ' Very high ', 'very-high', 'VERY_HIGH', 'North America', 'non-north-america', 'uk', '',
		'lowly', 'lo', null]) word;
select word,
	(egfr(88, 60, word)).status as egfr,
	(cha2ds2_vasc(60, word, true, true, true, true, true)).status as cha2ds2_vasc,
	(score2(60, word, 'low', false, 130, 5, 1.3)).value is not null as score2
from unnest('{male,Male," m ",MALE,F,female,fem,1,U,"","  ",null}'::text[]) word;
select score2(50, 'male', null, false, 130, 5, 1.3), score2(null, null, null, null, null, null, null);
select score2(60, 'male', 'low', false, 130, 5, 1.3, equation => 'SCORE2');
select kidney_failure_risk(60, 'male', 30, 50, variables => 5);

-- inputs that the equation does not read are told, and the value stands
select s.value = t.value as same_value, s.status
from score2(60, 'male', 'low', false, 130, 5, 1.3, true, 'by_age', 45, 53, 80) s,
	score2(60, 'male', 'low', false, 130, 5, 1.3, true) t;
select (score2(60, 'male', 'low', false, 130, 5, 1.3, true, 'by_age', hba1c_mmol_mol => 53)).status as one,
	(score2(75, 'male', 'low', false, 130, 5, 1.3, true, 'score2_op', 45, 53, 80)).status as older,
	(kidney_failure_risk(60, 'male', 30, 50, diabetes => true)).status as four,
	(kidney_failure_risk(
		60, 'male', 30, 50, variables => 6, diabetes => true, hypertension => true, albumin_g_l => 40)).status as six;

-- inputs that cannot be true together, and an equation of people with diabetes
select (score2(60, 'male', 'low', false, 130, 5, 5.1)).status as hdl_above_total,
	(score2(60, 'male', 'low', false, 130, 5, 4.9)).status as below,
	(score2(60, 'male', 'low', false, 130, 5, 1.3, false, 'score2_diabetes', 45, 53, 80)).status as no_diabetes,
	(score2(60, 'male', 'low', false, 130, 5, 1.3, null, 'score2_diabetes', 45, 53, 80)).status as unknown_diabetes,
	(score2(60, 'male', 'low', false, 130, 5, 1.3, true, 'score2_diabetes', 60, 53, 80)).status as diagnosed_this_year,
	(score2(60, 'male', 'low', false, 130, 5, 1.3, true, 'score2_diabetes', 45, 7.1, 80)).status as percent;

-- ages that nobody has, wherever one is read
select age,
	(fib4(age, 50, 40, 180)).status as fib4,
	(egfr(88, age, 'f')).status as egfr,
	(kidney_failure_risk(age, 'f', 30, 50)).status as kidney,
	(cha2ds2_vasc(age, 'f', true, true, true, true, true)).status as cha2ds2_vasc,
	(score2(age, 'f', 'low', false, 130, 5, 1.3)).status as score2,
	news2(16, 97, false, 125, 70, 'A', 37, age_years => age) as news2,
	frailty_index('{}', age), hospital_frailty_risk('{}', age)
from unnest('{-1,130,130.5,999,7001,NaN,Infinity}'::float8[]) age;
select age, charlson_age_adjusted('{mi}', age), charlson_survival('{mi}', age) is null as no_survival
from unnest('{-1,0,130,131,999,7001}'::int[]) age;
