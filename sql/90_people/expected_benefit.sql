
-- ---- who can be helped ----

create type ph.expected_benefit as (
	benefit float8,
	lower float8,
	upper float8,
	offer boolean,
	note text
);
comment on type ph.expected_benefit is
	'what an intervention is expected to spare a person, less its cost, with limits from those of its rate ratio';
comment on column ph.expected_benefit.benefit is 'risk x (1 - rate ratio) x value - cost';
comment on column ph.expected_benefit.lower is 'the same at the upper limit of the ratio';
comment on column ph.expected_benefit.upper is 'the same at the lower limit of the ratio';
comment on column ph.expected_benefit.offer is 'whether the benefit is above 0';
comment on column ph.expected_benefit.note is
	'no_ratio (of what was not tried nothing is expected), missing_input, out_of_range: no benefit; '
	'no_limits: a benefit whose limits are not known';

create function ph.expected_benefit(
	risk float8, rate_ratio float8, ratio_lower float8, ratio_upper float8, value float8 default 1,
	cost float8 default 0)
returns ph.expected_benefit
language c immutable parallel safe
as 'MODULE_PATHNAME', 'expected_benefit';
comment on function ph.expected_benefit(float8, float8, float8, float8, float8, float8) is
	'risk x (1 - rate ratio) x value - cost: events avoided where value is 1 and cost 0, days where it is the days '
	'of an event; money only where asked for, since value in money favours who already gets care. The risk (or '
	'expected count) must be of the event that the ratio is about. The limits are the ratio''s: one error for all '
	'people, so that those of a list''s total are the totals of lower and upper. Error for a number below 0, one '
	'limit without the other, a ratio outside its limits. Source: impactability as in Lewis 2010, Milbank Q 88:240';
