export interface PerformanceData {
	label: string;
	value: number;
	unit: string;
	warn?: number;
	crit?: number;
}

const DATUM =
	/(?:'([^'=]+)'|([^\s'=]+))=(-?[\d.]+)(s|%|B|c)?;([-\d.:~@]*);([-\d.:~@]*);(-?[\d.]*)(?:;(-?[\d.]*))?(?: |$)/y;

/**
 * Reads a plugin's output as the guidelines for monitoring plugins tell to.
 * @throws Error where it does not keep to them
 */
export function readPluginOutput(output: string): { first: string; long: string[]; data: PerformanceData[] } {
	if (!output.endsWith('\n')) throw new Error('no newline at the end');
	if (/[^\n\P{Cc}]/u.test(output)) throw new Error('a control character');
	const lines = output.slice(0, -1).split('\n');
	const text: string[] = [];
	const data: string[] = [];
	let inData = false;
	for (const [index, line] of lines.entries()) {
		const [before = '', ...after] = inData ? ['', line] : line.split('|');
		if (after.length > 1) throw new Error(`more than one bar: ${line}`);
		if (!inData) text.push(before.trimEnd());
		if (after[0] !== undefined) data.push(after[0].trim());
		// after the first line's data the long text begins, after its data nothing but data
		if (index > 0 && after.length > 0) inData = true;
	}
	const [first = '', ...long] = text;
	if (first.length >= 80) throw new Error(`${first.length} columns: ${first}`);
	if (!/^VICIKEEP (OK|WARNING|CRITICAL|UNKNOWN): \S/.test(first)) throw new Error(`not a status line: ${first}`);
	const found = data.flatMap(readData);
	const labels = found.map(({ label }) => label.slice(0, 19));
	const twice = labels.find((label, index) => labels.indexOf(label) !== index);
	if (twice !== undefined) throw new Error(`two labels begin with ${twice}`);
	return { first, long, data: found };
}

function readData(text: string): PerformanceData[] {
	const found: PerformanceData[] = [];
	DATUM.lastIndex = 0;
	while (DATUM.lastIndex < text.length) {
		const at = DATUM.lastIndex;
		const match = DATUM.exec(text);
		if (!match) throw new Error(`not performance data: ${text.slice(at)}`);
		const [, quoted, bare = '', value, unit = '', warn, crit] = match;
		found.push({
			label: quoted ?? bare,
			value: Number(value),
			unit,
			...(warn && { warn: Number(warn) }),
			...(crit && { crit: Number(crit) }),
		});
	}
	return found;
}
