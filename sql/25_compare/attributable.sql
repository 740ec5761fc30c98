
-- ---- attributable fractions and numbers ----

create type ph.attributable_fraction as (
	fraction float8,
	link_error float8,
	delta_lower float8,
	delta_upper float8,
	substitution_lower float8,
	substitution_upper float8,
	note text
);
comment on type ph.attributable_fraction is
	'share of cases that would not be if nobody were exposed, with limits by two ways';
comment on column ph.attributable_fraction.fraction is 'the share; negative where exposure protects';
comment on column ph.attributable_fraction.link_error is 'standard error of ln(1 - fraction)';
comment on column ph.attributable_fraction.delta_lower is 'lower limit by the delta method on ln(1 - fraction)';
comment on column ph.attributable_fraction.delta_upper is 'upper limit by the delta method';
comment on column ph.attributable_fraction.substitution_lower is
	'the fraction at the lower limit of the risk: exact, to be preferred; NULL where the share exposed has an error';
comment on column ph.attributable_fraction.substitution_upper is 'the fraction at the upper limit of the risk';
comment on column ph.attributable_fraction.note is
	'missing_input; risk_taken_as_known where the risk has no limits';

create function ph.attributable_fraction(
	exposed float8, relative_risk float8, kind text, lower float8 default null, upper float8 default null,
	exposed_error float8 default null, confidence float8 default 0.95)
returns ph.attributable_fraction
language c immutable parallel safe
as 'MODULE_PATHNAME', 'attributable_fraction';
comment on function ph.attributable_fraction(float8, float8, text, float8, float8, float8, float8) is
	'attributable fraction of one exposure: kind levin, from the share of people exposed (Levin 1953; biased with a '
	'risk adjusted for confounding), or miettinen, from the share of cases exposed (Miettinen 1974); lower, upper: '
	'limits of the risk at the confidence; exposed_error: standard error of the share; error for a share outside 0 to '
	'1, a risk not above 0 or outside its limits';

create function ph.attributable_fraction_of_categories(
	shares float8[], relative_risks float8[], kind text, lowers float8[] default null, uppers float8[] default null,
	categories text[] default null, confidence float8 default 0.95,
	out category text, out fraction float8, out link_error float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'attributable_fraction_of_categories';
comment on function ph.attributable_fraction_of_categories(
	float8[], float8[], text, float8[], float8[], text[], float8) is
	'attributable fraction of an exposure in several levels: the whole, its category NULL, and each level''s part, '
	'which add up to it (Hanley 2001); shares of people (levin) or cases (miettinen), made to add up to 1, risks '
	'against the level whose risk is 1; limits by the delta method on ln(1 - fraction), errors of the risks taken as '
	'independent';

create function ph.combined_attributable_fraction(
	fractions float8[], communalities float8[] default null, link_errors float8[] default null,
	factors text[] default null, confidence float8 default 0.95,
	out factor text, out fraction float8, out part float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'combined_attributable_fraction';
comment on function ph.combined_attributable_fraction(float8[], float8[], float8[], text[], float8) is
	'fraction attributable to several causes together, 1 - product (1 - (1 - communality) fraction), its factor NULL, '
	'and each factor''s own fraction and its part of the whole, in proportion; communality: how much of a factor '
	'others explain, NULL none (a convention); limits where every factor has a link_error; error for a fraction of 1 '
	'or more';

create function ph.attributable(
	people float8[], events float8[], levels float8[], relative_risk float8, per float8, counterfactual float8,
	lower float8 default null, upper float8 default null, groups text[] default null,
	out group_name text, out people float8, out events float8, out attributable float8, out attributable_lower float8,
	out attributable_upper float8, out fraction_of_events float8, out fraction_of_events_lower float8,
	out fraction_of_events_upper float8, out fraction_of_people float8, out fraction_of_people_lower float8,
	out fraction_of_people_upper float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'attributable';
comment on function ph.attributable(
	float8[], float8[], float8[], float8, float8, float8, float8, float8, text[]) is
	'events attributable to exposure above a counterfactual level, over places or people: risk relative_risk to the '
	'power of (level - counterfactual) / per, nothing below it; of all, group NULL, and of each group; '
	'fraction_of_events from each place''s own events, fraction_of_people by weights of people as if the risk without '
	'exposure were the same everywhere; limits at those of the risk, so that places move together; notes: '
	'missing_input (a place unknown), no_people, no_events, risk_taken_as_known, out_of_range';
