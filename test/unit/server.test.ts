import { describe, expect, it } from 'vitest';
import { DatabaseTrouble } from '../../src/adapters/database.ts';
import { readServer } from '../../src/dialer/server.ts';

describe("the dialer's row", () => {
	it('is read by name, or whole where an older version lacks a column', async () => {
		const asked: string[] = [];
		const older = async (sql: string) => {
			asked.push(sql.slice(0, 8));
			if (!sql.startsWith('SELECT *')) throw new DatabaseTrouble('failed', 'Unknown column', 1054);
			return [{ server_id: 'OLD', active: 'Y', active_asterisk_server: 'Y', timeclock_end_of_day: '0030' }];
		};
		expect(await readServer(older, '10.0.0.1')).toMatchObject({ serverId: 'OLD', endOfDay: '0030' });
		expect(asked).toEqual(['SELECT s', 'SELECT *', 'SELECT t', 'SELECT *']);
	});

	it('is not asked twice for another trouble', async () => {
		const broken = async () => {
			throw new DatabaseTrouble('failed', 'crashed', 145);
		};
		await expect(readServer(broken, '10.0.0.1')).rejects.toThrow('crashed');
	});
});
