-- reads data/artificial_hes
-- Artificial HES, from its files to shared tables, beside the same reckoned from the files: people, births, spells,
-- attendances, a register.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
set client_min_messages = warning;
drop schema if exists hes_files, hes_made, hes_looked cascade;
create schema hes_files;
\set apc `gzip -dc $REFERENCE/artificial_hes_apc_0102_truncated.csv.gz | head -n 1 | tr -d '\r'`
\set op `gzip -dc $REFERENCE/artificial_hes_op_0304_truncated.csv.gz | head -n 1 | tr -d '\r'`
\set ae `gzip -dc $REFERENCE/artificial_hes_ae_0708_truncated.csv.gz | head -n 1 | tr -d '\r'`
select format('create table hes_files.%I (%s text)', name, replace(lower(header), ',', ' text, '))
from (values ('hes_apc', :'apc'), ('hes_op', :'op'), ('hes_ae', :'ae')) files (name, header) \gexec
\copy hes_files.hes_apc from program 'gzip -dc $REFERENCE/artificial_hes_apc_0102_truncated.csv.gz' csv header
\copy hes_files.hes_op from program 'gzip -dc $REFERENCE/artificial_hes_op_0304_truncated.csv.gz' csv header
\copy hes_files.hes_ae from program 'gzip -dc $REFERENCE/artificial_hes_ae_0708_truncated.csv.gz' csv header
analyze;
call ph.create_views_from('hes', 'hes_files', 'hes_made', materialise => true);
call ph.create_views_from('hes', 'hes_files', 'hes_looked');

-- what the files say of births: ranges of days that are intersected
create temp table said as
select id, day, daterange(first_day, last_day, '[]') as days, by_month, key
from (
	select pseudo_hesid, case when admidate > '1900' then admidate end::date, epikey, true, to_date(mydob, 'MMYYYY'),
		(to_date(mydob, 'MMYYYY') + interval '1 month' - interval '1 day')::date
	from hes_files.hes_apc
	where right(mydob, 4) between '1880' and '2010' and left(mydob, 2) between '01' and '12' and mydob <> '011900'
	union all
	select id, day, key, false,
		case
			when age < 7000 then age_day - make_interval(years => age + 1) + interval '1 day'
			else age_day - (array[0, 6, 28, 90, 181, 272, 364])[age - 7000] end::date,
		case
			when age < 7000 then age_day - make_interval(years => age)
			else age_day - (array[0, 1, 7, 29, 91, 182, 273])[age - 7000] end::date
	from (
		select pseudo_hesid, case when admidate > '1900' then admidate end::date, epikey,
			case when epistart > '1900' then epistart when admidate > '1900' then admidate end::date, startage
		from hes_files.hes_apc
		union all
		select pseudo_hesid, apptdate::date, attendkey, apptdate::date, apptage from hes_files.hes_op
		union all
		select pseudo_hesid, arrivaldate::date, aekey, arrivaldate::date, arrivalage from hes_files.hes_ae
	) records (id, day, key, age_day, text)
	cross join lateral (select text::numeric::integer as age) age
	where age_day is not null and (age between 0 and 120 or age between 7001 and 7007)
) births (id, day, key, by_month, first_day, last_day);
create temp table birth as
select id, case when isempty(days) then latest else days end as days
from (
	select id, range_intersect_agg(days) as days,
		(array_agg(days order by day desc nulls last, key desc, by_month desc))[1] as latest
	from said
	group by id) s;
insert into result
select 'births are days that the records leave possible', person_id,
	days @> birth_date and (birth_date > seen and seen >= lower(days)) is not true
from hes_made.person
left join birth on id = person_id
left join (select id, min(day) as seen from said group by id) s using (id);

create temp table episode as
select *, case
		when classpat in ('3', '4') then epikey
		else concat_ws(' ', pseudo_hesid, procode3, admidate) end as spell,
	classpat in ('3', '4') as regular
from hes_files.hes_apc;
create temp table spell as
select pseudo_hesid as id, min(admidate)::date as admitted, procode3, regular,
	(array_agg(admimeth order by epiorder::integer, epistart, epikey))[1] as method,
	coalesce(max(disdate) filter (where disdate >= '1900'),
		case when bool_or(spelend = 'Y') then max(epiend) filter (where epiend >= '1900') end)::date as ended,
	bool_or(dismeth = '4') as died, count(*) as episodes
