
-- ---- measures over what all partners know ----

-- contacts and offers, event by event
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, exposure, better, kind, aim, pillar,
	action_area, team, source, leaves_out, events, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, age_until, exposure, better, kind, aim, pillar,
	action_area, team, source, leaves_out, events, '{financial_year}'
from (
	values
		('crisis_contacts', 'Crisis contacts',
		 'Contacts that earlier help might have avoided, with any partner, per 1,000 person-years.',
		 'rate', 1000, 'per 1,000 person-years', null::integer, null::integer, 'years', 'lower', 'outcome', 'outcomes',
		 'communities', 'integrated services', 'all partners', 'The King''s Fund, population health systems',
		 'What is a crisis is what the column crisis of service says; contacts of unknown services are left out.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {every_contact}
			where crisis$$),
		('upstream_contacts', 'Contacts with upstream help',
		 'Contacts with services that help before a crisis, per 1,000 person-years.',
		 'rate', 1000, 'per 1,000 person-years', null, null, 'years', 'higher', 'output', 'outcomes', 'communities',
		 'integrated services', 'all partners', 'The King''s Fund, population health systems',
		 'What is upstream is what the column upstream of service says.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {every_contact}
			where upstream$$),
		('upstream_share', 'Upstream of all upstream and crisis contacts',
		 'Share of contacts with upstream help among those with upstream help and those in a crisis.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'process', 'outcomes', 'communities',
		 'integrated services', 'all partners', 'The King''s Fund, population health systems',
		 'A contact counts as one whatever it costs; a service that is both counts as crisis.',
		 $$select person_id, start_date as event_date, case when crisis then 0 else 1 end as amount
			from {every_contact}
			where crisis or upstream$$),
		('same_professional_again', 'The same professional as the time before',
		 'Share of contacts with a known professional that are with the same one as the contact before.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'process', 'experience', 'care', 'integrated services',
		 'all partners', 'Steinwachs 1979, Medical Care 17:551: the sequential continuity index',
		 'The first contact of a person counts in no period; contacts without a professional are left out.',
		 $$select person_id, event_date, case when professional = before then 1 else 0 end as amount
			from (
				select person_id, start_date as event_date, professional,
					lag(professional) over (partition by person_id order by start_date, contact_id) as before
				from {every_contact}
				where professional is not null
			) c
			where before is not null$$),
		('social_care_hours', 'Hours of social care',
		 'Hours that services of the council gave to people, a person-year.',
		 'rate', 1, 'hours a person-year', null, null, 'years', 'neither', 'input', 'outcomes', 'communities',
		 'collaboration', 'social care', 'Adult Social Care Activity, for hours instead of packages',
		 'Contacts with hours, of services whose partner is a council, on their first day.',
		 $$select c.person_id, c.start_date as event_date, c.hours as amount
			from {every_contact} c
			join {partner} p on p.partner = c.partner and p.kind = 'council'
			where c.hours is not null$$),
		('days_to_help', 'Days from identified to helped',
		 'Mean days from the day on which a person was identified to the first day of help, of those who were helped.',
		 'mean', 1, 'days', null, null, 'rows', 'lower', 'process', 'quality', 'communities', 'collaboration',
		 'all partners', 'as docs/cascade.md',
		 'Who waits still or was lost is left out, so that a service that loses people looks quick: see the stages.',
		 $$select person_id, started_on as event_date, started_on - identified_on as amount
			from {every_offer}
			where source = 'offer' and started_on is not null$$),
		('experience_good', 'Good experience',
		 'Share of answers that call the overall experience good or very good.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'outcome', 'experience', 'care', 'collaboration',
		 'all partners', 'the form of the Friends and Family Test, as ph.person_reported_measure() has it',
		 'Answers that say not known are left out; who does not answer is not asked why.',
		 $$select person_id, measure_date as event_date, case when value in (1, 2) then 1 else 0 end as amount
			from {measurement}
			where code_system = 'PH' and code = 'overall_experience' and value between 1 and 5$$),
		('activation_improved', 'More active in their own health',
		 'Share of people with a second activation score within 12 months who gained 3 points or more.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'outcome', 'experience', 'behaviours',
		 'equitable communities', 'all partners', 'Patient Activation Measure; measure CBE 2483, United States',
		 'Who starts low gains more on average without any help; who is not asked again is left out.',
		 $$select person_id, event_date, case when value::numeric - before::numeric >= 3 then 1 else 0 end as amount
			from (
				select person_id, measure_date as event_date, value,
					lag(value) over asked as before, lag(measure_date) over asked as before_date
				from {measurement}
				where code_system = 'PH' and code = 'activation_score' and value between 0 and 100
				window asked as (partition by person_id order by measure_date)
			) m
			where event_date < before_date + interval '12 months'$$),
		('reported_outcome_improved', 'Better by their own account',
		 'Share of second scores of reported outcomes that are better by the smallest change that matters.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'outcome', 'outcomes', 'care', 'integrated services',
		 'all partners', 'as ph.person_reported_measure() has it',
		 'Outcomes with a smallest change only; who is worse counts as who is the same: see ph.reported_change.',
		 $$select person_id, event_date, case
					when better = 'higher' and value::numeric - before::numeric >= smallest_change then 1
					when better = 'lower' and before::numeric - value::numeric >= smallest_change then 1
					else 0 end as amount
			from (
				select m.person_id, m.measure_date as event_date, m.value, r.better, r.smallest_change,
					lag(m.value) over (partition by m.person_id, m.code order by m.measure_date) as before
				from {measurement} m
				join ph.person_reported_measure() r using (code_system, code)
				where r.kind = 'outcome' and r.smallest_change is not null
					and m.value between r.scale_min and r.scale_max
			) m
			where before is not null$$),
		('in_work_after_12_months', 'In work twelve months after help',
		 'Share of people who started an intervention and are in work twelve months later, of whom that is known.',
		 'proportion', 100, '%', null, null, 'rows', 'higher', 'outcome', 'outcomes', 'determinants', 'shared value',
		 'work and health', 'DWP research report 1025, for work on a day',
		 'Off sick is not in work; who has no row of work_status that day is left out: a gap is not unemployment.',
		 $$select o.person_id, (o.started_on + interval '12 months')::date as event_date,
				case when bool_or(w.status = 'off_sick') then 0
					when bool_or(w.status in ('employed', 'self_employed')) then 1
					else 0 end as amount
			from {every_offer} o
			join {work_status} w on w.person_id::text = o.person_id
				and w.start_date <= (o.started_on + interval '12 months')::date
				and coalesce(w.end_date > (o.started_on + interval '12 months')::date, true)
			where o.source = 'offer'
				and o.started_on + interval '12 months' <= (select max(day) from {data_day})
			group by o.person_id, o.intervention, o.version, o.identified_on, o.started_on$$)
) m (
	measure, name, meaning, indicator, per, unit, age_from, age_until, exposure, better, kind, aim, pillar, action_area,
	team, source, leaves_out, events);

