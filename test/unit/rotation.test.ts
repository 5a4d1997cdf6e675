import { describe, expect, it } from 'vitest';
import { askInTurn, type Question, type Turns } from '../../src/rotation.ts';

/** Looks a minute apart at questions that answer with the number of the look; gives the names asked in each. */
async function looks(
	count: number,
	questions: Record<string, Partial<Question<number>>>,
	{ gap = 50, budget = 3, seconds = 60 } = {},
): Promise<{ asked: string[][]; last: Awaited<ReturnType<typeof askInTurn>> }> {
	const asked: string[][] = [];
	let turns: Turns | undefined;
	let last: Awaited<ReturnType<typeof askInTurn>> | undefined;
	for (let look = 0; look < count; look++) {
		const names: string[] = [];
		const whole = Object.fromEntries(
			Object.entries(questions).map(([name, question]) => [
				name,
				{
					every: 3,
					cost: 1,
					read: async () => {
						names.push(name);
						return look;
					},
					...question,
				},
			]),
		);
		// as the state file keeps it
		last = await askInTurn(whole, turns && JSON.parse(JSON.stringify(turns)), {
			uptime: 1000 + look * seconds,
			gap,
			budget,
		});
		turns = last.turns;
		asked.push(names);
	}
	if (!last) throw new Error('no look');
	return { asked, last };
}

describe('questions that take turns', () => {
	it('are asked every so many looks and answered from memory in between', async () => {
		const { asked, last } = await looks(6, { a: {} });
		expect(asked).toEqual([['a'], [], [], ['a'], [], []]);
		expect(last.samples.a).toEqual({ answer: 3, age: 120, doubts: 0 });
	});

	it('never cost more than the budget, and none is forgotten', async () => {
		const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
		const { asked } = await looks(12, Object.fromEntries(names.map((name, at) => [name, { cost: 1 + (at % 3) }])), {
			budget: 3,
		});
		const cost = (name: string): number => 1 + (names.indexOf(name) % 3);
		for (const look of asked) expect(look.reduce((sum, name) => sum + cost(name), 0)).toBeLessThanOrEqual(3);
		for (const name of names) expect(asked.flat().filter((one) => one === name).length).toBeGreaterThanOrEqual(2);
	});

	it('are asked again at once while they look like trouble, and the samples that agree are counted', async () => {
		const { asked, last } = await looks(4, { a: { doubtful: (answer) => answer < 9 } });
		expect(asked).toEqual([['a'], ['a'], ['a'], ['a']]);
		expect(last.samples.a?.doubts).toBe(4);
	});

	it('begin to count anew after a sample that looks well', async () => {
		const { last } = await looks(4, { a: { every: 1, doubtful: (answer) => answer !== 2 } });
		expect(last.samples.a?.doubts).toBe(1);
	});

	it('are asked beyond the budget when a sign calls for it', async () => {
		const { asked } = await looks(2, { a: { cost: 3 }, b: { cost: 3, urgent: true } });
		expect(asked).toEqual([['a', 'b'], ['b']]);
	});

	it('are not asked again within the gap, whoever looks and whatever calls', async () => {
		const { asked, last } = await looks(
			5,
			{ a: { every: 1, urgent: true }, b: { every: 1, doubtful: () => true } },
			{ seconds: 10 },
		);
		expect(asked).toEqual([['a', 'b'], [], [], [], []]);
		expect(last.samples.b).toMatchObject({ age: 40, doubts: 1 });
	});

	it('do not answer with what was long ago', async () => {
		const { asked } = await looks(3, { a: { every: 50 } }, { seconds: 1000 });
		expect(asked).toEqual([['a'], ['a'], ['a']]);
	});

	it('are due by the clock where looks are rare', async () => {
		const { asked } = await looks(3, { a: { every: 3 } }, { seconds: 300 });
		expect(asked).toEqual([['a'], ['a'], ['a']]);
	});

	it('say nothing where they do not apply', async () => {
		const { samples, turns } = await askInTurn(
			{ a: undefined },
			{ turn: 1, samples: { a: { at: 1, turn: 1, doubts: 0, answer: 1 } } },
			{ uptime: 2, gap: 0, budget: 3 },
		);
		expect(samples).toEqual({});
		expect(turns.samples).toEqual({});
	});
});
