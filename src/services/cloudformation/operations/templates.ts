/** The operations that show and judge templates. */
import type { Context, Operation } from "#services/kit/service.ts";
import { answering, changeSetNotFound, stackNotFound, validationError } from "../errors.ts";
import { changeSets, revisions } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { neededCapability } from "../stack/capabilities.ts";
import { findStack } from "../stack/find-stack.ts";
import { loadTypes } from "../stack/program.ts";
import { readTemplate } from "../stack/template-source.ts";
import { checkReferences } from "../template/dependencies.ts";
import { parseTemplate, type Template } from "../template/template.ts";
import { findChangeSet } from "./change-set-lookup.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html */
export const getTemplate: Operation<"cloudformation", "GetTemplate", CloudFormationState> = async (
  { StackName: name, ChangeSetName: changeSet },
  context,
) => {
  const body = await templateOf(context, name, changeSet);
  return { TemplateBody: body, StagesAvailable: ["Original", "Processed"] };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html */
export const validateTemplate: Operation<
  "cloudformation",
  "ValidateTemplate",
  CloudFormationState
> = (input, context) =>
  answering(async () => {
    const template = parseTemplate(await readTemplate(input, context));
    await loadTypes(template, context.state.catalog);
    checkReferences(template);
    return {
      Parameters: Object.entries(template.parameters).map(([key, declared]) => ({
        ParameterKey: key,
        DefaultValue: declared.Default,
        NoEcho: declared.NoEcho,
        Description: declared.Description,
      })),
      Description: template.description,
      ...capabilitiesOf(template),
      DeclaredTransforms: [...template.transforms],
    };
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html */
export const getTemplateSummary: Operation<
  "cloudformation",
  "GetTemplateSummary",
  CloudFormationState
> = (input, context) =>
  answering(async () => {
    const body =
      input.StackName === undefined
        ? await readTemplate(input, context)
        : await templateOf(context, input.StackName, undefined);
    if (body === "")
      throw validationError("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
    const template = parseTemplate(body);
    await loadTypes(template, context.state.catalog);
    return {
      Parameters: Object.entries(template.parameters).map(([key, declared]) => ({
        ParameterKey: key,
        DefaultValue: declared.Default,
        ParameterType: declared.Type,
        NoEcho: declared.NoEcho,
        Description: declared.Description,
        ParameterConstraints: declared.AllowedValues
          ? { AllowedValues: [...declared.AllowedValues] }
          : {},
      })),
      Description: template.description,
      ...capabilitiesOf(template),
      ResourceTypes: [...new Set(Object.values(template.resources).map(({ Type }) => Type))],
      Version: "2010-09-09",
      Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
      DeclaredTransforms: [...template.transforms],
    };
  });

function capabilitiesOf(template: Template) {
  const needed = neededCapability(template);
  return needed
    ? {
        Capabilities: [needed.capability],
        CapabilitiesReason: `The following resource(s) require capabilities: [${needed.types.join(", ")}]`,
      }
    : { Capabilities: [] };
}

async function templateOf(
  context: Context<CloudFormationState>,
  name: string | undefined,
  changeSetName: string | undefined,
): Promise<string> {
  const { account, region, clock, store } = context;
  const scope = { account, region };
  return store.transaction(async (tx) => {
    if (changeSetName !== undefined) {
      const { changeSet } = await findChangeSet(tx, scope, changeSetName, name, clock.now());
      return changeSet.revision.body;
    }
    if (name === undefined)
      throw validationError("StackName is required if ChangeSetName is not specified.");
    const stack = await findStack(tx, scope, name, clock.now());
    if (!stack) throw stackNotFound(name);
    const revision = await revisions.get(tx, scope, stack.uuid, stack.revision);
    if (revision) return revision.body;
    const sets = await changeSets.list(tx, scope, [stack.uuid]);
    if (sets.length === 0) throw changeSetNotFound(name);
    // A stack whose first change set waits for its execution; AWS answers with an empty template.
    return "";
  });
}
