import { emptyMemory, type Memory } from '../../src/memory.ts';
import type { Situation } from '../../src/plan.ts';
import type { Finding } from '../../src/types.ts';
import { settingsOf } from './given.ts';

export type Changes = Partial<Situation> & { memoryOf?: Partial<Memory> };

/** Noon, 10,000 s after boot, with all checks seen, three looks in a row, and nothing in the way of a repair. */
export function situationOf(findings: Finding[], { memoryOf, ...rest }: Changes = {}): Situation {
	const checks: Situation['seen'] = ['config', 'mysql', 'asterisk', 'processes', 'queues', 'conf', 'registrations'];
	return {
		settings: settingsOf(),
		memory: { ...emptyMemory('boot'), ...memoryOf },
		findings,
		looks: () => 3,
		countsIn: () => 0,
		table: [],
		now: new Date(2026, 0, 1, 12, 0, 20),
		uptime: 10_000,
		databaseUptime: 5000,
		endOfDay: '0000',
		pressure: () => ({ load_per_core: 0.3, cpu_pressure: 5, io_pressure: 1, memory_pressure: 0 }),
		done: [],
		looked: checks,
		seen: checks,
		asteriskVersion: '16.28.0',
		remaining: 40,
		mayNot: undefined,
		rebuild: undefined,
		options: {},
		mayStartAsterisk: { asked: true, vetoed: false },
		...rest,
	};
}
