
-- ---- rules by which numbers leave ----

create table ph.disclosure_rule (
	rule text primary key check (rule <> '' and position('.' in rule) = 0),
	name text not null check (name <> ''),
	threshold integer not null check (threshold >= 0),
	zero_shown boolean not null default true,
	base integer check (base > 1),
	midpoint integer check (midpoint > 0 and midpoint % 2 = 0),
	tiers bigint[] check (array_ndims(tiers) = 2 and array_length(tiers, 2) = 2 and 0 < all (tiers)),
	level text not null default 'all' check (level in ('all', 'subnational')),
	protect_lower integer check (protect_lower >= 0),
	protect_upper integer check (protect_upper >= threshold),
	minimum_people integer not null check (minimum_people > threshold),
	residual_degrees integer not null default 10 check (residual_degrees >= 0),
	p_ratio float8 not null default 0.1 check (p_ratio between 0 and 1),
	top2_share float8 not null default 0.9 check (top2_share between 0 and 1),
	rates text not null default 'published' check (rates in ('exact', 'published')),
	intervals text not null default 'published' check (intervals in ('exact', 'published', 'none')),
	extremes boolean not null default false,
	symbol text,
	source text not null,
	certainty text not null check (certainty in ('certain', 'high', 'ours')),
	constraint disclosure_rule_rounds_once check (num_nonnulls(base, midpoint, tiers) <= 1),
	constraint disclosure_rule_protects check (
		case
			when threshold = 0 and zero_shown then num_nulls(protect_lower, protect_upper) = 2
			else num_nulls(protect_lower, protect_upper) = 0 and protect_lower <= zero_shown::integer end)
);
comment on table ph.disclosure_rule is
	'rules by which numbers leave that are shipped: read only; a rule of your own is a row of the table '
	'disclosure_rule that CALL ph.create_sharing_tables makes in a schema of yours, and is named schema.rule. '
	'threshold, zero_shown, base, midpoint, tiers, level and symbol are the source''s. Of statistics few sources '
	'speak: residual_degrees, p_ratio and top2_share are those of ACRO''s default.yaml for all, and '
	'docs/disclosure.md says what else is ours';
comment on column ph.disclosure_rule.rule is 'its name in calls, without a full stop';
comment on column ph.disclosure_rule.name is 'its name to show';
comment on column ph.disclosure_rule.threshold is 'counts from 1 to so many are hidden; 0: none is';
comment on column ph.disclosure_rule.zero_shown is
	'whether a count of 0 is shown; where it is not it is hidden as small counts are';
comment on column ph.disclosure_rule.base is
	'shown counts are rounded to the nearest multiple, a tie to the even one; NULL: not so';
comment on column ph.disclosure_rule.midpoint is
	'shown counts above 0 become the middle of their group of so many: 1 to 6 become 3, 7 to 12 become 9; NULL: not so';
comment on column ph.disclosure_rule.tiers is
	'{{from, base}, ...}: from a count on it is rounded to the nearest multiple of the base, a tie to the even one; '
	'NULL: not so';
comment on column ph.disclosure_rule.level is 'all, or subnational: national counts leave as they are';
comment on column ph.disclosure_rule.protect_lower is
	'whoever knows every shown figure of a table must be left with this as possible for a hidden count, or with '
	'less; NULL where nothing is hidden';
comment on column ph.disclosure_rule.protect_upper is 'and with this, or with more; NULL where nothing is hidden';
comment on column ph.disclosure_rule.minimum_people is
	'a mean, a median, a percentile, a group of calibration, a leaf, a centre and a step of survival need so many '
	'people';
comment on column ph.disclosure_rule.residual_degrees is 'a model needs so many more people than coefficients';
comment on column ph.disclosure_rule.p_ratio is
	'a sum fails where all contributions but the two largest are less than this share of the largest';
comment on column ph.disclosure_rule.top2_share is
	'a sum fails where its two largest contributions are more than this share of it';
comment on column ph.disclosure_rule.rates is
	'percentages and crude rates, and their limits, are made from parts as they are (exact) or as they leave '
	'(published)';
comment on column ph.disclosure_rule.intervals is
	'limits of estimates that no published parts make anew, such as standardised rates: leave as they are (exact), '
	'or not (published: only those of percentages and crude rates leave; none: those neither)';
comment on column ph.disclosure_rule.extremes is 'whether the least and the greatest value of a person may leave';
comment on column ph.disclosure_rule.symbol is 'what is written for a hidden count; NULL: nothing';
comment on column ph.disclosure_rule.source is 'where it was read';
comment on column ph.disclosure_rule.certainty is
	'certain: read in the source; high: read in the source but for the numbers, which stand in a copy; ours';
grant select on ph.disclosure_rule to public;

insert into ph.disclosure_rule (
	rule, name, threshold, zero_shown, base, midpoint, tiers, level, protect_lower, protect_upper, minimum_people,
	rates, intervals, symbol, source, certainty)
