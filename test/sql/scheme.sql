-- Segmentation schemes: shipped ones, one's own, what is refused, and what the view answers.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema care;
call ph.create_segment_tables('care');
create table care.people as
select 'p' || i as person_id, i % 100 as age_years,
	case when i % 3 > 0 then i % 7 = 0 end as copd,
	i % 11 = 0 as heart_failure,
	i % 5 as admissions,
	i % 13 = 0 as severe
from generate_series(1, 1000) i;
create function pg_temp.refused(query text) returns text language plpgsql as $$
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
end $$;
create function pg_temp.check_refused(expression text, inputs text[], types regtype[]) returns text language sql as $$
	select pg_temp.refused(format('select ph.check_rule(%L, %L, %L)', expression, inputs, types))
$$;

-- a scheme of one's own: nested segments, a flag, a promotion and a demotion
insert into care.scheme values ('winter', '1', 'winter plan', 'ourselves', 'ours', 'ours');
insert into care.scheme_input (scheme, version, input, type, activity)
values
	('winter', '1', 'age_years', 'int', false),
	('winter', '1', 'copd', 'bool', false),
	('winter', '1', 'heart_failure', 'boolean', false),
	('winter', '1', 'admissions', 'integer', true),
	('winter', '1', 'severe', 'boolean', false);
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('winter', '1', 1, 'High', 'segment', null),
	('winter', '1', 2, 'Lungs and heart', 'segment', null),
	('winter', '1', 9, 'Well', 'default', null),
	('winter', '1', 21, 'Both', 'segment', 'Lungs and heart'),
	('winter', '1', 22, 'Lungs', 'segment', 'Lungs and heart'),
	('winter', '1', 23, 'Severe lungs', 'segment', 'Lungs'),
	('winter', '1', 24, 'Heart', 'segment', 'Lungs and heart'),
	('winter', '1', 30, 'Over 80', 'flag', null);
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression, says)
values
	('winter', '1', 1, 'four admissions', 'High', 'assign', 'admissions >= 4 and age_years >= 75',
	 'you were admitted four times'),
	('winter', '1', 2, 'both', 'Both', 'assign', 'copd and heart_failure', 'you have both'),
	('winter', '1', 3, 'lungs', 'Lungs', 'assign', 'copd', 'you have a lung disease'),
	('winter', '1', 4, 'severe', 'Severe lungs', 'assign', 'severe', 'it is severe'),
	('winter', '1', 5, 'heart', 'Heart', 'assign', 'heart_failure', 'your heart is weak'),
	('winter', '1', 6, 'over 80', 'Over 80', 'assign', 'age_years > 80', 'you are over 80'),
	('winter', '1', 7, 'old and ill', 'High', 'promote', 'heart_failure and age_years > 90',
	 'you are over 90 and your heart is weak'),
	('winter', '1', 8, 'no admission', 'Lungs and heart', 'demote', 'admissions = 0', null);
select rule, checked, inputs from care.scheme_rule order by rule_order;
call ph.create_segment_view('winter', '1', 'care.people', 'care.segment', schema => 'care');
select * from ph.segment_summary('care.segment');
select * from ph.segment_coverage('care.segment', 'care');
-- everybody once, and nested totals close
select count(*) as rows, count(distinct person_id) as people,
	count(*) filter (where path[1] is distinct from segment) as differs
from care.segment;
select path, count(*) from care.segment group by 1 order by 1;
-- against the same by hand
select count(*) as people,
	count(*) filter (where segment is distinct from
		case
			when heart_failure and age_years > 90 and admissions > 0 then 'High'
			when admissions >= 4 and age_years >= 75 then 'High'
			when copd or heart_failure then 'Lungs and heart'
			else 'Well' end) as other_segment,
	count(*) filter (where flags is distinct from
		case when age_years > 80 then '{Over 80}'::text[] else '{}' end) as other_flags,
	count(*) filter (where unknown is distinct from
		case when copd is null then '{copd}'::text[] else '{}' end) as other_unknown,
	count(*) filter (where ('lungs' = any (matched)) is distinct from coalesce(copd, false)) as other_matched
from care.segment s
join care.people p using (person_id);
select segment, rank, path, flags, matched, because, reasons, unknown
from care.segment
where person_id in ('p91', 'p154', 'p99')
order by person_id;
select * from ph.explain_segment('care.segment', 'p154');
select * from ph.explain_segment('care.segment', 'p3');
select count(*) as lines_of_nobody from ph.explain_segment('care.segment', 'nobody');
-- a condition on a person reaches the table, and workers share the work
alter table care.people set (parallel_workers = 2);
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
explain (costs off) select segment from care.segment where person_id = 'p7';
explain (costs off) select segment, count(*) from care.segment group by 1;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;

