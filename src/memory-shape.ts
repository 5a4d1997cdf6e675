import type { Memory } from './memory.ts';

/** Whether a value that was read can be worked with as what it should be. */
type Shape = (value: unknown) => boolean;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Shape = (value) => typeof value === 'string';
const number: Shape = (value) => typeof value === 'number';
const flag: Shape = (value) => typeof value === 'boolean';
const orNone =
	(shape: Shape): Shape =>
	(value) =>
		value === undefined || shape(value);
const list =
	(shape: Shape): Shape =>
	(value) =>
		Array.isArray(value) && value.every(shape);
/** A record of any keys whose values are all alike. */
const each =
	(shape: Shape): Shape =>
	(value) =>
		isRecord(value) && Object.values(value).every(shape);
/** A record with at least these fields. */
const having =
	(fields: Record<string, Shape>): Shape =>
	(value) =>
		isRecord(value) && Object.entries(fields).every(([name, shape]) => shape(value[name]));

const peer = having({ driver: text, name: text, address: text, status: text });
const trunk = having({ carrier: text, driver: text, sections: list(text), registers: list(isRecord) });
const registrations = having({
	turn: number,
	at: number,
	interval: number,
	trunks: list(trunk),
	trunksAt: orNone(number),
	strangers: list(text),
	serverId: text,
	absent: each(number),
	counts: each(number),
	peers: list(peer),
	qualify: each(having({ at: number, every: number })),
	sipAttempts: orNone(having({ at: number, attempts: number })),
	phones: list(number),
	listed: orNone(having({ known: number, present: number, unreachable: number, expired: number, at: number })),
	expiring: each(number),
	tries: each(having({ since: number, answered: flag, over: flag })),
	asteriskStart: orNone(number),
	clock: orNone(having({ now: number, uptime: number })),
	steppedAt: orNone(number),
});

/** Every part of the memory: one that is not of this shape would fail far from where it was read. */
const PARTS: Record<keyof Memory, Shape> = {
	version: (value) => value === 1,
	bootId: text,
	counted: each(number),
	conditions: each(having({ looks: number, sinceUptime: number })),
	commands: each(list(text)),
	attempts: each(list(number)),
	pending: orNone(each(isRecord)),
	journal: orNone(isRecord),
	server: orNone(isRecord),
	asterisk: orNone(having({ argv: list(text) })),
	actionsSeen: orNone(isRecord),
	deepProbe: orNone(isRecord),
	told: orNone(having({ at: number, findings: isRecord })),
	conf: orNone(
		having({
			files: each(isRecord),
			sources: orNone(each(having({ values: list(text), sum: text, at: number }))),
			surroundings: orNone(each(text)),
		}),
	),
	processes: orNone(having({ at: number, starts: each(list(number)), cpu: each(number) })),
	registrations: orNone(registrations),
	refusals: orNone(having({ at: number, sisters: list(having({ ip: text, state: text, looks: number })) })),
	outside: orNone(having({ changes: each(isRecord), failures: each(isRecord) })),
	oom: orNone(having({ kills: number })),
	crashedTables: orNone(list(text)),
	dataFolder: orNone(text),
	turns: orNone(each(having({ turn: number, samples: each(isRecord) }))),
	pauseMet: orNone(having({ changed: number, at: number })),
	logged: each(text),
};

/** Whether what was read is a memory that this version wrote, whole in all its parts. Pure. */
export const isMemory = having(PARTS);
