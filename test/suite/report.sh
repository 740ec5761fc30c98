# The demonstration at 2,000 persons: the population is the same each time, the analysis adds up, the page is whole.
report_demo=$root/test/demo
report_sql() { psql -qXAt -v ON_ERROR_STOP=1 -d demo_test "$@"; }
report_generate() {
	psql -qX -c 'drop database if exists demo_test' -c 'create database demo_test' 2>/dev/null
	report_sql -c 'create extension population_health' -c "call ph.create_shared_tables('health')" \
		-v schema=health -f "$report_demo/code_list.sql" &&
		report_sql -v persons=2000 -v schema=health -f "$report_demo/generate.sql" >/dev/null
}
report_md5() {
	local table
	for table in $(report_sql -c "select table_schema || '.' || table_name from information_schema.tables
			where table_schema in ('health', 'health_truth') and table_name <> 'data_load' order by 1"); do
		# but for when an entry of a ledger was posted, which its hash tells
		report_sql -c "copy (
			select line
			from (select (to_jsonb(t) - '{posted_at,previous_hash,hash}'::text[])::text as line from $table t) l
			order by line collate \"C\") to stdout"
	done | md5sum
}
# name, what is found, what should be
report_same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "found $2, not $3"; fi; }

report_folder=$(mktemp -d)
report_page=$report_folder/report.html
if report_generate && first=$(report_md5) && report_generate; then
	report_same "generate: twice the same" "$(report_md5)" "$first"
else
	fail "generate: twice the same" "generate.sql failed"
fi

