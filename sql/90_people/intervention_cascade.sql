
-- ---- cascades, work and waiting over the shared tables ----

create function ph_support.require_offers(schema text, groups text[] default null, more regclass default null)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.every_offer', schema)) is null then
		raise exception 'argument "schema" must be a schema with the view every_offer'
			using errcode = 'undefined_table', hint = 'CALL ph.create_record_views(...) makes it.';
	end if;
	if groups is not null then
		perform ph_support.require_groups(groups, more);
	end if;
end
$$;
comment on function ph_support.require_offers(text, text[], regclass) is
	'does nothing where a schema has the views of ph.create_record_views and groups, if any, can be asked for. '
	'Errors: undefined_table, those of ph_support.require_groups';

create function ph_support.offer_query() returns text
language sql immutable parallel safe
return
	'select o.person_id, o.identified_on as day, o.source, o.intervention, o.version, o.identified_on, o.offered_on,
		o.answered_on, o.answer, o.started_on,
		coalesce(o.completed_on, case o.ended_because when ''completed'' then o.ended_on end) as completed_on, o.better,
		case when o.ended_because is distinct from ''completed'' then o.ended_on end as ended_on, o.ended_because
	from {every_offer} o
	where o.identified_on is not null';
comment on function ph_support.offer_query() is
	'the query of every offer with the day on which its person was identified; an enrolment that ended as completed'
	' is';

