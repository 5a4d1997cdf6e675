import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Runs the demo of the built program to its end and gives what it printed. @throws when the story did not go as told */
export const runDemo = (): Promise<string> =>
	new Promise((resolve, reject) => {
		const demo = join(import.meta.dirname, '../sandbox/demo.ts');
		execFile(process.execPath, ['--import', 'tsx', demo], (error, stdout, stderr) =>
			error ? reject(new Error(`${stdout}${stderr}`)) : resolve(stdout),
		);
	});

/** The chapters that the README shows. */
const SHOWN = /^== 3\. [\s\S]*?(?=\n+== 5\. )/m;
const BLOCK = /(<!-- demo -->\n```\n)([\s\S]*?)(\n```\n<!-- \/demo -->)/;

/** The shown part of what the demo printed, or of the README's recording. @throws when it is not there */
export function chaptersOf(output: string): string {
	const [chapters] = SHOWN.exec(output) ?? [];
	if (chapters === undefined) throw new Error('these chapters are not in it');
	return chapters;
}

/** The recording that the README holds. @throws when it holds none */
export function recordingIn(readme: string): string {
	const [, , recording] = BLOCK.exec(readme) ?? [];
	if (recording === undefined) throw new Error('README.md has no marker demo');
	return recording;
}

/** The README with this recording. */
export const withRecording = (readme: string, output: string): string =>
	readme.replace(BLOCK, (_, begin: string, __, end: string) => begin + chaptersOf(output) + end);

/**
 * A text as far as it is the same in every run: without times, addresses, numbers of processes, folders, line breaks, and
 * without what another dialer on the same machine adds.
 */
export const wordingOf = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/; stock does not start it, because it takes \S+ \(process \d+\) for it/g, '')
		.replace(/\/\S*\/(?=(?:log|lib|etc|evidence|astguiclient)\/)/g, '/…/')
		.replace(/-\d{8}T[\d.]+Z/g, '-…')
		.replace(/\d[\d.:-]*\d|\d/g, '#');
