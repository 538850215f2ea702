/** Whether new volumes of an account are encrypted in a region. https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";

/** ["encryption"] */
const settings = collection<{ byDefault: boolean }>("ec2", "ebs-setting");

export async function encryptsByDefault(tx: Transaction, scope: Scope): Promise<boolean> {
  return (await settings.get(tx, scope, "encryption"))?.byDefault ?? false;
}

export function setEncryptionByDefault(tx: Transaction, scope: Scope, byDefault: boolean): void {
  settings.put(tx, scope, ["encryption"], { byDefault });
}
