-- reads reference/budgets
-- Contracts, what they pay, what chance pays, corridors, benchmarks, shared gains and Shapley values.
-- One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table settlement (
	case_id text, tag text, contract text, benchmark_per_head numeric, actual_per_head numeric, person_years numeric,
	quality float8, quality_rule text, quality_gate float8, alternative_gate float8, max_share float8, msr float8,
	first_unit boolean, saving_cap float8, half_below_msr boolean, two_sided boolean, mlr float8, loss_rule text,
	loss_fixed float8, loss_low float8, loss_high float8, loss_cap float8, revenue numeric, revenue_cap float8,
	gross float8, rate float8, share float8, paid float8, loss_rate_used float8, owed float8, provider float8,
	payer float8, provider_rounded numeric, payer_rounded numeric, note text);
create temp table msr (
	case_id text, tag text, method text, people float8, cv float8, confidence float8, msr_percent float8,
	msr_percent_last_whole float8, note text);
create temp table msr_table (
	people_from float8, people_below float8, msr_at_from float8, msr_at_below float8, confirmed text);
create temp table mssp_track (
	contract text, model text, max_share float8, saving_cap float8, loss_rate text, loss_fixed float8, loss_low float8,
	loss_high float8, loss_cap float8, revenue_cap float8);
create temp table corridor (
	case_id text, tag text, gain_bands text, loss_bands text, margin_percent numeric, kept_percent float8,
	passed_percent float8);
create temp table uncertainty (
	case_id text, tag text, rate float8, people float8, benchmark_people float8, cv float8, confidence float8,
	msr float8, mlr float8, standard_error float8, lower float8, upper float8, probability_paying float8,
	probability_owing float8);
create temp table benchmark (
	case_id text, tag text, year1 numeric, year2 numeric, year3 numeric, trend1 float8, trend2 float8, risk1 float8,
	risk2 float8, weight1 float8, weight2 float8, weight3 float8, regional_cost numeric, national_cost numeric,
	weight_below float8, weight_above float8, cap_up float8, cap_down float8, prior_saving numeric, prior_share float8,
	risk_ratio float8, risk_cap float8, regional_growth float8, prospective_growth float8, update_blend float8,
	historical float8, regional_adjustment float8, prior_saving_adjustment float8, adjustment float8,
	risk_ratio_used float8, update_factor float8, benchmark float8);
\copy settlement from program 'cat $REFERENCE/settlement.csv' csv header
\copy msr from program 'cat $REFERENCE/msr.csv' csv header
\copy msr_table from program 'cat $REFERENCE/mssp_msr_table.csv' csv header
\copy mssp_track from program 'cat $REFERENCE/mssp_tracks.csv' csv header
\copy corridor from program 'cat $REFERENCE/corridor.csv' csv header
\copy uncertainty from program 'cat $REFERENCE/saving_uncertainty.csv' csv header
\copy benchmark from program 'cat $REFERENCE/benchmark.csv' csv header
create temp table result (name text, case_id text, ok boolean);
-- agreement as the README there defines it
create function pg_temp.agree(got float8[], want float8[], scale float8) returns boolean immutable
begin atomic
select bool_and(coalesce(abs(g - w) <= 1e-9 * greatest(abs(w), scale), g is null and w is null))
from unnest(got, want) v(g, w);
end;

insert into result
select 'settlement', case_id || ' ' || tag,
	pg_temp.agree(
		array[(s).gross, (s).paid, (s).owed, (s).provider, (s).payer],
		array[e.gross, e.paid, e.owed, e.provider, e.payer],
		greatest(abs(e.gross), abs(e.paid), abs(e.owed), abs(e.payer)))
	and pg_temp.agree(array[(s).rate, (s).share, (s).loss_rate], array[e.rate, e.share, e.loss_rate_used], 1)
	and (s).provider_rounded is not distinct from e.provider_rounded
	and (s).payer_rounded is not distinct from e.payer_rounded
	and (s).note is not distinct from e.note
