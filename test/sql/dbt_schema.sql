-- ph.dbt_schema says of every view what its comments say, and what it says holds of what is folded: keys tell rows
-- apart and are never NULL, and nothing stands in a column that is not accepted. What tools read is flat.
\set SHOW_CONTEXT never
set client_min_messages = warning;

select ph.dbt_schema('nowhere');
call ph.create_shared_tables('d');
insert into d.place
values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', 'Dale'), ('N1', 'PCN', 'Hill network'),
	('G1', 'PRACTICE', 'Hill practice');
insert into d.place
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 10) i;
insert into d.place_parent
values ('L1', 'S'), ('L2', 'S'), ('N1', 'L1'), ('G1', 'N1');
insert into d.place_parent
select 'A' || i, 'L' || 1 + (i - 1) / 5 from generate_series(1, 10) i;
insert into d.place_factor
select 'A' || i, 'imd2019_decile', '2019', i from generate_series(1, 10) i;
insert into d.person (person_id, birth_date, sex)
select 'P' || i, date '2023-03-01' - i * 90, case i % 2 when 0 then 'F' else 'M' end from generate_series(1, 400) i;
insert into d.registration (person_id, practice_code, pcn_code, start_date)
select 'P' || i, 'G1', 'N1', '2015-01-01' from generate_series(1, 400) i;
insert into d.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 10, '2015-01-01' from generate_series(1, 400) i where i % 11 <> 0;
insert into d.encounter (encounter_id, person_id, pod, start_date, end_date)
select i, 'P' || 1 + i * 31 % 400, 'NEL', date '2023-04-01' + i * 17 % 731, date '2023-04-02' + i * 17 % 731
from generate_series(1, 3000) i;
insert into d.data_day values ('2025-03-31');
call ph.create_population_views('d');
call ph.create_calendar('d', '2023-04-01', '2025-03-31');
call ph.create_measure_tables('d');
call ph.fold_measures('d', '{emergency_admissions,readmissions_30_days}', '{month,financial_year}', '{system,place}');

-- one column is described as its comment says, with its tests
select ph_support.dbt_column('better', 'says "this" or\that', 'text', '{measure}');
select ph_support.dbt_column('goal', null, 'text', '{goal}');
select ph_support.dbt_column('of_yours', 'what?', 'text', '{goal,of_yours}');
select ph_support.dbt_column('value', 'the value', 'double precision', '{measure,period}');

create view d.described as
select c.relname::text as relation, a.attname::text as column_name, col_description(c.oid, a.attnum) as comment,
	format_type(a.atttypid, a.atttypmod) as data_type, v.key, a.attnum
from ph_support.measure_view() v
join pg_class c on c.oid = format('d.%I', v.relation)::regclass
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0;

-- the whole: heads, and every column of every view once, by its comment; models, or tables of a source
select left(ph.dbt_schema('d'), 55) as models, left(ph.dbt_schema('d', true), 100) as sources;
select count(*) as columns, count(distinct relation) as views,
	count(*) filter (where position(format(E'\n      - name: "%s"\n        description: %s\n        data_type: %s\n',
		column_name, to_json(comment), data_type) in y) = 0) as not_said,
	count(*) filter (where comment is null) as without_comment,
	count(*) filter (where data_type not in ('date', 'text', 'boolean', 'double precision', 'timestamp with time zone'))
		as not_flat
from d.described, ph.dbt_schema('d') y;
select (select count(*) from regexp_matches(y, '\n *- not_null', 'g'))
		= (select count(*) from d.described where column_name = any (key)) as every_key_is_not_null,
	(select count(*) from regexp_matches(y, '\n *- accepted_values:\n *values: \[', 'g'))
		= (select count(*) from d.described join ph_support.measure_column() c using (column_name)
			where c.accepted is not null) as every_list_is_told
from ph.dbt_schema('d', true) y;

-- what is said holds of what is folded
create function d.wrong_rows(relation text, condition text) returns bigint
language plpgsql as $$
declare
	n bigint;
begin
	execute format('select count(*) from d.%I where %s', relation, condition) into n;
	return n;
end $$;
create function d.repeated(relation text, key text[]) returns bigint
language plpgsql as $$
declare
	n bigint;
begin
	execute format('select count(*) - count(distinct (%s)) from d.%I',
		(select string_agg(quote_ident(k), ', ') from unnest(key) k), relation) into n;
	return n;
end $$;
select relation, d.wrong_rows(relation, 'true') > 0 as has_rows, d.repeated(relation, key) as repeated,
	d.wrong_rows(relation, (select string_agg(quote_ident(k) || ' is null', ' or ') from unnest(key) k)) as null_keys,
	(
		select coalesce(sum(d.wrong_rows(d.relation, format('not %I = any (%L)', d.column_name, c.accepted))), 0)
		from d.described d
		join ph_support.measure_column() c using (column_name)
		where d.relation = v.relation and c.accepted is not null
	) as not_accepted,
	(
		select sum(d.wrong_rows(d.relation, format('%I in (''NaN'', ''infinity'', ''-infinity'')', d.column_name)))
		from d.described d
		where d.relation = v.relation and d.data_type = 'double precision'
	) as not_finite
from ph_support.measure_view() v
order by relation;

-- each measure has the chart and the funnel of its own kind, though the functions of all kinds are called: admissions
-- in a month are more than its person-years, which a share's chart and funnel refuse
select measure, period_kind, count(*) as points, count(chart_value) = count(value) as all_charted,
	max(abs(chart_value - value)) filter (where period_kind = 'financial_year') = 0 as is_the_value,
	min(mean) filter (where period_kind = 'month') = 1 as is_a_ratio
from d.measure_trend
where level = 'system' and place_id = 'S'
group by measure, period_kind
order by measure, period_kind;
select measure, count(*) as places, bool_and(abs(value - (
		select v.value
		from d.measure_value v
		where (v.measure, v.level, v.place_id, v.period_kind, v.period)
			= (f.measure, f.level, f.place_id, f.period_kind, f.period))) < 1e-9) as as_measured
from d.measure_funnel f
where value is not null and period_kind = 'financial_year'
group by measure
order by measure;

-- names of periods are those of the calendar
select count(*) as periods, count(*) filter (where c.name is distinct from p.period_name) as named_otherwise
from d.measure_period p
left join d.calendar c on c.kind = p.period_kind and c.start_date = p.period;
select kind, min(name) as first, bool_and(name = ph_support.period_name(kind, start_date)) as by_its_first_day
from d.calendar
group by kind
order by kind;
drop schema d cascade;
