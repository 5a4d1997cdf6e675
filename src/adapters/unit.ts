import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Withheld } from '../types.ts';

/**
 * Why daemons may not be started from here: under a systemd unit that kills its whole control group when it stops, they
 * would die with it (systemd.kill(5)). Undefined where they outlive us.
 * @param controlGroup path of our control group
 */
export function takesDaemonsDown(controlGroup: string): Withheld | undefined {
	const unit = controlGroup.split('/').at(-1) ?? '';
	if (!unit.endsWith('.service') || !existsSync('/run/systemd/system')) return undefined;
	const scope = controlGroup.includes('/user@') ? ['--user'] : [];
	const { stdout } = spawnSync('systemctl', [...scope, 'show', '--property=KillMode', '--value', unit], {
		encoding: 'utf8',
		timeout: 2000,
	});
	const mode = (stdout ?? '').trim();
	if (mode === 'process' || mode === 'none') return undefined;
	return {
		why: `daemons started from ${unit} would be killed with it (KillMode=${mode || 'unknown'}); nothing is repaired`,
		until: 'until it is run from cron',
	};
}
