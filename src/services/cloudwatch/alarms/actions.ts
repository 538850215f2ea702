/** What an alarm may do when its state changes. */
import { parseArn } from "#services/kit/arn.ts";
import { validationError } from "../errors.ts";

export type AlarmAction =
  | { kind: "sns"; topicArn: string }
  | { kind: "scaling"; policyArn: string; group: string; policy: string }
  /** A policy of Application Auto Scaling, which has no operation to call. */
  | { kind: "application-scaling"; policyArn: string }
  | { kind: "lambda"; functionArn: string }
  | { kind: "ec2"; verb: "stop" | "terminate" | "reboot" | "recover" }
  /** A form that AWS knows and Fogbank cannot carry out. */
  | { kind: "unsupported"; service: string };

/**
 * Undefined for what is no action at all.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export function parseAction(text: string): AlarmAction | undefined {
  const arn = parseArn(text);
  if (!arn) return undefined;
  const { service, resource } = arn;
  if (service === "sns") return { kind: "sns", topicArn: text };
  if (service === "lambda" && resource.startsWith("function:"))
    return { kind: "lambda", functionArn: text };
  if (service === "autoscaling") {
    const names = /^scalingPolicy:[^:]+:autoScalingGroupName\/(.+):policyName\/(.+)$/.exec(
      resource,
    );
    if (names) return { kind: "scaling", policyArn: text, group: names[1]!, policy: names[2]! };
    // Alarms that the service made itself say so behind the policy's ARN.
    const [policyArn = ""] =
      /^.*:scalingPolicy:[^:]+:resource\/.+:policyName\/[^:]+/.exec(text) ?? [];
    if (policyArn !== "") return { kind: "application-scaling", policyArn };
    return resource.startsWith("scalingPolicy:") ? { kind: "unsupported", service } : undefined;
  }
  const verb =
    service === "automate"
      ? /:ec2:(stop|terminate|reboot|recover)$/.exec(text)?.[1]
      : /^action\/actions\/AWS_EC2\.InstanceId\.(Stop|Terminate|Reboot|Recover)\/1\.0$/.exec(
          resource,
        )?.[1];
  if (verb) return { kind: "ec2", verb: verb.toLowerCase() as "stop" };
  return ["lambda", "ssm", "ssm-incidents", "aiops"].includes(service)
    ? { kind: "unsupported", service }
    : undefined;
}

/** Throws when an action is none that an alarm of this kind can have. */
export function checkActions(
  actions: readonly string[],
  { region, instance, composite }: { region: string; instance: boolean; composite: boolean },
): void {
  for (const text of actions) {
    const action = parseAction(text);
    if (!action) throw validationError(`Invalid arn syntax: ${text}`);
    if (action.kind === "unsupported")
      throw validationError(`Fogbank cannot carry out actions of ${action.service}: ${text}`);
    const home = parseArn(text)!.region;
    if (home !== "" && home !== region)
      throw validationError(`Invalid region ${home} specified. Only ${region} is supported.`);
    if (composite && (action.kind === "ec2" || isScaling(action)))
      throw validationError(`Unsupported action ${text} for a composite alarm.`);
    if (action.kind === "ec2" && !instance)
      throw validationError(
        "An EC2 action needs an alarm whose metric has the dimension InstanceId.",
      );
  }
}

/** Scaling policies are called every minute while the state lasts. */
export function isScaling(action: AlarmAction | undefined): boolean {
  return action?.kind === "scaling" || action?.kind === "application-scaling";
}
