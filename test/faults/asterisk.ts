import type { Area } from './fault.ts';
import { here, openAmi, sleep } from './injections.ts';

export const ASTERISK: Area = {
	name: 'Asterisk',
	keepalives: '1236',
	faults: [
		{
			pains: [24],
			says: 'the secret of the AMI account is wrong',
			inject: (stage) => here(stage, "UPDATE servers SET ASTmgrSECRET='wrong-one' WHERE server_ip=?"),
			find: ['asterisk.authentication Asterisk'],
			after: { stays: 2 },
			twin: {
				but: 'it is another account, and right',
				inject: (stage) => here(stage, "UPDATE servers SET ASTmgrUSERNAME='updatecron' WHERE server_ip=?"),
			},
		},
		{
			pains: [45],
			says: 'fifty sessions without a login close the AMI to everybody',
			inject: (stage) => openAmi(stage, 50),
			find: ['asterisk.ami_closed Asterisk'],
			after: { stays: 2 },
			twin: { but: 'there are thirty', inject: (stage) => openAmi(stage, 30) },
		},
		{
			pains: [19],
			says: 'Asterisk is stopped in its tracks',
			inject: ({ dialer, later }) => {
				dialer.asterisk.freeze();
				later(() => dialer.asterisk.thaw());
			},
			find: ['asterisk.frozen Asterisk'],
			after: { stays: 2 },
			twin: {
				but: 'it went on after a moment',
				inject: async ({ dialer }) => {
					dialer.asterisk.freeze();
					await sleep(1000);
					dialer.asterisk.thaw();
				},
			},
		},
	],
};
