
-- ---- settlement ----

create type ph.settlement as (
	gross numeric,
	recovered numeric,
	rate float8,
	share float8,
	paid numeric,
	loss_rate float8,
	owed numeric,
	provider numeric,
	payer numeric,
	provider_rounded numeric,
	payer_rounded numeric,
	note text
);
comment on type ph.settlement is
	'the lines of a settled contract; provider + payer = gross, unrounded and rounded. What is held against '
	'thresholds and shared is gross + recovered. Money in the unit it came in';
comment on column ph.settlement.gross is 'benchmark less actual cost of all people: a saving above 0, a loss below';
comment on column ph.settlement.recovered is
	'what stop-loss cover takes out of the actual cost of all people before anything is shared, borne by the payer; 0 '
	'without stop-loss';
comment on column ph.settlement.rate is
	'gross and recovered together as a share of the benchmark: what msr, mlr and bands ask';
comment on column ph.settlement.share is 'the share of a saving that quality leaves';
comment on column ph.settlement.paid is 'what the provider gets of a saving';
comment on column ph.settlement.loss_rate is 'the share of a loss that is owed';
comment on column ph.settlement.owed is 'what the provider owes of a loss';
comment on column ph.settlement.provider is 'paid less owed';
comment on column ph.settlement.payer is 'gross less provider: what stays with who pays';
comment on column ph.settlement.provider_rounded is 'the provider''s line in pence, half away from zero';
comment on column ph.settlement.payer_rounded is 'gross in pence less the provider''s pence';
comment on column ph.settlement.note is
	'missing_input (something that the contract asks for is not known), no_benchmark, no_population: no lines; '
	'below_msr, below_mlr, one_sided, quality_gate: why nothing moves; half_rate_below_msr, capped, equity_not_shown: '
	'why it is less';

create function ph.contract_stop_loss(
	contract ph.contract, costs numeric[],
	out people bigint, out people_over bigint, out recovered numeric, out retained numeric, out note text)
returns record
language sql immutable parallel safe
begin atomic
	select total.people, total.people_over, total.recovered, total.retained,
		case when terms.max_share is not null and terms.stop_loss_attachment is null then 'no_stop_loss'
			else total.note end
	from ph_support.checked_contract(contract) terms,
		ph.stop_loss_total(costs, terms.stop_loss_attachment, terms.stop_loss_share, terms.stop_loss_maximum) total;
end;
comment on function ph.contract_stop_loss(ph.contract, numeric[]) is
	'ph.stop_loss_total by the terms of a contract: what ph.settlement asks as recovered; the costs of the settled '
	'year, a person an element, or those of the benchmark''s years brought to its prices for what is expected to be '
	'given back. note: no_stop_loss where the contract has none, missing_input where a cost or the contract is NULL. '
	'Errors: those of a contract and of ph.stop_loss';

create function ph.settlement(
	contract ph.contract, benchmark_per_head numeric, actual_per_head numeric, person_years numeric,
	quality float8 default null, revenue numeric default null, equity_shown boolean default null,
	recovered numeric default null)
returns ph.settlement
language c immutable parallel safe
as 'MODULE_PATHNAME', 'settlement';
comment on function ph.settlement(ph.contract, numeric, numeric, numeric, float8, numeric, boolean, numeric) is
	'settles a contract, exact in numeric: thresholds are compared as products, a rate of exactly msr is paid. '
	'Benchmark and actual cost per head after the same truncation; quality 0 to 1; revenue where losses are capped '
	'by it; equity_shown the answer of ph.equity_shown where a part of the payment hangs on it, never a point '
	'estimate; recovered what the stop-loss gives back of the actual cost of all people (ph.contract_stop_loss), where '
	'the benchmark must be without what cover is expected to give back. What is asked for and not known: all lines '
	'NULL, missing_input. Errors: those of a contract, a benchmark, person-years, revenue or recovered below 0, '
	'recovered without a stop-loss, a quality outside 0 to 1. Source: 42 CFR 425 subpart G';

create function ph.settlement_of_tally(
	contract ph.contract, benchmark_per_head numeric, actual ph.tally, quality float8 default null,
	revenue numeric default null, equity_shown boolean default null, recovered numeric default null)
