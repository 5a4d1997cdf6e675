import { REPLICA } from './replica.ts';
import { runArea } from './run-area.ts';

runArea(REPLICA);
