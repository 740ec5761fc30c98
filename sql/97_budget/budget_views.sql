
-- ---- views of money, staff and assets ----

create function ph_support.budget_stance(service text) returns text
language sql immutable parallel safe
return format('case when %1$s.crisis then ''crisis'' when %1$s.upstream then ''upstream''
	when %1$s.crisis is null or %1$s.upstream is null then ''unknown'' else ''other'' end', service);
comment on function ph_support.budget_stance(text) is
	'the expression that says of a row of service whether it meets crises, helps before them, or neither';

create function ph_support.pillar_part(out relation text, out query text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('budget_entry',
		 format('select date_trunc(''month'', e.entry_date::timestamp)::date as month,
				coalesce(f.pillar, s.pillar, ''unknown'')::text as pillar, %s as stance, e.amount as spend,
				null::bigint as contacts, null::numeric as contact_cost, null::numeric as whole_time_equivalents
			from {budget_entry} e
			left join {funding_stream} f on f.stream = e.stream
			left join {service} s on s.service = e.service
			where e.kind in (''spend'', ''adjustment'')', ph_support.budget_stance('s'))),
		('staff',
		 format('select w.month, coalesce(s.pillar, ''unknown'')::text, %s, null, null, null,
				w.whole_time_equivalents
			from {staff} w
			left join {service} s on s.service = w.service', ph_support.budget_stance('s'))),
		('every_contact',
		 format('select date_trunc(''month'', c.start_date::timestamp)::date, coalesce(c.pillar, ''unknown''), %s, null,
				1, c.cost, null
			from {every_contact} c', ph_support.budget_stance('c')));
end;
comment on function ph_support.pillar_part() is
	'what pillar_month is made of: money, staff, and contacts where the views of ph.create_record_views are there';

create function ph_support.budget_view(out relation text, out query text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('agreement_position',
		 $query$
			with month as (
				select a.*, m::date as month, least((m + interval '1 month')::date, a.end_date) as month_end
				from {budget_agreement} a,
					generate_series(date_trunc('month', a.start_date::timestamp),
						a.end_date::timestamp - interval '1 day', interval '1 month') m
			), moved as (
				select agreement, date_trunc('month', entry_date::timestamp)::date as month,
					sum(amount) filter (where kind in ('opening', 'contribution')) as paid_in,
					sum(amount) filter (where kind in ('spend', 'adjustment')) as spend
				from {budget_entry}
				group by 1, 2
			), position as (
				select m.*, coalesce(d.paid_in, 0) as paid_in, coalesce(d.spend, 0) as spend,
					coalesce(sum(d.paid_in) over so_far, 0) as paid_in_to_date,
					coalesce(sum(d.spend) over so_far, 0) as spend_to_date,
					coalesce(sum(d.paid_in) over (partition by m.agreement), 0) as pool,
					m.month <= max(d.month) over (partition by m.agreement) as is_posted
				from month m
				left join moved d on d.agreement = m.agreement and d.month = m.month
				window so_far as (partition by m.agreement order by m.month)
			)
			select agreement, name, kind, host, month, paid_in, spend, paid_in_to_date, spend_to_date,
				paid_in_to_date - spend_to_date as balance, pool,
				(spend_to_date / nullif(pool, 0))::float8 as share_spent,
				(month_end - start_date)::float8 / (end_date - start_date) as share_of_period,
				coalesce(is_posted, false) as is_posted
			from position
		 $query$,
		 'one row an agreement and month of its period: how its pool is drawn down'),
		('closing_balance',
		 $query$
			with partner as (
				select a.agreement, a.name, a.kind, a.host, a.basis, a.unit, p.partner,
					coalesce(sum(e.amount) filter (where e.kind = 'opening'), 0) as opening,
					coalesce(sum(e.amount) filter (where e.kind = 'contribution'), 0) as contribution,
					coalesce(sum(e.amount) filter (where e.kind in ('spend', 'adjustment')), 0) as spend,
					p.agreed_share, p.overspend_cap
				from {budget_agreement} a
				join {budget_agreement_partner} p on p.agreement = a.agreement
				left join {budget_entry} e on e.agreement = p.agreement and e.partner = p.partner
				group by a.agreement, p.agreement, p.partner
			), counted as (
				-- a forged entry of no whole number of units must not hide all other agreements
				select *, mod(sum(opening + contribution - spend) over (partition by agreement), unit) = 0 as is_whole
				from partner
			), closed as (
				select p.*, ph.pooled_budget(case when is_whole then opening end, contribution, spend,
						agreed_share::float8, overspend_cap, basis, unit)
					over (partition by agreement order by partner collate "C") as c
				from counted p
			)
			select agreement, name, kind, host, partner, opening, contribution, spend, agreed_share, overspend_cap,
				(c).share as share, trim_scale((c).closing) as closing, (c).closing_rounded as closing_rounded,
				(c).pool as pool, (c).balance as balance, (c).unfunded as unfunded,
				case
					when kind = 'virtual' or partner = host then 0
					when host is not null then (c).closing_rounded end as paid_by_host,
				case
					when (c).closing_rounded is null then 'cannot be told'
					when kind = 'virtual' then 'aligned: no money moves'
					when host is null then 'no host'
					when partner = host and (c).unfunded > 0 then 'bears its part and what is unfunded'
					when partner = host and (c).closing_rounded < 0 then 'bears its part'
					when partner = host then 'keeps its part'
					when (c).closing_rounded < 0 then 'pays the host'
					when (c).closing_rounded > 0 then 'is paid by the host'
					else 'is even' end as settlement,
				case when is_whole then (c).note else 'no_whole_units' end as note
			from closed
		 $query$,
		 'one row an agreement and partner: what it paid in and spent, and its part in what is left or over'),
		('prevention_trend',
		 $query$
			with period as (
				select kind as period_kind, date_trunc(kind, month::timestamp)::date as start_date, m.*
				from {pillar_month} m, unnest('{month,quarter}'::text[]) kind
			), summed as (
				select period_kind, start_date,
					sum(spend) filter (where stance = 'crisis') as crisis_spend,
					sum(spend) filter (where stance = 'upstream') as upstream_spend,
					sum(spend) filter (where stance = 'other') as other_spend,
					sum(spend) filter (where stance = 'unknown') as unknown_spend,
					sum(contacts) filter (where stance = 'crisis') as crisis_contacts,
					sum(contacts) filter (where stance = 'upstream') as upstream_contacts
				from period
				group by period_kind, start_date
			), shared as (
				select *, (coalesce(upstream_spend, 0)
					/ nullif(coalesce(upstream_spend, 0) + coalesce(crisis_spend, 0), 0))::float8 as upstream_share
				from summed
				where num_nonnulls(crisis_spend, upstream_spend, other_spend, unknown_spend) > 0
			), charted as (
				select *, ph.control_xmr(upstream_share, start_date::timestamp at time zone 'UTC', 'higher',
						calendar => 'any') over series as point,
					coalesce(lag(start_date) over series, start_date) as before,
					(start_date + make_interval(months => case period_kind when 'month' then 1 else 3 end))::date
						as period_end
				from shared
				window series as (partition by period_kind order by start_date)
			), spender as (
				select agreement, start_date, end_date
				from {budget_agreement}
				where agreement in (select agreement from {budget_entry} where kind in ('spend', 'adjustment'))
			)
			select period_kind, c.start_date, crisis_spend, upstream_spend, other_spend, unknown_spend, crisis_contacts,
				upstream_contacts, upstream_share, (point).mean as mean, (point).lower as lower, (point).upper as upper,
				(point).special_cause as special_cause, (point).point_type as point_type, s.agreements, s.began,
				s.ended,
				nullif(concat_ws('; ', (point).note,
					case when num_nonnulls(s.began, s.ended) > 0 then 'agreements_changed' end), '') as note
			from charted c, lateral (
				-- what changes within the point before, at its end or within this one
				select count(*) filter (where start_date < period_end and end_date > c.start_date) as agreements,
					array_agg(agreement order by agreement collate "C") filter (
						where start_date > before and start_date < period_end) as began,
					array_agg(agreement order by agreement collate "C") filter (
						where end_date > before and end_date < period_end) as ended
				from spender
			) s
		 $query$,
		 'one row a month or quarter with spending: is money moving from crises to what comes before them?'),
		('need_per_post',
		 $query$
			with post as (
				select service, place, month, sum(whole_time_equivalents) as whole_time_equivalents
				from {staff}
				group by service, place, month
			), wanted as (
				select s.service, s.month, n.place
				from (select distinct service, month from post) s, (select distinct place from {place_need}) n
				union
				select service, month, place from post
			), weighed as (
				select w.service, w.month, w.place, p.whole_time_equivalents, n.population, n.weighted_population
				from wanted w
				left join post p on p.service = w.service and p.month = w.month and p.place = w.place
				left join lateral (
					select population, weighted_population
					from {place_need} n
					where n.place = w.place and n.as_of < w.month + interval '1 month'
					order by n.as_of desc
					limit 1
				) n on true
			)
			select w.service, s.pillar, w.place, w.month, w.whole_time_equivalents, w.population, w.weighted_population,
				(w.weighted_population / nullif(w.whole_time_equivalents, 0))::float8 as need_per_post,
				case
					when w.weighted_population is null then 'no_need'
					when coalesce(w.whole_time_equivalents, 0) = 0 then 'no_staff' end as note
			from weighed w
			left join {service} s on s.service = w.service
		 $query$,
		 'one row a service, place and month: weighted people for each whole-time post'),
		('need_beside_assets',
		 $query$
			with need as (
				select distinct on (place) place, population, weighted_population
				from {place_need}
				order by place, as_of desc
			), held as (
				select kind, unit, place, count(*) as assets, sum(capacity) as capacity
				from {asset}
				group by kind, unit, place
			), wanted as (
				select k.kind, k.unit, n.place
				from (select distinct kind, unit from held) k, need n
				union
				select kind, unit, place from held
			)
			select w.place, w.kind, w.unit, coalesce(h.assets, 0) as assets, h.capacity, n.population,
				n.weighted_population, (n.weighted_population / nullif(h.capacity, 0))::float8 as need_per_capacity,
				case when n.place is null then 'no_need' when h.assets is null then 'no_asset' end as note
			from wanted w
			left join held h on h.kind = w.kind and h.unit is not distinct from w.unit
				and h.place is not distinct from w.place
			left join need n on n.place = w.place
		 $query$,
		 'one row a place and kind of asset: weighted people beside what there is for them'),
		('stream_overlap',
		 format($query$
			with recursive edge as (%s), lies (place, larger, start_date, end_date) as (
				select place, place, date '-infinity', date 'infinity'
				from {funding_stream}
				where place is not null
				union
				select l.place, e.parent_id, greatest(l.start_date, e.start_date), least(l.end_date, e.end_date)
				from lies l
				join edge e on e.place_id = l.larger
				where greatest(l.start_date, e.start_date) < least(l.end_date, e.end_date)
			), within as (
				select place, larger,
					range_agg(daterange(nullif(start_date, '-infinity'), nullif(end_date, 'infinity'))) as days
				from lies
				group by place, larger
			), pair as (
				select a.stream, b.stream as other_stream, a.partner, b.partner as other_partner, a.goal,
					coalesce(a.segment, b.segment) as segment, coalesce(w.place, a.place, b.place) as place,
					datemultirange(daterange(a.start_date, a.end_date) * daterange(b.start_date, b.end_date))
						* coalesce(w.days, datemultirange(daterange(null, null))) as days,
					a.amount, b.amount as other_amount
				from {funding_stream} a
				join {funding_stream} b on b.goal = a.goal and a.stream collate "C" < b.stream collate "C"
					and coalesce(a.segment = b.segment, true)
				left join within w on (w.place, w.larger) in ((a.place, b.place), (b.place, a.place))
				where a.place is null or b.place is null or w.place is not null
			)
			select stream, other_stream, partner, other_partner, goal, segment, place, lower(days) as start_date,
				upper(days) as end_date, amount, other_amount
			from pair
			where not isempty(days)
		 $query$, ph_support.place_edge_query()),
		 'one row a pair of streams for one goal and segment at one time, in one place or one that lies in the other; '
		 'no segment is everybody, no place everywhere'),
		('virtual_budget',
		 $query$
			select l.run, r.as_of, l.place_id, l.segment, l.month, l.people, l.expected, l.budget, l.budget_rounded,
				l.lower, l.upper, r.status, l.note
			from {budget_line} l
			join {budget_run} r on r.run = l.run
			where r.run = (select run from {budget_run} order by recorded_at desc, run collate "C" limit 1)
		 $query$,
		 'one row a place, segment and month of the virtual budget that was recorded last');
end;
comment on function ph_support.budget_view() is 'the views of ph.create_budget_views but pillar_month: queries';

create function ph_support.budget_column() returns jsonb
language sql immutable parallel safe
return jsonb_build_object(
	'agreement', 'code of the agreement', 'name', 'its name', 'kind', 'section_75 or virtual; of an asset what it is',
	'host', 'the partner that holds the pool', 'month', 'first day of the month', 'paid_in',
	'opening balances and contributions of the month', 'spend', 'money spent, reversals and adjustments taken off',
	'paid_in_to_date', 'paid in since the first day', 'spend_to_date', 'spent since the first day',
	'balance', 'paid in less spent: below 0 an overspend', 'pool', 'all that was paid in',
	'share_spent', 'what is spent of all that was paid in, as a fraction',
	'share_of_period', 'how much of the period has passed at the end of the month, as a fraction',
	'is_posted', 'whether the ledger has entries of this month or a later one', 'partner', 'the partner')
|| jsonb_build_object(
	'opening', 'what it brought forward', 'contribution', 'what it paid in', 'agreed_share', 'its share as agreed',
	'overspend_cap', 'the most that it bears of an overspend',
	'share', 'its share in what is left or over, as a fraction',
	'closing', 'what goes back to it; below 0 what it is charged', 'closing_rounded', 'the same in whole units',
	'unfunded', 'of an overspend what no cap leaves room for',
	'paid_by_host', 'what the host pays it; below 0 what it pays the host; 0 where no money moves',
	'settlement', 'what happens with its part, in words', 'note', 'what to be careful with, or why there is no answer',
	'pillar', 'as in service, or of the stream of the money', 'stance',
	'crisis, upstream (before a crisis), other, or unknown, as the service says',
	'contacts', 'contacts of all partners',
	'contact_cost', 'what they cost; NULL where none has a cost',
	'whole_time_equivalents', 'posts filled; NULL where nobody has said', 'period_kind', 'month or quarter',
	'start_date', 'first day')
|| jsonb_build_object(
	'crisis_spend', 'spent on services that meet crises', 'upstream_spend', 'spent on services that help before',
	'other_spend', 'spent on services that are neither',
	'unknown_spend', 'spent on services that do not say, or on none',
	'crisis_contacts', 'contacts with services that meet crises',
	'upstream_contacts', 'contacts with services that help before',
	'upstream_share', 'upstream spend over upstream and crisis spend, as a fraction',
	'mean', 'centre line of its XmR chart', 'lower', 'lower control limit', 'upper', 'upper control limit',
	'special_cause', 'the first rule of the chart that holds, or common_cause',
	'point_type', 'whether that is an improvement or a concern: a higher share is better',
	'agreements', 'agreements with spending whose period holds days of this one',
	'began', 'those of them that began since the first day of the point before; NULL is none',
	'ended', 'agreements that ended since then, whose spending is in it no more; NULL is none',
	'service', 'the service',
	'place', 'the place; NULL is everywhere', 'population', 'people of the place',
	'weighted_population', 'the same, weighted by need', 'need_per_post', 'weighted people for each whole-time post')
|| jsonb_build_object(
	'unit', 'of what the capacity is', 'assets', 'how many there are', 'capacity', 'how much they hold or give',
	'need_per_capacity', 'weighted people for each of it', 'stream', 'the stream', 'other_stream', 'the other stream',
	'other_partner', 'who answers for the other', 'goal', 'the goal of both', 'segment', 'whom both serve',
	'end_date', 'first day after both', 'amount', 'money of the stream', 'other_amount', 'money of the other',
	'as_of', 'the day whose people it is for', 'status', 'as of ph.rake: ok, or why there are no budgets');
comment on function ph_support.budget_column() is 'what the columns of the views of ph.create_budget_views are';

create procedure ph.create_budget_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	parts jsonb;
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.require_budget_tables(schema);
	select jsonb_agg(jsonb_build_object('relation', p.relation, 'query', p.query))
	into parts
	from ph_support.pillar_part() p;
	call ph_support.replace_view(schema, 'pillar_month',
		format('select month, pillar, stance, sum(spend) as spend, sum(contacts)::bigint as contacts,
				sum(contact_cost) as contact_cost, sum(whole_time_equivalents) as whole_time_equivalents
			from (%s) part
			group by month, pillar, stance', ph_support.joined_parts(schema, parts)),
		'one row a month, pillar and stance: money of the ledger, contacts, staff; NULL where nothing is recorded',
		ph_support.budget_column());
	for part in select * from ph_support.budget_view() loop
		call ph_support.replace_view(schema, part.relation, ph_support.in_schema(part.query, schema),
			part.description, ph_support.budget_column() || case part.relation
				when 'virtual_budget' then ph_support.virtual_budget_column() else '{}' end);
	end loop;
end
$$;
comment on procedure ph.create_budget_views(text) is
	'makes over the tables of ph.create_budget_tables the views agreement_position (draw-down by month), '
	'closing_balance (each partner''s part in what is left or over; virtual agreements move no money), pillar_month '
	'(spend, contacts and staff by pillar and by crisis or upstream), prevention_trend (the share of upstream spend by '
	'month and quarter on an XmR chart), need_per_post, need_beside_assets, stream_overlap and virtual_budget (the one '
	'recorded last), read with the rights of who asks. '
	'Contacts are in them where ph.create_record_views made every_contact: call it again then. '
	'Errors: undefined_table, duplicate_object where a name is taken by something else';
