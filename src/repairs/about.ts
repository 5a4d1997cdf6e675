import { LOOKS_TO_KILL, LOOKS_TO_START } from '../plan-asterisk.ts';
import { ONCE_IN } from '../plan-registrations.ts';
import { SETTING_TEXTS } from '../setting-texts.ts';
import { THRESHOLDS } from '../thresholds.ts';
import type { ActionKind } from '../types.ts';

/** What a person is told of a repair. */
export interface RepairAbout {
	/** the action as reports call it */
	action: string;
	does: string;
	/** for what trouble, and after how many looks that count */
	when: string;
	/** what keeps it rare and harmless, beside what holds for every repair */
	bounds: string;
	/** by what it counts as done */
	proof: string;
}

const RATION = `ration ${SETTING_TEXTS.RATION.fallback} (\`VICIKEEP_RATION\`)`;
const GRACE = (['BOOT', 'DATABASE', 'START'] as const)
	.map((name) => SETTING_TEXTS[`GRACE_${name}`].fallback)
	.join(', ');
const WINDOW = `only in seconds ${SETTING_TEXTS.START_WINDOW.fallback} of a minute (\`VICIKEEP_START_WINDOW\`)`;
const LIVES =
	'exactly one runs, stays, and shows its sign of life; a sign that takes longer than a run is seen by the next';

/** Every repair there is, by the kind of its action; Asterisk and trunks go by rules of their own. */
export const REPAIRS: Readonly<Record<Exclude<ActionKind, 'hook'> | 'restart-asterisk' | 're-register', RepairAbout>> =
	{
		start: {
			action: 'start:<daemon>',
			does: "the stock command in the stock screen, with cron's environment and the arguments it was last seen with; all absent ones in one run, what others rest on first",
			when: 'a daemon is absent in 2 looks; in the same run when what it rests on was just repaired',
			bounds: `${RATION} a daemon; ${WINDOW}, and while no stock keepalive is at work`,
			proof: LIVES,
		},
		restart: {
			action: 'restart:<daemon>',
			does: "keeps the evidence, ends the daemon, its children and its screen by TERM, then KILL, and starts it as above; a sender's stale actions are told or set DEAD first (`VICIKEEP_AGE_QUEUE`)",
			when: 'it is there and does not live, in 2 looks: stopped, silent, its heartbeat critically old, deaf, hung',
			bounds: `one living process a run; ${RATION} a daemon; never within ${GRACE} s of a boot, a start of the database, its own start; never under critical load or pressure, or at \`VICIKEEP_QUIET_TIMES\`; never for its own long statement, a lock or a disk`,
			proof: LIVES,
		},
		stop: {
			action: 'stop:<daemon>',
			does: 'ends the surplus one of two: the one without signs of life, and if both live the younger',
			when: 'it runs twice in 2 looks',
			bounds: 'as for a restart; a screen that somebody else uses is left',
			proof: LIVES,
		},
		'start-asterisk': {
			action: 'start-asterisk:Asterisk',
			does: 'starts it the one way in which it ran before: its systemd unit, else its screen, else the boot script',
			when: `it is absent in ${LOOKS_TO_START} looks, and \`servers\` allows it (auto_restart_asterisk, asterisk_temp_no_restart)`,
			bounds: `${RATION}; never beside safe_asterisk, nor shortly after boot`,
			proof: 'it runs and answers on its manager',
		},
		'restart-asterisk': {
			action: 'restart:Asterisk',
			does: 'keeps the evidence, kills it, which ends all calls, and starts it as above',
			when: `it is proven dead in ${LOOKS_TO_KILL} looks, and \`VICIKEEP_RESTART_ASTERISK=deadlock\` asks for it; else the command to type is told`,
			bounds: `${RATION}; as for a daemon that lives`,
			proof: 'it runs and answers on its manager',
		},
		rebuild: {
			action: 'rebuild:conf',
			does: "makes conf files from the database, has Asterisk's own parser read them, puts them in place, reloads the modules concerned; five earlier versions are kept",
			when: `a file cannot be used, a rebuild flag has stood for ${THRESHOLDS.rebuild_flag.warn} s, \`--rebuild\` asks; as \`VICIKEEP_CONF_OWNER=vicikeep\` also when it differs. A second look confirms it 2 s later`,
			bounds: `${RATION} for all files; never while a stock keepalive is at work, nor beside a second writer`,
			proof: 'Asterisk holds what only the new version says; else the version before comes back',
		},
		reload: {
			action: 'reload:conf',
			does: 'has Asterisk read files again that are right on disk',
			when: 'Asterisk does not hold what they say',
			bounds: `${RATION}`,
			proof: 'Asterisk holds what they say',
		},
		're-register': {
			action: 're-register:<trunk>',
			does: 'registers a PJSIP trunk once more, and no other one',
			when: 'Asterisk has given it up because its tries were used up, in 2 looks, and `VICIKEEP_REREGISTER=on`',
			bounds: `once in ${ONCE_IN / 60} minutes; never where the other side has refused it`,
			proof: 'it is registered',
		},
	};
