import { DEADLOCK } from './deadlock.ts';
import { runArea } from './run-area.ts';

runArea(DEADLOCK);
