
-- ---- rules of segmentation schemes ----

create function ph.count_true(variadic conditions boolean[]) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'count_true';
comment on function ph.count_true(boolean[]) is
	'how many of the conditions are true; one that is not known is not counted. '
	'For k of n in a rule: ph.count_true(a, b, c) >= 2';

create function ph.unresolved(diagnosed timestamptz, resolved timestamptz) returns boolean
language sql stable parallel safe
return ph_support.day(diagnosed) is not null
	and (ph_support.day(resolved) is null or ph_support.day(diagnosed) > ph_support.day(resolved));
comment on function ph.unresolved(timestamptz, timestamptz) is
	'whether the last diagnosis is after the last note that it has resolved, by days of the session''s time zone; '
	'never NULL; rules may ask it of dates and timestamps';

create function ph.check_rule(
	expression text, inputs text[], types regtype[],
	out expression_checked text, out inputs_used text[], out always text)
returns record
language c stable strict parallel unsafe
as 'MODULE_PATHNAME', 'check_rule';
comment on function ph.check_rule(text, text[], regtype[]) is
	'a rule as PostgreSQL writes it after analysis against the declared inputs, the inputs that it reads, '
	'and what can be shown: never true, or true wherever its inputs are known; '
	'an error with its position where it is not one boolean expression of immutable functions, '
	'operators and casts of pg_catalog and population_health';

create function ph.rule_implied(expression text, by text[], inputs text[], types regtype[]) returns boolean
language c stable strict parallel unsafe
as 'MODULE_PATHNAME', 'rule_implied';
comment on function ph.rule_implied(text, text[], text[], regtype[]) is
	'whether it can be shown that one of the other rules is true wherever this one is, '
	'so that it can never win over them; false where it cannot be shown';

create function ph.rule_type(of_column regtype) returns text
language sql stable parallel safe
begin atomic
	select case typtype
		when 'e' then 'text'
		when 'd' then pg_catalog.format_type(typbasetype, -1)
		else pg_catalog.format_type(oid, -1) end
	from pg_catalog.pg_type
	where oid = of_column;
end;
comment on function ph.rule_type(regtype) is
	'the type of an input that takes the values of a column of this type: text for an enum, what a domain is of';
