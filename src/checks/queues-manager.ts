import { FEWEST_ORIGINATES } from '../dialer/queues-manager.ts';
import { answersFor } from '../dialer/queues-questions.ts';
import { exceeded, measured } from '../thresholds.ts';
import { against, isConfirmed, type Judge, plural, provenFor, runsHere, seenBefore, worst } from './queues-judged.ts';

/** The keepalive code of sender and listener. */
const SENDERS_CODE = '2';
const NOT_ASKED_FOR = `nobody is to send them here: VARactive_keepalives has no code ${SENDERS_CODE}, or an X`;

/**
 * Actions that nobody sends. What counts is how long the same man_id has stood at the head, over looks: entry_date comes
 * from many clocks, and a burst keeps the queue long while its head moves.
 */
export const managerNew: Judge = ({ manager }, context) => {
	const { limits } = context.settings;
	const { count, head, age } = manager.new;
	const stuckFor = head === undefined ? 0 : provenFor(context, `manager NEW ${head}`);
	const metrics = [measured(limits, 'manager_new', count), measured(limits, 'manager_new_age', stuckFor)];
	const stuck = exceeded(limits, 'manager_new_age', stuckFor);
	const status = worst(stuck, exceeded(limits, 'manager_new', count));
	if (!status || head === undefined) return [{ metrics }];
	const waits = plural(count, 'action waits', 'actions wait');
	const here = runsHere(context, SENDERS_CODE);
	const elsewhere = here ? '' : `; ${NOT_ASKED_FOR}`;
	return [
		{
			metrics,
			finding: {
				id: 'queues.manager_new',
				subject: 'AST_manager_send',
				// whoever took the code away meant it
				status: here ? status : 'warning',
				summary: stuck
					? `${waits} to be sent to Asterisk; the first (man_id ${head}) has not moved for ${Math.round(stuckFor)} s${elsewhere}`
					: `${waits} to be sent to Asterisk; the queue moves`,
				evidence: { count, head, stuck_seconds: Math.round(stuckFor), oldest_seconds: Math.round(age) },
				...(stuck && here && { remedy: 'restart:AST_manager_send' }),
			},
		},
	];
};

/**
 * The same action at the head of QUEUE look after look. While others come in behind it the sender lives and meets this row
 * again and again, and would after a restart; where nothing moves it was interrupted. NEW actions that stand still say more:
 * then the sender is dead, and that is told there.
 */
export const managerQueue: Judge = ({ manager }, context) => {
	const { limits } = context.settings;
	const { count, head, tail, age } = manager.queue;
	const stuckFor = head === undefined ? 0 : provenFor(context, `manager QUEUE ${head}`);
	const cameLater = tail !== undefined && tail !== head && !seenBefore(context, `manager QUEUE last ${tail}`);
	// a sender that lives adds one row in each loop and sends the first: alone it leaves no more than two
	const othersCame = cameLater || count > 2;
	const senderStands = manager.new.head !== undefined && seenBefore(context, `manager NEW ${manager.new.head}`);
	const metrics = [measured(limits, 'manager_queue', count), measured(limits, 'manager_queue_age', stuckFor)];
	const stuck = exceeded(limits, 'manager_queue_age', stuckFor);
	if (!stuck || head === undefined || senderStands) return [{ metrics }];
	const status = worst(stuck, exceeded(limits, 'manager_queue', count)) ?? stuck;
	const evidence = {
		count,
		man_id: head,
		stuck_seconds: Math.round(stuckFor),
		oldest_seconds: Math.round(age),
		...(manager.head && { action: manager.head.action, callerid: `${manager.head.callerid}…` }),
	};
	const drop = `UPDATE vicidial_manager SET status='DEAD' WHERE man_id=${head} AND status='QUEUE'`;
	const finding = othersCame
		? {
				id: 'queues.poison_row',
				summary: `AST_manager_send meets the same row again and again (man_id ${head}${manager.head ? `, ${manager.head.action}` : ''}) and sends none of the ${count - 1} behind it; a restart would meet it too`,
				advice: `mysql ${context.settings.database.name} -e "${drop}"`,
			}
		: {
				id: 'queues.manager_queue',
				summary: `${plural(count, 'action stands', 'actions stand')} in QUEUE; the first (man_id ${head}) for ${Math.round(stuckFor)} s, and nothing came after it`,
				advice: `mysql ${context.settings.database.name} -e "SELECT * FROM vicidial_manager WHERE man_id=${head}\\G"`,
			};
	return [{ metrics, finding: { ...finding, subject: 'AST_manager_send', status, evidence } }];
};