-- used: it does not change; a copy does
select pg_temp.refused($$update care.scheme_rule set expression = 'copd' where rule = 'heart'$$);
select pg_temp.refused($$delete from care.scheme_segment where segment = 'Over 80'$$);
select pg_temp.refused($$insert into care.scheme_input values ('winter', '1', 'x', 'int')$$);
select pg_temp.refused($$update care.scheme set label = 'x'$$);
select pg_temp.refused($$delete from care.scheme$$);
select pg_temp.refused($$update ph.scheme_rule set expression = 'true'$$);
call ph.copy_scheme('care', 'winter', '1', 'winter', '2', 'care');
update care.scheme_rule set expression = 'copd or age_years > 95' where rule = 'lungs' and version = '2';
delete from care.scheme_rule where rule = 'no admission' and version = '2';
select * from ph.scheme_changes('winter', '1', '2', 'care');
call ph.create_segment_view('winter', '2', 'care.people', 'care.segment_2', schema => 'care');
select segment_before, segment_after, count(*), min(reasons_after::text)
from ph.scheme_moves('care.segment', 'care.segment_2')
group by 1, 2
order by 1, 2;

-- refused when saved
insert into care.scheme values ('bad', '1', 'bad');
insert into care.scheme_input (scheme, version, input, type)
values
	('bad', '1', 'a', 'integer'),
	('bad', '1', 'b', 'boolean'),
	('bad', '1', 't', 'text');
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('bad', '1', 1, 'S', 'segment', null),
	('bad', '1', 2, 'T', 'segment', 'S'),
	('bad', '1', 9, 'D', 'default', null),
	('bad', '1', 10, 'F', 'flag', null);
create domain care.positive as int check (value > 0);
create function care.lie(int) returns boolean language sql immutable as 'select true';
create operator care.=== (leftarg = int, rightarg = int, function = int4eq);
create function pg_temp.saving_refused(expression text) returns text language sql as $$
	select pg_temp.refused(format($q$
		insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
		values ('bad', '1', 1, 'r', 'S', %L)$q$, expression))
$$;
select e, pg_temp.saving_refused(e) as refused
from unnest(array[
	'', 'a', 'a >', 'missing > 1', 'a > 1; drop table care.people', 'a > 1 from care.people', 'b as c', 'a, b', '*',
	'input.*', 'exists (select 1)', 'a = (select 1)', 'sum(a) > 1', 'row_number() over () = 1', 'random() > 0.5',
	'now() > ''2024-01-01''', 'care.lie(a)', 'a operator(care.===) 1', 'a::care.positive > 1',
	'generate_series(1, a) > 1', 'current_user = t', 't::regclass is null', '$1', 'b limit 1', 'pg_sleep(1) is null',
	'xmlexists(''a'' passing t)', 'nextval(''x'') > 1', 'a in (1, 2', 'ph.tally(1) is null',
	'date ''2024-01-01'' < t', 'a is document', 'b order by 1', 'values (true)', '1; select true']) e;
select pg_temp.saving_refused(repeat('x', 200000)) as refused;

-- reading a rule runs nothing of its author's: not the checks of a domain in a type of theirs either
create function care.sprung(int) returns boolean language plpgsql as $$
begin
	raise exception 'the trap has sprung';
end $$;
create domain care.trapped as int check (care.sprung(value));
create type care.pair as (a care.trapped, b int);
create function care.takes(care.trapped[]) returns boolean language sql immutable as 'select true';
create function care.takes_pair(int, care.pair) returns boolean language sql immutable as 'select true';
create operator care.<<< (leftarg = int, rightarg = care.pair, function = care.takes_pair);
select e, pg_temp.check_refused(e, '{a}', '{integer}') as refused
from unnest(array[
	$$'{1}'::care.trapped[] is null$$, $$'(1,2)'::care.pair is null$$, $$care.takes('{1}')$$,
	$$a operator(care.<<<) '(1,2)'$$, $$count_true(variadic array['{1}'::care.trapped[] is null]) = a$$]) e;
select e, (ph.check_rule(e, '{a,b,t}', '{integer,boolean,text}')).*
from unnest(array[
	'b', 'not b', 'a between 1 and 3', 't ilike ''x%''', 'case when a > 1 then b else t = ''y'' end',
	'coalesce(b, false)', 'a = any (array[1,2])', 'length(t) > 3 and t ~ ''^a''', 'b is not true',
	't collate "C" < ''a''', 'a % 2 = 0', 'greatest(a, 3) > 4', 't is distinct from ''a''', 'input.a > 1',
	'nullif(a, 0) is null', 'ph.icd10_valid(t)', 'ph.has(ph.union(null, null), ''mi'')', 'a is null', 'true', 'null',
	'b and not b', 'a > 3 or a <= 3']) e;
select pg_temp.refused($$
	insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
	values ('bad', '1', 1, 'r', 'D', 'b')$$);
select pg_temp.refused($$
	insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
	values ('bad', '1', 1, 'r', 'F', 'promote', 'b')$$);
select pg_temp.refused($$
	insert into care.scheme_segment (scheme, version, rank, segment)
	values ('bad', '1', 2, 'U')$$);
select pg_temp.refused($$
	insert into care.scheme_segment (scheme, version, rank, segment, kind)
	values ('bad', '1', 12, 'U', 'default')$$);
