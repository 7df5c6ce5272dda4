#!/usr/bin/env node
// Written so that every Node.js can read it: the version is checked before anything newer is loaded.
var found = process.versions.node;
var parts = found.split('.');
if (Number(parts[0]) < 20 || (Number(parts[0]) === 20 && Number(parts[1]) < 19)) {
  console.error(
    'create-mlops-model needs Node.js 20.19 or newer; this is ' +
      found +
      '. Get it from https://nodejs.org\n' +
      'create-mlops-model exige Node.js 20.19 ou plus récent ; ceci est ' +
      found +
      '. Prenez-le sur https://nodejs.org',
  );
  process.exit(2);
}
require('./dist/main.cjs');
