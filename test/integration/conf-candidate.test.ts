import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastSection } from '../../src/conf/proof.ts';
import { parsesWhole } from '../../src/dialer/conf-loaded.ts';
import { ALL, LoadedDialer, MS, sessionOf } from './conf-loaded.support.ts';

let box: LoadedDialer;
beforeAll(async () => {
	box = await LoadedDialer.start();
});
afterAll(() => box?.stop());

describe("a candidate, by Asterisk's own parser", () => {
	const parse = async (text: string, by = box.session) => {
		box.write('candidate.conf', text);
		box.write('wrapper.conf', '[vicikeep]\n#include "candidate.conf"\n');
		return (await parsesWhole(by, 'wrapper.conf', lastSection(text), MS)).verdict;
	};

	it.each(ALL)('%s is read to its end', async (name) => {
		expect(await parse(box.text(name))).toBe('parsed');
	});

	it.each([
		['an unclosed section', '[broken\n'],
		['an include that does not exist', '#include "nowhere.conf"\n'],
		['a section that builds on an unknown one', '[broken](nothing)\n'],
	])('%s is seen', async (_, line) => {
		for (const name of ['sip-vicidial.conf', 'voicemail.conf']) {
			const at = box.text(name).lastIndexOf('\n[') + 1;
			expect(await parse(box.text(name).slice(0, at) + line + box.text(name).slice(at))).toBe('not-parsed');
		}
	});

	it('without the right to ask', async () => {
		const other = await sessionOf(box.dialer, 'updatecron');
		expect(await parse(box.text('sip-vicidial.conf'), other)).toBe('not-permitted');
		expect((await parsesWhole(box.session, '../astguiclient.conf', undefined, MS)).verdict).toBe('not-permitted');
		other.close();
	});
});
