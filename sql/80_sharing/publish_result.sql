
-- ---- results of many numbers that leave, by a rule ----

create function ph_support.hidden_parts(rule ph.disclosure_rule, counts bigint[]) returns boolean[]
language sql immutable parallel safe
begin atomic
	with part as (
		select place, n, ph_support.rule_hides(rule, n) as small
		from unnest(counts) with ordinality u (n, place)
	),
	known as (
		select count(*) filter (where small) as small_parts, coalesce(bool_or(small and n = 1), false)::integer as own
		from part
	),
	-- the small ones, then the others from the smallest on
	ranked as (
		select place, small, row_number() over w as parts, sum(n) over w as people
		from part
		window w as (order by small desc, n = 0, n, place)
	),
	enough as (
		select min(r.parts) as parts
		from ranked r, known k
		where r.parts >= greatest(k.small_parts, 2 + k.own)
			and r.people - k.own - (r.parts - 1 - k.own) * (rule).protect_lower >= (rule).protect_upper
	)
	select array_agg(
		r.small or not ph_support.rule_rounds(rule) and k.small_parts > 0 and r.parts <= coalesce(e.parts, r.parts)
		order by r.place)
	from ranked r, known k, enough e;
end;
comment on function ph_support.hidden_parts(ph.disclosure_rule, bigint[]) is
	'which parts of a known total must be hidden by a rule: the small ones and, unless the rule rounds, as many of '
	'the next ones that whoever subtracts the shown ones from the total, and is the one person of a part, is left '
	'with the rule''s protection interval; all where that cannot be';

create function ph_support.stretch_publishable(rule ph.disclosure_rule, people bigint, events bigint) returns boolean
language sql immutable parallel safe
return ph_support.rule_publishable(rule, people)
	and not ph_support.rule_hides(rule, events) and not ph_support.rule_hides(rule, people - events);
comment on function ph_support.stretch_publishable(ph.disclosure_rule, bigint, bigint) is
	'whether a rule lets a group of people leave with how many of them had the event, and so how many had not';

create function ph_support.shown_steps(
	rule ph.disclosure_rule, people bigint[], events bigint[], all_people bigint, all_events bigint)
returns integer[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	shown integer[] := '{}';
	last integer;
begin
	for i in 1 .. coalesce(cardinality(people), 0) loop
		last := shown[cardinality(shown)];
		if ph_support.stretch_publishable(
			rule, people[i] - coalesce(people[last], 0), events[i] - coalesce(events[last], 0)) then
			shown := shown || i;
		end if;
	end loop;
	-- what is left after the last one can be told from the whole
	while shown <> '{}' loop
		last := shown[cardinality(shown)];
		exit when people[last] = all_people
			or ph_support.stretch_publishable(rule, all_people - people[last], all_events - events[last]);
		shown := trim_array(shown, 1);
	end loop;
	return shown;
end
$$;
comment on function ph_support.shown_steps(ph.disclosure_rule, bigint[], bigint[], bigint, bigint) is
	'which of running counts may be shown, by their number: those between which, before the first and after the last '
	'of which, there are groups that may leave; people and events so far, and of the whole';

create function ph.publish_calibration_groups(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational', groups integer default 10,
	confidence float8 default 0.95,
	out risk_group integer, out people bigint, out expected float8, out observed bigint, out mean_predicted float8,
	out observed_percent float8, out lower float8, out upper float8, out note text)
returns setof record
language sql stable parallel safe rows 10
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select g.risk_group, g.people::bigint as people, g.observed::bigint as observed, g.mean_predicted
		from ph.calibration_groups(tally, groups, confidence) g
	),
	hidden as (
		select ph_support.hidden_parts(a.found, array_agg(g.observed order by g.risk_group)) as observed,
			ph_support.hidden_parts(a.found, array_agg(g.people - g.observed order by g.risk_group)) as rest,
			bool_and(ph_support.rule_publishable(a.found, g.people)) as publishable
		from given g, asked a
		group by a.found
	),
	published as (
		select g.risk_group, g.mean_predicted, h.publishable,
			h.publishable and not h.observed[g.risk_group] and not h.rest[g.risk_group] as shown,
			ph_support.published_count(a.found, g.people) as people,
			ph_support.published_count(a.found, g.observed) as observed,
			ph_support.published_share(a.found, g.observed, g.people, 100, confidence) as percent
		from given g, hidden h, asked a
	)
	select p.risk_group, case when p.publishable then p.people end,
		case when p.publishable then p.people * p.mean_predicted end, case when p.shown then p.observed end,
		case when p.publishable then p.mean_predicted end, case when p.shown then (p.percent).value end,
		case when p.shown then (p.percent).lower end, case when p.shown then (p.percent).upper end,
		case when not p.shown then 'suppressed' end
	from published p
	order by p.risk_group;