values
	('nhse_hes_2018', 'NHS England, Hospital Episode Statistics from September 2018',
	 7, true, 5, null, null, 'subnational', 1, 7, 8, 'published', 'exact', '*',
	 'NHS Digital, change to disclosure control methodology for HES and ECDS from September 2018', 'high'),
	('nhsd_mental_health', 'NHS Digital, Mental Health Bulletin 2013-14',
	 4, false, 5, null, null, 'subnational', 0, 4, 5, 'published', 'published', '*',
	 'Mental Health Bulletin 2013-14, note on suppression: less than five, including zero', 'high'),
	('opensafely_2025', 'OpenSAFELY, redact 7 and fewer, round to 5',
	 7, true, 5, null, null, 'all', 1, 7, 8, 'published', 'published', '[REDACTED]',
	 'OpenSAFELY documentation, docs/outputs/sdc.md', 'certain'),
	('opensafely_midpoint6', 'OpenSAFELY, midpoint 6',
	 0, true, null, 6, null, 'all', null, null, 8, 'published', 'published', null,
	 'OpenSAFELY documentation, docs/outputs/sdc.md', 'certain'),
	('ons_10_5', 'ONS, 10-5: fewer than 10 missing, else to 5',
	 9, false, 5, null, null, 'all', 0, 9, 10, 'published', 'published', null,
	 'ONSdigital/cell-key-perturbation, ptable_10_5_rule.csv', 'certain'),
	('tre_threshold_10', 'Trusted research environments, threshold 10',
	 9, false, null, null, null, 'all', 0, 9, 10, 'exact', 'exact', '[c]',
	 'UK Longitudinal Linkage Collaboration, guidebook, SDC.md', 'certain'),
	('srs_acro', 'ONS Secure Research Service, ACRO''s defaults',
	 9, false, null, null, null, 'all', 0, 9, 10, 'exact', 'exact', '[c]',
	 'AI-SDC/ACRO, default.yaml', 'certain'),
	('cms_11', 'Centers for Medicare and Medicaid Services, cell size 11',
	 10, true, null, null, null, 'all', 1, 10, 11, 'exact', 'exact', '*',
	 'ResDAC, CMS cell size suppression policy, 26 January 2024', 'certain'),
	('cdc_wonder', 'CDC WONDER, 9 or fewer below national level',
	 9, false, null, null, null, 'subnational', 0, 9, 10, 'exact', 'exact', 'Suppressed',
	 'CDC WONDER, data use restrictions', 'certain'),
	('ons_health_1_2', 'ONS health statistics review, 1 and 2',
	 2, true, null, null, null, 'all', 1, 2, 3, 'exact', 'exact', '[c]',
	 'UKHSA guidance on aggregate data, which cites the ONS review of health statistics, 2006', 'high'),
	('ons_health_1_4', 'ONS health statistics review, sensitive topics, 1 to 4',
	 4, true, null, null, null, 'all', 1, 4, 5, 'exact', 'exact', '[c]',
	 'UKHSA guidance on aggregate data, which cites the ONS review of health statistics, 2006', 'high'),
	('ukhsa_base5', 'UKHSA, 1 to 4 hidden, else to 5',
	 4, true, 5, null, null, 'all', 1, 4, 5, 'published', 'published', '[k]',
	 'UKHSA guidance on aggregate data, table 1c', 'certain'),
	('round_base3', 'Rounded to 3, nothing hidden',
	 0, true, 3, null, null, 'all', null, null, 5, 'published', 'published', null,
	 'UKHSA guidance on aggregate data, as an option', 'certain'),
	('us_census_drb', 'US Census Bureau, Disclosure Review Board',
	 14, false, null, null, '{
		{1, 10}, {100, 50}, {1000, 100}, {10000, 500}, {100000, 1000}, {10000000, 10000}, {100000000, 100000},
		{1000000000, 1000000}, {10000000000, 10000000}, {100000000000, 100000000}, {1000000000000, 1000000000},
		{10000000000000, 10000000000}, {100000000000000, 100000000000}, {1000000000000000, 1000000000000},
		{10000000000000000, 10000000000000}, {100000000000000000, 100000000000000},
		{1000000000000000000, 1000000000000000}}',
	 'all', 0, 14, 15, 'published', 'published', 'N<15',
	 'simsong/drb_rounder, readme', 'high');

create function ph_support.disclosure_rule(rule text) returns ph.disclosure_rule
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	schema constant text := nullif(substring(rule from '^(.*)\.[^.]*$'), '');
	found ph.disclosure_rule;
begin
	if schema is null then
		select * into found from ph.disclosure_rule r where r.rule = disclosure_rule.rule;
	elsif to_regclass(format('%I.disclosure_rule', schema)) is not null then
		-- by the names of columns: the table may be older than the extension
		execute format('select (jsonb_populate_record(null::ph.disclosure_rule, to_jsonb(r))).*
			from %I.disclosure_rule r
			where r.rule = $1', schema)
		into found
		using substring(rule from '[^.]*$');
	end if;
	if found.rule is null then
		raise exception 'argument "rule" must be a rule that there is'
			using errcode = 'undefined_object',
				hint = 'SELECT rule, name FROM ph.disclosure_rule lists those that are shipped; one of your own is '
					'schema.rule, a row of the table disclosure_rule that CALL ph.create_sharing_tables(schema) makes.';
	end if;
	return found;
end
$$;
comment on function ph_support.disclosure_rule(text) is
	'the row of a rule: of ph.disclosure_rule by its name, of a table of one''s own by schema.rule, with the rights '
	'of whoever asks. Errors: undefined_object where there is none of the name, or it is NULL: nothing takes its '
	'place';

create function ph_support.rule_rounds(rule ph.disclosure_rule) returns boolean
language sql immutable parallel safe
return num_nonnulls((rule).base, (rule).midpoint, (rule).tiers) > 0;
comment on function ph_support.rule_rounds(ph.disclosure_rule) is
	'whether a rule rounds each figure by itself, so that shown figures do not add up exactly';

create function ph_support.rule_hides(rule ph.disclosure_rule, n bigint) returns boolean
language sql immutable parallel safe
return case when n = 0 then not (rule).zero_shown else n between 1 and (rule).threshold end;
comment on function ph_support.rule_hides(ph.disclosure_rule, bigint) is
	'whether a rule hides a count, where it applies; NULL of an unknown one';
