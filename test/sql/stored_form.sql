-- The bytes that tables hold: what is written here must be readable by every later version.
\set VERBOSITY terse
-- the server's function that hands bytes on as they are
create function stored(ph.tally) returns bytea language internal immutable strict as 'byteasend';
create function stored(ph.conditions) returns bytea language internal immutable strict as 'byteasend';
create function stored(ph.crosstab) returns bytea language internal immutable strict as 'byteasend';
create function stored(ph.triangle) returns bytea language internal immutable strict as 'byteasend';
create function stored(ph.continuity) returns bytea language internal immutable strict as 'byteasend';
create function restored_continuity(bytea) returns ph.continuity language internal immutable strict as 'byteasend';
create function restored(bytea) returns ph.tally language internal immutable strict as 'byteasend';
create temp table written (n serial, t ph.tally);
insert into written (t)
values
	('empty'), ('people; 45: 10 2 2; 46: 12 3 5'), ('counts; 0: 1000 100 100; 50: 500 0 0'),
	('people; missing 2; unknown 1: 1 0 0; 45: 1 1 1'), ('people; negative; -1.5: 2 -3 29; 1e300: 0.3-1.1e-17 11 11'),
	('mixed; missing 9007199254740992; unknown 9007199254740992: 1 1 1; 7: 0.1 0.2 0.04');
-- version, flags, counts, and a byte of tags before each cell
select n, encode(stored(t), 'hex') as bytes from written order by n;
-- what was written is what is read, through the table and from the bytes
select count(*) as written, bool_and(restored(stored(t))::text = t::text is true) as read_again from written;
-- nineteen bands of counts, and single years of age of many people: bytes
select (
		select pg_column_size(ph.count_tally(band, 50 + band, 100000 + band))
		from generate_series(0, 90, 5) band
	) < 200 as nineteen_bands,
	(
		select pg_column_size(ph.person_tally(age, age % 3, 0.25 + age))
		from generate_series(0, 100) age
	) < 1300 as single_years;
-- a state, and what is sent, are in the full form; it is read where it was stored
select ph_support.tally_fold_person('people; 45: 10 2 2', 46, 3)::text as folded,
	ph_support.tally_fold_person('people; 45: 10 2 2', 46, 3)
		operator(ph.=) 'people; 45: 10 2 2; 46: 1 3 9' as equal;
-- bytes that nobody wrote
select restored('\x')::text;
select restored('\x02')::text;
select restored('\x0281')::text;
select restored('\x0281000000')::text as no_cells;
select restored('\x0281000002')::text;
select restored('\x0281ffffffffffffffffffff01')::text;
select restored('\x02810000ffffffff7f15')::text;
select restored('\x0281000001550101')::text;
select restored('\x02810000015501010101')::text as a_cell;
select restored('\x02810000015501010101ff')::text;
select restored('\x03810000')::text;
select restored('\x02c0000000')::text;
do $$
declare
	bytes bytea;
	refused int := 0;
begin
	for i in 0 .. 400 loop
		bytes := (
			select set_byte(stored(t), i % length(stored(t)), (i * 7919) % 256)
			from written
			where n = 1 + i % 6
		);
		begin
			perform restored(bytes)::text, ph.crude_rate(restored(bytes));
		exception when data_corrupted or invalid_parameter_value then
			refused := refused + 1;
		end;
	end loop;
	raise notice 'some were refused: %', refused > 50;
end
$$;
-- the others
select encode(stored('{mi,chf,F00}'::ph.conditions), 'hex') as conditions,
	encode(stored('{1>1: 30, 2>?: 1}'::ph.crosstab), 'hex') as crosstab,
	encode(stored('{"Dr A": 300, "b": 1, ?: 2}'::ph.continuity), 'hex') as continuity,
	replace(encode(stored('{"a" 1: 100.50, "bc" 2: -3}'::ph.triangle), 'hex'), repeat('0', 32), '~') as triangle;
-- contacts by provider, from bytes that nobody wrote
select restored_continuity('\x02');
select restored_continuity('\x020101');
select restored_continuity('\x0200010502ff');
select restored_continuity('\x020001ffffffffffffffffffffff0141');
select restored_continuity('\x03000000');
select restored_continuity('\x0200020501410501410000') as merged;
drop function stored(ph.tally), stored(ph.conditions), stored(ph.crosstab), stored(ph.continuity), stored(ph.triangle),
	restored, restored_continuity;
