import { ASTERISK } from './asterisk.ts';
import { runArea } from './run-area.ts';

runArea(ASTERISK);
