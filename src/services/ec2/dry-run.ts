/**
 * DryRun for every operation: it runs as usual, with all its checks, but nothing it writes is kept,
 * and where it would have succeeded it answers DryRunOperation.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
 */
import type { Store } from "#store/store.ts";
import type { Ec2Context, Ec2Operations } from "./context.ts";
import { dryRunOperation } from "./errors.ts";

type AnyOperation = (input: { DryRun?: boolean }, context: Ec2Context) => Promise<unknown>;

export function withDryRun(operations: Ec2Operations): Ec2Operations {
  return Object.fromEntries(
    Object.entries(operations as Record<string, AnyOperation>).map(([name, run]) => {
      const operation: AnyOperation = async (input, context) => {
        if (!input.DryRun) return run(input, context);
        await run(input, {
          ...context,
          signal: context.signal,
          store: forgetful(context.store),
        });
        throw dryRunOperation();
      };
      return [name, operation];
    }),
  ) as Ec2Operations;
}

class NothingKept extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super("a dry run keeps nothing");
    this.result = result;
  }
}

/** A store whose transactions see their own writes and are then given up. */
function forgetful(store: Store): Store {
  return {
    ...store,
    async transaction<T>(run: Parameters<typeof store.transaction<T>>[0]): Promise<T> {
      try {
        return await store.transaction(async (tx): Promise<never> => {
          throw new NothingKept(await run(tx));
        });
      } catch (error) {
        if (error instanceof NothingKept) return error.result as T;
        throw error;
      }
    },
  };
}
