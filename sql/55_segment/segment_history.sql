
-- ---- segments over time ----

CREATE PROCEDURE ph.record_segments(schema text, segments regclass, as_of timestamptz, gone regclass DEFAULT NULL)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of record;
  others bigint;
  day constant date := as_of;
  last_day date;
BEGIN
  IF day IS NULL OR NOT isfinite(day) THEN
    RAISE EXCEPTION 'argument "as_of" must be a day' USING ERRCODE = '22023';
  END IF;
  EXECUTE format('SELECT min(scheme) AS scheme, min(version) AS version, count(DISTINCT (scheme, version)) AS versions, count(person_id) - count(DISTINCT person_id) AS repeated, count(*) - count(person_id) AS nameless FROM %s', segments) INTO of;
  IF of.versions IS DISTINCT FROM 1 THEN
    RAISE EXCEPTION 'relation % holds % versions of schemes, not one', segments, of.versions USING ERRCODE = '22023', HINT = 'Record one segment view at a time, over people.';
  ELSIF of.nameless > 0 THEN
    RAISE EXCEPTION 'relation % has rows without a person_id', segments USING ERRCODE = '22023', HINT = 'Nobody can be followed who has no identifier.';
  ELSIF of.repeated > 0 THEN
    RAISE EXCEPTION 'relation % holds the same person more than once', segments USING ERRCODE = '22023', HINT = 'A segment view is one row a person.';
  END IF;
  CALL ph_support.lock_scheme(schema, of.scheme, of.version);
  EXECUTE format('LOCK TABLE %I.segment_history IN SHARE ROW EXCLUSIVE MODE', schema);
  EXECUTE format('SELECT max(as_of) FROM %I.segment_recording WHERE scheme = $1', schema) INTO last_day USING of.scheme;
  IF day <= last_day THEN
    RAISE EXCEPTION 'segments of scheme "%" are already recorded as of % or later', of.scheme, last_day USING ERRCODE = '22023', HINT = 'Record days in their order.';
  END IF;
  -- who is not in the view any more is in a state without a rank: what the relation gone says, or gone
  EXECUTE format('CREATE TEMP TABLE ph_recorded ON COMMIT DROP AS
      SELECT person_id::text, version, segment, rank, matched FROM %1$s
      UNION ALL
      SELECT h.person_id, $2, %3$s, NULL, NULL FROM %2$I.segment_history h %4$s WHERE h.scheme = $1 AND h.end_date IS NULL AND NOT EXISTS (SELECT FROM %1$s s WHERE s.person_id::text = h.person_id)',
    segments, schema, CASE WHEN gone IS NULL THEN 'coalesce(CASE WHEN h.rank IS NULL THEN h.segment END, ''gone'')' ELSE 'coalesce(g.state, CASE WHEN h.rank IS NULL THEN h.segment END, ''gone'')' END,
    CASE WHEN gone IS NULL THEN '' ELSE format('LEFT JOIN (SELECT person_id::text, min(state) AS state FROM %s GROUP BY 1) g USING (person_id)', gone) END) USING of.scheme, of.version;
  -- before anything else is written: here two meet who record at one time
  BEGIN
    EXECUTE format('INSERT INTO %I.segment_recording (scheme, as_of, version, people, previous) SELECT $1, $2, $3, '
      'count(*), $4 FROM pg_temp.ph_recorded WHERE rank IS NOT NULL', schema) USING of.scheme, day, of.version,
        last_day;
  EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'segments of scheme "%" were recorded by somebody else at the same time', of.scheme
      USING ERRCODE = 'serialization_failure', HINT = 'Try again.';
  END;
  EXECUTE format('WITH changed AS (
      SELECT r.* FROM pg_temp.ph_recorded r LEFT JOIN %1$I.segment_history h ON h.person_id = r.person_id AND h.scheme = $1 AND h.end_date IS NULL
      WHERE h.person_id IS NULL OR h.segment <> r.segment OR h.rank IS DISTINCT FROM r.rank OR h.version <> r.version AND r.rank IS NOT NULL),
    closed AS (UPDATE %1$I.segment_history h SET end_date = $2 FROM changed c WHERE h.person_id = c.person_id AND h.scheme = $1 AND h.end_date IS NULL RETURNING h.person_id)
    SELECT count(*) FROM closed', schema) INTO others USING of.scheme, day;
  EXECUTE format('INSERT INTO %1$I.segment_history (person_id, scheme, version, segment, rank, matched, start_date)
    SELECT r.person_id, $1, r.version, r.segment, r.rank, r.matched, $2 FROM pg_temp.ph_recorded r WHERE NOT EXISTS '
      '(SELECT FROM %1$I.segment_history h WHERE h.person_id = r.person_id AND h.scheme = $1 AND h.end_date IS NULL)',
        schema) USING of.scheme, day;
  DROP TABLE pg_temp.ph_recorded;
