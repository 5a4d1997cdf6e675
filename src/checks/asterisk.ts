import { apart } from '../clocks.ts';
import { type AsteriskObservation, readAsterisk } from '../dialer/asterisk.ts';
import { probesThatConfirm } from '../dialer/channel-lock.ts';
import { scriptGeneration } from '../dialer/daemons.ts';
import type { Settings } from '../settings.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { ClockReading, Finding, Metric } from '../types.ts';
import { about } from './asterisk-about.ts';
import { explainTrouble, killByHand, killRemedy } from './asterisk-trouble.ts';
import type { Check } from './check.ts';

export const asterisk: Check<AsteriskObservation> = {
	id: 'asterisk',
	needs: [],
	about,

	observe: readAsterisk,

	judge(seen, { settings }) {
		const { limits } = settings;
		if (seen.notHere)
			return { findings: [], metrics: [], skippedBecause: 'this server runs no Asterisk (active_asterisk_server=N)' };
		const down = explainTrouble(seen, settings);
		if (down) return { findings: [down], metrics: [] };
		const findings: Finding[] = [];
		const metrics: Metric[] = [];
		let clock: ClockReading | undefined;
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
				clock = { ahead: session.clockSkew, host: seen.address.replace(/:\d+$/, ''), here: seen.local };
				metrics.push(measured(limits, 'asterisk_clock_skew', off));
				add(
					'clock_skew',
					exceeded(limits, 'asterisk_clock_skew', off),
					`Asterisk's clock is ${apart(session.clockSkew)} this machine's`,
					'chronyc tracking (on both machines)',
					{ seconds: Math.round(session.clockSkew) },
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
			if (session.timing?.answer.source === 'none' && session.timing.doubts > 1) {
				add(
					'timing',
					'warning',
					'Asterisk has no timing source: rooms and music have no sound, or it stutters',
					'asterisk -rx "timing test"; load res_timing_timerfd.so in modules.conf, or the driver of DAHDI',
				);
			}
			if (session.deepProbe === 'silent' || session.deepProbe === 'silent-before') {
				findings.push(deadlocked(seen, session.silentProbes, settings));
			}
			const speaks = Number.parseInt(session.version, 10) >= 2 ? 'ami2' : 'ami1';
			if (seen.expectedVersion !== '' && scriptGeneration(seen.expectedVersion) !== speaks) {
				const summary = `servers.asterisk_version is ${seen.expectedVersion}, but Asterisk speaks AMI ${session.version}: stock starts the wrong daemons`;
				add('version', 'warning', summary, 'correct the Asterisk version of this server on the admin page');
			}
		}
		return { findings, metrics, ...(clock && { clock }) };
	},

	remember(seen) {
		return {
			...(seen.amiMemory && { amiMemory: seen.amiMemory }),
			...(seen.probe && { deepProbe: seen.probe }),
			...(seen.session?.turns && { turns: { asterisk: seen.session.turns } }),
			...(seen.ran && { asterisk: seen.ran }),
		};
	},
};

/** A lock on the list of channels that nobody gives back: calls stand still while the manager answers. */
function deadlocked(seen: AsteriskObservation, probes: number, settings: Settings): Finding {
	const confirmed = probes >= 2;
	const remedy = probes >= probesThatConfirm('deadlock') ? killRemedy(seen, settings) : undefined;
	return {
		id: 'asterisk.deadlocked',
		subject: 'Asterisk',
		status: confirmed ? 'critical' : 'warning',
		summary: `Asterisk answers Ping but not a question about channels: ${confirmed ? 'it is deadlocked' : 'perhaps it is deadlocked'}`,
		evidence: { address: seen.address, processes: seen.processes.map(({ pid, state }) => `${pid} ${state}`), probes },
		advice: `asterisk -rx "core show locks"; ast_coredumper --running; then ${killByHand(seen, settings)}`,
		...(remedy !== undefined && { remedy }),
	};
}
