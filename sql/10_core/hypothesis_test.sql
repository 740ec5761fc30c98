
-- ---- test of a hypothesis ----

CREATE TYPE ph.test AS (statistic float8, degrees_of_freedom integer, p_value float8, note text);
COMMENT ON TYPE ph.test IS
  'what a test of a hypothesis returns: the statistic, its degrees of freedom (NULL where it is a standard normal), p (two-sided), and a note that says why there is none or what was left out';
COMMENT ON COLUMN ph.test.statistic IS
  'the test statistic: chi-squared where it has degrees of freedom, else a standard normal';
COMMENT ON COLUMN ph.test.degrees_of_freedom IS 'degrees of freedom; NULL where the statistic is a standard normal';
COMMENT ON COLUMN ph.test.p_value IS 'two-sided p';
COMMENT ON COLUMN ph.test.note IS 'why there is no answer, or what was left out';
