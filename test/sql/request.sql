-- Decisions and requests: what may be written, what is disputed, reviews against plain SQL.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('care');
insert into care.data_day values ('2024-03-31');
insert into care.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into care.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into care.place_factor values ('A', 'imd2019_decile', '2019', 3);
insert into care.person select 'P' || i, '1950-01-01', 'F' from generate_series(1, 200) i;
insert into care.registration select person_id, 'G', 'N', '1950-01-01' from care.person;
insert into care.residence select person_id, 'A', null, '1950-01-01' from care.person;
insert into care.encounter (encounter_id, person_id, pod, start_date, cost)
select 'E' || person_id, person_id, 'NEL', '2024-01-01', 100 from care.person;
insert into care.code_list values
	('copd', '1', 'ICD10', 'J44', 'prefix'), ('asthma', '1', 'SNOMED', '195967001', 'exact'),
	('lung', '1', 'ICD10', 'J', 'prefix'), ('homeless', '1', 'ICD10', 'Z590', 'exact');
insert into care.clinical_event (person_id, event_date, code_system, code) values
	('P1', '2023-06-01', 'ICD10', 'J44.1'), ('P2', '2023-06-01', 'ICD10', 'J44.1'),
	('P3', '2023-06-01', 'SNOMED', '195967001'), ('P4', '2023-06-01', 'ICD10', 'Z59.0');
call ph.create_population_views('care');
call ph.create_segment_inputs('care');
create view care.other_reader as select person_id, copd from care.segment_input;
create role regress_reader;
grant usage on schema care to regress_reader;
grant select on all tables in schema care to regress_reader;

-- the tables come, and the inputs of segments are what they were
create temp table before as select * from care.segment_input;
call ph.create_accountability_tables('care');
call ph.create_accountability_tables('care');
select count(*) as differ
from ((table before except table care.segment_input) union all (table care.segment_input except table before)) d;
-- who read the view reads it still, and no request
set role regress_reader;
select count(*) from care.segment_input;
select count(*) from care.person_request;
reset role;

begin;
insert into care.score_run (run, score, version, kind, purpose, as_of, content_hash, inputs, tiering, data_stamp,
	people, scored)
values
	('jan', 'admission', '1', 'external', 'direct_care', '2024-01-01', 'x', '{steps}', 'given', '1', 200, 150),
	('feb', 'admission', '1', 'external', 'direct_care', '2024-02-01', 'x', '{}', 'given', '1', 200, 200);
insert into care.person_score (person_id, run, value, tier)
select 'P' || i, r, i, 1 + i % 3
from unnest('{jan,feb}'::text[]) r, generate_series(1, case r when 'jan' then 150 else 200 end) i;
commit;
insert into care.person_list (list, relation, run, purpose, description)
values ('ring', 'ring', 'jan', 'direct_care', 'people to ring'), ('walk', 'walk', null, 'direct_care', 'walkers');

-- ---- guards ----
insert into care.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
values ('P1', 'jan', 'call', 'Dr A', '2024-01-05', 'offer', 'alone', false);
create function pg_temp.decide(person text, run text, on_day date) returns void
language sql as $$
	insert into care.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
	values (person, run, 'call', 'Dr A', on_day, 'offer', 'alone', false)
$$;
select pg_temp.decide('nobody', null, '2024-01-05');
select pg_temp.decide('P199', 'jan', '2024-01-05');
select pg_temp.decide('P1', 'mar', '2024-01-05');
select pg_temp.decide('P1', 'jan', '2023-12-31');
select pg_temp.decide('P1', 'jan', current_date + 1);
select pg_temp.decide('P1', null, '2023-12-31');
update care.decision set reason = 'other';
delete from care.decision;
truncate care.decision;
select count(*) from care.decision;

create function pg_temp.ask(person text, kind text, about text, received date default '2024-01-10') returns void
language sql as $$
	insert into care.person_request (person_id, kind, about, received) values (person, kind, about, received)
