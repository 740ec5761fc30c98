-- Maps: classes recomputed in SQL, areas where their boundaries are, hostile GeoJSON refused or bounded.
create function pg_temp.says(svg text) returns text immutable
begin atomic select substring(svg from '<desc>([^<]*)'); end;
-- rows of the table that a picture carries: place, value, class
create function pg_temp.carried(svg text) returns table (place text, value text, class text) immutable
begin atomic
	select r ->> 0, r ->> 1, r ->> 2
	from jsonb_array_elements(substring(svg from '<metadata>([^<]*)')::jsonb -> 'rows') with ordinality t(r, number)
	where number > 1;
end;
-- the corners of the areas, a row each
create function pg_temp.corners(svg text) returns table (area bigint, x float8, y float8) immutable
begin atomic
	select area, c[1]::float8, c[2]::float8
	from regexp_matches(svg, '<path fill-rule="evenodd" d="([^"]*)"', 'g') with ordinality a(d, area),
		regexp_matches(d[1], '[ML]([0-9.]+) ([0-9.]+)', 'g') c;
end;
create function pg_temp.square(west float8, south float8, side float8) returns text immutable
begin atomic
	select format('{"type":"Polygon","coordinates":[[[%s,%s],[%s,%s],[%s,%s],[%s,%s],[%s,%s]]]}',
		west, south, west + side, south, west + side, south + side, west, south + side, west, south);
end;
create function pg_temp.refused(boundaries text[]) returns text language plpgsql as $$
declare
	state text;
	said text;
begin
	perform ph.chart_map('{a}', '{1}', boundaries);
	return 'taken';
exception when others then
	get stacked diagnostics state = returned_sqlstate, said = message_text;
	return state || ' ' || left(said, 90);
end $$;

create temp table place as
select 'P' || n as id, case when n <> 7 then (n * 37 % 61)::float8 end as number
from generate_series(1, 40) n;

-- by quantile: the class of a place is that of its number among the quantiles, and the legend counts it
with drawn as (
	select classes, ph.chart_map(array_agg(id order by id), array_agg(number order by id), classes => classes) as svg
	from place, generate_series(3, 7) classes
	group by classes
), cuts as (
	select classes,
		(
			select percentile_disc(array(select part::float8 / classes from generate_series(1, classes - 1) part))
				within group (order by number)
			from place
		) as limits
	from generate_series(3, 7) classes
)
select classes,
	bool_and(left(c.class, 1) = case
		when number is null then 'n'
		else (1 + (select count(*) from unnest(limits) l where number > l))::text
	end) as as_in_sql,
	bool_and(svg ~ ('>' || replace(c.class, '>', '') || ' [(]' || (
		select count(*) from pg_temp.carried(svg) o where o.class = c.class
	) || '[)]<') or number is null) as counted,
	svg like '%>-: no value (1)<%' as hatched
from drawn
join cuts using (classes),
	pg_temp.carried(svg) c
join place on id = place
group by classes, svg
order by classes;

-- around a benchmark: as far above as below, and what is worse is dotted whichever side that is
select better, classes, pg_temp.says(svg) as says,
	array(select distinct class from pg_temp.carried(svg) where class <> 'no value' order by class) as limits,
	(select count(*) from regexp_matches(svg, 'class="area w[567]"', 'g'))
		- (select count(distinct class) from pg_temp.carried(svg) where class like '%worse' or class like '%above the%')
		= (select count(*) from pg_temp.carried(svg) where class like '%worse' or class like '%above the%') as dotted
from (
	select better, classes,
		ph.chart_map(array_agg(id order by id), array_agg(number order by id), benchmark => 30, better => better,
			classes => classes) as svg
	from place, unnest(array['lower', 'higher', 'neither']) better, unnest(array[4, 5]) classes
	group by better, classes
) drawn
order by better, classes;
-- few and equal numbers have fewer classes
select ph.chart_map('{a,b,c}', '{5,5,5}') like '%>1: 5 to 5 (3)<%' as one,
	pg_temp.says(ph.chart_map('{a,b,c}', '{1,2,2}', classes => 7)) as two;
