import { runArea } from './run-area.ts';
import { TIME } from './time.ts';

runArea(TIME);
