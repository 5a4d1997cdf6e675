import { ChangedMeanwhile } from '../adapters/conf-file.ts';
import type { ConfFolder } from '../adapters/conf-folder.ts';
import { CONF_FILES, type ConfFile } from '../conf/files.ts';
import { questions } from '../conf/proof.ts';
import { readBackMailboxes } from '../conf/read-back.ts';
import { CLEAR_REBUILD_FLAG, RAISE_REBUILD_FLAG } from '../conf/statements.ts';
import { withAmi } from '../dialer/asterisk.ts';
import { confFolderOf } from '../dialer/conf.ts';
import { earlierVersion, VOICEMAIL_COPY } from '../dialer/conf-changed.ts';
import { reloadModule, waitUntilLoaded } from '../dialer/conf-loaded.ts';
import { generate, readConfSource, tellWarning } from '../dialer/conf-source.ts';
import { readTemplates } from '../dialer/templates.ts';
import type { World } from '../world.ts';
import { installConf, putBack, VOICEMAIL } from './install-conf.ts';

/** A rebuild or reload that did not reach its end; the files in place are whole, and the message says which. */
export class ConfFailed extends Error {}

/** What became of a rebuild: what was done, and whether Asterisk was seen to hold it. */
export interface Rebuilt {
	told: string;
	verified: boolean | 'pending';
}

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
	const installed = new Set<ConfFile>();
	for (let tried = 1; ; tried++) {
		try {
			const source = await readConfSource(world);
			const live = folder.read(VOICEMAIL);
			const previous = folder.read(VOICEMAIL_COPY)?.text ?? null;
			const back = readBackMailboxes(source, { live: live?.text ?? '', previous });
			for (const { sql, parameters } of back.updates) await world.write(sql, parameters);
			const { generated, problems } = generate(back.source, folder, templates);
			if (!generated) throw new ConfFailed(`nothing is made: ${problems.join('; ')}`);
			const refused = await installConf(files, generated, live?.hash ?? 'missing', folder, world, installed);
			const warnings = [...back.warnings, ...generated.warnings].map(tellWarning);
			const rebuilt = await reload([...installed], folder, world, warnings);
			if (refused.length > 0) throw new ConfFailed([...refused, rebuilt.told].join('; '));
			return rebuilt;
		} catch (error) {
			if (!(error instanceof ChangedMeanwhile) || tried === TRIES) throw error;
		}
	}
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
