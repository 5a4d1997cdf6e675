import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { questions } from '../../src/conf/proof.ts';
import { askLoaded, parsesWhole, reloadModule } from '../../src/dialer/conf-loaded.ts';
import { ASKABLE, LoadedDialer, MS, sessionOf } from './conf-loaded.support.ts';

let box: LoadedDialer;
beforeAll(async () => {
	box = await LoadedDialer.start();
});
afterAll(() => box?.stop());

describe('the files of a dialer', () => {
	it.each(ASKABLE)('%s: not loaded before the reload, loaded after it', async (name) => {
		box.write(name, box.text(name));
		for (const previous of [undefined, box.emptyText(name)]) {
			expect(await box.asked(name, box.text(name), previous)).toMatchObject({ verdict: 'not-loaded' });
		}
		await box.load(name, box.text(name));
		for (const previous of [undefined, box.emptyText(name), box.text(name)]) {
			expect(await box.asked(name, box.text(name), previous)).toMatchObject({ verdict: 'loaded' });
		}
	});

	it('meetme-vicidial.conf: no app_meetme, no verdict', async () => {
		const name = 'meetme-vicidial.conf';
		expect(box.text(name)).toContain('conf => ');
		expect(await box.asked(name, box.text(name))).toMatchObject({
			verdict: 'unknown',
			evidence: expect.stringMatching(/app_meetme\.so is not loaded/),
		});
		expect(await reloadModule(box.session, name, MS)).toMatchObject({ outcome: 'module-absent' });
	});

	it.each(ASKABLE)('%s: what was taken out is still there until the reload', async (name) => {
		await box.load(name, box.text(name));
		const text = box.emptyText(name);
		box.write(name, text);
		expect(await box.asked(name, text, box.text(name))).toMatchObject({ verdict: 'not-loaded' });
		await box.load(name, text);
	});
});

describe('one thing changed', () => {
	it.each([
		[
			'extensions-vicidial.conf',
			'Dial(PJSIP/pj304,60,',
			'Dial(PJSIP/pj304,61,',
			'priority 1 for extension 2304@vicidial-auto-phones',
		],
		[
			'extensions-vicidial.conf',
			'exten => 2304,3,',
			'exten => 2304,4,',
			'priority 4 for extension 2304@vicidial-auto-phones',
		],
		['sip-vicidial.conf', 'accountcode=cc101', 'accountcode=other', 'account for SIP peer cc101'],
		['iax-vicidial.conf', 'context=office-phones', 'context=elsewhere', 'context for IAX2 peer iax202'],
		['pjsip_wizard-vicidial.conf', 'mailboxes=2306', 'mailboxes=2999', 'mailbox for PJSIP endpoint pj306'],
		['voicemail.conf', 'cc106 Mailbox', 'Jo Doe', 'name for mailbox 2106@default'],
		['voicemail.conf', 'delete=yes|tz=pacific', 'delete=yes|tz=central', 'zone for mailbox 2107@default'],
	])('%s: %s', async (name, from, to, evidence) => {
		await box.load(name, box.text(name));
		const text = box.text(name).replace(from, to);
		expect(text).not.toBe(box.text(name));
		box.write(name, text);
		expect(await box.asked(name, text, box.text(name))).toEqual({
			verdict: 'not-loaded',
			evidence: `Asterisk has another ${evidence}`,
		});
		await box.load(name, text);
		expect(await box.asked(name, text, box.text(name))).toMatchObject({ verdict: 'loaded' });
		expect(await box.asked(name, box.text(name), text)).toMatchObject({ verdict: 'not-loaded' });
	});

	it('an added phone in each technology', async () => {
		for (const name of ['sip-vicidial.conf', 'iax-vicidial.conf', 'pjsip_wizard-vicidial.conf']) {
			const phone = name.startsWith('pjsip')
				? '[new901]\ntype=wizard\naccepts_auth=yes\naccepts_registrations=yes\ninbound_auth/username=new901\ninbound_auth/password=x\nendpoint/context=default\n'
				: '[new901]\ntype=friend\nhost=dynamic\nsecret=x\ncontext=default\n';
			const text = `${box.text(name)}\n${phone}`;
			await box.load(name, box.text(name));
			box.write(name, text);
			expect(await box.asked(name, text, box.text(name))).toMatchObject({ verdict: 'not-loaded' });
			await box.load(name, text);
		}
	});
});

