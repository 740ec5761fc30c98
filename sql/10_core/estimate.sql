
-- ---- estimate ----

CREATE TYPE ph.estimate AS (value float8, lower float8, upper float8, note text);
COMMENT ON TYPE ph.estimate IS
  'what an indicator returns: value, confidence limits, and a note that says why there is no value or what was left out; test (e).value IS NOT NULL';
