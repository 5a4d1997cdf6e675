import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/**
 * Registers a SIP phone as it does itself, by UDP and with digest (RFC 3261, RFC 2617).
 *
 * @param address of Asterisk, and the phone's own
 * @returns status of the last answer: 200 registered, 403 wrong secret, 404 no such phone
 * @throws if there is no answer within two seconds
 */
export async function registerPhone(address: string, name: string, secret: string): Promise<number> {
	const socket = createSocket('udp4');
	socket.bind(0, address);
	await once(socket, 'listening');
	const { port } = socket.address();
	const uri = `sip:${address}`;
	const call = randomBytes(8).toString('hex');
	let sequence = 0;
	const send = async (authorization: string): Promise<string> => {
		sequence++;
		const request = [
			`REGISTER ${uri} SIP/2.0`,
			`Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${call}${sequence};rport`,
			'Max-Forwards: 70',
			`From: <sip:${name}@${address}>;tag=${call}`,
			`To: <sip:${name}@${address}>`,
			`Call-ID: ${call}`,
			`CSeq: ${sequence} REGISTER`,
			`Contact: <sip:${name}@${address}:${port}>`,
			'Expires: 60',
			...(authorization === '' ? [] : [`Authorization: ${authorization}`]),
			'Content-Length: 0',
		];
		socket.send(`${request.join('\r\n')}\r\n\r\n`, 5060, address);
		for (;;) {
			const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(2000) });
			const text = String(answer);
			if (text.startsWith('SIP/2.0 ') && !/^SIP\/2.0 1/.test(text) && text.includes(`CSeq: ${sequence} `)) return text;
		}
	};
	try {
		const challenge = await send('');
		const [, realm] = /realm="([^"]*)"/.exec(challenge) ?? [];
		const [, nonce] = /nonce="([^"]*)"/.exec(challenge) ?? [];
		if (realm === undefined || nonce === undefined) return statusOf(challenge);
		const response = md5(`${md5(`${name}:${realm}:${secret}`)}:${nonce}:${md5(`REGISTER:${uri}`)}`);
		const digest = `Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`;
		return statusOf(await send(`${digest}, algorithm=MD5`));
	} finally {
		socket.close();
	}
}

const statusOf = (answer: string): number => Number(/^SIP\/2\.0 (\d+)/.exec(answer)?.[1]);
