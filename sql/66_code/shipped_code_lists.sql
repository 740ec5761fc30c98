
-- ---- the code lists that are shipped ----
-- ICD-10 by its three and four character categories, so that hospital data alone give sound registers. Of SNOMED CT
-- a list has hundreds of codes, which are published elsewhere: the one that stands here is an example.

create function ph_support.shipped_list(
	out list text, out long_term_condition boolean, out icd10 text, out snomed text, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('atrial_fibrillation', true, 'I48', '49436004', 'QOF register AF; Kuan'),
		('asthma', true, 'J45-J46', '195967001', 'QOF register AST; Kuan'),
		('cancer', true,
		 'C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C86 C88 C90-C97', '363346000',
		 'QOF register CAN, all but C44, other malignant neoplasms of skin; titles'),
		('coronary_heart_disease', true, 'I20-I25', '53741008', 'QOF register CHD; titles'),
		('chronic_kidney_disease', true, 'N183 N184 N185', '709044004', 'QOF register CKD, stages 3 to 5; titles'),
		('copd', true, 'J41-J44', '13645005', 'QOF register COPD; Kuan, less J40'),
		('dementia', true, 'F00-F03 G30', '52448006', 'QOF register DEM; titles'),
		('depression', true, 'F32-F33', '35489007', 'QOF register DEP; Kuan'),
		('diabetes', true, 'E10-E14', '44054006', 'QOF register DM; Kuan'),
		('epilepsy', true, 'G40-G41', '84757009', 'QOF register EP; Kuan'),
		('heart_failure', true, 'I110 I130 I132 I50', '84114007', 'QOF register HF; Kuan'),
		('hypertension', true, 'I10-I13 I15', '38341003', 'QOF register HYP; Kuan'),
		('learning_disability', true, 'F70-F73 F78-F79', '110359009', 'QOF register LD; Kuan, less F81.9'),
		('severe_mental_illness', true, 'F20-F25 F28-F31', '58214004', 'QOF register MH; Kuan, with F23 and F24'),
		('osteoporosis', true, 'M80-M82', '64859006', 'QOF register OST; Kuan'),
		('peripheral_arterial_disease', true, 'I702 I739', '399957001', 'QOF register PAD; titles'),
		('rheumatoid_arthritis', true, 'M05-M06', '69896004', 'QOF register RA; Kuan, less J99.0'),
		('stroke_or_tia', true, 'G45 I61 I63-I64', '230690007', 'QOF register STIA; titles'),
		('anxiety', true, 'F40-F41', '197480006', 'Kuan'),
		('blindness', true, 'H54', null, 'Kuan'),
		('bronchiectasis', true, 'J47', '12295008', 'Kuan, less Q33.4'),
		('chronic_liver_disease', true,
		 'B18 I850 I859 I864 I982 K700-K704 K709 K711 K713-K715 K717 K721 K729 K73-K74 K760 K762-K769 Z944',
		 '328383001', 'Quan, mild, moderate and severe liver disease'),
		('chronic_pain', true,
		 'M797 R521 R522', '82423001',
		 'condition of Barnett et al. 2012, Lancet 380:37; titles'),
		('deafness', true, 'H90-H91', null, 'Kuan, less devices'),
		('diverticular_disease', true, 'K57', null, 'Kuan, less K38.2'),
		('hiv', true, 'B20-B22 B24', '86406008', 'Quan, AIDS/HIV'),
		('inflammatory_bowel_disease', true, 'K50-K51', '24526004', 'Kuan, Crohn''s disease and ulcerative colitis'),
		('irritable_bowel_syndrome', true, 'K58', '10743008', 'Kuan'),
		('migraine', true, 'G43', '37796009', 'Kuan'),
		('multiple_sclerosis', true, 'G35', '24700007', 'Kuan'),
		('parkinsons_disease', true, 'F023 G20', '49049000', 'Kuan'),
		('peptic_ulcer_disease', true, 'K25-K28', '13200003', 'Kuan'),
		('psoriasis_or_eczema', true,
		 'L20 L23-L28 L300 L301 L302 L305 L308 L309 L40', null,
		 'Kuan, dermatitis, and L40 of psoriasis'),
		('substance_use', true,
		 'E52 F10-F16 F18-F19 G621 I426 K292 K700 K703 K709 T51 Z502 Z714 Z715 Z721 Z722', null,
		 'Quan, alcohol abuse and drug abuse'),
		('thyroid_disorders', true,
		 'E035 E038 E039 E050-E052 E055 E058 E059 E062 E063 E065 E069 H062', '14304000',
		 'Kuan'),
		-- no long-term conditions, or parts and unions of others, which would count twice
		('autism', false, 'F840 F841 F845', '408856003', 'Kuan; input of core20plus5'),
		('chronic_respiratory_disease', false,
		 'I278 I279 J40-J47 J60-J67 J684 J701 J703', null,
		 'Quan, chronic pulmonary disease; input of core20plus5'),
		('connective_tissue_disorder', false, 'M05-M06 M315 M32-M34 M351 M353 M360', null, 'Quan, rheumatic disease'),
		('drug_or_alcohol_dependence', false,
		 'F102 F112 F122 F132 F142 F152 F162 F182 F192', null,
		 'dependence syndrome, fourth character 2; input of core20plus5'),
		('end_stage_liver_disease', false,
		 'I850 I859 I864 I982 K704 K711 K721 K729 K765-K767', null,
		 'Quan, moderate or severe liver disease; input of snee'),
		('end_stage_renal_failure', false,
		 'N165 N185 T824 T861 Y602 Y612 Y841 Z491 Z492 Z940 Z992', null,
		 'Kuan; input of bridges_to_health and snee'),
		('frailty', false, 'R54', '248279007', 'titles; ph.hospital_frailty finds far more'),
		('homeless', false, 'Z590', '32911000', 'titles; input of london_matrix and core20plus5'),
		('incurable_cancer', false, 'C77-C80', null, 'Quan, metastatic solid tumour; input of bridges_to_health'),
		('liver_failure', false, 'B150 B160 B190 K704 K711 K72 K762 K763', null, 'Kuan; input of bridges_to_health'),
		('obesity', false, 'E66', '414916001', 'QOF register OB, which counts by body mass index; Kuan'),
		('palliative_care', false, 'Z515', '103735009', 'QOF register PC; titles'),
		('peripheral_vascular_disease', false,
		 'I70-I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959', null,
		 'Quan, peripheral vascular disease; input of snee'),
		('physical_disability', false,
		 'G041 G114 G801 G802 G81-G82 G830-G834 G839', null,
		 'Quan, hemiplegia or paraplegia; input of bridges_to_health and london_matrix'),
		('stroke', false,
		 'I61 I63-I64', '230690007',
		 'QOF register STIA without transient attacks; titles; input of snee'),
		('transient_ischaemic_attack', false, 'G45', '266257000', 'QOF register STIA; titles; input of snee');
end;
comment on function ph_support.shipped_list() is
	'the shipped code lists, a row each: the beginnings of its ICD-10 codes, with ranges, '
	'and one code of SNOMED CT as an example';

create function ph_support.spread_codes(codes text) returns setof text
language sql immutable parallel safe
begin atomic
	-- I20-I25 and K700-K704 are all numbers between the two
	select
		case
			when part ~ '-' then left(part, 1) || lpad(n::text, length(split_part(part, '-', 1)) - 1, '0')
			else part end
	from string_to_table(codes, ' ') part,
		generate_series(
			case when part ~ '-' then substr(split_part(part, '-', 1), 2)::integer else 1 end,
			case when part ~ '-' then substr(split_part(part, '-', 2), 2)::integer else 1 end) n;
end;
comment on function ph_support.spread_codes(text) is
	'the codes of a text with spaces between them, in which I20-I25 stands for I20, I21, ..., I25';

create function ph.shipped_code_list(
	out list text, out version text, out code_system text, out code text, out match text, out example boolean,
	out long_term_condition boolean, out source text)
returns setof record
language sql immutable parallel safe
begin atomic
	select s.list, 'shipped 0.3', 'ICD10', code, 'prefix', false, s.long_term_condition,
		replace(replace(replace(s.source, 'Kuan', 'Kuan et al. 2019, Lancet Digital Health 1:e63'),
			'Quan', 'Quan et al. 2005, Medical Care 43:1130'), 'titles', 'categories of ICD-10 by their titles')
	from ph_support.shipped_list() s, ph_support.spread_codes(s.icd10) code
	union all
	select s.list, 'shipped 0.3', 'SNOMED', s.snomed, 'exact', true, s.long_term_condition, 'an example, no code list'
	from ph_support.shipped_list() s
	where s.snomed is not null;
end;
comment on function ph.shipped_code_list() is
	'the code lists that are shipped, one row a code, in the shape of the shared table code_list: '
	'ICD-10 categories (prefix), and of SNOMED CT one code as an example, which is no list. '
	'long_term_condition: whether it counts in long_term_conditions of the inputs of segments; '
	'false for what is no such condition, or a part or union of others. source says whose concept it is: '
	'QOF is the Quality and Outcomes Framework of NHS England. '
	'what Kuan et al. and Quan et al. published is theirs by code, what else is named is theirs by name. '
	'The version is that of the extension in which the list changed last, so that any list of yours '
	'with a date or a number from 1 as version is later and counts instead';

create function ph_support.is_example(list text, code_system text, code text) returns boolean
language sql immutable parallel safe
begin atomic
	select exists (
		select
		from ph.shipped_code_list() s
		where s.example and s.list = is_example.list and s.code_system = is_example.code_system
			and s.code = is_example.code);
end;
comment on function ph_support.is_example(text, text, text) is
	'whether the code stands in a shipped list as an example only';

create function ph_support.require_code_list(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.code_list', schema)) is null then
		raise exception 'schema "%" has no table code_list', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	return format('%I.code_list', schema);
end
$$;
comment on function ph_support.require_code_list(text) is
	'the name of code_list of a schema. Errors: undefined_table';

create function ph_support.require_code_list_source(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list(schema);
begin
	if not exists (
		select
		from pg_attribute
		where attrelid = target::regclass and attname = 'source' and not attisdropped)
	then
		raise exception 'table % has no column source', target
			using errcode = 'undefined_column', hint = format('ALTER TABLE %s ADD COLUMN source text;', target);
	end if;
	return target;
end
$$;
comment on function ph_support.require_code_list_source(text) is
	'the name of code_list of a schema, to write lists with their source into. '
	'Errors: undefined_table, undefined_column where it is older than the column source';

create procedure ph.load_shipped_code_lists(schema text, lists text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list_source(schema);
	unknown text;
begin
	select string_agg(l, ', ' order by l)
	into unknown
	from unnest(lists) l
	where not exists (select from ph_support.shipped_list() s where s.list = l);
	if unknown is not null then
		raise exception 'argument "lists" names lists that are not shipped: %', unknown
			using errcode = 'invalid_parameter_value',
				hint = 'SELECT DISTINCT list FROM ph.shipped_code_list() shows what there is.';
	end if;
	execute format(
		'insert into %1$s (list, version, code_system, code, match, source)
		select list, version, code_system, code, match, source
		from ph.shipped_code_list() s
		where ($1 is null or list = any ($1))
			and not exists (
				select
				from %1$s c
				where (c.list, c.version, c.code_system, c.code) = (s.list, s.version, s.code_system, s.code))',
		target)
	using lists;
end
$$;
comment on procedure ph.load_shipped_code_lists(text, text[]) is
	'adds to code_list of the schema what it lacks of ph.shipped_code_list(), of all lists (NULL) or of those named. '
	'Lists of yours are left alone, and count where they have a later version. '
	'ph.check_code_lists says where nothing but an example stands for a code system that the data use. '
	'Errors: undefined_table, undefined_column, invalid_parameter_value for a list that is not shipped';
