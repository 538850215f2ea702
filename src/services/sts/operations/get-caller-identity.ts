import type { Operation } from "#services/kit/service.ts";
import type { State } from "../sessions.ts";

/**
 * Answers from the principal alone: no record is read, nothing is awaited.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const getCallerIdentity: Operation<"sts", "GetCallerIdentity", State> = async (
  _input,
  { principal },
) => ({ UserId: principal.userId, Account: principal.account, Arn: principal.arn });
