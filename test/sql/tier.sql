-- The risk pyramid against row_number, rank and count; ties under all three rules.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- a thousand people with huge ties, some without a score, in two places
create temp table person as
select i as id, i % 2 as place,
	case
		when i % 41 = 0 then null
		when i % 3 = 0 then 1
		when i % 7 = 0 then (i % 5) / 2.0
		when i % 11 = 0 then 'Infinity'
		else (i * 7919 % 50) / 10.0 end::float8 as score
from generate_series(1, 1000) i;
create temp view cuts as
select cuts
from (
	values
		('{0.005,0.05,0.20}'::float8[]), ('{0.5}'), ('{0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9}'), ('{0.0001}'),
		('{0.9999}'), ('{0.0005,0.001,0.9}')
) c(cuts);
-- a cut wants round(share x people with a score); the tie rule decides for those who are tied across it
create temp view ranked as
select *,
	row_number() over w as place_in_order,
	rank() over (partition by place order by score desc nulls last) as best_rank,
	count(*) over (partition by place, score) as tied,
	count(score) over (partition by place) as people
from person
window w as (partition by place order by score desc nulls last, id);
create temp view wanted as
select id, cuts, ties,
	case
		when score is not null then 1 + (
			select count(*)
			from unnest(cuts) share, lateral (select floor(share * people + 0.5) as wanted) f
			where case ties
					when 'split' then place_in_order
					when 'up' then best_rank
					else best_rank + tied - 1 end > wanted
		) end as tier
from ranked, cuts, unnest(array['down', 'up', 'split']) ties;
select ties, count(*) as all,
	count(*) filter (where w.tier is not distinct from a.tier) as equal,
	count(distinct w.tier) as tiers
from wanted w
	join (
		select id, cuts, 'down' as ties,
			ph.risk_tier(score, cuts, 'down') over (
				partition by cuts, place order by score desc nulls last, id) as tier
		from person, cuts
		union all
		select id, cuts, 'up',
			ph.risk_tier(score, cuts, 'up') over (partition by cuts, place order by score desc nulls last, id)
		from person, cuts
		union all
		select id, cuts, 'split',
			ph.risk_tier(score, cuts, 'split') over (partition by cuts, place order by score desc nulls first, id)
		from person, cuts
	) a using (id, cuts, ties)
group by ties
order by ties;

-- by hand: ten people, cut at three, people tied from the second to the fourth
select score,
	ph.risk_tier(score, '{0.3}') over w as down,
	ph.risk_tier(score, '{0.3}', 'up') over w as up,
	ph.risk_tier(score, '{0.3}', 'split') over w as split
from (values (1, 9), (2, 5), (3, 5), (4, 5), (5, 4), (6, 3), (7, 2), (8, 1), (9, 1), (10, 0), (11, null)) r(id, score)
window w as (order by score desc nulls last, id);
select ph.risk_tier(1.0) over (order by 1) as one_person, ph.risk_tier(null) over (order by 1) as without;
select distinct ph.risk_tier(5.0, '{0.2}', ties) over (partition by ties order by ties) as tier, ties
from generate_series(1, 10), unnest(array['down', 'up']) ties
order by ties;
-- nobody has a score
select distinct ph.risk_tier(null::float8) over () as tier from generate_series(1, 5);
-- split fills every cut exactly
select tier, count(*)
from (
	select ph.risk_tier(score, '{0.1,0.5}', 'split') over (order by score desc nulls last, id) as tier
	from person
) r
group by tier
order by tier;

-- the summary of a tally keyed by score agrees with the window, rule by rule
create temp table finite as select id, nullif(score, 'Infinity') as score from person;
create function pg_temp.agree(ties text)
returns table (cuts bigint, placed bigint, wanted boolean, tied boolean) language sql
as $$
	with window_tier as (
		select ph.risk_tier(score, '{0.005,0.05,0.20,0.5,0.9}', ties) over (
				order by score desc nulls last, id) as tier
		from finite
	)
	select count(*),
		count(*) filter (where c.placed = (select count(*) from window_tier w where w.tier <= c.tier)),
		bool_and(c.wanted = floor(c.cut * (select count(score) from finite) + 0.5) is true),
		bool_and(c.tied = (select count(*) from finite f where f.score = c.score) is true)
	from ph.tier_cuts((select ph.person_tally(score, 0) from finite), '{0.005,0.05,0.20,0.5,0.9}', ties) c
