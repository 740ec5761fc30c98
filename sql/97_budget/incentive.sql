
-- ---- does the contract reward health? ----

create type ph.scenario as (
	scenario text,
	cost_factor float8,
	benchmark_factor float8,
	quality float8,
	equity_shown boolean,
	left_out float8,
	left_out_cost float8,
	left_out_benchmark float8,
	admissions_avoided float8,
	admission_cost numeric,
	health float8,
	worst_fifth float8,
	recovered numeric
);
comment on type ph.scenario is
	'something that may happen under a contract: what changes in what is settled, and what that means for people';
comment on column ph.scenario.scenario is 'its name';
comment on column ph.scenario.cost_factor is 'what the cost of care is multiplied by';
comment on column ph.scenario.benchmark_factor is
	'what the benchmark is multiplied by: 1.03 where coded risk grows by 3 % while people are as ill as before';
comment on column ph.scenario.quality is 'the measured quality; NULL: as before';
comment on column ph.scenario.equity_shown is 'whether a test shows progress in equity; NULL: as before';
comment on column ph.scenario.left_out is 'the share of people whom the provider leaves out, from 0 to below 1';
comment on column ph.scenario.left_out_cost is 'their cost per head as a multiple of everybody''s';
comment on column ph.scenario.left_out_benchmark is
	'their benchmark per head as a multiple of everybody''s: how far risk adjustment sees who they are';
comment on column ph.scenario.admissions_avoided is 'admissions that do not happen';
comment on column ph.scenario.admission_cost is 'what each would have cost';
comment on column ph.scenario.health is
	'the gain in health of all people, those left out too, in any unit (deaths avoided, years): below 0 a loss, NULL '
	'not known';
comment on column ph.scenario.worst_fifth is 'the gain of the worst-off fifth; NULL: not known';
comment on column ph.scenario.recovered is
	'what stop-loss cover gives back of the actual cost that is settled; NULL: as before, and not known where people '
	'are left out, since they may be the ones who are covered';

create function ph.scenario(
	scenario text, health float8, cost_factor float8 default 1, benchmark_factor float8 default 1,
	quality float8 default null, equity_shown boolean default null, left_out float8 default 0,
	left_out_cost float8 default 1, left_out_benchmark float8 default 1, admissions_avoided float8 default 0,
	admission_cost numeric default 0, worst_fifth float8 default null, recovered numeric default null)
returns ph.scenario
language sql immutable parallel safe
begin atomic
select
	row(
		scenario, cost_factor, benchmark_factor, quality, equity_shown, left_out, left_out_cost, left_out_benchmark,
		admissions_avoided, admission_cost, health, worst_fifth, recovered)::ph.scenario;
end;
comment on function ph.scenario(
	text, float8, float8, float8, float8, boolean, float8, float8, float8, float8, numeric, float8, numeric) is
	'a scenario in which nothing changes but what is named. health has no default: what a scenario does to people must '
	'be said, NULL where it is not known. ph.incentive_test checks it';

create type ph.partner_effect as (
	partner text,
	weight float8,
	scenario text,
	income_lost numeric,
	cost numeric,
	income_per_admission numeric
);
comment on type ph.partner_effect is
	'what the settlement and a scenario mean for a partner; of several rows that apply, weights and money add up';
comment on column ph.partner_effect.partner is 'the partner''s name';
comment on column ph.partner_effect.weight is 'its weight when the settlement is divided, as in ph.gain_share';
comment on column ph.partner_effect.scenario is 'the scenario that the row is about; NULL: all of them';
comment on column ph.partner_effect.income_lost is 'income that the partner loses; below 0 what it wins';
comment on column ph.partner_effect.cost is 'what the scenario costs the partner';
comment on column ph.partner_effect.income_per_admission is 'income that it loses with each admission avoided';

create function ph.partner_effect(
	partner text, weight float8 default 0, scenario text default null, income_lost numeric default 0,
	cost numeric default 0, income_per_admission numeric default 0)
returns ph.partner_effect
language sql immutable parallel safe
begin atomic
select row(partner, weight, scenario, income_lost, cost, income_per_admission)::ph.partner_effect;
end;
comment on function ph.partner_effect(text, float8, text, numeric, numeric, numeric) is
	'what the settlement and a scenario, or all of them, mean for a partner. ph.incentive_test checks it';

create type ph.incentive_line as (
	scenario text,
	partner text,
	benchmark_per_head numeric,
	actual_per_head numeric,
	person_years numeric,
	recovered numeric,
	provider_before numeric,
	provider_after numeric,
	settled_before numeric,
	settled_after numeric,
	income_lost numeric,
	cost numeric,
	gain numeric,
	spent_more numeric,
	health float8,
	worst_fifth float8,
	population text,
	reasons text[],
	finding text,
	note text
);
comment on type ph.incentive_line is
	'what a scenario means for a partner and for the population: gain = settled_after - settled_before - income_lost - '
	'cost';
