\echo Use "CREATE EXTENSION population_health" to load this file. \quit

create schema ph;
comment on schema ph is
	'population_health: rows fold into summaries, summaries roll up, indicators are asked of summaries';
grant usage on schema ph to public;

create schema ph_support;
comment on schema ph_support is
	'population_health: what the types, aggregates and procedures of ph are made of; nothing here is for people';
grant usage on schema ph_support to public;
