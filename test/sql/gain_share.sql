-- Gains among partners: by weights and by what each adds.
\pset null null

create temp table partner (name text, weight float8, in_deficit boolean, improvement float8);
insert into partner
values
	('acute', 5, true, 0.1), ('community', 3, false, 0.3), ('council', 2, false, null), ('voluntary', 1, false, -0.9);
-- a saving passes over who is in deficit, a loss does not; parts are in pence and add up
select gain, name, (g).*, sum((g).amount_rounded) over (partition by gain) = gain as closes
from (
	select v.gain, name, ph.gain_share(v.gain, weight, in_deficit) over (partition by v.gain order by name) as g
	from partner, (values (100.00), (-100.00), (0)) v(gain)
) p
order by gain, name;
-- by the formula, independently: weight x clamp(1 + f x improvement) over their sum
select bool_and(abs((g).share - expected) < 1e-15) as by_formula
from (
	select
		ph.gain_share(1000, weight, in_deficit, improvement, 0.5, 0.2) over (order by name) as g,
		w / sum(w) over () as expected
	from partner, lateral (
		select case when in_deficit then 0 else weight * greatest(least(1 + 0.5 * coalesce(improvement, 0), 1.2), 0.8)
			end as w
	) f
) p;
-- money times 1,000, and rows in another order
select
	bool_and((a).share = (b).share and (b).amount = 1000 * (a).amount) as scales,
	bool_and((a).amount_rounded = (c).amount_rounded) as any_order
from (
	select
		ph.gain_share(770, weight) over w as a, ph.gain_share(770000, weight) over w as b,
		ph.gain_share(770, weight) over (order by weight) as c
	from (select * from partner order by random()) p
	window w as (order by name)
) g;
-- a pound for seven, whole pounds for three
select string_agg((g).amount_rounded::text, ' ' order by i) as pence
from (select i, ph.gain_share(1, 1) over (order by i) as g from generate_series(1, 7) i) s
union all
select string_agg((g).amount_rounded::text, ' ' order by i)
from (select i, ph.gain_share(100, 1, unit => 1) over (order by i) as g from generate_series(1, 3) i) s;
-- what is missing
select distinct
	(ph.gain_share(100, nullif(weight, 3)) over ()).note as weight, (ph.gain_share(null, weight) over ()).note as gain,
	(ph.gain_share(100, weight, true) over ()).note as all_in_deficit,
	(ph.gain_share(100, weight, nullif(in_deficit, true)) over ()).note as deficit,
	(ph.gain_share(-100, weight, nullif(in_deficit, true)) over ()).note as deficit_of_a_loss
from partner;

-- ---- Shapley ----

create temp table glove (coalition text[], value numeric);
insert into glove
values ('{}', 0), ('{a}', 0), ('{b}', 0), ('{b,a}', 0), ('{c}', 0), ('{a,c}', 1), ('{b,c}', 1), ('{c,b,a}', 1);
select p.* from (select array_agg((coalition, value)::ph.coalition_worth) as parts from glove) w, ph.shapley(parts) p;
-- efficient, symmetric, nothing to who adds nothing, additive; of ten partners
with worth as (
	select
		array(select 'p' || j from generate_series(0, 9) j where i >> j & 1 = 1) as coalition,
		(select count(*) from generate_series(0, 7) j where i >> j & 1 = 1)::numeric as size,
		(i & 1 + i >> 1 & 1)::numeric * 7.31 + (i & 3 = 3)::int * 4 as pair
	from generate_series(0, 1023) i
), game as (
	select array_agg((coalition, size * size)::ph.coalition_worth) as a,
		array_agg((coalition, pair)::ph.coalition_worth) as b,
		array_agg((coalition, size * size + pair)::ph.coalition_worth) as joint
	from worth
)
select
	sum(a.value) = 64 as efficient, sum(a.value_rounded) = 64 as in_pence,
	count(distinct a.value) filter (where a.partner < 'p8') = 1 as symmetric,
	bool_and(a.value = 0) filter (where a.partner >= 'p8') as nothing,
	bool_and(j.value = a.value + b.value) as additive
