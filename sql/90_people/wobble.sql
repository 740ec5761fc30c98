-- ---- wobble points: tempo that leaves what is usual for a person ----

create type ph.wobble_baseline as (
	rate float8[],
	share float8[],
	weekday float8[],
	week float8[],
	kinds text[],
	usual_kind float8[],
	rise_kind float8[],
	follow_ups float8,
	rise_factor float8,
	rise_step float8,
	rises_per_year float8,
	rise_days float8,
	life_event_share float8,
	own_kinds float8,
	strength float8[],
	false_alarms float8[],
	people integer,
	person_years float8,
	before date,
	note text
);
comment on type ph.wobble_baseline is
	'what is usual among people: how often they make unplanned contact and with whom, by season and weekday, and which '
	'strength of ph.wobble raises how many false alarms; fitted by ph.wobble_baseline; note: few_people (under 1,000)';
comment on column ph.wobble_baseline.rate is 'own rates: days with unplanned contact a year';
comment on column ph.wobble_baseline.share is 'share of people with each of these rates; they sum to 1';
comment on column ph.wobble_baseline.weekday is 'contacts on a Saturday, Sunday, ... Friday, times an average day''s';
comment on column ph.wobble_baseline.week is 'contacts in each week from New Year, times an average day''s';
comment on column ph.wobble_baseline.kinds is 'kinds of contact, in order; the last one stands for all others';
comment on column ph.wobble_baseline.usual_kind is 'share of each kind among all unplanned contacts';
comment on column ph.wobble_baseline.rise_kind is 'share of each kind among what comes on top in a rise, as estimated';
comment on column ph.wobble_baseline.follow_ups is
	'unplanned contacts that a day with any contact brings in the four weeks after it';
comment on column ph.wobble_baseline.rise_factor is 'stated: a rise multiplies the own rate by this';
comment on column ph.wobble_baseline.rise_step is
	'stated: and adds so many contacts a year; half of that and twice are tried too';
comment on column ph.wobble_baseline.rises_per_year is 'stated: rises that begin in a person-year by themselves';
comment on column ph.wobble_baseline.rise_days is 'stated: mean length of a rise in days';
comment on column ph.wobble_baseline.life_event_share is
	'stated: rises that begin in the eight weeks after a life event of weight 1';
comment on column ph.wobble_baseline.own_kinds is
	'stated: contacts of a person that weigh as much as the usual kinds of all';
comment on column ph.wobble_baseline.strength is 'thresholds, as strength of ph.wobble_point';
comment on column ph.wobble_baseline.false_alarms is 'false alarms per 1,000 person-years at each, by simulation';
comment on column ph.wobble_baseline.people is 'people it was fitted to';
comment on column ph.wobble_baseline.person_years is 'years in which they were observed';
comment on column ph.wobble_baseline.before is 'nothing on or after this day was looked at';
comment on column ph.wobble_baseline.note is 'few_people: fewer than 1,000';

create type ph.wobble_point as (
	alarm boolean,
	status text,
	strength float8,
	threshold float8,
	tempo_before float8,
	tempo_now float8,
	since date,
	drivers text[],
	driver_counts integer[],
	life_events text[],
	why text,
	note text
);
comment on type ph.wobble_point is
	'what ph.wobble says of a person at the end of a day; notes: no_contact, missing_date, observed_from_unknown, '
	'people_like_them (fewer than 90 days of history), planned_unknown (such contacts are taken as planned)';
comment on column ph.wobble_point.alarm is 'whether the strength is above the threshold';
comment on column ph.wobble_point.status is
	'alarm, usual, or unseen: fewer than two days with unplanned contact in the year, of whom nobody can tell';
comment on column ph.wobble_point.strength is
	'how much likelier what was seen is in a rise than without one: a power of ten; '
	'NULL on days without unplanned contact';
comment on column ph.wobble_point.threshold is 'the strength above which an alarm is raised';
comment on column ph.wobble_point.tempo_before is 'what is usual for them: days with unplanned contact a year';
comment on column ph.wobble_point.tempo_now is 'the same since the rise began, over four weeks at least';
comment on column ph.wobble_point.since is 'first day with unplanned contact of the rise';
comment on column ph.wobble_point.drivers is 'kinds of the unplanned contacts since, the commonest first';
comment on column ph.wobble_point.driver_counts is 'how many of each';
comment on column ph.wobble_point.life_events is
	'kinds of the life events since eight weeks before the rise, the latest first';
comment on column ph.wobble_point.why is 'all of it in words';
comment on column ph.wobble_point.note is
	'no_contact, missing_date, observed_from_unknown, people_like_them or planned_unknown';

create function ph.wobble_baseline(query text, before date) returns ph.wobble_baseline
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'wobble_baseline';
comment on function ph.wobble_baseline(text, date) is
	'fits what is usual to the contacts and life events of many people before a day: the spread of own rates '
	'(Gamma-Poisson with a prior of any shape, Laird 1978), season, weekdays, follow-ups and kinds, and by simulating '
	'people in whom nothing rises the strength that each rate of false alarms asks for. A row of the query is an '
	'event, its columns by name: person_id, observed_from; and where they are there event_date (NULL: no event), '
	'weight (1), kind, planned (NULL: as if it was), observed_until, crisis, life_event; others are not read, and of '
	'other types they are cast. Of more than half a million rows an even sample of people; the order of the rows does '
	'not matter. NULL where nobody was observed before that day. Errors: dates outside 1900 to 2199, weights outside 0 '
	'to 1000, person_id or observed_from missing or NULL, before NULL, a person observed from two days, or until two, '
	'more than 2,000 kinds';

create function ph.wobble(
	event_date date, weight float8, kind text, planned boolean, observed_from date, baseline ph.wobble_baseline,
	false_alarms_per_1000 float8 default 50, crisis boolean default false, life_event boolean default false)
returns ph.wobble_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'wobble';
comment on function ph.wobble(
	date, float8, text, boolean, date, ph.wobble_baseline, float8, boolean, boolean) is
	'whether the tempo of unplanned contacts has left what is usual for this person, over '
	'(partition by person order by '
	'event_date): the likelihood ratio of a rise, summed over all days it may have begun (Shiryaev 1963), '
	'by the end of '
	'each day; weight: of a contact 0 leaves it out, of a life event how much likelier it makes a rise (1: one in ten '
	'within eight weeks); a day counts once; planned and crisis contacts are no sign; '
	'a crisis and an alarm begin anew; '
	'event_date NULL: a person without contact, who is unseen; errors: dates out of order, a baseline that is NULL or '
	'altered, a rate of false alarms that it has no threshold for';
