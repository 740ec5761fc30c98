
-- ---- spells of episodes ----

CREATE FUNCTION ph.spell_number(start_date timestamp, end_date timestamp, gap integer DEFAULT 0)
  RETURNS bigint
  AS 'MODULE_PATHNAME', 'spell_number' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.spell_number(timestamp, timestamp, integer) IS
  'over (partition by person order by start_date, end_date): the number of the spell of episodes that overlap, touch or follow within gap days; a new one starts more than gap days after the greatest end so far; without end: still open, all that follow belong to it; without start: NULL; dates serve as well';
