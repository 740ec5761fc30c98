-- Pictures: well formed whatever the text, a mark for every value, bad input refused.
create function pg_temp.marks(svg text, mark text) returns bigint immutable
begin atomic select count(*) from regexp_matches(svg, '<' || mark || ' ', 'g'); end;
-- dots, diamonds, squares and triangles, those of the legend too
create function pg_temp.points(svg text) returns bigint immutable
begin atomic
	select pg_temp.marks(svg, 'circle') + count(*) from regexp_matches(svg, 'class="[a-d] point"', 'g');
end;
create temp table picture (name text, svg text);
insert into picture
select 'pyramid', ph.chart_pyramid(t, t, title => hostile)
from (
	select ph.count_tally(a, 0, 100 + a) t, E'</svg><script>alert("&")</script>\x01' as hostile
	from generate_series(0, 95) a
) s;
insert into picture
select 'ranked',
	ph.chart_ranked(array['</text><script>', null, 'C'],
		array[row(120, 100, 140, null), row(null, null, null, 'no_data'), row(60, 30, 80, null)]::ph.estimate[], 100,
		'Places');
insert into picture
select 'control', ph.chart_control(array_agg(d order by d), array_agg(x order by d), 'Months')
from (
	select d, ph.control_xmr(v, d, 'lower') over (order by d) x
	from (
		select (date '2022-01-01' + n * interval '1 month')::date d,
			case when n <> 9 then (n * 37 % 11 + case when n = 20 then 60 else 0 end)::float8 end v
		from generate_series(0, 30) n
	) m
) y;
insert into picture
select 'funnel', ph.chart_funnel(array_agg('<' || i), array_agg(f), 'Funnel')
from (
	select i, ph.funnel((20 + i * 37 % 61)::float8, 1000 + i, 'proportion', 100) over () f
	from generate_series(1, 40) i
) p;
insert into picture
select 'survival',
	ph.chart_survival(array[(select ph.person_tally(i % 50 + 1, i % 3 = 0) from generate_series(1, 300) i),
			'people; missing 3'],
		array['a', 'b']);
insert into picture
select 'slope',
	ph.chart_slope(array['counts; 0: 1000 90 90', 'counts; 0: 1200 80 80']::ph.tally[], array['1', '2'], 'rate',
		title => 'Slope');
insert into picture
select 'bars', ph.chart_bars(array['a & b', 'c'], array['people', 'cost'], array[[10, 20], [null, 40]], 'Bars', ' <%>');
insert into picture
values
('no people', ph.chart_pyramid(null, 'empty')),
('no places', ph.chart_ranked('{}', '{}')),
('no points', ph.chart_control(null, null)),
('no funnel', ph.chart_funnel(null, null)),
('no survival', ph.chart_survival('{NULL}')),
('no groups', ph.chart_slope(null, indicator => 'rate')),
('no bars', ph.chart_bars(null, null, null));
-- every picture: one svg with a title and a description, no script, nothing that XML forbids
select name,
	length(replace(svg, '<', '')) = length(replace(svg, '>', '')) and svg !~ '&(?!(amp|lt|gt|quot);)' as well_formed,
	svg like '<svg %role="img"><title>%</title><desc>%</desc>%' as accessible,
	svg ~ '<script|[\x01-\x09]' as dangerous,
	svg like '%nothing to show%' as empty
from picture
order by name;
select pg_temp.marks(svg, 'rect') as bars from picture where name = 'pyramid';
select pg_temp.marks(svg, 'circle') as dots,
	pg_temp.points(svg) - pg_temp.marks(svg, 'circle') as diamonds,
	svg like '%not shown: no_data%' as note
from picture
where name = 'ranked';
select pg_temp.points(svg) as marks,
	svg ~ 'class="b point"><title>2023-09-01: ' as concern,
	(select count(*) from regexp_matches(svg, 'class="s0" d="[^"]*"', 'g')) as lines,
	(
		select length(m[1]) - length(replace(m[1], 'M', '')) from regexp_matches(svg, 'class="s0" d="([^"]*)"') m
	) as pieces
from picture
where name = 'control';
select pg_temp.points(svg) as marks
from picture
where name = 'funnel';
-- a bar a number, twice as long where it is twice as much; a NULL is not shown
select pg_temp.marks(svg, 'rect') as bars,
	svg like '%not shown%' as hidden,
	(
		select array_agg(m[1]::float8 order by o)
		from regexp_matches(svg, 'width="([0-9.]+)" height="16.0"', 'g') with ordinality g(m, o)
	) as lengths
from picture
where name = 'bars';
-- the band holds the curve, and the people at risk are counted at the ticks; without them nothing is written below
select (select count(*) from regexp_matches(svg, 'class="a s0 band" d="M', 'g')) as bands,
	svg like '%people at risk%' as at_risk,
	(
		select array_agg(m[1] order by o)
		from regexp_matches(svg, 'class="middle">([0-9]+)<', 'g') with ordinality g(m, o)
	) as people
from picture
where name = 'survival';
select (
		select array_agg((select count(*) from generate_series(1, 300) i where i % 50 + 1 >= tick) order by tick)
		from generate_series(0, 50, 10) tick
	) as people,
	ph.chart_survival(array['people; 3: 5 2 2; 8: 4 1 1']::ph.tally[], at_risk => false) like '%at risk%' as at_risk;
