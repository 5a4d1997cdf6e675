import { type AmiMessage, header } from '../adapters/ami-wire.ts';
import type { Driver } from './trunks.ts';

/** A registration that this dialer keeps with somebody else, as Asterisk tells it. Times are seconds. */
export interface Registration {
	driver: Driver;
	/** name of the object; account and host where the driver has no names */
	name: string;
	user: string;
	host: string;
	port: number;
	/** in Asterisk's words */
	state: string;
	/** chan_sip: when it was granted, by Asterisk's clock, and for how long, minus the guard */
	granted?: { at: number; refresh: number };
	/** PJSIP: until it runs out on the other side; negative after that, undefined where Asterisk does not tell */
	left?: number;
	/** PJSIP: what its object says; 0 retries means that it is tried for ever, 0 for a pause that there is no further try */
	timers?: { expiration: number; retry: number; retries: number; forbiddenRetry: number };
}

/** Another end that calls go to or come from. */
export interface Peer {
	driver: Driver;
	name: string;
	/** empty when unknown */
	address: string;
	/** it registers here */
	dynamic: boolean;
	/** `unmonitored`: Asterisk does not ask it whether it is there */
	status: 'reachable' | 'lagged' | 'unreachable' | 'unknown' | 'unmonitored';
	/** round trip of the last question, milliseconds */
	milliseconds?: number;
	/** when its registration here ends, by Asterisk's clock; of chan_sip only for trunks, IAX2 does not tell */
	expires?: number;
	/** PJSIP's trunks: the shortest registration that is granted here, seconds */
	leastExpiry?: number;
	/** PJSIP: seconds between two questions, and until no answer counts as none */
	qualify?: { every: number; timeout: number };
}

const number = (message: AmiMessage, name: string): number => Number.parseFloat(header(message, name)) || 0;

/** An entry of SIPshowregistry (chan_sip.c). `Refresh` is the granted time minus a guard. */
export function sipRegistration(entry: AmiMessage): Registration {
	const at = number(entry, 'RegistrationTime');
	const user = header(entry, 'Username').replace(/@.*$/, '');
	const host = header(entry, 'Host');
	return {
		driver: 'SIP',
		name: `${user}@${host}`,
		user,
		host,
		port: number(entry, 'Port'),
		state: header(entry, 'State'),
		...(at > 0 && { granted: { at, refresh: number(entry, 'Refresh') } }),
	};
}

/** An entry of IAXregistry (chan_iax2.c). */
export function iaxRegistration(entry: AmiMessage): Registration {
	const [host = '', port = '4569'] = header(entry, 'Host').split(':');
	const user = header(entry, 'Username');
	return { driver: 'IAX2', name: `${user}@${host}`, user, host, port: Number(port), state: header(entry, 'State') };
}

/**
 * An entry of PJSIPShowRegistrationsOutbound (res_pjsip_outbound_registration.c); undefined for the accounts between.
 * `NextReg` is of no use: it tells of a timer of the library that Asterisk does not use, and is always 0.
 */
export function pjsipRegistration(entry: AmiMessage): Registration | undefined {
	if (header(entry, 'Event') !== 'OutboundRegistrationDetail') return undefined;
	const [, host = '', port = '5060'] = /^sips?:(?:[^@]*@)?([^:;>]+)(?::(\d+))?/i.exec(header(entry, 'ServerUri')) ?? [];
	const [, user = ''] = /^sips?:([^@]*)@/i.exec(header(entry, 'ClientUri')) ?? [];
	return {
		driver: 'PJSIP',
		name: header(entry, 'ObjectName'),
		user,
		host,
		port: Number(port),
		state: header(entry, 'Status'),
		timers: {
			expiration: number(entry, 'Expiration'),
			retry: number(entry, 'RetryInterval'),
			retries: number(entry, 'MaxRetries'),
			forbiddenRetry: number(entry, 'ForbiddenRetryInterval'),
		},
	};
}

/** An entry of SIPpeers or IAXpeers: `OK (23 ms)`, `LAGGED (2210 ms)`, `UNREACHABLE`, `UNKNOWN`, `Unmonitored`. */
export function peerOf(driver: 'SIP' | 'IAX2', entry: AmiMessage): Peer {
	const address = header(entry, 'IPaddress');
	return {
		driver,
		name: header(entry, 'ObjectName').replace(/\/.*$/, ''),
		address: /^[\d.]*\d[\d.]*$|:/.test(address) && address !== '0.0.0.0' ? address : '',
		dynamic: header(entry, 'Dynamic').toLowerCase() === 'yes',
		...statusOf(header(entry, 'Status')),
	};
}

