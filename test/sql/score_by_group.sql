-- A score judged by group, on made-up people of whom the truth is known: who is under-served is named and never
-- recalibrated, who is scored wrongly at equal need is recalibrated, and of groups by lot nobody is named.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
set jit = off;

create function pg_temp.chance(purpose text, n bigint) returns float8
language sql immutable
return (('x' || left(md5(purpose || ' ' || n), 8))::bit(32)::bigint + 0.5) / 4294967296.0::float8;
create function pg_temp.normal(purpose text, n bigint) returns float8
language sql immutable
return sqrt(-2 * ln(pg_temp.chance(purpose || ' radius', n))) * cos(2 * pi() * pg_temp.chance(purpose || ' angle', n));
-- so many of a Poisson count as its chance says
create function pg_temp.count_of(mean float8, chance float8) returns integer
language plpgsql immutable
as $$
declare
	k integer := 0;
	term float8 := exp(-mean);
	sum float8 := term;
begin
	while chance > sum and k < 200 loop
		k := k + 1;
		term := term * mean / k;
		sum := sum + term;
	end loop;
	return k;
end $$;

-- ---- 20,000 people: six conditions by a frailty, contacts and emergencies by conditions ----
create schema made;
create table made.life as
with person as materialized (
	select n, 'P' || lpad(n::text, 5, '0') as person_id, pg_temp.normal('frailty', n) as frailty,
		1 + floor(12 * pg_temp.chance('place', n))::integer as place,
		(array['Exish', 'Wyeish', 'Zedish', 'Oldish', 'Newish', 'Eastish', 'Westish', null])[
			1 + floor(8 * pg_temp.chance('language', n))::integer] as language
	from generate_series(1, 20000) n
), ill as materialized (
	select *, array(
		select c
		from generate_series(1, 6) c
		where pg_temp.chance('condition ' || c, n) < 1 / (1 + exp(2.4 - frailty))) as conditions
	from person
)
select *, pg_temp.count_of(3 * exp(0.35 * cardinality(conditions)), pg_temp.chance('before', n)) as before,
	pg_temp.count_of(3 * exp(0.35 * cardinality(conditions)), pg_temp.chance('after', n)) as after,
	pg_temp.count_of(0.05 * exp(0.45 * cardinality(conditions)), pg_temp.chance('emergencies', n)) as emergencies,
	pg_temp.chance('death', n) < 0.005 * (1 + cardinality(conditions)) as dies,
	pg_temp.chance('leaving', n) < 0.05 as leaves, pg_temp.chance('seen', n) as chance,
	frailty + 0.7 * pg_temp.normal('medicines', n) as medicines
from ill;

call ph.create_shared_tables('fair');
insert into fair.place (place_id, place_kind)
select 'A' || lpad(n::text, 2, '0'), 'LSOA21' from generate_series(1, 12) n
union all
select 'D' || lpad(n::text, 2, '0'), 'LAD24' from generate_series(1, 12) n
union all
values ('I1', 'ICB24'), ('G1', 'PRACTICE');
insert into fair.place_parent
select 'A' || right(place_id, 2), place_id from fair.place where place_kind = 'LAD24'
union all
select place_id, 'I1' from fair.place where place_kind = 'LAD24';
insert into fair.data_day values ('2025-03-31');
insert into fair.person (person_id, birth_date, sex, ethnicity_code, death_date)
select person_id, date '2004-04-01' - floor(27000 * pg_temp.chance('birth', n))::integer,
	(array['F', 'M'])[1 + floor(2 * pg_temp.chance('sex', n))::integer],
	(array['A', 'H', 'M', 'Z', null])[1 + floor(5 * pg_temp.chance('ethnicity', n))::integer],
	case when dies then date '2024-04-01' + floor(365 * pg_temp.chance('day of death', n))::integer end
from made.life;
insert into fair.residence (person_id, lsoa21_code, start_date)
select person_id, 'A' || lpad(place::text, 2, '0'), '2015-01-01' from made.life where n % 50 <> 0;
insert into fair.registration (person_id, practice_code, start_date, end_date)
select person_id, 'G1', date '2024-03-31' - floor(5000 * pg_temp.chance('registered', n))::integer,
	case when leaves then date '2024-04-02' + floor(360 * pg_temp.chance('day of leaving', n))::integer end
