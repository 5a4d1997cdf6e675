import { against, isConfirmed, type Judge, minutes, plural, provenFor } from './queues-judged.ts';

const STATISTICS = 'AST_VDadapt';

/** Callers who asked to be called back; which one stands at the head counts, not the clock. */
export const callbackQueue: Judge = ({ samples: { callbackQueue: sample } }, context) => {
	if (!sample) return [];
	const held = (status: 'NEW' | 'SENDING') => {
		const row = (sample.answer ?? []).find((one) => one.status === status);
		return { count: row?.count ?? 0, seconds: row ? provenFor(context, `icbq ${status} ${row.first}`, sample) : 0 };
	};
	const fresh = held('NEW');
	const sending = held('SENDING');
	return [
		...against(context, 'callback_queue_new', fresh.seconds, () => ({
			id: 'queues.callback_queue_new',
			subject: STATISTICS,
			summary: `${plural(fresh.count, 'caller waits', 'callers wait')} in the callback queue to be looked at, the first for ${minutes(fresh.seconds)}; AST_VDadapt does so within a minute`,
			evidence: { callers: fresh.count, stuck_seconds: Math.round(fresh.seconds) },
		})),
		...against(context, 'callback_queue_sending', sending.seconds, () => ({
			id: 'queues.callback_queue_sending',
			subject: STATISTICS,
			summary: `a caller of the callback queue has been on the way to an agent for ${minutes(sending.seconds)}; AST_VDadapt takes that back after 10 s`,
			evidence: { callers: sending.count, stuck_seconds: Math.round(sending.seconds) },
		})),
	];
};

export const inGroupStatistics: Judge = ({ samples: { inGroups: sample } }, context) =>
	sample?.answer == null
		? []
		: against(
				context,
				'in_group_statistics',
				sample.answer,
				() => ({
					id: 'queues.in_group_statistics',
					subject: STATISTICS,
					summary: `the statistics of no in-group have been written for ${minutes(sample.answer ?? 0)}; AST_VDadapt does so every 50 loops`,
					evidence: { age_seconds: sample.answer },
				}),
				{ confirmed: isConfirmed(sample) },
			);

export const abandonQueue: Judge = ({ samples: { abandoned: sample } }, context) => {
	const waiting = sample?.answer;
	if (!sample || !waiting || waiting.first === null) return [];
	const held = provenFor(context, `abandoned ${waiting.first}`, sample);
	return against(context, 'abandon_queue', held, () => ({
		id: 'queues.abandon_queue',
		subject: STATISTICS,
		summary: `${plural(waiting.count, 'abandoned call waits', 'abandoned calls wait')} to be looked at, the first for ${minutes(held)}; AST_VDadapt does so every 50 loops, and may hang in a web request`,
		evidence: { calls: waiting.count, stuck_seconds: Math.round(held) },
		advice: 'ps -ef | grep [w]get',
	}));
};

/** Only a warning: why an agent is not given a mail can have many good reasons. */
export const waitingMail: Judge = ({ samples: { mail: sample } }, context) => {
	const mail = sample?.answer;
	if (!sample || !mail) return [];
	const held = provenFor(context, `email ${mail.first}`, sample);
	return against(
		context,
		'email_new',
		held,
		() => ({
			id: 'queues.email_new',
			subject: 'VD_email_inbound',
			summary: `${plural(mail.count, 'e-mail waits', 'e-mails wait')} although an agent of the group is free, the first for ${minutes(held)}`,
			evidence: { mails: mail.count, groups: mail.groups.slice(0, 10), stuck_seconds: Math.round(held) },
		}),
		{ gravest: 'warning' },
	);
};
