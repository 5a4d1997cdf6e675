import type { Registration } from './registrations-lists.ts';

/** A sister that refuses the registration of this dialer. */
export interface Refusal {
	ip: string;
	/** in Asterisk's words */
	state: string;
	/** samples in a row that saw it, as far as they count */
	looks: number;
}

/** What was last seen of refusals, and at which sample that counted, seconds since boot. */
export interface Refusals {
	at: number;
	sisters: Refusal[];
}

/**
 * The refusals that are known after this look: where the registrations were not seen they are what they were, neither more
 * nor over. IAX2 registrations under our own name are those with sisters (iax-vicidial.conf). Pure.
 * @param registrations undefined where they were not seen
 */
export function refusalsAfter(
	before: Refusals | undefined,
	registrations: readonly Registration[] | undefined,
	{ serverId, uptime, gap }: { serverId: string; uptime: number; gap: number },
): Refusals | undefined {
	if (registrations === undefined || serverId === '') return before;
	const counts = before === undefined || uptime - before.at >= gap;
	const sisters = registrations
		.filter(
			({ driver, user, state }) =>
				driver === 'IAX2' && user === serverId && /^(Rejected|No Authentication)$/.test(state),
		)
		.map(({ host, state }): Refusal => {
			const last = before?.sisters.find(({ ip }) => ip === host);
			return { ip: host, state, looks: (last?.looks ?? 0) + (counts ? 1 : 0) };
		});
	return { at: counts ? uptime : before.at, sisters };
}
