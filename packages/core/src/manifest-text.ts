import * as v from 'valibot';
import type { Document, ParsedNode } from 'yaml';
import type { Answers } from './answers.ts';
import { UserError } from './errors.ts';
import { type Manifest, ManifestSchema } from './manifest.ts';
import { createTranslate, type Translate } from './messages/index.ts';
import { findProblems, type Problem, printPath } from './problems.ts';
import { fromManifest } from './to-manifest.ts';
import { findNodeAt, readYaml, type TextProblem, type YamlText } from './yaml-text.ts';

/**
 * Reads `mlops.yaml`.
 * @param file as people know it; named in the error
 * @throws UserError `usage`, naming every problem with its line and column
 */
export function parseManifest(text: string, file: string, translate: Translate = createTranslate('en')): Manifest {
  const yaml = readYaml(text, translate);
  const problems = yaml.value === undefined ? [] : findProblems(yaml.value, { partial: false }, translate);
  refuse(yaml, problems, file, translate);
  return v.parse(ManifestSchema, yaml.value);
}

/**
 * Reads an answers or defaults file: any part of an `mlops.yaml`.
 * @throws UserError `usage`, naming every problem with its line and column
 */
export function parseAnswers(text: string, file: string, translate: Translate = createTranslate('en')): Answers {
  const yaml = readYaml(text, translate);
  // An empty file answers nothing, which is no mistake.
  const value = yaml.value === null ? {} : yaml.value;
  // Fields of different sources are judged together once all are there.
  const problems = value === undefined ? [] : findProblems(value, { partial: true, together: false }, translate);
  refuse(yaml, problems, file, translate);
  return fromManifest(value);
}

function refuse(yaml: YamlText, problems: readonly Problem[], file: string, translate: Translate): void {
  const placed = [...yaml.problems, ...problems.map((problem) => place(yaml, problem))];
  if (placed.length === 0) return;
  const lines = placed
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => `  ${file}:${problem.line}:${problem.column} ${problem.message}`);
  throw new UserError(
    'usage',
    [translate('error.manifest', { file, count: placed.length }), ...lines].join('\n'),
    translate('error.manifest.hint'),
  );
}

/** A missing field is shown at the section that lacks it. */
function place(yaml: YamlText, problem: Problem): TextProblem {
  const document = yaml.document as Document<ParsedNode>;
  const offset = findNodeAt(document, problem.path, problem.atKey);
  const field = printPath(problem.path);
  const message = field === '' || problem.atKey ? problem.message : `${field}: ${problem.message}`;
  return { ...yaml.positionOf(offset), message };
}
