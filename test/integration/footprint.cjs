// Preloaded into a run of vicikeep: writes down every signal that it sends and every program that it starts.
const { appendFileSync } = require('node:fs');
const children = require('node:child_process');

const record = (line) => appendFileSync(process.env.FOOTPRINT_FILE, `${line}\n`);

const kill = process.kill.bind(process);
process.kill = (pid, signal) => {
	record(`signal ${signal} ${pid}`);
	return kill(pid, signal);
};
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
	const original = children[name];
	children[name] = (file, ...rest) => {
		record(`program ${file}`);
		return original(file, ...rest);
	};
}
