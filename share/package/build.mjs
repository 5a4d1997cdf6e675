// Makes the noarch .deb and .rpm from one staged tree: node share/package/build.mjs [deb] [rpm]
// Needs dpkg-deb and rpmbuild; `npm run build` and `npm run docs` must have run.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const PROJECT = resolve(import.meta.dirname, '../..');
const OUT = join(PROJECT, 'dist/packages');
const TREE = join(OUT, 'tree');
const LIBRARY = 'usr/lib/vicikeep';
const DOCUMENTS = 'usr/share/doc/vicikeep';
const { version, description } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

/** Files of the project by the place where they are installed. */
const PLACES = {
	bin: `${LIBRARY}/bin`,
	'dist/vicikeep.cjs': `${LIBRARY}/dist/vicikeep.cjs`,
	templates: `${LIBRARY}/templates`,
	'share/report.schema.json': `${LIBRARY}/share/report.schema.json`,
	'share/deploy-example.sh': `${DOCUMENTS}/examples/deploy-example.sh`,
	...Object.fromEntries(
		['on-change-mail', 'on-change-webhook', 'on-failover-twin', 'keepalived.conf'].map((name) => [
			`share/examples/${name}`,
			`${DOCUMENTS}/examples/${name}`,
		]),
	),
	'SECURITY.md': `${DOCUMENTS}/SECURITY.md`,
	LICENSE: `${DOCUMENTS}/copyright`,
	'share/completion.bash': 'usr/share/bash-completion/completions/vicikeep',
	'share/logrotate.conf': 'etc/logrotate.d/vicikeep',
	'share/vicikeep.env': 'etc/vicikeep.env',
};
/** Where else a link of the README leads: folders, and what is installed under another name. */
const LINKED = {
	...PLACES,
	'CHANGELOG.md': `${DOCUMENTS}/changelog.gz`,
	'crontab.example': 'etc/cron.d/vicikeep',
	share: DOCUMENTS,
	'share/examples': `${DOCUMENTS}/examples`,
};
/** What an administrator may have changed, and an upgrade must leave. */
const SETTINGS = ['/etc/vicikeep.env', '/etc/cron.d/vicikeep', '/etc/logrotate.d/vicikeep'];

function place(target, write) {
	const path = join(TREE, target);
	mkdirSync(dirname(path), { recursive: true });
	write(path);
}

/** Lays out the files as they are installed. */
function stage() {
	rmSync(OUT, { recursive: true, force: true });
	for (const [source, target] of Object.entries(PLACES)) {
		place(target, (path) => cpSync(join(PROJECT, source), path, { recursive: true }));
	}
	const compressed = (source) => gzipSync(readFileSync(join(PROJECT, source)), { level: 9 });
	place('usr/share/man/man8/vicikeep.8.gz', (path) => writeFileSync(path, compressed('share/vicikeep.8')));
	place(`${DOCUMENTS}/README.md`, (path) => writeFileSync(path, installedReadme()));
	place(`${DOCUMENTS}/changelog.gz`, (path) => writeFileSync(path, compressed('CHANGELOG.md')));
	place('usr/bin/vicikeep', (path) => symlinkSync('../lib/vicikeep/bin/vicikeep', path));
	place('etc/cron.d/vicikeep', (path) => writeFileSync(path, inactiveCrontab()));
	for (const entry of readdirSync(TREE, { recursive: true, withFileTypes: true })) {
		if (entry.isSymbolicLink()) continue;
		const path = join(entry.parentPath, entry.name);
		chmodSync(path, entry.isDirectory() || readFileSync(path).subarray(0, 2).toString() === '#!' ? 0o755 : 0o644);
	}
	chmodSync(join(TREE, 'etc/vicikeep.env'), 0o600);
}

/** The README with links to where things lie on a dialer; what only the sources have is named without one. */
function installedReadme() {
	return readFileSync(join(PROJECT, 'README.md'), 'utf8').replace(
		/\[([^\]]*)\]\((?!\w+:|#)([^)]*)\)/g,
		(_, text, path) => {
			const place = LINKED[path.replace(/\/$/, '')];
			return place === undefined ? text : `[${text}](/${place})`;
		},
	);
}

/** The example with its one line taken back, and by itself: files in /etc/cron.d also name the user. */
function inactiveCrontab() {
	return (
		readFileSync(join(PROJECT, 'crontab.example'), 'utf8')
			.replace(/^# root's crontab.*$/m, '# Take the # from the last line when you agree with: vicikeep check --dry-run')
			.replace(/^# MAILTO is .*\n/m, '')
			.replace(/^(MAILTO=.*)$/m, '$1\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
			// the file outlives a removal of the package that is no purge
			.replace(/^\* \* \* \* \* (.*)$/m, '#* * * * * root test -x /usr/bin/vicikeep || exit 0; $1')
			.replaceAll('/usr/local/bin/vicikeep', '/usr/bin/vicikeep')
	);
}

const fill = (name, values) =>
	readFileSync(join(import.meta.dirname, name), 'utf8').replace(/@(\w+)@/g, (_, key) => values[key]);

function makeDeb() {
	const control = join(TREE, 'DEBIAN');
	mkdirSync(control);
	writeFileSync(join(control, 'control'), fill('deb/control', { version, description }));
	writeFileSync(join(control, 'conffiles'), `${SETTINGS.join('\n')}\n`);
	for (const name of ['postinst', 'prerm', 'postrm']) {
		writeFileSync(join(control, name), fill(`deb/${name}`, {}), { mode: 0o755 });
	}
	const file = join(OUT, `vicikeep_${version}_all.deb`);
	execFileSync('dpkg-deb', ['--root-owner-group', '--build', TREE, file], { stdio: ['ignore', 'ignore', 'inherit'] });
	rmSync(control, { recursive: true });
	return file;
}

function makeRpm() {
	const top = join(OUT, 'rpmbuild');
	mkdirSync(top);
	const spec = join(top, 'vicikeep.spec');
	const config = SETTINGS.map(
		(path) => `%config(noreplace) ${path === '/etc/vicikeep.env' ? '%attr(0600, root, root) ' : ''}${path}`,
	);
	writeFileSync(spec, fill('rpm/vicikeep.spec', { version, description, config: config.join('\n') }));
	const defines = {
		_topdir: top,
		_rpmdir: OUT,
		tree: TREE,
		_build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
	};
	execFileSync(
		'rpmbuild',
		['-bb', '--quiet', ...Object.entries(defines).flatMap(([k, v]) => ['--define', `${k} ${v}`]), spec],
		{
			stdio: ['ignore', 'ignore', 'inherit'],
		},
	);
	rmSync(top, { recursive: true });
	return join(OUT, `vicikeep-${version}-1.noarch.rpm`);
}

const MAKERS = { deb: makeDeb, rpm: makeRpm };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MAKERS);
stage();
for (const kind of wanted) process.stdout.write(`${MAKERS[kind]()}\n`);
rmSync(TREE, { recursive: true });
