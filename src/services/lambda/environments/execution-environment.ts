/**
 * One execution environment: a sandboxed program that runs a version's events one after the other.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { join } from "node:path";
import type { Timer } from "#runtime/clock.ts";
import { isoMillis } from "#runtime/date.ts";
import { endOfTurn } from "#runtime/turn.ts";
import { startSandbox, type Sandbox, type SandboxHost } from "#compute/sandbox/sandbox.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { limits } from "../limits.ts";
import type { VersionRecord } from "../records.ts";
import type { RuntimeProgram } from "../runtimes/runtimes.ts";
import { LogWriter } from "./log-writer.ts";
import { exited, timedOut, tooLarge, type Outcome } from "./outcome.ts";
import { platformLines, type PlatformLines } from "./platform-lines.ts";
import { serveRuntimeApi, type RuntimeApi, type RuntimeWord } from "./runtime-api.ts";

export interface Blueprint {
  scope: Scope;
  record: VersionRecord;
  program: RuntimeProgram;
  taskDir: string;
  optDir: string | undefined;
  scratchDir: string;
  /** What a function finds in its environment, besides what depends on its paths. */
  variables: Record<string, string>;
  logStream: string;
}

export interface Invocation {
  requestId: string;
  payload: Uint8Array;
  /** As the caller named the function. */
  functionArn: string;
  clientContext: string | undefined;
  traceId: string;
}

type Surroundings = Pick<Environment, "clients" | "clock" | "log">;

/** How an environment's program is done with an event, or why it never will be. */
type Ending =
  | { type: "response" | "error" | "init-error"; payload: Buffer }
  | { type: "too-large"; sizeBytes: number }
  | { type: "timeout" }
  | { type: "exit"; how: string };

/** How long the program may take to print what it has, after its answer and before its next request. */
const lingerMs = 100;

export class ExecutionEnvironment {
  readonly blueprint: Blueprint;
  readonly #env: Surroundings;
  readonly #lines: PlatformLines;
  readonly #writer: LogWriter;
  #api: RuntimeApi | undefined;
  #sandbox: Sandbox | undefined;
  /** Resolves when the program first asks for an event, or failed to come up. */
  #ready!: Promise<Ending | undefined>;
  #starting: Promise<void> | undefined;
  #initMs: number | undefined;
  #heard: (word: RuntimeWord) => void = () => {};
  /** How it ended. */
  #gone: string | undefined;
  #tail = "";
  readonly bornMs: number;