end;
comment on function ph.publish_calibration_groups(ph.tally, text, text, integer, float8) is
	'ph.calibration_groups as they leave by a rule: where a group has fewer people than the rule''s minimum none of '
	'them (ask for fewer groups); observed hidden where those with or without the event are few, and in as many more '
	'groups that the total does not give it away; percent and limits as by ph.publish_percent; expected: people as '
	'they leave times the mean risk; without the least and the greatest risk. Note: suppressed. Errors: those of '
	'ph.publish and ph.calibration_groups';

create function ph.publish_top_shares(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational',
	shares float8[] default '{0.005,0.01,0.02,0.05,0.1,0.2}',
	out share float8, out people bigint, out events bigint, out positive_predictive_percent float8,
	out sensitivity_percent float8, out note text)
returns setof record
language sql stable parallel safe rows 6
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select row_number() over (order by t.share)::integer as place, t.share, t.people::bigint as people,
			ceil(t.events)::bigint as events, w.people as all_people, w.events as all_events
		from ph.top_shares(tally, shares) t,
			lateral (
				select sum(c.exposure)::bigint as people, sum(c.events)::bigint as events
				from ph.cells(tally) c
				where c.key is not null
			) w
	),
	steps as (
		select a.found, ph_support.shown_steps(
			a.found, array_agg(g.people order by g.place), array_agg(g.events order by g.place),
			g.all_people, g.all_events) as shown
		from given g, asked a
		group by a.found, g.all_people, g.all_events
	),
	published as (
		select g.place, g.share, g.place = any (s.shown) as shown,
			ph_support.published_count(s.found, g.people) as people,
			ph_support.published_count(s.found, g.events) as events,
			ph_support.published_share(s.found, g.events, g.people, 100, 0.95) as predictive,
			ph_support.published_share(s.found, g.events, g.all_events, 100, 0.95) as sensitivity
		from given g, steps s
	)
	select p.share, case when p.shown then p.people end, case when p.shown then p.events end,
		case when p.shown then (p.predictive).value end, case when p.shown then (p.sensitivity).value end,
		case when not p.shown then 'suppressed' end
	from published p
	order by p.place;
end;
comment on function ph.publish_top_shares(ph.tally, text, text, float8[]) is
	'ph.top_shares as they leave by a rule: people, how many of them had the outcome (of tied ones in proportion, '
	'rounded up), positive predictive value and sensitivity in percent, made of counts as ph.publish_percent does. A '
	'share is shown where the people between it and the one shown before, and those after the last, may leave as a '
	'group; without the score at the edge. Note: suppressed. Errors: those of ph.publish and ph.top_shares';

create function ph.publish_survival(
	tally ph.tally, rule text default 'nhse_hes_2018', level text default 'subnational',
	confidence float8 default 0.95,
	out "time" float8, out at_risk bigint, out events bigint, out censored bigint, out survival float8,
	out lower float8, out upper float8)
