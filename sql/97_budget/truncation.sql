
-- ---- dear persons: a cap for both sides, cover for what is above ----

create function ph_support.amount_quotient(part numeric, whole numeric) returns numeric
language sql immutable parallel safe
begin atomic
	select round(round(part, 40) / nullif(whole, 0), 40);
end;
comment on function ph_support.amount_quotient(numeric, numeric) is
	'a quotient to 40 decimals, whatever the size of its parts, so that 1,000 times the money is 1,000 times the '
	'answer; NULL where whole is 0';

create function ph_support.decimal_of(number float8) returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'decimal_of';
comment on function ph_support.decimal_of(float8) is
	'a finite number as the shortest decimal that reads back as it, whatever the settings: 0.29 is 29 hundredths';

create function ph.truncate_cost(cost numeric, cap numeric, years float8 default 1) returns numeric
language c immutable parallel safe
as 'MODULE_PATHNAME', 'truncate_cost';
comment on function ph.truncate_cost(numeric, numeric, float8) is
	'the cost of a person, cut at cap a person-year: min(cost / years, cap) years. NULL where an argument is. The '
	'cap must be one for benchmark and actual, as ph.truncation_cap gives it of one reference set. Errors: a '
	'negative cap, years not above 0';

create function ph.truncation_cap(costs_per_year numeric[], quantile float8) returns numeric
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	-- as the decimal that is written: 0.29 of 100 is 29, in doubles a little less
	place numeric := (array_length(costs_per_year, 1) - 1) * ph_support.decimal_of(quantile);
	sorted numeric[];
begin
	perform ph_support.require_argument(coalesce(quantile between 0 and 1, true), 'quantile',
		'must lie between 0 and 1', 'Write 0.99 for the 99th percentile.');
	perform ph_support.require_argument(coalesce(array_ndims(costs_per_year), 1) = 1, 'costs_per_year',
		'must be a list');
	perform ph_support.require_argument(
		not exists (select from unnest(costs_per_year) cost where cost in ('NaN', 'Infinity', '-Infinity')),
		'costs_per_year', 'must hold finite numbers');
	perform ph_support.require_argument(cardinality(costs_per_year) is distinct from 1, 'costs_per_year',
		'must hold costs of more than one person', 'A percentile of one person is what that person cost.');
	if place is null or array_position(costs_per_year, null) is not null then
		return null;
	end if;
	sorted := array(
		select cost
		from unnest(costs_per_year) cost
		order by cost
		limit 2
		offset floor(place)::integer);
	return sorted[1] + (place - floor(place)) * coalesce(sorted[2] - sorted[1], 0);
end
$$;
comment on function ph.truncation_cap(numeric[], float8) is
	'the quantile of costs a person-year of the reference set, as percentile_cont and type 7 in R have it, but in '
	'exact decimals, so that a cost which is the cap is not above it: array_agg(cost / years). NULL where a cost is, '
	'or there is none. Errors: a quantile outside 0 to 1, numbers that are not finite, costs of '
	'one person';

create type ph.truncation as (
	cap numeric,
	people bigint,
	people_capped bigint,
	total_before numeric,
	total_after numeric,
	removed numeric,
	mean_before numeric,
	mean_after numeric,
	variance_before numeric,
	variance_after numeric,
	note text
);
comment on type ph.truncation is 'what a cap does to the costs of a group, of ph.truncation';
comment on column ph.truncation.cap is 'the cap, a person-year';
comment on column ph.truncation.people is 'persons of the group';
comment on column ph.truncation.people_capped is 'of them, those whose cost a person-year is above the cap';
comment on column ph.truncation.total_before is 'their costs';
comment on column ph.truncation.total_after is 'their costs, cut';
comment on column ph.truncation.removed is 'what was cut off, summed by person';
comment on column ph.truncation.mean_before is 'costs over person-years';
comment on column ph.truncation.mean_after is 'cut costs over person-years';
comment on column ph.truncation.variance_before is
	'sample variance of the costs; NULL of one person, and where somebody has not one whole year';
comment on column ph.truncation.variance_after is 'sample variance of the cut costs, likewise';
comment on column ph.truncation.note is 'no_data: no cap or nobody; missing_input';

