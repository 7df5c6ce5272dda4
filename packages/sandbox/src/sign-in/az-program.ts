/**
 * The `az` of a session: it hands its words to the sandbox, does what the answer asks for (files and programs are the
 * caller's: its folder, its environment, its rights), and ends as the answer says. The secret comes from the session's
 * own folder and goes into a header: never into an argument or a variable.
 */
export const AZ_PROGRAM = String.raw`'use strict';
const { spawnSync } = require('node:child_process');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const { homedir } = require('node:os');
const { dirname, join, resolve } = require('node:path');

function readSession() {
  try {
    return JSON.parse(readFileSync(join(process.env.AZURE_CONFIG_DIR || '', 'session.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function ask(session, words, done) {
  const body = JSON.stringify({ words });
  const headers = {
    authorization: 'Bearer ' + session.secret,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const request = http.request(session.address, { method: 'POST', headers }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (response.statusCode === 200) done(JSON.parse(text));
      else fail('the sign-in service answered ' + response.statusCode + ': ' + text.slice(0, 300));
    });
  });
  request.on('error', (error) => fail('the sign-in service does not answer: ' + error.message));
  request.end(body);
}

function fail(text) {
  process.stderr.write('ERROR: ' + text + '\n');
  process.exitCode = 1;
}

function act(reply) {
  for (const { path, text } of reply.files || []) {
    const target = resolve(path.replace(/^~(?=\/)/, homedir()));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { mode: 0o600 });
  }
  process.stdout.write(reply.stdout);
  process.stderr.write(reply.stderr);
  process.exitCode = reply.exitCode;
  for (const { program, words, input } of reply.programs || []) {
    const ended = spawnSync(program, words, { input, stdio: ['pipe', 'inherit', 'inherit'] });
    if (ended.error) return fail(program + ' could not be started: ' + ended.error.message);
    if (ended.status !== 0) {
      process.exitCode = 1;
      return;
    }
  }
}

const session = readSession();
if (session) ask(session, process.argv.slice(2), act);
else fail("Please run 'az login' to setup account.");
`;
