import { readFileSync, writeFileSync } from 'node:fs';
import { runDemo, withRecording } from './demo.ts';

writeFileSync('README.md', withRecording(readFileSync('README.md', 'utf8'), await runDemo()));
