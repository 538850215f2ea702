/**
 * Runs the parser cases of llhttp (https://github.com/nodejs/llhttp), which are no part of Fogbank,
 * against the HTTP engine:
 *
 *     node tools/llhttp-cases.ts LLHTTP/test
 *
 * Each case is bytes and what llhttp's strict parser makes of them. They are sent to a server of the
 * engine (requests) or by a server to its client (responses), whole and byte by byte. A case is the
 * same, refused (where llhttp is content), accepted (where llhttp is not) or different. Cases of
 * llhttp's lenient modes, of its pauses and of RTSP and ICE do not apply: the engine has none of them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createHttpClient } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { endOfTurn } from "#runtime/turn.ts";
import { createWall } from "#runtime/wall.ts";

interface Message {
  start: string;
  fields: string[];
  body: string;
}

interface Case {
  name: string;
  kind: "request" | "response";
  bytes: string;
  messages: Message[];
  /** Why llhttp refuses the rest. */
  error: string | undefined;
}

/** What came out: messages that were complete, and whether the rest was refused. */
interface Outcome {
  messages: Message[];
  refused: boolean;
}

const wall = createWall(console.error);
const mostBodyBytes = 1 << 20;

/** A file of cases is Markdown: a heading, a comment with the mode, the bytes, the events. */
function readCases(path: string): Case[] {
  const found: Case[] = [];
  const pattern =
    /^#+ (?<name>[^\n]+)\n(?:(?!^#)[^\n]*\n)*?<!-- meta=(?<meta>\{.*?\}) -->\n+```http\n(?<http>[\s\S]*?)```\n(?:(?!```|#)[^\n]*\n)*```log\n(?<log>[\s\S]*?)```/gm;
  for (const { groups } of readFileSync(path, "utf8").matchAll(pattern)) {
    const { name, meta, http, log } = groups as Record<string, string>;
    const { type, pause, skipBody } = JSON.parse(meta!) as Record<string, unknown>;
    if ((type !== "request" && type !== "response") || pause || skipBody) continue;
    const bytes = bytesOf(http!);
    if (bytes === undefined || /(?:RTSP|ICE)\/\d/.test(bytes)) continue;
    const where = `${basename(path)}: ${name}`;
    found.push({ name: where, kind: type, bytes, ...eventsOf(log!, bytes, type) });
  }
  return found;
}