$$;
select pg_temp.ask('nobody', 'objection', 'all');
select pg_temp.ask('P1', 'objection', 'ringing');
select pg_temp.ask('P1', 'restriction', 'jan');
select pg_temp.ask('P1', 'review', 'mar');
select pg_temp.ask('P199', 'review', 'jan');
select pg_temp.ask('P2', 'review', '1');
select pg_temp.ask('P1', 'correction', 'diabetes');
select pg_temp.ask('P1', 'correction', 'person_id');
select pg_temp.ask('P199', 'correction', 'steps');
select pg_temp.ask('P1', 'correction', 'copd', current_date + 1);
select count(*) from care.person_request;
begin;
select pg_temp.ask('P1', 'objection', 'ring'), pg_temp.ask('P1', 'restriction', 'all'),
	pg_temp.ask('P1', 'review', 'jan'), pg_temp.ask('P1', 'review', '1'), pg_temp.ask('P1', 'correction', 'age_years'),
	pg_temp.ask('P1', 'correction', 'steps');
select kind, about from care.person_request order by request_id;
-- of an open request the answer is set, once
\set VERBOSITY terse
savepoint asked;
update care.person_request set about = 'walk' where kind = 'objection';
rollback to asked;
update care.person_request set received = '2024-01-09' where kind = 'objection';
rollback to asked;
update care.person_request set answered = '2024-01-09', outcome = 'refused' where kind = 'objection';
rollback to asked;
update care.person_request set answered = '2024-01-20' where kind = 'objection';
rollback to asked;
update care.person_request set answered = current_date + 1, outcome = 'refused' where kind = 'objection';
rollback to asked;
update care.person_request set note = 'rang', answered = '2024-01-20', outcome = 'refused' where kind = 'objection';
savepoint answered;
update care.person_request set outcome = 'upheld' where kind = 'objection';
rollback to answered;
update care.person_request set note = 'again' where kind = 'objection';
rollback to answered;
update care.person_request set corrected = '2024-01-21' where kind = 'objection';
rollback to answered;
delete from care.person_request;
rollback to answered;
truncate care.person_request;
rollback to answered;
\set VERBOSITY default
-- rows go with a removal, and what they disputed with them
select * from care.disputed_input order by 2;
insert into care.removal (kind, basis, people) values ('person', 'asked', 1);
delete from care.person_request where person_id = 'P1';
delete from care.decision where person_id = 'P1';
select count(*) from care.disputed_input;
rollback;
-- who may only add adds: the guards read with the rights of the owner
grant insert on care.decision, care.person_request to regress_reader;
begin;
set role regress_reader;
select pg_temp.decide('P2', 'jan', '2024-01-05'), pg_temp.ask('P2', 'correction', 'copd');
select pg_temp.decide('P199', 'jan', '2024-01-05');
rollback;
reset role;
select proname, prosecdef, proconfig, has_function_privilege('regress_reader', oid, 'execute') as may_call
from pg_proc
where pronamespace = 'care'::regnamespace and proname ~ 'keep_(decision|disputed_input|request)'
order by 1;
-- nothing of the extension is named
select count(*) as names_it
from pg_proc
where pronamespace = 'care'::regnamespace and proname ~ 'keep_(decision|disputed_input|request)'
	and regexp_replace(prosrc, 'CALL ph\.\w+', '', 'g') ~ '\mph(_support)?\.';

-- ---- what is disputed is unknown, never true ----
select person_id, copd, asthma, lung, homeless, long_term_conditions, charlson, hospital_frailty,
	emergency_admissions_12_months as emergencies, non_elective_admissions as non_elective, spend_12_months as spend,
	deprivation_decile as decile
from care.segment_input
where person_id in ('P1', 'P2', 'P3', 'P4', 'P5')
order by 1;
begin;
-- P1 has the list and another by the same record; P2 disputes the other; P3 what is recorded elsewhere; P4 a list that
-- is no condition; P5 what is not recorded
select pg_temp.ask('P1', 'correction', 'copd'), pg_temp.ask('P2', 'correction', 'emergency_admissions_12_months'),
	pg_temp.ask('P3', 'correction', 'asthma'), pg_temp.ask('P4', 'correction', 'homeless'),
	pg_temp.ask('P5', 'correction', 'copd'), pg_temp.ask('P5', 'correction', 'place');
create temp table disputed on commit drop as
select person_id, copd, asthma, lung, homeless, long_term_conditions, charlson, hospital_frailty,
	emergency_admissions_12_months as emergencies, non_elective_admissions as non_elective, spend_12_months as spend,
	deprivation_decile as decile
