/** Letters of a word that say enough of it. */
const SHORTEST_BEGINNING = 3;
/** Of so few letters two wrong ones make another word. */
const SHORT_WORD = 4;

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function editDistance(a: string, b: string): number {
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let cost = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + same);
			if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (rows[i - 2]?.[j - 2] ?? cost) + 1);
			row.push(cost);
		}
		rows.push(row);
	}
	return rows[a.length]?.[b.length] ?? 0;
}

/** `, did you mean "x"?` for the closest known word, or the one that begins so; an empty text when there is none. */
export function nearest(word: string, known: readonly string[]): string {
	const begins = known.filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()));
	if (word.length >= SHORTEST_BEGINNING && begins.length === 1) return `, did you mean "${begins[0]}"?`;
	const ranked = known
		.map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
		.sort((a, b) => a.distance - b.distance);
	const best = ranked[0];
	const most = word.length <= SHORT_WORD ? 1 : Math.max(2, word.length / 4);
	return best && best.distance <= most ? `, did you mean "${best.candidate}"?` : '';
}
