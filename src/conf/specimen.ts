import type { Carrier, Mailbox, MenuOption, Model, Phone } from './model.ts';

// One of everything a model can hold, for checking the names in templates. The type keeps it complete.

const carrier: Carrier = {
	id: '',
	name: '',
	description: '',
	globals: '',
	registration: '',
	account: '',
	template: '',
	dialplan: '',
};

const phone: Phone = {
	extension: '',
	templated: true,
	standard: true,
	bare: true,
	leftOut: '',
	secret: '',
	callerId: '',
	mailbox: '',
	context: '',
	qualify: true,
	music: '',
	codecs: [''],
	template: '',
	override: '',
};

const mailbox: Mailbox = {
	box: '',
	password: '',
	name: '',
	email: '',
	deleteAfterEmail: '',
	zone: '',
	options: '',
};

const option: MenuOption = { comments: [''], lines: [{ key: '', priority: '', application: '' }] };

/** A model with one element in every list. */
export const SPECIMEN: Model = {
	reloaded: '',
	dialect: { old: true, callerNumber: '', callerName: '', separator: '', hangup: '' },
	me: { id: '', address: '', dialString: '', recordingSeconds: '' },
	ownTrunks: [{ secret: '' }],
	trunks: [{ server: '', user: '', secret: '', address: '' }],
	servers: [{ id: '', address: '', dialString: '' }],
	serverPeers: [{ name: '', account: '', secret: '', qualify: true }],
	agentEntries: [{ which: 'login', sound: '', meetme: true, confbridge: true }],
	menus: [
		{
			id: '',
			name: '',
			start: '',
			trackingGroup: '',
			track: '',
			timeCheck: { scheme: '', route: '', value: '', context: '' },
			qualify: '',
			answer: '',
			prompts: [''],
			options: [option],
			timeCheckApplication: '',
			looksUpCaller: true,
			timeout: option,
			invalid: option,
			dialplan: '',
		},
	],
	systemDialplan: '',
	serverDialplan: '',
	carriers: { all: [carrier], iax: [carrier], sip: [carrier], pjsip: [carrier], wizard: [carrier] },
	phones: { iax: [phone], sip: [phone], pjsip: [phone] },
	extensions: [{ number: '', technology: '', extension: '', ringTimeout: '', unanswered: '' }],
	remoteExtensions: [{ count: '', number: '', extension: '', address: '', name: '', dialString: '' }],
	voicemail: { local: true, server: '', header: '' },
	mailboxes: [mailbox],
	otherMailboxes: [{ boxes: [mailbox] }],
	music: [{ id: '', name: '', random: true }],
	conferences: [''],
};
