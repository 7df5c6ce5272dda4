import { expect, it, test } from 'vitest';
import { toShell } from './check-run.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { planBuild } from './plan-build.ts';

const plan = (text: string) => planBuild(parseDockerfile(text), { GIVEN: 'given' });

it.each([
  ['HEALTHCHECK CMD true', 'Dockerfile:3: the instruction HEALTHCHECK is not known'],
  ['COPY \\\n  # comment\n\n  a b \\\n  /app', 'Dockerfile:3: COPY of several sources'],
  ['COPY \\\n  # comment\n  a \\\n  /app\nADD x /y', 'Dockerfile:7: the instruction ADD'],
  ['COPY --chown=1:1 a /app', 'Dockerfile:3: COPY --chown=1:1: only --from'],
  ['COPY --from=later a /app', 'Dockerfile:3: COPY --from=later: no stage'],
  ['COPY ../secret /app', 'Dockerfile:3: COPY ../secret'],
  ['RUN ["python"]', 'Dockerfile:3: RUN takes a command'],
  ['RUN --mount=type=secret,id=x python x', 'Dockerfile:3: RUN takes a command'],
  ['RUN curl https://example.test', 'Dockerfile:3: RUN curl: only python'],
  ['RUN python a && rm -rf /app', 'Dockerfile:3: RUN rm: only after apt-get'],
  ['RUN apt-get update; rm -rf /x', 'Dockerfile:3: RUN rm: only after apt-get'],
  ['RUN python /app/../../etc', 'Dockerfile:3: RUN … /app/../../etc'],
  ['RUN python $(id)', 'Dockerfile:3: RUN … $'],
  ['RUN python "`id`"', 'Dockerfile:3: RUN … "`id`"'],
  ['RUN python a | sh', 'Dockerfile:3: RUN … |'],
  ['RUN python a & rm b', 'Dockerfile:3: RUN … &'],
  ['RUN pip install -r/etc/passwd', 'Dockerfile:3: RUN … -r/etc'],
  ["RUN pip install -r '/etc/passwd'", "Dockerfile:3: RUN … '/etc"],
  ['RUN grep x <<END', 'Dockerfile:3: RUN … <'],
  ['ENV A=${B:-c}', 'Dockerfile:3: ${ is not understood'],
  ['ENTRYPOINT uvicorn', 'Dockerfile:3: uvicorn: a list'],
  ['FROM a', 'Dockerfile:3: FROM a: a stage is no base'],
])('refuses %j with its line', (text, problem) => {
  expect(() => plan(`# first\nFROM python:3.12 AS a\n${text}\n`)).toThrow(problem);
});

test('arguments and variables are resolved as Docker does', () => {
  const [first, second] = plan(
    "ARG GIVEN\nARG OWN=own\nFROM x:$GIVEN AS one\nARG GIVEN\nARG OWN\nENV A=$GIVEN B='$GIVEN'\nENV A=again C=${A}-$OWN\nFROM x\nENV D=[$GIVEN]\n",
  );
  expect(first).toMatchObject({
    base: 'x:given',
    config: { Env: [expect.any(String), 'A=again', 'B=$GIVEN', 'C=given-own'] },
  });
  expect(second?.config.Env.at(-1)).toBe('D=[]');
});

test('each path of a command leads below the image’s folder, whatever that is called', () => {
  expect(toShell('pip install --target=/opt -r /build/x 2>/dev/null && rm -rf /var/*', "/it's here")).toBe(
    "pip install --target='/it'\\''s here'/opt -r '/it'\\''s here'/build/x 2>/dev/null && rm -rf '/it'\\''s here'/var/*",
  );
});
