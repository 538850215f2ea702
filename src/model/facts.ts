/** What the SDK's schemas do not say about a service. One entry per service; nothing here is guessed by code. */
import type { ServiceName } from "./sdk.ts";

/** The six families of request and reply that AWS services speak. */
export type ProtocolName = "json" | "query" | "ec2-query" | "rest-json" | "rest-xml" | "cbor";

export interface ServiceFacts {
  /** The package whose schemas describe the service. */
  readonly package: string;
  /** "SQS", "CloudWatch Logs": what SDKs call the service. */
  readonly sdkId: string;
  readonly apiVersion: string;
  /** The service part of a credential scope. */
  readonly signingName: string;
  /** Host name prefixes besides the signing name, as in `email.us-east-1.amazonaws.com`. */
  readonly hosts: readonly string[];
  readonly protocols: readonly ProtocolName[];
  /** What comes before the dot in `x-amz-target`. */
  readonly targetPrefix?: string;
  /** The version of aws-json that the service speaks. */
  readonly jsonVersion?: "1.0" | "1.1";
  /** The namespace of XML replies, as AWS sends it. */
  readonly xmlNamespace: string;
  /** Errors of JSON replies are named `PREFIX#Code` by some services, `Code` by the others. */
  readonly errorPrefix?: string;
  /** The same for errors that the service's model does not know. */
  readonly coralErrors?: boolean;
  /** JSON errors carry the query protocol's code in a header: services that once spoke query only. */
  readonly queryCompatible?: boolean;
}

