import { type AmiSession, AmiTrouble } from '../adapters/ami.ts';
import { type AmiMessage, header } from '../adapters/ami-wire.ts';
import { Deadline, sleep } from '../adapters/clock.ts';
import { CONF_FILES, type ConfFile } from '../conf/files.ts';
import { judge, type LastSection, type Question } from '../conf/proof.ts';
import { NotTold, whatIsHeld } from './held.ts';

/** Milliseconds between two attempts. */
const PAUSE = 250;

/** Whether Asterisk holds what a file says. `unknown`: it does not tell, for the reason in the evidence. */
export interface LoadedAnswer {
	readonly verdict: 'loaded' | 'not-loaded' | 'unknown';
	/** What was seen, without values from the file. */
	readonly evidence: string;
}

/**
 * Asks Asterisk about each thing until one answer says that it has not read this version. A file that asks for nothing,
 * such as one of comments, counts as loaded.
 *
 * @param file name of the file
 * @param milliseconds for all questions together
 */
export async function askLoaded(
	session: AmiSession,
	file: string,
	questions: readonly Question[],
	milliseconds: number,
): Promise<LoadedAnswer> {
	const deadline = new Deadline(milliseconds / 1000);
	const evidence: string[] = [];
	let unsure = '';
	try {
		for (const question of questions) {
			const held = await whatIsHeld(session, question, confFile(file).module, deadline);
			const answer = judge(question, held);
			if (answer.agrees === 'no') return { verdict: 'not-loaded', evidence: answer.evidence };
			if (answer.agrees === 'unsure') unsure = `${answer.evidence}; it may have refused it`;
			evidence.push(answer.evidence);
		}
	} catch (error) {
		if (!(error instanceof NotTold || error instanceof AmiTrouble)) throw error;
		return { verdict: 'unknown', evidence: error.message };
	}
	if (unsure !== '') return { verdict: 'unknown', evidence: unsure };
	return { verdict: 'loaded', evidence: evidence.join('; ') || 'nothing in it that Asterisk could be asked about' };
}

/**
 * The same, asked again until Asterisk has the file or the deadline is over: some modules answer a reload first and
 * read their files later.
 */
export async function waitUntilLoaded(
	session: AmiSession,
	file: string,
	questions: readonly Question[],
	milliseconds: number,
): Promise<LoadedAnswer> {
	const deadline = new Deadline(milliseconds / 1000);
	for (;;) {
		const answer = await askLoaded(session, file, questions, deadline.remaining());
		if (answer.verdict !== 'not-loaded' || deadline.remaining() <= PAUSE) return answer;
		await sleep(PAUSE);
	}
}

/** What became of a reload. */
export interface ReloadAnswer {
	/**
	 * `sent`: Asterisk took it, which does not mean that it read the file. `declined`: the module refused its files, the
	 * old contents stay. `busy`: another reload, or the start, went on until the deadline.
	 */
	readonly outcome: 'sent' | 'declined' | 'busy' | 'module-absent' | 'not-permitted' | 'no-answer';
	readonly evidence: string;
}

/**
 * Makes the module that reads a file read it again, and no other module.
 *
 * @param file name of the file
 */
export async function reloadModule(session: AmiSession, file: string, milliseconds: number): Promise<ReloadAnswer> {
	const conf = confFile(file);
	const deadline = new Deadline(milliseconds / 1000);
	// `module reload a b …` names them all, other commands stand for the one module
	const [, names] = /^module reload (.+)$/.exec(conf.reload) ?? [];
	const [first = conf.module, ...others] = names?.split(' ') ?? [];
	try {
		const answer = await reloadOne(session, first, deadline);
		if (answer === 'Permission denied') return await reloadByCommand(session, conf, deadline);
		const outcome = outcomeOf(answer);
		if (outcome !== 'sent') return { outcome, evidence: `${first}: ${answer}` };
		for (const name of others) {
			const next = await reloadOne(session, name, deadline);
			// not every Asterisk has all of them
			if (!['sent', 'module-absent'].includes(outcomeOf(next))) {
				return { outcome: outcomeOf(next), evidence: `${name}: ${next}` };
			}
		}
		return { outcome, evidence: `${first}: ${answer}` };
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		return { outcome: 'no-answer', evidence: error.message };
	}
}

/** Asterisk's answer to the reload of one module, tried again while it says that it cannot now. */
async function reloadOne(session: AmiSession, module: string, deadline: Deadline): Promise<string> {
	for (;;) {
		// without a Module, Asterisk would reload everything
		const reply = await session.action('Reload', { Module: module }, deadline.remaining());
		const message = header(reply, 'Message');
		if (outcomeOf(message) !== 'busy' || deadline.remaining() <= PAUSE) return message;
		await sleep(PAUSE);
	}
}

function outcomeOf(message: string): ReloadAnswer['outcome'] {
	if (/^Module Reloaded|^Module does not support reload/i.test(message)) return 'sent';
	if (/in progress|not initialized/i.test(message)) return 'busy';
	if (/^No such module/i.test(message)) return 'module-absent';
	if (/^Permission denied/i.test(message)) return 'not-permitted';
	return 'declined';
}

async function reloadByCommand(session: AmiSession, { reload }: ConfFile, deadline: Deadline): Promise<ReloadAnswer> {
	const { lines } = await session.command(reload, deadline.remaining());
	const evidence = `${reload.split(' ').slice(0, 3).join(' ')}: ${lines.find((line) => line.trim() !== '') ?? 'done'}`;
	if (lines.some((line) => /^Permission denied/.test(line))) return { outcome: 'not-permitted', evidence };
	return { outcome: lines.some((line) => /^No such (command|module)/.test(line)) ? 'module-absent' : 'sent', evidence };
}

/** What Asterisk's own parser makes of a file that it does not use yet. */
export interface ParsedAnswer {
	readonly verdict: 'parsed' | 'not-parsed' | 'not-permitted' | 'no-answer';
	readonly evidence: string;
}

/**
 * Has Asterisk read a candidate through a wrapper: `[vicikeep]` and `#include "candidate"`. It says Success even where
 * the rest of an included file was lost, so the candidate counts as parsed only when its last section is in the answer.
 * Where `execincludes` is on this runs each `#exec` of the candidate: lint first.
 *
 * @param wrapper file name in Asterisk's folder
 * @param last of the candidate (`lastSection`); without one only a refusal shows
 */
export async function parsesWhole(
	session: AmiSession,
	wrapper: string,
	last: LastSection | undefined,
	milliseconds: number,
): Promise<ParsedAnswer> {
	const { name, times } = last ?? { name: 'vicikeep', times: 1 };
	let reply: AmiMessage;
	try {
		reply = await session.action('GetConfig', { Filename: wrapper, Category: name }, milliseconds);
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		return { verdict: 'no-answer', evidence: error.message };
	}
	const message = header(reply, 'Message');
	if (header(reply, 'Response') !== 'Success') {
		// the spelling of the second one differs between versions
		const denied = /^Permission denied|escalated|^Invalid\/unknown command/i.test(message);
		return { verdict: denied ? 'not-permitted' : 'not-parsed', evidence: message };
	}
	const found = reply.filter(([key, value]) => /^Category-\d+$/.test(key) && value === name).length;
	if (found >= times) return { verdict: 'parsed', evidence: `read up to the last section [${name}]` };
	return { verdict: 'not-parsed', evidence: `Asterisk stops reading before the last section [${name}]` };
}

function confFile(name: string): ConfFile {
	const file = CONF_FILES.find((one) => one.name === name);
	if (!file) throw new Error(`${name} is no generated file`);
	return file;
}
