
-- ---- the views that tools read ----
-- Flat: dates, text, booleans and doubles only, no bigint, which drivers of JavaScript give as text. No window stands
-- above measure_value and measure_breakdown, so that a measure, level, place and period that are asked for reach an
-- index. LATERAL with OFFSET 0 asks once a row what several columns show.

create function ph_support.verdict(lower float8, upper float8, against float8, better text) returns text
language sql immutable parallel safe
return case
	when lower <= against and upper >= against then 'similar'
	when (lower > against) = (better = 'higher') and better <> 'neither' then 'better'
	when lower is null or upper is null or against is null then null
	when better <> 'neither' then 'worse'
	when lower > against then 'higher'
	else 'lower' end;
comment on function ph_support.verdict(float8, float8, float8, text) is
	'where limits lie beside a number: similar where they hold it, else better or worse, or, where neither is better, '
	'higher or lower; NULL where something is not known';

create function ph_support.measure_column(out column_name text, out description text, out accepted text[])
returns setof record
language sql immutable parallel safe
begin atomic
	select c.column_name, c.description, null::text[]
	from (values
		('period', 'first day of the period'),
		('period_name', 'name of the period'),
		('measure', 'code of the measure'),
		('name', 'name of the measure'),
		('version', 'version of the measure'),
		('level', 'level of place. Ask for one level: larger places hold the smaller ones'),
		('place_id', 'code of the place, or unknown'),
		('place_name', 'name of the place, or unknown'),
		('parent_id', 'code of the larger place that it is held against'),
		('parent_name', 'name of the larger place that it is held against'),
		('breakdown', 'what it is broken down by. Ask for one breakdown: each holds all people'),
		('breakdown_name', 'name of the breakdown'),
		('group_name', 'the group, or unknown'),
		('group_order', 'place of the group in the order in which groups are shown; unknown comes last'),
		('value', 'the value, in unit: never add, never average'),
		('lower', 'lower 95 % limit of the value: never add'),
		('upper', 'upper 95 % limit of the value: never add'),
		('numerator', 'events, or sum of amounts: may be added over places of one level and period'),
		('denominator', 'what they are held over, years, people or rows: may be added over places of one level and '
			'period'),
		('people', 'people who are counted: may be added over places of one level and period, but who moved '
			'counts twice'),
		('per', 'what the value is times'),
		('unit', 'unit of the value'),
		('note', 'why there is no value, or what to be careful with'),
		('data_until', 'last day of which the value tells'),
		('folded_at', 'when it was folded'),
		('share_known', 'share of the people of this level whose place, or of this place whose group, is known'),
		('provisional', 'whether the period is not over: not to be held against whole ones'),
		('shrunken_value', 'the value of a small place drawn towards that of all places, as far as chance may '
			'explain it: never add'),
		('shrunken_lower', 'lower 95 % limit of the drawn value'),
		('shrunken_upper', 'upper 95 % limit of the drawn value'),
		('parent_value', 'the value of the larger place, or of the same group there'),
		('parent_difference', 'value less that of the larger place: never add'),
		('parent_difference_lower', 'lower 95 % limit of the difference, the larger place taken as fixed'),
		('parent_difference_upper', 'upper 95 % limit of the difference, the larger place taken as fixed'),
		('before_value', 'the value of the same place a year before, where both periods are over'),
		('before_difference', 'value less that of a year before: never add'),
		('before_difference_lower', 'lower 95 % limit of the difference, the two years taken as independent'),
		('before_difference_upper', 'upper 95 % limit of the difference, the two years taken as independent'),
		('judged', 'places that have a verdict'),
		('said_better', 'places said to be better, or lower'),
		('said_worse', 'places said to be worse, or higher'),
		('by_chance', 'verdicts other than similar that chance alone would give: one in twenty of those judged'),
		('chart_value', 'what is charted, beside mean and limits: the value, or, where season is allowed for, events '
			'over those expected of the month and its days'),
		('mean', 'centre line of the control chart'),
		('lower_limit', 'lower control limit'),
		('upper_limit', 'upper control limit'),
		('rule', 'the rule that holds of the point, else common_cause'),
		('variation', 'what the last point of the series is'),
		('size', 'what to draw the place at: people of a proportion, events of a rate'),
		('baseline', 'of a funnel the value of all places together, of a goal the first day of its baseline period'),
		('lower_95', 'lower limit of 95 % at that size'),
		('upper_95', 'upper limit of 95 % at that size'),
		('lower_998', 'lower limit of 99.8 % at that size'),
		('upper_998', 'upper limit of 99.8 % at that size'),
		('dispersion', 'how much more places differ than chance makes: 1 is as chance does'),
		('slope', 'slope index of inequality: value of the least disadvantaged less that of the most'),
		('slope_lower', 'its lower 95 % limit'),
		('slope_upper', 'its upper 95 % limit'),
		('relative', 'relative index of inequality: the least disadvantaged over the most'),
		('relative_lower', 'its lower 95 % limit'),
		('relative_upper', 'its upper 95 % limit'),
		('slope_change', 'change of the slope since the year before'),
		('slope_change_lower', 'its lower 95 % limit'),
		('slope_change_upper', 'its upper 95 % limit'),
		('how', 'levelling up, levelling down and so on'),
		('highest_group', 'the group with the highest value'),
		('lowest_group', 'the group with the lowest value'),
		('largest_gap', 'value of the highest group less that of the lowest'),
		('largest_gap_lower', 'its lower 95 % limit, the two groups taken as chosen beforehand'),
		('largest_gap_upper', 'its upper 95 % limit'),
		('weighted_spread', 'standard deviation between groups, weighted by their people'),
		('gap_to_best', 'what the mean of the groups would change by if all were as the best group is'),
		('goal', 'code of the goal'),
		('beside_group', 'of a goal on inequality: the group beside which the first is held'),
		('subsystem', 'subsystem whose goal it is'),
		('live', 'whether all owners have signed'),
		('baseline_value', 'value of the baseline period'),
		('should_be', 'where the value should be by now'),
		('target', 'the value that shall be reached'),
		('target_period', 'first day of the period in which it shall be reached'),
		('projected', 'where the trend leads by then'),
		('projected_lower', 'lower 95 % limit of what will be observed then'),
		('projected_upper', 'upper 95 % limit of what will be observed then'),
		('chance', 'chance of reaching the target'),
		('needed_change', 'relative change a period that is still needed'),
		('periods', 'periods of the trend'),
		('left_out', 'periods that the trend leaves out'),
		('meaning', 'what it means, in one sentence'),
		('indicator', 'the indicator that is asked'),
		('action_area', 'action area of the Culture of Health framework'),
		('team', 'team that it is about'),
		('owner', 'partner that answers for it'),
		('source', 'who defines it'),
		('leaves_out', 'what it leaves out'),
		('population', 'whom it counts'),
		('purpose', 'what it may be used for'),
		('verdict', 'of inequality: narrowing, widening, reversed or no clear change since the year before; '
			'of a goal: on_track, uncertain, off_track, reached or missed')) c (column_name, description)
	union all
	select c.column_name, c.description || ': ' || array_to_string(c.accepted, ', '), c.accepted
	from (values
		('period_kind', 'kind of period (ask for one kind, since periods of different kinds overlap)',
			'{day,month,quarter,year,financial_year,rolling_year}'::text[]),
		('better', 'which way is good', '{lower,higher,neither}'),
		('parent_verdict', 'what it is beside the larger place, higher or lower where neither is better',
			'{better,similar,worse,higher,lower}'),
		('before_verdict', 'what it is beside a year before, higher or lower where neither is better',
			'{better,similar,worse,higher,lower}'),
		('compared', 'what is compared', '{parent,before}'),
		('improvement', 'what the point is',
			'{special_cause_improvement,special_cause_concern,special_cause_neutral_high,special_cause_neutral_low,'
			'common_cause}'),
		('trend', 'recent trend of the last five years',
			'{increasing,decreasing,no_significant_change,cannot_be_calculated}'),
		('significance', 'where the place lies beside the limits',
			'{high_99.8,high_95,not_significant,low_95,low_99.8,not_applicable}'),
		('kind', 'kind of measure', '{input,process,output,outcome}'),
		('aim', 'aim that it serves', '{outcomes,quality,cost,equity,experience}'),
		('pillar', 'pillar of population health', '{determinants,behaviours,communities,care}')
	) c (column_name, description, accepted);