/** As llhttp's own runner reads them: line ends are CRLF, others are escaped. */
function bytesOf(text: string): string | undefined {
  const plain = text
    .replace(/\n$/, "")
    .replaceAll(/\\\n/g, "")
    .replaceAll(/\n/g, "\r\n")
    .replaceAll("\\r", "\r")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replaceAll("\\f", "\f")
    .replaceAll(/\\x([0-9a-fA-F]+)/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replaceAll(/\\([0-7]{1,3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    .replaceAll(/\$\{'([^']*)'\.repeat\((\d+)\)\}/g, (_, piece: string, times: string) =>
      piece.repeat(Number(times)),
    );
  return plain.includes("${") ? undefined : Buffer.from(plain, "utf8").toString("latin1");
}

function eventsOf(
  log: string,
  bytes: string,
  kind: Case["kind"],
): Pick<Case, "messages" | "error"> {
  const messages: Message[] = [];
  let error: string | undefined;
  let spans: Record<string, string> = {};
  let fields: string[] = [];
  let inHead = true;
  let awaited = false;
  const finish = () => {
    const start =
      kind === "request"
        ? `${spans["method"]} ${spans["url"]} ${spans["version"]}`
        : `${spans["version"]} ${statusIn(bytes.slice(beginAt))} ${spans["status"] ?? ""}`;
    messages.push({ start, fields, body: spans["body"] ?? "" });
  };
  let beginAt = 0;
  let open = false;
  for (const line of log.split("\n")) {
    const span = /^off=(\d+) len=(\d+) span\[(\w+)\]/.exec(line);
    if (span) {
      const [, at, length, name] = span as unknown as [string, string, string, string];
      spans[name] = (spans[name] ?? "") + bytes.slice(Number(at), Number(at) + Number(length));
    } else if (line.endsWith("message begin")) {
      [spans, fields, inHead, open] = [{}, [], true, true];
      beginAt = Number(/\d+/.exec(line)![0]);
    } else if (line.endsWith("header_field complete")) {
      if (inHead) fields.push(spans["header_field"] ?? "");
      spans["header_field"] = "";
    } else if (line.endsWith("header_value complete")) {
      if (inHead) fields.push((spans["header_value"] ?? "").trim());
      spans["header_value"] = "";
    } else if (line.includes("headers complete")) {
      inHead = false;
      // Chunked (flag 8), or so many bytes.
      const [, flags = "", length = ""] = /flags=(\w+) content_length=(\d+)/.exec(line) ?? [];
      awaited = (Number.parseInt(flags, 16) & 8) !== 0 || Number(length) > 0;
    } else if (line.endsWith("message complete")) {
      finish();
      open = false;
    } else if (line.includes(" error code=")) {
      // Behind an upgrade the bytes are somebody else's, which is no refusal.
      if (!line.includes("Pause on")) error = /reason="(.*)"$/.exec(line)?.[1] ?? line;
    }
  }
  // A response without framing ends with its connection, and one that is cut short is none.
  if (open && !inHead && kind === "response" && error === undefined) {
    if (awaited) error = "cut short";
    else finish();
  }
  return { messages, error };
}

function statusIn(bytes: string): string {
  return /^\S+ +(\d+)/.exec(bytes.trimStart())?.[1] ?? "";
}

/** llhttp asks for no Host; HTTP/1.1 does (RFC 9112, 3.2), and so does the engine. */
function withHost(bytes: string): string {
  return bytes.replaceAll(
    /^([A-Z][A-Z-]*[ ]\S+[ ]HTTP\/1\.1\r\n)((?:[^\r\n]+\r\n)*)/gm,
    (whole, line: string, fields: string) =>
      /^host:/im.test(fields) ? whole : `${line}Host: case\r\n${fields}`,
  );
}

/** Says it piece by piece, each in a turn of its own. */
async function say(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    if (!socket.writable) return;
    socket.write(piece, "latin1");
    if (pieces.length > 1) await endOfTurn();
  }
  socket.end();
}

async function send(port: number, pieces: readonly string[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  let text = "";
  socket.on("data", (piece) => {
    text += piece.toString("latin1");
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  await say(socket, pieces);
  await wait(60);
  socket.destroy();
  return text;
}

async function askServer({ bytes }: Case, split: boolean): Promise<Outcome> {
  const messages: Message[] = [];
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    async handler({ method, target, httpVersion, rawHeaders, body }) {
      const text = Buffer.from(await readBody(body, mostBodyBytes)).toString("latin1");
      const added = rawHeaders[1] === "case" ? 2 : 0;
      const fields = rawHeaders.slice(added);
      messages.push({ start: `${method} ${target} ${httpVersion}`, fields, body: text });
      return { status: 200, headers: {} };
    },
  });
  const sent = withHost(bytes);
  const replies = await send(server.port, split ? sent.split("") : [sent]);
  await server.close(0);
  return { messages, refused: /^HTTP\/1\.1 [45]/m.test(replies) };
}

async function askClient({ bytes }: Case, split: boolean): Promise<Outcome> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => void say(socket, split ? bytes.split("") : [bytes]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = createHttpClient({ wall });
  const address = { host: "127.0.0.1", port };
  const request = { address, method: "GET", target: "/", rawHeaders: ["Host", "case"] };
  try {
    const { status, reason, httpVersion, rawHeaders, body } = await client.request(request);
    const text = Buffer.from(await readBody(body, mostBodyBytes)).toString("latin1");
    const start = `${httpVersion} ${status} ${reason}`;
    return { messages: [{ start, fields: [...rawHeaders], body: text }], refused: false };
  } catch {
    return { messages: [], refused: true };
  } finally {
    client.close();
    server.close();
  }
}

type Verdict = "same" | "refused" | "accepted" | "different";

function judge({ kind, messages, error }: Case, { messages: got, refused }: Outcome): Verdict {
  // A client reads one response, behind those that only announce it; what follows is the next request's affair.
  const answers = messages.filter(({ start }) => !/^\S+ 1(?!01)/.test(start));
  const expected = kind === "response" ? answers.slice(0, 1) : messages;
  const fails = error !== undefined && (kind === "request" || expected.length === 0);
  const alike = JSON.stringify(got) === JSON.stringify(expected);
  // What is refused may as well be waited for in vain, or left unread behind a last message.
  if (alike && (fails || !refused)) return "same";
  if (refused && !fails) return "refused";
  return fails && got.length > expected.length ? "accepted" : "different";
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("say where llhttp's tests are");
const cases = ["request", "response"].flatMap((folder) =>
  readdirSync(join(directory, folder)).flatMap((file) => readCases(join(directory, folder, file))),
);
const counts: Record<Verdict, number> = { same: 0, refused: 0, accepted: 0, different: 0 };
for (const one of cases) {
  const ask = one.kind === "request" ? askServer : askClient;
  const outcomes = [await ask(one, false), await ask(one, true)];
  const verdicts = outcomes.map((outcome) => judge(one, outcome));
  const verdict = verdicts.find((each) => each !== "same") ?? "same";
  counts[verdict]++;
  if (verdict !== "same") {
    console.log(
      `${verdict}: ${one.name}${verdicts[0] === verdicts[1] ? "" : ` (${verdicts.join(", ")})`}`,
    );
    if (process.env["VERBOSE"]) console.log(JSON.stringify({ ...one, outcomes }, undefined, 1));
  }
}
console.log(`${cases.length} cases: ${JSON.stringify(counts)}`);
