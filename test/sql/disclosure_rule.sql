-- Numbers that leave by a rule: each rule by its own formula, and what a rule makes of results.
set search_path = public, ph;
\set SHOW_CONTEXT never
\pset null '(null)'
select rule, threshold as t, zero_shown as zero, base, midpoint as middle, cardinality(tiers) / 2 as tiers, level,
	protect_lower as low, protect_upper as high, minimum_people as people, rates, intervals, symbol, certainty
from disclosure_rule
order by rule;
select bool_and(residual_degrees = 10 and p_ratio = 0.1 and top2_share = 0.9 and not extremes) as as_acro,
	bool_and(protect_upper is not distinct from nullif(threshold, 0)) as protects_to_threshold,
	has_table_privilege('public', 'ph.disclosure_rule', 'select') as readable,
	has_table_privilege('public', 'ph.disclosure_rule', 'insert, update, delete, truncate') as writable
from disclosure_rule;

-- counts by hand, to nothing of theirs
create temp table formula (rule text, n bigint, published bigint);
insert into formula
select rule, n, case rule
	when 'nhse_hes_2018' then case when n = 0 or n > 7 then (n + 2) / 5 * 5 end
	when 'nhsd_mental_health' then case when n >= 5 then (n + 2) / 5 * 5 end
	when 'opensafely_2025' then case when n not between 1 and 7 then (n + 2) / 5 * 5 end
	when 'opensafely_midpoint6' then case when n = 0 then 0 else 6 * ceil(n / 6.0) - 3 end
	when 'ons_10_5' then case when n >= 10 then (n + 2) / 5 * 5 end
	when 'tre_threshold_10' then case when n >= 10 then n end
	when 'srs_acro' then case when n >= 10 then n end
	when 'cms_11' then case when n not between 1 and 10 then n end
	when 'cdc_wonder' then case when n >= 10 then n end
	when 'ons_health_1_2' then case when n not between 1 and 2 then n end
	when 'ons_health_1_4' then case when n not between 1 and 4 then n end
	when 'ukhsa_base5' then case when n not between 1 and 4 then (n + 2) / 5 * 5 end
	when 'round_base3' then (n + 1) / 3 * 3
	when 'us_census_drb' then case
		when n < 15 then null
		when n < 100 then 10 * round(n::float8 / 10)  -- of doubles, to even
		else 50 * round(n::float8 / 50) end end
from disclosure_rule, generate_series(0, 250) n;
select rule, count(*) as counts, count(*) filter (where publish(n, rule) is distinct from published) as wrong,
	count(*) filter (where publish_text(n, rule) is distinct from coalesce(published::text, symbol)) as wrong_text
from formula
join disclosure_rule using (rule)
group by rule
order by rule;
select n, publish(n, 'us_census_drb')
from unnest('{1049,1050,1150,9950,12250,12750,123500,1234500,12345678,123450000000,9223372036854775807}'::bigint[]) n;
-- national figures of rules that are for levels below; unknown counts
select rule, publish(3, rule, 'national') as national, publish(0, rule, 'national') as nobody,
	(publish_percent(3, 20, rule, 'national')).value as percent, publishable(3, 0, rule, 'national')
from disclosure_rule
where level = 'subnational' or rule = 'cms_11'
order by rule;
select publish(null), publish_text(null), publish(null, 'round_base3'), publish_text(null, 'cms_11', 'national');

-- nothing takes the place of a rule
select publish(100, 'no such rule');
select publish(100, null);
select publish(100, '');
select publish(100, 'own.mine');
select publish(100, 'own.');
select publish(100, '.own');
select publish_text(3, 'no such rule');
select publish_percent(30, 100, 'no such rule');
select publish_rate(30, 100, 'no such rule');
select publish_estimate(row(1, 1, 1, null)::estimate, 100, 'no such rule');
select publish_extreme(1, 100, 'no such rule');
select publishable(100, 0, 'no such rule');
select dominance('{1,2}', 'no such rule');
select publish(100, 'cms_11', 'regional');
select publish(100, 'cms_11', null);
select publish(-1);
select publish_percent(-1, 10);
select publish_percent(11, 10);
select publish_rate(-1, 10);

-- rules of one's own, also where the table is older
create schema "Own";
create table "Own".disclosure_rule (like ph.disclosure_rule including all);
insert into "Own".disclosure_rule (
	rule, name, threshold, base, protect_lower, protect_upper, minimum_people, rates, intervals, extremes, source,
	certainty)
