import type { RegistrationsSeen } from '../dialer/registrations.ts';
import { lossOf } from '../dialer/registrations-phones.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Context } from './check.ts';

/**
 * Agents switch phones off, all of them at the end of a shift; many that go within a few looks while their agents stay
 * logged in are a matter of the network.
 */
export function judgePhones(
	{ phones, before, settled }: RegistrationsSeen,
	{ settings: { limits, graceStart } }: Context,
): { findings: Finding[]; metrics: Metric[] } {
	if (!phones) return { findings: [], metrics: [] };
	const { known, present, unreachable, expired, agentsWithout } = phones;
	const { lost, most, share, isWorthAWord } = lossOf(phones, before);
	const count = (name: string, value: number): Metric => ({ name, labels: {}, value, unit: 'count' });
	const metrics = [
		count('phones_known', known),
		count('phones_present', present),
		count('phones_unreachable', unreachable),
		measured(limits, 'phones_lost', share),
	];
	// after a start phones come back one by one
	const status = isWorthAWord && settled >= graceStart ? exceeded(limits, 'phones_lost', share) : undefined;
	const wentHome = agentsWithout !== undefined && agentsWithout < lost / 2;
	if (!status || wentHome) return { findings: [], metrics };
	const summary = `${lost} of ${most} phones went away within the last looks (${unreachable} do not answer, ${expired} did not renew their registration): the network between them and this dialer?`;
	const evidence = {
		known,
		present,
		unreachable,
		expired,
		before: before?.phones ?? [],
		...(agentsWithout !== undefined && { agents_without: agentsWithout }),
	};
	const advice = 'asterisk -rx "sip show peers"; asterisk -rx "pjsip show contacts"';
	return {
		findings: [{ id: 'registrations.phones_lost', subject: 'phones', status, summary, evidence, advice }],
		metrics,
	};
}