comment on column ph.incentive_line.scenario is 'the scenario';
comment on column ph.incentive_line.partner is 'the partner';
comment on column ph.incentive_line.benchmark_per_head is 'as it is settled in the scenario';
comment on column ph.incentive_line.actual_per_head is 'actual cost as it is settled in the scenario';
comment on column ph.incentive_line.person_years is 'as they are settled in the scenario';
comment on column ph.incentive_line.recovered is
	'what stop-loss cover takes out in the scenario: no payment of its own, since it is part of the cost of care';
comment on column ph.incentive_line.provider_before is 'the providers'' line of the settlement where nothing changes';
comment on column ph.incentive_line.provider_after is 'the same in the scenario';
comment on column ph.incentive_line.settled_before is 'the partner''s part of the first, in pence';
comment on column ph.incentive_line.settled_after is 'the partner''s part of the second, in pence';
comment on column ph.incentive_line.income_lost is 'income that it loses, with that of admissions avoided';
comment on column ph.incentive_line.cost is 'what the scenario costs it';
comment on column ph.incentive_line.gain is 'what the partner gains by the scenario, below 0 what it loses';
comment on column ph.incentive_line.spent_more is
	'cost of care of all people and settlement together, less the same where nothing changes';
comment on column ph.incentive_line.health is 'the gain in health of all people';
comment on column ph.incentive_line.worst_fifth is 'the gain of the worst-off fifth';
comment on column ph.incentive_line.population is
	'loses, where a reason says so, but not for a fallen quality alone where health rises and the worst fifth is known '
	'not to fall, since quality stands for health that is not measured; gains, where health or the worst fifth does; '
	'unchanged; NULL: not known';
comment on column ph.incentive_line.reasons is
	'what speaks against it: health falls, worst fifth falls, people left out, quality falls, paid for nothing (more '
	'is spent, on care and settlement or on care and by partners, and nobody is healthier)';
comment on column ph.incentive_line.finding is
	'gains while the population loses, loses while the population gains; NULL: neither';
comment on column ph.incentive_line.note is
	'those of the settlement and of its division where there is no gain; missing_health: the population''s side is not '
	'known, or judged by other signs alone; missing_worst_fifth: it is judged without it';

create function ph_support.require_scenarios(scenarios ph.scenario[], partners ph.partner_effect[]) returns void
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
	if scenarios is null or partners is null then
		raise exception
			'argument "%" must not be null', case when scenarios is null then 'scenarios' else 'partners' end
			using errcode = 'invalid_parameter_value';
	end if;
	perform ph_support.require_argument(coalesce(array_ndims(scenarios), 1) = 1, 'scenarios', 'must be a list');
	perform ph_support.require_argument(coalesce(array_ndims(partners), 1) = 1, 'partners', 'must be a list');
	if exists (
			select from unnest(scenarios) s
			where num_nulls(
				s.scenario, s.cost_factor, s.benchmark_factor, s.left_out, s.left_out_cost, s.left_out_benchmark,
				s.admissions_avoided, s.admission_cost) > 0)
		or (select count(s.scenario) <> count(distinct s.scenario) from unnest(scenarios) s) then
		raise exception 'argument "scenarios" must have a name of its own and every number in each scenario'
			using errcode = 'invalid_parameter_value', hint = 'Write ph.scenario(''its name'', health => ...).';
	end if;
	if exists (
			select from unnest(scenarios) s
			cross join unnest(
				array[s.cost_factor, s.benchmark_factor, s.left_out_cost, s.left_out_benchmark, s.admissions_avoided,
					s.admission_cost::float8, s.recovered::float8, s.health, s.worst_fifth])
				with ordinality v(number, i)
			where not abs(v.number) <= 1e15 or v.i <= 7 and v.number < 0) then
		raise exception 'argument "scenarios" must have finite numbers up to 10^15, and none below 0 but in health'
			using errcode = 'invalid_parameter_value';
	end if;
	if exists (
			select from unnest(scenarios) s
			where not (s.left_out >= 0 and s.left_out < 1)
				or s.left_out * greatest(s.left_out_cost, s.left_out_benchmark) > 1) then
		raise exception
			'argument "left_out" must be a share below 1 of people who have at most all of the cost and benchmark'
			using errcode = 'invalid_parameter_value', hint = 'Write 0.05 for 5 %.';
	end if;
	if exists (
			select from unnest(partners) p
			where num_nulls(p.partner, p.weight, p.income_lost, p.cost, p.income_per_admission) > 0
				or not (
					p.weight between 0 and 1e15 and abs(p.income_lost) <= 1e15 and abs(p.cost) <= 1e15
						and abs(p.income_per_admission) <= 1e15)) then
		raise exception 'argument "partners" must have a name and numbers up to 10^15 in each row, no weight below 0'
			using errcode = 'invalid_parameter_value', hint = 'Write ph.partner_effect(''its name'', 0.5).';
	end if;
	if exists (
			select from unnest(partners) p
			where p.scenario is not null and not exists (
				select from unnest(scenarios) s
				where s.scenario = p.scenario)) then
		raise exception 'argument "partners" must name scenarios that are given'
			using errcode = 'invalid_parameter_value', hint = 'Leave the scenario out for what holds in all of them.';
	end if;
