
create type ph.risk_budget as (mean_risk float8, relative_risk float8, budget numeric, note text);
comment on type ph.risk_budget is 'what a group should cost by its risk, of ph.risk_adjusted_budget';
comment on column ph.risk_budget.mean_risk is 'risk months over member months, before any cap';
comment on column ph.risk_budget.relative_risk is 'the mean that is paid for, over the reference';
comment on column ph.risk_budget.budget is 'money of the group, not rounded';
comment on column ph.risk_budget.note is
	'risk_growth_capped; no_population: a group without months, whose budget is 0; why there is no answer: '
	'missing_input, no_population, no_weight';
create function ph.risk_adjusted_budget(
	member_months float8, risk_months float8, base numeric, mff float8 default 1, trend float8 default 0,
	reference_risk float8 default null, prior_risk float8 default null, growth_cap float8 default null,
	total numeric default null)
returns ph.risk_budget
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'risk_adjusted_budget';
comment on function ph.risk_adjusted_budget(
	float8, float8, numeric, float8, float8, float8, float8, float8, numeric) is
	'window function, a row a group: member_months / 12 x base x relative risk x mff x (1 + trend). risk_months: risk '
	'summed over the months of members; base: money a year at the reference risk, which is the mean of all groups '
	'before any cap unless reference_risk gives it; a mean above prior_risk (1 + growth_cap) is paid for up to there '
	'(falls pass through); with a total all budgets are scaled to it after the cap. One NULL of member_months, '
	'risk_months, mff, base or trend leaves all groups without answer. Errors: negative numbers, a reference of 0, '
	'trend or growth_cap below -1, base, trend, reference_risk, growth_cap or total that differ between rows';
