import { MEMORY_TABLES } from './memory-tables.ts';
import { runArea } from './run-area.ts';

runArea(MEMORY_TABLES);