create function ph_support.offers_of_query(schema text, intervention text, version text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return ph_support.in_schema(ph_support.offer_query(), schema) || format(
	' and o.intervention = %L and coalesce(o.version = %L, %L)', intervention, version, version is null);
comment on function ph_support.offers_of_query(text, text, text) is
	'ph_support.offer_query of one intervention, and of one version of it (NULL: all)';

-- Groups are those of the day, of the base query: who moved or aged since was lost where they were then.
create function ph_support.in_groups_query(schema text, base text, groups text[], more regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select case
		when groups is null
			then format('select null::text as dimension, null::text as group_name, b.* from (%s) b', base)
		else format(
			$query$
			select g.dimension, g.group_name, b.*
			from (%2$s) b
			left join %1$I.person p on p.person_id::text = b.person_id
			left join %1$I.stay here
				on here.person_id = b.person_id and here.start_date <= b.day and here.end_date > b.day
			left join (
				select person_id::text as person_id, min(start_date) as first_day from %1$I.registration group by 1
			) registered on registered.person_id = b.person_id
			%3$s
			cross join lateral (
				select b.day as first_day, here.place, here.deprivation_quintile,
					ph.completed_years(registered.first_day, b.day) as years_of_record) s
			cross join lateral (values (null::text, null::text), %4$s) g (dimension, group_name)
			$query$,
			schema, base, 'left join ' || more || ' m on m.person_id::text = b.person_id',
			(
				select string_agg(format('(%L, %s)', g, (
						select string_agg(format('(%s)', d.expression), ' || '' * '' || ' order by p.place)
						from string_to_table(g, '*') with ordinality p (name, place)
						join ph_support.dimension(more) d on d.dimension = p.name)), ', ')
				from (select distinct unnest(groups)) asked (g))) end
$$;
comment on function ph_support.in_groups_query(text, text, text[], regclass) is
	'the rows of a query (person_id, day and more) once for all, dimension and group_name NULL, and once in the '
	'group of each dimension on the day, those of ph_support.dimension()';

create function ph.intervention_cascade(
	schema text, intervention text, as_of date default null, version text default null, groups text[] default null,
	more regclass default null,
	out dimension text, out group_name text, out cascade ph.cascade)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_offers(schema, groups, more);
	return query execute format(
		$query$
		select dimension, group_name, ph.offer_cascade(
			identified_on, offered_on, answered_on, answer, started_on, completed_on, better, ended_on, $1)
		from (%s) o
		group by dimension, group_name
		order by array_position($2, dimension) nulls first, group_name collate "C"
		$query$,
		ph_support.in_groups_query(schema, ph_support.offers_of_query(schema, intervention, version), groups, more))
	using coalesce(as_of, ph_support.data_day(schema)), groups;
end
$$;
comment on function ph.intervention_cascade(text, text, date, text, text[], regclass) is
	'what became of the offers of an intervention (of one version, or all), and of enrolments in a programme of '
	'that name, by a day (NULL: the data day), as summaries for ph.cascade_stages: one of all, dimension and '
	'group_name NULL, and one a group of each dimension of groups on the day of identification, as '
	'ph.score_by_group takes them: sex, age_band, ethnicity, deprivation_quintile, place, record_length, columns of'
	' the relation more, or several joined by *; unknown is a group. Who is enrolled counts as identified on the '
	'first day. Row security holds: it is of the offers that the caller may see. Errors: undefined_table, those of '
	'ph.offer_cascade and, for groups, of ph.score_by_group';

-- ---- in work with a condition ----

create function ph_support.worker_query(schema text) returns text
language sql immutable parallel safe
return ph_support.in_schema(
	'select p.person_id::text as person_id, w.starts, w.ends, w.statuses, p.death_date as died,
		case when p.death_date is null and here.until <= $1 then here.until end as moved
	from {person} p
	join (
		select person_id::text as person_id, array_agg(start_date order by start_date, status) as starts,
			array_agg(end_date order by start_date, status) as ends,
			array_agg(status::text order by start_date, status) as statuses
		from {work_status}
		group by 1
	) w on w.person_id = p.person_id::text
	left join (select person_id, max(end_date) as until from {stay} group by person_id) here
		on here.person_id = p.person_id::text', schema);
comment on function ph_support.worker_query(text) is
	'the query of everybody with a spell of work, with the arguments of ph.work_on_day, as of $1: who is alive and '
	'has no stay to the end has moved away';

create function ph.work_outcome(
	schema text, intervention text, as_of date default null, version text default null, groups text[] default null,
	more regclass default null,
	out dimension text, out group_name text, out outcome text, out counts bigint[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_offers(schema, groups, more);
	return query execute format(
		$query$
		select o.dimension, o.group_name, a.outcome, ph.work_count(a.in_work, a.note)
		from (%s) o
		left join (%s) w using (person_id)
		cross join lateral (
			select m.months as number, format('in_work_%%s_months', m.months) as outcome, d.in_work, d.note
			from (values (3), (6), (12)) m (months)
			cross join lateral ph.work_on_day(
				(o.started_on + make_interval(months => m.months))::date, w.starts, w.ends, w.statuses, w.died, w.moved,
				$1) d
			union all
			select 13, 'in_work_13_of_52_weeks', d.at_least, d.note
			from ph.work_in_period(
				o.started_on, o.started_on + 364, w.starts, w.ends, w.statuses, w.died, w.moved, $1) d
		) a
		group by o.dimension, o.group_name, a.number, a.outcome
		order by array_position($2, o.dimension) nulls first, o.group_name collate "C", a.number
		$query$,
		ph_support.in_groups_query(schema, ph_support.offers_of_query(schema, intervention, version)
			|| ' and o.started_on <= $1', groups, more),
		ph_support.worker_query(schema))
	using coalesce(as_of, ph_support.data_day(schema)), groups;
end
$$;
comment on function ph.work_outcome(text, text, date, text, text[], regclass) is
	'whether those who started an intervention are in work 3, 6 and 12 calendar months after, and for 13 of the 52 '
	'weeks after, as far as is known by a day (NULL: the data day), as summaries for ph.work_share: of all, and by '
	'group as in ph.intervention_cascade. Work is that of work_status; who has no spell at all is no_spell; who is '
	'alive without a stay to the end has moved. Errors: those of ph.intervention_cascade and ph.work_on_day';

create function ph.work_stages() returns text[]
language sql immutable parallel safe
return array['in_work_with_condition', 'identified', 'offered', 'supported', 'in_work_3_months', 'in_work_6_months',
	'in_work_12_months'];
comment on function ph.work_stages() is
	'the stages of ph.work_cascade, for ph.cascade_stages';

create function ph.work_cascade(
	schema text, intervention text, in_work_on date, as_of date default null, conditions text[] default null,
	groups text[] default null, more regclass default null,
	out dimension text, out group_name text, out cascade ph.cascade)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_offers(schema, groups, more);
	return query execute format(
		$query$
		select dimension, group_name,
			ph.cascade(
				array[day, identified_on, offered_on, started_on, in_work[1], in_work[2], in_work[3]], lost_on, $1)
		from (%s) o
		group by dimension, group_name
		order by array_position($2, dimension) nulls first, group_name collate "C"
		$query$,
		ph_support.in_groups_query(schema, format(
			$base$
			select w.person_id, $3 as day, o.identified_on, o.offered_on, o.started_on, a.in_work,
				least(o.lost_on, a.lost_on, w.died, w.moved) as lost_on
			from (%1$s) w
			cross join lateral ph.work_on_day($3, w.starts, w.ends, w.statuses, w.died, w.moved, $1) then_
			left join lateral (
				select o.identified_on, o.offered_on,
					-- support may begin before the offer is written down
					case when o.started_on is not null then greatest(o.started_on, o.offered_on) end as started_on,
					case
						when o.started_on is not null then null
						when o.answer = 'declined' then least(o.answered_on, o.ended_on)
						else o.ended_on end as lost_on
				from (
					%2$s and o.person_id = w.person_id and o.intervention = %3$L
						and o.identified_on between $3 and $1) o
				order by o.started_on nulls last, o.identified_on
				limit 1
			) o on true
			left join lateral (
				-- in work on each day so far; a day that is not known is passed over, one out of work ends it
				select
					array_agg(case when d.in_work and out_before is null then d.day end order by d.months) as in_work,
					min(d.day) filter (where not d.in_work) as lost_on
				from (
					select m.months, t.day, l.in_work,
						min(t.day) filter (where not l.in_work) over (order by m.months) as out_before
					from (values (3), (6), (12)) m (months)
					cross join lateral (select (o.started_on + make_interval(months => m.months))::date as day) t
					cross join lateral ph.work_on_day(t.day, w.starts, w.ends, w.statuses, w.died, w.moved, $1) l
				) d
			) a on true
			where then_.in_work and exists (
				select from %4$I.register r
				where r.person_id = w.person_id and r.first_date <= $3
					and case when $4 is null then r.condition <> all (%5$L) else r.condition = any ($4) end)
			$base$,
			ph_support.worker_query(schema), ph_support.in_schema(ph_support.offer_query(), schema), intervention,
			schema, array(select distinct list from ph.shipped_code_list() where not long_term_condition)),
			groups, more))
	using coalesce(as_of, ph_support.data_day(schema)), groups, in_work_on, conditions;
end
$$;
comment on function ph.work_cascade(text, text, date, date, text[], text[], regclass) is
	'the work and health cascade: of those in work on a day, in_work_on, with one of the conditions on a register '
	'by then (NULL: any long-term condition), who was identified for the intervention from then on, offered it, '
	'supported, and in work on each of the days 3, 6 and 12 months after support began, by a day (NULL: the data '
	'day); summaries for ph.cascade_stages with ph.work_stages(), by group on the day in_work_on as in '
	'ph.intervention_cascade. Out of work or off sick on one of these days, dead, moved, declined or dropped out is'
	' lost; a day without a spell is open until a later one says that they work. Errors: those of '
	'ph.intervention_cascade and ph.work_on_day';

-- ---- who is lost, and how long partners take ----

create procedure ph.create_cascade_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_offers(schema);
	call ph_support.replace_view(
		schema, 'offer_stage',
		ph_support.in_schema(format(
			$query$
			select o.person_id, o.source, o.intervention, o.version, reached.stage, reached.day as reached_on,
				lost.state, case lost.state when 'lost' then lost.day end as lost_on,
				case lost.state when 'lost' then lost.because end as lost_because,
				case when reached.number < 6 then (array['offered', 'accepted', 'started', 'completed', 'better']
						)[reached.number] end as next_stage,
				coalesce(case lost.state when 'lost' then lost.day end, known.day) - reached.day as days
			from (%s) o
			cross join (select %s as day) known
			cross join lateral (
				select s.number, s.stage, s.day
				from (
					values (1, 'identified', o.identified_on), (2, 'offered', o.offered_on),
						(3, 'accepted', case o.answer when 'accepted' then o.answered_on end),
						(4, 'started', o.started_on), (5, 'completed', o.completed_on),
						(6, 'better', case when o.better then o.completed_on end)
				) s (number, stage, day)
				where s.day <= known.day
				order by s.number desc
				limit 1
			) reached
			cross join lateral (
				select case
						when reached.number = 6 then 'reached'
						when l.day <= known.day then 'lost'
						else 'open' end as state, l.day, l.because
				from (
					values
						(case when reached.number = 5 and not o.better then o.completed_on end, 'not_better'),
						(case o.answer when 'declined' then o.answered_on end, 'declined'),
						(o.ended_on, coalesce(o.ended_because, 'ended')), (null, null)
				) l (day, because)
				order by l.day nulls last
				limit 1
			) lost
			$query$,
			ph_support.offer_query(), ph_support.last_day(schema)), schema),
		'one row an offer or enrolment: how far it came by the data day, and whether its person is lost or still open',
		ph_support.record_column() || '{
			"stage": "the last stage reached: identified, offered, accepted, started, completed or better",
			"reached_on": "day on which it was reached",
			"state": "reached (better), lost or open",
			"lost_on": "day on which the person was lost; NULL is not lost",
			"lost_because": "declined, not_better, or why it ended; NULL is not lost",
			"next_stage": "the stage that comes next",
			"days": "days in the last stage until lost, or until the data day"}');
end
$$;
comment on procedure ph.create_cascade_views(text) is
	'makes in the schema the view offer_stage: how far each offer of every_offer came by the data day, as '
	'ph.offer_cascade counts it, whether its person is lost, when and why, or still open, and for how long: the '
	'lists of who is lost (state lost) and of who waits (open). Read with the rights of who asks, so that row '
	'security holds. Errors: undefined_table without every_offer, duplicate_object where the name is taken by '
	'something else';

create function ph.response_time(
	schema text, as_of date default null, intervention text default null,
	out from_partner text, out to_partner text, out waiting ph.tally)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_offers(schema);
	return query execute format(
		$query$
		select from_partner, to_partner, ph.person_tally(
			least(first_contact, gone, $1) - identified_on, coalesce(first_contact <= least(gone, $1), false))
		from (
			select sent.partner as from_partner, i.partner as to_partner, o.identified_on, first.day as first_contact,
				least(p.death_date, o.ended_on, case o.answer when 'declined' then o.answered_on end) as gone
			from (%2$s and o.source = 'offer' and o.identified_on <= $1 and coalesce(o.intervention = %3$L, %4$L)) o
			join %1$I.intervention i on i.intervention = o.intervention and i.version = o.version
			join %1$I.person p on p.person_id::text = o.person_id
			left join lateral (
				select c.partner
				from %1$I.every_contact c
				where c.person_id = o.person_id and c.start_date <= o.identified_on
					and c.partner is distinct from i.partner
				order by c.start_date desc, c.partner
				limit 1
			) sent on true
			left join lateral (
				select min(c.start_date) as day
				from %1$I.every_contact c
				where c.person_id = o.person_id and c.partner = i.partner and c.start_date >= o.identified_on
			) first on true
		) o
		where coalesce(gone >= identified_on, true)
		group by from_partner, to_partner
		order by from_partner collate "C", to_partner collate "C"
		$query$,
		schema, ph_support.in_schema(ph_support.offer_query(), schema), intervention, intervention is null)
	using coalesce(as_of, ph_support.data_day(schema));
end
$$;
comment on function ph.response_time(text, date, text) is
	'how long a partner takes: days from the identification of a person for one of its interventions (or for one '
	'alone) to its first contact with that person, by the other partner who had seen them last by then (NULL: '
	'nobody had, or the partner is not known). A tally of people by days, an event is the first contact; who died, '
	'declined, dropped out or still waits on the day (NULL: the data day) is censored: for ph.median_survival, '
	'ph.survival and ph.chart_survival. Errors: undefined_table';

-- ---- one person ----

create function ph.timeline_things(
	schema text, person_id text, from_date date default null, until_date date default null)
returns setof ph.timeline_thing
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.person_timeline', schema)) is null then
		raise exception 'argument "schema" must be a schema with the view person_timeline'
			using errcode = 'undefined_table', hint = 'CALL ph.create_record_views(...) makes it.';
	end if;
	return query execute format(
		$query$
		select t.from_date, t.until_date, %2$s, t.kind, t.label, t.crisis, t.planned, t.value
		from %1$I.person_timeline t
		where t.person_id = $1 and coalesce(t.from_date, t.until_date) < coalesce($3, 'infinity')
			and (coalesce(t.until_date, t.from_date) >= coalesce($2, '-infinity')
				or t.until_date is null and t.kind in ('work', 'offer', 'wait', 'registration', 'residence'))
		order by t.from_date, t.until_date, t.source collate "C", t.label collate "C"
		$query$, schema, case
			when to_regclass(format('%I.partner', schema)) is null then 't.partner'
			else format('coalesce((
				select p.name::text from %I.partner p where p.partner::text = t.partner), t.partner)', schema) end)
	using person_id, from_date, until_date;
end
$$;
comment on function ph.timeline_things(text, text, date, date) is
	'the rows of person_timeline of one person for ph.chart_timeline, from a day on and before another (NULL: all; '
	'what lasts into that time is in it), partners by their names, of what the caller may see. Errors: '
	'undefined_table';

create function ph.chart_person(
	schema text, person_id text, from_date date default null, until_date date default null, title text default null,
	source text default null)
returns text
language sql stable
begin atomic
	select ph.chart_timeline(array_agg(t), chart_person.title, source => chart_person.source)
	from ph.timeline_things(
		chart_person.schema, chart_person.person_id, chart_person.from_date, chart_person.until_date) t;
end;
comment on function ph.chart_person(text, text, date, date, text, text) is
	'ph.chart_timeline of ph.timeline_things: what all partners know of one person, as far as the caller may see '
	'it. Errors: undefined_table, and 22023 where there is more than a picture can show: ask for fewer days';
