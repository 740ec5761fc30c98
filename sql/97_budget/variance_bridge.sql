
-- ---- from budget to actual ----

create type ph.bridge as (
	population numeric,
	mix numeric,
	need numeric,
	activity numeric,
	price numeric,
	total numeric,
	budget numeric,
	actual numeric,
	shapley_population numeric,
	shapley_mix numeric,
	shapley_need numeric,
	shapley_activity numeric,
	shapley_price numeric,
	note text
);
comment on type ph.bridge is
	'the part of a segment in the way from budget to actual, of ph.variance_bridge: lines that add up in a segment '
	'and over segments';
comment on column ph.bridge.population is 'more or fewer people, at the budgeted cost a head';
comment on column ph.bridge.mix is 'more of them in this segment, or fewer';
comment on column ph.bridge.need is 'their risk, against what was budgeted';
comment on column ph.bridge.activity is 'more or less done than their need asks for, at budgeted prices';
comment on column ph.bridge.price is 'other prices, at actual volumes';
comment on column ph.bridge.total is 'actual less budget';
comment on column ph.bridge.budget is 'people_budget x cost_budget';
comment on column ph.bridge.actual is 'what was spent';
comment on column ph.bridge.shapley_population is 'population, as the mean over all 120 orders of the five steps';
comment on column ph.bridge.shapley_mix is 'mix, likewise';
comment on column ph.bridge.shapley_need is 'need, likewise';
comment on column ph.bridge.shapley_activity is 'activity, likewise';
comment on column ph.bridge.shapley_price is 'price, likewise';
comment on column ph.bridge.note is
	'why there is no bridge: missing_input, no_population (nobody was budgeted for); no_shapley: a segment has no '
	'people now or costs nothing, so that not every order can be taken';

create function ph.variance_bridge(
	people_budget float8, people_actual float8, cost_budget numeric, risk_budget float8, risk_actual float8,
	price_budget float8, price_actual float8, actual numeric)
returns ph.bridge
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'variance_bridge';
comment on function ph.variance_bridge(float8, float8, numeric, float8, float8, float8, float8, numeric) is
	'window function, a row a segment: budget to actual as population, mix, need, activity and price, in this order, '
	'and as Shapley means over all orders. cost_budget: money a head at the budgeted risk; risks and prices as '
	'indices; actual: money. The sums over the rows are the bridge, and the lines of each row close as well, to '
	'10^-38. By service: rows of segment x service with the people of the segment and its cost a head of the '
	'service, over (partition by service); the sums over services are the bridge of all. One NULL leaves all rows '
	'without answer. Errors: negative people, costs or risks, risk_budget or prices that are not above 0';

create function ph.chart_bridge(
	labels text[], amounts float8[], title text default null, unit text default null, source text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_bridge';
comment on function ph.chart_bridge(text[], float8[], text, text, text) is
	'a waterfall as SVG, from array_agg of labels and amounts in their order: the first amount and the last as bars '
	'from 0, steps between them, up and down told apart by sign, fill and outline. A NULL step is not known and '
	'moves nothing; where the steps do not lead to the last amount the picture says by how much. Errors: amounts '
	'that are not finite, a first or last one that is NULL';
