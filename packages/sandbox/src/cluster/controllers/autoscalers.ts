import { getKind } from '../kinds.ts';
import type { Deployment, KubeObject } from '../objects.ts';
import type { Json } from '../schema/json.ts';
import { updateObject } from '../write-object.ts';
import { asController, type ControllerContext, writeStatus } from './controller-context.ts';

const AUTOSCALER = getKind('HorizontalPodAutoscaler');
const DEPLOYMENT = getKind('Deployment');

interface Autoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
  };
}

/** Keeps deployments within the bounds of their autoscalers. Load is not measured here: a cluster without metrics does no more. */
export function syncAutoscalers(context: ControllerContext): void {
  for (const object of context.objects.list(AUTOSCALER)) {
    const { metadata, spec } = object as Autoscaler;
    const { kind, name } = spec.scaleTargetRef;
    if (kind !== 'Deployment') continue;
    const target = context.objects.find(DEPLOYMENT, metadata.namespace, name) as Deployment | undefined;
    if (!target || target.spec.replicas === 0) continue;
    const wanted = Math.min(Math.max(target.spec.replicas, spec.minReplicas ?? 1), spec.maxReplicas);
    if (wanted !== target.spec.replicas) {
      const scaled = { ...target, spec: { ...target.spec, replicas: wanted } };
      updateObject(context, DEPLOYMENT, scaled as unknown as Json, asController(DEPLOYMENT));
    }
    const current = target.status?.replicas ?? 0;
    writeStatus(context, AUTOSCALER, object, { currentReplicas: current, desiredReplicas: wanted });
  }
}
