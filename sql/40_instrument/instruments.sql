
-- ---- what each score is for ----

create function ph.instruments(
	out instrument text, out purpose text, out population text, out age_from integer, out age_to integer,
	out looks_back interval, out inputs text, out inputs_no_older_than interval, out names_a_person boolean,
	out source text, out licence text, out gives_risk boolean)
returns setof record
language sql immutable parallel safe rows 20
set search_path = pg_catalog, pg_temp
as $$
	values
	('news2', 'acute deterioration in hospital or at home: how soon and by whom to be seen',
		'adults, not pregnant', 16, null::integer, null::interval, 'vital signs taken together', interval '12 hours',
		true, 'Royal College of Physicians 2017',
		'no restriction; the College is to be named as its holder, and its charts to stay as they are', false),
	('lace', 'death or unplanned readmission within 30 days of discharge', 'adults, medical and surgical', 18, null,
		'6 months', 'the stay, its comorbidity, emergency visits of the 6 months before', null, true,
		'van Walraven et al. 2010', 'published points', false),
	('hospital_score', 'avoidable readmission within 30 days of discharge', 'adults of medical wards', 18, null,
		'1 year', 'haemoglobin and sodium at discharge, the stay, admissions of the year before', null, true,
		'Donze et al. 2013, 2016', 'published points', false),
	('hospital_frailty_risk', 'frailty as admissions show it: long stays, death, readmission',
		'emergency admissions', 75, null, '2 years', 'ICD-10 codes of two years, the admission itself included', null,
		true, 'Gilbert et al. 2018', 'CC BY 4.0', false),
	('hospital_frailty', 'the same as a number alone', 'emergency admissions', 75, null, '2 years',
		'ICD-10 codes of two years, the admission itself included', null, true, 'Gilbert et al. 2018', 'CC BY 4.0',
		false),
	('frailty_index', 'frailty as general practice records it: care home, admission, death', 'people of practices', 65,
		95, null, '36 deficits, present or not, ever recorded', null, true, 'Clegg et al. 2016',
		'published formula; its code lists have terms of their own and are not shipped', false),
	('cha2ds2_vasc', 'stroke within a year: whether to offer anticoagulation', 'adults with atrial fibrillation', 18,
		null, null, 'age, sex, conditions ever recorded', null, true, 'Lip et al. 2010', 'published points', false),
	('egfr', 'kidney function, its category', 'adults, creatinine stable', 18, null, null,
		'a creatinine; a category needs two at least 90 days apart', null, true, 'Inker et al. 2021; Levey et al. 2009',
		'published equations', false),
	('kidney_failure_risk', 'dialysis or transplant within 2 or 5 years: whom to refer',
		'adults with a GFR below 60', 18, null, null, 'GFR and urine albumin of about the same day', null, true,
		'Tangri et al. 2011, 2016', 'published equations', true),
	('fib4', 'advanced fibrosis of the liver: whom to test further', 'adults with a reason to look', 35, null, null,
		'AST, ALT and platelets of one sample', null, true, 'Sterling et al. 2006; McPherson et al. 2017',
		'published formula', false),
	('score2', 'first cardiovascular event within 10 years', 'people without cardiovascular disease, in Europe', 40,
		89, null, 'blood pressure and cholesterol as last measured, untreated or not', null, true,
		'SCORE2, SCORE2-OP 2021; SCORE2-Diabetes 2023', 'published equations', true),
	('charlson', 'comorbidity, to compare hospitals and groups', 'people in hospital', 18, null, null,
		'ICD-10 codes; how far back is the analyst''s to state', null, false,
		'Charlson et al. 1987; Quan et al. 2005, 2011; Sundararajan et al. 2004; Ludvigsson et al. 2021',
		'published lists and weights', false),
	('charlson_age_adjusted', 'comorbidity and age, to compare groups', 'people in hospital', 18, null, null,
		'as charlson, and age', null, false, 'Charlson et al. 1994', 'published weights', false),
	('charlson_survival', 'survival of 10 years as in the 1980s, to compare groups', 'people in hospital', 18, null,
		null, 'as charlson, and age', null, false, 'Charlson et al. 1987, 1994', 'published formula', false),
	('elixhauser', 'comorbidity, to compare deaths in hospital', 'people in hospital', 18, null, null,
		'ICD-10 codes; how far back is the analyst''s to state', null, false,
		'Elixhauser et al. 1998; Quan et al. 2005; van Walraven et al. 2009; Moore et al. 2017; Sharma et al. 2021',
		'published lists and weights', false),
	('cambridge_multimorbidity', 'multimorbidity, to tell need between groups and segments', 'people of practices',
		20, null, null, 'conditions by name, ever recorded or treated', null, false, 'Payne et al. 2020',
		'published weights; code lists are the user''s', false),
	('ambulatory_care_sensitive', 'admissions that care outside hospital might have avoided, counted by place',
		'admissions', 0, null, null, 'diagnoses by position and procedures of one admission', null, false,
		'NHS Outcomes Framework 2.3.i; NHS Institute', 'published rules', false) $$;
comment on function ph.instruments() is
	'what each score that is shipped is for: purpose, the population and ages in '
	'which its source validated it (age_to NULL: no upper end), how far back its source counted (NULL: '
	'it does not say), which inputs, how old measurements among them may be where the source says so (news2: the '
	'longest time between two sets of observations that it allows; NULL: it does not say, and whoever uses the score '
	'must), whether it names a person for care or compares groups only, source and licence, and whether '
	'it is a probability of an outcome, as against points, an index or a share';
