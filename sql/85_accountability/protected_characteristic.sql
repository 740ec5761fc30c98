
-- ---- protected characteristics ----
-- Deprivation is none: using it needs no justification here, and a score that does not use it is not fairer for that.

create function ph_support.protected_characteristic(out characteristic text, out section text, out pattern text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('age', '5', '(^|_)(age|aged|infant|child|children)(_|$)|birth_(date|year)|(date|year)_of_birth'),
		('disability', '6, schedule 1',
		 '(^|_)(disab[a-z]*|autis[a-z]*|blind[a-z]*|deaf[a-z]*|dementia|housebound|wheelchair|smi|severe_mental_illness'
		 '|cancer(?!_screen)|hiv|multiple_sclerosis)(_|$)'),
		('gender_reassignment', '7', '(^|_)(gender_reassignment|gender_identity|transgender)(_|$)'),
		('marriage', '8', '(^|_)(marital|married|marriage|civil_partner[a-z]*)(_|$)'),
		('pregnancy_maternity', '4, 18', '(^|_)(pregnan[a-z]*|maternity|maternal|postnatal|perinatal)(_|$)'),
		('race', '9',
		 '(^|_)(race|racial|ethnic[a-z]*|nationality|migrant|gypsy|roma|traveller|country_of_birth)(_|$)'),
		('religion', '10', '(^|_)(religio[a-z]*|faith|belief)(_|$)'),
		('sex', '11', '(^|_)(sex(?!_work)|gender(?!_(reassignment|identity))|female|male|woman|women|man|men)(_|$)'),
		('sexual_orientation', '12', '(^|_)(sexual_orientation|sexuality)(_|$)');
end;
comment on function ph_support.protected_characteristic() is
	'the protected characteristics of the Equality Act 2010, the section of the Act that says what each is, and how '
	'names of inputs are known to be of one: whole words, in small letters, blanks and signs as _. Disability has the '
	'impairments that are named as such and what schedule 1 deems one (cancer, HIV, multiple sclerosis); an input of '
	'another name is not found';

create function ph_support.protected_inputs(inputs text[]) returns table (characteristic text, inputs text[])
language sql immutable parallel safe
begin atomic
	select p.characteristic, array_agg(distinct i order by i)
	from ph_support.protected_characteristic() p,
		unnest(protected_inputs.inputs) i
	where regexp_replace(lower(i collate "C"), '[^a-z0-9]+', '_', 'g') ~ p.pattern
	group by p.characteristic;
end;
comment on function ph_support.protected_inputs(text[]) is
	'which of these inputs are protected characteristics, a row each, by their names';

create function ph_support.shipped_justification(
	out scheme text, out version text, out characteristic text, out justification text, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('core20plus5', 'adults-2021', 'race',
		 'ethnic minority communities have worse access, experience and outcomes: the flag finds whom to reach, adds '
		 'to what is offered and takes nothing from anybody',
		 'NHS England, Core20PLUS5 for adults; Equality Act 2010 sections 149 and 158'),
		('core20plus5', 'adults-2021', 'disability',
		 'people with a learning disability and autistic people are PLUS groups; severe mental illness and early '
		 'diagnosis of cancer are two of the five clinical areas, in which more is to be offered',
		 'NHS England, Core20PLUS5 for adults; Equality Act 2010 sections 13(3) and 149'),
		('core20plus5', 'adults-2021', 'pregnancy_maternity',
		 'continuity of maternity care is one of the five clinical areas, and is for who is pregnant',
		 'NHS England, Core20PLUS5 for adults; Equality Act 2010 section 13(6)'),
		('bridges_to_health', 'bnssg-2019', 'disability',
		 'the segments are groups of like need: what these conditions ask of services is planned as what it is',
		 'Lynn et al. 2007, Milbank Quarterly 85:185; Equality Act 2010 section 13(3)'),
		('bridges_to_health', 'bnssg-2019', 'pregnancy_maternity',
		 'maternity care is a segment of its own, with needs that others do not have',
		 'Lynn et al. 2007, Milbank Quarterly 85:185; Equality Act 2010 section 13(6)'),
		('bridges_to_health', 'bnssg-2019', 'sex',
		 'read beside maternity activity alone, so that a wrong code puts nobody into that segment',
		 'NHS BNSSG, NHS-R workshop 2019'),
		('bridges_to_health', 'nhs-england-2019', 'age',
		 'the frailty score of hospital stays was derived in older people and tells nothing of younger ones; infants '
		 'need other care than adults',
		 'Gilbert et al. 2018, Lancet 391:1775; Equality Act 2010 section 13(2)'),
		('bridges_to_health', 'nhs-england-2019', 'disability',
		 'the segments are groups of like need: what these conditions ask of services is planned as what it is',
		 'Lynn et al. 2007, Milbank Quarterly 85:185; Equality Act 2010 section 13(3)'),
		('bridges_to_health', 'nhs-england-2019', 'pregnancy_maternity',
		 'maternal and infant health is a segment of its own, with needs that others do not have',
		 'Lynn et al. 2007, Milbank Quarterly 85:185; Equality Act 2010 section 13(6)'),
		('snee', 'adults-2024', 'disability',
		 'the segments are steps of need: these conditions put people where more is offered',
		 'Suffolk and North East Essex ICS, segmentation documentation; Equality Act 2010 section 13(3)'),
		('london_matrix', '2013', 'age',
		 'care is organised for children, adults and older people, and the groups follow it so that services can be '
		 'planned',
		 'North West London, whole systems; Equality Act 2010 section 13(2)'),
		('london_matrix', '2013', 'disability',
		 'people with a disability, a severe mental illness or cancer are groups of their own, since their needs are',
		 'North West London, whole systems; Equality Act 2010 section 13(3)'),
		('hospital_frailty_bands', 'gilbert-2018', 'age',
		 'the score was derived at 75 and over and is used from 65; of younger people it tells nothing',
		 'Gilbert et al. 2018, Lancet 391:1775; Equality Act 2010 section 13(2)'),
		('kaiser_senior', 'care-groups', 'age',
		 'a scheme for people of 65 and over; who is younger is grouped by another',
		 'Kaiser Permanente, senior segmentation; Equality Act 2010 section 13(2)');
end;
comment on function ph_support.shipped_justification() is
	'why the shipped schemes read a protected characteristic, a row each, with its source. It speaks of the scheme as '
	'shipped, used to plan and to offer more: another use, and a copy that was changed, need a row of justification of '
	'your own';

-- ---- what is in use ----

create function ph_support.scheme_in_use(schema text) returns table (scheme text, version text, inputs text[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	uses text[] := array[
		-- segment views say in their comment what they were made of
		$query$
			select made[1], made[2]
			from pg_class c
			cross join lateral regexp_match(obj_description(c.oid, 'pg_class'),
				'^population_health: segments of (.*), version (.*)$') made
			where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind = 'v' and made is not null
		$query$];
	rules text := 'select r.scheme, r.version, r.inputs from ph.scheme_rule r';
begin
	if to_regclass(format('%I.segment_recording', schema)) is not null then
		uses := uses || 'select r.scheme, r.version from {segment_recording} r'::text;
	end if;
	if to_regclass(format('%I.scheme_rule', schema)) is not null then
		uses := uses || 'select s.scheme, s.version from {scheme} s where s.used_at is not null'::text;
		rules := rules || ' union all select r.scheme, r.version, r.inputs from {scheme_rule} r';
	end if;
	return query execute ph_support.in_schema(
		format('select u.*, array(
				select distinct i
				from (%s) r, unnest(r.inputs) i
				where (r.scheme, r.version) = (u.scheme, u.version)
				order by i)
			from (%s) u (scheme, version)
			order by 1, 2', rules, array_to_string(uses, ' union ')), schema)
	using schema;
end
$$;
comment on function ph_support.scheme_in_use(text) is
	'the versions of schemes that the schema has used, recorded or made a segment view of, and the inputs that their '
	'rules read';

create function ph_support.run_inputs(kind text, score text, inputs text[]) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select inputs || array(
		select distinct a
		from pg_proc p, unnest(p.proargnames[:p.pronargs]) a
		where kind = 'instrument' and p.pronamespace = 'ph'::regnamespace and p.proname = score
			and a <> all (inputs)
		order by a)
$$;
comment on function ph_support.run_inputs(text, text, text[]) is
	'the inputs of a run, and of an instrument also what its function is asked with, whatever was recorded';

create function ph_support.run_in_use(schema text)
returns table (run text, score text, version text, kind text, inputs text[], label_kind text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.score_run', schema)) is null then
		return;
	end if;
	return query execute ph_support.in_schema($query$
		select r.run, r.score, r.version, case r.kind when 'instrument' then 'instrument' else 'model' end,
			ph_support.run_inputs(r.kind, r.score, r.inputs), r.label_kind
		from {score_run} r
		where not exists (
			select
			from {score_run} later
			where later.score = r.score and (later.as_of, later.recorded_at) > (r.as_of, r.recorded_at))
		$query$ || coalesce((
			select string_agg(format(' or r.run in (select u.run from {%s} u)', t), '')
			from unnest('{decision,person_list}'::text[]) t
			where ph_support.sees_all_rows(to_regclass(format('%I.%I', schema, t)))), ''), schema);
end
$$;
comment on function ph_support.run_in_use(text) is
	'the runs that count today: the last of each score, and those that lists come from or that were before who '
	'decided (for who may read decisions); kind as justification has it, a product of somebody else being a model; '
	'inputs of an instrument with the arguments of its function';

create function ph_support.intervention_in_use(schema text)
returns table (intervention text, version text, inputs text[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.intervention_rule', schema)) is not null then
		return query select r.intervention, r.version, r.inputs from ph_support.intervention_rule(schema) r;
	end if;
end
$$;
comment on function ph_support.intervention_in_use(text) is
	'the interventions in force of which the schema has views, and the inputs that their rules read';

create function ph_support.use_of_characteristic(
	schema text, out kind text, out name text, out version text, out characteristic text, out inputs text[])
returns setof record
language sql stable
begin atomic
	select u.kind, u.name, u.version, p.characteristic, array_agg(distinct i order by i)
	from (
			select 'scheme', s.scheme, s.version, s.inputs
			from ph_support.scheme_in_use(schema) s
			union all
			select r.kind, r.score, r.version, r.inputs
			from ph_support.run_in_use(schema) r
			union all
			select 'intervention', i.intervention, i.version, i.inputs
			from ph_support.intervention_in_use(schema) i
		) u (kind, name, version, inputs),
		ph_support.protected_inputs(u.inputs) p,
		unnest(p.inputs) i
	group by u.kind, u.name, u.version, p.characteristic;
end;
comment on function ph_support.use_of_characteristic(text) is
	'which protected characteristics the schemes, scores and interventions in use read, and by which inputs';

create function ph_support.justified_use(
	schema text, out kind text, out name text, out version text, out characteristic text, out inputs text[],
	out justification text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.in_schema($query$
		select u.*, coalesce(j.justification, s.justification || ' (' || s.source || ')')
		from ph_support.use_of_characteristic($1) u
		left join {justification} j using (kind, name, version, characteristic)
		left join ph_support.shipped_justification() s
			on u.kind = 'scheme' and (s.scheme, s.version, s.characteristic) = (u.name, u.version, u.characteristic)
		order by 1, 2, 3, 4$query$, schema)
	using schema;
end
$$;
comment on function ph_support.justified_use(text) is
	'ph_support.use_of_characteristic with why that is right: the row of justification, else what is shipped; NULL '
	'where nobody has said';
