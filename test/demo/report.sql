-- Writes the answers of analysis.sql as one HTML page, pictures included, without scripts or anything from outside:
--
--     psql -XAtq -v source="$(cat analysis.sql)" -f report.sql > report.html
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

-- a column in which there are only numbers is set to the right
create function pg_temp.html_table(relation text) returns text language plpgsql as $$
declare
  content text;
  found bigint;
begin
  execute format($q$
    with cells as (
      select line, position, key, value,
        case when position > 1
          and bool_and(value is null or value ~ '^(-?[0-9][0-9,.]*( %%)?|<10|held back)$') over (partition by position)
          then ' class="n"' else '' end as class
      from (select row_number() over () as line, t from analysis.%I t) lines,
        json_each_text(row_to_json(t)) with ordinality j (key, value, position)
    ), lines as (
      select line, string_agg(format('<th%%s>%%s</th>', class, pg_temp.escaped(key)), '' order by position) as heading,
        string_agg(format('<td%%s>%%s</td>', class, pg_temp.escaped(value)), '' order by position) as cells
      from cells
      group by line
    )
    select count(*), format(
      E'<div class="wide"><table>\n<thead><tr>%%s</tr></thead>\n<tbody>\n%%s\n</tbody></table></div>',
      min(heading), string_agg('<tr>' || cells || '</tr>', E'\n' order by line))
    from lines $q$, relation)
  into found, content;
  return case when found = 0 then '<p class="soft">None.</p>'
    when found > 24 then format('<details><summary>The table, %s rows</summary>%s</details>', found, content)
    else content end;
end $$;

select analysis.day(0) as index_day \gset
\qecho '<!DOCTYPE html>'
\qecho '<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,'
\qecho 'initial-scale=1">'
\qecho '<title>Population health at' :index_day '</title><style>'
\qecho ':root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6876; --rule: #d5dbe2; --band:'
\qecho '  #eef2f6; }'
\qecho '@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e4e9ee; --soft: #9aa7b4; --rule:'
\qecho '  #35404b; --band: #1e262e; } }'
\qecho 'body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; background: var(--paper); color:'
\qecho '  var(--ink); font: 16px/1.5 system-ui, sans-serif; }'
\qecho 'h1 { font-size: 1.7rem; line-height: 1.2; }'
\qecho 'h2 { font-size: 1.25rem; margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; }'
\qecho 'h3 { font-size: 1rem; margin-bottom: 0; }'
\qecho 'p { max-width: 44rem; } .soft { color: var(--soft); }'
\qecho 'svg { display: block; margin: 1rem 0; }'
\qecho '.wide { overflow-x: auto; }'
\qecho 'table { border-collapse: collapse; font-size: 0.85rem; margin: 0.75rem 0; }'
\qecho 'th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--rule);'
\qecho '  vertical-align: top; }'
\qecho 'th { color: var(--soft); font-weight: 600; }'
\qecho '.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }'
\qecho 'summary { cursor: pointer; color: var(--soft); font-size: 0.85rem; }'
\qecho 'pre { overflow-x: auto; background: var(--band); padding: 0.75rem; font-size: 0.75rem; line-height: 1.4; }'
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

\qecho '<h2>1. The data</h2>'
\qecho '<p>What became of the rows of the source: used, set aside under the first fault that they have, remarked. Below'
\qecho 'them, the records of each month: one with less than half of the usual one is a warning.</p>'
select pg_temp.html_table('source_table');
select ph.chart_completeness(array_agg(relation order by relation), min(items), array_agg(counts order by relation),
		'Records by month')
from (
	select relation, array_agg(item order by item) as items,
		array_agg(case when not analysis.hidden(rows) then rows end::float8 order by item) as counts
	from analysis.source
	where section = 'months'
	group by relation
) m;
\qecho '<h3>Fields that not every row knows</h3>'
select pg_temp.html_table('field_table');
\qecho '<h3>Registers beside what is plausible</h3>'
select pg_temp.html_table('register_table');
\qecho '<h3>What cannot be answered</h3>'
select pg_temp.html_table('missing_table'), pg_temp.quoted('source', :'source');

\qecho '<h2>2. Population</h2>'
select ph.chart_pyramid(ph.count_tally(age_from, 0, people) filter (where sex = 'F'),
		ph.count_tally(age_from, 0, people) filter (where sex = 'M'),
		'People by age and sex; a band of few people is not shown')
from analysis.pyramid
where not analysis.hidden(people, below);
select pg_temp.html_table('pyramid_table'),
	pg_temp.html_table('deprivation_table'),
	pg_temp.quoted('pyramid', :'source'),
	pg_temp.quoted('people', :'source');

\qecho '<h2>3. Conditions, scores and tiers</h2>'
\qecho '<p>Charlson and the Hospital Frailty Risk Score come from the ICD-10 diagnoses of the two years before; who'
\qecho 'has none scores 0. The tiers order people by their unplanned admissions in the year before. Most people tie'
\qecho 'at a cut, and the table of ties says what each rule would do; here ties are split by hospital frailty.</p>'
select ph.chart_bars(array_agg('Tier ' || tier order by tier), array['people', 'cost', 'admissions'],
		array_agg(case
			when analysis.hidden(people, below) then array[null, null, null]::numeric[]
			else array[round(100 * people_share, 1), round(100 * cost_share, 1),
				case when not analysis.hidden(admissions) then round(100 * admission_share, 1) end]
		end::float8[] order by tier),
		'What each tier accounts for in the next year', ' %')
