/** Settings that cannot be used. */
export class SettingsError extends Error {
	readonly problems: string[];
	/** `problems`: one line each: where, what is wrong, what was expected */
	constructor(problems: string[]) {
		super(problems.join('\n'));
		this.problems = problems;
	}
}
