
-- ---- standard populations ----

create function ph.esp2013(bands integer default 19) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'esp2013';
comment on function ph.esp2013(integer) is
	'European standard population 2013 (Eurostat) as a tally: '
	'key = lower age of the band, exposure = people per 100,000; 19, 20 or 21 bands';

create function ph.who_world(bands integer default 19) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'who_world';
comment on function ph.who_world(integer) is
	'world standard population of the World Health Organization (Ahmad et al. '
	'2001) as a tally: key = lower age of the band, exposure = per cent; 18, 19 or 21 bands';
