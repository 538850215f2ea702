/**
 * Where the data plane reaches functions: for each target group a server on this machine that turns
 * requests into invocations. The data plane knows of sockets only, and is another thread.
 */
import { BodyTooLargeError, readBody, type HttpReply, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type { Reach } from "#compute/driver.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { answer } from "#traffic/application/answers.ts";
import {
  failureField,
  failureText,
  type FunctionFailure,
} from "#traffic/application/function-failure.ts";
import { attributeOf, functionGroupAttributes } from "../attributes.ts";
import { principal } from "../network.ts";
import { targetGroups, type TargetGroupRecord } from "../records.ts";
import { eventOf, replyOf } from "./event.ts";

/** Of a request's body, and of a function's answer. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
const longestBodyBytes = 2 ** 20;

export interface PresentTargets {
  groupArn: string;
  functionArns: readonly string[];
}

export interface FunctionBridges {
  /** Where requests for the group's function go. */
  reach(scope: Scope, group: TargetGroupRecord, functionArn: string): Promise<Reach>;
  /** Closes those of the groups of this name that lead to no target of the present one (any more). */
  retain(scope: Scope, name: string, present: PresentTargets | undefined): Promise<void>;
  close(): Promise<void>;
}

export function createFunctionBridges(env: Environment): FunctionBridges {
  /** By group and function. */
  const servers = new Map<string, Bridge>();
  const open = (scope: Scope, group: TargetGroupRecord, functionArn: string) =>
    serve({
      host: "127.0.0.1",
      port: 0,
      wall: env.clock.wall,
      onError: (error) => env.log.error("a function's answer failed", { functionArn, error }),
      async handler(request) {
        const attributes = await attributesOf(env, scope, group);
        const multiValue =
          attributeOf(functionGroupAttributes, attributes, "lambda.multi_value_headers.enabled") ===
          "true";
        try {
          const body = await readBody(request.body, longestBodyBytes);
          const event = eventOf(request, body, { targetGroupArn: group.arn, multiValue });
          return await invoke(env, scope, { functionArn, group, event, multiValue });
        } catch (error) {
          if (error instanceof BodyTooLargeError)
            return failed(413, { fault: "user", reason: "LambdaRequestTooLarge" });
          throw error;
        }
      },
    });
  return {
    async reach(scope, group, functionArn) {
      const key = `${group.arn} ${functionArn}`;
      let bridge = servers.get(key);
      if (!bridge) {
        const server = open(scope, group, functionArn);
        bridge = { scope, group, functionArn, server };
        servers.set(key, bridge);
        // One that could not be opened is tried again.
        server.catch(() => servers.delete(key));
      }
      const { host, port } = await bridge.server;
      return { host, port };
    },
    async retain({ account, region }, name, present) {
      for (const [key, { scope, group, functionArn, server }] of servers) {
        const isOfName =
          group.name === name && scope.account === account && scope.region === region;
        const isPresent =
          present?.groupArn === group.arn && present.functionArns.includes(functionArn);
        if (!isOfName || isPresent) continue;
        servers.delete(key);
        await (await server).close();
      }
    },
    async close() {
      const open = [...servers.values()];
      servers.clear();
      for (const { server } of open) await (await server).close(0);
    },
  };
}

interface Bridge {
  scope: Scope;
  group: TargetGroupRecord;
  functionArn: string;
  server: Promise<HttpServer>;
}

function attributesOf(env: Environment, scope: Scope, group: TargetGroupRecord) {
  return env.store.transaction((tx) => targetGroups.view(tx, scope, group.name)?.attributes ?? {});
}

interface Asked {
  functionArn: string;
  group: TargetGroupRecord;
  event: Record<string, unknown>;
  multiValue: boolean;
}

async function invoke(
  env: Environment,
  scope: Scope,
  { functionArn, group, event, multiValue }: Asked,
): Promise<HttpReply> {
  try {
    const { FunctionError, Payload } = await env.clients
      .lambda(asService(scope, principal, group.arn))
      .Invoke({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) as never });
    if (FunctionError !== undefined)
      return failed(502, { fault: "user", reason: "LambdaUnhandled" });
    const payload = Payload as Uint8Array;
    if (payload.length > longestBodyBytes)
      return failed(502, { fault: "user", reason: "LambdaResponseTooLarge" });
    const reply = replyOf(payload, multiValue);
    return reply ?? failed(502, { fault: "user", reason: "LambdaInvalidResponse" });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.debug("a load balancer could not invoke a function", { functionArn, error });
    return failed(502, failureOf(error));
  }
}

/** What the data plane counts and logs instead of an answer. */
function failed(status: number, failure: FunctionFailure): HttpReply {
  return answer(status, { [failureField]: failureText(failure) });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#error-reason-codes */
function failureOf({ code }: AwsError): FunctionFailure {
  switch (code) {
    case "AccessDeniedException":
      return { fault: "user", reason: "LambdaAccessDenied" };
    case "ResourceNotFoundException":
      return { fault: "user", reason: "LambdaResourceNotFound" };
    case "TooManyRequestsException":
      return { fault: "user", reason: "LambdaThrottling" };
    case "ServiceException":
      return { fault: "internal", reason: "LambdaServiceException" };
    // Names such as EC2ThrottledException stand in logs as they are.
    default:
      return /^(?:EC2|ENI|Invalid|KMS|Subnet)/.test(code)
        ? { fault: "user", reason: `Lambda${code}` }
        : { fault: "internal", reason: "LambdaUnhandledException" };
  }
}
