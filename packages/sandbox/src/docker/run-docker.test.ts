import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOwnDocker } from '../own-docker.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'docker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = writeOwnDocker(join(folder, "it's here"));
const docker = (...words: string[]) => run(join(path, 'docker'), words, { env: { ...process.env } });

/** Last digits of the Python that is surely here. */
let minor: string;
beforeAll(async () => {
  minor = (await run('python3', ['-c', 'import sys; print(sys.version_info[1])'])).stdout.trim();
});

function writeContext(name: string, files: Readonly<Record<string, string>>): string {
  const context = join(folder, name);
  mkdirSync(context);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(context, file), text);
  return context;
}

describe('an image of this machine’s Python', () => {
  const DOCKERFILE = `ARG BASE_IMAGE
FROM \${BASE_IMAGE} AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY tell.py /build/
RUN python /build/tell.py /build/told.txt

FROM \${BASE_IMAGE}
# a comment
ARG MODEL_VERSION
ENV PATH=/opt/venv/bin:$PATH \\
    # between its lines
    MODEL_VERSION=\${MODEL_VERSION} GREETING="good \\"day\\""
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /build/told.txt tell.py /app/
WORKDIR /app
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["python", "tell.py"]
`;
  const TELL = 'import sys\nopen(sys.argv[1], "w").write(sys.prefix)\n';

  it('is the same when it is built again in another place, and none of its files names this machine', async () => {
    const context = writeContext('twice', {
      'tell.py': TELL,
      Dockerfile: DOCKERFILE.replace('told.txt tell.py', 'told.txt'),
    });
    const other = join(folder, 'elsewhere');
    cpSync(context, other, { recursive: true });
    const inspect = async (name: string) => JSON.parse((await docker('inspect', name)).stdout)[0];
    const words = ['build', '--build-arg', `BASE_IMAGE=python:3.${minor}-slim`, '--build-arg', 'MODEL_VERSION=7'];
    const { stdout } = await docker(...words, '--label', 'title=price', '--tag', 'localhost:5000/price:1', context);
    expect(stdout).toContain('process, not container');
    await docker(...words, '--label', 'title=price', '--tag', 'again', other);
    const first = await inspect('localhost:5000/price:1');
    expect((await inspect('again')).Id).toBe(first.Id);
    expect(first.Config).toMatchObject({
      Entrypoint: ['python', 'tell.py'],
      Env: [expect.stringMatching('^PATH=/opt/venv/bin:/usr'), 'MODEL_VERSION=7', 'GREETING=good "day"'],
      ExposedPorts: { '8080/tcp': {} },
      Labels: { title: 'price', 'create-mlops-model-sandbox.runs-as': 'process, not container' },
      User: '10001:10001',
      WorkingDir: '/app',
    });
    expect((await docker('inspect', '--format', '{{.Id}}', 'again')).stdout.trim()).toBe(first.Id);
    // What Python compiled is left as it is: when it is loaded, it is told where it lies.
    const unpacked = writeContext('unpacked', {});
    const blobs = join(folder, "it's here", 'images', 'blobs');
    const unpack =
      'for each in "$2"/*; do if gzip -t "$each" 2>/dev/null; then tar -xzf "$each"; tar -tzf "$each" | sort | uniq -d; fi; done';
    const { stdout: twice } = await run('sh', ['-c', `cd "$1" && ${unpack}`, 'sh', unpacked, blobs]);
    expect(twice, 'paths that a layer names twice').toBe('');
    expect((await run('cat', [join(unpacked, 'app/told.txt')])).stdout).toBe('/opt/venv');
    await expect(run('grep', ['-rIl', folder, unpacked])).rejects.toMatchObject({ code: 1, stdout: '' });
  });

  it.each([
    ['a COPY of what is not there', 'COPY absent /app/', 'Dockerfile:2: COPY absent: there is no such file.'],
    ['a command that fails', 'RUN python -c "import nothing_such"', 'Dockerfile:2: RUN python'],
    [
      'a package of the system',
      'RUN grep -q nothing /x || apt-get install libx && rm -rf /var/x/*',
      'apt-get is not run',
    ],
  ])('is not made: %s', async (name, line, problem) => {
    const context = writeContext(name, { Dockerfile: `FROM python:3.${minor}-slim\n${line}\n` });
    await expect(docker('build', '--tag', 'bad', context)).rejects.toThrow(problem);
    await expect(docker('inspect', 'bad')).rejects.toThrow('No such object: bad');
  });

  it('writes nothing through a link that leads out of it', async () => {
    const lines = 'COPY way /app/\nCOPY note /app/way/note\nRUN python --version\n';
    const context = writeContext('link', { Dockerfile: `FROM python:3.${minor}-slim\n${lines}`, note: 'mine' });
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(context, 'way'));
    await expect(docker('build', '--tag', 'bad', context)).rejects.toThrow(
      'Dockerfile:3: COPY to /app/way: it is a link.',
    );
    expect((await run('ls', [outside])).stdout).toBe('');
  });
});

it.each([
  [['ps'], 'docker ps: this machine has no container engine'],
  [['pull', 'redis:8'], 'redis:8 cannot be pulled'],
  [['pull', '--quiet', 'python:3.999-slim'], 'Python 3.999, and there is none'],
  [['push', 'localhost:5000/price:absent'], 'does not exist locally'],
  [['login', 'contoso.azurecr.io', '--username', 'me', '--password-stdin'], 'only the sandbox'],
  [['build', '--squash', '.'], "docker build: Unknown option '--squash'"],
])('docker %j says what it cannot do', async (words, problem) => {
  const running = docker(...words);
  running.child.stdin?.end('secret');
  await expect(running).rejects.toThrow(problem);
});
