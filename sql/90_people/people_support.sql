
-- ---- what functions about people share ----

create function ph_support.require_argument(holds boolean, argument text, rule text, hint text default null)
returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if holds is true then
		return;
	elsif hint is null then
		raise exception 'argument "%" %', argument, rule
			using errcode = 'invalid_parameter_value';
	end if;
	raise exception 'argument "%" %', argument, rule
		using errcode = 'invalid_parameter_value', hint = hint;
end
$$;
comment on function ph_support.require_argument(boolean, text, text, text) is
	'does nothing where the rule holds. Errors: invalid_parameter_value, with the argument''s name and the rule';

create function ph_support.share(part float8, whole float8, confidence float8) returns ph.estimate
language sql immutable parallel safe
begin atomic
	select ph.proportion(ph.count_tally(0, part, whole), confidence => confidence);
end;
comment on function ph_support.share(float8, float8, float8) is
	'part over whole with Wilson limits, of bare numbers; note: no_exposure where there is no whole';
