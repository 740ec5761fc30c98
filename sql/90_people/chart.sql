
-- ---- pictures of one person, and of a cascade ----

create function ph.chart_cascade(
	stages ph.cascade_stage[], labels text[] default null, title text default null, unit text default null,
	source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_cascade';
comment on function ph.chart_cascade(ph.cascade_stage[], text[], text, text, text) is
	'a cascade as SVG from the rows of ph.cascade_stages, a bar a stage: who reached it as a share of the first '
	'stage with its limits, then who of the stage before is lost and who is still open; groups beside each other: '
	'the group of each row is its label, rows group by group and in order. Errors: 22023 for rows out of order';

create type ph.timeline_thing as (
	from_date date, until_date date, partner text, kind text, label text, crisis boolean, planned boolean, value float8
);
comment on type ph.timeline_thing is
	'a dated thing of a person, as person_timeline of a schema has them';
comment on column ph.timeline_thing.from_date is 'its day, or the first one';
comment on column ph.timeline_thing.until_date is 'its last day; NULL is open, or the same day';
comment on column ph.timeline_thing.partner is 'the partner, a lane each; NULL is not said';
comment on column ph.timeline_thing.kind is 'what it is, as kind of person_timeline';
comment on column ph.timeline_thing.label is 'what it says, in words';
comment on column ph.timeline_thing.crisis is 'whether a contact is a crisis';
comment on column ph.timeline_thing.planned is 'whether a contact was arranged beforehand';
comment on column ph.timeline_thing.value is 'the value of a measurement or score';
create function ph.chart_timeline(
	things ph.timeline_thing[], title text default null, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_timeline';
comment on function ph.chart_timeline(ph.timeline_thing[], text, text, text) is
	'the theograph of one person as SVG: a lane a partner, in it a row and a shape for contacts in a crisis, '
	'unplanned, planned and not said; stays as bars, measurements and scores as lines, life events as flags, work, '
	'offers, waits, registration and residence as bars, open where until_date is NULL, codes as ticks. Marks too '
	'near each other are one, with their number. In any order; at most 2000. Things without a day are counted. '
	'Birth, work, registration and residence before everything else do not stretch the axis';
