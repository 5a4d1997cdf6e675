import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const published = JSON.parse(readFileSync(join(import.meta.dirname, '../../../share/report.schema.json'), 'utf8'));

/** The schema without room for what it does not name: a field that is not published must not be there. */
function closed(schema: unknown): unknown {
	if (typeof schema !== 'object' || schema === null) return schema;
	if (Array.isArray(schema)) return schema.map(closed);
	const parts = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]));
	return 'required' in parts && 'properties' in parts ? { ...parts, additionalProperties: false } : parts;
}

const ajv = new Ajv2020({ allErrors: true, strictRequired: false, strictTypes: false });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
ajv.addFormat('ipv4', /^\d{1,3}(\.\d{1,3}){3}$/);
const validate = ajv.compile(closed(published) as object);

/** What in a report does not keep to the published schema; empty when all does. */
export function faultsOf(report: unknown): string[] {
	validate(report);
	return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
