import { ChangedMeanwhile } from '../adapters/conf-file.ts';
import type { ConfFolder, Staged } from '../adapters/conf-folder.ts';
import { CONF_FILES, type ConfFile } from '../conf/files.ts';
import type { Generated } from '../conf/generate.ts';
import { lintConf } from '../conf/lint.ts';
import { normalForm } from '../conf/normal-form.ts';
import { questions } from '../conf/proof.ts';
import { readBackMailboxes } from '../conf/read-back.ts';
import { CLEAR_REBUILD_FLAG, RAISE_REBUILD_FLAG } from '../conf/statements.ts';
import { trailerOf } from '../conf/trailer.ts';
import { withAmi } from '../dialer/asterisk.ts';
import { confFolderOf, isWritten, tellWarning } from '../dialer/conf.ts';
import { VOICEMAIL_COPY } from '../dialer/conf-changed.ts';
import { reloadModule, waitUntilLoaded } from '../dialer/conf-loaded.ts';
import { earlierVersion, generate, readConfSource } from '../dialer/conf-source.ts';
import { readTemplates } from '../dialer/templates.ts';
import type { Memory } from '../memory.ts';
import type { World } from '../world.ts';
import { parsesInAsterisk } from './parse-candidate.ts';

/** A rebuild or reload that did not reach its end; the files in place are whole, and the message says which. */
export class ConfFailed extends Error {}

/** What became of a rebuild: what was done, and whether Asterisk was seen to hold it. */
export interface Rebuilt {
	told: string;
	verified: boolean | 'pending';
}

const VOICEMAIL = 'voicemail.conf';
/** How often a file may change under our hands before we leave it to the next run. */
const TRIES = 3;
const RELOAD_TIMEOUT = 10_000;
/** Milliseconds in which Asterisk must hold what it was told to read. */
const PROOF_TIMEOUT = 5000;

/**
 * Makes conf files from the database, proves them, installs them, has Asterisk read them and sees that it did. The
 * rebuild flag is claimed before the data is read, so that a change in between asks again; on failure it is set back.
 * @param files names, or all that differ from what the database says
 * @throws ConfFailed; then every file in place is whole and one that Asterisk can load
 */
export async function rebuildConf(files: string[] | 'all', world: World): Promise<Rebuilt> {
	const claimed = files === 'all' && (await world.write(CLEAR_REBUILD_FLAG, [world.settings.serverIp])) > 0;
	try {
		return await rebuild(files, world);
	} catch (error) {
		if (claimed) await world.write(RAISE_REBUILD_FLAG, [world.settings.serverIp]).catch(() => {});
		throw error instanceof ConfFailed ? error : new ConfFailed((error as Error).message);
	}
}

async function rebuild(files: string[] | 'all', world: World): Promise<Rebuilt> {
	const folder = confFolderOf(world);
	folder.clean();
	const templates = readTemplates(world);
	if (templates.problems.length > 0) throw new ConfFailed(`nothing is made: ${templates.problems.join('; ')}`);
	for (let tried = 1; ; tried++) {
		try {
			const source = await readConfSource(world);
			const live = folder.read(VOICEMAIL)?.text ?? '';
			const previous = folder.read(VOICEMAIL_COPY)?.text ?? null;
			const back = readBackMailboxes(source, { live, previous });
			for (const { sql, parameters } of back.updates) await world.write(sql, parameters);
			const { generated, problems } = generate(back.source, folder, templates);
			if (!generated) throw new ConfFailed(`nothing is made: ${problems.join('; ')}`);
			const changed = await install(files, generated, folder, world);
			return await reload(changed, folder, world, [...back.warnings, ...generated.warnings].map(tellWarning));
		} catch (error) {
			if (!(error instanceof ChangedMeanwhile) || tried === TRIES) throw error;
		}
	}
}

/** Puts the files that need it into their places. @returns those that were replaced */
async function install(
	files: string[] | 'all',
	generated: Generated,
	folder: ConfFolder,
	world: World,
): Promise<ConfFile[]> {
	const changed: ConfFile[] = [];
	const refused: string[] = [];
	for (const file of CONF_FILES) {
		const text = generated.files[file.name];
		if (text === undefined || (files !== 'all' && !files.includes(file.name))) continue;
		if (!isWritten(file, world.memory.server?.asteriskVersion ?? '')) continue;
		const live = folder.read(file.name);
		if (live !== undefined && (files === 'all' ? sayTheSame(file, live.text, text, folder) : live.text === text))
			continue;
		const [fatal] = (generated.problems[file.name] ?? []).filter((problem) => problem.fatal);
		if (fatal) {
			refused.push(`${file.name} is not installed: line ${fatal.line} ${fatal.problem}`);
			continue;
		}
		// the version that is replaced is what to come back to
		if (live !== undefined && isUsable(file, live.text, folder)) folder.backup(file.name);
		const staged = folder.stage(file.name, text, file.includedBy);
		const parse = await parsesInAsterisk(world, folder, file, staged.candidate, text);
		if (parse !== undefined) {
			folder.discard(staged);
			refused.push(`${file.name} is not installed: ${parse}`);
			continue;
		}
		put(file, staged, text, live?.hash ?? 'missing', folder, world);
		changed.push(file);
	}
	if (refused.length > 0) throw new ConfFailed(refused.join('; '));
	return changed;
}

