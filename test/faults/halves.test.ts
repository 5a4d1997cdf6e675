import { HALVES } from './halves.ts';
import { runArea } from './run-area.ts';

runArea(HALVES);
