
-- ---- decisions and requests ----

-- ---- what guards them, in the schema of their owner ----
-- With the rights of the owner, who reads the tables that a caseworker may only add to. They name nothing of this
-- extension.

create function ph_support.request_guard(
	out name text, out relation text, out fires text, out body text, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('keep_decision', 'decision', 'before insert on {decision} for each row',
		 $body$
begin
	if not {is_of_places}(new.person_id, to_regclass(quote_ident(tg_table_schema) || '.person')) then
		raise exception 'person_id of a decision must be that of a person'
			using errcode = 'foreign_key_violation', hint = 'Nobody of this person_id is known in your places.';
	elsif new.decided_on > current_date then
		raise exception 'decided_on must not be in the future'
			using errcode = 'check_violation', hint = 'It is the day on which somebody decided.';
	elsif new.run is not null and not exists (
		select from {person_score} s where s.person_id = new.person_id and s.run = new.run)
	then
		raise exception 'run of a decision must have scored the person'
			using errcode = 'foreign_key_violation', hint = 'It is the run that was before who decided; NULL for none.';
	elsif new.decided_on < (select r.as_of from {score_run} r where r.run = new.run) then
		raise exception 'decided_on must not be before the day of the run'
			using errcode = 'check_violation', hint = 'Nobody decides on a score that is not there yet.';
	end if;
	return new;
end$body$,
		 'the trigger that takes decisions about people who are known, on runs that scored them'),
		('keep_request', 'person_request', 'before insert or update on {person_request} for each row',
		 $body$
declare
	known boolean;
begin
	if tg_op = 'UPDATE' then
		if (new.person_id, new.request_id, new.kind, new.about, new.received, new.recorded_by)
				is distinct from (old.person_id, old.request_id, old.kind, old.about, old.received, old.recorded_by)
			or old.answered is not null and (new.answered, new.outcome, new.note)
				is distinct from (old.answered, old.outcome, old.note)
			or old.corrected is not null and new.corrected is distinct from old.corrected
		then
			raise exception 'a request stays as it was made, and an answer as it was given'
				using errcode = 'insufficient_privilege', hint = 'Of an open request only answered, outcome and note '
					'are set, of a correction that was upheld corrected; for anything else add another request.';
		end if;
	elsif not {is_of_places}(new.person_id, to_regclass(quote_ident(tg_table_schema) || '.person')) then
		raise exception 'person_id of a request must be that of a person'
			using errcode = 'foreign_key_violation', hint = 'Nobody of this person_id is known in your places.';
	elsif new.kind in ('objection', 'restriction') then
		if new.about <> 'all' and not exists (select from {person_list} l where l.list = new.about) then
			raise exception 'about of an objection or restriction must be a list, or all'
				using errcode = 'foreign_key_violation', hint = 'The table person_list says which lists there are.';
		end if;
	elsif new.kind = 'review' then
		if not exists (select from {person_score} s where s.person_id = new.person_id and s.run = new.about)
			and not exists (
				select from {decision} d where d.person_id = new.person_id and d.decision_id::text = new.about)
		then
			raise exception 'about of a review must be a run that scored the person, or the number of a decision'
				using errcode = 'foreign_key_violation', hint = 'The tables person_score and decision say which.';
		end if;
	elsif not exists (
			select
			from pg_attribute a
			where a.attrelid = to_regclass(format('%I.segment_input', tg_table_schema)) and a.attnum > 0
				and not a.attisdropped and a.attname = new.about and new.about <> 'person_id')
		and not exists (
			select
			from {person_score} s
			join {score_run} r using (run)
			where s.person_id = new.person_id and new.about = any (r.inputs))
	then
		raise exception 'about of a correction must be an input of rules, or of a score of the person'
			using errcode = 'foreign_key_violation', hint = 'It is a column of the view segment_input, such as the '
				'name of a code list, which CALL ph.create_segment_inputs(...) makes, or stands in inputs of a run.';
	end if;
	if greatest(new.received, new.answered, new.corrected) > current_date then
		raise exception 'received, answered and corrected must not be in the future'
			using errcode = 'check_violation', hint = 'They are days on which something happened.';
	end if;
	return new;
end$body$,
		 'the trigger that takes requests about what there is, and keeps them and their answers as they are'),
		('keep_disputed_input', 'person_request', 'after insert or update or delete on {person_request} for each row',
		 $body$
declare
	-- of an UPDATE both are the same
	of_person constant text := coalesce(new.person_id, old.person_id);
	of_input constant text := coalesce(new.about, old.about);
begin
	if coalesce(new.kind, old.kind) = 'correction' then
		delete from {disputed_input} d where d.person_id = of_person and d.input = of_input;
		-- with who may see the person, where the tables are secured
		insert into {disputed_input}
		select (jsonb_populate_record(
			null::{disputed_input}, to_jsonb(p) || jsonb_build_object('person_id', of_person, 'input', of_input))).*
		from {person} p
		where p.person_id::text = of_person and exists (
			select
			from {person_request} r
			where r.person_id = of_person and r.kind = 'correction' and r.about = of_input and r.corrected is null
				and (r.answered is null or r.outcome in ('upheld', 'partly_upheld')))
		on conflict do nothing;
	end if;
	return null;
end$body$,
		 'the trigger that keeps disputed_input what open and upheld corrections make it');
end;
comment on function ph_support.request_guard() is
	'the triggers by which decisions and requests are about what there is, and what is disputed is known: name, table, '
	'when they fire, body, description; names of tables in braces';

create procedure ph_support.create_request_guards(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	guard record;
begin
	for guard in select * from ph_support.request_guard() loop
		call ph_support.replace_function(schema, guard.name, '', format(
			'() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L',
			ph_support.in_schema(guard.body, schema)), guard.description);
		execute format('revoke all on function %I.%I() from public', schema, guard.name);
		execute ph_support.in_schema(format('create or replace trigger %I %s execute function {%1$s}()',
			guard.name, guard.fires), schema);
	end loop;
	execute ph_support.in_schema('create or replace trigger keep_record before delete or truncate on {person_request}
		for each statement execute function {keep_record}()', schema);
	call ph_support.keep_alone(schema, format('%I.person_request', schema), 'delete');
end
$$;
comment on procedure ph_support.create_request_guards(text) is
	'makes the triggers of ph_support.request_guard(), and the one by which requests go only in a removal';

create function ph_support.request_in_force(request text) returns text
language sql immutable parallel safe
return format('(%1$s.answered is null or %1$s.outcome in (''upheld'', ''partly_upheld''))', request);
comment on function ph_support.request_in_force(text) is
	'the condition that a request, by the name of its row, is in force: open, or upheld at least in part';

-- ---- the groups that are asked for ----

create function ph_support.group_query(groups regclass) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	lacking text;
	twice boolean;
begin
	if groups is null then
		return 'select null::text as person_id, null::text as group_name where false';
	end if;
	select string_agg(c, ', ')
	into lacking
	from unnest('{person_id,group_name}'::text[]) c
	where not exists (
		select from pg_attribute where attrelid = groups and attname = c and attnum > 0 and not attisdropped);
	if lacking is not null then
		raise exception 'argument "groups" must be a relation with person_id and group_name'
			using errcode = 'undefined_column', detail = 'Missing: ' || lacking;
	end if;
	execute format('select exists (select from %s group by person_id having count(*) > 1)', groups) into twice;
	if twice then
		raise exception 'argument "groups" must have a person once'
			using errcode = 'cardinality_violation', hint = 'Else the groups would not add up to the whole.';
	end if;
	return format('select person_id::text as person_id, group_name::text as group_name from %s', groups);
end
$$;
comment on function ph_support.group_query(regclass) is
	'the query of the groups that people are in, a row a person: person_id, group_name; no rows where none are given. '
	'Errors: undefined_column, cardinality_violation where a person is in it twice';

-- ---- what was decided ----

create function ph_support.listed_query() returns text
language sql immutable parallel safe
return format($query$
	select s.person_id, s.run
	from (
		select person_id, run
		from {person_score}
		where tier = 1
		union
		select o.person_id, l.run
		from {opened_person} o
		join {list_opening} using (opening)
		join {person_list} l using (list)
		where l.run is not null
	) s
	where not exists (
		select
		from {person_request} r
		where r.person_id = s.person_id and r.kind in ('objection', 'restriction') and %s
			and (r.about = 'all' or r.about in (select l.list from {person_list} l where l.run = s.run)))$query$,
	ph_support.request_in_force('r'));
comment on function ph_support.listed_query() is
	'the query of the people whom runs list: of tier 1, or shown on a list made of the run, without an objection or '
	'restriction to these lists in force; person_id, run';

create function ph.decision_review(
	schema text, run text default null, groups regclass default null,
	out decided_by text, out group_name text, out decisions bigint, out offers bigint, out no_offers bigint,
	out referrals bigint, out unchanged bigint, out share_unchanged float8, out lower float8, out upper float8,
	out listed bigint, out listed_without_decision bigint, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_accountability_tables(schema);
	if run is not null then
		perform ph_support.require_run(schema, run);
	end if;
	return query execute ph_support.in_schema(format($query$
		with in_group as (
			%1$s
		), decided as (
			select d.decided_by, case when $2 then coalesce(g.group_name, 'unknown') end as group_name,
				count(*) as decisions, count(*) filter (where d.decision = 'offer') as offers,
				count(*) filter (where d.decision = 'no_offer') as no_offers,
				count(*) filter (where d.decision = 'refer') as referrals,
				count(*) filter (where not d.human_changed) as unchanged
			from {decision} d
			left join in_group g on g.person_id = d.person_id
			where $1 is null or d.run = $1
			group by 1, 2
		), listed as (
			select l.person_id, l.run, case when $2 then coalesce(g.group_name, 'unknown') end as group_name
			from (%2$s) l
			left join in_group g on g.person_id = l.person_id
			where $1 is null or l.run = $1
		), counted as (
			select null as decided_by, l.group_name, count(*) as listed, count(*) filter (where not exists (
				select from {decision} d where d.person_id = l.person_id and d.run = l.run)) as without_decision
			from listed l
			group by l.group_name
		), g as (
			select decided_by, group_name, decisions, offers, no_offers, referrals, unchanged, 0::bigint as listed,
				0::bigint as without_decision
			from decided
			union all
			select decided_by, group_name, 0, 0, 0, 0, 0, listed, without_decision
			from counted
		), summed as (
			select g.decided_by, g.group_name, grouping(g.decided_by) as of_all,
				ph.count_tally(0, g.unchanged, g.decisions) filter (where g.decisions > 0) as tally,
				coalesce(sum(g.decisions), 0)::bigint as decisions, coalesce(sum(g.offers), 0)::bigint as offers,
				coalesce(sum(g.no_offers), 0)::bigint as no_offers, coalesce(sum(g.referrals), 0)::bigint as referrals,
				coalesce(sum(g.unchanged), 0)::bigint as unchanged, coalesce(sum(g.listed), 0)::bigint as listed,
				coalesce(sum(g.without_decision), 0)::bigint as without_decision
			from g
			group by grouping sets ((), (g.decided_by)), grouping sets ((), (g.group_name))
			having $2 or grouping(g.group_name) = 1
		)
		select s.decided_by, s.group_name, s.decisions, s.offers, s.no_offers, s.referrals, s.unchanged,
			e.value, e.lower, e.upper, case when of_all = 1 then s.listed end,
			case when of_all = 1 then s.without_decision end, e.note
		from summed s
		cross join lateral ph.proportion(s.tally) e
		where s.of_all = 1 or s.decided_by is not null
		order by s.decided_by nulls first, s.group_name nulls first$query$,
		ph_support.group_query(groups), ph_support.listed_query()), schema)
	using run, groups is not null;
end
$$;
comment on function ph.decision_review(text, text, regclass) is
	'what was decided about people, of a run or of all, by who decided (NULL: everybody) and by group of a relation '
	'with person_id and group_name (NULL: all; unknown: who is in none): decisions, of which offers, no_offers and '
	'referrals; how many, and what share with 95 % limits, followed what was proposed unchanged; and, where decided_by '
	'is NULL, how many people a run listed and of how many of them no decision on that run is recorded. Listed is who '
	'is of tier 1 of the run, or was shown on a list that was made of it, and does not object to these lists. A share '
	'near 1 says that people sign what the score says. Errors: undefined_table, invalid_parameter_value for another '
	'run, undefined_column and cardinality_violation for groups without the columns, or with a person twice';

-- ---- what was asked for ----

create function ph.request_review(
	schema text, groups regclass default null, as_of date default current_date,
	out kind text, out group_name text, out requests bigint, out open bigint, out answered bigint,
	out beyond_one_month bigint, out median_days float8, out median_lower float8, out median_upper float8,
	out mean_days float8, out mean_until float8, out upheld bigint, out share_upheld float8, out lower float8,
	out upper float8, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_accountability_tables(schema);
	if as_of is null or not isfinite(as_of) then
		raise exception 'argument "as_of" must be a day'
			using errcode = 'invalid_parameter_value', hint = 'Open requests have waited until then.';
	end if;
	return query execute ph_support.in_schema(format($query$
		with in_group as (
			%1$s
		), g as (
			select r.kind, case when $2 then coalesce(i.group_name, 'unknown') end as group_name,
				e.ended is null as open, e.ended is not null and r.outcome <> 'withdrawn' as answered,
				e.ended is not null and r.outcome in ('upheld', 'partly_upheld') as upheld,
				coalesce(e.ended, $1) - r.received as days,
				coalesce(e.ended, $1) > (r.received + interval '1 month')::date as late
			from {person_request} r
			left join in_group i on i.person_id = r.person_id
			cross join lateral (
				select case when r.answered <= $1 then r.answered end) e (ended)
			where r.received <= $1
		), summed as (
			select g.kind, g.group_name, count(*) as requests, count(*) filter (where open) as open,
				count(*) filter (where answered) as answered, count(*) filter (where late) as late,
				ph.person_tally(days, answered) as waits, max(days)::float8 as longest,
				count(*) filter (where upheld) as upheld,
				ph.count_tally(0, upheld::integer, 1) filter (where answered) as answers
			from g
			group by grouping sets ((), (g.kind)), grouping sets ((), (g.group_name))
			having $2 or grouping(g.group_name) = 1
		)
		select s.kind, s.group_name, s.requests, s.open, s.answered, s.late, m.value, m.lower, m.upper, a.value,
			s.longest, s.upheld, p.value, p.lower, p.upper, nullif(concat_ws(', ', m.note, nullif(p.note, m.note)), '')
		from summed s
		cross join lateral ph.median_survival(s.waits) m
		cross join lateral (
			select (case when s.longest > 0 then ph.restricted_mean(s.waits, s.longest) end).value) a
		cross join lateral ph.proportion(s.answers) p
		order by s.kind nulls first, s.group_name nulls first$query$,
		ph_support.group_query(groups)), schema)
	using as_of, groups is not null;
end
$$;
comment on function ph.request_review(text, regclass, date) is
	'what people asked for until a day, by kind (NULL: all) and by group of a relation with person_id and group_name '
	'(NULL: all; unknown: who is in none): requests, how many are open, how many answered, how many waited longer '
	'than the month of the UK GDPR (article 12(3)); the days to the answer, with what is open or was withdrawn '
	'counted as waiting until then (Kaplan and Meier): the median with 95 % limits and the mean of mean_until days; '
	'and what share of the answers upheld the request, at least in part, with 95 % limits. Where a group waits '
	'longer, or is upheld more often, look at what is done to it. Errors: undefined_table, invalid_parameter_value, '
	'undefined_column, cardinality_violation';
