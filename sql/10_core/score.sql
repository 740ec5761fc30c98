
-- ---- scores from measurements ----

CREATE TYPE ph.risk_score AS (value float8, band text, status text);
COMMENT ON TYPE ph.risk_score IS
  'a score of one person: value, band where the instrument has bands, and status: ok, missing_input:..., out_of_range:... (both without a value; a unit in brackets is the one that the number looks like), not_validated:... (the value stands)';
COMMENT ON COLUMN ph.risk_score.value IS
  'points, index, rate or share, as the instrument says; NULL where it cannot be given';
COMMENT ON COLUMN ph.risk_score.band IS 'band of the instrument that the value lies in; NULL where there is none';
COMMENT ON COLUMN ph.risk_score.status IS
  'ok, missing_input, out_of_range, not_validated or not_used, each with the names of the inputs';
