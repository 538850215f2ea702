/** Every error of Amazon EventBridge that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const validation = (message: string) =>
  new AwsError({ code: "ValidationException", message, status: 400 });

const notFound = (message: string) => new AwsError({ code: "ResourceNotFoundException", message });

const exists = (message: string) =>
  new AwsError({ code: "ResourceAlreadyExistsException", message });

export const invalidToken = () => validation("The token is not valid.");

export const busNotFound = (name: string) => notFound(`Event bus ${name} does not exist.`);

export const busExists = (name: string) => exists(`Event bus ${name} already exists.`);

export const eventSourceNotFound = (name: string) =>
  notFound(`Event source ${name} does not exist.`);

export const ruleNotFound = (name: string, bus?: string) =>
  notFound(`Rule ${name} does not exist${bus === undefined ? "" : ` on EventBus ${bus}`}.`);

export const archiveNotFound = (name: string) => notFound(`Archive ${name} does not exist.`);

export const archiveExists = (name: string) => exists(`Archive ${name} already exists.`);

export const replayNotFound = (name: string) => notFound(`Replay ${name} does not exist.`);

export const replayExists = (name: string) => exists(`Replay ${name} already exists.`);

export const illegalStatus = (what: string) =>
  new AwsError({
    code: "IllegalStatusException",
    message: `${what} is not in a valid state for this operation.`,
  });

export const connectionNotFound = (name: string) =>
  notFound(`Connection '${name}' does not exist.`);

export const connectionExists = (name: string) => exists(`Connection ${name} already exists.`);

export const destinationNotFound = (name: string) =>
  notFound(`An api-destination '${name}' does not exist.`);

export const destinationExists = (name: string) =>
  exists(`An api-destination '${name}' already exists.`);

export const noPolicy = () => notFound("EventBus does not have a policy.");

export const statementNotFound = () => notFound("Statement with the provided id does not exist.");

export const limitExceeded = () =>
  new AwsError({
    code: "LimitExceededException",
    message: "The requested resource exceeds the maximum number allowed.",
  });

export const managedRule = (name: string) =>
  new AwsError({
    code: "ManagedRuleException",
    message: `Rule ${name} is managed by an AWS service and can only be modified by it, or with force.`,
  });

export const notSupported = (what: string) =>
  new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not implement ${what}. See COVERAGE.md for what it does.`,
  });
