import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** Milliseconds for the whole of it: name, connection, answer. */
const TIMEOUT = 5000;

/**
 * Asks for an address in the manner of healthchecks.io, with `/fail` behind its path after a failure.
 * @returns why that did not come about, without a word of the address; undefined when it did
 */
export function ping(address: string, failed: boolean): Promise<string | undefined> {
	const url = new URL(address);
	if (failed) url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
	const request = url.protocol === 'https:' ? secure : plain;
	return new Promise((resolve) => {
		const asked = request(url, { agent: false, headers: { 'user-agent': 'vicikeep' } }, (answer) => {
			answer.resume();
			const { statusCode = 0 } = answer;
			settle(statusCode >= 200 && statusCode < 300 ? undefined : `it answers ${statusCode}`);
		});
		const deadline = setTimeout(() => settle(`no answer within ${TIMEOUT / 1000} s`), TIMEOUT);
		const settle = (trouble: string | undefined): void => {
			clearTimeout(deadline);
			asked.destroy();
			resolve(trouble);
		};
		// the message of an error names the host
		asked.on('error', (error: NodeJS.ErrnoException) => settle(`no connection (${error.code ?? error.name})`));
		asked.end();
	});
}
