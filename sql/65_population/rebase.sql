
-- ---- a series on other boundaries ----

create function ph.rebase(
	series regclass, weights regclass,
	out place text, out period text, out value double precision, out estimated boolean, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	if series is null or weights is null then
		raise exception 'series and weights must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	execute format(
		'select min(from_place)
		from (
			select from_place::text as from_place
			from %s
			group by from_place::text
			having bool_or(weight is null or not weight between 0 and 1 or to_place is null)
				or abs(sum(weight::double precision) - 1) > 1e-6
		) place', weights)
	into wrong;
	if wrong is not null then
		raise exception 'weights must lie between 0 and 1 and sum to 1 for each from_place'
			using errcode = 'invalid_parameter_value', detail = format('They do not for %s.', wrong),
				hint = 'A place that goes whole into another has one row of weight 1.';
	end if;
	return query execute format(
		'select w.to_place::text, s.period::text,
			case when bool_and(s.value is not null)
				then sum(s.value::double precision * coalesce(w.weight::double precision, 1)) end,
			bool_or(w.weight < 1) and w.to_place is not null,
			case
				when w.to_place is null then format(''no_weights: %%s, the first %%s'',
					count(*), min(s.place::text collate "C"))
				when bool_or(w.weight < 1) then format(''estimated: %%s of %%s parts are shares'',
					count(*) filter (where w.weight < 1), count(*)) end
		from %s s
		left join (select * from %s where weight > 0) w on w.from_place::text = s.place::text
		group by w.to_place::text, s.period, w.to_place is null
		order by s.period, w.to_place::text collate "C"', series, weights);
end
$$;
comment on function ph.rebase(regclass, regclass) is
	'a series (a table or view with columns place, period, value: counts that can be added) on other boundaries: '
	'each value goes to the places of weights (from_place, to_place, weight: the share that lies there) and is added '
	'up there. estimated is true where a share below 1 went into the value, note says how many; '
	'what stands under places that have no weights is kept on a row a period whose place is NULL, so that totals '
	'close; a value that is NULL makes its sums NULL. Read with the rights of who calls. '
	'Errors: null_value_not_allowed, undefined_column, '
	'invalid_parameter_value where the weights of a place are not shares that sum to 1';
