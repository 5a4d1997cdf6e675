import type { About } from './check.ts';

export const about: About = {
	looksAt: `vicidial_manager (NEW, QUEUE, SENT), vicidial_hopper, vicidial_auto_calls and vicidial_live_agents: does what is put
there go out again; by which daemon does it not`,
	settings: ['AGE_QUEUE'],
	limits: [
		'manager_new_age',
		'manager_new',
		'manager_queue_age',
		'manager_queue',
		'manager_sent_unanswered',
		'auto_calls_dialing_age',
		'auto_calls_live_silence',
		'live_agents_silence',
		'hopper_empty',
	],
	finds: {
		manager_new: 'actions wait to be sent to Asterisk',
		manager_queue: 'actions stand in QUEUE',
		manager_sent: 'calls were sent to Asterisk and never seen again',
		auto_calls_dialing: 'a call has been dialing for long',
		auto_calls_live: 'a waiting call is no longer updated',
		live_agents: 'an agent is no longer updated',
		hopper_empty: 'agents wait on an empty hopper',
	},
	does: `names the daemon whose work piles up, which is then repaired as processes says. What a stalled sender would send late is
counted, or set DEAD where VICIKEEP_AGE_QUEUE=on asks for it.`,
};
