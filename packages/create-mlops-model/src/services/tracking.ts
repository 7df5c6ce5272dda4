import { UserError } from '@create-mlops-model/core';
import type { Http } from './http.ts';
import type { Credential } from './identity.ts';

/** The model registry of an MLflow tracking server. */
export interface Tracking {
  /** Versions of a registered model, newest first; empty where there is no such model. */
  listVersions(name: string): Promise<readonly ModelVersion[]>;
}

/** One registered version. */
export interface ModelVersion {
  readonly version: number;
  /** The run that made it. */
  readonly run: string;
}

/** Where the server is and who asks. */
export interface TrackingOptions {
  readonly http: Http;
  /** `http…`, or `azureml://…`: Azure ML answers MLflow's REST API at the same place under `https`. */
  readonly uri: string;
  readonly credential: Credential;
}

interface ApiVersions {
  readonly model_versions?: readonly { readonly version: string; readonly run_id?: string }[];
  readonly next_page_token?: string;
}

/** The real one. */
export function makeTracking({ http, uri, credential }: TrackingOptions): Tracking {
  const base = uri.replace(/^azureml:/, 'https:');
  return {
    async listVersions(name) {
      const found: ModelVersion[] = [];
      let page = '';
      do {
        const filter = encodeURIComponent(`name='${name}'`);
        const url = `${base}/api/2.0/mlflow/model-versions/search?filter=${filter}&max_results=200${page}`;
        const headers = { authorization: await credential.authorization(), accept: 'application/json' };
        const { status, text } = await http.send({ method: 'GET', url, headers });
        if (status !== 200) throw refused(status, text);
        const answer = JSON.parse(text) as ApiVersions;
        for (const each of answer.model_versions ?? [])
          found.push({ version: Number(each.version), run: each.run_id ?? '' });
        page = answer.next_page_token ? `&page_token=${encodeURIComponent(answer.next_page_token)}` : '';
      } while (page !== '');
      return found.sort((a, b) => b.version - a.version);
    },
  };
}

function refused(status: number, text: string): UserError {
  const said = text.trim().slice(0, 300);
  return new UserError(
    status === 401 || status === 403 ? 'not-signed-in' : 'failed',
    {
      en: `The model registry answered HTTP ${status}: ${said}`,
      fr: `Le registre de modèles a répondu HTTP ${status}\u00a0: ${said}`,
    },
    {
      en: 'You need the right to read the Azure Machine Learning workspace.',
      fr: 'Il vous faut le droit de lire l’espace de travail Azure Machine Learning.',
    },
  );
}
