import { removeStaleInstances } from './sandbox/instance.ts';
import { providePrograms } from './sandbox/programs.ts';

/** Gets the sandbox's programs once, before any worker starts, and clears what killed runs left. */
export async function setup(): Promise<void> {
	removeStaleInstances();
	await providePrograms((line) => console.log(`sandbox: ${line}`));
}

/** Clears what a worker left that had to be killed. */
export function teardown(): void {
	removeStaleInstances();
}
