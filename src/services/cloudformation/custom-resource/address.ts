/** The address to which a custom resource's provider answers: on AWS a presigned URL of a bucket of CloudFormation's own. */
import { createHash } from "node:crypto";
import type { Scope } from "#store/collection.ts";

const prefix = "/_fogbank/cloudformation/custom-resource/";

export interface ResponseAddress {
  scope: Scope;
  /** The stack's. */
  uuid: string;
  requestId: string;
}

/** Whoever knows the request's id may answer it. */
export function responseUrl(endpoint: string, { scope, uuid, requestId }: ResponseAddress): string {
  return `${endpoint}${prefix}${scope.account}/${scope.region}/${uuid}/${requestId}`;
}

export const isResponseTarget = (target: string): boolean => target.startsWith(prefix);

export function parseResponseTarget(target: string): ResponseAddress | undefined {
  const [path = ""] = target.slice(prefix.length).split("?");
  const [account, region, uuid, requestId] = path.split("/");
  if (!account || !region || !uuid || !requestId) return undefined;
  return { scope: { account, region }, uuid, requestId };
}

/** Stays the same however often one piece of work is tried: a UUID made of the resource's secret token. */
export function requestIdOf(kind: string, { token, beganMs }: { token: string; beganMs: number }) {
  const hex = createHash("sha256").update(`${token} ${kind} ${beganMs}`).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