returns ph.settlement
language c immutable parallel safe
as 'MODULE_PATHNAME', 'settlement_of_tally';
comment on function ph.settlement_of_tally(ph.contract, numeric, ph.tally, float8, numeric, boolean, numeric) is
	'ph.settlement of a tally whose events are costs and whose exposure is person-years; people of unknown key belong '
	'to both, rows without cost or exposure make it missing_input. A tally has no single persons: what a stop-loss '
	'gives back is told as recovered';

create function ph.equity_shown(progress ph.equity_progress) returns boolean
language sql immutable parallel safe
begin atomic
select
	case when (progress).verdict is not null
		then (progress).verdict = 'narrowing' and coalesce((progress).how = 'levelling up', false)
	end;
end;
comment on function ph.equity_shown(ph.equity_progress) is
	'whether a test shows that the gap became narrower because the worse-off got better and nobody worse: the limits '
	'of the change of the slope exclude 0 and so do those of the worse-off group. NULL where there is no verdict';

create type ph.settlement_uncertainty as (
	standard_error float8,
	lower float8,
	upper float8,
	probability_paying float8,
	probability_owing float8,
	note text
);
comment on type ph.settlement_uncertainty is 'what chance does to a rate of saving, as fractions';
comment on column ph.settlement_uncertainty.standard_error is 'of the observed rate of saving';
comment on column ph.settlement_uncertainty.lower is 'lower limit of the rate';
comment on column ph.settlement_uncertainty.upper is 'upper limit of the rate';
comment on column ph.settlement_uncertainty.probability_paying is 'that the observed rate reaches msr';
comment on column ph.settlement_uncertainty.probability_owing is 'that the observed loss reaches mlr';
comment on column ph.settlement_uncertainty.note is 'missing_input, no_population: no answer';

create function ph.settlement_uncertainty(
	rate float8, people float8, benchmark_people float8, cv float8, confidence float8 default 0.95,
	msr float8 default 0, mlr float8 default null)
returns ph.settlement_uncertainty
language c immutable parallel safe
as 'MODULE_PATHNAME', 'settlement_uncertainty';
comment on function ph.settlement_uncertainty(float8, float8, float8, float8, float8, float8, float8) is
	'interval of an observed rate of saving whose true value is rate, and the probabilities of being paid and of '
	'owing: normal theory, error CV sqrt(1/people + 1/benchmark_people), without the second where benchmark_people '
	'is NULL; without mlr nothing is owed. rate 0: what is paid by chance alone. Errors: people or cv below 0, rates '
	'outside 0 to 1, a confidence outside 0 to 1';

create type ph.cost_benchmark as (
	historical numeric,
	regional_adjustment numeric,
	prior_saving_adjustment numeric,
	adjustment numeric,
	risk_ratio_used float8,
	update_factor float8,
	benchmark numeric,
	note text
);
comment on type ph.cost_benchmark is 'the cost per head that a population is held against, with its working lines';
comment on column ph.cost_benchmark.historical is 'weighted mean of past years brought to the last one';
comment on column ph.cost_benchmark.regional_adjustment is 'what draws it towards the region';
comment on column ph.cost_benchmark.prior_saving_adjustment is 'what gives back of a saving before';
comment on column ph.cost_benchmark.adjustment is 'the larger of the two; NULL: none';
comment on column ph.cost_benchmark.risk_ratio_used is 'growth of risk, not above 1 + risk_cap; a fall counts in full';
comment on column ph.cost_benchmark.update_factor is 'growth of cost that the benchmark is updated by';
comment on column ph.cost_benchmark.benchmark is '(historical + adjustment) x risk_ratio_used x update_factor';
comment on column ph.cost_benchmark.note is 'missing_input: no benchmark';

create function ph.cost_benchmark(
	cost numeric[], trend float8[] default null, risk float8[] default null, weight float8[] default null,
	regional_cost numeric default null, national_cost numeric default null,
	weight_below float8 default 0.35,
	weight_above float8 default 0.15, cap_up float8 default 0.05, cap_down float8 default 0.015,
	prior_saving numeric default null, prior_share float8 default 0.5, risk_ratio float8 default 1,
	risk_cap float8 default 0.03, regional_growth float8 default 1, prospective_growth float8 default 1,
	update_blend float8 default 0.6666666666666667)
