
-- ---- partners: from whom to whom people go, and who else knows them ----

create function ph_support.require_record_views(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.every_contact', schema)) is null then
		raise exception 'argument "schema" must be a schema with the view every_contact'
			using errcode = 'undefined_table', hint = 'CALL ph.create_record_views(...) makes it.';
	end if;
end
$$;
comment on function ph_support.require_record_views(text) is
	'does nothing where the schema has the views of ph.create_record_views. Errors: undefined_table';

create function ph.handover(
	schema text, during daterange default null, within_days integer default null,
	out partners text[], out handovers ph.crosstab)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_record_views(schema);
	perform ph_support.require_argument(coalesce(within_days >= 0, true), 'within_days', 'must not be negative');
	execute ph_support.in_schema($query$
		with contact as (
			select partner, lag(partner) over one as before, row_number() over one > 1 as follows,
				start_date - lag(coalesce(end_date, start_date)) over one as days
			from {every_contact}
			where $1 is null or $1 @> start_date
			window one as (partition by person_id order by start_date, source, contact_id)
		), named as (
			select array_agg(distinct partner order by partner) as partners
			from (select partner::text collate "C" as partner from contact) c
			where partner is not null
		)
		select n.partners, ph.crosstab(array_position(n.partners, c.before), array_position(n.partners, c.partner))
			filter (where c.follows and ($2 is null or c.days <= $2))
		from named n
		left join contact c on true
		group by n.partners
	$query$, schema)
	into partners, handovers
	using during, within_days;
end
$$;
comment on function ph.handover(text, daterange, integer) is
	'from whom to whom people go: every contact of every_contact after the first of a person, by the partner of the '
	'contact before (the row) and its own (the column), as a ph.crosstab of numbers of partners, an index into the '
	'list; ? is a partner that is not known. Contacts during a range of days, NULL all, in the order of their '
	'start_date, of one day in that of source and contact_id; within_days: only where the one before ended at most '
	'so long ago. ph.movement(handovers) gives rows with shares. Errors: undefined_table without '
	'ph.create_record_views';

create function ph.co_use(schema text, during daterange default null, confidence float8 default 0.95)
returns table (
	partner text, other_partner text, people bigint, of_people bigint, share float8, lower float8, upper float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_record_views(schema);
	return query execute ph_support.in_schema($query$
		with known as (
			select distinct person_id, partner::text collate "C" as partner
			from {every_contact}
			where partner is not null and ($1 is null or $1 @> start_date)
		), together as (
			select k.partner, o.partner as other_partner, count(*) as people
			from known k
			join known o using (person_id)
			where o.partner <> k.partner
			group by k.partner, o.partner
			union all
			select min(partner), null, count(*)
			from (
				select person_id, min(partner) as partner from known group by person_id having count(*) = 1
			) alone
			group by partner
		), one as (
			select partner, count(*) as people from known group by partner
		)
		select t.partner, t.other_partner, t.people, o.people, s.value, s.lower, s.upper
		from together t
		join one o using (partner)
		cross join lateral ph_support.share(t.people, o.people, $2) s
		order by t.partner, t.other_partner
	$query$, schema)
	using during, confidence;
end
$$;
comment on function ph.co_use(text, daterange, float8) is
	'people known to two partners or more: of those whom a partner was in contact with during a range of days (NULL '
	'always), how many another knows too, their share with Wilson limits; other_partner NULL: known to no other. '
	'Each pair stands there twice, once a denominator. Contacts whose partner is not known are left out. Small '
	'numbers are for the release step. Errors: undefined_table without ph.create_record_views';
