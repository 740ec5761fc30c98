# Dump and restore keep every byte of a tally and a set; dropping the extension keeps the tables of a schema.
createdb dump_from
createdb dump_to
# One line that says all that is stored in a database.
stored_bytes() {
	psql -qXAt -d "$1" -c "
		select count(*),
			md5(string_agg(encode(ph_support.tally_send(t), 'hex')
				|| coalesce(encode(ph_support.conditions_send(c), 'hex'), '-')
			|| encode(ph_support.crosstab_send(x), 'hex') || encode(ph_support.regression_send(g), 'hex')
			|| encode(ph_support.cluster_sums_send(k), 'hex') || encode(ph_support.continuity_send(u), 'hex')
			|| encode(ph_support.agreement_patterns_send(a), 'hex') || encode(ph_support.cascade_send(h), 'hex')
			|| encode(ph_support.triangle_send(v), 'hex')
			|| coalesce(m::text, '-'), ' ' order by id)) from kept"
}
said=$(psql -qXAt -v ON_ERROR_STOP=1 -d dump_from 2>&1 >/dev/null <<'SQL'
set client_min_messages = warning;
create extension population_health;
create table kept (id int primary key, t ph.tally not null, c ph.conditions, r ph.estimate,
  x ph.crosstab default '{?>1: 3, 1>2: 4}', g ph.regression, m ph.model, k ph.cluster_sums,
  u ph.continuity default '{"\"\\": 2, "Dr A": 5, ?: 1}',
  a ph.agreement_patterns default '{? 1: 3, 2 0: 4}',
  h ph.cascade default '30; 28 lost 0: 0=3+0 20=25+2; 9 lost 6 without days',
  v ph.triangle default '{"\"\\" 1: 1, "M1" 1: 100.50, "M1" 2: -3}');
insert into kept (id, t, c, r) select k, ph.person_tally(nullif(i, 9), nullif(i % 5, 4) * 0.1, i / 3.0),
  ph.conditions_of('F' || lpad(k::text, 2, '0')), ph.crude_rate(ph.person_tally(1, i % 2))
  from generate_series(1, 50) i, generate_series(1, 40) k group by k;
insert into kept (id, t, c) values (101, 'empty', null), (102, 'people; 5e-324: 1.7976931348623157e+308 0 0', '{}'),
  (103, (select ph.person_tally(i, 1.0) from generate_series(1, 20000) i), '{Z99}');
update kept set
  k = (select ph.cluster_step(ph.cluster_start('{{0,1},{5,5}}'), array[i, i * 0.1]) from generate_series(1, 9) i),
  g = (select ph.regression_sums('step', 'poisson', i, array[1, i * 0.1], 1, 0, '{0,0,0.1,0.1,1,1}', false)
    from generate_series(1, 9) i),
  m = ph.fit('linear', 'select i * i as y, i from generate_series(1, 9) i');
call ph.create_shared_tables('shared');
insert into shared.person (person_id, birth_date) values ('ann', '1950-02-01');
SQL
) || fail "dump: making what is dumped" "$said"
for format in plain custom; do
	before=$(stored_bytes dump_from)
	if said=$( (
		if [ $format = plain ]; then pg_dump dump_from | psql -qX -v ON_ERROR_STOP=1 -d dump_to
		else pg_dump -Fc dump_from | pg_restore --exit-on-error -d dump_to; fi) 2>&1 >/dev/null) &&
		[ "$(stored_bytes dump_to)" = "$before" ] && [ "${before%%|*}" = 43 ]; then
		pass "dump and restore: $format"
	else
		fail "dump and restore: $format" "$said"
	fi
	dropdb dump_to
	createdb dump_to
done
said=$(psql -qXAt -v ON_ERROR_STOP=1 -d dump_from 2>&1 <<'SQL'
set client_min_messages = warning;
create temp table before as select oid, relname from pg_class
  where relnamespace = 'shared'::regnamespace and relkind = 'r';
drop extension population_health cascade;
select (select count(*) > 10 from before) and not exists (select oid from before except select oid from pg_class)
  and (select count(*) = 1 from shared.person)
  and not exists (select from pg_namespace where nspname = 'ph')
  and not exists (select from pg_proc where probin like '%population_health%')
  and (select array_agg(attname order by attnum) = '{id}' from pg_attribute
    where attrelid = 'kept'::regclass and attnum > 0 and not attisdropped);
create extension population_health;
SQL
) || true
if [ "$said" = t ]; then pass "drop extension keeps shared tables"
else fail "drop extension keeps shared tables" "$said"; fi

