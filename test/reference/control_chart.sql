-- reads reference/indicators
-- XmR charts.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table spc_cases (
	case_id text, source text, tag text, improvement_direction text, target text, fix_after_n_points int,
	rebase_dates text, screen_outliers boolean, package_outcome text);
create temp table spc_points (
	case_id text, input_order int, facet text, date date, y float8, rebase_group int, mean float8, lpl float8,
	upl float8, nlpl float8, nupl float8, relative_to_mean int, outside_limits boolean, close_to_limits boolean,
	part_of_trend boolean, part_of_two_in_three boolean, part_of_shift boolean, special_cause text, point_type text);
create temp table spc_summary (
	case_id text, facet text, rebase_group int, n int, mean float8, lpl float8, upl float8, n_common_cause int,
	n_improvement int, n_concern int, n_neutral_high int, n_neutral_low int, short_group boolean, target float8,
	variation text, assurance text);
\copy spc_cases from program 'cat $REFERENCE/spc_cases.csv' csv header
\copy spc_points from program 'cat $REFERENCE/spc_points.csv' csv header
\copy spc_summary from program 'cat $REFERENCE/spc_summary.csv' csv header
\ir agreement.psql
create temp table point as
select p.*,
	ph.control_xmr(
		y, date,
		case improvement_direction when 'increase' then 'higher' when 'decrease' then 'lower' else 'neither' end,
		case
			when target like '%=%' then (
				select split_part(s, '=', 2)::float8
				from unnest(string_to_array(target, ';')) s
				where split_part(s, '=', 1) = facet
			)
			else target::float8 end,
		date::text = any (
			select case
					when s not like '%=%' then s
					when split_part(s, '=', 1) = facet then split_part(s, '=', 2) end
			from unnest(string_to_array(rebase_dates, ';')) s
		), fix_after_n_points, 'any', 'r', null, screen_outliers) over (partition by case_id, facet order by date) x
from spc_points p join spc_cases using (case_id);
insert into result
select 'xmr limits',
	case_id || ' ' || facet || ' ' || date,
	pg_temp.agrees((x).mean, mean, 1e-9)
		and pg_temp.agrees((x).lower, lpl, 1e-9, abs(mean))
		and pg_temp.agrees((x).upper, upl, 1e-9, abs(mean))
		and pg_temp.agrees((x).lower_two_thirds, nlpl, 1e-9, abs(mean))
		and pg_temp.agrees((x).upper_two_thirds, nupl, 1e-9, abs(mean))
from point;
insert into result
select 'xmr flags',
	case_id || ' ' || facet || ' ' || date,
	(x).relative_to_mean is not distinct from relative_to_mean
		and (x).outside_limits is not distinct from outside_limits
		and (x).close_to_limits is not distinct from close_to_limits
		and coalesce((x).trend, false) is not distinct from part_of_trend
		and coalesce((x).two_in_three, false) = coalesce(part_of_two_in_three, false)
		and coalesce((x).shift, false) = coalesce(part_of_shift, false)
from point;
insert into result
select 'xmr labels',
	case_id || ' ' || facet || ' ' || date,
	(x).special_cause = special_cause and (x).point_type = point_type
from point;
insert into result
select 'xmr summary',
	s.case_id || ' ' || s.facet || ' ' || s.rebase_group,
	p.n = s.n
		and p.short = s.short_group
		and p.common = n_common_cause
		and p.better = n_improvement
		and p.worse = n_concern
		and p.high = n_neutral_high
		and p.low = n_neutral_low
		and (s.variation is null or p.variation = s.variation)
		and (s.assurance is null or p.assurance is not distinct from s.assurance)
from spc_summary s
	left join (
		select case_id, facet, rebase_group, count(*) n, count(*) < 13 short,
			count(*) filter (where (x).point_type = 'common_cause') common,
			count(*) filter (where (x).point_type = 'special_cause_improvement') better,
			count(*) filter (where (x).point_type = 'special_cause_concern') worse,
			count(*) filter (where (x).point_type = 'special_cause_neutral_high') high,
			count(*) filter (where (x).point_type = 'special_cause_neutral_low') low,
			max((x).variation) variation, max((x).assurance) assurance
		from point
		group by case_id, facet, rebase_group
	) p using (case_id, facet, rebase_group);

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
