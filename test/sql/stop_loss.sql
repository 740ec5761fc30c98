-- Stop-loss as a term of a contract: persons' costs recomputed one by one, laws, chance, and what it rewards.
\pset null null
set search_path = public, pg_temp;

-- the terms, and what they give back of persons: the same as of their own function
select c.stop_loss_attachment, c.stop_loss_share, c.stop_loss_maximum
from ph.contract(0.5, stop_loss_attachment => 20000) c
union all
select c.stop_loss_attachment, c.stop_loss_share, c.stop_loss_maximum
from ph.mssp_contract('enhanced') c;
select what, got.*
from (
	values
		('by the contract', ph.contract(
			0.5, stop_loss_attachment => 20000, stop_loss_share => 0.8, stop_loss_maximum => 100000),
			array[19000, 20000, 65000, 400000.00]),
		('nobody', ph.contract(0.5, stop_loss_attachment => 20000), '{}'),
		('a cost is not known', ph.contract(0.5, stop_loss_attachment => 20000), '{65000,null}'),
		('no stop-loss', ph.contract(0.5), '{65000}'), ('no stop-loss, nobody', ph.contract(0.5), '{}'),
		('no contract', null, '{65000}')
) v(what, contract, costs), ph.contract_stop_loss(contract, costs) got;
select by_contract is not distinct from by_hand as same
from ph.contract_stop_loss(
		ph.contract(0.5, stop_loss_attachment => 20000, stop_loss_share => 0.8, stop_loss_maximum => 100000),
		array[19000, 20000, 65000, 400000.00]) by_contract,
	ph.stop_loss_total(array[19000, 20000, 65000, 400000.00], 20000, 0.8, 100000) by_hand;
-- without attachment or share nothing is known, of nobody too
select recovered, note from ph.stop_loss_total('{}', null)
union all
select recovered, note from ph.stop_loss_total('{}', 10, null);

-- ---- persons, one by one ----

-- a number of 0 to 1, the same on every machine
create function pg_temp.draw(what text, i integer) returns numeric immutable
begin atomic
select ('x' || substr(md5(what || i), 1, 8))::bit(32)::bigint::numeric / 4294967296;
end;
create temp table agreed as
select
	i, 20 + (i % 30) as people, round(700 + 500 * pg_temp.draw('benchmark', i), 2) as benchmark,
	round(pg_temp.draw('quality', i), 2) as quality, round(20000 * pg_temp.draw('revenue', i), 2) as revenue,
	round(pg_temp.draw('max_share', i), 2) as max_share, round(0.05 * pg_temp.draw('msr', i), 3) as msr,
	case when i % 4 = 0 then 0.4 else 0 end as gate, i % 2 = 0 as first_unit,
	case when i % 3 = 0 then round(0.1 * pg_temp.draw('saving_cap', i), 3) end as saving_cap,
	i % 5 <> 0 as two_sided, round(0.05 * pg_temp.draw('mlr', i), 3) as mlr,
	round(pg_temp.draw('loss_rate', i), 2) as loss_rate,
	case when i % 3 = 1 then round(0.1 * pg_temp.draw('loss_cap', i), 3) end as loss_cap,
	case when i % 7 = 1 then round(0.2 * pg_temp.draw('revenue_cap', i), 3) end as revenue_cap, i % 6 = 0 as corridor,
	round(400 + 3000 * pg_temp.draw('attachment', i), 2) as attachment,
	round(pg_temp.draw('cover', i), 2) as cover,
	case when i % 2 = 1 then round(2000 * pg_temp.draw('maximum', i), 2) end as maximum
from generate_series(1, 400) i;
-- most persons cost little, few a lot, some less than nothing
create temp table person as
select i, p, round(
	case
		when pg_temp.draw('who' || p, i) < 0.1 then 9000 * pg_temp.draw('dear' || p, i)
		else -50 + 900 * pg_temp.draw('cost' || p, i)
	end, 2) as cost
