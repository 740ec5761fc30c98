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

create function pg_temp.px(n numeric) returns text language sql immutable return round(n, 1)::text;

create function pg_temp.label(x numeric, y numeric, class text, content text) returns text language sql immutable
return format('<text x="%s" y="%s" class="%s">%s</text>', pg_temp.px(x), pg_temp.px(y), class, pg_temp.escaped(content));

create function pg_temp.bar(x numeric, y numeric, width numeric, height numeric, class text, title text) returns text language sql immutable
return format('<rect x="%s" y="%s" width="%s" height="%s" class="%s"><title>%s</title></rect>',
  pg_temp.px(x), pg_temp.px(y), pg_temp.px(greatest(width, 0)), pg_temp.px(height), class, pg_temp.escaped(title));

create function pg_temp.line(x1 numeric, y1 numeric, x2 numeric, y2 numeric, class text) returns text language sql immutable
return format('<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>', pg_temp.px(x1), pg_temp.px(y1), pg_temp.px(x2), pg_temp.px(y2), class);

create function pg_temp.picture(height numeric, title text, description text, content text) returns text language sql immutable
return format(E'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %s" role="img">\n<title>%s</title><desc>%s</desc>\n%s\n</svg>',
  round(height), pg_temp.escaped(title), pg_temp.escaped(description), content);

-- the least of 1, 2, 5 times a power of ten that makes at most six steps up to the highest value
create function pg_temp.tick(highest numeric) returns numeric language sql immutable
return (select min(step) from (
  select m * 10::numeric ^ e as step from unnest(array[1, 2, 5]) m, generate_series(-3, 9) e) s
  where highest / step <= 6);

create function pg_temp.quoted(name text, source text) returns text language sql immutable
return format(E'<details><summary>The query of %s</summary><pre>%s</pre></details>', replace(name, '_', ' '),
  pg_temp.escaped(coalesce(substring(source from '(create table analysis\.' || name || E' as\n[^;]*;)'), 'create view analysis.' || name)));

-- a column in which there are only numbers is set to the right
create function pg_temp.html_table(relation text) returns text language plpgsql as $$
declare
  content text;
  found bigint;
begin
  execute format($q$
    with cells as (
      select line, position, key, value,
        case when position > 1 and bool_and(value is null or value ~ '^(-?[0-9][0-9,.]*( %%)?|<10|held back)$') over (partition by position)
          then ' class="n"' else '' end as class
      from (select row_number() over () as line, t from analysis.%I t) lines,
        json_each_text(row_to_json(t)) with ordinality j (key, value, position)
    ), lines as (
      select line, string_agg(format('<th%%s>%%s</th>', class, pg_temp.escaped(key)), '' order by position) as heading,
        string_agg(format('<td%%s>%%s</td>', class, pg_temp.escaped(value)), '' order by position) as cells
      from cells
      group by line
    )
    select count(*), format(E'<div class="wide"><table>\n<thead><tr>%%s</tr></thead>\n<tbody>\n%%s\n</tbody></table></div>',
      min(heading), string_agg('<tr>' || cells || '</tr>', E'\n' order by line))
    from lines $q$, relation)
  into found, content;
  return case when found = 0 then '<p class="soft">None.</p>'
    when found > 24 then format('<details><summary>The table, %s rows</summary>%s</details>', found, content)
    else content end;
end $$;

\qecho '<!DOCTYPE html>'
\qecho '<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
\qecho '<title>Population health at 2024-04-01</title><style>'
\qecho ':root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6876; --rule: #d5dbe2; --a: #2a6f97; --b: #c8553d; --c: #8fb8d0; --band: #eef2f6; }'
\qecho '@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e4e9ee; --soft: #9aa7b4; --rule: #35404b; --a: #6db1d6; --b: #ee8a72; --c: #3f6c86; --band: #1e262e; } }'
\qecho 'body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }'
\qecho 'h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; } h3 { font-size: 1rem; margin-bottom: 0; }'
\qecho 'p { max-width: 44rem; } .soft { color: var(--soft); }'
\qecho 'svg { width: 100%; height: auto; display: block; margin: 1rem 0; } svg text { fill: var(--ink); font-size: 12px; } svg .soft { fill: var(--soft); } svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }'
\qecho '.a { fill: var(--a); } .b { fill: var(--b); } .c { fill: var(--c); } .band { fill: var(--band); } line { stroke: var(--rule); } line.a, polyline.a { stroke: var(--a); stroke-width: 2; fill: none; } line.b { stroke: var(--b); stroke-dasharray: 5 4; } line.soft { stroke: var(--soft); }'
\qecho '.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.85rem; margin: 0.75rem 0; } th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; } th { color: var(--soft); font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }'
\qecho 'summary { cursor: pointer; color: var(--soft); font-size: 0.85rem; } pre { overflow-x: auto; background: var(--band); padding: 0.75rem; font-size: 0.75rem; line-height: 1.4; }'
\qecho '</style></head><body>'