create function ph_support.sample_variance(squares numeric, total numeric, people bigint) returns numeric
language sql immutable parallel safe
begin atomic
	select case when people > 1 then
		ph_support.amount_quotient(squares * people - total * total, people::numeric * (people - 1)) end;
end;
comment on function ph_support.sample_variance(numeric, numeric, bigint) is
	'(sum x^2 - (sum x)^2 / n) / (n - 1) in exact decimals; NULL below two';

create function ph.truncation(costs numeric[], cap numeric, years float8[] default null) returns ph.truncation
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	result ph.truncation;
	unknown boolean;
begin
	perform ph_support.require_argument(coalesce(cardinality(years) = cardinality(costs), true), 'years',
		'must have an element for each of costs');
	if cap is null or coalesce(cardinality(costs), 0) = 0 then
		result.note := 'no_data';
		return result;
	end if;
	select cap, people, people_capped, total_before, total_after, removed,
		ph_support.amount_quotient(total_before, person_years), ph_support.amount_quotient(total_after, person_years),
		case when whole_years then ph_support.sample_variance(squares_before, total_before, people) end,
		case when whole_years then ph_support.sample_variance(squares_after, total_after, people) end,
		null
	into result
	from (
		select count(*) as people, count(*) filter (where cost > cut) as people_capped,
			sum(cost) as total_before, sum(cut) as total_after, sum(cost - cut) as removed,
			sum(cost * cost) as squares_before, sum(cut * cut) as squares_after,
			sum(ph_support.decimal_of(year)) as person_years, bool_and(year = 1) as whole_years
		from unnest(costs, coalesce(years, array_fill(1::float8, array[cardinality(costs)]))) person (cost, year),
			lateral ph.truncate_cost(cost, truncation.cap, year) cut
	) folded;
	select bool_or(cost is null) or bool_or(year is null)
	into unknown
	from unnest(costs, coalesce(years, array_fill(1::float8, array[cardinality(costs)]))) person (cost, year);
	if unknown then
		result := null;
		result.note := 'missing_input';
	end if;
	return result;
end
$$;
comment on function ph.truncation(numeric[], numeric, float8[]) is
	'what a cap a person-year does to the costs of a group, a person an element, years 1 for all unless given: '
	'array_agg(cost), the cap of ph.truncation_cap, array_agg(years). What is left and what is removed are summed by '
	'person, so that before = after + removed. Errors: a negative cap, years not above 0, lists of different lengths';

create function ph.stop_loss(
	cost numeric, attachment numeric, coinsurance float8 default 1, maximum numeric default null,
	out recovered numeric, out retained numeric, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'stop_loss';
comment on function ph.stop_loss(numeric, numeric, float8, numeric) is
	'what cover gives back of the cost of a person: coinsurance x what is above the attachment, at most maximum '
	'(NULL: without limit), and what stays. note: missing_input where cost, attachment or coinsurance is NULL. '
	'Errors: a negative attachment or maximum, coinsurance outside 0 to 1';

create function ph.stop_loss_total(
	costs numeric[], attachment numeric, coinsurance float8 default 1, maximum numeric default null,
	out people bigint, out people_over bigint, out recovered numeric, out retained numeric, out note text)
returns record
language sql immutable parallel safe
begin atomic
	select case when known then count end, case when known then over end, case when known then given end,
		case when known then kept end, case when not known then 'missing_input' end
	from (
		select count(*), count(*) filter (where cost > attachment) as over,
			coalesce(sum(of_person.recovered), 0) as given, coalesce(sum(of_person.retained), 0) as kept,
			count(*) = count(of_person.recovered) and num_nulls(attachment, coinsurance) = 0 as known
		from unnest(costs) cost, lateral ph.stop_loss(cost, attachment, coinsurance, maximum) of_person
	) folded;
end;
comment on function ph.stop_loss_total(numeric[], numeric, float8, numeric) is
	'ph.stop_loss of a group, a person an element: how many, how many above the attachment, and the sums. note: '
	'missing_input where a cost, attachment or coinsurance is NULL, and nothing else is said. Errors: as ph.stop_loss';
