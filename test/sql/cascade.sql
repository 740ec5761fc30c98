-- Cascades: by hand, against counting in SQL, laws, bad input.
\pset null -
-- five offers: better, declined, died while waiting, still waiting, and found in a year that is not known yet
select ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on, better, ended_on,
		'2025-06-30') as cascade
from (
	values
	(date '2025-01-01', date '2025-01-11', date '2025-01-21', 'accepted', date '2025-02-01', date '2025-03-01', true,
		null::date),
	('2025-01-01', '2025-01-21', '2025-01-31', 'declined', null, null, null, null),
	('2025-02-01', null, null, null, null, null, null, '2025-03-01'),
	('2025-06-01', '2025-06-11', null, 'no_answer', null, null, null, null),
	('2025-07-01', null, null, null, null, null, null, null)
) o (identified_on, offered_on, answered_on, answer, started_on, completed_on, better, ended_on) \gset
select :'cascade' as cascade;
select number, stage, reached, lost, open, undated, round(share_of_previous::numeric, 3) as share,
	round(previous_lower::numeric, 3) as lower, round(previous_upper::numeric, 3) as upper,
	round(moved_28::numeric, 3) as moved_28, median_days as median, round(share_of_first::numeric, 3) as of_first
from ph.cascade_stages(:'cascade');
select ph.cascade_days(:'cascade', 2) as days, (ph.median_survival(ph.cascade_days(:'cascade', 2))).value;

-- 3,000 made-up offers with all that can happen to one
create temp table offer as
select i as person, i % 4 as place, i % 3 as part, identified_on,
	identified_on + wait_1 as offered_on,
	case when answer is not null then identified_on + wait_1 + wait_2 end as answered_on, answer,
	case when answer = 'accepted' and u[1] < 0.8 then identified_on + wait_1 + wait_2 + wait_3 end as started_on,
	case when answer = 'accepted' and u[1] < 0.6 then identified_on + wait_1 + wait_2 + wait_3 + 30 end as completed_on,
	case when u[2] < 0.5 then true when u[2] < 0.8 then false end as better,
	case when u[3] < 0.2 then identified_on + wait_1 + wait_2 + wait_3 + (u[4] * 60)::integer + 30 end as ended_on
from (
	select i, u, date '2025-01-01' + (u[5] * 300)::integer as identified_on, (u[6] * u[6] * 60)::integer as wait_1,
		(u[7] * 40)::integer as wait_2, (u[8] * 50)::integer as wait_3,
		case when u[9] < 0.6 then 'accepted' when u[9] < 0.8 then 'declined' when u[9] < 0.9 then 'no_answer' end
			as answer
	from (
		select i, array_agg(('x' || substr(md5(i || ' ' || k), 1, 8))::bit(32)::bigint / 4294967296.0::float8
				order by k) as u
		from generate_series(1, 3000) i, generate_series(1, 9) k
		group by i
	) r
) o;
-- some days were not written down
update offer set offered_on = null where person % 7 = 0;
update offer set started_on = null where person % 11 = 0 and completed_on is not null;
create temp table whole as
select as_of, ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on, better,
		ended_on, as_of) as cascade
from offer, (values (date '2025-08-01'), ('2026-06-30')) a (as_of)
group by as_of;

-- the same counted stage by stage, and followed by Kaplan and Meier as a product in SQL
create temp table at_stage as
select as_of, person, stage, reached, day, lag(reached) over w as before, lag(day) over w as day_before,
	coalesce(lost_on <= as_of or (stage = 6 and not better and day_completed <= as_of), false) as lost,
	least(lost_on, as_of) as last_seen
