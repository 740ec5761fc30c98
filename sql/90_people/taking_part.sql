
-- ---- taking part: goals of one's own, who was asked and who came, and what changed because of it ----

create function ph_support.require_shared(schema text, relation text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.%I', schema, relation)) is null then
		raise exception 'argument "schema" must be a schema with the table %', relation
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes it, ph.complete_shared_tables(...) where others are there.';
	end if;
end
$$;
comment on function ph_support.require_shared(text, text) is
	'does nothing where the schema has the table. Errors: undefined_table';

create function ph.person_goals(schema text, during daterange default null, confidence float8 default 0.95)
returns table (stage text, goals bigint, of_goals bigint, unknown bigint, share float8, lower float8, upper float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_shared(schema, 'person_goal');
	return query execute ph_support.in_schema($query$
		with counted as (
			select count(*) as goals, count(set_by) as set_by_known,
				count(*) filter (where set_by in ('person', 'carer', 'together')) as own,
				count(agreed_on) as agreed, count(reviewed_on) as reviewed,
				count(met) filter (where reviewed_on is not null) as judged,
				count(*) filter (where met and reviewed_on is not null) as met
			from {person_goal}
			where $1 is null or $1 @> set_on
		)
		select s.stage, s.goals, s.of_goals, s.unknown, p.value, p.lower, p.upper
		from counted c, lateral (
			values
				('set by the person', c.own, c.set_by_known, c.goals - c.set_by_known),
				('agreed', c.agreed, c.goals, 0),
				('reviewed', c.reviewed, c.goals, 0),
				('met', c.met, c.judged, c.reviewed - c.judged)
		) s (stage, goals, of_goals, unknown),
			lateral ph_support.share(s.goals, s.of_goals, $2) p
	$query$, schema)
	using during, confidence;
end
$$;
comment on function ph.person_goals(text, daterange, float8) is
	'goals of table person_goal that were set during a range of days (NULL always): how many the person set (alone, '
	'with a carer or together with a professional), of those of which it is known; agreed; reviewed; and met, of '
	'those reviewed with a verdict; unknown are in no denominator; shares with Wilson limits. Errors: undefined_table';

create function ph.representation(
	taking_part bigint, all_taking_part bigint, people bigint, all_people bigint, confidence float8 default 0.95)
returns ph.estimate
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	share_of_people constant float8 := people::float8 / nullif(all_people, 0);
	share ph.estimate;
begin
	perform ph_support.require_argument(taking_part >= 0 and taking_part <= all_taking_part, 'taking_part',
		'must be a count of at most all_taking_part');
	perform ph_support.require_argument(people >= 0 and people <= all_people, 'people',
		'must be a count of at most all_people');
	if all_taking_part = 0 or coalesce(share_of_people, 0) = 0 then
		return (null, null, null, case when all_taking_part = 0 then 'no_data' else 'no_people' end)::ph.estimate;
	end if;
	share := ph_support.share(taking_part, all_taking_part, confidence);
	return (share.value / share_of_people, share.lower / share_of_people, share.upper / share_of_people,
		null)::ph.estimate;
end
$$;
comment on function ph.representation(bigint, bigint, bigint, bigint, float8) is
	'how a group is represented: its share of all who take part, over its share of all people; 1 is as many as there '
	'are, 0.5 half as many. Limits are Wilson''s of the first share; the people are counted, not sampled. note: '
	'no_data where nobody takes part, no_people where the group has nobody. Errors: invalid_parameter_value where a '
	'part is more than the whole';

create function ph.engagement(
	schema text, by text, activity text default null, confidence float8 default 0.95)
returns table (
	group_name text, people bigint, invited bigint, took_part bigint, share float8, share_lower float8,
	share_upper float8, representation float8, representation_lower float8, representation_upper float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_shared(schema, 'engagement');
	perform ph_support.require_known('by', array[by], '{sex,ethnicity,practice,neighbourhood,place,system,small_area,
		deprivation_decile,deprivation_quintile}');
	if to_regclass(format('%I.person_at_data_day', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	return query execute ph_support.in_schema(format($query$
		with asked as (
			select person_id::text as person_id, bool_or(invited_on is not null) as invited,
				bool_or(took_part_on is not null) as took_part,
				bool_or(invited_on is not null and took_part_on is not null) as came
			from {engagement}
			where $1 is null or activity = $1
			group by person_id
		), counted as (
			select p.%I::text collate "C" as group_name, count(p.person_id) as people,
				count(*) filter (where a.invited) as invited, count(*) filter (where a.took_part) as took_part,
				count(*) filter (where a.came) as came
			from {person_at_data_day} p
			full join asked a using (person_id)
			group by 1
		), whole as (
			select sum(people)::bigint as people, sum(took_part)::bigint as took_part
			from counted
			where group_name is not null
		)
		select c.group_name, c.people, c.invited, c.took_part, s.value, s.lower, s.upper, r.value, r.lower, r.upper,
			case when c.group_name is null then 'unknown_group' else r.note end
		from counted c
		cross join whole w
		cross join lateral ph_support.share(c.came, c.invited, $2) s
		left join lateral ph.representation(c.took_part, w.took_part, c.people, w.people, $2) r
			on c.group_name is not null
		order by c.group_name
	$query$, by), schema)
	using activity, confidence;
end
$$;
comment on function ph.engagement(text, text, text, float8) is
	'who was asked and who came, by community: people of the data day by a column of person_at (sex, ethnicity, '
	'practice, neighbourhood, place, system, small_area, deprivation_decile, deprivation_quintile), how many of '
	'table engagement were invited and took part, each counted once over all activities or in the one that is named; '
	'share: of those invited, with Wilson limits; representation beside all people of known group, as '
	'ph.representation. group_name NULL: the group is not known, or the person is not of the population on the day; '
	'note: unknown_group, no_data, no_people. Errors: invalid_parameter_value, undefined_table';

create function ph.you_said_we_did(schema text)
returns table (
	change text, activity text, place_id text, partner text, said text, said_on date, decision text, because text,
	did text, did_on date, told_on date, state text, days integer)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_shared(schema, 'community_change');
	return query execute ph_support.in_schema(format($query$
		select c.change::text, c.activity::text, c.place_id::text, c.partner::text, c.said::text, c.said_on,
			c.decision::text, c.because::text, c.did::text, c.did_on, c.told_on,
			case
				when c.told_on is not null then 'told'
				when c.did_on is not null then 'done, not told'
				when c.decision = 'no' then 'declined, not told'
				when c.decision is not null then 'promised'
				else 'open' end,
			coalesce(c.told_on, %s) - c.said_on
		from {community_change} c
		order by c.said_on, c.change
	$query$, ph_support.last_day(schema)), schema);
end
$$;
comment on function ph.you_said_we_did(text) is
	'what changed because of what people said, of table community_change: state open (nobody has decided), promised, '
	'done, not told, declined, not told, or told (those who said it have heard what came of it); days from when it '
	'was said until they were told, or until the data day. Errors: undefined_table';
