
-- ---- released numbers for tools ----
-- The same shape as measure_value and measure_breakdown: a tool changes the relation's name only. Comparisons are made
-- of what left, so that none tells of a number that is hidden.

create function ph_support.released_current() returns text
language sql immutable parallel safe
return $query$
	select r.measure, r.version, r.period_kind, r.first_day::date as period, r.breakdown, s.level, s.place_id,
		s.group_name, s.value, s.lower, s.upper, s.numerator, s.denominator, s.people, s.share_known,
		s.shrunken_value, s.shrunken_lower, s.shrunken_upper, s.note, false as provisional,
		(r.record ->> 'last_day')::date as data_until, (r.record ->> 'folded_at')::timestamptz as folded_at, r.release,
		r.rule, r.audience, (r.record ->> 'released_at')::timestamptz as released_at
	from {released_row} s
	join {release} r using (release)
	where not exists (
		select
		from {release} later
		where later.measure = r.measure and later.period_kind = r.period_kind and later.first_day = r.first_day
			and later.breakdown = r.breakdown and later.release > r.release and later.record -> 'levels' ? s.level
			and later.record ->> 'same_as' is null)
$query$;
comment on function ph_support.released_current() is
	'the query of the rows of the latest release of each table and level that the reader is an audience of';

create function ph_support.released_query(is_breakdown boolean) returns text
language sql immutable parallel safe
return
	replace(replace(replace(replace(replace(
		ph_support.measure_value_query(is_breakdown),
		'join {measure_fold} f using (measure, version, period_kind, period)', ''),
		'f.data_until', 't.data_until'),
		'{measure_current}', '{measure}'),
		'{measure_tally}', '{released_current}'),
		'as before_verdict', 'as before_verdict, t.release, t.rule, t.audience, t.released_at');
comment on function ph_support.released_query(boolean) is
	'the query of measure_value or measure_breakdown over what was released';

create procedure ph_support.create_released_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns constant jsonb := (
		select jsonb_object_agg(c.column_name, c.description) from ph_support.measure_column() c
	) || jsonb_build_object('release', 'number of the release', 'rule', 'the rule of disclosure that it went by',
		'audience', 'public, or the role that it is for', 'released_at', 'when it was released');
	view record;
begin
	if to_regclass(format('%I.measure_tally', schema)) is null then
		return;
	end if;
	for view in
		select *
		from (
			values
				('released_current', 'rows of the latest release of each table: one row a measure, period, breakdown, '
				 'level, place and group', ph_support.released_current()),
				('released_value',
					'measures of whole places as they were released, in the shape of measure_value; a row '
				 'that is suppressed has no numbers', ph_support.released_query(false)),
				('released_breakdown',
					'measures by group as they were released, in the shape of measure_breakdown; a row '
				 'that is suppressed has no numbers', ph_support.released_query(true))
		) v (relation, description, query)
	loop
		call ph_support.replace_view(schema, view.relation, ph_support.in_schema(view.query, schema), view.description,
			columns);
	end loop;
end
$$;
comment on procedure ph_support.create_released_views(text) is
	'makes the views of what was released, beside those of measures, or replaces them in place';