from care.segment_input
where person_id in ('P1', 'P2', 'P3', 'P4', 'P5');
table disputed order by 1;
-- on every day, and of nobody else
select bool_and(s.copd is null and s.charlson is null) as on_every_day
from generate_series(date '2023-07-01', '2024-03-01', '1 month') day, care.segment_inputs(day) s
where s.person_id = 'P1';
select count(*) as of_others
from (select * from care.segment_input except table before) d
where person_id not in ('P1', 'P2', 'P3', 'P4', 'P5');
-- views that are made again keep it, and so does who reads the view by grants
call ph.create_population_views('care');
call ph.create_segment_inputs('care');
select copd from care.segment_input where person_id = 'P1';
set role regress_reader;
select copd from care.segment_input where person_id = 'P1';
reset role;
-- a rule: the next one that is true wins, and none that the disputed record makes true
create schema segments;
call ph.create_segment_tables('segments');
insert into segments.scheme (scheme, version, label) values ('two', '1', 'Two');
insert into segments.scheme_input (scheme, version, input, type)
values ('two', '1', 'copd', 'boolean'), ('two', '1', 'emergency_admissions_12_months', 'integer');
insert into segments.scheme_segment (scheme, version, segment, rank, kind)
values ('two', '1', 'Lungs', 1, 'segment'), ('two', '1', 'Hospital', 2, 'segment'), ('two', '1', 'Well', 3, 'default');
insert into segments.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
values ('two', '1', 1, 'lungs', 'Lungs', 'assign', 'copd'),
	('two', '1', 2, 'hospital', 'Hospital', 'assign', 'emergency_admissions_12_months > 0');
call ph.create_segment_view('two', '1', 'care.segment_input', 'segments.two', 'segments');
select person_id, segment, unknown from segments.two where person_id in ('P1', 'P2', 'P3') order by 1;
-- refused and withdrawn are known again, upheld stays unknown until the source has corrected the record
create function pg_temp.answer(outcome text, corrected date default null)
returns table (copd boolean, disputed bigint)
language plpgsql as $$
begin
	update care.person_request r
	set answered = coalesce(r.answered, '2024-02-01'), outcome = coalesce(r.outcome, answer.outcome),
		corrected = answer.corrected
	where person_id = 'P1';
	return query
		select s.copd, (select count(*) from care.disputed_input where person_id = 'P1')
		from care.segment_input s
		where person_id = 'P1';
end
$$;
savepoint answer;
select * from pg_temp.answer('refused');
rollback to answer;
select * from pg_temp.answer('withdrawn');
rollback to answer;
select * from pg_temp.answer('upheld');
select * from pg_temp.answer('upheld', '2024-02-10');
select * from pg_temp.answer('upheld', '2024-02-11');
rollback to answer;
\set VERBOSITY terse
select * from pg_temp.answer('partly_upheld', '2024-01-31');
\set VERBOSITY default
rollback to answer;
-- disputed twice, refused once: disputed
select pg_temp.ask('P1', 'correction', 'copd', '2024-01-11');
update care.person_request set answered = '2024-02-01', outcome = 'refused'
where person_id = 'P1' and received = '2024-01-10';
select copd from care.segment_input where person_id = 'P1';
rollback;

-- ---- 200 histories by chance, against plain SQL ----
create function pg_temp.chance(text) returns float8
language sql immutable
return ('x' || left(md5($1), 8))::bit(32)::bigint / 4294967296.0;
create function pg_temp.pick(choices text[], chance float8) returns text
language sql immutable
return choices[1 + floor(chance * cardinality(choices))];
create temp table disputes (differ bigint);
create function pg_temp.plain_disputed() returns bigint
language sql as $$
	-- what is wrong: somebody in one and not in the other
	with plain as (
		select distinct person_id, about
		from care.person_request
		where kind = 'correction' and corrected is null and coalesce(outcome, 'open') not in ('refused', 'withdrawn')
	)
	select count(*) from plain full join care.disputed_input d on (d.person_id, d.input) = (plain.person_id, about)
	where plain.person_id is null or d.person_id is null
