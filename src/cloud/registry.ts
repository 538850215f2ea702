/** The services of the cloud: one line each, loaded when first needed. */
import type { ServiceName } from "#model/sdk.ts";
import type { AnyServiceDefinition } from "#services/kit/service.ts";

export type Registry = Record<ServiceName, () => Promise<{ service: AnyServiceDefinition }>>;

export const registry: Registry = {
  acm: () => import("#services/acm/index.ts"),
  applicationautoscaling: () => import("#services/applicationautoscaling/index.ts"),
  autoscaling: () => import("#services/autoscaling/index.ts"),
  cloudformation: () => import("#services/cloudformation/index.ts"),
  cloudwatch: () => import("#services/cloudwatch/index.ts"),
  dynamodb: () => import("#services/dynamodb/index.ts"),
  ec2: () => import("#services/ec2/index.ts"),
  elb: () => import("#services/elb/index.ts"),
  elbv2: () => import("#services/elbv2/index.ts"),
  events: () => import("#services/events/index.ts"),
  iam: () => import("#services/iam/index.ts"),
  kms: () => import("#services/kms/index.ts"),
  lambda: () => import("#services/lambda/index.ts"),
  logs: () => import("#services/logs/index.ts"),
  route53: () => import("#services/route53/index.ts"),
  s3: () => import("#services/s3/index.ts"),
  secretsmanager: () => import("#services/secretsmanager/index.ts"),
  servicediscovery: () => import("#services/servicediscovery/index.ts"),
  sns: () => import("#services/sns/index.ts"),
  sqs: () => import("#services/sqs/index.ts"),
  ssm: () => import("#services/ssm/index.ts"),
  sts: () => import("#services/sts/index.ts"),
};

/** Fogbank's own endpoints under /_fogbank/ that a service answers. */
export const ownEndpoints: Readonly<Record<string, ServiceName>> = {
  dns: "route53",
  experiments: "ec2",
  faults: "ec2",
  "instance-events": "ec2",
  "instance-identity": "ec2",
  spot: "ec2",
};
