/** EC2's types of context and operations, for every part of the service. */
import type { Context, Operation, Operations } from "#services/kit/service.ts";
import type { Input, OperationName } from "#model/sdk.ts";
import type { Ec2State } from "./state.ts";

export type Ec2Context = Context<Ec2State>;
export type Ec2Operation<N extends OperationName<"ec2">> = Operation<"ec2", N, Ec2State>;
export type Ec2Operations = Operations<"ec2", Ec2State>;
export type Ec2Input<N extends OperationName<"ec2">> = Input<"ec2", N>;

/** What a launch needs of a request: a reconciler that launches has no more. */
export type LaunchContext = Pick<
  Ec2Context,
  "account" | "region" | "principal" | "clock" | "random" | "clients" | "store"
>;
