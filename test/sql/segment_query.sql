-- How a view is made of a scheme: each piece of ph.segment_query, of one small scheme.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema care;
call ph.create_segment_tables('care');
create table care.people (person_id text, age_years smallint, copd boolean, admissions integer);
insert into care.people
values
	('ann', 85, true, 0),
	('bob', 40, true, 3),
	('cem', 85, null, 3),
	('dee', 30, false, 0);
insert into care.scheme (scheme, version, label) values ('winter', '1', 'winter plan');
insert into care.scheme_input (scheme, version, input, type)
values
	('winter', '1', 'age_years', 'integer'),
	('winter', '1', 'copd', 'boolean'),
	('winter', '1', 'admissions', 'integer'),
	('winter', '1', 'lives alone', 'boolean');
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('winter', '1', 1, 'Call first', 'segment', null),
	('winter', '1', 2, 'Write to', 'segment', null),
	('winter', '1', 3, 'Everyone else', 'default', null),
	('winter', '1', 21, 'Lungs', 'segment', 'Write to'),
	('winter', '1', 22, 'Alone', 'segment', 'Write to'),
	('winter', '1', 30, 'Over 80', 'flag', null);
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression, says)
values
	('winter', '1', 1, 'old lungs', 'Call first', 'copd and age_years > 80',
	 'you are over 80 with a disease of the lungs'),
	('winter', '1', 2, 'lungs', 'Lungs', 'copd', 'you have a disease of the lungs'),
	('winter', '1', 3, 'alone', 'Alone', '"lives alone"', null),
	('winter', '1', 4, 'over 80', 'Over 80', 'age_years > 80', 'you are over 80');

-- what the pieces are made of: inputs, rules, whose rules speak for a segment, and the condition of each segment
create temp table piece as
select i.names, i.types, r.rules, s.segments
from ph_support.scheme_inputs('care', 'winter', '1') i,
	ph_support.query_rules('care', 'winter', '1', i.names, i.types) r (rules),
	ph_support.query_segments('care', 'winter', '1', r.rules) s (segments);
select r.* from piece, unnest(rules) r;
select * from ph_support.speaking_segment('care', 'winter', '1') order by ranks;
select s.* from piece, unnest(segments) s;

-- the pieces
\pset format unaligned
\pset tuples_only on
select ph_support.query_inputs('care.people', names, types) from piece;
select ph_support.query_winner(segments, rules, array(select quote_literal(s.segment) from unnest(segments) s))
from piece;
select ph_support.query_rank(segments, rules) from piece;
select ph_support.query_path(segments, 'Write to', 0), ph_support.query_path(segments, 'Lungs', 0) from piece;
select ph_support.query_holding(segments, 'segment') from piece;
select ph_support.query_holding(segments, 'flag') from piece;
select ph_support.query_reason(r.rule, r.inputs) from piece, unnest(rules) r;
select ph_support.query_unknown(rules) from piece;
select ph_support.query_list('{a > 1,null,b}', '{1,2,3}'), ph_support.query_list('{}', '{}');
select ph_support.query_case('{a > 1,null,b}', '{1,2,3}', '4', 0), ph_support.query_case('{}', '{}', '4', 0);
select ph_support.query_case('{1,2}', '{''x'',''y''}', null, 0, 'n');
-- the whole
select ph.segment_query('winter', '1', 'care.people', 'care', missing => 'unknown');

-- where rules move people, it goes by the rank to which they were moved
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, effect, expression)
values
	('winter', '1', 5, 'admitted', 'Call first', 'promote', 'admissions > 2'),
	('winter', '1', 6, 'young', 'Write to', 'demote', 'age_years < 50');
update piece
set rules = ph_support.query_rules('care', 'winter', '1', names, types);
select ph_support.query_rank(segments, rules) from piece;
select ph_support.query_winner(segments, rules, array(select quote_literal(s.segment) from unnest(segments) s))
from piece;
\pset format aligned
\pset tuples_only off
call ph.create_segment_view('winter', '1', 'care.people', 'care.segment', 'care', missing => 'unknown');
select person_id, segment, rank, path, flags, candidates, matched, unknown from care.segment order by person_id;

-- names with quotes, braces, formats and lines in them are names
insert into care.scheme (scheme, version, label) values (E'it''s "%s"\n{scheme}\\', '1', 'names');
insert into care.scheme_input (scheme, version, input, type)
values (E'it''s "%s"\n{scheme}\\', '1', E'a''"%I\n\\', 'boolean');
insert into care.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	(E'it''s "%s"\n{scheme}\\', '1', 1, E's''"%1$s\n\tx\\', 'segment', null),
	(E'it''s "%s"\n{scheme}\\', '1', 2, E'rest''\n\\', 'default', null),
	(E'it''s "%s"\n{scheme}\\', '1', 3, E'in''\n\\', 'segment', E's''"%1$s\n\tx\\');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values (E'it''s "%s"\n{scheme}\\', '1', 1, E'r''"%L\n\\', E'in''\n\\', E'"a''""%I\n\\"');
create table care.named ("who's" integer, U&"a'""%I\000A\\" boolean);
insert into care.named values (1, true), (2, null);
call ph.create_segment_view(E'it''s "%s"\n{scheme}\\', '1', 'care.named', 'care.names', 'care', person => 'who''s');
select to_json(s) from care.names s order by person_id;

-- people of a temporary table are read from it, whatever table of its name the search path finds first
create temp table people as select 'eva' as person_id;
set search_path = care, pg_temp;
select ph.segment_query('winter', '1', 'pg_temp.people', 'care', missing => 'unknown') as query \gset
select string_agg(person_id, ' ') as people from (:query) q;
reset search_path;
drop table pg_temp.people;

-- a text with backslashes as such is not given where they are read as escapes; a view is made there all the same
set standard_conforming_strings = off;
select ph.segment_query('winter', '1', 'care.people', 'care', missing => 'unknown');
call ph.create_segment_view('winter', '1', 'care.people', 'care.off', 'care', missing => 'unknown');
reset standard_conforming_strings;
call ph.create_segment_view('winter', '1', 'care.people', 'care.as_usual', 'care', missing => 'unknown');
select pg_get_viewdef('care.off'::regclass) = pg_get_viewdef('care.as_usual'::regclass) as the_same_view;

-- whoever calls a piece by itself, with whatever argument
select ph_support.query_path(array[
	row ('a', 'b', 1, 'segment', 'x')::ph_support.query_segment,
	row ('b', 'a', 2, 'segment', 'y')::ph_support.query_segment], 'a', 0) as circle;
select ph_support.query_path(null, null, null), ph_support.query_case(null, null, null, null),
	ph_support.query_list(null, null), ph_support.query_rank(null, null), ph_support.query_winner(null, null, null),
	ph_support.query_holding(null, null), ph_support.query_reason(null, null), ph_support.query_unknown(null),
	ph_support.query_inputs(null, null, null), ph_support.query_inputs(0, '{a}', '{integer}'),
	ph_support.column_type(0, 'a');
select ph_support.query_rules('care', null, null, null, null), ph_support.query_segments('care', null, null, null);
drop schema care cascade;
