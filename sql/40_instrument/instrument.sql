
-- ---- instruments ----

create function ph.instrument_codes(
	out instrument text, out code_list text, out condition text, out label text, out code_prefix text,
	out weight_set text, out points numeric)
returns setof record
language c immutable parallel safe rows 700
as 'MODULE_PATHNAME', 'instrument_codes';
comment on function ph.instrument_codes() is
	'every code list and weight that the extension knows: one row an ICD-10 prefix and weight set; '
	'conditions that come by name have no prefix';

create function ph.charlson(
	conditions ph.conditions, weights text default 'charlson1987', hierarchy boolean default true,
	code_list text default 'quan2005')
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson';
comment on function ph.charlson(ph.conditions, text, boolean, text) is
	'Charlson index; weights charlson1987, quan2011, schneeweiss2003 (for LACE) or shmi (never below 0, '
	'meant for secondary diagnoses); hierarchy: the graver form alone counts; '
	'code lists quan2005, sundararajan2004 (ICD-10-AM), sweden2021 or shmi';
create function ph.charlson_age_adjusted(
	conditions ph.conditions, age_years integer, weights text default 'charlson1987', code_list text default 'quan2005')
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson_age_adjusted';
comment on function ph.charlson_age_adjusted(ph.conditions, integer, text, text) is
	'Charlson index with hierarchy plus a point a decade from age 50, four at most (Charlson et al. 1994); '
	'age in completed years, NULL where nobody has it';
create function ph.charlson_survival(conditions ph.conditions, age_years integer, code_list text default 'quan2005')
returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson_survival';
comment on function ph.charlson_survival(ph.conditions, integer, text) is
	'estimated 10-year survival, 0.983 ^ exp(0.9 x age-adjusted index with the weights of 1987); '
	'a cohort of the 1980s: for comparing, not for telling anybody; NULL for an age that nobody has';
create function ph.elixhauser(
	conditions ph.conditions, weights text default 'vanwalraven2009', hierarchy boolean default true)
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'elixhauser';
comment on function ph.elixhauser(ph.conditions, text, boolean) is
	'Elixhauser comorbidity score from the lists of Quan et al. 2005; '
	'weights vanwalraven2009, swiss2021 or ahrq2017 (mortality); may be negative';
create function ph.cambridge_multimorbidity(conditions ph.conditions, weights text default 'general')
returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cambridge_multimorbidity';
comment on function ph.cambridge_multimorbidity(ph.conditions, text) is
	'Cambridge Multimorbidity Score (Payne et al. 2020) of conditions folded by ph.conditions_named(name, '
	'''cambridge''); weights general, mortality, unplanned_admissions or consultations, of 37 conditions, '
	'or general_20 and so on, of 20';
create function ph.frailty_index(conditions ph.conditions, age_years float8 default null) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'frailty_index';
comment on function ph.frailty_index(ph.conditions, float8) is
	'electronic Frailty Index (Clegg et al. '
	'2016) of deficits folded by ph.conditions_named(name, ''frailty_index''): deficits / 36; '
	'fit, mild from 5, moderate from 9, severe from 13 deficits; validated from 65 on; its code lists are not shipped';
create function ph.hospital_frailty_risk(conditions ph.conditions, age_years float8 default null) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hospital_frailty_risk';
comment on function ph.hospital_frailty_risk(ph.conditions, float8) is
	'ph.hospital_frailty with its band and status: low below 5, intermediate to 15, high above; not_validated below 75';
create function ph.hospital_frailty(conditions ph.conditions) returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'hospital_frailty';
comment on function ph.hospital_frailty(ph.conditions) is
	'Hospital Frailty Risk Score (Gilbert et al. 2018), exact to a tenth; '
	'low below 5, intermediate 5 to 15, high above 15; validated at 75 and over';

create function ph.explain(
	conditions ph.conditions, instrument text, weights text default null,
	out condition text, out label text, out points numeric, out counted boolean, out switched_off_by text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'explain';
comment on function ph.explain(ph.conditions, text, text) is
	'what a score is made of: each condition, its points, '
	'whether it counted and what the hierarchy switched it off for; instrument as in ph.instrument_codes()';
create function ph.explain_codes(
	codes text[], event_dates date[], instrument text, weights text default null, dialect text default 'nhs',
	out code text, out event_date date, out condition text, out label text, out code_prefix text, out points numeric,
	out counted boolean, out switched_off_by text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_codes';
comment on function ph.explain_codes(text[], date[], text, text, text) is
	'why a person has that score: which code, on which date, matched which prefix of which condition '
	'of the instrument, with what weight, and what the hierarchy over all the codes switched it off for; '
	'from array_agg over the person''s events';

-- ---- admissions ----

create function ph.ambulatory_care_sensitive(
	primary_diagnosis text, secondary_diagnoses text[] default null, procedures text[] default null,
	code_list text default 'nhsof_2_3_i',
	out condition text, out condition_group text, out rule text)
returns setof record
language c immutable parallel safe rows 1
as 'MODULE_PATHNAME', 'ambulatory_care_sensitive';
comment on function ph.ambulatory_care_sensitive(text, text[], text[], text) is
	'the ambulatory-care-sensitive conditions for which an admission counts, '
	'by the positions of its diagnoses (ICD-10) and its procedures (OPCS-4); '
	'code_list nhsof_2_3_i (NHS Outcomes Framework 2.3.i, CCG OIS 2.6) or nhs_institute_19 (one source); '
	'count emergency admissions, first episodes, on the list''s own admission rules';
create function ph.is_emergency_admission(admission_method text, code_list text default 'nhsof_2_3_i') returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'is_emergency_admission';
comment on function ph.is_emergency_admission(text, text) is
	'whether a HES admission method is an emergency to a list of ambulatory-care-sensitive conditions';
