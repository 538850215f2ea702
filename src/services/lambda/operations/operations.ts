import type { Operations } from "#services/kit/service.ts";
import type { LambdaState } from "../state.ts";
import { createFunction } from "./create-function.ts";
import { deleteFunction } from "./delete-function.ts";
import { getFunction, getFunctionConfiguration } from "./get-function.ts";
import { invoke, invokeAsync } from "./invoke.ts";
import { listFunctions, listVersionsByFunction } from "./list-functions.ts";
import { updateFunctionCode, updateFunctionConfiguration } from "./update-function.ts";
import { publishVersion } from "./versions.ts";

export const operations: Operations<"lambda", LambdaState> = {
  CreateFunction: createFunction,
  DeleteFunction: deleteFunction,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  ListFunctions: listFunctions,
  ListVersionsByFunction: listVersionsByFunction,
  PublishVersion: publishVersion,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
};
