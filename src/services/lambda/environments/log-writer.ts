/** What an environment prints, brought to its stream in CloudWatch Logs. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn } from "../arns.ts";

export interface LogLine {
  /** Cloud time. */
  timestamp: number;
  message: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const mostPerRequest = 1000;
const longestLineBytes = 200_000;

export class LogWriter {
  readonly #env: Pick<Environment, "clients" | "log">;
  readonly #scope: Scope;
  readonly #functionName: string;
  readonly #group: string;
  readonly #stream: string;
  #waiting: LogLine[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isMade = false;

  constructor(
    env: Pick<Environment, "clients" | "log">,
    to: { scope: Scope; functionName: string; group: string; stream: string },
  ) {
    this.#env = env;
    this.#scope = to.scope;
    this.#functionName = to.functionName;
    this.#group = to.group;
    this.#stream = to.stream;
  }

  add(line: LogLine): void {
    this.#waiting.push({ ...line, message: line.message.slice(0, longestLineBytes) });
  }

  /** Resolves when everything added so far is in the log, or was reported as lost. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    const arn = functionArn(this.#scope, this.#functionName);
    const logs = this.#env.clients.logs(asService(this.#scope, "lambda.amazonaws.com", arn));
    const names = { logGroupName: this.#group, logStreamName: this.#stream };
    try {
      if (!this.#isMade) {
        await unlessThere(logs.CreateLogGroup({ logGroupName: this.#group }));
        await unlessThere(logs.CreateLogStream(names));
        this.#isMade = true;
      }
      for (let start = 0; start < lines.length; start += mostPerRequest)
        await logs.PutLogEvents({
          ...names,
          logEvents: lines.slice(start, start + mostPerRequest),
        });
    } catch (error) {
      // A group that was deleted is made again for the next lines, as AWS does it.
      this.#isMade = false;
      this.#env.log.warn("a function's output was not logged", { ...names, error });
    }
  }
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === "ResourceAlreadyExistsException"))
      throw error;
  }
}
