-- Reading NHS numbers against reading the same digits as bigint, and pseudonyms of them against the hash alone.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
create extension if not exists pgcrypto;
create unlogged table written as
select number
from (
  select i, i * 10 + (11 - (9 * 10 + 9 * 9 + 9 * 8 + i / 100000 % 10 * 7 + i / 10000 % 10 * 6 + i / 1000 % 10 * 5
    + i / 100 % 10 * 4 + i / 10 % 10 * 3 + i % 10 * 2) % 11) % 11 as number
  from generate_series(999000000::bigint, 999999999) i
) made
where number / 10 = i;
alter table written alter number type text;
insert into written select number from written limit greatest(0, :rows - (select count(*) from written));
vacuum analyze written;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured
select 'digits read as bigint', null, pg_temp.milliseconds('select number::bigint from written', 5);
insert into measured
select 'digits read as ph.nhs_number', 'digits read as bigint',
  pg_temp.milliseconds('select number::ph.nhs_number from written', 5);
insert into measured
select 'ph.nhs_number_valid', 'digits read as bigint',
  pg_temp.milliseconds('select ph.nhs_number_valid(number) from written', 5);
create unlogged table numbers as select number::ph.nhs_number from written limit :rows / 10;
vacuum analyze numbers;
\set key '''\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'''
insert into measured
select 'a tenth: hmac of pgcrypto', null,
  pg_temp.milliseconds(format('select encode(hmac(convert_to(number::text, ''UTF8''), %L, ''sha256''), ''hex'')
    from numbers', :key));
insert into measured
select 'a tenth: ph.pseudonym', 'a tenth: hmac of pgcrypto',
  pg_temp.milliseconds(format('select ph.pseudonym(number, ''planning'', %L) from numbers', :key));
select count(*) as numbers from written;
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
drop table written, numbers;
