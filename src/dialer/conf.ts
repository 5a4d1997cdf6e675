import { ConfFolder, type Inspection } from '../adapters/conf-folder.ts';
import { DatabaseTrouble } from '../adapters/database.ts';
import { isMissing } from '../adapters/files.ts';
import { CONF_FILES, type ConfFile } from '../conf/files.ts';
import { lintConf } from '../conf/lint.ts';
import { questions } from '../conf/proof.ts';
import { trailerOf } from '../conf/trailer.ts';
import type { ConfFacts, ConfMemory } from '../memory.ts';
import type { World } from '../world.ts';
import { withAmi } from './asterisk.ts';
import { diffSinceInstalled, earlierVersion, installedVersion, stockRebuiltAt } from './conf-changed.ts';
import { askLoaded } from './conf-loaded.ts';
import { lookAtSources, type Sources } from './conf-watch.ts';
import { areAsBefore, makersFingerprint } from './makers.ts';
import { findAsterisk } from './process-table.ts';

/** One generated file as it stands on disk and in Asterisk. */
export interface ConfFileSeen {
	name: string;
	found: Inspection;
	/** what its text says; undefined when there is no text */
	facts: ConfFacts | undefined;
	/** somebody else than stock or vicikeep wrote it; the diff where the version before is at hand */
	edited: { diff: string | undefined } | undefined;
	/** the hand-made file that should include it and does not */
	notIncludedBy: string | undefined;
	/** whether Asterisk holds it; undefined where it was proven before, or cannot be asked */
	loaded: 'loaded' | 'not-loaded' | 'unknown' | undefined;
	evidence: string;
}

export interface ConfObservation {
	/** why nothing is looked at here */
	notHere: string | undefined;
	folder: string;
	/** that folder is not there at all */
	folderMissing?: boolean;
	files: ConfFileSeen[];
	server: { generates: boolean; flag: boolean; reloadTimestamp: string } | undefined;
	/** what the database would make of the files, as of the last time that anything behind them had changed */
	compared: Compared | undefined;
	/** a person asks for a rebuild: every difference is of interest */
	asked: boolean;
	asteriskStart: number;
	memory: ConfMemory;
}

/** A comparison, and what tells whether it still holds. */
export type Compared = Sources & Required<Pick<ConfMemory, 'comparison' | 'madeWith' | 'surroundings'>>;

const ASK_TIMEOUT = 5000;

/** Where vicikeep keeps earlier versions of the files. */
export const confFolderOf = ({ settings }: World): ConfFolder =>
	new ConfFolder(settings.asteriskEtc, `${settings.stateDir}/conf`);

/**
 * Looks at the generated files: on disk in every run, in Asterisk where a file is not yet proven loaded. They are compared
 * with the database when they, or anything that they are made of, have changed since they last were.
 */
export async function readConfState(world: World): Promise<ConfObservation> {
	const { settings, memory } = world;
	const folder = confFolderOf(world);
	const server = await readServer(world);
	const [asterisk] = findAsterisk(world.processes(), settings.asteriskEtc);
	const base: ConfObservation = {
		notHere: notHere(world, await world.serverOrRemembered().then((row) => row?.runsAsterisk)),
		folder: settings.asteriskEtc,
		files: [],
		server,
		compared: undefined,
		asked: world.rebuild !== undefined,
		asteriskStart: asterisk?.startTicks ?? 0,
		memory: memory.conf ?? { files: {} },
	};
	if (base.notHere) return base;
	if (isMissing(settings.asteriskEtc)) return { ...base, folderMissing: true };
	const files = CONF_FILES.filter((file) => isWritten(file, memory.server?.asteriskVersion ?? '')).map((file) =>
		lookAtFile(file, folder, base.memory),
	);
	await askAsterisk(world, files, folder, base);
	const damaged = files.some((file) => isDamaged(file));
	const changed = files.some(({ name, facts }) => facts?.hash !== base.memory.files[name]?.hash);
	const anew = server !== undefined && (base.asked || damaged || changed);
	const known = anew ? undefined : await stillHolds(world, server, base.memory);
	const again = server !== undefined && known === undefined && (world.seesEarlier || base.asked);
	// most looks compare nothing and need not load what makes the files
	const fresh = again ? await (await import('./conf-compare.ts')).compare(world, folder, files) : undefined;
	return {
		...base,
		files: files.map((file) => withEdit(file, folder, fresh?.asGenerated.includes(file.name) === true)),
		compared: fresh?.compared ?? known,
	};
}

