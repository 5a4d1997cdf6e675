import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS } from './documents.ts';

for (const [path, make] of Object.entries(DOCUMENTS)) writeFileSync(path, make(readFileSync(path, 'utf8')));
