/** What an owner may do to an image besides using it: deprecate it, disable it, keep it from deregistration. */
import type { Ec2Operation, Ec2Context } from "../../context.ts";
import { ec2Error, invalidParameterValue } from "../../errors.ts";
import { images, ownImage, visibleImages, type ImageRecord } from "../records.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html */
const cooldownMs = dayMs;

const change = (
  context: Ec2Context,
  imageId: string,
  changed: (image: ImageRecord) => ImageRecord,
) =>
  context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, imageId);
    images.put(tx, context, [imageId], changed(image));
  });

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html */
export const enableImageDeprecation: Ec2Operation<"EnableImageDeprecation"> = async (
  input,
  context,
) => {
  // AWS rounds seconds to the nearest minute.
  const deprecatedMs = Math.round(input.DeprecateAt!.getTime() / minuteMs) * minuteMs;
  const nowMs = context.clock.now();
  if (deprecatedMs < nowMs - minuteMs)
    throw invalidParameterValue("The deprecation date must not be in the past.");
  if (deprecatedMs > nowMs + 10 * yearMs)
    throw invalidParameterValue("The deprecation date must be within 10 years from now.");
  await change(context, input.ImageId!, (image) => ({ ...image, deprecatedMs }));
  return { Return: true };
};

export const disableImageDeprecation: Ec2Operation<"DisableImageDeprecation"> = async (
  input,
  context,
) => {
  await change(context, input.ImageId!, ({ deprecatedMs: _gone, ...image }) => image);
  return { Return: true };
};

/** A disabled image is private, launches nothing, and keeps its snapshots. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html */
export const disableImage: Ec2Operation<"DisableImage"> = async (input, context) => {
  await change(context, input.ImageId!, (image) => {
    if (image.state !== "available" && image.state !== "disabled")
      throw ec2Error("InvalidImageState", `The image ${image.imageId} is ${image.state}.`);
    return {
      ...image,
      state: "disabled",
      public: false,
      launchAccounts: [],
      launchOrganizations: [],
    };
  });
  return { Return: true };
};

export const enableImage: Ec2Operation<"EnableImage"> = async (input, context) => {
  await change(context, input.ImageId!, (image) =>
    image.state === "disabled" ? { ...image, state: "available" } : image,
  );
  return { Return: true };
};

export const enableImageDeregistrationProtection: Ec2Operation<
  "EnableImageDeregistrationProtection"
> = async (input, context) => {
  const protection = input.WithCooldown ? "enabled-with-cooldown" : "enabled-without-cooldown";
  await change(context, input.ImageId!, ({ protectedUntilMs: _before, ...image }) => ({
    ...image,
    protection,
  }));
  return { Return: protection };
};

/** With a cooldown, the image stays protected for a day more. */
export const disableImageDeregistrationProtection: Ec2Operation<
  "DisableImageDeregistrationProtection"
> = async (input, context) => {
  let told = "disabled";
  await change(context, input.ImageId!, ({ protection, protectedUntilMs: _before, ...image }) => {
    if (protection !== "enabled-with-cooldown") return image;
    // Deregistration looks at the time alone; a later wish for protection takes it away again.
    told = "disabled-with-cooldown";
    return { ...image, protection, protectedUntilMs: context.clock.now() + cooldownMs };
  });
  return { Return: told };
};

/** The caller's account gives up its permission to launch another's image. */
export const cancelImageLaunchPermission: Ec2Operation<"CancelImageLaunchPermission"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const shared = (await visibleImages(tx, context)).find(
      ({ imageId, launchAccounts }) =>
        imageId === input.ImageId && launchAccounts.includes(context.account),
    );
    if (!shared)
      throw ec2Error(
        "InvalidAMIID.Unavailable",
        `The image id '[${input.ImageId!}]' is not shared with this account.`,
      );
    const owner = { account: shared.ownerId, region: context.region };
    const image = await images.get(tx, owner, shared.imageId);
    if (image)
      images.put(tx, owner, [image.imageId], {
        ...image,
        launchAccounts: image.launchAccounts.filter((account) => account !== context.account),
      });
  });
  return { Return: true };
};