select pg_temp.refused($$update care.scheme_segment set parent = 'T' where segment = 'S' and scheme = 'bad'$$);
select pg_temp.refused($$insert into care.scheme_input values ('bad', '1', 'x', 'no_such_type')$$);
select pg_temp.refused($$insert into care.scheme_input values ('bad', '1', 'x', 'care.positive')$$);
select pg_temp.refused($$insert into care.scheme_input values ('bad', '1', 'x', 'record')$$);
select pg_temp.refused($$insert into care.scheme values ('snee', '1', 'mine')$$);
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('bad', '1', 1, 'r', 'S', 'b'),
	('bad', '1', 2, 'r2', 'T', 'a > 3');
select pg_temp.refused($$
	insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
	values ('bad', '1', 2, 'r3', 'S', 'b')$$);
select pg_temp.refused($$call ph.create_segment_view('bad', '1', 'care.people', 'care.bad', 'care')$$);
select pg_temp.refused($$call ph.create_segment_view('winter', '1', 'care.people', 'bad', 'care')$$);
select pg_temp.refused($$call ph.create_segment_view('none', '1', 'care.people', 'care.bad', 'care')$$);
select pg_temp.refused($$select ph.segment_query('kent_bands', 'year-of-care', 'care.people', missing => 'maybe')$$);
create view care.other_type as select person_id, 'x'::text as long_term_conditions from care.people;
select pg_temp.refused($$select ph.segment_query('kent_bands', 'year-of-care', 'care.other_type')$$);
select pg_temp.refused($$call ph.create_segment_tables('nowhere')$$);
select pg_temp.refused($$call ph.create_segment_tables('ph')$$);

-- the text that stands as checked is not trusted, nor is a search path with traps: the query is what it is without them
create schema trap;
create function trap.lower(text) returns text language sql as $$ select 'trap' $$;
create operator trap.> (leftarg = int, rightarg = int, function = int4lt);
set search_path = trap, pg_catalog, public;
call ph.copy_scheme('care', 'bridges_to_health', 'bnssg-2019', 'mine', '1');
reset search_path;
create temp table without_traps as
select ph.segment_query('mine', '1', 'care.people', 'care', missing => 'unknown') as query;
alter table care.scheme_rule disable trigger all;
update care.scheme_rule set checked = 'true; drop table care.people' where scheme = 'mine';
alter table care.scheme_rule enable trigger all;
set search_path = trap, pg_catalog, public;
select count(*) as rules, count(*) filter (where q.query like '%' || checked || '%') as with_their_text,
	count(*) filter (where q.query is distinct from w.query) as with_another_query
from care.scheme_rule,
	pg_temp.without_traps w,
	ph.segment_query('mine', '1', 'care.people', 'care', missing => 'unknown') q (query)
where scheme = 'mine';
reset search_path;

-- checks: what logic shows, and what these people show
select scheme, version, c.finding, c.segment, rule, detail
from ph.scheme, lateral ph.check_scheme(scheme, version) c
where finding <> 'uses_activity'
order by 1, 2, 3, 4, 5;
insert into care.scheme values ('poor', '1', 'poor');
insert into care.scheme_input (scheme, version, input, type, code_list, activity)
values
	('poor', '1', 'age_years', 'integer', null, false),
	('poor', '1', 'copd', 'boolean', 'no_such_list', false),
	('poor', '1', 'admissions', 'integer', null, true),
	('poor', '1', 'blind', 'boolean', null, false);
insert into care.scheme_segment (scheme, version, rank, segment, kind)
values
	('poor', '1', 1, 'A', 'segment'),
	('poor', '1', 2, 'B', 'segment'),
	('poor', '1', 3, 'C', 'segment'),
	('poor', '1', 4, 'N', 'segment'),
	('poor', '1', 5, 'D', 'default');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('poor', '1', 1, 'old', 'A', 'age_years > 60'),
	('poor', '1', 2, 'older', 'B', 'age_years > 70 and copd'),
	('poor', '1', 3, 'never', 'B', 'age_years > 3 and age_years < 2'),
	('poor', '1', 4, 'always', 'C', 'age_years > 3 or age_years <= 3'),
	('poor', '1', 5, 'blind', 'B', 'blind'),
	('poor', '1', 6, 'used', 'B', 'admissions > 3'),
	('poor', '1', 7, 'one in fifty', 'A', 'age_years = 50 and copd');
create table care.code_list (list text);
select *
from ph.check_scheme(
	'poor', '1', 'care.people', 'care', judged_by => '{admissions}', population_schema => 'care', smallest => 100);
-- k of n, and what has resolved
select ph.count_true(true, null, false, true) as of_four, ph.count_true(variadic '{}') as of_none,
	ph.count_true(null) as of_unknown;
