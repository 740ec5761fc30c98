-- Contracts: what they pay, of hand-made cases and by laws.
\pset null null
set search_path = public, pg_temp;

-- the published example: 500,000 saved, 75 % of it times a quality of 0.9
select * from ph.settlement(ph.contract(0.75, 0.02), 10000, 9500, 1000, 0.9);

-- a saving of exactly the minimum savings rate pays, one of a penny less does not; doubles cannot tell
select actual, paid, note
from (values (2526.90006), (2526.90007)) v(actual),
	ph.settlement(ph.contract(0.5, 0.031), 2607.74, actual, 30212, 1);
-- above the threshold only, and from the first unit
select first_unit, paid
from (values (true), (false)) v(first_unit),
	ph.settlement(ph.contract(0.5, 0.02, first_unit => first_unit), 10000, 9700, 10000, 1);
-- half the rate below the threshold passes the corridor too: of what the bands do not share nothing is paid
select actual, paid, note
from (values (970), (990)) v(actual), ph.settlement(
	ph.contract(1, 0.02, 'pass', half_below_msr => true, gain_bands => ph.corridor_bands('0:0.005:0;0.005::1')),
	1000, actual, 100);
-- each note, by a case of its own
select what, paid, owed, payer_rounded, note
from (
	values
		('quality fails', ph.contract(0.5, quality_rule => 'pass', quality_gate => 0.7), 900, 0.69),
		('quality reaches the gate', ph.contract(0.5, quality_rule => 'pass', quality_gate => 0.7), 900, 0.7),
		('the alternative gate', ph.mssp_contract('enhanced', 0.02, 0.8, 0.5), 900, 0.6),
		('no alternative standard', ph.mssp_contract('enhanced', 0.02, 0.8), 900, 0.6),
		('half the rate below msr', ph.mssp_contract('basic_a', 0.2, half_below_msr => true), 900, 1),
		('a saving capped', ph.contract(0.5, saving_cap => 0.01), 900, 1),
		('one-sided', ph.contract(0.5), 1100, 1),
		('below mlr', ph.contract(0.5, 0.2, two_sided => true, loss_rate => 0.3), 1100, 1),
		('a loss capped by revenue', ph.mssp_contract('basic_e'), 1100, 1),
		('a loss where quality fails', ph.mssp_contract('enhanced', 0.02, 0.8, 0.5), 1050, 0.4),
		('a corridor', ph.contract(1, gain_bands => ph.corridor_bands('0:0.03:1;0.03:0.1:0.5;0.1::0')), 940, 1),
		('a corridor of losses', ph.contract(
			1, two_sided => true, loss_rate => 1, gain_bands => ph.corridor_bands('0::0'),
			loss_bands => ph.corridor_bands('0:0.01:0;0.01::0.5')), 1050, 1)
) v(what, contract, actual, quality),
	ph.settlement(contract, 1000, actual, 100, quality, 20000);

-- what is not known is not guessed
select what, gross, paid, note
from (
	values
		('quality', ph.settlement(ph.contract(0.5), 1000, 900, 10)),
		('no quality asked', ph.settlement(ph.contract(0.5, quality_rule => 'pass'), 1000, 900, 10)),
		('actual', ph.settlement(ph.contract(0.5), 1000, null, 10, 1)),
		('revenue', ph.settlement(ph.mssp_contract('basic_c'), 1000, 900, 10, 1)),
		('equity', ph.settlement(ph.contract(0.5, equity_share => 0.2), 1000, 900, 10, 1)),
		('contract', ph.settlement(null, 1000, 900, 10, 1)),
		('benchmark of 0', ph.settlement(ph.contract(0.5), 0, 900, 10, 1)),
		('nobody', ph.settlement(ph.contract(0.5), 1000, 900, 0, 1))
) v(what, s), lateral (select (s).*) l;

-- the part that hangs on equity is paid where a test shows progress
select shown, paid, note
from (values (true), (false)) v(shown),
	ph.settlement(ph.contract(0.5, equity_share => 0.2), 1000, 900, 10, 1, equity_shown => shown);
