-- reads reference/models/monitoring
-- Cumulative sums and moving averages.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table bernoulli (seq int, event int);
create temp table bernoulli_e (seq int, cusum float8);
create temp table known (seq int, x float8);
create temp table known_e (seq int, ewma float8, lower float8, upper float8, signal boolean);
create temp table gaps (seq int, x float8);
create temp table gaps_e (seq int, ewma float8);
create temp table reset (seq int, died int, predicted float8);
create temp table reset_e (seq int, cusum float8, alarm boolean);
create temp table vlad (seq int, died int, predicted float8);
create temp table vlad_e (
	seq int, vlad float8, cumulative_observed float8, cumulative_expected float8, weight float8, up float8,
	down float8, alarm boolean);
\copy bernoulli from program 'cat $REFERENCE/bernoulli_cusum/input.csv' csv header
\copy bernoulli_e from program 'cat $REFERENCE/bernoulli_cusum/expected.csv' csv header
\copy known from program 'cat $REFERENCE/ewma_known_sigma/input.csv' csv header
\copy known_e from program 'cat $REFERENCE/ewma_known_sigma/expected.csv' csv header
\copy gaps from program 'cat $REFERENCE/ewma_nulls/input.csv' csv header
\copy gaps_e from program 'cat $REFERENCE/ewma_nulls/expected.csv' csv header
\copy reset from program 'cat $REFERENCE/racusum_reset_after_alarm/input.csv' csv header
\copy reset_e from program 'cat $REFERENCE/racusum_reset_after_alarm/expected.csv' csv header
\copy vlad from program 'cat $REFERENCE/vlad_racusum_mortality/input.csv' csv header
\copy vlad_e from program 'cat $REFERENCE/vlad_racusum_mortality/expected.csv' csv header
insert into result
select 'cusum bernoulli', seq::text, pg_temp.agrees((c).upper, cusum, 1e-9)
from bernoulli_e
	left join (
		select seq, ph.risk_adjusted_cusum(event = 1, 0.05, 2, 1e9) over (order by seq) c from bernoulli
	) a using (seq);
insert into result
select 'ewma', seq::text,
	pg_temp.agrees((c).average, ewma, 1e-9)
		and pg_temp.agrees((c).lower, lower, 1e-9)
		and pg_temp.agrees((c).upper, upper, 1e-9)
		and ((c).signal is not null) = signal
from known_e left join (select seq, ph.ewma(x, 10, 2, 0.2, 3) over (order by seq) c from known) a using (seq);
insert into result
select 'ewma with nulls', seq::text, pg_temp.agrees((c).average, ewma, 1e-9)
from gaps_e left join (select seq, ph.ewma(x, 10, null, 0.3) over (order by seq) c from gaps) a using (seq);
insert into result
select 'cusum reset after alarm', seq::text,
	pg_temp.agrees((c).upper, cusum, 1e-9) and coalesce((c).signal = 'high', false) = alarm
from reset_e
	left join (
		select seq, ph.risk_adjusted_cusum(died = 1, predicted, 2, 4.5) over (order by seq) c from reset
	) a using (seq);
insert into result
select 'cusum risk-adjusted', seq::text,
	pg_temp.agrees((c).upper, up, 1e-9)
		and pg_temp.agrees((c).lower, down, 1e-9)
		and ((c).upper > 4.5) = alarm
		and pg_temp.agrees((c).expected_less_observed, vlad, 1e-9)
		and pg_temp.agrees((c).observed, cumulative_observed, 1e-9)
		and pg_temp.agrees((c).expected, cumulative_expected, 1e-9)
from vlad_e
	left join (
		select seq, ph.risk_adjusted_cusum(died = 1, predicted, 2, 4.5, false) over (order by seq) c from vlad
	) a using (seq);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
