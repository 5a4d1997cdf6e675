import { NETWORK } from './network.ts';
import { runArea } from './run-area.ts';

runArea(NETWORK);
