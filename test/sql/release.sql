\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- releases: three places, 24 areas, five practices in two networks, 3,000 people ----

call ph.create_shared_tables('r');
insert into r.place
select 'S', 'ICB24', 'System' union all
select 'L' || i, 'LAD24', 'Place ' || i from generate_series(1, 3) i union all
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 24) i union all
select 'N' || i, 'PCN', 'Network ' || i from generate_series(1, 2) i union all
select 'G' || i, 'PRACTICE', 'Practice ' || i from generate_series(1, 5) i;
insert into r.place_parent
select 'L' || i, 'S' from generate_series(1, 3) i union all
select 'A' || i, 'L' || 1 + (i - 1) / 8 from generate_series(1, 24) i union all
select 'N' || i, 'L' || i from generate_series(1, 2) i union all
select 'G' || i, 'N' || 1 + i % 2 from generate_series(1, 5) i;
insert into r.place_factor
select 'A' || i, 'imd2019_decile', '2019', 1 + i % 10 from generate_series(1, 24) i;
insert into r.person (person_id, birth_date, sex, ethnicity_code)
select 'P' || i, date '2024-07-01' - (i * 7919 % 34000), case when i % 2 = 0 then 'F' else 'M' end,
	(array['A', 'D', 'H', 'M', 'R', 'Z', null])[1 + i % 7]
from generate_series(1, 3000) i;
insert into r.registration (person_id, practice_code, pcn_code, start_date)
select 'P' || i, 'G' || 1 + i % 5, 'N' || 1 + (1 + i % 5) % 2, '2015-01-01' from generate_series(1, 3000) i;
insert into r.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + (i * i / 7) % 24, '2015-01-01' from generate_series(1, 3000) i where i % 400 <> 0;
insert into r.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select i, 'P' || 1 + i * 31 % 3000, (array['NEL', 'AE', 'GP', 'OP'])[1 + i % 4], date '2023-04-01' + i * 17 % 731,
	date '2023-04-02' + i * 17 % 731, i % 500
from generate_series(1, 6000) i;
insert into r.data_day values ('2025-03-31');
call ph.create_population_views('r');
call ph.create_calendar('r', '2023-01-01', '2025-12-31');
call ph.create_measure_tables('r');
insert into r.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('our_emergencies', '1', 'Our emergencies', 'Emergency admissions.', 'rate', 1000, 'per 1,000', 'lower', 'outcome',
	 'outcomes', 'care', 'this test',
	 'select person_id, start_date as event_date, 1 as amount from {encounter} where pod = ''NEL''',
	 '{sex,ethnicity,deprivation_quintile by sex}', '{financial_year,quarter}');
insert into r.measure (
	measure, version, name, meaning, indicator, unit, per, better, kind, aim, pillar, source, persons, breakdowns,
	period_kinds)
values
	('our_young', '1', 'Young', 'Share who are under 20.', 'proportion', 'percent', 100, 'neither',
	 'input', 'equity', 'determinants', 'this test',
	 'select person_id, (birth_date > {day} - 7300)::integer as amount from {person}', '{sex,ethnicity}',
	 '{financial_year}');
call ph.fold_measures('r', '{our_emergencies,our_young}');
call ph_support.create_release_tables('r');
call ph_support.create_released_views('r');

-- what left, without hashes and times
create function pg_temp.left_by(from_release bigint default 1)
returns table (release bigint, measure text, breakdown text, rows text, hidden text, left_out text)
language sql as $$
	select release, measure, breakdown, record ->> 'rows', record ->> 'rows_hidden', record ->> 'left_out'
	from r.release
	where release >= from_release
	order by release
$$;

-- an exact rule, one hierarchy
call ph.release_measures('r', null, '{2023 Q2,2023 Q3,2023 Q4,2024 Q1,2024/25}', '{system,place,small_area}',
	'{sex,ethnicity}', 'cms_11', 'public');
-- the year of which all quarters left would tell what is hidden of one
call ph.release_measures('r', null, '{2023/24}', '{system,place,small_area}', '{sex,ethnicity}', 'cms_11', 'public');
call ph.release_measures('r', null, '{2023/24}', '{system,place,small_area}', '{sex,ethnicity}', 'cms_11', 'public',
	collisions => 'hide');
select * from pg_temp.left_by();
-- rows are hidden whole
select count(*) filter (where not shown) as hidden,
	count(*) filter (where not shown and (num_nonnulls(value, lower, upper, numerator, denominator, people, share_known,
		shrunken_value, shrunken_lower, shrunken_upper) > 0 or note <> 'suppressed')) as not_whole