select what, ph.equity_shown(p) as shown, (p).verdict, (p).how
from (
	values
		('large and tested', ph.equity_progress(
			'{people; 1: 4000 400 400,people; 1: 4000 300 300,people; 1: 4000 200 200}'::ph.tally[],
			'{people; 1: 4000 250 250,people; 1: 4000 240 240,people; 1: 4000 200 200}', 'rate')),
		('as large, of few people', ph.equity_progress(
			'{people; 1: 40 4 4,people; 1: 40 3 3,people; 1: 40 2 2}'::ph.tally[],
			'{people; 1: 40 2 2,people; 1: 40 2 2,people; 1: 40 2 2}', 'rate')),
		('the better-off fell', ph.equity_progress(
			'{people; 1: 4000 400 400,people; 1: 4000 300 300,people; 1: 4000 200 200}'::ph.tally[],
			'{people; 1: 4000 400 400,people; 1: 4000 400 400,people; 1: 4000 400 400}', 'rate')),
		('no answer', ph.equity_progress('{empty,empty}'::ph.tally[], '{empty,empty}', 'rate'))
) v(what, p);

-- laws over many contracts: the lines close, money times 1,000 is all lines times 1,000, a better year pays no less
create temp table year as
select
	i, t.track, 800 + (i * 37 % 400)::numeric as actual, (i * 13 % 101) / 100.0 as quality,
	ph.mssp_contract(t.track, (i % 5) / 100.0, 0.7, 0.4, i % 2 = 0) as contract
from generate_series(1, 200) i, unnest('{basic_a,basic_b,basic_c,basic_d,basic_e,enhanced}'::text[]) t(track);
select
	bool_and(s.provider + s.payer = s.gross and s.provider = s.paid - s.owed) as closes,
	bool_and(s.provider_rounded + s.payer_rounded = round(s.gross, 2)) as closes_in_pence,
	bool_and(k.paid = 1000 * s.paid and k.owed = 1000 * s.owed and k.rate = s.rate and k.share = s.share) as scales,
	bool_and(s.paid <= 0.2 * 1000 * 77 and s.owed <= 0.15 * 1000 * 77) as capped,
	bool_and(b.provider >= s.provider) as rises, count(*)
from year,
	ph.settlement(contract, 1000, actual, 77, quality, 30000) s,
	ph.settlement(contract, 1000000, 1000 * actual, 77, quality, 30000000) k,
	ph.settlement(contract, 1000, actual - 10, 77, quality, 30000) b;
-- a tally of costs settles as its sums do
select t.* is not distinct from s.* as same
from (
	select ph.person_tally(i % 3, i * 1.5::float8) as tally, sum(i * 1.5)::numeric as cost, count(*)::numeric as people
	from generate_series(1, 1000) i
) f,
	ph.settlement_of_tally(ph.contract(0.5), 800, tally, 0.9) t,
	ph.settlement(ph.contract(0.5), 800, cost / people, people, 0.9) s;
select (ph.settlement_of_tally(ph.contract(0.5), 800, 'people; missing 1; 1: 2 3 5', 0.9)).note;

-- ---- thresholds and chance ----

select
	abs(ph.minimum_savings_rate(10000, 2.1, 0.95) - (ph.settlement_uncertainty(
		0, 10000, null, 2.1, 0.9)).upper) < 1e-15 as is_a_limit,
	ph.mssp_minimum_savings_rate(5500) as halfway, ph.mssp_minimum_savings_rate(0) as nobody;
-- of a confidence so small that 1 less it is 1
select
	ph.minimum_savings_rate(100, 0, 1e-300) = 0 as no_spread,
	abs(ph.minimum_savings_rate(100, 1, 1e-300) + 3.70471) < 1e-4 as far_below,
	ph.minimum_savings_rate(100, 1, 0.3) = -ph.minimum_savings_rate(100, 1, 0.7) as symmetric;
select
	bool_and(ph.mssp_minimum_savings_rate(n) >= ph.mssp_minimum_savings_rate(n + 100)) as falls
