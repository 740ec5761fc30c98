-- reads reference/segmentation
-- What the schemes of shared/reference/segmentation explain of spend, and the whole file's spread.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir synthetic_people.psql
create temp view banded as
select spend, rank as bridges_to_health,
	width_bucket("att.Age"::float8, array[18, 65]) as age,
	width_bucket("att.Long_term_conditions_count"::float8, array[1, 3]) as conditions
from assigned;
create temp table golden (scheme text, percent float8);
insert into golden
values
	('bridges_to_health', 14.8894622417), ('age', 3.9562089714), ('conditions', 6.8066006978),
	('age x conditions', 7.3779695694);
select 'variance_explained', count(*),
	count(*) filter (where abs(value - percent) < 1e-9 is not true),
	string_agg(scheme || ' ' || value, '; ') filter (where abs(value - percent) < 1e-9 is not true)
from golden,
	lateral (
		select ph.person_tally(
				case scheme
					when 'age' then age
					when 'conditions' then conditions
					when 'age x conditions' then 3 * age + conditions
					else bridges_to_health end, spend) as t
		from banded
	) x,
	lateral ph.variance_explained(t, per => 100) e;
select 'variance_explained_table', count(*), count(*) filter (where ok is not true), 'mean, variance'
from (select ph.person_tally(1, spend) as t from banded) x,
	lateral ph.variance_explained_table(t),
	lateral (
		select abs(mean - 615.2269199208861) < 1e-9
				and abs(standard_deviation ^ 2 - 5095268.790242) < 1e-5
				and people = 10000
				and unexplained = 1 as ok
	) c;
