import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signal, until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { ageOf, gone, here, openAmi, sleep, sql, stranger } from './injections.ts';
import { relay, without } from './relay.ts';
import { AUTO_DIALER, LISTENER, SENDER, UPDATER } from './scripts.ts';

const ON_ASTERISK = [LISTENER, UPDATER, SENDER, AUTO_DIALER];
const NAMES = ['AST_manager_listen', 'AST_update', 'AST_manager_send', 'AST_VDauto_dial'];
const ABSENT = NAMES.map((name) => `processes.absent ${name}`);
const STARTS = NAMES.map((name) => `start:${name}`);

const through = (stage: Stage, port: number): Promise<unknown> =>
	sql(stage, 'UPDATE servers SET telnet_port=? WHERE server_ip=?', [port, stage.dialer.serverIp]);

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
