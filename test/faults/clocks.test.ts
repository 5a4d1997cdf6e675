import { CLOCKS } from './clocks.ts';
import { runArea } from './run-area.ts';

runArea(CLOCKS);
