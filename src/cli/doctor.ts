/** `fogbank doctor`: what Fogbank can do on this host, what it cannot, and what would change that. */
import { resolve } from "node:path";
import { examineEngine, type EngineFacts } from "#compute/docker/examine-engine.ts";
import { examineHost, quietAddress, whyNotListen, type HostFacts } from "#compute/host-facts.ts";
import { whyNoBubblewrap } from "#compute/sandbox/detect.ts";
import { whyNoPrecedence } from "#runtime/precedence.ts";
import { createWall } from "#runtime/wall.ts";
import { version } from "#cloud/version.ts";
import { readUpOptions } from "./arguments.ts";
import {
  judgeCompute,
  judgeFunctions,
  judgeLowPorts,
  judgeNode,
  judgePort,
  judgePrecedence,
  type Finding,
} from "./findings.ts";

export const usage = `usage: fogbank doctor [options of up]

Says what Fogbank can do on this host with these options, and what is missing. Exits with 1 when it
could not run as asked.`;

const marks = { ok: "ok   ", lacks: "lacks", fails: "FAILS" } as const;

export async function run(args: readonly string[]): Promise<number> {
  const options = readUpOptions(args, process.env);
  const dataDir = options.dataDir ?? (await import("node:os")).tmpdir();
  const findings: Finding[] = [judgeNode(process.versions.node)];
  const { host, port } = options;
  const problem = port === 0 ? undefined : await whyNotListen(host, port);
  const answers = problem === "EADDRINUSE" ? await versionAt(`http://${host}:${port}`) : undefined;
  if (port !== 0) findings.push(judgePort(host, port, problem, answers));

  const facts = await examine(dataDir);
  if (typeof facts === "string") {
    const remedy = "choose another one with --data-dir";
    findings.push({
      verdict: "fails",
      text: `data directory ${resolve(dataDir)}: ${facts}`,
      remedy,
    });
  } else {
    findings.push({ verdict: "ok", text: `data directory ${resolve(dataDir)} can be written` });
    findings.push(judgeLowPorts(process.platform, await whyNotListen(quietAddress(facts), 80)));
    findings.push(judgePrecedence(await whyNoPrecedence()));
    findings.push(...judgeCompute(options.compute, facts, facts.engine));
    findings.push(judgeFunctions(await whyNoBubblewrap()));
  }
  process.stdout.write(`Fogbank ${version} on ${process.platform} ${process.arch}\n`);
  for (const { verdict, text, remedy } of findings)
    process.stdout.write(`${marks[verdict]}  ${text}${remedy ? `\n       → ${remedy}` : ""}\n`);
  return findings.some(({ verdict }) => verdict === "fails") ? 1 : 0;
}

/** The facts, or why the directory cannot be written. */
async function examine(dataDir: string): Promise<(HostFacts & { engine: EngineFacts }) | string> {
  const wall = createWall((error) => {
    throw error;
  });
  try {
    const engine = await examineEngine(dataDir, wall);
    return { ...(await examineHost({ dataDir, wall })), engine };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return (error as Error).message;
  }
}

/** Undefined when it is not Fogbank that answers there. */
async function versionAt(endpoint: string): Promise<string | undefined> {
  try {
    const reply = await fetch(`${endpoint}/_fogbank/health`, { signal: AbortSignal.timeout(2000) });
    return ((await reply.json()) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