/** The last comparison, where nothing that it was made of is seen to have changed since. */
async function stillHolds(
	world: World,
	server: ConfObservation['server'],
	{ comparison, madeWith, surroundings, sources, sourceFingerprint }: ConfMemory,
): Promise<Compared | undefined> {
	if (comparison === undefined || madeWith === undefined || surroundings === undefined) return undefined;
	const rows = { ...(sources && { sources }), ...(sourceFingerprint !== undefined && { sourceFingerprint }) };
	const files = { comparison, madeWith, surroundings };
	if (server === undefined) return { ...files, ...rows };
	if (makersFingerprint(world) !== madeWith || !areAsBefore(surroundings)) return undefined;
	// templates with a fault: nothing was read that could have changed
	if (sources === undefined && comparison.problems.length > 0) return files;
	const seen = await lookAtSources(world, rows);
	return seen && { ...files, ...seen };
}

const notHere = ({ settings }: World, runsAsterisk: boolean | undefined): string | undefined => {
	if (settings.confOwner === 'off') return 'VICIKEEP_CONF_OWNER=off';
	return runsAsterisk === false ? 'this server runs no Asterisk (active_asterisk_server=N)' : undefined;
};

/** Asterisk 1.2 has no PJSIP, and stock installs no files for it. */
export const isWritten = (file: ConfFile, asteriskVersion: string): boolean =>
	file.reload12 !== undefined || !asteriskVersion.startsWith('1.2');

/** True for a file that Asterisk cannot use as it is. */
export const isDamaged = ({ found, facts }: ConfFileSeen): boolean =>
	found.kind === 'missing' || (facts !== undefined && (facts.empty || !facts.whole || facts.fatal.length > 0));

function lookAtFile(file: ConfFile, folder: ConfFolder, memory: ConfMemory): ConfFileSeen {
	const found = folder.inspect(file.name);
	const known = memory.files[file.name];
	const seen = {
		name: file.name,
		found,
		edited: undefined,
		notIncludedBy: folder.includeLine(file) === false ? file.includedBy : undefined,
		loaded: undefined,
		evidence: '',
	};
	if (found.kind !== 'file') return { ...seen, facts: undefined };
	if (known?.fingerprint === found.fingerprint) return { ...seen, facts: known };
	const read = folder.read(file.name);
	if (read === undefined) return { ...seen, found: { kind: 'missing' }, facts: undefined };
	const { text, hash } = read;
	const trailer = trailerOf(text);
	const reloaded = trailer.reloaded ?? '';
	const fresh = { hash, writtenAt: found.writtenAt, reloaded, byAsterisk: trailer.rewritten };
	const facts: ConfFacts = {
		fingerprint: found.fingerprint,
		hash,
		empty: text.trim() === '',
		whole: trailer.whole || trailer.rewritten,
		reloaded,
		installed: installedVersion(known, fresh, () => stockRebuiltAt(folder, memory)),
		fatal: lintConf(text, folder.surroundings(file))
			.filter(({ fatal }) => fatal)
			.map(({ line, problem }) => `line ${line}: ${problem}`),
		...(known?.proven && { proven: known.proven }),
	};
	return { ...seen, facts };
}

/**
 * Adds what a hand did to a whole file; a damaged one has its own name.
 * @param asGenerated nobody but us can have written it
 */
function withEdit(file: ConfFileSeen, folder: ConfFolder, asGenerated: boolean): ConfFileSeen {
	const { name, found, facts } = file;
	if (found.kind !== 'file' || !facts?.whole || isDamaged(file)) return file;
	if (asGenerated) return { ...file, facts: { ...facts, installed: facts.hash } };
	if (facts.installed === undefined || facts.installed === facts.hash) return file;
	return { ...file, edited: { diff: diffSinceInstalled(folder, name, facts.installed) } };
}

/** Asks Asterisk about files that were not yet proven loaded, or not by this Asterisk. */
async function askAsterisk(
	world: World,
	files: ConfFileSeen[],
	folder: ConfFolder,
	base: ConfObservation,
): Promise<void> {
	if (base.asteriskStart === 0) return;
	const unproven = files.filter(
		({ facts }) =>
			facts && !facts.empty && (facts.proven?.hash !== facts.hash || facts.proven.asteriskStart !== base.asteriskStart),
	);
	if (unproven.length === 0) return;
	await withAmi(world, async (session) => {
		for (const file of unproven) {
			const text = folder.read(file.name)?.text ?? '';
			const asked = questions(file.name, text, earlierVersion(folder, file.name, text));
			const answer = await askLoaded(session, file.name, asked, world.deadline.within(ASK_TIMEOUT));
			file.loaded = answer.verdict;
			file.evidence = answer.evidence;
		}
	});
}

async function readServer(world: World): Promise<ConfObservation['server']> {
	try {
		const row = await world.server();
		if (!row) return undefined;
		return {
			generates: row.generatesConf,
			flag: row.rebuildConfFiles,
			reloadTimestamp: row.system.reloadTimestamp,
		};
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}
