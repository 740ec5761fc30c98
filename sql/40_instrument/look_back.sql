
-- ---- what was known when ----

CREATE FUNCTION ph.in_look_back(event_date timestamptz, as_of timestamptz, span interval) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.day(event_date) >= (ph_support.day(as_of) - span)::date
    AND ph_support.day(event_date) < ph_support.day(as_of);
COMMENT ON FUNCTION ph.in_look_back(timestamptz, timestamptz, interval) IS
  'whether something happened in the span before the as-of date: from as_of - span, included, to as_of, not included; of an instant its day in the session''s time zone counts; of dates plain comparisons to the planner, so an index on the date serves';
CREATE FUNCTION ph.in_follow_up(event_date timestamptz, as_of timestamptz, span interval) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.day(event_date) >= ph_support.day(as_of)
    AND ph_support.day(event_date) < (ph_support.day(as_of) + span)::date;
COMMENT ON FUNCTION ph.in_follow_up(timestamptz, timestamptz, interval) IS
  'whether something happened in the span from the as-of date on: from as_of, included, to as_of + span, not included; of an instant its day in the session''s time zone counts; no day is in both this and ph.in_look_back';
