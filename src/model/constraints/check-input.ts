/** Checks inputs against what AWS's models demand, before an operation sees them. */
import type { ServiceName } from "../sdk.ts";
import { compileConstraints, type CollectViolations } from "./compile.ts";
import type { ServiceConstraints } from "./facts.ts";
import { policies } from "./policy.ts";
import { refuseInput } from "./refusal.ts";

type Load = () => Promise<{ default: unknown }>;

/** Literal paths, so that the published bundle finds the files. */
const files: Readonly<Record<ServiceName, Load>> = {
  acm: () => import("./generated/acm.json", { with: { type: "json" } }),
  applicationautoscaling: () =>
    import("./generated/applicationautoscaling.json", { with: { type: "json" } }),
  autoscaling: () => import("./generated/autoscaling.json", { with: { type: "json" } }),
  cloudformation: () => import("./generated/cloudformation.json", { with: { type: "json" } }),
  cloudwatch: () => import("./generated/cloudwatch.json", { with: { type: "json" } }),
  dynamodb: () => import("./generated/dynamodb.json", { with: { type: "json" } }),
  ec2: () => import("./generated/ec2.json", { with: { type: "json" } }),
  elb: () => import("./generated/elb.json", { with: { type: "json" } }),
  elbv2: () => import("./generated/elbv2.json", { with: { type: "json" } }),
  events: () => import("./generated/events.json", { with: { type: "json" } }),
  iam: () => import("./generated/iam.json", { with: { type: "json" } }),
  kms: () => import("./generated/kms.json", { with: { type: "json" } }),
  lambda: () => import("./generated/lambda.json", { with: { type: "json" } }),
  logs: () => import("./generated/logs.json", { with: { type: "json" } }),
  route53: () => import("./generated/route53.json", { with: { type: "json" } }),
  s3: () => import("./generated/s3.json", { with: { type: "json" } }),
  secretsmanager: () => import("./generated/secretsmanager.json", { with: { type: "json" } }),
  servicediscovery: () => import("./generated/servicediscovery.json", { with: { type: "json" } }),
  sns: () => import("./generated/sns.json", { with: { type: "json" } }),
  sqs: () => import("./generated/sqs.json", { with: { type: "json" } }),
  ssm: () => import("./generated/ssm.json", { with: { type: "json" } }),
  sts: () => import("./generated/sts.json", { with: { type: "json" } }),
};

type Check = (input: unknown) => void;

const accept: Check = () => {};

/** Checks of the operations called so far. They never change, so that every cloud may share them. */
class ServiceChecks {
  readonly #service: ServiceName;
  readonly #constraints: ServiceConstraints;
  readonly #checks = new Map<string, Check>();

  constructor(service: ServiceName, constraints: ServiceConstraints) {
    this.#service = service;
    this.#constraints = policies[service].sortsEnums
      ? { ...constraints, enums: sorted(constraints.enums) }
      : constraints;
  }

  of(operation: string): Check {
    let check = this.#checks.get(operation);
    if (!check) {
      const collect = compileConstraints(this.#constraints, operation);
      check = collect ? this.#refusing(operation, collect) : accept;
      this.#checks.set(operation, check);
    }
    return check;
  }

  #refusing(operation: string, collect: CollectViolations): Check {
    const policy = policies[this.#service];
    const code = policy.codeOf?.(operation) ?? policy.code;
    return (input) => {
      const violations = collect(input);
      if (violations.length > 0) throw refuseInput(this.#service, { ...policy, code }, violations);
    };
  }
}

const loaded = new Map<ServiceName, ServiceChecks>();

/**
 * Throws the service's own validation error when the input breaks a constraint. Answers at once,
 * except at a service's first call, whose constraints have to be read.
 */
export function checkInput(
  service: ServiceName,
  operation: string,
  input: unknown,
): Promise<void> | undefined {
  const checks = loaded.get(service);
  if (checks) {
    checks.of(operation)(input);
    return undefined;
  }
  return loadAndCheck(service, operation, input);
}

async function loadAndCheck(service: ServiceName, operation: string, input: unknown) {
  const { default: constraints } = await files[service]();
  const fresh = new ServiceChecks(service, constraints as ServiceConstraints);
  if (!loaded.has(service)) loaded.set(service, fresh);
  fresh.of(operation)(input);
}

function sorted(enums: ServiceConstraints["enums"]): ServiceConstraints["enums"] {
  return Object.fromEntries(
    Object.entries(enums).map(([name, values]) => [name, values.toSorted()]),
  );
}
