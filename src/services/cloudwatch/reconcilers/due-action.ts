/** Carries out what alarms owe, once each, and writes how it went into their history. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { policyCalls } from "#services/kit/scaling/policy-calls.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { parseAction } from "../alarms/actions.ts";
import { writeHistory } from "../alarms/history.ts";
import { alarmArn } from "../alarms/message.ts";
import { dueActions, type DueActionRecord } from "../records.ts";

export function dueActionReconciler(env: Environment): Reconciler {
  return {
    name: "cloudwatch/due-action",
    watches: [{ collection: dueActions }],
    async reconcile(scope, id) {
      const due = await env.store.transaction((tx) => dueActions.get(tx, scope, ...id));
      if (!due) return;
      const failure = await carryOut(env, scope, due).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const nowMs = env.clock.now();
      await env.store.transaction(async (tx) => {
        dueActions.delete(tx, scope, ...id);
        // What is repeated every minute would drown the history.
        if (due.repeated && failure === undefined) return;
        const type = due.alarmType === "MetricAlarm" ? "metric" : "composite";
        await writeHistory(
          tx,
          { random: env.random, scope, nowMs },
          { name: due.alarmName, type },
          {
            type: due.contributor ? "AlarmContributorAction" : "Action",
            ...(due.contributor && { contributor: due.contributor }),
            summary:
              failure === undefined
                ? `Successfully executed action ${due.action}`
                : `Failed to execute action ${due.action}. Received error: "${failure}"`,
            data: JSON.stringify({
              actionState: failure === undefined ? "Succeeded" : "Failed",
              stateUpdateTimestamp: due.dueMs,
              notificationResource: due.action,
              ...(failure === undefined
                ? { publishedMessage: published(due) }
                : { error: failure }),
            }),
          },
        );
      });
    },
  };
}

function published({ action, message, subject }: DueActionRecord): unknown {
  if (parseAction(action)?.kind !== "sns") return null;
  return { default: message, subject };
}

async function carryOut(env: Environment, scope: Scope, due: DueActionRecord): Promise<void> {
  const action = parseAction(due.action);
  const caller = asService(scope, "cloudwatch.amazonaws.com", alarmArn(scope, due.alarmName));
  switch (action?.kind) {
    case "sns":
      await env.clients.sns(caller).Publish({
        TopicArn: action.topicArn,
        Subject: due.subject,
        Message: due.message,
      });
      return;
    case "lambda":
      // AWS calls functions in the name of their alarms, not of its service's usual one.
      return leaveWithFunction(
        env.clients,
        asService(scope, "lambda.alarms.cloudwatch.amazonaws.com", alarmArn(scope, due.alarmName)),
        action.functionArn,
        due.message,
      );
    case "scaling":
      await env.clients.autoscaling(caller).ExecutePolicy({
        AutoScalingGroupName: action.group,
        PolicyName: action.policy,
        HonorCooldown: true,
        ...(due.metricValue !== undefined && { MetricValue: due.metricValue }),
        ...(due.threshold !== undefined && { BreachThreshold: due.threshold }),
      });
      return;
    case "application-scaling":
      return callPolicy(env, scope, action.policyArn, due);
    case "ec2":
      return actOnInstance(env, scope, action.verb, due.instanceId);
    default:
      throw new Error(`Fogbank cannot carry out actions of ${action?.service ?? "this kind"}`);
  }
}

/** Application Auto Scaling looks for calls by itself; a later one of the same alarm takes the place of an earlier. */
async function callPolicy(
  env: Environment,
  scope: Scope,
  policyArn: string,
  due: DueActionRecord,
): Promise<void> {
  const atMs = env.clock.now();
  await env.store.transaction((tx) =>
    policyCalls.put(tx, scope, [policyArn, due.alarmName], {
      policyArn,
      alarmName: due.alarmName,
      atMs,
      ...(due.metricValue !== undefined && { metricValue: due.metricValue }),
      ...(due.threshold !== undefined && { threshold: due.threshold }),
    }),
  );
}

async function actOnInstance(
  env: Environment,
  scope: Scope,
  verb: "stop" | "terminate" | "reboot" | "recover",
  instanceId: string | undefined,
): Promise<void> {
  if (instanceId === undefined) throw new Error("The alarm has no dimension InstanceId");
  const ec2 = env.clients.ec2(asService(scope, "cloudwatch.amazonaws.com"));
  const InstanceIds = [instanceId];
  if (verb === "stop") await ec2.StopInstances({ InstanceIds });
  else if (verb === "terminate") await ec2.TerminateInstances({ InstanceIds });
  // EC2 revives a dead machine when it is rebooted: the same id, addresses and volumes come back.
  else await ec2.RebootInstances({ InstanceIds });
}
