
-- ---- pseudonyms ----

create function ph_support.hmac_sha256(message bytea, key bytea) returns bytea
language c stable strict parallel safe
as 'MODULE_PATHNAME', 'hmac_sha256';
comment on function ph_support.hmac_sha256(bytea, bytea) is
	'HMAC-SHA-256 (RFC 2104, FIPS 180-4) by the function hmac of the extension pgcrypto, in whichever schema that is. '
	'Errors: feature_not_supported without pgcrypto, insufficient_privilege';

create function ph_support.pseudonym_label(purpose text, recipient text, key_version text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	name constant text := '^[a-z0-9_-]+$';
	version constant text := '^v?[0-9]+$';
begin
	-- two labels are one only where all their parts are: a part has no point, and only a version looks like one
	if purpose is null or purpose !~ name or purpose ~ version then
		raise exception 'argument "purpose" must be a name in small letters, digits, _ and -'
			using errcode = 'invalid_parameter_value', hint = 'Such as direct_care; a number alone is a key_version.';
	elsif recipient !~ name then
		raise exception 'argument "recipient" must be a name in small letters, digits, _ and -'
			using errcode = 'invalid_parameter_value', hint = 'Such as council-y, or NULL for nobody but yourself.';
	elsif key_version !~ version then
		raise exception 'argument "key_version" must be a whole number, with or without a v before it'
			using errcode = 'invalid_parameter_value', hint = 'Such as v2 or 2025.';
	end if;
	return concat_ws('.', recipient, purpose, key_version);
end
$$;
comment on function ph_support.pseudonym_label(text, text, text) is
	'the text that tells pseudonyms of one purpose, recipient and version of a key from those of others: '
	'recipient.purpose.version, those that are not NULL. Errors: invalid_parameter_value';

create function ph.pseudonym(
	number ph.nhs_number, purpose text, key bytea, recipient text default null, key_version text default null,
	bits integer default 128)
returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	label constant bytea := convert_to(ph_support.pseudonym_label(purpose, recipient, key_version), 'UTF8');
begin
	if key is null or octet_length(key) < 32 then
		raise exception 'argument "key" must have at least 32 bytes'
			using errcode = 'invalid_parameter_value', hint = 'As many as the hash has: 32 random ones of a key store.';
	elsif bits is null or bits not between 128 and 256 or bits % 8 <> 0 then
		raise exception 'argument "bits" must be a multiple of 8 from 128 to 256'
			using errcode = 'invalid_parameter_value', hint = 'Of 64 bits two of 60 million people may share one.';
	end if;
	return left(
		encode(ph_support.hmac_sha256(label || '\x1f' || convert_to(number::text, 'UTF8'), key), 'hex'), bits / 4);
end
$$;
comment on function ph.pseudonym(ph.nhs_number, text, bytea, text, text, integer) is
	'a pseudonym of a person for one purpose, recipient and version of the key: the first bits (128 to 256) of '
	'HMAC-SHA-256(key, label, byte 1F, ten digits) as hexadecimal digits, where the label is '
	'recipient.purpose.key_version without what is NULL; NULL for no number. purpose and recipient are names in small '
	'letters, digits, _ and -, key_version a whole number such as v2; the key has at least 32 bytes (RFC 2104, 3). The '
	'hash is pgcrypto''s. Errors: invalid_parameter_value, also for no key, feature_not_supported without pgcrypto; '
	'none shows the number or the key';
