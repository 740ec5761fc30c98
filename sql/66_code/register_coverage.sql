
-- ---- registers beside what is plausible ----

create function ph.plausible_prevalence(
	out register text, out youngest integer, out characteristic text, out value text, out prevalence double precision,
	out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	with qof (register, code, youngest, prevalence, by_quintile) as (
		values
			('atrial_fibrillation', 'AF', 0, 0.02049, '{0.01746,0.01825,0.02131,0.02261,0.02328}'::float8[]),
			('asthma', 'AST', 0, 0.06475, '{0.06638,0.06293,0.06447,0.06516,0.06484}'::float8[]),
			('cancer', 'CAN', 0, 0.03126, '{0.02652,0.02817,0.03239,0.03434,0.03554}'::float8[]),
			('coronary_heart_disease', 'CHD', 0, 0.03090, '{0.03174,0.02972,0.03119,0.03145,0.03040}'::float8[]),
			('chronic_kidney_disease', 'CKD', 18, 0.04046, '{0.04048,0.03851,0.04057,0.04170,0.04117}'::float8[]),
			('copd', 'COPD', 0, 0.01936, '{0.02388,0.01963,0.01878,0.01810,0.01603}'::float8[]),
			('dementia', 'DEM', 0, 0.00785, '{0.00627,0.00686,0.00811,0.00890,0.00930}'::float8[]),
			('depression', 'DEP', 18, 0.11546, '{0.12967,0.11405,0.11232,0.11265,0.10866}'::float8[]),
			('diabetes', 'DM', 17, 0.07072, '{0.08225,0.07429,0.06985,0.06592,0.06086}'::float8[]),
			('epilepsy', 'EP', 18, 0.00798, '{0.00921,0.00791,0.00777,0.00768,0.00732}'::float8[]),
			('heart_failure', 'HF', 0, 0.00895, '{0.00913,0.00867,0.00902,0.00909,0.00885}'::float8[]),
			('hypertension', 'HYP', 0, 0.14077, '{0.13879,0.13712,0.14274,0.14407,0.14153}'::float8[]),
			('learning_disability', 'LD', 0, 0.00509, '{0.00630,0.00533,0.00495,0.00461,0.00417}'::float8[]),
			('severe_mental_illness', 'MH', 0, 0.00930, '{0.01149,0.01015,0.00895,0.00822,0.00745}'::float8[]),
			('osteoporosis', 'OST', 50, 0.00853, '{0.00758,0.00775,0.00852,0.00894,0.00948}'::float8[]),
			('peripheral_arterial_disease', 'PAD', 0, 0.00597, '{0.00691,0.00587,0.00586,0.00579,0.00535}'::float8[]),
			('rheumatoid_arthritis', 'RA', 16, 0.00767, '{0.00771,0.00746,0.00779,0.00781,0.00760}'::float8[]),
			('stroke_or_tia', 'STIA', 0, 0.01796, '{0.01736,0.01696,0.01835,0.01874,0.01851}'::float8[]),
			('obesity', 'OB', 18, 0.10496, '{0.12558,0.10924,0.10238,0.09807,0.08895}'::float8[]),
			('palliative_care', 'PC', 0, 0.00478, '{0.00486,0.00457,0.00476,0.00490,0.00480}'::float8[])
	)
	select register, youngest, 'all', null, prevalence,
		'QOF 2019/20, England, register ' || code || ': NHS Digital, summed by House of Commons Library'
	from qof
	union all
	select register, youngest, 'deprivation_quintile', quintile::text, by_quintile[quintile],
		'QOF 2019/20, England, register ' || code || ', by IMD decile of small area: House of Commons Library'
	from qof, generate_series(1, 5) quintile
	union all
	select register, youngest, 'age', value, prevalence, source
	from (
		values
			('dementia', 65, 'Dementia UK 2014 (Prince et al.), diagnosed or not; from memory: check before use',
			 '{[65\,70),[70\,75),[75\,80),[80\,85),[85\,90),[90\,95),[95\,)}'::text[],
			 '{0.017,0.030,0.060,0.111,0.183,0.299,0.411}'::float8[]),
			('epilepsy', 16, 'Purcell et al. 2002, England and Wales 1998, general practice: mean of the sexes',
			 '{[16\,25),[25\,35),[35\,45),[45\,55),[55\,65),[65\,75),[75\,85),[85\,)}',
			 '{0.00675,0.0079,0.0079,0.00855,0.00925,0.01055,0.0119,0.01305}'),
			('heart_failure', 0, 'Murphy et al. 2004, Heart 90:1129, Scotland 1999/2000, seen in general practice',
			 '{[0\,45),[45\,65),[65\,75),[75\,85),[85\,)}', '{0.0001,0.0038,0.0230,0.0573,0.0901}')
	) published (register, youngest, source, bands, prevalences), unnest(bands, prevalences) b (value, prevalence);
end;
comment on function ph.plausible_prevalence() is
	'published prevalence of registers, of people from an age on (youngest, that of the published denominator): '
	'of all, by fifth of deprivation (1 is the most deprived), by age where it is known (value is a range of years). '
	'Each row says its source. Registers are of general practice: what hospital data know is less';

create function ph_support.coverage_verdict(registered bigint, expected double precision, beside text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when expected is null then null
			when greatest(registered, expected) < 10 then 'too few to tell'
			else
				case
					when registered < 0.2 * expected then 'far below ' || beside
					when registered < 0.5 * expected then 'below ' || beside
					when registered <= 2 * expected then replace(beside, 'the whole', 'like the whole')
					when registered <= 5 * expected then 'above ' || beside
					else 'far above ' || beside end end;
end;
comment on function ph_support.coverage_verdict(bigint, double precision, text) is
	'in words, how what is registered lies beside what is expected: far below a fifth, below a half, above twice, '
	'far above five times; NULL where nothing is expected, too few to tell where both are below 10';

create function ph_support.register_coverage_query(day text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		with listed as (
			select distinct list::text as register from {code_list}
		), person as materialized (
			select person_id, age, coalesce(ethnicity, 'unknown') as ethnicity,
				coalesce(deprivation_quintile::text, 'unknown') as deprivation_quintile
			from {person_at}(%1$s)
		), cell as (
			select age, ethnicity, deprivation_quintile, count(*) as people
			from person
			group by age, ethnicity, deprivation_quintile
		), registered as (
			select r.condition, coalesce(p.age, -1) as age, p.ethnicity, p.deprivation_quintile, count(*) as registered
			from {register} r
			join person p using (person_id)
			where r.first_date <= %1$s
			group by 1, 2, 3, 4
		), published as (
			select register, youngest, characteristic, value, prevalence, source,
				case when characteristic = 'age' then value::int4range end as ages
			from ph.plausible_prevalence()
		), asked as (  -- whom a register is asked of: from the age that its figures are of, or those by age
			select l.register, max(p.youngest) as youngest, bool_or(p.characteristic = 'age') as by_age,
				-- where age is not known it is no reason to leave anybody out
				coalesce(max(p.youngest), 0) = 0 and coalesce(not bool_or(p.characteristic = 'age'), true) as ageless
			from listed l
			left join published p using (register)
			group by l.register
		), counted as materialized (
			select a.register, c.age, c.ethnicity, c.deprivation_quintile, c.people,
				coalesce(r.registered, 0) as registered,
				coalesce(f.prevalence, q.prevalence, n.prevalence) as plausible,
				coalesce(f.source, q.source, n.source) as source,
				coalesce(f.value, case
					when c.age < 18 then '[0,18)' when c.age < 40 then '[18,40)' when c.age < 65 then '[40,65)'
					when c.age < 75 then '[65,75)' when c.age < 85 then '[75,85)' when c.age >= 85 then '[85,)'
					else 'unknown' end) as age_band,
				f.prevalence as plausible_at_age, least(c.age / 10, 9) as decade
			from asked a
			join cell c on c.age >= coalesce(a.youngest, 0) or c.age is null and a.ageless
			left join registered r on r.condition = a.register and r.age = coalesce(c.age, -1)
				and r.ethnicity = c.ethnicity and r.deprivation_quintile = c.deprivation_quintile
			left join published f on f.register = a.register and f.characteristic = 'age' and c.age <@ f.ages
			left join published q on q.register = a.register and q.characteristic = 'deprivation_quintile'
				and q.value = c.deprivation_quintile and not a.by_age
			left join published n on n.register = a.register and n.characteristic = 'all' and not a.by_age
		), whole as (
			select register, decade, sum(registered)::double precision / sum(people) as prevalence
			from counted
			group by register, decade
		), compared as (
			select register, 'all' as characteristic, null as value, sum(people) as people,
				sum(registered) as registered, sum(people * plausible) as expected, min(source) as source,
				'plausible' as beside, 0 as place
			from counted
			group by register
			union all
			select register, 'age', age_band, sum(people), sum(registered), sum(people * plausible_at_age),
				min(source) filter (where plausible_at_age is not null), 'plausible', 1
			from counted
			group by register, age_band
			union all
			select register, g.characteristic, g.value, sum(people), sum(registered), sum(people * w.prevalence),
				'all people here, by decade of age', 'the whole', g.place
			from counted c
			join whole w using (register)
			cross join lateral (
				values ('ethnicity', c.ethnicity, 2), ('deprivation_quintile', c.deprivation_quintile, 3)
			) g (characteristic, value, place)
			where w.decade is not distinct from c.decade
			group by register, g.characteristic, g.value, g.place
		)
		select register, characteristic, value, people::bigint, registered::bigint, expected,
			registered::double precision / nullif(expected, 0) as ratio,
			ph_support.coverage_verdict(registered::bigint, expected, beside), source
		from compared
		order by register collate "C", place, value = 'unknown', substring(value, '[0-9]+')::integer, value collate "C"
	$query$, day)
$$;
comment on function ph_support.register_coverage_query(text) is
	'the query of ph.register_coverage at the end of a day, an expression';

create function ph.register_coverage(schema text)
returns table (
	register text, characteristic text, value text, people bigint, registered bigint, expected double precision,
	ratio double precision, verdict text, source text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_code_list(schema);
	if to_regclass(format('%I.register', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = '42P01', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	return query execute ph_support.in_schema(
		ph_support.register_coverage_query(ph_support.last_day(schema)), schema);
end
$$;
comment on function ph.register_coverage(text) is
	'how many people of the data day each register (code list) of the schema has beside what is plausible. '
	'all: expected is the sum of published prevalences (ph.plausible_prevalence) over the people, '
	'by age where it is published, else by fifth of deprivation, else of all; '
	'people are those of the ages that the figure is of. '
	'age: the same by band, expected where it is published by age. '
	'ethnicity, deprivation_quintile: expected is the prevalence that all people here have at their ages '
	'(indirect standardisation by decade of age). ratio is registered / expected. '
	'verdict: far below (a fifth), below (a half), above (twice) or far above (five times) plausible or the whole; '
	'too few to tell where fewer than 10 are registered and expected, NULL where nothing is published. '
	'Errors: undefined_table where there is no code_list or no population views';