select d as diagnosed, r as resolved, ph.unresolved(d, r)
from (
	values
		(date '2024-01-01', null::date),
		('2024-01-01', '2024-02-01'),
		('2024-03-01', '2024-02-01'),
		('2024-02-01', '2024-02-01'),
		(null, '2024-01-01'),
		(null, null)
) v (d, r);
select e, by, ph.rule_implied(e, by, '{a,b,c,n}', '{boolean,boolean,boolean,integer}')
from (
	values
		('a', '{a or b}'::text[]),
		('a or b', '{a}'),
		('a or b', '{a,b}'),
		('n > 5', '{n > 3}'),
		('n > 3', '{n > 5}'),
		('a', '{"ph.count_true(a, b, c) >= 1"}'),
		('a and b', '{"ph.count_true(a, b, c) >= 2"}'),
		('a', '{"ph.count_true(a, b, c) >= 2"}'),
		('a', '{"ph.count_true(a, b, c) > 2","ph.count_true(a, b, c) in (1, 2)"}'),
		('ph.count_true(a, b) = 2', '{"ph.count_true(a, b) >= 1"}'),
		('false', '{a}'),
		('a', '{}')
) v (e, by);
-- what is not known to be true is not always true
select e, (ph.check_rule(e, '{b,x,c}', '{boolean,integer,text}')).always
from unnest(array[
	'b or null', 'x in (1, null) or x not in (1, null)', 'not (b and null)', 'nullif(x, 5) > 3 or nullif(x, 5) <= 3',
	'case when x > 5 then true end or x <= 5', 'x > 3 or x <= 3', 'b or not b', 'x is null or x is not null',
	'ph.count_true(b, x > 1) >= 0', 'x in (1, 2) or x <> 1']) e;

-- three levels: rules of a segment with rules of its own hide those within it from the levels above
insert into care.scheme values ('deep', '1', 'deep');
insert into care.scheme_input (scheme, version, input, type)
select 'deep', '1', i, 'boolean'
from unnest('{a,b,c}'::text[]) i;
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('deep', '1', 1, 'Top', 'segment', null),
	('deep', '1', 2, 'Other', 'segment', null),
	('deep', '1', 3, 'None', 'default', null),
	('deep', '1', 11, 'Mid', 'segment', 'Top'),
	('deep', '1', 12, 'Low', 'segment', 'Mid');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('deep', '1', 1, 'mid', 'Mid', 'a'),
	('deep', '1', 2, 'low', 'Low', 'b'),
	('deep', '1', 3, 'other', 'Other', 'b and c');
create table care.letters as
select format('p%s', i) as person_id, i & 1 > 0 as a, i & 2 > 0 as b, i & 4 > 0 as c
from generate_series(0, 7) i;
select finding, rule from ph.check_scheme('deep', '1', 'care.letters', 'care', smallest => 0);
-- a rule that a segment of higher need hides is said to be so also where people are moved back to its segment
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
values
	('deep', '1', 4, 'back', 'Other', 'demote', 'c'),
	('deep', '1', 5, 'hidden', 'Other', 'assign', 'a and b');
select finding, rule, detail, people
from ph.check_scheme('deep', '1', 'care.letters', 'care', smallest => 0)
where rule = 'hidden';
create table care.nobody as select * from care.letters where false;
select finding, rule from ph.check_scheme('deep', '1', 'care.nobody', 'care', smallest => 0);
-- a name that is no input is refused, and told, with the inputs that there are: in order, and the first of many
select pg_temp.check_refused('age > 1', '{copd,"lives alone",age_years}', '{boolean,boolean,integer}') as refused;
select pg_temp.check_refused('age > 1', '{}', '{}') as refused;
select n as inputs, (
	select right(pg_temp.check_refused('a', array_agg('i' || i), array_agg('boolean'::regtype)), 20)
	from generate_series(101, 100 + n) i) as many
from unnest('{40,41}'::int[]) n;
begin;
alter table care.scheme_rule disable trigger all;
update care.scheme_rule set expression = 'd' where scheme = 'deep' and rule = 'low';
select finding, rule, detail
from ph.check_scheme('deep', '1', schema => 'care')
where finding = 'invalid_rule';
rollback;

-- a rule that was changed in a copy while what people read was not; only written otherwise it is no change
call ph.copy_scheme('care', 'kent_bands', 'year-of-care', 'bands', '1');
select copied_from from care.scheme where scheme = 'bands';
update care.scheme_rule set expression = '(long_term_conditions)>=9' where scheme = 'bands' and rule = 'E';
update care.scheme_rule set expression = 'long_term_conditions between 5 and 8' where scheme = 'bands' and rule = 'D';
update care.scheme_rule
set expression = 'long_term_conditions in (3, 4)', says = 'you have three or four long-term conditions'
where scheme = 'bands' and rule = 'C';
update care.scheme_rule
set expression = 'long_term_conditions > 1', rule = 'B, new'
where scheme = 'bands' and rule = 'B';
select finding, rule, detail
from ph.check_scheme('bands', '1', schema => 'care')
where finding = 'words_not_changed';
-- where a rule says nothing people read its name
call ph.copy_scheme('care', 'bands', '1', 'bands', '2', 'care');
update care.scheme_rule set says = null where scheme = 'bands' and version = '2';
call ph.copy_scheme('care', 'bands', '2', 'bands', '3', 'care');
update care.scheme_rule
set expression = 'long_term_conditions >= 10'
where scheme = 'bands' and version = '3' and rule = 'E';
select v as version, finding, rule
from unnest('{2,3}'::text[]) v, ph.check_scheme('bands', v, schema => 'care')
where finding = 'words_not_changed';
-- and nothing is told where it is not known what the version was copied from, or that is not there any more
begin;
update care.scheme set copied_from = '{nowhere,bands,1}' where scheme = 'bands';
select count(*) as told_of_what_is_gone
from ph.check_scheme('bands', '3', schema => 'care')
where finding = 'words_not_changed';
update care.scheme set copied_from = null where scheme = 'bands';
select count(*) as told_of_what_is_not_known
from ph.check_scheme('bands', '3', schema => 'care')
where finding = 'words_not_changed';
alter table care.scheme drop copied_from;
select count(*) as told_by_older_tables
from ph.check_scheme('bands', '3', schema => 'care')
where finding = 'words_not_changed';
call ph.create_segment_tables('care');
select col_description('care.scheme'::regclass, attnum) as added_again
from pg_attribute
where attrelid = 'care.scheme'::regclass and attname = 'copied_from';
rollback;

