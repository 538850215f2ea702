import type { Operation } from "#services/kit/service.ts";
import { knownSettings } from "../account-settings.ts";
import { validationError } from "../errors.ts";
import { accountSettings } from "../records.ts";
import { page } from "../paging.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAccountSettings.html */
export const describeAccountSettings: Operation<
  "autoscaling",
  "DescribeAccountSettings",
  State
> = async (input, context) => {
  if (input.Name !== undefined) checkName(input.Name);
  const set = await context.store.transaction((tx) => accountSettings.list(tx, context));
  const all = Object.entries(knownSettings)
    .filter(([name]) => input.Name === undefined || name === input.Name)
    .map(([Name, byDefault]) => ({
      Name,
      Value: set.find(({ name }) => name === Name)?.value ?? byDefault,
      EnforcementType: "none",
    }));
  const { items, next } = page(all, input, ({ Name }) => Name);
  return { Settings: items, ...next };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutAccountSetting.html */
export const putAccountSetting: Operation<"autoscaling", "PutAccountSetting", State> = async (
  input,
  context,
) => {
  const { Name: name = "", Value: value = "" } = input;
  checkName(name);
  if (value !== "enabled" && value !== "disabled")
    throw validationError(
      `Invalid value ${value} for account setting ${name}. Valid values are enabled and disabled.`,
    );
  await context.store.transaction(async (tx) =>
    accountSettings.put(tx, context, [name], { name, value }),
  );
  return {};
};

function checkName(name: string): void {
  if (!(name in knownSettings)) throw validationError(`Invalid account setting name: ${name}`);
}
