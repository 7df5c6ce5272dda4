import { join, normalize } from 'node:path/posix';
import { parseTree } from '../../agent/compile/parse-tree.ts';
import { type Data, findValue, toData } from '../../agent/tree.ts';
import { isObject, toObject, toText } from '../call.ts';
import { tryGit } from '../git.ts';
import type { Json } from '../state.ts';
import { toGitFolder } from '../world.ts';
import { CHECK, describeChecked, listChecksOn } from './checks-on.ts';
import type { Scene } from './decide-stage.ts';
import type { Decision } from './gates.ts';

/** Lets only pipelines pass whose YAML extends one of the templates that the check names. */
export async function decideRequiredTemplate(scene: Scene): Promise<Decision | undefined> {
  const checks = listChecksOn(scene, CHECK.requiredTemplate);
  if (checks.length === 0) return undefined;
  const extended = await findExtended(scene);
  for (const check of checks) {
    const { extendsChecks } = toObject(check.settings);
    const wanted = Array.isArray(extendsChecks) ? extendsChecks.filter(isObject) : [];
    if (wanted.some((template) => isTemplate(template, extended))) continue;
    const names = wanted.map(({ templatePath }) => toText(templatePath)).join(', ');
    return {
      kind: 'refuse',
      result: 'failed',
      why: `The pipeline does not extend a template that ${describeChecked(scene, check)} requires: ${names}`,
    };
  }
  return undefined;
}

/** Templates of another repository are refused when the pipeline is read, so the path alone decides. */
function isTemplate({ templatePath }: Json, extended: string | undefined): boolean {
  return extended !== undefined && normalize(join('/', toText(templatePath))) === extended;
}

/** Path of the template that the run's YAML extends, with a leading slash. */
async function findExtended({ world, organization, build }: Scene): Promise<string | undefined> {
  const definition = organization.definitions.find(({ id }) => id === build.definitionId);
  const repository = organization.repositories.find(({ id }) => id === build.repositoryId);
  if (!definition || !repository) return undefined;
  const path = normalize(join('/', toText(toObject(definition.body.process).yamlFilename)));
  const name = `${build.commitId}:${path.slice(1)}`;
  const { code, stdout } = await tryGit(toGitFolder(world, repository), ['cat-file', 'blob', name]);
  if (code !== 0) return undefined;
  const node = findValue(parseTree(path, stdout.toString('utf8')), 'extends');
  const template = node && findTemplate(toData(node));
  if (template === undefined) return undefined;
  return normalize(template.startsWith('/') ? template : join(path, '..', template));
}

function findTemplate(data: Data): string | undefined {
  if (!isObject(data)) return undefined;
  return toText(data.template).replace(/@self$/, '') || undefined;
}
