
-- ---- what is owed to the wider determinants ----

create table ph.relative_risk (
	factor text not null check (factor <> ''),
	outcome text not null check (outcome <> ''),
	source text not null check (source <> ''),
	relative_risk float8 not null check (relative_risk > 0 and relative_risk < 'infinity'),
	lower float8 not null check (lower > 0 and lower <= relative_risk),
	upper float8 not null check (upper >= relative_risk and upper < 'infinity'),
	per float8 not null default 1 check (per > 0),
	unit text,
	counterfactual float8 not null default 0 check (counterfactual >= 0),
	causes text,
	age_from integer not null default 0 check (age_from >= 0),
	certainty text not null check (certainty <> ''),
	primary key (factor, outcome, source)
);
comment on table ph.relative_risk is
	'relative risks that are shipped, read only; those of yours belong into the table relative_risk that '
	'ph.create_measure_tables makes, with their source';
comment on column ph.relative_risk.factor is 'the exposure: a factor of place_factor';
comment on column ph.relative_risk.outcome is 'what it is a risk of';
comment on column ph.relative_risk.source is 'who published it';
comment on column ph.relative_risk.relative_risk is 'relative risk for each step of the exposure';
comment on column ph.relative_risk.lower is 'its lower 95 % limit';
comment on column ph.relative_risk.upper is 'its upper 95 % limit';
comment on column ph.relative_risk.per is 'the step of the exposure';
comment on column ph.relative_risk.unit is 'unit of the exposure';
comment on column ph.relative_risk.counterfactual is 'level that could be reached: nothing below it counts';
comment on column ph.relative_risk.causes is
	'regular expression of the ICD-10 codes of the deaths that it is about; NULL is all';
comment on column ph.relative_risk.age_from is 'youngest age that it is about';
comment on column ph.relative_risk.certainty is 'what was read in the source and what is from memory';
grant select on ph.relative_risk to public;

insert into ph.relative_risk
values
	('pm25', 'deaths from natural causes', 'Chen and Hoek 2020, review for the WHO guidelines of 2021', 1.08, 1.06,
		1.09,
	 10, 'ug/m3', 5, '^[A-R]', 30, 'risk and limits read as quoted; counterfactual, the guideline level, from memory'),
	('pm25', 'deaths from all causes', 'COMEAP 2018', 1.06, 1.04, 1.08, 10, 'ug/m3', 0, null, 30,
	 'read in a public health bulletin; superseded in 2022'),
	('no2', 'deaths from natural causes', 'Huangfu and Atkinson 2020, review for the WHO guidelines of 2021', 1.02,
		1.01,
	 1.04, 10, 'ug/m3', 10, '^[A-R]', 30,
	 'risk and limits read as quoted; counterfactual and authors from memory');

create function ph.attributable_to(
	schema text, factor text, outcome text, period daterange, source text default null,
	by text default 'deprivation_quintile')
returns table (
	group_name text, people float8, events float8, attributable float8, attributable_lower float8,
	attributable_upper float8, fraction_of_events float8, fraction_of_events_lower float8,
	fraction_of_events_upper float8, fraction_of_people float8, fraction_of_people_lower float8,
	fraction_of_people_upper float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	risk record;
begin
	perform ph_support.require_measure_tables(schema);
	if by is null or by not in ('deprivation_quintile', 'place', 'neighbourhood', 'small_area', 'system') then
		raise exception 'argument "by" must be one that is known'
			using errcode = 'invalid_parameter_value', hint =
				'They are deprivation_quintile, place, neighbourhood, small_area and system.';
	end if;
	execute format(
		'select count(*) over () as found, r.*
		from %I.relative_risk r
		where r.factor = $1 and r.outcome = $2 and ($3 is null or r.source = $3)
		order by r.source
		limit 1', schema)
	into risk
	using factor, outcome, source;
	if risk.found is distinct from 1 then
		raise exception 'there is %', case when risk.found is null then 'no such relative risk'
				else 'more than one such relative risk: argument "source" is needed' end
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT factor, outcome, source FROM %I.relative_risk tells which there are.', schema);
	end if;
	-- everybody with the exposure of the first day at risk, deaths where people lived then
	return query execute format(
		'with exposure as (
			select distinct on (place_id) place_id, value
			from %1$I.place_factor
			where factor = $1
			-- the latest that was there by the end of the period, or else the first after it
			order by place_id, left(period, 4) <= to_char($3 - 1, ''YYYY'') desc,
				case when left(period, 4) <= to_char($3 - 1, ''YYYY'') then period end desc, period
		), person as (
			select distinct on (s.person_id) s.person_id, s.%2$I::text as group_name, x.value as level,
				p.death_date >= $2 and p.death_date < $3 and ($4 is null or p.death_cause_icd10 ~ $4) as died
			from %1$I.stay s
			join %1$I.person p on p.person_id = s.person_id
			left join exposure x on x.place_id = s.small_area
			where s.start_date < $3 and s.end_date > $2
				and ph.completed_years(p.birth_date, greatest(s.start_date, $2)) >= $5
			order by s.person_id, s.start_date
		), counted as (
			select coalesce(group_name, ''unknown'') as group_name, level, count(*)::float8 as people,
				(count(*) filter (where died))::float8 as events
			from person
			group by coalesce(group_name, ''unknown''), level
		)
		select a.*
		from (
			select array_agg(people) as people, array_agg(events) as events, array_agg(level) as levels,
				array_agg(group_name) as groups
			from counted
		) given,
			lateral ph.attributable(given.people, given.events, given.levels, $6, $7, $8, $9, $10, given.groups) a
		where given.people is not null', schema, by)
	using factor, ph_support.first_day(period), ph_support.day_after(period), risk.causes, risk.age_from,
		risk.relative_risk, risk.per, risk.counterfactual, risk.lower, risk.upper;
end
$$;
comment on function ph.attributable_to(text, text, text, daterange, text, text) is
	'deaths attributable to a factor of places in a period: everybody has the level of the place of the first day at '
	'risk, the risk is the row of relative_risk with that factor, outcome and source (NULL: the only one); of all '
	'(group_name NULL) and by deprivation_quintile, place, neighbourhood, small_area or system: numbers with limits '
	'that move together, and fractions of deaths and of people (ph.attributable). "Equivalent to" so many deaths: '
	'they are put off, not spared for ever. Errors: undefined_table, invalid_parameter_value';
