-- Direct and indirect standardisation against the formulas of the books, written here a second time in SQL.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- the standard: what Eurostat printed adds up, in each of its three forms
select bands, count(*) as rows, sum(exposure) as people, max(key) as last, ph.exposure(ph.esp2013(bands)) as exposure
from generate_series(19, 21) bands, ph.cells(ph.esp2013(bands))
group by bands
order by bands;
select string_agg(key || ':' || exposure, ' ' order by key) as bands from ph.cells(ph.esp2013());
select ph.esp2013() = ph.esp2013(19) as default_is_19;
select ph.esp2013(18);
select ph.esp2013(null);

-- people by single year of age, some admitted several times
create temp table person as
select i as id, (i * 7919) % 100 as age, i % 2 as sex, i % 7 as place,
	case when (i * 31) % 17 = 0 then 1 + (i / 17) % 4 else 0 end as events,
	(1 + i % 4) / 4.0::float8 as years
from generate_series(1, 20000) i;
create temp view band as
select lower_age, weight, count(p.id) as n, sum(p.years) as years, sum(events) as x, sum(events * events) as s
from (
	select key as lower_age, exposure as weight, lead(key, 1, 1000) over (order by key) as next
	from ph.cells(ph.esp2013())
) b
	left join person p on p.age >= lower_age and p.age < next
group by 1, 2;

-- rate = sum w x / n over sum w, its variance sum w^2 s / n^2 over (sum w)^2, with the squares s of repeated events;
-- Dobson's limits from Byar's of the count o: rate + sqrt(variance / o) (limit of o - o)
with sums as (
	select sum(weight * x / n) / sum(weight) as rate,
		sum(weight ^ 2 * s / n ^ 2) / sum(weight) ^ 2 as variance,
		sum(x)::float8 as o
	from band
), limits as (
	select *,
		o * (1 - 1 / (9 * o) - 1.959963984540054::float8 / (3 * sqrt(o))) ^ 3 as ol,
		(o + 1) * (1 - 1 / (9 * (o + 1)) + 1.959963984540054::float8 / (3 * sqrt(o + 1))) ^ 3 as ou
	from sums
), asked as (
	select ph.dsr(ph.person_tally(age, events)) as e
	from person
)
select round((1e5 * rate)::numeric, 4) as rate,
	abs((e).value - 1e5 * rate) < 1e-6 as value,
	abs((e).lower - 1e5 * (rate + sqrt(variance / o) * (ol - o))) < 1e-6 as lower,
	abs((e).upper - 1e5 * (rate + sqrt(variance / o) * (ou - o))) < 1e-6 as upper,
	(e).note
from limits, asked;
-- the same of counts, each event another person's, and of person-years
with asked as (
	select ph.dsr(ph.count_tally(lower_age, x, n), per => 1) as counts,
		ph.dsr(ph.count_tally(lower_age, x, n, s), per => 1) as squares,
		ph.dsr(ph.count_tally(lower_age, x, years, s), per => 1) as years
	from band
), sums as (
	select sum(weight * x / n) / sum(weight) as rate,
		sum(weight ^ 2 * x / n ^ 2) / sum(weight) ^ 2 as variance,
		sum(x)::float8 as o,
		sum(weight * x / years) / sum(weight) as rate_of_years
	from band
)
select abs(
		(counts).lower - (
			rate + sqrt(variance / o) * (o * (1 - 1 / (9 * o) - 1.959963984540054::float8 / (3 * sqrt(o))) ^ 3 - o)))
		< 1e-12 as counts,
	squares = (select ph.dsr(ph.person_tally(age, events), per => 1) from person) as squares,
	abs((years).value - rate_of_years) < 1e-12 as years,
	years = (select ph.dsr(ph.person_tally(age, events, p.years), per => 1) from person p) as person_years
from asked, sums;
-- by hand: two bands, rates 0.1 and 0.3, weights 3 and 1
select round((e).value::numeric, 6) as value,
	round((e).lower::numeric, 6) as lower,
	round((e).upper::numeric, 6) as upper,
	(e).note
from ph.dsr('counts; 0: 100 10 10; 50: 100 30 30', 'counts; 0: 3 0 0; 50: 1 0 0', 1) e;

