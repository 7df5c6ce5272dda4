import { describe, expect, test } from 'vitest';
import { findRefusal } from './azure-ml-rules.ts';

function judge(path: string, fields: Record<string, unknown> = {}, query = '') {
  return findRefusal({ path, fields, query: new URLSearchParams(query) });
}

describe('passed on', () => {
  test.each([
    ['api/2.0/mlflow/runs/create', {}],
    ['api/2.0/mlflow/runs/search', { order_by: ['attributes.start_time DESC'] }],
    ['api/2.0/mlflow/runs/search', { filter: "params.note = 'tags or metrics'" }],
    ['api/2.0/mlflow/model-versions/search', { filter: "name='ottawa-or-like'" }],
    ['api/2.0/mlflow/registered-models/search', { filter: "name LIKE 'o%'" }],
    ['api/2.0/mlflow-artifacts/artifacts/0/abc/artifacts/model/model.pkl', {}],
  ])('%s %o', (path, fields) => {
    expect(judge(path, fields)).toBeUndefined();
  });
});

describe('no route of Azure ML', () => {
  test.each([
    'api/2.0/mlflow/logged-models',
    'api/2.0/mlflow/logged-models/search',
    'api/2.0/mlflow/registered-models/alias',
    'api/2.0/mlflow/registered-models/rename',
    'api/2.0/mlflow/registered-models/delete',
    'api/2.0/mlflow/traces/search',
    'api/3.0/mlflow/server-info',
    'ajax-api/2.0/mlflow/runs/search',
    'api/2.0/mlflow-artifacts/mpu/create/x',
    'version',
    '',
  ])('%s', (path) => {
    expect(judge(path)).toEqual({ kind: 'no-route' });
  });
});

describe('left out by Azure ML', () => {
  test.each([
    ['api/2.0/mlflow/runs/search', { order_by: ['metrics.log_loss ASC'] }, '', 'order_by'],
    ['api/2.0/mlflow/runs/search', { order_by: ['metrics.`log loss`'] }, '', 'order_by'],
    ['api/2.0/mlflow/runs/search', { order_by: ['params.c DESC'] }, '', 'order_by'],
    ['api/2.0/mlflow/model-versions/search', { filter: "tags.stage = 'x'" }, '', 'tag'],
    ['api/2.0/mlflow/model-versions/search', {}, "filter=tags.stage+%3D+'x'", 'tag'],
    ['api/2.0/mlflow/model-versions/search', { filter: "name LIKE 'x%'" }, '', 'LIKE'],
    ['api/2.0/mlflow/runs/search', { filter: 'metrics.a > 1 OR metrics.b > 1' }, '', 'OR'],
  ])('%s %o%s', (path, fields, query, what) => {
    expect(judge(path, fields, query)).toEqual({ kind: 'unsupported', what: expect.stringContaining(what) });
  });
});
