/** One thing that generated files name and that somebody else will withdraw. */
export interface Expiring {
  /** What sort of thing it is; tells where in `mlops.yaml` or the files it is named. */
  readonly kind: 'agent-image' | 'databricks-runtime' | 'python' | 'base-image' | 'service-connection-issuer';
  /** The name as generated files and `mlops.yaml` write it; for a runtime the part before `.x`. */
  readonly name: string;
  /** Last day of support, `YYYY-MM-DD`. */
  readonly end: string;
  /** What to move to. */
  readonly successor: string;
  /** Where the date is published. */
  readonly source: string;
}

const RUNTIMES = 'https://learn.microsoft.com/azure/databricks/release-notes/runtime/';
const PYTHON = 'https://devguide.python.org/versions/';
const IMAGES = 'https://github.com/actions/runner-images/issues/14254';

/** What is known to end, in order of its last day. `status` warns ahead of it and `update` moves past it. */
export const expiring: readonly Expiring[] = [
  { kind: 'databricks-runtime', name: '14.3', end: '2027-02-01', successor: '17.3', source: RUNTIMES },
  { kind: 'agent-image', name: 'ubuntu-22.04', end: '2027-04-17', successor: 'ubuntu-24.04', source: IMAGES },
  {
    kind: 'service-connection-issuer',
    name: 'https://vstoken.dev.azure.com',
    end: '2027-07-01',
    successor: 'https://login.microsoftonline.com',
    source: 'https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections',
  },
  { kind: 'databricks-runtime', name: '15.4', end: '2027-08-19', successor: '17.3', source: RUNTIMES },
  { kind: 'base-image', name: 'python:3.11-slim', end: '2027-10-31', successor: 'python:3.13-slim', source: PYTHON },
  { kind: 'python', name: '3.11', end: '2027-10-31', successor: '3.13', source: PYTHON },
  { kind: 'databricks-runtime', name: '16.4', end: '2028-05-09', successor: '17.3', source: RUNTIMES },
  { kind: 'databricks-runtime', name: '17.3', end: '2028-10-22', successor: '18', source: RUNTIMES },
  { kind: 'base-image', name: 'python:3.12-slim', end: '2028-10-31', successor: 'python:3.13-slim', source: PYTHON },
  { kind: 'python', name: '3.12', end: '2028-10-31', successor: '3.13', source: PYTHON },
  { kind: 'databricks-runtime', name: '18', end: '2029-06-10', successor: '18', source: RUNTIMES },
  { kind: 'base-image', name: 'python:3.13-slim', end: '2029-10-31', successor: 'python:3.13-slim', source: PYTHON },
  { kind: 'python', name: '3.13', end: '2029-10-31', successor: '3.13', source: PYTHON },
];
