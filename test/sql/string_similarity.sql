-- How alike two names are: against their definitions written out, over many made-up strings, and what must not be.
set search_path = public, ph;
\set SHOW_CONTEXT never
\set VERBOSITY terse
-- published: Winkler 1990; Lowrance and Wagner 1975
select a, b, round(jaro_similarity(a, b)::numeric, 4) as jaro,
	round(jaro_winkler_similarity(a, b)::numeric, 4) as jaro_winkler, damerau_levenshtein(a, b) as edits
from (
	values ('MARTHA', 'MARHTA'), ('DWAYNE', 'DUANE'), ('DIXON', 'DICKSONX'), ('SHACKLEFORD', 'SHACKELFORD'),
		('CA', 'ABC'), ('AB', 'BA'), ('A', 'A'), ('A', 'B'), ('', ''), ('ABC', ''), ('', 'ABC')
) v (a, b);
-- by characters: one letter in place of another, whatever its bytes
select jaro_similarity('Zoë', 'Zoe') = jaro_similarity('abc', 'abd') as jaro,
	damerau_levenshtein('Zoë', 'Zoe') as edits,
	damerau_levenshtein('naïve', 'anïve') as swapped,
	damerau_levenshtein('𝔸b', 'b𝔸') as beyond_16_bits,
	jaro_winkler_similarity('Żółć', 'Żółw') = jaro_winkler_similarity('abcd', 'abcx') as jaro_winkler;
-- characters out of order: three of them are one and a half transpositions, or one
select round(jaro_similarity('ABCDEFG', 'BCADEFG')::numeric, 6) as halves,
	round(jaro_similarity('ABCDEFG', 'BCADEFG', true)::numeric, 6) as whole,
	round(((1 + 1 + (7 - 1.5) / 7) / 3)::numeric, 6) as halves_by_hand,
	round(((1 + 1 + (7 - 1.0) / 7) / 3)::numeric, 6) as whole_by_hand;
-- the prefix raises always, or above a threshold only
select jaro_winkler_similarity('DIXON', 'DICKSONX', 0.1, 0.7) = jaro_winkler_similarity('DIXON', 'DICKSONX') as above,
	jaro_winkler_similarity('ABCDEF', 'AXYZ', 0.1, 0.7) = jaro_similarity('ABCDEF', 'AXYZ') as below,
	jaro_winkler_similarity('ABCDEF', 'AXYZ') > jaro_similarity('ABCDEF', 'AXYZ') as always,
	jaro_winkler_similarity('ABCDX', 'ABCDY', 0.25) as four_quarters,
	jaro_winkler_similarity('DIXON', 'DICKSONX', 0) = jaro_similarity('DIXON', 'DICKSONX') as no_weight;
select jaro_similarity(null, 'a'), jaro_winkler_similarity('a', null), damerau_levenshtein(null, 'a'),
	damerau_levenshtein('a', null, 3);

-- Damerau's distance by its whole matrix
create function pg_temp.edits(a text, b text) returns int language plpgsql as $$
declare
	cost jsonb := '{}';
	last_row jsonb := '{}';
	k int;
	l int;
	match int;
	best int;
begin
	for i in 0 .. length(a) loop
		match := 0;
		for j in 0 .. length(b) loop
			if i = 0 or j = 0 then
				best := i + j;
			else
				best := least(
					(cost ->> (i - 1 || ' ' || j - 1))::int + (substr(a, i, 1) <> substr(b, j, 1))::int,
					(cost ->> (i - 1 || ' ' || j))::int + 1, (cost ->> (i || ' ' || j - 1))::int + 1);
				k := coalesce((last_row ->> substr(b, j, 1))::int, 0);
				l := match;
				if k > 0 and l > 0 then
					best := least(best, (cost ->> (k - 1 || ' ' || l - 1))::int + (i - k - 1) + 1 + (j - l - 1));
				end if;
				if substr(a, i, 1) = substr(b, j, 1) then
					match := j;
				end if;
			end if;
			cost := cost || jsonb_build_object(i || ' ' || j, best);
		end loop;
		if i > 0 then
			last_row := last_row || jsonb_build_object(substr(a, i, 1), i);
		end if;
	end loop;
	return best;
