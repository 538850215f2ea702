/** What a member keeps of what was chosen for it. */
import type { Choice } from "../planning/allocation.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";

/** What the member keeps of a choice. */
export function launchChoice(
  { mixed, desiredCapacityType = "units" }: GroupRecord,
  { offer, spot, weight }: Choice,
): Pick<MemberRecord, "choice" | "weight" | "spot"> {
  const weighted =
    desiredCapacityType !== "units" || mixed?.overrides.some((one) => one.weight !== undefined);
  return {
    choice: {
      instanceType: offer.instanceType,
      spot,
      ...(offer.launchTemplate && { launchTemplate: offer.launchTemplate }),
      ...(offer.imageId !== undefined && { imageId: offer.imageId }),
    },
    ...(weighted && { weight }),
    ...(spot && { spot }),
  };
}
