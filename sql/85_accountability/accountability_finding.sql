
-- ---- what is wrong with scores that are used on people ----

create function ph_support.accountability_check(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable
begin atomic
	values
		('characteristic_unjustified', 'medium', 'justification',
		 'a scheme or score in use reads a protected characteristic, and nobody has written down why',
		 $query$
			select format('%s %s %s: %s (%s)', u.kind, u.name, u.version, u.characteristic,
					array_to_string(u.inputs, ', ')),
				format('insert into %I.justification values (%L, %L, %L, %L, ''...'', ''...'', current_date)', $1,
					u.kind, u.name, u.version, u.characteristic)
			from ph_support.justified_use($1) u
			where u.justification is null
		 $query$),
		('outcome_not_need', 'medium', 'justification',
		 'the outcome of a score in use is cost or use of services, which follow access to care as well as need',
		 $query$
			select distinct format('%s %s: %s', r.score, r.version, r.label_kind),
				format('insert into %I.justification values (%L, %L, %L, ''outcome'', ''...'', ''...'', current_date)',
					$1, r.kind, r.score, r.version)
			from ph_support.run_in_use($1) r
			where r.label_kind in ('cost', 'use') and not exists (
				select
				from {justification} j
				where (j.kind, j.name, j.version, j.characteristic) = (r.kind, r.score, r.version, 'outcome'))
		 $query$),
		('outcome_not_stated', 'low', 'score_run',
		 'nobody has said whether the outcome of a score in use is health, use of services or cost',
		 $query$
			select distinct format('%s %s', r.score, r.version),
				format('call ph.record_scores(%L, ..., label_kind => ...) the next time', $1)
			from ph_support.run_in_use($1) r
			where r.label_kind is null
		 $query$),
		('list_unopened', 'high', 'person_list', 'people of lists, scores or decisions are read without opening a list',
		 $query$
			select distinct format('%s: %s', c.oid::regclass, g.name),
				format('revoke all on %s from %s', c.oid::regclass, g.name)
			from (
				select relation from {person_list}
				union
				select unnest('{person_score,opened_person,decision}'::text[])
			) r
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, r.relation))
			cross join lateral ph_support.grants_on(c.oid) g
			where g.privilege = 'SELECT'
		 $query$),
		('row_for_its_writer_alone', 'information', 'contact',
		 'contacts name no purpose: only the partner who wrote them sees them',
		 $query$
			select distinct coalesce(c.partner, 'no partner'),
				format('update %I.contact set purposes = ... where %s', $1,
					coalesce('partner = ' || quote_literal(c.partner), 'partner is null'))
			from {contact} c
			where coalesce(c.purposes, '{}') = '{}'
		 $query$),
		('list_without_view', 'low', 'person_list', 'the view beneath the list is no more',
		 $query$
			select l.list, format('delete from %I.person_list where list = %L', $1, l.list)
			from {person_list} l
			where to_regclass(format('%I.%I', $1, l.relation)) is null
		 $query$),
		('trigger_off', 'high', 'score_run', 'the trigger that guards the table is off or missing',
		 $query$
			select format('%s: %s', c.oid::regclass, g.name), case
				when t.oid is null then format('call ph.create_accountability_tables(%L)', $1)
				else format('alter table %s enable trigger %s', c.oid::regclass, g.name) end
			from (
				select relation, 'keep_record'
				from ph_support.accountability_table()
				where is_kept
				union all
				select relation, 'keep_alone'
				from ph_support.accountability_table()
				where is_kept
				union all
				values ('person_score', 'keep_run'), ('person_request', 'keep_record'),
					('person_request', 'keep_alone')
				union all
				select relation, name
				from ph_support.request_guard()
			) g (relation, name)
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, g.relation))
			left join pg_trigger t on t.tgrelid = c.oid and t.tgname = g.name
			where t.oid is null or t.tgenabled not in ('O', 'A')
		 $query$),
		('run_not_judged_by_group', 'medium', 'run_group',
		 'a run is in use, and nobody has looked whom its score serves less than they need',
		 $query$
			select u.run, case
				when u.outcome_is_over is null then format('call ph.record_scores(%L, ..., horizon => ''1 year'')', $1)
				else format('call ph.judge_run(%L, %L, ...)', $1, u.run) end
			from ph_support.run_in_use($1) r, lateral (
				select r.run, r.score, r.version, ph_support.outcome_is_over($1, r.run) as outcome_is_over) u
			where not exists (select from {run_group} g where g.run = u.run)
				-- while its own outcomes have not arrived, an earlier run of the version speaks for it
				and (u.outcome_is_over is not false or not exists (
					select
					from {run_group} g
					join {score_run} r using (run)
					where r.score = u.score and r.version = u.version))
		 $query$),
		('request_unanswered', 'medium', 'person_request',
		 'somebody has waited for an answer for more than a month',
		 $query$
			select format('request %s: %s', r.request_id, r.kind), format(
				'update %I.person_request set answered = current_date, outcome = ... where request_id = %s', $1,
				r.request_id)
			from {person_request} r
			where r.answered is null and r.received + interval '1 month' < current_date
		 $query$),
		('record_not_corrected', 'medium', 'person_request',
		 'a correction was upheld more than a month ago, and nobody has said that the source has made it',
		 $query$
			select format('request %s: %s', r.request_id, r.about), format(
				'update %I.person_request set corrected = ... where request_id = %s', $1, r.request_id)
			from {person_request} r
			where r.kind = 'correction' and r.outcome in ('upheld', 'partly_upheld') and r.corrected is null
				and r.answered + interval '1 month' < current_date
		 $query$),
		('group_under_served', 'high', 'run_group',
		 'people of a group need more than others of the same score: a list by this score passes them over',
		 $query$
			select format('%s: %s %s', g.run, g.dimension, g.group_name),
				'offer by need in this group beside the score, and fit it to an outcome that is need and not use of '
				'services; do not recalibrate by group; then a new run, and ph.judge_run'
			from {run_group} g
			join ph_support.run_in_use($1) u using (run)
			where g.verdict = 'under_served' and g.judged_at = (
				select max(last.judged_at)
				from {run_group} last
				where last.run = g.run and last.outcome = g.outcome and last.dimension = g.dimension)
		 $query$);
end;
comment on function ph_support.accountability_check() is
	'what ph.finding looks for in the tables of accountability, as ph_support.sharing_check()';