select format(E'<h1>Population health at 2024-04-01</h1>\n<p>%s people, %s. The follow-up year ends on 2025-03-31.</p>',
  analysis.whole((select count(*) from analysis.people)),
  pg_temp.escaped(coalesce((select string_agg(name, ', ' order by name) from analysis.rate where level = 'system' and place_id is not null), '')));
\qecho '<p class="soft">Unplanned admissions are all encounters of the kind NEL, births included where they are recorded as such. Counts that tell of fewer than 10 people are not shown; others are held back, or rounded to 5, so that these cannot be worked out.</p>'

\qecho '<h2>1. Population</h2>'
with shape as (
  select age_from, sex, people, analysis.hidden(people, below) as hidden,
    30 + (90 - age_from) / 5 * 17 as y,
    320.0 * people / max(people) filter (where not analysis.hidden(people, below)) over () as width
  from analysis.pyramid
  where sex in ('F', 'M')
), marks as (
  select string_agg(
    case when hidden then pg_temp.label(case sex when 'F' then 345 else 415 end, y + 12, case sex when 'F' then 'soft end' else 'soft' end, 'not shown')
    else pg_temp.bar(case sex when 'F' then 350 - width else 410 end, y, width, 15, case sex when 'F' then 'b' else 'a' end,
      format('%s, age %s: %s', case sex when 'F' then 'female' else 'male' end,
        case age_from when 90 then '90 and over' else age_from || ' to ' || age_from + 4 end, analysis.whole(people))) end, E'\n') as content
  from shape
), ages as (
  select string_agg(pg_temp.label(380, 42 + (90 - age_from) / 5 * 17, 'soft middle',
    case age_from when 90 then '90+' else age_from || '–' || age_from + 4 end), E'\n') as content
  from generate_series(0, 90, 5) age_from
), axis as (
  select string_agg(
    pg_temp.line(350 - 320 * n / highest, 26, 350 - 320 * n / highest, 353, '') || pg_temp.line(410 + 320 * n / highest, 26, 410 + 320 * n / highest, 353, '')
    || pg_temp.label(350 - 320 * n / highest, 370, 'soft middle', analysis.whole(n)) || pg_temp.label(410 + 320 * n / highest, 370, 'soft middle', analysis.whole(n)), E'\n') as content
  from (select max(people)::numeric as highest from analysis.pyramid where sex in ('F', 'M') and not analysis.hidden(people, below)) h,
    generate_series(0, highest, pg_temp.tick(highest * 2)) n
)
select pg_temp.picture(378, 'Population pyramid', 'People by age in bands of five years, females to the left and males to the right.',
  axis.content || pg_temp.label(350, 16, 'end', 'female') || pg_temp.label(410, 16, '', 'male') || marks.content || ages.content)
from marks, ages, axis;
select pg_temp.html_table('pyramid_table'), pg_temp.html_table('deprivation_table'), pg_temp.quoted('pyramid', :'source'), pg_temp.quoted('people', :'source');

\qecho '<h2>2. Conditions, scores and tiers</h2>'
\qecho '<p>Charlson and the Hospital Frailty Risk Score come from the ICD-10 diagnoses of the two years before; who has none scores 0. The tiers order people by their unplanned admissions in the year before. Most people tie at a cut, and the table of ties says what each rule would do; here ties are split by hospital frailty.</p>'
with shares as (
  select tier, measure, share, position, analysis.hidden(people, below) or (measure = 'admissions' and analysis.hidden(admissions)) as hidden,
    30 + (tier - 1) * 78 + position * 20 as y
  from analysis.tier,
    lateral (values ('people', people_share, 0), ('cost', cost_share, 1), ('admissions', admission_share, 2)) m (measure, share, position)
)
select pg_temp.picture(30 + 78 * max(tier), 'What each tier accounts for', 'Three bars a tier: its share of people, of the cost of the next year and of the unplanned admissions of the next year.',
  string_agg(
    case when position = 0 then pg_temp.label(0, y + 34, '', 'Tier ' || tier) else '' end
    || pg_temp.label(150, y + 13, 'soft end', measure)
    || case when hidden then pg_temp.label(160, y + 13, 'soft', 'not shown')
       else pg_temp.bar(160, y, 530 * share, 16, case position when 0 then 'c' when 1 then 'a' else 'b' end, format('tier %s, share of %s: %s', tier, measure, analysis.percent(share::float8)))
         || pg_temp.label(166 + 530 * coalesce(share, 0), y + 13, '', analysis.percent(share::float8)) end, E'\n'))
