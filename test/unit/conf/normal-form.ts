// What Asterisk would hold after reading a file, in a form that can be compared. Written apart from src/conf/reader.ts,
// so that a mistake there does not hide itself here.

type Section = { name: string; lines: string[] };

/** A dialplan: globals, and per context its extensions and includes. */
function dialplan(sections: Section[]): Record<string, unknown> {
	const contexts: Record<string, { extensions: Record<string, string>; includes: string[] }> = {};
	const globals: Record<string, string> = {};
	for (const { name, lines } of sections) {
		if (name === '') {
			for (const line of lines) globals[leftSide(line)] = rightSide(line);
			continue;
		}
		contexts[name] ??= { extensions: {}, includes: [] };
		const context = contexts[name];
		let priority = 0;
		for (const line of lines) {
			if (leftSide(line) === 'include') context.includes.push(rightSide(line));
			if (leftSide(line) !== 'exten') continue;
			const [, exten = '', where = '', label = '', application = ''] =
				/^([^,]*),\s*(\w+)(?:\((\w+)\))?\s*,\s*(.*)$/.exec(rightSide(line)) ?? [];
			priority = where === 'n' ? priority + 1 : Number(where);
			const id = `${exten.trim()},${priority}${label && `(${label})`}`;
			if (exten.trim() !== '') context.extensions[id] ??= applicationOf(application);
		}
	}
	return { globals, contexts };
}

function applicationOf(text: string): string {
	const [, name = '', rest = ''] = /^(\w+)(.*)$/.exec(text) ?? [];
	return `${name.toLowerCase()}${rest || '()'}`;
}

/** Peers: ordered sections; registrations and conferences apart, as sets. */
function peers(sections: Section[]): Record<string, unknown> {
	const lines = sections.filter(({ name }) => name === '').flatMap((section) => section.lines);
	return { unnamed: lines.toSorted(), sections: sections.filter(({ name }) => name !== '') };
}

function mailboxes(sections: Section[]): Record<string, unknown> {
	const result: Record<string, Record<string, string>> = {};
	for (const { name, lines } of sections) {
		result[name] ??= {};
		const boxes = result[name];
		for (const line of lines) if (leftSide(line) !== '') boxes[leftSide(line)] ??= rightSide(line);
	}
	return result;
}

function leftSide(line: string): string {
	return line.slice(0, line.indexOf('=')).trim();
}

function rightSide(line: string): string {
	return line
		.slice(line.indexOf('=') + 1)
		.replace(/^>/, '')
		.trim();
}

function sectionsOf(text: string): Section[] {
	const sections: Section[] = [{ name: '', lines: [] }];
	for (const raw of text
		.replace(/\\;/g, '\0')
		.replace(/;--(?!-).*?--;/gs, '')
		.split('\n')) {
		const line = raw
			.replace(/;.*$/, '')
			.replaceAll('\0', ';')
			.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
		if (line === '') continue;
		const header = /^\[([^\]]*)\]/.exec(line);
		if (header) sections.push({ name: header[1] ?? '', lines: [] });
		else if (line.includes('=')) sections.at(-1)?.lines.push(line.replace(/\s*=(>?)\s*/, '=$1'));
		else sections.at(-1)?.lines.push(line);
	}
	return sections;
}

/** Normal form of a generated file. */
export function normalForm(file: string, text: string): Record<string, unknown> {
	const sections = sectionsOf(text);
	if (file === 'extensions-vicidial.conf') return dialplan(sections);
	return file === 'voicemail.conf' ? mailboxes(sections) : peers(sections);
}

/** Values that differ between two normal forms, by path. */
export function differences(
	ours: unknown,
	theirs: unknown,
	path = '',
): Record<string, { ours: unknown; theirs: unknown }> {
	if (typeof ours !== 'object' || typeof theirs !== 'object' || ours === null || theirs === null) {
		return ours === theirs ? {} : { [path]: { ours, theirs } };
	}
	const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
	return Object.assign(
		{},
		...[...keys].map((key) =>
			differences((ours as Record<string, unknown>)[key], (theirs as Record<string, unknown>)[key], `${path}/${key}`),
		),
	);
}

/** Sections of a peer file by name. */
export function sectionsByName(text: string): Record<string, string[]> {
	return Object.fromEntries(sectionsOf(text).map(({ name, lines }) => [name, lines]));
}
