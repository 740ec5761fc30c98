
-- ---- segments over time ----

create procedure ph.record_segments(
	schema text, segments regclass, as_of timestamptz, gone regclass default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of record;
	day constant date := as_of;
	last_day date;
	queries text[];
begin
	if day is null or not isfinite(day) then
		raise exception 'argument "as_of" must be a day'
			using errcode = '22023';
	end if;
	perform ph_support.require_segment_table(schema, 'segment_history');
	queries := array['select from ' || segments, 'select from ' || gone];
	perform ph_support.require_all_rows(queries);
	execute format($query$
		select min(scheme) as scheme, min(version) as version, count(distinct (scheme, version)) as versions,
			count(person_id) - count(distinct person_id) as repeated, count(*) - count(person_id) as nameless
		from %s$query$, segments)
	into of;
	if of.versions is distinct from 1 then
		raise exception 'relation % holds % versions of schemes, not one', segments, of.versions
			using errcode = '22023', hint = 'Record one segment view at a time, over people.';
	elsif of.nameless > 0 then
		raise exception 'relation % has rows without a person_id', segments
			using errcode = '22023', hint = 'Nobody can be followed who has no identifier.';
	elsif of.repeated > 0 then
		raise exception 'relation % holds the same person more than once', segments
			using errcode = '22023', hint = 'A segment view is one row a person.';
	end if;
	call ph_support.lock_scheme(schema, of.scheme, of.version);
	execute format('lock table %I.segment_history in share row exclusive mode', schema);
	execute format('select max(as_of) from %I.segment_recording where scheme = $1', schema)
	into last_day
	using of.scheme;
	if day <= last_day then
		raise exception 'segments of scheme "%" are already recorded as of % or later', of.scheme, last_day
			using errcode = '22023', hint = 'Record days in their order.';
	end if;
	-- who is not in the view any more is in a state without a rank: what the relation gone says, or gone
	execute format($query$
		create temp table ph_recorded on commit drop as
		select person_id::text, version, segment, rank, matched
		from %1$s
		union all
		select h.person_id, $2, coalesce(g.state, case when h.rank is null then h.segment end, 'gone'), null, null
		from %2$I.segment_history h
		left join (%3$s) g using (person_id)
		where h.scheme = $1 and h.end_date is null
			and not exists (select from %1$s s where s.person_id::text = h.person_id)$query$,
		segments, schema, coalesce(
			'select person_id::text, min(state) as state from ' || gone || ' group by 1',
			'select null::text as person_id, null::text as state where false'))
	using of.scheme, of.version;
	-- before anything else is written: here two meet who record at one time
	begin
		execute format($query$
			insert into %I.segment_recording (scheme, as_of, version, people, previous)
			select $1, $2, $3, count(*), $4
			from pg_temp.ph_recorded
			where rank is not null$query$, schema)
		using of.scheme, day, of.version, last_day;
	exception when unique_violation then
		raise exception 'segments of scheme "%" were recorded by somebody else at the same time', of.scheme
			using errcode = 'serialization_failure', hint = 'Try again.';
	end;
	execute format($query$
		update %1$I.segment_history h
		set end_date = $2
		from pg_temp.ph_recorded r
		where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null
			and (h.segment <> r.segment or h.rank is distinct from r.rank
				or h.version <> r.version and r.rank is not null)$query$, schema)
	using of.scheme, day;
	execute format($query$
		insert into %1$I.segment_history (person_id, scheme, version, segment, rank, matched, start_date)
		select r.person_id, $1, r.version, r.segment, r.rank, r.matched, $2
		from pg_temp.ph_recorded r
		where not exists (
			select
			from %1$I.segment_history h
			where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null)$query$, schema)
	using of.scheme, day;
	drop table pg_temp.ph_recorded;
	call ph_support.refresh_access_where_secured(schema, '{segment_history}');
end
$$;
comment on procedure ph.record_segments(text, regclass, timestamptz, regclass) is
	'writes what a segment view says as of a day into segment_history: periods end and begin on that day '
	'for those who moved; who is in the view no longer is in the state that the relation gone (person_id, state) '
	'gives, such as died or moved out, or stays in the state that was recorded, or gone; '
	'days are recorded in their order, each in segment_recording';

create function ph.check_segment_history(
	schema text,
	out finding text, out person_id text, out scheme text, out start_date date)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	return query execute format($query$
		select
			case
				when previous is null then 'open_before_last'
				when previous < h.start_date then 'gap'
				else 'overlap' end,
			h.person_id, h.scheme, h.start_date
		from (
			select *, lag(end_date) over w as previous, row_number() over w as number
			from %I.segment_history
			window w as (partition by person_id, scheme order by start_date)
		) h
		where number > 1 and previous is distinct from h.start_date
		order by 2, 3, 4$query$, schema);
end
$$;
comment on function ph.check_segment_history(text) is
	'periods of segment_history that do not begin where the one before ends: gap, overlap; no row where there are none';

create function ph.segments_at(
	schema text, scheme text, as_of timestamptz,
	out person_id text, out version text, out segment text, out rank integer)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	return query execute format($query$
		select person_id, version, segment, rank
		from %I.segment_history
		where scheme = $1 and start_date <= $2 and (end_date > $2 or end_date is null)$query$, schema)
	using scheme, as_of::date;
end
$$;
comment on function ph.segments_at(text, text, timestamptz) is 'who was in which segment on a day';

create function ph.segment_moves(
	schema text, scheme text, from_date timestamptz, to_date timestamptz, any_version boolean default false,
	out person_id text, out segment_before text, out rank_before integer, out segment_after text,
	out rank_after integer)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	versions text[] := array(
		select version
		from ph.segments_at(schema, scheme, from_date)
		where rank is not null
		union
		select version
		from ph.segments_at(schema, scheme, to_date)
		where rank is not null
		order by 1);
begin
	if cardinality(versions) > 1 and not any_version then
		raise exception 'the two days are of different versions of scheme "%": %',
			scheme, array_to_string(versions, ', ')
			using errcode = '22023', hint =
				'A change of the rules is not a change of the people. '
				'Record one version for both days, or pass any_version => true.';
	end if;
	return query
	select coalesce(b.person_id, a.person_id), b.segment, b.rank, a.segment, a.rank
	from ph.segments_at(schema, scheme, from_date) b
	full join ph.segments_at(schema, scheme, to_date) a on a.person_id = b.person_id;
end
$$;
comment on function ph.segment_moves(text, text, timestamptz, timestamptz, boolean) is
	'where each person was on two days: a segment and its rank, a state without a rank (died, moved out, gone), '
	'or NULL for somebody who was not yet there; refuses to mix versions of a scheme unless asked to. '
	'Fold with ph.crosstab(rank_before, rank_after)';

create function ph.segment_move_cost(
	schema text, scheme text, from_date timestamptz, to_date timestamptz, costs regclass,
	span interval default '1 year', any_version boolean default false,
	out segment_before text, out rank_before integer, out segment_after text, out rank_after integer,
	out people bigint, out cost_before ph.estimate, out cost_after ph.estimate, out change ph.estimate)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if (span >= '0'::interval) is not true then
		raise exception 'argument "span" must not be negative'
			using errcode = '22023', hint = 'It is the time before each of the two days, such as 1 year.';
	end if;
	return query execute format($query$
		with before as (
			select person_id, sum(cost)::float8 as cost
			from %1$s
			where ph.in_look_back(start_date, $3, $5)
			group by person_id
		), after as (
			select person_id, sum(cost)::float8 as cost
			from %1$s
			where ph.in_look_back(start_date, $4, $5)
			group by person_id
		), person as (
			-- who was not there yet, and a span of which the relation has nothing, have no cost to tell of, which is
			-- not a cost of 0
			select m.*,
				case when rank_before is not null and exists (select from before) then coalesce(b.cost, 0)
					end as cost_before,
				case when exists (select from after) then coalesce(a.cost, 0) end as cost_after
			from ph.segment_moves($1, $2, $3, $4, $6) m
			left join before b using (person_id)
			left join after a using (person_id)
		), move as (
			select segment_before, rank_before, segment_after, rank_after, count(*) as people,
				ph.person_tally(0, cost_before) filter (where cost_before is not null) as before,
				ph.person_tally(0, cost_after) filter (where cost_after is not null) as after,
				ph.person_tally(0, cost_after - cost_before) filter (
					where rank_after is not null and cost_after - cost_before is not null) as change
			from person
			group by segment_before, rank_before, segment_after, rank_after
		)
		select segment_before, rank_before, segment_after, rank_after, people,
			ph.mean(before), ph.mean(after), ph.mean(change)
		from move
		order by rank_before nulls last, segment_before, rank_after nulls last, segment_after$query$, costs)
	using schema, scheme, from_date::date, to_date::date, span, any_version;
end
$$;
comment on function ph.segment_move_cost(text, text, timestamptz, timestamptz, regclass, interval, boolean) is
	'what people cost who moved between segments or stayed, between two days: '
	'mean cost of the span before the first day, of the span before the second day (of those who died or left, '
	'of the time that they were here), and the mean of each person''s change; '
	'costs is a relation with person_id, start_date and cost, such as encounter; '
	'a mean that does not exist (people not there yet or gone, a span without any cost) is NULL with a note';

create function ph.segment_dwell(
	schema text, scheme text, as_of timestamptz,
	out segment text, out rank integer, out times ph.tally, out median_days ph.estimate)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	-- a stay goes on through a new version of the rules; one that has not ended by the day is censored there, and one
	-- that began with the record is not known from its start
	return query execute format($query$
		with period as (
			select *, lag(segment) over w is distinct from segment as begins
			from %1$I.segment_history
			where scheme = $1
			window w as (partition by person_id order by start_date)
		), numbered as (
			select *, count(*) filter (where begins) over (partition by person_id order by start_date) as stay
			from period
		), stay as (
			select segment, min(rank) as rank, min(start_date) as start_date,
				case when count(end_date) = count(*) then max(end_date) end as end_date
			from numbered
			group by person_id, segment, stay
		), dwell as (
			select segment, rank,
				ph.person_tally((least(end_date, $2) - start_date)::float8, coalesce(end_date <= $2, false)) as times
			from stay
			where rank is not null and start_date < $2 and start_date > (select min(start_date) from stay)
			group by segment, rank
		)
		select segment, rank, times, ph.survival_quantile(times, 0.5)
		from dwell
		order by rank$query$, schema)
	using scheme, as_of::date;
end
$$;
comment on function ph.segment_dwell(text, text, timestamptz) is
	'how long people stay in a segment: a tally of days that survival functions answer, and its median; '
	'stays that go on are censored on the day, those that began before the first recorded day are left out';

-- ---- strategies ----

create function ph.strategy_coverage(
	schema text, segments regclass, reached regclass, risk regclass default null, groups regclass default null,
	out partner text, out offer text, out segment text, out tier integer, out eligible bigint, out offered bigint,
	out reached_people bigint, out capacity integer, out coverage ph.estimate, out group_name text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_strategy');
	return query execute format($query$
		select t.partner, t.offer, t.segment, t.tier,
			count(distinct s.person_id) filter (where s.person_id is not null),
			count(distinct r.person_id),
			count(distinct r.person_id) filter (where r.reached),
			t.capacity,
			ph.proportion(ph.person_tally(1, coalesce(r.reached, false)) filter (where s.person_id is not null)),
			s.group_name
		from %1$I.segment_strategy t
		join (select distinct scheme, version from %2$s) v using (scheme, version)
		left join (
			select s.person_id::text, s.scheme, s.version, s.path || s.flags as path, k.tier, k.risk, g.group_name
			from %2$s s
			left join (%4$s) k on k.person_id = s.person_id::text
			%5$s
		) s on s.scheme = t.scheme and s.version = t.version
			and t.segment = any (s.path)
			and (t.tier is null or s.tier = t.tier)
			and (t.threshold is null or s.risk >= t.threshold)
		left join (
			select person_id::text, partner, offer, bool_or(reached) as reached
			from %3$s
			group by 1, 2, 3
		) r on r.person_id = s.person_id and r.partner = t.partner and r.offer = t.offer
		group by t.partner, t.offer, t.segment, t.tier, t.capacity, t.threshold, s.group_name
		order by 1, 2, 3, 4, s.group_name nulls first$query$,
		schema, segments, reached, coalesce(
			'select person_id::text, tier, risk from ' || risk,
			'select null::text as person_id, null::integer as tier, null::float8 as risk where false'),
		case
			-- everybody once as one of all, and once in each group
			when groups is not null then format(
				'join (
					select person_id::text, null as group_name
					from %1$s
					union
					select s.person_id::text, coalesce(q.group_name::text, ''unknown'')
					from %1$s s
					left join %2$s q on q.person_id::text = s.person_id::text) g on g.person_id = s.person_id::text',
				segments, groups)
			else 'cross join (values (null::text)) g (group_name)' end);
end
$$;
comment on function ph.strategy_coverage(text, regclass, regclass, regclass, regclass) is
	'for each offer of segment_strategy to the version of the view how many people '
	'of a segment view are eligible (segment or flag, tier and threshold of the relation risk: '
	'person_id, tier, risk), have been offered it and were reached (the relation reached: '
	'person_id, partner, offer, reached), beside the capacity; coverage is reached of eligible. '
	'groups, a relation of person_id and group_name, adds, after the row of all, whose group_name is NULL, one '
	'a group with somebody eligible; who is in none is in the group unknown, who is in several counts in each';
