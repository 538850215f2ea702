/** Which baseline the instances of a patch group use. https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html */
import { pageOf, type SsmOperation, type SsmOperations } from "../context.ts";
import { patchGroupTaken, resourceLimitExceeded, validationException } from "../errors.ts";
import { mostPatchGroupsPerBaseline } from "../limits.ts";
import { defaultBaselineId, findBaseline } from "../patching/find.ts";
import { patchGroups } from "../patching/records.ts";
import { identityShape } from "../patching/shapes.ts";

const registerPatchBaselineForPatchGroup: SsmOperation<
  "RegisterPatchBaselineForPatchGroup"
> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const group = input.PatchGroup!;
    const { id: baselineId, system } = await findBaseline(tx, context, input.BaselineId!);
    if (await patchGroups.get(tx, context, group, system)) throw patchGroupTaken(system);
    const all = await patchGroups.list(tx, context);
    if (all.filter((one) => one.baselineId === baselineId).length >= mostPatchGroupsPerBaseline)
      throw resourceLimitExceeded();
    patchGroups.put(tx, context, [group, system], { group, system, baselineId });
    return { BaselineId: baselineId, PatchGroup: group };
  });

/** A group that the baseline is not registered for stays as it is. */
const deregisterPatchBaselineForPatchGroup: SsmOperation<
  "DeregisterPatchBaselineForPatchGroup"
> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const group = input.PatchGroup!;
    const { id, system } = await findBaseline(tx, context, input.BaselineId!);
    const present = await patchGroups.get(tx, context, group, system);
    if (present?.baselineId === id) patchGroups.delete(tx, context, group, system);
    return { BaselineId: id, PatchGroup: group };
  });

const getPatchBaselineForPatchGroup: SsmOperation<"GetPatchBaselineForPatchGroup"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const OperatingSystem = input.OperatingSystem ?? "WINDOWS";
    const present = await patchGroups.get(tx, context, input.PatchGroup!, OperatingSystem);
    const BaselineId =
      present?.baselineId ?? (await defaultBaselineId(tx, context, OperatingSystem));
    return { BaselineId, PatchGroup: input.PatchGroup, OperatingSystem };
  });

const describePatchGroups: SsmOperation<"DescribePatchGroups"> = async (input, context) => {
  const mappings = await context.store.transaction(async (tx) => {
    const found = (await patchGroups.list(tx, context)).filter(({ group, system }) =>
      (input.Filters ?? []).every(({ Key, Values = [] }) => {
        if (Key === "NAME_PREFIX") return Values.some((prefix) => group.startsWith(prefix));
        if (Key === "OPERATING_SYSTEM") return Values.includes(system);
        throw validationException(
          `The filter key ${Key} isn't one of NAME_PREFIX, OPERATING_SYSTEM.`,
        );
      }),
    );
    return Promise.all(
      found.map(async ({ group, system, baselineId }) => {
        const baseline = await findBaseline(tx, context, baselineId);
        const isDefault = baselineId === (await defaultBaselineId(tx, context, system));
        return { PatchGroup: group, BaselineIdentity: identityShape(baseline, isDefault) };
      }),
    );
  });
  const { items, NextToken } = pageOf(
    mappings,
    input,
    ({ PatchGroup, BaselineIdentity }) => `${PatchGroup}/${BaselineIdentity.OperatingSystem}`,
  );
  return { Mappings: items, NextToken };
};

export const patchGroupOperations: SsmOperations = {
  DeregisterPatchBaselineForPatchGroup: deregisterPatchBaselineForPatchGroup,
  DescribePatchGroups: describePatchGroups,
  GetPatchBaselineForPatchGroup: getPatchBaselineForPatchGroup,
  RegisterPatchBaselineForPatchGroup: registerPatchBaselineForPatchGroup,
};
