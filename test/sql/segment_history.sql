-- Segments over time: periods without gap or overlap, moves, dwell; strategies and their coverage.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema care;
call ph.create_segment_tables('care');
create table care.people (person_id text primary key, n integer, risk float8);
insert into care.people
select 'p' || lpad(i::text, 3, '0'), i % 10, i / 200.0
from generate_series(1, 200) i;
insert into care.scheme values ('s', '1', 's'), ('s', '2', 's');
insert into care.scheme_input (scheme, version, input, type)
select 's', v, 'n', 'integer'
from unnest(array['1', '2']) v;
insert into care.scheme_segment (scheme, version, rank, segment, kind)
select 's', v, r, s, k
from unnest(array['1', '2']) v,
	(values (1, 'High', 'segment'), (2, 'Middle', 'segment'), (3, 'Low', 'default')) x(r, s, k);
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('s', '1', 1, 'high', 'High', 'n >= 8'), ('s', '1', 2, 'middle', 'Middle', 'n >= 5'),
	('s', '2', 1, 'high', 'High', 'n >= 9'), ('s', '2', 2, 'middle', 'Middle', 'n >= 5');
call ph.create_segment_view('s', '1', 'care.people', 'care.one', 'care');
call ph.create_segment_view('s', '2', 'care.people', 'care.two', 'care');
call ph.record_segments('care', 'care.one', '2024-01-01');
-- the second year: some move, some die, some move out, some come
create table care.gone (person_id text, state text);
insert into care.gone
select person_id, 'died'
from care.people
where person_id between 'p001' and 'p005';
update care.people set n = n + 3 where person_id between 'p020' and 'p059';
update care.people set n = n - 4 where person_id between 'p060' and 'p079';
delete from care.people where person_id < 'p010';
insert into care.people select 'q' || i, i % 10, 0.5 from generate_series(1, 12) i;
call ph.record_segments('care', 'care.one', '2025-01-01', 'care.gone');
select segment, rank, count(*)
from ph.segments_at('care', 's', '2024-12-31')
group by 1, 2
order by 2, 1;
select segment, rank, count(*)
from ph.segments_at('care', 's', '2025-01-01')
group by 1, 2
order by 2, 1;
select segment_before, segment_after, count(*)
from ph.segment_moves('care', 's', '2024-01-01', '2025-01-01')
group by 1, 2
order by 1 nulls first, 2 nulls first;
-- the recorded state of a day is what the view said on that day
select count(*) as people, count(*) filter (where h.segment is distinct from v.segment) as differ
from (select * from ph.segments_at('care', 's', '2025-06-01') where rank is not null) h
	full join care.one v using (person_id);
select m.*
from (
	select ph.crosstab(rank_before, rank_after) as c
	from ph.segment_moves('care', 's', '2024-01-01', '2025-01-01')
) t,
	lateral ph.movement_summary(c) m;
-- the cost of moves: sums by person joined by hand; a day counts once, before or after
create table care.spend (person_id text, start_date date, cost numeric);
insert into care.spend
select person_id, d,
	10 + right('0' || regexp_replace(person_id, '\D', '', 'g'), 2)::int
		* case when d < '2024-01-01' then 1 else 2 end
from (select person_id from care.people union select 'p00' || i from generate_series(1, 9) i) p,
	unnest(
		'{2022-12-31,2023-01-01,2023-12-31,2024-01-01,2024-06-01,2025-01-01,2025-12-31,2026-01-01}'::date[]) d
where person_id !~ '[37]$';
create temp table by_hand as
select segment_before, segment_after, count(*) as people,
	avg(cost_before) filter (where rank_before > 0) as before,
	avg(cost_after) as after,
	avg(cost_after - cost_before) filter (where rank_before > 0 and rank_after > 0) as change