END $$;
COMMENT ON PROCEDURE ph.record_segments(text, regclass, timestamptz, regclass) IS
  'writes what a segment view says as of a day into segment_history: periods end and begin on that day for those who moved; who is in the view no longer is in the state that the relation gone (person_id, state) gives, such as died or moved out, or stays in the state that was recorded, or gone; days are recorded in their order, each in segment_recording';

CREATE FUNCTION ph.check_segment_history(schema text, OUT finding text, OUT person_id text, OUT scheme text, OUT start_date date) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT CASE WHEN previous IS NULL THEN ''open_before_last'' WHEN previous < h.start_date THEN ''gap'' ELSE ''overlap'' END, h.person_id, h.scheme, h.start_date
    FROM (SELECT *, lag(end_date) OVER w AS previous, row_number() OVER w AS number FROM %I.segment_history WINDOW w AS (PARTITION BY person_id, scheme ORDER BY start_date)) h
    WHERE number > 1 AND previous IS DISTINCT FROM h.start_date ORDER BY 2, 3, 4', schema);
END $$;
COMMENT ON FUNCTION ph.check_segment_history(text) IS 'periods of segment_history that do not begin where the one before ends: gap, overlap; no row where there are none';

CREATE FUNCTION ph.segments_at(schema text, scheme text, at timestamptz, OUT person_id text, OUT version text,
  OUT segment text, OUT rank integer)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT person_id, version, segment, rank FROM %I.segment_history WHERE scheme = $1 AND '
    'start_date <= $2 AND (end_date > $2 OR end_date IS NULL)', schema) USING scheme, at::date;
END $$;
COMMENT ON FUNCTION ph.segments_at(text, text, timestamptz) IS 'who was in which segment on a day';

CREATE FUNCTION ph.segment_moves(schema text, scheme text, from_date timestamptz, to_date timestamptz,
  any_version boolean DEFAULT false,
    OUT person_id text, OUT segment_before text, OUT rank_before integer, OUT segment_after text, OUT rank_after integer)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  versions text;
  count integer;
