
-- ---- scores from measurements ----

CREATE TYPE ph.risk_score AS (value float8, band text, status text);
COMMENT ON TYPE ph.risk_score IS
  'a score of one person: value, band where the instrument has bands, and status: ok, missing_input:..., out_of_range:... (both without a value; a unit in brackets is the one that the number looks like), not_validated:... (the value stands)';
