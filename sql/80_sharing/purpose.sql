
-- ---- sharing ----

-- ---- what people may be used for ----

create function ph.purpose(out purpose text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('direct_care', 'care of the person: whoever helps sees the record'),
		('risk_stratification', 'finding people at risk, so that their own practice can offer help'),
		('planning', 'planning and commissioning of services for a population'),
		('payment', 'paying for what was done'),
		('evaluation', 'learning whether a programme helped'),
		('research', 'research that is approved by name');
end;
comment on function ph.purpose() is
	'the purposes for which people may be used, a row each: what may_use, entitlement and ph.fold_measures name';
