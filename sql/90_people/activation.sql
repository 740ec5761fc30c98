
-- ---- activation: knowledge, skill and confidence of people in their own health ----
-- Scores are loaded, never computed: items and the table from raw sums to scores are their owner's.

create function ph.activation_cut_points(
	out cut_points text, out level integer, out above numeric, out up_to numeric, out confirmed text, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('pam13_47_55_72', 1, null::numeric, 47.0, 'read',
		 'Patient Activation Measure, 13 items: Rehabilitation Measures Database'),
		('pam13_47_55_72', 2, 47.0, 55.1, 'read', 'as level 1'),
		('pam13_47_55_72', 3, 55.1, 72.4, 'read', 'as level 1'),
		('pam13_47_55_72', 4, 72.4, 100, 'read', 'as level 1'),
		('pam13_47_55_67', 1, null, 47.0, 'memory',
		 'Patient Activation Measure, 13 items, an earlier publication: from memory, check before use'),
		('pam13_47_55_67', 2, 47.0, 55.1, 'memory', 'as level 1'),
		('pam13_47_55_67', 3, 55.1, 67.0, 'memory', 'as level 1'),
		('pam13_47_55_67', 4, 67.0, 100, 'memory', 'as level 1');
end;
comment on function ph.activation_cut_points() is
	'published sets of cut points of the activation score (0 to 100): a level reaches from above its lower bound up '
	'to and with its upper one, so that a score between two published bands (47.05) has a level. Sets differ in '
	'where level 3 ends; confirmed: read in the source, or memory, to be checked before use';

create function ph_support.activation_bounds(cut_points text) returns numeric[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	bounds constant numeric[] := array(
		select c.up_to from ph.activation_cut_points() c where c.cut_points = activation_bounds.cut_points
		order by c.level);
begin
	perform ph_support.require_argument(bounds <> '{}', 'cut_points', 'is not a known set of cut points',
		'ph.activation_cut_points() lists them.');
	return bounds;
end
$$;
comment on function ph_support.activation_bounds(text) is
	'the upper bounds of the levels of a set of cut points. Errors: invalid_parameter_value for a set that is not '
	'known';

create function ph.activation_level(score numeric, cut_points text default 'pam13_47_55_72') returns integer
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	bounds constant numeric[] := ph_support.activation_bounds(cut_points);
begin
	if score not between 0 and 100 then  -- NaN is above all numbers
		perform ph_support.require_argument(false, 'score', 'must lie between 0 and 100');
	end if;
	return 1 + (score > bounds[1])::integer + (score > bounds[2])::integer + (score > bounds[3])::integer;
end
$$;
comment on function ph.activation_level(numeric, text) is
	'the level of an activation score, 1 (overwhelmed) to 4, by a set of ph.activation_cut_points(), compared as '
	'decimals; NULL for NULL. Errors: invalid_parameter_value for a score outside 0 to 100, NaN, or a set that is '
	'not known';

create function ph_support.change_verdict(gain numeric, smallest_change numeric) returns text
language sql immutable parallel safe
return case
	when gain >= smallest_change then 'improved' when gain <= -smallest_change then 'worse'
	when gain is not null then 'unchanged' end;
comment on function ph_support.change_verdict(numeric, numeric) is
	'improved, worse or unchanged, by the smallest change that matters; NULL where the change is not known';

create function ph.activation_change(
	before numeric, after numeric, smallest_change numeric default 3, cut_points text default 'pam13_47_55_72',
	out change numeric, out level_before integer, out level_after integer, out verdict text, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(smallest_change >= 0 and smallest_change < 'infinity', 'smallest_change',
		'must be a number of points from 0 on');
	level_before := ph.activation_level(before, cut_points);
	level_after := ph.activation_level(after, cut_points);
	change := after - before;
	verdict := ph_support.change_verdict(change, smallest_change);
	note := case when change is null then 'missing_input' end;
end
$$;
comment on function ph.activation_change(numeric, numeric, numeric, text) is
	'change of an activation score, the levels before and after, and a verdict: improved by at least the smallest '
	'change, worse by as much, or unchanged, compared as decimals (50.3 - 47.3 is 3, in doubles it is not). 3 points '
	'is the measure endorsed in the United States (CBE 2483); of one person less than 7 is within what the '
	'instrument scatters (Ford 2025: smallest detectable change 7.2), so report shares of people. note: '
	'missing_input. Errors: as ph.activation_level, a smallest change below 0';
