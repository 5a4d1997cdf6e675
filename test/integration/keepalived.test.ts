import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { Cable, Keepalived } from '../sandbox/keepalived.ts';
import { until } from '../sandbox/processes.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const EXAMPLE = readFileSync(join(PROJECT, 'share/examples/keepalived.conf'), 'utf8');
const VICIKEEP = '/usr/bin/vicikeep';
const SHARED = '10.10.10.100';

let dialer: Dialer;
let cable: Cable;
let ours: Keepalived;
let twins: Keepalived;

/** The example with some of its text exchanged. */
function written(name: string, changes: Record<string, string>): string {
	let text = EXAMPLE;
	for (const [from, to] of Object.entries(changes)) {
		if (!text.includes(from)) throw new Error(`the example has no ${from}`);
		text = text.replaceAll(from, to);
	}
	const path = join(dialer.folder, name);
	writeFileSync(path, text, { mode: 0o644 });
	return path;
}

beforeAll(async () => {
	dialer = await startDialer({ daemons: false });
	// keepalived and its script live in a network of their own; Asterisk is in ours
	const vicikeep = join(dialer.folder, 'bin/vicikeep');
	const env = Object.entries(dialer.env).map(([name, value]) => `'${name}=${value}'`);
	const run = `env -i ${env.join(' ')} '${process.execPath}' -- '${PROJECT}/bin/vicikeep' "$@"`;
	writeFileSync(vicikeep, `#!/bin/sh\nexec nsenter --net=/proc/${process.pid}/ns/net ${run}\n`);
	chmodSync(vicikeep, 0o755);
	cable = new Cable(`vk${process.pid}`, ['10.10.10.15', '10.10.10.16']);
	const soon = { 'interval 10': 'interval 1' };
	ours = new Keepalived(cable, 0, dialer.folder, written('ours.conf', { ...soon, [VICIKEEP]: vicikeep }));
	// the twin has no look of its own here, and the lower priority
	const second = { ...soon, [VICIKEEP]: 'true', 'priority 100': 'priority 50' };
	twins = new Keepalived(cable, 1, dialer.folder, written('twins.conf', second));
});
afterAll(async () => {
	await twins?.stop();
	await ours?.stop();
	cable?.remove();
	await dialer?.stop();
});

const isAt = (end: 0 | 1): boolean => cable.addresses(end).includes(SHARED);

it('the vrrp_script gives the address to a dialer whose Asterisk works, and away when it stops', async () => {
	await ours.start();
	await until('the address here', 60_000, async () => isAt(0));
	expect(ours.states()).toEqual(['BACKUP', 'MASTER']);
	await twins.start();
	await until('the twin in reserve', 60_000, async () => twins.states().includes('BACKUP'));
	expect(isAt(1)).toBe(false);

	await dialer.asterisk.kill();
	await until('the address at the twin', 60_000, async () => isAt(1) && !isAt(0));
	expect(ours.states()).toEqual(['BACKUP', 'MASTER', 'FAULT']);
	expect(twins.states()).toEqual(['BACKUP', 'MASTER']);

	// it works again, and the address stays where calls are by now
	await dialer.asterisk.start();
	await until('the way back', 60_000, async () => ours.states().at(-1) === 'BACKUP');
	expect([isAt(0), isAt(1)]).toEqual([false, true]);
	expect(ours.log()).not.toMatch(/unknown keyword|SECURITY VIOLATION|disabling/i);
});
