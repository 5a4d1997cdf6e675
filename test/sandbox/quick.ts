/** No limits for what is a matter of the machine that the tests run on. */
function unlimited(...names: string[]): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => [
			[`VICIKEEP_WARN_${name}`, 'never'],
			[`VICIKEEP_CRIT_${name}`, 'never'],
		]),
	);
}

/**
 * Settings that take the waiting out: every look counts, daemons may be started at any second, nothing is too young, and
 * neither the time of the day nor what else this machine does holds a repair back.
 */
export const QUICK = {
	VICIKEEP_LOOK_GAP: '0',
	VICIKEEP_START_WINDOW: 'any',
	VICIKEEP_GRACE_BOOT: '0',
	VICIKEEP_GRACE_DATABASE: '0',
	VICIKEEP_GRACE_START: '0',
	VICIKEEP_QUIET_TIMES: 'none',
	...unlimited('LOAD_PER_CORE', 'CPU_PRESSURE', 'IO_PRESSURE', 'MEMORY_PRESSURE', 'MEMORY_USED', 'OOM_KILLS'),
	...unlimited('DISK_USED', 'INODES_USED'),
};
