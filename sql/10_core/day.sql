
-- ---- the day of an instant ----

create function ph_support.day_support(internal) returns internal
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'day_support';
comment on function ph_support.day_support(internal) is
	'for the planner: what ph_support.day asks of a date or timestamp is that date';
create function ph_support.day(at timestamptz) returns date
language c stable strict parallel safe support ph_support.day_support
as 'MODULE_PATHNAME', 'day';
comment on function ph_support.day(timestamptz) is
	'the day of an instant in the session''s time zone; of a date or timestamp the day that it names, in any time zone';
