import { CALLS } from './calls.ts';
import { runArea } from './run-area.ts';

runArea(CALLS);
