-- Pictures for everybody (WCAG 2.2 AA): contrast computed from the style sheet, in light and in dark; words for all
-- that is drawn; what the data show; their numbers as a table; a size of text that a phone can show.
create function pg_temp.luminance(colour text) returns float8 immutable
begin atomic
	select sum(weight * case when part <= 0.04045 then part / 12.92 else power((part + 0.055) / 1.055, 2.4) end)
	from (
		values (0.2126, substr(colour, 2, 2)), (0.7152, substr(colour, 4, 2)), (0.0722, substr(colour, 6, 2))
	) c(weight, hex),
		lateral (select get_byte(decode(hex, 'hex'), 0) / 255.0::float8 as part) p;
end;
create function pg_temp.contrast(a text, b text) returns float8 immutable
begin atomic
	select (greatest(x, y) + 0.05) / (least(x, y) + 0.05)
	from (select pg_temp.luminance(a) as x, pg_temp.luminance(b) as y) l;
end;
select round(pg_temp.contrast('#000000', '#ffffff')::numeric, 2) as black_on_white,
	round(pg_temp.contrast('#767676', '#ffffff')::numeric, 2) as the_limit_of_wcag;

create temp table picture (name text, svg text, axes text[], legend text[]);
insert into picture
select 'pyramid', ph.chart_pyramid(t, t, 'Who is here', unit => 'people', source => 'the register'),
	'{age,people}', '{female,male}'
from (select ph.count_tally(a, 0, 100 + a) t from generate_series(0, 95) a) s;
insert into picture
select 'ranked',
	ph.chart_ranked('{A,B,C}',
		array[row(120, 110, 140, null), row(null, null, null, 'no_data'), row(60, 30, 180, null)]::ph.estimate[], 100,
		'Places', 'per 1,000', 'admissions'),
	'{per 1\,000}',
	array['value', 'from its lower to its upper limit', 'the limits leave the benchmark out', 'benchmark: 100'];
insert into picture
select 'bars', ph.chart_bars('{a,c}', '{people,cost}', array[[10, 20], [null, 40]], 'Bars', ' %', 'tiers'), '{%}',
	'{people,cost,not shown}';
insert into picture
select 'bridge', ph.chart_bridge('{Budget,Need,Price,Actual}', '{100,25,-40,85}', 'Bridge', 'pounds', 'the ledger'),
	'{pounds}', '{adds,takes away}';
insert into picture
select 'completeness', ph.chart_completeness('{a,b}', '{2024-01,2024-02,2024-03}', '{9,9,9,9,9,2}', 'Months', 'rows',
		'the feed'),
	'{period}', '{"rows, each row up to its own highest","less than half of the usual, the median of its row"}';
insert into picture
select 'control',
	ph.chart_control(array_agg(d order by d), array_agg(x order by d), 'Months', 'admissions', 'encounters'),
	'{admissions,period}',
	array['value', 'mean of the phase', 'its limits', 'special cause, of concern', 'special cause, an improvement']
from (
	select d, ph.control_xmr(v, d, 'lower') over (order by d) x
	from (
		select (date '2022-01-01' + n * interval '1 month')::date d,
			(n * 37 % 11 + case n when 20 then 60 when 25 then -60 else 0 end)::float8 v
		from generate_series(0, 30) n
	) m
) y;
insert into picture
select 'funnel', ph.chart_funnel(array_agg('P' || i), array_agg(f), 'Funnel', '%', 'practices'),
	'{%,"size: people, events or expected events"}',
	array['baseline: 2.447', '95 % limits', '99.8 % limits', 'within', 'outside 95 %', 'outside 99.8 %']
from (
	select i, ph.funnel((20 + i * 37 % 61)::float8, 1000 + 50 * i, 'proportion', 100) over () f
	from generate_series(1, 40) i
) p;
insert into picture
select 'survival',
	ph.chart_survival(array[(select ph.person_tally(i % 50 + 1, i % 3 = 0) from generate_series(1, 300) i),
			(select ph.person_tally(i % 40 + 1, i % 2 = 0) from generate_series(1, 300) i)], '{a,b}', 'Staying',
		unit => 'days', source => 'stays'),
	'{"time of follow-up, in days",share without the event}', '{a,b,between its lower and upper limit,people at risk}';
