import { type Fill, fillOf, type Mount, mountOf } from '../adapters/disks.ts';
import { runProgram } from '../adapters/exec.ts';
import { readIfThere } from '../adapters/files.ts';
import { isLocalAddress } from '../adapters/host.ts';
import type { Settings } from '../settings.ts';
import type { World } from '../world.ts';

/** What lies on a disk, by what it means to a dialer. */
export type Use =
	| 'logs'
	| 'database'
	| 'recordings'
	| "Asterisk's logs"
	| "Asterisk's database"
	| 'conf files'
	| 'state'
	| 'temporary files';

export interface Disk {
	mount: string;
	remote: boolean;
	readOnly: boolean;
	/** what lies there, with the folder, the gravest first */
	uses: { use: Use; path: string }[];
	/** undefined when it does not answer, or was not asked */
	fill: Fill | undefined;
}

/** Where `stat` is. */
const SYSTEM_PATH = '/usr/bin:/bin';
/** How long another machine may take to tell about its disk, milliseconds. */
const REMOTE_TIMEOUT = 3000;

/** Every disk that the dialer writes to, once each, however many folders lie on it. Remote ones are not asked. */
export function readDisks(world: World, dataFolder: string | undefined): Disk[] {
	const { settings } = world;
	const mounts = world.mounts();
	const disks = new Map<string, Disk>();
	for (const { use, path } of placesOf(settings, dataFolder)) {
		const mount: Mount = mountOf(path, mounts) ?? { path: '/', remote: false, readOnly: false };
		const disk = disks.get(mount.path);
		if (disk) disk.uses.push({ use, path });
		else {
			const { path: at, remote, readOnly } = mount;
			disks.set(at, { mount: at, remote, readOnly, uses: [{ use, path }], fill: remote ? undefined : fillOf(at) });
		}
	}
	return [...disks.values()];
}

function placesOf(settings: Settings, dataFolder: string | undefined): { use: Use; path: string }[] {
	const folders = asteriskFolders(settings.asteriskEtc);
	return [
		{ use: 'logs', path: settings.logs },
		...(dataFolder === undefined ? [] : [{ use: 'database' as const, path: dataFolder }]),
		{ use: 'recordings', path: settings.monitor },
		{ use: 'recordings', path: settings.monitorDone },
		{ use: "Asterisk's logs", path: folders.astlogdir ?? '/var/log/asterisk' },
		{ use: "Asterisk's database", path: folders.astdbdir ?? '/var/lib/asterisk' },
		{ use: 'conf files', path: settings.asteriskEtc },
		{ use: 'state', path: settings.stateDir },
		{ use: 'temporary files', path: '/tmp' },
	];
}

/** Asterisk's folders as asterisk.conf says them. */
function asteriskFolders(asteriskEtc: string): Record<string, string> {
	let text: string | undefined;
	try {
		text = readIfThere(`${asteriskEtc}/asterisk.conf`);
	} catch {
		text = undefined;
	}
	const lines = (text ?? '').matchAll(/^\s*(ast\w+dir)\s*=>?\s*(\/\S*)/gm);
	return Object.fromEntries([...lines].map(([, name, path]) => [name, path]));
}

/** Whether the database's folder is one of this machine's. */
export function isLocalDatabase({ database: { host, socket } }: Settings): boolean {
	return socket !== undefined || host === 'localhost' || (/^[\d.]+$/.test(host) && isLocalAddress(host));
}

/** Why nothing can be read or written in a folder without waiting for ever; undefined when it can. */
export async function whyNotAnswering(path: string, world: World): Promise<string | undefined> {
	const mount = mountOf(path, world.mounts());
	if (!mount?.remote || (await fillOfRemote(mount.path, world.deadline.remaining())) !== null) return undefined;
	return `${path} lies on another machine, which does not answer`;
}

/** How full a remote disk is: asked by a program, because a call of our own could wait for ever. null: no answer */
export async function fillOfRemote(mount: string, milliseconds: number): Promise<Fill | null> {
	const format = ['-f', '-c', '%S %b %f %a %c %d', mount];
	// no time at all would be no limit at all
	const limit = Math.max(1, Math.min(REMOTE_TIMEOUT, milliseconds));
	const { exitCode, output } = await runProgram('stat', format, { PATH: SYSTEM_PATH }, limit);
	const [size, blocks, freeForRoot, free, files, filesFree] = output.trim().split(' ').map(Number);
	if (exitCode !== 0 || size === undefined || blocks === undefined || freeForRoot === undefined || free === undefined)
		return null;
	return {
		used: (blocks - freeForRoot) * size,
		freeForRoot: freeForRoot * size,
		free: free * size,
		files: files ?? 0,
		filesFree: filesFree ?? 0,
	};
}
