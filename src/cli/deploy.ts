/** `fogbank deploy TEMPLATE`: creates or updates a stack and shows its events as they come. */
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type Parameter,
  type Stack,
  type StackEvent,
} from "@aws-sdk/client-cloudformation";
import { OptionError } from "#cloud/options.ts";
import { pause } from "./pause.ts";
import { readArguments } from "./command-arguments.ts";
import { ask, findEndpoint } from "./remote.ts";

export const usage =
  "usage: fogbank deploy TEMPLATE [--stack-name NAME] [--parameter KEY=VALUE]… [--region REGION]";

const options = {
  "stack-name": { type: "string" },
  parameter: { type: "string", multiple: true },
  region: { type: "string" },
} as const;
const pollMs = 250;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options, usage);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new OptionError(usage);
  const name = values["stack-name"] ?? stackNameOf(path);
  const endpoint = findEndpoint(process.env);
  await ask(endpoint, "GET", "/_fogbank/health");
  const client = new CloudFormationClient({
    endpoint,
    region:
      values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1",
    ...(!process.env.AWS_ACCESS_KEY_ID && {
      credentials: { accessKeyId: "fogbank", secretAccessKey: "fogbank" },
    }),
  });
  const request = {
    StackName: name,
    TemplateBody: await readTemplate(path),
    Parameters: (values.parameter ?? []).map(readParameter),
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"] as const,
  };
  const stack = await findStack(client, name);
  const seen = new Set<string>();
  if (stack) for (const { EventId } of await listEvents(client, name)) seen.add(EventId ?? "");
  try {
    if (stack)
      await client.send(
        new UpdateStackCommand({ ...request, Capabilities: [...request.Capabilities] }),
      );
    else
      await client.send(
        new CreateStackCommand({ ...request, Capabilities: [...request.Capabilities] }),
      );
  } catch (error) {
    const { message } = error as Error;
    if (message === "No updates are to be performed." && stack) {
      process.stdout.write(`${name} is up to date\n`);
      return printOutputs(stack, endpoint);
    }
    throw new OptionError(message);
  }
  return follow(client, endpoint, name, seen);
}

async function follow(
  client: CloudFormationClient,
  endpoint: string,
  name: string,
  seen: Set<string>,
): Promise<number> {
  for (;;) {
    await pause(pollMs);
    const stack = await findStack(client, name);
    for (const event of (await listEvents(client, name)).toReversed()) {
      if (seen.has(event.EventId ?? "")) continue;
      seen.add(event.EventId ?? "");
      printEvent(event);
    }
    if (!stack) throw new OptionError(`the stack ${name} is gone`);
    const status = stack.StackStatus ?? "";
    if (status.endsWith("_IN_PROGRESS")) continue;
    if (status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE")
      return printOutputs(stack, endpoint);
    const reason = stack.StackStatusReason ? `: ${stack.StackStatusReason}` : "";
    process.stderr.write(`fogbank: ${name} ended in ${status}${reason}\n`);
    return 1;
  }
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new OptionError(`the template ${path} cannot be read: ${(error as Error).message}`);
  }
}

function readParameter(text: string): Parameter {
  const split = text.indexOf("=");
  if (split < 1) throw new OptionError(`--parameter takes KEY=VALUE, not "${text}"`);
  return { ParameterKey: text.slice(0, split), ParameterValue: text.slice(split + 1) };
}

/** "examples/shop/template.yaml" is the stack "template"; names take letters, digits and hyphens. */
function stackNameOf(path: string): string {
  const name = basename(path, extname(path)).replaceAll(/[^A-Za-z0-9]+/g, "-");
  return /^[A-Za-z]/.test(name) ? name : `stack-${name}`;
}

async function findStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0];
  } catch (error) {
    if ((error as Error).message.includes("does not exist")) return undefined;
    throw error;
  }
}

async function listEvents(client: CloudFormationClient, name: string): Promise<StackEvent[]> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
  return StackEvents ?? [];
}

function printEvent(event: StackEvent): void {
  const { ResourceStatus = "", LogicalResourceId = "", ResourceType = "" } = event;
  const reason = event.ResourceStatusReason ? `  ${event.ResourceStatusReason}` : "";
  process.stdout.write(
    `${ResourceStatus.padEnd(28)} ${LogicalResourceId.padEnd(28)} ${ResourceType}${reason}\n`,
  );
}

function printOutputs({ Outputs = [] }: Stack, endpoint: string): number {
  for (const { OutputKey = "", OutputValue = "" } of Outputs) {
    process.stdout.write(`${OutputKey} = ${OutputValue}\n`);
    const address = addressHere(OutputValue, endpoint);
    if (address)
      process.stdout.write(`${" ".repeat(OutputKey.length)}   answers here: ${address}\n`);
  }
  return 0;
}

/** Where a browser finds the load balancer that an output names: on Fogbank's port. */
export function addressHere(output: string, endpoint: string): string | undefined {
  const [, host, path] =
    /^(?:http:\/\/)?([\w.-]+\.elb\.localhost)(?::\d+)?(\/.*)?$/.exec(output) ?? [];
  const { port } = new URL(endpoint);
  return host && port ? `http://${host}:${port}${path ?? "/"}` : undefined;
}
