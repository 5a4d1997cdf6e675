import { cronEnvironment } from '../adapters/cron.ts';
import { runProgram } from '../adapters/exec.ts';
import { findProgram } from '../adapters/host.ts';
import type { AsteriskRan } from '../memory.ts';
import type { World } from '../world.ts';

/** Milliseconds in which a systemd that lives has answered. */
const ANSWER_TIMEOUT = 2000;
const UNIT = 'asterisk.service';

/**
 * How Asterisk runs on this machine, where nobody has seen it running: by the unit that its packages bring where that is
 * enabled, because then systemd starts it at boot. The question goes to systemd itself, so that none is answered where
 * another program has started this machine (systemctl(1)).
 * @returns undefined where systemd gives no answer
 */
export async function asInstalled(world: World): Promise<AsteriskRan | undefined> {
	const environment = cronEnvironment(world.crontab(), world.settings.home);
	const systemctl = findProgram('systemctl', environment.PATH ?? '');
	if (systemctl === undefined) return undefined;
	const args = ['show', '--property=LoadState,UnitFileState', UNIT];
	const { exitCode, output } = await runProgram(systemctl, args, environment, world.deadline.share(ANSWER_TIMEOUT));
	return exitCode === 0 ? parseUnit(output) : undefined;
}

/** What `systemctl show` says of a unit and of its file. */
export function parseUnit(output: string): AsteriskRan {
	const has = (line: string): boolean => output.split('\n').includes(line);
	const enabled = has('UnitFileState=enabled') || has('UnitFileState=enabled-runtime');
	return { argv: [], ...(has('LoadState=loaded') && enabled && { unit: UNIT }) };
}
