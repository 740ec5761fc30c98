
create function ph.net_benefit(
	tally ph.tally, thresholds float8[] default '{0.05,0.1,0.2,0.3}',
	out threshold float8, out true_positives float8, out false_positives float8, out net_benefit float8,
	out net_benefit_all float8, out net_benefit_none float8, out standardised float8, out avoided_per_100 float8)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'net_benefit';
comment on function ph.net_benefit(ph.tally, float8[]) is
	'decision curve (Vickers and Elkin 2006) of a tally keyed by predicted risk: '
	'net benefit of helping those at or above each threshold, beside helping all and none; '
	'standardised by the prevalence; how many of 100 need not be helped against helping all';
