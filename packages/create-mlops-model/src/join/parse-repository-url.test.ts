import { UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { isSameRepository, parseRepositoryUrl } from './parse-repository-url.ts';

const CONTOSO = {
  kind: 'azure',
  organizationUrl: 'https://dev.azure.com/contoso',
  organization: 'contoso',
  project: 'ml ops',
  repository: 'ice-jam',
} as const;

describe('a repository’s URL', () => {
  it.each([
    ['https://dev.azure.com/contoso/ml%20ops/_git/ice-jam', CONTOSO],
    ['https://contoso@dev.azure.com/contoso/ml%20ops/_git/ice-jam', CONTOSO],
    ['https://dev.azure.com/contoso/ml%20ops/_git/ice-jam/', CONTOSO],
    ['https://dev.azure.com/contoso/ml ops/_git/ice-jam?path=/README.md&version=GBmain', CONTOSO],
    ['https://dev.azure.com/contoso/ml%20ops/_git/ice-jam/pullrequest/7', CONTOSO],
    ['https://contoso.visualstudio.com/ml%20ops/_git/ice-jam', CONTOSO],
    ['https://contoso.visualstudio.com/DefaultCollection/ml%20ops/_git/ice-jam', CONTOSO],
    // The project is left out where it has the repository’s name.
    ['https://dev.azure.com/contoso/_git/ice-jam', { ...CONTOSO, project: 'ice-jam' }],
    ['https://contoso.visualstudio.com/_git/ice-jam', { ...CONTOSO, project: 'ice-jam' }],
    [
      'http://127.0.0.1:4010/sandbox/mlops/_git/ice-jam',
      {
        kind: 'sandbox',
        organizationUrl: 'http://127.0.0.1:4010/sandbox',
        organization: 'sandbox',
        project: 'mlops',
        repository: 'ice-jam',
      },
    ],
    [
      'https://tfs.example.ca/tfs/DefaultCollection/ml/_git/ice-jam',
      {
        kind: 'azure',
        organizationUrl: 'https://tfs.example.ca/tfs/DefaultCollection',
        organization: 'DefaultCollection',
        project: 'ml',
        repository: 'ice-jam',
      },
    ],
  ])('%s', (text, expected) => expect(parseRepositoryUrl(text)).toEqual(expected));

  const refusalOf = (text: string) => {
    try {
      return parseRepositoryUrl(text);
    } catch (error) {
      if (error instanceof UserError) return { code: error.code, said: JSON.stringify([error.text, error.hint]) };
      throw error;
    }
  };

  it.each([
    ['ice-jam', 'is not a repository’s URL'],
    ['ftp://dev.azure.com/contoso/ml/_git/ice-jam', 'is not a repository’s URL'],
    ['https://dev.azure.com/contoso/%E0%A4%A/_git/ice-jam', 'is not a repository’s URL'],
    ['https://github.com/contoso/ice-jam', 'names no repository of Azure DevOps'],
    ['https://dev.azure.com/contoso/ml', 'names no repository of Azure DevOps'],
    ['https://dev.azure.com/contoso/ml/_git', 'names no repository of Azure DevOps'],
    ['https://dev.azure.com/_git/ice-jam', 'names no repository of Azure DevOps'],
    ['git@ssh.dev.azure.com:v3/contoso/ml/ice-jam', 'https://dev.azure.com/contoso/ml/_git/ice-jam'],
    ['contoso@vs-ssh.visualstudio.com:v3/contoso/ml/ice-jam', 'https://dev.azure.com/contoso/ml/_git/ice-jam'],
  ])('refuses %s', (text, words) => {
    expect(refusalOf(text)).toEqual({ code: 'usage', said: expect.stringContaining(words) });
  });

  it('refuses a password and does not repeat it', () => {
    const refusal = JSON.stringify(refusalOf(`https://me:${'hunter'}22@dev.azure.com/contoso/ml/_git/ice-jam`));
    expect(refusal).toContain('AZURE_DEVOPS_EXT_PAT');
    expect(refusal).not.toContain('hunter22');
  });

  it('knows one repository under two addresses', () => {
    const old = parseRepositoryUrl('https://Contoso.visualstudio.com/ML%20ops/_git/Ice-Jam');
    expect(isSameRepository(old, CONTOSO)).toBe(true);
    expect(isSameRepository({ ...CONTOSO, project: 'other' }, CONTOSO)).toBe(false);
  });
});
