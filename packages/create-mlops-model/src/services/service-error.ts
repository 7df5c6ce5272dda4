import { type Text, UserError } from '@create-mlops-model/core';

/** A service answered and refused. `message` is the service's own sentence; match on `typeKey`, never on text. */
export class ServiceError extends UserError {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The service's own name of the failure: `typeKey` of Azure DevOps, `error_code` of Databricks; may be empty. */
  readonly typeKey: string;

  constructor(code: UserError['code'], text: Text, details: { status: number; typeKey: string; hint?: Text }) {
    super(code, text, details.hint);
    this.name = 'ServiceError';
    this.status = details.status;
    this.typeKey = details.typeKey;
  }
}

/** A request that is not safe to repeat was sent, and the connection ended before the answer: it may have taken effect. */
export class LostAnswer extends UserError {
  constructor(method: string, url: string, cause: unknown) {
    const where = `${method} ${url}`;
    super(
      'unreachable',
      {
        en: `The connection ended before the answer to ${where}.`,
        fr: `La connexion a été coupée avant la réponse à ${where}.`,
      },
      {
        en: 'Run the command again: it takes up where this run stopped.',
        fr: 'Relancez la commande : elle reprend où celle-ci s’est arrêtée.',
      },
      { cause },
    );
    this.name = 'LostAnswer';
  }
}

/** Whether the service says that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof ServiceError && error.status === 404;
}

/** The value, or `undefined` where the service says that the object does not exist. */
export async function orMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
