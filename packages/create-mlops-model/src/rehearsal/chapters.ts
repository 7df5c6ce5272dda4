import type { MessageKey } from '@create-mlops-model/core';
import type { Rehearsal } from './rehearsal.ts';
import { tellBadImage } from './serving/tell-bad-image.ts';
import { tellDeploy } from './serving/tell-deploy.ts';
import { tellRollback } from './serving/tell-rollback.ts';
import { tellRollingUpdate } from './serving/tell-rolling-update.ts';
import { tellApply } from './tell-apply.ts';
import { tellClone } from './tell-clone.ts';
import { tellCreate } from './tell-create.ts';
import { tellFeature } from './tell-feature.ts';
import { tellLaptop } from './tell-laptop.ts';
import { tellRetraining } from './tell-retraining.ts';
import { tellUpdate } from './tell-update.ts';

/** One part of the loop: told, done, and checked against what the services return. */
export interface Chapter {
  readonly title: MessageKey;
  /** @throws UserError when what should be is not */
  readonly tell: (rehearsal: Rehearsal) => Promise<void>;
}

/** The loop, in order. */
export const chapters: readonly Chapter[] = [
  { title: 'rehearse.chapter.create', tell: tellCreate },
  { title: 'rehearse.chapter.apply', tell: tellApply },
  { title: 'rehearse.chapter.clone', tell: tellClone },
  { title: 'rehearse.chapter.laptop', tell: tellLaptop },
  { title: 'rehearse.chapter.feature', tell: tellFeature },
  { title: 'rehearse.chapter.retraining', tell: tellRetraining },
  { title: 'rehearse.chapter.deploy', tell: tellDeploy },
  { title: 'rehearse.chapter.rolling', tell: tellRollingUpdate },
  { title: 'rehearse.chapter.bad', tell: tellBadImage },
  { title: 'rehearse.chapter.rollback', tell: tellRollback },
  { title: 'rehearse.chapter.update', tell: tellUpdate },
];