  constructor(env: Surroundings, blueprint: Blueprint) {
    this.#env = env;
    this.blueprint = blueprint;
    this.bornMs = env.clock.wall.monotonic();
    const { logging } = blueprint.record.settings;
    this.#lines = platformLines(logging.format, () => env.clock.now());
    this.#writer = new LogWriter(env, {
      scope: blueprint.scope,
      functionName: blueprint.record.functionName,
      group: logging.group,
      stream: blueprint.logStream,
    });
  }

  /** Whether it can take another event. */
  get usable(): boolean {
    const age = this.#env.clock.wall.monotonic() - this.bornMs;
    return this.#gone === undefined && age < limits.environmentAgeMs;
  }

  /** Starts the program; whether it comes up, its first event tells. */
  start(host: SandboxHost): Promise<void> {
    return (this.#starting = this.#start(host));
  }

  async #start(host: SandboxHost): Promise<void> {
    const { clock, log } = this.#env;
    const { record, program, taskDir, optDir, scratchDir } = this.blueprint;
    const startedMs = clock.wall.monotonic();
    const first = Promise.withResolvers<Ending | undefined>();
    this.#heard = (word) => {
      if (word.type === "next") first.resolve(undefined);
      if (word.type === "init-error") first.resolve(word);
    };
    this.#print(this.#lines.initStart(record.settings.runtime));
    const api = await serveRuntimeApi(
      clock.wall,
      (word) => this.#heard(word),
      (error) => log.warn("a function's runtime failed to talk to Lambda", { error }),
    );
    this.#api = api;
    this.#sandbox = await startSandbox(host, {
      id: record.revisionId,
      taskDir,
      optDir,
      scratchDir,
      mounts: program.mounts,
      memoryBytes: record.settings.memoryMb * 2 ** 20,
      command: program.command,
      environment: (paths) => ({
        ...this.blueprint.variables,
        LAMBDA_TASK_ROOT: paths.task,
        LAMBDA_RUNTIME_DIR: "/var/runtime",
        AWS_LAMBDA_RUNTIME_API: api.address,
        PATH: [process.env["PATH"] ?? "", paths.opt && join(paths.opt, "bin")]
          .filter(Boolean)
          .join(":"),
        LD_LIBRARY_PATH: [paths.task, join(paths.task, "lib"), paths.opt && join(paths.opt, "lib")]
          .filter(Boolean)
          .join(":"),
        ...program.environment(paths),
      }),
      onLine: (line) => this.#print(`${line.replaceAll("\r", "\n")}\n`),
    });
    const gone = (how: string) => {
      this.#gone = how;
      first.resolve({ type: "exit", how });
    };
    void this.#sandbox.ended.then(gone);
    const timer = clock.wall.after(limits.initTimeoutMs, () => first.resolve({ type: "timeout" }));
    this.#ready = first.promise.then(async (ending) => {
      timer.cancel();
      this.#initMs = clock.wall.monotonic() - startedMs;
      if (ending === undefined)
        await this.#sandbox!.limitCpus(record.settings.memoryMb / limits.memoryMbPerCpu);
      return ending;
    });
  }

  /** Resolves when its program waits for events, or could not come up. */
  async whenReady(): Promise<void> {
    await this.#ready;
  }

  /** Runs one event to its end; one at a time. */
  async invoke(invocation: Invocation): Promise<Outcome> {
    const { wall } = this.#env.clock;
    const { record } = this.blueprint;
    const { requestId } = invocation;
    const { timeoutSeconds } = record.settings;
    const failedInit = await this.#ready;
    const initMs = this.#initMs;
    this.#initMs = undefined;
    this.#print(this.#lines.start(requestId, record.version));
    const startedMs = wall.monotonic();
    const ending = failedInit ?? (await this.#run(invocation, timeoutSeconds * 1000));
    const durationMs = Math.min(wall.monotonic() - startedMs, timeoutSeconds * 1000);
    const { payload, status } = this.#judge(ending, requestId, timeoutSeconds);
    if (status === "timeout")
      this.#print(
        `${isoMillis(this.#env.clock.now())} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds\n\n`,
      );
    if (ending.type === "exit")
      this.#print(
        `RequestId: ${requestId} Error: Runtime exited with error: ${ending.how}\nRuntime.ExitError\n`,
      );
    const usedBytes = this.#sandbox?.peakMemoryBytes();
    const end = this.#lines.end(requestId);
    if (end !== undefined) this.#print(end);
    const report = this.#lines.report({
      requestId,
      durationMs,
      // Since August 2025 the time of coming up is paid for, too.
      billedMs: Math.max(1, Math.ceil(durationMs + (initMs ?? 0))),
      memoryMb: record.settings.memoryMb,
      usedMb: usedBytes === undefined ? undefined : Math.ceil(usedBytes / 2 ** 20),
      initMs,
      status,
    });
    this.#print(report);
    const logTail = this.#tail;
    this.#tail = "";
    await this.#writer.flush();
    // Whoever got it ends it when it is of no more use.
    if (ending.type !== "response" && ending.type !== "error" && ending.type !== "too-large")
      this.#gone ??= ending.type;
    const functionError = status === "success" ? undefined : "Unhandled";
    return { payload, functionError, status, durationMs, logTail };
  }

  /** Ends the program and forgets what it kept. */
  async end(): Promise<void> {
    this.#gone ??= "ended";
    // A failure to start is told to who started it.
    await this.#starting?.catch(() => {});
    await this.#sandbox?.end();
    await this.#api?.close();
    await this.#writer.flush();
  }

  async #run(invocation: Invocation, timeoutMs: number): Promise<Ending> {
    const { wall } = this.#env.clock;
    const answered = Promise.withResolvers<Ending>();
    const idle = Promise.withResolvers<void>();
    this.#heard = (word) => {
      if (word.type === "next") idle.resolve();
      else if (word.type === "init-error") answered.resolve(word);
      else if (word.requestId === invocation.requestId) answered.resolve(word);
    };
    const timers: Timer[] = [wall.after(timeoutMs, () => answered.resolve({ type: "timeout" }))];
    const gone = (how: string) => {
      answered.resolve({ type: "exit", how });
      idle.resolve();
    };
    void this.#sandbox!.ended.then(gone);
    const deadlineMs = wall.now() + timeoutMs;
    this.#api!.give({ ...invocation, deadlineMs });
    const ending = await answered.promise;
    if (ending.type !== "timeout" && ending.type !== "exit") {
      timers.push(wall.after(lingerMs, () => idle.resolve()));
      // What it printed before its next request came first, on another way.
      await idle.promise;
      await endOfTurn();
    }
    for (const timer of timers) timer.cancel();
    return ending;
  }

  #judge(
    ending: Ending,
    requestId: string,
    timeoutSeconds: number,
  ): { payload: Uint8Array; status: Outcome["status"] } {
    switch (ending.type) {
      case "response":
        return { payload: ending.payload, status: "success" };
      case "error":
        return { payload: ending.payload, status: "error" };
      case "init-error":
        return { payload: ending.payload, status: "failure" };
      case "too-large":
        return { payload: tooLarge(requestId, ending.sizeBytes), status: "error" };
      case "exit":
        return { payload: exited(requestId, ending.how), status: "failure" };
      case "timeout":
        return { payload: timedOut(requestId, timeoutSeconds), status: "timeout" };
    }
  }

  #print(message: string): void {
    this.#writer.add({ timestamp: this.#env.clock.now(), message });
    this.#tail = (this.#tail + (message.endsWith("\n") ? message : `${message}\n`)).slice(
      -limits.logTailBytes,
    );
  }
}
