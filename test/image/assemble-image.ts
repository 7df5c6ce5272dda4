import { join } from 'node:path';
import { type PythonProject, runPython } from '../render/python-project.ts';

/** Makes the folder that build_push_image.py hands to docker. @returns its path */
export async function assembleImage(project: PythonProject, model: string): Promise<string> {
  const context = join(project.folder, 'image-context');
  const ended = await runPython(project, '-c', ASSEMBLE, context, model);
  if (ended.code !== 0) throw new Error(`the image's folder could not be made:\n${ended.output}`);
  return context;
}

const ASSEMBLE = `
import sys
from pathlib import Path
sys.path.insert(0, "pipelines/deploy")
import build_push_image
folder = Path(sys.argv[1])
folder.mkdir()
build_push_image.assemble(folder, Path(sys.argv[2]))
`;
