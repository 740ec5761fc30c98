// node-postgres: the catalogue by query, types as the driver knows them, rows with parameters.
const { Client, types } = require('pg');
const kinds = { FLOAT8: 'number', TEXT: 'text', DATE: 'date', BOOL: 'boolean', TIMESTAMPTZ: 'time' };
const names = Object.fromEntries(Object.entries(types.builtins).map(([name, oid]) => [oid, name]));
const say = (...fields) => console.log(fields.join('\t'));
const number = v => typeof v === 'number' ? v.toFixed(6) : `not a number: ${typeof v}`;
const day = v => [v.getFullYear(), v.getMonth() + 1, v.getDate()].map(n => String(n).padStart(2, '0')).join('-');

(async () => {
	const client = new Client();
	await client.connect();
	const columns = await client.query(`select table_name, column_name,
			col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) as comment
		from information_schema.columns
		where table_schema = $1 and (table_name like 'measure\\_%' or table_name = 'goal_value')
			and (table_schema, table_name) in (select table_schema, table_name from information_schema.views)
		order by table_name collate "C", ordinal_position`, ['health']);
	const fields = {};
	for (const { table_name: view, column_name: column, comment } of columns.rows) {
		fields[view] ??= (await client.query(`select * from health.${view} limit 0`)).fields;
		const type = names[fields[view].find(f => f.name === column).dataTypeID];
		say('column', view, column, kinds[type] ?? `unknown type ${type}`, comment);
	}
	const answer = await client.query(`select period, place_name, value, lower, upper, people, provisional,
			before_verdict
		from health.measure_value
		where measure = $1 and level = $2 and period_kind = $3 and period = $4
		order by place_id collate "C"`, ['emergency_admissions', 'place', 'financial_year', '2022-04-01']);
	for (const r of answer.rows)
		say('row', day(r.period), r.place_name, ...[r.value, r.lower, r.upper, r.people].map(number), r.provisional,
			r.before_verdict ?? 'null');
	await client.end();
})();
