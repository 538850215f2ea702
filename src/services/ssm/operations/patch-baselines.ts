/** Patch baselines made, changed and shown. https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-baselines.html */
import type { PatchRule } from "@aws-sdk/client-ssm";
import { tagsFromList } from "#services/kit/tags.ts";
import { pageOf, type SsmOperation, type SsmOperations } from "../context.ts";
import {
  idempotentParameterMismatch,
  baselineDoesNotExist,
  resourceInUse,
  resourceLimitExceeded,
  validationException,
} from "../errors.ts";
import { mostBaselines } from "../limits.ts";
import { awsBaselines } from "../patching/aws-baselines.ts";
import { defaultBaselineId, findBaseline } from "../patching/find.ts";
import {
  baselines,
  defaultBaselines,
  patchGroups,
  type BaselineRecord,
  type BaselineSettings,
} from "../patching/records.ts";
import { baselineShape, identityShape } from "../patching/shapes.ts";

const settable = [
  "GlobalFilters",
  "ApprovalRules",
  "ApprovedPatches",
  "ApprovedPatchesComplianceLevel",
  "ApprovedPatchesEnableNonSecurity",
  "RejectedPatches",
  "RejectedPatchesAction",
  "Description",
  "Sources",
  "AvailableSecurityUpdatesComplianceStatus",
] as const satisfies readonly (keyof BaselineSettings)[];

/** What a request sets. Throws ValidationException for a rule that approves at two times, or at none. */
function settingsOf(input: BaselineSettings): BaselineSettings {
  const given = settable.flatMap((key) => (input[key] === undefined ? [] : [[key, input[key]]]));
  const { ApprovalRules, ...settings } = Object.fromEntries(given) as BaselineSettings;
  if (!ApprovalRules) return settings;
  return {
    ...settings,
    ApprovalRules: { PatchRules: (ApprovalRules.PatchRules ?? []).map(ruleOf) },
  };
}

function ruleOf(rule: PatchRule): PatchRule {
  if ((rule.ApproveAfterDays === undefined) === (rule.ApproveUntilDate === undefined))
    throw validationException(
      "A patch rule must have either ApproveAfterDays or ApproveUntilDate, and not both.",
    );
  return { ComplianceLevel: "UNSPECIFIED", EnableNonSecurity: false, ...rule };
}

const createPatchBaseline: SsmOperation<"CreatePatchBaseline"> = async (input, context) => {
  const settings = settingsOf(input);
  const { ClientToken, ...request } = input;
  const madeBy = ClientToken && { token: ClientToken, request: JSON.stringify(request) };
  return context.store.transaction(async (tx) => {
    const own = await baselines.list(tx, context);
    const same = own.find((one) => madeBy && one.madeBy?.token === madeBy.token);
    if (same && madeBy && same.madeBy?.request !== madeBy.request)
      throw idempotentParameterMismatch();
    if (same) return { BaselineId: same.id };
    if (own.length >= mostBaselines) throw resourceLimitExceeded();
    const nowMs = context.clock.now();
    const record: BaselineRecord = {
      id: `pb-${context.random.hex(17)}`,
      name: input.Name!,
      system: input.OperatingSystem ?? "WINDOWS",
      settings,
      createdMs: nowMs,
      modifiedMs: nowMs,
      tags: tagsFromList(input.Tags),
      ...(madeBy && { madeBy }),
    };
    baselines.put(tx, context, [record.id], record);
    return { BaselineId: record.id };
  });
};

const getPatchBaseline: SsmOperation<"GetPatchBaseline"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const record = await findBaseline(tx, context, input.BaselineId!);
    const groups = await patchGroups.list(tx, context);
    const used = groups.filter(({ baselineId }) => baselineId === record.id);
    return { ...baselineShape(record), PatchGroups: used.map(({ group }) => group) };
  });

/** With Replace what the request leaves out goes back to its default. */
const updatePatchBaseline: SsmOperation<"UpdatePatchBaseline"> = async (input, context) => {
  const settings = settingsOf(input);
  if (input.Replace && input.Name === undefined)
    throw validationException("A name is required when a patch baseline is replaced.");
  return context.store.transaction(async (tx) => {
    const record = await findBaseline(tx, context, input.BaselineId!);
    // AWS's own baselines are changed by nobody; its model knows no other error for that.
    if (record.id.startsWith("arn:")) throw baselineDoesNotExist();
    const changed = {
      ...record,
      name: input.Name ?? record.name,
      settings: input.Replace ? settings : { ...record.settings, ...settings },
      modifiedMs: context.clock.now(),
    };
    baselines.put(tx, context, [record.id], changed);
    return baselineShape(changed);
  });
};

/** One that is not there is deleted already. */
const deletePatchBaseline: SsmOperation<"DeletePatchBaseline"> = async (input, context) => {
  const id = input.BaselineId!;
  await context.store.transaction(async (tx) => {
    const record = await baselines.get(tx, context, id);
    if (!record) return;
    const groups = await patchGroups.list(tx, context);
    const chosen = await defaultBaselines.get(tx, context, record.system);
    if (chosen?.baselineId === id || groups.some(({ baselineId }) => baselineId === id))
      throw resourceInUse();
    baselines.delete(tx, context, id);
  });
  return { BaselineId: id };
};

const describePatchBaselines: SsmOperation<"DescribePatchBaselines"> = async (input, context) => {
  const passes = ({ id, name, system }: BaselineRecord) =>
    (input.Filters ?? []).every(({ Key, Values = [] }) => {
      if (Key === "NAME_PREFIX") return Values.some((prefix) => name.startsWith(prefix));
      if (Key === "OPERATING_SYSTEM") return Values.includes(system);
      if (Key === "OWNER") return Values.includes(id.startsWith("arn:") ? "AWS" : "Self");
      throw validationException(
        `The filter key ${Key} isn't one of NAME_PREFIX, OPERATING_SYSTEM, OWNER.`,
      );
    });
  const found = await context.store.transaction(async (tx) => {
    const all = [...(await baselines.list(tx, context)), ...awsBaselines(context.region)];
    return Promise.all(
      all.filter(passes).map(async (one) => {
        const isDefault = one.id === (await defaultBaselineId(tx, context, one.system));
        return identityShape(one, isDefault);
      }),
    );
  });
  const { items, NextToken } = pageOf(found, input, ({ BaselineId }) => BaselineId!);
  return { BaselineIdentities: items, NextToken };
};

const registerDefaultPatchBaseline: SsmOperation<"RegisterDefaultPatchBaseline"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { id, system } = await findBaseline(tx, context, input.BaselineId!);
    defaultBaselines.put(tx, context, [system], { baselineId: id });
    return { BaselineId: id };
  });

const getDefaultPatchBaseline: SsmOperation<"GetDefaultPatchBaseline"> = async (input, context) => {
  const OperatingSystem = input.OperatingSystem ?? "WINDOWS";
  const BaselineId = await context.store.transaction((tx) =>
    defaultBaselineId(tx, context, OperatingSystem),
  );
  return { BaselineId, OperatingSystem };
};

export const patchBaselineOperations: SsmOperations = {
  CreatePatchBaseline: createPatchBaseline,
  DeletePatchBaseline: deletePatchBaseline,
  DescribePatchBaselines: describePatchBaselines,
  GetDefaultPatchBaseline: getDefaultPatchBaseline,
  GetPatchBaseline: getPatchBaseline,
  RegisterDefaultPatchBaseline: registerDefaultPatchBaseline,
  UpdatePatchBaseline: updatePatchBaseline,
};
