-- How far the own experience of places may be trusted, from stored yearly summaries, and the shares of a council and of
-- a charity that follow; beside plain SQL over the rows and the cells.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
set jit = off;

call ph.create_shared_tables('trust');
insert into trust.place values ('S', 'ICB24', 'System');
insert into trust.place select 'L' || i, 'LAD24' from generate_series(1, 5) i;
insert into trust.place select 'A' || i, 'LSOA21' from generate_series(1, 5) i;
insert into trust.place_parent
select 'L' || i, 'S' from generate_series(1, 5) i
union all
select 'A' || i, 'L' || i from generate_series(1, 5) i;
insert into trust.partner values ('council', null, 'council'), ('charity', null, 'voluntary');
insert into trust.service values
	('care_at_home', 'council', null, 'care', false, true),
	('debt_advice', 'charity', null, 'determinants', false, true);
create temp table truth as
select 'p' || i as person_id, 1 + i % 4 as place, make_date(2021 - i * 7 % (70 + 5 * (i % 4)), 1, 1) as birth_date
from generate_series(1, 900) i;
insert into trust.person (person_id, birth_date) select person_id, birth_date from truth;
-- nobody lives in the fourth place in the first year, and nobody is known in the fifth
insert into trust.residence (person_id, lsoa21_code, start_date)
select person_id, 'A' || place, case place when 4 then '2022-04-01' else '2021-04-01' end::date from truth;
insert into trust.contact (person_id, contact_id, service, start_date, cost)
select 'p' || 1 + case when n % 5 = 0 then 4 * (n * 7 % 225) else n * 31 % 900 end, n,
	case when n % 3 = 0 then 'debt_advice' else 'care_at_home' end,
	date '2021-04-01' + n * 17 % 1095, 10 + n * 13 % 97
from generate_series(1, 4000) n;
insert into trust.data_day values ('2024-03-31');
analyze;
call ph.create_population_views('trust', neighbourhood => 'none', deprivation => 'none', population => 'resident');
call ph.create_record_views('trust');
call ph.create_measure_tables('trust');
call ph.create_calendar('trust', '2020-01-01', '2025-12-31');
insert into trust.measure (measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source,
	areas)
values ('fly_tipping', '1', 'Fly tipping', 'Heaps reported.', 'rate', 1000, 'per 1,000 people', 'lower', 'outcome',
	'outcomes', 'determinants', 'made up',
	$$select 'L' || i as place_id, 'financial_year' as period_kind, make_date(y, 4, 1) as period,
		i * (40 + 10 * i) + i * y % 7 as numerator, 1000 * i as denominator
	from generate_series(1, 4) i, generate_series(2021, 2023) y$$),
	('vaccinated', '1', 'Vaccinated', 'People vaccinated.', 'proportion', 1, 'share', 'higher', 'outcome', 'outcomes',
	'determinants', 'made up',
	$$select 'L' || i as place_id, 'financial_year' as period_kind, make_date(y, 4, 1) as period,
		i * (800 + 30 * i) + i * y % 7 as numerator, 1000 * i as denominator
	from generate_series(1, 4) i, generate_series(2021, 2023) y$$);
call ph.fold_measures('trust', '{council_spend_a_head,voluntary_contacts,fly_tipping,vaccinated}',
	'{2021/22,2022/23,2023/24}');

create temp table told as
select measure, t.*
from unnest('{council_spend_a_head,voluntary_contacts,fly_tipping,vaccinated}'::text[]) measure
cross join lateral ph.place_experience('trust', measure, 'place', '{2021/22,2022/23,2023/24}') t;
select measure, place_id, periods_seen, people, round(events::numeric, 6) as events,
	round(need_index::numeric, 3) as need,
	round(experience::numeric, 3) as experience, round(lower::numeric, 3) as lower, round(upper::numeric, 3) as upper,
	round(limited_index::numeric, 3) as limited, round(credible_index::numeric, 3) as credible,
	round(settled_index::numeric, 3) as settled, note
from told
order by measure, place_id;

-- the rows again
select t.place_id, abs(t.events - sum(c.cost)) < 1e-6 as of_rows
from told t
join truth p on 'L' || p.place = t.place_id
join trust.contact c on c.person_id = p.person_id and c.service = 'care_at_home'
	and c.start_date >= case p.place when 4 then '2022-04-01' else '2021-04-01' end::date
where t.measure = 'council_spend_a_head'
group by t.place_id, t.events
order by t.place_id;

