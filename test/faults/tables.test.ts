import { runArea } from './run-area.ts';
import { TABLES } from './tables.ts';

runArea(TABLES);