from episode
group by spell, pseudo_hesid, procode3, regular;
create temp table life as
select id, lower(days) as earliest, (
		select min(ended) from spell s where s.id = b.id and died and ended >= admitted) as death
from birth b
join hes_made.person on person_id = id;
create temp table expected as
select s.id, admitted as day, procode3, case
		when regular then 'OTH'
		when method in ('11', '12', '13') then 'EL'
		when method in ('21', '22', '23', '24', '25', '28', '2A', '2C', '2D') then 'NEL'
		else 'OTH' end as pod
from spell s
join life using (id)
where (regular or method not in ('81', '2B')) and admitted >= earliest and admitted <= coalesce(death, 'infinity')
	and (ended >= admitted) is not false
union all
select pseudo_hesid, apptdate::date, procode3, 'OP'
from hes_files.hes_op
join life on id = pseudo_hesid
where attended in ('5', '6') and apptdate::date >= earliest and apptdate::date <= coalesce(death, 'infinity')
union all
select pseudo_hesid, arrivaldate::date, procode3, 'AE'
from hes_files.hes_ae
join life on id = pseudo_hesid
where aeattendcat in ('1', '3') and arrivaldate::date >= earliest and arrivaldate::date <= coalesce(death, 'infinity');
insert into result
select 'people are those of the files whose birth is known, and who did not die before it', coalesce(id, person_id),
	id = person_id or dead_before
from birth
left join lateral (
	select min(ended) < upper(days) as dead_before
	from spell s
	where s.id = birth.id and died and ended >= admitted) d on true
full join hes_made.person on person_id = id
union all
select 'deaths are the ends of the first spells that ended so', person_id, death is not distinct from death_date
from hes_made.person
join life on id = person_id
union all
select 'encounters are those of the files, ' || pod, string_agg(concat_ws(' ', id, day, procode3), ', '),
	count(*) filter (where n <> 0) = 0
from (
	select coalesce(e.id, m.id) as id, coalesce(e.day, m.day) as day, coalesce(e.procode3, m.procode3) as procode3,
		coalesce(e.pod, m.pod) as pod, coalesce(e.n, 0) - coalesce(m.n, 0) as n
	from (select id, day, procode3, pod, count(*) as n from expected group by id, day, procode3, pod) e
	full join (
		select person_id as id, start_date as day, provider_code as procode3, pod, count(*) as n
		from hes_made.encounter
		group by person_id, start_date, provider_code, pod) m
		on (m.id, m.day, m.procode3, m.pod) = (e.id, e.day, e.procode3, e.pod)) compared
group by pod, n <> 0;

insert into result
select 'rows of the files are used or set aside, each once', part, sum(rows) = case part
		when 'hes_apc' then (select count(*) from hes_files.hes_apc)
		when 'hes_op' then (select count(*) from hes_files.hes_op)
		else (select count(*) from hes_files.hes_ae) end
from hes_made.source_count
where relation = 'encounter' and kind <> 'remark'
group by part
union all
select 'the views are the tables', t.relation, query_to_xml(format(
	'(table hes_looked.%1$I except all table hes_made.%1$I) union all
		(table hes_made.%1$I except all table hes_looked.%1$I)', t.relation), false, true, '')::text = ''
from ph.shared_table() t;

-- a register of one ICD-10 block, from the columns of the files
insert into hes_made.code_list values ('ischaemic', '1', 'ICD10', 'I2', 'prefix');
insert into result
select 'a register has whom the diagnoses of admissions and attended appointments name', coalesce(r.person_id, f.id),
	r.person_id = f.id
from (select person_id from hes_made.register where condition = 'ischaemic') r
full join (
	select distinct id
	from (
		select pseudo_hesid as id, admidate::date as day, d.value, s.ended
		from episode e
		join spell s on s.id = pseudo_hesid and s.admitted = admidate::date and s.procode3 = e.procode3
			and s.regular = e.regular,
			lateral jsonb_each_text(to_jsonb(e)) d
		where d.key ~ '^diag_4_[0-9]+$'
		union all
		select pseudo_hesid, apptdate::date, d.value, null
		from hes_files.hes_op e, lateral jsonb_each_text(to_jsonb(e)) d
		where d.key ~ '^diag_4_[0-9]+$' and attended in ('5', '6')
	) diagnosis
	join life using (id)
	where value ~ '^I2[0-9]' and day >= earliest and day <= coalesce(death, 'infinity') and (ended >= day) is not false
) f on f.id = r.person_id;
select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
set client_min_messages = warning;
drop schema hes_files, hes_made, hes_looked cascade;