from made.life;
insert into fair.code_list (list, version, code_system, code, match)
select 'condition_' || c, '1', 'SNOMED', c::text, 'exact' from generate_series(1, 6) c;
insert into fair.clinical_event (person_id, event_date, code_system, code)
select person_id, '2022-01-01', 'SNOMED', c::text from made.life, unnest(conditions) c;
insert into fair.encounter (encounter_id, person_id, pod, start_date, admission_method)
select row_number() over (), person_id, 'NEL', date '2024-04-01' + floor(365 * pg_temp.chance('day ' || k, n))::integer,
	case when k = 3 then '31' else '21' end
from made.life, generate_series(1, emergencies) k;
call ph.create_population_views('fair', neighbourhood => 'none', deprivation => 'none');
call ph.create_accountability_tables('fair');
vacuum analyze;

create view made.language as select person_id, language from made.life;
-- the share of the contacts of somebody that a scenario hides
create function made.hidden(scenario text, language text, place integer) returns float8
language sql immutable
return case
	when scenario = 'group' and language = 'Exish' then 0.4
	when scenario = 'joint' and language = 'Exish' and place = 3 then 0.25
	else 0 end;
-- a run a scenario: many contacts of the year after by those of the year before and medicines, which nobody hides;
-- in one they are half as often, of people who need as much as others
create procedure made.run(scenario text)
language plpgsql
as $$
declare
	model ph.model;