values ('tens', 'to 10', 20, 10, 1, 20, 30, 'published', 'none', true, 'ours', 'ours');
select publish(20, 'Own.tens'), publish(25, 'Own.tens'), publish(35, 'Own.tens'), publish(0, 'Own.tens'),
	publish_percent(25, 100, 'Own.tens') as percent, publish_rate(25, 1000, 'Own.tens', per => 100) as rate,
	publish_extreme(99, 30, 'Own.tens') as oldest, publish_extreme(99, 29, 'Own.tens') as of_few,
	publish_extreme(99, 1000000) as of_many;
alter table "Own".disclosure_rule drop column extremes;
select publish(25, 'Own.tens'), publish_extreme(99, 30, 'Own.tens') as oldest;
select publish(25, 'Own.other');
insert into "Own".disclosure_rule (rule, name, threshold, minimum_people, source, certainty)
values ('a.b', 'x', 5, 6, 'ours', 'ours');
insert into "Own".disclosure_rule (rule, name, threshold, minimum_people, source, certainty)
values ('unprotected', 'x', 5, 6, 'ours', 'ours');
insert into "Own".disclosure_rule (rule, name, threshold, base, midpoint, minimum_people, source, certainty)
values ('twice', 'x', 0, 5, 6, 6, 'ours', 'ours');
insert into "Own".disclosure_rule (rule, name, threshold, tiers, minimum_people, source, certainty)
values ('tiers', 'x', 0, '{{0,5}}', 6, 'ours', 'ours');
drop table "Own".disclosure_rule;
select publish(25, 'Own.tens');
drop schema "Own";

-- percentages: of parts as they leave; of parts as they are the rest is hidden too
select rule, numerator, denominator, round(value::numeric, 4) as value, round(lower::numeric, 4) as lower,
	round(upper::numeric, 4) as upper, note
from (values ('nhse_hes_2018', 8, 20), ('nhse_hes_2018', 7, 20), ('nhse_hes_2018', 13, 20), ('nhse_hes_2018', 0, 0),
	('opensafely_midpoint6', 3, 20), ('srs_acro', 15, 40), ('srs_acro', 35, 40), ('srs_acro', 40, 40),
	('cms_11', 35, 40), ('cms_11', 40, 40), ('cms_11', 0, 40), ('cms_11', null, 40)) v (rule, numerator, denominator),
	lateral publish_percent(numerator, denominator, rule) p;
select publish_percent(n, 400, rule)
	= proportion(format('counts; 0: %1$s %2$s %2$s', publish(400, rule), publish(n, rule))::tally, 100) as of_parts
from (values ('nhse_hes_2018', 78), ('opensafely_midpoint6', 78), ('srs_acro', 78), ('ukhsa_base5', 78)) v (rule, n);
-- rates: of the events as they leave, over what is known
select publish_rate(78, 1000.5, rule) = crude_rate(format('counts; 0: 1000.5 %1$s %1$s', publish(78, rule))::tally)
	as of_events, publish_rate(5, 1000.5, rule) as few_events, publish_rate(0, 3.5, rule) as few_people,
	publish_rate(0, 0, rule) as nobody, publish_rate(10, null, rule) as unknown
from (values ('nhse_hes_2018'), ('cms_11')) v (rule);
-- estimates: limits by the rule, and no number in the note
select rule, publish_estimate(e, 10, rule) as many, publish_estimate(e, 7, rule) as few,
	publish_estimate(e, null, rule) as unknown, publish_estimate(null, 100, rule) as nothing
from (values (row(50, 40, 60, 'unknown_key: 3 rows left out')::estimate)) v (e),
	unnest('{nhse_hes_2018,opensafely_2025,srs_acro}'::text[]) rule;
select publishable(9), publishable(7), publishable(null), publishable(21, 11), publishable(20, 11),
	publishable(21, null), publishable(9, 0, 'srs_acro'), publishable(10, 0, 'srs_acro');
-- sums: by the definition, larger numbers, signs, what is unknown
select c, contributors, round(p_ratio::numeric, 4) as p_ratio, round(top2_share::numeric, 4) as top2_share,
	fails_p_ratio, fails_top2_share, fails_contributors
from (values ('{100,9,1}'::float8[]), ('{100,5,6}'), ('{-100,5,6}'), ('{5,5,5,5,5,5,5,5,5,5}'), ('{0,0}'), ('{}'),
	('{1,NULL}'), (null)) v (c), lateral dominance(c) d;

