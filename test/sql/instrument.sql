-- Charlson and the Hospital Frailty Risk Score by hand, and the lists as they are printed.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

create function pg_temp.of(codes text) returns ph.conditions language sql
	as $$ select ph.conditions_of(c) from unnest(string_to_array(codes, ' ')) c $$;

-- totals that the papers give
select instrument, code_list, weight_set,
	count(distinct condition) as conditions,
	count(distinct code_prefix) as prefixes,
	count(*) as rows
from ph.instrument_codes()
group by 1, 2, 3
order by 1, 3;
select instrument, weight_set, sum(points) as points
from (select distinct instrument, weight_set, condition, points from ph.instrument_codes()) r
group by 1, 2
order by 1, 2;
select weights,
	ph.charlson(ph.conditions_named(condition), weights) as hierarchy,
	ph.charlson(ph.conditions_named(condition), weights, false) as without
from (select distinct condition from ph.instrument_codes() where instrument = 'charlson') c,
	unnest(array['charlson1987', 'quan2011']) weights
group by weights
order by weights;
select ph.hospital_frailty(ph.conditions_named(condition)) as all_frailty
from (select distinct condition from ph.instrument_codes() where instrument = 'hospital_frailty') c;
-- no prefix of an instrument stands inside another of the same condition, so that none is there in vain
select count(*) as in_vain
from ph.instrument_codes() a
join ph.instrument_codes() b using (instrument, condition, weight_set)
where a.code_prefix <> b.code_prefix and starts_with(a.code_prefix, b.code_prefix);
-- every row is whole: an ICD-10 prefix, or the name alone where conditions come by name; points below 0 stand in some
-- papers only
select count(*) as all,
	count(*) filter (where code_prefix ~ '^[A-Z][0-9][0-9A-Z]*$') as well_formed,
	count(*) filter (where code_prefix is null) as by_name,
	count(*) filter (where label <> '' and points is not null) as labelled,
	string_agg(distinct instrument, ' ') filter (where code_prefix is null) as come_by_name,
	string_agg(distinct weight_set, ' ') filter (where points < 0) as below_0
from ph.instrument_codes();
-- every prefix, that of a block filled up to a code, finds its own condition; a later list stands before the name
select instrument, count(*) as all, count(*) filter (where ph.has(pg_temp.of(rpad(code_prefix, 3, '0')), name)) as found
from ph.instrument_codes(), lateral (
	select case
		when instrument in ('charlson', 'hospital_frailty') then condition
		when instrument like 'charlson%' then split_part(instrument, '_', 2) || '.' || condition
		else instrument || '.' || condition
	end
) n(name)
where code_prefix is not null
group by instrument
order by instrument;

-- Charlson by hand
select codes,
	ph.charlson(c) as charlson1987,
	ph.charlson(c, 'quan2011') as quan2011,
	ph.charlson(c, hierarchy => false) as "1987 without",
	ph.charlson(c, 'quan2011', false) as "2011 without"
from unnest(array['', 'Z000', 'I21.0', 'I21.0 I22 I25.2', 'I50.0 I11.0', 'E11.9', 'E11.9 E11.2', 'C50.9', 'C50.9 C78.0',
	'C78.0', 'K70.3', 'K70.3 K76.6', 'B20 B24', 'G81.9 N18.5 F03',
	'I21 I50 I70 I63 F00 J44 M05 K25 K73 E119 G82 N18 C34 B21', 'J440 J449 J45', 'I12.0 N18'])
	with ordinality l(codes, n),
	pg_temp.of(codes) c
order by n;
-- with age: a point a decade from 50, four at most
select age, ph.charlson_age_adjusted('{mi}', age) - 1 as points
from unnest(array[0, 49, 50, 59, 60, 69, 70, 79, 80, 89, 90, 120, 2147483647]) age;
select ph.charlson_age_adjusted('{diab,diabwc}', 65) as hierarchy,
	ph.charlson_age_adjusted('{mi}', 65, 'quan2011') as quan2011,
	ph.charlson_age_adjusted('{mi}', null) as unknown_age;
-- scores of a set are sums of the weights of those that counted
select count(*) as people,
	count(*) filter (where ph.charlson(c, w) = (
		select coalesce(sum(points), 0) from ph.explain(c, 'charlson', w) where counted
	)) as hierarchy,
	count(*) filter (where ph.charlson(c, w, false) = (
		select coalesce(sum(points), 0) from ph.explain(c, 'charlson', w)
	)) as without,
	count(*) filter (where ph.hospital_frailty(c) = (
		select coalesce(sum(points), 0) from ph.explain(c, 'hospital_frailty')
	)) as frailty,
	count(distinct ph.charlson(c, w)) > 5 and count(distinct ph.hospital_frailty(c)) > 20 as varied
from (
	select person, ph.conditions_of(code_prefix) as c
	from (
		select code_prefix, (row_number() over (order by code_prefix, weight_set) * 7919) % 97 as person
		from ph.instrument_codes()
	) r
	group by person
) p,
	unnest(array['charlson1987', 'quan2011']) w;
select * from ph.explain(pg_temp.of('E11.9 E11.2 C50 C78 I21'), 'charlson');
select * from ph.explain(pg_temp.of('E11.9 E11.2 C50 I21'), 'charlson', 'quan2011');
select condition, label, points, counted from ph.explain(pg_temp.of('F00 A04'), 'hospital_frailty');
select count(*) from ph.explain(null::ph.conditions, 'charlson');

-- the frailty score is a decimal number: sums of tenths are exact
select codes, ph.hospital_frailty(c), pg_typeof(ph.hospital_frailty(c))
from unnest(array['', 'I21', 'F00', 'F00.1 F00.9', 'F00 G81', 'A04 A09', 'F00 A04 E87']) with ordinality l(codes, n),
	pg_temp.of(codes) c
order by n;
select sum(points) as all_points,
	sum(ph.hospital_frailty(ph.conditions_named(condition))) over () = sum(sum(points)) over () as singly
from ph.instrument_codes()
where instrument = 'hospital_frailty'
group by condition
order by 1 desc
limit 3;

-- a NULL set has no score; an empty one has 0
select ph.charlson(null) as charlson,
	ph.hospital_frailty(null) as frailty,
	ph.charlson('{}') as charlson_empty,
	ph.hospital_frailty('{}') as frailty_empty;

-- errors
select ph.charlson('{mi}', 'schneeweiss');
select ph.charlson_age_adjusted('{mi}', -1);
select ph.explain('{mi}'::ph.conditions, 'efi');
select ph.explain('{mi}'::ph.conditions, null);
select ph.explain('{mi}'::ph.conditions, 'hospital_frailty', 'quan2011');
select ph.charlson_age_adjusted('{mi}', 60, '');