$$;
do $$
declare
	i integer;
	step integer;
	seed text;
	day date;
	wrong bigint := 0;
begin
	for i in 1..200 loop
		day := date '2024-02-01';
		for step in 1..8 loop
			seed := i || ' ' || step || ' ';
			day := day + (12 * pg_temp.chance(seed || 'day'))::integer;
			if pg_temp.chance(seed || 'what') < 0.35 then
				insert into care.decision (
					person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
				values ('P' || i,
					pg_temp.pick(case when i <= 150 then '{jan,feb,null}' else '{feb,null}' end::text[],
						pg_temp.chance(seed || 'run')),
					'call', pg_temp.pick('{Dr A,Dr B,Team C}', pg_temp.chance(seed || 'by')), day,
					pg_temp.pick('{offer,offer,no_offer,refer}', pg_temp.chance(seed || 'decision')), 'why',
					pg_temp.chance(seed || 'changed') < 0.3);
			elsif pg_temp.chance(seed || 'what') < 0.7 then
				insert into care.person_request (person_id, kind, about, received)
				select 'P' || i, k, case k
					when 'correction' then pg_temp.pick('{copd,asthma,smoker}', pg_temp.chance(seed || 'about'))
					when 'review' then 'feb'
					else pg_temp.pick('{ring,walk,all}', pg_temp.chance(seed || 'about')) end, day
				from pg_temp.pick('{correction,correction,objection,restriction,review}',
					pg_temp.chance(seed || 'kind')) k;
			elsif pg_temp.chance(seed || 'what') < 0.95 then
				update care.person_request set answered = day, outcome = pg_temp.pick(
					'{upheld,partly_upheld,refused,withdrawn}', pg_temp.chance(seed || 'outcome'))
				where request_id = (
					select min(request_id) from care.person_request where person_id = 'P' || i and answered is null);
			else
				update care.person_request set corrected = day
				where person_id = 'P' || i and kind = 'correction' and outcome like '%upheld' and corrected is null;
			end if;
		end loop;
		wrong := wrong + pg_temp.plain_disputed();
	end loop;
	insert into pg_temp.disputes values (wrong);
end
$$;
select differ from pg_temp.disputes;
select (select count(*) from care.decision) as decisions, (select count(*) from care.person_request) as requests,
	(select count(*) from care.person_request where answered is null) as open,
	(select count(*) from care.disputed_input) as disputed;
-- every input by hand: NULL where disputed, as before where not
select bool_and(s.copd is not distinct from case
		when exists (
			select from care.disputed_input d where d.person_id = s.person_id and d.input = 'copd')
			then null else b.copd end) as copd,
	bool_and(s.asthma is not distinct from case
		when exists (
			select from care.disputed_input d where d.person_id = s.person_id and d.input = 'asthma')
			then null else b.asthma end) as asthma,
	bool_and(s.long_term_conditions is not distinct from case
		when exists (
			select
			from care.disputed_input d
			where d.person_id = s.person_id and d.input in ('copd', 'asthma', 'lung', 'long_term_conditions'))
			then null else b.long_term_conditions end) as long_term_conditions,
	count(*) filter (where s.copd is null) as disputed
from care.segment_input s
join before b using (person_id);

-- the linter names who waits, and what was not corrected
call ph.create_sharing_tables('care');
select kind, severity, count(*) = (
	select count(*)
	from care.person_request r
	where case f.kind
		when 'request_unanswered' then answered is null
		else r.kind = 'correction' and outcome like '%upheld' and corrected is null end) as all_of_them, min(remedy)
from ph.finding('care') f
where kind in ('request_unanswered', 'record_not_corrected')
group by kind, severity
order by kind;

-- ---- reviews ----
create temp table village as
select 'P' || i as person_id, case when i % 5 < 2 then 'North' else 'South' end as group_name
from generate_series(1, 190) i;
-- Wilson's limits
create function pg_temp.wilson(part float8, whole float8, side integer) returns float8
language sql immutable
return (part / nullif(whole, 0) + 1.959963984540054 ^ 2 / (2 * whole) + side * 1.959963984540054 * sqrt(
	part / nullif(whole, 0) * (1 - part / nullif(whole, 0)) / whole + 1.959963984540054 ^ 2 / (4 * whole ^ 2)))
	/ (1 + 1.959963984540054 ^ 2 / whole);
select run, decided_by, group_name, decisions, offers, no_offers, referrals, unchanged,
	round(share_unchanged::numeric, 3) as share, listed, listed_without_decision as undecided, note
from (select null as run, * from ph.decision_review('care') union all
	select 'jan', * from ph.decision_review('care', 'jan', 'pg_temp.village')) r
order by run nulls first, decided_by nulls first, group_name nulls first;
with plain as (
	select d.*, coalesce(v.group_name, 'unknown') as village
	from care.decision d
	left join village v using (person_id)
), in_force as (
	select person_id, about
	from care.person_request
	where kind in ('objection', 'restriction') and coalesce(outcome, 'upheld') like '%upheld'
), listed as (
	select person_id, run, coalesce(v.group_name, 'unknown') as village
	from care.person_score s
	left join village v using (person_id)
	where tier = 1 and not exists (
		select
		from in_force f
		where f.person_id = s.person_id and (about = 'all' or about = 'ring' and run = 'jan'))
)
select count(*) as rows, bool_and(
	r.decisions = (
		select count(*)
		from plain p
		where (r.run is null or p.run = r.run) and (r.decided_by is null or p.decided_by = r.decided_by)
			and (r.group_name is null or p.village = r.group_name))
	and r.unchanged = (
		select count(*)
		from plain p
		where not human_changed and (r.run is null or p.run = r.run)
			and (r.decided_by is null or p.decided_by = r.decided_by)
			and (r.group_name is null or p.village = r.group_name))
	and r.offers + r.no_offers + r.referrals = r.decisions) as counts,
	bool_and(abs(share_unchanged - unchanged / decisions::float8) < 1e-12
		and abs(lower - pg_temp.wilson(unchanged, decisions, -1)) < 1e-9
		and abs(upper - pg_temp.wilson(unchanged, decisions, 1)) < 1e-9) as shares,
	bool_and(r.decided_by is not null or r.listed = (
		select count(*)
		from listed l
		where (r.run is null or l.run = r.run) and (r.group_name is null or l.village = r.group_name))) as listed,
	bool_and(r.decided_by is not null or r.listed_without_decision = (
		select count(*)
		from listed l
		where (r.run is null or l.run = r.run) and (r.group_name is null or l.village = r.group_name)
			and (l.person_id, l.run) not in (
				select d.person_id, d.run from care.decision d where d.run is not null))) as undecided
from (
	select null as run, * from ph.decision_review('care')
	union all
	select null, * from ph.decision_review('care', groups => 'pg_temp.village')
	union all
	select run, d.*
	from unnest('{jan,feb}'::text[]) run, ph.decision_review('care', run, 'pg_temp.village') d
) r;
-- who was shown on a list of the run is listed, whatever the tier
begin;
insert into care.list_opening (list, purpose, reason, role, people, objected)
values ('ring', 'direct_care', 'round', 'nurse', 1, 0);
insert into care.opened_person
select person_id, 1, '{}' from care.person_score
where run = 'jan' and tier = 3 and person_id not in (select person_id from care.person_request);
with was as (
	select count(*) as people
	from care.person_score
	where run = 'jan' and tier = 3 and person_id not in (select person_id from care.person_request)
)
select was.people > 0 as some, r.listed - before.listed = was.people as listed
from was, ph.decision_review('care', 'jan') r, (values (0)) x, lateral (
	select count(*) as listed
	from care.person_score s
	where run = 'jan' and tier = 1 and not exists (
		select
		from care.person_request q
		where q.person_id = s.person_id and q.kind in ('objection', 'restriction') and about in ('all', 'ring')
			and coalesce(outcome, 'upheld') like '%upheld')) before
where r.decided_by is null;
rollback;

select kind, group_name, requests, open, answered, beyond_one_month as late, median_days as median,
	round(mean_days::numeric, 2) as mean, mean_until as until, upheld, round(share_upheld::numeric, 3) as share, note
from ph.request_review('care', 'pg_temp.village', '2024-05-31');
-- Kaplan and Meier by hand
create function pg_temp.plain_waits(of_kind text, of_village text, as_of date)
returns table (requests bigint, open bigint, late bigint, upheld bigint, answered bigint, median float8, mean float8)
language sql as $$
	with request as (
		select coalesce(least(answered, as_of), as_of) - received as days, answered <= as_of as ended,
			answered <= as_of and outcome <> 'withdrawn' as happened,
			answered <= as_of and outcome like '%upheld' as upheld, received
		from care.person_request
		left join village using (person_id)
		where received <= as_of and (of_kind is null or kind = of_kind)
			and (of_village is null or coalesce(group_name, 'unknown') = of_village)
	), step as (
		select days, case
			when bool_or(happened = at_risk) over (order by days) then 0
			else exp(sum(ln(nullif(1 - happened / at_risk, 0))) over (order by days)) end as survival
		from (
			select days, count(*) filter (where happened)::float8 as happened, (
				select count(*) from request r where r.days >= t.days)::float8 as at_risk
			from request t
			group by days
		) t
		where happened > 0
	), curve as (
		select 0 as days, 1.0::float8 as survival
		union all
		select * from step
	), area as (
		select sum(survival * (until - days)) as mean
		from (
			select days, survival, lead(days, 1, (select max(days) from request)) over (order by days) as until
			from curve
		) c
	)
	select (select count(*) from request), (select count(*) from request where ended is not true),
		(select count(*) from request where (received + days) > (received + interval '1 month')::date),
		(select count(*) from request where upheld), (select count(*) from request where happened),
		
		-- the middle of a stretch at a half
		(
			select (at + coalesce(below, (select max(days) from request))) / 2.0::float8
			from (
				select min(days) filter (where survival < 0.5 + 1e-9) as at,
					min(days) filter (where survival < 0.5 - 1e-9) as below
				from step) s), (select mean from area)
$$;
select count(*) as rows, bool_and((r.requests, r.open, r.beyond_one_month, r.upheld, r.answered)
		= (p.requests, p.open, p.late, p.upheld, p.answered)) as counts,
	bool_and(r.median_days is not distinct from p.median) as medians,
	bool_and(abs(r.mean_days - p.mean) < 1e-9) as means,
	count(r.median_days) as reached,
	bool_and(r.answered = 0 or abs(r.share_upheld - r.upheld / r.answered::float8) < 1e-12
		and abs(r.lower - pg_temp.wilson(r.upheld, r.answered, -1)) < 1e-9
		and abs(r.upper - pg_temp.wilson(r.upheld, r.answered, 1)) < 1e-9) as shares
from unnest('{2024-03-01,2024-03-20,2024-05-31}'::date[]) day,
	ph.request_review('care', 'pg_temp.village', day) r,
	pg_temp.plain_waits(r.kind, r.group_name, day) p;
-- groups close to the whole
select bool_and(total = parts) as closes
from (
	select sum(requests) filter (where group_name is null) as total,
		sum(requests) filter (where group_name is not null) as parts
	from ph.request_review('care', 'pg_temp.village')
	group by kind
) k;
-- nothing there is no row of a kind, and no share
create schema bare;
call ph.create_shared_tables('bare');
call ph.create_accountability_tables('bare');
select * from ph.request_review('bare');
select * from ph.decision_review('bare');
select ph.request_review('nowhere');
select ph.decision_review('nowhere');
select ph.decision_review('care', 'mar');
select ph.request_review('care', as_of => 'infinity');
select ph.request_review('care', 'care.score_run');
select ph.decision_review('care', groups => 'care.score_run');
create temp table twice as select * from village union all select * from village limit 200;
select ph.request_review('care', 'pg_temp.twice');
-- a correction before there are inputs of segments has nothing to name
insert into bare.person (person_id, birth_date) values ('a', '1970-01-01');
insert into bare.person_request (person_id, kind, about, received) values ('a', 'correction', 'copd', '2024-01-01');

-- without the extension the guards stand
begin;
drop extension population_health cascade;
savepoint alone;
select pg_temp.ask('P1', 'objection', 'ringing');
rollback to alone;
select pg_temp.ask('P1', 'objection', 'ring');
delete from care.person_request;
rollback;
drop schema care, bare cascade;
drop role regress_reader;
