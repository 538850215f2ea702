/** A bucket's settings: each property with the calls that put and remove it. */
import type { Tags } from "#services/kit/tags.ts";
import { pick, tagList } from "../properties.ts";
import type { ExistingRequest, Properties } from "../resource-type.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";

export interface BucketSetting {
  /** A change of these changes the setting. */
  properties: readonly string[];
  isGiven(properties: Properties, tags: Tags): boolean;
  put(request: ExistingRequest): Promise<unknown>;
  remove(request: ExistingRequest): Promise<unknown>;
}

type Call = (request: ExistingRequest, Bucket: string, value: Properties) => Promise<unknown>;

function setting(name: string, put: Call, remove: Call): BucketSetting {
  const call = (run: Call) => (request: ExistingRequest) =>
    run(request, request.physicalId, request.properties[name] ?? {});
  return {
    properties: [name],
    isGiven: (properties) => properties[name] !== undefined,
    put: call(put),
    remove: call(remove),
  };
}

/** In the order in which they are put: what restricts comes before what it might restrict. */
export const bucketSettings: readonly BucketSetting[] = [
  setting(
    "OwnershipControls",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketOwnershipControls({ Bucket, OwnershipControls: value as never }),
    ({ clients }, Bucket) => clients.s3.DeleteBucketOwnershipControls({ Bucket }),
  ),
  setting(
    "PublicAccessBlockConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration: value }),
    ({ clients }, Bucket) => clients.s3.DeletePublicAccessBlock({ Bucket }),
  ),
  setting(
    "BucketEncryption",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketEncryption({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: value["ServerSideEncryptionConfiguration"].map(encryptionRule),
        },
      }),
    ({ clients }, Bucket) => clients.s3.DeleteBucketEncryption({ Bucket }),
  ),
  setting(
    "VersioningConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketVersioning({
        Bucket,
        VersioningConfiguration: { Status: value["Status"] },
      }),
    ({ clients }, Bucket) =>
      clients.s3.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
  ),
  setting(
    "CorsConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketCors({
        Bucket,
        CORSConfiguration: { CORSRules: value["CorsRules"].map(corsRule) },
      }),
    ({ clients }, Bucket) => clients.s3.DeleteBucketCors({ Bucket }),
  ),
  setting(
    "LifecycleConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketLifecycleConfiguration({
        Bucket,
        ...pick(value, "TransitionDefaultMinimumObjectSize"),
        LifecycleConfiguration: { Rules: lifecycleRules(value["Rules"]) },
      }),
    ({ clients }, Bucket) => clients.s3.DeleteBucketLifecycle({ Bucket }),
  ),
  setting(
    "WebsiteConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketWebsite({ Bucket, WebsiteConfiguration: websiteConfiguration(value) }),
    ({ clients }, Bucket) => clients.s3.DeleteBucketWebsite({ Bucket }),
  ),
  setting(
    "NotificationConfiguration",
    ({ clients }, Bucket, value) =>
      clients.s3.PutBucketNotificationConfiguration({
        Bucket,
        NotificationConfiguration: notificationConfiguration(value),
      }),
    ({ clients }, Bucket) =>
      clients.s3.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration: {} }),
  ),
  {
    properties: ["Tags"],
    isGiven: (_properties, tags) => Object.keys(tags).length > 0,
    put: ({ clients, physicalId, tags }) =>
      clients.s3.PutBucketTagging({ Bucket: physicalId, Tagging: { TagSet: tagList(tags) } }),
    remove: ({ clients, physicalId }) => clients.s3.DeleteBucketTagging({ Bucket: physicalId }),
  },
];

function encryptionRule({ ServerSideEncryptionByDefault: byDefault, ...rest }: Properties) {
  return { ...rest, ...(byDefault && { ApplyServerSideEncryptionByDefault: byDefault }) };
}

function corsRule(rule: Properties) {
  const { Id, ExposedHeaders, MaxAge } = rule;
  return {
    AllowedMethods: rule["AllowedMethods"],
    AllowedOrigins: rule["AllowedOrigins"],
    ...pick(rule, "AllowedHeaders"),
    ...(Id !== undefined && { ID: Id }),
    ...(ExposedHeaders && { ExposeHeaders: ExposedHeaders }),
    ...(MaxAge !== undefined && { MaxAgeSeconds: MaxAge }),
  };
}

function websiteConfiguration(value: Properties) {
  const { IndexDocument, ErrorDocument, RedirectAllRequestsTo, RoutingRules } = value;
  return {
    ...(IndexDocument !== undefined && { IndexDocument: { Suffix: IndexDocument } }),
    ...(ErrorDocument !== undefined && { ErrorDocument: { Key: ErrorDocument } }),
    ...(RedirectAllRequestsTo && { RedirectAllRequestsTo }),
    ...(RoutingRules && {
      RoutingRules: RoutingRules.map(({ RedirectRule, RoutingRuleCondition }: Properties) => ({
        Redirect: RedirectRule,
        ...(RoutingRuleCondition && { Condition: RoutingRuleCondition }),
      })),
    }),
  };
}

function notificationConfiguration(value: Properties) {
  const { QueueConfigurations: queues = [], TopicConfigurations: topics = [] } = value;
  const functions: Properties[] = value["LambdaConfigurations"] ?? [];
  const bridge: Properties | undefined = value["EventBridgeConfiguration"];
  return {
    ...(bridge && bridge["EventBridgeEnabled"] !== false && { EventBridgeConfiguration: {} }),
    QueueConfigurations: queues.map(({ Queue, ...rest }: Properties) => ({
      QueueArn: Queue,
      ...notified(rest),
    })),
    TopicConfigurations: topics.map(({ Topic, ...rest }: Properties) => ({
      TopicArn: Topic,
      ...notified(rest),
    })),
    LambdaFunctionConfigurations: functions.map(({ Function: LambdaFunctionArn, ...rest }) => ({
      LambdaFunctionArn,
      ...notified(rest),
    })),
  };
}

function notified({ Event, Filter }: Properties) {
  const rules = Filter?.S3Key?.Rules;
  return { Events: [Event], ...(rules && { Filter: { Key: { FilterRules: rules } } }) };
}
