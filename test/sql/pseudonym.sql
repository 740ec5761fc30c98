-- Pseudonyms: over pgcrypto's hmac, wherever that lies and whatever is first on a path.
set client_min_messages = warning;
\set key '''\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'''
\set number 'ph.nhs_number ''999 000 0018'''
create schema trap;
create function trap.hmac(bytea, bytea, text) returns bytea language sql as $$select '\x00'::bytea$$;
create function public.hmac(bytea, bytea, text) returns bytea language sql as $$select '\x00'::bytea$$;
set search_path = trap, public;
select ph.pseudonym(:number, 'planning', :key);
drop function public.hmac(bytea, bytea, text);
create schema crypto;
create extension pgcrypto schema crypto;

-- the hash of the label, a separator and ten digits, written out anew
select ph.pseudonym(:number, 'planning', :key, bits => 256)
		= encode(crypto.hmac('planning'::bytea || '\x1f' || '9990000018', :key, 'sha256'), 'hex') as alone,
	ph.pseudonym(:number, 'planning', :key, 'icb-x', '2025', 256)
		= encode(crypto.hmac('icb-x.planning.2025'::bytea || '\x1f' || '9990000018', :key, 'sha256'), 'hex') as whole,
	ph.pseudonym(:number, 'planning', :key, key_version => 'v2', bits => 256)
		= encode(crypto.hmac('planning.v2'::bytea || '\x1f' || '9990000018', :key, 'sha256'), 'hex') as version_alone,
	length(ph.pseudonym(:number, 'planning', :key)) = 32 as half_of_it,
	ph.pseudonym(:number, 'planning', :key, bits => 256) like ph.pseudonym(:number, 'planning', :key) || '%'
		as its_beginning;
