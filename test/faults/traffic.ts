import { createSocket } from 'node:dgram';
import { type Actions, insertActions } from '../sandbox/traffic.ts';
import type { Stage } from './fault.ts';
import { here, sql } from './injections.ts';

/** Actions in the queue of this dialer. @param age seconds */
export const actions = (
	{ dialer }: Stage,
	status: NonNullable<Actions['status']>,
	{ count = 1, age = 0, action = 'Command' } = {},
): Promise<unknown> => insertActions(dialer, count, { status, age, action });

/** Calls, of this dialer unless told. @param age seconds since they were placed and updated last */
export const call = (
	stage: Stage,
	status: string,
	age: number,
	count = 1,
	serverIp = stage.dialer.serverIp,
): Promise<unknown> =>
	sql(
		stage,
		`INSERT INTO vicidial_auto_calls (server_ip, campaign_id, status, lead_id, callerid, channel, call_time, call_type, last_update_time)
		SELECT ?, 'OUTBOUND', '${status}', 1000 + seq, CONCAT('V0000000000', seq), CONCAT('Local/8600999@default-', seq),
			NOW() - INTERVAL ${age} SECOND, 'OUT', NOW() - INTERVAL ${age} SECOND FROM seq_1_to_100 WHERE seq <= ${count}`,
		[serverIp],
	);

/** An agent of this dialer gets a status; its browser was heard of that many seconds ago. */
export const agent = (stage: Stage, status: string, age: number): Promise<unknown> =>
	here(
		stage,
		`UPDATE vicidial_live_agents SET status='${status}', last_update_time=NOW() - INTERVAL ${age} SECOND,
		last_state_change=NOW() - INTERVAL ${age} SECOND WHERE server_ip=? AND user='1001'`,
	);

/** More agents of this dialer, all in a call. @param age seconds since their browsers were heard of */
export const agents = (stage: Stage, count: number, age: number): Promise<unknown> =>
	here(
		stage,
		`INSERT INTO vicidial_live_agents (user, server_ip, conf_exten, extension, status, campaign_id, random_id, last_update_time, last_call_time, last_call_finish, last_state_change)
		SELECT 3000 + seq, ?, 8600060 + seq, CONCAT('SIP/cc', 3000 + seq), 'INCALL', 'OUTBOUND', seq, NOW() - INTERVAL ${age} SECOND, NOW(), NOW(), NOW()
		FROM seq_1_to_50 WHERE seq <= ${count}`,
	);

/** Where phones are that take no notice: each call to them rings for half a minute. */
async function phonesAt({ dialer, later }: Stage): Promise<string> {
	const phones = createSocket('udp4');
	later(() => phones.close());
	await new Promise<void>((bound) => phones.bind(0, dialer.serverIp, bound));
	return `${dialer.serverIp}:${phones.address().port}`;
}

/** Calls to such phones that no action has asked for. */
export async function ring(stage: Stage, count: number): Promise<void> {
	const { dialer } = stage;
	const phones = await phonesAt(stage);
	for (let phone = 0; phone < count; phone++)
		await dialer.asterisk.cli(`channel originate SIP/${phone}@${phones} application Wait 30`);
}

/** Actions that call such phones. @param age seconds since they were entered */
export async function dial(stage: Stage, count: number, age: number): Promise<void> {
	const phones = await phonesAt(stage);
	await sql(
		stage,
		`INSERT INTO vicidial_manager (entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b, cmd_line_c, cmd_line_d, cmd_line_e, cmd_line_f)
		SELECT NOW() - INTERVAL ${age} SECOND, 'NEW', 'N', ?, '', 'Originate', CONCAT('V1234567890', seq), CONCAT('Channel: SIP/', seq, '@${phones}'),
			'Context: default', 'Exten: 8600999', 'Priority: 1', CONCAT('Callerid: "V1234567890', seq, '" <0000000000>') FROM seq_1_to_50 WHERE seq <= ${count}`,
		[stage.dialer.serverIp],
	);
}

/** Ends so many of the calls that ring, all at once. */
export async function hangUp({ dialer: { asterisk } }: Stage, count: number): Promise<void> {
	const channels = (await asterisk.cli('core show channels concise'))
		.split('\n')
		.map((line) => line.split('!')[0] ?? '');
	const ringing = channels.filter((channel) => channel.startsWith('SIP/')).slice(0, count);
	await Promise.all(ringing.map((channel) => asterisk.cli(`channel request hangup ${channel}`)));
}
