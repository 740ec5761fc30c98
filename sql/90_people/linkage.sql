
-- ---- weights of a linkage ----

create type ph.linkage_model as (
	status text,
	fields text[],
	pairs bigint,
	patterns integer,
	lambda float8,
	m float8[],
	u float8[],
	log_likelihood float8,
	parameters integer,
	iterations integer,
	change float8,
	starts_agreeing integer,
	note text
);
comment on type ph.linkage_model is
	'weights of a linkage found by ph.linkage: the share of pairs that match, and how often each field agrees at each '
	'level among matches and among others; status ok, not_converged, not_identified (more parameters than patterns to '
	'tell them by) or no_rows; note names what is fragile. Holds no pairs';
comment on column ph.linkage_model.status is 'ok, not_converged, not_identified or no_rows';
comment on column ph.linkage_model.fields is 'names of the fields';
comment on column ph.linkage_model.pairs is 'pairs that were compared';
comment on column ph.linkage_model.patterns is 'different patterns among them';
comment on column ph.linkage_model.lambda is 'share of the pairs that match';
comment on column ph.linkage_model.m is
	'a row a field, a column a level from 0: the chance of the level where a pair matches; NULL behind the last level';
comment on column ph.linkage_model.u is 'the same where it does not';
comment on column ph.linkage_model.log_likelihood is 'of the patterns, natural logarithm';
comment on column ph.linkage_model.parameters is 'how many were estimated';
comment on column ph.linkage_model.iterations is 'steps of EM';
comment on column ph.linkage_model.change is 'greatest change of a parameter in the last step';
comment on column ph.linkage_model.starts_agreeing is
	'how many starts came to the same likelihood; NULL where lambda was given, of one start';
comment on column ph.linkage_model.note is
	'what to be careful with: starts that disagree, rare matches with free u, a field that agrees no more among '
	'matches, levels at an edge, fields without data';

create function ph.linkage(
	patterns ph.agreement_patterns, fields text[] default null, lambda float8 default null, m float8[] default null,
	u float8[] default null, fix_lambda boolean default false, fix_u boolean default false, starts integer default 4,
	max_iterations integer default 20000)
returns ph.linkage_model
language c immutable parallel safe cost 10000
as 'MODULE_PATHNAME', 'linkage';
comment on function ph.linkage(
	ph.agreement_patterns, text[], float8, float8[], float8[], boolean, boolean, integer, integer) is
	'Fellegi-Sunter weights by EM (Fellegi and Sunter 1969, Jaro 1989): lambda, m and u that make the patterns '
	'likeliest if fields agree independently among matches and among others; an unknown field says nothing. '
	'm and u are tables, a row a field and a column a level from 0, where it begins; u also stays where fix_u, lambda '
	'where fix_lambda. Not given, u begins as the shares of all pairs, m with 0.9 at the highest level, lambda at '
	'0.3, 0.03, 0.003 and so on, of which the likeliest end is kept. It ends when no parameter changes by 1e-12; '
	'max_iterations 0 judges what is given. The same patterns give the same answer. '
	'Errors: tables that do not fit the fields or do not add up to 1, chances of 0 that a pair contradicts';
create function ph.match_weight(model ph.linkage_model, levels integer[]) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'match_weight';
comment on function ph.match_weight(ph.linkage_model, integer[]) is
	'log2 of the odds that a pair whose fields agree at these levels is a match: log2(lambda / (1 - lambda)) and, for '
	'each field that is known, log2(m / u); 0 is as likely as not, 10 is 1,000 to 1. NULL of a model without pairs and '
	'of a pattern that can be neither. Errors: fields or levels that the model has not';
create function ph.match_probability(model ph.linkage_model, levels integer[]) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'match_probability';
comment on function ph.match_probability(ph.linkage_model, integer[]) is
	'how likely a pair whose fields agree at these levels is a match, by the model: 1 / (1 + 2^-ph.match_weight)';

create function ph.match_weights(
	model ph.linkage_model, out field text, out level integer, out m float8, out u float8, out weight float8)
returns setof record
language sql immutable parallel safe rows 20
begin atomic
	select f.field, l.level - 1, c.m, c.u,
		case
			when c.m = 0 and c.u = 0 then null
			when c.m = 0 then '-Infinity'
			when c.u = 0 then 'Infinity'
			else pg_catalog.ln(c.m / c.u) / pg_catalog.ln(2::float8)
		end
	from pg_catalog.unnest((model).fields) with ordinality f (field, number),
		pg_catalog.generate_series(1, pg_catalog.array_length((model).m, 2)) l (level),
		lateral (select (model).m[f.number][l.level] as m, (model).u[f.number][l.level] as u) c
	where c.m is not null
	order by f.number, l.level;
end;
comment on function ph.match_weights(ph.linkage_model) is
	'what each level of each field tells: its chance among matches (m) and among others (u), and log2(m / u), '
	'above 0 for a match and below 0 against it; NULL of a level that no pair had';

create function ph.linkage_quality(
	model ph.linkage_model, patterns ph.agreement_patterns, cut float8,
	out pairs bigint, out matches float8, out linked bigint, out false_links float8, out missed_matches float8,
	out precision_expected float8, out recall_expected float8, out note text)
returns record
language sql immutable parallel safe
begin atomic
	select q.pairs, q.matches, q.linked, q.linked - q.found, q.matches - q.found, q.found / nullif(q.linked, 0),
		q.found / nullif(q.matches, 0),
		case when q.without > 0 then q.without || ' pairs have a pattern that the model does not allow' end
	from (
		select pg_catalog.sum(p.pairs)::bigint as pairs,
			pg_catalog.sum(p.pairs * p.probability) as matches,
			coalesce(pg_catalog.sum(p.pairs) filter (where p.weight >= cut), 0)::bigint as linked,
			coalesce(pg_catalog.sum(p.pairs * p.probability) filter (where p.weight >= cut), 0) as found,
			coalesce(pg_catalog.sum(p.pairs) filter (where p.weight is null), 0) as without
		from (
			select c.pairs,
				ph.match_weight(model, c.levels) as weight,
				ph.match_probability(model, c.levels) as probability
			from ph.agreement_counts(patterns) c
		) p
	) q
	where cut = cut and (model).lambda is not null;
end;
comment on function ph.linkage_quality(ph.linkage_model, ph.agreement_patterns, float8) is
	'what to expect of linking every pair whose ph.match_weight is at least cut: pairs compared, matches among them, '
	'pairs linked, links that are false and matches that are missed, and the expected precision and recall. '
	'By the model''s own probabilities, so as good as it is: fields that go together among strangers (twins, '
	'households, namesakes) make more false links than this says, and matches that blocking never compared are in none '
	'of it. NULL of no pairs, of a model without any and of no cut';
