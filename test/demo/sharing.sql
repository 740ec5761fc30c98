-- Shares what was made up: a partner logs in and sees the rows of its own place, a board sees no rows; both read the
-- released figures of all places.
--
--     psql -v schema=health -f test/demo/sharing.sql
--
-- comes after measures.sql, in a server of its own: roles belong to the cluster. Two measures are folded again, of
-- those who may be used.
\set ON_ERROR_STOP on
\set QUIET on
\set owner :USER
set client_min_messages = warning;
set search_path = :"schema";
call ph.create_sharing_tables(:'schema');
insert into may_use select person_id, 'planning' from person where abs(hashtext(person_id)) % 50 <> 0;
call ph.secure(:'schema');

create role docks_analyst login;
create role board_member login;
insert into entitlement (role, level, place, purpose) values ('docks_analyst', 'place', 'X09000001', 'planning');
call ph.grant_access(:'schema', 'docks_analyst', 'analyst');
call ph.grant_access(:'schema', 'board_member', 'aggregate');
revoke temporary on database :"DBNAME" from public;
revoke usage on language plpgsql from public;

select name as year
from calendar
where kind = 'financial_year' and start_date = (select max(period) from measure_fold where period_kind = kind)
\gset
\set shared '{diabetes_prevalence,emergency_admissions}'
call ph.fold_measures(:'schema', :'shared', array[:'year'], '{system,place}', '{}', refold => true,
	purpose => 'planning');
call ph.release_measures(:'schema', :'shared', array[:'year'], '{system,place}', '{}', 'nhse_hes_2018', 'public');
select count(*) as people, count(*) filter (where may_use_planning) as may_be_used from person
\gset
\set places 'select place, count(*) as people from person_at(:''day'') group by place order by place'
select max(day) as day from data_day
\gset
\echo 'the owner sees' :people 'persons, of whom' :may_be_used 'may be used for planning; by place on' :day
select place, count(*) as people from person_at(:'day') group by place order by place;

\connect - docks_analyst
set search_path = :"schema";
\echo 'docks_analyst logs in, and sees its own place'
select place, count(*) as people from person_at(:'day') group by place order by place;

\connect - board_member
set search_path = :"schema";
select case when has_any_column_privilege('person', 'select') then 'some' else 'no' end as rows
\gset
\echo 'board_member logs in, may read' :rows 'rows of persons, and reads what was released of' :year
select place_name, measure, round(value::numeric, 1) as value, round(lower::numeric, 1) as lower,
	round(upper::numeric, 1) as upper, people, note
from released_value
order by measure, level desc, place_name;

\connect - :owner
\echo 'what the linter of shared data finds, beside what is a choice'
select kind, severity, object, remedy from ph.finding(:'schema') where severity <> 'information';
