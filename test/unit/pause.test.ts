import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPause } from '../../src/adapters/pause.ts';
import { judgePause } from '../../src/pause.ts';

const NOON = new Date(2026, 0, 1, 12, 0, 0);
const at = (hours: number, minutes = 0, day = 1): Date => new Date(2026, 0, day, hours, minutes, 0);

describe('what a pause file asks for', () => {
	it.each<[string, string | undefined, Date, Date | undefined, string[]]>([
		['nothing: an hour', '', at(11, 30), at(12, 30), []],
		['nothing, an hour ago', '', at(11), undefined, ['expired']],
		['minutes', '90\n', at(11), at(12, 30), []],
		['minutes that are over', '30', at(11), undefined, ['expired']],
		['a time', at(13).toISOString(), at(2), at(13), []],
		['a local time', '2026-01-01 13:00', at(2), at(13), []],
		['a time that is over', at(11).toISOString(), at(2), undefined, ['expired']],
		['more minutes than a day has', '100000', at(11), at(11, 0, 2), ['more than 24 h']],
		['a time next year', '2027-01-01T00:00:00', at(11), at(11, 0, 2), ['more than 24 h']],
		['more than a day, two days ago', '100000', at(-40), undefined, ['more than 24 h', 'expired']],
		['garbage: an hour', 'until tea', at(11, 30), at(12, 30), ['neither minutes nor an ISO time']],
		['garbage, an hour ago', 'until tea', at(11), undefined, ['neither minutes nor an ISO time', 'expired']],
		['a day that does not exist', '2026-13-41T10:00', at(11, 30), at(12, 30), ['neither minutes nor']],
		['what cannot be read: an hour', undefined, at(11, 30), at(12, 30), []],
		['from the future: an hour from now', '', at(15), at(13), ['future']],
	])('%s', (_, text, changed, until, trouble) => {
		const pause = judgePause({ path: '/run/vicikeep/pause', changed: changed.getTime(), text }, NOON);
		expect(pause.until).toEqual(until);
		expect(pause.trouble).toHaveLength(trouble.length);
		for (const [index, part] of trouble.entries()) expect(pause.trouble[index]).toContain(part);
	});

	const YEARS = new Date(2031, 0, 1).getTime();
	it.each<[string, string, { changed: number; at: number } | undefined, Date | undefined]>([
		['is met now', '', undefined, at(13)],
		['was met half an hour ago', '', { changed: YEARS, at: at(11, 30).getTime() }, at(12, 30)],
		['was met an hour ago', '', { changed: YEARS, at: at(11).getTime() }, undefined],
		['was met two hours ago and asks for three', '180', { changed: YEARS, at: at(10).getTime() }, at(13)],
		['asks for a year and was met yesterday', '525600', { changed: YEARS, at: at(12, 0, 0).getTime() }, undefined],
		['was touched again since', '', { changed: YEARS - 1, at: at(11).getTime() }, at(13)],
		['was met in a future that the clock has left', '', { changed: YEARS, at: at(18).getTime() }, at(13)],
	])('one that bears a time of the future pauses once and no longer: it %s', (_, text, before, until) => {
		const file = { path: '/run/vicikeep/pause', changed: YEARS, text };
		const pause = judgePause(file, NOON, before);
		expect(pause.until).toEqual(until);
		// the next run reckons with the same beginning, and so does the one that finds the file in the past
		expect(judgePause(file, new Date(YEARS + 60_000), pause.met).until).toBeUndefined();
		expect(judgePause(file, at(12, 1), pause.met).until).toEqual(until);
	});
});

describe('the pause file', () => {
	let folder: string;
	let path: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'vicikeep-pause-'));
		path = join(folder, 'pause');
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('is not there on most days', () => {
		expect(readPause(folder)).toBeUndefined();
		expect(readPause(join(folder, 'nowhere'))).toBeUndefined();
	});

	it('is read with the time of its last change', () => {
		writeFileSync(path, '15\n', { mode: 0o644 });
		utimesSync(path, 1000, 1000);
		expect(readPause(folder)).toEqual({ path, changed: 1_000_000, text: '15\n' });
	});

	it('pauses although it is a link, but what that leads to is not read', () => {
		writeFileSync(join(folder, 'victim'), '1');
		symlinkSync(join(folder, 'victim'), path);
		expect(readPause(folder)).toMatchObject({ text: undefined, trouble: expect.stringContaining('it is a link') });
	});

	it('pauses although it is a folder', () => {
		mkdirSync(path);
		expect(readPause(folder)).toMatchObject({ text: undefined, trouble: expect.stringContaining('no regular file') });
	});

	it.each<[string, () => void]>([
		['others may write in the folder', () => chmodSync(folder, 0o777)],
		['others may write it', () => chmodSync(path, 0o666)],
	])('says so when %s', (_, open) => {
		writeFileSync(path, '15', { mode: 0o644 });
		open();
		expect(readPause(folder)).toMatchObject({ text: '15', trouble: expect.stringContaining('by others than root') });
	});
});
