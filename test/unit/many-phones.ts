import type { Received } from './fake-asterisk.ts';

/** What ends each list. */
const END: Record<string, string> = {
	SIPshowregistry: 'RegistrationsComplete',
	SIPpeers: 'PeerlistComplete',
	IAXregistry: 'RegistrationsComplete',
	IAXpeerlist: 'PeerlistComplete',
	PJSIPShowRegistrationsOutbound: 'OutboundRegistrationDetailComplete',
	PJSIPShowContacts: 'ContactListComplete',
};

/** A chan_sip with so many phones and one trunk that does not answer any more, in the words of Asterisk 16. */
export function manyPhones(count: number): (action: Received, write: (text: string) => void) => void {
	return ({ action = '', actionid = '' }, write) => {
		const end = END[action];
		if (end === undefined) {
			write(`Response: Success\r\nActionID: ${actionid}\r\nStatus: UNREACHABLE\r\nQualifyFreq: 60000 ms\r\n\r\n`);
			return;
		}
		const items = action === 'SIPpeers' ? [...Array(count)].map((_, index) => phone(index)) : [];
		if (action === 'SIPpeers') items.push(entry('siptrunk', '203.0.113.9', 'no', 'OK (20 ms)'));
		write(`Response: Success\r\nActionID: ${actionid}\r\nEventList: start\r\nMessage: will follow\r\n\r\n`);
		write(items.map((item) => `Event: PeerEntry\r\nActionID: ${actionid}\r\n${item}`).join(''));
		write(`Event: ${end}\r\nActionID: ${actionid}\r\nEventList: Complete\r\nListItems: ${items.length}\r\n\r\n`);
	};
}

const phone = (index: number): string =>
	entry(`cc${index}`, `10.1.${index >> 8}.${index & 255}`, 'yes', index % 50 === 0 ? 'UNREACHABLE' : 'OK (23 ms)');

const entry = (name: string, address: string, dynamic: string, status: string): string =>
	[
		'Channeltype: SIP',
		`ObjectName: ${name}`,
		'ChanObjectType: peer',
		`IPaddress: ${address}`,
		'IPport: 5060',
		`Dynamic: ${dynamic}`,
		'AutoForcerport: no',
		'Forcerport: yes',
		'AutoComedia: no',
		'Comedia: yes',
		'VideoSupport: no',
		'TextSupport: no',
		'ACL: no',
		`Status: ${status}`,
		'RealtimeDevice: no',
		'Description: ',
		`Accountcode: ${name}`,
		'\r\n',
	].join('\r\n');
