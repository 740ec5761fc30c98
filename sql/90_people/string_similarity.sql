
-- ---- how alike two names are ----

create function ph.jaro_similarity(a text, b text, whole_transpositions boolean default false) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'jaro_similarity';
comment on function ph.jaro_similarity(text, text, boolean) is
	'how alike two strings are by their characters, not bytes, from 0 to 1 (Jaro 1989): '
	'the mean of the share of a that is common, that of b, and the share of the common characters that are in order; '
	'common is what both have no further apart than half the longer string less 1 (at least 0). '
	'A character out of order counts half a transposition; whole_transpositions rounds their number down, '
	'as Winkler''s C code did. Two empty strings are 1, an empty one beside another 0, NULL beside anything NULL. '
	'Case, accents and spaces count: lower(), normalize() and trim() first. '
	'Errors: strings of more than 10^9 comparisons';
create function ph.jaro_winkler_similarity(
	a text, b text, prefix_weight float8 default 0.1, boost_above float8 default 0,
	whole_transpositions boolean default false)
returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'jaro_winkler_similarity';
comment on function ph.jaro_winkler_similarity(text, text, float8, float8, boolean) is
	'ph.jaro_similarity, raised by prefix_weight (0 to 0.25) of what it lacks to 1 for each of up to four first '
	'characters that are the same (Winkler 1990), where it is above boost_above: 0 raises always, 0.7 as Winkler''s '
	'C code did. From 0 to 1; NULL beside anything NULL. Errors: strings of more than 10^9 comparisons';
create function ph.damerau_levenshtein(a text, b text, most integer default null) returns integer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'damerau_levenshtein';
comment on function ph.damerau_levenshtein(text, text, integer) is
	'the fewest characters inserted, deleted, replaced or swapped with their neighbour that turn a into b, '
	'unrestricted: what lies between two that were swapped may be edited too, CA to ABC is 2 '
	'(Damerau 1964; Lowrance and Wagner 1975). More than most is most + 1, which is quick. NULL beside NULL. '
	'Errors: a negative most; strings of more than 10^9 comparisons, unless most is small';
