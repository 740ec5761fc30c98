
-- ---- judging a score: calibration ----

create type ph.calibration as (
	people float8,
	observed float8,
	expected float8,
	observed_to_expected float8,
	observed_to_expected_lower float8,
	observed_to_expected_upper float8,
	in_the_large float8,
	in_the_large_lower float8,
	in_the_large_upper float8,
	slope float8,
	slope_lower float8,
	slope_upper float8,
	slope_intercept float8,
	brier float8,
	brier_scaled float8,
	log_loss float8,
	spiegelhalter_z float8,
	spiegelhalter_p float8,
	without_logit float8,
	note text
);
comment on type ph.calibration is
	'predicted against observed: their ratio with exact Poisson limits; '
	'calibration in the large (intercept where the slope is 1) and slope, both 0 and 1 where risks are right; '
	'Brier score, its improvement over the prevalence alone, log loss, Spiegelhalter''s test; '
	'people of risk 0 or 1, who have no logit';
comment on column ph.calibration.people is 'people with a risk and an outcome';
comment on column ph.calibration.observed is 'people with the outcome';
comment on column ph.calibration.expected is 'sum of the predicted risks';
comment on column ph.calibration.observed_to_expected is 'observed / expected';
comment on column ph.calibration.observed_to_expected_lower is 'its lower limit, exact Poisson';
comment on column ph.calibration.observed_to_expected_upper is 'its upper limit, exact Poisson';
comment on column ph.calibration.in_the_large is
	'calibration in the large: the intercept, on the logit, where the slope is 1; 0 where risks are right';
comment on column ph.calibration.in_the_large_lower is 'its lower confidence limit';
comment on column ph.calibration.in_the_large_upper is 'its upper confidence limit';
comment on column ph.calibration.slope is
	'calibration slope, on the logit; 1 where risks are right, below 1 where they are too extreme';
comment on column ph.calibration.slope_lower is 'its lower confidence limit';
comment on column ph.calibration.slope_upper is 'its upper confidence limit';
comment on column ph.calibration.slope_intercept is 'the intercept that goes with the slope';
comment on column ph.calibration.brier is 'Brier score: the mean squared difference of risk and outcome';
comment on column ph.calibration.brier_scaled is
	'its improvement over giving everybody the prevalence: 1 perfect, 0 none';
comment on column ph.calibration.log_loss is 'mean negative log-likelihood of an outcome';
comment on column ph.calibration.spiegelhalter_z is 'statistic of Spiegelhalter''s test, a standard normal';
comment on column ph.calibration.spiegelhalter_p is 'its two-sided p';
comment on column ph.calibration.without_logit is
	'people of risk 0 or 1, who have no logit and are not in intercept and slope';
comment on column ph.calibration.note is 'why there is no answer, or what was left out';
create function ph.calibration(tally ph.tally, confidence float8 default 0.95) returns ph.calibration
language c immutable parallel safe
as 'MODULE_PATHNAME', 'calibration';
comment on function ph.calibration(ph.tally, float8) is
	'calibration of a tally keyed by predicted risk, ph.person_tally(risk, outcome); '
	'notes: no_data, left_out, one_class, no_slope, risk_0_or_1';
create function ph.calibration_groups(
	tally ph.tally, groups integer default 10, confidence float8 default 0.95,
	out risk_group integer, out people float8, out lowest float8, out highest float8, out expected float8,
	out observed float8, out mean_predicted float8, out observed_share float8, out lower float8, out upper float8)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'calibration_groups';
comment on function ph.calibration_groups(ph.tally, integer, float8) is
	'expected against observed from the lowest risks to the highest, in groups as equal as ties let them be (rank r '
	'of n: group floor((r - 1) groups / n), tied people together), with Wilson limits';
create function ph.hosmer_lemeshow(tally ph.tally, groups integer default 10) returns ph.test
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hosmer_lemeshow';
comment on function ph.hosmer_lemeshow(ph.tally, integer) is
	'Hosmer and Lemeshow''s test of risks that were not fitted to these people: '
	'degrees of freedom are the groups of ph.calibration_groups';
create function ph.recalibrated(risk float8, intercept float8, slope float8 default 1) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'recalibrated';
comment on function ph.recalibrated(float8, float8, float8) is
	'a risk from anywhere after recalibration, with in_the_large alone or slope_intercept and slope of ph.calibration; '
	'NULL for what is no risk between 0 and 1';
create function ph.recalibrate(model ph.model, tally ph.tally, method text default 'intercept') returns ph.model
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recalibrate';
comment on function ph.recalibrate(ph.model, ph.tally, text) is
	'a logistic model moved to the population in which its risks were tallied: '
	'method intercept or intercept_and_slope; a new model, without what was known of the fit of the old';
