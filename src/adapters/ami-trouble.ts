/** Where a session got stuck; `asterisk.ts` says what each means. */
export type AmiStage =
	| 'refused'
	| 'unreachable'
	| 'closed-before-banner'
	| 'no-banner'
	| 'other-service'
	| 'no-login-answer'
	| 'authentication-failed'
	| 'no-answer'
	| 'lost';

export class AmiTrouble extends Error {
	readonly stage: AmiStage;
	/** `message` never holds a secret */
	constructor(stage: AmiStage, message: string) {
		super(message);
		this.stage = stage;
	}
}

/** Asterisk has answered an action with an error; the message is its own. */
export class AmiRefusal extends Error {}
