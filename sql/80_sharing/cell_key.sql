
-- ---- the cell key method ----

create type ph.cell_count;
create function ph_support.cell_count_in(cstring) returns ph.cell_count
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_in';
create function ph_support.cell_count_out(ph.cell_count) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_out';
create function ph_support.cell_count_recv(internal) returns ph.cell_count
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_recv';
create function ph_support.cell_count_send(ph.cell_count) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_send';
create type ph.cell_count (
	input = ph_support.cell_count_in, output = ph_support.cell_count_out, receive = ph_support.cell_count_recv,
	send = ph_support.cell_count_send, internallength = 8, passedbyvalue, alignment = double
);
comment on type ph.cell_count is
	'how many people a cell of a table has and the key that their record keys make together, 12:3051: the sum modulo '
	'4096, of which ph.perturbed_count makes the count that leaves. It holds the true count and must itself not '
	'leave, nor stand beside what does';
comment on function ph_support.cell_count_in(cstring) is 'text input of ph.cell_count';
comment on function ph_support.cell_count_out(ph.cell_count) is 'text output of ph.cell_count';
comment on function ph_support.cell_count_recv(internal) is 'binary input of ph.cell_count';
comment on function ph_support.cell_count_send(ph.cell_count) is 'binary output of ph.cell_count';

create function ph_support.cell_count_fold(ph.cell_count, record_key integer) returns ph.cell_count
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cell_count_fold';
comment on function ph_support.cell_count_fold(ph.cell_count, integer) is 'support function of ph.cell_key_count';
create function ph_support.cell_count_add(ph.cell_count, ph.cell_count) returns ph.cell_count
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cell_count_add';
comment on function ph_support.cell_count_add(ph.cell_count, ph.cell_count) is
	'support function of the cell key aggregates: the people of both; NULL where either is';
create aggregate ph.cell_key_count(record_key integer) (
	sfunc = ph_support.cell_count_fold, stype = ph.cell_count, initcond = '0:0',
	combinefunc = ph_support.cell_count_add, sspace = 8, parallel = safe
);
comment on aggregate ph.cell_key_count(integer) is
	'folds a row a person into a ph.cell_count by the random key from 0 to 255 or 0 to 4095 that each has for good: '
	'the cell key method of the ONS (cell key perturbation guide 3.1.0). Errors: invalid_parameter_value for a key '
	'that is NULL or beyond: leave people without a key out by FILTER, and say so';
create aggregate ph.cell_key_rollup(cell ph.cell_count) (
	sfunc = ph_support.cell_count_add, stype = ph.cell_count, initcond = '0:0',
	combinefunc = ph_support.cell_count_add, sspace = 8, parallel = safe
);
comment on aggregate ph.cell_key_rollup(ph.cell_count) is
	'the people of many cells that have nobody in common, small areas to a larger one; NULL where one of them is';

create function ph_support.cell_count_people(cell ph.cell_count) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_people';
comment on function ph_support.cell_count_people(ph.cell_count) is 'the true count of a cell, which must not leave';
create function ph_support.cell_count_key(cell ph.cell_count) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cell_count_key';
comment on function ph_support.cell_count_key(ph.cell_count) is
	'the key of a cell modulo 4096, which must not leave; its rest by 256 is the key of the shorter tables';

create function ph_support.perturbation_row(n bigint) returns integer
language sql immutable parallel safe
return case when n <= 750 then n else (n - 1) % 250 + 501 end;
comment on function ph_support.perturbation_row(bigint) is
	'the row of a perturbation table for a count, its pcv: itself to 750, then 501 to 750 over and over';

-- ---- tables of perturbations of one's own ----

