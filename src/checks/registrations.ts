import { type RegistrationsSeen, readRegistrations } from '../dialer/registrations.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check } from './check.ts';
import { about } from './registrations-about.ts';
import { hintsOnPhones, lintIntervals } from './registrations-intervals.ts';
import { judgePeers } from './registrations-peers.ts';
import { judgePhones } from './registrations-phones.ts';
import { judgeStates } from './registrations-states.ts';

export const registrations: Check<RegistrationsSeen> = {
	id: 'registrations',
	needs: ['asterisk'],
	about,

	observe: readRegistrations,

	judge(seen, context) {
		if (seen.notHere)
			return { findings: [], metrics: [], skippedBecause: 'this server runs no Asterisk (active_asterisk_server=N)' };
		if (seen.notSeen) return { findings: [], metrics: [], skippedBecause: 'there is no session with Asterisk' };
		const peers = judgePeers(seen, context);
		const phones = judgePhones(seen, context);
		return {
			findings: [
				...cannotTell(seen),
				...peers,
				...judgeStates(seen, peers, context),
				...phones.findings,
				...lintIntervals(seen, context),
			],
			metrics: [...metricsOf(seen), ...phones.metrics],
			hints: hintsOnPhones(seen),
		};
	},

	remember: ({ notSeen, memory }) => (notSeen ? {} : { registrations: memory }),
};

function cannotTell({ silent, denied, user }: RegistrationsSeen): Finding[] {
	const findings: Finding[] = [];
	if (silent !== undefined) {
		findings.push({
			id: 'registrations.no_answer',
			subject: 'Asterisk',
			status: 'unknown',
			summary: `Asterisk does not answer a question about its trunks: ${silent}`,
			evidence: { error: silent },
			advice: 'asterisk -rx "core show locks"; asterisk -rx "core show taskprocessors"',
		});
	}
	if (denied.length > 0) {
		findings.push({
			id: 'registrations.rights',
			subject: 'AMI account',
			status: 'unknown',
			summary: `AMI user ${user} may not ask for ${denied.join(', ')}`,
			evidence: { denied },
			advice: `add to [${user}] in manager.conf: write = system,reporting; then: asterisk -rx "manager reload"`,
		});
	}
	return findings;
}

function metricsOf({ registrations, trunkPeers }: RegistrationsSeen): Metric[] {
	const registered = registrations.filter(({ state }) => state === 'Registered').length;
	return [
		{ name: 'registrations_up', labels: {}, value: registered, unit: 'count' },
		{ name: 'registrations_known', labels: {}, value: registrations.length, unit: 'count' },
		...trunkPeers.flatMap(({ driver, name, milliseconds }): Metric[] =>
			milliseconds === undefined
				? []
				: [
						{
							name: 'trunk_answer',
							labels: { trunk: `${driver}/${name}` },
							value: milliseconds / 1000,
							unit: 'seconds',
						},
					],
		),
	];
}
