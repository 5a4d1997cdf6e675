import type { About } from './check.ts';

/** Told to a monitor, whose every look would else be the first one. */
export const NOT_COMPARED =
	'the conf files are not compared with the database: that is left to runs which may read what the last one found';

export const about: About = {
	looksAt: `the files that VICIdial generates for Asterisk: whole, readable for Asterisk, held by it, included; a rebuild that was
asked for; whether they say what the database says: compared anew when a file, a template or a row behind them has changed; of the
rows each look watches one table in turn`,
	settings: ['ASTERISK_ETC', 'CONF_OWNER', 'TEMPLATES'],
	limits: ['rebuild_flag'],
	finds: {
		no_folder: "the folder of Asterisk's configuration is not there",
		missing: 'a file is not there',
		empty: 'it is empty',
		truncated: 'its last line is missing',
		unloadable: 'a line makes Asterisk lose what follows',
		refused: 'it is no regular file, or may not be read',
		not_loaded: 'Asterisk does not hold what it says',
		not_included: 'the hand-made file does not include it any more',
		differs: 'it is not what the database says',
		edited: 'it was edited by hand since it was installed',
		flag: 'a rebuild was asked for, and stock does not do it',
		lost_rebuild: 'a reload was asked for after it was made',
		owed: 'a rebuild of ours was interrupted',
		template: 'a template cannot be used; nothing is written',
		rows: 'values of the database cannot stand in a conf file as they are',
		two_writers: 'stock and vicikeep would both write them',
	},
	does: `makes a file anew from the database by its template, checks it, swaps it in, reloads the module concerned and proves that
Asterisk holds it; else the version before comes back. As stock, only what Asterisk cannot use and what was asked for; as
vicikeep, hand edits too; off, nothing.`,
};
