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