from analysis.tier;
select pg_temp.html_table('tier_table');
\qecho '<h3>Days to the first unplanned admission</h3>'
\qecho '<p>The share of each tier without one, with 95 % limits. A step holds 10 admissions or more; a tier with'
\qecho 'fewer than 10 is not drawn.</p>'
select ph.chart_survival(array_agg(tally order by tier), array_agg('Tier ' || tier order by tier),
		'Without an unplanned admission, by days', at_risk => false)
from analysis.admission_free
where admitted >= 10;
select pg_temp.quoted('admission_free', :'source');
\qecho '<h3>Ties at the cuts</h3>'
select pg_temp.html_table('tie_table');
\qecho '<h3>Scores</h3>'
select pg_temp.html_table('morbidity_table'),
	pg_temp.quoted('tier', :'source'),
	pg_temp.quoted('tie', :'source'),
	pg_temp.quoted('morbidity', :'source');

\qecho '<h2>4. Segments</h2>'
\qecho '<p>Bridges to Health: the first of the ordered rules that matches is the segment. An input that the data'
\qecho 'cannot tell is unknown and matches nothing.</p>'
select ph.chart_bars(array_agg(segment order by rank), array['people', 'cost'],
		array_agg(case
			when analysis.hidden(people, below) then array[null, null]::numeric[]
			else array[round(100 * people_share, 1), round(100 * cost_share, 1)]
		end::float8[] order by rank),
		'Segments: share of people, and of the cost of the next year', ' %')
from analysis.segment;
select pg_temp.html_table('segment_table'),
	pg_temp.html_table('coverage_table'),
	pg_temp.quoted('segment', :'source'),
	pg_temp.quoted('people', :'source');

\qecho '<h2>5. Places</h2>'
\qecho '<p>Unplanned admissions in the follow-up year per 100,000 person-years, directly standardised to the European'
\qecho 'standard population of 2013, with 95 % limits that allow for people admitted more than once. The line is the'
\qecho 'whole system.</p>'
select ph.chart_ranked(array_agg(case
			when level = 'quintile of deprivation' then 'deprivation quintile ' || name
			else name
		end order by rank),
		array_agg(case
			when hidden then row(null, null, null, 'fewer than 10, or held back')::ph.estimate
			else row(value, lower, upper, null)::ph.estimate
		end order by rank),
		max(value) filter (where level = 'system' and place_id is not null and not hidden),
		'Unplanned admissions by place: standardised rate and 95 % limits')
from (
	select *,
		analysis.hidden(people) or analysis.hidden(events) or value is null as hidden,
		row_number() over (order by level = 'quintile of deprivation', level = 'place', place_id) as rank
	from analysis.rate
	where level <> 'neighbourhood'
) r;
select pg_temp.html_table('rate_table');
\qecho '<h3>Deprivation</h3>'
\qecho '<p>The same rate by quintile of deprivation, the most deprived on the left; the dashed line is that of the'
\qecho 'slope index of inequality.</p>'
select case
		when bool_or(analysis.hidden(people) or analysis.hidden(events))
			then '<p class="soft">Not shown: a quintile has fewer than 10 people or admissions.</p>'
		else ph.chart_slope(array_agg(tally order by place_id), array_agg('Q' || name order by place_id),
			title => 'Unplanned admissions per 100,000 by quintile of deprivation', groups => 5)
	end
from analysis.rate
where level = 'quintile of deprivation' and place_id is not null;
\qecho '<h3>Admissions to expected admissions</h3>'
\qecho '<p>The funnel is of the smallest areas of which at least nine in ten may be shown, since the busy ones alone'
\qecho 'would all lie above the whole. Each lies at its expected admissions, from which its limits follow; they allow'
\qecho 'for areas that differ more than by chance, as where people are admitted more than once.</p>'
select coalesce((
			select ph.chart_funnel(array_agg(name order by area), array_agg(funnel order by area),
					format('Each %s: ratio to expected admissions, by expected admissions', min(level)))
			from analysis.area
			join analysis.funnel_level using (level)
			where not hidden
		)
			|| (
				select format('<p class="soft">%s of %s left out: fewer than 10 admissions, or held back.</p>',
						left_out, areas)
				from analysis.funnel_level
			),
		'<p class="soft">Not drawn: at every level more than a tenth of the areas have fewer than 10 admissions.</p>');
\qecho '<h3>Small areas</h3>'
select pg_temp.html_table('small_area_table');
\qecho '<h3>Without an answer</h3>'
select pg_temp.html_table('no_answer_table'),
	pg_temp.quoted('rate', :'source'),
	pg_temp.quoted('area', :'source'),
	pg_temp.quoted('small_area', :'source');

\qecho '<h2>6. Months</h2>'
\qecho '<p>Unplanned admissions by month, over those that the month of the year, its days and the people registered'
\qecho 'would have; 1 is as many as expected. The limits are those of a U chart, allowing for what varies more than'
\qecho 'by chance (Laney); special causes are diamonds. A chart of the bare counts would call every winter one.</p>'
select ph.chart_control(array_agg(month order by month),
		array_agg(case
			when hidden
				then row(null, (point).phase, (point).mean, (point).lower, (point).upper, null, null, null, null, null,
					null, null, null, null, null, null, null, 'not shown')::ph.control_point
			else point
		end order by month),
		'Unplanned admissions by month, as a ratio to those expected of the season')
from (select *, analysis.hidden(admissions, below) as hidden from analysis.month) m;
select pg_temp.html_table('month_table'), pg_temp.quoted('month', :'source');

\qecho '</body></html>'