-- an empty band of the pyramid has no bar that would tell of nobody
select pg_temp.marks(ph.chart_pyramid(ph.count_tally(a, 0, 100) filter (where a <> 20), null), 'rect') as rects
from generate_series(0, 45, 5) a;
-- names that would lie over each other are left to the tooltips
select count(*) between 1 and 19 as fewer
from picture, regexp_matches(svg, 'class="(start|end)">&lt;', 'g')
where name = 'funnel';
-- a value twice as high is twice as far up
select (y[1]::float8 - 326) / (y[2]::float8 - 326) as ratio
from (
	select array_agg(m[1] order by o) y
	from regexp_matches(ph.chart_slope(array['counts; 0: 1000 200 200', 'counts; 0: 1000 100 100']::ph.tally[], null,
			'rate', title => ''),
		'<rect x="[0-9.]+" y="([0-9.]+)" width="[0-9.]+" height="[0-9.]+" class="a s0 band"><title>[^<]', 'g')
			with ordinality g(m, o)
) q;
select ph.chart_ranked(array['a'], array[row(1, 1, 1, null), row(2, 1, 3, null)]::ph.estimate[]);
select ph.chart_control(array[date '2024-01-01'], null);
select ph.chart_survival(array_fill(ph.tally 'people; 3: 5 2 2', array[5]));
select ph.chart_pyramid('empty', 'empty', band_width => 0);
select ph.chart_bars(array['a'], array['x', 'y'], array[1, 2, 3]);
select ph.chart_bars(array['a'], array['x'], array[-1]);
select ph.chart_bars(array['a'], array['1', '2', '3', '4', '5'], array[1, 2, 3, 4, 5]);

-- what XML forbids is left out
select ph.chart_ranked(array[U&'a\FFFFb\FFFEc'], array[row(1, 0, 2, null)::ph.estimate]) ~ U&'[\FFFE\FFFF]'
	as forbidden;

-- what no picture can show is not shown
select ph.chart_ranked(array['a', 'b', 'c'],
		array[row('infinity', 0, 2, null)::ph.estimate, row(1, '-infinity', 2, null)::ph.estimate,
			row(1, 1, 1.7e308, null)::ph.estimate]) ~ '(Infinity|nan)' as forbidden;

-- a funnel is drawn by size: places of rates so that their limits neither rise nor fall twice
create temp table limit_line as
select m[1]::float8 as x, m[2]::float8 as y, o
from (
	select ph.chart_funnel(null, array_agg(f), 'Rates') svg
	from (
		select ph.funnel((12 + i * 37 % 91)::float8, 900 + i * 67 % 800, 'rate', 1000) over () f
		from generate_series(1, 40) i
	) q
) p,
	regexp_matches((regexp_match(svg, 'class="outer" d="([^"]*)"'))[1], '([0-9.]+)[ ,]([0-9.]+)', 'g')
		with ordinality g(m, o);
select count(*) as all,
	count(*) filter (where x >= before_x) as rightwards,
	count(*) filter (where y <= before_y) as one_way
from (select *, lag(x) over (order by o) before_x, lag(y) over (order by o) before_y from limit_line) l
where before_x is not null;

-- without a title a picture says what it shows; an empty one is none
select name, (regexp_match(svg, '<title>([^<]*)</title>'))[1] as title
from (
	values
	('pyramid', ph.chart_pyramid(null, null)),
	('ranked', ph.chart_ranked('{}', '{}')),
	('bars', ph.chart_bars(null, null, null)),
	('control', ph.chart_control(null, null)),
	('funnel', ph.chart_funnel(null, null)),
	('survival', ph.chart_survival('{NULL}')),
	('slope', ph.chart_slope(null, indicator => 'rate')),
	('empty', ph.chart_funnel(null, null, ' ')),
	('own', ph.chart_funnel(null, null, 'Own'))
) v(name, svg);
-- times as periods of a control chart
select ph.chart_control(array_agg(d order by d), array_agg(x order by d))
		= ph.chart_control(array_agg(d::date order by d), array_agg(x order by d)) as times
from (
	select d, ph.control_xmr(extract(day from d + interval '40 days')::float8, d) over (order by d) x
	from generate_series(timestamp '2023-01-01', '2024-06-01', '1 month') d
) q;
-- groups that are missing are no picture
select ph.chart_slope(array['counts; 0: 1000 90 90', 'counts; 0: 1200 80 80']::ph.tally[], indicator => 'rate',
		groups => 5) like '%nothing to show: number_of_groups: 2, not 5%' as missing,
	ph.chart_slope(array['counts; 0: 1000 90 90', 'counts; 0: 1200 80 80']::ph.tally[], indicator => 'rate')
		like '%number_of_groups: 2, not said%' as said;

-- the outer limits are drawn where there is room; one that leaves the frame ends there, and does not run along its edge
select least_size,
	count(*) filter (where class = 'outer') as outer_lines,
	min(points) filter (where class = 'outer') = 40 as whole,
	min(points) filter (where class = 'outer') > 1 as drawn,
	count(*) filter (where top <= 46) as along_the_edge
from (
	select least_size,
		l[1] as class,
		(select count(*) from regexp_matches(l[2], '[ML]', 'g')) as points,
		(select min(y[1]::float8) from regexp_matches(l[2], '[ML][0-9.]+ ([0-9.]+)', 'g') y) as top
	from (
		select least_size, ph.chart_funnel(null, array_agg(f), 'Few and many') svg
		from (
			select least_size,
				ph.funnel((least_size + i)::float8, least_size + i, 'ratio') over (partition by least_size) f
			from generate_series(1, 40) i, unnest(array[0, 40]) least_size
		) q
		group by least_size
	) p,
		regexp_matches(svg, '<path class="(mean|limit|outer)" d="([^"]*)"', 'g') l
) line
group by least_size
order by least_size;
