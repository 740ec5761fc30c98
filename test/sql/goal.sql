-- Goals, scorecards, and questions of one place, over made-up summaries of which the answers are known.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('g');
insert into g.place
values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', 'Dale'), ('L3', 'LAD24', 'Moor');
insert into g.place_parent values ('L1', 'S'), ('L2', 'S'), ('L3', 'S');
insert into g.place
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 15) i;
insert into g.place_parent
select 'A' || i, 'L' || 1 + (i - 1) / 5 from generate_series(1, 15) i;
insert into g.place_factor
select 'A' || i, 'imd2019_decile', '2019', 1 + (i - 1) % 5 * 2 from generate_series(1, 15) i;
insert into g.place_factor
select 'A' || i, 'damp', '2019', case (i - 1) / 5 when 0 then 10 when 1 then 11 else 30 end + i % 2
from generate_series(1, 15) i;
insert into g.person (person_id, birth_date, sex)
select 'P' || i, date '2015-01-01' - (i * 7919 % 32000), case i % 2 when 0 then 'M' else 'F' end
from generate_series(1, 3000) i;
insert into g.registration (person_id, start_date) select person_id, '2015-01-01' from g.person;
insert into g.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 15, '2015-01-01' from generate_series(1, 3000) i;
-- emergencies fall every year, most in Hill; the most deprived have more, and their share grows
insert into g.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select format('%s-%s', i, y), 'P' || i, 'NEL', make_date(y, 5, 1) + i % 300, make_date(y, 5, 2) + i % 300, 2000
from generate_series(1, 3000) i, generate_series(2018, 2024) y
where i * 7 % 100 < 14 - (y - 2018) - case when (i % 15) / 5 = 0 then (y - 2018) else 0 end + 2 * (i % 5 = 0)::integer;
insert into g.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select format('gp %s-%s', i, y), 'P' || i, 'GP', make_date(y, 5, 1) + i % 300, make_date(y, 5, 1) + i % 300,
	40 + 10 * (y - 2018)
from generate_series(1, 3000) i, generate_series(2018, 2024) y;
insert into g.data_day values ('2025-03-31');
call ph.create_population_views('g', neighbourhood => 'none');
call ph.create_calendar('g', '2015-01-01', '2030-12-31');
call ph.create_measure_tables('g');
insert into g.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, owner, events, breakdowns,
	period_kinds)
values
	('emergencies', '1', 'Emergencies', 'Emergency admissions.', 'rate', 1000, 'per 1,000', 'lower', 'outcome',
	 'outcomes', 'care', 'this test', 'hospital',
	 'select person_id, start_date as event_date, 1 as amount from {encounter} where pod = ''NEL''',
	 '{deprivation_quintile}', '{financial_year}'),
	('contacts', '1', 'Contacts', 'Contacts with a GP.', 'rate', 1, 'a year', 'neither', 'process', 'quality', 'care',
	 'this test', 'gp',
	 'select person_id, start_date as event_date, 1 as amount from {encounter} where pod = ''GP''',
	 '{}', '{financial_year}'),
	('cost', '1', 'Cost', 'Cost a person-year.', 'rate', 1, 'pounds a year', 'lower', 'input', 'cost', 'care',
	 'this test', 'payer',
	 'select person_id, start_date as event_date, cost as amount from {encounter} where pod = ''GP''',
	 '{}', '{financial_year}');
insert into g.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, persons, breakdowns,
	period_kinds)
