import type { Ec2Input, Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { describeBlockDevice } from "../describe.ts";
import { images, ownImage, type ImageRecord } from "../records.ts";

type Request = Ec2Input<"ModifyImageAttribute">;

export const modifyImageAttribute: Ec2Operation<"ModifyImageAttribute"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, input.ImageId!);
    images.put(tx, context, [image.imageId], { ...image, ...change(image, input) });
  });
  return {};
};

function change(image: ImageRecord, input: Request): Partial<ImageRecord> {
  if (input.OrganizationArns?.length || input.OrganizationalUnitArns?.length)
    throw unsupportedParameter("OrganizationArns and OrganizationalUnitArns");
  if (input.Description !== undefined || input.Attribute === "description")
    return { description: input.Description?.Value ?? input.Value ?? "" };
  if (input.ImdsSupport !== undefined) {
    if (input.ImdsSupport.Value !== "v2.0")
      throw invalidParameterValue(
        `Value (${input.ImdsSupport.Value ?? ""}) for imdsSupport is invalid.`,
      );
    return { imdsSupport: "v2.0" };
  }
  const { added, removed } = permissions(input);
  if (added.length + removed.length === 0) throw missingParameter("LaunchPermission");
  const launchAccounts = new Set(image.launchAccounts);
  let open = image.public;
  for (const who of added)
    if (who === "all") open = true;
    else launchAccounts.add(who);
  for (const who of removed)
    if (who === "all") open = false;
    else launchAccounts.delete(who);
  return { public: open, launchAccounts: [...launchAccounts].sort() };
}

/** Account ids and "all", from LaunchPermission or from the older OperationType with its lists. */
function permissions(input: Request): { added: string[]; removed: string[] } {
  const names = (list: { Group?: string; UserId?: string }[] | undefined) =>
    (list ?? []).flatMap(({ Group, UserId }) => [Group, UserId].filter((one) => one !== undefined));
  const added = names(input.LaunchPermission?.Add);
  const removed = names(input.LaunchPermission?.Remove);
  const listed = [...(input.UserIds ?? []), ...(input.UserGroups ?? [])];
  if (input.OperationType === "remove") removed.push(...listed);
  else added.push(...listed);
  const wrong = [...added, ...removed].find((who) => who !== "all" && !/^\d{12}$/.test(who));
  if (wrong !== undefined)
    throw ec2Error(
      "InvalidAMIAttributeItemValue",
      `Invalid attribute item value "${wrong}" for userId item type.`,
    );
  return { added, removed };
}

export const resetImageAttribute: Ec2Operation<"ResetImageAttribute"> = async (input, context) => {
  if (input.Attribute !== "launchPermission")
    throw invalidParameterValue(`The attribute ${String(input.Attribute)} cannot be reset.`);
  await context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, input.ImageId!);
    images.put(tx, context, [image.imageId], { ...image, public: false, launchAccounts: [] });
  });
  return {};
};

export const describeImageAttribute: Ec2Operation<"DescribeImageAttribute"> = async (
  input,
  context,
) => {
  const image = await context.store.transaction((tx) => ownImage(tx, context, input.ImageId!));
  const answer = () => {
    switch (input.Attribute) {
      case "launchPermission":
        return {
          LaunchPermissions: [
            ...(image.public ? [{ Group: "all" as const }] : []),
            ...image.launchAccounts.map((UserId) => ({ UserId })),
          ],
        };
      case "description":
        return { Description: { Value: image.description } };
      case "blockDeviceMapping":
        return { BlockDeviceMappings: image.blockDevices.map(describeBlockDevice) };
      case "bootMode":
        return { BootMode: { Value: image.bootMode } };
      case "imdsSupport":
        return { ImdsSupport: { Value: image.imdsSupport } };
      case "sriovNetSupport":
        return { SriovNetSupport: { Value: "simple" } };
      case "productCodes":
        return { ProductCodes: [] };
      case "deregistrationProtection":
        return { DeregistrationProtection: { Value: "disabled" } };
      default:
        throw unsupportedParameter(`Attribute=${String(input.Attribute)}`);
    }
  };
  return { ImageId: image.imageId, ...answer() };
};
