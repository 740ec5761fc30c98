-- Pools of partners: hand cases, and laws on made-up pools. The level of charges is found again by halving.
set client_min_messages = warning;
create schema pooled_budget_test;
set search_path = pooled_budget_test;

-- one cap of nothing, two that would bind at 15 and do not: 35 over three is 11.67
select partner, (c).share, round((c).closing, 6) as closing, (c).closing_rounded, (c).pool, (c).balance, (c).unfunded,
	(c).note
from (
	select partner, ph.pooled_budget(0, 100, spend, null, cap) over (order by partner) as c
	from (values ('a', 130, 0), ('b', 100, 15), ('c', 100, 15), ('d', 105, null)) v (partner, spend, cap)
) p;
-- all caps bind
select partner, (c).closing, (c).unfunded, (c).note
from (
	select partner, ph.pooled_budget(0, 100, spend, null, cap) over (order by partner) as c
	from (values ('a', 300, 10), ('b', 0, 20)) v (partner, spend, cap)
) p;
-- what is agreed counts in any unit; who has no share bears nothing
select partner, (c).share, (c).closing_rounded
from (
	select partner, ph.pooled_budget(0, 10, 11, agreed, null, 'agreed', 1) over (order by partner) as c
	from (values ('a', 50::float8), ('b', 30), ('c', 20), ('d', 0)) v (partner, agreed)
) p;
-- unknown is not nothing, and less than nothing has no share
select ph.pooled_budget(0, c, 10) over () from (values (10), (null)) v (c);
select ph.pooled_budget(o, 10, 10) over () from (values (5), (-20)) v (o);
select ph.pooled_budget(0, 0, s) over () from (values (0), (10)) v (s);
select ph.pooled_budget(0, 10, 10, agreed, null, 'agreed') over () from (values (null::float8), (1)) v (agreed);
select ph.pooled_budget(0, 10, 10, unit => null) over ();
select ph.pooled_budget(0, 10, 10) over () from (values (1)) v where false;

-- ---- laws ----
create function random_of(text, integer) returns integer immutable
begin atomic select abs(hashtextextended($1, 97) % $2)::integer; end;
create table pool as
select c as id, p as partner, random_of(format('o %s %s', c, p), 20000) / 100.0 - 50 as opening,
	100 + random_of(format('c %s %s', c, p), 100000) / 100.0 as contribution,
	random_of(format('s %s %s', c, p), case when c % 3 = 0 then 80000 else 140000 end) / 100.0 as spend,
	(1 + random_of(format('a %s %s', c, p), 9)) / 10.0::float8 as agreed_share,
	case when random_of(format('k %s %s', c, p), 3) > 0 then random_of(format('cap %s %s', c, p), 20000) / 100.0 end
		as cap,
	case when c % 2 = 0 then 'agreed' else 'contribution' end as basis
from generate_series(1, 300) c, generate_series(1, 6) p
where p <= 2 + c % 5;
create table closed as
select id, partner, opening, contribution, spend, cap, (c).*
from (
	select *, ph.pooled_budget(opening, contribution, spend, agreed_share, cap, basis)
			over (partition by id order by partner) as c
	from pool
) p;
select count(distinct id) as pools, count(distinct id) filter (where balance >= 0) as with_something_left,
	count(distinct id) filter (where unfunded > 0) as unfunded,
	count(*) filter (where closing = -cap) as at_their_cap
from closed;
select bool_and(money_in = pool_amount and left_over = balance) as the_pool_is_what_was_paid_in,
	bool_and(rounded = balance + unfunded) as whole_pennies_close,
	bool_and(abs(closing - balance - unfunded) < 1e-30) as parts_close,
	bool_and(abs(shares - 1) < 1e-12) as shares_are_of_one,
	bool_and(off < 0.01) as rounded_by_less_than_a_penny,
	bool_and(within_caps) as nobody_above_a_cap,
	bool_and((unfunded > 0) <= all_at_caps) as unfunded_only_where_all_are_at_their_caps,
	bool_and((note is not distinct from 'unfunded') = (unfunded > 0)) as and_said_so
