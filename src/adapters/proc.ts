import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Process, ProcessId } from '../types.ts';
import { parseSockets, type Socket } from './sockets.ts';

/** Clock ticks per second in /proc; fixed at 100 for user space on every Linux that runs Asterisk. */
const TICKS_PER_SECOND = 100;

/** PF_KTHREAD of the kernel's include/linux/sched.h. */
const KERNEL_THREAD = 0x200000;

/** Milliseconds for which a table of sockets is the same one: on a busy machine the kernel writes it in milliseconds. */
const SAME_SOCKETS = 100;

/** Bytes asked of the kernel at a time where a line may be enough; those of /proc/net/tcp have 150. */
const ONE_LINE = 150;

let buffer = Buffer.allocUnsafe(65_536);

/** A script that was called without its folder. */
const runsRelative = (program: string, argv: readonly string[]): boolean =>
	/^perl[\d.]*$/.test(program) && argv.some((argument, at) => at > 0 && /^[^/-].*\.pl$/.test(argument));

/** Reads the process table directly: five times as fast as `ps`, and argv stays a list. */
export class Proc {
	readonly #root: string;
	readonly #owners: readonly number[];
	#namespace: string | undefined;
	readonly #sockets = new Map<string, { at: number; text: string }>();

	/**
	 * @param root `/proc`
	 * @param owners users whose processes can be the dialer's
	 */
	constructor(root: string, owners: readonly number[] = []) {
		this.#root = root;
		this.#owners = owners;
	}

