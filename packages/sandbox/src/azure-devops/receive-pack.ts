/** One ref that a push wants to move. */
export interface RefCommand {
  readonly oldId: string;
  readonly newId: string;
  readonly ref: string;
}

interface Packet {
  /** `undefined`: the flush packet. */
  readonly data: Buffer | undefined;
  readonly end: number;
}

function readPacket(bytes: Buffer, at: number): Packet | undefined {
  const length = Number.parseInt(bytes.toString('latin1', at, at + 4), 16);
  if (Number.isNaN(length)) return undefined;
  if (length < 4) return { data: undefined, end: at + 4 };
  return { data: bytes.subarray(at + 4, at + length), end: at + length };
}

function* readPackets(bytes: Buffer): Generator<Packet> {
  for (let at = 0; at < bytes.length; ) {
    const packet = readPacket(bytes, at);
    if (!packet) return;
    yield packet;
    at = packet.end;
  }
}

function toPacket(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from((data.length + 4).toString(16).padStart(4, '0')), data]);
}

const FLUSH = Buffer.from('0000');

/** What a push wants: the packets before the pack itself. */
export function parseCommands(body: Buffer): readonly RefCommand[] {
  const commands: RefCommand[] = [];
  for (const { data } of readPackets(body)) {
    if (!data) break;
    const [line = ''] = data.toString('utf8').split('\0');
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+?)\n?$/.exec(line);
    if (match?.[1] && match[2] && match[3]) commands.push({ oldId: match[1], newId: match[2], ref: match[3] });
  }
  return commands;
}

/** Git's report says "hook declined" of a refused ref; the service gives its own reason there. */
export function withReasons(response: Buffer, refusals: ReadonlyMap<string, string>): Buffer {
  if (refusals.size === 0) return response;
  const packets = [...readPackets(response)];
  const isSideband = packets[0]?.data?.[0] !== undefined && packets[0].data[0] < 4;
  if (!isSideband) return rewriteReport(response, refusals);
  const report = Buffer.concat(packets.flatMap(({ data }) => (data?.[0] === 1 ? [data.subarray(1)] : [])));
  const others = packets.flatMap(({ data }) => (data && data[0] !== 1 ? [toPacket(data)] : []));
  const rewritten = Buffer.concat([Buffer.from([1]), rewriteReport(report, refusals)]);
  return Buffer.concat([...others, toPacket(rewritten), FLUSH]);
}

function rewriteReport(report: Buffer, refusals: ReadonlyMap<string, string>): Buffer {
  const lines = [...readPackets(report)].map(({ data }) => {
    if (!data) return FLUSH;
    const ref = /^ng (\S+) /.exec(data.toString('utf8'))?.[1];
    const reason = ref === undefined ? undefined : refusals.get(ref);
    return toPacket(reason === undefined ? data : Buffer.from(`ng ${ref} ${reason}\n`));
  });
  return Buffer.concat(lines);
}
