import type { About } from './check.ts';

export const about: About = {
	looksAt: `every other active dialer, by the rows that its AST_update writes into the shared database. Only one whose row is old is
asked for itself, on the ports of its manager and its FastAGI. Besides: the voicemail server, on which work for the whole
cluster rests, and the registrations of this dialer at the others.`,
	settings: [],
	limits: ['sister_heartbeat'],
	finds: {
		dead: 'another dialer shows nothing in the database and answers on no port',
		updater_silent: 'another dialer answers, but its AST_update does not write',
		voicemail_server: 'active_voicemail_server is empty, unknown, or a server where AST_VDauto_dial does not run',
		refused: 'another dialer refuses the registration of this one in two looks: transfers between them fail',
	},
	does: `nothing: it tells. Every dialer finds the same; the one with the lowest address among those with a fresh row tells it to
VICIKEEP_ON_CHANGE and VICIKEEP_ON_FAILOVER. While the database is down each one speaks for itself. In the minutes after boot, and
after the start of the database, a dead dialer does not count towards a failover: it may still be starting.`,
};
