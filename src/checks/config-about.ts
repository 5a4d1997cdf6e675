import type { About } from './check.ts';

export const about: About = {
	looksAt: `does the dialer know itself: the folder of VICIdial's programs, its address and keepalive codes, its row in servers; are
our own files ours alone?`,
	settings: ['ASTGUICLIENT_CONF', 'SERVER_IP', 'KEEPALIVES', 'STATE_DIR', 'RUN_DIR', 'LOG_DIR'],
	limits: [],
	finds: {
		open_file: 'the settings file may hold passwords and can be read by others',
		own_files: 'a state, lock, pause or log file of ours is damaged, expired or cannot be used',
		program: 'a program that is to be told of changes or failures is missing, or others can write it',
		home_missing: "the folder of VICIdial's programs does not exist",
		server_unknown: 'servers has no row for this address',
		address_not_local: 'this machine does not have the address of the dialer',
		temp_no_restart: 'asterisk_temp_no_restart, meant for a moment, has stood for hours',
		keepalive_code: 'a keepalive code that stock does not know',
		code_missing: 'a keepalive code that what is set in servers cannot do without',
	},
	does: 'nothing: it says what to correct. While anything critical stands here no daemon is touched.',
};
