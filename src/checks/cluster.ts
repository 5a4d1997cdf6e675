import { type ClusterObservation, readCluster, type Sister } from '../dialer/cluster.ts';
import { measured } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Check, Context } from './check.ts';
import { about } from './cluster-about.ts';

/** Looks in a row that must find a dialer dead. */
const LOOKS_TO_DEATH = 2;
/** Looks in a row that must find no row at all. */
const LOOKS_WITHOUT_ROW = 2;
/** Samples in a row that must be refused: a secret that is just being changed is no trouble. */
const LOOKS_REFUSED = 2;
const VOICEMAIL = 'active_voicemail_server';
/** What rests on the voicemail server (ADMIN_keepalive_ALL.pl, AST_VDauto_dial.pl). */
const RESTS_ON_IT = 'notifications, automated reports and the work of the end of the day rest on it';

export const cluster: Check<ClusterObservation> = {
	id: 'cluster',
	needs: ['mysql'],
	about,

	observe: readCluster,

	judge(seen, context) {
		const { limits } = context.settings;
		return {
			findings: [
				...seen.sisters.flatMap((sister) => judgeSister(sister, context)),
				...judgeVoicemail(seen, context),
				...judgeRefusals(seen),
			],
			metrics: seen.sisters.flatMap(({ ip, age }) =>
				age === null ? [] : [measured(limits, 'sister_heartbeat', Math.max(0, age), { server: ip })],
			),
		};
	},

	remember: ({ turns, speaker, refusals }) => ({ turns: { cluster: turns }, speaker, ...(refusals && { refusals }) }),
};

const nameOf = ({ ip, name }: Pick<Sister, 'ip' | 'name'>): string => `dialer ${name === '' ? ip : `${name} (${ip})`}`;

function judgeSister(sister: Sister, { settings, note }: Context): Finding[] {
	const { ip, age, ports } = sister;
	if (!ports) return [];
	// a restart of the database takes the rows of all dialers; stock brings their updaters back within a minute
	if (age === null && note(`cluster.no_row ${ip}`).looks < LOOKS_WITHOUT_ROW) return [];
	const row = age === null ? 'it has no row in server_updater' : `its row in server_updater is ${age} s old`;
	const evidence = { seconds: age, manager: ports.manager, fastagi: ports.fastAgi };
	if (ports.manager || ports.fastAgi) {
		const port = ports.manager ? 'manager' : 'FastAGI';
		return [
			{
				id: 'cluster.updater_silent',
				subject: ip,
				status: 'warning',
				summary: `${nameOf(sister)} lives, but its updater is silent: ${row}, and its ${port} answers`,
				evidence,
				advice: `on ${ip}: vicikeep check --only processes`,
			},
		];
	}
	const { looks } = note(`cluster.dead ${ip}`);
	const overdue = age === null || age >= settings.limits.sister_heartbeat.crit;
	return [
		{
			id: 'cluster.dead',
			subject: ip,
			status: overdue && looks >= LOOKS_TO_DEATH ? 'critical' : 'warning',
			summary: `${nameOf(sister)} is dead or cut off: ${row}, and neither its manager nor its FastAGI answers`,
			evidence,
			advice: `ping ${ip}; is that machine up?`,
		},
	];
}

function judgeRefusals({ sisters, refusals }: ClusterObservation): Finding[] {
	return sisters.flatMap((sister): Finding[] => {
		const { ip } = sister;
		const refusal = refusals?.sisters.find((one) => one.ip === ip);
		if (!refusal || refusal.looks < LOOKS_REFUSED) return [];
		const { state } = refusal;
		return [
			{
				id: 'cluster.refused',
				subject: ip,
				status: 'warning',
				summary: `${nameOf(sister)} refuses the IAX2 registration of this dialer (${state}): calls between the two fail`,
				evidence: { state },
				advice: `compare conf_secret of both servers on the admin page; on ${ip}: vicikeep check --rebuild iax-vicidial.conf`,
			},
		];
	});
}

/** Work for the whole cluster is done on one server; upstream nobody notices when that is none. */
function judgeVoicemail({ voicemail, sisters }: ClusterObservation, { settings }: Context): Finding[] {
	const { server, entry, autoDialer } = voicemail;
	const told = (summary: string, advice: string, evidence: Finding['evidence'] = {}): Finding[] => [
		{
			id: 'cluster.voicemail_server',
			subject: VOICEMAIL,
			status: 'warning',
			summary: `${summary}: ${RESTS_ON_IT}`,
			evidence: { server: server ?? null, ...evidence },
			advice,
		},
	];
	const settle = 'set "Active Voicemail Server" on the page of the system settings';
	if (server === undefined) return [];
	if (server === '') return told(`system_settings.${VOICEMAIL} is empty`, settle);
	if (!entry) return told(`system_settings.${VOICEMAIL} is ${server}, which servers does not know`, settle);
	if (server === settings.serverIp) {
		const { keepalives } = settings;
		if (keepalives.includes('3') || keepalives.includes('X')) return [];
		return told(
			'this is the voicemail server, but VARactive_keepalives has no code 3 here',
			`add 3 to VARactive_keepalives in ${settings.astguiclientConf}, or ${settle}`,
			{ keepalives },
		);
	}
	// of a dead one that is said already
	if (sisters.some(({ ip, ports }) => ip === server && ports)) return [];
	if (!autoDialer || autoDialer.doubts < 2) return [];
	const seconds = autoDialer.answer;
	return told(
		`the voicemail server ${server} shows no AST_VDauto_dial (code 3)${seconds === null ? '' : ` for ${seconds} s`}`,
		`on ${server}: grep VARactive_keepalives /etc/astguiclient.conf; or ${settle}`,
		{ seconds },
	);
}
