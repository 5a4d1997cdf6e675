import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONF_FILES } from '../../src/conf/files.ts';
import { generateConf } from '../../src/conf/generate.ts';
import { parseTemplates } from '../../src/conf/render.ts';
import { readSource } from '../../src/conf/source.ts';
import type { Database } from './database.ts';

const TEMPLATES = join(import.meta.dirname, '../../templates');

/**
 * Writes the conf files as stock would have written them before Asterisk started: the generator's parity with stock is
 * proven elsewhere.
 */
export async function layConfFiles(database: Database, etc: string, address: string): Promise<void> {
	const source = await readSource((sql, values) => database.query(sql, [...values]), address);
	const { templates } = parseTemplates(
		CONF_FILES.map(({ name }) => ({ name, path: name, text: readFileSync(join(TEMPLATES, name), 'utf8') })),
	);
	const voicemailConf = readFileSync(join(etc, 'voicemail.conf'), 'latin1');
	const { files } = generateConf(source, templates, { voicemailConf });
	for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), text, 'latin1');
	writeFileSync(join(etc, 'BUILDvoicemail-vicidial.conf'), files['voicemail.conf'] ?? '', 'latin1');
}
