import { readConf, strip } from './reader.ts';

/**
 * What Asterisk holds after reading a generated file, as text that is equal for files of equal meaning: comments and blanks
 * do not count, `n` is a number, of two lines for the same priority or mailbox the first one counts, `register` and `conf`
 * lines have no order.
 */
export function normalForm(file: string, text: string): string {
	const sections = new Map<string, string[]>();
	let lines = sectionLines(sections, '');
	const dialplan = file === 'extensions-vicidial.conf';
	let name = '';
	let priority = 0;
	let includes = 0;
	const seen = new Set<string>();
	readConf(text, (directive) => {
		if (directive.startsWith('[')) {
			name = directive.slice(1, directive.indexOf(']'));
			// a peer that is described twice is two sections; a context or a mailbox section continues
			const continues = dialplan || file === 'voicemail.conf';
			lines = sectionLines(sections, continues ? name : `${sections.size} ${directive}`);
			priority = 0;
			return;
		}
		const line = directive.replace(/[ \t]*(=>?)[ \t]*/, '$1');
		if (dialplan && /^exten=>?/.test(line)) {
			const exten = extension(line.replace(/^exten=>?/, ''), priority);
			priority = exten.priority;
			if (exten.name === '' || seen.has(`${name} ${exten.key}`)) return;
			seen.add(`${name} ${exten.key}`);
			lines.push(`${exten.key},${exten.application}`);
		} else if (file === 'voicemail.conf') {
			const box = strip(line.slice(0, line.indexOf('=')));
			if (box === '' || seen.has(`${name} ${box}`)) return;
			seen.add(`${name} ${box}`);
			lines.push(line.replace('=>', '='));
		} else {
			// of includes the order counts: they are searched one after the other
			lines.push(dialplan && name !== '' ? `~${String(includes++).padStart(6, '0')} ${line}` : line);
		}
	});
	return [...sections]
		.map(([section, body]) => {
			// registrations, globals and mailboxes have no order, peers and includes have
			const ordered = dialplan || file === 'voicemail.conf' || section === '' ? body.toSorted() : body;
			return `[${section}]\n${ordered.join('\n')}`;
		})
		.toSorted((a, b) => (dialplan || file === 'voicemail.conf' ? (a < b ? -1 : 1) : 0))
		.join('\n');
}

function sectionLines(sections: Map<string, string[]>, name: string): string[] {
	const known = sections.get(name);
	if (known) return known;
	const fresh: string[] = [];
	sections.set(name, fresh);
	return fresh;
}

/** `100,n(label),App(x)`: the extension, its priority as a number, and its application in one spelling. */
function extension(text: string, before: number): { name: string; key: string; priority: number; application: string } {
	const [, rawName = '', where = '', label = '', rest = ''] =
		/^([^,]*),\s*(\w+)(?:\((\w+)\))?\s*,\s*(.*)$/s.exec(text) ?? [];
	const name = strip(rawName);
	const priority = where === 'n' ? before + 1 : Number(where);
	const [, application = '', call = ''] = /^(\w+)(.*)$/s.exec(rest) ?? [];
	return {
		name,
		key: `${name},${priority}${label && `(${label})`}`,
		priority,
		application: `${application.toLowerCase()}${call || '()'}`,
	};
}
