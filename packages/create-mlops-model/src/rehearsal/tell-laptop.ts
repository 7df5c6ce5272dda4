import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { findPython } from '../doctor/check-tools.ts';
import { openDisk } from '../services/disk.ts';
import { makeShell } from '../services/shell.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Longest time for one of the project's own programs: the first environment is downloaded. Milliseconds. */
const LONGEST = 15 * 60_000;

/** What the training notebook hands to whoever started it; the fields told here. */
interface TrainingResult {
  readonly run_id: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly model: { readonly version: string } | null;
}

/** Without any cloud: the project's own environment, training into a local MLflow, the service over HTTP. */
export async function tellLaptop(rehearsal: Rehearsal): Promise<void> {
  const { context, disk, manifest, note } = rehearsal;
  const { terminal, translate } = context;
  const folder = join(disk.folder, 'clone');
  const python = join(folder, '.venv', 'bin', 'python');
  const environment = { ...context.env, MLFLOW_TRACKING_URI: `sqlite:///${folder}/.mlflow/mlflow.db` };
  const run = async (program: string, ...args: string[]): Promise<string> => {
    terminal.print(`  $ ${[program, ...args].join(' ').replaceAll(`${folder}/`, '')}`);
    const result = await makeShell().run(program, args, { folder, environment, timeout: LONGEST });
    if (result.missing) throw noProgram(program);
    if (result.exitCode !== 0) throw failed(args[0] ?? program, result.stderr || result.stdout);
    return result.stdout;
  };

  terminal.print(translate('rehearse.laptop.environment'));
  const sources = { shell: makeShell(), environment, translate, node: process.versions.node, python: manifest.python };
  await run((await findPython(sources))?.program ?? 'python3', 'scripts/setup.py');
  const said = await run(python, 'notebooks/model_train.py', '--mode', 'full', '--register', 'true');
  const result = JSON.parse(said.trim().split('\n').at(-1) ?? '') as TrainingResult;
  const { name } = manifest.model.metric;
  terminal.print(
    translate('rehearse.laptop.trained', { metric: name, value: String(result.metrics[name]?.toFixed(4)) }),
  );
  await run(python, 'pipelines/deploy/select_model.py', '--output', '.model');
  terminal.print(`  ${(await run(python, 'pipelines/deploy/local_deploy_test.py', '--model', '.model')).trim()}`);
  // The card that the registry handed back with the model.
  const card = JSON.parse(openDisk(folder).find('.model/model.json')?.contents ?? '{}') as { run_id?: string };
  note(translate('rehearse.laptop.run'), card.run_id ?? '');
  note(translate('rehearse.laptop.version'), result.model?.version ?? '');
}

function noProgram(program: string): UserError {
  return new UserError(
    'failed',
    { en: `Rehearsing: ${program} is not installed.`, fr: `Répétition\u00a0: ${program} n’est pas installé.` },
    {
      en: 'Install Python 3.11 or newer with its venv module, then run "rehearse" again: it goes on with this chapter.',
      fr: 'Installez Python 3.11 ou plus récent avec son module venv, puis relancez «\u00a0rehearse\u00a0»\u00a0: la répétition reprend à ce chapitre.',
    },
  );
}

function failed(script: string, said: string): UserError {
  const last = said.trim().split('\n').slice(-5).join('\n');
  return new UserError(
    'failed',
    { en: `Rehearsing: ${script} failed.\n${last}`, fr: `Répétition\u00a0: ${script} a échoué.\n${last}` },
    {
      en: 'Put it right, then run "rehearse" again: it goes on with this chapter.',
      fr: 'Corrigez, puis relancez «\u00a0rehearse\u00a0»\u00a0: la répétition reprend à ce chapitre.',
    },
  );
}
