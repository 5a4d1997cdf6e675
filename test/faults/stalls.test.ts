import { runArea } from './run-area.ts';
import { STALLS } from './stalls.ts';

runArea(STALLS);
