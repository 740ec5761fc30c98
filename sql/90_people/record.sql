
-- ---- one record: what all partners know of a person, on one axis ----

create function ph.life_event_kind(out kind text, out name text, out weight double precision) returns setof record
language sql immutable parallel safe
begin atomic
	-- 1.5 where the roof or the place to be is at stake, 0 where nothing is: assumptions, from no study
	values
		('bereavement', 'Bereavement', 1::double precision),
		('job_lost', 'Lost the job', 1),
		('eviction_notice', 'Notice of eviction', 1.5),
		('became_carer', 'Became a carer', 1),
		('discharged', 'Discharged from hospital', 1.5),
		('fell', 'Fell', 1),
		('diagnosed', 'New diagnosis', 1),
		('separated', 'Separated', 1),
		('released', 'Released from prison', 1.5),
		('left_care', 'Left care of the council', 1.5),
		('birth', 'Birth of a child', 0),
		('moved', 'Moved house', 0),
		('retired', 'Retired', 0);
end;
comment on function ph.life_event_kind() is
	'the kinds of life event and their default weights, as ph.wobble takes them: how likely a change of tempo is in '
	'the eight weeks after one, 1 being as likely as after an event in general (one in ten). The weights are '
	'assumptions, from no study: rows of life_event_kind in a schema take their place there';

