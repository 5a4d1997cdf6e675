import type { AmiStage } from '../adapters/ami.ts';
import { type AsteriskObservation, readAsterisk } from '../dialer/asterisk.ts';
import { scriptGeneration } from '../dialer/daemons.ts';
import { isStopped } from '../dialer/process-table.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import { about } from './asterisk-about.ts';
import type { Check } from './check.ts';

export const asterisk: Check<AsteriskObservation> = {
	id: 'asterisk',
	needs: [],
	about,

	observe: readAsterisk,

	judge(seen, { settings: { limits } }) {
		if (seen.notHere)
			return { findings: [], metrics: [], skippedBecause: 'this server runs no Asterisk (active_asterisk_server=N)' };
		const down = explainTrouble(seen);
		if (down) return { findings: [down], metrics: [] };
		const findings: Finding[] = [];
		const metrics: Metric[] = [];
		const add = (
			id: string,
			status: Finding['status'] | undefined,
			summary: string,
			advice: string,
			evidence: Finding['evidence'] = {},
		): void => {
			if (status) findings.push({ id: `asterisk.${id}`, subject: 'Asterisk', status, summary, evidence, advice });
		};
		const { session } = seen;
		if (session) {
			metrics.push(measured(limits, 'ami_answer', session.ping));
			add(
				'slow',
				exceeded(limits, 'ami_answer', session.ping),
				`Asterisk takes ${session.ping.toFixed(1)} s to answer a Ping`,
				'uptime; top',
			);
			if (session.channels !== undefined)
				metrics.push({ name: 'asterisk_channels', labels: {}, value: session.channels, unit: 'count' });
			if (session.clockSkew !== undefined) {
				const off = Math.abs(session.clockSkew);
				metrics.push(measured(limits, 'asterisk_clock_skew', off));
				add(
					'clock_skew',
					exceeded(limits, 'asterisk_clock_skew', off),
					`Asterisk's clock is ${off.toFixed(0)} s off`,
					'chronyc tracking',
				);
			}
			if (session.coreStatusRefused !== undefined) {
				const refused = session.coreStatusRefused;
				add(
					'rights',
					'warning',
					`AMI user ${session.user} may not ask for CoreStatus: ${refused}`,
					'give it "system,reporting" in the write line of manager.conf',
				);
			}
			if (session.deepProbe === 'silent' || session.deepProbe === 'silent-before') {
				const confirmed = session.silentProbes >= 2;
				add(
					'deadlocked',
					confirmed ? 'critical' : 'warning',
					deadlockSummary(confirmed),
					'asterisk -rx "core show locks"; ast_coredumper --running',
				);
			}
			const speaks = Number.parseInt(session.version, 10) >= 2 ? 'ami2' : 'ami1';
			if (seen.expectedVersion !== '' && scriptGeneration(seen.expectedVersion) !== speaks) {
				const summary = `servers.asterisk_version is ${seen.expectedVersion}, but Asterisk speaks AMI ${session.version}: stock starts the wrong daemons`;
				add('version', 'warning', summary, 'correct the Asterisk version of this server on the admin page');
			}
		}
		return { findings, metrics };
	},

	remember(seen) {
		const probe = seen.session?.deepProbe;
		const probed = probe === 'answered' || probe === 'silent';
		return {
			...(seen.amiMemory && { amiMemory: seen.amiMemory }),
			...(probed && {
				deepProbe: {
					at: seen.uptime,
					asteriskStart: seen.processes[0]?.startTicks ?? 0,
					silent: seen.session?.silentProbes ?? 0,
				},
			}),
		};
	},
};

const deadlockSummary = (confirmed: boolean): string =>
	`Asterisk answers Ping but not a question about channels: ${confirmed ? 'it is deadlocked' : 'perhaps it is deadlocked'}`;

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
		advice: 'asterisk -rx "core show uptime"; if that hangs too, Asterisk has to be restarted',
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

/** The one finding behind a failed session, told apart as the AMI and the process table allow. */
function explainTrouble(seen: AsteriskObservation): Finding | undefined {
	const stopped = seen.processes.find(isStopped);
	const evidence = { address: seen.address, processes: seen.processes.map(({ pid, state }) => `${pid} ${state}`) };
	const finding = (id: string, status: Finding['status'], summary: string, advice: string): Finding => ({
		id: `asterisk.${id}`,
		subject: 'Asterisk',
		status,
		summary,
		evidence: { ...evidence, ...(seen.trouble && { error: seen.trouble.message }) },
		advice,
	});
	if (stopped) {
		return finding(
			'frozen',
			'critical',
			`Asterisk is stopped (process ${stopped.pid}, state ${stopped.state})`,
			`kill -CONT ${stopped.pid}`,
		);
	}
	if (!seen.trouble) return undefined;
	if (seen.local && seen.processes.length === 0 && seen.trouble.stage !== 'other-service') {
		return finding(
			'absent',
			'critical',
			'Asterisk is not running',
			'systemctl start asterisk, or start_asterisk_boot.pl',
		);
	}
	const { id, status, advice } = MEANING[seen.trouble.stage];
	return finding(id, status, `Asterisk: ${seen.trouble.message}`, advice);
}
