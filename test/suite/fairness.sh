# The people of whom generate.sql leaves out planned contacts are named by the check, no other group of ethnicity is,
# and nobody of them is to be recalibrated.
fairness_demo=$root/test/demo
if out=$(
	exec 2>&1
	createdb fairness_test &&
	export PGDATABASE=fairness_test &&
	psql -qX -v ON_ERROR_STOP=1 -o /dev/null -c 'create extension population_health' \
		-c "call ph.create_shared_tables('health')" -v persons=12000 -v schema=health \
		-f "$fairness_demo/code_list.sql" -f "$fairness_demo/generate.sql" &&
	psql -qX -v ON_ERROR_STOP=1 -o /dev/null -c 'vacuum analyze' -v schema=health \
		-c "call ph.create_population_views('health')" -f "$fairness_demo/analysis.sql" -f "$fairness_demo/scores.sql"
); then
	# by plain counts: fewer planned contacts, no fewer emergencies
	planted=$(psql -qXAt -d fairness_test -c "
		with a_head as (
			select p.ethnicity_code in ('H', 'J', 'K', 'L') as asian,
				avg(planned_contacts) as planned, avg(emergencies) as emergencies
			from analysis.score_input
			join health.person p using (person_id)
			group by 1
		)
		select min(planned) filter (where asian) < 0.9 * min(planned) filter (where asian is not true),
			min(emergencies) filter (where asian) > 0.9 * min(emergencies) filter (where asian is not true)
		from a_head")
	named=$(psql -qXAt -d fairness_test -c "
		select verdict, string_agg(group_name, ',' order by group_name)
		from analysis.judged_group
		where dimension = 'ethnicity' and verdict in ('under_served', 'recalibrate')
		group by verdict
		order by verdict")
	if [ "$planted $named" = "t|t under_served|asian" ]; then
		pass "fairness: who is under-served is named, and is not to be recalibrated"
	else
		fail "fairness: who is under-served is named, and is not to be recalibrated" "$planted $named"
	fi
else
	fail "fairness" "$(grep -A3 ERROR <<<"$out")"
fi
psql -qX -d postgres -c 'drop database if exists fairness_test'
