-- Who was seen how often: the indices against their formulas in SQL, parts, outer forms, limits.
set client_min_messages = warning;
create schema continuity_test;
set search_path = continuity_test, ph;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-12 * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- contacts of 40 people with up to 7 providers, one in nine with nobody known
create temp table contact as
select p as person, i as position,
	case when (p * 31 + i * 17) % 9 > 0 then 'Dr ' || chr(65 + (p * i * 7919 % 101) % (1 + p % 7)) end as provider
from generate_series(1, 40) p, generate_series(1, 1 + p % 13) i;
create temp table folded as
select person, continuity(provider) as c, provider_sequence(provider order by position) as sequence,
	sequential_continuity(provider_sequence(provider order by position)) as s
from contact
group by person;
create temp table by_hand as
with n as (select person, provider, count(*) as n from contact where provider is not null group by person, provider)
select person, sum(n) as contacts, count(*) as providers, max(n) as most, sum(n ^ 2) as squares,
	(array_agg(provider order by n desc, provider collate "C"))[1] as usual_provider
from n
group by person;
select count(*) as people,
	bool_and((i.contacts, i.providers, i.usual_provider) = (h.contacts, h.providers, h.usual_provider)) as counts,
	bool_and(i.unknown = (select count(*) from contact c where c.person = f.person and provider is null)) as unknown,
	bool_and(near(i.usual_provider_continuity, most / h.contacts)) as usual,
	bool_and(near(i.bice_boxerman, (squares - h.contacts) / (h.contacts * (h.contacts - 1)))) as bice_boxerman,
	bool_and(near(i.modified_modified_continuity,
		(1 - h.providers / (h.contacts + 0.1)) / (1 - 1 / (h.contacts + 0.1)))) as modified_modified,
	bool_and(near(i.ejlertsson_berg, (h.contacts - h.providers) / (h.contacts - 1))) as ejlertsson_berg,
	bool_and(i.note is null) as no_note
from folded f, lateral continuity_indices(c) i, by_hand h
where h.person = f.person and h.contacts >= 2;
select count(*) > 3 as some, bool_and(i.note = 'fewer_than_two' and i.contacts < 2
	and coalesce(i.usual_provider_continuity, i.bice_boxerman, i.modified_modified_continuity, i.ejlertsson_berg)
		is null
	and (s).value is null and (s).note = 'fewer_than_two') as no_answer
from folded, lateral continuity_indices(c) i
where person not in (select person from by_hand where contacts >= 2);

-- the share of pairs that are equal, counted as pairs; never above the usual provider's share
select bool_and(near(i.bice_boxerman, pairs.share)) as share_of_pairs,
	bool_and(i.bice_boxerman <= i.usual_provider_continuity) as at_most_usual
from folded f, lateral continuity_indices(c) i, lateral (
	select avg((a.provider = b.provider)::integer)::float8 as share
	from contact a
	join contact b on a.person = b.person and a.position < b.position
	where a.person = f.person and a.provider is not null and b.provider is not null) pairs
where i.note is null;
-- in order, by a window; of sorted contacts it is Ejlertsson and Berg's
select bool_and(near((f.s).value, h.share)) as sequential, bool_and((f.s).lower is null) as no_limits
from folded f
join (
	select person, avg(same) as share
	from (
		select person, (provider = lag(provider) over (partition by person order by position))::integer as same
		from contact
		where provider is not null
	) followed
	group by person
) h using (person)
where (f.s).note is null;
select bool_and(near((s).value, (continuity_indices(c)).ejlertsson_berg)) as sorted
from (
	select continuity(provider) as c, sequential_continuity(provider_sequence(provider order by provider)) as s
	from contact
	group by person
) a;

-- a sequence: first, last and counts by windows; parts of it follow each other, wherever they are cut
select bool_and((sequence).contacts = (i).contacts and (sequence).unknown = (i).unknown) as counts,
	bool_and(((sequence).first_provider, (sequence).last_provider) is not distinct from (ends.first, ends.last)) as ends
from folded f, lateral continuity_indices(c) i, lateral (
	select (array_agg(provider order by position))[1] as first, (array_agg(provider order by position desc))[1] as last
	from contact
	where contact.person = f.person and provider is not null) ends;
