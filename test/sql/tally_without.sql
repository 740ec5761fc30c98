-- What ph.rollup added is taken away again.
set client_min_messages = warning;
select ph.without('people; missing 2; unknown 3: 3 4 6; 45: 3 4 10; 46: 1 0 0; 50: 2 2 2',
	'people; missing 1; unknown 1: 1 1 1; 45: 1 1 1; 46: 1 0 0') as rest;

-- random tallies of one kind: people, people with years, counts, values below 0; some keys unknown, some rows missing
select setseed(0.14);
create temp table random_row as
select kind, half, g, case when random() < 0.9 then floor(random() * 30) end as key,
	case when random() < 0.95 then floor(random() * 5) end as events,
	random() * 10 as years,
	random() * 6 - 3 as amount
from generate_series(1, 200) g, unnest(array['people', 'years', 'counts', 'values']) kind,
	unnest(array['a', 'b']) half, generate_series(1, 1 + (g * 7) % 40);
create temp table random_tally as
select kind, half, g,
	case kind
		when 'people' then ph.person_tally(key, events)
		when 'years' then ph.person_tally(key, events, years)
		when 'counts' then ph.count_tally(key, events, years)
		else ph.person_tally(key, case when events is not null then amount end) end as tally
from random_row
group by kind, half, g;
create temp table taken as
select kind, g, a.tally as a, b.tally as b, whole, ph.without(whole, b.tally) as rest
from random_tally a
join random_tally b using (kind, g),
lateral (select ph.rollup(t) as whole from (values (a.tally), (b.tally)) p(t)) w
where a.half = 'a' and b.half = 'b';
-- a sum of values that is 0 but for rounding and one that is 0 are the same cell; whole numbers are the same bytes
select kind, count(*) > 150 as many, bool_and(rest operator(ph.=) a) as as_before,
	bool_and(rest::text = a::text) filter (where kind in ('people')) as to_the_byte
from taken
where kind <> 'values' or whole::text like '%negative%' and a::text like '%negative%'
group by kind
order by kind;
select bool_and(ph.without(whole, whole)::text = 'empty') as nothing_is_left,
	bool_and(ph.without(whole, 'empty') operator(ph.=) whole) as nothing_is_taken,
	bool_and(ph.without(rest, a)::text = 'empty') as both_parts_gone,
	bool_and(rest::text::ph.tally::text = rest::text) as survives_text,
	bool_and(rest::jsonb::ph.tally::text = rest::text) as survives_json
from taken;

-- one person after another, in another order than they came, of years that no double holds
create temp table one_year as
select i, ph.person_tally(i % 3, 1, 1 / (i + 2.0)) as tally from generate_series(1, 3000) i group by i;
do $$
declare
	rest ph.tally := (select ph.rollup(tally) from one_year);
	part ph.tally;
begin
	for part in select tally from one_year order by i * 7919 % 3001 limit 2997 loop
		rest := ph.without(rest, part);
	end loop;
	raise warning '%', rest operator(ph.=) (
		select ph.rollup(tally) from (select tally from one_year order by i * 7919 % 3001 offset 2997) o);
	for part in select tally from one_year order by i * 7919 % 3001 offset 2997 loop
		rest := ph.without(rest, part);
	end loop;
	raise warning '%', rest;
end
$$;

-- stored, and over the wire
create temp table stored (rest ph.tally);
insert into stored select rest from taken;
select count(*) as differ from (select rest::text from stored except all select rest::text from taken) d;
select bool_and(ph_support.tally_send(rest) = ph_support.tally_send(rest::text::ph.tally)) as same_bytes from stored;
select current_setting('data_directory') || '/tally_without.bin' as file \gset
copy stored to :'file' (format binary);
create temp table received (like stored);
copy received from :'file' (format binary);
select count(*) as differ from (select rest::text from stored except select rest::text from received) d;

-- what was negative may be so still; rows of two kinds stay of two kinds; an unknown part leaves the unknown
select ph.without('people; negative; 1: 2 -1 5; 2: 1 4 16', 'people; negative; 1: 1 -2 4') as maybe_negative,
	ph.without(ph.rollup(t), 'counts; 1: 10 2 2') as two_kinds
from (values ('people; 1: 10 2 2'::ph.tally), ('counts; 1: 10 2 2')) r(t);
select ph.without(null, 'people; 1: 1 1 1') is null as no_tally,
	ph.without('people; 1: 1 1 1', null) is null as no_part,
	ph.without(ph.rollup(t), 'counts; missing 1') as null_taken_away
from (values ('counts; 1: 10 2 2'::ph.tally), (null)) r(t);
-- a cell of nothing stays unless the part has it
select ph.without('counts; 1: 0 0 0; 2: 1 1 1', 'counts; 2: 1 1 1') as stays;

-- not a part: a key too many, more people, more events, more rows, another kind, no squares left for the events
select ph.without('people; 1: 10 2 2', 'people; 2: 1 0 0');
select ph.without('people; 1: 10 2 2', 'people; 0: 1 0 0; 1: 1 0 0');
select ph.without('people; 1: 10 2 2', 'people; 1: 11 0 0');
select ph.without('people; 1: 10 2 2', 'people; 1: 5 3 3');
select ph.without('people; 1: 10 2 2', 'people; missing 1');
select ph.without('people; unknown 1: 1 1 1', 'people; unknown 2: 1 1 1');
select ph.without('people; unknown 2: 2 1 1', 'people; unknown 2: 1 1 1');
select ph.without('people; 1: 10 2 2', 'counts; 1: 1 0 0');
select ph.without('people; 1: 10 4 4', 'people; 1: 1 2 4');
select ph.without('empty', 'people; 1: 1 0 0');
