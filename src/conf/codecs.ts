// Codec and the spellings that ask for it, in the order in which they are offered.
const CODECS: readonly (readonly [codec: string, ...spellings: string[]])[] = [
	['gsm', 'gsm'],
	['ulaw', 'ulaw', 'u-law'],
	['alaw', 'alaw', 'a-law'],
	['g719', 'g719', 'g.719'],
	['g722', 'g722', 'g.722'],
	['g723', 'g723', 'g.723'],
	['g726', 'g726', 'g.726'],
	['g729', 'g729', 'g.729'],
	['ilbc', 'ilbc'],
	['lpc10', 'lpc10'],
	['speex', 'speex'],
	['adpcm', 'adpcm'],
	['opus', 'opus'],
	['slin', 'slin'],
];

/** Codec lines of a list; none where it names no known codec, `fallback` where it has at most two characters. */
export type CodecLines = (list: string, fallback?: readonly string[]) => readonly string[];

/**
 * `disallow`/`allow` lines by codec list; thousands of phones share a few lists.
 *
 * @param defaults list for phones that have none of their own
 */
export function codecLinesWith(defaults: string): CodecLines {
	const known = new Map<string, readonly string[]>();
	return (list, fallback = []) => {
		const used = (defaults.length > 2 && list.length < 3 ? defaults : list).toLowerCase();
		if (used.length <= 2) return fallback;
		const lines = known.get(used) ?? linesOf(used);
		known.set(used, lines);
		return lines;
	};
}

function linesOf(list: string): readonly string[] {
	const allowed = CODECS.filter(([, ...spellings]) => spellings.some((spelling) => list.includes(spelling)));
	return allowed.length === 0 ? [] : ['disallow=all', ...allowed.map(([codec]) => `allow=${codec}`)];
}
