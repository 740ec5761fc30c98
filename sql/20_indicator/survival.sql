
-- ---- survival ----

CREATE FUNCTION ph_support.tally_fold_entry(ph.tally, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_entry' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_entry(ph.tally, float8, float8) IS 'support function of ph.entry_tally';

CREATE AGGREGATE ph.entry_tally(entered float8, "time" float8) (
  SFUNC = ph_support.tally_fold_entry, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.entry_tally(entered float8, "time" float8) IS
  'people by time of entry, for the argument entered of survival: rows, one a person, with the times of entry and of leaving; who did not enter before leaving was never at risk and is counted as missing, so that the answer is NULL and says so';

CREATE FUNCTION ph.survival(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL,
    OUT "time" float8, OUT at_risk float8, OUT events float8, OUT censored float8, OUT survival float8, OUT standard_error float8,
    OUT lower float8, OUT upper float8, OUT cumulative_hazard float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'survival_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.survival(ph.tally, float8, text, ph.tally) IS
  'the survival curve (Kaplan and Meier 1958) of a tally keyed by follow-up time: exposure who left then, events who of them with the event; Greenwood''s standard error, limits log-log, log or plain, Nelson and Aalen''s hazard; entered: a tally of the same people keyed by time of entry; no rows of an empty tally, one of NULLs with a note where there is no curve; notes: missing_input, unknown_key, no_exposure, limit_undefined';

CREATE FUNCTION ph.survival_at(tally ph.tally, at_time float8, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'survival_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.survival_at(ph.tally, float8, float8, text, ph.tally) IS
  'the share that survives a time, of a tally keyed by follow-up time; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up, limit_undefined';

CREATE FUNCTION ph.survival_quantile(tally ph.tally, share float8 DEFAULT 0.5, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'survival_quantile' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.survival_quantile(ph.tally, float8, float8, text, ph.tally) IS
  'the time by which a share has had the event, the middle of the stretch where the curve stays exactly there; limits where those of the curve come down to it (Brookmeyer and Crowley 1982); notes: no_data, missing_input, unknown_key, no_exposure, not_reached, follow_up_ends_at_level, limit_undefined';

CREATE FUNCTION ph.median_survival(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'median_survival' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.median_survival(ph.tally, float8, text, ph.tally) IS
  'the time by which half have had the event: ph.survival_quantile of 0.5';

CREATE FUNCTION ph.restricted_mean(tally ph.tally, until float8, confidence float8 DEFAULT 0.95, entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'restricted_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.restricted_mean(ph.tally, float8, float8, ph.tally) IS
  'the mean time without the event up to a time: the area under the survival curve, limits normal; never beyond the last follow-up; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up';

