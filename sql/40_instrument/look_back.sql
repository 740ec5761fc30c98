
-- ---- what was known when ----

create function ph.in_look_back(event_date timestamptz, as_of timestamptz, span interval) returns boolean
language sql stable parallel safe
return ph_support.day(event_date) >= (ph_support.day(as_of) - span)::date
	and ph_support.day(event_date) < ph_support.day(as_of);
comment on function ph.in_look_back(timestamptz, timestamptz, interval) is
	'whether something happened in the span before the as-of date: '
	'from as_of - span, included, to as_of, not included; of an instant its day in the session''s time zone counts; '
	'of dates plain comparisons to the planner, so an index on the date serves';
create function ph.in_follow_up(event_date timestamptz, as_of timestamptz, span interval) returns boolean
language sql stable parallel safe
return ph_support.day(event_date) >= ph_support.day(as_of)
	and ph_support.day(event_date) < (ph_support.day(as_of) + span)::date;
comment on function ph.in_follow_up(timestamptz, timestamptz, interval) is
	'whether something happened in the span from the as-of date on: '
	'from as_of, included, to as_of + span, not included; of an instant its day in the session''s time zone counts; '
	'no day is in both this and ph.in_look_back';