begin
	execute format('create table made.%1$I as
		select person_id, ln(1 + floor(before * (1 - hidden) + chance)) as contacts, medicines,
			floor(after * (1 - hidden) + chance) >= 8
				and not (%1$L = ''wrong'' and coalesce(language = ''Exish'', false) and chance < 0.5) as outcome
		from made.life, lateral made.hidden(%1$L, language, place) hidden', scenario);
	model := ph.fit('logistic', format('select outcome, contacts, medicines from made.%I', scenario));
	call ph.record_scores('fair', scenario, 'contacts', scenario, format('made.%I', scenario)::regclass, '2024-04-01',
		'planning', model, predicts => 'eight contacts or more', label_kind => 'use', horizon => '1 year',
		cuts => '{0.12}');
end $$;
call made.run('whole');
call made.run('group');
call made.run('joint');
call made.run('wrong');
create function made.cut(run text) returns float8
language sql stable
return (select min(value) from fair.person_score s where s.run = cut.run and tier = 1);
select made.cut('group') as cut \gset
create table made.report as
select r.run, g.*
from unnest('{whole,group,wrong}'::text[]) r (run),
	ph.score_by_group('fair', r.run, format('made.%I', r.run)::regclass, made.cut(r.run),
		'{sex,age_band,ethnicity,place,record_length,language}', 'made.language') g
union all
select 'joint', g.*
from ph.score_by_group('fair', 'joint', 'made.joint', made.cut('joint'), '{place,language,place*language}',
	'made.language') g;

-- of whom contacts are hidden, fewer are listed; outcomes that are contacts call them scored too high; they need more
select run, people, listed, round(100 * listed_share::numeric, 1) as listed_percent,
	round(observed_to_expected::numeric, 2) as o_e, round(observed_to_expected_upper::numeric, 2) as o_e_upper,
	round(conditions_ratio::numeric, 2) as conditions, round(conditions_ratio_lower::numeric, 2) as lower,
	round(emergency_ratio::numeric, 2) as emergencies, verdict
from made.report
where dimension = 'language' and group_name = 'Exish'
order by run;
-- and nobody else is named, whatever people are parted by; a group may be seen where two meet alone
select run, dimension, group_name, people, verdict, note
from made.report
where verdict is distinct from 'none'
order by run, dimension;

-- ---- groups by lot: 20 ways to part people of whom nobody is served otherwise ----
-- at 5 % one way in 20 has a finding; more than 3 would be as rare as 2 in 100
\set ECHO none
select 'create view made.lot as select person_id, '
	|| string_agg(format('1 + floor(4 * ((hashtextextended(person_id, %1$s) %% 9973 + 9973) %% 9973) / 9973.0)
		as lot_%1$s', i), ', ') || ' from made.life'
from generate_series(1, 20) i \gexec
\set ECHO all
create table made.some as select * from made.whole where person_id <= 'P06000';
call ph.record_scores('fair', 'some', 'lot', '1', 'made.some', '2024-04-01', 'planning',
	ph.fit('logistic', 'select outcome, contacts, medicines from made.some'), horizon => '1 year', cuts => '{0.12}');
select count(distinct dimension) as ways, count(*) as groups,
	count(distinct dimension) filter (where verdict <> 'none') as ways_with_a_finding,
	count(*) filter (where verdict is null) as untold
from ph.score_by_group('fair', 'some', 'made.some', made.cut('some'),
	array(select 'lot_' || i from generate_series(1, 20) i), 'made.lot');

-- ---- groups close to the whole, and who is in none is one ----
select run, dimension, sum(people) as people, sum(listed) as listed, sum(events) as events,
	sum(people) filter (where group_name like '%unknown%') as unknown
from made.report
where run in ('group', 'joint')
group by run, dimension
order by run, dimension;
select (select count(*) from fair.person_score where run = 'group' and value >= :cut) as listed,
	(select count(*) from made.group where outcome) as events,
	(select count(*) from made.life where language is null) as language_unknown,
	(select count(*) from made.life where language is null or n % 50 = 0) as either_unknown;
-- the age and place of the day of the run are those of person_at
select count(*) as differ
from (
	select dimension, group_name, people from made.report where run = 'group' and dimension in ('place', 'sex')
	except
	select d, g, count(*)
	from fair.person_at('2024-04-01'), lateral (
		values ('place', coalesce(place, 'unknown')), ('sex', coalesce(sex, 'unknown'))) v (d, g)
	group by d, g
) other;

-- ---- every number again, by plain queries over the rows that were made ----
create table made.person as
select l.person_id, coalesce(l.language, 'unknown') as group_name, s.value, o.outcome, s.value >= :cut as listed,
	cardinality(l.conditions)::float8 as conditions,
	1 + floor(20 * (count(*) over (order by s.value range between unbounded preceding and current row exclude group))
		/ 20000.0) as twentieth,
	here.until - date '2024-04-01' as days,
	coalesce(p.death_date < here.until, false)::integer as deaths,
	(
		select count(*)
		from fair.encounter e
		where e.person_id = l.person_id and e.start_date < here.until and e.admission_method = '21') as emergencies
from made.life l
join fair.person p using (person_id)
join fair.registration r using (person_id)
join fair.person_score s on s.person_id = l.person_id and s.run = 'group'
join made.group o on o.person_id = l.person_id
cross join lateral (
	select least(date '2025-04-01', p.death_date + 1,
		case when r.end_date = p.death_date then r.end_date + 1 else r.end_date end) as until) here;
\set z 2.7343687865331747
create table made.again (group_name text, statistic text, value float8);
-- Wilson: shares listed, of all, of those with and of those without the outcome
insert into made.again
select group_name, statistic || ending,
	(share + z ^ 2 / 2 / n + sign * z * sqrt(share * (1 - share) / n + (z / 2 / n) ^ 2)) / (1 + z ^ 2 / n)
from (
	select group_name, statistic, avg(listed::integer)::float8 as share, count(*)::float8 as n, :z::float8 as z
	from made.person, lateral (
		values ('listed_share'), (case when outcome then 'sensitivity' else 'false_positive_share' end)) s (statistic)
	group by group_name, statistic
) counted, (values ('_lower', -1), ('_upper', 1)) ends (ending, sign)
union all
select group_name, statistic, avg(listed::integer)
from made.person, lateral (
	values ('listed_share'), (case when outcome then 'sensitivity' else 'false_positive_share' end)) s (statistic)
group by group_name, statistic;
-- the chance that an outcome stands above none, by ranks; DeLong's variance from how each stands among the others
insert into made.again
select group_name, v.*
from (
	select group_name, avg(above) filter (where outcome) as auroc,
		sqrt(var_samp(above) filter (where outcome) / count(*) filter (where outcome)
			+ var_samp(above) filter (where not outcome) / count(*) filter (where not outcome)) as error
	from (
		select group_name, outcome,
			-- of the others, the share below (of those with the outcome: above), ties half
			case
				when outcome then (among_all - among_own) / (people - own)
				else 1 - (among_all - among_own) / (people - own) end as above
		from (
			select group_name, outcome, count(*) over g as people, count(*) over o as own,
				(rank() over (partition by group_name order by value)
					+ count(*) over (partition by group_name, value) / 2.0 - 0.5)::float8 as among_all,
				(rank() over (partition by group_name, outcome order by value)
					+ count(*) over (partition by group_name, outcome, value) / 2.0 - 0.5)::float8 as among_own
			from made.person
			window g as (partition by group_name), o as (partition by group_name, outcome)
		) ranked
	) placed
	group by group_name
) a, lateral (
	values ('auroc', auroc), ('auroc_lower', auroc - :z * error), ('auroc_upper', auroc + :z * error)) v (
		statistic, value);
-- observed over expected, and the slope as a model of one term
insert into made.again
select group_name, v.*
from (
	select group_name, count(*) filter (where outcome)::float8 as observed, sum(value) as expected,
		ph.fit('logistic', format('select outcome, ln(value / (1 - value)) as logit from made.person
			where group_name = %L', group_name)) as line
	from made.person
	group by group_name
) g, lateral ph.count_limits(observed, 1 - 0.05 / 8, 'exact') c, lateral (
	values ('observed_to_expected', observed / expected), ('observed_to_expected_lower', c.lower / expected),
		('observed_to_expected_upper', c.upper / expected), ('slope', (line).coefficients[2]),
		('slope_lower', (line).coefficients[2] - :z * sqrt(((line).covariance)[4])),
		('slope_upper', (line).coefficients[2] + :z * sqrt(((line).covariance)[4]))) v (statistic, value);
-- need: the rate of those outside, twentieth by twentieth, and what each person differs from it
insert into made.again
with need as (
	select group_name, twentieth, need, x, w
	from made.person, lateral (
		values ('conditions_ratio', conditions, 1.0::float8), ('emergency_ratio', emergencies, days / 365.25),
			('deaths_ratio', deaths, days / 365.25)) n (need, x, w)
), rate as (
	select g.group_name, o.twentieth, o.need, sum(o.x) / sum(o.w) as rate
	from (select distinct group_name from made.person) g
	join need o on o.group_name <> g.group_name
	group by g.group_name, o.twentieth, o.need
), variance as (
	select r.group_name, r.twentieth, r.need, r.rate,
		sum((o.x - r.rate * o.w) ^ 2) / sum(o.w) ^ 2 * count(*) / (count(*) - 1) as variance
	from rate r
	join need o on o.group_name <> r.group_name and (o.twentieth, o.need) = (r.twentieth, r.need)
	group by r.group_name, r.twentieth, r.need, r.rate
), weight as (
	select group_name, twentieth, need, sum(w) as w from need group by group_name, twentieth, need
), expected as (
	select group_name, need, sum(w * rate) as expected, sum(w ^ 2 * variance) as variance
	from weight
	join variance using (group_name, twentieth, need)
	group by group_name, need
), ratio as (
	select group_name, need, expected, variance, sum(x) as observed, sum(x) / expected as ratio
	from expected
	join need using (group_name, need)
	group by group_name, need, expected, variance
), limited as (
	select group_name, need, ratio,
		exp(:z * sqrt(variance / expected ^ 2 + sum((x - ratio * rate * w) ^ 2) / observed ^ 2)) as factor
	from ratio
	join need using (group_name, need)
	join rate using (group_name, twentieth, need)
	group by group_name, need, ratio, expected, variance, observed
)
select group_name, v.*
from limited, lateral (
	values (need, ratio), (need || '_lower', ratio / factor), (need || '_upper', ratio * factor)) v (statistic, value);
select regexp_replace(statistic, '_(lower|upper)$', '') as statistic, count(*) as numbers,
	count(told.value) as told, count(*) filter (where abs(told.value - a.value) > 1e-9 * abs(a.value)) as differ
from made.again a
left join (
	select r.group_name, v.key as statistic, v.value::float8 as value
	from made.report r, jsonb_each_text(to_jsonb(r)) v
	where run = 'group' and dimension = 'language' and v.key in (select statistic from made.again)
) told using (group_name, statistic)
group by 1
order by 1;

-- ---- scores of others: who has none, who has no outcome, what they are made of, who is alone ----
create table made.product as
select person_id, case when n % 10 > 0 then medicines * 10 end as value, n % 90 as age, language as spoken_language
from made.life
where n <= 5000;
create table made.seen as
select person_id, after::numeric as outcome from made.life where n % 7 > 0;
create table made.top as
select person_id, case when rank() over (order by value desc nulls last) <= 400 then 'top' else 'rest' end as placed,
	'all' as everybody
from made.product;
call ph.record_scores('fair', 'product', 'Product', '7', 'made.product', '2024-04-01', 'planning',
	horizon => '1 year', label_kind => 'use');
select dimension, group_name, people, without_score as no_score, without_outcome as no_outcome, listed, events,
	observed_to_expected as o_e, slope, round(auroc::numeric, 2) as auroc, round(conditions_ratio::numeric, 2) as need,
	verdict, note
from ph.score_by_group('fair', 'product', 'made.seen', 10, '{sex,age_band,placed,everybody}', 'made.top');
select dimension, count(*) as groups, count(*) filter (where verdict = 'input_of_score') as input_of_score
from ph.score_by_group('fair', 'product', 'made.seen', 10, '{language,sex*language,sex}', 'made.language')
group by dimension
order by dimension;
-- a model of counts: what is observed over what it expects, and no slope
create table made.counted as
select person_id, contacts, medicines, after::integer as outcome
from made.whole
join made.life using (person_id, medicines);
call ph.record_scores('fair', 'counts', 'counts', '1', 'made.counted', '2024-04-01', 'planning',
	ph.fit('poisson', 'select outcome, contacts, medicines from made.counted'), horizon => '1 year');
select g.group_name, round(g.observed_to_expected::numeric, 6) as o_e, round(again.ratio::numeric, 6) as again,
	slope, note
from ph.score_by_group('fair', 'counts', 'made.counted', 10, '{sex}') g
join (
	select p.sex, sum(c.outcome) / sum(s.value) as ratio
	from made.counted c
	join fair.person p using (person_id)
	join fair.person_score s on s.person_id = c.person_id and s.run = 'counts'
	group by p.sex
) again on again.sex = g.group_name
order by 1;

-- the whole as the groups: observed over expected, and nothing else that risks have
begin;
call ph.judge_run('fair', 'counts', 'made.counted', 10, '{sex}');
select j.statistic, round(j.value::numeric, 6) as value,
	case when j.value is not null then round(again.ratio::numeric, 6) end as again, j.note
from fair.run_judgement j, (
	select sum(c.outcome) / sum(s.value) as ratio
	from made.counted c
	join fair.person_score s on s.person_id = c.person_id and s.run = 'counts') again
where j.run = 'counts' and j.statistic in ('observed_to_expected', 'slope')
order by 1;
rollback;
-- a risk is of whether, however often it came
create view made.often as select person_id, case when outcome then 3 else 0 end as outcome from made.whole;
select count(*) as statistics_that_differ
from (
	select to_jsonb(g) from ph.score_by_group('fair', 'whole', 'made.often', made.cut('whole'), '{sex,place}') g
	except
	select to_jsonb(g) from ph.score_by_group('fair', 'whole', 'made.whole', made.cut('whole'), '{sex,place}') g
) other;
-- a share of deficits, and who has a flag, are no risks
create view made.share as select person_id, 1 / (1 + exp(-medicines)) as value from made.whole;
create view made.flag as select person_id, (medicines > 1)::integer as value from made.whole;
begin;
call ph.record_scores('fair', 'shares', 'frailty_index', '1', 'made.share', '2024-04-01', 'planning',
	horizon => '1 year');
call ph.record_scores('fair', 'flags', 'Flag', '1', 'made.flag', '2024-04-01', 'planning', horizon => '1 year');
call ph.record_scores('fair', 'risks', 'Product', '9', 'made.share', '2024-04-01', 'planning', horizon => '1 year');
call ph.record_scores('fair', 'heart', 'score2', '1', 'made.share', '2024-04-01', 'planning', horizon => '1 year');
select run, kind, observed_to_expected is not null as of_risks, note
from fair.score_run r, ph.score_by_group('fair', r.run, 'made.whole', 0.9, '{sex}')
where run in ('shares', 'flags', 'risks', 'heart') and group_name = 'F'
order by run;
rollback;

-- ---- kept beside the run, and what the linter says ----
call ph.record_scores('fair', 'later', 'contacts', 'group', 'made.group', '2025-01-01', 'planning',
	ph.fit('logistic', 'select outcome, contacts, medicines from made.group'), horizon => '1 year');
call ph.record_scores('fair', 'timeless', 'Product', '8', 'made.product', '2024-04-01', 'planning');
call ph.create_sharing_tables('fair');
insert into fair.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
values ('P00001', 'group', 'review', 'team', '2024-05-01', 'offer', 'listed', false);
create view made.finding as
select kind, severity, object, remedy
from ph.finding('fair')
where kind in ('run_not_judged_by_group', 'group_under_served');
select * from made.finding;
call ph_support.store_groups('fair', 'group', 'made.group', '2025-04-02', made.cut('group'), '{sex,language}',
	'made.language');
select * from made.finding;
select run, outcome, judged_at::date, dimension, count(*) as groups, sum(people) as people,
	string_agg(group_name, ', ') filter (where verdict = 'under_served') as under_served
from fair.run_group
group by run, outcome, judged_at, dimension
order by dimension;
select count(*) as differ
from (
	select dimension, group_name, people, listed, events, round(conditions_ratio_lower::numeric, 9),
		round(deaths_ratio_upper::numeric, 9), verdict, note
	from fair.run_group
	except
	select dimension, group_name, people, listed, events, round(conditions_ratio_lower::numeric, 9),
		round(deaths_ratio_upper::numeric, 9), verdict, note
	from made.report
	where run = 'group'
) other;
delete from fair.run_group;
update fair.run_group set verdict = 'none';
-- judged again, of what it then says; who did not look at the language does not say that all is well there
call ph_support.store_groups('fair', 'group', 'made.group', '2025-04-03', made.cut('group'), null, null);
select * from made.finding;
insert into fair.run_group (run, outcome, judged_at, threshold, dimension, group_name, people, without_score,
	without_outcome, listed, events, verdict)
values ('group', 'made."group"', '2025-04-04', 1, 'language', 'Exish', 1, 0, 0, 0, 0, 'none');
select * from made.finding where kind = 'group_under_served';
select string_agg(distinct dimension, ', ') as dimensions from fair.run_group where judged_at = '2025-04-03';

-- ---- what cannot be asked ----
create function made.fault(query text, out state text, out message text, out hint text)
language plpgsql
as $$
begin
	execute query;
exception when others then
	get stacked diagnostics state = returned_sqlstate, message = message_text, hint = pg_exception_hint;
end $$;
create table made.no_outcome (person_id text, result boolean);
create table made.worded (person_id text, outcome text);
create table made.twice as
select person_id, true as outcome, 'A' as sex from made.life, generate_series(1, 2);
create table made.named as
select person_id, 'A' as sex, 'x' as "a'b", 'y' as "{person}" from made.life;
select f.*
from unnest(array[
	$$select from ph.score_by_group('nowhere', 'group', 'made.group', 0.5)$$,
	$$select from ph.score_by_group(null, 'group', 'made.group', 0.5)$$,
	$$select from ph.score_by_group('fair', 'nothing', 'made.group', 0.5)$$,
	$$select from ph.score_by_group('fair', null, 'made.group', 0.5)$$,
	$$select from ph.score_by_group('fair', 'later', 'made.group', 0.5)$$,
	$$select from ph.score_by_group('fair', 'timeless', 'made.group', 0.5)$$,
	$$select from ph.score_by_group('fair', 'group', null, 0.5)$$,
	$$select from ph.score_by_group('fair', 'group', 'made.no_outcome', 0.5)$$,
	$$select from ph.score_by_group('fair', 'group', 'made.worded', 0.5)$$,
	$$select from ph.score_by_group('fair', 'group', 'made.twice', 0.5)$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', null)$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{}')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex,null}')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex,star_sign}')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex*}')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex}', 'made.twice')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex}', 'made.named')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{ethnicity}', 'fair.place')$$,
	$$select from ph.score_by_group('fair', 'group', 'made.group', 0.5, '{sex}', null, 1)$$,
	$$call ph_support.store_groups('fair', 'group', 'made.group', now(), null, null, null)$$]) q, made.fault(q) f;
-- names of columns are only names
select dimension, group_name, people
from ph.score_by_group('fair', 'group', 'made.group', 0.5, array['a''b', '{person}*a''b'], 'made.named');
drop schema fair cascade;
drop schema made cascade;
