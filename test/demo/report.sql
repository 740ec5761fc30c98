-- Writes the answers of analysis.sql, scores.sql and findings.sql as one HTML page, pictures included, without scripts
-- or anything from outside:
--
--     psql -XAtq -v schema=health -v source="$(cat analysis.sql scores.sql findings.sql)" -f report.sql > report.html
--
-- source is the text that the page quotes. All text goes through pg_temp.escaped.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset fieldsep '\n'
\pset tuples_only on
set client_min_messages = warning;
set search_path = pg_temp, pg_catalog;

create function pg_temp.escaped(raw text) returns text language sql immutable
return replace(replace(replace(replace(raw, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');

create function pg_temp.quoted(name text, source text) returns text language sql immutable
return format(E'<details><summary>The query of %s</summary><pre>%s</pre></details>', replace(name, '_', ' '),
  pg_temp.escaped(coalesce(
    substring(source from '(create table analysis\.' || name || E' as\n[^;]*;)'), 'create view analysis.' || name)));

-- a note of an estimate (docs/estimate.md) for who reads no code; what is not known here, without its underlines
create function pg_temp.in_words(note text) returns text language sql immutable
return case
  when note ~ '^empty_band: ' then (
    select 'no rate: nobody of ' || case
        when first + 5 * (bands - 1) >= 90 then first || ' or over here'
        when bands = 1 then format('%s to %s here', first, first + 4)
        else format('%s to %s here, nor of %s more ages', first, first + 4, bands - 1)
      end
    from (
      select substring(note from '([0-9]+) without')::integer as bands,
        substring(note from 'first at ([0-9]+)')::integer as first
    ) band)
  when note ~ '^fewer_than_10_events' then 'no rate: fewer than 10 admissions'
  when note ~ '^missing_input' then 'no rate: numbers are missing'
  when note ~ '^(no_exposure|no_data)' then 'no rate: nobody was here'
  when note ~ '^(zero|no)_expected' then 'no ratio: none would be expected'
  when note ~ '^unknown_key' then 'people of unknown age are left out'
  when note ~ '^impossible_age' then 'ages that nobody has are left out'
  when note ~ '^events_without_exposure' then 'no rate: admissions at an age of which nobody was here'
  else regexp_replace(note, '([a-z])_(?=[a-z])', '\1 ', 'g')
end;

-- a picture, and what it shows as a table beside it
create function pg_temp.figure(picture text) returns text language sql immutable
return format(E'<figure><div class="wide" tabindex="0">%s</div>\n%s</figure>', picture,
  coalesce('<details><summary>The numbers of this picture</summary><div class="wide">'
    || ph.chart_table(picture) || '</div></details>', ''));

-- what disclosure control has left out of a picture or a table
create function pg_temp.left_out(hidden bigint, of_all bigint, what text) returns text language sql immutable
return case
  when hidden = 0 then ''
  else format('<p class="soft">Left out: %s of %s %s, which tell of fewer than 10, or would give such a count away.'
    '</p>', hidden, of_all, what)
end;

create function pg_temp.source() returns text language sql stable
return format('the linked records of this system, up to %s', analysis.day(1) - 1);

-- a column in which there are only numbers is set to the right; words of the code are words
-- of_group: the rows of that group, without saying it in each
create function pg_temp.html_table(relation text, caption text, of_group text default null) returns text
language plpgsql as $$
declare
  content text;
  found bigint;
begin
  execute format($q$
    with cells as (
      select line, position - (%2$L is not null)::integer as position, key,
        case
          when key = 'note' then pg_temp.in_words(value)
          else regexp_replace(value, '([a-z])_(?=[a-z])', '\1 ', 'g')
        end as value,
        case when position > 1 + (%2$L is not null)::integer
          and bool_and(value is null or value ~ '^(-?[0-9][0-9,.]*( %%)?|<10|held back)$') over (partition by position)
          then ' class="n"' else '' end as class
      from (select row_number() over () as line, t from analysis.%1$I t) lines,
        json_each_text(row_to_json(t)) with ordinality j (key, value, position)
      where %L is null or row_to_json(t) ->> 'group' = %2$L and key <> 'group'
    ), lines as (
      select line,
        string_agg(format('<th scope="col"%%s>%%s</th>', class, pg_temp.escaped(key)), '' order by position) as heading,
        string_agg(
          format(case when position = 1 then '<th scope="row"%%s>%%s</th>' else '<td%%s>%%s</td>' end, class,
            pg_temp.escaped(value)),
          '' order by position) as cells
      from cells
      group by line
    )
    select count(*), format(
      E'<div class="wide" tabindex="0"><table>\n<caption>%%s</caption>\n<thead><tr>%%s</tr></thead>\n<tbody>\n%%s\n'
        '</tbody></table></div>',
      %3$L, min(heading), string_agg('<tr>' || cells || '</tr>', E'\n' order by line))
    from lines $q$, relation, of_group, pg_temp.escaped(caption))
  into found, content;
  return case when found = 0 then format('<p class="soft">%s: none.</p>', pg_temp.escaped(caption))
    when found > 24 then format('<details><summary>%s, %s rows</summary>%s</details>', pg_temp.escaped(caption), found,
      content)
    else content end;
end $$;

-- the months of a measure
create function pg_temp.trend_figure(c analysis.chosen) returns text language sql stable as $$
	select case
			when count(*) < 13 then '<p class="soft">No trend is drawn: fewer than 13 months of it are folded.</p>'
			else pg_temp.figure(ph.chart_control(array_agg(t.period order by t.period),
					array_agg(case
						when hidden then row(null, 1, mean, lower_limit, upper_limit, null, null, null, null, null,
							null, null, null, null, null, null, null, 'not shown')::ph.control_point
						else row(chart_value, 1, mean, lower_limit, upper_limit, null, null, null, null, null,
							null, null, null, rule, improvement, variation, null, t.note)::ph.control_point
					end order by t.period),
					c.name || ' by month', case when c.seasonal then 'to those expected of the season' else c.unit end,
					pg_temp.source()))
				|| pg_temp.left_out(count(*) filter (where hidden), count(*), 'months')
		end
	from analysis.trend t
	where t.measure = c.measure
$$;

create function pg_temp.ranked_figure(c analysis.chosen) returns text language sql stable as $$
	select coalesce(pg_temp.figure(ph.chart_ranked(array_agg(place_name order by shown, place_name),
				array_agg(case
					when hidden then row(null, null, null, 'fewer than 10, or held back')::ph.estimate
					when value is null then row(null, null, null, pg_temp.in_words(note))::ph.estimate
					else row(value, lower, upper, null)::ph.estimate
				end order by shown, place_name),
				c.system_value, c.name || ' by place', c.unit, pg_temp.source()))
			|| pg_temp.left_out(count(*) filter (where hidden), count(*), 'places'), '')
	from (
		select *, case when not hidden then value end as shown
		from analysis.place_value
		where level = 'place' and measure = c.measure
		limit 100
	) v
	having count(*) > 0
$$;

create function pg_temp.funnel_figure(c analysis.chosen) returns text language sql stable as $$
	select case
			when count(*) = 0 then '<p class="soft">No funnel is drawn: '
				|| case when c.indicator in ('proportion', 'rate', 'dsr')
					then 'of no level with 5 to 200 places may nine in ten be shown.'
					else 'it is no rate or share of people.' end
				|| '</p>'
			else pg_temp.figure(ph.chart_funnel(array_agg(place_name order by place_id) filter (where not hidden),
					array_agg(point order by place_id) filter (where not hidden),
					format('%s: funnel by %s', c.name, replace(min(level), '_', ' ')), c.unit, pg_temp.source()))
				|| pg_temp.left_out(count(*) filter (where hidden), count(*), 'places')
		end
	from analysis.funnel f
	where f.measure = c.measure
$$;

create function pg_temp.inequality_figure(c analysis.chosen) returns text language sql stable as $$
	select case
			when count(*) = 0 then '<p class="soft">Inequality is not drawn: no fifth of deprivation is known.</p>'
			when bool_or(hidden)
				then '<p class="soft">Inequality is not drawn: in a fifth fewer than 10 people have an event.</p>'
			when bool_or(value is null)
				then format('<p class="soft">Inequality is not drawn: fifth %s</p>', string_agg(
					group_name || ', ' || pg_temp.in_words(note), '; ' order by group_name)
					filter (where value is null))
			else pg_temp.figure(ph.chart_slope(array_agg(tally order by group_name),
					array_agg(case group_name when '1' then '1, most deprived' when '5' then '5, least deprived'
						else group_name end order by group_name),
					c.indicator, c.reference_tally, c.per, title => c.name || ' by fifth', groups => 5,
					age => coalesce(c.age, 0), until => c.until, unit => c.unit, source => pg_temp.source()))
		end
	from analysis.fifth f
	where f.measure = c.measure
$$;

-- how many verdicts are said of places, and how many chance alone would give
create function pg_temp.by_chance(c analysis.chosen) returns text language sql stable as $$
	select coalesce(format('<p>%s</p>', string_agg(format('Level %s: of %s held against the larger place %s are said '
			'to differ; chance alone would make about %s.', replace(level, '_', ' '), judged, said_better + said_worse,
			analysis.one_place(by_chance)), ' ' order by judged)), '')
	from analysis.chance
	where measure = c.measure and compared = 'parent' and judged > 0
$$;

create function pg_temp.measure_page(c analysis.chosen) returns text language sql stable as $$
	select format(E'<h3 class="page" id="measure_%s">%s</h3>\n<p>%s The system: <strong>%s</strong> %s (%s)%s.</p>\n'
		'<p class="soft">Source of the definition: %s. It leaves out: %s</p>\n', c.measure, pg_temp.escaped(c.name),
		pg_temp.escaped(c.meaning), analysis.figure(s.value), pg_temp.escaped(s.unit),
		analysis.interval_of(s.lower, s.upper),
		coalesce(format(', %s the year before: ', analysis.before(s.before_value, s.since_year_before))
			|| case s.since_year_before when 'similar' then 'no clear change'
				else 'surely ' || s.since_year_before end, ''),
		pg_temp.escaped(c.source), pg_temp.escaped(coalesce(c.leaves_out, 'nothing that is known.')))
	|| concat_ws(E'\n', pg_temp.trend_figure(c), pg_temp.ranked_figure(c), pg_temp.by_chance(c),
		pg_temp.funnel_figure(c), pg_temp.inequality_figure(c))
	from analysis.scorecard s
	where s.measure = c.measure
$$;

select analysis.day(0) as index_day \gset
\qecho '<!DOCTYPE html>'
\qecho '<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,'
\qecho 'initial-scale=1">'
\qecho '<title>Population health at' :index_day '</title><style>'
\qecho ':root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6876; --rule: #d5dbe2; --band:'
\qecho '  #eef2f6; --link: #1f6691; }'
\qecho '@media screen and (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e4e9ee; --soft: #9aa7b4;'
\qecho '  --rule: #35404b; --band: #1e262e; --link: #6db1d6; } }'
\qecho 'body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; background: var(--paper); color:'
\qecho '  var(--ink); font: 16px/1.5 system-ui, sans-serif; }'
\qecho 'h1 { font-size: 1.7rem; line-height: 1.2; }'
\qecho 'h2 { font-size: 1.25rem; margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; }'
\qecho 'h3 { font-size: 1rem; margin: 2rem 0 0; }'
\qecho 'p { max-width: 44rem; } .soft { color: var(--soft); }'
\qecho 'nav ol { list-style: none; padding: 0; } nav li { padding: 0.2rem 0; } a { color: var(--link); }'
\qecho 'figure { margin: 1rem 0; }'
\qecho '.wide { overflow-x: auto; max-width: 100%; }'
\qecho 'table { border-collapse: collapse; font-size: 0.85rem; margin: 0.75rem 0; }'
\qecho 'caption { text-align: left; font-weight: 600; padding-bottom: 0.3rem; }'
\qecho 'th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--rule);'
\qecho '  vertical-align: top; font-weight: 400; min-width: 3.5rem; }'
\qecho 'thead th { color: var(--soft); font-weight: 600; }'
\qecho '.n { text-align: right; font-variant-numeric: tabular-nums; } td.n { white-space: nowrap; }'
\qecho 'summary { cursor: pointer; color: var(--soft); font-size: 0.85rem; padding: 0.3rem 0; }'
\qecho 'pre { overflow-x: auto; background: var(--band); padding: 0.75rem; font-size: 0.75rem; line-height: 1.4; }'
\qecho '.found { padding-left: 1.4rem; font-size: 1.05rem; } .found li { max-width: 44rem; margin: 0.6rem 0; }'
\qecho '@media (max-width: 40rem) { body { padding: 0.5rem 1rem 3rem; } h1 { font-size: 1.4rem; } h2 { margin-top:'
\qecho '  2rem; } }'
\qecho '@media print { body { max-width: none; padding: 0; font-size: 10pt; } nav, summary { display: none; }'
\qecho '  h2, h3 { break-after: avoid; } .page { break-before: page; } figure, tr, svg { break-inside: avoid; }'
\qecho '  .wide { overflow: visible; } }'
\qecho '</style></head><body>'

select format(E'<h1>Population health at %s</h1>\n<p>%s people, %s. The follow-up year ends on %s.</p>',
		analysis.day(0),
		analysis.whole((select count(*) from analysis.people)),
		pg_temp.escaped(coalesce((
				select string_agg(name, ', ' order by name)
				from analysis.rate
				where level = 'system' and place_id is not null
			),
			'')),
		analysis.day(1) - 1);
\qecho '<p class="soft">Unplanned admissions are all encounters of the kind NEL, births included where they are'
\qecho 'recorded as such. Counts that tell of fewer than 10 people are not shown; others are held back, or rounded to'
\qecho '5, so that these cannot be worked out.</p>'

\qecho '<h2 id="found">1. What was found</h2>'
select format(E'<ol class="found">\n%s\n</ol>',
		string_agg(format('<li>%s</li>', pg_temp.escaped(sentence)), E'\n' order by position))
from analysis.sentence;
\qecho '<p class="soft">In brackets are 95 % limits: where the number may lie by chance. "Surely" is said where limits'
\qecho 'exclude no difference; of twenty such comparisons one does so by chance alone.</p>'

\qecho '<nav aria-label="Contents"><ol>'
\qecho '<li><a href="#found">1. What was found</a></li>'
\qecho '<li><a href="#scorecard">2. Scorecard</a></li>'
\qecho '<li><a href="#goals">3. Goals</a></li>'
\qecho '<li><a href="#map">4. Map</a></li>'
\qecho '<li><a href="#measures">5. Measures</a></li>'
\qecho '<li><a href="#gaps">6. Before and after: gaps by deprivation</a></li>'
\qecho '<li><a href="#data">7. The data</a></li>'
\qecho '<li><a href="#population">8. Population</a></li>'
\qecho '<li><a href="#conditions">9. Conditions, scores and tiers</a></li>'
\qecho '<li><a href="#segments">10. Segments</a></li>'
\qecho '<li><a href="#places">11. Places</a></li>'
\qecho '<li><a href="#months">12. Months</a></li>'
\qecho '<li><a href="#reached">13. Who was reached</a></li>'
\qecho '<li><a href="#scores">14. Scores, judged</a></li>'
\qecho '<li><a href="#record">15. One record</a></li>'
\qecho '<li><a href="#wobble">16. Whose tempo has changed</a></li>'
\qecho '<li><a href="#help">17. How far help came</a></li>'
\qecho '<li><a href="#money">18. Money</a></li>'
\qecho '</ol></nav>'

\qecho '<h2 id="scorecard">2. Scorecard</h2>'
select format('<p>%s in %s by the triple aim, each measure against the year before; there is no sum of them. %s</p>',
		pg_temp.escaped(coalesce(max(place_name), 'The system')), coalesce(max(analysis.year.name), 'no year'),
		case
			when count(measure) = 0 then 'No measure has a value: no financial year is over, or no place is the system.'
			else 'What is worse comes first.'
		end)
from analysis.year
left join (
	select * from :"schema".measure_place where level = 'system'
) s on s.place_id = system
left join analysis.scorecard on true
where is_last;
select string_agg(pg_temp.html_table('scorecard_table', upper(left(g, 1)) || substring(g from 2), g), E'\n'
		order by array_position(array['outcomes', 'quality and experience', 'cost a head'], g))
from (select distinct group_name as g from analysis.scorecard where value is not null) grouped;
select format('<p>Trade-offs: %s.</p>', string_agg(pg_temp.escaped(name || ', ' || trade_off), '; ' order by name))
from analysis.scorecard
where trade_off is not null
having count(*) > 0;
select pg_temp.html_table('no_value_table', 'Measures without a value, and why'),
	pg_temp.quoted('scorecard', :'source');

\qecho '<h2 id="goals">3. Goals</h2>'
select case
		when count(*) = 0 then '<p>No goals are set. A row of the table goal sets one: which measure shall have which '
			'value, where and by when; its owners stand in goal_owner, and it is live when all have signed '
			'(docs/goal.md).</p>'
		else format('<p>%s goals, %s of them live, that is, signed by all owners. The chance is that of the value as '
			'it will be counted, if the trend goes on.</p>', count(*), count(*) filter (where live))
	end
from analysis.goal;
select pg_temp.html_table('goal_table', 'Goals'),
	pg_temp.html_table('goal_part_table', 'Parts of goals, in events, which add up; rounded to 5'),
	pg_temp.html_table('delivery_table', 'What partners have signed, promised and delivered'),
	pg_temp.quoted('goal', :'source')
where exists (select from analysis.goal);

\qecho '<h2 id="map">4. Map</h2>'
select coalesce((
			select pg_temp.figure(ph.chart_map(array_agg(place_name order by place_id),
					array_agg(case when not hidden then value end order by place_id), null,
					format('%s, %s, by %s', min(name), min(year), replace(min(level), '_', ' ')),
					min(unit), pg_temp.source(), benchmark => min(system_value), better => min(better)))
				|| pg_temp.left_out(count(*) filter (where hidden), count(*), 'places')
				|| format('<p class="soft">The classes lie around the value of the system, %s. No boundaries are '
					'loaded, so a place is a tile.</p>', analysis.figure(min(system_value)))
			from analysis.mapped
			having count(*) > 0
		),
		'<p class="soft">Not drawn: no measure may be shown of nine in ten places of any level with 5 to 200.</p>');

\qecho '<h2 id="measures">5. Measures</h2>'
select case
		when count(*) = 0 then '<p>No measure has a value of the last year.</p>'
		else format('<p>A page each: %s. A verdict is said where 95 %% limits exclude no difference, so of twenty '
			'places that do not differ one is said to.</p>', string_agg(format('<a href="#measure_%s">%s</a>', measure,
			pg_temp.escaped(name)), ', ' order by position))
	end
from analysis.chosen;
select pg_temp.measure_page(c) from analysis.chosen c order by position;

\qecho '<h2 id="gaps">6. Before and after: gaps by deprivation</h2>'
\qecho '<p>The gap is that from the least to the most deprived end of a straight line through the fifths (the slope'
\qecho 'index of inequality): above 0 the most deprived have more. Two years are compared place by place; nothing is'
\qecho 'said of what brought a change about.</p>'
select pg_temp.html_table('gap_table', 'Gaps by deprivation and their change since the year before'),
	pg_temp.quoted('gap', :'source');

\qecho '<h2 id="data">7. The data</h2>'
\qecho '<p>What became of the rows of the source: used, set aside under the first fault that they have, remarked. Below'
\qecho 'them, the records of each month: one with less than half of the usual one is a warning.</p>'
select pg_temp.html_table('source_table', 'Rows of the source');
select pg_temp.figure(ph.chart_completeness(array_agg(replace(relation, '_', ' ') order by relation), min(items),
		array_agg(counts order by relation), 'Records by month', source => pg_temp.source()))
from (
	select relation, array_agg(item order by item) as items,
		array_agg(case when not analysis.hidden(rows) then rows end::float8 order by item) as counts
	from analysis.source
	where section = 'months'
	group by relation
) m;
select pg_temp.left_out(count(*) filter (where analysis.hidden(rows)), count(*), 'months of a kind of record')
from analysis.source
where section = 'months';
select pg_temp.html_table('field_table', 'Fields that not every row knows');
select pg_temp.html_table('register_table', 'Registers beside what is plausible');
select pg_temp.html_table('missing_table', 'What cannot be answered'), pg_temp.quoted('source', :'source');

\qecho '<h2 id="population">8. Population</h2>'
select pg_temp.figure(ph.chart_pyramid(ph.count_tally(age_from, 0, people) filter (where sex = 'F' and not hidden),
			ph.count_tally(age_from, 0, people) filter (where sex = 'M' and not hidden),
			'People by age and sex; a band of few people is not shown', source => pg_temp.source())),
	pg_temp.left_out(count(*) filter (where hidden), count(*), 'bands of age and sex')
from (select *, analysis.hidden(people, below) as hidden from analysis.pyramid) p;
select pg_temp.html_table('pyramid_table', 'People by age and sex'),
	pg_temp.html_table('deprivation_table', 'People by quintile of deprivation'),
	pg_temp.quoted('pyramid', :'source'),
	pg_temp.quoted('people', :'source');

\qecho '<h2 id="conditions">9. Conditions, scores and tiers</h2>'
\qecho '<p>Charlson and the Hospital Frailty Risk Score come from the ICD-10 diagnoses of the two years before; who'
\qecho 'has none scores 0. The tiers order people by their unplanned admissions in the year before. Most people tie'
\qecho 'at a cut, and the table of ties says what each rule would do; here ties are split by hospital frailty.</p>'
select pg_temp.figure(ph.chart_bars(array_agg('Tier ' || tier order by tier), array['people', 'cost', 'admissions'],
		array_agg(case
			when analysis.hidden(people, below) then array[null, null, null]::numeric[]
			else array[round(100 * people_share, 1), round(100 * cost_share, 1),
				case when not analysis.hidden(admissions) then round(100 * admission_share, 1) end]
		end::float8[] order by tier),
		'What each tier accounts for in the next year', ' %', pg_temp.source())),
	pg_temp.left_out(count(*) filter (where analysis.hidden(people, below)), count(*), 'tiers')
from analysis.tier;
select pg_temp.html_table('tier_table', 'Tiers, and what came in the next year');
\qecho '<h3>Days to the first unplanned admission</h3>'
\qecho '<p>The share of each tier without one, with 95 % limits. A step holds 10 admissions or more; a tier with'
\qecho 'fewer than 10 is not drawn.</p>'
select pg_temp.figure(ph.chart_survival(array_agg(tally order by tier) filter (where admitted >= 10),
			array_agg('Tier ' || tier order by tier) filter (where admitted >= 10),
			'Without an unplanned admission, by days', at_risk => false, unit => 'days', source => pg_temp.source())),
	pg_temp.left_out(count(*) filter (where admitted < 10), count(*), 'tiers')
from analysis.admission_free;
select pg_temp.quoted('admission_free', :'source');
select pg_temp.html_table('tie_table', 'What each rule of ties would do at the cuts');
select pg_temp.html_table('morbidity_table', 'Scores from the diagnoses of two years before'),
	pg_temp.quoted('tier', :'source'),
	pg_temp.quoted('tie', :'source'),
	pg_temp.quoted('morbidity', :'source');

\qecho '<h2 id="segments">10. Segments</h2>'
\qecho '<p>Bridges to Health: the first of the ordered rules that matches is the segment. An input that the data'
\qecho 'cannot tell is unknown and matches nothing.</p>'
select pg_temp.figure(ph.chart_bars(array_agg(segment order by rank), array['people', 'cost'],
		array_agg(case
			when analysis.hidden(people, below) then array[null, null]::numeric[]
			else array[round(100 * people_share, 1), round(100 * cost_share, 1)]
		end::float8[] order by rank),
		'Segments: share of people, and of the cost of the next year', ' %', pg_temp.source())),
	pg_temp.left_out(count(*) filter (where analysis.hidden(people, below)), count(*), 'segments')
from analysis.segment;
select pg_temp.html_table('segment_table', 'Segments, and what came in the next year'),
	pg_temp.html_table('coverage_table', 'Rules of the segments, and what is known of their inputs'),
	pg_temp.quoted('segment', :'source'),
	pg_temp.quoted('people', :'source');

\qecho '<h2 id="places">11. Places</h2>'
\qecho '<p>Unplanned admissions in the follow-up year per 100,000 person-years, directly standardised to the European'
\qecho 'standard population of 2013, with 95 % limits that allow for people admitted more than once. The line is the'
\qecho 'whole system.</p>'
select pg_temp.figure(ph.chart_ranked(array_agg(case
			when level = 'quintile of deprivation' then 'deprivation quintile ' || name
			else name
		end order by rank),
		array_agg(case
			when hidden then row(null, null, null, 'fewer than 10, or held back')::ph.estimate
			when value is null then row(null, null, null, pg_temp.in_words(note))::ph.estimate
			else row(value, lower, upper, null)::ph.estimate
		end order by rank),
		max(value) filter (where level = 'system' and place_id is not null and not hidden),
		'Unplanned admissions by place: standardised rate and 95 % limits',
		'admissions per 100,000 person-years', pg_temp.source())),
	pg_temp.left_out(count(*) filter (where hidden), count(*), 'places and quintiles')
from (
	select *, analysis.hidden(people) or analysis.hidden(events) as hidden,
		row_number() over (order by level = 'quintile of deprivation', level = 'place', place_id) as rank
	from analysis.rate
	where level <> 'neighbourhood'
) r;
select pg_temp.html_table('rate_table', 'Unplanned admissions per 100,000 person-years, age-standardised');
\qecho '<h3>Deprivation</h3>'
\qecho '<p>The same rate by quintile of deprivation, the most deprived on the left; the dashed line is that of the'
\qecho 'slope index of inequality.</p>'
select case
		when bool_or(analysis.hidden(people) or analysis.hidden(events))
			then '<p class="soft">Not shown: a quintile has fewer than 10 people or admissions.</p>'
		when bool_or(value is null)
			then format('<p class="soft">Not drawn: %s.</p>', string_agg(
				format('quintile %s, %s', name, pg_temp.in_words(note)), '; ' order by place_id)
				filter (where value is null))
		else pg_temp.figure(ph.chart_slope(array_agg(tally order by place_id),
				array_agg(case name when '1' then '1, most deprived' when '5' then '5, least deprived' else name end
					order by place_id),
				title => 'Unplanned admissions by quintile of deprivation', groups => 5,
				unit => 'admissions per 100,000 person-years', source => pg_temp.source()))
	end
from analysis.rate
where level = 'quintile of deprivation' and place_id is not null;
\qecho '<h3>Admissions to expected admissions</h3>'
\qecho '<p>The funnel is of the smallest areas of which at least nine in ten may be shown, since the busy ones alone'
\qecho 'would all lie above the whole. Each lies at its expected admissions, from which its limits follow; they allow'
\qecho 'for areas that differ more than by chance, as where people are admitted more than once.</p>'
select coalesce((
			select pg_temp.figure(ph.chart_funnel(array_agg(name order by area), array_agg(funnel order by area),
					format('Each %s: ratio to expected admissions, by expected admissions', min(level)),
					'admissions to expected admissions', pg_temp.source()))
			from analysis.area
			join analysis.funnel_level using (level)
			where not hidden
		)
			|| (
				select pg_temp.left_out(left_out, areas, 'areas')
				from analysis.funnel_level
			),
		'<p class="soft">Not drawn: at every level more than a tenth of the areas have fewer than 10 admissions.</p>');
select pg_temp.html_table('small_area_table', 'Small areas: admissions to expected admissions');
select pg_temp.html_table('no_answer_table', 'Places without an answer'),
	pg_temp.quoted('rate', :'source'),
	pg_temp.quoted('area', :'source'),
	pg_temp.quoted('small_area', :'source');

\qecho '<h2 id="months">12. Months</h2>'
\qecho '<p>Unplanned admissions by month, over those that the month of the year, its days and the people registered'
\qecho 'would have; 1 is as many as expected. The limits are those of a U chart, allowing for what varies more than'
\qecho 'by chance (Laney); special causes have shapes of their own. A chart of the bare counts would call every winter'
\qecho 'one.</p>'
select pg_temp.figure(ph.chart_control(array_agg(month order by month),
		array_agg(case
			when hidden
				then row(null, (point).phase, (point).mean, (point).lower, (point).upper, null, null, null, null, null,
					null, null, null, null, null, null, null, 'not shown')::ph.control_point
			else point
		end order by month),
		'Unplanned admissions by month, as a ratio to those expected of the season',
		'admissions to expected admissions', pg_temp.source())),
	pg_temp.left_out(count(*) filter (where hidden), count(*), 'months')
from (select *, analysis.hidden(admissions, below) as hidden from analysis.month) m;
select pg_temp.html_table('month_table', 'Unplanned admissions by month'), pg_temp.quoted('month', :'source');

\qecho '<h2 id="reached">13. Who was reached</h2>'
\qecho '<p>People in programmes, as recorded, by the deprivation of where they live; counts are rounded to 5. This says'
\qecho 'who was reached, and nothing of what came of it: who is enrolled differs from who is not.</p>'
select pg_temp.html_table('reached_table', 'People in programmes by quintile of deprivation'),
	pg_temp.quoted('reached', :'source');

\qecho '<h2 id="scores">14. Scores, judged</h2>'
select to_regclass('analysis.judgement') is not null as is_judged
\gset
\if :is_judged
\qecho '<p>A score that decides who is offered help is on record, and judged by what came in the follow-up year: does'
\qecho 'it find those who were admitted, and are its risks right? Listed are people of the first two tiers, and who is'
\qecho 'tied with them. A curve of 0.5 is a coin, of 1 a score without error; observed to expected below 1 says that'
\qecho 'the risks are too high.</p>'
select pg_temp.html_table('judgement_table', 'Scores of the index day, judged by the admissions of a year');
\qecho '<h3>For whom</h3>'
\qecho '<p>Calibration by group cannot see that a group is served less than it needs. So people are compared with'
\qecho 'everybody else of the same score: have they more conditions, or more emergencies? Above 1 they need more than'
\qecho 'the score says (under served), and moving their risks down would pass them over the more. Limits allow for the'
\qecho 'number of groups; what the score is made of, such as age, is shown and not judged. Counts are rounded to 5.</p>'
select pg_temp.html_table('judged_group_table', 'The fitted score by group');
select pg_temp.quoted('judgement', :'source'), pg_temp.quoted('judged_group', :'source');
\else
\qecho '<p class="soft">No score is judged: scores.sql was not run.</p>'
\endif

select to_regclass('analysis.shown_person') is not null as has_record
\gset
\qecho '<h2 id="record">15. One record</h2>'
\if :has_record
\qecho '<p>What all partners know of one person in a year: a lane a partner, a row and a shape for contacts in a'
\qecho 'crisis, unplanned and planned; stays, work and offers as bars, life events as flags.</p>'
select coalesce((
			select pg_temp.figure(ph.chart_person(:'schema', person_id, analysis.day(0), null,
				'Amina Example (made up)', pg_temp.source()))
			from analysis.shown_person
		), '<p class="soft">Nobody is shown: records of people who are not made up are opened, and not printed.</p>');
\qecho '<h2 id="wobble">16. Whose tempo has changed</h2>'
\qecho '<p>Whose contacts with all partners came, in the last week of the data, oftener than is usual for them. A false'
\qecho 'alarm is asked for once in ten person-years; most alarms are false, and a tenth to a fifth of the crises show'
\qecho 'nothing before them. Who is unseen is not stable: nobody can tell.</p>'
select pg_temp.html_table('wobble_count_table', 'People, by what can be told of their tempo');
select case
		when exists (select from analysis.wobble_list)
			then pg_temp.html_table('wobble_table', 'This week''s list, the strongest first')
		else '<p class="soft">No list: nobody is on it, or they are not made up, and it is opened on record.</p>'
	end;
select pg_temp.quoted('wobble_list', :'source');
create function pg_temp.cascade_figure(stages analysis.reached_stage[], title text) returns text
language sql stable as $$
	select case
			when count(*) = 0 then ''
			when not analysis.is_made_up()
				and bool_or(analysis.hidden(reached) or analysis.hidden(lost) or analysis.hidden(open))
				then format('<p class="soft">Not drawn: %s; at a stage fewer than 10 people are.</p>',
					pg_temp.escaped(title))
			else pg_temp.figure(ph.chart_cascade(array_agg(answer order by number), null, title,
				source => pg_temp.source()))
		end
	from unnest(stages) s
$$;
\qecho '<h2 id="help">17. How far help came</h2>'
\qecho '<p>From who was identified to who was better: who is lost on the way, and where. Those who wait are open and'
\qecho 'not lost. That more moved on is no effect of what helps.</p>'
select pg_temp.cascade_figure(array_agg(s order by number), 'Everybody identified for ' || min(name))
from analysis.reached_stage s
where intervention = (
		select intervention from analysis.reached_stage where number = 1 order by reached desc, intervention limit 1);
select case
		when exists (select from analysis.reached_stage) then pg_temp.html_table('reached_stage_table',
			'Stages of the interventions to which most people came')
		else '<p class="soft">No offers are known.</p>'
	end;
\qecho '<h3>Work and health</h3>'
\qecho '<p>Of everybody in work with a long-term condition: who was identified, offered and given support, and was'
\qecho 'still in work three, six and twelve months later.</p>'
select pg_temp.cascade_figure(array_agg(row(s.*)::analysis.reached_stage order by number),
		'In work with a condition: ' || min(name))
from analysis.work_stage s;
select case
		when exists (select from analysis.work_stage)
			then pg_temp.html_table('work_stage_table', 'In work with a condition, and what came of it')
		else '<p class="soft">No support with work is known.</p>'
	end;
select pg_temp.quoted('reached_stage', :'source'), pg_temp.quoted('work_stage', :'source');
\else
\qecho '<p class="soft">No records of partners: people.sql was not run.</p>'
\endif

\qecho '<h2 id="money">18. Money</h2>'
select to_regclass('analysis.money_person') is not null as has_money,
	to_regclass('analysis.pool_closing') is not null as has_ledger
\gset
\if :has_money
\qecho '<p>What the people of a place can be expected to cost by age, sex, conditions and deprivation, and not by what'
\qecho 'was spent on them before. 1 is the cost of everybody; chance moves the cost of a small place far.</p>'
select format('<p>Of the differences in cost the model tells, in the half of the people that it was not fitted on: '
		'%s.</p>', string_agg(format('%s of those of a %s', analysis.percent(greatest(r_squared, 0)), level), ', '
			order by groups desc))
from analysis.money_explained;
select pg_temp.html_table('money_need_table', 'Need of places, and how far their own cost may be trusted');
\qecho '<h3>Budget and spend</h3>'
\qecho '<p>The budget is the money of the year before, shared by need: what places and what people with so many'
\qecho 'conditions should have had. Within the limits it is chance.</p>'
select pg_temp.html_table('place_budget_table', 'Budget and spend of the last year, to the nearest 1,000 pounds');
select pg_temp.figure(ph.chart_bridge(array_agg(label order by n), array_agg(amount::float8 order by n),
	'From the cost of the year before to that of the last', 'pounds', pg_temp.source()))
from analysis.bridge_step;
\qecho '<h3>Who gains</h3>'
\qecho '<p>Had there been a contract that gives partners half of what is saved, from 2 % on:</p>'
select pg_temp.html_table('money_settlement_table', 'The year, settled by that contract');
select format('<p>With nothing truly saved, chance alone would have paid the partners in %s of years.</p>',
		analysis.percent(probability_paying))
from analysis.money_settlement;
select pg_temp.html_table('money_failure_table',
	'Where that contract works against the population, or against who serves it: what would be paid, by assumption');
select pg_temp.quoted('place_budget', :'source'), pg_temp.quoted('money_bridge', :'source'),
	pg_temp.quoted('money_failure', :'source');
\else
\qecho '<p class="soft">No budgets: the data have no costs of two years, or money.sql was not run.</p>'
\endif
\if :has_ledger
\qecho '<h3>Shared budgets</h3>'
select pg_temp.html_table('pool_closing_table', 'Agreements at the end of their period');
select case
		when count(*) < 6 then ''
		else pg_temp.figure(ph.chart_control(array_agg(start_date::timestamp at time zone 'UTC' order by start_date),
			array_agg(jsonb_populate_record(point, jsonb_build_object('note', pg_temp.in_words((point).note)))
				order by start_date), 'Share of spending before a crisis, of that and spending in one',
			'share', pg_temp.source()))
	end
from analysis.prevention_month;
\endif

\qecho '</body></html>'
