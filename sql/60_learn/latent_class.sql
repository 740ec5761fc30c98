
-- ---- latent classes of yes-or-no items ----

CREATE TYPE ph.latent_classes AS (
  status text, k integer, rows bigint, rows_left_out bigint, patterns integer, terms text[], prevalence float8[], probabilities float8[], people bigint[],
  log_likelihood float8, parameters integer, aic float8, bic float8, entropy_r2 float8, g_squared float8, degrees_of_freedom float8, smallest_share float8,
  iterations integer, starts_agreeing integer, note text
);
COMMENT ON TYPE ph.latent_classes IS
  'classes found by ph.latent_class, the commonest first: prevalence, the probability of each term in each class (a '
  'row a class; NULL where nobody of the class has the term known, which is no parameter either, and in the note), '
  'people by most likely class, log-likelihood and what judges it; entropy_r2 is 1 where everybody''s class is '
  'certain; status ok, not_converged, not_identified (more parameters than patterns to tell them by) or no_rows. '
  'Holds no rows';
COMMENT ON COLUMN ph.latent_classes.status IS 'ok, not_converged, not_identified or no_rows';
COMMENT ON COLUMN ph.latent_classes.k IS 'number of classes asked for';
COMMENT ON COLUMN ph.latent_classes.rows IS 'rows with a known item';
COMMENT ON COLUMN ph.latent_classes.rows_left_out IS 'rows without a known item';
COMMENT ON COLUMN ph.latent_classes.patterns IS 'different patterns of answers';
COMMENT ON COLUMN ph.latent_classes.terms IS 'names of the items';
COMMENT ON COLUMN ph.latent_classes.prevalence IS 'share of each class, the commonest first';
COMMENT ON COLUMN ph.latent_classes.probabilities IS
  'chance of each item in each class, a row a class; NULL where nobody of the class has it known';
COMMENT ON COLUMN ph.latent_classes.people IS 'rows by most likely class';
COMMENT ON COLUMN ph.latent_classes.log_likelihood IS 'of the patterns';
COMMENT ON COLUMN ph.latent_classes.parameters IS 'how many were estimated';
COMMENT ON COLUMN ph.latent_classes.aic IS 'Akaike''s information criterion: lower is better';
COMMENT ON COLUMN ph.latent_classes.bic IS 'Bayesian information criterion: lower is better';
COMMENT ON COLUMN ph.latent_classes.entropy_r2 IS
  'how clear the classes of people are: 1 certain, 0 not at all; NULL of one class';
COMMENT ON COLUMN ph.latent_classes.g_squared IS
  'likelihood ratio against the patterns themselves (Goodman 1974); NULL where items are unknown';
COMMENT ON COLUMN ph.latent_classes.degrees_of_freedom IS
  'of g_squared: possible patterns less 1 less parameters; below 0 the classes are not identified';
COMMENT ON COLUMN ph.latent_classes.smallest_share IS 'prevalence of the smallest class';
COMMENT ON COLUMN ph.latent_classes.iterations IS 'steps of EM';
COMMENT ON COLUMN ph.latent_classes.starts_agreeing IS
  'how many of the starts came to the same likelihood; NULL where classes were given';
COMMENT ON COLUMN ph.latent_classes.note IS
  'what to be careful with: items without data or alike in all rows, small classes, a single start';

CREATE FUNCTION ph.latent_class(query text, k integer, terms text[] DEFAULT NULL, starts integer DEFAULT 20, seed bigint DEFAULT 1, max_iterations integer DEFAULT 10000,
    smallest float8 DEFAULT 0.005, prevalence float8[] DEFAULT NULL, probabilities float8[] DEFAULT NULL) RETURNS ph.latent_classes
  AS 'MODULE_PATHNAME', 'latent_class' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.latent_class(text, integer, text[], integer, bigint, integer, float8, float8[], float8[]) IS
  'latent class analysis (Goodman 1974) of the yes-or-no columns of a query, booleans or 0 and 1, by EM from the best of several seeded starts or from given prevalence and probabilities (a row a class): unknown items are left out of a person''s likelihood, people without a known item are counted and left out';
CREATE FUNCTION ph.class_probabilities(classes ph.latent_classes, items boolean[]) RETURNS float8[]
  AS 'MODULE_PATHNAME', 'class_probabilities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.class_probabilities(ph.latent_classes, boolean[]) IS
  'how likely each class is for a person with these items, in the order of the terms; unknown items say nothing, nor '
  'do terms of which no class has a probability, and one without in a single class counts there as in the others '
  'together; NULL where no item is known or no class allows such a person';
CREATE FUNCTION ph.most_likely_class(classes ph.latent_classes, items boolean[]) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.array_position(p, (SELECT pg_catalog.max(x) FROM pg_catalog.unnest(p) x)) FROM (SELECT ph.class_probabilities(classes, items) AS p OFFSET 0) q;
END;
COMMENT ON FUNCTION ph.most_likely_class(ph.latent_classes, boolean[]) IS
  'the number, from 1, of the class that is likeliest for a person with these items, the first of those that are as likely; NULL where no item is known';
