/** Turns a request into a revision that can be deployed, or into the error that AWS would answer. */
import { tagsFromList } from "#services/kit/tags.ts";
import { answering, insufficientCapabilities, validationError } from "../errors.ts";
import { resources, type ResourceRecord, type Revision } from "../records.ts";
import type { DeploymentContext } from "../state.ts";
import { chooseParameters, storedParameters, type GivenParameter } from "../template/parameters.ts";
import { checkRules } from "../template/rules.ts";
import { parseTemplate } from "../template/template.ts";
import { missingCapability } from "./capabilities.ts";
import { createLookups, findParameter } from "./lookups.ts";
import { predictChanges, type PredictedChange } from "./predict-changes.ts";
import { buildProgram, type Program } from "./program.ts";
import { readTemplate, refuseUnsupportedInput, type TemplateInput } from "./template-source.ts";

export interface DeploymentInput extends TemplateInput {
  Parameters?: GivenParameter[] | undefined;
  Capabilities?: string[] | undefined;
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  NotificationARNs?: string[] | undefined;
  RoleARN?: string | undefined;
}

export interface Prepared {
  revision: Revision;
  program: Program;
  changes: PredictedChange[];
  /** True when outputs, tags or topics differ from the previous revision's. */
  changesStack: boolean;
}

export interface StackIdentity {
  arn: string;
  name: string;
  uuid: string;
}

/**
 * Reads the template, chooses parameters, checks capabilities and works out what would change. Nothing is
 * written. `previous` is what the stack is now.
 */
export function prepareDeployment(
  input: DeploymentInput,
  context: DeploymentContext,
  stack: StackIdentity,
  previous: Revision | undefined,
): Promise<Prepared> {
  return answering(async () => {
    refuseUnsupportedInput(input);
    const body = await readTemplate(input, context, previous?.body);
    const template = parseTemplate(body);
    const given = input.Parameters ?? [];
    const parameters = chooseParameters(template, given, previous?.parameters);
    const stored: Record<string, string> = {};
    for (const [name, key] of Object.entries(storedParameters(template, parameters)))
      stored[name] = await findParameter(context, context, key);
    const role = input.RoleARN ?? previous?.roleArn;
    const revision: Revision = {
      body,
      parameters,
      stored,
      tags: input.Tags ? checkTags(tagsFromList(input.Tags)) : (previous?.tags ?? {}),
      capabilities: input.Capabilities ?? [],
      notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
      ...(role !== undefined && { roleArn: role }),
    };
    const { account, region } = context;
    const facts = { arn: stack.arn, name: stack.name, scope: { account, region } };
    const program = await buildProgram(revision, facts, context.state.catalog);
    const lookups = createLookups(context, facts.scope);
    const { conditions, names } = program;
    const decided = (name: string) => conditions[name] ?? false;
    const { mappings } = template;
    await lookups.resolve((lookup) =>
      checkRules(template, {
        names,
        mappings,
        lookup,
        condition: decided,
        resource: () => undefined,
      }),
    );
    const missing = missingCapability(template, revision.capabilities);
    if (missing !== undefined) throw insufficientCapabilities(missing);
    const present = await presentResources(context, stack.uuid);
    const before = previous && {
      template: parseTemplate(previous.body),
      parameters: previous.parameters,
    };
    const changes = await lookups.resolve((lookup) =>
      predictChanges({ program, stack, present, previous: before, lookup }),
    );
    const changesStack =
      before !== undefined &&
      (JSON.stringify(before.template.outputs) !== JSON.stringify(template.outputs) ||
        (template.outputs !== undefined &&
          outputsMove(before.parameters, revision, template.outputs)) ||
        JSON.stringify(previous!.tags) !== JSON.stringify(revision.tags));
    return { revision, program, changes, changesStack };
  });
}

/** True when an output may read a parameter whose value changed. */
function outputsMove(
  before: Readonly<Record<string, string>>,
  revision: Revision,
  outputs: object,
): boolean {
  const text = JSON.stringify(outputs);
  return Object.entries(revision.parameters).some(
    ([name, value]) => before[name] !== value && text.includes(name),
  );
}

function checkTags(tags: Record<string, string>): Record<string, string> {
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined)
    throw validationError("aws: prefixed tag key names are not allowed for external use.");
  return tags;
}

async function presentResources(
  context: DeploymentContext,
  uuid: string,
): Promise<Map<string, ResourceRecord>> {
  const list = await context.store.transaction((tx) => resources.list(tx, context, [uuid]));
  return new Map(list.map((record) => [record.logicalId, record]));
}