end
$$;
comment on function ph_support.require_scenarios(ph.scenario[], ph.partner_effect[]) is
	'refuses scenarios and effects that ph.incentive_test cannot judge: nulls, names twice, numbers that are not '
	'finite or have the wrong sign, shares outside 0 to 1, effects of a scenario that is not there';

create function ph_support.scenario_settled(
	contract ph.contract, benchmark_per_head numeric, actual_per_head numeric, person_years numeric,
	scenario ph.scenario, quality float8, revenue numeric, equity_shown boolean, recovered numeric,
	out years numeric, out benchmark numeric, out actual numeric, out care numeric, out lines ph.settlement)
language sql immutable parallel safe
begin atomic
select
	c.years, c.benchmark, c.actual, c.care,
	-- of totals, since a cost per head could be rounded
	ph.settlement(
		contract, c.benchmark, c.actual, sign(c.years), coalesce((scenario).quality, quality), revenue,
		coalesce((scenario).equity_shown, equity_shown),
		coalesce((scenario).recovered, case when (scenario).left_out = 0 then recovered end))
from (
	select
		person_years * (1 - a.left_out) as years,
		benchmark_per_head * person_years * (scenario).benchmark_factor::numeric
			* (1 - a.left_out * (scenario).left_out_benchmark::numeric) as benchmark,
		a.care * (1 - a.left_out * (scenario).left_out_cost::numeric) - a.avoided as actual,
		a.care - a.avoided as care
	from (
		select
			(scenario).left_out::numeric as left_out,
			actual_per_head * person_years * (scenario).cost_factor::numeric as care,
			(scenario).admissions_avoided::numeric * (scenario).admission_cost as avoided
	) a
) c;
end;
comment on function ph_support.scenario_settled(
	ph.contract, numeric, numeric, numeric, ph.scenario, float8, numeric, boolean, numeric) is
	'a contract settled in a scenario: person-years, benchmark and actual cost of those who are not left out, the '
	'cost of care of all people, and the lines';

create function ph_support.population_reasons(
	scenario ph.scenario, quality float8, spent_more numeric)
returns text[]
language sql immutable parallel safe
begin atomic
select
	array_remove(
		array[
			case when (scenario).health < 0 then 'health falls' end,
			case when (scenario).worst_fifth < 0 then 'worst fifth falls' end,
			case when (scenario).left_out > 0 then 'people left out' end,
			case when (scenario).quality < quality then 'quality falls' end,
			case
				when spent_more > 0 and (scenario).health = 0 and coalesce((scenario).worst_fifth <= 0, true)
					then 'paid for nothing'
			end
		], null);
end;
comment on function ph_support.population_reasons(ph.scenario, float8, numeric) is
	'what speaks against a scenario for the population; empty where nothing does';

create function ph_support.population_verdict(scenario ph.scenario, reasons text[]) returns text
language sql immutable parallel safe
begin atomic
select
	case
		-- quality stands for health that is not measured; who is left out loses whatever the others gain
		when reasons = '{quality falls}' and (scenario).health > 0 and (scenario).worst_fifth >= 0 then 'gains'
		when reasons <> '{}' then 'loses'
		when (scenario).health is null then null
		when (scenario).health > 0 or (scenario).worst_fifth > 0 then 'gains'
		else 'unchanged'
	end;
end;
comment on function ph_support.population_verdict(ph.scenario, text[]) is
	'loses, gains or unchanged, by the gain in health and the answer of ph_support.population_reasons; NULL where '
	'health is not known and nothing speaks against the scenario';

create function ph.incentive_test(
	contract ph.contract, benchmark_per_head numeric, actual_per_head numeric, person_years numeric,
	scenarios ph.scenario[], partners ph.partner_effect[], quality float8 default null,
	revenue numeric default null, equity_shown boolean default null, recovered numeric default null)
