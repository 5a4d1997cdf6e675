import { MACHINE } from './machine.ts';
import { runArea } from './run-area.ts';

runArea(MACHINE);
