-- reads reference/risk
-- The risk instruments against shared/reference/risk.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table normalise (case_id text, code_system text, raw_code text, expected_code text, note text);
create temp table charlson (
	case_id text, age_years int, codes text, conditions text, n int, charlson1987 int, charlson1987_hier int,
	quan2011 int, quan2011_hier int, age_points int, age_adjusted int, survival float8);
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
select 'icd10_normalise', case_id, ph.icd10_normalise(raw_code, code_system) is not distinct from expected_code
from normalise;
create temp view folded as
select case_id, (select ph.conditions_of(code) from string_to_table(codes, ';') code) as c
from charlson;
insert into result
select 'charlson conditions', case_id, array_to_string(ph.names(c, 'charlson'), ';') = coalesce(conditions, '')
from charlson join folded using (case_id);
insert into result
select 'charlson scores', case_id,
	(
		ph.charlson(c, hierarchy => false), ph.charlson(c), ph.charlson(c, 'quan2011', false),
		ph.charlson(c, 'quan2011')) = (charlson1987, charlson1987_hier, quan2011, quan2011_hier)
from charlson join folded using (case_id);
insert into result
select 'charlson age adjusted', case_id, ph.charlson_age_adjusted(c, age_years) is not distinct from age_adjusted
from charlson join folded using (case_id);
insert into result
select 'hospital_frailty', case_id,
	(select ph.hospital_frailty(ph.conditions_of(code)) from string_to_table(codes, ';') code) = coalesce(expected, 0)
from hfrs;
insert into result
select 'charlson code list', coalesce(a.condition, b.condition), a.prefix is not null and b.code_prefix is not null
from (select * from charlson_codes where mapping = 'quan2005') a
	full join (
		select distinct condition, code_prefix
		from ph.instrument_codes()
		where instrument = 'charlson'
	) b on a.condition = b.condition
		and a.prefix = b.code_prefix;
insert into result
select 'hospital_frailty code list', coalesce(a.code, b.code_prefix), a.points = b.points
from hfrs_codes a
	full join (select * from ph.instrument_codes() where instrument = 'hospital_frailty') b on a.code = b.code_prefix;

insert into result
select 'charlson survival', case_id, abs(ph.charlson_survival(c, age_years) - survival) <= 1e-9
from charlson join folded using (case_id);
insert into result
select 'hospital_frailty bands', case_id,
	(
		select (ph.hospital_frailty_risk(ph.conditions_of(code))).band
		from string_to_table(coalesce(codes, ''), ';') code
	) = band
from hfrs;

create temp table variant (
	case_id text, mapping text, codes text, conditions text, n int, charlson1987 int, charlson1987_hier int,
	quan2011 int, quan2011_hier int);
create temp table shmi (case_id text, mapping text, codes text, conditions text, n int, score int, score_hier int);
create temp table elixhauser (
	case_id text, codes text, conditions text, n int, vw int, vw_hier int, swiss int, swiss_hier int, ahrq int,
	ahrq_hier int);
create temp table elixhauser_codes (mapping text, condition text, prefix text, length int, status text);
create temp table efi (case_id text, deficits text, n int, index float8, band text);
create temp table cms (
	case_id text, variant text, conditions text, n int, general numeric, mortality numeric, unplanned numeric,
	consultations numeric);
create temp table acsc (
	case_id text, primary_dx text, secondary_dx text, procedures text, admission_method text, emergency boolean,
	rules text, groups text, conditions text);
\copy variant from program 'cat $REFERENCE/vectors_charlson_variants.csv' csv header
\copy shmi from program 'cat $REFERENCE/vectors_charlson_shmi.csv' csv header
\copy elixhauser from program 'cat $REFERENCE/vectors_elixhauser.csv' csv header
\copy elixhauser_codes from program 'cat $REFERENCE/elixhauser_codes.csv' csv header
\copy efi from program 'cat $REFERENCE/vectors_efi.csv' csv header
\copy cms from program 'cat $REFERENCE/vectors_cms.csv' csv header
\copy acsc from program 'cat $REFERENCE/vectors_acsc.csv' csv header
create function pg_temp.fold(codes text) returns ph.conditions immutable
begin atomic select ph.conditions_of(code) from string_to_table(coalesce(codes, ''), ';') code; end;

insert into result
select 'charlson of other lists', case_id,
	array_to_string(ph.names(c, 'charlson_' || list), ';') = coalesce(conditions, '')
		and (
			ph.charlson(c, 'charlson1987', false, list), ph.charlson(c, 'charlson1987', true, list),
			ph.charlson(c, 'quan2011', false, list), ph.charlson(c, 'quan2011', true, list))
			= (charlson1987, charlson1987_hier, quan2011, quan2011_hier)
