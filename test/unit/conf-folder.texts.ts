/** A text of which any two versions differ in nearly every byte, and that shows its number. */
export function numbered(version: number): string {
	return `${`; version ${version}\n${String.fromCharCode(65 + (version % 26)).repeat(500)}\n`.repeat(40)}; end ${version}\n`;
}
