-- Pictures of a cascade and of one person: a mark for every thing, sorts told apart without colour, well formed
-- whatever the text, the same in any order, bad input refused.
create function pg_temp.marks(svg text, class text) returns bigint immutable
begin atomic select count(*) from regexp_matches(svg, '<[a-z]+ [^>]*class="' || class || '"', 'g'); end;

-- ---- a cascade ----
create temp table stage as
select g as group_name, s
from (
	select g, ph.offer_cascade(d, d + 5, d + 9, case when i % g = 0 then 'declined' else 'accepted' end,
			case when i % g > 0 and i % 5 > 0 then d + 20 end, case when i % g > 0 and i % 5 > 0 then d + 50 end,
			i % 2 = 0, null, '2025-06-30') as c
	from (select i, 2 + i % 2 as g, date '2025-01-01' + i as d from generate_series(1, 120) i) o
	group by g
) c, ph.cascade_stages(c) s;
create temp table picture as
select 'groups' as name,
	ph.chart_cascade(array_agg(s order by group_name, (s).number), array_agg(case group_name when 2
				then E'</text><script>alert("&")</script>\x01' else 'three' end order by group_name, (s).number),
		'By <group>', null, 'offers') as svg
from stage
union all
select 'one', ph.chart_cascade(array_agg(s order by (s).number)) from stage where group_name = 3
union all
select 'none', ph.chart_cascade('{}')
union all
select 'nobody', ph.chart_cascade(array_agg(s)) from ph.cascade_stages('nobody') s;
select name, length(replace(svg, '<', '')) = length(replace(svg, '>', '')) and svg !~ '&(?!(amp|lt|gt|quot);)'
		as well_formed,
	svg ~ '<script|[\x01-\x09]' as dangerous, (xpath('count(//*)', svg::xml))[1]::text::integer > 5 as xml,
	substring(svg from '<desc>([^<]*)') as says
from picture;
-- reached, lost and open have outlines of their own; each bar is as long as its people, and together they are the
-- stage before
select name, pg_temp.marks(svg, 'a') as reached, pg_temp.marks(svg, 'b s1 band') as lost,
	pg_temp.marks(svg, 'c s2 band') as open
from picture;
select (s).stage, (s).reached, (s).lost, (s).open, reached.width, lost.width as lost_width, open.width as open_width,
	abs(reached.width / 330 - (s).share_of_first) < 0.0003 as as_long
from picture
cross join stage
left join lateral (
	select m[1]::float8 as width
	from regexp_matches(svg, 'width="([0-9.]+)" height="12.0" class="a"><title>' || (s).stage || ': ', 'g') m
) reached on true
left join lateral (
	select m[1]::float8 as width
	from regexp_matches(svg, 'width="([0-9.]+)" height="12.0" class="b s1 band"><title>' || (s).stage || ': ', 'g') m
) lost on true
left join lateral (
	select m[1]::float8 as width
	from regexp_matches(svg, 'width="([0-9.]+)" height="12.0" class="c s2 band"><title>' || (s).stage || ': ', 'g') m
) open on true
where name = 'one' and group_name = 3
order by (s).number;
\pset format unaligned
select ph.chart_table(svg) from picture where name = 'one';
\pset format aligned
select ph.chart_cascade(array_agg(s order by (s).number desc)) from stage where group_name = 3;
select ph.chart_cascade(array_agg(s order by (s).number)) from stage where group_name = 3 and (s).number > 1;
select ph.chart_cascade(array_agg(s order by (s).number)) from stage where group_name = 3 and (s).number <> 3;
select ph.chart_cascade(array_agg(s)) from stage;
select ph.chart_cascade(array_agg(s), '{a}') from stage;
select ph.chart_cascade('{NULL}');

-- ---- one person ----
create temp table thing as
select t.*
from (
	values
	(date '1950-05-05', date '2025-03-02', null, 'life', 'born, died', null, null, null::float8),
	('2010-01-01', null, null, 'registration', 'registered with P1', null, null, null),
	('2024-01-10', null, 'GP practice', 'contact', 'GP', false, true, null),
	('2024-02-20', '2024-03-10', 'Hospital', 'contact', 'Emergency admission', true, false, null),
	('2024-06-01', null, 'Hospital', 'contact', 'Outpatients', false, true, null),
	('2024-06-01', null, 'Council', 'contact', '<Housing> & "debt"', false, false, null),
	('2024-08-01', null, null, 'contact', 'Somebody', null, null, null),
	('2024-05-01', null, null, 'life_event', 'Bereavement', null, null, null),
	('2024-01-01', '2024-05-20', null, 'work', 'employed', null, null, null),
	('2024-05-20', null, null, 'work', 'off sick', null, null, null),
	('2024-06-10', null, 'Council', 'offer', 'Debt advice: started', null, true, null),
	('2024-02-02', null, null, 'code', 'Depression', null, null, null),
	('2024-01-15', null, null, 'measurement', 'HbA1c', null, null, 48),
	('2024-09-15', null, null, 'measurement', 'HbA1c', null, null, 61),
	(null, null, null, 'contact', 'some day', null, null, null)
) t (from_date, until_date, partner, kind, label, crisis, planned, value);
create temp table life as
select 'few' as name, ph.chart_timeline(array_agg(row(t.*)::ph.timeline_thing), 'Amina <made up>', 'mmol/mol', 'rows')
	as svg
from thing t
union all
select 'reversed', ph.chart_timeline(array_agg(row(t.*)::ph.timeline_thing order by label desc, from_date desc),
	'Amina <made up>', 'mmol/mol', 'rows')
