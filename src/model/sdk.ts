/** The services that Fogbank knows, and the types that the AWS SDK gives their operations. */
import type { ByteStream } from "#http/http.ts";

/** Service names as SDK and ARN mostly spell them, each with the package that describes it. */
export interface Sdk {
  acm: typeof import("@aws-sdk/client-acm");
  applicationautoscaling: typeof import("@aws-sdk/client-application-auto-scaling");
  autoscaling: typeof import("@aws-sdk/client-auto-scaling");
  cloudformation: typeof import("@aws-sdk/client-cloudformation");
  cloudwatch: typeof import("@aws-sdk/client-cloudwatch");
  dynamodb: typeof import("@aws-sdk/client-dynamodb");
  ec2: typeof import("@aws-sdk/client-ec2");
  elb: typeof import("@aws-sdk/client-elastic-load-balancing");
  elbv2: typeof import("@aws-sdk/client-elastic-load-balancing-v2");
  events: typeof import("@aws-sdk/client-eventbridge");
  iam: typeof import("@aws-sdk/client-iam");
  kms: typeof import("@aws-sdk/client-kms");
  lambda: typeof import("@aws-sdk/client-lambda");
  logs: typeof import("@aws-sdk/client-cloudwatch-logs");
  route53: typeof import("@aws-sdk/client-route-53");
  s3: typeof import("@aws-sdk/client-s3");
  secretsmanager: typeof import("@aws-sdk/client-secrets-manager");
  servicediscovery: typeof import("@aws-sdk/client-servicediscovery");
  sns: typeof import("@aws-sdk/client-sns");
  sqs: typeof import("@aws-sdk/client-sqs");
  ssm: typeof import("@aws-sdk/client-ssm");
  sts: typeof import("@aws-sdk/client-sts");
}

export type ServiceName = keyof Sdk;

/** "SendMessage", "ReceiveMessage" … of one service. */
export type OperationName<S extends ServiceName> = {
  [K in keyof Sdk[S]]: K extends `${infer Name}Command`
    ? Sdk[S][K] extends new (...args: never[]) => unknown
      ? Name extends "" | "$"
        ? never
        : Name
      : never
    : never;
}[keyof Sdk[S]];

type CommandOf<S extends ServiceName, N extends string> = Sdk[S][`${N}Command` &
  keyof Sdk[S]] extends new (...args: never[]) => infer C
  ? C
  : never;

type InputOfCommand<C> = C extends { readonly input: infer I } ? I : never;

type OutputOfCommand<C> = C extends {
  resolveMiddleware: (...args: never[]) => (...args: never[]) => Promise<infer R>;
}
  ? R extends { output: infer O }
    ? O
    : never
  : never;

/** Streaming payloads arrive as byte streams and may leave as bytes or as a stream. */
type WithStreams<T> = {
  [K in keyof T]: NonNullable<T[K]> extends { transformToByteArray: unknown }
    ? ByteStream | Uint8Array | Exclude<T[K], NonNullable<T[K]>>
    : [string | Uint8Array] extends [NonNullable<T[K]>]
      ? ByteStream | Uint8Array | Exclude<T[K], NonNullable<T[K]>>
      : T[K];
};

/** `SendMessageCommandInput` and its like, with streams as ByteStream. */
export type Input<S extends ServiceName, N extends OperationName<S>> = WithStreams<
  InputOfCommand<CommandOf<S, N>>
>;

/** `SendMessageCommandOutput` and its like, less `$metadata`. */
export type Output<S extends ServiceName, N extends OperationName<S>> = WithStreams<
  Omit<OutputOfCommand<CommandOf<S, N>>, "$metadata">
>;