returns setof record
language sql stable parallel safe rows 10
begin atomic
	with asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	curve as (
		select row_number() over w::integer as place, c."time", c.survival, c.lower, c.upper,
			sum(c.events + c.censored) over w::bigint as people, sum(c.events) over w::bigint as events,
			sum(c.events + c.censored) over ()::bigint as all_people, sum(c.events) over ()::bigint as all_events
		from ph.survival(tally, confidence) c
		where c."time" is not null
		window w as (order by c."time")
	),
	steps as (
		select a.found, ph_support.shown_steps(
			a.found, array_agg(c.people order by c.place), array_agg(c.events order by c.place),
			c.all_people, c.all_events) as shown
		from curve c, asked a
		group by a.found, c.all_people, c.all_events
	),
	-- running totals, so that what rounding adds or takes away does not add up
	published as (
		select s.found, c."time", c.survival, c.lower, c.upper,
			ph_support.published_count(s.found, c.all_people - lag(c.people, 1, 0::bigint) over w) as at_risk,
			ph_support.published_count(s.found, c.events) as events,
			ph_support.published_count(s.found, c.people - c.events) as censored
		from curve c, steps s
		where c.place = any (s.shown)
		window w as (order by c."time")
	),
	stretch as (
		select p.*, p.events - lag(p.events, 1, 0::bigint) over w as died,
			p.at_risk - (p.censored - lag(p.censored, 1, 0::bigint) over w) / 2.0 as exposed
		from published p
		window w as (order by p."time")
	)
	select p."time", p.at_risk, p.events, p.censored,
		case
			when (p.found).rates = 'exact' then p.survival
			else exp(sum(ln(greatest(1 - p.died / p.exposed, 1e-300))) over (order by p."time")) end,
		case when (p.found).rates = 'exact' and (p.found).intervals = 'exact' then p.lower end,
		case when (p.found).rates = 'exact' and (p.found).intervals = 'exact' then p.upper end
	from stretch p
	order by p."time";
end;
comment on function ph.publish_survival(ph.tally, text, text, float8) is
	'ph.survival as it leaves by a rule: times so far apart that the people who left between two of them, before the '
	'first and after the last, may leave as a group, those with the event and those without; events and censored are '
	'those so far, at_risk those at the beginning of the stretch that ends at the time. Survival and limits are '
	'those of the curve where the rule does not round; where it does, survival is made anew of the counts as they '
	'leave, those without the event being at risk for half of their stretch (Cutler and Ederer 1958), without '
	'limits. No rows where no stretch may leave. Errors: those of ph.publish and ph.survival';

create function ph.publish_tree(
	nodes ph.tree_node[], rule text default 'nhse_hes_2018', level text default 'subnational')
returns setof ph.tree_node
language sql stable parallel safe rows 20
begin atomic
	with recursive asked as (
		select ph_support.disclosure_rule_at(rule, level) as found
	),
	given as (
		select n.*, case
				when n.class is null then ph_support.rule_publishable(a.found, n.people)
				else ph_support.stretch_publishable(
					a.found, n.people, round(n.people * n.value)::bigint) end as may_leave
		from unnest(nodes) n, asked a
	),
	split as (
		select parent
		from given
		group by parent
		having count(*) = 2 and bool_and(may_leave)
	),
	kept as (
		select g.node
		from given g
		where g.parent is null and g.may_leave
		union all
		select g.node
		from kept k
		join split s on s.parent = k.node
		join given g on g.parent = k.node
	)
	select g.node, g.parent, g.node_depth, s.parent is null, case when s.parent is not null then g.split end, g.path,
		ph_support.published_count(a.found, g.people),
		case
			when g.class is null then g.value
			else (ph_support.published_share(a.found, round(g.people * g.value)::bigint, g.people, 1, 0.95)).value end,
		null::float8, null::float8, g.class
	from kept
	join given g using (node)
	cross join asked a
	left join split s on s.parent = g.node
	order by g.node;
end;
comment on function ph.publish_tree(ph.tree_node[], text, text) is
	'a tree of ph.grow_tree as it leaves by a rule: a split is undone, and all below it, where the people of either '
	'side may not leave as a group; of a tree of classes those who are and who are not of the class must be as many '
	'too, and the share is made of counts as ph.publish_percent does. Without loss and saved, which count people. No '
	'rows where the root itself may not leave. A yes-or-no response wants the method gini. Errors: those of '
	'ph.publish';

