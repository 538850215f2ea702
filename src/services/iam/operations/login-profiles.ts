/** Passwords of users for the console. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html */
import { dateOf } from "#runtime/date.ts";
import { AwsError } from "#model/error.ts";
import type { Transaction } from "#store/store.ts";
import type { IamContext, IamOperation, IamOperations } from "../context.ts";
import { entityAlreadyExists, loginProfileNotFound, noSuchEntity } from "../errors.ts";
import { findUser, namedUser } from "../find.ts";
import { accounts, globalScope, idOf, users, type UserRecord } from "../records.ts";

/** Without a policy of the account's own: eight characters of three kinds. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html */
async function checkPassword(tx: Transaction, context: IamContext, password: string) {
  const policy = (await accounts.get(tx, globalScope(context)))?.passwordPolicy;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].map((kind) => kind.test(password));
  const [lower, upper, digit, symbol] = kinds;
  const strong = policy
    ? password.length >= policy.minimumLength &&
      (lower || !policy.requireLowercase) &&
      (upper || !policy.requireUppercase) &&
      (digit || !policy.requireNumbers) &&
      (symbol || !policy.requireSymbols)
    : password.length >= 8 && kinds.filter(Boolean).length >= 3;
  if (!strong)
    throw new AwsError({
      code: "PasswordPolicyViolation",
      status: 400,
      message: "Password does not conform to the account password policy.",
    });
}

function profileShape(user: UserRecord) {
  const { createdMs, resetRequired } = user.loginProfile!;
  return {
    UserName: user.name,
    CreateDate: dateOf(createdMs),
    PasswordResetRequired: resetRequired,
  };
}

async function findProfile(tx: Transaction, context: IamContext, name: string) {
  const user = await findUser(tx, context, name);
  if (!user.loginProfile) throw loginProfileNotFound(name);
  return { user, profile: user.loginProfile };
}

function nameOf(userName: string | undefined, context: IamContext): string {
  const name = namedUser(userName, context);
  if (name === undefined) throw noSuchEntity("The root user has no login profile.");
  return name;
}

const createLoginProfile: IamOperation<"CreateLoginProfile"> = async (input, context) => {
  const name = nameOf(input.UserName, context);
  const user = await context.store.transaction(async (tx) => {
    const found = await findUser(tx, context, name);
    if (found.loginProfile)
      throw entityAlreadyExists(`Login Profile for user ${found.name} already exists.`);
    await checkPassword(tx, context, input.Password ?? "");
    const resetRequired = input.PasswordResetRequired ?? false;
    const loginProfile = { createdMs: context.clock.now(), resetRequired };
    const changed = { ...found, loginProfile };
    users.put(tx, globalScope(context), [idOf(found.name)], changed);
    return changed;
  });
  return { LoginProfile: profileShape(user) };
};

const getLoginProfile: IamOperation<"GetLoginProfile"> = async (input, context) => {
  const name = nameOf(input.UserName, context);
  const { user } = await context.store.transaction((tx) => findProfile(tx, context, name));
  return { LoginProfile: profileShape(user) };
};

const updateLoginProfile: IamOperation<"UpdateLoginProfile"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { user, profile } = await findProfile(tx, context, input.UserName!);
    if (input.Password !== undefined) await checkPassword(tx, context, input.Password);
    const resetRequired = input.PasswordResetRequired ?? profile.resetRequired;
    const loginProfile = { ...profile, resetRequired };
    users.put(tx, globalScope(context), [idOf(user.name)], { ...user, loginProfile });
  });
  return {};
};

const deleteLoginProfile: IamOperation<"DeleteLoginProfile"> = async (input, context) => {
  const name = nameOf(input.UserName, context);
  await context.store.transaction(async (tx) => {
    const { user } = await findProfile(tx, context, name);
    const { loginProfile: _gone, ...rest } = user;
    users.put(tx, globalScope(context), [idOf(user.name)], rest);
  });
  return {};
};

export const loginProfileOperations: IamOperations = {
  CreateLoginProfile: createLoginProfile,
  GetLoginProfile: getLoginProfile,
  UpdateLoginProfile: updateLoginProfile,
  DeleteLoginProfile: deleteLoginProfile,
};
