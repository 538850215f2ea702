import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { encryptsByDefault, setEncryptionByDefault } from "../encryption-by-default.ts";

async function set(context: Ec2Context, EbsEncryptionByDefault: boolean) {
  await context.store.transaction(async (tx) =>
    setEncryptionByDefault(tx, context, EbsEncryptionByDefault),
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