from r.released_row;
-- no small count of people, of people with an event, or of people without one is shown, and what is shown is as it is
select count(*) as shown, count(*) filter (where t.people between 1 and 10) as few,
	count(*) filter (where t.people_with_event between 1 and 10) as few_with,
	count(*) filter (where measure = 'our_young' and t.people - t.people_with_event between 1 and 10) as few_without,
	count(*) filter (where (s.people, s.numerator, s.denominator, s.value) is distinct from
		(coalesce(t.people, 0), t.numerator, t.denominator, t.value)) as other
from r.released_row s
join r.release l using (release)
left join r.measure_tally t using (measure, version, period_kind, level, place_id, breakdown, group_name)
where s.shown and (t.period is null or t.period = l.first_day::date);
select count(*) as shown, count(*) filter (where (r.value, r.lower, r.upper, r.numerator, r.people, r.parent_value)
	is distinct from (m.value, m.lower, m.upper, m.numerator, m.people, m.parent_value)) as other
from r.released_value r
join r.measure_value m using (measure, version, level, place_id, period_kind, period)
where r.note is distinct from 'suppressed';
-- comparisons with what is hidden are hidden
select count(*) as compared, count(*) filter (where b.note = 'suppressed') as with_hidden
from r.released_breakdown t
join r.released_breakdown b on (b.measure, b.breakdown, b.level, b.place_id, b.group_name, b.period_kind)
	= (t.measure, t.breakdown, t.level, t.place_id, t.group_name, t.period_kind)
	and b.period = t.period - interval '1 year'
where t.before_value is not null;
select count(*) as compared
from r.released_value t
join r.measure_place m using (level, place_id)
join r.released_value p on (p.measure, p.period, p.level, p.place_id) = (t.measure, t.period, m.parent_level,
	m.parent_id)
where t.parent_value is not null and p.note = 'suppressed';

-- ---- what does not leave ----

call ph.release_measures('r', '{our_young}', '{2024/25}', '{practice}', '{}', 'cms_11', 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{place}', '{deprivation_quintile by sex}', 'cms_11',
	'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{place}', '{}', 'nhse_hes_2018', 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{ward}', '{}', 'cms_11', 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{cost}', 'cms_11', 'public');
\set VERBOSITY terse
call ph.release_measures('r', '{nothing}', '{2024/25}', null, '{}', 'cms_11', 'public');
\set VERBOSITY default
call ph.release_measures('r', '{our_emergencies}', '{2019/20}', null, '{}', 'cms_11', 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', 'cms', 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', null, 'public');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', 'cms_11', 'nobody_of_that_name');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', 'cms_11', null);
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', 'cms_11', 'public', 'fun');
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', null, '{}', 'cms_11', 'public',
	collisions => 'look away');
call ph.release_measures('nowhere', null, null, null, null, 'cms_11', 'public');

-- ---- quarters beside a year: what a period without its other parts tells ----

call ph.release_measures('r', '{our_emergencies}', '{2024 Q2,2024 Q3,2024 Q4,2025 Q1}', '{system,place,small_area}',
	'{}',
	'cms_11', 'public', collisions => 'hide');
-- of a year and its quarters, no one is hidden where the others are shown: as the views answer it
select count(*) as cells, count(*) filter (where hidden = 0) as all_shown, count(*) filter (where hidden = 1) as told,
	count(*) filter (where hidden = 0 and left_of between 1 and 10) as small
from (
	select count(*) filter (where note = 'suppressed') as hidden, count(*) as periods,
		sum(case when period_kind = 'quarter' then -numerator else numerator end) as left_of
	from (
		select breakdown, level, place_id, group_name, period_kind, period, numerator, note from r.released_breakdown
		where measure = 'our_emergencies'
		union all
		select 'all', level, place_id, 'all', period_kind, period, numerator, note from r.released_value
		where measure = 'our_emergencies'
	) shown
	where period between '2023-04-01' and '2024-03-31'
	group by breakdown, level, place_id, group_name
) summed
where periods = 5;

-- ---- the chain ----

select * from ph.verify_releases('r');
select l.release, ph.replay_release('r', l.release) from r.release l where l.release in (1, 2, 14, 17, 20) order by 1;
create temp table said as
select e -> 'record' ->> 'measure' as measure, jsonb_array_length(e -> 'rows') as rows,
	(e -> 'chain' ->> 'count')::bigint
	as count, e -> 'chain' ->> 'hash' as hash,
	e ->> 'hash' = encode(sha256(convert_to((e ->> 'previous_hash') || (e -> 'record')::text, 'UTF8')), 'hex')
		as follows