-- kinds, nesting and rules fit each other, in whatever order they are written
select pg_temp.refused($$
	update care.scheme_segment set kind = 'flag' where scheme = 'deep' and segment = 'Other'$$);
select pg_temp.refused($$
	update care.scheme_segment set kind = 'default' where scheme = 'deep' and segment = 'Top'$$);
select pg_temp.refused($$
	insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
	values ('deep', '1', 21, 'lost', 'segment', 'None')$$);
select pg_temp.refused($$
	insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
	values ('deep', '1', 9, 'up', 'Mid', 'promote', 'c')$$);
select pg_temp.refused($$
	update care.scheme_segment set parent = 'Top' where scheme = 'deep' and segment = 'Other'$$);
-- an input that a rule reads stays as it is; with its scheme it may go
select pg_temp.refused($$delete from care.scheme_input where scheme = 'deep' and input = 'a'$$);
select pg_temp.refused($$update care.scheme_input set type = 'integer' where scheme = 'deep' and input = 'a'$$);
update care.scheme_input set description = 'first' where scheme = 'deep' and input = 'a';
insert into care.scheme_input (scheme, version, input, type) values ('deep', '1', 'unread', 'text');
call ph.create_segment_view('deep', '1', 'care.letters', 'care.deep', 'care', missing => 'unknown');
select * from ph.segment_coverage('care.deep', 'care');
select pg_temp.refused($$
	call ph.create_segment_view('deep', '1', 'care.letters', 'care.deep2', 'care', missing => null)$$);
insert into care.scheme values ('short', '1', 'short');
insert into care.scheme_input (scheme, version, input, type) values ('short', '1', 'a', 'boolean');
insert into care.scheme_segment (scheme, version, rank, segment, kind) values ('short', '1', 1, 'S', 'segment');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values ('short', '1', 1, 'r', 'S', 'a');
delete from care.scheme where scheme = 'short';
select (select count(*) from care.scheme_input where scheme = 'short') as inputs_left,
	(select count(*) from care.scheme_rule where scheme = 'short') as rules_left;

-- codes keep their length, whatever they are declared as
insert into care.scheme values ('codes', '1', 'codes');
insert into care.scheme_input (scheme, version, input, type)
values
	('codes', '1', 'code', 'char(3)'),
	('codes', '1', 'bits', 'bit(4)');
insert into care.scheme_segment (scheme, version, rank, segment, kind)
values
	('codes', '1', 1, 'High', 'segment'),
	('codes', '1', 2, 'None', 'default');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('codes', '1', 1, 'I10', 'High', $$code = 'I10'$$),
	('codes', '1', 2, 'bits', 'High', $$bits = '0110'$$);
select input, type from care.scheme_input where scheme = 'codes' order by 1;
create table care.coded (person_id text, code char(3), bits bit(4));
insert into care.coded values ('a', 'I10', '0000'), ('b', 'E11', '0110'), ('c', 'E11', '0000');
call ph.create_segment_view('codes', '1', 'care.coded', 'care.coded_segment', 'care');
create table care.texted (person_id text, code varchar(3), bits bit(4));
insert into care.texted select * from care.coded;
call ph.create_segment_view('codes', '1', 'care.texted', 'care.texted_segment', 'care');
select person_id, c.segment as by_char, t.segment as by_varchar
from care.coded_segment c
join care.texted_segment t using (person_id)
order by 1;
-- the order of moves is part of a version; versions that are not there are no versions
select pg_temp.refused($$select * from ph.scheme_changes('deep', '1', '2', 'care')$$);

-- somebody who may only read shipped schemes can use them
create role ph_test_partner;
create schema partner authorization ph_test_partner;
set role ph_test_partner;
create table partner.people as
select i::text as person_id, i % 12 as long_term_conditions
from generate_series(1, 100) i;
call ph.create_segment_view('kent_bands', 'year-of-care', 'partner.people', 'partner.kent');
select count(*) as people, count(distinct segment) as segments from partner.kent;
reset role;
drop schema partner cascade;
drop role ph_test_partner;

