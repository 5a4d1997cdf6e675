import type { About } from './check.ts';

export const about: About = {
	looksAt: `Asterisk's process, greeting, login, Ping, CoreStatus and clock, and a question that a deadlocked Asterisk does not
answer. Every half hour: whether it has a timing source. A refused account is not tried again until it or manager.conf changes, or an hour has passed: fail2ban counts.`,
	settings: ['AMI_HOST', 'AMI_PORT', 'AMI_USER', 'AMI_SECRET', 'RESTART_ASTERISK'],
	limits: ['ami_answer', 'asterisk_clock_skew'],
	finds: {
		absent: 'it does not run',
		starting: 'it was started just now and does not answer yet',
		frozen: 'it is stopped',
		ami_refused: 'it runs, but its manager takes no connection',
		unreachable: 'packets to its manager are dropped',
		ami_closed: 'its manager closes the connection',
		hung: 'its manager does not answer',
		other_service: 'something else answers there',
		authentication: 'it refuses the account',
		no_account: 'no account is known',
		deadlocked: 'it answers Ping and no question about channels',
		slow: 'it takes long to answer a Ping',
		clock_skew: "its clock is not this machine's",
		timing: 'it has no timing source, without which rooms and music have no sound',
		rights: 'the account may not ask for CoreStatus',
		version: 'the version in servers is not the one that runs: stock starts the wrong daemons',
	},
	does: `starts an absent one as it ran before, where servers allows it. One that lives is killed and started only where
VICIKEEP_RESTART_ASTERISK=deadlock asks for it and looks in a row have found it dead; that ends all calls.`,
};
