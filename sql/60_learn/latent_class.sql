
-- ---- latent classes of yes-or-no items ----

create type ph.latent_classes as (
	status text,
	k integer,
	rows bigint,
	rows_left_out bigint,
	patterns integer,
	terms text[],
	prevalence float8[],
	probabilities float8[],
	people bigint[],
	log_likelihood float8,
	parameters integer,
	aic float8,
	bic float8,
	entropy_r2 float8,
	g_squared float8,
	degrees_of_freedom float8,
	smallest_share float8,
	iterations integer,
	starts_agreeing integer,
	note text
);
comment on type ph.latent_classes is
	'classes found by ph.latent_class, the commonest first: prevalence, '
	'the probability of each term in each class (a row a class; NULL where nobody of the class has the term known, '
	'which is no parameter either, and in the note), people by most likely class, log-likelihood and what judges it; '
	'entropy_r2 is 1 where everybody''s class is certain; status ok, not_converged, '
	'not_identified (more parameters than patterns to tell them by) or no_rows. Holds no rows';
comment on column ph.latent_classes.status is 'ok, not_converged, not_identified or no_rows';
comment on column ph.latent_classes.k is 'number of classes asked for';
comment on column ph.latent_classes.rows is 'rows with a known item';
comment on column ph.latent_classes.rows_left_out is 'rows without a known item';
comment on column ph.latent_classes.patterns is 'different patterns of answers';
comment on column ph.latent_classes.terms is 'names of the items';
comment on column ph.latent_classes.prevalence is 'share of each class, the commonest first';
comment on column ph.latent_classes.probabilities is
	'chance of each item in each class, a row a class; NULL where nobody of the class has it known';
comment on column ph.latent_classes.people is 'rows by most likely class';
comment on column ph.latent_classes.log_likelihood is 'of the patterns';
comment on column ph.latent_classes.parameters is 'how many were estimated';
comment on column ph.latent_classes.aic is 'Akaike''s information criterion: lower is better';
comment on column ph.latent_classes.bic is 'Bayesian information criterion: lower is better';
comment on column ph.latent_classes.entropy_r2 is
	'how clear the classes of people are: 1 certain, 0 not at all; NULL of one class';
comment on column ph.latent_classes.g_squared is
	'likelihood ratio against the patterns themselves (Goodman 1974); NULL where items are unknown';
comment on column ph.latent_classes.degrees_of_freedom is
	'of g_squared: possible patterns less 1 less parameters; below 0 the classes are not identified';
comment on column ph.latent_classes.smallest_share is 'prevalence of the smallest class';
comment on column ph.latent_classes.iterations is 'steps of EM';
comment on column ph.latent_classes.starts_agreeing is
	'how many of the starts came to the same likelihood; NULL where classes were given';
comment on column ph.latent_classes.note is
	'what to be careful with: items without data or alike in all rows, small classes, a single start';

create function ph.latent_class(
	query text, k integer, terms text[] default null, starts integer default 20, seed bigint default 1,
	max_iterations integer default 10000, smallest float8 default 0.005, prevalence float8[] default null,
	probabilities float8[] default null)
returns ph.latent_classes
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'latent_class';
comment on function ph.latent_class(text, integer, text[], integer, bigint, integer, float8, float8[], float8[]) is
	'latent class analysis (Goodman 1974) of the yes-or-no columns of a query, booleans or 0 and 1, '
	'by EM from the best of several seeded starts or from given prevalence and probabilities (a row a class): '
	'unknown items are left out of a person''s likelihood, people without a known item are counted and left out';
create function ph.class_probabilities(classes ph.latent_classes, items boolean[]) returns float8[]
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'class_probabilities';
comment on function ph.class_probabilities(ph.latent_classes, boolean[]) is
	'how likely each class is for a person with these items, in the order of the terms; '
	'unknown items say nothing, nor do terms of which no class has a probability, '
	'and one without in a single class counts there as in the others together; '
	'NULL where no item is known or no class allows such a person';
create function ph.most_likely_class(classes ph.latent_classes, items boolean[]) returns integer
language sql immutable parallel safe
begin atomic
	select pg_catalog.array_position(p, (select pg_catalog.max(x) from pg_catalog.unnest(p) x))
	from (select ph.class_probabilities(classes, items) as p offset 0) q;
end;
comment on function ph.most_likely_class(ph.latent_classes, boolean[]) is
	'the number, from 1, of the class that is likeliest for a person with these items, '
	'the first of those that are as likely; NULL where no item is known';
