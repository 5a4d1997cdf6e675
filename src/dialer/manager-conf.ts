/** What manager.conf lets in (Asterisk, main/manager.c). */
export interface ManagerDoor {
	/** somebody on another machine can reach the port */
	open: boolean;
	/** users whose section neither denies nor permits addresses */
	unguarded: string[];
	/** those of them that have the secret which VICIdial is shipped with */
	shipped: string[];
}

const SHIPPED_SECRET = '1234';

/** Reads manager.conf as far as its own text goes; what it includes is not seen. Pure. */
export function parseManagerDoor(text: string): ManagerDoor {
	const door: ManagerDoor = { open: false, unguarded: [], shipped: [] };
	const sections = new Map<string, [name: string, value: string][]>();
	let current: [string, string][] = [];
	for (const raw of text.split('\n')) {
		const line = raw.replace(/;.*$/, '').trim();
		const [, section] = /^\[([^\]]+)\]/.exec(line) ?? [];
		if (section !== undefined) {
			current = sections.get(section) ?? [];
			sections.set(section, current);
		} else {
			const [, name, value] = /^(\w+)\s*=>?\s*(.*)$/.exec(line) ?? [];
			if (name !== undefined) current.push([name.toLowerCase(), value ?? '']);
		}
	}
	for (const [section, entries] of sections) {
		const value = (wanted: string): string | undefined => entries.findLast(([name]) => name === wanted)?.[1];
		if (section === 'general') {
			const enabled = /^(yes|true|y|t|1|on)$/i.test(value('enabled') ?? 'no');
			door.open = enabled && /^(0\.0\.0\.0|::|\[::\])?$/.test(value('bindaddr') ?? '');
		} else if (value('secret') !== undefined && !entries.some(([name]) => /^(permit|deny|acl)$/.test(name))) {
			door.unguarded.push(section);
			if (value('secret') === SHIPPED_SECRET) door.shipped.push(section);
		}
	}
	return door;
}