if psql -qX -d demo_test -c "call ph.create_population_views('health')" &&
	psql -qX -P pager=off -v ON_ERROR_STOP=1 -d demo_test -v schema=health -f "$report_demo/measures.sql" \
		-f "$report_demo/goals.sql" -f "$report_demo/analysis.sql" -f "$report_demo/scores.sql" \
		-f "$report_demo/people.sql" -f "$report_demo/findings.sql" \
		-f "$report_demo/money.sql" >"$report_folder/analysis.txt" 2>&1 &&
	report_sql -v schema=health -v source="$(cat "$report_demo"/{analysis,scores,people,findings,money}.sql)" \
		-f "$report_demo/report.sql" >"$report_page" 2>"$report_folder/errors"; then
	pass "analysis and report run"
	report_same "report: a whole page" \
		"$(head -n 1 "$report_page") $(tail -n 1 "$report_page")" "<!DOCTYPE html> </body></html>"
	# of sixteen, three of which have no answer about so few people; a map, and up to four of each of six measures
	report_same "report: 29 pictures, each with title and description" \
		"$(grep -c '<svg ' "$report_page") $(grep -c '</title><desc>.*</desc>' "$report_page")" "29 29"
	report_same "report: no script" "$(grep -ci '<script\|javascript:\| on[a-z]*=' "$report_page")" 0
	report_same "report: nothing from outside" \
		"$(sed 's#xmlns="http://www.w3.org/2000/svg"##g; s/url(#//g' "$report_page" |
			grep -ciE 'https?://|<link|<img|@import|url\(')" 0
	report_same "report: every query is quoted" \
		"$(grep -o '<pre>create [a-z]* ' "$report_page" | sort -u)" "<pre>create table "
	report_same "report: the tags are balanced" "$(perl -0777 -ne '
		for $tag (qw(html head body svg table caption thead tbody tr td th details summary pre text title div p h1 h2 h3
				nav ol li a figure metadata)) {
			$open = () = /<$tag[ >]/g; $close = () = /<\/$tag>/g; print "$tag " if $open != $close;
		}' "$report_page")" ""

	report_same "report: contents lead to every part" \
		"$(grep -o 'href="#[a-z]*"' "$report_page" | sed 's/href="#/id="/')" \
		"$(grep -o '<h2 id="[a-z]*"' "$report_page" | sed 's/<h2 //')"
	report_same "report: tables have captions, pictures their numbers and their source" "$(perl -0777 -ne '
		for (/<table>(.*?)<\/table>/gs) { print "a table without caption " unless /^\s*<caption>[^<]/ }
		for (/<figure>(.*?)<\/figure>/gs) {
			print "a picture without table " unless /<\/svg>.*<table>|nothing to show/s }
		for (/<svg .*?<\/svg>/gs) { print "a picture without source " unless />Source: [^<]/ }' "$report_page")" ""
	report_same "report: whatever is wide scrolls" "$(perl -0777 -ne '
		$all = () = /<(?:svg|table)[ >]/g; $wide = () = /<div class="wide"(?: tabindex="0")?><(?:svg|table)[ >]/g;
		print $all - $wide' "$report_page")" 0
	report_same "report: notes are words, and names no codes" \
		"$(perl -0777 -pe 's/<pre>.*?<\/pre>//gs; s/<metadata>.*?<\/metadata>//gs' "$report_page" |
			grep -oE '<t[dh][^>]*>[^<]*[a-z]_[a-z][^<]*|empty_band' | head -n 3) $(
			grep -q 'no rate: nobody of 90 or over here' "$report_page" && echo said)" " said"
	report_same "report: what was left out is said of every picture that leaves out" "$(perl -0777 -ne '
		for (/<figure>.*?<\/figure>\s*(?:<p class="soft">Left out: [0-9]+ of)?/gs) {
			print "not said " if /not shown(?!: no )/ && !/Left out: [0-9]+ of$/ }' "$report_page")" ""
	report_same "report: nothing is said of what programmes did" \
		"$(grep -o '"[^"]*reached"' "$report_page" | sort -u) $(report_sql -c "
			select string_agg(attname, ',' order by attnum) from pg_attribute
			where attrelid = 'analysis.reached'::regclass and attnum > 0")" \
		'"#reached"
"reached" programme,deprivation_quintile,people,enrolled'

	report_same "front page: five sentences, as they were written" "$(report_sql -c "
		select string_agg('<li>' || replace(sentence, '\"', '&quot;') || '</li>', E'\n' order by position)
		from analysis.sentence")" "$(sed -n '/^<ol class="found">/,/^<\/ol>/p' "$report_page" | sed '1d;$d')"
	report_same "front page: there are five, in order" \
		"$(report_sql -c "select string_agg(position::text, ',' order by position) from analysis.sentence")" 1,2,3,4,5
	report_same "front page: what is worse and better is counted in measure_value" "$(report_sql -c "
		select (s.value, s.lower, s.upper) = (count(before_verdict), count(*) filter (where before_verdict = 'worse'),
			count(*) filter (where before_verdict = 'better')) and sentence like 'Of ' || count(before_verdict) || ' %'
		from analysis.sentence s, health.measure_value v
		where position = 1 and v.level = 'system' and v.place_id = 'X54000001' and v.period = '2024-04-01'
			and v.period_kind = 'financial_year'
		group by s.value, s.lower, s.upper, sentence")" t
	report_same "front page: the place is one of measure_value, and none differs more surely" "$(report_sql -c "
		with judged as (
			select v.*, case when v.value > parent_value then (v.value - parent_value) / (v.value - v.lower)
				else (parent_value - v.value) / (v.upper - v.value) end as sureness
			from health.measure_value v
			join health.measure_dimension d using (measure, version)
			join health.measure_tally t using (measure, version, level, place_id, period_kind, period)
			where v.level = 'place' and v.place_id <> 'unknown' and v.period = '2024-04-01'
				and v.period_kind = 'financial_year' and t.breakdown = 'all' and t.people_with_event >= 10
				and d.kind <> 'input' and v.better <> 'neither'
		)
		select bool_and((j.value, j.lower, j.upper) = (s.value, s.lower, s.upper))
			and bool_and(sentence like '%' || to_char(j.value, case when j.value >= 100 then 'FM999,999,990'
				when j.value >= 10 then 'FM990.0' else 'FM0.00' end) || '%')
			and count(*) = 1
			and max(sureness) >= (
				select max(o.sureness) from judged o
				join analysis.place_value p using (measure, level, place_id) where not p.hidden)
		from analysis.sentence s
		join judged j using (measure, place_id)
		where position = 2")" t
	report_same "front page: the gap is that of measure_inequality" "$(report_sql -c "
		select count(*) = 1 and bool_and((i.slope, i.slope_lower, i.slope_upper) = (s.value, s.lower, s.upper))
			and bool_and(sentence like '%' || analysis.figure(abs(i.slope)) || '%')
		from analysis.sentence s
		join health.measure_inequality i using (measure, place_id)
		where position = 3 and i.level = 'system' and i.period = '2024-04-01' and i.period_kind = 'financial_year'")" t
	report_same "front page: the chance is that of goal_value" "$(report_sql -c "
		select count(*) = 1 and bool_and((g.chance, g.lower, g.upper) = (s.value, s.lower, s.upper))
			and bool_and(g.live) and bool_and(sentence like '%chance of ' || to_char(g.chance, 'FM0.00') || '%')
		from analysis.sentence s
		join health.goal_value g on g.goal = s.place_id
		where position = 4")" t
	report_same "front page: what is not known is counted in measure_value" "$(report_sql -c "
		select (s.value, s.lower, s.upper) = (count(*), count(*) filter (where v.note = 'no_data'),
			count(*) filter (where v.value is null and v.note <> 'no_data'))
		from analysis.sentence s, health.measure_value v
		where position = 5 and v.level = 'system' and v.place_id = 'X54000001' and v.period = '2024-04-01'
			and v.period_kind = 'financial_year'
		group by s.value, s.lower, s.upper")" t
	report_same "scorecard: its values are those of measure_value, all of them" "$(report_sql -c "
		select count(*) filter (where (s.value, s.lower, s.upper) is distinct from (v.value, v.lower, v.upper))
				|| ' ' || (count(*) > 20)
		from analysis.scorecard s
		full join (
			select * from health.measure_value
			where level = 'system' and place_id = 'X54000001' and period = '2024-04-01'
				and period_kind = 'financial_year'
		) v using (measure)")" "0 true"
	report_same "scorecard: the page shows them with their limits" "$(report_sql -c "
		select format('<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td><td>%s to %s</td>', name,
			case before_verdict when 'similar' then 'no clear change' else 'surely ' || before_verdict end,
			to_char(value, 'FM999,999,990'), to_char(lower, 'FM999,999,990'), to_char(upper, 'FM999,999,990'))
		from health.measure_value
		where measure = 'emergency_admissions' and level = 'system' and place_id = 'X54000001'
			and period = '2024-04-01' and period_kind = 'financial_year'" | grep -cFf - "$report_page")" 1
	report_same "scorecard, places and fifths: nothing shown tells of fewer than 10 people" "$(report_sql -c "
		select count(*)
		from (
			select measure, hidden from analysis.scorecard
			join health.measure_tally t using (measure)
			where t.level = 'system' and t.place_id = 'X54000001' and t.breakdown = 'all'
				and t.period_kind = 'financial_year' and t.period = '2024-04-01' and people_with_event between 1 and 9
			union all
			select measure, hidden from analysis.place_value where people_with_event between 1 and 9
			union all
			select measure, hidden from analysis.fifth where people_with_event between 1 and 9
		) few
		where not hidden")" 0
	report_same "goals: made up, of the system with two parts, and on a gap" "$(report_sql -c "
		select count(*) filter (where parent = 'fewer_smokers')
			|| ' ' || count(*) filter (where beside_group is not null) || ' ' || bool_and(name like '%(made up)')
		from health.goal")" "2 1 true"
	report_same "goals: all on the page" \
		"$(grep -cE '^<tr><th[^>]*>[^<]*\(made up\)</th><td>(on track|off track|uncertain)</td>' "$report_page")" \
		"$(report_sql -c 'select count(*) from health.goal')"
	report_same "map: of places, with its legend" "$(perl -0777 -ne '
		if (/<h2 id="map">.*?(<svg .*?<\/svg>)/s) {
			$map = $1;
			$classes = () = $map =~ />\d: [^<]+\(\d+\)<\/text>/g;
			print "legend" if $classes > 2 }' "$report_page")" legend
	report_same "measures: six, each with its source" "$(report_sql -c 'select count(*) from analysis.chosen') $(
		grep -c '<h3 class="page" id="measure_' "$report_page") $(
		grep -c 'Source of the definition: ' "$report_page")" "6 6 6"

	report_same "register: the planner expects within ten times the rows" "$(report_sql -c 'analyze' -c "
		do \$\$ declare plan jsonb; begin
			execute 'explain (format json) select * from health.register' into plan;
			perform set_config('demo.expected', plan -> 0 -> 'Plan' ->> 'Plan Rows', false);
		end \$\$" -c "
		select current_setting('demo.expected')::float8 between count(*) / 10.0 and count(*) * 10.0
		from health.register")" t
	report_same "pyramid: everybody is in it" \
		"$(report_sql -c 'select sum(people) from analysis.pyramid')" \
		"$(report_sql -c "select count(*) from health.person_at('2024-04-01')")"
	report_same "tiers: the shares add up to 1" "$(report_sql -c '
		select round(sum(people_share), 9) = 1 and round(sum(cost_share), 9) = 1 and round(sum(admission_share), 9) = 1
		from analysis.tier')" t
	report_same "tiers: split places as many as wanted" \
		"$(report_sql -c "
		select bool_and(placed = wanted) from analysis.tie where ties = 'split' and cut is not null")" t
	report_same "scores: both are judged by who was admitted, as counted again" "$(report_sql -c "
		select bool_and(j.people = c.people and j.events = c.events and abs(j.value - c.auroc) < 1e-9) || ' ' ||
			count(*)
		from analysis.judgement j
		join lateral (
			select count(*) as people, count(*) filter (where o.outcome) as events, (
					select avg((a.value > b.value)::integer + 0.5 * (a.value = b.value)::integer)
					from health.person_score a
					join analysis.outcome oa on oa.person_id = a.person_id and oa.outcome
					cross join health.person_score b
					join analysis.outcome ob on ob.person_id = b.person_id and not ob.outcome
					where a.run = j.run and b.run = j.run) as auroc
			from health.person_score s
			join analysis.outcome o using (person_id)
			where s.run = j.run and o.outcome is not null) c on true
		where j.statistic = 'auroc'")" "true 2"
	report_same "scores: groups of each dimension are everybody" "$(report_sql -c "
		select concat_ws(' ', count(*), count(distinct people), max(people) = (select count(*) from analysis.people))
		from (select dimension, sum(people) as people from analysis.judged_group group by dimension) d")" "6 1 t"
	report_same "scores: on the page, for everybody and by group" \
		"$(grep -o 'Scores of the index day, judged\|The fitted score by group' "$report_page" | sort -u | wc -l)" 2
	report_same "wobble: everybody alive is told of once, and the list is of alarms of the last week" "$(report_sql -c "
		select concat_ws(' ', (select sum(people) = (select count(*) from health.wobble) from analysis.wobble_count),
			(
				select count(*) > 0 and bool_and(alarm_date > ph_support.data_day('health') - 7)
				from analysis.wobble_list))")" "t t"
	report_same "help: stages are those of the offers, as counted again" "$(report_sql -c "
		select bool_and(s.reached = c.people) || ' ' || count(*)
		from analysis.reached_stage s
		join lateral (
			select count(*) filter (where s.stage = 'identified'
				or s.stage = 'started' and started_on is not null
				or s.stage = 'completed' and completed_on is not null
				or s.stage = 'better' and completed_on is not null and better) as people
			from health.offer o
			where o.intervention = s.intervention) c on s.stage in ('identified', 'started', 'completed', 'better')")" \
		"true 24"
	report_same "record: one person's, made up, and all stages on the page" \
		"$(grep -c 'Amina Example (made up)</title>' "$report_page") $(grep -c '<td>better</td>' "$report_page")" "1 7"
	report_same "segments: everybody is in one" "$(report_sql -c '
		select sum(people) = (select count(*) from analysis.people) from analysis.segment')" t
	report_same "rates: places and neighbourhoods have the years of the system" "$(report_sql -c "
		select count(distinct round(years::numeric, 6))
		from (select sum(years) as years from analysis.rate group by level) l")" 1
	report_same "months: every admission, in 36 months" "$(report_sql -c "
		select count(*) = 36 and sum(admissions) = (
			select count(*)
			from health.encounter
			where pod = 'NEL' and start_date >= '2022-04-01' and start_date < '2025-04-01'
		)
		from analysis.month")" t

	report_same "shown: no count from 1 to 9 in any table" "$(report_sql <<'SQL'