from variant, lateral (select replace(mapping, '_am', '')) l(list), lateral pg_temp.fold(codes) c;
insert into result
select 'charlson of shmi', case_id,
	array_to_string(ph.names(c, 'charlson_shmi'), ';') = coalesce(conditions, '')
		and (ph.charlson(c, 'shmi', false, 'shmi'), ph.charlson(c, 'shmi', true, 'shmi')) = (score, score_hier)
from shmi, lateral pg_temp.fold(codes) c;
insert into result
select 'elixhauser', case_id,
	array_to_string(ph.names(c, 'elixhauser'), ';') = coalesce(conditions, '')
		and (
			ph.elixhauser(c, hierarchy => false), ph.elixhauser(c), ph.elixhauser(c, 'swiss2021', false),
			ph.elixhauser(c, 'swiss2021'), ph.elixhauser(c, 'ahrq2017', false), ph.elixhauser(c, 'ahrq2017'))
			= (vw, vw_hier, swiss, swiss_hier, ahrq, ahrq_hier)
from elixhauser, lateral pg_temp.fold(codes) c;
insert into result
select 'code lists of charlson and elixhauser',
	coalesce(a.instrument || ' ' || a.condition, b.instrument || ' ' || b.condition),
	a.prefix is not null and b.code_prefix is not null
from (
	select 'elixhauser' as instrument, condition, prefix
	from elixhauser_codes
	union all
	select 'charlson_' || replace(mapping, '_am', ''), condition, prefix
	from charlson_codes
	where mapping <> 'quan2005' and status <> 'disputed'
) a
	full join (
		select distinct instrument, condition, code_prefix
		from ph.instrument_codes()
		where instrument like 'charlson_s%' or instrument = 'elixhauser'
	) b on a.instrument = b.instrument
		and a.condition = b.condition
		and a.prefix = b.code_prefix;
insert into result
select 'frailty_index', case_id, abs((s).value - index) <= 1e-9 and (s).band = band and (s).status = 'ok'
from efi,
	lateral (
		select ph.frailty_index(ph.conditions_named(d, 'frailty_index'))
		from string_to_table(coalesce(deficits, ''), ';') d
		where d <> ''
	) f(s);
insert into result
select 'cambridge_multimorbidity', case_id,
	(
		ph.cambridge_multimorbidity(c, 'general' || v), ph.cambridge_multimorbidity(c, 'mortality' || v),
		ph.cambridge_multimorbidity(c, 'unplanned_admissions' || v),
		ph.cambridge_multimorbidity(c, 'consultations' || v))
		= (general, mortality, unplanned, consultations)
from cms,
	lateral (select case right(variant, 2) when '20' then '_20' else '' end) w(v),
	lateral (
		select ph.conditions_named(d, 'cambridge')
		from string_to_table(coalesce(conditions, ''), ';') d
		where d in (select condition from ph.instrument_codes() where instrument = 'cambridge')
	) f(c);
insert into result
select 'ambulatory_care_sensitive', case_id,
	ph.is_emergency_admission(admission_method) = emergency
		and coalesce(
			(
				select string_agg(distinct rule, ';' order by rule)
				from ph.ambulatory_care_sensitive(
					primary_dx, string_to_array(secondary_dx, ';'), string_to_array(procedures, ';'))
			), '') = coalesce(rules, '')
		and coalesce(
			(
				select string_agg(distinct condition_group, ';' order by condition_group)
				from ph.ambulatory_care_sensitive(
					primary_dx, string_to_array(secondary_dx, ';'), string_to_array(procedures, ';'),
					'nhs_institute_19')
			), '') = coalesce(groups, '')
		and coalesce(
			(
				select string_agg(distinct condition, ';' order by condition)
				from ph.ambulatory_care_sensitive(
					primary_dx, string_to_array(secondary_dx, ';'), string_to_array(procedures, ';'),
					'nhs_institute_19')
			), '') = coalesce(acsc.conditions, '')
from acsc;
-- what a list is explained by is what it counted
insert into result
select 'explain_codes', case_id,
	(
		select coalesce(sum(points), 0)
		from (
			select distinct condition, points
			from ph.explain_codes(string_to_array(codes, ';'), null, 'charlson')
			where counted
		) e
	) = charlson1987_hier
from charlson;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
