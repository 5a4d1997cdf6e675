// Loaded into a run whose memory is measured: at its end it appends the most that it ever held, kilobytes.
const { appendFileSync, readFileSync } = require('node:fs');

process.on('exit', () => {
	// not what resourceUsage() tells: that begins with what our parent held when it forked
	const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'));
	appendFileSync(process.env.BENCH_PEAKS, `${kilobytes}\n`);
});