-- parts of a known total: what whoever subtracts can tell, tried on 2,000 of them
create temp table parted as
select i, r as rule, counts, ph_support.hidden_parts(r, counts) as hidden
from generate_series(1, 500) i, disclosure_rule r,
	lateral (
		select array_agg(
			(case when i * 7 % 3 = 0 then 0 else 4 end + (i * 7919 + j * j * 104729 + j * 31) % (3 + i % 40))::bigint
			order by j) as counts
		from generate_series(1, 2 + i % 9) j
	) c
where r.rule in ('cms_11', 'srs_acro', 'ons_health_1_4', 'nhse_hes_2018');
create temp table attacked as
select p.i, (p.rule).rule, h.small_are_hidden, h.parts, h.people, h.small_parts, h.alone, (p.rule).protect_lower as low,
	(p.rule).protect_upper as high, h.parts = cardinality(p.counts) as all_hidden
from parted p,
	lateral (
		select count(*) filter (where hides) as parts, sum(n) filter (where hides) as people,
			count(*) filter (where ph_support.rule_hides(p.rule, n)) as small_parts,
			coalesce(bool_or(hides and n = 1), false)::integer as alone,
			bool_and(hides or not (n between 1 and (p.rule).threshold)) as small_are_hidden
		from unnest(p.counts, p.hidden) u (n, hides)
	) h;
select rule, count(*) as tables, count(*) filter (where small_parts > 0) as with_small,
	count(*) filter (where parts > small_parts) as with_others,
	-- by a rule that does not round: the most that a hidden one can be, the others being as few as they can
	bool_and(rule = 'nhse_hes_2018' or small_parts = 0 or all_hidden
		or people - alone - (parts - 1 - alone) * low >= high and parts >= 2 + alone) as protected,
	bool_and(small_are_hidden) as small_hidden, bool_and(small_parts > 0 or parts = 0) as none_without_need,
	bool_and(parts = small_parts) filter (where rule = 'nhse_hes_2018') as rounding_hides_no_more
from attacked
group by rule
order by rule;
select ph_support.hidden_parts(r, '{3,30,12,40}') as one, ph_support.hidden_parts(r, '{1,30,12,40}') as alone,
	ph_support.hidden_parts(r, '{6,6,30}') as two, ph_support.hidden_parts(r, '{2,0,0}') as all,
	ph_support.hidden_parts(r, '{20,30}') as none
from disclosure_rule r
where rule = 'cms_11';

-- running counts: between those that are shown there are groups, nobody's can be told by subtracting
create temp table run as
select i, (select r from disclosure_rule r where rule = 'srs_acro') as rule, p.*
from generate_series(1, 300) i,
	lateral (
		select array_agg(people order by j) as people, array_agg(events order by j) as events
		from (
			select j, sum(3 + (i * j * 7919) % 23) over w as people, sum((i * j * 31) % 4) over w as events
			from generate_series(1, 5 + i % 20) j
			window w as (order by j)
		) s
	) p;
select count(*) as runs, count(*) filter (where cardinality(shown) > 0) as with_steps,
	bool_and(sound) as between_shown, bool_and(rest_sound) as after_the_last
from (
	select i, ph_support.shown_steps(
			rule, people, events, people[cardinality(people)], events[cardinality(events)]) as shown, people, events
	from run
) s,
	lateral (
		select coalesce(bool_and(p >= 10 and e >= 10 and (p = e or p - e >= 10)), true) as sound,
			coalesce(bool_and(last or rest = 0 or rest >= 10 and rest_events >= 10 and rest - rest_events >= 10), true)
				as rest_sound
		from (
			select people[k] - lag(people[k], 1, 0::bigint) over w as p,
				events[k] - lag(events[k], 1, 0::bigint) over w as e,
				people[cardinality(people)] - people[k] as rest, events[cardinality(events)] - events[k] as rest_events,
				k <> max(k) over () as last
			from unnest(shown) k
			window w as (order by k)
		) steps
	) g;

-- results: what leaves is what there was, rounded or as it is, or it is not there
create temp table person as
select i, (i * 7919 % 1000) / 1000.0 as risk, (i * 104729 % 997) / 997.0 < (i * 7919 % 1000) / 3000.0 as outcome,
	1 + i * 31 % 200 as days, 100 + i % 7 as cost
