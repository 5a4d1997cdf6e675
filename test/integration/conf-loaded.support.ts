import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AmiSession } from '../../src/adapters/ami.ts';
import { CONF_FILES } from '../../src/conf/files.ts';
import { generateConf } from '../../src/conf/generate.ts';
import { questions } from '../../src/conf/proof.ts';
import { readSource } from '../../src/conf/source.ts';
import { askLoaded, type LoadedAnswer, reloadModule, waitUntilLoaded } from '../../src/dialer/conf-loaded.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { startDatasetServer } from '../unit/conf/dataset.ts';
import { fixture, TEMPLATES } from '../unit/conf/templates.ts';

/** Deadline of each step, milliseconds. */
export const MS = 5000;
export const ALL = CONF_FILES.map(({ name }) => name);
/** Files whose things the sandbox's Asterisk can be asked about: it has no app_meetme. */
export const ASKABLE = ALL.filter((name) => name !== 'meetme-vicidial.conf');

type Files = Record<string, string>;

/** A sandbox's Asterisk with what vicikeep generates for dialer-a at hand, and a session of the stock account. */
export class LoadedDialer {
	readonly dialer: Dialer;
	readonly session: AmiSession;
	readonly #generated: Files;
	/** What the sandbox starts with. */
	readonly #empty: Files;
	/** The versions that Asterisk has read last. */
	readonly #held: Files;

	private constructor(dialer: Dialer, session: AmiSession, generated: Files) {
		this.dialer = dialer;
		this.session = session;
		this.#generated = generated;
		this.#empty = Object.fromEntries(ALL.map((name) => [name, this.read(name)]));
		this.#held = { ...this.#empty };
	}

	static async start(): Promise<LoadedDialer> {
		const [dialer, generated] = await Promise.all([startDialer({ daemons: false }), generate()]);
		// the music where the sandbox has some
		const music = join(dialer.folder, 'music');
		for (const name of ['default', 'holdpop']) {
			mkdirSync(join(music, name), { recursive: true });
			writeFileSync(join(music, name, 'silence.sln'), Buffer.alloc(16_000));
		}
		const moh = 'musiconhold-vicidial.conf';
		generated[moh] = (generated[moh] ?? '').replaceAll('/var/lib/asterisk', music);
		return new LoadedDialer(dialer, await sessionOf(dialer, 'cron'), generated);
	}

	async stop(): Promise<void> {
		this.session.close();
		await this.dialer.stop();
	}

	/** What vicikeep generates. */
	text(name: string): string {
		return this.#generated[name] ?? '';
	}

	/** What the sandbox starts with. */
	emptyText(name: string): string {
		return this.#empty[name] ?? '';
	}

	read(name: string): string {
		return readFileSync(join(this.dialer.asteriskEtc, name), 'latin1');
	}

	write(name: string, text: string): void {
		writeFileSync(join(this.dialer.asteriskEtc, name), text, 'latin1');
	}

	/** Puts a version in place and waits until Asterisk has read it (chan_sip answers a reload first and reads later). */
	async load(name: string, text: string, by = this.session): Promise<void> {
		this.write(name, text);
		expect(await reloadModule(by, name, MS)).toMatchObject({ outcome: 'sent' });
		const telling = questions(name, text, this.#held[name]);
		expect(await waitUntilLoaded(by, name, telling, MS)).toMatchObject({ verdict: 'loaded' });
		this.#held[name] = text;
	}

	asked(name: string, text: string, previous?: string): Promise<LoadedAnswer> {
		return askLoaded(this.session, name, questions(name, text, previous), MS);
	}
}

/** A session of one of the accounts in the sandbox's manager.conf. */
export async function sessionOf(dialer: Dialer, user: string): Promise<AmiSession> {
	const session = await AmiSession.open(dialer.serverIp, 5038, MS);
	await session.login(user, '1234', MS);
	return session;
}

async function generate(): Promise<Files> {
	const server = await startDatasetServer();
	try {
		const { query, change } = await server.loadDataset(['dialer-a.sql']);
		// so that each file holds something
		await change("UPDATE servers SET conf_engine = 'MEETME' WHERE server_ip = '10.10.10.15'");
		const source = await readSource(query, '10.10.10.15');
		return { ...generateConf(source, TEMPLATES, { voicemailConf: fixture('voicemail.conf.initial') }).files };
	} finally {
		await server.stop();
	}
}
