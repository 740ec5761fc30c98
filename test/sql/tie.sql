-- Numbers that are one but for rounding: times in survival, scores in tiers, values in quantiles.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

create temp table followed as
select grp, time, exact, event
from (
	values
		(1, 0.1::float8 + 0.2, 0.3::float8, true), (1, 0.3, 0.3, true), (1, 0.7, 0.7, false), (1, 1.1, 1.1, true),
		(2, 0.3, 0.3, false), (2, 0.1::float8 * 7, 0.7, true), (2, 1.1::float8 + 2e-16, 1.1, false),
		(2, 1.4, 1.4, true)
) v(grp, time, exact, event);
select count(distinct time) > count(distinct exact) as rounding_shows from followed;
create temp view tallied as
select array_agg(t order by grp) t, array_agg(e order by grp) e
from (select grp, person_tally(time, event) t, person_tally(exact, event) e from followed group by grp) g;
-- the curve, its summaries and the log-rank test are those of the exact times
select count(*) as times,
	bool_and(
		((a.at_risk, a.events, a.censored, a.survival, a.lower)
			is not distinct from (b.at_risk, b.events, b.censored, b.survival, b.lower)
			and abs(a.time - b.time) < 1e-9) is true) as same
from (select s.* from tallied, lateral (select rollup(x) r from unnest(t) x) q, survival(r) with ordinality s) a
	full join (
		select s.*
		from tallied, lateral (select rollup(x) r from unnest(e) x) q, survival(r) with ordinality s
	) b using (ordinality);
select log_rank(t) = log_rank(e) as log_rank,
	log_rank(t, 'peto-peto') = log_rank(e, 'peto-peto') as peto,
	(
		select count(*)
		from log_rank_groups(t) a join log_rank_groups(e) b using (group_number, observed, expected, variance)
	) as groups,
	abs((restricted_mean(t[1], 1)).value - (restricted_mean(e[1], 1)).value) < 1e-9 as mean,
	concordance(t) = concordance(e) as concordance
from tallied;
select (survival_at(t[1], 0.3)).value = (survival_at(e[1], 0.3)).value as at,
	(survival_at(e[1], 0.1::float8 + 0.2)).value = (survival_at(e[1], 0.3)).value as asked,
	(survival_at('people; 0.3: 2 0 0', 0.1::float8 + 0.2)).note as end_of_follow_up
from tallied;
-- who enters when others leave is not at risk then, rounding or not
select array_agg(at_risk order by time) as at_risk
from survival(
	'people; 0.3: 1 1 1; 0.9: 2 1 1',
	entered => (select person_tally(s, false) from unnest(array[0, 0, 0.1::float8 + 0.2]) s));
-- 1.5e-8 of the greater ties, more does not; by size, not by the mean of all; a run of neighbours is one
select gap, (select count(*) from survival(person_tally)) as times
from unnest(array[1e-8, 2e-8]) gap,
	lateral (select person_tally(t, true) from unnest(array[1.5, 1.5 * (1 + gap), 1e12, 1e-12, 2e-12]) t) f
order by 1;
select count(*) as times, min(time) as first
from survival((select person_tally(1 + i * 1e-8, true) from generate_series(0, 5) i));
-- whole numbers are exact: seconds since long ago are not tied
select count(*) as times
from survival((select person_tally(1700000000 + i, true) from generate_series(0, 5) i));
-- parts in any order
select count(distinct survival_at(r, 0.5)::text) as answers
from (
	select rollup(x order by n) r
	from tallied, unnest(t) with ordinality u(x, n)
	union all
	select rollup(x order by n desc)
	from tallied, unnest(t) with ordinality u(x, n)
) q;

-- tiers: three people of the same score straddle the cut together, whichever way it was added up
create temp table scored as
select person, score, exact
from (
	values
		(1, 0.9::float8, 0.9::float8), (2, 0.1::float8 + 0.2, 0.3), (3, 0.3, 0.3), (4, 0.30000000000000002, 0.3),
		(5, 0.2, 0.2), (6, 0.1, 0.1)
) v(person, score, exact);
select ties,
	string_agg(t::text, '' order by person) as tiers,
	bool_and(t = e is true) as exact,
	string_agg(c::text, '' order by person) as capacity
