import type { Ec2Operations } from "../context.ts";
import { createKeyPair } from "./operations/create-key-pair.ts";
import { deleteKeyPair } from "./operations/delete-key-pair.ts";
import { describeKeyPairs } from "./operations/describe-key-pairs.ts";
import { importKeyPair } from "./operations/import-key-pair.ts";

export const keyPairOperations: Ec2Operations = {
  CreateKeyPair: createKeyPair,
  DeleteKeyPair: deleteKeyPair,
  DescribeKeyPairs: describeKeyPairs,
  ImportKeyPair: importKeyPair,
};
