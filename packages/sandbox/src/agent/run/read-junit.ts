import type { TestCase } from './job-work.ts';
import { parseXml, type XmlElement } from './parse-xml.ts';

/** Reads a file of results as JUnit, pytest and many others write it. @throws XmlProblem */
export function readJunit(source: string): readonly TestCase[] {
  const root = parseXml(source);
  if (root.name !== 'testsuites' && root.name !== 'testsuite') {
    throw new Error(`<testsuites> or <testsuite> was expected, not <${root.name}>`);
  }
  return listCases(root).map(toTestCase);
}

function listCases(element: XmlElement): readonly XmlElement[] {
  return element.children.flatMap((child) => (child.name === 'testcase' ? [child] : listCases(child)));
}

function toTestCase({ attributes, children }: XmlElement): TestCase {
  const problem = children.find(({ name }) => name === 'failure' || name === 'error');
  const skipped = children.find(({ name }) => name === 'skipped');
  const outcome = problem ? 'Failed' : skipped ? 'NotExecuted' : 'Passed';
  const why = problem ?? skipped;
  const message = why && (why.attributes.message || why.text.trim());
  return {
    name: attributes.name ?? '',
    className: attributes.classname ?? '',
    outcome,
    milliseconds: toMilliseconds(attributes.time),
    ...(message ? { message } : {}),
  };
}

/** Seconds as text; thousands may be set off by commas. */
function toMilliseconds(time = ''): number {
  const seconds = Number(time.replaceAll(',', ''));
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : 0;
}
