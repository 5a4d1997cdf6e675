import { expect, it } from 'vitest';
import { Progress } from '../../../src/report/progress.ts';

function tell(rewrites: boolean, ...lines: [string, string][]): string {
	let written = '';
	const progress = new Progress({
		rewrites,
		columns: 30,
		write: (text) => {
			written += text;
		},
	});
	for (const [line, time] of lines) progress.tell(line, time);
	progress.done();
	return written;
}

it('rewrites one line on a terminal, never wider than it, and takes it away in the end', () => {
	const written = tell(true, ['a trouble with a long\nstory to tell', '1 s of 60'], ['b', '6 s of 60']);
	expect(written).toBe('\r\u001b[K1 s of 60: a trouble with a l\r\u001b[K6 s of 60: b\r\u001b[K');
});

it('prints a plain line for each change elsewhere', () => {
	expect(tell(false, ['a', '1 s of 60'], ['a', '2 s of 60'], ['b', '3 s of 60'])).toBe(
		'vicikeep: 1 s of 60: a\nvicikeep: 3 s of 60: b\n',
	);
	expect(tell(false)).toBe('');
});
