import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfDialer } from './conf.support.ts';

const SIP = 'sip-vicidial.conf';
let box: ConfDialer;
beforeEach(async () => {
	box = await ConfDialer.start();
});
afterEach(() => box.dialer.stop());

const owned = { VICIKEEP_CONF_OWNER: 'vicikeep' };
const diffOf = (ran: Awaited<ReturnType<ConfDialer['tick']>>, id: string): unknown =>
	ran.check('conf').findings.find((finding) => finding.id === id)?.evidence.diff;

describe('an edit by hand', () => {
	it('is reported with a diff and left alone where stock owns the files', async () => {
		box.edit(SIP, 'context=default', 'context=emergency');
		const edited = box.read(SIP);
		for (const _ of [1, 2]) {
			const ran = await box.tick();
			expect(ran.findings).toContain(`conf.differs ${SIP}`);
			expect(diffOf(ran, 'conf.differs')).toContain('-context=emergency\n+context=default');
			expect(ran.actions.filter((action) => action.includes('rebuild'))).toEqual([]);
			expect(box.read(SIP)).toBe(edited);
		}
		const dry = await box.tick(['--rebuild', '-n']);
		expect(JSON.stringify(dry.report)).not.toContain('PhoneSecret');
		expect(box.read(SIP)).toBe(edited);
		expect((await box.tick(['--rebuild', SIP])).actions).toContain('done rebuild:conf');
		expect(box.read(SIP)).not.toContain('emergency');
		expect((await box.tick()).findings).toEqual([]);
	});

	it('at the end, as a phone is added in a hurry, is no file that was cut off', async () => {
		box.edit(SIP, /$/, '\n[emergency]\ntype=friend\nhost=dynamic\n');
		const edited = box.read(SIP);
		// Asterisk has not read it yet: it is read, and stays
		const first = await box.tick();
		expect(first.actions).toEqual(['done reload:conf']);
		expect(await box.dialer.asterisk.cli('sip show peer emergency')).toMatch(/Name\s+: emergency/);
		const second = await box.tick();
		expect([second.findings, second.actions]).toEqual([[`conf.differs ${SIP}`], []]);
		expect(diffOf(second, 'conf.differs')).toContain('-[emergency]\n');
		expect(box.read(SIP)).toBe(edited);
	});

	it('of a comment alone is reported with what was done, and left alone where stock owns the files', async () => {
		box.edit(SIP, '[cc101]', '; secret=PhoneSecret101, do not touch\n[cc101]');
		const edited = box.read(SIP);
		for (const _ of [1, 2]) {
			const ran = await box.tick();
			expect(ran.exitCode).toBe(1);
			expect(ran.findings).toEqual([`conf.edited ${SIP}`]);
			expect(diffOf(ran, 'conf.edited')).toMatch(
				/^--- sip-vicidial.conf \(as installed\)\n\+\+\+ sip-vicidial.conf \(in place\)\n(?:.*\n)*\+; secret=\*\*\*\n/,
			);
			expect(ran.actions).toEqual([]);
		}
		expect(box.read(SIP)).toBe(edited);
		// found by its bytes: no database is needed
		await box.dialer.database.stop();
		expect((await box.tick()).findings).toContain(`conf.edited ${SIP}`);
		await box.dialer.database.start();
		expect((await box.tick(['--rebuild', SIP])).actions).toContain('done rebuild:conf');
		expect(box.read(SIP)).not.toContain('do not touch');
		expect((await box.tick()).findings).toEqual([]);
	});

	it('is put right where vicikeep owns the files, a comment too, but never beside stock', async () => {
		const before = box.read(SIP);
		box.edit(SIP, 'context=default', 'context=emergency');
		const two = await box.tick([], owned);
		expect(two.findings).toContain('conf.two_writers servers.generate_vicidial_conf');
		expect(box.read(SIP)).toContain('emergency');
		await box.dialer.database.query("UPDATE servers SET generate_vicidial_conf='N' WHERE server_ip=?", [
			box.dialer.serverIp,
		]);
		for (const edit of [undefined, () => box.edit(SIP, '[cc101]', '; mine\n[cc101]')]) {
			edit?.();
			const ran = await box.tick([], owned);
			expect(ran.findings).toContain(edit ? `conf.edited ${SIP}` : `conf.differs ${SIP}`);
			expect(ran.actions).toContain('done rebuild:conf');
			expect(ran.exitCode).toBe(0);
			expect(box.read(SIP)).toBe(before);
			expect((await box.tick([], owned)).findings).toEqual([]);
		}
	});
});

describe('no edit by hand', () => {
	it('is what stock writes in a rebuild', async () => {
		// another wording of the comments, as stock's is
		box.stockInstalls(SIP, box.read(SIP).replace('[cc101]', '; peer of Alice\n[cc101]'));
		expect((await box.tick()).findings).toEqual([]);
		box.age('BUILDvoicemail-vicidial.conf', 3600);
		box.edit(SIP, 'peer of Alice', 'peer of Bob');
		expect((await box.tick()).findings).toEqual([`conf.edited ${SIP}`]);
		// the next rebuild of stock ends it
		box.stockInstalls(SIP, box.read(SIP).replace('peer of Bob', 'peer of Alice'));
		expect((await box.tick()).findings).toEqual([]);
	});

	it('is what vicikeep installs, even right before an edit', async () => {
		await box.addPhone('cc150');
		expect((await box.tick(['--rebuild'])).exitCode).toBe(0);
		expect((await box.tick()).findings).toEqual([]);
		box.edit(SIP, '[cc150]', '; new\n[cc150]');
		expect((await box.tick()).findings).toEqual([`conf.edited ${SIP}`]);
	});

	it('is what Asterisk writes when a user changes the password by phone', async () => {
		box.edit('voicemail.conf', /^/, ';!\n;! Automatically generated configuration file\n;!\n');
		box.edit('voicemail.conf', /^; END OF FILE.*$/m, '');
		expect((await box.tick()).findings).not.toContain('conf.edited voicemail.conf');
	});
});

describe("stock's copy of the mailboxes", () => {
	it('is installed with voicemail.conf, byte for byte, also where only the copy is missing or another', async () => {
		await box.dialer.database.query('UPDATE system_settings SET active_voicemail_server=?', [box.dialer.serverIp]);
		const same = () => expect(box.read('BUILDvoicemail-vicidial.conf')).toBe(box.read('voicemail.conf'));
		for (const spoil of [
			() => rmSync(box.path('BUILDvoicemail-vicidial.conf')),
			() => box.edit('BUILDvoicemail-vicidial.conf', /^; END OF FILE/m, '; another wording\n; END OF FILE'),
			() => rmSync(box.path('voicemail.conf')),
		]) {
			spoil();
			const before = await box.dialer.database.query('SELECT * FROM phones ORDER BY extension');
			expect((await box.tick(['--rebuild'])).exitCode).toBe(0);
			same();
			expect(await box.dialer.database.query('SELECT * FROM phones ORDER BY extension')).toEqual(before);
		}
	});
});
