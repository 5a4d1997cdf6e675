import type { ConfFolder } from '../adapters/conf-folder.ts';
import type { ConfFile } from '../conf/files.ts';
import { lastSection } from '../conf/proof.ts';
import { withAmi } from '../dialer/asterisk.ts';
import { parsesWhole } from '../dialer/conf-loaded.ts';
import type { World } from '../world.ts';

const PARSE_TIMEOUT = 5000;

/**
 * Has Asterisk's own parser read a candidate to its end, through a file that includes it.
 * @returns what is wrong; undefined when it is read whole, or Asterisk may not or cannot be asked
 */
export async function parsesInAsterisk(
	world: World,
	folder: ConfFolder,
	file: ConfFile,
	candidate: string,
	text: string,
): Promise<string | undefined> {
	const last = lastSection(text);
	if (last === undefined || file.includedBy === undefined) return undefined;
	const wrapper = folder.wrapper(candidate);
	const answer = await withAmi(world, (session) =>
		parsesWhole(session, wrapper, last, world.deadline.within(PARSE_TIMEOUT)),
	);
	return answer?.verdict === 'not-parsed' ? answer.evidence : undefined;
}
