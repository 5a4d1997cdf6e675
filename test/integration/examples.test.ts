import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { libraryPath } from '../sandbox/database.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { listeningPort } from '../sandbox/listening.ts';
import { libraryFolders, providePrograms } from '../sandbox/programs.ts';
import { SmtpSink } from '../sandbox/smtp-sink.ts';
import { provideTool } from '../sandbox/tools.ts';
import { tick } from './support.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../share/examples');

let dialer: Dialer;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
	dialer = await startDialer({ daemons: false });
});
afterAll(async () => {
	for (const end of ends.reverse()) end();
	await dialer.stop();
});

/** Copies an example, with its constants changed, as an administrator does it. */
function installed(example: string, constants: Record<string, string>, on = dialer): string {
	let text = readFileSync(join(EXAMPLES, example), 'utf8');
	for (const [name, value] of Object.entries(constants)) {
		const line = new RegExp(`^const ${name} = '.*';$`, 'm');
		if (!line.test(text)) throw new Error(`${example} has no ${name}`);
		text = text.replace(line, `const ${name} = '${value}';`);
	}
	const path = join(on.folder, example);
	writeFileSync(path, text);
	chmodSync(path, 0o755);
	return path;
}

/** Puts a program of the sandbox where cron's PATH finds it. */
function command(name: string, program: string, libraries: string, ...args: string[]): void {
	const path = join(dialer.folder, 'bin', name);
	const env = Object.entries(libraryPath(libraries)).map(([key, value]) => `${key}='${value}'`);
	writeFileSync(path, `#!/bin/sh\nexec env ${[...env, program, ...args].join(' ')} "$@"\n`);
	chmodSync(path, 0o755);
}

/** Runs a hook by itself with this JSON on stdin. */
function run(path: string, given: object): Promise<{ code: number | null; output: string }> {
	return new Promise((done) => {
		const child = spawn(path, [], { env: dialer.env, stdio: 'pipe' });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
		child.on('close', (code) => done({ code, output }));
		child.stdin.end(JSON.stringify(given));
	});
}

const hostile = (summary: string) => ({
	server_ip: '10.0.0.1',
	status: 'critical',
	started_at: '2026-01-01T00:00:00Z',
	changes: [{ id: 'queues.x', subject: 'a\r\nBcc: x@y.z\r\n\r\ngrüße', status: 'warning', summary }],
});

/** Asterisk is stopped, found absent, found again, started, found well: two changes. */
async function stopAndStart(hook: string): Promise<void> {
	const look = () =>
		tick(dialer, ['--only', 'asterisk'], { VICIKEEP_RESTART_ASTERISK: 'never', VICIKEEP_ON_CHANGE: hook });
	await look();
	await dialer.asterisk.kill();
	await look();
	await look();
	await dialer.asterisk.start();
	await look();
	await look();
}

/** What the log says of the hook's calls. */
const calls = (): string[] =>
	readFileSync(join(dialer.vicikeepLogDir, 'vicikeep.log'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line))
		.filter(({ event }) => event === 'hook')
		.map(({ outcome, output }) => `${outcome} ${output}`.trim());

beforeEach(() => writeFileSync(join(dialer.vicikeepLogDir, 'vicikeep.log'), ''));

describe('on-change-mail', () => {
	const sink = new SmtpSink();
	let hook: string;
	beforeAll(async () => {
		const port = await sink.start();
		ends.push(() => sink.stop());
		// a real mailer, which hands everything to a mail server of this test
		const root = await provideTool('usr/bin/msmtp', { packages: ['msmtp'] });
		const libraries = root === '/' ? '' : libraryFolders(root).join(':');
		const server = ['--host=127.0.0.1', `--port=${port}`, '--from=vicikeep@dialer.invalid', '--tls=off', '--auth=off'];
		command('sendmail', join(root, 'usr/bin/msmtp'), libraries, ...server);
		hook = installed('on-change-mail', { TO: 'admin@dialer.invalid' });
	});

	it('sends a mail when Asterisk goes, and one when it is back', async () => {
		await stopAndStart(hook);
		expect(calls()).toEqual(['done', 'done']);
		expect(sink.letters.map(({ to }) => to)).toEqual([['admin@dialer.invalid'], ['admin@dialer.invalid']]);
		const [gone = '', back = ''] = sink.letters.map(({ text }) => text);
		expect(gone).toContain(`Subject: vicikeep ${dialer.serverIp}: asterisk.absent Asterisk critical\n`);
		expect(gone).toContain('\n\ncritical: Asterisk is not running\n');
		expect(back).toContain('over: Asterisk is not running\n');
		expect(back).toContain(`The dialer ${dialer.serverIp} is ok as of `);
	});

	it('lets nothing from outside begin a header', async () => {
		sink.letters.splice(0);
		expect(await run(hook, hostile('Grüße'))).toEqual({ code: 0, output: '' });
		const [head = '', ...body] = sink.letters[0]?.text.split('\n\n') ?? [];
		expect(head).toContain('Subject: vicikeep 10.0.0.1: queues.x a?Bcc: x@y.z?gr?e warning');
		expect(head).not.toMatch(/^Bcc/m);
		expect(body.join()).toContain('warning: Grüße');
		expect(sink.letters[0]?.to).toEqual(['admin@dialer.invalid']);
	});
});

