/** What stands for a secret. */
export const MASK = '***';

/** A line of a conf file without its secrets. */
export interface Masked {
	readonly text: string;
	/** What was masked, in order. */
	readonly secrets: readonly string[];
}

/** Puts `***` in place of the secrets in a line of the conf file of this name, comments included. Rather too many than one too few. */
export function maskSecrets(line: string, name: string): Masked {
	const secrets: string[] = [];
	const mask = (_: string, before: string, secret: string, after: string) => {
		secrets.push(secret);
		return before + MASK + after;
	};
	const text = patternsFor(name).reduce((masked, pattern) => masked.replace(pattern, mask), line);
	return { text, secrets };
}

// Each has the groups: what stands before the secret, the secret, what stands after it.
const PATTERNS = [
	// secret = …, outbound_auth/password = …, md5_cred = …, also Set(PASSWORD=…)
	/((?:secret|passw(?:or)?d|pass|md5_cred)[ \t]*=>?[ \t]*)([^ \t].*)()$/i,
	// register => [transport://]user[:secret[:more]]@host, auth = user:secret@realm or user#hash@realm
	/^([ \t;]*(?:register|auth)[ \t]*=>?[ \t]*(?:[^:]*:\/\/)?[^:#]*[:#])(.+)(@.*)$/i,
	// IAX2/user:secret@host and the like, but not ${EXTEN:1}@context
	/((?<![^ \t/=>,("&?])(?!sips?:[^:]*@)(?:sips?:)?(?:(?!\$\{)[^ \t:@/=,>("&])+:)([^ \t]+)(@)/gi,
];

const MAILBOX = [
	// mailbox => password,name,…; a settings line with commas looks the same where '=' stands for '=>'
	/^([ \t;]*[^=]+=(?:>[ \t]*|[ \t]*(?=[^,>][^,]*,)))([^, \t][^,]*)()/,
	// mailbox = password
	/^([ \t;]*[\d*#]+[ \t]*=[ \t]*)([^>,]+)()$/,
];

// conf => number,pin,administrator's pin
const ROOM = [/^([ \t;]*conf[ \t]*=>?[ \t]*[^,]*,)(.+)()$/i];

function patternsFor(name: string): readonly RegExp[] {
	if (name.includes('voicemail')) return [...MAILBOX, ...PATTERNS];
	if (name.startsWith('meetme')) return [...ROOM, ...PATTERNS];
	return PATTERNS;
}