from generate_series(1, 2000) i;
create temp table tallied as
select person_tally(risk, outcome) as t, person_tally(days, outcome) filter (where i <= 300) as followed
from person;
select risk_group, people, observed, round(observed_percent::numeric, 2) as percent, note
from tallied, publish_calibration_groups(t, 'srs_acro');
select bool_and(p.people is not distinct from publish(g.people::bigint, rule)) as people,
	bool_and(p.observed is null or p.observed = publish(g.observed::bigint, rule)) as observed,
	count(p.observed) as shown, bool_and(p.observed is not null or note = 'suppressed') as noted,
	bool_and(p.observed_percent is not distinct from (case when p.observed is not null then
		(publish_percent(g.observed::bigint, g.people::bigint, rule)).value end)) as percent,
	bool_and(p.expected = p.people * g.mean_predicted) as expected
from tallied, unnest('{nhse_hes_2018,cms_11}'::text[]) rule, lateral calibration_groups(t) g
join lateral publish_calibration_groups(t, rule) p using (risk_group)
group by rule;
select count(*) as groups, count(people) + count(observed) + count(mean_predicted) as shown
from tallied, publish_calibration_groups(t, 'srs_acro', groups => 300);
select share, people, events, round(positive_predictive_percent::numeric, 2) as predictive,
	round(sensitivity_percent::numeric, 2) as sensitivity, note
from tallied, unnest('{srs_acro,nhse_hes_2018}'::text[]) rule, lateral publish_top_shares(t, rule);
select rule, "time", at_risk, events, censored, round(p.survival::numeric, 4) as survival,
	round(p.lower::numeric, 4) as lower, round((survival_at(followed, "time")).value::numeric, 4) as kaplan_meier
from tallied, unnest('{srs_acro,nhse_hes_2018}'::text[]) rule, lateral publish_survival(followed, rule) p;
select count(*) as steps from publish_survival((select person_tally(days, outcome) from person where i <= 15));

-- trees: a split of few is undone, with all below it
create table learned as select outcome, risk, days from person where days < 50;
create temp table grown as
select array_agg(n) as nodes
from grow_tree('select outcome, risk, days from learned', method => 'gini', smallest_leaf => 5, complexity => 0.0001,
	prune => 'none') n;
select node, is_leaf, split, people, round(value::numeric, 3) as value, loss, class
from grown, publish_tree(nodes);
select count(*) < max(cardinality(nodes)) as pruned, bool_and(p.people >= 10) as people,
	bool_and(p.people * p.value > 9.5 and p.people * (1 - p.value) > 9.5) as with_and_without,
	bool_and(p.is_leaf or 2 = (select count(*) from publish_tree(nodes, 'srs_acro') c where c.parent = p.node)) as whole
from grown, publish_tree(nodes, 'srs_acro') p;
select count(*) as nodes
from publish_tree((select array_agg(n) from grow_tree('select days, risk from learned limit 7', smallest_leaf => 2) n));

-- clusters and classes: all or none
create temp table clustered as select k_means('select risk, days from learned', 3) as c;
select (p).status, (p).people, (p).people = array(select publish(n, rule) from unnest((c).people) n) as counts,
	(p).centres = (c).centres as centres, (p).total_ss is not null as squares, (p).note
from clustered, unnest('{srs_acro,opensafely_2025}'::text[]) rule, lateral (select publish_clusters(c, rule) as p) l;
select publish_clusters(k_means('select risk, days from learned limit 20', 3), 'srs_acro');
select publish_clusters(null), publish_latent_classes(null), publish_model(null);
create table items as select i % 3 = 0 as a, i * 7 % 5 < 3 as b, (i % 3 = 0) = (i * 7 % 11 < 8) as c from person;
select (p).status, (p).people, (p).rows, (p).patterns, (p).log_likelihood is null as without_likelihood,
	(p).probabilities is not null as probabilities
from (select latent_class('select a, b, c from items', 2) as l) f,
	unnest('{nhse_hes_2018,ukhsa_base5}'::text[]) rule, lateral (select publish_latent_classes(l, rule) as p) o;
select publish_latent_classes(latent_class('select a, b, c from items limit 12', 2));

-- models: residual degrees, failed fits, what gives counts away
select rows, (m).status, (m).coefficients is not null as coefficients, (m).rows as published_rows,
	(m).degrees_of_freedom, (m).covariance is not null as covariance, (m).deviance is not null as deviance, (m).note
from (values (11, 'srs_acro'), (12, 'srs_acro'), (500, 'srs_acro'), (503, 'opensafely_2025'), (503, 'nhse_hes_2018'))
	v (rows, rule),
	lateral (
		select publish_model(fit('linear', format('select days, risk from learned limit %s', rows)), rule) as m
	) f;
select (publish_model(fit('logistic', 'select true, risk from learned'))).status as one_class,
	(publish_model(given_model('logistic', '{a}', '{1}'))).coefficients as of_a_paper;
drop table learned, items;
