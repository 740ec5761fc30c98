-- reads reference/risk
-- Scores from measurements against the vectors of reference/risk.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table result (name text, case_id text, ok boolean);
create temp table news2 (
	case_id text, respiration_rate float8, spo2 float8, spo2_scale2 boolean, supplemental_oxygen boolean,
	systolic_bp float8, pulse float8, consciousness text, temperature_c float8, score float8, any_single_3 boolean,
	band text, status text);
create temp table lace (
	case_id text, length_of_stay_days float8, acute_admission boolean, charlson float8, visits float8, score float8,
	band text, status text);
create temp table hospital (
	case_id text, haemoglobin_g_dl float8, oncology boolean, sodium float8, procedure boolean, urgent boolean,
	admissions float8, stay float8, score float8, band text, status text);
create temp table cha2ds2vasc (
	case_id text, age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean,
	vascular boolean, diabetes boolean, score float8, status text);
create temp table fib4 (
	case_id text, age_years float8, ast float8, alt float8, platelets float8, score float8, band_nafld text,
	band_sterling text, status text);
create temp table ckdepi (
	case_id text, sex text, age_years float8, creatinine float8, unit text, egfr_2021 float8, category text,
	egfr_2009 float8, status text);
create temp table kfre (
	case_id text, n_variables int, age_years float8, sex text, egfr float8, acr_mg_g float8, diabetes boolean,
	hypertension boolean, albumin_g_dl float8, phosphate_mg_dl float8, bicarbonate float8, calcium_mg_dl float8,
	non_na_2y float8, non_na_5y float8, na_2y float8, na_5y float8, status text);
create temp table score2 (
	case_id text, model text, age_years float8, sex text, region text, smoking boolean, sbp float8, diabetes boolean,
	total_cholesterol float8, hdl float8, diagnosis_age float8, hba1c float8, egfr float8, risk float8, band text,
	status text);
\copy news2 from program 'cat $REFERENCE/vectors_news2.csv' csv header
\copy lace from program 'cat $REFERENCE/vectors_lace.csv' csv header
\copy hospital from program 'cat $REFERENCE/vectors_hospital.csv' csv header
\copy cha2ds2vasc from program 'cat $REFERENCE/vectors_cha2ds2vasc.csv' csv header
\copy fib4 from program 'cat $REFERENCE/vectors_fib4.csv' csv header
\copy ckdepi from program 'cat $REFERENCE/vectors_ckdepi.csv' csv header
\copy kfre from program 'cat $REFERENCE/vectors_kfre.csv' csv header
\copy score2 from program 'cat $REFERENCE/vectors_score2.csv' csv header

-- the value within a relative tolerance, the band where one is expected, and the beginning of the status
create function pg_temp.agrees(got ph.risk_score, value float8, band text, status text, tolerance float8)
returns boolean immutable
begin atomic
	select case
			when value is null then (got).value is null
			else coalesce(abs((got).value - value) <= tolerance * greatest(abs(value), 1e-3), false) end
		and (band is null or (got).band is not distinct from band)
		and case status
			when 'ok' then (got).status = 'ok' or (got).status like 'not_validated%'
			else (got).status like status || '%' end;
end;
insert into result
select 'news2', case_id,
	pg_temp.agrees(
		ph.news2(
			respiration_rate, spo2, supplemental_oxygen, systolic_bp, pulse, consciousness, temperature_c,
			case when spo2_scale2 then 2 when not spo2_scale2 then 1 end), score, band, status, 0)
from news2;
insert into result
select 'news2 single 3', case_id,
	(
		select bool_or(contribution = 3)
		from ph.news2_terms(
			respiration_rate, spo2, supplemental_oxygen, systolic_bp, pulse, consciousness, temperature_c,
			case when spo2_scale2 then 2 else 1 end)
	) = any_single_3
from news2
where status = 'ok';
insert into result
select 'lace', case_id,
	pg_temp.agrees(ph.lace(length_of_stay_days, acute_admission, charlson, visits), score, band, status, 0)
from lace;
insert into result
select 'hospital_score', case_id,
	pg_temp.agrees(
		ph.hospital_score(haemoglobin_g_dl, oncology, sodium, procedure, urgent, admissions, stay), score, band,
		status, 0)
from hospital;
insert into result
select 'cha2ds2_vasc', case_id,
	pg_temp.agrees(
		ph.cha2ds2_vasc(age_years, sex, heart_failure, hypertension, stroke, vascular, diabetes), score, null, status,
		0)
from cha2ds2vasc;
insert into result
select 'fib4', case_id,
	pg_temp.agrees(ph.fib4(age_years, ast, alt, platelets), score, band_nafld, status, 1e-9)
		and pg_temp.agrees(ph.fib4(age_years, ast, alt, platelets, 'sterling'), score, band_sterling, status, 1e-9)
from fib4;
insert into result
select 'egfr', case_id,
	pg_temp.agrees(ph.egfr(umol, age_years, sex), egfr_2021, category, status, 1e-9)
		and pg_temp.agrees(ph.egfr(umol, age_years, sex, 'ckdepi2009'), egfr_2009, null, status, 1e-9)
from ckdepi, lateral (select case unit when 'mg/dL' then creatinine * 88.4 else creatinine end) u(umol);
insert into result
select 'kidney_failure_risk', case_id,
	bool_and(pg_temp.agrees(
		ph.kidney_failure_risk(
			age_years, sex, egfr, acr_mg_g / 8.84, years, region, n_variables, diabetes, hypertension,
			albumin_g_dl * 10, phosphate_mg_dl / 3.097, bicarbonate, calcium_mg_dl / 4.008), wanted, null, status,
		1e-8))
from kfre,
	lateral (
		values
			(2, 'non_north_america', non_na_2y), (5, 'non_north_america', non_na_5y), (2, 'north_america', na_2y),
			(5, 'north_america', na_5y)
	) w(years, region, wanted)
group by case_id;
insert into result
select 'score2', case_id,
	pg_temp.agrees(
		ph.score2(
			age_years, sex, region, smoking, sbp, total_cholesterol, hdl, diabetes, model, diagnosis_age, hba1c, egfr),
		risk, band, status, 1e-8)
from score2;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
