import { describe, expect, it } from 'vitest';
import { DatabaseTrouble } from '../../src/adapters/database.ts';
import { judgeTables } from '../../src/checks/mysql-tables.ts';
import { diagnose, futile } from '../../src/diagnose.ts';
import { crashedTable } from '../../src/dialer/crashed-table.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import { isReadOnly } from '../../src/dialer/database-facts.ts';
import type { Replica } from '../../src/dialer/database-tables.ts';
import type { ServerRow } from '../../src/dialer/server.ts';
import type { Status } from '../../src/types.ts';
import { finding, settingsOf } from './given.ts';

type Given = Parameters<typeof judgeTables>;

const sample = <T>(answer: T, doubts = 0) => ({ answer, age: 0, doubts });
const nothing: Given[0] = { touched: undefined, stale: undefined, replica: undefined };
const serverOf = (schemaVersion: number) => ({ system: { schemaVersion } }) as ServerRow;
const outline = (samples: Partial<Given[0]>, schema = 0, expectedSchema?: number, readOnly = false): string[] =>
	judgeTables({ ...nothing, ...samples }, serverOf(schema), readOnly, {
		...settingsOf(),
		...(expectedSchema !== undefined && { expectedSchema }),
	}).findings.map(({ id, subject, status }) => `${id} ${subject} ${status}`);
const replica = (answer: Partial<Replica> | null, doubts = 2) => ({
	replica: sample(answer && { running: false, lag: null, atRest: false, error: '', ...answer }, doubts),
});

describe('the tables of the database', () => {
	it.each<[string, Partial<Given[0]>, string[]]>([
		['not asked yet', {}, []],
		['all readable', { touched: sample({ broken: [], last: 'servers' }), stale: sample([]) }, []],
		[
			'one crashed',
			{ touched: sample({ broken: [{ table: 'vicidial_list', says: 'is marked as crashed' }], last: 'servers' }) },
			['mysql.crashed vicidial_list critical'],
		],
		[
			'a column without its update',
			{ stale: sample(['vicidial_live_agents.last_update_time']) },
			['mysql.column_without_update vicidial_live_agents.last_update_time warning'],
		],
	])('%s', (_, samples, expected) => {
		expect(outline(samples)).toEqual(expected);
	});

	const late = { running: true, lag: 90 };
	it.each<[string, ReturnType<typeof replica>, Status | undefined, Status | undefined]>([
		['none', replica(null), undefined, undefined],
		['one that keeps up', replica({ running: true, lag: 2 }), undefined, undefined],
		['one that is late', replica(late), 'warning', 'warning'],
		['one that is late for the first time', replica(late, 1), undefined, undefined],
		['one that is very late', replica({ running: true, lag: 700 }), 'critical', 'warning'],
		['one that has failed', replica({ error: 'Duplicate entry' }), 'critical', 'warning'],
		['one that looks for its master', replica({}), 'critical', 'warning'],
		['one that was stopped', replica({ atRest: true }), 'critical', 'warning'],
		['one that was stopped just now', replica({ atRest: true }, 1), undefined, undefined],
	])('of a replica: %s', (_, samples, readOnly, writable) => {
		const told = (status: Status | undefined) => (status ? [`mysql.replica localhost:3306 ${status}`] : []);
		expect(outline(samples, 0, undefined, true)).toEqual(told(readOnly));
		expect(outline(samples, 0, undefined, false)).toEqual(told(writable));
	});

	it.each<[string, number, number | undefined, string[]]>([
		['as expected', 1700, 1700, []],
		['older than the programs', 1699, 1700, ['mysql.schema asterisk warning']],
		['newer than the programs', 1701, 1700, ['mysql.schema asterisk warning']],
		['unknown', 0, 1700, []],
		['of which the programs expect nothing', 1700, undefined, []],
	])('of a schema that is %s', (_, found, expected, findings) => {
		expect(outline({}, found, expected)).toEqual(findings);
	});

	it('of which one has crashed explain what fails on them, and no living daemon is stopped for it', () => {
		const crashed = finding('mysql.crashed', 'vicidial_live_agents');
		const [, unread, absent] = diagnose([
			crashed,
			finding('queues.database', 'queues'),
			finding('processes.absent', 'AST_update'),
		]);
		expect([unread?.cause, absent?.cause]).toEqual(Array(2).fill('mysql.crashed vicidial_live_agents'));
		const [daemon] = DAEMONS;
		expect(daemon && futile(daemon, true, [crashed])?.forbids).toBe('stops');
		expect(daemon && futile(daemon, false, [crashed])).toBeUndefined();
	});
});

describe('an error', () => {
	it.each<[number, string, string | undefined]>([
		[126, "Index for table './asterisk/vicidial_live_agents' is corrupt; try to repair it", 'vicidial_live_agents'],
		[145, "Table './asterisk/vicidial_list' is marked as crashed and should be repaired", 'vicidial_list'],
		[1194, "Table 'vicidial_lists' is marked as crashed and should be repaired", 'vicidial_lists'],
		[1034, "Incorrect key file for table './asterisk/call_log.MYI'; try to repair it", 'call_log'],
		[1114, "The table 'vicidial_hopper' is full", undefined],
		[1146, "Table 'asterisk.vicidial_3way' doesn't exist", undefined],
	])('%d of a damaged table names it', (errno, message, table) => {
		expect(crashedTable(new DatabaseTrouble('failed', message, errno))).toBe(table);
	});
});

it.each<[unknown, boolean]>([
	[0, false],
	['0', false],
	['OFF', false],
	[null, false],
	[undefined, false],
	[1, true],
	['1', true],
	['ON', true],
	['NO_LOCK', true],
	['NO_LOCK_NO_ADMIN', true],
])('@@global.read_only=%s', (value, expected) => {
	expect(isReadOnly(value)).toBe(expected);
});
