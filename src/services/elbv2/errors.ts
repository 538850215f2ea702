/** Every error of Elastic Load Balancing, declared once. Codes are those on the wire. */
import { AwsError } from "#model/error.ts";

const error = (code: string, message: string) => new AwsError({ code, message, status: 400 });

export const validationError = (message: string) => error("ValidationError", message);
export const invalidConfiguration = (message: string) =>
  error("InvalidConfigurationRequest", message);

export const severalInOneZone = () =>
  invalidConfiguration(
    "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
  );
/** What AWS offers and Fogbank does not: refused, so that nobody relies on it. */
export const unsupported = (what: string) =>
  invalidConfiguration(`Fogbank does not support ${what}. See COVERAGE.md.`);

export const capacityUnitsExceeded = () =>
  error(
    "CapacityUnitsLimitExceeded",
    "The capacity units limit has been exceeded for this load balancer",
  );
export const capacityDecreasesExceeded = () =>
  error(
    "CapacityDecreaseRequestLimitExceeded",
    "The daily limit of capacity decreases has been reached for this load balancer",
  );

export const invalidArn = (kind: string, arn: string) =>
  validationError(`'${arn}' is not a valid ${kind} ARN`);
export const loadBalancerNotFound = (arn: string) =>
  error("LoadBalancerNotFound", `Load balancer '${arn}' not found`);
export const loadBalancersNotFound = (names: readonly string[]) =>
  error("LoadBalancerNotFound", `Load balancers '[${names.join(", ")}]' not found`);
export const duplicateLoadBalancer = (name: string) =>
  error(
    "DuplicateLoadBalancerName",
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );
export const tooManyLoadBalancers = () =>
  error("TooManyLoadBalancers", "The maximum number of load balancers has been reached");
export const deletionProtected = (arn: string) =>
  error(
    "OperationNotPermitted",
    `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
  );

export const subnetNotFound = (id: string) =>
  error("SubnetNotFound", `The subnet ID '${id}' does not exist`);
export const allocationIdNotFound = (id: string) =>
  error("AllocationIdNotFound", `The allocation ID '${id}' does not exist`);
export const incompatibleProtocols = (message: string) => error("IncompatibleProtocols", message);
export const alpnPolicyNotFound = (name: string) =>
  error("ALPNPolicyNotFound", `The ALPN policy '${name}' is not supported`);
export const invalidSubnet = (message: string) => error("InvalidSubnet", message);
export const invalidSecurityGroups = () =>
  invalidConfiguration("One or more security groups are invalid");

export const listenerNotFound = (arn: string) =>
  error("ListenerNotFound", `Listener '${arn}' not found`);
export const listenersNotFound = () => error("ListenerNotFound", "One or more listeners not found");
export const duplicateListener = (loadBalancerArn: string) =>
  error(
    "DuplicateListener",
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );
export const tooManyListeners = (loadBalancerArn: string) =>
  error(
    "TooManyListeners",
    `The maximum number of listeners has been reached on load balancer '${loadBalancerArn}'`,
  );

export const ruleNotFound = (arn: string) => error("RuleNotFound", `Rule '${arn}' not found`);
export const rulesNotFound = () => error("RuleNotFound", "One or more rules not found");
export const defaultRuleFixed = (arn: string, verb: string) =>
  error("OperationNotPermitted", `Default rule '${arn}' cannot be ${verb}`);
export const priorityInUse = (priority: number) =>
  error("PriorityInUse", `Priority '${priority}' is currently in use`);
export const tooManyRules = (loadBalancerArn: string) =>
  error(
    "TooManyRules",
    `The maximum number of rules has been reached on load balancer '${loadBalancerArn}'`,
  );
export const invalidAction = (message: string) => error("InvalidLoadBalancerAction", message);

export const targetGroupNotFound = (arn: string) =>
  error("TargetGroupNotFound", `Target group '${arn}' not found`);
/** Of actions. */
export const forwardedGroupsNotFound = (arns: readonly string[]) =>
  error("TargetGroupNotFound", `Target groups '${arns.join(", ")}' not found`);
export const targetGroupsNotFound = () =>
  error("TargetGroupNotFound", "One or more target groups not found");
export const duplicateTargetGroup = (name: string) =>
  error(
    "DuplicateTargetGroupName",
    `A target group with the same name '${name}' exists, but with different settings`,
  );
/** As users see it, of functions too: https://github.com/aws/aws-cdk/issues/17261 */
export const groupAttributeNotSupported = (
  { protocol, targetType }: { protocol: string; targetType: string },
  key: string,
) =>
  invalidConfiguration(
    `A target group with ${targetType === "lambda" ? "HTTPS" : protocol} protocol does not support the attribute ${key}`,
  );
export const tooManyTargetGroups = () =>
  error("TooManyTargetGroups", "The maximum number of target groups has been reached");
export const targetGroupInUse = (arn: string) =>
  error("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`);
