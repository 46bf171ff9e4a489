import {LabelscopeError} from "../errors.ts";
import type {CommandIo, CommandResult} from "./command.ts";

export async function demoCommand(_options: {readonly out: string; readonly limit: number}, _io: CommandIo): Promise<CommandResult> {
  throw new LabelscopeError({code: "no-ladder", message: "this build carries no embedded models", next: "labelscope models pull smollm2-135m-instruct"});
}
