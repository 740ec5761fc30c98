# Two at one time: a version that is used does not change, parents close no circle, days stay in their order, ledgers do
# not fork, and who reads a view is neither cut off nor waited for. At every level of isolation one of two who collide
# gets an error.
createdb races_test
race_sql() { psql -qXAt -v ON_ERROR_STOP=1 -d races_test "$@"; }
race_sql >/dev/null 2>&1 <<'SQL' || fail "races: making what they run for" "see the server's log"
create extension population_health;
create schema care;
call ph.create_segment_tables('care');
create table care.people as select 'p' || i as person_id, i as age from generate_series(1, 20) i;
call ph.create_shared_tables('pop');
insert into pop.place values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into pop.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into pop.person values ('ann', '1950-01-01');
insert into pop.registration values ('ann', 'G', 'N', '1950-01-01');
insert into pop.residence values ('ann', 'A', null, '1950-01-01');
insert into pop.code_list values ('copd', '1', 'ICD10', 'J44', 'prefix');
call ph.create_population_views('pop');
call ph.create_segment_inputs('pop');
SQL
# a scheme of its own for each race
race_scheme() {
	race_sql <<SQL
insert into care.scheme values ('$1', '1', '$1');
insert into care.scheme_input (scheme, version, input, type) values ('$1', '1', 'age', 'integer');
insert into care.scheme_segment (scheme, version, rank, segment, kind)
values ('$1', '1', 1, 'Old', 'segment'), ('$1', '1', 2, 'Older', 'segment'), ('$1', '1', 9, 'Rest', 'default');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values ('$1', '1', 1, 'old', 'Old', 'age > 10');
SQL
}

coproc RACE_ONE { psql -qXAt -d races_test 2>&1; }
race_one_in=${RACE_ONE[1]} race_one_out=${RACE_ONE[0]} race_one_pid=$RACE_ONE_PID
exec {race_one_in}>&"${RACE_ONE[1]}" {race_one_out}<&"${RACE_ONE[0]}"
{ coproc RACE_TWO { psql -qXAt -d races_test 2>&1; }; } 2>/dev/null
exec {race_two_in}>&"${RACE_TWO[1]}" {race_two_out}<&"${RACE_TWO[0]}"
race_two_pid=$RACE_TWO_PID

# session, statement: sends it and does not wait
race_send() {
	local pipe=race_$1_in
	printf '%s;\n\\echo done :SQLSTATE\n' "$2" >&"${!pipe}"
}
# session: the SQLSTATE of its last statement, or "waits" after half a second
race_state() {
	local pipe=race_$1_out line
	while IFS= read -r -t "${2:-20}" line <&"${!pipe}"; do
		if [[ $line = done\ * ]]; then echo "${line#done }"; return; fi
	done
	echo waits
}
race_do() { race_send "$1" "$2"; race_state "$1"; }

# name, level, what the first does, what the second does, what holds afterwards (a query that answers t)
# The second has looked at the tables before the first has done anything, and ends after it.
race() {
	local states second
	race_do one "begin isolation level $2" >/dev/null
	race_do two "begin isolation level $2" >/dev/null
	race_do one "select count(*) from care.scheme_rule" >/dev/null
	race_do two "select count(*) from care.scheme_rule" >/dev/null
	states=$(race_do one "$3")
	race_send two "$4"
	second=$(race_state two 0.5)
	states="$states $(race_do one commit)"
	[ "$second" != waits ] || second=$(race_state two)
	states="$states $second"
	race_do two commit >/dev/null
	if [ "$(race_sql -c "$5" 2>&1)" = t ] && [[ $states =~ ^00000\ 00000\ $6$ ]]; then
		pass "races, $2: $1"
	else
		fail "races, $2: $1" "SQLSTATEs $states; afterwards $(race_sql -c "$5" 2>&1)"
	fi
}

