import type { RegistrationsSeen } from '../dialer/registrations.ts';
import type { Registration } from '../dialer/registrations-lists.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';

/**
 * ASTloop, ASTblind and ASTplay register with Asterisk's own IAX2 port through `ip_relay` (ADMIN_keepalive_ALL.pl writes
 * them on every dialer). Where code 8 is kept alive they tell whether the relays carry packets; elsewhere nobody listens.
 */
export function judgeLoops(
	loops: readonly Registration[],
	{ settled }: RegistrationsSeen,
	{ settings, note }: Context,
): Finding[] {
	const lost = loops.filter(({ state }) => state !== 'Registered');
	if (!settings.keepalives.includes('8') || lost.length === 0 || settled < settings.graceStart) return [];
	const status = exceeded(settings.limits, 'unregistered_looks', note('registrations loop trunks').looks);
	if (!status) return [];
	const names = lost.map(({ user }) => user).join(', ');
	const all = lost.length === loops.length;
	return [
		{
			id: 'registrations.loops',
			subject: 'ip_relay',
			status: all ? status : 'warning',
			summary: all
				? `none of the loop trunks (${names}) is registered: ip_relay passes nothing on`
				: `loop trunk ${names} is not registered, others are`,
			evidence: { lost: lost.map(({ user, port, state }) => `${user} ${port} ${state}`) },
			advice: 'ss -lunp | grep -E "40569|41569|42569"; asterisk -rx "iax2 show registry"',
		},
	];
}