-- hmac of its own definition over the hash of the core (RFC 2104), so that pgcrypto is not believed alone
create function pg_temp.padded(key bytea, pad integer) returns bytea language sql
as $$
	select string_agg(set_byte('\x00', 0, pad # case when i < length(key) then get_byte(key, i) else 0 end), ''
		order by i)
	from generate_series(0, 63) i
$$;
select ph.pseudonym(:number, 'planning', :key, bits => 256)
	= encode(sha256(pg_temp.padded(:key, 92) || sha256(pg_temp.padded(:key, 54)
		|| 'planning'::bytea || '\x1f'::bytea || '9990000018'::bytea)), 'hex') as by_definition;

-- one person under two purposes, recipients, versions or keys is two; forms of a number are one
select count(distinct p) as different, count(*) as labels
from unnest(array[
	ph.pseudonym(:number, 'planning', :key), ph.pseudonym(:number, 'research', :key),
	ph.pseudonym(:number, 'planning', :key, 'council-y'), ph.pseudonym(:number, 'planning', :key, 'charity-z'),
	ph.pseudonym(:number, 'planning', :key, null, 'v1'), ph.pseudonym(:number, 'planning', :key, null, 'v2'),
	ph.pseudonym(:number, 'planning', :key, 'council-y', '1'),
	ph.pseudonym(:number, 'planning', decode(repeat('ab', 32), 'hex')),
	ph.pseudonym(ph.nhs_number '9990000026', 'planning', :key)]) p;
select ph.pseudonym(:number, 'planning', :key) = ph.pseudonym(ph.nhs_number '9990000018', 'planning', :key)
	as forms_are_one,
	ph.pseudonym(ph.nhs_number '0000000000', 'planning', :key, bits => 256)
		= encode(crypto.hmac('planning'::bytea || '\x1f' || '0000000000', :key, 'sha256'), 'hex') as zeros_count;
-- no two different labels are written alike: parts cannot hold a point, and a version is no purpose
select count(distinct ph_support.pseudonym_label(purpose, recipient, version)) = count(*) as labels_differ
from unnest('{a,b,v1x,c}'::text[]) purpose, unnest('{a,b,v1,2,NULL}'::text[]) recipient,
	unnest('{1,2,v1,NULL}'::text[]) version;

-- no number has no pseudonym; no key is no key, also for no number
select ph.pseudonym(null, 'planning', :key) is null as none;
create function pg_temp.said(statement text) returns text language plpgsql
as $$
declare
	said text;
	detail text;
	hint text;
	context text;
	state text;
begin
	execute statement;
	return 'no error';
exception when others then
	get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint,
		state = returned_sqlstate, context = pg_exception_context;
	return concat_ws(' | ', state, said, nullif(detail, ''), nullif(hint, ''),
		case when concat(said, detail, hint, context) ~ 'abab|abcabc|616263' then 'SHOWS THE KEY' end);
end
$$;
create temp table keys (whole bytea, short bytea);
insert into keys values (decode(repeat('ab', 32), 'hex'), 'abcabc');
select pg_temp.said(format('select ph.pseudonym(%s) from keys', arguments))
from unnest(array[
	$$null, 'planning', null$$, $$ph.nhs_number '9990000018', 'planning', null$$,
	$$ph.nhs_number '9990000018', 'planning', ''$$, $$ph.nhs_number '9990000018', 'planning', short$$,
	$$ph.nhs_number '9990000018', 'planning', substr(whole, 2)$$,
	$$ph.nhs_number '9990000018', null, whole$$, $$ph.nhs_number '9990000018', 'a.b', whole$$,
	$$ph.nhs_number '9990000018', E'a\x1f', whole$$, $$ph.nhs_number '9990000018', E'a\n', whole$$,
	$$ph.nhs_number '9990000018', 'v2', whole$$, $$ph.nhs_number '9990000018', 'planning', whole, ''$$,
	$$ph.nhs_number '9990000018', 'planning', whole, null, 'latest'$$,
	$$ph.nhs_number '9990000018', 'planning', whole, bits => 64$$,
	$$ph.nhs_number '9990000018', 'planning', whole, bits => null$$,
	$$ph.nhs_number '9990000018', 'planning', whole, bits => 130$$,
	$$ph.nhs_number '9990000019', 'planning', whole$$]) arguments;

-- who may not call pgcrypto's function does not call it through ours
drop role if exists pseudonym_nobody;
create role pseudonym_nobody;
revoke all on function crypto.hmac(bytea, bytea, text) from public;
set role pseudonym_nobody;
select pg_temp.said($$select ph.pseudonym(ph.nhs_number '9990000018', 'planning', decode(repeat('ab', 32), 'hex'))$$);
reset role;
grant execute on function crypto.hmac(bytea, bytea, text) to public;
drop role pseudonym_nobody;

-- the answer is the same in parallel workers
create table numbers as
select i::text::ph.nhs_number as number
from generate_series(9990000000, 9990004000) i
where ph.nhs_number_valid(i::text);
alter table numbers set (parallel_workers = 2);
select md5(string_agg(ph.pseudonym(number, 'planning', :key), '' order by number)) as alone from numbers \gset
set min_parallel_table_scan_size = 0;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
select count(*) = count(distinct p) as no_two_alike,
	md5(string_agg(p, '' order by number)) = :'alone' as same_in_workers
from (select number, ph.pseudonym(number, 'planning', :key) as p from numbers offset 0) made;
explain (costs off) select ph.pseudonym(number, 'planning', :key) from numbers;
select provolatile, proparallel from pg_proc where oid = 'ph.pseudonym'::regproc;
drop table numbers;
reset all;
set client_min_messages = warning;

-- who a pseudonym is: apart, nobody's but its owner's, and every question is written down first
drop role if exists identity_owner, identity_asker, identity_other;
create role identity_owner;
create role identity_asker;
create role identity_other;
create schema vault authorization identity_owner;
alter default privileges for role identity_owner in schema vault grant all on tables to identity_other;
alter default privileges for role identity_owner in schema vault grant all on functions to identity_other;
set role identity_owner;
call ph.create_identity_table('vault');
insert into vault.identity
values ('p1', ph.nhs_number '999 000 0018'), ('p0', ph.nhs_number '0000000000');
insert into vault.identity values ('p2', 99900000180);
grant usage on schema vault to public;
grant execute on function vault.request_reidentification(text, text, text), vault.reidentify(bigint) to identity_asker;
reset role;
select relname, relowner::regrole, relrowsecurity,
	not exists (select from aclexplode(relacl) where grantee <> relowner) as nobody_elses
from pg_class
where relnamespace = 'vault'::regnamespace and relkind = 'r'
order by 1;
select proname, proowner::regrole, proacl, prosecdef, proconfig
from pg_proc
where pronamespace = 'vault'::regnamespace
order by 1;
set session authorization identity_asker;
select * from vault.identity;
select * from vault.reidentification;
select vault.request_reidentification('p0', 'direct_care', 'on the list of 1 May') as request \gset
select vault.reidentify(:request), vault.reidentify(:request) = '0000000000' as with_leading_zeros;
begin;
select vault.request_reidentification('p1', 'direct_care', 'taken back') as taken_back \gset
select vault.reidentify(:taken_back);
rollback;
begin;
savepoint before;
select vault.request_reidentification('p1', 'direct_care', 'taken back') as taken_back \gset
release before;
select vault.reidentify(:taken_back);
rollback;
select vault.reidentify(vault.request_reidentification('p1', 'direct_care', 'at once'));
select vault.reidentify(:taken_back);
select vault.reidentify(null);
select vault.request_reidentification('p1', 'direct_care', E' \n');
select vault.request_reidentification('p1', null, 'why');
select vault.request_reidentification(null, 'direct_care', 'why');
select vault.request_reidentification('nobody', 'direct_care', 'is it known?') as nobody \gset
select vault.reidentify(:nobody) is null as nobody_is_null;
set session authorization identity_other;
select vault.reidentify(:request);
reset session authorization;
grant all on all tables in schema vault to identity_other;
grant execute on all functions in schema vault to identity_other;
set session authorization identity_other;
-- what a thoughtless grant gives: no row of identity, nothing written into the log, no answer to another's request
select count(*) from vault.identity;
insert into vault.reidentification (person_id, purpose, reason, transaction) values ('p1', 'x', 'x', '1');
select vault.reidentify(:request);
reset session authorization;
select login, role, person_id, purpose, reason from vault.reidentification order by request;
update vault.reidentification set reason = 'another';
delete from vault.reidentification;
truncate vault.reidentification;
alter table vault.reidentification disable trigger all;
update vault.reidentification set at = at - interval '25 hours' where request = :request;
alter table vault.reidentification enable trigger all;
set session authorization identity_asker;
select vault.reidentify(:request);
reset session authorization;
-- again: grants, rows and what others wrote stay
call ph.create_identity_table('vault');
select count(*) as people, has_function_privilege('identity_asker', 'vault.reidentify(bigint)', 'execute') as may_ask
from vault.identity;
call ph.create_identity_table('ph');
call ph.create_identity_table(null);
create schema taken;
create table taken.identity (n integer);
call ph.create_identity_table('taken');
-- a join with what is stored, by index, and numbers again
select person_id, ph.nhs_number(nhs_number), ph.nhs_number_range(ph.nhs_number(nhs_number))
from vault.identity
where nhs_number = ph.nhs_number '999-000-0018';
-- it outlives the extension
drop extension population_health cascade;
set session authorization identity_asker;
select vault.request_reidentification('p1', 'direct_care', 'still') as request \gset
select vault.reidentify(:request);
reset session authorization;
select count(*) from vault.identity;
create extension population_health;
drop schema vault, taken, trap, crypto cascade;
drop owned by identity_owner, identity_asker, identity_other;
drop role identity_owner, identity_asker, identity_other;
