import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where a file system is mounted (proc(5), mounts). */
export interface Mount {
	path: string;
	/** another machine answers for it, perhaps never */
	remote: boolean;
	readOnly: boolean;
}

/** How full a file system is. Bytes and inodes; `files` is 0 where inodes are made as they are needed. */
export interface Fill {
	used: number;
	/** left for root, and for everybody else */
	freeForRoot: number;
	free: number;
	files: number;
	filesFree: number;
}

const REMOTE = /^(nfs|cifs|smb|ceph|9p|afs|fuse\.|glusterfs|lustre)/;
/** Links that are followed from one to the next. */
const MOST_LINKS = 5;

/** Every mount, in the order of mounting. @param root `/proc` */
export function readMounts(root: string): Mount[] {
	let text: string;
	try {
		text = readFileSync(`${root}/self/mounts`, 'utf8');
	} catch {
		return [];
	}
	return text.split('\n').flatMap((line) => {
		const [, path, type, options] = line.split(' ');
		if (path === undefined || type === undefined || options === undefined) return [];
		return [{ path: withBlanks(path), remote: REMOTE.test(type), readOnly: options.split(',').includes('ro') }];
	});
}

/** Blanks and the like stand there as octal numbers. */
const withBlanks = (path: string): string =>
	path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * The mount that a path lies on. Recordings often lie behind a link, which is followed; but not on a remote disk, where
 * nothing is touched, because it may never answer.
 */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
	let at = path;
	for (let links = 0; ; links++) {
		const mount = nearest(at, mounts);
		const target = mount?.remote || links === MOST_LINKS ? undefined : linkAt(at);
		if (target === undefined) return mount;
		at = target;
	}
}

const nearest = (path: string, mounts: readonly Mount[]): Mount | undefined =>
	mounts
		.filter((mount) => mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`))
		.reduce<Mount | undefined>((best, one) => (one.path.length >= (best?.path.length ?? 0) ? one : best), undefined);

/** Where a link leads; undefined when there is none. */
function linkAt(path: string): string | undefined {
	try {
		return resolve(dirname(path), readlinkSync(path));
	} catch {
		return undefined;
	}
}

/** How full a local file system is; undefined when it cannot be asked. */
export function fillOf(path: string): Fill | undefined {
	try {
		const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(path);
		return {
			used: (blocks - bfree) * bsize,
			freeForRoot: bfree * bsize,
			free: bavail * bsize,
			files,
			filesFree: ffree,
		};
	} catch {
		return undefined;
	}
}