from generate_series(1, 70000, 100) n;
select round(probability_paying::numeric, 6) as paying, round(probability_owing::numeric, 6) as owing, note
from (values (0, 10000), (0.02, 10000), (0, 0), (null, 10)) v(rate, people),
	ph.settlement_uncertainty(rate, people, null, 2.1, msr => 0.02, mlr => 0.02);
-- simulated and by normal theory: the same where caps do not bite; the same seed, the same answer
select
	abs(s.probability_paying - u.probability_paying) < 0.01 as pays_as_often,
	abs(s.probability_owing - u.probability_owing) < 0.01 as owes_as_often,
	s is not distinct from again as repeats, s is distinct from other as another_seed_differs
from (select ph.contract(0.5, 0.02, two_sided => true, loss_rate => 0.5) as contract) c,
	ph.simulate_settlement(contract, 1000, 1000, 2.1, 50000, 1) s,
	ph.simulate_settlement(contract, 1000, 1000, 2.1, 50000, 1) again,
	ph.simulate_settlement(contract, 1000, 1000, 2.1, 50000, 1, seed => 2) other,
	ph.settlement_uncertainty(0, 50000, null, 2.1, msr => 0.02, mlr => 0.02) u;
-- costs without spread are settled as they are; drawn from a list as from a distribution of its spread
select s.provider, s.lower, s.upper, s.probability_paying
from ph.simulate_settlement(ph.contract(0.5, 0.02), 1000, 900, 0, 100, 1, simulations => 10) s;
select abs(s.probability_paying - g.probability_paying) < 0.06 as alike, round(m.cv::numeric, 3) as cv
from (
	select array_agg(cost) as costs, ph.person_tally(50, cost) as tally
	from (select -ln((i - 0.5) / 2000) * 1000 as cost from generate_series(1, 2000) i) c(cost)
) d, ph.cost_spread(tally) m,
	ph.simulate_settlement_of_costs(ph.contract(0.5, 0.02), m.mean::numeric, costs, 2000, 1) s,
	ph.simulate_settlement(ph.contract(0.5, 0.02), m.mean::numeric, m.mean, m.cv, 2000, 1) g;
-- a list of costs without spread that saves exactly the minimum savings rate is paid, whatever doubles sum up to, and
-- with a stop-loss, which leaves 100.45 of 104.05, too
select min(s.probability_paying) as paid, min(covered.probability_paying) as covered
from generate_series(1, 400) people,
	ph.simulate_settlement_of_costs(ph.contract(0.5, 0.02, 'pass'), 10, '{9.8}', people, simulations => 1) s,
	ph.simulate_settlement_of_costs(
		ph.contract(0.5, 0.02, 'pass', stop_loss_attachment => 100.05, stop_loss_share => 0.9), 102.5, '{104.05}',
		people, simulations => 1) covered;
-- the order of the list does not show
select count(distinct s::text) as answers
from unnest('{1,7,11}'::integer[]) step, lateral (
	select array_agg(i * step % 101 order by i)::float8[] as costs from generate_series(1, 101) i
) c, ph.simulate_settlement_of_costs(ph.contract(0.5, 0.02, 'pass'), 50, costs, simulations => 50) s;
-- each cost of a list is drawn as often as the others, the last one too, which is most of the money here
select abs(s.provider) < 4 * (s.upper - s.lower) / 3.92 / sqrt(2000) as unbiased, s.upper - s.lower > 1e5 as spread
from (
	select array_agg(case when i = 200 then 100000 else 500 end order by i)::float8[] as costs, 997.5 as mean
	from generate_series(1, 200) i
) c, ph.simulate_settlement_of_costs(
	ph.contract(1, two_sided => true, loss_rate => 1), mean, costs, quality => 1, simulations => 2000) s;
select note from ph.simulate_settlement(ph.contract(0.5), 1000, 900, 1, 100);
select note from ph.simulate_settlement_of_costs(ph.contract(0.5), 1000, '{}', quality => 1);

-- ---- corridors and benchmarks ----

select margin, kept, passed
from unnest('{-12,-6,0,2.999999,3,3.000001,10,25,null}'::numeric[]) margin,
	ph.corridor(margin, ph.corridor_bands('0:3:1;3:10:0.5;10::0'));