describe('on-change-webhook', () => {
	const posted: { method: string | undefined; url: string | undefined; type: string | undefined; body: string }[] = [];
	let answer = 200;
	let hook: string;
	let addressFile: string;
	beforeAll(async () => {
		const server = createServer(async (request, response) => {
			let body = '';
			for await (const chunk of request.setEncoding('utf8')) body += chunk;
			posted.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
			response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
		});
		const port = await listeningPort(server);
		ends.push(() => server.close());
		addressFile = join(dialer.folder, 'etc/webhook');
		writeFileSync(addressFile, `http://127.0.0.1:${port}/services/geheim-5a1f\n`, { mode: 0o600 });
		hook = installed('on-change-webhook', { ADDRESS: addressFile });
	});

	it('posts when Asterisk goes, and when it is back', async () => {
		await stopAndStart(hook);
		expect(calls()).toEqual(['done', 'done']);
		expect(posted).toEqual(
			['critical', 'over'].map((word) => ({
				method: 'POST',
				url: '/services/geheim-5a1f',
				type: 'application/json',
				body: JSON.stringify({ text: `vicikeep on ${dialer.serverIp}\n${word}: Asterisk is not running` }),
			})),
		);
	});

	it('calls nobody in the chat by what comes from outside', async () => {
		posted.splice(0);
		expect(await run(hook, hostile('<!channel> & "x"'))).toEqual({ code: 0, output: '' });
		expect(JSON.parse(posted[0]?.body ?? '').text).toBe('vicikeep on 10.0.0.1\nwarning: &lt;!channel&gt; &amp; "x"');
	});

	it('says that it failed, and not where', async () => {
		const failing = async () => (await run(hook, hostile('x'))) as { code: number; output: string };
		answer = 500;
		expect(await failing()).toEqual({ code: 1, output: 'the webhook failed: it answers 500\n' });
		answer = 302;
		const outputs = [await failing()];
		for (const address of ['http://127.0.0.1:1/geheim-5a1f', 'geheim-5a1f', 'ftp://geheim-5a1f']) {
			writeFileSync(addressFile, address);
			outputs.push(await failing());
		}
		for (const { code, output } of outputs) {
			expect(code).toBe(1);
			expect(output).toMatch(/^the webhook failed: \w+\n$/);
			expect(output).not.toContain('geheim');
		}
	});
});

describe('on-failover-twin', () => {
	let primary: Dialer;
	beforeAll(async () => {
		primary = await startDialer({ daemons: false, sharesDatabaseOf: dialer });
		const { mariadbd } = await providePrograms();
		command('mysql', join(mariadbd.base, 'bin/mysql'), mariadbd.libraries);
		await sql('DROP EVENT other_dialer');
		await sql("DELETE FROM servers WHERE server_ip='192.0.2.12'");
		await sql('UPDATE system_settings SET active_voicemail_server=?', primary.serverIp);
		await beats(primary);
	});
	afterAll(() => primary?.stop());
	const sql = (text: string, ...values: unknown[]) => dialer.database.query(text, values);
	/** Writes its heartbeat, `age` seconds ago. */
	const beats = ({ serverIp }: Dialer, age = 0) =>
		sql(
			'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL ? SECOND, NOW() - INTERVAL ? SECOND)',
			serverIp,
			age,
			age,
		);
	const state = async () => {
		const [settings] = await sql('SELECT active_voicemail_server AS server FROM system_settings');
		const rebuild = await sql("SELECT server_ip FROM servers WHERE rebuild_conf_files='Y'");
		await sql("UPDATE servers SET rebuild_conf_files='N'");
		return { voicemail: settings.server, rebuild: rebuild.map(({ server_ip }) => server_ip).sort() };
	};

	it('takes the role of a dead dialer once, and gives it back once', async () => {
		const account = join(dialer.folder, 'etc/twin.cnf');
		writeFileSync(
			account,
			`[client]\nhost=${dialer.serverIp}\nuser=cron\npassword=1234\n[mysql]\ndatabase=asterisk\n`,
			{ mode: 0o600 },
		);
		const hook = installed('on-failover-twin', { PRIMARY: primary.serverIp, TWIN: dialer.serverIp, ACCOUNT: account });
		const look = async (age: number) => {
			await beats(dialer);
			await beats(primary, age);
			return tick(dialer, ['--only', 'cluster'], { VICIKEEP_ON_FAILOVER: hook });
		};
		const both = [dialer.serverIp, primary.serverIp].sort();
		await look(0);
		await primary.asterisk.kill();
		for (let n = 0; n < 10; n++) await look(400);
		expect(calls()).toEqual([`done the voicemail server is ${dialer.serverIp} now`]);
		expect(await state()).toEqual({ voicemail: dialer.serverIp, rebuild: both });

		await primary.asterisk.start();
		for (let n = 0; n < 4; n++) await look(0);
		expect(calls().slice(1)).toEqual([`done the voicemail server is ${primary.serverIp} now`]);
		expect(await state()).toEqual({ voicemail: primary.serverIp, rebuild: both });
	});

	it('moves nothing for another trouble, to a dialer without a sign of life, or twice', async () => {
		const hook = join(dialer.folder, 'on-failover-twin');
		const dead = { id: 'cluster.dead', subject: primary.serverIp };
		const told = async (event: string, finding: object): Promise<string> =>
			(await run(hook, { event, finding })).output;
		expect(await told('failover', { id: 'mysql.refused', subject: 'x' })).toContain('nothing for the twin to do');
		expect(await told('failover', { ...dead, subject: '192.0.2.12' })).toContain('nothing for the twin to do');
		await beats(dialer, 400);
		expect(await told('failover', dead)).toBe('the voicemail server stays\n');
		await beats(dialer);
		expect(await told('failover', dead)).toContain(`is ${dialer.serverIp} now`);
		expect(await told('failover', dead)).toBe('the voicemail server stays\n');
		expect((await state()).voicemail).toBe(dialer.serverIp);
	});
});
