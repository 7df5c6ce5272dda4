// npm stop: ends the sandbox that `npm start` left running. Its state stays in playground/.sandbox.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PLAYGROUND, runProduct } from './playground.mjs';

if (existsSync(join(PLAYGROUND, '.sandbox'))) process.exitCode = await runProduct(['sandbox', 'stop']);
else console.log('No sandbox was started here; npm start does that.');
