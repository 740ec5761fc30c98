-- reads reference/models
-- Survival curves, their quantiles, restricted means and log-rank tests.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir agreement.psql
create temp table followed (case_id text, grp text, start float8, "time" float8, event boolean);
create temp table wanted (case_id text, quantity text, term text, value text, tol_rel float8, tol_abs float8);
create temp table curve (
	case_id text, grp text, "time" float8, n_risk float8, n_event float8, n_censor float8, survival float8,
	std_err float8, cumhaz float8, lower_plain float8, upper_plain float8, lower_log float8, upper_log float8,
	lower_log_log float8, upper_log_log float8);

-- rows below the header, with the folder of their file before them; of inputs group, start, time, event: where nobody
-- enters late there is no column start, and where there is one group no column for it
select 'FNR > 1 { split(FILENAME, path, "/"); print path[2] "," $0 }' as rows \gset
select 'FNR > 1 { split(FILENAME, path, "/"); '
	'print path[2] "," (FILENAME ~ /left_truncated/ ? "," $0 : $3 ",," $1 "," $2) }' as inputs \gset
\setenv ROWS :rows
\setenv INPUTS :inputs
\setenv FOLLOWED 'cd $REFERENCE; awk -F, "$INPUTS" km/*/input.csv logrank/*/input.csv rmst/*/input.csv'
\setenv WANTED 'cd $REFERENCE; awk "$ROWS" km/*/expected.csv logrank/*/expected.csv rmst/*/expected.csv'
\setenv CURVES 'cd $REFERENCE; awk "$ROWS" km/*/curve.csv'
\copy followed from program 'eval "$FOLLOWED"' (format csv, force_not_null (grp))
\copy wanted from program 'eval "$WANTED"' (format csv, force_not_null (term))
\copy curve from program 'eval "$CURVES"' (format csv, force_not_null (grp))
update wanted set value = null where value = 'NULL';

create temp view tallied as
select case_id, grp,
	ph.person_tally("time", event) as t,
	case when bool_and(start is not null) then ph.person_tally(start, false) end as entered
from followed
group by case_id, grp;

insert into result
select 'survival curve ' || limits,
	case_id || ' ' || grp || ' at ' || "time",
	s.at_risk = n_risk
		and s.events = n_event
		and s.censored = n_censor
		and pg_temp.agrees(s.survival, c.survival, 1e-9)
		and pg_temp.agrees(s.standard_error, std_err, 1e-9)
		and pg_temp.agrees(s.cumulative_hazard, cumhaz, 1e-9)
		and case limits
			when 'plain' then pg_temp.agrees(s.lower, lower_plain, 1e-9)
				and pg_temp.agrees(s.upper, upper_plain, 1e-9)
			when 'log' then pg_temp.agrees(s.lower, lower_log, 1e-9) and pg_temp.agrees(s.upper, upper_log, 1e-9)
			else pg_temp.agrees(s.lower, lower_log_log, 1e-9) and pg_temp.agrees(s.upper, upper_log_log, 1e-9) end
from (values ('plain'), ('log'), ('log-log')) l(limits),
	lateral (
		select t.case_id, t.grp, s.*
		from tallied t, ph.survival(t.t, limits => l.limits, entered => t.entered) s
	) s
	full join curve c using (case_id, grp, "time")
where case_id in (select case_id from curve);
insert into result
select 'survival of no rows', 'km_zero_rows', count(*) = 0
from ph.survival((select ph.person_tally("time", event) from followed where case_id = 'km_zero_rows'));

insert into result
select 'survival quantile',
	case_id || ' ' || term || ' ' || limit_of,
	pg_temp.agrees(
		case limit_of when '' then (q).value when 'lower' then (q).lower else (q).upper end, value::float8, 1e-9)
from (
	select w.case_id, term, w.value,
		coalesce(substr(quantity, 10, 5), '') as limit_of,
		ph.survival_quantile(t, split_part(term, '|', 2)::float8, limits => 'log', entered => entered) as q
	from wanted w join tallied t on t.case_id = w.case_id and grp = split_part(term, '|', 1)
	where quantity like 'quantile%'
) x;

