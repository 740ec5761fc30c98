
-- ---- limits of a count ----

create function ph.count_limits(events float8, confidence float8 default 0.95, limits text default 'standard')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'count_limits_estimate';
comment on function ph.count_limits(float8, float8, text) is
	'confidence limits of a count: standard (exact below 10 events, Byar from 10 on), exact (Garwood 1936), '
	'byar (Breslow and Day 1987) or mid-p (Cohen and Yang 1994)';

create function ph_support.two_sided_z(confidence float8) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'two_sided_z_of';
comment on function ph_support.two_sided_z(float8) is
	'z such that a standard normal lies within z of 0 with this probability. Errors: confidence outside (0, 1)';

create function ph_support.two_sided_t(confidence float8, degrees_of_freedom float8) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'two_sided_t_of';
comment on function ph_support.two_sided_t(float8, float8) is
	't such that Student''s t of so many degrees of freedom lies within t of 0 with this probability. '
	'Errors: confidence outside (0, 1), degrees of freedom not above 0';
