/** A document's steps with values in their places, and how they run on a machine. */
import { invalidParameters, unsupportedPlatformType, validationException } from "../errors.ts";
import { usualExecutionSeconds } from "../limits.ts";
import type { DocumentContent, Step } from "../documents/content.ts";
import { interpolate, textOf, type Values } from "../documents/values.ts";
import type { PlannedStep } from "./records.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript */
const shell = "aws:runShellScript";
/** What is known of every machine of Fogbank's. */
const platform = { platformType: "Linux" };

/** Throws for steps that no machine of Fogbank's can run. */
export function planSteps({ steps, parameters }: DocumentContent, values: Values): PlannedStep[] {
  const typed = parameters.find(({ interpolationType }) => interpolationType !== undefined);
  if (typed)
    throw validationException(
      `Fogbank does not support the interpolationType of parameter ${typed.name}.`,
    );
  const planned = steps.map((step) => planStep(step, values));
  if (planned.every(({ skipped }) => skipped !== undefined))
    throw unsupportedPlatformType("The document has no step for the platform Linux.");
  return planned;
}

function planStep({ action, name, inputs: raw, precondition }: Step, values: Values): PlannedStep {
  const inputs = interpolate(raw, values) as Record<string, unknown>;
  const skipped = unmet(precondition, values);
  if (skipped !== undefined)
    return { name, action, skipped, lines: [], workingDirectory: "", timeoutSeconds: 0 };
  if (action !== shell)
    throw validationException(
      `Fogbank runs the action ${shell} on managed nodes, and not ${action} (step ${name}).`,
    );
  const timeout = textOf(inputs.timeoutSeconds ?? "") || String(usualExecutionSeconds);
  const timeoutSeconds = Number(timeout);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 172_800)
    throw invalidParameters(`timeoutSeconds must be between 1 and 172800, not ${timeout}.`);
  const { onFailure, onSuccess } = inputs;
  const commands = Array.isArray(inputs.runCommand) ? inputs.runCommand : [inputs.runCommand ?? ""];
  return {
    name,
    action,
    lines: commands.map(textOf),
    workingDirectory: textOf(inputs.workingDirectory ?? ""),
    timeoutSeconds,
    ...((onFailure === "exit" || onFailure === "successAndExit") && { onFailure }),
    ...(onSuccess === "exit" && { onSuccess }),
    ...(textOf(inputs.finallyStep ?? "") === "true" && { finallyStep: true }),
  };
}

/** Undefined when all operators hold; otherwise what is not as asked. */
function unmet(precondition: Record<string, unknown>, values: Values): string | undefined {
  for (const [operator, operands] of Object.entries(precondition)) {
    if (operator !== "StringEquals" || !Array.isArray(operands) || operands.length !== 2)
      throw validationException(
        `Fogbank does not support the precondition ${operator}: it compares two operands with StringEquals.`,
      );
    const known: Values = { ...values, ...platform };
    const [left, right] = operands.map((one) => {
      const text = textOf(interpolate(one, values));
      return text in platform ? textOf(known[text]) : text;
    });
    if (left !== right) return `"${operator}": [${operands.map(textOf).join(", ")}]`;
  }
  return undefined;
}

/** Writes the lines to a file and runs it as the agent does, so that a first line such as #!/bin/bash counts. */
const runner = `dir="$FOGBANK_ROOT/var/lib/amazon/ssm/$1/document/orchestration/$2/$3"
mkdir -p "$dir" || exit 1
printf '%s\\n' "$5" > "$dir/_script.sh" || exit 1
chmod 700 "$dir/_script.sh"
if [ -n "$4" ]; then cd "$4" || exit 1; fi
sh -c "$dir/_script.sh"
code=$?
rm -rf "$dir"
exit $code`;

export function commandFor(
  step: PlannedStep,
  instanceId: string,
  commandId: string,
  index: number,
): string[] {
  const folder = `${step.action.replaceAll(":", "")}/${index}.${step.action.replaceAll(":", "")}`;
  const script = step.lines.join("\n");
  return [
    "/bin/sh",
    "-c",
    runner,
    "sh",
    instanceId,
    commandId,
    folder,
    step.workingDirectory,
    script,
  ];
}
