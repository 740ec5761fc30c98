-- What each score is for: every function that scores a person is in the list, and its ages are those the score is held
-- to.
set search_path = public, ph;

select proname as not_listed
from pg_proc
where pronamespace = 'ph'::regnamespace and prorettype = 'ph.risk_score'::regtype
	and proname not in ('score', 'score_by_name') and proname not in (select instrument from instruments());
-- so is every function that makes a number of conditions, and every instrument of which there are lists or weights
select proname as not_listed
from pg_proc
where pronamespace = 'ph'::regnamespace and prokind = 'f' and proargtypes[0] = 'ph.conditions'::regtype
	and prorettype in ('integer'::regtype, 'float8'::regtype, 'numeric'::regtype)
	and proname not in (select instrument from instruments());
select distinct c.instrument as not_listed
from instrument_codes() c
where not exists (
	select
	from instruments() i
	where starts_with(i.instrument, c.instrument) or starts_with(c.instrument, i.instrument || '_'));
select instrument as not_a_function
from instruments()
where not exists (select from pg_proc where pronamespace = 'ph'::regnamespace and proname = instrument);
select count(*) as instruments, count(distinct instrument) as names,
	count(inputs_no_older_than) as inputs_no_older_than, count(looks_back) as looks_back,
	bool_and((purpose > '' and population > '' and inputs > '' and source > '' and licence > ''
		and age_from is not null and names_a_person is not null) is true) as all_said
from instruments();

-- the scores that know an age: below the first one the status says so, from there on it does not
create function pg_temp.status_at(instrument text, age float8) returns text language sql as $$
	select case instrument
		when 'news2' then (news2(18, 97, false, 120, 70, 'A', 37, age_years => age)).status
		when 'cha2ds2_vasc' then (cha2ds2_vasc(age, 'F', true, false, false, false, false)).status
		when 'egfr' then (egfr(80, age, 'F')).status
		when 'kidney_failure_risk' then (kidney_failure_risk(age, 'F', 40, 30)).status
		when 'fib4' then (fib4(age, 30, 30, 200)).status
		when 'score2' then (score2(age, 'F', 'low', false, 130, 5, 1.4)).status
		when 'frailty_index' then (frailty_index('{}', age)).status
		when 'hospital_frailty_risk' then (hospital_frailty_risk('{}', age)).status
	end
$$;
select instrument, age_from, pg_temp.status_at(instrument, age_from - 1) as below,
	pg_temp.status_at(instrument, age_from) as from_then_on
from instruments()
where pg_temp.status_at(instrument, age_from) is not null
order by instrument;
select instrument, age_to, pg_temp.status_at(instrument, age_to) as up_to,
	pg_temp.status_at(instrument, age_to + 1) as beyond
from instruments()
where instrument = 'score2';
-- probabilities of an outcome, which are judged as risks
select instrument, inputs from ph.instruments() where gives_risk order by instrument;
