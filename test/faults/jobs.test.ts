import { JOBS } from './jobs.ts';
import { runArea } from './run-area.ts';

runArea(JOBS);
