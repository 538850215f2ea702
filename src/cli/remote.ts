/** How the other commands find and ask the Fogbank that runs. */
import { OptionError } from "#cloud/options.ts";

/** FOGBANK_ENDPOINT or AWS_ENDPOINT_URL, else the default port on this machine. */
export function findEndpoint(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment.FOGBANK_ENDPOINT ?? environment.AWS_ENDPOINT_URL;
  if (given) return given.replace(/\/$/, "");
  return `http://127.0.0.1:${environment.FOGBANK_PORT ?? "4566"}`;
}

/** Throws OptionError when nothing answers, or when the answer is an error. */
export async function ask<T>(
  endpoint: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${endpoint}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new OptionError(
      `nothing answers on ${endpoint}; start Fogbank with \`fogbank up\`, or set FOGBANK_ENDPOINT`,
    );
  }
  const answer = await read<T & { error?: string }>(response, endpoint);
  if (!response.ok)
    throw new OptionError(answer.error ?? `${endpoint} answered ${response.status}`);
  return answer;
}

async function read<T>(response: Response, endpoint: string): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new OptionError(
      `what answers on ${endpoint} is not Fogbank (${response.status}); set FOGBANK_ENDPOINT`,
    );
  }
}

/** Where one of Fogbank's own endpoints is, for the account and region that the AWS CLI's variables name. */
export function ownPath(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): (item?: string) => string {
  const { AWS_ACCESS_KEY_ID: key = "", AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  const query = new URLSearchParams({
    ...(/^\d{12}$/.test(key) && { account: key }),
    ...(region && { region }),
  }).toString();
  return (item) =>
    `/_fogbank/${name}${item === undefined ? "" : `/${item}`}${query && `?${query}`}`;
}