from ph.segment_moves('care', 's', '2024-01-01', '2025-01-01') m,
	lateral (
		select (
				select coalesce(sum(cost), 0)
				from care.spend s
				where s.person_id = m.person_id and start_date >= '2023-01-01' and start_date < '2024-01-01'
			) as cost_before,
			(
				select coalesce(sum(cost), 0)
				from care.spend s
				where s.person_id = m.person_id and start_date >= '2024-01-01' and start_date < '2025-01-01'
			) as cost_after
	) c
group by 1, 2;
select segment_before, segment_after, people,
	round((cost_before).value::numeric, 3) as before,
	(cost_before).note,
	round((cost_after).value::numeric, 3) as after,
	(cost_after).note,
	round((change).value::numeric, 3) as change,
	(change).note
from ph.segment_move_cost('care', 's', '2024-01-01', '2025-01-01', 'care.spend');
select count(*) as moves,
	count(*) filter (
		where h.people is distinct from c.people
			or round(h.before::numeric, 6) is distinct from round((cost_before).value::numeric, 6)
			or round(h.after::numeric, 6) is distinct from round((cost_after).value::numeric, 6)
			or round(h.change::numeric, 6) is distinct from round((c.change).value::numeric, 6)) as wrong
from by_hand h
	full join ph.segment_move_cost('care', 's', '2024-01-01', '2025-01-01', 'care.spend') c
		on (coalesce(h.segment_before, ''), coalesce(h.segment_after, ''))
			= (coalesce(c.segment_before, ''), coalesce(c.segment_after, ''));
select sum(people) as everybody,
	(select count(*) from ph.segment_moves('care', 's', '2024-01-01', '2025-01-01')) as moves
from ph.segment_move_cost('care', 's', '2024-01-01', '2025-01-01', 'care.spend', '1 month');
select distinct (cost_before).note
from ph.segment_move_cost('care', 's', '2024-01-01', '2025-01-01', 'care.spend', '0 days');
-- nothing changes: nothing is written
call ph.record_segments('care', 'care.one', '2025-06-01', 'care.gone');
select count(*) filter (where start_date = '2025-06-01') as begun, count(*)
from care.segment_history;
call ph.record_segments('care', 'care.two', '2026-01-01', 'care.gone');
select count(*) filter (where start_date = '2026-01-01') as begun,
	count(distinct version) filter (where end_date is null and rank is not null) as versions
from care.segment_history;
select count(*) from ph.check_segment_history('care');
-- every day of everybody is in exactly one period
select count(*) as days_of_people, count(*) filter (where periods <> 1) as wrong
from (
	select person_id, d, count(*) filter (where start_date <= d and coalesce(end_date, 'infinity') > d) as periods
	from care.segment_history,
		unnest(array[date '2025-01-01', '2025-05-31', '2025-06-01', '2025-12-31', '2026-01-01', '2027-01-01']) d
	group by 1, 2
) x;
select segment, rank, (median_days).value, (median_days).note
from ph.segment_dwell('care', 's', '2026-06-01');
create function pg_temp.refused(query text) returns text language plpgsql
as $$
declare
	message text;
	hint text;
	state text;
begin
	execute query;
	return 'accepted';
exception when others then
	get stacked diagnostics message = message_text, hint = pg_exception_hint, state = returned_sqlstate;
	return concat_ws(' | ', state, message, nullif(hint, ''));