end;
comment on function ph_support.measure_column() is
	'the columns of the views of measures, each name once; accepted: all that may stand in it, where that is a list';

create function ph_support.difference_limits(
	value float8, lower float8, upper float8, other_value float8, other_lower float8, other_upper float8,
	out lower_limit float8, out upper_limit float8)
returns setof record
language sql immutable parallel safe rows 1
begin atomic
	select value - other_value - sqrt((value - lower) ^ 2 + (other_upper - other_value) ^ 2),
		value - other_value + sqrt((upper - value) ^ 2 + (other_value - other_lower) ^ 2);
end;
comment on function ph_support.difference_limits(float8, float8, float8, float8, float8, float8) is
	'limits of the difference of two values, recovered from the limits of either, as ph.compare does '
	'(Zou and Donner 2008)';

create function ph_support.measure_value_query(is_breakdown boolean) returns text
language sql immutable parallel safe
begin atomic
	select format(
		$query$
			select t.period, t.period_kind, ph_support.period_name(t.period_kind, t.period) as period_name, t.measure,
				m.name, t.version, t.level, t.place_id, place.place_name, place.parent_id,
				parent_place.place_name as parent_name,
				%1$s t.value, t.lower, t.upper, t.numerator, t.denominator, t.people::float8 as people,
				coalesce(m.per, i.per) as per, m.unit, m.better, t.note, f.data_until, t.folded_at, t.share_known,
				t.provisional, %2$s p.value as parent_value,
				t.value - p.value as parent_difference, t.lower - p.value as parent_difference_lower,
				t.upper - p.value as parent_difference_upper,
				ph_support.verdict(t.lower, t.upper, p.value, m.better) as parent_verdict,
				b.value as before_value, t.value - b.value as before_difference,
				change.lower_limit as before_difference_lower, change.upper_limit as before_difference_upper,
				ph_support.verdict(change.lower_limit, change.upper_limit, 0, m.better) as before_verdict
			from {measure_tally} t
			join {measure_current} m using (measure, version)
			join {measure_fold} f using (measure, version, period_kind, period)
			join ph.indicators() i on i.indicator = m.indicator
			left join {measure_place} place using (level, place_id)
			left join {measure_place} parent_place
				on parent_place.level = place.parent_level and parent_place.place_id = place.parent_id
			%3$s
			left join {measure_tally} p on p.measure = t.measure and p.version = t.version
				and p.level = place.parent_level and p.place_id = place.parent_id and p.breakdown = t.breakdown
				and p.group_name = t.group_name and p.period_kind = t.period_kind and p.period = t.period
			left join {measure_tally} b on b.measure = t.measure and b.version = t.version and b.level = t.level
				and b.place_id = t.place_id and b.breakdown = t.breakdown and b.group_name = t.group_name
				and b.period_kind = t.period_kind and b.period = (t.period - interval '1 year')::date
				and not b.provisional and not t.provisional
			cross join lateral ph_support.difference_limits(
				t.value, t.lower, t.upper, b.value, b.lower, b.upper) change
			where %4$s$query$,
		case when is_breakdown
			then 't.breakdown, g.name as breakdown_name, t.group_name,
				coalesce(array_position(g.groups, t.group_name), 1000)::float8 as group_order,' else '' end,
		case when is_breakdown then '' else 't.shrunken_value, t.shrunken_lower, t.shrunken_upper,' end,
		case when is_breakdown then 'left join {breakdown} g using (breakdown)' else '' end,
		case when is_breakdown then 't.breakdown <> ''all''' else 't.breakdown = ''all''' end);
