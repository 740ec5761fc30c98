\echo Use "CREATE EXTENSION population_health" to load this file. \quit

CREATE SCHEMA ph;
COMMENT ON SCHEMA ph IS 'population_health: rows fold into summaries, summaries roll up, indicators are asked of summaries';
GRANT USAGE ON SCHEMA ph TO PUBLIC;

CREATE SCHEMA ph_support;
COMMENT ON SCHEMA ph_support IS
	'population_health: what the types, aggregates and procedures of ph are made of; nothing here is for people';
GRANT USAGE ON SCHEMA ph_support TO PUBLIC;
