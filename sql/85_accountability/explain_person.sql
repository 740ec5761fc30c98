
-- ---- what was done about a person, in words to that person ----

create function ph_support.day_in_words(day date) returns text
language sql immutable parallel safe
return extract(day from day) || ' '
	|| ('{January,February,March,April,May,June,July,August,September,October,November,December}'::text[])[
		extract(month from day)::integer]
	|| ' ' || extract(year from day);
comment on function ph_support.day_in_words(date) is 'a day as letters write it, in English whatever the settings';

create function ph_support.input_words(schema text, inputs text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer text[];
begin
	execute format(
		'select array(
			select coalesce(w.words, replace(i.input, ''_'', '' ''))
			from unnest($1) with ordinality i (input, place)
			left join %I.input_in_words w on w.input = i.input
			order by i.place)', schema)
	into answer
	using inputs;
	return answer;
end
$$;
comment on function ph_support.input_words(text, text[]) is
	'inputs as they are said to people: by input_in_words, or their names with blanks';

create function ph_support.segment_view(schema text) returns setof regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.oid::regclass
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attname in (
		'person_id', 'scheme', 'version', 'path', 'flags', 'matched', 'because', 'unknown')
	where c.relnamespace = to_regnamespace(quote_ident(schema)) and c.relkind = 'v'
	group by c.oid
	having count(*) = 8
	order by c.oid::regclass::text collate "C"
$$;
comment on function ph_support.segment_view(text) is 'the segment views of a schema';

create function ph_support.person_segment(schema text, person text) returns setof jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	segments regclass;
	schemes text[] := '{}';
	part jsonb;
begin
	for segments in select * from ph_support.segment_view(schema) loop
		for part in execute format(
			'select jsonb_build_object(''scheme'', scheme, ''version'', version, ''path'', path, ''matched'', matched,
				''flags'', flags, ''unknown'', unknown)
			from %s
			where person_id::text = $1', segments)
		using person
		loop
			schemes := schemes || (part ->> 'scheme');
			return next part;
		end loop;
	end loop;
	if to_regclass(format('%I.segment_history', schema)) is not null then
		return query execute format(
			'select jsonb_build_object(''scheme'', scheme, ''version'', version, ''path'', array[segment],
				''matched'', coalesce(matched, ''{}''), ''flags'', ''{}''::text[], ''unknown'', ''{}''::text[],
				''state'', rank is null, ''since'', start_date)
			from %I.segment_history
			where person_id = $1 and end_date is null and scheme <> all ($2)
			order by scheme', schema)
		using person, schemes;
	end if;
end
$$;
comment on function ph_support.person_segment(text, text) is
	'the segments of a person by the segment views of the schema, and by segment_history of schemes that no view tells '
	'of, a value each: scheme, version, path, matched, flags, unknown, and of the history since and state (has died, '
	'moved or the like)';

create function ph_support.explain_segments(schema text, person text, untold text[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	s record;
	hidden text[];
	because text[];
begin
	for s in
		select p.*
		from ph_support.person_segment(schema, person) value,
			jsonb_to_record(value) p (
				scheme text, version text, path text[], matched text[], flags text[], unknown text[], state boolean,
				since date)
	loop
		select
			case
				when bool_and(not told) then null
				else coalesce(array_agg(says order by place) filter (where told), '{}') end,
			array(
				select m.segment
				from ph_support.matched_rule(schema, s.scheme, s.version, s.matched, untold) m
				group by m.segment
				having not bool_or(m.told))
		into because, hidden
		from ph_support.matched_rule(schema, s.scheme, s.version, s.matched, untold);
		-- a group that only what is not told leads to would tell it
		continue when s.path && hidden or array_position(hidden, null) is not null;
		if s.state then
			return next format('By the rules "%s" you are recorded as: %s, since %s.', s.scheme, s.path[1],
				ph_support.day_in_words(s.since));
			continue;
		end if;
		return query select ph_support.segment_in_words(s.path, because,
			array(select f from unnest(s.flags) f where f <> all (hidden)),
			ph_support.input_words(schema, ph_support.told(s.unknown, untold)), s.scheme, s.version);
		if s.since is not null then
			return next format('You have been in this group since %s.', ph_support.day_in_words(s.since));
		end if;
	end loop;
end
$$;
comment on function ph_support.explain_segments(text, text, text[]) is
	'why a person is in the segments that the schema tells of; nothing of a segment or flag to which a rule led that '
	'reads what is not told';

create function ph_support.reasons_in_words(schema text, model jsonb, inputs jsonb, untold text[], sign integer)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select string_agg(
		(ph_support.input_words(schema, array[term]))[1] || case
			when value in (0, 1) then ''
			else format(' (%s)', trim_scale(round(value::numeric, 2))) end,
		', ' order by place)
	from (
		select term, value, row_number() over (order by abs(contribution) desc, term collate "C") as place
		from ph.explain_score_by_name(jsonb_populate_record(null::ph.model, model), inputs)
		where term <> '(intercept)' and sign(contribution) = reasons_in_words.sign
			and not ph_support.is_untold(term, untold)
	) reason
	where place <= 3
$$;
comment on function ph_support.reasons_in_words(text, jsonb, jsonb, text[], integer) is
	'the three terms of a model that raised (sign 1) or lowered (sign -1) a score most, in words, with their values';

create function ph_support.explain_score(schema text, run jsonb, score jsonb, tiers integer, untold text[])
returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
set intervalstyle = 'postgres'
as $$
declare
	r record;
	s record;
	outcome text;
	words text;
begin
	select *
	into r
	from jsonb_to_record(run) r (
		score text, version text, kind text, purpose text, as_of date, predicts text, horizon interval, model jsonb,
		source text, inputs text[]);
	select *
	into s
	from jsonb_to_record(score) s (
		value float8, band text, tier integer, status text, missing_inputs text[], inputs jsonb);
	outcome := r.predicts || coalesce(' (over ' || r.horizon || ')', '');
	return next format('The score "%s", version %s, %s, was worked out about you from what was known on %s, for: %s.',
		r.score, r.version,
		case r.kind
			when 'model' then 'a statistical model'
			when 'instrument' then 'a published way to count points'
			else 'a product of others' end,
		ph_support.day_in_words(r.as_of), (select p.description from ph.purpose() p where p.purpose = r.purpose));
	if s.value is null then
		return next 'It could not be worked out for you.';
	elsif r.model ->> 'family' in ('logistic', 'cox') and outcome <> '' then
		return next format('Of 1,000 people with records like yours it expects %s to have: %s.',
			coalesce(nullif(round(1000 * s.value::numeric)::text, '0'), 'fewer than 1'), outcome);
	else
		return next format('Its value is %s%s%s.', trim_scale(round(s.value::numeric, 4)),
			coalesce(', ' || s.band, ''), coalesce('; it tells of: ' || nullif(outcome, ''), ''));
	end if;
	if s.tier is not null then
		return next format('That is tier %s of %s, where 1 is the highest.', s.tier, tiers);
	end if;
	if r.model is not null and s.inputs is not null then
		words := ph_support.reasons_in_words(schema, r.model, s.inputs, untold, 1);
		if words is not null then
			return next format('What raised it most: %s.', words);
		end if;
		words := ph_support.reasons_in_words(schema, r.model, s.inputs, untold, -1);
		if words is not null then
			return next format('What lowered it most: %s.', words);
		end if;
	elsif ph_support.told(r.inputs, untold) <> '{}' then
		return next format('It was worked out from: %s.',
			array_to_string(ph_support.input_words(schema, ph_support.told(r.inputs, untold)), ', '));
	end if;
	if ph_support.told(s.missing_inputs, untold) <> '{}' then
		return next format('Not known of you: %s. If you can tell us, please do, since the score could change.',
			array_to_string(ph_support.input_words(schema, ph_support.told(s.missing_inputs, untold)), ', '));
	end if;
end
$$;
comment on function ph_support.explain_score(text, jsonb, jsonb, integer, text[]) is
	'a row of score_run and one of person_score in words: what the score is, what it says, what raised and lowered it, '
	'what was not known';

create function ph_support.explain_scores(schema text, person text, untold text[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.in_schema($query$
		select ph_support.explain_score($1, to_jsonb(r), to_jsonb(s), (
			select max(o.tier) from {person_score} o where o.run = r.run), $3)
		from (
			select distinct on (n.score) n.*
			from {score_run} n
			join {person_score} p using (run)
			where p.person_id = $2
			order by n.score, n.as_of desc, n.recorded_at desc
		) r
		join {person_score} s on s.run = r.run and s.person_id = $2
		order by r.score$query$, schema)
	using schema, person, untold;
end
$$;
comment on function ph_support.explain_scores(text, text, text[]) is
	'of each score the last run that knows the person, in words';

create function ph_support.told_decision_query() returns text
language sql immutable parallel safe
return 'select * from {decision} where person_id = $1 and not ($2 and not_for_post)';
comment on function ph_support.told_decision_query() is
	'the query of the decisions about a person ($1) that are told, for post ($2) or not';

create function ph_support.told_request_query() returns text
language sql immutable parallel safe
return format('select r.*
	from {person_request} r
	where person_id = $1 and not (r.kind = ''correction'' and ph_support.is_untold(r.about, $3))
		and not (r.kind = ''review'' and r.about in (
			select decision_id::text
			from {decision} d
			where d.person_id = $1 and decision_id not in (select t.decision_id from (%s) t)))',
	ph_support.told_decision_query());
comment on function ph_support.told_request_query() is
	'the query of the requests of a person ($1) that are told, for post ($2) or not: of no input that is untold ($3), '
	'and of no decision that is';

create function ph_support.explain_decisions(schema text, person text, for_post boolean) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.in_schema(format($query$
		select format('On %%s %%s decided about "%%s": %%s. The reason: %%s.%%s',
			ph_support.day_in_words(d.decided_on), d.decided_by, d.offer,
			case d.decision when 'offer' then 'to offer it to you' when 'refer' then 'to refer you' else
				'not to offer it to you' end,
			d.reason,
			case
				when d.run is null then ''
				when d.human_changed then ' They departed from what was proposed.'
				else ' They followed what was proposed.' end)
		from (%s) d
		order by d.decided_on, d.decision_id$query$, ph_support.told_decision_query()), schema)
	using person, for_post;
end
$$;
comment on function ph_support.explain_decisions(text, text, boolean) is 'who decided what about a person, and why';

create function ph_support.explain_offers(schema text, person text, untold text[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.offer', schema)) is null or to_regclass(format('%I.intervention', schema)) is null then
		return;
	end if;
	-- help for which only what is not told says whom it is for would tell it
	return query execute ph_support.in_schema($query$
		select concat_ws(' ',
			format('On %s you were found to be somebody whom this is for: %s%s.',
				ph_support.day_in_words(o.identified_on), coalesce(i.name, o.intervention),
				', of ' || coalesce(p.name, p.partner)),
			'It was offered to you on ' || ph_support.day_in_words(o.offered_on) || '.',
			case o.answer when 'accepted' then 'You said yes' when 'declined' then 'You said no'
				when 'no_answer' then 'There was no answer' end
				|| coalesce(' on ' || ph_support.day_in_words(o.answered_on), '') || '.',
			'It began on ' || ph_support.day_in_words(o.started_on) || '.',
			'It was completed on ' || ph_support.day_in_words(o.completed_on) || '.',
			'It ended on ' || ph_support.day_in_words(o.ended_on)
				|| coalesce(': ' || replace(o.ended_because, '_', ' '), '') || '.')
		from {offer} o
		left join {intervention} i on i.intervention = o.intervention and i.version = o.version
		left join {partner} p on p.partner = i.partner
		where o.person_id::text = $2 and not exists (
			select
			from ph_support.intervention_in_use($1) u, unnest(u.inputs) input
			where u.intervention = o.intervention and ph_support.is_untold(input, $3))
		order by o.identified_on, o.intervention$query$, schema)
	using schema, person, untold;
end
$$;
comment on function ph_support.explain_offers(text, text, text[]) is
	'what was offered to a person and what became of it; nothing of help whose rule reads what is not told';

create function ph_support.explain_alarm(schema text, person text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_generated('pg_class', to_regclass(format('%I.wobble', schema))) then
		return query execute ph_support.in_schema($query$
			select format('On %s it was noticed that you have been in contact with services oftener than is usual for '
					'you, since %s: %s. It is a reason to ask how you are, and no more.',
				ph_support.day_in_words(w.alarm_date), ph_support.day_in_words(w.since), w.why)
			from {wobble} w
			where w.person_id = $1 and w.status = 'alarm'$query$, schema)
		using person;
	end if;
end
$$;
comment on function ph_support.explain_alarm(text, text) is
	'whether this week''s list of wobble points names a person, and why; never in letters, since it tells of services '
	'and life events';

create function ph_support.explain_requests(schema text, person text, for_post boolean, untold text[])
returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.in_schema(format($query$
		select format('On %%s you %%s. %%s', ph_support.day_in_words(r.received),
			case r.kind
				when 'correction' then
					format('said that this is not right in your record: %%s',
						(ph_support.input_words($4, array[r.about]))[1])
				when 'review' then
					coalesce(
						(
							select format('asked for a review of the decision of %%s about "%%s"',
								ph_support.day_in_words(d.decided_on), d.offer)
							from {decision} d
							where d.person_id = r.person_id and d.decision_id::text = r.about),
						format('asked for a review of the score of the run "%%s"', r.about))
				else
					format('asked %%s: %%s',
						case r.kind
							when 'objection' then 'not to be on'
							else 'that your record not be used, for now, for' end,
						case
							when r.about = 'all' then 'all lists'
							else (select l.description from {person_list} l where l.list = r.about) end) end,
			concat_ws(' ',
				case r.outcome
					when 'upheld' then format('On %%s we agreed.', ph_support.day_in_words(r.answered))
					when 'partly_upheld' then format('On %%s we agreed in part.', ph_support.day_in_words(r.answered))
					when 'refused' then format('On %%s we did not agree.', ph_support.day_in_words(r.answered))
					when 'withdrawn' then format('On %%s you took it back.', ph_support.day_in_words(r.answered))
					else 'That is not answered yet.' end,
				case
					when r.corrected is not null
						then format('The record was corrected on %%s.', ph_support.day_in_words(r.corrected))
					when %s and r.kind = 'correction' then 'Until the record is corrected no rule counts it.'
					when %1$s and r.kind <> 'review' then 'You are not shown on it.' end))
		from (%s) r
		order by r.received, r.request_id$query$, ph_support.request_in_force('r'), ph_support.told_request_query()),
		schema)
	using person, for_post, untold, schema;
end
$$;
comment on function ph_support.explain_requests(text, text, boolean, text[]) is
	'what a person asked for, and what came of it';

create function ph_support.require_whole_person(schema text, person text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	queries text[];
begin
	perform ph_support.require_person(schema, person);
	queries := array(select format('select from %s', t.target) from ph_support.table_of_person(schema) t);
	perform ph_support.require_all_rows(queries);
end
$$;
comment on function ph_support.require_whole_person(text, text) is
	'does nothing where the schema has the person and the caller sees all rows of all tables with person_id. '
	'Errors: undefined_table, no_data_found, insufficient_privilege';

create function ph.explain_person(
	schema text, person text, for_post boolean default false, out ordinal bigint, out section text, out words text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	untold text[];
begin
	perform ph_support.require_whole_person(schema, person);
	for_post := coalesce(for_post, true);
	untold := ph_support.untold_input(schema, for_post, '{law,sensitive,third_party}');
	return query
		select row_number() over (order by said.part, said.place), said.section, said.words
		from (
			select 1, 'segment', *
			from ph_support.explain_segments(schema, person, untold) with ordinality
			union all
			select 2, 'score', *
			from ph_support.explain_scores(schema, person, untold) with ordinality
			union all
			select 3, 'decision', *
			from ph_support.explain_decisions(schema, person, for_post) with ordinality
			union all
			select 4, 'offer', *
			from ph_support.explain_offers(schema, person, untold) with ordinality
			union all
			select 5, 'alarm', *
			from ph_support.explain_alarm(schema, person) with ordinality
			where not for_post
			union all
			select 6, 'request', *
			from ph_support.explain_requests(schema, person, for_post, untold) with ordinality
			union all
			select 7, 'rights', 'This may not be all that is recorded about you. You can ask to see your record, to '
				'have it corrected, to be on no list, and to have a person look at a decision again.', 1
		) said (part, section, words, place)
		order by 1;
end
$$;
comment on function ph.explain_person(text, text, boolean) is
	'what the schema''s segments, scores and decisions say of a person, in plain words to that person, a row a '
	'sentence in order: why the segment (segment views, and segment_history of other schemes), what the last run of '
	'each score says, what raised and lowered it most and what is not known, who decided what and why, what help was '
	'offered and what became of it, whether the view wobble names them this week, and what the person asked for. '
	'for_post is for letters, which others in the house may open: without alarms, and inputs and decisions that are '
	'marked not_for_post. Never told, in letters or not, is what comes '
	'from codes of restricted_code that direct care may not see, and a group or help that only such a rule gives. '
	'Nothing says that something was left out: the last sentence is always there. For who sees all rows. Errors: '
	'undefined_table without tables of accountability, '
	'no_data_found for a person nobody knows, insufficient_privilege where row security hides rows';