	/** Every process; one that ends while it is read is left out. */
	processes(): Process[] {
		return readdirSync(this.#root)
			.filter((name) => /^\d+$/.test(name))
			.flatMap((name) => this.process(Number(name)) ?? []);
	}

	/** One process, or undefined when there is none under this pid. */
	process(pid: number): Process | undefined {
		try {
			const stat = this.#read(`${pid}/stat`, true);
			// comm stands in parentheses and may itself hold spaces and parentheses
			const open = stat.indexOf('(');
			const close = stat.lastIndexOf(')');
			const fields = stat.slice(close + 2).split(' ', 20);
			// threads of the kernel, half of all on some machines, have no arguments
			const cmdline = Number(fields[6]) & KERNEL_THREAD ? '' : this.#read(`${pid}/cmdline`, true);
			const argv = cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0');
			const program = basename(argv[0] ?? '');
			const cwd = runsRelative(program, argv) ? this.#link(`${pid}/cwd`) : undefined;
			return {
				pid,
				comm: stat.slice(open + 1, close),
				state: fields[0] ?? '?',
				ppid: Number(fields[1]),
				startTicks: Number(fields[19]),
				started: Number(fields[19]) / TICKS_PER_SECOND,
				argv,
				foreign: this.#isForeign(pid, program),
				...(cwd !== undefined && { cwd }),
			};
		} catch {
			return undefined;
		}
	}

	/** True while exactly this process exists and is not merely waiting to be reaped. */
	lives(id: ProcessId): boolean {
		const now = this.process(id.pid);
		return now !== undefined && now.startTicks === id.startTicks && now.state !== 'Z' && now.state !== 'X';
	}

	/** How often the process has gone to sleep by itself since it started; undefined when it cannot be read. */
	sleeps(pid: number): number | undefined {
		try {
			const found = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(this.#read(`${pid}/status`));
			return found ? Number(found[1]) : undefined;
		} catch {
			return undefined;
		}
	}

	/** Processor time used since it started, seconds; undefined when it cannot be read. */
	cpu(pid: number): number | undefined {
		try {
			const stat = this.#read(`${pid}/stat`);
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
		} catch {
			return undefined;
		}
	}

	/** Bytes that it has read so far by the call `read`, from files and connections alike; undefined when that is not shown to us. */
	bytesRead(pid: number): number | undefined {
		try {
			const found = /^rchar:\s*(\d+)/m.exec(this.#read(`${pid}/io`));
			return found ? Number(found[1]) : undefined;
		} catch {
			return undefined;
		}
	}

	/** Inodes of the sockets that a process has open; undefined when they are not shown to us. */
	sockets(pid: number): Set<string> | undefined {
		try {
			const links = readdirSync(`${this.#root}/${pid}/fd`).map((fd) => this.#link(`${pid}/fd/${fd}`) ?? '');
			return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
		} catch {
			return undefined;
		}
	}

	/** The sockets of this machine (of our network namespace) that use one of these ports. */
	socketsOn(ports: readonly number[], protocol: 'tcp' | 'udp'): Socket[] {
		return [protocol, `${protocol}6`].flatMap((name) => {
			try {
				return parseSockets(this.#socketTable(name), ports);
			} catch {
				return [];
			}
		});
	}

	/**
	 * The first socket that listens and is looked for; undefined when there is none. The kernel writes the listening ones
	 * first, and its search for the others, which costs milliseconds on a machine with much memory, is never begun.
	 */
	listening(isIt: (socket: Socket) => boolean): Socket | undefined {
		for (const name of ['tcp', 'tcp6']) {
			for (const line of this.#lines(`net/${name}`)) {
				const [socket] = parseSockets(line);
				if (socket && isIt(socket)) return socket;
				if (socket && socket.state !== 'listening') break;
			}
		}
		return undefined;
	}

	/** Lines of a file whose writer stops where the reader has enough. */
	*#lines(name: string): Generator<string> {
		let file: number;
		try {
			file = openSync(`${this.#root}/${name}`, 'r');
		} catch {
			return;
		}
		try {
			let rest = '';
			for (;;) {
				const read = readSync(file, buffer, 0, ONE_LINE, null);
				if (read === 0) return;
				const lines = (rest + buffer.toString('latin1', 0, read)).split('\n');
				rest = lines.pop() ?? '';
				yield* lines;
			}
		} finally {
			closeSync(file);
		}
	}

	#socketTable(name: string): string {
		const known = this.#sockets.get(name);
		if (known && performance.now() - known.at < SAME_SOCKETS) return known.text;
		const text = this.#read(`net/${name}`);
		this.#sockets.set(name, { at: performance.now(), text });
		return text;
	}

	/** Asked only of programs that a dialer is made of: it costs two system calls. */
	#isForeign(pid: number, program: string): boolean {
		if (!/^(perl[\d.]*|SCREEN|asterisk|ip_relay)$/.test(program)) return false;
		this.#namespace ??= this.#link('self/ns/pid');
		const namespace = this.#link(`${pid}/ns/pid`);
		// an unprivileged look cannot see the namespaces of others
		if (namespace !== undefined && namespace !== this.#namespace) return true;
		return (
			program !== 'asterisk' && this.#owners.length > 0 && !this.#owners.includes(statSync(`${this.#root}/${pid}`).uid)
		);
	}

	/** Pids that have this file open, as far as we may see. */
	holders(path: string): number[] {
		return this.processes()
			.filter(({ pid }) => {
				try {
					return readdirSync(`${this.#root}/${pid}/fd`).some((fd) => this.#link(`${pid}/fd/${fd}`) === path);
				} catch {
					return false;
				}
			})
			.map(({ pid }) => pid);
	}

	/** Seconds since boot. */
	uptime(): number {
		return Number(this.#read('uptime').split(' ')[0]);
	}

	/** Changes with every boot, so that uptimes of two boots are never compared. */
	bootId(): string {
		return this.#read('sys/kernel/random/boot_id').trim();
	}

	/** Path of a control group, our own unless told; `/` outside of any. */
	controlGroup(of: number | 'self' = 'self'): string {
		const line = this.#read(`${of}/cgroup`)
			.split('\n')
			.find((candidate) => candidate.startsWith('0::') || candidate.includes(':name=systemd:'));
		return line?.split(':').slice(2).join(':') || '/';
	}

	/**
	 * In one buffer for all: readFileSync would ask each time for a size that the kernel does not know.
	 * @param single a file that the kernel writes at once: what does not fill the buffer is the whole of it
	 */
	#read(name: string, single = false): string {
		const file = openSync(`${this.#root}/${name}`, 'r');
		try {
			let length = 0;
			for (;;) {
				const read = readSync(file, buffer, length, buffer.length - length, null);
				length += read;
				if (read === 0 || (single && length < buffer.length)) return buffer.toString('latin1', 0, length);
				if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
			}
		} finally {
			closeSync(file);
		}
	}

	#link(name: string): string | undefined {
		try {
			return readlinkSync(`${this.#root}/${name}`);
		} catch {
			return undefined;
		}
	}
}
