import type { Report } from '../types.ts';

/** The whole report as one JSON object. */
export const renderJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;
