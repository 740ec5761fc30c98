
-- ---- what is wrong with scores that are used on people ----

create function ph_support.used_run(schema text, out run text, out score text, out version text, out is_over boolean)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.in_schema(
		format(
			'select r.run, r.score, r.version, (r.as_of + r.horizon)::date <= %s + 1
			from {score_run} r
			where exists (select from {decision} d where d.run = r.run)
				or exists (select from {person_list} l where l.run = r.run)
				or not exists (
					select
					from {score_run} later
					where later.score = r.score and (later.as_of, later.recorded_at) > (r.as_of, r.recorded_at))',
			ph_support.last_day(schema)),
		schema);
end
$$;
comment on function ph_support.used_run(text) is
	'the runs that are in use: the latest of its score, one that was before who decided, or that a list comes from; '
	'whether the time in which outcomes count is over, NULL where there is none';

create function ph_support.accountability_check(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable
begin atomic
	values
		('run_not_judged_by_group', 'medium', 'run_group',
		 'a run is in use, and nobody has looked whom its score serves less than they need',
		 $query$
			select u.run, case
				when u.is_over is null then format('call ph.record_scores(%L, ..., horizon => ''1 year'')', $1)
				else format('call ph.judge_run(%L, %L, ...)', $1, u.run) end
			from ph_support.used_run($1) u
			where not exists (select from {run_group} g where g.run = u.run)
				-- while its own outcomes have not arrived, an earlier run of the version speaks for it
				and (u.is_over is not false or not exists (
					select
					from {run_group} g
					join {score_run} r using (run)
					where r.score = u.score and r.version = u.version))
		 $query$),
		('group_under_served', 'high', 'run_group',
		 'people of a group need more than others of the same score: a list by this score passes them over',
		 $query$
			select format('%s: %s %s', g.run, g.dimension, g.group_name),
				'offer by need in this group beside the score, and fit it to an outcome that is need and not use of '
				'services; do not recalibrate by group; then a new run, and ph.judge_run'
			from {run_group} g
			join ph_support.used_run($1) u using (run)
			where g.verdict = 'under_served' and g.judged_at = (
				select max(last.judged_at)
				from {run_group} last
				where last.run = g.run and last.outcome = g.outcome)
		 $query$);
end;
comment on function ph_support.accountability_check() is
	'what ph.finding looks for in the tables of accountability, as ph_support.sharing_check()';
