import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTracking } from '../../src/dialer/time-service.ts';
import { Chrony } from '../sandbox/chrony.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { allPids, until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

describe('a real chronyd', () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'vicikeep-chrony-'));
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it.each([
		['that asks a server which does not answer has not found the time', 'server 127.0.0.1 port 9 iburst', false],
		['that has a clock to go by has found it', 'local stratum 8', true],
	])('%s', async (_, conf, expected) => {
		const chrony = await Chrony.start(folder, `${conf}\nport 0`);
		try {
			const line = await until('its answer', 30_000, () => chrony.tracking().catch(() => undefined));
			expect(parseTracking(line)).toBe(expected);
		} finally {
			await chrony.stop();
		}
	});
});

describe('the machine of this dialer', () => {
	let dialer: Dialer;
	beforeAll(async () => {
		dialer = await startDialer({ asterisk: false, daemons: false });
	});
	afterAll(() => dialer.stop());

	const names = allPids().map((pid) => {
		try {
			return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
		} catch {
			return '';
		}
	});
	const keeps = names.some((name) => /^(systemd-timesyn|chronyd|ntpd|ptp4l|phc2sys|timemaster)$/.test(name));
	const isContainer = ['/run/systemd/container', '/.dockerenv', '/run/.containerenv'].some((path) => existsSync(path));

	it('says so, unless it is a container, until its crontab sets the clock', async () => {
		const found = async () =>
			(await tick(dialer, ['--only', 'system'], { VICIKEEP_WARN_TIME_SERVICES_MISSING: '1' })).findings;
		expect(await found()).toEqual(keeps || isContainer ? [] : ['system.no_time_service machine']);
		const crontab = readFileSync(dialer.crontab, 'utf8');
		writeFileSync(dialer.crontab, `${crontab}\n30 * * * * /usr/sbin/ntpdate -u pool.ntp.org\n`);
		expect(await found()).toEqual([]);
	});
});
