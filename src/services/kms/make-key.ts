import { formatArn, partitionOf } from "#services/kit/arn.ts";
import type { KmsContext } from "./context.ts";
import type { KeyRecord } from "./records.ts";

type Given = Pick<KeyRecord, "description" | "spec" | "usage" | "material"> & Partial<KeyRecord>;

/** A key as it is at first; it is not stored yet. */
export function makeKey(context: KmsContext, given: Given): KeyRecord {
  const { random, account, region, clock } = context;
  const keyId = given.multiRegion === true ? `mrk-${random.hex(32)}` : random.uuid();
  return {
    keyId,
    arn: formatArn("kms", context, `key/${keyId}`),
    account,
    createdMs: clock.now(),
    manager: "CUSTOMER",
    multiRegion: false,
    enabled: true,
    policy: defaultPolicy(account, region),
    tags: {},
    rotations: [],
    ...(given.multiRegion === true && { regions: { primary: region, replicas: [] } }),
    ...given,
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
export function defaultPolicy(account: string, region: string): string {
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    },
    undefined,
    2,
  );
}
