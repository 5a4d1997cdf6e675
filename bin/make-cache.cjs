'use strict';
// Run once after an installation, by root and with the Node.js that will run the program.
const { join } = require('node:path');

require('./code-cache.cjs').makeCache(join(__dirname, '../dist/vicikeep.cjs'));
