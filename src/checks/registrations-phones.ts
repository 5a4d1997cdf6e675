import type { RegistrationsSeen } from '../dialer/registrations.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Context } from './check.ts';

/** Fewer phones than this go away for reasons of their own. */
const FEWEST = 3;

/** Agents switch phones off; many that go within a few looks are a matter of the network. */
export function judgePhones(
	{ phones, before, settled }: RegistrationsSeen,
	{ settings: { limits, graceStart } }: Context,
): { findings: Finding[]; metrics: Metric[] } {
	if (!phones) return { findings: [], metrics: [] };
	const { known, present, unreachable, expired } = phones;
	const most = Math.max(present, ...(before?.phones ?? []));
	const lost = most - present;
	const share = most === 0 ? 0 : (lost / most) * 100;
	const count = (name: string, value: number): Metric => ({ name, labels: {}, value, unit: 'count' });
	const metrics = [
		count('phones_known', known),
		count('phones_present', present),
		count('phones_unreachable', unreachable),
		measured(limits, 'phones_lost', share),
	];
	// after a start phones come back one by one
	const status = lost < FEWEST || settled < graceStart ? undefined : exceeded(limits, 'phones_lost', share);
	if (!status) return { findings: [], metrics };
	const summary = `${lost} of ${most} phones went away within the last looks (${unreachable} do not answer, ${expired} did not renew their registration): the network between them and this dialer?`;
	const evidence = { known, present, unreachable, expired, before: before?.phones ?? [] };
	const advice = 'asterisk -rx "sip show peers"; asterisk -rx "pjsip show contacts"';
	return {
		findings: [{ id: 'registrations.phones_lost', subject: 'phones', status, summary, evidence, advice }],
		metrics,
	};
}
