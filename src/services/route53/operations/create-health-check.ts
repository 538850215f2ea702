import { isDeepStrictEqual } from "node:util";
import type { Route53Operation } from "../context.ts";
import { healthCheckExists, tooManyHealthChecks } from "../errors.ts";
import { alarmConfiguration } from "../health/alarm.ts";
import { checkChildren, completeConfig } from "../health/config.ts";
import { showHealthCheck } from "../health/show.ts";
import { limits } from "../limits.ts";
import { healthChecks, ofAccount, spentReferences, type HealthCheckRecord } from "../records.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html */
export const createHealthCheck: Route53Operation<"CreateHealthCheck"> = async (input, context) => {
  const config = completeConfig(input.HealthCheckConfig!);
  const scope = ofAccount(context);
  const alarm = await alarmConfiguration(context, config);
  return context.store.transaction(async (tx) => {
    const present = await healthChecks.list(tx, scope);
    const same = present.find(({ callerReference }) => callerReference === input.CallerReference);
    // Asking again with the same settings gives the health check that is there.
    if (same && !isDeepStrictEqual(plain(same.config), plain(config))) throw healthCheckExists();
    if (!same && present.length >= limits.healthChecks)
      throw tooManyHealthChecks(limits.healthChecks);
    // Nor may that of one that was deleted come again.
    if (!same && (await spentReferences.get(tx, scope, input.CallerReference!)))
      throw healthCheckExists();
    checkChildren(present, config);
    const { principal } = context;
    const check: HealthCheckRecord = same ?? {
      id: context.random.uuid(),
      callerReference: input.CallerReference!,
      config,
      version: 1,
      createdMs: context.clock.now(),
      tags: {},
      ...(principal.arn === "servicediscovery.amazonaws.com" && {
        linkedService: { ServicePrincipal: principal.arn, Description: principal.sourceArn },
      }),
    };
    if (!same) healthChecks.put(tx, scope, [check.id], check);
    return {
      HealthCheck: showHealthCheck(check, alarm),
      Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
    };
  });
};

function plain(config: object): unknown {
  return JSON.parse(JSON.stringify(config));
}
