import type { About } from './check.ts';

export const about: About = {
	looksAt: `trunks and phones of chan_sip, PJSIP and IAX2 as Asterisk lists them: what is registered elsewhere and here, who
answers, and whether the intervals fit together. Trunks are the carriers of the database and every peer that does not register
here. A trunk that dies is seen after one interval of its qualify, the time for an answer and one interval between looks: with
qualifyfreq=60 about 124 s, with 30 about 94 s; without qualify only by its registration, or never. Lists with more than 500 entries are asked
for in every fifth look. After a step of Asterisk's clock nothing is called overdue until it would have been renewed.`,
	settings: ['REREGISTER'],
	limits: ['unregistered_looks', 'phones_lost', 'nat_refresh'],
	finds: {
		all_unreachable: 'everything is unreachable at once: this machine, its network or its NAT, not the carriers',
		unreachable: 'a trunk does not answer',
		lagged: 'a trunk answers later than its qualify allows',
		no_address: 'a trunk has no address: its name is not resolved, or it has not registered here',
		not_renewed: 'a trunk does not renew its registration here',
		refused: 'the other side refuses a registration',
		given_up: 'Asterisk has given a registration up for ever',
		unregistered: 'a registration does not come about',
		overdue: 'a registration is shown as registered but has run out on the other side',
		timer: 'a registration is to be renewed after its end',
		loops: 'the loop trunks behind ip_relay are not registered',
		phones_lost: 'many phones went away at once, and their agents are still logged in',
		intervals: 'timers of a trunk do not fit together, or leave its death unseen',
		no_answer: 'Asterisk does not answer a question about trunks',
		rights: 'the account may not ask about trunks',
	},
	does: `nothing by default. With VICIKEEP_REREGISTER=on it registers a PJSIP trunk again that Asterisk has given up because its
tries were used up: once an hour at most, and never where the other side has refused it. chan_sip has no way to do that for one
trunk alone; set registerattempts=0 there.`,
};