from (
	select sum(opening + contribution) as money_in, sum(opening + contribution - spend) as left_over,
		min(pool) as pool_amount, min(balance) as balance, min(unfunded) as unfunded, sum(closing) as closing,
		sum(closing_rounded) as rounded, sum(share) as shares, max(abs(closing - closing_rounded)) as off,
		bool_and(coalesce(-closing <= cap and -closing_rounded <= cap, true)) as within_caps,
		bool_and(coalesce(closing = -cap, false)) as all_at_caps, min(note) as note
	from closed
	group by id
) p;
-- the level by halving, in doubles: min(cap, level * share) adds up to the overspend
with recursive overspent as (
	select id, array_agg(share) as shares, array_agg(coalesce(cap, 1e9)::float8) as caps,
		array_agg(closing::float8) as closing, -min(balance)::float8 as over
	from closed
	where balance < 0 and unfunded = 0
	group by id
), halved as (
	select id, shares, caps, closing, over, 0::float8 as low, 1e7::float8 as high, 0 as step
	from overspent
	union all
	select id, shares, caps, closing, over, case when charged < over then middle else low end,
		case when charged < over then high else middle end, step + 1
	from halved, lateral (
		select (low + high) / 2 as middle, sum(least(cap, (low + high) / 2 * share)) as charged
		from unnest(shares, caps) s (share, cap)
	) m
	where step < 90
)
select count(*) as overspent, bool_and(found) as the_level_is_that_of_halving
from (
	select bool_and(abs(least(s.cap, h.low * s.share) + s.closing) < 1e-5) as found
	from halved h, unnest(shares, caps, closing) s (share, cap, closing)
	where step = 90
	group by id
) f;
-- a thousand times the money is a thousand times all of it, and the same shares
select bool_and(abs((c).closing - 1000 * closed.closing) < 1e-30 and (c).share = closed.share
		and (c).unfunded = 1000 * closed.unfunded and (c).closing_rounded = 1000 * closed.closing_rounded)
	as money_times_1000
from (
	select id, partner, ph.pooled_budget(opening * 1000, contribution * 1000, spend * 1000, agreed_share, cap * 1000,
			basis, 10) over (partition by id order by partner) as c
	from pool
) p
join closed using (id, partner);
-- the order of rows changes nothing but whose the last pennies are
select bool_and((c).closing = closed.closing) as same_in_another_order,
	count(*) filter (where (c).closing_rounded <> closed.closing_rounded) as pennies_of_others
from (
	select id, partner, ph.pooled_budget(opening, contribution, spend, agreed_share, cap, basis)
			over (partition by id order by partner desc) as c
	from pool
) p
join closed using (id, partner);

-- ---- errors ----
select ph.pooled_budget(0, -1, 0) over ();
select ph.pooled_budget(0, 1, 0, -0.1) over ();
select ph.pooled_budget(0, 1, 0, null, -1) over ();
select ph.pooled_budget(0, 1, 0, null, null, 'need') over ();
select ph.pooled_budget(0, 1, 0, null, null, null) over ();
select ph.pooled_budget(0, 1, 0, unit => 0) over ();
select ph.pooled_budget(0, 1.005, 0) over ();
select ph.pooled_budget(0, 1, 2, null, 0.005) over ();
select ph.pooled_budget('NaN', 1, 2) over ();
select ph.pooled_budget(0, 'Infinity', 2) over ();
select ph.pooled_budget(0, 1e31, 2) over ();
select ph.pooled_budget(0, 1, 2, 'NaN') over ();
select ph.pooled_budget(0, 1, 2, unit => u) over () from (values (1), (2)) v (u);
select ph.pooled_budget(0, 1, 2, 1, null, b) over () from (values ('agreed'), ('contribution')) v (b);
