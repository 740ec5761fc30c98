
-- ---- standardisation ----

create function ph.dsr(
	tally ph.tally, standard ph.tally default ph.esp2013(), per float8 default 100000, confidence float8 default 0.95,
	empty_bands text default 'null', limits text default 'dobson')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'dsr';
comment on function ph.dsr(ph.tally, ph.tally, float8, float8, text, text) is
	'directly standardised rate with limits dobson (Dobson et al. 1991, from 10 events on), fay-feuer (gamma, 1997) '
	'or tiwari (2006); variance for repeated events when rows were people; '
	'a band of the standard without exposure gives NULL and a note unless empty_bands is renormalise; '
	'notes: no_data, missing_input, empty_band, renormalised, fewer_than_10_events, no_standard, key_below_standard, '
	'events_without_exposure, unknown_key';

create function ph.dsr_of_strata(
	tallies ph.tally[], standard ph.tally[] default null, per float8 default 100000, confidence float8 default 0.95,
	empty_bands text default 'null', limits text default 'dobson')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'dsr_of_strata';
comment on function ph.dsr_of_strata(ph.tally[], ph.tally[], float8, float8, text, text) is
	'directly standardised rate over strata, a tally and a standard each, such as the sexes: standardised by age and '
	'sex; standard NULL: ph.esp2013() for each, so that the strata count alike; the rest as ph.dsr';

create function ph.expected(tally ph.tally, reference ph.tally) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'expected';
comment on function ph.expected(ph.tally, ph.tally) is
	'events to expect if the rates of the reference held, by key; adds up over sexes and places; '
	'NULL where there is no reference, input is missing or a key is unknown';

create function ph.smr_of_counts(observed float8, expected float8, per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr_of_counts';
comment on function ph.smr_of_counts(float8, float8, float8, float8) is
	'indirectly standardised ratio observed / expected, times per (Breslow and Day 1987); '
	'limits of the observed count, each event taken as another person''s; '
	'notes: missing_input, no_expected, zero_expected';

create function ph.indirect_rate_of_counts(
	observed float8, expected float8, reference ph.tally, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate_of_counts';
comment on function ph.indirect_rate_of_counts(float8, float8, ph.tally, float8, float8) is
	'indirectly standardised rate where the observed events are known as a total only: ph.smr_of_counts(observed, '
	'expected) times the crude rate of the reference, times per; expected as of ph.expected(people by age, reference)';

create function ph.smr(tally ph.tally, reference ph.tally, per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr';
comment on function ph.smr(ph.tally, ph.tally, float8, float8) is
	'indirectly standardised ratio of a tally against a reference; limits allow for repeated events of one person; '
	'people of unknown key are left out, with a note';

create function ph.smr_of_strata(
	tallies ph.tally[], reference ph.tally[], per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr_of_strata';
comment on function ph.smr_of_strata(ph.tally[], ph.tally[], float8, float8) is
	'indirectly standardised ratio over strata, one tally and one reference each, such as the sexes: '
	'standardised by age and sex; notes as ph.smr';

create function ph.indirect_rate(
	tally ph.tally, reference ph.tally, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate';
comment on function ph.indirect_rate(ph.tally, ph.tally, float8, float8) is
	'indirectly standardised rate: ph.smr times the crude rate of the reference, times per';

create function ph.indirect_rate_of_strata(
	tallies ph.tally[], reference ph.tally[], per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate_of_strata';
comment on function ph.indirect_rate_of_strata(ph.tally[], ph.tally[], float8, float8) is
	'indirectly standardised rate over strata, one tally and one reference each: '
	'ph.smr_of_strata times the crude rate of all references, times per';
