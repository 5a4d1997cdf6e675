import { against, isConfirmed, type Judge, minutes, plural, provenFor } from './queues-judged.ts';

/** Differences of so few channels come from calls that begin and end while they are counted. */
const FEW_CHANNELS = 10;
/** A passing difference has gone after this many samples. */
const SAMPLES_TO_BE_SURE = 3;

/** What AST_update last wrote, beside what Asterisk has: it drops a reading that looks broken, over and over if need be. */
export const channelTables: Judge = ({ samples: { channels: sample } }, context) => {
	if (!sample) return [];
	const { written, asterisk } = sample.answer;
	const off = Math.abs(written - asterisk);
	const share = off > FEW_CHANNELS ? (100 * off) / Math.max(written, asterisk) : 0;
	return against(
		context,
		'channels_difference',
		share,
		() => ({
			id: 'queues.channel_tables',
			subject: 'AST_update',
			summary: `AST_update shows ${plural(written, 'channel', 'channels')} and Asterisk has ${asterisk}: it does not take over what it reads`,
			evidence: { written, asterisk },
			advice: 'grep -c WAITFOR in the newest update log of PATHlogs; asterisk -rx "core show channels count"',
		}),
		{
			confirmed: isConfirmed(sample),
			gravest: off > 2 * FEW_CHANNELS && sample.doubts >= SAMPLES_TO_BE_SURE ? 'critical' : 'warning',
		},
	);
};

export const parkedCustomers: Judge = ({ samples: { parked: sample } }, context) => {
	const held = (sample?.answer ?? []).map((one) => provenFor(context, `parked ${one}`, sample));
	const longest = Math.max(0, ...held);
	return against(context, 'parked_orphan', longest, () => ({
		id: 'queues.parked_channels',
		subject: 'AST_update',
		summary: `${plural(held.length, 'parked customer has', 'parked customers have')} no channel any more, for ${minutes(longest)}; AST_update removes them after 10 s`,
		evidence: { customers: held.length, stuck_seconds: Math.round(longest) },
	}));
};

/** Rooms fill up through the day where agents close the browser instead of logging out: that is nobody's fault. */
export const roomPool: Judge = ({ samples: { rooms: sample } }, context) => {
	const rooms = sample?.answer;
	if (!rooms || rooms.total === 0) return [];
	return against(context, 'conference_pool', (100 * rooms.used) / rooms.total, () => ({
		id: 'queues.conference_pool',
		subject: 'conferences',
		summary: `${rooms.used} of ${rooms.total} rooms for agents are taken${rooms.used >= rooms.total ? ': the next agent cannot log in' : ''}`,
		evidence: { used: rooms.used, total: rooms.total },
		advice:
			'rooms of agents who left without logging out are freed at the end of the day; more rooms: Admin, Conferences',
	}));
};

/** A countdown that stands still, or a room that should have been emptied long ago. */
export const roomUpdates: Judge = ({ samples: { rooms: sample }, responsible, server }, context) => {
	const rooms = sample?.answer;
	if (!sample || !rooms || responsible.rooms === undefined) return [];
	const worker = responsible.rooms;
	const longest = Math.max(0, ...rooms.countdowns.map((one) => provenFor(context, `room ${one}`, sample)));
	// its limits are for an interval up to a minute, and grow with it
	const stretch = worker === 'AST_conf_update_screen' ? Math.max(1, (server?.confUpdateInterval ?? 60) / 60) : 1;
	return [
		...against(context, 'conference_countdown', longest / stretch, () => ({
			id: 'queues.conference_countdown',
			subject: worker,
			summary: `the countdown of an empty room has stood still for ${minutes(longest)}; ${worker} goes on with it in every pass`,
			evidence: { rooms: rooms.countdowns.slice(0, 10), stuck_seconds: Math.round(longest) },
		})),
		...against(
			context,
			'conference_overstay',
			rooms.overstayed,
			() => ({
				id: 'queues.conference_overstay',
				subject: worker,
				summary: `a room that its agent left is still open ${minutes(rooms.overstayed)} after its time; ${worker} empties it`,
				evidence: { overstayed_seconds: Math.round(rooms.overstayed) },
			}),
			{ confirmed: isConfirmed(sample) },
		),
	];
};
