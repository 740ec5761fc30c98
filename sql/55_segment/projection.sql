
-- ---- where people will be ----

CREATE FUNCTION ph.project(crosstab ph.crosstab, steps integer DEFAULT 1, confidence float8 DEFAULT 0.95,
    OUT step integer, OUT state integer, OUT people float8, OUT lower float8, OUT upper float8, OUT note text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'project' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION ph.project(ph.crosstab, integer, float8) IS
  'the people of each state after further periods like the one that the table of moves is of, if the chances of moving stay as they were and hang on the present state alone (Markov); limits hold the uncertainty of the observed shares (delta method) and the chance of the moves; give the dead and those who left numbers of their own, so that they stay what they are; note nobody_before: a state without people before keeps its people';