from agreed, generate_series(1, people) p;
create temp table settled as
select a.*, c.contract, costs, total, given.recovered, s.lines
from agreed a
join (select i, array_agg(cost order by p) as costs, sum(cost) as total from person group by i) x using (i)
cross join lateral (
	select ph.contract(
		max_share, msr, quality_gate => gate, first_unit => first_unit, saving_cap => saving_cap,
		two_sided => two_sided, mlr => mlr, loss_rate => loss_rate, loss_cap => loss_cap, revenue_cap => revenue_cap,
		gain_bands => case when corridor then ph.corridor_bands('0:0.03:1;0.03:0.1:0.5;0.1::0.25') end,
		stop_loss_attachment => attachment, stop_loss_share => cover, stop_loss_maximum => maximum) as contract
) c
cross join lateral ph.contract_stop_loss(contract, costs) given
-- of all people as one, since a cost per head would be rounded
cross join lateral (
	select ph.settlement(
		contract, benchmark * a.people, total, 1, quality, revenue, recovered => given.recovered) as lines
) s;
-- what a person leaves of its benchmark, summed; then thresholds, sharing, caps and corridor
create temp table by_hand as
select i, gross, recovered, paid, owed
from (
	select
		i, sum(benchmark - cost) as gross, sum(b.back) as recovered, sum(benchmark - cost + b.back) as margin,
		sum(benchmark) as whole
	from agreed
	join person using (i)
	cross join lateral (
		select case
			when cost <= attachment then 0
			when (cost - attachment) * cover > maximum then maximum
			else (cost - attachment) * cover
		end as back
	) b
	group by i
) m
join agreed using (i)
cross join lateral (
	select
		case when margin >= 0 then msr else mlr end * whole as threshold,
		case when quality >= gate then max_share * quality else 0 end as share
) t
cross join lateral (select abs(margin) - case when first_unit then 0 else threshold end as part) p
cross join lateral (
	select case
		when not corridor then part
		when part <= 0.03 * whole then part
		when part <= 0.1 * whole then 0.03 * whole + 0.5 * (part - 0.03 * whole)
		else 0.065 * whole + 0.25 * (part - 0.1 * whole)
	end as kept
) k
cross join lateral (
	select
		case when margin >= threshold and margin >= 0 then least(share * kept, saving_cap * whole) else 0 end as paid,
		case
			when two_sided and margin < 0 and -margin >= threshold
				then least(loss_rate * kept, loss_cap * whole, revenue_cap * revenue)
			else 0
		end as owed
) l;
select
	bool_and((s.lines).gross = h.gross) as gross, bool_and((s.lines).recovered = h.recovered) as recovered,
	bool_and((s.lines).paid = h.paid) as paid, bool_and((s.lines).owed = h.owed) as owed,
	bool_and(abs((s.lines).rate - (h.gross + h.recovered) / (s.benchmark * s.people)) < 1e-12) as rate,
	bool_and((s.lines).provider + (s.lines).payer = h.gross) as closes,
	bool_and((s.lines).provider_rounded + (s.lines).payer_rounded = round(h.gross, 2)) as closes_in_pence,
	count(*) = 400 and count(*) filter (where h.paid > 0) > 50 and count(*) filter (where h.owed > 0) > 20
		and count(*) filter (where h.gross < 0 and h.paid > 0) > 20
		and count(*) filter (where (s.lines).note = 'capped') > 20 as all_kinds
from settled s
join by_hand h using (i);

-- ---- laws ----

select
	bool_and(
		(k.lines).recovered = 1000 * (s.lines).recovered and (k.lines).paid = 1000 * (s.lines).paid
			and (k.lines).owed = 1000 * (s.lines).owed and (k.lines).rate = (s.lines).rate) as scales,
	bool_and(high.lines = none.lines) as never_reached_is_none,
	bool_and(nil.lines = none.lines) as nothing_given_is_none,
	bool_and((s.lines).provider >= (none.lines).provider) as never_less, count(*)
