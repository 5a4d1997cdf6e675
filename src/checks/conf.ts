import { type ConfFileSeen, type ConfObservation, isDamaged, readConfState } from '../dialer/conf.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check, Context } from './check.ts';
import { about, NOT_COMPARED } from './conf-about.ts';

/** The generated conf files: whole on disk, loaded by Asterisk, and what the database says. */
export const conf: Check<ConfObservation> = {
	id: 'conf',
	needs: [],
	about,

	observe: readConfState,

	judge(seen, context) {
		if (seen.notHere) return { findings: [], metrics: [], skippedBecause: seen.notHere };
		if (seen.folderMissing) return { findings: [noFolder(seen)], metrics: [] };
		const { confOwner } = context.settings;
		const writes = confOwner === 'stock' || seen.server?.generates === false;
		const differing = differences(seen, context, writes);
		const findings = [
			...(confOwner === 'vicikeep' && seen.server?.generates ? [twoWriters()] : []),
			...seen.files.flatMap((file) => judgeFile(file, seen, writes) ?? []),
			...seen.files.flatMap((file) => notIncluded(file, seen) ?? []),
			...requests(seen, context, writes),
			...differing,
			...seen.files
				.filter(({ name }) => !differing.some(({ subject }) => subject === name))
				.flatMap((file) => edited(file, seen, context, writes) ?? []),
		];
		const compares = seen.server === undefined || seen.compared !== undefined;
		return { findings, metrics: flagMetric(seen, context), ...(!compares && { hints: [NOT_COMPARED] }) };
	},

	remember(seen) {
		if (seen.notHere || seen.folderMissing) return {};
		const files = seen.files.flatMap(({ name, facts, loaded }) => {
			if (!facts) return [];
			// where Asterisk cannot tell, asking it again every minute tells no more
			const asked = loaded === 'loaded' || loaded === 'unknown';
			const proven = asked ? { hash: facts.hash, asteriskStart: seen.asteriskStart } : facts.proven;
			return [[name, { ...facts, ...(proven && { proven }) }] as const];
		});
		return {
			proven: seen.files.filter(isWorthKeeping).map(({ name }) => name),
			conf: {
				...(seen.memory.ownCopy !== undefined && { ownCopy: seen.memory.ownCopy }),
				...(seen.memory.owed && { owed: seen.memory.owed }),
				files: Object.fromEntries(files),
				...seen.compared,
			},
		};
	},
};

const REBUILD = 'rebuild:conf';
const RELOAD = 'reload:conf';

const finding = (
	kind: string,
	subject: string,
	status: Finding['status'],
	summary: string,
	rest: Partial<Finding> = {},
): Finding => ({
	id: `conf.${kind}`,
	subject,
	status,
	summary,
	evidence: {},
	...rest,
});

const noFolder = ({ folder }: ConfObservation): Finding =>
	finding('no_folder', folder, 'critical', `${folder}, the folder of Asterisk's configuration, does not exist`, {
		advice: 'correct VICIKEEP_ASTERISK_ETC; ps ax | grep asterisk shows another folder behind -C',
	});

function twoWriters(): Finding {
	return finding(
		'two_writers',
		'servers.generate_vicidial_conf',
		'warning',
		'VICIKEEP_CONF_OWNER=vicikeep needs generate_vicidial_conf=N for this server; with Y stock writes the files too, so vicikeep writes none',
		{ advice: 'set "Generate conf files" to N on the server page, or VICIKEEP_CONF_OWNER=stock' },
	);
}

/** The gravest trouble of one file: what Asterisk could not read comes before what it has not read. */
function judgeFile(file: ConfFileSeen, { folder, compared }: ConfObservation, writes: boolean): Finding | undefined {
	const { name, found, facts, loaded } = file;
	const diff = compared?.comparison.diffs[name];
	const remedy = { ...(writes && { remedy: REBUILD }), evidence: diff === undefined ? {} : { diff } };
	const path = `${folder}/${name}`;
	if (found.kind === 'refused') {
		return finding('refused', name, found.denied ? 'unknown' : 'critical', found.why, { advice: `ls -la ${path}` });
	}
	if (found.kind === 'missing') return finding('missing', name, 'critical', `${path} is missing`, remedy);
	if (facts?.empty) return finding('empty', name, 'critical', `${path} is empty`, remedy);
	const [fatal] = facts?.fatal ?? [];
	if (fatal !== undefined) {
		return finding('unloadable', name, 'critical', `${path}: Asterisk loses what follows ${fatal}`, remedy);
	}
	if (facts && !facts.whole) {
		return finding('truncated', name, 'critical', `${path} is cut off: its last line is missing`, remedy);
	}
	if (loaded !== 'not-loaded') return undefined;
	return finding('not_loaded', name, 'critical', `Asterisk does not hold what ${path} says: ${file.evidence}`, {
		remedy: RELOAD,
		evidence: { asked: file.evidence },
	});
}

function notIncluded({ name, notIncludedBy }: ConfFileSeen, { folder }: ConfObservation): Finding | undefined {
	if (notIncludedBy === undefined) return undefined;
	return finding('not_included', name, 'critical', `${folder}/${notIncludedBy} does not include ${name} any more`, {
		advice: `put "#include ${name}" back into ${folder}/${notIncludedBy}; that file is kept by hand, vicikeep does not write it`,
	});
}

