import { outsideMaintenance } from '../sandbox/maintenance.ts';
import { AREAS } from './areas.ts';
import type { Area, Fault } from './fault.ts';
import { type Walked, Walker } from './walk.ts';

/** Areas that are walked at the same time. */
const AT_A_TIME = 2;

const looks = (count: number | undefined): string => (count === undefined ? '-' : String(count));

const numbers = ({ pains = [], rows = [] }: Fault): string =>
	[...pains.map((pain) => `P${pain}`), ...rows.map((row) => `Q${row}`)].join(' ');

function tell(area: string, fault: Fault, { found, repaired, problems }: Walked): void {
	const repair = fault.after === 'well' ? looks(repaired) : 'none';
	const [root] = fault.find;
	const remedy = (fault.do ?? []).length > 0 ? ` -> ${fault.do?.join(', ')}` : '';
	console.log(
		`${problems.length === 0 ? ' ok ' : 'FAIL'}  ${looks(found).padStart(5)}  ${repair.padStart(8)}  ${area}: ${fault.says}`,
	);
	for (const more of [
		`${root}${remedy}`,
		`twin: ${fault.twin.but}`,
		numbers(fault),
		...problems.map((one) => `! ${one}`),
	])
		if (more !== '') console.log(`${' '.repeat(23)}${more}`);
}

/** @returns how many rows did not go as they say */
async function walkArea(area: Area): Promise<number> {
	const walker = await Walker.start(area);
	let failed = 0;
	try {
		for (const fault of area.faults) {
			await outsideMaintenance();
			const walked = await walker.walk(fault).catch((error: Error): Walked => ({ problems: [error.message] }));
			if (walked.problems.length > 0) failed++;
			tell(area.name, fault, walked);
		}
	} finally {
		await walker.stop();
	}
	return failed;
}

/** Names of areas, or parts of what rows say; everything when there are none. */
const wanted = process.argv.slice(2);
const isWanted = (text: string): boolean => wanted.length === 0 || wanted.some((part) => text.includes(part));
const waiting = AREAS.map((area) => ({
	...area,
	faults: area.faults.filter(({ says }) => isWanted(`${area.name}: ${says}`)),
})).filter(({ faults }) => faults.length > 0);
console.log('      found  repaired after so many looks (on a dialer: minutes); P pain, Q row that stands still');
let failed = 0;
const walkNext = async (): Promise<void> => {
	for (let area = waiting.shift(); area !== undefined; area = waiting.shift()) {
		const here = await walkArea(area);
		failed += here; // not before: another area may have failed meanwhile
	}
};
await Promise.all(Array.from({ length: AT_A_TIME }, walkNext));
console.log(failed === 0 ? '\nall as the table says' : `\n${failed} not as the table says`);
process.exitCode = failed === 0 ? 0 : 1;
