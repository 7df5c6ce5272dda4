import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../packages/sandbox/src/free-port.ts';
import { type ServiceProcess, startServer, startService } from '../test/api/service-process.ts';
import type { PythonProject } from '../test/render/python-project.ts';

/** A row of the API's own example, as each server wants it. */
export type Row = Readonly<Record<string, unknown>>;

/** A server under load: where it scores, and how it wants the rows. */
export interface Contender {
  readonly name: string;
  readonly server: ServiceProcess;
  readonly path: string;
  readonly toBody: (rows: readonly Row[]) => unknown;
}

const OURS = 'generated service';
const toData = (rows: readonly Row[]) => ({ data: rows });

/** Starts the generated service, Azure ML's server with the same `score.py`, MLflow's server, and a bare Starlette. */
export async function startContenders(project: PythonProject, model: string): Promise<readonly Contender[]> {
  const { environment, contract, folder } = project;
  const health = await findFreePort();
  const quiet = { folder, env: { MLFLOW_TRACKING_URI: join(folder, 'mlruns') } };
  const path = { PATH: `${environment.programs}:${process.env.PATH}` };
  return [
    { name: OURS, server: await startService(project, model), path: '/v1/score', toBody: toData },
    {
      name: 'azureml-inference-server-http',
      server: await startServer(
        (port) => [
          join(contract.programs, 'azmlinfsrv'),
          ...['--entry_script', 'score.py', '--model_dir', model, '--port', `${port}`, '--health_port', `${health}`],
        ],
        { folder: join(folder, 'api'), env: {}, path: '/' },
      ),
      path: '/score',
      toBody: toData,
    },
    {
      name: 'mlflow models serve',
      server: await startServer(
        (port) => [
          environment.python,
          ...['-m', 'mlflow', 'models', 'serve', '--model-uri', model, '--env-manager', 'local'],
          ...['--host', '127.0.0.1', '--port', `${port}`],
        ],
        { ...quiet, env: { ...quiet.env, ...path }, path: '/ping' },
      ),
      path: '/invocations',
      toBody: (rows) => ({ dataframe_records: rows }),
    },
    { name: 'bare Starlette', server: await startBare(project), path: '/', toBody: toData },
  ];
}

/** The least that the same server and framework can do: read the body, send some bytes. */
function startBare(project: PythonProject): Promise<ServiceProcess> {
  writeFileSync(join(project.folder, 'bare.py'), BARE);
  const server = ['-m', 'uvicorn', 'bare:app', '--host', '127.0.0.1', '--no-access-log'];
  return startServer((port) => [project.environment.python, ...server, '--port', `${port}`], {
    folder: project.folder,
    env: {},
    path: '/',
  });
}

const BARE = `
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def answer(request: Request) -> Response:
    await request.body()
    return Response(b'{"predictions":[]}', media_type="application/json")


app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
`;