/** As users see it: https://github.com/aws-samples/aws-cdk-examples/blob/main/typescript/alb-nlb-tls/README.md */
export const listenerInUse = (port: number, loadBalancerArn: string) =>
  error(
    "ResourceInUse",
    `Listener port '${port}' is in use by registered target '${loadBalancerArn}' and cannot be removed.`,
  );
export const loadBalancerInUse = (arn: string) =>
  error(
    "ResourceInUse",
    `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
  );
export const targetGroupAssociated = (arns: readonly string[]) =>
  error(
    "TargetGroupAssociationLimit",
    `The following target groups cannot be associated with more than one load balancer: ${arns.join(", ")}`,
  );
export const tooManyTargetGroupsOfBalancer = (loadBalancerArn: string) =>
  error(
    "TooManyUniqueTargetGroupsPerLoadBalancer",
    `The maximum number of unique target groups has been reached on load balancer '${loadBalancerArn}'`,
  );
export const invalidTarget = (message: string) => error("InvalidTarget", message);
export const tooManyTargets = (arn: string) =>
  error(
    "TooManyTargets",
    `The maximum number of targets has been reached on target group '${arn}'`,
  );
export const tooManyTargetsOfBalancer = (arn: string) =>
  error(
    "TooManyTargets",
    `The maximum number of targets has been reached on load balancer '${arn}'`,
  );

export const duplicateTagKeys = (key: string) =>
  error("DuplicateTagKeys", `Tag key '${key}' was specified more than once`);
export const tooManyTags = () =>
  error("TooManyTags", "The maximum number of tags has been reached on a resource");
export const sslPolicyNotFound = (names: readonly string[]) =>
  error("SSLPolicyNotFound", `SSL policies '[${names.join(", ")}]' not found`);
/** Misspelt as users see it: https://github.com/theopensystemslab/planx-new/pull/1051 */
export const policyNotSupported = (protocol: string) =>
  validationError(`An SSL policy cannot be specifed for ${protocol} listeners`);
export const certificateNotFound = (arn: string) =>
  error("CertificateNotFound", `Certificate '${arn}' not found`);
export const unsupportedCertificate = (arn: string) =>
  error(
    "UnsupportedCertificate",
    `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
  );
export const tooManyCertificates = (loadBalancerArn: string) =>
  error(
    "TooManyCertificates",
    `The maximum number of certificates has been reached on load balancer '${loadBalancerArn}'`,
  );
export const defaultCertificateFixed = () =>
  error("OperationNotPermitted", "Default certificate cannot be removed");
export const trustStoreNotFound = (arn: string) =>
  error("TrustStoreNotFound", `Trust store '${arn}' not found`);
export const trustStoresNotFound = () =>
  error("TrustStoreNotFound", "One or more trust stores not found");
export const resourceNotFound = (message: string) => error("ResourceNotFound", message);
export const trustStoreAssociationNotFound = (arn: string) =>
  error("AssociationNotFound", `The trust store is not associated with '${arn}'`);
export const associationIsOwn = (arn: string) =>
  error(
    "DeleteAssociationSameAccount",
    `The association with '${arn}' cannot be deleted because it is of the account that owns the trust store`,
  );
export const duplicateTrustStore = (name: string) =>
  error("DuplicateTrustStoreName", `A trust store with the same name '${name}' exists`);
export const trustStoreInUse = (arn: string) =>
  error("TrustStoreInUse", `Trust store '${arn}' is currently in use by a listener`);
export const tooManyTrustStores = () =>
  error("TooManyTrustStores", "The maximum number of trust stores has been reached");
export const bundleNotFound = () =>
  error("CaCertificatesBundleNotFound", "The specified ca certificate bundle does not exist");
export const invalidBundle = (message: string) => error("InvalidCaCertificatesBundle", message);
export const revocationContentNotFound = () =>
  error("RevocationContentNotFound", "The specified revocation file does not exist");
export const invalidRevocationContent = (message: string) =>
  error("InvalidRevocationContent", message);
export const revocationIdNotFound = (id: number) =>
  error("RevocationIdNotFound", `Revocation ID '${id}' not found`);
export const tooManyRevocations = () =>
  error(
    "TooManyTrustStoreRevocationEntries",
    "The specified trust store has too many revocation entries",
  );
export const accessDeniedForBucket = (bucket: string) =>
  invalidConfiguration(`Access Denied for bucket: ${bucket}. Please check S3bucket permission`);
export const invalidMarker = () => validationError("Invalid marker");
