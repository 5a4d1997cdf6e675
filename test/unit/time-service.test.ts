import { describe, expect, it } from 'vitest';
import { parseCrontab } from '../../src/dialer/crontab.ts';
import { type ChronyAnswer, keepersAmong, parseTracking, unsetAmong } from '../../src/dialer/time-service.ts';
import { processOf } from './given.ts';

const running = (...names: string[]) => [
	processOf(1, 0, ['init'], { comm: 'systemd' }),
	...names.map((comm, index) => processOf(100 + index, 1, [comm], { comm })),
];

describe('who keeps the clock', () => {
	it.each<[string, string[], string, string[]]>([
		['systemd', ['systemd-timesyn', 'sshd'], '', ['systemd-timesyncd']],
		['chrony, with its helper', ['chronyd', 'chronyd'], '', ['chronyd']],
		['ntpd of any maker', ['ntpd'], '', ['ntpd']],
		['precision time', ['ptp4l', 'phc2sys'], '', ['ptp4l', 'phc2sys']],
		[
			"stock's line alone",
			[],
			'30 * * * * /usr/sbin/ntpdate -u pool.ntp.org 2>/dev/null 1>&2',
			["a job of root's crontab"],
		],
		['chrony once an hour', [], "7 * * * * chronyd -t 20 -q 'server x iburst'", ["a job of root's crontab"]],
		['nobody', ['sshd', 'ntpdate-notes'], '* * * * * /usr/share/astguiclient/ntpdate.pl\n#30 * * * * ntpdate x', []],
	])('%s', (_, names, crontab, expected) => {
		expect(keepersAmong(running(...names), parseCrontab(crontab))).toEqual(expected);
	});

	it('is not known where processes of others are hidden', () => {
		expect(keepersAmong([processOf(100, 1, ['sh'], { comm: 'sh' })], undefined)).toBeUndefined();
	});
});

describe('whether it has found the time', () => {
	const said = (answer: ChronyAnswer, doubts: number) => ({ answer, doubts, age: 0 });
	it.each<[string, Parameters<typeof unsetAmong>, string | undefined]>([
		['systemd has', [['systemd-timesyncd'], false, undefined], undefined],
		['systemd has not', [['systemd-timesyncd'], true, undefined], 'systemd-timesyncd'],
		['its file says nothing of others', [['chronyd', 'ntpd'], true, undefined], undefined],
		['chrony has', [['chronyd'], true, said(true, 0)], undefined],
		['chrony has not, for the first time', [['chronyd'], true, said(false, 1)], undefined],
		['chrony has not, again', [['chronyd'], true, said(false, 2)], 'chronyd'],
		['chrony did not say', [['chronyd'], true, said(null, 0)], undefined],
		['chrony is gone', [[], true, said(false, 2)], undefined],
	])('%s', (_, given, expected) => {
		expect(unsetAmong(...given)).toBe(expected);
	});

	it.each<[string, ChronyAnswer]>([
		['C0A80101,192.168.1.1,3,1795801234.5,0.00001,-0.00002,0.0001,-3.4,0.0,0.01,0.02,0.003,64.2,Normal\n', true],
		['00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n', false],
		['506 Cannot talk to daemon\n', null],
		['', null],
	])('%j', (line, expected) => {
		expect(parseTracking(line)).toBe(expected);
	});
});
