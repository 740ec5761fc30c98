
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
