// The two kinds of lines that make a conf file, as Asterisk takes them apart.

/** Splits `name = value` or `name => value` as Asterisk does; `undefined` for a line without `=`. */
export function assignment(directive: string): { name: string; value: string } | undefined {
	const equals = directive.indexOf('=');
	if (equals < 0) return undefined;
	const name = directive.slice(0, equals).trim();
	return { name, value: directive.slice(directive[equals + 1] === '>' ? equals + 2 : equals + 1).trim() };
}

/** Name in a `[name]…` line and whether more follows it; an unclosed one keeps what there is. */
export function sectionStart(directive: string): { name: string; composed: boolean } | undefined {
	if (!directive.startsWith('[')) return undefined;
	const end = directive.indexOf(']');
	return { name: directive.slice(1, end < 0 ? undefined : end), composed: end < 0 || directive[end + 1] === '(' };
}
