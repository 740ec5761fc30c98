
-- ---- what a person is expected to cost ----
-- A linear model of the cost of the year from a day on, by what was known before it. Money follows what the model
-- reads, so it reads what people have (age, sex, conditions, deprivation) and not what services did unless asked: who
-- is paid for past cost is paid for having spent, and who got less than needed would get less again.

create function ph_support.cost_input(
	schema text, out input text, out type regtype, out of_use boolean, out offered boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.input, c.type, c.input = any (
			'{hospital_frailty,emergency_admissions_12_months,non_elective_admissions,maternity_activity,
			emergency_attendances_12_months,outpatient_attendances_12_months,consultations_12_months,
			spend_12_months}'::text[]),
		c.type = 'boolean'::regtype and c.input <> 'smoker' or c.input in ('age_sex', 'deprivation', 'charlson')
	from (
		select 'age_sex', null::regtype, 0
		union all
		select 'deprivation', null, 1
		union all
		select attname::text, atttypid::regtype, attnum
		from pg_attribute
		where attrelid = to_regclass(format('%I.segment_input', schema)) and attnum > 0 and not attisdropped
			and atttypid in ('boolean'::regtype, 'integer'::regtype, 'double precision'::regtype)
			and attname <> all ('{age_years,deprivation_decile}')
	) c (input, type, place)
	order by c.place
$$;
comment on function ph_support.cost_input(text) is
	'what expected cost can be made of: age_sex, deprivation and the numbers and conditions of segment_input; of_use: '
	'what services did, which a provider controls (hospital_frailty is made of codes that only stays record); offered: '
	'taken where nobody chooses';

create function ph_support.cost_term(
	input text, type regtype, out term text, out condition text, out known text)
returns setof record
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	-- the reference is men of 18 to 44
	select format('%s_%s', s.sex, b.name), format('i.age_years between %s and i.sex = %L', b.ages, s.sex),
		'i.sex in (''F'', ''M'') and i.age_years is not null'
	from (
		values
			('0_4', '0 and 4'), ('5_17', '5 and 17'), ('18_44', '18 and 44'), ('45_64', '45 and 64'),
			('65_74', '65 and 74'), ('75_84', '75 and 84'), ('85', '85 and 200')
	) b (name, ages),
		(values ('F'), ('M')) s (sex)
	where input = 'age_sex' and (s.sex, b.name) <> ('M', '18_44')
	union all
	-- the reference is the least deprived fifth
	select 'deprivation_' || fifth, format('i.deprivation_decile between %s and %s', 2 * fifth - 1, 2 * fifth),
		'i.deprivation_decile is not null'
	from generate_series(1, 4) fifth
	where input = 'deprivation'
	union all
	select input, case when type = 'boolean'::regtype then format('i.%I', input) end, format('i.%I is not null', input)
	where type is not null
$$;
comment on function ph_support.cost_term(text, regtype) is
	'the terms that an input is: a condition over the row i that is true for 1 (NULL: the number itself), and whether '
	'the input is known; conditions of one input exclude each other';

create function ph_support.chosen_cost_inputs(schema text, day date, terms text[], prior_use boolean) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	controlled text;
	tests text;
	found text[];
begin
	if to_regclass(format('%I.segment_input', schema)) is null then
		raise exception 'schema "%" has no inputs of segments', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_segment_inputs(...) makes them.';
	end if;
	perform ph_support.require_known('terms', terms, array(select c.input from ph_support.cost_input(schema) c));
	if terms = '{}' or array_position(terms, null) is not null then
		raise exception 'argument "terms" must name at least one input, and no null'
			using errcode = 'invalid_parameter_value', hint = 'NULL takes what is offered.';
	end if;
	select c.input
	into controlled
	from ph_support.cost_input(schema) c
	where c.of_use and c.input = any (terms) and prior_use is not true
	limit 1;
	if controlled is not null then
		raise exception 'argument "terms" names what services did: %', controlled
			using errcode = 'invalid_parameter_value', hint =
				'Money that follows past use pays for use. Say prior_use => true where that is meant.';
	end if;
	select string_agg(format('case when bool_or(%s) then %L end', t.known, c.input), ', ')
	into tests
	from ph_support.cost_input(schema) c
	cross join lateral (select o.known from ph_support.cost_term(c.input, c.type) o limit 1) t
	where c.input = any (terms) or terms is null and (c.offered
		or prior_use and c.input in ('emergency_admissions_12_months', 'spend_12_months'));
	execute format('select array_remove(array[%s], null) from %I.segment_inputs(%L) i', tests, schema, day) into found;
	if terms is not null and not terms <@ found then
		raise exception 'argument "terms" names what is known of nobody'
			using errcode = 'invalid_parameter_value', hint = 'Leave it out, or load what it is made of.';
	end if;
	return found;
end
$$;
comment on function ph_support.chosen_cost_inputs(text, date, text[], boolean) is
	'the inputs of expected cost: those that are named, or those that are offered and known of somebody on the day. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph_support.cost_split(person text) returns text
language sql immutable parallel safe
return case when get_bit(decode(md5(person), 'hex'), 0) = 0 then 'train' else 'test' end;
comment on function ph_support.cost_split(text) is
	'the half of the people that a person is in, by a hash of who it is: the same on every day, server and call';

create function ph_support.year_cost_query(schema text, day text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select format('select person_id, sum(years) as years, sum(cost)::float8 as cost
		from %I.person_period(daterange(%2$s, (%2$s + interval ''1 year'')::date))
		group by person_id', schema, day)
$$;
comment on function ph_support.year_cost_query(text, text) is
	'the query of who was at risk for how long in the year from a day (an expression) on, and cost what';

create function ph_support.cost_fit_query(schema text, day date, inputs text[]) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format('select i.person_id, o.cost / o.years as cost, o.years, %s
		from %I.segment_inputs(%L::date) i
		join (%s) o on o.person_id = i.person_id
		where o.years > 0 and ph_support.cost_split(i.person_id) = ''train''',
		string_agg(format(
			case
				when t.condition is null then 'i.%I::float8 as %1$I'
				else 'case when %3$s then 1.0::float8 when %2$s then 0.0 end as %1$I' end,
			t.term, t.known, t.condition), ', ' order by c.ordinality, t.ordinality),
		schema, day, ph_support.year_cost_query(schema, format('%L::date', day)))
	from ph_support.cost_input(schema) with ordinality c
	cross join lateral ph_support.cost_term(c.input, c.type) with ordinality t
	where c.input = any (inputs)
$$;
comment on function ph_support.cost_fit_query(text, date, text[]) is
	'the query of what expected cost is fitted to: cost a year, years and terms of the persons of the train half';

create function ph_support.cost_group_expression(dimension text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select case
		when dimension = 'decile' then 'lpad(c.decile::text, 2, ''0'')'
		when dimension in ('practice', 'neighbourhood', 'place') then format('coalesce(c.%I, ''unknown'')', dimension)
		else (select b.expression from ph.breakdown b where b.breakdown = dimension) end
$$;
comment on function ph_support.cost_group_expression(text) is
	'the expression of a group of people over c (expected cost), p (the person) and s (the day and deprivation)';

create function ph_support.cost_terms_within_groups(terms text[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	effects text[];
	columns text;
	model ph.model;
begin
	execute $query$
		select array_agg(term order by place),
			string_agg(format(', (held = %L)::integer::float8 as %I', held, term), '' order by place)
		from (
			select held, place, format('group %s: %s', place, held)::name::text as term
			from (select held, row_number() over (order by actual desc, held) as place from pg_temp.ph_group) g) t
		where place > 1$query$
	into effects, columns;
	if cardinality(effects) >= 200 then
		raise exception 'argument "neutral" makes more than 200 groups'
			using errcode = 'invalid_parameter_value', hint = 'Name fewer, or larger ones.';
	end if;
	-- groups come first, so that a term that says nothing more than they has no slope
	model := ph.fit('linear', format('select *%s from pg_temp.ph_cost', columns), 'cost', effects || terms,
		weight => 'years', weight_type => 'precision');
	return (
		select string_agg(
			format(case when c.coefficient is null then '0::float8 as %I' else '%I' end, t.term), ', ' order by t.place)
		from unnest(terms) with ordinality t (term, place)
		left join ph.coefficients(model) c using (term));
end
$$;
comment on function ph_support.cost_terms_within_groups(text[]) is
	'the columns of the people of ph_cost that are these terms; 0 is one that only tells the groups of ph_group apart, '
	'or that others make up. Errors: invalid_parameter_value (more than 200 groups)';

create procedure ph_support.fit_cost_factors(
	terms text[], inout model ph.model, inout groups text[], inout factors float8[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns text;
	impossible boolean;
	change float8;
begin
	execute $query$
		create temp table ph_group on commit drop as
		select held, sum(years * cost) as actual, 1::float8 as factor
		from pg_temp.ph_cost
		group by held$query$;
	columns := ph_support.cost_terms_within_groups(terms);
	-- what is expected of a group is a sum over the terms, so that it needs no pass over the people
	execute format('create temp table ph_group_total on commit drop as
		select c.held, t.term, sum(c.years * t.value) as total
		from pg_temp.ph_cost c
		cross join lateral (values (''(intercept)'', 1::float8), %s) t (term, value)
		group by c.held, t.term', (
			select string_agg(format('(%L, c.%1$I)', term), ', ')
			from unnest(terms) term));
	for pass in 1..100 loop
		model := ph.fit('linear', format('select cost / factor as cost, years * factor as years, %s
			from pg_temp.ph_cost
			join pg_temp.ph_group using (held)
			where factor > 0', columns), weight => 'years', weight_type => 'precision', variance => 'hc1');
		exit when (model).coefficients is null or (model).null_deviance = 0;
		-- factors are of what all together get, so that expected and actual cost of all add up to the same
		execute $query$
			with expected as (
				select t.held, sum(t.total * c.coefficient) as cost
				from ph.coefficients($1) c
				join pg_temp.ph_group_total t using (term)
				group by t.held
			), told as (
				select g.held, g.factor as before, g.actual / nullif(greatest(e.cost, 0), 0)
					* sum(e.cost) over () / sum(g.actual) over () as factor
				from pg_temp.ph_group g
				join expected e using (held)
			), written as (
				update pg_temp.ph_group g set factor = t.factor from told t where t.held = g.held
			)
			select array_agg(held order by held), array_agg(factor order by held),
				max(abs(factor / nullif(before, 0) - 1)), bool_or(factor is null)
			from told$query$
		into groups, factors, change, impossible
		using model;
		if impossible then
			raise exception 'argument "neutral" makes a group that is expected to cost nothing or less'
				using errcode = 'invalid_parameter_value', hint = 'Such a group is of few people: name larger ones.';
		end if;
		exit when change < 1e-10;
	end loop;
	if change >= 1e-10 then
		raise exception 'argument "neutral" makes groups whose factors do not settle'
			using errcode = 'invalid_parameter_value', hint =
				'Terms nearly tell the groups apart, or make the cost of many people negative: leave some out.';
	end if;
	drop table pg_temp.ph_group, pg_temp.ph_group_total;
end
$$;
comment on procedure ph_support.fit_cost_factors(text[], ph.model, text[], float8[]) is
	'fits the people of ph_cost as factor of the group x the sum of the terms, so that of each group and each term '
	'that and actual cost add up to the same; groups: at most 200; factors: what each gets of what all together get '
	'for the same terms. A group that costs nothing has the factor 0. Errors: invalid_parameter_value';

create procedure ph_support.fit_cost(
	query text, has_groups boolean, inout model ph.model, inout groups text[], inout factors float8[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	terms text[];
begin
	-- the people are worked out once, for all passes over them
	execute format('create temp table ph_cost on commit drop as %s', query);
	select array_agg(attname::text order by attnum)
	into terms
	from pg_attribute
	where attrelid = 'pg_temp.ph_cost'::regclass and attnum > 0
		and attname not in ('person_id', 'cost', 'years', 'held');
	if has_groups then
		call ph_support.fit_cost_factors(terms, model, groups, factors);
	else
		model := ph.fit('linear', 'select * from pg_temp.ph_cost', 'cost', terms, weight => 'years',
			weight_type => 'precision', variance => 'hc1');
	end if;
	drop table pg_temp.ph_cost;
end
$$;
comment on procedure ph_support.fit_cost(text, boolean, ph.model, text[], float8[]) is
	'fits a query of ph_support.cost_fit_query, or of ph_support.cost_grouped_query with a factor of each group. '
	'Errors: invalid_parameter_value';

create function ph_support.cost_grouped_query(schema text, day date, fitted text, neutral text[]) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format('select f.*, concat_ws('', '', %s) as held
		from (%s) f
		join %I.person_at(%L) c on c.person_id = f.person_id
		join %3$I.person p on p.person_id = f.person_id
		cross join lateral (select %4$L::date as first_day, c.deprivation_quintile) s
		where num_nulls(%5$s) = 0',
		(select string_agg(ph_support.cost_group_expression(d), ', ') from unnest(neutral) d), fitted, schema, day,
		string_agg(format('f.%I', q.column_name), ', '))
	from ph.query_columns(fitted) q
$$;
comment on function ph_support.cost_grouped_query(text, date, text, text[]) is
	'a query of ph_support.cost_fit_query of whom all is known, with held, the group that the person is in';

create function ph_support.expected_cost_expression(schema text, inputs text[], model ph.model) returns text
language sql stable
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
	with coefficient as (
		select t.term, format('%L::float8', coalesce(t.coefficient, 0)) as value
		from unnest((model).terms, (model).coefficients) t (term, coefficient)
	), part as (
		select c.input, c.type, bool_or(t.condition is null) as is_number, min(t.known) as known, min(k.value) as slope,
			string_agg(format('when %s then %s', t.condition, k.value), ' ' order by t.ordinality) as cases
		from ph_support.cost_input(schema) c
		cross join lateral ph_support.cost_term(c.input, c.type) with ordinality t
		join coefficient k using (term)
		where c.input = any (inputs)
		group by c.input, c.type
	)
	select format('(%s', value) || (
		select string_agg(
			case
				-- most people have few conditions
				when type = 'boolean'::regtype
					then format(' + case when not i.%I then 0::float8 %s end', input, cases)
				when is_number then format(' + %s * i.%I', slope, input)
				else format(' + case %s when %s then 0::float8 end', cases, known) end, '' order by input)
		from part) || ')'
	from coefficient
	where term = '(intercept)'
$$;
comment on function ph_support.expected_cost_expression(text, text[], ph.model) is
	'the expression of a model of cost over a row i of segment_inputs, of no group; NULL where one of its inputs is '
	'not known; a term that others make up adds nothing';

create function ph_support.expected_cost_query(schema text, expected text, day text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select format('select i.person_id, p.age, p.sex, p.ethnicity, p.practice, p.neighbourhood, p.place, p.small_area,
			p.deprivation_quintile, ph_support.cost_split(i.person_id), %2$s, o.years, o.cost
		from %1$I.segment_inputs(%3$s) i
		join %1$I.person_at(%3$s) p on p.person_id = i.person_id
		left join (%4$s) o on o.person_id = i.person_id',
		schema, expected, day, ph_support.year_cost_query(schema, day))
$$;
comment on function ph_support.expected_cost_query(text, text, text) is
	'the query of a function person_expected_cost: the people of a day with their expected cost, by an expression';

create function ph_support.cost_variation(people text) returns text
language sql immutable parallel safe
return format('(stddev_samp(%1$s.cost) / nullif(avg(%1$s.cost), 0))', people);
comment on function ph_support.cost_variation(text) is
	'the expression of the coefficient of variation of what people cost in a year; of the cost itself: that of a day '
	'before a death, made a year''s, would be most of it';

create procedure ph_support.create_cost_model_table(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.expected_cost_model', schema)) is null then
		execute format('create table %I.expected_cost_model (
			name text primary key, as_of date not null, inputs text[] not null, prior_use boolean not null,
			neutral text[], model ph.model not null, groups text[], factors float8[],
			fitted_at timestamptz not null default now())', schema);
	elsif not exists (
		select
		from pg_attribute
		where attrelid = format('%I.expected_cost_model', schema)::regclass and attname = 'model' and not attisdropped)
	then
		-- DROP EXTENSION took the models and their functions: the rows that are left name nothing
		execute format('delete from %I.expected_cost_model', schema);
		execute format('alter table %I.expected_cost_model add column model ph.model not null', schema);
	else
		return;
	end if;
	call ph_support.describe_generated('TABLE', format('%I.expected_cost_model', schema), 'pg_class',
		format('%I.expected_cost_model', schema)::regclass,
		'models of expected cost, one a function of ph.create_expected_cost');
	call ph_support.comment_columns(format('%I.expected_cost_model', schema)::regclass, jsonb_build_object(
		'name', 'the function that was made', 'as_of', 'the day from which the year of its costs starts',
		'inputs', 'what it is made of', 'prior_use', 'whether what services did was asked for',
		'neutral', 'groups within which people were compared, and which are not paid for',
		'model', 'the model, of pounds a person and year',
		'groups', 'the groups of neutral, in the order of factors',
		'factors', 'what each group gets of what all together get for the same need, as the model tells need',
		'fitted_at', 'when it was fitted'));
end
$$;
comment on procedure ph_support.create_cost_model_table(text) is
	'makes the table expected_cost_model in the schema, where there is none, or its models, where DROP EXTENSION took '
	'them';

create procedure ph.create_expected_cost(
	schema text, as_of timestamptz default null, terms text[] default null, prior_use boolean default false,
	name text default 'person_expected_cost', neutral text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	data_day constant date := ph_support.data_day(schema);
	day constant date := coalesce(as_of::date, (data_day + 1 - interval '1 year')::date);
	inputs text[];
	model ph.model;
	groups text[];
	factors float8[];
	query text;
	is_new boolean;
begin
	call ph_support.require_own_schema(schema, name);
	if coalesce(name, '') = '' then
		raise exception 'argument "name" must not be null or empty'
			using errcode = 'null_value_not_allowed';
	end if;
	if not isfinite(day) or (day + interval '1 year')::date > data_day + 1 then
		raise exception 'argument "as_of" must be a year or more before the end of the data'
			using errcode = 'invalid_parameter_value', hint =
				format('The data end on %s: the year of cost that starts on the day must be over.', data_day);
	end if;
	if neutral = '{}' or array_position(neutral, null) is not null then
		raise exception 'argument "neutral" must name at least one, and no null'
			using errcode = 'invalid_parameter_value', hint = 'NULL is none; such as ethnicity or place.';
	end if;
	perform ph_support.require_known('neutral', neutral,
		'{deprivation_quintile,ethnicity,practice,neighbourhood,place}');
	inputs := ph_support.chosen_cost_inputs(schema, day, terms, prior_use);
	if neutral is not null
		and exists (select from ph_support.cost_input(schema) c where c.of_use and c.input = any (inputs)) then
		raise exception 'argument "neutral" cannot be said beside terms of what services did'
			using errcode = 'invalid_parameter_value', hint =
				'A group that is served less has less past use too, and would get less again: leave it out.';
	end if;
	call ph_support.create_cost_model_table(schema);
	execute format('select not exists (select from %I.expected_cost_model m where m.name = $1)', schema)
	into is_new
	using name;
	if is_new and exists (
		select from pg_proc p where p.pronamespace = to_regnamespace(quote_ident(schema)) and p.proname = name) then
		raise exception 'function "%" is something else', name
			using errcode = 'duplicate_object', hint = 'Give the expected cost another name.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %1$I.segment_input, %1$I.stay, %1$I.encounter',
		schema)]);
	query := ph_support.cost_fit_query(schema, day, inputs);
	if neutral is not null then
		query := ph_support.cost_grouped_query(schema, day, query, neutral);
	end if;
	call ph_support.fit_cost(query, neutral is not null, model, groups, factors);
	if (model).coefficients is null or (model).null_deviance is not distinct from 0 then
		raise exception 'expected cost cannot be fitted: %',
			case when (model).coefficients is null then (model).status else 'all people cost the same' end
			using errcode = 'no_data_found', hint = 'Costs of encounters of the year from "as_of" on are needed.';
	end if;
	execute format('insert into %I.expected_cost_model (name, as_of, inputs, prior_use, neutral, model, groups, factors)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (name) do update set as_of = excluded.as_of, inputs = excluded.inputs,
			prior_use = excluded.prior_use, neutral = excluded.neutral, model = excluded.model,
			groups = excluded.groups, factors = excluded.factors, fitted_at = excluded.fitted_at', schema)
	using name, day, inputs, coalesce(prior_use, false), neutral, model, groups, factors;
	query := ph_support.expected_cost_query(schema, ph_support.expected_cost_expression(schema, inputs, model),
		format('%I.as_of::date', name));
	call ph_support.replace_function(schema, name, 'timestamptz', format($query$(as_of timestamptz)
			returns table (
				person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
				small_area text, deprivation_quintile integer, split text, expected double precision,
				years double precision, cost double precision)
			language sql stable
			begin atomic
				%s;
			end$query$, query),
		'one row a person of the day: the cost expected of a year from it on, in pounds, by what was known before '
		'(NULL where one of the inputs is not known); the half of the people that the person is in (train: the model '
		'was fitted on it); and, as far as the data reach, years at risk in the year from the day on and their cost');
end
$$;
comment on procedure ph.create_expected_cost(text, timestamptz, text[], boolean, text, text[]) is
	'fits what a person costs in a year, in pounds, by what was known on the day as_of (the last day whose year is '
	'over, unless said), on one half of the people, and makes in the schema a function of that name: (as_of '
	'timestamptz) with a row a person, expected and, as far as the data reach, actual cost. The model is linear, of '
	'cost a person-year weighted by time at risk (so that expected and actual add up to the same in the half), with '
	'variance hc1; it stands in the table expected_cost_model. terms: age_sex, deprivation, conditions and numbers '
	'of segment_input; NULL for age and sex, deprivation, all lists of conditions and charlson, as far as they are '
	'known. What services did (prior cost, admissions, contacts, hospital_frailty) is refused unless prior_use, '
	'which without terms adds spend and emergency admissions of the year before. neutral: groups that are served '
	'differently than they need (ethnicity, place, practice, neighbourhood, deprivation_quintile): the model '
	'compares people of one group: cost is the group''s factor x the sum of the terms, and expected leaves the factor '
	'out, so that no group''s less use lowers its own target. Factors (in the table, beside groups) are of what all '
	'together get for the same need, and of each group factor x expected adds up to actual cost; variances take them '
	'as given. A term that only tells groups apart (deprivation within deprivation_quintile) adds nothing; past use is '
	'refused with it; it takes what all use together for right, so that a factor below 1 may be cheaper right care, '
	'and cannot see need that nobody recorded. Call after ph.create_segment_inputs, again to fit '
	'anew. Errors: undefined_table, invalid_parameter_value (unknown or controlled terms, a year that is not over, '
	'more than 200 groups, a group of which nothing is expected, factors that do not settle), no_data_found '
	'(no costs), insufficient_privilege where row security hides people, duplicate_object where the name is taken. '
	'Sources: Dixon et al. 2011, BMJ 343:d6608; of neutral Carr-Hill et al. 1994, BMJ 309:1046, and Gravelle et al. '
	'2003, Health Economics 12:985';

-- ---- how well it tells ----

create function ph_support.expected_cost_model(
	schema text, name text, argument text default 'name', out as_of date, out inputs text[], out neutral text[])
returns record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.expected_cost_model', schema)) is not null then
		execute format('select m.as_of, m.inputs, m.neutral from %I.expected_cost_model m where m.name = $1', schema)
		into as_of, inputs, neutral
		using name;
	end if;
	if as_of is null or to_regprocedure(format('%I.%I(timestamptz)', schema, name)) is null then
		raise exception 'argument "%" must be of an expected cost of the schema', argument
			using errcode = 'undefined_function', hint = 'CALL ph.create_expected_cost(...) makes one.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %1$I.segment_input, %1$I.stay, %1$I.encounter',
		schema)]);
end
$$;
comment on function ph_support.expected_cost_model(text, text, text) is
	'the day, inputs and neutral groups of an expected cost of the schema, for who sees all its people. Errors: '
	'undefined_function, insufficient_privilege';

create function ph_support.cost_judged_query(schema text, name text, day date) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select format('select c.*, c.expected * c.years as foreseen
		from %I.%I(%L::date) c
		where c.expected is not null and c.years > 0 and c.cost is not null', schema, name, day)
$$;
comment on function ph_support.cost_judged_query(text, text, date) is
	'the query of the people of a day of whom expected and actual cost are both known: foreseen is expected for the '
	'time at risk';

create function ph.cost_explained(schema text, name text default 'person_expected_cost')
returns table (split text, level text, groups bigint, r_squared float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	day constant date := (ph_support.expected_cost_model(schema, name)).as_of;
begin
	return query execute format(
		'with grouped as (
			select c.split, l.level, l.place, sum(c.years) as years, sum(c.foreseen) / sum(c.years) as foreseen,
				sum(c.cost) / sum(c.years) as cost
			from (%s) c
			cross join lateral (
				values (1, c.person_id), (2, c.practice), (3, c.neighbourhood), (4, c.place)) l (level, place)
			where l.place is not null
			group by c.split, l.level, l.place
		), centred as (
			select *, sum(years * cost) over same / sum(years) over same as mean
			from grouped
			window same as (partition by split, level)
		), summed as (
			select split, level, count(*) as groups, sum(years * (cost - foreseen) ^ 2) as left_over,
				sum(years * (cost - mean) ^ 2) as squares
			from centred
			group by split, level
		)
		select split, (''{person,practice,neighbourhood,place}''::text[])[level], groups,
			1 - left_over / nullif(squares, 0),
			case when groups < 2 then ''one_group'' when squares = 0 then ''no_variance'' end
		from summed
		order by split, level', ph_support.cost_judged_query(schema, name, day));
end
$$;
comment on function ph.cost_explained(text, text) is
	'the share of the variance of cost a person-year that an expected cost (of ph.create_expected_cost) explains, '
	'between persons, practices, neighbourhoods and places, weighted by years, in the half it was fitted on (train) '
	'and in the other (test): 1 - sum w (actual - expected)^2 / sum w (actual - mean)^2. Below 0 where the mean tells '
	'more. Notes: one_group, no_variance. Errors: undefined_function, insufficient_privilege';

create function ph.predictive_ratio(
	schema text, dimensions text[] default '{decile,age_band,sex,deprivation_quintile,ethnicity}',
	split text default 'test', confidence float8 default 0.95, name text default 'person_expected_cost')
returns table (
	dimension text, group_name text, people bigint, years float8, expected float8, actual float8, ratio float8,
	lower float8, upper float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	day constant date := (ph_support.expected_cost_model(schema, name)).as_of;
	groups text;
begin
	if coalesce(dimensions, '{}') = '{}' or array_position(dimensions, null) is not null then
		raise exception 'argument "dimensions" must name at least one, and no null'
			using errcode = 'invalid_parameter_value', hint = 'Such as decile, age_band, sex or ethnicity.';
	end if;
	perform ph_support.require_known('dimensions', dimensions,
		'{decile,age_band,sex,deprivation_quintile,ethnicity,practice,neighbourhood,place}');
	perform ph_support.require_known('split', array[split], '{train,test}');
	select string_agg(format('(%s, %L, %s)', d.place, d.name, ph_support.cost_group_expression(d.name)), ', ')
	into groups
	from unnest(dimensions) with ordinality d (name, place);
	return query execute format(
		'with judged as (
			select c.*, ntile(10) over (order by c.expected, c.person_id) as decile
			from (%s) c
			where c.split = $1
		), grouped as (
			select g.number, g.dimension, g.name, count(*) as people, sum(c.years) as years,
				sum(c.foreseen) as expected, sum(c.cost) as actual,
				ph.mean(ph.person_tally(1, c.cost - c.foreseen), 1, $2) as missed
			from judged c
			join %I.person p on p.person_id = c.person_id
			cross join lateral (select %L::date as first_day, c.deprivation_quintile) s
			cross join lateral (values %s) g (number, dimension, name)
			group by g.number, g.dimension, g.name
		)
		select dimension, name, people, years, expected, actual, expected / nullif(actual, 0),
			expected / nullif(greatest(expected + people * (missed).upper, 0), 0),
			expected / nullif(greatest(expected + people * (missed).lower, 0), 0),
			case
				when actual = 0 then ''no_cost''
				when expected + people * (missed).lower <= 0 then ''no_upper_limit''
				else (missed).note end
		from grouped
		order by number, name', ph_support.cost_judged_query(schema, name, day), schema, day, groups)
	using split, confidence;
end
$$;
comment on function ph.predictive_ratio(text, text[], text, float8, text) is
	'expected over actual cost (of ph.create_expected_cost) by group of people, in the half that the model was not '
	'fitted on unless split is train: above 1 the group would get more than it costs, and who is served less '
	'than needed '
	'stands above 1 too. dimensions: decile (of expected cost, 1 the lowest), age_band, sex, deprivation_quintile, '
	'ethnicity, practice, neighbourhood, place. Cost in pounds. Limits: the mean of actual less expected with those of '
	'ph.mean, the model taken as given. Notes: no_cost, no_upper_limit (actual cost may be 0 by chance), those of '
	'ph.mean. Errors: undefined_function, invalid_parameter_value, insufficient_privilege';
