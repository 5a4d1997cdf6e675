import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AmiRefusal, type AmiSession, AmiTrouble } from '../../src/adapters/ami.ts';
import { AmiSplitter, header } from '../../src/adapters/ami-wire.ts';
import { FakeAsterisk, type Received } from './fake-asterisk.ts';

let asterisk: FakeAsterisk;
beforeEach(() => {
	asterisk = new FakeAsterisk();
});
afterEach(() => asterisk.stop());

/** A session with an Asterisk that answers every action with this text, `<id>` standing for the ActionID. */
const answering = (text: string, trace?: (line: string) => void): Promise<AmiSession> =>
	asterisk.session(({ actionid = '' }, write) => write(text.replaceAll('<id>', actionid)), trace);

const CRLF = (text: string): string => text.replaceAll('\n', '\r\n');

describe('the output of a command', () => {
	const OLD_HEAD = CRLF('Response: Follows\nPrivilege: Command\nActionID: <id>\n');
	const OLD_END = '--END COMMAND--\r\n\r\n';
	const NEW_HEAD = CRLF('Response: Success\nActionID: <id>\nMessage: Command output follows\n');

	it.each([
		['up to 13', `${OLD_HEAD}a: b\n\n  c\n${OLD_END}`, ['a: b', '', '  c']],
		['up to 13, glued to the last line', `${OLD_HEAD}a\nlast${OLD_END}`, ['a', 'last']],
		['up to 13, nothing', `${OLD_HEAD}${OLD_END}`, []],
		['up to 13, that looks like headers', `${OLD_HEAD}ActionID: 7\nEvent: x\n${OLD_END}`, ['ActionID: 7', 'Event: x']],
		['up to 13, LF only', `${OLD_HEAD}a\n\nb\n${OLD_END}`.replaceAll('\r', ''), ['a', '', 'b']],
		['from 14', `${NEW_HEAD}${CRLF('Output: a: b\nOutput: \nOutput:   c\n\n')}`, ['a: b', '', '  c']],
		['from 14, LF only', `${NEW_HEAD}Output: a\nOutput: b\n\n`.replaceAll('\r', ''), ['a', 'b']],
	])('%s', async (_, text, lines) => {
		const session = await answering(`Event: Noise\r\n\r\n${text}Event: More\r\n\r\n`);
		expect(await session.command('x', 1000)).toEqual({ ok: true, lines });
		// and what comes after it is understood again
		expect(await session.command('y', 1000)).toEqual({ ok: true, lines });
		session.close();
	});

	it.each([
		[
			'a command that fails',
			'Response: Error\nActionID: <id>\nMessage: Command output follows\nOutput: no\n\n',
			['no'],
		],
		['no right', 'Response: Error\nActionID: <id>\nMessage: Permission denied\n\n', ['Permission denied']],
	])('%s', async (_, text, lines) => {
		const session = await answering(CRLF(text));
		expect(await session.command('x', 1000)).toEqual({ ok: false, lines });
		session.close();
	});

	it('is the same wherever TCP cuts', () => {
		const text = `Asterisk Call Manager/1.3\r\n${OLD_HEAD}one\n\nlast${OLD_END}Response: Success\r\nActionID: 2\r\n\r\n`;
		const split = (...chunks: string[]) => {
			const splitter = new AmiSplitter();
			return chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk, 'latin1')));
		};
		const whole = split(text);
		expect(whole.map((message) => message.length)).toEqual([6, 2]);
		for (let at = 1; at < text.length; at++) expect(split(text.slice(0, at), text.slice(at))).toEqual(whole);
		expect(split(...text)).toEqual(whole);
	});

	it('silence in the middle is no answer', async () => {
		const session = await answering(`${OLD_HEAD}half a li`);
		await expect(session.command('x', 200)).rejects.toMatchObject({ stage: 'no-answer' });
		session.close();
	});
});

