-- Pictures: well formed whatever the text, a mark for every value, bad input refused.
create function pg_temp.marks(svg text, mark text) returns bigint immutable
begin atomic select count(*) from regexp_matches(svg, '<' || mark || ' ', 'g'); end;
create temp table picture (name text, svg text);
insert into picture select 'pyramid', ph.chart_pyramid(t, t, title => hostile) from (select ph.count_tally(a, 0, 100 + a) t, E'</svg><script>alert("&")</script>\x01' as hostile from generate_series(0, 95) a) s;
insert into picture select 'ranked', ph.chart_ranked(array['</text><script>', null, 'C'], array[row(120, 100, 140, null), row(null, null, null, 'no_data'), row(60, 30, 80, null)]::ph.estimate[], 100, 'Places');
insert into picture select 'control', ph.chart_control(array_agg(d order by d), array_agg(x order by d), 'Months')
from (select d, ph.xmr(v, d, 'decrease') over (order by d) x from (select (date '2022-01-01' + n * interval '1 month')::date d, case when n <> 9 then (n * 37 % 11 + case when n = 20 then 60 else 0 end)::float8 end v from generate_series(0, 30) n) m) y;
insert into picture select 'funnel', ph.chart_funnel(array_agg('<' || i), array_agg(f), 'Funnel') from (select i, ph.funnel((20 + i * 37 % 61)::float8, 1000 + i, 'proportion', 100) over () f from generate_series(1, 40) i) p;
insert into picture select 'survival', ph.chart_survival(array[(select ph.person_tally(i % 50 + 1, i % 3 = 0) from generate_series(1, 300) i), 'people; missing 3'], array['a', 'b']);
insert into picture select 'slope', ph.chart_slope(array['counts; 0: 1000 90 90', 'counts; 0: 1200 80 80']::ph.tally[], array['1', '2'], 'rate', title => 'Slope');
insert into picture values ('no people', ph.chart_pyramid(null, 'empty')), ('no places', ph.chart_ranked('{}', '{}')), ('no points', ph.chart_control(null, null)), ('no funnel', ph.chart_funnel(null, null)), ('no survival', ph.chart_survival('{NULL}')), ('no groups', ph.chart_slope(null, indicator => 'rate'));
-- every picture: one svg with a title and a description, no script, nothing that XML forbids
select name, length(replace(svg, '<', '')) = length(replace(svg, '>', '')) and svg !~ '&(?!(amp|lt|gt|quot);)' as well_formed, svg like '<svg %role="img"><title>%</title><desc>%</desc>%' as accessible, svg ~ '<script|[\x01-\x09]' as dangerous, svg like '%nothing to show%' as empty from picture order by name;
select pg_temp.marks(svg, 'rect') as bars from picture where name = 'pyramid';
select pg_temp.marks(svg, 'circle') as dots, pg_temp.marks(svg, 'polygon') as diamonds, svg like '%not shown: no_data%' as note from picture where name = 'ranked';
select pg_temp.marks(svg, 'circle') + pg_temp.marks(svg, 'polygon') as marks, svg ~ 'class="b"><title>2023-09-01: ' as concern, (select count(*) from regexp_matches(svg, 'class="s0" d="[^"]*"', 'g')) as lines,
  (select length(m[1]) - length(replace(m[1], 'M', '')) from regexp_matches(svg, 'class="s0" d="([^"]*)"') m) as pieces from picture where name = 'control';
select pg_temp.marks(svg, 'circle') + pg_temp.marks(svg, 'polygon') as marks from picture where name = 'funnel';
-- a value twice as high is twice as far up; the same question has the same picture
select (y[1]::float8 - 310) / (y[2]::float8 - 310) as ratio from (select array_agg(m[1] order by o) y from regexp_matches(ph.chart_slope(array['counts; 0: 1000 200 200', 'counts; 0: 1000 100 100']::ph.tally[], null, 'rate', title => ''), '<rect x="[0-9.]+" y="([0-9.]+)" width="[0-9.]+" height="[0-9.]+" class="a">', 'g') with ordinality g(m, o)) q;
select ph.chart_ranked(array['a'], array[row(1, 1, 1, null), row(2, 1, 3, null)]::ph.estimate[]);
select ph.chart_control(array[date '2024-01-01'], null);
select ph.chart_survival(array_fill(ph.tally 'people; 3: 5 2 2', array[5]));
select ph.chart_pyramid('empty', 'empty', band_width => 0);
