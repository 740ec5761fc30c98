
-- ---- places of interventions to people ----

create type ph.allocation_summary as (
	status text,
	method text,
	benefit float8,
	bound float8,
	gap float8,
	places bigint,
	people bigint,
	places_to_deprived bigint,
	floor_reached bigint,
	price_of_last_floor_place float8,
	without_floor float8,
	price_of_floor float8,
	pairs bigint,
	pairs_unknown bigint,
	pairs_without_benefit bigint
);
comment on type ph.allocation_summary is
	'what an allocation of places is worth, how near that is to the best, and what a floor takes from it';
comment on column ph.allocation_summary.status is
	'ok, or floor_not_reachable: fewer places than the floor can be given to deprived people, and as many as can are; '
	'by_prices floor_not_reached: whether more could be is not known';
comment on column ph.allocation_summary.method is 'exact: nothing is worth more; or by_prices: at most bound is';
comment on column ph.allocation_summary.benefit is 'total expected benefit of the places that are given';
comment on column ph.allocation_summary.bound is
	'no allocation is worth more than this that gives as many places of the floor';
comment on column ph.allocation_summary.gap is 'what is missing of the bound at most, as a share of it; 0 where exact';
comment on column ph.allocation_summary.places is 'places that are given';
comment on column ph.allocation_summary.people is 'people who have one or more';
comment on column ph.allocation_summary.places_to_deprived is 'places given to deprived people';
comment on column ph.allocation_summary.floor_reached is 'places of the floor that are given; NULL without a floor';
comment on column ph.allocation_summary.price_of_last_floor_place is
	'what one place less than is reached of the floor would give back; NULL without a floor, or without prices';
comment on column ph.allocation_summary.without_floor is 'total benefit if there were no floor';
comment on column ph.allocation_summary.price_of_floor is 'without_floor less benefit';
comment on column ph.allocation_summary.pairs is 'rows of a person and an intervention';
comment on column ph.allocation_summary.pairs_unknown is 'of which the benefit is not known: they get no place';
comment on column ph.allocation_summary.pairs_without_benefit is
	'of which the benefit is 0 or below: they get no place';

create function ph.allocate(
	benefits text, interventions text, exclusions text default null, most_per_person integer default 1,
	deprived_floor integer default 0, tie_key text default null, method text default null,
	out person text, out intervention text, out benefit float8, out deprived boolean)
returns setof record
language c stable parallel unsafe rows 1000 cost 100000
as 'MODULE_PATHNAME', 'allocate';
comment on function ph.allocate(text, text, text, integer, integer, text, text) is
	'places of interventions to people, so that the total benefit is greatest. benefits: a query with the columns '
	'person, intervention, benefit and, for a floor, deprived (boolean; NULL is not); interventions: one with '
	'intervention, capacity (places); exclusions: one with intervention, excludes: no person gets both. At most '
	'most_per_person places a person, at least deprived_floor of all places to deprived people, or as many as can '
	'be; never a place without benefit. Exact up to 2,000,000 pairs that come into question (of each intervention as '
	'many people as there are places in all, and one); more, or where method is by_prices, in the order of benefits '
	'over prices, and ph.allocation_summary says how far from the best that can be. Of equal allocations the one '
	'that gives the first pair if any does, then the second, and so on: people, then interventions, in byte order; '
	'with a tie_key people in the order of SHA-256 of key and person, which is fair where the key changes from month '
	'to month. Errors: those of ph.query_columns; invalid_parameter_value, with the row''s key, for a person and '
	'intervention twice, an intervention that is not in interventions, a benefit that is NaN or infinite, a capacity '
	'that is NULL, below 0 or not whole; 54000 where exclusions that are no groups (a with b, b with c, not a with '
	'c) are too many';

create function ph.allocation_summary(
	benefits text, interventions text, exclusions text default null, most_per_person integer default 1,
	deprived_floor integer default 0, tie_key text default null, method text default null)
returns ph.allocation_summary
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'allocation_summary';
comment on function ph.allocation_summary(text, text, text, integer, integer, text, text) is
	'what ph.allocate gives for the same arguments is worth, how near that is to the best, and what the floor takes '
	'from it. Errors: those of ph.allocate';

create function ph.allocation_prices(
	benefits text, interventions text, exclusions text default null, most_per_person integer default 1,
	deprived_floor integer default 0, tie_key text default null, method text default null,
	out intervention text, out capacity integer, out places integer, out benefit float8, out price float8)
returns setof record
language c stable parallel unsafe rows 20 cost 100000
as 'MODULE_PATHNAME', 'allocation_prices';
comment on function ph.allocation_prices(text, text, text, integer, integer, text, text) is
	'what ph.allocate gives for the same arguments by intervention: places there are, places given, what they are '
	'worth, and the price: what one more place would add to the total (by_prices: about). NULL where exclusions are no '
	'groups. Prices prove the total: capacity x price, with what each person''s best choice gains over the prices '
	'(and a deprived person''s is paid by the floor), add up to it. Errors: those of ph.allocate';