-- a rule means tomorrow what it means today
select e, pg_temp.check_refused(e, '{d,t}', '{date,text}') as refused
from unnest(array[
	'd > ''today''', 'd > date ''now''', 'd in (''2024-01-01'', '' Tomorrow '')',
	'd > ''2024-01-01'' and t = ''unknown''', 't = ''today''']) e;

-- domains and enums are the types that they are of
create type care.place as enum ('town', 'country');
create domain care.years as integer check (value >= 0);
create table care.typed (person_id integer, place care.place, age care.years);
insert into care.typed values (1, 'town', 80), (2, 'country', 80), (3, 'town', 20), (null, 'town', 80);
insert into care.scheme values ('typed', '1', 'typed');
insert into care.scheme_input (scheme, version, input, type)
select 'typed', '1', attname, ph.rule_type(atttypid)
from pg_attribute
where attrelid = 'care.typed'::regclass and attname in ('place', 'age');
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('typed', '1', 2, 'Old', 'segment', null),
	('typed', '1', 1, 'Anybody else', 'default', null),
	('typed', '1', 5, 'Low', 'segment', null),
	('typed', '1', 21, 'in town', 'segment', 'Old');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
values
	('typed', '1', 1, 'old', 'Old', 'assign', 'age >= 65'),
	('typed', '1', 2, 'town', 'in town', 'assign', $$place = 'town'$$),
	('typed', '1', 3, 'back', 'Old', 'demote', 'age < 0'),
	('typed', '1', 4, 'up', 'Low', 'promote', 'age < 30 and age > 40');
call ph.create_segment_view('typed', '1', 'care.typed', 'care.by_type', 'care');
select person_id, segment, path, candidates from care.by_type order by person_id;
-- what no rule matches ranking above the others, and moves that never happen, are found
select finding, segment, rule, detail
from ph.check_scheme('typed', '1', 'care.typed', 'care', smallest => 0)
order by 1, 2, 3;
-- people of whole and of worded identifiers in one session; people without one are not followed
select (select count(*) from ph.explain_segment('care.by_type', '1')) as lines_of_a_number,
	(select count(*) from ph.explain_segment('care.segment', 'p1')) as lines_of_a_word;
select pg_temp.refused($$call ph.record_segments('care', 'care.by_type', '2024-01-01')$$);

-- moved to a segment, people are where they belong within it
insert into care.scheme values ('moved', '1', 'moved');
insert into care.scheme_input (scheme, version, input, type)
select 'moved', '1', i, 'boolean'
from unnest('{a,b,c}'::text[]) i;
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('moved', '1', 1, 'P', 'segment', null),
	('moved', '1', 2, 'Q', 'segment', null),
	('moved', '1', 3, 'None', 'default', null),
	('moved', '1', 11, 'C', 'segment', 'P');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
values
	('moved', '1', 1, 'p', 'P', 'assign', 'a'),
	('moved', '1', 2, 'q', 'Q', 'assign', 'b'),
	('moved', '1', 3, 'c', 'C', 'assign', 'c'),
	('moved', '1', 4, 'up', 'P', 'promote', 'b and c');
call ph.create_segment_view('moved', '1', 'care.letters', 'care.moved', 'care');
select person_id, segment, path from care.moved order by 1;

-- no truncation of what was used; coverage says whose scheme it does not know
select pg_temp.refused('truncate care.scheme_rule') as own, pg_temp.refused('truncate ph.scheme_rule') as shipped,
	pg_temp.refused($$select * from ph.segment_coverage('care.moved')$$) as coverage;
drop schema care cascade;
drop schema trap cascade;

-- also within ranges, lists and rows, however quoted; a text that merely has such a word is a text
create schema own_words;
create text search configuration own_words.plain (copy = pg_catalog.simple);
create text search dictionary own_words.words (template = pg_catalog.simple);
create collation own_words.order (locale = 'C');
select e, pg_temp.check_refused(e, '{d,t,s,r}', '{date,text,timestamp,daterange}') as refused
from unnest(array[
	$$d <@ '[2020-01-01,today)'::daterange$$, $$d <@ '{[2020-01-01,2021-01-01),["yesterday",]}'::datemultirange$$,
	$$r && '[,to\day]'$$, $$s <@ tsrange '[NOW,)'$$, $$d = any ('{2024-01-01,Today}')$$,
	$$d = any (array['2024-01-01', 'tomorrow']::date[])$$,
	$$('x,"(a,,,,,,2024-01-01,now)"' = t) or ('(a,,,,,,,now)'::ph.scheme).scheme = t$$, $$s::time > 'now'$$,
	$$d > 'now'::timestamp(0)$$, $$d between '2024-01-01' and 'today'$$, $$coalesce(d, 'today') > '2024-01-01'$$]) e;
