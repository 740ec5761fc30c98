-- Contracts held against scenarios: who gains, and what becomes of people.
\pset null null
set search_path = public, pg_temp;
create temp view contract as
select ph.contract(max_share => 0.5, msr => 0.02, quality_rule => 'pass', quality_gate => 0.7) as contract;
create temp table scenario of ph.scenario;
insert into scenario
select (s).*
from unnest(array[
	ph.scenario('nothing', health => 0, worst_fifth => 0),
	ph.scenario('fewer admissions', health => 40, admissions_avoided => 200, admission_cost => 3000, worst_fifth => 10),
	ph.scenario('worst fifth most', health => 30, worst_fifth => 25, cost_factor => 1.005),
	ph.scenario('coding creeps up', health => 0, benchmark_factor => 1.03, worst_fifth => 0),
	ph.scenario('sick left out', health => 0, left_out => 0.02, left_out_cost => 6, left_out_benchmark => 3),
	ph.scenario('quality slips', health => 0, quality => 0.75, cost_factor => 0.99, worst_fifth => 0),
	ph.scenario('quality fails', health => -1, quality => 0.6, worst_fifth => 0),
	ph.scenario('mean up, worst fifth down', health => 5, worst_fifth => -1, cost_factor => 0.99),
	ph.scenario('not known', health => null, cost_factor => 0.99)]) s;
create temp table effect of ph.partner_effect;
insert into effect
select (p).*
from unnest(array[
	ph.partner_effect('hospital', 0.5, income_per_admission => 2500), ph.partner_effect('practices', 0.3),
	ph.partner_effect('council', 0.2),
	ph.partner_effect('practices', scenario => 'worst fifth most', cost => 50000)]) p;
create temp table line as
select l.*
from contract, ph.incentive_test(
	contract, 1000, 975, 20000, array(select s::ph.scenario from scenario s),
	array(select e::ph.partner_effect from effect e), quality => 0.85) l;

select scenario, partner, settled_after - settled_before as settled, income_lost, cost, gain, spent_more
from line
order by scenario, partner;
select distinct scenario, population, reasons, note from line order by scenario;
-- the contract's failures, by name
select scenario, partner, gain, finding from line where finding is not null order by scenario, partner;

-- the lines close: parts are all of the settlement, and a gain is what its lines say
select
	bool_and(parts_before = round(provider_before, 2) and parts_after = round(provider_after, 2)) as parts_close,
	bool_and(gains) as gains_close
from (
	select
		sum(settled_before) as parts_before, sum(settled_after) as parts_after, min(provider_before) as provider_before,
		min(provider_after) as provider_after,
		bool_and(gain = settled_after - settled_before - income_lost - cost) as gains
	from line
	group by scenario
) s;
-- what is settled, by hand: 2 % with 6 times the cost and 3 times the benchmark leave
select
	person_years = 20000 * 0.98 as people, abs(benchmark_per_head - 1000 * (1 - 0.06) / 0.98) < 1e-9 as benchmark,
	abs(actual_per_head - 975 * (1 - 0.12) / 0.98) < 1e-9 as actual,
	provider_after = (20000 * 1000 * 0.94 - 20000 * 975 * 0.88) * 0.5 as provider,
	spent_more = provider_after - provider_before as care_of_those_left_out_is_still_paid
from line
where scenario = 'sick left out' and partner = 'council';
-- money times 1,000, rows in another order, names that nobody has thought of
select
	bool_and(k.gain = 1000 * l.gain and k.spent_more = 1000 * l.spent_more and k.finding is not distinct from l.finding)
		as scales,
	count(*) = (select count(*) from line) as all_there
from contract, ph.incentive_test(
	contract, 1000000, 975000, 20000,
	array(
		select ph.scenario(
			scenario, health, cost_factor, benchmark_factor, quality, equity_shown, left_out, left_out_cost,
			left_out_benchmark, admissions_avoided, 1000 * admission_cost, worst_fifth)
		from scenario
		order by scenario desc),
	array(
		select ph.partner_effect(
			partner, weight, scenario, 1000 * income_lost, 1000 * cost, 1000 * income_per_admission)
		from effect
		order by partner desc),
	quality => 0.85) k
join line l using (scenario, partner);
-- a contract that does not cover a risk ratio's growth has no such failure; a part of the pay that hangs on equity
select scenario, partner, gain, finding
from ph.incentive_test(
	ph.contract(0.5, equity_share => 0.4), 1000, 975, 20000,
	array[
		ph.scenario('gap closes', 10, equity_shown => true, worst_fifth => 9),
		ph.scenario('coding, benchmark capped', 0)],
	array[ph.partner_effect('all', 1)], 1, equity_shown => false);
