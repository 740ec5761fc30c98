-- reads reference/risk
-- The risk instruments against shared/reference/risk.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table normalise (case_id text, code_system text, raw_code text, expected_code text, note text);
create temp table charlson (case_id text, age_years int, codes text, conditions text, n int, charlson1987 int, charlson1987_hier int, quan2011 int, quan2011_hier int, age_points int, age_adjusted int, survival float8);
create temp table hfrs (case_id text, codes text, expected numeric, band text);
create temp table charlson_codes (mapping text, condition text, prefix text, length int, status text);
create temp table hfrs_codes (code text, points numeric);
\copy normalise from program 'cat $REFERENCE/vectors_icd_normalise.csv' csv header
\copy charlson from program 'cat $REFERENCE/vectors_charlson.csv' csv header
\copy hfrs from program 'cat $REFERENCE/vectors_hfrs.csv' csv header
\copy charlson_codes from program 'cat $REFERENCE/charlson_codes.csv' csv header
\copy hfrs_codes from program 'cat $REFERENCE/hfrs_codes.csv' csv header
create temp table result (name text, case_id text, ok boolean);

insert into result
select 'icd10_normalise', case_id, ph.icd10_normalise(raw_code, code_system) is not distinct from expected_code from normalise;
create temp view folded as
select case_id, (select ph.conditions_of(code) from string_to_table(codes, ';') code) as c from charlson;
insert into result
select 'charlson conditions', case_id, array_to_string(ph.names(c, 'charlson'), ';') = coalesce(conditions, '') from charlson join folded using (case_id);
insert into result
select 'charlson scores', case_id,
  (ph.charlson(c, hierarchy => false), ph.charlson(c), ph.charlson(c, 'quan2011', false), ph.charlson(c, 'quan2011'))
  = (charlson1987, charlson1987_hier, quan2011, quan2011_hier)
from charlson join folded using (case_id);
insert into result
select 'charlson age adjusted', case_id, ph.charlson_age_adjusted(c, age_years) is not distinct from age_adjusted from charlson join folded using (case_id);
insert into result
select 'hospital_frailty', case_id, (select ph.hospital_frailty(ph.conditions_of(code)) from string_to_table(codes, ';') code) = coalesce(expected, 0) from hfrs;
insert into result
select 'charlson code list', coalesce(a.condition, b.condition), a.prefix is not null and b.code_prefix is not null
from (select * from charlson_codes where mapping = 'quan2005') a
full join (select distinct condition, code_prefix from ph.instrument_codes() where instrument = 'charlson') b on a.condition = b.condition and a.prefix = b.code_prefix;
insert into result
select 'hospital_frailty code list', coalesce(a.code, b.code_prefix), a.points is not distinct from b.points
from hfrs_codes a full join (select * from ph.instrument_codes() where instrument = 'hospital_frailty') b on a.code = b.code_prefix;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result group by name order by name;
