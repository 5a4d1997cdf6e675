import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

// One CommonJS file: a cold start reads one file, and what a healthy run does not need stays an unevaluated function in it.
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
await build({
	entryPoints: ['src/main.ts'],
	outfile: 'dist/vicikeep.cjs',
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	define: { VICIKEEP_VERSION: JSON.stringify(version) },
	logLevel: 'warning',
});
chmodSync('bin/vicikeep', 0o755);
