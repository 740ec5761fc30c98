
-- ---- scores used on people: the tables, in a schema of yours ----
-- What was scored, judged, shown, decided and asked is only added to. A row of a person goes in one way: together with
-- a row of removal of the same transaction, which says under what rule and how many. What guards this stands in the
-- schema of its owner and names nothing of this extension.

create function ph_support.group_statistic(out statistic text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('listed_share', 'share of all people of the group that is listed'),
		('sensitivity', 'share listed of those with the outcome'),
		('false_positive_share', 'share listed of those without the outcome'),
		('auroc', 'chance that somebody with the outcome has a higher score than somebody without'),
		('observed_to_expected', 'outcomes over what the scores expect; NULL where scores are no risks'),
		('slope', 'calibration slope; NULL where scores are no risks'),
		('conditions_ratio', 'long-term conditions over those of others of equal score'),
		('emergency_ratio', 'emergency admissions over those of others of equal score'),
		('deaths_ratio', 'deaths over those of others of equal score');
end;
comment on function ph_support.group_statistic() is
	'what is told of groups with limits, in the order in which ph.score_by_group tells it';

create function ph_support.accountability_table(
	out relation text, out definition text, out is_kept boolean, out description text, out columns jsonb)
returns setof record
language sql immutable
begin atomic
	values
		('score_run',
		 format('run text primary key check (run ~ ''\S''), score text not null check (score ~ ''\S''),
			version text not null check (version ~ ''\S''),
			kind text not null check (kind in (''model'', ''instrument'', ''external'')),
			purpose text not null check (purpose in (%s)), as_of date not null check (isfinite(as_of)), predicts text,
			label_kind text check (label_kind in (''health'', ''use'', ''cost'')),
			horizon interval check (horizon > ''0''::interval), model jsonb, source text, licence text,
			content_hash text not null, inputs text[] not null default ''{}'', tiering text not null, cuts float8[],
			ties text, data_day date, data_stamp text not null, people bigint not null, scored bigint not null,
			left_out bigint, recorded_by text not null default session_user,
			recorded_at timestamptz not null default clock_timestamp(),
			transaction xid8 not null default pg_current_xact_id(),
			check ((kind = ''model'') = (model is not null))', ph_support.purpose_list()),
		 true,
		 'one row a run: people of a day scored by one version of a model, an instrument or somebody else''s product',
		 jsonb_build_object('run', 'name of the run', 'score', 'name of the model, instrument or product',
			'version', 'its version', 'kind', 'model, instrument or external',
			'purpose', 'what for, of ph.purpose(): who may not be used for it was left out',
			'as_of', 'the day of which the scores tell', 'predicts', 'the outcome that it tells of, in words',
			'label_kind', 'what that outcome is: health, use of services, or cost; NULL is not said',
			'horizon', 'how long after the day the outcome counts; NULL where it is of no time',
			'model', 'the model as it was: a ph.model as jsonb', 'source', 'who made it, or the paper',
			'licence', 'terms under which it may be used',
			'content_hash', 'SHA-256 of what gives the score: the model; of others name, version and the rows',
			'inputs', 'what it was computed from', 'tiering', 'share, places, edge or given',
			'cuts', 'cuts of the tiers',
			'ties', 'where people go who are tied at a cut', 'data_day', 'last day of which the data told',
			'data_stamp', 'what the data were like', 'people', 'people of the run', 'scored', 'of whom have a score',
			'left_out', 'people who were not used, since may_use does not name them for the purpose',
			'recorded_by', 'who recorded it', 'recorded_at', 'when',
			'transaction', 'the transaction that recorded it: scores of the run are added in it and no other')),
		('person_score',
		 'person_id text not null, run text not null references {score_run},
			value float8 check (abs(value) < ''infinity''), band text, tier integer check (tier > 0), status text,
			missing_inputs text[] not null default ''{}'', inputs jsonb, primary key (person_id, run)',
		 true,
		 'one row a person and run: the score, and what it was made of; granted to nobody, lists are opened',
		 jsonb_build_object('person_id', 'the person', 'run', 'the run', 'value', 'the score; NULL where there is none',
			'band', 'band in words, where it has some', 'tier', 'tier, 1 the highest; NULL without a score',
			'status', 'why there is no score, or what to be careful with',
			'missing_inputs', 'inputs that were not known', 'inputs', 'what was known of the person, by input')),
		('run_judgement',
		 'run text not null references {score_run}, outcome text not null, judged_at timestamptz not null,
			statistic text not null, threshold float8, value float8, lower float8, upper float8, note text,
			people bigint not null, events bigint, judged_by text not null default session_user,
			unique nulls not distinct (run, outcome, judged_at, statistic, threshold)',
		 true,
		 'one row a statistic of a run, judged when its outcomes had arrived',
		 jsonb_build_object('run', 'the run', 'outcome', 'the relation of outcomes', 'judged_at', 'when',
			'statistic', 'what: auroc, observed_to_expected, slope, brier, sensitivity, positive_predictive_value, '
				'net_benefit and others', 'threshold', 'the score from which it is asked, where it is',
			'value', 'the value',
			'lower', 'its lower 95 % limit', 'upper', 'its upper 95 % limit',
			'note', 'why there is no value, or what to be careful with', 'people', 'people who were judged',
			'events', 'of whom had the outcome', 'judged_by', 'who judged it')),
		('run_group',
		 format('run text not null references {score_run}, outcome text not null, judged_at timestamptz not null,
			threshold float8 not null, dimension text not null, group_name text not null, people bigint not null,
			without_score bigint not null, without_outcome bigint not null, listed bigint not null,
			events bigint not null, %s,
			verdict text check (verdict in (''under_served'', ''recalibrate'', ''none'', ''input_of_score'')),
			note text,
			judged_by text not null default session_user,
			primary key (run, outcome, judged_at, dimension, group_name)', (
				select string_agg(format('%1$s float8, %1$s_lower float8, %1$s_upper float8', g.statistic), ', ')
				from ph_support.group_statistic() g)),
		 true,
		 'one row a group: a run judged by group, when its outcomes had arrived',
		 jsonb_build_object('run', 'the run', 'outcome', 'the relation of outcomes', 'judged_at', 'when',
			'threshold', 'the score from which people are listed',
			'dimension', 'what people are parted by, joined by * where by several',
			'group_name', 'the group; unknown is one', 'people', 'people of the run in the group',
			'without_score', 'of whom have no score',
			'without_outcome', 'of whom have a score and no known outcome', 'listed', 'of whom are listed',
			'events', 'of whom had the outcome',
			'verdict', 'under_served, recalibrate, none or input_of_score; NULL where the numbers do not suffice',
			'note', 'what there is no value of and why, or what to be careful with', 'judged_by', 'who judged it')
			|| (
				select jsonb_object_agg(g.statistic || l.ending, l.words || g.description)
				from ph_support.group_statistic() g, (
					values ('', ''), ('_lower', 'lower limit: '), ('_upper', 'upper limit: ')) l (ending, words))),
		('decision',
		 'person_id text not null, decision_id bigint generated always as identity, run text references {score_run},
			offer text not null check (offer ~ ''\S''), decided_by text not null check (decided_by ~ ''\S''),
			decided_on date not null check (isfinite(decided_on)),
			decision text not null check (decision in (''offer'', ''no_offer'', ''refer'')),
			reason text not null check (reason ~ ''\S''), human_changed boolean not null,
			not_for_post boolean not null default false, recorded_by text not null default session_user,
			recorded_at timestamptz not null default clock_timestamp(), primary key (person_id, decision_id)',
		 true,
		 'one row a decision of somebody about a person; nothing of this extension decides',
		 jsonb_build_object('person_id', 'the person', 'decision_id', 'number of the decision',
			'run', 'the run that was before who decided; NULL for none', 'offer', 'what it is about',
			'decided_by', 'who decided, a person or a team', 'decided_on', 'the day',
			'decision', 'offer, no_offer or refer', 'reason', 'why, in words',
			'human_changed', 'whether who decided departed from what was proposed',
			'not_for_post', 'whether the reason stays out of letters', 'recorded_by', 'who wrote it down',
			'recorded_at', 'when')),
		('person_request',
		 'person_id text not null, request_id bigint generated always as identity,
			kind text not null check (kind in (''correction'', ''objection'', ''restriction'', ''review'')),
			about text not null check (about ~ ''\S''), received date not null check (isfinite(received)),
			answered date check (answered >= received),
			outcome text check (outcome in (''upheld'', ''partly_upheld'', ''refused'', ''withdrawn'')), note text,
			recorded_by text not null default session_user, corrected date check (corrected >= answered),
			check ((answered is null) = (outcome is null)),
			check (corrected is null or kind = ''correction'' and outcome in (''upheld'', ''partly_upheld'')),
			primary key (person_id, request_id)',
		 false,
		 'one row a request of a person: to correct, to object, to restrict, to have a decision reviewed',
		 jsonb_build_object('person_id', 'the person', 'request_id', 'number of the request',
			'kind', 'correction, objection, restriction or review',
			'about', 'objection, restriction: a list, or all; correction: the input of rules, or of a score, that is '
				'disputed; '
				'review: a run, or the number of a decision', 'received', 'the day',
			'answered', 'the day of the answer; NULL is open',
			'outcome', 'upheld, partly_upheld, refused or withdrawn; NULL is open', 'note', 'anything else',
			'recorded_by', 'who wrote it down', 'corrected', 'of a correction that was upheld: the day on which the '
				'source had corrected the record; until then the input stays unknown')),
		('disputed_input',
		 'person_id text not null, input text not null, primary key (person_id, input)',
		 false,
		 'one row a person and input that is disputed: unknown to rules; person_request keeps it, by its triggers',
		 jsonb_build_object('person_id', 'the person', 'input', 'the input of rules, as in segment_input')),
		('person_list',
		 format('list text primary key check (list ~ ''^[a-z][a-z0-9_]*$'' and list <> ''all''),
			relation text not null, run text references {score_run}, purpose text not null check (purpose in (%s)),
			description text not null check (description ~ ''\S''), made_by text not null default session_user,
			made_at timestamptz not null default clock_timestamp()', ph_support.purpose_list()),
		 false,
		 'one row a list of people that may be opened: the view of this schema that says who is on it',
		 jsonb_build_object('list', 'name of the list', 'relation', 'the view beneath, in this schema: person_id, more',
			'run', 'the run that it comes from; NULL for none', 'purpose', 'what for, of ph.purpose()',
			'description', 'who is on it, in words', 'made_by', 'who made it', 'made_at', 'when')),
		('list_opening',
		 'opening bigint generated always as identity primary key, list text not null, purpose text not null,
			reason text not null check (reason ~ ''\S''), login text not null default session_user,
			role text not null, opened_at timestamptz not null default clock_timestamp(), people bigint not null,
			objected bigint not null, transaction xid8 not null default pg_current_xact_id()',
		 true,
		 'one row an opening of a list: who, when, what for, how many',
		 jsonb_build_object('opening', 'number of the opening', 'list', 'the list', 'purpose', 'what for',
			'reason', 'why, in words', 'login', 'who was logged in', 'role', 'the role that asked', 'opened_at', 'when',
			'people', 'people who were shown', 'objected', 'people who were left out, since they object',
			'transaction', 'the transaction that opened it: only a later one is shown the people')),
		('opened_person',
		 'person_id text not null, opening bigint not null references {list_opening}, details jsonb not null,
			primary key (person_id, opening)',
		 true,
		 'one row a person and opening: who was shown to whom, and what of him or her',
		 jsonb_build_object('person_id', 'the person', 'opening', 'the opening', 'details', 'what was shown')),
		('retention_rule',
		 format('relation text not null, purpose text check (purpose in (%s)),
			keep interval not null check (keep > ''0''::interval), basis text not null check (basis ~ ''\S''),
			unique nulls not distinct (relation, purpose)', ph_support.purpose_list()),
		 false,
		 'one row a table and purpose: how long rows of people are kept, and on what basis they then go',
		 jsonb_build_object('relation', 'the table',
			'purpose', 'of rows for which purpose; NULL is all that no other rule of the table names',
			'keep', 'how long after the day of the row', 'basis', 'law, contract or schedule that says so')),
		('removal',
		 'removal bigint generated always as identity primary key,
			kind text not null check (kind in (''person'', ''retention'')), basis text not null check (basis ~ ''\S''),
			removed jsonb not null default ''{}'', people bigint not null, login text not null default session_user,
			removed_at timestamptz not null default clock_timestamp(),
			transaction xid8 not null default pg_current_xact_id()',
		 true,
		 'one row a removal of rows of people: under what basis, how many of which table; nobody is named',
		 jsonb_build_object('removal', 'number of the removal',
			'kind', 'person: all of somebody; retention: what was due', 'basis', 'under which basis',
			'removed', 'rows removed, by table', 'people', 'how many people',
			'login', 'who was logged in', 'removed_at', 'when',
			'transaction', 'the transaction that removed: rows go in it and no other')),
		('justification',
		 'kind text not null check (kind in (''scheme'', ''model'', ''instrument'', ''intervention'')),
			name text not null, version text not null, characteristic text not null,
			justification text not null check (justification ~ ''\S''),
			decided_by text not null check (decided_by ~ ''\S''), decided_on date not null,
			primary key (kind, name, version, characteristic)',
		 false,
		 'one row a protected characteristic that a scheme, model, instrument or intervention uses: why that is right',
		 jsonb_build_object('kind', 'scheme, model, instrument or intervention', 'name', 'its name',
			'version', 'its version',
			'characteristic', 'what it uses: age, disability, gender_reassignment, marriage, pregnancy_maternity, '
				'race, religion, sex, sexual_orientation; or outcome, where what it tells of is use or cost',
			'justification', 'why, in words',
			'decided_by', 'who decided', 'decided_on', 'when')),
		('input_in_words',
		 'input text primary key, words text not null check (words ~ ''\S''),
			not_for_post boolean not null default false',
		 false,
		 'one row an input of a score or rule: how it is said to people, and whether it stays out of letters',
		 jsonb_build_object('input', 'name of the input, as in inputs of a run or of a scheme',
			'words', 'how it is said to people',
			'not_for_post', 'whether it stays out of letters: what others in the house must not read'));
end;
comment on function ph_support.accountability_table() is
	'the tables that ph.create_accountability_tables makes: columns, whether rows are only added, descriptions';

create procedure ph_support.keep_alone(schema text, target text, event text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('create or replace trigger keep_alone after %s on %s referencing old table as changed
		for each row execute function %I.keep_record()', event, target, schema);
end
$$;
comment on procedure ph_support.keep_alone(text, text, text) is
	'makes the trigger by which a table is no partition and inherits from none: a statement on the table above would '
	'go past its triggers of statements, and the server refuses that where one of rows asks for those that changed. '
	'event is one that keep_record refuses, but in a removal';

create procedure ph_support.create_record_guards(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	call ph_support.replace_function(schema, 'keep_record', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$,
			ph_support.in_schema($body$
begin
	if tg_op = 'DELETE' and tg_table_name <> 'removal' and exists (
		select
		from {removal} r
		-- a row that was restored may have the number of a transaction that is yet to come here
		where r.transaction = pg_current_xact_id_if_assigned() and r.removed_at >= transaction_timestamp())
	then
		return null;
	end if;
	raise exception 'rows of % are only added', tg_table_name
		using errcode = 'insufficient_privilege', hint = 'Add a row that says what is so now; people are removed by '
			'ph.remove_person, what is no longer to be kept by ph.purge.';
end$body$, schema)),
		'the trigger that refuses to change what was recorded about people; rows go in a transaction of a removal');
	call ph_support.replace_function(schema, 'keep_run', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$,
			ph_support.in_schema($body$
begin
	if exists (
		select
		from added a
		join {score_run} r on r.run = a.run
		where r.transaction is distinct from pg_current_xact_id_if_assigned()
			or r.recorded_at < transaction_timestamp())  -- restored, as removals may be
	then
		raise exception 'a run that is recorded gets no more scores'
			using errcode = 'insufficient_privilege', hint = 'Record another run.';
	end if;
	return null;
end$body$, schema)),
		'the trigger that refuses scores for a run of an earlier transaction');
	execute format('create or replace trigger keep_run after insert on %1$I.person_score
		referencing new table as added for each statement execute function %1$I.keep_run()', schema);
	for part in
		select format('%I.%I', schema, t.relation) as target
		from ph_support.accountability_table() t
		where t.is_kept
	loop
		execute format('create or replace trigger keep_record before update or delete or truncate on %s
			for each statement execute function %I.keep_record()', part.target, schema);
		call ph_support.keep_alone(schema, part.target, 'update');
	end loop;
end
$$;
comment on procedure ph_support.create_record_guards(text) is
	'makes the triggers by which rows of the tables of accountability are only added, and removed on record';

create function ph_support.require_accountability_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.score_run', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of accountability'
			using errcode = 'undefined_table', hint = 'CALL ph.create_accountability_tables(...) makes them.';
	end if;
end
$$;
comment on function ph_support.require_accountability_tables(text) is
	'does nothing where the schema has the tables of accountability. Errors: undefined_table';

create function ph_support.table_of_person(schema text, out relation text, out target regclass) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.relname::text, c.oid::regclass
	from pg_class c
	where c.relnamespace = to_regnamespace(quote_ident(schema)) and not c.relispartition
		-- the shared tables may be views of somebody else's
		and (c.relkind in ('r', 'p', 'f', 'm') or c.relname in (select t.relation from ph.shared_table() t))
		and exists (
			select
			from pg_attribute
			where attrelid = c.oid and attname = 'person_id' and attnum > 0 and not attisdropped)
	order by 1
$$;
comment on function ph_support.table_of_person(text) is
	'the tables of the schema, whoever made them, with a column person_id; partitions are in their parents';

create function ph_support.described(target regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return regexp_replace(obj_description(target, 'pg_class'), '^population_health: ', '');
comment on function ph_support.described(regclass) is 'what a table says of itself';

create function ph_support.require_newest_rows() returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
		raise exception 'the isolation level of the transaction must be read committed'
			using errcode = 'active_sql_transaction', hint = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED: at '
				'others two at one time (who scores and who removes a person) do not see what the other has done.';
	end if;
end
$$;
comment on function ph_support.require_newest_rows() is
	'does nothing where a statement sees what others have committed before it. Errors: active_sql_transaction';

create procedure ph.create_accountability_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	held record;
	is_new boolean;
	people constant regclass := to_regclass(format('%I.person', schema));
begin
	call ph_support.require_own_schema(schema);
	if people is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	call ph_support.keep_one_transaction(schema);
	for part in select * from ph_support.accountability_table() loop
		call ph_support.create_private_table(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
		if is_new then
			if part.relation = 'disputed_input' and ph_support.is_distributed(people) then
				call ph_support.distribute_by_person(schema, part.relation);  -- what rules read lies where people do
			end if;
			for held in select s.by_row from ph_support.table_to_secure(schema) s where s.relation = part.relation loop
				call ph_support.secure_new_table(schema, part.relation, held.by_row);
			end loop;
		end if;
	end loop;
	call ph_support.create_record_guards(schema);
	call ph_support.create_request_guards(schema);
	if to_regclass(format('%I.segment_input', schema)) is not null then
		call ph.create_segment_inputs(schema);  -- what is disputed is unknown there from now on
	end if;
	call ph_support.create_open_list(schema);
end
$$;
comment on procedure ph.create_accountability_tables(text) is
	'makes, beside the shared tables of the schema, the tables of accountability: score_run and person_score (who was '
	'scored by what), run_judgement and run_group (how right that was, and for whom), decision, person_request and '
	'disputed_input (what rules do not know, since the person disputes it: segment inputs are made anew), '
	'person_list, list_opening and opened_person (who was shown to whom), retention_rule and removal, justification '
	'and input_in_words; and open_list, opened_people and the view opened_list, by which lists of people are opened '
	'and read. They belong to the caller and are granted to nobody; rows of what happened are only added. '
	'Again: what is there stays as it is. Errors: undefined_table without shared tables, '
	'duplicate_object where a name is taken by something else';
