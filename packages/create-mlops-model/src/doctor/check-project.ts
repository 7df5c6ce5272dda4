import { blockedOf, changesOf, type MessageKey, plan, type Step, type Translate } from '@create-mlops-model/core';
import { declare } from '../declare.ts';
import type { OwnRight } from '../services/azure-devops/own-rights.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { Session } from '../session.ts';
import { type Finding, toFailure } from './finding.ts';

/** The rights of daily work, and who usually gives each. */
const RIGHTS: readonly { readonly right: OwnRight; readonly name: MessageKey; readonly holder: MessageKey }[] = [
  { right: 'read', name: 'right.read-repository', holder: 'holder.project-administrator' },
  { right: 'push', name: 'right.push-main', holder: 'holder.project-administrator' },
  { right: 'create-branch', name: 'right.create-branch', holder: 'holder.project-administrator' },
  { right: 'pull-request', name: 'right.contribute-pull-requests', holder: 'holder.project-administrator' },
  { right: 'queue-builds', name: 'right.queue-builds', holder: 'holder.build-administrator' },
];

/** Rights in the repository, then everything that `mlops.yaml` names: there, as it says, and ours. */
export async function checkProject(session: Session, us: string, translate: Translate): Promise<readonly Finding[]> {
  const { names } = session.project;
  const { repositories } = session.services.azureDevOps;
  try {
    const repository = await repositories.find(names.repository);
    if (repository === undefined) {
      const text = translate('doctor.noRepository', { repository: names.repository });
      return [{ topic: 'project', name: 'repository', status: 'fail', text, fix: toApplyFix(us, translate) }];
    }
    const [rights, objects] = await Promise.all([
      checkRights(session.services.azureDevOps, repository.id, translate),
      checkObjects(session, us, translate),
    ]);
    return [...rights, ...objects];
  } catch (error) {
    return [toFailure('project', 'repository', error, translate)];
  }
}

/** The rights of daily work in a repository, each there or missing. */
export async function checkRights(
  azureDevOps: AzureDevOps,
  repositoryId: string,
  translate: Translate,
): Promise<readonly Finding[]> {
  const own = await azureDevOps.ownRights.list(repositoryId);
  return RIGHTS.map(({ right, name, holder }): Finding => {
    const line = { topic: 'rights', name: right } as const;
    if (own.includes(right)) return { ...line, status: 'pass', text: translate(name) };
    const text = translate('doctor.noRight', { right: translate(name) });
    const fix = translate('doctor.noRight.fix', { holder: translate(holder) });
    return { ...line, status: 'fail', text, fix, code: 'forbidden' };
  });
}

async function checkObjects(session: Session, us: string, translate: Translate): Promise<readonly Finding[]> {
  const planned = await plan(declare(session.project, session.services));
  const wrong = [...changesOf(planned.plan), ...blockedOf(planned.plan)];
  const right = planned.plan.length - wrong.length;
  const text = translate('doctor.asNamed', { count: right });
  const lines = wrong.map((step) => toFinding(step, us, translate));
  return right === 0 ? lines : [{ topic: 'project', name: 'objects', status: 'pass', text }, ...lines];
}

function toFinding(step: Step, us: string, translate: Translate): Finding {
  const { address } = step;
  const line = { topic: 'project', name: address, status: 'fail' } as const;
  switch (step.action) {
    case 'none':
      return { ...line, status: 'pass', text: address };
    case 'create':
      return { ...line, text: translate('doctor.absent', { address }), fix: toApplyFix(us, translate, step.right) };
    case 'update': {
      const fields = step.changes.map(({ field }) => field).join(', ');
      const text = translate('doctor.differs', { address, fields });
      return { ...line, text, fix: toApplyFix(us, translate, step.right) };
    }
    case 'blocked': {
      const isMissing = step.reason === 'missing';
      const text = isMissing ? translate('doctor.absent', { address }) : translate('doctor.notOurs', { address });
      const what = step.step === undefined ? translate('plan.notOurs') : inWords(step.step, translate);
      return { ...line, text, fix: what };
    }
  }
}

function inWords(text: NonNullable<Extract<Step, { action: 'blocked' }>['step']>, { lang }: Translate): string {
  return typeof text === 'string' ? text : text[lang];
}

function toApplyFix(us: string, translate: Translate, right?: { readonly name: string; readonly holder: string }) {
  const command = `${us} apply`;
  if (right === undefined) return translate('doctor.apply', { command });
  const holder = translate(right.holder as MessageKey);
  return translate('doctor.applyRight', { command, right: translate(right.name as MessageKey), holder });
}
