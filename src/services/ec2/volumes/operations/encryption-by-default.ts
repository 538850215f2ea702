import type { Ec2Context, Ec2Operation } from "../../context.ts";
import {
  defaultKeyId,
  encryptsByDefault,
  keyArn,
  setEncryption,
} from "../encryption-by-default.ts";

async function set(context: Ec2Context, EbsEncryptionByDefault: boolean) {
  await context.store.transaction((tx) =>
    setEncryption(tx, context, { byDefault: EbsEncryptionByDefault }),
  );
  return { EbsEncryptionByDefault };
}

export const enableEbsEncryptionByDefault: Ec2Operation<"EnableEbsEncryptionByDefault"> = (
  _input,
  context,
) => set(context, true);

export const disableEbsEncryptionByDefault: Ec2Operation<"DisableEbsEncryptionByDefault"> = (
  _input,
  context,
) => set(context, false);

export const getEbsEncryptionByDefault: Ec2Operation<"GetEbsEncryptionByDefault"> = async (
  _input,
  context,
) => ({
  EbsEncryptionByDefault: await context.store.transaction((tx) => encryptsByDefault(tx, context)),
});

export const getEbsDefaultKmsKeyId: Ec2Operation<"GetEbsDefaultKmsKeyId"> = async (
  _input,
  context,
) => ({ KmsKeyId: await context.store.transaction((tx) => defaultKeyId(tx, context)) });

/**
 * AWS does not check the key here: volumes that cannot be encrypted with it fail.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
 */
export const modifyEbsDefaultKmsKeyId: Ec2Operation<"ModifyEbsDefaultKmsKeyId"> = async (
  input,
  context,
) => {
  // "If this parameter is not specified, your KMS key for Amazon EBS is used."
  if (!input.KmsKeyId) return resetKey(context);
  const kmsKeyId = (await keyArn(context, input.KmsKeyId)) ?? input.KmsKeyId;
  await context.store.transaction((tx) => setEncryption(tx, context, { kmsKeyId }));
  return { KmsKeyId: kmsKeyId };
};

export const resetEbsDefaultKmsKeyId: Ec2Operation<"ResetEbsDefaultKmsKeyId"> = (_input, context) =>
  resetKey(context);

const resetKey = async (context: Ec2Context) => ({
  KmsKeyId: await context.store.transaction(async (tx) => {
    await setEncryption(tx, context, { kmsKeyId: undefined });
    return defaultKeyId(tx, context);
  }),
});
