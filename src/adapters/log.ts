import { closeSync, constants, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../types.ts';
import { openOwn, ownFolder } from './files.ts';

/** Appends one JSON line each to vicikeep.log; opened and closed every time, so logrotate needs no signal. */
export function appendLog(folder: string, lines: Record<string, Json>[]): void {
	if (lines.length === 0) return;
	ownFolder(folder, 0o750);
	const descriptor = openOwn(join(folder, 'vicikeep.log'), constants.O_APPEND);
	try {
		writeSync(descriptor, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
	} finally {
		closeSync(descriptor);
	}
}
