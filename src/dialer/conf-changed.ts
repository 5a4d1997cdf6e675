import type { ConfFolder } from '../adapters/conf-folder.ts';
import { unifiedDiff } from '../conf/diff.ts';
import type { ConfFacts, ConfMemory } from '../memory.ts';

/** Stock's copy of voicemail.conf. It writes it anew in every rebuild, right before it installs the files. */
export const VOICEMAIL_COPY = 'BUILDvoicemail-vicidial.conf';

/** Seconds in which stock has installed all files of a rebuild: one pause per file, and a slow disk. */
const STOCK_INSTALLS_WITHIN = 60;
/** Two files of one moment. */
const TOLERANCE = 1;

/** What was read of a file whose text is not the one of the last look. */
export interface Rewritten {
	readonly hash: string;
	/** seconds of its last change, wall clock of the file system */
	readonly writtenAt: number;
	/** forced reload that its last line names; empty without one */
	readonly reloaded: string;
	/** written by Asterisk itself, as it does with voicemail.conf when a user changes the password by phone */
	readonly byAsterisk: boolean;
}

/** When stock last rebuilt the files, seconds of the same clock; undefined when it never did or the last rebuild was ours. */
export function stockRebuiltAt(folder: ConfFolder, { ownCopy }: ConfMemory): number | undefined {
	const copy = folder.inspect(VOICEMAIL_COPY, true);
	return copy.kind === 'file' && copy.hash !== ownCopy ? copy.writtenAt : undefined;
}

/**
 * Hash of the version that counts as installed: this one, if nobody knows an earlier one or those who make the files
 * wrote it; else the earlier one. Pure.
 */
export function installedVersion(
	known: ConfFacts | undefined,
	fresh: Rewritten,
	stockRebuilt: () => number | undefined,
): string {
	const before = known?.installed;
	if (before === undefined || before === fresh.hash || fresh.byAsterisk) return fresh.hash;
	// a rebuild for a forced reload names a later one
	if (fresh.reloaded > (known?.reloaded ?? '')) return fresh.hash;
	const rebuilt = stockRebuilt() ?? Number.POSITIVE_INFINITY;
	const age = fresh.writtenAt - rebuilt;
	return age >= -TOLERANCE && age <= STOCK_INSTALLS_WITHIN ? fresh.hash : before;
}

/** What a hand did to a file since it was installed; undefined when that version is not kept any more. */
export function diffSinceInstalled(folder: ConfFolder, name: string, installed: string): string | undefined {
	const before = folder.versionOf(name, installed);
	if (before === undefined) return undefined;
	return unifiedDiff(name, before, folder.read(name)?.text ?? '', { before: 'as installed', after: 'in place' });
}

/** The newest earlier version that is another text: what Asterisk may still hold instead. */
export function earlierVersion(folder: ConfFolder, name: string, text: string): string | undefined {
	for (const version of folder.versions(name)) if (version !== text) return version;
	return undefined;
}
