import type { Format } from '../option-values.ts';
import type { Report } from '../types.ts';
import { renderJson } from './json.ts';
import { type Paint, renderText } from './text.ts';

/** How the report is to look where it is read. */
export interface Look {
	/** columns of the terminal */
	width: number;
	verbosity: number;
	color: boolean;
}

/** The report in the given format; what few runs need is loaded when it is needed. */
export async function render(report: Report, format: Format, { width, verbosity, color }: Look): Promise<string> {
	switch (format) {
		case 'json':
			return renderJson(report);
		case 'nagios':
			return (await import('./nagios.ts')).renderNagios(report, verbosity);
		case 'prometheus':
			return (await import('./prometheus.ts')).renderPrometheus(report);
		case 'human':
			return renderText(report, { width, verbosity, paint: color ? await colours() : (_, text) => text });
	}
}

async function colours(): Promise<Paint> {
	const { PAINT } = await import('./paint.ts');
	return (status, text) => PAINT[status](text);
}
