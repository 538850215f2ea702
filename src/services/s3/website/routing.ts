/** Where a website sends a visitor on. Knows no store. https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html */
import type { RoutingRule, WebsiteConfiguration } from "@aws-sdk/client-s3";

export interface Redirection {
  status: number;
  location: string;
}

/** The rule that applies before the object is looked up, or, with a status, after that failed. */
export function route(
  { RedirectAllRequestsTo: all, RoutingRules = [] }: WebsiteConfiguration,
  host: string,
  key: string,
  failure: number | undefined,
): Redirection | undefined {
  if (all) {
    const protocol = all.Protocol ?? "http";
    return { status: 301, location: `${protocol}://${all.HostName}/${encodePath(key)}` };
  }
  const rule = RoutingRules.find((candidate) => applies(candidate, key, failure));
  return rule && redirect(rule, host, key);
}

function applies({ Condition }: RoutingRule, key: string, failure: number | undefined): boolean {
  const { KeyPrefixEquals: prefix, HttpErrorCodeReturnedEquals: status } = Condition ?? {};
  if (prefix !== undefined && !key.startsWith(prefix)) return false;
  return failure === undefined ? status === undefined : status === String(failure);
}

function redirect(
  { Condition, Redirect = {} }: RoutingRule,
  host: string,
  key: string,
): Redirection {
  const { Protocol = "http", HostName = host, HttpRedirectCode = "301" } = Redirect;
  let to = key;
  if (Redirect.ReplaceKeyWith !== undefined) to = Redirect.ReplaceKeyWith;
  else if (Redirect.ReplaceKeyPrefixWith !== undefined)
    to = Redirect.ReplaceKeyPrefixWith + key.slice(Condition?.KeyPrefixEquals?.length ?? 0);
  return {
    status: Number(HttpRedirectCode),
    location: `${Protocol}://${HostName}/${encodePath(to)}`,
  };
}

export function encodePath(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