insert into picture
select 'slope',
	ph.chart_slope('{"counts; 0: 1000 90 90","counts; 0: 1200 80 80"}', '{1,2}', 'rate', title => 'Slope',
		unit => 'per 100,000', source => 'deaths'),
	'{"per 100,000","share of the people, the most disadvantaged on the left"}',
	array['value of the group', 'from its lower to its upper limit', 'line of the slope index: -4,667 from end to end'];
insert into picture
select 'map', ph.chart_map(array_agg('P' || i), array_agg(nullif(i, 4)::float8), null, 'Map', 'per 1,000', 'places',
		classes => 7),
	'{"per 1,000"}', '{"1: 1 to 2 (2)","7: over 13 to 15 (2)",-: no value (1)}'
from generate_series(1, 15) i;
insert into picture
select 'map around a benchmark',
	ph.chart_map(array_agg('P' || i), array_agg(i::float8), null, 'Map', 'per 1,000', 'places',
		classes => 7, benchmark => 8, better => 'lower'),
	'{"per 1,000"}', '{"1: 1 to 2, better (2)","4: over 6 to 10, about the benchmark (4)"}'
from generate_series(1, 15) i;
insert into picture
select 'cascade',
	ph.chart_cascade(array_agg(s), title => 'Cascade', unit => 'share of all identified', source => 'offers'),
	'{share of all identified}',
	array['reached, with its limits below', 'of the stage before: lost', 'of the stage before: still open']
from ph.cascade_stages('40; 30 lost 4: 3=30+10; 20 lost 10: 9=20+10; 12 lost 2: 9=12+8; 9 lost 1: 30=9+3; 5 lost 4 '
		'without days') s;
insert into picture
select 'timeline',
	ph.chart_timeline(array_agg(row(date '2024-01-01' + i * 30, null, 'partner', 'contact', 'contact ' || i, i = 2,
				case i when 3 then null else i = 1 end, null)::ph.timeline_thing), 'One person',
		source => 'all partners'),
	'{Feb,Mar,2024}', array['crisis', 'unplanned', 'not said whether planned', 'planned']
from generate_series(1, 4) i;

-- each says its title, what the data show in numbers, its axes, its legend and its source, and carries its numbers
select name,
	svg ~ '^<svg [^>]*role="img"><title>[^<]+</title><desc>[^<]*[0-9][^<]*</desc>' as says_numbers,
	(select bool_and(svg ~ ('>' || regexp_replace(words, '([().])', '\\\1', 'g') || '</text>')) from unnest(axes) words)
		as names_axes,
	(
		select string_agg(words, ', ')
		from unnest(legend) words
		where svg !~ ('>' || regexp_replace(words, '([().])', '\\\1', 'g') || '</text>')
	) as not_in_legend,
	svg ~ '>Source: [a-z ]+</text>\n</svg>$' as source,
	ph.chart_table(svg) ~ ('^<table>\n<caption>' || (regexp_match(svg, '<title>([^<]*)'))[1]) as caption,
	(select count(*) from regexp_matches(ph.chart_table(svg), '<tr>', 'g')) as rows
from picture;
select name, substring(svg from '<desc>([^<]*)') as says from picture;

-- contrast: text 4.5 on the paper, lines and marks 3
create temp table colour as
select scheme, m[1] as name, m[2] as colour
from picture,
	lateral (select string_agg(s[1], '') as style from regexp_matches(svg, '<style>([^<]*)</style>', 'g') s) s,
	lateral (select replace(style, '@media screen and (prefers-color-scheme:dark)', '~') as sheet) r,
	regexp_matches(sheet, '(^|~|})[{.ph]*{([^}]*)', 'g') block,
	lateral (select case when block[1] = '~' then 'dark' else 'light' end as scheme) c,
	regexp_matches(block[2], '--([a-z0-9]+):(#[0-9a-f]+)', 'g') m
