-- reads data/icb_generated_nel
-- A model of emergency admission in the year after 2024-04-01, fitted on what was known by then in half of the people,
-- judged in the other half against the rates that made the data: no score can beat those but by chance.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table person (
	person_id text, birth_date date, sex text, ethnicity_code text, death_date date, death_cause_icd10 text);
create temp table encounter (
	encounter_id text, person_id text, pod text, start_date date, end_date date, los_days int, admission_method text,
	primary_icd10 text, provider_code text, cost numeric);
create temp table event (
	person_id text, event_date date, code_system text, code text, description text, source text, encounter_id text,
	position int);
create temp table truth (
	person_id text, frailty_z float8, nel float8, ae float8, n_ltc int, conditions text, smoker int, pm25 float8);
\copy person from program 'gzip -dc $REFERENCE/person.csv.gz' csv header
\copy encounter from program 'gzip -dc $REFERENCE/encounter.csv.gz' csv header
\copy event from program 'gzip -dc $REFERENCE/clinical_event.csv.gz' csv header
create temp table residence (person_id text, lsoa21_code text, lsoa11_code text, start_date date, end_date date);
create temp table place_factor (place_id text, factor text, period text, value float8, unit text, source text);
create temp table condition (
	code text, icd10 text, snomed text, label text, qof float8, a float8, b float8, c float8, male float8, imd float8,
	asian float8, black float8, minage float8, nel float8, mortality float8);
\copy residence from program 'gzip -dc $REFERENCE/residence.csv.gz' csv header
\copy place_factor from program 'gzip -dc $REFERENCE/place_factor.csv.gz' csv header
\copy condition from program 'gzip -dc $REFERENCE/truth/condition.csv.gz' csv header
\copy truth from program 'gzip -dc $REFERENCE/truth/person.csv.gz' csv header
\set as_of '''2024-04-01'''
analyze;

-- one row a person alive on the day: what was known before it, and what came in the year from it
create temp table known as
select p.person_id, truth.nel, truth.frailty_z,
	row_number() over (order by md5(p.person_id)) % 2 = 0 as fitted,
	coalesce(came.admitted, false)::int::float8 as admitted,
	array[
		(age < 5)::int, (age between 5 and 17)::int, (age between 45 and 64)::int, (age between 65 and 74)::int,
		(age between 75 and 84)::int, (age >= 85)::int, (p.sex = 'F')::int, coalesce(imd.value, 5),
		ln(1 + coalesce(seen.nel, 0)), ln(1 + coalesce(seen.ae, 0)), ln(1 + coalesce(seen.gp, 0)),
		ln(1 + coalesce(seen.op, 0)), coalesce(coded.charlson, 0)]
		|| (
			select array_agg((c.code = any (coalesce(coded.conditions, '{}')))::int::float8 order by c.code)
			from condition c
		) as x
from person p
	join truth using (person_id)
	cross join lateral (select extract(year from age(:as_of, birth_date))::float8 as age) a
	left join (
		select person_id,
			count(*) filter (where pod = 'NEL') as nel,
			count(*) filter (where pod = 'AE') as ae,
			count(*) filter (where pod = 'GP') as gp,
			count(*) filter (where pod = 'OP') as op
		from encounter
		where ph.in_look_back(start_date, :as_of, '2 years')
		group by person_id
	) seen on seen.person_id = p.person_id
	left join (
		select person_id, true as admitted
		from encounter
		where pod = 'NEL' and ph.in_follow_up(start_date, :as_of, '1 year')
		group by person_id
	) came on came.person_id = p.person_id
	left join (
		select person_id,
			ph.charlson(ph.conditions_of(e.code) filter (where code_system = 'ICD10')) as charlson,
			array_agg(distinct c.code) filter (where c.code is not null) as conditions
		from event e left join condition c on e.code = c.snomed or e.code = c.icd10
		where event_date < :as_of
		group by person_id
	) coded on coded.person_id = p.person_id
	left join residence r on r.person_id = p.person_id
		and r.start_date <= :as_of
		and coalesce(r.end_date, 'infinity') > :as_of
	left join place_factor imd on imd.place_id = r.lsoa21_code and imd.factor = 'imd2019_decile'
where p.birth_date < :as_of and coalesce(p.death_date, 'infinity') >= :as_of;

create temp table fitted as
select ph.fit(
		'logistic',
		'select admitted, ' || (select string_agg(format('x[%s] as x%s', i, i), ', ') from generate_series(1, 31) i)
			|| ' from known where fitted') as model;
create temp table judged as
select ph.person_tally(risk, admitted) as ours, ph.person_tally(nel, admitted) as best
from (select k.*, (ph.score(model, x)).value as risk from known k, fitted where not k.fitted) s;
insert into result
select 'a model of emergency admission is fitted', (model).status, (model).status = 'ok' and (model).rows_left_out = 0
from fitted;
-- both are shown; a person's frailty is in no record, so that the model cannot reach all of what the true rates tell
-- apart
insert into result
select format(
		'AUROC of a fitted model %s (%s to %s), of the true rates %s', round(o.value::numeric, 3),
		round(o.lower::numeric, 3), round(o.upper::numeric, 3), round(b.value::numeric, 3)),
	'auroc',
	o.value - 0.5 > 0.85 * (b.value - 0.5)
from judged, lateral ph.auroc(ours) o, lateral ph.auroc(best) b;
insert into result
select 'calibration in the people not fitted',
	'calibration',
	(c).in_the_large_lower <= 0 and (c).in_the_large_upper >= 0
from judged, lateral ph.calibration(ours) c;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
