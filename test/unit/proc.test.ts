import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signal } from '../../src/adapters/exec.ts';
import { Proc } from '../../src/adapters/proc.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'vicikeep-proc-'));
	lay('self', [], 'pid:[1]');
});
afterEach(() => rmSync(root, { recursive: true }));

/** One process in a /proc of our own making. */
function lay(
	pid: number | 'self',
	argv: string[],
	namespace: string,
	rest: { start?: number; state?: string; comm?: string } = {},
): void {
	mkdirSync(join(root, String(pid), 'ns'), { recursive: true });
	symlinkSync(namespace, join(root, String(pid), 'ns/pid'));
	const { start = 500, state = 'S', comm = 'perl' } = rest;
	const fields = [state, 1, ...Array(17).fill(0), start, 0];
	writeFileSync(join(root, String(pid), 'stat'), `${pid} (${comm}) ${fields.join(' ')}\n`);
	writeFileSync(join(root, String(pid), 'cmdline'), argv.map((argument) => `${argument}\0`).join(''));
}

const own = process.getuid?.() ?? 0;

describe('the process table', () => {
	it('reads argv as a list, and names with spaces and parentheses', () => {
		lay(10, ['/usr/bin/perl', '/a b/c.pl', ''], 'pid:[1]', { comm: 'a) (b' });
		expect(new Proc(root).process(10)).toMatchObject({
			comm: 'a) (b',
			argv: ['/usr/bin/perl', '/a b/c.pl', ''],
			startTicks: 500,
			started: 5,
		});
	});

	it.each([
		['our own', 'pid:[1]', [own], false],
		['of a container', 'pid:[2]', [own], true],
		['of a user who has no business here', 'pid:[1]', [own + 1], true],
	])('tells what is %s', (_, namespace, owners, foreign) => {
		lay(10, ['/usr/bin/perl', '/x.pl'], namespace, {});
		expect(new Proc(root, owners).process(10)?.foreign).toBe(foreign);
	});

	it.each([
		['the same process', { start: 500 }, true],
		['another one under the same pid', { start: 501 }, false],
		['a zombie', { start: 500, state: 'Z' }, false],
	])('knows whether it is still %s', (_, rest, lives) => {
		lay(10, ['x'], 'pid:[1]', rest);
		expect(new Proc(root).lives({ pid: 10, startTicks: 500 })).toBe(lives);
	});

	it('never signals another process that has taken the pid', () => {
		lay(process.pid, ['x'], 'pid:[1]', { start: 501 });
		expect(signal(new Proc(root), { pid: process.pid, startTicks: 500 }, 'SIGKILL')).toBe(false);
	});
});
