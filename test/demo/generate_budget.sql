-- Money of the made-up partners of generate_partners.sql, the last step of generate.sql: two agreements and their
-- ledgers of a year, streams, staff, assets and need. All amounts go with the number of persons.
--
-- What is planted stands in health_truth: spending moves from crises to what comes before them by a percentage point a
-- month; one place has few nurses for its need and no hall; two streams overlap, and nobody answers for one.
\echo 'money'
call ph.create_record_views(:'schema');
call ph.create_budget_tables(:'schema');

drop table if exists :"truth".money_move;
create table :"truth".money_move as
select m::date as month, 0.40 + 0.01 * n as upstream_share
from generate_series(timestamp '2024-04-01', timestamp '2025-03-01', interval '1 month') with ordinality m (m, n);
comment on table :"truth".money_move is
	'one row a month: the share of upstream spend in upstream and crisis spend that the ledger was made with, before '
	'chance of half a percentage point';

insert into :"schema".budget_agreement
values
	('better_care', 'Better care pool (made up)', 'section_75', 'exshire_council', '2024-04-01', '2025-04-01',
	 'contribution', 0.01),
	('whole_person', 'Whole person alignment (made up)', 'virtual', null, '2024-04-01', '2025-04-01', 'agreed', 0.01);
insert into :"schema".budget_agreement_partner
values
	('better_care', 'exshire_hospitals', null, null), ('better_care', 'exshire_council', null, null),
	('better_care', 'exshire_community', null, 500), ('better_care', 'primary_care', null, 200),
	('whole_person', 'exshire_mind', 0.4, null), ('whole_person', 'exshire_council', 0.3, null),
	('whole_person', 'primary_care', 0.2, null), ('whole_person', 'wye_advice', 0.1, null);

insert into :"schema".funding_stream
values
	('falls', 'Falls prevention', 'classes and safer homes', 'behaviours', 'frail', null, 'exshire_community',
	 'fewer_falls', '2024-04-01', '2025-04-01', 40000),
	('safe_homes', 'Safe at home', 'rails and repairs', 'determinants', null, 'X09000001', 'exe_homes', 'fewer_falls',
	 '2024-10-01', '2025-10-01', 25000),
	('warm_homes', 'Warm homes', 'cold and damp', 'determinants', null, null, 'exe_homes', 'fewer_winter_admissions',
	 '2024-04-01', null, 60000),
	('young_minds', 'Young minds', 'talking early', 'communities', 'young', null, null, 'school_attendance',
	 '2024-09-01', '2025-08-01', 30000);

-- what each service has of the money of its stance, and in which agreement it is spent
create temp table spender (agreement, service, stance, part) as
values
	('better_care', 'emergency_admission', 'crisis', 0.55), ('better_care', 'emergency_placement', 'crisis', 0.25),
	('whole_person', 'crisis_team', 'crisis', 0.20), ('better_care', 'social_care', 'upstream', 0.35),
	('better_care', 'community_nurse', 'upstream', 0.25), ('better_care', 'practice_nurse', 'upstream', 0.10),
	('whole_person', 'talking_therapy', 'upstream', 0.15), ('whole_person', 'debt_advice', 'upstream', 0.05),
	('whole_person', 'family_hub', 'upstream', 0.10);

-- in the order of days, as it would be posted: a row at a time numbers and chains them
insert into :"schema".budget_entry (agreement, partner, entry_date, kind, amount, service, place)
select agreement, partner, entry_date, kind, amount, service, place
from (
	select 'better_care' as agreement, partner, date '2024-04-01' as entry_date, 'opening' as kind,
		round(share * people, 2) as amount, null as service, null as place
	from (values ('exshire_council', 0.30), ('exshire_hospitals', -0.10)) o (partner, share),
		(select count(*) as people from :"schema".person) p
	union all
	select agreement, partner, (date '2024-04-01' + q * interval '3 months')::date, 'contribution',
		round(pounds * people / 4, 2), null, null
	from (
		values ('better_care', 'exshire_hospitals', 41.0), ('better_care', 'exshire_council', 43.5),
			('better_care', 'exshire_community', 16.0), ('better_care', 'primary_care', 6.5),
			('whole_person', 'exshire_mind', 24.0), ('whole_person', 'exshire_council', 7.0),
			('whole_person', 'wye_advice', 3.5)
	) c (agreement, partner, pounds),
		generate_series(0, 3) q, (select count(*) as people from :"schema".person) p
	union all
	select s.agreement, v.partner, m.month + 27, 'spend',
		round((2 * people * s.part * case s.stance when 'upstream' then d.share else 1 - d.share end)::numeric, 2),
		s.service, 'X0900000' || lad
	from spender s
	join :"schema".service v using (service)
	cross join :"truth".money_move m
	cross join lateral (
		select m.upstream_share + 0.005 * (pg_temp.uniform('money moves ', (m.month - date '2024-01-01')::bigint) - 0.5)
	) d (share)
	cross join generate_series(1, 6) lad
	cross join (select count(*) as people from :"schema".person) p
	order by 3, 1, 2, 6, 7
) e;

-- typed twice, and taken back; a late invoice
insert into :"schema".budget_entry (agreement, partner, entry_date, kind, amount, service, place)
values ('better_care', 'exshire_council', '2025-03-30', 'spend', 1250, 'social_care', 'X09000002');
insert into :"schema".budget_entry (agreement, entry_date, reverses, why)
select agreement, '2025-03-31', count, 'typed twice'
from :"schema".budget_head
where agreement = 'better_care';
insert into :"schema".budget_entry (agreement, partner, entry_date, kind, amount, service, why)
values
	('better_care', 'exshire_community', '2025-03-31', 'adjustment', -310.50, 'community_nurse', 'credit of February');

insert into :"schema".staff
select service, 'X0900000' || lad, m.month, professional,
	round((posts * people / 10000.0 / 6
		* case when lad = 3 and service = 'community_nurse' then 0.4 else 1 end)::numeric, 2)
from (
	values ('community_nurse', 'nurse', 12.0), ('community_nurse', 'assistant', 6.0), ('social_care', null, 20.0),
		('talking_therapy', 'therapist', 8.0), ('health_coach', null, 3.0)
) w (service, professional, posts)
cross join generate_series(1, 6) lad
cross join :"truth".money_move m
cross join (select count(*) as people from :"schema".person) p
where not (service = 'talking_therapy' and lad = 5);

insert into :"schema".asset
select kind || '_' || lad, kind, 'X0900000' || lad, partner, capacity + 10 * (lad % 3), unit
from (
	values ('hall', 'exshire_council', 120, 'places'), ('food_bank', 'docks_food_bank', 40, 'parcels a week'),
		('walking_group', 'good_neighbours', 15, 'places')
) a (kind, partner, capacity, unit)
cross join generate_series(1, 6) lad
where not (kind = 'hall' and lad = 3) and not (kind = 'food_bank' and lad > 4);

insert into :"schema".place_need
select 'X0900000' || (lad + 1), date '2024-04-01', count(*),
	round((sum(1 + 0.08 * (5.5 - decile) + 0.25 * conditions) * avg(total.people / total.weight))::numeric, 2),
	'made up: deprivation and long-term conditions'
from known
cross join (
	select count(*)::double precision as people, sum(1 + 0.08 * (5.5 - decile) + 0.25 * conditions) as weight from known
) total
group by lad;

drop table spender;
analyze :"schema".budget_entry, :"schema".staff, :"schema".place_need;
