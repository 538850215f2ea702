/** What a Session document asks for. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html */
import type { DocumentContent } from "../documents/content.ts";
import { interpolate, textOf, type Values } from "../documents/values.ts";
import { invalidDocumentContent, validationException } from "../errors.ts";
import type { SessionPlan } from "./records.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html */
const usualIdleMinutes = 20;

export const usualShell: SessionPlan = {
  sessionType: "Standard_Stream",
  properties: {},
  idleMinutes: usualIdleMinutes,
};

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const text = (value: unknown) => (value === undefined ? "" : textOf(value));

/** Throws for what Fogbank's sessions do not do. */
export function planSession(content: DocumentContent, values: Values): SessionPlan {
  const properties = interpolate(content.properties ?? {}, values) as Json;
  const inputs = interpolate(content.inputs, values) as Json;
  for (const name of ["kmsKeyId", "runAsDefaultUser"])
    if (text(inputs[name]) !== "")
      throw validationException(
        `Fogbank's sessions are not encrypted and run as root: it does not support ${name} in Session documents.`,
      );
  const group = text(inputs.cloudWatchLogGroupName);
  if (group !== "" && text(inputs.cloudWatchStreamingEnabled) === "true")
    throw validationException(
      "Fogbank logs a session when it is over: it does not support cloudWatchStreamingEnabled in Session documents.",
    );
  const bucket = text(inputs.s3BucketName);
  const logging = {
    ...(bucket !== "" && { s3: { bucket, prefix: text(inputs.s3KeyPrefix) } }),
    ...(group !== "" && {
      logs: { group, encrypted: text(inputs.cloudWatchEncryptionEnabled) === "true" },
    }),
  };
  if (text(inputs.runAsEnabled) === "true")
    throw validationException(
      "Fogbank's sessions run as root: it does not support runAsEnabled in Session documents.",
    );
  const idleMinutes = Number(text(inputs.idleSessionTimeout) || usualIdleMinutes);
  const longest = text(inputs.maxSessionDuration);
  const profile = isObject(inputs.shellProfile) ? text(inputs.shellProfile.linux) : "";
  const sessionType = content.sessionType as SessionPlan["sessionType"];
  const shared = {
    sessionType,
    properties,
    idleMinutes,
    ...(longest !== "" && { longestMinutes: Number(longest) }),
  };
  if (sessionType === "Standard_Stream")
    return { ...shared, ...logging, ...(profile && { profile }) };
  if (sessionType === "Port") {
    const number = Number(text(properties.portNumber));
    if (!Number.isInteger(number) || number < 1 || number > 65_535)
      throw invalidDocumentContent("The properties of a Port session need a portNumber.");
    const host = text(properties.host);
    return {
      ...shared,
      port: {
        number,
        ...(host !== "" && { host }),
        multiplexed: properties.type === "LocalPortForwarding",
      },
    };
  }
  const linux = isObject(properties.linux) ? properties.linux : {};
  const command = text(linux.commands);
  if (command === "")
    throw invalidDocumentContent(`The properties of ${sessionType} sessions need linux.commands.`);
  return { ...shared, ...logging, command };
}
