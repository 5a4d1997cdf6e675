import { type Limits, THRESHOLDS } from './thresholds.ts';
import type { Withheld } from './types.ts';

/** What tells that a machine has more to do than it can; undefined where the kernel does not tell. */
export type Pressure = {
	[name in 'load_per_core' | 'cpu_pressure' | 'io_pressure' | 'memory_pressure']: number | undefined;
};

const NAMES: Record<keyof Pressure, string> = {
	load_per_core: 'load per core',
	cpu_pressure: 'waiting for a CPU',
	io_pressure: 'waiting for a disk',
	memory_pressure: 'waiting for memory',
};

/**
 * Why nothing that lives is stopped on a machine that is drowning: what is late there is late because of it, and a start
 * costs more than a loop. Undefined below the critical limits. Pure.
 */
export function saturated(pressure: Pressure, limits: Limits): Withheld | undefined {
	for (const name of Object.keys(NAMES) as (keyof Pressure)[]) {
		const value = pressure[name];
		const { crit } = limits[name];
		if (value === undefined || value < crit) continue;
		const unit = THRESHOLDS[name].unit === 'percent' ? ' %' : '';
		const told = unit === '' ? value.toFixed(1) : `${Math.round(value)}${unit}`;
		return {
			why: `this machine is drowning (${NAMES[name]}: ${told}); nothing is stopped`,
			until: `until that is below ${crit}${unit}`,
		};
	}
	return undefined;
}