/** Whole, and held by Asterisk for all that can be known: a version to come back to, and to compare edits with. */
const isWorthKeeping = (file: ConfFileSeen): boolean =>
	file.loaded === 'loaded' || (file.loaded === 'unknown' && file.facts?.whole === true && !isDamaged(file));

const flagMetric = ({ server }: ConfObservation, { settings: { limits }, note }: Context): Metric[] =>
	server === undefined ? [] : [measured(limits, 'rebuild_flag', server.flag ? note('conf rebuild flag').seconds : 0)];

/** Rebuilds that were asked for and not done: by the flag, by a forced reload, by a run of ours that was interrupted. */
function requests(seen: ConfObservation, { settings, note }: Context, writes: boolean): Finding[] {
	const findings: Finding[] = [];
	const remedy = writes ? { remedy: REBUILD } : {};
	if (seen.memory.owed) {
		findings.push(
			finding(
				'owed',
				'rebuild',
				'critical',
				`a rebuild of the conf files that began at ${seen.memory.owed.since} is not finished`,
				remedy,
			),
		);
	}
	if (seen.server?.flag) {
		const { seconds } = note('conf rebuild flag');
		const status = exceeded(settings.limits, 'rebuild_flag', seconds);
		if (status && settings.confOwner === 'stock') {
			findings.push(
				finding(
					'flag',
					'servers.rebuild_conf_files',
					status,
					`a rebuild of the conf files has been asked for ${Math.round(seconds / 60)} min ago and stock does not do it`,
					{
						...remedy,
						advice: 'crontab -l | grep ADMIN_keepalive_ALL',
					},
				),
			);
		}
	}
	const stamp = seen.server?.reloadTimestamp ?? '';
	const late = seen.files.filter(
		({ facts }) => facts?.whole && !facts.empty && facts.reloaded !== stamp && stamp !== '',
	);
	if (seen.server && !seen.server.flag && late.length > 0 && !seen.memory.owed) {
		const ours = settings.confOwner === 'vicikeep';
		const confirmed = note('conf lost rebuild').looks >= 2;
		findings.push(
			finding(
				'lost_rebuild',
				late.map(({ name }) => name).join(', '),
				confirmed ? 'critical' : 'warning',
				`a reload of all dialers was asked for at ${stamp}, but these files were made before it`,
				{
					evidence: { files: late.map(({ name }) => name) },
					...(ours ? remedy : { advice: 'vicikeep check --rebuild' }),
				},
			),
		);
	}
	return findings;
}

/** What a comparison says of files that are whole: they differ from the database, or rows cannot be written. */
function differences(seen: ConfObservation, { settings }: Context, writes: boolean): Finding[] {
	const { files } = seen;
	if (!seen.compared) return [];
	const { comparison } = seen.compared;
	const findings = comparison.problems.map((problem) =>
		finding('template', problem.split(':')[0] ?? '', 'critical', `${problem}; the files in place stay as they are`, {
			advice: 'correct it, then: vicikeep check --rebuild --dry-run',
		}),
	);
	const { warnings } = comparison;
	if (warnings.length > 0) {
		const told = `${warnings.length} values of the database cannot stand in a conf file as they are: ${warnings[0]}`;
		findings.push(finding('rows', 'database', 'warning', told, { evidence: { rows: warnings.slice(0, 50) } }));
	}
	for (const { name, facts, edited: edit } of files) {
		const diff = comparison.diffs[name];
		// a rebuild that was asked for is on its way
		if (
			(seen.server?.flag && !seen.asked) ||
			diff === undefined ||
			!facts?.whole ||
			facts.empty ||
			facts.fatal.length > 0
		)
			continue;
		// with odd rows in the database stock's text and ours differ by intention
		if (settings.confOwner === 'stock' && warnings.length > 0 && !seen.asked) continue;
		findings.push(
			finding(
				'differs',
				name,
				'warning',
				edit
					? `${name} was edited by hand since it was installed and is not what the database says`
					: `${name} is not what the database says: edited by hand, or the database changed without a rebuild`,
				{
					evidence: { diff },
					...(settings.confOwner === 'vicikeep' && writes
						? { remedy: REBUILD }
						: { advice: `vicikeep check --rebuild ${name}` }),
				},
			),
		);
	}
	return findings;
}

/** An edit by hand that leaves the meaning as the database has it, or that cannot be compared with it now. */
function edited(
	{ name, edited: edit }: ConfFileSeen,
	{ folder, compared }: ConfObservation,
	{ settings }: Context,
	writes: boolean,
): Finding | undefined {
	if (edit === undefined) return undefined;
	const diff = edit.diff ?? compared?.comparison.diffs[name];
	return finding('edited', name, 'warning', `${folder}/${name} was edited by hand since it was installed`, {
		...(diff !== undefined && { evidence: { diff } }),
		...(settings.confOwner === 'vicikeep' && writes
			? { remedy: REBUILD }
			: { advice: `vicikeep check --rebuild ${name}` }),
	});
}
