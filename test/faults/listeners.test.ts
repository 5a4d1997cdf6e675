import { LISTENERS } from './listeners.ts';
import { runArea } from './run-area.ts';

runArea(LISTENERS);
