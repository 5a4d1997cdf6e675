const MASK = '***';

// Each has the groups: what stands before the secret, the secret.
const PATTERNS = [
	// --secret=…, secret: …, VARDB_pass => …, ASTmgrSECRET='…'
	/((?:secret|passw(?:or)?d|passwd|pass|md5_cred|\bkey)['"]?[ \t]*(?:=>?|:)[ \t]*['"]?)([^\s'",|]+)/gi,
	// --secret …, --password …
	/(--(?:secret|pass(?:word)?)[ \t]+)([^\s-][^\s]*)/gi,
	// mysql -p…
	/(\bmysql\w*[ \t](?:[^\n|]*[ \t])?-p)([^\s]+)/g,
	// scheme://user:…@host
	/(\b[a-z][\w+.-]*:\/\/[^\s:@/]+:)([^\s@/]+)(?=@)/gi,
];

/**
 * The same text without secrets: neither the known ones, wherever they stand as a word of their own, nor what looks like
 * one. Rather too many than one too few.
 */
export function withoutSecrets(text: string, known: readonly string[]): string {
	const values = [...new Set(known)].filter((value) => value !== '').sort((a, b) => b.length - a.length);
	const masked = values.reduce((rest, value) => {
		const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
		return rest.replace(new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g'), MASK);
	}, text);
	return PATTERNS.reduce((rest, pattern) => rest.replace(pattern, `$1${MASK}`), masked);
}

/** Every value of a key that names a password in a text of the form `key => value`, such as astguiclient.conf. */
export function passwordsIn(text: string): string[] {
	return [...text.matchAll(/^[ \t]*\w*(?:pass|secret)\w*[ \t]*=>?[ \t]*(\S+)/gim)].map(([, value]) => value ?? '');
}