-- limits are those that are written
select class
from pg_temp.carried(ph.chart_map('{a,b,c,d}', '{1.23454,1.23456,3,10000.4}', classes => 3));

-- a degree is as wide as it is at its latitude; metres are as they are
select round(((max(x) - min(x)) / (max(y) - min(y)))::numeric, 2) as wide_at_60
from pg_temp.corners(ph.chart_map('{a}', '{1}', array[pg_temp.square(10, 59.5, 1)]));
select round(((max(x) - min(x)) / (max(y) - min(y)))::numeric, 2) as wide_in_metres
from pg_temp.corners(ph.chart_map('{a}', '{1}', array[pg_temp.square(400000, 100000, 3000)]));
-- north is up, east is right, and all lies on the paper
select area, round(avg(x)) as x, round(avg(y)) as y, bool_and(x between 10 and 750 and y between 36 and 596) as within
from pg_temp.corners(ph.chart_map('{w,e,n}', '{1,2,3}',
	array[pg_temp.square(0, 0, 1e5), pg_temp.square(1e5, 0, 1e5), pg_temp.square(0, 1e5, 1e5)]))
group by area
order by area;

-- islands are paths of their own, holes are in theirs; a place too small to be seen is a square; height is passed over
with drawn as (
	select ph.chart_map('{a,b,c,d,e}', '{1,2,3,4,5}', array[
		'{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[3,3],[6,3],[6,6],[3,3]]],'
			'[[[20,0,5],[29,0,5],[29,9,5],[20,0,5]]]]}',
		pg_temp.square(40, 0, 0.001), null, '{"type":"MultiPolygon","coordinates":[[[]],[]]}',
		'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[50,0],[60,0],[60,9],[50,0]]]}}']) as svg
)
select (select count(distinct area) from pg_temp.corners(svg)) as paths,
	(select count(*) from regexp_matches(svg, 'M[0-9]+[.][0-9] ', 'g')) as rings,
	svg ~ 'width="4" height="4"/></g>' as small,
	svg like '%Without a boundary, so not drawn: 2.%' as not_drawn
from drawn;

-- features are of the place that their id names, or a property; others are left out
create temp table feature as
select n, jsonb_build_object('type', 'Feature', 'id', n, 'properties', jsonb_build_object('code', 'E' || n, 'n', n,
	'other', 'E' || 3 - n), 'geometry', pg_temp.square(n, 50, 0.9)::jsonb) as feature