select e, pg_temp.check_refused(e, '{d,t,s,r}', '{date,text,timestamp,daterange}') as refused
from unnest(array[
	$$d > '2024-01-01' and t = 'seen today'$$, $$d > '2024-01-01' and t in ('today', 'now', 'Yesterday')$$,
	$$t = any ('{today}') and d < '2024-01-01'$$, $$d <@ '[2020-01-01,infinity)'::daterange$$,
	$$t like '%now%' or d = '-infinity'$$,
	$$to_tsvector('english', t) @@ to_tsquery('english', 'today & !tomorrow') and d > '2024-01-01'$$,
	$$t = 'today'::bytea::text or d > 'epoch'$$]) e;
-- nor may it hang on what somebody can change under its name
select e, pg_temp.check_refused(e, '{t,n}', '{text,integer}') as refused
from unnest(array[
	$$to_tsvector('own_words.plain', t) @@ 'copd'$$,
	$$to_tsvector('own_words.plain'::regconfig::oid::regconfig, t) @@ 'copd'$$,
	$$to_tsvector(n::oid::regconfig, t) @@ 'copd'$$, $$ts_lexize('own_words.words', t) = '{copd}'$$,
	$$t > 'a' collate own_words.order$$, $$t = 'x' and 'pg_catalog.pg_class'::regclass is not null$$,
	$$n = any ('{pg_catalog.pg_class}'::regclass[]::oid[]::int[])$$, $$to_tsvector('pg_catalog.simple', t) @@ 'copd'$$,
	$$ts_lexize('simple', t) = '{copd}'$$, $$t > 'a' collate "C"$$]) e;
drop text search configuration own_words.plain;
drop text search dictionary own_words.words;
drop collation own_words.order;
drop schema own_words;

-- a count that cannot be reached is never true, and one that cannot be missed is always
select e, (ph.check_rule(e, '{a,b,c,n}', '{boolean,boolean,boolean,integer}')).always
from unnest(array[
	'ph.count_true(a, b) > 2', 'ph.count_true(a, b) >= 2', 'ph.count_true(a, b) < 0',
	'ph.count_true(a, b, c) = 3 and not a', 'ph.count_true(a, b) = 2 and (not a or not b)',
	'ph.count_true(a, b) + ph.count_true(b, c) > 4', 'ph.count_true(a, b) + ph.count_true(b, c) > 3',
	'ph.count_true(a, b) > 2 or ph.count_true(a, c) > 2', 'ph.count_true(a, true) < 1', 'ph.count_true(a, false) > 1',
	'ph.count_true(a, b) <= 2', 'ph.count_true(a, n > 3, n <= 3) in (0, 1, 2, 3)',
	'ph.count_true(a, b) between 3 and 5']) e;
-- a rule may ask for days of dates and timestamps, and not of the time zone of whoever reads it
select e, (ph.check_rule(e, '{d,s,z}', '{date,timestamp,timestamptz}')).expression_checked
from unnest(array[
	'ph.unresolved(d, s)', $$ph.completed_years(d, date '2024-04-01') >= 65$$,
	$$ph.in_look_back(s, date '2024-04-01', '2 years')$$]) e;
select e, pg_temp.check_refused(e, '{d,s,z}', '{date,timestamp,timestamptz}') as refused
from unnest(array[
	'ph.unresolved(d, z)', $$ph.completed_years(d, '2024-04-01') >= 65$$, 'd > z', 's::timestamptz = z',
	'ph.unresolved(d, now())', 'd::timestamptz::text like ''x''']) e;

-- rules, inputs, nesting and people that are none are told and take no part in what is shown of the others
\set VERBOSITY terse
create schema own;
call ph.create_segment_tables('own');
insert into own.scheme values ('w', '1', 'w');
insert into own.scheme_input (scheme, version, input, type)
values
	('w', '1', 'a', 'boolean'),
	('w', '1', 'n', 'integer'),
	('w', '1', 't', 'text');
insert into own.scheme_segment (scheme, version, rank, segment, kind)
values
	('w', '1', 1, 'One', 'segment'),
	('w', '1', 2, 'Two', 'segment'),
	('w', '1', 3, 'Rest', 'default');
insert into own.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values
	('w', '1', 1, 'r1', 'One', 'a'),
	('w', '1', 2, 'r2', 'Two', 'a and n > 3');
create table own.people as
select i::text as person_id, i % 2 = 0 as a, i as n, 'x' as t
from generate_series(1, 20) i;
-- without triggers nothing is refused when it is saved
select pg_temp.refused(format('alter table own.%I disable trigger all', r))
from unnest('{scheme,scheme_input,scheme_segment,scheme_rule}'::text[]) r;
create function pg_temp.findings() returns text language sql as $$
	select string_agg(
		concat_ws(' ', finding, rule, case when finding like 'un%' or finding = 'invalid_input' then detail end), ', ')
	from ph.check_scheme('w', '1', 'own.people', 'own', smallest => 0)
	where finding <> 'missing_trigger'
$$;
select pg_temp.findings() as as_it_was;
do $$
declare
	broken text;