select cut, bool_and(rolled = sequence) as as_at_once
from (values (1), (2), (3), (5)) cuts (cut), lateral (
	select person, provider_sequence_rollup(part order by number) as rolled
	from (
		select person, position / cut as number, provider_sequence(provider order by position) as part
		from contact
		group by person, position / cut) parts
	group by person) w
join folded using (person)
group by cut
order by cut;
select provider_sequence(provider order by position) as sequence,
	provider_sequence(provider) filter (where false) as none
from unnest(array['', 'a', null, 'a', 'A', 'b', 'b', null]) with ordinality v (provider, position);
select provider_sequence_rollup(part) as whole, sequential_continuity(provider_sequence_rollup(part)) as share,
	provider_sequence_rollup(case when (part).contacts < 3 then part end) is null as unknown_part,
	provider_sequence_rollup(part) filter (where false) as of_no_part
from (values ('(a,b,3,1,0)'::provider_sequence), ('(,,0,0,2)'), ('(b,c,2,0,1)')) v (part);
select sequential_continuity(null) as unknown, sequential_continuity('(,,0,0,4)') as nobody_known,
	sequential_continuity('(a,a,9007199254740992,9007199254740991,0)') as many;
create function impossible(value text) returns text language plpgsql
as $$
begin
	return ph.sequential_continuity(value::ph.provider_sequence);
exception when invalid_parameter_value then
	return sqlerrm;
end
$$;
select impossible(value), count(*) as values
from unnest(array['(,,,,)', '(,,0,0,)', '(,,0,0,-1)', '(,,0,1,0)', '(a,,0,0,0)', '(a,,1,0,0)', '("",a,2,0,0)',
	'(a,a,2,2,0)', '(a,b,2,1,0)', '(a,b,1,0,0)', '(a,b,-1,0,0)', '(a,b,9007199254740993,0,0)']) value
group by 1;
select provider_sequence_rollup(part)
from (values ('(a,a,9007199254740992,0,0)'::provider_sequence), ('(a,a,1,0,0)')) v (part);
select ph_support.provider_sequence_fold('(a,b,2,0,0)', 'b') as called_by_hand,
	ph_support.provider_sequence_fold(null, 'b') is null as of_unknown;

-- of a window of contacts; one provider, all different
select position, (sequential_continuity(provider_sequence(provider) over (order by position))).value as so_far,
	(continuity_indices(continuity(provider) over (order by position))).usual_provider_continuity as usual
from unnest('{a,a,b,b}'::text[]) with ordinality v (provider, position);
select round(i.usual_provider_continuity::numeric, 4) as usual, i.bice_boxerman,
	round(i.modified_modified_continuity::numeric, 4) as modified_modified, i.ejlertsson_berg
from (values ('{"a": 7}'::continuity), ('{"a": 1, "b": 1}'), ('{"a": 1, "b": 1, "c": 1, ?: 9}')) v (c),
	lateral continuity_indices(c) i;
-- ties go to the first in byte order; names are compared as they are; blanks are a name, nothing is none
select continuity(name) as c, (continuity_indices(continuity(name))).usual_provider
from unnest(array['b', 'B', 'a', 'A', ' ', '', null, 'b', 'B', E'\u00e9', 'a "quoted" \ name']) name;

-- parts: in any order, in any split, of stored values
create temp table part as
select person, position % 3 as part, continuity(provider) as c from contact group by person, position % 3;
select bool_and(whole = c and whole::text = c::text) as merged
from (select person, continuity_rollup(c order by part desc) as whole from part group by person) w
join folded using (person);
select continuity_rollup(c) = (select continuity(provider) from contact) as everybody,
	continuity_rollup(case when person <> 7 then c end) is null as unknown_part
from part;
select continuity(provider), continuity_rollup(null::continuity) from contact where false;
select ph_support.continuity_combine('{"a": 1}', '{"b": 2, ?: 3}') = '{"a": 1, "b": 2, ?: 3}' as called_by_hand,
	ph_support.continuity_fold('{"a": 1}', 'a')::text as one_more;
-- small: the providers, and a few bytes each
select pg_column_size(c) as bytes from (select continuity('Dr ' || i % 5) as c from generate_series(1, 1000) i) f;
select provider, contacts from continuity_contacts('{"a": 2, "b": 1, ?: 4}');
select count(*) from continuity_contacts(null);

