-- ---- lives ----

CREATE FUNCTION ph.life_expectancy(deaths ph.tally, age float8 DEFAULT 0, ages float8[] DEFAULT NULL,
    confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'life_expectancy' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.life_expectancy(ph.tally, float8, float8[], float8) IS
  'years still to live at an age (Chiang 1968, Silcocks et al. 2001); ages are lower bounds of bands, the last one open, {0,1,5,10,...,90} if NULL; notes: no_data, missing_input, empty_band, deaths_exceed_population, population_not_above_5000, no_deaths_in_last_band, no_survivors, interval_wider_than_20_years, key_below_ages, unknown_key';

CREATE FUNCTION ph.life_table(deaths ph.tally, ages float8[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
    OUT age float8, OUT population float8, OUT deaths_counted float8, OUT death_rate float8, OUT probability_of_dying float8,
    OUT survivors float8, OUT years_lived float8, OUT years_on float8,
    OUT life_expectancy float8, OUT lower float8, OUT upper float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'life_table_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION ph.life_table(ph.tally, float8[], float8) IS
  'the life table of a tally of deaths, a row a band: survivors of 100,000 born at its start, years they live in it and from its start on, and the expectancy; no rows where no table can be made, ph.life_expectancy says why; what is left out is in the note of every row';

CREATE FUNCTION ph.healthy_life_expectancy(deaths ph.tally, survey ph.tally, age float8 DEFAULT 0,
    ages float8[] DEFAULT NULL, confidence float8 DEFAULT 0.95, variance text DEFAULT 'prevalence')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'healthy_life_expectancy' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.healthy_life_expectancy(ph.tally, ph.tally, float8, float8[], float8, text) IS
  'years still to live in good health (Sullivan 1971); survey: key age, exposure people asked, events those not in good health; variance: prevalence, or prevalence and mortality; notes as ph.life_expectancy';

CREATE FUNCTION ph.years_of_life_lost(deaths ph.tally, age_limit float8 DEFAULT 75, standard ph.tally DEFAULT NULL,
    ages float8[] DEFAULT NULL, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'years_of_life_lost' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.years_of_life_lost(ph.tally, float8, ph.tally, float8[], float8, float8) IS
  'potential years of life lost below an age: crude rate, or directly standardised where a standard is given (weights below the limit); a death counts from the middle of its band of ages, {0,5,...,90} if NULL; limits of Dobson et al. (1991); notes: no_data, missing_input, no_exposure, empty_band, no_standard, fewer_than_10_events, key_below_ages, unknown_key';
