-- reads reference/governance
-- NHS numbers and pseudonyms against shared/reference/governance.  One row a check: name, cases, failures, which.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
create extension if not exists pgcrypto;
create temp table nhs_number (input text, valid boolean, canonical text, range text, note text);
create temp table pseudonym (
	scheme text, key text, label text, input text, canonical text, expected text, provenance text);
\copy nhs_number from program 'cat $REFERENCE/nhs_number.csv' csv header force not null input
\copy pseudonym from program 'cat $REFERENCE/pseudonym.csv' csv header force not null key
select 'nhs_number: valid', count(*), count(*) filter (where ph.nhs_number_valid(input) is distinct from valid),
	string_agg(note, ', ') filter (where ph.nhs_number_valid(input) is distinct from valid)
from nhs_number;
create function pg_temp.reads_as(input text, out canonical text, out range text, out state text) language plpgsql
as $$
declare
	said text;
begin
	canonical := input::ph.nhs_number;
	range := ph.nhs_number_range(input::ph.nhs_number);
exception when others then
	get stacked diagnostics state = returned_sqlstate, said = message_text;
	state := left(state, 2) || case when said ~ '[0-9]{4}' then ' repeats the value' else '' end;
end
$$;
select 'nhs_number: canonical form, range, and errors of class 22 that say nothing', count(*),
	count(*) filter (where not right_read), string_agg(note, ', ') filter (where not right_read)
from (
	select note, (r.canonical, r.range, r.state)
		is not distinct from (n.canonical, n.range, case when not valid then '22' end) as right_read
	from nhs_number n, pg_temp.reads_as(input) r
) n;
-- recipient.purpose.version, parts that are not there left out, as the labels of the vectors read
create temp table label (label text, recipient text, purpose text, version text);
insert into label
values ('icb-x.pophealth.2025', 'icb-x', 'pophealth', '2025'), ('council-y.housing', 'council-y', 'housing', null),
	('charity-z.carers', 'charity-z', 'carers', null), ('local.linkage.v2', 'local', 'linkage', 'v2');
select 'pseudonym: ' || scheme, count(*), count(*) filter (where made is distinct from expected),
	string_agg(provenance, ', ') filter (where made is distinct from expected)
from (
	select p.scheme, p.expected, p.provenance,
		case
			when p.scheme = 'openpseudonymiser_sha256'
				then encode(sha256(convert_to(
					case when p.provenance = 'published' then p.input else p.input::ph.nhs_number::text end, 'UTF8')
					|| decode(p.key, 'hex')), 'hex')
			when p.scheme = 'hmac_sha256_raw'
				then encode(ph_support.hmac_sha256(convert_to(p.input, 'UTF8'), decode(p.key, 'hex')), 'hex')
			else ph.pseudonym(p.input::ph.nhs_number, l.purpose, decode(p.key, 'hex'), l.recipient, l.version,
				case when p.scheme like '%128' then 128 else 256 end)
		end as made
	from pseudonym p
	left join label l using (label)
	offset 0
) p
group by scheme
order by scheme;