from settled s
cross join lateral (
	select
		to_jsonb(contract) || jsonb_build_object('stop_loss_attachment', 9000) as never_reached,
		to_jsonb(contract) || jsonb_build_object('stop_loss_share', 0) as nothing_given,
		to_jsonb(contract) || jsonb_build_object(
			'stop_loss_attachment', null, 'stop_loss_share', null, 'stop_loss_maximum', null) as no_cover,
		to_jsonb(contract) || jsonb_build_object(
			'stop_loss_attachment', 1000 * attachment, 'stop_loss_maximum', 1000 * maximum) as thousandfold
) j
cross join lateral (
	select jsonb_populate_record(null::ph.contract, never_reached) as never_reached,
		jsonb_populate_record(null::ph.contract, nothing_given) as nothing_given,
		jsonb_populate_record(null::ph.contract, no_cover) as no_cover,
		jsonb_populate_record(null::ph.contract, thousandfold) as thousandfold
) c
cross join lateral (
	select ph.settlement(
		c.never_reached, benchmark * s.people, total, 1, quality, revenue,
		recovered => (ph.contract_stop_loss(c.never_reached, costs)).recovered) as lines
) high
cross join lateral (
	select ph.settlement(
		c.nothing_given, benchmark * s.people, total, 1, quality, revenue,
		recovered => (ph.contract_stop_loss(c.nothing_given, costs)).recovered) as lines
) nil
cross join lateral (
	select ph.settlement(
		c.no_cover, benchmark * s.people, total, 1, quality, revenue,
		recovered => (ph.contract_stop_loss(c.no_cover, costs)).recovered) as lines
) none
cross join lateral (
	select ph.settlement(
		c.thousandfold, 1000 * benchmark * s.people, 1000 * total, 1, quality, 1000 * revenue,
		recovered => (ph.contract_stop_loss(
			c.thousandfold, (select array_agg(1000 * x order by o) from unnest(costs) with ordinality u(x, o))
		)).recovered) as lines
) k;
-- exactly the minimum savings rate with what is recovered pays, a penny less does not; so does a loss
select what, gross, recovered, paid, owed, note
from (
	values
		('reached', 2527.30006, 12084.80), ('a penny less', 2527.30006, 12084.79),
		('loss reached', 2689.07994, 15106), ('a penny more given back', 2689.07994, 15106.01)
) v(what, actual, back), ph.settlement(
	ph.contract(0.5, 0.031, two_sided => true, loss_rate => 0.5, stop_loss_attachment => 50000), 2607.74,
	actual, 30212, 1, recovered => back);
-- a tally settles as its sums do
select of_tally is not distinct from of_sums as same, (of_tally).recovered
from ph.settlement_of_tally(
		ph.contract(0.5, stop_loss_attachment => 500), 800, 'people; 50: 10 9000 8100000', 0.9,
		recovered => 1500) of_tally,
	ph.settlement(ph.contract(0.5, stop_loss_attachment => 500), 800, 900, 10, 0.9, recovered => 1500) of_sums;

-- ---- chance ----

create temp table cohort as
select
	array_agg(cost) as costs, array_agg(cost::numeric) as exact_costs, avg(cost)::numeric as mean,
	ph.contract(1, two_sided => true, loss_rate => 1) as plain,
	ph.contract(
		1, two_sided => true, loss_rate => 1, stop_loss_attachment => 20000, stop_loss_share => 0.9,
		stop_loss_maximum => 50000) as covered,
	ph.contract(1, two_sided => true, loss_rate => 1, stop_loss_attachment => 1e6) as never_reached,
	ph.contract(
		1, two_sided => true, loss_rate => 1, stop_loss_attachment => 0, stop_loss_share => 0) as nothing_given
from (
	select (case when i % 100 = 0 then 1000 * i / 20 else 250 end)::float8 as cost from generate_series(1, 2000) i
) c;
-- all is shared: the mean of the years is the margin of the list; cover makes years less unlike each other
select
	abs(s.provider - given.recovered) < 4 * (s.upper - s.lower) / 3.92 / sqrt(1000) as unbiased,
	s.upper - s.lower < 0.8 * (p.upper - p.lower) as steadier,
	high is not distinct from p as never_reached_is_none, nil is not distinct from p as nothing_given_is_none
from cohort,
	ph.contract_stop_loss(covered, exact_costs) given,
	ph.simulate_settlement_of_costs(covered, mean, costs, quality => 1) s,
	ph.simulate_settlement_of_costs(plain, mean, costs, quality => 1) p,
	ph.simulate_settlement_of_costs(never_reached, mean, costs, quality => 1) high,
	ph.simulate_settlement_of_costs(nothing_given, mean, costs, quality => 1) nil;
-- where everybody costs the same each year is the settled one
select s.provider, s.lower, s.upper, (l.lines).provider as settled, (l.lines).recovered
from cohort,
	ph.simulate_settlement_of_costs(covered, 30000, '{30000,30000}', 7, quality => 1, simulations => 10) s,
	lateral (
		select ph.settlement(covered, 30000, 30000, 7, 1, recovered => 7 * (ph.contract_stop_loss(
			covered, '{30000}')).recovered) as lines
	) l;

-- ---- what it rewards ----

-- as before unless a scenario says so; who is left out may be who is covered
select
	scenario, recovered, provider_before, provider_after, gain, spent_more, note,
	gain = settled_after - settled_before - income_lost - cost as closes
