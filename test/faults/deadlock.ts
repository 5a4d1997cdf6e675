import { holdChannels } from '../sandbox/deadlock.ts';
import type { Area, Stage } from './fault.ts';
import { here } from './injections.ts';

const ROOT = 'asterisk.deadlocked Asterisk';
const starts = (...names: string[]): string[] => names.map((name) => `start:${name}`);
/** They end with their connection to Asterisk, whoever ends it. */
const FOLLOWERS = starts('AST_manager_listen', 'AST_update');
/** They end when they look for the listener and there is none, which they may miss. */
const THEIRS = starts('AST_manager_send', 'AST_VDauto_dial');

/** Nothing opens such a lock again. */
const forEver = async ({ dialer: { asterisk }, later }: Stage): Promise<void> => {
	const { pid = 0 } = asterisk;
	await holdChannels(pid);
	later(() => (asterisk.pid === pid ? asterisk.kill() : undefined));
};

const forAMoment =
	(seconds: number) =>
	({ dialer: { asterisk } }: Stage): Promise<void> =>
		holdChannels(asterisk.pid ?? 0, seconds);

const mayStart = (stage: Stage): Promise<unknown> =>
	here(stage, "UPDATE servers SET auto_restart_asterisk='Y' WHERE server_ip=?");

export const DEADLOCK: Area = {
	name: 'deadlock',
	keepalives: '1236',
	faults: [
		{
			pains: [19],
			says: 'a thread of Asterisk holds the list of channels and never gives it back',
			inject: forEver,
			find: [ROOT],
			tells: /kill -KILL \d+ && \S+start_asterisk_boot\.pl \(this ends all calls\)/,
			after: { stays: 2 },
			within: { found: 1 },
			// less than an answer may take
			twin: { but: 'it gives it back after a moment', inject: forAMoment(3) },
		},
		{
			pains: [19],
			says: 'Asterisk is deadlocked, and whoever runs the dialer wants it killed for that',
			inject: async (stage) => {
				await mayStart(stage);
				await forEver(stage);
			},
			env: { VICIKEEP_RESTART_ASTERISK: 'deadlock' },
			find: [ROOT],
			do: ['restart:Asterisk', ...FOLLOWERS],
			may: THEIRS,
			doing: /runs and answers on its manager/,
			after: 'well',
			within: { found: 1, repaired: 7 },
			// a look finds it, and the next one does not agree
			twin: {
				but: 'it goes on before three looks agree',
				inject: async (stage) => {
					await mayStart(stage);
					await forAMoment(8)(stage);
				},
				tells: [ROOT],
			},
		},
	],
};
