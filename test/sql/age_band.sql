-- Bands of ages as publishers write them become keys of a tally.
set search_path = public, ph;

select expected, count(*) as spellings, bool_and(age_of_band(band) is not distinct from expected) as same
from (values
	(0, array['0-4', '00-04', '<1', 'Under 1', 'under 5', 'less than 1 year', '0', '[0,1)']),
	(5, array['5-9', '05-09', '5 to 9', '5 - 9', '5_9', '[5,10)', '[5, 9]', 'Aged 5-9', 'Age: 5 to 9 years', ' 5-9 ']),
	(90, array['90+', '90 +', '90 and over', '90 or more', '90 plus', '90plus', '>=90', 'Aged 90 years and over',
		'[90,)']),
	(100, array['100+', '100'])) written(expected, bands), unnest(bands) band
group by expected order by expected;

-- what is no band has no age, and stops nobody
select count(*) as words, count(age_of_band(band)) as ages
from unnest(array['Unknown', 'All ages', '', '-', '9-5', '[9,5)', '5-', '-5', '>90', 'over 90', '131', '1234',
	'5-9-12', '5-9 months', repeat('9', 400), repeat('9', 400) || '+', null]) band;

-- a published table by bands and one by age give the same rate; those of no band are left out with a note
with person as (
	select i % 95 as age, (i % 13 = 0)::int as events from generate_series(1, 9500) i
), banded as (
	select case when age >= 90 then '90+' else format('%s-%s', age / 5 * 5, age / 5 * 5 + 4) end as band,
		sum(events) as events, count(*) as people
	from person group by 1
), rates as (
	select (select dsr(count_tally(age_of_band(band), events, people)) from banded) as by_band,
		(select dsr(count_tally(age, events, 1)) from person) as by_age,
		(select dsr(count_tally(age_of_band(band), events, people))
			from (select * from banded union all select 'Unknown', 3, 10) with_unknown) as with_unknown
)
select (by_band).value = (by_age).value as same, (with_unknown).value = (by_band).value as left_out, (with_unknown).note
from rates;
