'use strict';
// Compiling the bundle anew costs a third of a healthy tick; V8 can take the result from a file.
const {
	constants,
	closeSync,
	fstatSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	statSync,
	writeFileSync,
} = require('node:fs');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

const DIGEST_BYTES = 32;
const cacheOf = (bundle) => bundle.replace(/\.cjs$/, '.cache');
const sealOf = (bundle) => bundle.replace(/\.cjs$/, '.seal');

/** Binds a cache to its own bytes, to those of the bundle, and to the Node.js that made it. */
const digest = (code, cache) =>
	require('node:crypto')
		.createHash('sha256')
		.update(`${process.version} ${process.arch}\n`)
		.update(code)
		.update(cache)
		.digest();

/**
 * The same without reading them again: whoever changes a byte, an owner or a right of one of these files changes the time
 * of its last change of state, which nobody can set. A copy has another seal, and is known by its digest; so it is where
 * Node.js does not know where it lies itself.
 */
function seal(bundle) {
	try {
		const marks = [bundle, cacheOf(bundle), process.execPath].map((path) => {
			const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
			return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
		});
		return [process.version, process.arch, ...marks].join('\n');
	} catch {
		return undefined;
	}
}

/** The bundle is a function, as Node.js makes one of a module, and written in ASCII: its bytes are its characters. */
const sourceOf = (code) => code.toString('latin1');

/** A file beside the bundle that nobody can have written who could not write that; else undefined. */
function readTrusted(path, bundle) {
	let file;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
		const { uid, mode } = fstatSync(file);
		// whoever could write it could have us run anything
		return uid === statSync(bundle).uid && (mode & 0o022) === 0 ? readFileSync(file) : undefined;
	} catch {
		return undefined;
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

/** The cache of this bundle; undefined where there is none, or anything about it differs. */
function trustedCache(bundle, code) {
	const bytes = readTrusted(cacheOf(bundle), bundle);
	if (bytes === undefined) return undefined;
	const cache = bytes.subarray(DIGEST_BYTES);
	const sealed = readTrusted(sealOf(bundle), bundle);
	if (sealed !== undefined && sealed.toString('latin1') === seal(bundle)) return cache;
	return digest(code, cache).equals(bytes.subarray(0, DIGEST_BYTES)) ? cache : undefined;
}

/**
 * Lets V8 work for a run of a tenth of a second: what it would compile better, and threads that share the work of clearing
 * up, do not pay off before its end; what computes for seconds is optimised all the same. Only once all of Node.js's own
 * modules are loaded, whose caches are bound to the flags as they were; and only where the flags are known.
 */
function hurry() {
	if (!process.version.startsWith('v20.')) return;
	const { setFlagsFromString } = require('node:v8');
	for (const flag of ['--no-sparkplug', '--interrupt-budget=4000000', '--no-parallel-scavenge'])
		setFlagsFromString(flag);
}

/** Runs the bundle as a module; with its cache where that can be trusted, else compiled anew. */
function load(bundle) {
	const code = readFileSync(bundle);
	const cachedData = trustedCache(bundle, code);
	const script = new Script(sourceOf(code), { filename: bundle, ...(cachedData && { cachedData }) });
	run(script, bundle);
	hurry();
	return { usesCache: cachedData !== undefined && script.cachedDataRejected === false };
}

/** Writes a cache and its seal beside the bundle, for the Node.js that runs this. */
function write(bundle, code, cache) {
	const content = Buffer.concat([digest(code, cache), cache]);
	replace(cacheOf(bundle), content);
	// of what was compiled and is on the disk, and nothing that came in its place
	const asWritten = readFileSync(bundle).equals(code) && readFileSync(cacheOf(bundle)).equals(content);
	const sealed = asWritten ? seal(bundle) : undefined;
	if (sealed !== undefined) replace(sealOf(bundle), sealed);
}

function replace(path, content) {
	const temporary = `${path}.${process.pid}`;
	const file = openSync(temporary, 'wx', 0o644);
	try {
		writeFileSync(file, content);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(temporary, path);
}

/** Makes a cache in which every function is compiled. */
function makeCache(bundle) {
	const v8 = require('node:v8');
	const code = readFileSync(bundle);
	v8.setFlagsFromString('--no-lazy');
	const script = new Script(sourceOf(code), { filename: bundle });
	// the flags are part of what a cache is bound to
	v8.setFlagsFromString('--lazy');
	write(bundle, code, script.createCachedData());
}

/**
 * Makes a cache of what a run really needs, which is less than half: runs the program with these arguments and keeps what
 * was compiled for it. Ends the process, with 0 when the cache is written.
 */
function makeCacheByRunning(bundle, args) {
	const code = readFileSync(bundle);
	const script = new Script(sourceOf(code), { filename: bundle });
	process.argv.splice(2, process.argv.length, ...args);
	// nobody who installs it has asked for the report
	process.stdout.write = (_text, written) => {
		written?.();
		return true;
	};
	process.on('exit', () => {
		write(bundle, code, script.createCachedData());
		process.exitCode = 0;
	});
	run(script, bundle);
}

function run(script, bundle) {
	const module = { exports: {} };
	script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle));
}

module.exports = { load, makeCache, makeCacheByRunning };
