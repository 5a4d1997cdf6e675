import { keyOf, misconfigured } from './diagnose.ts';
import type { Situation } from './plan.ts';
import { clock, later, tooSoon } from './restraint.ts';
import type { Action, Finding } from './types.ts';

/** Seconds between two tries of one registration: a carrier locks out who asks too often. */
export const ONCE_IN = 3600;
/** Looks that have to agree. */
const LOOKS = 2;
/** Seconds that the answer of the other side may take. */
const NEEDED = 8;

/** Registrations that Asterisk has given up and that are to be asked for again, one each in a run. Pure. */
export function planRegistrations(situation: Situation): Action[] {
	return situation.findings
		.filter(({ remedy }) => remedy?.startsWith('re-register:'))
		.map((finding) => {
			const action: Action = {
				id: finding.remedy ?? '',
				kind: 'reload',
				subject: finding.subject,
				steps: [{ do: 're-register', registration: finding.subject.replace(/^PJSIP\//, '') }],
			};
			const withheld = reasonToWithhold(finding, situation);
			return withheld === undefined ? action : { ...action, withheld };
		});
}

function reasonToWithhold(finding: Finding, situation: Situation): string | undefined {
	const { findings, mayNot, memory, uptime, now, looks, settings, remaining } = situation;
	if (mayNot) return mayNot;
	const wrong = misconfigured(findings);
	if (wrong) return `nothing can be relied on: ${wrong.summary}`;
	if (finding.cause !== undefined) return `it cannot work until this is over: ${finding.cause}`;
	const last = memory.attempts[finding.subject]?.at(-1);
	if (last !== undefined && uptime - last < ONCE_IN) {
		const [before, next] = [last, last + ONCE_IN].map((moment) => clock(later(now, moment - uptime)));
		return `it was tried at ${before}, and once an hour is enough; the next try is due at ${next}`;
	}
	const soon = tooSoon(finding, situation);
	if (soon !== undefined) return soon;
	if (looks(keyOf(finding)) < LOOKS)
		return `seen once; a second look has to confirm it, from ${clock(later(now, settings.lookGap))} on`;
	if (remaining < NEEDED)
		return `only ${Math.floor(remaining)} s are left of this run, it needs ${NEEDED}; the next run does it, see --timeout`;
	return undefined;
}
