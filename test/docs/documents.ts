import { completion } from './completion.ts';
import { envFile } from './env-file.ts';
import { manual } from './man.ts';
import { withTables } from './tables.ts';

/** Every file of the project that is made from the code, wholly or in part, and how. */
export const DOCUMENTS: Record<string, (before: string) => string> = {
	'README.md': withTables,
	'share/vicikeep.8': manual,
	'share/completion.bash': completion,
	'share/vicikeep.env': envFile,
};
