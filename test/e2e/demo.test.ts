import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chaptersOf, recordingIn, runDemo, wordingOf } from '../docs/demo.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

it('the demo goes as it tells, and prints what the README shows of it (npm run docs:demo)', {
	timeout: 300_000,
}, async () => {
	const printed = await runDemo();
	expect(wordingOf(recordingIn(README))).toBe(wordingOf(chaptersOf(printed)));
	// the README begins with one report of it
	const [, example = ''] = /\$ vicikeep check\n([\s\S]*?)\n```/.exec(README) ?? [];
	expect(example).toContain('OK after repair');
	expect(wordingOf(printed)).toContain(wordingOf(example));
	const chapters = printed.match(/^== \d\. /gm)?.length;
	expect(chapters).toBe(5);
});