export const serviceFacts: Readonly<Record<ServiceName, ServiceFacts>> = {
  acm: {
    package: "@aws-sdk/client-acm",
    sdkId: "ACM",
    apiVersion: "2015-12-08",
    signingName: "acm",
    hosts: ["acm"],
    protocols: ["json"],
    targetPrefix: "CertificateManager",
    jsonVersion: "1.1",
    xmlNamespace: "http://acm.amazonaws.com/doc/2015-12-08/",
  },
  applicationautoscaling: {
    package: "@aws-sdk/client-application-auto-scaling",
    sdkId: "Application Auto Scaling",
    apiVersion: "2016-02-06",
    signingName: "application-autoscaling",
    hosts: ["application-autoscaling"],
    protocols: ["json"],
    targetPrefix: "AnyScaleFrontendService",
    jsonVersion: "1.1",
    xmlNamespace: "http://application-autoscaling.amazonaws.com/doc/2016-02-06/",
  },
  autoscaling: {
    package: "@aws-sdk/client-auto-scaling",
    sdkId: "Auto Scaling",
    apiVersion: "2011-01-01",
    signingName: "autoscaling",
    hosts: ["autoscaling"],
    protocols: ["query"],
    xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
  },
  cloudformation: {
    package: "@aws-sdk/client-cloudformation",
    sdkId: "CloudFormation",
    apiVersion: "2010-05-15",
    signingName: "cloudformation",
    hosts: ["cloudformation"],
    protocols: ["query"],
    xmlNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
  },
  cloudwatch: {
    package: "@aws-sdk/client-cloudwatch",
    sdkId: "CloudWatch",
    apiVersion: "2010-08-01",
    signingName: "monitoring",
    hosts: ["monitoring"],
    protocols: ["query", "json", "cbor"],
    targetPrefix: "GraniteServiceVersion20100801",
    jsonVersion: "1.0",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    errorPrefix: "com.amazonaws.cloudwatch",
    queryCompatible: true,
  },
  dynamodb: {
    package: "@aws-sdk/client-dynamodb",
    sdkId: "DynamoDB",
    apiVersion: "2012-08-10",
    signingName: "dynamodb",
    hosts: ["dynamodb"],
    protocols: ["json"],
    targetPrefix: "DynamoDB_20120810",
    jsonVersion: "1.0",
    xmlNamespace: "http://dynamodb.amazonaws.com/doc/2012-08-10/",
    errorPrefix: "com.amazonaws.dynamodb.v20120810",
    coralErrors: true,
  },
  ec2: {
    package: "@aws-sdk/client-ec2",
    sdkId: "EC2",
    apiVersion: "2016-11-15",
    signingName: "ec2",
    hosts: ["ec2"],
    protocols: ["ec2-query"],
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
  },
  elb: {
    package: "@aws-sdk/client-elastic-load-balancing",
    sdkId: "Elastic Load Balancing",
    apiVersion: "2012-06-01",
    signingName: "elasticloadbalancing",
    hosts: ["elasticloadbalancing"],
    protocols: ["query"],
    xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
  },
  elbv2: {
    package: "@aws-sdk/client-elastic-load-balancing-v2",
    sdkId: "Elastic Load Balancing v2",
    apiVersion: "2015-12-01",
    signingName: "elasticloadbalancing",
    hosts: ["elasticloadbalancing"],
    protocols: ["query"],
    xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
  },
  events: {
    package: "@aws-sdk/client-eventbridge",
    sdkId: "EventBridge",
    apiVersion: "2015-10-07",
    signingName: "events",
    hosts: ["events"],
    protocols: ["json"],
    targetPrefix: "AWSEvents",
    jsonVersion: "1.1",
    xmlNamespace: "http://events.amazonaws.com/doc/2015-10-07",
  },
  iam: {
    package: "@aws-sdk/client-iam",
    sdkId: "IAM",
    apiVersion: "2010-05-08",
    signingName: "iam",
    hosts: ["iam"],
    protocols: ["query"],
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  },
  kms: {
    package: "@aws-sdk/client-kms",
    sdkId: "KMS",
    apiVersion: "2014-11-01",
    signingName: "kms",
    hosts: ["kms"],
    protocols: ["json"],
    targetPrefix: "TrentService",
    jsonVersion: "1.1",
    xmlNamespace: "https://trent.amazonaws.com/doc/2014-11-01/",
  },
  lambda: {
    package: "@aws-sdk/client-lambda",
    sdkId: "Lambda",
    apiVersion: "2015-03-31",
    signingName: "lambda",
    hosts: ["lambda"],
    protocols: ["rest-json"],
    xmlNamespace: "http://lambda.amazonaws.com/doc/2015-03-31/",
  },
  logs: {
    package: "@aws-sdk/client-cloudwatch-logs",
    sdkId: "CloudWatch Logs",
    apiVersion: "2014-03-28",
    signingName: "logs",
    hosts: ["logs", "streaming-logs", "stream-logs"],
    protocols: ["json"],
    targetPrefix: "Logs_20140328",
    jsonVersion: "1.1",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2014-03-28/",
  },
  route53: {
    package: "@aws-sdk/client-route-53",
    sdkId: "Route 53",
    apiVersion: "2013-04-01",
    signingName: "route53",
    hosts: ["route53"],
    protocols: ["rest-xml"],
    xmlNamespace: "https://route53.amazonaws.com/doc/2013-04-01/",
  },
  s3: {
    package: "@aws-sdk/client-s3",
    sdkId: "S3",
    apiVersion: "2006-03-01",
    signingName: "s3",
    hosts: ["s3"],
    protocols: ["rest-xml"],
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
  },
  secretsmanager: {
    package: "@aws-sdk/client-secrets-manager",
    sdkId: "Secrets Manager",
    apiVersion: "2017-10-17",
    signingName: "secretsmanager",
    hosts: ["secretsmanager"],
    protocols: ["json"],
    targetPrefix: "secretsmanager",
    jsonVersion: "1.1",
    xmlNamespace: "http://secretsmanager.amazonaws.com/doc/2017-10-17/",
  },
  servicediscovery: {
    package: "@aws-sdk/client-servicediscovery",
    sdkId: "ServiceDiscovery",
    apiVersion: "2017-03-14",
    signingName: "servicediscovery",
    hosts: ["servicediscovery", "data-servicediscovery"],
    protocols: ["json"],
    targetPrefix: "Route53AutoNaming_v20170314",
    jsonVersion: "1.1",
    xmlNamespace: "http://servicediscovery.amazonaws.com/doc/2017-03-14/",
  },
  sns: {
    package: "@aws-sdk/client-sns",
    sdkId: "SNS",
    apiVersion: "2010-03-31",
    signingName: "sns",
    hosts: ["sns"],
    protocols: ["query"],
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
  },
  sqs: {
    package: "@aws-sdk/client-sqs",
    sdkId: "SQS",
    apiVersion: "2012-11-05",
    signingName: "sqs",
    hosts: ["sqs", "queue"],
    protocols: ["json", "query"],
    targetPrefix: "AmazonSQS",
    jsonVersion: "1.0",
    xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    errorPrefix: "com.amazonaws.sqs",
    coralErrors: true,
    queryCompatible: true,
  },
  ssm: {
    package: "@aws-sdk/client-ssm",
    sdkId: "SSM",
    apiVersion: "2014-11-06",
    signingName: "ssm",
    hosts: ["ssm"],
    protocols: ["json"],
    targetPrefix: "AmazonSSM",
    jsonVersion: "1.1",
    xmlNamespace: "http://ssm.amazonaws.com/doc/2014-11-06/",
  },
  sts: {
    package: "@aws-sdk/client-sts",
    sdkId: "STS",
    apiVersion: "2011-06-15",
    signingName: "sts",
    hosts: ["sts"],
    protocols: ["query"],
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  },
};

export const serviceNames = Object.keys(serviceFacts) as readonly ServiceName[];
