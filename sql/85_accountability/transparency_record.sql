
-- ---- the algorithmic transparency record of a score ----

create function ph_support.transparency_field(
	out section text, out item text, out detail text, out needs text[], out query text)
returns setof record
language sql immutable
begin atomic
	values
		('overview', 'name', null, '{score_run}'::text[],
		 $query$
			select v.*
			from {score_run} r
			left join ph.instruments() i on r.kind = 'instrument' and i.instrument = r.score
			cross join lateral (values
				('name', null, r.score), ('version', null, r.version),
				('description', null, coalesce(i.purpose, r.predicts))) v
			where r.run = $2[3]
		 $query$),
		('overview', 'website and contact', null, '{}', null),
		('owner and responsibility', 'organisation and team', null, '{}', null),
		('owner and responsibility', 'senior responsible owner', null, '{}', null),
		('owner and responsibility', 'who recorded the run', null, '{score_run}',
		 $query$
			select v.*
			from {score_run} r
			left join ph.instruments() i on r.kind = 'instrument' and i.instrument = r.score
			cross join lateral (values
				('who recorded the run', null, r.recorded_by),
				('who made it', r.kind, coalesce(r.source, i.source)),
				('licence', null, coalesce(r.licence, i.licence))) v
			where r.run = $2[3]
		 $query$),
		('description and rationale', 'scope', null, '{score_run}',
		 $query$
			select v.*
			from {score_run} r
			left join ph.instruments() i on r.kind = 'instrument' and i.instrument = r.score
			join ph.purpose() p on p.purpose = r.purpose
			cross join lateral (values
				('purpose', r.purpose, p.description),
				('scope', 'population in which it was validated',
				 i.population || ', from ' || i.age_from || coalesce(' to ' || i.age_to, '') || ' years'),
				('scope', 'names a person for care', i.names_a_person::text)) v
			where r.run = $2[3]
		 $query$),
		('description and rationale', 'benefits', null, '{}', null),
		('description and rationale', 'alternatives considered', null, '{}', null),
		('decision-making process', 'process integration', 'lists that come from its runs', '{score_run,person_list}',
		 $query$
			select 'process integration', l.list, l.description
			from {score_run} r
			join {person_list} l using (run)
			where (r.score, r.version) = ($2[1], $2[2])
		 $query$),
		('decision-making process', 'frequency and scale', null, '{score_run}',
		 $query$
			select 'frequency and scale', v.*
			from {score_run} r
			cross join lateral (
				select count(*), min(a.as_of)
				from {score_run} a
				where (a.score, a.version) = (r.score, r.version)) every (runs, first_day)
			cross join lateral (values
				('runs', every.runs::text), ('first as of', every.first_day::text), ('last as of', r.as_of::text),
				('people of the last run', r.people::text), ('scored', r.scored::text),
				('left out, not to be used for the purpose', r.left_out::text)) v
			where r.run = $2[3]
		 $query$),
		('decision-making process', 'human decisions and review', null, '{score_run,decision}',
		 $query$
			select 'human decisions and review', v.*
			from (
				select count(*), count(*) filter (where d.decision = 'offer'),
					count(*) filter (where d.decision = 'no_offer'), count(*) filter (where d.decision = 'refer'),
					count(distinct d.decided_by), avg(d.human_changed::integer)
				from {decision} d
				join {score_run} r using (run)
				where (r.score, r.version) = ($2[1], $2[2])
				having count(*) > 0) d (decisions, offer, no_offer, refer, deciders, changed)
			cross join lateral (values
				('decisions', d.decisions::text), ('offer', d.offer::text), ('no_offer', d.no_offer::text),
				('refer', d.refer::text), ('who decided', d.deciders::text),
				('share changed by who decided', round(d.changed, 3)::text)) v
		 $query$),
		('decision-making process', 'required training', null, '{}', null),
		('decision-making process', 'appeals and review', null, '{score_run,person_list,person_request}',
		 $query$
			select 'appeals and review', v.*
			from (
				select count(*) filter (where q.kind in ('objection', 'restriction')),
					count(*) filter (where q.kind = 'review'), count(*) filter (where q.answered is null),
					count(*) filter (where q.outcome in ('upheld', 'partly_upheld'))
				from {person_request} q
				where q.kind = 'review' and exists (
						select
						from {score_run} r
						where r.run = q.about and (r.score, r.version) = ($2[1], $2[2]))
					or q.kind in ('objection', 'restriction') and (q.about = 'all' or exists (
						select
						from {person_list} l
						join {score_run} r using (run)
						where l.list = q.about and (r.score, r.version) = ($2[1], $2[2])))
				) q (objections, reviews, open, upheld)
			cross join lateral (values
				('objections and restrictions', q.objections::text), ('reviews', q.reviews::text),
				('open', q.open::text), ('upheld', q.upheld::text)) v
		 $query$),
		('tool specification', 'model', null, '{score_run}',
		 $query$
			select v.*
			from {score_run} r
			left join ph.instruments() i on r.kind = 'instrument' and i.instrument = r.score
			cross join lateral (values
				('model', 'kind', concat_ws(', ', r.kind, r.model ->> 'family')),
				('model', 'output', r.predicts), ('model', 'horizon', r.horizon::text),
				('model', 'tiers', concat_ws(' ', r.tiering, r.cuts::text)), ('model', 'content hash', r.content_hash),
				('inputs', 'names', nullif(array_to_string(r.inputs, ', '), '')),
				('inputs', 'how old they may be', i.inputs_no_older_than::text)) v
			where r.run = $2[3]
		 $query$),
		('tool specification', 'model performance', 'last judgement of one of its runs', '{score_run,run_judgement}',
		 -- the outcomes of the last run have seldom arrived
		 $query$
			with judged as (
				select j.*, max(j.judged_at) over () as last
				from {run_judgement} j
				join {score_run} r using (run)
				where (r.score, r.version) = ($2[1], $2[2])
			)
			select distinct 'model performance', v.*
			from judged j
			cross join lateral (values
				('run', j.run), ('outcome', j.outcome), ('judged at', j.judged_at::text),
				(concat_ws(' ', j.statistic, 'at ' || j.threshold),
				 coalesce(round(j.value::numeric, 3) || coalesce(' (' || round(j.lower::numeric, 3)
					|| ' to ' || round(j.upper::numeric, 3) || ')', ''), j.note) || format(', %s people', j.people))) v
			where j.judged_at = j.last
		 $query$),
		('tool specification', 'performance by group', 'last report by group of one of its runs',
		 '{score_run,run_group}',
		 $query$
			with judged as (
				select g.*, max(g.judged_at) over () as last
				from {run_group} g
				join {score_run} r using (run)
				where (r.score, r.version) = ($2[1], $2[2])
			)
			select 'performance by group', g.dimension || ': ' || g.group_name,
				format('%s, %s people, %s listed', coalesce(g.verdict, 'too few to say'), g.people, g.listed)
			from judged g
			where g.judged_at = g.last
		 $query$),
		('data', 'source data', null, '{score_run}',
		 $query$
			select v.*
			from {score_run} r
			cross join lateral (values
				('source data', 'last day', r.data_day::text), ('source data', 'stamp', r.data_stamp)) v
			where r.run = $2[3]
		 $query$),
		('data', 'completeness', 'people of the run with an input that is not known', '{person_score}',
		 $query$
			select 'completeness', 'people with an input that is not known',
				format('%s of %s', count(*) filter (where s.missing_inputs <> '{}'), count(*))
			from {person_score} s
			where s.run = $2[3]
		 $query$),
		('data', 'sensitive attributes', 'protected characteristics among its inputs', '{score_run,justification}',
		 $query$
			select 'sensitive attributes', format('%s: %s', p.characteristic, array_to_string(p.inputs, ', ')),
				j.justification
			from {score_run} r
			cross join lateral ph_support.protected_inputs(ph_support.run_inputs(r.kind, r.score, r.inputs)) p
			left join {justification} j on j.kind <> 'scheme'
				and (j.name, j.version, j.characteristic) = (r.score, r.version, p.characteristic)
			where r.run = $2[3]
		 $query$),
		('risks, mitigations and impact assessments', 'what its outcome is', null, '{score_run}',
		 $query$
			select 'what its outcome is', 'health, use of services, or cost', r.label_kind
			from {score_run} r
			where r.run = $2[3]
		 $query$),
		('risks, mitigations and impact assessments', 'impact assessments', null, '{}', null);
