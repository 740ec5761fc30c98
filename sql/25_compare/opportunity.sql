
-- ---- at the rates of others ----

create function ph.opportunity(
	tallies ph.tally[], groups text[], reference text, confidence float8 default 0.95,
	out group_name text, out observed float8, out expected float8, out spared float8, out lower float8,
	out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'opportunity';
comment on function ph.opportunity(ph.tally[], text[], text, float8) is
	'events that would have been spared at the rates of a named group, key by key (age by age): observed less '
	'expected, negative where the reference is worse; of all, group NULL, where the reference''s error comes in once, '
	'and of each group; normal limits from the errors of both; notes: reference, no_reference (not there, or '
	'nobody in it where others are), group G: ..., unknown_key; error for a tally without a name, a name twice';

create function ph.nearest_places(
	places text[], determinants text[], numbers float8[], weights float8[] default null, place text default null,
	neighbours integer default 10,
	out place text, out rank integer, out neighbour text, out distance float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'nearest_places';
comment on function ph.nearest_places(text[], text[], float8[], float8[], text, integer) is
	'statistical neighbours of a place, or of every place for NULL: the nearest by the weighted distance between '
	'standard scores; lists of places, determinants, their values and the determinants'' weights (NULL 1), an element '
	'each; a determinant that all places share drops out, a place that lacks one is no neighbour; ties by name in byte '
	'order; notes: missing_input (of the place itself), no_neighbours; error for a negative weight, a determinant of a '
	'place twice, a place that is not among them';
