-- Ten ICD-10 codes a person folded to conditions and scored three ways, against counting the rows and against the
-- prefix join written by hand; one pass of a logistic regression of 20 columns against 20 plain sums.
\set QUIET 1
set jit = off;
set work_mem = '1GB';
set max_parallel_workers_per_gather = 0;
create unlogged table coded (person int, code text);
create temp table common as select row_number() over () - 1 as n, code
  from unnest(array['I10X', 'E119', 'J459', 'I489', 'N183', 'Z864', 'R69X', 'K219', 'M545', 'H269',
  'I500', 'I219', 'J449', 'F03X', 'C509', 'E112', 'I639', 'W199', 'R296', 'L97X', 'S720', 'N390', 'E86X', 'R54X',
    'Z501', 'K703', 'B181', 'C787', 'G819', 'D649', 'I10', 'E11.9', 'J18.9']) code;
insert into coded select i % (:rows / 10), code from generate_series(1::bigint, :rows) i
  join common on n = (i * 7919 + i / 1009) % 33;
vacuum analyze coded;
create unlogged table coded_tenth as select * from coded where person % 10 = 0;
create unlogged table prefix as select distinct condition, code_prefix as prefix, points from ph.instrument_codes()
  where instrument = 'charlson' and weight_set = 'charlson1987';
analyze prefix;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured select 'rows counted by person', null,
  pg_temp.milliseconds('select person, count(*) from coded group by person');
insert into measured select 'conditions, scored three ways', 'rows counted by person', pg_temp.milliseconds(
  'select person, ph.charlson(c), ph.elixhauser(c), ph.hospital_frailty(c)
   from (select person, ph.conditions_of(code) as c from coded group by person) t');
insert into measured select 'a tenth: Charlson', null,
  pg_temp.milliseconds('select person, ph.charlson(c)
    from (select person, ph.conditions_of(code) as c from coded_tenth group by person) t');
insert into measured select 'a tenth: Charlson by prefix join', 'a tenth: Charlson', pg_temp.milliseconds(
  'select person, sum(points) from (select distinct person, condition, points
   from coded_tenth join prefix on replace(code, ''.'', '''') like prefix || ''%'') t group by person', 1);
-- what an analyst who knows better writes: prefixes are looked for among the distinct codes only
select 'with matched as materialized (
    select distinct code, condition, points from (select distinct code from %1$I) c
    join prefix on replace(code, ''.'', '''') like prefix || ''%%'')
  select person, sum(points) from (select distinct person, condition, points from %1$I join matched using (code)) t
  group by person' as by_distinct_codes \gset
insert into measured select 'a tenth: Charlson by prefixes of distinct codes', 'a tenth: Charlson',
  pg_temp.milliseconds(format(:'by_distinct_codes', 'coded_tenth'));
create temp table kind as
select row_number() over (order by code) - 1 as n, code from (
  select distinct code_prefix || case when length(code_prefix) = 3 then fourth else '' end as code
  from ph.instrument_codes(), unnest(array['', '1', '9']) fourth) kinds;
create unlogged table coded_kinds as
select i % (:rows / 100) as person, code
from generate_series(1::bigint, :rows / 10) i join kind on n = (i * 7919 + i / 1009) % (select count(*) from kind);
vacuum analyze coded_kinds;
insert into measured select 'many kinds of codes: Charlson', null, pg_temp.milliseconds(
  'select person, ph.charlson(c) from (select person, ph.conditions_of(code) as c from coded_kinds group by person) t');
insert into measured select 'many kinds of codes: Charlson by prefixes of distinct codes',
  'many kinds of codes: Charlson',
  pg_temp.milliseconds(format(:'by_distinct_codes', 'coded_kinds'));
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio from measured m left join measured b on b.what = m.of;
select round(avg(pg_column_size(c))) as bytes_a_person
  from (select ph.conditions_of(code) as c from coded_tenth group by person) t;
select count(*) as kinds_of_codes from kind;
drop table coded, coded_tenth, coded_kinds;

create unlogged table wide as select (random() < 0.2)::int::float8 as y, random() as x1, random() as x2,
  random() as x3, random() as x4, random() as x5, random() as x6, random() as x7, random() as x8, random() as x9,
    random() as x10,
  random() as x11, random() as x12, random() as x13, random() as x14, random() as x15, random() as x16,
    random() as x17, random() as x18, random() as x19, random() as x20 from generate_series(1, :rows / 10);
vacuum analyze wide;
select string_agg('sum(x' || i || ')', ', ') as sums, string_agg('x' || i, ', ') as columns
  from generate_series(1, 20) i \gset
truncate measured;
insert into measured select 'sum() of 20 columns', null, pg_temp.milliseconds(format('select %s from wide', :'sums'));
insert into measured select 'one step of a logistic regression on 20', 'sum() of 20 columns', pg_temp.milliseconds(
  format('select ph.regression_sums(''step'', ''logistic'', y, array[1, %s], 1, 0, %L, false) from wide', :'columns',
    array_fill(0::float8, array[63])));
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio from measured m left join measured b on b.what = m.of;
