-- Money shared by need: 6,600 practices against hand-written SQL, and 100,000 areas.
-- Budgets: raking of 7,000 places by 8 segments, full and with a tenth of the cells at 0, against windows that sum the
-- lines of the same cells.
-- Settlement of 1,000 contracts, shares of a gain and Shapley values: against the same by hand in SQL, in numeric.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
create temp table practice as
select 'P' || lpad(i::text, 5, '0') as practice, 10 + abs(hashint8extended(i, 1)) % 20000 as population,
	(abs(hashint8extended(i, 2)) % 2000000000) / 100000.0 as weighted_population,
	1000 + abs(hashint8extended(i, 3)) % 30000000 as baseline
from generate_series(1, 6600) i;
create temp table area as
select i as area, abs(hashint8extended(i, 4)) % 1000000 / 100.0 as weight from generate_series(1, 100000) i;
vacuum analyze practice, area;
create temp table measured (what text, of text, milliseconds float8);
create function pg_temp.measure(what text, query text, of text default null) returns void language sql
begin atomic
	insert into measured values (what, of, pg_temp.milliseconds(query));
end;
-- the hand-written ones: in numeric, by largest remainder; growth by halving an interval 60 times
select pg_temp.measure('capitation of 6,600 practices, by hand',
		'select practice, share, target, units / 100
		from (
			select *, floor(target * 100) + (row_number() over (order by fraction desc, practice)
				<= 10000000000000 - sum(floor(target * 100)) over ())::int as units
			from (
				select *, target * 100 - floor(target * 100) as fraction
				from (
					select practice, weighted_population / sum(weighted_population) over () as share,
						100000000000 * weighted_population / sum(weighted_population) over () as target
					from practice
				) t
			) f
		) u'),
	pg_temp.measure('capitation of 6,600 practices',
		'select practice, ph.capitation(100000000000, weighted_population, population) over (order by practice)
		from practice', 'capitation of 6,600 practices, by hand'),
	pg_temp.measure('apportioning to 6,600 practices',
		'select practice, ph.apportion(100000000000, weighted_population) over (order by practice) from practice',
		'capitation of 6,600 practices, by hand'),
	pg_temp.measure('pace of change of 6,600 practices, by hand, to a tolerance',
		'with recursive distance as materialized (
			select practice, baseline::float8, baseline::float8 * sum(weighted_population) over ()
				/ nullif(sum(baseline) over () * weighted_population, 0) - 1 as d
			from practice
		), halved as (
			select 0 as step, -10::float8 as low, 1e6::float8 as high
			union all
			select step + 1, case when spent < 105000000000 then middle else low end,
				case when spent < 105000000000 then high else middle end
			from (
				select step, low, high, (low + high) / 2 as middle,
					(
						select sum(baseline * (1 + least(greatest((low + high) / 2 - 0.3 * d, 0), 0.1)))
						from distance
					) as spent
				from halved
				where step < 60
			) s
		)
		select practice, least(greatest((select low from halved where step = 60) - 0.3 * d, 0), 0.1) as growth
		from distance'),
	pg_temp.measure('pace of change of 6,600 practices',
		'select practice, ph.pace_of_change(baseline, weighted_population, 105000000000, 0.3, 0, 0.1)
			over (order by practice)
		from practice', 'pace of change of 6,600 practices, by hand, to a tolerance'),
	pg_temp.measure('apportioning to 100,000 areas, by hand, unrounded',
		'select area, 100000000000 * weight / sum(weight) over () from area'),
	pg_temp.measure('apportioning to 100,000 areas',
		'select area, ph.apportion(100000000000, weight) over (order by area) from area',
		'apportioning to 100,000 areas, by hand, unrounded') \g /dev/null
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
create temp table budget_cell as
select 'P' || lpad(i::text, 5, '0') as place, 'S' || j as segment,
	(1 + (i * 7919 + j * 104729) % 997)::float8 as seed, 100.50 + i % 300 as place_money,
	sum(100.50 + i % 300) over () / 64 as segment_money
from generate_series(1, 7000) i, generate_series(1, 8) j;
analyze budget_cell;
select what, round(milliseconds::numeric) as milliseconds
from (
	values
		('7,000 by 8: sums of their lines by windows', pg_temp.milliseconds(
			'select sum(seed) over (partition by place), sum(seed) over (partition by segment) from budget_cell')),
		('7,000 by 8: raked', pg_temp.milliseconds(
			'select ph.rake(seed, place, segment, place_money, segment_money) over () from budget_cell')),
		('7,000 by 8: raked, a tenth of the cells 0', pg_temp.milliseconds(
			'select ph.rake(case when mod(seed::integer, 10) > 0 then seed else 0 end, place, segment, place_money,
				segment_money) over () from budget_cell'))
) measured (what, milliseconds);
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
		'select ph.shapley(array_agg((array(
			select chr(97 + j) from generate_series(0, 11) j where i >> j & 1 = 1), i)::ph.coalition_worth))
		from generate_series(0, 4095) i')::numeric, 1) as shapley_of_12,
	round(pg_temp.milliseconds(
		'select ph.simulate_settlement(ph.contract(0.5, 0.02), 1000, 1000, 2.1, 10000, 1)')::numeric, 1)
		as ten_thousand_years;
-- for R, where it is there, which does the same in doubles and must answer the same
copy practice to stdout with (format csv, header) \g :folder/practice.csv
copy (select seed, place_money, segment_money from budget_cell order by place, segment) to stdout
	with (format csv, header) \g :folder/cell.csv
copy (select benchmark, actual, years, quality, msr from contract_year order by i) to stdout
	with (format csv, header) \g :folder/contract.csv
copy (
	select capitation, pace, rake, settlement
	from (
		select sum(sqrt((c).target_rounded::float8)) as capitation, sum(sqrt((p).allocation::float8)) as pace
		from (
			select ph.capitation(100000000000, weighted_population, population) over (order by practice
					rows between unbounded preceding and unbounded following) as c,
				ph.pace_of_change(baseline, weighted_population, 105000000000, 0.3, 0, 0.1) over (order by practice
					rows between unbounded preceding and unbounded following) as p
			from practice
		) t
	) s, (
		select sum(sqrt((r).value::float8)) as rake
		from (select ph.rake(seed, place, segment, place_money, segment_money) over () as r from budget_cell) t
	) r, (
		select sum(s.provider_rounded) as settlement
		from contract_year, ph.settlement(contract, benchmark, actual, years, quality::float8) s
	) p) to stdout with (format csv, header) \g :folder/answers.csv
