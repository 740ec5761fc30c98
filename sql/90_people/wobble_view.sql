-- ---- this week's list of wobble points ----

create function ph_support.wobble_event_query(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select ph_support.in_schema(
		'select c.person_id, c.start_date as event_date, 1::double precision as weight,
			coalesce(c.service_name, c.pod) as kind, coalesce(c.planned, c.pod is distinct from ''GP'') as planned,
			coalesce(c.crisis, false) as crisis, false as life_event, c.partner, c.service_name, c.professional
		from {every_contact} c
		where c.start_date is not null', schema)
	|| case when to_regclass(format('%I.life_event', schema)) is null then '' else ph_support.in_schema(format(
		' union all
		select e.person_id::text, e.event_date::date, coalesce(k.weight, 0), coalesce(k.name, e.kind)::text, true,
			false, true, null::text, null::text, null::text
		from {life_event} e
		left join (%s) k on k.kind = e.kind
		where e.event_date is not null', ph_support.life_event_kind_query(schema)), schema) end
$$;
comment on function ph_support.wobble_event_query(text) is
	'the query of what ph.wobble reads in a schema: contacts of all partners and life events. Where nobody says '
	'whether a contact was planned, one with a GP is taken as not planned, others as planned';

create function ph_support.wobble_person_query(schema text, observed_from date) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select ph_support.in_schema(format(
		'select p.person_id::text as person_id, greatest(%L::date, p.birth_date::date%s) as observed_from,
			p.death_date::date as observed_until
		from {person} p', observed_from,
		case when to_regclass(format('%I.registration', schema)) is null then '' else
			', (select min(r.start_date)::date from {registration} r where r.person_id = p.person_id)' end), schema)
$$;
comment on function ph_support.wobble_person_query(text, date) is
	'the query of who is observed from when in a schema: from the first day of its data, birth, or first registration';

create function ph_support.wobble_list_query(
	schema text, observed_from date, baseline ph.wobble_baseline, false_alarms_per_1000 double precision, as_of date)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format(
		'with day as (
			select %1$s as today
		), event as (
			%2$s
		), told as (
			select p.person_id, e.event_date, e.partner, e.service_name, e.professional, e.kind, e.life_event,
				ph.wobble(e.event_date, e.weight, e.kind, e.planned, p.observed_from, %3$L::ph.wobble_baseline, %4$s,
					e.crisis, e.life_event) over (partition by p.person_id order by e.event_date) as point
			from (%5$s) p
			cross join day
			left join event e on e.person_id = p.person_id and e.event_date <= today
			where p.observed_from <= today and coalesce(p.observed_until >= today, true)
		), latest as (
			select distinct on (person_id) person_id, event_date, point
			from told
			cross join day
			order by person_id, coalesce((point).alarm and event_date > today - 7, false) desc,
				event_date desc nulls last
		), seen as (
			select distinct on (person_id) person_id, event_date, partner, service_name, kind, professional
			from told
			where not life_event
			order by person_id, event_date desc, partner, service_name, kind, professional
		)
		select l.person_id,
			case when (l.point).alarm and l.event_date > today - 7 then ''alarm''
				when (l.point).status = ''unseen'' or l.event_date <= today - 365 then ''unseen''
				else ''usual'' end as status,
			case when (l.point).alarm and l.event_date > today - 7 then l.event_date end as alarm_date,
			case when (l.point).alarm and l.event_date > today - 7 then (l.point).since end as since,
			case when (l.point).alarm and l.event_date > today - 7 then (l.point).strength end as strength,
			(l.point).tempo_before,
			case when (l.point).alarm and l.event_date > today - 7 then (l.point).tempo_now end as tempo_now,
			case when (l.point).alarm and l.event_date > today - 7 then (l.point).why end as why,
			s.event_date as last_seen, s.partner as last_partner, coalesce(s.service_name, s.kind) as last_service,
			s.professional as last_professional, (l.point).note
		from latest l
		cross join day
		left join seen s on s.person_id = l.person_id',
		coalesce(quote_literal(as_of) || '::date', 'current_date'), ph_support.wobble_event_query(schema), baseline,
		false_alarms_per_1000, ph_support.wobble_person_query(schema, observed_from))
$$;
comment on function ph_support.wobble_list_query(text, date, ph.wobble_baseline, double precision, date) is
	'the query of the view that ph.create_wobble_view makes';

create procedure ph.create_wobble_view(
	schema text, before date default null, false_alarms_per_1000 double precision default 50, as_of date default null,
	name text default 'wobble')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	baseline ph.wobble_baseline;
	observed_from date;
	query text;
begin
	call ph_support.require_own_schema(schema, name);
	if to_regclass(format('%I.every_contact', schema)) is null then
		raise exception 'schema "%" has no view every_contact', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_record_views(...) makes it.';
	end if;
	execute ph_support.in_schema('select min(c.start_date) from {every_contact} c', schema) into observed_from;
	query := format(
		'select p.person_id, p.observed_from, p.observed_until, e.event_date, e.weight, e.kind, e.planned, e.crisis,
			e.life_event
		from (%s) p
		left join (%s) e on e.person_id = p.person_id',
		ph_support.wobble_person_query(schema, observed_from), ph_support.wobble_event_query(schema));
	baseline := ph.wobble_baseline(query, coalesce(before, as_of - 28, current_date - 28));
	if baseline is null then
		raise exception 'nobody was observed before the day that the baseline is fitted to'
			using errcode = 'no_data_found', hint = 'Give a later day as before.';
	end if;
	-- what the view could not answer is refused here
	perform ph.wobble(baseline.before, 1, null, false, null, baseline, false_alarms_per_1000) over ();
	query := ph_support.wobble_list_query(schema, observed_from, baseline, false_alarms_per_1000, as_of);
	call ph_support.replace_view(schema, name, query,
		'one row a person: whether the tempo of their contacts left in the last seven days what is usual for them, '
		'since when, why, and who saw them last', jsonb_build_object(
			'person_id', 'pseudonym of the person',
			'status', 'alarm in the last seven days, usual, or unseen: too few contacts to tell',
			'alarm_date', 'day of the alarm', 'since', 'first day with unplanned contact of the rise',
			'strength', 'how much likelier a rise is: a power of ten',
			'tempo_before', 'usual for them: days with unplanned contact a year',
			'tempo_now', 'the same since the rise began', 'why', 'in words', 'last_seen', 'day of their last contact',
			'last_partner', 'partner who saw them last', 'last_service', 'service that saw them last',
			'last_professional', 'who saw them last', 'note', 'as of ph.wobble_point'));
end
$$;
comment on procedure ph.create_wobble_view(text, date, double precision, date, text) is
	'makes in the schema a view of all people whom its asker may see, each with status alarm (in the last seven days), '
	'usual or unseen: who, since when, why in words, who of the partners saw them last. The baseline is fitted now, to '
	'what was before a day (28 days ago unless said), and stands in the view: call again to fit anew. as_of: the last '
	'day looked at, today unless said. Read with the rights of who asks, so that row security holds. Errors: '
	'undefined_table without every_contact (ph.create_record_views), no_data_found where nobody was observed before '
	'that day, invalid_parameter_value where the baseline has no threshold for so many false alarms, duplicate_object '
	'where the name is taken';
