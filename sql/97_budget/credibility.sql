
-- ---- how far a place's own experience can be trusted ----

create type ph.limited_fluctuation as (
	full_at float8,
	credibility float8,
	note text
);
comment on type ph.limited_fluctuation is
	'how far a mean over so many people can be trusted, by ph.limited_fluctuation';
comment on column ph.limited_fluctuation.full_at is 'people at which it can be trusted wholly';
comment on column ph.limited_fluctuation.credibility is 'from 0 to 1: sqrt(people / full_at), at most 1';
comment on column ph.limited_fluctuation.note is 'missing_input, out_of_range: no credibility';

create function ph.limited_fluctuation(
	people float8, cv float8, probability float8 default 0.9, tolerance float8 default 0.05)
returns ph.limited_fluctuation
language c immutable parallel safe
as 'MODULE_PATHNAME', 'limited_fluctuation';
comment on function ph.limited_fluctuation(float8, float8, float8, float8) is
	'how far the mean cost of so many people can be trusted: full_at = (z / tolerance)^2 cv^2 people have a mean '
	'within the tolerance of the truth with the probability, cv being standard deviation over mean of a person''s '
	'cost; credibility = min(1, sqrt(people / full_at)). NULL with a note where an argument is NULL. Error for people '
	'or cv that are negative or not finite, a probability or tolerance that is not between 0 and 1. Source: limited '
	'fluctuation (classical) credibility, Mowbray 1914';

create type ph.credibility as (
	exposure float8,
	mean float8,
	credibility float8,
	estimate float8,
	within float8,
	"between" float8,
	collective float8,
	note text,
	missing text
);
comment on type ph.credibility is 'a place''s own experience and how far it can be trusted, by ph.credibility';
comment on column ph.credibility.exposure is 'of all years of the place, as person-years';
comment on column ph.credibility.mean is 'of its own values, by exposure';
comment on column ph.credibility.credibility is
	'Z, from 0 to 1: how much of the estimate is the place''s own; exposure x between / (exposure x between + within)';
comment on column ph.credibility.estimate is 'Z x mean + (1 - Z) x collective';
comment on column ph.credibility.within is 'variance within places over years, for a unit of exposure';
comment on column ph.credibility.between is 'variance between places; 0 where chance explains all of it';
comment on column ph.credibility.collective is
	'mean of all places by credibility; by exposure where no place is credible';
comment on column ph.credibility.note is
	'one_group (fewer than two places were seen), one_period (no place in two years): nothing but the exposure is '
	'known; no_between_variance (Z is 0 for all), no_within_variance (Z is 1 for all that were seen); missing_input: a '
	'row without a place';
comment on column ph.credibility.missing is 'arguments that this row lacks, which is left out of all answers';

create function ph.credibility(place text, value float8, exposure float8) returns ph.credibility
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'credibility';
comment on function ph.credibility(text, float8, float8) is
	'window function over (partition by ...), a row a place and year: how far the place''s own values (a unit of '
	'exposure, as cost a head) can be trusted, and the estimate between them and those of all. All rows of a place '
	'have one answer. A row of exposure 0 is a year in which nothing was seen; a row that lacks something is left '
	'out of all answers, and missing says what it lacks. A place never seen has the estimate of all. Error for a '
	'value or exposure that is not finite or above 10^30 in size, an exposure that is negative or below 10^-15. '
	'Source: Buhlmann and Straub 1970, unbiased estimators, as in R''s actuar::cm';

create function ph.credibility(place text, tally ph.tally) returns ph.credibility
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'credibility_of_tallies';
comment on function ph.credibility(text, ph.tally) is
	'the same over stored tallies of a place and year: the value is events (or what was summed, as cost) over '
	'exposure, of all keys, the unknown one too; an empty tally is a year in which nothing was seen';
