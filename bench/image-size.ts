import { assembleImage } from '../test/image/assemble-image.ts';
import { startContainerEngine } from '../test/image/container-engine.ts';
import { type PythonProject, runProgram } from '../test/render/python-project.ts';

/** Builds the project's image. @returns a line with its size, and how much of it comes on top of the base image */
export async function measureImage(project: PythonProject, model: string): Promise<string> {
  const engine = await startContainerEngine();
  try {
    const context = await assembleImage(project, model);
    const signedIn = await runProgram('az', ['acr', 'login', '--name', 'x'], project.folder, engine.env);
    if (signedIn.code !== 0) throw new Error(`the registry took no sign-in:\n${signedIn.output}`);
    await engine.docker('build', '--quiet', '--build-arg', `BASE_IMAGE=${engine.base}`, '--tag', 'measured', context);
    const [whole, base] = [await readSize('measured'), await readSize(engine.base)];
    return `image ${whole.toFixed(0)} MB, ${(whole - base).toFixed(0)} MB above its base of ${base.toFixed(0)} MB`;
  } finally {
    await engine.stop();
  }

  async function readSize(name: string): Promise<number> {
    return Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', name)) / 1e6;
  }
}
