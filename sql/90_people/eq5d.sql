
-- ---- EQ-5D-5L ----
-- A profile is the name of a state of health: five digits that are not to be added up. Value sets are national, or
-- licensed: they are loaded and never built in.

create function ph_support.eq5d_note(profile text) returns text
language sql immutable parallel safe
return case
	when profile is null or profile = '99999' then 'missing_input'
	when profile !~ '^[123459][123459][123459][123459][123459]$' then 'invalid'
	when strpos(profile, '9') > 0 then 'incomplete' end;
comment on function ph_support.eq5d_note(text) is
	'why a profile has no answer: missing_input, incomplete (9 is the code of a dimension without an answer), '
	'invalid; NULL where it has one';

create function ph_support.valid_profile(argument text, profile text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(ph_support.eq5d_note(profile) is distinct from 'invalid', argument,
		'must be five digits of 1 to 5, or 9 for a dimension without an answer');
	return case when ph_support.eq5d_note(profile) is null then profile end;
end
$$;
comment on function ph_support.valid_profile(text, text) is
	'the profile itself where it is whole, else NULL. Errors: invalid_parameter_value for what is no profile';

create function ph_support.eq5d_position(profile text) returns integer
language sql immutable parallel safe
begin atomic
	select 1 + sum((substr(profile, place, 1)::integer - 1) * 5 ^ (5 - place))::integer
	from generate_series(1, 5) place;
end;
comment on function ph_support.eq5d_position(text) is 'where a whole profile stands among all 3,125 in order of digits';

create function ph.eq5d_profile(
	profile text,
	out mobility integer, out self_care integer, out usual_activities integer, out pain integer, out anxiety integer,
	out worst_level integer, out full_health boolean, out "position" integer, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	whole constant text := ph_support.valid_profile('profile', profile);
	levels constant integer[] := string_to_array(whole, null)::integer[];
begin
	mobility := levels[1];
	self_care := levels[2];
	usual_activities := levels[3];
	pain := levels[4];
	anxiety := levels[5];
	worst_level := greatest(mobility, self_care, usual_activities, pain, anxiety);
	full_health := whole = '11111';
	"position" := case when whole is not null then ph_support.eq5d_position(whole) end;
	note := ph_support.eq5d_note(profile);
end
$$;
comment on function ph.eq5d_profile(text) is
	'an EQ-5D-5L profile (12321) as levels of 1 (no problems) to 5 (unable, extreme) of its five dimensions, the '
	'worst of them, whether it is 11111, and its position among all 3,125 in order of digits. No sum: digits have no '
	'arithmetic (EuroQol). note: missing_input for NULL and 99999, incomplete where a dimension is 9. Errors: '
	'invalid_parameter_value for anything but five digits of 1 to 5 and 9';

create function ph.eq5d_change(
	before text, after text,
	out verdict text, out dimensions_better integer, out dimensions_worse integer, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	was constant integer[] := string_to_array(ph_support.valid_profile('before', before), null)::integer[];
	is_now constant integer[] := string_to_array(ph_support.valid_profile('after', after), null)::integer[];
begin
	if was is null or is_now is null then
		note := case
			when 'missing_input' in (ph_support.eq5d_note(before), ph_support.eq5d_note(after)) then 'missing_input'
			else 'incomplete' end;
		return;
	end if;
	select count(*) filter (where n < w), count(*) filter (where n > w)
	into dimensions_better, dimensions_worse
	from unnest(was, is_now) v (w, n);
	verdict := case
		when dimensions_better = 0 and dimensions_worse = 0 then 'same'
		when dimensions_worse = 0 then 'better'
		when dimensions_better = 0 then 'worse'
		else 'mixed' end;
end
$$;
comment on function ph.eq5d_change(text, text) is
	'how two EQ-5D-5L profiles of a person differ, without values: better where no dimension is worse and one '
	'better, worse, mixed or same (Devlin, Parkin and Browne 2010), and how many dimensions are better and worse. '
	'note: missing_input, incomplete. Errors: as ph.eq5d_profile';

create function ph.eq5d_index_mean(
	index_values float8[], value_sets text[], confidence float8 default 0.95) returns ph.estimate
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	sets constant text[] := array(
		select distinct v.value_set from unnest(index_values, value_sets) v (value, value_set)
		where v.value is not null order by 1);
begin
	perform ph_support.require_argument(cardinality(index_values) = cardinality(value_sets), 'value_sets',
		'must have as many elements as index_values');
	perform ph_support.require_argument(
		not exists (select from unnest(index_values) x where x in ('NaN', 'infinity', '-infinity')), 'index_values',
		'must hold finite numbers');
	perform ph_support.require_argument(cardinality(sets) <= 1, 'value_sets', 'must name one value set',
		'Values of different sets are on different scales: ask each by itself.');
	if sets = '{}' or sets[1] is null then
		return (null, null, null, 'no_value_set')::ph.estimate;
	end if;
	return (
		select ph.mean(ph.person_tally(0, x), confidence => confidence)
		from unnest(index_values) x
		where x is not null);
end
$$;
comment on function ph.eq5d_index_mean(float8[], text[], float8) is
	'mean EQ-5D index of people, each with the name of the value set that it is by, with limits of Student''s t; '
	'NULLs are left out. note: no_value_set, limit_undefined of one person. Errors: invalid_parameter_value where '
	'the values are of more than one set';
