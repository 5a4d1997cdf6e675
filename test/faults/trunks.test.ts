import { runArea } from './run-area.ts';
import { TRUNKS } from './trunks.ts';

runArea(TRUNKS);