create temp view compared as
select case_id, array_agg(t order by grp) as tallies, array_agg(grp order by grp) as grps
from tallied
group by case_id
having count(*) = 2;
insert into result
select 'log-rank',
	case_id || ' ' || quantity || ' ' || term,
	case split_part(quantity, '_', case weights when 'log-rank' then 2 else 3 end)
		when 'chi2' then pg_temp.agrees((test).statistic, value::float8, 1e-9)
		when 'df' then (test).degrees_of_freedom = value::float8
		when 'p' then pg_temp.agrees((test).p_value, value::float8, 1e-8)
		when 'observed' then pg_temp.agrees(g.observed, value::float8, 1e-9)
		when 'expected' then pg_temp.agrees(g.expected, value::float8, 1e-9)
		when 'variance' then pg_temp.agrees(
			case when split_part(term, ':', 1) = split_part(term, ':', 2) then 1 else -1 end * g.variance,
			value::float8, 1e-8) end
from wanted
	join compared using (case_id),
	lateral (select case when quantity like 'logrank%' then 'log-rank' else 'peto-peto' end) w(weights),
	lateral (select ph.log_rank(tallies, weights)) l(test)
	left join lateral (
		select *
		from ph.log_rank_groups(tallies, weights) r
		where grps[r.group_number] = split_part(term, ':', 1)
	) g on true
where case_id like 'logrank%' and (term = '' and g.group_number is null or term <> '' and g.group_number is not null);

create temp view restricted as
select *, substring(case_id from '\d+$')::float8 as until
from wanted
where case_id like 'rmst%';
insert into result
select 'restricted mean',
	case_id || ' ' || quantity || ' ' || term,
	case quantity
		when 'rmst' then pg_temp.agrees((r).value, value::float8, 1e-9)
		when 'rmst_se' then pg_temp.agrees(((r).upper - (r).value) / 1.959963984540054, value::float8, 1e-8)
		when 'rmtl' then pg_temp.agrees(until - (r).value, value::float8, 1e-8) end
from restricted
	join (select case_id, grp as term, t from tallied) tallied using (case_id, term),
	lateral (select ph.restricted_mean(t, until)) x(r)
where until is not null;
insert into result
select 'restricted mean compared', case_id || ' ' || quantity,
	case quantity
		when 'difference' then pg_temp.agrees((d).value, value::float8, 1e-9)
		when 'difference_se' then pg_temp.agrees(((d).upper - (d).value) / 1.959963984540054, value::float8, 1e-8)
		when 'difference_lower' then pg_temp.agrees((d).lower, value::float8, 1e-9)
		when 'difference_upper' then pg_temp.agrees((d).upper, value::float8, 1e-9)
		when 'difference_p' then pg_temp.agrees((d).p_value, value::float8, 1e-8)
		when 'ratio' then pg_temp.agrees((r).value, value::float8, 1e-9)
		when 'ratio_lower' then pg_temp.agrees((r).lower, value::float8, 1e-9)
		when 'ratio_upper' then pg_temp.agrees((r).upper, value::float8, 1e-9) end
from restricted
	join compared using (case_id),
	lateral (
		select ph.compare(tallies[2], tallies[1], 'restricted_mean', until => until),
			ph.compare(tallies[2], tallies[1], 'restricted_mean', until => until, contrast => 'ratio')
	) x(d, r)
where until is not null and (quantity like 'difference%' or quantity like 'ratio%');
-- to a time beyond the follow-up of one group there is no mean of it, and no comparison
insert into result
select 'restricted mean beyond follow-up',
	case_id,
	(a).value is null
		and (a).note = 'beyond_follow_up: the last is at 6'
		and (d).value is null
		and (d).note like 'first: beyond_follow_up%'
		and (r).p_value is null
from compared,
	lateral (
		select ph.restricted_mean(tallies[1], 15),
			ph.compare(tallies[1], tallies[2], 'restricted_mean', until => 15),
			ph.compare(tallies[1], tallies[2], 'restricted_mean', until => 15, contrast => 'ratio')
	) x(a, d, r)
where case_id = 'rmst_tau_beyond_followup';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
