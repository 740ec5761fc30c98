
CREATE FUNCTION ph.fit(family text, query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, exposure text DEFAULT NULL,
    offset_column text DEFAULT NULL, weight text DEFAULT NULL, weight_type text DEFAULT 'frequency', cluster text DEFAULT NULL,
    variance text DEFAULT 'model', intercept boolean DEFAULT true, max_iterations integer DEFAULT 50) RETURNS ph.model
  AS 'MODULE_PATHNAME', 'fit' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.fit(text, text, text, text[], text, text, text, text, text, text, boolean, integer) IS
  'fits a linear, logistic or Poisson regression over the rows of a query: the response is its first column unless '
  'named, the terms all columns without another part; exposure is person-time of a Poisson model; weights are '
  'frequency (whole numbers), probability, or, of a linear model, precision (variance sigma^2 / weight); variance '
  'model, hc0, hc1 (White 1980), cluster or cluster0 (Liang and Zeger 1986). Every pass is one parallel query under '
  'the snapshot of the calling statement; rows with a NULL are left out and counted; a fit that fails has a status '
  'that says why and no coefficients';
