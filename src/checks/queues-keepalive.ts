import { against, isConfirmed, type Judge, minutes, provenFor, seenBefore } from './queues-judged.ts';

const KEEPALIVE = 'ADMIN_keepalive_ALL';
const CRON_ADVICE = `crontab -l | grep ${KEEPALIVE}; ps -ef | grep [A]DMIN_keepalive`;

/** What the stock keepalive of the voicemail server does every minute for all servers, and has not done. */
export const dutiesDue: Judge = ({ samples: { duties: sample } }, context) => {
	if (!sample) return [];
	const held = sample.answer
		.filter(({ count }) => count > 0)
		.map(({ what, count, first }) => ({
			what,
			count,
			seconds: provenFor(context, `due ${what} ${first ?? ''}`, sample),
		}))
		.sort((a, b) => b.seconds - a.seconds);
	const [longest] = held;
	return against(context, 'keepalive_due', longest?.seconds ?? 0, () => ({
		id: 'queues.keepalive_due',
		subject: KEEPALIVE,
		summary: `${longest?.what} (${longest?.count}) have been due for ${minutes(longest?.seconds ?? 0)}; ${KEEPALIVE} of the voicemail server, which is this one, sees to them every minute`,
		evidence: { due: held.map(({ what, count, seconds }) => `${what}: ${count}, ${Math.round(seconds)} s`) },
		advice: CRON_ADVICE,
	}));
};

export const asteriskOutput: Judge = ({ samples: { asteriskOutput: sample } }, context) =>
	sample?.answer == null
		? []
		: against(
				context,
				'asterisk_output',
				sample.answer,
				() => ({
					id: 'queues.asterisk_output',
					subject: KEEPALIVE,
					summary: `Asterisk's output was last gathered ${minutes(sample.answer ?? 0)} ago; ${KEEPALIVE} has it done every 5 min, and it hangs when Asterisk's console does`,
					evidence: { age_seconds: sample.answer },
					advice: 'screen -ls | grep -i gather; asterisk -rx "core show uptime"',
				}),
				{ confirmed: isConfirmed(sample) },
			);

/** Requests to web servers of others have no time limit: each leaves a process waiting. */
export const slowUrls: Judge = ({ copies: { senders }, samples: { urls } }, context) => {
	const hosts = urls?.answer?.hosts.filter((host) => host !== '') ?? [];
	const confirmed =
		senders.oldest >= context.settings.limits.url_age.warn || senders.count >= context.settings.limits.url_senders.warn
			? seenBefore(context, 'urls slow')
			: false;
	const tell = () => ({
		id: 'queues.url_requests',
		subject: 'AST_send_URL',
		summary: `${senders.count} web requests wait for an answer, the oldest for ${minutes(senders.oldest)}${hosts.length > 0 ? ` (${hosts.join(', ')})` : ''}: a web service hangs, no daemon`,
		evidence: { processes: senders.count, oldest_seconds: Math.round(senders.oldest), hosts },
		advice: 'ps -ef | grep [A]ST_send_URL; which of the URLs of the campaigns leads there?',
	});
	const byAge = against(context, 'url_age', senders.oldest, tell, { confirmed });
	const byCount = against(context, 'url_senders', senders.count, tell, { confirmed });
	// one finding for both measures, the graver one
	const graver = byCount.some(({ finding }) => finding?.status === 'critical') ? byCount : byAge;
	const found = [...graver, ...byAge, ...byCount].find(({ finding }) => finding)?.finding;
	return [{ metrics: [...byAge, ...byCount].flatMap(({ metrics }) => metrics), ...(found && { finding: found }) }];
};

/** A table in memory that is full refuses rows, and the daemons do not notice. */
export const memoryTables: Judge = ({ samples: { manager: sample } }, context) =>
	(sample?.answer.sizes ?? [])
		.filter(({ mostBytes }) => mostBytes > 0)
		.flatMap(({ table, bytes, mostBytes, rows }) => {
			const share = (100 * bytes) / mostBytes;
			return against(
				context,
				'memory_table',
				share,
				() => ({
					id: 'queues.memory_table',
					subject: table,
					summary: `${table} is ${share.toFixed(0)} % full (${rows} rows in memory); when it is full, rows are lost without a word`,
					evidence: { rows, bytes, most_bytes: mostBytes },
					advice: `raise max_heap_table_size in my.cnf, then ALTER TABLE ${table} ENGINE=MEMORY`,
				}),
				{ labels: { table } },
			);
		});
