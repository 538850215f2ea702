/** What a client package says of its service outside its schemas, read from its settings. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProtocolName, ServiceFacts } from "#model/facts.ts";

const protocols: Readonly<Record<string, [ProtocolName, ("1.0" | "1.1")?]>> = {
  AwsJson1_0Protocol: ["json", "1.0"],
  AwsJson1_1Protocol: ["json", "1.1"],
  AwsQueryProtocol: ["query"],
  AwsEc2QueryProtocol: ["ec2-query"],
  AwsRestJsonProtocol: ["rest-json"],
  AwsRestXmlProtocol: ["rest-xml"],
  AwsSmithyRpcV2CborProtocol: ["cbor"],
};

/** Throws where the package does not look as expected. */
export function readFacts(packageFolder: string, packageName: string): ServiceFacts {
  const settings = readFileSync(join(packageFolder, "dist-es/runtimeConfig.shared.js"), "utf8");
  const schemes = readFileSync(
    join(packageFolder, "dist-es/auth/httpAuthSchemeProvider.js"),
    "utf8",
  );
  const found = (text: string, pattern: RegExp, what: string): string => {
    const value = pattern.exec(text)?.[1];
    if (value === undefined) throw new Error(`${packageName} does not say its ${what}`);
    return value;
  };
  const protocolClass = found(settings, /protocol: config\?\.protocol \?\? (\w+)/, "protocol");
  const [protocol, jsonVersion] = protocols[protocolClass] ?? [];
  if (!protocol)
    throw new Error(`${packageName} speaks ${protocolClass}, which has no file in wire/`);
  const apiVersion = found(settings, /apiVersion: "([^"]+)"/, "version");
  const signingName = found(schemes, /signingProperties: \{\s*name: "([^"]+)"/, "signing name");
  const xmlNamespace = /xmlNamespace: "([^"]+)"/.exec(settings)?.[1];
  const queryCompatible = settings.includes("awsQueryCompatible: true");
  return {
    package: packageName,
    sdkId: found(settings, /serviceId \?\? "([^"]+)"/, "name"),
    apiVersion,
    signingName,
    hosts: [signingName],
    protocols: queryCompatible ? [protocol, "query"] : [protocol],
    ...(protocol === "json" && {
      targetPrefix: found(settings, /serviceTarget: "([^"]+)"/, "target"),
      ...(jsonVersion && { jsonVersion }),
    }),
    xmlNamespace: xmlNamespace ?? `http://${signingName}.amazonaws.com/doc/${apiVersion}/`,
    ...(queryCompatible && { queryCompatible }),
  };
}
