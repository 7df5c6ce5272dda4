import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, tryJob } from '../test-host.ts';

const RESULTS = `<?xml version="1.0" encoding="utf-8"?>
<!-- as pytest writes it -->
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="1.2">
  <testcase classname="tests.test_a" name="test_good[&lt;1&gt;]" time="0.25" />
  <testcase classname="tests.test_a" name="test_bad" time="0.001"><failure message="assert 1 == 2&#10;secret-word">trace</failure></testcase>
  <testcase classname="tests.test_a" name="test_odd" time="0"><error><![CDATA[<boom> & more]]></error></testcase>
  <testcase classname="tests.test_a" name="test_later" time="0.0"><skipped type="pytest.skip" message="not today">x</skipped></testcase>
</testsuite></testsuites>`;

const publish = (inputs: string) => `- task: PublishTestResults@2\n  inputs: { testResultsFormat: JUnit, ${inputs} }\n`;

/** Publishes files that lie in the sources. */
async function tryFiles(folder: string, files: Readonly<Record<string, string>>, inputs: string) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, '_work', '1', 's', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  return tryJob(folder, publish(inputs), { variables: { s: { value: 'secret-word', isSecret: true } } });
}

describe('PublishTestResults', () => {
  it('reads what pytest writes, without the secrets', async () => {
    using agent = makeFolder();
    const { seen, end } = await tryFiles(
      agent.folder,
      { 'x/tests.xml': RESULTS },
      "testResultsFiles: '**/tests.xml', testRunTitle: API",
    );
    const className = 'tests.test_a';
    expect(seen.tests).toEqual([
      {
        title: 'API',
        cases: [
          { name: 'test_good[<1>]', className, outcome: 'Passed', milliseconds: 250 },
          { name: 'test_bad', className, outcome: 'Failed', milliseconds: 1, message: 'assert 1 == 2\n***' },
          { name: 'test_odd', className, outcome: 'Failed', milliseconds: 0, message: '<boom> & more' },
          { name: 'test_later', className, outcome: 'NotExecuted', milliseconds: 0, message: 'not today' },
        ],
      },
    ]);
    expect(end.result).toBe('Succeeded');
  });

  it('fails on failed tests where it is asked to', async () => {
    using agent = makeFolder();
    const { end, seen } = await tryFiles(
      agent.folder,
      { 'tests.xml': RESULTS },
      'testResultsFiles: tests.xml, failTaskOnFailedTests: true',
    );
    expect([end.result, seen.tests.length]).toEqual(['Failed', 1]);
  });

  it.each([
    ['mergeTestResults: true', [['JUnit_TestResults', 8]]],
    [
      'mergeTestResults: false',
      [
        ['JUnit_TestResults_1', 4],
        ['JUnit_TestResults_2', 4],
      ],
    ],
  ])('of several files with %s', async (inputs, expected) => {
    using agent = makeFolder();
    const files = { 'TEST-1.xml': RESULTS, 'deep/TEST-2.xml': RESULTS, 'other.xml': RESULTS };
    const { seen } = await tryFiles(agent.folder, files, inputs);
    expect(seen.tests.map(({ title, cases }) => [title, cases.length])).toEqual(expected);
  });

  it('warns where there is no file, and fails where it is asked to', async () => {
    using agent = makeFolder();
    const missing = "testResultsFiles: '**/none.xml'";
    const { seen, end } = await tryFiles(agent.folder, {}, missing);
    expect([end.result, seen.steps[0]?.end?.issues]).toEqual([
      'Succeeded',
      [{ type: 'warning', message: "No test result files matching '[ **/none.xml ]' were found." }],
    ]);
    const strict = await tryFiles(agent.folder, {}, `${missing}, failTaskOnMissingResultsFile: true`);
    expect(strict.end.result).toBe('Failed');
  });

  it.each([
    ['<testsuites><testsuite>', '<testsuite> is not closed'],
    ['<testsuites></testsuite>', '</testsuite> closes nothing that is open'],
    ['<testsuites>\n<a b=c/></testsuites>', 'Line 2: a tag was expected'],
    ['<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>', 'a tag was expected'],
    ['<html/>', '<testsuites> or <testsuite> was expected, not <html>'],
    ['not XML', 'text outside the document'],
    ['', 'there is no element'],
  ])('warns of %j', async (text, expected) => {
    using agent = makeFolder();
    const { seen } = await tryFiles(agent.folder, { 'tests.xml': text }, 'testResultsFiles: tests.xml');
    expect(seen.steps[0]?.end?.issues).toEqual([{ type: 'warning', message: expect.stringContaining(expected) }]);
  });
});
