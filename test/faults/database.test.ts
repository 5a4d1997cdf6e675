import { DATABASE } from './database.ts';
import { runArea } from './run-area.ts';

runArea(DATABASE);