/**
 * Calls that were sent and never seen again: Asterisk does not take them, or it does and the listener is deaf. It is the
 * listener for sure only where Asterisk runs such a call at this moment: a sender whose account may not originate leaves the
 * same rows, and others' channels beside them.
 */
export const managerSent: Judge = ({ samples, copies, unheard, server }, context) => {
	const { limits } = context.settings;
	if (!runsHere(context, SENDERS_CODE)) return [];
	const sample = samples.manager;
	const originates = sample?.answer.originates;
	if (!originates || originates.unanswered + originates.marked < FEWEST_ORIGINATES) return [];
	const total = originates.unanswered + originates.marked;
	const share = (100 * originates.unanswered) / total;
	const metrics = [measured(limits, 'manager_sent_unanswered', share)];
	const found = exceeded(limits, 'manager_sent_unanswered', share);
	// senders that wait for Asterisk have a finding of their own
	if (!found || copies.children.oldest >= limits.action_child_age.warn) return [{ metrics }];
	const confirmed = provenFor(context, 'manager_sent', sample) > 0;
	const deaf = (unheard ?? 0) > 0;
	const account = server?.amiSender ?? 'sendcron';
	const reason = deaf
		? `Asterisk runs ${unheard} of them now, and the listener has not heard of that`
		: `${unheard === 0 ? 'Asterisk runs none of them now: ' : ''}it refuses them, perhaps because the sender's account ${account} may not originate or has another secret, or the listener is deaf`;
	return [
		{
			metrics,
			finding: {
				id: 'queues.manager_sent',
				subject: 'AST_manager_listen',
				status: confirmed ? found : 'warning',
				summary: `${originates.unanswered} of ${total} calls of the last minutes were sent to Asterisk and never seen again: ${reason}`,
				evidence: { sent: originates.unanswered, marked: originates.marked, running: unheard ?? null },
				advice: deaf
					? 'asterisk -rx "core show channels"; asterisk -rx "manager show connected"'
					: `asterisk -rx "manager show user ${account}" must show originate in its write perm; asterisk -rx "core show channels"`,
				...(deaf && confirmed && found === 'critical' && { remedy: 'restart:AST_manager_listen' }),
			},
		},
	];
};

/** Each action is sent by a process of its own, which ends within 2 s while Asterisk answers. */
export const actionChildren: Judge = ({ copies: { children } }, context) =>
	against(context, 'action_child_age', children.oldest, () => ({
		id: 'queues.action_children',
		subject: 'Asterisk',
		summary: `${plural(children.count, 'action waits', 'actions wait')} for Asterisk's manager to answer, the oldest for ${Math.round(children.oldest)} s`,
		evidence: { processes: children.count, oldest_seconds: Math.round(children.oldest) },
		advice: 'asterisk -rx "manager show connected"; asterisk -rx "core show channels count"',
	}));

/** The job that clears the action queue every hour; one server does it for all. */
export const managerPurge: Judge = ({ samples, responsible }, context) => {
	if (!answersFor(responsible.flush, context.settings.keepalives)) return [];
	const scheduled =
		responsible.flush === true
			? 'it is in the crontab of this machine'
			: 'it is not in the crontab of this machine, which runs code 5';
	const advice = 'crontab -l | grep AST_flush_DBqueue; /usr/share/astguiclient/AST_flush_DBqueue.pl -q --debug';
	const { oldestAction, manager } = samples;
	const age = oldestAction?.answer ?? 0;
	const old = oldestAction
		? against(
				context,
				'manager_oldest',
				age,
				() => ({
					id: 'queues.manager_oldest',
					subject: 'AST_flush_DBqueue',
					summary: `the oldest action is ${(age / 3600).toFixed(1)} h old: AST_flush_DBqueue has not cleared vicidial_manager for that long; ${scheduled}`,
					evidence: { oldest_seconds: Math.round(age), scheduled: responsible.flush ?? null },
					advice,
				}),
				{ confirmed: isConfirmed(oldestAction) },
			)
		: [];
	const rows = manager?.answer.sizes.find(({ table }) => table === 'vicidial_manager')?.rows;
	if (rows === undefined || old.some(({ finding }) => finding)) return old;
	return [
		...old,
		...against(context, 'manager_rows', rows, () => ({
			id: 'queues.manager_rows',
			subject: 'AST_flush_DBqueue',
			summary: `vicidial_manager holds ${rows} actions: its hourly purge locks it for long`,
			evidence: { rows },
			advice,
		})),
	];
};
