/**
 * Which of its published constraints each service really checks before an operation runs, and in
 * what form it complains. Where AWS lets a value pass, or refuses it in an operation's own words,
 * the service's code decides here as well.
 */
import type { ServiceName } from "../sdk.ts";

export type Kind = "required" | "length" | "range" | "pattern" | "enum";

/** `coral`: "1 validation error detected: Value …", the form of most services. */
export type Style = "coral" | "ec2" | "sqs" | "cloudwatch";

export interface Policy {
  readonly style: Style;
  /** The code of `coral` errors. */
  readonly code: string;
  /** The code of operations that have one of their own. */
  readonly codeOf?: (operation: string) => string | undefined;
  readonly checks: ReadonlySet<Kind>;
  /** The values of enums are told in the order of the alphabet, not of the model. */
  readonly sortsEnums?: true;
  /** What is demanded of a list's items ends with "Member must not be null". */
  readonly namesNullItems?: true;
  /** Structures that are left to the operation, with the reason. */
  readonly except?: Readonly<Record<string, string>>;
  /** Lists whose greatest length is left to the operation, with the reason. */
  readonly unbounded?: Readonly<Record<string, string>>;
}

const everything: ReadonlySet<Kind> = new Set(["required", "length", "range", "pattern", "enum"]);
const validationError = { style: "coral", code: "ValidationError", checks: everything } as const;
const validationException = { ...validationError, code: "ValidationException" } as const;

export const policies: Readonly<Record<ServiceName, Policy>> = {
  acm: {
    ...validationException,
    namesNullItems: true,
    unbounded: { TagList: "TooManyTagsException: the request contains too many tags" },
  },
  applicationautoscaling: { ...validationException, sortsEnums: true },
  autoscaling: validationError,
  cloudformation: validationError,
  // Missing parameters have their own code; the rest is in the common form.
  cloudwatch: { ...validationError, style: "cloudwatch" },
  // Numbers and expressions inside attribute values are judged by DynamoDB itself.
  dynamodb: { ...validationException, except: { AttributeValue: "every operation checks items" } },
  // EC2 answers lengths, patterns and enums operation by operation, each with a code of its own.
  ec2: {
    style: "ec2",
    code: "InvalidParameterValue",
    checks: new Set(["required", "range"]),
    except: {
      StartInstancesRequest: "says that no instances were specified",
      StopInstancesRequest: "says that no instances were specified",
      TerminateInstancesRequest: "says that no instances were specified",
    },
  },
  elb: validationError,
  elbv2: validationError,
  events: validationException,
  iam: validationError,
  kms: validationException,
  lambda: { ...validationException, namesNullItems: true },
  logs: {
    ...validationError,
    code: "InvalidParameterException",
    // The operations of deliveries declare no InvalidParameterException.
    codeOf: (operation) =>
      /Deliver(y|ies)/.test(operation) ? validationException.code : undefined,
  },
  route53: { ...validationError, code: "InvalidInput" },
  // S3 checks nothing centrally: what is missing from its XML is MalformedXML, decided by operation.
  s3: { style: "coral", code: "InvalidArgument", checks: new Set() },
  secretsmanager: validationException,
  servicediscovery: { ...validationError, code: "InvalidInput" },
  // SNS answers bad names and attributes as InvalidParameter, in the words of each operation.
  sns: { ...validationError, checks: new Set(["required"]) },
  // SQS names unknown attributes and values out of range itself.
  sqs: { style: "sqs", code: "MissingParameter", checks: new Set(["required"]) },
  ssm: validationException,
  sts: validationError,
};
