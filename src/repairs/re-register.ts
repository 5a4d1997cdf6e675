import { header } from '../adapters/ami-wire.ts';
import { sleep } from '../adapters/clock.ts';
import { withAmi } from '../dialer/asterisk.ts';
import { pjsipRegistration } from '../dialer/registrations-lists.ts';
import type { World } from '../world.ts';
import { StepFailed } from './screen.ts';

const ANSWER_TIMEOUT = 5000;
/** Milliseconds between two looks at what became of it, and how many. */
const PAUSE = 500;
const LOOKS = 10;

/**
 * Asks the other side once for a registration that Asterisk has given up, and for no other one (PJSIPRegister of
 * res_pjsip_outbound_registration).
 * @throws StepFailed when Asterisk does not take the order, or the registration does not come about within 5 s
 */
export async function reRegister(registration: string, world: World): Promise<{ told: string; verified: true }> {
	const state = await withAmi(world, async (session) => {
		const share = (): number => world.deadline.share(ANSWER_TIMEOUT);
		const reply = await session.action('PJSIPRegister', { Registration: registration }, share());
		if (header(reply, 'Response') !== 'Success')
			throw new StepFailed(`Asterisk does not register ${registration}: ${header(reply, 'Message')}`);
		for (let look = 1; ; look++) {
			await sleep(PAUSE);
			const list = await session.list('PJSIPShowRegistrationsOutbound', {}, share());
			const seen = list.map(pjsipRegistration).find((one) => one?.name === registration)?.state ?? 'gone';
			if (seen === 'Registered' || look === LOOKS) return seen;
		}
	});
	if (state === 'Registered') return { told: `registered ${registration} again`, verified: true };
	throw new StepFailed(
		state === undefined
			? `the session with Asterisk broke while it registered ${registration}`
			: `asked for ${registration} once; it is ${state}`,
	);
}