describe('a file that is not read to its end', () => {
	const name = 'extensions-vicidial.conf';

	it('truncated: what stood behind the cut is missing', async () => {
		await box.load(name, box.text(name));
		const half = box.text(name).slice(0, box.text(name).length / 2);
		box.write(name, half);
		await reloadModule(box.session, name, MS);
		expect(await box.asked(name, box.text(name), half)).toMatchObject({ verdict: 'not-loaded' });
	});

	it.each([
		['an unclosed section', '[broken\n'],
		['an include that does not exist', '#include "nowhere.conf"\n'],
		['a section that builds on an unknown one', '[broken](nothing)\n'],
	])('%s in the middle loses the rest', async (_, line) => {
		const at = box.text(name).indexOf('[vicidial-auto-phones]');
		const text = box.text(name).slice(0, at) + line + box.text(name).slice(at);
		box.write(name, text);
		// Asterisk says that it has reloaded
		expect(await reloadModule(box.session, name, MS)).toMatchObject({ outcome: 'sent' });
		expect(await box.asked(name, text)).toMatchObject({ verdict: 'not-loaded' });
	});

	it('a hand-made file that lost its include: nothing of the file is there', async () => {
		const handmade = box.read('extensions.conf');
		box.write(name, box.text(name));
		box.write('extensions.conf', handmade.replace('#include extensions-vicidial.conf', ''));
		await reloadModule(box.session, name, MS);
		expect(await box.asked(name, box.text(name))).toMatchObject({ verdict: 'not-loaded' });
		box.write('extensions.conf', handmade.replace('extensions-vicidial.conf', 'nowhere.conf'));
		expect(await reloadModule(box.session, name, MS)).toMatchObject({ outcome: 'declined' });
		box.write('extensions.conf', handmade);
		await box.load(name, box.text(name));
	});
});

describe('an Asterisk that cannot tell', () => {
	it('an account with the right to commands only asks and reloads by them', async () => {
		const other = await sessionOf(box.dialer, 'listencron');
		for (const name of ASKABLE) {
			await box.load(name, box.emptyText(name));
			box.write(name, box.text(name));
			const telling = questions(name, box.text(name), box.emptyText(name));
			expect(await askLoaded(other, name, telling, MS)).toMatchObject({ verdict: 'not-loaded' });
			await box.load(name, box.text(name), other);
		}
		other.close();
	});

	it('a module that is not loaded', async () => {
		const name = 'sip-vicidial.conf';
		await box.dialer.asterisk.cli('module unload chan_sip.so');
		expect(await box.asked(name, box.text(name))).toEqual({
			verdict: 'unknown',
			evidence: 'chan_sip.so is not loaded in Asterisk',
		});
		expect(await reloadModule(box.session, name, MS)).toMatchObject({ outcome: 'module-absent' });
		await box.dialer.asterisk.cli('module load chan_sip.so');
		await box.load(name, box.text(name));
	});

	it('a music class without sound', async () => {
		const name = 'musiconhold-vicidial.conf';
		const text = box.text(name).replaceAll('/music/', '/nowhere/');
		box.write(name, text);
		await reloadModule(box.session, name, MS);
		expect(await box.asked(name, text)).toMatchObject({
			verdict: 'unknown',
			evidence: expect.stringMatching(/sound files.*nowhere/),
		});
	});

	it('what Asterisk may have refused by itself', async () => {
		const name = 'pjsip_wizard-vicidial.conf';
		const text = '[strange]\ntype=wizard\naccepts_registrations=yes\nendpoint/novel=1\n';
		box.write(name, text);
		await reloadModule(box.session, name, MS);
		expect(await box.asked(name, text)).toMatchObject({
			verdict: 'unknown',
			evidence: expect.stringMatching(/refused/),
		});
	});

	it('one that is stopped', async () => {
		box.dialer.asterisk.freeze();
		const began = performance.now();
		const name = 'extensions-vicidial.conf';
		const telling = questions(name, box.text(name), undefined);
		expect(await askLoaded(box.session, name, telling, 500)).toMatchObject({ verdict: 'unknown' });
		expect(await reloadModule(box.session, name, 500)).toMatchObject({ outcome: 'no-answer' });
		expect(await parsesWhole(box.session, 'wrapper.conf', undefined, 500)).toMatchObject({ verdict: 'no-answer' });
		expect(performance.now() - began).toBeLessThan(3000);
		box.dialer.asterisk.thaw();
	});
});
