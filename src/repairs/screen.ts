import { findProgram } from '../adapters/host.ts';

/** A step that did not reach its end; the message says why, in words for the report. */
export class StepFailed extends Error {}

/** Where GNU screen is, in the PATH that daemons get. @throws StepFailed */
export function screenProgram(environment: Record<string, string>): string {
	const program = findProgram('screen', environment.PATH ?? '');
	if (program === undefined)
		throw new StepFailed(`there is no screen in ${environment.PATH}; install the package screen`);
	return program;
}
