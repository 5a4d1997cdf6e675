import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signal, until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { ageOf, crash, gone, here, openAmi, sleep, sql, stranger } from './injections.ts';
import { type Pass, relay, without } from './relay.ts';
import { AUTO_DIALER, LISTENER, SENDER, UPDATER } from './scripts.ts';

const DIALPLAN = 'extensions-vicidial.conf';
const ON_ASTERISK = [LISTENER, UPDATER, SENDER, AUTO_DIALER];
const NAMES = ['AST_manager_listen', 'AST_update', 'AST_manager_send', 'AST_VDauto_dial'];
const ABSENT = NAMES.map((name) => `processes.absent ${name}`);
const STARTS = NAMES.map((name) => `start:${name}`);

const through = (stage: Stage, port: number): Promise<unknown> =>
	sql(stage, 'UPDATE servers SET telnet_port=? WHERE server_ip=?', [port, stage.dialer.serverIp]);

/** Asterisk is started anew without these modules, and stock has brought its daemons back. */
async function withoutModules(stage: Stage, ...modules: string[]): Promise<void> {
	const { asterisk, asteriskEtc, daemons } = stage.dialer;
	const conf = join(asteriskEtc, 'modules.conf');
	const text = readFileSync(conf, 'utf8');
	const startWith = async (lines: string) => {
		await asterisk.kill();
		await crash(stage, ...ON_ASTERISK);
		writeFileSync(conf, lines);
		await asterisk.start();
		for (const script of ON_ASTERISK) await daemons.start(script);
		await sleep(1500);
	};
	stage.later(() => startWith(text));
	await startWith(`${text}${modules.map((module) => `noload => ${module}\n`).join('')}`);
}

/** Everything reloaded at once would deadlock Asterisk: from then on it hears nothing more. */
function deadlockedByReload(): Pass {
	let deadlocked = false;
	return (piece) => {
		for (const message of piece.split('\r\n\r\n'))
			deadlocked ||=
				(/^Action: Reload\r?$/m.test(message) && !/^Module: ./m.test(message)) ||
				/^Command: (core )?reload/m.test(message);
		return deadlocked ? '' : piece;
	};
}

/** What an open `asterisk -r` looks like in the process table. */
const openConsole = (stage: Stage): Promise<number> =>
	stranger(stage, '/bin/bash', '-c', 'exec -a /usr/sbin/asterisk /usr/bin/perl -e "sleep 1 while 1" -- "$0"', '-r');

export const ASTERISK: Area = {
	name: 'Asterisk',
	keepalives: '1236',
	faults: [
		{
			pains: [24],
			says: 'the secret of the AMI account is wrong',
			inject: (stage) => here(stage, "UPDATE servers SET ASTmgrSECRET='wrong-one' WHERE server_ip=?"),
			find: ['asterisk.authentication Asterisk'],
			after: { stays: 2 },
			twin: {
				but: 'it is another account, and right',
				inject: (stage) => here(stage, "UPDATE servers SET ASTmgrUSERNAME='updatecron' WHERE server_ip=?"),
				// it may not ask for the contacts of PJSIP, which is true and another matter
				tells: ['registrations.rights AMI account'],
			},
		},
		{
			pains: [19],
			says: 'Asterisk is stopped in its tracks',
			inject: ({ dialer, later }) => {
				dialer.asterisk.freeze();
				later(() => dialer.asterisk.thaw());
			},
			find: ['asterisk.frozen Asterisk'],
			after: { stays: 2 },
			twin: {
				but: 'it went on after a moment',
				inject: async ({ dialer }) => {
					dialer.asterisk.freeze();
					await sleep(1000);
					dialer.asterisk.thaw();
				},
			},
		},
		{
			pains: [19],
			says: 'Asterisk is deadlocked: it answers a Ping, and nothing about channels',
			inject: async (stage) => through(stage, await relay(stage, 5038, without(['Status']))),
			find: ['asterisk.deadlocked Asterisk'],
			after: { stays: 2 },
			within: { found: 1 },
			twin: {
				but: 'the account may not ask about channels',
				inject: async (stage) => {
					const conf = join(stage.dialer.asteriskEtc, 'manager.conf');
					const text = readFileSync(conf, 'utf8');
					writeFileSync(conf, `${text}\n[watcher]\nsecret = 1234\nread = system\nwrite = system,reporting\n`);
					stage.later(async () => {
						writeFileSync(conf, text);
						await stage.dialer.asterisk.cli('manager reload');
					});
					await stage.dialer.asterisk.cli('manager reload');
					await here(stage, "UPDATE servers SET ASTmgrUSERNAME='watcher' WHERE server_ip=?");
				},
			},
		},
		{
			pains: [20],
			says: 'the dialplan was cut off, and a reload of everything would deadlock Asterisk',
			inject: async (stage) => {
				await through(stage, await relay(stage, 5038, deadlockedByReload()));
				truncateSync(join(stage.dialer.asteriskEtc, DIALPLAN), 300);
			},
			find: [`conf.truncated ${DIALPLAN}`],
			do: ['rebuild:conf'],
			after: 'well',
			twin: {
				but: 'it is whole, and somebody has everything reloaded',
				inject: ({ dialer }) => dialer.asterisk.cli('core reload'),
			},
		},
		{
			pains: [34],
			says: 'Asterisk has no timing source: rooms have no sound',
			inject: (stage) => withoutModules(stage, 'res_timing_timerfd.so', 'res_timing_pthread.so'),
			find: ['asterisk.timing Asterisk'],
			after: { stays: 1 },
			within: { found: 3 },
			twin: { but: 'it has another one than usual', inject: (stage) => withoutModules(stage, 'res_timing_timerfd.so') },
		},
		{
			pains: [45],
			says: 'fifty sessions without a login close the AMI to everybody',
			inject: async (stage) => {
				// one that was just started may still be loading
				await until('Asterisk to have loaded', 70_000, () => ageOf(stage.dialer.asterisk.pid ?? 0) > 61);
				await openAmi(stage, 50);
			},
			find: ['asterisk.ami_closed Asterisk'],
			after: { stays: 2 },
			twin: { but: 'there are thirty', inject: (stage) => openAmi(stage, 30) },
		},
		{
			pains: [21],
			says: 'Asterisk has crashed, and the daemons with it',
			inject: async (stage) => {
				await here(stage, "UPDATE servers SET auto_restart_asterisk='Y' WHERE server_ip=?");
				await stage.dialer.asterisk.kill();
				await gone(stage, ...ON_ASTERISK);
			},
			find: ['asterisk.absent Asterisk', ...ABSENT],
			do: ['start-asterisk:Asterisk', ...STARTS],
			after: 'well',
			within: { repaired: 5 },
			twin: {
				but: 'a console of it is open beside it',
				inject: (stage) => openConsole(stage),
			},
		},
		{
			pains: [21],
			says: 'Asterisk has crashed, and stock takes an open console for it',
			inject: async (stage) => {
				await openConsole(stage);
				await stage.dialer.asterisk.kill();
				await gone(stage, ...ON_ASTERISK);
			},
			find: ['asterisk.absent Asterisk', ...ABSENT],
			withhold: { 'start-asterisk:Asterisk': /auto_restart_asterisk/ },
			after: { stays: 2 },
			twin: {
				but: 'only a console is stopped, and Asterisk runs',
				inject: async (stage) => signal(await openConsole(stage), 'SIGSTOP'),
			},
		},
	],
};
