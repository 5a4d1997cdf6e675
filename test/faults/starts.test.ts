import { runArea } from './run-area.ts';
import { STARTS } from './starts.ts';

runArea(STARTS);
