/** Every error of Classic Load Balancers that their model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";
import { limits } from "./limits.ts";

const error = (code: string, message: string) => new AwsError({ code, message });

export const validationError = (message: string) => error("ValidationError", message);
export const invalidConfiguration = (message: string) =>
  error("InvalidConfigurationRequest", message);
export const loadBalancerNotFound = (name: string) =>
  error("LoadBalancerNotFound", `There is no ACTIVE Load Balancer named '${name}'`);
export const duplicateLoadBalancer = (name: string) =>
  error(
    "DuplicateLoadBalancerName",
    `Load Balancer named '${name}' already exists and it is configured with different parameters.`,
  );
export const tooManyLoadBalancers = () =>
  error("TooManyLoadBalancers", "Exceeded quota of account");
export const invalidScheme = () =>
  error("InvalidScheme", "Scheme must be one of internet-facing or internal");

export const listenerNotFound = (name: string, port: number) =>
  error(
    "ListenerNotFound",
    `Load balancer ${name} does not have a listener with LoadBalancerPort ${port}`,
  );
export const duplicateListener = (name: string, port: number) =>
  error(
    "DuplicateListener",
    `A listener already exists for ${name} with LoadBalancerPort ${port}, but with a different InstancePort, Protocol, or SSLCertificateId`,
  );
export const unsupportedProtocol = (protocol: string) =>
  error(
    "UnsupportedProtocol",
    `Protocol ${protocol} is not supported. Valid protocols are HTTP, HTTPS, TCP and SSL`,
  );
export const certificateNotFound = (arn: string) =>
  error("CertificateNotFound", `Server Certificate not found for the key: ${arn}`);

export const subnetNotFound = (id: string) =>
  error("SubnetNotFound", `The subnet ID '${id}' does not exist`);
export const invalidSubnet = (message: string) => error("InvalidSubnet", message);
export const invalidSecurityGroup = () =>
  error("InvalidSecurityGroup", "One or more of the specified security groups do not exist.");

export const instanceNotFound = (id: string) =>
  error("InvalidInstance", `Could not find EC2 instance ${id}.`);
export const otherVpc = (id: string) =>
  error("InvalidInstance", `EC2 instance ${id} is not in the same VPC as ELB.`);
export const notRegistered = (id: string) =>
  error("InvalidInstance", `Instance ${id} is not currently registered with the load balancer.`);

export const policyNotFound = (policy: string, balancer: string) =>
  error("PolicyNotFound", `There is no policy with name ${policy} for load balancer ${balancer}`);
export const samplePolicyNotFound = (policy: string) =>
  error("PolicyNotFound", `There is no policy with name ${policy}`);
export const policyTypeNotFound = (type: string) =>
  error("PolicyTypeNotFound", `Policy type ${type} does not exist`);
export const duplicatePolicy = (policy: string) =>
  error("DuplicatePolicyName", `Policy with name ${policy} already exists`);
export const tooManyPolicies = () =>
  error(
    "TooManyPolicies",
    `The quota of ${limits.policiesPerLoadBalancer} policies for the load balancer has been reached`,
  );
export const policyInUse = (policy: string) =>
  invalidConfiguration(`You cannot delete policy ${policy} because it is in use`);

export const duplicateTagKeys = (key: string) =>
  error("DuplicateTagKeys", `Tag key was specified more than once: ${key}`);
export const tooManyTags = () =>
  error(
    "TooManyTags",
    "The quota for the number of tags that can be assigned to a load balancer has been reached",
  );
export const attributeNotFound = (key: string) =>
  error("LoadBalancerAttributeNotFound", `The load balancer attribute '${key}' does not exist`);
export const invalidMarker = () => validationError("Invalid marker");
export const accessDeniedForBucket = (bucket: string) =>
  invalidConfiguration(`Access Denied for bucket: ${bucket}. Please check S3bucket permission`);