create function ph.publish_clusters(
	clusters ph.clusters, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.clusters
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if (select coalesce(bool_and(ph_support.rule_publishable(found, n)), false) from unnest(clusters.people) n) then
		clusters.rows := ph_support.published_count(found, clusters.rows);
		clusters.rows_left_out := ph_support.published_count(found, clusters.rows_left_out);
		clusters.people := array(
			select ph_support.published_count(found, n)
			from unnest(clusters.people) with ordinality u (n, place)
			order by place);
		if found.intervals <> 'exact' then
			clusters.within_ss := null;
			clusters.total_within_ss := null;
			clusters.between_ss := null;
			clusters.total_ss := null;
			clusters.smallest_share := null;
		end if;
		clusters.note := split_part(clusters.note, ':', 1);
		return clusters;
	end if;
	return jsonb_populate_record(null::ph.clusters, jsonb_build_object(
		'method', clusters.method, 'status', 'suppressed', 'k', clusters.k, 'terms', clusters.terms,
		'note', 'suppressed'));
end
$$;
comment on function ph.publish_clusters(ph.clusters, text, text) is
	'clusters as they leave by a rule: none of them where one has fewer people than its minimum (ask for fewer), '
	'since the others and the whole would tell of it; else their counts as they leave, and sums of squares where the '
	'rule says exact of intervals. Note: suppressed. Errors: those of ph.publish';

create function ph.publish_latent_classes(
	classes ph.latent_classes, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.latent_classes
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if (select coalesce(bool_and(ph_support.rule_publishable(found, n)), false) from unnest(classes.people) n)
		and ph_support.rule_publishable(found, classes.rows, classes.parameters) then
		classes.rows := ph_support.published_count(found, classes.rows);
		classes.rows_left_out := ph_support.published_count(found, classes.rows_left_out);
		classes.people := array(
			select ph_support.published_count(found, n)
			from unnest(classes.people) with ordinality u (n, place)
			order by place);
		classes.patterns := null;
		if found.intervals <> 'exact' then
			classes.log_likelihood := null;
			classes.aic := null;
			classes.bic := null;
			classes.g_squared := null;
		end if;
		classes.note := split_part(classes.note, ':', 1);
		return classes;
	end if;
	return jsonb_populate_record(null::ph.latent_classes, jsonb_build_object(
		'status', 'suppressed', 'k', classes.k, 'terms', classes.terms, 'note', 'suppressed'));
end
$$;
comment on function ph.publish_latent_classes(ph.latent_classes, text, text) is
	'latent classes as they leave by a rule: none where one has fewer people than its minimum, or people are fewer '
	'than parameters and the rule''s residual degrees; else their counts as they leave, likelihoods where the rule '
	'says exact of intervals, and never how many patterns there were. Note: suppressed. Errors: those of ph.publish';

create function ph.publish_model(
	model ph.model, rule text default 'nhse_hes_2018', level text default 'subnational')
returns ph.model
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	found constant ph.disclosure_rule := ph_support.disclosure_rule_at(rule, level);
begin
	if model.status = 'given' then
		return model;  -- of a paper: nobody of ours is in it
	elsif model.status in ('ok', 'collinear')
		and ph_support.rule_publishable(found, model.rows, greatest(model.rank, 1)) then
		model.rows := ph_support.published_count(found, model.rows);
		model.rows_left_out := ph_support.published_count(found, model.rows_left_out);
		model.clusters := ph_support.published_count(found, model.clusters);
		model.degrees_of_freedom := model.rows - model.rank;
		if found.intervals <> 'exact' then
			model.covariance := null;
			model.log_likelihood := null;
			model.null_log_likelihood := null;
			model.deviance := null;
			model.null_deviance := null;
			model.pearson := null;
			model.residual_standard_error := null;
			model.r_squared := null;
			model.aic := null;
			model.bic := null;
		end if;
		model.note := split_part(model.note, ':', 1);
		return model;
	end if;
	return jsonb_populate_record(null::ph.model, jsonb_build_object(
		'family', model.family, 'terms', model.terms, 'status', 'suppressed', 'note', 'suppressed'));
end
$$;
comment on function ph.publish_model(ph.model, text, text) is
	'a fitted model as it leaves by a rule: without coefficients (status suppressed) where its people are fewer than '
	'the minimum, or fewer than its terms and the rule''s residual degrees, or the fit was not ok; else its counts '
	'as they leave, its covariance and what judges the fit where the rule says exact of intervals. It cannot know '
	'how many people stand behind one term: a term that few have must not be fitted. Rows are taken for people. '
	'Note: suppressed. Errors: those of ph.publish';
