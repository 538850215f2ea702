/** Facts from outside a template: other stacks' exports, zones, stored parameters. */
import { AwsError } from "#model/error.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { exportedValues } from "../records.ts";
import type { Lookup } from "../template/intrinsics/scope.ts";
import { TemplateError, Unknown, type Evaluated } from "../template/values.ts";
import { isAbsent } from "./failure-reason.ts";
import { findAttribute } from "./resource-attribute.ts";

/** Answers found so far, so that one deployment sees one answer. */
export interface Lookups {
  /**
   * Runs a function that evaluates, finds what it asked for, and runs it again until nothing is missing.
   * Throws TemplateError for what cannot be found.
   */
  resolve<T>(run: (lookup: (lookup: Lookup) => Evaluated) => T): Promise<T>;
}

export function createLookups(env: Environment, scope: Scope): Lookups {
  const answers = new Map<string, Evaluated>();
  return {
    async resolve(run) {
      for (;;) {
        const missing = new Map<string, Lookup>();
        const result = run((lookup) => {
          const name = `${lookup.kind} ${lookup.key}`;
          const answer = answers.get(name);
          if (answer !== undefined) return answer;
          missing.set(name, lookup);
          return new Unknown(name);
        });
        if (missing.size === 0) return result;
        for (const [name, lookup] of missing) answers.set(name, await find(env, scope, lookup));
      }
    },
  };
}

async function find(env: Environment, scope: Scope, { kind, key }: Lookup): Promise<Evaluated> {
  if (kind === "import") {
    const found = await env.store.transaction((tx) => exportedValues.get(tx, scope, key));
    if (!found) throw new TemplateError(`No export named ${key} found.`);
    return found.value;
  }
  if (kind === "valueOf") return findAttribute(env, scope, key);
  if (kind === "zones") {
    const caller = asService(
      { account: scope.account, region: key },
      "cloudformation.amazonaws.com",
    );
    const { AvailabilityZones = [] } = await env.clients.ec2(caller).DescribeAvailabilityZones({});
    return AvailabilityZones.map(({ ZoneName = "" }) => ZoneName).sort();
  }
  if (kind === "secretsmanager") return findSecret(env, scope, key);
  if (kind === "ssm" || kind === "ssm-secure") return findParameter(env, scope, key, kind);
  throw new TemplateError(
    `Fogbank cannot resolve the dynamic reference {{resolve:${String(kind)}:${key}}}: it offers ssm, ssm-secure and secretsmanager.`,
  );
}

/**
 * "secret-id:SecretString:json-key:version-stage:version-id", where the id may be an ARN and all behind it may be left out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
async function findSecret(env: Environment, scope: Scope, key: string): Promise<string> {
  const parts = key.split(":");
  const SecretId = parts.splice(0, parts[0] === "arn" ? 7 : 1).join(":");
  const [member = "SecretString", jsonKey = "", stage = "", version = ""] = parts;
  if (member !== "SecretString" && member !== "")
    throw new TemplateError(
      `Incorrect format of dynamic reference {{resolve:secretsmanager:${key}}}`,
    );
  const secrets = env.clients.secretsmanager(asService(scope, "cloudformation.amazonaws.com"));
  const { SecretString } = await secrets
    .GetSecretValue({
      SecretId,
      ...(stage !== "" && { VersionStage: stage }),
      ...(version !== "" && { VersionId: version }),
    })
    .catch((error: unknown) => {
      if (error instanceof AwsError)
        throw new TemplateError(
          `Could not find a value associated with the secret ${SecretId}: ${error.message}`,
        );
      throw error;
    });
  if (SecretString === undefined)
    throw new TemplateError(`The secret ${SecretId} has no SecretString`);
  if (jsonKey === "") return SecretString;
  const value = jsonMember(SecretString, jsonKey);
  if (value === undefined)
    throw new TemplateError(`Could not find a value associated with JSONKey in SecretString`);
  return value;
}

/** Undefined when the text is no object or has no such member. */
function jsonMember(text: string, name: string): string | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[name];
    return value === undefined
      ? undefined
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
  } catch {
    // A plain text has no members.
    return undefined;
  }
}

/** The value of an SSM parameter: "name" or "name:version". */
export async function findParameter(
  env: Environment,
  scope: Scope,
  name: string,
  kind: "ssm" | "ssm-secure" = "ssm",
): Promise<string> {
  const ssm = env.clients.ssm(asService(scope, "cloudformation.amazonaws.com"));
  try {
    const { Parameter } = await ssm.GetParameter({
      Name: name,
      WithDecryption: kind === "ssm-secure",
    });
    if (Parameter?.Type === "SecureString" && kind === "ssm")
      throw new TemplateError(
        `Parameters [${name}] referenced by template have types not supported by CloudFormation.`,
      );
    return Parameter?.Value ?? "";
  } catch (error) {
    if (isAbsent(error))
      throw new TemplateError(
        `Unable to fetch parameters [${name}] from parameter store for this account.`,
      );
    throw error;
  }
}
