import { ChangedMeanwhile } from '../adapters/conf-file.ts';
import type { ConfFolder, Staged } from '../adapters/conf-folder.ts';
import { CONF_FILES, type ConfFile } from '../conf/files.ts';
import type { Generated } from '../conf/generate.ts';
import { lintConf } from '../conf/lint.ts';
import { normalForm } from '../conf/normal-form.ts';
import { trailerOf } from '../conf/trailer.ts';
import { isWritten } from '../dialer/conf.ts';
import { VOICEMAIL_COPY } from '../dialer/conf-changed.ts';
import type { Memory } from '../memory.ts';
import type { World } from '../world.ts';
import { parsesInAsterisk } from './parse-candidate.ts';

export const VOICEMAIL = 'voicemail.conf';

/** A file that is written beside its target, proven as far as it can be before it is used. */
interface Candidate {
	file: ConfFile;
	staged: Staged;
	/** of voicemail.conf: the same bytes for stock's copy */
	copy: Staged | undefined;
	/** hash of what it replaces */
	replaces: string | 'missing';
}

/**
 * Puts the files that need it into their places: all are written and proven first, so that a full disk or a refused text
 * is found before the first is replaced.
 *
 * @param mailboxes hash of voicemail.conf as its settings were read back
 * @param installed those that were replaced are added to it, also when it throws
 * @returns what is wrong with the texts that are not installed
 * @throws ChangedMeanwhile; ConfFileError
 */
export async function installConf(
	files: string[] | 'all',
	generated: Generated,
	mailboxes: string | 'missing',
	folder: ConfFolder,
	world: World,
	installed: Set<ConfFile>,
): Promise<string[]> {
	const candidates: Candidate[] = [];
	const refused: string[] = [];
	try {
		for (const file of CONF_FILES) {
			const text = generated.files[file.name];
			if (text === undefined || (files !== 'all' && !files.includes(file.name))) continue;
			if (!isWritten(file, world.memory.server?.asteriskVersion ?? '')) continue;
			const live = folder.read(file.name);
			const replaces = live?.hash ?? 'missing';
			if (file.name === VOICEMAIL && replaces !== mailboxes) throw new ChangedMeanwhile(`${file.name}`);
			if (live !== undefined && isDone(file, live.text, text, files === 'all', folder)) continue;
			const [fatal] = (generated.problems[file.name] ?? []).filter((problem) => problem.fatal);
			if (fatal) {
				refused.push(`${file.name} is not installed: line ${fatal.line} ${fatal.problem}`);
				continue;
			}
			// the version that is replaced is what to come back to
			if (live !== undefined && isUsable(file, live.text, folder)) folder.backup(file.name);
			const candidate = stage(file, text, replaces, folder);
			candidates.push(candidate);
			const parse = await parsesInAsterisk(world, folder, file, candidate.staged.candidate, text);
			if (parse === undefined) continue;
			candidates.pop();
			discard(candidate, folder);
			refused.push(`${file.name} is not installed: ${parse}`);
		}
		for (const candidate of candidates) {
			put(candidate, folder, world);
			installed.add(candidate.file);
		}
		return refused;
	} finally {
		for (const candidate of candidates) discard(candidate, folder);
	}
}

/** Installs the newest earlier version that Asterisk can read. @returns its name, undefined when there is none */
export function putBack(file: ConfFile, folder: ConfFolder, world: World): string | undefined {
	const live = folder.read(file.name);
	for (const text of folder.versions(file.name)) {
		if (text === live?.text || !isUsable(file, text, folder)) continue;
		put(stage(file, text, live?.hash ?? 'missing', folder), folder, world);
		return file.name;
	}
	return undefined;
}

function stage(file: ConfFile, text: string, replaces: string | 'missing', folder: ConfFolder): Candidate {
	const staged = folder.stage(file.name, text, file.includedBy);
	if (file.name !== VOICEMAIL) return { file, staged, copy: undefined, replaces };
	try {
		return { file, staged, copy: folder.stage(VOICEMAIL_COPY, text), replaces };
	} catch (error) {
		folder.discard(staged);
		throw error;
	}
}

function discard({ staged, copy }: Candidate, folder: ConfFolder): void {
	folder.discard(staged);
	if (copy) folder.discard(copy);
}

/** Installs a file; voicemail.conf together with stock's copy: where the two differ, stock writes the mailboxes into the database. */
function put({ staged, copy, replaces }: Candidate, folder: ConfFolder, world: World): void {
	if (copy) folder.installTogether([staged, copy], replaces);
	else folder.install(staged, replaces);
	world.memory = withInstalled(world.memory, staged, copy !== undefined);
}

/** The memory after a file was installed by us: what differs from it from now on was not. */
function withInstalled(memory: Memory, { name, hash }: Staged, withCopy: boolean): Memory {
	const conf = memory.conf ?? { files: {} };
	const facts = conf.files[name] ?? { fingerprint: '', hash, empty: false, whole: true, reloaded: '', fatal: [] };
	return {
		...memory,
		conf: {
			...conf,
			files: { ...conf.files, [name]: { ...facts, installed: hash } },
			...(withCopy && { ownCopy: hash }),
		},
	};
}

/** Whether a file in place is as good as the new one; `byMeaning`: comments and order may differ. */
function isDone(file: ConfFile, live: string, wanted: string, byMeaning: boolean, folder: ConfFolder): boolean {
	if (file.name === VOICEMAIL && folder.read(VOICEMAIL_COPY)?.text !== live) return false;
	if (live === wanted) return true;
	return byMeaning && sayTheSame(file, live, wanted, folder);
}

/** Equal meaning and equal reload stamp: Asterisk would load the same, and nobody waits for a reload. */
function sayTheSame(file: ConfFile, live: string, wanted: string, folder: ConfFolder): boolean {
	if (!isUsable(file, live, folder)) return false;
	const stamps = [live, wanted].map((text) => trailerOf(text).reloaded ?? '');
	return stamps[0] === stamps[1] && normalForm(file.name, live) === normalForm(file.name, wanted);
}

/** Whole, and nothing in it makes Asterisk lose the rest. */
function isUsable(file: ConfFile, text: string, folder: ConfFolder): boolean {
	const { whole, rewritten } = trailerOf(text);
	return (whole || rewritten) && !lintConf(text, folder.surroundings(file)).some(({ fatal }) => fatal);
}