from ph.release_export('r', 3) e;
select measure, rows, follows from said;
select ph.release_export('r', 1000);
select * from ph.verify_releases('r', 3);
select v.* from said, ph.verify_releases('r', said.count, said.hash) v;
select v.* from said, ph.verify_releases('r', said.count - 1, said.hash) v;
update r.release set record = '{}';
delete from r.released_row;
truncate r.release cascade;
delete from r.release_head;
-- whoever owns the tables can switch guards off: what is changed then is found
begin;
alter table r.release disable trigger user;
alter table r.released_row disable trigger user;
savepoint whole;
update r.release set record = record || '{"rule_name": "none"}' where release = 2;
select * from ph.verify_releases('r');
rollback to whole;
update r.released_row set people = people + 1 where (release, level, place_id) = (1, 'place', 'L1');
select * from ph.verify_releases('r');
rollback to whole;
delete from r.released_row where (release, level, place_id) = (1, 'place', 'L1');
select * from ph.verify_releases('r');
rollback to whole;
delete from r.released_row where release = 4;
delete from r.release where release = 4;
select * from ph.verify_releases('r');
rollback to whole;
-- two change places
update r.release a set record = b.record, hash = b.hash, previous_hash = b.previous_hash
from r.release b where (a.release, b.release) in ((2, 3), (3, 2));
select * from ph.verify_releases('r');
rollback to whole;
delete from r.released_row where release = (select max(release) from r.release);
delete from r.release where release = (select max(release) from r.release);
select problem from ph.verify_releases('r');
rollback to whole;
-- all of it made anew, with another record: only who holds an export finds it
do $$
declare
	l record;
	last text := repeat('0', 64);
begin
	update r.release set record = record || '{"audience": "nobody"}' where release = 2;
	for l in select * from r.release order by release loop
		update r.release set previous_hash = last,
			hash = encode(sha256(convert_to(last || l.record::text, 'UTF8')), 'hex')
		where release = l.release
		returning hash into last;
	end loop;
	update r.release_head set hash = last;
end $$;
select count(*) from ph.verify_releases('r');
select v.problem from said, ph.verify_releases('r', said.count, said.hash) v;
rollback;
select * from ph.verify_releases('r');

-- ---- data that change, a new version ----

begin;
insert into r.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select 10000 + i, 'P' || i * 100, 'NEL', '2024-05-01', '2024-05-02', 1 from generate_series(1, 4) i;
call ph.fold_measures('r', '{our_emergencies}', '{2024/25}', refold => true);
select ph.replay_release('r', max(release)) from r.release where first_day = '2024-04-01'
	and period_kind = 'financial_year' and measure = 'our_emergencies';
savepoint changed;
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{system,place,small_area}', '{sex}', 'cms_11',
	'public');
rollback to changed;
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{system,place,small_area}', '{sex}', 'cms_11',
	'public',
	collisions => 'hide');
-- nothing that was shown and is now a few more
select count(*) filter (where n.shown) as shown, count(*) filter (where abs(n.numerator - b.numerator) between 1 and 10)
	as few_more
from r.released_row n
join r.release nl on nl.release = n.release
join r.release bl on (bl.measure, bl.period_kind, bl.first_day, bl.breakdown)
	= (nl.measure, nl.period_kind, nl.first_day, nl.breakdown) and bl.release < nl.release
join r.released_row b on (b.release, b.level, b.place_id, b.group_name) = (bl.release, n.level, n.place_id,
	n.group_name)
where nl.release > (select max(release) from r.release) - 2 and n.shown and b.shown;
rollback;
begin;
insert into r.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
select measure, '2', name, meaning, indicator, per, unit, better, kind, aim, pillar, source,
	events || ' and encounter_id <> ''24''', '{sex}', period_kinds
from r.measure
where measure = 'our_emergencies';
call ph.fold_measures('r', '{our_emergencies}', '{2024/25}');
savepoint folded;
call ph.release_measures('r', '{our_emergencies}', '{2024/25}', '{system,place}', '{}', 'cms_11', 'public');
rollback to folded;
-- an export knows what was left out, replay what is gone
delete from r.measure_fold where measure = 'our_emergencies' and version = '1' and period = '2024-04-01';
select ph.replay_release('r', max(release)) from r.release
where first_day = '2024-04-01' and measure = 'our_emergencies' and version = '1';
rollback;

-- ---- a rule that rounds: two hierarchies, pairs beside singles; a rule of one's own ----

begin;
set local session_replication_role = replica;
delete from r.released_row;
delete from r.release;
update r.release_head set count = 0, hash = repeat('0', 64);
set local session_replication_role = origin;
call ph.release_measures('r', null, '{2024/25}', null, null, 'nhse_hes_2018', 'public');
select * from pg_temp.left_by();
select count(*) filter (where shown) as shown,
	count(*) filter (where shown and (people::integer % 5 <> 0 or people between 1 and 7)) as people_not_by_the_rule,
	count(*) filter (where shown and (numerator::integer % 5 <> 0 or numerator between 1 and 7))
		as events_not_by_the_rule