from settlement e
cross join lateral (
	select ph.settlement(
		ph.contract(
			max_share => max_share, msr => msr, quality_rule => quality_rule, quality_gate => quality_gate,
			alternative_gate => alternative_gate, first_unit => first_unit, saving_cap => saving_cap,
			half_below_msr => half_below_msr, two_sided => two_sided, mlr => mlr, loss_rule => loss_rule,
			loss_rate => loss_fixed, loss_low => loss_low, loss_high => loss_high, loss_cap => loss_cap,
			revenue_cap => revenue_cap),
		benchmark_per_head, actual_per_head, person_years, quality, revenue) as s
) a;
insert into result
select 'tracks of the shared savings program', t.contract,
	c is not distinct from ph.contract(
		max_share => t.max_share, msr => 0.015, quality_rule => 'pass_or_scale', quality_gate => 0.7,
		alternative_gate => 0.5, saving_cap => t.saving_cap, two_sided => t.model = 'two_sided',
		loss_rule => coalesce(t.loss_rate, 'fixed'), loss_rate => t.loss_fixed, loss_low => t.loss_low,
		loss_high => t.loss_high, loss_cap => t.loss_cap, revenue_cap => t.revenue_cap)
from mssp_track t, ph.mssp_contract(contract, 0.015, 0.7, 0.5) c;
insert into result
select 'minimum savings rates', case_id || ' ' || tag,
	pg_temp.agree(array[rate * 100], array[msr_percent], 1) and (rate is null) = (note is not null)
from msr, lateral (
	select case method when 'normal' then ph.minimum_savings_rate(people, cv, confidence)
		else ph.mssp_minimum_savings_rate(people) end as rate
) a;
insert into result
select 'bands of the minimum savings rate', people_from::text,
	abs(ph.mssp_minimum_savings_rate(people_from) * 100 - msr_at_from) < 1e-12
	and coalesce(abs(ph.mssp_minimum_savings_rate(people_below - 1e-6) * 100 - msr_at_below) < 1e-6, true)
from msr_table;
insert into result
select 'corridors', case_id || ' ' || tag,
	pg_temp.agree(array[kept, passed], array[kept_percent, passed_percent], 1)
from corridor e,
	ph.corridor(margin_percent, ph.corridor_bands(gain_bands), ph.corridor_bands(loss_bands)) c;
insert into result
select 'uncertainty of a saving', case_id || ' ' || tag,
	pg_temp.agree(
		array[(u).standard_error, (u).lower, (u).upper, (u).probability_paying, (u).probability_owing],
		array[e.standard_error, e.lower, e.upper, e.probability_paying, e.probability_owing], 1)
from uncertainty e, ph.settlement_uncertainty(rate, people, benchmark_people, cv, confidence, msr, mlr) u;
insert into result
select 'benchmarks', case_id || ' ' || tag,
	pg_temp.agree(
		array[(b).historical, (b).regional_adjustment, (b).prior_saving_adjustment, (b).adjustment,
			(b).risk_ratio_used, (b).update_factor, (b).benchmark],
		array[e.historical, e.regional_adjustment, e.prior_saving_adjustment, e.adjustment, e.risk_ratio_used,
			e.update_factor, e.benchmark], 1)
	and (b).note is null
from benchmark e, ph.cost_benchmark(
	array[year1, year2, year3], array[trend1, trend2, 1], array[risk1, risk2, 1], array[weight1, weight2, weight3],
	regional_cost, national_cost, weight_below, weight_above, cap_up, cap_down, prior_saving, prior_share, risk_ratio,
	risk_cap, regional_growth, prospective_growth, update_blend) b;

create temp table gain_case (
	case_id text, tag text, gain numeric, equity_factor float8, equity_cap float8, unit numeric);
create temp table gain_input (
	case_id text, tag text, partner text, weight float8, in_deficit boolean, improvement float8);
create temp table gain_expected (
	case_id text, tag text, partner text, share float8, amount float8, amount_rounded numeric, note text);
create temp table shapley_input (case_id text, tag text, coalition text[], value numeric);
create temp table shapley_expected (case_id text, tag text, partner text, value float8, value_rounded numeric);
\copy gain_case from program 'cat $REFERENCE/gain_share_cases.csv' csv header
\copy gain_input from program 'cat $REFERENCE/gain_share_input.csv' csv header
\copy gain_expected from program 'cat $REFERENCE/gain_share_expected.csv' csv header
\copy shapley_input from program 'cat $REFERENCE/shapley_input.csv' csv header
\copy shapley_expected from program 'cat $REFERENCE/shapley_expected.csv' csv header
insert into result
select 'shared gains', e.case_id || ' ' || e.tag || ' ' || e.partner,
	pg_temp.agree(array[(g).share], array[e.share], 1)
	and pg_temp.agree(array[(g).amount], array[e.amount], abs(gain))
	and (g).amount_rounded is not distinct from e.amount_rounded and (g).note is not distinct from e.note
