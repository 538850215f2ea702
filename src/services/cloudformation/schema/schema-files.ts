/** The generated schema files by service; each is read when a template first names one of its types. */

export type ResourceSchemaFile = Readonly<Record<string, unknown>>;

const files: Readonly<Record<string, () => Promise<{ default: ResourceSchemaFile }>>> = {
  applicationautoscaling: () =>
    import("../generated/applicationautoscaling.json", { with: { type: "json" } }),
  autoscaling: () => import("../generated/autoscaling.json", { with: { type: "json" } }),
  certificatemanager: () =>
    import("../generated/certificatemanager.json", { with: { type: "json" } }),
  cloudformation: () => import("../generated/cloudformation.json", { with: { type: "json" } }),
  cloudwatch: () => import("../generated/cloudwatch.json", { with: { type: "json" } }),
  dynamodb: () => import("../generated/dynamodb.json", { with: { type: "json" } }),
  ec2: () => import("../generated/ec2.json", { with: { type: "json" } }),
  elasticloadbalancing: () =>
    import("../generated/elasticloadbalancing.json", { with: { type: "json" } }),
  elasticloadbalancingv2: () =>
    import("../generated/elasticloadbalancingv2.json", { with: { type: "json" } }),
  events: () => import("../generated/events.json", { with: { type: "json" } }),
  iam: () => import("../generated/iam.json", { with: { type: "json" } }),
  kms: () => import("../generated/kms.json", { with: { type: "json" } }),
  lambda: () => import("../generated/lambda.json", { with: { type: "json" } }),
  logs: () => import("../generated/logs.json", { with: { type: "json" } }),
  route53: () => import("../generated/route53.json", { with: { type: "json" } }),
  s3: () => import("../generated/s3.json", { with: { type: "json" } }),
  servicediscovery: () => import("../generated/servicediscovery.json", { with: { type: "json" } }),
  secretsmanager: () => import("../generated/secretsmanager.json", { with: { type: "json" } }),
  sns: () => import("../generated/sns.json", { with: { type: "json" } }),
  sqs: () => import("../generated/sqs.json", { with: { type: "json" } }),
  ssm: () => import("../generated/ssm.json", { with: { type: "json" } }),
};

export async function loadSchemaFile(service: string): Promise<ResourceSchemaFile | undefined> {
  if (!Object.hasOwn(files, service)) return undefined;
  return (await files[service]!()).default;
}
