import type { MachineObservation } from '../dialer/machine.ts';
import type { Pressure } from '../saturation.ts';
import { exceeded, measured, worse } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Context } from './check.ts';

const PRESSURES = {
	cpu_pressure: 'a CPU',
	io_pressure: 'a disk',
	memory_pressure: 'memory',
} as const satisfies { [name in keyof Pressure]?: string };

/** Load, pressure and memory: told when two looks agree, because a moment of it harms nobody. */
export function judgeLoad(
	{ pressure, memory, oom }: MachineObservation,
	{ settings, note }: Context,
): { findings: Finding[]; metrics: Metric[] } {
	const { limits } = settings;
	const lasts = (what: string): boolean => note(`system ${what}`).looks >= 2;
	const findings: Finding[] = [];
	const metrics: Metric[] = [];

	const load = pressure.load_per_core;
	if (load !== undefined) {
		metrics.push(measured(limits, 'load_per_core', load));
		const status = exceeded(limits, 'load_per_core', load);
		if (status && lasts('load')) {
			const drowning = status === 'critical' ? '; nothing that lives is stopped until it is lower' : '';
			findings.push({
				id: 'system.load',
				subject: 'machine',
				status,
				summary: `the load is ${load.toFixed(1)} per core: more wants to run than the machine can do${drowning}`,
				evidence: { load_per_core: Math.round(load * 100) / 100 },
				advice: 'top -o %CPU; vmstat 1 5',
			});
		}
	}
	const waits = Object.entries(PRESSURES).flatMap(([key, resource]) => {
		const name = key as keyof typeof PRESSURES;
		const value = pressure[name];
		if (value === undefined) return [];
		metrics.push(measured(limits, name, value));
		return [{ name, resource, value, status: exceeded(limits, name, value) }];
	});
	const pressing = waits.filter(({ status, name }) => status !== undefined && lasts(name));
	if (pressing.length > 0) {
		const told = pressing.map(({ resource, value }) => `${value.toFixed(0)} % for ${resource}`).join(', ');
		findings.push({
			id: 'system.pressure',
			subject: 'machine',
			status: pressing.some(({ status }) => status === 'critical') ? 'critical' : 'warning',
			summary: `tasks had to wait for most of the last seconds: ${told}`,
			evidence: Object.fromEntries(pressing.map(({ name, value }) => [name, value])),
			advice: 'vmstat 1 5; iostat -x 1 3; top',
		});
	}
	if (memory.used !== undefined) {
		metrics.push(measured(limits, 'memory_used', memory.used));
		const status = exceeded(limits, 'memory_used', memory.used);
		if (status && lasts('memory'))
			findings.push({
				id: 'system.memory',
				subject: 'machine',
				status,
				summary: `${memory.used.toFixed(0)} % of the memory are taken; when it is gone the kernel kills a process`,
				evidence: { percent: Math.round(memory.used) },
				advice: 'free -m; ps -eo rss,pid,args --sort=-rss | head',
			});
	}
	if (oom) {
		const by = oom.grown?.by ?? 0;
		metrics.push(measured(limits, 'oom_kills', by));
		const status = worse(exceeded(limits, 'oom_kills', by), undefined);
		if (status)
			findings.push({
				id: 'system.oom',
				subject: 'machine',
				status,
				summary: `the kernel has killed ${by === 1 ? 'a process' : `${by} processes`} for want of memory in the last minutes`,
				evidence: { killed: by, since_boot: oom.kills },
				advice: "dmesg -T | grep -i 'killed process'; free -m",
			});
	}
	return { findings, metrics };
}
