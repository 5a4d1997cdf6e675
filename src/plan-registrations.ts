import { keyOf, misconfigured } from './diagnose.ts';
import type { Situation } from './plan.ts';
import { clock, later, seenOnce, tooSoon } from './restraint.ts';
import type { Action, Finding, Withheld } from './types.ts';
import { noTimeLeft, whileFound } from './withheld.ts';

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

function reasonToWithhold(finding: Finding, situation: Situation): Withheld | undefined {
	const { findings, mayNot, memory, uptime, now, looks, settings, remaining } = situation;
	if (mayNot) return mayNot;
	const wrong = misconfigured(findings);
	if (wrong) return whileFound('nothing can be relied on', wrong);
	if (finding.cause !== undefined) return whileFound('it cannot work', { summary: finding.cause });
	const last = memory.attempts[finding.subject]?.at(-1);
	if (last !== undefined && uptime - last < ONCE_IN) {
		const [before, next] = [last, last + ONCE_IN].map((moment) => clock(later(now, moment - uptime)));
		return { why: `it was tried at ${before}, and once an hour is enough; it is left alone`, until: `until ${next}` };
	}
	const soon = tooSoon(finding, situation);
	if (soon !== undefined) return soon;
	if (looks(keyOf(finding)) < LOOKS) return seenOnce(now, settings);
	return remaining < NEEDED ? noTimeLeft(remaining, NEEDED) : undefined;
}