from ph.incentive_test(
	ph.contract(0.5, stop_loss_attachment => 20000), 1000, 975, 20000,
	array[
		ph.scenario('as before', 0, worst_fifth => 0), ph.scenario('dearer, as before', 0, 1.01, worst_fifth => 0),
		ph.scenario('dearer, covered', 0, 1.01, worst_fifth => 0, recovered => 295000),
		ph.scenario('the sick are left out', 0, left_out => 0.01, left_out_cost => 9, worst_fifth => 0),
		ph.scenario(
			'the same, who are covered', 0, left_out => 0.01, left_out_cost => 9, worst_fifth => 0, recovered => 0)],
	array[ph.partner_effect('all', 1)], 1, recovered => 100000);
-- the gain of each by hand: half of benchmark - cost + recovered, less that of the year before
select
	scenario, gain = 0.5 * (20000000 * kept_benchmark - 19500000 * factor * kept_cost + back - 600000) as by_hand
from (
	values
		('dearer, as before', 1, 1.01, 1, 100000), ('dearer, covered', 1, 1.01, 1, 295000),
		('the same, who are covered', 0.99, 1, 0.91, 0)
) v(scenario, kept_benchmark, factor, kept_cost, back)
join ph.incentive_test(
	ph.contract(0.5, stop_loss_attachment => 20000), 1000, 975, 20000,
	array[
		ph.scenario('dearer, as before', 0, 1.01), ph.scenario('dearer, covered', 0, 1.01, recovered => 295000),
		ph.scenario('the same, who are covered', 0, left_out => 0.01, left_out_cost => 9, recovered => 0)],
	array[ph.partner_effect('all', 1)], 1, recovered => 100000) using (scenario);
-- with a stop-loss and nothing given nothing is known, though a scenario says what it gives back
select scenario, recovered, gain, population, note
from ph.incentive_test(
	ph.contract(0.5, stop_loss_attachment => 20000), 1000, 975, 20000,
	array[ph.scenario('not known', 1, worst_fifth => 0), ph.scenario('known', 1, worst_fifth => 0, recovered => 5)],
	array[ph.partner_effect('all', 1)], 1);

-- ---- what is not known, and what is refused ----

select what, gross, recovered, paid, note
from (
	values
		('nothing given', ph.settlement(ph.contract(0.5, stop_loss_attachment => 5), 1000, 900, 10, 1)),
		('nobody', ph.settlement(ph.contract(0.5, stop_loss_attachment => 5), 1000, 900, 0, 1, recovered => 0)),
		('no contract', ph.settlement(null, 1000, 900, 10, 1, recovered => 3)),
		('a tally', ph.settlement_of_tally(
			ph.contract(0.5, stop_loss_attachment => 5), 1000, 'people; 50: 10 9000 8100000', 1)),
		('by the terms of a contract without', ph.settlement(
			ph.contract(0.5), 1000, 900, 10, 1,
			recovered => (ph.contract_stop_loss(ph.contract(0.5), '{9000}')).recovered))
) v(what, s), lateral (select (s).*) l;
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
	'ph.contract(0.5, stop_loss_share => 0.5)', 'ph.contract(0.5, stop_loss_maximum => 5)',
	'ph.contract(0.5, stop_loss_attachment => -5)', 'ph.contract(0.5, stop_loss_attachment => ''NaN'')',
	'ph.contract(0.5, stop_loss_attachment => ''1e30'')',
	'ph.contract(0.5, stop_loss_attachment => 5, stop_loss_share => 80)',
	'ph.contract(0.5, stop_loss_attachment => 5, stop_loss_maximum => -1)',
	'ph.contract_stop_loss(''(0.5,scale,0,,0,t,,f,f,,fixed,,,,,,,,0,5,,)'', ''{9}'')',
	'ph.contract_stop_loss(ph.contract(0.5, stop_loss_attachment => 5), ''{NaN}'')',
	'ph.settlement(ph.contract(0.5), 100, 90, 1, 1, recovered => 7)',
	'ph.settlement(ph.contract(0.5, stop_loss_attachment => 5), 100, 90, 1, 1, recovered => -7)',
	'ph.settlement_of_tally(ph.contract(0.5), 100, ''people; 50: 10 9000 8100000'', 1, recovered => 7)',
	'ph.simulate_settlement(ph.contract(0.5, stop_loss_attachment => 5), 1, 1, 1, 1, 1)',
	'ph.incentive_test(ph.contract(0.5), 100, 90, 1, array[ph.scenario(''x'', 1, recovered => 7)],
		array[ph.partner_effect(''a'', 1)], 1)',
	'ph.incentive_test(ph.contract(0.5, stop_loss_attachment => 5), 100, 90, 1,
		array[ph.scenario(''x'', 1, recovered => -7)], array[ph.partner_effect(''a'', 1)], 1, recovered => 7)']) call;