# Tables of measures outlive the extension: made again, they are folded anew, with the measures of their own.
said=$(psql -qXAt -v ON_ERROR_STOP=1 -d dump_from 2>&1 <<'SQL'
set client_min_messages = warning;
insert into shared.place values ('G', 'PRACTICE', 'Practice');
insert into shared.registration (person_id, practice_code, start_date) values ('ann', 'G', '2020-01-01');
insert into shared.encounter (encounter_id, person_id, pod, start_date) values ('1', 'ann', 'GP', '2024-05-01');
insert into shared.data_day values ('2025-03-31');
call ph.create_population_views('shared');
call ph.create_measure_tables('shared');
insert into shared.measure (measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events)
values ('ours', '1', 'Ours', 'Contacts.', 'dsr', 'u', 'lower', 'output', 'quality', 'care', 'this test',
  'select person_id, start_date as event_date, 1 as amount from {encounter}');
call ph.fold_measures('shared', '{ours,gp_contacts}', '{2024/25}');
create temp table before as select measure, level, place_id, value, numerator, note from shared.measure_value;
drop extension population_health cascade;
create extension population_health;
call ph.create_population_views('shared');
call ph.create_measure_tables('shared');
select count(*) from shared.measure where measure = 'ours' and reference_tally is not null;
call ph.fold_measures('shared', '{ours,gp_contacts}', '{2024/25}');
select count(*) > 9, count(*) filter (where b is distinct from v)
from before b
full join (select measure, level, place_id, value, numerator, note from shared.measure_value) v
  using (measure, level, place_id);
drop schema shared cascade;
SQL
) || true
if [ "$said" = $'1\nt|0' ]; then pass "measures outlive the extension"
else fail "measures outlive the extension" "$said"; fi

# What docs/tally.md says to do before the extension is dropped and after it is made again keeps every value.
psql -qX -v ON_ERROR_STOP=1 -d dump_from 2>/dev/null <<'SQL'
set client_min_messages = warning;
drop table kept;
create schema "Own";
create table "Own".kept (id int primary key, t ph.tally, c ph.conditions, x ph.crosstab default '{}', e ph.estimate,
  l ph.tally[], "A b" ph.tally);
insert into "Own".kept
select k, ph.person_tally(nullif(i, 9), nullif(i % 5, 4) * 0.1, i / 3.0),
  ph.conditions_of('F' || lpad(k::text, 2, '0')), ph.crosstab(i % 3, nullif(i % 4, 0)),
  ph.crude_rate(ph.person_tally(1, i % 2)), array[ph.person_tally(i, 0.1), null], null
    from generate_series(1, 50) i, generate_series(1, 40) k group by k;
create table "Own".by_place (place text, t ph.tally) partition by list (place);
create table "Own".north partition of "Own".by_place for values in ('north');
insert into "Own".by_place values ('north', 'people; 1: 2 3 5');
create table bytes as
select md5(string_agg(k::text || encode(ph_support.tally_send(t), 'hex'), ' ' order by id)) as before
  from "Own".kept k;
SQL
psql -qX -v ON_ERROR_STOP=1 -d dump_from <<'SQL'
create domain "Own".kept_tally as ph.tally;
create type "Own".pair as (label text, tallies ph.tally[]);
create table "Own".wrapped (id int, d "Own".kept_tally, p "Own".pair, l "Own".pair[]);
SQL
said=$(perl -0777 -ne 'print "$1" if /### Domains and composite types.*?^```sql\n(.*?)^```$/ms' "$root/docs/tally.md" |
	psql -qXAt -d dump_from -f - 2>&1) || true
if [ "$said" = $'"Own".wrapped|d|"Own".kept_tally\n"Own".wrapped|l|"Own".pair[]\n"Own".wrapped|p|"Own".pair' ]; then
	pass "domains and composite types that would be lost are listed"
else
	fail "domains and composite types that would be lost are listed" "$said"
fi
psql -qX -d dump_from -c 'drop table "Own".wrapped' -c 'drop domain "Own".kept_tally' -c 'drop type "Own".pair'
said=$(perl -0777 -ne 'print $1 while /^```psql\n(.*?)^```$/gms' "$root/docs/tally.md" |
	psql -qX -v ON_ERROR_STOP=1 -d dump_from -c 'set client_min_messages = warning' -f - 2>&1) || true
said=$said$(psql -qXAt -d dump_from 2>&1 <<'SQL'
select (select md5(string_agg(k::text || encode(ph_support.tally_send(t), 'hex'), ' ' order by id))
  from "Own".kept k) = before as same,
  (select t::text from "Own".by_place), (select count(*) from pg_attribute a join pg_type y on y.oid = atttypid
    where attrelid = '"Own".kept'::regclass and typnamespace = 'ph'::regnamespace) as columns
from bytes;
SQL
)
if [ "$said" = 't|people; 1: 2 3 5|6' ]; then
	pass "exported, dropped, made again, imported: the same bytes"
