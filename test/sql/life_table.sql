-- Lives: against the table written in SQL, and laws.
create function pg_temp.near(a float8, b float8) returns boolean immutable
begin atomic select abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1); end;
create temp table band as
select age,
	lead(age) over (order by age) - age as width,
	1000 + 10 * age as people,
	round(2 + 1000 * exp(age * 0.07 - 6.3)) as deaths
from unnest('{0,1,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90}'::float8[]) age;
create temp view tally as select ph.count_tally(age, deaths, people) t from band;
-- the table by hand: q = n m / (1 + n (1 - a) m), L = n (l (1 - q) + a l q), e = sum of L from here on / l
create temp view by_hand as
with recursive rate as (
	select *, deaths / people as m,
		case when age = 0 then 0.1 else 0.5 end as a,
		row_number() over (order by age) as i
	from band
), q as (
	select *, case when width is null then 1 else least(1, width * m / (1 + width * m * (1 - a))) end as q
	from rate
), l as (
	select 1 as i, 100000.0::float8 as l
	union all
	select l.i + 1, l.l * (1 - q.q)
	from l join q on q.i = l.i
	where l.i < 20
), years as (
	select *, case when width is null then l / m else width * (l * (1 - q) + a * l * q) end as years
	from q join l using (i)
)
select age, l, sum(years) over (order by age desc) / l as e
from years;
select count(*),
	bool_and((pg_temp.near(t.survivors, h.l) and pg_temp.near(t.life_expectancy, h.e)) is true) as table,
	bool_and((t.lower < h.e and t.upper > h.e) is true) as limits
from tally, lateral ph.life_table(t) t join by_hand h using (age);
select count(*), bool_and(pg_temp.near((ph.life_expectancy(t, age)).value, e) is true) as expectancy
from tally, by_hand;
-- merged halves are the whole
select ph.life_expectancy(
		(
			select ph.rollup(h)
			from (
				select ph.count_tally(age, deaths / 2, people / 2) h
				from band
				union all
				select ph.count_tally(age, deaths / 2, people / 2)
				from band
			) x
		)) = ph.life_expectancy(t) as merged
from tally;
-- finer bands fall into wider ones: as if the rows had been folded into these
select what,
	pg_temp.near((ph.life_expectancy(t, ages => ages)).value, (ph.life_expectancy(wider, ages => ages)).value) as same
from tally,
	(
		values
			('from 0 to 5', array[0,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90]),
			('ending at 85', array[0,1,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85])
	) v(what, ages),
	lateral (
		select ph.count_tally((select max(a) from unnest(ages) a where a <= age), deaths, people) as wider
		from band
	) w;
-- a constant death rate m = 0.02 in single years: the expectancy is close to 1 / m, at every age
select age, round((e).value::numeric, 1) as value, (e).note
from unnest('{0,50,90}'::float8[]) age,
	ph.life_expectancy(
		(select ph.count_tally(age, 2000, 100000) from generate_series(0, 100) age), age,
		array(select generate_series(0, 100)::float8)) e;
-- nobody in ill health: healthy years are all years; everybody: none
select ph.healthy_life_expectancy(t, well) = ph.life_expectancy(t) as healthy_value,
	pg_temp.near((ph.healthy_life_expectancy(t, well)).value, (ph.life_expectancy(t)).value) as well,
	(ph.healthy_life_expectancy(t, ill)).value as ill,
	(ph.healthy_life_expectancy(t, 'counts; 0: 10 1 1')).note
from tally, (select ph.count_tally(age, 0, 100) well, ph.count_tally(age, 100, 100) ill from band) s;
-- the difference of two, and its test
select pg_temp.near((d).value, (ph.life_expectancy(t)).value - (ph.life_expectancy(u)).value) as value,
	(d).verdict, (d).p_value < 0.01 as p,
	(ph.compare(t, t, 'life_expectancy')).p_value as same
from tally,
	(select ph.count_tally(age, deaths * 1.3, people) u from band) o,
	lateral (select ph.compare(t, u, 'life_expectancy', better => 'higher') d) q;
-- why there is none
select name, (ph.life_expectancy(t)).note
from (
	values
		('null', null::ph.tally), ('empty', 'empty'), ('missing', 'counts; missing 2; 0: 9000 1 1'),
		('one band', 'counts; 0: 9000 1 1'), ('below', 'counts; -1: 9000 1 1')
) v(name, t);
select (ph.life_expectancy(ph.count_tally(age, case when age = 90 then 0 else deaths end, people))).note as last_band,
	(ph.life_expectancy(ph.count_tally(age, deaths / 20, people / 20))).note as small,
	(ph.life_expectancy(
		ph.count_tally(age, case when age = 30 then people + 1 else deaths end, people))).note as too_many
from band;
select count(*) from ph.life_table('counts; 0: 9000 1 1');
select ph.life_expectancy(t, 7) from tally;
select ph.life_expectancy(t, ages => '{0,5,5}') from tally;
select ph.life_expectancy(t, ages => '{0,null}') from tally;
-- years of life lost: from the middle of the band to the limit, crude and standardised, by hand
select pg_temp.near((ph.years_of_life_lost(t, 70)).value, by_hand) as crude,
	pg_temp.near((ph.years_of_life_lost(t, 70, own)).value, by_hand) as own_standard,
	pg_temp.near(
		(ph.years_of_life_lost(t, 70, per => 1)).upper * 100000, (ph.years_of_life_lost(t, 70)).upper) as per
from (
	select ph.count_tally(least(floor(age / 5) * 5, 90), deaths, people) t,
		ph.count_tally(floor(age / 5) * 5, 0, people) own,
		100000 * sum((70 - floor(age / 5) * 5 - 2.5) * deaths) filter (where age < 70)
			/ sum(people) filter (where age < 70) as by_hand
	from band
) q;
select ph.years_of_life_lost('counts; 0: 10 1 1', 72);

-- people below the standard are not left out in silence, nor is a standard with missing rows or a band across the
-- limit taken
select *
from ph.years_of_life_lost(
	'counts; 0: 1000 5 5; 5: 1000 20 20; 15: 1000 15 15; 20: 1000 12 12', 75,
	'counts; 15: 1 0 0; 20: 1 0 0; 75: 1 0 0', ages => '{0,5,15,20,75}');
select ph.years_of_life_lost('counts; 0: 1000 5 5', 75, 'counts; 0: 80 0 0; 65: 20 0 0');
select ph.years_of_life_lost('counts; 0: 1000 5 5', 75, 'counts; missing 3; 0: 80 0 0; 75: 20 0 0');

-- what is left out is said in every row, and of whose tally
create temp table alive as
select ph.count_tally(a, 50 + a, 10000) fine,
	ph.count_tally(case when a = 5 then 999 else a end, 50 + a, 10000) no_age,
	ph.count_tally(case when a <> 5 then a end, 1, 10) no_key
from generate_series(0, 90) a;
select l.note, count(*) from alive, ph.life_table(no_age) l group by l.note;
select count(*) as rows, count(l.note) as notes from alive, ph.life_table(fine) l;
select (ph.life_expectancy(no_age)).note as expectancy,
	(ph.healthy_life_expectancy(fine, no_key)).note as survey,
	(ph.healthy_life_expectancy(no_age, no_key)).note as both_tallies
from alive;