create procedure ph_support.require_perturbation(source text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
	fault text;
begin
	execute format('
		select count(*) as rows, count(distinct (pcv, ckey)) as cells, count(pcv + ckey + pvalue) as known,
			min(pcv) as least_pcv, max(pcv) as most_pcv, min(ckey) as least_key, max(ckey) as most_key,
			min(pcv + pvalue) as least_count
		from %s', source)
	into found;
	fault := case
		when found.known < found.rows then 'has a row with a NULL'
		when found.most_key is null or found.most_key not in (255, 4095) or found.least_key <> 0
			then 'must have the cell keys from 0 to 255 or to 4095'
		when found.least_pcv <> 0 or found.most_pcv <> 750 then 'must have the rows of counts from 0 to 750'
		when found.cells < found.rows then 'has a cell twice'
		when found.rows <> 751 * (found.most_key + 1) then 'lacks cells: each count and key wants one'
		when found.least_count < 0 then 'makes a count less than 0' end;
	if fault is not null then
		raise exception 'argument "source" %', fault
			using errcode = 'invalid_parameter_value',
				hint = 'A perturbation table has the columns pcv, ckey and pvalue, and is taken whole or not at all.';
	end if;
end
$$;
comment on procedure ph_support.require_perturbation(text) is
	'does nothing where a relation is a perturbation table: whole numbers pcv from 0 to 750 by ckey from 0 to 255 or '
	'4095, each pair once, and pvalue that makes no count less than 0. Errors: invalid_parameter_value';

create procedure ph.load_perturbation(schema text, perturbation text, source regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := format('%I.perturbation', schema);
	there boolean;
begin
	call ph_support.require_own_schema(schema);
	if perturbation is null or perturbation = '' or position('.' in perturbation) > 0 then
		raise exception 'argument "perturbation" must be a name without a full stop'
			using errcode = 'invalid_parameter_value', hint = 'It is asked for as schema.name.';
	elsif source is null then
		raise exception 'argument "source" must not be null'
			using errcode = 'null_value_not_allowed', hint = 'Name the table into which the file was copied.';
	end if;
	call ph_support.require_perturbation(source::text);
	if to_regclass(target) is null then
		execute format('create table %s (
			perturbation text not null, pcv integer not null, cell_key integer not null, noise integer not null,
			primary key (perturbation, pcv, cell_key), check (pcv + noise >= 0))', target);
		call ph_support.describe_table(target, 'noise of the cell key method: a row a count and cell key of each table',
			jsonb_build_object(
			'perturbation', 'name of the table', 'pcv', 'row of the table: a count from 0 to 750, larger ones in turn',
			'cell_key', 'sum of the record keys, modulo 256 or 4096', 'noise', 'what is added to the count'));
	end if;
	execute format('select exists (select from %s where perturbation = $1)', target) into there using perturbation;
	if there then
		raise exception 'there is a perturbation table of this name already'
			using errcode = 'duplicate_object',
				hint = 'Counts that left by both could be compared: load another under a new name, for new counts.';
	end if;
	execute format('insert into %s select $1, pcv, ckey, pvalue from %s', target, source) using perturbation;
	execute format('analyze %s', target);
end
$$;
comment on procedure ph.load_perturbation(text, text, regclass) is
	'copies a perturbation table, of columns pcv, ckey and pvalue as the ONS names them, into the table perturbation '
	'of a schema of yours, which it makes, under a name. Taken whole or not at all: each count from 0 to 750 by each '
	'key from 0 to 255 or 4095 once, no count made less than 0. Whoever reads it unpicks the noise: grant it to '
	'nobody. Errors: invalid_parameter_value, null_value_not_allowed, duplicate_object for a name that there is';

create function ph_support.perturbation_noise(perturbation text, pcv integer, cell_key integer) returns integer
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := quote_ident(nullif(substring(perturbation from '^(.*)\.[^.]*$'), '')) || '.perturbation';
	name constant text := substring(perturbation from '[^.]*$');
	noise integer;
begin
	if to_regclass(target) is not null then
		-- the rest by the keys of the table, which are all there or none is found
		execute format('
			select noise
			from %1$s
			where perturbation = $1 and pcv = $2 and cell_key = $3 %% (
				select case when max(cell_key) in (255, 4095) then max(cell_key) + 1 end
				from %1$s
				where perturbation = $1 and pcv = $2)', target)
		into noise
		using name, pcv, cell_key;
	end if;
	if noise is null then
		raise exception 'argument "perturbation" must be a perturbation table that there is, and whole'
			using errcode = 'undefined_object',
				hint = 'ons_10_5 is shipped; one of your own is schema.name, loaded by CALL ph.load_perturbation(...).';
	end if;
	return noise;
end
$$;
comment on function ph_support.perturbation_noise(text, integer, integer) is
	'what a table of one''s own, schema.name, adds to a count of a row and key. Errors: undefined_object where there '
	'is none, or it is no longer whole: nothing takes its place';

create function ph_support.perturbed_people(people bigint, cell_key integer, perturbation text) returns bigint
language sql stable parallel safe
return case
	when perturbation = 'ons_10_5' then ph_support.published_count(ph_support.disclosure_rule(perturbation), people)
	else people + ph_support.perturbation_noise(perturbation, ph_support.perturbation_row(people), cell_key) end;
comment on function ph_support.perturbed_people(bigint, integer, text) is
	'a count with the noise of its key, before small ones are hidden';

create function ph.perturbed_count(
	cell ph.cell_count, perturbation text default 'ons_10_5', threshold integer default 10)
returns bigint
language sql stable parallel safe
begin atomic
	select case when p.n >= threshold then p.n end
	from (
		select ph_support.perturbed_people(
			ph_support.cell_count_people(cell), ph_support.cell_count_key(cell), perturbation) as n
		where cell is not null
	) p;
end;
comment on function ph.perturbed_count(ph.cell_count, text, integer) is
	'the count of a cell that leaves by the cell key method: with the noise that the perturbation table has for its '
	'count and key, NULL where that is below the threshold. ons_10_5, which is shipped, is the ONS''s 10-5 table, of '
	'the same noise for every key; one of your own, loaded by ph.load_perturbation, is schema.name. Show nothing of '
	'the cell beside it: count, key and row of the table unpick the noise. Errors: undefined_object for a table that '
	'there is not, or not whole';