where picture.name = 'map' and block[2] like '--%';
update colour set colour = regexp_replace(colour, '^#(.)(.)(.)$', '#\1\1\2\2\3\3');
select scheme, count(*) as colours,
	min(contrast) filter (where name in ('ink', 'soft')) >= 4.5 as text,
	min(contrast) filter (where name in ('a', 'b', 'c', 'd')) >= 3 as marks
from (
	select colour.*, pg_temp.contrast(colour.colour, paper.colour) as contrast
	from colour
	join colour paper using (scheme)
	where paper.name = 'paper'
) c
group by scheme;
-- what is written on a class of a map, halo and all
create temp table written as
select distinct m[1] as fill, case when m[2] ~ '\yon\y' then 'paper' else 'ink' end as text
from picture,
	regexp_matches(svg, 'class="area ([mw][1-7])"><title>P[^<]*</title></rect>\n<text [^>]*class="([^"]*)"', 'g') m;
select scheme, left(fill, 1) as palette, count(*) as classes,
	min(pg_temp.contrast(on_class.colour, class.colour)) >= 4.5 as readable
from written
join colour class on class.name = fill
join colour on_class using (scheme)
where on_class.name = text
group by scheme, left(fill, 1)
order by scheme, palette;
-- the steps of a palette are apart without any hue, and no step beside another less than by a quarter
select scheme, left(name, 1) as palette, count(*) as steps, min(apart) >= 1.25 as apart
from (
	select scheme, name, lag(colour) over step as before, pg_temp.contrast(colour, lag(colour) over step) as apart
	from colour
	where name ~ '^[mw][1-7]$'
	window step as (partition by scheme, left(name, 1) order by name)
) c
where before is not null
group by scheme, left(name, 1)
order by scheme, palette;

-- nothing is told by colour alone: a point of another colour has another shape, a line another dash, a bar a word, what
-- is worse on a map dots and what is missing hatches
select name, count(distinct colour) as colours, count(distinct shape) as shapes,
	count(distinct (colour, shape)) = count(distinct colour) and count(distinct shape) = count(distinct colour) as told
from picture,
	lateral (
		select m[2] as colour, m[1] as shape
		from regexp_matches(svg, '<path d="M[0-9.]+ [0-9.]+([^"]*)" class="([a-d]) point">', 'g') m
		union all
		select m[1], 'dot' from regexp_matches(svg, '<circle cx="[0-9.]+" cy="[0-9.]+" r="4" class="([a-d])">', 'g') m
	) point
group by name
order by name;
select count(*) as series, count(distinct coalesce(dash[1], 'whole')) as dashes
from picture,
	regexp_matches(svg, '\.ph \.(s[0-3]|limit|outer){([^}]*)}', 'g') rule,
	lateral (select regexp_match(rule[2], 'stroke-dasharray:([^;}]*)') as dash) d
where name = 'bars';
select bool_and(svg ~ ('<pattern id="ph-' || class || '"')
		and svg ~ ('[.]' || class || '{fill:url[(]#ph-' || class || '[)]}')) as patterns
from picture, unnest('{w5,w6,w7,none}'::text[]) class
where name ~ '^map';

-- at 390 px the text has at least 10 px: a picture is never narrower than its style says, and scrolls
select min(size * least_width / view_width) >= 10 as readable_on_a_phone, count(*) as sizes
from (
	select s[1]::float8 as size, (regexp_match(svg, 'min-width:([0-9]+)px'))[1]::float8 as least_width,
		(regexp_match(svg, 'viewBox="0 0 ([0-9]+) '))[1]::float8 as view_width
	from picture, regexp_matches(svg, 'font(?:-size)?:([0-9]+)px', 'g') s
) text;

-- the table is HTML, its text escaped, columns of numbers told; what is no picture has none
select ph.chart_table(ph.chart_ranked(array['<b> & "c"', null],
	array[row(1234.5, 1, null, null), row(null, null, null, E'no_data\x01')]::ph.estimate[], title => '<i>',
	unit => '</svg>'));
select ph.chart_table(null) is null and ph.chart_table('') is null and ph.chart_table('<svg></svg>') is null as none;
