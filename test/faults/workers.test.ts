import { runArea } from './run-area.ts';
import { WORKERS } from './workers.ts';

runArea(WORKERS);