end
$$;
select pg_temp.refused($$select count(*) from ph.segment_moves('care', 's', '2025-01-01', '2026-01-01')$$);
select count(*), count(*) filter (where segment_before <> segment_after) as moved
from ph.segment_moves('care', 's', '2025-01-01', '2026-01-01', any_version => true);
select pg_temp.refused($$call ph.record_segments('care', 'care.one', '2026-01-01')$$);
select pg_temp.refused($$call ph.record_segments('care', 'care.one', 'infinity')$$);
create view care.twice as select * from care.one union all select * from care.one;
create view care.mixed as select * from care.one union all select * from care.two;
select pg_temp.refused($$call ph.record_segments('care', 'care.twice', '2027-01-01')$$);
select pg_temp.refused($$call ph.record_segments('care', 'care.mixed', '2027-01-01')$$);
-- a day on which nobody had moved was recorded all the same; whoever died stays dead
call ph.record_segments('care', 'care.one', '2027-01-01');
call ph.record_segments('care', 'care.one', '2027-06-01');
select scheme, as_of, version, people from care.segment_recording order by 1, 2;
select pg_temp.refused($$call ph.record_segments('care', 'care.one', '2027-03-01')$$);
select segment_before, segment_after, count(*)
from ph.segment_moves('care', 's', '2025-06-01', '2027-02-01', any_version => true)
where rank_before is null
group by 1, 2;
-- a version may be called anything
create table care.named (person_id text, scheme text, version text, segment text, rank integer, matched text[]);
insert into care.named
select 'p' || i, 'named', '2024, final', 'A', 1, '{}'
from generate_series(1, 3) i;
call ph.record_segments('care', 'care.named', '2024-01-01');
call ph.record_segments('care', 'care.named', '2025-01-01');
select count(*) from ph.segment_moves('care', 'named', '2024-01-01', '2025-01-01');
-- a history that was tampered with is found
update care.segment_history set start_date = start_date + 10 where start_date = '2026-01-01' and person_id = 'p100';
update care.segment_history set end_date = '2025-02-01' where person_id = 'q1' and start_date = '2025-01-01';
select * from ph.check_segment_history('care');

-- strategies: offers of partners, and whom they reach
create table care.reach (person_id text, partner text, offer text, reached boolean);
create table care.risk as
select person_id, case when risk >= 0.8 then 1 else 2 end as tier, risk
from care.people;
insert into care.segment_strategy
values
	('s', '1', 'High', null, 'GP', 'review', 30, null), ('s', '1', 'High', 1, 'hospital', 'virtual ward', 5, null),
	('s', '1', 'Middle', null, 'charity', 'walking', 100, 0.3),
	('s', '1', 'Low', null, 'council', 'leaflet', null, null);
insert into care.reach
select person_id, 'GP', 'review', person_id like '%5'
from care.people
where n >= 8 and person_id like '%5' or person_id like '%9';
select partner, offer, segment, tier, eligible, offered, reached_people, capacity,
	round((coverage).value::numeric, 3) as coverage,
	(coverage).note
from ph.strategy_coverage('care', 'care.one', 'care.reach', 'care.risk');
select s.partner, count(*) filter (where v.segment = s.segment) as eligible
from care.segment_strategy s, care.one v join care.risk k using (person_id)
where (s.tier is null or k.tier = s.tier) and (s.threshold is null or k.risk >= s.threshold)
group by 1
order by 1;
-- offers to people of a flag, and to other versions
create table care.flagged as
select person_id, scheme, version, segment, rank, path,
	case when n > 5 then '{Risky}'::text[] else '{}' end as flags
from care.one join care.people using (person_id);
insert into care.segment_strategy
values ('s', '1', 'Risky', null, 'GP', 'call', null, null), ('s', '2', 'High', null, 'GP', 'call', null, null);
select partner, offer, segment, eligible, (select count(*) from care.people where n > 5) as flagged
from ph.strategy_coverage('care', 'care.flagged', 'care.reach')
where offer = 'call';
-- a row of all, and one a group; who is in none is in one
create view care.part as select person_id, case when n % 3 > 0 then 'part ' || n % 3 end as group_name from care.people;
select partner, offer, segment, tier, group_name, eligible, offered, reached_people,
	round((coverage).value::numeric, 3) as coverage
from ph.strategy_coverage('care', 'care.one', 'care.reach', 'care.risk', 'care.part');
select coalesce(p.group_name, 'unknown') as group_name, count(distinct v.person_id) as eligible,
	count(distinct r.person_id) as offered, count(distinct r.person_id) filter (where r.reached) as reached
from care.one v
join care.part p using (person_id)
left join care.reach r on r.person_id = v.person_id and r.offer = 'review'
where v.segment = 'High'
group by 1
order by 1;
drop schema care cascade;
