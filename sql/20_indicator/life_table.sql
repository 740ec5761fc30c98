-- ---- lives ----

create function ph.life_expectancy(
	deaths ph.tally, age float8 default 0, ages float8[] default null, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'life_expectancy';
comment on function ph.life_expectancy(ph.tally, float8, float8[], float8) is
	'years still to live at an age (Chiang 1968, Silcocks et al. 2001); '
	'ages are lower bounds of bands, the last one open, {0,1,5,10,...,90} if NULL; '
	'notes: no_data, missing_input, empty_band, deaths_exceed_population, population_not_above_5000, '
	'no_deaths_in_last_band, no_survivors, interval_wider_than_20_years, key_below_ages, unknown_key';

create function ph.life_table(
	deaths ph.tally, ages float8[] default null, confidence float8 default 0.95,
	out age float8, out population float8, out deaths_counted float8, out death_rate float8,
	out probability_of_dying float8, out survivors float8, out years_lived float8, out years_on float8,
	out life_expectancy float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 20
as 'MODULE_PATHNAME', 'life_table_rows';
comment on function ph.life_table(ph.tally, float8[], float8) is
	'the life table of a tally of deaths, a row a band: '
	'survivors of 100,000 born at its start, years they live in it and from its start on, and the expectancy; '
	'no rows where no table can be made, ph.life_expectancy says why; what is left out is in the note of every row';

create function ph.healthy_life_expectancy(
	deaths ph.tally, survey ph.tally, age float8 default 0, ages float8[] default null,
	confidence float8 default 0.95, variance text default 'prevalence')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'healthy_life_expectancy';
comment on function ph.healthy_life_expectancy(ph.tally, ph.tally, float8, float8[], float8, text) is
	'years still to live in good health (Sullivan 1971); survey: key age, exposure people asked, '
	'events those not in good health; variance: prevalence, or prevalence and mortality; notes as ph.life_expectancy';

create function ph.years_of_life_lost(
	deaths ph.tally, until float8 default 75, standard ph.tally default null, ages float8[] default null,
	per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'years_of_life_lost';
comment on function ph.years_of_life_lost(ph.tally, float8, ph.tally, float8[], float8, float8) is
	'potential years of life lost below an age: '
	'crude rate, or directly standardised where a standard is given (weights below the limit); '
	'a death counts from the middle of its band of ages, {0,5,...,90} if NULL; limits of Dobson et al. (1991); notes: '
	'no_data, missing_input, no_exposure, empty_band, no_standard, fewer_than_10_events, key_below_ages, unknown_key';