-- laws
create temp view whole as select ph.person_tally(age, events) as t from person;
-- its own population as standard: the crude rate, whatever the bands
select abs((ph.dsr(t, t, 1)).value - (ph.crude_rate(t, 1)).value) < 1e-15 as own_standard
from whole;
-- per only rescales; the size of the standard does not matter
select abs((ph.dsr(t, per => 1)).lower * 1e5 - (ph.dsr(t)).lower) < 1e-6 as rescaled,
	abs((ph.dsr(t)).upper - (ph.dsr(t, doubled)).upper) < 1e-6 as any_size
from whole, (select ph.count_tally(key, 0, exposure * 2) as doubled from ph.cells(ph.esp2013())) s;
-- bands or single years: the same, to the last digit where the sums are whole numbers
select ph.dsr(t) = ph.dsr((select ph.count_tally(lower_age, x, n, s) from band)) as banded
from whole;
-- parts in any order
select count(distinct ph.dsr(t)) as answers
from (
	select ph.rollup(t order by place) as t
	from (select place, ph.person_tally(age, events) as t from person group by place) r
	union all
	select ph.rollup(t order by place desc)
	from (select place, ph.person_tally(age, events) as t from person group by place) r
	union all
	select t
	from whole
) r;
-- a larger confidence is wider around the same value
select (a).value = (b).value and (b).lower < (a).lower and (a).upper < (b).upper as wider
from whole, ph.dsr(t, confidence => 0.95) a, ph.dsr(t, confidence => 0.998) b;

-- every note of dsr
create temp table standard as
select ph.count_tally(k, 0, 1000) as s
from unnest(array[0, 50, 80]) k;
select t as tally,
	(ph.dsr(t, s, 1)).value is not null as value,
	(ph.dsr(t, s, 1)).note,
	(ph.dsr(t, s, 1, empty_bands => 'renormalise')).note as renormalised
from standard,
	(
		values
			(null::ph.tally), ('empty'), ('people; missing 4; 1: 50 20 20'),
			('counts; 0: 100 3 3; 50: 100 3 3; 80: 100 3 3'), ('counts; 0: 100 20 20; 90: 100 20 20'),
			('counts; 0: 100 20 20'), ('counts; -1: 5 0 0; 0: 100 20 20; 50: 100 2 2; 80: 100 2 2'),
			('counts; 0: 100 20 20; 50: 0 2 2; 80: 100 2 2'),
			('people; unknown 7: 7 1 1; 0: 100 20 20; 50: 100 2 2; 80: 100 2 2'),
			('people; unknown 7: 7 1 1; 0: 100 20 20'), ('people'),
			('counts; 0: 100 20 20; 50: 1e-300 1e150 1e150; 80: 100 2 2')
	) r(t);
select (ph.dsr('counts; 0: 100 20 20', s)).note
from (values ('empty'::ph.tally), ('counts'), ('counts; 0: 0 0 0')) r(s);
-- a band of the standard without weight may be empty
select value, note from ph.dsr('counts; 0: 100 20 20', 'counts; 0: 1 0 0; 50: 0 0 0', 1);
-- renormalised: the weights of the bands that are there
select a.value = b.value as same
from ph.dsr(
	'counts; 0: 100 10 10; 50: 100 30 30', 'counts; 0: 3 0 0; 50: 1 0 0; 80: 4 0 0', 1, empty_bands => 'renormalise') a,
	ph.dsr('counts; 0: 100 10 10; 50: 100 30 30', 'counts; 0: 3 0 0; 50: 1 0 0', 1) b;

-- expected events: by hand, then against SQL
select ph.expected('counts; 0: 1000 0 0; 50: 100 0 0', 'counts; 0: 50 5 5; 50: 20 4 4') as by_hand;
create temp view reference as select ph.person_tally(age, events) as r from person where place <> 0;
select abs(
		ph.expected(ph.person_tally(age, events), (select r from reference)) - (
			select sum(n * rate)
			from (
				select age, count(*) filter (where place = 0) as n, avg(events) filter (where place <> 0) as rate
				from person
				group by age
			) a
		)) < 1e-9 as as_sql
from person
where place = 0;
-- adds up over sexes and places
select abs(sum(ph.expected(t, r)) - max(ph.expected(w.all_places, r))) < 1e-9 as additive
from (select place, sex, ph.person_tally(age, events) as t from person group by 1, 2) p,
	reference,
	(select t as all_places from whole) w;
