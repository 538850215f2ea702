/** What STS keeps: the sessions whose temporary credentials it issued, by access key id. */
import { collection, type Scope } from "#store/collection.ts";
import type { Principal } from "#services/kit/service.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface SessionRecord {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  issuedMs: number;
  /** System time, for clients judge by their own clock when to ask again. */
  expiresMs: number;
  principal: Principal;
  /** The role that was assumed. */
  roleArn?: string;
  /** Session policies, which narrow what the session may do. */
  policy?: string;
  policyArns?: string[];
  tags?: Tags;
  transitiveTagKeys?: string[];
  sourceIdentity?: string;
}

export const sessions = collection<SessionRecord>("sts", "session");

/** Credentials of one region work in every region. */
export function sessionScope(account: string): Scope {
  return { account, region: "global" };
}