returns ph.cost_benchmark
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cost_benchmark';
comment on function ph.cost_benchmark(
	numeric[], float8[], float8[], float8[], numeric, numeric, float8, float8, float8, float8, numeric, float8, float8,
	float8, float8, float8, float8) is
	'historical = sum of weight x cost x trend x risk over years / sum of weight, lists in the order of years, '
	'factors that bring each to the last one; regional: weight_below or weight_above (below or above the region) x '
	'the gap, within -cap_down and cap_up of national_cost; prior saving: prior_share of it within cap_up; the '
	'larger counts; then x risk ratio, growth capped, x the blend of both growths. Money per head, shares as '
	'fractions. The skeleton of 42 CFR 425.652 to 425.658 for one type of enrolment, not the whole rule. Errors: '
	'lists of different length, numbers below 0, shares outside 0 to 1, weights all 0';

create type ph.simulated_settlement as (
	provider float8,
	lower float8,
	upper float8,
	probability_paying float8,
	probability_owing float8,
	note text
);
comment on type ph.simulated_settlement is 'what a contract pays over many years that differ by chance';
comment on column ph.simulated_settlement.provider is 'the provider''s mean line, paid less owed';
comment on column ph.simulated_settlement.lower is 'the line that years lie above with the confidence';
comment on column ph.simulated_settlement.upper is 'the line that they lie below';
comment on column ph.simulated_settlement.probability_paying is 'the share of years in which something is paid';
comment on column ph.simulated_settlement.probability_owing is 'the share of years in which something is owed';
comment on column ph.simulated_settlement.note is
	'that of a settlement without lines: missing_input, no_population, ...';

create function ph.simulate_settlement(
	contract ph.contract, benchmark_per_head numeric, mean float8, cv float8, people float8,
	quality float8 default null, revenue numeric default null, equity_shown boolean default null,
	simulations integer default 10000, seed bigint default 1, confidence float8 default 0.95)
returns ph.simulated_settlement
language c immutable parallel safe
as 'MODULE_PATHNAME', 'simulate_settlement';
comment on function ph.simulate_settlement(
	ph.contract, numeric, float8, float8, float8, float8, numeric, boolean, integer, bigint, float8) is
	'settles simulated years of people whose costs are gamma of this mean and coefficient of variation: a mean equal '
	'to the benchmark shows what is paid by chance alone, caps and corridors included. The same seed gives the same '
	'answer. Totals are drawn and not persons, so that a contract with stop-loss is refused. Errors: those of '
	'ph.settlement, a mean, cv or people below 0, simulations outside 1 to 100,000';

create function ph.simulate_settlement_of_costs(
	contract ph.contract, benchmark_per_head numeric, costs float8[], people integer default null,
	quality float8 default null, revenue numeric default null, equity_shown boolean default null,
	simulations integer default 1000, seed bigint default 1, confidence float8 default 0.95)
returns ph.simulated_settlement
language c immutable parallel safe
as 'MODULE_PATHNAME', 'simulate_settlement_of_costs';
comment on function ph.simulate_settlement_of_costs(
	ph.contract, numeric, float8[], integer, float8, numeric, boolean, integer, bigint, float8) is
	'the same with the costs of people drawn from a list, with replacement: for a tail that no distribution has. '
	'people: as many as the list has unless given. A stop-loss gives back of each cost that is drawn. Errors: those '
	'of ph.settlement, nulls or numbers that are not finite in the list, more than 10^9 draws';

create type ph.cost_spread as (
	people float8,
	mean float8,
	cv float8
);
comment on type ph.cost_spread is 'how costs differ between people';
comment on column ph.cost_spread.people is 'the exposure of the tally';
comment on column ph.cost_spread.mean is 'cost per unit of exposure';
comment on column ph.cost_spread.cv is 'coefficient of variation between people, as a share of the mean';
create function ph.cost_spread(tally ph.tally) returns ph.cost_spread
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cost_spread';
comment on function ph.cost_spread(ph.tally) is
	'of a tally of people (ph.person_tally) whose events are costs, each with about one unit of exposure: what '
	'ph.simulate_settlement and ph.minimum_savings_rate ask. cv NULL for rows of counts, fewer than two people and a '
	'mean that is not above 0';