-- the reference asked of itself
select abs(ph.expected(r, r) - ph.events(r)) < 1e-9 as itself from reference;
-- what is not known is not guessed
select ph.expected(t, r)
from (
	values
		(null::ph.tally, 'counts; 0: 1 1 1'::ph.tally), ('counts; 0: 1 1 1', null),
		('people; missing 1; 0: 1 1 1', 'counts; 0: 1 1 1'), ('counts; 0: 1 1 1', 'counts; missing 1; 0: 1 1 1'),
		('people; unknown 1: 1 0 0; 0: 1 1 1', 'counts; 0: 1 1 1'), ('counts; -1: 1 0 0; 0: 1 1 1', 'counts; 0: 1 1 1'),
		('counts; 0: 1 1 1', 'counts; 0: 0 1 1'), ('counts; 0: 1 1 1', 'empty'),
		-- a cell without people below the reference hides none that has them
		('counts; -2: 1 0 0; -1: 0 0 0; 0: 1 1 1', 'counts; 0: 1 1 1')
) v(t, r);
-- but bands without people need no reference
select ph.expected('counts; -1: 0 0 0; 0: 2 1 1; 50: 0 0 0', 'counts; 0: 4 1 1; 50: 0 0 0') as half;

-- the ratio: by hand, and of tallies as of numbers where every event is another person's
select round((e).value::numeric, 6) as value,
	round((e).lower::numeric, 6) as lower,
	round((e).upper::numeric, 6) as upper,
	(e).note
from (
	values (ph.smr_of_counts(100::float8, 80::float8, 100)), (ph.smr_of_counts(9, 4.5)), (ph.smr_of_counts(0, 2))
) r(e);
select ph.smr(t, r, 100) = ph.smr_of_counts(ph.events(t), ph.expected(t, r), 100) as same
from reference, (select ph.person_tally(age, least(events, 1)) as t from person where place = 0) p;
-- repeated events: the limits of the count, widened by the root of (squares / events)
select abs((a).upper - ((b).value + sqrt(s / x) * ((b).upper - (b).value))) < 1e-12 as widened,
	(a).value = (b).value as value
from reference,
	(
		select ph.person_tally(age, events) as t, sum(events)::float8 as x, sum(events * events) as s
		from person
		where place = 0
	) p,
	ph.smr(t, r) a,
	ph.smr_of_counts(ph.events(t), ph.expected(t, r)) b;
select abs((ph.smr(r, r)).value - 1) < 1e-12 as itself from reference;
-- people of unknown key are left out above and below
select (a).value = (b).value as left_out, (a).note
from ph.smr('people; unknown 3: 3 3 3; 0: 50 12 12', 'counts; 0: 100 10 10'::ph.tally) a,
	ph.smr('people; 0: 50 12 12', 'counts; 0: 100 10 10'::ph.tally) b;
select (ph.smr_of_counts(o, e)).note
from (values (null::float8, 1::float8), (1, null), (1, 0)) v(o, e);
select t as tally, (ph.smr(t, r)).note
from (
	values
		(null::ph.tally, 'counts; 0: 1 1 1'::ph.tally), ('empty', 'counts; 0: 1 1 1'),
		('people; missing 2', 'counts; 0: 1 1 1'), ('counts; 0: 1 1 1', null),
		('counts; 0: 1 1 1', 'counts; 0: 1 0 0'), ('counts; 0: 1 1 1', 'counts; 5: 1 1 1'),
		('counts; 0: 1 1 1', 'empty')
) v(t, r);

