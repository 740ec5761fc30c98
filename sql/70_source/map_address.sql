
-- ---- places of addresses with a ZIP code, the same in every map that has them ----
-- address_area, a step of the map: area_id (a ZIP code within its county and state, which may be missing), county_id,
-- state, county, zip.

insert into ph.source_option (map, option, value, description)
select m.map, o.option, o.value, o.description
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		('small_area', 'ZIP', 'kind of place of an address'),
		('neighbourhood', 'none', 'kind of place of a neighbourhood'),
		('place', 'COUNTY', 'kind of place of a place'),
		('system', 'STATE', 'kind of place of a system')
) o (option, value, description);

insert into ph.source_rows (map, step, relation, part, source_rows, description)
select m.map, r.step, r.relation, r.part, r.source_rows, r.description
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		(3, 'place', 'areas', '{made.address_area} a group by area_id, zip', 'ZIP codes within counties or states'),
		(3, 'place', 'counties', '{made.address_area} a where county is not null group by county_id, county',
		 'counties'),
		(3, 'place', 'states', '{made.address_area} a where state is not null group by state', 'states'),
		(4, 'place_parent', 'areas',
		 '{made.address_area} a where coalesce(county_id, state) is not null group by area_id, county_id, state',
		 'areas in counties, or in states'),
		(4, 'place_parent', 'counties',
		 '{made.address_area} a where county is not null and state is not null group by county_id, state',
		 'counties in states')
) r (step, relation, part, source_rows, description);

insert into ph.source_expression (map, relation, part, column_name, expression)
select m.map, e.relation, e.part, e.column_name, e.expression
from unnest('{omop,synthea}'::text[]) m (map)
cross join (
	values
		('place', 'areas', 'source_key', 'a.area_id'),
		('place', 'areas', 'place_id', 'a.area_id'),
		('place', 'areas', 'place_kind', '''ZIP'''),
		('place', 'areas', 'name', 'a.zip'),
		('place', 'counties', 'source_key', 'a.county_id'),
		('place', 'counties', 'place_id', 'a.county_id'),
		('place', 'counties', 'place_kind', '''COUNTY'''),
		('place', 'counties', 'name', 'a.county'),
		('place', 'states', 'source_key', 'a.state'),
		('place', 'states', 'place_id', 'a.state'),
		('place', 'states', 'place_kind', '''STATE'''),
		('place', 'states', 'name', 'a.state'),
		('place_parent', 'areas', 'source_key', 'a.area_id'),
		('place_parent', 'areas', 'place_id', 'a.area_id'),
		('place_parent', 'areas', 'parent_id', 'coalesce(a.county_id, a.state)'),
		('place_parent', 'counties', 'source_key', 'a.county_id'),
		('place_parent', 'counties', 'place_id', 'a.county_id'),
		('place_parent', 'counties', 'parent_id', 'a.state')
) e (relation, part, column_name, expression)
union all
select m.map, 'address_area', m.part, e.column_name, e.expression
from (values ('omop', 'location'), ('synthea', 'patients')) m (map, part)
cross join (
	values
		('area_id', 'concat_ws('' / '', state, county, coalesce(zip, ''no ZIP code''))'),
		('county_id', 'case when county is not null then concat_ws('' / '', state, county) end'),
		('state', 'state'),
		('county', 'county'),
		('zip', 'zip')
) e (column_name, expression);
