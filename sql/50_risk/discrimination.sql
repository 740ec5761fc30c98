
-- ---- judging a score: discrimination ----

create function ph.auroc(tally ph.tally, confidence float8 default 0.95, limits text default 'delong')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'auroc';
comment on function ph.auroc(ph.tally, float8, text) is
	'area under the ROC curve of a tally keyed by score, ph.person_tally(score, outcome): '
	'the chance that somebody with the outcome has a higher score than somebody without, ties counting half; '
	'limits delong (DeLong et al. 1988) or logit; people without score or outcome are left out and counted; '
	'notes: no_data, one_class, left_out, limit_undefined';
create function ph.average_precision(tally ph.tally, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'average_precision';
comment on function ph.average_precision(ph.tally, float8) is
	'area under precision against recall, in steps, tied scores as one block; '
	'limits on the logit (Boyd, Eng and Page 2013); a useless score reaches the prevalence';
create function ph.roc(
	tally ph.tally,
	out threshold float8, out true_positives float8, out false_positives float8, out false_negatives float8,
	out true_negatives float8, out sensitivity float8, out specificity float8, out positive_predictive_value float8)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'roc';
comment on function ph.roc(ph.tally) is
	'a row a score from the highest: who is flagged at or above it, and who of them has the outcome';
create function ph.top_shares(
	tally ph.tally, shares float8[] default '{0.005,0.01,0.02,0.05,0.1,0.2}',
	out share float8, out people float8, out threshold float8, out events float8,
	out positive_predictive_value float8, out sensitivity float8, out lift float8, out people_at_threshold float8,
	out positive_predictive_value_at_threshold float8, out sensitivity_at_threshold float8)
returns setof record
language c immutable parallel safe rows 6
as 'MODULE_PATHNAME', 'top_shares';
comment on function ph.top_shares(ph.tally, float8[]) is
	'what the top shares of the people hold: people (rounded up), the score at the edge, '
	'people with the outcome among them (tied ones in proportion), positive predictive value, sensitivity and lift; '
	'and the same for all at or above the edge';
create function ph.concordance(tallies ph.tally[], confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'concordance';
comment on function ph.concordance(ph.tally[], float8) is
	'Harrell''s C of a tally a score, in ascending order of the scores, each keyed by follow-up time as '
	'for ph.survival; standard error by infinitesimal jackknife; notes: no_comparable_pairs, left_out';
