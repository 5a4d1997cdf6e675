import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { emptyMemory, forBoot, type Memory } from '../memory.ts';
import { isMemory, isRecord } from '../memory-shape.ts';
import type { AmiMemory } from '../world.ts';
import { ownFolder, readIfThere, replaceFile } from './files.ts';

/** The state folder: what one run tells the next. */
export class StateFolder {
	readonly #folder: string;
	/** what was wrong with what was found, for the report */
	readonly problems: string[] = [];
	/** false when others keep a memory here that is not shown to us */
	readable = true;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Makes the folder ready for writing. @throws Error when it is not safely ours */
	prepare(): void {
		ownFolder(this.#folder, 0o700);
		chmodSync(this.#folder, 0o700);
	}

	/** What is remembered; a damaged file counts as nothing remembered and is told in `problems`. */
	load(bootId: string): Memory {
		const found = this.#read<Memory>('state.json', isMemory);
		return forBoot({ ...emptyMemory(bootId), ...found }, bootId);
	}

	/** The remembered AMI accounts; they hold secrets and live in a file of their own. */
	loadAmi(): AmiMemory {
		return this.#read<AmiMemory>('ami-account.json', isRecord) ?? {};
	}

	/** Writes what changed. A damaged predecessor is set aside, never overwritten. */
	save(memory: Memory): void {
		this.#replace('state.json', memory);
	}

	saveAmi(memory: AmiMemory): void {
		this.#replace('ami-account.json', memory);
	}

	readonly #damaged = new Set<string>();

	#read<T>(name: string, valid: (value: unknown) => boolean): T | undefined {
		const path = join(this.#folder, name);
		try {
			const text = readIfThere(path);
			if (text === undefined) return undefined;
			const value: unknown = JSON.parse(text);
			if (valid(value)) return value as T;
			throw new Error('it is not what this version of vicikeep writes');
		} catch (error) {
			const reason = error instanceof SyntaxError ? 'it is not whole' : (error as Error).message;
			const unreadable = (error as NodeJS.ErrnoException).code === 'EACCES';
			if (unreadable) {
				this.readable = false;
				return undefined;
			}
			this.#damaged.add(name);
			this.problems.push(`${path} is damaged: ${reason}; it is set aside and begun anew`);
			return undefined;
		}
	}

	#replace(name: string, value: object): void {
		const path = join(this.#folder, name);
		if (this.#damaged.delete(name)) renameSync(path, `${path}.damaged`);
		replaceFile(path, `${JSON.stringify(value)}\n`);
	}
}