-- work that illness costs
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area,
	team, source, leaves_out, events, recorded, period_kinds)
select measure, '1', name, meaning, 'rate', 1, unit, 16, 65, 'lower', 'outcome', aim, 'determinants', 'shared value',
	'work and health', source,
	'All days of a spell count, also those on which nobody works; who has no row of work_status counts as none.'
		|| leaves_out,
	format($$select person_id, event_date, %sdays as amount
		from (
			select w.person_id, greatest(w.start_date, m.month) as event_date,
				least(w.end_date, (m.month + interval '1 month')::date, d.day + 1)
					- greatest(w.start_date, m.month) as days
			from {work_status} w
			cross join (select least(max(day), current_date) as day from {data_day}) d
			cross join lateral (
				select month::date
				from generate_series(date_trunc('month', w.start_date::timestamp),
					least(w.end_date - 1, d.day), interval '1 month') month) m
			where w.status in ('off_sick', 'inactive_ill')
		) lost$$, times),
	'select start_date as record_date from {work_status}', '{financial_year}'
from (
	values
		('lost_work_days', 'Days of work lost to illness',
		 'Days off sick or out of work for illness, a person-year, 16 to 64.', 'days a person-year', 'outcomes',
		 'Office for National Statistics, sickness absence, for days of the calendar', '', ''),
		('lost_work_value', 'What lost work is worth',
		 'Median full-time pay of the days off sick or out of work for illness, pounds a person-year, 16 to 64.',
		 'pounds a person-year', 'cost',
		 'Office for National Statistics, annual survey of hours and earnings 2024, 728.30 pounds a week, from memory: '
		 'check before use',
		 ' A day is worth a seventh of a week''s pay, whatever the person earned: a copy can say otherwise.',
		 '728.30 / 7 * ')
) m (measure, name, meaning, unit, aim, source, leaves_out, times);

-- contacts and spend, a kind of partner each
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source, leaves_out, events, period_kinds)
select k.measure || m.measure, '1', m.name || k.name, format(m.meaning, k.name), m.indicator, m.per, m.unit, m.exposure,
	'neither', m.kind, m.aim, k.pillar, 'shared value', k.team, 'The King''s Fund, population health systems',
	m.leaves_out,
	format(m.events, k.kinds), '{financial_year}'