-- odd where gain and loss share bands, never steeper than its shares, kept and passed add up
select
	bool_and(a.kept = -b.kept) as odd, bool_and(a.kept + a.passed = m) as closes,
	bool_and(n.kept - a.kept between 0 and 0.1) as continuous
from (select i / 10.0 from generate_series(-150, 150) i) v(m),
	ph.corridor_bands('0:2:1;2:6:0.6;6:15:0.25') bands,
	ph.corridor(m, bands) a, ph.corridor(-m, bands) b, ph.corridor(m + 0.1, bands) n;
select *
from ph.cost_benchmark(
	'{10000,10400,10900}', '{1.08,1.04,1}', '{1.01,1.005,1}', '{0.1,0.3,0.6}', 11500, 11200, prior_saving => 900,
	risk_ratio => 1.06, regional_growth => 1.11, prospective_growth => 1.14);
select benchmark, adjustment, note
from ph.cost_benchmark('{100,110}')
union all
select benchmark, adjustment, note
from ph.cost_benchmark('{100,null}')
union all
select benchmark, adjustment, note
from ph.cost_benchmark('{100}', regional_cost => 120);

-- ---- bad contracts ----

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
	'ph.contract(maxshare => 0.5)', 'ph.contract(50)', 'ph.contract(0.5, 2)', 'ph.contract(null)',
	'ph.contract(0.5, quality_rule => ''often'')', 'ph.contract(0.5, quality_rule => ''pass_or_scale'')',
	'ph.contract(0.5, loss_low => 0.8, loss_high => 0.4)', 'ph.contract(0.5, two_sided => true)',
	'ph.contract(0.5, equity_share => -0.1)', 'ph.contract(0.5, ''NaN'')', 'ph.mssp_contract(''basic_f'')',
	'ph.settlement(''(0.5,scale,0,,2,t,,f,f,,fixed,,,,,,,,0,,,)''::ph.contract, 1, 1, 1, 1)',
	'ph.settlement(ph.contract(0.5), 100, 90, 10, 90)', 'ph.settlement(ph.contract(0.5), 100, 90, -1, 1)',
	'ph.settlement(ph.contract(0.5), -100, 90, 1, 1)', 'ph.settlement(ph.contract(0.5), ''NaN'', 90, 1, 1)',
	'ph.settlement(ph.contract(0.5), 100, 90, 1, 1, -1)',
	'ph.corridor_bands(''0:3:1;2:10:0.5'')', 'ph.corridor_bands(''0:3:1;5:10:0.5'')', 'ph.corridor_bands(''0::1.2'')',
	'ph.corridor_bands(''0::1;3:4:1'')', 'ph.corridor_bands(''0:0:1'')', 'ph.corridor_bands(''1:2:1'')',
	'ph.corridor_bands(''half'')', 'ph.corridor_bands(''0:nan:1'')', 'ph.corridor_bands('''')',
	'ph.corridor(1, array[null]::ph.corridor_band[])', 'ph.corridor(''Infinity'', ph.corridor_bands(''0::1''))',
	'ph.minimum_savings_rate(-1, 2)', 'ph.minimum_savings_rate(10, -2)', 'ph.minimum_savings_rate(10, 2, 1)',
	'ph.mssp_minimum_savings_rate(-1)', 'ph.settlement_uncertainty(0, -1, null, 2)',
	'ph.settlement_uncertainty(0, 1, null, 2, msr => 2)', 'ph.simulate_settlement(ph.contract(1), 1, 1, -1, 1, 1)',
	'ph.simulate_settlement(ph.contract(1), 1, 1, 1, 1, 1, simulations => 0)',
	'ph.simulate_settlement_of_costs(ph.contract(1), 1, ''{1,null}'', 1, 1)',
	'ph.simulate_settlement_of_costs(ph.contract(1), 1, ''{1}'', 2000000000, 1)',
	'ph.cost_benchmark(''{1,2}'', trend => ''{1}'')', 'ph.cost_benchmark(''{1,2}'', weight => ''{0,0}'')',
	'ph.cost_benchmark(''{-1}'')', 'ph.cost_benchmark(''{1}'', weight_below => 35)']) call;
