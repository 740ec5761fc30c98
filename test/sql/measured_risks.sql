-- FIB-4, kidney function and failure, SCORE2: formulas written again, edges of bands, units.
set search_path = public, ph;
\set SHOW_CONTEXT never
select abs((fib4(61, 50, 40, 180)).value - 61 * 50 / (180 * sqrt(40))) < 1e-12 as formula, fib4(64, 26, 16, 320), fib4(65, 26, 16, 320), fib4(30, 40, 36, 250), fib4(61, 50, 40, 180000), (fib4(61, 50, 40, 180, 'sterling')).band;
select abs(exp(sum(contribution)) - (fib4(61, 50, 40, 180)).value) < 1e-12 as terms from fib4_terms(61, 50, 40, 180);
select fib4(61, 50, 40, 180, 'other');
select abs((egfr(88.4, 50, 'male')).value - 142 * (1 / 0.9) ^ -1.2 * 0.9938 ^ 50) < 1e-10 as above, abs((egfr(44.2, 50, 'F')).value - 142 * (0.5 / 0.7) ^ -0.241 * 0.9938 ^ 50 * 1.012) < 1e-10 as below, round((egfr(88.4, 50, 'm', 'ckdepi2009')).value::numeric, 6) as equation_2009;
select egfr(1.1, 50, 'male') as milligrams, egfr(88.4, 17, 'male') as child, egfr(null, 50, null) as missing, egfr(20000, 50, 'male');
select (egfr(c, 60, 'female')).band, round((egfr(c, 60, 'female')).value::numeric, 1) from unnest('{60,80,100,130,200,500}'::float8[]) c;
select a, acr_category(a) from unnest('{0,2.99,3,30,30.01,-1,NaN}'::float8[]) a;
select abs((k).value - (1 - 0.9365 ^ exp(-0.2201 * (6.0 - 7.036) + 0.2467 * (1 - 0.5642) - 0.5567 * (30 / 5.0 - 7.222) + 0.451 * (ln(50 * 8.84) - 5.137)))) < 1e-12 as formula, (k).status from kidney_failure_risk(60, 'male', 30, 50) k;
select kidney_failure_risk(60, 'male', 60, 50) as not_below_60, kidney_failure_risk(60, 'male', 30, 0) as no_acr, kidney_failure_risk(60, 'male', 30, 50, variables => 6) as needs_more, kidney_failure_risk(60, 'male', 30, 50, variables => 8, albumin_g_l => 4, phosphate_mmol_l => 1.2, bicarbonate_mmol_l => 24, calcium_mmol_l => 9.4) as units;
select (kidney_failure_risk(60, 'male', 30, 50, 2)).value < (kidney_failure_risk(60, 'male', 30, 50, 5)).value as sooner_is_less;
select kidney_failure_risk(60, 'male', 30, 50, 3);
-- SCORE2: a man of 60 at every centre has the recalibrated baseline
select abs((score2(60, 'male', 'low', false, 120, 6, 1.3)).value - (1 - exp(-exp(-0.5699 + 0.7476 * ln(-ln(0.9605)))))) < 1e-12 as baseline;
select age, round(s.value::numeric, 9) as value, s.band, s.status from unnest('{39,40,49,50,69.9,70,89,90}'::float8[]) age, score2(age, 'female', 'low', true, 150, 6, 1.2) s;
select region, round((score2(60, 'male', region, true, 150, 6, 1.2)).value::numeric, 9) from unnest('{low,moderate,high,very_high}'::text[]) region;
select score2(60, 'male', 'low', true, 150, 230, 50) as milligrams, score2(60, 'male', 'low', null, 150, 6, null) as missing, score2(60, 'male', 'low', false, 150, 5, 1.2, model => 'score2_diabetes', age_at_diabetes_diagnosis_years => 50, hba1c_mmol_mol => 7, egfr_ml_min => 80) as percent,
  (score2(60, 'male', 'low', false, 150, 5, 1.2, model => 'score2_diabetes', age_at_diabetes_diagnosis_years => 50, hba1c_mmol_mol => 53, egfr_ml_min => 80)).band as diabetes;
select count(*) as terms from score2_terms(75, 'female', 'low', true, 150, 6, 1.2, true);
select score2(60, 'male', 'uk', true, 150, 6, 1.2);

-- a diagnosis after the present age
select ph.score2(50, 'm', 'low', false, 130, 5, 1.3, true, 'score2_diabetes', 80, 50, 90);