from shares;
select pg_temp.html_table('tier_table');
\qecho '<h3>Ties at the cuts</h3>'
select pg_temp.html_table('tie_table');
\qecho '<h3>Scores</h3>'
select pg_temp.html_table('morbidity_table'), pg_temp.quoted('tier', :'source'), pg_temp.quoted('tie', :'source'), pg_temp.quoted('morbidity', :'source');

\qecho '<h2>3. Segments</h2>'
\qecho '<p>Bridges to Health: the first of the ordered rules that matches is the segment. An input that the data cannot tell is unknown and matches nothing.</p>'
with scale as (
  select 480 / max(greatest(people_share, cost_share)) as per from analysis.segment where not analysis.hidden(people, below)
), bars as (
  select s.*, analysis.hidden(people, below) as hidden, per, 10 + (row_number() over (order by rank) - 1) * 46 as y
  from analysis.segment s, scale
)
select pg_temp.picture(10 + 46 * count(*), 'Segments: share of people and of cost', 'Two bars a segment: its share of people, and of the cost of the next year.',
  string_agg(pg_temp.label(140, y + 22, 'end', segment)
    || case when hidden then pg_temp.label(205, y + 22, 'soft', 'not shown')
       else pg_temp.label(198, y + 13, 'soft end', 'people') || pg_temp.label(198, y + 30, 'soft end', 'cost')
         || pg_temp.bar(205, y, people_share * per, 16, 'c', format('%s, share of people: %s', segment, analysis.percent(people_share::float8)))
         || pg_temp.bar(205, y + 18, cost_share * per, 16, 'a', format('%s, share of cost: %s', segment, analysis.percent(cost_share::float8)))
         || pg_temp.label(211 + people_share * per, y + 13, '', analysis.percent(people_share::float8))
         || pg_temp.label(211 + coalesce(cost_share * per, 0), y + 30, '', analysis.percent(cost_share::float8)) end, E'\n' order by rank))
from bars;
select pg_temp.html_table('segment_table'), pg_temp.html_table('coverage_table'), pg_temp.quoted('segment', :'source'), pg_temp.quoted('people', :'source');

\qecho '<h2>4. Places</h2>'
\qecho '<p>Unplanned admissions in the follow-up year per 100,000 person-years, directly standardised to the European standard population of 2013, with 95 % limits that allow for people admitted more than once. The line is the whole system.</p>'
select ph.chart_ranked(array_agg(case when level = 'quintile of deprivation' then 'deprivation quintile ' || name else name end order by rank),
  array_agg(case when hidden then row(null, null, null, 'fewer than 10, or held back')::ph.estimate
    else row(value, lower, upper, null)::ph.estimate end order by rank),
  max(value) filter (where level = 'system' and place_id is not null and not hidden), 'Unplanned admissions by place: standardised rate and 95 % limits')
from (
  select *, analysis.hidden(people) or analysis.hidden(events) or value is null as hidden, row_number() over (order by level = 'quintile of deprivation', level = 'place', place_id) as rank
  from analysis.rate where level <> 'neighbourhood') r;
select pg_temp.html_table('rate_table');
\qecho '<h3>Small areas: admissions to expected admissions</h3>'
select pg_temp.html_table('small_area_table');
\qecho '<h3>Without an answer</h3>'
select pg_temp.html_table('no_answer_table'), pg_temp.quoted('rate', :'source'), pg_temp.quoted('small_area', :'source');

\qecho '<h2>5. Months</h2>'
\qecho '<p>Unplanned admissions by month. The limits are those of an XmR chart: the mean, and 2.66 mean moving ranges to either side; special causes are diamonds. A month without admissions would be a zero.</p>'
select ph.chart_control(array_agg(month order by month), array_agg(case when hidden
    then row(null, (point).phase, (point).mean, (point).lower, (point).upper, null, null, null, null, null, null, null, null, null, null, null, null, 'not shown')::ph.control_point
    else point end order by month), 'Unplanned admissions by month')
from (select *, analysis.hidden(admissions, below) as hidden from analysis.month) m;
select pg_temp.html_table('month_table'), pg_temp.quoted('month', :'source');

\qecho '</body></html>'
