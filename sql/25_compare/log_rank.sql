
-- ---- do groups differ in survival ----

CREATE FUNCTION ph.log_rank(tallies ph.tally[], weights text DEFAULT 'log-rank', entered ph.tally[] DEFAULT NULL)
  RETURNS ph.test
  AS 'MODULE_PATHNAME', 'log_rank' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.log_rank(ph.tally[], text, ph.tally[]) IS
  'whether groups, a tally each keyed by follow-up time, differ in survival: chi-square with hypergeometric variance; weights log-rank (Mantel 1966) or peto-peto (pooled survival just before each time); groups without people at risk are left out with a note; notes: no_data, missing_input, unknown_key, fewer_than_2_groups, group_left_out, singular';

CREATE FUNCTION ph.log_rank_groups(tallies ph.tally[], weights text DEFAULT 'log-rank', entered ph.tally[] DEFAULT NULL,
    OUT group_number integer, OUT people float8, OUT observed float8, OUT expected float8, OUT variance float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'log_rank_groups' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ph.log_rank_groups(ph.tally[], text, ph.tally[]) IS
  'a row a group of ph.log_rank, numbered as in the array: people, events observed and expected (weighted), variance of their difference; notes: unknown_key, and why there is no test';
