import { invalidArgument } from "../errors.ts";
import { maxParts } from "../limits.ts";

export function checkPartNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > maxParts)
    throw invalidArgument(
      "Part number must be an integer between 1 and 10000, inclusive",
      "partNumber",
      number,
    );
  return number;
}
