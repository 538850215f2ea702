/** The two that are compared, each a process of its own on core 0. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { npmStart } from "../npm-start.ts";
import { benchDirectory } from "./directory.ts";
import { accessKeyId, secretAccessKey } from "./sign.ts";

export interface Server {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Leaves core 0 to the servers. */
export function pinLoad(): void {
  spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]);
}

/**
 * Fogbank with a fresh data directory, every signature demanded. BENCH_NODE_FLAGS are given to its Node,
 * such as "--cpu-prof --cpu-prof-dir=/tmp/profiles".
 */
export async function startFogbank(
  options: readonly string[] = [],
  cores: "0" | "all cores" = "0",
): Promise<Server> {
  const directory = benchDirectory();
  const flags = (process.env["BENCH_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const given = ["--port", "0", "--data-dir", directory, "--auth", "signed"];
  const words = [process.execPath, ...flags, ...npmStart, ...given, "--compute", "simulated"];
  const pinned = cores === "0" ? ["taskset", "-c", cores, ...words] : words;
  const [program, ...rest] = pinned.concat(options);
  const child = spawn(program!, rest, {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      FOGBANK_ROOT_ACCESS_KEY_ID: accessKeyId,
      FOGBANK_ROOT_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(/:(\d+)\s*$/.exec(line.toString())?.[1]);
  return {
    port,
    pid: child.pid!,
    async stop() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a bare server answers to whatever it is asked. */
export interface BareAnswer {
  headers: Record<string, string>;
  body: string;
  /** It takes the request's body, as whoever answers a call must, and answers behind it. */
  reads?: boolean;
}

/** A node:http server in a process of its own; `runBareServer` is what runs in it. */
export async function startBare(answer: BareAnswer, script: string): Promise<Server> {
  const child = spawn(
    "taskset",
    ["-c", "0", process.execPath, script, "bare", JSON.stringify(answer)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line.toString()), pid: child.pid!, stop: () => end(child) };
}

export async function runBareServer({ headers, body, reads }: BareAnswer): Promise<void> {
  const answer = (response: ServerResponse) => {
    response.writeHead(200, headers);
    response.end(body);
  };
  const server = createServer((request, response) => {
    if (!reads) return answer(response);
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => answer(response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