from (
	values
		('nhs', 'the NHS', 'care', 'NHS', $$'nhs_provider', 'primary_care'$$),
		('council', 'the council', 'determinants', 'council', $$'council', 'combined_authority'$$),
		('voluntary', 'charities and communities', 'communities', 'voluntary sector', $$'voluntary', 'community'$$),
		('housing', 'housing associations', 'determinants', 'housing', $$'housing'$$),
		('work', 'employers and job centres', 'determinants', 'work and health', $$'employer', 'government'$$)
) k (measure, name, pillar, team, kinds),
(
	values
		('_contacts', 'Contacts with ', 'Contacts with %s per 1,000 person-years.', 'rate', 1000,
		 'per 1,000 person-years', 'years', 'output', 'outcomes',
		 'By the kind of the partner of the service; contacts of unknown partners are left out.',
		 $$select c.person_id, c.start_date as event_date, 1 as amount
			from {every_contact} c
			join {partner} p on p.partner = c.partner and p.kind in (%s)$$),
		('_spend_a_head', 'Spend a head of ', 'What contacts with %s cost a person in the period.', 'mean', 1, 'pounds',
		 'people', 'input', 'cost',
		 'Per person with a day at risk in the period; a contact without a cost counts as none.',
		 $$select c.person_id, c.start_date as event_date, c.cost as amount
			from {every_contact} c
			join {partner} p on p.partner = c.partner and p.kind in (%s)
			where c.cost is not null$$)
) m (measure, name, meaning, indicator, per, unit, exposure, kind, aim, leaves_out, events);

-- each stage of the cascade, within some weeks of the stage before
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source, leaves_out, events, period_kinds)
select measure, '1', name, meaning, 'proportion', 100, '%', 'rows', 'higher', kind, 'equity', 'communities',
	'collaboration', 'all partners', 'as docs/cascade.md',
	'Of all interventions together; who died, moved or said no stays in it, and who has not waited so long by the data '
	'day is left out.',
	format($$select person_id, %1$s as event_date,
			case when coalesce(%2$s) <= %1$s + 7 * %5$s and %3$s then 1 else 0 end as amount
		from {every_offer}
		where source = 'offer' and %1$s + 7 * %5$s <= (select max(day) from {data_day}) and %4$s$$,
		day, next_days, condition, of, weeks),
	'{financial_year}'
from (
	values
		('offered_of_identified', 'Offered help, of those identified',
		 'Share of people identified who were offered help within 12 weeks.', 'process',
		 'identified_on', 'offered_on, started_on', 'true', 'true', 12),
		('accepted_of_offered', 'Said yes, of those offered help',
		 'Share of people offered help who said yes within 12 weeks.', 'process',
		 'offered_on', 'answered_on', 'answer = ''accepted''', 'offered_on is not null', 12),
		('started_of_accepted', 'Started, of those who said yes',
		 'Share of people who said yes whose help started within 12 weeks.', 'process',
		 'answered_on', 'started_on', 'true', 'answer = ''accepted'' and answered_on is not null', 12),
		('completed_of_started', 'Completed, of those who started',
		 'Share of people who started and completed within 26 weeks.', 'process',
		 'started_on', 'completed_on', 'true', 'started_on is not null', 26),
		('better_of_completed', 'Better, of those who completed',
		 'Share of people who completed and were found better; who was not asked counts as not.', 'outcome',
		 'completed_on', 'completed_on', 'coalesce(better, false)', 'completed_on is not null', 0)
) m (measure, name, meaning, kind, day, next_days, condition, of, weeks);

-- what is so on a day
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area,
	team, source, leaves_out, persons, recorded, recorded_within, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area,
	team, source, leaves_out, persons, recorded, recorded_within::interval, '{financial_year}'
