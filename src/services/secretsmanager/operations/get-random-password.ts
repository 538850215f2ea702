import type { SecretsOperation } from "../context.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";

const kinds = {
  lowercase: "abcdefghijklmnopqrstuvwxyz",
  uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numbers: "0123456789",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
};

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export const getRandomPassword: SecretsOperation<"GetRandomPassword"> = async (
  input,
  { random },
) => {
  const { least, most, usual } = limits.password;
  const length = input.PasswordLength ?? usual;
  if (length < least || length > most)
    throw invalidParameter(`PasswordLength must be between ${least} and ${most}.`);
  const excluded = new Set(input.ExcludeCharacters ?? "");
  const allowed = [
    input.ExcludeLowercase ? "" : kinds.lowercase,
    input.ExcludeUppercase ? "" : kinds.uppercase,
    input.ExcludeNumbers ? "" : kinds.numbers,
    input.ExcludePunctuation ? "" : kinds.punctuation,
    input.IncludeSpace ? " " : "",
  ]
    .map((characters) => characters.split("").filter((one) => !excluded.has(one)))
    .filter((characters) => characters.length > 0);
  if (allowed.length === 0)
    throw invalidParameter("The password would have no characters to choose from.");
  const requires = input.RequireEachIncludedType ?? true;
  if (requires && length < allowed.length)
    throw invalidParameter(
      `A password of length ${length} cannot have a character of each of ${allowed.length} types.`,
    );
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)]!;
  const password = requires ? allowed.map((characters) => pick(characters)) : [];
  const all = allowed.flat();
  while (password.length < length) password.push(pick(all));
  // Those that are there once for sure must not all stand at the beginning.
  for (let index = password.length - 1; index > 0; index--) {
    const other = Math.floor(random.next() * (index + 1));
    [password[index], password[other]] = [password[other]!, password[index]!];
  }
  return { RandomPassword: password.join("") };
};
