
-- ---- what was known when ----

CREATE FUNCTION ph.in_look_back(event_date date, as_of date, span interval) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN event_date >= (as_of - span)::date AND event_date < as_of;
COMMENT ON FUNCTION ph.in_look_back(date, date, interval) IS
  'whether something happened in the span before the as-of date: from as_of - span, included, to as_of, not included; plain comparisons to the planner, so an index on the date serves';
CREATE FUNCTION ph.in_follow_up(event_date date, as_of date, span interval) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN event_date >= as_of AND event_date < (as_of + span)::date;
COMMENT ON FUNCTION ph.in_follow_up(date, date, interval) IS
  'whether something happened in the span from the as-of date on: from as_of, included, to as_of + span, not included; no day is in both this and ph.in_look_back';