select string_agg(format('%s.%s: %s', relation, key, value), ', ')
from pg_class
cross join lateral (
	select relname, query_to_xml(format('table analysis.%I', relname), true, false, '') as rows
) t (relation, rows)
cross join lateral xmltable(
	'/table/row/*' passing rows columns key text path 'local-name()', value text path 'text()'
) cells
where relnamespace = 'analysis'::regnamespace
	and relkind = 'v'
	and key in ('people', 'people_x0020_recorded', 'enrolled', 'female', 'male', 'other_x0020_or_x0020_unknown',
		'people_x0020_wanted',
		'people_x0020_placed', 'tied_x0020_at_x0020_the_x0020_cut', 'admissions',
		'matched_x0020_other_x0020_rules_x0020_too', 'reached', 'lost', 'open')
	and value ~ '^[1-9]$'
SQL
)" ""
	report_same "shown: something was hidden" \
		"$(grep -c '<td class="n">&lt;10</td>' "$report_page" | sed 's/[1-9][0-9]*/some/')" some
	report_same "shown: the hidden counts of a table add up to 10 or more" "$(report_sql -c "
		select bool_and(hidden is null or hidden >= 10) from (
			select sum(people) filter (where analysis.hidden(people, below)) from analysis.pyramid
			union all select sum(people) filter (where analysis.hidden(people, below)) from analysis.segment
			union all select sum(people) filter (where analysis.hidden(people, below)) from analysis.tier
			union all select sum(admissions) filter (where analysis.hidden(admissions, below)) from analysis.month
			union all
			select sum(people) filter (where analysis.hidden(people, below)) from analysis.morbidity group by score
		) h (hidden)")" t
	report_same "money: budgets meet their envelopes, the bridge leads from year to year, a settlement closes" \
		"$(report_sql -F ' ' -c "
			select (select abs(sum(budget) - (select sum(amount) from analysis.place_envelope)) < 1e-6
					from analysis.place_budget),
				(select abs(sum(amount) filter (where n < 6) - sum(amount) filter (where n = 6)) < 1e-6
					from analysis.bridge_step),
				(select provider_rounded + payer_rounded = round(gross, 2) from analysis.money_settlement),
				(select count(*) > 0 from analysis.money_failure where scenario like 'coded risk%')")" "t t t t"
