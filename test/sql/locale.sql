-- Words and codes are read alike in every locale: in a Turkish one, lower('I') is no i.
\set SHOW_CONTEXT never
-- whatever is put into small or capital letters in SQL or PL/pgSQL is so in collation C; lower and upper of ranges are
-- bounds
create temp view cased as
select p.oid::regprocedure as function, found[1] as call
from pg_proc p
	join pg_language l on l.oid = prolang,
	lateral regexp_matches(
		pg_get_functiondef(p.oid), '\m((?:lower|upper|initcap)\((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*\))',
		'gi') as found
where pronamespace in ('ph'::regnamespace, 'ph_support'::regnamespace)
	and prokind in ('f', 'p')
	and lanname <> 'c';
select count(*) > 5 as some_are from cased where call ~* 'collate "C"';
select function, call
from cased
where call !~* 'collate "C"' and call !~ '(period|days|spell|span|[$]1)[)]+$'
order by function;
-- in a Turkish collation, where there is one
select exists (select from pg_collation where collname = 'tr-x-icu') as turkish \gset
\if :turkish
create temp table word (code text collate "tr-x-icu", region text collate "tr-x-icu", sex text collate "tr-x-icu");
\else
create temp table word (code text, region text, sex text);
\endif
insert into word values ('i21.9', 'HIGH', 'FEMALE'), ('I21.9', 'Very HIGH', 'f');
select ph.icd10_normalise(code) as code,
	ph.has(ph.conditions_of(code), 'mi') as infarction,
	(ph.score2(60, sex, region, false, 130, 5, 1.3)).status as score2,
	ph_support.code_system_spelling('icd 10' collate "C") as system
from word
group by code, sex, region
order by region collate "C";
select ph.news2(16, 97, false, 125, 70, 'UNRESPONSIVE', 37) as news2, ph.is_emergency_admission('2a') as emergency;
