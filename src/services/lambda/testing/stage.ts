/** A cloud with a role that functions may use, and packages made on the spot. */
import { eventually } from "#runtime/testing/eventually.ts";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";
import { zip } from "#services/kit/zip.ts";

export interface Stage {
  cloud: TestCloud;
  lambda: Client<"lambda">;
  role: string;
  /** Makes a function of this source and waits until it can be invoked. */
  create: (name: string, source: string, more?: Record<string, unknown>) => Promise<void>;
  /** Invokes with an event; what came back. */
  call: (name: string, event?: unknown, more?: Record<string, unknown>) => Promise<Answer>;
}

export interface Answer {
  value: unknown;
  error: string | undefined;
  log: string;
  version: string | undefined;
}

export async function createStage(): Promise<Stage> {
  const cloud = createTestCloud();
  return { cloud, ...(await functionsOf(cloud)) };
}

/** The same in a cloud that is there already. */
export async function functionsOf(cloud: TestCloud): Promise<Omit<Stage, "cloud">> {
  const lambda = cloud.clients.lambda(cloud.caller);
  const { Role } = await cloud.clients.iam(cloud.caller).CreateRole({
    RoleName: "functions",
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  });
  const role = Role!.Arn!;
  return {
    lambda,
    role,
    async create(name, source, more = {}) {
      const Code = { ZipFile: zip({ "index.mjs": source }) };
      await lambda.CreateFunction({
        FunctionName: name,
        Role: role,
        Handler: "index.handler",
        Runtime: "nodejs22.x",
        Code,
        // Programs run in the host's time: three seconds, as usual, may be few.
        Timeout: 30,
        ...more,
      });
      await whenSettled(lambda, name);
    },
    async call(name, event, more = {}) {
      const answer = await lambda.Invoke({
        FunctionName: name,
        LogType: "Tail",
        ...(event !== undefined && { Payload: Buffer.from(JSON.stringify(event)) as never }),
        ...more,
      });
      return {
        value: JSON.parse(Buffer.from(answer.Payload as Uint8Array).toString()),
        error: answer.FunctionError,
        log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
        version: answer.ExecutedVersion,
      };
    },
  };
}

/** Unpacking happens beside the call, in the host's own time. */
export async function whenSettled(lambda: Client<"lambda">, name: string): Promise<void> {
  await eventually(`${name} settles`, async () => {
    const found = await lambda.GetFunctionConfiguration({ FunctionName: name });
    return found.State !== "Pending" && found.LastUpdateStatus !== "InProgress";
  });
}
