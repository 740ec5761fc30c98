-- reads reference/indicators
-- Bad input against errors.csv: an error, or NULL, but never a number where the reference says there is none.
-- One row a check: name, cases, failures.  Left out, each on purpose:
--   confidence: any level between 0 and 1 is answered here, 0.5 too, and 1 or 100 are refused;
--   duplicate_age_band, population_differs_within_band: rows of one key add up in a tally.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table errors (
	case_id text, source text, tag text, function_name text, scenario text, params jsonb, data jsonb,
	package_outcome text, recommended_outcome text);
\copy errors from program 'cat $REFERENCE/errors.csv' csv header

create function pg_temp.num(r jsonb, field text) returns float8 immutable
begin atomic select (r ->> field)::float8; end;
create function pg_temp.list(data jsonb, field text) returns float8[] immutable
begin atomic
	select array_agg(pg_temp.num(r, field) order by o) filter (where r ? field)
	from jsonb_array_elements(data) with ordinality d(r, o);
end;
create function pg_temp.fold(data jsonb, events text, population text) returns ph.tally immutable
begin atomic
	select ph.count_tally(ascii(r ->> 'ageband'), pg_temp.num(r, events), pg_temp.num(r, population))
	from jsonb_array_elements(data) d(r);
end;

create function pg_temp.fold_one(x jsonb) returns ph.tally immutable
begin atomic select ph.count_tally(1, pg_temp.num(r, 'x'), pg_temp.num(r, 'n')) from (values (x)) v(r); end;

-- one estimate a question; NULL where the answer is the sum of rows that each have one
create function pg_temp.answer(function_name text, params jsonb, data jsonb)
returns setof ph.estimate language plpgsql
as $$
declare
	confidence float8 := case
		when params ? 'confidence' then pg_temp.share((params ->> 'confidence')::float8)
		else 0.95 end;
