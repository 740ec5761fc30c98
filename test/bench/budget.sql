-- Settlement of 1,000 contracts, shares of a gain and Shapley values: against the same by hand in SQL, in numeric.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
create temp table contract_year as
select
	i, 9000 + i * 1.37 as benchmark, 9000 + i * 1.37 - (i * 7919 % 1000) + 400 as actual, 5000 + i * 3.5 as years,
	(i * 13 % 101) / 100.0 as quality, 0.5 as max_share, 0.01 + i % 3 * 0.01 as msr, 0.1 as saving_cap,
	0.3 as loss_rate, 0.04 as loss_cap,
	ph.contract(
		max_share => 0.5, msr => 0.01 + i % 3 * 0.01, saving_cap => 0.1, two_sided => true, loss_rate => 0.3,
		loss_cap => 0.04) as contract
from generate_series(1, 1000) i;
create temp table budget_case (what text, ours text, by_hand text);
insert into budget_case
values (
	'settlement of 1,000 contracts',
	'select s.provider_rounded, s.payer_rounded, s.rate, s.note
	from contract_year, ph.settlement(contract, benchmark, actual, years, quality::float8) s',
	'select round(provider, 2), round(gross, 2) - round(provider, 2), gross / (benchmark * years), note
	from (
		select *, case
				when gross >= 0 and gross >= msr * benchmark * years
					then least(max_share * quality * gross, saving_cap * benchmark * years)
				when gross < 0 and -gross >= msr * benchmark * years
					then -least(loss_rate * -gross, loss_cap * benchmark * years)
				else 0
			end as provider,
			case when abs(gross) < msr * benchmark * years then ''below'' end as note
		from (select *, (benchmark - actual) * years as gross from contract_year) g
	) s'), (
	'a gain among 7,000 partners, to the penny',
	'select ph.gain_share(1000000.00, weight) over (order by i)
	from (select i, i % 97 + 1::float8 as weight from generate_series(1, 7000) i) p',
	'select (down + (row_number() over (order by amount * 100 - down desc, i) <= units_left)::int) / 100.0
	from (
		select *, floor(amount * 100) as down, 100000000 - sum(floor(amount * 100)) over () as units_left
		from (
			select i, 1000000.00 * weight / sum(weight) over () as amount
			from (select i, (i % 97 + 1)::numeric as weight from generate_series(1, 7000) i) p
		) a
	) d');
select
	what, round(ours::numeric, 1) as milliseconds, round(by_hand::numeric, 1) as by_hand,
	round((ours / by_hand)::numeric, 2) as ratio
from (
	select what, pg_temp.milliseconds(ours) as ours, pg_temp.milliseconds(by_hand) as by_hand
	from budget_case
) m;
-- alone: there is no plain SQL beside them
select
	round(pg_temp.milliseconds(
		'select ph.shapley(array(select chr(97 + j) from generate_series(0, 11) j where i >> j & 1 = 1), i)
		from generate_series(0, 4095) i')::numeric, 1) as shapley_of_12,
	round(pg_temp.milliseconds(
		'select ph.simulate_settlement(ph.contract(0.5, 0.02), 1000, 1000, 2.1, 10000, 1)')::numeric, 1)
		as ten_thousand_years;
