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

/**
 * `disallow`/`allow` lines of a phone; none where its list names no known codec.
 *
 * @param fallback lines where the list has at most two characters
 */
export function codecLines(list: string, defaults: string, fallback: readonly string[] = []): readonly string[] {
	const used = (defaults.length > 2 && list.length < 3 ? defaults : list).toLowerCase();
	if (used.length <= 2) return fallback;
	const allowed = CODECS.filter(([, ...spellings]) => spellings.some((spelling) => used.includes(spelling)));
	return allowed.length === 0 ? [] : ['disallow=all', ...allowed.map(([codec]) => `allow=${codec}`)];
}
