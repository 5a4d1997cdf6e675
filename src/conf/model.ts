// What templates can print. Every text is finished: encoded for its place, or a raw block that was checked.

/** All that the templates know; optional things are an empty list or an empty text. */
export interface Model {
	/** `system_settings.reload_timestamp`, in every file: a new one makes all of them differ. */
	readonly reloaded: string;
	readonly dialect: {
		/** Asterisk before 1.6. */
		readonly old: boolean;
		readonly callerNumber: string;
		readonly callerName: string;
		/** Between arguments of the few applications that care: `|` or `,`. */
		readonly separator: string;
		/** Application of the `h` extension. */
		readonly hangup: string;
	};
	readonly me: {
		readonly id: string;
		readonly address: string;
		readonly dialString: string;
		readonly recordingSeconds: string;
	};
	/** One entry, unless the own secret cannot be written into a trunk. */
	readonly ownTrunks: readonly { readonly secret: string }[];
	readonly trunks: readonly Trunk[];
	readonly servers: readonly { readonly id: string; readonly address: string; readonly dialString: string }[];
	readonly serverPeers: readonly ServerPeer[];
	readonly agentEntries: readonly AgentEntry[];
	readonly menus: readonly Menu[];
	readonly systemDialplan: string;
	readonly serverDialplan: string;
	readonly carriers: {
		readonly all: readonly Carrier[];
		readonly iax: readonly Carrier[];
		readonly sip: readonly Carrier[];
		readonly pjsip: readonly Carrier[];
		readonly wizard: readonly Carrier[];
	};
	readonly phones: {
		readonly iax: readonly Phone[];
		readonly sip: readonly Phone[];
		readonly pjsip: readonly Phone[];
	};
	readonly extensions: readonly PhoneExtension[];
	readonly remoteExtensions: readonly RemoteExtension[];
	readonly voicemail: {
		/** Mailboxes are served here. */
		readonly local: boolean;
		/** Id of the server that serves them otherwise. */
		readonly server: string;
		/** Kept lines of the file in place, up to its `[default]`. */
		readonly header: string;
	};
	readonly mailboxes: readonly Mailbox[];
	/** One entry on the voicemail server: the boxes that belong to no phone. */
	readonly otherMailboxes: readonly { readonly boxes: readonly Mailbox[] }[];
	readonly music: readonly MusicClass[];
	readonly conferences: readonly string[];
}

/** Way to another server. */
export interface Trunk {
	readonly server: string;
	readonly user: string;
	readonly secret: string;
	readonly address: string;
}

/** IAX peer as which another server, or this one's loop, logs in here. */
export interface ServerPeer {
	readonly name: string;
	readonly account: string;
	readonly secret: string;
	readonly qualify: boolean;
}

/** Context through which an agent enters a session with a sound. */
export interface AgentEntry {
	readonly which: 'login' | 'leave3way';
	readonly sound: string;
	readonly meetme: boolean;
	readonly confbridge: boolean;
}

export interface Carrier {
	readonly id: string;
	readonly name: string;
	readonly description: string;
	readonly globals: string;
	readonly registration: string;
	readonly account: string;
	readonly template: string;
	readonly dialplan: string;
}

/** Section of a phone; exactly one of `templated`, `standard`, `bare` and `leftOut` applies. */
export interface Phone {
	readonly extension: string;
	readonly templated: boolean;
	readonly standard: boolean;
	/** Nothing but the override. */
	readonly bare: boolean;
	/** Comment that stands for a phone whose template or override would damage the file. */
	readonly leftOut: string;
	readonly secret: string;
	readonly callerId: string;
	readonly mailbox: string;
	readonly context: string;
	readonly qualify: boolean;
	readonly music: string;
	readonly codecs: readonly string[];
	readonly template: string;
	readonly override: string;
}

export interface PhoneExtension {
	readonly number: string;
	readonly technology: string;
	readonly extension: string;
	readonly ringTimeout: string;
	/** Application when nobody answers. */
	readonly unanswered: string;
}

export interface RemoteExtension {
	readonly count: string;
	readonly number: string;
	readonly extension: string;
	readonly address: string;
	readonly name: string;
	readonly dialString: string;
}

export interface Menu {
	readonly id: string;
	readonly name: string;
	readonly start: string;
	readonly trackingGroup: string;
	readonly track: string;
	readonly timeCheck: TimeCheck;
	readonly qualify: string;
	readonly answer: string;
	/** Applications of one prompt round after the other. */
	readonly prompts: readonly string[];
	readonly options: readonly MenuOption[];
	/** Application of the extension to which the time check sends a call, if it needs one. */
	readonly timeCheckApplication: string;
	readonly looksUpCaller: boolean;
	readonly timeout: MenuOption;
	readonly invalid: MenuOption;
	readonly dialplan: string;
}

/** Arguments that tell the start of a menu what to do outside of its hours. */
export interface TimeCheck {
	readonly scheme: string;
	readonly route: string;
	readonly value: string;
	readonly context: string;
}

export interface MenuOption {
	readonly comments: readonly string[];
	readonly lines: readonly { readonly key: string; readonly priority: string; readonly application: string }[];
}

export interface Mailbox {
	readonly box: string;
	readonly password: string;
	readonly name: string;
	readonly email: string;
	readonly deleteAfterEmail: string;
	readonly zone: string;
	readonly options: string;
}

export interface MusicClass {
	readonly id: string;
	readonly name: string;
	readonly random: boolean;
}
