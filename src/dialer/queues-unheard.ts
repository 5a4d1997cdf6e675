import { AmiRefusal } from '../adapters/ami.ts';
import { header } from '../adapters/ami-wire.ts';
import type { World } from '../world.ts';
import { withAmi } from './asterisk.ts';
import { localStamp, marks, type TableReader } from './queues-ask.ts';

/** Channels whose names are compared with the actions at most. */
const MOST_NAMES = 500;
/** Seconds after which a listener has long marked a call. */
const LONG_MARKED = 10;
/** Older ones are not looked for: a call code is used once. */
const OLDEST_SECONDS = 3600;
const ANSWER_TIMEOUT = 5000;

/**
 * How many calls Asterisk runs at this moment whose originate was sent and never marked: the listener did not hear of them.
 * A call's code is the name of its caller (CoreShowChannels), and the listener writes the unique id into what it has marked.
 * @returns undefined where Asterisk cannot be asked
 */
export async function countUnheard(tables: TableReader, world: World): Promise<number | undefined> {
	const channels = await withAmi(world, (session) =>
		session
			.list('CoreShowChannels', {}, world.deadline.share(ANSWER_TIMEOUT), 'CoreShowChannelsComplete')
			.catch((error) => {
				if (error instanceof AmiRefusal) return undefined;
				throw error;
			}),
	);
	if (!channels) return undefined;
	const names = channels.flatMap((channel) =>
		['CallerIDName', 'ConnectedLineName']
			.map((name) => header(channel, name))
			.filter((code) => /^[A-Z]\w+$/.test(code)),
	);
	const codes = [...new Set(names)].slice(0, MOST_NAMES);
	if (codes.length === 0) return 0;
	const [row] = await tables.ask<{ count: number }>(
		'vicidial_manager',
		`SELECT COUNT(DISTINCT callerid) AS count FROM vicidial_manager WHERE callerid IN (${marks(codes)}) AND server_ip=?
		AND action='Originate' AND status='SENT' AND COALESCE(uniqueid, '')='' AND entry_date BETWEEN ? AND ? LIMIT 1`,
		[...codes, world.settings.serverIp, localStamp(-OLDEST_SECONDS), localStamp(-LONG_MARKED)],
	);
	return Number(row?.count ?? 0);
}