-- errors
select ph.dsr('counts; 0: 1 1 1', null);
select ph.dsr('counts; 0: 1 1 1', empty_bands => 'zero');
\set VERBOSITY terse
select ph.dsr('counts; 0: 1 1 1', empty_bands => null);
select ph.dsr('counts; 0: 1 1 1', per => 0);
select ph.dsr('counts; 0: 1 1 1', confidence => 0);
select ph.dsr('counts; 0: 1 1 1', confidence => 1);
select ph.dsr('counts; 0: 1 1 1', confidence => 1.5);
select ph.dsr('counts; 0: 1 1 1', confidence => 'NaN');
select ph.dsr('counts; 0: 1 1 1', confidence => null);
select ph.dsr('counts; 0: 1 1 1', 'counts; missing 1; 0: 1 1 1');
select ph.dsr('counts; 0: 1 1 1', 'people; negative; 0: 1 -1 1');
select ph.dsr('people; negative; 0: 1 -1 1');
select ph.smr_of_counts(-1::float8, 1::float8);
select ph.smr_of_counts(1::float8, -1::float8);
select ph.smr_of_counts('NaN'::float8, 1::float8);
select ph.smr_of_counts(1::float8, 1::float8, 0);
select ph.smr_of_counts(1::float8, 1::float8, confidence => 1);
select ph.smr('counts; 0: 1 1 1'::ph.tally, 'counts; missing 1; 0: 1 1 1'::ph.tally);

-- events of people who were never at risk: a ratio counts them and says so
select round((e).value::numeric, 6) as value, (e).note
from (select ph.smr('people; 0: 0 5 5; 10: 10 1 1'::ph.tally, 'people; 0: 100 20 20; 10: 100 10 10'::ph.tally)) s (e);

-- what a reference or a standard leaves out is said with its name
create temp table refer as
select ph.count_tally(a, 50, 10000) fine,
	ph.count_tally(case when a = 90 then 999 else a end, 50, 10000) no_age,
	ph.count_tally(case when a <> 90 then a end, 50, 10000) no_key
from generate_series(0, 90) a;
select f, (e).value is not null as value, (e).note
from refer,
	lateral (
		values
			('smr', ph.smr(fine, no_age)), ('smr', ph.smr(fine, no_key)),
			('strata', ph.smr_of_strata(array[fine, fine], array[no_key, no_key])),
			('rate', ph.indirect_rate(fine, no_age)), ('both', ph.indirect_rate(no_key, no_key)),
			('door', ph.ask('smr', fine, no_key)), ('dsr', ph.dsr(fine, no_key)),
			('gamma', ph.dsr(fine, no_key, limits => 'fay-feuer')),
			('lost', ph.years_of_life_lost(fine, 75, 'counts; unknown 1: 5 0 0; 0: 100 0 0; 75: 10 0 0')),
			('none', ph.smr(fine, fine))
	) v(f, e);
select (ph.compare(fine, fine, 'smr', no_age)).note from refer;

-- events known as a total only: the people by age give what to expect, the rest is as ph.indirect_rate of a tally
with area as (
	select 'counts; 0: 1000 3 3; 50: 400 11 11'::ph.tally as known,
		'counts; 0: 1000 0 0; 50: 400 0 0'::ph.tally as people,
		'counts; 0: 90000 180 180; 50: 40000 800 800'::ph.tally as reference
)
select (c).value = (t).value as value,
	abs((c).lower / (t).lower - 1) < 1e-14 as lower,
	abs((c).upper / (t).upper - 1) < 1e-14 as upper,
	(c).note
from area,
	lateral (
		select ph.indirect_rate_of_counts(14, ph.expected(people, reference), reference) as c,
			ph.indirect_rate(known, reference) as t
	) r;
select name, (e).value, (e).note
from (
	values
		('observed', ph.indirect_rate_of_counts(null, 5, 'counts; 0: 10 5 5')),
		('expected', ph.indirect_rate_of_counts(5, null, 'counts; 0: 10 5 5')),
		('reference', ph.indirect_rate_of_counts(5, 5, null)),
		('of nobody', ph.indirect_rate_of_counts(5, 5, 'counts; 0: 0 0 0'))
) without(name, e);
select ph.indirect_rate_of_counts(-1, 5, 'counts; 0: 10 5 5');