from (
	values
		('known_to_two_partners', 'Known to two or more partners',
		 'Share of people who had contacts with two or more partners in the year.',
		 'proportion', 100, '%', null::integer, null::integer, 'neither', 'output', 'experience', 'communities',
		 'collaboration', 'all partners', 'The King''s Fund, population health systems',
		 'Partners of services and providers of encounters; a practice and a hospital are two.',
		 $$select p.person_id, case when c.partners >= 2 then 1 else 0 end as amount
			from {person} p
			left join (
				select person_id, count(distinct partner) as partners
				from {every_contact}
				where start_date < {day} and start_date >= ({day} - interval '1 year')::date
				group by person_id
			) c on c.person_id = p.person_id::text$$,
		 'select start_date as record_date from {every_contact}', '1 year'),
		('two_clinical_one_social_need', 'Two clinical needs and a social one',
		 'Share of people with two or more long-term conditions and a contact in the year that was about work, money '
		 'or housing.',
		 'proportion', 100, '%', null, null, 'lower', 'outcome', 'equity', 'determinants', 'integrated services',
		 'all partners', 'The King''s Fund, population health systems; conditions as multimorbidity',
		 'A social need is a contact with a service of the pillar determinants: who has the need and asks nobody is '
		 'not seen.',
		 $$select p.person_id, case when c.conditions >= 2 and s.person_id is not null then 1 else 0 end as amount
			from {person} p
			left join (
				select person_id, count(*) as conditions
				from {register}
				where first_date < {day}
					and condition in (select list from ph.shipped_code_list() where long_term_condition)
				group by person_id
			) c on c.person_id = p.person_id::text
			left join (
				select distinct person_id
				from {every_contact}
				where pillar = 'determinants' and start_date < {day} and start_date >= ({day} - interval '1 year')::date
			) s on s.person_id = p.person_id::text$$,
		 'select start_date as record_date from {every_contact} where pillar = ''determinants''', '1 year'),
		('usual_professional', 'Contacts with the usual professional',
		 'Mean share of a person''s contacts of two years that were with the professional seen most often.',
		 'mean', 1, 'of 1', null, null, 'higher', 'process', 'experience', 'care', 'integrated services',
		 'primary care', 'Breslau and Reeb 1975: usual provider of care; Barker et al. 2017, BMJ 356:j84',
		 'People with two or more contacts with known professionals; a mean near 1 can come of people seen twice.',
		 $$select person_id, max(contacts) / sum(contacts) as amount
			from (
				select person_id, professional, count(*) as contacts
				from {every_contact}
				where professional is not null and start_date < {day}
					and start_date >= ({day} - interval '2 years')::date
				group by person_id, professional
			) c
			group by person_id
			having sum(contacts) >= 2$$,
		 'select start_date as record_date from {every_contact} where professional is not null', '2 years'),
		('in_work', 'In work',
		 'Share of people of 16 to 64, of whom work is known, who are employed or self-employed and not off sick.',
		 'proportion', 100, '%', 16, 65, 'higher', 'outcome', 'outcomes', 'determinants', 'shared value',
		 'work and health', 'Office for National Statistics, employment, without those off sick',
		 'Who has no row of work_status on the day is left out: a gap is not unemployment.',
		 $$select person_id, case when bool_or(status = 'off_sick') then 0
				when bool_or(status in ('employed', 'self_employed')) then 1
				else 0 end as amount
			from {work_status}
			where start_date < {day} and coalesce(end_date >= {day}, true)
			group by person_id$$,
		 'select start_date as record_date from {work_status}', null),
		('off_sick', 'Off sick from a job',
		 'Share of people of 16 to 64 with a job who are off sick.',
		 'proportion', 100, '%', 16, 65, 'lower', 'outcome', 'outcomes', 'determinants', 'shared value',
		 'work and health', 'Office for National Statistics, sickness absence, for people instead of hours',
		 'Who has a job and is off sick has one row that says so, or two, of which off sick counts.',
		 $$select person_id, case when bool_or(status = 'off_sick') then 1 else 0 end as amount
			from {work_status}
			where start_date < {day} and coalesce(end_date >= {day}, true)
				and status in ('employed', 'self_employed', 'off_sick')
			group by person_id$$,
		 'select start_date as record_date from {work_status}', null),
		('low_activation', 'Low activation',
		 'Share of people with an activation score of two years whose last one is of level 1 or 2.',
		 'proportion', 100, '%', null, null, 'lower', 'outcome', 'equity', 'behaviours', 'equitable communities',
		 'all partners', 'Patient Activation Measure: level 2 ends at 55.1 in both published sets of cut points',
		 'Who was never asked is left out, and is likelier to be of a low level.',
		 $$select distinct on (person_id) person_id, case when value::numeric <= 55.1 then 1 else 0 end as amount
			from {measurement}
			where code_system = 'PH' and code = 'activation_score' and value between 0 and 100
				and measure_date < {day} and measure_date >= ({day} - interval '2 years')::date
			order by person_id, measure_date desc, value$$,
		 'select measure_date as record_date
			from {measurement}
			where code_system = ''PH'' and code = ''activation_score''',
		 '2 years')
) m (
	measure, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area, team,
	source, leaves_out, persons, recorded, recorded_within);
