/** Nothing can be generated; the files in place stay as they are. */
export class ConfRefusal extends Error {
	override name = 'ConfRefusal';
}

/** What differs between Asterisk versions. */
export interface Dialect {
	/** Before 1.6: `|` between arguments, DeadAGI. */
	readonly old: boolean;
	/** 1.2: no PJSIP files, other reload commands, other caller-id variables. */
	readonly v12: boolean;
	readonly callerNumber: string;
	readonly callerName: string;
	readonly separator: string;
	/** Application of the `h` extension in almost every context. */
	readonly hangup: string;
}

const CALL_LOG =
	// biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's variables, not ours
	'agi://127.0.0.1:4577/call_log--HVcauses--PRI-----NODEBUG-----${HANGUPCAUSE}-----${DIALSTATUS}-----${DIALEDTIME}-----${ANSWEREDTIME}';

// One closing parenthesis too many, as in the hand-made files of these versions: Asterisk drops only the last.
// biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's variables, not ours
const ALL_CAUSES = '-----${HANGUPCAUSE(${HANGUPCAUSE_KEYS()},tech)})';

/**
 * Dialect of a version as VICIdial stores it (`16.30.0-vici`, `1.8.32`).
 *
 * @throws ConfRefusal if no version can be read from it: guessing would write a dialplan in which no phone can be called
 */
export function dialectOf(version: string): Dialect {
	const [release = ''] = version.split('-', 1);
	const [first = 0, second = 0] = release.split('.').map((piece) => Number(/^\d+/.exec(piece)?.[0] ?? 0));
	const minor = first > 1 ? first : second;
	if (minor === 0) {
		throw new ConfRefusal(
			`servers.asterisk_version is ${JSON.stringify(version)}: no Asterisk version can be read from it`,
		);
	}
	const v12 = version.startsWith('1.2');
	const old = minor < 6;
	return {
		old,
		v12,
		// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Asterisk's variables, not ours
		callerNumber: v12 ? '${CALLERIDNUM}' : '${CALLERID(num)}',
		callerName: v12 ? '${CALLERIDNAME}' : '${CALLERID(name)}',
		// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
		separator: old ? '|' : ',',
		hangup: `${old ? 'DeadAGI' : 'AGI'}(${CALL_LOG}${minor >= 12 ? ALL_CAUSES : ''})`,
	};
}

/** `10.10.9.7` → `010*010*009*007`, as the dialplan names a server; `undefined` if it is no dotted quad. */
export function dialString(address: string): string | undefined {
	if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return undefined;
	return address
		.split('.')
		.map((part) => part.padStart(3, '0'))
		.join('*');
}
