
-- ---- judging a score: discrimination ----

CREATE FUNCTION ph.auroc(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'delong') RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'auroc' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.auroc(ph.tally, float8, text) IS
  'area under the ROC curve of a tally keyed by score, ph.person_tally(score, outcome): the chance that somebody with the outcome has a higher score than somebody without, ties counting half; limits delong (DeLong et al. 1988) or logit; people without score or outcome are left out and counted; notes: no_data, one_class, left_out, limit_undefined';
CREATE FUNCTION ph.average_precision(tally ph.tally, confidence float8 DEFAULT 0.95) RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'average_precision' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.average_precision(ph.tally, float8) IS
  'area under precision against recall, in steps, tied scores as one block; limits on the logit (Boyd, Eng and Page 2013); a useless score reaches the prevalence';
CREATE FUNCTION ph.roc(tally ph.tally, OUT threshold float8, OUT true_positives float8, OUT false_positives float8, OUT false_negatives float8,
    OUT true_negatives float8, OUT sensitivity float8, OUT specificity float8, OUT positive_predictive_value float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'roc' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.roc(ph.tally) IS 'a row a score from the highest: who is flagged at or above it, and who of them has the outcome';
CREATE FUNCTION ph.top_shares(tally ph.tally, shares float8[] DEFAULT '{0.005,0.01,0.02,0.05,0.1,0.2}',
    OUT share float8, OUT people float8, OUT threshold float8, OUT events float8, OUT positive_predictive_value float8, OUT sensitivity float8, OUT lift float8,
    OUT people_at_threshold float8, OUT positive_predictive_value_at_threshold float8, OUT sensitivity_at_threshold float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'top_shares' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 6;
COMMENT ON FUNCTION ph.top_shares(ph.tally, float8[]) IS
  'what the top shares of the people hold: people (rounded up), the score at the edge, people with the outcome among them (tied ones in proportion), positive predictive value, sensitivity and lift; and the same for all at or above the edge';
CREATE FUNCTION ph.concordance(tallies ph.tally[], confidence float8 DEFAULT 0.95) RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'concordance' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.concordance(ph.tally[], float8) IS
  'Harrell''s C of a tally a score, in ascending order of the scores, each keyed by follow-up time as for ph.survival; standard error by infinitesimal jackknife; notes: no_comparable_pairs, left_out';