-- the cells again
create temp table cell as
select t.measure, t.period, t.level, t.place_id, c.*
from trust.measure_tally t, lateral ph.cells(t.tally) c
where t.breakdown = 'all' and t.level in ('place', 'system') and t.place_id <> 'unknown' and c.key is not null;
create temp table year_of_place as
select c.measure, c.period, c.place_id, sum(c.exposure) as exposure, sum(c.events) as events,
	sum(c.events_squared) as squares, sum(c.exposure * s.events / s.exposure) as expected
from cell c
join cell s using (measure, period, key)
where c.level = 'place' and s.level = 'system'
group by 1, 2, 3;
create temp table year_of_all as
select measure, period, sum(exposure) as exposure, sum(events) as events, sum(events_squared) as squares
from cell
where level = 'system'
group by 1, 2;
-- the spread of an amount and of a share is about their mean, that of counts about 0
create temp table of_all as
select measure, sum(exposure) * sum(squares) / sum(events) ^ 2 - about as variance,
	sum(squares) / sum(events) - about * sum(events) / sum(exposure) as dispersion
from year_of_all
cross join lateral (select (measure in ('council_spend_a_head', 'vaccinated'))::integer as about) a
group by measure, about;
with place as (
	select y.measure, y.place_id, sum(y.exposure) as exposure, sum(y.events) / sum(y.expected) as ratio,
		sum(y.expected * a.exposure / a.events) / sum(y.exposure) as need, sum(y.events) as events,
		sum(y.expected) as expected
	from year_of_place y
	join year_of_all a using (measure, period)
	group by 1, 2
), credible as (
	select distinct measure, place_id, (c).credibility as z, (c).estimate as estimate
	from (
		select *, ph.credibility(place_id, events / expected, expected) over (partition by measure) as c
		from year_of_place) y
), drawn as (
	select measure, place_id,
		(ph.shrunken_rate(events / dispersion, expected / dispersion, 1) over (partition by measure)).value
	from place
	join of_all using (measure)
)
select measure, count(*) as places, bool_and(abs(t.need_index - p.need) < 1e-9) as need,
	bool_and(abs(t.experience - p.need * p.ratio) < 1e-9) as experience,
	bool_and(abs(t.full_at / (power(1.6448536269514722 / 0.05, 2) * a.variance) - 1) < 1e-9) as full_at,
	bool_and(abs(t.limited_credibility - least(1, sqrt(p.exposure / t.full_at))) < 1e-9
		and abs(t.limited_index - p.need * (1 + t.limited_credibility * (p.ratio - 1))) < 1e-9) as limited,
	bool_and(abs(t.credibility - c.z) < 1e-9 and abs(t.credible_index - p.need * c.estimate) < 1e-9) as credible,
	bool_and(abs(t.settled_index - p.need * d.value) < 1e-9
		and t.settled_lower < t.settled_index and t.settled_index < t.settled_upper) as settled,
	bool_and(abs(t.weighted_population / t.people - t.credible_index) < 1e-9) as weighted
from told t
join of_all a using (measure)
join place p using (measure, place_id)
join credible c using (measure, place_id)
join drawn d using (measure, place_id)
group by measure
order by measure;
-- a share differs by chance as 1 less it, not as a count; cv^2 of counts is 1 / rate
select abs(o.dispersion - (1 - y.events / y.exposure)) < 1e-9 as binomial
from of_all o,
	(select sum(exposure) as exposure, sum(events) as events from year_of_all where measure = 'vaccinated') y
where o.measure = 'vaccinated';
select bool_and(abs(t.full_at / (power(1.6448536269514722 / 0.05, 2) * a.exposure / a.events) - 1) < 1e-9) as poisson
from told t,
	(select sum(exposure) as exposure, sum(events) as events from year_of_all where measure = 'fly_tipping') a
where t.measure = 'fly_tipping';
-- limits: of the years, each by what was expected in it
with place as (
	select measure, place_id, sum(expected * (e).lower) / sum(expected) as lower,
		sum(expected * (e).upper) / sum(expected) as upper
	from (
		select y.*, ph.smr_of_counts(events / dispersion, expected / dispersion) as e
		from year_of_place y
		join of_all using (measure)) y
	group by 1, 2
)
select t.measure, bool_and(abs(t.lower / t.need_index - p.lower) < 1e-9
	and abs(t.upper / t.need_index - p.upper) < 1e-9) as limits
from told t
join place p using (measure, place_id)
group by 1
order by 1;

