
-- ---- bands of ages as words ----

create function ph.age_of_band(band text) returns float8
language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when word ~ '^(<|under|below|less than) ?[0-9]{1,3}$' then 0
			when word ~ '^[0-9]{1,3}( ?[+]| ?plus| ?(and|or) ?(over|above|older|more))?$' then age
			when word ~ '^[0-9]{1,3} ?(-|\u2013|to|_) ?[0-9]{1,3}$' and age <= last then age
			when word ~ '^\[[0-9]{1,3}, ?([0-9]{1,3}[])]|\))$' and age <= coalesce(last, age) then age
			when word ~ '^(>=|\u2265) ?[0-9]{1,3}$' then age end
	from (
		select word, substring(word from '[0-9]{1,3}')::float8 as age,
			substring(word from '([0-9]{1,3})[])]?$')::float8 as last
		from (
			select regexp_replace(
				btrim(lower(band collate "C")), '^(aged?|ages):? +| *(years?|yrs?)( old| of age)?', '', 'g') as word
		) cleaned
	) read
	where age between 0 and 130
$$;
comment on function ph.age_of_band(text) is
	'the lower age of a band as words, to be a key of a tally: '
	'5-9, 05-09, 5 to 9, [5,10), 90+, 90 and over, >=90, <1, under 1, a single age, Age and years around them; '
	'NULL for what is no band, such as Unknown, so that its people are counted as of unknown key';
