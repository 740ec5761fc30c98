
-- ---- do groups differ in survival ----

create function ph.log_rank(tallies ph.tally[], weights text default 'log-rank', entered ph.tally[] default null)
returns ph.test
language c immutable parallel safe
as 'MODULE_PATHNAME', 'log_rank';
comment on function ph.log_rank(ph.tally[], text, ph.tally[]) is
	'whether groups, a tally each keyed by follow-up time, differ in survival: '
	'chi-square with hypergeometric variance; weights log-rank (Mantel 1966) '
	'or peto-peto (pooled survival just before each time); groups without people at risk are left out with a note; '
	'notes: no_data, missing_input, unknown_key, fewer_than_2_groups, group_left_out, singular';

create function ph.log_rank_groups(
	tallies ph.tally[], weights text default 'log-rank', entered ph.tally[] default null,
	out group_number integer, out people float8, out observed float8, out expected float8, out variance float8,
	out note text)
returns setof record
language c immutable parallel safe rows 2
as 'MODULE_PATHNAME', 'log_rank_groups';
comment on function ph.log_rank_groups(ph.tally[], text, ph.tally[]) is
	'a row a group of ph.log_rank, numbered as in the array: people, events observed and expected (weighted), '
	'variance of their difference; notes: unknown_key, and why there is no test';
