\echo Use "CREATE EXTENSION population_health" to load this file. \quit

CREATE SCHEMA ph;
COMMENT ON SCHEMA ph IS 'population_health: rows fold into summaries, summaries roll up, indicators are asked of summaries';
GRANT USAGE ON SCHEMA ph TO PUBLIC;
