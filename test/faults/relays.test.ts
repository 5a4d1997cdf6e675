import { RELAYS } from './relays.ts';
import { runArea } from './run-area.ts';

runArea(RELAYS);