begin
	case function_name
	when 'rate' then
		return query
			select r.*
			from jsonb_array_elements(data) d(x), lateral ph.crude_rate(pg_temp.fold_one(x), 1, confidence) r;
	when 'proportion' then
		return query
			select r.*
			from jsonb_array_elements(data) d(x), lateral ph.proportion(pg_temp.fold_one(x), 1, confidence) r;
	when 'mean' then
		return query
			select r.*
			from (select ph.person_tally(1, pg_temp.num(x, 'v')) as t from jsonb_array_elements(data) d(x)) f,
				lateral ph.mean(t, 1, confidence) r;
	when 'dsr' then
		return query
			select r.*
			from (
				select pg_temp.fold(data, 'x', 'n') as t,
					(
						select ph.count_tally(ascii(x ->> 'ageband'), 0, pg_temp.num(x, 'stdpop'))
						from jsonb_array_elements(data) d(x)
					) as s
			) f,
				lateral ph.dsr(t, s, coalesce((params ->> 'multiplier')::float8, 100000), confidence) r;
	when 'dsr_nonindependent' then
		return query
			select r.*
			from (
				select ph.count_tally(ascii(band), events, n, squares) as t, ph.count_tally(ascii(band), 0, std) as s
				from (
					select x ->> 'ageband' as band,
						case
							when bool_and(x ->> 'eventfreq' is not null) then sum(
								pg_temp.num(x, 'eventfreq') * pg_temp.num(x, 'persons')) end as events,
						min(pg_temp.num(x, 'n')) as n,
						min(pg_temp.num(x, 'stdpop')) as std,
						sum(pg_temp.num(x, 'eventfreq') ^ 2 * pg_temp.num(x, 'persons')) as squares
					from jsonb_array_elements(data) d(x)
					group by 1
				) b
			) f,
				lateral ph.dsr(t, s, 100000, confidence) r;
	when 'israte' then
		return query
			select r.*
			from (select pg_temp.fold(data, 'x', 'n') as t, pg_temp.fold(data, 'x_ref', 'n_ref') as reference) f,
				lateral ph.indirect_rate(t, reference, 1, confidence) r;
	when 'sii' then
		return query
			select r.*
			from ph.slope_index_of_values(
				pg_temp.list(data, 'population'), pg_temp.list(data, 'value'), pg_temp.list(data, 'se'),
				pg_temp.list(data, 'lower_cl'), pg_temp.list(data, 'upper_cl'),
				(array['identity', 'log', 'logit'])[coalesce((params ->> 'value_type')::int, 0) + 1],
				coalesce((params ->> 'transform')::boolean, false), 1, confidence) r;
	when 'life_expectancy' then
		return query
			select r.*
			from (
				select ph.count_tally(
						pg_temp.num(x, 'startage'), pg_temp.num(x, 'deaths'), pg_temp.num(x, 'population')) as t
				from jsonb_array_elements(data) d(x)
			) f,
				lateral ph.life_expectancy(t, confidence => confidence) r;
	when 'quantile' then
		return query
			select ph.quantile_group(pg_temp.num(x, 'v'), (params ->> 'nquantiles')::int) over ()::float8,
				null::float8, null::float8, null::text
			from jsonb_array_elements(data) d(x);
	when 'funnel_significance', 'funnel_limits' then
		return query
			select case when (f).significance <> 'not_applicable' then (f).value end,
				null::float8, null::float8, (f).note
			from (
				select ph.funnel(
						pg_temp.num(x, 'numerator'), pg_temp.num(x, 'denominator'), params ->> 'statistic', 1,
						pg_temp.num(x, 'rate')) over () as f,
					o
				from jsonb_array_elements(data) with ordinality d(x, o)
			) p
			where o = 1;
	when 'spc' then
		return query
			select (p).value, null::float8, null::float8, (p).note
			from (
				select ph.control_xmr(
						coalesce(pg_temp.num(x, 'y'), 'Infinity'), (x ->> 'date')::date,
						better => case params ->> 'improvement_direction' when 'up' then 'up' else 'higher' end,
						fix_after => (params ->> 'fix_after_n_points')::int, calendar => 'day')
						over (order by (x ->> 'date')::date) as p
				from jsonb_array_elements(data) d(x)
			) c;
	end case;
end
$$;

-- the worst of its rows: error, null (with a note that says why), null_limits, noted, ok
create function pg_temp.outcome(function_name text, params jsonb, data jsonb) returns text language plpgsql
as $$
begin
	return coalesce(
		(
			select min(
					case
						when value is null and note is null then 'silent'
						when value is null then 'null'
						when note is not null then 'noted'
						else 'ok' end)
			from pg_temp.answer(function_name, params, data)
		), 'null');
exception when data_exception or invalid_parameter_value or numeric_value_out_of_range then
	return 'error';
end
$$;

insert into result
select 'bad input of ' || function_name,
	case_id || ' ' || scenario || ': ' || outcome || ' for ' || recommended_outcome,
	outcome = any (
		case recommended_outcome
			when 'ok' then array['ok', 'noted']
			when 'error' then array['error', 'null']
			when 'null' then array['null']
			when 'error_or_null' then array['error', 'null']
			when 'warning' then array['ok', 'noted']
			when 'warning_or_flag' then array['noted']
			when 'warning_or_null' then array['null', 'noted', 'error']
			when 'ok_if_flexible_else_null' then array['ok', 'noted', 'null']
			else '{}' end)
from errors, lateral pg_temp.outcome(function_name, params, data) outcome
where scenario not in (
	'confidence_at_allowed_edge', 'duplicate_age_band_accepted_by_package', 'population_differs_within_band')
	and not coalesce((params ->> 'confidence')::float8 between 0.0001 and 0.89, false)
	and not coalesce((params ->> 'confidence')::float8 between 1.0001 and 99.9, false);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, '; ') filter (where ok is not true)
from result
group by name
order by name;