-- text is canonical
select text::continuity::text = text as text
from (values ('{}'), ('{?: 1}'), ('{"a": 1}'), ('{"\"": 1, "\\": 2, "a": 9007199254740989, ?: 3}')) v (text);
create function refused(value text) returns text language plpgsql
as $$
begin
	perform value::ph.continuity;
	return 'read';
exception when invalid_text_representation then
	return 'refused';
end
$$;
select string_agg(distinct refused(text), ' ') as all_of_them
from unnest(array['', '{', '{}}', '{"a": 0}', '{"a": -1}', '{"a": 01}', '{"a": 1', '{"a": 1,}', '{"b": 1, "a": 1}',
	'{"a": 1, "a": 1}', '{"": 1}', '{"a\x": 1}', '{"a', '{"a\', '{?: 1, "a": 1}', '{?: 1, ?: 1}', '{ "a": 1}',
	'{"a": 9007199254740993}', '{"a": 9007199254740992, "b": 1}', '{"a": 99999999999999999999}',
	format('{"%s": 1}', repeat('x', 1001))]) text;
select '{"b": 1, "a": 1}'::continuity;

-- binary, and bytes that nobody would send
select format('%s/ph_continuity.bin', current_setting('data_directory')) as binary \gset
create temp table received (c continuity);
copy (select c from folded order by person) to :'binary' (format binary);
copy received from :'binary' (format binary);
select count(*) = 40 and bool_and(c in (select c from folded)) as received from received;
create temp table sent (bytes bytea);
create temp table hostile as
select * from (
	values ('empty', ''), ('another version', '02 0000000000000000 00000000'),
	('fewer than said', '01 0000000000000000 00000001'), ('unknown below 0', '01 ffffffffffffffff 00000000'),
	('too many', '01 0000000000000000 7fffffff'),
	('a name of no bytes', '01 0000000000000000 00000001 0000000000000001 00000000'),
	('a name longer than all', '01 0000000000000000 00000001 0000000000000001 7fffffff 41'),
	('a name below 0', '01 0000000000000000 00000001 0000000000000001 ffffffff 41'),
	('no contact', '01 0000000000000000 00000001 0000000000000000 00000001 41'),
	('too many contacts', '01 0000000000000000 00000001 7fffffffffffffff 00000001 41'),
	('not in order', '01 0000000000000000 00000002 0000000000000001 00000001 42 0000000000000001 00000001 41'),
	('no text', '01 0000000000000000 00000001 0000000000000001 00000001 ff'),
	('a zero byte', '01 0000000000000000 00000001 0000000000000001 00000001 00'),
	('more than said', '01 0000000000000000 00000000 00')) v (what, bytes);
create function received(bytes text) returns text language plpgsql
as $$
declare
	file text := current_setting('data_directory') || '/ph_continuity.bin';
begin
	truncate sent;
	insert into sent values (decode(replace(bytes, ' ', ''), 'hex'));
	execute format('copy sent to %L (format binary)', file);
	execute format('copy received from %L (format binary)', file);
	return 'received';
exception when others then
	return sqlstate;
end
$$;
select what, received(bytes) from hostile;
select received('01 0000000000000002 00000001 0000000000000003 00000001 41') as right_ones;

-- limits say which they are
select continuity(repeat('x', 1001));
select continuity(i::text) from generate_series(1, 10001) i;
select (continuity_indices(continuity(i::text))).providers from generate_series(1, 10000) i;
select continuity_rollup(c) from (values ('{"a": 9007199254740992}'::continuity), ('{"b": 1}')) v (c);
select continuity_rollup(c) from (values ('{?: 9007199254740992}'::continuity), ('{?: 1}')) v (c);
-- no loss in many contacts
select near(i.bice_boxerman, 0.5 - 0.5 / (2 ^ 53 - 1)) as many
from continuity_indices('{"a": 4503599627370496, "b": 4503599627370496}') i;

-- order, by content
select count(distinct c) = count(distinct c::text) as distinct_values, bool_and((c < d) = (d > c)) as antisymmetric
from (select a.c, b.c as d from folded a, folded b) pairs;
select '{}'::continuity < '{"a": 1}' as empty_first, '{"a": 1}'::continuity < '{"a": 2}' as by_contacts,
	'{"a": 1}'::continuity < '{"a": 1, ?: 1}' as by_unknown, '{"a": 9}'::continuity < '{"b": 1}' as by_name;
drop schema continuity_test cascade;