race_sql >/dev/null 2>&1 <<'SQL' || fail "races: making interventions" "see the server's log"
insert into pop.partner (partner, name, kind) values ('c', 'c', 'council');
insert into pop.intervention (intervention, version, partner, name, eligible, capacity)
select 'i' || i, '1', 'c', 'i' || i, 'age_years >= 18', 1 from generate_series(0, 20) i;
call ph.create_intervention_views('pop');
SQL
race_number=0
for level in "read committed" "repeatable read" serializable; do
	if [ "$level" = "read committed" ]; then
		used=55006 circle=23514 order='22023'
	else
		used=40001 circle=40001 order=40001
	fi
	name=s$((race_number += 1))
	race_scheme "$name"
	race "a rule changes after its first use" "$level" \
		"call ph.create_segment_view('$name', '1', 'care.people', 'care.$name', 'care')" \
		"update care.scheme_rule set expression = 'age > 15' where scheme = '$name'" \
		"select count(*) = 10 and (select expression = 'age > 10' from care.scheme_rule where scheme = '$name')
		from care.$name where segment = 'Old'" "$used"
	name=s$((race_number += 1))
	race_scheme "$name"
	# who uses it after the change has been made sees the change, or nothing is made
	race "the first use after a rule has changed" "$level" \
		"update care.scheme_rule set expression = 'age > 15' where scheme = '$name'" \
		"call ph.create_segment_view('$name', '1', 'care.people', 'care.$name', 'care')" \
		"select coalesce(pg_get_viewdef(to_regclass('care.$name')) like '%15%', true)" \
		"$([ "$level" = "read committed" ] && echo 00000 || echo 40001)"
	name=s$((race_number += 1))
	race_scheme "$name"
	race "rows are deleted after the first use" "$level" \
		"call ph.create_segment_view('$name', '1', 'care.people', 'care.$name', 'care')" \
		"delete from care.scheme_segment where scheme = '$name' and segment = 'Older'" \
		"select count(*) = 3 from care.scheme_segment where scheme = '$name'" "$used"
	race "an intervention changes while it is offered" "$level" \
		"insert into pop.offer (person_id, intervention, version, identified_on)
		values ('ann', 'i$race_number', '1', '2024-01-01')" \
		"update pop.intervention set capacity = 2 where intervention = 'i$race_number'" \
		"select capacity = 1 from pop.intervention where intervention = 'i$race_number'" \
		"$([ "$level" = "read committed" ] && echo 55006 || echo 25001)"
	name=s$((race_number += 1))
	race_scheme "$name"
	race "parents close a circle" "$level" \
		"update care.scheme_segment set parent = 'Older' where scheme = '$name' and segment = 'Old'" \
		"update care.scheme_segment set parent = 'Old' where scheme = '$name' and segment = 'Older'" \
		"select count(*) = 1 from care.scheme_segment where scheme = '$name' and parent is not null" "$circle"
	name=s$((race_number += 1))
	race_scheme "$name"
	race_sql -c "call ph.create_segment_view('$name', '1', 'care.people', 'care.$name', 'care')"
	race "the first days are recorded out of order" "$level" \
		"call ph.record_segments('care', 'care.$name', '2024-06-01')" \
		"call ph.record_segments('care', 'care.$name', '2024-01-01')" \
		"select array_agg(as_of) = '{2024-06-01}' from care.segment_recording where scheme = '$name'" "$order"
	race "later days are recorded out of order" "$level" "call ph.record_segments('care', 'care.$name', '2025-06-01')" \
		"call ph.record_segments('care', 'care.$name', '2025-01-01')" \
		"select array_agg(as_of order by as_of) = '{2024-06-01,2025-06-01}'
		from care.segment_recording where scheme = '$name'" "$order"
done
race_sql -c "call ph.create_segment_tables('care')" \
	-c "select count(*) from ph.check_segment_history('care')" >/dev/null