from r.released_row;
-- a percentage is made of what leaves
select count(*) as shown, count(*) filter (where abs(value - 100 * numerator / nullif(denominator, 0)) > 1e-9) as other
from r.released_value
where measure = 'our_young' and value is not null;
-- years of a quarter are rounded as people over the quarter
call ph.release_measures('r', '{our_emergencies}', '{2025 Q1}', '{system,place}', '{}', 'nhse_hes_2018', 'public');
select count(*) as shown, count(*) filter (where abs(r.value / m.value - 1) > 0.1) as far_off,
	count(*) filter (where abs(r.denominator * 365.25 / 450 - round(r.denominator * 365.25 / 450)) > 1e-6)
		as not_rounded
from r.released_value r
join r.measure_value m using (measure, version, level, place_id, period_kind, period)
where r.period = '2025-01-01' and r.value is not null;
select * from ph.verify_releases('r');
select distinct ph.replay_release('r', release) from r.release where measure = 'our_young';
rollback;

-- ---- audiences, and who tabulates ----

create role release_partner;
create role release_other;
grant usage on schema r to release_partner, release_other;
grant select on r.release, r.released_row, r.released_current, r.released_value, r.released_breakdown, r.measure,
	r.measure_place, r.calendar, r.breakdown to release_partner, release_other;
call ph.release_measures('r', '{our_young}', '{2024/25}', '{system,place}', '{ethnicity}', 'cms_11', 'release_partner');
call ph.create_tabulate('r', 'no_rule');
call ph.create_tabulate('r', 'cms_11');
grant execute on function r.tabulate(text, text, text, text) to release_partner;
create function pg_temp.sees() returns table (audience text, releases bigint, rows bigint)
language sql as $$
	select l.audience, count(distinct l.release), count(s.place_id)
	from r.release l left join r.released_row s using (release) group by l.audience order by 1
$$;
grant execute on function pg_temp.sees() to public;
set role release_other;
select audience from pg_temp.sees();
select r.tabulate('our_young', '2024/25', 'place', 'sex');
call ph.release_measures('r', '{our_young}', '{2024/25}', '{system}', '{}', 'cms_11', 'public');
reset role;
set session authorization release_partner;
select audience from pg_temp.sees();
select count(*) from r.person;
select count(*) from r.measure_tally;
insert into r.release (record) values ('{}');
-- the answer is on record before it can be read
begin;
select r.tabulate('our_young', '2024/25', 'place', 'sex') is not null as answered;
select count(*) from r.release where audience = 'release_partner' and kind = 'tabulation';
rollback;
select r.tabulate('our_young', '2024/25', 'place', 'sex') is not null as answered;
select kind, breakdown, record ->> 'same_as' is not null as again from r.release where kind = 'tabulation';
select count(*) > 0 as values, (select count(*) > 0 from r.released_breakdown) as groups from r.released_value;
select r.tabulate('our_young', '2024/25', 'place', 'cost');
select r.tabulate('our_young', '2024/25', 'practice');
select r.tabulate('our_young', '2031/32', 'place');
\set VERBOSITY terse
select r.tabulate('nothing', '2024/25', 'place');
\set VERBOSITY default
reset session authorization;
select * from ph.verify_releases('r');

-- ---- places that overlap ----
-- all patients of two practices live in one place, and with them three of another practice: rounding does not hide them
delete from r.residence;
insert into r.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || case
	when i % 5 in (0, 1) then 17 + (i / 5) % 8
	when i <= 16 and i % 5 = 2 then 17
	else 1 + (i * i / 7) % 16 end, '2015-01-01'
from generate_series(1, 3000) i;
insert into r.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
select 'our_overlap', '1', name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds
from r.measure
where (measure, version) = ('our_emergencies', '1');
call ph.fold_measures('r', '{our_overlap}', '{2025 Q1}');
call ph.release_measures('r', '{our_overlap}', '{2025 Q1}', '{system,place,practice}', '{}', 'nhse_hes_2018', 'public');
call ph.release_measures('r', '{our_overlap}', '{2025 Q1}', '{system,place}', '{}', 'nhse_hes_2018', 'public');
call ph.release_measures('r', '{our_overlap}', '{2025 Q1}', '{practice}', '{}', 'nhse_hes_2018', 'public',
	collisions => 'hide');
select level, place_id, people, note
from r.released_value
where level in ('place', 'practice') and period_name = '2025 Q1' and measure = 'our_overlap'
order by 1, 2;

-- ---- guards stand without the extension ----

begin;
set local client_min_messages = error;
drop extension population_health cascade;
delete from r.release;
rollback;
begin;
set local client_min_messages = error;
drop extension population_health cascade;
set role release_other;
select distinct audience from r.release;
rollback;
drop owned by release_partner, release_other;
drop role release_partner, release_other;
set client_min_messages = error;
drop schema r cascade;
