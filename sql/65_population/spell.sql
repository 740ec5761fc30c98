
-- ---- spells of episodes ----

CREATE FUNCTION ph.spell_number(start_date timestamptz, end_date timestamptz, gap integer DEFAULT 0)
  RETURNS bigint
  AS 'MODULE_PATHNAME', 'spell_number' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.spell_number(timestamptz, timestamptz, integer) IS
  'over (partition by person order by start_date, end_date): the number of the spell of episodes that overlap, touch or follow within gap days; a new one starts more than gap days, of the session''s calendar, after the greatest end so far; without end: still open, all that follow belong to it; without start: NULL; dates and timestamps serve as well';
