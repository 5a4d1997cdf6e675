import { AREAS } from './areas.ts';
import type { Area, Fault } from './fault.ts';
import { type Walked, Walker } from './walk.ts';

/** Areas that are walked at the same time. */
const AT_A_TIME = 2;

const looks = (count: number | undefined): string => (count === undefined ? '-' : String(count));

const numbers = ({ pains = [], rows = [] }: Fault): string =>
	[...pains.map((pain) => `P${pain}`), ...rows.map((row) => `Q${row}`)].join(' ');

function line(fault: Fault, { found, repaired, problems }: Walked): string {
	const repair = fault.after === 'well' ? looks(repaired) : 'none';
	const [root] = fault.find;
	return `${problems.length === 0 ? ' ok ' : 'FAIL'}  ${looks(found).padStart(5)}  ${repair.padStart(6)}  ${numbers(fault).padEnd(12)}  ${fault.says}\n${' '.repeat(35)}${root}${(fault.do ?? []).length > 0 ? ` -> ${fault.do?.join(', ')}` : ''}; twin: ${fault.twin.but}`;
}

async function walkArea(area: Area): Promise<{ text: string; failed: number }> {
	const walker = await Walker.start(area);
	const lines = [`\n${area.name}`];
	let failed = 0;
	try {
		for (const fault of area.faults) {
			const walked = await walker.walk(fault);
			if (walked.problems.length > 0) failed++;
			lines.push(line(fault, walked), ...walked.problems.map((problem) => `${' '.repeat(35)}! ${problem}`));
		}
	} finally {
		await walker.stop();
	}
	return { text: lines.join('\n'), failed };
}

const wanted = process.argv.slice(2);
const waiting = AREAS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
console.log('      found  repaired after so many looks (on a dialer: minutes); P pain, Q row that stands still');
let failed = 0;
const walkNext = async (): Promise<void> => {
	for (let area = waiting.shift(); area !== undefined; area = waiting.shift()) {
		const walked = await walkArea(area);
		console.log(walked.text);
		failed += walked.failed;
	}
};
await Promise.all(Array.from({ length: AT_A_TIME }, walkNext));
console.log(failed === 0 ? '\nall as the table says' : `\n${failed} not as the table says`);
process.exitCode = failed === 0 ? 0 : 1;
