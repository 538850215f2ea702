/** What a stack does with the stacks inside it: as the API would, with the bond between them recorded. */
import { asService } from "#services/kit/principal.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { revisions, stackNames, stacks, type StackRecord } from "../records.ts";
import type { NestedStacks, Properties } from "../resource-types/resource-type.ts";
import type { DeploymentContext } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { prepareDeployment } from "../stack/prepare.ts";
import {
  blankStack,
  newIdentity,
  startCreate,
  startDelete,
  startUpdate,
  type StartFacts,
} from "../stack/start-operation.ts";
import type { Turn } from "./turn.ts";

export function nestedStacks(turn: Turn): NestedStacks {
  const { env, scope, stack: parent, state, now } = turn;
  const context: DeploymentContext = {
    ...env,
    ...scope,
    principal: asService(scope, "cloudformation.amazonaws.com").principal,
    state,
  };
  const factsOf = (token: string): StartFacts => ({
    scope,
    now,
    random: env.random,
    clientRequestToken: token,
  });
  const load = (arn: string): Promise<StackRecord | undefined> =>
    env.store.transaction((tx) => findStack(tx, scope, arn, now));
  const childOf = (child: StackRecord | undefined) =>
    child?.parentArn === parent.arn ? child : undefined;

  return {
    async create(name, properties, token) {
      const identity = newIdentity(env.random, scope, name);
      const input = deploymentInput(properties, turn);
      const { revision } = await prepareDeployment(input, context, identity, undefined);
      return env.store.transaction(async (tx) => {
        const present = childOf(await findStack(tx, scope, name, now));
        if (present) return present.arn;
        const made = blankStack(
          {
            identity,
            onFailure: "DO_NOTHING",
            timeoutMinutes: properties["TimeoutInMinutes"],
            parent: { arn: parent.arn, rootArn: parent.rootArn ?? parent.arn },
          },
          now,
          "CREATE_IN_PROGRESS",
        );
        startCreate(tx, factsOf(token), made, revision, "DO_NOTHING");
        return identity.arn;
      });
    },
    async find(name) {
      return env.store.transaction(async (tx) => {
        const uuid = await stackNames.get(tx, scope, name);
        const found = uuid === undefined ? undefined : await stacks.get(tx, scope, uuid);
        return childOf(found)?.arn;
      });
    },
    async update(arn, properties, token) {
      const child = await load(arn);
      // A call whose answer was lost has started it already.
      if (!child || child.operation?.clientRequestToken === token) return;
      const previous = await env.store.transaction((tx) =>
        revisions.get(tx, scope, child.uuid, child.revision),
      );
      const input = deploymentInput(properties, turn);
      const prepared = await prepareDeployment(input, context, child, previous);
      if (prepared.changes.length === 0 && !prepared.changesStack) return;
      await env.store.transaction(async (tx) => {
        const current = await stacks.get(tx, scope, child.uuid);
        if (!current || current.operation) return;
        await startUpdate(tx, factsOf(token), current, prepared.revision, {
          disableRollback: false,
        });
      });
    },
    async restore(arn, token) {
      await env.store.transaction(async (tx) => {
        const child = await findStack(tx, scope, arn, now);
        const former = child?.formerRevision;
        const touched = (child?.updatedMs ?? 0) >= (parent.updatedMs ?? 0);
        if (!child || child.operation || former === undefined || !touched) return;
        const revision = await revisions.get(tx, scope, child.uuid, former);
        if (!revision) return;
        await startUpdate(tx, factsOf(token), child, revision, { disableRollback: false });
      });
    },
    async delete(arn) {
      await env.store.transaction(async (tx) => {
        const child = await findStack(tx, scope, arn, now);
        if (!child || child.status === "DELETE_COMPLETE" || child.operation?.phase === "delete")
          return;
        await startDelete(tx, factsOf(env.random.uuid()), child, { retain: [], force: false });
      });
    },
    async describe(arn) {
      const child = await load(arn);
      return (
        child && {
          status: child.status,
          reason: child.statusReason ?? "",
          updatedMs: child.updatedMs ?? 0,
          outputs: Object.fromEntries(child.outputs.map(({ key, value }) => [key, value])),
        }
      );
    },
  };
}

function deploymentInput(properties: Properties, { revision }: Turn) {
  const parameters: Record<string, unknown> = properties["Parameters"] ?? {};
  return {
    TemplateURL: properties["TemplateURL"],
    Parameters: Object.entries(parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.join(",") : String(value),
    })),
    Tags: Object.entries({ ...revision.tags, ...tagsFromList(properties["Tags"]) }).map(
      ([Key, Value]) => ({ Key, Value }),
    ),
    NotificationARNs: properties["NotificationARNs"] ?? [],
    Capabilities: revision.capabilities,
  };
}
