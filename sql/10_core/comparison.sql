-- ---- comparison ----

CREATE TYPE ph.comparison AS (value float8, lower float8, upper float8, p_value float8, verdict text, note text);
COMMENT ON TYPE ph.comparison IS
  'what comparing returns: value and confidence limits, two-sided p, and a verdict: lower, similar, higher, or better, similar, worse where it is said which way is good; NULL with a note where there is no answer';

