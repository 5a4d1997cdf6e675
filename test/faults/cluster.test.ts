import { CLUSTER } from './cluster.ts';
import { runArea } from './run-area.ts';

runArea(CLUSTER);
