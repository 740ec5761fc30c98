-- Member months against days counted one by one; budgets by risk against their formula; laws and errors.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema risk_budget_test;
set search_path = risk_budget_test, ph;

-- 200 people with up to three stretches, day by day
create temp table member as
select p, range_agg(daterange(date '2023-10-01' + p * k * 37 % 700,
	date '2023-10-01' + p * k * 37 % 700 + k * p % 211))
		as spans,
	daterange(date '2024-01-15' + p % 20, date '2024-12-31' + p % 3) as period
from generate_series(1, 200) p, generate_series(0, 2) k
group by p;
create temp table by_day as
select p, count(*) as days, count(distinct date_trunc('month', day)) as any_day,
	sum(1 / extract(day from date_trunc('month', day) + interval '1 month - 1 day')) as exact
from member, lateral generate_series(lower(period), upper(period) - 1, interval '1 day') day
where spans @> day::date
group by p;
select count(*) as people, bool_and((m.days, m.any_day) = (coalesce(d.days, 0), coalesce(d.any_day, 0))) as counts,
	bool_and(abs(m.exact - coalesce(d.exact, 0)) < 1e-12) as exact
from member
left join by_day d using (p), lateral member_months(spans, period) m;
select * from member_months('{(,)}', '[2024-02-01,2024-03-01)');
select * from member_months('{(,2024-02-10),[2024-02-20,infinity)}', '[2024-02-01,2024-03-01)');
select * from member_months('{}', '[2024-02-01,2024-03-01)');
select * from member_months('{(,)}', 'empty');
select member_months(null, '[2024-02-01,2024-03-01)') is null as no_spans;
select member_months('{}', '[2024-01-01,)');
select member_months('{}', '(,2024-01-01)');
select member_months('{}', '[2024-01-01,infinity)');
select member_months('{}', '[0001-01-01 BC,2024-01-01)');

create temp table in_groups as
select g, 1000 + g * 137 % 900 as months, (1000 + g * 137 % 900) * (0.6 + g * 53 % 90 / 100.0)::float8 as risk,
	0.95 + g % 7 / 50.0 as mff, 0.9 + g % 3 / 10.0 as prior
from generate_series(1, 30) g;
-- the formula beside it, without and with a cap, and scaled to a total
create temp table answer as
select *, risk_adjusted_budget(months, risk, 1800, mff, 0.03) over () as plain,
	risk_adjusted_budget(months, risk, 1800, mff, 0.03, 1.05, prior, 0.03) over () as capped,
	risk_adjusted_budget(months, risk, 1800, mff, 0.03, null, prior, 0.03, 1234567.89) over () as scaled,
	risk_adjusted_budget(months, risk, 1800, mff, 0.03, null, prior, 0.03, 1234567890) over () as thousand,
	risk_adjusted_budget(months, risk, 1800000, mff, 0.03) over (order by mff, g desc
		rows between unbounded preceding and unbounded following) as plain_thousand
from in_groups;
select bool_and(abs((plain).budget - months / 12.0 * 1800 * (risk / months / reference)::numeric * mff
	* 1.03) < 1e-6) as plain,
	bool_and(abs((capped).budget - months / 12.0 * 1800 * (least(risk / months,
		prior * 1.03) / 1.05)::numeric * mff * 1.03)
		< 1e-6) as capped,
	bool_and(((capped).note is not null) = (risk > prior * 1.03 * months)) as noted,
	count((capped).note) between 5 and 25 as some,
	bool_and(abs((plain).mean_risk - risk / months) < 1e-12) as mean,
	abs(sum((scaled).budget) - 1234567.89) < 1e-30 as closes,
	bool_and(abs((scaled).budget * 1000 - (thousand).budget) < 1e-30) as thousand,
	bool_and(abs((plain).budget * 1000 - (plain_thousand).budget) < 1e-30) as thousand_in_any_order
from answer, (select sum(risk) / sum(months) as reference from in_groups) r;
-- a mean that is exactly what may be paid for is not above it
select (b).note, (b).relative_risk
from (select risk_adjusted_budget(10, 11, 100, prior_risk => 1, growth_cap => 0.1) over () as b) t;
select (b).note, 0.3::float8 * (1 + 0.1::float8) as in_doubles
from (
	select risk_adjusted_budget(1, 0.33, 100, reference_risk => 1, prior_risk => 0.3, growth_cap => 0.1) over () as b
) t;

select m, (b).*
from (
	select m, risk_adjusted_budget(m, r, 1800, total => 1000) over () as b
	from (values (0, 0), (10, 11), (10, 5)) v (m, r)
) t;
create function note_of(months float8, risk float8, base numeric default 100, mff float8 default 1,
	trend float8 default 0)
returns text
begin atomic
	select (b).note from (select risk_adjusted_budget(months, risk, base, mff, trend) over () as b) t;
end;
select note_of(0, 0) as nobody, note_of(5, 0) as no_risk, note_of(null, 1) as no_months, note_of(1,
	null) as risk_unknown,
	note_of(1, 1, null) as no_base, note_of(1, 1, 1, null) as no_mff, note_of(1, 1, 1, 1, null) as no_trend;
select (b).* from (select risk_adjusted_budget(m, 1, 100) over () as b from (values (1), (null)) v (m)) t;
select risk_adjusted_budget(1, 1, 100, reference_risk => 0) over ();
select risk_adjusted_budget(-1, 1, 100) over ();
select risk_adjusted_budget(1, -1, 100) over ();
select risk_adjusted_budget(1, 1, -100) over ();
select risk_adjusted_budget(1, 1, 100, -1) over ();
select risk_adjusted_budget(1, 1, 100, 1, -1.5) over ();
select risk_adjusted_budget(1, 1, 100, prior_risk => -1) over ();
select risk_adjusted_budget(1, 1, 100, growth_cap => -2) over ();
select risk_adjusted_budget(1, 'Infinity', 100) over ();
select risk_adjusted_budget(1e-45, 1e-45, 100, total => 100) over ();
select risk_adjusted_budget(1, 1, base) over () from (values (1), (2)) v (base);
select risk_adjusted_budget(1, 1, 1, 1, trend) over () from (values (1), (2)) v (trend);
drop schema risk_budget_test cascade;
