import { createServer, type Server } from 'node:net';
import { listeningPort } from './listening.ts';

/** A message as a mail server got it. */
export interface Letter {
	/** the envelope's recipients */
	to: string[];
	/** headers and body, lines separated by \n */
	text: string;
}

/** A mail server that takes every message and keeps it (RFC 5321, as far as a mailer needs it). */
export class SmtpSink {
	readonly letters: Letter[] = [];
	readonly #server: Server = createServer((socket) => {
		let rest = '';
		let to: string[] = [];
		let text: string[] | undefined;
		const say = (line: string): void => void socket.write(`${line}\r\n`);
		const keep = (line: string): void => {
			if (line !== '.') text?.push(line.replace(/^\./, ''));
			else {
				this.letters.push({ to, text: (text ?? []).join('\n') });
				text = undefined;
				say('250 kept');
			}
		};
		const hear = (line: string): void => {
			const [, recipient] = /^RCPT TO:<([^>]*)>/i.exec(line) ?? [];
			if (recipient !== undefined) to.push(recipient);
			if (/^MAIL/i.test(line)) to = [];
			if (/^DATA/i.test(line)) text = [];
			if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
			else say(text === undefined ? '250 ok' : '354 go on');
		};
		socket.on('error', () => {});
		socket.setEncoding('utf8').on('data', (data) => {
			const lines = (rest + data).split('\r\n');
			rest = lines.pop() ?? '';
			for (const line of lines) (text === undefined ? hear : keep)(line);
		});
		say('220 sink');
	});

	/** Listens on 127.0.0.1 and gives its port. */
	start(): Promise<number> {
		return listeningPort(this.#server);
	}

	stop(): void {
		this.#server.close();
	}
}
