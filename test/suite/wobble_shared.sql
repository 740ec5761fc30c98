-- The set in ../shared, in the tables of wobble_made.sql.
\set ON_ERROR_STOP on
set client_min_messages = warning;
drop schema if exists made cascade;
create schema made;
create table made.person (
	person_id text, observed_from date, observed_until date, exit_reason text, birth_year int, sex text,
	deprivation_fifth int);
\copy made.person from program 'gzip -dc "$WOBBLE"/person.csv.gz' with (format csv, header)
alter table made.person add ethnicity text;
create table made.contact (
	person_id text, event_date date, kind text, weight float8, planned boolean, crisis boolean);
\copy made.contact from program 'gzip -dc "$WOBBLE"/contact.csv.gz' with (format csv, header)
create table made.life_event (person_id text, event_date date, kind text, source text);
\copy made.life_event from program 'gzip -dc "$WOBBLE"/life_event.csv.gz' with (format csv, header)
create table made.truth (
	person_id text, onset date, until date, size float8, cause text, life_event text, ends_in_crisis boolean,
	crisis_date date);
\copy made.truth from program 'gzip -dc "$WOBBLE"/truth/rise.csv.gz' with (format csv, header)
create table made.true_crisis (person_id text, crisis_date date, service text, warned boolean, cause text);
\copy made.true_crisis from program 'gzip -dc "$WOBBLE"/truth/crisis.csv.gz' with (format csv, header)
create table made.rise as
select person_id, onset, until, ends_in_crisis
from made.truth;
create table made.crisis as
select person_id, crisis_date
from made.true_crisis;
create table made.event as
select person_id, event_date, kind, weight, planned, crisis, false as life_event
from made.contact
union all
select person_id, event_date, kind, 1, null, false, true
from made.life_event;
analyze made.event;
