import { accountOfAccessKey } from "#services/kit/access-key.ts";
import type { Operation } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import type { State } from "../sessions.ts";

/** Reads the account out of the id; whether the key exists is not asked. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html */
export const getAccessKeyInfo: Operation<"sts", "GetAccessKeyInfo", State> = async (input) => {
  const account = accountOfAccessKey(input.AccessKeyId!);
  if (account === undefined) throw validationError(`Invalid AccessKeyId: ${input.AccessKeyId}`);
  return { Account: account };
};
