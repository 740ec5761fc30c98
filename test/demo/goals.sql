-- Goals that nobody has set, of partners that nobody is, for the population of generate.sql: fewer smokers in the
-- system, with parts in two places; a smaller gap between the most and the least deprived fifth; fewer emergencies,
-- which not all owners have signed.
--
--     psql -v schema=health -f test/demo/goals.sql
--
-- comes after measures.sql. Smoking is of quarters, as it is known on their last days; emergencies, which have a
-- season, of years.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";
select array_agg(name) as quarters
from calendar
where kind = 'quarter' and start_date >= '2022-07-01' and start_date < '2025-04-01'
\gset
call ph.fold_measures(:'schema', '{smoking}', :'quarters', '{system,place}', '{deprivation_quintile}');
call ph.fold_measures(:'schema', '{emergency_admissions}', '{2022/23}', '{system,place}', '{}');

insert into subsystem values ('prevention', 'Prevention (made up)', null);
insert into subsystem_part
values ('prevention', 'partner', 'Exshire Council'), ('prevention', 'partner', 'Exshire Hospitals');
insert into goal (
	goal, name, measure, level, place_id, period_kind, baseline, target, target_period, parent, subsystem)
values
	('fewer_smokers', 'Fewer smokers (made up)', 'smoking', 'system', 'X54000001', 'quarter', '2022-07-01', 10,
	 '2027-01-01', null, 'prevention'),
	('fewer_smokers_docks', 'Fewer smokers in Exmouth Docks (made up)', 'smoking', 'place', 'X09000001', 'quarter',
	 '2022-07-01', 12, '2027-01-01', 'fewer_smokers', 'prevention'),
	('fewer_smokers_zedminster', 'Fewer smokers in Zedminster (made up)', 'smoking', 'place', 'X09000003', 'quarter',
	 '2022-07-01', 11, '2027-01-01', 'fewer_smokers', 'prevention'),
	('fewer_emergencies', 'Fewer emergency admissions (made up)', 'emergency_admissions', 'system', 'X54000001',
	 'financial_year', '2022-04-01', 9000, '2026-04-01', null, null);
insert into goal (
	goal, name, measure, level, place_id, breakdown, group_name, beside_group, period_kind, baseline, target,
	target_period, subsystem)
values
	('smoking_gap', 'Smokers: most deprived fifth at most 2.5 times the least (made up)', 'smoking', 'system',
	 'X54000001', 'deprivation_quintile', '1', '5', 'quarter', '2022-07-01', 2.5, '2027-01-01', 'prevention');
insert into goal_owner
values
	('fewer_smokers', 'Exshire Council', '2024-06-03', 'A. Nobody'),
	('fewer_smokers', 'Exshire Hospitals', '2024-06-10', 'B. Nobody'),
	('fewer_smokers_docks', 'Exshire Council', '2024-06-03', 'A. Nobody'),
	('fewer_smokers_zedminster', 'Exshire Council', '2024-06-03', 'A. Nobody'),
	('smoking_gap', 'Exshire Council', '2024-06-03', 'A. Nobody'),
	('fewer_emergencies', 'Exshire Hospitals', '2024-06-10', 'B. Nobody'),
	('fewer_emergencies', 'Exshire Ambulances', null, null);
insert into goal_milestone
values
	('fewer_smokers', 'advice at every health check', 'Exshire Council', '2024-10-01', '2024-09-20'),
	('fewer_smokers', 'advice on all wards', 'Exshire Hospitals', '2024-12-01', '2025-02-10'),
	('fewer_smokers_docks', 'a clinic at the docks', 'Exshire Council', '2025-03-01', null),
	('smoking_gap', 'vouchers in the most deprived areas', 'Exshire Council', '2025-09-01', null);
insert into goal_intervention
values
	('fewer_smokers', 'advice at every health check', 'Exshire Council', -0.6, 'made up'),
	('fewer_smokers', 'advice on all wards', 'Exshire Hospitals', -0.4, 'made up');
