import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

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
const MOST_LINKS = 20;

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

/** The mount that a path lies on; nothing beneath a remote one is touched, because that may never answer. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
	const real = followed(path, mounts);
	return mounts
		.filter((mount) => mount.path === '/' || real === mount.path || real.startsWith(`${mount.path}/`))
		.reduce<Mount | undefined>((best, one) => (one.path.length >= (best?.path.length ?? 0) ? one : best), undefined);
}

/** Recordings often lie behind links, in whatever part of their path; they are followed as far as the first remote mount. */
function followed(path: string, mounts: readonly Mount[]): string {
	const rest = path.split('/');
	let real = '/';
	for (let links = 0; rest.length > 0; ) {
		const part = rest.shift() ?? '';
		const next = join(real, part);
		if (mounts.findLast((mount) => mount.path === next)?.remote) return join(next, ...rest);
		const target = part === '' || part === '..' ? undefined : linkAt(next, mounts);
		if (target === undefined || ++links > MOST_LINKS) real = next;
		else {
			rest.unshift(...target.split('/'));
			if (target.startsWith('/')) real = '/';
		}
	}
	return real;
}

const asked = new WeakMap<readonly Mount[], Map<string, string | undefined>>();

/** Where a link leads; undefined for anything else. Asked once for a list of mounts: paths have their first parts in common. */
function linkAt(path: string, mounts: readonly Mount[]): string | undefined {
	const links = asked.get(mounts) ?? new Map<string, string | undefined>();
	asked.set(mounts, links);
	if (!links.has(path)) links.set(path, readLink(path));
	return links.get(path);
}

function readLink(path: string): string | undefined {
	try {
		return readlinkSync(path);
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