# whoever is scored, shown or folded while somebody is removed leaves nothing, whichever comes first
race_sql >/dev/null 2>&1 <<'SQL' || fail "races: making what is scored" "see the server's log"
set client_min_messages = warning;
insert into pop.data_day values ('2024-06-30');
insert into pop.encounter (encounter_id, person_id, pod, start_date, end_date)
values ('1', 'ann', 'NEL', '2023-06-01', '2023-06-02'), ('2', 'ann', 'NEL', '2024-06-01', '2024-06-02');
call ph.create_calendar('pop', '2020-01-01', '2025-03-31');
call ph.create_measure_tables('pop');
call ph.create_accountability_tables('pop');
create view pop.scored with (security_invoker = true) as select person_id, 1 as value from pop.person;
call ph.create_list('pop', 'everybody', 'scored', 'direct_care', 'all people');
SQL
people_of() {
	echo "insert into pop.person select 'p' || i, '1950-01-01' from generate_series($1, $1 + 1) i;
		insert into pop.residence select 'p' || i, 'A', null, '1950-01-01' from generate_series($1, $1 + 1) i;
		insert into pop.registration select 'p' || i, 'G', 'N', '1950-01-01' from generate_series($1, $1 + 1) i"
}
added=0
for deed in "call ph.record_scores('pop', 'run #', 'x', '1', 'pop.scored', '2024-04-01', 'direct_care')" \
	"select pop.open_list('everybody', 'direct_care', '#')" \
	"call ph.fold_measures('pop', '{emergency_admissions}', '{2023/24}', '{system}', '{}', true)"; do
	for first in deed removal; do
		race_sql -c "delete from pop.measure_fold" >/dev/null
		added=$((added + 2))
		race_sql -c "$(people_of $added)" >/dev/null
		removal="call ph.remove_person('pop', 'p$added', 'this test')"
		if [ $first = deed ]; then one=${deed//#/$added} two=$removal; else one=$removal two=${deed//#/$added}; fi
		race "a removal, the first is the $first: ${deed:0:24}" "read committed" "$one" "$two" "
			select not exists (select from pop.person_score where person_id = 'p$added')
				and not exists (select from pop.opened_person where person_id = 'p$added')
				and not exists (
					select from pop.measure_fold where people <> (select count(*) from pop.person_at_data_day))
				and ('${deed:0:14}' <> 'call ph.fold_m' or exists (select from pop.measure_fold))" 00000
	done
done

# nor do they wait for each other: a fold holds the first of these when it comes to write the second
race_sql -c "$(people_of 101)" \
	-c "call ph.fold_measures('pop', '{emergency_admissions}', '{2024/25}', '{system}', '{}')" >/dev/null 2>&1
race_do one begin >/dev/null
said=$(race_do one "lock table pop.measure_fold in share row exclusive mode")
race_send two "call ph.remove_person('pop', 'p101', 'this test')"
said="$said $(race_state two 1) $(race_do one "lock table pop.measure_person in share update exclusive mode")"
said="$said $(race_do one commit) $(race_state two)"
if [ "$said" = "00000 waits 00000 00000 00000" ]; then
	pass "races: a removal while measures are folded"
else
	fail "races: a removal while measures are folded" "SQLSTATEs $said"
fi

# two who post to one agreement at one time: both entries are there, one after the other, or one is refused
race_sql >/dev/null 2>&1 <<'SQL' || fail "races: making a ledger" "see the server's log"
call ph.create_budget_tables('pop');
insert into pop.budget_agreement (agreement, name, kind, start_date, end_date)
select 'l' || i, 'l', 'virtual', '2024-04-01', '2025-04-01' from generate_series(1, 9) i;
insert into pop.budget_agreement_partner select 'l' || i, p from generate_series(1, 9) i, unnest('{c,d}'::text[]) p;
SQL
ledgers=0
for level in "read committed" "repeatable read" serializable; do
	second=40001 entries=2 terms=40001
	[ "$level" != "read committed" ] || second=00000 entries=3 terms=55006
	name=l$((ledgers += 1))
	posting="insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
		values ('$name', 'c', '2024-05-01', 'spend', 5)"
	race_sql -c "$posting" >/dev/null
	race "two post to one ledger" "$level" "$posting" "$posting" "
		select count(*) = $entries and not exists (select from ph.verify_budget('pop', '$name'))
		from pop.budget_entry where agreement = '$name'" "$second"
	name=l$((ledgers += 1))
	posting="insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
		values ('$name', 'c', '2024-05-01', 'spend', 5)"
	race "terms change while the first entry is posted" "$level" "$posting" \
		"update pop.budget_agreement_partner set overspend_cap = 7 where agreement = '$name'" "
		select count(*) = 1 and not exists (select from ph.verify_budget('pop', '$name'))
		from pop.budget_entry where agreement = '$name'" "$terms"
	name=l$((ledgers += 1))
	posting="insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
		values ('$name', 'c', '2024-05-01', 'spend', 5)"
	race "the first entry is posted while terms change" "$level" \
		"update pop.budget_agreement_partner set overspend_cap = 7 where agreement = '$name'" "$posting" "
		select not exists (select from ph.verify_budget('pop', '$name'))
			and bool_and(overspend_cap = 7)
		from pop.budget_agreement_partner where agreement = '$name'" "$second"
done

# a post that is prepared holds its ledger until it is committed or taken back, and leaves no gap
if [ "$(race_sql -c "show max_prepared_transactions")" = 0 ]; then
	skip "races: a post is prepared" "max_prepared_transactions is 0"
else
	posting="insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
		values ('prepared', 'c', '2024-05-01', 'spend', 5)"
	race_sql >/dev/null <<'SQL'
insert into pop.budget_agreement (agreement, name, kind, start_date, end_date)
values ('prepared', 'p', 'virtual', '2024-04-01', '2025-04-01');
insert into pop.budget_agreement_partner values ('prepared', 'c');
SQL
	said=
	for end in rollback commit; do
		said="$said $(race_do one begin) $(race_do one "$posting") $(race_do one "prepare transaction 'post'")"
		race_send two "$posting"
		said="$said $(race_state two 1) $(race_do one "$end prepared 'post'") $(race_state two)"
	done
	said="$said $(race_sql -c "
		select count(*), max(entry), (select count(*) from ph.verify_budget('pop', 'prepared'))
		from pop.budget_entry where agreement = 'prepared'")"
	if [ "$said" = " 00000 00000 00000 waits 00000 00000 00000 00000 00000 waits 00000 00000 3|3|0" ]; then
		pass "races: a post is prepared"
	else
		fail "races: a post is prepared" "$said"
	fi
fi

# six sessions at three levels of isolation post to one and to several ledgers, reverse one entry, and change terms,
# while another reads: what was told as posted is what is there, and whoever reads sees whole posts
race_sql >/dev/null <<'SQL'
create table pop.told (session integer, agreement text, amount numeric);
insert into pop.budget_agreement (agreement, name, kind, start_date, end_date)
select 'm' || i, 'm', 'virtual', '2024-04-01', '2025-04-01' from generate_series(1, 4) i;
insert into pop.budget_agreement_partner select 'm' || i, p from generate_series(1, 4) i, unnest('{c,d}'::text[]) p;
insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
values ('m1', 'd', '2024-05-01', 'spend', 1000);
insert into pop.told values (-1, 'm1', 1000);
SQL
ledger_session() {  # number
	local levels=("read committed" "repeatable read" serializable) patience=(10s 20ms 20ms) k posted
	# a deadlock over two ledgers is told to who asks first, and never to those who read committed
	echo "set default_transaction_isolation = '${levels[$(($1 % 3))]}';
		set deadlock_timeout = '${patience[$(($1 % 3))]}';"
	for k in {1..40}; do
		case $k$1 in
			20?) echo "begin; insert into pop.budget_entry (agreement, reverses, why) values ('m1', 1, 'once');
				insert into pop.told values ($1, 'm1', -1000); commit;"
				continue ;;
			*5[12]) posted="('m1', $k), ('m3', $k)" ;;  # two ledgers in one order
			*5[45]) posted="('m3', $k), ('m1', $k)" ;;  # and in the other
			*) posted="('m$(((k + $1) % 4 + 1))', $k)" ;;
		esac
		echo "begin; insert into pop.budget_entry (agreement, partner, entry_date, kind, amount)
			select agreement, 'c', '2024-05-01', 'spend', amount from (values $posted) p (agreement, amount);
			insert into pop.told select $1, p.* from (values $posted) p; commit;
			update pop.budget_agreement_partner set overspend_cap = $k where (agreement, partner) = ('m4', 'd');"
	done
}
ledger_reader='
	select count(*)
	from (select agreement, sum(spend) as spend from pop.closing_balance group by agreement) c
	join pop.budget_head h using (agreement)
	left join (select agreement, sum(amount) as spend, count(*) as entries from pop.budget_entry group by agreement) e
		using (agreement)
	where (c.spend, h.count) is distinct from (coalesce(e.spend, 0), coalesce(e.entries, 0))'
