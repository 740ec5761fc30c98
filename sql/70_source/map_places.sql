
-- ---- places that somebody brings with a source, the same in every map: ph.create_places makes them ----

insert into ph.source_column (map, relation, column_name, column_type, needed)
select m.map, c.relation, c.column_name, c.column_type, c.needed
from ph.source_map m
cross join (
	values
		('place', 'place_id', 'text', 'relation'),
		('place', 'place_kind', 'text', 'relation'),
		('place', 'name', 'text', 'no'),
		('place_parent', 'place_id', 'text', 'relation'),
		('place_parent', 'parent_id', 'text', 'relation'),
		('place_factor', 'place_id', 'text', 'relation'),
		('place_factor', 'factor', 'text', 'relation'),
		('place_factor', 'period', 'text', 'relation'),
		('place_factor', 'value', 'number', 'relation'),
		('place_factor', 'unit', 'text', 'no'),
		('place_factor', 'source', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, r.step, r.relation, 'brought', r.source_rows, r.description
from ph.source_map m
cross join (
	values
		(20, 'place', '{place} p', 'places that stand in the source by this name'),
		(21, 'place_parent',
		 '{place_parent} p where place_id in (select place_id from {made.source_place} q where fault is null)
			and parent_id in (select place_id from {made.source_place} q where fault is null)',
		 'which of them lies in which'),
		(22, 'place_factor',
		 '{place_factor} p where place_id in (select place_id from {made.source_place} q where fault is null)',
		 'what is known of them')
) r (step, relation, source_rows, description);

insert into ph.source_expression (map, relation, part, column_name, expression)
select m.map, e.relation, 'brought', e.column_name, e.expression
from ph.source_map m
cross join (
	values
		('place', 'source_key', 'p.place_id'),
		('place', 'place_id', 'p.place_id'),
		('place', 'place_kind', 'p.place_kind'),
		('place', 'name', 'p.name'),
		('place_parent', 'source_key', 'p.place_id'),
		('place_parent', 'place_id', 'p.place_id'),
		('place_parent', 'parent_id', 'p.parent_id'),
		('place_factor', 'source_key', 'p.place_id'),
		('place_factor', 'place_id', 'p.place_id'),
		('place_factor', 'factor', 'p.factor'),
		('place_factor', 'period', 'p.period'),
		('place_factor', 'value', 'p.value'),
		('place_factor', 'unit', 'p.unit'),
		('place_factor', 'source', 'p.source')
) e (relation, column_name, expression);
