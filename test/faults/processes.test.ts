import { PROCESSES } from './processes.ts';
import { runArea } from './run-area.ts';

runArea(PROCESSES);