from generate_series(1, 3) n;
create temp table collection as
select array[jsonb_build_object('type', 'FeatureCollection', 'features', jsonb_agg(feature))::text] as by_id,
	array[jsonb_build_object('type', 'FeatureCollection', 'features', jsonb_agg(feature - 'id'))::text] as by_property,
	array[jsonb_build_object('type', 'FeatureCollection', 'features',
		jsonb_agg(feature - 'id' #- '{properties,other}'))::text] as by_one
from feature;
select (select count(distinct area) from pg_temp.corners(ph.chart_map('{1,2}', '{5,6}', by_id))) as ids,
	(select count(distinct area) from pg_temp.corners(ph.chart_map('{E1,E2,E3}', '{5,6,7}', by_one))) as properties,
	(select count(distinct area)
		from pg_temp.corners(ph.chart_map('{E1,E2}', '{5,6}', by_property, id_property => 'code'))) as said,
	ph.chart_map('{E8}', '{5}', by_one) like '%no boundary is of any of the places%' as none
from collection;
select ph.chart_map('{E1,E2}', '{5,6}', by_property) from collection;

-- neighbours keep the line between them, however finely it is drawn and wherever it begins
with line as (
	select array_agg(format('[%s,%s]', 5000 + 300 * sin(y / 40.0), y) order by y) as up,
		array_agg(format('[%s,%s]', 5000 + 300 * sin(y / 40.0), y) order by y desc) as down
	from generate_series(0, 10000) y
), drawn as (
	select ph.chart_map('{west,east}', '{1,2}', array[
		format('{"type":"Polygon","coordinates":[[[0,10000],[0,0],%s,[0,10000]]]}', array_to_string(up, ',')),
		format('{"type":"Polygon","coordinates":[[%s,[10000,0],[10000,10000],%s]]}',
			array_to_string(down, ','), down[1])
		]) as svg
	from line
), corner as (
	select distinct area, x, y from drawn, pg_temp.corners(svg)
)
select count(*) filter (where sides = 2) > 300 as shared, count(*) filter (where sides = 1) as not_shared
from (
	select count(*) as sides
	from corner
	where x not in (select min(x) from corner union select max(x) from corner)
	group by x, y
) c;

-- a million points are thinned to what can be seen, and can be cancelled
create temp table coast as
select format('{"type":"Polygon","coordinates":[[%s]]}', string_agg(
	format('[%s,%s]', round((2 + cos(n / 159155.0) + n * 919 % 1009 / 3000.0)::numeric, 5),
		round((52 + sin(n / 159155.0) + n * 1009 % 1013 / 3000.0)::numeric, 5)), ',' order by n)) as boundary
from generate_series(1, 1000000) n;
select length(boundary) > 15000000 as large,
	length(ph.chart_map('{a}', '{1}', array[boundary])) < 1000000 as drawn_small
from coast;
set statement_timeout = '20ms';
select length(ph.chart_map('{a}', '{1}', array[boundary])) from coast;
reset statement_timeout;

-- what is no boundary is refused, and says why
select pg_temp.refused(array[boundary]) as refused
from unnest(array['', 'null', '[]', '1', '"x"', '{}', '{"type":"Point","coordinates":[1,2]}',
	'{"type":"Polygon"}', '{"type":"Polygon","coordinates":{}}', '{"type":"Polygon","coordinates":[1,2]}',
	'{"type":"Polygon","coordinates":[[["1",2]]]}', '{"type":"Polygon","coordinates":[[[1]]]}',
	'{"type":"Polygon","coordinates":[[[[1,2]]]]}', '{"type":"Polygon","coordinates":[[[1,2],{}]]}',
	'{"type":"Polygon","coordinates":[[[1e400,2]]]}', '{"type":"Polygon","coordinates":[[[1e10,2]]]}',
	'{"type":"Polygon","coordinates":[[[NaN,2]]]}', '{"type":"FeatureCollection"}',
	'{"type":"FeatureCollection","features":[1]}', '{"type":"FeatureCollection","features":[{"type":"Polygon"}]}',
	'{"type":"Feature","geometry":1}', repeat('[', 100000), repeat('{"a":', 100000),
	'{"type":"Polygon","coordinates":[[[1,' || repeat('9', 200000) || ']]]}', repeat(' ', 33 * 1024 * 1024)]) boundary;
\set VERBOSITY default
select ph.chart_map('{a}', '{1}', '{oops}');
\set VERBOSITY terse
select ph.chart_map('{a,b}', '{1,2}', array[pg_temp.square(0, 0, 1)]);
select ph.chart_map('{a,a}', '{1,2}');
select ph.chart_map('{a,NULL}', '{1,2}');
select ph.chart_map('{a}', '{1,2}');
select ph.chart_map('{a}', '{Infinity}');
select ph.chart_map('{a}', '{NaN}');
select ph.chart_map('{a,b}', '{1,2}', labels => '{x}');
select ph.chart_map('{a}', '{1}', classes => 2);
select ph.chart_map('{a}', '{1}', classes => 8);
select ph.chart_map('{a}', '{1}', benchmark => 'NaN');
select ph.chart_map('{a}', '{1}', better => 'up');
-- nothing to show
select name, pg_temp.says(svg) as says, ph.chart_table(svg) is null as no_table
from (
	values ('no places', ph.chart_map('{}', '{}')), ('nulls', ph.chart_map(null, null)),
		('no numbers', ph.chart_map('{a}', '{NULL}')), ('no boundaries', ph.chart_map('{a}', '{1}', '{NULL}'))
) v(name, svg);
-- names are text and nothing else
select ph.chart_map(array['<b>&"'], '{1}', title => '</title><script>', unit => '</style>', source => '<i>') ~
	'<(b|i|/?script)\y' as dangerous;