/** What `Status` of a chan_sip or IAX2 peer says. */
export function statusOf(text: string): Pick<Peer, 'status' | 'milliseconds'> {
	const [, time] = /\((\d+) ?ms\)/.exec(text) ?? [];
	const known = { ok: 'reachable', lagged: 'lagged', unreachable: 'unreachable', unmonitored: 'unmonitored' } as const;
	const status = known[(/^[a-z]+/i.exec(text)?.[0] ?? '').toLowerCase() as keyof typeof known] ?? 'unknown';
	return { status, ...(time !== undefined && { milliseconds: Number(time) }) };
}

/** An entry of PJSIPShowContacts, or the contact of an endpoint, which names its end otherwise (pjsip_options.c). */
export function contactOf(entry: AmiMessage): Peer {
	const known = { reachable: 'reachable', unreachable: 'unreachable', nonqualified: 'unmonitored' } as const;
	const status = known[header(entry, 'Status').toLowerCase() as keyof typeof known] ?? 'unknown';
	const trip = Number(header(entry, 'RoundtripUsec'));
	const expires = number(entry, 'ExpirationTime') || number(entry, 'RegExpire');
	const every = number(entry, 'QualifyFrequency');
	return {
		driver: 'PJSIP',
		name: header(entry, 'Endpoint') || (/^[^;@]+/.exec(header(entry, 'ObjectName'))?.[0] ?? ''),
		address: /^sips?:(?:[^@]*@)?([^:;>]+)/i.exec(header(entry, 'Uri'))?.[1] ?? '',
		dynamic: expires > 0,
		status: every === 0 ? 'unmonitored' : status,
		...(status === 'reachable' && trip > 0 && { milliseconds: trip / 1000 }),
		...(expires > 0 && { expires }),
		qualify: { every, timeout: number(entry, 'QualifyTimeout') },
	};
}

/** The lines of `pjsip show registrations`: seconds until each registration runs out, by name. Older versions do not tell. */
export function secondsLeft(lines: readonly string[]): Map<string, number> {
	const left = new Map<string, number>();
	for (const line of lines) {
		const [, name, seconds, past] = /^\s*([^/\s]+)\/.*\(exp\. (-?\d+)s( ago)?\)/.exec(line) ?? [];
		if (name !== undefined) left.set(name, past === undefined ? Number(seconds) : -Math.abs(Number(seconds)));
	}
	return left;
}

/**
 * The events of PJSIPShowEndpoint: the endpoint with its contacts, static ones too; undefined where there is none, or no
 * other end to it: calls come from there, nobody is called or may register.
 */
export function endpointOf(name: string, events: readonly AmiMessage[]): Peer | undefined {
	const of = (event: string): AmiMessage[] => events.filter((one) => header(one, 'Event') === event);
	const [aor] = of('AorDetail');
	if (of('EndpointDetail').length === 0) return undefined;
	const every = aor ? number(aor, 'QualifyFrequency') : 0;
	// the contact's own word on qualify is not that of its address of record
	const timers: AmiMessage = [
		['QualifyFrequency', String(every)],
		['QualifyTimeout', aor ? header(aor, 'QualifyTimeout') : ''],
	];
	const contacts = of('ContactStatusDetail').map((contact) => contactOf([...timers, ...contact]));
	if (contacts.length === 0 && (!aor || header(aor, 'MaxContacts') === '0')) return undefined;
	const best = contacts.find(({ status }) => status === 'reachable') ?? contacts[0];
	const nobody = { driver: 'PJSIP' as const, address: '', status: 'unknown' as const, qualify: { every, timeout: 0 } };
	const leastExpiry = aor ? number(aor, 'MinimumExpiration') : 0;
	return {
		...nobody,
		...best,
		name,
		dynamic: contacts.length === 0 || best?.expires !== undefined,
		...(leastExpiry > 0 && { leastExpiry }),
	};
}

/** The lines of `sip show settings`: tries after which a registration is given up for ever; 0 where there is no end to them. */
export function attemptsIn(lines: readonly string[]): number {
	return numberAfter(/^\s*Outbound reg\. attempts:\s*(\d+)/i, lines) ?? 0;
}

/** The same: the shortest registration that chan_sip grants here, seconds; undefined where it does not tell. */
export const leastExpiryIn = (lines: readonly string[]): number | undefined =>
	numberAfter(/^\s*Reg\. min duration:?\s*(\d+)/i, lines);

function numberAfter(pattern: RegExp, lines: readonly string[]): number | undefined {
	for (const line of lines) {
		const [, found] = pattern.exec(line) ?? [];
		if (found !== undefined) return Number(found);
	}
	return undefined;
}