else
	fail "exported, dropped, made again, imported: the same bytes" "$said"
fi

# Views that compare tallies restore where they name the operator, as docs/tally.md says, and would not otherwise.
psql -qX -v ON_ERROR_STOP=1 -d dump_from <<'SQL'
set client_min_messages = warning;
set search_path = public, ph;
create table pair as select id, t as a, case when id % 3 > 0 then case id % 2 when 0 then t else l[1] end end as b
  from "Own".kept;
create view bare_distinct as select id from pair where a is distinct from b;
create view bare_nullif as select id, nullif(a, b) as n from pair;
create view bare_case as select id, case a when b then 1 else 2 end as n from pair;
create view bare_using as select id from pair join (select b as a from pair) other using (a);
create view named_equal as select id from pair where a operator(ph.=) b and ph.tally_equal(a, b);
create view named_distinct as select id from pair where not coalesce(a operator(ph.=) b, a is null and b is null);
create view named_nullif as select id, case when a operator(ph.=) b then null else a end as n from pair;
create view named_case as select id, case when a operator(ph.=) b then 1 else 2 end as n from pair;
create view named_in as select id from pair where a operator(ph.=) any (select b from pair);
create view named_join as select id from pair join (select b from pair) other on pair.a operator(ph.=) other.b;
create view named_text as select id from pair where a::text = b::text;
SQL
same_view() {
	psql -qXAt -d dump_from -c "
		select (select count(*) from bare_distinct),
			(select md5(string_agg(bare_$1::text, ' ')) from bare_$1)
				= (select md5(string_agg(named_$2::text, ' ')) from named_$2)"
}
answers="$(same_view distinct distinct) $(same_view nullif nullif) $(same_view case case) $(same_view using join)"
pg_dump dump_from 2>/dev/null | psql -qX -d dump_to >/dev/null 2>&1
said=$(psql -qXAt -d dump_to -c "
	select string_agg(viewname, ' ' order by viewname) from pg_views where viewname ~ '^(bare|named)_'")
dropdb dump_to
createdb dump_to
if [ "$answers" = '26|t 26|t 26|t 26|t' ] &&
	[ "$said" = 'named_case named_distinct named_equal named_in named_join named_nullif named_text' ]; then
	pass "dump and restore: views that compare tallies name the operator"
else
	fail "dump and restore: views that compare tallies name the operator" "$answers; restored: $said"
fi
psql -qX -d dump_from -c 'set client_min_messages = warning' -c 'drop table pair cascade' \
	-c 'drop schema "Own" cascade' -c 'drop table bytes'

# The rules of a user's scheme are kept right again after the extension was dropped and made anew, and views restored
# are the same.
psql -qX -d dump_from -c 'drop schema if exists care cascade' -c 'create schema care' \
	-c "call ph.create_segment_tables('care')" >/dev/null 2>&1
said=$(psql -qXAt -v ON_ERROR_STOP=0 -d dump_from 2>&1 <<'SQL'
set client_min_messages = warning;
insert into care.scheme values ('winter', '1', 'winter');
insert into care.scheme_input (scheme, version, input, type) values ('winter', '1', 'age', 'integer');
insert into care.scheme_segment (scheme, version, rank, segment, kind) values ('winter', '1', 1, 'Old', 'segment'),
  ('winter', '1', 2, 'Rest', 'default');
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
  values ('winter', '1', 1, 'old', 'Old', 'age > 80');
drop extension population_health cascade;
select 'rows kept', count(*) from care.scheme_rule;
create extension population_health;
select 'missing', count(*), bool_and(finding = 'missing_trigger') from ph.check_scheme('winter', '1', schema => 'care');
call ph.create_segment_tables('care');
call ph.create_segment_tables('care');
select 'missing', count(*) from ph.check_scheme('winter', '1', schema => 'care') where finding = 'missing_trigger';
update care.scheme_rule set expression = 'nonsense(((';
\echo refused :SQLSTATE
select expression from care.scheme_rule;
SQL
) || true
if [ "$(grep -E '^(rows kept|missing|refused|age|nonsense)' <<<"$said")" = \
	$'rows kept|1\nmissing|14|t\nmissing|0\nrefused 42601\nage > 80' ]; then
	pass "dropped and made again: triggers come back"
else
	fail "dropped and made again: triggers come back" "$said"
fi
said=$(psql -qXAt -v ON_ERROR_STOP=1 -d dump_from 2>&1 <<'SQL'
set client_min_messages = warning;
call ph.create_shared_tables('made');
insert into made.place values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into made.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into made.person values ('ann', '1950-01-01');
insert into made.registration values ('ann', 'G', 'N', '1950-01-01');
insert into made.code_list values ('copd', '1', 'ICD10', 'J44', 'prefix');
call ph.create_population_views('made');
call ph.create_segment_inputs('made');
comment on view made.stay is 'ours';
SQL
) || true
if said=$said$(pg_dump dump_from | psql -qX -v ON_ERROR_STOP=1 -d dump_to 2>&1 >/dev/null) && [ -z "$said" ] &&
	said=$(psql -qXAt -d dump_to 2>&1 -c "
		select count(*), (select count(*) from made.segment_inputs('2024-01-01')),
			(select count(*) from pg_class where relnamespace = 'made'::regnamespace and relkind = 'v'
				and not 'security_invoker=true' = any (reloptions))
		from made.segment_input") && [ "$said" = '1|1|0' ]; then
	pass "dump and restore: generated views"
else
	fail "dump and restore: generated views" "$said"
fi

# Under forced row security the owner's dump fails, and that of a role with BYPASSRLS restores with its policies.
dropdb dump_to
createdb dump_to
said=$(psql -qXAt -v ON_ERROR_STOP=1 -d dump_from 2>&1 <<'SQL'
set client_min_messages = warning;
create role dump_keeper login;
create role dump_backup login bypassrls in role pg_read_all_data;
create role dump_partner login;
create role dump_books login;
grant create on database dump_from to dump_keeper;
set role dump_keeper;
call ph.create_shared_tables('guarded');
insert into guarded.place values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('G', 'PRACTICE');
insert into guarded.place_parent values ('L', 'S'), ('A', 'L');
insert into guarded.person values ('ann', '1950-01-01'), ('bob', '1950-01-01');
insert into guarded.registration values ('ann', 'G', null, '1950-01-01');
insert into guarded.residence values ('ann', 'A', null, '1950-01-01');
call ph.create_population_views('guarded', neighbourhood => 'none');
call ph.create_sharing_tables('guarded');
insert into guarded.may_use values ('ann', 'planning'), ('bob', 'planning');
call ph.secure('guarded');
call ph.grant_access('guarded', 'dump_partner', 'analyst');
insert into guarded.entitlement (role, level, place, purpose) values ('dump_partner', 'place', 'L', 'planning');
call ph.refresh_access('guarded');
call ph.create_budget_tables('guarded');
insert into guarded.partner values ('c', 'C', 'council'), ('d', 'D', 'council');
insert into guarded.partner_role values ('dump_books', 'c');
insert into guarded.budget_agreement (agreement, name, kind, start_date, end_date)
select a, a, 'virtual', '2024-04-01', '2025-04-01' from unnest('{ours,theirs}'::text[]) a;
insert into guarded.budget_agreement_partner (agreement, partner)
values ('ours', 'c'), ('ours', 'd'), ('theirs', 'd');
insert into guarded.budget_entry (agreement, partner, entry_date, kind, amount)
values ('ours', 'c', '2024-05-01', 'spend', 1), ('ours', 'd', '2024-05-01', 'spend', 2),
  ('theirs', 'd', '2024-05-01', 'spend', 3);
call ph.grant_access('guarded', 'dump_books', 'bookkeeper');
SQL
) || true
owner=$(pg_dump -U dump_keeper -n guarded dump_from 2>&1 >/dev/null) || true
psql -qX -d dump_to -c 'create extension population_health'
if said=$said$(pg_dump -U dump_backup -n guarded dump_from | psql -qX -v ON_ERROR_STOP=1 -d dump_to 2>&1 >/dev/null) &&
	[ -z "$said" ] && grep -q 'affected by row-level security' <<<"$owner" &&
	said=$(psql -qXAt -U dump_partner -d dump_to -c 'select string_agg(person_id, $$ $$) from guarded.person' 2>&1) &&
	[ "$said" = ann ] &&
	said=$(psql -qXAt -U dump_books -d dump_to -c "insert into guarded.budget_entry
		(agreement, partner, entry_date, kind, amount) values ('ours', 'c', '2024-06-01', 'spend', 4)" -c "
		select string_agg(agreement || entry, ' ' order by agreement, entry),
			(select count(*) from ph.verify_budget('guarded', 'ours'))
		from guarded.budget_entry" 2>&1) && [ "$said" = "ours1 ours2 ours3|0" ] &&
	said=$(psql -qXAt -U dump_keeper -d dump_to -c "call ph.refresh_access('guarded')" \
		-c 'select count(*) from guarded.person' 2>&1) && [ "$said" = 2 ]; then
	pass "dump under row security: not by the owner, and restored with its policies"
else
	fail "dump under row security: not by the owner, and restored with its policies" "$owner $said"
fi
dropdb dump_from
dropdb dump_to
psql -qX -d postgres -c 'drop role dump_keeper' -c 'drop role dump_backup' -c 'drop role dump_partner' \
	-c 'drop role dump_books'
