import { CODES } from './codes.ts';
import { runArea } from './run-area.ts';

runArea(CODES);
