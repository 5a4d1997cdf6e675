import type { AmiStage } from '../adapters/ami.ts';
import type { AsteriskObservation } from '../dialer/asterisk.ts';
import { startByHand } from '../dialer/asterisk-start.ts';
import { isStopped } from '../dialer/process-table.ts';
import type { Settings } from '../settings.ts';
import type { Finding } from '../types.ts';

/** Seconds after its start in which Asterisk may still load what answers. */
const LOADING = 60;

/** Stages at which a session with an Asterisk that is just loading ends. */
const STILL_LOADING: readonly string[] = ['refused', 'closed-before-banner', 'no-banner', 'no-login-answer', 'lost'];

const MEANING: Record<
	AmiStage | 'no-account' | 'not-tried',
	{ id: string; status: Finding['status']; advice: string }
> = {
	refused: {
		id: 'ami_refused',
		status: 'critical',
		advice: 'asterisk -rx "manager show settings"; compare enabled, bindaddr and port in manager.conf',
	},
	unreachable: { id: 'unreachable', status: 'critical', advice: 'a firewall or fail2ban drops us: iptables -L -n' },
	'closed-before-banner': {
		id: 'ami_closed',
		status: 'critical',
		advice: 'asterisk -rx "manager show connected": 50 sessions without login close the door',
	},
	'no-banner': {
		id: 'hung',
		status: 'critical',
		advice: 'asterisk -rx "core show uptime"',
	},
	'other-service': {
		id: 'other_service',
		status: 'unknown',
		advice: 'compare telnet_host and telnet_port of this server on the admin page',
	},
	'no-login-answer': {
		id: 'hung',
		status: 'critical',
		advice: 'asterisk -rx "core show locks"; a reload may hold the user list',
	},
	'authentication-failed': {
		id: 'authentication',
		status: 'critical',
		advice: 'compare ASTmgrUSERNAME and ASTmgrSECRET of table servers with manager.conf',
	},
	'not-tried': { id: 'authentication', status: 'critical', advice: 'correct it, then: vicikeep check --only asterisk' },
	'no-account': {
		id: 'no_account',
		status: 'unknown',
		advice: 'set VICIKEEP_AMI_USER and VICIKEEP_AMI_SECRET in /etc/vicikeep.env',
	},
	'no-answer': { id: 'hung', status: 'critical', advice: 'asterisk -rx "core show locks"' },
	lost: { id: 'ami_closed', status: 'critical', advice: 'look at the Asterisk log: was it restarted just now?' },
};

/**
 * The remedy for a living Asterisk that is found dead; undefined where that is not asked for, or another machine's. One
 * that a debugger holds is left to it: it may be writing the core dump that explains everything.
 */
export function killRemedy(seen: AsteriskObservation, settings: Settings): Finding['remedy'] {
	const ours = seen.local && seen.processes.length > 0 && seen.processes.every(({ state }) => state !== 't');
	return ours && settings.restartAsterisk === 'deadlock' ? 'restart:Asterisk' : undefined;
}

/** What to type where it has to be killed and nobody does it for you. */
export const killByHand = ({ processes, ran }: AsteriskObservation, { home }: Settings): string =>
	`kill -KILL ${processes.map(({ pid }) => pid).join(' ')} && ${startByHand(ran, home)} (this ends all calls)`;

/** The one finding behind a failed session, told apart as the AMI and the process table allow. */
export function explainTrouble(seen: AsteriskObservation, settings: Settings): Finding | undefined {
	const stopped = seen.processes.find(isStopped);
	const evidence = { address: seen.address, processes: seen.processes.map(({ pid, state }) => `${pid} ${state}`) };
	const finding = (
		id: string,
		status: Finding['status'],
		summary: string,
		advice: string,
		remedy?: string,
	): Finding => ({
		id: `asterisk.${id}`,
		subject: 'Asterisk',
		status,
		summary,
		evidence: { ...evidence, ...(seen.trouble && { error: seen.trouble.message }) },
		advice,
		...(remedy !== undefined && { remedy }),
	});
	if (stopped) {
		return finding(
			'frozen',
			'critical',
			`Asterisk is stopped (process ${stopped.pid}, state ${stopped.state})`,
			`kill -CONT ${stopped.pid}`,
			killRemedy(seen, settings),
		);
	}
	if (!seen.trouble) return undefined;
	const { stage, message } = seen.trouble;
	if (seen.local && seen.processes.length === 0 && stage !== 'other-service') {
		const summary = 'Asterisk is not running';
		return finding('absent', 'critical', summary, startByHand(seen.ran, settings.home), 'start-asterisk:Asterisk');
	}
	const youngest = Math.min(...seen.processes.map(({ age }) => age));
	if (seen.local && youngest < LOADING && STILL_LOADING.includes(stage)) {
		const summary = `Asterisk was started ${Math.round(youngest)} s ago and does not answer yet`;
		return finding('starting', 'warning', summary, 'wait a minute; asterisk -rx "core show uptime"');
	}
	const { id, status, advice } = MEANING[stage];
	const hung = id === 'hung' && seen.local && seen.processes.length > 0;
	const what = hung ? `${advice}; if that hangs too: ${killByHand(seen, settings)}` : advice;
	return finding(id, status, `Asterisk: ${message}`, what, hung ? killRemedy(seen, settings) : undefined);
}
