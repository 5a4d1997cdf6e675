import type { Fill } from '../adapters/disks.ts';
import type { Disk, Use } from '../dialer/disks.ts';
import { exceeded, type Limits, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';

/** Less than this is nothing: a log line, a row, a state file no longer fit. Bytes. */
const NOTHING = 1024 * 1024;
/** Where so much is left, the share says little. Bytes. */
const PLENTY = 50 * 1024 ** 3;
/** Daemons end when they cannot write their logs, the database waits when it cannot write its tables. */
const VITAL: readonly Use[] = ['logs', 'database'];

/** What is wrong with one disk; the gravest thing alone. */
export function judgeDisk(disk: Disk, limits: Limits): { findings: Finding[]; metrics: Metric[] } {
	const vital = disk.uses.filter(({ use }) => VITAL.includes(use));
	const { fill } = disk;
	const labels = { disk: disk.mount };
	const metrics = fill
		? [
				measured(limits, 'disk_used', share(fill), labels),
				...(fill.files > 0 ? [measured(limits, 'inodes_used', inodes(fill), labels)] : []),
			]
		: [];
	const finding =
		disk.readOnly && vital.length > 0 ? readOnly(disk) : fill && (full(disk, fill) ?? filling(disk, fill, limits));
	return { findings: finding ? [finding] : [], metrics };
}

/** As df counts: what is kept for root is not there for others. */
const share = ({ used, free }: Fill): number => (used + free === 0 ? 0 : (100 * used) / (used + free));
const inodes = ({ files, filesFree }: Fill): number => (files === 0 ? 0 : (100 * (files - filesFree)) / files);
const hasNoInode = ({ files, filesFree }: Fill): boolean => files > 0 && filesFree === 0;

const held = ({ uses }: Disk): string => [...new Set(uses.map(({ use }) => use))].join(', ');
const folders = ({ uses }: Disk): string[] => uses.map(({ path }) => path);
/** What lies there, and whether root can still write it: what else is wrong may follow from that (diagnose.ts). */
const proof = (disk: Disk, writable: boolean) => ({
	folders: folders(disk),
	holds: [...new Set(disk.uses.map(({ use }) => use))],
	writable,
});
const size = (bytes: number): string =>
	bytes >= 1024 ** 3 ? `${(bytes / 1024 ** 3).toFixed(1)} GiB` : `${Math.floor(bytes / 1024 ** 2)} MiB`;

function readOnly(disk: Disk): Finding {
	return {
		id: 'system.read_only',
		subject: disk.mount,
		status: 'critical',
		summary: `${disk.mount} (${held(disk)}) is mounted read-only: nothing can be written there`,
		evidence: proof(disk, false),
		advice: `dmesg -T | tail; after a look at the disk: mount -o remount,rw ${disk.mount}`,
	};
}

function full(disk: Disk, fill: Fill): Finding | undefined {
	const holds = (use: Use): boolean => disk.uses.some((one) => one.use === use);
	const noInode = hasNoInode(fill);
	// the daemons write as root, the database does not
	const noSpace = (holds('logs') && fill.freeForRoot < NOTHING) || (holds('database') && fill.free < NOTHING);
	if (!noSpace && !(noInode && (holds('logs') || holds('database')))) return undefined;
	return {
		id: 'system.disk_full',
		subject: disk.mount,
		status: 'critical',
		summary: `${disk.mount} (${held(disk)}) is full${noSpace ? '' : ': not an inode is left'}; daemons end when they cannot write their logs, and the database stands still`,
		evidence: { ...proof(disk, false), free_bytes: fill.freeForRoot, free_inodes: fill.filesFree },
		advice: noSpace ? `du -xh ${disk.mount} | sort -h | tail -20` : `du -x --inodes ${disk.mount} | sort -n | tail -20`,
	};
}

function filling(disk: Disk, fill: Fill, limits: Limits): Finding | undefined {
	const status = fill.free < PLENTY ? exceeded(limits, 'disk_used', share(fill)) : undefined;
	const byInodes = fill.files > 0 ? exceeded(limits, 'inodes_used', inodes(fill)) : undefined;
	const common = { subject: disk.mount, evidence: proof(disk, fill.freeForRoot >= NOTHING && !hasNoInode(fill)) };
	if (status && !(byInodes === 'critical' && status === 'warning'))
		return {
			id: 'system.disk_space',
			...common,
			status,
			summary: `${disk.mount} (${held(disk)}) is ${share(fill).toFixed(0)} % full, ${size(fill.free)} are left`,
			advice: `du -xh ${disk.mount} | sort -h | tail -20`,
		};
	if (byInodes)
		return {
			id: 'system.inodes',
			...common,
			status: byInodes,
			summary: `${disk.mount} (${held(disk)}) has used ${inodes(fill).toFixed(0)} % of its inodes, ${fill.filesFree} are left`,
			advice: `du -x --inodes ${disk.mount} | sort -n | tail -20`,
		};
	return undefined;
}