BEGIN
  EXECUTE format('SELECT string_agg(DISTINCT version, '', '' ORDER BY version), count(DISTINCT version) FROM %I.segment_history WHERE scheme = $1 AND rank IS NOT NULL AND (start_date <= $2 AND (end_date > $2 OR end_date IS NULL) OR start_date <= $3 AND (end_date > $3 OR end_date IS NULL))', schema)
    INTO versions, count USING scheme, from_date::date, to_date::date;
  IF count > 1 AND NOT any_version THEN
    RAISE EXCEPTION 'the two days are of different versions of scheme "%": %', scheme, versions USING ERRCODE = '22023', HINT = 'A change of the rules is not a change of the people. Record one version for both days, or pass any_version => true.';
  END IF;
  RETURN QUERY EXECUTE format('SELECT person_id, b.segment, b.rank, a.segment, a.rank
    FROM (SELECT * FROM %1$I.segment_history WHERE scheme = $1 AND start_date <= $2 AND (end_date > $2 OR end_date IS NULL)) b
    FULL JOIN (SELECT * FROM %1$I.segment_history WHERE scheme = $1 AND start_date <= $3 AND (end_date > $3 OR '
      'end_date IS NULL)) a USING (person_id)', schema) USING scheme, from_date::date, to_date::date;
END $$;
COMMENT ON FUNCTION ph.segment_moves(text, text, timestamptz, timestamptz, boolean) IS
  'where each person was on two days: a segment and its rank, a state without a rank (died, moved out, gone), or NULL for somebody who was not yet there; refuses to mix versions of a scheme unless asked to. Fold with ph.crosstab(rank_before, rank_after)';

CREATE FUNCTION ph.segment_move_cost(schema text, scheme text, from_date timestamptz, to_date timestamptz, costs regclass,
  span interval DEFAULT '1 year', any_version boolean DEFAULT false,
    OUT segment_before text, OUT rank_before integer, OUT segment_after text, OUT rank_after integer, OUT people bigint, OUT cost_before ph.estimate, OUT cost_after ph.estimate, OUT change ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (span >= '0'::interval) IS NOT TRUE THEN
    RAISE EXCEPTION 'argument "span" must not be negative' USING ERRCODE = '22023',
      HINT = 'It is the time before each of the two days, such as 1 year.';
  END IF;
  RETURN QUERY EXECUTE format('
    WITH before AS (SELECT person_id, sum(cost)::float8 AS cost FROM %1$s WHERE ph.in_look_back(start_date, $3, $5) GROUP BY person_id),
      after AS (SELECT person_id, sum(cost)::float8 AS cost FROM %1$s WHERE ph.in_look_back(start_date, $4, $5) GROUP BY person_id),
      -- who was not there yet, and a span of which the relation has nothing, have no cost to tell of, which is not a cost of 0
      person AS (SELECT m.*, CASE WHEN rank_before IS NOT NULL AND EXISTS (SELECT FROM before) THEN coalesce(b.cost, 0) END AS cost_before, CASE WHEN EXISTS (SELECT FROM after) THEN coalesce(a.cost, 0) END AS cost_after
        FROM ph.segment_moves($1, $2, $3, $4, $6) m LEFT JOIN before b USING (person_id) LEFT JOIN after a USING (person_id)),
      move AS (SELECT segment_before, rank_before, segment_after, rank_after, count(*) AS people, ph.person_tally(0, cost_before) FILTER (WHERE cost_before IS NOT NULL) AS before,
          ph.person_tally(0, cost_after) FILTER (WHERE cost_after IS NOT NULL) AS after, ph.person_tally(0, cost_after - cost_before) FILTER (WHERE rank_after IS NOT NULL AND cost_after - cost_before IS NOT NULL) AS change
        FROM person GROUP BY segment_before, rank_before, segment_after, rank_after)
    SELECT segment_before, rank_before, segment_after, rank_after, people, ph.mean(before), ph.mean(after), ph.mean(change) FROM move
    ORDER BY rank_before NULLS LAST, segment_before, rank_after NULLS LAST, segment_after', costs) USING schema,
      scheme, from_date::date, to_date::date, span, any_version;
END $$;
COMMENT ON FUNCTION ph.segment_move_cost(text, text, timestamptz, timestamptz, regclass, interval, boolean) IS
  'what people cost who moved between segments or stayed, between two days: mean cost of the span before the first day, of the span before the second day (of those who died or left, of the time that they were here), and the mean of each person''s change; costs is a relation with person_id, start_date and cost, such as encounter; a mean that does not exist (people not there yet or gone, a span without any cost) is NULL with a note';

CREATE FUNCTION ph.segment_dwell(schema text, scheme text, at timestamptz, OUT segment text, OUT rank integer,
  OUT times ph.tally, OUT median_days ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- a stay goes on through a new version of the rules; one that has not ended by the day is censored there, and one that
  -- began with the record is not known from its start
  RETURN QUERY EXECUTE format('WITH period AS (
      SELECT *, lag(segment) OVER w IS DISTINCT FROM segment AS begins FROM %1$I.segment_history WHERE scheme = $1 WINDOW w AS (PARTITION BY person_id ORDER BY start_date)),
    numbered AS (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY person_id ORDER BY start_date) AS stay FROM period),
    stay AS (SELECT segment, min(rank) AS rank, min(start_date) AS start_date, CASE WHEN count(end_date) = count(*) THEN max(end_date) END AS end_date FROM numbered GROUP BY person_id, segment, stay)
    SELECT segment, rank, times, ph.survival_quantile(times, 0.5) FROM (
      SELECT segment, rank, ph.person_tally((least(end_date, $2) - start_date)::float8, coalesce(end_date <= $2, false)) AS times
      FROM stay WHERE rank IS NOT NULL AND start_date < $2 AND start_date > (SELECT min(start_date) FROM stay) GROUP '
        'BY segment, rank) t ORDER BY rank', schema) USING scheme, at::date;
END $$;
COMMENT ON FUNCTION ph.segment_dwell(text, text, timestamptz) IS
  'how long people stay in a segment: a tally of days that survival functions answer, and its median; stays that go on are censored on the day, those that began before the first recorded day are left out';

-- ---- strategies ----

CREATE FUNCTION ph.strategy_coverage(schema text, segments regclass, reached regclass, risk regclass DEFAULT NULL,
    OUT partner text, OUT offer text, OUT segment text, OUT tier integer, OUT eligible bigint, OUT offered bigint, OUT reached_people bigint, OUT capacity integer, OUT coverage ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT t.partner, t.offer, t.segment, t.tier, count(DISTINCT s.person_id) FILTER (WHERE s.person_id IS NOT NULL), count(DISTINCT r.person_id), count(DISTINCT r.person_id) FILTER (WHERE r.reached), t.capacity,
      ph.proportion(ph.person_tally(1, coalesce(r.reached, false)) FILTER (WHERE s.person_id IS NOT NULL))
    FROM %1$I.segment_strategy t JOIN (SELECT DISTINCT scheme, version FROM %2$s) v USING (scheme, version)
    LEFT JOIN (SELECT s.person_id::text, s.scheme, s.version, s.path || s.flags AS path, %4$s FROM %2$s s %5$s) s
      ON s.scheme = t.scheme AND s.version = t.version AND t.segment = ANY (s.path) AND (t.tier IS NULL OR s.tier = t.tier) AND (t.threshold IS NULL OR s.risk >= t.threshold)
    LEFT JOIN (SELECT person_id::text, partner, offer, bool_or(reached) AS reached FROM %3$s GROUP BY 1, 2, 3) r ON r.person_id = s.person_id AND r.partner = t.partner AND r.offer = t.offer
    GROUP BY t.partner, t.offer, t.segment, t.tier, t.capacity, t.threshold ORDER BY 1, 2, 3, 4', schema, segments, reached,
    CASE WHEN risk IS NULL THEN 'NULL::integer AS tier, NULL::float8 AS risk' ELSE 'k.tier, k.risk' END, CASE WHEN risk IS NULL THEN '' ELSE format('LEFT JOIN %s k ON k.person_id::text = s.person_id::text', risk) END);
END $$;
COMMENT ON FUNCTION ph.strategy_coverage(text, regclass, regclass, regclass) IS
  'for each offer of segment_strategy to the version of the view how many people of a segment view are eligible (segment or flag, tier and threshold of the relation risk: person_id, tier, risk), have been offered it and were reached (the relation reached: person_id, partner, offer, reached), beside the capacity; coverage is reached of eligible';