ledger_pids=()
for session in {0..5}; do
	ledger_session "$session" | psql -qXAt -d races_test >/dev/null 2>&1 &
	ledger_pids+=($!)
done
torn=$(for k in {1..40}; do echo "$ledger_reader;"; done | race_sql | sort -u)
wait "${ledger_pids[@]}" || true
# who commits what it has read posts all: 39 of a session, two of them to one ledger each
said=$(race_sql -c "
	select (select count(*) from pop.told where session in (0, 3) and amount > 0),
		(select count(*) from pop.told where amount < 0),
		(select count(distinct session) from pop.told),
		(select count(*)
		from (select agreement, sum(amount) from pop.told group by agreement) t (agreement, amount)
		full join (
			select agreement, sum(amount)
			from pop.budget_entry
			where agreement like 'm%'
			group by agreement) e (agreement, amount) on t = e
		where t is null or e is null),
		(select count(*) from generate_series(1, 4) i, ph.verify_budget('pop', 'm' || i))")
if [ "$torn $said" = "0 78|1|7|0|0" ]; then
	pass "races: many post, reverse and read at one time"
else
	fail "races: many post, reverse and read at one time" "torn reads: $torn; told, reversed, sessions, wrong: $said"
fi

# a circle that is there already, since the triggers were off, does not hold a trigger for ever
race_scheme circle
race_sql -c "set session_replication_role = replica" \
	-c "update care.scheme_segment set parent = case segment when 'Old' then 'Older' else 'Old' end
		where scheme = 'circle' and kind = 'segment'"
said=$(race_sql -c "set statement_timeout = '5s'" \
	-c "insert into care.scheme_segment (scheme, version, rank, segment, parent)
		values ('circle', '1', 3, 'Below', 'Old')" 2>&1) || true
if [ -z "$said" ]; then
	pass "races: a circle holds no trigger"
else
	fail "races: a circle holds no trigger" "$said"
fi

# called again while somebody reads: neither waits
race_do one "begin" >/dev/null
race_do one "select count(*) from pop.stay, pop.register, pop.segment_input, pop.segment_inputs('2024-01-01')" \
	>/dev/null
said=$(race_sql -c "set lock_timeout = '3s'" -c "call ph.create_population_views('pop')" \
	-c "call ph.create_segment_inputs('pop')" 2>&1) || true
after=$(race_do one "select count(*) from pop.stay, pop.register, pop.segment_input, pop.segment_inputs('2024-01-01')")
race_do one commit >/dev/null
if [ -z "$said" ] && [ "$after" = 00000 ]; then
	pass "races: views are made again while somebody reads"
else
	fail "races: views are made again while somebody reads" "$said, the reader $after"
fi

printf '\\q\n' >&"$race_one_in"
printf '\\q\n' >&"$race_two_in"
exec {race_one_in}>&- {race_two_in}>&- {race_one_out}<&- {race_two_out}<&-
wait "$race_one_pid" "$race_two_pid" 2>/dev/null || true
dropdb --force races_test
