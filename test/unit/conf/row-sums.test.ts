import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectSum, sumAnswered, sumRows } from '../../../src/conf/row-sums.ts';
import { readSource } from '../../../src/conf/source.ts';
import { type SourceName, STATEMENTS, statementOf } from '../../../src/conf/statements.ts';
import { type Dataset, type DatasetServer, startDatasetServer } from './dataset.ts';

const ME = '10.10.10.15';

let server: DatasetServer;
beforeAll(async () => {
	server = await startDatasetServer();
});
afterAll(() => server?.stop());

/** What is read, and its sums, by statement. */
async function readWithSums({ query }: Dataset): Promise<Map<SourceName, { values: string[]; sum: string }>> {
	const read = new Map<SourceName, { values: string[]; sum: string }>();
	await readSource(query, ME, (name, values, rows) => {
		read.set(name, { values: [...values], sum: sumRows(statementOf(name, values), rows) });
	});
	return read;
}

const asked = async ({ query }: Dataset, name: SourceName, values: readonly string[]): Promise<string> =>
	sumAnswered((await query(selectSum(statementOf(name, values)), values))[0]);

/** Makes this server one that reads everything. */
const EVERYTHING = `UPDATE system_settings SET active_voicemail_server='${ME}', generate_cross_server_exten='1';
	UPDATE servers SET conf_engine='MEETME' WHERE server_ip='${ME}';
	INSERT INTO phones (extension, server_ip, protocol, active, dialplan_number, fullname) VALUES ('far1', '10.10.10.16', 'SIP', 'Y', '771', 'Far');
	INSERT INTO vicidial_call_menu_options (menu_id, option_value, option_route, option_route_value) VALUES ('sums', '9', 'PHONE', 'cc101');
	UPDATE phones SET login='cc101' WHERE extension='cc101'`;

describe('the sum of the rows of a statement', () => {
	it.each([['dialer-a.sql'], ['dialer-a.quirks.sql']])(
		'is the same by the database and by what was read of %s',
		async (...overlays) => {
			const dataset = await server.loadDataset([...new Set(['dialer-a.sql', ...overlays])]);
			await dataset.change(EVERYTHING);
			const read = await readWithSums(dataset);
			expect([...read.keys()].sort()).toEqual([...Object.keys(STATEMENTS), 'routePhones'].sort());
			for (const [name, { values, sum }] of read)
				expect([name, await asked(dataset, name, values)]).toEqual([name, sum]);
			// nothing is summed that is not there
			expect([...read].filter(([, { sum }]) => sum.startsWith('0 ')).map(([name]) => name)).toEqual([]);
		},
	);

	it.each([...Object.keys(STATEMENTS), 'routePhones'] as SourceName[])(
		'of %s differs when any of its columns, or the number of its rows, does',
		async (name) => {
			const dataset = await server.loadDataset(['dialer-a.sql']);
			await dataset.change(EVERYTHING);
			const { values = [], sum } = (await readWithSums(dataset)).get(name) ?? {};
			const { columns, from } = statementOf(name, values);
			const [, table = '', condition = ''] = /^(\w+)(.*)$/s.exec(from) ?? [];
			for (const column of columns) {
				await dataset.change(`CREATE TABLE kept AS SELECT * FROM ${table}`);
				await dataset.change("SET sql_mode=''");
				const value = await another(dataset, table, column);
				await dataset.query(
					`UPDATE ${table} SET ${column}=${value}${condition} ORDER BY ${columns[0]} LIMIT 1`,
					values,
				);
				expect([column, await asked(dataset, name, values)]).not.toEqual([column, sum]);
				await dataset.change(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept; DROP TABLE kept`);
				expect([column, await asked(dataset, name, values)]).toEqual([column, sum]);
			}
			await dataset.change(`DELETE FROM ${table}`);
			expect(await asked(dataset, name, values)).toBe('0 0');
		},
	);
});

/** Another value that this column can hold, as SQL. */
async function another({ query }: Dataset, table: string, column: string): Promise<string> {
	const [row] = await query(
		'SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME=? AND COLUMN_NAME=?',
		[table, column],
	);
	const type = String(row?.type);
	if (/^enum/.test(type)) return `IF(${column}+0 = 1, 2, 1)`;
	if (/int|decimal|float/.test(type)) return `COALESCE(${column}, 0) + 1`;
	if (/date|time/.test(type)) return "'2001-02-03 04:05:06'";
	return `IF(COALESCE(${column}, '')='~', '', '~')`;
}