-- by age and sex: a weighted sum over the bands of both, by hand, with the limits of Dobson from all events
with cell as (
	select sex, age,
		(7 + age * 3 + sex * 5)::float8 as events,
		(4000 - age * 30 + sex * 100)::float8 as people,
		s.exposure as weight
	from generate_series(0, 1) sex, ph.cells(ph.esp2013()) s, lateral (select s.key::int as age) a
), by_hand as (
	select sum(weight * events / people) / sum(weight) as rate,
		sum((weight / people) ^ 2 * events) / sum(weight) ^ 2 as variance,
		sum(events) as events
	from cell
), asked as (
	select ph.dsr_of_strata(tallies, per => 1) as pair,
		ph.dsr_of_strata(tallies[1:1], per => 1) as one,
		ph.dsr(tallies[1], per => 1) as alone,
		ph.dsr_of_strata(tallies, array['counts; 0: 3 0 0', 'counts; 0: 1 0 0']::ph.tally[], per => 1) as three_to_one,
		(3 * (ph.crude_rate(tallies[1], 1)).value + (ph.crude_rate(tallies[2], 1)).value) / 4 as by_weights
	from (
		select array_agg(tally order by sex) as tallies
		from (select sex, ph.count_tally(age, events, people) as tally from cell group by sex) s
	) both_sexes
)
select abs((pair).value / rate - 1) < 1e-14 as rate,
	abs((pair).upper - rate - sqrt(variance / events) * ((l).upper - events)) < 1e-14 as upper,
	one = alone as one_stratum,
	abs((three_to_one).value / by_weights - 1) < 1e-14 as weights
from by_hand, asked, lateral (select ph.count_limits(events, limits => 'byar') as l) byar;
select name, (e).value, (e).note
from (
	values
		('nobody', ph.dsr_of_strata('{}')), ('no list', ph.dsr_of_strata(null)),
		(
			'two tallies, one standard',
			ph.dsr_of_strata(
				array['counts; 0: 9 9 9', 'counts; 0: 9 9 9']::ph.tally[], array['counts; 0: 1 0 0']::ph.tally[])),
		('a tally missing', ph.dsr_of_strata(array['counts; 0: 9 9 9', null]::ph.tally[])),
		(
			'few in both',
			ph.dsr_of_strata(
				array['counts; 0: 9 4 4', 'counts; 0: 9 5 5']::ph.tally[],
				array['counts; 0: 1 0 0', 'counts; 0: 1 0 0']::ph.tally[])),
		(
			'a band of one empty',
			ph.dsr_of_strata(
				array['counts; 0: 9 9 9', 'counts; 0: 9 9 9; 50: 0 0 0']::ph.tally[],
				array['counts; 0: 1 0 0', 'counts; 0: 1 0 0; 50: 1 0 0']::ph.tally[]))
) without(name, e);

-- the ratio to the standardised rate of a reference, for few events (Fay 1999)
-- where people are as in the standard every event weighs the same: the limits are those of a ratio of two Poisson
-- rates, exact by the binomial of the events of one among those of both (Clopper and Pearson 1934)
create temp view as_standard as
select x, x_reference, e.*,
	3 * e.lower / (1 + 3 * e.lower) as share_lower,
	3 * e.upper / (1 + 3 * e.upper) as share_upper
from (values (7, 12), (0, 4), (3, 1), (150, 90)) v(x, x_reference),
	lateral (
		select ph.count_tally(key, case key when 20 then x else 0 end, exposure * 3) as tally,
			ph.count_tally(key, case key when 85 then x_reference else 0 end, exposure) as reference
		from ph.cells(ph.esp2013())
	) t,
	lateral ph.ask('dsr_ratio', tally, reference) e;
create function pg_temp.at_most(x int, n int, p float8) returns float8 language sql as '
	select sum(exp(sum_of_logs + k * ln(p) + (n - k) * ln(1 - p)))
	from generate_series(0, x) k,
		lateral (select coalesce(sum(ln((n - k + i)::float8 / i)), 0) as sum_of_logs from generate_series(1, k) i) c';
select x, x_reference,
	abs(value - x / 3.0 / x_reference) < 1e-14 as value,
	case
		when x > 0 then abs(pg_temp.at_most(x - 1, x + x_reference, share_lower) - 0.975) < 1e-12
		else lower = 0
	end as lower,
	abs(pg_temp.at_most(x, x + x_reference, share_upper) - 0.025) < 1e-12 as upper,
	note
from as_standard
order by x;

-- people of any ages, with repeated events: each limit is one below which an F with the degrees of the paper falls by
-- chance, an integral over the logit of a beta, by Simpson's rule
create function pg_temp.simpson_of_beta(a float8, b float8, low float8, high float8) returns float8 language sql as '
	select sum((2 + 2 * (i % 2) - (i % 8000 = 0)::int) * exp(a * u - (a + b) * ln(1 + exp(u)))) * (high - low) / 24000
	from generate_series(0, 8000) i, lateral (select low + (high - low) * i / 8000 as u) at';
