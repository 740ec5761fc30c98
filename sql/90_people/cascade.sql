
-- ---- how far people came along stages ----

create type ph.cascade;
create function ph_support.cascade_in(cstring) returns ph.cascade
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_in';
create function ph_support.cascade_out(ph.cascade) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_out';
create function ph_support.cascade_recv(internal) returns ph.cascade
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_recv';
create function ph_support.cascade_send(ph.cascade) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_send';
create type ph.cascade (
	input = ph_support.cascade_in, output = ph_support.cascade_out, receive = ph_support.cascade_recv,
	send = ph_support.cascade_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.cascade is
	'people by how far they came along up to 12 stages: a stage apart by a semicolon, how many reached it, how many'
	' were lost before it, and by days from the stage before who moved on and who stayed, seen no longer: 30; 28 '
	'lost 0: 0=3+0 20=25+2; 9 lost 6 without days';
comment on function ph_support.cascade_in(cstring) is
	'text input of ph.cascade';
comment on function ph_support.cascade_out(ph.cascade) is
	'text output of ph.cascade';
comment on function ph_support.cascade_recv(internal) is
	'binary input of ph.cascade';
comment on function ph_support.cascade_send(ph.cascade) is
	'binary output of ph.cascade';

create function ph_support.cascade_fold(ph.cascade, reached_on date[], lost_on date, as_of date) returns ph.cascade
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cascade_fold';
comment on function ph_support.cascade_fold(ph.cascade, date[], date, date) is
	'support function of ph.cascade';
create function ph_support.cascade_fold_offer(
	ph.cascade, identified_on date, offered_on date, answered_on date, answer text, started_on date,
	completed_on date, better boolean, ended_on date, as_of date)
returns ph.cascade
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cascade_fold_offer';
comment on function ph_support.cascade_fold_offer(
	ph.cascade, date, date, date, text, date, date, boolean, date, date) is
	'support function of ph.offer_cascade';
create function ph_support.cascade_combine(ph.cascade, ph.cascade) returns ph.cascade
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cascade_combine';
comment on function ph_support.cascade_combine(ph.cascade, ph.cascade) is
	'support function of the cascade aggregates: the people of both';
create function ph_support.cascade_roll_up(ph.cascade, ph.cascade) returns ph.cascade
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cascade_roll_up';
comment on function ph_support.cascade_roll_up(ph.cascade, ph.cascade) is
	'support function of ph.cascade_rollup';
create function ph_support.cascade_final(ph.cascade) returns ph.cascade
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cascade_final';
comment on function ph_support.cascade_final(ph.cascade) is
	'support function of the cascade aggregates';

create aggregate ph.cascade(reached_on date[], lost_on date, as_of date) (
	sfunc = ph_support.cascade_fold, stype = ph.cascade, initcond = 'nobody', finalfunc = ph_support.cascade_final,
	combinefunc = ph_support.cascade_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.cascade(date[], date, date) is
	'folds a row a person: the day on which each of 2 to 12 stages was reached (NULL: not; -infinity: on a day that'
	' is not known), the day on which the person was lost (NULL: not), and the day as of which all is known: days '
	'after it are not known yet. Who reached a stage reached those before it. Errors: 22023 for days of stages that'
	' go back, a loss before the first, lists of other lengths, and a day as_of that is NULL or infinite';
create aggregate ph.offer_cascade(
	identified_on date, offered_on date, answered_on date, answer text, started_on date, completed_on date,
	better boolean, ended_on date, as_of date) (
	sfunc = ph_support.cascade_fold_offer, stype = ph.cascade,
	initcond = '0; 0 lost 0:; 0 lost 0:; 0 lost 0:; 0 lost 0:; 0 lost 0 without days',
	finalfunc = ph_support.cascade_final, combinefunc = ph_support.cascade_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.offer_cascade(date, date, date, text, date, date, boolean, date, date) is
	'folds a row an offer into the stages identified, offered, accepted (answer accepted, with its day), started, '
	'completed and better (completed, and better is true). Lost is who declined, ended (died, moved, dropped out) '
	'or, having completed, is not better; a day after as_of is not known yet. Errors: 22023 for days before that of'
	' identification, an answer before the offer, an end before the start, an answer other than accepted, declined '
	'and no_answer, and what was declined and yet started';
create aggregate ph.cascade_rollup(cascade ph.cascade) (
	sfunc = ph_support.cascade_roll_up, stype = ph.cascade, initcond = 'nobody', finalfunc = ph_support.cascade_final,
	combinefunc = ph_support.cascade_roll_up, sspace = 2048, parallel = safe
);
comment on aggregate ph.cascade_rollup(ph.cascade) is
	'the people of many cascades of the same stages; NULL where one of them is';

create function ph.cascade_equal(a ph.cascade, b ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_equal';
comment on function ph.cascade_equal(ph.cascade, ph.cascade) is
	'implementation of operator =';
create operator ph.= (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph.cascade_equal,
	commutator = operator(ph.=), negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.cascade_not_equal(ph.cascade, ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_not_equal';
comment on function ph_support.cascade_not_equal(ph.cascade, ph.cascade) is
	'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph_support.cascade_not_equal,
	commutator = operator(ph.<>), negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.cascade_less(ph.cascade, ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_less';
comment on function ph_support.cascade_less(ph.cascade, ph.cascade) is
	'implementation of operator <';
create operator ph.< (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph_support.cascade_less,
	commutator = operator(ph.>), negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.cascade_less_or_equal(ph.cascade, ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_less_or_equal';
comment on function ph_support.cascade_less_or_equal(ph.cascade, ph.cascade) is
	'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph_support.cascade_less_or_equal,
	commutator = operator(ph.>=), negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.cascade_greater(ph.cascade, ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_greater';
comment on function ph_support.cascade_greater(ph.cascade, ph.cascade) is
	'implementation of operator >';
create operator ph.> (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph_support.cascade_greater,
	commutator = operator(ph.<), negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.cascade_greater_or_equal(ph.cascade, ph.cascade) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_greater_or_equal';
comment on function ph_support.cascade_greater_or_equal(ph.cascade, ph.cascade) is
	'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.cascade, rightarg = ph.cascade, function = ph_support.cascade_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.cascade_compare(ph.cascade, ph.cascade) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_compare';
comment on function ph_support.cascade_compare(ph.cascade, ph.cascade) is
	'btree support: order by content, without meaning of its own';
create operator class ph.cascade_ops default for type ph.cascade using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.cascade_compare(ph.cascade, ph.cascade);

create type ph.cascade_stage as (
	number integer, stage text, reached bigint, lost bigint, open bigint, undated bigint,
	share_of_previous float8, previous_lower float8, previous_upper float8,
	moved_28 float8, moved_84 float8, median_days float8,
	share_of_first float8, first_lower float8, first_upper float8
);
comment on type ph.cascade_stage is
	'a stage of a cascade: reached people; of those of the stage before who are not here, lost and still open ones;'
	' the share of the stage before and of the first with Wilson limits; and by Kaplan and Meier, from the day of '
	'the stage before, the share that would have moved on by day 28 and 84 if nobody were lost, and the first day '
	'by which half would (undated people, who lack one of the days, are left out)';
comment on column ph.cascade_stage.number is 'number of the stage, from 1';
comment on column ph.cascade_stage.stage is 'name of the stage';
comment on column ph.cascade_stage.reached is 'people who reached it';
comment on column ph.cascade_stage.lost is 'people of the stage before who will not reach it';
comment on column ph.cascade_stage.open is 'people of the stage before who may still reach it';
comment on column ph.cascade_stage.undated is 'people who reached it without its day, or that of the stage before';
comment on column ph.cascade_stage.share_of_previous is 'share of the stage before';
comment on column ph.cascade_stage.previous_lower is 'its lower limit, Wilson';
comment on column ph.cascade_stage.previous_upper is 'its upper limit, Wilson';
comment on column ph.cascade_stage.moved_28 is 'share that would have moved on by day 28 if nobody were lost';
comment on column ph.cascade_stage.moved_84 is 'the same by day 84';
comment on column ph.cascade_stage.median_days is 'first day by which half would have; NULL: never half';
comment on column ph.cascade_stage.share_of_first is 'share of the first stage';
comment on column ph.cascade_stage.first_lower is 'its lower limit, Wilson';
comment on column ph.cascade_stage.first_upper is 'its upper limit, Wilson';
create function ph.cascade_stages(
	cascade ph.cascade, stages text[] default '{identified, offered, accepted, started, completed, better}',
	confidence float8 default 0.95)
returns setof ph.cascade_stage
language c immutable parallel safe rows 6
as 'MODULE_PATHNAME', 'cascade_stages';
comment on function ph.cascade_stages(ph.cascade, text[], float8) is
	'the stages of a cascade, a row each, under these names: reached + lost + open is reached of the stage before; '
	'what cannot be told, of nobody or of a stage without days, is NULL. A NULL cascade has no rows. Errors: 22023 '
	'for other than one name a stage';
create function ph.cascade_days(cascade ph.cascade, stage integer) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cascade_days';
comment on function ph.cascade_days(ph.cascade, integer) is
	'people by days from the stage before the numbered one, the second or later; an event is that they moved on: '
	'for ph.survival, ph.chart_survival, ph.log_rank and what else reads follow-up. Undated people are not in it';