from unnest('{down,up,split}'::text[]) ties,
	lateral (
		select person,
			risk_tier(score, '{0.34}', ties) over (order by score desc, person) t,
			risk_tier(exact, '{0.34}', ties) over (order by exact desc, person) e,
			capacity_tier(score, '{2}', ties) over (order by score desc, person) c
		from scored
	) q
group by 1
order by 1;
select c.wanted, c.placed, c.tied, c.score
from (select person_tally(score, false) t from scored) s, tier_cuts(t, '{0.34}') c;
select string_agg(risk_tier::text, '') as tiers
from (
	select risk_tier(s, '{0.5}') over (order by s desc)
	from unnest(array['infinity', 5.5, 4.5, '-infinity']::float8[]) s
) q;
-- quantiles
select count(*) as people,
	bool_and(a = b is true) as exact,
	count(distinct a) filter (where abs(score - 0.3) < 1e-9) as groups_of_the_tied
from (select score, quantile_group(score, 6) over () a, quantile_group(exact, 6) over () b from scored) q;
select count(*) as people, bool_and(a = b is true) as highest_first
from (select quantile_group(score, 3, 'lower') over () a, quantile_group(exact, 3, 'lower') over () b from scored) q;

-- who did not enter before leaving was never at risk: seen where each person is, and never an event that ends the curve
create temp table entry (entered float8, time float8, event boolean);
insert into entry values (0, 4, false), (0, 7, true), (5, 5, true), (2, 9, false);
select (survival_at(person_tally(time, event), 6, entered => entry_tally(entered, time))).*
from entry;
select (survival_at(person_tally(time, event), 6, entered => entry_tally(entered, time))).*
from entry
where entered < time;
select entry_tally(entered, time) = person_tally(entered, false) as the_same
from entry
where entered < time;
select entry_tally(e, t)
from (values (null::float8, 3::float8), (1, null), (0.3, 0.1::float8 + 0.2), (1, 2)) v(e, t);
-- where all at risk had the event while others were still to come there is no curve
select (survival_at('people; 3: 1 1 1; 9: 1 1 1', 6, entered => 'people; 0: 1 0 0; 5: 1 0 0')).note,
	(median_survival('people; 3: 1 1 1; 9: 1 1 1', entered => 'people; 0: 1 0 0; 5: 1 0 0')).note as median;
select note from survival('people; 3: 1 1 1; 9: 1 1 1', entered => 'people; 0: 1 0 0; 5: 1 0 0');
select count_tally(5, 1, -1);
select survival_at('counts; 5: -1 1 1', 5);
select survival_at(rollup(t), 6, entered => rollup(e))
from (values ('people; 5: 1 1 1'::tally, 'people; 5: 1 0 0'::tally), ('people; 6: 1 1 1', 'people; 6: 1 0 0')) v(t, e);

-- one rule for what is not known, judging or surviving: no outcome, no answer; no key, left out and said
select what,
	(survival_at(t, 0.6)).value is not null as survival,
	(log_rank(array[t, t2])).statistic is not null as log_rank,
	(auroc(t)).value is not null as auroc,
	(concordance(array[t, t2])).value is not null as concordance,
	(brier).value is not null as brier
from (
	values
		('outcome', 'people; missing 3; 0.2: 9 3 3; 0.5: 9 5 5; 0.8: 5 2 2'::tally),
		('key', 'people; unknown 3: 3 2 2; 0.2: 9 3 3; 0.5: 9 5 5; 0.8: 5 2 2')
) v(what, t),
	lateral (select 'people; 0.2: 5 1 1; 0.8: 5 4 4'::tally t2) o,
	lateral (select (c).brier as value from (select calibration(t) c) c) brier;
select what, f, note
from (
	values
		('outcome', 'people; missing 3; 0.2: 9 3 3; 0.5: 9 5 5; 0.8: 5 2 2'::tally),
		('key', 'people; unknown 3: 3 2 2; 0.2: 9 3 3; 0.5: 9 5 5; 0.8: 5 2 2')
) v(what, t),
	lateral (select 'people; 0.2: 5 1 1; 0.8: 5 4 4'::tally t2) o,
	lateral (
		values
			('auroc', (auroc(t)).note), ('survival_at', (survival_at(t, 0.6)).note),
			('median', (median_survival(t)).note), ('mean', (restricted_mean(t, 0.6)).note),
			('log_rank', (log_rank(array[t, t2])).note), ('concordance', (concordance(array[t, t2])).note),
			('calibration', (calibration(t)).note)
	) n(f, note)
order by 1, 2;