end
$$;
-- Jaro's similarity by its definition
create function pg_temp.jaro(a text, b text) returns float8 language plpgsql as $$
declare
	nearby int := greatest(greatest(length(a), length(b)) / 2 - 1, 0);
	taken int[] := '{}';
	common text := '';
	other text;
	j int;
begin
	for i in 1 .. length(a) loop
		select min(p) into j
		from generate_series(greatest(i - nearby, 1), least(i + nearby, length(b))) p
		where substr(b, p, 1) = substr(a, i, 1) and p <> all (taken);
		if j is not null then
			taken := taken || j;
			common := common || substr(a, i, 1);
		end if;
	end loop;
	if common = '' then
		return (a = '' and b = '')::int;
	end if;
	select string_agg(substr(b, p, 1), '' order by p) into other from unnest(taken) p;
	return (length(common)::float8 / length(a) + length(common)::float8 / length(b)
		+ 1 - (
			select count(*)
			from generate_series(1, length(common)) p
			where substr(common, p, 1) <> substr(other, p, 1)
		) / 2.0 / length(common)) / 3;
end
$$;
create function pg_temp.letter(hash int, letters int) returns text
return substr('abcdé', 1 + (hash & 65535) % letters, 1);
create temp table made as
select i, made_a as a, made_b as b
from generate_series(1, 1500) i,
	lateral (
		select coalesce(string_agg(pg_temp.letter(hashint4(i * 31 + p), 2 + i % 4), ''), '') as made_a
		from generate_series(1, i % 9) p
	) a,
	lateral (
		select coalesce(string_agg(pg_temp.letter(hashint4(i * 77 - p), 2 + i % 4), ''), '') as made_b
		from generate_series(1, i / 9 % 10) p
	) b;
create temp table judged as
select made.*, pg_temp.edits(a, b) as edits, pg_temp.jaro(a, b) as jaro from made;
select count(*) as pairs,
	count(*) filter (where damerau_levenshtein(a, b) = edits) as edits,
	count(*) filter (where damerau_levenshtein(b, a) = edits) as the_other_way,
	count(*) filter (where abs(jaro_similarity(a, b) - jaro) < 1e-12) as jaro,
	count(*) filter (where jaro_similarity(a, b) between 0 and 1) as within,
	count(*) filter (where jaro_winkler_similarity(a, b) between jaro_similarity(a, b) and 1) as raised,
	count(*) filter (where (jaro_similarity(a, b) = 1) = (a = b)) as one_is_the_same,
	count(*) filter (where jaro_similarity(a, b, true) >= jaro_similarity(a, b)) as whole_is_more
from judged;
select most, count(*) as pairs,
	count(*) filter (where damerau_levenshtein(a, b, most) = least(edits, most + 1)) as right
from judged, generate_series(0, 9) most
group by most
order by most;
-- unrestricted, it keeps the triangle
select count(*) as triangles,
	count(*) filter (
		where damerau_levenshtein(x.a, y.b) <= damerau_levenshtein(x.a, y.a) + damerau_levenshtein(y.a, y.b)) as kept
from made x join made y on y.i between x.i + 1 and x.i + 20
where x.i % 5 = 0;

-- what must not be
select jaro_winkler_similarity('a', 'b', 0.26);
select jaro_winkler_similarity('a', 'b', 'NaN');
select jaro_winkler_similarity('a', 'b', 0.1, 1.5);
select damerau_levenshtein('a', 'b', -1);
select jaro_similarity(repeat('a', 1000000), repeat('b', 1000000));
select damerau_levenshtein(repeat('a', 1000000), repeat('b', 1000000));
select damerau_levenshtein(repeat('ab', 500000), repeat('ab', 499999) || 'ba', 3) as swapped_at_the_end,
	damerau_levenshtein(repeat('a', 1000000), repeat('b', 1000000), 3) as more,
	damerau_levenshtein(repeat('a', 1000000), 'b', 2147483646) as deleted,
	damerau_levenshtein('a', 'b', 2147483646) as one;
-- a long comparison can be cancelled
set statement_timeout = 200;
select damerau_levenshtein(repeat('ab', 15000), repeat('ba', 15000))
from generate_series(1, 100);
select jaro_similarity(repeat('a', 30000), repeat('b', 30000)) from generate_series(1, 100);
reset statement_timeout;