from (
	select as_of, person, stage, better, day, completed_on as day_completed,
		coalesce(bool_or(day <= as_of) over (
				partition by as_of, person order by stage desc), false) as reached,
		least(ended_on, case answer when 'declined' then answered_on end) as lost_on
	from offer, (values (date '2025-08-01'), ('2026-06-30')) a (as_of),
		lateral (
			values (1, identified_on), (2, offered_on), (3, case answer when 'accepted' then answered_on end),
				(4, started_on), (5, completed_on), (6, case when better then completed_on end)
		) s (stage, day)
) s
window w as (partition by as_of, person order by stage);
create temp table counted as
select as_of, stage, count(*) filter (where reached) as reached, count(*) filter (where before) as before,
	count(*) filter (where before and not reached and lost) as lost,
	count(*) filter (where before and not reached and not lost) as open,
	count(*) filter (where before and (day_before is null or (reached and day is null))) as undated
from at_stage
group by as_of, stage;
create temp table curve as
select as_of, stage, days, exp(sum(ln(nullif(1 - moved / at_risk, 0))) over w) as survival,
	bool_or(moved = at_risk) over w as all_moved
from (
	select as_of, stage, days, moved::float8,
		sum(people) over (partition by as_of, stage order by days desc)::float8 as at_risk
	from (
		select as_of, stage, case when reached then day else last_seen end - day_before as days, count(*) as people,
			count(*) filter (where reached) as moved
		from at_stage
		where before and day_before is not null and (not reached or day is not null) and stage < 6
		group by 1, 2, 3
	) d
) r
window w as (partition by as_of, stage order by days);
select c.as_of, c.stage, c.reached,
	(s.reached, s.lost, s.open) is not distinct from (c.reached, nullif(c.lost, case c.stage when 1 then 0 end),
		nullif(c.open, case c.stage when 1 then 0 end)) as counts,
	s.undated is not distinct from case when c.stage between 2 and 5 then c.undated end as undated,
	abs(s.share_of_previous - c.reached::float8 / nullif(c.before, 0)) < 1e-12 as share,
	(s.previous_lower, s.previous_upper) = (p.lower, p.upper) as limits,
	abs(s.moved_28 - m.moved_28) < 1e-12 and abs(s.moved_84 - m.moved_84) < 1e-12 as moved,
	s.median_days is not distinct from m.median as median, s.median_days
from counted c
join whole using (as_of)
cross join lateral ph.cascade_stages(cascade) s
cross join lateral ph.proportion(ph_support.tally_of_count(least(c.reached, c.before), c.before), 1) p
left join lateral (
	select coalesce(max(1 - case when all_moved then 0 else survival end) filter (where days <= 28), 0) as moved_28,
		coalesce(max(1 - case when all_moved then 0 else survival end) filter (where days <= 84), 0) as moved_84,
		min(days) filter (where all_moved or survival <= 0.5 + 1e-12) as median
	from curve v
	where (v.as_of, v.stage) = (c.as_of, c.stage)
) m on c.stage between 2 and 5
where s.number = c.stage
order by 1, 2;

-- laws
select as_of,
	cascade operator(ph.=) (
		select ph.cascade_rollup(part order by place desc)
		from (
			select place, ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on,
					better, ended_on, as_of) as part
			from offer
			group by place
		) p) as merged,
	cascade::text::ph.cascade operator(ph.=) cascade as text_and_back,
	cascade operator(ph.=) (
		select ph.offer_cascade(identified_on + 1000, offered_on + 1000, answered_on + 1000, answer, started_on + 1000,
				completed_on + 1000, better, ended_on + 1000, as_of + 1000)
		from offer) as shifted,
	cascade operator(ph.=) (
		select ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on, better,
				ended_on, as_of order by person desc)
		from offer) as any_order,
	(
		select bool_and(coalesce(reached + lost + open = before, true))
		from (select *, lag(reached) over (order by number) as before from ph.cascade_stages(cascade)) s
	) as closes
from whole
order by as_of;
select length(ph_support.cascade_send(cascade))
		= 8 + 6 * 16 + 24 * (select count(*) from regexp_matches(cascade::text, '=', 'g')) as bytes