end;
comment on function ph_support.measure_value_query(boolean) is
	'the query of measure_value, or of measure_breakdown';

create function ph_support.current_measure() returns text
language sql immutable parallel safe
return '(
	select *
	from {measure} m
	where folded_at is not null and not exists (
		select
		from {measure} later
		where later.measure = m.measure and later.folded_at is not null
			and (ph_support.version_numbers(later.version), later.version)
				> (ph_support.version_numbers(m.version), m.version)))';
comment on function ph_support.current_measure() is
	'the relation of the versions of measures that count: the latest of those that were folded';

create function ph_support.measure_view(
	out relation text, out key text[], out description text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('measure_value', '{measure,level,place_id,period_kind,period}'::text[],
		 'measures of whole places: one row a measure, level, place and period. Ask for one level and one kind of '
		 'period; values are never added', ph_support.measure_value_query(false)),
		('measure_breakdown', '{measure,level,place_id,period_kind,period,breakdown,group_name}',
		 'measures by group: one row a measure, level, place, period, breakdown and group. Ask for one level, kind of '
		 'period and breakdown; values are never added', ph_support.measure_value_query(true)),
		('measure_trend', '{measure,level,place_id,period_kind,period}',
		 'series of measures with control charts and the recent trend: one row a measure, level, place and period',
		 $query$
			select period, period_kind, period_name, measure, name, version, level, place_id, place_name, value, lower,
				upper, per, unit, better, note, provisional, (point).value as chart_value, (point).mean,
				(point).lower as lower_limit, (point).upper as upper_limit, (point).special_cause as rule,
				(point).point_type as improvement, (point).variation,
				case when period_kind in ('year', 'financial_year') then (
					ph.recent_trend_of_values(array_agg(extract(year from period)::float8) over five,
						array_agg(value) over five, array_agg(lower) over five, array_agg(upper) over five)
					).trend end as trend
			from (
				-- each window is asked of every row, whichever branch it stands in: what is no proportion is NULL to it
				select s.*,
					case chart
						when 'xmr' then ph.control_xmr(xmr_value, period, better, calendar => 'any') over series
						when 'p' then ph.control_p(p_events, p_exposure, period, better, calendar => 'any',
							per => coalesce(per, 1)) over series
						else ph.control_u(u_events, u_exposure, period, better, calendar => 'any',
							per => case when seasonal then 1 else coalesce(per, 1) end) over series end as point
				from (
					-- the functions of all charts are called of every series, so each gets only what is its own
					select c.*, case when chart = 'xmr' and not provisional then value end as xmr_value,
						case when chart = 'p' and not provisional then numerator end as p_events,
						case when chart = 'p' and not provisional then denominator end as p_exposure,
						case when chart = 'u' and not provisional then numerator end as u_events,
						case when chart = 'u' and not provisional then coalesce(expected, denominator) end as u_exposure
					from (
						select v.*, s.seasonal, case when s.seasonal then 'u' else m.chart end as chart,
							case when s.seasonal then ph.expected_count(v.numerator, v.period, v.denominator) over (
								partition by v.measure, v.version, v.level, v.place_id, v.period_kind
								order by v.period) end as expected
						from {measure_value} v
						join {measure_current} m using (measure, version)
						cross join lateral (select m.seasonal and v.period_kind = 'month') s (seasonal)
					) c
				) s
				window series as (partition by measure, version, level, place_id, period_kind order by period)
			) charted
			window five as (
				partition by measure, version, level, place_id, period_kind order by period rows 4 preceding)$query$),
		('measure_funnel', '{measure,level,place_id,period_kind,period}',
		 'places of a level and period in a funnel: one row a measure, level, place and period that is over',
		 $query$
			select period, period_kind, period_name, measure, name, version, level, place_id, place_name, (point).value,
				(point).size, (point).baseline, (point).lower_95, (point).upper_95, (point).lower_998,
				(point).upper_998, (point).significance, (point).dispersion, per, unit, better,
				coalesce(note, (point).note) as note
			from (
				-- one call: a window is asked of every row, whichever branch of a CASE it stands in
				select v.*,
					ph.funnel(numerator, case when m.indicator not in ('dsr', 'dsr_gamma') then denominator end,
						case m.indicator when 'proportion' then 'proportion' else 'rate' end, per => v.per,
						rate => case when m.indicator in ('dsr', 'dsr_gamma') then value end,
						rate_type => case m.indicator when 'rate' then 'crude' when 'proportion' then null else 'dsr'
							end,
						overdispersion => case when m.overdispersion then 'winsorised' else 'none' end) over places
						as point
				from {measure_value} v
				join {measure_current} m using (measure, version)
				where m.indicator in ('proportion', 'rate', 'dsr', 'dsr_gamma') and not v.provisional
					and v.place_id <> 'unknown' and v.level <> 'system'
				window places as (partition by measure, version, level, period_kind, period)
			) placed$query$),
		('measure_inequality', '{measure,level,place_id,period_kind,period}',
		 'measures over fifths of deprivation: slope and relative index of inequality, and what became of them since '
		 'the year before; one row a measure, level, place and period',
		 $query$
			with fifth as not materialized (
				select t.measure, t.version, t.level, t.place_id, t.period_kind, t.period,
					bool_or(t.provisional) as provisional, array_agg(t.tally order by t.group_name) as tallies
				from {measure_tally} t
				where t.breakdown = 'deprivation_quintile' and t.group_name <> 'unknown'
				group by t.measure, t.version, t.level, t.place_id, t.period_kind, t.period
			)
			select t.period, t.period_kind, ph_support.period_name(t.period_kind, t.period) as period_name, t.measure,
				m.name, t.version, t.level, t.place_id, place.place_name, (slope.e).value as slope,
				(slope.e).lower as slope_lower, (slope.e).upper as slope_upper, (relative.e).value as relative,
				(relative.e).lower as relative_lower, (relative.e).upper as relative_upper,
				(progress.e).slope_change, (progress.e).slope_change_lower, (progress.e).slope_change_upper,
				(progress.e).verdict, (progress.e).how, coalesce(m.per, i.per) as per, m.unit, m.better,
				(slope.e).note, t.provisional
			from fifth t
			join {measure_current} m using (measure, version)
			join {measure_fold} f using (measure, version, period_kind, period)
			join ph.indicators() i on i.indicator = m.indicator
			left join {measure_place} place using (level, place_id)
			left join fifth b on b.measure = t.measure and b.version = t.version and b.level = t.level
				and b.place_id = t.place_id and b.period_kind = t.period_kind
				and b.period = (t.period - interval '1 year')::date and not b.provisional and not t.provisional
			cross join lateral (
				select case when m.reference = 'system' then f.reference else m.reference_tally end as tally
				offset 0) reference
			cross join lateral (
				select ph.slope_index_of_inequality(t.tallies, m.indicator, reference.tally, m.per, 0.95, 5,
						coalesce(m.age, 0), m.until) as e
				offset 0) slope
			cross join lateral (
				select ph.relative_index_of_inequality(t.tallies, m.indicator, reference.tally, m.per, 0.95, 5,
						coalesce(m.age, 0), m.until) as e
				offset 0) relative
			cross join lateral (
				select case when b.tallies is not null and m.better <> 'neither' then
					ph.equity_progress(b.tallies, t.tallies, m.indicator, m.reference_tally, m.per, 0.95, m.better, 5,
						coalesce(m.age, 0), m.until) end as e
				offset 0) progress
			where m.with_measure is null$query$),
		('measure_gap', '{measure,level,place_id,period_kind,period,breakdown}',
		 'gaps between groups, whether they have an order or not: one row a measure, level, place, period and '
		 'breakdown',
		 $query$
			select g.period, g.period_kind, g.period_name, g.measure, g.name, g.version, g.level, g.place_id,
				g.place_name, g.breakdown, g.names[1] as highest_group, g.names[g.n] as lowest_group,
				g.values[1] - g.values[g.n] as largest_gap,
				gap.lower_limit as largest_gap_lower, gap.upper_limit as largest_gap_upper,
				sqrt(greatest(0, g.mean_square - g.mean ^ 2)) as weighted_spread,
				case g.better when 'lower' then g.values[g.n] when 'higher' then g.values[1] end - g.mean
					as gap_to_best,
				g.per, g.unit, g.better, g.provisional
			from (
				select v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, v.place_id,
					v.place_name, v.breakdown, v.per, v.unit, v.better, v.provisional, count(*)::integer as n,
					array_agg(v.group_name order by v.value desc, v.group_name) as names,
					array_agg(v.value order by v.value desc, v.group_name) as values,
					array_agg(v.lower order by v.value desc, v.group_name) as lowers,
					array_agg(v.upper order by v.value desc, v.group_name) as uppers,
					sum(v.people * v.value) / sum(v.people) as mean,
					sum(v.people * v.value ^ 2) / sum(v.people) as mean_square
				from {measure_breakdown} v
				where v.group_name <> 'unknown' and v.value is not null and v.people > 0
				group by v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, v.place_id,
					v.place_name, v.breakdown, v.per, v.unit, v.better, v.provisional
				having count(*) > 1
			) g
			cross join lateral ph_support.difference_limits(
				g.values[1], g.lowers[1], g.uppers[1], g.values[g.n], g.lowers[g.n], g.uppers[g.n]) gap$query$),
		('measure_verdicts', '{measure,level,period_kind,period,compared}',
		 'how many verdicts of measure_value say something, and how many chance alone would give: one row a measure, '
		 'level, period and comparison',
		 $query$
			select v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, c.compared,
				count(c.verdict)::float8 as judged,
				(count(*) filter (where c.verdict in ('better', 'lower')))::float8 as said_better,
				(count(*) filter (where c.verdict in ('worse', 'higher')))::float8 as said_worse,
				0.05 * count(c.verdict)::float8 as by_chance
			from {measure_value} v,
				lateral (values ('parent', v.parent_verdict), ('before', v.before_verdict)) c (compared, verdict)
			where v.place_id <> 'unknown'
			group by v.period, v.period_kind, v.period_name, v.measure, v.name, v.version, v.level, c.compared$query$),
		('goal_value', '{goal}',
		 'goals and how far they are, a row each: ph.goal_status of the schema',
		 $query$select * from ph.goal_status({schema})$query$),
		('measure_dimension', '{measure}',
		 'one row a measure: what it is, for tools that join it to the values',
		 $query$
			select m.measure, m.version, m.name, m.meaning, m.indicator, coalesce(m.per, i.per) as per, m.unit,
				m.better, m.kind, m.aim, m.pillar, m.action_area, m.team, m.owner, m.source, m.leaves_out, m.population,
				m.purpose
			from {measure_current} m
			join ph.indicators() i using (indicator)$query$),
		('measure_period', '{period_kind,period}',
		 'one row a period that was folded, for tools that join it to the values by both period_kind and period',
		 $query$
			select period, period_kind, ph_support.period_name(period_kind, period) as period_name,
				max(data_until) as data_until
			from {measure_fold}
			group by period_kind, period$query$);
end;
comment on function ph_support.measure_view() is
	'the views of measures, each after those it is built on: the columns that tell its rows apart, and its query';

create procedure ph_support.create_measure_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	view record;
	columns constant jsonb := (
		select jsonb_object_agg(c.column_name, c.description) from ph_support.measure_column() c);
begin
	for view in select * from ph_support.measure_view() loop
		call ph_support.replace_view(schema, view.relation,
			ph_support.in_schema(
				replace(
					replace(view.query, '{measure_current}', ph_support.current_measure()),
					'{schema}', quote_literal(schema)),
				schema), view.description,
			columns);
	end loop;
end
$$;
comment on procedure ph_support.create_measure_views(text) is
	'makes the views of measures, or replaces them in place';
