import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { highestPeak, peakInto } from '../bench/watch.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { QUICK } from '../sandbox/quick.ts';
import { tick } from './support.ts';

const PHONES = 5000;

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: 'X' });
	const phones = Array.from({ length: PHONES }, (_, at) => `\n[many${at}]\ntype=friend\nhost=dynamic\nsecret=s${at}\n`);
	appendFileSync(join(dialer.asteriskEtc, 'sip.conf'), phones.join(''));
	await dialer.asterisk.cli('sip reload');
	await until('the phones', 60_000, async () =>
		(await dialer.asterisk.cli('sip show peers')).includes(`many${PHONES - 1}`),
	);
});
afterAll(() => dialer?.stop());

describe('a dialer with 5,000 phones', () => {
	it("is looked at within a monitor's deadline, and asked for its long list in every fifth look", async () => {
		const lists: number[] = [];
		for (let look = 0; look < 11; look++) {
			const ran = await tick(dialer, ['-t', '9', '-vv']);
			expect([ran.exitCode, ran.findings]).toEqual([0, []]);
			expect(ran.check('registrations').metrics).toContainEqual(
				expect.objectContaining({ name: 'phones_known', value: expect.toSatisfy((known: number) => known >= PHONES) }),
			);
			lists.push(ran.stderr.split('\n').filter((line) => line.endsWith('Action: SIPpeers')).length);
		}
		// the first look, then each fifth one
		expect(lists).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
	});

	it('takes no more than 80 MB', async () => {
		const peaks = join(dialer.folder, 'peaks');
		// five looks, one of them with the list
		for (let look = 0; look < 5; look++)
			expect(await dialer.check(['--quiet'], { env: { ...QUICK, ...peakInto(peaks) } })).toMatchObject({ exitCode: 0 });
		expect(highestPeak(peaks)).toBeLessThanOrEqual(80);
	});
});