create function ph_support.life_event_kind_query(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with shipped (listed) as (
		select string_agg(format('(%L, %L, %L::double precision)', k.kind, k.name, k.weight), ', ' order by k.kind)
		from ph.life_event_kind() k
	)
	select case
		when to_regclass(format('%I.life_event_kind', schema)) is null
			then format('select * from (values %s) k (kind, name, weight)', listed)
		else ph_support.in_schema(format(
			'select kind::text as kind, coalesce(name::text, kind::text) as name, weight
			from {life_event_kind}
			union all
			select *
			from (values %s) k (kind, name, weight)
			where not exists (select from {life_event_kind} own where own.kind = k.kind)', listed), schema) end
	from shipped
$$;
comment on function ph_support.life_event_kind_query(text) is
	'the query of the kinds of life event in a schema: its own, and those shipped that it does not weigh itself; '
	'it names nothing of the extension';

-- ---- contacts of all partners ----

create function ph_support.every_contact_part(out relation text, out query text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('encounter',
		 'select e.person_id::text as person_id, ''encounter'' as source, e.encounter_id::text as contact_id,
			s.service::text as service, coalesce(s.name, s.service)::text as service_name,
			coalesce(s.partner, e.provider_code)::text as partner, e.start_date::date as start_date,
			e.end_date::date as end_date,
			case
				when e.pod in (''OP'', ''EL'') then true
				when e.pod = ''AE'' then false
				when e.pod = ''NEL'' then coalesce(e.admission_method in (''31'', ''32''), false) end as planned,
			s.crisis as crisis, s.upstream as upstream, s.pillar::text as pillar, e.pod::text as pod,
			null::text as professional, e.primary_icd10::text as reason_code, null::text as outcome,
			null::numeric as hours, e.cost::numeric as cost
		from {encounter} e
		left join {encounter_service} own on own.pod = e.pod and own.provider_code = e.provider_code
		left join {encounter_service} usual on usual.pod = e.pod and usual.provider_code is null
		left join {service} s on s.service = coalesce(own.service, usual.service)'),
		('contact',
		 'select c.person_id::text, ''contact'', c.contact_id::text, c.service::text,
			coalesce(s.name, c.service)::text, coalesce(s.partner, c.partner)::text, c.start_date::date,
			c.end_date::date, c.planned, s.crisis, s.upstream, s.pillar::text, null::text, c.professional::text,
			c.reason_code::text, c.outcome::text, c.hours::numeric, c.cost::numeric
		from {contact} c
		left join {service} s on s.service = c.service');
end;
comment on function ph_support.every_contact_part() is 'what every_contact is made of, a query a shared table';

create function ph_support.every_offer_part(out relation text, out query text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('offer',
		 'select person_id::text as person_id, ''offer'' as source, intervention::text as intervention,
			version::text as version, identified_on::date as identified_on, offered_on::date as offered_on,
			answered_on::date as answered_on, answer::text as answer, started_on::date as started_on,
			completed_on::date as completed_on, better, ended_on::date as ended_on,
			ended_because::text as ended_because, decision
		from {offer}'),
		('enrolment',
		 'select person_id::text, ''enrolment'', programme::text, null::text,
			start_date::date, start_date::date, start_date::date,
			case when start_date is not null then ''accepted'' end,
			start_date::date, null::date, null::boolean, end_date::date,
			case when end_date is not null then coalesce(status, ''ended'')::text end, null::bigint
		from {enrolment}');
end;
comment on function ph_support.every_offer_part() is
	'what every_offer is made of, a query a shared table: who is enrolled was identified, offered and accepted on the '
	'first day; who was eligible and is not has no day';

-- ---- everything of a person ----

create function ph_support.timeline_part(out relation text, out query text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person',
		 'select p.person_id::text as person_id, ''person'' as source, p.birth_date::date as from_date,
			p.death_date::date as until_date, null::text as partner, null::text as service, ''life''::text as kind,
			case when p.death_date is null then ''born'' else ''born, died'' end as label, null::numeric as cost,
			null::boolean as crisis, null::boolean as planned, null::double precision as value
		from {person} p'),
		('every_contact',
		 'select c.person_id, c.source, c.start_date, c.end_date, c.partner, c.service, ''contact'',
			coalesce(c.service_name, c.pod), c.cost, c.crisis, c.planned, null
		from {every_contact} c'),
		('clinical_event',
		 'select e.person_id::text, ''clinical_event'', e.event_date::date, null, null, null, ''code'',
			coalesce(e.description, concat_ws('' '', e.code_system, e.code))::text, null, null, null, null
		from {clinical_event} e'),
		('measurement',
		 'select m.person_id::text, ''measurement'', m.measure_date::date, null, null, null, ''measurement'',
			coalesce(m.name, m.code)::text, null, null, null, m.value
		from {measurement} m'),
		('life_event',
		 'select e.person_id::text, ''life_event'', e.event_date::date, null, e.partner::text, null, ''life_event'',
			coalesce(k.name, e.kind)::text, null, null, null, null
		from {life_event} e
		left join (<kinds>) k on k.kind = e.kind'),
		('work_status',
		 'select w.person_id::text, ''work_status'', w.start_date::date, w.end_date::date, w.partner::text, null,
			''work'', replace(w.status::text, ''_'', '' ''), null, null, null, null
		from {work_status} w'),
		('offer',
		 'select o.person_id::text, ''offer'', o.identified_on::date, coalesce(o.completed_on, o.ended_on)::date,
			i.partner::text, null, ''offer'', concat(coalesce(i.name, o.intervention), '': '', case
				when o.completed_on is not null then ''completed''
				when o.ended_on is not null then concat_ws('' '', ''ended,'', replace(o.ended_because, ''_'', '' ''))
				when o.started_on is not null then ''started''
				when o.answer is not null then replace(o.answer, ''_'', '' '')
				when o.offered_on is not null then ''offered''
				else ''identified'' end), null, null, true, null
		from {offer} o
		left join {intervention} i on i.intervention = o.intervention and i.version = o.version'),
		('enrolment',
		 'select n.person_id::text, ''enrolment'', n.start_date::date, n.end_date::date, null, null, ''offer'',
			concat(n.programme, '': '', coalesce(replace(n.status::text, ''_'', '' ''), ''enrolled'')), null, null,
			true, null
		from {enrolment} n'),
		('person_goal',
		 'select g.person_id::text, ''person_goal'', g.set_on::date, g.reviewed_on::date, g.partner::text, null,
			''goal'', concat(''goal'', '': '' || coalesce(g.words, g.theme), case
				when g.met then '', met'' when not g.met then '', not met'' end), null, null, true, null
		from {person_goal} g'),
		('engagement',
		 'select e.person_id::text, ''engagement'', coalesce(e.took_part_on, e.invited_on)::date, null, e.partner::text,
			null, ''engagement'', concat(case when e.took_part_on is null then ''invited: '' else ''took part: '' end,
			e.activity), null, null, true, null
		from {engagement} e'),
		('wait',
		 'select w.person_id::text, ''wait'', w.clock_start::date, w.clock_stop::date, null, null, ''wait'',
			concat(''waits: '', replace(coalesce(w.kind, w.pathway)::text, ''_'', '' '')), null, null, null, null
		from {wait} w'),
		('external_score',
		 'select x.person_id::text, ''external_score'', x.scored_on::date, null, null, null, ''score'',
			concat_ws('' '', x.name, x.band), null, null, null, x.value
		from {external_score} x'),
		('registration',
		 'select r.person_id::text, ''registration'', r.start_date::date, r.end_date::date, r.practice_code::text, null,
			''registration'', concat(''registered'', '' with '' || r.practice_code), null, null, null, null
		from {registration} r'),
		('residence',
		 'select r.person_id::text, ''residence'', r.start_date::date, r.end_date::date, null, null, ''residence'',
			concat(''lives in '', r.lsoa21_code), null, null, null, null
		from {residence} r');
end;
comment on function ph_support.timeline_part() is
	'what person_timeline is made of, a query a relation of which each row is one of the timeline; <kinds> stands for '
	'ph_support.life_event_kind_query()';

create function ph_support.joined_parts(schema text, parts jsonb) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select ph_support.in_schema(string_agg(p.value, ' union all ' order by p.place), schema)
	from rows from (jsonb_to_recordset(parts) as (relation text, query text)) with ordinality
		p (relation, value, place)
	where to_regclass(format('%I.%I', schema, p.relation)) is not null
$$;
comment on function ph_support.joined_parts(text, jsonb) is
	'the query of all parts whose relation is there, one after the other: an array of relation, query';

create function ph_support.record_view(out relation text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('every_contact', 'one row a contact of a person with any partner: those of encounter and of contact'),
		('every_offer', 'one row an offer of help to a person, or an enrolment, and what became of it'),
		('person_timeline',
		 'one row a dated thing of a person, from every table: contacts, codes, measurements, life events, offers');
end;
comment on function ph_support.record_view() is
	'the views of ph.create_record_views, in the order in which they are made';

create function ph_support.record_column() returns jsonb
language sql immutable parallel safe
return jsonb_build_object(
	'person_id', 'pseudonym of the person', 'source', 'the shared table of which the row is',
	'contact_id', 'identifier of the contact or encounter', 'service', 'the service, as in service; NULL is not known',
	'service_name', 'name of the service to show', 'partner', 'the partner; NULL is not known',
	'start_date', 'day of the contact, or the first one', 'end_date', 'last day; NULL is the same, or not yet',
	'planned', 'whether it was arranged beforehand; NULL is not known: an encounter with a GP does not say',
	'crisis', 'whether earlier help might have avoided it; NULL is not known', 'upstream', 'as in service',
	'pillar', 'as in service', 'pod', 'point of delivery of an encounter', 'professional', 'who was seen',
	'reason_code', 'why: ICD-10 of an encounter, in the codes of the partner of a contact',
	'outcome', 'what came of it', 'hours', 'hours that were given', 'cost', 'cost in pounds',
	'intervention', 'the intervention, or the programme of an enrolment', 'version', 'its version',
	'identified_on', 'day on which the person was found to be one whom it is for', 'offered_on', 'day of the offer',
	'answered_on', 'day of the answer', 'answer', 'accepted, declined or no_answer', 'started_on', 'first day',
	'completed_on', 'day on which it was completed', 'better', 'whether the person was better afterwards',
	'ended_on', 'day on which it ended otherwise', 'ended_because', 'why', 'decision', 'row of decision about it',
	'from_date', 'its day, or the first one',
	'until_date', 'its last day, or the first day no longer so; NULL is open, or the same day',
	'kind', 'life, contact, code, measurement, life_event, work, offer, goal, engagement, wait, score, registration or '
	'residence',
	'label', 'what it says, in words', 'value', 'the value of a measurement or score');
comment on function ph_support.record_column() is 'what the columns of the views of ph.create_record_views are';

create procedure ph.create_record_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	parts jsonb;
	query text;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.person', schema)) is null or to_regclass(format('%I.service', schema)) is null
		or to_regclass(format('%I.encounter_service', schema)) is null
	then
		raise exception 'schema "%" lacks shared tables: person, service or encounter_service', schema
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes them, ph.complete_shared_tables(...) those that are new.';
	end if;
	for part in select * from ph_support.record_view() loop
		select jsonb_agg(jsonb_build_object('relation', p.relation, 'query', p.query))
		into parts
		from (
			select 'every_contact' as view, c.* from ph_support.every_contact_part() c
			union all
			select 'every_offer', o.* from ph_support.every_offer_part() o
			union all
			select 'person_timeline', t.* from ph_support.timeline_part() t) p
		where p.view = part.relation;
		query := replace(ph_support.joined_parts(schema, parts), '<kinds>', ph_support.life_event_kind_query(schema));
		if query is not null then
			call ph_support.replace_view(schema, part.relation, query, part.description, ph_support.record_column());
		end if;
	end loop;
end
$$;
comment on procedure ph.create_record_views(text) is
	'makes in the schema the views every_contact (encounters and contacts of all partners, with their service and '
	'partner: encounter_service says of which service an encounter is), every_offer (offers and enrolments) and '
	'person_timeline (every dated thing of a person, once). They are read with the rights of who asks, so that row '
	'security holds; what is asked of one person is read by index, of everybody in parallel. Tables that are not there '
	'are left out. Errors: undefined_table, duplicate_object where a name is taken by something else, '
	'22023 for a schema of the extension or of the system';
