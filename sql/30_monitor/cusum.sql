-- ---- cumulative sums ----

create type ph.cusum_point as (
	upper float8,
	lower float8,
	signal text,
	note text
);
comment on type ph.cusum_point is
	'a point of a cumulative sum: upper from 0 up, lower from 0 down, signal high or low beyond the decision limit; '
	'note: missing_value';
comment on column ph.cusum_point.upper is 'cumulative sum that watches for more, from 0 up, in units of sigma';
comment on column ph.cusum_point.lower is 'cumulative sum that watches for less, from 0 down, in units of sigma';
comment on column ph.cusum_point.signal is 'high or low where a sum passes the decision limit; else NULL';
comment on column ph.cusum_point.note is 'missing_value where the row has no value';

create function ph.cusum(
	value float8, target float8, sigma float8, allowance float8 default 0.5, decision_limit float8 default 5,
	reset boolean default true)
returns ph.cusum_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'cusum';
comment on function ph.cusum(float8, float8, float8, float8, float8, boolean) is
	'tabular cumulative sum (Page 1954) in units of sigma, over (partition by series order by period); '
	'with reset it starts again in the row after a signal';

create type ph.risk_adjusted_cusum_point as (
	upper float8,
	lower float8,
	signal text,
	observed float8,
	expected float8,
	expected_less_observed float8,
	note text
);
comment on type ph.risk_adjusted_cusum_point is
	'a point of a risk-adjusted cumulative sum, and of the variable life-adjusted display: expected less observed; '
	'note: missing_value';
comment on column ph.risk_adjusted_cusum_point.upper is
	'cumulative log-likelihood ratio that watches for more events than predicted, from 0 up';
comment on column ph.risk_adjusted_cusum_point.lower is
	'cumulative log-likelihood ratio that watches for fewer, from 0 down';
comment on column ph.risk_adjusted_cusum_point.signal is 'high or low where a sum passes the decision limit; else NULL';
comment on column ph.risk_adjusted_cusum_point.observed is 'events so far';
comment on column ph.risk_adjusted_cusum_point.expected is 'events predicted so far';
comment on column ph.risk_adjusted_cusum_point.expected_less_observed is
	'expected less observed so far: the variable life-adjusted display';
comment on column ph.risk_adjusted_cusum_point.note is 'missing_value where the row has no outcome or prediction';

create function ph.risk_adjusted_cusum(
	outcome boolean, risk float8, odds_ratio float8 default 2, decision_limit float8 default 4.5,
	reset boolean default true)
returns ph.risk_adjusted_cusum_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'risk_adjusted_cusum';
comment on function ph.risk_adjusted_cusum(boolean, float8, float8, float8, boolean) is
	'risk-adjusted cumulative sum (Steiner et al. 2000): upper watches for odds times odds_ratio, '
	'lower for odds divided by it; a constant predicted risk makes it Bernoulli''s';

create type ph.ewma_point as (
	average float8,
	lower float8,
	upper float8,
	signal text,
	note text
);
comment on type ph.ewma_point is
	'a point of an exponentially weighted moving average with its limits; note: missing_value';
comment on column ph.ewma_point.average is 'exponentially weighted moving average, in the unit of the value';
comment on column ph.ewma_point.lower is 'its lower control limit; NULL where sigma is not known';
comment on column ph.ewma_point.upper is 'its upper control limit; NULL where sigma is not known';
comment on column ph.ewma_point.signal is 'high or low where the average lies outside its limits; else NULL';
comment on column ph.ewma_point.note is 'missing_value where the row has no value';

create function ph.ewma(value float8, target float8, sigma float8, weight float8 default 0.2, width float8 default 3)
returns ph.ewma_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'ewma';
comment on function ph.ewma(float8, float8, float8, float8, float8) is
	'exponentially weighted moving average (Roberts 1959) from the target on, '
	'limits width sigmas of the average to either side, exact for its age; no limits where sigma is NULL';
