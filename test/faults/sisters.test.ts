import { runArea } from './run-area.ts';
import { SISTERS } from './sisters.ts';

runArea(SISTERS);
