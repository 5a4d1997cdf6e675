import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { listeningPort } from '../sandbox/listening.ts';
import { libraryFolders } from '../sandbox/programs.ts';
import { SmtpSink } from '../sandbox/smtp-sink.ts';
import { provideTool } from '../sandbox/tools.ts';
import { callsOf, command, installed, runHook } from './examples.support.ts';
import { tick } from './support.ts';

let dialer: Dialer;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
	dialer = await startDialer({ daemons: false });
});
afterAll(async () => {
	for (const end of ends.reverse()) end();
	await dialer.stop();
});

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
		command(dialer, 'sendmail', join(root, 'usr/bin/msmtp'), libraries, ...server);
		hook = installed(dialer, 'on-change-mail', { TO: 'admin@dialer.invalid' });
	});

	it('sends a mail when Asterisk goes, and one when it is back', async () => {
		await stopAndStart(hook);
		expect(callsOf(dialer)).toEqual(['done', 'done']);
		expect(sink.letters.map(({ to }) => to)).toEqual([['admin@dialer.invalid'], ['admin@dialer.invalid']]);
		const [gone = '', back = ''] = sink.letters.map(({ text }) => text);
		expect(gone).toContain(`Subject: vicikeep ${dialer.serverIp}: asterisk.absent Asterisk critical\n`);
		expect(gone).toContain('\n\ncritical: Asterisk is not running\n');
		expect(back).toContain('over: Asterisk is not running\n');
		expect(back).toContain(`The dialer ${dialer.serverIp} is ok as of `);
	});

	it('lets nothing from outside begin a header', async () => {
		sink.letters.splice(0);
		expect(await runHook(dialer, hook, hostile('Grüße'))).toEqual({ code: 0, output: '' });
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
			const status = request.url === '/elsewhere' ? 200 : answer;
			response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
		});
		const port = await listeningPort(server);
		ends.push(() => server.close());
		addressFile = join(dialer.folder, 'etc/webhook');
		writeFileSync(addressFile, `http://127.0.0.1:${port}/services/geheim-5a1f\n`, { mode: 0o600 });
		hook = installed(dialer, 'on-change-webhook', { ADDRESS: addressFile });
	});

	it('posts when Asterisk goes, and when it is back', async () => {
		await stopAndStart(hook);
		expect(callsOf(dialer)).toEqual(['done', 'done']);
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
		expect(await runHook(dialer, hook, hostile('<!channel> & "x"'))).toEqual({ code: 0, output: '' });
		expect(JSON.parse(posted[0]?.body ?? '').text).toBe('vicikeep on 10.0.0.1\nwarning: &lt;!channel&gt; &amp; "x"');
	});

	it('says that it failed, and not where', async () => {
		const failing = async () => (await runHook(dialer, hook, hostile('x'))) as { code: number; output: string };
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
