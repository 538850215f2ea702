/** Every error of Cloud Map that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

const error = (code: string, message: string, members: Record<string, unknown> = {}) =>
  new AwsError({ code, message, members });

export const invalidInput = (message: string) => error("InvalidInput", message);
export const dnsOfHttpService = () =>
  invalidInput("When you specify an HTTP service, you can't include a DnsConfig element.");
export const invalidToken = () => invalidInput("The specified NextToken is not valid.");
export const noNamespace = (id: string) => error("NamespaceNotFound", id);
export const noService = (id: string) => error("ServiceNotFound", id);
export const noInstance = (id: string) => error("InstanceNotFound", id);
export const noOperation = (id: string) => error("OperationNotFound", id);
export const noResource = (arn: string) =>
  error("ResourceNotFoundException", `Resource ${arn} not found.`);
export const noCustomHealth = (serviceId: string) =>
  error("CustomHealthNotFound", `The service ${serviceId} has no custom health check.`);
export const namespaceExists = (NamespaceId: string, CreatorRequestId: string) =>
  error("NamespaceAlreadyExists", "The namespace that you're trying to create already exists.", {
    NamespaceId,
    CreatorRequestId,
  });
export const serviceExists = (ServiceId: string, ServiceArn: string, CreatorRequestId: string) =>
  error("ServiceAlreadyExists", "Service already exists.", {
    ServiceId,
    ServiceArn,
    CreatorRequestId,
  });
/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html */
export const duplicateRequest = (type: string, DuplicateOperationId: string) =>
  error(
    "DuplicateRequest",
    `Another operation of type ${type} and id ${DuplicateOperationId} is in progress`,
    { DuplicateOperationId },
  );
export const inUse = (message: string) => error("ResourceInUse", message);
export const limitExceeded = (what: string) =>
  error("ResourceLimitExceeded", `The limit on the number of ${what} has been reached.`);
export const tooManyTags = (ResourceName: string) =>
  error("TooManyTagsException", "The list of tags on the resource is over the limit.", {
    ResourceName,
  });
export const tooManyAttributes = (most: number) =>
  error(
    "ServiceAttributesLimitExceededException",
    `A service can have at most ${most} attributes.`,
  );