$$;
select ties, a.* from unnest(array['down', 'up', 'split']) ties, pg_temp.agree(ties) a;
select * from ph.tier_cuts('people; 0: 1 0 0; 1: 2 0 0; 5: 3 0 0; 9: 4 0 0', '{0.1,0.4,0.6,0.9}');
select * from ph.tier_cuts('people; unknown 90: 90 0 0; 1: 9 0 0; 2: 1 0 0', '{0.01,0.1}');
select count(*) from ph.tier_cuts(null);
select * from ph.tier_cuts('empty', '{0.5}');

-- fixed edges
select score, ph.risk_band(score, '{20,10,5}')
from unnest(array['Infinity', 20, 19.999, 10, 9.9, 5, 4.9, -1, '-Infinity', null]::float8[]) score;
select ph.risk_band(1, '{1}') as one_edge, ph.risk_band(1, null) as no_edges;

-- errors
select ph.risk_tier(1.0);
select ph.risk_tier(score) over (order by score) from person;
select ph.risk_tier(score) over (order by id)
from (values (1, 3.0), (2, null), (3, 2.0)) r(id, score);
\set VERBOSITY terse
select ph.risk_tier(score) over () from (values (1), (2)) r(score);
select ph.risk_tier('NaN') over (order by 1);
select ph.risk_tier(1, null) over ();
select ph.risk_tier(1, '{}') over ();
select ph.risk_tier(1, '{0}') over ();
select ph.risk_tier(1, '{1}') over ();
select ph.risk_tier(1, '{0.5,0.5}') over ();
select ph.risk_tier(1, '{0.5,0.1}') over ();
select ph.risk_tier(1, '{0.5,NULL}') over ();
select ph.risk_tier(1, '{NaN}') over ();
select ph.risk_tier(1, '{{0.1,0.2},{0.3,0.4}}') over ();
select ph.risk_tier(1, (select array_agg(i / 200.0::float8) from generate_series(1, 101) i)) over ();
select ph.risk_tier(1, '{0.5}', 'sideways') over ();
select ph.risk_tier(1, '{0.5}', null) over ();
select ph.tier_cuts('empty', '{2}');
select ph.tier_cuts('empty', null);
select ph.tier_cuts('empty', '{0.5}', 'sideways');
select ph.risk_band(1, '{1,2}');
select ph.risk_band(1, '{1,1}');
select ph.risk_band(1, '{NaN}');
select ph.risk_band('NaN', '{1}');
select ph.risk_band(1, '{}');
select ph.risk_band(1, '{1,NULL}');

-- 0.29 of 50 people is fourteen and a half, and halves go up
select wanted
from ph.tier_cuts((select ph.person_tally(i, true) from generate_series(1, 50) i), cuts => '{0.29}');

-- places: what the first has room for, then the next; a tie at the last place goes down, so that nobody stands outside,
-- or is split by the order
create temp table waiting as
select i as person_id, (i * 7 % 13)::float8 as score
from generate_series(1, 100) i;
select ties, array_agg(n order by tier) as people
from (
	select ties, tier, count(*) as n
	from unnest('{down,up,split}'::text[]) ties,
		lateral (
			select capacity_tier(score, '{10,25}', ties) over (order by score desc, person_id) as tier
			from waiting
		) t
	group by 1, 2
) c
group by ties
order by ties;
select array_agg(n order by tier) as people
from (
	select tier, count(*) as n
	from (
		select capacity_tier(score, '{0,8,0,1000,5}', 'split') over (order by score desc, person_id) as tier
		from waiting
	) t
	group by 1
) c;
-- stable: the same people whatever order the rows come in
select count(*) as people, bool_and(a.tier = b.tier is true) as stable
from (
	select person_id, capacity_tier(score, '{10,25}', 'split') over (order by score desc, person_id) as tier
	from waiting
) a
	join (
		select person_id, capacity_tier(score, '{10,25}', 'split') over (order by score desc, person_id) as tier
		from (select * from waiting order by person_id desc) w
	) b using (person_id);
select capacity_tier(score, '{1.5}') over (order by score desc) from waiting;
select capacity_tier(score, null) over (order by score desc) from waiting;
select capacity_tier(score, '{5}') over (order by score) from waiting;