end;
comment on function ph_support.transparency_field() is
	'the fields of the algorithmic transparency record as ph_support.processing_part(): $1 is the schema, $2 score, '
	'version and last run. Sections and fields follow the Algorithmic Transparency Recording Standard of the UK '
	'government, version 2.1 of 2021 and later; their numbers, which versions change, are left out';

create function ph_support.last_run(schema text, inout score text, out version text, out run text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format('select distinct on (score, version) score, version, run
		from %I.score_run
		where coalesce(score = $1, true)
		order by score, version, as_of desc, recorded_at desc', schema)
	using last_run.score;
end
$$;
comment on function ph_support.last_run(text, text) is
	'the last run of every version of a score; of all scores where it is NULL';

create function ph.transparency_record(
	schema text, inout score text default null, out version text, out section text, out field text,
	out detail text, out value text, out is_stated boolean)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_accountability_tables(schema);
	return query
		select r.score, r.version, p.section, f.*
		from ph_support.last_run(schema, score) r
		cross join ph_support.transparency_field() with ordinality p (section, item, detail, needs, query, place)
		cross join lateral ph_support.filled_part(
			schema, p.item, p.detail, p.needs, p.query, array[r.score, r.version, r.run]) f
		order by r.score, r.version, p.place, f.item, f.detail, f.value;
	if score is not null and not found then
		raise exception 'argument "score" must be a score of which there is a run'
			using errcode = 'undefined_object', hint = format('SELECT score FROM %I.score_run lists them.', schema);
	end if;
end
$$;
comment on function ph.transparency_record(text, text) is
	'the algorithmic transparency record of every version of a score (NULL: of all), from its last run: the model, '
	'instrument or product and its version, section and field of the Algorithmic Transparency Recording '
	'Standard of the UK government (2021 and later), detail, value, and is_stated, false where value is "not stated": '
	'nothing stores it, its table is missing, or the current role does not see all rows of it. '
	'Counts of decisions and requests may be small: let a rule of ph.publish see them before the record leaves. '
	'Errors: undefined_table without tables of accountability, undefined_object for a score without a run';