create function pg_temp.f_below(f float8, df float8, df_below float8) returns float8 language sql as '
	select below / (below + above)
	from (select ln(f * df / df_below) as logit) l,
		lateral (
			select pg_temp.simpson_of_beta(df / 2, df_below / 2, logit - 30, logit) as below,
				pg_temp.simpson_of_beta(df / 2, df_below / 2, logit, logit + 30) as above
		) s';
create temp view few as
select place = 0 as of_reference, age, case when id % 23 = 0 then events else 0 end as events
from person
where place < 2;
with weighed as (
	select of_reference, b.key,
		sum(b.exposure) over (partition by of_reference) as weights,
		b.exposure / n as w, x, s
	from (
		select of_reference, least(age / 5, 18) * 5 as key, count(*) as n, sum(events) as x, sum(events * events) as s
		from few
		group by 1, 2
	) f
		join ph.cells(ph.esp2013()) b on b.key = f.key
), sums as (
	select of_reference,
		sum(w * x) / max(weights) as y,
		sum(w * w * s) / max(weights) ^ 2 as v,
		max(w) / max(weights) as w,
		sum(x) as events
	from weighed
	group by of_reference
), asked as (
	select e.*
	from (
		select ph.person_tally(age, events) filter (where not of_reference) as tally,
			ph.person_tally(age, events) filter (where of_reference) as reference
		from few
	) t, lateral ph.ask('dsr_ratio', tally, reference) e
)
select t.events, r.events as events_of_reference,
	abs(value - t.y / r.y) < 1e-14 as value,
	abs(pg_temp.f_below(lower * (r.y + r.w) / t.y, 2 * t.y ^ 2 / t.v, 2 * (r.y + r.w) ^ 2 / (r.v + r.w ^ 2)) - 0.025)
		< 1e-10 as lower,
	abs(pg_temp.f_below(upper * r.y / (t.y + t.w), 2 * (t.y + t.w) ^ 2 / (t.v + t.w ^ 2), 2 * r.y ^ 2 / r.v) - 0.975)
		< 1e-10 as upper,
	note
from asked, sums t, sums r
where not t.of_reference and r.of_reference;

-- as a quantity it varies as ph.cmf does, the ratio of the same rates, so that two ratios add up in squares
with t as (
	select ph.person_tally(age, events) filter (where place = 0) as a,
		ph.person_tally(age, events) filter (where place = 1) as b,
		ph.person_tally(age, events) filter (where place > 1) as reference
	from person
)
select abs(ln(c.upper / c.value) ^ 2 / (ln(x.upper / x.value) ^ 2 + ln(y.upper / y.value) ^ 2) - 1) < 1e-12 as variance,
	abs((ph.ask('dsr_ratio', a, reference)).value - x.value) < 1e-14 as value
from t,
	ph.compare(a, b, 'dsr_ratio', reference, contrast => 'ratio') c,
	ph.cmf(a, reference, per => 1) x,
	ph.cmf(b, reference, per => 1) y;

-- every note of it
with standard as (
	select ph.count_tally(key, 1, 1000) filter (where key is not null) as t,
		ph.count_tally(key, 0, 1000) filter (where key is not null) as zero,
		ph.count_tally(key, 1, 1000) filter (where key > 0) as without,
		ph.count_tally(key, 1, 1000) as some_unknown
	from (select key from ph.cells(ph.esp2013()) union all values (null::float8)) one_more
)
select name, e.value, e.lower is not null and e.upper is not null as limits, e.note
from standard,
	lateral (
		values
			('nobody', null, t), ('no reference', t, null), ('an empty reference', t, 'empty'),
			('missing', 'counts; missing 2; 0: 1 1 1', t), ('missing there', t, 'counts; missing 2; 0: 1 1 1'),
			('an empty band', without, t), ('an empty band there', t, without), ('a key below', 'counts; -1: 5 1 1', t),
			('no events', zero, t), ('no events there', t, zero), ('unknown ages', some_unknown, t),
			('unknown ages there', t, some_unknown)
	) v(name, tally, reference),
	lateral ph.ask('dsr_ratio', tally, reference) e;
select ph.ask('dsr_ratio', ph.esp2013(), 'people; negative; 0: 1 -1 1');