describe('a list', () => {
	const START = 'Response: Success\nActionID: <id>\nEventList: start\nMessage: Peers will follow\n\n';
	const item = (name: string): string => `Event: PeerEntry\nActionID: <id>\nObjectName: ${name}\n\n`;
	const END = 'Event: PeerlistComplete\nEventList: Complete\nListItems: 2\nActionID: <id>\n\n';
	const NOISE = 'Event: Newchannel\nChannel: SIP/x\n\nEvent: PeerEntry\nActionID: other\nObjectName: not mine\n\n';
	const names = async (session: AmiSession, complete?: string) =>
		(await session.list('SIPpeers', {}, 1000, complete)).map((peer) => header(peer, 'ObjectName'));

	it.each([
		['with events of others between', CRLF(NOISE + START + item('a') + NOISE + item('b') + NOISE + END)],
		['LF only', START + item('a') + item('b') + END],
		['marked in lower case', CRLF(START + item('a') + item('b') + END.replace('Complete\nList', 'complete\nList'))],
	])('%s', async (_, text) => {
		const session = await answering(text);
		expect(await names(session)).toEqual(['a', 'b']);
		session.close();
	});

	it('in single bytes', async () => {
		const session = await asterisk.session(async ({ actionid = '' }: Received, write) => {
			for (const byte of CRLF(START + item('a') + END).replaceAll('<id>', actionid)) {
				write(byte);
				await new Promise((resolve) => setImmediate(resolve));
			}
		});
		expect(await names(session)).toEqual(['a']);
		session.close();
	});

	it('of an old Asterisk, which marks neither start nor end', async () => {
		const text = CRLF(START + item('a') + END).replace(/EventList: .*\r\n/g, '');
		const session = await answering(text);
		expect(await names(session, 'PeerListComplete')).toEqual(['a']);
		session.close();
	});

	it('that is empty and announced by nothing', async () => {
		const session = await answering(CRLF('Response: Success\nActionID: <id>\nMessage: There is no such user.\n\n'));
		expect(await names(session)).toEqual([]);
		session.close();
	});

	it('two at a time', async () => {
		const seen: string[] = [];
		const session = await asterisk.session(({ actionid = '' }, write) => {
			seen.push(actionid);
			if (seen.length < 2) return;
			for (const part of [START, item('of <id>'), END]) {
				for (const id of seen) write(CRLF(part).replaceAll('<id>', id));
			}
		});
		expect(await Promise.all([names(session), names(session)])).toEqual([['of vicikeep-1'], ['of vicikeep-2']]);
		session.close();
	});

	it('that is refused', async () => {
		const session = await answering(CRLF('Response: Error\nActionID: <id>\nMessage: Permission denied\n\n'));
		await expect(names(session)).rejects.toEqual(new AmiRefusal('Permission denied'));
		session.close();
	});

	it('that stops in the middle', async () => {
		const session = await answering(CRLF(START + item('a')));
		await expect(session.list('SIPpeers', {}, 200)).rejects.toMatchObject({ stage: 'no-answer' });
		session.close();
	});

	it('without an end', async () => {
		const session = await answering(CRLF(START + item('a').repeat(20_001)));
		await expect(session.list('SIPpeers', {}, 5000)).rejects.toThrow('more than 20000');
		await expect(session.list('SIPpeers', {}, 5000)).rejects.toBeInstanceOf(AmiTrouble);
		session.close();
	});
});

it('what is shown of the traffic holds no secrets of a configuration', async () => {
	const seen: string[] = [];
	const session = await answering(
		CRLF('Response: Success\nActionID: <id>\nLine-000000-000001: secret=s3cret\nPassword: s3cret\n\n'),
		(line) => seen.push(line),
	);
	await session.action('GetConfig', { Filename: 'x' }, 1000);
	expect(seen).toContain('< Line-000000-000001: ***');
	expect(seen.join('\n')).not.toContain('s3cret');
	session.close();
});
