
-- ---- spells of episodes ----

create function ph.spell_number(start_date timestamptz, end_date timestamptz, gap integer default 0) returns bigint
language c window stable parallel safe
as 'MODULE_PATHNAME', 'spell_number';
comment on function ph.spell_number(timestamptz, timestamptz, integer) is
	'over (partition by person order by start_date, end_date): the number of the spell of episodes that overlap, '
	'touch or follow within gap days; a new one starts more than gap days, of the session''s calendar, '
	'after the greatest end so far; without end: still open, all that follow belong to it; without start: NULL; '
	'dates and timestamps serve as well';
