import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { environmentOf, execute, onTerminal, VICIKEEP } from './support.ts';

// a dialer without Asterisk and daemons has much to tell
let dialer: Dialer;
let env: Record<string, string>;
beforeAll(async () => {
	dialer = await startDialer({ asterisk: false, daemons: false });
	env = environmentOf(dialer);
});
afterAll(() => dialer.stop());

const CHECK = `${VICIKEEP} check -n`;
/** The widest line in columns; a single word, such as a path, is never broken. */
const widest = (screen: string): number =>
	Math.max(
		...screen
			.replace(/<ESC>\[\d+m/g, '')
			.split('\n')
			.filter((line) => line.trim().includes(' '))
			.map((line) => line.length),
	);

describe('on a terminal', () => {
	it('has colours for the words that tell the state', async () => {
		const { code, screen } = await onTerminal(CHECK, { env });
		expect(code).toBe(2);
		expect(screen).toMatch(/^(<ESC>\[\d+m)+CRITICAL(<ESC>\[\d+m)+ {2}dialer/);
		expect(screen.split('\n').filter((line) => line.includes('<ESC>')).length).toBeLessThan(screen.split('\n').length);
	});

	it.each([
		['--no-color', `${CHECK} --no-color`, {}],
		['NO_COLOR', CHECK, { NO_COLOR: '1' }],
		['TERM=dumb', CHECK, { TERM: 'dumb' }],
		['a pipe', `${CHECK} | cat`, {}],
	])('has none with %s', async (_, command, more) => {
		const { screen } = await onTerminal(command, { env: { ...env, ...more } });
		expect(screen).toMatch(/^CRITICAL {2}dialer/);
		expect(screen).not.toContain('<ESC>');
	});

	it('takes an empty NO_COLOR for none', async () => {
		expect((await onTerminal(CHECK, { env: { ...env, NO_COLOR: '' } })).screen).toContain('<ESC>');
	});

	it.each([100, 80, 50])('fits %d columns', async (columns) => {
		const { screen } = await onTerminal(CHECK, { env, columns });
		expect(widest(screen)).toBeLessThanOrEqual(columns);
	});

	it('takes one that does not know its size, such as a serial console, for one of 80 columns', async () => {
		const { screen } = await onTerminal(CHECK, { env, columns: 0 });
		expect(widest(screen)).toBeLessThanOrEqual(80);
		expect(widest(screen)).toBeGreaterThan(50);
	});

	it.each([
		[120, 120],
		[80, 80],
		[50, 50],
		[40, 40],
		[0, 80],
	])('of %d columns gets help that fits %d', async (columns, most) => {
		const { screen } = await onTerminal(`${VICIKEEP} check --help`, { env, columns });
		expect(screen).toContain('--metrics-file <path>');
		expect(widest(screen)).toBeLessThanOrEqual(most);
		expect(widest(screen)).toBeGreaterThan(most - 20);
	});
});

describe('elsewhere', () => {
	it('fits 80 columns', async () => {
		const { stdout } = await execute(VICIKEEP, ['check', '-n'], { env });
		expect(widest(stdout)).toBeLessThanOrEqual(80);
		expect(stdout).toMatch(/^ {10}next: /m);
	});

	it('leaves quietly and by what it saw when its reader has gone', async () => {
		const script = `{ ${CHECK} -v; echo "$?" >&2; } | head -1`;
		const { stdout, stderr } = await execute('/bin/sh', ['-c', script], { env });
		expect(stdout).toMatch(/^CRITICAL {2}dialer.*\n$/);
		expect(stderr).toBe('2\n');
		for (const format of ['json', 'nagios', 'prometheus']) {
			const closed = await execute('/bin/sh', ['-c', `{ ${CHECK} --format ${format}; echo "$?" >&2; } | true`], {
				env,
			});
			expect(closed.stderr).toBe('2\n');
		}
	});

	it('keeps reports on stdout and everything else on stderr', async () => {
		const { stdout, stderr } = await execute(VICIKEEP, ['check', '-n', '-vv', '--json'], { env });
		expect(JSON.parse(stdout)).toMatchObject({ schema: 1 });
		expect(stderr).toMatch(/^vicikeep: SQL \(/);
		expect(stderr + stdout).not.toContain('1234');
	});
});
