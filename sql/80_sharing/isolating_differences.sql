
-- ---- differences between overlapping areas ----

create function ph.isolating_differences(
	query text, threshold integer default 7, empty_areas boolean default false,
	out larger text, out smaller text[], out difference bigint)
returns setof record
language c stable parallel unsafe rows 10 cost 100000
as 'MODULE_PATHNAME', 'isolating_differences';
comment on function ph.isolating_differences(text, integer, boolean) is
	'areas whose published counts differ by 1 to threshold people, of a query of three columns: area, atom (a part '
	'that no area cuts) and the people of the area, a row for each atom of each area that is published. Answers a '
	'larger area and one to three smaller ones that lie in it and share no atom, and the people that are left when '
	'these are taken off. Areas without people are among the smaller ones only if empty_areas: they leave what is '
	'left without them. An empty answer says that no such difference is small, not that longer sums are safe: that '
	'is for ph.protect. Source: Duke-Williams and Rees 1998. Errors: those of ph.query_columns, '
	'invalid_parameter_value for a NULL, people that are not whole or not the same in all rows of an area, 54000 '
	'beyond 100,000 answers';

-- ---- what rounding leaves of a row and its total ----

create function ph.rounding_bounds(
	published bigint[], base integer default 5, total bigint default null, total_rounded boolean default false,
	out cell integer, out lower bigint, out upper bigint)
returns setof record
language sql immutable parallel safe rows 10
begin atomic
	with bound as (
		select place::integer as cell, greatest(n - base / 2, 0) as lower, n + base / 2 as upper
		from unnest(published) with ordinality u (n, place)
	),
	whole as (
		select greatest(total - slack, 0) as lower, total + slack as upper
		from (values (case when total_rounded then base / 2 else 0 end)) s (slack)
		where (select bool_and(n is not null) from unnest(published) n)
	)
	select b.cell, greatest(b.lower, w.lower - (sum(b.upper) over () - b.upper))::bigint,
		least(b.upper, w.upper - (sum(b.lower) over () - b.lower))::bigint
	from bound b
	left join whole w on true
	order by b.cell;
end;
comment on function ph.rounding_bounds(bigint[], integer, bigint, boolean) is
	'the least and the greatest that each count of a row can have been, for whoever sees the counts rounded to a '
	'base and their total: exact, rounded too, or none (NULL). Where both are the same the count is given away: '
	'beside rounded counts a total must be rounded by itself. NULL for an unknown count, which leaves the others to '
	'their own bounds';
