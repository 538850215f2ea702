import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { ec2Error } from "../errors.ts";
import { images } from "./records.ts";

/** Throws for a name that AWS does not allow or that another image of the account has. */
export async function checkImageName(tx: Transaction, scope: Scope, name: string): Promise<void> {
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name))
    throw ec2Error(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  const other = (await images.list(tx, scope)).find((image) => image.name === name);
  if (other)
    throw ec2Error(
      "InvalidAMIName.Duplicate",
      `AMI name ${name} is already in use by AMI ${other.imageId}`,
    );
}
