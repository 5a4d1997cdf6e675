import { QUEUES } from './queues.ts';
import { runArea } from './run-area.ts';

runArea(QUEUES);
