-- ---- pictures: without a title of its own each has one that says what is drawn; unit and source stand in it ----

create function ph.chart_pyramid(female ph.tally, male ph.tally, title text default null, band_width float8 default 5,
	unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_pyramid';
comment on function ph.chart_pyramid(ph.tally, ph.tally, text, float8, text, text) is
	'population pyramid as SVG: exposure by age in bands';

create function ph.chart_ranked(
	labels text[], estimates ph.estimate[], benchmark float8 default null, title text default null,
	unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_ranked';
comment on function ph.chart_ranked(text[], ph.estimate[], float8, text, text, text) is
	'places with their limits as SVG, in the order given, beside a benchmark; a place without a value shows its note';

create function ph.chart_bars(
	labels text[], series text[], heights float8[], title text default null, unit text default '',
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_bars';
comment on function ph.chart_bars(text[], text[], float8[], text, text, text) is
	'groups of bars as SVG, a bar a series, at most four; heights group by group; NULL is not shown; '
	'unit follows each number';

create function ph.chart_completeness(
	labels text[], periods text[], counts float8[], title text default null, unit text default null,
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_completeness';
comment on function ph.chart_completeness(text[], text[], float8[], text, text, text) is
	'what arrived in each period as SVG: a row of bars a label, a bar a period, counts label by label; NULL is a gap; '
	'a period with less than half of the usual one, the median of its row, is a warning, '
	'and the last one is told as a share of it. Errors: 22023 for counts that are not one a label and period';

create function ph.chart_control(
	periods timestamptz[], points ph.control_point[], title text default null, unit text default null,
	source text default null)
returns text
language c stable parallel safe
as 'MODULE_PATHNAME', 'chart_control';
comment on function ph.chart_control(timestamptz[], ph.control_point[], text, text, text) is
	'control chart as SVG from the points of ph.control_xmr and its siblings; special causes are diamonds';

create function ph.chart_funnel(
	labels text[], points ph.funnel_point[], title text default null, unit text default null,
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_funnel';
comment on function ph.chart_funnel(text[], ph.funnel_point[], text, text, text) is
	'funnel plot as SVG from the points of ph.funnel; places outside 99.8 % limits are diamonds and named';

create function ph.chart_survival(
	tallies ph.tally[], labels text[] default null, title text default null, confidence float8 default 0.95,
	at_risk boolean default true, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_survival';
comment on function ph.chart_survival(ph.tally[], text[], text, float8, boolean, text, text) is
	'Kaplan-Meier curves as SVG, at most four, with log-log limits as bands and the people at risk below';

create function ph.chart_slope(
	tallies ph.tally[], labels text[] default null, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, title text default null, groups integer default null,
	age float8 default 0, until float8 default null, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_slope';
comment on function ph.chart_slope(
	ph.tally[], text[], text, ph.tally, float8, float8, text, integer, float8, float8, text, text) is
	'inequality by group as SVG, the most disadvantaged first, with the line of the slope index';

create function ph.chart_map(
	ids text[], numbers float8[], boundaries text[] default null, title text default null, unit text default null,
	source text default null, labels text[] default null, classes integer default 5, benchmark float8 default null,
	better text default 'neither', id_property text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_map';
comment on function ph.chart_map(
	text[], float8[], text[], text, text, text, text[], integer, float8, text, text) is
	'map of places as SVG, in 3 to 7 classes of their numbers: by quantile, or around a benchmark, as far above as '
	'below; '
	'boundaries: GeoJSON (RFC 7946; Polygon, MultiPolygon), a FeatureCollection of which a feature''s id, the property '
	'id_property, or the only property that does, names a place of ids, or one geometry a place as ST_AsGeoJSON writes '
	'it; degrees are drawn at their mean latitude, metres as they are; NULL draws tiles in the order given. '
	'better (lower, higher, neither): the side of the benchmark that is worse is orange and dotted. '
	'A number that is NULL is hatched, a place without a boundary is counted. '
	'Errors: 22023 for places named twice, lists of different lengths, numbers or coordinates beyond 1e300 and 1e9, '
	'other geometries, more than 32 MB a text or ten million points; 22P02 for text that is no JSON';

create function ph.chart_table(picture text) returns text language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
	with said as (
		select substring(picture from '<metadata>([^<]*)</metadata>')::jsonb as said
	), line as (
		select number, string_agg(
				format(
					case
						when number = 1 then '<th scope="col"%s>%s</th>'
						when position = 1 then '<th scope="row"%s>%s</th>'
						else '<td%s>%s</td>'
					end,
					case when position > 1 and of_numbers then ' class="n"' end,
					replace(replace(replace(replace(cell, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')),
				'' order by position) as cells
		from (
			select number, position, cell,
				bool_and(number = 1 or cell ~ '^(-?[0-9][0-9,.]*(e[+-]?[0-9]+)?( %)?)?$') over (partition by position)
					and max(cell) filter (where number > 1) over (partition by position) > '' as of_numbers
			from said, jsonb_array_elements(said -> 'rows') with ordinality r (cells, number),
				jsonb_array_elements_text(cells) with ordinality c (cell, position)
		) cell
		group by number
	)
	select format(E'<table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n<tbody>\n%s\n</tbody></table>',
		replace(replace(replace(
			(said ->> 'caption') || coalesce('; ' || nullif(said ->> 'unit', ''), ''), '&', '&amp;'), '<', '&lt;'),
			'>', '&gt;'),
		(select cells from line where number = 1),
		(select string_agg('<tr>' || cells || '</tr>', E'\n' order by number) from line where number > 1))
	from said
	where said is not null;
end;
comment on function ph.chart_table(text) is
	'the numbers of a picture of ph.chart_* as an HTML table with a caption, to stand beside it; '
	'NULL where the picture shows nothing, or where it is no picture. All text is escaped. '
	'Columns in which there are only numbers have the class n. Errors: 22P02 for a picture that was changed';
