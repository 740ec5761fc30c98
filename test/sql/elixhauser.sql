-- Elixhauser: one code in several conditions, hierarchy, the shared weight, negative totals.
set search_path = public, ph;
\set SHOW_CONTEXT never
select names(c, 'elixhauser'), elixhauser(c), elixhauser(c, 'swiss2021'), elixhauser(c, 'ahrq2017')
from (select conditions_of(code) as c from unnest('{I42.6}'::text[]) code) x;
select elixhauser(c, 'ahrq2017', false) as both_hypertensions, elixhauser(c, 'ahrq2017') as hierarchy
from (select conditions_of(code) as c from unnest('{I10X,I110}'::text[]) code) x;
select elixhauser(c) as negative, elixhauser('{}') as none, elixhauser(null) as unknown
from (select conditions_of(code) as c from unnest('{E66.0,F32.1}'::text[]) code) x;
select * from explain((select conditions_of(code) from unnest('{C78.0,C50.9}'::text[]) code), 'elixhauser');
select elixhauser('{}', 'no such weights');
-- Charlson on other lists, and SHMI that is never below 0
select charlson(c),
	charlson(c, code_list => 'sundararajan2004'),
	charlson(c, code_list => 'sweden2021'),
	charlson(c, 'shmi', code_list => 'shmi'),
	charlson(c, 'schneeweiss2003')
from (select conditions_of(code) as c from unnest('{E11.2,F00.1,C80}'::text[]) code) x;
select charlson('{shmi.diabwc}', 'shmi', code_list => 'shmi') as never_below_0,
	round(charlson_survival('{mi}', 92)::numeric, 12) as survival;
-- why: code, date, prefix, and what the hierarchy switched off
select *
from explain_codes('{E11.9,I21.0,E112,rubbish,NULL}', '{2023-01-01,2023-02-01,2023-03-01,2023-04-01,2023-05-01}',
	'charlson', 'quan2011');
select * from explain_codes('{I10X}', null, 'elixhauser');
select * from explain_codes('{I10}', '{}', 'elixhauser');
select * from explain_codes('{I10}', null, 'qrisk');
-- what is a code at all
select code, icd10_valid(code) from unnest('{I21,i21.9,21I,"",I2,Z99.X,rubbish}'::text[]) code;
-- Read codes are not ICD-10: the system is asked for, not guessed
select names(conditions_of('G30..'), 'charlson') as alzheimer_not_infarction;