values
	('damp', '1', 'Damp homes', 'Share of damp homes where people live.', 'mean', '%', 'lower', 'input', 'equity',
	 'determinants', 'this test',
	 'select s.person_id, f.value as amount
	 from {stay} s
	 join {place_factor} f on f.place_id = s.small_area
	 where s.start_date <= {day} and s.end_date > {day} and f.factor = ''damp''', '{}', '{financial_year}');
call ph.fold_measures('g', '{emergencies,contacts,cost,damp}');

-- a goal is about a measure, place and group that there are
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('fewer', 'Fewer emergencies', 'emergency', 'system', 'S', '2018-04-01', 60, '2027-04-01');
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('fewer', 'Fewer emergencies', 'emergencies', 'system', 'X', '2018-04-01', 60, '2027-04-01');
insert into g.goal (goal, name, measure, level, place_id, breakdown, group_name, baseline, target, target_period)
values ('fewer', 'Fewer emergencies', 'emergencies', 'system', 'S', 'sex', 'F', '2018-04-01', 60, '2027-04-01');
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('fewer', 'Fewer emergencies', 'emergencies', 'system', 'S', '2018-05-01', 60, '2027-04-01');
insert into g.subsystem values ('all', 'The whole', null), ('older', 'Older people', 'all');
insert into g.subsystem_part values ('older', 'place', 'S'), ('older', 'partner', 'hospital');
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period, parent, subsystem)
values
	('fewer', 'Fewer emergencies', 'emergencies', 'system', 'S', '2018-04-01', 60, '2027-04-01', null, 'all'),
	('fewer in Hill', 'Fewer emergencies in Hill', 'emergencies', 'place', 'L1', '2018-04-01', 40, '2027-04-01',
		'fewer',
	 'older'),
	('fewer in Dale', 'Fewer emergencies in Dale', 'emergencies', 'place', 'L2', '2018-04-01', 70, '2027-04-01',
		'fewer',
	 null),
	('over', 'Emergencies last year', 'emergencies', 'system', 'S', '2018-04-01', 95, '2024-04-01', null, null);
insert into g.goal (
	goal, name, measure, level, place_id, breakdown, group_name, beside_group, baseline, target, target_period)
values
	('gap', 'Smaller gap', 'emergencies', 'system', 'S', 'deprivation_quintile', '1', '5', '2018-04-01', 1.05,
	 '2027-04-01');
update g.goal set parent = 'fewer in Hill' where goal = 'fewer';

-- the same as ph.goal_progress of counts by hand
create view g.by_hand as
select extract(year from start_date)::float8 as year, count(*)::float8 as events,
	(select 3000 * (make_date(extract(year from min(start_date))::integer + 1, 4, 1)
		- make_date(extract(year from min(start_date))::integer, 4, 1)) / 365.25) as years
from (select start_date - 90 as start_date from g.encounter where pod = 'NEL') e
group by extract(year from start_date);
select s.goal, s.live, s.periods, round(s.baseline_value) as baseline, round(s.value) as value,
	round(s.should_be) as should_be, s.target, s.verdict, abs(s.projected - p.projected) < 1e-6 as projected,
	abs(s.chance - p.chance_value) < 1e-9 as chance, abs(s.needed_change - p.needed_change) < 1e-9 as needed
from ph.goal_status('g') s
cross join (
	select (ph.goal_progress(array_agg(year), array_agg(events), array_agg(years), 60, 2027, per => 1000)).*
	from g.by_hand
) p
where s.goal = 'fewer';
select goal, round(baseline_value::numeric, 2) as baseline, round(value::numeric, 2) as value,
	lower < value and value < upper as limits, round(should_be::numeric, 2) as should_be, target,
	chance between 0 and 1 as chance, verdict, unit, note
from g.goal_value
order by goal;
-- who is there already shall stay there
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('easy', 'Few enough', 'emergencies', 'system', 'S', '2018-04-01', 200, '2027-04-01');
select round(baseline_value) as baseline, target, should_be from ph.goal_status('g') where goal = 'easy';
delete from g.goal where goal = 'easy';
-- periods that are left out by name
update g.goal set leave_out = '{2020-04-01,2021-04-01}' where goal = 'fewer';
select periods, left_out from ph.goal_status('g') where goal = 'fewer';
-- parts and remainder close
select part, round(events_now) as now, round(fewer) as fewer from ph.goal_parts('g', 'fewer');
select abs(sum(fewer) filter (where part <> 'fewer') - max(fewer) filter (where part = 'fewer')) < 1e-9 as close
from ph.goal_parts('g', 'fewer');
select * from ph.goal_parts('g', 'none');
-- it is live when all have signed, and stays as it is
insert into g.goal_owner values ('fewer', 'council', '2024-05-01', 'A. Leader'), ('fewer', 'hospital', null, null);
select live from ph.goal_status('g') where goal = 'fewer';
update g.goal_owner set signed_on = '2024-06-01', signed_by = 'B. Leader' where partner = 'hospital';
select live from ph.goal_status('g') where goal = 'fewer';
update g.goal set target = 100 where goal = 'fewer';
delete from g.goal where goal = 'fewer';
insert into g.goal_milestone
values
	('fewer', 'beds closed', 'hospital', '2024-09-01', '2024-08-01'),
	('fewer', 'team hired', 'council', '2024-09-01', '2024-10-01'), ('fewer', 'homes', 'council', '2025-01-01', null),
	('fewer', 'later', 'council', '2026-01-01', null);
select * from ph.goal_delivery('g');
-- how far what is done is expected to bring it: lines close to the way
insert into g.goal_intervention values ('fewer in Dale', 'falls team', 'council', -4, 'a guess');
select intervention, partner, round(expected_contribution::numeric, 2) as expected,
	round(share_of_the_way::numeric, 2) as share
from ph.goal_contributions('g', 'fewer in Dale');
select * from ph.goal_contributions('g', 'none');
select problem, goal, detail from ph.check_goals('g');
-- a scorecard without an outcome is refused by name
select goal, kind, owners, verdict from ph.goal_scorecard('g');
select goal, kind from ph.goal_scorecard('g', 'all');
-- a goal that names no subsystem is of those that have its place or partner
insert into g.subsystem_part values ('older', 'place', 'L2'), ('all', 'place', 'S');
select goal from ph.goal_scorecard('g', 'older');
select problem, goal, detail from ph.check_goals('g') where problem like '%subsystem%';
insert into g.subsystem values ('busy', 'Busy people', null);
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period, subsystem)
values ('more contacts', 'More contacts', 'contacts', 'system', 'S', '2018-04-01', 2, '2027-04-01', 'busy');
select * from ph.goal_scorecard('g', 'busy');
-- a new version has no old periods until they are folded
insert into g.measure
select measure, '2', name, meaning, indicator, per, unit, standard, reference, with_measure, age, until, age_from,
	age_until, exposure, better, kind, aim, pillar, action_area, team, owner, source, leaves_out, population, purpose,
	people, events, persons, areas, recorded, recorded_within, breakdowns, period_kinds
from g.measure
where measure = 'emergencies';
call ph.fold_measures('g', '{emergencies}', '{2024/25}');
select periods, note from ph.goal_status('g') where goal = 'fewer';
select count(*) from ph.measure_series('g', 'emergencies', 'system', 'S');
select count(*), count(distinct measure_version) from ph.measure_series('g', 'emergencies', 'system', 'S',
	mix_versions => true);
call ph.fold_goals('g');
select periods, note from ph.goal_status('g') where goal = 'fewer';
select count(*) as periods, bool_and(measure_version = '2') as of_one_version
from ph.measure_series('g', 'emergencies', 'system', 'S');

-- scorecards by what somebody asks for; rank as far as limits tell; cost that goes another way
select group_name, measure, round(value::numeric, 1) as value, against_parent, since_year_before, rank, rank_best,
	rank_worst, peers, trade_off
from ph.scorecard('g', 'L1', '2024/25');
select distinct by, group_name
from unnest('{triple_aim,pillar,partner,team,framework}'::text[]) by, ph.scorecard('g', 'L1', '2024/25', by)
order by 1, 2;
select * from ph.scorecard('g', 'L1', '2024/25', 'colour');
select * from ph.scorecard('g', 'L9', '2024/25');

-- one place: Hill and Dale are alike, Moor is damp
-- an outcome of the same pillar tells nothing of likeness
insert into g.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
select 'mortal', '1', 'An outcome', 'Emergencies.', indicator, per, unit, better, 'outcome', aim, 'determinants',
	source,
	events, '{}', period_kinds
from g.measure
where measure = 'emergencies' and version = '1';
call ph.fold_measures('g', '{mortal}', '{2024/25}', '{place}');
select rank, neighbour, name, determinants from ph.place_neighbours('g', 'L1', '2024/25');
select pillar, measure, round(value) as value, round(parent_value) as parent, against_parent,
	round(neighbours_value) as neighbours, against_neighbours, left(neighbours_are, 4) as nearest
from ph.place_profile('g', 'L1', '2024/25', 1)
order by measure;
-- events spared at the rates of the least deprived, as ph.opportunity says of the five summaries in bands of age
select o.group_name, round(o.observed) as observed, round(o.spared::numeric, 2) as spared,
	abs(o.spared - h.spared) < 1e-9 as by_hand
from ph.measure_opportunity('g', 'emergencies', 'S', '2024/25') o
join (
	select (ph.opportunity(array_agg(tally order by fifth), array_agg(fifth order by fifth), '5')).*
	from (
		select fifth, ph.count_tally(band, events, years, squares) as tally
		from (
			select (1 + (i % 15) % 5)::text as fifth, (array[0, 20, 40, 60, 70, 80])[width_bucket(
					extract(year from age('2024-04-01', p.birth_date))::float8,
						'{0,20,40,60,70,80}'::float8[])] as band,
				count(e.person_id) as events, count(*) * 365 / 365.25 as years, count(e.person_id) as squares
			from g.person p
			join lateral (select substr(p.person_id, 2)::integer as i) n on true
			left join g.encounter e on e.person_id = p.person_id and e.pod = 'NEL'
				and e.start_date >= '2024-04-01' and e.start_date < '2025-04-01'
			group by 1, 2
		) counted
		group by fifth
	) folded
) h on h.group_name is not distinct from o.group_name
order by o.group_name;
select jsonb_object_keys(ph.needs_assessment('g', 'L1', '2024/25')) as told;
select page like '<!DOCTYPE html>%</html>%' as is_page, page like '%Needs of Hill, 2024/25%' as has_title,
	page !~ '<script|http' as alone
from ph.needs_assessment_page('g', 'L1', '2024/25') page;

-- a stored summary answers anything; a measure goes with all of it
select round((ph.crude_rate(ph.measure_tally('g', 'emergencies', 'system', 'S', '2024/25'), 1000)).value) as rate;
select ph.measure_tally('g', 'emergencies', 'system', 'S', '2029/30') is null as nothing_folded;
select ph.measure_tally('g', 'none', 'system', 'S', '2024/25');
call ph.drop_measure('g', 'damp');
select count(*) as left_over from g.measure_tally where measure = 'damp';

-- a goal is about groups and periods that there are
insert into g.goal (
	goal, name, measure, level, place_id, breakdown, group_name, beside_group, baseline, target, target_period)
values
	('no group', 'No group', 'emergencies', 'system', 'S', 'deprivation_quintile', '1', '9', '2018-04-01', 1,
		'2027-04-01');
insert into g.goal (
	goal, name, measure, level, place_id, breakdown, group_name, beside_group, baseline, target, target_period)
values
	('itself', 'Itself', 'emergencies', 'system', 'S', 'deprivation_quintile', '1', '1', '2018-04-01', 1, '2027-04-01');
insert into g.goal (goal, name, measure, level, place_id, period_kind, baseline, target, target_period)
values ('overlap', 'Overlap', 'emergencies', 'system', 'S', 'rolling_year', '2018-04-01', 60, '2027-04-01');
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('between', 'Between', 'emergencies', 'system', 'S', '2018-04-01', 60, '2027-01-15');
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('never', 'Never', 'emergencies', 'system', 'S', '2018-04-01', 60, 'infinity');
select kind, day, ph_support.begins_period(kind, day)
from unnest('{day,month,quarter,year,financial_year}'::text[]) kind,
	unnest('{2027-01-01,2027-04-01,2027-05-01,2027-05-02}'::date[]) day
where ph_support.begins_period(kind, day)
order by day, kind;
insert into g.subsystem values ('round', 'Round', 'about'), ('about', 'About', 'round');
select * from ph.goal_scorecard('g', 'nowhere');

-- what is reached is told by the target period, not by those after it; nor is what has no value missed
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period)
values ('early', 'By 2020', 'emergencies', 'system', 'S', '2018-04-01', 95, '2020-04-01');
select s.period, round(s.value) as value, round(v.value) as of_that_year, s.verdict
from ph.goal_status('g') s
join g.measure_value v using (measure, level, place_id, period)
where s.goal = 'early';

-- periods without events: of a ratio they count by what was expected; a value that is not known is not missed
insert into g.measure (
	measure, version, name, meaning, indicator, per, reference, unit, better, kind, aim, pillar, source, events,
		recorded,
	breakdowns, period_kinds)
select measure, '1', 'Rare', 'Events until 2020.', indicator, 1, reference, 'ratio', 'lower', 'outcome', 'outcomes',
	'care', 'this test',
	'select person_id, start_date as event_date, 1 as amount
	from {encounter}
	where pod = ''NEL'' and (start_date < ''2021-04-01'' or person_id !~ ''[05]$'')',
	'select start_date as record_date from {encounter}', '{deprivation_quintile}', '{financial_year}'
from (values ('rare', 'smr', 'system'), ('rare_rate', 'rate', null)) m (measure, indicator, reference);
call ph.fold_measures('g', '{rare,rare_rate}', '{financial_year}', '{system}');
insert into g.goal (
	goal, name, measure, level, place_id, breakdown, group_name, beside_group, baseline, target, target_period)
values
	('rare gap', 'Rare', 'rare', 'system', 'S', 'deprivation_quintile', '2', '3', '2018-04-01', 0.5, '2027-04-01'),
	('rare over', 'Rare', 'rare_rate', 'system', 'S', 'deprivation_quintile', '2', '1', '2018-04-01', 1, '2024-04-01');
select count(*) filter (where e.events = 0) as without_events,
	bool_and(abs(e.exposure / ph.expected(t.tally, f.reference) - 1) < 1e-9) as as_expected
from g.measure_tally t
join g.measure_fold f using (measure, version, period_kind, period)
cross join ph_support.latest_measures('g', '{rare}') m, lateral ph_support.trend_events(m, t.tally, f.reference) e
where t.measure = 'rare';
select goal, value is null as no_value, lower < value and value < upper as limits, verdict, note
from ph.goal_status('g')
where goal like 'rare%';
-- parts are of the whole's last period, and only what can be added is added
insert into g.goal (goal, name, measure, level, place_id, baseline, target, target_period, leave_out, parent)
values
	('whole', 'Whole', 'emergencies', 'system', 'S', '2018-04-01', 60, '2027-04-01', '{}', null),
	('part', 'Part', 'emergencies', 'place', 'L1', '2018-04-01', 60, '2027-04-01', '{2024-04-01}', 'whole'),
	('other', 'Other', 'rare_rate', 'system', 'S', '2018-04-01', 60, '2027-04-01', '{}', 'whole');
select part, round(events_now) as now, round(fewer) as fewer from ph.goal_parts('g', 'whole');
-- a goal outlives its measure, and says so
call ph.drop_measure('g', 'rare');
select goal, kind, verdict, note from ph.goal_scorecard('g') where goal like 'rare%';

-- a place that is of two levels, and who is in no known place, have each measure once
select count(*) = count(distinct measure) as once from ph.scorecard('g', 'unknown', '2024/25');
select * from ph.measure_opportunity('g', 'emergencies', 'S', '2024/25', bands => '{80,0}');
select * from ph.measure_opportunity('g', 'emergencies', 'S', '2024/25', bands => null);
select * from ph.measure_opportunity('g', 'emergencies', 'S', '2024/25', bands => '{}');