/** Installs a file; voicemail.conf together with stock's copy: where the two differ, stock writes the mailboxes into the database. */
function put(file: ConfFile, staged: Staged, text: string, expected: string, folder: ConfFolder, world: World): void {
	const note = () => {
		world.memory = withInstalled(world.memory, staged, file.name === VOICEMAIL);
	};
	if (file.name !== VOICEMAIL) {
		folder.install(staged, expected);
		note();
		return;
	}
	let copy: Staged;
	try {
		copy = folder.stage(VOICEMAIL_COPY, text);
	} catch (error) {
		folder.discard(staged);
		throw error;
	}
	folder.installTogether([staged, copy], expected);
	note();
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

/** Equal meaning and equal reload stamp: Asterisk would load the same, and nobody waits for a reload. */
function sayTheSame(file: ConfFile, live: string, wanted: string, folder: ConfFolder): boolean {
	if (!isUsable(file, live, folder)) return false;
	if (live === wanted) return true;
	const stamps = [live, wanted].map((text) => trailerOf(text).reloaded ?? '');
	return stamps[0] === stamps[1] && normalForm(file.name, live) === normalForm(file.name, wanted);
}

/** Whole, and nothing in it makes Asterisk lose the rest. */
function isUsable(file: ConfFile, text: string, folder: ConfFolder): boolean {
	const { whole, rewritten } = trailerOf(text);
	return (whole || rewritten === true) && !lintConf(text, folder.surroundings(file)).some(({ fatal }) => fatal);
}

/** Has Asterisk read these files again and sees that it holds them; what it does not take is put back. */
async function reload(
	changed: readonly ConfFile[],
	folder: ConfFolder,
	world: World,
	warnings: string[],
): Promise<Rebuilt> {
	const left =
		warnings.length > 0 ? ` (${warnings.length} values of the database were left out or changed: ${warnings[0]})` : '';
	if (changed.length === 0) return { told: `the files say what the database says${left}`, verified: true };
	const names = changed.map(({ name }) => name).join(', ');
	const verdicts = await loadAll(changed, folder, world);
	if (verdicts === undefined)
		return { told: `installed ${names}; Asterisk cannot be asked, it reads them later${left}`, verified: 'pending' };
	const notTaken = verdicts.filter(({ verdict }) => verdict === 'not-loaded');
	if (notTaken.length > 0) {
		const back = notTaken.map(({ file }) => putBack(file, folder, world)).filter((name) => name !== undefined);
		if (back.length > 0)
			await loadAll(
				CONF_FILES.filter(({ name }) => back.includes(name)),
				folder,
				world,
			);
		const what = notTaken.map(({ file, evidence }) => `${file.name} (${evidence})`).join(', ');
		throw new ConfFailed(
			`Asterisk does not hold the new ${what}; ${back.length > 0 ? `the version before is back in place: ${back.join(', ')}` : 'there is no earlier version to put back'}`,
		);
	}
	const unknown = verdicts.filter(({ verdict }) => verdict === 'unknown').map(({ file }) => file.name);
	const proof =
		unknown.length === 0 ? 'Asterisk holds what they say' : `Asterisk cannot tell about ${unknown.join(', ')}`;
	return {
		told: `installed ${names}; ${proof}${left}`,
		verified: unknown.length < verdicts.length || unknown.length === 0 ? true : 'pending',
	};
}

interface Verdict {
	file: ConfFile;
	verdict: 'loaded' | 'not-loaded' | 'unknown';
	evidence: string;
}

/** Reloads the modules concerned and asks Asterisk; undefined when it cannot be talked to. */
async function loadAll(files: readonly ConfFile[], folder: ConfFolder, world: World): Promise<Verdict[] | undefined> {
	return withAmi(world, async (session) => {
		const verdicts: Verdict[] = [];
		for (const file of files) {
			const { outcome, evidence } = await reloadModule(session, file.name, world.deadline.within(RELOAD_TIMEOUT));
			const text = folder.read(file.name)?.text ?? '';
			const asked = questions(file.name, text, earlierVersion(folder, file.name, text));
			const answer = await waitUntilLoaded(session, file.name, asked, world.deadline.within(PROOF_TIMEOUT));
			const declined = answer.verdict === 'not-loaded' && outcome !== 'sent' ? `${evidence}; ` : '';
			verdicts.push({ file, verdict: answer.verdict, evidence: declined + answer.evidence });
		}
		return verdicts;
	});
}

/** Installs the newest earlier version that Asterisk can read. @returns its name, undefined when there is none */
function putBack(file: ConfFile, folder: ConfFolder, world: World): string | undefined {
	const live = folder.read(file.name);
	for (const text of folder.versions(file.name)) {
		if (text === live?.text || !isUsable(file, text, folder)) continue;
		put(file, folder.stage(file.name, text, file.includedBy), text, live?.hash ?? 'missing', folder, world);
		return file.name;
	}
	return undefined;
}

/** Has Asterisk read files again that are right on disk. @throws ConfFailed when it still does not hold them */
export async function reloadConf(names: string[], world: World): Promise<Rebuilt> {
	const folder = confFolderOf(world);
	const verdicts = await loadAll(
		CONF_FILES.filter(({ name }) => names.includes(name)),
		folder,
		world,
	);
	if (verdicts === undefined) throw new ConfFailed('Asterisk cannot be asked');
	const notTaken = verdicts.filter(({ verdict }) => verdict === 'not-loaded');
	if (notTaken.length > 0)
		throw new ConfFailed(notTaken.map(({ file, evidence }) => `${file.name}: ${evidence}`).join('; '));
	return { told: `Asterisk has read ${names.join(', ')} and holds what they say`, verified: true };
}