-- in bands of age expected is by the rates of the bands
with banded as (
	select *, width_bucket(key, '{0,40,65}'::float8[]) as band from cell where measure = 'council_spend_a_head'
), of_all as (
	select period, band, sum(events) / sum(exposure) as rate from banded where level = 'system' group by 1, 2
), again as (
	select place_id, sum(exposure * rate) as expected
	from banded
	join of_all using (period, band)
	where level = 'place'
	group by 1
)
select place_id, abs(t.expected / a.expected - 1) < 1e-12 as expected, round(t.need_index::numeric, 3) as need
from ph.place_experience('trust', 'council_spend_a_head', 'place', '{2021/22,2022/23,2023/24}', bands => '{0,40,65}') t
join again a using (place_id)
order by 1;

-- a council and a charity share by the same functions: their own need beside deprivation, in pence that close
create temp table share as
select place_id, partner, (ph.capitation(total, mixed, people) over (partition by partner order by place_id
	rows between unbounded preceding and unbounded following)).target_rounded as target
from (
	select *, (ph.component_mix(people, array[weighted_population, people * deprived], '{0.7,0.3}')
		over (partition by partner)).weighted_population as mixed
	from told
	join (
		values ('council_spend_a_head', 'council', 100000.01), ('voluntary_contacts', 'charity', 7000.00)
	) v (measure, partner, total) using (measure)
	join (values ('L1', 0.4), ('L2', 0.1), ('L3', 0.2), ('L4', 0.3)) d (place_id, deprived) using (place_id)
) p;
with again as (
	select v.partner, place_id, v.total::float8 * (
			0.7 * people * credible_index / sum(people * credible_index) over of_partner
			+ 0.3 * people * deprived / sum(people * deprived) over of_partner) as target
	from told
	join (
		values ('council_spend_a_head', 'council', 100000.01), ('voluntary_contacts', 'charity', 7000.00)
	) v (measure, partner, total) using (measure)
	join (values ('L1', 0.4), ('L2', 0.1), ('L3', 0.2), ('L4', 0.3)) d (place_id, deprived) using (place_id)
	window of_partner as (partition by v.partner)
)
select partner, sum(s.target) as total, bool_and(abs(s.target::float8 - a.target) < 0.01) as targets
from share s
join again a using (partner, place_id)
group by partner
order by partner;

-- what is not known is told, and what cannot be is refused
select place_id, periods_seen, credible_index, note
from ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22}')
order by 1;
select place_id, periods_seen, note
from ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23,2024/25}')
order by 1;
select count(*) as places from ph.place_experience('trust', 'fly_tipping', 'place', '{2024/25}');
select note, count(*) from ph.place_experience('trust', 'fly_tipping', 'system', '{2021/22,2022/23}') group by 1;
update trust.measure_tally set tally = 'empty' where measure = 'fly_tipping' and place_id = 'L1';
update trust.measure_tally set tally = t.lacking
from (select ph.person_tally(0, null::float8) as lacking) t
where measure = 'fly_tipping' and place_id = 'L2' and period = '2022-04-01';
select place_id, periods_seen, need_index is null as no_need, note
from ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23,2023/24}')
order by 1;
update trust.measure_fold
set reference = (select ph.person_tally(0, -1.0) from generate_series(1, 2))
where measure = 'vaccinated';
select note, count(*), count(credible_index) as answers
from ph.place_experience('trust', 'vaccinated', 'place', '{2021/22,2022/23}')
group by note;
select ph.place_experience('trust', 'life_expectancy', 'place', '{2021/22}');
select ph.place_experience('trust', 'started_of_accepted', 'place', '{2021/22}');
select ph.place_experience('trust', 'fly_tipping', 'moon', '{2021/22}');
select ph.place_experience('trust', 'fly_tipping', 'place', '{}');
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2021/22}');
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022}');
select ph.place_experience('trust', 'fly_tipping', 'place', '{1821/22}');
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23}', probability => 1);
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23}', confidence => 95);
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23}', bands => '{40,20}');

-- who sees some places only gets no answer of some
create role trust_reader;
grant usage on schema trust to trust_reader;
grant select on all tables in schema trust to trust_reader;
alter table trust.measure_tally enable row level security;
create policy one_place on trust.measure_tally for select to trust_reader using (place_id = 'L3');
set role trust_reader;
select ph.place_experience('trust', 'fly_tipping', 'place', '{2021/22,2022/23}');
reset role;
drop owned by trust_reader;
drop role trust_reader;
drop schema trust cascade;
