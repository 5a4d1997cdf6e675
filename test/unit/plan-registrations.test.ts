import { describe, expect, it } from 'vitest';
import { emptyMemory } from '../../src/memory.ts';
import type { Situation } from '../../src/plan.ts';
import { planRegistrations } from '../../src/plan-registrations.ts';
import { inWords } from '../../src/withheld.ts';
import { finding, settingsOf } from './given.ts';
import { situationOf } from './situation.given.ts';

const TRUNK = 'PJSIP/pjtrunk';
const GIVEN_UP = finding('registrations.given_up', TRUNK, { remedy: `re-register:${TRUNK}` });

const situation = (rest: Partial<Situation> = {}): Situation =>
	situationOf([GIVEN_UP], { settings: settingsOf({ VICIKEEP_REREGISTER: 'on' }), looks: () => 2, ...rest });

const tried = (at: number) => ({ memory: { ...emptyMemory('boot'), attempts: { [TRUNK]: [at] } } });

describe('a registration that was given up', () => {
	it('is asked for again by its own name', () => {
		expect(planRegistrations(situation())).toEqual([
			{
				id: `re-register:${TRUNK}`,
				kind: 'reload',
				subject: TRUNK,
				steps: [{ do: 're-register', registration: 'pjtrunk' }],
			},
		]);
	});

	it.each([
		['was tried an hour ago', tried(6_400), undefined],
		['was tried within the hour', tried(6_401), /tried at 11:00:21, and once an hour is enough; .* until 12:00:21/],
		['was seen once', { looks: () => 1 }, /seen once/],
		['was seen too soon', { countsIn: () => 20 }, /less than 50 s ago/],
		['may not be repaired', { mayNot: { why: 'paused', until: 'until 13:00:00' } as const }, /^paused until 13:00:00$/],
		[
			'has a cause',
			{ findings: [{ ...GIVEN_UP, cause: 'registrations.unreachable PJSIP/pjtrunk' }] },
			/until this is over/,
		],
		[
			'is of a dialer that is set up wrongly',
			{ findings: [GIVEN_UP, finding('config.server_unknown', '10.0.0.1')] },
			/nothing can be relied on/,
		],
		['comes at the end of a run', { remaining: 5 }, /only 5 s are left/],
	])('that %s', (_, rest, reason) => {
		const [action] = planRegistrations(situation(rest));
		if (reason === undefined) expect(action?.withheld).toBeUndefined();
		else expect(action?.withheld && inWords(action.withheld)).toMatch(reason);
	});

	it('is nothing to do without a remedy', () => {
		expect(planRegistrations(situation({ findings: [finding('registrations.refused', TRUNK)] }))).toEqual([]);
	});
});
