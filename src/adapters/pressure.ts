import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Pressure } from '../saturation.ts';

/**
 * How busy the machine is: load average per core, and of each resource the share of the last ten seconds in which some
 * task had to wait for it (kernel documentation, accounting/psi). What a kernel does not tell stays undefined.
 * @param root `/proc`
 */
export function readPressure(root: string): Pressure {
	const some = (resource: string): number | undefined =>
		number(/^some avg10=([\d.]+)/m, read(`${root}/pressure/${resource}`));
	const load = number(/^([\d.]+)/, read(`${root}/loadavg`));
	return {
		load_per_core: load === undefined ? undefined : load / availableParallelism(),
		cpu_pressure: some('cpu'),
		io_pressure: some('io'),
		memory_pressure: some('memory'),
	};
}

function number(pattern: RegExp, text: string): number | undefined {
	const found = pattern.exec(text)?.[1];
	return found === undefined ? undefined : Number(found);
}

/** Text of a small file, empty where there is none: kernels before 4.20, or started with psi=0, know no pressure. */
function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}