begin
	foreach broken in array array['nonsense(((', 'true) or (true', 'a and nosuch', 'n > 3 and pg_sleep(0) is null', '']
	loop
		update own.scheme_rule set expression = broken where rule = 'r1';
		raise warning '%: %', broken, pg_temp.findings();
	end loop;
	update own.scheme_rule set expression = 'a' where rule = 'r1';
	update own.scheme_rule set expression = 'n / (n - n) > 1' where rule = 'r2';
	raise warning 'fails: %', pg_temp.findings();
	update own.scheme_rule set expression = 'n > 3' where rule = 'r2';
	update own.scheme_input set type = 'nosuch' where input = 'n';
	raise warning 'input: %', pg_temp.findings();
	update own.scheme_input set type = 'boolean' where input = 't';
	update own.scheme_input set type = 'integer' where input = 'n';
	raise warning 'people: %', pg_temp.findings();
	update own.scheme_input set type = 'text' where input = 't';
	update own.scheme_rule set segment = 'Rest' where rule = 'r2';
	raise warning 'shape: %', pg_temp.findings();
	update own.scheme_rule set segment = 'Two' where rule = 'r2';
	update own.scheme_segment set kind = 'segment' where segment = 'Rest';
	raise warning 'default: %', pg_temp.findings();
	update own.scheme_segment set kind = 'default' where segment = 'Rest';
end $$;

-- what was changed since it was used is told, and refused
call ph.create_segment_tables('own');
call ph.create_segment_view('w', '1', 'own.people', 'own.segment', 'own');
select pg_temp.findings() as used;
create function pg_temp.changed(change text) returns text language plpgsql as $$
begin
	alter table own.scheme_rule disable trigger a_keep_used;
	alter table own.scheme_rule disable trigger b_check;
	alter table own.scheme_segment disable trigger a_keep_used;
	alter table own.scheme_input disable trigger a_keep_used;
	execute change;
	call ph.create_segment_tables('own');
	-- an error, so that the change is undone
	raise exception 'found: % | view: % | copy: %',
		(
			select string_agg(finding, ', ')
			from ph.check_scheme('w', '1', null, 'own')
			where finding like 'changed%'),
		pg_temp.refused($q$call ph.create_segment_view('w', '1', 'own.people', 'own.segment', 'own')$q$),
		pg_temp.refused($q$
			call ph.copy_scheme('own', 'w', '1', 'w', '2', 'own');
			call ph.create_segment_view('w', '2', 'own.people', 'own.other', 'own')$q$);
exception when raise_exception then
	return sqlerrm;
end $$;
select c, pg_temp.changed(c)
from unnest(array[
	$$update own.scheme_rule set expression = 'n > 4' where rule = 'r2'$$,
	$$update own.scheme_rule set expression = 'n > 4', checked = '(n > 4)' where rule = 'r2'$$,
	$$delete from own.scheme_rule where rule = 'r2'$$,
	$$update own.scheme_segment set rank = rank + 10$$,
	$$insert into own.scheme_input values ('w', '1', 'more', 'text')$$,
	$$select 1$$]) c;
-- a view does not read itself, also through others
create view own.on_top as select person_id, true as a, 1 as n, 'x' as t from own.segment;
select pg_temp.refused($$
		call ph.create_segment_view('w', '1', 'own.segment', 'own.segment', 'own', missing => 'unknown')$$) as itself,
	pg_temp.refused($$call ph.create_segment_view('w', '1', 'own.on_top', 'own.segment', 'own')$$) as through_another;
select count(*) as still_answers from own.on_top;
-- nobody makes anything where the extension lives; what there is not is not used
select pg_temp.refused($$call ph.use_scheme('own', 'nosuch', '1')$$) as own,
	pg_temp.refused($$call ph.use_scheme('ph', 'nosuch', '1')$$) as shipped;
-- a schema without the tables is told what makes them
select call, pg_temp.refused(call)
from unnest(array[
	$$select * from ph.check_scheme('winter', '1', schema => 'public')$$,
	$$call ph.copy_scheme('public', 'kaiser_senior', 'care-groups', 'ours', '1')$$,
	$$call ph.learn_scheme('public', 'ours', '1', 'select 1.0::float8 as cost, 1 as age')$$,
	$$call ph.record_segments('public', 'own.segment', '2024-01-01')$$,
	$$select * from ph.segments_at('public', 'winter', '2024-01-01')$$,
	$$select * from ph.segment_dwell('public', 'winter', '2024-01-01')$$,
	$$select * from ph.check_segment_history('public')$$,
	$$select * from ph.segment_coverage('own.segment', 'public')$$,
	$$select * from ph.strategy_coverage('public', 'own.segment', 'own.segment')$$,
	$$select * from ph.check_scheme('winter', '1', schema => null)$$]) call;
select s, pg_temp.refused(format('call ph.create_segment_tables(%L)', s))
from unnest('{ph,ph_support,pg_catalog,pg_toast,information_schema}'::text[]) s;
select pg_temp.refused(format('call ph.create_segment_view(%L, %L, %L, %L)',
	'kent_bands', 'year-of-care', 'own.people', v))
from unnest(array['ph.mine', 'ph_support.mine', 'own.' || repeat('x', 70)]) v;
select pg_temp.refused($$
	select ph.segment_move_cost('own', 'w', '2024-01-01', '2025-01-01', 'own.people', '-1 year')$$);
drop schema own cascade;
