import { RESOURCES } from './resources.ts';
import { runArea } from './run-area.ts';

runArea(RESOURCES);
