import { AmiRefusal, type AmiSession } from '../adapters/ami.ts';
import type { AmiMessage } from '../adapters/ami-wire.ts';
import type { World } from '../world.ts';
import type { Driver } from './trunks.ts';

const ANSWER_TIMEOUT = 5000;
/** Seconds for which a channel driver that was not loaded is not asked for. */
const ABSENT_FOR = 600;
/** A list with more entries than this is long. */
export const LONG_LIST = 500;
/** Looks from one long list to the next. */
export const LONG_EVERY = 5;

type Asking = Pick<World, 'deadline' | 'uptime' | 'asteriskTimes'>;

/** Asterisk's clock, seconds. */
export const asteriskNow = ({ asteriskTimes }: Pick<World, 'asteriskTimes'>): number =>
	Date.now() / 1000 + (asteriskTimes?.clockSkew ?? 0);

/** Questions about channel drivers, each with its deadline; what cannot be asked is noted, not thrown. */
export class AmiQuestions {
	readonly #world: Asking;
	readonly #session: AmiSession;
	/** actions that the account may not send */
	readonly denied: string[] = [];
	/** drivers that Asterisk does not have, and until when they are not asked for, seconds since boot */
	readonly absent: Partial<Record<Driver, number>>;

	constructor(world: Asking, session: AmiSession, absent: Partial<Record<Driver, number>>) {
		this.#world = world;
		this.#session = session;
		this.absent = Object.fromEntries(Object.entries(absent).filter(([, until]) => until > world.uptime));
	}

	/** Seconds since boot of this look. */
	get uptime(): number {
		return this.#world.uptime;
	}

	/** Asterisk's clock, seconds. */
	get now(): number {
		return asteriskNow(this.#world);
	}

	/**
	 * The entries of a list; undefined where the driver is not there, or the account may not ask.
	 * @throws AmiTrouble
	 */
	async list<Item = AmiMessage>(
		driver: Driver,
		action: string,
		end: string,
		{ headers = {}, read }: { headers?: Record<string, string>; read?: (item: AmiMessage) => Item } = {},
	): Promise<Item[] | undefined> {
		if (this.absent[driver] !== undefined || this.denied.includes(action)) return undefined;
		try {
			return await this.#session.list(action, headers, this.#share(), end, read);
		} catch (error) {
			if (!(error instanceof AmiRefusal)) throw error;
			if (/^permission denied/i.test(error.message)) this.denied.push(action);
			else if (/^invalid\/unknown command/i.test(error.message)) this.absent[driver] = this.uptime + ABSENT_FOR;
			// "No Contacts found" and its like: an empty list is an error in res_pjsip
			else return [];
			return undefined;
		}
	}

	/** The reply to an action. @throws AmiTrouble */
	action(name: string, headers: Record<string, string>): Promise<AmiMessage> {
		return this.#session.action(name, headers, this.#share());
	}

	/** The lines of a console command; none where it may not be given. @throws AmiTrouble */
	async command(cli: string): Promise<string[]> {
		const { ok, lines } = await this.#session.command(cli, this.#share());
		return ok ? lines : [];
	}

	#share(): number {
		return this.#world.deadline.share(ANSWER_TIMEOUT);
	}
}