-- a cost that is only shifted to a partner is spent all the same: for nothing where it is more than what it saves
select scenario, partner, gain, spent_more, reasons, finding
from ph.incentive_test(
	ph.contract(0.5), 1000, 975, 20000,
	array[
		ph.scenario('cheaper shift', 0, 0.97, worst_fifth => 0),
		ph.scenario('dearer shift', 0, 0.97, worst_fifth => 0)],
	array[
		ph.partner_effect('hospital', 1), ph.partner_effect('council', scenario => 'cheaper shift', cost => 585000),
		ph.partner_effect('council', scenario => 'dearer shift', cost => 585000.01)],
	1);
-- a fallen quality is a loss until health and the worst fifth are known to say otherwise; harm to some stays one
select scenario, population, reasons, finding, note
from ph.incentive_test(
	ph.contract(0.5, quality_rule => 'pass', quality_gate => 0.7), 1000, 975, 20000,
	array[
		ph.scenario('health rises', 3, 0.99, quality => 0.8, worst_fifth => 1),
		ph.scenario('health rises, worst fifth stays', 3, 0.99, quality => 0.8, worst_fifth => 0),
		ph.scenario('health rises, worst fifth not known', 3, 0.99, quality => 0.8),
		ph.scenario('health rises, worst fifth falls', 3, 0.99, quality => 0.8, worst_fifth => -1),
		ph.scenario('health rises, some are left out', 3, 0.99, quality => 0.8, left_out => 0.01, worst_fifth => 1),
		ph.scenario('some are left out, quality stays', 3, 0.99, left_out => 0.01, worst_fifth => 1),
		ph.scenario('only the worst fifth rises', 0, 0.99, quality => 0.8, worst_fifth => 1),
		ph.scenario('health stays', 0, 0.99, quality => 0.8, worst_fifth => 0),
		ph.scenario('health not known', null, 0.99, quality => 0.8),
		ph.scenario('health rises, below the gate', 3, 0.99, quality => 0.6, worst_fifth => 1)],
	array[ph.partner_effect('all', 1)], 0.9);
-- no settlement, no gain; nobody to divide among
select scenario, gain, population, note
from ph.incentive_test(
	ph.contract(0.5), 1000, 975, 100, array[ph.scenario('quality not known', 1)], array[ph.partner_effect('all', 1)])
union all
select scenario, gain, population, note
from ph.incentive_test(
	ph.contract(0.5), 1000, 975, 100, array[ph.scenario('no weight', 1)], array[ph.partner_effect('all')], 1)
union all
select scenario, gain, population, note
from ph.incentive_test(
	ph.contract(0.5), 1000, 975, 0, array[ph.scenario('nobody', 1)], array[ph.partner_effect('all', 1)], 1);
select count(*) from ph.incentive_test(ph.contract(0.5), 1000, 975, 100, '{}', '{}', 1);

create function pg_temp.refused(scenarios text, partners text) returns text language plpgsql
as $$
begin
	execute format('select ph.incentive_test(ph.contract(0.5), 1000, 975, 100, %s, %s, 1)', scenarios, partners);
	return 'ACCEPTED';
exception when others then
	return sqlstate || ' ' || sqlerrm;
end
$$;
select scenarios, partners, pg_temp.refused(scenarios, partners)
from (
	values
		('null', 'array[ph.partner_effect(''a'', 1)]'), ('array[ph.scenario(''x'', 1)]', 'null'),
		('array[ph.scenario(null, 1)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1), ph.scenario(''x'', 2)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, cost_factor => null)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, cost_factor => -1)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', ''NaN'')]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, left_out => 5)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, left_out => 0.5, left_out_cost => 3)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, quality => 75)]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1)]', 'array[ph.partner_effect(''a'', -1)]'),
		('array[ph.scenario(''x'', 1)]', 'array[ph.partner_effect(null, 1)]'),
		('array[ph.scenario(''x'', 1)]', 'array[ph.partner_effect(''a'', 1, cost => ''Infinity'')]'),
		('array[ph.scenario(''x'', 1)]', 'array[ph.partner_effect(''a'', 1, ''y'')]'),
		('array[array[ph.scenario(''x'', 1)], array[ph.scenario(''y'', 1)]]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[null]::ph.scenario[]', 'array[ph.partner_effect(''a'', 1)]'),
		('array[ph.scenario(''x'', 1, admissions_avoided => 1000, admission_cost => 1000)]',
		 'array[ph.partner_effect(''a'', 1)]')) v(scenarios, partners);
-- of a settlement of 0 everybody has 0, whatever the weights: what a partner gains by itself is listed all the same
select partner, gain, finding, note
from ph.incentive_test(ph.contract(0.5, 0.02), 1000, 1000, 100, array[ph.scenario('the sick are left out', -1)],
	array[ph.partner_effect('clinic', 0, cost => -500), ph.partner_effect('council', 0)], 1);