returns setof ph.incentive_line
language plpgsql immutable parallel safe rows 20 set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_scenarios(scenarios, partners);
	perform ph_support.require_argument(not exists (
			select from unnest(scenarios) s
			cross join lateral (select s.admissions_avoided::numeric * s.admission_cost) a (avoided)
			where a.avoided > 0 and a.avoided > actual_per_head * person_years * s.cost_factor::numeric),
		'admissions_avoided', 'must not have cost more than all care of the scenario');
	return query
	with settled as (
		select
			s.place, s.scenario as name, s.health, s.worst_fifth, t.benchmark, t.actual, t.years,
			before.lines as lines_before, t.lines as lines_after,
			t.care - before.care as care_more,
			t.care + (t.lines).provider_rounded - before.care - (before.lines).provider_rounded as spent_more, w.whole
		from unnest(scenarios) with ordinality s(
			scenario, cost_factor, benchmark_factor, quality, equity_shown, left_out, left_out_cost,
			left_out_benchmark, admissions_avoided, admission_cost, health, worst_fifth, recovered, place)
		cross join lateral (select scenarios[array_lower(scenarios, 1) + s.place::integer - 1] as whole) w
		cross join lateral ph_support.scenario_settled(
			contract, benchmark_per_head, actual_per_head, person_years, w.whole, incentive_test.quality, revenue,
			incentive_test.equity_shown, incentive_test.recovered) t
		cross join lateral ph_support.scenario_settled(
			contract, benchmark_per_head, actual_per_head, person_years, ph.scenario(s.scenario, null),
			incentive_test.quality, revenue, incentive_test.equity_shown, incentive_test.recovered) before
	), effect as (
		select
			s.name, p.partner, sum(p.weight) as weight,
			coalesce(sum(p.weight) filter (where p.scenario is null), 0) as weight_before,
			sum(p.income_lost + (s.whole).admissions_avoided::numeric * p.income_per_admission) as income_lost,
			sum(p.cost) as cost, sum(sum(p.cost)) over (partition by s.name) as cost_of_all
		from settled s
		join unnest(partners) p on p.scenario is null or p.scenario = s.name
		group by s.name, p.partner
	), divided as (
		select
			s.*, e.partner, e.income_lost, e.cost,
			ph.gain_share((s.lines_before).provider_rounded, e.weight_before) over each as part_before,
			ph.gain_share((s.lines_after).provider_rounded, e.weight) over each as part_after,
			-- by who pays for care, or with what partners pay: a cost that is shifted to one of them is spent too
			ph_support.population_reasons(
				s.whole, incentive_test.quality, greatest(s.spent_more, s.care_more + e.cost_of_all)) as reasons
		from settled s
		join effect e on e.name = s.name
		window each as (partition by s.place order by e.partner collate "C")
	), parted as (
		select
			d.*,
			-- of nothing everybody has nothing, whatever the weights
			case when (d.lines_before).provider_rounded = 0 then 0 else (d.part_before).amount_rounded end as had,
			case when (d.lines_after).provider_rounded = 0 then 0 else (d.part_after).amount_rounded end as has
		from divided d
	), judged as (
		select
			d.*, d.has - d.had - d.income_lost - d.cost as gain,
			ph_support.population_verdict(d.whole, d.reasons) as people
		from parted d
	)
	select
		j.name, j.partner, trim_scale(j.benchmark / nullif(j.years, 0)),
		trim_scale(j.actual / nullif(j.years, 0)), trim_scale(j.years),
		(j.lines_after).recovered, (j.lines_before).provider, (j.lines_after).provider, j.had, j.has,
		j.income_lost, j.cost, j.gain, trim_scale(j.spent_more), j.health, j.worst_fifth, j.people,
		nullif(j.reasons, '{}'),
		case
			when j.gain > 0 and j.people = 'loses' then 'gains while the population loses'
			when j.gain < 0 and j.people = 'gains' then 'loses while the population gains'
		end,
		case
			when (j.lines_after).gross is null then (j.lines_after).note
			when (j.lines_before).gross is null then (j.lines_before).note
			when j.gain is null then coalesce((j.part_after).note, (j.part_before).note)
			when j.health is null then 'missing_health'
			when j.worst_fifth is null then 'missing_worst_fifth'
		end
	from judged j
	order by j.place, j.partner collate "C";
end
$$;
comment on function ph.incentive_test(
	ph.contract, numeric, numeric, numeric, ph.scenario[], ph.partner_effect[], float8, numeric, boolean, numeric) is
	'a contract held against scenarios: a row a scenario and partner, with what the partner gains against the year in '
	'which nothing changes and what becomes of people; finding names where a partner gains while the population '
	'loses, or loses while it gains. A settlement is divided by weights and closes to the penny; recovered is what a '
	'stop-loss gives back where nothing changes. Errors: those of ph.settlement, scenarios without a name or twice, '
	'numbers that are null, not finite or of the wrong sign, admissions avoided that cost more than all care, effects '
	'of a scenario that is not there';
