import type { Ec2Input, Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { describeBlockDevice, protectionOf } from "../describe.ts";
import { sharingBlock } from "../public-access.ts";
import { changeSharing, describeOrganizations, describeSharing } from "../sharing.ts";
import { images, ownImage, type ImageRecord } from "../records.ts";

type Request = Ec2Input<"ModifyImageAttribute">;

export const modifyImageAttribute: Ec2Operation<"ModifyImageAttribute"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, input.ImageId!);
    images.put(tx, context, [image.imageId], {
      ...image,
      ...change(image, input, (await sharingBlock(tx, context, "image")) !== undefined),
    });
  });
  return {};
};

function change(image: ImageRecord, input: Request, blocked: boolean): Partial<ImageRecord> {
  if (input.Description !== undefined || input.Attribute === "description")
    return { description: input.Description?.Value ?? input.Value ?? "" };
  if (input.ImdsSupport !== undefined) {
    if (input.ImdsSupport.Value !== "v2.0")
      throw invalidParameterValue(
        `Value (${input.ImdsSupport.Value ?? ""}) for imdsSupport is invalid.`,
      );
    return { imdsSupport: "v2.0" };
  }
  const before = sharingOf(image);
  const after = changeSharing(before, {
    permission: input.LaunchPermission,
    OperationType: input.OperationType,
    UserIds: input.UserIds,
    groups: input.UserGroups,
    OrganizationArns: input.OrganizationArns,
    OrganizationalUnitArns: input.OrganizationalUnitArns,
  });
  if (!after) throw missingParameter("LaunchPermission");
  if (after.public && !before.public && blocked)
    throw ec2Error(
      "OperationNotPermitted",
      "You can't publicly share this AMI because block public access for AMIs is enabled for this account and Region.",
    );
  return {
    public: after.public,
    launchAccounts: [...after.accounts],
    launchOrganizations: [...(after.organizations ?? [])],
  };
}

const sharingOf = ({ public: open, launchAccounts, launchOrganizations = [] }: ImageRecord) => ({
  public: open,
  accounts: launchAccounts,
  organizations: launchOrganizations,
});

export const resetImageAttribute: Ec2Operation<"ResetImageAttribute"> = async (input, context) => {
  if (input.Attribute !== "launchPermission")
    throw invalidParameterValue(`The attribute ${String(input.Attribute)} cannot be reset.`);
  await context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, input.ImageId!);
    images.put(tx, context, [image.imageId], {
      ...image,
      public: false,
      launchAccounts: [],
      launchOrganizations: [],
    });
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
            ...describeSharing(sharingOf(image)),
            ...describeOrganizations(sharingOf(image)),
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
        return { DeregistrationProtection: { Value: protectionOf(image) } };
      default:
        throw unsupportedParameter(`Attribute=${String(input.Attribute)}`);
    }
  };
  return { ImageId: image.imageId, ...answer() };
};
