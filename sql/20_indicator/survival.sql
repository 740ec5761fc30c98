
-- ---- survival ----

create function ph_support.tally_fold_entry(ph.tally, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_entry';
comment on function ph_support.tally_fold_entry(ph.tally, float8, float8) is 'support function of ph.entry_tally';

create aggregate ph.entry_tally(entered float8, "time" float8) (
	sfunc = ph_support.tally_fold_entry, stype = ph.tally, initcond = 'empty', finalfunc = ph_support.tally_final,
	combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.entry_tally(entered float8, "time" float8) is
	'people by time of entry, for the argument entered of survival: '
	'rows, one a person, with the times of entry and of leaving; who did not enter before leaving was never at risk '
	'and is counted as missing, so that the answer is NULL and says so';

create function ph.survival(
	tally ph.tally, confidence float8 default 0.95, limits text default 'log-log', entered ph.tally default null,
	out "time" float8, out at_risk float8, out events float8, out censored float8, out survival float8,
	out standard_error float8, out lower float8, out upper float8, out cumulative_hazard float8, out note text)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'survival_rows';
comment on function ph.survival(ph.tally, float8, text, ph.tally) is
	'the survival curve (Kaplan and Meier 1958) of a tally keyed by follow-up time: exposure who left then, events who '
	'of them with the event; Greenwood''s standard error, limits log-log, log or plain, Nelson and Aalen''s hazard; '
	'entered: a tally of the same people keyed by time of entry; no rows of an empty tally, '
	'one of NULLs with a note where there is no curve; notes: missing_input, unknown_key, no_exposure, limit_undefined';

create function ph.survival_at(
	tally ph.tally, until float8, confidence float8 default 0.95, limits text default 'log-log',
	entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'survival_at';
comment on function ph.survival_at(ph.tally, float8, float8, text, ph.tally) is
	'the share that survives a time, of a tally keyed by follow-up time; '
	'notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up, limit_undefined';

create function ph.survival_quantile(
	tally ph.tally, share float8 default 0.5, confidence float8 default 0.95, limits text default 'log-log',
	entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'survival_quantile';
comment on function ph.survival_quantile(ph.tally, float8, float8, text, ph.tally) is
	'the time by which a share has had the event, the middle of the stretch where the curve stays exactly there; '
	'limits where those of the curve come down to it (Brookmeyer and Crowley 1982); '
	'notes: no_data, missing_input, unknown_key, no_exposure, not_reached, follow_up_ends_at_level, limit_undefined';

create function ph.median_survival(
	tally ph.tally, confidence float8 default 0.95, limits text default 'log-log', entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'median_survival';
comment on function ph.median_survival(ph.tally, float8, text, ph.tally) is
	'the time by which half have had the event: ph.survival_quantile of 0.5';

create function ph.restricted_mean(
	tally ph.tally, until float8, confidence float8 default 0.95, entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'restricted_mean';
comment on function ph.restricted_mean(ph.tally, float8, float8, ph.tally) is
	'the mean time without the event up to a time: the area under the survival curve, limits normal; '
	'never beyond the last follow-up; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up';

