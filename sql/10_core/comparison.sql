-- ---- comparison ----

CREATE TYPE ph.comparison AS (value float8, lower float8, upper float8, p_value float8, verdict text, note text);
COMMENT ON TYPE ph.comparison IS
  'what comparing returns: value and confidence limits, two-sided p, and a verdict: lower, similar, higher, or better, similar, worse where it is said which way is good; NULL with a note where there is no answer';
COMMENT ON COLUMN ph.comparison.value IS 'the difference or the ratio, as the function says';
COMMENT ON COLUMN ph.comparison.lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.comparison.upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.comparison.p_value IS 'two-sided p of no difference';
COMMENT ON COLUMN ph.comparison.verdict IS
  'lower, similar or higher; better, similar or worse where it is said which way is good';
COMMENT ON COLUMN ph.comparison.note IS 'why there is no answer, or what was left out';