from game
cross join ph.shapley(a) a
join ph.shapley(b) b on b.partner = a.partner
join ph.shapley(joint) j on j.partner = a.partner;
-- against the mean over all orders of three
with orders as (
	select array[a, b, c] as joined
	from unnest('{a,b,c}'::text[]) a, unnest('{a,b,c}'::text[]) b, unnest('{a,b,c}'::text[]) c
	where a <> b and b <> c and a <> c
), worth as (
	select array(select unnest(coalesce(coalition, '{}')) order by 1) as coalition, value
	from glove
), added as (
	select joined[i] as partner, after.value - before.value as value
	from orders
	cross join generate_series(1, 3) i
	join worth after on after.coalition = array(select unnest(joined[:i]) order by 1)
	join worth before on before.coalition = array(select unnest(joined[:i - 1]) order by 1)
)
select a.partner, abs(avg(a.value) - min(p.value)) < 1e-15 as as_over_orders
from added a, (select array_agg((coalition, value)::ph.coalition_worth) as parts from glove) s, ph.shapley(parts) p
where p.partner = a.partner
group by a.partner
order by a.partner;
select ph.shapley(array_agg((c, v)::ph.coalition_worth))
from (values ('{}'::text[], 0), ('{a}', null)) g(c, v)
union all
select ph.shapley(array_agg((c, v)::ph.coalition_worth)) from (values ('{}'::text[], 0), ('{a}', 0.001)) g(c, v);
select count(*) from (select array_agg((coalition, value)::ph.coalition_worth) as worth from glove where false) n,
	ph.shapley(worth);
select count(*) from ph.shapley(array[('{}', 5)::ph.coalition_worth]);

create function pg_temp.refused(query text) returns text language plpgsql
as $$
begin
	execute query;
	return 'ACCEPTED';
exception when others then
	return sqlstate || ' ' || sqlerrm;
end
$$;
select call, pg_temp.refused('select ' || call)
from unnest(array[
	'ph.gain_share(100, -1) over ()', 'ph.gain_share(100.005, 1) over ()', 'ph.gain_share(1, 1, unit => 0) over ()',
	'ph.gain_share(1, 1, equity_cap => 20) over ()', 'ph.gain_share(1, 1, equity_factor => -1) over ()',
	'ph.gain_share(i, 1) over () from generate_series(1, 2) i',
	'ph.gain_share(1, 1, equity_factor => i) over () from generate_series(1, 2) i',
	'ph.gain_share(1, ''Infinity'') over ()', 'ph.gain_share(1, 1e-45) over () from generate_series(1, 3)',
	'ph.gain_share(1, 1, unit => 1e-60) over () from generate_series(1, 3)',
	'ph.shapley(array_agg((c::text[], 1)::ph.coalition_worth)) from unnest(array[''{a}'', ''{a,b}'']) c',
	'ph.shapley(array_agg((c::text[], 1)::ph.coalition_worth))
		from unnest(array[''{}'', ''{a,b}'', ''{b,a}'', ''{a}'']) c',
	'ph.shapley(array_agg((array[i::text], 1)::ph.coalition_worth)) from generate_series(1, 13) i',
	'ph.shapley(array_agg((array(select i::text from generate_series(1, 13) i), 1)::ph.coalition_worth))',
	'ph.shapley(array_agg((''{}'', 1)::ph.coalition_worth)) from generate_series(1, 5000)',
	'ph.shapley(array_agg((''{a,a}'', 1)::ph.coalition_worth))', 'ph.shapley(array_agg((null, 1)::ph.coalition_worth))',
	'ph.shapley(array_agg((''{null}'', 1)::ph.coalition_worth))',
	'ph.shapley(array_agg((''{}'', ''NaN'')::ph.coalition_worth))']) call;
