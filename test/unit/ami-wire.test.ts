import { describe, expect, it } from 'vitest';
import { AmiSplitter, header } from '../../src/adapters/ami-wire.ts';

const STREAM = [
	'Asterisk Call Manager/5.0.5\r\n',
	'Response: Success\r\nActionID: 1\r\nMessage: a: b\r\n\r\n',
	'Event: X\r\nVariable: a\r\nVariable: b\r\n\r\n\n',
	'Response: Error\nmessage: no\n\n',
].join('');

const split = (...chunks: (string | Buffer)[]) => {
	const splitter = new AmiSplitter();
	const messages = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string, 'latin1')));
	return { banner: splitter.banner, messages };
};

describe('splitting the AMI stream', () => {
	const whole = split(STREAM);

	it('takes the greeting, then messages ended by an empty line of either kind', () => {
		expect(whole.banner).toBe('Asterisk Call Manager/5.0.5');
		expect(whole.messages).toHaveLength(3);
		expect(header(whole.messages[0] ?? [], 'MESSAGE')).toBe('a: b');
		expect(whole.messages[1]?.filter(([key]) => key === 'Variable')).toEqual([
			['Variable', 'a'],
			['Variable', 'b'],
		]);
		expect(header(whole.messages[2] ?? [], 'Message')).toBe('no');
	});

	it('gives the same wherever TCP cuts', () => {
		for (let at = 1; at < STREAM.length; at++) expect(split(STREAM.slice(0, at), STREAM.slice(at))).toEqual(whole);
		expect(split(...STREAM)).toEqual(whole);
	});

	it('keeps bytes that are no UTF-8', () => {
		expect(header(split('B/1\r\nName: J\xf6rg\r\n\r\n').messages[0] ?? [], 'Name')).toBe('J\xf6rg');
	});

	it('refuses a message without an end', () => {
		expect(() => split('B/1\r\n', `Output: ${'x'.repeat(5 * 1024 * 1024)}`)).toThrow('longer than 4 MiB');
	});
});
