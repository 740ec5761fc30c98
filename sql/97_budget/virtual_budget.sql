
-- ---- the virtual budget of a place and segment ----

create procedure ph.create_budget_view(
	schema text, place_envelopes regclass, segment_envelopes regclass, segments regclass, profile regclass default null,
	level text default 'place', as_of timestamptz default null, confidence float8 default 0.95,
	cost_name text default 'person_expected_cost', name text default 'virtual_budget')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	day constant date := coalesce(as_of::date, ph_support.data_day(schema));
	model_day constant date := (ph_support.expected_cost_model(schema, cost_name)).as_of;
	query text;
	repeated bigint;
begin
	call ph_support.require_own_schema(schema, name);
	if coalesce(name, '') = '' then
		raise exception 'argument "name" must not be null or empty'
			using errcode = 'null_value_not_allowed';
	end if;
	perform ph_support.require_known('level', array[level], '{practice,neighbourhood,place,small_area}'),
		ph_support.require_columns('place_envelopes', place_envelopes, '{place_id,amount}'),
		ph_support.require_columns('segment_envelopes', segment_envelopes, '{segment,amount}'),
		ph_support.require_columns('segments', segments, '{person_id,segment}');
	if profile is not null then
		perform ph_support.require_columns('profile', profile, '{month,share}');
	end if;
	execute format('select count(*) - count(distinct person_id) from %s where segment is not null', segments)
	into repeated;
	if repeated > 0 then
		raise exception 'argument "segments" must be one row a person'
			using errcode = 'cardinality_violation';
	end if;
	if confidence is null or not (confidence > 0 and confidence < 1) then
		raise exception 'argument "confidence" must lie between 0 and 1, both excluded'
			using errcode = 'invalid_parameter_value';
	end if;
	query := format(
		-- nobody has statistics of how many people a day has: what is made of them is made once
		'with varied as materialized (
			select %11$s as variation from (%1$s) j
		), person_cost as materialized (
			select c.person_id, c.%2$I as place_id, c.expected
			from %3$I.%4$I(%5$L::date) c
			where c.%2$I is not null and c.expected is not null
		), person_segment as materialized (
			select s.person_id, s.segment::text as segment from %6$s s where s.segment is not null
		), cell as materialized (
			select c.place_id, s.segment, count(*) as people, sum(c.expected) as expected
			from person_cost c
			join person_segment s on s.person_id = c.person_id
			group by 1, 2
		), raked as materialized (
			select p.place_id::text as place_id, q.segment::text as segment, coalesce(c.people, 0) as people,
				coalesce(c.expected, 0) as expected,
				ph.rake(greatest(coalesce(c.expected, 0), 0), p.place_id::text, q.segment::text, p.amount::numeric,
					q.amount::numeric, (
						select case when bool_and(amount = round(amount, 2)) then 0.01 end
						from (select amount::numeric from %7$s union all select amount::numeric from %8$s) envelope)
					) over () as cell
			from %7$s p
			cross join %8$s q
			left join cell c on c.place_id = p.place_id::text and c.segment = q.segment::text
			where p.place_id is not null and q.segment is not null
		)
		select r.place_id, r.segment, m.month, r.people, r.expected * m.share as expected,
			(r.cell).value * m.share as budget,
			ph.apportion((r.cell).value_rounded, m.share::float8) over (partition by r.place_id, r.segment
				order by m.month rows between unbounded preceding and unbounded following) as budget_rounded,
			(r.cell).value * m.share * greatest(0, 1 - e.error::numeric) as lower,
			(r.cell).value * m.share * (1 + e.error::numeric) as upper,
			(r.cell).status, coalesce((r.cell).note, case
				when r.people = 0 then ''no_population''
				when m.share is null then ''no_share'' end) as note
		from raked r
		cross join varied v
		cross join lateral (
			-- full_at within a half of the truth is (z cv / 0.5)^2
			select sqrt((ph.limited_fluctuation(1, v.variation, %9$s, 0.5)).full_at * 0.25 / nullif(r.people, 0))
				as error
		) e
		cross join (%10$s) m',
		ph_support.cost_judged_query(schema, cost_name, model_day), level, schema, cost_name, day, segments,
		place_envelopes, segment_envelopes, confidence,
		case
			when profile is null then 'select null::date as month, 1::numeric as share'
			else format('select p.month::date as month,
					p.share::numeric / nullif(case when count(p.share) over () = count(*) over ()
						then sum(p.share::numeric) over () end, 0) as share
				from %s p', profile) end,
		ph_support.cost_variation('j'));
	call ph_support.replace_view(schema, name, query,
		'the money that a place would have for a segment of its people, by month: a budget to plan and compare with, '
		'not an account', jsonb_build_object(
			'place_id', 'the place', 'segment', 'the segment',
			'month', 'first day of the month; NULL where no profile was given: the whole year',
			'people', 'people of the place and segment whose expected cost is known',
			'expected', 'their expected cost in pounds: what the budget starts from',
			'budget', 'pounds, brought to the envelopes of places and of segments',
			'budget_rounded', 'the same in pence that meet both envelopes; NULL where these are not in whole pence',
			'lower', 'limit by chance: what people of such costs can cost less', 'upper', 'what they can cost more',
			'status', 'of the whole table, as of ph.rake', 'note', 'as of ph.rake; no_population, no_share'));
end
$$;
comment on procedure ph.create_budget_view(
	text, regclass, regclass, regclass, regclass, text, timestamptz, float8, text, text) is
	'makes in the schema a view of a virtual budget: expected cost (of ph.create_expected_cost) of the people of a day '
	'(as_of, the data day unless said) by place of a level and segment, brought to the envelopes of places (a relation '
	'of place_id and amount) and of segments (segment and amount) by ph.rake, phased by a profile (month and share, '
	'shares of their sum; NULL: the whole year), with limits z x cv / sqrt(people), cv of a person''s cost in '
	'the year of the model; budget_rounded is in pence that meet both envelopes, and months their year, where '
	'envelopes are in whole pence. segments: person_id and segment. Read with the rights of who asks. Envelopes that '
	'differ in sum, or cannot be met, give no budget and a status. Errors: undefined_function, undefined_column, '
	'invalid_parameter_value, null_value_not_allowed, cardinality_violation (a person with two segments), '
	'insufficient_privilege, duplicate_object where the name is taken';
