// What the tests run under another user, with another umask, in a small or read-only file system, or kill.
import fs, { readdirSync, readFileSync } from 'node:fs';
import { ConfFileError } from '../../src/adapters/conf-file.ts';
import { ConfFolder } from '../../src/adapters/conf-folder.ts';
import { numbered } from './conf-folder.texts.ts';

const [command, etc = '', backups = '', size = '0'] = process.argv.slice(2);
const folder = new ConfFolder(etc, backups);

function install(name: string, text: string, includedBy?: string): void {
	const { hash } = folder.read(name) ?? { hash: 'missing' };
	folder.install(folder.stage(name, text, includedBy), hash);
}

if (command === 'install') {
	let failure = {};
	try {
		install('sip-vicidial.conf', 'x'.repeat(Number(size)), 'sip.conf');
	} catch (error) {
		if (!(error instanceof ConfFileError)) throw error;
		failure = { reason: error.reason, message: error.message };
	}
	const live = readFileSync(`${etc}/sip-vicidial.conf`, 'latin1');
	console.log(JSON.stringify({ ...failure, length: live.length, names: readdirSync(etc).sort() }));
}

/** Without the wait for a writer to finish: there is none. */
function hashOf(name: string): string {
	const found = folder.inspect(name, true);
	return (found.kind === 'file' && found.hash) || 'missing';
}

function installAll(text: string): void {
	folder.install(folder.stage('sip-vicidial.conf', text), hashOf('sip-vicidial.conf'));
	const mailboxes = folder.stage('voicemail.conf', text);
	const copy = folder.stage('BUILDvoicemail-vicidial.conf', text, 'voicemail.conf');
	folder.installTogether([mailboxes, copy], hashOf('voicemail.conf'));
}

if (command === 'loop') {
	for (let round = Number(size); ; round++) {
		installAll(numbered(round));
		if (round === Number(size)) console.log('installing');
	}
}

/** Dies before the n-th change of the file system. */
if (command === 'die') {
	let left = Number(size);
	const calls = [
		'openSync',
		'writeFileSync',
		'fchmodSync',
		'chmodSync',
		'fsyncSync',
		'renameSync',
		'unlinkSync',
		'mkdirSync',
	];
	for (const call of calls as 'openSync'[]) {
		const real = fs[call];
		fs[call] = (...args) => {
			if (--left === 0) process.kill(process.pid, 'SIGKILL');
			return real(...args);
		};
	}
	installAll(numbered(2));
}
