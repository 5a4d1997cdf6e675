import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPAIRS } from '../../src/repairs/about.ts';

const CHECKS = join(import.meta.dirname, '../../src/checks');

/** The remedies that findings name, with `<…>` for what is put in. */
const remedies = readdirSync(CHECKS).flatMap((file) =>
	[
		...readFileSync(join(CHECKS, file), 'utf8').matchAll(
			/['`]((?:[a-z]+|re-register|start-asterisk):(?:\$\{|\w)[^'`]*)['`]/g,
		),
	].map(([, remedy = '']) => remedy.replace(/\$\{.*\}/, '<>').replace(/:AST_\w+/, ':<>')),
);

it('tells of every repair that a finding can ask for', () => {
	const told = Object.values(REPAIRS).map(({ action }) => action.replace(/<.*>/, '<>'));
	expect(remedies.length).toBeGreaterThan(10);
	expect([...new Set(remedies)].filter((remedy) => !told.includes(remedy))).toEqual([]);
	// of two copies one is stopped: its kind is put in as well
	expect(told.filter((action) => !remedies.includes(action))).toEqual(['stop:<>']);
});