from (
	select i.case_id, i.partner, gain,
		ph.gain_share(gain, weight, in_deficit, improvement, equity_factor, equity_cap, unit) over (
			partition by i.case_id order by i.partner collate "C") as g
	from gain_input i
	join gain_case c on c.case_id = i.case_id
) got
full join gain_expected e on e.case_id = got.case_id and e.partner = got.partner;
insert into result
select 'Shapley values', e.case_id || ' ' || e.tag || ' ' || e.partner,
	pg_temp.agree(array[p.value], array[e.value], scale) and p.value_rounded is not distinct from e.value_rounded
	and p.note is null
from (
	select case_id, max(abs(value)) as scale, array_agg((coalition, value)::ph.coalition_worth) as parts
	from shapley_input
	group by case_id
) got
cross join ph.shapley(parts) p
full join shapley_expected e on e.case_id = got.case_id and e.partner = p.partner;

-- ---- errors.csv: a call that is right but for what the scenario says ----

create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
create function pg_temp.outcome(function_name text, scenario text, a jsonb) returns text language plpgsql
as $$
declare
	terms jsonb := coalesce(a -> 'contract', '{}') || (a - 'contract');
	answer text;
begin
	case function_name
		when 'msr' then
			answer := ph.minimum_savings_rate(
				coalesce((a ->> 'people')::float8, 1000), coalesce((a ->> 'cv')::float8, 2),
				coalesce((a ->> 'confidence')::float8, 0.95));
		when 'settle' then
			-- an argument that there is not must be refused by name
			execute (
				select format('select ph.contract(max_share => 0.5%s)', string_agg(format(', %I => %L', k, v), ''))
				from jsonb_each_text(terms) t(k, v)
				where k not in ('person_years', 'quality', 'actual_per_head', 'revenue', 'benchmark_per_head'))
			into answer;
			answer := coalesce('null:' || (ph.settlement(
				ph.contract(
					0.5, two_sided => terms ? 'revenue_cap', mlr => 0.02, loss_rate => 0.3,
					revenue_cap => (terms ->> 'revenue_cap')::float8),
				case when terms ? 'benchmark_per_head' then (terms ->> 'benchmark_per_head')::numeric else 1000 end,
				case when terms ? 'actual_per_head' then (terms ->> 'actual_per_head')::numeric else 900 end,
				coalesce((terms ->> 'person_years')::numeric, 10),
				case when terms ? 'quality' then (terms ->> 'quality')::float8 else 0.9 end,
				(terms ->> 'revenue')::numeric)).note, 'ok');
		when 'corridor' then
			select case
					when kept = 3 then 'ok: share 0 beyond'
					else kept::text
				end
			into answer
			from ph.corridor(coalesce((a ->> 'margin')::numeric, 5), ph.corridor_bands(a ->> 'bands'));
		when 'gain_share' then
			select coalesce('null:' || (g.part).note, 'ok') into answer
			from (select ph.gain_share(100, (a ->> 'weight')::float8) over () as part) g;
		when 'shapley' then
			perform ph.shapley(array_agg((string_to_array(k, ','), v::numeric)::ph.coalition_worth))
			from jsonb_each_text(
				coalesce(
					a -> 'values',
					(select jsonb_object_agg(i, i) from generate_series(1, (a ->> 'partners')::integer) i))) t(k, v);
			answer := 'ok';
	end case;
	return answer;
exception when data_exception or undefined_function then
	-- names an argument, and never the value
	return case when sqlerrm like '%argument "%' or sqlerrm like '%maxshare =>%' then 'error' else sqlerrm end;
end
$$;
insert into result
select 'errors of contracts', case_id || ' ' || scenario || ': ' || coalesce(got, 'null'), got = recommended_outcome
from errors, pg_temp.outcome(function_name, scenario, arguments) got
where function_name in ('msr', 'settle', 'corridor', 'gain_share', 'shapley');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
