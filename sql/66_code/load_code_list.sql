
-- ---- code lists as they are published ----

create function ph.code_list_format(
	out format text, out field text, out columns text[], out required boolean, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('opencodelists', 'code',
		 '{code,id,snomed_code,snomedcode,icd_code,icd10_code,icd10code,ctv3id,ctv3code,read2code,dmd_id,dmdcode,'
		 'bnfcode}'::text[],
		 true, 'the code; of the system that the argument code_system names; where it is NULL that of the name of the '
		 'column, or else SNOMED'),
		('nhs_reference_set', 'code', '{snomed_code,snomed_concept_id,code}', true, 'the code of SNOMED CT'),
		('nhs_reference_set', 'part', '{cluster_id}', false, 'the cluster, such as AST_COD'),
		('omop_concept_set', 'code', '{concept_id,conceptid}', true, 'a concept of the vocabulary tables'),
		('omop_concept_set', 'excluded', '{is_excluded,isexcluded,exclude,excluded}', false,
		 'whether the concept is taken out again (1, true, yes)'),
		('omop_concept_set', 'descendants', '{include_descendants,includedescendants,descendants}', false,
		 'whether what lies below it in concept_ancestor goes with it'),
		('omop_concept_set', 'mapped', '{include_mapped,includemapped,mapped}', false,
		 'whether source concepts that concept_relationship maps to it go with it'),
		('omop_concept_set', 'part', '{concept_set_id,conceptset_id,concept_set_name}', false, 'the concept set'),
		('hdruk_phenotype', 'code', '{code}', true, 'the code; of ICD-10 with all that begin with it'),
		('hdruk_phenotype', 'code_system', '{coding_system,code_system}', true, 'its system, such as Read codes v2'),
		('hdruk_phenotype', 'part', '{phenotype_id,concept_id}', false, 'the phenotype');
end;
comment on function ph.code_list_format() is
	'the formats in which ph.load_code_list reads code lists: a row a field, the names of columns that it may have '
	'(small and capital letters are one, whatever is no letter or digit is _), whether it must be there. '
	'opencodelists: the CSV file of a version on opencodelists.org; nhs_reference_set: content of primary care domain '
	'reference sets, NHS England; omop_concept_set: items of a concept set, as ATLAS exports them or as '
	'concept_set_item holds them; hdruk_phenotype: code lists of a phenotype, HDR UK Phenotype Library';

create function ph_support.code_list_columns(relation regclass, format text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found jsonb;
	missing text;
begin
	if not exists (select from ph.code_list_format() f where f.format = code_list_columns.format) then
		raise exception 'argument "format" must be a format of code lists that is known'
			using errcode = 'invalid_parameter_value', hint = (
				select 'Choose one of: ' || string_agg(distinct f.format, ', ' order by f.format) || '.'
				from ph.code_list_format() f);
	end if;
	select coalesce(jsonb_object_agg(field, attname), '{}')
	into found
	from (
		select distinct on (f.field) f.field, a.attname
		from ph.code_list_format() f, unnest(f.columns) with ordinality c (name, place)
		join pg_attribute a
			on btrim(regexp_replace(lower(a.attname::text collate "C"), '[^a-z0-9]+', '_', 'g'), '_') = c.name
		where f.format = code_list_columns.format
			and a.attrelid = relation and a.attnum > 0 and not a.attisdropped
		order by f.field, c.place
	) f;
	select string_agg(format('%s (%s)', f.field, array_to_string(f.columns, ' or ')), ', ' order by f.field)
	into missing
	from ph.code_list_format() f
	where f.format = code_list_columns.format and f.required and not found ? f.field;
	if missing is not null then
		raise exception 'relation % lacks columns of the format %: %', relation, format, missing
			using errcode = 'undefined_column',
				hint = 'SELECT * FROM ph.code_list_format() lists what each format has.';
	end if;
	return found;
end
$$;
comment on function ph_support.code_list_columns(regclass, text) is
	'which column of a relation is which field of a format: field, column. '
	'Errors: invalid_parameter_value for an unknown format, undefined_column with what is missing';

create function ph_support.published_part(relation regclass, part_column text, part text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	parts text[];
begin
	if part_column is null then
		return 'true';
	end if;
	execute format('select array(select distinct btrim(%I::text) from %s order by 1)', part_column, relation)
	into parts;
	if part is null and cardinality(parts) > 1
		or not lower(part collate "C") = any (lower(parts::text collate "C")::text[]) then
		raise exception 'argument "part" must name one of the lists that relation % holds', relation
			using errcode = 'invalid_parameter_value', hint = format('Column %s has %s of them, such as %s.',
				quote_ident(part_column), cardinality(parts), array_to_string(parts[:5], ', '));
	end if;
	return case
		when part is null then 'true'
		else format('lower(btrim(%I::text) collate "C") = lower(%L collate "C")', part_column, part) end;
end
$$;
comment on function ph_support.published_part(regclass, text, text) is
	'the condition of the rows of one list in a relation that may hold several. '
	'Errors: invalid_parameter_value, with some of those that there are';

create function ph_support.concept_set_query(items text, vocabulary text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	lacking text;
begin
	select string_agg(t, ', ')
	into lacking
	from unnest('{concept,concept_ancestor,concept_relationship}'::text[]) t
	where vocabulary is not null and to_regclass(quote_ident(vocabulary) || '.' || t) is null;
	if vocabulary is null or lacking is not null then
		raise exception 'argument "vocabulary" must be a schema with the vocabulary tables of OMOP'
			using errcode = 'undefined_table',
				hint = case
					when vocabulary is null then 'Name that of concept, concept_ancestor and concept_relationship.'
					else format('It lacks %s.', lacking) end;
	end if;
	return format(
		'select concept.concept_code as code, concept.vocabulary_id as code_system
		from %2$I.concept
		join (
			with item as (
				%1$s
			), below as (
				select excluded, mapped, concept_id from item
				union
				select i.excluded, i.mapped, a.descendant_concept_id::text
				from item i
				join %2$I.concept_ancestor a on a.ancestor_concept_id::text = i.concept_id
				where i.descendants
			), resolved as (
				select excluded, concept_id from below
				union
				select b.excluded, r.concept_id_1::text
				from below b
				join %2$I.concept_relationship r on r.concept_id_2::text = b.concept_id
				where b.mapped and r.relationship_id = ''Maps to'' and coalesce(r.invalid_reason, '''') = ''''
			)
			select concept_id from resolved where not excluded
			except
			select concept_id from resolved where excluded
		) chosen on chosen.concept_id = concept.concept_id::text',
		items, vocabulary);
end
$$;
comment on function ph_support.concept_set_query(text, text) is
	'the query of the codes of a concept set of OMOP (code, code_system): items (concept_id, excluded, descendants, '
	'mapped) with their descendants and source concepts, less those of excluded items. '
	'Errors: undefined_table where the schema has no vocabulary tables';

create function ph_support.system_of_column(column_name text) returns text
language sql immutable parallel safe
return case substring(lower(column_name collate "C"), '^(icd|ctv3|read2|dmd|bnf)')
	when 'icd' then 'ICD10' when 'ctv3' then 'CTV3' when 'read2' then 'READ2' when 'dmd' then 'DMD'
	when 'bnf' then 'BNF' else 'SNOMED' end;
comment on function ph_support.system_of_column(text) is
	'the code system of a column of codes by its name, such as CTV3Code; SNOMED where it names none';

create function ph_support.published_code_query(
	relation regclass, format text, part text, code_system text, vocabulary text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	columns jsonb := ph_support.code_list_columns(relation, format);
	wanted text := ph_support.published_part(relation, columns ->> 'part', part);
	published text;
begin
	if format = 'omop_concept_set' then
		published := ph_support.concept_set_query(
			format('select btrim(%I::text) as concept_id, %s from %s where %s', columns ->> 'code', (
				select string_agg(
					format(
						'coalesce(btrim(%s::text) ~* ''^(1|t|true|y|yes)$'', false) as %I',
						coalesce(quote_ident(columns ->> f), 'null'), f), ', ')
				from unnest('{excluded,descendants,mapped}'::text[]) f), relation, wanted),
			vocabulary);
	else
		published := format(
			'select btrim(%I::text, E'' \t\r\n'') as code, btrim(%s::text) as code_system from %s where %s',
			columns ->> 'code',
			coalesce(quote_ident(columns ->> 'code_system'),
				quote_literal(coalesce(code_system, ph_support.system_of_column(columns ->> 'code')))),
			relation, wanted);
	end if;
	return format(
		'select distinct code_system, code,
			-- the other formats list all that follows a category
			case when code_system = ''ICD10'' and %L = ''hdruk_phenotype'' then ''prefix'' else ''exact'' end as match
		from (
			select coalesce(ph_support.code_system_spelling(code_system), code_system) as code_system, code
			from (%s) published
		) spelt
		where code <> ''''', format, published);
end
$$;
comment on function ph_support.published_code_query(regclass, text, text, text, text) is
	'the query of the codes of a published list, each once: code_system, code, match. '
	'Errors: those of what it is made of';

create procedure ph.load_code_list(
	schema text,
	format text,
	relation regclass,
	list text,
	version text,
	source text default null,
	part text default null,
	code_system text default null,
	vocabulary text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list_source(schema);
	missing text;
	published text;
	codes bigint;
	unknown text;
	without_system bigint;
	there boolean;
	differs boolean;
begin
	select string_agg(a.name, ', ')
	into missing
	from (
		values ('format', format), ('relation', relation::text), ('list', list), ('version', version)
	) a (name, value)
	where coalesce(a.value, '') = '';
	if missing is not null then
		raise exception 'arguments must be given and not be empty: %', missing
			using errcode = 'null_value_not_allowed';
	end if;
	published := ph_support.published_code_query(relation, format, part, code_system, vocabulary);
	execute format(
		'select count(*),
			string_agg(distinct code_system, '', '') filter (
				where ph_support.code_system_spelling(code_system) is null and code_system is not null),
			count(*) filter (where code_system is null)
		from (%s) published', published)
	into codes, unknown, without_system;
	if codes = 0 then
		raise exception 'relation % has no code for list "%"', relation, list
			using errcode = 'no_data_found', hint = 'Was the file copied, and is part the one that you mean?';
	elsif without_system > 0 then
		raise exception 'relation % has % codes without a code system', relation, without_system
			using errcode = 'null_value_not_allowed';
	elsif unknown is not null then
		raise warning 'code systems that are not known: %', unknown
			using hint = 'Their codes match records whose code system is spelt just so.';
	end if;

	execute format(
		'with existing as (
			select code_system, code, match from %1$s where list = $1 and version = $2
		), published as (
			%2$s
		)
		select
			exists (table existing),
			exists ((table existing except table published) union all (table published except table existing))',
		target, published)
	using list, version
	into there, differs;
	if there and differs then
		raise exception 'list "%" has a version "%" that is another', list, version
			using errcode = 'unique_violation', hint = 'Name a new version: the latest one counts.';
	elsif there then
		raise notice 'list "%" has this version, with the same % codes, already', list, codes;
		return;
	end if;
	execute format(
		'insert into %s (list, version, code_system, code, match, source)
		select $1, $2, code_system, code, match, $3 from (%s) published', target, published)
	using list, version, coalesce(source, format);
	raise notice 'list "%", version "%": % codes', list, version, codes;
end
$$;
comment on procedure ph.load_code_list(text, text, regclass, text, text, text, text, text, text) is
	'reads a published code list from a relation into which its file was copied, all columns text, '
	'into code_list of the schema, with its version and source (NULL: the format). '
	'Formats and their columns: ph.code_list_format(). part names the one of several lists in the relation; '
	'code_system is that of an opencodelists file (NULL: that of the name of the column, or else SNOMED); '
	'vocabulary is the schema of concept, concept_ancestor and concept_relationship, for an omop_concept_set. '
	'Code systems are spelt as in the shared tables, a code that stands twice is one, '
	'codes match exactly but for ICD-10 categories of HDR UK. '
	'The same version again changes nothing. A code system that is not known is kept, with a warning. '
	'Errors: invalid_parameter_value for an unknown format or part, undefined_column with what is missing, '
	'null_value_not_allowed, no_data_found, undefined_table, unique_violation where the version is there and another';
