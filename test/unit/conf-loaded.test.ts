import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { questions } from '../../src/conf/proof.ts';
import { askLoaded, parsesWhole, reloadModule, waitUntilLoaded } from '../../src/dialer/conf-loaded.ts';
import { FakeAsterisk, type Received } from './fake-asterisk.ts';

const EXTENSIONS = 'extensions-vicidial.conf';

let asterisk: FakeAsterisk;
beforeEach(() => {
	asterisk = new FakeAsterisk();
});
afterEach(() => asterisk.stop());

const says = (answer: (action: Received) => string) =>
	asterisk.session((action, write) =>
		write(`ActionID: ${action.actionid}\n${answer(action)}`.replaceAll('\n', '\r\n').concat('\r\n\r\n')),
	);
const error = (message: string): string => `Response: Error\nMessage: ${message}`;
const DONE = 'Response: Success\nMessage: Module Reloaded';

describe('a reload', () => {
	it('is tried again while another one goes on', async () => {
		const answers = [error('A reload is in progress'), error('Module not initialized'), DONE];
		const session = await says(() => answers.shift() ?? '');
		expect(await reloadModule(session, EXTENSIONS, 3000)).toMatchObject({ outcome: 'sent' });
		expect(asterisk.received.map(({ action, module }) => `${action} ${module}`)).toEqual(
			Array(3).fill('Reload pbx_config.so'),
		);
		session.close();
	});

	it('gives up in time', async () => {
		const session = await says(() => error('A reload is in progress'));
		const began = performance.now();
		expect(await reloadModule(session, EXTENSIONS, 600)).toMatchObject({ outcome: 'busy' });
		expect(performance.now() - began).toBeLessThan(900);
		session.close();
	});

	it.each([
		['An unknown error occurred', 'declined'],
		['No such module', 'module-absent'],
	])('%s', async (message, outcome) => {
		const session = await says(() => error(message));
		expect(await reloadModule(session, EXTENSIONS, 600)).toMatchObject({ outcome });
		session.close();
	});

	it('of PJSIP names its modules one by one; not every Asterisk has all', async () => {
		const session = await says(({ module }) => (module === 'res_pjsip_mwi.so' ? error('No such module') : DONE));
		expect(await reloadModule(session, 'pjsip-vicidial.conf', 1000)).toMatchObject({ outcome: 'sent' });
		const modules = asterisk.received.map(({ module }) => module);
		expect(modules[0]).toBe('res_pjsip.so');
		expect(modules).toHaveLength(8);
		session.close();
	});

	it('is never one of everything', async () => {
		const session = await says(() => DONE);
		await expect(reloadModule(session, 'asterisk.conf', 1000)).rejects.toThrow('no generated file');
		expect(asterisk.received).toEqual([]);
		session.close();
	});
});

describe('asking', () => {
	const asked = questions(EXTENSIONS, '[m]\nexten => 1,1,Answer\n', undefined);
	const dialplan = (application: string): string =>
		`Response: Success\nOutput: [ Context 'm' created by 'pbx_config' ]\nOutput:   '1' =>  1. ${application}() [pbx_config]`;

	it('waits for a module that reads its file later', async () => {
		let looks = 0;
		const session = await says(() => dialplan(++looks < 3 ? 'NoOp' : 'Answer'));
		expect(await waitUntilLoaded(session, EXTENSIONS, asked, 3000)).toMatchObject({ verdict: 'loaded' });
		expect(looks).toBe(3);
		session.close();
	});

	it('does not wait for ever', async () => {
		const session = await says(() => dialplan('NoOp'));
		expect(await waitUntilLoaded(session, EXTENSIONS, asked, 600)).toMatchObject({ verdict: 'not-loaded' });
		session.close();
	});

	it.each([
		['no answer', '', 'no answer within'],
		['no right', error('Permission denied'), "'command'"],
		['no such module', error("x\nOutput: No such command 'dialplan show' (type ...)"), 'pbx_config.so is not loaded'],
		['an answer of tomorrow', 'Response: Success\nOutput: Extensions: many', 'Extensions: many'],
	])('%s is no verdict', async (_, answer, evidence) => {
		const session = await says(() => answer);
		const found = await askLoaded(session, EXTENSIONS, asked, 300);
		expect(found).toMatchObject({ verdict: 'unknown' });
		expect(found.evidence).toContain(evidence);
		session.close();
	});

	it('mailboxes one by one, or from the list of an Asterisk that cannot', async () => {
		const file = 'voicemail.conf';
		const boxes = questions(file, '[default]\n21 => 1,Zoe,,,tz=east\n', undefined);
		const list =
			'Response: Success\nOutput: Context    Mbox  User                      Zone       NewMsg\nOutput: default    21    Zoe                       west            0';
		const session = await says(({ action }) => (action === 'Command' ? list : error('Invalid/unknown command: x')));
		expect(await askLoaded(session, file, boxes, 1000)).toEqual({
			verdict: 'not-loaded',
			evidence: 'Asterisk has another zone for mailbox 21@default',
		});
		session.close();
	});
});

describe('a candidate', () => {
	it.each([
		[error('Config file has invalid format'), 'not-parsed'],
		[error('Permission denied'), 'not-permitted'],
		[error('File requires escalated priveledges'), 'not-permitted'],
		['Response: Success\nNo categories found', 'not-parsed'],
		['Response: Success\nCategory-000000: a', 'not-parsed'],
		['Response: Success\nCategory-000000: a\nCategory-000001: a', 'parsed'],
		['', 'no-answer'],
	])('%j', async (answer, verdict) => {
		const session = await says(() => answer);
		expect(await parsesWhole(session, 'try.conf', { name: 'a', times: 2 }, 300)).toMatchObject({ verdict });
		session.close();
	});
});
