import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { emptyMemory, forBoot, type Memory } from '../memory.ts';
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

/** Whether every part is of the shape that this version reads; a part that is not would fail far from here. */
function isMemory(value: unknown): boolean {
	if (!isRecord(value) || value.version !== 1 || typeof value.bootId !== 'string') return false;
	const { counted, conditions, commands, attempts, pending, logged, told, conf, turns } = value;
	const { journal, server, deepProbe, actionsSeen, asterisk, processes, outside } = value;
	const each = (part: unknown, right: (one: unknown) => boolean): boolean =>
		isRecord(part) && Object.values(part).every(right);
	const listOf = (type: string) => (one: unknown) => Array.isArray(one) && one.every((item) => typeof item === type);
	return (
		each(conditions, (one) => isRecord(one) && typeof one.looks === 'number' && typeof one.sinceUptime === 'number') &&
		each(counted, (one) => typeof one === 'number') &&
		each(commands, listOf('string')) &&
		each(attempts, listOf('number')) &&
		each(logged, (one) => typeof one === 'string') &&
		(pending === undefined || each(pending, isRecord)) &&
		(told === undefined || (isRecord(told) && typeof told.at === 'number' && isRecord(told.findings))) &&
		(conf === undefined || (isRecord(conf) && each(conf.files, isRecord))) &&
		(turns === undefined ||
			each(turns, (one) => isRecord(one) && typeof one.turn === 'number' && each(one.samples, isRecord))) &&
		(processes === undefined ||
			(isRecord(processes) &&
				typeof processes.at === 'number' &&
				each(processes.starts, listOf('number')) &&
				each(processes.cpu, (one) => typeof one === 'number'))) &&
		(outside === undefined ||
			(isRecord(outside) && each(outside.changes, isRecord) && each(outside.failures, isRecord))) &&
		[journal, server, deepProbe, actionsSeen].every((part) => part === undefined || isRecord(part)) &&
		(asterisk === undefined || (isRecord(asterisk) && listOf('string')(asterisk.argv)))
	);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
