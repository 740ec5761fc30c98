
-- ---- shared tables ----
-- The shape in which partners' linked data come to every query of this extension. The shape is data, said once:
-- ph.shared_table(), ph.shared_column(), ph.shared_reference() and ph.shared_rule(). The tables, their constraints and
-- comments are made from it, the checks of ph.check_shared_tables() ask the same rules of tables that somebody else
-- made, and the loader reads from it what a file must look like.

create function ph.shared_table(
	out relation text, out required boolean, out key text[], out key_constraint text, out indexes text[],
	out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', true, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: pseudonym, birth, sex, ethnicity and death'),
		('place', true, array['place_id'], 'primary key', array['place_kind'],
		 'one row a place of any kind: small areas, wards, boroughs, systems, practices, networks'),
		('place_parent', true, array['place_id', 'parent_id'], 'primary key', array['parent_id'],
		 'which place lies in which: a graph, since a small area can lie in a ward and in a middle layer area'),
		('residence', true, array['person_id', 'start_date'], 'primary key', array['lsoa21_code'],
		 'one row a person and address: spells are half open, end_date is the first day no longer there'),
		('registration', true, array['person_id', 'start_date'], 'primary key', array['practice_code', 'pcn_code'],
		 'one row a person and registration with a practice: spells are half open, '
		 'end_date is the first day no longer there'),
		('encounter', true, array['person_id', 'encounter_id'], 'primary key',
		 array['person_id, start_date', 'start_date', 'encounter_id', 'pod, start_date, person_id, cost'],
		 'one row a contact with a service: GP consultation, accident and emergency, outpatient, '
		 'elective or emergency admission'),
		('clinical_event', true, array['person_id', 'event_date', 'code'], null,
		 array['person_id, event_date', 'code, code_system', 'event_date', 'encounter_id'],
		 'one row a coded event: an entry of the GP record, or a diagnosis of an admission'),
		('measurement', false, array['person_id', 'measure_date', 'code'], null,
		 array['person_id, measure_date', 'code_system, code', 'measure_date'],
		 'one row a measured value'),
		('place_factor', false, array['place_id', 'factor', 'period'], 'primary key', array['factor'],
		 'one row a place, factor and period: deprivation deciles, air quality and the like'),
		('enrolment', false, array['person_id', 'programme', 'start_date'], 'unique nulls not distinct',
		 array['programme'],
		 'one row a person and enrolment in a programme, with those who were eligible and not enrolled'),
		('code_list', false, array['list', 'version', 'code_system', 'code'], 'primary key', array['code_system, code'],
		 'one row a code of a version of a named list: what a condition is in each code system'),
		('code_map', false, array['from_system', 'from_code', 'to_system', 'to_code'], 'primary key', array[]::text[],
		 'one row a code of a system that the lists do not name, and a code that stands for it: '
		 'it matches the lists of either'),
		('data_day', false, array['day'], 'primary key', array[]::text[],
		 'one row: the last day that the data tell of; no person-time is counted after it'),
		('partner', false, array['partner'], 'primary key', array[]::text[],
		 'one row an organisation that shares data, or helps'),
		('wait', false, array['person_id', 'pathway', 'clock_start'], 'primary key', array['clock_start'],
		 'one row a person and wait: its clock starts and stops'),
		('external_score', false, array['person_id', 'name', 'version', 'scored_on'], 'primary key',
		 array['name, version'], 'one row a person and score that was computed elsewhere'),
		('ethnicity', false, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: which of the records of ethnicity was taken, and how many others say otherwise'),
		('service', false, array['service'], 'primary key', array['partner'],
		 'one row a service of any partner: what it is for, and what a contact with it says'),
		('encounter_service', false, array['pod', 'provider_code'], 'unique nulls not distinct', array[]::text[],
		 'one row a kind of encounter, or one of a provider: of which service it is'),
		('contact', false, array['person_id', 'contact_id'], 'primary key',
		 array['person_id, start_date', 'start_date', 'service'],
		 'one row a contact with any partner, beside those in encounter'),
		('life_event_kind', false, array['kind'], 'primary key', array[]::text[],
		 'one row a kind of life event, or a weight, of your own, beside those of ph.life_event_kind()'),
		('life_event', false, array['person_id', 'event_date', 'kind'], 'primary key', array['event_date'],
		 'one row a person and event in his or her life'),
		('work_status', false, array['person_id', 'start_date', 'status'], 'primary key', array['status'],
		 'one row a person and spell in or out of work: spells are half open, end_date is the first day no longer so'),
		('intervention', false, array['intervention', 'version'], 'primary key', array['partner'],
		 'one row a version of something that helps: whom it is for, how many places it has, what it is known to do'),
		('intervention_exclusion', false, array['intervention', 'excludes'], 'primary key', array[]::text[],
		 'one row a pair of interventions that nobody gets at one time'),
		('offer', false, array['person_id', 'intervention', 'version', 'identified_on'], 'primary key',
		 array['intervention, identified_on', 'identified_on'],
		 'one row a person and offer of help: what became of it, up to whether it helped'),
		('person_goal', false, array['person_id', 'goal_id'], 'primary key', array['set_on'],
		 'one row a person and goal that was set with or by the person'),
		('engagement', false, array['person_id', 'activity'], 'primary key', array['activity'],
		 'one row a person and survey, meeting or other activity to which people were invited, or came'),
		('community_change', false, array['change'], 'primary key', array['said_on'],
		 'one row something that people said, and what was done because of it'),
		('value_set', false, array['value_set'], 'primary key', array[]::text[],
		 'one row a value set of EQ-5D-5L that you may use'),
		('health_state_value', false, array['value_set', 'profile'], 'primary key', array[]::text[],
		 'one row a profile of EQ-5D-5L and its value in a set');
end;
comment on function ph.shared_table() is
	'the shared tables, one row each in the order in which they can be filled: whether a load needs it, '
	'the columns that tell its rows apart, the constraint on these columns (NULL: rows may repeat them), '
	'further indexes, description';

create function ph.shared_column(
	out relation text, out column_name text, out column_type text, out required boolean, out description text,
	out optional boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select c.*, (c.relation, c.column_name) in (
		('place_parent', 'start_date'), ('place_parent', 'end_date'), ('code_list', 'source'))
	from (
		values
		('person', 'person_id', 'text', true, 'pseudonym of the person'),
		('person', 'birth_date', 'date', true, 'day of birth, or the day that stands for it'),
		('person', 'sex', 'text', false, 'F, M or I (indeterminate); NULL is unknown'),
		('person', 'ethnicity_code', 'text', false, 'NHS 16+1 code, A to S; Z (not stated) and NULL are unknown'),
		('person', 'death_date', 'date', false, 'day of death; NULL is not known to have died'),
		('person', 'death_cause_icd10', 'text', false, 'underlying cause of death, ICD-10'),

		('place', 'place_id', 'text', true, 'code of the place, unique over all kinds'),
		('place', 'place_kind', 'text', true,
		 'kind and edition of the place: LSOA21, MSOA21, WARD24, LAD24, ICB24, PRACTICE, PCN'),
		('place', 'name', 'text', false, 'name to show'),

		('place_parent', 'place_id', 'text', true, 'the smaller place'),
		('place_parent', 'parent_id', 'text', true, 'a larger place in which it lies'),
		('place_parent', 'start_date', 'date', false, 'first day on which it lies there; NULL is always before'),
		('place_parent', 'end_date', 'date', false, 'first day on which it lies there no longer; NULL is still there'),

		('residence', 'person_id', 'text', true, 'who lives there'),
		('residence', 'lsoa21_code', 'text', true, 'small area of the address, lower layer super output area of 2021'),
		('residence', 'lsoa11_code', 'text', false, 'the same in the areas of 2011; not a place of this data'),
		('residence', 'start_date', 'date', true, 'first day there'),
		('residence', 'end_date', 'date', false, 'first day no longer there; NULL is still there'),

		('registration', 'person_id', 'text', true, 'who is registered'),
		('registration', 'practice_code', 'text', false, 'the practice; NULL where it is not said with whom'),
		('registration', 'pcn_code', 'text', false, 'primary care network of the practice at that time'),
		('registration', 'start_date', 'date', true, 'first day registered'),
		('registration', 'end_date', 'date', false,
		 'first day no longer registered, or the day of death; NULL is still registered'),

		('encounter', 'encounter_id', 'text', true, 'identifier of the encounter, a number or any other'),
		('encounter', 'person_id', 'text', true, 'who was seen'),
		('encounter', 'pod', 'text', true,
		 'point of delivery: GP, AE (accident and emergency), OP (outpatient), EL (elective or day case), '
		 'NEL (emergency and other unplanned admission), OTH (any other contact)'),
		('encounter', 'start_date', 'date', true, 'day of contact or admission; encounters are counted on this day'),
		('encounter', 'end_date', 'date', false,
		 'day of discharge; may be after the day of death, NULL is not yet discharged'),
		('encounter', 'los_days', 'integer', false, 'length of stay in nights'),
		('encounter', 'admission_method', 'text', false,
		 'HES code: 11 to 13 elective, 21 to 28 and 2A to 2D emergency, 31 and 32 maternity'),
		('encounter', 'primary_icd10', 'text', false, 'primary diagnosis of an admission, ICD-10'),
		('encounter', 'provider_code', 'text', false, 'organisation that gave the care'),
		('encounter', 'cost', 'numeric', false, 'cost in pounds'),

		('clinical_event', 'person_id', 'text', true, 'whom the code is about'),
		('clinical_event', 'event_date', 'date', true, 'day of the event, or of the admission'),
		('clinical_event', 'code_system', 'text', true,
		 'SNOMED, ICD10, ICD10CM, ICD9CM, OPCS4, READ2, CTV3, spelt so, or another system'),
		('clinical_event', 'code', 'text', true, 'the code'),
		('clinical_event', 'description', 'text', false, 'what the code says'),
		('clinical_event', 'source', 'text', false, 'where it was recorded: GP, APC (admitted patient care)'),
		('clinical_event', 'encounter_id', 'text', false, 'encounter of which it is a diagnosis'),
		('clinical_event', 'position', 'integer', false,
		 'position among the diagnoses of the encounter; 1 is the primary diagnosis'),

		('measurement', 'person_id', 'text', true, 'who was measured'),
		('measurement', 'measure_date', 'date', true, 'day of the measurement'),
		('measurement', 'code_system', 'text', true, 'SNOMED or another system'),
		('measurement', 'code', 'text', true, 'what was measured, as a code'),
		('measurement', 'name', 'text', false, 'what was measured, in words'),
		('measurement', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('measurement', 'unit', 'text', false, 'unit of the value'),

		('place_factor', 'place_id', 'text', true, 'the place'),
		('place_factor', 'factor', 'text', true,
		 'name of the factor; a decile of deprivation ends in _decile and counts from 1, the most deprived'),
		('place_factor', 'period', 'text', true, 'year or edition of the value'),
		('place_factor', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('place_factor', 'unit', 'text', false, 'unit of the value'),
		('place_factor', 'source', 'text', false, 'who published it'),

		('enrolment', 'person_id', 'text', true, 'who is enrolled or eligible'),
		('enrolment', 'programme', 'text', true, 'name of the programme'),
		('enrolment', 'start_date', 'date', false, 'first day in the programme; NULL is never enrolled'),
		('enrolment', 'end_date', 'date', false, 'first day no longer in the programme; NULL is still enrolled'),
		('enrolment', 'status', 'text', false, 'enrolled, eligible_not_enrolled or another state'),

		('code_list', 'list', 'text', true, 'name of the list: the condition in full words'),
		('code_list', 'version', 'text', true,
		 'version of the list; the latest one counts, numbers in it compared as numbers'),
		('code_list', 'code_system', 'text', true,
		 'SNOMED, ICD10, ICD10CM, ICD9CM, OPCS4, READ2, CTV3 or another system, spelt as in clinical_event'),
		('code_list', 'code', 'text', true, 'the code, or the beginning of the codes'),
		('code_list', 'match', 'text', true, 'exact: the code itself; prefix: every code that starts with it'),
		('code_list', 'source', 'text', false, 'who published the list, and where'),

		('code_map', 'from_system', 'text', true, 'code system of the records, spelt as in clinical_event'),
		('code_map', 'from_code', 'text', true, 'a code of it, as recorded'),
		('code_map', 'to_system', 'text', true, 'code system that code lists name'),
		('code_map', 'to_code', 'text', true, 'the code of it that says the same'),

		('data_day', 'day', 'date', true, 'the last day that the data tell of'),

		('partner', 'partner', 'text', true, 'code of the organisation'),
		('partner', 'name', 'text', false, 'name to show'),
		('partner', 'kind', 'text', true,
		 'nhs_provider, primary_care, council, combined_authority, voluntary, employer, housing, police_fire, '
		 'community or government'),

		('wait', 'person_id', 'text', true, 'who waits'),
		('wait', 'pathway', 'text', true, 'identifier of the pathway'),
		('wait', 'kind', 'text', false, 'what is waited for: referral_to_treatment, diagnostic, cancer or another'),
		('wait', 'clock_start', 'date', true, 'day on which the wait begins'),
		('wait', 'clock_stop', 'date', false, 'day on which it ends; NULL is still waiting'),
		('wait', 'reason', 'text', false, 'why the clock stopped'),

		('external_score', 'person_id', 'text', true, 'whom the score is about'),
		('external_score', 'name', 'text', true, 'name of the score'),
		('external_score', 'version', 'text', true, 'its version'),
		('external_score', 'scored_on', 'date', true, 'day of which it tells'),
		('external_score', 'value', 'double precision', false, 'the score'),
		('external_score', 'band', 'text', false, 'band of the score'),
		('external_score', 'licence', 'text', false, 'terms under which it may be used'),

		('ethnicity', 'person_id', 'text', true, 'who it is'),
		('ethnicity', 'ethnicity_code', 'text', false, 'the code that was taken; NULL is unknown'),
		('ethnicity', 'source', 'text', false, 'where it was recorded'),
		('ethnicity', 'recorded_on', 'date', false, 'when'),
		('ethnicity', 'self_reported', 'boolean', false, 'whether the person said so'),
		('ethnicity', 'records', 'bigint', false, 'records of a known ethnicity'),
		('ethnicity', 'disagreeing', 'bigint', false, 'those of them that say otherwise'),

		('service', 'service', 'text', true, 'code of the service'),
		('service', 'partner', 'text', false, 'the partner whose it is'),
		('service', 'name', 'text', false, 'name to show'),
		('service', 'pillar', 'text', false,
		 'what it works on: determinants (work, money, housing), behaviours, communities or care'),
		('service', 'crisis', 'boolean', false, 'whether a contact with it might have been avoided by earlier help'),
		('service', 'upstream', 'boolean', false, 'whether it helps before there is a crisis'),

		('encounter_service', 'pod', 'text', true, 'point of delivery, as in encounter'),
		('encounter_service', 'provider_code', 'text', false, 'the provider; NULL is every other provider'),
		('encounter_service', 'service', 'text', true, 'of which service such an encounter is'),

		('contact', 'person_id', 'text', true, 'who was in contact'),
		('contact', 'contact_id', 'text', true, 'identifier of the contact among those of the person'),
		('contact', 'service', 'text', true, 'with which service'),
		('contact', 'partner', 'text', false, 'who wrote the row; NULL is not said'),
		('contact', 'start_date', 'date', true, 'day of the contact, or the first one'),
		('contact', 'end_date', 'date', false, 'last day; NULL is the same day, or not yet ended'),
		('contact', 'planned', 'boolean', false, 'whether it was arranged beforehand; NULL is not known'),
		('contact', 'professional', 'text', false, 'who was seen: a pseudonym, or a role'),
		('contact', 'reason_code', 'text', false, 'why, in the codes of the partner'),
		('contact', 'outcome', 'text', false, 'what came of it'),
		('contact', 'hours', 'numeric', false, 'hours that were given, as of social care'),
		('contact', 'cost', 'numeric', false, 'cost in pounds'),
		('contact', 'purposes', 'text[]', false,
		 'purposes of ph.purpose() that the row may serve; none, or NULL: it is for the partner alone who wrote it'),

		('life_event_kind', 'kind', 'text', true, 'the kind of event'),
		('life_event_kind', 'name', 'text', false, 'name to show'),
		('life_event_kind', 'weight', 'double precision', true,
		 'how likely a change of tempo is after it: 1 is as likely as after an event in general, 0 not likelier'),

		('life_event', 'person_id', 'text', true, 'to whom it happened'),
		('life_event', 'event_date', 'date', true, 'when'),
		('life_event', 'kind', 'text', true, 'what: a kind of ph.life_event_kind(), or of life_event_kind'),
		('life_event', 'source', 'text', false, 'how it is known'),
		('life_event', 'partner', 'text', false, 'who wrote the row; NULL is not said'),
		('life_event', 'purposes', 'text[]', false, 'as in contact'),

		('work_status', 'person_id', 'text', true, 'whose status'),
		('work_status', 'start_date', 'date', true, 'first day'),
		('work_status', 'end_date', 'date', false, 'first day no longer so; NULL is still so'),
		('work_status', 'status', 'text', true,
		 'employed, self_employed, off_sick (has a job, and does not work in it), unemployed, inactive_ill, '
		 'inactive_other, student or retired'),
		('work_status', 'employer_size', 'integer', false, 'people who work for the employer'),
		('work_status', 'partner', 'text', false, 'who wrote the row; NULL is not said'),
		('work_status', 'purposes', 'text[]', false, 'as in contact'),

		('intervention', 'intervention', 'text', true, 'code of what helps'),
		('intervention', 'version', 'text', true, 'its version: one that was offered does not change any more'),
		('intervention', 'partner', 'text', false, 'who gives and pays it'),
		('intervention', 'pillar', 'text', false, 'as in service'),
		('intervention', 'name', 'text', false, 'name to show'),
		('intervention', 'eligible', 'text', false,
		 'whom it is for: a rule over segment inputs, as in schemes; NULL is not said'),
		('intervention', 'capacity', 'integer', false, 'people who can start in a month; NULL is not limited'),
		('intervention', 'unit_cost', 'numeric', false, 'cost in pounds of one person who takes part'),
		('intervention', 'event', 'text', false, 'the kind of event that the rate ratio is about'),
		('intervention', 'rate_ratio', 'double precision', false,
		 'rate of these events with it, over that without: below 1 it helps'),
		('intervention', 'rate_ratio_lower', 'double precision', false, 'lower limit, 95 %'),
		('intervention', 'rate_ratio_upper', 'double precision', false, 'upper limit, 95 %'),
		('intervention', 'source', 'text', false, 'the controlled comparison that says so'),

		('intervention_exclusion', 'intervention', 'text', true, 'who gets this'),
		('intervention_exclusion', 'excludes', 'text', true, 'does not get that at the same time, nor the other way'),

		('offer', 'person_id', 'text', true, 'to whom'),
		('offer', 'intervention', 'text', true, 'of what'),
		('offer', 'version', 'text', true, 'which version'),
		('offer', 'identified_on', 'date', true, 'day on which the person was found to be one whom it is for'),
		('offer', 'offered_on', 'date', false, 'day of the offer; NULL is not yet'),
		('offer', 'answered_on', 'date', false, 'day of the answer; NULL is not yet'),
		('offer', 'answer', 'text', false, 'accepted, declined or no_answer'),
		('offer', 'started_on', 'date', false, 'first day; NULL is not yet'),
		('offer', 'completed_on', 'date', false, 'day on which it was completed; NULL is not, or not yet'),
		('offer', 'better', 'boolean', false, 'whether the person was better afterwards; NULL is not known'),
		('offer', 'ended_on', 'date', false, 'day on which it ended otherwise than by completion'),
		('offer', 'ended_because', 'text', false, 'why: died, moved, dropped_out or another reason'),
		('offer', 'decision', 'bigint', false, 'row of decision in which a human said so'),

		('person_goal', 'person_id', 'text', true, 'whose goal'),
		('person_goal', 'goal_id', 'text', true, 'identifier of the goal among those of the person'),
		('person_goal', 'set_on', 'date', true, 'day on which it was set'),
		('person_goal', 'set_by', 'text', false,
		 'person, carer, together (with a professional) or professional; NULL is not known'),
		('person_goal', 'theme', 'text', false, 'what it is about, in few kinds'),
		('person_goal', 'words', 'text', false, 'the goal in the person''s own words'),
		('person_goal', 'agreed_on', 'date', false, 'day on which it was agreed with who helps; NULL is not yet'),
		('person_goal', 'reviewed_on', 'date', false, 'day on which it was looked at together; NULL is not yet'),
		('person_goal', 'met', 'boolean', false, 'whether the person said then that it was met; NULL is not known'),
		('person_goal', 'partner', 'text', false, 'who wrote the row; NULL is not said'),
		('person_goal', 'purposes', 'text[]', false, 'as in contact'),

		('engagement', 'person_id', 'text', true, 'who was invited, or came'),
		('engagement', 'activity', 'text', true, 'the survey, meeting or other activity'),
		('engagement', 'invited_on', 'date', false, 'day of the invitation; NULL is not invited'),
		('engagement', 'took_part_on', 'date', false, 'day on which the person took part; NULL did not'),
		('engagement', 'partner', 'text', false, 'who wrote the row; NULL is not said'),
		('engagement', 'purposes', 'text[]', false, 'as in contact'),

		('community_change', 'change', 'text', true, 'code of the change'),
		('community_change', 'activity', 'text', false, 'where it was said, as in engagement'),
		('community_change', 'place_id', 'text', false, 'the place that it is about; NULL is everywhere'),
		('community_change', 'partner', 'text', false, 'who answers for it'),
		('community_change', 'said', 'text', true, 'what people said'),
		('community_change', 'said_on', 'date', true, 'when'),
		('community_change', 'decision', 'text', false, 'yes, partly or no; NULL is not yet decided'),
		('community_change', 'because', 'text', false, 'why so'),
		('community_change', 'did', 'text', false, 'what was done'),
		('community_change', 'did_on', 'date', false, 'day on which it was done; NULL is not yet'),
		('community_change', 'told_on', 'date', false, 'day on which who said it were told; NULL is not yet'),

		('value_set', 'value_set', 'text', true, 'name of the set'),
		('value_set', 'country', 'text', false, 'of whose people the values are'),
		('value_set', 'year', 'integer', false, 'year of the study'),
		('value_set', 'source', 'text', false, 'who published it, and where'),
		('value_set', 'licence', 'text', false, 'terms under which it may be used'),

		('health_state_value', 'value_set', 'text', true, 'the set'),
		('health_state_value', 'profile', 'text', true, 'the profile, five digits of 1 to 5'),
		('health_state_value', 'value', 'double precision', true, 'its value: 1 is full health, 0 as bad as being dead')
	) c (relation, column_name, column_type, required, description);
end;
comment on function ph.shared_column() is
	'the columns of the shared tables in the order of the tables'' files: type, whether a value is required, '
	'description, whether the column itself may be missing';

create function ph_support.shared_need(out relation text, out without text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', 'nothing: there are no people'),
		('place', 'no comparison of places'),
		('place_parent', 'no comparison of larger places'),
		('residence', 'place, small area and deprivation of nobody are known'),
		('registration', 'nobody is registered: rates have no denominator, unless the population is another'),
		('encounter', 'admissions, attendances and costs are unknown, and rates of them NULL'),
		('clinical_event', 'no registers, no Charlson or frailty score, no segments by condition'),
		('measurement', 'no measured values: body mass index and smoking are unknown'),
		('place_factor', 'deprivation is unknown: no gap between the most and the least deprived'),
		('enrolment', 'nobody is known to be in a programme'),
		('code_list', 'no registers, and no segments by condition'),
		('data_day', 'person-time ends today, also where the data end before');
end;
comment on function ph_support.shared_need() is 'what cannot be answered where a shared table is empty';

create function ph.shared_reference(
	out relation text, out column_name text, out parent_relation text, out parent_column text, out beside text[])
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_parent', 'place_id', 'place', 'place_id', array[]::text[]),
		('place_parent', 'parent_id', 'place', 'place_id', '{}'),
		('residence', 'person_id', 'person', 'person_id', '{}'),
		('residence', 'lsoa21_code', 'place', 'place_id', '{}'),
		('registration', 'person_id', 'person', 'person_id', '{}'),
		('registration', 'practice_code', 'place', 'place_id', '{}'),
		('registration', 'pcn_code', 'place', 'place_id', '{}'),
		('encounter', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'encounter_id', 'encounter', 'encounter_id', '{person_id}'),
		('measurement', 'person_id', 'person', 'person_id', '{}'),
		('place_factor', 'place_id', 'place', 'place_id', '{}'),
		('enrolment', 'person_id', 'person', 'person_id', '{}'),
		('wait', 'person_id', 'person', 'person_id', '{}'),
		('external_score', 'person_id', 'person', 'person_id', '{}'),
		('ethnicity', 'person_id', 'person', 'person_id', '{}'),
		('service', 'partner', 'partner', 'partner', '{}'),
		('encounter_service', 'service', 'service', 'service', '{}'),
		('contact', 'person_id', 'person', 'person_id', '{}'),
		('contact', 'service', 'service', 'service', '{}'),
		('contact', 'partner', 'partner', 'partner', '{}'),
		('life_event', 'person_id', 'person', 'person_id', '{}'),
		('life_event', 'partner', 'partner', 'partner', '{}'),
		('work_status', 'person_id', 'person', 'person_id', '{}'),
		('work_status', 'partner', 'partner', 'partner', '{}'),
		('intervention', 'partner', 'partner', 'partner', '{}'),
		('offer', 'person_id', 'person', 'person_id', '{}'),
		('offer', 'version', 'intervention', 'version', '{intervention}'),
		('person_goal', 'person_id', 'person', 'person_id', '{}'),
		('person_goal', 'partner', 'partner', 'partner', '{}'),
		('engagement', 'person_id', 'person', 'person_id', '{}'),
		('engagement', 'partner', 'partner', 'partner', '{}'),
		('community_change', 'place_id', 'place', 'place_id', '{}'),
		('community_change', 'partner', 'partner', 'partner', '{}'),
		('health_state_value', 'value_set', 'value_set', 'value_set', '{}');
end;
comment on function ph.shared_reference() is
	'the references between the shared tables: a column that is not NULL names a row of the parent relation; '
	'columns beside it have the same name and value in both, so that an event names an encounter of its own person';

create function ph_support.reference_condition(column_name text, parent_column text, beside text[]) returns text
language sql immutable parallel safe
begin atomic
	select string_agg(format('p.%I = r.%I', part.parent_column, part.column_name), ' and ' order by part.place)
	from (
		select 0, column_name, parent_column
		union all
		select b.place, b.name, b.name
		from unnest(beside) with ordinality b (name, place)
	) part (place, column_name, parent_column);
end;
comment on function ph_support.reference_condition(text, text, text[]) is
	'the condition that row p of the parent relation is the one that row r names, by a row of ph.shared_reference()';

create function ph.shared_rule(
	out problem text, out relation text, out column_name text, out needs text[], out condition text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('death before birth', 'person', 'death_date', array['birth_date'], 'death_date >= birth_date'),
		('unknown sex', 'person', 'sex', array[]::text[], 'sex in (''F'', ''M'', ''I'')'),
		('unknown ethnicity', 'person', 'ethnicity_code', array[]::text[], 'ethnicity_code ~ ''^[A-HJ-NPRSZ]$'''),
		('cause without death', 'person', 'death_cause_icd10', array['death_date'],
		 'death_cause_icd10 is null or death_date is not null'),
		('end before start', 'residence', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'registration', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'encounter', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'place_parent', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'enrolment', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'wait', 'clock_stop', array['clock_start'], 'clock_stop >= clock_start'),
		('unknown kind of partner', 'partner', 'kind', array[]::text[],
		 'kind in (''nhs_provider'', ''primary_care'', ''council'', ''combined_authority'', ''voluntary'', '
		 '''employer'', ''housing'', ''police_fire'', ''community'', ''government'')'),
		('unknown pod', 'encounter', 'pod', array[]::text[],
		 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'', ''OTH'')'),
		('negative value', 'encounter', 'los_days', array[]::text[], 'los_days >= 0'),
		('negative value', 'encounter', 'cost', array[]::text[], 'cost >= 0'),
		('position below 1', 'clinical_event', 'position', array[]::text[], 'position >= 1'),
		('empty code', 'clinical_event', 'code', array[]::text[], 'code <> '''''),
		('decile outside 1 to 10', 'place_factor', 'value', array['factor'],
		 'right(factor, 7) <> ''_decile'' or value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
		('infinite day', 'data_day', 'day', array[]::text[], 'isfinite(day)'),
		('unknown pillar', 'service', 'pillar', array[]::text[],
		 'pillar in (''determinants'', ''behaviours'', ''communities'', ''care'')'),
		('unknown pod', 'encounter_service', 'pod', array[]::text[],
		 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'', ''OTH'')'),
		('end before start', 'contact', 'end_date', array['start_date'], 'end_date >= start_date'),
		('negative value', 'contact', 'cost', array[]::text[], 'cost >= 0'),
		('negative value', 'contact', 'hours', array[]::text[], 'hours >= 0'),
		('weight that is no number', 'life_event_kind', 'weight', array[]::text[],
		 'weight >= 0 and weight < ''infinity'''),
		('end before start', 'work_status', 'end_date', array['start_date'], 'end_date >= start_date'),
		('unknown status', 'work_status', 'status', array[]::text[],
		 'status in (''employed'', ''self_employed'', ''off_sick'', ''unemployed'', ''inactive_ill'', '
		 '''inactive_other'', ''student'', ''retired'')'),
		('negative value', 'work_status', 'employer_size', array[]::text[], 'employer_size >= 0'),
		('unknown pillar', 'intervention', 'pillar', array[]::text[],
		 'pillar in (''determinants'', ''behaviours'', ''communities'', ''care'')'),
		('negative value', 'intervention', 'capacity', array[]::text[], 'capacity >= 0'),
		('negative value', 'intervention', 'unit_cost', array[]::text[], 'unit_cost >= 0'),
		('effect without limits', 'intervention', 'rate_ratio', array['rate_ratio_lower', 'rate_ratio_upper', 'event'],
		 'rate_ratio is null or coalesce(event <> '''' and rate_ratio_lower > 0 and rate_ratio_lower <= rate_ratio '
		 'and rate_ratio <= rate_ratio_upper and rate_ratio_upper < ''infinity'', false)'),
		('excludes itself', 'intervention_exclusion', 'excludes', array['intervention'], 'excludes <> intervention'),
		('before it was identified', 'offer', 'offered_on', array['identified_on'], 'offered_on >= identified_on'),
		('before the offer', 'offer', 'answered_on', array['offered_on'],
		 'answered_on is null or coalesce(answered_on >= offered_on, false)'),
		('unknown answer', 'offer', 'answer', array[]::text[], 'answer in (''accepted'', ''declined'', ''no_answer'')'),
		('before it was identified', 'offer', 'started_on', array['identified_on'], 'started_on >= identified_on'),
		('end before start', 'offer', 'completed_on', array['started_on'],
		 'completed_on is null or coalesce(completed_on >= started_on, false)'),
		('before it was identified', 'offer', 'ended_on', array['identified_on'], 'ended_on >= identified_on'),
		('end before start', 'offer', 'ended_on', array['started_on'], 'ended_on >= started_on'),
		('unknown setter', 'person_goal', 'set_by', array[]::text[],
		 'set_by in (''person'', ''carer'', ''together'', ''professional'')'),
		('before it was set', 'person_goal', 'agreed_on', array['set_on'], 'agreed_on >= set_on'),
		('before it was set', 'person_goal', 'reviewed_on', array['set_on'], 'reviewed_on >= set_on'),
		('met without review', 'person_goal', 'met', array['reviewed_on'], 'met is null or reviewed_on is not null'),
		('neither invited nor there', 'engagement', 'invited_on', array['took_part_on'],
		 'invited_on is not null or took_part_on is not null'),
		('unknown decision', 'community_change', 'decision', array[]::text[],
		 'decision in (''yes'', ''partly'', ''no'')'),
		('before it was said', 'community_change', 'did_on', array['said_on'], 'did_on >= said_on'),
		('before it was said', 'community_change', 'told_on', array['said_on'], 'told_on >= said_on'),
		('no profile', 'health_state_value', 'profile', array[]::text[],
		 'profile ~ ''^[12345][12345][12345][12345][12345]$'''),
		('value that is no number', 'health_state_value', 'value', array[]::text[],
		 'value > ''-infinity'' and value < ''infinity'''),
		('unknown match', 'code_list', 'match', array[]::text[], 'match in (''exact'', ''prefix'')'),
		('empty code', 'code_list', 'code', array[]::text[], 'code <> ''''');
end;
comment on function ph.shared_rule() is
	'what every single row of the shared tables must satisfy: the problem where it does not, the column to blame, '
	'other columns that the condition reads, the condition; a condition that is NULL is satisfied';

create function ph_support.iso_day(text text) returns date
language sql immutable parallel safe
begin atomic
	-- one expression, which is written into the query that asks it
	select
		case
			when text like '0000%' then null
			when text ~ (
				'^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)'
				'|02-(0[1-9]|1[0-9]|2[0-8]))'
				'|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)'
				'([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
				'( ?(Z|[+]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)|-((0[0-9]|1[01])(:?[0-5][0-9])?|12(:?00)?)))?)?$')
				then make_date(left(text, 4)::integer, substr(text, 6, 2)::integer, substr(text, 9, 2)::integer) end;
end;
comment on function ph_support.iso_day(text) is
	'the day of a date or timestamp in the form of ISO 8601, 2024-04-01 or 2024-04-01T09:30:00Z, as it is written; '
	'NULL for anything else and for days that no calendar has';

create function ph_support.code_system_spelling(code_system text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when code_system in (
				'ICD10', 'SNOMED', 'ICD10CM', 'ICD9CM', 'OPCS4', 'READ2', 'CTV3', 'LOINC', 'RXNORM', 'CVX')
				then code_system
			when letters ~ 'ICD0?10PCS' then null
			when letters ~ 'ICD0?10CM' then 'ICD10CM'
			when letters ~ 'ICD0?10|^(ICD|ICDX|I10)$' then 'ICD10'
			when letters ~ 'ICD0?9CM' then 'ICD9CM'
			when letters ~ 'SNOMED|SNMD|^(SCT|SCTID|SNO)' then 'SNOMED'
			when letters ~ '^OPCS0?4([.]?[0-9]+)?(CODES?)?$' then 'OPCS4'
			when letters ~ 'CTV3|^READ(CODES?)?V?(ERSION)?3(CODES?)?$' then 'CTV3'
			when letters ~ '^READ(CODES?)?(V?(ERSION)?2)?(CODES?)?$' then 'READ2'
			when letters ~ '^LOINC' then 'LOINC'
			when letters in ('RXNORM', 'CVX') then letters end
	from upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C") letters;
end;
comment on function ph_support.code_system_spelling(text) is
	'how the shared tables spell a code system that has another name elsewhere, such as icd-10, SNOMED CT codes '
	'or Read codes v2; NULL for systems that they do not know (ICD-9 without CM, ICD-10-PCS, RxNorm Extension)';

create function ph_support.code_key(code_system text, code text, match text) returns text
language sql immutable parallel safe
begin atomic
	-- system and code are one key: of one clause the planner guesses better than of two
	select code_system || ' ' || nullif(  -- every code begins with nothing
		case
			when code_system = 'ICD10' and match = 'exact' then ph.icd10_normalise(code)
			when code_system in ('ICD10', 'ICD10CM', 'ICD9CM', 'OPCS4')
				then upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g') collate "C")
			when code_system <> 'SNOMED' or not ph.several_codes(code) then code end,
		'');
end;
comment on function ph_support.code_key(text, text, text) is
	'what a code is compared by: its system and the code in one form; NULL where a field holds several codes or none. '
	'match is exact for a code, prefix for the beginning of codes';

create function ph_support.last_day(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when exists (
				select
				from pg_attribute
				where attrelid = to_regclass(format('%I.data_day', schema)) and attname = 'day' and not attisdropped)
				then 'least((select max(day) from {data_day}), current_date)'
			else 'current_date' end
$$;
comment on function ph_support.last_day(text) is
	'the expression, for ph_support.in_schema, of the last day of which person-time is counted: the day in data_day, '
	'and today where there is none or it is still to come';

create function ph_support.data_day(schema text) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	day date;
begin
	execute ph_support.in_schema(format('select %s', ph_support.last_day(schema)), schema) into day;
	return day;
end
$$;
comment on function ph_support.data_day(text) is 'ph_support.last_day() of a schema, as a day';

create function ph_support.shared_table_columns(relation text) returns text
language sql stable
begin atomic
	select string_agg(format('%I %s', c.column_name, c.column_type), ', ' order by c.ordinality)
	from ph.shared_column() with ordinality c
	where c.relation = shared_table_columns.relation;
end;
comment on function ph_support.shared_table_columns(text) is
	'the columns of a shared table and their types, as they stand between the brackets of CREATE TABLE';

create function ph_support.rule_constraint(relation text, column_name text, problem text) returns text
language sql immutable parallel safe
return concat_ws('_', relation, column_name, replace(problem, ' ', '_'));
comment on function ph_support.rule_constraint(text, text, text) is
	'the name of the constraint that holds a rule of ph.shared_rule() in a table';

create function ph_support.shared_table_constraints(relation text) returns text
language sql stable
begin atomic
	select string_agg(part, ', ')
	from (
		select format('alter %I set not null', c.column_name)
		from ph.shared_column() c
		where c.relation = shared_table_constraints.relation and c.required
		union all
		select format('add %s (%s)', t.key_constraint, array_to_string(t.key, ', '))
		from ph.shared_table() t
		where t.relation = shared_table_constraints.relation and t.key_constraint is not null
		union all
		select format('add constraint %I check (%s)',
			ph_support.rule_constraint(r.relation, r.column_name, r.problem), r.condition)
		from ph.shared_rule() r
		where r.relation = shared_table_constraints.relation
	) parts (part);
end;
comment on function ph_support.shared_table_constraints(text) is
	'what must hold in a shared table, as it stands behind ALTER TABLE: required columns, key, checks';

create function ph_support.shared_table_statements(relations text[]) returns setof text
language sql stable
begin atomic
	select format('alter table {%I} %s', r, ph_support.shared_table_constraints(r))
	from unnest(relations) r
	union all
	select format('alter table {%I} add foreign key (%s) references {%I} (%s)',
		r.relation, array_to_string(r.beside || r.column_name, ', '),
		r.parent_relation, array_to_string(r.beside || r.parent_column, ', '))
	from ph.shared_reference() r
	where r.relation = any (relations)
	union all
	select format('create index on {%I} (%s)', t.relation, i.columns)
	from ph.shared_table() t, unnest(t.indexes) i (columns)
	where t.relation = any (relations)
	union all
	select 'create unique index data_day_one on {data_day} ((day is not null))'
	where 'data_day' = any (relations)
	union all
	select format('comment on table {%I} is %L', t.relation, t.description)
	from ph.shared_table() t
	where t.relation = any (relations)
	union all
	select format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
	from ph.shared_column() c
	where c.relation = any (relations);
end;
comment on function ph_support.shared_table_statements(text[]) is
	'the statements that make shared tables of tables with their columns: what must hold, references, '
	'indexes, comments';

create procedure ph_support.create_data_load(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target text := format('%I.data_load', schema);
begin
	execute format('create table if not exists %s (
		load_id bigint generated always as identity primary key, relation text not null,
		rows bigint not null check (rows >= 0), loaded_at timestamptz not null default now())', target);
	execute format('comment on table %s is ''one row a load of a shared table, in order: '
		'the greatest load_id is the stamp of the data''', target);
	call ph_support.comment_columns(target::regclass, '{"load_id": "number of the load, the later the greater",
		"relation": "the shared table", "rows": "rows that were loaded", "loaded_at": "when"}');
end
$$;
comment on procedure ph_support.create_data_load(text) is 'makes the table data_load where there is none';

create procedure ph_support.make_shared_tables(schema text, relations text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	for statement in
		select format('create table {%I} (%s)', r, ph_support.shared_table_columns(r))
		from unnest(relations) r
		union all
		select *
		from ph_support.shared_table_statements(relations)
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
end
$$;
comment on procedure ph_support.make_shared_tables(text, text[]) is
	'makes these shared tables in a schema, empty, with what must hold in them';

create procedure ph.create_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	taken text;
	all_tables constant text[] := array(select t.relation from ph.shared_table() t);
begin
	call ph_support.require_own_schema(schema);
	select string_agg(t.relation, ', ' order by t.relation)
	into taken
	from (select s.relation from ph.shared_table() s union all values ('data_load')) t
	where to_regclass(format('%I.%I', schema, t.relation)) is not null;
	if taken is not null then
		raise exception 'schema "%" already has %', schema, taken
			using errcode = 'duplicate_table',
				hint = 'Name another schema, or drop or rename these relations first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	call ph_support.make_shared_tables(schema, all_tables);
	call ph_support.create_data_load(schema);
end
$$;
comment on procedure ph.create_shared_tables(text) is
	'makes the empty shared tables in the schema, with data_load beside them, which says when each was loaded, '
	'and the schema where there is none; '
	'they are ordinary tables and belong to the caller. '
	'Errors: duplicate_table where one of the names is taken (nothing is made then), '
	'22023 for a schema of the extension or of the system, name_too_long';

create procedure ph.complete_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	statement text;
	missing text[];
begin
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) makes them.';
	end if;
	call ph_support.require_own_schema(schema);
	missing := array(
		select t.relation from ph.shared_table() t where to_regclass(format('%I.%I', schema, t.relation)) is null);
	call ph_support.make_shared_tables(schema, missing);
	for statement in
		select format('alter table {%I} add column %I %s', c.relation, c.column_name, c.column_type)
		from ph.shared_column() c
		join pg_class r on r.oid = to_regclass(format('%I.%I', schema, c.relation)) and r.relkind in ('r', 'p')
		where not exists (
			select
			from pg_attribute a
			where a.attrelid = r.oid and a.attname = c.column_name and not a.attisdropped)
		union all
		select format('alter table {%I} alter column %I drop not null', c.relation, c.column_name)
		from ph.shared_column() c
		join ph.shared_table() t using (relation)
		join pg_class r on r.oid = to_regclass(format('%I.%I', schema, c.relation)) and r.relkind in ('r', 'p')
		join pg_attribute a on a.attrelid = r.oid and a.attname = c.column_name and a.attnotnull
		where not c.required and not c.column_name = any (t.key)
		union all
		select format('alter table {%I} %s', r.relation, string_agg(
			format('drop constraint if exists %1$I, add constraint %1$I check (%2$s)',
				ph_support.rule_constraint(r.relation, r.column_name, r.problem), r.condition), ', '))
		from ph.shared_rule() r
		join pg_class c on c.oid = to_regclass(format('%I.%I', schema, r.relation)) and c.relkind in ('r', 'p')
		group by r.relation
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
	call ph_support.create_data_load(schema);
end
$$;
comment on procedure ph.complete_shared_tables(text) is
	'adds to the shared tables of a schema what an earlier version did not have: tables, empty, columns, unknown, '
	'and the rules as they are now; '
	'rows, keys and what is built on the tables stay, and relations that are no tables. Errors: undefined_table';
