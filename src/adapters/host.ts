import { accessSync, constants } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** An IPv4 address as the number that it is, for comparison. */
export const asNumber = (address: string): number =>
	address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** True when an IPv4 address is one of this machine's; every address of the loopback network is. */
export function isLocalAddress(address: string): boolean {
	if (address.startsWith('127.')) return true;
	return Object.values(networkInterfaces()).some((addresses) =>
		addresses?.some((local) => local.family === 'IPv4' && asNumber(local.address) === asNumber(address)),
	);
}

/** Full path of a program in the folders of `path` (as in PATH); undefined when none has it. */
export function findProgram(name: string, path: string): string | undefined {
	return path
		.split(':')
		.filter((folder) => folder.startsWith('/'))
		.map((folder) => `${folder}/${name}`)
		.find((candidate) => {
			try {
				accessSync(candidate, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});
}
