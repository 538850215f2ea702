/** The account's alias and password policy. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html */
import type { IamContext, IamOperation, IamOperations } from "../context.ts";
import { entityAlreadyExists, noSuchEntity } from "../errors.ts";
import { accounts, globalScope, type AccountRecord } from "../records.ts";

function readAccount(context: IamContext): Promise<AccountRecord | undefined> {
  return context.store.transaction((tx) => accounts.get(tx, globalScope(context)));
}

/** An account has one alias; another takes its place. */
const createAccountAlias: IamOperation<"CreateAccountAlias"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const scope = globalScope(context);
    const account = await accounts.get(tx, scope);
    if (account?.alias === input.AccountAlias)
      throw entityAlreadyExists(`The account alias ${input.AccountAlias} already exists.`);
    accounts.put(tx, scope, [], { ...account, alias: input.AccountAlias! });
  });
  return {};
};

const deleteAccountAlias: IamOperation<"DeleteAccountAlias"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const scope = globalScope(context);
    const { alias, ...rest } = (await accounts.get(tx, scope)) ?? {};
    if (alias !== input.AccountAlias)
      throw noSuchEntity(`The account alias ${input.AccountAlias} cannot be found.`);
    accounts.put(tx, scope, [], rest);
  });
  return {};
};

const listAccountAliases: IamOperation<"ListAccountAliases"> = async (_input, context) => {
  const alias = (await readAccount(context))?.alias;
  return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
};

const policyMissing = (context: IamContext) =>
  noSuchEntity(`The Password Policy with domain name ${context.account} cannot be found.`);

/** What is left out takes its default, whatever was there. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html */
const updatePasswordPolicy: IamOperation<"UpdateAccountPasswordPolicy"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const scope = globalScope(context);
    accounts.put(tx, scope, [], {
      ...(await accounts.get(tx, scope)),
      passwordPolicy: {
        minimumLength: input.MinimumPasswordLength ?? 6,
        requireSymbols: input.RequireSymbols ?? false,
        requireNumbers: input.RequireNumbers ?? false,
        requireUppercase: input.RequireUppercaseCharacters ?? false,
        requireLowercase: input.RequireLowercaseCharacters ?? false,
        allowChange: input.AllowUsersToChangePassword ?? false,
        ...(input.MaxPasswordAge !== undefined && { maxAgeDays: input.MaxPasswordAge }),
        ...(input.PasswordReusePrevention !== undefined && {
          reusePrevention: input.PasswordReusePrevention,
        }),
        ...(input.HardExpiry !== undefined && { hardExpiry: input.HardExpiry }),
      },
    });
  });
  return {};
};

const getPasswordPolicy: IamOperation<"GetAccountPasswordPolicy"> = async (_input, context) => {
  const policy = (await readAccount(context))?.passwordPolicy;
  if (!policy) throw policyMissing(context);
  return {
    PasswordPolicy: {
      MinimumPasswordLength: policy.minimumLength,
      RequireSymbols: policy.requireSymbols,
      RequireNumbers: policy.requireNumbers,
      RequireUppercaseCharacters: policy.requireUppercase,
      RequireLowercaseCharacters: policy.requireLowercase,
      AllowUsersToChangePassword: policy.allowChange,
      ExpirePasswords: (policy.maxAgeDays ?? 0) > 0,
      MaxPasswordAge: policy.maxAgeDays,
      PasswordReusePrevention: policy.reusePrevention,
      HardExpiry: policy.hardExpiry,
    },
  };
};

const deletePasswordPolicy: IamOperation<"DeleteAccountPasswordPolicy"> = async (
  _input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const scope = globalScope(context);
    const { passwordPolicy, ...rest } = (await accounts.get(tx, scope)) ?? {};
    if (!passwordPolicy)
      throw noSuchEntity("The account policy with name PasswordPolicy cannot be found.");
    accounts.put(tx, scope, [], rest);
  });
  return {};
};

export const accountOperations: IamOperations = {
  CreateAccountAlias: createAccountAlias,
  DeleteAccountAlias: deleteAccountAlias,
  ListAccountAliases: listAccountAliases,
  UpdateAccountPasswordPolicy: updatePasswordPolicy,
  GetAccountPasswordPolicy: getPasswordPolicy,
  DeleteAccountPasswordPolicy: deletePasswordPolicy,
};