else
	fail "analysis and report run" \
		"$(cat "$report_folder"/analysis.txt "$report_folder"/errors 2>/dev/null | grep -iE 'error|detail' | head)"
fi

psql -qX -d demo_test -c "update health.place set name = '<b>\"A & B\"</b>' where place_kind in ('LAD24', 'ICB24')" &&
	psql -qX -d demo_test -v schema=health -f "$report_demo/analysis.sql" -f "$report_demo/scores.sql" \
		-f "$report_demo/people.sql" -f "$report_demo/findings.sql" \
		-f "$report_demo/money.sql" >/dev/null 2>&1 &&
	report_sql -v schema=health -v source="" -f "$report_demo/report.sql" >"$report_page" 2>/dev/null || true
report_same "report: names are escaped" \
	"$(grep -c '<b>' "$report_page") $(grep -q '&lt;b&gt;&quot;A &amp; B&quot;' "$report_page" && echo escaped)" \
	"0 escaped"

psql -qX -d demo_test -c 'drop schema analysis cascade' -c 'create schema analysis' 2>/dev/null
message=$(psql -qX -d demo_test -v schema=health -f "$report_demo/analysis.sql" 2>&1) && message="it was replaced"
report_same "analysis: a schema of another origin stays" "$(grep -c 'of another origin' <<<"$message")" 1
rm -rf "$report_folder"