from thing t
union all
select 'hostile', ph.chart_timeline(array[
		row('2024-01-01', null, E'</svg><script>\x02', 'contact', 'a', true, true, null),
		row('2024-01-01', null, null, '</style>', '&<>"', null, null, 'NaN'),
		row('infinity', '-infinity', null, 'contact', 'never', null, null, null)]::ph.timeline_thing[])
union all
select 'centuries', ph.chart_timeline(array[row('4713-01-01 BC', null, 'a', 'contact', 'a', true, true, null),
		row('5874897-12-31', null, 'b', 'work', 'b', null, null, null)]::ph.timeline_thing[])
union all
select 'long ago', ph.chart_timeline(array[row('0044-03-15 BC', null, 'a', 'contact', 'a', true, true, null)]
	::ph.timeline_thing[])
union all
select 'nothing', ph.chart_timeline('{NULL}');
select name, length(replace(svg, '<', '')) = length(replace(svg, '>', '')) and svg !~ '&(?!(amp|lt|gt|quot);)'
		as well_formed,
	svg ~ '<script|[\x01-\x09]' as dangerous, (xpath('count(//*)', svg::xml))[1]::text::integer > 3 as xml,
	substring(svg from '<desc>([^<]*)') as says
from life;
select f.svg = r.svg as any_order from life f, life r where f.name = 'few' and r.name = 'reversed';
-- a lane a partner; sorts by shape as well as by colour (and by row), flags, bars, ticks, lines; the legend adds one a
-- sort
select svg ~ '>GP practice</text>' and svg ~ '>Hospital</text>' and svg ~ '>Council</text>'
	and svg ~ '>partner not known</text>' as lanes,
	(select count(*) from regexp_matches(svg, '<circle [^>]*class="a"', 'g')) as planned_and_values,
	(select count(*) from regexp_matches(svg, 'm0 -6l6 6l-6 6l-6 -6z" class="b point"', 'g')) as crisis,
	(select count(*) from regexp_matches(svg, 'h9v9h-9z" class="c point"', 'g')) as unplanned,
	(select count(*) from regexp_matches(svg, 'm0 -6l6 10h-12z" class="d point"', 'g')) as not_said,
	(select count(*) from regexp_matches(svg, 'm0 -6l6 10h-12z" class="b point"', 'g')) as flags,
	(select count(*) from regexp_matches(svg, '<rect [^>]*height="17.0"', 'g')) as bars,
	(select count(*) from regexp_matches(svg, '<rect [^>]*height="4.0"', 'g')) as stays,
	(select count(*) from regexp_matches(svg, '<rect [^>]*width="2.0"', 'g')) as ticks,
	(select count(*) from regexp_matches(svg, '<path class="s0"', 'g')) as lines,
	svg ~ '1 without a day are not shown' as undated
from life
where name = 'few';
-- days lie along the axis in proportion: from 10 January 2024 (work and registration before it are cut) to 2 March
select round(x::numeric - (180 + 460.0 * (date '2024-06-01' - date '2024-01-10')
			/ (date '2025-03-02' - date '2024-01-10')), 1) as off_by
from life, lateral (
	select m[1]::float8 as x from regexp_matches(svg, '<circle cx="([0-9.]+)" [^>]*><title>Outpatients', 'g') m) p
where name = 'few';
\pset format unaligned
select ph.chart_table(svg) from life where name = 'few';
\pset format aligned
-- 500 contacts: none is lost, those that are near each other are one mark with their number, and no two marks of a row
-- lie over each other
create temp table many as
select ph.chart_timeline(array_agg(row('2022-01-01'::date + i * 7919 % 1000, null, 'partner ' || i % 4, 'contact',
				'c' || i, i % 5 = 0, i % 3 = 0, null)::ph.timeline_thing)) as svg
from generate_series(1, 500) i;
create temp table mark as
select (regexp_match(m[1], '(?:d="M|cx=")([0-9.]+)'))[1]::float8 as x,
	(regexp_match(m[1], '(?:d="M[0-9.]+ |cy=")([0-9.]+)'))[1]::float8 as y,
	coalesce((regexp_match(m[2], '^([0-9]+): '))[1]::integer, 1) as contacts
from many, regexp_matches(svg,
	'<(?:circle|path) ([^>]*class="[a-d](?: point)?")><title>(c[0-9][^<]*|[0-9]+: [^<]*)</title>', 'g') m;
select count(*) < 500 as merged, sum(contacts) as contacts, min(x - before) >= 6.5 as apart
from (select *, lag(x) over (partition by y order by x) as before from mark) m;
-- of many partners those with most contacts have a lane of their own
select count(*) as lanes, bool_or(m[1] = 'other partners') as others, bool_or(m[1] = 'partner 40') as largest
from (
	select ph.chart_timeline(array_agg(row('2024-01-01'::date + i, null, 'partner ' || p, 'contact', 'c', null, true,
				null)::ph.timeline_thing)) as svg
	from generate_series(1, 40) p, generate_series(1, p) i
) l, regexp_matches(svg, '<text x="10.0" [^>]*class="start">([^<]*)</text>', 'g') m;
select ph.chart_timeline(array_agg(row('2024-01-01', null, null, 'contact', i, null, null, null)::ph.timeline_thing))
from generate_series(1, 2001) i;

-- a time axis has a dozen marks at most, whatever the days
select octet_length(ph.chart_timeline(array[
		('0001-01-01', '5874897-12-31', 'gp', 'contact', 'visit', null, null, null)::ph.timeline_thing])) < 10000
	as short;