from whole;
create temp table again (cascade ph.cascade);
\copy (select cascade from whole order by as_of) to program 'cat >ph_cascade.bin' (format binary)
\copy again from program 'cat ph_cascade.bin; rm ph_cascade.bin' (format binary)
select count(*) as bytes_and_back from again join whole on again.cascade operator(ph.=) whole.cascade;
-- stages of one's own: the five that have days are the same people
select (
		select array_agg((s.reached, s.lost, s.open, s.undated, s.moved_28, s.median_days)::text order by number)
		from ph.cascade_stages(cascade) s
		where number <= 5
	) = (
		select array_agg((s.reached, s.lost, s.open, s.undated, s.moved_28, s.median_days)::text order by number)
		from (
			select ph.cascade(array[identified_on, offered_on, case answer when 'accepted' then answered_on end,
						started_on, completed_on],
					least(ended_on, case answer when 'declined' then answered_on end), as_of) as own
			from offer
		) o, ph.cascade_stages(own, '{a,b,c,d,e}') s
	) as the_same
from whole;
-- a day that is not known is none that was missed
select reached, lost, open, undated, moved_28
from (
	select ph.cascade(array[d, e], l, '2025-06-01') as cascade
	from (
		values
		(date '-infinity', date '2025-01-01', null::date), ('2025-01-01', '-infinity', null),
		('2025-01-01', null, '-infinity'), ('2025-01-01', '2025-01-11', null), ('2025-01-01', null, null)
	) v (d, e, l)
) c, ph.cascade_stages(cascade, '{known,helped}');

-- nobody, and nothing known
select s.* from ph.cascade_stages('nobody', '{a,b}') s;
select count(*) as stages, max(reached) as reached
from (
	select ph.offer_cascade(null, null, null, null, null, null, null, null, '2025-01-01') filter (where false) as c
) o, ph.cascade_stages(c);
select count(*) from ph.cascade_stages(null);
select ph.cascade_rollup(c) is null as unknown from (values (ph.cascade '1; 0 lost 0:'), (null)) v (c);
select ph.cascade_rollup(c) from (values (ph.cascade '1; 0 lost 0:'), ('nobody')) v (c);

-- refused
select ph.cascade_rollup(c) from (values (ph.cascade '1; 0 lost 0:'), ('1; 0 lost 0 without days')) v (c);
select ph.cascade_rollup(c) from (values (ph.cascade '1; 0 lost 0:'), ('1; 0 lost 0:; 0 lost 0:')) v (c);
select ph.cascade_rollup(c)
from (values (ph.cascade '9223372036854775807; 0 lost 0:'), ('1; 0 lost 0:')) v (c);
select ph.cascade('{2025-01-01}', null, '2025-06-01');
select ph.cascade('{2025-01-02,2025-01-01}', null, '2025-06-01');
select ph.cascade('{2025-01-02,2025-01-03}', '2025-01-01', '2025-06-01');
select ph.cascade('{2025-01-02,2025-01-03}', null, 'infinity');
select ph.offer_cascade('2025-01-01', '2025-01-02', '2025-02-01', 'maybe', null, null, null, null, '2025-12-31');
select ph.offer_cascade('2025-01-01', '2025-01-02', '2025-02-01', 'declined', '2025-03-01', null, null, null,
		'2025-12-31');
select ph.offer_cascade('2025-01-01', '2024-12-31', null, null, null, null, null, null, '2025-12-31');
select ph.offer_cascade('2025-01-01', null, null, null, null, null, null, '2024-12-31', '2025-12-31');
select ph.cascade_stages('1; 0 lost 0:');
select ph.cascade_stages('1; 0 lost 0:', '{a,NULL}');
select ph.cascade_days('1; 0 lost 0:', 1);
select '2; 3 lost 0:'::ph.cascade;
select '2; 1 lost 2:'::ph.cascade;
select '2; 1 lost 0: 5=2+0'::ph.cascade;
select '2; 1 lost 0: 5=1+0 5=0+1'::ph.cascade;
select '2; 1 lost 0: 5=0+0'::ph.cascade;
select '2; 1 lost 0 with'::ph.cascade;
select ''::ph.cascade;
