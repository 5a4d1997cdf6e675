import { describe, expect, it } from 'vitest';
import { emptyMemory, forBoot, type Memory } from '../../src/memory.ts';
import { Notebook } from '../../src/notebook.ts';

const at = (uptime: number) => ({ uptime, now: new Date(1_000_000 + uptime * 1000) });

/** One run at an uptime that looks at check `x` and notes the given keys; what is remembered, what the first key said. */
function look(memory: Memory, uptime: number, ...keys: string[]) {
	const notebook = new Notebook(memory, 50, at(uptime));
	const [said] = keys.map((key) => notebook.note(key));
	return { next: { ...memory, ...notebook.remember(['x']) }, said, counts: notebook.countsIn('x') === 0 };
}

describe('looks over runs', () => {
	it('counts looks in a row and the seconds between them', () => {
		const first = look(emptyMemory('a'), 100, 'x');
		const second = look(first.next, 160, 'x');
		expect([first.said, second.said]).toMatchObject([
			{ looks: 1, seconds: 0 },
			{ looks: 2, seconds: 60, since: first.said?.since },
		]);
	});

	it('does not count a look before the gap has passed, and remembers nothing of it', () => {
		const first = look(emptyMemory('a'), 100, 'x');
		const early = look(first.next, 149, 'x', 'x.y');
		expect(early).toMatchObject({ counts: false, said: { looks: 1, seconds: 49 } });
		expect(early.next).toEqual(first.next);
	});

	it('begins anew after a look that did not see it', () => {
		const gone = look(look(emptyMemory('a'), 100, 'x').next, 160);
		expect(look(gone.next, 220, 'x').said).toMatchObject({ looks: 1, seconds: 0 });
	});

	it('forgets what was seen too long ago', () => {
		expect(look(look(emptyMemory('a'), 100, 'x').next, 401, 'x').said).toMatchObject({ looks: 1, seconds: 0 });
	});

	it('keeps what belongs to a check that was not looked at', () => {
		const first = look(emptyMemory('a'), 100, 'x.a');
		const other = new Notebook(first.next, 50, at(160));
		other.note('y.b');
		const next = { ...first.next, ...other.remember(['y']) };
		expect(Object.keys(next.conditions)).toEqual(['x.a', 'y.b']);
		expect(look(next, 220, 'x.a').said).toMatchObject({ looks: 2, seconds: 120 });
	});

	it('takes a key that is noted twice in one run for one thing', () => {
		expect(look(look(emptyMemory('a'), 100, 'x').next, 160, 'x', 'x').said?.looks).toBe(2);
	});

	it('forgets uptimes of another boot, but not what people were told', () => {
		const told = { at: 1, findings: { x: 'critical' as const } };
		const before: Memory = {
			...look(emptyMemory('a'), 100, 'x').next,
			told,
			attempts: { d: [1] },
			commands: { d: ['d.pl'] },
		};
		expect(forBoot(before, 'b')).toEqual({ ...emptyMemory('b'), told, commands: { d: ['d.pl'] } });
		expect(forBoot(before, 'a')).toBe(before);
	});
});
