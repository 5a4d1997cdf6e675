// Cost of generating all files from a real database: CPU time, memory and statements for growing numbers of phones.
// Each size is measured in a process of its own, as a run of vicikeep: cold, nothing compiled or cached before.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Dataset, startDatasetServer } from '../unit/conf/dataset.ts';
import { fillDialer, ME } from './rows.ts';

const TEMPLATES = resolve(import.meta.dirname, '../../templates');
const SIZES = [100, 1_000, 10_000];

interface Cost {
	readonly statements: number;
	/** CPU of reading, of making the files, and of the whole process with its start, milliseconds */
	readonly readMs: number;
	readonly generateMs: number;
	readonly totalMs: number;
	/** from the first statement to the last text */
	readonly wallMs: number;
	readonly bytes: number;
	readonly memoryMB: number;
}

async function bundled(folder: string): Promise<string> {
	const outfile = join(folder, 'rebuild-once.mjs');
	await build({
		entryPoints: [join(import.meta.dirname, 'rebuild-once.ts')],
		outfile,
		bundle: true,
		platform: 'node',
		target: 'node20',
		format: 'esm',
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		logLevel: 'warning',
	});
	return outfile;
}

function measure(program: string, { socket, name }: Dataset): Cost {
	return JSON.parse(
		execFileSync(process.execPath, [program, socket, name, ME, TEMPLATES], { encoding: 'utf8' }),
	) as Cost;
}

const COLUMNS = [
	['phones', 7],
	['menus', 6],
	['carriers', 9],
	['statements', 11],
	['CPU ms: read', 13],
	['generate', 9],
	['both', 6],
	['per further phone', 18],
	['whole process', 14],
	['wall ms', 8],
	['output MB', 10],
	['peak memory MB', 15],
] as const;

const line = (cells: readonly string[]): string =>
	`${cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[1] ?? 0)).join('')}\n`;

const folder = mkdtempSync(join(tmpdir(), 'vicikeep-bench-'));
const server = await startDatasetServer();
try {
	const program = await bundled(folder);
	process.stdout.write(line(COLUMNS.map(([name]) => name)));
	let smaller: { phones: number; both: number } | undefined;
	for (const phones of SIZES) {
		const dataset = await server.loadDataset([]);
		const { menus, carriers } = await fillDialer(dataset.change, phones);
		const cost = measure(program, dataset);
		const both = cost.readMs + cost.generateMs;
		const cells = [phones, menus, carriers, cost.statements, cost.readMs, cost.generateMs, both];
		process.stdout.write(
			line([
				...cells.map((cell) => cell.toFixed(0)),
				smaller ? ((both - smaller.both) / (phones - smaller.phones)).toFixed(3) : '-',
				cost.totalMs.toFixed(0),
				cost.wallMs.toFixed(0),
				(cost.bytes / 1e6).toFixed(2),
				cost.memoryMB.toFixed(0),
			]),
		);
		smaller = { phones, both };
	}
} finally {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
}
