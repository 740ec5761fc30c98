
-- ---- estimate ----

CREATE TYPE ph.estimate AS (value float8, lower float8, upper float8, note text);
COMMENT ON TYPE ph.estimate IS
  'what an indicator returns: value, confidence limits, and a note that says why there is no value or what was left out; test (e).value IS NOT NULL';
COMMENT ON COLUMN ph.estimate.value IS
  'the answer, in the unit and times the per that the function says; NULL where there is none';
COMMENT ON COLUMN ph.estimate.lower IS 'its lower confidence limit; NULL where it does not exist';
COMMENT ON COLUMN ph.estimate.upper IS 'its upper confidence limit; NULL where it does not exist';
COMMENT ON COLUMN ph.estimate.note IS
  'why there is no value, or what was left out: words of docs/estimate.md; NULL where there is nothing to say';
