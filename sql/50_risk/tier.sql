
-- ---- risk tiers ----

create function ph.risk_tier(score float8, cuts float8[] default '{0.005,0.05,0.20}', ties text default 'down')
returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'risk_tier';
comment on function ph.risk_tier(float8, float8[], text) is
	'window function over (order by score desc, person_id): tier 1 above the first cut, 2 above the second, ...; '
	'cuts are shares of the people with a score; '
	'people tied across a cut go down, up, or are split in the window''s order';
create function ph.capacity_tier(score float8, places float8[], ties text default 'down') returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'capacity_tier';
comment on function ph.capacity_tier(float8, float8[], text) is
	'window function over (order by score desc, person_id): '
	'tier 1 for those that the first places have room for, 2 for the next, ..., and one more for the rest; '
	'people tied at the last place go down (so that there is room for all), up, or are split in the window''s order';
create function ph.tier_cuts(
	tally ph.tally, cuts float8[] default '{0.005,0.05,0.20}', ties text default 'down',
	out tier integer, out cut float8, out score float8, out wanted float8, out placed float8, out tied float8)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'tier_cuts';
comment on function ph.tier_cuts(ph.tally, float8[], text) is
	'asked of a tally keyed by score: people wanted above each cut, placed there by the tie rule, '
	'and tied at the score where it falls';
create function ph.risk_band(score float8, edges float8[]) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'risk_band';
comment on function ph.risk_band(float8, float8[]) is
	'band between fixed edges in descending order: 1 at or above the first edge, 2 at or above the second, ...';
