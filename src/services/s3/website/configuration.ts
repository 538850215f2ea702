/** Website configurations. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EnableWebsiteHosting.html */
import type { WebsiteConfiguration } from "@aws-sdk/client-s3";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html */
const maxRoutingRules = 50;

export function readWebsite(given: WebsiteConfiguration | undefined): WebsiteConfiguration {
  if (!given) throw malformedXml();
  const { IndexDocument, ErrorDocument, RedirectAllRequestsTo, RoutingRules = [] } = given;
  if (RedirectAllRequestsTo) {
    if (IndexDocument || ErrorDocument || RoutingRules.length > 0)
      throw invalidRequest(
        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
      );
    if (!RedirectAllRequestsTo.HostName) throw malformedXml();
    checkProtocol(RedirectAllRequestsTo.Protocol);
    return copy(given);
  }
  const suffix = IndexDocument?.Suffix;
  if (!suffix)
    throw invalidArgument(
      "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
      "IndexDocument",
      "null",
    );
  if (suffix.includes("/"))
    throw invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix);
  if (ErrorDocument && !ErrorDocument.Key) throw malformedXml();
  if (RoutingRules.length > maxRoutingRules)
    throw invalidRequest(
      `${RoutingRules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${maxRoutingRules}.`,
    );
  for (const { Redirect } of RoutingRules) {
    if (!Redirect) throw malformedXml();
    checkProtocol(Redirect.Protocol);
    if (Redirect.ReplaceKeyWith !== undefined && Redirect.ReplaceKeyPrefixWith !== undefined)
      throw invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
    const status = Redirect.HttpRedirectCode;
    if (status !== undefined && !/^30[1-8]$/.test(status))
      throw invalidRequest(
        `The provided HTTP redirect code (${status}) is not valid. Valid codes are 3XX except 300.`,
      );
  }
  return copy(given);
}

function checkProtocol(protocol: string | undefined): void {
  if (protocol !== undefined && protocol !== "http" && protocol !== "https")
    throw invalidRequest(
      "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
    );
}

function copy(given: WebsiteConfiguration): WebsiteConfiguration {
  return JSON.parse(JSON.stringify(given)) as WebsiteConfiguration;
}
