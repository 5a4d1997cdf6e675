import { CAUSES } from './causes.ts';
import { runArea } from './run-area.ts';

runArea(CAUSES);
