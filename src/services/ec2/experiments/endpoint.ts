/** `/_fogbank/experiments`: begins an experiment from a FIS template, shows how far it is, stops it. */
import { isoMillis } from "#runtime/date.ts";
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { instances } from "../instances/records.ts";
import { subnets } from "../network/records.ts";
import { experiments, type ActionRecord, type ExperimentRecord } from "./records.ts";
import { volumes } from "../volumes/records.ts";
import { selectInstances, selectSubnets, selectVolumes } from "./select.ts";
import { readTemplate } from "./template.ts";

/** `POST` a template to begin, `GET /ID` (or all), `DELETE /ID` to stop. */
export function experimentEndpoint(env: Environment): OwnEndpoint {
  const { store, clock, random } = env;
  return async ({ method, item, body, scope }) => {
    if (method === "POST") {
      const template = readTemplate(body);
      return store.transaction(async (tx) => {
        const present = await instances.list(tx, scope);
        const disks = await volumes.list(tx, scope);
        const nets = await subnets.list(tx, scope);
        const chosen = Object.fromEntries(
          Object.entries(template.targets).map(([name, target]) => [
            name,
            target.resourceType === "aws:ec2:ebs-volume"
              ? selectVolumes(name, target, disks, random)
              : target.resourceType === "aws:ec2:subnet"
                ? selectSubnets(name, target, nets, random)
                : selectInstances(name, target, present, random),
          ]),
        );
        const experiment: ExperimentRecord = {
          experimentId: `EXP${random.hex(15).toUpperCase()}`,
          description: template.description,
          state: "running",
          startedMs: clock.now(),
          stopAlarms: template.stopAlarms,
          actions: Object.fromEntries(
            Object.entries(template.actions).map(([name, { targets, ...action }]) => [
              name,
              { ...action, instanceIds: targets.flatMap((one) => chosen[one]!), state: "pending" },
            ]),
          ),
        };
        experiments.put(tx, scope, [experiment.experimentId], experiment);
        return show(experiment);
      });
    }
    return store.transaction(async (tx) => {
      if (item === undefined) {
        if (method === "DELETE") throw new RangeError("say which experiment to stop");
        return { experiments: (await experiments.list(tx, scope)).map(show) };
      }
      const experiment = await experiments.get(tx, scope, item);
      if (!experiment) throw new RangeError(`there is no experiment ${item}`);
      if (method === "GET" || experiment.state !== "running") return show(experiment);
      const stopping = {
        ...experiment,
        state: "stopping",
        reason: "Experiment stopped by user",
      } as const;
      experiments.put(tx, scope, [item], stopping);
      return show(stopping);
    });
  };
}

function namedTargets({ actionId, instanceIds }: ActionRecord) {
  if (actionId.startsWith("aws:ebs:")) return { volumeIds: instanceIds };
  if (actionId.startsWith("aws:network:")) return { subnetIds: instanceIds };
  return { instanceIds };
}

function show({ startedMs, endedMs, actions, ...experiment }: ExperimentRecord) {
  return {
    ...experiment,
    startTime: isoMillis(startedMs),
    ...(endedMs !== undefined && { endTime: isoMillis(endedMs) }),
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, action]) => [
        name,
        {
          actionId: action.actionId,
          state: action.state,
          ...namedTargets(action),
          ...(action.reason !== undefined && { reason: action.reason }),
          ...(action.startedMs !== undefined && { startTime: isoMillis(action.startedMs) }),
          ...(action.endedMs !== undefined && { endTime: isoMillis(action.endedMs) }),
        },
      ]),
    ),
  };
}
