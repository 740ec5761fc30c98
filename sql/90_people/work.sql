
-- ---- in work, on a day and in a period ----

create function ph.work_on_day(
	day date, starts date[], ends date[], statuses text[], died date default null, moved date default null,
	data_end date default null,
	out in_work boolean, out has_job boolean, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_on_day';
comment on function ph.work_on_day(date, date[], date[], text[], date, date, date) is
	'whether somebody is in work (employed or self-employed, and not off sick) and has a job (off sick too) on a '
	'day, of half-open spells (NULL end: still running) of employed, self_employed, off_sick, unemployed, '
	'inactive_ill, inactive_other, student, retired; of several on the day off sick wins, then work, and the note '
	'is overlap. NULL with a note, in this order: missing_input (no day), died, moved (on the day or before), '
	'not_yet (the day is after data_end), no_spell: a gap is not unemployment. Errors: 22023 for lists of different'
	' lengths, other statuses, spells that end before they start';

create function ph.work_in_period(
	from_date date, until_date date, starts date[], ends date[], statuses text[], died date default null,
	moved date default null, data_end date default null, least_days integer default 91,
	out days integer, out in_work integer, out not_in_work integer, out no_spell integer,
	out gone_or_not_yet integer, out at_least boolean, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_in_period';
comment on function ph.work_in_period(
	date, date, date[], date[], text[], date, date, date, integer) is
	'the days of a period, from from_date and before until_date, as ph.work_on_day answers each: in work, not in '
	'work, without a spell, and after death, move or data_end. at_least: in work on least_days or more (91 days of '
	'364 are 13 of 52 weeks, in one stretch or several); false only if the days of which nothing is known could not'
	' make it true, else NULL with the note of the first of them. Errors: those of ph.work_on_day, and 22023 for a '
	'period of other than 1 to 36600 days';

create function ph_support.work_count(bigint[], in_work boolean, note text) returns bigint[]
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_count';
comment on function ph_support.work_count(bigint[], boolean, text) is
	'support function of ph.work_count';
create function ph_support.work_count_combine(bigint[], bigint[]) returns bigint[]
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_count_combine';
comment on function ph_support.work_count_combine(bigint[], bigint[]) is
	'support function of ph.work_count: the people of both';
create function ph_support.work_count_roll_up(bigint[], bigint[]) returns bigint[]
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_count_roll_up';
comment on function ph_support.work_count_roll_up(bigint[], bigint[]) is
	'support function of ph.work_count_rollup';

create aggregate ph.work_count(in_work boolean, note text) (
	sfunc = ph_support.work_count, stype = bigint[], initcond = '{0,0,0,0,0,0,0}',
	combinefunc = ph_support.work_count_combine, sspace = 128, parallel = safe
);
comment on aggregate ph.work_count(boolean, text) is
	'folds a row a person, as ph.work_on_day answers (or ph.work_in_period: at_least and note), into how many are '
	'in work, not in work, no_spell, died, moved, not_yet and missing_input, in this order. Errors: 22023 for a '
	'NULL without one of these notes';
create aggregate ph.work_count_rollup(counts bigint[]) (
	sfunc = ph_support.work_count_roll_up, stype = bigint[], initcond = '{0,0,0,0,0,0,0}',
	combinefunc = ph_support.work_count_roll_up, sspace = 128, parallel = safe
);
comment on aggregate ph.work_count_rollup(bigint[]) is
	'the people of many summaries of ph.work_count; NULL where one of them is';

create function ph.work_share(
	counts bigint[], confidence float8 default 0.95,
	out people bigint, out in_work bigint, out not_in_work bigint, out no_spell bigint, out died bigint,
	out moved bigint, out not_yet bigint, out missing_input bigint,
	out share float8, out lower float8, out upper float8, out share_if_gaps_out float8, out share_if_gaps_in float8)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'work_share';
comment on function ph.work_share(bigint[], float8) is
	'of a summary of ph.work_count the share in work of those of whom it is known, with Wilson limits, and the '
	'bounds of what gaps could hide: what it would be if everybody without a spell were out of work, or in it';
