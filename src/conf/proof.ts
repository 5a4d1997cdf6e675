// Which few things tell whether Asterisk has read this version of a file.

import { sectionStart } from './assignment.ts';
import { normalStep } from './extensions.ts';
import { type Thing, thingsOf } from './held.ts';
import { readConf } from './reader.ts';

export type { Thing } from './held.ts';

/** One thing to ask Asterisk about. */
export interface Question {
	readonly thing: Thing;
	readonly expect: 'held' | 'gone';
	/** What makes it worth asking; `last` only shows that the file was read to its end. */
	readonly why: 'added' | 'changed' | 'removed' | 'last';
	/** What the previous version said of it and this one does not: priorities that must have gone. */
	readonly unsaid: readonly string[];
}

/** What Asterisk says of a thing, by the names of `Thing.said`. */
export type Held = Readonly<Record<string, string>> | 'absent';

/** The value of something that Asterisk shows only in part: it agrees with anything. */
export const SHOWN_IN_PART = '…';

const MOST_QUESTIONS = 3;

/**
 * At most three things whose state in Asterisk tells whether it has read this version: one that is new, one that is
 * said differently, one that is gone, and the last of the file. Empty where nothing can tell, for instance in a file of
 * comments; without anything but `last` where the versions differ in nothing that Asterisk shows, such as a secret.
 *
 * @param file name of the file
 * @param previous the version that Asterisk has read before, if known
 */
export function questions(file: string, text: string, previous: string | undefined): Question[] {
	const now = thingsOf(file, text);
	const last = ask(lastOf(now), 'last');
	// rooms cannot be asked for one by one
	if (previous === undefined || now.some(({ kind }) => kind === 'room')) return last;
	const before = byKey(thingsOf(file, previous));
	const present = byKey(now);
	const added: Thing[] = [];
	const changed: Thing[] = [];
	const unsaid = new Map<Thing, readonly string[]>();
	for (const [key, thing] of present) {
		const old = before.get(key);
		if (!old) added.push(thing);
		else if (old.askable && differs(old, thing)) {
			changed.push(thing);
			const isExtension = thing.kind === 'extension';
			unsaid.set(thing, isExtension ? Object.keys(old.said).filter((name) => !(name in thing.said)) : []);
		}
	}
	const removed = [...before].filter(([key, { plain }]) => plain && !present.has(key)).map(([, thing]) => thing);
	const telling = [
		...ask(lastOf(added), 'added'),
		...ask(lastOf(changed), 'changed', unsaid),
		...ask(lastOf(removed), 'removed'),
	];
	const end = last.filter(({ thing }) => !telling.some((question) => question.thing === thing));
	return [...telling.slice(0, MOST_QUESTIONS - end.length), ...end];
}

function ask(
	thing: Thing | undefined,
	why: Question['why'],
	unsaid: ReadonlyMap<Thing, readonly string[]> = new Map(),
): Question[] {
	return thing ? [{ thing, why, expect: why === 'removed' ? 'gone' : 'held', unsaid: unsaid.get(thing) ?? [] }] : [];
}

/** The last one that may be asked for; one that Asterisk may have refused only if there is no other. */
function lastOf(things: readonly Thing[]): Thing | undefined {
	const isAskable = (thing: Thing) => thing.askable && isSpeakable(thing);
	return things.findLast((thing) => thing.plain && isAskable(thing)) ?? things.findLast(isAskable);
}

/**
 * Whether the names can stand in a CLI command: they come from the database, and a blank, a quote or a control
 * character would make another command of it.
 */
function isSpeakable({ kind, name, context }: Thing): boolean {
	const isName = (text: string) => /^\w[\w.+-]{0,78}$/.test(text);
	if (kind === 'extension') return /^[\w*#+][\w*#+.-]{0,78}$/.test(name) && isName(context);
	return isName(name) && (context === '' || isName(context));
}

const keyOf = ({ kind, name, context }: Thing): string => `${kind} ${name}@${context}`;

const byKey = (things: readonly Thing[]): Map<string, Thing> => new Map(things.map((thing) => [keyOf(thing), thing]));

function differs(one: Thing, other: Thing): boolean {
	return [...Object.keys(one.said), ...Object.keys(other.said)].some(
		(name) => one.said[name] !== other.said[name] && saidOf(one, name) !== saidOf(other, name),
	);
}

/** What is said of a thing as an answer would have it. */
function saidOf({ kind, said }: Thing, name: string): string | undefined {
	const value = said[name];
	return value !== undefined && kind === 'extension' ? normalStep(value) : value;
}

/** What an answer says: `unsure` where Asterisk may have refused this thing, although it has read the file. */
export interface Judgement {
	readonly agrees: 'yes' | 'no' | 'unsure';
	readonly evidence: string;
}

/** Compares what Asterisk holds with what the file says; the evidence names no values, they may be secret. */
export function judge({ thing, expect, why, unsaid }: Question, held: Held): Judgement {
	const named = describe(thing);
	if (expect === 'gone') {
		return held === 'absent'
			? { agrees: 'yes', evidence: `${named} is gone` }
			: { agrees: 'no', evidence: `Asterisk still has ${named}, which the file does not have any more` };
	}
	const no = thing.plain ? 'no' : 'unsure';
	if (held === 'absent') return { agrees: no, evidence: `Asterisk does not have ${named} (${PLACE[why]})` };
	const wrong = Object.keys(thing.said).find((name) => !agree(thing, name, held[name]));
	if (wrong !== undefined)
		return { agrees: no, evidence: `Asterisk has another ${labelOf(thing, wrong)} for ${named}` };
	const left = unsaid.find((name) => held[name] !== undefined);
	if (left !== undefined) return { agrees: no, evidence: `Asterisk still has ${labelOf(thing, left)} for ${named}` };
	return { agrees: 'yes', evidence: `Asterisk has ${named} (${PLACE[why]})` };
}

const PLACE = {
	added: 'new in the file',
	changed: 'changed in the file',
	removed: 'gone from the file',
	last: 'last of the file',
};

function agree(thing: Thing, name: string, held: string | undefined): boolean {
	// not every version shows every setting; a dialplan is always shown with all priorities
	if (held === undefined) return thing.kind !== 'extension';
	return held === saidOf(thing, name) || held === SHOWN_IN_PART;
}

const labelOf = (thing: Thing, name: string): string => (thing.kind === 'extension' ? `priority ${name}` : name);

function describe({ kind, name, context }: Thing): string {
	switch (kind) {
		case 'extension':
			return `extension ${name}@${context}`;
		case 'include':
			return `the include of ${name} in ${context}`;
		case 'sip':
			return `SIP peer ${name}`;
		case 'iax':
			return `IAX2 peer ${name}`;
		case 'endpoint':
			return `PJSIP endpoint ${name}`;
		case 'mailbox':
			return `mailbox ${name}@${context}`;
		case 'music':
			return `music class ${name}`;
		case 'room':
			return `room ${name}`;
	}
}

/** Section by which a text shows that it was read to its end. */
export interface LastSection {
	readonly name: string;
	/** How often the text has a section of this name. */
	readonly times: number;
}

/** The last section of a text that holds what is written below it; `undefined` for a text without sections. */
export function lastSection(text: string): LastSection | undefined {
	const names: string[] = [];
	readConf(text, (directive) => {
		const start = sectionStart(directive);
		if (start && !start.composed) names.push(start.name);
	});
	const name = names.at(-1);
	return name === undefined ? undefined : { name, times: names.filter((one) => one === name).length };
}
