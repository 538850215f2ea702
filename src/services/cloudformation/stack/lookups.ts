/** Facts from outside a template: other stacks' exports, zones, stored parameters. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { exportedValues } from "../records.ts";
import type { Lookup } from "../template/intrinsics/scope.ts";
import { TemplateError, Unknown, type Evaluated } from "../template/values.ts";
import { isAbsent } from "./failure-reason.ts";

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
  if (kind === "zones") {
    const caller = asService(
      { account: scope.account, region: key },
      "cloudformation.amazonaws.com",
    );
    const { AvailabilityZones = [] } = await env.clients.ec2(caller).DescribeAvailabilityZones({});
    return AvailabilityZones.map(({ ZoneName = "" }) => ZoneName).sort();
  }
  if (kind === "ssm" || kind === "ssm-secure") return findParameter(env, scope, key, kind);
  throw new TemplateError(
    `Fogbank cannot resolve the dynamic reference {{resolve:${String(kind)}:${key}}}: it offers ssm and ssm-secure.`,
  );
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
